"""Independent implementations beside ours: random cases go to a process of theirs, its verdicts are compared.

An oracle is a program under ``tests/oracles`` that reads one JSON case a line and answers each with one JSON verdict a
line. ``tests/oracles/README.md`` tells how to replay a case.
"""

import json
import os
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, suppress
from itertools import cycle
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from tempfile import TemporaryFile
from threading import Thread
from types import TracebackType
from typing import Any, Self

import pytest

__all__ = ["JSON", "Oracle", "both", "compared", "data", "locked", "number", "started"]

JSON = dict[str, Any]
"""A case, or a verdict."""
Make = Callable[[Random], JSON]
Check = Callable[[JSON, JSON], Iterable[str]]

ROOT = Path(__file__).resolve().parents[2]
SEED = os.environ.get("WALLETCORE_SEED", "1")
WINDOW = 64  # cases that are asked and not yet answered
PATIENCE = 120  # seconds for one answer
CASES = {"installed": 300, "locked": 10_000}

_locked = pytest.param("locked", marks=pytest.mark.engine)
locked = pytest.mark.parametrize("environment", [_locked])
"""A test whose oracle runs with the versions that its requirements name, 10,000 cases: `make engines`."""
both = pytest.mark.parametrize("environment", ["installed", _locked])
"""A test that is also run with what the extra ``dev`` has installed, 300 cases."""


class Oracle:
    """Processes of one oracle that answer in turns.

    A thread takes the answers of each, so that no process ever waits for us to read while we wait for it to read.
    """

    def __init__(self, command: list[str], count: int = 1) -> None:
        self._open = ExitStack()
        self._processes = [self._open.enter_context(_Process(command)) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def verdicts(self, cases: Iterator[JSON]) -> Iterator[tuple[JSON, JSON]]:
        """Yield each case with its verdict, in their order."""
        asked, answering = cycle(self._processes), cycle(self._processes)
        waiting: deque[JSON] = deque()
        for case in cases:
            next(asked).send(case)
            waiting.append(case)
            if len(waiting) == WINDOW:
                yield waiting.popleft(), next(answering).answer()
        while waiting:
            yield waiting.popleft(), next(answering).answer()


def started(name: str, environment: str) -> Oracle:
    """Return the oracle of this name: one process for each processor with its locked versions, or one with ours."""
    program = str(ROOT / "tests" / "oracles" / name / "oracle.py")
    if environment == "installed":
        return Oracle([sys.executable, "-I", program])
    path = ROOT / "build" / "oracles" / name
    assert (path / "ready").exists(), f"there is no {path.relative_to(ROOT)}: make engine-packages"
    for_node = path / "oracle.mjs"
    command = ["node", str(for_node)] if for_node.exists() else [str(path / "bin" / "python"), "-I", program]
    return Oracle(command, os.cpu_count() or 1)


class _Process:
    """One process: what is sent is answered in its order."""

    def __init__(self, command: list[str]) -> None:
        self._log = TemporaryFile()  # noqa: SIM115  # closed with the process
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    def send(self, case: JSON) -> None:
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):  # the answer that does not come tells why
            self._child.stdin.write(json.dumps(case).encode() + b"\n")
            self._child.stdin.flush()

    def answer(self) -> JSON:
        try:
            line = self._answers.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError(f"no answer within {PATIENCE} seconds") from None
        if not line:
            self._log.seek(0)
            raise AssertionError(f"the oracle ended:\n{self._log.read()[-4000:].decode(errors='replace')}")
        verdict: JSON = json.loads(line)
        return verdict

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        self._child.kill()
        self._child.wait()
        self._reader.join()
        for stream in (self._child.stdin, self._child.stdout, self._log):
            with suppress(BrokenPipeError):  # a case that was never read
                stream.close()  # type: ignore[union-attr]


def compared(
    oracle: str, run: str, environment: str, make: Make, check: Check, *, kinds: Collection[str], most: int = 10_000
) -> None:
    """Ask an oracle about random cases. A case depends on the seed, the name of the run and its number only.

    ``kinds`` are all that ``check`` tells of cases; in a whole run one case of 500 must be of each. A slow oracle is
    asked for ``most``.
    """
    numbers = _numbers(environment)[:most]
    cases = (make(Random(f"{SEED} {run} {place}")) for place in numbers)
    seen: Counter[str] = Counter()
    with started(oracle, environment) as peer:
        for place, (case, verdict) in zip(numbers, peer.verdicts(cases), strict=True):
            try:
                seen.update(check(case, verdict))
            except BaseException as error:
                error.add_note(_replay(oracle, run, place, case, verdict))
                raise
    if len(numbers) >= min(CASES["locked"], most):
        rare = {kind for kind in {*kinds, *seen} if kind not in kinds or seen[kind] < len(numbers) // 500}
        assert not rare, f"unknown, or hardly any case of it: {rare}, {seen}"


def _numbers(environment: str) -> range:
    """The cases that are asked: all, or the one that is replayed."""
    if "WALLETCORE_CASE" in os.environ:
        return range(int(os.environ["WALLETCORE_CASE"]), int(os.environ["WALLETCORE_CASE"]) + 1)
    return range(int(os.environ.get("WALLETCORE_EXAMPLES", CASES[environment])))


def _replay(oracle: str, run: str, place: int, case: JSON, verdict: JSON) -> str:
    return (
        f"{oracle}, run {run!r}, case {place}: again with WALLETCORE_SEED={SEED} WALLETCORE_CASE={place}\n"
        f"case: {json.dumps(case)}\nverdict: {json.dumps(verdict)}"
    )


def number(random: Random, limit: int) -> int:
    """Return a number below a limit: of any size, or at a border."""
    if random.random() < 0.3:
        return min(random.choice((0, 1, 127, 128, 255, 256, limit - 1, limit // 2)), limit - 1)
    return random.getrandbits(random.randint(0, limit.bit_length())) % limit


def data(random: Random, *sizes: int) -> str:
    """Return bytes of one of these sizes as hex: random ones, at times zeros or ones only."""
    size = random.choice(sizes)
    return random.choice((bytes(size), b"\xff" * size, *(random.randbytes(size) for _ in range(8)))).hex()
