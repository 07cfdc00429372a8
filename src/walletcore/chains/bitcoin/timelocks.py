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

__all__ = ["Wait", "opened"]

_IF, _ELSE, _ENDIF, _DROP, _CHECKSIG, _CLTV, _CSV = 0x63, 0x67, 0x68, 0x75, 0xAC, 0xB1, 0xB2
_BRANCHES = {0: _IF, 2: _ELSE, 7: _ENDIF, 8: _CHECKSIG}  # place -> opcode, of nine
_THRESHOLD = 500_000_000  # BIP-65: lock times below it are heights
_DISABLED, _TYPE, _MASK = 1 << 31, 1 << 22, 0xFFFF  # BIP-68
_FINAL = 0xFFFF_FFFF
_MAX_NUMBER = 5  # bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """A time lock: CLTV or CSV, and its number."""

    opcode: int
    number: int

    def check(self, tx: Tx, index: int) -> None:
        """Raise `InvalidSignature` unless the transaction says that it waits so long."""
        sequence = tx.inputs[index].sequence
        if self.opcode == _CLTV:
            good = _reaches(tx.locktime, self.number, _THRESHOLD) and sequence != _FINAL
        else:
            known = self.number & (_TYPE | _MASK)
            good = tx.version >= 2 and not sequence & _DISABLED and _reaches(sequence & (_TYPE | _MASK), known, _TYPE)
        if not good:
            raise InvalidSignature("the transaction does not wait for the time lock of the script", reason="mismatch")


def _reaches(given: int, wanted: int, threshold: int) -> bool:
    """Both are heights, or both are times."""
    return (given < threshold) == (wanted < threshold) and given >= wanted


def opened(script: bytes, stack: Sequence[bytes]) -> tuple[bytes, list[bytes], Wait | None]:
    """The template that is left when the branch is taken that the stack chooses, and the wait before it.

    A script of neither form is given back as it is. Raises `InvalidSignature`, `TransactionError`.
    """
    left, rest = list(stack), parse_script(script)
    if len(rest) == 9 and all(rest[place].opcode == opcode for place, opcode in _BRANCHES.items()):
        choice = left.pop() if left else None
        if choice not in (b"", b"\x01"):  # MINIMALIF
            raise InvalidSignature("expected an empty item or 01, which chooses a branch", reason="non-canonical")
        rest = (rest[1], rest[8]) if choice else (*rest[3:7], rest[8])
    number = _number(rest[0]) if len(rest) > 3 and rest[2].opcode == _DROP else None
    if number is None or rest[1].opcode not in (_CLTV, _CSV) or (rest[1].opcode == _CSV and number & _DISABLED):
        return encode_script(rest), left, None
    return encode_script(rest[3:]), left, Wait(rest[1].opcode, number)


def _number(instruction: Instruction) -> int | None:
    """A number from 0 on, in its shortest form (Core's CScriptNum); None for anything else."""
    if instruction.number is not None:
        return instruction.number if instruction.number >= 0 else None
    data = instruction.data or b""
    if not 1 <= len(data) <= _MAX_NUMBER or not instruction.is_minimal or data[-1] & 0x80:
        return None
    if data[-1] == 0 and (len(data) == 1 or not data[-2] & 0x80):
        return None
    return int.from_bytes(data, "little")
