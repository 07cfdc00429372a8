"""Monero's addresses: two public keys of an account or a subaddress, and perhaps a payment id, as text.

monero-project/monero, src/cryptonote_basic/cryptonote_basic_impl.cpp (get_account_address_as_str,
get_account_address_from_str), src/cryptonote_config.h (the prefixes, each a varint of one byte) and
src/common/base58.cpp (encode_addr).

Both keys must be points of the main subgroup. Monero itself looks no further than whether they are points; but no other
ones have private keys, so what is sent to them is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from walletcore.coding.block58 import block58
from walletcore.curves import ed25519
from walletcore.errors import AddressError, InvalidKey, raised_as
from walletcore.hashes import keccak256

__all__ = ["MONERO_NETWORKS", "MoneroAddress"]

_KINDS = ("standard", "integrated", "subaddress")
_NETWORKS = {
    "mainnet": (18, 19, 42),
    "stagenet": (24, 25, 36),
    "testnet": (53, 54, 63),
}  # ..._BASE58_PREFIX of each kind
MONERO_NETWORKS = tuple(_NETWORKS)
_PREFIXES = {(name, kind): row[place] for name, row in _NETWORKS.items() for place, kind in enumerate(_KINDS)}
_MEANINGS = {prefix: meaning for meaning, prefix in _PREFIXES.items()}
_KEY, _PAYMENT_ID, _CHECKSUM = 32, 8, 4
_LENGTHS = (95, 106)  # characters, without and with a payment id


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneroAddress:
    """Where Monero is sent to: a public spend key and a public view key, 32 bytes each.

    ``kind`` is standard, subaddress, or integrated, which has a ``payment_id`` of 8 bytes and no other kind has one.
    Raises `AddressError`.
    """

    public_spend_key: bytes
    public_view_key: bytes
    network: str = "mainnet"
    kind: str = "standard"
    payment_id: bytes = b""

    def __post_init__(self) -> None:
        for key in (self.public_spend_key, self.public_view_key):
            _check_key(key)
        if type(self.kind) is not str or self.kind not in _KINDS:
            raise AddressError(f"expected one of {', '.join(_KINDS)} as kind", reason="unknown")
        _check_network(self.network)
        size = _PAYMENT_ID if self.kind == "integrated" else 0
        if type(self.payment_id) is not bytes or len(self.payment_id) != size:
            raise AddressError(f"expected {size} bytes as payment id of an address of this kind", reason="length")

    @classmethod
    def parse(cls, text: str, *, network: str = "mainnet") -> MoneroAddress:
        """Read an address of one network, one of `MONERO_NETWORKS`. Raises `AddressError`."""
        _check_network(network)
        if type(text) is str and len(text) not in _LENGTHS:
            raise AddressError(f"expected an address of 95 or 106 characters, got {len(text)}", reason="length")
        with raised_as(AddressError):
            data = block58.decode(text)
        payload, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
        if keccak256(payload)[:_CHECKSUM] != checksum:
            raise AddressError("the checksum of the address does not match", reason="checksum")
        if payload[0] not in _MEANINGS:
            raise AddressError("expected the prefix of an address of Monero", reason="version")
        found, kind = _MEANINGS[payload[0]]
        if found != network:
            raise AddressError(f"expected an address of {network}, got one of {found}", reason="network")
        spend, view, payment_id = payload[1 : 1 + _KEY], payload[1 + _KEY : 1 + 2 * _KEY], payload[1 + 2 * _KEY :]
        return cls(public_spend_key=spend, public_view_key=view, network=found, kind=kind, payment_id=payment_id)

    def with_payment_id(self, payment_id: bytes) -> MoneroAddress:
        """The integrated address of a standard one: 8 bytes tell the receiver who pays. Raises `AddressError`."""
        if self.kind != "standard":
            raise AddressError("a payment id goes with a standard address", reason="mismatch")
        return replace(self, kind="integrated", payment_id=payment_id)

    def __str__(self) -> str:
        prefix = bytes((_PREFIXES[self.network, self.kind],))
        payload = prefix + self.public_spend_key + self.public_view_key + self.payment_id
        return block58.encode(payload + keccak256(payload)[:_CHECKSUM])


def _check_key(key: bytes) -> None:
    if type(key) is not bytes:
        raise AddressError(f"expected a public key as bytes, got {type(key).__name__}", reason="type")
    try:
        ed25519.parse_public(key)
    except InvalidKey as error:
        raise AddressError(str(error), reason=error.reason) from None


def _check_network(network: str) -> None:
    if type(network) is not str or network not in MONERO_NETWORKS:
        raise AddressError(f"expected one of {', '.join(MONERO_NETWORKS)} as network", reason="unknown")
