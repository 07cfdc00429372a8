"""Tron's rows: names, addresses in their two forms, keys."""

import pytest

from support.tron import ALICE, ME, NILE, SHASTA, TRON
from support.vectors import Case, vectors
from walletcore import Wallet, chain
from walletcore.chains.tron import Charges, TronChain
from walletcore.errors import AddressError, Unsupported
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret
from walletcore.testing import check_chain

RFC8032_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # 7.1, TEST 1


@vectors("chains/tron")
def test_published_phrases_have_their_addresses(case: Case) -> None:
    row = chain(case.input["chain"], TronChain)
    wallet = Wallet.from_mnemonic(case.input["mnemonic"], case.input["passphrase"])
    numbers = {name: case.input[name] for name in ("account", "index") if name in case.input}
    where = {**numbers, "profile": case.input["profile"]}
    assert str(row.path(**where)) == case.input["path"]
    address = wallet.address(row, **where)
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])
    assert wallet.public_key(row, **where).data.hex() == case.expect["public_key"]
    assert row.parse_address(case.expect["address"]) == address
    assert row.addresses([bytes.fromhex(case.expect["public_key"])]) == [case.expect["address"]]


@vectors("tron/addresses", operation="address.encode")
def test_published_keys_have_their_addresses(case: Case) -> None:
    key = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case.input["private_key"])))
    assert TRON.address(key.public_key).text == case.expect["address"]


@vectors("tron/addresses", operation="address.parse", result="valid")
def test_published_addresses_are_read(case: Case) -> None:
    assert TRON.parse_address(case.input["address"]).text == case.expect["address"]


@vectors("tron/addresses", operation="address.parse", result="invalid")
def test_published_addresses_that_are_none_are_refused(case: Case) -> None:
    with pytest.raises(AddressError) as caught:
        TRON.parse_address(case.input["address"])
    assert caught.value.reason == case.expect["reason"]


def test_networks_are_named_by_the_number_that_they_sign() -> None:
    """TIP-712, "Mainnet TIP-712 chainId", "Nile Testnet TIP-712 chainId"."""
    assert [row.caip2 for row in (TRON, NILE, SHASTA)] == ["tron:0x2b6653dc", "tron:0xcd8690dc", "tron:0x94a9059e"]
    assert (TRON.chain_id, NILE.chain_id) == (728126428, 3448148188)
    assert TRON.asset == TRON.fee_asset == "tron:0x2b6653dc/slip44:195"
    assert chain("tron:0xcd8690dc") is NILE
    assert ME.account_id == f"tron:0x2b6653dc:{ME.text}"
    assert repr(TRON) == "TronChain(tron, tron:0x2b6653dc)"


@pytest.mark.parametrize("row", [TRON, NILE, SHASTA], ids=lambda row: row.name)
def test_rows_pass_the_kit(row: TronChain) -> None:
    check_chain(row)


def test_A33_hex_digits_are_read_at_their_own_door_only() -> None:
    digits = f"41{ME.payload.hex()}"
    for text in (digits, f"0x{digits}", digits.upper()):
        with pytest.raises(AddressError) as caught:
            TRON.parse_address(text)
        assert caught.value.reason == "prefix"
        assert TRON.parse_address(text, allow_unchecked=True) == ME
        assert TRON.parse_hex(text) == ME


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("42" + "00" * 20, "version"),
        ("a0" + "00" * 20, "version"),  # the prefix of test nets of before 2018
        ("41" + "00" * 19, "length"),
        ("00" * 20, "length"),
        ("41" + "0g" * 20, "character"),
        ("0X41" + "00" * 20, "character"),
        ("41" + "00" * 21 + "00", "type"),
        (b"41", "type"),
    ],
)
def test_A33_a_version_byte_of_another_kind_is_refused(text: object, reason: str) -> None:
    with pytest.raises(AddressError) as caught:
        TRON.parse_hex(text)  # type: ignore[arg-type]
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeD", "checksum"),
        ("TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDe", "checksum"),
        ("TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeCC", "length"),
        ("TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDe0", "character"),
        (" TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC", "character"),
        ("TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC\n", "character"),
        ("tjrywwfs9wtfgzg3jbrvrifbnfcug5tdec", "checksum"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "version"),  # Bitcoin's
        ("T" * 1000, "length"),
        ("", "length"),
        (None, "type"),
    ],
)
def test_other_texts_are_no_addresses(text: object, reason: str) -> None:
    with pytest.raises(AddressError) as caught:
        TRON.parse_address(text)  # type: ignore[arg-type]
    assert caught.value.reason == reason


def test_keys_of_others_are_refused() -> None:
    with pytest.raises(AddressError):
        TRON.address(PublicKey(Curve.ED25519, RFC8032_KEY))
    with pytest.raises(AddressError):
        TRON.address(ALICE.public_key, kind="p2pkh")


@pytest.mark.parametrize(
    "changes",
    [
        {"chain_id": 0},
        {"chain_id": 1 << 32},
        {"chain_id": True},
        {"charges": None},
        {"trc20": ["TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC"]},
        {"trc20": ("TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeD",)},
    ],
)
def test_a_row_is_checked(changes: dict[str, object]) -> None:
    with pytest.raises((Unsupported, AddressError)):
        TronChain(**{"name": "row", "chain_id": 1} | changes)  # type: ignore[arg-type]


def test_charges_are_amounts() -> None:
    for wrong in (-1, 1.0, True, 1 << 63):
        with pytest.raises(Unsupported):
            Charges(byte=wrong)  # type: ignore[arg-type]
