"""The server's process is killed at any moment: what its clients were told is true, and its log is whole."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from house.source import ROOT
from support.faults import closed_port
from support.server import HOT, Process, ask, configuration, entries, request, signed_ids
from walletcore.errors import OutcomeUnknown, SignerUnavailable, WalletcoreError
from walletcore.signers import open_signer, store
from walletcore.signers.remote import Patience, RemoteSigner
from walletcore.signing import AcceptedSignature, SigningRequest

KILLS, SECONDS, CALLERS = 1000, 90.0, 4
SEED = int(os.environ.get("WALLETCORE_SEED", "1"))
DEADLINE, SLACK = 3.0, 5.0
Told = tuple[SigningRequest, AcceptedSignature | WalletcoreError, float]


@dataclass
class Mortal:
    """A server in a process that is followed by another when it is killed."""

    process: subprocess.Popen[str]
    port: int
    child: int = 0
    kills: int = field(default=0)

    def __post_init__(self) -> None:
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.child = int(line)

    def kill(self) -> None:
        child, self.child = self.child, 0
        if child:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                self.kills += 1


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    port = closed_port()
    (tmp_path / "server.toml").write_text(configuration(tmp_path, listen=f"127.0.0.1:{port}"))
    paths = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "src")))
    command = [sys.executable, "-m", "support.mortal_server", str(tmp_path / "server.toml")]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True)
    server = Mortal(process=process, port=port)
    try:
        yield server
    finally:
        process.kill()  # first, or another child follows
        process.wait()
        server.kill()


def call(signer: RemoteSigner, told: list[Told], over: threading.Event) -> None:  # type: ignore[type-arg]
    while not over.is_set():
        asked, start = request(), time.monotonic()
        try:
            outcome: AcceptedSignature | WalletcoreError = signer.sign(asked)
        except WalletcoreError as error:
            outcome = error
        told.append((asked, outcome, time.monotonic() - start))


def wait_for_an_answer(told: list[Told]) -> None:
    mark, until = len(told), time.monotonic() + 10
    while time.monotonic() < until and not any(isinstance(each[1], AcceptedSignature) for each in told[mark:]):
        time.sleep(0.0005)


@pytest.mark.engine
@pytest.mark.parametrize("attempts", [1, 3])
def test_H10_X05_a_server_that_is_killed_at_random_moments(mortal: Mortal, tmp_path: Path, attempts: int) -> None:
    opened = open_signer(f"remote:http://127.0.0.1:{mortal.port}?plain=loopback", public_key=HOT)
    assert isinstance(opened, RemoteSigner)
    signer = replace(opened, patience=Patience(attempts=attempts, deadline=DEADLINE, pause=0.01))
    dice, told, over = random.Random(f"{SEED} {attempts}"), list[Told](), threading.Event()
    callers = [threading.Thread(target=call, args=(signer, told, over)) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    end = time.monotonic() + SECONDS / 2
    while mortal.kills < KILLS // 2 and time.monotonic() < end:
        if mortal.kills % 3 == 0:  # between them it dies while it starts, as well
            wait_for_an_answer(told)
        time.sleep(dice.uniform(0.0, 0.02))
        mortal.kill()
    over.set()
    for caller in callers:
        caller.join(DEADLINE + SLACK)
        assert not caller.is_alive()
    time.sleep(0.2)
    print(f"{mortal.kills} kills, {Counter(type(each[1]).__name__ for each in told)}")
    assert mortal.kills > KILLS // 20
    check(told, tmp_path)


def check(told: list[Told], folder: Path) -> None:
    kinds = Counter(type(outcome) for _, outcome, _ in told)
    assert set(kinds) <= {AcceptedSignature, OutcomeUnknown, SignerUnavailable}, kinds
    assert kinds[AcceptedSignature] > 10, kinds
    assert kinds[OutcomeUnknown] > 10, kinds
    assert max(seconds for *_, seconds in told) < DEADLINE + SLACK
    ids = signed_ids(folder)  # and the chain of hashes is whole
    assert len(ids) == len(set(ids))
    signed, kept = set(ids), store.open_store(f"sqlite:{folder}/store.db", create=False)
    admitted = Counter(json.loads(entry.text).get("case") for entry in entries(folder) if '"admitted"' in entry.text)
    assert len(admitted) >= len(signed)  # nothing was signed that no guard had admitted, and logged before
    for asked, outcome, _ in told:
        memory = kept.kept(asked.id)
        assert (memory is not None) is (asked.id.hex() in signed)
        if isinstance(outcome, AcceptedSignature):
            assert memory == outcome.data
        elif isinstance(outcome, SignerUnavailable):
            assert memory is None
    lost = {kept.kept(asked.id) is None for asked, outcome, _ in told if isinstance(outcome, OutcomeUnknown)}
    assert lost == {True, False}  # or the kills were all in one place
    kept.close()


@pytest.mark.engine
def test_X14_memory_is_flat_over_twenty_thousand_requests(tmp_path: Path) -> None:
    """A half of them is for signatures; the others are broken, and of each twentieth the client has gone."""
    from support.server import raw, signing

    def used(pid: int) -> int:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    with Process(tmp_path, configuration(tmp_path)) as server:
        head = "POST /v1/sign HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        figures = []

        def ask_many(count: int) -> None:
            import socket

            with socket.create_connection(("127.0.0.1", server.port)) as line, line.makefile("rb") as answers:
                for _ in range(count):
                    body = signing(request())
                    line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                    size = 0
                    while (text := answers.readline()) != b"\r\n":
                        size = int(text.split(b":")[1]) if text.lower().startswith(b"content-length") else size
                    assert b"signature" in answers.read(size)

        for _ in range(10):
            threads = [threading.Thread(target=ask_many, args=(125,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for number in range(1000):
                if number % 20 == 0:
                    raw(server.port, f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
                else:
                    ask(server.port, "/v1/sign", b'{"id": ' + str(number).encode() + b"}")
            for thread in threads:
                thread.join()
            figures.append(used(server.child.pid))
    print(f"KiB after each 2,000 requests: {figures}")
    assert figures[-1] - figures[3] < 5 * 1024, figures
