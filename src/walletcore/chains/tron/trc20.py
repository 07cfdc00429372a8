"""Calldata of tokens of TRC-20, which are the calls of ``chains.tokens`` (TRC-20, "TRC-20 Token Standard")."""

from __future__ import annotations

from walletcore.chains import tokens
from walletcore.chains.base import Address
from walletcore.chains.tron.chain import TronChain

__all__ = ["approve", "transfer", "transfer_from"]


def transfer(to: Address, value: int) -> bytes:
    """The data that move an amount of the token, in its smallest unit, from the owner. Raises `TransactionError`."""
    return tokens.calldata(tokens.TRANSFER, TronChain, {"to": to}, value)


def transfer_from(source: Address, to: Address, value: int) -> bytes:
    """The data that move what the source has allowed the owner to spend. Raises `TransactionError`."""
    return tokens.calldata(tokens.TRANSFER_FROM, TronChain, {"source": source, "to": to}, value)


def approve(spender: Address, value: int) -> bytes:
    """The data that allow a spender up to this amount of the owner's tokens. Raises `TransactionError`."""
    return tokens.calldata(tokens.APPROVE, TronChain, {"spender": spender}, value)
