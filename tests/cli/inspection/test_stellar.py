"""What `inspect` and drafts say of Stellar."""

import json
from dataclasses import replace
from typing import Any

import pytest

from support.commands import PHRASE
from support.stellar import holder
from walletcore import Wallet, chain
from walletcore.chains import chains
from walletcore.chains.stellar import (
    ChangeTrust,
    FeeBumpTransaction,
    IssuedAsset,
    MemoId,
    MemoText,
    NativeAsset,
    Payment,
    PoolParameters,
    Preconditions,
    StellarChain,
    TimeBounds,
    Transaction,
)
from walletcore.cli.drafts import parse
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.recognition import recognise
from walletcore.errors import DecodingError, TransactionError
from walletcore.signing import sign

WALLET = Wallet.from_mnemonic(PHRASE)
STELLAR = chain("stellar", StellarChain)
ALICE = holder(b"\1" * 32)
ME, YOU = STELLAR.address(ALICE.public_key), STELLAR.address(holder(b"\2" * 32).public_key)
MINE = WALLET.address(STELLAR)
PAY = Payment(destination=YOU, asset=NativeAsset(), amount=10**9)


def payment(**changes: Any) -> Transaction:
    given: dict[str, Any] = {"chain": STELLAR, "source": ME, "fee": 100, "sequence": 7, "operations": (PAY,)}
    return Transaction(**{**given, "conditions": TimeBounds(max_time=9), **changes})


def only(text: str) -> Finding:
    (finding,) = recognise(text, chains())
    return finding


def codes(transaction: Any) -> set[str]:
    return {each.code for each in only(sign(transaction, ALICE, holder(b"\2" * 32)).raw.hex()).odd}


def test_a_signed_transaction_is_of_one_network_and_an_unsigned_one_of_any() -> None:
    finding = only(sign(payment(), ALICE).raw.hex())
    assert (finding.what, finding.chains) == ("signed transaction", ("stellar",))
    assert dict(finding.facts)["signed by"] == ME.text
    assert finding.effects == payment().effects()
    unsigned = only(payment().raw.hex())
    assert unsigned.what == "unsigned transaction"
    assert set(unsigned.chains) == {row.name for row in chains() if isinstance(row, StellarChain)}
    assert "network-open" in {each.code for each in unsigned.odd}
    assert only(payment().payload.hex()).chains == ("stellar",)  # what devices sign names the network


def test_a_usual_transaction_has_nothing_odd() -> None:
    assert codes(payment()) == set()
    assert codes(FeeBumpTransaction.of(sign(payment(), ALICE), fee_source=YOU, fee=200)) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fee": 99}, "low-fee"),
        ({"conditions": None}, "no-end"),
        ({"conditions": TimeBounds(min_time=1)}, "no-end"),
        ({"conditions": Preconditions()}, "no-end"),
        ({"conditions": TimeBounds(min_time=9, max_time=8)}, "expired"),
        ({"conditions": Preconditions(time_bounds=TimeBounds(max_time=9), min_sequence=1)}, "sequence-open"),
        ({"operations": (replace(PAY, destination=STELLAR.account(bytes(32))),)}, "no-key"),
        (
            {"operations": (replace(PAY, destination=STELLAR.account(YOU.payload, 1)),), "memo": MemoId(id=2)},
            "two-tags",
        ),
    ],
)
def test_what_a_careful_person_wants_to_be_told(changes: dict[str, Any], code: str) -> None:
    assert code in codes(payment(**changes))


def test_a_fee_bump_of_too_little_is_told() -> None:
    assert "low-fee" in codes(FeeBumpTransaction.of(sign(payment(), ALICE), fee_source=YOU, fee=199))


def test_addresses_are_of_all_networks_with_their_tag() -> None:
    muxed = only(STELLAR.account(YOU.payload, 77).text)
    assert (muxed.what, dict(muxed.facts)["tag"], dict(muxed.facts)["kind"]) == ("address", "77", "muxed")
    assert "tag" not in dict(only(YOU.text).facts)
    assert {each.code for each in only(STELLAR.account(bytes(32)).text).odd} == {"no-key"}
    assert {each.code for each in only(STELLAR.contract(bytes(32)).text).odd} == set()


def test_a_seed_is_a_secret_with_an_account() -> None:
    """SEP-0005, Test 1."""
    finding = only("SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN")
    assert finding.what == "private key (seed)"
    assert finding.derived[0][3] == "GDRXE2BQUC3AZNPVFSCEZ76NJ3WWL25FYFK6RGZGIEKWE4SOOHSUJUJ6"
    assert {each.code for each in finding.odd} == {"secret"}
    with pytest.raises(DecodingError):
        recognise("SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMA", chains())


# Drafts


def drafted(**members: Any) -> Transaction:
    given = {"chain": "stellar", "fee": 100, "sequence": "7", "operations": [PAYMENT], **members}
    subject, _ = parse(json.dumps(given)).build(WALLET)
    assert isinstance(subject, Transaction)
    return subject


PAYMENT = {"payment": {"destination": YOU.text, "asset": "native", "amount": 1_000_000_000}}


def test_a_draft_is_a_transaction_of_the_wallets_key() -> None:
    made = drafted(memo={"text": "hello"}, time_bounds={"max": 9})
    expected = Transaction(
        chain=STELLAR,
        source=MINE,
        fee=100,
        sequence=7,
        operations=(PAY,),
        memo=MemoText(text=b"hello"),
        conditions=TimeBounds(max_time=9),
    )
    assert made == expected
    (request,) = made.requests()
    assert request.origin == WALLET.origin(STELLAR)
    assert sign(made, *WALLET.signers_for(made)).raw == sign(expected, WALLET.signer(STELLAR)).raw


def test_a_draft_may_act_for_another_account() -> None:
    made = drafted(source=YOU.text, **{"from": {"account": 1}})
    assert made.source == YOU
    assert [request.key for request in made.requests()] == [WALLET.public_key(STELLAR, account=1)]


def test_a_draft_has_assets_of_issuers_and_pools() -> None:
    usd = f"USD:{YOU.text}"
    (made,) = drafted(operations=[{"change_trust": {"pool": ["native", usd]}}]).operations
    pool = PoolParameters(asset_a=NativeAsset(), asset_b=IssuedAsset(code="USD", issuer=YOU))
    assert made == ChangeTrust(line=pool)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"operations": [{}]}, "expected one of create_account"),
        ({"operations": [{"payment": {"destination": YOU.text, "asset": "native"}}]}, "payment.amount is missing"),
        ({"operations": [{"payment": {**PAYMENT["payment"], "asset": "XLM"}}]}, "expected native"),
        ({"operations": [{"payment": {**PAYMENT["payment"], "asset": "USD:G"}}]}, "issuer of USD"),
        ({"operations": [{"payment": {**PAYMENT["payment"], "memo": 1}}]}, "nothing is known"),
        ({"operations": [{**PAYMENT, "inflation": {}}]}, "nothing is known"),
        ({"operations": [{"change_trust": {"pool": ["native"]}}]}, "two assets"),
        (
            {
                "operations": [
                    {"manage_sell_offer": {"selling": "native", "buying": "native", "amount": 1, "price": "1.5"}}
                ]
            },
            "3/4",
        ),
        ({"memo": {"number": 7}}, "memo.hash is missing"),
        ({"memo": {"text": "x" * 29}}, "at most 28"),
        ({"preconditions": {"extra": []}}, "nothing is known"),
        ({"fee": 1 << 32}, "fee: expected a number"),
    ],
)
def test_a_wrong_draft_is_refused_where_it_is_wrong(members: dict[str, Any], words: str) -> None:
    with pytest.raises(TransactionError, match=words):
        drafted(**members)


def test_predicates_nest_no_deeper_than_nodes_allow() -> None:
    deep: dict[str, Any] = {}
    for _ in range(4):
        deep = {"not": deep}
    claim = {"asset": "native", "amount": 1, "claimants": [{"destination": YOU.text, "predicate": deep}]}
    with pytest.raises(TransactionError) as caught:
        drafted(operations=[{"create_claimable_balance": claim}])
    assert caught.value.reason == "too-deep"
