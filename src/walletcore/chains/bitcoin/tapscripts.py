"""Script paths of taproot outputs: is a script in the output's tree, and which keys does it ask for?

BIP-341, "Script validation rules"; BIP-342, "Rules for signature opcodes" and "Using k-of-n multisig policies".

    <key> CHECKSIG
    <key> CHECKSIGVERIFY ... <key> CHECKSIG
    <key> CHECKSIG <key> CHECKSIGADD ... <m> NUMEQUAL
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.chains.bitcoin.opcodes import Instruction, parse_script
from walletcore.chains.bitcoin.tx import SCRIPT
from walletcore.curves.secp256k1 import tweak_public
from walletcore.errors import InvalidSignature
from walletcore.hashes import tagged

__all__ = ["LEAF_VERSION", "Asked", "asked", "leaf_of"]

LEAF_VERSION = 0xC0
"""Of tapscripts (BIP-342); others have no meaning yet."""
_TAP_LEAF, _TAP_BRANCH, _TAP_TWEAK = tagged("TapLeaf"), tagged("TapBranch"), tagged("TapTweak")
_CHECKSIG, _CHECKSIGVERIFY, _CHECKSIGADD, _NUMEQUAL = 0xAC, 0xAD, 0xBA, 0x9C
_HEAD, _NODE, _MAX_DEPTH = 33, 32, 128  # bytes of a control block before its path, of a step; steps


@dataclass(frozen=True, slots=True)
class Asked:
    """The x of each key in the order of the script, of which ``required`` must sign and no other may."""

    required: int
    keys: tuple[bytes, ...]


def leaf_of(output_key: bytes, script: bytes, control: bytes) -> bytes:
    """The hash of the leaf that a control block puts into the tree of an output (32 bytes: the x of its key).

    Raises `InvalidSignature`: "mismatch" where it is in no such tree, "unknown" for a leaf version without meaning.
    """
    steps, odd = divmod(len(control) - _HEAD, _NODE)
    if odd or not 0 <= steps <= _MAX_DEPTH:
        raise InvalidSignature("expected a control block of 33 bytes and up to 128 times 32", reason="length")
    version, internal = control[0] & 0xFE, control[1:_HEAD]
    leaf = node = _TAP_LEAF(bytes((version,)) + SCRIPT.encode(script))
    for start in range(_HEAD, len(control), _NODE):
        node = _TAP_BRANCH(b"".join(sorted((node, control[start : start + _NODE]))))
    found = tweak_public(b"\x02" + internal, _TAP_TWEAK(internal + node))
    if found != bytes((2 + (control[0] & 1),)) + output_key:
        raise InvalidSignature("the script is not in the tree of the output", reason="mismatch")
    if version != LEAF_VERSION:
        raise InvalidSignature(f"a leaf of version {version}, which has no meaning yet", reason="unknown")
    return leaf


def asked(script: bytes) -> Asked | None:
    """The keys of a script of one of the three forms; None for any other. Raises `TransactionError` ("truncated")."""
    steps = parse_script(script)
    required = _number(steps[-2]) if len(steps) > 3 and steps[-1].opcode == _NUMEQUAL else None
    pairs, middle = (steps, _CHECKSIGVERIFY) if required is None else (steps[:-2], _CHECKSIGADD)
    keys, opcodes = [each.data or b"" for each in pairs[::2]], [each.opcode for each in pairs[1::2]]
    if not keys or len(keys) != len(opcodes) or any(len(each) != 32 for each in keys):
        return None
    if required is None and opcodes == [middle] * (len(keys) - 1) + [_CHECKSIG]:
        required = len(keys)
    elif required is None or opcodes != [_CHECKSIG] + [middle] * (len(keys) - 1) or not 1 <= required <= len(keys):
        return None
    return Asked(required, tuple(keys)) if all(each.is_minimal for each in steps) else None


def _number(instruction: Instruction) -> int | None:
    """A number of keys: at most 999 fit on the stack."""
    data = instruction.data or b""
    if instruction.number is not None or len(data) not in (1, 2) or data[-1] & 0x80:
        return instruction.number
    return int.from_bytes(data, "little") if data[-1] or (len(data) == 2 and data[0] & 0x80) else None
