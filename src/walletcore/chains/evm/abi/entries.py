"""Functions, events, errors and constructors of contracts: their selectors and topics, calldata and logs.

Contract ABI Specification, "Function Selector", "Events", "Errors". What is hashed is the name and the canonical types:
neither the names of parameters nor what is returned. Four bytes are few: that calldata begin with the selector of a
function does not say that they were made for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from walletcore.chains.evm.abi import signatures
from walletcore.chains.evm.abi.coding import codec, decode, encode
from walletcore.chains.evm.abi.signatures import Parameter, Signature
from walletcore.chains.evm.abi.words import wrong
from walletcore.errors import TransactionError
from walletcore.hashes import keccak256

__all__ = ["Constructor", "CustomError", "Event", "Function", "Hashed"]

_MUTABILITY = ("pure", "view", "nonpayable", "payable")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What has a name and parameters. ``signature`` is what is hashed, such as ``transfer(address,uint256)``."""

    name: str
    inputs: tuple[Parameter, ...] = ()
    signature: str = field(init=False, compare=False)
    types: tuple[str, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        signatures.check_name(self.name)
        types = _types_of(self.inputs, "inputs")
        object.__setattr__(self, "types", types)
        object.__setattr__(self, "signature", f"{self.name}({','.join(types)})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selected(_Named):
    """What is told by a selector: the first four bytes of the Keccak-256 of its signature."""

    selector: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _Named.__post_init__(self)
        object.__setattr__(self, "selector", keccak256(self.signature.encode())[:4])

    def encode(self, *values: Any) -> bytes:
        """The selector and the values. Raises `TransactionError`."""
        return self.selector + encode(self.types, values)

    def decode(self, data: bytes) -> tuple[Any, ...]:
        """The values, where these bytes are what `encode` gives for them. Raises `TransactionError`."""
        if type(data) is not bytes:
            raise wrong("bytes", data)
        if data[:4] != self.selector:
            raise TransactionError(f"expected the selector of {self.name}", reason="mismatch")
        return decode(self.types, data[4:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(_Selected):
    """A function of a contract. ``mutability`` is ``pure``, ``view``, ``nonpayable`` or ``payable``.

    Raises `TransactionError`.
    """

    outputs: tuple[Parameter, ...] = ()
    mutability: str = "nonpayable"

    def __post_init__(self) -> None:
        _Selected.__post_init__(self)
        _types_of(self.outputs, "outputs")
        _check_mutability(self.mutability, _MUTABILITY)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``function transfer(address to, uint256 value) returns (bool)``. Raises `TransactionError`."""
        return cls._of(signatures.parse(text, "function"))

    @classmethod
    def from_json(cls, entry: object) -> Self:
        """Read an entry of a JSON ABI, a dict. Raises `TransactionError`."""
        return cls._of(signatures.from_json(entry, "function"))

    @classmethod
    def _of(cls, read: Signature) -> Self:
        return cls(name=read.name, inputs=read.inputs, outputs=read.outputs, mutability=read.mutability)

    def encode_result(self, *values: Any) -> bytes:
        """What a call returns. Raises `TransactionError`."""
        return encode(_types_of(self.outputs, "outputs"), values)

    def decode_result(self, data: bytes) -> tuple[Any, ...]:
        """The values that a call has returned. Raises `TransactionError`."""
        return decode(_types_of(self.outputs, "outputs"), data)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomError(_Selected):
    """An error that a contract may return in the place of a result. Raises `TransactionError`."""

    def __post_init__(self) -> None:
        _Selected.__post_init__(self)
        if self.selector in (bytes(4), b"\xff" * 4):
            raise TransactionError("expected no selector of zeros or ones: these are kept free", reason="range")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``error InsufficientBalance(uint256 available, uint256 required)``. Raises `TransactionError`."""
        read = signatures.parse(text, "error")
        return cls(name=read.name, inputs=read.inputs)

    @classmethod
    def from_json(cls, entry: object) -> Self:
        """Read an entry of a JSON ABI, a dict. Raises `TransactionError`."""
        read = signatures.from_json(entry, "error")
        return cls(name=read.name, inputs=read.inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constructor:
    """What creates a contract: its arguments are written behind the code. Raises `TransactionError`."""

    inputs: tuple[Parameter, ...] = ()
    mutability: str = "nonpayable"
    types: tuple[str, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", _types_of(self.inputs, "inputs"))
        _check_mutability(self.mutability, _MUTABILITY[2:])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``constructor(string name, string symbol)``. Raises `TransactionError`."""
        read = signatures.parse(text, "constructor")
        return cls(inputs=read.inputs, mutability=read.mutability)

    @classmethod
    def from_json(cls, entry: object) -> Self:
        """Read an entry of a JSON ABI, a dict. Raises `TransactionError`."""
        read = signatures.from_json(entry, "constructor")
        return cls(inputs=read.inputs, mutability=read.mutability)

    def encode(self, *values: Any) -> bytes:
        """What stands behind the code. Raises `TransactionError`."""
        return encode(self.types, values)

    def decode(self, data: bytes) -> tuple[Any, ...]:
        """The values behind the code, which itself is left out. Raises `TransactionError`."""
        return decode(self.types, data)


@dataclass(frozen=True, slots=True)
class Hashed:
    """What a topic tells of an indexed string, bytes, array or struct: the hash, from which nothing can be read."""

    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(_Named):
    """An event. ``topic`` is the first topic, the Keccak-256 of its signature; anonymous events have none.

    Raises `TransactionError`.
    """

    anonymous: bool = False
    topic: bytes | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _Named.__post_init__(self)
        if type(self.anonymous) is not bool:
            raise wrong("a bool as anonymous", self.anonymous)
        room = 4 if self.anonymous else 3
        if sum([each.indexed for each in self.inputs]) > room:
            raise TransactionError(f"expected at most {room} indexed parameters", reason="length")
        object.__setattr__(self, "topic", None if self.anonymous else keccak256(self.signature.encode()))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``event Transfer(address indexed from, address indexed to, uint256 value)``.

        Raises `TransactionError`.
        """
        return cls._of(signatures.parse(text, "event"))

    @classmethod
    def from_json(cls, entry: object) -> Self:
        """Read an entry of a JSON ABI, a dict. Raises `TransactionError`."""
        return cls._of(signatures.from_json(entry, "event"))

    @classmethod
    def _of(cls, read: Signature) -> Self:
        return cls(name=read.name, inputs=read.inputs, anonymous=read.anonymous)

    def decode(self, topics: Sequence[bytes], data: bytes) -> tuple[Any, ...]:
        """The values of a log in the order of the parameters; those of which a topic has only the hash as `Hashed`.

        The first topic is checked, if the event is not anonymous. Raises `TransactionError`.
        """
        words = iter(self._indexed(topics))
        others = iter(decode([each.type for each in self.inputs if not each.indexed], data))
        return tuple([_read_topic(each.type, next(words)) if each.indexed else next(others) for each in self.inputs])

    def _indexed(self, topics: Sequence[bytes]) -> Sequence[bytes]:
        if type(topics) not in (tuple, list):
            raise wrong("a list of topics", topics)
        if any(type(topic) is not bytes or len(topic) != 32 for topic in topics):
            raise TransactionError("expected topics of 32 bytes", reason="length")
        first = () if self.topic is None else (self.topic,)
        if tuple(topics[: len(first)]) != first:
            raise TransactionError(f"expected the topic of {self.name}", reason="mismatch")
        expected = len(first) + sum([each.indexed for each in self.inputs])
        if len(topics) != expected:
            raise TransactionError(f"expected {expected} topics, got {len(topics)}", reason="length")
        return topics[len(first) :]


def _read_topic(kind: str, topic: bytes) -> Any:
    """Encoding of Indexed Event Parameters: a word, or the hash of what is more than a word."""
    if kind[-1] in ")]" or codec(kind).is_dynamic:
        return Hashed(topic)
    return codec(kind).decode(topic, 0)


def _types_of(parameters: object, what: str) -> tuple[str, ...]:
    if type(parameters) is not tuple or any(type(each) is not Parameter for each in parameters):
        raise TransactionError(f"expected a tuple of Parameter as {what}", reason="type")
    return tuple([each.type for each in parameters])


def _check_mutability(word: object, known: Sequence[str]) -> None:
    if type(word) is not str or word not in known:
        raise TransactionError(f"expected {', '.join(known)} as mutability", reason="unknown")
