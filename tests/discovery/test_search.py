"""The order of a search: every path within the bounds once, the probable first."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from walletcore import Secret, chain
from walletcore.discovery.findings import Bounds
from walletcore.discovery.roots import Roots
from walletcore.discovery.search import Job
from walletcore.path import Path

BITCOIN = chain("bitcoin")
numbers = st.integers(1, 30)


def stages(name: str, bounds: Bounds) -> list[list[Path]]:
    profile = BITCOIN.profile(name)
    with Roots(Secret(bytes(64))) as roots:
        job = Job(profile, roots.start(BITCOIN, profile), BITCOIN, ("", b""))
        return [list(job.paths(job.ranges(bounds), stage)) for stage in range(4)]


@given(numbers, st.integers(1, 3), numbers)
def test_every_path_within_the_bounds_is_tried_once(accounts: int, changes: int, indices: int) -> None:
    tried = [
        path for stage in stages("bip84", Bounds(accounts=accounts, changes=changes, indices=indices)) for path in stage
    ]
    assert len(tried) == len(set(tried)) == accounts * changes * indices
    wanted = product(range(accounts), range(changes), range(indices))
    assert {str(path) for path in tried} == {f"m/84'/0'/{a}'/{c}/{i}" for a, c, i in wanted}


def test_the_probable_is_tried_first() -> None:
    """BIP-44, "Address gap limit": 20."""
    first, second, third, last = stages("bip84", Bounds())
    assert [str(path) for path in first] == [f"m/84'/0'/0'/0/{index}" for index in range(20)]
    assert {path.steps[2] % 2**31 for path in second} == {0}
    assert len(second) == 200 - 20
    assert {path.steps[2] % 2**31 for path in third} == set(range(1, 10))
    assert max(path.steps[4] for path in third) == 19
    assert len(last) == 2000 - 200 - 9 * 2 * 20


def test_what_the_template_has_no_place_for_is_tried_once() -> None:
    tried = [
        str(path) for stage in stages("samourai-post-mix", Bounds(accounts=5, changes=1, indices=2)) for path in stage
    ]
    assert tried == ["m/84'/0'/2147483646'/0/0", "m/84'/0'/2147483646'/0/1"]
