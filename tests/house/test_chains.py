"""A chain is a row, and no row is without a published figure, a source and a name of its own."""

import pytest

from support.vectors import Case, files, load
from walletcore.chains import FAMILIES, chain, chains
from walletcore.chains.base import Chain

_MORE = {"bitcoin": ("relatives",)}  # further files with rows of a family
by_row = pytest.mark.parametrize("row", chains(), ids=lambda row: row.name)


def addresses() -> list[Case]:
    """The cases under vectors/chains that lead from a phrase and a profile to an address."""
    cases = [case for file in files() if file.startswith("chains/") for case in load(file)]
    return [case for case in cases if "profile" in case.input and case.expect["result"] == "valid"]


@by_row
def test_every_profile_of_every_chain_has_a_vector(row: Chain) -> None:
    shown = {case.input["profile"] for case in addresses() if case.input["chain"] == row.name}
    assert {profile.name for profile in row.profiles} - shown == set()


def test_every_chain_of_a_vector_is_a_row() -> None:
    assert {case.input["chain"] for case in addresses()} <= {row.name for row in chains()}


@by_row
def test_every_profile_says_who_says_so(row: Chain) -> None:
    assert row.profiles
    assert [profile.name for profile in row.profiles if not profile.source] == []
    assert len({profile.name for profile in row.profiles}) == len(row.profiles)


@by_row
def test_every_profile_is_of_a_curve_of_its_chain(row: Chain) -> None:
    assert {profile.curve for profile in row.profiles} <= set(row.curves)


def test_no_two_chains_share_a_name() -> None:
    for names in ([row.name for row in chains()], [row.caip2 for row in chains()]):
        assert len(set(names)) == len(names)


@by_row
def test_every_chain_is_found_by_its_names(row: Chain) -> None:
    assert chain(row.name) is row
    assert chain(row.caip2) is row
    assert any(chain(f"{family}:{row.name}") is row for family in FAMILIES if row.name in _names(family))


def _names(family: str) -> set[str]:
    shown = [case for file in (family, *_MORE.get(family, ())) for case in load(f"chains/{file}")]
    return {case.input["chain"] for case in shown}


@by_row
def test_a_chain_is_shown_by_its_names_as_it_stands_in_all_that_is_of_it(row: Chain) -> None:
    assert repr(row) == f"{type(row).__name__}({row.name}, {row.caip2})"


@by_row
def test_a_chain_is_a_value(row: Chain) -> None:
    assert hash(row) == hash(row)
    with pytest.raises(AttributeError):
        row.name = "another"  # type: ignore[misc]
