"""The protocol of ``remote:`` signers, version 1: one signature over HTTP, as JSON, for every scheme.

``POST {base}/v1/sign`` with a request; the answer is a signature, or an error of one of three kinds. Both directions
are here and both are pure: a client asks and reads, a server decodes and answers. docs/http-signer.md has examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from walletcore import hashes
from walletcore.coding import strict_json
from walletcore.coding.text import hexadecimal
from walletcore.errors import (
    REASONS,
    DecodingError,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import Hash
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signers.web import Question, Reply, compact, failed, json_of, unclear
from walletcore.signing import Signature, SigningRequest

__all__ = [
    "MAX_REQUEST",
    "PATH",
    "Asked",
    "RemoteKey",
    "Subject",
    "decode_request",
    "encode_error",
    "encode_request",
    "encode_signature",
]

PATH = "/v1/sign"
"""Below the base of the service."""
MAX_REQUEST = 1 << 23
"""Bytes of a request; a payload and a subject of 1 MB each, in hexadecimal, take 4 MB."""

T = TypeVar("T")

_MAX_PREHASH, _MAX_CHAIN, _MAX_MESSAGE = 48, 64, 500
_CURVES = {curve.value: curve for curve in Curve}
_SCHEMES = {scheme.value: scheme for scheme in Scheme}
_MEMBERS = ("id", "key", "scheme", "payload", "prehash", "tweak", "subject")
_TAGS = {"TapSighash", "BIP0322-signed-message"}  # a hash is kept for each, so not as many as a client likes
_KINDS = {"refused": SigningRefused, "unavailable": SignerUnavailable, "unknown": OutcomeUnknown}
_STATUSES = {"refused": 403, "unavailable": 503, "unknown": 500}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a request says it is for: a CAIP-2 name, and what the chain's decode_transaction accepts. Not yet believed.

    Whoever reads it decodes it, and sees whether the request is one of its `requests`.
    """

    chain: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as a server read it, and what it is said to be for."""

    request: SigningRequest
    subject: Subject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteKey:
    """What is asked of a service that speaks this protocol."""

    curve: Curve

    @property
    def schemes(self) -> frozenset[Scheme]:
        """All schemes of the key's curve; the service may refuse some."""
        return frozenset(scheme for scheme in Scheme if scheme.curve is self.curve)

    def ask(self, request: SigningRequest) -> Question:
        """The request as JSON; its id is the key of idempotency, in the body and in the header of that name."""
        body = encode_request(request)
        if len(body) > MAX_REQUEST:
            raise SigningRefused(f"expected a request of at most {MAX_REQUEST} bytes of JSON", reason="too-large")
        return Question(path=PATH, body=body, headers=(("Idempotency-Key", f'"{request.id.hex()}"'),))

    def read(self, request: SigningRequest, answer: Reply) -> Signature:
        """The signature in an answer, which names the request that it answers."""
        if answer.status != 200:
            raise _failure(request, answer)
        value = json_of(answer, ("id", "signature", "recovery"))
        if value["id"] != request.id.hex():
            raise unclear("the service answered another request")
        data, recovery = value["signature"], value["recovery"]
        try:
            return Signature(scheme=request.scheme, data=_bytes(data, 64, "signature"), recovery=recovery)
        except DecodingError as error:
            raise InvalidSignature(str(error), reason=error.reason) from None


def _failure(request: SigningRequest, answer: Reply) -> SignerError:
    """The error of an answer. Only the protocol's own words say that nothing was signed: an error of this form, about
    this request, or about one that was not read (null). Whatever else stands between can make up a status.
    """
    try:
        value = json_of(answer, ("id", "kind", "reason", "message"))
    except OutcomeUnknown:
        return failed(answer.status)
    is_ours = value["id"] in (request.id.hex(), None)
    if not is_ours or value["kind"] not in ("refused", "unavailable") or answer.status < 400:
        return failed(answer.status)
    reason = value["reason"] if type(value["reason"]) is str and value["reason"] in REASONS else ""
    return _KINDS[value["kind"]](f"the service said: {_shown(value['message'])}", reason=reason)


def _shown(message: object) -> str:
    """A service's words, bounded and in one line."""
    text = message if type(message) is str else "nothing"
    return "".join(character if character.isprintable() else "?" for character in text[:_MAX_MESSAGE])


def encode_request(request: SigningRequest) -> bytes:
    """The body of a question; the subject is part of it where the request has one. Raises `SigningRefused`."""
    return compact(
        {
            "id": request.id.hex(),
            "key": {"curve": request.key.curve.value, "data": request.key.data.hex()},
            "scheme": request.scheme.value,
            "payload": request.payload.hex(),
            "prehash": None if request.prehash is None else request.prehash.name,
            "tweak": None if request.tweak is None else request.tweak.hex(),
            "subject": _subject(request),
        }
    )


def _subject(request: SigningRequest) -> dict[str, str] | None:
    if request.subject is None:
        return None
    chain, raw = getattr(request.subject.chain, "caip2", None), request.subject.raw
    if type(chain) is not str or type(raw) is not bytes:
        raise SigningRefused("expected a subject with a chain's CAIP-2 name, and bytes as raw", reason="type")
    return {"chain": chain, "raw": raw.hex()}


def decode_request(body: bytes) -> Asked:
    """What a client asks for. Raises `DecodingError`, or the error of the value that cannot be (`WalletcoreError`).

    The id is computed again, and another one is refused: nobody can give two requests one name.
    """
    value = _object(_parsed(body), _MEMBERS, "request")
    key = _object(value["key"], ("curve", "data"), "key")
    tweak = None if value["tweak"] is None else _bytes(value["tweak"], None, "tweak")
    request = SigningRequest(
        key=PublicKey(_known(_CURVES, key["curve"], "curve"), _bytes(key["data"], None, "key")),
        scheme=_known(_SCHEMES, value["scheme"], "scheme"),
        payload=_bytes(value["payload"], None, "payload"),
        prehash=_hash(value["prehash"]),
        tweak=tweak,
    )
    if value["id"] != request.id.hex():
        raise DecodingError("the id is not that of the request", reason="mismatch")
    return Asked(request=request, subject=_read_subject(value["subject"]))


def _parsed(body: bytes) -> object:
    if type(body) is not bytes or len(body) > MAX_REQUEST:
        raise DecodingError(f"expected at most {MAX_REQUEST} bytes of JSON", reason="too-large")
    try:
        return strict_json.decode(body.decode(), max_length=MAX_REQUEST, max_depth=3, max_values=16)
    except UnicodeDecodeError:
        raise DecodingError("expected JSON in UTF-8", reason="character") from None


def _read_subject(value: object) -> Subject | None:
    if value is None:
        return None
    found = _object(value, ("chain", "raw"), "subject")
    if type(found["chain"]) is not str or not 0 < len(found["chain"]) <= _MAX_CHAIN:
        raise DecodingError("expected the CAIP-2 name of a chain", reason="type")
    return Subject(chain=found["chain"], raw=_bytes(found["raw"], None, "subject"))


def _object(value: object, names: tuple[str, ...], what: str) -> dict[str, Any]:
    if type(value) is not dict or set(value) != set(names):
        raise DecodingError(f"expected {', '.join(names)}, and nothing else, in the {what}", reason="unknown")
    return value


def _bytes(value: object, size: int | None, what: str) -> bytes:
    if type(value) is not str:
        raise DecodingError(f"expected hexadecimal digits as {what}", reason="type")
    data = hexadecimal.decode(value)
    if size is not None and len(data) != size:
        raise DecodingError(f"expected {size} bytes as {what}, got {len(data)}", reason="length")
    return data


def _known(names: Mapping[str, T], value: object, what: str) -> T:
    if type(value) is not str or value not in names:
        raise DecodingError(f"expected the name of a {what}", reason="unknown")
    return names[value]


def _hash(name: object) -> Hash | None:
    if name is None:
        return None
    if type(name) is not str or len(name) > _MAX_PREHASH:
        raise DecodingError("expected the name of a hash", reason="type")
    if name.startswith("tagged:") and name.removeprefix("tagged:") not in _TAGS:
        raise DecodingError("the tag of a hash is not known", reason="unknown")
    return hashes.by_name(name)


def encode_signature(request: SigningRequest, signature: Signature) -> bytes:
    """The body of an answer with status 200, for a signature that verifies. Raises `InvalidSignature`."""
    accepted = request.accept(signature)
    body = {"id": request.id.hex(), "signature": accepted.data.hex(), "recovery": accepted.recovery}
    return compact(body)


def encode_error(error: Exception, request: SigningRequest | None = None) -> tuple[int, bytes]:
    """The status and the body of an answer that holds no signature.

    Without a request (it could not be read, or the client is not known) nothing was signed. Errors that are none of
    walletcore's are unknown, and their text stays here.
    """
    kind = _kind(error, request)
    known = isinstance(error, WalletcoreError)
    value = {
        "id": None if request is None else request.id.hex(),
        "kind": kind,
        "reason": error.reason if isinstance(error, WalletcoreError) else "",
        "message": str(error)[:_MAX_MESSAGE] if known else type(error).__name__,
    }
    return 400 if request is None and kind == "refused" else _STATUSES[kind], compact(value)


def _kind(error: Exception, request: SigningRequest | None) -> str:
    if isinstance(error, SignerUnavailable):
        return "unavailable"
    return "refused" if request is None or isinstance(error, SigningRefused) else "unknown"
