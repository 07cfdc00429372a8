"""One adapter per well-kept curve library; no elliptic-curve arithmetic of our own.

Each module has `check_secret`, `public_key`, `parse_public` and a table `SCHEMES`: a scheme's name -> its `Operations`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from walletcore.errors import InvalidSignature
from walletcore.secret import Secret

__all__ = ["Operations", "Tweak", "accepting"]

Tweak = tuple[bytes, bytes]
"""What BIP-341 changes a private key by: its public key, and the merkle root or nothing."""


class Operations(NamedTuple):
    """What a signature scheme can do; ``prepared`` is whatever a curve module keeps of a key between signatures."""

    prepare: Callable[[Secret, Tweak | None], Any]
    """secret, tweak -> prepared"""
    sign: Callable[[Any, bytes, bytes], tuple[bytes, int | None]]
    """prepared, message, aux -> signature, recovery id"""
    verify: Callable[[bytes, bytes, bytes], None]
    """public key, message, signature: raises InvalidSignature; only the canonical form passes"""
    forget: Callable[[Any], None]
    """prepared: overwrite it (best effort)"""
    accept: Callable[[bytes, bytes, bytes, int | None], tuple[bytes, int | None]]
    """public key, message, signature as a device returned it, recovery id -> the same, verified and canonical"""


def accepting(
    verify: Callable[[bytes, bytes, bytes], None],
) -> Callable[[bytes, bytes, bytes, int | None], tuple[bytes, int | None]]:
    """The ``accept`` of a scheme whose signatures have one form and no recovery id."""

    def accept(public: bytes, message: bytes, signature: bytes, recovery: int | None) -> tuple[bytes, None]:
        if recovery is not None:
            raise InvalidSignature("a signature of this scheme has no recovery id", reason="mismatch")
        verify(public, message, signature)
        return signature, None

    return accept
