"""Legacy transactions, which have no type: with the chain id of EIP-155 in what is signed, or valid on every chain.

Signed rlp([nonce, gasprice, startgas, to, value, data, v, r, s]), where v is {0,1} + chain_id * 2 + 35. What is signed
has chain_id, 0, 0 for the last three, or before EIP-155 nothing, and v is {0,1} + 27 (EIP-155, "Specification").
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.common import AnyTransaction
from walletcore.chains.evm.reading import check_chain, read_destination, read_fields, read_signature, read_uints
from walletcore.coding import rlp
from walletcore.effects import Effect, Opaque
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.remembering import remembered
from walletcore.signing import Signature

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
        chain_id = rlp.encode_each(self.chain.chain_id, 0, 0) if self.replay_protected else b""
        return rlp.join((self.fields(), chain_id))

    @remembered
    def fields(self) -> bytes:
        """The six fields from nonce to data, each encoded."""
        return rlp.encode_each(self.nonce, self.gas_price, self.gas) + self._call()

    def _v(self, parity: int) -> int:
        """The v of EIP-155, or 27 and 28 without a chain id."""
        return parity + (2 * self.chain.chain_id + 35 if self.replay_protected else 27)

    def perils(self) -> tuple[str, ...]:
        """As those of every type, and that no chain id is signed: to construct one, ``replay_protected`` says it."""
        perils = AnyTransaction.perils(self)
        return perils if self.replay_protected else ("unprotected", *perils)

    def effects(self, *, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
        """As those of every type, and an `Opaque` one first where no chain id is signed."""
        effects = AnyTransaction.effects(self, erc20=erc20)
        return effects if self.replay_protected else (_UNPROTECTED, *effects)


def read(chain: Evm, sender: PublicKey | None, raw: bytes) -> tuple[LegacyTransaction, Signature | None]:
    """The whole list, see `walletcore.chains.evm.reading`."""
    fields = read_fields(raw, (6, 9))
    nonce, gas_price, gas, value = read_uints(*fields[:3], fields[4])
    replay_protected, signature = _read_v(chain, *fields[6:]) if len(fields) > 6 else (False, None)
    transaction = LegacyTransaction(
        chain=chain,
        sender=sender,
        nonce=nonce,
        gas_price=gas_price,
        gas=gas,
        value=value,
        to=read_destination(chain, fields[3]),
        data=fields[5],
        replay_protected=replay_protected,
        allow_endowment=not fields[3],
    )
    return transaction, signature


def _read_v(chain: Evm, v: rlp.Item, r: rlp.Item, s: rlp.Item) -> tuple[bool, Signature | None]:
    """Whether a chain id is signed, and the signature; None where chain id, 0, 0 stand in its place (EIP-155)."""
    number = rlp.decode_uint(v, 64)  # EIP-2294
    if r == s == b"":
        check_chain(chain, number)
        return True, None
    if number in (27, 28):
        return False, read_signature(rlp.encode_uint(number - 27), r, s)
    if number < 35:
        raise TransactionError("expected v of 27, 28, or 35 and more", reason="range")
    chain_id, parity = divmod(number - 35, 2)
    check_chain(chain, chain_id)
    return True, read_signature(rlp.encode_uint(parity), r, s)
