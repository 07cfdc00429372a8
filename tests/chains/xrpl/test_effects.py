"""What transactions of every type do: `walletcore.chains.xrpl.effects` and its rooms."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.oracles import JSON
from support.xrpl import MAIN, key, payment
from walletcore.chains.xrpl import EPOCH, Payment, Transaction, codec
from walletcore.chains.xrpl.accounts import decode_classic
from walletcore.chains.xrpl.definitions import definitions
from walletcore.chains.xrpl.effects import read
from walletcore.chains.xrpl.reading import Reading, units
from walletcore.effects import Approve, Authority, Call, Fee, Opaque, Transfer
from walletcore.errors import GuardRefused, TransactionError
from walletcore.signers.guard import guard
from walletcore.signers.local import LocalSigner
from walletcore.signers.rules import limit, max_fee, no_authority_change, no_statements, only_assets, only_to
from walletcore.signing import sign

CASES = json.loads((Path(__file__).parent / "transactions.json").read_text())["cases"]
PSEUDO = ("EnableAmendment", "SetFee", "UNLModify")
KINDS = sorted({case["fields"]["TransactionType"] for case in CASES})
USD = {"currency": "USD", "issuer": "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"}
OWN = MAIN.address(key(1).public_key).text
TO = "rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe"


def of(kind: str) -> Iterator[JSON]:
    return (case for case in CASES if case["fields"]["TransactionType"] == kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_transaction_does(kind: str) -> None:
    for case in of(kind):
        made = Transaction.of(MAIN, case["fields"])
        assert [str(effect) for effect in made.effects()] == case["effects"]
        found: Any = MAIN.decode_transaction(made.raw)
        assert found.effects() == made.effects()


def test_every_type_of_the_definitions_has_an_effect_of_its_own() -> None:
    assert {*KINDS, *PSEUDO} == definitions().codes["TransactionType"].keys()
    for kind in definitions().codes["TransactionType"]:
        effects = read(MAIN, {"TransactionType": kind, "Account": OWN, "Fee": "1"})
        assert not any("not known here" in str(effect) for effect in effects), kind
        assert type(effects[-1]) is Fee


@pytest.mark.parametrize("kind", PSEUDO)
def test_transactions_that_only_the_network_makes_are_opaque(kind: str) -> None:
    assert type(read(MAIN, {"TransactionType": kind, "Account": OWN, "Fee": "0"})[0]) is Opaque


def test_an_unknown_type_is_opaque() -> None:
    fields = {"TransactionType": "NewThing", "Account": OWN, "Fee": "1"}
    assert [type(effect) for effect in read(MAIN, fields)] == [Opaque, Fee]


# -- amounts and names


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", 0),
        ("100000000000000000", 10**17),
        ({"value": "7", "mpt_issuance_id": "00" * 24}, 7),
        ({"value": "1", **USD}, 10**15),
        ({"value": "0", **USD}, 0),
        ({"value": "0.000000000000001", **USD}, 1),
        ({"value": "0.0000000000000011", **USD}, 2),  # never less than what moves
        ({"value": "9999999999999999e80", **USD}, 9999999999999999 * 10**95),
        ({"value": "1000000000000000e-96", **USD}, 1),
        ({"value": "-1", **USD}, None),
    ],
)
def test_issued_tokens_are_counted_in_units_of_ten_to_the_minus_15(amount: Any, expected: int | None) -> None:
    assert units(amount) == expected


def test_a_pool_is_named_by_the_id_that_the_ledger_gives_it() -> None:
    """xrpl.org, "AMM" (ledger entries): its example."""
    sides = {"currency": "NEX", "issuer": "rQGiPFWhaTDdue1xHX7cVpxGqPQK54zng1"}, {"currency": "XRP"}
    for one, other in (sides, sides[::-1]):
        reading = Reading(chain=MAIN, fields={"Asset": one, "Asset2": other})
        assert reading.pool == "xrpl:0:F490627BACE2D0AA744514A640B4999D50E495DD1677550D8B10E2D20FBB15C3"


@pytest.mark.parametrize(
    ("asset", "name"),
    [  # ChainAgnostic/namespaces, xrpl/caip19, "Test Cases"
        ("5", "xrpl:0/slip44:144"),
        ({"currency": "USD", "issuer": "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"}, f"xrpl:0/token:USD.{USD['issuer']}"),
        (
            {
                "currency": "534F4C4F00000000000000000000000000000000",
                "issuer": "rsoLo2S1kiGeCcn6hCUXVrCpGMWLrRrLZz",
            },
            "xrpl:0/token:534F4C4F00000000000000000000000000000000.rsoLo2S1kiGeCcn6hCUXVrCpGMWLrRrLZz",
        ),
        (
            {
                "currency": "039C99CD9AB0B70B32ECDA51EAAE471625608EA2",
                "issuer": "rE54zDvgnghAoPopCgvtiqWNq3dU5y836S",
            },
            "xrpl:0/xls30:039C99CD9AB0B70B32ECDA51EAAE471625608EA2.rE54zDvgnghAoPopCgvtiqWNq3dU5y836S",
        ),
        ({"currency": "$?|", "issuer": USD["issuer"]}, f"xrpl:0/token:%24%3F%7C.{USD['issuer']}"),
        ({"currency": "03A", "issuer": USD["issuer"]}, f"xrpl:0/token:03A.{USD['issuer']}"),
    ],
)
def test_assets_are_named_as_caip19_says(asset: Any, name: str) -> None:
    assert Reading(chain=MAIN, fields={}).asset(asset) == name
    only_assets(name)


def test_times_are_told_as_unix_times() -> None:
    fields = payment(TransactionType="CheckCreate", SendMax="5", Expiration=570113521)
    del fields["Amount"]
    approve = Transaction.of(MAIN, fields).effects()[0]
    assert approve == Approve(
        asset=MAIN.asset, amount=5, spender=f"xrpl:0:{TO}", source=f"xrpl:0:{OWN}", until=570113521 + EPOCH
    )


# -- what cannot be read


@pytest.mark.parametrize(
    "inner",
    [
        {"TransactionType": "Payment"},
        {"TransactionType": "Payment", "Account": OWN},
        {"TransactionType": "PaymentChannelFund", "Account": OWN, "Amount": "5"},
        {"TransactionType": "OfferCreate", "Account": OWN, "TakerPays": "5"},
        {"TransactionType": "AMMVote", "Account": OWN},
        {"TransactionType": "NFTokenBurn", "Account": OWN},
        {"TransactionType": "MPTokenAuthorize", "Account": OWN},
        {"TransactionType": "XChainCommit", "Account": OWN, "Amount": "5"},
        {"TransactionType": "SignerListSet", "Account": OWN, "SignerQuorum": 1, "SignerEntries": [{"Memo": {}}]},
        {"TransactionType": "Batch", "Account": OWN},
        {},
    ],
)
def test_inner_transactions_that_lack_what_they_need_are_opaque(inner: JSON) -> None:
    fields = {"TransactionType": "Batch", "Account": OWN, "Fee": "1", "RawTransactions": [{"RawTransaction": inner}]}
    effects = read(MAIN, fields)
    assert Opaque in {type(effect) for effect in effects}
    assert type(effects[-1]) is Fee


@pytest.mark.parametrize("memo", [{"Account": OWN}, {"MemoData": "00", "Fee": "1"}, {}])
def test_memos_of_another_form_are_opaque(memo: JSON) -> None:
    effects = read(MAIN, payment(Memos=[{"Memo": memo}]))
    assert type(effects[1]) is Opaque


def test_more_than_a_ledger_takes_is_one_opaque_effect() -> None:
    for size, number in ((1000, 1), (3, 300)):
        memos = [{"Memo": {"MemoData": "61" * size}}] * number
        effects = read(MAIN, payment(Memos=memos))
        assert [type(each).__name__ for each in effects] == [
            "Transfer",
            "Statement" if number == 1 else "Opaque",
            "Fee",
        ]


SPONSOR = "rsA2LpzuawewSBQXkiju3YQTMzW13pAAdW"


@pytest.mark.parametrize(
    ("named", "known", "pays"),
    [
        ({"Sponsor": SPONSOR, "SponsorFlags": 0}, f"the sponsor xrpl:0:{SPONSOR} with the flags 0", OWN),
        ({"Sponsor": SPONSOR, "SponsorFlags": 4}, f"the sponsor xrpl:0:{SPONSOR} with the flags 4", OWN),
        ({"Sponsor": SPONSOR, "SponsorFlags": 7}, f"the sponsor xrpl:0:{SPONSOR} with the flags 7", SPONSOR),
        ({"Sponsor": SPONSOR, "SponsorFlags": 1 << 31}, f"the sponsor xrpl:0:{SPONSOR} with the flags {1 << 31}", OWN),
        ({"Sponsor": SPONSOR}, f"the sponsor xrpl:0:{SPONSOR} with the flags None", OWN),
        ({"SponsorFlags": 1}, "no sponsor with the flags 1", OWN),
        ({"SponsorFlags": 2}, "no sponsor with the flags 2", OWN),
    ],
)
def test_a_sponsor_of_nothing_that_has_a_name_is_not_understood(named: JSON, known: str, pays: str) -> None:
    transfer, opaque, fee = read(MAIN, payment(**named))
    assert isinstance(transfer, Transfer)
    assert opaque == Opaque(why=f"Payment: {known}")
    assert isinstance(fee, Fee)
    assert fee.payer == f"xrpl:0:{pays}"


def test_a_sponsor_of_what_is_in_a_batch_is_bound_as_well() -> None:
    inner = payment(Fee="0", Sponsor=SPONSOR, SponsorFlags=2, SponsorSignature={}, Flags=0x40000000)
    fields = {"TransactionType": "Batch", "Account": OWN, "Fee": "40", "RawTransactions": [{"RawTransaction": inner}]}
    told = [effect for effect in read(MAIN, fields) if isinstance(effect, Authority)]
    assert [effect.account for effect in told] == [f"xrpl:0:{SPONSOR}"]


def test_an_offer_may_cost_its_owner_what_an_issuer_charges() -> None:
    """rippled, View.cpp, rippleSendIOU and rippleSendMPT: the sender pays the transfer fee on top, not its issuer."""
    issued = {"currency": "USD", "issuer": TO, "value": "1"}
    token = {"mpt_issuance_id": "00000001" + decode_classic(TO).hex().upper(), "value": "5"}
    own = {"mpt_issuance_id": "00000001" + decode_classic(OWN).hex().upper(), "value": "5"}
    for gets, amount in ((issued, 2 * 10**15), (issued | {"issuer": OWN}, 10**15), (token, 10), (own, 5), ("5", 5)):
        fields = {"TransactionType": "OfferCreate", "Account": OWN, "Fee": "1", "TakerGets": gets, "TakerPays": "1"}
        (offered,) = (each for each in read(MAIN, fields) if isinstance(each, Approve))
        assert offered.amount == amount


def test_a_pool_of_a_multi_purpose_token_is_told_in_words() -> None:
    amount = {"value": "5", "mpt_issuance_id": "00" * 23 + "01"}
    fields = payment(TransactionType="AMMCreate", Amount=amount, Amount2="7", TradingFee=1)
    transfer, other, call, _ = read(MAIN, fields)
    assert isinstance(transfer, Transfer)
    assert isinstance(other, Transfer)
    assert isinstance(call, Call)
    assert (transfer.destination, other.destination, call.target) == ("the pool", "the pool", f"xrpl:0:{OWN}")


# -- guards


def signed(fields: JSON, *rules: Any, **options: Any) -> None:
    own = key(1)
    transaction = Transaction.of(MAIN, fields, signer=own.public_key)
    sign(transaction, guard(LocalSigner(own), *rules, **options))


def routed(**more: Any) -> JSON:
    return payment(Amount={"value": "10", **USD}, SendMax={"value": "10", **USD}, **more)


def test_a_limit_bounds_xrp_and_tokens() -> None:
    token = f"xrpl:0/token:USD.{USD['issuer']}"
    signed(payment(), limit(MAIN.asset, per_transaction=1_000_012))
    signed(routed(), limit(token, per_transaction=10 * 10**15), max_fee({MAIN.asset: 12}), only_to([f"xrpl:0:{TO}"]))
    for fields, rule in (
        (payment(), limit(MAIN.asset, per_transaction=1_000_011)),
        (routed(), limit(token, per_transaction=10 * 10**15 - 1)),
        (payment(), only_to([f"xrpl:0:{OWN}"])),
        (routed(), only_assets(MAIN.asset)),
        (payment(), max_fee({MAIN.asset: 11})),
    ):
        with pytest.raises(GuardRefused):
            signed(fields, rule)


def test_a_limit_in_a_token_counts_what_an_own_name_may_draw() -> None:
    """SendMax of the sender's own name is paid with whatever tokens the paths lead to."""
    other = "rsA2LpzuawewSBQXkiju3YQTMzW13pAAdW"
    drawn = {"value": "500", "currency": "USD", "issuer": OWN}
    fields = payment(Amount="5", SendMax=drawn, Paths=[[{"account": other}, {"currency": "XRP"}]])
    with pytest.raises(GuardRefused):
        signed(fields, limit(f"xrpl:0/token:USD.{other}", per_transaction=499 * 10**15))
    signed(fields, limit(f"xrpl:0/token:USD.{other}", per_transaction=500 * 10**15))


def test_no_limit_takes_a_reserve_that_is_held_for_others() -> None:
    """The bytes do not say how much XRP is bound, nor until when."""
    bound = (
        payment(Sponsor=SPONSOR, SponsorFlags=2),
        payment(Sponsor=SPONSOR, SponsorFlags=3),
        payment(Flags=0x80000),
    )
    rules = (limit(MAIN.asset, per_transaction=10**17), only_to([f"xrpl:0:{TO}"]), no_authority_change())
    for rule in rules:
        signed(payment(Sponsor=SPONSOR, SponsorFlags=1), rule)
        for fields in bound:
            with pytest.raises(GuardRefused):
                signed(fields, rule)


def test_XR3_partial_payments_pass_no_limit_in_what_they_deliver() -> None:
    fields = routed(Flags=0x20000)
    signed(fields, only_to([f"xrpl:0:{TO}"]))
    with pytest.raises(GuardRefused, match="not known"):
        signed(fields, limit(f"xrpl:0/token:USD.{USD['issuer']}", per_transaction=10**30))


@pytest.mark.parametrize("kind", ["SetRegularKey", "SignerListSet", "AccountDelete", "DelegateSet"])
def test_XR3_whatever_changes_who_controls_an_account_is_an_authority(kind: str) -> None:
    for case in of(kind):
        fields = {**case["fields"], "Account": OWN}
        assert Authority in {type(effect) for effect in Transaction.of(MAIN, fields).effects()}
        for rule in (no_authority_change(), limit(MAIN.asset, per_transaction=10**17), only_assets(MAIN.asset)):
            with pytest.raises(GuardRefused):
                signed(fields, rule)


def test_XR3_a_deleted_account_gives_all_its_xrp() -> None:
    fields = payment(TransactionType="AccountDelete", DestinationTag=4)
    del fields["Amount"]
    effects = Transaction.of(MAIN, fields).effects()
    expected = Transfer(asset=MAIN.asset, amount=None, source=f"xrpl:0:{OWN}", destination=f"xrpl:0:{TO}", tag=4)
    assert effects[0] == expected


def test_memos_are_statements_that_a_rule_may_admit() -> None:
    fields = payment(Memos=[{"Memo": {"MemoData": b"hello".hex()}}])
    signed(fields, no_statements(memos=True))
    with pytest.raises(GuardRefused):
        signed(fields, no_statements())
    with pytest.raises(GuardRefused):
        signed(payment(Memos=[{"Memo": {"MemoData": "FF"}}]))


def test_offers_whose_terms_are_in_the_ledger_pass_no_guard() -> None:
    fields = payment(TransactionType="NFTokenAcceptOffer", NFTokenSellOffer="00" * 32)
    del fields["Amount"], fields["Destination"]
    with pytest.raises(GuardRefused):
        signed(fields)
    signed(fields, allow_opaque=True)


def test_a_typed_payment_passes_a_guard() -> None:
    own = key(1)
    made = Payment(
        chain=MAIN,
        signer=own.public_key,
        account=MAIN.address(own.public_key),
        destination=MAIN.parse_address(TO),
        amount=5,
        fee=12,
        sequence=1,
    )
    assert sign(made, guard(LocalSigner(own), limit(MAIN.asset, per_transaction=17))).transaction == made


STRANGE: dict[str, JSON] = {
    "a trust line in a multi-purpose token": {
        "TransactionType": "TrustSet",
        "LimitAmount": {"mpt_issuance_id": "00" * 24, "value": "1"},
    },
    "an object in an array where it does not belong": {
        "TransactionType": "AccountSet",
        "Memos": [{"SignerEntry": {"BaseAsset": "80" + "A7" * 19}}],
    },
    "an empty object in an array": {"TransactionType": "AccountSet", "Memos": [{"Permission": {}}]},
    "a number in hex where it does not belong": {
        "TransactionType": "AccountSet",
        "Memos": [{"Permission": {"ReferenceCount": "00000C58714A3F49"}}],
    },
}


@pytest.mark.parametrize("name", STRANGE)
def test_fields_that_no_ledger_takes_are_read_and_told_as_not_understood(name: str) -> None:
    """Random fields, beside xrpl-py and xrpl.js, have shown each of them."""
    common = {"Account": "rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH", "Fee": "12", "Sequence": 1}
    raw = codec.encode({**common, **STRANGE[name]})
    made = MAIN.decode_transaction(raw)
    assert isinstance(made, Transaction)
    assert made.raw == raw
    assert Opaque in {type(effect) for effect in made.effects()}


def test_fields_without_a_type_are_no_transaction() -> None:
    with pytest.raises(TransactionError):
        MAIN.decode_transaction(codec.encode({"Fee": "12", "Sequence": 1}))
