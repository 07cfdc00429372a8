"""URIs of payments: the examples of BIP-21 and BIP-321, their neighbours, and a second implementation."""

import json
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, REGTEST, TESTNET, key, reason
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.tx import MAX_MONEY
from walletcore.chains.bitcoin.uri import PaymentUri
from walletcore.errors import AddressError

LEGACY = BITCOIN.address(key(1).public_key, kind="p2pkh")
SEGWIT = BITCOIN.address(key(1).public_key)
TAPROOT = BITCOIN.address(key(1).public_key, kind="p2tr")
EXAMPLES = {
    "175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W": LEGACY,
    "bc1qufgy354j3kmvuch987xe4s40836x3h0lg8f5nq": SEGWIT,
    "bc1p5swkugezn97763tl0yty6556856uug0q6jflljvep9m4p7339x5qzyrh4q": TAPROOT,
    "tb1qghfhmd4zh7ncpmxl3qzhmq566jk8ckq4gafnmq": TESTNET.address(key(1).public_key),
}
"""The addresses of the BIP's examples, which are invalid on purpose, and valid ones of their kinds."""


def parse(text: str, **options: Any) -> PaymentUri:
    return PaymentUri.parse(BITCOIN, text, **options)


def with_valid_addresses(case: Case) -> tuple[str, dict[str, Any]]:
    """The case with addresses of ours in the place of the examples'."""
    text = json.dumps([case.input["text"], dict(case.expect)])
    for example, address in EXAMPLES.items():
        text = text.replace(example, str(address)).replace(example.upper(), str(address).upper())
    uri, expected = json.loads(text)
    return uri, expected


@vectors("bitcoin/uris")
def test_uris_are_read_as_the_bips_say(case: Case) -> None:
    text, expected = with_valid_addresses(case)
    if expected["result"] == "invalid":
        assert reason(AddressError, parse, text) in case.reasons
        return
    uri = parse(text)
    assert (uri.address.text if uri.address else None) == expected.get("address")
    assert uri.amount == (int(expected["amount"]) if "amount" in expected else None)
    assert (uri.label, uri.message) == (expected.get("label", ""), expected.get("message", ""))
    assert [list(pair) for pair in uri.others] == expected.get("others", [])
    assert parse(str(uri)) == uri


@pytest.mark.parametrize("example", list(EXAMPLES))
def test_the_addresses_of_the_examples_are_refused_as_they_stand(example: str) -> None:
    assert reason(AddressError, parse, f"bitcoin:{example}") in ("checksum", "character")


texts = st.text(max_size=30)
shown = st.text(st.characters(exclude_categories=["Cc", "Cf", "Zl", "Zp", "Cs"]), max_size=30)
keys = st.from_regex(r"[a-z0-9]{2,12}", fullmatch=True).filter(
    lambda name: name not in ("amount", "label", "message", "pop", "bc")
)
uris = st.builds(
    PaymentUri,
    chain=st.just(BITCOIN),
    address=st.sampled_from([LEGACY, SEGWIT, TAPROOT]),
    amount=st.none() | st.integers(0, MAX_MONEY),
    label=shown,
    message=shown,
    others=st.lists(st.tuples(keys, texts), max_size=3).map(tuple),
)


@given(uris)
def test_what_is_written_is_read_again(uri: PaymentUri) -> None:
    text = str(uri)
    assert text.isascii()
    assert " " not in text
    assert parse(text) == uri
    assert parse(uri.qr) == uri


@given(uris)
def test_it_is_written_as_urllib_and_decimal_would(uri: PaymentUri) -> None:
    pairs = [("amount", f"{Decimal(uri.amount or 0).scaleb(-8):f}")] if uri.amount is not None else []
    pairs = [(name, value.rstrip("0").rstrip(".") if "." in value else value) for name, value in pairs]
    pairs += [(name, text) for name, text in (("label", uri.label), ("message", uri.message)) if text]
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in (*pairs, *uri.others))
    assert str(uri) == f"bitcoin:{uri.address}" + ("?" if query else "") + query


@given(st.text(max_size=60) | st.text(alphabet="bitcon:?&=%amountlabel0123456789.-req", max_size=60))
def test_no_text_leads_to_another_error(text: str) -> None:
    for start in ("", "bitcoin:", f"bitcoin:{SEGWIT}?"):
        with suppress(AddressError):
            uri = parse(start + text)
            assert parse(str(uri)) == uri


AMOUNTS = {
    "0.00000001": 1,
    "20.3": 2_030_000_000,
    ".5": 50_000_000,
    "5.": 500_000_000,
    "007": 700_000_000,
    "21000000": MAX_MONEY,
    "0.1": 10_000_000,
    "1.10000000": 110_000_000,
    "9007199.25474099": 900_719_925_474_099,  # a float of satoshi still holds it; one of coins does not
}


@pytest.mark.parametrize("text", list(AMOUNTS))
def test_an_amount_is_read_to_the_satoshi(text: str) -> None:
    assert parse(f"bitcoin:{SEGWIT}?amount={text}").amount == AMOUNTS[text]


NO_AMOUNTS = [
    "",
    ".",
    "50,000.00",
    "1e3",
    "+1",
    "-1",
    "0x1",
    "1.000000000",
    "0.123456789",
    "1 ",
    "٣",
    "1_0",
    "NaN",
    "1.2.3",
]


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_an_amount_is_decimal_with_eight_places_at_most(text: str) -> None:
    assert reason(AddressError, parse, f"bitcoin:{SEGWIT}?amount={quote(text)}") == "character"


def test_an_amount_above_all_money_is_refused() -> None:
    assert reason(AddressError, parse, f"bitcoin:{SEGWIT}?amount=21000000.00000001") == "range"
    assert reason(AddressError, parse, f"bitcoin:{SEGWIT}?amount={'9' * 17}") == "character"


REFUSED = {
    "another scheme": (f"litecoin:{SEGWIT}", "prefix"),
    "no scheme": (str(SEGWIT), "prefix"),
    "a space before the scheme": (f" bitcoin:{SEGWIT}", "prefix"),
    "slashes": (f"bitcoin://{SEGWIT}", "character"),
    "an address of a test net": (f"bitcoin:{TESTNET.address(key(1).public_key)}", "network"),
    "nothing": ("bitcoin:", "missing"),
    "only an amount": ("bitcoin:?amount=1", "missing"),
    "only a pop": ("bitcoin:?pop=app%3a", "missing"),
    "a fragment": (f"bitcoin:{SEGWIT}?label=a#b", "character"),
    "a space": (f"bitcoin:{SEGWIT}?label=a b", "character"),
    "a letter beyond ASCII": (f"bitcoin:{SEGWIT}?label=ä", "character"),
    "a percent sign alone": (f"bitcoin:{SEGWIT}?label=100%", "character"),
    "half an escape": (f"bitcoin:{SEGWIT}?label=%2", "character"),
    "an escape that is not hexadecimal": (f"bitcoin:{SEGWIT}?label=%zz", "character"),
    "bytes that are no UTF-8": (f"bitcoin:{SEGWIT}?label=%ff", "character"),
    "UTF-8 that is longer than needed": (f"bitcoin:{SEGWIT}?label=%c0%80", "character"),
    "half a surrogate pair": (f"bitcoin:{SEGWIT}?label=%ed%a0%80", "character"),
    "a value without a key": (f"bitcoin:{SEGWIT}?=1", "character"),
    "a key that is escaped": (f"bitcoin:{SEGWIT}?%61mount=1", "character"),
    "an amount twice in two cases": (f"bitcoin:{SEGWIT}?amount=1&AMOUNT=2", "duplicate"),
    "a message twice": (f"bitcoin:{SEGWIT}?message=1&message=1", "duplicate"),
    "req- alone": (f"bitcoin:{SEGWIT}?req-=1", "unknown"),
    "REQ- in capitals": (f"bitcoin:{SEGWIT}?REQ-new=1", "unknown"),
    "an amount that must be understood twice": (f"bitcoin:{SEGWIT}?req-req-amount=1", "unknown"),
    "an amount that must be understood, and one that need not": (
        f"bitcoin:{SEGWIT}?req-amount=1&amount=1",
        "duplicate",
    ),
    "a pop that must be understood": (f"bitcoin:{SEGWIT}?req-pop=app%3a", "unknown"),
    "an address that must be understood and is none": (f"bitcoin:{SEGWIT}?req-bc=x", "length"),
    "an address that must be understood, of a test net": (f"bitcoin:?req-tb={SEGWIT}", "unknown"),
    "a label with a zero": (f"bitcoin:{SEGWIT}?label=a%00", "character"),
    "a label that rules a terminal": (f"bitcoin:{SEGWIT}?label=%1b[2J", "character"),
    "a label of two lines": (f"bitcoin:{SEGWIT}?label=a%0ab", "character"),
    "a label that is turned around": (f"bitcoin:{SEGWIT}?label=%e2%80%aea", "character"),
    "a message with a control of C1": (f"bitcoin:{SEGWIT}?message=%c2%9b", "character"),
    "a message that deletes": (f"bitcoin:{SEGWIT}?req-message=a%7f", "character"),
    "a base58 address under the prefix": (f"bitcoin:?bc={LEGACY}", "prefix"),
    "both cases in one address": (f"bitcoin:{str(SEGWIT)[:8].upper()}{str(SEGWIT)[8:]}", "mixed-case"),
    "too many characters": (f"bitcoin:{SEGWIT}?label=" + "a" * 8_192, "too-large"),
    "too many parameters": (f"bitcoin:{SEGWIT}?" + "&".join(["a=1"] * 101), "too-large"),
    "a script of a link": ("javascript:alert(1)", "prefix"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_uri_is_refused_with_its_reason(name: str) -> None:
    text, expected = REFUSED[name]
    assert reason(AddressError, parse, text) == expected


def test_as_much_as_is_allowed_is_read() -> None:
    longest = f"bitcoin:{SEGWIT}?label="
    assert len(parse(longest + "a" * (8_192 - len(longest))).label) == 8_192 - len(longest)
    assert reason(AddressError, parse, longest + "a" * (8_193 - len(longest))) == "too-large"
    assert len(parse(f"bitcoin:{SEGWIT}?" + "&".join(["a=1"] * 100)).others) == 100


def test_keys_and_scheme_have_no_case_and_values_have() -> None:
    uri = parse(f"BitCoin:{LEGACY}?LABEL=Luke&Lightning=LNBC1&req-Pop=App%3a", understood=["POP"])
    assert (uri.address, uri.label) == (LEGACY, "Luke")
    assert uri.others == (("lightning", "LNBC1"), ("req-pop", "App:"))


def test_what_has_a_field_is_understood_where_it_must_be() -> None:
    """BIP-321's grammar names req-pop alone, and any other name after req-: implemented, it is the parameter itself."""
    plain = parse(f"bitcoin:{LEGACY}?amount=20.3&label=Luke&message=two%0Alines")
    for understood in ((), ("amount", "label", "message")):
        found = parse(f"bitcoin:{LEGACY}?req-amount=20.3&REQ-LABEL=Luke&req-message=two%0Alines", understood=understood)
        assert found == plain
    assert reason(AddressError, parse, f"bitcoin:{LEGACY}?req-amount=1e3") == "character"


def test_an_address_that_must_be_understood_is_one_to_be_paid() -> None:
    uri = parse(f"bitcoin:?req-bc={TAPROOT}&bc={SEGWIT}")
    assert (uri.address, uri.addresses) == (None, (TAPROOT, SEGWIT))
    assert parse(str(uri)) == uri
    assert reason(AddressError, parse, f"bitcoin:?req-bc={LEGACY}") == "prefix"


def test_texts_of_any_script_are_read() -> None:
    for text in ("田中\u3000太郎", "عربي\u200f!", "👩\u200d🚀", "a\u00a0b", "\U0001fae8"):
        assert parse(f"bitcoin:{SEGWIT}?label={quote(text)}").label == text


def test_a_plus_is_a_plus_and_empty_parameters_are_nothing() -> None:
    uri = parse(f"bitcoin:{SEGWIT}?&label=a+b&&flag")
    assert (uri.label, uri.others) == ("a+b", (("flag", ""),))


def test_other_parameters_may_stand_there_several_times() -> None:
    """BIP-321: duplicates of unknown keys must be allowed."""
    uri = parse(f"bitcoin:{SEGWIT}?lightning=a&lightning=b&bc={TAPROOT}")
    assert uri.others == (("lightning", "a"), ("lightning", "b"), ("bc", str(TAPROOT)))
    assert uri.addresses == (SEGWIT, TAPROOT)


def test_a_qr_code_gets_capitals_only_where_no_case_matters() -> None:
    assert PaymentUri(chain=BITCOIN, address=SEGWIT, amount=1).qr == f"BITCOIN:{str(SEGWIT).upper()}?AMOUNT=0.00000001"
    for uri in (
        PaymentUri(chain=BITCOIN, address=LEGACY),
        PaymentUri(chain=BITCOIN, address=SEGWIT, label="Luke"),
        PaymentUri(chain=BITCOIN, address=SEGWIT, others=(("lightning", "x"),)),
        PaymentUri(chain=BITCOIN, others=(("lightning", "x"),)),
    ):
        assert uri.qr == str(uri)


def test_a_base58_address_of_a_network_without_segwit_keeps_its_case() -> None:
    network = replace(BITCOIN, prefixes=replace(BITCOIN.prefixes, hrp=""))
    uri = PaymentUri(chain=network, address=network.address(key(1).public_key, kind="p2pkh"))
    assert str(uri.address).startswith("1")
    assert replace(uri, others=(("req-", "x"),)).addresses == (uri.address,)
    assert uri.qr == str(uri)


def test_test_nets_have_the_scheme_of_bitcoin_and_their_own_addresses() -> None:
    for network in (TESTNET, REGTEST):
        address = network.address(key(1).public_key)
        assert PaymentUri.parse(network, f"bitcoin:{address}").address == address
    assert reason(AddressError, PaymentUri.parse, TESTNET, f"bitcoin:{SEGWIT}") == "network"


def test_each_network_has_its_own_scheme() -> None:
    other = replace(BITCOIN, name="another", uri_scheme="another")
    assert str(PaymentUri.parse(other, f"another:{SEGWIT}?amount=1")) == f"another:{SEGWIT}?amount=1"
    assert reason(AddressError, PaymentUri.parse, other, f"bitcoin:{SEGWIT}") == "prefix"
    without = replace(BITCOIN, uri_scheme="")
    assert reason(AddressError, PaymentUri.parse, without, f":{SEGWIT}") == "type"
    assert reason(AddressError, PaymentUri, chain=without, address=without.address(key(1).public_key)) == "unknown"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no chain": ({"chain": "bitcoin"}, "type"),
    "an address as text": ({"address": str(SEGWIT)}, "network"),
    "an address of another network": ({"address": TESTNET.address(key(1).public_key)}, "network"),
    "an amount below zero": ({"amount": -1}, "range"),
    "an amount as a float": ({"amount": 1.0}, "range"),
    "a label of bytes": ({"label": b"x"}, "type"),
    "half a surrogate pair": ({"message": "\ud800"}, "type"),
    "a label of two lines": ({"label": "a\nb"}, "character"),
    "a message with a zero": ({"message": "\0"}, "character"),
    "an amount among the others": ({"others": (("req-amount", "1"),)}, "type"),
    "others as a list": ({"others": [("a", "b")]}, "type"),
    "a text in the place of a pair": ({"others": ("ab",)}, "type"),
    "a key that is a number": ({"others": ((1, "b"),)}, "type"),
    "three in the place of a pair": ({"others": (("a", "b", "c"),)}, "type"),
    "half a surrogate pair among the others": ({"others": (("a", "\ud800"),)}, "type"),
    "a key in capitals": ({"others": (("A", "b"),)}, "type"),
    "a key with a separator": ({"others": (("a&b", "c"),)}, "type"),
    "a value that is none": ({"others": (("a", None),)}, "type"),
    "a label among the others": ({"others": (("label", "b"),)}, "type"),
    "pop twice": ({"others": (("pop", "a"), ("req-pop", "b"))}, "duplicate"),
    "no address": ({"address": None}, "missing"),
    "an address of a test net under the prefix": (
        {"others": (("bc", str(TESTNET.address(key(1).public_key))),)},
        "network",
    ),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_what_is_wrong_is_refused_with_its_reason(name: str) -> None:
    options, expected = WRONG[name]
    assert reason(AddressError, PaymentUri, **{"chain": BITCOIN, "address": SEGWIT, **options}) == expected


def test_what_is_not_text_or_not_a_collection_is_refused() -> None:
    assert reason(AddressError, parse, b"bitcoin:") == "type"
    assert reason(AddressError, parse, f"bitcoin:{SEGWIT}", understood="pop") == "type"
    assert reason(AddressError, PaymentUri.parse, "bitcoin", f"bitcoin:{SEGWIT}") == "type"


SCHEMES = {
    "litecoin": "litecoin",
    "litecoin-testnet": "litecoin",
    "dash": "dash",
    "digibyte": "digibyte",
    "vertcoin": "vertcoin",
    "firo": "firo",
    "bitcoin-cash": "bitcoincash",
    "bitcoin-cash-testnet4": "bchtest",
}
"""As parseBitcoinURI in src/qt/guiutil.cpp of each coin has them."""


@pytest.mark.parametrize("name", SCHEMES)
def test_a_relative_has_the_scheme_of_its_own_wallet(name: str) -> None:
    row = chain(name, BitcoinChain)
    address = row.address(key(1).public_key)
    body = address.text.rpartition(":")[2]  # the prefix of CashAddr is the scheme, and stands there once
    text = f"{SCHEMES[name]}:{body}?amount=20.3"
    uri = PaymentUri.parse(row, text)
    assert (uri.address, uri.amount, str(uri)) == (address, 2_030_000_000, text)
    assert reason(AddressError, PaymentUri.parse, row, f"bitcoin:{body}") == "prefix"


@pytest.mark.parametrize("name", ["zcash", "decred"])
def test_a_relative_without_a_known_scheme_has_no_uris(name: str) -> None:
    """Zcash has ZIP-321, which is another grammar."""
    row = chain(name, BitcoinChain)
    assert reason(AddressError, PaymentUri, chain=row, address=row.address(key(1).public_key)) == "unknown"
