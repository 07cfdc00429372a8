"""Typed classes of transactions, by the name of their type: where bytes are read as one."""

from __future__ import annotations

from typing import Any

from walletcore.chains.xrpl.chain import XrplChain
from walletcore.chains.xrpl.transaction import AnyTransaction, Cosigner
from walletcore.keys import PublicKey

__all__ = ["typed"]


def typed(
    chain: XrplChain,
    body: dict[str, Any],
    *,
    signer: PublicKey | None,
    signers: tuple[Cosigner, ...] | None,
) -> AnyTransaction | None:
    """The typed transaction of this body (as ``_body`` gives it), or None where its type has no class.

    Raises `TransactionError`.
    """
    del chain, body, signer, signers
    return None
