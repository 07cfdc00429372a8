"""A guard builds what it reads again from bytes: of every subject of the three families, or it refuses."""

import contextlib
import gc
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, GUARDS, TESTNET, signer, spending, txids
from support.evm import (
    ALICE,
    ETHEREUM,
    POLYGON,
    any_transactions,
    authorization,
    delegation,
    legacy,
    of_fields,
    secrets,
    transactions,
    transfer,
)
from support.evm import signer as evm_signer
from support.guarded import ANN, ETH, SOLANA, WALLET, bitcoin_payment, refusal, solana_payment
from support.hostile import check_time
from support.largest import LARGEST, largest
from support.vectors import Case as Figure
from support.vectors import load, vectors
from walletcore.chains import solana
from walletcore.chains.base import Chain, SignedTransaction
from walletcore.chains.bitcoin import Input, Transaction, TxOut
from walletcore.chains.bitcoin.message import Message as BitcoinMessage
from walletcore.chains.evm import Evm, Message, TypedData
from walletcore.chains.evm import Transaction as EvmTransaction
from walletcore.effects import Fee, Opaque, Statement, Transfer
from walletcore.errors import GuardRefused, TransactionError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.case import Case, build, case_id, described, is_for
from walletcore.signers.rules import limit, max_fee, only_to
from walletcore.signing import Signable, SigningRequest, sign

KEYS = [signer(number).public_key for number in (1, 2, 3)]


def built(subject: Signable[Any], place: int = 0, **rows: Any) -> Case:
    return read(subject.requests()[place], **rows)


def read(asked: SigningRequest, change: Any = None, **rows: Any) -> Case:
    return build(asked.subject, asked.id, asked.key, {row.caip2: row for row in rows.values()}, change)


def same(subject: Any) -> None:
    """Assert that the bytes of a subject ask for the very same signatures, with the very same effects."""
    for place, request in enumerate(subject.requests()):
        case = built(subject, place, row=subject.chain)
        assert [each.id for each in case.requests] == [each.id for each in subject.requests()]
        assert case.requests == subject.requests()
        assert case.requests[place] is not request
        assert case.subject is not subject
        assert case.requests[place].subject is case.subject
        assert case.effects == subject.effects()


def lacking(subject: Any) -> str:
    """Return why a subject cannot be signed; nothing where it can be."""
    try:
        subject.requests()
    except TransactionError as error:
        return error.reason
    return ""


# -- the same again, from figures that others published


@vectors("evm/legacy", "evm/eip2930", "evm/eip1559", operation="tx.preimage")
def test_published_transactions_of_evm_chains_are_built_again(case: Figure) -> None:
    subject = of_fields(case.input, ALICE.public_key)
    if subject.perils():
        assert refusal(built, subject).reason == "policy"
    else:
        same(subject)


@vectors("evm/eip191", operation="message.sign", result="valid")
def test_published_messages_of_evm_chains_are_built_again(case: Figure) -> None:
    validator = case.input.get("validator")
    account = None if validator is None else ETHEREUM.account(bytes.fromhex(validator))
    data = bytes.fromhex(case.input["message"])
    same(Message(chain=ETHEREUM, signer=ALICE.public_key, data=data, validator=account))


@vectors("evm/eip712", "evm/eip712-metamask")
def test_published_typed_data_are_built_again(case: Figure) -> None:
    if case.verdict("eip712-strict") == "invalid":
        return
    data = TypedData.parse(case.input["typed_data"])
    chain_id = data.domain.chain_id or 1
    if chain_id >> 63:
        return  # no chain has such an id (EIP-2294), so there is no such message
    row = Evm(name="any", chain_id=chain_id)
    same(Message(chain=row, signer=ALICE.public_key, data=data))


@vectors("bitcoin/messages", operation="message.sign")
def test_published_messages_of_bitcoin_are_built_again(case: Figure) -> None:
    same(BitcoinMessage(chain=BITCOIN, signer=KEYS[0], data=bytes.fromhex(case.input["message"])))


@vectors("bitcoin/psbts", operation="psbt.parse", result="valid")
def test_published_psbts_are_built_again_where_their_keys_are_known(case: Figure) -> None:
    if {"undescribed", "conflict"} & set(case.flags):
        return
    subject: Any = BITCOIN.decode_transaction(bytes.fromhex(case.input["psbt"]))
    if lacking(subject) == "":
        same(subject)
    else:
        assert lacking(subject) == "missing"


@vectors("solana/messages", "solana/transactions", operation="tx.parse", result="valid")
def test_published_transactions_of_solana_are_built_again(case: Figure) -> None:
    found: Any = SOLANA.decode_partial(bytes.fromhex(case.input.get("raw") or case.input["message"]))[0]
    if lacking(found) == "":
        same(found)
    else:
        assert lacking(found) == "point"


def test_the_three_transactions_of_the_demo_are_built_again() -> None:
    assert {case.input["chain"] for case in load("chains/demo-transactions")} == {"bitcoin", "ethereum", "solana"}
    for subject in (bitcoin_payment(count=3), transfer(), solana_payment()):
        same(subject)


# -- and of whatever there may be


@given(transactions() | any_transactions(), secrets)
def test_any_transaction_of_an_evm_chain_is_built_again_or_refused(transaction: Any, secret: bytes) -> None:
    subject = replace(transaction, sender=evm_signer(secret).public_key)
    if subject.perils():
        assert refusal(lambda: built(subject, row=subject.chain)).reason == "policy"
    else:
        same(subject)


@given(st.binary(max_size=200) | st.text(max_size=60).map(str.encode), st.booleans())
def test_any_message_of_an_evm_chain_is_built_again(data: bytes, for_validator: bool) -> None:
    validator = ETHEREUM.account(b"\x42" * 20) if for_validator else None
    same(Message(chain=ETHEREUM, signer=ALICE.public_key, data=data, validator=validator))


@given(st.sampled_from([*GUARDS]), txids, st.integers(0, 2), st.integers(0, 3), st.booleans())
def test_any_kind_of_input_is_built_again(guard: str, txid: str, version: int, sequence: int, commits: bool) -> None:
    options: dict[str, Any] = {"sighash": "ALL"} if commits else {}
    other = Input(txid=txid, vout=1, value=5_000, key=KEYS[1], sequence=sequence)
    outputs = (TxOut(value=1_000, script_pubkey=other.script_pubkey),)
    inputs = (spending(guard, **options), other)
    same(Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs, version=version, locktime=sequence))


@given(st.binary(max_size=300), st.sampled_from(["p2wpkh", "p2sh-p2wpkh", "p2pkh"]), st.booleans())
def test_any_message_of_bitcoin_is_built_again(data: bytes, kind: str, compressed: bool) -> None:
    same(BitcoinMessage(chain=BITCOIN, signer=KEYS[0], data=data, kind=kind, compressed=compressed or kind != "p2pkh"))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60), st.binary(min_size=32, max_size=32))
def test_any_offchain_message_is_built_again(text: str, application: bytes) -> None:
    same(solana.OffchainMessage(chain=SOLANA, text=text, signers=(ANN.public_key,), application=application))


def test_nothing_of_the_subject_but_its_name_and_bytes_is_read() -> None:
    """A subject whose other parts were changed by force is what its bytes say."""
    honest, lying = transfer(), transfer()
    assert lying.raw == honest.raw
    object.__setattr__(lying, "value", 1)
    case = built(lying)
    assert case.effects == honest.effects()
    assert case.effects != lying.effects()


# -- what is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Harmless(EvmTransaction):
    """A subject that says of itself that it does nothing."""

    def effects(self, **_: Any) -> Any:
        return (Statement(text="nothing"),)


def request(**changes: Any) -> SigningRequest:
    return replace(transfer().requests()[0], **changes)


ANOTHER = SimpleNamespace(chain=ETHEREUM, raw=transfer().raw, requests=lambda: transfer().requests())
NOWHERE = Evm(name="nowhere", chain_id=999_999_937)
REFUSED: Mapping[str, tuple[SigningRequest, str]] = {
    "nothing beside it": (request(subject=None), "missing"),
    "no subject": (request(subject=7), "type"),
    "a look-alike": (request(subject=ANOTHER), "type"),
    "another transaction": (request(subject=transfer(nonce=8)), "mismatch"),
    "the same on another chain": (request(subject=transfer(chain=POLYGON)), "mismatch"),
    "a chain that is not registered": (transfer(chain=NOWHERE).requests()[0], "unknown"),
    "a signed transaction": (request(subject=sign(transfer(), ALICE)), "type"),
    "ET01, valid on every chain": (legacy(replay_protected=False).requests()[0], "policy"),
    "value for a contract": (transfer(to=None, data=b"\x00", allow_endowment=True).requests()[0], "policy"),
    "ET12, authorizations for every chain": (delegation(0, allow_every_chain=True).requests()[0], "policy"),
    "ET12, an authorization for every chain": (authorization(every_chain=True).requests()[0], "policy"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_what_it_says_is_refused(name: str) -> None:
    asked, reason = REFUSED[name]
    error = refusal(read, asked)
    assert (error.rule, error.reason) == ("subject", reason)


def test_a_subclass_of_a_subject_is_refused() -> None:
    plain = transfer()
    names = [each.name for each in fields(EvmTransaction) if each.init]
    subject = Harmless(**{name: getattr(plain, name) for name in names})
    assert subject.requests()[0].id == plain.requests()[0].id
    assert refusal(built, subject).reason == "type"


def test_an_entry_of_ones_own_stands_for_a_chain_that_is_not_registered() -> None:
    same(transfer(chain=NOWHERE))
    with pytest.raises(GuardRefused) as caught:
        built(transfer(chain=NOWHERE))
    assert "chains=[row]" in caught.value.hint


def test_bytes_of_a_signed_transaction_ask_for_nothing() -> None:
    """A subject into which somebody has put the bytes of the network."""
    subject = bitcoin_payment()
    request_, signed = subject.requests()[0], sign(subject, WALLET.signer(BITCOIN))
    object.__setattr__(subject, "_raw", signed.raw)
    error = refusal(read, request_)
    assert (error.reason, "SignedTransaction" in str(error)) == ("type", True)


def test_a_chain_is_known_by_its_caip_2_name_only() -> None:
    row = Evm(name="ethereum", chain_id=1)
    subject = transfer(chain=row)
    object.__setattr__(row, "caip2", "ethereum")
    assert refusal(read, subject.requests()[0]).reason == "mismatch"


def test_ET12_an_authorization_is_the_signature_of_no_subject() -> None:
    """EIP-7702: keccak256(0x05 || rlp([chain_id, address, nonce])), here for all chains (0)."""
    payload = b"\x05" + bytes.fromhex("d78094" + "42" * 20 + "07")
    for subject in (None, transfer(), Message(chain=ETHEREUM, signer=ALICE.public_key, data=payload)):
        assert refusal(read, request(payload=payload, subject=subject)).rule == "subject"


@pytest.mark.parametrize("sighash", ["NONE", "SINGLE", "ALL|ANYONECANPAY", "NONE|ANYONECANPAY", "SINGLE|ANYONECANPAY"])
def test_T10_a_signature_that_leaves_something_open_is_refused(sighash: str) -> None:
    assert refusal(built, bitcoin_payment(sighash=sighash)).reason == "policy"


def forced(subject: Any, **changes: Any) -> Any:
    """The subject with parts that somebody changed by force, before any bytes were made of them."""
    for name, value in changes.items():
        object.__setattr__(subject, name, value)
    return subject


def spent_twice() -> Any:
    subject: Any = bitcoin_payment()
    forced(subject._unsigned, inputs=subject._unsigned.inputs * 2)
    return forced(subject, inputs=subject.inputs * 2)


def paid_too_much() -> Any:
    subject: Any = bitcoin_payment()
    outputs = (replace(subject._unsigned.outputs[0], value=100_001),)
    forced(subject._unsigned, outputs=outputs)
    return forced(subject, outputs=outputs)


NEVER_VALID: Mapping[str, tuple[Callable[[], Any], str]] = {
    "ET02, gas that is no number of 64 bits": (lambda: forced(transfer(), gas=2**64), "range"),
    "ET03, a nonce that no transaction has": (lambda: forced(transfer(), nonce=2**64 - 1), "range"),
    "ET04, a tip above the fee": (lambda: forced(transfer(), max_priority_fee=transfer().max_fee + 1), "mismatch"),
    "T08, an output that is spent twice": (spent_twice, "duplicate"),
    "T13, outputs above the inputs": (paid_too_much, "range"),
}


@pytest.mark.parametrize("name", NEVER_VALID)
def test_ET02_ET03_ET04_T08_T13_what_no_node_would_take_is_not_signed(name: str) -> None:
    """The types refuse it when it is made; here somebody went around them."""
    make, reason = NEVER_VALID[name]
    error = refusal(built, make())
    assert (error.rule, error.reason) == ("subject", reason)


def test_a_plain_text_of_solana_is_refused_as_its_bytes_do_not_say_what_they_are() -> None:
    subject = solana.PlainMessage(chain=SOLANA, text="hello", signer=ANN.public_key)
    assert refusal(built, subject).reason == "type"


def test_SO5_bytes_of_a_transaction_beside_an_offchain_message_are_refused() -> None:
    subject = solana.OffchainMessage(chain=SOLANA, text="hello", signers=(ANN.public_key,))
    asked = replace(solana_payment().requests()[0], subject=subject)
    assert refusal(read, asked).reason == "mismatch"


def test_a_key_that_is_not_known_makes_no_request() -> None:
    unknown = replace(transfer(), sender=None)
    assert refusal(read, request(subject=unknown)).reason == "missing"


# -- effects and change of families of others


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming(EvmTransaction):
    """A transaction of another family, which tells of itself what its chain says."""

    def effects(self, **_: Any) -> Any:
        return (getattr(self.chain, "claim"),)  # noqa: B009


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEvm(Evm):
    """A family whose effects are wrong."""

    claim: Any = ()
    subjects = (f"{__name__}:Claiming",)

    def decode_transaction(self, raw: bytes, **options: Any) -> Any:
        return claiming(Evm.decode_transaction(self, raw, **options))


def claiming(plain: Any) -> Claiming:
    return Claiming(**{each.name: getattr(plain, each.name) for each in fields(EvmTransaction) if each.init})


class Wider(Transfer):
    """A subclass that no rule would look for."""


PAID: dict[str, Any] = {"asset": ETHEREUM.asset, "source": "", "destination": f"{ETHEREUM.caip2}:x"}
WRONG = [
    Transfer(**PAID, amount=-1),
    Transfer(**PAID, amount=True),
    Transfer(**PAID, amount=1.5),  # type: ignore[arg-type]
    Fee(asset=ETHEREUM.asset, at_most=-(10**18)),
    Wider(**PAID, amount=1),
    "transfer",
]


@pytest.mark.parametrize("effect", WRONG)
def test_an_effect_that_no_rule_could_judge_is_refused(effect: Any) -> None:
    row = OtherEvm(name="other", chain_id=999, claim=effect)
    error = refusal(lambda: built(claiming(transfer(chain=row)), row=row))
    assert (error.reason, "none of walletcore.effects" in str(error)) == ("type", True)


def test_an_effect_of_another_family_is_read() -> None:
    row = OtherEvm(name="other", chain_id=999, claim=Transfer(**PAID, amount=0))
    assert built(claiming(transfer(chain=row)), row=row).effects == (row.claim,)


def test_change_is_told_of_the_subject_that_was_built() -> None:
    payment = bitcoin_payment()
    case = read(payment.requests()[0], WALLET.change_of)
    assert case.change == (1,)
    assert case.outgoing == (payment.effects()[0], payment.effects()[2])
    assert built(payment).change == ()


@pytest.mark.parametrize("places", [(2,), (-1,), (-2,), (99,), (True,), ("1",), (1.0,)])
def test_change_is_the_places_of_transfers(places: Any) -> None:
    assert refusal(read, bitcoin_payment().requests()[0], lambda _: places).reason == "range"


@pytest.mark.parametrize("answer", [None, 7])
def test_change_that_nobody_can_tell_is_refused(answer: Any) -> None:
    assert refusal(read, bitcoin_payment().requests()[0], lambda _: answer).rule == "subject"


# -- values


def test_a_case_is_named_by_all_of_its_requests() -> None:
    requests = bitcoin_payment(count=3).requests()
    assert case_id(requests) == sha256(b"walletcore/case/1" + b"".join(each.id for each in requests))
    assert len({case_id(requests), case_id(requests[:2]), case_id(requests[::-1])}) == 3


def test_effects_are_described_within_bounds() -> None:
    case = built(bitcoin_payment())
    assert described(case) == [str(effect) for effect in case.effects]
    long = replace(case, effects=(Opaque(why="x" * 1000),) * 60)
    assert [len(text) for text in described(long)] == [*[500] * 50, len("and 10 more")]


def test_a_request_is_for_a_key_or_by_its_x_for_its_negative() -> None:
    tap = Transaction(
        chain=BITCOIN,
        inputs=(Input(txid="11" * 32, vout=0, value=5, key=KEYS[0].even_y(), kind="p2tr"),),
        outputs=(TxOut(value=1, script_pubkey=b"\x51"),),
    ).requests()[0]
    assert is_for(tap, KEYS[0])
    assert not is_for(tap, KEYS[1])
    assert is_for(transfer().requests()[0], ALICE.public_key)
    odd = next(key for key in (signer(number).public_key for number in range(1, 50)) if key != key.even_y())
    plain = SigningRequest(key=odd.even_y(), scheme=transfer().requests()[0].scheme, payload=bytes(32))
    assert not is_for(plain, odd)


def test_families_name_their_subjects_and_say_whether_bytes_name_the_chain() -> None:
    assert ETHEREUM.is_signed
    assert not BITCOIN.is_signed
    assert not SOLANA.is_signed
    assert (Chain.subjects, Chain.is_signed) == ((), False)
    assert isinstance(sign(transfer(), ALICE), SignedTransaction)
    for row, subject in ((ETHEREUM, transfer()), (TESTNET, bitcoin_payment()), (SOLANA, solana_payment())):
        assert row.takes(subject)
        assert not row.takes(type(subject))


def test_a_class_that_takes_the_name_of_a_subject_is_none() -> None:
    fake = type("Transaction", (), {"__module__": "walletcore.chains.evm.transaction"})
    assert not ETHEREUM.takes(fake())
    key = PrivateKey(Curve.SECP256K1, Secret(bytes(31) + b"\x01"))
    assert not ETHEREUM.takes(key)


# -- what the largest ones cost


SMALL: dict[str, Any] = {"a transfer": transfer, "a payment": bitcoin_payment, "a message": solana_payment}


@pytest.mark.parametrize("name", [*SMALL, *LARGEST])
def test_X13_a_case_takes_no_more_memory_than_it_weighs(name: str) -> None:
    given = SMALL[name]() if name in SMALL else largest(name)
    asked = given.requests()[0]
    assert read(asked).requests  # what is remembered for all is remembered now
    gc.collect()
    tracemalloc.start()
    try:
        case = read(asked)
        gc.collect()
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < case.weight < 20 * held + 1_000_000


@pytest.mark.parametrize("name", LARGEST)
def test_X13_the_largest_cases_are_read_and_judged_within_their_bound(name: str) -> None:
    """Who may use one key may send such a request, and another one, and another one."""
    asked = largest(name).requests()[0]
    rules = [only_to([ETHEREUM.account(bytes(20))]), limit(ETH, per_transaction=1), max_fee({ETH: 1})]

    def judge() -> None:
        case = read(asked)
        assert len(described(case)) <= 51
        for each in rules:
            with contextlib.suppress(GuardRefused):
                list(each.plans(case))

    check_time(judge, seconds=0.4)


def test_X13_as_many_places_of_change_as_outputs_are_left_out_in_one_pass() -> None:
    case = replace(built(largest("P2WPKH outputs")), change=tuple(range(3_223)))
    check_time(lambda: [case.outgoing for _ in range(20)], seconds=0.02)
    assert [type(each) for each in case.outgoing] == [Opaque]
