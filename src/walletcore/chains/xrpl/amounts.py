"""Amounts of the XRP Ledger: drops, issued currencies with 16 decimal digits and an exponent, multi-purpose tokens.

xrpl.org, "Serialization Format" (Amount Fields, Token Amount Format), "Currency Formats"; XLS-33. Nothing is a float:
an issued amount is a mantissa and an exponent, and its text is a decimal number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from walletcore.coding.wire import Reader
from walletcore.errors import DecodingError

__all__ = [
    "MAX_DROPS",
    "IssuedAmount",
    "MptAmount",
    "decode_currency",
    "encode_currency",
    "read_amount",
    "write_amount",
]

MAX_DROPS = 10**17
"""All XRP that there will ever be, in drops."""
_MIN_MANTISSA, _MAX_MANTISSA = 10**15, 10**16 - 1
_MIN_EXPONENT, _MAX_EXPONENT = -96, 80
_BIAS = 97
_MAX_MPT = (1 << 63) - 1
_ISSUED, _POSITIVE, _MPT = 1 << 63, 1 << 62, 1 << 61
_MANTISSA = (1 << 54) - 1
_DROPS = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_MPTS = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_DECIMAL = re.compile(r"([-+]?)([0-9]{1,200})(?:\.([0-9]{1,200}))?(?:[eE]([-+]?[0-9]{1,4}))?", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9?!@#$%^&*<>(){}\[\]|]{3}", re.ASCII)
_HEX_CURRENCY = re.compile(r"[0-9A-F]{40}", re.ASCII)
_ID = re.compile(r"[0-9A-Fa-f]{48}", re.ASCII)
_XRP = bytes(20)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedAmount:
    """An amount of a currency that an account has issued: mantissa times ten to the exponent, exactly.

    ``mantissa`` is 0, or has 16 digits and perhaps a sign; ``exponent`` is -96 to 80, and 0 for zero. ``currency`` is a
    code of three characters or 40 hex digits in capitals, ``issuer`` a classic address. `parse` reads a decimal number.
    Raises `DecodingError`.
    """

    mantissa: int
    exponent: int
    currency: str
    issuer: str

    def __post_init__(self) -> None:
        if type(self.mantissa) is not int or type(self.exponent) is not int:
            raise DecodingError("expected ints as mantissa and exponent", reason="type")
        if self.mantissa == 0 == self.exponent:
            pass
        elif not _MIN_MANTISSA <= abs(self.mantissa) <= _MAX_MANTISSA:
            raise DecodingError("expected a mantissa of 16 digits, or 0 and exponent 0", reason="range")
        elif not _MIN_EXPONENT <= self.exponent <= _MAX_EXPONENT:
            raise DecodingError(f"expected an exponent from {_MIN_EXPONENT} to {_MAX_EXPONENT}", reason="range")
        if encode_currency(self.currency) == _XRP:
            raise DecodingError("XRP is issued by nobody: an amount of it is a text of drops", reason="mismatch")
        from walletcore.chains.xrpl.accounts import decode_classic

        if not any(decode_classic(self.issuer)):
            raise DecodingError("expected another issuer than the account of zeros", reason="range")

    @classmethod
    def parse(cls, value: str, currency: str, issuer: str) -> IssuedAmount:
        """The amount that a decimal number such as ``12.5`` or ``1e-30`` says, with at most 16 significant digits."""
        mantissa, exponent = _decimal(value)
        return cls(mantissa=mantissa, exponent=exponent, currency=currency, issuer=issuer)

    @property
    def value(self) -> str:
        """The decimal number, without an exponent and without zeros that say nothing."""
        digits, places = str(abs(self.mantissa)), self.exponent
        if places < 0:
            digits = digits.rjust(1 - places, "0")
            digits = f"{digits[:places]}.{digits[places:]}".rstrip("0").rstrip(".")
        else:
            digits += "0" * places
        return f"-{digits}" if self.mantissa < 0 else digits

    def json(self) -> dict[str, str]:
        """The form of xrpl.org: value, currency and issuer."""
        return {"value": self.value, "currency": self.currency, "issuer": self.issuer}


@dataclass(frozen=True, slots=True, kw_only=True)
class MptAmount:
    """An amount of a multi-purpose token: an int in its smallest unit, and the 48 hex digits of the issuance's id."""

    value: int
    issuance: str

    def __post_init__(self) -> None:
        if type(self.value) is not int or not 0 <= self.value <= _MAX_MPT:
            raise DecodingError("expected an int from 0 to 2^63-1 as value", reason="range")
        if type(self.issuance) is not str or not _ID.fullmatch(self.issuance):
            raise DecodingError("expected 48 hex digits as id of an issuance", reason="character")

    def json(self) -> dict[str, str]:
        """The form of xrpl.org: value and mpt_issuance_id."""
        return {"value": str(self.value), "mpt_issuance_id": self.issuance.upper()}


def _decimal(text: object) -> tuple[int, int]:
    """Mantissa and exponent of a decimal number, brought to 16 digits."""
    if type(text) is not str or (found := _DECIMAL.fullmatch(text)) is None:
        raise DecodingError("expected a decimal number as text", reason="character")
    sign, whole, fraction, power = found.groups("")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) - len(fraction)
    shown = digits.rstrip("0")
    if not shown:
        return 0, 0
    if len(shown) > 16:
        raise DecodingError(f"expected at most 16 significant digits, got {len(shown)}", reason="range")
    exponent += len(digits) - 16
    mantissa = int(shown.ljust(16, "0"))
    return -mantissa if sign == "-" else mantissa, exponent


def encode_currency(code: object) -> bytes:
    """The 20 bytes of a currency code: three characters, or 40 hex digits in capitals. Raises `DecodingError`."""
    if type(code) is not str:
        raise DecodingError(f"expected a currency code as text, got {type(code).__name__}", reason="type")
    if code == "XRP":
        return _XRP
    if _CODE.fullmatch(code):
        return bytes(12) + code.encode() + bytes(5)
    if not _HEX_CURRENCY.fullmatch(code):
        raise DecodingError("expected three characters or 40 hex digits in capitals as currency", reason="character")
    data = bytes.fromhex(code)
    if _standard(data) == "XRP":
        raise DecodingError("a currency may not be named XRP", reason="mismatch")
    return data


def decode_currency(data: bytes) -> str:
    """The code of 20 bytes: of three characters where they are in the standard form. Raises `DecodingError`."""
    if data == _XRP:
        return "XRP"
    code = _standard(data)
    if code == "XRP":
        raise DecodingError("a currency may not be named XRP", reason="mismatch")
    return code or data.hex().upper()


def _standard(data: bytes) -> str:
    if any(data[:12]) or any(data[15:]):
        return ""
    text = data[12:15].decode("latin-1")
    return text if _CODE.fullmatch(text) else ""


def write_amount(value: Any, *, signed: bool = False) -> bytes:
    """The bytes of an amount: drops as text, or a mapping with value, currency and issuer, or one with an MPT's id.

    Raises `DecodingError`; ``signed`` takes drops below zero as well.
    """
    if type(value) is str:
        return _write_drops(value, signed)
    if isinstance(value, Mapping):
        if value.keys() == {"value", "currency", "issuer"}:
            return _write_issued(IssuedAmount.parse(value["value"], value["currency"], value["issuer"]))
        if value.keys() == {"value", "mpt_issuance_id"}:
            return _write_mpt(value["value"], value["mpt_issuance_id"])
    raise DecodingError("expected drops as text, or value, currency and issuer, or value and MPT id", reason="type")


def _write_drops(text: str, signed: bool) -> bytes:
    if not _DROPS.fullmatch(text):
        raise DecodingError("expected drops of XRP as a decimal integer", reason="range")
    drops = int(text)
    if abs(drops) > MAX_DROPS or (drops < 0 and not signed) or text == "-0":
        raise DecodingError(f"expected drops from 0 to {MAX_DROPS}", reason="range")
    return (abs(drops) | (_POSITIVE if drops >= 0 else 0)).to_bytes(8)


def _write_issued(amount: IssuedAmount) -> bytes:
    from walletcore.chains.xrpl.accounts import decode_classic

    head = _ISSUED
    if amount.mantissa:
        head |= amount.exponent + _BIAS << 54 | abs(amount.mantissa) | (_POSITIVE if amount.mantissa > 0 else 0)
    return head.to_bytes(8) + encode_currency(amount.currency) + decode_classic(amount.issuer)


def _write_mpt(value: object, issuance: object) -> bytes:
    if type(value) is not str or not _MPTS.fullmatch(value):
        raise DecodingError("expected a decimal integer as value", reason="range")
    amount = MptAmount(value=int(value), issuance=issuance)  # type: ignore[arg-type]  # it is checked there
    return b"\x60" + amount.value.to_bytes(8) + bytes.fromhex(amount.issuance)


def read_amount(reader: Reader, *, signed: bool = False) -> Any:
    """What `write_amount` takes, in the one form that it has. Raises `DecodingError`."""
    head = int.from_bytes(reader.take(8))
    if head & _ISSUED:
        return _read_issued(head, reader).json()
    if head & _MPT:
        return _read_mpt(head, reader)
    drops = head & (_POSITIVE - 1)
    if drops > MAX_DROPS or not (head & _POSITIVE or (signed and drops)):
        raise DecodingError(f"expected drops from 0 to {MAX_DROPS}", reason="range")
    return str(drops) if head & _POSITIVE else f"-{drops}"


def _read_issued(head: int, reader: Reader) -> IssuedAmount:
    from walletcore.chains.xrpl.accounts import encode_classic

    mantissa, exponent = head & _MANTISSA, (head >> 54 & 0xFF) - _BIAS
    currency, issuer = decode_currency(reader.take(20)), encode_classic(reader.take(20))
    if head == _ISSUED:
        mantissa = exponent = 0
    elif not mantissa:
        raise DecodingError("expected zero in its one form", reason="non-canonical")
    elif not head & _POSITIVE:
        mantissa = -mantissa
    return IssuedAmount(mantissa=mantissa, exponent=exponent, currency=currency, issuer=issuer)


def _read_mpt(head: int, reader: Reader) -> dict[str, str]:
    rest = reader.take(25)
    if head >> 56 != 0x60:
        raise DecodingError("expected an amount of an MPT that is not negative", reason="range")
    value = int.from_bytes(head.to_bytes(8)[1:] + rest[:1])
    return MptAmount(value=value, issuance=rest[1:].hex().upper()).json()
