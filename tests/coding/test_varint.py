"""Numbers in groups of seven bits: one form each."""

import pytest

from walletcore.coding.varint import read_varint, varint
from walletcore.errors import DecodingError


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, "00"), (1, "01"), (127, "7f"), (128, "8001"), (150, "9601"), (624485, "e58e26"), (2**64 - 1, "ff" * 9 + "01")],
)
def test_a_number_has_the_bytes_of_the_documents(number: int, encoded: str) -> None:
    """protobuf.dev, "Encoding" (1, 150); Wikipedia, "LEB128" (624485)."""
    assert varint(number).hex() == encoded
    assert read_varint(b"\xff" + bytes.fromhex(encoded) + b"\x00", 1, 1 + len(encoded) // 2) == (
        number,
        1 + len(encoded) // 2,
    )


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        ("", "truncated"),
        ("80", "truncated"),
        ("8000", "non-canonical"),
        ("ff80808000", "non-canonical"),
        ("ff" * 9 + "02", "range"),
        ("ff" * 10 + "01", "range"),
        ("80" * 10, "range"),
    ],
)
def test_any_other_form_is_refused(encoded: str, reason: str) -> None:
    data = bytes.fromhex(encoded)
    with pytest.raises(DecodingError) as caught:
        read_varint(data, 0, len(data))
    assert caught.value.reason == reason


def test_what_stands_behind_the_end_is_not_read() -> None:
    with pytest.raises(DecodingError):
        read_varint(b"\x80\x01", 0, 1)
