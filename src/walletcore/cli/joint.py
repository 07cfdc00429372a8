"""Accounts that are shared with cosigners, named by their descriptors: what returns to them is change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from walletcore.cli.leaks import refuse_secrets

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.descriptor import MultisigDescriptor

__all__ = ["MultisigOption", "accounts"]

_PARTS = re.compile(r"[\[\](),/#]")

MultisigOption = Annotated[
    list[str] | None,
    typer.Option(
        "--multisig",
        metavar="DESCRIPTOR",
        help="A joint account, whose change is searched for: wsh(sortedmulti(2,[...]xpub...,...)); as often as needed.",
    ),
]


def accounts(texts: Sequence[str] | None) -> tuple[MultisigDescriptor, ...]:
    """The joint accounts, each of them once. Raises `DerivationError`; `DecodingError` for a private key in one."""
    if not texts:
        return ()
    from walletcore.chains.bitcoin.descriptor import MultisigDescriptor, check_distinct

    refuse_secrets([part for text in texts for part in _PARTS.split(text)])
    found = tuple(map(MultisigDescriptor.parse, texts))
    check_distinct(found)
    return found
