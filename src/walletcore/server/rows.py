"""What an operator knows of chains and no signed bytes say, as rows that guards take instead of those in the list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from walletcore.chains import chain
from walletcore.chains.base import Chain
from walletcore.chains.evm import Evm
from walletcore.chains.solana import SolanaChain
from walletcore.errors import ConfigError
from walletcore.server.toml import Table, placed

__all__ = ["read_row", "read_rows"]

_MEMBERS: dict[type[Chain], tuple[str, ...]] = {Evm: ("data_fee", "erc20"), SolanaChain: ("signature_fee",)}
"""A family's rows -> what may be said of them; ``erc20`` is a list of addresses, the others are amounts."""


def read_rows(document: Table) -> tuple[Chain, ...]:
    """The tables ``[chain.NAME]``. Raises `ConfigError`, also where two of them are about one chain."""
    rows = tuple(read_row(name, table) for name, table in document.named("chain"))
    if len({row.caip2 for row in rows}) != len(rows):
        raise ConfigError("chain: two tables are about one chain", reason="duplicate")
    return rows


def read_row(name: str, table: Table) -> Chain:
    """The row of the chain of this name, with what the table says. Raises `ConfigError`."""
    with placed(table.path):
        row = chain(name)
        members = _MEMBERS.get(type(row), ())
        said = {member: _value(table, member) for member in members if member in table}
        table.end()
        if not said:
            expected = " or ".join(members) or "nothing of this chain"
            raise ConfigError(f"{table.path}: expected {expected}", reason="missing")
        return replace(row, **said)


def _value(table: Table, member: str) -> Any:
    return table.texts(member) if member == "erc20" else table.amount(member)
