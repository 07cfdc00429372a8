"""TIP-712 typed data: EIP-712's, with Tron's addresses and numbers of tokens as types.

TIP-712, "Specifications": an address is hashed without its 0x41, ``trcToken`` is an atomic type and encoded as uint256,
and the chain id is the lower 32 bits of the network's. Its digest is the same as EIP-712 gives for the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from walletcore.chains import structs
from walletcore.chains import typed_data as shared
from walletcore.chains.structs import ATOMIC, Dialect
from walletcore.chains.tron.chain import PREFIX, TronChain
from walletcore.errors import AddressError, TransactionError

__all__ = ["TIP712", "TypedData"]

_READER = TronChain(name="typed data", chain_id=1)  # addresses look the same on every network


def _address(value: object) -> bytes:
    """An account: 20 bytes, or 21 with 0x41; text that begins with T, 41 and 40 hex digits, or as in EIP-712."""
    if type(value) is bytes and len(value) == 21 and value[:1] == PREFIX:
        return value[1:].rjust(32, b"\0")
    if type(value) is str and not (value.startswith("0x") and len(value) == 42):
        try:
            return _READER.parse_address(value, allow_unchecked=True).payload.rjust(32, b"\0")
        except AddressError as error:
            raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None
    return ATOMIC["address"](value)


_ATOMIC: Mapping[str, structs.Encode] = {**ATOMIC, "address": _address, "trcToken": ATOMIC["uint256"]}
TIP712 = Dialect(_ATOMIC, hex_chain_id=True)  # tronweb's documentation has it so
"""The atomic types of TIP-712."""


class TypedData(shared.TypedData):
    """Typed data as its JSON, in one canonical form, and what it hashes to: as for EIP-712, by Tron's types."""

    __slots__ = ()

    dialect: ClassVar[Dialect] = TIP712
