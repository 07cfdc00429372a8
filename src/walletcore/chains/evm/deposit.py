"""Deposits of the OP Stack: transactions that the other chain has made, type 0x7e of EIP-2718's envelopes.

0x7e || rlp([sourceHash, from, to, mint, value, gas, isSystemTransaction, data]) (specs.optimism.io, "Deposits", "The
Deposited Transaction Type"). Nobody signs one, and no node takes one: it is read, complete as it is, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.evm import calls
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.reading import read_destination, read_fields, read_uints
from walletcore.coding import rlp
from walletcore.effects import Effect, Opaque, Transfer
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.signing import Answers, SigningRequest, accepted

__all__ = ["Deposit", "read"]

_TYPE = b"\x7e"
_FIELDS = 8
_MAX_DATA = 1 << 20
_LIMITS = (("mint", 2**256), ("value", 2**256), ("gas", 2**64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """What a deposit does: ``mint`` wei appear on the account ``source``, and ``value`` wei and data go on to ``to``.

    ``source_hash`` (32 bytes) tells it from all others. Amounts are in wei. Raises `TransactionError`.
    """

    chain: Evm
    source_hash: bytes
    source: Address
    to: Address | None
    mint: int
    value: int
    gas: int
    is_system: bool = False
    data: bytes = field(default=b"", repr=False)

    needs_signature: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not isinstance(self.chain, Evm) or "deposit" not in self.chain.dialects:
            raise TransactionError("expected a chain that has deposits of the OP Stack", reason="network")
        if type(self.source_hash) is not bytes or len(self.source_hash) != 32:
            raise TransactionError("expected 32 bytes as source_hash", reason="length")
        check_account(self.chain, self.source, "source")
        if self.to is not None:
            check_account(self.chain, self.to, "to")
        if type(self.is_system) is not bool:
            raise TransactionError("expected True or False as is_system", reason="type")
        if type(self.data) is not bytes or len(self.data) > _MAX_DATA:
            raise TransactionError(f"expected at most {_MAX_DATA} bytes as data", reason="type")
        for name, limit in _LIMITS:
            number = getattr(self, name)
            if type(number) is not int or not 0 <= number < limit:
                raise TransactionError(f"expected an int from 0 to {limit - 1} as {name}", reason="range")

    @property
    def raw(self) -> bytes:
        """The type, and the list of fields."""
        to = b"" if self.to is None else self.to.payload
        accounts = rlp.encode(self.source_hash) + rlp.encode(self.source.payload) + rlp.encode(to)
        numbers = rlp.encode_each(self.mint, self.value, self.gas, int(self.is_system))
        return _TYPE + rlp.join((accounts, numbers, rlp.encode(self.data)))

    def requests(self) -> tuple[SigningRequest, ...]:
        """None: there is nothing that anybody could sign."""
        return ()

    def assemble(self, answers: Answers) -> SignedTransaction[Self]:
        """The transaction, complete as it is. Raises `InvalidSignature` for answers to nothing."""
        return SignedTransaction(chain=self.chain, raw=self.raw, transaction=self, answers=accepted((), answers))

    def effects(self) -> tuple[Effect, ...]:
        """What appears and what moves, and what the data say. There is no fee: gas is paid on the other chain."""
        asset, source = self.chain.asset, self.source.account_id
        made = (Transfer(asset=asset, amount=self.mint, source="", destination=source),) if self.mint else ()
        if self.to is None:
            moved = (Opaque(why=f"creates a contract, with {self.value} wei", data=self.data),)
            return (*made, *moved)
        to = self.to.account_id
        paid = (Transfer(asset=asset, amount=self.value, source=source, destination=to),)
        called = calls.effects(self.to, source, self.data) if self.data else ()
        return (*made, *(paid if self.value or not called else ()), *called)


def read(chain: Evm, sender: PublicKey | None, body: bytes) -> tuple[Deposit, None]:
    """What stands after the type. Raises `TransactionError`, also where a key is said to have signed it."""
    if sender is not None:
        raise TransactionError("nobody signs a deposit: leave out the keys", reason="mismatch")
    fields = read_fields(body, (_FIELDS,))
    mint, value, gas, is_system = read_uints(*fields[3:7])
    source = read_destination(chain, fields[1])
    if source is None or is_system > 1:
        raise TransactionError("expected 20 bytes as source, and 0 or 1 for a system transaction", reason="range")
    deposit = Deposit(
        chain=chain,
        source_hash=fields[0],
        source=source,
        to=read_destination(chain, fields[2]),
        mint=mint,
        value=value,
        gas=gas,
        is_system=is_system == 1,
        data=fields[7],
    )
    return deposit, None
