"""A service in a process of its own: killed at any moment, or asked a thousand times for the same; its log is true."""

import asyncio
import itertools
import random
import secrets
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.faults import closed_port
from support.http_signers import opened, opened_async, request_of
from support.load import Callers, Mortal, check_told, mortal
from walletcore.errors import OutcomeUnknown, SignerUnavailable
from walletcore.signers.remote import Patience
from walletcore.signing import AcceptedSignature, SigningRequest

KILLS, CALLERS = 300, 4
DEADLINE, SLACK = 2.0, 5.0
_numbers = itertools.count()


@dataclass(frozen=True)
class Dying:
    """A service in a process that is followed by another when it is killed."""

    mortal: Mortal
    journal: Path
    seed: int

    @property
    def uri(self) -> str:
        return f"remote:http://127.0.0.1:{self.mortal.port}?plain=loopback"

    def signed(self) -> set[str]:
        """The messages that were signed, as the service wrote them down before it answered."""
        return set(self.journal.read_text().split()) if self.journal.exists() else set()


def wait_until_it_listens(server: Mortal) -> None:
    while True:
        assert server.process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Dying]:
    port, journal, seed = closed_port(), tmp_path / "journal", secrets.randbits(64)
    print(f"kills and pauses are those of seed {seed}")  # pytest shows it when the test fails
    with mortal("support.signing_service", str(port), str(journal), "0.003", str(seed), port=port) as server:
        wait_until_it_listens(server)
        yield Dying(server, journal, seed)


def payment() -> SigningRequest:
    """One that nobody has asked for."""
    return request_of(f"payment {next(_numbers)}".encode())


@pytest.mark.parametrize("attempts", [1, 3])
def test_H10_X05_a_service_that_is_killed_at_random_moments(service: Dying, attempts: int) -> None:
    chance = random.Random(service.seed)
    signer = opened(service.uri, Patience(attempts=attempts, deadline=DEADLINE, pause=0.01))
    with Callers(sign=signer.sign, request=payment, count=CALLERS, slack=DEADLINE + SLACK) as callers:
        while service.mortal.kills < KILLS // 2:
            time.sleep(chance.uniform(0.001, 0.02))
            if service.mortal.kills % 5 == 0:  # on a busy machine it would not live long enough to do anything
                callers.wait_for_answers()
            service.mortal.kill()
    time.sleep(0.2)
    check(callers, service.signed())


def check(callers: Callers, signed: set[str]) -> None:
    check_told(callers.told, lambda request: request.message.hex() in signed)
    kinds = callers.kinds()
    assert kinds[AcceptedSignature] > 10, kinds
    assert kinds[OutcomeUnknown] + kinds[SignerUnavailable] > 10, kinds
    assert max(each.seconds for each in callers.told) < DEADLINE + SLACK
    lost = [each.request.message.hex() in signed for each in callers.of(OutcomeUnknown)]
    if len(lost) > 50:  # some had been signed, some had not: nothing else would be worth its name
        assert set(lost) == {True, False}


def test_H19_the_same_request_a_thousand_times_in_parallel_is_signed_once(service: Dying) -> None:
    uri, patient = service.uri, Patience(attempts=1, deadline=60)
    request = request_of(b"the same")
    signer, slow = opened(uri, patient), opened_async(uri, patient)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: signer.sign(request), range(500)))

    async def many() -> list[AcceptedSignature]:
        return await asyncio.gather(*(slow.sign(request) for _ in range(500)))

    answers += asyncio.run(many())
    assert len(answers) == 1000
    assert len({answer.data for answer in answers}) == 1
    assert service.journal.read_text().split() == [request.message.hex()]
