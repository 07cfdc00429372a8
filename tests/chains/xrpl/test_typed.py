"""Transactions that have a class of their own: `walletcore.chains.xrpl.typed`, `parts` and `kinds`."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from support.oracles import JSON
from support.xrpl import MAIN, key
from walletcore.chains import xrpl
from walletcore.chains.base import Address
from walletcore.chains.xrpl import (
    PERILS,
    AccountDelete,
    AccountSet,
    AMMBid,
    AMMClawback,
    AMMDeposit,
    AMMWithdraw,
    Asset,
    AuthAccount,
    Batch,
    Claim,
    Clawback,
    Credential,
    DelegateSet,
    IssuedAmount,
    Memo,
    MptAmount,
    OfferCreate,
    PathStep,
    Payment,
    PaymentChannelClaim,
    Permission,
    SetRegularKey,
    SignerEntry,
    SignerListSet,
    Transaction,
    TrustSet,
    Typed,
    XrplChain,
)
from walletcore.chains.xrpl.chain import TYPED
from walletcore.chains.xrpl.definitions import definitions
from walletcore.chains.xrpl.parts import python_name
from walletcore.chains.xrpl.transaction import SIGNING_FIELDS
from walletcore.chains.xrpl.typed import class_of
from walletcore.errors import TransactionError
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

CASES = json.loads((Path(__file__).parent / "transactions.json").read_text())["cases"]
OWN = MAIN.parse_address("rf1BiGeXwwQoi8Z2ueFYTEXSwuJYfV2Jpn")
TO = MAIN.parse_address("ra5nK24KXen9AHvsdFTKHSANinZseWnPcX")
THIRD = MAIN.parse_address("rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B")
USD = IssuedAmount.parse("10", "USD", THIRD.text)
MPT = MptAmount(value=5, issuance="006419063CEBEB49FC20032206CE0F203138BFC59F1AC578")
HASH, OTHER = b"\x01" * 32, b"\x02" * 32


def of(kind: str) -> Iterator[JSON]:
    return (case["fields"] for case in CASES if case["fields"]["TransactionType"] == kind)


def sample(kind: str, **changes: Any) -> Any:
    """The first transaction of this type that a class takes, with changes."""
    for each in of(kind):
        found: Any = MAIN.decode_transaction(Transaction.of(MAIN, each).raw)
        if isinstance(found, Typed):
            return replace(found, **changes)
    raise AssertionError(kind)


def payment(**changes: Any) -> Payment:
    given: dict[str, Any] = {
        "chain": MAIN,
        "account": OWN,
        "destination": TO,
        "amount": 1_000_000,
        "fee": 12,
        "sequence": 1,
    }
    return Payment(**given | changes)


# -- classes and tables


def test_every_class_has_the_fields_of_the_definitions() -> None:
    apart = {"TransactionType", "PreviousTxnID", "OperationLimit", "NetworkID", *SIGNING_FIELDS}
    for kind in TYPED:
        found = class_of(kind)
        assert found is not None
        own = {each.name: each for each in fields(found) if each.init and not each.name.startswith("allow_")}
        own = {
            name: each for name, each in own.items() if name not in ("chain", "signer", "origin", "signers", "parties")
        }
        form = {python_name(name): mark for name, mark in definitions().formats[kind].items() if name not in apart}
        assert own.keys() == form.keys(), kind
        needed = {name for name, each in own.items() if each.default is not None and repr(each.default) != "()"}
        needed -= {"sequence"} if kind != "TrustSet" else {"sequence", "limit_amount"}  # it is malformed without
        assert needed == {name for name, mark in form.items() if not mark} - {"sequence"} - (
            {"limit_amount"} if kind == "TrustSet" else set()
        ), kind


def test_every_class_is_a_public_name_and_a_subject() -> None:
    for kind, room in TYPED.items():
        assert getattr(xrpl, kind) is class_of(kind)
        assert f"walletcore.chains.xrpl.kinds.{room}:{kind}" in XrplChain.subjects
        assert MAIN.takes(sample(kind))


@pytest.mark.parametrize("kind", sorted(TYPED))
def test_a_published_transaction_is_read_as_its_class(kind: str) -> None:
    for each in of(kind):
        plain = Transaction.of(MAIN, each)
        found: Any = MAIN.decode_transaction(plain.raw)
        assert type(found) is class_of(kind), each
        assert {**found.fields()} == each
        assert found == plain
        assert replace(found) == found


def test_a_payment_is_written_as_xrpl_org_has_it() -> None:
    made = payment(amount=USD, send_max=2_000_000, destination_tag=7, flags=frozenset({"tfLimitQuality"}))
    assert made.fields() == {
        "TransactionType": "Payment",
        "Account": "rf1BiGeXwwQoi8Z2ueFYTEXSwuJYfV2Jpn",
        "Destination": "ra5nK24KXen9AHvsdFTKHSANinZseWnPcX",
        "DestinationTag": 7,
        "Amount": {"currency": "USD", "issuer": "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B", "value": "10"},
        "SendMax": "2000000",
        "Fee": "12",
        "Sequence": 1,
        "Flags": 262144,
    }


def test_fields_that_are_given_away_change_nothing() -> None:
    made = batch(inner(sequence=2), inner(sequence=3), memos=(Memo(memo_data=b"x"),))
    given, before = made.fields(), made.fields()
    given["Memos"][0]["Memo"]["MemoData"] = "00"
    given["RawTransactions"][0]["RawTransaction"]["Amount"] = "5"
    given["RawTransactions"].pop()
    assert made.fields() == before


def test_names_are_those_of_xrpl_py() -> None:
    names = {"NFTokenID": "nftoken_id", "CredentialIDs": "credential_ids", "URI": "uri", "LPTokenOut": "lp_token_out"}
    names |= {"MPTokenIssuanceID": "mptoken_issuance_id", "DIDDocument": "did_document", "EPrice": "e_price"}
    names |= {"Amount2": "amount2", "AccountTxnID": "account_txn_id", "NFTokenBuyOffer": "nftoken_buy_offer"}
    assert {name: python_name(name) for name in names} == names


def test_a_typed_transaction_is_signed_and_read_again() -> None:
    own = key(1)
    made = payment(account=MAIN.address(own.public_key), signer=own.public_key)
    signed = sign(made, LocalSigner(own))
    found: Any = MAIN.decode_transaction(signed.raw)
    assert found.transaction == made
    assert type(found.transaction) is Payment


# -- addresses and tags


def test_an_x_address_becomes_an_account_and_its_tag() -> None:
    tagged = MAIN.account(TO.payload, tag=9)
    made = payment(destination=tagged, account=MAIN.account(OWN.payload, tag=0))
    assert (made.destination, made.destination_tag) == (TO, 9)
    assert (made.account, made.source_tag) == (OWN, 0)
    assert made == payment(destination_tag=9, source_tag=0)


def test_an_x_address_without_a_tag_becomes_an_account() -> None:
    made = payment(destination=MAIN.address(key(1).public_key, kind="x-address"))
    assert made.destination == MAIN.address(key(1).public_key)
    assert made.destination_tag is None


def test_a_tag_that_is_told_twice_must_be_one() -> None:
    tagged = MAIN.account(TO.payload, tag=9)
    assert payment(destination=tagged, destination_tag=9).destination_tag == 9
    with pytest.raises(TransactionError) as error:
        payment(destination=tagged, destination_tag=8)
    assert error.value.reason == "mismatch"


@pytest.mark.parametrize(
    ("kind", "name"), [("SetRegularKey", "regular_key"), ("DepositPreauth", "authorize"), ("EscrowFinish", "owner")]
)
def test_a_tag_where_none_is_signed_is_refused(kind: str, name: str) -> None:
    with pytest.raises(TransactionError, match="tag"):
        sample(kind, **{name: MAIN.account(TO.payload, tag=9)})
    with pytest.raises(TransactionError, match="tag"):
        SignerListSet(
            chain=MAIN,
            account=OWN,
            fee=1,
            sequence=1,
            signer_quorum=1,
            signer_entries=(SignerEntry(account=MAIN.account(TO.payload, tag=9), signer_weight=1),),
            allow_authority_change=True,
        )


@pytest.mark.parametrize(
    "address",
    [TO.text, None, XrplChain(name="other", network_id=5).account(TO.payload), replace(TO, payload=OWN.payload)],
)
def test_other_things_than_addresses_of_the_network_are_refused(address: Any) -> None:
    with pytest.raises(TransactionError):
        payment(destination=address)


# -- perils


PERILOUS: dict[str, Callable[..., Typed]] = {
    "partial_payment": lambda **allow: payment(
        amount=USD, send_max=USD, flags=frozenset({"tfPartialPayment"}), **allow
    ),
    "authority_change": lambda **allow: SetRegularKey(
        chain=MAIN, account=OWN, fee=12, sequence=1, regular_key=TO, **allow
    ),
    "account_delete": lambda **allow: AccountDelete(
        chain=MAIN, account=OWN, fee=200_000, sequence=1, destination=TO, **allow
    ),
}


@pytest.mark.parametrize("peril", sorted(PERILOUS))
def test_XR3_what_is_perilous_is_refused_unless_it_is_named(peril: str) -> None:
    assert PERILOUS.keys() == PERILS.keys()
    with pytest.raises(TransactionError) as error:
        PERILOUS[peril]()
    assert error.value.reason == "policy"
    assert error.value.hint == f"allow_{peril}=True takes it"
    made = PERILOUS[peril](**{f"allow_{peril}": True})
    assert MAIN.decode_transaction(made.raw) == made
    for wrong in (1, "yes", None):
        with pytest.raises(TransactionError):
            PERILOUS[peril](**{f"allow_{peril}": wrong})


def common(**more: Any) -> dict[str, Any]:
    return {"chain": MAIN, "account": OWN, "fee": 12, "sequence": 1, **more}


def test_XR3_other_ways_to_give_an_account_away_need_the_name_as_well() -> None:
    entry = SignerEntry(account=TO, signer_weight=1)
    cases: tuple[tuple[type[Any], dict[str, Any]], ...] = (
        (SignerListSet, {"signer_quorum": 1, "signer_entries": (entry,)}),
        (SignerListSet, {"signer_quorum": 0}),
        (SetRegularKey, {}),
        (DelegateSet, {"authorize": TO, "permissions": (Permission(permission_value="Payment"),)}),
        (AccountSet, {"set_flag": "asfDisableMaster"}),
        (AccountSet, {"set_flag": "asfAuthorizedNFTokenMinter", "nftoken_minter": TO}),
    )
    for kind, more in cases:
        with pytest.raises(TransactionError, match="control of the account"):
            kind(**common(**more))
        kind(**common(**more, allow_authority_change=True))
    AccountSet(**common(set_flag="asfRequireDest"))


def test_XR3_json_with_a_peril_is_refused_unless_it_is_named() -> None:
    for peril, make in PERILOUS.items():
        made = make(**{f"allow_{peril}": True})
        for body in (made.fields(), batch(replace(made, fee=0), inner(sequence=2)).fields()):
            for allow in ((), set(PERILS) - {peril}):
                with pytest.raises(TransactionError) as error:
                    xrpl.from_json(MAIN, body, allow=allow)
                assert error.value.reason == "policy"
            assert xrpl.from_json(MAIN, body, allow=[peril]).fields() == body


def test_json_is_read_as_its_class_and_refused_where_it_is_malformed() -> None:
    for case in CASES:
        kind, body = case["fields"]["TransactionType"], case["fields"]
        made = xrpl.from_json(MAIN, body, allow=PERILS)
        assert (type(made), made.fields()) == (class_of(kind) or Transaction, body)
    tagged = {**payment().fields(), "Destination": MAIN.account(TO.payload, tag=9).text}
    assert xrpl.from_json(MAIN, tagged) == payment(destination_tag=9)
    wrong: tuple[JSON, ...] = (
        {"Amount": "0"},
        {"Destination": OWN.text},
        {"Memos": []},
        {"Flags": 4},
        {"SendMax": "5"},
        {"Amount": 5},
    )
    for more in wrong:
        with pytest.raises(TransactionError):
            xrpl.from_json(MAIN, payment().fields() | more)
    names: tuple[Any, ...] = ("account_delete", ["everything"], [5], [[]], 5, b"x")
    for allow in names:
        with pytest.raises(TransactionError):
            xrpl.from_json(MAIN, payment().fields(), allow=allow)


def test_XR3_bytes_with_a_peril_are_read_and_say_it() -> None:
    """What is signed is decided by guards, who see effects; a class refuses to make it without the name."""
    for peril, make in PERILOUS.items():
        made = make(**{f"allow_{peril}": True})
        found: Any = MAIN.decode_transaction(made.raw)
        assert type(found) is type(made)
        assert getattr(found, f"allow_{peril}") is True


# -- what is malformed


def flags(*names: str) -> frozenset[str]:
    return frozenset(names)


def step(**parts: str) -> tuple[tuple[PathStep, ...], ...]:
    return ((PathStep(**parts),),)


EUR = IssuedAmount.parse("3", "EUR", THIRD.text)
OF_OWN = IssuedAmount.parse("3", "EUR", OWN.text)
NONE = IssuedAmount.parse("0", "USD", THIRD.text)
LESS = IssuedAmount.parse("-1", "USD", THIRD.text)
MORE = IssuedAmount.parse("11", "USD", THIRD.text)
POOL = {"asset": Asset(), "asset2": Asset.of(USD)}
CREDENTIALS = tuple(Credential(issuer=MAIN.account(bytes([n]) * 20), credential_type=b"x") for n in range(1, 10))
MALFORMED: list[tuple[str, dict[str, Any], str]] = [
    ("Payment", {"amount": 0, "flags": None}, "range"),
    ("Payment", {"amount": -1}, "range"),
    ("Payment", {"amount": NONE, "send_max": None}, "range"),
    ("Payment", {"amount": 10**17 + 1}, "range"),
    ("Payment", {"amount": "1.5"}, "type"),
    ("Payment", {"amount": True}, "type"),
    ("Payment", {"amount": 1.5}, "type"),
    ("Payment", {"amount": 5, "send_max": 5}, "ambiguous"),
    ("Payment", {"amount": 5, "paths": step(currency="USD")}, "ambiguous"),
    ("Payment", {"amount": 5, "flags": flags("tfPartialPayment")}, "ambiguous"),
    ("Payment", {"amount": 5, "flags": flags("tfLimitQuality")}, "ambiguous"),
    ("Payment", {"amount": 5, "flags": flags("tfNoRippleDirect")}, "ambiguous"),
    ("Payment", {"amount": MPT, "send_max": USD}, "mismatch"),
    ("Payment", {"amount": USD, "send_max": MPT}, "mismatch"),
    ("Payment", {"amount": MPT, "paths": step(currency="USD")}, "ambiguous"),
    ("Payment", {"amount": MPT, "flags": flags("tfLimitQuality")}, "ambiguous"),
    ("Payment", {"amount": MPT, "send_max": replace(MPT, issuance="00" * 23 + "01")}, "mismatch"),
    ("Payment", {"amount": 5, "destination": OWN}, "duplicate"),
    ("Payment", {"amount": USD, "send_max": USD, "destination": OWN}, "duplicate"),
    ("Payment", {"amount": USD, "deliver_min": USD}, "mismatch"),
    ("Payment", {"amount": USD, "deliver_min": EUR, "flags": flags("tfPartialPayment")}, "mismatch"),
    ("Payment", {"amount": USD, "deliver_min": MORE, "flags": flags("tfPartialPayment")}, "range"),
    ("Payment", {"amount": USD, "deliver_min": NONE, "flags": flags("tfPartialPayment")}, "range"),
    ("Payment", {"amount": 5, "flags": flags("tfSell")}, "unknown"),
    ("Payment", {"amount": 5, "flags": {"tfLimitQuality"}}, "unknown"),
    ("Payment", {"amount": 5, "flags": 1}, "unknown"),
    ("Payment", {"amount": USD, "flags": flags("tfSponsorCreatedAccount")}, "mismatch"),
    ("Payment", {"amount": 5, "sponsor": THIRD}, "missing"),
    ("Payment", {"amount": 5, "sponsor_flags": 1}, "missing"),
    ("Payment", {"amount": 5, "sponsor": THIRD, "sponsor_flags": 0}, "unknown"),
    ("Payment", {"amount": 5, "sponsor": THIRD, "sponsor_flags": 4}, "unknown"),
    ("Payment", {"amount": 5, "sponsor": OWN, "sponsor_flags": 2}, "duplicate"),
    ("Payment", {"amount": 5, "sponsor": THIRD, "sponsor_flags": 2, "delegate": TO}, "ambiguous"),
    ("OfferCancel", {"offer_sequence": 5, "sponsor": THIRD, "sponsor_flags": 2}, "unknown"),
    ("Payment", {"amount": USD, "flags": flags("tfSponsorCreatedAccount", "tfLimitQuality")}, "ambiguous"),
    ("Payment", {"amount": 5, "credential_ids": (HASH, HASH)}, "duplicate"),
    ("Payment", {"amount": 5, "credential_ids": tuple(bytes([n]) * 32 for n in range(9))}, "length"),
    ("Payment", {"amount": 5, "credential_ids": (b"x",)}, "length"),
    ("Payment", {"amount": 5, "credential_ids": ("x",)}, "type"),
    ("Payment", {"amount": 5, "invoice_id": b"x"}, "length"),
    ("Payment", {"amount": 5, "invoice_id": "00" * 32}, "type"),
    ("Payment", {"amount": USD, "paths": (PathStep(currency="USD"),)}, "type"),
    ("Payment", {"amount": USD, "paths": [[]]}, "type"),
    ("Payment", {"amount": USD, "paths": ((),)}, "length"),
    ("Payment", {"amount": 5, "destination_tag": 1 << 32}, "range"),
    ("Payment", {"amount": 5, "destination_tag": True}, "type"),
    ("Payment", {"amount": 5, "fee": -1}, "range"),
    ("Payment", {"amount": 5, "fee": USD}, "type"),
    ("Payment", {"amount": 5, "fee": "12"}, "type"),
    ("Payment", {"amount": 5, "sequence": 0}, "missing"),
    ("Payment", {"amount": 5, "ticket_sequence": 3}, "ambiguous"),
    ("Payment", {"amount": 5, "sequence": 0, "ticket_sequence": 3, "account_txn_id": HASH}, "ambiguous"),
    ("Payment", {"amount": 5, "delegate": OWN}, "duplicate"),
    ("Payment", {"amount": 5, "memos": (Memo(memo_data=b"x" * 1100),)}, "too-large"),
    ("Payment", {"amount": 5, "memos": (Memo(memo_type=b"a b"),)}, "character"),
    ("Payment", {"amount": 5, "memos": (b"x",)}, "type"),
    ("Payment", {"amount": 5, "account": OWN.text}, "type"),
    ("CheckCreate", {"destination": MAIN.parse_address("rUn84CUYbNjRoTQ6mSW7BVJPSVJNLb1QLo")}, "duplicate"),
    ("CheckCreate", {"send_max": 0}, "range"),
    ("CheckCreate", {"expiration": 0}, "range"),
    ("CheckCash", {"amount": None}, "ambiguous"),
    ("CheckCash", {"deliver_min": 5}, "ambiguous"),
    ("CheckCash", {"amount": LESS}, "range"),
    ("EscrowCreate", {"amount": 0}, "range"),
    ("EscrowCreate", {"finish_after": None, "cancel_after": None}, "missing"),
    ("EscrowCreate", {"finish_after": 5, "cancel_after": 5}, "range"),
    ("EscrowCreate", {"finish_after": None, "condition": None}, "missing"),
    ("EscrowCreate", {"condition": b"\xa0\x25\x80\x20"}, "unknown"),
    ("EscrowFinish", {"condition": None}, "missing"),
    ("EscrowFinish", {"fulfillment": None}, "missing"),
    ("EscrowFinish", {"credential_ids": (HASH, HASH)}, "duplicate"),
    ("PaymentChannelCreate", {"amount": 0}, "range"),
    ("PaymentChannelCreate", {"amount": USD}, "type"),
    ("PaymentChannelCreate", {"destination": OWN}, "duplicate"),
    ("PaymentChannelCreate", {"public_key": b"\2" * 32}, "length"),
    ("PaymentChannelFund", {"amount": USD}, "type"),
    ("PaymentChannelFund", {"amount": 0}, "range"),
    ("PaymentChannelClaim", {"balance": 1_000_001}, "range"),
    ("PaymentChannelClaim", {"balance": 0}, "range"),
    ("PaymentChannelClaim", {"amount": USD}, "type"),
    ("PaymentChannelClaim", {"flags": flags("tfClose", "tfRenew")}, "ambiguous"),
    ("PaymentChannelClaim", {"signature": b"x", "public_key": None}, "missing"),
    ("PaymentChannelClaim", {"signature": b"x" * 64}, "mismatch"),
    ("AccountSet", {"set_flag": "asfRequireAuth", "clear_flag": "asfRequireAuth"}, "ambiguous"),
    ("AccountSet", {"set_flag": "asfRequireAuth", "flags": flags("tfOptionalAuth")}, "ambiguous"),
    ("AccountSet", {"flags": flags("tfRequireDestTag", "tfOptionalDestTag")}, "ambiguous"),
    ("AccountSet", {"clear_flag": "asfDisallowXRP", "flags": flags("tfDisallowXRP")}, "ambiguous"),
    ("AccountSet", {"transfer_rate": 999_999_999}, "range"),
    ("AccountSet", {"transfer_rate": 2_000_000_001}, "range"),
    ("AccountSet", {"tick_size": 2}, "range"),
    ("AccountSet", {"tick_size": 16}, "range"),
    ("AccountSet", {"domain": b"x" * 257}, "length"),
    ("AccountSet", {"message_key": b"x"}, "length"),
    ("AccountSet", {"set_flag": "asfAuthorizedNFTokenMinter"}, "missing"),
    ("AccountSet", {"clear_flag": "asfAuthorizedNFTokenMinter", "nftoken_minter": TO}, "ambiguous"),
    ("AccountSet", {"set_flag": "asfNew"}, "unknown"),
    ("AccountSet", {"set_flag": 5}, "type"),
    ("AccountDelete", {"destination": MAIN.parse_address("rWYkbWkCeg8dP6rXALnjgZSjjLyih5NXm")}, "duplicate"),
    ("SetRegularKey", {"regular_key": OWN}, "duplicate"),
    ("SignerListSet", {"signer_quorum": 0}, "mismatch"),
    ("SignerListSet", {"signer_entries": ()}, "mismatch"),
    ("SignerListSet", {"signer_quorum": 5}, "range"),
    ("SignerListSet", {"signer_entries": (SignerEntry(account=TO, signer_weight=0),)}, "range"),
    ("SignerListSet", {"signer_entries": (SignerEntry(account=OWN, signer_weight=9),)}, "duplicate"),
    ("SignerListSet", {"signer_entries": (SignerEntry(account=TO, signer_weight=9),) * 2}, "duplicate"),
    (
        "SignerListSet",
        {
            "signer_entries": tuple(
                SignerEntry(account=MAIN.account(bytes([n]) * 20), signer_weight=1) for n in range(1, 34)
            )
        },
        "length",
    ),
    ("DelegateSet", {"authorize": MAIN.parse_address("rw81qtsfF9rws4RbmYepf5394gp81TQv5Y")}, "duplicate"),
    ("DelegateSet", {"permissions": (Permission(permission_value="AccountDelete"),)}, "unknown"),
    ("DelegateSet", {"permissions": (Permission(permission_value="Payment"),) * 2}, "duplicate"),
    ("DelegateSet", {"permissions": (Permission(permission_value="Everything"),)}, "unknown"),
    (
        "DelegateSet",
        {"permissions": tuple(Permission(permission_value=each) for each in list(TYPED)[:5] + list(TYPED)[22:30])},
        "length",
    ),
    ("DepositPreauth", {"unauthorize": TO}, "ambiguous"),
    ("DepositPreauth", {"authorize": None}, "ambiguous"),
    ("DepositPreauth", {"authorize": MAIN.parse_address("rsUiUMpnrgxQp24dJYZDhmV4bE3aBtQyt8")}, "duplicate"),
    ("DepositPreauth", {"authorize": None, "authorize_credentials": CREDENTIALS}, "length"),
    ("DepositPreauth", {"authorize": None, "authorize_credentials": CREDENTIALS[:1] * 2}, "duplicate"),
    (
        "DepositPreauth",
        {"authorize": None, "unauthorize_credentials": (Credential(issuer=TO, credential_type=b""),)},
        "length",
    ),
    ("TicketCreate", {"ticket_count": 0}, "range"),
    ("TicketCreate", {"ticket_count": 251}, "range"),
    ("DIDSet", {"uri": None, "data": None}, "missing"),
    ("DIDSet", {"uri": b"", "data": b"", "did_document": b""}, "missing"),
    ("DIDSet", {"uri": b"x" * 257}, "length"),
    ("CredentialCreate", {"credential_type": b""}, "length"),
    ("CredentialCreate", {"credential_type": b"x" * 65}, "length"),
    ("CredentialCreate", {"uri": b""}, "length"),
    ("CredentialAccept", {"credential_type": b""}, "length"),
    ("CredentialDelete", {"credential_type": b""}, "length"),
    ("CredentialDelete", {"subject": None}, "missing"),
    ("OfferCreate", {"taker_pays": 5}, "duplicate"),
    ("OfferCreate", {"taker_gets": 0}, "range"),
    ("OfferCreate", {"expiration": 0}, "range"),
    ("OfferCreate", {"offer_sequence": 0}, "range"),
    ("OfferCreate", {"flags": flags("tfImmediateOrCancel", "tfFillOrKill")}, "ambiguous"),
    ("OfferCreate", {"flags": flags("tfHybrid")}, "missing"),
    ("OfferCancel", {"offer_sequence": 0}, "range"),
    ("AMMCreate", {"amount": 5}, "duplicate"),
    ("AMMCreate", {"amount2": 0}, "range"),
    ("AMMCreate", {"trading_fee": 1001}, "range"),
    ("AMMDeposit", {"flags": None}, "ambiguous"),
    ("AMMDeposit", {"flags": flags("tfTwoAsset", "tfSingleAsset")}, "ambiguous"),
    ("AMMDeposit", {"amount2": None}, "mismatch"),
    ("AMMDeposit", {"e_price": 5}, "mismatch"),
    ("AMMDeposit", {"amount": OF_OWN}, "mismatch"),
    ("AMMDeposit", {"amount": 5}, "duplicate"),
    ("AMMDeposit", {"asset": Asset()}, "duplicate"),
    ("AMMDeposit", {"amount2": 0}, "range"),
    ("AMMWithdraw", {"flags": None}, "ambiguous"),
    ("AMMWithdraw", {"flags": flags("tfWithdrawAll")}, "mismatch"),
    ("AMMWithdraw", {"amount2": 0}, "range"),
    ("AMMVote", {"trading_fee": 1001}, "range"),
    ("AMMVote", {"asset2": Asset()}, "duplicate"),
    ("AMMBid", {"bid_min": LESS}, "range"),
    ("AMMBid", {"auth_accounts": (AuthAccount(account=TO),) * 2}, "duplicate"),
    (
        "AMMBid",
        {"auth_accounts": (AuthAccount(account=MAIN.parse_address("rJVUeRqDFNs2xqA7ncVE6ZoAhPUoaJJSQm")),)},
        "duplicate",
    ),
    (
        "AMMBid",
        {"auth_accounts": tuple(AuthAccount(account=MAIN.account(bytes([n]) * 20)) for n in range(5))},
        "length",
    ),
    ("AMMClawback", {"holder": MAIN.parse_address("rPdYxU9dNkbzC5Y2h4jLbVJ3rMRrk7WVRL")}, "duplicate"),
    ("AMMClawback", {"asset": Asset.of(USD)}, "mismatch"),
    ("AMMClawback", {"flags": flags("tfClawTwoAssets")}, "mismatch"),
    ("AMMClawback", {"amount": USD}, "mismatch"),
    ("TrustSet", {"limit_amount": LESS}, "range"),
    ("TrustSet", {"limit_amount": IssuedAmount.parse("1", "USD", TO.text)}, "duplicate"),
    ("TrustSet", {"limit_amount": 5}, "type"),
    ("Clawback", {"amount": NONE}, "range"),
    ("Clawback", {"amount": MPT}, "mismatch"),
    ("Clawback", {"holder": TO}, "mismatch"),
    ("Clawback", {"amount": IssuedAmount.parse("1", "USD", "rp6abvbTbjoce8ZDJkT6snvxTZSYMBCC9S")}, "duplicate"),
    ("Clawback", {"amount": 5}, "type"),
    ("NFTokenMint", {"transfer_fee": 50_001}, "range"),
    ("NFTokenMint", {"flags": None}, "missing"),
    ("NFTokenMint", {"issuer": THIRD}, "duplicate"),
    ("NFTokenMint", {"uri": b""}, "length"),
    ("NFTokenMint", {"uri": b"x" * 257}, "length"),
    ("NFTokenMint", {"destination": TO}, "missing"),
    ("NFTokenMint", {"expiration": 9}, "missing"),
    ("NFTokenMint", {"amount": 5, "destination": THIRD}, "duplicate"),
    ("NFTokenMint", {"amount": 5, "expiration": 0}, "range"),
    ("NFTokenMint", {"amount": USD, "flags": flags("tfOnlyXRP", "tfTransferable")}, "mismatch"),
    ("NFTokenMint", {"amount": NONE}, "range"),
    ("NFTokenCreateOffer", {"owner": TO}, "mismatch"),
    ("NFTokenCreateOffer", {"flags": None}, "mismatch"),
    ("NFTokenCreateOffer", {"flags": None, "owner": TO, "amount": 0}, "range"),
    ("NFTokenCreateOffer", {"amount": NONE}, "range"),
    ("NFTokenCreateOffer", {"expiration": 0}, "range"),
    ("NFTokenCreateOffer", {"destination": MAIN.parse_address("rs8jBmmfpwgmrSPgwMsh7CvKRmRt1JTVSX")}, "duplicate"),
    ("NFTokenCreateOffer", {"nftoken_id": b"\0\2" + bytes(30), "amount": USD}, "mismatch"),
    ("NFTokenCancelOffer", {"nftoken_offers": ()}, "length"),
    ("NFTokenCancelOffer", {"nftoken_offers": (HASH, HASH)}, "duplicate"),
    ("NFTokenCancelOffer", {"nftoken_offers": tuple(n.to_bytes(32) for n in range(501))}, "length"),
    ("NFTokenAcceptOffer", {"nftoken_sell_offer": None}, "missing"),
    ("NFTokenAcceptOffer", {"nftoken_broker_fee": 5}, "missing"),
    ("NFTokenAcceptOffer", {"nftoken_buy_offer": HASH, "nftoken_broker_fee": 0}, "range"),
    ("NFTokenModify", {"owner": MAIN.parse_address("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh")}, "duplicate"),
    ("NFTokenModify", {"uri": b""}, "length"),
    ("MPTokenIssuanceCreate", {"transfer_fee": 50_001}, "range"),
    ("MPTokenIssuanceCreate", {"transfer_fee": 5, "flags": None}, "missing"),
    ("MPTokenIssuanceCreate", {"domain_id": bytes(32)}, "range"),
    ("MPTokenIssuanceCreate", {"domain_id": HASH, "flags": None}, "missing"),
    ("MPTokenIssuanceCreate", {"mptoken_metadata": b""}, "length"),
    ("MPTokenIssuanceCreate", {"mptoken_metadata": b"x" * 1025}, "length"),
    ("MPTokenIssuanceCreate", {"maximum_amount": 0}, "range"),
    ("MPTokenIssuanceCreate", {"maximum_amount": 1 << 63}, "range"),
    ("MPTokenIssuanceCreate", {"immutable_flags": 1}, "range"),
    ("MPTokenIssuanceCreate", {"immutable_flags": 0}, "range"),
    ("MPTokenIssuanceSet", {"flags": flags("tfMPTLock", "tfMPTUnlock")}, "ambiguous"),
    ("MPTokenIssuanceSet", {"flags": None}, "missing"),
    ("MPTokenIssuanceSet", {"holder": MAIN.parse_address("rNFta7UKwcoiCpxEYbhH2v92numE3cceB6")}, "duplicate"),
    ("MPTokenIssuanceSet", {"holder": TO, "domain_id": HASH}, "ambiguous"),
    ("MPTokenIssuanceSet", {"transfer_fee": 5}, "ambiguous"),
    ("MPTokenIssuanceSet", {"flags": None, "transfer_fee": 5, "holder": TO}, "ambiguous"),
    ("MPTokenIssuanceSet", {"flags": None, "transfer_fee": 50_001}, "range"),
    ("MPTokenIssuanceSet", {"flags": None, "mptoken_metadata": b"x" * 1025}, "length"),
    ("MPTokenIssuanceSet", {"auditor_encryption_key": b"x" * 33}, "missing"),
    ("MPTokenAuthorize", {"holder": MAIN.parse_address("rsNw23ygZatXv7h8QVSgAE4jktY2uW1iZP")}, "duplicate"),
]


@pytest.mark.parametrize(("kind", "changes", "reason"), MALFORMED, ids=lambda each: str(each)[:60])
def test_what_rippled_calls_malformed_is_refused(kind: str, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as error:
        sample(kind, **changes)
    assert error.value.reason == reason


def test_every_class_that_checks_something_has_a_case_of_it() -> None:
    checking = {kind for kind in TYPED if class_of(kind).check is not Typed.check}  # type: ignore[union-attr]
    assert checking - {"Batch"} <= {kind for kind, _, _ in MALFORMED}


def test_XR1_amounts_that_are_no_drops_are_refused() -> None:
    for amount in ("1.5", "-1", -1, 10**17 + 1, 1.0, None, b"5"):
        with pytest.raises(TransactionError):
            payment(amount=amount)


def test_what_is_malformed_in_bytes_is_read_as_a_plain_transaction() -> None:
    """The ledger has transactions that were made before a rule was."""
    body = payment().fields() | {"Destination": OWN.text}
    assert type(MAIN.decode_transaction(Transaction.of(MAIN, body).raw)) is Transaction
    odd: tuple[JSON, ...] = (
        {"Flags": 4},
        {"Memos": []},
        {"Memos": [{"Signer": {}}]},
        {"Memos": [{"Memo": {"Fee": "1"}}]},
    )
    for more in odd:
        plain = Transaction.of(MAIN, payment().fields() | more)
        assert type(MAIN.decode_transaction(plain.raw)) is Transaction
    found: Any = MAIN.decode_transaction(payment(flags=frozenset()).raw)
    assert (type(found), found.flags) == (Payment, frozenset())


# -- kinds with more to them


def test_a_claims_signature_is_verified() -> None:
    for curve in MAIN.curves:
        own = key(1, curve)
        claim = Claim(chain=MAIN, channel=HASH, amount=500, signer=own.public_key)
        signature = sign(claim, LocalSigner(own)).raw
        public = xrpl.chain.key_bytes(own.public_key)
        given = common(channel=HASH, balance=400, amount=500, signature=signature, public_key=public)
        assert PaymentChannelClaim(**given).signature == signature
        PaymentChannelClaim(**given | {"balance": 500, "amount": None})
        for changed in ({"amount": 501}, {"channel": OTHER}, {"signature": signature[:-1] + b"\0"}):
            with pytest.raises(TransactionError):
                PaymentChannelClaim(**given | changed)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (AMMDeposit, {"flags": flags("tfLimitLPToken"), "amount": 0, "e_price": 5}),
        (AMMDeposit, {"flags": flags("tfLPToken"), "lp_token_out": EUR, "amount": 5, "amount2": USD}),
        (AMMDeposit, {"flags": flags("tfTwoAssetIfEmpty"), "amount": 5, "amount2": USD, "trading_fee": 1000}),
        (AMMWithdraw, {"flags": flags("tfOneAssetWithdrawAll"), "amount": NONE}),
        (AMMWithdraw, {"flags": flags("tfLimitLPToken"), "amount": 5, "e_price": EUR}),
    ],
)
def test_modes_of_pools_take_their_amounts(kind: type[Any], given: dict[str, Any]) -> None:
    made = kind(**common(**POOL, **given))
    assert MAIN.decode_transaction(made.raw) == made


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"flags": flags("tfLPToken"), "lp_token_out": EUR, "amount": 5}, "missing"),
        ({"flags": flags("tfLimitLPToken"), "amount": 5, "e_price": USD}, "mismatch"),
        ({"flags": flags("tfLimitLPToken"), "amount": 5, "e_price": 0}, "range"),
        ({"flags": flags("tfTwoAssetIfEmpty"), "amount": 5, "amount2": USD, "trading_fee": 1001}, "range"),
    ],
)
def test_modes_of_pools_that_do_not_fit_are_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as error:
        AMMDeposit(**common(**POOL, **given))
    assert error.value.reason == reason


def test_a_clawback_of_both_assets_names_one_issuer() -> None:
    pair = {"asset": Asset.of(OF_OWN), "asset2": Asset(currency="JPY", issuer=OWN.text)}
    made = AMMClawback(**common(holder=TO, **pair, flags=flags("tfClawTwoAssets")))
    assert MAIN.decode_transaction(made.raw) == made
    assert Clawback(**common(amount=MPT, holder=TO)).holder == TO
    with pytest.raises(TransactionError):
        Clawback(**common(amount=MPT, holder=OWN))


def test_a_bid_and_an_offer_have_their_values() -> None:
    bid = AMMBid(**common(**POOL, bid_min=EUR, auth_accounts=(AuthAccount(account=TO),)))
    offer = OfferCreate(**common(taker_gets=USD, taker_pays=MPT, flags=flags("tfSell", "tfPassive")))
    trust = TrustSet(**common(limit_amount=NONE, quality_in=5, flags=flags("tfSetNoRipple")))
    for made in (bid, offer, trust):
        found: Any = MAIN.decode_transaction(made.raw)
        assert {each.name: getattr(found, each.name) for each in fields(found) if each.init} == {
            each.name: getattr(made, each.name) for each in fields(made) if each.init
        }


def test_a_step_of_a_path_has_any_of_three_parts() -> None:
    made = payment(
        amount=USD,
        send_max=5,
        paths=((PathStep(account=TO.text), PathStep(currency="USD", issuer=THIRD.text)), (PathStep(currency="EUR"),)),
    )
    assert MAIN.decode_transaction(made.raw) == made


# -- batches


def inner(**changes: Any) -> Payment:
    return payment(**{"fee": 0, **changes})


def batch(*transactions: Any, mode: str = "tfAllOrNothing", **changes: Any) -> Batch:
    return Batch(**common(raw_transactions=transactions, flags=frozenset({mode}), **changes))


def test_a_batch_holds_transactions_and_marks_them() -> None:
    made = batch(
        inner(sequence=2), inner(sequence=3, account=THIRD), inner(sequence=0, ticket_sequence=9, destination_tag=0)
    )
    written = [each["RawTransaction"] for each in made.fields()["RawTransactions"]]
    assert [each["Flags"] for each in written] == [0x40000000] * 3
    assert [each["SigningPubKey"] for each in written] == [""] * 3
    found: Any = MAIN.decode_transaction(made.raw)
    assert found == made
    assert type(found) is Batch
    assert found.raw_transactions == made.raw_transactions
    assert all(type(each) is Payment for each in found.raw_transactions)


def test_a_batch_holds_types_without_a_class() -> None:
    oracle = {"TransactionType": "OracleDelete", "Account": OWN.text, "Fee": "0", "Sequence": 3, "OracleDocumentID": 1}
    made = batch(inner(sequence=2, flags=flags("tfFullyCanonicalSig")), Transaction.of(MAIN, oracle))
    found: Any = MAIN.decode_transaction(made.raw)
    assert (found, type(found.raw_transactions[1])) == (made, Transaction)
    assert found.raw_transactions[0].flags == flags("tfFullyCanonicalSig")


TWO = (inner(sequence=2), inner(sequence=3))


@pytest.mark.parametrize(
    ("transactions", "mode", "reason"),
    [
        (TWO[:1], "tfAllOrNothing", "length"),
        (tuple(inner(sequence=n) for n in range(1, 10)), "tfAllOrNothing", "length"),
        ((TWO[0], TWO[0]), "tfIndependent", "duplicate"),
        ((TWO[0], inner(sequence=2, amount=5)), "tfAllOrNothing", "duplicate"),
        ((TWO[0], inner(sequence=2, amount=5)), "tfUntilFailure", "duplicate"),
        ((TWO[0], payment(sequence=3)), "tfAllOrNothing", "range"),
        ((TWO[0], inner(sequence=3, signer=key(1).public_key)), "tfAllOrNothing", "ambiguous"),
        ((TWO[0], inner(sequence=3, signers=())), "tfAllOrNothing", "ambiguous"),
        ((TWO[0], inner(sequence=3, sponsor=THIRD, sponsor_flags=3)), "tfAllOrNothing", "unknown"),
        ((TWO[0], b"x"), "tfAllOrNothing", "type"),
        (TWO, "tfInnerBatchTxn", "policy"),
        (TWO, "tfFullyCanonicalSig", "ambiguous"),
        ((TWO[0], None), "tfAllOrNothing", "type"),
    ],
)
def test_batches_that_rippled_calls_malformed_are_refused(transactions: Any, mode: str, reason: str) -> None:
    with pytest.raises(TransactionError) as error:
        batch(*transactions, mode=mode)
    assert error.value.reason == reason


def test_a_batch_holds_no_batch_no_vault_and_no_transaction_of_another_network() -> None:
    nested = replace(batch(*TWO), fee=0, sequence=9)
    vault = {"TransactionType": "VaultDelete", "Account": OWN.text, "Fee": "0", "Sequence": 3, "VaultID": "01" * 32}
    other = XrplChain(name="other", network_id=5)
    foreign = inner(chain=other, account=other.account(OWN.payload), destination=other.account(TO.payload), sequence=7)
    for each, reason in ((nested, "unknown"), (Transaction.of(MAIN, vault), "unknown"), (foreign, "network")):
        with pytest.raises(TransactionError) as error:
            batch(TWO[0], each)
        assert error.value.reason == reason


def test_inner_transactions_in_bytes_that_are_not_marked_make_no_batch() -> None:
    body = batch(*TWO).fields()
    for name, value in (("Flags", 0), ("SigningPubKey", "02" * 33), ("TransactionType", "Batch")):
        changed = [dict(each["RawTransaction"]) for each in body["RawTransactions"]]
        changed[0][name] = value
        items = [{"RawTransaction": each} for each in changed]
        plain = Transaction.of(MAIN, body | {"RawTransactions": items})
        assert type(MAIN.decode_transaction(plain.raw)) is Transaction


def test_a_batch_of_a_numbered_network_names_it_inside_as_well() -> None:
    row = XrplChain(name="side", network_id=21337)
    own, to = row.account(OWN.payload), row.account(TO.payload)
    pair = [Payment(chain=row, account=own, destination=to, amount=n, fee=0, sequence=n) for n in (1, 2)]
    made = Batch(chain=row, account=own, fee=9, sequence=5, raw_transactions=tuple(pair), flags=flags("tfOnlyOne"))
    assert [each["RawTransaction"]["NetworkID"] for each in made.fields()["RawTransactions"]] == [21337] * 2
    found: Any = row.decode_transaction(made.raw)
    assert (found, type(found)) == (made, Batch)


def test_addresses_are_compared_by_what_they_are() -> None:
    assert isinstance(payment().destination, Address)
    assert payment() == payment(destination=MAIN.parse_address(TO.text))
