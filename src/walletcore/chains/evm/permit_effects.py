"""What permits do: typed data by which tokens move later without a transaction of their owner.

Readers of ``typed_effects``: ERC-2612 and ERC-3009, "Specification"; makerdao/dss src/dai.sol; Uniswap/permit2
src/AllowanceTransfer.sol and src/SignatureTransfer.sol.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from walletcore.chains.evm.permits import permit2
from walletcore.chains.evm.typed_effects import Bound
from walletcore.effects import Approve, Effect, Opaque, Transfer
from walletcore.errors import TransactionError

__all__ = [
    "authorized_transfer",
    "batch",
    "batch_transfer_from",
    "dai",
    "erc2612",
    "single",
    "transfer_from",
]


def erc2612(bound: Bound) -> tuple[Effect, ...]:
    """The allowance of an ERC-2612 permit. Its deadline is the signature's: the allowance has no end."""
    values = bound.values
    return (
        Approve(
            asset=bound.token(bound.contract.payload),
            amount=values["value"],
            spender=bound.account(values["spender"]),
            source=bound.account(values["owner"]),
        ),
    )


def dai(bound: Bound) -> tuple[Effect, ...]:
    """The allowance of a permit as DAI has it: all there is, or nothing."""
    values = bound.values
    return (
        Approve(
            asset=bound.token(bound.contract.payload),
            amount=None if values["allowed"] else 0,
            spender=bound.account(values["spender"]),
            source=bound.account(values["holder"]),
        ),
    )


def single(bound: Bound) -> tuple[Effect, ...]:
    """The allowance of a PermitSingle."""
    return _known(bound, (_allowance(bound, bound.values["details"]),))


def batch(bound: Bound) -> tuple[Effect, ...]:
    """The allowances of a PermitBatch."""
    return _known(bound, tuple([_allowance(bound, each) for each in bound.values["details"]]))


def _allowance(bound: Bound, details: Mapping[str, Any]) -> Approve:
    """An expiration of 0 is the block in which the permit is used, which is no later than its deadline."""
    return Approve(
        asset=bound.token(details["token"]),
        amount=details["amount"],
        spender=bound.account(bound.values["spender"]),
        source=bound.source,
        until=details["expiration"] or bound.values["sigDeadline"],
    )


def transfer_from(bound: Bound) -> tuple[Effect, ...]:
    """What the spender may move once, to whomever it wants, by a PermitTransferFrom, with a witness or without."""
    return _known(bound, (_once(bound, bound.values["permitted"]), *_witness(bound)))


def batch_transfer_from(bound: Bound) -> tuple[Effect, ...]:
    """What the spender may move once by a PermitBatchTransferFrom, with a witness or without."""
    return _known(bound, (*(_once(bound, each) for each in bound.values["permitted"]), *_witness(bound)))


def _once(bound: Bound, permitted: Mapping[str, Any]) -> Approve:
    return Approve(
        asset=bound.token(permitted["token"]),
        amount=permitted["amount"],
        spender=bound.account(bound.values["spender"]),
        source=bound.source,
        until=bound.values["deadline"],
    )


def _witness(bound: Bound) -> tuple[Opaque, ...]:
    """What the spender is told of beside, and may take for a consent to more."""
    names = list(bound.values)[4:]
    why = f"{', '.join(names)}: what the spender {bound.account(bound.values['spender'])} makes of it"
    return (Opaque(why=why, data=bound.typed.raw),) if names else ()


def _known(bound: Bound, found: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The allowances are Permit2's own. Another contract with its types has other allowances and another code."""
    if not found:
        return ()
    with suppress(TransactionError):
        if bound.contract == permit2(bound.chain):
            return found
    why = f"a permit for contract {bound.contract}, which is not Permit2 where it is known to be"
    return (*found, Opaque(why=why, data=bound.typed.raw))


def authorized_transfer(bound: Bound) -> tuple[Effect, ...]:
    """The transfer of an ERC-3009 authorization."""
    values = bound.values
    return (
        Transfer(
            asset=bound.token(bound.contract.payload),
            amount=values["value"],
            source=bound.account(values["from"]),
            destination=bound.account(values["to"]),
        ),
    )
