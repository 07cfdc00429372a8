"""Calldata of tokens, written and read (ERC-20, "Methods"; ERC-721, "Specification"; the contract ABI).

A selector of four bytes and words of 32: the bytes say what is asked of the contract, which does what its code says.
They do not say of which kind the contract is. ``transfer`` is of ERC-20 alone; ``transferFrom`` and ``approve`` are of
ERC-721 as well, where the number is not an amount but the id of one token.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.effects import Approve, Call, Effect, Transfer
from walletcore.errors import TransactionError

__all__ = ["OPEN", "SELECTORS", "approve", "is_known", "told", "transfer", "transfer_from"]

OPEN = "value or tokenId"
"""What a number is called that is an amount of ERC-20, or the id of one token of ERC-721."""

_TRANSFER = bytes.fromhex("a9059cbb")  # transfer(address to, uint256 value)
_TRANSFER_FROM = bytes.fromhex("23b872dd")  # transferFrom(address from, address to, uint256 value or tokenId)
_APPROVE = bytes.fromhex("095ea7b3")  # approve(address spender, uint256 value or tokenId)
_ACCOUNTS = {_TRANSFER: ("to",), _TRANSFER_FROM: ("from", "to"), _APPROVE: ("spender",)}
SELECTORS = frozenset(_ACCOUNTS)
"""The first four bytes of the three calls."""
_NAMES = {_TRANSFER_FROM: "transferFrom(address,address,uint256)", _APPROVE: "approve(address,uint256)"}
_PADDING = bytes(12)


def transfer(to: Address, value: int) -> bytes:
    """The calldata that move an amount of the token, in its smallest unit, from the sender of the transaction.

    Raises `TransactionError` for no EVM address and a number that is not from 0 to 2^256-1.
    """
    return _TRANSFER + _word(to, "to") + _number(value)


def transfer_from(source: Address, to: Address, value: int) -> bytes:
    """The calldata that move what the source has allowed the sender to spend. Raises `TransactionError`."""
    return _TRANSFER_FROM + _word(source, "source") + _word(to, "to") + _number(value)


def approve(spender: Address, value: int) -> bytes:
    """The calldata that allow a spender up to this amount of the sender's tokens. Raises `TransactionError`."""
    return _APPROVE + _word(spender, "spender") + _number(value)


def _word(account: Address, name: str) -> bytes:
    if type(account) is not Address or not isinstance(account.chain, Evm):
        raise TransactionError(f"expected an EVM Address as {name}; parse_address reads one", reason="type")
    if account.chain.account(account.payload).text != account.text:
        raise TransactionError(f"the text and the bytes of {name} are not the same", reason="mismatch")
    return _PADDING + account.payload


def _number(value: int) -> bytes:
    if type(value) is not int or not 0 <= value < 1 << 256:
        raise TransactionError("expected an int from 0 to 2^256-1 as value", reason="range")
    return value.to_bytes(32)


def told(contract: Address, caller: str, data: bytes, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
    """What calldata ask of a contract; nothing unless they are one of the three calls to the byte.

    ``caller`` is a CAIP-10 account, or empty where it is not known; ``erc20`` are contracts that are known to be of
    ERC-20, beside those that the chain's row names. The amount of a call that ERC-721 has, too, is told for those, and
    None for others: the number is in a `Call` beside it. Raises `TransactionError` for others than addresses.
    """
    known = is_known(contract, erc20)
    selector, chain = data[:4], cast(Evm, contract.chain)
    names = _ACCOUNTS.get(selector)
    if names is None or len(data) != 36 + 32 * len(names):
        return ()
    accounts = []
    for place in range(4, len(data) - 32, 32):
        if data[place : place + 12] != _PADDING:
            return ()
        accounts.append(f"{chain.caip2}:{chain.spelled(data[place + 12 : place + 32])}")
    asset, number = f"{chain.caip2}/erc20:{contract.text}", int.from_bytes(data[-32:])
    amount = number if known or selector == _TRANSFER else None
    effect: Effect
    if selector == _APPROVE:
        effect = Approve(asset=asset, amount=amount, spender=accounts[0], source=caller)
    else:
        source = caller if selector == _TRANSFER else accounts[0]
        effect = Transfer(asset=asset, amount=amount, source=source, destination=accounts[-1])
    if amount is not None:
        return (effect,)
    arguments = (*zip(names, accounts, strict=True), (OPEN, str(number)))
    return effect, Call(target=contract.account_id, name=_NAMES[selector], arguments=arguments)


def is_known(contract: Address, erc20: Collection[Address]) -> bool:
    """Whether the caller names the contract as one of ERC-20, or the chain's row does. Raises `TransactionError`."""
    if erc20 != () and (not isinstance(erc20, Collection) or any(type(each) is not Address for each in erc20)):
        raise TransactionError("expected the addresses of ERC-20 contracts", reason="type")
    if isinstance(contract.chain, Evm) and contract.text in contract.chain.erc20:
        return True
    return erc20 != () and any(each.payload == contract.payload and each.chain == contract.chain for each in erc20)
