"""Messages of THORChain: coins, and deposits whose memo says what is done (thornode proto/thorchain/v1/types).

Accounts are bytes in protobuf, and text in amino JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.common import Coin, called, moved, pool
from walletcore.chains.cosmos.messages.fields import JSON, Names, boolean, coins, i64, part, parts, text, whole
from walletcore.chains.cosmos.messages.forms import account_bytes
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.coding.uris import escaped
from walletcore.effects import Effect, Opaque, Transfer
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["Asset", "AssetCoin", "MsgDeposit", "MsgSend"]

_HRP = "thor"
_SWAPS = ("=", "s", "swap")
_NATIVE = {"RUNE": "rune", "TCY": "tcy", "TOR": "tor", "RUJI": "x/ruji"}  # thornode common/asset.go, Asset.Native
_ASSET = re.compile(r"([A-Z0-9]{2,16})([./~-])([A-Za-z0-9./_-]{1,100})", re.ASCII)


@described("/types.MsgSend", amino="thorchain/MsgSend", signers=("from_address",))
class MsgSend(Described):
    """Coins go from one account to another."""

    from_address: str = account_bytes(1, _HRP)
    to_address: str = account_bytes(2, _HRP)
    amount: tuple[Coin, ...] = coins(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin."""
        return moved(chain, self.amount, self.from_address, self.to_address)


def _asset_to_json(value: Any, names: Names) -> JSON:
    mark = "/" if value.synth else "~" if value.trade else "-" if value.secured else "."
    return f"{value.chain}{mark}{value.symbol}"


def _asset_from_json(document: JSON, names: Names) -> Asset:
    found = _ASSET.fullmatch(document) if type(document) is str else None
    if found is None:
        raise DecodingError("expected an asset as in THOR.RUNE", reason="character")
    chain, mark, symbol = found.groups()
    return Asset(
        chain=chain,
        symbol=symbol,
        ticker=symbol.partition("-")[0],
        synth=mark == "/",
        trade=mark == "~",
        secured=mark == "-",
    )


@described(json=(_asset_to_json, _asset_from_json))
class Asset(Described):
    """An asset of some chain: the coin itself, or what THORChain keeps in its place."""

    chain: str = text(1)
    symbol: str = text(2)
    ticker: str = text(3)
    synth: bool = boolean(4, default=False)
    trade: bool = boolean(5, default=False)
    secured: bool = boolean(6, default=False)


@described()
class AssetCoin(Described):
    """An amount of an asset, in 10^-8."""

    asset: Asset = part(1, Asset)
    amount: int = whole(2)
    decimals: int = i64(3, default=0)


@described("/types.MsgDeposit", amino="thorchain/MsgDeposit", signers=("signer",))
class MsgDeposit(Described):
    """Coins for the protocol, and the memo that tells what it does with them."""

    coins: tuple[AssetCoin, ...] = parts(1, AssetCoin, keep=True)
    memo: str = text(2, keep=True)
    signer: str = account_bytes(3, _HRP)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """A `Transfer` of each coin to the protocol; for a swap a `Call`, and a `Transfer` of what comes of it.

        Its destination is ``<CAIP-2 name>:swap.<account>``, and the amount is not known. Other memos are `Opaque`.
        """
        module = pool(chain, "asgard")
        source, destination = chain.account_id(self.signer), chain.account_id(module)
        paid = tuple(
            [
                Transfer(asset=_named(chain, each.asset), amount=each.amount, source=source, destination=destination)
                for each in self.coins
            ]
        )
        action, *rest = self.memo.split(":")
        if action.lower() in _SWAPS and len(rest) >= 2 and rest[1]:
            told = called(chain, module, "swap", asset=rest[0], destination=rest[1], rest=":".join(rest[2:]))
            bought, receiver = (escaped(each, plain="-") for each in rest[:2])
            bought, receiver = f"{chain.caip2}/swap:{bought}", f"{chain.caip2}:swap.{receiver}"
            return *paid, told, Transfer(asset=bought, amount=None, source=destination, destination=receiver)
        return *paid, Opaque(why="a memo that THORChain acts on", data=self.memo.encode())


def _named(chain: CosmosChain, asset: Asset) -> str:
    """The CAIP-19 name: THORChain's own coins and all others are as the bank has them ("rune", "btc-btc", "btc/btc").

    Nodes take symbols in either case for the same asset.
    """
    if asset.chain.upper() == "THOR" and not (asset.synth or asset.trade or asset.secured):
        native = _NATIVE.get(asset.symbol.upper())
        if native is not None:
            return chain.token(native)
    return f"{chain.caip2}/native:{escaped(_asset_to_json(asset, {}).lower(), plain='-')}"
