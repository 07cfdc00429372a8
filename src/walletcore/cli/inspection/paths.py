"""A derivation path, explained: what each level means (BIP-43, BIP-44, SLIP-44), and which wallets use it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from walletcore.chains import chains
from walletcore.chains.base import Chain, Profile
from walletcore.path import HARDENED, Path

__all__ = ["coin_types", "levels", "uses"]

_PURPOSES = {
    44: "BIP-44, one kind of address for each coin",
    45: "BIP-45, multi-signature p2sh",
    48: "BIP-48, multi-signature",
    49: "BIP-49, p2sh-p2wpkh",
    84: "BIP-84, p2wpkh",
    86: "BIP-86, p2tr",
    1852: "CIP-1852, Cardano",
    12381: "EIP-2334, BLS keys",
    83696968: "BIP-85, entropy for another wallet",
}
_BY_COIN = {44, 49, 84, 86}  # purposes whose next levels are coin type, account, change, index
_LEVELS = ("purpose", "coin type", "account", "change", "index")
_NOT_HARDENED = ("change", "index")  # where only private derivation is possible, as on Solana, there are none
_TESTNETS = 1
_PLACES = re.compile(r"\\\{(account|change|index)\\\}")


def levels(path: Path) -> list[dict[str, Any]]:
    """One row per step: ``step`` as it is written, ``hardened`` or not, the ``level``'s name, its ``meaning``."""
    numbers = [step % HARDENED for step in path.steps]
    by_coin = bool(numbers) and numbers[0] in _BY_COIN and path.steps[0] >= HARDENED
    return [_level(place, step, by_coin) for place, step in enumerate(path.steps)]


def _level(place: int, step: int, by_coin: bool) -> dict[str, Any]:
    number, is_hardened = step % HARDENED, step >= HARDENED
    known = place < len(_LEVELS) and (by_coin or (place == 0 and is_hardened))
    if known and is_hardened and _LEVELS[place] in _NOT_HARDENED:
        return _row(
            number, is_hardened, f"level {place + 1}", f"no {_LEVELS[place]} level, which BIP-44 does not harden"
        )
    name = _LEVELS[place] if known else f"level {place + 1}"
    return _row(number, is_hardened, name, _meaning(name, number))


def _row(number: int, is_hardened: bool, name: str, meaning: str) -> dict[str, Any]:
    return {
        "step": f"{number}'" if is_hardened else str(number),
        "hardened": is_hardened,
        "level": name,
        "meaning": meaning,
    }


def _meaning(name: str, number: int) -> str:
    match name:
        case "purpose":
            return _PURPOSES.get(number, "a purpose that is not known here (BIP-43)")
        case "coin type":
            return _coin(number)
        case "account":
            return f"the {_ordinal(number + 1)} account"
        case "change":
            return {0: "receiving addresses", 1: "change addresses"}.get(number, "neither receiving (0) nor change (1)")
        case "index":
            return f"the {_ordinal(number + 1)} address"
    return ""


def _coin(number: int) -> str:
    if number == _TESTNETS:
        return "SLIP-44: all test networks"
    rows = chains()
    names = [row.name for row in rows if _coin_of(row) == number] or [row.name for row in rows if row.slip44 == number]
    shown = names if len(names) <= 3 else [names[0], f"{len(names) - 1} more"]
    return f"SLIP-44: {', '.join(shown)}" if names else f"SLIP-44 coin type {number}, no chain known here"


def _coin_of(row: Chain) -> int | None:
    """The coin type in the paths of a chain, which on EVM chains is mostly Ethereum's and not their own."""
    found = re.match(r"m/[0-9]+'/([0-9]+)'", row.profiles[0].path) if row.profiles else None
    return int(found[1]) if found else None


def coin_types(row: Chain) -> set[int]:
    """The coin types that a chain has in the paths of its profiles, and its own of SLIP-44."""
    found = (re.match(r"m/[0-9]+'/([0-9]+)'", profile.path) for profile in row.profiles)
    return {row.slip44, *(int(each[1]) for each in found if each)}


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def uses(path: Path) -> list[dict[str, Any]]:
    """The profiles whose paths are this one or begin with it, the chains with the same profile in one row."""
    found: dict[Profile, dict[str, Any]] = {}
    for row in chains():
        for profile in row.profiles:
            numbers = _matched(profile.path, str(path)) if len(path) else None
            if numbers is not None:
                whole = profile.path.count("/") == len(path)
                found.setdefault(profile, _use(profile, numbers, whole))["chains"].append(row.name)
    return sorted(found.values(), key=lambda use: not use["whole"])


def _use(profile: Profile, numbers: Mapping[str, int], whole: bool) -> dict[str, Any]:
    return {
        "profile": profile.name,
        "chains": [],
        "template": profile.path,
        "numbers": dict(numbers),
        "whole": whole,
        "kind": profile.kind,
        "derivation": profile.derivation,
        "wallets": list(profile.wallets),
        "source": profile.source,
    }


def _matched(template: str, text: str) -> dict[str, int] | None:
    """The numbers that the path has in the places of the template's beginning; None where they do not go together."""
    steps = template.split("/")[: text.count("/") + 1]
    pattern = _PLACES.sub(r"(?P<\1>[0-9]+)", re.escape("/".join(steps)))
    match = re.fullmatch(pattern, text)
    return None if match is None else {name: int(number) for name, number in match.groupdict().items()}
