"""Addresses on a cluster: what is mapped over batches, and Spark and Ray beside one process, row by row."""

import builtins
import pickle
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import bip_utils
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import wallycore as wally

from support.clusters import JSON, Cluster, told
from walletcore import ExtendedPrivateKey, bulk
from walletcore.bulk import Account, cluster
from walletcore.bulk.arrow import SCHEMA
from walletcore.bulk.cluster import Rows
from walletcore.errors import DerivationError, MissingExtra

ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))


def account(path: str, chain: str, kind: str = "") -> Account:
    return Account.of(ROOT.derive(path).public, chain, kind=kind)


ENCODERS: dict[str, tuple[Account, Callable[[bytes], str]]] = {
    "p2wpkh": (
        account("m/84'/0'/0'", "bitcoin", "p2wpkh"),
        lambda key: str(bip_utils.P2WPKHAddrEncoder.EncodeKey(key, hrp="bc")),
    ),
    "p2tr": (
        account("m/86'/0'/3'", "bitcoin", "p2tr"),
        lambda key: str(bip_utils.P2TRAddrEncoder.EncodeKey(key, hrp="bc")),
    ),
    "ethereum": (account("m/44'/60'/0'", "ethereum"), lambda key: str(bip_utils.EthAddrEncoder.EncodeKey(key))),
    "tron": (account("m/44'/195'/0'", "tron"), lambda key: str(bip_utils.TrxAddrEncoder.EncodeKey(key))),
    "cosmos": (
        account("m/44'/118'/0'", "cosmoshub"),
        lambda key: str(bip_utils.AtomAddrEncoder.EncodeKey(key, hrp="cosmos")),
    ),
}
"""Accounts, each with an independent encoder of its addresses."""
SEGWIT = ENCODERS["p2wpkh"][0]


def independent(name: str, change: int, index: int) -> str:
    """The address by libwally-core's key and bip_utils' text."""
    of, encoded = ENCODERS[name]
    parent = wally.bip32_key_from_base58(str(of.xpub))
    flags = wally.BIP32_FLAG_KEY_PUBLIC | wally.BIP32_FLAG_SKIP_HASH
    return encoded(bytes(wally.bip32_key_get_pub_key(wally.bip32_key_from_parent_path(parent, [change, index], flags))))


def one_process(of: Account, start: int, count: int, changes: list[int]) -> list[tuple[int, int, int, str]]:
    """Rows by `bulk.derive`, in the order of a cluster's range."""
    return [
        (of.number, change, index, text)
        for change in changes
        for index, text in bulk.derive(of.xpub, of.chain, start, count, kind=of.kind, change=change)
    ]


def rows(table: pa.Table) -> list[tuple[int, int, int, str]]:
    assert table.schema.names == SCHEMA.names
    assert table.schema.types == SCHEMA.types
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


# without an engine


@pytest.mark.parametrize("pieces", [(), (0, 24), (0, 5, 12, 13, 24)])
@pytest.mark.parametrize("start", [0, 7, 2**31 - 12])
def test_numbers_of_rows_become_rows_in_order_wherever_they_are_cut(pieces: tuple[int, ...], start: int) -> None:
    of, every = SEGWIT, Rows(start=start, count=12, changes=(1, 0))
    numbers = [pa.array(range(first, end), pa.int64()) for first, end in pairwise(pieces)]
    batches = [pa.record_batch([each], ["id"]) for each in numbers]
    found = pa.Table.from_batches(cluster._batches_of_numbers(iter(batches), every, of), SCHEMA)
    assert rows(found) == (one_process(of, start, 12, [1, 0]) if pieces else [])
    table = pa.Table.from_batches(batches, pa.schema([("id", pa.int64())]))
    assert cluster._table_of_numbers(table, every, of) == found


def test_batches_are_made_one_at_a_time() -> None:
    """An engine gives an iterator, and a partition need not fit into memory."""
    taken = []

    def given() -> Iterator[pa.RecordBatch]:
        for index in range(3):
            taken.append(index)
            yield pa.record_batch({"index": pa.array([index])})

    made = cluster._batches(given(), SEGWIT)
    for index in range(3):
        assert rows(pa.Table.from_batches([next(made)])) == one_process(SEGWIT, index, 1, [0])
        assert taken == list(range(index + 1))
    assert list(made) == []


def test_tables_are_mapped_too() -> None:
    table = pa.table({"index": pa.chunked_array([[3, 1], [], [2]], pa.int16()), "who": ["a", "b", "c"]})
    wanted = one_process(SEGWIT, 1, 3, [0])
    assert rows(cluster._table(table, SEGWIT)) == [wanted[2], wanted[0], wanted[1]]
    assert cluster._table(table.slice(0, 0), SEGWIT) == SCHEMA.empty_table()


def test_what_goes_to_workers_can_be_pickled() -> None:
    job = (SEGWIT, Rows(start=0, count=5, changes=(0, 1)))
    assert pickle.loads(pickle.dumps(job)) == job


def test_what_goes_to_spark_is_the_schema_of_batches() -> None:
    types = {"INT": pa.int32(), "STRING": pa.string()}
    columns = re.findall(r"(\w+) (\w+) NOT NULL(?:, |$)", cluster._SPARK_SCHEMA)
    assert pa.schema([pa.field(name, types[kind], nullable=False) for name, kind in columns]) == SCHEMA


BAD: list[tuple[JSON, str]] = [
    ({"start": -1}, "range"),
    ({"start": True}, "range"),
    ({"count": 1.0}, "range"),
    ({"count": 2**31 + 1}, "range"),
    ({"start": 2**31 - 1, "count": 2}, "range"),
    ({"changes": (0, 2**31)}, "hardened"),
    ({"changes": (0, -1)}, "range"),
    ({"changes": ("0",)}, "range"),
    ({"changes": ()}, "length"),
    ({"changes": "01"}, "length"),
    ({"changes": (1, 0, 1)}, "duplicate"),
]
ACCOUNTS = [ROOT, ROOT.public, str(ROOT.public), None]


@pytest.mark.parametrize(("given", "reason"), BAD)
def test_a_bad_range_is_refused_before_there_is_a_job(given: JSON, reason: str) -> None:
    range_: JSON = {"start": 0, "count": 1, "changes": (0,)} | given
    ways: list[Callable[[], object]] = [
        lambda: Rows(**range_),
        lambda: cluster.ray_addresses(SEGWIT, **range_),
        lambda: cluster.spark_addresses(None, SEGWIT, **range_),
    ]
    for asked in ways:
        with pytest.raises(DerivationError) as caught:
            asked()
        assert caught.value.reason == reason


@pytest.mark.parametrize("of", ACCOUNTS, ids=lambda of: type(of).__name__)
def test_what_is_no_account_is_refused_before_there_is_a_job(of: Any) -> None:
    ways: list[Callable[[], object]] = [
        lambda: cluster.ray_addresses(of, 0, 1),
        lambda: cluster.spark_addresses(None, of, 0, 1),
    ]
    for asked in ways:
        with pytest.raises(DerivationError, match=r"^expected an Account, got \w+$") as caught:
            asked()
        assert caught.value.reason == "type"


def test_without_ray_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name.partition(".")[0] == "ray":
            raise ModuleNotFoundError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=re.escape("pip install 'ray[data]'")):
        cluster.ray_addresses(SEGWIT, 0, 1)


# with an engine


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.engine) for name in ("spark", "ray")])
def engine(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    with Cluster(request.param) as running:
        yield running


def answered(answer: JSON) -> JSON:
    assert "error" not in answer, answer["error"]
    return answer


def in_one_table(engine: Cluster, of: Account, path: Path, **job: Any) -> list[tuple[int, int, int, str]]:
    answered(engine.ask(of, arrow=str(path), **job))
    with pa.OSFile(str(path)) as source:
        return rows(pa.ipc.open_file(source).read_all())


@pytest.mark.parametrize("name", ENCODERS)
def test_a_range_is_that_of_one_process_row_by_row(engine: Cluster, name: str, tmp_path: Path) -> None:
    of = ENCODERS[name][0]
    job: JSON = {"start": 2**31 - 2_300, "count": 2_300, "changes": [1, 0]}
    found = in_one_table(engine, of, tmp_path / "rows", partitions=7, **job)
    assert found == one_process(of, **job)
    for account, change, index, text in (*found[:5], *found[655:660], *found[2_298:2_302], *found[-5:]):
        assert (account, text) == (of.number, independent(name, change, index))


def test_a_range_in_files_has_each_row_once(engine: Cluster, tmp_path: Path) -> None:
    job: JSON = {"start": 5, "count": 10_001, "changes": [0]}
    answered(engine.ask(SEGWIT, parquet=str(tmp_path / "rows"), partitions=3, **job))
    files = sorted((tmp_path / "rows").glob("*.parquet"))
    assert len(files) == 3 or engine.name == "ray"  # which puts small blocks together
    found = [row for file in files for row in rows(pa.table(pq.read_table(file)))]
    assert (found if engine.name == "spark" else sorted(found)) == one_process(SEGWIT, **job)


def test_a_range_of_none_has_no_rows(engine: Cluster, tmp_path: Path) -> None:
    assert in_one_table(engine, SEGWIT, tmp_path / "rows", start=2**31, count=0, changes=[0, 1]) == []


def test_a_table_of_customers_has_an_address_for_each(engine: Cluster, tmp_path: Path) -> None:
    wanted = one_process(SEGWIT, 0, 3_000, [0]) + one_process(SEGWIT, 0, 3_000, [1])
    places = [place * 7919 % len(wanted) for place in range(len(wanted))]  # 7919 has no divisor of 6,000
    mixed = [wanted[place] for place in places]
    table: JSON = {"who": [f"customer {place}" for place in places]}
    table |= {"index": [index for _, _, index, _ in mixed], "change": [change for _, change, _, _ in mixed]}
    found = in_one_table(engine, SEGWIT, tmp_path / "rows", rows=table)
    assert found == mixed if engine.name == "spark" else sorted(found) == wanted
    del table["change"]
    found = in_one_table(engine, SEGWIT, tmp_path / "zero", rows=table)
    assert sorted(found) == sorted(2 * wanted[:3_000])


def test_a_killed_worker_neither_loses_nor_doubles_nor_moves_a_row(engine: Cluster, tmp_path: Path) -> None:
    job: JSON = {"start": 0, "count": 60_000, "changes": [0]}
    wanted, partitions = one_process(SEGWIT, **job), {"spark": 2, "ray": 6}[engine.name]
    for place in ({"parquet": str(tmp_path / "files")}, {"arrow": str(tmp_path / "rows")}):
        answer = answered(engine.ask(SEGWIT, partitions=partitions, kill=True, **place, **job))
        assert answer["killed"]
        assert engine.name == "ray" or answer["failed"]  # Ray does not tell
    found = [row for file in (tmp_path / "files").glob("*.parquet") for row in rows(pa.table(pq.read_table(file)))]
    assert sorted(found) == wanted
    with pa.OSFile(str(tmp_path / "rows")) as source:
        assert rows(pa.ipc.open_file(source).read_all()) == wanted


WRONG_VALUES: list[tuple[JSON, str]] = [
    ({"index": [1, 2**31]}, "DerivationError: expected indices from 0 to 2^31-1, as the others are hardened"),
    ({"index": [1, -1]}, "DerivationError: expected indices from 0 to 2^31-1, as the others are hardened"),
    ({"index": [1, None]}, "DerivationError: expected a number in every row of index, got nulls"),
    ({"index": [1], "change": [2**31]}, "DerivationError: a hardened step needs the private key"),
]
WRONG_COLUMNS: list[JSON] = [
    {"index": ["1"]},
    {"index": [1.0]},
    {"indices": [1]},
    {"index": [1], "change": [0.5]},
]


def test_a_wrong_value_fails_the_job_with_our_words(engine: Cluster, tmp_path: Path) -> None:
    for place, (table, wanted) in enumerate(WRONG_VALUES):
        answer = engine.ask(SEGWIT, rows=table, parquet=str(tmp_path / str(place)))
        assert wanted in answer["error"]
        assert answer["kind"] in ("PythonException", "RayTaskError(UserCodeException)")
        assert len(answer["error"]) < 4_000
        assert not any(secret.decode(errors="replace") in answer["error"] for secret in keys(SEGWIT))
        assert not list((tmp_path / str(place)).glob("*.parquet"))


def test_a_wrong_column_is_refused_before_there_is_a_job(engine: Cluster) -> None:
    for table in WRONG_COLUMNS:
        answer = engine.ask(SEGWIT, rows=table)
        assert answer["kind"] == "DerivationError"
        assert re.fullmatch("expected one column (index|change) of integers", answer["error"])


def test_what_engines_write_down_of_jobs_has_no_key(engine: Cluster) -> None:
    """Their logs, the history of jobs, and what they put aside: an xpub says which addresses have one owner."""
    answered(engine.ask(SEGWIT, start=0, count=100, changes=[0]))
    engine.ask(SEGWIT, rows={"index": [2**31]})
    assert told(engine, *keys(SEGWIT)) == []
    assert told(engine, b"MapInArrow", b"MapBatches")  # it is where jobs are written down


def keys(of: Account) -> tuple[bytes, ...]:
    return (str(of.xpub).encode(), of.xpub.public_key.data, of.xpub.chain_code)
