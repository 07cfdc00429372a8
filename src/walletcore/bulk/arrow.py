"""From an Arrow record batch to an Arrow record batch: what engines of clusters run on their workers (extra: arrow).

A pure function of its arguments, all of which can be pickled.
"""

from __future__ import annotations

from walletcore.bulk.account import Account
from walletcore.errors import DerivationError, needs

with needs("arrow"):
    import pyarrow as pa

__all__ = ["SCHEMA", "address_batch"]

SCHEMA = pa.schema(
    [
        pa.field("account", pa.int32(), nullable=False),
        pa.field("change", pa.int32(), nullable=False),
        pa.field("index", pa.int32(), nullable=False),
        pa.field("address", pa.string(), nullable=False),
    ]
)
"""The columns of addresses. Numbers are below 2^31 and signed, as some engines know no others."""


def address_batch(batch: pa.RecordBatch, account: Account) -> pa.RecordBatch:
    """Rows of ``change`` and ``index`` become rows of `SCHEMA`, in the same order.

    The columns are of integers, of any size; without a column ``change`` it is 0 in every row; others are not looked
    at. A row whose index has no key (BIP-32: one in 2^127) is left out.

    Raises `DerivationError` for a column that is missing or of something else, for nulls, and for numbers that are no
    index or hardened.
    """
    indices = _integers(batch, "index")
    changes = _integers(batch, "change") if "change" in batch.schema.names else [0] * len(indices)
    found = account.at(changes, indices)
    if None in found:
        rows = [place for place, text in enumerate(found) if text is not None]
        changes, indices = [changes[place] for place in rows], [indices[place] for place in rows]
        found = [found[place] for place in rows]
    columns = [[account.number] * len(found), changes, indices, found]
    return pa.record_batch([pa.array(each, kind.type) for each, kind in zip(columns, SCHEMA, strict=True)], SCHEMA)


def _integers(batch: pa.RecordBatch, name: str) -> list[int]:
    places = batch.schema.get_all_field_indices(name)
    if len(places) != 1 or not pa.types.is_integer(batch.schema.field(places[0]).type):
        raise DerivationError(f"expected one column {name} of integers", reason="type")
    column = batch.column(places[0])
    if column.null_count:
        raise DerivationError(f"expected a number in every row of {name}, got nulls", reason="missing")
    return list(column.to_pylist())
