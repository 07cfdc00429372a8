"""What the configuration says of chains reaches the guards: fees that no field bounds, contracts that are of ERC-20."""

import asyncio
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from house.source import ROOT
from support.server import ETHEREUM, FRIEND, HOT, STRANGER, configuration, payment
from walletcore.chains import chain
from walletcore.chains.evm import Evm, erc20
from walletcore.chains.solana import SolanaChain
from walletcore.errors import ConfigError, GuardRefused
from walletcore.server.config import read
from walletcore.server.keys import open_keys
from walletcore.server.rows import read_row
from walletcore.server.toml import parse
from walletcore.signers.store import open_store
from walletcore.signing import sign_async

USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
TOKEN = f"eip155:1/erc20:{USDC}"
BASE = chain("base", Evm)
LIMITED = f"""
[[key.hot.guard]]
rule = "limit"
asset = "{TOKEN}"
per_transaction = 25
[[key.hot.guard]]
rule = "max_fee"
[key.hot.guard.at_most]
"{ETHEREUM.asset}" = "1_000_000_000_000_000"
"{BASE.asset}" = "1_000_000_000_000_000"
"""


def said(name: str, text: str) -> Any:
    """The row of the chain of this name, with what a table says."""
    return read_row(name, parse(text.encode()))


def signed(folder: Path, subject: Any, more: str) -> str:
    """Return "signed", or what the guard of a server's only key does not like."""
    made = read(configuration(folder, guard=LIMITED, more=more).encode())
    with closing(open_store(made.store)) as store:
        (held,) = open_keys(made.keys, store)._held
        try:
            found = asyncio.run(sign_async(subject, held.signer))
        except GuardRefused as refusal:
            return f"{refusal.rule}: {refusal.effect}"
    assert found.raw
    return "signed"


def approval(value: int = 25) -> Any:
    """The key lends some of its tokens."""
    usdc = ETHEREUM.parse_address(USDC)
    return replace(payment(value=0), to=usdc, data=erc20.approve(STRANGER, value))


def on_base() -> Any:
    """The key pays on a rollup that takes a fee for data."""
    return replace(payment(), chain=BASE, to=BASE.account(FRIEND.payload))


@pytest.mark.parametrize("name", ["ethereum", "eip155:1", "evm:ethereum"])
def test_an_approval_is_limited_where_the_contract_is_known(tmp_path: Path, name: str) -> None:
    known = f'[chain."{name}"]\nerc20 = ["{USDC}"]\n'
    assert (signed(tmp_path, approval(), "")).startswith("limit: allow eip155:1:0x0202")
    assert signed(tmp_path, approval(), known) == "signed"
    assert (signed(tmp_path, approval(26), known)).startswith("limit: allow eip155:1:0x0202")


def test_T13_a_fee_for_data_has_a_bound_where_the_operator_says_so(tmp_path: Path) -> None:
    unknown = f"pay at most an unknown amount of {BASE.asset}"
    assert (signed(tmp_path, on_base(), "")).startswith(f"max_fee: {unknown}")
    rest = 10**15 - on_base().gas * on_base().max_fee
    assert signed(tmp_path, on_base(), f"[chain.base]\ndata_fee = {rest}\n") == "signed"
    assert (signed(tmp_path, on_base(), f'[chain.base]\ndata_fee = "{rest + 1}"\n')).startswith("max_fee: pay")


def test_a_row_is_that_of_its_chain_with_what_is_said() -> None:
    assert said("base", "data_fee = 7") == replace(BASE, data_fee=7)
    assert said("base", f'erc20 = ["{USDC}"]\ndata_fee = 0') == replace(BASE, data_fee=0, erc20=(USDC,))
    cluster = chain("solana", SolanaChain)
    assert said(cluster.caip2, "signature_fee = 5000") == replace(cluster, signature_fee=5_000)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("nowhere", "data_fee = 1", "unknown"),
        ("base", "", "missing"),
        ("bitcoin", "", "missing"),
        ("bitcoin", "data_fee = 1", "unknown"),
        ("base", "signature_fee = 1", "unknown"),
        ("solana", "data_fee = 1", "unknown"),
        ("base", "data_fee = -1", "range"),
        ("base", f"data_fee = {2**256}", "range"),
        ("base", "data_fee = true", "type"),
        ("base", "data_fee = 1.0", "type"),
        ("solana", "signature_fee = 1.5", "type"),
        ("base", f'erc20 = "{USDC}"', "type"),
        ("base", "erc20 = [7]", "type"),
        ("base", f'erc20 = ["{USDC.lower()}"]', "checksum"),
        ("base", f'erc20 = ["{TOKEN}"]', "prefix"),
        ("base", f'erc20 = ["{USDC}", "{USDC}"]', "duplicate"),
    ],
)
def test_X16_X17_what_nobody_can_know_of_a_chain_is_refused_by_its_path(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(configuration(tmp_path, more=f"[chain.{name}]\n{text}\n").encode())
    assert caught.value.reason == reason
    assert str(caught.value).startswith(f"chain.{name}")


def test_two_tables_about_one_chain_are_refused(tmp_path: Path) -> None:
    twice = '[chain.base]\ndata_fee = 1\n[chain."eip155:8453"]\ndata_fee = 2\n'
    with pytest.raises(ConfigError, match="about one chain"):
        read(configuration(tmp_path, more=twice).encode())


def test_the_rows_are_the_same_for_every_key(tmp_path: Path) -> None:
    twin = (
        '[key.twin]\nuri = "local:"\npublic_key = "ed25519:'
        + "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"
    )
    made = read(configuration(tmp_path, more=f'{twin}"\n[chain.base]\ndata_fee = 1\n').encode())
    assert [key.rows for key in made.keys] == [(replace(BASE, data_fee=1),)] * 2
    assert HOT in {key.public_key for key in made.keys}


def test_the_rules_and_chains_of_the_page_are_a_configuration(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    guard, more = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[:2]
    (key,) = read(configuration(tmp_path, guard=guard, more=more).encode()).keys
    with closing(open_store(f"sqlite:{tmp_path}/store.db")) as store:
        open_keys([key], store)
    assert "no_statements" in {rule.name for rule in key.rules}
    assert {row.name for row in key.rows} == {"base", "ethereum", "solana"}
