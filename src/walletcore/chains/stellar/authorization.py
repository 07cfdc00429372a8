"""What an address lets contracts do in its name: trees of invocations, and credentials (CAP-46-11, CAP-71).

``SorobanAuthorizationEntry`` of stellar-xdr. What is signed is another thing: see `auth_entry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.contract_values import MAX_DEPTH, MAX_SIZE, SCVAL, SCVal
from walletcore.chains.stellar.contracts import CreateContract, InvokeContract, authorized_function
from walletcore.chains.stellar.scaddress import ADDRESS, SCAddress
from walletcore.coding import xdr
from walletcore.coding.wire import Codec, Reader
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = [
    "CREDENTIALS",
    "AuthorizationEntry",
    "Credentials",
    "Delegate",
    "Invocation",
    "entries",
    "entry",
    "invocation",
]

_VOID = SCVal(kind="void", value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A call or a creation, and those that it may make in the same name. Raises `TransactionError`."""

    function: InvokeContract | CreateContract
    sub_invocations: tuple[Invocation, ...] = ()
    depth: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if type(self.function) not in (InvokeContract, CreateContract):
            raise TransactionError("expected an InvokeContract or a CreateContract as function", reason="type")
        _check_tuple(self.sub_invocations, Invocation, "sub_invocations")
        object.__setattr__(self, "depth", _depth(self.sub_invocations))

    def walk(self) -> Iterator[InvokeContract | CreateContract]:
        """All functions of the tree, each before those that it makes."""
        yield self.function
        for each in self.sub_invocations:
            yield from each.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """An address that signs for another one, with its signature and those that sign for it (CAP-71-01)."""

    address: SCAddress
    signature: SCVal = _VOID
    delegates: tuple[Delegate, ...] = ()
    depth: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_signer(self.address, self.signature)
        _check_delegates(self.delegates)
        object.__setattr__(self, "depth", _depth(self.delegates))


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An ``address`` that authorizes, once by its ``nonce``, up to a ledger; its ``signature`` is void at first.

    ``kind`` is "address", "address-v2" (the address is signed too; protocol 27, CAP-71-02) or "delegates" (the same,
    and others sign for it; CAP-71-01), whose ``delegates`` stand in ascending order. Raises `TransactionError`.
    """

    kind: str = "address"
    address: SCAddress
    nonce: int
    expiration: int
    signature: SCVal = _VOID
    delegates: tuple[Delegate, ...] = ()

    def __post_init__(self) -> None:
        if type(self.kind) is not str or self.kind not in _CREDENTIALS:
            raise TransactionError(f"expected one of {', '.join(_CREDENTIALS)} as kind", reason="unknown")
        _check_signer(self.address, self.signature)
        with raised_as(TransactionError):
            xdr.int64.encode(self.nonce)
            xdr.uint32.encode(self.expiration)
        _check_delegates(self.delegates)
        if self.delegates and self.kind != "delegates":
            raise TransactionError(f"credentials of kind {self.kind} have no delegates", reason="version")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationEntry:
    """A tree of invocations and who authorizes it; None are the credentials of the transaction's source account.

    Raises `TransactionError`.
    """

    credentials: Credentials | None
    invocation: Invocation

    def __post_init__(self) -> None:
        if type(self.credentials) not in (Credentials, type(None)):
            raise TransactionError("expected Credentials, or None, as credentials", reason="type")
        if type(self.invocation) is not Invocation:
            raise TransactionError("expected an Invocation", reason="type")

    def encode(self, chain: StellarChain) -> bytes:
        """The XDR, as transactions and nodes have it. Raises `TransactionError`."""
        with raised_as(TransactionError):
            return entry(chain).encode(self)

    @staticmethod
    def decode(chain: StellarChain, raw: bytes) -> AuthorizationEntry:
        """Read the XDR of an entry, all of it. Raises `TransactionError`."""
        if type(raw) is bytes and len(raw) > MAX_SIZE:
            raise TransactionError(f"expected at most {MAX_SIZE} bytes", reason="too-large")
        with raised_as(TransactionError):
            return entry(chain).decode(raw)


def _check_tuple(values: object, kind: type, name: str) -> None:
    if type(values) is not tuple or any(type(each) is not kind for each in values):
        raise TransactionError(f"expected a tuple of {kind.__name__} as {name}", reason="type")


def _depth(parts: tuple[Invocation, ...] | tuple[Delegate, ...]) -> int:
    """The levels of a value with these parts."""
    depth = 1 + max((each.depth for each in parts), default=0)
    if depth > MAX_DEPTH:
        raise TransactionError(f"expected at most {MAX_DEPTH} within each other", reason="too-deep")
    return depth


def _check_signer(address: object, signature: object) -> None:
    if type(address) is not SCAddress or address.kind not in ("account", "contract"):
        raise TransactionError("expected the address of an account or a contract", reason="type")
    if type(signature) is not SCVal:
        raise TransactionError("expected an SCVal as signature", reason="type")


def _check_delegates(delegates: tuple[Delegate, ...]) -> None:
    """CAP-71-01, "Validation": ascending, and none twice."""
    _check_tuple(delegates, Delegate, "delegates")
    places = [each.address.order for each in delegates]
    if len(set(places)) != len(places):
        raise TransactionError("a delegate appears twice", reason="duplicate")
    if places != sorted(places):
        raise TransactionError("expected delegates in the order of their addresses", reason="non-canonical")


# Reading and writing: trees, within bounds


def _read_many(read: Callable[[Reader, int], Any], reader: Reader, depth: int, least: int) -> tuple[Any, ...]:
    count = xdr.uint32.read(reader)
    if count * least > reader.remaining:
        raise DecodingError(f"expected {count} items, got {reader.remaining} bytes", reason="truncated")
    if count and depth >= MAX_DEPTH - 1:
        raise DecodingError(f"expected at most {MAX_DEPTH} within each other", reason="too-deep")
    values: list[Any] = []
    try:
        for _ in range(count):
            values.append(read(reader, depth + 1))  # noqa: PERF401 - a comprehension would forget where it failed
    except DecodingError as error:
        error.add_note(f"[{len(values)}]")
        raise
    return tuple(values)


def _write_many(write: Callable[[Any, bytearray], None], values: tuple[Any, ...], out: bytearray) -> None:
    xdr.uint32.write(len(values), out)
    for each in values:
        write(each, out)


def _read_delegate(reader: Reader, depth: int) -> Delegate:
    address, signature = ADDRESS.read(reader), SCVAL.read(reader)
    return Delegate(address=address, signature=signature, delegates=_read_many(_read_delegate, reader, depth, 44))


def _write_delegate(value: Delegate, out: bytearray) -> None:
    ADDRESS.write(value.address, out)
    SCVAL.write(value.signature, out)
    _write_many(_write_delegate, value.delegates, out)


_SOURCE_ACCOUNT = 0
_LEAST = 20  # bytes of the shortest invocation, a creation of the native asset
_CREDENTIALS = {"address": 1, "address-v2": 2, "delegates": 3}  # SorobanCredentialsType
_KINDS = {number: kind for kind, number in _CREDENTIALS.items()}


def _read_credentials(reader: Reader) -> Credentials | None:
    number = xdr.uint32.read(reader)
    if number == _SOURCE_ACCOUNT:
        return None
    if number not in _KINDS:
        raise DecodingError(f"expected credentials of kind 0 to {max(_KINDS)}, got {number}", reason="unknown")
    kind = _KINDS[number]
    address, nonce, expiration = ADDRESS.read(reader), xdr.int64.read(reader), xdr.uint32.read(reader)
    signature = SCVAL.read(reader)
    delegates = _read_many(_read_delegate, reader, 0, 44) if kind == "delegates" else ()
    return Credentials(
        kind=kind, address=address, nonce=nonce, expiration=expiration, signature=signature, delegates=delegates
    )


def _write_credentials(value: Credentials | None, out: bytearray) -> None:
    if value is None:
        xdr.uint32.write(_SOURCE_ACCOUNT, out)
        return
    xdr.uint32.write(_CREDENTIALS[value.kind], out)
    ADDRESS.write(value.address, out)
    xdr.int64.write(value.nonce, out)
    xdr.uint32.write(value.expiration, out)
    SCVAL.write(value.signature, out)
    if value.kind == "delegates":
        _write_many(_write_delegate, value.delegates, out)


CREDENTIALS: Codec[Any] = Codec(kind=object, minimum=4, read=_read_credentials, write=_write_credentials)


@cache
def invocation(chain: StellarChain) -> Codec[Invocation]:
    """SorobanAuthorizedInvocation."""
    function = authorized_function(chain)

    def read(reader: Reader, depth: int) -> Invocation:
        called = function.read(reader)
        return Invocation(function=called, sub_invocations=_read_many(read, reader, depth, _LEAST))

    def write(value: Invocation, out: bytearray) -> None:
        if type(value) is not Invocation:
            raise DecodingError(f"expected Invocation, got {type(value).__name__}", reason="type")
        function.write(value.function, out)
        _write_many(write, value.sub_invocations, out)

    return Codec(kind=Invocation, minimum=_LEAST, read=lambda reader: read(reader, 0), write=write)


@cache
def entry(chain: StellarChain) -> Codec[AuthorizationEntry]:
    """SorobanAuthorizationEntry."""
    return xdr.struct(AuthorizationEntry, credentials=CREDENTIALS, invocation=invocation(chain))


def entries(chain: StellarChain) -> Codec[tuple[AuthorizationEntry, ...]]:
    """SorobanAuthorizationEntries, as SEP-45 hands them over."""
    return xdr.array(entry(chain))
