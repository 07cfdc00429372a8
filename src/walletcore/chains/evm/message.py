"""EIP-191 signed data: personal messages, data for a validator, and EIP-712 typed data.

EIP-191, "Specification": 0x19 <1 byte version> <version specific data> <data to sign>, signed over its Keccak-256.
Signatures are 65 bytes: r || s || v, with v 27 or 28 and the lower of the two values of s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.evm.chain import Evm
from walletcore.chains.typed_data import TypedData
from walletcore.coding import rlp
from walletcore.coding.visible import is_visible
from walletcore.effects import Effect, Opaque, Statement
from walletcore.errors import DecodingError, InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, accepted, complete

__all__ = ["Message", "decode"]

_MAX_DATA = 1 << 20
_PERSONAL = b"\x19Ethereum Signed Message:\n"
_VALIDATOR = b"\x19\x00"
_HEAD = re.compile(rb"\x19Ethereum Signed Message:\n(0|[1-9][0-9]{0,6})")
_SIGN_IN = "wants you to sign in with your ethereum account"  # EIP-4361
_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})++)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What an account signs that is no transaction: bytes (text as UTF-8), or typed data.

    Bytes are a personal message (version 0x45), or data for a ``validator``, which is a contract (version 0x00).
    Only typed data can name a chain in what is signed, and must name this one then. Raises `TransactionError`.
    """

    chain: Evm
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    data: bytes | TypedData
    validator: Address | None = None
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, Evm):
            raise TransactionError(f"expected an EVM chain, got {type(self.chain).__name__}", reason="type")
        key, origin = self.signer, self.origin
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected a public key of secp256k1 as signer", reason="type")
        if origin is not None and type(origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        self._check_data()
        if self.validator is not None:
            if isinstance(self.data, TypedData):
                raise TransactionError("typed data names its contract in its domain", reason="ambiguous")
            check_account(self.chain, self.validator, "validator")

    def _check_data(self) -> None:
        if type(self.data) is TypedData:
            chain_id = self.data.domain.chain_id
            if chain_id not in (None, self.chain.chain_id):
                raise TransactionError(f"expected chain id {self.chain.chain_id}, got {chain_id}", reason="network")
        elif type(self.data) is not bytes:
            raise TransactionError(f"expected bytes or TypedData, got {type(self.data).__name__}", reason="type")
        elif len(self.data) > _MAX_DATA:
            raise TransactionError(f"expected at most {_MAX_DATA} bytes, got {len(self.data)}", reason="too-large")

    @property
    def payload(self) -> bytes:
        """The bytes that are hashed and signed."""
        if isinstance(self.data, TypedData):
            return self.data.payload
        if self.validator is not None:
            return _VALIDATOR + self.validator.payload + self.data
        return _PERSONAL + str(len(self.data)).encode() + self.data

    @property
    def digest(self) -> bytes:
        """The Keccak-256 of the payload, 32 bytes: what contracts recover the signer from."""
        return keccak256(self.payload)

    @property
    def raw(self) -> bytes:
        """What `decode` rebuilds the message from: the payload; for typed data its JSON."""
        return self.data.raw if isinstance(self.data, TypedData) else self.payload

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the signer's recoverable ECDSA signature over the Keccak-256 of the payload.

        Raises `TransactionError` while the signer is not known.
        """
        if self.signer is None:
            raise TransactionError("signer key unknown", reason="missing", hint="Message(signer=key, ...) tells it")
        return (
            SigningRequest(
                key=self.signer,
                scheme=Scheme.ECDSA,
                payload=self.payload,
                prehash=keccak256,
                origin=self.origin,
                subject=self,
            ),
        )

    def assemble(self, answers: Answers) -> SignedMessage[Message]:
        """The message with its signature of 65 bytes in ``raw``. Raises `InvalidSignature`, `MissingSignature`."""
        (signature,) = answers = complete(accepted(self.requests(), answers))
        parity = signature.recovery
        if parity is None or parity > 1:  # an r of n or more before it was reduced, which ecrecover does not know
            raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
        raw = signature.data + bytes((27 + parity,))
        return SignedMessage(chain=self.chain, raw=raw, message=self, answers=answers)

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

    def recover(self, signature: bytes, *, allow_parity: bool = False) -> PublicKey:
        """The key that made a signature of 65 bytes over this message. Raises `InvalidSignature`.

        v is 27 or 28; with ``allow_parity`` 0 and 1 pass as well, as some devices give it.
        """
        from walletcore.curves.secp256k1 import ORDER, ecdsa_recover

        if type(signature) is not bytes or len(signature) != 65:
            raise InvalidSignature("expected a signature of 65 bytes: r, s and v", reason="length")
        v = signature[64]
        if v not in (27, 28) and not (allow_parity and v in (0, 1)):
            raise InvalidSignature(f"expected 27 or 28 as v, got {v}", reason="range")
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
        if not (0 < r < ORDER and 0 < s < ORDER):
            raise InvalidSignature("expected r and s from 1 to n-1", reason="range")
        if s > ORDER // 2:
            raise InvalidSignature("expected the lower of the two values of s", reason="non-canonical")
        parity = v - 27 if v > 1 else v
        return PublicKey.trusted(Curve.SECP256K1, ecdsa_recover(self.digest, signature[:64], parity))

    def verify(self, signature: bytes, signer: Address | PublicKey, *, allow_parity: bool = False) -> None:
        """Return if this account, or key, signed the message; otherwise raise `InvalidSignature`.

        A contract's signature (ERC-1271) can be judged by the contract only, and is refused: see `verify_signature`.
        """
        if type(signer) not in (Address, PublicKey):
            raise InvalidSignature(f"expected an Address or a PublicKey, got {type(signer).__name__}", reason="type")
        key = self.recover(signature, allow_parity=allow_parity)
        if isinstance(signer, Address):
            same = isinstance(signer.chain, Evm) and signer == signer.chain.address(key)
        else:
            same = key == signer
        if not same:
            raise InvalidSignature("the message was signed by another account", reason="mismatch")


def decode(chain: Evm, raw: bytes, keys: Sequence[PublicKey] = ()) -> Message:
    """Read what `Message.raw` gives: EIP-191 data of version 0x45 or 0x00, or the JSON of typed data.

    The bytes do not say who signs: one key may be given. Raises `TransactionError`.
    """
    if type(raw) is not bytes or len(raw) > 2 * _MAX_DATA:
        raise TransactionError(f"expected at most {2 * _MAX_DATA} bytes", reason="type")
    if not isinstance(keys, Sequence) or len(keys) > 1:
        raise TransactionError("expected a sequence of at most one key, the signer's", reason="ambiguous")
    signer = keys[0] if keys else None
    head = _HEAD.match(raw)
    if head is not None:
        return Message(chain=chain, signer=signer, data=_sized(raw, head))
    if raw.startswith(_VALIDATOR):
        if len(raw) < 22:
            raise TransactionError("expected the 20 bytes of a validator", reason="truncated")
        if not isinstance(chain, Evm):
            raise TransactionError(f"expected an EVM chain, got {type(chain).__name__}", reason="type")
        return Message(chain=chain, signer=signer, data=raw[22:], validator=chain.account(raw[2:22]))
    if raw.startswith(b"{"):
        return Message(chain=chain, signer=signer, data=TypedData(raw))
    raise TransactionError("expected EIP-191 data of version 0x45 or 0x00, or typed data as JSON", reason="version")


def _sized(raw: bytes, head: re.Match[bytes]) -> bytes:
    """The data after the length, of which every number of digits is tried: the data may begin with digits, too."""
    for end in range(head.end(), head.start(1), -1):
        if int(raw[head.start(1) : end]) == len(raw) - end:
            return raw[end:]
    raise TransactionError("expected as many bytes as the message says", reason="length")


def _unreadable(data: bytes) -> str:
    """Why a person cannot see what these bytes say; empty for text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _looks_like(data) or "bytes that are no text"
    hexadecimal = _HEX.fullmatch(text.strip())
    if hexadecimal is not None and len(hexadecimal[1]) >= 64:
        return _looks_like(bytes.fromhex(hexadecimal[1])) or "bytes in hexadecimal"
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
