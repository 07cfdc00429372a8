"""Uniform Resources: published texts and parts, and what must be refused."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.keystores import Text
from support.vectors import Case, load, vectors
from walletcore.coding import bytewords, cbor
from walletcore.errors import KeystoreError
from walletcore.keystore import ur

FIGURES = {case.id.removeprefix("ur/keys/"): case for case in load("ur/keys")}
PARTS: list[str] = FIGURES["ur-rs-parts"].input["parts"]
ONE: str = FIGURES["ur-rs-one"].input["text"]


def why(call: Any, *arguments: Any) -> str:
    with pytest.raises(KeystoreError) as caught:
        call(*arguments)
    return caught.value.reason


def read(case: Case) -> tuple[str, bytes]:
    return ur.decode(case.input["text"]) if "text" in case.input else ur.join(case.input["parts"])


@vectors("ur/keys", result="valid")
def test_the_published_texts_are_read_and_written(case: Case) -> None:
    kind, message = read(case)
    assert (kind, message.hex()) == (case.expect["type"], case.expect["message"])
    if "text" in case.input:
        assert ur.encode(kind, message) == case.input["text"]
        assert ur.decode(case.input["text"].upper()) == (kind, message)
    else:
        assert ur.join([part.upper() for part in case.input["parts"]]) == (kind, message)


@vectors("ur/keys", result="invalid")
def test_published_parts_that_are_not_enough_or_mixed_are_refused(case: Case) -> None:
    assert why(read, case) == case.expect["reason"]


def part_of(number: int, count: int, size: int, checksum: int, fragment: bytes, *, said: str = "") -> str:
    body = bytewords.encode(cbor.encode((number, count, size, checksum, fragment)))
    return f"ur:bytes/{said or f'{number}-{count}'}/{body}"


def parts_of(message: bytes, count: int) -> list[str]:
    size = -(-len(message) // count)
    padded = message.ljust(size * count, b"\0")
    checksum = int.from_bytes(bytewords.crc32(message))
    cuts = [padded[i * size : (i + 1) * size] for i in range(count)]
    return [part_of(i + 1, count, len(message), checksum, cut) for i, cut in enumerate(cuts)]


@given(st.binary(min_size=1, max_size=200), st.data())
def test_parts_are_joined_in_any_order(message: bytes, chance: st.DataObject) -> None:
    count = chance.draw(st.integers(1, len(message)).filter(lambda n: -(-len(message) // n) * (n - 1) < len(message)))
    parts = chance.draw(st.permutations(parts_of(message, count)))
    assert ur.join(parts) == ur.join([*parts, parts[0]]) == ("bytes", message)
    if count > 1:
        assert why(ur.join, parts[1:]) == "missing"
    assert why(ur.decode, parts[0]) == "missing"


@given(st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True), st.binary(max_size=100))
def test_what_is_written_is_read(kind: str, message: bytes) -> None:
    assert ur.decode(ur.encode(kind, message)) == ur.decode(ur.encode(kind, message).upper()) == (kind, message)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "prefix"),
        ("ur:bytes", "prefix"),
        ("ur:bytes/", "prefix"),
        ("ur:/" + ONE[9:], "prefix"),
        ("ur:by_tes/" + ONE[9:], "prefix"),
        ("ur:bytes/1-3/", "prefix"),
        (" " + ONE, "prefix"),
        (ONE + "\n", "prefix"),
        (ONE + " ", "prefix"),
        (ONE[3:], "prefix"),
        ("UR" + ONE[2:], "mixed-case"),
        (ONE[:-1] + ONE[-1].upper(), "mixed-case"),
        (ONE[:-2], "checksum"),
        (ONE[:-1], "length"),
        (ONE[:-2] + "xx", "character"),
        (ONE.replace("b", "\u212a", 1), "character"),
        (ONE + "\u0130", "character"),
        (ONE.encode(), "type"),
        (Text(ONE), "type"),
        (None, "type"),
        ("ur:bytes/" + "ae" * 100_000, "too-large"),
    ],
)
def test_X19_what_is_no_text_is_refused(text: Any, reason: str) -> None:
    assert why(ur.decode, text) == reason


@pytest.mark.parametrize("kind", ["", "a_b", "A", "a/b", "x" * 65, "\u00e9", None, b"bytes", 5])
def test_a_type_that_is_none_is_not_written(kind: Any) -> None:
    assert why(ur.encode, kind, b"") == "character"


@pytest.mark.parametrize("message", [None, "", bytearray(1), bytes(65537)])
def test_a_message_that_is_none_is_not_written(message: Any) -> None:
    assert why(ur.encode, "bytes", message) in ("type", "too-large")


CHECKSUM = int.from_bytes(bytewords.crc32(b"abcd"))
GOOD = [part_of(1, 2, 4, CHECKSUM, b"ab"), part_of(2, 2, 4, CHECKSUM, b"cd")]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (GOOD[0], "type"),
        (tuple(GOOD), None),
        (iter(GOOD), "type"),
        ([], "length"),
        ([GOOD[0]] * 2049, "length"),
        ([GOOD[0], None], "type"),
        ([GOOD[0], ONE], "prefix"),
        ([GOOD[0], GOOD[1].replace("bytes", "seed")], "mismatch"),
        ([GOOD[0], part_of(2, 2, 4, CHECKSUM + 1, b"cd")], "mismatch"),
        ([GOOD[0], part_of(2, 2, 3, CHECKSUM, b"cd")], "mismatch"),
        ([GOOD[0], part_of(2, 3, 4, CHECKSUM, b"cd")], "mismatch"),
        ([GOOD[0], part_of(2, 2, 4, CHECKSUM, b"cde")], "mismatch"),
        ([*GOOD, part_of(2, 2, 4, CHECKSUM, b"ce")], "mismatch"),
        ([GOOD[0], part_of(2, 2, 4, CHECKSUM, b"ce")], "checksum"),
        ([part_of(1, 2, 3, CHECKSUM, b"ab"), part_of(2, 2, 3, CHECKSUM, b"cd")], "non-canonical"),
        ([part_of(1, 2, 5, CHECKSUM, b"ab"), part_of(2, 2, 5, CHECKSUM, b"cd")], "length"),
        ([part_of(1, 2, 2, CHECKSUM, b"ab"), part_of(2, 2, 2, CHECKSUM, b"\0\0")], "length"),
        ([part_of(1, 1, 0, 0, b"")], "length"),
        ([part_of(3, 2, 4, CHECKSUM, b"ab")], "version"),
        ([part_of(1, 2, 4, CHECKSUM, b"ab", said="2-2")], "mismatch"),
        ([part_of(1, 2, 4, CHECKSUM, b"ab", said="1-3")], "mismatch"),
        ([part_of(1, 2, 4, CHECKSUM, b"ab", said="01-2")], "prefix"),
        ([part_of(1, 1025, 4, CHECKSUM, b"ab")], "too-large"),
        ([part_of(1, 2, 65537, CHECKSUM, b"ab")], "too-large"),
        (["ur:bytes/1-2/" + bytewords.encode(cbor.encode((1, 2, 4, CHECKSUM)))], "type"),
        (["ur:bytes/1-2/" + bytewords.encode(cbor.encode((True, 2, 4, CHECKSUM, b"ab")))], "type"),
        (["ur:bytes/1-2/" + bytewords.encode(cbor.encode({1: 2}))], "type"),
        (["ur:bytes/1-2/" + bytewords.encode(b"\x18\1")], "non-canonical"),
        (["ur:bytes/1-2/" + bytewords.encode(b"")], "truncated"),
    ],
)
def test_parts_that_do_not_make_a_message_are_refused(parts: Any, reason: str | None) -> None:
    if reason is None:
        assert ur.join(parts) == ("bytes", b"abcd")
    else:
        assert why(ur.join, parts) == reason


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_refused_at_once(shape: str) -> None:
    for size in (100_000, MEBIBYTE, 16 * MEBIBYTE):
        text = "ur:bytes/" + filled(SHAPES[shape], size).decode("latin-1")
        check_cost(partial(ur.decode, text), KeystoreError, seconds=0.05, memory=MEBIBYTE)
        check_cost(partial(ur.join, [text]), KeystoreError, seconds=0.05, memory=MEBIBYTE)
