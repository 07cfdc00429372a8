"""Calldata for an account that is a contract, and for the factory that makes it: what they are told, as bytes.

SimpleAccount, the reference account of ERC-4337 (eth-infinitism/account-abstraction, SimpleAccount.sol and
SimpleAccountFactory.sol of v0.6.0, v0.7.0 and v0.8.0; BaseAccount.sol from v0.8.0 on). Other accounts have the same
functions; what an account does is what its code says. What such calldata do is told by ``calls``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.chains.base import Address
from walletcore.chains.evm.abi import Function
from walletcore.chains.evm.chain import Evm
from walletcore.errors import TransactionError

__all__ = ["Inner", "create_account", "execute", "execute_batch", "owner_of"]

_EXECUTE = Function.parse("function execute(address dest, uint256 value, bytes func)")
_BATCH = Function.parse("function executeBatch((address target, uint256 value, bytes data)[] calls)")
_BATCH_OF_VALUES = Function.parse("function executeBatch(address[] dest, uint256[] value, bytes[] func)")
_BATCH_WITHOUT_VALUES = Function.parse("function executeBatch(address[] dest, bytes[] func)")
_CREATE = Function.parse("function createAccount(address owner, uint256 salt)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """One call that an account makes: value in wei and calldata to an account or contract."""

    to: Address
    value: int = 0
    data: bytes = field(default=b"", repr=False)


def execute(call: Inner) -> bytes:
    """The calldata by which a SimpleAccount of any version makes one call. Raises `TransactionError`."""
    return _EXECUTE.encode(*_item(call))


def execute_batch(calls: Sequence[Inner], *, version: str) -> bytes:
    """The calldata by which a SimpleAccount of this entry point's version makes calls, one after the other.

    In 0.6 they can move no value, as there is no place for it. Raises `TransactionError`.
    """
    items = [_item(call) for call in calls]
    targets, values, data = ([item[place] for item in items] for place in range(3))
    if version == "0.6":
        if any(values):
            raise TransactionError("calls in a batch have no value in 0.6", reason="version")
        return _BATCH_WITHOUT_VALUES.encode(targets, data)
    if version == "0.7":
        return _BATCH_OF_VALUES.encode(targets, values, data)
    if version in ("0.8", "0.9"):
        return _BATCH.encode(items)
    raise TransactionError("expected a version of the entry point: 0.6 to 0.9", reason="version")


def _item(call: Inner) -> tuple[Address, int, bytes]:
    if type(call) is not Inner:
        raise TransactionError(f"expected an Inner call, got {type(call).__name__}", reason="type")
    return call.to, call.value, call.data


def create_account(owner: Address, salt: int) -> bytes:
    """The calldata by which a SimpleAccountFactory creates the account of an owner. Raises `TransactionError`."""
    return _CREATE.encode(owner, salt)


def owner_of(chain: Evm, factory_data: bytes) -> Address | None:
    """For whom a SimpleAccountFactory creates an account; None where the calldata are not of ``createAccount``."""
    try:
        owner, _ = _CREATE.decode(factory_data)
    except TransactionError:
        return None
    return chain.account(owner)
