"""Messages that an account signs and no chain takes (Cosmos SDK, ADR-036), as Keplr's ``signArbitrary`` makes them.

What is signed is a StdSignDoc in amino JSON with one ``sign/MsgSignData``, without a chain id, without a fee, memo and
numbers, so that no chain takes it for a transaction. It names the account that signs; no chain of the same prefix is
told from another.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.cosmos.chain import CosmosChain, check_account
from walletcore.coding import strict_json
from walletcore.coding.visible import is_visible, told_in_hex
from walletcore.effects import Effect, Opaque, Statement
from walletcore.errors import AddressError, DecodingError, InvalidSignature, TransactionError
from walletcore.hashes import keccak256, sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, answered

__all__ = ["Message", "decode", "is_message"]

_MAX_DATA, _MAX_RAW = 1 << 17, 1 << 18
_HEAD = b'{"account_number":"0","chain_id":"",'
"""No transaction begins like this: a chain's id is not empty (CometBFT)."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_DIGESTS = {"secp256k1": sha256, "eth_secp256k1": keccak256}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Data that the ``account`` signs, at least one byte. ``signer`` is its key. Raises `TransactionError`."""

    chain: CosmosChain
    account: Address
    data: bytes
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, CosmosChain):
            raise TransactionError(f"expected a Cosmos chain, got {type(self.chain).__name__}", reason="type")
        check_account(self.chain, self.account, "account")
        if type(self.data) is not bytes or not 0 < len(self.data) <= _MAX_DATA:
            raise TransactionError(f"expected 1 to {_MAX_DATA} bytes as data", reason="type")
        key = self.signer
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected a public key of secp256k1 as signer", reason="type")
        if key is not None and self.chain.address(key) != self.account:
            raise TransactionError("the signer's key is that of another account", reason="mismatch")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")

    @classmethod
    def of(
        cls, chain: CosmosChain, signer: PublicKey, data: bytes | str, *, origin: KeyOrigin | None = None
    ) -> Message:
        """The message of a key: bytes, or text, which is signed in UTF-8. Raises `TransactionError`, `AddressError`."""
        try:
            payload = data.encode() if type(data) is str else data
        except UnicodeEncodeError:
            raise TransactionError("expected text without halves of surrogate pairs", reason="character") from None
        account = chain.address(signer)
        return cls(chain=chain, account=account, data=payload, signer=signer, origin=origin)  # type: ignore[arg-type]

    @property
    def raw(self) -> bytes:
        """The JSON that is hashed and signed, from which `CosmosChain.decode_transaction` makes the message again."""
        value = {"data": base64.b64encode(self.data).decode(), "signer": self.account.text}
        document = {
            "account_number": "0",
            "chain_id": "",
            "fee": {"amount": [], "gas": "0"},
            "memo": "",
            "msgs": [{"type": "sign/MsgSignData", "value": value}],
            "sequence": "0",
        }
        return _encode(document).encode()

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the signer's ECDSA signature over the SHA-256 of `raw`, or its Keccak-256 (eth_secp256k1).

        Raises `TransactionError` while the signer is not known.
        """
        if self.signer is None:
            raise TransactionError("signer key unknown", reason="missing", hint="Message(signer=key, ...) tells it")
        prehash = _DIGESTS[self.chain.key_type]
        return (SigningRequest.trusted(self.signer, Scheme.ECDSA, self.raw, prehash, None, self.origin, self),)

    def assemble(self, answers: Answers) -> SignedMessage[Message]:
        """The StdSignature that wallets give, JSON with the key and the signature: see `verify`.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        (request,) = self.requests()
        (signature,) = answers = answered((request,), answers)
        key = {"type": self.chain.amino_key_type, "value": base64.b64encode(request.key.data).decode()}
        document = {"pub_key": key, "signature": base64.b64encode(signature.data).decode()}
        return SignedMessage(chain=self.chain, raw=_encode(document).encode(), message=self, answers=answers)

    def effects(self) -> tuple[Effect, ...]:
        """A `Statement` for text; `Opaque` for what a person cannot read."""
        try:
            text = self.data.decode()
        except UnicodeDecodeError:
            return (Opaque(why="bytes that are no text", data=self.data),)
        if told_in_hex(text) is not None:
            return (Opaque(why="bytes in hexadecimal", data=self.data),)
        if not is_visible(text):
            return (Opaque(why="text with characters that cannot be seen", data=self.data),)
        return (Statement(text=text),)

    def verify(self, signature: bytes, *, key: PublicKey | None = None) -> None:
        """Return if the account made this signature; otherwise raise `InvalidSignature`.

        It is a StdSignature in JSON, which names the key, or 64 bytes with the ``key`` beside them. Who signs may also
        be known as ``signer``.
        """
        named, data = _split(signature, self.chain)
        given = {each for each in (named, key, self.signer) if each is not None}
        if len(given) != 1:
            expected = "expected the key of the signature" if not given else "the signature names another key"
            raise InvalidSignature(expected, reason="mismatch" if given else "missing")
        (public,) = given
        try:
            is_ours = self.chain.address(public) == self.account
        except AddressError as error:
            raise InvalidSignature(str(error), reason=error.reason) from None
        if not is_ours:
            raise InvalidSignature("the message was signed by another account", reason="mismatch")
        accepting, _ = public.accept(Scheme.ECDSA, _DIGESTS[self.chain.key_type](self.raw), data)
        if accepting != data:
            raise InvalidSignature("expected the lower of the two values of s", reason="non-canonical")


def _split(signature: bytes, chain: CosmosChain) -> tuple[PublicKey | None, bytes]:
    """The key that a StdSignature names, and the 64 bytes. Raises `InvalidSignature`."""
    if type(signature) is not bytes:
        raise InvalidSignature("expected a StdSignature, or 64 bytes", reason="type")
    if len(signature) == 64 or not signature.startswith(b"{"):  # an r may begin like JSON, which is longer
        return None, _checked(signature)
    try:
        document = strict_json.decode(signature.decode(), max_length=1024, max_depth=2)
        key, data = document["pub_key"], _from_base64(document["signature"])
        kind, public = key["type"], PublicKey(Curve.SECP256K1, _from_base64(key["value"]))
    except (DecodingError, ValueError, KeyError, TypeError, LookupError):
        raise InvalidSignature("expected a StdSignature with pub_key and signature", reason="character") from None
    if kind != chain.amino_key_type:
        raise InvalidSignature(f"expected a key of the type {chain.amino_key_type}", reason="mismatch")
    return public, _checked(data)


def _checked(data: bytes) -> bytes:
    if len(data) != 64:
        raise InvalidSignature(f"expected a signature of 64 bytes, got {len(data)}", reason="length")
    return data


def _from_base64(text: Any) -> bytes:
    try:
        data = base64.b64decode(text, validate=True) if type(text) is str else b""
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise DecodingError("expected base64 of at least one byte", reason="character")
    return data


def is_message(raw: bytes) -> bool:
    """Whether bytes begin as those of `Message.raw` do."""
    return raw.startswith(_HEAD)


def decode(chain: CosmosChain, raw: bytes, keys: Sequence[PublicKey]) -> Message:
    """Read what `Message.raw` gives, to the byte. The signer's key may be given. Raises `TransactionError`."""
    if len(raw) > _MAX_RAW:
        raise TransactionError(f"expected at most {_MAX_RAW} bytes", reason="too-large")
    if len(keys) > 1:
        raise TransactionError("expected at most one key, the signer's", reason="ambiguous")
    try:
        document = strict_json.decode(raw.decode())
        (message,) = document["msgs"]
        value = message["value"]
        data, signer = _from_base64(value["data"]), value["signer"]
    except (DecodingError, ValueError, KeyError, TypeError):
        raise TransactionError("expected a StdSignDoc with one sign/MsgSignData (ADR-036)", reason="unknown") from None
    found = Message(chain=chain, account=_account(chain, signer), data=data, signer=keys[0] if keys else None)
    if found.raw != raw:
        raise TransactionError("expected the JSON of ADR-036, in its one form", reason="non-canonical")
    return found


def _account(chain: CosmosChain, text: Any) -> Address:
    try:
        return chain.parse_address(text)
    except AddressError as error:
        raise TransactionError(f"signer: {error}", reason=error.reason, hint=error.hint) from None
