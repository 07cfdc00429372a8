"""What `inspect` and drafts say of the XRP Ledger."""

import json
from typing import Any

import pytest

from support.commands import PHRASE
from support.xrpl import MAIN, key, payment
from walletcore import Wallet
from walletcore.chains import chains
from walletcore.chains.xrpl import Claim, Cosigner, Transaction
from walletcore.cli.drafts import parse
from walletcore.cli.fees import check_fee
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.errors import SigningRefused, TransactionError
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

WALLET = Wallet.from_mnemonic(PHRASE)
ALL = ("xrpl", "xrpl-testnet", "xrpl-devnet")
ALICE = key(1)
TAGGED = "X7gJ5YK8abHf2eTPWPFHAAot8Knck11QGqmQ7a6a3Z8PJvk"  # xrpl.js, packages/xrpl/test/wallet/index.test.ts


def only(text: str) -> Finding:
    (finding,) = recognise(text, chains())
    return finding


def codes(made: Transaction) -> set[str]:
    return {each.code for each in only(made.raw.hex()).odd}


def test_a_transaction_is_recognised_on_every_network() -> None:
    made = Transaction.of(MAIN, payment(), signer=ALICE.public_key)
    signed = sign(made, LocalSigner(ALICE))
    finding = only(signed.raw.hex())
    assert (finding.what, finding.chains) == ("signed transaction", ALL)
    assert dict(finding.facts)["signed by"] == MAIN.address(ALICE.public_key).text
    assert finding.effects == made.effects()
    assert only(made.raw.hex().upper()).what == "unsigned transaction"
    assert "network-open" in codes(made)


def test_what_never_expires_is_odd() -> None:
    fields = payment()
    del fields["LastLedgerSequence"]
    usual = codes(Transaction.of(MAIN, payment(), signer=ALICE.public_key))
    assert codes(Transaction.of(MAIN, fields, signer=ALICE.public_key)) - usual == {"never-expires"}


def test_a_transaction_for_several_whom_nobody_has_named_is_odd() -> None:
    assert "no-signer" in codes(Transaction.of(MAIN, payment(), signers=()))
    cosigner = Cosigner(account=MAIN.address(key(2).public_key), key=key(2).public_key)
    assert "no-signer" not in codes(Transaction.of(MAIN, payment(), signers=(cosigner,)))


def test_an_address_shows_its_tag() -> None:
    finding = only(TAGGED)
    assert (finding.what, finding.chains) == ("address", ("xrpl",))
    assert dict(finding.facts)["tag"] == "1337"
    assert dict(finding.facts)["account"] == "xrpl:0:rhvh5SrgBL5V8oeV9EpDuVszeJSSCEkbPc"
    assert finding.odd == ()
    classic = only("rhvh5SrgBL5V8oeV9EpDuVszeJSSCEkbPc")
    assert classic.chains == ALL
    assert "tag" not in dict(classic.facts)
    test = only("T7bq3e7kxYq9pwDz8UZhqAZoEkcRGTXSNr5immvcj3DYRaV")  # of the same test
    assert test.chains == ALL[1:]
    assert {each.code for each in test.odd} == {"test-network"}


@pytest.mark.parametrize(
    "text", ["rrrrrrrrrrrrrrrrrrrrrhoLvTp", "rrrrrrrrrrrrrrrrrrrrBZbvji", "rrrrrrrrrrrrrrrrrrrn5RM1rHd"]
)
def test_accounts_that_nobody_has_are_told(text: str) -> None:
    assert "unspendable" in {each.code for each in only(text).odd}


def test_a_claim_is_a_message_of_every_network() -> None:
    made = Claim(chain=MAIN, channel=bytes(range(32)), amount=7)
    finding = only(made.raw.hex())
    assert (finding.what, finding.chains) == ("message to be signed", ALL)
    facts = dict(finding.facts)
    assert (facts["form"], facts["channel"]) == ("claim of a payment channel", bytes(range(32)).hex().upper())
    assert finding.effects == made.effects()


DRAFT: dict[str, Any] = {
    "chain": "xrpl",
    "fields": {
        "TransactionType": "Payment",
        "Destination": TAGGED,
        "Amount": "5",
        "Fee": "12",
        "Sequence": 1,
        "LastLedgerSequence": 9,
    },
}


def test_drafts_become_transactions() -> None:
    made, holders = parse(json.dumps(DRAFT)).build(WALLET)
    expected = DRAFT["fields"] | {"Account": WALLET.address("xrpl").text}
    assert made == Transaction.of(MAIN, expected, signer=WALLET.public_key("xrpl"))
    assert sign(made, *holders).effects() == made.effects()
    other = {**DRAFT, "from": {"index": 2}, "fields": DRAFT["fields"] | {"Account": WALLET.address("xrpl").text}}
    later, _ = parse(json.dumps(other)).build(WALLET)
    assert later == Transaction.of(MAIN, expected, signer=WALLET.public_key("xrpl", index=2))


def test_drafts_are_signed_by_several() -> None:
    account = "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"
    draft = {**DRAFT, "fields": DRAFT["fields"] | {"Account": account}}
    draft["signers"] = [
        {"from": {"index": 1}},
        {"account": TAGGED.replace(TAGGED, "rhvh5SrgBL5V8oeV9EpDuVszeJSSCEkbPc")},
    ]
    made, holders = parse(json.dumps(draft)).build(WALLET)
    keys = [WALLET.public_key("xrpl", index=1), WALLET.public_key("xrpl")]
    accounts = [MAIN.address(keys[0]), MAIN.parse_address("rhvh5SrgBL5V8oeV9EpDuVszeJSSCEkbPc")]
    signers = tuple(Cosigner(account=each, key=holder) for each, holder in zip(accounts, keys, strict=True))
    assert made == Transaction.of(MAIN, draft["fields"], signers=signers)
    assert len(sign(made, *holders).answers) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": []},
        {"fields": None},
        {"fields": {}},
        {"fields": DRAFT["fields"] | {"Amount": 5}},
        {"fields": DRAFT["fields"] | {"Amount": "5.5"}},
        {"fields": DRAFT["fields"] | {"Sequence": 1.5}},
        {"fields": DRAFT["fields"] | {"TxnSignature": "00"}},
        {"signers": [{"from": {}, "weight": 1}]},
        {"signers": [{"account": "x"}]},
        {"signers": {}},
        {"gas": 1},
    ],
)
def test_other_drafts_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        parse(json.dumps({**DRAFT, **changes})).build(WALLET)


def test_a_fee_that_nobody_means_is_refused() -> None:
    """Two XRP are the most that xrpl.js pays."""
    for fee, is_refused in (("2000000", False), ("2000001", True)):
        made = Transaction.of(MAIN, payment(Fee=fee), signer=ALICE.public_key)
        if not is_refused:
            check_fee(made, made.effects(), MAIN)
            continue
        with pytest.raises(SigningRefused):
            check_fee(made, made.effects(), MAIN)
