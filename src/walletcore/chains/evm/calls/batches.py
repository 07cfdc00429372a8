"""Calls that make other calls: multicalls, accounts that are contracts (ERC-4337's samples, ERC-7579, ERC-7821), and
the entry points that call accounts (ERC-4337).

Before what is called stands a `Call` of the contract that calls, so that a rule about who is called sees all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from walletcore.chains.evm import abi
from walletcore.chains.evm.calls.reading import Frame, Rows
from walletcore.effects import Call, Effect, Opaque
from walletcore.errors import TransactionError

__all__ = ["ROWS"]

_Calls = tuple[tuple[bytes, int, bytes], ...]
"""Whom to call, the coins that go with it, and the data."""


def _unfolded(frame: Frame, values: tuple[Any, ...], calls: Iterable[tuple[bytes, int, bytes]]) -> Iterator[Effect]:
    yield frame.called(*values)
    for to, value, data in calls:
        yield from frame.sends(to, value, data)


# -- Multicall3 (mds1/multicall3) and the two before it: they are the caller


def _aggregate(frame: Frame, *values: Any) -> Iterator[Effect]:
    """The calls are the last argument."""
    return _unfolded(frame, values, ((to, 0, data) for to, data in values[-1]))


def _aggregate3(frame: Frame, calls: tuple[tuple[bytes, bool, bytes], ...]) -> Iterator[Effect]:
    return _unfolded(frame, (calls,), ((to, 0, data) for to, _, data in calls))


def _aggregate3_value(frame: Frame, calls: tuple[tuple[bytes, bool, int, bytes], ...]) -> Iterator[Effect]:
    return _unfolded(frame, (calls,), ((to, value, data) for to, _, value, data in calls))


# -- contracts that call themselves (Uniswap v3-periphery, IMulticall.sol; OpenZeppelin, Multicall.sol)


def _multicall(frame: Frame, *values: Any) -> Iterator[Effect]:
    """Each of the last argument is run by DELEGATECALL: the caller stays, and coins come only once."""
    yield frame.called(*values)
    for data in values[-1]:
        yield from frame.again(data)


# -- accounts (eth-infinitism/account-abstraction, SimpleAccount.sol; ERC-7579; ERC-7821)


def _execute(frame: Frame, to: bytes, value: int, data: bytes) -> Iterator[Effect]:
    return _unfolded(frame, (to, value, data), ((to, value, data),))


def _execute_batch(frame: Frame, *values: tuple[Any, ...]) -> Iterator[Effect]:
    """Arrays of the same length; without values no coins go with any."""
    targets, data = values[0], values[-1]
    amounts = values[1] if len(values) == 3 and values[1] else (0,) * len(targets)
    if not len(targets) == len(amounts) == len(data):
        return iter((frame.opaque(),))
    return _unfolded(frame, values, zip(targets, amounts, data, strict=True))


def _execute_calls(frame: Frame, calls: _Calls) -> Iterator[Effect]:
    return _unfolded(frame, (calls,), calls)


_SINGLE, _BATCH = 0x00, 0x01  # ERC-7579, "Execution Behavior": the type of call
_WITHOUT, _WITH, _BATCHES = bytes(4), bytes.fromhex("78210001"), bytes.fromhex("78210002")  # ERC-7821
_CALLS = "(address,uint256,bytes)[]"


def _execute_mode(frame: Frame, mode: bytes, data: bytes) -> Iterator[Effect]:
    """Bytes of the mode: type of call, what happens on failure (0, 1), four unused, four that choose, and others."""
    calls = _calls_of(mode, data)
    if calls is None or not all(any(to) for to, _, _ in calls):  # ERC-7821 calls the account for the zero address
        return iter((frame.opaque(),))
    return _unfolded(frame, (mode, data), calls)


def _calls_of(mode: bytes, data: bytes) -> _Calls | None:
    """The calls of a mode that is known; code that the account runs as its own is none of them."""
    kind, failing, unused, chosen = mode[0], mode[1], mode[2:6], mode[6:10]
    if failing > 1 or any(unused) or any(mode[10:]):
        return None
    if kind == _SINGLE and chosen == _WITHOUT and len(data) >= 52:
        return ((data[:20], int.from_bytes(data[20:52]), data[52:]),)
    if kind != _BATCH:
        return None
    try:
        return _batch_of(chosen, data)
    except TransactionError:
        return None


def _batch_of(chosen: bytes, data: bytes) -> _Calls | None:
    calls: _Calls
    if chosen == _BATCHES:
        (batches,) = abi.decode(("bytes[]",), data)
        return tuple(call for each in batches for call in _with_data(each))
    if chosen == _WITH:
        return _with_data(data)
    if chosen != _WITHOUT:
        return None
    (calls,) = abi.decode((_CALLS,), data)
    return calls


def _with_data(data: bytes) -> _Calls:
    """Calls, and perhaps data for the account, of which nobody but the account knows what they say: then none are read.

    Raises `TransactionError`.
    """
    calls: _Calls
    if data[:32] == (32).to_bytes(32):
        (calls,) = abi.decode((_CALLS,), data)
        return calls
    calls, more = abi.decode((_CALLS, "bytes"), data)
    if more:
        raise TransactionError("expected no data for the account itself", reason="unknown")
    return calls


# -- entry points (eth-infinitism/account-abstraction, EntryPoint.sol)


def _handle_ops(frame: Frame, operations: tuple[tuple[Any, ...], ...], beneficiary: bytes) -> Iterator[Effect]:
    """Each operation in both forms begins with sender, nonce, initCode and callData.

    All accounts are created and asked before the first is told what to do. What they, or their paymasters, pay for
    gas, the entry point holds for them, and gives to the beneficiary, who is an argument of the call.
    """
    yield frame.called(operations, beneficiary)
    for sender, nonce, creation, *_ in operations:
        account = frame.account(sender)
        if creation:
            yield Opaque(why=f"creates the account {account}, or calls it before all else", data=creation)
        yield Call(target=account, name="validateUserOp", arguments=(("nonce", str(nonce)),))
    for sender, _, _, data, *_ in operations:
        if data:
            yield from frame.operates(sender, data)


_CALL = "(address target, bytes callData)[] calls"
_OPERATION = "address sender, uint256 nonce, bytes initCode, bytes callData"
_GAS = (
    "uint256 callGasLimit, uint256 verificationGasLimit, uint256 preVerificationGas, uint256 maxFeePerGas,"
    " uint256 maxPriorityFeePerGas"
)
_PACKED_GAS = "bytes32 accountGasLimits, uint256 preVerificationGas, bytes32 gasFees"
_ENDING = "bytes paymasterAndData, bytes signature"

ROWS: Rows = (
    ("252dba42", f"aggregate({_CALL})", _aggregate),
    ("c3077fa9", f"blockAndAggregate({_CALL})", _aggregate),
    ("bce38bd7", f"tryAggregate(bool requireSuccess, {_CALL})", _aggregate),
    ("399542e9", f"tryBlockAndAggregate(bool requireSuccess, {_CALL})", _aggregate),
    ("82ad56cb", "aggregate3((address target, bool allowFailure, bytes callData)[] calls)", _aggregate3),
    (
        "174dea71",
        "aggregate3Value((address target, bool allowFailure, uint256 value, bytes callData)[] calls)",
        _aggregate3_value,
    ),
    ("ac9650d8", "multicall(bytes[] data)", _multicall),
    ("5ae401dc", "multicall(uint256 deadline, bytes[] data)", _multicall),
    ("1f0464d1", "multicall(bytes32 previousBlockhash, bytes[] data)", _multicall),
    ("b61d27f6", "execute(address dest, uint256 value, bytes func)", _execute),
    ("18dfb3c7", "executeBatch(address[] dest, bytes[] func)", _execute_batch),
    ("47e1da2a", "executeBatch(address[] dest, uint256[] value, bytes[] func)", _execute_batch),
    ("34fcd5be", "executeBatch((address target, uint256 value, bytes data)[] calls)", _execute_calls),
    # Biz of Trust Wallet (trustwallet/wallet-core, rust/tw_evm/src/abi, prebuild)
    ("76276c82", "execute4337Op(address target, uint256 value, bytes data)", _execute),
    ("26da7d88", "execute4337Ops((address target, uint256 value, bytes data)[] calls)", _execute_calls),
    ("e9ae5c53", "execute(bytes32 mode, bytes executionCalldata)", _execute_mode),
    ("d691c964", "executeFromExecutor(bytes32 mode, bytes executionCalldata)", _execute_mode),
    # of 0.6, and from 0.7 on
    ("1fad948c", f"handleOps(({_OPERATION}, {_GAS}, {_ENDING})[] ops, address beneficiary)", _handle_ops),
    ("765e827f", f"handleOps(({_OPERATION}, {_PACKED_GAS}, {_ENDING})[] ops, address beneficiary)", _handle_ops),
)
