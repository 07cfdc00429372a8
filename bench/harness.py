"""Interleaved timing: the cases of a workload take turns in one process, and the figure is the median of round ratios.

A shared machine drifts; a ratio of neighbours does not. Before anything is timed, all cases that answer must agree.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ORACLES = Path(__file__).resolve().parents[1] / "build" / "oracles"
BATCH = 0.04  # seconds a case runs per round


@dataclass(frozen=True, kw_only=True)
class Case:
    """One contestant: ``run(state, count)`` does the work ``count`` times; ``prepare(count)`` is not timed.

    ``least`` is the smallest count of a round, where a beginning has a cost that counts for fewer only.
    """

    name: str
    run: Callable[[Any, int], None]
    prepare: Callable[[int], Any] = lambda count: None
    answer: Callable[[], object] | None = None
    needs: str = ""
    least: int = 1

    def timed(self, count: int) -> float:
        state = self.prepare(count)
        start = time.perf_counter()
        self.run(state, count)
        return (time.perf_counter() - start) / count


class Constant(Case):
    """A span of time to hold others against; its name, such as ``250 ms``, says how long it is."""

    def timed(self, count: int) -> float:
        return float(self.name.removesuffix(" ms")) / 1000


@dataclass(frozen=True, kw_only=True)
class Allowing(Case):
    """A case and a span of time, for targets that say how much longer than it something may take."""

    milliseconds: float

    def timed(self, count: int) -> float:
        return super().timed(count) + self.milliseconds / 1000


@dataclass(frozen=True, kw_only=True)
class NodeCase(Case):
    """A peer that runs on Node, in the environment of an oracle: ``ask(count)`` gives the seconds that it took."""

    ask: Callable[[int], float]
    run: Callable[[Any, int], None] = lambda state, count: None

    def timed(self, count: int) -> float:
        return self.ask(count) / count


class Node:
    """A program in ``bench/peers`` that answers each line of JSON with one, started in an oracle's environment."""

    def __init__(self, program: str, oracle: str, *arguments: str) -> None:
        script = Path(__file__).parent / "peers" / program
        command = ["node", str(script), *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._child = subprocess.Popen(command, cwd=ORACLES / oracle, **pipes)  # type: ignore[call-overload]

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """One line each way."""
        self._child.stdin.write(json.dumps(question) + "\n")
        self._child.stdin.flush()
        answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        return answer


def span(milliseconds: int) -> Constant:
    """The constant of that length, for targets that are times and not ratios."""
    return Constant(name=f"{milliseconds} ms", run=lambda state, count: None)


@dataclass(frozen=True, kw_only=True)
class Target:
    """``case`` takes at most ``ratio`` times as long as ``reference``."""

    case: str
    reference: str
    ratio: float


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Cases that do the same job; ratios are printed against ``reference``."""

    name: str
    reference: str
    cases: Callable[[], list[Case]]
    targets: tuple[Target, ...] = ()
    rounds: int = 11


@dataclass(kw_only=True)
class Result:
    """Seconds per operation and round, by case."""

    workload: Workload
    samples: dict[str, list[float]] = field(default_factory=dict)

    def ratios(self, case: str, reference: str) -> list[float]:
        return sorted(a / b for a, b in zip(self.samples[case], self.samples[reference], strict=True))

    def ratio(self, case: str, reference: str) -> float:
        return statistics.median(self.ratios(case, reference))

    def unmeasured(self) -> list[Target]:
        """The targets that name a case which was left out."""
        return [t for t in self.workload.targets if not {t.case, t.reference} <= self.samples.keys()]

    def verdicts(self) -> list[tuple[Target, float]]:
        """Each target whose cases were measured, with the ratio seen."""
        known = self.samples.keys()
        return [(t, self.ratio(t.case, t.reference)) for t in self.workload.targets if {t.case, t.reference} <= known]


def each(function: Callable[[], object]) -> Callable[[Any, int], None]:
    """A case's ``run`` from a function that does the work once."""

    def run(_: Any, count: int) -> None:
        for _ in range(count):
            function()

    return run


def installed(module: str) -> bool:
    """Whether a peer can be imported: from here, or from its own environment among those of the oracles.

    ``node:`` and an oracle's name stand for one that runs on Node.
    """
    if module.startswith("node:"):
        return (ORACLES / module.removeprefix("node:") / "ready").exists()
    if importlib.util.find_spec(module) is None:
        sys.path += [str(path.parent) for path in sorted(ORACLES.glob(f"*/lib/python*/site-packages/{module}"))[:1]]
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def measure(workload: Workload, *, rounds: int | None = None) -> Result:
    """Run a workload. Raises ValueError when two cases give different answers."""
    cases = [case for case in workload.cases() if not case.needs or installed(case.needs)]
    _agree(workload, cases)
    counts = {case.name: _calibrated(case) for case in cases}
    result = Result(workload=workload, samples={case.name: [] for case in cases})
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds or workload.rounds):
            for case in cases:
                result.samples[case.name].append(case.timed(counts[case.name]))
            gc.collect()
    finally:
        gc.enable()
    return result


def _agree(workload: Workload, cases: list[Case]) -> None:
    answers = {case.name: case.answer() for case in cases if case.answer}
    if len({repr(answer) for answer in answers.values()}) > 1:
        raise ValueError(f"{workload.name}: the cases disagree: {answers}")


def _calibrated(case: Case) -> int:
    count = 1
    case.timed(1)
    while (seconds := case.timed(count) * count) < BATCH / 4:
        count = max(count * 2, int(count * BATCH / 2 / max(seconds, 1e-7)))
    return max(case.least, int(count * BATCH / seconds))


def table(result: Result) -> str:
    """A workload's figures as a Markdown table, and its targets below."""
    reference = result.workload.reference
    if reference not in result.samples:
        return f"## {result.workload.name}\n\nNOT MEASURED, a peer is missing: {reference}\n"
    lines = [f"## {result.workload.name}", "", f"| case | us | x {reference} | quartiles |", "|---|---:|---:|---:|"]
    for name, samples in sorted(result.samples.items(), key=lambda item: statistics.median(item[1])):
        low, high = _quartiles(result.ratios(name, reference))
        us, ratio = statistics.median(samples) * 1e6, result.ratio(name, reference)
        lines.append(f"| {name} | {us:.2f} | {ratio:.2f} | {low:.2f}-{high:.2f} |")
    for target, seen in result.verdicts():
        verdict = "reached" if seen <= target.ratio else "MISSED"
        lines.append(f"\n{verdict}: {target.case} at most {target.ratio:g}x {target.reference}, seen {seen:.3f}")
    lines += [f"\nNOT MEASURED, a peer is missing: {t.case} beside {t.reference}" for t in result.unmeasured()]
    return "\n".join(lines) + "\n"


def _quartiles(ratios: list[float]) -> tuple[float, float]:
    """The lower and the upper one; of a single round both are what it showed."""
    low, _, high = statistics.quantiles(ratios if len(ratios) > 1 else ratios * 2, n=4)
    return low, high
