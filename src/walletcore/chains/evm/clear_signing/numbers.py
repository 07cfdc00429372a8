"""Numbers as people read them: with decimals, with the prefixes of SI, as dates and as durations (ERC-7730)."""

from __future__ import annotations

__all__ = ["date", "decimal", "duration", "with_prefix"]

_FIRST, _LAST = -62135596800, 253402300799  # the years 0001 to 9999
_DAY = 86_400
_FROM_MARCH = 719_468  # days from the first of March in the year 0 to 1970: leap days end the years that are counted so
_PREFIXES = {
    -30: "q", -27: "r", -24: "y", -21: "z", -18: "a", -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m",
    0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E", 21: "Z", 24: "Y", 27: "R", 30: "Q",
}  # fmt: skip


def decimal(value: int, decimals: int) -> str:
    """value / 10^decimals with all digits that it has, and no zeros at the end."""
    if decimals <= 0:
        return str(value * 10**-decimals)
    digits = str(abs(value)).rjust(decimals + 1, "0")
    fraction = digits[-decimals:].rstrip("0")
    return f"{'-' if value < 0 else ''}{digits[:-decimals]}{'.' if fraction else ''}{fraction}"


def with_prefix(value: int, decimals: int) -> tuple[str, str]:
    """The significand from 1 up to 1000, and the prefix of SI (36000 is 36 and k); beyond the last, longer."""
    if value == 0:
        return "0", ""
    exponent = len(str(abs(value))) - 1 - decimals
    power = max(-30, min(30, exponent // 3 * 3))
    return decimal(value, decimals + power), _PREFIXES[power]


def date(seconds: int) -> str | None:
    """RFC 3339, in UTC; None for a time that no year of four digits has."""
    if not _FIRST <= seconds <= _LAST:
        return None
    days, rest = divmod(seconds, _DAY)
    year, month, day = _civil(days)
    return f"{year:04d}-{month:02d}-{day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}Z"


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of the Gregorian calendar, for days since 1970; 400 years have 146,097 of them."""
    centuries, day = divmod(days + _FROM_MARCH, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153  # March is 0
    return 400 * centuries + year + (month >= 10), (month + 2) % 12 + 1, day - (153 * month + 2) // 5 + 1


def duration(seconds: int) -> str:
    """HH:MM:ss; hours have as many digits as they need."""
    whole = abs(seconds)
    return f"{'-' if seconds < 0 else ''}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
