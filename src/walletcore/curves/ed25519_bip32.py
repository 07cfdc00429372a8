"""Ed25519 with the extended private keys of BIP32-Ed25519 (Khovratovich and Law, 2017, III.B and V).

A private key is k_L || k_R: the scalar itself, little-endian, and the prefix from which nonces are made, 32 bytes each.
Public keys and signatures are those of RFC 8032, 5.1, and verify as plain ed25519.
"""

from __future__ import annotations

import hashlib

from nacl import bindings

from walletcore.curves import Operations, ed25519, expanded
from walletcore.errors import InvalidKey
from walletcore.secret import Secret, sealed

__all__ = ["ORDER", "SCHEMES", "add_point", "base_times", "check_secret", "parse_public", "public_key"]

ORDER = ed25519.ORDER
_SIZE = 64
_ZERO = bytes(32)


@sealed
def check_secret(secret: Secret) -> None:
    """Raise `InvalidKey` unless the secret is 64 bytes with k_L below 2^255 and no multiple of the group order.

    Which bits of k_L are set and clear beyond this is a matter of how a tree derives its children.
    """
    if len(secret) != _SIZE:
        raise InvalidKey(f"expected {_SIZE} bytes as extended ed25519 key, got {len(secret)}", reason="length")
    k_L = secret.reveal()[:32]  # noqa: N806 - the paper's name
    if k_L[31] >> 7 or ed25519.reduce_scalar(k_L) == _ZERO:
        raise InvalidKey("expected a scalar below 2^255 that is no multiple of the group order", reason="range")


base_times = expanded.base_times
public_key = expanded.public_key
parse_public = ed25519.parse_public


def add_point(public: bytes, scalar: bytes) -> bytes:
    """A + [scalar]B, 32 bytes. Raises `InvalidKey` ("point") where that is the neutral point."""
    reduced = ed25519.reduce_scalar(scalar)
    total: bytes = public if reduced == _ZERO else bindings.crypto_core_ed25519_add(public, base_times(reduced))
    if total == ed25519.NEUTRAL:
        raise InvalidKey("the sum of the points is no key", reason="point")
    return total


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


@sealed
def _sign(prepared: Secret, message: bytes, aux: bytes) -> tuple[bytes, None]:
    return expanded.sign(prepared, message, _sha512), None


_ED25519 = ed25519.SCHEMES["ed25519"]

SCHEMES = {"ed25519-bip32": Operations(expanded.prepare, _sign, _ED25519.verify, Secret.wipe, _ED25519.accept)}
