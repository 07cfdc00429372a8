"""Signers that are stopped, flooded or handed changing things: no partial state, no growth, no surprise."""

import asyncio
import base64
import gc
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from support.digests import Digests
from walletcore.errors import SignerError, SignerUnavailable, SigningRefused, WalletcoreError
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers import open_signer
from walletcore.signers.local import LocalSigner
from walletcore.signers.remote import AsyncRemoteSigner, Patience, RemoteSigner
from walletcore.signers.uri import SignerUri
from walletcore.signing import SigningRequest, collect, collect_async

SECRET = bytes(range(7, 39))
KEY = PrivateKey(Curve.SECP256K1, Secret(SECRET))
PUBLIC = KEY.public_key
REQUEST = SigningRequest(key=PUBLIC, scheme=Scheme.ECDSA, payload=bytes(range(32)))
SLOW = Patience(attempts=3, deadline=60, pause=30)
STOPS = pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])


@dataclass
class Line:
    """A device that stops at its first question, and answers from then on."""

    stop: type[BaseException] | None = None
    asked: list[bytes] = field(default_factory=list)

    def __call__(self, digest: bytes, seconds: float) -> bytes:
        self.asked.append(digest)
        if self.stop and len(self.asked) == 1:
            raise self.stop
        return KEY.sign(Scheme.ECDSA, digest)


def remote(send: Callable[[bytes, float], bytes], patience: Patience = SLOW) -> RemoteSigner[bytes, bytes]:
    return RemoteSigner(public_key=PUBLIC, exchange=Digests(), send=send, patience=patience)


@STOPS
def test_X05_what_stops_a_question_is_not_tried_again_and_leaves_a_signer_that_works(stop: type[BaseException]) -> None:
    line = Line(stop)
    signer = remote(line)
    with pytest.raises(stop):
        collect((REQUEST,), signer)
    assert len(line.asked) == 1
    (answer,) = collect((REQUEST,), signer)
    assert answer is not None


@STOPS
def test_X05_what_stops_a_pause_ends_it(stop: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(SignerUnavailable)
    signer = remote(line)

    def stopped(seconds: float) -> None:
        raise stop

    with monkeypatch.context() as patched:
        patched.setattr(time, "sleep", stopped)
        with pytest.raises(stop):
            signer.sign(REQUEST)
    assert len(line.asked) == 1
    assert signer.sign(REQUEST).data


WAITS = """
import signal, sys, time
sys.path[:0] = {path!r}
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
from signers.test_stopped import REQUEST, remote
from walletcore.errors import SignerUnavailable

def send(digest, seconds):
    if {pausing}:
        print("asked", flush=True)
        raise SignerUnavailable("busy")
    print("asked", flush=True)
    time.sleep(60)

remote(send).sign(REQUEST)
"""


@pytest.mark.parametrize("pausing", [False, True], ids=["in the question", "in the pause"])
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_X05_a_signal_ends_a_process_that_waits_for_a_signer(sent: signal.Signals, pausing: bool) -> None:
    program = WAITS.format(path=[path for path in sys.path if path], pausing=pausing)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"asked\n"
        time.sleep(0.05)
        start = time.monotonic()
        child.send_signal(sent)
        code = child.wait(20)
    assert time.monotonic() - start < 10
    assert code == (7 if sent is signal.SIGTERM else -signal.SIGINT)


@pytest.mark.parametrize("place", ["send", "pause", "collect"])
def test_X05_a_signature_is_cancelled_at_each_await_and_the_signer_works_afterwards(place: str) -> None:
    line = Line(SignerUnavailable if place == "pause" else None)
    reached: list[str] = []

    async def send(digest: bytes, seconds: float) -> bytes:
        reached.append("send")
        if place != "pause" and len(reached) == 1:
            await asyncio.sleep(60)
        return line(digest, seconds)

    signer: AsyncRemoteSigner[bytes, bytes] = AsyncRemoteSigner(
        public_key=PUBLIC, exchange=Digests(), send=send, patience=SLOW
    )

    async def stopped() -> bool:
        asked = collect_async((REQUEST,), signer) if place == "collect" else signer.sign(REQUEST)
        task = asyncio.ensure_future(asked)
        while not reached:
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            left = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
            return not left and bool((await signer.sign(REQUEST)).data)
        return False

    assert asyncio.run(stopped())
    assert len(reached) == 2


def peak() -> int:
    """The largest resident memory of this process so far, in bytes (getrusage; kilobytes on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def test_X14_ten_thousand_malformed_requests_then_a_good_one() -> None:
    signers = (LocalSigner(KEY), remote(Line()))
    stranger = SigningRequest(
        key=PrivateKey(Curve.P256, Secret(SECRET)).public_key, scheme=Scheme.ECDSA_P256, payload=bytes(32)
    )
    wrong: tuple[Any, ...] = (stranger, None, bytes(10_000), {"payload": bytes(100)})

    def flood(times: int) -> None:
        for number in range(times):
            for signer in signers:
                with pytest.raises(SigningRefused):
                    signer.sign(wrong[number % len(wrong)])
            with pytest.raises(SignerError):
                SignerUri.parse("x" * (number % 3000) + "?")

    flood(200)
    gc.collect()
    before = peak()
    flood(10_000)
    assert peak() - before < 5 * 2**20
    for signer in signers:
        start = time.perf_counter()
        assert REQUEST.accept(signer.sign(REQUEST))
        assert time.perf_counter() - start < 0.1


def test_X01_many_threads_share_one_signer_and_get_what_one_would() -> None:
    requests = [SigningRequest(key=PUBLIC, scheme=Scheme.ECDSA, payload=n.to_bytes(32)) for n in range(3200)]
    signers = (LocalSigner(KEY), remote(Line()))
    serial = [KEY.sign(Scheme.ECDSA, request.message) for request in requests]
    for signer in signers:
        with ThreadPoolExecutor(32) as pool:
            given = list(pool.map(lambda request, signer=signer: REQUEST_OF(request, signer), requests))
        assert given == serial


def REQUEST_OF(request: SigningRequest, signer: Any) -> bytes:
    return bytes(request.accept(signer.sign(request)).data)


FORKS = """
import os, sys
sys.path[:0] = {path!r}
from signers.test_stopped import KEY, Line, REQUEST, remote
from walletcore.signers.local import LocalSigner

signers = (LocalSigner(KEY), remote(Line()))
here = [signer.sign(REQUEST).data for signer in signers]
children = []
for _ in range(8):
    child = os.fork()
    if not child:
        os._exit([signer.sign(REQUEST).data for signer in signers] != here)
    children.append(child)
sys.exit(sum(os.waitpid(child, 0)[1] for child in children))
"""


def test_X02_forked_children_use_the_signers_of_their_parent() -> None:
    program = FORKS.format(path=[path for path in sys.path if path])
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


def told(error: BaseException | None) -> str:
    if error is None:
        return ""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(report.format()) + told(error.__cause__) + told(error.__context__)


@pytest.mark.parametrize("uri", ["local:", "local:x", "local:?pin=1", "hd:m/44'", "hd:m/x", "file:/nowhere", "file:x"])
def test_X10_no_error_of_an_opener_tells_what_the_callback_gave(uri: str) -> None:
    other = PrivateKey(Curve.SECP256K1, Secret(bytes([9]) * 32)).public_key
    with pytest.raises(WalletcoreError) as caught:
        open_signer(uri, public_key=other, secrets=lambda name: Secret(SECRET))
    shown = told(caught.value)
    for form in (SECRET.hex(), repr(SECRET)[2:-1], base64.b64encode(SECRET).decode(), str(int.from_bytes(SECRET))):
        assert form not in shown


def test_X18_an_answer_in_a_buffer_that_changes_is_no_answer() -> None:
    buffer = bytearray(KEY.sign(Scheme.ECDSA, REQUEST.message))
    with pytest.raises(WalletcoreError):
        remote(lambda digest, seconds: buffer).sign(REQUEST)  # type: ignore[arg-type,return-value]


class Text(str):
    """A text that is equal to everything and has no length."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __len__(self) -> int:
        return 0


class Keyish(PublicKey):
    """A key that is equal to every other."""

    __hash__ = PublicKey.__hash__

    def __eq__(self, other: object) -> bool:
        return True


def test_X19_what_only_looks_like_a_uri_or_a_key_opens_nothing() -> None:
    secrets = lambda name: KEY.secret  # noqa: E731
    with pytest.raises(SignerError):
        open_signer(Text("local:"), public_key=PUBLIC, secrets=secrets)
    with pytest.raises(SignerError):
        open_signer("local:", public_key=Keyish(PUBLIC.curve, PUBLIC.data), secrets=secrets)
    with pytest.raises(SignerError):
        RemoteSigner(public_key=Keyish(PUBLIC.curve, PUBLIC.data), exchange=Digests(), send=Line())


@pytest.mark.parametrize("number", [7, 8, 9, 10])
def test_a_remote_signer_with_bip340_is_asked_by_x_as_requests_are_routed(number: int) -> None:
    held = PrivateKey(Curve.SECP256K1, Secret(bytes([number]) * 32))

    class Schnorr(Digests):
        schemes = frozenset({Scheme.BIP340})

    signer: RemoteSigner[bytes, bytes] = RemoteSigner(
        public_key=held.public_key, exchange=Schnorr(), send=lambda digest, _: held.sign(Scheme.BIP340, digest)
    )
    for key in (held.public_key, held.public_key.even_y()):
        assert collect((SigningRequest(key=key, scheme=Scheme.BIP340, payload=bytes(32)),), signer) != (None,)
