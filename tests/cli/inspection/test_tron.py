"""What `inspect` and drafts say of Tron."""

import json
from typing import Any

import pytest

from support.commands import PHRASE
from support.tron import ALICE, ME, TRON, YOU, transfer
from walletcore import Wallet
from walletcore.chains import chains, tron
from walletcore.cli.drafts import parse
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.errors import TransactionError
from walletcore.signing import sign

WALLET = Wallet.from_mnemonic(PHRASE)
ROWS = ("tron", "tron-nile", "tron-shasta")
CALL = tron.TriggerSmartContract(owner_address=ME, contract_address=YOU, data=b"data")


def only(text: str) -> Finding:
    (finding,) = recognise(text, chains())
    return finding


def codes(**changes: Any) -> set[str]:
    """The oddities of a transfer of a million TRX, with some fields changed."""
    paid = tron.TransferContract(owner_address=ME, to_address=YOU, amount=10**12)
    return {each.code for each in only(transfer(**{"contract": paid} | changes).raw.hex()).odd}


def test_a_transaction_is_recognised() -> None:
    finding = only(sign(transfer(), ALICE).raw.hex())
    assert (finding.what, finding.chains) == ("signed transaction", ROWS)
    assert dict(finding.facts)["signed by"] == ME.text
    assert finding.effects == transfer().effects()
    assert only(transfer().raw.hex()).what == "unsigned transaction"


def lost(to: bytes) -> dict[str, Any]:
    return {"contract": tron.TransferContract(owner_address=ME, to_address=TRON.account(to), amount=10**12)}


def own(amount: int) -> dict[str, Any]:
    call = tron.TriggerSmartContract(owner_address=ME, contract_address=YOU, data=tron.transfer(YOU, amount))
    return {"contract": call, "fee_limit": 1}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contract": CALL}, "low-fee"),
        ({"fee_limit": 15_000_000_001}, "high-fee"),
        ({"expiration": 0}, "expired"),
        ({"permission_id": 2}, "permission"),
        (lost(bytes(20)), "unspendable"),
        (lost(bytes(19) + b"\1"), "reserved"),
        (own(6), "unspendable"),
    ],
)
def test_what_is_odd_is_said(changes: dict[str, Any], code: str) -> None:
    plain = codes()
    assert code not in plain
    assert codes(**changes) - plain - {"opaque"} == {code}


def test_an_address_is_read_in_both_forms_and_hex_is_unchecked() -> None:
    (finding,) = (each for each in recognise(ME.text, chains()) if dict(each.facts)["family"] == "tron")
    assert (finding.what, finding.chains) == ("address", ROWS)
    assert {each.code for each in finding.odd} == set()
    found = [each for each in recognise(f"41{ME.payload.hex()}", chains()) if each.what == "address"]
    assert [each.chains for each in found] == [ROWS]
    assert {each.code for each in found[0].odd} == {"unchecked"}
    assert dict(found[0].facts)["written as"] == ME.text


@pytest.mark.parametrize(
    ("changes", "form"),
    [
        ({"data": b"hello"}, "message (TIP-191)"),
        ({"data": b"hello", "legacy": True}, "message of the older form (TIP-191)"),
        ({"data": b"hello", "validator": YOU}, "data for a validator (TIP-191)"),
    ],
)
def test_messages_are_told_by_their_form(changes: dict[str, Any], form: str) -> None:
    message = tron.Message(chain=TRON, **changes)
    finding = next(each for each in recognise(message.raw.hex(), chains()) if "tron" in each.chains)
    assert finding.what == "message to be signed"
    assert dict(finding.facts)["form"] == form


TYPED = {
    "types": {"Pay": [{"name": "to", "type": "address"}, {"name": "coin", "type": "trcToken"}]},
    "primaryType": "Pay",
    "domain": {"name": "T", "chainId": 728126428},
    "message": {"to": YOU.text, "coin": 1002000},
}


def test_typed_data_of_tron_are_told() -> None:
    finding = only(json.dumps(TYPED))
    assert finding.chains == ("tron",)
    facts = dict(finding.facts)
    assert (facts["form"], facts["chain id"], facts["contract"]) == ("typed data (TIP-712)", "728126428", "none")
    assert "unbound" in {each.code for each in finding.odd}


# Drafts

DRAFT: dict[str, Any] = {
    "chain": "tron",
    "block": "00000000002f7b3b4f5f8b9e23a30c530f719f165b742e7358536b280eead2d0",
    "expiration": 1_539_331_479_000,
    "contract": {"type": "TransferContract", "value": {"to_address": YOU.text, "amount": "5"}},
}


def drafted(**changes: Any) -> Any:
    fields = {name: value for name, value in (DRAFT | changes).items() if value is not None}
    return parse(json.dumps(fields)).build(WALLET)[0]


def test_a_draft_becomes_a_transaction() -> None:
    made = drafted(memo="rent", fee_limit=7, timestamp=3, permission_id=2)
    me = WALLET.address(TRON)
    assert made == tron.Transaction(
        chain=TRON,
        contract=tron.TransferContract(owner_address=me, to_address=YOU, amount=5),
        signers=(WALLET.public_key(TRON),),
        **tron.block_reference(bytes.fromhex(DRAFT["block"])),
        expiration=1_539_331_479_000,
        timestamp=3,
        fee_limit=7,
        memo=b"rent",
        permission_id=2,
    )
    subject, signers = parse(json.dumps(DRAFT)).build(WALLET)
    assert sign(subject, *signers).transaction == subject
    parted = drafted(block=None, ref_block_bytes="7b3b", ref_block_hash="4f5f8b9e23a30c53")
    assert (parted.ref_block_bytes.hex(), parted.ref_block_hash.hex()) == ("7b3b", "4f5f8b9e23a30c53")


def test_contracts_are_drafted_by_the_fields_of_the_protocol() -> None:
    key = {"address": YOU.text, "weight": 1}
    active = {"type": "Active", "id": 2, "threshold": 1, "operations": "ff" * 32, "keys": [key]}
    value = {"owner_address": ME.text, "owner": {"threshold": 1, "keys": [key]}, "actives": [active]}
    made = drafted(contract={"type": "AccountPermissionUpdateContract", "value": value}).contract
    assert made.owner_address == ME
    assert made.owner == tron.Permission(threshold=1, keys=(tron.Key(address=YOU, weight=1),))
    assert made.actives[0].type is tron.PermissionType.Active
    votes = {"votes": [{"vote_address": YOU.text, "vote_count": 3}], "support": True}
    voted = drafted(contract={"type": "VoteWitnessContract", "value": votes}).contract
    assert voted.votes == (tron.Vote(vote_address=YOU, vote_count=3),)
    frozen = {"frozen_balance": 3, "frozen_duration": 3, "resource": "ENERGY", "receiver_address": YOU.text}
    lent = drafted(contract={"type": "FreezeBalanceContract", "value": frozen}).contract
    assert (lent.receiver_address, lent.resource) == (YOU, tron.ResourceCode.ENERGY)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"contract": {"type": "Transfer", "value": {}}}, "unknown"),
        ({"contract": {"type": "TransferContract", "value": {"to_address": YOU.text}}}, "missing"),
        (
            {"contract": {"type": "TransferContract", "value": {"to_address": ME.payload.hex(), "amount": 1}}},
            "character",
        ),
        (
            {"contract": {"type": "TransferContract", "value": {"to_address": YOU.text, "amount": 1, "data": ""}}},
            "unknown",
        ),
        (
            {"contract": {"type": "UnfreezeBalanceV2Contract", "value": {"unfreeze_balance": 1, "resource": "ALL"}}},
            "unknown",
        ),
        ({"contract": {"type": "VoteAssetContract", "value": {"vote_address": [YOU.text]}}}, "unknown"),
        ({"block": "00"}, "length"),
        ({"block": None}, "missing"),
        ({"memo": 1}, "type"),
        ({"gas": 1}, "unknown"),
    ],
)
def test_other_drafts_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        drafted(**changes)
    assert caught.value.reason == reason
