"""Chains by name: of this package, by each of their names, and of other packages by an entry point."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletcore.chains import FAMILIES, chain, chains
from walletcore.chains.base import Chain
from walletcore.chains.solana import SolanaChain
from walletcore.errors import Unsupported

FAMILY = """
from dataclasses import replace
from walletcore.chains.solana import CHAINS as BASE

CHAINS = (
    replace(BASE[0], name="own", caip2="solana:own"),
    replace(BASE[0], name="solana", caip2="solana:other"),
)
"""
ASK = """
from walletcore.chains import chain, chains
from walletcore.chains.solana import CHAINS
assert chain("own") is chain("cluster:own") is chain("solana:own")
assert chain("own") in chains()
assert chain("own").path(account=2) == CHAINS[0].path(account=2)
assert chain("solana") is chain("solana:solana") is CHAINS[0]  # what is here comes first
assert chain("cluster:solana") is chain("solana:other") is not CHAINS[0]
print(len(chains()))
"""


def refusal(*args: Any) -> Unsupported:
    with pytest.raises(Unsupported) as caught:
        chain(*args)
    return caught.value


def test_every_family_has_rows() -> None:
    rows = chains()
    assert len(rows) == len(set(rows))
    assert {type(row).__module__.split(".")[2] for row in rows} == set(FAMILIES)


@pytest.mark.parametrize("row", chains(), ids=lambda row: row.name)
def test_a_chain_is_found_by_its_name_its_family_and_its_caip2_name(row: Chain) -> None:
    family = type(row).__module__.split(".")[2]
    assert chain(row.name) is chain(f"{family}:{row.name}") is chain(row.caip2) is row


@pytest.mark.parametrize(
    "name", ["", "Bitcoin", "bitcoin ", " bitcoin", "bitcoin\n", "evm", "evm:", ":bitcoin", "evm:bitcoin", "eip155:0"]
)
def test_a_name_that_no_chain_has_is_refused(name: str) -> None:
    assert refusal(name).reason == "unknown"
    assert "walletcore chains" in refusal(name).hint


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("name", [None, 1, b"bitcoin", ["bitcoin"], Text("bitcoin"), "x" * 81, "x" * (1 << 20)])
def test_X19_a_name_is_short_text(name: Any) -> None:
    error = refusal(name)
    assert error.reason == "type"
    assert len(str(error)) < 100


def test_a_thousand_unknown_names_are_not_remembered() -> None:
    from walletcore.chains import _find

    for number in range(1000):
        assert refusal(f"nothing-{number}").reason == "unknown"
    assert _find.cache_info().currsize <= 3 * len(chains())  # the names that there are


def test_a_chain_may_be_asked_for_with_its_family() -> None:
    row: SolanaChain = chain("solana", SolanaChain)
    assert row is chain("solana")
    assert refusal("bitcoin", SolanaChain).reason == "mismatch"


def names_of(row: Chain) -> tuple[str, str, str]:
    return row.name, f"{type(row).__module__.split('.')[2]}:{row.name}", row.caip2


known = st.sampled_from([name for row in chains() for name in names_of(row)])
edits = st.builds(
    lambda name, place, text: name[:place] + text + name[place + 1 :], known, st.integers(0, 40), st.text(max_size=3)
)


@given(st.one_of(known, edits, known.map(str.upper), known.map(str.title), st.text(max_size=100)))
def test_a_name_finds_the_one_chain_that_has_it_or_none(name: str) -> None:
    rows = [row for row in chains() if name in names_of(row)]
    if rows:
        assert [chain(name)] == rows
    else:
        assert refusal(name).reason == ("unknown" if len(name) <= 80 else "type")


@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.lists(st.text()), st.tuples(known))
)
def test_X19_what_is_no_text_is_no_name(name: Any) -> None:
    assert refusal(name).reason == "type"


@given(known, known)
def test_a_family_has_its_own_chains_only(name: str, other: str) -> None:
    family = type(chain(other))
    if isinstance(chain(name), family):
        assert chain(name, family) is chain(name)
    else:
        assert refusal(name, family).reason == "mismatch"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A distribution that registers the family "cluster", as pip would leave it."""
    (tmp_path / "cluster_family.py").write_text(FAMILY)
    metadata = tmp_path / "cluster_family-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: cluster-family\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[walletcore.chains]\ncluster = cluster_family\n")
    return tmp_path


def test_a_family_of_another_package_is_found_by_its_entry_point(installed: Path) -> None:
    code = f"import sys; sys.path.append({str(installed)!r}){ASK}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(chains()) + 2


@pytest.mark.parametrize("family", ["import nowhere", "1 / 0", "", "CHAINS = None", "CHAINS = (1,)", "CHAINS = []"])
def test_a_family_that_cannot_be_loaded_is_named_and_hides_no_chain_of_ours(installed: Path, family: str) -> None:
    (installed / "cluster_family.py").write_text(family)
    code = f"""if True:
        import sys
        sys.path.append({str(installed)!r})
        from walletcore.chains import chain, chains
        from walletcore.errors import Unsupported
        assert chain("solana").name == "solana"
        for look in (chains, lambda: chain("own")):
            try:
                look()
            except Unsupported as error:
                assert "cluster" in str(error) and error.reason, error
            else:
                sys.exit("not refused")
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
