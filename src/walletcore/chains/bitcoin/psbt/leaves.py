"""What a map says of the script tree of a taproot output: it must lead to that output (BIP-341, BIP-371)."""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.bitcoin.psbt.forms import Leaf, tree_spans
from walletcore.chains.bitcoin.taproot import ControlBlock, output_script, root_of
from walletcore.errors import TransactionError

__all__ = ["check_tree", "merkle_root_of"]


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
