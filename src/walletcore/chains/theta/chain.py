"""Theta's networks as rows, and their accounts: those of Ethereum, on a ledger with transactions of its own.

thetatoken/theta-protocol-ledger: core/genesis.go and ledger/types/tx.go (the ids that are signed). Contracts are called
by transactions of Ethereum as well, whose rows are ``theta-fuel`` and ``theta-fuel-testnet`` of the EVM family.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from walletcore.chains.accounts import AccountChain
from walletcore.chains.base import Profile, SignedTransaction
from walletcore.errors import Unsupported
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.theta.transaction import AnyTransaction

__all__ = ["CHAINS", "ThetaChain"]

_CHAIN_ID = re.compile(r"[-_a-zA-Z0-9]{1,32}", re.ASCII)  # CAIP-2, reference
_TFUEL = 589  # SLIP-44

_PROFILES = (
    Profile(
        name="theta",
        path="m/44'/500'/{account}'/0/{index}",
        wallets=("Theta Wallet", "Trust Wallet"),
        source="thetatoken theta-js 0.0.86 src/constants (DerivationPaths.Theta); "
        "trustwallet/wallet-core registry.json (theta)",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ThetaChain(AccountChain):
    """A network of Theta by its id, which is a text and is signed. Raises `Unsupported` for an id that is none.

    There are two coins: THETA, which is staked, and TFUEL, in which fees are paid.
    """

    chain_id: str
    symbol: str = "THETA"
    decimals: int = 18
    slip44: int = 500
    caip2: str = field(init=False, default="")
    profiles: tuple[Profile, ...] = _PROFILES

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.theta.transaction:Send",
        "walletcore.chains.theta.transaction:SmartContract",
        "walletcore.chains.theta.stake:DepositStake",
        "walletcore.chains.theta.stake:DepositStakeV2",
        "walletcore.chains.theta.stake:WithdrawStake",
        "walletcore.chains.theta.stake:StakeRewardDistribution",
    )
    is_signed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if type(self.chain_id) is not str or not _CHAIN_ID.fullmatch(self.chain_id):
            raise Unsupported("expected 1 to 32 letters, digits, - and _ as chain id", reason="character")
        object.__setattr__(self, "caip2", f"theta:{self.chain_id}")

    @property
    def fee_asset(self) -> str:
        """The CAIP-19 name of TFUEL."""
        return f"{self.caip2}/slip44:{_TFUEL}"

    @property
    def fee_symbol(self) -> str:
        """TFUEL, with as many decimals as THETA."""
        return "TFUEL"

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> AnyTransaction | SignedTransaction[AnyTransaction]:
        """Read a transaction, signed or not: of types 2 and 7 to 11. Raises `TransactionError`.

        The bytes name accounts, not keys: ``keys`` tell who signs what is unsigned. Signatures tell it themselves, and
        are verified; keys that are given all the same must contain those of all signers.
        """
        from walletcore.chains.theta.decode import decode

        return decode(self, raw, keys)

    def transaction_id(self, raw: bytes) -> str:
        """The Keccak-256 of a signed transaction, ``0x`` and 64 hex digits. Raises `TransactionError`."""
        from walletcore.chains.theta.decode import identify

        return identify(self, raw)


CHAINS = (
    ThetaChain(name="theta", chain_id="mainnet"),
    ThetaChain(name="theta-testnet", chain_id="testnet"),
)
