"""Calldata of tokens that families share, written and read: three calls of ERC-20 (VIP-180, TRC-20).

ERC-20, "Methods"; ERC-721, "Specification"; the contract ABI. A selector of four bytes and words of 32: the bytes say
what is asked of the contract, which does what its code says. They do not say of which kind the contract is.
``transfer`` is of ERC-20 alone; ``transferFrom`` and ``approve`` are of ERC-721 as well, where the number is not an
amount but the id of one token.
"""

from __future__ import annotations

from typing import cast

from walletcore.chains.accounts import AccountChain
from walletcore.chains.base import Address
from walletcore.effects import Approve, Call, Effect, Transfer
from walletcore.errors import TransactionError

__all__ = ["APPROVE", "OPEN", "PADDING", "SELECTORS", "TRANSFER", "TRANSFER_FROM", "calldata", "told"]

OPEN = "value or tokenId"
"""What a number is called that is an amount of ERC-20, or the id of one token of ERC-721."""

TRANSFER = bytes.fromhex("a9059cbb")
"""transfer(address to, uint256 value)"""
TRANSFER_FROM = bytes.fromhex("23b872dd")
"""transferFrom(address from, address to, uint256 value or tokenId)"""
APPROVE = bytes.fromhex("095ea7b3")
"""approve(address spender, uint256 value or tokenId)"""

_ACCOUNTS = {TRANSFER: ("to",), TRANSFER_FROM: ("from", "to"), APPROVE: ("spender",)}
SELECTORS = frozenset(_ACCOUNTS)
"""The first four bytes of the three calls."""
_NAMES = {TRANSFER_FROM: "transferFrom(address,address,uint256)", APPROVE: "approve(address,uint256)"}
PADDING = bytes(12)
"""What stands before the 20 bytes of an account in a word of 32."""


def calldata(selector: bytes, family: type[AccountChain], accounts: dict[str, Address], value: int) -> bytes:
    """The calldata of one of the three calls; ``accounts`` are of this family, by the names for messages.

    Raises `TransactionError` for what is no address of the family and a number that is not from 0 to 2^256-1.
    """
    words = [PADDING + _payload(account, name, family) for name, account in accounts.items()]
    if type(value) is not int or not 0 <= value < 1 << 256:
        raise TransactionError("expected an int from 0 to 2^256-1 as value", reason="range")
    return selector + b"".join(words) + value.to_bytes(32)


def _payload(account: Address, name: str, family: type[AccountChain]) -> bytes:
    if type(account) is not Address or not isinstance(account.chain, family):
        expected = f"expected an Address of {family.__name__} as {name}; parse_address reads one"
        raise TransactionError(expected, reason="type")
    if account.chain.account(account.payload).text != account.text:
        raise TransactionError(f"the text and the bytes of {name} are not the same", reason="mismatch")
    return account.payload


def told(
    contract: Address, caller: str, data: bytes, asset: str, known: bool, paddings: tuple[bytes, ...] = (PADDING,)
) -> tuple[Effect, ...]:
    """What calldata ask of a contract; nothing unless they are one of the three calls to the byte.

    ``caller`` is a CAIP-10 account, or empty where it is not known; ``asset`` the CAIP-19 name of the token. The amount
    of a call that ERC-721 has, too, is told where the contract is ``known`` to be of ERC-20, and None for others: the
    number is in a `Call` beside it. ``paddings`` are what may stand before an account.
    """
    selector, chain = data[:4], cast(AccountChain, contract.chain)
    names = _ACCOUNTS.get(selector)
    if names is None or len(data) != 36 + 32 * len(names):
        return ()
    accounts = []
    for place in range(4, len(data) - 32, 32):
        if data[place : place + 12] not in paddings:
            return ()
        accounts.append(f"{chain.caip2}:{chain.spelled(data[place + 12 : place + 32])}")
    number = int.from_bytes(data[-32:])
    amount = number if known or selector == TRANSFER else None
    effect: Effect
    if selector == APPROVE:
        effect = Approve(asset=asset, amount=amount, spender=accounts[0], source=caller)
    else:
        source = caller if selector == TRANSFER else accounts[0]
        effect = Transfer(asset=asset, amount=amount, source=source, destination=accounts[-1])
    if amount is not None:
        return (effect,)
    arguments = (*zip(names, accounts, strict=True), (OPEN, str(number)))
    return effect, Call(target=contract.account_id, name=_NAMES[selector], arguments=arguments)
