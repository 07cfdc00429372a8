"""The guards of a key, made of the rules that its configuration names: a table from names to rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from walletcore.errors import ConfigError, WalletcoreError
from walletcore.server.config import Key
from walletcore.server.sources import read_sources, secrets_of
from walletcore.server.toml import Table, read_public_key
from walletcore.signers import open_signer, rules
from walletcore.signers.guard import AsyncGuard, Guard, guard
from walletcore.signers.quorum import quorum
from walletcore.signers.store import Store
from walletcore.signing import AsyncSigner, Signer

__all__ = ["RULES", "guarded"]

_SPAN = re.compile(r"([1-9][0-9]{0,6})([smhd])", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Made = Callable[[Table, Store], rules.Rule]


def guarded(signer: Signer | AsyncSigner, key: Key, store: Store) -> Guard | AsyncGuard:
    """The signer with the guard of its key in front. Raises `ConfigError` that names the rule."""
    made = [_made(each.name, each.arguments.copy(), store) for each in key.rules]
    try:
        return guard(signer, *made, store=store, allow_opaque=key.allow_opaque, chains=key.rows)
    except WalletcoreError as error:
        raise ConfigError(f"key.{key.name}.guard: {error}", reason=error.reason) from None


def _made(name: str, arguments: Table, store: Store) -> rules.Rule:
    if name not in RULES:
        raise ConfigError(f"{arguments.at('rule')}: expected one of {', '.join(RULES)}", reason="unknown")
    try:
        rule = RULES[name](arguments, store)
    except ConfigError:
        raise
    except WalletcoreError as error:
        raise ConfigError(f"{arguments.path}: {error}", reason=error.reason) from None
    arguments.end()
    return rule


def _limit(table: Table, _: Store) -> rules.Rule:
    return rules.limit(
        table.take("asset", str),
        per_transaction=table.amount("per_transaction") if "per_transaction" in table else None,
        total=table.amount("total") if "total" in table else None,
        per=_span(table, "per") if "per" in table else None,
        name=table.take_or("name", "limit"),
    )


def _max_fee(table: Table, _: Store) -> rules.Rule:
    fees = table.table("at_most")
    return rules.max_fee({asset: fees.amount(asset) for asset in fees.names()})


def _no_unlimited_approval(table: Table, _: Store) -> rules.Rule:
    return rules.no_unlimited_approval(**({"most": table.amount("most")} if "most" in table else {}))


def _quorum(table: Table, _: Store) -> rules.Rule:
    approvers = [_approver(each) for each in table.tables("of")]
    return quorum(table.take("needed", int), of=approvers)


def _approver(table: Table) -> Signer:
    uri, key, sources = table.take("uri", str), read_public_key(table), read_sources(table.table("secrets"))
    table.end()
    return open_signer(uri, public_key=key, secrets=secrets_of(sources))


def _several(join: Callable[..., rules.Rule]) -> Made:
    def made(table: Table, store: Store) -> rules.Rule:
        return join(*[_made(each.take("rule", str), each, store) for each in table.tables("rules")])

    return made


RULES: dict[str, Made] = {
    "all_of": _several(rules.all_of),
    "any_of": _several(rules.any_of),
    "audit": lambda _, store: rules.audit(store),
    "limit": _limit,
    "max_fee": _max_fee,
    "no_authority_change": lambda _, __: rules.no_authority_change(),
    "no_statements": lambda table, _: rules.no_statements(memos=table.take_or("memos", False)),
    "no_unlimited_approval": _no_unlimited_approval,
    "only_assets": lambda table, _: rules.only_assets(*table.texts("assets")),
    "only_chains": lambda table, _: rules.only_chains(*table.texts("chains")),
    "only_to": lambda table, _: rules.only_to(table.texts("accounts")),
    "quorum": _quorum,
    "refuse_opaque": lambda _, __: rules.refuse_opaque(),
}
"""A rule's name -> what makes it of its arguments."""


def _span(table: Table, name: str) -> timedelta:
    """A time such as 90s, 15m, 24h, 7d."""
    found = _SPAN.fullmatch(table.take(name, str))
    if found is None:
        raise ConfigError(f"{table.at(name)}: expected a time such as 90s, 15m, 24h or 7d", reason="character")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
