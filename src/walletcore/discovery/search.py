"""The search itself: the profiles of some rows, key by key, the probable first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import cast

from walletcore.chains.base import LEVELS, Address, Chain, Profile
from walletcore.discovery.findings import Bounds, Candidate, Findings, LeftOut, Progress, Wanted
from walletcore.discovery.roots import Roots, Start
from walletcore.errors import AddressError, DerivationError, Unsupported
from walletcore.keys import PublicKey
from walletcore.path import Path

__all__ = ["Job", "Search"]

_EVERY = 64  # keys between two calls of whoever watches
_NEAR = 20  # BIP-44, "Address gap limit": where most of the addresses of a wallet are
_STAGES = (  # accounts, changes, indices; None is as far as the bounds go: the probable first, and no key twice
    (1, 1, _NEAR),
    (1, None, None),
    (None, None, _NEAR),
    (None, None, None),
)
_Ranges = tuple[range, range, range]


@dataclass(frozen=True, slots=True)
class Job:
    """The keys of one profile, for rows that make the same of each key."""

    profile: Profile
    start: Start
    row: Chain
    wanted: Wanted

    def ranges(self, bounds: Bounds) -> _Ranges:
        """The numbers for account, change and index: one where the template has no place, or the key settles it."""
        limits = zip(LEVELS, (bounds.accounts, bounds.changes, bounds.indices), strict=True)
        return cast(_Ranges, tuple(self._range(level, limit) for level, limit in limits))

    def _range(self, level: str, limit: int) -> range:
        first = self.start.settled.get(level)
        if first is not None:
            return range(first, first + 1)
        return range(limit if f"{{{level}}}" in self.profile.path else 1)

    def paths(self, ranges: _Ranges, stage: int) -> Iterator[Path]:
        """The paths of one stage that are in none before it."""
        *before, (accounts, changes, indices) = (_box(ranges, limits) for limits in _STAGES[: stage + 1])
        for account, change in product(accounts, changes):
            done = max((len(box[2]) for box in before if account in box[0] and change in box[1]), default=0)
            for index in indices[done:]:
                yield self.profile.fill(account=account, change=change, index=index)


def _box(ranges: _Ranges, limits: tuple[int | None, ...]) -> _Ranges:
    return cast(_Ranges, tuple(numbers[:limit] for numbers, limit in zip(ranges, limits, strict=True)))


def _stands_for(row: Chain, key: PublicKey, profile: Profile) -> Wanted:
    address = row.address(key, kind=profile.kind)
    return address.kind, address.payload


class Search:
    """The profiles of some rows, each with where its paths begin; what has no such place is left out with a reason."""

    def __init__(self, roots: Roots, rows: Sequence[Chain], name: str, left_out: Sequence[LeftOut]) -> None:
        self._left_out = list(left_out)
        self._starts: list[tuple[Chain, Profile, Start, PublicKey, Address]] = []
        for row in rows:
            for profile in row.profiles:
                if name in ("", profile.name):
                    self._begin(roots, row, profile)

    def _begin(self, roots: Roots, row: Chain, profile: Profile) -> None:
        """Derive the first key; its address tells the kind of all."""
        try:
            start = roots.start(row, profile)
            key = start.key(start.path(profile))
            address = row.address(key, kind=profile.kind)
        except (AddressError, DerivationError, Unsupported) as error:
            left_out = LeftOut(chain=row.name, profile=profile.name, reason=error.reason, why=str(error))
            self._left_out.append(left_out)
        else:
            self._starts.append((row, profile, start, key, address))

    def first(self) -> Findings:
        """The first address of each profile."""
        found = (
            Candidate(chain=row, profile=profile, path=start.path(profile), address=address)
            for row, profile, start, _, address in self._starts
        )
        return self._findings(tuple(found), keys=len(self._starts))

    def to(self, wanted: dict[Chain, Wanted], bounds: Bounds, progress: Progress | None) -> Findings:
        """The profiles that lead to an address: all that read the path, or what is known of it, to the first key."""
        jobs = self._jobs(wanted)
        ranges = [job.ranges(bounds) for job in jobs]
        total, keys = sum(prod(map(len, each)) for each in ranges), 0
        for stage in range(len(_STAGES)):
            for job, numbers in zip(jobs, ranges, strict=True):
                for path in job.paths(numbers, stage):
                    keys += 1
                    key = job.start.key(path)
                    if _stands_for(job.row, key, job.profile) == job.wanted:
                        found = self._same(wanted, job.start, path.steps[job.start.depth :], key)
                        return self._findings(tuple(found), keys=keys)
                    if keys % _EVERY == 0 and progress is not None and progress(keys, total) is False:
                        return self._findings((), keys=keys, complete=False)
        return self._findings((), keys=keys)

    def _jobs(self, wanted: dict[Chain, Wanted]) -> list[Job]:
        """One for all rows that have a profile in common, and make the same of its first key; other kinds fall out."""
        jobs: dict[object, Job] = {}
        for row, profile, start, _, address in self._starts:
            kind, payload = wanted[row]
            if address.kind == kind:
                same = profile, type(row), payload, address.payload
                jobs.setdefault(same, Job(profile, start, row, (kind, payload)))
        return list(jobs.values())

    def _same(
        self, wanted: dict[Chain, Wanted], start: Start, steps: tuple[int, ...], key: PublicKey
    ) -> Iterator[Candidate]:
        """All profiles of which these steps, taken from the root, make a path to this key, and this address of it."""
        for row, profile, other, _, _ in self._starts:
            path = Path(other.path(profile).steps[: other.depth] + steps)
            if profile.numbers(path) is None or other.key(path) != key:
                continue
            address = row.address(key, kind=profile.kind)
            if (address.kind, address.payload) == wanted[row]:
                yield Candidate(chain=row, profile=profile, path=path, address=address)

    def _findings(self, found: tuple[Candidate, ...], *, keys: int, complete: bool = True) -> Findings:
        return Findings(candidates=found, left_out=tuple(self._left_out), keys=keys, complete=complete)
