"""Moments and durations, which amino JSON writes as texts (google/protobuf/timestamp.proto, duration.proto).

Cosmos SDK, x/tx/signing/aminojson/time.go: RFC 3339 in UTC with as many digits of a fraction as there are; nanoseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from walletcore.chains.cosmos.messages.fields import JSON, Names, i64, read_text, u32
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.errors import DecodingError

__all__ = ["Duration", "Timestamp"]

_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z", re.ASCII)
_DIGITS = re.compile(r"-?(?:0|[1-9][0-9]{0,29})", re.ASCII)
_BILLION = 1_000_000_000
_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999, as protobuf has them


def _moment(value: Timestamp, names: Names) -> JSON:
    if not _FIRST <= value.seconds <= _LAST or not 0 <= value.nanos < _BILLION:
        raise DecodingError("expected a moment of the years 1 to 9999", reason="range")
    fraction = f".{value.nanos:09}".rstrip("0").rstrip(".")
    return f"{_told(value.seconds)}{fraction}Z"


def _told(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    date = datetime.fromordinal(719_163 + days)  # of 1970-01-01
    return f"{date.year:04}-{date.month:02}-{date.day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def _from_moment(document: JSON, names: Names) -> Timestamp:
    found = _MOMENT.fullmatch(read_text(document, names))
    if found is None:
        raise DecodingError("expected a moment as in 2021-09-30T16:25:24Z", reason="character")
    try:
        moment = datetime.fromisoformat(f"{found[1]}+00:00").astimezone(UTC)
    except ValueError:
        raise DecodingError("expected a date and time that there is", reason="range") from None
    seconds = (moment.toordinal() - 719_163) * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second
    return Timestamp(seconds=seconds, nanos=int((found[2] or "").ljust(9, "0")))


@described(json=(_moment, _from_moment))
class Timestamp(Described):
    """A moment: seconds since 1970, and nanoseconds of the next one."""

    seconds: int = i64(1, default=0)
    nanos: int = u32(2, default=0)


def _nanoseconds(value: Duration, names: Names) -> JSON:
    return str(value.seconds * _BILLION + value.nanos)


def _from_nanoseconds(document: JSON, names: Names) -> Duration:
    digits = read_text(document, names)
    if not _DIGITS.fullmatch(digits):
        raise DecodingError("expected nanoseconds in decimal digits, as text", reason="character")
    seconds, nanos = divmod(int(digits), _BILLION)
    return Duration(seconds=seconds, nanos=nanos)


@described(json=(_nanoseconds, _from_nanoseconds))
class Duration(Described):
    """So many seconds, and nanoseconds."""

    seconds: int = i64(1, default=0)
    nanos: int = u32(2, default=0)
