"""The bytes that a text spells, where more than one spelling is possible: base58 is base64, too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from walletcore.chains.base import Chain
from walletcore.chains.solana import SolanaChain
from walletcore.cli.inspection.transactions import bytes_of
from walletcore.coding.text import base58

__all__ = ["spellings"]

_LONGEST = 1683  # digits of base58 that 1232 bytes take at most
# More than the 64 bytes of a signature or a key pair, at most the 1232 of a packet: to decode takes the square of it.
_PACKET = re.compile(f"[1-9A-HJ-NP-Za-km-z]{{89,{_LONGEST}}}", re.ASCII)


def spellings(text: str, rows: Sequence[Chain]) -> Iterator[tuple[bytes, Sequence[Chain]]]:
    """What the text is in hex or base64, then in base58, each with the chains that print transactions so."""
    raw = bytes_of(text)
    if raw is not None:
        yield raw, rows
    solana = [row for row in rows if isinstance(row, SolanaChain)]
    digits = "".join(text.split()) if solana and len(text) <= 2 * _LONGEST else ""
    if _PACKET.fullmatch(digits):
        yield base58.decode(digits), solana
