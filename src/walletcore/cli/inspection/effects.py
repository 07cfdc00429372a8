"""Effects as rows for people: what moves, how much of it in whole coins, from where to where."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from walletcore.chains.base import Chain
from walletcore.cli.inspection.finding import UNLIMITED, number_of
from walletcore.cli.show import amount
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer

__all__ = ["TITLES", "rows_of"]

TITLES = ("effect", "amount", "from", "to")


def rows_of(effects: Sequence[Effect], row: Chain, change: Collection[int] = ()) -> Iterator[tuple[str, str, str, str]]:
    """One row of `TITLES` per effect of a transaction or message of this chain.

    ``change`` are the places of transfers that a wallet has proven to return to it (`Wallet.change_of`). The
    call beside an effect whose number is an amount or an id says no more than that number, and has no row.
    """
    known = None
    for place, effect in enumerate(effects):
        if known is None:
            known = number_of(effects, place)
            what, much, source, to = _row(effect, row) if known is None else _open(effect, known, row)
            yield "change" if place in change else what, much, source, to
        else:
            known = None


def _open(effect: Effect, number: int, row: Chain) -> tuple[str, str, str, str]:
    """An effect of a contract of which nobody said that it is ERC-20: the number may be the id of one token."""
    asset = getattr(effect, "asset", "").removeprefix(f"{row.caip2}/").replace("erc20:", "erc20/erc721:")
    title, _, source, to = _row(effect, row)
    most = "ALL or token id" if number >= UNLIMITED else "value or token id"
    return title, f"{most} {number} of {asset}", source, to


def _row(effect: Effect, row: Chain) -> tuple[str, str, str, str]:
    match effect:
        case Transfer():
            tag = "" if effect.tag is None else f" (tag {effect.tag})"
            to = _account(effect.destination, row) + tag
            return "transfer", _amount(effect.amount, effect.asset, row), _account(effect.source, row), to
        case Fee():
            known = f"at most {_amount(effect.at_most, effect.asset, row)}"
            return "fee", "not known" if effect.at_most is None else known, _account(effect.payer, row), ""
        case Approve():
            source = _account(effect.source, row)
            return "allow to spend", _allowance(effect, row), source, _account(effect.spender, row)
        case Authority():
            return "change of control", effect.change, _account(effect.account, row), ""
        case Call():
            arguments = ", ".join(f"{name}={value}" for name, value in effect.arguments)
            return "call", f"{effect.name}({arguments})", "", _account(effect.target, row)
        case Statement():
            return effect.meaning or "statement", repr(effect.text), "", ""
        case Opaque():
            return "not understood", f"{effect.why}{f' ({len(effect.data)} bytes)' if effect.data else ''}", "", ""


def _allowance(effect: Approve, row: Chain) -> str:
    if effect.amount is None or effect.amount >= UNLIMITED:
        return f"ALL of {_amount(None, effect.asset, row).removeprefix('an unknown amount of ')}, now and later"
    return _amount(effect.amount, effect.asset, row)


def _amount(units: int | None, asset: str, row: Chain) -> str:
    """In whole coins where the asset is the chain's own; else in its smallest units, as its decimals are not signed."""
    if asset == row.asset:
        return amount(units, row.decimals, row.symbol)
    return f"{'an unknown amount' if units is None else f'{units} units'} of {asset.removeprefix(row.caip2 + '/')}"


def _account(name: str, row: Chain) -> str:
    return name.removeprefix(f"{row.caip2}:")
