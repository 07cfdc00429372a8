"""What calls of contracts do: tokens of SEP-41 and the Stellar Asset Contract (CAP-46-6, CAP-73), by a table.

A contract that stands for an asset has an id that is computed from it, so that a transfer by contract and a payment
are of one asset where the asset is known: lumens, those of the chain's row, and those that the transaction names.
Other contracts are tokens of their own, by their address. A call that is not in the table, or that has other arguments
than the table says, is `Opaque`: its code is not in the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from walletcore.chains.stellar.authorization import AuthorizationEntry
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.contract_values import SCVal
from walletcore.chains.stellar.contracts import (
    CreateContract,
    HostFunction,
    InvokeContract,
    Salted,
    UploadWasm,
    contract_id,
    host_function,
)
from walletcore.chains.stellar.executables import Executable, ExternalExecutable
from walletcore.chains.stellar.outcome import Scene, asset_name
from walletcore.chains.stellar.scaddress import SCAddress
from walletcore.chains.stellar.soroban import ExtendFootprintTtl, InvokeHostFunction, RestoreFootprint
from walletcore.chains.stellar.values import Asset, IssuedAsset, NativeAsset
from walletcore.effects import Approve, Authority, Call, Effect, Opaque, Transfer

__all__ = ["READERS", "asset_names", "contract_of", "effects_of_call", "effects_of_tree"]

_MAX_TOLD = 1000  # effects of one tree; where there would be more, all of them are one that is opaque
_SHOWN, _MAX_SHOWN = 80, 8  # characters of an argument, arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """One call that is read: of a contract, whose token has this CAIP-19 name."""

    chain: StellarChain
    call: InvokeContract
    asset: str

    @property
    def target(self) -> str:
        return self.account(self.call.contract)

    def account(self, address: SCAddress) -> str:
        """The CAIP-10 name of whoever holds a token; of a muxed account that of the account itself."""
        key = address.account if address.kind == "muxed" else None
        return self.chain.account_id(address.text) if key is None else self.chain.caip10(key)

    def moves(self, amount: int, source: str, destination: str, tag: int | None = None) -> Effect:
        """An amount of the token moves; none is negative."""
        if amount < 0:
            return _unknown(self)
        return Transfer(asset=self.asset, amount=amount, source=source, destination=destination, tag=tag)


Reader = Callable[..., Effect]


def _transfer(frame: _Frame, source: SCAddress, to: SCAddress, amount: int) -> Effect:
    tag = int.from_bytes(to.payload[:8]) if to.kind == "muxed" else None
    return frame.moves(amount, frame.account(source), frame.account(to), tag)


def _transfer_from(frame: _Frame, spender: SCAddress, source: SCAddress, to: SCAddress, amount: int) -> Effect:
    return frame.moves(amount, frame.account(source), frame.account(to))


def _approve(frame: _Frame, source: SCAddress, spender: SCAddress, amount: int, ledger: int) -> Effect:
    if amount < 0:
        return _unknown(frame)
    owner, other = frame.account(source), frame.account(spender)
    return Approve(asset=frame.asset, amount=amount, spender=other, source=owner)  # it ends with a ledger, not a time


def _burn(frame: _Frame, source: SCAddress, amount: int) -> Effect:
    return frame.moves(amount, frame.account(source), frame.target)


def _burn_from(frame: _Frame, spender: SCAddress, source: SCAddress, amount: int) -> Effect:
    return frame.moves(amount, frame.account(source), frame.target)


def _mint(frame: _Frame, to: SCAddress, amount: int) -> Effect:
    return frame.moves(amount, frame.target, frame.account(to))


def _set_admin(frame: _Frame, new_admin: SCAddress) -> Effect:
    return Authority(account=frame.target, change=f"administrator becomes {frame.account(new_admin)}")


def _set_authorized(frame: _Frame, holder: SCAddress, authorize: bool) -> Effect:
    can = "held" if authorize else "kept, and not moved"
    return Authority(account=frame.account(holder), change=f"by its administrator, {frame.asset} may be {can}")


def _called(frame: _Frame, *values: Any) -> Effect:
    """What changes nobody's balance: told by its name."""
    function = frame.call.function
    names = (name for name, _ in _FUNCTIONS[function][0])
    arguments = tuple((name, _text(frame, value)) for name, value in zip(names, frame.call.args, strict=True))
    return Call(target=frame.target, name=function, arguments=arguments)


_FUNCTIONS: Mapping[str, tuple[tuple[tuple[str, str], ...], Reader]] = {
    # SEP-41
    "transfer": ((("from", "address"), ("to", "muxed"), ("amount", "i128")), _transfer),
    "transfer_from": (
        (("spender", "address"), ("from", "address"), ("to", "address"), ("amount", "i128")),
        _transfer_from,
    ),
    "approve": (
        (("from", "address"), ("spender", "address"), ("amount", "i128"), ("live_until_ledger", "u32")),
        _approve,
    ),
    "burn": ((("from", "address"), ("amount", "i128")), _burn),
    "burn_from": ((("spender", "address"), ("from", "address"), ("amount", "i128")), _burn_from),
    "allowance": ((("from", "address"), ("spender", "address")), _called),
    "balance": ((("id", "address"),), _called),
    "decimals": ((), _called),
    "name": ((), _called),
    "symbol": ((), _called),
    # CAP-46-6, "Admin Interface"; CAP-73
    "mint": ((("to", "address"), ("amount", "i128")), _mint),
    "clawback": ((("from", "address"), ("amount", "i128")), _burn),
    "set_admin": ((("new_admin", "address"),), _set_admin),
    "set_authorized": ((("id", "address"), ("authorize", "bool")), _set_authorized),
    "authorized": ((("id", "address"),), _called),
    "admin": ((), _called),
    "trust": ((("address", "address"),), _called),
}
_HOLDERS = {"address": ("account", "contract"), "muxed": ("account", "contract", "muxed")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of contracts: the names of assets for which they stand; which are accounts, and so no tokens."""

    chain: StellarChain
    names: Mapping[SCAddress, str]
    accounts: frozenset[SCAddress]


def _known(chain: StellarChain, entries: Iterable[AuthorizationEntry], assets: Iterable[Asset]) -> _Known:
    accounts = frozenset(entry.credentials.address for entry in entries if entry.credentials is not None)
    return _Known(chain=chain, names=asset_names(chain, assets), accounts=accounts)


def contract_of(chain: StellarChain, name: str) -> SCAddress | None:
    """The contract of an asset by its CAIP-19 name: the one that stands for it, or that is the token itself."""
    kind, _, reference = name.removeprefix(f"{chain.caip2}/").partition(":")
    if name == chain.asset:
        return contract_id(chain, NativeAsset())
    if kind == "sep41":
        return SCAddress.parse(reference)
    return contract_id(chain, _issued(chain, reference)) if kind == "asset" else None


def asset_names(chain: StellarChain, assets: Iterable[Asset] = ()) -> dict[SCAddress, str]:
    """The CAIP-19 names of assets by the contracts that stand for them: lumens, those of the row, and those given."""
    return {**_own_names(chain), **_named(chain, assets)}


@cache
def _own_names(chain: StellarChain) -> dict[SCAddress, str]:
    return _named(chain, (NativeAsset(), *(_issued(chain, text) for text in chain.assets)))


def _named(chain: StellarChain, assets: Iterable[Asset]) -> dict[SCAddress, str]:
    return {contract_id(chain, asset): asset_name(chain, asset) for asset in assets}


def _issued(chain: StellarChain, text: str) -> IssuedAsset:
    code, _, issuer = text.partition("-")
    return IssuedAsset(code=code, issuer=chain.parse_address(issuer))


def effects_of_tree(chain: StellarChain, entry: AuthorizationEntry) -> tuple[Effect, ...]:
    """What is authorized: each call of the tree, before those that it makes."""
    known = _known(chain, (entry,), ())
    return _bounded(_read(known, each) for each in entry.invocation.walk())


def effects_of_call(
    chain: StellarChain,
    function: HostFunction,
    entries: Iterable[AuthorizationEntry] = (),
    assets: Iterable[Asset] = (),
) -> tuple[Effect, ...]:
    """What a host function does, with all that its entries authorize.

    The call itself is told once, though the tree of each who authorizes it begins with it.
    """
    entries = tuple(entries)
    known = _known(chain, entries, assets)

    def told() -> Iterator[Effect]:
        yield _read(known, function)
        met = set()
        for entry in entries:
            who = None if entry.credentials is None else entry.credentials.address
            calls = entry.invocation.walk()
            if entry.invocation.function == function and who not in met:
                met.add(who)
                next(calls)
            yield from (_read(known, each) for each in calls)

    return _bounded(told())


def _bounded(told: Iterator[Effect]) -> tuple[Effect, ...]:
    found = tuple(islice(told, _MAX_TOLD + 1))
    if len(found) > _MAX_TOLD:
        return (Opaque(why=f"more than {_MAX_TOLD} calls"),)
    return found


def _read(known: _Known, function: HostFunction) -> Effect:
    chain = known.chain
    if isinstance(function, UploadWasm):
        return Opaque(why=f"stores code with the hash {function.hash.hex()}", data=function.code)
    if isinstance(function, CreateContract):
        return _creation(chain, function)
    return _read_call(known, function)


def _read_call(known: _Known, function: InvokeContract) -> Effect:
    chain, contract = known.chain, function.contract
    name = known.names.get(contract) or f"{chain.caip2}/sep41:{contract.text}"
    frame = _Frame(chain=chain, call=function, asset=name)
    fields, reader = _FUNCTIONS.get(function.function, ((), None))
    if reader is None or contract in known.accounts or not _fits(fields, function.args):
        return _unknown(frame)
    return reader(frame, *(each.value for each in function.args))


def _fits(fields: tuple[tuple[str, str], ...], args: tuple[SCVal, ...]) -> bool:
    return len(fields) == len(args) and all(
        each.kind == "address" and each.value.kind in _HOLDERS[kind] if kind in _HOLDERS else each.kind == kind
        for (_, kind), each in zip(fields, args, strict=True)
    )


def _unknown(frame: _Frame) -> Opaque:
    call = frame.call
    shown = [_text(frame, each) for each in call.args[:_MAX_SHOWN]]
    more = ["..."] if len(call.args) > _MAX_SHOWN else []
    why = f"calls {frame.target} {call.function}({', '.join(shown + more)})"
    return Opaque(why=why, data=host_function(frame.chain).encode(call))


def _text(frame: _Frame, value: SCVal) -> str:
    if value.kind == "address":
        return frame.chain.account_id(value.value.text)
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _creation(chain: StellarChain, function: CreateContract) -> Effect:
    target, code = chain.account_id(contract_id(chain, function.of).text), function.executable
    if not isinstance(function.of, Salted) and code == Executable() and not function.args:
        arguments = (("asset", asset_name(chain, function.of)),)
        return Call(target=target, name="create_asset_contract", arguments=arguments)
    if isinstance(code, ExternalExecutable):
        what = f"what {chain.account_id(code.owner.text)} names {code.tag!a}, and may exchange"
    else:
        what = "the asset contract" if code.wasm_hash is None else f"code with the hash {code.wasm_hash.hex()}"
    return Opaque(why=f"creates the contract {target}, which runs {what}", data=host_function(chain).encode(function))


# Operations


def _invoke(scene: Scene, op: InvokeHostFunction) -> Iterator[Effect]:
    data = scene.transaction.soroban
    yield from effects_of_call(scene.chain, op.function, op.auth, () if data is None else data.assets)


def _extend(scene: Scene, op: ExtendFootprintTtl) -> Iterator[Effect]:
    data = scene.transaction.soroban
    entries = 0 if data is None else len(data.read_only)
    yield scene.call(scene.account, "ExtendFootprintTtl", entries=entries, ledgers=op.extend_to)


def _restore(scene: Scene, op: RestoreFootprint) -> Iterator[Effect]:
    del op
    data = scene.transaction.soroban
    yield scene.call(scene.account, "RestoreFootprint", entries=0 if data is None else len(data.read_write))


READERS: dict[type[Any], Callable[[Scene, Any], Iterator[Effect]]] = {
    InvokeHostFunction: _invoke,
    ExtendFootprintTtl: _extend,
    RestoreFootprint: _restore,
}
"""What reads the operations of contracts."""
