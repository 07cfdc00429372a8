"""Stellar's rows: names, passphrases, addresses and keys."""

from dataclasses import replace
from typing import Any

import pytest

from support.vectors import Case, vectors
from walletcore import Wallet, chain
from walletcore.chains.base import Address
from walletcore.chains.stellar import CHAINS, StellarChain
from walletcore.coding import strkey
from walletcore.errors import AddressError, Unsupported
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret
from walletcore.testing import check_chain

STELLAR = chain("stellar", StellarChain)
TESTNET = chain("stellar-testnet", StellarChain)
KEY = bytes.fromhex("3f0c34bf93ad0d9971d04ccc90f705511c838aad9734a4a2fb0d7a03fc7fe89a")  # SEP-0023, "Valid test cases"
G = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ"
M = "MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVAAAAAAAAAAAAAJLK"
C = "CA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUWDA"
SECP256K1 = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")


@vectors("chains/stellar")
def test_published_keys_have_their_addresses(case: Case) -> None:
    row, given, expect = chain(case.input["chain"], StellarChain), case.input, case.expect
    if "mnemonic" in given:
        wallet = Wallet.from_mnemonic(given["mnemonic"], given["passphrase"])
        where = {"account": given["account"], "profile": given["profile"]}
        assert str(row.path(**where)) == given["path"]
        key = wallet.public_key(row, **where)
        assert wallet.address(row, **where).text == expect["address"]
        with wallet.signer(row, **where).key as private:
            assert expect.get("private") in (None, private.secret.reveal().hex())
    elif "private_key" in given:
        key = PrivateKey(Curve.ED25519, Secret(bytes.fromhex(given["private_key"]))).public_key
    else:
        key = PublicKey(Curve.ED25519, bytes.fromhex(given["public_key"]))
    assert expect.get("public_key") in (None, key.data.hex())
    assert row.parse_address(expect["address"]) == row.address(key)
    assert row.addresses([key.data]) == [expect["address"]]


def test_a_seed_of_a_wallet_is_a_key_of_it() -> None:
    """SEP-0005, Test 1: the S... of m/44'/148'/0' is the key of its G..."""
    seed = strkey.decode_seed("SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN")
    address = STELLAR.address(PrivateKey(Curve.ED25519, seed).public_key)
    assert address.text == "GDRXE2BQUC3AZNPVFSCEZ76NJ3WWL25FYFK6RGZGIEKWE4SOOHSUJUJ6"


def test_names_are_those_of_the_namespace() -> None:
    """ChainAgnostic/namespaces stellar/caip2.md and stellar/caip19.md."""
    assert (STELLAR.caip2, TESTNET.caip2) == ("stellar:pubnet", "stellar:testnet")
    assert (STELLAR.asset, TESTNET.asset) == ("stellar:pubnet/slip44:148", "stellar:testnet/slip44:148")
    account = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ"
    assert STELLAR.parse_address(account).account_id == f"stellar:pubnet:{account}"
    assert repr(STELLAR) == "StellarChain(stellar, stellar:pubnet)"


def test_a_passphrase_is_hashed_to_the_network_id() -> None:
    """stellar/js-stellar-base test/unit/network_test.js; Pi's is in stellar/transactions."""
    assert STELLAR.network_id.hex() == "7ac33997544e3175d266bd022439b22cdb16508c01163f26e5cb2a3e1045a979"
    assert TESTNET.network_id.hex() == "cee0302d59844d32bdca915c8203dd44b33fbb7edc19051ea37abedf28ecd472"
    assert len({row.network_id for row in CHAINS}) == len(CHAINS) == len({row.passphrase for row in CHAINS})


@pytest.mark.parametrize("row", CHAINS, ids=lambda row: row.name)
def test_rows_pass_the_kit(row: StellarChain) -> None:
    report = check_chain(row)
    assert report.undetected == 0


def test_an_address_is_an_account_a_muxed_one_or_a_contract() -> None:
    account, muxed, contract = map(STELLAR.parse_address, (G, M, C))
    assert (account.kind, account.payload, account.tag) == ("account", KEY, None)
    assert (muxed.kind, muxed.payload, muxed.tag) == ("muxed", KEY + bytes([128, *bytes(7)]), 1 << 63)
    assert (contract.kind, contract.payload, contract.tag) == ("contract", KEY, None)
    assert STELLAR.account(KEY) == account
    assert STELLAR.account(KEY, 1 << 63) == muxed
    assert STELLAR.contract(KEY) == contract
    assert [str(each) for each in (account, muxed, contract)] == [G, M, C]
    assert STELLAR.account(bytes(32)).text == "GAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAWHF"  # nobody's


@pytest.mark.parametrize(
    "text",
    [
        "PA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAQACAQDAQCQMBYIBEFAWDANBYHRAEISCMKBKFQXDAMRUGY4DUPB6IBZGM",
        "LA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUPJN",
        "BAAD6DBUX6J22DMZOHIEZTEQ64CVCHEDRKWZONFEUL5Q26QD7R76RGR4TU",
        "SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN",
    ],
)
def test_other_strkeys_are_no_addresses(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        STELLAR.parse_address(text)
    assert caught.value.reason in ("version", "scheme")
    assert text[1:12] not in str(caught.value)


@pytest.mark.parametrize(
    "text", [G.lower(), f"{G} ", f"{G}-123", f"{G}\n", G[:-1], "1Ma2DrB78K7jmAwaomqZNRMCvgQrNjE2QC"]
)
def test_A15_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(AddressError):
        STELLAR.parse_address(text)


def test_keys_of_others_and_wrong_parts_are_refused() -> None:
    calls: list[Any] = [
        lambda: STELLAR.address(PublicKey(Curve.SECP256K1, SECP256K1)),
        lambda: STELLAR.address(PublicKey(Curve.ED25519, KEY), kind="muxed"),
        lambda: STELLAR.addresses([KEY[1:]]),
        lambda: STELLAR.addresses([KEY], kind="contract"),
        lambda: STELLAR.account(KEY[1:]),
        lambda: STELLAR.account(KEY, -1),
        lambda: STELLAR.account(KEY, 1 << 64),
        lambda: STELLAR.account(KEY, True),
        lambda: STELLAR.contract(bytes(33)),
    ]
    for call in calls:
        with pytest.raises(AddressError):
            call()


def test_a_row_needs_a_passphrase_and_accounts() -> None:
    wrong: list[dict[str, Any]] = [{"passphrase": each} for each in ("", None, 7, "x" * 101)]
    wrong += [{"memo_required": each} for each in ((G,), frozenset({C}), frozenset({1}))]
    for changes in wrong:
        with pytest.raises(Unsupported):
            replace(STELLAR, **changes)


def test_an_own_network_is_a_row_of_ones_own() -> None:
    own = replace(STELLAR, name="local", caip2="stellar:local", passphrase="Standalone Network ; February 2017")
    check_chain(own)
    assert own != STELLAR
    assert isinstance(own.parse_address(G), Address)
