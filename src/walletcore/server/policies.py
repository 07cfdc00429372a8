"""The guards of a key, made of the rules that its configuration names: a table from names to rules.

In two steps: what the file says is read, and refused, before anything is opened; then come the store and approvers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from walletcore.errors import ConfigError
from walletcore.server.sources import read_sources, secrets_of
from walletcore.server.toml import Table, placed, read_public_key
from walletcore.signers import check_uri, open_signer, rules
from walletcore.signers.guard import AsyncGuard, Guard, guard
from walletcore.signers.quorum import quorum
from walletcore.signers.store import Store
from walletcore.signing import AsyncSigner, Signer

if TYPE_CHECKING:
    from walletcore.server.config import Key

__all__ = ["RULES", "check_rules", "guarded"]

_SPAN = re.compile(r"([1-9][0-9]{0,6})([smhd])", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Made = Callable[[Store], rules.Rule]


def check_rules(key: Key) -> None:
    """Read all rules of a key, and open nothing. Raises `ConfigError` that names the rule."""
    for each in key.rules:
        _read(each.name, each.arguments.copy())


def guarded(signer: Signer | AsyncSigner, key: Key, store: Store) -> Guard | AsyncGuard:
    """The signer with the guard of its key in front. Raises `ConfigError` that names the rule."""
    made = [_read(each.name, each.arguments.copy())(store) for each in key.rules]
    with placed(f"key.{key.name}.guard"):
        return guard(signer, *made, store=store, allow_opaque=key.allow_opaque, chains=key.rows)


def _read(name: str, arguments: Table) -> Made:
    if name == "once":
        raise ConfigError(
            f"{arguments.at('rule')}: the server keeps one signature of a request itself", reason="policy"
        )
    if name not in RULES:
        raise ConfigError(f"{arguments.at('rule')}: expected one of {', '.join(RULES)}", reason="unknown")
    with placed(arguments.path):
        made = RULES[name](arguments)
    arguments.end()

    def opened(store: Store) -> rules.Rule:
        with placed(arguments.path):
            return made(store)

    return opened


def _closed(read: Callable[[Table], rules.Rule]) -> Callable[[Table], Made]:
    """A rule that needs nothing opened."""

    def made(table: Table) -> Made:
        rule = read(table)
        return lambda _: rule

    return made


def _limit(table: Table) -> rules.Rule:
    return rules.limit(
        table.take("asset", str),
        per_transaction=table.amount("per_transaction") if "per_transaction" in table else None,
        total=table.amount("total") if "total" in table else None,
        per=_span(table, "per") if "per" in table else None,
        name=table.take_or("name", "limit"),
    )


def _max_fee(table: Table) -> rules.Rule:
    fees = table.table("at_most")
    return rules.max_fee({asset: fees.amount(asset) for asset in fees.names()})


def _no_unlimited_approval(table: Table) -> rules.Rule:
    return rules.no_unlimited_approval(**({"most": table.amount("most")} if "most" in table else {}))


def _quorum(table: Table) -> Made:
    approvers, needed = [_approver(each) for each in table.tables("of")], table.take("needed", int)
    if not 0 < needed <= len(approvers):
        raise ConfigError(f"{table.at('needed')}: expected 1 to {len(approvers)}, as many as there are", reason="range")
    return lambda _: quorum(needed, of=[opened() for opened in approvers])


def _approver(table: Table) -> Callable[[], Signer]:
    uri, key, sources = table.checked("uri", check_uri), read_public_key(table), read_sources(table.table("secrets"))
    table.end()
    return lambda: open_signer(uri, public_key=key, secrets=secrets_of(sources))


def _several(join: Callable[..., rules.Rule]) -> Callable[[Table], Made]:
    def made(table: Table) -> Made:
        inner = [_read(each.take("rule", str), each) for each in table.tables("rules")]
        if not inner:
            raise ConfigError(f"{table.at('rules')}: expected rules, at least one", reason="missing")
        return lambda store: join(*[each(store) for each in inner])

    return made


RULES: dict[str, Callable[[Table], Made]] = {
    "all_of": _several(rules.all_of),
    "any_of": _several(rules.any_of),
    "audit": lambda _: rules.audit,
    "limit": _closed(_limit),
    "max_fee": _closed(_max_fee),
    "max_fee_rate": _closed(lambda table: rules.max_fee_rate(table.amount("at_most"))),
    "no_authority_change": _closed(lambda _: rules.no_authority_change()),
    "no_statements": _closed(lambda table: rules.no_statements(memos=table.take_or("memos", False))),
    "no_unlimited_approval": _closed(_no_unlimited_approval),
    "only_assets": _closed(lambda table: rules.only_assets(*table.texts("assets"))),
    "only_chains": _closed(lambda table: rules.only_chains(*table.texts("chains"))),
    "only_to": _closed(lambda table: rules.only_to(table.texts("accounts"))),
    "quorum": _quorum,
    "refuse_opaque": _closed(lambda _: rules.refuse_opaque()),
}
"""A rule's name -> what reads its arguments, and gives what makes it once the store is open."""


def _span(table: Table, name: str) -> timedelta:
    """A time such as 90s, 15m, 24h, 7d."""
    found = _SPAN.fullmatch(table.take(name, str))
    if found is None:
        raise ConfigError(f"{table.at(name)}: expected a time such as 90s, 15m, 24h or 7d", reason="character")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
