"""What tokens of VeChain are told, read from calldata (VIP-180, which is ERC-20; VIP-181, which is ERC-721).

A selector of four bytes and words of 32. ``transfer`` is of VIP-180 alone; ``transferFrom`` and ``approve`` are of
both, where the number is an amount, or the id of one token.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from walletcore.chains.base import Address
from walletcore.coding.eip55 import checksummed
from walletcore.effects import Approve, Call, Effect, Opaque, Transfer
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.vechain.chain import VeChain

__all__ = ["effects", "known"]

_TRANSFER = bytes.fromhex("a9059cbb")
_TRANSFER_FROM = bytes.fromhex("23b872dd")
_APPROVE = bytes.fromhex("095ea7b3")
_CALLS = {
    _TRANSFER: ("transfer(address,uint256)", ("to",)),
    _TRANSFER_FROM: ("transferFrom(address,address,uint256)", ("from", "to")),
    _APPROVE: ("approve(address,uint256)", ("spender",)),
}


def known(chain: VeChain, vip180: Collection[Address]) -> frozenset[str]:
    """The addresses of contracts that are tokens of VIP-180: the row's, and the caller's. Raises `TransactionError`."""
    if not isinstance(vip180, Collection) or any(type(each) is not Address for each in vip180):
        raise TransactionError("expected the addresses of VIP-180 contracts", reason="type")
    return frozenset((*chain.vip180, *(each.text for each in vip180 if each.chain == chain)))


def effects(contract: Address, caller: str, data: bytes, known: Collection[str]) -> tuple[Effect, ...]:
    """What calldata ask of a contract; `Opaque` unless they are one of the three calls to the byte.

    ``caller`` is a CAIP-10 account, or empty where it is not known. The number of a call that VIP-181 has, too, is told
    as an amount for contracts that are ``known``; for others it stands in a `Call`, and the amount is None.
    """
    chain = cast("VeChain", contract.chain)
    name, roles = _CALLS.get(data[:4], ("", ()))
    words = [data[place : place + 32] for place in range(4, len(data), 32)]
    if not roles or len(data) != 36 + 32 * len(roles) or any(word[:12] != bytes(12) for word in words[:-1]):
        return (Opaque(why=f"calls {contract.account_id}", data=data),)
    accounts = [chain.account_id(checksummed(word[12:])) for word in words[:-1]]
    number, asset = int.from_bytes(words[-1]), chain.token(contract.text)
    amount = number if contract.text in known or (len(accounts) == 1 and data[:4] == _TRANSFER) else None
    effect: Effect
    if data[:4] == _APPROVE:
        effect = Approve(asset=asset, amount=amount, spender=accounts[0], source=caller)
    else:
        source = caller if data[:4] == _TRANSFER else accounts[0]
        effect = Transfer(asset=asset, amount=amount, source=source, destination=accounts[-1])
    if amount is not None:
        return (effect,)
    arguments = (*zip(roles, accounts, strict=True), ("value or tokenId", str(number)))
    return effect, Call(target=contract.account_id, name=name, arguments=arguments)
