"""Lists of chains, for people and for machines; the demonstration's exit code."""

import json
from pathlib import Path

import pytest

from support.commands import at_a_terminal
from walletcore.chains import chains
from walletcore.cli import run


def test_chains_lists_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chains", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [row.name for row in chains()]
    assert all(profile["source"] and profile["wallets"] for row in rows for profile in row["profiles"])
    assert run(["chains"]) == 0
    table = capsys.readouterr().out
    assert all(row.name in table and row.caip2 in table for row in chains())
    assert {line for line in table.splitlines() if line != line.rstrip()} == set()


def test_chains_on_a_terminal_fit_its_width() -> None:
    code, shown = at_a_terminal("chains", answers={})
    assert code == 0
    assert "polygon" in shown
    assert "Traceback" not in shown


def test_a_demonstration_whose_figures_differ_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text('{"phrase": "%s", "addresses": [], "transactions": []}' % ("abandon " * 11 + "about"))
    assert run(["demo", "--figures", str(figures)]) == 1
    assert "lines differ" in capsys.readouterr().out
    figures.write_text('{"phrase": 1')
    assert run(["demo", "--figures", str(figures)]) == 1
    assert capsys.readouterr().err.startswith("error: ")
