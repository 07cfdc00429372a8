"""Script trees of taproot outputs: their leaves and root, and the control blocks that prove that a leaf is in one.

BIP-341, "Constructing and spending Taproot outputs" and "Script validation rules"; the form of a tree is that of
BIP-371 (PSBT_OUT_TAP_TREE): its leaves from left to right, each with its depth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from walletcore.chains.bitcoin.tx import SCRIPT
from walletcore.curves.secp256k1 import tweak_public
from walletcore.errors import InvalidKey, TransactionError
from walletcore.hashes import tagged
from walletcore.keys import Curve, PublicKey

__all__ = ["NOBODY", "TAPSCRIPT", "ControlBlock", "ScriptTree", "TapLeaf", "output_script", "root_of"]

TAPSCRIPT = 0xC0
"""The leaf version of BIP-342; scripts of other versions have no meaning yet, and anyone may spend them."""
NOBODY = bytes.fromhex("50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0")
"""The x of the point H, which has a private key that nobody knows: as an internal key it leaves the leaves alone."""
_LEAF, _BRANCH, _TWEAK = tagged("TapLeaf"), tagged("TapBranch"), tagged("TapTweak")
_MAX_DEPTH = 128
_ANNEX = 0x50  # a control block that began so would be taken for an annex
_PARITY = 0x01
_HASH, _KEY = 32, slice(1, 33)  # bytes of a hash; where the internal key stands in a control block
_OP_1 = b"\x51\x20"  # and a push of 32 bytes: witness version 1


@dataclass(frozen=True, slots=True)
class TapLeaf:
    """A script of a tree and its leaf version, an even number that is not 0x50. Raises `TransactionError`."""

    script: bytes
    version: int = TAPSCRIPT

    def __post_init__(self) -> None:
        if type(self.script) is not bytes:
            raise TransactionError(f"expected a script as bytes, got {type(self.script).__name__}", reason="type")
        _check_version(self.version)

    def encode(self) -> bytes:
        """Version and script with its size, of which the hash is made."""
        return bytes((self.version,)) + SCRIPT.encode(self.script)

    @property
    def hash(self) -> bytes:
        """The tagged hash "TapLeaf" of version and script: 32 bytes, which signatures commit to (BIP-342)."""
        return _LEAF(self.encode())


@dataclass(frozen=True, slots=True)
class ScriptTree:
    """The leaves from left to right, each with its depth: 0 for one alone, at most 128. Raises `TransactionError`.

    ``ScriptTree(((1, a), (2, b), (2, c)))`` has ``a`` on one side, ``b`` and ``c`` on the other, as
    ``join(a, join(b, c))`` has.
    """

    leaves: tuple[tuple[int, TapLeaf], ...]

    def __post_init__(self) -> None:
        if type(self.leaves) is not tuple or not all(map(_is_pair, self.leaves)):
            raise TransactionError("expected a tuple of pairs of depth and TapLeaf", reason="type")
        if any(not 0 <= depth <= _MAX_DEPTH for depth, _ in self.leaves):
            raise TransactionError(f"expected a depth from 0 to {_MAX_DEPTH}", reason="range")
        _check_shape([depth for depth, _ in self.leaves])

    @classmethod
    def join(cls, left: ScriptTree | TapLeaf, right: ScriptTree | TapLeaf) -> ScriptTree:
        """The tree of two trees or leaves, each one deeper. Raises `TransactionError`."""
        sides = [cls(((0, side),)) if type(side) is TapLeaf else side for side in (left, right)]
        if any(type(side) is not cls for side in sides):
            raise TransactionError("expected trees or leaves to join", reason="type")
        return cls(tuple([(depth + 1, leaf) for side in sides if type(side) is cls for depth, leaf in side.leaves]))

    @property
    def root(self) -> bytes:
        """The merkle root, 32 bytes: what `walletcore.chains.bitcoin.Input` takes as ``merkle_root``."""
        return root_of((depth, leaf.encode()) for depth, leaf in self.leaves)

    def control_blocks(self, internal_key: PublicKey) -> tuple[ControlBlock, ...]:
        """One for each leaf, in their order, for the output of this internal key. Raises `TransactionError`."""
        key = _checked_key(internal_key)
        parity = _output(key.data, self.root)[0]
        return tuple(
            [
                ControlBlock(internal_key=key, version=leaf.version, parity=parity, path=path)
                for (_, leaf), path in zip(self.leaves, self._paths(), strict=True)
            ]
        )

    def script_pubkey(self, internal_key: PublicKey) -> bytes:
        """The output script of this internal key and tree. Raises `TransactionError`."""
        return output_script(_checked_key(internal_key).data, self.root)

    def _paths(self) -> list[tuple[bytes, ...]]:
        """For each leaf the hashes that it meets on its way to the root."""
        paths: list[list[bytes]] = [[] for _ in self.leaves]
        nodes: list[tuple[int, bytes, range]] = []  # depth, hash, the leaves below
        for place, (depth, leaf) in enumerate(self.leaves):
            nodes.append((depth, leaf.hash, range(place, place + 1)))
            while len(nodes) > 1 and nodes[-1][0] == nodes[-2][0]:
                (depth, left, below), (_, right, beside) = nodes[-2:]
                for leaves, sibling in ((below, right), (beside, left)):
                    for each in leaves:
                        paths[each].append(sibling)
                nodes[-2:] = [(depth - 1, _branch(left, right), range(below.start, beside.stop))]
        return [tuple(path) for path in paths]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlBlock:
    """What leads from a leaf to its output: internal key, leaf version, parity of the output key, hashes on the way.

    Raises `TransactionError`.
    """

    internal_key: PublicKey
    version: int = TAPSCRIPT
    parity: int
    path: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "internal_key", _checked_key(self.internal_key))
        _check_version(self.version)
        if type(self.parity) is not int or self.parity not in (0, 1):
            raise TransactionError("expected 0 or 1 as parity", reason="range")
        if type(self.path) is not tuple or any(type(each) is not bytes or len(each) != _HASH for each in self.path):
            raise TransactionError(f"expected a tuple of hashes of {_HASH} bytes", reason="type")
        if len(self.path) > _MAX_DEPTH:
            raise TransactionError(f"expected at most {_MAX_DEPTH} hashes, got {len(self.path)}", reason="too-large")

    @classmethod
    def decode(cls, raw: bytes) -> ControlBlock:
        """The last item of a witness, 33 bytes and 32 for each step. Raises `TransactionError`."""
        if type(raw) is not bytes:
            raise TransactionError(f"expected bytes, got {type(raw).__name__}", reason="type")
        steps, rest = divmod(len(raw) - _KEY.stop, _HASH)
        if rest or not 0 <= steps <= _MAX_DEPTH:
            raise TransactionError(
                f"expected 33 bytes and at most {_MAX_DEPTH} times 32, got {len(raw)}", reason="length"
            )
        try:
            key = PublicKey.parse(Curve.SECP256K1, b"\x02" + raw[_KEY])
        except InvalidKey as error:
            raise TransactionError(str(error), reason=error.reason) from None
        path = tuple([raw[start : start + _HASH] for start in range(_KEY.stop, len(raw), _HASH)])
        return cls(internal_key=key, version=raw[0] & ~_PARITY, parity=raw[0] & _PARITY, path=path)

    def encode(self) -> bytes:
        """The inverse of `decode`."""
        return bytes((self.version | self.parity,)) + self.internal_key.data[1:] + b"".join(self.path)

    def root(self, script: bytes) -> bytes:
        """The merkle root to which the leaf with this script leads, 32 bytes. Raises `TransactionError`."""
        node = TapLeaf(script, self.version).hash
        for sibling in self.path:
            node = _branch(node, sibling)
        return node

    def script_pubkey(self, script: bytes) -> bytes:
        """The output script that can be spent by this leaf; whoever spends compares it with that of the output.

        Raises `TransactionError` ("mismatch") where the key of that output has the other parity.
        """
        parity, output_key = _output(self.internal_key.data, self.root(script))
        if parity != self.parity:
            raise TransactionError("the control block has the parity of another output key", reason="mismatch")
        return _OP_1 + output_key


def root_of(leaves: Iterable[tuple[int, bytes]]) -> bytes:
    """The merkle root of leaves from left to right, which make a tree: the depth of each, and `TapLeaf.encode`."""
    nodes: list[tuple[int, bytes]] = []
    for depth, leaf in leaves:
        node = _LEAF(leaf)
        while nodes and nodes[-1][0] == depth:
            node = _branch(nodes.pop()[1], node)
            depth -= 1
        nodes.append((depth, node))
    return nodes[0][1]


def output_script(internal_key: bytes, root: bytes) -> bytes:
    """The output script of a compressed internal key with even y. Raises `TransactionError` where it is no point."""
    return _OP_1 + _output(internal_key, root)[1]


def _branch(one: bytes, other: bytes) -> bytes:
    """The lesser hash stands first, so that no path needs to say left or right."""
    return _BRANCH(one + other if one < other else other + one)


@lru_cache(maxsize=1)  # each leaf of an input leads to the same output, and who reads a PSBT asks before the input does
def _output(internal_key: bytes, root: bytes) -> tuple[int, bytes]:
    """The parity and the x of the output key."""
    try:
        output = tweak_public(internal_key, _TWEAK(internal_key[1:] + root))
    except InvalidKey as error:
        raise TransactionError(str(error), reason=error.reason) from None
    return output[0] & _PARITY, output[1:]


def _checked_key(key: PublicKey) -> PublicKey:
    if type(key) is not PublicKey or key.curve is not Curve.SECP256K1:
        raise TransactionError("expected a public key of secp256k1 as internal key", reason="type")
    return key.even_y()


def _check_version(version: int) -> None:
    if type(version) is not int or not 0 <= version <= 0xFF or version & _PARITY or version == _ANNEX:
        raise TransactionError("expected an even leaf version from 0 to 254 that is not 0x50", reason="version")


def _is_pair(pair: object) -> bool:
    return type(pair) is tuple and tuple(map(type, pair)) == (int, TapLeaf)


def _check_shape(depths: list[int]) -> None:
    """Raise `TransactionError` unless each branch has two sides and nothing stands beside the root."""
    open_: list[int] = []
    for depth in depths:
        open_.append(depth)
        while len(open_) > 1 and open_[-1] == open_[-2]:
            open_[-2:] = [open_[-1] - 1]
    if open_ != [0]:
        raise TransactionError("the depths of the leaves make no tree", reason="mismatch")
