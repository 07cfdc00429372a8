"""Transactions with an access list: type 1 of EIP-2718's envelopes (EIP-2930).

0x01 || rlp([chainId, nonce, gasPrice, gasLimit, to, value, data, accessList]), and signed the same list with
signatureYParity, signatureR and signatureS at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.common import AnyTransaction
from walletcore.chains.evm.reading import check_chain, read_destination, read_typed, read_uints
from walletcore.coding import rlp
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.remembering import remembered
from walletcore.signing import Signature

__all__ = ["AccessList", "AccessListTransaction", "check_access_list"]

AccessList: TypeAlias = "tuple[tuple[bytes, tuple[bytes, ...]], ...]"
"""Accounts (20 bytes) with the storage keys (32 bytes each) that are announced for them (EIP-2930)."""

_MAX_ACCESS = 1 << 14  # accounts and storage keys together: twice what 2^24 gas can pay for (EIP-7825)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessListTransaction(AnyTransaction):
    """A transaction of type 1: ``gas_price`` in wei per unit of ``gas``, and what it announces to touch.

    Raises `TransactionError` for numbers out of range, an address of another chain, and malformed access lists.
    """

    gas_price: int
    access_list: AccessList = ()

    type_byte: ClassVar[bytes] = b"\x01"
    limits: ClassVar[tuple[tuple[str, int], ...]] = (*AnyTransaction.limits, ("gas_price", 2**256))

    def __post_init__(self) -> None:
        AnyTransaction.__post_init__(self)
        self._check_fee(self.gas_price)
        check_access_list(self.access_list)

    @property
    def max_price(self) -> int:
        """The price of a unit of gas, in wei."""
        return self.gas_price

    @remembered
    def fields(self) -> bytes:
        """The eight fields in the order of EIP-2930, each encoded."""
        numbers = rlp.encode_each(self.chain.chain_id, self.nonce, self.gas_price, self.gas)
        return numbers + self._call() + rlp.encode(self.access_list)


def read(chain: Evm, sender: PublicKey | None, body: bytes) -> tuple[AccessListTransaction, Signature | None]:
    """What stands after the type, see `walletcore.chains.evm.reading`."""
    fields, signature = read_typed(body, 8)
    chain_id, nonce, gas_price, gas, value = read_uints(*fields[:4], fields[5])
    check_chain(chain, chain_id)
    transaction = AccessListTransaction(
        chain=chain,
        sender=sender,
        nonce=nonce,
        gas_price=gas_price,
        gas=gas,
        value=value,
        to=read_destination(chain, fields[4]),
        data=fields[6],
        access_list=fields[7],
        allow_endowment=not fields[4],
    )
    return transaction, signature


def check_access_list(entries: object) -> None:
    """Raise `TransactionError` unless these are tuples of an account and a tuple of storage keys, not too many."""
    room = _MAX_ACCESS
    for entry in _checked_tuple(entries, "access_list"):
        pair = _checked_tuple(entry, "entry of access_list")
        if len(pair) != 2:
            raise TransactionError("expected an account and its storage keys in access_list", reason="length")
        keys = _checked_tuple(pair[1], "storage keys")
        room -= 1 + len(keys)
        if room < 0:
            raise TransactionError(f"expected at most {_MAX_ACCESS} accounts and storage keys", reason="too-large")
        _check_size(pair[0], 20, "account")
        for key in keys:
            _check_size(key, 32, "storage key")


def _checked_tuple(value: object, what: str) -> tuple[Any, ...]:
    if type(value) is not tuple:
        raise TransactionError(f"expected a tuple as {what}, got {type(value).__name__}", reason="type")
    return value


def _check_size(value: object, size: int, what: str) -> None:
    if type(value) is not bytes or len(value) != size:
        raise TransactionError(f"expected {size} bytes as {what} in access_list", reason="length")
