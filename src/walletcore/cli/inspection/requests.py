"""What a payment request of Bitcoin's family asks for (BIP-21, BIP-321)."""

from __future__ import annotations

from walletcore.chains.bitcoin.uri import PaymentUri
from walletcore.cli.inspection.finding import Oddity
from walletcore.cli.show import amount

__all__ = ["REQUEST", "facts_of"]

REQUEST = Oddity(code="request", text="a payment request: whoever made it wrote the amount and the words, too")


def facts_of(uri: PaymentUri) -> tuple[tuple[str, str], ...]:
    """The amount in whole coins, the texts, and the parameters that others may understand."""
    row = uri.chain
    facts = (
        ("amount", "" if uri.amount is None else amount(uri.amount, row.decimals, row.symbol)),
        ("label", uri.label),
        ("message", uri.message),
        ("also", "&".join(f"{name}={value}" for name, value in uri.others)),
    )
    return tuple((name, value) for name, value in facts if value) or (("asked for", "nothing more"),)
