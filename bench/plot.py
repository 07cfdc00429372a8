"""``python -m bench.plot TIMES GROWTH OUT``: the figure of docs/bulk.md (needs the extra ``bench``).

TIMES is what ``python -m bench bulk --json`` appended to, GROWTH what ``python -m bench.growth --json`` wrote; OUT is
an SVG.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PANELS = {
    "xpub -> child keys": "keys",
    "xpub -> bitcoin p2wpkh": "P2WPKH",
    "xpub -> bitcoin p2tr": "P2TR",
    "xpub -> ethereum": "EIP-55",
}
COLOURS = {
    "walletcore": "#1f77b4",
    "C loop": "#7f7f7f",
    "wallycore": "#bcbd22",
    "bip_utils": "#ff7f0e",
    "ethers": "#9467bd",
}


def medians(path: Path) -> dict[str, dict[str, float]]:
    """Microseconds by workload and case; of the last run of each."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["workload"]: {n: statistics.median(s) for n, s in row["samples_us"].items()} for row in rows}


def draw_peers(axes: Axes, times: dict[str, dict[str, float]]) -> None:
    """Bars: an address's time by who derives it."""
    for place, workload in enumerate(PANELS):
        for step, (name, colour) in enumerate(COLOURS.items()):
            if spent := times[workload].get(name):
                bar = axes.barh(place + step * 0.16, spent, 0.15, color=colour, label=name if not place else None)
                axes.bar_label(bar, fmt="%.0f", padding=2, fontsize=7)
    axes.barh(0, 0, color=COLOURS["ethers"], label="ethers")  # which has bars in the last panel only
    axes.set_xscale("log")
    axes.set_yticks([place + 0.32 for place in range(len(PANELS))], list(PANELS.values()))
    axes.invert_yaxis()
    axes.set_xlabel("microseconds each, one core")
    axes.legend(fontsize=7, loc="upper right")


def draw_counts(axes: Axes, growth: dict[str, Any]) -> None:
    """A line: an address's time by how many are asked for in a fresh process."""
    spent = {int(count): us for count, us in growth["us_by_count"].items()}
    axes.plot(list(spent), list(spent.values()), marker="o", color=COLOURS["walletcore"])
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("P2WPKH addresses asked for in a fresh process")
    axes.set_ylabel("microseconds each")


def main() -> None:
    """Read, draw, write."""
    times, growth, out = map(Path, sys.argv[1:])
    mpl.rcParams["svg.hashsalt"] = "walletcore"  # the same figures make the same file
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_peers(left, medians(times))
    draw_counts(right, json.loads(growth.read_text(encoding="utf-8")))
    figure.savefig(out, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
