"""The promises of `Store`, kept by both of its kinds: one class of tests, run on each. PostgreSQL's is an engine."""

import hashlib
import os
import random
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.memory import in_memory
from support.stores import Clock, Place, Sum, admitting, killed_now_and_then, name, reserving
from walletcore.errors import LimitExceeded, SignerError, SigningRefused, Unsupported
from walletcore.signers.store import LARGEST, ORIGIN, Charge, Entry, chained, open_store, verify_log

WEI = 2**256 - 1  # more than any database counts by itself
HOUR, DAY = 3600, 86400


FIRST_VERSION = (  # as far as charges go, with one window
    """CREATE TABLE walletcore_windows (
        name TEXT PRIMARY KEY, place BIGINT NOT NULL, upto TEXT NOT NULL, time BIGINT NOT NULL,
        seconds BIGINT NOT NULL)""",
    """CREATE TABLE walletcore_charges (
        name TEXT NOT NULL, place BIGINT NOT NULL, time BIGINT NOT NULL, subject {bytes} NOT NULL, amount TEXT NOT NULL,
        upto TEXT NOT NULL, owner {bytes} NOT NULL, shared INTEGER NOT NULL,
        PRIMARY KEY (name, place), UNIQUE (subject, name))""",
    "INSERT INTO walletcore_windows VALUES ('coins', 1, '60', 1800000000, 3600)",
    "CREATE TABLE walletcore_schema (version INTEGER NOT NULL)",
    "INSERT INTO walletcore_schema (version) VALUES (1)",
)


def coins(amount: int, *, window: str = "coins", at_most: int = 100, seconds: int = HOUR) -> Charge:
    return Charge(window=window, amount=amount, at_most=at_most, seconds=seconds)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.engine)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory(dir=in_memory()) as home, closing(Place(f"sqlite:{home}/store")) as made:
            yield made
    else:
        postgres = request.getfixturevalue("postgres")
        with closing(Place(postgres.new(), postgres)) as made:
            yield made


class TestStore:
    """What a guard may rely on."""

    def test_a_window_holds_what_was_charged_and_no_more(self, place: Place) -> None:
        store = place.open()
        store.admit(name(1), [coins(60)])
        store.admit(name(2), [coins(40)])
        with pytest.raises(LimitExceeded, match="the window coins has 0 left of 100, which 1 exceeds") as caught:
            store.admit(name(3), [coins(1)])
        assert (caught.value.window, caught.value.reason) == ("coins", "policy")
        assert isinstance(caught.value, SigningRefused)
        store.admit(name(4), [coins(0), coins(100, window="others")])

    def test_amounts_of_256_bits_are_exact(self, place: Place) -> None:
        store = place.open()
        receipt = store.admit(name(1), [coins(WEI - 1, at_most=WEI)])
        store.admit(name(2), [coins(1, at_most=WEI)])
        with pytest.raises(LimitExceeded):
            store.admit(name(3), [coins(1, at_most=WEI)])
        store.refund(receipt)
        store.admit(name(4), [coins(WEI - 1, at_most=WEI)])

    def test_a_subject_is_charged_once(self, place: Place) -> None:
        store, other = place.open(), place.open()
        for each in (store, other, store):
            each.admit(name(1), [coins(60)])
        store.admit(name(2), [coins(40)])
        with pytest.raises(LimitExceeded):
            store.admit(name(3), [coins(1)])

    def test_a_subject_is_charged_to_a_window_that_it_has_not_met(self, place: Place) -> None:
        store = place.open()
        store.admit(name(1), [coins(60)])
        store.admit(name(1), [coins(60), coins(60, window="others")])
        with pytest.raises(LimitExceeded, match="others has 40 left"):
            store.admit(name(2), [coins(41, window="others")])

    def test_what_one_call_charges_to_one_window_adds_up(self, place: Place) -> None:
        store = place.open()
        with pytest.raises(LimitExceeded, match="which 101 exceeds"):
            store.admit(name(1), [coins(60), coins(41)])
        with pytest.raises(LimitExceeded, match="of 50"):
            store.admit(name(1), [coins(30), coins(30, at_most=50)])
        store.admit(name(1), [coins(60), coins(40)])

    def test_a_refusal_changes_nothing(self, place: Place) -> None:
        store = place.open()
        store.admit(name(1), [coins(60)], ["one"])
        before = [place.rows(f"SELECT * FROM walletcore_{table}") for table in ("charges", "log")]
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(5, window="a"), coins(50), coins(5, window="z")], ["two"])
        assert [place.rows(f"SELECT * FROM walletcore_{table}") for table in ("charges", "log")] == before
        store.admit(name(2), [coins(100, window="a"), coins(100, window="z")])

    def test_a_window_forgets_what_is_older_and_nothing_younger(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(60)])
        clock.now += HOUR
        store.admit(
            name(2), [coins(40)]
        )  # clocks round down: a charge counts for its hour and what is left of a second
        with pytest.raises(LimitExceeded):
            store.admit(name(3), [coins(1)])
        clock.now += 1
        store.admit(name(3), [coins(60)])
        with pytest.raises(LimitExceeded):
            store.admit(name(4), [coins(1)])

    def test_a_longer_window_of_the_same_name_counts_what_a_shorter_one_has_forgotten(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(60, seconds=DAY)])
        clock.now += HOUR + 1
        for step in range(80):
            store.admit(name(step + 2), [coins(0)])  # which takes away old rows, but not what the day counts
        with pytest.raises(LimitExceeded, match="has 40 left"):
            store.admit(name(100), [coins(41, seconds=DAY)])

    def test_a_subject_is_charged_again_when_its_charge_no_longer_counts(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(60)])
        clock.now += HOUR + 1
        store.admit(name(1), [coins(60)])
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(41)])
        store.admit(name(2), [coins(40)])

    def test_old_charges_are_taken_away_in_bounded_steps(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        for step in range(200):
            store.admit(name(step), [coins(1, at_most=1000)])
        clock.now += HOUR + 1
        counts = []
        for step in range(56):
            store.admit(name("later", step), [coins(1, at_most=1000)])
            counts.append(int(place.rows("SELECT count(*) FROM walletcore_charges")[0][0]))
        assert counts[6:8] == [207, 208 - 64]
        assert counts[23::16] == [208 - 128 + 16, 208 - 192 + 32, 56]
        assert max(counts) == 207

    def test_what_still_counts_is_not_taken_away(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(60)])
        clock.now += HOUR
        for step in range(40):
            store.admit(name("later", step), [coins(0)])
        with pytest.raises(LimitExceeded, match="has 40 left"):
            store.admit(name(2), [coins(41)])

    def test_X20_a_clock_that_goes_backwards_frees_nothing(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(100)], ["one"])
        clock.now -= 10 * DAY
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(1)])
        store.append("two")
        assert [entry.time for entry in store.log()] == [1_800_000_000, 1_800_000_000]
        store = place.open(clock=clock)  # it is on disk
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(1)])
        clock.now += 10 * DAY + HOUR + 1
        store.admit(name(2), [coins(100)])

    def test_X20_a_clock_that_goes_backwards_counts_nothing_again(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(60)])
        clock.now += HOUR + 1
        store.admit(name(2), [coins(10)])
        clock.now -= 5
        store.admit(name(3), [coins(90)])
        with pytest.raises(LimitExceeded, match="has 0 left"):
            store.admit(name(4), [coins(1)])

    @pytest.mark.parametrize("idle", ["others", "w"])
    def test_X20_a_clock_that_goes_backwards_frees_nothing_in_windows_that_were_idle(
        self, place: Place, idle: str
    ) -> None:
        """The store has seen the later time, if not for this window."""
        clock = Clock()
        store = place.open(clock=clock)
        clock.now -= 3 * DAY
        store.admit(name(0), [coins(1, window=idle)])
        clock.now += 3 * DAY
        store.append("the store has seen this time")
        clock.now -= 2 * DAY
        store.admit(name(1), [coins(100, window="w")])
        clock.now += 2 * DAY
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(100, window="w")])

    def test_X20_one_time_is_that_of_every_window_and_of_the_log(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(1)])
        clock.now -= DAY
        other = place.open(clock=clock)
        other.append("a line")
        other.admit(name(2), [coins(1, window="others")], ["a charge"])
        other.refund(other.admit(name(3), [coins(1, window="more")]), ["a refund"])
        assert place.rows("SELECT DISTINCT time FROM walletcore_charges") == [("1800000000",)]
        assert [entry.time for entry in store.log()] == [1_800_000_000] * 3

    def test_X20_the_last_time_seen_outlives_old_charges(self, place: Place) -> None:
        """The one row that a window keeps tells it, in whichever window that is."""
        clock = Clock()
        store = place.open(clock=clock)
        for step in range(64):
            store.admit(name(step), [coins(0)])
            clock.now += 10 * HOUR
        clock.now -= 30 * DAY
        store.admit(name("later"), [coins(1, window="others")])
        times = place.rows("SELECT max(time) FROM walletcore_charges GROUP BY name")
        assert times == [(str(1_800_000_000 + 63 * 10 * HOUR),)] * 2

    def test_X20_the_last_time_seen_outlives_a_refund(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(60)])
        clock.now += HOUR
        store.refund(store.admit(name(2), [coins(0)]))
        clock.now -= 5
        store.admit(name(3), [coins(40)])
        times = place.rows("SELECT time FROM walletcore_charges WHERE subject IS NOT NULL ORDER BY place")
        assert times == [("1800000000",), ("1800003600",)]

    def test_the_clock_is_the_real_one_where_none_is_given(self, place: Place) -> None:
        place.open().append("now")
        (entry,) = place.open().log()
        assert abs(entry.time - time.time()) < 60

    def test_a_refund_gives_back_what_was_admitted_once(self, place: Place) -> None:
        store = place.open()
        receipt = store.admit(name(1), [coins(60), coins(70, window="others")])
        store.admit(name(2), [coins(40), coins(30, window="others")])
        store.refund(receipt, ["not signed"])
        store.admit(name(3), [coins(60), coins(70, window="others")])
        with pytest.raises(LimitExceeded):
            store.admit(name(4), [coins(1)])
        assert [entry.text for entry in store.log()] == ["not signed"]

    def test_what_was_given_back_is_charged_anew_and_given_back_once(self, place: Place) -> None:
        store = place.open()
        first = store.admit(name(1), [coins(60)])
        store.refund(first)
        second = store.admit(name(1), [coins(100)])
        store.refund(first)
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(1)])
        for _ in range(2):
            store.refund(second)
        store.admit(name(2), [coins(100)])
        store.refund(second)
        with pytest.raises(LimitExceeded):
            store.admit(name(3), [coins(1)])

    def test_a_refund_of_what_another_has_met_keeps_the_charge(self, place: Place) -> None:
        stores = [place.open(), place.open()]
        receipts = [store.admit(name(1), [coins(100)]) for store in stores]
        for store, receipt in zip(stores, receipts, strict=True):
            store.refund(receipt)
            with pytest.raises(LimitExceeded):
                store.admit(name(2), [coins(1)])

    def test_a_refund_of_what_was_admitted_twice_keeps_the_charge(self, place: Place) -> None:
        """Either time may have led to a signature, whatever came of the other."""
        store = place.open()
        for receipt in [store.admit(name(1), [coins(100)]) for _ in range(2)]:
            store.refund(receipt)
            with pytest.raises(LimitExceeded):
                store.admit(name(2), [coins(1)])

    @pytest.mark.parametrize("later", [0, 1, 40])
    def test_a_refund_takes_back_no_charge_of_a_later_admission(self, place: Place, later: int) -> None:
        """Signing lasted longer than the window, whose rows may be gone by then: the other one may have signed."""
        clock = Clock()
        store = place.open(clock=clock)
        slow = store.admit(name(1), [coins(100)])
        clock.now += HOUR + 1
        for step in range(later):
            store.admit(name("later", step), [coins(0)])
        store.admit(name(1), [coins(100)])
        store.refund(slow)
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(1)])

    def test_a_refund_keeps_a_later_charge_while_the_one_before_is_known(self, place: Place) -> None:
        """Whoever was admitted first may still be at it, and sign what counts only once, now."""
        clock = Clock()
        store = place.open(clock=clock)
        store.admit(name(1), [coins(100)])
        clock.now += HOUR + 1
        store.refund(store.admit(name(1), [coins(100)]))
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(1)])

    def test_a_refund_keeps_a_charge_whose_subject_another_has_met_in_another_window(self, place: Place) -> None:
        store, other = place.open(), place.open()
        receipt = store.admit(name(1), [coins(100)])
        second = other.admit(name(1), [coins(100, window="others")])
        store.refund(receipt)
        other.refund(second)
        for window in ("coins", "others"):
            with pytest.raises(LimitExceeded):
                store.admit(name(2), [coins(1, window=window)])

    def test_a_refund_of_what_nobody_knows_changes_nothing(self, place: Place) -> None:
        store = place.open()
        receipt = store.admit(name(1), [coins(100)])
        store.refund(receipt[:-1] + bytes([receipt[-1] ^ 1]))
        with pytest.raises(LimitExceeded):
            store.admit(name(3), [coins(1)])

    def test_X02_a_child_refunds_nothing_that_its_parent_admitted(self, place: Place) -> None:
        store = place.open()
        receipt = store.admit(name(1), [coins(100)])
        assert in_children(1, lambda _: store.refund(receipt)) == [0]
        with pytest.raises(LimitExceeded):
            store.admit(name(2), [coins(1)])

    @pytest.mark.parametrize("seed", range(3))
    def test_windows_are_what_a_plain_sum_says(self, place: Place, seed: int) -> None:
        chance, clock, plain = random.Random(seed), Clock(), Sum()
        store = place.open(clock=clock)
        refused, longest = 0, [coins(0, window=window, seconds=3 * HOUR) for window in "ab"]
        receipt = store.admit(name("longest"), longest)  # an unasked length may count what was taken away
        plain.admit(clock.now, name("longest"), longest, receipt)
        receipts: list[tuple[bytes, bytes]] = []
        for _ in range(300):
            clock.now += chance.choice((0, 0, 1, 20, HOUR // 2, -300))
            subject = name(chance.randrange(25))
            if receipts and chance.random() < 0.3:
                subject, receipt = chance.choice(receipts[-4:])
                store.refund(receipt)
                plain.refund(subject, receipt)
                continue
            if chance.random() < 0.1:
                store.append("a line")
                plain.append(clock.now)
            charges = [
                coins(chance.randrange(50), window=chance.choice("ab"), seconds=chance.choice((HOUR, 600, 3 * HOUR)))
                for _ in range(chance.randrange(1, 4))
            ]
            try:
                receipt = store.admit(subject, charges)
            except LimitExceeded:
                assert plain.admit(clock.now, subject, charges, None)
                refused += 1
            else:
                assert not plain.admit(clock.now, subject, charges, receipt)
                receipts.append((subject, receipt))
        assert 20 < refused < 200

    @pytest.mark.parametrize("seed", range(3))
    def test_refunds_of_any_age_are_what_a_plain_sum_says(self, place: Place, seed: int) -> None:
        """Whatever room is left is asked for after each step; rows are taken away meanwhile."""
        chance, clock, plain = random.Random(seed), Clock(), Sum()
        store, most, spans = place.open(clock=clock), 10**6, (600, HOUR, 3 * HOUR)
        receipts: list[tuple[bytes, bytes]] = []
        for step in range(500):
            clock.now += chance.choice((0, 0, 1, 30, 120, HOUR // 3, -300))
            window, subject = chance.choice("ab"), name(step)
            if receipts and chance.random() < 0.4:
                subject, receipt = receipts.pop(chance.randrange(max(len(receipts) - 70, 0), len(receipts)))
                store.refund(receipt)
                plain.refund(subject, receipt)
            else:
                charges = [coins(chance.randrange(50), window=each, at_most=most, seconds=3 * HOUR) for each in "ab"]
                receipt = store.admit(subject, charges)
                assert not plain.admit(clock.now, subject, charges, receipt)
                receipts.append((subject, receipt))
            seconds = chance.choice(spans)
            left = most - plain.used(clock.now, window, seconds)
            with pytest.raises(LimitExceeded, match=f" has {left} left "):
                store.admit(name("much"), [coins(left + 1, window=window, at_most=most, seconds=seconds)])
        first = place.rows("SELECT name, min(place) FROM walletcore_charges GROUP BY name ORDER BY name")
        refunds = place.rows("SELECT name, min(place) FROM walletcore_refunds GROUP BY name ORDER BY name")
        assert all(int(at) > 64 for _, at in first)
        assert len(refunds) == 2

    def test_a_refund_touches_few_rows_however_many_charges_came_after(self, place: Place) -> None:
        store = place.open()
        receipts = [store.admit(name(step), [coins(1, at_most=1023)]) for step in range(1023)]
        before = place.rows("SELECT * FROM walletcore_charges ORDER BY place")
        store.refund(receipts[510])  # the 511th: all of its bits are set
        after = place.rows("SELECT * FROM walletcore_charges ORDER BY place")
        assert [step for step in range(1023) if before[step] != after[step]] == [510]
        assert len(place.rows("SELECT * FROM walletcore_refunds")) == 9
        store.admit(name("later"), [coins(1, at_most=1023)])
        with pytest.raises(LimitExceeded):
            store.admit(name("more"), [coins(1, at_most=1023)])

    def test_what_was_given_back_is_taken_away_with_its_charges(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        for step in range(64):
            store.refund(store.admit(name(step), [coins(100)]))
        assert len(place.rows("SELECT * FROM walletcore_refunds")) == 64
        clock.now += HOUR + 1
        for step in range(64, 96):
            store.admit(name(step), [coins(1)])
        assert place.rows("SELECT min(place) FROM walletcore_charges") == [("65",)]
        assert place.rows("SELECT * FROM walletcore_refunds") == []
        with pytest.raises(LimitExceeded, match="has 68 left"):
            store.admit(name("more"), [coins(69)])

    def test_the_first_signature_is_kept(self, place: Place) -> None:
        store, other = place.open(), place.open()
        assert store.kept(name(1)) is None
        assert store.keep(name(1), b"first", ["signed"]) == b"first"
        assert other.keep(name(1), b"second", ["signed again"]) == b"first"
        assert (other.kept(name(1)), other.kept(name(2))) == (b"first", None)
        assert [entry.text for entry in store.log()] == ["signed", "signed again"]

    def test_numbers_are_the_lowest_free_ones(self, place: Place) -> None:
        store, other = place.open(), place.open()
        assert [store.reserve("a", name(1)), other.reserve("a", name(2)), store.reserve("b", name(1))] == [0, 1, 0]
        assert [store.reserve("a", name(3), first=7), store.reserve("a", name(4))] == [7, 2]
        assert [store.reserve("a", name(5), first=7), store.reserve("a", name(6), first=3)] == [8, 3]

    def test_the_same_purpose_gets_the_same_number(self, place: Place) -> None:
        store, other = place.open(), place.open()
        assert store.reserve("a", name(1), first=5) == 5
        assert [other.reserve("a", name(1)), other.reserve("a", name(1), first=9)] == [5, 5]

    def test_a_number_that_is_given_back_is_the_next_one(self, place: Place) -> None:
        store = place.open()
        assert [store.reserve("a", name(step)) for step in range(5)] == [0, 1, 2, 3, 4]
        for step in (1, 3, 9):
            store.release("a", name(step))
            store.release("a", name(step))
        store.release("b", name(0))
        assert [store.reserve("a", name(step)) for step in (10, 11, 12)] == [1, 3, 5]
        store.release("a", name(11))
        assert [store.reserve("a", name(13), first=4), store.reserve("a", name(14))] == [6, 3]

    def test_the_largest_numbers_are_reserved_and_then_refused(self, place: Place) -> None:
        store = place.open()
        assert [store.reserve("a", name(step), first=LARGEST) for step in (1, 2)] == [LARGEST, LARGEST + 1]
        with pytest.raises(SignerError, match="no number left") as caught:
            store.reserve("a", name(3), first=LARGEST)
        assert caught.value.reason == "range"
        assert store.reserve("a", name(3)) == 0

    def test_numbers_are_what_a_plain_list_says(self, place: Place) -> None:
        chance, store, held = random.Random(7), place.open(), dict[bytes, int]()
        for _ in range(250):
            purpose, first = name(chance.randrange(40)), chance.choice((0, 0, 0, 5, 30))
            if chance.random() < 0.4:
                store.release("a", purpose)
                held.pop(purpose, None)
                continue
            free = next(number for number in range(first, 1000) if number not in held.values())
            assert store.reserve("a", purpose, first=first) == held.setdefault(purpose, free)

    def test_the_log_is_a_chain(self, place: Place) -> None:
        clock = Clock()
        store = place.open(clock=clock)
        assert store.append() == ORIGIN
        head = store.append("one", "zw\N{LATIN SMALL LETTER O WITH DIAERESIS}lf\n")
        clock.now += 5
        store.admit(name(1), [], ["three"])
        entries = list(store.log())
        assert [(entry.number, entry.time, entry.text) for entry in entries] == [
            (1, 1_800_000_000, "one"),
            (2, 1_800_000_000, "zw\N{LATIN SMALL LETTER O WITH DIAERESIS}lf\n"),
            (3, 1_800_000_005, "three"),
        ]
        assert [entry.head for entry in entries] == heads_of(entries)
        assert (entries[1].head, entries[2].head) == (head, store.append())

    def test_the_log_is_read_from_anywhere_and_however_long_it_is(self, place: Place) -> None:
        store = place.open()
        store.append(*map(str, range(700)))
        assert [entry.text for entry in store.log()] == [*map(str, range(700))]
        assert [entry.number for entry in store.log(after=255)] == [*range(256, 701)]
        assert list(store.log(after=700)) == list(store.log(after=LARGEST)) == []
        assert verify_log(store.log(), store.append()) == next(iter(store.log(after=699)))

    def test_a_store_is_found_again_by_its_uri(self, place: Place) -> None:
        place.open().reserve("a", name(1))
        store = open_store(place.uri, create=False)
        assert store.reserve("a", name(2)) == 1
        store.close()
        store.close()
        for call in (lambda: store.append("x"), lambda: store.kept(name(1)), lambda: list(store.log())):
            with pytest.raises(SignerError, match="the store is closed"):
                call()

    def test_a_store_is_a_context(self, place: Place) -> None:
        with place.open() as store:
            store.append("one")
        with pytest.raises(SignerError, match="closed"):
            store.append("two")

    @pytest.mark.parametrize("version", [1, 3])
    def test_a_store_of_another_version_is_refused(self, place: Place, version: int) -> None:
        place.open().close()
        place.rows(f"UPDATE walletcore_schema SET version = {version}")
        with pytest.raises(SignerError, match=f"expected a store of version 2, got {version}") as caught:
            place.open()
        assert caught.value.reason == "version"

    def test_a_store_of_the_first_version_is_refused_and_left_as_it_is(self, place: Place) -> None:
        """What it remembers is not lost by an attempt to open it."""
        for statement in FIRST_VERSION:
            place.rows(statement.format(bytes="BYTEA" if place.server else "BLOB"))
        if not place.server:
            Path(place.uri.removeprefix("sqlite:")).chmod(0o600)
        for create in (True, False):
            with pytest.raises(SignerError, match="expected a store of version 2, got 1") as caught:
                place.open(create=create)
            assert caught.value.reason == "version"
        assert place.rows("SELECT * FROM walletcore_windows") == [("coins", "1", "60", "1800000000", "3600")]

    def test_a_store_is_made_once_by_whoever_comes_first(self, place: Place) -> None:
        with ThreadPoolExecutor(8) as pool:
            stores = list(pool.map(lambda _: place.open(), range(8)))
        assert sorted(store.reserve("a", name(step)) for step, store in enumerate(stores)) == [*range(8)]

    def test_X05_an_interruption_changes_nothing(self, place: Place) -> None:
        def interrupted() -> int:
            raise KeyboardInterrupt

        store = place.open(clock=interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.admit(name(1), [coins(100)])
        with pytest.raises(KeyboardInterrupt):
            store.keep(name(1), b"x", ["y"])
        store = place.open()
        store.admit(name(2), [coins(100)])
        assert store.kept(name(1)) is None

    def test_X01_32_threads_share_a_store(self, place: Place) -> None:
        store = place.open(timeout=60)
        with ThreadPoolExecutor(32) as pool:
            numbers = list(pool.map(lambda step: store.reserve("a", name(step)), range(320)))
            answers = list(pool.map(lambda step: admits(place, store, step), range(320)))
        assert sorted(numbers) == [*range(320)]
        assert sum(answers) == 100

    def test_X02_32_children_go_on_with_the_store_of_their_parent(self, place: Place) -> None:
        store = place.open(timeout=60)
        store.append("parent")
        stop = threading.Event()

        def busy() -> None:
            while not stop.is_set():
                store.kept(name(1))
                store.reserve("b", name(1))

        thread = threading.Thread(target=busy)
        thread.start()
        begin = time.monotonic()
        try:
            ends = in_children(32, lambda child: [store.reserve("a", name(child, step)) for step in range(10)])
        finally:
            stop.set()
            thread.join()
        assert ends == [0] * 32
        assert time.monotonic() - begin < 60
        numbers = place.rows("SELECT number FROM walletcore_numbers WHERE account = 'a'")
        assert sorted(int(number) for (number,) in numbers) == [*range(320)]
        assert store.reserve("a", name("parent")) == 320

    def test_X14_a_thousand_malformed_calls_change_nothing(self, place: Place) -> None:
        store = place.open()
        store.append("one")
        calls = malformed(store)
        for step in range(300):
            call, reason = calls[step % len(calls)]
            with pytest.raises(SignerError) as caught:
                call()
            assert caught.value.reason == reason
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for step in range(1000):
            with pytest.raises(SignerError):
                calls[step % len(calls)][0]()
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown < 5 * 1024
        for table in ("charges", "numbers", "gaps", "signatures"):
            assert place.rows(f"SELECT * FROM walletcore_{table}") == []
        assert [entry.text for entry in store.log()] == ["one"]
        assert store.reserve("a", name(1)) == 0

    def test_numbers_survive_processes_that_are_killed(self, place: Place, tmp_path: Path) -> None:
        place.open().close()
        numbers_survive(place, tmp_path, workers=4, steps=500, pause=0.01, least=5)

    def test_limits_survive_processes_that_are_killed(self, place: Place, tmp_path: Path) -> None:
        place.open().close()
        limits_survive(place, tmp_path, workers=4, steps=500, pause=0.01, least=5)

    @pytest.mark.engine
    def test_40000_numbers_survive_processes_that_are_killed(self, place: Place, tmp_path: Path) -> None:
        place.open().close()
        numbers_survive(place, tmp_path, workers=8, steps=5000, pause=0.2 if place.server else 0.02, least=100)

    @pytest.mark.engine
    def test_40000_charges_survive_processes_that_are_killed(self, place: Place, tmp_path: Path) -> None:
        place.open().close()
        limits_survive(place, tmp_path, workers=8, steps=5000, pause=0.2 if place.server else 0.02, least=100)


def numbers_survive(place: Place, home: Path, *, workers: int, steps: int, pause: float, least: int) -> None:
    """Every number from 0 on belongs to one purpose, and to the one that was told so."""
    kills, answers = killed_now_and_then(
        place, home, reserving, workers=workers, steps=steps, pause=pause, chance=random.Random(steps)
    )
    rows = place.rows("SELECT number, purpose FROM walletcore_numbers")
    assert sorted(int(number) for number, _ in rows) == [*range(workers * steps)]
    told = {name(worker, step).hex(): number for worker, each in enumerate(answers) for step, number in enumerate(each)}
    assert {purpose: int(number) for number, purpose in rows} == told
    assert kills >= least


def limits_survive(place: Place, home: Path, *, workers: int, steps: int, pause: float, least: int) -> None:
    """As many subjects were admitted as the window has room for, each charged once, whoever asked and died."""
    share = workers * steps // 4
    kills, answers = killed_now_and_then(
        place, home, admitting(share), workers=workers, steps=steps, pause=pause, chance=random.Random(steps)
    )
    rows = place.rows("SELECT subject, before, upto FROM walletcore_charges ORDER BY place")
    assert len({subject for subject, _, _ in rows}) == len(rows) == share
    assert {int(upto) - int(before) for _, before, upto in rows} == {10**18}
    assert rows[-1][2] == str(share * 10**18)
    charged = {subject for subject, _, _ in rows}
    told = {name(w // 2, step).hex() for w, each in enumerate(answers) for step, answer in enumerate(each) if answer}
    assert told == charged
    store = place.open()
    last = verify_log(store.log(), store.append())
    assert last is not None
    assert last.number >= sum(map(sum, answers))
    assert kills >= least


def admits(place: Place, store: Any, step: int) -> bool:
    try:
        store.admit(name(step), [coins(1)], [str(step)])
    except LimitExceeded:
        return False
    return True


def in_children(count: int, work: Any) -> list[int]:
    """Each child does its work and leaves; how they ended."""
    pids = []
    for child in range(count):
        pid = os.fork()
        if not pid:
            code = 1
            try:
                work(child)
                code = 0
            except BaseException as error:
                os.write(2, f"child {child}: {error!r}\n".encode())
            finally:
                os._exit(code)
        pids.append(pid)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


class Text(str):
    """A text that lies."""

    def __len__(self) -> int:
        return 1


class Bytes(bytes):
    """Bytes that lie."""

    def __len__(self) -> int:
        return 32


def malformed(store: Any) -> list[tuple[Any, str]]:
    """Rows X16 to X19 of what must be refused, and other calls that nobody means."""
    good, charge, receipt = name(1), coins(1), bytes(56)
    ids: list[tuple[Any, str]] = [
        (None, "type"),
        ("x" * 32, "type"),
        (bytearray(32), "type"),
        (Bytes(b"x"), "type"),
        (b"", "length"),
    ]
    ids += [(bytes(31), "length"), (bytes(33), "length"), (bytes(1 << 20), "length"), (7, "type")]
    names: list[tuple[Any, str]] = [
        (None, "type"),
        (b"a", "type"),
        (Text("a"), "type"),
        ("", "length"),
        ("a" * 501, "length"),
    ]
    names += [("a\0b", "character"), ("\ud800", "character"), ("a\n", "character"), (1.5, "type")]
    numbers: list[tuple[Any, str]] = [
        (True, "type"),
        (1.0, "type"),
        (Decimal(1), "type"),
        ("1", "type"),
        (-1, "range"),
        (10**400, "range"),
    ]
    logs: list[tuple[Any, str]] = [
        ("text", "type"),
        (None, "type"),
        ([b"x"], "type"),
        ([Text("x")], "type"),
        (["\0"], "character"),
    ]
    logs += [(["\udcff"], "character"), (["x" * 70_000], "too-large"), (["x"] * 1001, "too-large"), ({"x"}, "type")]
    charges: list[tuple[Any, str]] = [
        (charge, "type"),
        ([None], "type"),
        (iter([charge]), "type"),
        ([charge] * 1001, "too-large"),
    ]
    calls: list[tuple[Any, str]] = []
    for bad, reason in ids:
        calls += [
            (lambda bad=bad: store.admit(bad, [charge], ["x"]), reason),
            (lambda bad=bad: store.refund(bad), reason),
        ]
        calls += [(lambda bad=bad: store.keep(bad, b"x"), reason), (lambda bad=bad: store.kept(bad), reason)]
        calls += [(lambda bad=bad: store.reserve("a", bad), reason), (lambda bad=bad: store.release("a", bad), reason)]
    for bad, reason in names:
        calls += [
            (lambda bad=bad: store.reserve(bad, good), reason),
            (lambda bad=bad: store.release(bad, good), reason),
        ]
        calls += [(lambda bad=bad: coins(1, window=bad), reason)]
    for bad, reason in [*numbers, (2**63, "range"), (2**256 + 1, "range")]:
        calls += [
            (lambda bad=bad: store.reserve("a", good, first=bad), reason),
            (lambda bad=bad: store.log(bad), reason),
        ]
        calls += [(lambda bad=bad: coins(1, seconds=bad), reason)]
    for bad, reason in numbers:
        calls += [(lambda bad=bad: coins(bad), reason), (lambda bad=bad: coins(1, at_most=bad), reason)]
    for bad, reason in logs:
        calls += [(lambda bad=bad: store.admit(good, [charge], bad), reason)]
        calls += [
            (lambda bad=bad: store.refund(receipt, bad), reason),
            (lambda bad=bad: store.keep(good, b"x", bad), reason),
        ]
    for bad, reason in charges:
        calls += [(lambda bad=bad: store.admit(good, bad), reason)]
    for bad, reason in [(b"", "length"), ("x", "type"), (bytes(70_000), "length"), (Bytes(b""), "type")]:
        calls += [(lambda bad=bad: store.keep(good, bad), reason)]
    return [*calls, (lambda: store.append(b"x"), "type"), (lambda: coins(1, seconds=0), "range")]


def heads_of(entries: list[Entry]) -> list[bytes]:
    """The chain as its documentation says, over hashlib."""
    tag = hashlib.sha256(b"walletcore/audit").digest()
    heads = [bytes(32)]
    for entry in entries:
        numbers = entry.number.to_bytes(8, "big") + entry.time.to_bytes(8, "big")
        heads.append(hashlib.sha256(tag + tag + numbers + heads[-1] + entry.text.encode()).digest())
    return heads[1:]


@pytest.mark.parametrize("uri", ["", "store", "mysql://a/b", "sqlite", "SQLITE:/a", None, b"sqlite:/a", 7])
def test_an_unknown_scheme_is_no_store(uri: Any) -> None:
    with pytest.raises(Unsupported) as caught:
        open_store(uri)
    assert caught.value.reason == "unknown"


def test_a_head_is_that_of_its_line() -> None:
    (head,) = heads_of([Entry(number=1, time=2, text="x", head=b"")])
    assert chained(ORIGIN, 1, 2, "x") == head
