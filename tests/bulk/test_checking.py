"""A file of addresses held against its account: the first wrong row is named, whatever is wrong with it."""

import csv
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
import wallycore as wally
from pyarrow import parquet

from walletcore import ExtendedPrivateKey, bulk
from walletcore.bulk import reading
from walletcore.errors import AddressError, BulkError, DerivationError, InvalidKey, Unsupported, WalletcoreError

ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))
ACCOUNT = ROOT.derive("m/84'/0'/3'").public
COUNT = 500

Rows = list[dict[str, object]]


def by_wally(change: int, index: int) -> str:
    flags = wally.BIP32_FLAG_KEY_PUBLIC | wally.BIP32_FLAG_SKIP_HASH
    child = wally.bip32_key_from_parent_path(wally.bip32_key_from_base58(str(ACCOUNT)), [change, index], flags)
    script = wally.witness_program_from_bytes(bytes(wally.bip32_key_get_pub_key(child)), wally.WALLY_SCRIPT_HASH160)
    return str(wally.addr_segwit_from_bytes(script, "bc", 0))


ADDRESSES = {(change, index): by_wally(change, index) for change in (0, 1) for index in range(COUNT + 1)}


def rows(changes: tuple[int, ...] = (0,), count: int = COUNT) -> Rows:
    """As another implementation derives them."""
    return [
        {"account": 3, "change": change, "index": index, "address": ADDRESSES[change, index]}
        for change in changes
        for index in range(count)
    ]


def write_csv(path: Path, data: Rows) -> None:
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(data[0]))  # ends lines with \r\n, as RFC 4180 says
        writer.writeheader()
        writer.writerows(data)


def write_json(path: Path, data: Rows) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in data), encoding="utf-8")


def write_parquet(path: Path, data: Rows) -> None:
    parquet.write_table(pa.Table.from_pylist(data), path, row_group_size=100)


WRITERS: dict[str, Callable[[Path, Rows], None]] = {".csv": write_csv, ".jsonl": write_json, ".parquet": write_parquet}
every_format = pytest.mark.parametrize("end", WRITERS)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_SIZE", 7_000)
    monkeypatch.setattr(reading, "_ROWS", 130)


def check(path: Path, **options: object) -> int:
    return bulk.check(ACCOUNT, "bitcoin", path, **({"kind": "p2wpkh", "workers": 1} | options))  # type: ignore[arg-type]


def refused(path: Path, **options: object) -> BulkError:
    with pytest.raises(BulkError) as caught:
        check(path, **options)
    return caught.value


@every_format
@pytest.mark.parametrize(
    "columns", [("index", "address"), ("address", "note", "index"), ("account", "change", "index", "address")]
)
def test_addresses_of_another_implementation_are_right(end: str, columns: tuple[str, ...], tmp_path: Path) -> None:
    path, seen = tmp_path / f"a{end}", list[tuple[int, int]]()
    WRITERS[end](path, [{name: ({"note": "x"} | row)[name] for name in columns} for row in rows()])
    assert check(path, workers=2, progress=lambda *told: seen.append(told)) == COUNT
    assert seen[-1][0] == seen[-1][1]
    assert len(seen) > 2
    assert check(path, count=COUNT) == COUNT


@every_format
def test_every_row_may_be_the_wrong_one(end: str, tmp_path: Path) -> None:
    for wrong in (0, 129, 130, 255, 256, COUNT - 1):
        data = rows((0, 1))
        data[wrong]["address"] = ADDRESSES[0, COUNT]
        data[-1]["address"] = "later"
        WRITERS[end](tmp_path / f"a{end}", data)
        error = refused(tmp_path / f"a{end}", changes=(0, 1))
        assert error.row == wrong + 1
        assert str(error) == (
            f"row {wrong + 1}: expected {ADDRESSES[0, wrong]} at change 0 and index {wrong}, got {ADDRESSES[0, COUNT]}"
        )
        assert error.reason == "mismatch"


@every_format
def test_the_first_wrong_row_is_named_whichever_worker_is_first(end: str, tmp_path: Path) -> None:
    data = rows()
    for wrong in (321, 322, 400, 499):
        data[wrong]["address"] = "bc1"
    WRITERS[end](tmp_path / f"a{end}", data)
    assert refused(tmp_path / f"a{end}", workers=2).row == 322
    assert multiprocessing.active_children() == []


@every_format
def test_rows_may_stand_in_any_order_unless_all_are_asked_for(end: str, tmp_path: Path) -> None:
    path, data = tmp_path / f"a{end}", rows((0, 1))
    WRITERS[end](path, data[::-1] + data[:3])
    assert check(path, changes=(0, 1)) == 2 * COUNT + 3
    assert refused(path, changes=(0, 1), count=COUNT).row == 1
    assert refused(path).row == 1  # of change 1, which is not among those that are asked for


LOSSES = [
    (lambda data: data[:-1], COUNT, "truncated", f"row {COUNT} is missing: the file ends early"),
    (lambda data: [*data, data[-1]], COUNT + 1, "mismatch", "expected the end of the file"),
    (lambda data: data[:7] + data[8:], 8, "mismatch", "expected change 0 and index 7, got 0 and 8"),
    (lambda data: data[:8] + data[7:], 9, "mismatch", "expected change 0 and index 8, got 0 and 7"),
]


@every_format
@pytest.mark.parametrize(("lose", "row", "reason", "told"), LOSSES)
def test_a_lost_and_a_doubled_row_are_found(
    end: str, lose: Callable[[Rows], Rows], row: int, reason: str, told: str, tmp_path: Path
) -> None:
    WRITERS[end](tmp_path / f"a{end}", lose(rows()))
    error = refused(tmp_path / f"a{end}", count=COUNT)
    assert error.row == row
    assert told in str(error)


@every_format
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"account": 4}, "expected account 3, got 4"),
        ({"change": 1}, "expected a change among"),
        ({"index": 2**31}, "expected an index from 0 to 2^31-1"),
        ({"address": ""}, "expected bc1"),
        ({"address": ADDRESSES[0, 9].upper()}, "expected bc1"),
    ],
)
def test_a_row_of_something_else_is_wrong(end: str, changed: dict[str, object], told: str, tmp_path: Path) -> None:
    data = rows()
    data[9] |= changed
    WRITERS[end](tmp_path / f"a{end}", data)
    error = refused(tmp_path / f"a{end}")
    assert error.row == 10
    assert str(error).startswith(f"row 10: {told}")


def test_a_file_that_bulk_wrote_is_right(tmp_path: Path) -> None:
    for end in WRITERS:
        path = tmp_path / f"a{end}"
        bulk.export(ACCOUNT, "bitcoin", 5, 300, path, kind="p2wpkh", changes=(0, 1))
        assert check(path, start=5, count=300, changes=(0, 1)) == 600
        bulk.export(ACCOUNT, "bitcoin", 0, 0, path, kind="p2wpkh", overwrite=True)
        assert check(path, count=0) == 0
        assert refused(path).reason == "missing"


def test_two_columns_need_no_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("".join(f"{row['index']},{row['address']}\n" for row in rows()), encoding="ascii")
    assert check(path) == COUNT
    path.write_text(path.read_text(encoding="ascii").rstrip("\n"), encoding="ascii")  # the last line has no end
    assert check(path) == COUNT


GOOD = ",".join(map(str, rows()[0].values()))
HEAD = "account,change,index,address"
BAD_CSV = [
    ("", 0, "missing"),
    ("\n", 0, "missing"),
    (f"{HEAD}\n", 0, "missing"),
    (f'"{HEAD}\n', 0, "character"),
    (f"account,change,address\n{GOOD}\n", 0, "missing"),
    (f"index,index,address\n{GOOD}\n", 0, "missing"),
    (f"{HEAD}\n{GOOD}\n\n{GOOD}\n", 2, "length"),
    (f"{HEAD}\n{GOOD},\n", 1, "length"),
    (f"{HEAD}\n{GOOD}\n3,0,1\n", 2, "length"),
    (f'{HEAD}\n{GOOD}\n3,0,"1\n2",x\n', 2, "length"),
    (f'{HEAD}\n{GOOD}\n3,0,1,"x\n', 2, "character"),
    (f'{HEAD}\n{GOOD}\n3,0,1,"x"y\n', 2, "character"),
    (f"{HEAD}\n{GOOD}\n3,0,-1,x\n", 2, "character"),
    (f"{HEAD}\n{GOOD}\n3,0,1.0,x\n", 2, "character"),
    (f"{HEAD}\n{GOOD}\n3,0,01,x\n", 2, "character"),
    (f"{HEAD}\n{GOOD}\n3,0, 1,x\n", 2, "character"),
    (f"{HEAD}\n{GOOD}\n3,0,\u0661,x\n", 2, "character"),
    (f"{HEAD}\n{GOOD}\n3,0,{'9' * 5_000},x\n", 2, "character"),
    (f"{HEAD}\n{GOOD}\n3,0,,x\n", 2, "character"),
    (f"{HEAD}\n{GOOD}\n3,0,1,{'x' * 20_000}", 2, "too-large"),
    ("x" * 20_000, 1, "too-large"),
    (f"{HEAD}\n{GOOD}\n3,0,0,{ADDRESSES[0, 0]}\0\n", 2, "mismatch"),
    (f"{HEAD}\n3,0,0,{ADDRESSES[0, 0]} \n", 1, "mismatch"),
]
BAD_JSON = [
    ("", 0, "missing"),
    ("\n", 1, "character"),
    ("[0]\n", 1, "type"),
    ("{}\n", 1, "type"),
    ('{"index": 0, "index": 0, "address": "x"}\n', 1, "duplicate"),
    ('{"index": 0.0, "address": "x"}\n', 1, "type"),
    ('{"index": true, "address": "x"}\n', 1, "type"),
    ('{"index": "0", "address": "x"}\n', 1, "type"),
    ('{"index": -1, "address": "x"}\n', 1, "range"),
    ('{"index": 0, "change": "0", "address": "x"}\n', 1, "type"),
    ('{"index": 0, "address": ' + "[" * 1_000 + "\n", 1, "too-deep"),
    ('{"index": 0, "address": null}\n', 1, "type"),
]


@pytest.mark.parametrize(
    ("end", "text", "row", "reason"), [(".csv", *bad) for bad in BAD_CSV] + [(".jsonl", *bad) for bad in BAD_JSON]
)
def test_what_is_no_row_is_named(end: str, text: str, row: int, reason: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{end}"
    path.write_bytes(text.encode())
    error = refused(path)
    assert (error.row, error.reason) == (row, reason), error
    assert len(str(error)) < 300


def test_bytes_that_are_no_text_are_a_wrong_address(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEAD}\n".encode() + b"3,0,0,\xff\xfe\n")
    assert refused(path).row == 1


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"\xff" * 1_000])
def test_what_is_no_parquet_is_told(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    assert refused(path).reason == "type"


def test_a_parquet_file_that_was_cut_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, rows())
    path.write_bytes(path.read_bytes()[:-100])
    assert refused(path).reason == "type"


def test_columns_of_another_type_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"index": ["0"], "address": ["x"]}), path)
    assert refused(path).reason == "type"
    parquet.write_table(pa.table({"index": pa.array([None], pa.int64()), "address": ["x"]}), path)
    assert (refused(path).row, refused(path).reason) == (1, "type")
    parquet.write_table(pa.table({"number": [0], "address": ["x"]}), path)
    assert refused(path).reason == "missing"


BAD = [
    ({"xpub": ROOT}, InvalidKey, "type"),
    ({"chain": "solana"}, Unsupported, "scheme"),
    ({"kind": "p2sh"}, AddressError, "unknown"),
    ({"count": -1}, DerivationError, "range"),
    ({"start": 2**31 - 1, "count": 2}, DerivationError, "range"),
    ({"changes": ()}, DerivationError, "length"),
    ({"changes": (0, 0)}, DerivationError, "duplicate"),
    ({"changes": (2**31,)}, DerivationError, "hardened"),
    ({"changes": (0, 1)}, BulkError, "missing"),
    ({"path": "addresses.xlsx"}, Unsupported, "unknown"),
    ({"path": "none.csv"}, BulkError, "missing"),
    ({"path": "a\0.csv"}, Unsupported, "unknown"),
    ({"path": b"none.csv"}, BulkError, "missing"),
    ({"path": "."}, Unsupported, "unknown"),
    ({"workers": 0}, DerivationError, "range"),
]


@pytest.mark.parametrize(("given", "error", "reason"), BAD)
def test_bad_input_is_refused(
    given: dict[str, object], error: type[WalletcoreError], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "a.csv", [{"index": row["index"], "address": row["address"]} for row in rows()])
    with pytest.raises(error) as caught:
        bulk.check(**({"xpub": ACCOUNT, "chain": "bitcoin", "path": "a.csv", "kind": "p2wpkh"} | given))  # type: ignore[arg-type]
    assert caught.value.reason == reason
    assert "xprv" not in str(caught.value)
