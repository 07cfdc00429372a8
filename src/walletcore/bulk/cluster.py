"""Addresses on a cluster: Apache Spark and Ray Data hand record batches to `address_batch` on their workers.

The engines are the platform's own: no extra brings one, and none is imported before it is asked for. A job carries one
`Account` to its workers, which is public. What they compute is a function of that and of numbers, so a task that an
engine does again has the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from walletcore.bulk.account import Account, distinct, indices_of
from walletcore.bulk.arrow import SCHEMA, address_batch
from walletcore.errors import DerivationError, MissingExtra, needs

with needs("arrow"):
    import pyarrow as pa
    import pyarrow.compute as pc

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from ray.data import Dataset

__all__ = ["Rows", "ray_addresses", "ray_addresses_of", "spark_addresses", "spark_addresses_of"]

_BATCH = 10_000  # rows, which is also what Spark gives by itself: their lists take some megabytes of a worker
_SPARK_SCHEMA = "account INT NOT NULL, change INT NOT NULL, index INT NOT NULL, address STRING NOT NULL"
_SPARK_INTEGERS = {"tinyint", "smallint", "int", "bigint"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of one account by their number: of each of its ``changes``, one after the other, ``count`` indices in order.

    Raises `DerivationError` for numbers that are no index or hardened, and for changes that are none or twice there.
    """

    start: int
    count: int
    changes: Sequence[int] = (0,)

    def __post_init__(self) -> None:
        for change in distinct(self.changes):
            indices_of(self.start, self.count, change)

    def __len__(self) -> int:
        return self.count * len(self.changes)

    def batch(self, numbers: pa.Array) -> pa.RecordBatch:
        """What `address_batch` reads, for these numbers of rows."""
        place = pc.divide(numbers, self.count or 1)  # of integers, so it is rounded down
        index = pc.add(pc.subtract(numbers, pc.multiply(place, self.count)), self.start)
        change = pa.array(self.changes, pa.int64()).take(place)
        return pa.record_batch([change, index], ["change", "index"])


def spark_addresses(
    session: SparkSession,
    account: Account,
    start: int,
    count: int,
    *,
    changes: Sequence[int] = (0,),
    partitions: int | None = None,
) -> DataFrame:
    """The addresses of ``count`` indices from ``start`` on at each of ``changes``, in that order.

    ``partitions`` is how many tasks the job has; without it Spark has one for each core. Rows keep their order through
    partitions, files and `collect`. Raises `DerivationError` before there is a job.
    """
    rows = Rows(start=start, count=count, changes=changes)
    function = partial(_batches_of_numbers, rows=rows, account=_checked(account))
    return session.range(0, len(rows), 1, partitions).mapInArrow(function, _SPARK_SCHEMA)


def spark_addresses_of(frame: DataFrame, account: Account) -> DataFrame:
    """The addresses of a frame's rows of ``index`` and, if it has one, ``change``, in their order.

    No worker is given its other columns, nor are they in the answer: ``index`` and ``change`` lead back to them.
    Raises `DerivationError` for a column that is missing or of something else. Values are looked at by the job, which
    fails for what is no index.
    """
    types = frame.dtypes
    wanted = ["change", "index"] if any(name == "change" for name, _ in types) else ["index"]
    for column in wanted:
        if [kind in _SPARK_INTEGERS for name, kind in types if name == column] != [True]:
            raise DerivationError(f"expected one column {column} of integers", reason="type")
    return frame.select(*wanted).mapInArrow(partial(_batches, account=_checked(account)), _SPARK_SCHEMA)


def ray_addresses(
    account: Account, start: int, count: int, *, changes: Sequence[int] = (0,), blocks: int | None = None
) -> Dataset:
    """The same as a dataset of Ray, which is told to keep the order; ``blocks`` is how many tasks it has.

    Raises `DerivationError` before there is a job, and `MissingExtra` where there is no Ray.
    """
    rows = Rows(start=start, count=count, changes=changes)
    function = partial(_table_of_numbers, rows=rows, account=_checked(account))
    try:
        from ray.data import range as numbered
    except ModuleNotFoundError as missing:
        command = "pip install 'ray[data]'"
        raise MissingExtra(f"this needs Ray Data: {command}", reason="missing", hint=command) from missing
    dataset = numbered(len(rows), override_num_blocks=blocks)
    dataset.context.execution_options.preserve_order = True
    return _mapped(dataset, function)


def ray_addresses_of(dataset: Dataset, account: Account) -> Dataset:
    """The addresses of a dataset's rows of ``index`` and, if it has one, ``change``.

    In no order, but where its context has ``preserve_order``: each row has its ``change`` and its ``index``. Raises
    `DerivationError` for a column that is missing or of something else, where the dataset knows its columns already.
    Values are looked at by the job, which fails for what is no index.
    """
    known = getattr(dataset.schema(fetch_if_missing=False), "base_schema", None)
    if isinstance(known, pa.Schema):
        address_batch(pa.RecordBatch.from_pylist([], schema=known), _checked(account))
    return _mapped(dataset, partial(_table, account=_checked(account)))


def _checked(account: Account) -> Account:
    if type(account) is not Account:
        raise DerivationError(f"expected an Account, got {type(account).__name__}", reason="type")
    return account


def _mapped(dataset: Dataset, function: partial[pa.Table]) -> Dataset:
    return dataset.map_batches(function, batch_format="pyarrow", batch_size=_BATCH)


def _batches_of_numbers(batches: Iterable[pa.RecordBatch], rows: Rows, account: Account) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield address_batch(rows.batch(batch.column("id")), account)


def _batches(batches: Iterable[pa.RecordBatch], account: Account) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield address_batch(batch, account)


def _table_of_numbers(table: pa.Table, rows: Rows, account: Account) -> pa.Table:
    return pa.Table.from_batches(_batches_of_numbers(table.to_batches(), rows, account), SCHEMA)


def _table(table: pa.Table, account: Account) -> pa.Table:
    return pa.Table.from_batches(_batches(table.to_batches(), account), SCHEMA)
