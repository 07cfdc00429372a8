"""What `inspect` and drafts say of Cosmos chains."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chains.cosmos.test_transaction import AMINO, FEE, MINE, YOURS, both, one, payment, send, shared
from support.commands import PHRASE
from support.cosmos import ALICE, HUB, ME, YOU
from walletcore import Wallet
from walletcore.chains import chains
from walletcore.chains.cosmos import Coin, Message, MsgSend, SignMode, Transaction
from walletcore.chains.cosmos.messages.common import pool
from walletcore.chains.cosmos.messages.staking import MsgDelegate
from walletcore.cli.drafts import parse
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.effects import Statement
from walletcore.errors import TransactionError
from walletcore.signing import sign

WALLET = Wallet.from_mnemonic(PHRASE)


def only(text: str) -> Finding:
    (finding,) = recognise(text, chains())
    return finding


def codes(raw: bytes) -> set[str]:
    return {each.code for each in only(raw.hex()).odd}


def test_a_transaction_is_recognised() -> None:
    finding = only(payment().raw.hex())
    assert (finding.what, finding.chains) == ("unsigned transaction", ("cosmoshub",))
    assert dict(finding.facts)["to be signed by"] == MINE
    assert finding.effects == payment().effects()
    signed = sign(both(), ME, YOU)
    finding = only(signed.raw.hex())
    assert (finding.what, finding.chains) == ("signed transaction", ("cosmoshub",))
    facts = dict(finding.facts)
    assert facts["id"] == signed.id
    assert facts["signed by"] == f"not checked, {MINE}, {YOURS}: the numbers of accounts are not in it"
    assert {each.code for each in finding.odd} == {"unverified", "high-fee"}


def test_the_json_of_a_sign_document_is_recognised_as_text_and_as_bytes() -> None:
    made = payment(signers=(one(mode=AMINO),))
    raw = made.requests()[0].payload
    for text in (raw.decode(), raw.hex()):
        finding = only(text)
        assert (finding.what, finding.chains) == ("unsigned transaction", ("cosmoshub",))
        assert finding.effects[0] == made.effects()[0]


def test_a_message_of_an_account_is_recognised() -> None:
    finding = only(Message.of(HUB, ME.public_key, "hello").raw.hex())
    assert finding.what == "message to be signed"
    assert "cosmoshub" in finding.chains
    assert dict(finding.facts)["form"] == "message of an account (ADR-036)"
    assert dict(finding.facts)["account"] == MINE
    assert finding.effects == (Statement(text="hello"),)


def test_accounts_and_validators_are_addresses() -> None:
    for address in (HUB.address(ME.public_key), HUB.validator(b"\1" * 20)):
        finding = only(address.text)
        assert (finding.what, finding.chains) == ("address", ("cosmoshub",))
        assert dict(finding.facts).get("kind", "") == address.kind


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, set()),
        ({"messages": (send(destination=pool(HUB, "bonded_tokens_pool")),)}, {"unspendable", "high-fee"}),
        ({"messages": (send(amount=0),)}, {"nothing-moves"}),
        ({"messages": (send(amount=10**6, destination=MINE),)}, {"to-itself"}),
        ({"memo": "a\u202eb"}, {"opaque"}),
    ],
)
def test_what_is_odd_is_said(changes: dict[str, Any], code: set[str]) -> None:
    fields: dict[str, Any] = {"messages": (send(amount=10**6),)}
    assert codes(payment(**fields | changes).raw) == code


def test_cosigners_are_named() -> None:
    assert dict(only(shared()[1].raw.hex()).facts)["to be signed by"].count("cosmos1") == 3
    sign(shared()[1], ME, YOU, ALICE)
    assert FEE.gas_limit


DRAFT: dict[str, Any] = {
    "chain": "cosmoshub",
    "account_number": 7,
    "sequence": "3",
    "to": YOURS,
    "amount": "5",
    "fee": 2_000,
    "gas": 200_000,
}


def test_drafts_become_transactions() -> None:
    made, holders = parse(json.dumps(DRAFT)).build(WALLET)
    assert isinstance(made, Transaction)
    me = WALLET.address(HUB)
    assert made.messages == (MsgSend(from_address=me.text, to_address=YOURS, amount=(Coin(denom="uatom", amount=5),)),)
    assert (made.fee, made.memo, made.timeout_height) == (FEE, "", 0)
    assert made.signers[0] == one(key=WALLET.public_key(HUB))
    assert made.requests()[0].origin is not None
    sign(made, *holders)


def test_drafts_have_messages_in_amino_json() -> None:
    me, validator = WALLET.address(HUB).text, HUB.validator(b"\1" * 20).text
    value = {"delegator_address": me, "validator_address": validator, "amount": {"denom": "uatom", "amount": "5"}}
    draft = {name: each for name, each in DRAFT.items() if name not in ("to", "amount")} | {
        "messages": [{"type": "cosmos-sdk/MsgDelegate", "value": value}],
        "mode": "amino",
        "memo": "hi",
        "timeout_height": 9,
        "fee_denom": "uosmo",
    }
    made, _ = parse(json.dumps(draft)).build(WALLET)
    assert isinstance(made, Transaction)
    wanted = MsgDelegate(delegator_address=me, validator_address=validator, amount=Coin(denom="uatom", amount=5))
    assert made.messages == (wanted,)
    assert made.signers[0].mode is SignMode.LEGACY_AMINO_JSON
    assert (made.memo, made.timeout_height, made.fee.amount) == ("hi", 9, (Coin(denom="uosmo", amount=2_000),))


def test_a_transaction_of_another_program_is_signed_as_raw() -> None:
    key = WALLET.public_key(HUB)
    made = replace(payment(), messages=(send(HUB.address(key).text),), signers=(one(key=key),))
    read, holders = parse(json.dumps({"chain": "cosmoshub", "raw": made.raw.hex()})).build(WALLET)
    assert read == made
    sign(read, *holders)


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "osmo1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5ajuk0k"},
        {"to": None},
        {"amount": -1},
        {"amount": 1.5},
        {"sequence": None},
        {"account_number": None},
        {"gas": None},
        {"fee": None},
        {"mode": "textual"},
        {"denom": "u"},
        {"messages": []},
        {"messages": [{"type": "cosmos-sdk/MsgUnknown", "value": {}}], "to": None, "amount": None},
        {"messages": [{}], "to": None, "amount": None},
        {"tip": 1},
    ],
)
def test_other_drafts_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        parse(json.dumps({name: value for name, value in {**DRAFT, **changes}.items() if value is not None})).build(
            WALLET
        )
