"""Looking into a text: addresses, keys, transactions of every chain, and what is odd about them.

`recognise` is a pure function; the command that asks for the text and prints is `walletcore.cli.look`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from walletcore.chains.base import Chain
from walletcore.cli.inspection.addresses import addresses, refusals
from walletcore.cli.inspection.finding import Finding
from walletcore.cli.inspection.keys import keys
from walletcore.cli.inspection.transactions import bytes_of, readings, transactions
from walletcore.errors import DecodingError
from walletcore.secret import sealed

__all__ = ["recognise"]

_HASH = re.compile(r"(0x)?[0-9a-fA-F]{64}", re.ASCII)
_LONGEST_ADDRESS = 128
_LONGEST_HASH = 32  # no transaction is shorter


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
    raw = bytes_of(text)
    found = [] if raw is None else list(transactions(raw, rows))
    if not found:
        raise _not_recognised(text, raw, rows)
    return found


def _not_recognised(text: str, raw: bytes | None, rows: Sequence[Chain]) -> DecodingError:
    if _HASH.fullmatch(text):
        hint = "transaction ids, hashes and bare private keys look the same; the latter belong nowhere near an argument"
        return DecodingError("32 bytes alone do not say what they are", reason="ambiguous", hint=hint)
    near = refusals(text, rows) if len(text) <= _LONGEST_ADDRESS else {}
    for name, error in near.items():
        return DecodingError(f"no address of {name}: {error}", reason=error.reason, hint=error.hint)
    if raw is not None and len(raw) > _LONGEST_HASH:
        why = readings(raw, rows)[1].items()
        return DecodingError("no transaction: " + "; ".join(_first_of_each(why)), reason="unknown")
    kinds = "addresses, extended keys, WIF, and transactions in hex or base64"
    return DecodingError("not recognised", reason="unknown", hint=f"{kinds} are")


def _first_of_each(why: object) -> list[str]:
    seen: dict[str, str] = {}
    for name, error in why:  # type: ignore[attr-defined]
        seen.setdefault(str(error), name)
    return [f"{name}: {text}" for text, name in list(seen.items())[:4]]
