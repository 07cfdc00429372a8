"""Accounts of the EVM's chains: the last 20 bytes of the Keccak-256 of a key's x || y (Yellow Paper, Appendix F)."""

from __future__ import annotations

from walletcore.coding import eip55
from walletcore.errors import AddressError, raised_as

__all__ = ["account_of", "checksummed", "parse"]

checksummed = eip55.encode


def account_of(public: bytes) -> bytes:
    """The 20 bytes of the account of a canonical secp256k1 public key (33 bytes). Raises `InvalidKey`."""
    from walletcore.curves import secp256k1

    return secp256k1.account_of(public)


def parse(text: str, *, allow_unchecked: bool = False) -> bytes:
    """The 20 bytes of an address: ``0x``, 40 hex digits and the right EIP-55 checksum. Raises `AddressError`.

    With ``allow_unchecked`` digits whose letters are all lower or all upper case pass without a checksum, too.
    """
    with raised_as(AddressError):
        return eip55.decode(text, allow_unchecked=allow_unchecked)
