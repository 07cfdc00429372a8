"""JSON (RFC 8259) from outside: bounded in length, depth and number of values, no name twice, no NaN or Infinity.

Python's own scanner recurses in C: under a raised recursion limit, which other libraries set, nesting crashes it. And
what it builds of ``[{},{},{}]`` weighs thirty times as much as the text.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from walletcore.errors import DecodingError
from walletcore.secret import sealed

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "MAX_VALUES", "decode"]

MAX_LENGTH = 1 << 20
MAX_DEPTH = 32
MAX_VALUES = 1 << 17
"""Texts, numbers, words, objects and arrays together: twice what typed data may hold (EIP-712)."""
_MAX_DIGITS = 640  # int() takes quadratic time; its own limit, which may be lifted, is never set lower
_STRING_OR_MARK = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|(\[\s*+\]|{\s*+}|[\[\]{},])', re.DOTALL)


@sealed
def decode(text: str, *, max_length: int = MAX_LENGTH, max_depth: int = MAX_DEPTH, max_values: int = MAX_VALUES) -> Any:
    """The value of a JSON text. Raises `DecodingError`; no part of the text is repeated in it.

    ``max_values`` counts whatever is a text, a number, a word, an object or an array; names of members are none.
    """
    if type(text) is not str:
        raise DecodingError(f"expected JSON as text, got {type(text).__name__}", reason="type")
    if len(text) > max_length:
        raise DecodingError(f"expected at most {max_length} characters of JSON, got {len(text)}", reason="too-large")
    _check_bounds(text, max_depth, max_values)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_int=_bounded,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
        if "\\u" in text or not text.isascii():
            json.dumps(value, ensure_ascii=False).encode()  # no half of a surrogate pair, which no text has
        return value
    except DecodingError:
        raise
    except ValueError as error:
        place = getattr(error, "pos", None)
        where = "" if place is None else f" at character {place + 1}"
        raise DecodingError(f"expected JSON, which this is not{where}", reason="character") from None


def _check_bounds(text: str, max_depth: int, max_values: int) -> None:
    """Refuse what is too deep or too much, before anything of it is built; what is no JSON is left to the scanner."""
    opened = text.count("[") + text.count("{")
    if opened > max_depth or opened + text.count(",") >= max_values:  # marks in strings count so far
        _scan(text, max_depth, max_values)


def _scan(text: str, max_depth: int, max_values: int) -> None:
    """The marks outside strings: each value but the first follows a comma, or a bracket that opens."""
    depth, values = 0, 1
    for number, match in enumerate(_STRING_OR_MARK.finditer(text)):
        mark = match[1]
        if mark in ("[", "{"):
            values, depth = values + 1, depth + 1
        elif mark == ",":
            values += 1
        elif mark in ("]", "}"):
            depth -= 1
        if depth + (mark is not None and len(mark) > 1) > max_depth:  # an empty object or array is one mark
            raise DecodingError(f"expected at most {max_depth} levels of JSON", reason="too-deep")
        if values > max_values or number > 5 * max_values:  # a name, a string or two brackets, a comma for each
            raise DecodingError(f"expected at most {max_values} values of JSON", reason="too-large")
        if depth < 0:  # no JSON: the scanner goes no further
            return


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
