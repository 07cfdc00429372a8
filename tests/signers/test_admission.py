"""What a guard remembers of cases is bounded, and forgetting one changes nothing but the time that it takes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from support.bitcoin import BITCOIN, signer
from support.evm import ALICE, transfer
from support.guarded import ETH, WALLET, Watched, bitcoin_payment, case_of
from support.largest import largest
from support.memory_store import MemoryStore
from walletcore.errors import SigningRefused
from walletcore.signers import admission
from walletcore.signers.admission import Desk
from walletcore.signers.case import Case, build
from walletcore.signers.guard import guard
from walletcore.signers.rule import Plan, rule
from walletcore.signers.rules import limit
from walletcore.signing import sign

DAY = timedelta(days=1)
WINDOW = "limit eip155:1/slip44:60 86400s"
COST = 10**18 + 21_000 * 30 * 10**9


def counting() -> tuple[Any, list[Case]]:
    read: list[Case] = []

    def check(case: Case) -> Plan:
        read.append(case)
        return ()

    return rule("mine", check), read


def kept(hot: Any) -> int:
    return len(hot._desk._admissions._by_case)


def test_X14_the_latest_cases_are_remembered_and_no_more() -> None:
    mine, read = counting()
    hot = guard(ALICE, mine)
    for nonce in range(200):
        sign(transfer(nonce=nonce), hot)
    assert kept(hot) == len(hot._desk._admissions._by_request) == 64
    sign(transfer(nonce=199), hot)
    assert len(read) == 200
    sign(transfer(nonce=0), hot)
    assert len(read) == 201


def test_what_is_remembered_is_not_even_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def counted(subject: object, identity: bytes, *more: Any) -> Case:
        read.append(identity)
        return build(subject, identity, *more)

    monkeypatch.setattr(admission, "build", counted)
    payment = bitcoin_payment(count=10)
    sign(payment, guard(WALLET.signer(BITCOIN)))
    assert read == [payment.requests()[0].id]


def test_large_cases_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    weight = case_of(transfer(data=bytes(3_000))).weight
    monkeypatch.setattr(admission, "_MOST_BYTES", 3 * weight + 100)
    hot = guard(ALICE, allow_opaque=True)
    for nonce in range(20):
        sign(transfer(nonce=nonce, data=bytes(3_000)), hot)
    assert kept(hot) == 3
    sign(transfer(data=bytes(20_000)), hot)
    assert kept(hot) == 1


def test_X13_what_legacy_inputs_repeat_is_not_remembered_for_long() -> None:
    """100 kB that stand for 22 MB: a guard kept 64 of them."""
    hot = Desk(signer(1).public_key, [])
    spent = largest("legacy inputs")
    for locktime in range(4):
        entered = hot.enter(replace(spent, locktime=locktime).requests()[0])[0]
        hot.leave(entered, nothing_signed=False)
    assert sum(len(each.payload) for each in entered.case.requests) > 20_000_000
    assert list(hot._admissions._by_case) == [entered.case.id]


def test_X13_what_was_too_much_at_one_time_is_forgotten_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_MOST_BYTES", 10_000)
    desk = Desk(ALICE.public_key, [])
    entered = [desk.enter(transfer(nonce=nonce, data=bytes(3_000)).requests()[0])[0] for nonce in range(10)]
    assert len(desk._admissions._by_case) == 10
    for each in entered:
        desk.leave(each, nothing_signed=False)
    assert list(desk._admissions._by_case) == [entered[-1].case.id]
    assert desk._admissions._weight == entered[-1].weight


def test_what_is_refused_is_not_remembered() -> None:
    hot = guard(ALICE, limit(ETH, per_transaction=1))
    for nonce in range(5):
        with pytest.raises(SigningRefused):
            sign(transfer(nonce=nonce), hot)
    assert kept(hot) == 0


def test_what_is_forgotten_is_not_charged_again_nor_given_back() -> None:
    watched, store = Watched(ALICE), MemoryStore()
    hot = guard(watched, limit(ETH, total=100 * COST, per=DAY), store=store)
    for nonce in range(70):
        sign(transfer(nonce=nonce), hot)
    watched.failures.append(SigningRefused("no"))
    with pytest.raises(SigningRefused):
        sign(transfer(nonce=0), hot)
    sign(transfer(nonce=0), hot)
    assert store.spent(WINDOW, 86_400) == 70 * COST


def test_a_case_that_somebody_is_at_is_not_forgotten() -> None:
    mine, read = counting()
    desk = Desk(ALICE.public_key, [mine])
    first, request = desk.enter(transfer(nonce=0).requests()[0])
    for nonce in range(1, 100):
        desk.leave(desk.enter(transfer(nonce=nonce).requests()[0])[0], nothing_signed=False)
    assert desk.enter(request)[0] is first
    assert len(read) == 100
