"""A service in a process of its own: killed at any moment, or asked a thousand times for the same; its log is true."""

import asyncio
import itertools
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from house.source import ROOT
from support.faults import closed_port
from support.http_signers import Synchronous, opened, opened_async, request_of
from walletcore.errors import OutcomeUnknown, SignerUnavailable, WalletcoreError
from walletcore.signers.remote import Patience
from walletcore.signing import AcceptedSignature, SigningRequest

KILLS, CALLERS = 300, 4
DEADLINE, SLACK = 2.0, 5.0
Outcome = AcceptedSignature | WalletcoreError
_numbers = itertools.count()


@dataclass
class Mortal:
    """A service in a process that is followed by another when it is killed."""

    process: subprocess.Popen[str]
    port: int
    journal: Path
    seed: int
    child: int = 0

    def __post_init__(self) -> None:
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.child = int(line)

    def kill(self) -> bool:
        """Kill what serves now, if it is not dead already; its port and its half-done work go with it."""
        child, self.child = self.child, 0
        if child:
            os.kill(child, signal.SIGKILL)
        return bool(child)

    def signed(self) -> set[str]:
        """The messages that were signed, as the service wrote them down before it answered."""
        return set(self.journal.read_text().split()) if self.journal.exists() else set()


def wait_until_it_listens(service: Mortal) -> None:
    while True:
        assert service.process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", service.port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    port, journal, seed = closed_port(), tmp_path / "journal", secrets.randbits(64)
    print(f"kills and pauses are those of seed {seed}")  # pytest shows it when the test fails
    paths = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "src")))
    command = [sys.executable, "-m", "support.signing_service", str(port), str(journal), "0.003", str(seed)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True)
    service = Mortal(process=process, port=port, journal=journal, seed=seed)
    try:
        wait_until_it_listens(service)
        yield service
    finally:
        process.kill()  # first, or another child follows
        process.wait()
        service.kill()


def call(signer: Synchronous, told: list[tuple[SigningRequest, Outcome, float]], over: threading.Event) -> None:
    """Ask for one signature after the other."""
    while not over.is_set():
        request = request_of(f"payment {next(_numbers)}".encode())
        start = time.monotonic()
        try:
            outcome: Outcome = signer.sign(request)
        except WalletcoreError as error:
            outcome = error
        told.append((request, outcome, time.monotonic() - start))


def wait_for_an_answer(told: list[tuple[SigningRequest, Outcome, float]]) -> None:
    mark, until = len(told), time.monotonic() + 5
    while time.monotonic() < until and not any(isinstance(each[1], AcceptedSignature) for each in told[mark:]):
        time.sleep(0.001)


@pytest.mark.parametrize("attempts", [1, 3])
def test_H10_X05_a_service_that_is_killed_at_random_moments(mortal: Mortal, attempts: int) -> None:
    chance = random.Random(mortal.seed)
    patience = Patience(attempts=attempts, deadline=DEADLINE, pause=0.01)
    signer = opened(f"remote:http://127.0.0.1:{mortal.port}?plain=loopback", patience)
    told: list[tuple[SigningRequest, Outcome, float]] = []
    over = threading.Event()
    callers = [threading.Thread(target=call, args=(signer, told, over)) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    kills = 0
    while kills < KILLS // 2:
        time.sleep(chance.uniform(0.001, 0.02))
        if kills % 5 == 0:  # on a busy machine it would not live long enough to do anything
            wait_for_an_answer(told)
        kills += mortal.kill()
    over.set()
    for caller in callers:
        caller.join(DEADLINE + SLACK)
        assert not caller.is_alive()
    time.sleep(0.2)
    check(told, mortal.signed())


def check(told: list[tuple[SigningRequest, Outcome, float]], signed: set[str]) -> None:
    kinds = Counter(type(outcome) for _, outcome, _ in told)
    assert set(kinds) <= {AcceptedSignature, OutcomeUnknown, SignerUnavailable}, kinds
    assert kinds[AcceptedSignature] > 10, kinds
    assert kinds[OutcomeUnknown] + kinds[SignerUnavailable] > 10, kinds
    assert max(seconds for _, _, seconds in told) < DEADLINE + SLACK
    for request, outcome, _ in told:
        if isinstance(outcome, AcceptedSignature):
            assert request.message.hex() in signed
        elif isinstance(outcome, SignerUnavailable):
            assert request.message.hex() not in signed
    lost = [request for request, outcome, _ in told if isinstance(outcome, OutcomeUnknown)]
    if len(lost) > 50:  # some had been signed, some had not: nothing else would be worth its name
        assert {request.message.hex() in signed for request in lost} == {True, False}


def test_H19_the_same_request_a_thousand_times_in_parallel_is_signed_once(mortal: Mortal) -> None:
    uri, patient = f"remote:http://127.0.0.1:{mortal.port}?plain=loopback", Patience(attempts=1, deadline=60)
    request = request_of(b"the same")
    signer, slow = opened(uri, patient), opened_async(uri, patient)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: signer.sign(request), range(500)))

    async def many() -> list[AcceptedSignature]:
        return await asyncio.gather(*(slow.sign(request) for _ in range(500)))

    answers += asyncio.run(many())
    assert len(answers) == 1000
    assert len({answer.data for answer in answers}) == 1
    assert mortal.journal.read_text().split() == [request.message.hex()]
