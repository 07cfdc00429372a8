"""RFC 3339: the examples of its section 5.8, beside Python's own reader, and what is none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletcore.coding.timestamps import decode, in_words
from walletcore.errors import DecodingError

EXAMPLES = {
    "1985-04-12T23:20:50.52Z": (1985, 4, 12, 23, 20, 50, 520_000),
    "1996-12-19T16:39:57-08:00": (1996, 12, 20, 0, 39, 57),
    "1990-12-31T23:59:60Z": (1991, 1, 1),
    "1990-12-31T15:59:60-08:00": (1991, 1, 1),
    "1937-01-01T12:00:27.87+00:20": (1937, 1, 1, 11, 40, 27, 870_000),
    "2024-02-29t00:00:00z": (2024, 2, 29),
    "2024-02-29T00:00:00.9999999999-00:00": (2024, 2, 29, 0, 0, 0, 999_999),
    "0001-01-01T00:00:00Z": (1, 1, 1),
    "9999-12-31T23:59:59Z": (9999, 12, 31, 23, 59, 59),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_moment_is_read(text: str) -> None:
    assert decode(text) == datetime(*EXAMPLES[text], tzinfo=UTC)  # type: ignore[arg-type,misc]


@given(st.datetimes(timezones=st.timezones()), st.sampled_from(["auto", "milliseconds", "seconds"]))
def test_what_python_writes_is_read_as_python_reads_it(moment: datetime, precision: str) -> None:
    text = moment.astimezone(UTC).isoformat(timespec=precision)
    assert decode(text) == datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2024-02-29", "2024-02-29T00:00:00", "2024-02-29 00:00:00Z", "2024-2-29T00:00:00Z", "20240229T000000Z"),
        *("2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z"),
        *("2024-02-29T24:00:00Z", "2024-02-29T00:60:00Z", "2024-02-29T00:00:61Z", "2024-02-29T12:00:60Z"),
        *("1990-12-31T23:59:60+01:00", "2024-02-29T00:00:00.Z", "2024-02-29T00:00:00,5Z", "2024-02-29T00:00Z"),
        *("2024-02-29T00:00:00+0100", "2024-02-29T00:00:00+24:00", "2024-02-29T00:00:00+01:60", "2024-W09-4T00:00:00Z"),
        *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:60Z"),
        *(" 2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z\n", "2024-02-29T00:00:00.\uff15Z", "-2024-02-29T00:00:00Z"),
        "2024-02-29T00:00:00." + "1" * 31 + "Z",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(DecodingError) as caught:
        decode(text)
    assert caught.value.reason in ("character", "range")


@pytest.mark.parametrize("value", [None, 5, b"2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(DecodingError):
        decode(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1970-01-01 00:00:00 UTC"),
        (951_782_400, "2000-02-29 00:00:00 UTC"),
        (253_402_300_799, "9999-12-31 23:59:59 UTC"),
        (253_402_300_800, "Unix time 253402300800"),
        (2**256 - 1, f"Unix time {2**256 - 1}"),
        (-1, "Unix time -1"),
    ],
)
def test_a_time_is_told_in_words_as_far_as_calendars_go(seconds: int, words: str) -> None:
    assert in_words(seconds) == words
