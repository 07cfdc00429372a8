"""Addresses of all kinds: published figures, other implementations, and everything that is refused."""

import contextlib
from typing import Any

import pytest
import wallycore
from bip_utils import (
    Bech32Encoder,
    CoinsConf,
    P2PKHAddr,
    P2SHAddr,
    P2TRAddr,
    P2WPKHAddr,
    SegwitBech32Decoder,
    SegwitBech32Encoder,
)
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, REGTEST, TESTNET, key, points, reason
from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, vectors
from walletcore.chains import chain, chains
from walletcore.chains.base import Address
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.chain import NETWORKS as ROWS
from walletcore.chains.bitcoin.script import KEY_KINDS, WITNESS_UNKNOWN
from walletcore.coding.text import base58, base58check, bech32, bech32m, to_words
from walletcore.errors import AddressError, InvalidKey
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret

P2PKH = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
P2WPKH = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"  # BIP-173
GENERATOR = PublicKey(
    Curve.SECP256K1, bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
)
OFF_CURVE = "bc1pve739yap4uxjvfk0jrey69078u0gasm2nwvv483ec6zkzulgw9xqu4w9fd"  # Bitcoin Core's key_io_valid.json
ON_CURVE = "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c"  # BIP-350: x begins with zeros
NETWORKS = {
    "bitcoin": wallycore.WALLY_NETWORK_BITCOIN_MAINNET,
    "bitcoin-testnet": wallycore.WALLY_NETWORK_BITCOIN_TESTNET,
    "bitcoin-regtest": wallycore.WALLY_NETWORK_BITCOIN_REGTEST,
}
OLD_FORMS = [(CoinsConf.BitcoinMainNet, "p2sh_net_ver"), (CoinsConf.LitecoinMainNet, "p2sh_depr_net_ver")]
by_kind = pytest.mark.parametrize("kind", KEY_KINDS)
by_network = pytest.mark.parametrize("row", [BITCOIN, TESTNET, REGTEST], ids=lambda row: row.name)


def row_of(case: Case) -> BitcoinChain:
    return chain(case.input["chain"], BitcoinChain)


# -- published figures


@vectors(
    "bitcoin/key_io",
    "bitcoin/segwit-addresses",
    "bitcoin/addresses",
    "bitcoin/base58_keys",
    "bitcoin/payments",
    operation="address.parse",
    result="valid",
)
def test_published_addresses_are_read(case: Case) -> None:
    address = row_of(case).parse_address(case.input["address"])
    assert (address.kind, address.payload.hex()) == (case.expect["kind"], case.expect["payload"])
    assert address.text == case.expect["address"]
    assert row_of(case).script_pubkey(address).hex() == case.expect["script"]
    assert row_of(case).parse_address(address.text) == address


@vectors(
    "bitcoin/key_io",
    "bitcoin/segwit-addresses",
    "bitcoin/addresses",
    "bitcoin/base58_keys",
    "bitcoin/payments",
    operation="address.parse",
    result="invalid",
    rows={"bip173#invalid address ": ("SG", 1), "bip350#invalid address ": ("SG", 11), "invalid#": ("SG34.", 0)},
)
def test_published_mistakes_are_refused(case: Case) -> None:
    with pytest.raises(AddressError) as caught:
        row_of(case).parse_address(case.input["address"])
    assert caught.value.reason in case.reasons
    if "everywhere" in case.flags:
        for row in ROWS:
            reason(AddressError, row.parse_address, case.input["address"])


@vectors("bitcoin/key_io", operation="address.parse", result="valid")
def test_Core_says_whether_the_case_of_letters_may_be_swapped(case: Case) -> None:
    swapped = case.input["address"].swapcase()
    if "case-flip" in case.flags:
        assert row_of(case).parse_address(swapped).text == case.expect["address"]
    else:
        reason(AddressError, row_of(case).parse_address, swapped)


@vectors("chains/bitcoin", "bitcoin/segwit-addresses", "bitcoin/addresses", operation="address.encode")
def test_published_keys_have_their_addresses(case: Case) -> None:
    public = case.expect.get("public_key", case.input.get("public_key"))
    row, kind = row_of(case), case.input["kind"]
    address = row.address(PublicKey(Curve.SECP256K1, bytes.fromhex(public)), kind=kind)
    assert address.text == case.expect["address"]
    assert row.script_pubkey(address).hex() == case.expect["script"]
    assert address.payload.hex() == case.expect.get("payload", address.payload.hex())
    assert row.addresses([bytes.fromhex(public)], kind=kind) == [address.text]
    if "witness_script" in case.input:
        assert row.script_address(bytes.fromhex(case.input["witness_script"]), kind=kind) == address
    if "path" in case.input:
        where = {name: case.input[name] for name in ("account", "change", "index") if name in case.input}
        assert str(row.path(profile=case.input["profile"], **where)) == case.input["path"]
        assert row.profile(case.input["profile"]).kind == kind


@vectors("bitcoin/bip341", operation="address.encode")
def test_taproot_outputs_commit_to_key_and_script_tree(case: Case) -> None:
    internal = PublicKey(Curve.SECP256K1, b"\x02" + bytes.fromhex(case.input["internal_key"]))
    root = bytes.fromhex(case.input.get("merkle_root", ""))
    address = row_of(case).address(internal, kind=case.input["kind"], merkle_root=root)
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["output_key"])
    assert row_of(case).script_pubkey(address).hex() == case.expect["script"]


@vectors("bitcoin/payments", operation="address.parse", result="rule")
def test_published_addresses_that_nobody_can_spend_are_read_and_not_paid(case: Case) -> None:
    address = row_of(case).parse_address(case.input["address"])
    assert (address.text, case.verdict("any-program")) == (case.input["address"], "valid")
    assert case.verdict("spendable") == "invalid"
    why = reason(AddressError, row_of(case).parse_address, case.input["address"], require_spendable=True)
    assert why == case.expect["reason"]


def address_of(case: Case) -> Address:
    row, kind = row_of(case), case.input["kind"]
    if "script" in case.input:
        return row.script_address(bytes.fromhex(case.input["script"]), kind=kind)
    root = bytes.fromhex(case.input.get("merkle_root", ""))
    if "private_key" in case.input:
        public = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case.input["private_key"]))).public_key
    else:
        data = case.input.get("public_key", "02" + case.input.get("internal_key", ""))
        public = PublicKey(Curve.SECP256K1, bytes.fromhex(data))
    assert public.data.hex() == case.expect.get("public_key", public.data.hex())
    return row.address(public, kind=kind, merkle_root=root)


@vectors("bitcoin/payments", operation="address.encode", result="valid")
def test_published_keys_and_scripts_have_their_addresses(case: Case) -> None:
    address = address_of(case)
    script_pubkey = row_of(case).script_pubkey(address)
    assert (address.text, script_pubkey.hex()) == (case.expect["address"], case.expect["script"])
    assert address.payload.hex() == case.expect.get("output_key", address.payload.hex())


@vectors("bitcoin/payments", operation="address.encode", result="invalid")
def test_published_keys_and_scripts_that_can_have_no_address_are_refused(case: Case) -> None:
    with pytest.raises((AddressError, InvalidKey)) as caught:
        address_of(case)
    assert caught.value.reason == case.expect["reason"]


# -- what an address is


@by_kind
def test_what_is_written_is_read_back(kind: str) -> None:
    for row in ROWS:
        address = row.address(GENERATOR, kind=kind)
        assert row.parse_address(address.text) == address
        assert str(address) == address.text
        assert address.account_id == f"{row.caip2}:{address.text}"


def test_p2wpkh_is_the_default() -> None:
    assert BITCOIN.address(GENERATOR) == BITCOIN.address(GENERATOR, kind="p2wpkh")
    assert BITCOIN.address(GENERATOR).text == P2WPKH
    assert BITCOIN.addresses([GENERATOR.data]) == [P2WPKH]


def test_a_nested_address_is_p2sh_to_whoever_reads_it() -> None:
    assert BITCOIN.address(GENERATOR, kind="p2sh-p2wpkh").kind == "p2sh"


def test_either_half_of_a_key_has_one_taproot_address() -> None:
    odd = PublicKey(Curve.SECP256K1, b"\x03" + GENERATOR.data[1:])
    assert BITCOIN.address(odd, kind="p2tr") == BITCOIN.address(GENERATOR, kind="p2tr")
    assert BITCOIN.address(odd, kind="p2wpkh") != BITCOIN.address(GENERATOR, kind="p2wpkh")


def test_scripts_have_addresses() -> None:
    script = b"\x51"  # OP_1
    assert BITCOIN.script_address(script, kind="p2sh").text == "3MaB7QVq3k4pQx3BhsvEADgzQonLSBwMdj"
    assert BITCOIN.script_address(script, kind="p2sh").kind == "p2sh"
    assert BITCOIN.script_address(script, kind="p2sh-p2wsh").kind == "p2sh"
    assert BITCOIN.script_address(script, kind="p2wsh").kind == "p2wsh"


def test_versions_to_come_are_read_as_unknown() -> None:
    """BIP-350: software should let its users send to them, so that they need no update; here, when they say so."""
    for version in range(2, 17):
        text = bech32m.encode("bc", bytes((version,)) + to_words(bytes(32)))
        address = BITCOIN.parse_address(text)
        with pytest.raises(AddressError) as refused:
            BITCOIN.parse_address(text, require_spendable=True)
        assert refused.value.reason == "policy"
        assert (address.kind, address.payload) == (WITNESS_UNKNOWN, bytes(32))
        assert BITCOIN.script_pubkey(address) == bytes((0x50 + version, 32)) + bytes(32)


# -- other implementations


@given(points, st.sampled_from(["bitcoin", "bitcoin-testnet", "bitcoin-regtest"]))
def test_bip_utils_agrees(public: PublicKey, name: str) -> None:
    row, x_only = chain(name, BitcoinChain), public.data
    hrp, p2pkh, p2sh = row.prefixes.hrp, row.prefixes.p2pkh, row.prefixes.p2sh
    assert row.address(public, kind="p2wpkh").text == P2WPKHAddr.EncodeKey(public.data, hrp=hrp)
    assert row.address(public, kind="p2tr").text == P2TRAddr.EncodeKey(x_only, hrp=hrp)
    assert row.address(public, kind="p2pkh").text == P2PKHAddr.EncodeKey(public.data, net_ver=p2pkh)
    assert row.address(public, kind="p2sh-p2wpkh").text == P2SHAddr.EncodeKey(public.data, net_ver=p2sh)


@given(points, st.sampled_from(sorted(NETWORKS)), st.sampled_from(sorted(KEY_KINDS)))
def test_libwally_agrees(public: PublicKey, name: str, kind: str) -> None:
    row = chain(name, BitcoinChain)
    address = row.address(public, kind=kind)
    script = row.script_pubkey(address)
    if kind in ("p2pkh", "p2sh-p2wpkh"):
        assert wallycore.scriptpubkey_to_address(script, NETWORKS[name]) == address.text
        assert wallycore.address_to_scriptpubkey(address.text, NETWORKS[name]) == script
    else:
        assert wallycore.addr_segwit_from_bytes(script, row.prefixes.hrp, 0) == address.text
        assert wallycore.addr_segwit_to_bytes(address.text, row.prefixes.hrp, 0) == script


@given(st.binary(max_size=520))
def test_libwally_agrees_about_scripts(script: bytes) -> None:
    redeem = wallycore.scriptpubkey_p2sh_from_bytes(script, wallycore.WALLY_SCRIPT_HASH160) if script else None
    if redeem is not None:
        assert BITCOIN.script_pubkey(BITCOIN.script_address(script, kind="p2sh")) == redeem
        witness = wallycore.witness_program_from_bytes(script, wallycore.WALLY_SCRIPT_SHA256)
        assert BITCOIN.script_pubkey(BITCOIN.script_address(script, kind="p2wsh")) == witness


@given(st.integers(1, 16), st.binary(min_size=2, max_size=40))
def test_bip_utils_agrees_about_other_witness_programs(version: int, program: bytes) -> None:
    text = SegwitBech32Encoder.Encode("bc", version, program)
    address = BITCOIN.parse_address(text)
    assert (address.text, address.payload) == (text, program)
    assert BITCOIN.script_pubkey(address) == wallycore.addr_segwit_to_bytes(text, "bc", 0)
    assert SegwitBech32Decoder.Decode("bc", address.text) == (version, program)


@given(st.lists(points, max_size=5), st.sampled_from(sorted(KEY_KINDS)))
def test_a_batch_gives_the_same_addresses(publics: list[PublicKey], kind: str) -> None:
    one_by_one = [BITCOIN.address(each, kind=kind).text for each in publics]
    assert BITCOIN.addresses([each.data for each in publics], kind=kind) == one_by_one


# -- what is refused


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "length"),
        ("1", "length"),
        *((P2PKH[:9] + letter + P2PKH[10:], "character") for letter in "0OIl"),
        (P2PKH + " ", "character"),
        (P2PKH + "\n", "character"),
        (" " + P2PKH, "character"),
        (P2PKH + "\0", "character"),
        (P2PKH + "\0x", "character"),
        ("1" + P2PKH, "length"),
        (P2PKH[:-1] + "3", "checksum"),
        ("\uff11" + P2PKH[1:], "character"),
        ("z" * 91, "too-large"),
        ("z" * 90, "length"),
        ("1" * 90, "length"),
    ],
)
def test_58_01_to_58_07_mistakes_in_base58_are_refused(text: str, why: str) -> None:
    for row in ROWS:
        assert reason(AddressError, row.parse_address, text) == why


@pytest.mark.parametrize("size", [0, 1, 19, 21, 32])
def test_58_05_only_20_bytes_follow_the_version(size: int) -> None:
    assert reason(AddressError, BITCOIN.parse_address, base58check.encode(b"\0" + bytes(size))) == "length"


@pytest.mark.parametrize("text", ["z" * 100_000, "z" * 1_000_000, "1" * 1_000_000, "bc1" + "q" * 2**20, "q" * 2**20])
def test_58_08_58_09_58_10_SG29_long_texts_are_refused_at_once(text: str) -> None:
    assert reason(AddressError, BITCOIN.parse_address, text) == "too-large"
    setup = (
        "from walletcore.chains import chain\nfrom walletcore.errors import AddressError\n"
        f"row, text = chain('bitcoin'), {text[:3]!r} + {text[-1]!r} * {len(text) - 3}\n"
    )
    code = "try: row.parse_address(text)\nexcept AddressError: pass"
    assert cpu_seconds(code, setup=setup) < 0.005 * SLACK


@pytest.mark.parametrize("value", [None, 7, True, P2WPKH.encode(), bytearray(P2WPKH.encode()), [P2WPKH]])
def test_only_text_is_an_address(value: Any) -> None:
    assert reason(AddressError, BITCOIN.parse_address, value) == "type"


def test_a_subclass_of_str_is_refused() -> None:
    class Text(str):
        """A text that could lie about its length."""

    assert reason(AddressError, BITCOIN.parse_address, Text(P2WPKH)) == "type"


@by_kind
def test_W05_an_address_of_another_network_is_refused(kind: str) -> None:
    for row in (BITCOIN, TESTNET, REGTEST):
        for other in (BITCOIN, TESTNET, REGTEST):
            address = other.address(GENERATOR, kind=kind)
            if address.text != row.address(GENERATOR, kind=kind).text:
                assert reason(AddressError, row.parse_address, address.text) == "network"
                assert reason(AddressError, row.script_pubkey, address) == "network"


def test_W05_neighbour_networks_that_share_their_texts_are_told_apart() -> None:
    testnet4 = chain("bitcoin-testnet4", BitcoinChain).address(GENERATOR)
    assert TESTNET.parse_address(testnet4.text).chain is TESTNET
    assert reason(AddressError, TESTNET.script_pubkey, testnet4) == "network"


def test_a_script_is_not_made_from_a_text() -> None:
    value: Any = P2WPKH
    assert reason(AddressError, BITCOIN.script_pubkey, value) == "type"


def test_a_script_comes_from_the_text_that_people_see() -> None:
    forged = Address(chain=BITCOIN, text=P2WPKH, payload=bytes(20), kind="p2pkh")
    assert BITCOIN.script_pubkey(forged)[2:] == BITCOIN.parse_address(P2WPKH).payload
    nonsense = Address(chain=BITCOIN, text="nonsense", payload=bytes(20), kind="p2pkh")
    assert reason(AddressError, BITCOIN.script_pubkey, nonsense) == "length"


@pytest.mark.parametrize("version", [0x01, 0x04, 0x06, 0x30, 0x70, 0x80, 0xC3, 0xEF, 0xFF])
def test_W05_another_version_byte_is_refused(version: int) -> None:
    assert reason(AddressError, BITCOIN.parse_address, base58check.encode(bytes((version,)) + bytes(20))) == "version"


@pytest.mark.parametrize(
    "text",
    [
        "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn",  # a private key, compressed
        "5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf",
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
    ],
)
def test_keys_are_no_addresses(text: str) -> None:
    for row in ROWS:
        assert reason(AddressError, row.parse_address, text) in ("length", "too-large")


def test_SG26_32_bytes_of_version_0_are_a_script_hash_and_no_key_hash() -> None:
    address = BITCOIN.parse_address("bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3")
    assert (address.kind, len(address.payload)) == ("p2wsh", 32)


def test_SG27_version_2_is_not_version_0() -> None:
    assert BITCOIN.parse_address("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs").kind == WITNESS_UNKNOWN


def test_SG28_inserted_letters_change_the_length_and_are_refused() -> None:
    """BIP-350: a Bech32 text that ends in p keeps its checksum when q is put before it; 20 of them give 32 bytes."""
    texts = [BITCOIN.address(key(number).public_key).text for number in range(1, 200)]
    ending = [text for text in texts if text.endswith("p")]
    assert len(ending) > 2
    for text in ending:
        for count in (*range(1, 20), *range(21, 48)):
            inserted = text[:-1] + "q" * count + "p"
            assert reason(AddressError, BITCOIN.parse_address, inserted) in ("length", "non-canonical")


@pytest.mark.parametrize(
    ("coin", "version", "expected"),
    [
        (CoinsConf.LitecoinMainNet, "p2pkh_std_net_ver", "version"),
        (CoinsConf.LitecoinMainNet, "p2sh_std_net_ver", "version"),
        (CoinsConf.DogecoinMainNet, "p2pkh_net_ver", "version"),
        (CoinsConf.DogecoinMainNet, "p2sh_net_ver", "version"),
        (CoinsConf.BitcoinTestNet, "p2pkh_net_ver", "network"),
        (CoinsConf.BitcoinTestNet, "p2sh_net_ver", "network"),
    ],
)
def test_A36_addresses_of_relatives_and_of_test_networks_are_refused(coin: Any, version: str, expected: str) -> None:
    text = P2PKHAddr.EncodeKey(key(7).public_key.data, net_ver=coin.ParamByKey(version))
    assert reason(AddressError, BITCOIN.parse_address, text) == expected


def test_A36_an_old_script_address_of_litecoin_is_the_same_text_as_one_of_bitcoin() -> None:
    """Nothing tells them apart, so that the chain is an argument and never guessed."""
    versions = [coin.ParamByKey(name) for coin, name in OLD_FORMS]
    assert versions == [b"\x05", b"\x05"]
    assert BITCOIN.parse_address(P2SHAddr.EncodeKey(key(7).public_key.data, net_ver=versions[1])).kind == "p2sh"


@pytest.mark.parametrize("hrp", ["osmo", "cosmos", "ltc", "bc1", "b", "tc", "bcr"])
def test_SG30_another_human_readable_part_is_refused(hrp: str) -> None:
    text = Bech32Encoder.Encode(hrp, bytes(20))
    assert reason(AddressError, BITCOIN.parse_address, text) in ("prefix", "version")


def test_SG31_a_taproot_address_off_the_curve_is_read_but_not_spendable() -> None:
    address = BITCOIN.parse_address(OFF_CURVE)
    assert address.kind == "p2tr"
    assert reason(AddressError, BITCOIN.parse_address, OFF_CURVE, require_spendable=True) == "point"
    assert reason(AddressError, BITCOIN.script_pubkey, address, require_spendable=True) == "point"
    assert BITCOIN.script_pubkey(address) == b"\x51\x20" + address.payload
    assert TESTNET.parse_address(ON_CURVE, require_spendable=True).kind == "p2tr"


def test_SG31_neighbour_a_taproot_address_of_x_at_or_above_p_is_not_spendable() -> None:
    for x in (2**256 - 1, 2**256 - 2**32 - 977, 0, 5):  # 5 is no x of a point
        text = bech32m.encode("bc", b"\x01" + to_words(x.to_bytes(32)))
        assert reason(AddressError, BITCOIN.parse_address, text, require_spendable=True) == "point"


@pytest.mark.parametrize(("version", "wrong"), [(0, bech32m), *((version, bech32) for version in range(1, 17))])
def test_SG32_the_other_checksum_is_refused(version: int, wrong: Any) -> None:
    text = wrong.encode("bc", bytes((version,)) + to_words(bytes(32)))
    assert reason(AddressError, BITCOIN.parse_address, text) == "checksum"


@pytest.mark.parametrize(
    "text", ["\x201nwldj5", "\x7f1axkwrx", "\x801eym55h", "pzry9x0s0muk", "1pzry9x0s0muk", "10a06t8", "1qzzfhee"]
)
def test_SG33_strange_human_readable_parts_are_refused(text: str) -> None:
    assert reason(AddressError, BITCOIN.parse_address, text) in ("character", "length", "prefix", "checksum")


def test_SG33_84_characters_of_human_readable_part_are_refused() -> None:
    text = "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx"
    assert reason(AddressError, BITCOIN.parse_address, text) == "too-large"


@pytest.mark.parametrize("version", range(17, 32))
def test_no_witness_version_is_above_16(version: int) -> None:
    text = bech32m.encode("bc", bytes((version,)) + to_words(bytes(32)))
    assert reason(AddressError, BITCOIN.parse_address, text) == "version"


@pytest.mark.parametrize("size", [0, 1, 41])
def test_witness_programs_have_2_to_40_bytes(size: int) -> None:
    text = bech32m.encode("bc", b"\x01" + to_words(bytes(size)))
    assert reason(AddressError, BITCOIN.parse_address, text) == "length"


@pytest.mark.parametrize("size", [2, 19, 21, 31, 33, 40])
def test_version_0_has_20_or_32_bytes(size: int) -> None:
    assert reason(AddressError, BITCOIN.parse_address, bech32.encode("bc", b"\0" + to_words(bytes(size)))) == "length"


@pytest.mark.parametrize(
    "text", [P2WPKH[:20].upper() + P2WPKH[20:], "BC" + P2WPKH[2:], P2WPKH[:-1] + "4".upper() + "\n"]
)
def test_mixed_case_and_line_ends_are_refused(text: str) -> None:
    assert reason(AddressError, BITCOIN.parse_address, text) in ("mixed-case", "character")


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    for row in (BITCOIN, REGTEST):
        with contextlib.suppress(AddressError):
            assert row.parse_address(text).text in (text, text.lower())


@given(points, st.sampled_from(sorted(KEY_KINDS)), st.data())
def test_one_changed_letter_is_never_another_address(public: PublicKey, kind: str, data: st.DataObject) -> None:
    text = BITCOIN.address(public, kind=kind).text
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0l"))
    if letter != text[place]:
        reason(AddressError, BITCOIN.parse_address, text[:place] + letter + text[place + 1 :])


def test_base58_without_its_checksum_is_refused() -> None:
    assert reason(AddressError, BITCOIN.parse_address, base58.encode(b"\0" + bytes(24))) == "checksum"


# -- keys and scripts that have no address


@pytest.mark.parametrize("kind", ["p2wsh2", "P2WPKH", " p2tr", "p2sh", 7, None, ["p2tr"]])
def test_an_unknown_kind_is_refused(kind: Any) -> None:
    if kind:
        assert reason(AddressError, BITCOIN.address, GENERATOR, kind=kind) == "unknown"
        assert reason(AddressError, BITCOIN.addresses, [GENERATOR.data], kind=kind) == "unknown"
    assert reason(AddressError, BITCOIN.script_address, b"", kind="p2pkh") == "unknown"
    assert reason(AddressError, BITCOIN.script_address, b"", kind=None) == "unknown"


@pytest.mark.parametrize("value", [None, GENERATOR.data, GENERATOR.data.hex(), Secret(bytes(32))])
def test_only_a_public_key_has_an_address(value: Any) -> None:
    assert reason(AddressError, BITCOIN.address, value) == "type"


def test_a_key_of_another_curve_has_no_address() -> None:
    assert reason(AddressError, BITCOIN.address, PrivateKey(Curve.ED25519, Secret(bytes(32))).public_key) == "type"


@pytest.mark.parametrize("root", [bytes(31), bytes(33), "00" * 32, None, bytearray(32)])
def test_a_merkle_root_is_32_bytes(root: Any) -> None:
    assert reason(AddressError, BITCOIN.address, GENERATOR, kind="p2tr", merkle_root=root) == "length"


@pytest.mark.parametrize("kind", set(KEY_KINDS) - {"p2tr"})
def test_only_taproot_has_a_merkle_root(kind: str) -> None:
    assert reason(AddressError, BITCOIN.address, GENERATOR, kind=kind, merkle_root=bytes(32)) == "length"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x02", bytes(33), b"\x04" + bytes(32), b"\x02" * 32, b"\x02" * 34, "02" * 33, bytearray(b"\x02" * 33)],
)
def test_a_batch_takes_compressed_keys_only(data: Any) -> None:
    for kind in KEY_KINDS:
        assert reason(AddressError, BITCOIN.addresses, [GENERATOR.data, data], kind=kind) == "type"


@pytest.mark.parametrize("keys", [None, 7, GENERATOR, GENERATOR.data, GENERATOR.data.hex()])
def test_a_batch_is_a_sequence_of_keys(keys: Any) -> None:
    assert reason(AddressError, BITCOIN.addresses, keys) == "type"


def test_a_batch_refuses_a_taproot_key_off_the_curve() -> None:
    assert reason(AddressError, BITCOIN.addresses, [b"\x02" + (5).to_bytes(32)], kind="p2tr") == "point"


def test_scripts_that_could_never_be_spent_have_no_address() -> None:
    assert reason(AddressError, BITCOIN.script_address, bytes(521), kind="p2sh") == "too-large"
    assert reason(AddressError, BITCOIN.script_address, bytes(10_001), kind="p2wsh") == "too-large"
    assert reason(AddressError, BITCOIN.script_address, bytes(10_001), kind="p2sh-p2wsh") == "too-large"
    assert BITCOIN.script_address(bytes(520), kind="p2sh").kind == "p2sh"
    assert BITCOIN.script_address(bytes(10_000), kind="p2wsh").kind == "p2wsh"


@pytest.mark.parametrize("script", [None, "51", bytearray(b"\x51"), 7])
def test_a_script_is_bytes(script: Any) -> None:
    for kind in ("p2sh", "p2wsh", "p2sh-p2wsh"):
        assert reason(AddressError, BITCOIN.script_address, script, kind=kind) == "type"


def test_every_row_of_the_family_is_a_chain() -> None:
    assert set(ROWS) <= set(chains())


@pytest.mark.parametrize("row", [chain("zcash", BitcoinChain), chain("litecoin", BitcoinChain), BITCOIN])
@pytest.mark.parametrize(
    ("begins", "size", "what"),
    [
        ("u1", 141, "a unified address"),
        ("utest1", 141, "a unified address"),
        ("zs1", 78, "a Sapling address"),
        ("ltcmweb1", 120, "one of Litecoin's extension blocks"),
    ],
)
def test_an_address_that_hides_what_is_paid_is_named(row: BitcoinChain, begins: str, size: int, what: str) -> None:
    for text in (begins + "q" * (size - len(begins)), (begins + "q" * (size - len(begins))).upper()):
        with pytest.raises(AddressError, match=f"expected a transparent address, got {what}") as caught:
            row.parse_address(text)
        assert caught.value.reason == "unknown"
