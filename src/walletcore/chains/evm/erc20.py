"""Calldata of tokens on EVM chains, written and read: the calls of ``chains.tokens``, and which contracts are known.

ERC-20, "Methods"; ERC-721, "Specification".
"""

from __future__ import annotations

from collections.abc import Collection

from walletcore.chains import tokens
from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.chains.tokens import OPEN, SELECTORS
from walletcore.effects import Effect
from walletcore.errors import TransactionError

__all__ = ["OPEN", "SELECTORS", "approve", "is_known", "told", "transfer", "transfer_from"]


def transfer(to: Address, value: int) -> bytes:
    """The calldata that move an amount of the token, in its smallest unit, from the sender of the transaction.

    Raises `TransactionError` for no EVM address and a number that is not from 0 to 2^256-1.
    """
    return tokens.calldata(tokens.TRANSFER, Evm, {"to": to}, value)


def transfer_from(source: Address, to: Address, value: int) -> bytes:
    """The calldata that move what the source has allowed the sender to spend. Raises `TransactionError`."""
    return tokens.calldata(tokens.TRANSFER_FROM, Evm, {"source": source, "to": to}, value)


def approve(spender: Address, value: int) -> bytes:
    """The calldata that allow a spender up to this amount of the sender's tokens. Raises `TransactionError`."""
    return tokens.calldata(tokens.APPROVE, Evm, {"spender": spender}, value)


def told(contract: Address, caller: str, data: bytes, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
    """What calldata ask of a contract; nothing unless they are one of the three calls to the byte.

    ``caller`` is a CAIP-10 account, or empty where it is not known; ``erc20`` are contracts that are known to be of
    ERC-20, beside those that the chain's row names. Raises `TransactionError` for others than addresses.
    """
    known = is_known(contract, erc20)
    return tokens.told(contract, caller, data, f"{contract.chain.caip2}/erc20:{contract.text}", known)


def is_known(contract: Address, erc20: Collection[Address]) -> bool:
    """Whether the caller names the contract as one of ERC-20, or the chain's row does. Raises `TransactionError`."""
    if erc20 != () and (not isinstance(erc20, Collection) or any(type(each) is not Address for each in erc20)):
        raise TransactionError("expected the addresses of ERC-20 contracts", reason="type")
    if isinstance(contract.chain, Evm) and contract.text in contract.chain.erc20:
        return True
    return erc20 != () and any(each.payload == contract.payload and each.chain == contract.chain for each in erc20)
