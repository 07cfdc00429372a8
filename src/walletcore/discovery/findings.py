"""What a search for the wallet behind an address is given and gives: bounds, candidates, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from walletcore.chains.base import Address, Chain, Profile
from walletcore.errors import PathError
from walletcore.path import HARDENED, Path

__all__ = ["Bounds", "Candidate", "Findings", "LeftOut", "Progress", "Wanted"]

Progress = Callable[[int, int], bool | None]
"""Called with the number of keys tried and that of all; it returns False to stop the search."""
Wanted = tuple[str, bytes]
"""What an address stands for, however it is written: its kind and its payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a search goes: this many accounts, changes and indices from 0 on, 1 to 2^31 each. Raises `PathError`."""

    accounts: int = 10
    changes: int = 2
    indices: int = 100

    def __post_init__(self) -> None:
        for what, number in (("accounts", self.accounts), ("changes", self.changes), ("indices", self.indices)):
            if type(number) is not int:
                raise PathError(f"expected an int as {what}, got {type(number).__name__}", reason="type")
            if not 0 < number <= HARDENED:
                raise PathError(f"expected 1 to {HARDENED} {what}", reason="range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A profile that leads to an address: on which chain, and along which path.

    The path is the one that the profile says. An extended key names only its last step, so where a search began with
    one, several profiles, with paths of their own, may give the same address.
    """

    chain: Chain
    profile: Profile
    path: Path
    address: Address

    @property
    def kind(self) -> str:
        """The kind of address that goes with the profile; empty where the chain has one kind only."""
        return self.profile.kind

    @property
    def wallets(self) -> tuple[str, ...]:
        """Who derives keys like this."""
        return self.profile.wallets

    @property
    def source(self) -> str:
        """Where that is written."""
        return self.profile.source


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was not searched, and why: a profile of a chain, or with an empty ``profile`` a whole family by its name.

    ``reason`` is "hardened" (an extended public key has no such keys), "missing" (an extra, or the seed that another
    tree grows from), "mismatch" or "network" (the key is not where this profile has its accounts).
    """

    chain: str
    profile: str
    reason: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a search has found: candidates in the order of the chains, what was left out, and how many keys were tried.

    ``complete`` is False where it was stopped. ``languages`` are those in which a phrase is valid: the seed is made of
    its words and not of their places in a list, so that the candidates of all of them are the same.
    """

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...] = ()
    keys: int = 0
    complete: bool = True
    languages: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)

    def __len__(self) -> int:
        return len(self.candidates)
