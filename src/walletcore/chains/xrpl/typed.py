"""Typed classes of transactions, by the name of their type: where bytes are read as one."""

from __future__ import annotations

from typing import Any

from walletcore.chains.xrpl.chain import XrplChain
from walletcore.chains.xrpl.transaction import AnyTransaction

__all__ = ["typed"]


def typed(chain: XrplChain, body: dict[str, Any], **signing: Any) -> AnyTransaction | None:
    """The typed transaction of this body (as ``_body`` gives it), or None where its type has no class.

    ``signing`` are signer, signers and parties, for its constructor. Raises `TransactionError`.
    """
    del chain, body, signing
    return None
