"""The tree of Solana's first wallets: BIP-32 of secp256k1, whose private keys are taken for seeds of ed25519.

BIP-32, "Child key derivation (CKD) functions"; project-serum/spl-token-wallet, ``walletProvider/localStorage.js``: the
path is m/501'/account'/0/index. No public key leads to its children, whatever the step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from walletcore.errors import DerivationError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import Path
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["SolletPrivateKey"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SolletPrivateKey(Confidential):
    """A node: the ``private_key`` of ed25519 that it stands for. Raises `DerivationError`."""

    node: ExtendedPrivateKey
    private_key: PrivateKey = field(init=False)
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.node) is not ExtendedPrivateKey:
            raise DerivationError(f"expected an ExtendedPrivateKey, got {type(self.node).__name__}", reason="type")
        # one Secret for both: whoever wipes the key wipes the node
        object.__setattr__(self, "private_key", PrivateKey(Curve.ED25519, self.node.private_key.secret))

    @classmethod
    @sealed
    def from_seed(cls, seed: bytes | Secret) -> SolletPrivateKey:
        """The root, from a seed of 16 to 64 bytes. Raises `DerivationError`."""
        return cls(node=ExtendedPrivateKey.from_seed(seed))

    @sealed
    def derive(self, path: Path | str) -> SolletPrivateKey:
        """The node at the end of this path, counted from here. Raises `PathError`, `DerivationError`."""
        return SolletPrivateKey(node=self.node.derive(path))

    @property
    def public_key(self) -> PublicKey:
        """The public key of ed25519."""
        return self.private_key.public_key

    @property
    def fingerprint(self) -> bytes:
        """The fingerprint of the node (BIP-32); key origins name a root by it."""
        return self.node.fingerprint

    def __repr__(self) -> str:
        return f"SolletPrivateKey(depth {self.node.depth})"


SolletPrivateKey.__init__ = sealed(SolletPrivateKey.__init__)  # type: ignore[method-assign]
