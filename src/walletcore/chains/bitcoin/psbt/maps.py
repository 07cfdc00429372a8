"""A map of a PSBT is its records: keys and values as bytes, in their order (BIP-174, "Specification").

Fields are properties that read on demand; what no field reads survives byte for byte. A class of maps is a table of its
fields: their attributes are BIP-174's names in lower case.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar, overload

from walletcore.chains.bitcoin.psbt.forms import Form
from walletcore.coding.wire import compact_size
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.freezing import thawed
from walletcore.hashes import Hash

__all__ = ["Field", "Map", "Maps", "Record", "many", "one"]

T = TypeVar("T")
K = TypeVar("K")
M = TypeVar("M", bound="Map")

Record = tuple[bytes, bytes]
V0, V2 = 0, 2
_FEW = 32  # records
_MULTIBYTE = 0xFD  # a type of field from here on takes several bytes, as a compact size does


@dataclass(slots=True, eq=False)
class Field:
    """A type of field: its number, the form of its value, and with ``key`` that of the data which tell several apart.

    ``versions`` of PSBTs have it, ``required`` is one of them; ``ends``: an input which is final has it no more;
    ``alone`` is the key of a record without data. With ``hashed`` the data in a key are this hash of the value.
    """

    number: int
    value: Form[Any]
    key: Form[Any] | None = None
    versions: tuple[int, ...] = (V0, V2)
    required: int | None = None
    ends: bool = False
    hashed: Hash | None = None
    name: str = ""
    alone: bytes = b""

    def __set_name__(self, owner: type[Map], name: str) -> None:
        self.name = f"{owner.prefix}_{name.upper()}"
        self.alone = bytes((self.number,))

    def check(self, key: bytes, value: bytes) -> None:
        """Raise `DecodingError` unless the record has the form of this field."""
        if self.key is not None:
            self.key.check(key[1:])
        else:
            self.check_alone(key[1:])
        self.value.check(value)
        if self.hashed is not None and self.hashed(value) != key[1:]:
            raise DecodingError("expected what has the hash in the key", reason="mismatch")

    @staticmethod
    def check_alone(data: bytes) -> None:
        """Raise `DecodingError` unless there are no data in the key."""
        if data:
            raise DecodingError(f"expected no key data, got {len(data)} bytes", reason="length")

    def records(self, value: Any) -> list[Record]:
        """The records that say this."""
        if self.key is None:
            return [(self.alone, self.value.write(value))]
        return [(self.alone + self.key.write(data), self.value.write(content)) for data, content in value]


class One(Field, Generic[T]):
    """A field that stands once; absent it is None."""

    __slots__ = ()

    @overload
    def __get__(self, made: None, owner: type[Map]) -> One[T]: ...
    @overload
    def __get__(self, made: Map, owner: type[Map]) -> T | None: ...
    def __get__(self, made: Map | None, owner: type[Map]) -> One[T] | T | None:
        if made is None:
            return self
        value = made._records.get(self.alone)
        return None if value is None else self.value.read(value)


class Many(Field, Generic[K, T]):
    """A field that stands once per key: pairs of key and value."""

    __slots__ = ()

    @overload
    def __get__(self, made: None, owner: type[Map]) -> Many[K, T]: ...
    @overload
    def __get__(self, made: Map, owner: type[Map]) -> tuple[tuple[K, T], ...]: ...
    def __get__(self, made: Map | None, owner: type[Map]) -> Many[K, T] | tuple[tuple[K, T], ...]:
        if made is None or self.key is None:
            return self
        number, key, value = self.number, self.key.read, self.value.read
        return tuple([(key(k[1:]), value(v)) for k, v in made._records.items() if k[0] == number])


def one(number: int, value: Form[T], **more: Any) -> One[T]:
    """A row of a table of fields."""
    return One(number, value, **more)


def many(number: int, key: Form[K], value: Form[T], **more: Any) -> Many[K, T]:
    """A row of a table for a field that stands once per key."""
    return Many(number, value, key, **more)


class Map:
    """The records of one map. Made of records, and of values by the names of fields. Raises `TransactionError`."""

    __slots__ = ("_numbers", "_records")

    prefix: ClassVar[str] = ""
    fields: ClassVar[Mapping[int, Field]] = {}
    names: ClassVar[Mapping[str, Field]] = {}
    _blank: ClassVar[Callable[[], Any]]
    _known: ClassVar[frozenset[int]]  # the numbers of its fields
    _records: dict[bytes, bytes]
    _numbers: bytes  # of the fields that the records are of, in their order

    def __init_subclass__(cls) -> None:
        if "__init__" in vars(cls):  # the thawed one
            return
        cls._blank = thawed(cls)
        cls.names = {name: each for name, each in vars(cls).items() if isinstance(each, Field)}
        cls.fields = {each.number: each for each in cls.names.values()}
        cls._known = frozenset(cls.fields)

    def __init__(self, records: Iterable[Record] = (), /, **values: Any) -> None:
        found = [*_pairs(records), *self._written(values)]
        with raised_as(TransactionError):
            for key, value in found:
                self.check(key, value)
        if len(dict(found)) != len(found):
            raise TransactionError("the same key twice in one map", reason="duplicate")
        _put_records(self, dict(found))
        _put_numbers(self, bytes([key[0] for key, _ in found]))

    @classmethod
    def _written(cls, values: Mapping[str, Any]) -> list[Record]:
        """The records of values by the names of fields, in the order of numbers."""
        if unknown := values.keys() - cls.names.keys():
            raise TransactionError(f"expected fields of {cls.prefix}, got {min(unknown)}", reason="unknown")
        found, name = [], ""
        try:
            with raised_as(TransactionError):
                for name in sorted(values, key=lambda name: cls.names[name].number):
                    found += [] if values[name] is None else cls.names[name].records(values[name])
        except (AttributeError, TypeError, ValueError) as error:  # of the values of many kinds, and pairs of them
            raise TransactionError(f"{name}: expected what this field holds: {error}", reason="type") from None
        return found

    @classmethod
    def check(cls, key: bytes, value: bytes) -> None:
        """Raise `DecodingError` unless this is a record as the table has it, or of a type that it does not have."""
        if type(key) is not bytes or type(value) is not bytes or not key:
            raise DecodingError("expected records of bytes, and a key", reason="type")
        found = cls.fields.get(key[0])
        if found is not None:
            found.check(key, value)
        elif key[0] >= _MULTIBYTE:
            check_type(key)

    @classmethod
    def of(cls: type[M], records: dict[bytes, bytes], numbers: bytes | None = None) -> M:
        """The map of records that have been checked; ``numbers`` are those of their fields, if they are known."""
        made = cls._blank()
        made._records = records
        made._numbers = bytes([key[0] for key in records]) if numbers is None else numbers
        made.__class__ = cls
        found: M = made
        return found

    @classmethod
    def name(cls, number: int) -> str:
        """What BIP-174 and its successors call a field of this number, or the number."""
        found = cls.fields.get(number)
        return found.name if found is not None else f"{cls.prefix}_0x{number:02X}"

    @property
    def records(self) -> tuple[Record, ...]:
        """All keys and values, in their order."""
        return tuple(self._records.items())

    @property
    def unknown(self) -> tuple[Record, ...]:
        """The records of fields that have no row in the table, proprietary ones (0xFC) among them."""
        return tuple(pair for pair in self._records.items() if pair[0][0] not in self.fields)

    def with_fields(self: M, **values: Any) -> M:
        """The same map with these fields as well, or instead: those of None are taken out. In the order of numbers."""
        table = type(self)
        new = table._written(values)
        numbers = {table.names[name].number for name in values}
        kept = [pair for pair in self._records.items() if pair[0][0] not in numbers]
        with raised_as(TransactionError):
            for key, value in new:
                table.check(key, value)
        return table.of(table.ordered([*kept, *new]))

    def with_records(self: M, records: Mapping[bytes, bytes]) -> M:
        """The same map with these records, which have been checked, in the order of numbers. None are overwritten."""
        known, numbers = self._records, self._numbers
        if len(records) == 1 and len(numbers) <= _FEW:
            (new,) = records.items()
            found = _place_among(self._known, numbers, new[0][0])
            if found is not None and new[0] not in known:
                pairs = [*known.items()]
                pairs.insert(found[0], new)
                return self.of(dict(pairs), found[1])
        return self.of(self.ordered([*known.items(), *[pair for pair in records.items() if pair[0] not in known]]))

    @classmethod
    def ordered(cls, records: Iterable[Record]) -> dict[bytes, bytes]:
        """Records in the order of their numbers, several of one field as they came; those that are unknown by keys."""
        fields, pairs = cls.fields, list(records)
        if fields.keys() >= {key[0] for key, _ in pairs}:
            return dict(sorted(pairs, key=_number_of))
        return dict(sorted(pairs, key=lambda pair: pair[0][:1] if pair[0][0] in fields else pair[0]))

    def without(self: M, numbers: Iterable[int]) -> M:
        """The same map without the fields of these numbers."""
        gone = numbers if type(numbers) is frozenset else frozenset(numbers)
        return type(self).of({key: value for key, value in self._records.items() if key[0] not in gone})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.records == other.records

    def __hash__(self) -> int:
        return hash(self.records)

    def __bool__(self) -> bool:
        return bool(self._records)

    def __repr__(self) -> str:
        named = ", ".join(dict.fromkeys(self.name(key[0]) for key in self._records))
        return f"{type(self).__name__}({named})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.records,)


@lru_cache(maxsize=256)  # the inputs of a transaction are much alike
def _place_among(known: frozenset[int], numbers: bytes, number: int) -> tuple[int, bytes] | None:
    """Where a record of this number is put among those of others, and the numbers with it.

    None where they are not in order, or some are of fields that the table does not have (``known``).
    """
    if bytes(sorted(numbers)) != numbers or not known.issuperset((*numbers, number)):
        return None
    place = bisect(numbers, number)
    return place, bytes((*numbers[:place], number, *numbers[place:]))


def _number_of(record: Record) -> int:
    return record[0][0]


Maps = tuple[M, ...]
_put_records, _put_numbers = vars(Map)["_records"].__set__, vars(Map)["_numbers"].__set__


def _pairs(records: Iterable[Record]) -> list[Record]:
    try:
        return [(key, value) for key, value in records]
    except (TypeError, ValueError):
        raise TransactionError("expected records as pairs of bytes", reason="type") from None


def check_type(key: bytes) -> None:
    """The type of a field is a compact size in its shortest form."""
    size = 1 + (0, 2, 4, 8)[max(key[0] - 0xFC, 0)]
    compact_size.decode(key[:size])
