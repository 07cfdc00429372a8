"""A guard signs what it has built and its rules admit, and nothing else, whoever asks and in however many threads."""

import asyncio
import copy
import json
import multiprocessing
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from support.bitcoin import BITCOIN, TESTNET
from support.evm import ALICE, ETHEREUM, MALLORY, POLYGON, transfer
from support.guarded import (
    ANN,
    BTC,
    ETH,
    SOL,
    SOLANA,
    WALLET,
    AsyncWatched,
    Watched,
    bitcoin_payment,
    case_of,
    refusal,
    solana_payment,
)
from support.memory_store import MemoryStore
from walletcore import KeyOrigin, Path
from walletcore.chains import chain, cosmos, tron, xrpl
from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin import Input, Transaction, TxOut
from walletcore.chains.evm import Evm, Message, TypedData
from walletcore.errors import (
    GuardRefused,
    InvalidSignature,
    OutcomeUnknown,
    SecretExportError,
    SignerError,
    SignerUnavailable,
    SigningRefused,
)
from walletcore.signers.case import Case
from walletcore.signers.guard import AsyncGuard, Guard, guard
from walletcore.signers.quorum import quorum
from walletcore.signers.rule import Plan, Rule, any_of, rule
from walletcore.signers.rules import audit, limit, max_fee, no_statements, only_assets, only_chains, only_to
from walletcore.signing import SigningRequest, collect, sign, sign_async

DAY = timedelta(days=1)
BOB = ETHEREUM.account(b"\x42" * 20)
HOT = WALLET.signer(BITCOIN)
WINDOW = "limit eip155:1/slip44:60 86400s"
ONE = 10**18
COST = 21_000 * 30 * 10**9

FAMILIES: dict[str, tuple[Any, Callable[[], Any], Callable[[], Any], Rule]] = {
    "bitcoin": (HOT, bitcoin_payment, lambda: bitcoin_payment(90_000), limit(BTC, per_transaction=65_000)),
    "evm": (ALICE, transfer, lambda: transfer(value=9 * ONE), limit(ETH, per_transaction=2 * ONE)),
    "solana": (ANN, solana_payment, lambda: solana_payment(9 * 10**9), limit(SOL, per_transaction=2 * 10**9)),
}
each_family = pytest.mark.parametrize("family", FAMILIES)


def guarded(family: str) -> tuple[Watched, Guard, Any, Any]:
    """Return a watched signer, a guard around it, and what the guard admits and what it does not."""
    signer, small, large, rule_ = FAMILIES[family]
    watched = Watched(signer)
    rows = [replace(SOLANA, signature_fee=5_000)]
    return watched, guard(watched, rule_, change=WALLET.change_of, chains=rows), small(), large()


def daily(total: int = 10 * ONE, **options: Any) -> tuple[Watched, MemoryStore, Guard]:
    """Return a watched signer behind a limit for a day, and the store that remembers."""
    watched, store = Watched(ALICE, **options), MemoryStore()
    return watched, store, guard(watched, limit(ETH, total=total, per=DAY), store=store)


# -- what is admitted is signed, what is not is not


@each_family
def test_what_the_rules_admit_is_signed_as_without_a_guard(family: str) -> None:
    watched, hot, small, _ = guarded(family)
    signed = sign(small, hot)
    assert isinstance(signed, SignedTransaction)
    assert signed.raw == sign(small, watched.signer).raw
    assert [each.id for each in watched.asked] == [each.id for each in small.requests()]


@each_family
def test_what_a_rule_refuses_never_reaches_the_signer(family: str) -> None:
    watched, hot, _, large = guarded(family)
    error = refusal(sign, large, hot)
    assert (error.rule, error.reason) == ("limit", "policy")
    assert error.effect in large.effects()
    assert watched.asked == []


@each_family
def test_other_bytes_beside_a_harmless_subject_are_not_signed(family: str) -> None:
    watched, hot, small, large = guarded(family)
    evil = replace(large.requests()[0], subject=small)
    assert (refusal(hot.sign, evil).rule, refusal(hot.sign_all, [evil]).reason) == ("subject", "mismatch")
    assert watched.asked == []
    assert hot.sign(small.requests()[0])


@each_family
def test_nothing_is_signed_without_a_subject(family: str) -> None:
    watched, hot, small, _ = guarded(family)
    bare = replace(small.requests()[0], subject=None)
    assert refusal(hot.sign, bare).reason == "missing"
    assert watched.asked == []
    hot.sign(small.requests()[0])
    assert refusal(hot.sign, bare).reason == "missing"


@each_family
def test_a_request_that_is_swapped_between_check_and_signature_is_not_signed(family: str) -> None:
    """Somebody changes the caller's frozen request while the rules have it, and then its remembered id."""
    signer, small, large, _ = FAMILIES[family]
    honest, evil = small().requests()[0], large().requests()[0]
    asked = replace(honest)

    def swap(_: str) -> None:
        for name in ("payload", "subject", "_message", "_id"):
            object.__setattr__(asked, name, getattr(evil, name))

    watched = Watched(signer)
    answer = guard(watched, audit(swap)).sign(asked)
    assert (asked.id, asked.payload) == (evil.id, evil.payload)
    assert [each.payload for each in watched.asked] == [honest.payload]
    assert honest.accept(answer)
    with pytest.raises(InvalidSignature):
        evil.accept(answer)


@each_family
def test_an_id_that_is_forged_leads_to_what_it_names(family: str) -> None:
    """The request has the bytes of the large payment, and pretends to be the small one."""
    watched, hot, small, large = guarded(family)
    honest, evil = small.requests()[0], replace(large.requests()[0], subject=small)
    object.__setattr__(evil, "_id", honest.id)
    hot.sign(evil)
    assert [each.payload for each in watched.asked] == [honest.payload]


def test_a_subject_whose_value_was_changed_after_its_bytes_were_made_is_judged_by_its_bytes() -> None:
    watched, hot, _, large = guarded("evm")
    assert large.raw
    object.__setattr__(large, "value", 1)
    assert refusal(sign, large, hot).rule == "limit"
    assert watched.asked == []


def test_of_the_request_the_signer_gets_the_origin_only() -> None:
    watched, hot, small, _ = guarded("evm")
    origin = KeyOrigin(bytes(4), Path.parse("m/1"))
    asked = replace(small.requests()[0], origin=origin)
    hot.sign(asked)
    (given,) = watched.asked
    assert given.origin == origin
    assert given is not asked
    assert given.subject is not small


def test_a_request_for_another_key_is_refused_before_it_is_charged() -> None:
    _, store, hot = daily()
    for request, reason in (
        (transfer(sender=MALLORY.public_key).requests()[0], "mismatch"),
        (None, "type"),
        (transfer(), "type"),
    ):
        assert refusal(hot.sign, request).reason == reason
    assert store.admissions == {}


def test_a_taproot_key_is_asked_by_its_x() -> None:
    key = next(key for key in (WALLET.signer(BITCOIN, index=n) for n in range(20)) if key.public_key.data[0] == 3)
    source = Input(txid="11" * 32, vout=0, value=50_000, key=key.public_key.even_y(), kind="p2tr")
    spends = Transaction(chain=BITCOIN, inputs=(source,), outputs=(TxOut(value=1, script_pubkey=source.script_pubkey),))
    assert sign(spends, guard(key, max_fee({BTC: 50_000})))


# -- opaque effects


def test_what_nobody_can_read_is_refused_unless_it_is_allowed() -> None:
    hidden = transfer(data=b"\x01\x02\x03\x04")
    assert refusal(sign, hidden, guard(ALICE)).rule == "refuse_opaque"
    assert sign(hidden, guard(ALICE, allow_opaque=True)).raw == sign(hidden, ALICE).raw
    assert refusal(sign, hidden, guard(ALICE, limit(ETH, per_transaction=2 * ONE), allow_opaque=True)).rule == "limit"


def test_two_people_may_allow_what_rules_do_not() -> None:
    hidden, approver = transfer(data=b"\x01\x02\x03\x04"), Watched(ANN)
    hot = guard(ALICE, any_of(limit(ETH, per_transaction=2 * ONE), quorum(1, of=[approver])), allow_opaque=True)
    assert sign(transfer(), hot)
    assert approver.asked == []
    assert sign(hidden, hot)
    assert len(approver.asked) == 1


def test_a_statement_is_signed_and_ET13_a_hash_is_not() -> None:
    hot = guard(ALICE, only_chains("eip155:1"))
    assert sign(Message(chain=ETHEREUM, signer=ALICE.public_key, data=b"Sign in"), hot)
    hidden = Message(chain=ETHEREUM, signer=ALICE.public_key, data=transfer().requests()[0].message)
    assert refusal(sign, hidden, hot).rule == "refuse_opaque"


# -- which network: the bytes of Bitcoin and Solana do not say


@pytest.mark.parametrize(
    "rule_",
    [limit(BTC, per_transaction=1), only_assets(BTC), max_fee({BTC: 1}), limit(BTC, total=1, per=DAY)],
    ids=lambda each: each.name,
)
def test_bytes_for_the_main_network_are_not_passed_off_as_those_of_a_test_network(rule_: Rule) -> None:
    """The very same signature is valid on the main network, where the rule would have refused it."""
    real, claimed = bitcoin_payment(), bitcoin_payment(chain=TESTNET)
    watched = Watched(WALLET.signer(TESTNET))
    assert replace(real.requests()[0], key=watched.public_key).scheme is claimed.requests()[0].scheme
    error = refusal(sign, claimed, guard(watched, rule_, store=MemoryStore()))
    assert (error.rule, error.reason) == ("chain", "network")
    assert watched.asked == []


def test_rules_that_speak_of_several_networks_judge_for_each_what_is_good_on_all_of_them() -> None:
    both = only_chains(BITCOIN.caip2, TESTNET.caip2)
    for row in (BITCOIN, TESTNET):
        assert sign(bitcoin_payment(chain=row), guard(WALLET.signer(row), both))
    narrow = guard(HOT, any_of(only_chains(BITCOIN.caip2), limit(TESTNET.asset, per_transaction=1)))
    assert refusal(sign, bitcoin_payment(), narrow).rule == "limit"  # so much of the test network's coin


def test_a_limit_is_not_passed_under_the_name_of_another_network_that_has_a_limit_too() -> None:
    small, large = limit(BTC, per_transaction=1), limit(TESTNET.asset, per_transaction=10**9)
    watched = Watched(WALLET.signer(TESTNET))
    error = refusal(sign, bitcoin_payment(chain=TESTNET), guard(watched, small, large))
    assert (error.rule, watched.asked) == ("limit", [])
    assert error.effect is not None
    assert BTC in str(error.effect)
    enough = limit(BTC, per_transaction=10**6)
    assert sign(bitcoin_payment(chain=TESTNET), guard(watched, enough, large))


def test_what_is_good_on_several_networks_counts_on_each_that_has_a_total() -> None:
    store, lines = MemoryStore(), list[str]()
    totals = [limit(asset, total=300_000, per=DAY) for asset in (BTC, TESTNET.asset)]
    hot = guard(WALLET.signer(TESTNET), *totals, audit(lines.append), store=store)
    assert sign(bitcoin_payment(chain=TESTNET), hot)
    spent = [store.spent(f"limit {asset} 86400s", 86_400) for asset in (BTC, TESTNET.asset)]
    assert spent == [100_000, 100_000]  # what is paid, the change, which nobody proves, and the fee
    told = json.loads(lines[0])
    assert (told["verdict"], told["chain"], told["also"]) == ("admitted", TESTNET.caip2, BITCOIN.caip2)


def test_change_that_is_proven_on_one_network_is_proven_there_only() -> None:
    """The other network has other paths: there it is a payment, which its limit must take."""
    rules = [limit(BTC, per_transaction=70_000), limit(TESTNET.asset, per_transaction=70_000)]
    hot = guard(WALLET.signer(TESTNET), *rules, change=WALLET.change_of)
    assert refusal(sign, bitcoin_payment(chain=TESTNET), hot).rule == "limit"


def test_a_rule_that_speaks_of_no_network_is_asked_once() -> None:
    """Approvers see the transaction as it is said to be, and once."""
    approver = Watched(ANN)
    both = limit(BTC, per_transaction=10**6), limit(TESTNET.asset, per_transaction=10**6)
    assert sign(bitcoin_payment(), guard(HOT, *both, quorum(1, of=[approver])))
    assert len(approver.asked) == 1


def test_a_network_that_nobody_can_read_the_bytes_for_is_refused() -> None:
    for name in ("bip122:" + "0" * 32, chain("bitcoin-cash").caip2):
        error = refusal(sign, bitcoin_payment(), guard(HOT, only_chains(BITCOIN.caip2, name)))
        assert (error.rule, error.reason) == ("chain", "network")
        assert "nobody can say" in str(error)


def test_chains_that_sign_other_hashes_of_the_same_bytes_are_no_sisters() -> None:
    """Groestlcoin reads the PSBTs of Bitcoin, and asks for other signatures."""
    other = chain("groestlcoin")
    narrow = any_of(only_chains(BITCOIN.caip2), limit(other.asset, per_transaction=1))
    assert sign(bitcoin_payment(proven=False), guard(HOT, narrow, allow_opaque=True))


@pytest.mark.parametrize("family", ["solana", "tron", "tron message", "xrpl"])
def test_one_key_serves_both_networks_of_a_family_that_rules_name(family: str) -> None:
    make, here, there = SISTERS[family]
    both = only_chains(here.caip2, there.caip2)
    for row in (here, there):
        signer = ANN if family == "solana" else WALLET.signer(row)
        assert sign(make(row), guard(signer, both)).raw
        only_other = only_chains(there.caip2 if row == here else here.caip2)
        assert refusal(sign, make(row), guard(signer, only_other)).rule == "chain"


def tron_of(row: Any) -> Any:
    me, you = WALLET.address(row), row.account(b"\x42" * 20)
    contract = tron.TransferContract(owner_address=me, to_address=you, amount=5)
    head: dict[str, Any] = {"ref_block_bytes": bytes(2), "ref_block_hash": bytes(8), "expiration": 1}
    return tron.Transaction(chain=row, contract=contract, signers=(WALLET.public_key(row),), **head)


def tron_message(row: Any) -> Any:
    return tron.Message(chain=row, signer=WALLET.public_key(row), data=b"hello")


def xrpl_payment(row: Any = None) -> Any:
    row = row or XRPL
    me, you = WALLET.address(row).text, row.account(b"\x42" * 20).text
    body = {"TransactionType": "Payment", "Account": me, "Destination": you, "Amount": "5", "Fee": "12", "Sequence": 1}
    return xrpl.from_json(row, body, signer=WALLET.public_key(row))


XRPL, TRON = chain("xrpl", xrpl.XrplChain), chain("tron", tron.TronChain)
SISTERS: dict[str, tuple[Callable[[Any], Any], Any, Any]] = {
    "solana": (lambda row: solana_payment(row=row), SOLANA, chain("solana-devnet")),
    "tron": (tron_of, TRON, chain("tron-nile")),
    "tron message": (tron_message, TRON, chain("tron-nile")),
    "xrpl": (xrpl_payment, XRPL, chain("xrpl-testnet")),
}


def test_a_message_that_names_no_chain_says_the_same_on_each_and_passes_by_the_name_that_it_has() -> None:
    """EIP-191 and ADR-36 name no chain, though transactions of their families do.

    A text moves nothing anywhere, so that no rule of chains or amounts could judge it otherwise elsewhere. What no
    chain binds and moves something is no text: typed data without a chain id are `Opaque`, a sign-in for another
    chain is, too.
    """
    rules = [limit(ETH, per_transaction=1), limit(POLYGON.asset, per_transaction=1)]
    for row in (ETHEREUM, POLYGON):
        text = Message(chain=row, signer=ALICE.public_key, data=b"Sign in")
        assert sign(text, guard(ALICE, *rules, only_chains(ETHEREUM.caip2, POLYGON.caip2))).raw
        assert refusal(sign, text, guard(ALICE, *rules, no_statements())).rule == "no_statements"
    hub, osmosis = (chain(name, cosmos.CosmosChain) for name in ("cosmoshub", "osmosis"))
    for other in (hub, osmosis):
        signed = cosmos.Message.of(other, WALLET.public_key(other), b"Sign in")
        assert sign(signed, guard(WALLET.signer(other), only_chains(hub.caip2, osmosis.caip2))).raw
    unbound = TypedData.parse(
        {
            "types": {"Permit": [{"name": "value", "type": "uint256"}]},
            "primaryType": "Permit",
            "domain": {"verifyingContract": "0x" + "42" * 20},
            "message": {"value": 5},
        }
    )
    anywhere = Message(chain=ETHEREUM, signer=ALICE.public_key, data=unbound)
    for rule_ in rules:
        assert refusal(sign, anywhere, guard(ALICE, rule_, allow_opaque=True)).rule == "limit"


def test_rules_for_other_families_do_not_matter() -> None:
    hot = guard(HOT, limit(ETH, per_transaction=1), max_fee({BTC: 1_000}))
    assert sign(bitcoin_payment(), hot)


def test_chains_whose_bytes_name_them_may_have_rules_each() -> None:
    hot = guard(ALICE, limit(ETH, per_transaction=2 * ONE), limit(POLYGON.asset, per_transaction=2 * ONE))
    assert sign(transfer(), hot)
    assert sign(transfer(chain=POLYGON), hot)
    assert refusal(sign, transfer(chain=POLYGON, value=3 * ONE), hot).rule == "limit"


# -- what is remembered


def test_a_total_is_kept_over_many_transactions() -> None:
    watched, store, hot = daily(3 * (ONE + COST))
    for nonce in range(3):
        sign(transfer(nonce=nonce), hot)
    error = refusal(sign, transfer(nonce=3), hot)
    assert (error.rule, WINDOW in str(error), len(watched.asked)) == ("limit", True, 3)
    assert store.spent(WINDOW, 86_400) == 3 * (ONE + COST)


def test_the_same_thing_is_charged_once() -> None:
    watched, store, hot = daily(ONE + COST)
    for _ in range(3):
        sign(transfer(), hot)
    again = guard(Watched(ALICE), limit(ETH, total=ONE + COST, per=DAY), store=store)
    sign(transfer(), again)
    assert (store.spent(WINDOW, 86_400), len(watched.asked)) == (ONE + COST, 3)


def test_other_rules_over_the_same_store_charge_the_same_thing_too() -> None:
    """Who was let through without a limit has not been charged for it."""
    store = MemoryStore()
    strict = guard(ALICE, limit(ETH, total=ONE + COST, per=DAY), store=store)
    sign(transfer(nonce=1), strict)
    sign(transfer(nonce=2), guard(ALICE, limit(ETH, total=9 * ONE, per=DAY, name="loose"), store=store))
    assert refusal(sign, transfer(nonce=2), strict).rule == "limit"


def test_two_halves_of_a_limit_in_two_threads_are_not_three() -> None:
    watched, store, hot = daily(2 * (ONE + COST))
    start = threading.Barrier(8)

    def pay(nonce: int) -> bool:
        start.wait()
        try:
            return bool(sign(transfer(nonce=nonce), hot))
        except GuardRefused:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(pay, range(8))) == 2
    assert len(watched.asked) == 2
    assert store.spent(WINDOW, 86_400) == 2 * (ONE + COST)


def test_X01_one_thing_in_many_threads_is_read_and_charged_once() -> None:
    read: list[Case] = []

    def check(case: Case) -> Plan:
        read.append(case)
        return ()

    watched, store = Watched(ALICE), MemoryStore()
    hot = guard(watched, limit(ETH, total=9 * ONE, per=DAY), rule("mine", check), store=store)
    with ThreadPoolExecutor(8) as pool:
        signed = list(pool.map(lambda _: sign(transfer(), hot).raw, range(32)))
    assert set(signed) == {sign(transfer(), ALICE).raw}
    assert (len(read), len(watched.asked), [*store.admissions.values()]) == (1, 32, [1])


def test_a_transaction_of_many_inputs_is_read_once_in_a_batch_or_one_by_one() -> None:
    read: list[Case] = []

    def check(case: Case) -> Plan:
        read.append(case)
        return ()

    payment = bitcoin_payment(count=100)
    batch, single = guard(HOT, rule("mine", check)), guard(HOT, rule("mine", check))
    assert sign(payment, batch).raw == sign(payment, HOT).raw
    assert len(read) == 1
    for request in payment.requests():
        assert request.accept(single.sign(request))
    assert len(read) == 2


def test_a_batch_is_admitted_whole_or_not_at_all() -> None:
    watched, store, hot = daily(2 * (ONE + COST))
    requests = [transfer(nonce=nonce).requests()[0] for nonce in range(3)]
    assert refusal(hot.sign_all, requests).rule == "limit"
    assert (watched.asked, store.spent(WINDOW, 86_400)) == ([], 0)
    assert len(hot.sign_all(requests[:2])) == 2
    assert list(hot.sign_all([])) == []


@pytest.mark.parametrize("wrong", [None, 7, {}, iter(())])
def test_a_batch_is_a_sequence_of_requests(wrong: Any) -> None:
    assert refusal(guard(ALICE).sign_all, wrong).reason == "type"
    assert refusal(lambda: awaited(guard(AsyncWatched(ALICE)).sign_all(wrong))).reason == "type"


def test_a_signer_of_batches_gets_one_with_the_guards_own_requests() -> None:
    class Device(Watched):
        def sign_all(self, requests: Any) -> Any:
            return [self.sign(request) for request in requests]

    device, requests = Device(ALICE), [transfer(nonce=nonce).requests()[0] for nonce in range(3)]
    answers = guard(device).sign_all(requests)
    assert [request.accept(answer) for request, answer in zip(requests, answers, strict=True)]
    assert all(given is not request for given, request in zip(device.asked, requests, strict=True))


# -- H10: what is given back, and what is not


@pytest.mark.parametrize("failure", [SigningRefused("no"), SignerUnavailable("away")])
def test_H10_what_was_certainly_not_signed_is_given_back(failure: SignerError) -> None:
    watched, store, hot = daily(ONE + COST, failures=[failure])
    with pytest.raises(type(failure)):
        sign(transfer(), hot)
    assert (store.spent(WINDOW, 86_400), store.admissions) == (0, {})
    assert sign(transfer(nonce=8), hot)
    assert len(watched.asked) == 2


@pytest.mark.parametrize(
    "failure",
    [OutcomeUnknown("late"), SignerError("odd"), InvalidSignature("odd"), OSError("wire"), KeyboardInterrupt()],
)
def test_H10_X05_what_may_have_been_signed_stays_charged(failure: BaseException) -> None:
    watched, store, hot = daily(ONE + COST, failures=[failure])
    with pytest.raises(type(failure)):
        sign(transfer(), hot)
    assert store.spent(WINDOW, 86_400) == ONE + COST
    assert refusal(sign, transfer(nonce=8), hot).rule == "limit"
    assert sign(transfer(), hot)
    assert len(watched.asked) == 2


def test_H10_a_refusal_after_a_signature_gives_nothing_back() -> None:
    watched, store, hot = daily()
    sign(transfer(), hot)
    watched.failures.append(SigningRefused("no"))
    with pytest.raises(SigningRefused):
        sign(transfer(), hot)
    assert store.spent(WINDOW, 86_400) == ONE + COST


def test_H10_a_refusal_gives_nothing_back_while_another_call_for_the_same_is_under_way() -> None:
    entered, may_go = threading.Event(), threading.Event()

    class Slow(Watched):
        def sign(self, request: SigningRequest) -> Any:
            if not entered.is_set():
                entered.set()
                assert may_go.wait(30)
                return self.signer.sign(request)
            raise SigningRefused("one at a time")

    store = MemoryStore()
    hot = guard(Slow(ALICE), limit(ETH, total=9 * ONE, per=DAY), store=store)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(sign, transfer(), hot)
        assert entered.wait(30)
        with pytest.raises(SigningRefused):
            sign(transfer(), hot)
        assert store.spent(WINDOW, 86_400) == ONE + COST
        may_go.set()
        assert first.result(30)
    assert store.spent(WINDOW, 86_400) == ONE + COST


def test_H10_the_last_of_several_refusals_gives_back() -> None:
    gate = threading.Barrier(2)

    class Refusing(Watched):
        def sign(self, request: SigningRequest) -> Any:
            gate.wait(30)
            raise SigningRefused("no")

    store = MemoryStore()
    hot = guard(Refusing(ALICE), limit(ETH, total=9 * ONE, per=DAY), store=store)
    with ThreadPoolExecutor(2) as pool:
        failed = [pool.submit(sign, transfer(), hot) for _ in range(2)]
        assert all(isinstance(each.exception(30), SigningRefused) for each in failed)
    assert (store.spent(WINDOW, 86_400), store.admissions) == (0, {})


def test_H10_a_second_guard_of_the_same_store_leaves_nothing_to_give_back() -> None:
    watched, store, hot = daily()
    sign(transfer(), hot)
    other = guard(Watched(ALICE, [SigningRefused("no")]), limit(ETH, total=10 * ONE, per=DAY), store=store)
    with pytest.raises(SigningRefused):
        sign(transfer(), other)
    assert store.spent(WINDOW, 86_400) == ONE + COST
    assert len(watched.asked) == 1


def test_a_batch_that_fails_in_its_middle_keeps_what_was_signed_and_gives_back_the_rest() -> None:
    class Once(Watched):
        def sign(self, request: SigningRequest) -> Any:
            if self.asked:
                raise SignerUnavailable("away")
            return Watched.sign(self, request)

    store = MemoryStore()
    hot = guard(Once(ALICE), limit(ETH, total=9 * (ONE + COST), per=DAY), store=store)
    with pytest.raises(SignerUnavailable):
        hot.sign_all([transfer(nonce=nonce).requests()[0] for nonce in range(4)])
    assert store.spent(WINDOW, 86_400) == ONE + COST


# -- a store that fails, and none


class Broken(MemoryStore):
    def admit(self, *_: Any, **__: Any) -> bytes:
        raise OSError("disk full")


def test_a_store_that_fails_stops_everything() -> None:
    watched = Watched(ALICE)
    with pytest.raises(SignerUnavailable) as caught:
        sign(transfer(), guard(watched, limit(ETH, total=9 * ONE, per=DAY), store=Broken()))
    assert (str(caught.value), watched.asked) == ("the store failed with OSError", [])


def test_a_rule_that_remembers_wants_a_store_when_the_guard_is_made() -> None:
    for wanting in (limit(ETH, total=1, per=DAY), any_of(only_to([BOB]), limit(ETH, total=1, per=DAY))):
        with pytest.raises(SignerError) as caught:
            guard(ALICE, wanting)
        assert caught.value.reason == "missing"


def test_a_rule_that_hides_that_it_remembers_refuses_without_a_store() -> None:
    ((charge,),) = limit(ETH, total=9 * ONE, per=DAY).plans(case_of(transfer()))
    assert refusal(sign, transfer(), guard(ALICE, rule("mine", lambda _: (charge,)))).reason == "missing"


def test_a_rule_made_by_hand_that_fails_refuses() -> None:
    def plans(_: Case) -> Any:
        raise ZeroDivisionError

    watched = Watched(ALICE)
    assert "ZeroDivisionError" in str(refusal(sign, transfer(), guard(watched, Rule(name="mine", plans=plans))))
    assert refusal(sign, transfer(), guard(watched, Rule(name="never", plans=lambda _: iter(())))).reason == "policy"
    assert watched.asked == []


def test_where_the_limit_of_a_day_is_used_up_somebody_is_asked() -> None:
    store, approver = MemoryStore(), Watched(ANN)
    hot = guard(ALICE, any_of(limit(ETH, total=ONE + COST, per=DAY), quorum(1, of=[approver])), store=store)
    sign(transfer(nonce=0), hot)
    assert approver.asked == []
    sign(transfer(nonce=1), hot)
    assert len(approver.asked) == 1
    assert [json.loads(entry.text)["by"] for entry in store.log()] == [ANN.public_key.data.hex()]


# -- what is told


def told(lines: list[str]) -> list[tuple[str, str]]:
    parsed = [json.loads(line) for line in lines]
    return [(each["verdict"], each.get("rule", "")) for each in parsed]


def test_a_function_hears_of_every_case() -> None:
    lines: list[str] = []
    hot = guard(Watched(ALICE, [SigningRefused("no")]), limit(ETH, per_transaction=2 * ONE), audit(lines.append))
    with pytest.raises(SigningRefused):
        sign(transfer(), hot)
    sign(transfer(), hot)
    refusal(sign, transfer(value=3 * ONE), hot)
    refusal(hot.sign, replace(transfer().requests()[0], payload=b"x"))
    assert told(lines) == [
        ("admitted", ""),
        ("not signed", ""),
        ("admitted", ""),
        ("refused", "limit"),
        ("refused", "subject"),
    ]
    first = json.loads(lines[0])
    assert first["effects"] == [str(effect) for effect in transfer().effects()]
    assert (first["chain"], first["requests"]) == ("eip155:1", 1)
    assert "\n" not in "".join(lines)


def test_a_store_has_the_line_in_the_commit_of_the_charges() -> None:
    commits: list[tuple[int, int]] = []

    class Counted(MemoryStore):
        def admit(self, subject: bytes, charges: Any = (), log: Any = ()) -> bytes:
            commits.append((len(charges), len(log)))
            return MemoryStore.admit(self, subject, charges, log)

    store = Counted()
    hot = guard(ALICE, limit(ETH, total=2 * ONE, per=DAY), audit(store), store=store)
    sign(transfer(), hot)
    refusal(sign, transfer(nonce=8), hot)
    assert commits == [(1, 1), (1, 1)]
    assert told([entry.text for entry in store.log()]) == [("admitted", ""), ("refused", "limit")]


def test_what_was_not_signed_is_told_to_the_store_that_gave_it_back() -> None:
    store = MemoryStore()
    hot = guard(Watched(ALICE, [SigningRefused("no")]), audit(store), limit(ETH, total=2 * ONE, per=DAY), store=store)
    with pytest.raises(SigningRefused):
        sign(transfer(), hot)
    assert told([entry.text for entry in store.log()]) == [("admitted", ""), ("not signed", "")]


def test_a_sink_that_fails_is_a_refusal_and_nothing_stays_charged() -> None:
    def full(_: str) -> None:
        raise OSError("disk full")

    watched, store = Watched(ALICE), MemoryStore()
    hot = guard(watched, limit(ETH, total=9 * ONE, per=DAY), audit(full), store=store)
    assert refusal(sign, transfer(), hot).rule == "audit"
    assert (watched.asked, store.admissions) == ([], {})
    logged = guard(watched, audit(store), audit(full), store=store)
    refusal(sign, transfer(), logged)  # what stands in the log as admitted is taken back there, too
    assert told([entry.text for entry in store.log()]) == [("admitted", ""), ("not signed", "")]
    error = refusal(sign, transfer(value=10 * ONE), hot)
    assert (error.rule, "could not be logged" in error.__notes__[0]) == ("limit", True)


def test_audit_tells_the_guards_own_store() -> None:
    for options in ({}, {"store": MemoryStore()}):
        with pytest.raises(SignerError) as caught:
            guard(ALICE, audit(MemoryStore()), **options)  # type: ignore[call-overload]
        assert caught.value.reason == "mismatch"


# -- asynchronous signers


def awaited(call: Any) -> Any:
    return asyncio.run(call)


def test_an_asynchronous_signer_gets_an_asynchronous_guard() -> None:
    watched = AsyncWatched(ALICE)
    hot = guard(watched, limit(ETH, per_transaction=2 * ONE))
    assert type(hot) is AsyncGuard
    assert awaited(sign_async(transfer(), hot)).raw == sign(transfer(), ALICE).raw
    assert refusal(lambda: awaited(sign_async(transfer(value=3 * ONE), hot))).rule == "limit"
    assert len(watched.asked) == 1


def test_an_asynchronous_batch_is_read_once() -> None:
    payment = bitcoin_payment(count=20)
    hot = guard(AsyncWatched(HOT), max_fee({BTC: 20_000}))
    assert awaited(sign_async(payment, hot)).raw == sign(payment, HOT).raw


@pytest.mark.parametrize("asynchronous", [True, False])
def test_an_asynchronous_signer_of_batches_is_asked_once(asynchronous: bool) -> None:
    class Device(AsyncWatched):
        def sign_all(self, requests: Any) -> Any:
            answers = [Watched.sign(self, request) for request in requests]

            async def later() -> Any:
                return answers

            return later() if asynchronous else answers

    requests = [transfer(nonce=nonce).requests()[0] for nonce in range(3)]
    answers = awaited(guard(Device(ALICE)).sign_all(requests))
    assert [request.accept(answer) for request, answer in zip(requests, answers, strict=True)]


@pytest.mark.parametrize(("failure", "spent"), [(SignerUnavailable("away"), 0), (OutcomeUnknown("late"), ONE + COST)])
def test_H10_an_asynchronous_guard_gives_back_the_same(failure: Exception, spent: int) -> None:
    store = MemoryStore()
    hot = guard(AsyncWatched(ALICE, [failure]), limit(ETH, total=9 * ONE, per=DAY), store=store)
    with pytest.raises(type(failure)):
        awaited(sign_async(transfer(), hot))
    assert store.spent(WINDOW, 86_400) == spent


@pytest.mark.parametrize("count", [1, 3])
def test_what_an_asynchronous_guard_gives_back_is_written_beside_the_event_loop(count: int) -> None:
    threads: list[int] = []

    class Written(MemoryStore):
        def refund(self, receipt: bytes, log: Any = ()) -> None:
            threads.append(threading.get_ident())
            MemoryStore.refund(self, receipt, log)

    store = Written()
    hot = guard(AsyncWatched(ALICE, [SignerUnavailable("away")]), limit(ETH, total=9 * ONE, per=DAY), store=store)
    requests = [transfer(nonce=nonce).requests()[0] for nonce in range(count)]
    with pytest.raises(SignerUnavailable):
        awaited(hot.sign_all(requests))
    assert len(threads) == count
    assert threading.get_ident() not in threads
    assert store.spent(WINDOW, 86_400) == 0


def test_X05_a_signature_that_nobody_waits_for_any_more_stays_charged() -> None:
    store = MemoryStore()

    async def cancelled() -> None:
        watched = AsyncWatched(ALICE)
        watched.gate = asyncio.Event()
        hot = guard(watched, limit(ETH, total=9 * ONE, per=DAY), store=store)
        task = asyncio.create_task(hot.sign(transfer().requests()[0]))
        while not store.admissions:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    awaited(cancelled())
    assert store.spent(WINDOW, 86_400) == ONE + COST


def test_X05_what_is_admitted_when_nobody_waits_any_more_is_given_back() -> None:
    inside, may_go, over = threading.Event(), threading.Event(), threading.Event()

    class Slow(MemoryStore):
        def admit(self, subject: bytes, charges: Any = (), log: Any = ()) -> bytes:
            inside.set()
            assert may_go.wait(30)
            return MemoryStore.admit(self, subject, charges, log)

        def refund(self, receipt: bytes, log: Any = ()) -> None:
            MemoryStore.refund(self, receipt, log)
            over.set()

    store, watched = Slow(), AsyncWatched(ALICE)

    async def cancelled() -> None:
        hot = guard(watched, limit(ETH, total=9 * ONE, per=DAY), store=store)
        task = asyncio.create_task(hot.sign(transfer().requests()[0]))
        while not inside.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        may_go.set()

    awaited(cancelled())
    assert over.wait(30)
    assert (store.admissions, watched.asked) == ({}, [])


def test_a_signer_that_turns_out_to_be_asynchronous_is_told() -> None:
    class Hidden(Watched):
        def sign(self, request: SigningRequest) -> Any:
            async def later() -> Any:
                return Watched.sign(self, request)

            return later()

    with pytest.raises(TypeError, match="asynchronous"):
        sign(transfer(), guard(Hidden(ALICE)))


# -- the guard itself


def test_a_guard_is_a_signer_with_the_key_of_its_own() -> None:
    hot = guard(ALICE)
    assert hot.public_key == ALICE.public_key
    assert repr(hot) == "Guard(LocalSigner)"
    assert collect(transfer().requests(), hot) == collect(transfer().requests(), ALICE)
    twice = guard(guard(ALICE, limit(ETH, per_transaction=2 * ONE)), only_to([BOB]))
    assert sign(transfer(), twice)
    assert refusal(sign, transfer(value=3 * ONE), twice).rule == "limit"


@pytest.mark.parametrize("export", [copy.copy, copy.deepcopy, pickle.dumps, hash])
def test_X09_a_guard_is_not_exported(export: Callable[[Any], Any]) -> None:
    with pytest.raises((SecretExportError, TypeError)):
        export(guard(ALICE))


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ((None,), {}),
        ((object(),), {}),
        ((ALICE, None), {}),
        ((ALICE, lambda _: ()), {}),
        ((ALICE,), {"allow_opaque": 1}),
        ((ALICE,), {"allow_opaque": "no"}),
        ((ALICE,), {"change": 7}),
        ((ALICE,), {"chains": [None]}),
    ],
)
def test_X16_what_does_not_fit_together_makes_no_guard(arguments: Any, options: Any) -> None:
    with pytest.raises(SignerError) as caught:
        guard(*arguments, **options)
    assert caught.value.reason == "type"


def test_a_row_of_ones_own_is_taken_by_its_name() -> None:
    row = Evm(name="own", chain_id=999_999_937)
    assert refusal(sign, transfer(chain=row), guard(ALICE)).reason == "unknown"
    assert sign(transfer(chain=row), guard(ALICE, chains=[row]))


def test_X02_a_child_that_is_forked_while_somebody_holds_the_lock_can_sign() -> None:
    hot = guard(ALICE, limit(ETH, per_transaction=2 * ONE))
    sign(transfer(), hot)
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    with hot._desk._admissions.lock:
        child = context.Process(target=lambda: results.put(sign(transfer(), hot).raw))
        child.start()
    assert results.get(timeout=60) == sign(transfer(), ALICE).raw
    child.join(60)
    assert child.exitcode == 0
