"""Files of addresses, read a chunk at a time: what `walletcore.bulk.check` holds against the account.

A chunk is taken from the file here and understood where it is checked, by `rows_of`. Columns are index and address, and
perhaps account and change; CSV names them in its first line, or has only an index and an address.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, BinaryIO

from walletcore.bulk.formats import COLUMNS, format_of
from walletcore.coding import strict_json
from walletcore.errors import BulkError, DecodingError

__all__ = ["Chunk", "Row", "chunks", "rows_of"]

Row = tuple[int | None, int | None, int, str]
"""Account and change, where they are told, index, and address."""

_SIZE = 1 << 20  # bytes of text in a chunk, 9,000 rows and more: half of them, of one change, are worth a table
_ROWS = 16_384  # of Parquet
_LONGEST = 4_096  # bytes of a line
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file: its first row, counted from 1, and which columns it has where its lines do not say.

    ``data`` are lines, or a record batch; ``done`` says how much of the file has been read with it.
    """

    end: str
    first: int
    columns: tuple[str, ...]
    data: Any
    done: int
    total: int


def chunks(path: str | bytes | PathLike[Any]) -> Iterator[Chunk | BulkError]:
    """The file in pieces, the last of which may be why it cannot be read further: what came before comes first.

    Raises `Unsupported` for another end of its name.
    """
    name = os.fsdecode(path)
    end = format_of(name)
    return _or_failure(_of_parquet(name) if end == ".parquet" else _of_lines(name, end))


def _or_failure(pieces: Iterator[Chunk]) -> Iterator[Chunk | BulkError]:
    try:
        yield from pieces
    except BulkError as error:
        yield error
    except DecodingError as error:
        yield BulkError(str(error), reason=error.reason)
    except OSError as error:
        yield BulkError(f"cannot read it: {error.strerror or type(error).__name__}", reason="missing")


def _of_lines(path: str, end: str) -> Iterator[Chunk]:
    with open(path, "rb") as stream:
        total = stream.seek(0, 2)
        stream.seek(0)
        columns = _columns(stream) if end == ".csv" else ()
        first, rest = 1, b""
        while data := stream.read(_SIZE):
            whole, newline, rest = (rest + data).rpartition(b"\n")
            if len(rest) > _LONGEST:
                raise _too_long(first + whole.count(b"\n") + bool(newline))
            if newline:
                yield Chunk(end, first, columns, whole, stream.tell() - len(rest), total)
                first += whole.count(b"\n") + 1
        if rest:
            yield Chunk(end, first, columns, rest, total, total)


def _columns(stream: BinaryIO) -> tuple[str, ...]:
    """The names in the first line, or those of two columns where it has an index; the stream is at the first row."""
    line = stream.readline(_LONGEST + 1).removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
    if len(line) > _LONGEST:
        raise _too_long(1)
    names = tuple(next(_fields(csv.reader([line], strict=True)), ()))
    if len(names) == 2 and _is_number(names[0]):
        stream.seek(0)
        return COLUMNS[2:]
    return _checked(tuple(name.strip().lower() for name in names))


def _checked(names: tuple[str, ...]) -> tuple[str, ...]:
    if any(names.count(name) != 1 for name in COLUMNS[2:]) or any(names.count(name) > 1 for name in COLUMNS):
        raise BulkError("expected the columns index and address, each once", reason="missing")
    return names


def _of_parquet(path: str) -> Iterator[Chunk]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            columns = _checked(tuple(file.schema_arrow.names))
            asked = [name for name in COLUMNS if name in columns]
            first, total = 1, file.metadata.num_rows
            for batch in file.iter_batches(_ROWS, columns=asked):
                yield Chunk(".parquet", first, tuple(asked), batch, first - 1 + batch.num_rows, total)
                first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise BulkError(f"expected a file of Parquet: {type(error).__name__}", reason="type") from None


# -- where it is checked


def rows_of(chunk: Chunk) -> tuple[list[Row], BulkError | None]:
    """The rows of a chunk up to the first that is none, and what is wrong with that."""
    read: Callable[[Chunk], Iterator[Row]] = {".csv": _from_csv, ".jsonl": _from_json, ".parquet": _from_batch}[
        chunk.end
    ]
    found: list[Row] = []
    try:
        found.extend(read(chunk))  # keeps what came before a failure
    except DecodingError as error:
        number = chunk.first + len(found)
        return found, BulkError(f"row {number}: {error}", row=number, reason=error.reason)
    return found, None


def _from_csv(chunk: Chunk) -> Iterator[Row]:
    places = [chunk.columns.index(name) if name in chunk.columns else -1 for name in COLUMNS]
    account, change, index, address = places
    reader = csv.reader(chunk.data.decode(errors="replace").split("\n"), strict=True)
    for number, fields in enumerate(_fields(reader), 1):
        if reader.line_num != number or len(fields) != len(chunk.columns):
            raise DecodingError(f"expected {len(chunk.columns)} columns in one line", reason="length")
        yield (
            None if account < 0 else _number(fields[account]),
            None if change < 0 else _number(fields[change]),
            _number(fields[index]),
            fields[address],
        )


def _fields(reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        raise DecodingError("expected a line of CSV", reason="character") from None


def _from_json(chunk: Chunk) -> Iterator[Row]:
    for line in chunk.data.decode(errors="replace").split("\n"):
        value = strict_json.decode(line, max_length=_LONGEST)
        if type(value) is not dict:
            raise DecodingError("expected an object on each line", reason="type")
        yield _typed([value.get(name) for name in COLUMNS])


def _from_batch(chunk: Chunk) -> Iterator[Row]:
    size = chunk.data.num_rows
    columns = [chunk.data.column(n).to_pylist() if n in chunk.columns else [None] * size for n in COLUMNS]
    return map(_typed, zip(*columns, strict=True))


def _typed(values: Sequence[Any]) -> Row:
    account, change, index, address = values
    if type(index) is not int or type(address) is not str:
        raise DecodingError("expected an index as a number and an address as a text", reason="type")
    if not (account is None or type(account) is int) or not (change is None or type(change) is int):
        raise DecodingError("expected account and change as numbers, where they are told", reason="type")
    return account, change, index, address


def _number(text: str) -> int:
    if not _is_number(text):
        raise DecodingError("expected a number of up to ten digits", reason="character")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS and (text[0] != "0" or text == "0")


def _too_long(row: int) -> BulkError:
    return BulkError(f"row {row}: expected lines of at most {_LONGEST} bytes", row=row, reason="too-large")
