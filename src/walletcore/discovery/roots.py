"""Where a search begins: the trees of a seed, or the node that an extended key is; each parent is derived once.

BIP-32, "Child key derivation (CKD) functions"; SLIP-0010. Where only public steps follow, public keys are derived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from walletcore.chains.base import LEVELS, Chain, Profile
from walletcore.errors import DerivationError
from walletcore.hd import master
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.hd.slip10 import Slip10PrivateKey
from walletcore.hd.sollet import SolletPrivateKey
from walletcore.keys import Curve, PublicKey
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

__all__ = ["Nodes", "Root", "Roots", "Start"]

_MAX_KEPT = 4096  # nodes

Root = Secret | ExtendedPrivateKey | ExtendedPublicKey
"""A seed, or an extended key from which the search goes on."""
_Node = ExtendedPrivateKey | Slip10PrivateKey | SolletPrivateKey | ExtendedPublicKey


class Nodes:
    """The nodes below a root: each that has children is derived once. What was derived here is wiped at the end."""

    def __init__(self, root: _Node, *, owned: bool) -> None:
        self._root, self._owned = root, owned
        self._kept: dict[tuple[bool, tuple[int, ...]], _Node] = {}

    def key(self, steps: tuple[int, ...]) -> PublicKey:
        """The public key at the end of these steps from the root."""
        if not steps:
            return self._root.public_key
        child = self._node(steps[:-1], self._private(steps)).derive(Path(steps[-1:]))
        public = child.public_key
        if not isinstance(child, ExtendedPublicKey):
            child.private_key.wipe()
        return public

    def _private(self, steps: tuple[int, ...]) -> int:
        """How many of the steps only a private key can take; the others are cheaper for a public one."""
        if isinstance(self._root, Slip10PrivateKey | SolletPrivateKey):
            return len(steps)
        return max((depth for depth, step in enumerate(steps, 1) if step >= HARDENED), default=0)

    def _node(self, steps: tuple[int, ...], private: int) -> _Node:
        place = len(steps) >= private, steps
        node = self._kept.get(place)
        if node is None:
            node = self._derived(steps, private)
            if len(self._kept) >= _MAX_KEPT:
                self.forget()
            self._kept[place] = node
        return node

    def _derived(self, steps: tuple[int, ...], private: int) -> _Node:
        if len(steps) == private:  # from here on the public half will do
            node = self._node(steps, private + 1)
            return node if isinstance(node, ExtendedPublicKey) else cast(ExtendedPrivateKey, node).public
        return self._node(steps[:-1], private).derive(Path(steps[-1:])) if steps else self._root

    def forget(self) -> None:
        """Forget the nodes below the root, and wipe the private keys among them."""
        for node in self._kept.values():
            if node is not self._root and not isinstance(node, ExtendedPublicKey):
                node.private_key.wipe()
        self._kept.clear()

    def wipe(self) -> None:
        """Forget all, and wipe the root as well, where it is not somebody else's."""
        self.forget()
        if self._owned and not isinstance(self._root, ExtendedPublicKey):
            self._root.private_key.wipe()


@dataclass(frozen=True, slots=True)
class Start:
    """Where the paths of a profile begin: at a node of this depth, which settles some of the numbers."""

    nodes: Nodes
    depth: int
    settled: dict[str, int]

    def path(self, profile: Profile) -> Path:
        """The first path of the profile."""
        return profile.fill(**self.settled)

    def key(self, path: Path) -> PublicKey:
        """The public key at the end of a path of the profile."""
        return self.nodes.key(path.steps[self.depth :])


class Roots:
    """The trees of a seed, each grown when it is needed, or the one node that an extended key is."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._trees: dict[tuple[str, Curve], Nodes] = {}

    def start(self, row: Chain, profile: Profile) -> Start:
        """Where the profile's paths begin. Raises `DerivationError` and `Unsupported` where they do not begin here."""
        if isinstance(self._root, Secret):
            return Start(self._nodes(profile.derivation, profile.curve), 0, {})
        if (profile.derivation, profile.curve) != ("bip32", Curve.SECP256K1):
            raise DerivationError(f"keys of {profile.curve.value} come from the seed only", reason="missing")
        settled = _settled(self._root, row, profile)
        return Start(self._nodes("bip32", Curve.SECP256K1), self._root.depth, settled)

    def _nodes(self, derivation: str, curve: Curve) -> Nodes:
        nodes = self._trees.get((derivation, curve))
        if nodes is None:
            is_seed = isinstance(self._root, Secret)
            node = master(derivation, curve, self._root) if isinstance(self._root, Secret) else self._root
            nodes = self._trees[derivation, curve] = Nodes(node, owned=is_seed)
        return nodes

    def __enter__(self) -> Roots:
        return self

    def __exit__(self, *_: object) -> None:
        for nodes in self._trees.values():
            nodes.wipe()


def _settled(key: ExtendedPrivateKey | ExtendedPublicKey, row: Chain, profile: Profile) -> dict[str, int]:
    """The numbers of the profile that an extended key settles by where it is. Raises `DerivationError`."""
    if key.network != row.xpub_network:
        raise DerivationError(f"the key is one of {key.network}", reason="network")
    if key.kind not in ("", profile.kind):
        raise DerivationError(f"the key is one for {key.kind}", reason="mismatch")
    steps = profile.path.split("/")[1:]
    return _own_step(key, steps) if key.depth else {}


def _own_step(key: ExtendedPrivateKey | ExtendedPublicKey, steps: Sequence[str]) -> dict[str, int]:
    """The number that the key's own step settles. An extended key does not say which steps were taken before it."""
    own = steps[key.depth - 1] if key.depth <= len(steps) else ""
    number, level = key.child_number % HARDENED, own.strip("{}'")
    is_there = own.endswith("'") == (key.child_number >= HARDENED) and level in (str(number), *LEVELS)
    if not is_there or any(step.startswith("{") for step in steps[: key.depth - 1]):
        raise DerivationError("the key is none at which this path could be entered", reason="mismatch")
    return {level: number} if level in LEVELS else {}
