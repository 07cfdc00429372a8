"""Tapscripts that are signed for: which keys a leaf asks for, in which order, and what else it waits for.

BIP-342 (CHECKSIG, CHECKSIGADD), BIP-387 (multi_a), BIP-65 (CHECKLOCKTIMEVERIFY), BIP-112 (CHECKSEQUENCEVERIFY).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.chains.bitcoin.opcodes import Instruction, is_sorted, parse_script, push, written
from walletcore.chains.bitcoin.taproot import TapLeaf
from walletcore.chains.bitcoin.timelocks import CLTV, CSV, DISABLED, is_reached
from walletcore.errors import InvalidKey, TransactionError
from walletcore.keys import Curve, PublicKey

__all__ = ["Tapscript", "behind", "checksig", "multi_a"]

_VERIFY, _DROP, _NUMEQUAL, _NUMEQUALVERIFY = 0x69, 0x75, 0x9C, 0x9D
_CHECKSIG, _CHECKSIGVERIFY, _CHECKSIGADD = 0xAC, 0xAD, 0xBA
_WITHOUT_VERIFY = {_CHECKSIGVERIFY: _CHECKSIG, _NUMEQUALVERIFY: _NUMEQUAL}
_MAX_KEYS = 999  # BIP-387: the stack has room for no more signatures
_MAX_SCRIPT = 40_000  # bytes: 999 keys, a number and two locks take 34,000
_KEY = 32  # bytes: BIP-342 gives keys of other lengths no meaning yet
_FORMS = "<key> CHECKSIG, a chain of <key> CHECKSIGVERIFY before it, or multi_a, with CLTV or CSV around it"


@dataclass(frozen=True, slots=True)
class Tapscript:
    """A leaf script of version 0xC0 that asks for signatures. Raises `TransactionError` ("unknown") for any other.

    ``<key> CHECKSIG``; n of n as ``<key> CHECKSIGVERIFY ... <key> CHECKSIG``; m of n as ``<key> CHECKSIG <key>
    CHECKSIGADD ... <m> NUMEQUAL`` (multi_a); each after ``<n> CHECKLOCKTIMEVERIFY DROP`` or ``<n>
    CHECKSEQUENCEVERIFY DROP`` (VERIFY is the same), or before either without DROP, its own end then verifying.

    ``keys`` stand in the order of the script, with even y, of which ``required`` must sign. ``after`` is the lock time
    and ``older`` the sequence that it waits for, 0 where it does not.
    """

    script: bytes
    keys: tuple[PublicKey, ...] = field(init=False)
    required: int = field(init=False)
    after: int = field(init=False)
    older: int = field(init=False)

    def __post_init__(self) -> None:
        if type(self.script) is bytes and len(self.script) > _MAX_SCRIPT:
            raise TransactionError(f"expected a tapscript of at most {_MAX_SCRIPT} bytes", reason="too-large")
        rest, locks = _unlocked(list(parse_script(self.script)))
        found = _multi_a(rest) or _chain(rest)
        if found is None or len(locks) != len(dict(locks)):
            raise TransactionError(f"expected a tapscript that is signed for: {_FORMS}", reason="unknown")
        required, keys = found
        if len(set(keys)) != len(keys):
            raise TransactionError("the same key twice in a tapscript would sign twice", reason="duplicate")
        self._set(keys=tuple(map(_point, keys)), required=required)
        self._set(after=dict(locks).get(CLTV, 0), older=dict(locks).get(CSV, 0))

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def hash(self) -> bytes:
        """The hash of the leaf, 32 bytes, which signatures commit to."""
        return TapLeaf(self.script).hash

    def spend(self, signatures: Sequence[bytes]) -> tuple[bytes, ...]:
        """What stands before script and control block: the signature of the first key last, as it is taken first.

        ``signatures`` has one place for each key, empty for those that do not sign. Of more than ``required`` the first
        are taken, as NUMEQUAL takes no more. Raises `TransactionError` ("missing") where there are fewer.
        """
        if len(signatures) != len(self.keys):
            raise TransactionError(f"expected {len(self.keys)} places, one for each key", reason="length")
        places = [place for place, signature in enumerate(signatures) if signature][: self.required]
        if len(places) < self.required:
            raise TransactionError(f"expected {self.required} signatures, got {len(places)}", reason="missing")
        taken = set(places)
        return tuple([signatures[place] if place in taken else b"" for place in reversed(range(len(signatures)))])

    def check_locks(self, version: int, locktime: int, sequence: int) -> None:
        """Raise `TransactionError` ("range") where a transaction and the sequence of its input come too early."""
        if self.after and not is_reached(CLTV, self.after, version, locktime, sequence):
            message = f"the leaf waits for the lock time {self.after}, and for a sequence below 0xffffffff"
            raise TransactionError(message, reason="range")
        if self.older and not is_reached(CSV, self.older, version, locktime, sequence):
            message = f"the leaf waits for the sequence {self.older:#x}, and for version 2"
            raise TransactionError(message, reason="range")


def checksig(keys: Sequence[PublicKey]) -> bytes:
    """``<key> CHECKSIGVERIFY ... <key> CHECKSIG``: all of these keys, or the only one. Raises `TransactionError`."""
    *others, last = _checked(keys)
    return b"".join([push(key) + bytes((_CHECKSIGVERIFY,)) for key in others]) + push(last) + bytes((_CHECKSIG,))


def multi_a(required: int, keys: Sequence[PublicKey], *, sort: bool = False) -> bytes:
    """``<key> CHECKSIG <key> CHECKSIGADD ... <m> NUMEQUAL``: m of at most 999 keys, as they stand, or sorted.

    BIP-387: multi_a, sortedmulti_a. Raises `TransactionError`.
    """
    data = sorted(_checked(keys)) if is_sorted(sort) else _checked(keys)
    if type(required) is not int or not 1 <= required <= len(data):
        raise TransactionError("expected m from 1 to n", reason="range")
    checks = (_CHECKSIG, *[_CHECKSIGADD] * (len(data) - 1))
    parts = [push(key) + bytes((check,)) for key, check in zip(data, checks, strict=True)]
    return b"".join((*parts, push(written(required)), bytes((_NUMEQUAL,))))


def behind(script: bytes, *, after: int = 0, older: int = 0) -> bytes:
    """The script after ``<n> CHECKLOCKTIMEVERIFY DROP`` and ``<n> CHECKSEQUENCEVERIFY DROP``, where they are not 0.

    ``after`` is a lock time (BIP-65), ``older`` a sequence (BIP-68), below 2^31. Raises `TransactionError`.
    """
    if type(script) is not bytes:
        raise TransactionError(f"expected a script as bytes, got {type(script).__name__}", reason="type")
    parts = []
    for name, number, opcode in (("after", after, CLTV), ("older", older, CSV)):
        if type(number) is not int or not 0 <= number < DISABLED:
            raise TransactionError(f"expected {name} from 0 to 2^31-1", reason="range")
        if number:
            parts.append(push(written(number)) + bytes((opcode, _DROP)))
    return b"".join((*parts, script))


def _checked(keys: Sequence[PublicKey]) -> list[bytes]:
    if not isinstance(keys, Sequence) or any(type(k) is not PublicKey or k.curve is not Curve.SECP256K1 for k in keys):
        raise TransactionError("expected public keys of secp256k1", reason="type")
    data = [key.data[1:] for key in keys]
    if not 1 <= len(data) <= _MAX_KEYS:
        raise TransactionError(f"expected 1 to {_MAX_KEYS} keys, got {len(data)}", reason="range")
    if len(set(data)) < len(data):
        raise TransactionError("the same key twice would sign twice", reason="duplicate")
    return data


# Reading


def _unlocked(script: list[Instruction]) -> tuple[list[Instruction], list[tuple[int, int]]]:
    """What is left of a script without its locks, and these: opcode and number."""
    locks = []
    while len(script) > 3 and script[1].opcode in (CLTV, CSV) and script[2].opcode in (_DROP, _VERIFY):
        locks.append((script[1].opcode, _lock_number(script[0])))
        script = script[3:]
    if len(script) > 3 and script[-1].opcode in (CLTV, CSV) and script[-3].opcode in _WITHOUT_VERIFY:
        locks.append((script[-1].opcode, _lock_number(script[-2])))
        script = [*script[:-3], Instruction(_WITHOUT_VERIFY[script[-3].opcode])]
    return script, locks


def _chain(script: list[Instruction]) -> tuple[int, list[bytes]] | None:
    keys, checks = [each.data or b"" for each in script[::2]], [each.opcode for each in script[1::2]]
    if not script or not all(map(_is_key, script[::2])) or len(keys) > _MAX_KEYS:
        return None
    return (len(keys), keys) if checks == [_CHECKSIGVERIFY] * (len(keys) - 1) + [_CHECKSIG] else None


def _multi_a(script: list[Instruction]) -> tuple[int, list[bytes]] | None:
    if len(script) < 4 or script[-1].opcode != _NUMEQUAL:
        return None
    keys, checks = [each.data or b"" for each in script[:-2:2]], [each.opcode for each in script[1:-2:2]]
    if not all(map(_is_key, script[:-2:2])) or checks != [_CHECKSIG] + [_CHECKSIGADD] * (len(keys) - 1):
        return None
    required = script[-2].count or 0
    return (required, keys) if 1 <= required <= len(keys) <= _MAX_KEYS else None


def _is_key(instruction: Instruction) -> bool:
    return instruction.opcode == _KEY


def _lock_number(instruction: Instruction) -> int:
    """BIP-65 and BIP-112 take 5 bytes; a lock of 0 or one that BIP-112 switches off is none."""
    number = instruction.count or 0
    if not 1 <= number < DISABLED:
        raise TransactionError("expected a lock from 1 to 2^31-1 in its shortest form", reason="unknown")
    return number


def _point(key: bytes) -> PublicKey:
    try:
        return PublicKey.parse(Curve.SECP256K1, b"\x02" + key)
    except InvalidKey as error:
        raise TransactionError(f"a key of the tapscript: {error}", reason=error.reason) from None
