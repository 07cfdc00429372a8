"""Rows of the Cosmos SDK: names, addresses and keys."""

from __future__ import annotations

import pytest

from walletcore.chains.cosmos import CHAINS, CosmosChain
from walletcore.errors import Unsupported

HUB = next(row for row in CHAINS if row.name == "cosmoshub")
OSMOSIS = next(row for row in CHAINS if row.name == "osmosis")
PAYLOAD = bytes.fromhex("165c9dab1586b8ca42a323ad0037333b584ed5db")
TEXT = "cosmos1zewfm2c4s6uv5s4rywksqden8dvya4wmqyyvek"  # bip_utils tests/addr/test_atom_addr.py


def of(chain_id: str) -> str:
    row = CosmosChain(name="of", symbol="X", chain_id=chain_id, hrp="cosmos", denom="uatom")
    return row.caip2


def test_names_are_those_of_the_namespace() -> None:
    """ChainAgnostic/namespaces cosmos/caip2.md, "Test Cases"."""
    for direct in ("cosmoshub-2", "Binance-Chain-Tigris", "iov-mainnet", "x", "hash-", "hashed"):
        assert of(direct) == f"cosmos:{direct}"
    hashed = {
        "hashed-": "c904589232422def",
        "hashed-123": "99df5cd68192b33e",
        "123456789012345678901234567890123456789012345678": "0204c92a0388779d",
        " ": "36a9e7f1c95b82ff",
        "wonderland🧝‍♂️": "843d2fc87f40eeb9",
    }
    for chain_id, expected in hashed.items():
        assert of(chain_id) == f"cosmos:hashed-{expected}"


def test_assets_are_those_of_caip24() -> None:
    """ChainAgnostic/CAIPs caip-24.md, "Test Cases"; what CAIP-19 has no letters for is escaped."""
    assert HUB.asset == HUB.token("uatom") == "cosmos:cosmoshub-4/slip44:118"
    assert OSMOSIS.asset == "cosmos:osmosis-1/slip44:118"
    assert OSMOSIS.token("uion") == "cosmos:osmosis-1/native:uion"
    atom = "27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2"
    assert OSMOSIS.token(f"ibc/{atom}") == f"cosmos:osmosis-1/ibc:{atom}"
    assert OSMOSIS.token(f"ibc/{atom.lower()}") == f"cosmos:osmosis-1/ibc:{atom}"  # nodes read either case
    assert OSMOSIS.token("factory/osmo1x/a_b:c") == "cosmos:osmosis-1/native:factory%2Fosmo1x%2Fa%5Fb%3Ac"
    for wrong in ("", "ab", "1abc", "a bc", "a" * 129, None):
        with pytest.raises(Unsupported):
            OSMOSIS.token(wrong)  # type: ignore[arg-type]
