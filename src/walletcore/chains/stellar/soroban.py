"""Operations of contracts and the resources that they ask for (CAP-46-5 to 46-9, CAP-62, CAP-66).

stellar-xdr, Stellar-transaction.x: a transaction has one of these three and no other operation, and declares what it
reads, writes and pays for it. What a node refuses whatever the ledger says (stellar-core, ``checkSorobanResources`` and
``doCheckValidForSoroban``) is refused here, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from walletcore.chains.stellar import wire
from walletcore.chains.stellar.authorization import AuthorizationEntry, entries
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.contract_values import MAX_SIZE, SCVAL, SCVal
from walletcore.chains.stellar.contracts import HostFunction, host_function
from walletcore.chains.stellar.operations import Operation
from walletcore.chains.stellar.scaddress import ADDRESS, SCAddress
from walletcore.chains.stellar.values import AccountKey, Asset, IssuedAsset, TrustLineKey
from walletcore.coding import xdr
from walletcore.coding.wire import Codec, Reader, mapped
from walletcore.coding.xdr import struct, uint32
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = [
    "ContractCode",
    "ContractData",
    "ExtendFootprintTtl",
    "InvokeHostFunction",
    "LedgerKey",
    "RestoreFootprint",
    "SorobanData",
    "arms",
    "check_contracts",
    "check_resources",
    "soroban_data",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeHostFunction(Operation):
    """Ask the host for something, with what addresses authorized; the operation's account authorizes by signing it."""

    function: HostFunction
    auth: tuple[AuthorizationEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendFootprintTtl(Operation):
    """Let the entries that the transaction reads live for so many ledgers from now on, at least."""

    extend_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreFootprint(Operation):
    """Bring the entries that the transaction writes back from the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractData:
    """What a contract keeps under a key; what is not ``persistent`` ends with its time."""

    contract: SCAddress
    key: SCVal
    persistent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCode:
    """Code, by its hash."""

    hash: bytes


LedgerKey = AccountKey | TrustLineKey | ContractData | ContractCode
"""What transactions of contracts may read and write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SorobanData:
    """The resources of a transaction (SorobanTransactionData): entries, instructions, bytes, and their fee at most.

    ``archived`` are the places in ``read_write`` of entries that are to be restored first (CAP-66). The resource fee is
    a part of the transaction's fee. A node's simulation tells all of these. Raises `TransactionError`.
    """

    read_only: tuple[LedgerKey, ...] = ()
    read_write: tuple[LedgerKey, ...] = ()
    instructions: int
    disk_read_bytes: int
    write_bytes: int
    resource_fee: int
    archived: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for keys in (self.read_only, self.read_write):
            if type(keys) is not tuple or any(type(key) not in _KEYS for key in keys):
                raise TransactionError("expected a tuple of ledger keys", reason="type")
        if len({*self.read_only, *self.read_write}) != len(self.read_only) + len(self.read_write):
            raise TransactionError("an entry stands in the footprint twice", reason="duplicate")
        if self.archived is not None:
            self._check_archived(self.archived)

    def _check_archived(self, archived: tuple[int, ...]) -> None:
        if type(archived) is not tuple or any(type(each) is not int for each in archived):
            raise TransactionError("expected a tuple of places as archived", reason="type")
        if any(not 0 <= each < len(self.read_write) for each in archived):
            raise TransactionError("expected places in read_write as archived", reason="range")
        if list(archived) != sorted(set(archived)):
            raise TransactionError("expected archived places in ascending order, each once", reason="non-canonical")

    def encode(self, chain: StellarChain) -> bytes:
        """The XDR. Raises `TransactionError`."""
        with raised_as(TransactionError):
            return soroban_data(chain).encode(self)

    @staticmethod
    def decode(chain: StellarChain, raw: bytes) -> SorobanData:
        """Read the XDR, as a node's simulation gives it. Raises `TransactionError`."""
        if type(raw) is bytes and len(raw) > MAX_SIZE:
            raise TransactionError(f"expected at most {MAX_SIZE} bytes", reason="too-large")
        with raised_as(TransactionError):
            return soroban_data(chain).decode(raw)

    @property
    def assets(self) -> tuple[Asset, ...]:
        """The assets of issuers whose trust lines it reads or writes: their contracts can be told by them."""
        keys = (*self.read_only, *self.read_write)
        found = (key.asset for key in keys if type(key) is TrustLineKey)
        return tuple(dict.fromkeys(asset for asset in found if type(asset) is IssuedAsset))


_KEYS = {AccountKey: 0, TrustLineKey: 1, ContractData: 6, ContractCode: 7}  # LedgerEntryType


def _key_number(value: Any) -> int:
    if type(value) not in _KEYS:
        raise DecodingError(f"expected a ledger key, got {type(value).__name__}", reason="type")
    return _KEYS[type(value)]


def _persistent(number: int) -> bool:
    if number > 1:
        raise DecodingError(f"expected 0 (temporary) or 1 (persistent), got {number}", reason="unknown")
    return number == 1


@cache
def ledger_key(chain: StellarChain) -> Codec[LedgerKey]:
    """LedgerKey, of those kinds that stand in footprints."""
    classic = wire.ledger_keys(chain)
    durability = mapped(uint32, bool, _persistent, int)
    data = struct(ContractData, contract=ADDRESS, key=SCVAL, persistent=durability)
    return xdr.union({0: classic[0], 1: classic[1], 6: data, 7: struct(ContractCode, hash=wire.HASH)}, _key_number)


# The parts of SorobanTransactionData that stand within each other in XDR, and here beside each other


@cache
def soroban_data(chain: StellarChain) -> Codec[SorobanData]:
    """SorobanTransactionData."""
    keys = xdr.array(ledger_key(chain))
    archived: Codec[tuple[int, ...] | None] = xdr.union(
        {0: xdr.void, 1: xdr.array(uint32)}, lambda value: int(value is not None)
    )
    return struct(
        SorobanData,
        archived=archived,
        read_only=keys,
        read_write=keys,
        instructions=uint32,
        disk_read_bytes=uint32,
        write_bytes=uint32,
        resource_fee=wire.AMOUNT,
    )


# Operations


def _extended(item: Codec[Any]) -> Codec[Any]:
    """A value behind an ExtensionPoint, which is a zero."""

    def read(reader: Reader) -> Any:
        _ZERO.read(reader)
        return item.read(reader)

    def write(value: Any, out: bytearray) -> None:
        out += b"\0\0\0\0"
        item.write(value, out)

    return Codec(kind=item.kind, minimum=4 + item.minimum, read=read, write=write)


_ZERO: Codec[None] = xdr.union({0: xdr.void})


@cache
def arms(chain: StellarChain) -> dict[int, Codec[Any]]:
    """The operations of contracts by their numbers in OperationType."""
    invoke = struct(InvokeHostFunction, function=host_function(chain), auth=entries(chain))
    extend = struct(ExtendFootprintTtl, extend_to=uint32)
    return {24: invoke, 25: _extended(extend), 26: _extended(struct(RestoreFootprint))}


_KINDS = (InvokeHostFunction, ExtendFootprintTtl, RestoreFootprint)


def check_contracts(operations: tuple[Operation, ...], data: SorobanData | None) -> None:
    """Whether operations and resources belong together. Raises `TransactionError`."""
    contracts = [each for each in operations if type(each) in _KINDS]
    if not contracts:
        if data is not None:
            raise TransactionError("resources are for operations of contracts only", reason="mismatch")
        return
    if len(operations) != 1:
        raise TransactionError("an operation of a contract is the only one of its transaction", reason="length")
    if data is None:
        return  # as a node takes it that is asked for the resources
    if type(contracts[0]) is ExtendFootprintTtl and data.read_write:
        raise TransactionError("what lives longer is read, and nothing is written", reason="mismatch")
    if type(contracts[0]) is RestoreFootprint and data.read_only:
        raise TransactionError("what is restored is written, and nothing is only read", reason="mismatch")


def check_resources(operations: tuple[Operation, ...], data: SorobanData | None) -> None:
    """Raise `TransactionError` where an operation of a contract has no resources: no node takes it."""
    if data is None and type(operations[0]) in _KINDS:
        hint = "a node's simulateTransaction tells them"
        raise TransactionError("an operation of a contract needs its resources", reason="missing", hint=hint)
