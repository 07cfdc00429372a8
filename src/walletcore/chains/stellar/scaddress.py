"""Addresses of contracts and whatever else may be named where one is: SCAddress (CAP-46-1, CAP-67; SEP-23 as text)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from walletcore.chains.base import Address
from walletcore.chains.stellar.chain import StellarChain
from walletcore.coding import strkey, xdr
from walletcore.coding.strkey import Strkey
from walletcore.coding.wire import Codec, Reader
from walletcore.errors import DecodingError

__all__ = ["ADDRESS", "SCAddress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One kind: its number in XDR (``SCAddressType``), what stands before the payload there, and the payload's size."""

    number: int
    prefix: bytes
    size: int


_ROWS = {
    "account": _Row(number=0, prefix=bytes(4), size=32),  # PublicKey: ed25519
    "contract": _Row(number=1, prefix=b"", size=32),
    "muxed": _Row(number=2, prefix=b"", size=40),  # the id, then the key
    "balance": _Row(number=3, prefix=bytes(4), size=32),  # ClaimableBalanceID: version 0
    "pool": _Row(number=4, prefix=b"", size=32),
}
_KINDS = {row.number: kind for kind, row in _ROWS.items()}
_HEADS = {kind: row.number.to_bytes(4) + row.prefix for kind, row in _ROWS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SCAddress:
    """An address as contracts see it, of a ``kind``: account, contract, muxed, balance (claimable), pool (liquidity).

    ``payload`` is the key, hash or id of 32 bytes; of a muxed account its id (8 bytes) and the key. No network is in
    it. Raises `DecodingError`.
    """

    kind: str
    payload: bytes

    def __post_init__(self) -> None:
        row = _ROWS.get(self.kind) if type(self.kind) is str else None
        if row is None:
            raise DecodingError(f"expected one of {', '.join(_ROWS)} as kind of address", reason="unknown")
        if type(self.payload) is not bytes or len(self.payload) != row.size:
            raise DecodingError(f"expected {row.size} bytes as {self.kind}", reason="length")

    @classmethod
    def parse(cls, text: str) -> SCAddress:
        """Read G..., C..., M..., B... or L.... Raises `DecodingError`."""
        kind, payload = strkey.decode(text)
        if kind not in _TEXTS:
            raise DecodingError("expected an account, a contract, a claimable balance or a pool", reason="version")
        if kind is Strkey.MUXED:
            payload = payload[32:] + payload[:32]
        if kind is Strkey.CLAIMABLE_BALANCE:
            payload = payload[1:]
        return cls(kind=_TEXTS[kind], payload=payload)

    @classmethod
    def of(cls, value: Any) -> SCAddress:
        """The address that a value is: one already, one of a chain, or its text. Raises `DecodingError`."""
        if type(value) is SCAddress:
            return value
        if type(value) is not Address:
            return cls.parse(value)
        if not value._agrees or type(value.chain) is not StellarChain:  # it was put together by hand
            return cls.parse(value.text)
        payload = value.payload
        return cls(kind=value.kind, payload=payload[32:] + payload[:32] if value.kind == "muxed" else payload)

    @property
    def text(self) -> str:
        """G..., C..., M..., B... or L..., as in SEP-23."""
        payload = self.payload
        if self.kind == "muxed":
            payload = payload[8:] + payload[:8]
        if self.kind == "balance":
            payload = b"\0" + payload
        return strkey.encode(_STRKEYS[self.kind], payload)

    @property
    def account(self) -> bytes | None:
        """The key of the account that it is or leads to; None where there is none."""
        return self.payload[-32:] if self.kind in ("account", "muxed") else None

    @property
    def order(self) -> tuple[int, bytes]:
        """Where it stands among others: the host's order."""
        return _ROWS[self.kind].number, self.payload

    def __str__(self) -> str:
        return self.text


_TEXTS = {
    Strkey.ACCOUNT: "account",
    Strkey.CONTRACT: "contract",
    Strkey.MUXED: "muxed",
    Strkey.CLAIMABLE_BALANCE: "balance",
    Strkey.LIQUIDITY_POOL: "pool",
}
_STRKEYS = {kind: name for name, kind in _TEXTS.items()}


def _read(reader: Reader) -> SCAddress:
    number = xdr.uint32.read(reader)
    if number not in _KINDS:
        raise DecodingError(f"expected a kind of address from 0 to {len(_KINDS) - 1}, got {number}", reason="unknown")
    row = _ROWS[_KINDS[number]]
    if reader.take(len(row.prefix)) != row.prefix:
        raise DecodingError(f"expected {row.prefix.hex()} before the {_KINDS[number]}", reason="version")
    return SCAddress(kind=_KINDS[number], payload=reader.take(row.size))


def _write(value: SCAddress, out: bytearray) -> None:
    if type(value) is not SCAddress:
        raise DecodingError(f"expected SCAddress, got {type(value).__name__}", reason="type")
    out += _HEADS[value.kind]
    out += value.payload


ADDRESS: Codec[SCAddress] = Codec(kind=SCAddress, minimum=36, read=_read, write=_write)
