"""Looking into a text: addresses, keys, transactions of every chain, and what is odd about them.

`recognise` is a pure function; the command that asks for the text and prints is `walletcore.cli.look`.
"""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.base import Chain
from walletcore.cli.inspection.addresses import addresses
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.keys import keys
from walletcore.cli.inspection.transactions import bytes_of, transactions
from walletcore.cli.leaks import looks_wordy
from walletcore.secret import sealed

__all__ = ["recognise"]

_LONGEST_ADDRESS = 1 << 11  # with what payment requests say besides


@sealed
def recognise(text: str, rows: Sequence[Chain]) -> list[Finding]:
    """What the text is on these chains, at least one thing. Raises `DecodingError`, which repeats nothing."""
    text = text.strip()
    if len(text) <= _LONGEST_ADDRESS:
        found = list(addresses(text, rows))
        if found:
            return found
    found = keys(text, rows)
    if found:
        return found
    raw = None if looks_wordy(text) else bytes_of(text)  # letters are base64, too
    found = [] if raw is None else list(transactions(raw, rows))
    if not found:
        from walletcore.cli.inspection.unknown import not_recognised

        raise not_recognised(text, raw, rows)
    return found
