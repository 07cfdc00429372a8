"""Guards over a store in a file: what one process was allowed counts for every other, and outlives them all."""

import json
import multiprocessing
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support.bitcoin import BITCOIN
from support.evm import ALICE, ETHEREUM, transfer
from support.guarded import ETH, WALLET, Watched, bitcoin_payment, refusal
from walletcore.chains.bitcoin import TxOut
from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable
from walletcore.signers.guard import Guard, guard
from walletcore.signers.rules import audit, limit, only_to
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import verify_log
from walletcore.signing import sign

ONE = 10**18
HALF = 6 * ONE


def daily(path: Path, **options: Any) -> tuple[Watched, SqliteStore, Guard]:
    """Return a watched signer behind ten ether a day, and the store that remembers."""
    watched, store = Watched(ALICE, **options), SqliteStore(str(path))
    return watched, store, guard(watched, limit(ETH, total=10 * ONE, per=timedelta(days=1)), audit(store), store=store)


def spend(path: Path, nonce: int, told: Any) -> None:
    watched, store, hot = daily(path)
    with store:
        try:
            sign(transfer(value=HALF, nonce=nonce), hot)
        except Exception as error:
            told.put((type(error).__name__, len(watched.asked)))
        else:
            told.put(("signed", len(watched.asked)))


def test_two_halves_of_a_limit_in_two_processes(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    processes = [context.Process(target=spend, args=(tmp_path / "store", nonce, told)) for nonce in range(2)]
    for process in processes:
        process.start()
    found = sorted(told.get(timeout=60) for _ in processes)
    for process in processes:
        process.join(60)
    assert found == [("GuardRefused", 0), ("signed", 1)]


def test_a_case_with_long_texts_is_signed_and_logged_and_its_refusal_too(tmp_path: Path) -> None:
    """A store's lines are bounded, and JSON writes twelve characters for each of these."""
    words = TxOut(value=0, script_pubkey=b"\x6a\x4d\x40\x06" + "\N{MONEY BAG}".encode() * 400)
    payment = bitcoin_payment()
    payment = replace(payment, outputs=(*payment.outputs, *(words,) * 60))
    hot = WALLET.signer(BITCOIN)
    with SqliteStore(str(tmp_path / "store")) as store:
        assert len(sign(payment, guard(hot, audit(store), store=store)).answers) == 1
        refusal(sign, payment, guard(hot, only_to([BITCOIN.address(ALICE.public_key)]), audit(store), store=store))
        told = [json.loads(entry.text) for entry in store.log()]
    assert [each["verdict"] for each in told] == ["admitted", "refused"]
    assert [each["effects"][-1] for each in told] == ["and 60 more"] * 2


def test_what_was_charged_outlives_the_process_and_the_same_is_not_charged_again(tmp_path: Path) -> None:
    for _ in range(2):
        _, store, hot = daily(tmp_path / "store")
        with store:
            sign(transfer(value=HALF), hot)
    watched, store, hot = daily(tmp_path / "store")
    with store:
        assert refusal(sign, transfer(value=HALF, nonce=8), hot).rule == "limit"
        assert watched.asked == []


def test_what_was_not_signed_is_given_back_and_what_nobody_knows_is_not(tmp_path: Path) -> None:
    _, store, hot = daily(tmp_path / "store", failures=[SignerUnavailable("away"), OutcomeUnknown("lost")])
    with store:
        with pytest.raises(SignerUnavailable):
            sign(transfer(value=HALF, nonce=1), hot)
        with pytest.raises(OutcomeUnknown):
            sign(transfer(value=HALF, nonce=2), hot)
        assert refusal(sign, transfer(value=HALF, nonce=3), hot).rule == "limit"


def test_a_charge_of_a_case_that_may_be_signed_is_not_given_back_by_another_process(tmp_path: Path) -> None:
    _, store, hot = daily(tmp_path / "store")
    with store:
        sign(transfer(value=HALF), hot)
    _, store, hot = daily(tmp_path / "store", failures=[SignerUnavailable("away")])
    with store:
        with pytest.raises(SignerUnavailable):
            sign(transfer(value=HALF), hot)
        assert refusal(sign, transfer(value=HALF, nonce=1), hot).rule == "limit"


def test_the_log_tells_what_was_admitted_and_refused_in_a_chain(tmp_path: Path) -> None:
    _, store, hot = daily(tmp_path / "store")
    with store:
        sign(transfer(value=HALF), hot)
        refusal(sign, transfer(value=HALF, nonce=1), hot)
        entries = tuple(store.log())
        assert [json.loads(entry.text)["verdict"] for entry in entries] == ["admitted", "refused"]
        assert [json.loads(entry.text)["chain"] for entry in entries] == [ETHEREUM.caip2] * 2
        verify_log(store.log(), (entries[-1].number, entries[-1].head))


def test_a_store_that_cannot_be_written_lets_nothing_be_signed(tmp_path: Path) -> None:
    watched, store, hot = daily(tmp_path / "store")
    with store:
        sign(transfer(value=ONE), hot)
        with sqlite3.connect(tmp_path / "store") as other:
            other.execute("DROP TABLE walletcore_charges")
        asked = len(watched.asked)
        with pytest.raises(SignerError):
            sign(transfer(value=ONE, nonce=1), hot)
        assert len(watched.asked) == asked
