"""Kinds of fields with a form of their own: JSON within a message, and accounts that are bytes in protobuf.

Cosmos SDK, ``x/tx/signing/aminojson`` (encoder.go, cosmosInlineJSON).
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any

from walletcore.chains.cosmos.messages import fields
from walletcore.chains.cosmos.messages.fields import JSON, Names
from walletcore.coding import protobuf, strict_json
from walletcore.coding.text import bech32, from_words, to_words
from walletcore.errors import DecodingError

__all__ = ["account_bytes", "changed", "inline_json", "parsed_json"]

_EXACT = 1 << 53  # Go reads numbers of JSON as float64 before it sorts a document
_MAX_TEXT = 1 << 17
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"')


def changed(kind: Any, **changes: Any) -> Any:
    """A kind of field with another wire, or another form in JSON."""
    metadata = {key: dataclasses.replace(field, **changes) for key, field in kind.metadata.items()}
    return dataclasses.field(default=kind.default, metadata=metadata)


# JSON within a message


def parsed_json(data: bytes) -> JSON:
    """The JSON of these bytes. Raises `DecodingError`."""
    if len(data) > _MAX_TEXT:
        raise DecodingError(f"expected at most {_MAX_TEXT} bytes of JSON", reason="too-large")
    try:
        return strict_json.decode(data.decode())
    except UnicodeDecodeError:
        raise DecodingError("expected JSON in UTF-8", reason="character") from None


def _check_exact(value: JSON) -> None:
    """Refuse numbers that Go would write in another way than they are: it reads all as float64.

    `strict_json` bounds the depth.
    """
    if type(value) is float or (type(value) is int and abs(value) >= _EXACT):
        raise DecodingError("expected whole numbers below 2^53 in JSON that is signed as amino JSON", reason="range")
    for each in value.values() if type(value) is dict else value if type(value) is list else ():
        _check_exact(each)


def _inline(value: Any, names: Names) -> JSON:
    document = parsed_json(value)
    _check_exact(document)
    if b"-0" in _STRINGS.sub(b"", value):  # Go keeps its sign
        raise DecodingError("expected no -0 in JSON that is signed as amino JSON", reason="non-canonical")
    return document


def _outline(document: JSON, names: Names) -> bytes:
    _check_exact(document)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def inline_json(number: int, *, name: str = "") -> Any:
    """Bytes of JSON, which amino JSON holds as JSON (``inline_json``). Read from there they are sorted and compact."""
    return changed(fields.data(number, keep=True, name=name), to_json=_inline, from_json=_outline)


# Accounts as bytes


def account_bytes(number: int, hrp: str, *, name: str = "") -> Any:
    """The address of an account as text, of which protobuf has the bytes alone: as THORChain's messages do."""
    base = protobuf.data(number)
    return changed(
        fields.account(number, keep=True, name=name),
        wire=dataclasses.replace(
            base, default=fields.REQUIRED, read=_bytes_read(base.read, hrp), write=_bytes_written(base.write, hrp)
        ),
    )


def _bytes_read(read: protobuf.Read, hrp: str) -> protobuf.Read:
    def reader(data: bytes, position: int, stop: int, depth: int) -> tuple[Any, int]:
        payload, end = read(data, position, stop, depth)
        if len(payload) not in (20, 32):
            raise DecodingError(f"expected 20 or 32 bytes of an account, got {len(payload)}", reason="length")
        return bech32.encode(hrp, to_words(payload)), end

    return reader


def _bytes_written(write: protobuf.Write, hrp: str) -> Callable[[Any, int], bytes]:
    def writer(value: Any, depth: int) -> bytes:
        found, words = bech32.decode(value)
        if found != hrp or bech32.encode(hrp, words) != value:
            raise DecodingError(f"expected an address that begins with {hrp}1, in lower case", reason="prefix")
        return write(from_words(words), depth)

    return writer
