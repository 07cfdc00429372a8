"""ERC-20 calls read from calldata: transfer, transferFrom and approve (ERC-20, "Methods"; the contract ABI).

A selector of four bytes and words of 32: the bytes say what is asked of the contract, which does what its code says.
"""

from __future__ import annotations

from walletcore.chains.evm.chain import Evm
from walletcore.effects import Approve, Effect, Opaque, Transfer

__all__ = ["effect"]

_TRANSFER = bytes.fromhex("a9059cbb")  # transfer(address to, uint256 value)
_TRANSFER_FROM = bytes.fromhex("23b872dd")  # transferFrom(address from, address to, uint256 value)
_APPROVE = bytes.fromhex("095ea7b3")  # approve(address spender, uint256 value)
_SIZES = {_TRANSFER: 68, _APPROVE: 68, _TRANSFER_FROM: 100}
_PADDING = bytes(12)


def effect(chain: Evm, contract: str, caller: str, data: bytes) -> Effect:
    """What calldata ask of a contract; `Opaque` unless they are one of the three calls to the byte.

    ``contract`` and ``caller`` are CAIP-10 accounts, the caller's empty where it is not known.
    """
    selector = data[:4]
    if _SIZES.get(selector) != len(data):
        return Opaque(why=f"calls {contract}", data=data)
    *accounts, amount = (data[place : place + 32] for place in range(4, len(data), 32))
    if any(not word.startswith(_PADDING) for word in accounts):
        return Opaque(why=f"calls {contract}", data=data)
    asset = f"{chain.caip2}/erc20:{contract.rpartition(':')[2]}"
    value = int.from_bytes(amount)
    *sources, target = (chain.account(word[12:]).account_id for word in accounts)
    if selector == _APPROVE:
        return Approve(asset=asset, amount=value, spender=target)
    return Transfer(asset=asset, amount=value, source=sources[0] if sources else caller, destination=target)
