"""Files of addresses: CSV (RFC 4180), JSON Lines (jsonlines.org) and Apache Parquet, by the end of their names.

Their columns are account, change, index and address. Each is written in parts, which are joined at the end.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import BinaryIO, Protocol

from walletcore.errors import Unsupported, needs

__all__ = ["COLUMNS", "FORMATS", "Format", "Rows", "format_of"]

COLUMNS = ("account", "change", "index", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Addresses of one account at one change: as many indices as texts."""

    account: int
    change: int
    indices: Sequence[int]
    texts: Sequence[str]


class Format(Protocol):
    """How addresses stand in a file."""

    def write(self, rows: Rows, stream: BinaryIO) -> None:
        """Write a part."""

    def join(self, parts: Iterable[Path], stream: BinaryIO) -> None:
        """Write the file that has the rows of all parts."""


class Csv:
    """A header, and a line for each row; no address has a comma, a quote or a space."""

    def write(self, rows: Rows, stream: BinaryIO) -> None:
        """As `Format.write`."""
        begin = f"{rows.account},{rows.change},"
        lines = [f"{begin}{index},{text}\n" for index, text in zip(rows.indices, rows.texts, strict=True)]
        stream.write("".join(lines).encode())

    def join(self, parts: Iterable[Path], stream: BinaryIO) -> None:
        """As `Format.join`."""
        stream.write((",".join(COLUMNS) + "\n").encode())
        _copy(parts, stream)


class JsonLines:
    """An object on each line."""

    def write(self, rows: Rows, stream: BinaryIO) -> None:
        """As `Format.write`."""
        begin = f'{{"account":{rows.account},"change":{rows.change},"index":'
        pairs = zip(rows.indices, rows.texts, strict=True)
        stream.write("".join([f'{begin}{index},"address":{json.dumps(text)}}}\n' for index, text in pairs]).encode())

    def join(self, parts: Iterable[Path], stream: BinaryIO) -> None:
        """As `Format.join`."""
        _copy(parts, stream)


class Parquet:
    """Row groups of several parts, compressed with Snappy; addresses hardly shrink."""

    _PARTS = 4  # of one row group: what joining keeps in memory

    def write(self, rows: Rows, stream: BinaryIO) -> None:
        """As `Format.write`."""
        import pyarrow as pa
        from pyarrow import parquet

        from walletcore.bulk.arrow import SCHEMA

        size = len(rows.texts)
        columns = ([rows.account] * size, [rows.change] * size, list(rows.indices), list(rows.texts))
        arrays = [pa.array(each, field.type) for each, field in zip(columns, SCHEMA, strict=True)]
        parquet.write_table(pa.table(arrays, schema=SCHEMA), stream, **self._options())

    def join(self, parts: Iterable[Path], stream: BinaryIO) -> None:
        """As `Format.join`."""
        import pyarrow as pa
        from pyarrow import parquet

        from walletcore.bulk.arrow import SCHEMA

        with parquet.ParquetWriter(stream, SCHEMA, **self._options()) as writer:
            rest = iter(parts)
            while group := [parquet.read_table(part) for part in islice(rest, self._PARTS)]:
                writer.write_table(pa.concat_tables(group))

    def _options(self) -> dict[str, object]:
        return {
            "use_dictionary": ["account", "change"],
            "column_encoding": {"index": "DELTA_BINARY_PACKED"},
            "write_statistics": ["account", "change", "index"],
        }


FORMATS: dict[str, Format] = {".csv": Csv(), ".jsonl": JsonLines(), ".parquet": Parquet()}
"""By the end of a file's name."""


def format_of(path: str) -> str:
    """The key in `FORMATS` of a file's name. Raises `Unsupported` for another name, `MissingExtra` for Parquet."""
    end = PurePath(path).suffix.lower()
    if end not in FORMATS or "\0" in path:
        raise Unsupported(f"expected a file that ends in {', '.join(FORMATS)}, got {end or 'none'}", reason="unknown")
    if end == ".parquet":
        with needs("arrow"):
            import pyarrow  # noqa: F401
    return end


def _copy(parts: Iterable[Path], stream: BinaryIO) -> None:
    for part in parts:
        with open(part, "rb") as source:
            shutil.copyfileobj(source, stream)
