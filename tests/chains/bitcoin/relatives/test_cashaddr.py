"""CashAddr: published texts of every type and size, what is refused, and another implementation."""

from typing import Any

import pytest
from bip_utils import BchBech32Decoder, BchBech32Encoder
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import key, reason
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.relatives import cashaddr
from walletcore.errors import AddressError, ChecksumError, DecodingError

CASH, ECASH = chain("bitcoin-cash", BitcoinChain), chain("ecash", BitcoinChain)
TESTNET, REGTEST = chain("bitcoin-cash-testnet4", BitcoinChain), chain("bitcoin-cash-regtest", BitcoinChain)
P2PKH = "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"  # spec/cashaddr.md
P2SH = "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"
SIZES = (20, 24, 28, 32, 40, 48, 56, 64)
payloads = st.sampled_from(SIZES).flatmap(lambda size: st.binary(min_size=size, max_size=size))
types, prefixes = st.integers(0, 15), st.sampled_from(["bitcoincash", "bchtest", "ecash", "simpleledger"])


def encoded(prefix: str, data: bytes) -> str:
    """Any bytes with a true checksum, by another implementation."""
    return str(BchBech32Encoder.Encode(prefix, data[:1], data[1:]))


@vectors("relatives/cashaddr", operation="codec.decode", result="valid")
def test_published_texts_are_read_and_written(case: Case) -> None:
    prefix, kind, payload = case.expect["hrp"], case.expect["type"], bytes.fromhex(case.expect["data"])
    text = case.input["text"]
    assert cashaddr.decode(prefix, text) == (kind, payload)
    assert cashaddr.decode(prefix, text.upper()) == (kind, payload)
    assert cashaddr.decode(prefix, text.partition(":")[2]) == (kind, payload)
    assert cashaddr.encode(prefix, kind, payload) == text


@vectors("relatives/cashaddr", operation="codec.decode", result="invalid")
def test_A10_published_sizes_that_are_not_the_hashs_are_refused(case: Case) -> None:
    prefix = case.input["text"].partition(":")[0]
    assert reason(DecodingError, cashaddr.decode, prefix, case.input["text"]) == case.expect["reason"]


@given(prefixes, types, payloads)
def test_texts_are_those_of_another_implementation(prefix: str, kind: int, payload: bytes) -> None:
    text = cashaddr.encode(prefix, kind, payload)
    version = bytes((kind << 3 | SIZES.index(len(payload)),))
    assert text == encoded(prefix, version + payload)
    assert BchBech32Decoder.Decode(prefix, text) == (version, payload)
    assert cashaddr.decode(prefix, text) == (kind, payload)


@given(prefixes, types, payloads, st.data())
def test_a_wrong_character_is_seen(prefix: str, kind: int, payload: bytes, data: st.DataObject) -> None:
    text = cashaddr.encode(prefix, kind, payload)
    place = data.draw(st.integers(len(prefix) + 1, len(text) - 1))
    other = data.draw(st.sampled_from(sorted(set("qpzry9x8gf2tvdw0s3jn54khce6mua7l") - {text[place]})))
    with pytest.raises(ChecksumError):
        cashaddr.decode(prefix, text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "bitcoincash:qpm2qsznhKS23z7629mms6s4cwef74vcwvy22gdx6a",
        P2PKH.replace("bitcoincash", "BITCOINCASH"),
        P2PKH.replace(P2PKH[12:], P2PKH[12:].upper()),
        "Bitcoincash:" + P2PKH[12:],
        P2PKH[12:-1] + "A",
    ],
)
def test_A08_upper_and_lower_case_do_not_mix(text: str) -> None:
    assert reason(AddressError, CASH.parse_address, text) == "mixed-case"


@pytest.mark.parametrize("text", [P2PKH.upper(), P2PKH[12:], P2PKH[12:].upper()])
def test_A08_neighbour_one_case_is_fine_and_the_prefix_may_be_left_out(text: str) -> None:
    assert CASH.parse_address(text) == CASH.parse_address(P2PKH)
    assert CASH.parse_address(text).text == P2PKH


def test_A09_a_script_address_is_never_one_of_a_key() -> None:
    script, plain = CASH.parse_address(P2SH), CASH.parse_address(P2PKH)
    assert script.payload == plain.payload
    assert (script.kind, plain.kind) == ("p2sh", "p2pkh")
    assert CASH.script_pubkey(script).hex() == f"a914{plain.payload.hex()}87"
    assert script != plain


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x80" + bytes(20), "version"),  # the reserved bit
        (b"\x88" + bytes(20), "version"),
        (b"\x01" + bytes(20), "length"),  # 24 bytes it says
        (b"\x00" + bytes(24), "length"),
        (b"\x00" + bytes(19), "length"),
        (b"\x20" + bytes(20), "version"),  # type 4, which means nothing yet
        (b"\x78" + bytes(20), "version"),
        (b"\x03" + bytes(32), "version"),  # a key's hash of 32 bytes
        (b"\x0f" + bytes(64), "too-large"),
    ],
)
def test_A10_version_bytes_that_mean_nothing_are_refused(data: bytes, expected: str) -> None:
    assert reason(AddressError, CASH.parse_address, encoded("bitcoincash", data)) == expected


@pytest.mark.parametrize("row", [TESTNET, REGTEST, ECASH], ids=lambda row: row.name)
def test_A10_without_a_prefix_the_checksum_still_tells_the_network(row: BitcoinChain) -> None:
    other = row.address(key(1).public_key).text
    assert reason(AddressError, CASH.parse_address, other) == "prefix"
    assert reason(AddressError, CASH.parse_address, other.partition(":")[2]) == "checksum"


@pytest.mark.parametrize("text", ["bitcoincash:", ":", "bitcoincash:qqqqqqqq", "bitcoincash:" + "q" * 78, P2PKH + "\n"])
def test_A10_neighbours_that_are_no_addresses(text: str) -> None:
    assert reason(AddressError, CASH.parse_address, text)


@pytest.mark.parametrize(("kind", "payload"), [(16, bytes(20)), (-1, bytes(20)), ("0", bytes(20)), (0, "00"), (0, b"")])
def test_what_has_no_text_is_refused(kind: Any, payload: Any) -> None:
    assert reason(DecodingError, cashaddr.encode, "bitcoincash", kind, payload)


def test_tokens_are_told_by_the_address_and_the_script_is_the_same() -> None:
    aware, plain = CASH.address(key(1).public_key, kind="p2pkh-tokens"), CASH.address(key(1).public_key)
    assert (aware.text[12], plain.text[12]) == ("z", "q")
    assert CASH.script_pubkey(aware) == CASH.script_pubkey(plain)
    assert CASH.script_address(b"\x51", kind="p2sh32").text != CASH.script_address(b"\x51", kind="p2sh32-tokens").text
    assert reason(AddressError, ECASH.address, key(1).public_key, kind="p2pkh-tokens") == "unknown"
    text = cashaddr.encode("ecash", 2, plain.payload)
    assert reason(AddressError, ECASH.parse_address, text) == "version"


def test_an_account_has_no_colon_in_its_address() -> None:
    """CAIP-10: an address has letters, digits, points, dashes and percent signs."""
    address = CASH.parse_address(P2PKH)
    assert address.account_id == f"bip122:000000000000000000651ef99cb9fcbe:{P2PKH[12:]}"
    assert CASH.parse_address(address.account_id.rpartition(":")[2]) == address
