"""Wallet Import Format: published texts, two other implementations, and what must be refused (rows W01 to W05)."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
import wallycore
from bip_utils import Base58Encoder, WifDecoder, WifEncoder, WifPubKeyModes
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, load, vectors
from walletcore.chains import chain
from walletcore.errors import InvalidKey, KeystoreError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.keystore.wif import VERSIONS, Wif
from walletcore.secret import Secret

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # SEC 2, 2.4.1: the order of the group
ONE = "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn"  # bitcoin/wif/one-compressed
ONE_UNCOMPRESSED = "5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf"  # bitcoin/wif/one-uncompressed
MAINNET, TESTNET = b"\x80", b"\xef"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ACCOUNTS = [case for file in ("bip49/accounts", "bip84/accounts") for case in load(file) if "wif" in case.expect]

secrets = st.integers(1, N - 1).map(lambda k: k.to_bytes(32, "big"))
OTHER_FORMS = {"groestlcoin", "groestlcoin-testnet", "decred", "decred-testnet"}  # which have another checksum
networks = st.sampled_from(sorted(set(VERSIONS) - OTHER_FORMS))


class Text(str):
    """A str that could print or compare as it likes."""

    __slots__ = ()


def wif(secret: bytes, **fields: Any) -> Wif:
    return Wif(private_key=PrivateKey(Curve.SECP256K1, Secret(secret)), **fields)


def text_of(data: bytes) -> str:
    """Return the text of these bytes and a true checksum, by another implementation."""
    return str(Base58Encoder.CheckEncode(data))


def refusal(text: Any, **options: Any) -> str:
    """Return the reason of the KeystoreError that reading this text raises."""
    with pytest.raises(KeystoreError) as caught:
        Wif.parse(text, **options)
    return caught.value.reason


def network_of(case: Case) -> str:
    name = case.input["chain"]
    return name if name in VERSIONS else "testnet" if chain(name).xpub_network == "testnet" else "mainnet"


# Published figures


@vectors(
    "bitcoin/wif", "bitcoin/base58_keys", "bitcoin/payments", "relatives/wif", operation="key.parse", result="valid"
)
def test_the_published_texts_are_read_and_written(case: Case) -> None:
    key = Wif.parse(case.input["wif"], network=network_of(case))
    assert key.private_key.secret.reveal().hex() == case.expect["private_key"]
    assert key.compressed is case.expect["compressed"]
    assert key == wif(bytes.fromhex(case.expect["private_key"]), compressed=key.compressed, network=network_of(case))
    assert key.reveal() == case.input["wif"]


@vectors("bitcoin/wif", "bitcoin/payments", "relatives/wif", operation="key.parse", result="invalid")
def test_the_published_wrong_texts_are_refused(case: Case) -> None:
    assert refusal(case.input["wif"], network=network_of(case)) == case.expect["reason"]
    if "everywhere" in case.flags:
        assert {refusal(case.input["wif"], network=network) for network in VERSIONS}


@vectors("bitcoin/key_io", "bitcoin/base58_keys", operation="address.parse")
def test_no_address_of_bitcoin_core_is_a_key_on_any_network(case: Case) -> None:
    for network in ("mainnet", "testnet"):
        assert refusal(case.input["address"], network=network)


@pytest.mark.parametrize("case", ACCOUNTS, ids=lambda case: case.id)
def test_the_keys_of_bip_49_and_bip_84_have_their_published_texts(case: Case) -> None:
    assert wif(bytes.fromhex(case.expect["private"]), network=network_of(case)).reveal() == case.expect["wif"]


@given(secrets, st.sampled_from(["decred", "decred-testnet"]))
def test_keys_of_decred_have_one_form(secret: bytes, network: str) -> None:
    key = wif(secret, network=network)
    assert Wif.parse(key.reveal(), network=network) == key
    assert {refusal(key.reveal(), network=other) for other in VERSIONS if other != network} <= {"checksum", "network"}
    with pytest.raises(KeystoreError) as caught:
        wif(secret, network=network, compressed=False)
    assert caught.value.reason == "mismatch"


def test_there_are_texts_in_bip_49_and_bip_84() -> None:
    assert len(ACCOUNTS) == 4


# Other implementations


@given(secrets, st.booleans(), networks)
def test_texts_are_those_of_two_other_implementations(secret: bytes, compressed: bool, network: str) -> None:
    text = wif(secret, compressed=compressed, network=network).reveal()
    mode = WifPubKeyModes.COMPRESSED if compressed else WifPubKeyModes.UNCOMPRESSED
    flag = wallycore.WALLY_WIF_FLAG_COMPRESSED if compressed else wallycore.WALLY_WIF_FLAG_UNCOMPRESSED
    assert text == WifEncoder.Encode(secret, VERSIONS[network], mode)
    assert text == wallycore.wif_from_bytes(secret, VERSIONS[network][0], flag)
    assert Wif.parse(text, network=network) == wif(secret, compressed=compressed, network=network)


def read_by_bip_utils(text: str) -> tuple[bytes, bool] | None:
    try:
        key, mode = WifDecoder.Decode(text, MAINNET)
    except Exception:  # its errors have no common root
        return None
    return key, mode is WifPubKeyModes.COMPRESSED


def read_by_wally(text: str) -> tuple[bytes, bool] | None:
    try:
        uncompressed = wallycore.wif_is_uncompressed(text)
        wallycore.wif_to_public_key(text, MAINNET[0])  # wif_to_bytes alone takes any 32 bytes for a key
        return bytes(wallycore.wif_to_bytes(text, MAINNET[0], uncompressed)), not uncompressed
    except ValueError:
        return None


def read_here(text: str) -> tuple[bytes, bool] | None:
    try:
        key = Wif.parse(text)
    except KeystoreError:
        return None
    return key.private_key.secret.reveal(), key.compressed


some_keys = st.one_of(
    st.binary(min_size=30, max_size=35),
    st.sampled_from([0, 1, N - 1, N, N + 1, 2**256 - 1]).map(lambda k: k.to_bytes(32, "big")),
)
some_texts = st.builds(
    lambda version, key, suffix: text_of(version + key + suffix),
    st.sampled_from([MAINNET, MAINNET, MAINNET, TESTNET, b"", b"\0", b"\xb0"]),
    some_keys,
    st.sampled_from([b"", b"\x01", b"\x01", b"\0", b"\x02", b"\x01\x01"]),
)


@given(some_texts)
def test_two_other_implementations_take_and_refuse_the_same(text: str) -> None:
    assert read_here(text) == read_by_bip_utils(text) == read_by_wally(text)


@given(st.one_of(some_texts, st.text(max_size=60), st.text(st.sampled_from(BASE58), max_size=60)), networks)
def test_whatever_is_read_is_written_the_same_and_all_else_is_refused(text: str, network: str) -> None:
    try:
        key = Wif.parse(text, network=network)
    except KeystoreError:
        return
    assert key.reveal() == text


# What must be refused


@pytest.mark.parametrize("suffix", [b"\x01", b""], ids=["compressed", "uncompressed"])
@pytest.mark.parametrize("network", sorted(set(VERSIONS) - OTHER_FORMS))
@pytest.mark.parametrize("key", [0, N, N + 1, 2**256 - 1], ids=["0", "n", "n+1", "2^256-1"])
def test_W01_a_key_outside_1_to_n_1_is_refused(key: int, network: str, suffix: bytes) -> None:
    assert refusal(text_of(VERSIONS[network] + key.to_bytes(32, "big") + suffix), network=network) == "range"


def test_W01_the_text_of_key_zero_is_refused() -> None:
    assert refusal("KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73Nd2Mcv1") == "range"


@pytest.mark.parametrize("key", [1, N - 1], ids=["1", "n-1"])
def test_W01_the_first_and_the_last_key_are_read(key: int) -> None:
    assert Wif.parse(text_of(MAINNET + key.to_bytes(32, "big"))).private_key.secret.reveal() == key.to_bytes(32, "big")


def test_W03_the_text_with_02_after_the_key_is_refused() -> None:
    assert refusal("KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sfZr2ym") == "non-canonical"


@pytest.mark.parametrize("suffix", [0x00, 0x02, 0x03, 0x10, 0x7F, 0x81, 0xFF])
def test_W03_any_last_byte_but_01_is_refused(suffix: int) -> None:
    assert refusal(text_of(MAINNET + (1).to_bytes(32, "big") + bytes([suffix]))) == "non-canonical"


def test_W04_the_text_of_key_1_with_m_at_its_end_is_refused() -> None:
    assert refusal(ONE[:-1] + "m") == "checksum"


@pytest.mark.parametrize("text", [ONE, ONE_UNCOMPRESSED], ids=["compressed", "uncompressed"])
def test_W04_another_character_anywhere_is_refused(text: str) -> None:
    for place, character in enumerate(text):
        other = "2" if character != "2" else "3"
        assert refusal(text[:place] + other + text[place + 1 :]) in ("checksum", "length")


def test_W04_two_characters_in_the_wrong_order_are_refused() -> None:
    for place in range(len(ONE) - 1):
        swapped = ONE[:place] + ONE[place + 1] + ONE[place] + ONE[place + 2 :]
        assert swapped == ONE or refusal(swapped) in ("checksum", "length")


def test_W05_a_key_of_another_network_is_refused() -> None:
    testnet = wif(bytes(31) + b"\x01", network="testnet").reveal()
    assert testnet == "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"  # bitcoin/wif/testnet-on-mainnet
    assert refusal(testnet) == refusal(ONE, network="testnet") == "network"
    assert refusal(ONE_UNCOMPRESSED, network="testnet") == "network"


@pytest.mark.parametrize("version", [0x00, 0x05, 0x6F, 0x7F, 0x81, 0xB6, 0xEE, 0xF0, 0xFD])
def test_W05_a_version_that_is_of_no_network_here_is_refused(version: int) -> None:
    assert refusal(text_of(bytes([version]) + bytes(31) + b"\x01")) == "version"


@pytest.mark.parametrize("size", [*range(33), *range(35, 41), 64, 78])
def test_W05_more_or_fewer_bytes_are_refused(size: int) -> None:
    assert refusal(text_of((MAINNET + b"\x01" * 80)[:size])) == "length"


def test_W05_a_key_of_31_or_33_bytes_is_refused() -> None:
    assert refusal(text_of(MAINNET + b"\x02" * 31)) == "length"
    assert refusal(text_of(MAINNET + b"\x02" * 33)) == "non-canonical"  # as long as a key and 01
    assert refusal(text_of(MAINNET + b"\x02" * 33 + b"\x01")) == "length"


ODD_CHARACTERS = [" ", "\n", "\t", "\r\n", "\0", "0", "O", "I", "l", "\u00a0", "\u200b", "\uff11", "\ud800", "="]


@pytest.mark.parametrize("odd", ODD_CHARACTERS, ids=ascii)
@pytest.mark.parametrize("text", [ONE, ONE_UNCOMPRESSED], ids=["compressed", "uncompressed"])
def test_a_character_that_is_none_of_base58_is_refused_wherever_it_stands(text: str, odd: str) -> None:
    for place in (0, 1, len(text) // 2, len(text)):
        assert refusal(text[:place] + odd + text[place:]) == "character"


def test_swapped_case_is_refused() -> None:
    assert refusal(ONE.swapcase()) == refusal(ONE.upper()) == refusal(ONE.lower()) == "character"  # 0, O, I and l


def test_a_first_letter_in_lower_case_is_refused() -> None:
    assert refusal("k" + ONE[1:]) == "checksum"
    last = wif((N - 1).to_bytes(32, "big")).reveal()
    assert last[0] == "L"
    assert refusal("l" + last[1:]) == "character"  # L is in the alphabet, l is not


@pytest.mark.parametrize("text", ["", "1", "K", "5", ONE[:-1], ONE[1:], "1" + ONE, ONE + "1", ONE + ONE, "z" * 512])
def test_a_text_of_another_length_is_refused(text: str) -> None:
    assert refusal(text) in ("length", "checksum")


def test_text_of_a_mebibyte_is_refused_at_once() -> None:
    assert refusal("z" * 513) == refusal("5" * 2**20) == refusal(ONE + " " * 2**20) == "too-large"
    setup = "from walletcore.errors import KeystoreError\nfrom walletcore.keystore.wif import Wif\ntext = 'K' * 2**20"
    code = "try: Wif.parse(text)\nexcept KeystoreError as error: reason = error.reason\nassert reason == 'too-large'"
    assert cpu_seconds(code, setup=setup) < 0.005 * SLACK


OTHER_TEXTS = {
    "an encrypted key": "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg",  # BIP-38, "Test vectors"
    "an extended key": text_of(bytes.fromhex("0488ade4") + bytes(41) + b"\x01" * 33),
    "a segwit address": "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu",
}


@pytest.mark.parametrize("text", OTHER_TEXTS.values(), ids=OTHER_TEXTS.keys())
def test_text_of_another_kind_is_refused(text: str) -> None:
    assert refusal(text) in ("length", "character")


@pytest.mark.parametrize("value", [None, True, 1, 1.5, ONE.encode(), bytearray(ONE.encode()), [ONE], Text(ONE), Secret])
def test_what_is_no_str_is_refused(value: object) -> None:
    assert refusal(value) == "type"


@pytest.mark.parametrize("network", [None, "", "main", "Mainnet", "mainnet ", "regtest", b"mainnet", 0x80, ["mainnet"]])
def test_a_network_that_is_not_known_is_refused(network: object) -> None:
    assert refusal(ONE, network=network) == "unknown"
    with pytest.raises(KeystoreError) as caught:
        wif(b"\x01" * 32, network=network)
    assert caught.value.reason == "unknown"


def test_a_str_of_another_class_is_no_network() -> None:
    assert refusal(ONE, network=Text("mainnet")) == "unknown"


@pytest.mark.parametrize("key", [None, b"\x01" * 32, "01" * 32, Secret(b"\x01" * 32), 1])
def test_what_is_no_private_key_makes_no_wif(key: Any) -> None:
    with pytest.raises(KeystoreError) as caught:
        Wif(private_key=key)
    assert caught.value.reason == "type"


@pytest.mark.parametrize("curve", [Curve.P256, Curve.ED25519])
def test_a_key_of_another_curve_makes_no_wif(curve: Curve) -> None:
    with pytest.raises(KeystoreError) as caught:
        Wif(private_key=PrivateKey(curve, Secret(b"\x01" * 32)))
    assert caught.value.reason == "type"


@pytest.mark.parametrize("compressed", [None, 0, 1, "yes", b"\x01"])
def test_compressed_is_a_bool_and_nothing_else(compressed: object) -> None:
    with pytest.raises(KeystoreError) as caught:
        wif(b"\x01" * 32, compressed=compressed)
    assert caught.value.reason == "type"


# The value


def test_it_shows_where_it_is_used_and_nothing_of_the_key() -> None:
    assert repr(Wif.parse(ONE)) == str(Wif.parse(ONE)) == "Wif(mainnet, compressed)"
    assert repr(wif(b"\x01" * 32, compressed=False, network="testnet")) == "Wif(testnet, uncompressed)"


def test_it_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Wif.parse(ONE).compressed = False  # type: ignore[misc]


def test_equal_means_the_same_key_the_same_form_and_the_same_network() -> None:
    key = Wif.parse(ONE)
    assert key == wif(bytes(31) + b"\x01")
    assert key not in (
        wif(bytes(31) + b"\x02"),
        Wif.parse(ONE_UNCOMPRESSED),
        wif(bytes(31) + b"\x01", network="testnet"),
    )


@pytest.mark.parametrize("text", [ONE, ONE_UNCOMPRESSED], ids=["compressed", "uncompressed"])
def test_the_public_key_is_the_one_that_another_implementation_gives(text: str) -> None:
    public = wallycore.wif_to_public_key(text, MAINNET[0])
    assert Wif.parse(text).private_key.public_key == PublicKey.parse(Curve.SECP256K1, bytes(public))


def test_a_wiped_key_has_no_text() -> None:
    key = Wif.parse(ONE)
    key.private_key.wipe()
    with pytest.raises(InvalidKey) as caught:
        key.reveal()
    assert caught.value.reason == "wiped"
