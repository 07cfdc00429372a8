"""Legacy transactions, which have no type: with the chain id of EIP-155 in what is signed, or valid on every chain.

Signed rlp([nonce, gasprice, startgas, to, value, data, v, r, s]), where v is {0,1} + chain_id * 2 + 35. What is signed
has chain_id, 0, 0 for the last three, or before EIP-155 nothing, and v is {0,1} + 27 (EIP-155, "Specification").
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.evm.common import AnyTransaction
from walletcore.coding import rlp
from walletcore.effects import Effect, Opaque
from walletcore.errors import TransactionError
from walletcore.remembering import remembered

__all__ = ["LegacyTransaction"]

_UNPROTECTED = Opaque(why="has no chain id (EIP-155): the same signature is valid on every chain")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyTransaction(AnyTransaction):
    """A transaction without type: ``gas_price`` in wei per unit of ``gas``.

    With ``replay_protected=False`` it has no chain id: whoever sees it can send it again on every other chain, which
    its effects say. Raises `TransactionError` for numbers out of range and an address of another chain.
    """

    gas_price: int
    replay_protected: bool = True

    limits: ClassVar[tuple[tuple[str, int], ...]] = (*AnyTransaction.limits, ("gas_price", 2**256))

    def __post_init__(self) -> None:
        AnyTransaction.__post_init__(self)
        self._check_fee(self.gas_price)
        if type(self.replay_protected) is not bool:
            raise TransactionError("expected True or False as replay_protected", reason="type")

    @property
    def max_price(self) -> int:
        """The price of a unit of gas, in wei."""
        return self.gas_price

    @property
    def raw(self) -> bytes:
        """The bytes that are signed: nine fields, the last three of them chain id, 0, 0; or six without a chain id."""
        chain_id = rlp.encode_uints(self.chain.chain_id, 0, 0) if self.replay_protected else b""
        return rlp.join((self.fields(), chain_id))

    @remembered
    def fields(self) -> bytes:
        """The six fields from nonce to data, each encoded."""
        return rlp.encode_uints(self.nonce, self.gas_price, self.gas) + self._call()

    def _encode_parity(self, parity: int) -> bytes:
        return rlp.encode_uints(parity + (2 * self.chain.chain_id + 35 if self.replay_protected else 27))

    def effects(self, *, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
        """As those of every type, and an `Opaque` one first where no chain id is signed."""
        effects = AnyTransaction.effects(self, erc20=erc20)
        return effects if self.replay_protected else (_UNPROTECTED, *effects)
