"""A log that was tampered with shows where: changed, removed, inserted, moved and cut lines, and chains made anew."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from walletcore.errors import AuditError
from walletcore.signers.store import ORIGIN, Entry, chained, verify_log

Log = list[Entry]


def made(*texts: str, time: int = 1_800_000_000) -> Log:
    log: Log = []
    for number, text in enumerate(texts, 1):
        head = chained(log[-1].head if log else ORIGIN, number, time + number, text)
        log.append(Entry(number=number, time=time + number, text=text, head=head))
    return log


GOOD = made(*"abcdefgh")
HEAD = GOOD[-1].head


def test_a_log_as_it_was_written_passes() -> None:
    assert verify_log(GOOD, HEAD) == verify_log(GOOD) == GOOD[-1]
    assert verify_log(iter(GOOD), GOOD[2].head, (5, GOOD[4].head), HEAD) == GOOD[-1]
    assert verify_log([]) is None


def numbered(log: Log) -> Log:
    return [replace(entry, number=number) for number, entry in enumerate(log, 1)]


def rehashed(log: Log) -> Log:
    return made(*(entry.text for entry in log))


def changed(place: int, **what: object) -> Log:
    return [*GOOD[:place], replace(GOOD[place], **what), *GOOD[place + 1 :]]  # type: ignore[arg-type]


SWAPPED = [*GOOD[:2], GOOD[4], GOOD[3], GOOD[2], *GOOD[5:]]
TAMPERED: dict[str, tuple[Log, int]] = {
    "text": (changed(3, text="D"), 4),
    "time": (changed(3, time=7), 4),
    "head": (changed(3, head=bytes(32)), 4),
    "first text": (changed(0, text="A"), 1),
    "last text": (changed(7, text="H"), 8),
    "another type": (changed(3, text=None), 4),
    "no time": (changed(3, time=-1), 4),
    "surrogate": (changed(3, text="\ud800"), 4),
    "removed": ([*GOOD[:3], *GOOD[4:]], 4),
    "removed, numbered anew": (numbered([*GOOD[:3], *GOOD[4:]]), 4),
    "first removed": (GOOD[1:], 1),
    "first removed, numbered anew": (numbered(GOOD[1:]), 1),
    "inserted": (numbered([*GOOD[:3], replace(GOOD[0], text="x"), *GOOD[3:]]), 4),
    "inserted and hashed": (numbered([*GOOD[:3], rehashed([*GOOD[:3], replace(GOOD[0], text="x")])[3], *GOOD[3:]]), 5),
    "twice": ([*GOOD[:4], *GOOD[3:]], 5),
    "reordered": (SWAPPED, 3),
    "reordered, numbered anew": (numbered(SWAPPED), 3),
    "before the first": ([Entry(number=0, time=0, text="", head=ORIGIN), *GOOD], 1),
}


@pytest.mark.parametrize(("log", "number"), TAMPERED.values(), ids=TAMPERED.keys())
def test_a_line_that_was_tampered_with_is_named(log: Log, number: int) -> None:
    for heads in ((), (HEAD,)):
        with pytest.raises(AuditError, match=rf"line {number}\b") as caught:
            verify_log(log, *heads)
        assert (caught.value.number, caught.value.reason) == (number, "mismatch")


@pytest.mark.parametrize("length", range(8))
def test_a_log_that_was_cut_passes_only_where_no_head_was_kept(length: int) -> None:
    cut = GOOD[:length]
    assert verify_log(cut) == (cut[-1] if cut else None)
    for head in (HEAD, (8, HEAD)):
        with pytest.raises(AuditError, match=rf"line {length + 1} is missing") as caught:
            verify_log(cut, head)
        assert caught.value.number == length + 1


FORGERIES: dict[str, Callable[[Log], Log]] = {
    "changed": lambda log: changed(3, text="D"),
    "removed": lambda log: [*log[:3], *log[4:]],
    "reordered": lambda log: SWAPPED,
    "cut and continued": lambda log: [*log[:3], *made("x", "y", "z", "u", "v", "w")],
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_chain_that_was_made_anew_is_seen_by_a_head_alone(forged: Callable[[Log], Log]) -> None:
    anew = rehashed(forged(GOOD))
    assert verify_log(anew) == anew[-1]
    with pytest.raises(AuditError, match="made anew"):
        verify_log(anew, HEAD)
    verify_log(anew, GOOD[1].head, (2, GOOD[1].head))  # what was before it is as it was
    with pytest.raises(AuditError, match="line 6 or one before it was changed, and all hashes made anew") as caught:
        verify_log(anew, (2, GOOD[1].head), (6, GOOD[5].head), (8, HEAD))
    assert caught.value.number == 6
