"""The signatures that an input of a PSBT has: where they stand, and what their hash types leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.inputs import UNREADABLE, Input
from walletcore.chains.bitcoin.opcodes import parse_script
from walletcore.chains.bitcoin.psbt.fields import PsbtInput
from walletcore.chains.bitcoin.relatives.dialect import WHOLE, names_of_types
from walletcore.chains.bitcoin.script import P2A
from walletcore.chains.bitcoin.sighash import SIGHASH_DEFAULT
from walletcore.chains.bitcoin.tx import Witness
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect

__all__ = [
    "COMMITTED",
    "HANDED_OVER",
    "MUSIG2_PARTIAL_SIG",
    "PARTIAL_SIG",
    "SIGNATURES",
    "TAP_KEY_SIG",
    "TAP_SCRIPT_SIG",
    "hash_types_in",
    "left_open",
]

PARTIAL_SIG, TAP_KEY_SIG, TAP_SCRIPT_SIG = SIGNATURES = 0x02, 0x13, 0x14
"""The fields in which signatures stand."""
MUSIG2_PARTIAL_SIG = 0x1C
"""Where a part of one stands, by one of several (BIP-373): made over the transaction, but nothing to hand over."""
HANDED_OVER = frozenset((*SIGNATURES, 0x07, 0x08))
"""The fields of what can be handed over, also by an input that is final."""
COMMITTED = HANDED_OVER | {MUSIG2_PARTIAL_SIG}
"""The fields of what is made over the transaction."""
_DER, _SHORTEST, _LONGEST = 0x30, 9, 73  # how a signature begins before taproot, and its bytes with the hash type
_SCHNORR = 64  # bytes without a hash type, which then is the default
_ANNEX = b"\x50"
_LATER = ("witness_unknown", P2A)  # kinds whose witness has no form that is known


def left_open(each: Input, fields: PsbtInput, dialect: Dialect | None) -> tuple[str, ...]:
    """The hash types in the signatures of an input that leave something open; `UNREADABLE` for those not understood.

    By the last byte of each, as it stands there: a signature that is not valid spends nothing, whatever it says.
    """
    found = _in_final(each, fields, dialect) if fields.is_final else hash_types_in(fields)
    if not found and fields.is_final:
        return () if each.kind == P2A else (UNREADABLE,)
    names = names_of_types(dialect)
    return tuple(dict.fromkeys([name for number in found if (name := names.get(number, UNREADABLE)) not in WHOLE]))


def hash_types_in(fields: PsbtInput) -> list[int]:
    """The hash types of the signatures of an input that is not final."""
    found = [_hash_type(key[0], value) for key, value in fields._records.items() if key[0] in SIGNATURES]
    if MUSIG2_PARTIAL_SIG in fields._numbers:  # of the type that is asked for (BIP-373)
        found.append(fields.sighash_type or SIGHASH_DEFAULT)
    return found


def _hash_type(number: int, value: bytes) -> int:
    return value[-1] if number == PARTIAL_SIG or len(value) > _SCHNORR else SIGHASH_DEFAULT


def _in_final(each: Input, fields: PsbtInput, dialect: Dialect | None) -> list[int]:
    """The hash types of all that a final input hands over in the form of a signature, beside its script.

    Scripts are not run: where one takes a signature, it is among these. Of a kind that is not known, or with no
    signature at all, as some scripts want none, there is none.
    """
    witness, script_sig = fields.final_scriptwitness or (), fields.final_scriptsig or b""
    if each.spent is None or each.kind in _LATER:
        return []
    if each.kind == "p2tr":
        return [
            item[-1] if len(item) > _SCHNORR else SIGHASH_DEFAULT for item in _without_leaf(witness) if _is_64(item)
        ]
    pushed = _pushed(script_sig)
    script = 1 if each.kind.startswith("p2sh") else 0
    stack = (*pushed[: len(pushed) - script], *(witness[:-1] if each.kind.endswith("p2wsh") else witness))
    has_schnorr = dialect is not None and dialect.has_schnorr
    return [item[-1] for item in stack if _is_der(item) or (has_schnorr and len(item) == _SCHNORR + 1)]


def _without_leaf(witness: Witness) -> Witness:
    """What stands before an annex, and before the script and the control block of a leaf (BIP-341)."""
    if len(witness) > 1 and witness[-1].startswith(_ANNEX):
        witness = witness[:-1]
    return witness[:-2] if len(witness) > 1 else witness


def _is_64(item: bytes) -> bool:
    return _SCHNORR <= len(item) <= _SCHNORR + 1


def _is_der(item: bytes) -> bool:
    """BIP-66, with the hash type behind it."""
    return _SHORTEST <= len(item) <= _LONGEST and item[0] == _DER and item[1] == len(item) - 3


def _pushed(script_sig: bytes) -> Witness:
    """What it pushes; nothing where it ends inside of that, as nobody can run it."""
    try:
        return tuple([each.data for each in parse_script(script_sig) if each.data is not None])
    except TransactionError:
        return ()
