"""What transactions of the XRP Ledger do, by their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from walletcore.chains.xrpl import codec
from walletcore.chains.xrpl.chain import XrplChain
from walletcore.effects import Effect, Fee, Opaque

__all__ = ["read"]


def read(chain: XrplChain, fields: Mapping[str, Any]) -> tuple[Effect, ...]:
    """The effects of a transaction's fields (as `AnyTransaction.fields` gives them), and its fee."""
    payer = chain.account_id(fields.get("Delegate", fields["Account"]))
    fee = Fee(asset=chain.asset, at_most=int(fields["Fee"]), payer=payer)
    return Opaque(why=fields["TransactionType"], data=codec.encode(fields)), fee
