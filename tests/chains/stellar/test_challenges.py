"""SEP-10 and SEP-45: challenges made, checked, answered and verified, and each thing that may be wrong with them."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from support.stellar_contracts import ALICE, BOB, ME, PUBNET, TESTNET, TOKEN, YOU, signer
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.stellar import (
    AuthorizationEntry,
    Challenge,
    ContractChallenge,
    Delegate,
    Invocation,
    MemoId,
    MemoText,
    NativeAsset,
    Payment,
    Preconditions,
    SCAddress,
    SignerKey,
    StellarChain,
    TimeBounds,
    Transaction,
    scval,
)
from walletcore.chains.stellar.authorization import entries
from walletcore.chains.stellar.fee_bump import FeeBumpTransaction
from walletcore.chains.stellar.operations import ManageData
from walletcore.coding.strkey import Strkey
from walletcore.effects import Fee, Opaque, Statement
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.signers.guard import guard
from walletcore.signing import sign

SERVER, WALLET = signer(b"\x33" * 32), signer(b"\x44" * 32)
SERVICE, DOMAIN = PUBNET.address(SERVER.public_key), PUBNET.address(WALLET.public_key)
NOW, NONCE = 1_700_000_000, bytes(range(48))


def made(**changes: Any) -> Challenge:
    fields: dict[str, Any] = {
        "chain": PUBNET,
        "server": SERVICE,
        "client": ME,
        "home_domain": "example.com",
        "web_auth_domain": "auth.example.com",
        "now": NOW,
        "nonce": NONCE,
    }
    return Challenge.make(**{**fields, **changes})


def read(raw: bytes, **changes: Any) -> Challenge:
    fields: dict[str, Any] = {
        "server": SERVICE,
        "home_domains": ["example.com"],
        "web_auth_domain": "auth.example.com",
        "now": NOW,
    }
    return Challenge.read(PUBNET, raw, **{**fields, **changes})


def sent(**changes: Any) -> bytes:
    return sign(made(**changes).transaction, SERVER).raw


def spoilt(**changes: Any) -> bytes:
    """A challenge with other fields, which the server has signed all the same."""
    return sign(replace(made().transaction, **changes), SERVER).raw


@vectors("stellar/challenges", operation="challenge.read")
def test_published_challenges_are_read(case: Case) -> None:
    network = chain(case.input["chain"], StellarChain)
    found = Challenge.read(
        network,
        bytes.fromhex(case.input["raw"]),
        server=network.parse_address(case.input["server"]),
        home_domains=case.input["home_domains"],
        web_auth_domain=case.input["web_auth_domain"],
        now=case.input["now"],
    )
    assert (found.client.text, found.home_domain) == (case.expect["client"], case.expect["home_domain"])
    if not case.expect["signed"]:
        with pytest.raises(MissingSignature):
            found.verify_master()
        return
    found.verify_master()
    keys = {PublicKey(Curve.ED25519, network.parse_address(each).payload): 1 for each in case.expect["signed"]}
    assert found.verify(keys) == tuple(keys)


def test_a_challenge_goes_to_and_fro() -> None:
    challenge = read(sent(memo=7))
    assert (challenge.client, challenge.memo, challenge.nonce) == (ME, 7, NONCE)
    answered = read(challenge.respond(ALICE).raw, signers=[ALICE.public_key, BOB.public_key])
    assert answered.verify({ALICE.public_key: 1, BOB.public_key: 1}) == (ALICE.public_key,)
    answered.verify_master()
    with pytest.raises(MissingSignature):
        challenge.verify_master()
    with pytest.raises(MissingSignature):
        answered.verify({ALICE.public_key: 1}, threshold=2)


def test_several_signers_reach_a_threshold() -> None:
    challenge = read(sent(), signers=[ALICE.public_key, BOB.public_key])
    answered = read(challenge.respond(ALICE, BOB).raw)
    weights = {ALICE.public_key: 1, BOB.public_key: 2}
    assert set(answered.verify(weights, threshold=3)) == set(weights)
    with pytest.raises(MissingSignature):
        answered.verify(weights, threshold=4)
    with pytest.raises(InvalidSignature, match="others than its signers"):
        answered.verify({ALICE.public_key: 5})
    with pytest.raises(TransactionError):
        answered.verify(weights, threshold=0)


def test_the_server_does_not_vouch_for_a_client_whose_signer_it_is() -> None:
    challenge = read(sent())
    with pytest.raises(MissingSignature):
        challenge.verify({SERVER.public_key: 255})


def test_the_domain_of_a_client_signs_too() -> None:
    raw = sent(client_domain="wallet.example", client_domain_account=DOMAIN)
    challenge = read(raw, signers=[ALICE.public_key, WALLET.public_key])
    assert (challenge.client_domain, challenge.client_domain_account) == ("wallet.example", DOMAIN)
    read(challenge.respond(ALICE, WALLET).raw).verify_master()
    alone = read(raw).respond(ALICE).raw
    with pytest.raises(MissingSignature, match="domain"):
        read(alone).verify_master()


def test_a_muxed_account_answers_by_the_key_of_its_account() -> None:
    client = PUBNET.account(ME.payload, 77)
    challenge = read(sent(client=client))
    assert challenge.client == client
    read(challenge.respond(ALICE).raw).verify_master()


def test_each_challenge_has_a_nonce_of_its_own() -> None:
    assert made(nonce=None).nonce != made(nonce=None).nonce
    assert len(made(nonce=None).nonce) == 48


def test_a_challenge_is_told_as_a_sign_in_and_never_as_a_payment() -> None:
    told = made(client_domain="wallet.example", client_domain_account=DOMAIN).transaction.effects()
    (statement,) = told
    assert isinstance(statement, Statement)
    assert statement.text.startswith(f"{ME.text} signs in at example.com")
    assert "web_auth_domain=b'auth.example.com'" in statement.text
    assert "client_domain=b'wallet.example'" in statement.text
    for other in (
        replace(made().transaction, sequence=1),
        replace(made().transaction, operations=(*made().transaction.operations, PAYMENT)),
        replace(made().transaction, operations=made().transaction.operations[1:]),
    ):
        assert any(isinstance(each, Fee) for each in other.effects())


def test_a_guard_rebuilds_a_challenge() -> None:
    challenge = read(sent())
    assert challenge.respond(guard(ALICE)).raw == challenge.respond(ALICE).raw


FIRST: Any
SECOND: Any
FIRST, SECOND = made().transaction.operations
PAYMENT = Payment(destination=YOU, asset=NativeAsset(), amount=1)
BOUNDS = TimeBounds(min_time=NOW, max_time=NOW + 900)
DATA = base64.b64encode(NONCE)


def operations(*given: Any) -> dict[str, Any]:
    return {"operations": given}


HIDDEN = Preconditions(  # a payload may be the hash of a transaction
    time_bounds=TimeBounds(min_time=NOW, max_time=NOW + 900),
    extra_signers=(SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=ME.payload, payload=b"\1" * 32),),
)
WRONG: list[tuple[str, Any, dict[str, Any], str]] = [
    ("a_sequence_that_could_be_sent", lambda: spoilt(sequence=1), {}, "policy"),
    ("another_source", lambda: spoilt(source=ME), {}, "mismatch"),
    ("a_muxed_source", lambda: spoilt(source=PUBNET.account(SERVICE.payload, 1)), {}, "mismatch"),
    ("no_time_bounds", lambda: spoilt(conditions=None), {}, "policy"),
    ("no_end", lambda: spoilt(conditions=TimeBounds(min_time=NOW)), {}, "missing"),
    ("conditions_without_a_time", lambda: spoilt(conditions=Preconditions(min_sequence_age=1)), {}, "policy"),
    (
        "a_payload_that_the_client_signs_beside_it",
        lambda: sign(replace(made().transaction, conditions=HIDDEN), SERVER, ALICE).raw,
        {},
        "policy",
    ),
    ("bounds_that_are_too_wide", lambda: sent(timeout=86_401), {}, "policy"),
    ("bounds_wider_than_asked", lambda: sent(timeout=901), {"longest": 900}, "policy"),
    ("expired", sent, {"now": NOW + 901}, "range"),
    ("not_yet_valid", sent, {"now": NOW - 301}, "range"),
    ("not_yet_valid_without_grace", sent, {"now": NOW - 1, "grace": 0}, "range"),
    ("another_home_domain", sent, {"home_domains": ["example.org"]}, "mismatch"),
    ("a_part_of_a_home_domain", sent, {"home_domains": ["example.co", "xample.com"]}, "mismatch"),
    ("home_domains_as_text", sent, {"home_domains": "example.com"}, "type"),
    ("no_home_domain", sent, {"home_domains": []}, "type"),
    ("another_web_auth_domain", sent, {"web_auth_domain": "auth.example.org"}, "mismatch"),
    ("another_server", sent, {"server": YOU}, "mismatch"),
    ("a_muxed_server", sent, {"server": PUBNET.account(SERVICE.payload, 1)}, "type"),
    ("a_server_as_text", sent, {"server": SERVICE.text}, "type"),
    ("a_payment_first", lambda: spoilt(**operations(PAYMENT, SECOND)), {}, "type"),
    ("a_payment_behind", lambda: spoilt(**operations(FIRST, SECOND, PAYMENT)), {}, "type"),
    ("no_client", lambda: spoilt(**operations(replace(FIRST, source=None), SECOND)), {}, "missing"),
    ("no_account_behind", lambda: spoilt(**operations(FIRST, replace(SECOND, source=None))), {}, "missing"),
    ("an_operation_of_the_client", lambda: spoilt(**operations(FIRST, replace(SECOND, source=ME))), {}, "policy"),
    ("no_nonce", lambda: spoilt(**operations(replace(FIRST, value=None), SECOND)), {}, "length"),
    ("a_short_nonce", lambda: spoilt(**operations(replace(FIRST, value=DATA[:-1]), SECOND)), {}, "length"),
    ("a_nonce_of_47_bytes", lambda: spoilt(**operations(replace(FIRST, value=DATA[:-1] + b"="), SECOND)), {}, "length"),
    ("a_nonce_that_is_no_base64", lambda: spoilt(**operations(replace(FIRST, value=b"!" * 64), SECOND)), {}, "length"),
    ("a_text_as_memo", lambda: spoilt(memo=MemoText(text=b"7")), {}, "type"),
    (
        "a_memo_for_a_muxed_account",
        lambda: spoilt(memo=MemoId(id=7), **operations(replace(FIRST, source=PUBNET.account(ME.payload, 1)), SECOND)),
        {},
        "ambiguous",
    ),
    (
        "two_domains_of_a_client",
        lambda: spoilt(**operations(FIRST, *[ManageData(source=DOMAIN, name="client_domain", value=b"a")] * 2)),
        {},
        "duplicate",
    ),
    (
        "a_domain_of_a_client_that_is_no_ascii",
        lambda: spoilt(**operations(FIRST, ManageData(source=DOMAIN, name="client_domain", value=b"\xff"))),
        {},
        "character",
    ),
    ("no_envelope", lambda: b"", {}, "truncated"),
    ("E16_a_byte_behind", lambda: sent() + b"\0", {}, "trailing"),
    ("a_time_as_float", sent, {"now": 1.7e9}, "range"),
]


@pytest.mark.parametrize(("raw", "changes", "reason"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_no_challenge_is_refused(raw: Any, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        read(raw(), **changes)
    assert (type(caught.value), caught.value.reason) == (TransactionError, reason)


def test_a_payload_that_is_signed_beside_a_challenge_is_told() -> None:
    transaction = replace(made().transaction, conditions=HIDDEN)
    assert [type(each) for each in transaction.effects()] == [Statement, Opaque]
    payload = HIDDEN.extra_signers[0]
    beside = replace(made().transaction, payload_signers=(payload,))
    assert [type(each) for each in beside.effects()] == [Statement, Opaque]


def test_a_fee_bump_is_no_challenge() -> None:
    bump = FeeBumpTransaction.of(sign(made().transaction, SERVER), fee_source=SERVICE, fee=10_000)
    with pytest.raises(TransactionError):
        read(sign(bump, SERVER).raw)


def test_a_challenge_that_its_server_has_not_signed_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        read(made().transaction.raw)
    with pytest.raises(InvalidSignature):
        read(sign(replace(made().transaction, signers=((ALICE.public_key, None),)), ALICE).raw)
    elsewhere = Challenge.make(
        chain=TESTNET,
        server=TESTNET.account(SERVICE.payload),
        client=TESTNET.account(ME.payload),
        home_domain="example.com",
        web_auth_domain="auth.example.com",
        now=NOW,
    )
    with pytest.raises(InvalidSignature):
        read(sign(elsewhere.transaction, SERVER).raw)


MAKING: list[tuple[str, dict[str, Any]]] = [
    ("a_client_of_another_network", {"client": TESTNET.account(ME.payload)}),
    ("a_contract", {"client": PUBNET.contract(bytes(32))}),
    ("a_short_nonce", {"nonce": bytes(47)}),
    ("a_domain_of_60_characters", {"home_domain": "a" * 60}),
    ("no_domain", {"home_domain": ""}),
    ("a_domain_with_a_line", {"home_domain": "a\nb"}),
    ("a_domain_in_unicode", {"web_auth_domain": "ä.example"}),
    ("a_client_domain_without_account", {"client_domain": "wallet.example"}),
    ("an_account_without_client_domain", {"client_domain_account": DOMAIN}),
    ("a_memo_above_64_bits", {"memo": 1 << 64}),
    ("a_memo_for_a_muxed_account", {"memo": 1, "client": PUBNET.account(ME.payload, 1)}),
    ("a_time_below_zero", {"now": -1}),
]


@pytest.mark.parametrize("changes", [row[1] for row in MAKING], ids=[row[0] for row in MAKING])
def test_no_challenge_is_made_of_what_would_be_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        made(**changes)


# Contracts that are accounts (SEP-45)

CONTRACT, CLIENT = PUBNET.parse_address(TOKEN.text), PUBNET.contract(b"\x55" * 32)


def made_45(**changes: Any) -> ContractChallenge:
    fields: dict[str, Any] = {
        "chain": PUBNET,
        "contract": CONTRACT,
        "server": SERVICE,
        "client": CLIENT,
        "home_domain": "example.com",
        "web_auth_domain": "auth.example.com",
        "expiration": 1_000,
        "nonce": NONCE,
    }
    return ContractChallenge.make(**{**fields, **changes})


def read_45(raw: bytes, **changes: Any) -> ContractChallenge:
    fields: dict[str, Any] = {
        "contract": CONTRACT,
        "server": SERVICE,
        "home_domains": ["example.com"],
        "web_auth_domain": "auth.example.com",
    }
    return ContractChallenge.read(PUBNET, raw, **{**fields, **changes})


def sent_45(**changes: Any) -> ContractChallenge:
    challenge = made_45(**changes)
    return challenge.replaced(AuthorizationEntry.decode(PUBNET, sign(challenge.server_authorization, SERVER).raw))


@vectors("stellar/contract-challenges", operation="challenge.read")
def test_published_challenges_of_contracts_are_read(case: Case) -> None:
    network = chain(case.input["chain"], StellarChain)

    def named(name: str) -> Address:
        return network.parse_address(case.input[name])

    raw = bytes.fromhex(case.input["raw"])
    found = ContractChallenge.read(
        network,
        raw,
        contract=named("contract"),
        server=named("server"),
        home_domains=case.input["home_domains"],
        web_auth_domain=case.input["web_auth_domain"],
    )
    assert (found.client.text, found.home_domain) == (case.expect["client"], case.expect["home_domain"])
    assert found.raw == raw


def test_a_contract_answers() -> None:
    challenge = read_45(sent_45().raw)
    assert (challenge.client, challenge.nonce) == (CLIENT, base64.b64encode(NONCE).decode())
    asked = challenge.client_authorization(ALICE.public_key)
    assert all(isinstance(each, Opaque) for each in asked.effects())
    answered = challenge.replaced(AuthorizationEntry.decode(PUBNET, sign(asked, ALICE).raw))
    assert read_45(answered.raw) == answered
    with pytest.raises(InvalidSignature):
        answered.verify(CLIENT)
    with pytest.raises(TransactionError, match="takes no part"):
        answered.verify(ME)


def test_the_domain_of_a_contracts_wallet_signs_too() -> None:
    challenge = read_45(sent_45(client_domain="wallet.example", client_domain_account=DOMAIN).raw)
    assert (challenge.client_domain, challenge.client_domain_account) == ("wallet.example", DOMAIN)
    with pytest.raises(InvalidSignature):
        challenge.verify(DOMAIN)


def with_entries(*given: AuthorizationEntry) -> bytes:
    return entries(PUBNET).encode(given)


def arguments(**changes: Any) -> bytes:
    """The entries of a challenge with other arguments in all of them."""
    challenge = sent_45()
    call: Any = challenge.entries[0].invocation.function
    said = {key.value: value for key, value in call.args[0].value} | changes
    value = scval("map", {scval("symbol", key): each for key, each in said.items() if each is not None})
    tree = Invocation(function=replace(call, args=(value,)))
    return with_entries(*(replace(each, invocation=tree) for each in challenge.entries))


def changed(**changes: Any) -> bytes:
    """The same with another invocation, or other credentials, in all of them."""
    return with_entries(*(replace(each, **changes) for each in sent_45().entries))


FIRST_45, SECOND_45 = sent_45().entries
TREE = FIRST_45.invocation
CALL_45: Any = TREE.function
OTHER_TREE = Invocation(function=replace(CALL_45, function="other"))
TEXT = scval("string", "x")
WRONG_45: list[tuple[str, Any, dict[str, Any], str]] = [
    ("one_entry", lambda: with_entries(FIRST_45), {}, "length"),
    ("four_entries", lambda: with_entries(FIRST_45, SECOND_45, FIRST_45, SECOND_45), {}, "length"),
    ("an_entry_twice", lambda: with_entries(FIRST_45, FIRST_45), {}, "mismatch"),
    ("a_third_who_has_no_part", lambda: with_entries(FIRST_45, SECOND_45, stranger()), {}, "mismatch"),
    ("the_source_account", lambda: changed(credentials=None), {}, "mismatch"),
    ("calls_within", lambda: changed(invocation=replace(TREE, sub_invocations=(TREE,))), {}, "policy"),
    ("another_function", lambda: changed(invocation=OTHER_TREE), {}, "mismatch"),
    (
        "two_calls",
        lambda: with_entries(FIRST_45, replace(SECOND_45, invocation=OTHER_TREE)),
        {},
        "mismatch",
    ),
    ("another_contract", lambda: sent_45().raw, {"contract": CLIENT}, "mismatch"),
    ("another_home_domain", lambda: sent_45().raw, {"home_domains": ["example.org"]}, "mismatch"),
    ("another_web_auth_domain", lambda: sent_45().raw, {"web_auth_domain": "example.org"}, "mismatch"),
    ("another_server", lambda: sent_45().raw, {"server": YOU}, "mismatch"),
    ("no_nonce", lambda: arguments(nonce=None), {}, "unknown"),
    ("an_empty_nonce", lambda: arguments(nonce=scval("string", "")), {}, "missing"),
    ("an_argument_more", lambda: arguments(more=TEXT), {}, "unknown"),
    ("a_number_as_argument", lambda: arguments(nonce=scval("u32", 1)), {}, "type"),
    ("an_argument_that_is_no_text", lambda: arguments(nonce=scval("string", b"\xff")), {}, "character"),
    ("a_domain_without_account", lambda: arguments(client_domain=TEXT), {}, "missing"),
    ("an_account_as_client", lambda: arguments(account=scval("string", ME.text)), {}, "version"),
    ("delegates", lambda: delegated(), {}, "version"),
    ("E16_a_byte_behind", lambda: sent_45().raw + b"\0", {}, "trailing"),
    ("more_than_a_network_allows", lambda: bytes((1 << 20) + 1), {}, "too-large"),
]


def stranger() -> AuthorizationEntry:
    assert FIRST_45.credentials is not None
    return replace(FIRST_45, credentials=replace(FIRST_45.credentials, address=SCAddress.of(YOU)))


def delegated() -> bytes:
    assert FIRST_45.credentials is not None
    delegates = (Delegate(address=SCAddress.of(YOU)),)
    credentials = replace(FIRST_45.credentials, kind="delegates", delegates=delegates)
    return with_entries(replace(FIRST_45, credentials=credentials), SECOND_45)


@pytest.mark.parametrize(("raw", "changes", "reason"), [row[1:] for row in WRONG_45], ids=[row[0] for row in WRONG_45])
def test_what_is_no_challenge_of_a_contract_is_refused(raw: Any, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        read_45(raw(), **changes)
    assert (type(caught.value), caught.value.reason) == (TransactionError, reason)


def test_a_challenge_of_a_contract_that_its_server_has_not_signed_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        read_45(made_45().raw)
    signed = sent_45()
    with pytest.raises(TransactionError):
        signed.replaced(AuthorizationEntry.decode(PUBNET, sign(made_45().server_authorization, SERVER).raw))


MAKING_45: list[dict[str, Any]] = [
    {"client": ME},
    {"nonce": b""},
    {"client_domain": "a"},
    {"home_domain": ""},
    {"expiration": -1},
    {"server": CLIENT},
]


@pytest.mark.parametrize("changes", MAKING_45)
def test_no_challenge_of_a_contract_is_made_of_what_would_be_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        made_45(**changes)


def test_transactions_are_what_is_signed() -> None:
    assert type(made().transaction) is Transaction
    assert made().transaction.conditions == BOUNDS
