"""Files of addresses: read by other readers, made to the end after kills and full disks, never half."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import wallycore as wally
from pyarrow import parquet

from support.commands import COMMAND
from walletcore import ExtendedPrivateKey, ExtendedPublicKey, bulk
from walletcore.bulk import exporting
from walletcore.errors import AddressError, BulkError, DerivationError, InvalidKey, Unsupported, WalletcoreError

ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))
ACCOUNT = ROOT.derive("m/84'/0'/3'").public
# BIP-84, "Test vectors": account 0 of the phrase "abandon ... about"
ZPUB = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"

Line = tuple[int, int, int, str]


def read_csv(path: Path) -> list[Line]:
    with open(path, encoding="ascii", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [(int(row["account"]), int(row["change"]), int(row["index"]), row["address"]) for row in rows]


def read_json(path: Path) -> list[Line]:
    return [tuple(json.loads(line).values()) for line in path.read_text(encoding="ascii").splitlines()]


def read_parquet(path: Path) -> list[Line]:
    table = parquet.read_table(path)
    assert [str(field.type) for field in table.schema] == ["int32", "int32", "int32", "string"]
    return [tuple(row.values()) for row in table.to_pylist()]


READERS: dict[str, Callable[[Path], list[Line]]] = {".csv": read_csv, ".jsonl": read_json, ".parquet": read_parquet}
every_format = pytest.mark.parametrize("end", READERS)


def expected(start: int, count: int, changes: tuple[int, ...], kind: str = "p2wpkh") -> list[Line]:
    pairs = [(n, list(bulk.derive(ACCOUNT, "bitcoin", start, count, kind=kind, change=n))) for n in changes]
    return [(3, change, index, text) for change, found in pairs for index, text in found]


def by_wally(change: int, index: int) -> str:
    flags = wally.BIP32_FLAG_KEY_PUBLIC | wally.BIP32_FLAG_SKIP_HASH
    child = wally.bip32_key_from_parent_path(wally.bip32_key_from_base58(str(ACCOUNT)), [change, index], flags)
    script = wally.witness_program_from_bytes(bytes(wally.bip32_key_get_pub_key(child)), wally.WALLY_SCRIPT_HASH160)
    return str(wally.addr_segwit_from_bytes(script, "bc", 0))


@every_format
def test_the_published_addresses_are_in_the_file(end: str, tmp_path: Path) -> None:
    path = tmp_path / f"addresses{end}"
    bulk.export(ExtendedPublicKey.parse(ZPUB), "bitcoin", 0, 2, path)
    assert READERS[end](path) == [
        (0, 0, 0, "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"),
        (0, 0, 1, "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"),
    ]
    assert os.listdir(tmp_path) == [path.name]


@every_format
@pytest.mark.parametrize("workers", [1, 2])
def test_rows_are_those_of_a_loop_in_its_order(
    end: str, workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PARALLEL_FROM", 0)
    monkeypatch.setattr(exporting, "_PART", 1_000)
    path, seen = tmp_path / f"addresses{end}", list[tuple[int, int]]()
    bulk.export(
        ACCOUNT,
        "bitcoin",
        17,
        4_321,
        path,
        kind="p2wpkh",
        changes=(1, 0),
        workers=workers,
        progress=lambda *told: seen.append(told),
    )
    rows = READERS[end](path)
    assert rows == expected(17, 4_321, (1, 0))
    for _, change, index, text in rows[::1_000]:
        assert text == by_wally(change, index)
    assert (seen[0], seen[-1]) == ((0, 8_642), (8_642, 8_642))
    assert os.listdir(tmp_path) == [path.name]


@every_format
def test_no_rows_are_a_file_without_rows(end: str, tmp_path: Path) -> None:
    bulk.export(ACCOUNT, "bitcoin", 0, 0, tmp_path / f"none{end}", kind="p2wpkh")
    assert READERS[end](tmp_path / f"none{end}") == []


# -- ends that come too early

COUNT = 70_000


def arguments(path: Path) -> list[str]:
    key = ["--xpub", str(ACCOUNT), "--chain", "bitcoin", "--kind", "p2wpkh"]
    return [*COMMAND, "bulk", *key, "--count", str(COUNT), "--workers", "2", "--out", str(path)]


def parts_of(path: Path) -> list[Path]:
    return sorted(each for each in Path(f"{path}.parts").glob("*") if each.name.isdecimal())


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def go_on(path: Path, end: str) -> None:
    """The same call finishes, and does nothing twice."""
    done = parts_of(path)
    assert done
    assert not path.exists()
    seen: list[tuple[int, int]] = []
    bulk.export(ACCOUNT, "bitcoin", 0, COUNT, path, kind="p2wpkh", progress=lambda *told: seen.append(told))
    assert seen[0][0] >= len(done) * 4_000
    assert READERS[end](path) == expected(0, COUNT, (0,))
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize(
    ("end", "sent"), [(".csv", signal.SIGKILL), (".parquet", signal.SIGKILL), (".jsonl", signal.SIGINT)]
)
def test_a_killed_command_loses_and_doubles_nothing(end: str, sent: signal.Signals, tmp_path: Path) -> None:
    path = tmp_path / f"addresses{end}"
    with subprocess.Popen(arguments(path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as command:
        wait_for(lambda: parts_of(path))
        workers = children(command.pid)
        command.send_signal(sent)
        told = command.stderr.read().decode() if command.stderr else ""
    assert command.returncode == (130 if sent == signal.SIGINT else -signal.SIGKILL)
    assert "Traceback" not in told
    wait_for(lambda: not any(is_running(pid) for pid in workers))
    go_on(path, end)


def test_a_killed_worker_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    with subprocess.Popen(arguments(path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as command:
        wait_for(lambda: parts_of(path))
        *_, worker = children(command.pid)
        os.kill(worker, signal.SIGKILL)
        told = command.stderr.read().decode() if command.stderr else ""
    assert command.returncode == 1
    assert told == (
        "error: a worker ended before its work was done\n"
        "hint: what is done is kept in addresses.csv.parts: the same call goes on from there\n"
    )
    go_on(path, ".csv")


FULL = """
import resource, sys
from walletcore import ExtendedPublicKey, bulk
from walletcore.bulk import exporting
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    key, path, _, count = sys.argv[1:]
    bulk.export(ExtendedPublicKey.parse(key), "bitcoin", 0, int(count), path, kind="p2wpkh", workers=1)
except exporting.BulkError as error:
    print(error.reason, error, error.hint, sep="|")
"""


@every_format
def test_no_room_for_more_is_told_and_nothing_half_is_taken_for_whole(end: str, tmp_path: Path) -> None:
    """The system writes no file longer than the limit (EFBIG), as it writes none to a full disk (ENOSPC)."""
    path = tmp_path / f"addresses{end}"
    for limit in (1_000, 2_500_000):  # within the first part, and within the file that joins them all
        command = [sys.executable, "-c", FULL, str(ACCOUNT), str(path), str(limit), str(COUNT)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert told.startswith(f"missing|cannot write {path.name}: File too large|what is done is kept in"), told
        assert not path.exists()
    assert len(parts_of(path)) == 5
    assert not list(Path(f"{path}.parts").glob("*.tmp"))
    go_on(path, end)


def test_parts_of_something_else_are_not_mixed_in(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    no_room = [sys.executable, "-c", FULL, str(ACCOUNT), str(path), "2500000", str(COUNT)]
    assert subprocess.run(no_room, capture_output=True, check=True).stdout.startswith(b"missing")
    for changes in ({"count": COUNT - 1}, {"start": 1}, {"changes": (1,)}, {"kind": "p2tr"}, {"chain": "litecoin"}):
        given = {"xpub": ACCOUNT, "chain": "bitcoin", "start": 0, "count": COUNT, "kind": "p2wpkh"} | changes
        with pytest.raises(BulkError, match="has parts of something else") as caught:
            bulk.export(**given, path=path)  # type: ignore[arg-type]
        assert caught.value.reason == "mismatch"
    go_on(path, ".csv")


def test_a_folder_is_no_file_to_overwrite(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.mkdir()
    with pytest.raises(BulkError, match="is there already"):
        bulk.export(ACCOUNT, "bitcoin", 0, 10, path, kind="p2wpkh", overwrite=True)


@pytest.mark.parametrize("foreign", ["job.json", "notes.txt"])
def test_a_folder_of_somebody_else_stays_as_it_is(foreign: str, tmp_path: Path) -> None:
    folder = tmp_path / "addresses.csv.parts"
    folder.mkdir()
    (folder / foreign).write_text("mine", encoding="ascii")
    with pytest.raises(BulkError, match="parts of something else"):
        bulk.export(ACCOUNT, "bitcoin", 0, 10, tmp_path / "addresses.csv", kind="p2wpkh")
    assert [each.read_text(encoding="ascii") for each in folder.iterdir()] == ["mine"]


def test_a_file_is_overwritten_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text("precious", encoding="ascii")
    with pytest.raises(BulkError, match="is there already") as caught:
        bulk.export(ACCOUNT, "bitcoin", 0, 10, path, kind="p2wpkh")
    assert caught.value.reason == "policy"
    assert path.read_text(encoding="ascii") == "precious"
    bulk.export(ACCOUNT, "bitcoin", 0, 10, path, kind="p2wpkh", overwrite=True)
    assert read_csv(path) == expected(0, 10, (0,))


WITHOUT = """
import sys
sys.modules["pyarrow"] = None
from walletcore.cli import run
sys.exit(run(sys.argv[1:]))
"""


def test_parquet_without_its_extra_says_what_to_install(tmp_path: Path) -> None:
    arguments = ["bulk", "--xpub", ZPUB, "--chain", "bitcoin", "--count", "1", "--out", "addresses.parquet"]
    told = subprocess.run([sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert told.returncode == 1
    assert "pip install 'walletcore[arrow]'" in told.stderr
    assert list(tmp_path.iterdir()) == []


BAD = [
    ({"xpub": ROOT}, InvalidKey, "type"),
    ({"chain": "solana"}, Unsupported, "scheme"),
    ({"kind": "p2sh"}, AddressError, "unknown"),
    ({"count": -1}, DerivationError, "range"),
    ({"start": 2**31 - 1, "count": 2}, DerivationError, "range"),
    ({"changes": ()}, DerivationError, "length"),
    ({"changes": (0, 0)}, DerivationError, "duplicate"),
    ({"changes": (2**31,)}, DerivationError, "hardened"),
    ({"changes": "01"}, DerivationError, "length"),
    ({"changes": 0}, DerivationError, "length"),
    ({"path": "addresses.xlsx"}, Unsupported, "unknown"),
    ({"path": "addresses"}, Unsupported, "unknown"),
    ({"path": "a\0.csv"}, Unsupported, "unknown"),
    ({"path": "no/such/folder.csv"}, BulkError, "missing"),
    ({"workers": 0}, DerivationError, "range"),
]


@pytest.mark.parametrize(("given", "error", "reason"), BAD)
def test_bad_input_is_refused_and_leaves_no_file(
    given: dict[str, object],
    error: type[WalletcoreError],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = {"xpub": ACCOUNT, "chain": "bitcoin", "start": 0, "count": 1, "path": "a.csv", "kind": "p2wpkh"} | given
    with pytest.raises(error) as caught:
        bulk.export(**whole)  # type: ignore[arg-type]
    assert caught.value.reason == reason
    assert "xprv" not in str(caught.value)
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]
