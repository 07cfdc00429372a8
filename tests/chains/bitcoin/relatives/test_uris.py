"""URIs of relatives: the figures of their own wallets' tests, schemes, and amounts by the decimals of the coin."""

import json
from typing import Any

import pytest

from support.bitcoin import key, reason
from support.vectors import Case, vectors
from walletcore.chains import chain, chains
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.uri import PaymentUri
from walletcore.errors import AddressError

EXAMPLE = "175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W"
"""The address of most wallets' tests: one of Bitcoin, which none of them looks at."""


def row(name: str) -> BitcoinChain:
    return chain(name, BitcoinChain)


@vectors("relatives/uris")
def test_uris_are_read_as_the_coins_own_wallets_read_them(case: Case) -> None:
    network = row(case.input["chain"])
    shown = json.dumps([case.input["text"], dict(case.expect)])
    valid = str(network.address(key(1).public_key, kind="p2pkh"))
    text, expected = json.loads(shown.replace(EXAMPLE, valid))
    if expected["result"] == "invalid":
        assert reason(AddressError, PaymentUri.parse, network, text) == expected["reason"]
        return
    uri = PaymentUri.parse(network, text)
    assert str(uri.address) == expected["address"]
    assert uri.amount == (int(expected["amount"]) if "amount" in expected else None)
    assert [list(pair) for pair in uri.others] == expected.get("others", [])
    assert PaymentUri.parse(network, str(uri)) == uri


# parseBitcoinURI of each coin's src/qt/guiutil.cpp: the repositories and commits of vectors/relatives/uris.json, and
# litecoin-project/litecoin d8c8adc, dashpay/dash 084d582, Groestlcoin/groestlcoin 88db63f, monacoinproject/monacoin
# b5efe25, vertcoin-project/vertcoin-core efc96b7, firoorg/firo adba431, NeblioTeam/neblio cebf9fc; dogecoin/dogecoin
# pull request 1629.
SCHEMES = {
    "bitcoin": "bitcoin",
    "litecoin": "litecoin",
    "dogecoin": "dogecoin",
    "dash": "dash",
    "bitcoin-cash": "bitcoincash",
    "bitcoin-cash-testnet4": "bchtest",
    "ecash": "ecash",
    "ecash-testnet": "ectest",
    "bitcoin-gold": "bitcoingold",
    "digibyte": "digibyte",
    "digibyte-testnet": "digibyte",
    "groestlcoin": "groestlcoin",
    "ravencoin": "raven",
    "qtum": "qtum",
    "monacoin": "monacoin",
    "viacoin": "viacoin",
    "vertcoin": "vertcoin",
    "syscoin": "syscoin",
    "firo": "firo",
    "pivx": "pivx",
    "pivx-testnet": "pivx",
    "verge": "verge",
    "neblio": "neblio",
    "neblio-testnet": "neblio",
}
NONE = ("bitcoin-sv", "bitcoin-diamond", "stratis", "komodo", "zcash", "horizen", "flux", "decred")


@pytest.mark.parametrize("name", list(SCHEMES))
def test_the_scheme_is_that_of_the_coins_own_wallet(name: str) -> None:
    network = row(name)
    assert network.uri_scheme == SCHEMES[name]
    made = PaymentUri(chain=network, address=network.address(key(1).public_key), amount=10)
    assert str(made).startswith(f"{SCHEMES[name]}:")
    assert str(made).count(":") == 1
    assert PaymentUri.parse(network, str(made)) == made
    assert reason(AddressError, PaymentUri.parse, network, f"x{made}") == "prefix"


@pytest.mark.parametrize("name", NONE)
def test_a_coin_without_a_scheme_has_no_uris(name: str) -> None:
    network = row(name)
    to: Any = network.address(key(1).public_key)
    assert reason(AddressError, PaymentUri, chain=network, address=to) == "unknown"
    assert reason(AddressError, PaymentUri.parse, network, f"{name}:{to}") == "type"
    named = [each for each in chains() if isinstance(each, BitcoinChain) and each.name.startswith(name)]
    assert not any(each.uri_scheme for each in named)


@pytest.mark.parametrize(
    ("name", "text", "amount"),
    [
        ("ecash", "1", 100),
        ("ecash", "1.5", 150),
        ("ecash", "1.05", 105),
        ("ecash", ".5", 50),
        ("ecash", "21000000000000", 21 * 10**14),
        ("verge", "0.000001", 1),
        ("verge", "16555000000", 16_555 * 10**12),
        ("dogecoin", "10000000000", 10**18),
    ],
)
def test_an_amount_has_the_decimals_of_the_coin(name: str, text: str, amount: int) -> None:
    network = row(name)
    body = str(PaymentUri(chain=network, address=network.address(key(1).public_key)))
    uri = PaymentUri.parse(network, f"{body}?amount={text}")
    assert uri.amount == amount
    assert PaymentUri.parse(network, str(uri)).amount == amount


@pytest.mark.parametrize(("name", "text"), [("ecash", "1.005"), ("ecash", "1.000"), ("verge", "1.0000001")])
def test_a_part_of_the_smallest_unit_is_refused(name: str, text: str) -> None:
    network = row(name)
    body = str(PaymentUri(chain=network, address=network.address(key(1).public_key)))
    assert reason(AddressError, PaymentUri.parse, network, f"{body}?amount={text}") == "character"
