"""Calldata by a table from selectors to readers, and calls within calls, within bounds.

A call has a contract that runs, a caller, and data (Yellow Paper, "Message Call"). A batch makes calls of its own:
their caller is the contract that runs, and the coins that go with them are its coins. Where a contract calls itself
by DELEGATECALL, as `multicall(bytes[])` does, contract and caller stay who they are.

A contract that is an account is no token: an entry point calls it, or it calls itself. What would be calldata of a
token is not understood there. Accounts have functions of the same selectors: ``transfer(address,uint256)`` of
SimpleWallet, the first sample of ERC-4337, gives its coins (eth-infinitism/account-abstraction @ 03c951e5f8d8).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, TypeAlias, cast

from walletcore.chains.base import Address
from walletcore.chains.evm.abi import Function
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.erc20 import SELECTORS, is_known
from walletcore.chains.evm.erc20 import told as of_erc20
from walletcore.effects import Authority, Call, Effect, Opaque, Transfer
from walletcore.errors import TransactionError

__all__ = ["MAX_DEPTH", "MAX_TOLD", "Frame", "Reader", "Rows", "authority", "named", "selectors", "told"]

MAX_DEPTH = 8
"""Calls within each other; those below are opaque."""
MAX_TOLD = 1000
"""Effects of one transaction's calldata; where there would be more, all of them are one that is opaque."""

Reader: TypeAlias = "Callable[..., Iterable[Effect]]"
"""Takes a `Frame` and the arguments of a call. It gives one effect at least: a bound on these is one on the work."""
Rows: TypeAlias = "tuple[tuple[str, str, Reader], ...]"
"""Selector in hexadecimal, the function as Solidity writes it, and its reader."""

_SHOWN = 32  # bytes of an argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One call that is read: ``contract`` runs ``function`` for ``caller``, a CAIP-10 account (empty: not known).

    ``is_account``: the contract is known to be somebody's account, and no token.
    """

    contract: Address
    caller: str
    data: bytes
    function: Function
    erc20: Collection[Address]
    depth: int
    is_account: bool = False

    @property
    def token(self) -> str:
        """The contract as a token of ERC-20."""
        return self.asset("erc20", self.contract.payload)

    def asset(self, kind: str, contract: bytes, number: int | None = None) -> str:
        """The CAIP-19 name of what a contract keeps, of one kind; with a number that of one token."""
        text = (
            self.contract.text
            if contract == self.contract.payload
            else cast(Evm, self.contract.chain).spelled(contract)
        )
        name = f"{self.contract.chain.caip2}/{kind}:{text}"
        return name if number is None else f"{name}/{number}"

    def nft(self, kind: str, number: int | None = None) -> str:
        """A token of the contract itself, or its whole collection."""
        return self.asset(kind, self.contract.payload, number)

    def account(self, payload: bytes) -> str:
        """The CAIP-10 name of an account."""
        return self.contract.chain.account_id(self._spelled(payload))

    def _spelled(self, payload: bytes) -> str:
        return cast(Evm, self.contract.chain).spelled(payload)

    def is_erc20(self) -> bool:
        """Whether the contract is known to be of ERC-20, so that a number is an amount."""
        return is_known(self.contract, self.erc20)

    def arguments(self, *values: Any) -> tuple[tuple[str, str], ...]:
        """Names and values of the call's arguments, as text."""
        inputs = self.function.inputs
        return tuple((each.name, self._text(each.type, value)) for each, value in zip(inputs, values, strict=True))

    def _text(self, kind: str, value: Any) -> str:
        if kind == "address":
            return self.account(value)
        if type(value) is tuple:
            return f"{len(value)} items" if kind.endswith("]") else "a tuple"
        if type(value) is bytes:
            more = f"... ({len(value)} bytes)" if len(value) > _SHOWN else ""
            return f"0x{value[:_SHOWN].hex()}{more}"
        return str(value).lower() if type(value) is bool else str(value)

    def called(self, *values: Any) -> Call:
        """The call by its name."""
        return Call(target=self.contract.account_id, name=self.function.signature, arguments=self.arguments(*values))

    def opaque(self) -> Opaque:
        """The call as one that is not understood."""
        return _unknown(self.contract, self.data)

    def sends(self, to: bytes, value: int, data: bytes) -> Iterator[Effect]:
        """What the contract asks of another: its coins, and a call of which it is the caller."""
        other, own = cast(Evm, self.contract.chain).account(to), self.contract.account_id
        if value or not data:
            asset = self.contract.chain.asset
            yield Transfer(asset=asset, amount=value, source=own, destination=other.account_id)
        if data:
            yield from _run(other, own, data, self.erc20, self.depth + 1)

    def again(self, data: bytes) -> Iterator[Effect]:
        """What the contract does when it runs itself with other data, for the same caller."""
        yield from _run(self.contract, self.caller, data, self.erc20, self.depth + 1, self.is_account)

    def operates(self, account: bytes, data: bytes) -> Iterator[Effect]:
        """What the contract asks of somebody's account."""
        other = cast(Evm, self.contract.chain).account(account)
        yield from _run(other, self.contract.account_id, data, self.erc20, self.depth + 1, is_account=True)


def told(
    contract: Address, caller: str, data: bytes, erc20: Collection[Address], *, is_account: bool = False
) -> tuple[Effect, ...]:
    """The effects of a call: see `walletcore.chains.evm.calls.effects`, and `of_account` beside it."""
    is_known(contract, erc20)  # refuses what is no address, whatever is called
    found = tuple(islice(_run(contract, caller, data, erc20, 1, is_account), MAX_TOLD + 1))
    if len(found) > MAX_TOLD:
        why = f"calls {contract.account_id}, and has more than {MAX_TOLD} effects"
        return (Opaque(why=why, data=data),)
    return found


def _run(
    contract: Address, caller: str, data: bytes, erc20: Collection[Address], depth: int, is_account: bool = False
) -> Iterator[Effect]:
    if depth > MAX_DEPTH:
        yield Opaque(why=f"calls {contract.account_id}, in more than {MAX_DEPTH} calls within each other", data=data)
        return
    is_account = is_account or caller == contract.account_id
    simple = () if is_account else of_erc20(contract, caller, data, erc20)
    if simple:
        yield from simple
        return
    row = _row(data[:4])
    if row is None or (is_account and data[:4] in _of_tokens()):
        yield _unknown(contract, data)
        return
    function, read = row
    try:
        values = function.decode(data)
    except TransactionError:
        yield _unknown(contract, data)
        return
    frame = Frame(
        contract=contract,
        caller=caller,
        data=data,
        function=function,
        erc20=erc20,
        depth=depth,
        is_account=is_account,
    )
    yield from read(frame, *values)


def _unknown(contract: Address, data: bytes) -> Opaque:
    return Opaque(why=f"calls {contract.account_id}", data=data)


@cache
def _table() -> dict[bytes, tuple[str, Reader]]:
    from walletcore.chains.evm.calls import batches, control, permits, safes, tokens

    rooms = (tokens, permits, batches, safes, control)
    return {bytes.fromhex(selector): (text, read) for room in rooms for selector, text, read in room.ROWS}


@cache
def _of_tokens() -> frozenset[bytes]:
    """The selectors of what only tokens, or Permit2, are asked for."""
    from walletcore.chains.evm.calls import permits, tokens

    return frozenset(bytes.fromhex(row[0]) for room in (tokens, permits) for row in room.ROWS)


def selectors() -> frozenset[bytes]:
    """The first four bytes of all calldata that are read."""
    return SELECTORS.union(_table())


@cache
def _parsed(selector: bytes) -> tuple[Function, Reader]:
    text, read = _table()[selector]
    return Function.parse(f"function {text}"), read


def _row(selector: bytes) -> tuple[Function, Reader] | None:
    return _parsed(selector) if selector in _table() else None


# -- readers of whole classes of calls


def named(frame: Frame, *values: Any) -> Iterator[Effect]:
    """A call that moves nothing and allows nothing by itself."""
    yield frame.called(*values)


def authority(frame: Frame, *values: Any) -> Iterator[Authority]:
    """A call that changes who controls the contract, or what its code is."""
    arguments = ", ".join(f"{name}={value}" for name, value in frame.arguments(*values))
    yield Authority(account=frame.contract.account_id, change=f"{frame.function.name}({arguments})")
