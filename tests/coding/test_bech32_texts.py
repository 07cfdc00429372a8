"""Texts by tables are those of the one-by-one way, and BIP-173's and BIP-350's own."""

import random

import pytest

from walletcore.coding.bech32_texts import FEW, texts
from walletcore.coding.text import Bech32, bech32, bech32m, to_words
from walletcore.errors import DecodingError

RANDOM = random.Random("bech32 texts")


def test_the_addresses_of_bip_173_and_bip_350() -> None:
    program = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
    for count in (1, FEW - 1, FEW, 300):
        found = texts(bech32, "bc", b"\0", [program] * count, 20)
        assert found == ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"] * count
    x = bytes.fromhex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    for count in (1, FEW):
        found = texts(bech32m, "bc", b"\1", [x] * count, 32)
        assert found == ["bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"] * count


@pytest.mark.parametrize(
    ("encoding", "hrp", "first", "size"),
    [(bech32, "bc", b"\0", 20), (bech32m, "tb", b"\1", 32), (bech32, "cosmos", b"", 20), (bech32, "bcrt", b"\0", 32)],
)
def test_any_payload_is_written_as_one_by_one(encoding: Bech32, hrp: str, first: bytes, size: int) -> None:
    payloads = [bytes(size), b"\xff" * size, *(RANDOM.randbytes(size) for _ in range(500))]
    assert texts(encoding, hrp, first, payloads, size) == [encoding.encode(hrp, first + to_words(p)) for p in payloads]


def test_a_human_readable_part_in_upper_case_is_refused() -> None:
    with pytest.raises(DecodingError):
        texts(bech32, "BC", b"\0", [bytes(20)], 20)


@pytest.mark.parametrize("count", [0, FEW])
@pytest.mark.parametrize("wrong", [bytes(19), bytes(21), b"", "0" * 20, bytearray(20)])
def test_payloads_of_another_size_are_refused(count: int, wrong: bytes) -> None:
    with pytest.raises(DecodingError):
        texts(bech32, "bc", b"\0", [*[bytes(20)] * count, wrong], 20)


def test_no_payloads_are_no_texts() -> None:
    assert texts(bech32, "bc", b"\0", [], 20) == []
