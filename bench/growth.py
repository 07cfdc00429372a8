"""``python -m bench.growth [--rounds N] [--most N] [--json FILE]``: what bulk derivation takes by count and by workers.

Memory is the peak of a fresh interpreter (RSS) that derives 10,000 addresses, and of one that derives a million. Two
workers are held against what two of PBKDF2 reach on the same machine in the same round: what two processes gain is the
machine's matter, what of that is lost is ours. It fails where a target is missed (docs/bulk.md).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.cases.bulk import XPUBS
from walletcore import bulk
from walletcore.bulk import parallel
from walletcore.bulk.pool import in_order

FEW, MANY = 10_000, 1_000_000
MOST_GROWTH = 8.0  # MiB
LEAST_SHARE = 0.85  # of what two workers of PBKDF2 gain
ITERATIONS, KEYS = 100_000, 32  # of PBKDF2: some three seconds by one
COUNTS = (10, 100, 1_000, 2_000, 5_000, 10_000, 100_000)

PEAK = """
import resource, sys
from bench.cases.bulk import XPUBS
from walletcore import bulk
for pair in bulk.derive(XPUBS["p2wpkh"], "bitcoin", 0, int(sys.argv[1]), kind="p2wpkh"):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
SPENT = """
import sys, time
from bench.cases.bulk import XPUBS
from walletcore import bulk
pairs = bulk.derive(XPUBS["p2wpkh"], "bitcoin", 0, int(sys.argv[1]), kind="p2wpkh")
start = time.perf_counter()
for pair in pairs:
    pass
print(time.perf_counter() - start)
"""


def child(program: str, *arguments: int) -> float:
    """The figure that a fresh interpreter prints."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    deque(work(), maxlen=0)
    return time.perf_counter() - start


def gained(work: Callable[[int], Any]) -> float:
    """By how much two workers are faster than one."""
    return seconds(partial(work, 1)) / seconds(partial(work, 2))


def addresses(count: int, workers: int) -> Any:
    """Pairs by so many workers."""
    return bulk.derive_parallel(XPUBS["p2wpkh"], "bitcoin", 0, count, kind="p2wpkh", workers=workers)


def stretched(workers: int) -> Any:
    """Keys of PBKDF2 by so many workers."""
    return in_order(partial(hashlib.pbkdf2_hmac, "sha512", b"word", b"salt"), [ITERATIONS] * KEYS, workers)


def measure(rounds: int, most: int) -> dict[str, Any]:
    """All figures."""
    shares = []
    for _ in range(rounds):
        ceiling, ours = gained(stretched), gained(partial(addresses, most))
        shares.append((ours / ceiling, ours, ceiling))
    share, ours, ceiling = sorted(shares)[len(shares) // 2]
    return {
        "python": platform.python_version(),
        "parallel_from": parallel.PARALLEL_FROM,
        "share": share,
        "two_workers": ours,
        "two_workers_of_pbkdf2": ceiling,
        "peak_mib": {count: child(PEAK, count) for count in (FEW, MANY)},
        "us_by_count": {n: statistics.median([child(SPENT, n) / n * 1e6 for _ in range(rounds)]) for n in COUNTS},
    }


def main() -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, default=400_000, help="addresses that workers share")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    found = measure(options.rounds, options.most)
    growth = found["peak_mib"][MANY] - found["peak_mib"][FEW]
    print(f"two workers: {found['two_workers']:.2f}x one; of PBKDF2 {found['two_workers_of_pbkdf2']:.2f}x")
    print(f"their share of that: {found['share']:.2f} (at least {LEAST_SHARE})")
    print(f"peak memory: {growth:+.1f} MiB from {FEW:,} to {MANY:,} addresses (at most {MOST_GROWTH})")
    for count, spent in found["us_by_count"].items():
        print(f"{count:>9,} addresses in a fresh process: {spent:.1f} us each")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    return 1 if found["share"] < LEAST_SHARE or growth > MOST_GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
