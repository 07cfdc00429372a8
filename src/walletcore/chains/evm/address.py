"""Accounts and their addresses: the texts are those of `coding.eip55`.

An account is the last 20 bytes of the Keccak-256 of its public key's x || y (Yellow Paper, Appendix F).
"""

from __future__ import annotations

from walletcore.coding.eip55 import all_checksummed, checksummed, parse, salt_of

__all__ = ["account_of", "all_checksummed", "checksummed", "parse", "salt_of"]


def account_of(public: bytes) -> bytes:
    """The 20 bytes of the account of a canonical secp256k1 public key (33 bytes). Raises `InvalidKey`."""
    from walletcore.curves import secp256k1

    return secp256k1.account_of(public)
