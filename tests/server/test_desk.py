"""Where requests are answered: one signature for an id, whatever the signer does, and errors that stay true."""

import asyncio
import gc
import json
import secrets
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support.disk import Disk
from support.server import ETHEREUM, HOT, payment, request, token_client
from support.signing_service import KEYS
from walletcore.errors import (
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.server import crew, desk
from walletcore.server.crew import Crew
from walletcore.server.desk import Answer, Desk
from walletcore.server.keys import Held
from walletcore.server.memory import Apart, Memory, Together, open_memory
from walletcore.signers.guard import guard
from walletcore.signers.local import LocalSigner
from walletcore.signers.protocol import Asked, Subject
from walletcore.signers.rules import audit, limit
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import Store
from walletcore.signing import Signature, SigningRequest

KEY = KEYS[Curve.P256]
UNDER = SigningRequest(key=KEY.public_key, scheme=Scheme.ECDSA_P256, payload=bytes(32))


class Device:
    """Signs with another nonce each time, as devices do; slow, and out of order when it is told so."""

    def __init__(self, pause: float = 0.0, failures: list[Exception] | None = None) -> None:
        self.pause, self.failures, self.signed = pause, failures or [], 0

    @property
    def public_key(self) -> PublicKey:
        return KEY.public_key

    def sign(self, request: SigningRequest) -> Signature:
        from cryptography.hazmat.primitives.asymmetric import ec, utils
        from cryptography.hazmat.primitives.hashes import SHA256

        time.sleep(self.pause)
        if self.failures:
            raise self.failures.pop(0)
        self.signed += 1
        private = ec.derive_private_key(int.from_bytes(KEY.secret.reveal()), ec.SECP256R1())
        der = private.sign(request.message, ec.ECDSA(utils.Prehashed(SHA256())))
        return Signature(scheme=request.scheme, data=der)


class Waiting(Device):
    """The same, asynchronous."""

    async def sign(self, request: SigningRequest) -> Signature:  # type: ignore[override]
        await asyncio.sleep(self.pause)
        return Device.sign(self, request)


class Gated(Waiting):
    """Signs once it may."""

    def __init__(self, gate: asyncio.Event) -> None:
        super().__init__()
        self.gate, self.most, self.now = gate, 0, 0

    async def sign(self, request: SigningRequest) -> Signature:  # type: ignore[override]
        self.now += 1
        self.most = max(self.most, self.now)
        await self.gate.wait()
        self.now -= 1
        return Device.sign(self, request)


def held(signer: Device, name: str = "device", *, is_brief: bool = False) -> Held:
    return Held(name=name, public_key=signer.public_key, signer=signer, brief=signer if is_brief else None)


def asked(number: int = 0) -> Asked:
    whole = SigningRequest(key=KEY.public_key, scheme=Scheme.ECDSA_P256, payload=number.to_bytes(32))
    return Asked(request=whole)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    kept = open_memory(f"sqlite:{tmp_path}/store.db", 1)
    yield kept
    kept.store.close()


def run(memory: Memory, job: Callable[[Desk], object], **limits: float) -> object:
    async def main() -> object:
        told = {"signing": 2000, "threads": 8, "answer": 20.0} | limits
        return await job(Desk(memory, **told))  # type: ignore[arg-type, misc]

    return asyncio.run(main())


by_kind = pytest.mark.parametrize("kind", [Device, Waiting])


@by_kind
def test_H19_a_thousand_at_the_same_time_are_one_signature(memory: Memory, kind: type[Device]) -> None:
    signer = kind(pause=0.05)

    async def job(desk: Desk) -> set[bytes]:
        answers = await asyncio.gather(*(desk.sign(held(signer), asked(), "shop") for _ in range(1000)))
        return {answer.signature.data for answer in answers}

    assert len(run(memory, job)) == 1  # type: ignore[arg-type]
    assert signer.signed == 1


@by_kind
def test_H19_a_signature_that_was_kept_is_given_again(memory: Memory, kind: type[Device]) -> None:
    signer = kind()

    async def job(desk: Desk) -> list[Answer]:
        return [await desk.sign(held(signer), asked(), "shop") for _ in range(3)]

    answers = run(memory, job)
    assert [answer.again for answer in answers] == [False, True, True]  # type: ignore[attr-defined]
    assert len({answer.signature.data for answer in answers}) == signer.signed == 1  # type: ignore[attr-defined]


def test_H19_two_servers_with_one_memory_give_one_signature(tmp_path: Path) -> None:
    """Both may sign; what leaves them is the first that was kept."""
    signers, found = [Device(pause=0.02) for _ in range(2)], []

    def serve(signer: Device) -> None:
        kept = open_memory(f"sqlite:{tmp_path}/store.db", 1)

        async def job(desk: Desk) -> list[bytes]:
            return [(await desk.sign(held(signer), asked(n), "x")).signature.data for n in range(10)]

        found.append(run(kept, job))
        kept.store.close()

    open_memory(f"sqlite:{tmp_path}/store.db", 1).store.close()
    threads = [threading.Thread(target=serve, args=(signer,)) for signer in signers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]
    assert sum(signer.signed for signer in signers) > 10  # or nothing was tried here


FAILURES = [
    (SigningRefused("no"), SigningRefused),
    (SignerUnavailable("later"), SignerUnavailable),
    (OutcomeUnknown("?"), OutcomeUnknown),
    (InvalidSignature("bad"), InvalidSignature),
    (SignerError("broken"), SignerError),
    (ValueError(secrets.token_hex(8)), OutcomeUnknown),
    (StopIteration(), OutcomeUnknown),
    (TimeoutError(), OutcomeUnknown),
    (KeyError("PIN 1234"), OutcomeUnknown),
]


@by_kind
@pytest.mark.parametrize(("failure", "told"), FAILURES, ids=lambda value: getattr(value, "__name__", repr(value))[:30])
def test_H10_what_a_signer_says_is_told_as_it_is(
    memory: Memory, kind: type[Device], failure: Exception, told: type[WalletcoreError]
) -> None:
    signer = kind(failures=[failure])

    async def job(desk: Desk) -> None:
        with pytest.raises(told) as caught:
            await desk.sign(held(signer), asked(), "shop")
        assert type(caught.value) is told
        assert "1234" not in str(caught.value)
        assert desk.under_way == 0
        await desk.sign(held(signer), asked(), "shop")

    if kind is Waiting and isinstance(failure, StopIteration):
        with pytest.raises(RuntimeError):
            asyncio.run(_stopping())
        return
    run(memory, job)
    assert signer.signed == 1


async def _stopping() -> None:
    """What Python makes of StopIteration in a coroutine: it never reaches a desk."""
    raise StopIteration


def test_H10_once_in_doubt_no_later_failure_says_that_nothing_was_signed(memory: Memory) -> None:
    doubts = [OutcomeUnknown("?"), SigningRefused("no"), SignerUnavailable("later")]
    signer = Device(failures=[*doubts, *doubts[1:]])

    async def job(desk: Desk) -> None:
        for _ in range(3):
            with pytest.raises(OutcomeUnknown):
                await desk.sign(held(signer), asked(1), "shop")
        with pytest.raises(SigningRefused):  # another request is another matter
            await desk.sign(held(signer), asked(2), "shop")
        with pytest.raises(OutcomeUnknown):
            await desk.sign(held(signer), asked(1), "shop")
        await desk.sign(held(signer), asked(1), "shop")

    run(memory, job)


class Forgetful:
    """A store that fails at one of its methods."""

    def __init__(self, store: Store, method: str) -> None:
        self._store, self._method = store, method

    def __getattr__(self, name: str) -> object:
        def fail(*_: object) -> None:
            raise OSError("No space left on device")

        return fail if name == self._method else getattr(self._store, name)


def test_H10_the_last_doubts_are_remembered_and_not_the_first(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_MAX_DOUBTS", 2)

    async def job(desk: Desk) -> None:
        for number in (1, 2, 1, 3):
            with pytest.raises(OutcomeUnknown):
                await desk.sign(held(Device(failures=[OutcomeUnknown("late")])), asked(number), "shop")
        for number, kind in ((1, OutcomeUnknown), (2, SignerUnavailable), (3, OutcomeUnknown)):
            with pytest.raises(kind):
                await desk.sign(held(Device(failures=[SignerUnavailable("away")])), asked(number), "shop")

    run(memory, job)


def test_H10_a_memory_that_fails_before_is_unavailable_and_after_is_unknown(memory: Memory) -> None:
    signer = Device()

    async def before(desk: Desk) -> None:
        with pytest.raises(SignerUnavailable):
            await desk.sign(held(signer), asked(), "shop")

    run(Apart(Forgetful(memory.store, "kept"), 2), before)  # type: ignore[arg-type]
    assert signer.signed == 0

    async def after(desk: Desk) -> None:
        with pytest.raises(OutcomeUnknown):
            await desk.sign(held(signer), asked(), "shop")

    run(Apart(Forgetful(memory.store, "keep"), 2), after)  # type: ignore[arg-type]
    assert signer.signed == 1
    assert memory.store.kept(asked().request.id) is None


def test_H10_a_signer_that_hangs_is_unknown_in_time_and_joined_by_whoever_asks_again(memory: Memory) -> None:
    signer = Device(pause=1.0)

    async def job(desk: Desk) -> None:
        with pytest.raises(OutcomeUnknown):
            await desk.sign(held(signer), asked(), "shop")
        assert desk.under_way == 1
        while desk.under_way:
            await asyncio.sleep(0.01)
        assert (await desk.sign(held(signer), asked(), "shop")).again

    run(memory, job, answer=0.1)
    assert signer.signed == 1


def test_X05_who_is_cancelled_leaves_a_whole_signature(memory: Memory) -> None:
    signer = Device(pause=0.1)

    async def job(desk: Desk) -> None:
        task = asyncio.create_task(desk.sign(held(signer), asked(), "shop"))
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await desk.close(5)

    run(memory, job)
    assert signer.signed == 1


def test_more_than_there_may_be_under_way_are_unavailable(memory: Memory) -> None:
    signer = Device(pause=0.3)

    async def job(desk: Desk) -> None:
        tasks = [asyncio.create_task(desk.sign(held(signer), asked(n), "shop")) for n in range(3)]
        await asyncio.sleep(0.05)
        with pytest.raises(SignerUnavailable):
            await desk.sign(held(signer), asked(7), "shop")
        same = await desk.sign(held(signer), asked(1), "shop")  # which is under way already
        assert same.signature.data == (await tasks[1]).signature.data
        await asyncio.gather(*tasks)

    run(memory, job, signing=3)


def test_X14_what_requests_hold_is_bounded_until_they_are_over_whoever_has_gone_away(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MAX_HELD", 10 << 20)
    hash_ = SigningRequest(
        key=KEY.public_key, scheme=Scheme.ECDSA_P256, payload=b"", prehash=sha256
    )  # of payloads as long as one likes
    large = [Asked(request=replace(hash_, payload=number.to_bytes(1 << 20))) for number in range(14)]

    async def job(desk: Desk) -> Counter[str]:
        gate = asyncio.Event()
        waiting = held(Gated(gate))
        told: list[BaseException | Answer] = []
        for each in large:  # none is answered in time: nobody waits for it any more, and it is under way
            told += await asyncio.gather(desk.sign(waiting, each, "shop"), return_exceptions=True)
        gate.set()
        while desk.under_way:
            await asyncio.sleep(0.01)
        again = await asyncio.gather(desk.sign(waiting, large[-1], "shop"), return_exceptions=True)
        return Counter(type(each).__name__ for each in [*told, *again])

    assert run(memory, job, answer=0.2) == {"OutcomeUnknown": 10, "SignerUnavailable": 4, "Answer": 1}


def test_X14_of_large_requests_one_of_a_key_is_at_work_and_holds_up_no_small_one(memory: Memory) -> None:
    """They take the processor, and memory a hundred times their size."""
    whole = SigningRequest(key=KEY.public_key, scheme=Scheme.ECDSA_P256, payload=b"", prehash=sha256)
    large = [Asked(request=replace(whole, payload=number.to_bytes(1 << 14))) for number in range(5)]

    async def job(desk: Desk) -> None:
        signer = Gated(asyncio.Event())
        waiting = [asyncio.create_task(desk.sign(held(signer), each, "shop")) for each in large]
        await asyncio.sleep(0.2)
        assert (signer.now, desk.under_way) == (1, 5)
        small = [asyncio.create_task(desk.sign(held(signer), asked(number), "shop")) for number in range(5)]
        await asyncio.sleep(0.2)
        assert signer.now == 6
        signer.gate.set()
        await asyncio.gather(*waiting, *small)
        assert signer.most == 6

    run(memory, job)


def test_H10_what_another_says_of_the_same_request_refuses_nobody_else(memory: Memory) -> None:
    """Two clients of one key: the one that says nothing true of the request does not have the other's refused."""

    class Strict(Device):
        public_key = HOT

        def sign(self, request: SigningRequest) -> Signature:
            if request.subject is None:
                time.sleep(0.05)
                raise SigningRefused("no subject", reason="missing")
            data, recovery = KEYS[Curve.SECP256K1].sign_recoverable(request.scheme, request.message)
            return Signature(scheme=request.scheme, data=data, recovery=recovery)

    mine = payment()
    whole = replace(mine.requests()[0], subject=None)  # as it comes over the wire
    subject = Subject(chain="eip155:1", raw=mine.raw)

    async def job(desk: Desk) -> list[object]:
        device = held(Strict())
        bad = [desk.sign(device, Asked(request=whole), "other") for _ in range(2)]
        good = [desk.sign(device, Asked(request=whole, subject=subject), "shop") for _ in range(3)]
        return await asyncio.gather(*bad, *good, return_exceptions=True)

    found = run(memory, job)
    assert [type(each) for each in found] == [SigningRefused] * 2 + [Answer] * 3  # type: ignore[attr-defined]


def test_a_signature_of_another_key_is_kept_by_nobody(memory: Memory) -> None:
    class Wrong(Device):
        def sign(self, request: SigningRequest) -> Signature:
            return Signature(scheme=request.scheme, data=bytes(31) + b"\1" + bytes(31) + b"\1")

    async def job(desk: Desk) -> None:
        with pytest.raises(InvalidSignature):
            await desk.sign(held(Wrong()), asked(), "shop")

    run(memory, job)
    assert memory.store.kept(asked().request.id) is None


def test_a_kept_signature_that_was_changed_is_not_given(memory: Memory) -> None:
    memory.store.keep(asked().request.id, bytes(63) + b"\1")

    async def job(desk: Desk) -> None:
        with pytest.raises(InvalidSignature):
            await desk.sign(held(Device()), asked(), "shop")

    run(memory, job)


def test_the_signer_is_given_the_request_with_the_subject_that_was_made_here(memory: Memory) -> None:
    seen = []

    class Looking(Device):
        public_key = HOT

        def sign(self, request: SigningRequest) -> Signature:
            seen.append(request)
            data, recovery = KEYS[Curve.SECP256K1].sign_recoverable(request.scheme, request.message)
            return Signature(scheme=request.scheme, data=data, recovery=recovery)

    mine = payment()
    (whole,) = mine.requests()
    subject = Subject(chain="eip155:1", raw=mine.raw)

    async def job(desk: Desk) -> None:
        await desk.sign(held(Looking()), Asked(request=whole, subject=subject), "shop")

    run(memory, job)
    assert seen[0].subject == mine
    assert seen[0].subject is not mine


def test_the_log_says_who_got_what(memory: Memory) -> None:
    async def job(desk: Desk) -> None:
        await desk.sign(held(Device()), asked(), "shop")

    run(memory, job)
    (line,) = [json.loads(entry.text) for entry in memory.store.log()]
    assert line == {"event": "signed", "request": asked().request.id.hex(), "key": "device", "client": "shop"}


def test_a_crew_has_a_bounded_number_of_threads_that_keep_no_process() -> None:
    before = threading.active_count()

    def slowly(number: int) -> int:
        time.sleep(0.01)
        return number

    async def main() -> None:
        crew = Crew(3)
        assert await asyncio.gather(*(crew.run(partial(slowly, n)) for n in range(12))) == list(range(12))
        with pytest.raises(ZeroDivisionError):
            await crew.run(lambda: 1 // 0)
        assert await crew.run(lambda: "again") == "again"

    asyncio.run(main())
    assert threading.active_count() - before <= 3
    assert all(thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread())


def test_X14_work_that_nobody_waits_for_is_not_begun_and_holds_nothing() -> None:
    """Bodies waited in the queue of threads that hung, long after they had been given up."""
    begun: list[str] = []

    class Body:
        def read(self) -> None:
            begun.append("read")

    async def main() -> None:
        crew, gate = Crew(1), threading.Event()
        busy = asyncio.create_task(crew.run(gate.wait))
        await asyncio.sleep(0)
        body = Body()
        seen = weakref.ref(body)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await crew.run(body.read)
        del body
        gc.collect()
        assert seen() is None
        gate.set()
        assert await busy
        assert await crew.run(lambda: "next") == "next"
        assert begun == []

    asyncio.run(main())


def test_H10_a_thread_that_is_not_to_be_had_keeps_nobody_waiting_for_it(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def job(desk: Desk) -> list[bytes]:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", exhausted)
            with pytest.raises(SignerUnavailable):
                await desk.sign(held(Device()), asked(), "shop")
        await desk.sign(held(Device()), asked(), "shop")
        with monkeypatch.context() as patch:  # from now on there is one, which does it all
            patch.setattr(threading.Thread, "start", exhausted)
            answers = await asyncio.gather(*(desk.sign(held(Device()), asked(n), "shop") for n in range(4)))
        return [answer.request.payload for answer in answers]

    assert run(memory, job, answer=5.0) == [n.to_bytes(32) for n in range(4)]


def test_H10_what_is_signed_when_there_is_no_thread_to_keep_it_is_unknown(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The threads of before have ended: the device took longer than they stay."""
    monkeypatch.setattr(crew, "_IDLE", 0.01)

    async def job(desk: Desk) -> None:
        gate = asyncio.Event()
        device = Gated(gate)
        task = asyncio.create_task(desk.sign(held(device), asked(), "shop"))
        while not device.now or desk._crews["device"]._made:
            await asyncio.sleep(0.01)
        monkeypatch.setattr(crew, "begun", _no_thread)
        gate.set()
        with pytest.raises(OutcomeUnknown, match="cannot be kept"):
            await task
        assert device.signed == 1

    run(memory, job)


def _no_thread(work: Callable[[], object]) -> threading.Thread:
    raise SignerUnavailable("there is no thread to be had")


@pytest.mark.parametrize(("is_brief", "size", "is_here"), [(True, 32, True), (True, 9000, False), (False, 32, False)])
def test_what_is_brief_is_done_in_the_thread_of_the_event_loop(
    memory: Memory, is_brief: bool, size: int, is_here: bool
) -> None:
    """What may take long (devices, guards that ask others, long transactions) keeps nobody waiting but itself."""
    seen = []

    class Looking(Device):
        def sign(self, request: SigningRequest) -> Signature:
            seen.append(threading.get_ident())
            return super().sign(request)

    whole = SigningRequest(key=KEY.public_key, scheme=Scheme.ECDSA_P256, payload=bytes(size), prehash=sha256)

    async def job(desk: Desk) -> None:
        for _ in range(2):
            await desk.sign(held(Looking(), is_brief=is_brief), Asked(request=whole), "shop")
        assert (seen == [threading.get_ident()]) is is_here

    run(memory, job)
    assert memory.store.kept(whole.id) is not None


@by_kind
def test_H10_a_device_that_hangs_keeps_no_other_key_waiting(memory: Memory, kind: type[Device]) -> None:
    """Nor does it take all that may be under way."""
    slow, fast = held(kind(pause=1.0), "slow"), held(Device(), "fast")

    async def job(desk: Desk) -> None:
        tasks = [asyncio.create_task(desk.sign(slow, asked(n), "shop")) for n in range(5)]
        await asyncio.sleep(0.1)
        start = time.monotonic()
        for number in range(100, 110):
            await desk.sign(fast, asked(number), "shop")
        assert time.monotonic() - start < 0.8
        with pytest.raises(SignerUnavailable):
            await desk.sign(slow, asked(6), "shop")
        await asyncio.gather(*tasks)
        await desk.sign(slow, asked(6), "shop")

    run(memory, job, threads=5, signing=5)


def test_H10_what_the_memory_lost_of_a_signature_is_told_to_it_again(tmp_path: Path) -> None:
    """The guard believes that it has charged the payment; were that true of its store, it would not do so again."""
    asset = ETHEREUM.asset
    path = tmp_path / "store.db"
    disk = Disk(path)
    memory = Together(disk, SqliteStore(path))
    rules = [limit(asset, total=2 * 10**15, per=timedelta(hours=1)), audit(memory.store)]
    signer = guard(LocalSigner(KEYS[Curve.SECP256K1]), *rules, store=memory.store)
    hot = Held(name="hot", public_key=HOT, signer=signer, is_guarded=True, brief=signer)
    first, second = payment(), payment()

    async def told(desk: Desk, made: Any) -> str:
        subject = Subject(chain="eip155:1", raw=made.raw)
        try:
            await desk.sign(hot, Asked(request=replace(made.requests()[0], subject=None), subject=subject), "shop")
        except WalletcoreError as error:
            return type(error).__name__
        return "signed"

    async def job(desk: Desk) -> list[str]:
        disk.is_full = True
        found = list(await asyncio.gather(told(desk, first), told(desk, first), told(desk, second)))
        disk.is_full = False
        return found + [await told(desk, made) for made in (first, second, first)]

    lost = ["OutcomeUnknown", "OutcomeUnknown", "SignerUnavailable"]  # the limit counted what was lost with it
    assert run(memory, job) == [*lost, "signed", "GuardRefused", "signed"]
    verdicts = [json.loads(entry.text).get("verdict", "signed") for entry in memory.store.log()]
    assert verdicts == ["admitted", "signed", "refused"]
    memory.close()


def test_a_kept_signature_waits_for_no_commit_and_for_no_lock(tmp_path: Path) -> None:
    """It is told while others hold the file, and when the commit of the moment fails."""
    path = tmp_path / "store.db"
    disk, other = Disk(path), SqliteStore(path)
    memory = Together(disk, SqliteStore(path))
    brief = held(Device(), is_brief=True)

    async def job(desk: Desk) -> None:
        first = await desk.sign(brief, asked(1), "shop")
        with other.transaction():
            start = time.monotonic()
            again = await desk.sign(brief, asked(1), "shop")
            assert time.monotonic() - start < 1
        disk.is_full = True
        lost, also = await asyncio.gather(
            desk.sign(brief, asked(2), "shop"), desk.sign(brief, asked(1), "shop"), return_exceptions=True
        )
        assert type(lost) is OutcomeUnknown
        assert isinstance(also, Answer)
        assert first.signature.data == again.signature.data == also.signature.data
        disk.is_full = False

    run(memory, job)
    memory.close()
    other.close()


def test_a_memory_that_others_keep_locked_is_not_sound(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    memory, other = Together(SqliteStore(path), SqliteStore(path)), SqliteStore(path)

    async def job(desk: Desk) -> None:
        assert await desk.is_sound()
        await asyncio.sleep(1.1)
        with other.transaction():
            assert not await desk.is_sound()

    run(memory, job)
    memory.close()
    other.close()


def test_devices_share_commits_without_any_brief_work(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    disk = Disk(path)
    disk.pause = 0.005
    memory = Together(disk, SqliteStore(path))

    async def job(desk: Desk) -> None:
        desk.begin()
        await asyncio.gather(*(desk.sign(held(Device()), asked(n), "shop") for n in range(64)))

    run(memory, job, threads=16)
    assert disk.commits < 40
    memory.close()


def test_threads_that_are_idle_end_and_those_that_stay_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_IDLE", 0.05)
    before = set(threading.enumerate())

    async def main() -> None:
        several, one = Crew(5), Crew(1, stays=True)
        for _ in range(3):
            gate = threading.Event()
            waiting = [asyncio.create_task(several.run(gate.wait)) for _ in range(5)]
            await asyncio.sleep(0.1)
            assert len(set(threading.enumerate()) - before) == 6
            gate.set()
            await asyncio.gather(*waiting)
            await asyncio.sleep(0.5)
            assert len(set(threading.enumerate()) - before) == 1
        assert await one.run(lambda: "still there") == "still there"

    asyncio.run(main())


def test_a_thread_that_ends_is_not_counted_any_more_whoever_takes_a_job_meanwhile() -> None:
    """Or the crew would believe that there is one, and nobody would come to the next job."""

    class Jobs:
        """One job, which another thread takes as soon as somebody has seen it."""

        answers = iter((False, True))

        def empty(self) -> bool:
            return next(self.answers)

    several = Crew(2)
    several._made, several._jobs = 2, Jobs()  # type: ignore[assignment]
    is_over = several._is_over()
    assert several._made == (1 if is_over else 2)


def test_a_look_that_is_followed_by_another_one_is_still_told(memory: Memory) -> None:
    class Slow:
        def kept(self, _: bytes) -> None:
            time.sleep(0.1)

    async def job(desk: Desk) -> None:
        first = asyncio.create_task(desk.is_sound())
        await asyncio.sleep(0)
        assert desk._look is not None
        desk._look.add_done_callback(lambda _: setattr(desk, "_look", asyncio.create_task(asyncio.sleep(9))))
        assert await first

    run(Apart(Slow(), 2), job)  # type: ignore[arg-type]


def test_whether_the_memory_is_sound_is_looked_at_once_and_told_to_all_who_ask() -> None:
    looks = []

    class Hanging:
        def kept(self, _: bytes) -> None:
            looks.append(1)
            time.sleep(0.3 if len(looks) == 1 else 3.0)
            if len(looks) > 1:
                raise SignerUnavailable("away")

    async def job(desk: Desk) -> None:
        assert await asyncio.gather(*(desk.is_sound() for _ in range(20))) == [True] * 20
        assert await desk.is_sound()
        assert len(looks) == 1
        await asyncio.sleep(1.1)
        assert await asyncio.gather(*(desk.is_sound() for _ in range(20))) == [False] * 20  # it takes too long
        await asyncio.sleep(1.2)
        assert not await desk.is_sound()  # it raised, and is asked again
        assert len(looks) == 3

    run(Apart(Hanging(), 2), job)  # type: ignore[arg-type]


def test_the_support_module_knows_what_it_says() -> None:
    assert request().id != request().id
    assert "token_sha256" in token_client()
