"""SLIP-0021: a tree of symmetric keys, each for one purpose, whose nodes are named by labels.

SLIP-0021, "Master node generation" and "Child node derivation", in its words: a node N is 64 bytes, of which the first
32 derive its children and the last 32 are its key. So a key that leaks gives nothing else away.
"""
# ruff: noqa: N806 - N and S are the specification's letters

from __future__ import annotations

from dataclasses import dataclass

from walletcore.errors import DerivationError
from walletcore.hashes import hmac_sha512
from walletcore.hd.checks import checked_seed
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["SymmetricNode"]

_MAX_LABEL = 4096  # bytes
_MAX_DEPTH = 255


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SymmetricNode(Confidential):
    """A node of 64 secret bytes: its key, and what derives every node below it. Raises `DerivationError`."""

    node: Secret
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.node) is not Secret or len(self.node) != 64:
            raise DerivationError("expected a node as a Secret of 64 bytes", reason="length")

    @classmethod
    @sealed
    def from_seed(cls, seed: bytes | Secret) -> SymmetricNode:
        """The master node of a seed of 16 to 64 bytes: that of BIP-39, or the secret of SLIP-39.

        Raises `DerivationError`.
        """
        S = checked_seed(seed).reveal()
        return cls(node=Secret(hmac_sha512(b"Symmetric key seed", S)))

    @sealed
    def derive(self, *labels: bytes | str) -> SymmetricNode:
        """The node below this one that these labels lead to, each of at most 4096 bytes; a text stands for its UTF-8.

        The first label below the master node names the purpose, such as SLIP-0021. Raises `DerivationError`.
        """
        if len(labels) > _MAX_DEPTH:
            raise DerivationError(f"expected at most {_MAX_DEPTH} labels, got {len(labels)}", reason="too-large")
        N = self.node.reveal()
        for label in labels:
            N = hmac_sha512(N[:32], b"\0" + _label(label))
        return SymmetricNode(node=Secret(N))

    @property
    def key(self) -> Secret:
        """The 32 bytes of the symmetric key, for AES-256, ChaCha20 or HMAC."""
        return Secret(self.node.reveal()[32:])

    def __repr__(self) -> str:
        return "SymmetricNode()"


SymmetricNode.__init__ = sealed(SymmetricNode.__init__)  # type: ignore[method-assign]


def _label(label: bytes | str) -> bytes:
    if type(label) not in (bytes, str):
        raise DerivationError(f"expected bytes or text as label, got {type(label).__name__}", reason="type")
    if len(label) > _MAX_LABEL:
        raise DerivationError(f"expected a label of at most {_MAX_LABEL} bytes", reason="too-large")
    try:
        data = label.encode() if isinstance(label, str) else label
    except UnicodeEncodeError:
        raise DerivationError("the label contains half of a surrogate pair", reason="character") from None
    if len(data) > _MAX_LABEL:
        raise DerivationError(f"expected a label of at most {_MAX_LABEL} bytes", reason="too-large")
    return data
