"""Addresses of Bitcoin's relatives: published texts and mistakes, and what no other test of addresses meets."""

import pytest

from support.bitcoin import key, reason
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.coding.text import base58check, bech32, bech32m, to_words
from walletcore.errors import AddressError, KeystoreError
from walletcore.keystore.wif import VERSIONS, Wif

FIRO = chain("firo", BitcoinChain)
ZCASH, TESTNET = chain("zcash", BitcoinChain), chain("zcash-testnet", BitcoinChain)
HORIZEN = chain("horizen", BitcoinChain)
KEY = key(1).public_key


def row_of(case: Case) -> BitcoinChain:
    return chain(case.input["chain"], BitcoinChain)


@vectors("relatives/addresses", operation="address.parse", result="valid")
def test_published_addresses_are_read(case: Case) -> None:
    row = row_of(case)
    address = row.parse_address(case.input["address"])
    assert (address.kind, address.payload.hex()) == (case.expect["kind"], case.expect["payload"])
    assert address.text == case.expect["address"]
    assert row.script_pubkey(address).hex() == case.expect["script"]
    assert row.parse_address(address.text) == address


@vectors("relatives/addresses", operation="address.parse", result="invalid")
def test_published_mistakes_are_refused(case: Case) -> None:
    assert reason(AddressError, row_of(case).parse_address, case.input["address"]) in case.reasons
    if "no-key" in case.flags:
        name = case.input["chain"]
        with pytest.raises(KeystoreError):
            Wif.parse(case.input["address"], network=name if name in VERSIONS else "mainnet")


def test_an_exchange_address_has_a_script_of_its_own() -> None:
    address = FIRO.parse_address("EXXKcAcVWXeG7S9aiXXGuGNZkWdB9XuSbJ1z")  # wallet-core, TWFiroAddressTests.cpp
    assert address.kind == "p2pkh-exchange"
    assert FIRO.script_pubkey(address).hex() == f"e076a914{address.payload.hex()}88ac"
    assert FIRO.destination_of(FIRO.script_pubkey(address)) is not None
    assert FIRO.address(KEY, kind="p2pkh-exchange").text.startswith("EXX")
    assert chain("firo-testnet", BitcoinChain).address(KEY, kind="p2pkh-exchange").text.startswith("EXT")
    assert reason(AddressError, chain("dash", BitcoinChain).parse_address, address.text) in ("length", "version")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (bech32.encode("tex", to_words(bytes(20))), "checksum"),  # Bech32m it must be
        (bech32m.encode("tex", to_words(bytes(19))), "length"),
        (bech32m.encode("tex", to_words(bytes(21))), "length"),
        (bech32m.encode("tex", b"\0" + to_words(bytes(20))), "length"),  # as a segwit address would have it
        (bech32m.encode("textest", to_words(bytes(20))), "character"),
        ("tex1" + "Q" * 38, "mixed-case"),
    ],
)
def test_a_tex_address_is_the_hash_of_a_key_and_nothing_else(text: str, expected: str) -> None:
    assert reason(AddressError, ZCASH.parse_address, text) in (expected, "checksum", "length")


def test_a_tex_address_pays_what_the_address_of_the_key_does() -> None:
    tex, plain = ZCASH.address(KEY, kind="p2pkh-tex"), ZCASH.address(KEY)
    assert ZCASH.script_pubkey(tex) == ZCASH.script_pubkey(plain)
    assert ZCASH.parse_address(tex.text.upper()) == tex
    assert TESTNET.address(KEY, kind="p2pkh-tex").text.startswith("textest1")
    assert reason(AddressError, TESTNET.parse_address, tex.text)


def test_an_older_address_of_horizen_is_written_anew() -> None:
    old = base58check.encode(b"\x1c\xb8" + bytes(20))
    assert (old[:2], HORIZEN.parse_address(old).text[:2]) == ("t1", "zn")
    assert HORIZEN.parse_address(old) == HORIZEN.parse_address(HORIZEN.parse_address(old).text)
