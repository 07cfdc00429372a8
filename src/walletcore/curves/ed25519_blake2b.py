"""Ed25519 with BLAKE2b-512 (RFC 7693) in the place of SHA-512, as Nano has it (RFC 8032, 5.1: "H(x)").

Nano's documentation, "Signing, hashing and key derivation": keys and signatures look like those of ed25519 and are not:
the same seed has another public key. Verification is as strict as for ed25519.
"""

from __future__ import annotations

import hashlib

from walletcore.curves import Operations, Tweak, accepting, ed25519, expanded
from walletcore.secret import Secret, sealed

__all__ = ["SCHEMES", "check_secret", "parse_public", "public_key"]

check_secret = ed25519.check_secret
parse_public = ed25519.parse_public


def _blake2b(data: bytes) -> bytes:
    return hashlib.blake2b(data).digest()


@sealed
def public_key(secret: Secret) -> bytes:
    """The 32-byte public key of a seed."""
    return expanded.public_key(expanded.expand(secret, _blake2b))


@sealed
def _prepare(secret: Secret, tweak: Tweak | None) -> Secret:
    return expanded.prepare(expanded.expand(secret, _blake2b), tweak)


@sealed
def _sign(prepared: Secret, message: bytes, aux: bytes) -> tuple[bytes, None]:
    return expanded.sign(prepared, message, _blake2b), None


def _verify(public: bytes, message: bytes, signature: bytes) -> None:
    expanded.verify(public, message, signature, _blake2b)


SCHEMES = {"ed25519-blake2b": Operations(_prepare, _sign, _verify, Secret.wipe, accepting(_verify))}
