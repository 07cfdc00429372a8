"""Numbers of the ledger's vaults and loans: a mantissa of 64 bits and an exponent of ten, in 12 bytes.

XLS-65; rippled, Number.cpp and STNumber.cpp: the mantissa has 19 digits, or 18 where it would not fit in 63 bits.
"""

from __future__ import annotations

import re
from typing import Any

from walletcore.coding.wire import Reader
from walletcore.errors import DecodingError

__all__ = ["read_number", "write_number"]

_MIN, _MAX = 10**18, 10**19 - 1
_MAX_HELD = (1 << 63) - 1
_EXPONENTS = range(-32768, 32769)
_EXPONENT_OF_ZERO = -(1 << 31)
_PLAIN = range(-28, -7)  # exponents of numbers that are written without one
_DIGITS = 19
_NUMBER = re.compile(r"([-+]?)([0-9]{1,200})(?:\.([0-9]{1,200}))?(?:[eE]([-+]?[0-9]{1,6}))?", re.ASCII)


def write_number(value: Any) -> bytes:
    """The 12 bytes of a decimal number. What has more digits than are held is rounded, half up as rippled does.

    Raises `DecodingError`.
    """
    if type(value) is not str or (found := _NUMBER.fullmatch(value)) is None:
        raise DecodingError("expected a decimal number as text", reason="character")
    sign, whole, fraction, power = found.groups("")
    mantissa, exponent = _normal(int(whole + fraction), int(power or 0) - len(fraction))
    return (-mantissa if sign == "-" else mantissa).to_bytes(8, signed=True) + exponent.to_bytes(4, signed=True)


def _normal(mantissa: int, exponent: int) -> tuple[int, int]:
    if not mantissa:
        return 0, _EXPONENT_OF_ZERO
    digits = len(str(mantissa))
    shift = digits - _DIGITS
    exponent += shift
    mantissa, cut = divmod(mantissa, 10**shift) if shift > 0 else (mantissa * 10**-shift, 0)
    last = cut // 10 ** (shift - 1) if shift > 0 else 0
    if mantissa > _MAX_HELD:
        mantissa, last = divmod(mantissa, 10)
        exponent += 1
    if last >= 5:
        mantissa += 1
    if mantissa > _MAX_HELD:
        mantissa, last = divmod(mantissa, 10)
        mantissa, exponent = mantissa + (last >= 5), exponent + 1
    if exponent not in _EXPONENTS:
        raise DecodingError("expected an exponent from -32768 to 32768", reason="range")
    return mantissa, exponent


def read_number(reader: Reader) -> str:
    """The number as rippled writes it. Raises `DecodingError`."""
    mantissa = int.from_bytes(reader.take(8), signed=True)
    exponent = int.from_bytes(reader.take(4), signed=True)
    if not mantissa:
        if exponent != _EXPONENT_OF_ZERO:
            raise DecodingError("expected zero in its one form", reason="non-canonical")
        return "0"
    size = abs(mantissa)
    if not _MAX_HELD // 10 < size <= _MAX_HELD or exponent not in _EXPONENTS:
        raise DecodingError("expected a mantissa of 18 or 19 digits and an exponent of 16 bits", reason="non-canonical")
    if size < _MIN:
        size, exponent = size * 10, exponent - 1
    return ("-" if mantissa < 0 else "") + _text(size, exponent)


def _text(size: int, exponent: int) -> str:
    if exponent and exponent not in _PLAIN:
        digits = str(size).rstrip("0")
        return f"{digits}e{exponent + len(str(size)) - len(digits)}"
    if not exponent:
        return str(size)
    digits = str(size).rjust(1 - exponent, "0")
    return f"{digits[:exponent]}.{digits[exponent:]}".rstrip("0").rstrip(".")
