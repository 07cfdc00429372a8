"""Script trees beside bitcoinjs-lib: their roots, outputs and control blocks."""

from collections.abc import Iterator
from random import Random
from typing import Any

from support.bitcoin import key
from support.oracles import JSON, compared, locked
from walletcore.chains.bitcoin.opcodes import push
from walletcore.chains.bitcoin.taproot import ControlBlock, ScriptTree, TapLeaf

VERSIONS = (0xC0, 0xC0, 0xC0, 0xC2, 0xFE, 0x66)
SHAPES = ("alone", "balanced", "to the left", "to the right", "random")


def leaf(random: Random, number: int) -> JSON:
    """A leaf that is in no tree twice: bitcoinjs would find the first of two."""
    data = number.to_bytes(2) + random.randbytes(random.choice((1, 30, 70, 250, 600)))
    return {"script": (push(data) + b"\xac").hex(), "version": random.choice(VERSIONS)}


def grown(random: Random, shape: str) -> Any:
    """A tree of up to 40 leaves, or one as deep as can be, as nested lists of two."""
    count = random.randint(2, {"balanced": 32, "random": 40}.get(shape, 12))
    if shape == "alone":
        count = 1
    elif shape.startswith("to the") and random.random() < 0.05:
        count = 129
    nodes: list[Any] = [leaf(random, number) for number in range(count)]
    while len(nodes) > 1:
        if shape == "balanced":
            pairs = [nodes[place : place + 2] for place in range(0, len(nodes), 2)]
            nodes = [pair if len(pair) > 1 else pair[0] for pair in pairs]
            continue
        last = len(nodes) - 2
        place = {"to the left": 0, "to the right": last}.get(shape, random.randint(0, last))
        nodes[place : place + 2] = [nodes[place : place + 2]]
    return nodes[0]


def a_case(random: Random) -> JSON:
    shape = random.choice(SHAPES)
    internal = key(int.from_bytes(random.randbytes(31)) + 1).public_key
    return {"task": "tree", "tree": grown(random, shape), "internal": internal.data[1:].hex(), "shape": shape}


def planted(tree: Any) -> ScriptTree:
    if isinstance(tree, list):
        return ScriptTree.join(planted(tree[0]), planted(tree[1]))
    return ScriptTree(((0, TapLeaf(bytes.fromhex(tree["script"]), tree["version"])),))


def same(case: JSON, theirs: JSON) -> Iterator[str]:
    tree = planted(case["tree"])
    internal = ControlBlock.decode(b"\xc0" + bytes.fromhex(case["internal"])).internal_key
    blocks = tree.control_blocks(internal)
    assert theirs == {
        "root": tree.root.hex(),
        "output": tree.script_pubkey(internal).hex(),
        "controls": [block.encode().hex() for block in blocks],
    }
    for (_, each), block in zip(tree.leaves, blocks, strict=True):
        assert block.script_pubkey(each.script) == tree.script_pubkey(internal)
    yield case["shape"]
    yield from {f"version {each.version:02x}" for _, each in tree.leaves}
    depth = max(depth for depth, _ in tree.leaves)
    yield "128 deep" if depth == 128 else "8 deep or more" if depth >= 8 else "less deep"


@locked
def test_random_trees_have_the_roots_outputs_and_control_blocks_that_bitcoinjs_gives_them(environment: str) -> None:
    kinds = {*SHAPES, *(f"version {each:02x}" for each in VERSIONS), "8 deep or more", "less deep"}
    compared("bip322_js", "trees", environment, a_case, same, kinds={*kinds, "128 deep"}, most=3_000)
