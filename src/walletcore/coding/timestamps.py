"""Dates with a time and an offset, as text (RFC 3339, section 5.6)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from walletcore.errors import DecodingError

__all__ = ["decode", "in_words"]

_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?"
    r"(?:[Zz]|([+-](?:[01][0-9]|2[0-3]):[0-5][0-9]))",
    re.ASCII,
)
_LEAP = "60"
_YEAR_10000 = 253_402_300_800


def in_words(seconds: int) -> str:
    """A Unix time as date and time in UTC, as far as calendars go."""
    if not 0 <= seconds < _YEAR_10000:
        return f"Unix time {seconds}"
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def decode(text: str) -> datetime:
    """The moment in UTC, of which microseconds are kept. Raises `DecodingError`.

    A leap second is the first moment after it, and stands where such are put in only: before midnight, UTC.
    """
    found = _DATE_TIME.fullmatch(text) if type(text) is str else None
    if found is None:
        raise DecodingError("expected a date and time as in 2021-09-30T16:25:24Z (RFC 3339)", reason="character")
    date, minute, second, fraction, offset = found.groups()
    leap = second == _LEAP
    micros = ("" if leap else fraction or "")[:6].ljust(6, "0")
    try:
        moment = datetime.fromisoformat(f"{date}T{minute}:{'59' if leap else second}.{micros}{offset or '+00:00'}")
        moment = moment.astimezone(UTC) + timedelta(seconds=leap)
    except (ValueError, OverflowError):
        raise DecodingError("expected a date and time that there is", reason="range") from None
    if leap and (moment.hour, moment.minute, moment.second) != (0, 0, 0):
        raise DecodingError("expected a leap second before midnight in UTC only", reason="range")
    return moment
