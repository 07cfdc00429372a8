"""Time to import, in fresh interpreters, less the time of an empty one; and time to start the command.

Counted is the processor's time, which is what a person waits on a machine that does nothing else.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Any

from bench.harness import Case, Target, Workload, span

COMMANDS = {"walletcore --help": "--help", "walletcore chains": "chains"}
FAMILIES = ("cosmos", "evm", "solana", "stellar", "tron", "vechain", "xrpl")
READY = "from walletcore.chains.{0} import Transaction; from walletcore.signers.local import LocalSigner"
STATEMENTS = {
    "import coincurve": "import coincurve",
    "import walletcore": "import walletcore",
    "bitcoin ready to sign": READY.format("bitcoin"),
    "evm ready to sign": READY.format("evm"),
    "solana ready to sign": READY.format("solana"),
    "import bip_utils": "import bip_utils",
    **{text: text for text in (f"import walletcore.chains.{family}" for family in FAMILIES)},
}


def seconds(*words: str) -> float:
    """What one fresh interpreter with these arguments takes of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


class Import(Case):
    """A statement's own time: an interpreter with it less one without, each the best of three."""

    def timed(self, count: int) -> float:
        statement = STATEMENTS[self.name]
        pairs = [(seconds("-I", "-c", statement), seconds("-I", "-c", "pass")) for _ in range(3)]
        return max(min(full for full, _ in pairs) - min(empty for _, empty in pairs), 1e-6)


class Command(Case):
    """A command from its start to its end, the interpreter included: the best of three."""

    def timed(self, count: int) -> float:
        return min(seconds("-m", "walletcore", COMMANDS[self.name]) for _ in range(3))


def nothing(_: Any, count: int) -> None:
    """The work is in `Import.timed`."""


def cases() -> list[Case]:
    """Our root and its families beside the imports of others."""
    needs = {name: name.removeprefix("import ") for name in STATEMENTS if name.startswith("import ")}
    contestants: list[Case] = [Import(name=name, run=nothing, needs=needs.get(name, "")) for name in STATEMENTS]
    return [*contestants, span(10), span(50)]


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
            *(Target(case=f"import walletcore.chains.{each}", reference="50 ms", ratio=1) for each in FAMILIES),
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
