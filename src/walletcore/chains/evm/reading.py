"""What the readers of transactions share: fields of RLP become numbers, destinations and signatures (EIP-2718).

A reader is the function ``read(chain, sender, body)`` of the room of a type: it takes what stands after the type, and
gives the transaction of whom is taken to send it, with the signature if there is one. It may raise `DecodingError`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from walletcore.chains.accounts import low_s_signature
from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.coding import rlp
from walletcore.errors import TransactionError
from walletcore.signing import Signature

__all__ = [
    "Fields",
    "check_chain",
    "checked_fields",
    "read_destination",
    "read_fields",
    "read_signature",
    "read_typed",
    "read_uints",
]

Fields: TypeAlias = "tuple[Any, ...]"


def read_typed(body: bytes, count: int) -> tuple[Fields, Signature | None]:
    """So many fields, and the signature where three more stand behind them."""
    fields = read_fields(body, (count, count + 3))
    return fields[:count], read_signature(*fields[count:]) if len(fields) > count else None


def read_fields(raw: bytes, counts: tuple[int, ...]) -> Fields:
    """The items of a list that has one of these numbers of them."""
    return checked_fields(rlp.decode(raw), counts)


def checked_fields(fields: rlp.Item, counts: tuple[int, ...]) -> Fields:
    """The items, if this is a list that has one of these numbers of them."""
    if type(fields) is not tuple:
        raise TransactionError("expected a list after the type, got a string of bytes", reason="type")
    if len(fields) not in counts:
        expected = " or ".join(map(str, counts))
        raise TransactionError(f"expected {expected} fields, got {len(fields)}", reason="length")
    return fields


def read_uints(*items: rlp.Item) -> list[int]:
    """Numbers below 2^256."""
    return [rlp.decode_uint(item, 256) for item in items]


def check_chain(chain: Evm, chain_id: int) -> None:
    """Raise `TransactionError` unless this is the chain's own id."""
    if chain_id != chain.chain_id:
        raise TransactionError(f"expected chain id {chain.chain_id}, got {chain_id}", reason="network")


def read_destination(chain: Evm, to: rlp.Item) -> Address | None:
    """The account of 20 bytes, or None where there are no bytes."""
    if type(to) is not bytes or len(to) not in (0, 20):
        raise TransactionError("expected 20 bytes, or none, as destination", reason="length")
    return chain.account(to) if to else None


def read_signature(parity: rlp.Item, r: rlp.Item, s: rlp.Item) -> Signature:
    """The signature, low s (EIP-2)."""
    recovery, r_, s_ = rlp.decode_uint(parity, 1), rlp.decode_uint(r, 256), rlp.decode_uint(s, 256)
    return low_s_signature(r_.to_bytes(32) + s_.to_bytes(32), recovery)
