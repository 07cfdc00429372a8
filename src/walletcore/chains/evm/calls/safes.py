"""Safes: what their transactions call, and the calls that change who controls one (safe-global/safe-smart-account).

A Safe calls others (operation 0), or runs code of theirs as its own (operation 1). Of such code only Safe's own
contracts MultiSend and MultiSendCallOnly are known, whose calls are read as those of the Safe; all other code may do
whatever the Safe may, and is `Opaque`. Whether signatures suffice is for the Safe to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from walletcore.chains.evm import abi
from walletcore.chains.evm.calls.reading import Frame, Rows, authority
from walletcore.effects import Authority, Effect, Fee, Opaque, Transfer
from walletcore.errors import TransactionError

__all__ = ["ROWS"]

_CALL, _DELEGATE_CALL = 0, 1  # Enum.sol
_MULTI_SEND = bytes.fromhex("8d80ff0a")  # multiSend(bytes transactions)
_HEAD = 1 + 20 + 32 + 32  # of a packed transaction: operation, to, value, length of the data
_NOBODY = bytes(20)
_SHOWN = 50  # owners that are named

# safe-global/safe-deployments src/assets @ d0989c95929c, each with all its addresses: canonical, eip155 and zksync.
_BY_CALLS_ONLY = frozenset(
    bytes.fromhex(address)
    for address in (
        "40a2accbd92bca938b02010e17a5b8929b49130d",  # 1.3.0
        "a1dabef33b3b82c7814b6d82a79e50f4ac44102b",
        "f220d3b4dfb23c4ade8c88e526c1353abacbc38f",
        "9641d764fc13c8b624c04430c7356c1c7c8102e2",  # 1.4.1
        "0408ef011960d02349d50286d20531229bcef773",
        "a83c336b20401af773b6219ba5027174338d1836",  # 1.5.0
    )
)
_BY_BOTH = frozenset(
    bytes.fromhex(address)
    for address in (
        "8d29be29923b68abfdd21e541b9374737b49cdad",  # 1.1.1
        "a238cbeb142c10ef7ad8442c6d1f9e89e07e7761",  # 1.3.0
        "998739bfdaadde7c933b942a68053933098f9eda",
        "0dfcccb95225ffb03c6fbb2559b530c2b7c8a912",
        "38869bf66a61cf6bdb996a6ae40d5853fd43b526",  # 1.4.1
        "309d0b190fecca8e1d5d8309a16f7e3cb133e885",
        "218543288004cd07832472d464648173c77d7eb7",  # 1.5.0
    )
)


def _exec_transaction(
    frame: Frame,
    to: bytes,
    value: int,
    data: bytes,
    operation: int,
    safe_gas: int,
    base_gas: int,
    gas_price: int,
    gas_token: bytes,
    refund_receiver: bytes,
    signatures: bytes,
) -> Iterator[Effect]:
    numbers = (safe_gas, base_gas, gas_price, gas_token, refund_receiver, signatures)
    yield frame.called(to, value, data, operation, *numbers)
    yield from _executed(frame, to, value, data, operation)
    if gas_price:
        yield _refund(frame, gas_token, refund_receiver)


def _refund(frame: Frame, token: bytes, receiver: bytes) -> Effect:
    """Safe.sol, `handlePayment`: for the gas that was used, which no field bounds; nobody named is who sends it."""
    asset, own = _asset(frame, token), frame.contract.account_id
    if receiver == _NOBODY:
        return Fee(asset=asset, at_most=None, payer=own)
    return Transfer(asset=asset, amount=None, source=own, destination=frame.account(receiver))


def _asset(frame: Frame, token: bytes) -> str:
    return frame.contract.chain.asset if token == _NOBODY else frame.asset("erc20", token)


def _exec_from_module(frame: Frame, to: bytes, value: int, data: bytes, operation: int) -> Iterator[Effect]:
    yield frame.called(to, value, data, operation)
    yield from _executed(frame, to, value, data, operation)


def _executed(frame: Frame, to: bytes, value: int, data: bytes, operation: int) -> Iterator[Effect]:
    """Executor.sol, `execute`."""
    if operation == _CALL:
        yield from frame.sends(to, value, data)
    elif operation == _DELEGATE_CALL:
        yield from _delegated(frame, to, data)
    else:  # Enum.sol has no other: the call reverts
        yield frame.opaque()


def _delegated(frame: Frame, to: bytes, data: bytes) -> Iterator[Effect]:
    """What a Safe does when it runs the code of another contract: one MultiSend, and not one within another."""
    known = to in _BY_BOTH or to in _BY_CALLS_ONLY
    calls = _packed(data) if known and data[:4] == _MULTI_SEND else None
    if calls is None or (to in _BY_CALLS_ONLY and any(operation for operation, _, _, _ in calls)):
        yield _foreign(frame, to, data)
        return
    for operation, target, value, each in calls:
        if operation == _CALL and target != _NOBODY:  # 1.5.0 takes the zero address for the Safe, others do not
            yield from frame.sends(target, value, each)
        else:
            yield _foreign(frame, target, each)


def _foreign(frame: Frame, to: bytes, data: bytes) -> Opaque:
    own = frame.contract.account_id
    return Opaque(why=f"{own} runs the code of {frame.account(to)} as its own", data=data)


def _packed(data: bytes) -> list[tuple[int, bytes, int, bytes]] | None:
    """The transactions of MultiSend.sol, one after the other without padding, to the last byte."""
    try:
        (packed,) = abi.decode(("bytes",), data[4:])
    except TransactionError:
        return None
    found: list[tuple[int, bytes, int, bytes]] = []
    place = 0
    while place < len(packed):
        start = place + _HEAD
        length = int.from_bytes(packed[start - 32 : start])
        if length > len(packed) - start or packed[place] > _DELEGATE_CALL:
            return None
        value = int.from_bytes(packed[place + 21 : place + 53])
        place, to = start + length, packed[place + 1 : place + 21]
        found.append((packed[start - _HEAD], to, value, packed[start:place]))
    return found


def _setup(
    frame: Frame,
    owners: tuple[bytes, ...],
    threshold: int,
    to: bytes,
    data: bytes,
    handler: bytes,
    token: bytes,
    payment: int,
    receiver: bytes,
) -> Iterator[Effect]:
    """The owners of a new Safe, code that it runs once as its own, and what it pays for being made."""
    names = ", ".join(map(frame.account, owners[:_SHOWN]))
    more = f" and {len(owners) - _SHOWN} more" if len(owners) > _SHOWN else ""
    change = f"setup(owners={names}{more}, threshold={threshold}, fallbackHandler={frame.account(handler)})"
    yield Authority(account=frame.contract.account_id, change=change)
    if to != _NOBODY:
        yield _foreign(frame, to, data)
    if payment:
        own, asset = frame.contract.account_id, _asset(frame, token)
        taker = "" if receiver == _NOBODY else frame.account(receiver)
        if taker:
            yield Transfer(asset=asset, amount=payment, source=own, destination=taker)
        else:
            yield Fee(asset=asset, at_most=payment, payer=own)


_MODULE_CALL = "address to, uint256 value, bytes data, uint8 operation"

ROWS: Rows = (
    (
        "6a761202",
        f"execTransaction({_MODULE_CALL}, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken,"
        " address refundReceiver, bytes signatures)",
        _exec_transaction,
    ),
    ("468721a7", f"execTransactionFromModule({_MODULE_CALL})", _exec_from_module),
    ("5229073f", f"execTransactionFromModuleReturnData({_MODULE_CALL})", _exec_from_module),
    (
        "b63e800d",
        "setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler,"
        " address paymentToken, uint256 payment, address paymentReceiver)",
        _setup,
    ),
    ("0d582f13", "addOwnerWithThreshold(address owner, uint256 threshold)", authority),
    ("f8dc5dd9", "removeOwner(address prevOwner, address owner, uint256 threshold)", authority),
    ("e318b52b", "swapOwner(address prevOwner, address oldOwner, address newOwner)", authority),
    ("694e80c3", "changeThreshold(uint256 threshold)", authority),
    ("610b5925", "enableModule(address module)", authority),
    ("e009cfde", "disableModule(address prevModule, address module)", authority),
    ("e19a9dd9", "setGuard(address guard)", authority),
    ("e068df37", "setModuleGuard(address moduleGuard)", authority),
    ("f08a0323", "setFallbackHandler(address handler)", authority),
    ("7de7edef", "changeMasterCopy(address masterCopy)", authority),  # up to 1.1.1
)
