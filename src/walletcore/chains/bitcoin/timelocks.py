"""Scripts whose keys wait: a time lock before a template, or a second key behind a time lock.

BIP-65 (CHECKLOCKTIMEVERIFY), BIP-112 (CHECKSEQUENCEVERIFY). The second form is BOLT-3's, "to_local Output".

    <n> CLTV|CSV DROP <template>
    IF <key> ELSE <n> CLTV|CSV DROP <key> ENDIF CHECKSIG
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from walletcore.chains.bitcoin.opcodes import Instruction, encode_script, parse_script
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import InvalidSignature

__all__ = ["CLTV", "CSV", "DISABLED", "Wait", "is_reached", "opened"]

CLTV, CSV = 0xB1, 0xB2
"""CHECKLOCKTIMEVERIFY and CHECKSEQUENCEVERIFY."""
DISABLED = 1 << 31
"""BIP-68: a sequence, or a number of CSV, with this bit waits for nothing."""
_IF, _ELSE, _ENDIF, _DROP, _CHECKSIG = 0x63, 0x67, 0x68, 0x75, 0xAC
_KEY = (32, 33, 65)  # what pushes one: BIP-342's, a compressed one, and one as it was before
_BRANCHES = (
    *((_IF,), _KEY, (_ELSE,)),
    *(range(256), (CLTV, CSV), (_DROP,), _KEY),  # the number is looked at by itself
    *((_ENDIF,), (_CHECKSIG,)),
)
"""The opcodes of BOLT-3's form, those that may stand at each place."""
_THRESHOLD = 500_000_000  # BIP-65: lock times below it are heights
_TYPE, _MASK = 1 << 22, 0xFFFF  # BIP-68
_FINAL = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Wait:
    """A time lock: CLTV or CSV, and its number."""

    opcode: int
    number: int

    def check(self, tx: Tx, index: int) -> None:
        """Raise `InvalidSignature` unless the transaction says that it waits so long."""
        if not is_reached(self.opcode, self.number, tx.version, tx.locktime, tx.inputs[index].sequence):
            raise InvalidSignature("the transaction does not wait for the time lock of the script", reason="mismatch")


def is_reached(opcode: int, number: int, version: int, locktime: int, sequence: int) -> bool:
    """Whether a transaction and the sequence of its input wait as long as CLTV (BIP-65) or CSV (BIP-112) wants it."""
    if opcode == CLTV:
        return sequence != _FINAL and _reaches(locktime, number, _THRESHOLD)
    known = _TYPE | _MASK
    return version >= 2 and not sequence & DISABLED and _reaches(sequence & known, number & known, _TYPE)


def _reaches(given: int, wanted: int, threshold: int) -> bool:
    """Both are heights, or both are times."""
    return (given < threshold) == (wanted < threshold) and given >= wanted


def opened(script: bytes, stack: Sequence[bytes]) -> tuple[bytes, list[bytes], Wait | None]:
    """The template that is left when the branch is taken that the stack chooses, and the wait before it.

    A script of neither form is given back as it is. Raises `InvalidSignature`, `TransactionError`.
    """
    left, rest = list(stack), parse_script(script)
    if _has_branches(rest):
        choice = left.pop() if left else None
        if choice not in (b"", b"\x01"):  # MINIMALIF
            raise InvalidSignature("expected an empty item or 01, which chooses a branch", reason="non-canonical")
        rest = (rest[1], rest[8]) if choice else (*rest[3:7], rest[8])
    number = rest[0].count if len(rest) > 3 and rest[2].opcode == _DROP else None
    if number is None or rest[1].opcode not in (CLTV, CSV) or (rest[1].opcode == CSV and number & DISABLED):
        return encode_script(rest), left, None
    return encode_script(rest[3:]), left, Wait(rest[1].opcode, number)


def _has_branches(script: Sequence[Instruction]) -> bool:
    """Whether this is BOLT-3's form in every instruction: also of a branch that is not taken nothing else is known.

    Core reads it, too: another ELSE turns the branches round, some opcodes and long pushes are refused wherever they
    stand, and in a tapscript an OP_SUCCESS lets anyone spend (BIP-342).
    """
    if len(script) != len(_BRANCHES) or script[3].count is None:
        return False
    return all(each.opcode in opcodes for each, opcodes in zip(script, _BRANCHES, strict=True))
