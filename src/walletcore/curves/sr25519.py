"""Schnorr signatures over Ristretto, Substrate's sr25519, through py-sr25519-bindings (extra: substrate).

The bindings are schnorrkel's, with the signing context "substrate"; points are those of RFC 9496. A private key is what
signs: the scalar (32 bytes, little-endian, from 1 to ℓ-1) and the nonce's secret (32 bytes) beside it. The 32 bytes of
a mini secret are a seed, which `expand` turns into that; a key that was derived has none, so there is one form for all.
Signatures are randomised: two of one message differ, and both verify.
"""

from __future__ import annotations

import hashlib

from walletcore.curves import Operations, Tweak, accepting
from walletcore.errors import InvalidKey, InvalidSignature, needs
from walletcore.secret import Secret, sealed

__all__ = [
    "ORDER",
    "SCHEMES",
    "check_secret",
    "expand",
    "from_ed25519",
    "hard_child",
    "parse_public",
    "public_key",
    "soft_child",
    "soft_public",
    "to_ed25519",
]

ORDER = 2**252 + 27742317777372353535851937790883648493
"""ℓ, the order of the group (RFC 9496, 4)."""
_IDENTITY = bytes(32)
_POINT = bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")  # the generator


def check_secret(secret: Secret) -> None:
    """Raise `InvalidKey` unless the secret is 64 bytes that begin with a scalar from 1 to ℓ-1, little-endian."""
    if len(secret) != 64:
        hint = "a mini secret is a seed: sr25519.expand, or SubstratePrivateKey.from_seed" if len(secret) == 32 else ""
        raise InvalidKey(f"expected 64 bytes as sr25519 private key, got {len(secret)}", reason="length", hint=hint)
    if not 0 < int.from_bytes(secret.reveal()[:32], "little") < ORDER:
        raise InvalidKey("expected an sr25519 scalar from 1 to the order of the group - 1", reason="range")


@sealed
def public_key(secret: Secret) -> bytes:
    """The 32-byte public key of a private key. Raises `MissingExtra` without the extra ``substrate``."""
    with needs("substrate"):
        import sr25519
    return bytes(sr25519.public_from_secret_key(secret.reveal()))


def parse_public(data: bytes) -> bytes:
    """The 32 bytes of a point in its one encoding (RFC 9496, 4.3.1), and not of the identity.

    Raises `InvalidKey`, and `MissingExtra` without the extra ``substrate``.
    """
    if len(data) != 32:
        raise InvalidKey(f"expected 32 bytes as sr25519 public key, got {len(data)}", reason="length")
    if data == _IDENTITY:
        raise InvalidKey("the identity is no sr25519 public key", reason="point")
    soft_public(data, _IDENTITY)  # the cheapest call that decodes it
    return data


@sealed
def expand(mini_secret: Secret) -> Secret:
    """The private key of a mini secret of 32 bytes (schnorrkel, ``ExpansionMode::Ed25519``). Raises `InvalidKey`.

    SHA-512, whose first half is clamped as in RFC 8032 and divided by the cofactor.
    """
    if type(mini_secret) is not Secret or len(mini_secret) != 32:
        raise InvalidKey("expected a mini secret of 32 bytes as a Secret", reason="length")
    digest = hashlib.sha512(mini_secret.reveal()).digest()
    clamped = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return Secret((clamped >> 3).to_bytes(32, "little") + digest[32:])


@sealed
def to_ed25519(secret: Secret) -> Secret:
    """The private key as Polkadot-JS keeps it: the scalar times the cofactor 8, and the nonce's secret; 64 bytes.

    Raises `InvalidKey` for what is no private key: the product would not fit.
    """
    check_secret(secret)
    data = secret.reveal()
    return Secret((int.from_bytes(data[:32], "little") << 3).to_bytes(32, "little") + data[32:])


@sealed
def from_ed25519(data: Secret) -> Secret:
    """The private key of what `to_ed25519` gives. Raises `InvalidKey`."""
    if len(data) != 64:
        raise InvalidKey(f"expected 64 bytes as sr25519 private key, got {len(data)}", reason="length")
    scalar, rest = divmod(int.from_bytes(data.reveal()[:32], "little"), 8)
    if rest:
        raise InvalidKey("expected an sr25519 scalar times 8", reason="range")
    secret = Secret(scalar.to_bytes(32, "little") + data.reveal()[32:])
    check_secret(secret)
    return secret


@sealed
def hard_child(secret: Secret, chain_code: bytes) -> tuple[Secret, bytes]:
    """The private and the public key of a hard junction (schnorrkel, ``hard_derive_mini_secret_key``).

    The same each time, the nonce's secret as well. The parent's public half plays no part, so any point stands for it.
    """
    with needs("substrate"):
        import sr25519
    _, child, key = sr25519.hard_derive_keypair((chain_code, _POINT, secret.reveal()), b"")
    return Secret(key), child


@sealed
def soft_child(secret: Secret, public: bytes, chain_code: bytes) -> tuple[Secret, bytes]:
    """The private and the public key of a soft junction (schnorrkel, ``derived_key_simple``).

    The scalar is the same each time; schnorrkel draws the nonce's secret, which no public key and no other
    implementation depends on.
    """
    with needs("substrate"):
        import sr25519
    _, child, key = sr25519.derive_keypair((chain_code, public, secret.reveal()), b"")
    return Secret(key), child


def soft_public(public: bytes, chain_code: bytes) -> bytes:
    """The public key of a soft junction. Raises `InvalidKey` for what is no point."""
    with needs("substrate"):
        import sr25519
    try:
        return bytes(sr25519.derive_pubkey((chain_code, public), b"")[1])
    except ValueError:
        raise InvalidKey("expected the one encoding of a Ristretto point", reason="point") from None


@sealed
def _prepare(secret: Secret, tweak: Tweak | None) -> Secret:
    """public key || private key; the public half is computed here: under a foreign one signatures give the key away."""
    if tweak is not None:
        raise InvalidKey("a taproot tweak goes with BIP-340 signatures only", reason="scheme")
    return Secret(public_key(secret) + secret.reveal())


@sealed
def _sign(prepared: Secret, message: bytes, aux: bytes) -> tuple[bytes, None]:
    with needs("substrate"):
        import sr25519
    pair = prepared.reveal()
    return sr25519.sign((pair[:32], pair[32:]), message), None


def _verify(public: bytes, message: bytes, signature: bytes) -> None:
    if len(signature) != 64:
        raise InvalidSignature(f"expected a signature of 64 bytes, got {len(signature)}", reason="length")
    with needs("substrate"):
        import sr25519
    try:  # under the identity every message has a signature that anybody can make
        verified = public != _IDENTITY and sr25519.verify(signature, message, public)
    except ValueError:  # no mark of schnorrkel's in the last bit, s not below the order, or no point
        verified = False
    if not verified:
        raise InvalidSignature("the sr25519 signature does not verify", reason="mismatch")


SCHEMES = {"sr25519": Operations(_prepare, _sign, _verify, Secret.wipe, accepting(_verify))}
