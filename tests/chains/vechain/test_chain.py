"""VeChain's rows: names, addresses and keys."""

import pytest

from support.vechain import ALICE, ME, TESTNET, VECHAIN
from support.vectors import Case, vectors
from walletcore import Wallet, chain
from walletcore.chains.vechain import VeChain
from walletcore.errors import AddressError
from walletcore.keys import Curve, PublicKey
from walletcore.testing import check_chain

RFC8032_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # 7.1, TEST 1


@vectors("chains/vechain")
def test_published_phrases_have_their_addresses(case: Case) -> None:
    row = chain(case.input["chain"], VeChain)
    wallet = Wallet.from_mnemonic(case.input["mnemonic"], case.input["passphrase"])
    where = {"index": case.input["index"], "profile": case.input["profile"]}
    assert str(row.path(**where)) == case.input["path"]
    address = wallet.address(row, **where)
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])
    assert wallet.public_key(row, **where).data.hex() == case.expect["public_key"]
    assert row.parse_address(case.expect["address"]) == address
    assert row.addresses([bytes.fromhex(case.expect["public_key"])]) == [case.expect["address"]]


def test_a_phrase_of_sync2_has_its_published_address() -> None:
    """vechain-energy/sync-extract-private-key README.md @ 3d09f67b385e, "Sync2"."""
    wallet = Wallet.from_mnemonic("ceiling exhaust wink burger glory unique burger supply foam enable axis coil")
    assert wallet.address(VECHAIN).text == "0x02F887bea6275318cC79c0639Db9e3037e216e49"
    public = "02444d201f12ec91785fa9a718dd9912054ae4aacf5261f568783166ca44502780"
    assert wallet.public_key(VECHAIN).data.hex() == public


def test_names_are_those_of_the_namespace() -> None:
    """ChainAgnostic/namespaces vechain/caip2.md and vechain/caip10.md, "Test Cases"."""
    assert VECHAIN.caip2 == "vechain:b1ac3413d346d43539627e6be7ec1b4a"
    assert TESTNET.caip2 == "vechain:87721b09ed2e15997f466536b20bb127"
    account = "0xf077b491b355E64048cE21E3A6Fc4751eEeA77fa"
    assert VECHAIN.parse_address(account).account_id == f"vechain:b1ac3413d346d43539627e6be7ec1b4a:{account}"
    assert chain("vechain:vechain-testnet") is TESTNET
    assert repr(VECHAIN) == "VeChain(vechain, vechain:b1ac3413d346d43539627e6be7ec1b4a)"


@pytest.mark.parametrize("row", [VECHAIN, TESTNET], ids=lambda row: row.name)
def test_rows_pass_the_kit(row: VeChain) -> None:
    check_chain(row)


def test_addresses_have_the_checksum_of_eip55() -> None:
    text = ME.text
    assert VECHAIN.parse_address(text) == ME
    assert VECHAIN.parse_address(text.lower(), allow_unchecked=True) == ME
    for wrong in (text.lower(), text[:-1], text[2:], text.swapcase().replace("X", "x"), text + "0", ""):
        with pytest.raises(AddressError):
            VECHAIN.parse_address(wrong)


def test_keys_of_others_are_refused() -> None:
    with pytest.raises(AddressError):
        VECHAIN.address(PublicKey(Curve.ED25519, RFC8032_KEY))
    with pytest.raises(AddressError):
        VECHAIN.address(ALICE.public_key, kind="p2pkh")
    with pytest.raises(AddressError):
        VECHAIN.addresses([ALICE.public_key.data], kind="p2pkh")
    for wrong in ([ALICE.public_key], [bytes(32)], [bytes(33)], [b"\2" + b"\xff" * 32]):
        with pytest.raises(AddressError):
            VECHAIN.addresses(wrong)  # type: ignore[arg-type]
    for payload in (bytes(19), "00" * 20):
        with pytest.raises(AddressError):
            VECHAIN.account(payload)  # type: ignore[arg-type]
