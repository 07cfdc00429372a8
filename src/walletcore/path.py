"""Derivation paths as values (BIP-32, "Notation"; BIP-44, "Path levels"; BIP-174 for key origins)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from walletcore.errors import PathError
from walletcore.freezing import thawed

__all__ = ["HARDENED", "KeyOrigin", "Path", "hardened"]

HARDENED = 0x8000_0000
MAX_DEPTH = 255  # the depth of an extended key is one byte
MAX_TEXT = 2 + MAX_DEPTH * len("/2147483647'")
_STEP = r"(0|[1-9][0-9]{0,9})(['hH]?)"  # compiled when the first path is read


def hardened(index: int) -> int:
    """The hardened form of an index below 2^31: ``hardened(44)`` is what ``44'`` means. Raises `PathError`."""
    return _index(index, HARDENED) + HARDENED


def _index(index: int, limit: int) -> int:
    if type(index) is not int:
        raise PathError(f"expected an int as index, got {type(index).__name__}", reason="type")
    if not 0 <= index < limit:
        raise PathError(f"expected an index from 0 to {limit - 1}", reason="range")
    return index


@lru_cache(maxsize=1024)  # the upper levels of paths are the same few words again and again
def _step(text: str) -> int:
    match = re.fullmatch(_STEP, text, re.ASCII)
    if match is None:
        raise PathError("expected a number and perhaps a ' as each step", reason="character")
    index = int(match[1])
    return hardened(index) if match[2] else _index(index, HARDENED)


@dataclass(frozen=True, slots=True)
class Path:
    """The steps from a key to a descendant, each 0 to 2^32-1, hardened from 2^31 on; at most 255 of them."""

    steps: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if type(self.steps) is not tuple:
            raise PathError(f"expected a tuple of steps, got {type(self.steps).__name__}", reason="type")
        if len(self.steps) > MAX_DEPTH:
            raise PathError(f"expected at most {MAX_DEPTH} steps, got {len(self.steps)}", reason="too-large")
        for step in self.steps:
            if type(step) is not int or not 0 <= step < 2 * HARDENED:
                _index(step, 2 * HARDENED)

    @classmethod
    def trusted(cls, steps: tuple[int, ...]) -> Path:
        """A path whose steps were just read as numbers of four bytes, at most 255; nothing is checked again."""
        made = _new_path()
        made.steps = steps
        made.__class__ = Path
        path: Path = made
        return path

    @classmethod
    def parse(cls, text: str) -> Path:
        """Read ``m/44'/60'/0'`` (``'``, ``h`` or ``H`` harden; the leading ``m`` is required). Raises `PathError`."""
        if type(text) is not str:
            raise PathError(f"expected a path as text, got {type(text).__name__}", reason="type")
        if len(text) > MAX_TEXT:
            raise PathError(f"expected at most {MAX_TEXT} characters, got {len(text)}", reason="too-large")
        root, *steps = text.split("/")
        if root != "m":
            raise PathError("expected a path that begins with m", reason="prefix")
        return cls(tuple(map(_step, steps)))

    def __truediv__(self, step: int | str) -> Path:
        """One step further down: an index (``hardened(44)``, ``7``) or its text (``"44'"``)."""
        return Path((*self.steps, _step(step) if type(step) is str else _index(step, 2 * HARDENED)))  # type: ignore[arg-type]

    def __str__(self) -> str:
        return "/".join(("m", *(f"{s - HARDENED}'" if s >= HARDENED else str(s) for s in self.steps)))

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, slots=True)
class KeyOrigin:
    """Where a key comes from: the master key's fingerprint (4 bytes) and the path below it (BIP-174)."""

    fingerprint: bytes
    path: Path

    def __post_init__(self) -> None:
        if type(self.fingerprint) is not bytes or len(self.fingerprint) != 4:
            raise PathError("expected 4 bytes as master fingerprint", reason="length")
        if type(self.path) is not Path:
            raise PathError(f"expected a Path, got {type(self.path).__name__}", reason="type")

    @classmethod
    def trusted(cls, fingerprint: bytes, path: Path) -> KeyOrigin:
        """An origin whose parts were just read; nothing is checked again."""
        made = _new_origin()
        made.fingerprint = fingerprint
        made.path = path
        made.__class__ = KeyOrigin
        origin: KeyOrigin = made
        return origin

    def __str__(self) -> str:
        return f"[{self.fingerprint.hex()}{str(self.path)[1:]}]"


_new_path, _new_origin = thawed(Path), thawed(KeyOrigin)
