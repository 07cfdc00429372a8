"""Trees of keys: from a seed along a path. A chain names its derivation by a word, and `master` knows the word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.errors import Unsupported
from walletcore.keys import Curve
from walletcore.secret import Secret, sealed

if TYPE_CHECKING:
    from walletcore.hd.bip32 import ExtendedPrivateKey
    from walletcore.hd.slip10 import Slip10PrivateKey
    from walletcore.hd.sollet import SolletPrivateKey

__all__ = ["master"]


@sealed
def master(
    derivation: str, curve: Curve, seed: bytes | Secret
) -> ExtendedPrivateKey | Slip10PrivateKey | SolletPrivateKey:
    """The root of the tree that "bip32", "slip10" or "sollet" grows from a seed of 16 to 64 bytes.

    Raises `DerivationError` for the seed, `Unsupported` for another word or a curve that the derivation does not have.
    """
    if type(derivation) is not str:
        raise Unsupported(f"expected a derivation as text, got {type(derivation).__name__}", reason="unknown")
    if derivation == "slip10":
        from walletcore.hd.slip10 import Slip10PrivateKey

        return Slip10PrivateKey.from_seed(seed, curve)
    if derivation == "bip32" and curve is Curve.SECP256K1:
        from walletcore.hd.bip32 import ExtendedPrivateKey

        return ExtendedPrivateKey.from_seed(seed)
    if derivation == "sollet" and curve is Curve.ED25519:
        from walletcore.hd.sollet import SolletPrivateKey

        return SolletPrivateKey.from_seed(seed)
    raise Unsupported("expected bip32 with secp256k1, slip10, or sollet, as derivation", reason="unknown")
