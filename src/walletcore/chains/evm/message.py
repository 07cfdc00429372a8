"""EIP-191 signed data: personal messages, data for a validator, and EIP-712 typed data.

EIP-191, "Specification": 0x19 <1 byte version> <version specific data> <data to sign>, signed over its Keccak-256.
Signatures are 65 bytes: r || s || v, with v 27 or 28 and the lower of the two values of s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.account_messages import VALIDATOR, AccountMessage, after_validator, checked_signer, sized
from walletcore.chains.evm.chain import Evm
from walletcore.chains.typed_data import TypedData
from walletcore.coding import rlp
from walletcore.coding.visible import is_visible, told_in_hex
from walletcore.effects import Effect, Opaque, Statement
from walletcore.errors import DecodingError, TransactionError
from walletcore.keys import PublicKey

__all__ = ["Message", "decode"]

_PERSONAL = b"\x19Ethereum Signed Message:\n"
_HEAD = re.compile(rb"\x19Ethereum Signed Message:\n(0|[1-9][0-9]{0,6})")
_SIGN_IN = "wants you to sign in with your ethereum account"  # EIP-4361


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(AccountMessage):
    """What an account signs that is no transaction: bytes (text as UTF-8), or typed data.

    Bytes are a personal message (version 0x45), or data for a ``validator``, which is a contract (version 0x00).
    Only typed data can name a chain in what is signed, and must name this one then. Raises `TransactionError`.
    """

    chain: Evm
    data: bytes | TypedData

    family: ClassVar[type[Evm]] = Evm

    def _head(self) -> bytes:
        return _PERSONAL + str(len(self.data)).encode()  # type: ignore[arg-type]  # of bytes only

    def effects(self) -> tuple[Effect, ...]:
        """A `Statement` for text; `Opaque` for all that a person cannot read; for typed data see ``typed_effects``."""
        if isinstance(self.data, TypedData):
            from walletcore.chains.evm import typed_effects

            return typed_effects.effects(self.chain, self.data, self.signer)
        if self.validator is not None:
            return (Opaque(why=f"data for the contract {self.validator.account_id}", data=self.data),)
        why = _unreadable(self.data)
        if why:
            return (Opaque(why=why, data=self.data),)
        text = self.data.decode()
        if _SIGN_IN in text.casefold():
            from walletcore.chains.evm import siwe

            return siwe.effects(text, self.chain, self.signer)
        return (Statement(text=text),)


def decode(chain: Evm, raw: bytes, keys: Sequence[PublicKey] = ()) -> Message:
    """Read what `Message.raw` gives: EIP-191 data of version 0x45 or 0x00, or the JSON of typed data.

    The bytes do not say who signs: one key may be given. Raises `TransactionError`.
    """
    signer = checked_signer(raw, keys)
    if not isinstance(chain, Evm):
        raise TransactionError(f"expected an EVM chain, got {type(chain).__name__}", reason="type")
    head = _HEAD.match(raw)
    if head is not None:
        data = sized(raw, head)
        if data is None:
            raise TransactionError("expected as many bytes as the message says", reason="length")
        return Message(chain=chain, signer=signer, data=data)
    if raw.startswith(VALIDATOR):
        data, validator = after_validator(chain, raw)
        return Message(chain=chain, signer=signer, data=data, validator=validator)
    if raw.startswith(b"{"):
        return Message(chain=chain, signer=signer, data=TypedData(raw))
    raise TransactionError("expected EIP-191 data of version 0x45 or 0x00, or typed data as JSON", reason="version")


def _unreadable(data: bytes) -> str:
    """Why a person cannot see what these bytes say; empty for text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _looks_like(data) or "bytes that are no text"
    hidden = told_in_hex(text)
    if hidden is not None:
        return _looks_like(hidden) or "bytes in hexadecimal"
    if not is_visible(text):
        return _looks_like(data) or "text with characters that cannot be seen"
    return ""


def _looks_like(data: bytes) -> str:
    """What bytes that are no text seem to be."""
    if len(data) == 32:
        return "32 bytes, as the hash of something that is not shown: blind signing"
    if data[:1] == b"\x19":
        return "looks like other EIP-191 data: blind signing"
    body = data[1:] if data[:1] and data[0] < 0x80 else data
    try:
        listed = type(rlp.decode(body)) is tuple
    except DecodingError:
        return ""
    return "looks like a transaction: blind signing" if listed else ""
