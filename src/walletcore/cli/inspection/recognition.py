"""What a text is on any chain: an address, else a key, else a transaction or message.

`recognise` is a pure function; the command that asks for the text and prints is `walletcore.cli.look`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from walletcore.chains.base import Chain
from walletcore.cli.inspection.addresses import addresses
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.leaks import looks_wordy
from walletcore.errors import DecodingError, TransactionError
from walletcore.secret import sealed

if TYPE_CHECKING:
    from walletcore.cli.inspection.clear_signing import ScreenOf
    from walletcore.cli.inspection.transactions import ChangeOf

__all__ = ["recognise"]

_LONGEST_ADDRESS = 1 << 11  # with what payment requests say besides


@sealed
def recognise(
    text: str,
    rows: Sequence[Chain],
    *,
    erc20: Sequence[bytes] = (),
    change_of: ChangeOf | None = None,
    screen_of: ScreenOf | None = None,
) -> list[Finding]:
    """What the text is on these chains, at least one thing. Raises `DecodingError`, which repeats nothing.

    ``change_of`` finds what a transaction provably returns to somebody (`Wallet.change_of`), ``screen_of`` what
    descriptors make of it.
    """
    text = text.strip()
    found = list(addresses(text, rows)) if len(text) <= _LONGEST_ADDRESS else []
    if found:
        return found
    from walletcore.cli.inspection.keys import keys  # an address needs none of these

    found = keys(text, rows)
    if found:
        return found
    from walletcore.cli.inspection.proofs import proofs

    found = proofs(text, rows)
    if found:
        return found
    from walletcore.cli.inspection.transactions import transactions

    read = _read(text, rows)
    found = [finding for raw, readers in read for finding in transactions(raw, readers, erc20, change_of, screen_of)]
    if found:
        return found
    from walletcore.cli.inspection.unknown import not_recognised

    raise not_recognised(text, read, rows)


def _read(text: str, rows: Sequence[Chain]) -> list[tuple[bytes, Sequence[Chain]]]:
    """The bytes that a text spells, each with the chains that print it so; letters are base64, too."""
    from walletcore.cli.inspection.spelling import spellings

    typed = _typed_data(text)
    if typed is not None:
        return [(typed, rows)]
    return [] if looks_wordy(text) else list(spellings(text, rows))


def _typed_data(text: str) -> bytes | None:
    if not text.startswith("{"):
        return None
    from walletcore.cli.inspection.messages import typed_data

    try:
        return typed_data(text)
    except TransactionError as error:
        raise DecodingError(f"no typed data: {error}", reason=error.reason, hint=error.hint) from None
