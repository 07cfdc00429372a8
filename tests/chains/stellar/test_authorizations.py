"""CAP-46-11 and CAP-71: authorizations of contract calls, as subjects of their own."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.stellar_contracts import ALICE, BOB, ME, PUBNET, TESTNET, TOKEN, YOU, entry_case, made_entry, signer
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.stellar import (
    Authorization,
    AuthorizationEntry,
    Credentials,
    Delegate,
    Invocation,
    InvokeContract,
    SCAddress,
    StellarChain,
    account_signature,
    scval,
)
from walletcore.chains.stellar.contract_values import MAX_DEPTH, MAX_SIZE
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signing import collect, merge, sign
from walletcore.testing import check_chain

CALL = InvokeContract(
    contract=TOKEN,
    function="transfer",
    args=(scval("address", ME), scval("address", YOU), scval("i128", 5_000_000)),
)
TREE = Invocation(function=CALL)


def credentials(**changes: Any) -> Credentials:
    fields: dict[str, Any] = {"address": SCAddress.of(ME), "nonce": -7, "expiration": 123_456}
    return Credentials(**{**fields, **changes})


def entry(**changes: Any) -> AuthorizationEntry:
    return AuthorizationEntry(credentials=credentials(**changes), invocation=TREE)


def authorization(**changes: Any) -> Authorization:
    return Authorization(**{"chain": PUBNET, "entry": entry(), **changes})


@vectors("stellar/authorizations", operation="contract.authorize")
def test_published_entries_are_signed(case: Case) -> None:
    network = chain(case.input["chain"], StellarChain)
    raw = bytes.fromhex(case.input["entry"])
    found = AuthorizationEntry.decode(network, raw)
    assert found.encode(network) == raw
    for each in case.input["signers"]:
        holder = signer(bytes.fromhex(each["private_key"]))
        place = SCAddress.parse(each["place"]) if "place" in each else None
        made = Authorization(chain=network, entry=found, signers=(holder.public_key,), place=place)
        assert made.hash.hex() == case.expect["digest"]
        found = AuthorizationEntry.decode(network, sign(made, holder).raw)
    assert found.encode(network).hex() == case.expect["entry"]


def test_authorizations_pass_the_kit() -> None:
    delegate = Delegate(address=SCAddress.of(YOU))
    samples = [
        authorization(),
        authorization(entry=entry(kind="address-v2")),
        authorization(entry=entry(kind="delegates", delegates=(delegate,)), place=None),
    ]
    check_chain(PUBNET, samples=samples, keys=[ALICE.key])


@given(st.integers(0, 2**64))
def test_every_entry_is_read_again(seed: int) -> None:
    made = made_entry(PUBNET, entry_case(Random(seed), source=True))
    assert AuthorizationEntry.decode(PUBNET, made.encode(PUBNET)) == made
    if made.credentials is None:
        return
    subject = Authorization(chain=PUBNET, entry=made, signers=(ALICE.public_key,))
    assert PUBNET.decode_transaction(subject.raw, keys=[ALICE.public_key]) == subject


def test_the_signature_is_the_one_of_the_account_contract() -> None:
    """A vector of maps with public_key and signature, which the account contract takes in ascending order of keys."""
    signers = (ALICE.public_key, BOB.public_key)
    made = authorization(signers=signers)
    assert made.signers == tuple(sorted(signers, key=lambda key: key.data))
    signed = AuthorizationEntry.decode(PUBNET, sign(made, ALICE, BOB).raw)
    assert signed.credentials is not None
    keys = [dict(each.value)[scval("symbol", "public_key")].value for each in signed.credentials.signature.value]
    assert keys == sorted(key.data for key in signers)
    assert signed.invocation == TREE
    assert Authorization(chain=PUBNET, entry=signed).hash == made.hash


def test_signers_may_sign_one_after_the_other() -> None:
    made = authorization(signers=(ALICE.public_key, BOB.public_key))
    first, second = collect(made.requests(), ALICE), collect(made.requests(), BOB)
    assert made.assemble(merge(first, second)).raw == sign(made, ALICE, BOB).raw
    with pytest.raises(MissingSignature):
        made.assemble(first)


def test_a_contract_may_take_any_value_as_signature() -> None:
    made = authorization(entry=entry(address=TOKEN))
    assert made.signers == ()
    with pytest.raises(TransactionError, match="signer key unknown"):
        made.requests()
    value = scval("bytes", ALICE.key.sign(Scheme.ED25519, made.hash))
    signed = made.signed_with(value)
    assert signed.credentials is not None
    assert signed.credentials.signature == value
    assert sign(authorization(entry=entry(address=TOKEN), signers=(ALICE.public_key,)), ALICE).raw


def test_the_network_the_nonce_and_the_ledger_are_signed() -> None:
    made, nested = authorization(), Invocation(function=CALL, sub_invocations=(TREE,))
    others = [
        authorization(chain=TESTNET),
        authorization(entry=entry(nonce=-8)),
        authorization(entry=entry(expiration=123_457)),
        authorization(entry=entry(kind="address-v2")),
        authorization(entry=AuthorizationEntry(credentials=credentials(), invocation=nested)),
    ]
    assert len({each.hash for each in (made, *others)}) == 6
    bound = [authorization(entry=entry(kind="address-v2", address=each)) for each in (SCAddress.of(ME), TOKEN)]
    assert bound[0].hash != bound[1].hash


def test_delegates_sign_the_same_payload_in_their_own_places() -> None:
    nested = Delegate(address=TOKEN, delegates=(Delegate(address=SCAddress.of(YOU)),))
    made = entry(kind="delegates", delegates=(Delegate(address=SCAddress.of(YOU)), nested))
    subject = Authorization(chain=PUBNET, entry=made, place=SCAddress.of(YOU))
    assert subject.signers == (BOB.public_key,)
    signed = AuthorizationEntry.decode(PUBNET, sign(subject, BOB).raw).credentials
    assert signed is not None
    first, second = signed.delegates
    assert first.signature == second.delegates[0].signature != scval("void")
    assert signed.signature == second.signature == scval("void")
    assert subject.hash == Authorization(chain=PUBNET, entry=made).hash
    with pytest.raises(TransactionError, match="one of its delegates"):
        Authorization(chain=PUBNET, entry=made, place=SCAddress.parse(TESTNET.account(b"\5" * 32).text))


def test_a_wrong_signature_becomes_no_part_of_the_entry() -> None:
    answers = collect(authorization().requests(), ALICE)
    with pytest.raises(InvalidSignature):
        authorization(entry=entry(nonce=1)).assemble(answers)


SOURCE = AuthorizationEntry(credentials=None, invocation=TREE)
OTHER_CURVE = PublicKey(Curve.SECP256K1, b"\2" + bytes(31) + b"\1")
REFUSED: list[tuple[str, Any, str]] = [
    ("the_source_account", lambda: authorization(entry=SOURCE), "missing"),
    ("another_family", lambda: authorization(chain="stellar"), "type"),
    ("an_entry_as_bytes", lambda: authorization(entry=entry().encode(PUBNET)), "type"),
    ("a_signer_twice", lambda: authorization(signers=(ALICE.public_key,) * 2), "duplicate"),
    ("a_key_of_another_curve", lambda: authorization(signers=(OTHER_CURVE,)), "type"),
    ("signers_as_list", lambda: authorization(signers=[ALICE.public_key]), "length"),
    ("too_many_origins", lambda: authorization(origins=(None, None)), "length"),
    ("a_muxed_address", lambda: credentials(address=SCAddress.of(PUBNET.account(bytes(32), 7))), "type"),
    ("an_address_as_text", lambda: credentials(address=ME.text), "type"),
    ("a_kind_that_is_none", lambda: credentials(kind="address-v3"), "unknown"),
    ("a_nonce_above_64_bits", lambda: credentials(nonce=2**63), "range"),
    ("a_nonce_as_bool", lambda: credentials(nonce=True), "type"),
    ("a_ledger_below_zero", lambda: credentials(expiration=-1), "range"),
    ("delegates_of_other_credentials", lambda: credentials(delegates=(Delegate(address=TOKEN),)), "version"),
    ("a_delegate_twice", lambda: credentials(kind="delegates", delegates=(Delegate(address=TOKEN),) * 2), "duplicate"),
    (
        "delegates_out_of_order",
        lambda: credentials(kind="delegates", delegates=(Delegate(address=TOKEN), Delegate(address=SCAddress.of(ME)))),
        "non-canonical",
    ),
    ("a_call_of_an_account", lambda: InvokeContract(contract=SCAddress.of(ME), function="a"), "type"),
    ("a_function_with_a_dash", lambda: InvokeContract(contract=TOKEN, function="a-b"), "character"),
    ("arguments_as_numbers", lambda: InvokeContract(contract=TOKEN, function="a", args=(1,)), "type"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_authorization_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        make()
    assert caught.value.reason == reason


def deep(levels: int) -> Invocation:
    made = TREE
    for _ in range(levels - 1):
        made = Invocation(function=CALL, sub_invocations=(made,))
    return made


def test_trees_have_a_bound() -> None:
    deepest = AuthorizationEntry(credentials=None, invocation=deep(MAX_DEPTH))
    assert AuthorizationEntry.decode(PUBNET, deepest.encode(PUBNET)) == deepest
    with pytest.raises(TransactionError) as caught:
        deep(MAX_DEPTH + 1)
    assert caught.value.reason == "too-deep"
    one = Invocation(function=InvokeContract(contract=TOKEN, function="a"))
    head = AuthorizationEntry(credentials=None, invocation=one).encode(PUBNET)[4:-4]
    with pytest.raises(TransactionError) as caught:
        AuthorizationEntry.decode(PUBNET, bytes(4) + (head + b"\0\0\0\1") * 5_000)
    assert caught.value.reason == "too-deep"


RAW, PREIMAGE = authorization().raw, authorization().preimage
BOUND = authorization(entry=entry(kind="address-v2"))
OTHER = authorization(entry=entry(kind="address-v2", address=SCAddress.of(YOU)))
BYTES: list[tuple[str, bytes, str]] = [
    ("another_network", authorization(chain=TESTNET).raw, "network"),
    ("E16_a_byte_behind", RAW + b"\0", "trailing"),
    ("E16_cut", RAW[:-1], "truncated"),
    ("the_source_accounts_credentials", PREIMAGE + bytes(8), "mismatch"),
    ("another_nonce_than_is_signed", PREIMAGE + authorization(entry=entry(nonce=9)).raw[len(PREIMAGE) :], "mismatch"),
    ("an_address_that_is_not_signed", BOUND.preimage + OTHER.raw[len(BOUND.preimage) :], "mismatch"),
    ("only_what_is_signed", PREIMAGE, "truncated"),
    ("more_than_a_network_allows", RAW[:4] + bytes(MAX_SIZE), "too-large"),
]


@pytest.mark.parametrize(("raw", "reason"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES])
def test_other_bytes_are_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        PUBNET.decode_transaction(raw)
    assert (type(caught.value), caught.value.reason) == (TransactionError, reason)


def test_an_entry_of_credentials_that_are_not_known_is_refused() -> None:
    raw = entry().encode(PUBNET)
    with pytest.raises(TransactionError, match="credentials of kind 0 to 3, got 4"):
        AuthorizationEntry.decode(PUBNET, b"\0\0\0\4" + raw[4:])
    with pytest.raises(TransactionError):
        AuthorizationEntry.decode(PUBNET, bytes(MAX_SIZE + 1))


def test_no_envelope_begins_as_an_authorization_does() -> None:
    """What a wallet signs as an authorization can be read as no transaction, and the reverse."""
    assert {authorization(entry=entry(kind=kind)).raw[:4].hex() for kind in ("address", "address-v2", "delegates")} == {
        "00000009",
        "0000000a",
    }


def test_signatures_have_64_bytes_and_keys() -> None:
    for wrong in ({ALICE.public_key: bytes(63)}, {b"key": bytes(64)}, [ALICE.public_key]):
        with pytest.raises(TransactionError):
            account_signature(wrong)  # type: ignore[arg-type]
    with pytest.raises(TransactionError):
        replace(authorization(), origins=("m",))  # type: ignore[arg-type]
