"""One thread for a library: deadlines, what is true at them, and forks."""

import json
import threading
import time
from collections.abc import Callable

import pytest

from house.source import child
from walletcore.errors import OutcomeUnknown, SignerUnavailable
from walletcore.signers.worker import Worker

SLACK = 3.0


def nothing(commit: Callable[[], None]) -> None:
    """Do nothing."""


def test_jobs_run_one_after_the_other_in_one_thread() -> None:
    worker, seen = Worker.of("one"), []

    def job(commit: Callable[[], None]) -> int:
        seen.append(threading.get_ident())
        return len(seen)

    threads = [threading.Thread(target=lambda: [worker.run(job, 5) for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 400
    assert len(set(seen)) == 1
    assert worker.run(job, 5) == 401
    assert Worker.of("one") is worker is not Worker.of("two")


def test_what_a_job_raises_comes_without_its_frames_and_their_objects() -> None:
    def job(commit: Callable[[], None]) -> None:
        try:
            raise KeyError("a secret")
        except KeyError:
            raise ValueError("told")  # noqa: B904

    with pytest.raises(ValueError, match="told") as caught:
        Worker.of("raises").run(job, 5)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert [entry.name for entry in caught.traceback][-1] == "run"


def test_H10_a_job_whose_caller_has_gone_does_not_take_the_last_step() -> None:
    worker, go, taken = Worker.of("late"), threading.Event(), []

    def job(commit: Callable[[], None]) -> None:
        go.wait(5)
        commit()
        taken.append("signed")

    started = time.monotonic()
    with pytest.raises(SignerUnavailable):
        worker.run(job, 0.05)
    with pytest.raises(SignerUnavailable):  # not begun
        worker.run(job, 0.05)
    assert time.monotonic() - started < SLACK
    go.set()
    worker.run(nothing, 5)
    assert taken == []
    worker.run(job, 5)
    assert taken == ["signed"]


def test_H10_a_job_that_is_late_in_its_last_step_may_have_taken_it() -> None:
    worker, go = Worker.of("unknown"), threading.Event()

    def job(commit: Callable[[], None]) -> None:
        commit()
        go.wait(5)

    with pytest.raises(OutcomeUnknown):
        worker.run(job, 0.05)
    go.set()
    worker.run(nothing, 5)


FORK = """
import json, os, threading, time
from walletcore.errors import SignerError
from walletcore.signers.worker import Worker

def ran(name):
    try:
        return Worker.of(name).run(lambda commit: os.getpid(), 5) == os.getpid()
    except SignerError as error:
        return type(error).__name__

def forked(name):
    reader, writer = os.pipe()
    if not os.fork():
        found = ran(name)
        os.write(writer, json.dumps([found, Worker.of(name).is_inherited] if found is True else found).encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        return json.loads(pipe.read())

found = [ran("a"), Worker.of("a").is_inherited, forked("a"), forked("b")]
def begin(name, wait):
    begun = threading.Event()
    job = lambda commit: (begun.set(), wait())
    threading.Thread(target=lambda: Worker.of(name).run(job, 20)).start()
    begun.wait()

begin("a", lambda: time.sleep(0.3))
found.append(forked("a"))
stop = threading.Event()
begin("c", lambda: stop.wait(20))
started = time.monotonic()
found += [forked("c"), time.monotonic() - started]
stop.set()
found.append(ran("c"))
print(json.dumps(found))
"""


def test_X02_a_fork_waits_for_what_is_under_way_but_not_for_ever() -> None:
    first, inherited, child_of_used, child_of_unused, child_of_busy, child_of_stuck, seconds, later = json.loads(
        child(FORK)
    )
    assert (first, inherited) == (True, False)
    assert child_of_used == [True, True]
    assert child_of_unused == [True, False]
    assert child_of_busy == [True, True]
    assert child_of_stuck == "SignerError"
    assert seconds < 1 + SLACK
    assert later is True
