"""``python -m bench.cluster [--rows N] [--rounds N] [--json FILE]``: bulk derivation by Spark and by Ray, here.

Each engine has two cores and its workers; what it is held against is `bulk.derive_parallel` with two workers in the
same round. The first job of an engine starts processes and imports; later ones are warm. Rows are made and go nowhere:
into Spark's sink "noop", Ray's memory, a loop of Python. Where others compute too, rates say little; what a row takes
of processors says more, so that both must reach the share. It fails where a target is missed (docs/clusters.md). Needs
`make engine-packages`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cases.bulk import XPUBS
from support.clusters import Cluster
from walletcore import bulk

ENGINES = ("spark", "ray")
LEAST_SHARE = 0.35  # of the pool's rate, by Spark when it is warm
MOST_OF_TWO = 1.1  # of what a row of one change takes, by a range of two
ACCOUNT = bulk.Account.of(XPUBS["p2wpkh"], "bitcoin", kind="p2wpkh")
BATCHES, PARTITIONS = (1_000, 10_000, 50_000), (2, 8, 32)


@dataclass(frozen=True, slots=True)
class Took:
    """What rows took: seconds, and seconds of processors."""

    rows: int
    seconds: float
    computed: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    @property
    def us(self) -> float:
        """Microseconds of processors a row."""
        return self.computed / self.rows * 1e6


def pool(rows: int) -> Took:
    """A pool of two, from its start to its end."""
    start, computed = time.perf_counter(), sum(os.times()[:4])
    deque(bulk.derive_parallel(ACCOUNT.xpub, ACCOUNT.chain, 0, rows, kind=ACCOUNT.kind, workers=2), maxlen=0)
    return Took(rows, time.perf_counter() - start, sum(os.times()[:4]) - computed)


def job(engine: Cluster, rows: int, **more: Any) -> Took:
    """A job of an engine."""
    changes, computed = more.setdefault("changes", [0]), engine.computed()
    answer = engine.ask(ACCOUNT, start=0, count=rows // len(changes), **more)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return Took(rows, float(answer["seconds"]), engine.computed() - computed)


def measured(name: str, rows: int, rounds: int, *, sizes: bool) -> dict[str, Any]:
    """An engine beside the pool, in turns."""
    with Cluster(name) as engine:
        start = time.perf_counter()
        job(engine, 1)  # which waits for the engine
        found: dict[str, Any] = {"start": time.perf_counter() - start, "first": job(engine, rows).rate}
        samples = [
            {"pool": pool(rows), "plain": job(engine, rows), "two": job(engine, rows, changes=[0, 1])}
            for _ in range(rounds)
        ]
        if sizes and name == "spark":
            found["by_batch"] = {size: job(engine, rows, batch=size).us for size in BATCHES}
        if sizes:
            found["by_partitions"] = {count: job(engine, rows, partitions=count).us for count in PARTITIONS}
    for case in samples[0]:
        found[case] = statistics.median(sample[case].rate for sample in samples)
        found[f"{case}_us"] = statistics.median(sample[case].us for sample in samples)
    found["share"] = statistics.median(sample["plain"].rate / sample["pool"].rate for sample in samples)
    found["share_of_work"] = statistics.median(sample["pool"].us / sample["plain"].us for sample in samples)
    found["two_of_plain"] = statistics.median(sample["two"].us / sample["plain"].us for sample in samples)
    return found


def shown(name: str, found: dict[str, Any]) -> str:
    """The figures of an engine, in words."""
    lines = [
        f"{found['start']:.0f} s until it has done a job of one row; {found['first']:,.0f} rows/s by the next",
        f"{found['plain']:,.0f} rows/s when warm; the pool of two {found['pool']:,.0f}: share {found['share']:.2f}",
        f"{found['plain_us']:.1f} us of work a row; the pool's {found['pool_us']:.1f}: {found['share_of_work']:.2f}",
        f"{found['two_us']:.1f} us for a row of changes 0 and 1: {found['two_of_plain']:.2f} of one change",
    ]
    for what in ("batch", "partitions"):
        lines += [f"{what} {size:,}: {us:.1f} us of work a row" for size, us in found.get(f"by_{what}", {}).items()]
    return "\n".join([f"{name}: {line}" for line in lines])


def main() -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.cluster")
    parser.add_argument("engines", nargs="*", default=[], choices=[*ENGINES, []], metavar="engine")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", action="store_true", help="other batches and partitions, too")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}, {options.rows:,} rows of {ACCOUNT.kind}")
    found = {}
    for name in options.engines or ENGINES:
        found[name] = measured(name, options.rows, options.rounds, sizes=options.sizes)
        print(shown(name, found[name]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    return 0 if all(_reached(name, each) for name, each in found.items()) else 1


def _reached(name: str, found: dict[str, Any]) -> bool:
    share = min(found["share"], found["share_of_work"])
    return found["two_of_plain"] <= MOST_OF_TWO and (name != "spark" or share >= LEAST_SHARE)


if __name__ == "__main__":
    sys.exit(main())
