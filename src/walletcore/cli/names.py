"""Names that a person types: chains, profiles and kinds of addresses, with the nearest one where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from walletcore.errors import AddressError, Unsupported

if TYPE_CHECKING:
    from walletcore.chains.base import Chain, Profile

__all__ = ["chain_names", "contracts", "find_chain", "find_profile", "kind_names", "language_names", "profile_names"]

_NEAR = 0.7  # of difflib's ratio
_OFFERED = 3
_MOST, _FIRST = 6, 4  # names that a hint has: up to six, or the first four


def find_chain(name: str) -> Chain:
    """The chain of that name. Raises `Unsupported`, with the nearest names as a hint."""
    from walletcore.chains import chain

    try:
        return chain(name)
    except Unsupported as error:
        raise Unsupported(str(error), reason=error.reason, hint=_hint(name)) from None


def _hint(name: str) -> str:
    meant = _meant(name)
    question = f"did you mean {' or '.join(meant)}? " if meant else ""
    return f"{question}`walletcore chains` lists them"


def _meant(name: str) -> list[str]:
    """The chains that a name may stand for: in other letters, by its coin, or but for a typo."""
    from difflib import get_close_matches

    from walletcore.chains import chains

    rows, wanted = chains(), name.strip().lower()[:80]
    plain = [row.name for row in rows if wanted == row.name] or [r.name for r in rows if r.symbol.lower() == wanted]
    return plain[:1] or get_close_matches(wanted, [row.name for row in rows], _OFFERED, _NEAR)


def contracts(texts: Sequence[str], rows: Iterable[Chain]) -> tuple[bytes, ...]:
    """The 20 bytes of each address of one of the EVM chains, or of Ethereum. Raises `AddressError`."""
    from walletcore.chains import chain
    from walletcore.chains.evm import Evm

    readers = [row for row in rows if isinstance(row, Evm)] or [chain("ethereum", Evm)]
    return tuple(_payload(text, readers) for text in texts)


def _payload(text: str, readers: Sequence[Chain]) -> bytes:
    for row in readers[1:]:
        try:
            return row.parse_address(text).payload
        except AddressError:
            continue
    return readers[0].parse_address(text).payload


def find_profile(row: Chain, name: str, kind: str) -> Profile:
    """The profile of a chain. Raises `Unsupported`, with what there is as a hint."""
    try:
        return row.profile(name, kind=kind)
    except Unsupported as error:
        there = {"profiles": _unique(each.name for each in row.profiles)} if name else {}
        there |= {"kinds": _unique(each.kind for each in row.profiles)} if kind else {}
        hint = "; ".join(f"{row.name} has the {what} {_few(names)}" for what, names in there.items() if names)
        raise Unsupported(str(error), reason=error.reason, hint=hint or f"{row.name} has one kind only") from None


def _few(names: Sequence[str]) -> str:
    if len(names) <= _MOST:
        return ", ".join(names)
    return f"{', '.join(names[:_FIRST])} and {len(names) - _FIRST} more: `walletcore chains` lists them"


def _unique(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name]


# What a shell offers.


def chain_names(incomplete: str) -> list[str]:
    """Names of chains that begin so."""
    from walletcore.chains import chains

    return _beginning((row.name for row in chains()), incomplete)


def profile_names(ctx: Any, incomplete: str) -> list[str]:
    """Profiles of the chain that is typed already."""
    return _beginning((profile.name for row in _rows(ctx) for profile in row.profiles), incomplete)


def kind_names(ctx: Any, incomplete: str) -> list[str]:
    """Kinds of addresses of the chain that is typed already."""
    return _beginning((profile.kind for row in _rows(ctx) for profile in row.profiles), incomplete)


def language_names(incomplete: str) -> list[str]:
    """Languages of BIP-39."""
    from walletcore.mnemonic.wordlists import LANGUAGES

    return _beginning(LANGUAGES, incomplete)


def _rows(ctx: Any) -> tuple[Chain, ...]:
    """The chain among the words so far; all chains where there is none yet."""
    from walletcore.chains import chain, chains

    for word in (ctx.params.get("chain") or "", *ctx.args):  # among the latter while an option lacks its value
        try:
            return (chain(word),)
        except Unsupported:
            continue
    return chains()


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in _unique(names) if name.startswith(incomplete)]
