"""Time to import, in fresh interpreters, less the time of an empty one; and time to start the command."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Any

from bench.harness import Case, Target, Workload, span

COMMANDS = {"walletcore --help": "--help", "walletcore chains": "chains"}
READY = "from walletcore.chains.{0} import Transaction; from walletcore.signers.local import LocalSigner"
STATEMENTS = {
    "import coincurve": "import coincurve",
    "import walletcore": "import walletcore",
    "bitcoin ready to sign": READY.format("bitcoin"),
    "evm ready to sign": READY.format("evm"),
    "solana ready to sign": READY.format("solana"),
    "import bip_utils": "import bip_utils",
}


def seconds(statement: str) -> float:
    """One fresh interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", statement], check=True)
    return time.perf_counter() - start


class Import(Case):
    """A statement's own time: an interpreter with it less one without, each the best of three."""

    def timed(self, count: int) -> float:
        statement = STATEMENTS[self.name]
        pairs = [(seconds(statement), seconds("pass")) for _ in range(3)]
        return max(min(full for full, _ in pairs) - min(empty for _, empty in pairs), 1e-6)


class Command(Case):
    """A command from its start to its end, the interpreter included: the best of three.

    Counted is the processor's time, which is what a person waits on a machine that does nothing else.
    """

    def timed(self, count: int) -> float:
        return min(self._once() for _ in range(3))

    def _once(self) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        words = [sys.executable, "-m", "walletcore", COMMANDS[self.name]]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def nothing(_: Any, count: int) -> None:
    """The work is in `Import.timed`."""


def cases() -> list[Case]:
    """Our root and three chains beside the imports of others."""
    needs = {name: name.removeprefix("import ") for name in STATEMENTS if name.startswith("import ")}
    contestants: list[Case] = [Import(name=name, run=nothing, needs=needs.get(name, "")) for name in STATEMENTS]
    return [*contestants, span(10)]


def commands() -> list[Case]:
    """What a person waits for who asks for help, or for the chains."""
    contestants: list[Case] = [Command(name=name, run=nothing, needs="typer") for name in COMMANDS]
    return [*contestants, span(250)]


WORKLOADS = [
    Workload(
        name="import",
        reference="import coincurve",
        cases=cases,
        targets=(
            Target(case="import walletcore", reference="10 ms", ratio=1),
            Target(case="bitcoin ready to sign", reference="import coincurve", ratio=3),
            Target(case="evm ready to sign", reference="import coincurve", ratio=3),
            Target(case="solana ready to sign", reference="import coincurve", ratio=3),
        ),
        rounds=7,
    ),
    Workload(
        name="command",
        reference="250 ms",
        cases=commands,
        targets=tuple(Target(case=name, reference="250 ms", ratio=1) for name in COMMANDS),
        rounds=7,
    ),
]
