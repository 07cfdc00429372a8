"""The kit for signers ends whatever a signer does, and looks at what is left after a cancelled task and a fork."""

import asyncio
import fcntl
import os
import signal
import termios
import threading
import time
import warnings
from array import array
from collections.abc import Callable
from typing import Any

import pytest

from house.source import child
from support.devices import P256, PIN, Batch, Device, Mutants, Waiting
from support.endings import ends_slowly, there
from walletcore.errors import OutcomeUnknown, SignerError, SigningRefused
from walletcore.keys import PublicKey, Scheme
from walletcore.signing import Signature, SigningRequest
from walletcore.testing import Nonconformity, check_async_signer, check_signer
from walletcore.testing.calls import Late, within
from walletcore.testing.forks import forked
from walletcore.testing.questions import numbered

HANGING = Mutants(seconds=2)  # all of them hang, so that this is how long each takes
CANCELLED = Mutants()
FORKED = Mutants(forks=True)


FORKS = threading.Event()
IN_USE, LOCK = threading.Event(), threading.Lock()


def before_a_fork() -> None:
    if IN_USE.is_set():
        LOCK.acquire()


def after_a_fork() -> None:
    FORKS.set()
    if IN_USE.is_set():
        LOCK.release()


os.register_at_fork(before=before_a_fork, after_in_parent=after_a_fork)


def for_ever() -> Any:
    threading.Event().wait()


# -- what hangs


@HANGING.mutant("it answers or refuses while it is examined, within 2 seconds")
class Hangs(Device):
    def answer(self, request: SigningRequest) -> Any:
        return for_ever()


@HANGING.mutant("it answers or refuses while it is examined, within 2 seconds")
class HangsForOtherKeys(Device):
    def answer(self, request: SigningRequest) -> Any:
        is_mine = request.key == self.public_key or request.tweak is not None
        return super().answer(request) if is_mine else for_ever()


@HANGING.mutant("a signer has a public_key, and sign, within 2 seconds")
class LooksForItsKeyForEver(Device):
    @property
    def public_key(self) -> PublicKey:
        key: PublicKey = for_ever()
        return key


@HANGING.mutant("several threads may sign at once, within 2 seconds")
class LocksItselfUp(Device):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = threading.Lock(), threading.Lock()

    def answer(self, request: SigningRequest) -> Any:
        first, second = (self.one, self.other) if request.payload[-1] % 2 else (self.other, self.one)
        with first:
            time.sleep(0.02)
            with second:
                return super().answer(request)


@HANGING.mutant("it answers or refuses while it is examined, within 2 seconds")
class HangsOnEmptyBatches(Batch):
    def sign_all(self, requests: Any) -> Any:
        return super().sign_all(requests) if requests else for_ever()


@HANGING.mutant("a batch for its key is collected, within 2 seconds")
class HangsOnBatches(Batch):
    def sign_all(self, requests: Any) -> Any:
        return for_ever()


@HANGING.mutant("it shows itself, and no secret, within 2 seconds")
class NeverStopsToPrint(Device):
    def __repr__(self) -> str:
        return str(for_ever())


@HANGING.mutant("it refuses to be copied, within 2 seconds")
class CopiesItselfForEver(Device):
    def __deepcopy__(self, memo: Any) -> Any:  # type: ignore[override]
        return for_ever()


@HANGING.mutant("it answers or refuses while it is examined, within 2 seconds")
class NeverWakesUp(Waiting):
    async def sign(self, request: SigningRequest) -> Any:
        await asyncio.Event().wait()


@HANGING.mutant("it answers or refuses while it is examined, within 2 seconds")
class BlocksItsLoop(Waiting):
    async def sign(self, request: SigningRequest) -> Any:
        return for_ever()


@HANGING.mutant("several tasks may sign at once, within 2 seconds")
class WaitsForTheOtherTask(Waiting):
    inside = 0

    async def sign(self, request: SigningRequest) -> Any:
        self.inside += 1
        await asyncio.sleep(0)
        await asyncio.sleep(3600 if self.inside > 1 else 0)
        self.inside -= 1
        return Device.sign(self, request)


@HANGING.mutant("a task that is cancelled ends, within 2 seconds")
class CannotBeCancelled(Waiting):
    async def sign(self, request: SigningRequest) -> Any:
        while True:
            try:
                return await super().sign(request)
            except asyncio.CancelledError:
                await asyncio.sleep(3600)


@HANGING.mutant("within 2 seconds (after a task was cancelled)")
class KeepsItsLock(Waiting):
    def __init__(self) -> None:
        super().__init__()
        self.lock = asyncio.Lock()

    async def sign(self, request: SigningRequest) -> Any:
        await self.lock.acquire()
        try:
            answer = await super().sign(request)
        except SignerError:  # and not CancelledError
            self.lock.release()
            raise
        self.lock.release()
        return answer


@pytest.mark.parametrize("name", HANGING.known)
def test_a_signer_that_hangs_is_told_by_the_promise_that_it_breaks(name: str) -> None:
    HANGING.check(name)


def test_a_hanging_signer_holds_up_neither_the_loop_of_its_caller_nor_the_end_of_the_program() -> None:
    printed = child(
        """
import asyncio, threading
from support.devices import Device, Waiting
from walletcore.testing import Nonconformity, check_async_signer, check_signer

class Hangs(Device):
    def sign(self, request):
        threading.Event().wait()

class Sleeps(Waiting):
    async def sign(self, request):
        await asyncio.Event().wait()

async def examined():
    ticks = 0
    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1
    ticking = asyncio.create_task(tick())
    for signer in (Hangs(), Sleeps()):
        try:
            await check_async_signer(signer, seconds=0.5, forks=False)
        except Nonconformity as failure:
            print(failure)
    print(ticks > 10)
    ticking.cancel()
asyncio.run(examined())
"""
    )
    promise = "a promise is not kept: it answers or refuses while it is examined, within 0.5 seconds"
    assert printed.splitlines() == [promise, promise, "True"]


@pytest.mark.parametrize("seconds", [0, -1, None, "2", True, float("nan"), float("inf")])
def test_a_bound_is_a_number_of_seconds(seconds: Any) -> None:
    with pytest.raises(SignerError) as caught:
        check_signer(Device(), seconds=seconds)
    assert caught.value.reason == "range"


# -- tasks that are cancelled


@CANCELLED.mutant("it ends with CancelledError or its answer: SigningRefused policy (a task that was cancelled)")
class TakesCancellingForARefusal(Waiting):
    async def sign(self, request: SigningRequest) -> Any:
        try:
            return await super().sign(request)
        except asyncio.CancelledError:
            raise SigningRefused("no", reason="policy") from None


@CANCELLED.mutant("sign returns a Signature, not NoneType (a task that was cancelled)")
class ReturnsNothingWhenItIsCancelled(Waiting):
    async def sign(self, request: SigningRequest) -> Any:
        try:
            return await super().sign(request)
        except asyncio.CancelledError:
            return None


@CANCELLED.mutant("(after a task was cancelled)")
class AnswersTheQuestionBefore(Waiting):
    """What a line does whose answers are read in turn, and of which nobody has read the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.line: list[Any] = []

    async def sign(self, request: SigningRequest) -> Any:
        self.line.append(Device.sign(self, request))
        await asyncio.sleep(0)
        return self.line.pop(0)


@CANCELLED.mutant("it signs what it has signed before (after a task was cancelled): SigningRefused policy")
class LogsOutWhenItIsCancelled(Waiting):
    is_open = True

    async def sign(self, request: SigningRequest) -> Any:
        if not self.is_open:
            raise SigningRefused("nobody has logged in", reason="policy")
        try:
            return await super().sign(request)
        except asyncio.CancelledError:
            self.is_open = False
            raise


@CANCELLED.mutant("it raises nothing but SignerError and InvalidSignature: CancelledError")
class CancelsItself(Waiting):
    async def sign(self, request: SigningRequest) -> Any:
        raise asyncio.CancelledError


@pytest.mark.parametrize("name", CANCELLED.known)
def test_a_signer_that_does_not_survive_a_cancelled_task_is_seen(name: str) -> None:
    CANCELLED.check(name)


def test_tasks_are_cancelled_before_in_and_after_the_work() -> None:
    ends: list[str] = []

    class Slow(Waiting):
        async def sign(self, request: SigningRequest) -> Any:
            try:
                await asyncio.sleep(0.02)
                answer = await Waiting.sign(self, request)
            except asyncio.CancelledError:
                ends.append("cancelled")
                raise
            ends.append("answered")
            return answer

    assert check_signer(Slow(), forks=False).is_asynchronous
    assert ends.count("cancelled") >= 4  # one is cancelled before it begins, some may have come to their end
    assert ends.count("answered") >= 40


def test_a_signer_that_finishes_what_it_has_begun_passes() -> None:
    class Shielded(Waiting):
        async def sign(self, request: SigningRequest) -> Any:
            return await asyncio.shield(Waiting.sign(self, request))

    assert check_signer(Shielded(), forks=False).is_asynchronous


# -- forks


class Inherited(Device):
    """A device that knows whether it was made in this process."""

    def __init__(self) -> None:
        super().__init__()
        self.made = os.getpid()

    @property
    def is_child(self) -> bool:
        return os.getpid() != self.made

    def answer(self, request: SigningRequest) -> Any:
        return self.answer_as_child(request) if self.is_child else super().answer(request)

    def answer_as_child(self, request: SigningRequest) -> Any:
        return Device.answer(self, request)


@FORKED.mutant("its signature verifies")
class SignsWrongAsAChild(Inherited):
    def answer_as_child(self, request: SigningRequest) -> Any:
        return self.of(request, payload=bytes(32), prehash=None)


@FORKED.mutant("RuntimeError")
class FailsAsAChild(Inherited):
    def answer_as_child(self, request: SigningRequest) -> Any:
        raise RuntimeError("no such session")


@FORKED.mutant("OutcomeUnknown")
class NeverKnowsAsAChild(Inherited):
    def answer_as_child(self, request: SigningRequest) -> Any:
        raise OutcomeUnknown("perhaps")


@FORKED.mutant("its errors tell no secret")
class TellsItsPinAsAChild(Inherited):
    def answer_as_child(self, request: SigningRequest) -> Any:
        raise SignerError(f"the PIN {PIN.decode()} was not taken", reason="policy")


@FORKED.mutant("it ended without a word")
class DiesAsAChild(Inherited):
    def answer_as_child(self, request: SigningRequest) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


@FORKED.mutant("it raises nothing but")
class LeavesAsAChild(Inherited):
    def answer_as_child(self, request: SigningRequest) -> Any:
        raise SystemExit(0)


class OnOnePipe(Inherited):
    """Both processes have both ends of it."""

    def __init__(self) -> None:
        super().__init__()
        self.read, self.write = os.pipe()

    def __del__(self) -> None:
        os.close(self.read)
        os.close(self.write)


@FORKED.mutant("(while a child process that was forked signs)")
class SharesALine(OnOnePipe):
    """Both processes ask and read on one pipe, as on a socket that was inherited."""

    def answer(self, request: SigningRequest) -> Any:
        with self.lock:
            made = Device.answer(self, request)
            os.write(self.write, made.data)
            if self.is_child:
                time.sleep(1)
            elif FORKS.is_set():
                self.wait_for_the_child()
            data = os.read(self.read, 64)
        return Signature(scheme=made.scheme, data=data)

    lock = threading.Lock()

    def wait_for_the_child(self) -> None:
        until, count = time.monotonic() + 30, array("i", [0])
        while count[0] < 128 and time.monotonic() < until:
            fcntl.ioctl(self.read, termios.FIONREAD, count)
            time.sleep(0.001)


@FORKED.mutant("(after a child process was forked)")
class LosesItsSessionToAChild(OnOnePipe):
    """The child logs out, and the device has one session for both."""

    def answer(self, request: SigningRequest) -> Any:
        os.set_blocking(self.read, False)
        if self.is_child:
            time.sleep(0.3)  # its parent has signed meanwhile
            os.write(self.write, b"logout")
        elif self.logged_out():
            raise SigningRefused("nobody has logged in", reason="policy")
        return Device.answer(self, request)

    def logged_out(self) -> bool:
        try:
            return bool(os.read(self.read, 1))
        except BlockingIOError:
            return False


@pytest.mark.parametrize("name", FORKED.known)
def test_a_signer_that_does_not_survive_a_fork_is_seen(name: str) -> None:
    FORKS.clear()
    FORKED.check(name)


def test_a_child_that_hangs_is_told_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hangs(Inherited):
        def answer_as_child(self, request: SigningRequest) -> Any:
            return for_ever()

    fork, children = os.fork, []
    monkeypatch.setattr(os, "fork", lambda: children.append(fork()) or children[-1])  # type: ignore[func-returns-value]
    with pytest.raises(Nonconformity, match="a child process that is forked signs or refuses"):
        check_signer(Hangs(), seconds=2, forks=True)
    (child,) = children
    with pytest.raises(ProcessLookupError):  # it is neither there nor waits to be fetched
        os.kill(child, 0)


def test_a_signer_that_takes_a_lock_with_it_into_the_child_is_seen() -> None:
    """Somebody in the parent holds the lock at the moment of the fork, and is not there to give it back."""

    class Busy(Device):
        def answer(self, request: SigningRequest) -> Any:
            with LOCK:
                return Device.answer(self, request)

    IN_USE.set()
    try:
        with pytest.raises(Nonconformity, match="a child process that is forked signs or refuses"):
            check_signer(Busy(), seconds=2, forks=True)
    finally:
        IN_USE.clear()


@pytest.mark.parametrize("kind", [Device, Batch, Waiting])
def test_a_signer_without_a_session_signs_in_a_child(kind: Callable[[], Device]) -> None:
    assert check_signer(kind(), secrets=[PIN], forks=True).signs_forked is True
    assert asyncio.run(check_async_signer(kind(), secrets=[PIN], forks=True)).signs_forked is True


@pytest.mark.parametrize("error", [SigningRefused("not here", reason="policy"), SignerError("forked", reason="policy")])
def test_a_signer_that_refuses_in_a_child_passes_and_the_report_says_so(error: SignerError) -> None:
    class Refuses(Inherited):
        def answer_as_child(self, request: SigningRequest) -> Any:
            raise error

    assert check_signer(Refuses(), forks=True).signs_forked is False


def test_no_thread_of_the_kit_is_ending_when_it_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that frees what OpenSSL keeps for it holds a lock, for which the child would wait for ever."""

    class Slow(Device):
        curve, together = P256, threading.Barrier(4)

        def answer(self, request: SigningRequest) -> Any:
            if request in several:  # of the threads that sign at once
                self.together.wait(60)
            threads.add(ends_slowly(0.2 if request in several else 0.001))
            return super().answer(request)

    def forking() -> int:
        child = fork()
        ending.update(there(threads))
        return child

    example = SigningRequest(key=Slow().public_key, scheme=Scheme.ECDSA_P256, payload=bytes(32))
    several = [numbered(example, number) for number in range(4, 20)]
    fork, threads, ending = os.fork, set[int](), set[int]()
    monkeypatch.setattr(os, "fork", forking)
    assert check_signer(Slow(), forks=True).signs_forked is True
    assert len(threads) > 10
    assert ending == set()


def test_what_runs_first_in_a_child_ends_nothing_that_its_parent_left() -> None:
    """Such as a channel of gRPC: its end waits for threads that a child does not have."""
    printed = child(
        """
import gc, os, threading
from support.devices import Device
from walletcore.testing import check_signer

class Left:
    def __init__(self):
        self.itself, self.made = self, os.getpid()

    def __del__(self):
        if os.getpid() != self.made:
            threading.Event().wait()

def works():
    return [[] for _ in range(100_000)]

os.register_at_fork(before=Left, after_in_child=works)
print(check_signer(Device(), seconds=20, forks=True).signs_forked, gc.isenabled())
gc.disable()
print(check_signer(Device(), seconds=20, forks=True).signs_forked, gc.isenabled())
"""
    )
    assert printed.splitlines() == ["True True", "True False"]


def test_no_process_is_forked_where_that_is_said() -> None:
    forks: list[int] = []
    os.register_at_fork(before=lambda: forks.append(1))
    assert check_signer(Device(), forks=False).signs_forked is None
    assert forks == []
    assert check_signer(Device()).signs_forked is True  # this system is one that forks
    assert forks == [1]


def test_a_fork_beside_threads_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_signer(Waiting(), forks=True).signs_forked


def test_what_a_child_says_is_one_line_of_some_length() -> None:
    assert forked(lambda: b"a\nb" + bytes(1 << 17), lambda: None, 60) == b"a b" + bytes((1 << 16) - 3)
    with pytest.raises(Late):
        forked(for_ever, lambda: None, 0.2)


def test_what_a_call_raises_comes_through_from_its_thread() -> None:
    assert within(60, threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 // 0)
    with pytest.raises(OutcomeUnknown):  # the signer's own, which is no lateness
        within(60, lambda: exec("raise error", {"error": OutcomeUnknown("perhaps")}))
