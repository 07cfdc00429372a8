"""What tokens of VeChain are told, read from calldata (VIP-180, which is ERC-20; VIP-181, which is ERC-721).

The calls are those of ``chains.tokens``. ``transferFrom`` and ``approve`` are of both, where the number is an amount,
or the id of one token.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from walletcore.chains import tokens
from walletcore.chains.base import Address
from walletcore.effects import Effect, Opaque
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.vechain.chain import VeChain

__all__ = ["effects", "known"]


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
    asset = cast("VeChain", contract.chain).token(contract.text)
    told = tokens.told(contract, caller, data, asset, contract.text in known)
    return told or (Opaque(why=f"calls {contract.account_id}", data=data),)
