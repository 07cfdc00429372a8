"""Contracts of CosmWasm: made, called, changed (cosmwasm/wasm/v1/tx.proto, types.proto)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.common import Coin, moved
from walletcore.chains.cosmos.messages.fields import (
    JSON,
    Names,
    account,
    boolean,
    coins,
    data,
    enum,
    missing_or,
    part,
    text,
    texts,
    u64,
)
from walletcore.chains.cosmos.messages.forms import inline_json
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.chains.cosmos.messages.wasm_calls import executed
from walletcore.effects import Authority, Effect, Opaque
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = [
    "AccessConfig",
    "AccessType",
    "MsgClearAdmin",
    "MsgExecuteContract",
    "MsgInstantiateContract",
    "MsgInstantiateContract2",
    "MsgMigrateContract",
    "MsgStoreCode",
    "MsgUpdateAdmin",
]

_PACKAGE = "/cosmwasm.wasm.v1"


class AccessType(IntEnum):
    """Who may make contracts of a code; 2 is reserved."""

    UNSPECIFIED = 0
    NOBODY = 1
    EVERYBODY = 3
    ANY_OF_ADDRESSES = 4


def _no_json(value: Any, names: Names) -> JSON:
    raise DecodingError(
        "nodes write who may make contracts in two ways in amino JSON: sign it DIRECT", reason="unknown"
    )


@described(json=(_no_json, _no_json))
class AccessConfig(Described):
    """Who may make contracts of a code."""

    permission: AccessType = enum(1, AccessType)
    addresses: tuple[str, ...] = texts(3, default=())


@described(f"{_PACKAGE}.MsgStoreCode", amino="wasm/MsgStoreCode", signers=("sender",))
class MsgStoreCode(Described):
    """Code, gzipped or plain WebAssembly, of which contracts can be made."""

    sender: str = account(1)
    wasm_byte_code: bytes = data(2)
    instantiate_permission: AccessConfig | None = missing_or(part(5, AccessConfig), default=None)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """`Opaque`: nobody reads code here."""
        return (Opaque(why="code of contracts", data=self.wasm_byte_code),)


def _made(chain: CosmosChain, message: Any) -> tuple[Effect, ...]:
    """Coins go to a contract whose address is not told; who may change its code; what it is told is `Opaque`."""
    paid = moved(chain, message.funds, message.sender, "")
    admin = f"{chain.account_id(message.admin)} may change" if message.admin else "nobody may change"
    change = Authority(account="", change=f"{admin} the code of the new contract")
    return *paid, change, Opaque(why=f"makes a contract of code {message.code_id}", data=message.msg)


@described(f"{_PACKAGE}.MsgInstantiateContract", amino="wasm/MsgInstantiateContract", signers=("sender",))
class MsgInstantiateContract(Described):
    """A contract of some code, with JSON that it is told at first."""

    sender: str = account(1)
    admin: str = account(2, default="")
    code_id: int = u64(3)
    label: str = text(4)
    msg: bytes = inline_json(5)
    funds: tuple[Coin, ...] = coins(6, default=())

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin without a destination, an `Authority` and an `Opaque`."""
        return _made(chain, self)


@described(f"{_PACKAGE}.MsgInstantiateContract2", amino="wasm/MsgInstantiateContract2", signers=("sender",))
class MsgInstantiateContract2(Described):
    """The same, at an address that follows from a salt."""

    sender: str = account(1)
    admin: str = account(2, default="")
    code_id: int = u64(3)
    label: str = text(4)
    msg: bytes = inline_json(5)
    funds: tuple[Coin, ...] = coins(6, default=())
    salt: bytes = data(7)
    fix_msg: bool = boolean(8, default=False)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin without a destination, an `Authority` and an `Opaque`."""
        return _made(chain, self)


@described(f"{_PACKAGE}.MsgExecuteContract", amino="wasm/MsgExecuteContract", signers=("sender",))
class MsgExecuteContract(Described):
    """JSON for a contract, with coins."""

    sender: str = account(1)
    contract: str = account(2)
    msg: bytes = inline_json(3)
    funds: tuple[Coin, ...] = coins(5, default=())

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin, and what tokens of CW-20 and CW-721 do; `Opaque` for other calls."""
        paid = moved(chain, self.funds, self.sender, self.contract)
        return *paid, *executed(chain, self.sender, self.contract, self.msg)


@described(f"{_PACKAGE}.MsgMigrateContract", amino="wasm/MsgMigrateContract", signers=("sender",))
class MsgMigrateContract(Described):
    """A contract has other code from now on."""

    sender: str = account(1)
    contract: str = account(2)
    code_id: int = u64(3)
    msg: bytes = inline_json(4)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Authority`, as code controls all that a contract has, and an `Opaque`."""
        change = Authority(account=chain.account_id(self.contract), change=f"its code becomes {self.code_id}")
        return change, Opaque(why=f"tells a contract that changes its code to {self.code_id}", data=self.msg)


@described(f"{_PACKAGE}.MsgUpdateAdmin", amino="wasm/MsgUpdateAdmin", signers=("sender",))
class MsgUpdateAdmin(Described):
    """Another account may change a contract's code."""

    sender: str = account(1)
    new_admin: str = account(2)
    contract: str = account(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Authority`."""
        change = f"{chain.account_id(self.new_admin)} may change its code"
        return (Authority(account=chain.account_id(self.contract), change=change),)


@described(f"{_PACKAGE}.MsgClearAdmin", amino="wasm/MsgClearAdmin", signers=("sender",))
class MsgClearAdmin(Described):
    """Nobody may change a contract's code any more."""

    sender: str = account(1)
    contract: str = account(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Authority`."""
        return (Authority(account=chain.account_id(self.contract), change="nobody may change its code any more"),)
