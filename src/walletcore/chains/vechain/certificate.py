"""Certificates of VeChain: what an account says of itself, or agrees to, for one domain (VIP-192).

VIP-192, "Specification": JSON with its names in their order and without white space, the signer in lower case; what is
signed is its BLAKE2b-256. Nothing in it names a network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.vechain.chain import VeChain
from walletcore.coding import strict_json
from walletcore.coding.visible import is_visible
from walletcore.effects import Effect, Opaque, Statement
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.hashes import blake2b_256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest, answered

__all__ = ["Certificate", "decode"]

_MAX_TEXT, _MAX_RAW = 1 << 16, 1 << 20  # characters of a member; bytes of the JSON
_MAX_TIME = 1 << 53  # what numbers of JavaScript hold
_SIGNER = re.compile(r"0x[0-9a-f]{40}", re.ASCII)
_MEMBERS = {"domain", "payload", "purpose", "signer", "timestamp"}
_TEXTS = ("purpose", "content", "content_type", "domain")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A text, ``content``, that the ``account`` signs for a ``domain`` at a time (seconds since 1970).

    ``purpose`` is "identification" or "agreement", or another word; so is ``content_type``, which is "text".
    ``signer`` is the account's key. Raises `TransactionError`.
    """

    chain: VeChain
    account: Address
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    purpose: str
    content: str
    content_type: str = "text"
    domain: str
    timestamp: int
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, VeChain):
            raise TransactionError(f"expected a network of VeChain, got {type(self.chain).__name__}", reason="type")
        check_account(self.chain, self.account, "account")
        key = self.signer
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected a public key of secp256k1 as signer", reason="type")
        if key is not None and self.chain.address(key) != self.account:
            raise TransactionError("the signer's key is that of another account", reason="mismatch")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        for name in _TEXTS:
            _check_text(getattr(self, name), name)
        if type(self.timestamp) is not int or not 0 <= self.timestamp < _MAX_TIME:
            raise TransactionError("expected an int from 0 to 2^53-1 as timestamp", reason="range")

    @property
    def raw(self) -> bytes:
        """The JSON in UTF-8 that is hashed and signed, from which `VeChain.decode_transaction` makes it again."""
        document = {
            "domain": self.domain,
            "payload": {"content": self.content, "type": self.content_type},
            "purpose": self.purpose,
            "signer": self.account.text.lower(),
            "timestamp": self.timestamp,
        }
        return _encode(document).encode()

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the signer's recoverable ECDSA signature over the BLAKE2b-256 of `raw`.

        Raises `TransactionError` while the signer is not known.
        """
        if self.signer is None:
            raise TransactionError("signer key unknown", reason="missing", hint="Certificate(signer=key, ...) tells it")
        request = SigningRequest(
            key=self.signer,
            scheme=Scheme.ECDSA,
            payload=self.raw,
            prehash=blake2b_256,
            origin=self.origin,
            subject=self,
        )
        return (request,)

    def assemble(self, answers: Answers) -> SignedMessage[Certificate]:
        """The signature as its readers expect it, 65 bytes: r, s and the recovery id.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        (signature,) = answers = answered(self.requests(), answers)
        if signature.recovery is None or signature.recovery > 1:  # r was n or more before it was reduced
            raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
        raw = signature.data + bytes((signature.recovery,))
        return SignedMessage(chain=self.chain, raw=raw, message=self, answers=answers)

    def effects(self) -> tuple[Effect, ...]:
        """A `Statement`: all that is signed, as it is; `Opaque` where a part of it cannot be seen."""
        if all(is_visible(getattr(self, name)) for name in _TEXTS):
            return (Statement(text=self.raw.decode()),)
        return (Opaque(why=f"certificate for {self.domain[:80]!r} with characters that cannot be seen", data=self.raw),)

    def verify(self, signature: bytes) -> None:
        """Return if the account made this signature of 65 bytes; otherwise raise `InvalidSignature`."""
        from walletcore.curves.secp256k1 import ORDER, ecdsa_recover

        if type(signature) is not bytes or len(signature) != 65:
            raise InvalidSignature("expected a signature of 65 bytes", reason="length")
        r, s, recovery = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]
        if recovery > 1 or not (0 < r < ORDER and 0 < s < ORDER):
            raise InvalidSignature("expected r and s from 1 to n-1, and 0 or 1 behind them", reason="range")
        if s > ORDER // 2:
            raise InvalidSignature("expected the lower of the two values of s", reason="non-canonical")
        key = PublicKey.trusted(Curve.SECP256K1, ecdsa_recover(blake2b_256(self.raw), signature[:64], recovery))
        if self.chain.address(key) != self.account:
            raise InvalidSignature("the certificate was signed by another account", reason="mismatch")


def _check_text(text: object, name: str) -> None:
    if type(text) is not str or not 0 < len(text) <= _MAX_TEXT:
        raise TransactionError(f"expected a text of 1 to {_MAX_TEXT} characters as {name}", reason="type")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise TransactionError(f"{name} has half of a surrogate pair, which no text has", reason="character") from None


def decode(chain: VeChain, raw: bytes, keys: Sequence[PublicKey]) -> Certificate:
    """Read what `Certificate.raw` gives, to the byte. The signer's key may be given. Raises `TransactionError`."""
    if len(raw) > _MAX_RAW:
        raise TransactionError(f"expected at most {_MAX_RAW} bytes", reason="too-large")
    if len(keys) > 1:
        raise TransactionError("expected at most one key, the signer's", reason="ambiguous")
    document = _document(raw)
    payload, signer = document["payload"], document["signer"]
    if type(payload) is not dict or payload.keys() != {"content", "type"}:
        raise TransactionError("payload: expected content and type", reason="unknown")
    if type(signer) is not str or not _SIGNER.fullmatch(signer):
        raise TransactionError("signer: expected 0x and 40 hex digits in lower case", reason="character")
    certificate = Certificate(
        chain=chain,
        account=chain.account(bytes.fromhex(signer[2:])),
        signer=keys[0] if keys else None,
        purpose=document["purpose"],
        content=payload["content"],
        content_type=payload["type"],
        domain=document["domain"],
        timestamp=document["timestamp"],
    )
    if certificate.raw != raw:
        raise TransactionError("expected the JSON of VIP-192, in its one form", reason="non-canonical")
    return certificate


def _document(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise TransactionError("expected JSON in UTF-8", reason="character") from None
    with raised_as(TransactionError):
        document = strict_json.decode(text, max_depth=2, max_values=16)
    if type(document) is not dict or document.keys() != _MEMBERS:
        raise TransactionError(f"expected the members {', '.join(sorted(_MEMBERS))}", reason="unknown")
    return document
