"""What every tree of keys checks at its door: the seed (BIP-32, "Master key generation"), the path, the chain code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from walletcore.errors import DerivationError, InvalidKey
from walletcore.path import Path
from walletcore.secret import Secret, sealed

__all__ = ["as_derivation", "checked_chain_code", "checked_path", "checked_seed"]

_MAX_LEGACY = 1024


@sealed
def checked_seed(seed: bytes | Secret, *, any_length: bool = False) -> Secret:
    """A seed of 128 to 512 bits, or of any length but none. Raises `DerivationError`."""
    if type(seed) not in (bytes, Secret):
        raise DerivationError(f"expected bytes or a Secret as seed, got {type(seed).__name__}", reason="type")
    shortest, longest = (1, _MAX_LEGACY) if any_length else (16, 64)
    if not shortest <= len(seed) <= longest:
        raise DerivationError(f"expected a seed of {shortest} to {longest} bytes, got {len(seed)}", reason="length")
    return seed if isinstance(seed, Secret) else Secret(seed)


def checked_path(path: Path | str) -> Path:
    """A path, given as such or as text. Raises `PathError`."""
    return path if type(path) is Path else Path.parse(path)  # type: ignore[arg-type]  # refuses what is no text


def checked_chain_code(chain_code: bytes) -> None:
    """Raise `DerivationError` unless a chain code is 32 bytes."""
    if type(chain_code) is not bytes or len(chain_code) != 32:
        raise DerivationError("expected 32 bytes as chain code", reason="length")


@contextmanager
def as_derivation() -> Iterator[None]:
    """Turn what a curve or a key refuses into a `DerivationError`; a wiped secret stays an `InvalidKey`."""
    try:
        yield
    except InvalidKey as error:
        if error.reason == "wiped":
            raise
        raise DerivationError(str(error), reason=error.reason) from None
