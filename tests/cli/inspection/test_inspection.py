"""What `inspect` says of published texts: the right thing, all that is odd about it, and never a secret."""

import base64
import contextlib
import json
from typing import Any

import coincurve
import pytest
from bip_utils import P2PKHAddrEncoder, P2PKHPubKeyModes
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_sign_seed_keypair
from solders.pubkey import Pubkey

from support.commands import PHRASE, at_a_terminal
from support.vectors import Case, load
from walletcore.chains import bitcoin, chain, chains, evm, solana
from walletcore.chains.base import SignedTransaction
from walletcore.cli import run
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.coding.text import base58, base58check
from walletcore.errors import DecodingError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.keys import Curve, PublicKey

DEMO = {case.id.rpartition("/")[2]: case for case in load("chains/demo-transactions")}
WIFS = [case for case in load("bitcoin/wif") if case.expect["result"] == "valid" and "wif" in case.input]
PRIVATE = [case for case in load("bip32/parse") if "private" in case.expect]
PUBLIC = [case for case in load("bip32/parse") if "private" not in case.expect]


def only(text: str) -> Finding:
    (finding,) = recognise(text, chains())
    return finding


def codes(finding: Finding) -> set[str]:
    return {each.code for each in finding.odd}


def ids(case: Case) -> str:
    return case.id


def inspected(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["inspect", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


ADDRESSES = [
    case
    for file in ("bitcoin/key_io", "evm/addresses", "solana/addresses")
    for case in load(file)
    if case.expect["result"] == "valid" and "address" in case.input
]


@pytest.mark.parametrize("case", ADDRESSES, ids=ids)
def test_a_published_address_is_recognised(case: Case) -> None:
    finding = only(case.input["address"])
    assert finding.what == "address"
    assert case.input["chain"] in finding.chains
    assert dict(finding.facts)["payload"] == case.expect["payload"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0x52908400098527886E0F7030069857D2E4169EE7".lower(), "unchecked"),
        ("0x0000000000000000000000000000000000000000", "unspendable"),
        ("0x0000000000000000000000000000000000000001", "reserved"),
        ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "test-network"),  # BIP-173
        ("bc1pfeessrawgf", "anyone-can-spend"),  # BIP-433
        ("BC1SW50QGDZ25J", "anyone-can-spend"),  # BIP-350: version 16
        ("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", "anyone-can-spend"),  # BIP-350
        ("5ZWj7a1f8tWkjBESHKgrLmXshuXxqeY9SYcfbshpAqPG", ""),  # a key
    ],
)
def test_what_a_payer_should_know_of_an_address_is_said(text: str, code: str) -> None:
    assert codes(only(text)) == ({code} if code else set())


@pytest.mark.parametrize("program", [solana.TOKEN_PROGRAM, solana.TOKEN_2022_PROGRAM, bytes(32)])
def test_a_program_is_nobody_to_pay(program: bytes) -> None:
    assert codes(only(base58.encode(program))) == {"unspendable"}


FIRST = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"  # BIP-84, "Test vectors"
ZERO_X = "0x52908400098527886E0F7030069857D2E4169EE7"  # EIP-55
WRAPPED = {
    "CAIP-10": (f"eip155:137:{ZERO_X}", ("polygon",), ""),
    "CAIP-10 of Bitcoin": (f"bip122:000000000019d6689c085ae165831e93:{FIRST}", ("bitcoin",), ""),
    "BIP-21 that wallets refuse": (
        f"bitcoin:{FIRST}?amount=0.1&req-x=y",
        ("bitcoin",),
        "?amount=0.1&req-x=y",
    ),
    "BIP-21 in upper case": (f"BITCOIN:{FIRST.upper()}", ("bitcoin",), "nothing more"),
    "EIP-681": (f"ethereum:pay-{ZERO_X}@1?value=1e18", (), "@1?value=1e18"),
    "Solana Pay": ("solana:5ZWj7a1f8tWkjBESHKgrLmXshuXxqeY9SYcfbshpAqPG", ("solana", "solana-devnet"), "nothing more"),
}


@pytest.mark.parametrize(("text", "names", "asked"), WRAPPED.values(), ids=WRAPPED.keys())
def test_an_address_in_a_longer_name_is_recognised(text: str, names: tuple[str, ...], asked: str) -> None:
    finding = only(text)
    assert finding.what == "address"
    assert finding.chains == names or (not names and "ethereum" in finding.chains)
    assert dict(finding.facts).get("asked for", "") == asked
    assert codes(finding) == ({"request"} if asked else set())


def test_a_payment_request_of_bitcoin_is_read() -> None:
    """BIP-21, "Examples", with an address of BIP-84's vectors."""
    finding = only(f"bitcoin:{FIRST}?amount=50&label=Luke-Jr&message=Donation%20for%20project%20xyz&lightning=lnbc1")
    wishes = {"amount": "50 BTC", "label": "Luke-Jr", "message": "Donation for project xyz", "also": "lightning=lnbc1"}
    assert (finding.what, finding.chains, codes(finding)) == ("address", ("bitcoin",), {"request"})
    assert wishes.items() <= dict(finding.facts).items()


@pytest.mark.parametrize("wish", ["amount=1,5", "amount=0.123456789", "amount=1&amount=2", "label=%ff", "req-pop=x"])
def test_a_payment_request_that_wallets_refuse_is_said_to_be_one(wish: str) -> None:
    finding = only(f"bitcoin:{FIRST}?{wish}")
    assert dict(finding.facts)["asked for"] == f"?{wish}"
    assert [each.text.partition(":")[0] for each in finding.odd] == ["a payment request that wallets refuse"]


def test_a_payment_request_without_an_address_is_one_all_the_same() -> None:
    finding = only("bitcoin:?lno=lno1bogusoffer")  # BIP-321, "Examples"
    assert (finding.what, dict(finding.facts)) == ("payment request", {"also": "lno=lno1bogusoffer"})
    for text in ("bitcoin:?label=x", "bitcoin:", "bitcoin:?"):
        with pytest.raises(DecodingError):
            recognise(text, chains())


def test_an_account_that_inspect_shows_can_be_inspected() -> None:
    assert only(dict(only(FIRST).facts)["account"]).facts[2] == only(FIRST).facts[2]


def test_an_address_of_a_program_has_no_key() -> None:
    payload, _ = solana.find_program_address([b"walletcore"], solana.TOKEN_PROGRAM)
    assert codes(only(base58.encode(payload))) == {"no-key"}


@pytest.mark.parametrize("case", PUBLIC, ids=ids)
def test_a_published_extended_public_key_is_described(case: Case) -> None:
    finding = only(case.input["key"])
    facts = dict(finding.facts)
    assert finding.what == "extended public key"
    assert facts["public key"] == case.expect["public"]
    assert facts["depth"].startswith(f"{case.expect['depth']}, ")


OTHER_COINS = [case for case in load("bip32/versions") if case.input["network"] in ("litecoin", "polis", "nexa")]


@pytest.mark.parametrize("case", OTHER_COINS, ids=lambda case: case.input["key"][:4])
def test_an_extended_key_of_another_coin_is_described_and_is_of_no_chain_here(case: Case) -> None:
    finding = only(case.input["key"])
    facts = dict(finding.facts)
    assert (finding.what, finding.chains, finding.derived) == ("extended public key", (), ())
    assert (facts["network"], facts["public key"]) == (case.input["network"], case.expect["public"])
    assert facts.get("kind of script", "") == case.expect["kind"]
    assert "other-network" in codes(finding)


@pytest.mark.parametrize("case", OTHER_COINS, ids=lambda case: case.input["key"][:4])
def test_an_extended_key_of_another_coin_is_told_in_the_letters_that_are_read_here(case: Case) -> None:
    """SLIP-132: the first four bytes alone differ."""
    same = dict(only(case.input["key"]).facts)["the same key"]
    assert same.startswith("xpub")
    assert base58check.decode(same)[4:] == base58check.decode(case.input["key"])[4:]


@pytest.mark.parametrize("case", [case for case in OTHER_COINS if case.input["network"] != "nexa"], ids=lambda c: c.id)
def test_an_extended_key_of_another_coin_with_a_typo_is_called_that(case: Case) -> None:
    key = case.input["key"]
    with pytest.raises(DecodingError) as refusal:
        recognise(key[:60] + ("2" if key[60] != "2" else "3") + key[61:], chains())
    assert str(refusal.value).startswith("no extended key: ")


@pytest.mark.parametrize("name", ["litecoin", "groestlcoin"])
def test_an_extended_private_key_of_another_coin_with_a_typo_says_nothing_of_it(name: str) -> None:
    account = ExtendedPrivateKey.from_seed(bytes(16), network=name).derive("m/44'/2'/0'").reveal()
    with pytest.raises(DecodingError) as refusal:
        recognise(account[:60] + ("2" if account[60] != "2" else "3") + account[61:], chains())
    assert str(refusal.value) == "no extended key: the checksum does not match"


@pytest.mark.parametrize(
    ("request_", "of"),
    [
        ("bitcoin:ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9?amount=1", "litecoin"),
        ("litecoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bitcoin"),
        ("bitcoin:0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359?label=" + 200 * "x", "ethereum and"),
    ],
)
def test_a_payment_request_with_an_address_of_another_chain_is_told_so(request_: str, of: str) -> None:
    with pytest.raises(DecodingError) as refusal:
        recognise(request_, chains())
    assert (refusal.value.reason, of in str(refusal.value)) == ("network", True)


def test_a_long_payment_request_with_a_typo_in_its_address_is_told_so() -> None:
    with pytest.raises(DecodingError) as refusal:
        recognise("bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5?label=" + 200 * "x", chains())
    assert str(refusal.value).startswith("no address of bitcoin: ")


def test_an_account_of_another_coin_has_no_addresses_of_bitcoin() -> None:
    account = ExtendedPrivateKey.from_seed(bytes(16), network="litecoin").derive("m/44'/2'/0'").public
    finding = only(account.text(kind="p2sh-p2wpkh"))
    assert (finding.what, finding.chains, finding.derived) == ("extended public key", (), ())


@pytest.mark.parametrize("case", PRIVATE, ids=ids)
def test_a_published_extended_private_key_is_described_and_not_shown(case: Case) -> None:
    finding = only(case.input["key"])
    assert finding.what == "extended private key"
    assert "secret" in codes(finding)
    assert dict(finding.facts)["public key"] == case.expect["public"]
    shown = json.dumps(finding.as_json())
    assert case.input["key"] not in shown
    assert case.expect["private"] not in shown
    assert case.expect["chain_code"] not in shown


@pytest.mark.parametrize("case", WIFS, ids=ids)
def test_a_published_private_key_in_wif_is_described_and_not_shown(case: Case) -> None:
    finding = only(case.input["wif"])
    assert finding.what == "private key (WIF)"
    assert case.input["wif"] not in json.dumps(finding.as_json())


def test_a_key_of_another_network_than_asked_for_is_odd() -> None:
    wif = next(case.input["wif"] for case in WIFS if case.input["wif"][0] in "5KL")  # mainnet
    for name in ("bitcoin-testnet", "ethereum"):
        (finding,) = recognise(wif, (chain(name),))
        assert "other-network" in codes(finding)
        assert finding.chains == ()
    (finding,) = recognise(PUBLIC[0].input["key"], (chain("bitcoin-testnet"),))
    assert "other-network" in codes(finding)


def test_an_uncompressed_wif_comes_with_its_one_address() -> None:
    """Key 1, whose addresses everybody knows; both implementations below agree on it."""
    finding = only("5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf")
    assert codes(finding) == {"secret", "uncompressed", "weak"}
    key = coincurve.PublicKey.from_secret((1).to_bytes(32)).format(compressed=False)
    expected = P2PKHAddrEncoder.EncodeKey(key, net_ver=b"\0", pub_key_mode=P2PKHPubKeyModes.UNCOMPRESSED)
    assert finding.derived[0] == ("p2pkh", "", "bitcoin, bitcoin-sv, bitcoin-diamond", expected)
    assert {kind for kind, *_ in finding.derived} == {"p2pkh"}


PAIR = crypto_sign_seed_keypair(bytes(range(32)))[1]  # libsodium


@pytest.mark.parametrize("text", [base58.encode(PAIR), str(list(PAIR)), str(list(PAIR)).replace(" ", "")])
def test_a_key_pair_is_described_and_not_shown(text: str) -> None:
    finding = only(text)
    assert finding.what == "private key (key pair)"
    assert codes(finding) == {"secret"}
    assert finding.derived == (("", "", "solana, solana-devnet", str(Pubkey(PAIR[32:]))),)
    assert text not in json.dumps(finding.as_json())


@pytest.mark.parametrize("text", [base58.encode(PAIR[:63] + b"\0"), str([*PAIR[:63], 0]), str([*PAIR[:63], 300])])
def test_what_is_nearly_a_key_pair_is_refused(text: str) -> None:
    with pytest.raises(DecodingError):
        recognise(text, chains())


def test_an_account_key_comes_with_its_first_addresses() -> None:
    finding = only(
        "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
    )  # BIP-84, account 0 and its first address
    first = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
    assert finding.derived[:2] == (  # the key does not say which steps were taken before its own
        ("bip84", "m/84'/0'/0'/0/0", "bitcoin", first),
        ("bip44-p2wpkh", "m/44'/0'/0'/0/0", "bitcoin", first),
    )
    assert ("bip84", "m/84'/2'/0'/0/0", "litecoin") in {each[:3] for each in finding.derived[2:]}
    assert dict(finding.facts)["kind of script"] == "p2wpkh"


def test_a_phrase_is_described_and_not_shown() -> None:
    finding = only(PHRASE)
    assert finding.what == "BIP-39 phrase"
    assert dict(finding.facts) == {"words": "12", "language": "english"}
    assert codes(finding) == {"secret", "weak"}


@pytest.mark.parametrize("name", DEMO)
def test_a_published_signed_transaction_is_recognised(name: str) -> None:
    case = DEMO[name]
    finding = only(case.expect["raw"])
    assert finding.what == "signed transaction"
    assert name in finding.chains
    facts = dict(finding.facts)
    assert facts["id"].removeprefix("0x") == case.expect["id"]
    assert only(base64.b64encode(bytes.fromhex(case.expect["raw"])).decode()) == finding
    assert only("0x" + case.expect["raw"]) == finding


def test_a_transaction_of_bitcoin_says_neither_its_network_nor_its_fee() -> None:
    finding = only(DEMO["bitcoin"].expect["raw"])
    assert {row.name for row in bitcoin.CHAINS if row.dialect is None} <= set(finding.chains)
    assert {"bitcoin-cash", "zcash", "decred"}.isdisjoint(finding.chains)  # which read no witnesses
    assert codes(finding) == {"network-open", "fee-unknown"}


def test_it_can_be_told_as_one_of_another_network(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = inspected(capsys, DEMO["bitcoin"].expect["raw"], "--chain", "bitcoin-regtest")
    assert found["chains"] == ["bitcoin-regtest"]
    assert ":bcrt1" in found["effects"][0]["destination"]


def unsigned(**changes: Any) -> evm.Transaction:
    row = chain("ethereum", evm.Evm)
    values = {
        "chain": row,
        "to": row.account(bytes(range(20))),
        "value": 10**18,
        "nonce": 0,
        "gas": 21_000,
        "max_fee": 30 * evm.GWEI,
        "max_priority_fee": evm.GWEI,
    }
    return evm.Transaction(**{**values, **changes})


GROUPED = {
    "nothing": ({}, set()),
    "high fee": ({"value": 10**15}, {"high-fee"}),
    "high price": ({"value": 10**21, "max_fee": 2 * 10**12}, {"high-fee"}),
    "call": ({"data": b"\x01\x02\x03\x04", "gas": 50_000}, {"opaque"}),
    "creation": ({"to": None, "value": 0, "data": b"\x60\x00", "gas": 60_000}, {"opaque"}),
}


@pytest.mark.parametrize(("changes", "expected"), GROUPED.values(), ids=GROUPED.keys())
def test_what_is_odd_about_a_transaction_is_said(changes: dict[str, Any], expected: set[str]) -> None:
    finding = only(unsigned(**changes).raw.hex())
    assert finding.what == "unsigned transaction"
    assert codes(finding) == expected


def test_a_chain_that_is_not_known_is_named_by_its_id() -> None:
    strange = evm.Evm(name="strange", chain_id=987_654_321)
    finding = only(unsigned(chain=strange, to=strange.account(bytes(range(20)))).raw.hex())
    assert finding.chains == ("eip155:987654321",)
    assert codes(finding) == {"unknown-network", "fee-unknown"}


def test_a_transaction_of_another_network_than_asked_for_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", unsigned().raw.hex(), "--chain", "polygon"]) == 1
    assert "expected chain id 137, got 1" in capsys.readouterr().err


def test_inputs_of_several_kinds_are_mixed() -> None:
    row = chain("bitcoin", bitcoin.BitcoinChain)
    key = PublicKey(Curve.SECP256K1, bytes.fromhex(PUBLIC[0].expect["public"]))
    inputs = tuple(
        bitcoin.Input(txid="01" * 32, vout=place, value=10_000, key=key, kind=kind)
        for place, kind in enumerate(("p2wpkh", "p2tr"))
    )
    pays = bitcoin.pay(row.address(key), 19_000)
    finding = only(base64.b64encode(bitcoin.Transaction(chain=row, inputs=inputs, outputs=(pays,)).raw).decode())
    assert dict(finding.facts)["form"] == "PSBT (BIP-174)"
    assert "mixed" in codes(finding)


REFUSED = {
    "nothing": ("", "missing"),
    "twelve words": ("zebra " * 12, "checksum"),
    "eleven words": ("zebra " * 11, "word-count"),
    "a word that is in no list": ("zebra " * 11 + "xyzzy", "unknown"),
    "a signature in base64": ("A" * 87 + "=", "ambiguous"),
    "a signature in hex": ("0x" + "1b" * 65, "ambiguous"),
    "64 bytes": ("ab" * 64, "ambiguous"),
    "a signature of Solana": (base58.encode(b"\x7f" * 64), "ambiguous"),
    "an account without 0x": ("52908400098527886E0F7030069857D2E4169EE7", "ambiguous"),
    "a text in armour": ("-----BEGIN BITCOIN SIGNED MESSAGE-----\nx\n", "ambiguous"),
    "a request for another chain's address": ("bitcoin:0x52908400098527886E0F7030069857D2E4169EE7", "network"),
    "a word": ("hello", "unknown"),
    "a hash": ("ab" * 32, "ambiguous"),
    "a typo": ("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyv", "checksum"),
    "a typo in upper and lower case": ("0x6Fac4D18c912343BF86fa7049364Dd4E424Ab9C1", "checksum"),
    "a transaction and a byte": (DEMO["ethereum"].expect["raw"] + "00", "unknown"),
    "half a transaction": (DEMO["solana"].expect["raw"][:300], "unknown"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_nothing_is_refused(text: str, reason: str) -> None:
    with pytest.raises(DecodingError) as caught:
        recognise(text, chains())
    assert caught.value.reason == reason


@given(st.text() | st.binary(max_size=200).map(bytes.hex))
def test_any_text_is_recognised_or_refused(text: str) -> None:
    with contextlib.suppress(DecodingError):
        assert recognise(text, chains())


XPRV = PRIVATE[0].input["key"]
SECRETS = {
    "xprv": XPRV,
    "xprv with a typo": XPRV[:-1] + ("1" if XPRV[-1] != "1" else "2"),
    "wif": WIFS[0].input["wif"],
    "phrase": PHRASE,
    "phrase with a typo": PHRASE + "x",
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_as_an_argument_is_refused_and_not_repeated(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", text]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "never an argument" in shown.err
    assert text[-20:] not in shown.err


def test_a_secret_at_the_prompt_is_not_shown() -> None:
    code, shown = at_a_terminal("inspect", answers={"text: ": WIFS[0].input["wif"]})
    assert code == 0
    assert "private key (WIF)" in shown
    assert WIFS[0].input["wif"] not in shown


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    case = DEMO["ethereum"]
    assert run(["inspect", case.expect["raw"]]) == 0
    shown = capsys.readouterr().out
    assert "at most 0.00063 ETH" in shown
    assert "0.1 ETH" in shown
    assert case.expect["id"] in shown
    assert isinstance(chain("ethereum").decode_transaction(bytes.fromhex(case.expect["raw"])), SignedTransaction)


ICAP = "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS"  # the wiki of Ethereum, "ICAP: Inter exchange Client Address Protocol"
MISTYPED = [case.input["key"] for case in (*PUBLIC, *PRIVATE)]


def test_an_icap_address_is_said_to_be_one() -> None:
    with pytest.raises(DecodingError) as caught:
        recognise(ICAP, chains())
    assert caught.value.hint == "this looks like an ICAP address: ask for the 0x form"
    assert caught.value.reason == "prefix"


@pytest.mark.parametrize("key", MISTYPED)
def test_an_extended_key_with_a_typo_has_a_wrong_checksum(key: str) -> None:
    with pytest.raises(DecodingError, match="no extended key: ") as caught:
        recognise(key[:-1] + ("2" if key[-1] != "2" else "3"), chains())
    assert caught.value.reason == "checksum"
    assert key[5:20] not in str(caught.value)


def test_no_text_is_refused_and_not_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", ""]) == 1
    assert capsys.readouterr().err == "error: there is nothing to look into\n"
