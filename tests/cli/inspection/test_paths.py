"""Paths explained: the levels of BIP-44 by name, and who uses them."""

import json

import pytest

from walletcore.chains import chains
from walletcore.cli import run
from walletcore.cli.inspection.paths import levels, uses
from walletcore.path import Path


def test_the_levels_of_bip_44_have_their_names() -> None:
    rows = levels(Path.parse("m/84'/0'/2'/1/11"))
    assert [row["level"] for row in rows] == ["purpose", "coin type", "account", "change", "index"]
    assert [row["hardened"] for row in rows] == [True, True, True, False, False]
    assert rows[1]["meaning"] == "SLIP-44: bitcoin"
    assert rows[2]["meaning"] == "the 3rd account"
    assert rows[3]["meaning"] == "change addresses"
    assert rows[4]["meaning"] == "the 12th address"


def test_levels_of_another_order_have_numbers() -> None:
    assert [row["level"] for row in levels(Path.parse("m/0/1'"))] == ["level 1", "level 2"]
    assert [row["level"] for row in levels(Path.parse("m/48'/0'"))] == ["purpose", "level 2"]


@pytest.mark.parametrize("row", chains(), ids=lambda row: row.name)
def test_every_profile_of_every_chain_is_found_by_its_path(row: object) -> None:
    for profile in row.profiles:  # type: ignore[attr-defined]
        numbers = {name: place + 3 for place, name in enumerate(("account", "change", "index")) if name in profile.path}
        found = [use for use in uses(profile.fill(**numbers)) if use["template"] == profile.path]
        assert any(use["numbers"] == numbers and use["whole"] for use in found)
        assert any(row.name in use["chains"] for use in found)  # type: ignore[attr-defined]


def test_the_path_of_an_account_begins_those_of_its_addresses() -> None:
    (use,) = uses(Path.parse("m/86'/0'/7'"))
    assert (use["profile"], use["numbers"], use["whole"]) == ("bip86", {"account": 7}, False)


@pytest.mark.parametrize("path", ["m", "m/0/0/0", "m/84'/0'/0/0/0", "m/84'/0'/0'/0/0/0", "m/44'/9999'/0'"])
def test_other_paths_are_nobodys(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert uses(Path.parse(path)) == []
    assert run(["path", path]) == 0
    assert "no profile" in capsys.readouterr().out


def test_a_short_path_is_that_of_wallets_older_than_bip_44() -> None:
    assert [use["profile"] for use in uses(Path.parse("m/0/3"))] == ["electrum"]
    found = {use["profile"]: use for use in uses(Path.parse("m/0'/1'/3'")) if use["whole"]}
    assert set(found) == {"core-p2pkh", "core-p2sh-p2wpkh", "core-p2wpkh"}
    assert found["core-p2pkh"]["numbers"] == {"change": 1, "index": 3}
    assert {"BRD", "bitcoinj"} <= set(uses(Path.parse("m/0'/0/3"))[0]["wallets"])


def test_a_path_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["path", "m/44h/501h/2h/0h", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["path"] == "m/44'/501'/2'/0'"
    assert found["profiles"][0]["profile"] == "bip44-change"
    assert "Phantom" in found["profiles"][0]["wallets"]


@pytest.mark.parametrize("path", ["m/44'/501'/2'/0'", "m/44'/501'/2'/1'", "m/44'/0'/0'/1'/0'"])
def test_a_hardened_level_is_not_change(path: str) -> None:
    """BIP-44 derives change and index without hardening; ed25519 knows no such steps (SLIP-10)."""
    row = levels(Path.parse(path))[3]
    assert row["level"] == "level 4"
    assert row["meaning"] == "no change level, which BIP-44 does not harden"


@pytest.mark.parametrize("path", ["", "x", "m/", "m/2147483648", "84'/0'", "m/0/-1"])
def test_what_is_no_path_is_refused(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["path", "--", path]) == 1
    assert capsys.readouterr().err.startswith("error: ")
