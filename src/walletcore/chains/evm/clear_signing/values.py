"""What is signed, as one kind of value: arguments of a call and members of a message alike.

Structs and arrays are tuples; integers are ints, addresses 20 bytes, ``bytes`` and ``bytesN`` bytes, as ``abi`` decodes
them. A `Layout` tells the type, so that a path is found in it before there is a value. Constants of a descriptor are of
the kind ``constant``: what they mean depends on who asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from walletcore.chains.evm.address import parse
from walletcore.chains.structs import ATOMIC, StructTypes
from walletcore.errors import AddressError, TransactionError

__all__ = [
    "CONTAINER",
    "LENGTH",
    "Layout",
    "as_address",
    "as_integer",
    "as_octets",
    "canonical",
    "is_integer",
    "of_parameters",
    "of_struct",
]

_MAX_NODES = 4096
_ARRAY = re.compile(r"\[([0-9]*)\]$", re.ASCII)
_INTEGER = re.compile(r"u?int[0-9]{1,3}", re.ASCII)
_DIGITS = re.compile(r"0|-?[1-9][0-9]{0,77}", re.ASCII)
_HEX = re.compile(r"0x([0-9a-fA-F]*)", re.ASCII)
_ADDRESS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A type: ``struct`` with its members, ``array`` with the type of its elements, or the name of an atomic type."""

    kind: str
    names: tuple[str, ...] = ()
    parts: tuple[Layout, ...] = ()

    def leaves(self) -> Iterable[str]:
        """The names of all members that are no structs, each with what it is in, arrays left out.

        Raises `TransactionError` for more than 4096: structs in structs multiply.
        """
        waiting: list[tuple[str, Layout]] = [("", self)]
        for _ in range(_MAX_NODES):
            if not waiting:
                return
            path, layout = waiting.pop()
            while layout.kind == "array":
                layout = layout.parts[0]
            if layout.kind == "struct":
                below = zip(layout.names, layout.parts, strict=True)
                waiting += [(f"{path}.{name}" if path else name, part) for name, part in reversed(list(below))]
            else:
                yield path
        raise TransactionError(f"expected a type of at most {_MAX_NODES} members", reason="too-large")


LENGTH = Layout("uint256")
CONTAINER = Layout(
    "struct",
    ("from", "to", "value", "chainId"),
    (Layout("address"), Layout("address"), Layout("uint256"), Layout("uint256")),
)
"""What ``@`` refers to ("Container structure values")."""


class _Parameter(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def components(self) -> Any: ...


def of_parameters(parameters: Iterable[_Parameter]) -> Layout:
    """The arguments of a function, as a struct. Raises `TransactionError` for a name that stands twice."""
    listed = tuple(parameters)
    names = tuple(each.name for each in listed)
    known = [name for name in names if name]
    if len(set(known)) != len(known):
        raise TransactionError("a parameter's name stands twice in a function", reason="duplicate")
    return Layout("struct", names, tuple(map(_of_parameter, listed)))


def _of_parameter(parameter: _Parameter) -> Layout:
    base = parameter.type.partition("(")[0] if not parameter.components else ""
    suffix = parameter.type.rpartition(")")[2] if parameter.components else _arrays(base)
    layout = of_parameters(parameter.components) if parameter.components else Layout(base[: len(base) - len(suffix)])
    for _ in range(suffix.count("[")):
        layout = Layout("array", parts=(layout,))
    return layout


def _arrays(kind: str) -> str:
    place = kind.find("[")
    return "" if place < 0 else kind[place:]


def of_struct(types: StructTypes, name: str) -> Layout:
    """A struct of EIP-712. Raises `TransactionError` for one that contains itself: it has no end that can be shown."""
    done: dict[str, Layout] = {}
    _add_struct(types, name, done, ())
    return done[name]


def _add_struct(types: StructTypes, name: str, done: dict[str, Layout], above: tuple[str, ...]) -> None:
    if name in above:
        raise TransactionError(f"expected no struct that contains itself, got {name[:60]!r}", reason="too-deep")
    if len(above) > 16:
        raise TransactionError("expected at most 16 levels of structs", reason="too-deep")
    members = types.members[name]
    parts = []
    for _, kind in members:
        base = kind.partition("[")[0]
        if base in types.members and base not in done:
            _add_struct(types, base, done, (*above, name))
        layout = done[base] if base in types.members else Layout(base)
        for _ in range(kind.count("[")):
            layout = Layout("array", parts=(layout,))
        parts.append(layout)
    done[name] = Layout("struct", tuple(member for member, _ in members), tuple(parts))


def canonical(layout: Layout, value: Any) -> Any:
    """A message of typed data that was checked, as JSON has it, in the form that `abi` gives arguments."""
    if layout.kind == "struct":
        return tuple(canonical(part, value[name]) for name, part in zip(layout.names, layout.parts, strict=True))
    if layout.kind == "array":
        return tuple(canonical(layout.parts[0], each) for each in value)
    if layout.kind == "string":
        return value
    if layout.kind == "bytes":
        return value if type(value) is bytes else bytes.fromhex(value[2:])
    word = ATOMIC[layout.kind](value)
    if layout.kind == "bool":
        return word[-1] == 1
    if layout.kind == "address":
        return word[12:]
    if layout.kind.startswith("bytes"):
        return word[: int(layout.kind[5:])]
    return int.from_bytes(word, signed=layout.kind.startswith("int"))


def is_integer(kind: str) -> bool:
    """Whether this is the name of a type of integers."""
    return _INTEGER.fullmatch(kind) is not None


def as_integer(kind: str, value: Any) -> int:
    """The number that a value is: bytes are one in big-endian order. Raises `TransactionError`."""
    if is_integer(kind) or (kind == "constant" and type(value) is int):
        number: int = value
    elif kind == "constant" and type(value) is str and _DIGITS.fullmatch(value):
        number = int(value)
    elif kind == "constant" and type(value) is str and (found := _HEX.fullmatch(value)) and found[1]:
        number = int(found[1][:80], 16)
    elif type(value) is bytes and kind != "address" and len(value) <= 32:
        number = int.from_bytes(value)
    else:
        raise TransactionError(f"expected an integer, got {kind}", reason="type")
    if number.bit_length() > 256:
        raise TransactionError("expected integers of at most 256 bits", reason="range")
    return number


def as_octets(kind: str, value: Any) -> bytes:
    """The bytes of a value; an integer has those of its type. Raises `TransactionError`."""
    if type(value) is bytes:
        return value
    if kind == "string":
        text: str = value
        return text.encode()
    if kind == "bool":
        return bytes((value,))
    if is_integer(kind):
        number: int = value
        return number.to_bytes(int(kind.lstrip("uint")) // 8, signed=kind.startswith("int"))
    if kind == "constant" and type(value) is str and (found := _HEX.fullmatch(value)) and len(value) % 2 == 0:
        return bytes.fromhex(found[1])
    raise TransactionError(f"expected bytes, got {kind}", reason="type")


def as_address(kind: str, value: Any) -> bytes:
    """The 20 bytes of an account; longer values are one only if the rest is zero. Raises `TransactionError`."""
    if kind == "constant":
        return _address(value)
    data = as_octets(kind, value)
    if kind == "string" or not _ADDRESS <= len(data) <= 32 or any(data[:-_ADDRESS]):
        raise TransactionError(f"expected the 20 bytes of an address, got {kind} of {len(data)}", reason="length")
    return data[-_ADDRESS:]


def _address(value: object) -> bytes:
    if type(value) is not str or len(value) > 64:
        raise TransactionError("expected an address as text", reason="type")
    try:
        return parse(value, allow_unchecked=True)
    except AddressError as error:
        raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None
