"""JSON (RFC 8259) from outside: bounded in length and depth, no name twice in an object, no NaN or Infinity.

Python's own scanner recurses in C: under a raised recursion limit, which other libraries set, nesting crashes it.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from walletcore.errors import DecodingError
from walletcore.secret import sealed

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "decode"]

MAX_LENGTH = 1 << 20
MAX_DEPTH = 32
_MAX_DIGITS = 640  # int() takes quadratic time; its own limit, which may be lifted, is never set lower
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


@sealed
def decode(text: str, *, max_length: int = MAX_LENGTH, max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text. Raises `DecodingError`; no part of the text is repeated in it."""
    if type(text) is not str:
        raise DecodingError(f"expected JSON as text, got {type(text).__name__}", reason="type")
    if len(text) > max_length:
        raise DecodingError(f"expected at most {max_length} characters of JSON, got {len(text)}", reason="too-large")
    _check_depth(text, max_depth)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_int=_bounded,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
        json.dumps(value, ensure_ascii=False).encode()  # no half of a surrogate pair, which no text has
        return value
    except DecodingError:
        raise
    except ValueError as error:
        place = getattr(error, "pos", None)
        where = "" if place is None else f" at character {place + 1}"
        raise DecodingError(f"expected JSON, which this is not{where}", reason="character") from None


def _check_depth(text: str, max_depth: int) -> None:
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > max_depth:
            raise DecodingError(f"expected at most {max_depth} levels of JSON", reason="too-deep")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DecodingError("a name appears twice in one JSON object", reason="duplicate")
    return found


def _bounded(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise DecodingError(f"expected whole numbers of at most {_MAX_DIGITS} digits", reason="range")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise DecodingError("a number is too large for a float", reason="range")
    return number


def _refuse_constant(name: str) -> Any:
    raise DecodingError("NaN and Infinity are not JSON", reason="non-canonical")
