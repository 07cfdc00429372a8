"""Scripts as instructions: read, print, classify; multisig scripts made.

Bitcoin Core: src/script/script.h (opcodes), src/core_io.cpp (ScriptToAsmStr), src/script/solver.cpp (Solver); BIP-67.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from walletcore.chains.bitcoin.script import kind_of
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PublicKey

__all__ = [
    "MAX_SCRIPT",
    "Instruction",
    "Script",
    "asm",
    "classify",
    "encode_script",
    "is_sorted",
    "multisig",
    "parse_script",
    "push",
    "signature_checks",
    "written",
]

OP_RETURN, OP_CODESEPARATOR, OP_CHECKSIG, OP_CHECKMULTISIG = 0x6A, 0xAB, 0xAC, 0xAE
_OP_PUSHDATA1, _OP_PUSHDATA4, _OP_1NEGATE, _OP_1, _OP_16 = 0x4C, 0x4E, 0x4F, 0x51, 0x60
_CHECKS, _MULTI_CHECKS = (OP_CHECKSIG, OP_CHECKSIG + 1), (OP_CHECKMULTISIG, OP_CHECKMULTISIG + 1)  # each, and VERIFY
MAX_SCRIPT = 10_000  # bytes: Core's MAX_SCRIPT_SIZE, beyond which a script only fails
_MAX_READ = 4_000_000  # bytes: a block has no more
_MAX_NUMBER = 5  # bytes: what BIP-65 and BIP-112 read
_MAX_KEYS = 20  # MAX_PUBKEYS_PER_MULTISIG
_MAX_MULTISIG = 2 + _MAX_KEYS * (5 + 65) + 2 + 1  # bytes, if every key of 65 is pushed by OP_PUSHDATA4
_SIZES = {2: 33, 3: 33, 4: 65, 6: 65, 7: 65}  # src/pubkey.h: first byte of a public key -> its size
_FROM_NOP = """
NOP VER IF NOTIF VERIF VERNOTIF ELSE ENDIF VERIFY RETURN TOALTSTACK FROMALTSTACK 2DROP 2DUP 3DUP 2OVER 2ROT
2SWAP IFDUP DEPTH DROP DUP NIP OVER PICK ROLL ROT SWAP TUCK CAT SUBSTR LEFT RIGHT SIZE INVERT AND OR XOR EQUAL
EQUALVERIFY RESERVED1 RESERVED2 1ADD 1SUB 2MUL 2DIV NEGATE ABS NOT 0NOTEQUAL ADD SUB MUL DIV MOD LSHIFT RSHIFT
BOOLAND BOOLOR NUMEQUAL NUMEQUALVERIFY NUMNOTEQUAL LESSTHAN GREATERTHAN LESSTHANOREQUAL GREATERTHANOREQUAL MIN
MAX WITHIN RIPEMD160 SHA1 SHA256 HASH160 HASH256 CODESEPARATOR CHECKSIG CHECKSIGVERIFY CHECKMULTISIG
CHECKMULTISIGVERIFY NOP1 CHECKLOCKTIMEVERIFY CHECKSEQUENCEVERIFY NOP4 NOP5 NOP6 NOP7 NOP8 NOP9 NOP10 CHECKSIGADD
"""
_NAMES = dict(enumerate(_FROM_NOP.split(), 0x61)) | {0x50: "RESERVED", 0xFF: "INVALIDOPCODE"}


@dataclass(frozen=True, slots=True)
class Instruction:
    """An opcode; ``data`` is what it pushes (OP_0 pushes b""), None where it pushes no bytes of the script."""

    opcode: int
    data: bytes | None = None

    @property
    def is_minimal(self) -> bool:
        """Whether this is the shortest way to push this (Core's CheckMinimalPush); True for what pushes nothing."""
        return self.data is None or push(self.data)[0] == self.opcode

    @property
    def number(self) -> int | None:
        """The number from -1 to 16 that the opcode itself stands for; None for any other."""
        if self.opcode == 0:
            return 0
        if self.opcode == _OP_1NEGATE or _OP_1 <= self.opcode <= _OP_16:
            return self.opcode - _OP_1 + 1
        return None

    @property
    def count(self) -> int | None:
        """The number from 0 on that it pushes in its shortest form, of at most 5 bytes (Core's CScriptNum); or None."""
        if self.number is not None or self.data is None:
            return self.number if self.number is None or self.number >= 0 else None
        value = _number(self.data)
        is_shortest = self.is_minimal and value > 0 and self.data == written(value)
        return value if is_shortest and len(self.data) <= _MAX_NUMBER else None

    def __str__(self) -> str:
        """As Core's ScriptToAsmStr: numbers in decimal where they take at most 4 bytes, longer data in hexadecimal."""
        if self.number is not None:
            return str(self.number)
        if self.data is None:
            return f"OP_{_NAMES.get(self.opcode, 'UNKNOWN')}"
        return str(_number(self.data)) if len(self.data) <= 4 else self.data.hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a script is: its kind, and the keys as they stand in it, of which ``required`` must sign.

    Kinds: p2pk, p2pkh, p2sh, multisig, p2wpkh, p2wsh, p2tr, p2a, null_data, witness_unknown, nonstandard.
    """

    kind: str
    required: int = 0
    keys: tuple[bytes, ...] = ()


def parse_script(script: bytes) -> tuple[Instruction, ...]:
    """The instructions of a script. Raises `TransactionError` ("truncated") where it ends inside a push."""
    instructions, rest = _instructions(script)
    if rest:
        raise TransactionError(f"the script ends inside a push, {len(rest)} bytes before its end", reason="truncated")
    return tuple(instructions)


def encode_script(instructions: Iterable[Instruction]) -> bytes:
    """The bytes of instructions, each with the opcode that it has. The inverse of `parse_script`."""
    return b"".join([_encoded(each.opcode, each.data) for each in instructions])


def asm(script: bytes) -> str:
    """The script in words, as Core prints it: ``OP_DUP OP_HASH160 ...``; ``[error]`` where it ends inside a push."""
    instructions, rest = _instructions(script)
    return " ".join([*map(str, instructions), *(("[error]",) if rest else ())])


def classify(script: bytes) -> Script:
    """What an output script is, as Core's Solver sees it."""
    kind = kind_of(_checked(script))
    if kind:
        return Script(kind=kind)
    if script[:1] == bytes((OP_RETURN,)):
        return Script(kind="null_data" if _is_push_only(script, 1) else "nonstandard")
    if len(script) > _MAX_MULTISIG:
        return Script(kind="nonstandard")
    instructions, rest = _instructions(script)
    key, last = (instructions[0].data or b"", instructions[-1].opcode) if len(instructions) > 1 else (b"", -1)
    if _is_key(key) and script == bytes((len(key),)) + key + bytes((OP_CHECKSIG,)):
        return Script(kind="p2pk", required=1, keys=(key,))
    found = _multisig(instructions) if last == OP_CHECKMULTISIG and not rest else None
    return found or Script(kind="nonstandard")


def signature_checks(script: bytes, *, accurate: bool) -> int:
    """How many signature checks a script counts for (src/script/script.cpp, GetSigOpCount), as far as it can be read.

    CHECKMULTISIG counts for 20, and where it is ``accurate`` for the number of keys before it, of 16 at most.
    """
    found, before = 0, -1
    for each in _instructions(script)[0]:
        if each.opcode in _CHECKS:
            found += 1
        elif each.opcode in _MULTI_CHECKS:
            found += before - _OP_1 + 1 if accurate and _OP_1 <= before <= _OP_16 else _MAX_KEYS
        before = each.opcode
    return found


def multisig(required: int, keys: Sequence[PublicKey], *, sort: bool = False) -> bytes:
    """``<m> <key> ... <n> CHECKMULTISIG``: m of at most 20 keys, in this order, or sorted (BIP-67).

    A bare output has at most 3 keys, and a P2SH script 15, where nodes shall pass it on or it shall fit at all.
    Raises `TransactionError`.
    """
    if not isinstance(keys, Sequence) or any(type(k) is not PublicKey or k.curve is not Curve.SECP256K1 for k in keys):
        raise TransactionError("expected public keys of secp256k1", reason="type")
    if type(required) is not int or not 1 <= required <= len(keys) <= _MAX_KEYS:
        raise TransactionError(f"expected m from 1 to n, and n at most {_MAX_KEYS}", reason="range")
    if len(set(keys)) < len(keys):
        raise TransactionError("the same key twice would sign twice", reason="duplicate")
    data = sorted(key.data for key in keys) if is_sorted(sort) else [key.data for key in keys]
    return b"".join((_small(required), *map(push, data), _small(len(data)), bytes((OP_CHECKMULTISIG,))))


def is_sorted(sort: bool) -> bool:
    """The flag itself: a text that says no would be taken for yes, and give another address. `TransactionError`."""
    if type(sort) is not bool:
        raise TransactionError(f"expected True or False as sort, got {type(sort).__name__}", reason="type")
    return sort


def push(data: bytes) -> bytes:
    """The shortest instruction that pushes these bytes (Core's CheckMinimalPush)."""
    size = len(data)
    if size == 0:
        return b"\x00"
    if size == 1 and 1 <= data[0] <= 16:
        return bytes((_OP_1 - 1 + data[0],))
    if data == b"\x81":
        return bytes((_OP_1NEGATE,))
    opcode = size if size < _OP_PUSHDATA1 else _OP_PUSHDATA1 + (size > 0xFF) + (size > 0xFFFF)
    return _encoded(opcode, data)


def without_separators(script: bytes) -> bytes:
    """The script without OP_CODESEPARATOR, as legacy signatures see it. Raises `TransactionError` ("truncated")."""
    return encode_script(each for each in parse_script(script) if each.opcode != OP_CODESEPARATOR)


def _encoded(opcode: int, data: bytes | None) -> bytes:
    if data is None or opcode < _OP_PUSHDATA1:
        return bytes((opcode,)) + (data or b"")
    return bytes((opcode,)) + len(data).to_bytes(1 << opcode - _OP_PUSHDATA1, "little") + data


def _instructions(script: bytes) -> tuple[list[Instruction], bytes]:
    """What can be read, and the push at the end that cannot."""
    found: list[Instruction] = []
    position, end = 0, len(_checked(script))
    while position < end:
        opcode = script[position]
        start, stop = _span(script, position)
        if stop > end:
            return found, script[position:]
        found.append(Instruction(opcode, script[start:stop] if opcode <= _OP_PUSHDATA4 else None))
        position = stop
    return found, b""


def _span(script: bytes, position: int) -> tuple[int, int]:
    """Where the data of the instruction at this position begin and end; the end may be beyond the script's."""
    opcode, start = script[position], position + 1
    if opcode < _OP_PUSHDATA1:
        return start, start + opcode
    if opcode > _OP_PUSHDATA4:
        return start, start
    width = 1 << opcode - _OP_PUSHDATA1
    size, start = int.from_bytes(script[start : start + width], "little"), start + width
    return start, start + size


def _is_push_only(script: bytes, position: int) -> bool:
    """Core's IsPushOnly, from this position on: nothing but pushes, all of them whole."""
    end = len(script)
    while position < end:
        if script[position] > _OP_16:
            return False
        _, position = _span(script, position)
    return position == end


def _checked(script: bytes) -> bytes:
    if type(script) is not bytes:
        raise TransactionError(f"expected a script as bytes, got {type(script).__name__}", reason="type")
    if len(script) > _MAX_READ:
        raise TransactionError(f"expected at most {_MAX_READ} bytes, got {len(script)}", reason="too-large")
    return script


def _number(data: bytes) -> int:
    """Core's CScriptNum: little-endian, the highest bit is the sign."""
    value = int.from_bytes(data, "little")
    sign = (1 << 8 * len(data)) >> 1
    return -(value ^ sign) if data and value & sign else value


def written(number: int) -> bytes:
    """The bytes of a number from 0 on, as short as can be (Core's CScriptNum): the highest bit is the sign."""
    return number.to_bytes(number.bit_length() // 8 + 1, "little") if number else b""


def _small(number: int) -> bytes:
    return push(bytes((number,)))


def _count(instruction: Instruction) -> int:
    """A number of keys or signatures (Core's GetScriptNumber); 0 where there is none."""
    if instruction.number is not None:
        return instruction.number
    data = instruction.data or b""
    return data[0] if len(data) == 1 and instruction.is_minimal and data[0] <= _MAX_KEYS else 0


def _multisig(instructions: Sequence[Instruction]) -> Script | None:
    keys = tuple([each.data or b"" for each in instructions[1:-2]])
    required, total = _count(instructions[0]), _count(instructions[-2])
    if not 1 <= required <= total == len(keys) <= _MAX_KEYS or not all(map(_is_key, keys)):
        return None
    return Script(kind="multisig", required=required, keys=keys)


def _is_key(data: bytes) -> bool:
    return bool(data) and _SIZES.get(data[0]) == len(data)
