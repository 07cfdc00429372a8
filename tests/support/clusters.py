"""Engines of clusters on this machine: a program in an environment of its own, which is told jobs and says what came.

The first half is for tests and the bench; the second for the programs, ``tests/engines/clusters``. A job is one line of
JSON, and so is its answer: ``{"seconds": ...}``, or ``{"error": ...}`` with what a user of the engine is shown.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self

from walletcore import ExtendedPublicKey
from walletcore.bulk import Account

__all__ = ["JSON", "PATHS", "PYTHON", "Assassin", "Cluster", "account_of", "is_there", "serve", "told"]

JSON = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "build" / "engines" / "clusters" / "bin" / "python"
PATHS = {
    "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
    "PYSPARK_PYTHON": str(PYTHON),
    "RAY_USAGE_STATS_ENABLED": "0",
}
PATIENCE = 300  # seconds for one answer, of which the first waits for the engine's start


class Cluster:
    """An engine, "spark" or "ray", on two cores, with a folder for all that it keeps of its jobs."""

    def __init__(self, engine: str) -> None:
        self.name = engine
        assert is_there(), "there is no build/engines/clusters: make engine-packages"
        self.folder = Path(tempfile.mkdtemp(prefix="wc-", dir="/tmp"))  # short: sockets are in it
        self.log = self.folder / "log"
        program = str(ROOT / "tests" / "engines" / "clusters" / f"on_{engine}.py")
        with self.log.open("wb") as log:
            self._child = subprocess.Popen(
                [str(PYTHON), "-P", program, str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.folder,
                env=os.environ | PATHS,
                start_new_session=True,
            )
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    def ask(self, account: Account, **job: Any) -> JSON:
        """Have a job done. Raises AssertionError with the end of the log where the engine ends instead."""
        job |= {"xpub": str(account.xpub), "chain": account.chain.name, "kind": account.kind}
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(job).encode() + b"\n")
            self._child.stdin.flush()
            line = self._answers.get(timeout=PATIENCE)
        except (BrokenPipeError, Empty):
            line = b""
        assert line, f"no answer:\n{self.log.read_text(errors='replace')[-4000:]}"
        answer: JSON = json.loads(line)
        return answer

    def computed(self) -> float:
        """Seconds of processors that it and all its processes have taken."""
        return sum(own + ended for own, ended in _below(self._child.pid).values())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End it as its user would, and by force if it does not."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        try:
            self._child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def is_there() -> bool:
    """Whether the environment of the engines is made."""
    return (PYTHON.parents[1] / "ready").exists()


def serve(run: Callable[[JSON], JSON]) -> None:
    """Answer each line of the standard input. What engines print goes to the log."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        started = time.perf_counter()
        try:
            answer = run(json.loads(line))
        except Exception as error:  # an engine has its own, and its own text
            answer = {"error": str(error), "kind": type(error).__name__}
        print(json.dumps({"seconds": time.perf_counter() - started} | answer), file=answers, flush=True)


def account_of(job: JSON) -> Account:
    """The account that a job is for."""
    return Account.of(ExtendedPublicKey.parse(job["xpub"]), job["chain"], kind=job["kind"])


class Assassin(Thread):
    """Kills one process below this one that is ``wanted`` by its command and has computed for a fifth of a second."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        super().__init__(daemon=True)
        self.wanted = wanted
        self.killed = 0
        self.start()

    def run(self) -> None:
        first: dict[int, float] = {}
        while not self.killed:
            for pid, (seconds, _) in _below(os.getpid(), self.wanted).items():
                if seconds - first.setdefault(pid, seconds) >= 0.2:
                    os.kill(pid, signal.SIGKILL)
                    self.killed = pid
                    break
            time.sleep(0.02)


def _below(root: int, wanted: Callable[[str], bool] = bool) -> dict[int, tuple[float, float]]:
    """A process and those that it has started, or these: how long they have computed, and ended children of theirs."""
    parents: dict[int, int] = {}
    found: dict[int, tuple[float, float]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_text()
        except OSError:  # it has ended
            continue
        parents[int(entry.name)] = int(fields[1])
        if wanted(command):
            own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
            found[int(entry.name)] = own / os.sysconf("SC_CLK_TCK"), ended / os.sysconf("SC_CLK_TCK")

    def ours(pid: int) -> bool:
        return pid == root or (pid in parents and ours(parents[pid]))

    return {pid: seconds for pid, seconds in found.items() if ours(pid)}


def told(cluster: Cluster, *secrets: bytes) -> list[str]:
    """The files of all that an engine keeps, its log among them, in which one of these is."""
    files = [path for path in cluster.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [str(path) for path in files if any(secret in path.read_bytes() for secret in secrets)]
