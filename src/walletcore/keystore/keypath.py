"""Where a key comes from and what lies below it, as URs have it: a keypath in CBOR.

BCR-2020-007, "CDDL for Key Path": components are an index, a range, a wildcard, or a pair for external and internal
addresses; a range or a wildcard is the last one. As text they are written as in output descriptors: ``44'/0'/0'``,
``<0;1>/*``, ``0-9'``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from walletcore.errors import KeystoreError
from walletcore.path import HARDENED, Path

__all__ = ["components_of", "read_children", "read_path"]

_MAX_COMPONENTS = 64
_MAX_TEXT = 1024
_MARKS = {False: "", True: "'"}
_STEP = re.compile(
    r"(?:(?P<index>[0-9]{1,10})|(?P<low>[0-9]{1,10})-(?P<high>[0-9]{1,10})|(?P<any>\*))(?P<hardened>'?)"
    r"|<(?P<outer>[0-9]{1,10})(?P<outer_hardened>'?);(?P<inner>[0-9]{1,10})(?P<inner_hardened>'?)>",
    re.ASCII,
)


def read_path(components: Any) -> Path:
    """The steps of an origin, each an index. Raises `KeystoreError`."""
    steps = []
    for child, hardened in _pairs(components):
        if type(child) is not int:
            raise KeystoreError("expected steps to a single key", reason="type")
        steps.append(_index(child) + (HARDENED if hardened else 0))
    return Path(tuple(steps))


def read_children(components: Any) -> str:
    """The text of what may be derived below a key; a range or a wildcard is its last step. Raises `KeystoreError`."""
    steps = [_text(child, hardened) for child, hardened in _pairs(components, pairs=True)]
    if any("*" in step or "-" in step for step in steps[:-1]):
        raise KeystoreError("expected a range or a wildcard as the last component only", reason="type")
    return "/".join(steps)


def components_of(steps: Path | str) -> list[Any]:
    """The components of a path, or of the text of children. Raises `KeystoreError`."""
    if type(steps) is Path:
        return [part for step in steps.steps for part in (step % HARDENED, step >= HARDENED)]
    if type(steps) is not str:
        raise KeystoreError(f"expected children as text, got {type(steps).__name__}", reason="type")
    if len(steps) > _MAX_TEXT:
        raise KeystoreError(f"expected at most {_MAX_TEXT} characters of children", reason="too-large")
    written = [part for step in steps.split("/") for part in _component(step)] if steps else []
    if read_children(written) != steps:
        raise KeystoreError("expected numbers without leading zeros", reason="non-canonical")
    return written


def _pairs(components: Any, *, pairs: bool = False) -> Iterator[tuple[Any, bool]]:
    """Each component with whether it is hardened; where a pair of indexes may stand, as (None, pair)."""
    if type(components) not in (tuple, list) or len(components) > 2 * _MAX_COMPONENTS:
        raise KeystoreError(f"expected an array of at most {_MAX_COMPONENTS} components", reason="type")
    place = 0
    while place < len(components):
        child = components[place]
        if pairs and type(child) in (tuple, list) and len(child) == 4:
            yield child, False
            place += 1
            continue
        if place + 1 == len(components) or type(components[place + 1]) is not bool:
            raise KeystoreError("expected with each component whether it is hardened", reason="type")
        yield child, components[place + 1]
        place += 2


def _text(child: Any, hardened: bool) -> str:
    mark = _MARKS[hardened]
    if type(child) is int:
        return f"{_index(child)}{mark}"
    if type(child) not in (tuple, list):
        raise KeystoreError("expected an index, a range, a wildcard or a pair", reason="type")
    if len(child) == 0:
        return f"*{mark}"
    if len(child) == 2 and _index(child[0]) < _index(child[1]):
        return f"{child[0]}-{child[1]}{mark}"
    if len(child) == 4 and type(child[1]) is bool and type(child[3]) is bool:
        outer, inner = (f"{_index(child[i])}{_MARKS[child[i + 1]]}" for i in (0, 2))
        return f"<{outer};{inner}>"
    raise KeystoreError("expected a range from a lower to a higher index, or a pair", reason="range")


def _component(step: str) -> list[Any]:
    found = _STEP.fullmatch(step)
    if found is None:
        raise KeystoreError("expected children such as 0/* or <0;1>/*", reason="character")
    if found["outer"] is not None:
        outer, inner = int(found["outer"]), int(found["inner"])
        return [[outer, found["outer_hardened"] == "'", inner, found["inner_hardened"] == "'"]]
    hardened = found["hardened"] == "'"
    if found["any"] is not None:
        return [[], hardened]
    if found["index"] is not None:
        return [int(found["index"]), hardened]
    return [[int(found["low"]), int(found["high"])], hardened]


def _index(child: Any) -> int:
    if type(child) is not int:
        raise KeystoreError("expected an index as a number", reason="type")
    if not 0 <= child < HARDENED:
        raise KeystoreError("expected an index from 0 to 2^31 - 1", reason="range")
    return child
