"""Addresses that name their chain: binary as in ERC-7930, text as in ERC-7828."""

from __future__ import annotations

from walletcore.chains.evm.address import checksummed
from walletcore.coding.text import Base58
from walletcore.hashes import keccak256

__all__ = ["interoperable_name"]

_EIP155, _SOLANA = 0, 2  # CAIP-350
_ADDRESS = {_EIP155: 20, _SOLANA: 32}
_BASE58 = Base58()


def interoperable_name(data: bytes) -> str | None:
    """``<address>@<chain>#<checksum>``; None for bytes that are no such address of a namespace that is known here."""
    if len(data) < 6 or data[:2] != b"\0\1":
        return None
    namespace, size = int.from_bytes(data[2:4]), data[4]
    reference, rest = data[5 : 5 + size], data[5 + size :]
    if namespace not in _ADDRESS or not rest or len(rest) != 1 + rest[0] or rest[0] not in (0, _ADDRESS[namespace]):
        return None
    if len(reference) != size or not (size or rest[0]) or (namespace == _EIP155 and reference[:1] == b"\0"):
        return None
    if namespace == _SOLANA and size not in (0, 32):
        return None
    chain = _chain(namespace, reference)
    return f"{_account(namespace, rest[1:])}@{chain}#{keccak256(data[2:])[:4].hex().upper()}"


def _chain(namespace: int, reference: bytes) -> str:
    name = "eip155" if namespace == _EIP155 else "solana"
    if not reference:
        return name
    return f"{name}:{int.from_bytes(reference) if namespace == _EIP155 else _BASE58.encode(reference)}"


def _account(namespace: int, account: bytes) -> str:
    if not account:
        return ""
    return checksummed(account) if namespace == _EIP155 else _BASE58.encode(account)
