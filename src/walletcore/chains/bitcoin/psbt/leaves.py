"""What a map says of the script tree of a taproot output: it must lead to that output (BIP-341, BIP-371)."""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.bitcoin.psbt.forms import Leaf
from walletcore.chains.bitcoin.tx import SCRIPT
from walletcore.curves.secp256k1 import tweak_public
from walletcore.errors import InvalidKey, TransactionError
from walletcore.hashes import tagged

__all__ = ["merkle_root_of"]

_LEAF, _BRANCH, _TWEAK = tagged("TapLeaf"), tagged("TapBranch"), tagged("TapTweak")
_KEY, _NODE = slice(1, 33), 32  # where the internal key stands in a control block, and the bytes of a step after it
_PARITY = 0x01


def merkle_root_of(script_pubkey: bytes, internal_key: bytes, leaves: Sequence[tuple[bytes, Leaf]]) -> bytes:
    """The root to which all leaves of an output lead, empty without leaves.

    Raises `TransactionError` ("mismatch") where a control block leads elsewhere, or names another key or version.
    """
    root, key, parity = b"", internal_key, 0
    for place, (control, leaf) in enumerate(leaves):
        if (control[0] & ~_PARITY) != leaf.version:
            raise TransactionError("the control block is for another leaf version", reason="mismatch")
        if key not in (b"", control[_KEY]):
            raise TransactionError("the control block has another internal key", reason="mismatch")
        found = _root(control, leaf)
        if not place:  # a point is computed once, however many leaves there are
            root, key, parity = found, control[_KEY], control[0] & _PARITY
            found = found if _output(key, root) == (parity, script_pubkey[2:]) else b""
        if found != root or parity != control[0] & _PARITY:
            raise TransactionError("the control block does not lead to the output that is spent", reason="mismatch")
    return root


def _root(control: bytes, leaf: Leaf) -> bytes:
    """BIP-341, "Script validation rules": from the leaf along the path to the root."""
    node = _LEAF(bytes((leaf.version,)) + SCRIPT.encode(leaf.script))
    for place in range(_KEY.stop, len(control), _NODE):
        node = _BRANCH(b"".join(sorted((node, control[place : place + _NODE]))))
    return node


def _output(internal_key: bytes, root: bytes) -> tuple[int, bytes]:
    """The parity and x of the output key."""
    try:
        output = tweak_public(b"\x02" + internal_key, _TWEAK(internal_key + root))
    except InvalidKey as error:
        raise TransactionError(str(error), reason=error.reason) from None
    return output[0] & _PARITY, output[1:]
