"""Clients that ask one request after the other and write down what they are told; a server that is killed meanwhile.

The server is a program that keeps one child serving and prints the id of each: when that is killed, another follows.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from house.source import ROOT
from walletcore.errors import OutcomeUnknown, SignerUnavailable, WalletcoreError
from walletcore.signing import AcceptedSignature, SigningRequest

__all__ = ["Callers", "Mortal", "Told", "check_told", "mortal", "told_of"]

Sign = Callable[[SigningRequest], AcceptedSignature]


@dataclass(frozen=True, slots=True)
class Told:
    """A request, the signature or the error that its client was told, and after how many seconds."""

    request: SigningRequest
    outcome: AcceptedSignature | WalletcoreError
    seconds: float


def told_of(sign: Sign, request: SigningRequest) -> Told:
    """What becomes of one request."""
    start = time.monotonic()
    try:
        outcome: AcceptedSignature | WalletcoreError = sign(request)
    except WalletcoreError as error:
        outcome = error
    return Told(request, outcome, time.monotonic() - start)


def check_told(told: Iterable[Told], is_signed: Callable[[SigningRequest], bool]) -> None:
    """Each was told the truth, in one of three ways: it is signed, it is not, or nobody knows yet."""
    for each in told:
        assert isinstance(each.outcome, AcceptedSignature | SignerUnavailable | OutcomeUnknown), each
        if not isinstance(each.outcome, OutcomeUnknown):
            assert is_signed(each.request) is isinstance(each.outcome, AcceptedSignature), each


@dataclass(kw_only=True)
class Callers:
    """So many threads ask while this is entered, each until its first error if ``once_failed_ends``.

    The signer's own deadline, and ``slack`` seconds that a busy machine adds, bound how long leaving it takes.
    """

    sign: Sign
    request: Callable[[], SigningRequest]
    count: int
    once_failed_ends: bool = False
    slack: float = 25.0
    told: list[Told] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Begin to ask, without an end of their own."""
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(self.count)]
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def join(self) -> None:
        """Wait until every thread has come to its end."""
        for thread in self._threads:
            thread.join(self.slack)
            assert not thread.is_alive()

    def _ask(self) -> None:
        while not self._over.is_set():
            told = told_of(self.sign, self.request())
            self.told.append(told)
            if isinstance(told.outcome, WalletcoreError):
                if self.once_failed_ends:
                    return
                time.sleep(0.05)  # while nobody listens it would be told so a thousand times a second

    def wait_for_answers(self, count: int = 1, seconds: float = 20.0) -> bool:
        """Whether so many more signatures are told in time."""
        mark, until = len(self.told), time.monotonic() + seconds
        while time.monotonic() < until:
            if sum(isinstance(each.outcome, AcceptedSignature) for each in self.told[mark:]) >= count:
                return True
            time.sleep(0.0005)
        return False

    def kinds(self) -> Counter[type]:
        """How many were told what."""
        return Counter(type(each.outcome) for each in self.told)

    def of(self, *kinds: type) -> list[Told]:
        """Those that were told one of these."""
        return [each for each in self.told if isinstance(each.outcome, kinds)]


@dataclass
class Mortal:
    """A server in a process that is followed by another when it is killed."""

    process: subprocess.Popen[str]
    port: int
    child: int = 0
    kills: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._lock:
                self.child = int(line)

    def kill(self) -> None:
        """Kill what serves now, if it is not dead already; its port and its half-done work go with it."""
        with self._lock, suppress(ProcessLookupError):
            child, self.child = self.child, 0
            if child:
                os.kill(child, signal.SIGKILL)
                self.kills += 1


@contextmanager
def mortal(module: str, *arguments: str, port: int, environment: dict[str, str] | None = None) -> Iterator[Mortal]:
    """The program of this module, which listens on that port."""
    paths = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "src")))
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **(environment or {}), "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
    )
    server = Mortal(process, port)
    try:
        yield server
    finally:
        process.kill()  # first, or another child follows
        process.wait()
        server.kill()
