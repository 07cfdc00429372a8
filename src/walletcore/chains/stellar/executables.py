"""What contracts run: ContractExecutable (CAP-46-2, CAP-85)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from walletcore.chains.stellar.scaddress import ADDRESS, SCAddress
from walletcore.coding import xdr
from walletcore.coding.wire import Codec, mapped
from walletcore.errors import DecodingError, TransactionError

__all__ = ["EXECUTABLE", "Executable", "ExternalExecutable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Executable:
    """Code by its SHA-256, or (None) the Stellar Asset Contract that each host has in itself.

    Raises `TransactionError`.
    """

    wasm_hash: bytes | None = None

    def __post_init__(self) -> None:
        code = self.wasm_hash
        if code is not None and (type(code) is not bytes or len(code) != 32):
            raise TransactionError("expected the 32 bytes of a hash, or None, as wasm_hash", reason="length")

    @property
    def order(self) -> tuple[Any, ...]:
        """Where it stands among others: the host's order."""
        return (1,) if self.wasm_hash is None else (0, self.wasm_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalExecutable:
    """Code that another contract names by a tag, and may exchange whenever it likes (protocol 28, CAP-85).

    Raises `TransactionError`.
    """

    owner: SCAddress
    tag: bytes

    def __post_init__(self) -> None:
        if type(self.owner) is not SCAddress or type(self.tag) is not bytes:
            raise TransactionError("expected an SCAddress as owner, and bytes as tag", reason="type")

    @property
    def order(self) -> tuple[Any, ...]:
        """Where it stands among others: the host's order."""
        return (2, self.owner.order, self.tag)


def _number(value: Any) -> int:
    """ContractExecutableType."""
    if type(value) is ExternalExecutable:
        return 2
    if type(value) is not Executable:
        raise DecodingError(f"expected an executable, got {type(value).__name__}", reason="type")
    return int(value.wasm_hash is None)


def _made(code: bytes | None) -> Executable:
    return Executable(wasm_hash=code)


def _arm(item: Codec[Any]) -> Codec[Executable]:
    return mapped(item, Executable, _made, lambda value: value.wasm_hash)


EXECUTABLE: Codec[Executable | ExternalExecutable] = xdr.union(
    {
        0: _arm(xdr.opaque(32)),
        1: _arm(xdr.void),
        2: xdr.struct(ExternalExecutable, owner=ADDRESS, tag=xdr.var_opaque()),
    },
    _number,
)
