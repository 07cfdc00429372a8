"""A request has one signature, whoever asks, in whatever process, and whatever fails between signing and keeping it."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from eth_account import Account

from support.evm import ALICE, ETHEREUM, transfer
from support.guarded import ANN, ETH, SOLANA, WALLET, Watched, bitcoin_payment, refusal, solana_payment
from support.memory_store import MemoryStore
from support.softhsm import Token
from support.stores import Clock, Place
from walletcore.errors import InvalidSignature, OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.guard import AsyncGuard, Guard, guard
from walletcore.signers.once import AsyncOnce, Once
from walletcore.signers.quorum import quorum
from walletcore.signers.rules import all_of, any_of, limit, once, only_chains, only_to
from walletcore.signing import AcceptedSignature, Signature, SigningRequest, sign, sign_async

ONE, COST, DAY = 10**18, 21_000 * 30 * 10**9, timedelta(days=1)
WINDOW = "limit eip155:1/slip44:60 86400s"
AWAY = "ALTER TABLE walletcore_signatures RENAME TO away"
BACK = "ALTER TABLE away RENAME TO walletcore_signatures"
CURVES = {Curve.SECP256K1: ec.SECP256K1(), Curve.P256: ec.SECP256R1()}


@dataclass(eq=False)
class Device:
    """Signs with OpenSSL, and another number each time, as devices do; ``first`` is done before, ``then`` after it."""

    curve: Curve = Curve.SECP256K1
    failures: list[BaseException] = field(default_factory=list)
    first: Callable[[], object] = lambda: None
    then: Callable[[], object] = lambda: None
    made: list[tuple[bytes, Signature]] = field(default_factory=list)

    @property
    def key(self) -> PrivateKey:
        return PrivateKey(self.curve, Secret(b"\x11" * 32))  # on secp256k1 it is Alice's

    @property
    def public_key(self) -> PublicKey:
        return self.key.public_key

    def sign(self, request: SigningRequest) -> Signature:
        self.first()
        if self.failures:
            raise self.failures.pop(0)
        private = ec.derive_private_key(int.from_bytes(self.key.secret.reveal()), CURVES[self.curve])
        der = private.sign(request.message, ec.ECDSA(utils.Prehashed(SHA256())))
        self.made.append((request.id, Signature(scheme=request.scheme, data=der)))
        self.then()
        return self.made[-1][1]


class Batch(Device):
    """Takes batches, and writes down how many it was asked for."""

    sizes: tuple[int, ...] = ()
    shaped: Callable[[list[Signature]], Any] = staticmethod(lambda answers: answers)

    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        self.sizes = (*self.sizes, len(requests))
        return self.shaped([self.sign(request) for request in requests])


class Waiting(Device):
    async def sign(self, request: SigningRequest) -> Signature:  # type: ignore[override]
        await asyncio.sleep(0)
        return Device.sign(self, request)


class WaitingBatch(Batch):
    is_waiting = True

    async def sign(self, request: SigningRequest) -> Signature:  # type: ignore[override]
        return Device.sign(self, request)

    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        self.sizes = (*self.sizes, len(requests))
        answers = [Device.sign(self, request) for request in requests]

        async def later() -> Any:
            return answers

        return later() if self.is_waiting else answers


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.engine)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        with closing(Place(f"sqlite:{tmp_path}/store")) as made:
            yield made
    else:
        postgres = request.getfixturevalue("postgres")
        with closing(Place(postgres.new(), postgres)) as made:
            yield made


def daily(signer: Any, store: Any, total: int = 10 * ONE) -> Any:
    return guard(signer, limit(ETH, total=total, per=DAY), once(), store=store)


def asked(nonce: int = 7) -> SigningRequest:
    (request,) = transfer(nonce=nonce).requests()
    return request


def spent(place: Place) -> int:
    """What the tables say was charged and is not given back."""
    rows = place.rows("SELECT before, upto FROM walletcore_charges WHERE subject IS NOT NULL")
    return sum(int(upto) - int(before) for before, upto in rows)


def kept(place: Place) -> list[str]:
    return [data for (data,) in place.rows("SELECT signature FROM walletcore_signatures")]


def given(error: type[BaseException], call: Callable[[], object]) -> BaseException:
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    return caught.value


# -- one signature


def test_a_device_that_gives_two_signatures_gives_one_behind_the_rule(place: Place) -> None:
    device = Device()
    bare = guard(device, limit(ETH, per_transaction=2 * ONE))
    assert bare.sign(asked()) != bare.sign(asked())
    device.made.clear()
    hot = daily(device, place.open())
    first = hot.sign(asked())
    assert [hot.sign(asked()) for _ in range(5)] == [first] * 5
    assert len(device.made) == 1
    assert first == asked().accept(device.made[0][1])
    assert [*{hot.sign(asked(nonce)).data for nonce in (7, 8)}] != [first.data]
    assert len(device.made) == 2


def test_another_process_later_gives_the_same_and_charges_nothing(place: Place) -> None:
    signed = sign(transfer(), daily(Device(), place.open()))
    assert Account.recover_transaction(signed.raw) == ETHEREUM.address(ALICE.public_key).text
    other = Device()
    again = sign(transfer(), daily(other, place.open()))
    assert (again.raw, other.made) == (signed.raw, [])
    assert (spent(place), len(kept(place))) == (ONE + COST, 1)


@pytest.mark.parametrize(
    ("signer", "subject"),
    [(WALLET.signer(bitcoin_payment().chain), bitcoin_payment(count=5)), (ANN, solana_payment()), (ALICE, transfer())],
    ids=["bitcoin", "solana", "evm"],
)
def test_each_family_is_signed_as_without_the_rule(signer: Any, subject: Any, place: Place) -> None:
    watched, store = Watched(signer), place.open()
    rows = [replace(SOLANA, signature_fee=5_000)]
    for _ in range(2):
        assert sign(subject, guard(watched, once(), store=store, chains=rows)).raw == sign(subject, signer).raw
    assert len(watched.asked) == len(subject.requests())


@pytest.mark.parametrize("curve", CURVES)
def test_what_was_kept_is_verified_and_whole(curve: Curve, place: Place) -> None:
    """Both curves; the recovery id, which no store keeps, is found again."""
    device, store = Device(curve), place.open()
    scheme = Scheme.ECDSA if curve is Curve.SECP256K1 else Scheme.ECDSA_P256
    request = SigningRequest(key=device.public_key, scheme=scheme, payload=bytes(range(32)))
    first, second = (Once(device, store).sign(request) for _ in range(2))
    assert type(second) is AcceptedSignature
    assert (second, second.recovery) == (first, request.accept(device.made[0][1]).recovery)
    assert len(device.made) == 1


def test_in_many_threads_all_get_the_first_that_is_kept(place: Place) -> None:
    """All have signed before any of them keeps what it has."""
    barrier = threading.Barrier(8)
    device, store = Device(then=barrier.wait), place.open(timeout=30)
    hot = daily(device, store)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: hot.sign(asked()), range(8)))
    assert len({answer.data for _, answer in device.made}) == 8
    assert len(set(found)) == 1
    assert asked().accept(Signature(scheme=Scheme.ECDSA, data=bytes.fromhex(kept(place)[0]))) == found[0]
    assert spent(place) == ONE + COST


def in_a_child(work: Callable[[int], object]) -> Callable[[], str]:
    """Work in a process of its own, given a pipe to write to; what tells what it wrote, once it has ended."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            work(writing)
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writing)

    def written() -> str:
        with os.fdopen(reading) as answer:
            text = answer.read()
        os.waitpid(pid, 0)
        return text

    return written


def test_two_processes_that_sign_at_once_give_the_same(place: Place) -> None:
    """Each has signed, and waits for the other one, before it keeps what it has."""
    place.open()
    signed, go = os.pipe(), os.pipe()

    def meet() -> None:
        os.write(signed[1], b"x")
        assert os.read(go[0], 1) == b"x"

    def work(pipe: int) -> None:
        device = Device(then=meet)
        answer = daily(device, place.open(timeout=30)).sign(asked())
        os.write(pipe, f"{answer.data.hex()} {device.made[0][1].data.hex()}".encode())

    children = [in_a_child(work) for _ in range(2)]
    for _ in children:
        assert os.read(signed[0], 1) == b"x"
    os.write(go[1], b"xx")
    (first, mine), (second, yours) = (written().split() for written in children)
    assert mine != yours
    assert first == second == kept(place)[0]
    assert spent(place) == ONE + COST
    for each in (*signed, *go):
        os.close(each)


# -- the rules are asked all the same


def test_what_rules_refuse_now_is_not_given_though_it_is_kept(place: Place) -> None:
    store, device = place.open(), Device()
    sign(transfer(), daily(device, store))
    strict = guard(device, only_to([ETHEREUM.address(ALICE.public_key)]), once(), store=store)
    assert refusal(sign, transfer(), strict).rule == "only_to"
    assert refusal(sign, transfer(), daily(device, store, total=ONE)).rule == "limit"
    assert len(device.made) == 1


def test_an_approval_is_asked_for_before_a_kept_signature_is_given(place: Place) -> None:
    store, approver = place.open(), Watched(ANN)
    for _ in range(2):
        sign(transfer(), guard(Device(), quorum(1, of=[approver]), once(), store=store))
    assert len(approver.asked) == 2


def test_a_window_that_has_passed_is_charged_again(place: Place) -> None:
    """The same signature may be sent today as well as yesterday."""
    clock, device = Clock(), Device()
    first = daily(Device(), place.open(clock=clock)).sign(asked())
    clock.now += 86_402
    hot = daily(device, place.open(clock=clock), total=ONE + COST)
    assert (hot.sign(asked()), device.made) == (first, [])
    assert refusal(hot.sign, asked(8)).rule == "limit"


# -- crashes


def test_X05_who_dies_between_signing_and_keeping_has_told_nobody(place: Place) -> None:
    place.open()

    def work(pipe: int) -> None:
        device = Device(then=lambda: os.kill(os.getpid(), signal.SIGKILL))
        os.write(pipe, daily(device, place.open()).sign(asked()).data)

    written = in_a_child(work)
    assert written() == ""
    assert (kept(place), spent(place)) == ([], ONE + COST)
    device = Device()
    first = daily(device, place.open()).sign(asked())
    assert (kept(place), spent(place), len(device.made)) == ([first.data.hex()], ONE + COST, 1)


def test_X05_who_dies_after_keeping_is_followed_by_who_gives_the_same(place: Place) -> None:
    place.open()

    class Dying:
        def __init__(self, store: Any) -> None:
            self.store = store

        def __getattr__(self, name: str) -> Any:
            return getattr(self.store, name)

        def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
            self.store.keep(request, signature, log)
            os.kill(os.getpid(), signal.SIGKILL)
            return b""

    written = in_a_child(lambda pipe: os.write(pipe, daily(Device(), Dying(place.open())).sign(asked()).data))
    assert written() == ""
    device = Device()
    answer = daily(device, place.open()).sign(asked())
    assert (kept(place), spent(place), device.made) == ([answer.data.hex()], ONE + COST, [])


# -- a store that fails


def test_H10_a_store_that_cannot_be_read_lets_nothing_be_signed_and_nothing_is_charged(place: Place) -> None:
    device = Device()
    hot = daily(device, place.open())
    place.rows(AWAY)
    for ask in (hot.sign, lambda request: hot.sign_all([request])):
        assert "cannot be read" in str(given(SignerUnavailable, lambda ask=ask: ask(asked())))  # type: ignore[misc]
    assert (device.made, spent(place)) == ([], 0)
    place.rows(BACK)
    assert hot.sign(asked())
    assert (len(device.made), spent(place)) == (1, ONE + COST)


def test_H10_a_store_that_cannot_be_read_gives_back_nothing_of_what_was_signed(place: Place) -> None:
    store = place.open()
    daily(Device(), store).sign(asked())
    place.rows(AWAY)
    given(SignerUnavailable, lambda: daily(Device(), place.open()).sign(asked()))
    place.rows(BACK)
    assert spent(place) == ONE + COST


def test_H10_what_was_signed_and_cannot_be_kept_is_unknown_and_stays_charged(place: Place) -> None:
    device = Device(then=lambda: place.rows(AWAY))
    hot = daily(device, place.open())
    error = given(OutcomeUnknown, lambda: hot.sign(asked()))
    assert "it was signed, and the signature cannot be kept" in str(error)
    place.rows(BACK)
    assert (kept(place), spent(place), len(device.made)) == ([], ONE + COST, 1)
    device.then = lambda: None
    answer = hot.sign(asked())
    assert (kept(place), spent(place)) == ([answer.data.hex()], ONE + COST)
    assert answer != asked().accept(device.made[0][1])  # which nobody has seen


def test_H10_a_store_that_is_locked_when_it_is_to_keep_is_unknown(tmp_path: Path) -> None:
    with closing(Place(f"sqlite:{tmp_path}/store")) as place:
        other = place.open()
        holds = other.transaction()
        hot = daily(Device(then=holds.__enter__), place.open(timeout=0.2))
        assert "SignerUnavailable" in str(given(OutcomeUnknown, lambda: hot.sign(asked())))
        holds.__exit__(None, None, None)
        assert (kept(place), spent(place)) == ([], ONE + COST)


class Lost(MemoryStore):
    """The answer to its commits is lost."""

    def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
        MemoryStore.keep(self, request, signature, log)
        raise SignerUnavailable("the connection is lost")


def test_a_signature_of_which_nobody_knew_that_it_was_kept_is_the_one() -> None:
    device, store = Device(), Lost()
    hot = daily(device, store)
    given(OutcomeUnknown, lambda: hot.sign(asked()))
    assert hot.sign(asked()) == asked().accept(device.made[0][1])
    assert len(device.made) == 1


def test_what_is_kept_and_no_signature_of_the_request_is_not_given_and_nothing_is_signed(place: Place) -> None:
    store, device = place.open(), Device()
    store.keep(asked().id, daily(device, MemoryStore()).sign(asked(8)).data)
    device.made.clear()
    error = given(SignerError, lambda: daily(device, store).sign(asked()))
    assert (getattr(error, "reason", ""), device.made, spent(place)) == ("mismatch", [], ONE + COST)


def test_what_somebody_else_kept_meanwhile_is_verified(place: Place) -> None:
    store = place.open()
    device = Device(then=lambda: store.keep(asked().id, b"\x01" * 64))
    given(OutcomeUnknown, lambda: daily(device, store).sign(asked()))
    assert (kept(place), spent(place)) == (["01" * 64], ONE + COST)


# -- a signer that fails


@pytest.mark.parametrize("failure", [SigningRefused("no"), SignerUnavailable("away")])
def test_H10_what_the_signer_did_not_sign_is_given_back(failure: SignerError, place: Place) -> None:
    hot = daily(Device(failures=[failure]), place.open())
    given(type(failure), lambda: hot.sign(asked()))
    assert (spent(place), kept(place)) == (0, [])


@pytest.mark.parametrize("failure", [OutcomeUnknown("late"), OSError("wire"), KeyboardInterrupt()])
def test_H10_what_the_signer_may_have_signed_stays_charged(failure: BaseException, place: Place) -> None:
    hot = daily(Device(failures=[failure]), place.open())
    given(type(failure), lambda: hot.sign(asked()))
    assert (spent(place), kept(place)) == (ONE + COST, [])
    assert hot.sign(asked())


def test_what_is_no_signature_of_the_request_is_not_kept(place: Place) -> None:
    class Wrong(Batch):
        def sign(self, request: SigningRequest) -> Signature:
            return Device.sign(self, replace(request, payload=b"other"))

    hot = daily(Wrong(), place.open())
    given(InvalidSignature, lambda: hot.sign(asked()))
    given(InvalidSignature, lambda: hot.sign_all([asked()]))
    assert (kept(place), spent(place)) == ([], ONE + COST)


def test_what_is_no_request_is_refused_before_the_store_is_asked() -> None:
    for signer in (Once(Device(), None), Once(Batch(), None)):  # type: ignore[arg-type]
        given(SigningRefused, lambda signer=signer: signer.sign(None))  # type: ignore[misc]


# -- batches


def test_a_batch_asks_the_signer_for_what_is_not_kept_and_once(place: Place) -> None:
    device, store = Batch(), place.open()
    hot = daily(device, store)
    first = hot.sign(asked(8))
    requests = [asked(7), asked(8), asked(9), asked(7)]
    answers = hot.sign_all(requests)
    assert device.sizes == (2,)
    assert [identity for identity, _ in device.made] == [asked(8).id, asked(7).id, asked(9).id]
    assert (answers[1], answers[0]) == (first, answers[3])
    assert all(request.accept(answer) == answer for request, answer in zip(requests, answers, strict=True))
    other = Batch()
    assert daily(other, store).sign_all(requests) == answers
    assert (other.sizes, other.made, spent(place)) == ((), [], 3 * (ONE + COST))
    assert list(hot.sign_all([])) == []


def test_a_signer_without_batches_is_asked_one_by_one(place: Place) -> None:
    device = Device()
    hot = daily(device, place.open())
    answers = hot.sign_all([asked(7), asked(8), asked(7)])
    assert (len(device.made), answers[0]) == (2, answers[2])
    assert kept(place).count(answers[1].data.hex()) == 1


def test_H10_of_a_batch_one_by_one_what_was_signed_is_kept_and_stays_charged(place: Place) -> None:
    device = Device()
    device.then = lambda: device.failures.append(SigningRefused("no"))
    given(SigningRefused, lambda: daily(device, place.open()).sign_all([asked(7), asked(8), asked(9)]))
    assert (len(kept(place)), spent(place)) == (1, ONE + COST)


SHAPES: dict[str, Callable[[list[Signature]], Any]] = {
    "too few": lambda answers: answers[1:],
    "too many": lambda answers: [*answers, answers[0]],
    "once": iter,
    "none": lambda _: None,
}


def test_of_a_batch_in_which_one_answer_is_wrong_none_is_kept(place: Place) -> None:
    device = Batch()
    device.shaped = lambda answers: [answers[0], answers[0]]
    given(InvalidSignature, lambda: daily(device, place.open()).sign_all([asked(7), asked(8)]))
    assert (kept(place), spent(place)) == ([], 2 * (ONE + COST))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_batch_that_is_not_answered_one_by_one_is_not_kept(shape: str, place: Place) -> None:
    device = Batch()
    device.shaped = SHAPES[shape]
    error = given(SignerError, lambda: daily(device, place.open()).sign_all([asked(7), asked(8), asked(9)]))
    assert getattr(error, "reason", "") == "length"
    assert (kept(place), spent(place)) == ([], 3 * (ONE + COST))


def test_H10_a_batch_that_is_refused_is_given_back_and_one_that_is_not_kept_stays(place: Place) -> None:
    device = Batch(failures=[SigningRefused("no")])
    hot = daily(device, place.open())
    given(SigningRefused, lambda: hot.sign_all([asked(7), asked(8)]))
    assert spent(place) == 0
    device.then = lambda: len(device.made) == 2 and place.rows(AWAY)
    given(OutcomeUnknown, lambda: hot.sign_all([asked(7), asked(8)]))
    assert spent(place) == 2 * (ONE + COST)


# -- asynchronous signers


def test_an_asynchronous_guard_gives_one_signature(place: Place) -> None:
    device, store = Waiting(), place.open()
    hot = daily(device, store)
    assert type(hot) is AsyncGuard
    first = asyncio.run(sign_async(transfer(), hot))
    assert asyncio.run(sign_async(transfer(), hot)).raw == first.raw
    assert sign(transfer(), daily(Device(failures=[OutcomeUnknown("unasked")]), store)).raw == first.raw
    assert (len(device.made), spent(place)) == (1, ONE + COST)


def test_asynchronous_calls_at_once_get_the_same(place: Place) -> None:
    device = Waiting()
    hot = daily(device, place.open(timeout=30))

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(hot.sign(asked()) for _ in range(8)))

    assert len(set(asyncio.run(all_at_once()))) == 1
    assert spent(place) == ONE + COST


@pytest.mark.parametrize("is_waiting", [True, False])
def test_an_asynchronous_batch_asks_for_what_is_not_kept(is_waiting: bool, place: Place) -> None:
    device, store = WaitingBatch(), place.open()
    device.is_waiting = is_waiting
    hot = daily(device, store)
    first = asyncio.run(hot.sign(asked(8)))
    requests = [asked(7), asked(8), asked(9), asked(7)]
    answers = asyncio.run(hot.sign_all(requests))
    assert (device.sizes, answers[1], answers[0]) == ((2,), first, answers[3])
    assert asyncio.run(hot.sign_all(requests)) == answers
    assert (device.sizes, spent(place)) == ((2,), 3 * (ONE + COST))


def test_an_asynchronous_signer_without_batches_is_asked_one_by_one(place: Place) -> None:
    device = Waiting()
    answers = asyncio.run(daily(device, place.open()).sign_all([asked(7), asked(8), asked(7)]))
    assert (len(device.made), answers[0]) == (2, answers[2])


@pytest.mark.parametrize("device", [Waiting, WaitingBatch])
def test_H10_an_asynchronous_guard_tells_the_same_of_a_store_that_fails(device: type[Device], place: Place) -> None:
    signer = device()
    hot = daily(signer, place.open())
    place.rows(AWAY)
    given(SignerUnavailable, lambda: asyncio.run(hot.sign_all([asked()])))
    assert (signer.made, spent(place)) == ([], 0)
    place.rows(BACK)
    signer.then = lambda: place.rows(AWAY)
    given(OutcomeUnknown, lambda: asyncio.run(hot.sign_all([asked()])))
    assert (len(signer.made), spent(place)) == (1, ONE + COST)


def test_an_asynchronous_guard_has_its_store_at_work_beside_the_event_loop() -> None:
    threads: set[int] = set()

    class Told(MemoryStore):
        def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
            threads.add(threading.get_ident())
            return MemoryStore.keep(self, request, signature, log)

        def kept(self, request: bytes) -> bytes | None:
            threads.add(threading.get_ident())
            return MemoryStore.kept(self, request)

    for signer in (Waiting(), WaitingBatch()):
        asyncio.run(daily(signer, Told()).sign_all([asked()]))
    assert len(threads) >= 1
    assert threading.get_ident() not in threads


@pytest.mark.parametrize("device", [Waiting, WaitingBatch])
def test_H10_where_there_is_no_thread_what_was_signed_is_unknown(
    device: type[Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    store = MemoryStore()
    hot = daily(device(then=lambda: monkeypatch.setattr(threading.Thread, "start", none)), store)
    given(OutcomeUnknown, lambda: asyncio.run(hot.sign_all([asked()])))
    assert store.spent(WINDOW, 86_400) == ONE + COST


def test_X05_what_nobody_waits_for_any_more_is_kept_once_it_is_signed() -> None:
    inside, may_go, over = threading.Event(), threading.Event(), threading.Event()

    class Slow(MemoryStore):
        def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
            inside.set()
            assert may_go.wait(30)
            answer = MemoryStore.keep(self, request, signature, log)
            over.set()
            return answer

    store, device = Slow(), Waiting()
    hot = daily(device, store)

    async def cancelled() -> None:
        task = asyncio.create_task(hot.sign(asked()))
        while not inside.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        may_go.set()

    asyncio.run(cancelled())
    assert over.wait(30)
    assert asyncio.run(hot.sign(asked())) == asked().accept(device.made[0][1])
    assert (len(device.made), store.spent(WINDOW, 86_400)) == (1, ONE + COST)


def test_a_signer_that_turns_out_to_be_asynchronous_is_told() -> None:
    class Hidden(Device):
        def sign(self, request: SigningRequest) -> Any:
            async def later() -> Any:
                return Device.sign(self, request)

            return later()

    assert "asynchronous" in str(given(TypeError, lambda: daily(Hidden(), MemoryStore()).sign(asked())))


# -- the rule


def test_a_guard_without_a_store_takes_no_such_rule() -> None:
    for rule in (once(), all_of(once()), any_of(all_of(only_chains("eip155:1"), once()))):
        error = given(SignerError, lambda rule=rule: guard(ALICE, rule))  # type: ignore[misc]
        assert getattr(error, "reason", "") == "missing"


def test_it_holds_wherever_it_stands_and_nothing_is_kept_without_it(place: Place) -> None:
    store = place.open()
    guard(Device(), limit(ETH, total=9 * ONE, per=DAY), store=store).sign(asked())
    assert kept(place) == []
    device = Device()
    choice = any_of(limit(ETH, per_transaction=1), all_of(limit(ETH, per_transaction=2 * ONE), once()))
    hot = guard(device, choice, store=store)
    assert hot.sign(asked()) == hot.sign(asked())
    assert len(device.made) == 1


def test_a_guard_tells_that_it_keeps() -> None:
    hot = daily(Device(), MemoryStore())
    assert type(hot) is Guard
    assert (repr(hot), repr(Once(Device(), MemoryStore()))) == ("Guard(Once)", "Once(Device)")
    assert hot.public_key == Once(Device(), MemoryStore()).public_key == ALICE.public_key
    assert AsyncOnce(Waiting(), MemoryStore()).sign_all is None


# -- a token


@pytest.mark.engine
def test_two_guards_of_a_token_give_one_signature(token: Token, place: Place) -> None:
    """SoftHSM takes its numbers from OpenSSL, and so gives another signature each time."""
    key = token.public_key()
    payment = transfer(sender=key)
    (request,) = payment.requests()
    device = token.signer()
    assert device.sign(request) != device.sign(request)
    before = token.shim.shim_signatures()
    signed = [sign(payment, daily(device, place.open())).raw for _ in range(3)]
    assert len(set(signed)) == 1
    assert Account.recover_transaction(signed[0]) == ETHEREUM.address(key).text
    assert token.shim.shim_signatures() == before + 1
