"""One question and one answer over HTTP (RFC 9110) as values, and JSON in both directions.

A status alone says nothing of a signature, whatever its class: what stands before a service answers in its place, with
4xx, too, after the service did its work (a filter of answers such as ModSecurity's phases 3 and 4, nginx's
``error_page 504 =404``, a question put to another server after the first one was lost, ``proxy_next_upstream``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from walletcore.coding import strict_json
from walletcore.errors import DecodingError, OutcomeUnknown

__all__ = ["MAX_ANSWER", "Question", "Reply", "compact", "failed", "json_of", "text_of", "unclear"]

MAX_ANSWER = 1 << 16
"""Bytes of a body that a signer reads; answers have a few hundred."""

_COMPACT = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_WORDS = {
    401: "it, or what stands before it, does not know this client",
    403: "it, or what stands before it, does not let this client sign",
    404: "it has no such key, or it lives at another path",
    413: "the request is too large for it, or for what stands before it",
    429: "it, or what stands before it, is busy",
}


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


def failed(status: int) -> OutcomeUnknown:
    """What a status other than 200 means where the service itself says nothing: it may have signed before."""
    if 300 <= status < 400:
        return unclear(f"the service answered with a redirect ({status}), which is never followed")
    words = f" ({_WORDS[status]})" if status in _WORDS else ""
    return unclear(f"the service failed, with status {status}{words}")


def compact(value: object) -> bytes:
    """JSON in ASCII without spaces."""
    return _COMPACT(value).encode()


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
