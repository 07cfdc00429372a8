"""Signers elsewhere: the same request is tried a bounded number of times, and what came of it is never guessed."""

import asyncio
import gc
import pickle
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from support.digests import Digests
from support.outcomes import told
from walletcore.errors import (
    DecodingError,
    InvalidKey,
    InvalidSignature,
    KeystoreError,
    OutcomeUnknown,
    SecretExportError,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.remote import AsyncRemoteSigner, Attempts, Patience, PerLoop, RemoteSigner
from walletcore.signing import AcceptedSignature, SigningRequest

DEVICE = ec.derive_private_key(7, ec.SECP256K1())
NUMBERS = DEVICE.public_key().public_numbers()
KEY = PublicKey.parse(Curve.SECP256K1, b"\x04" + NUMBERS.x.to_bytes(32) + NUMBERS.y.to_bytes(32))
OTHER = PrivateKey(Curve.SECP256K1, Secret(bytes([8]) * 32)).public_key
REQUEST = SigningRequest(key=KEY, scheme=Scheme.ECDSA, payload=b"pay", prehash=keccak256)
QUICK = Patience(attempts=3, deadline=60, pause=0.01)  # to ask again; a busy machine may stand still for seconds


@dataclass
class Line:
    """A line to the device on which the n-th attempt fails as it is told, before or after the device has signed."""

    failures: list[Exception | None]
    after: bool = False
    asked: list[bytes] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    signed: int = 0

    def __call__(self, digest: bytes, seconds: float) -> bytes:
        self.asked.append(digest)
        self.left.append(seconds)
        failure = self.failures[min(len(self.asked), len(self.failures)) - 1] if self.failures else None
        if failure and not self.after:
            raise failure
        self.signed += 1
        signature = DEVICE.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        if failure:
            raise failure
        return signature


def signer(line: Callable[[bytes, float], bytes], patience: Patience = QUICK) -> RemoteSigner[bytes, bytes]:
    return RemoteSigner(public_key=KEY, exchange=Digests(), send=line, patience=patience)


def async_signer(line: Callable[[bytes, float], bytes], patience: Patience = QUICK) -> AsyncRemoteSigner[bytes, bytes]:
    async def send(question: bytes, seconds: float) -> bytes:
        return line(question, seconds)

    return AsyncRemoteSigner(public_key=KEY, exchange=Digests(), send=send, patience=patience)


def by_sync(line: Callable[[bytes, float], bytes], patience: Patience = QUICK) -> AcceptedSignature:
    return signer(line, patience).sign(REQUEST)


def by_async(line: Callable[[bytes, float], bytes], patience: Patience = QUICK) -> AcceptedSignature:
    return asyncio.run(async_signer(line, patience).sign(REQUEST))


both = pytest.mark.parametrize("sign", [by_sync, by_async])
Sign = Callable[..., AcceptedSignature]


@both
def test_H01_H05_an_answer_comes_back_verified_with_low_s_and_recovery(sign: Sign) -> None:
    answers = [sign(Line([])) for _ in range(20)]  # random nonces: about half of them have a high s
    assert all(type(answer) is AcceptedSignature and len(answer.data) == 64 for answer in answers)
    assert len({answer.data for answer in answers}) == 20
    for answer in answers:
        KEY.verify(Scheme.ECDSA, REQUEST.message, answer.data)
        assert answer.recovery in (0, 1)


@both
def test_H09_an_unavailable_signer_is_asked_again_for_the_very_same(sign: Sign) -> None:
    line = Line([SignerUnavailable("busy"), SignerUnavailable("busy"), None])
    assert sign(line).scheme is Scheme.ECDSA
    assert line.asked == [REQUEST.message] * 3


@both
def test_H09_attempts_are_bounded(sign: Sign) -> None:
    line = Line([SignerUnavailable("busy")])
    with pytest.raises(SignerUnavailable, match="busy"):
        sign(line)
    assert len(line.asked) == QUICK.attempts


@both
@pytest.mark.parametrize("after", [False, True])
def test_H10_what_may_have_been_signed_is_never_said_not_to_be(sign: Sign, after: bool) -> None:
    line = Line([OutcomeUnknown("cut"), SignerUnavailable("down"), SignerUnavailable("down")], after)
    with pytest.raises(OutcomeUnknown, match="an earlier attempt may have signed"):
        sign(line)
    line = Line([OutcomeUnknown("cut"), SigningRefused("not now", reason="policy")], after)
    with pytest.raises(OutcomeUnknown) as caught:
        sign(line)
    assert caught.value.reason == "policy"
    assert len(line.asked) == 2


@both
def test_H10_a_lost_answer_is_asked_for_again(sign: Sign) -> None:
    line = Line([OutcomeUnknown("cut"), None], after=True)
    assert sign(line).scheme is Scheme.ECDSA
    assert line.signed == 2
    assert set(line.asked) == {REQUEST.message}


@both
@pytest.mark.parametrize("kind", [SigningRefused, SignerError])
def test_H08_a_refusal_is_not_tried_again(sign: Sign, kind: type[SignerError]) -> None:
    line = Line([kind("no", reason="policy")])
    with pytest.raises(kind, match="no"):
        sign(line)
    assert len(line.asked) == 1


@both
def test_H13_an_unforeseen_failure_is_ours_and_tells_nothing(sign: Sign) -> None:
    line = Line([KeyError("the PIN is 123456")])
    with pytest.raises(OutcomeUnknown) as caught:
        sign(line)
    assert "123456" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@both
@pytest.mark.parametrize("kind", [InvalidKey, KeystoreError, DecodingError])
def test_H10_an_error_of_ours_that_is_no_signer_s_takes_no_doubt_away(sign: Sign, kind: type[WalletcoreError]) -> None:
    for first in (OutcomeUnknown("cut"), kind("wiped")):
        with pytest.raises(OutcomeUnknown):
            sign(Line([first, kind("wiped")], after=True))


@both
def test_the_deadline_holds_for_all_attempts_together(sign: Sign) -> None:
    patience = Patience(attempts=10, deadline=0.3, pause=0.05)
    line = Line([SignerUnavailable("busy")])
    start = time.monotonic()
    with pytest.raises(SignerUnavailable):
        sign(line, patience)
    assert time.monotonic() - start < 1
    assert 2 <= len(line.asked) < 10
    assert line.left == sorted(line.left, reverse=True)
    assert line.left[0] <= 0.3


@both
@pytest.mark.parametrize("step", [-86_400.0, 86_400.0], ids=["back", "on"])
def test_X20_a_clock_that_is_set_moves_no_deadline(sign: Sign, step: float, monkeypatch: pytest.MonkeyPatch) -> None:
    wall, asked = time.time, 0

    def line(digest: bytes, seconds: float) -> bytes:
        nonlocal asked
        asked += 1
        now = wall() + step * asked  # at each attempt another day
        monkeypatch.setattr(time, "time", lambda: now)
        monkeypatch.setattr(time, "time_ns", lambda: int(now * 1e9))
        raise SignerUnavailable("busy")

    start = time.monotonic()
    with pytest.raises(SignerUnavailable):
        sign(line, Patience(attempts=10, deadline=0.3, pause=0.05))
    assert 0.05 < time.monotonic() - start < 2  # neither at once, nor never
    assert 2 <= asked < 10


def test_H10_an_asynchronous_signer_that_never_answers_is_left_at_the_deadline() -> None:
    async def silence(question: bytes, seconds: float) -> bytes:
        await asyncio.sleep(60)
        return b""

    quiet: AsyncRemoteSigner[bytes, bytes] = AsyncRemoteSigner(
        public_key=KEY, exchange=Digests(), send=silence, patience=Patience(deadline=0.2)
    )
    start = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="may have signed"):
        asyncio.run(quiet.sign(REQUEST))
    assert time.monotonic() - start < 2


def test_X05_a_cancelled_signature_is_cancelled() -> None:
    async def forever(question: bytes, seconds: float) -> bytes:
        await asyncio.sleep(60)
        return b""

    async def cancelled() -> bool:
        patience = Patience(deadline=60)
        one = AsyncRemoteSigner(public_key=KEY, exchange=Digests(), send=forever, patience=patience)
        task = asyncio.create_task(one.sign(REQUEST))
        await asyncio.sleep(0.05)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return True
        return False

    assert asyncio.run(cancelled())


@both
def test_H03_a_signature_by_another_key_is_refused(sign: Sign) -> None:
    stranger = ec.derive_private_key(9, ec.SECP256K1())

    def line(digest: bytes, seconds: float) -> bytes:
        return stranger.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))

    with pytest.raises(InvalidSignature):
        sign(line)


@both
def test_H04_a_digest_that_was_hashed_again_is_refused(sign: Sign) -> None:
    with pytest.raises(InvalidSignature):
        sign(lambda digest, seconds: DEVICE.sign(digest, ec.ECDSA(hashes.SHA256())))


@both
def test_every_flipped_bit_of_an_answer_is_caught(sign: Sign) -> None:
    good = by_sync(Line([])).data
    flipped = [good[: bit // 8] + bytes((good[bit // 8] ^ 1 << bit % 8,)) + good[bit // 8 + 1 :] for bit in range(512)]
    for answer in flipped if sign is by_sync else flipped[::37]:
        with pytest.raises(InvalidSignature):
            sign(lambda digest, seconds, answer=answer: answer)


def test_what_cannot_be_asked_is_refused_before_anything_is_sent() -> None:
    line = Line([])
    for request, reason in (
        (SigningRequest(key=OTHER, scheme=Scheme.ECDSA, payload=bytes(32)), "mismatch"),
        (SigningRequest(key=KEY, scheme=Scheme.BIP340, payload=bytes(32)), "scheme"),
        ("sign this", "type"),
    ):
        with pytest.raises(SigningRefused) as caught:
            signer(line).sign(request)  # type: ignore[arg-type]
        assert caught.value.reason == reason
        with pytest.raises(SigningRefused):
            asyncio.run(async_signer(line).sign(request))  # type: ignore[arg-type]
    assert line.asked == []


@pytest.mark.parametrize(
    "numbers",
    [
        {"attempts": 0},
        {"attempts": True},
        {"attempts": 11},
        {"attempts": 2.0},
        {"deadline": 0},
        {"deadline": -1},
        {"deadline": float("inf")},
        {"deadline": float("nan")},
        {"deadline": "10"},
        {"deadline": True},
        {"pause": 0},
        {"pause": 1e9},
    ],
    ids=str,
)
def test_patience_has_bounds(numbers: dict[str, Any]) -> None:
    with pytest.raises(SignerError) as caught:
        Patience(**numbers)
    assert caught.value.reason == "range"


def test_pauses_grow_and_are_spread() -> None:
    def pauses() -> list[float]:
        attempts = Attempts(Patience(attempts=5, deadline=600, pause=1))
        return [attempts.after(SignerUnavailable("busy")) for _ in range(4)]

    seen = [pauses() for _ in range(50)]
    for place, mean in enumerate((1, 2, 4, 8)):
        column = [row[place] for row in seen]
        assert all(mean / 2 <= pause <= mean * 1.5 for pause in column)
        assert len(set(column)) > 25


def test_X01_many_threads_share_a_signer() -> None:
    shared = signer(Line([]))
    found: list[AcceptedSignature] = []
    failed: list[WalletcoreError] = []

    def work() -> None:
        try:
            found.extend(shared.sign(REQUEST) for _ in range(20))
        except WalletcoreError as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len({answer.data for answer in found}) == 160


class Client:
    """Belongs to the event loop in which it was made."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.closed = False

    async def close(self) -> None:
        assert asyncio.get_running_loop() is self.loop
        self.closed = True


def test_a_client_is_made_once_for_each_event_loop_and_closed_with_it() -> None:
    made: list[Client] = []

    def make() -> Client:
        made.append(Client())
        return made[-1]

    clients = PerLoop(make, Client.close)

    async def several() -> set[int]:
        found = await asyncio.gather(*(clients.get() for _ in range(20)))
        assert not found[0].closed
        return {id(each) for each in found}

    for count in range(1, 4):
        assert len(asyncio.run(several())) == 1
        assert len(made) == count
        assert all(client.closed for client in made)
    threads = [threading.Thread(target=lambda: asyncio.run(several())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 11
    assert all(client.closed for client in made)


def test_a_client_is_closed_when_its_signer_goes_without_the_garbage_collector() -> None:
    async def left() -> bool:
        clients = PerLoop(Client, Client.close)
        client = await clients.get()
        gc.disable()
        try:
            del clients
            for _ in range(10):
                await asyncio.sleep(0)
            return client.closed
        finally:
            gc.enable()

    assert asyncio.run(left())


def test_clients_of_loops_that_have_ended_are_not_kept() -> None:
    clients = PerLoop(Client, Client.close)
    found = [weakref.ref(asyncio.run(clients.get())) for _ in range(3)]
    gc.collect()
    assert [reference() for reference in found[:2]] == [None, None]


def test_a_client_that_cannot_be_made_is_tried_again_the_next_time() -> None:
    failures = [OSError("no"), None]

    def make() -> int:
        failure = failures.pop(0)
        if failure:
            raise failure
        return 7

    async def closed(client: int) -> None:
        assert client == 7

    clients = PerLoop(make, closed)

    async def twice() -> int:
        with pytest.raises(OSError, match="no"):
            await clients.get()
        return await clients.get()

    assert asyncio.run(twice()) == 7


@both
@pytest.mark.parametrize("kind", [OutcomeUnknown, SignerUnavailable, KeyError])
def test_X10_what_failed_underneath_is_not_carried_along(sign: Sign, kind: type[Exception]) -> None:
    token = "a-token-4d5e6f"

    def line(digest: bytes, seconds: float) -> bytes:
        headers = {"authorization": token}
        try:
            raise ValueError(headers)
        except ValueError:
            raise kind("no") from None  # the context is there all the same

    with pytest.raises(SignerError) as caught:
        sign(line)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert token not in told(caught.value)


def test_X08_X09_a_signer_elsewhere_shows_its_public_key_only_and_is_not_exported() -> None:
    for one in (signer(Line([])), async_signer(Line([]))):
        assert repr(one) == f"{type(one).__name__}(public_key={KEY!r}, patience={QUICK!r})"
        with pytest.raises(SecretExportError):
            pickle.dumps(one)
