"""What a request is for, made again here from bytes: nothing that a client says of it is believed.

A client names a chain (CAIP-2) and bytes; the chain's own reader makes the subject, and the request counts only where
the subject states it. Where a client gives the payload alone, what it is follows from its first bytes (EIP-2718,
EIP-191) and the chain id that it has.
"""

from __future__ import annotations

from typing import Any

from walletcore.chains import chain
from walletcore.coding import rlp
from walletcore.errors import DecodingError, SigningRefused, WalletcoreError
from walletcore.signers.protocol import Subject
from walletcore.signing import SigningRequest

__all__ = ["rebuilt", "subject_of"]

_LIST = 0xC0  # RLP: the first byte of a list, with which a legacy transaction begins
_TYPED = (1, 2)  # EIP-2930, EIP-1559: the chain id is the first field
_LEGACY_FIELDS, _CHAIN_ID = 9, 6  # EIP-155: what is signed ends in chain id, 0, 0
_MAX_PAYLOAD = 1 << 20


def rebuilt(request: SigningRequest, subject: Subject | None) -> SigningRequest:
    """The same request as the subject itself states it, or without any subject. Raises `SigningRefused`."""
    if subject is None:
        return request
    try:
        made: Any = chain(subject.chain).decode_transaction(subject.raw, keys=(request.key,))
        stated: tuple[SigningRequest, ...] = getattr(made, "requests", tuple)()  # what is signed already states nothing
    except WalletcoreError as error:
        raise SigningRefused(f"the subject cannot be read: {error}", reason=error.reason) from None
    for each in stated:
        if each.id == request.id:
            return each
    raise SigningRefused("the subject does not state this request", reason="mismatch")


def subject_of(payload: bytes, default: str) -> Subject | None:
    """What an EVM payload seems to be, as far as that can be seen; messages name no chain and take the default one.

    Typed data (EIP-712) is two hashes: nobody can see what it says.
    """
    if payload[:2] in (b"\x19\x00", b"\x19E"):
        return Subject(chain=default, raw=payload) if default else None
    number = _chain_id(payload)
    return None if number is None else Subject(chain=f"eip155:{number}", raw=payload)


def _chain_id(payload: bytes) -> int | None:
    if not payload or len(payload) > _MAX_PAYLOAD or (payload[0] < _LIST and payload[0] not in _TYPED):
        return None
    typed = payload[0] in _TYPED
    try:
        fields = rlp.decode(payload[typed:])
        if type(fields) is not tuple or not fields or (not typed and len(fields) != _LEGACY_FIELDS):
            return None
        return rlp.decode_uint(fields[0 if typed else _CHAIN_ID], 64)
    except DecodingError:
        return None
