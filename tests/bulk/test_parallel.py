"""Addresses by several processes are those of one, in their order."""

import itertools
import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from walletcore import ExtendedPrivateKey, bulk
from walletcore.bulk import parallel
from walletcore.errors import DerivationError, InvalidKey

ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))
ACCOUNT = ROOT.derive("m/84'/0'/0'").public


@pytest.fixture
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PARALLEL_FROM", 0)


@pytest.mark.usefixtures("_always")
@pytest.mark.parametrize(
    ("chain", "kind", "start", "count"),
    [
        ("bitcoin", "p2wpkh", 0, 20_000),
        ("bitcoin", "p2tr", 7, 8_193),
        ("ethereum", "", 2**31 - 9_000, 9_000),
        ("tron", "", 5, 0),
    ],
)
def test_the_pairs_are_those_of_one_process(chain: str, kind: str, start: int, count: int) -> None:
    seen: list[tuple[int, int]] = []
    found = bulk.derive_parallel(
        ACCOUNT, chain, start, count, kind=kind, change=1, workers=2, progress=lambda *told: seen.append(told)
    )
    assert list(found) == list(bulk.derive(ACCOUNT, chain, start, count, kind=kind, change=1))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert not count or seen[-1] == (count, count)


@pytest.mark.usefixtures("_always")
def test_who_takes_no_more_keeps_no_processes() -> None:
    pairs = bulk.derive_parallel(ACCOUNT, "ethereum", 0, 2**31, workers=2)
    assert [index for index, _ in itertools.islice(pairs, 3)] == [0, 1, 2]
    pairs.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_few_addresses_start_no_process() -> None:
    pairs = bulk.derive_parallel(ACCOUNT, "ethereum", 0, 10, workers=2)
    assert next(pairs)[0] == 0
    assert multiprocessing.active_children() == []
    assert len(list(pairs)) == 9


def test_an_index_without_a_key_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk.Account, "addresses", lambda *_, change: iter(["a", None, "c"]))
    assert list(bulk.derive_parallel(ACCOUNT, "ethereum", 4, 3)) == [(4, "a"), (6, "c")]


UNGUARDED = """
from walletcore import ExtendedPublicKey, bulk
from walletcore.errors import BulkError
try:
    next(bulk.derive_parallel(ExtendedPublicKey.parse({xpub!r}), "ethereum", 0, 100_000, workers=2))
except BulkError as error:
    print(error, error.hint)
"""


def test_a_script_without_a_guard_is_told_what_it_lacks(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED.format(xpub=str(ACCOUNT)), encoding="ascii")
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout == (
        "a worker ended before its work was done "
        'it was killed, or a script does not keep what it runs under `if __name__ == "__main__":`\n'
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"xpub": ROOT}, InvalidKey),
        ({"start": 2**31 - 1, "count": 2}, DerivationError),
        ({"count": -1}, DerivationError),
        ({"workers": 0}, DerivationError),
    ],
)
def test_bad_input_is_refused_before_a_process_is_started(changes: dict[str, object], error: type[Exception]) -> None:
    given = {"xpub": ACCOUNT, "chain": "bitcoin", "start": 0, "count": 1} | changes
    with pytest.raises(error):
        bulk.derive_parallel(**given)  # type: ignore[arg-type]
