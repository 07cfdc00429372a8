"""One question and one answer over HTTP (RFC 9110) as values, and what a status says of a signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from walletcore.coding import strict_json
from walletcore.errors import DecodingError, OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused

__all__ = ["MAX_ANSWER", "Question", "Reply", "declined", "json_of", "text_of", "unclear"]

MAX_ANSWER = 1 << 16
"""Bytes of a body that a signer reads; answers have a few hundred."""

_REFUSED = {400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 421, 422, 426, 431, 451}
_REASONS = {401: "policy", 403: "policy", 404: "unknown", 413: "too-large"}
_HINTS = {401: "the service does not know this client", 404: "the service has no such key, or it lives at another path"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A POST: the path below the service's base, the body, and headers beside those that every question has."""

    path: str
    body: bytes
    accept: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: the status, the media type in lower case without parameters, at most `MAX_ANSWER` bytes."""

    status: int
    media_type: str
    body: bytes


def unclear(what: str) -> OutcomeUnknown:
    """The error for an answer that does not tell whether something was signed."""
    return OutcomeUnknown(f"{what}: it may have signed", hint="ask for the very same again")


def declined(status: int) -> SignerError:
    """What a status other than 200 means where nothing else in the answer says more.

    Client errors say that the request was not carried out, 429 that it was not yet (RFC 6585, section 4). A conflict
    (409) is what a service says while the same request is being carried out, a redirect may come after the work was
    done (303), and servers' errors come from gateways, too: they leave it open.
    """
    if status in _REFUSED:
        text = f"the service refused, with status {status}"
        return SigningRefused(text, reason=_REASONS.get(status, "policy"), hint=_HINTS.get(status, ""))
    if status == 429:
        return SignerUnavailable("the service is busy, with status 429")
    if 300 <= status < 400:
        return unclear(f"the service answered with a redirect ({status}), which is never followed")
    return unclear(f"the service failed, with status {status}")


def json_of(reply: Reply, *forms: tuple[str, ...]) -> dict[str, Any]:
    """The JSON object of an answer, with the members of one of these forms, no other. Raises `OutcomeUnknown`."""
    if reply.media_type != "application/json":
        raise unclear("the service answered with something else than JSON")
    try:
        value = strict_json.decode(_decoded(reply), max_length=MAX_ANSWER, max_depth=8)
    except DecodingError:
        raise unclear("the service answered with what is no JSON") from None
    if type(value) is not dict or set(value) not in map(set, forms):
        raise unclear(f"the service answered with other members than {' or '.join(map(', '.join, forms))}")
    return value


def text_of(reply: Reply) -> str:
    """The text of an answer. Raises `OutcomeUnknown`."""
    if reply.media_type != "text/plain":
        raise unclear("the service answered with something else than text")
    return _decoded(reply)


def _decoded(reply: Reply) -> str:
    try:
        return reply.body.decode()
    except UnicodeDecodeError:
        raise unclear("the service answered with what is not UTF-8") from None
