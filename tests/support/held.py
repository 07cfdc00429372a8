"""Keys that services in tests hold, over OpenSSL: signatures as services make them, with random nonces and any s."""

import functools
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from walletcore.keys import Curve, PublicKey

__all__ = ["ORDER", "held", "high", "pinned", "raw", "signed"]

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1 (SEC 2, section 2.4.1)."""


@functools.cache
def held(curve: Curve, number: int = 7) -> Any:
    """A private key of OpenSSL's on a curve; the number makes it another one."""
    if curve is Curve.ED25519:
        return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return ec.derive_private_key(number, ec.SECP256K1() if curve is Curve.SECP256K1 else ec.SECP256R1())


def pinned(curve: Curve, number: int = 7) -> PublicKey:
    """Its public half, as configuration holds it."""
    public = held(curve, number).public_key()
    if curve is Curve.ED25519:
        return PublicKey.parse(curve, public.public_bytes(Encoding.Raw, PublicFormat.Raw))
    return PublicKey.parse(curve, public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def signed(curve: Curve, message: bytes, *, number: int = 7) -> bytes:
    """DER over a digest of 32 bytes, or 64 bytes of Ed25519."""
    key = held(curve, number)
    if curve is Curve.ED25519:
        answer: bytes = key.sign(message)
        return answer
    der: bytes = key.sign(message, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    return der


def raw(der: bytes) -> bytes:
    """The same signature as r || s."""
    r, s = utils.decode_dss_signature(der)
    return r.to_bytes(32) + s.to_bytes(32)


def high(der: bytes) -> bytes:
    """The same signature of secp256k1 with a high s."""
    r, s = utils.decode_dss_signature(der)
    return utils.encode_dss_signature(r, max(s, ORDER - s))
