"""The 65 bytes of a public key of secp256k1 or P-256, which key files take apart or write whole.

SEC 1, section 2.3.3: 04 || x || y.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from walletcore.errors import KeystoreError
from walletcore.keys import Curve, PublicKey

__all__ = ["uncompressed"]


def _secp256k1(data: bytes) -> bytes:
    from walletcore.curves.secp256k1 import uncompressed

    return uncompressed(data)


def _p256(data: bytes) -> bytes:
    from walletcore.curves.p256 import uncompressed

    return uncompressed(data)


_UNCOMPRESSED: Mapping[Curve, Callable[[bytes], bytes]] = {Curve.SECP256K1: _secp256k1, Curve.P256: _p256}


def uncompressed(key: PublicKey) -> bytes:
    """The 65 bytes of a key. Raises `KeystoreError` for one of another curve."""
    if type(key) is not PublicKey:
        raise KeystoreError("expected a PublicKey", reason="type")
    if key.curve not in _UNCOMPRESSED:
        raise KeystoreError("expected a key of secp256k1 or P-256", reason="scheme")
    return _UNCOMPRESSED[key.curve](key.data)
