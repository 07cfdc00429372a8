"""The rows of the family: their names are those of their genesis blocks, their paths those of the BIPs."""

from dataclasses import replace
from pathlib import Path

import pbk
import pytest

from support.bitcoin import BITCOIN, REGTEST, reason
from walletcore.chains import chain, chains
from walletcore.chains.bitcoin.chain import NETWORKS
from walletcore.errors import PathError, Unsupported

KERNEL_NETWORKS = {
    "bitcoin": pbk.ChainType.MAINNET,
    "bitcoin-testnet": pbk.ChainType.TESTNET,
    "bitcoin-testnet4": pbk.ChainType.TESTNET_4,
    "bitcoin-signet": pbk.ChainType.SIGNET,
    "bitcoin-regtest": pbk.ChainType.REGTEST,
}


@pytest.mark.parametrize("name", KERNEL_NETWORKS)
def test_a_chain_is_named_by_the_genesis_block_of_Bitcoin_Core(name: str, tmp_path: Path) -> None:
    """CAIP-2, namespace bip122: the first 32 hex digits of the genesis block's hash."""
    manager = pbk.load_chainman(tmp_path, KERNEL_NETWORKS[name])
    genesis = manager.get_active_chain().block_tree_entries[0].block_hash
    assert chain(name).caip2 == f"bip122:{bytes(genesis)[::-1].hex()[:32]}"


def test_the_rows_are_the_networks_of_Bitcoin_Core() -> None:
    assert {row.name for row in NETWORKS} == set(KERNEL_NETWORKS)
    assert set(NETWORKS) <= set(chains())


def test_coins_are_those_of_slip44() -> None:
    assert [row.slip44 for row in NETWORKS] == [0, 1, 1, 1, 1]
    assert BITCOIN.asset == "bip122:000000000019d6689c085ae165831e93/slip44:0"
    assert (BITCOIN.symbol, BITCOIN.decimals) == ("BTC", 8)


def test_paths_are_those_of_the_bips() -> None:
    assert str(BITCOIN.path()) == "m/84'/0'/0'/0/0"
    assert str(BITCOIN.path(account=1, change=1, index=7, profile="bip86")) == "m/86'/0'/1'/1/7"
    assert str(REGTEST.path(kind="p2sh-p2wpkh")) == "m/49'/1'/0'/0/0"
    assert str(REGTEST.path(kind="p2pkh", index=2)) == "m/44'/1'/0'/0/2"


def test_a_kind_without_a_path_has_no_profile() -> None:
    assert reason(Unsupported, BITCOIN.path, kind="p2wsh") == "unknown"
    assert reason(Unsupported, BITCOIN.path, profile="bip44", kind="p2tr") == "unknown"


def test_a_number_beyond_31_bits_is_no_index() -> None:
    assert reason(PathError, BITCOIN.path, index=2**31) in ("range", "character")
    assert reason(PathError, BITCOIN.path, account=-1) in ("range", "character")


def test_every_profile_names_its_source() -> None:
    for row in NETWORKS:
        for profile in row.profiles:
            assert profile.wallets
    for profile in REGTEST.profiles:
        assert profile.source.startswith(profile.name.upper().replace("BIP", "BIP-"))


def test_the_paths_of_the_bips_come_first_and_are_all_that_test_networks_have() -> None:
    names = ["bip84", "bip86", "bip49", "bip44"]
    assert [profile.name for profile in BITCOIN.profiles[:4]] == names
    assert all([profile.name for profile in row.profiles] == names for row in NETWORKS[1:])


def test_a_row_is_a_value() -> None:
    assert replace(BITCOIN) == BITCOIN
    assert hash(replace(BITCOIN)) == hash(BITCOIN)
    assert BITCOIN != REGTEST
