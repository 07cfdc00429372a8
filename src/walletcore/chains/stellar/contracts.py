"""What the host is asked for: to invoke a contract, to create one, to store code (CAP-46-2, CAP-58; HostFunction).

The same invocations and creations stand in authorizations. A contract's id is the hash of what it is made from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.contract_values import MAX_SIZE, SCVAL, SYMBOL, SCVal
from walletcore.chains.stellar.executables import EXECUTABLE, Executable, ExternalExecutable
from walletcore.chains.stellar.scaddress import ADDRESS, SCAddress
from walletcore.chains.stellar.values import Asset, IssuedAsset, NativeAsset
from walletcore.chains.stellar.wire import asset
from walletcore.coding import xdr
from walletcore.coding.wire import Codec, Reader, struct
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.hashes import sha256

__all__ = [
    "CreateContract",
    "HostFunction",
    "InvokeContract",
    "Salted",
    "UploadWasm",
    "authorized_function",
    "contract_id",
    "host_function",
]

_CONTRACT_ID = (8).to_bytes(4)  # ENVELOPE_TYPE_CONTRACT_ID
_ARGUMENTS = xdr.array(SCVAL, MAX_SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeContract:
    """A ``function`` of a ``contract`` is called with ``args``. Raises `TransactionError`."""

    contract: SCAddress
    function: str
    args: tuple[SCVal, ...] = ()

    def __post_init__(self) -> None:
        if type(self.contract) is not SCAddress or self.contract.kind != "contract":
            raise TransactionError("expected the address of a contract (C...)", reason="type")
        with raised_as(TransactionError):
            SYMBOL.encode(self.function)
        _check_values(self.args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Salted:
    """What the id of a contract is made from: the address that deploys it, and 32 bytes of ``salt``."""

    address: SCAddress
    salt: bytes

    def __post_init__(self) -> None:
        if type(self.address) is not SCAddress or type(self.salt) is not bytes or len(self.salt) != 32:
            raise TransactionError("expected an SCAddress and 32 bytes of salt", reason="type")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateContract:
    """A contract is created ``of`` an address and a salt, or of the asset that it will stand for, and runs code.

    ``args`` go to its constructor (version 2 of this call); None: there is no constructor (version 1). Raises
    `TransactionError`.
    """

    of: Salted | Asset
    executable: Executable | ExternalExecutable
    args: tuple[SCVal, ...] | None = ()

    def __post_init__(self) -> None:
        if type(self.of) not in _ORIGINS or type(self.executable) not in _EXECUTABLES:
            raise TransactionError("expected a Salted or an Asset, and an Executable", reason="type")
        if self.args is not None:
            _check_values(self.args)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadWasm:
    """Code is stored, to be run by contracts that name its SHA-256. Raises `TransactionError`."""

    code: bytes

    def __post_init__(self) -> None:
        if type(self.code) is not bytes or len(self.code) > MAX_SIZE:
            raise TransactionError(f"expected at most {MAX_SIZE} bytes as code", reason="type")

    @property
    def hash(self) -> bytes:
        """The SHA-256 by which contracts name it."""
        return sha256(self.code)


HostFunction = InvokeContract | CreateContract | UploadWasm


def contract_id(chain: StellarChain, of: Salted | Asset) -> SCAddress:
    """The contract that is made of this on a network: of an asset, the one that stands for it (CAP-46-6).

    SHA-256 of ``HashIDPreimage`` with the network's id. Raises `TransactionError`.
    """
    if not isinstance(chain, StellarChain):
        raise TransactionError(f"expected a network of Stellar, got {type(chain).__name__}", reason="type")
    with raised_as(TransactionError):
        made = sha256(_CONTRACT_ID + chain.network_id + _preimage(chain).encode(of))
    return SCAddress(kind="contract", payload=made)


def _check_values(values: object) -> None:
    if type(values) is not tuple or any(type(each) is not SCVal for each in values):
        raise TransactionError("expected a tuple of SCVal as args", reason="type")


_EXECUTABLES = (Executable, ExternalExecutable)
_ORIGINS = {Salted: 0, NativeAsset: 1, IssuedAsset: 1}  # ContractIDPreimageType
_INVOKE = struct(InvokeContract, contract=ADDRESS, function=SYMBOL, args=_ARGUMENTS)
_UPLOAD = struct(UploadWasm, code=xdr.var_opaque(MAX_SIZE))


def _by_type(numbers: Mapping[type, int]) -> Callable[[Any], int]:
    def which(value: Any) -> int:
        if type(value) not in numbers:
            expected = ", ".join(kind.__name__ for kind in numbers)
            raise DecodingError(f"expected one of {expected}, got {type(value).__name__}", reason="type")
        return numbers[type(value)]

    return which


@cache
def _preimage(chain: StellarChain) -> Codec[Any]:
    """ContractIDPreimage."""
    salted = struct(Salted, address=ADDRESS, salt=xdr.opaque(32))
    return xdr.union({0: salted, 1: asset(chain)}, _by_type(_ORIGINS))


@cache
def _creations(chain: StellarChain) -> tuple[Codec[CreateContract], Codec[CreateContract]]:
    """CreateContractArgs, which know of no constructor, and CreateContractArgsV2."""
    origin = _preimage(chain)

    def read(reader: Reader) -> CreateContract:
        return CreateContract(of=origin.read(reader), executable=EXECUTABLE.read(reader), args=None)

    def write(value: CreateContract, out: bytearray) -> None:
        origin.write(value.of, out)
        EXECUTABLE.write(value.executable, out)

    first = Codec(kind=CreateContract, minimum=12, read=read, write=write)
    return first, struct(CreateContract, of=origin, executable=EXECUTABLE, args=_ARGUMENTS)


def _among(functions: Mapping[type, int], second: int) -> Callable[[Any], int]:
    """The number of a function: by its type, and of a creation 1, or the ``second`` one where it has a constructor."""
    by_type = _by_type({**functions, CreateContract: 1})

    def which(value: Any) -> int:
        number = by_type(value)
        return second if type(value) is CreateContract and value.args is not None else number

    return which


@cache
def host_function(chain: StellarChain) -> Codec[HostFunction]:
    """HostFunction."""
    first, second = _creations(chain)
    arms: dict[int, Codec[Any]] = {0: _INVOKE, 1: first, 2: _UPLOAD, 3: second}
    return xdr.union(arms, _among({InvokeContract: 0, UploadWasm: 2}, 3))


@cache
def authorized_function(chain: StellarChain) -> Codec[InvokeContract | CreateContract]:
    """SorobanAuthorizedFunction: what may be authorized."""
    first, second = _creations(chain)
    return xdr.union({0: _INVOKE, 1: first, 2: second}, _among({InvokeContract: 0}, 2))
