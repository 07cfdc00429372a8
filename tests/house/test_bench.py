"""What the bench prints of its rounds, however few they are."""

import pytest

from house.source import ROOT, child

PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from bench.harness import Result, Workload, span, table

workload = Workload(name="spans", reference="2 ms", cases=lambda: [span(2), span(5)])
print(table(Result(workload=workload, samples={{"2 ms": [2e-3] * {rounds}, "5 ms": {samples}}})))
"""


@pytest.mark.parametrize(
    ("samples", "shown"),
    [([5e-3], "2.50 | 2.50-2.50"), ([4e-3, 5e-3, 9e-3], "2.50 | 2.00-4.50")],
)
def test_a_table_has_a_median_and_quartiles_of_any_number_of_rounds(samples: list[float], shown: str) -> None:
    printed = child(PROGRAM.format(root=str(ROOT), rounds=len(samples), samples=samples))
    assert f"| 5 ms | 5000.00 | {shown} |" in printed.splitlines()


def test_a_reference_that_is_missing_is_told() -> None:
    program = PROGRAM.format(root=str(ROOT), rounds=1, samples=[5e-3]).replace('reference="2 ms"', 'reference="peer"')
    assert "NOT MEASURED, a peer is missing: peer" in child(program).splitlines()
