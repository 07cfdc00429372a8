"""Calls of an account that is a contract: what it is told to call, and how a factory makes it.

SimpleAccount, the reference account of ERC-4337 (eth-infinitism/account-abstraction, SimpleAccount.sol and
SimpleAccountFactory.sol of v0.6.0, v0.7.0 and v0.8.0; BaseAccount.sol from v0.8.0 on), and Trust Wallet's Biz, which
has names of its own for operations (trustwallet/wallet-core, rust/tw_evm/src/abi, prebuild). Other accounts have the
same functions; what an account does is what its code says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.chains.base import Address
from walletcore.chains.evm.abi import Function
from walletcore.chains.evm.chain import Evm
from walletcore.errors import TransactionError

__all__ = ["Inner", "create_account", "execute", "execute_batch", "owner_of", "unfolded"]

_EXECUTE = Function.parse("function execute(address dest, uint256 value, bytes func)")
_BIZ_EXECUTE = Function.parse("function execute4337Op(address target, uint256 value, bytes data)")
_BATCH = Function.parse("function executeBatch((address target, uint256 value, bytes data)[] calls)")
_BIZ_BATCH = Function.parse("function execute4337Ops((address target, uint256 value, bytes data)[] calls)")
_BATCH_OF_VALUES = Function.parse("function executeBatch(address[] dest, uint256[] value, bytes[] func)")
_BATCH_WITHOUT_VALUES = Function.parse("function executeBatch(address[] dest, bytes[] func)")
_CREATE = Function.parse("function createAccount(address owner, uint256 salt)")
_FUNCTIONS = {
    each.selector: each
    for each in (_EXECUTE, _BIZ_EXECUTE, _BATCH, _BIZ_BATCH, _BATCH_OF_VALUES, _BATCH_WITHOUT_VALUES)
}


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


def unfolded(chain: Evm, data: bytes) -> tuple[Inner, ...] | None:
    """The calls that an account is told to make; None where the calldata are of none of these functions to the byte."""
    function = _FUNCTIONS.get(data[:4])
    if function is None:
        return None
    try:
        values = function.decode(data)
    except TransactionError:
        return None
    if function in (_EXECUTE, _BIZ_EXECUTE):
        items: Sequence[tuple[bytes, int, bytes]] = (values,)
    elif function in (_BATCH, _BIZ_BATCH):
        items = values[0]
    else:
        columns = values if function is _BATCH_OF_VALUES else (values[0], (), values[1])
        targets, amounts, calldata = columns
        if len(targets) != len(calldata) or len(amounts) not in (0, len(targets)):  # "wrong array lengths"
            return None
        items = list(zip(targets, amounts or (0,) * len(targets), calldata, strict=True))
    return tuple(Inner(to=chain.account(to), value=value, data=inner) for to, value, inner in items)


def owner_of(chain: Evm, factory_data: bytes) -> Address | None:
    """For whom a SimpleAccountFactory creates an account; None where the calldata are not of ``createAccount``."""
    try:
        owner, _ = _CREATE.decode(factory_data)
    except TransactionError:
        return None
    return chain.account(owner)
