"""What a map says of the script tree of a taproot output: it must lead to that output (BIP-341, BIP-371)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.psbt.fields import PsbtOutput
from walletcore.chains.bitcoin.psbt.forms import Leaf, tree_spans
from walletcore.chains.bitcoin.taproot import TAPSCRIPT, ControlBlock, ScriptTree, TapLeaf, output_script, root_of
from walletcore.chains.bitcoin.tapscript import Tapscript
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect

__all__ = ["check_tree", "merkle_root_of", "only_leaf"]


def merkle_root_of(script_pubkey: bytes, internal_key: bytes, leaves: Sequence[tuple[bytes, Leaf]]) -> bytes:
    """The root to which all leaves of an output lead, empty without leaves.

    Raises `TransactionError` ("mismatch") where a control block leads elsewhere, or names another key or version.
    """
    root, first = b"", None
    for control, leaf in leaves:
        if internal_key not in (b"", control[1:33]):
            raise TransactionError("the control block has another internal key", reason="mismatch")
        block = ControlBlock.decode(control)
        if block.version != leaf.version:
            raise TransactionError("the control block is for another leaf version", reason="mismatch")
        found, output = block.root(leaf.script), (block.internal_key, block.parity)
        if first is None:  # the point of the output is computed once, however many leaves there are
            root, first = found, output
            found = found if block.script_pubkey(leaf.script) == script_pubkey else b""
        if (found, output) != (root, first):
            raise TransactionError("the control block does not lead to the output that is spent", reason="mismatch")
    return root


def check_tree(script_pubkey: bytes, internal_key: bytes, tree: bytes) -> None:
    """Raise `TransactionError` ("mismatch") unless the tree of an output, as its field has it, leads to that output."""
    root = root_of((depth, tree[start:stop]) for depth, start, stop in tree_spans(tree))
    if output_script(internal_key, root) != script_pubkey:
        raise TransactionError("the tree and the internal key do not lead to the output", reason="mismatch")


def only_leaf(
    script_pubkey: bytes, internal_key: PublicKey, fields: PsbtOutput, dialect: Dialect | None
) -> Lock | None:
    """What guards an output whose tree is one leaf, if that is understood and some of its keys are said to be known."""
    leaf, *others = fields.tap_tree or ()
    if others or leaf.version != TAPSCRIPT:
        return None
    own = TapLeaf(leaf.script)
    hash_ = own.hash
    named = {x: each.origin for x, each in fields.tap_bip32_derivation if hash_ in each.leaf_hashes}
    if not named:
        return None
    try:
        keys = Tapscript(leaf.script).keys
    except TransactionError:
        return None  # for others to understand
    (control,) = ScriptTree(((0, own),)).control_blocks(internal_key)
    origins = tuple([(key, named[key.data[1:]]) for key in keys if key.data[1:] in named])
    return Lock(
        script_pubkey=script_pubkey,
        leaf_script=leaf.script,
        control_block=control.encode(),
        origins=origins,
        dialect=dialect,
    )
