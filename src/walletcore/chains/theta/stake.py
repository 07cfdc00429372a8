"""Theta's stakes: deposited with the holder of a node, withdrawn, and who else gets of its rewards (types 8 to 11).

thetatoken/theta-protocol-ledger: ledger/types/tx.go; ledger/execution/tx_deposit_stake.go, tx_withdraw_stake.go and
tx_stake_reward_distribution.go; core/staking.go (purposes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from walletcore.chains.accounts import check_account, check_int
from walletcore.chains.base import Address
from walletcore.chains.theta.transaction import AnyTransaction, Coins, Input
from walletcore.coding import rlp
from walletcore.effects import Authority, Call, Effect
from walletcore.errors import TransactionError

__all__ = ["PURPOSES", "DepositStake", "DepositStakeV2", "StakeRewardDistribution", "WithdrawStake"]

PURPOSES = ("validator", "guardian", "elite edge node")
"""What a stake is for; its place is the number that is written."""
_TFUEL_STAKED = 2  # elite edge nodes: TFUEL is staked with them, THETA with the others
_MOST_SPLIT = 1000  # basis points
_PARTS = (("bls_public_key", 48), ("bls_pop", 96), ("holder_signature", 65))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stake(AnyTransaction):
    """A source, the holder of a node, and the purpose of the stake; ``fee`` in wei of TFUEL."""

    fee: int
    source: Input
    holder: Address
    purpose: int

    purposes: ClassVar[tuple[int, ...]] = (0, 1, 2)
    has_coins: ClassVar[bool] = True

    def __post_init__(self) -> None:
        AnyTransaction.__post_init__(self)
        check_int(self.fee, "fee", 1 << 256)
        if type(self.source) is not Input:
            raise TransactionError(f"expected an Input as source, got {type(self.source).__name__}", reason="type")
        self.source.check(self.chain, coins=self.has_coins)
        check_account(self.chain, self.holder, "holder")
        if type(self.purpose) is not int or self.purpose not in self.purposes:
            raise TransactionError(f"expected a purpose of {self.purposes[0]} to {self.purposes[-1]}", reason="range")
        coins = self.source.coins
        if coins.theta if self.purpose == _TFUEL_STAKED else coins.tfuel:
            raise TransactionError("expected TFUEL for an elite edge node, THETA for the others", reason="mismatch")

    @property
    def signing(self) -> tuple[Input, ...]:
        """The source, which signs."""
        return (self.source,)

    def fields(self, signatures: Sequence[bytes]) -> rlp.Item:
        """Fee, source, holder, purpose."""
        holder = self.holder.payload, Coins().item
        return Coins(tfuel=self.fee).item, self.source.item(signatures[0]), holder, rlp.encode_uint(self.purpose)

    def effects(self) -> tuple[Effect, ...]:
        """What leaves the source, the call by its name, and the fee."""
        source, holder = self.source.account.account_id, self.holder.account_id
        call = Call(target=holder, name=type(self).__name__, arguments=(("purpose", PURPOSES[self.purpose]),))
        return (*self._moved(self.source.coins, source, holder), call, self._fee(self.fee, source))


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositStake(_Stake):
    """Coins of the source staked with a node (type 8, DepositStakeTx). Raises `TransactionError`."""

    number: ClassVar[int] = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositStakeV2(_Stake):
    """Coins of the source staked with a guardian or an elite edge node (type 10, DepositStakeTxV2).

    The node proves its BLS key (48 bytes, a proof of possession of 96) and that it takes the stake (65 bytes); each is
    empty where the ledger knows it already. What these say is checked by the ledger. Raises `TransactionError`.
    """

    bls_public_key: bytes = field(default=b"", repr=False)
    bls_pop: bytes = field(default=b"", repr=False)
    holder_signature: bytes = field(default=b"", repr=False)

    number: ClassVar[int] = 10
    purposes: ClassVar[tuple[int, ...]] = (1, 2)  # SignBytes of a validator's are those of type 8

    def __post_init__(self) -> None:
        _Stake.__post_init__(self)
        for name, size in _PARTS:
            part = getattr(self, name)
            if type(part) is not bytes or len(part) not in (0, size):
                raise TransactionError(f"expected {size} bytes, or none, as {name}", reason="length")

    def fields(self, signatures: Sequence[bytes]) -> rlp.Item:
        """Fee, source, holder, purpose, and what the node says."""
        return *_Stake.fields(self, signatures), self.bls_public_key, self.bls_pop, self.holder_signature


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawStake(_Stake):
    """The stake of the source taken back from a node (type 9, WithdrawStakeTx). Raises `TransactionError`."""

    number: ClassVar[int] = 9
    has_coins: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeRewardDistribution(AnyTransaction):
    """Who gets a part of a node's rewards (type 11); ``split_basis_point`` is in 1/10,000, at most 1,000.

    The holder of the node signs; ``fee`` in wei of TFUEL. Raises `TransactionError`.
    """

    fee: int
    holder: Input
    beneficiary: Address
    split_basis_point: int

    number: ClassVar[int] = 11

    def __post_init__(self) -> None:
        AnyTransaction.__post_init__(self)
        check_int(self.fee, "fee", 1 << 256)
        if type(self.holder) is not Input:
            raise TransactionError(f"expected an Input as holder, got {type(self.holder).__name__}", reason="type")
        self.holder.check(self.chain, coins=False)
        check_account(self.chain, self.beneficiary, "beneficiary")
        check_int(self.split_basis_point, "split_basis_point", _MOST_SPLIT + 1)

    @property
    def signing(self) -> tuple[Input, ...]:
        """The holder, who signs."""
        return (self.holder,)

    def fields(self, signatures: Sequence[bytes]) -> rlp.Item:
        """Fee, holder, beneficiary, split."""
        beneficiary, split = (self.beneficiary.payload, Coins().item), rlp.encode_uint(self.split_basis_point)
        return Coins(tfuel=self.fee).item, self.holder.item(signatures[0]), beneficiary, split

    def effects(self) -> tuple[Effect, ...]:
        """Whose rewards go where, and the fee."""
        holder = self.holder.account.account_id
        percent = f"{self.split_basis_point // 100}.{self.split_basis_point % 100:02}"
        change = f"{percent} % of its staking rewards go to {self.beneficiary.account_id}"
        return Authority(account=holder, change=change), self._fee(self.fee, holder)
