"""What `inspect` and drafts say of VeChain, and of user operations."""

import json
from typing import Any

import pytest

from support.commands import PHRASE
from support.operations import ACCOUNT, operation
from support.vechain import ALICE, ME, VECHAIN, YOU, certificate, legacy, transfer
from walletcore import Wallet
from walletcore.chains import chains
from walletcore.chains.vechain import Clause, LegacyTransaction, Transaction
from walletcore.cli.drafts import parse
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.errors import TransactionError
from walletcore.signing import sign

WALLET = Wallet.from_mnemonic(PHRASE)


def only(raw: bytes) -> Finding:
    (finding,) = recognise(raw.hex(), chains())
    return finding


def codes(raw: bytes) -> set[str]:
    return {each.code for each in only(raw).odd}


def test_a_transaction_is_recognised() -> None:
    finding = only(sign(transfer(), ALICE).raw)
    assert (finding.what, finding.chains) == ("signed transaction", ("vechain",))
    assert dict(finding.facts)["signed by"] == ME.text
    assert finding.effects == transfer().effects()
    assert only(transfer().raw).what == "unsigned transaction"


def test_a_fee_in_vtho_is_not_compared_with_vet() -> None:
    assert codes(transfer(clauses=(Clause(to=YOU, value=1),)).raw) == set()
    assert codes(legacy().raw) == {"fee-unknown"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"gas": 20_999}, "low-fee"),
        ({"clauses": ()}, "no-clause"),
        ({"expiration": 0}, "expired"),
        ({"clauses": (Clause(to=None, value=1),), "gas": 60_000}, "no-code"),
        ({"clauses": (Clause(to=VECHAIN.account(bytes(20))),)}, "unspendable"),
        ({"clauses": (Clause(to=VECHAIN.account(bytes(19) + b"\1")),)}, "reserved"),
        (
            {
                "clauses": (
                    Clause(to=YOU, data=bytes.fromhex("a9059cbb") + bytes(12) + YOU.payload + (6).to_bytes(32)),
                ),
                "gas": 60_000,
            },
            "unspendable",
        ),
    ],
)
def test_what_is_odd_is_said(changes: dict[str, Any], code: str) -> None:
    assert codes(transfer(**changes).raw) - {"opaque"} == {code}


def test_a_certificate_is_a_message_of_every_network() -> None:
    finding = only(certificate().raw)
    assert (finding.what, finding.chains) == ("message to be signed", ("vechain", "vechain-testnet"))
    assert dict(finding.facts)["form"] == "certificate (VIP-192)"
    assert dict(finding.facts)["account"] == ME.text
    assert finding.odd == ()


def test_an_address_may_be_of_both_families() -> None:
    (finding,) = recognise(YOU.text, chains())
    assert {"ethereum", "vechain", "vechain-testnet"} <= set(finding.chains)


@pytest.mark.parametrize(("version", "signed_as"), [("0.7", "a personal message"), ("0.8", "the hash itself")])
def test_a_user_operation_is_a_message(version: str, signed_as: str) -> None:
    made = operation(version=version)
    finding = only(made.raw)
    assert (finding.what, finding.chains) == ("message to be signed", ("ethereum",))
    facts = dict(finding.facts)
    assert facts["form"] == f"user operation (ERC-4337), entry point {version}"
    assert (facts["account"], facts["nonce"], facts["signed as"]) == (ACCOUNT.text, "7", signed_as)
    assert facts["hash"] == made.hash.hex()
    assert finding.effects == made.effects()


DRAFT: dict[str, Any] = {
    "chain": "vechain",
    "block_ref": "0x0150aabbccddeeff",
    "expiration": 32,
    "clauses": [{"to": YOU.text, "value": "5"}, {"create": True, "data": "0x01"}],
    "gas": 90_000,
    "nonce": 7,
    "max_fee": 10**13,
    "max_priority_fee": 1,
}


def test_drafts_become_transactions() -> None:
    made, holders = parse(json.dumps(DRAFT)).build(WALLET)
    assert isinstance(made, Transaction)
    assert made.clauses == (Clause(to=YOU, value=5), Clause(to=None, data=b"\1"))
    assert (made.block_ref, made.depends_on, made.max_fee) == (bytes.fromhex("0150aabbccddeeff"), None, 10**13)
    sign(made, *holders)
    older = {name: value for name, value in DRAFT.items() if not name.startswith("max")}
    before, _ = parse(json.dumps({**older, "gas_price_coef": 128, "depends_on": "07" * 32})).build(WALLET)
    assert isinstance(before, LegacyTransaction)
    assert (before.gas_price_coef, before.depends_on) == (128, b"\7" * 32)


@pytest.mark.parametrize(
    "changes",
    [
        {"clauses": [{"to": ME.text.lower()}]},
        {"clauses": [{"create": True}]},
        {"clauses": [{"to": YOU.text, "gas": 1}]},
        {"clauses": [{}]},
        {"block_ref": "0x01"},
        {"nonce": None},
        {"gas_price": 1},
    ],
)
def test_other_drafts_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        parse(json.dumps({**DRAFT, **changes})).build(WALLET)
