"""Spends of every kind for the tests of the Bitcoin room: keys, scripts, leaves of a tree, with and without locks."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from support.bitcoin import GUARDS, HASH_TYPES, REGTEST, key
from support.bitcoin import spending as guarded
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.taproot import ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import behind, checksig, multi_a
from walletcore.chains.bitcoin.tx import TxOut
from walletcore.keys import PublicKey

__all__ = [
    "CHAIN",
    "DAY",
    "INTERNAL",
    "KEYS",
    "MULTI",
    "OTHER",
    "PK",
    "SPENDS",
    "Spend",
    "spend",
    "spending",
    "spent",
    "tree_of",
]

INTERNAL = key(9).public_key
KEYS = [key(number).public_key for number in (1, 2, 3)]
OTHER = TapLeaf(checksig([key(8).public_key]))
PK, CHAIN, MULTI = checksig(KEYS[:1]), checksig(KEYS), multi_a(2, KEYS)
DAY = 1_600_000_000


def tree_of(script: bytes, depth: int = 1) -> ScriptTree:
    """Return a tree with this script at that depth, and one other leaf at each step."""
    tree = ScriptTree(((0, TapLeaf(script)),))
    for _ in range(depth):
        tree = ScriptTree.join(OTHER, tree)
    return tree


def spend(script: bytes, *, depth: int = 1, internal: PublicKey = INTERNAL, **options: Any) -> Input:
    """Return an input that spends this leaf, which is the last of its tree."""
    block = tree_of(script, depth).control_blocks(internal)[-1]
    parts = {"txid": "33" * 32, "vout": 1, "value": 70_000, **options}
    return Input(leaf_script=script, control_block=block.encode(), **parts)


def spending(*inputs: Input, **options: Any) -> Transaction:
    """Return a transaction of these inputs and one by a key, which pays as many outputs."""
    beside = Input(txid="44" * 32, vout=0, value=30_000, key=key(5).public_key)
    to = REGTEST.address(key(6).public_key)
    outputs = tuple(pay(to, 9_000 + place) for place in range(len(inputs) + 1))
    return Transaction(chain=REGTEST, inputs=(*inputs, beside), outputs=outputs, **options)


def spent(tx: Transaction) -> list[TxOut]:
    return [each.spent for each in tx.inputs if each.spent is not None]


# Name of a spend by a leaf -> the script of its leaf, how deep it is, who signs, and what its locks want.
_LEAVES: dict[str, tuple[bytes, int, Sequence[int], dict[str, Any], dict[str, Any]]] = {
    "a leaf alone": (PK, 0, (1,), {}, {}),
    "one of two leaves": (PK, 1, (1,), {}, {}),
    "a leaf at depth 128": (PK, 128, (1,), {}, {}),
    "a chain of three": (CHAIN, 2, (1, 2, 3), {}, {}),
    **{f"multi_a by {who}": (MULTI, 1, who, {}, {}) for who in ((1, 2), (1, 3), (2, 3))},
    "multi_a of one": (multi_a(1, KEYS[:1]), 0, (1,), {}, {}),
    "after a height": (behind(PK, after=700_000), 1, (1,), {}, {"locktime": 700_000}),
    "after a time": (behind(MULTI, after=DAY), 1, (2, 3), {}, {"locktime": DAY + 1}),
    "older than blocks": (behind(CHAIN, older=144), 1, (1, 2, 3), {"sequence": 144}, {}),
    "older than seconds": (behind(PK, older=(1 << 22) + 9), 1, (1,), {"sequence": (1 << 22) + 10}, {}),
    "after and older": (behind(MULTI, after=17, older=1), 1, (1, 3), {"sequence": 1}, {"locktime": 17}),
    "verified, then older": (PK[:-1] + b"\xad\x02\x90\x00\xb2", 1, (1,), {"sequence": 144}, {}),
    "multi_a, then after": (MULTI[:-1] + b"\x9d\x60\xb1", 1, (1, 2), {}, {"locktime": 16}),
}


class Spend(NamedTuple):
    """What makes an input of the name of a hash type, the numbers of the keys that sign, and what its locks want."""

    made: Callable[[str], Input]
    who: Sequence[int]
    hash_types: Sequence[str]
    of_tx: dict[str, Any]


def _guard(name: str) -> Spend:
    types = ["DEFAULT", *HASH_TYPES] if name == "p2tr" else HASH_TYPES
    return Spend(lambda sighash: guarded(name, sighash=sighash), (1, 2), types, {})


def _leaf(name: str) -> Spend:
    script, depth, who, of_input, of_tx = _LEAVES[name]
    made = lambda sighash: spend(script, depth=depth, sighash=sighash, **of_input)  # noqa: E731
    return Spend(made, who, ["DEFAULT", *HASH_TYPES], of_tx)


def _by_key(sighash: str) -> Input:
    parts: dict[str, Any] = {"key": INTERNAL, "kind": "p2tr", "merkle_root": tree_of(PK).root, "sighash": sighash}
    return Input(txid="33" * 32, vout=1, value=70_000, **parts)


SPENDS: dict[str, Spend] = {
    **{name: _guard(name) for name in GUARDS},
    "p2tr with a tree": Spend(_by_key, (9,), ["DEFAULT", *HASH_TYPES], {}),
    **{f"a leaf: {name}": _leaf(name) for name in _LEAVES},
}
"""Every kind of spend that is signed for."""
