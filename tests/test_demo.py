"""The demo: every line has a figure, every figure comes from the vectors, and one wrong byte is seen."""

import json
from pathlib import Path
from typing import Any

import pytest

from walletcore.chains import chains
from walletcore.cli import run
from walletcore.demo import FIGURES, load, play
from walletcore.errors import DecodingError

VECTORS = Path(__file__).parents[1] / "vectors" / "chains"


@pytest.fixture
def figures() -> dict[str, Any]:
    return load()


def vector_cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text())["cases"]
    return cases


def test_every_line_equals_its_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo"]) == 0
    shown = capsys.readouterr().out
    assert "WRONG" not in shown
    transactions = load()["transactions"]
    lines = sum(len(row.profiles) for row in chains()) + sum(2 + len(each["effects"]) for each in transactions)
    assert shown.count("\nok ") == lines


@pytest.mark.parametrize("section", ["addresses", "transactions"])
def test_one_byte_that_differs_is_a_wrong_line_and_a_failure(
    figures: dict[str, Any], section: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = list(enumerate(figures[section]))
    for place, entry in entries[::10] if len(entries) > 100 else entries:
        for name in {"address", "raw", "id"} & entry.keys():
            changed = json.loads(json.dumps(figures))
            last = entry[name][-1]
            changed[section][place][name] = entry[name][:-1] + ("1" if last != "1" else "2")
            assert [line.right for line in play(changed)].count(False) == 1
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(changed))
    assert run(["demo", "--figures", str(path)]) == 1
    assert "WRONG" in capsys.readouterr().out


@pytest.mark.parametrize("section", ["addresses", "transactions"])
def test_a_figure_that_is_missing_or_unknown_is_a_wrong_line(figures: dict[str, Any], section: str) -> None:
    fewer = {**figures, section: figures[section][1:]}
    assert False in [line.right for line in play(fewer)]
    more = {**figures, section: [*figures[section], {**figures[section][0], "chain": "another"}]}
    assert [line.right for line in play(more)].count(False) == 1


def test_the_figures_are_those_of_the_vectors(figures: dict[str, Any]) -> None:
    known = {
        (case["input"]["chain"], case["input"].get("profile"), case["expect"].get("address"))
        for name in ("bitcoin", "relatives", "evm", "solana", "theta", "vechain", "xrpl")
        for case in vector_cases(name)
        if case["input"].get("mnemonic") == figures["phrase"] and not case["input"]["passphrase"]
    }
    assert {(f["chain"], f["profile"], f["address"]) for f in figures["addresses"]} <= known
    signed = {(case["expect"]["raw"], case["expect"]["id"]) for case in vector_cases("demo-transactions")}
    assert {(f["raw"], f["id"].removeprefix("0x")) for f in figures["transactions"]} == signed
    assert all(figure["sources"] for section in ("addresses", "transactions") for figure in figures[section])


@pytest.mark.parametrize("place", range(3))
def test_an_effect_that_differs_is_a_wrong_line(figures: dict[str, Any], place: int) -> None:
    for wrong in (["Opaque", 1, ""], ["Transfer", 1, ""], None):
        for at in range(len(figures["transactions"][place]["effects"])):
            changed = json.loads(json.dumps(figures))
            changed["transactions"][place]["effects"][at] = wrong
            assert [line.right for line in play(changed)].count(False) == 1
    fewer = json.loads(json.dumps(figures))
    fewer["transactions"][place]["effects"].pop()
    assert [line.right for line in play(fewer)].count(False) == 1


def test_the_effects_are_the_inputs_of_the_vectors(figures: dict[str, Any]) -> None:
    """What the transactions are built from, and what that makes: outputs, the value and the transfer; gas times fee."""
    bitcoin, ethereum, solana = (case["input"] for case in vector_cases("demo-transactions"))
    shown = {each["chain"]: [tuple(effect) for effect in each["effects"]] for each in figures["transactions"]}
    paid = [("Transfer", int(output["amount"]), output["address"]) for output in bitcoin["outputs"]]
    assert shown["bitcoin"] == [*paid, ("Opaque", None, "")]
    (kind, value, to), fee = shown["ethereum"]
    assert (kind, value, to[2:].lower()) == ("Transfer", int(ethereum["value"]), ethereum["to"])
    assert fee == ("Fee", int(ethereum["gas"]) * int(ethereum["max_fee"]), "")
    transfer = solana["transfer"]
    assert shown["solana"] == [("Transfer", int(transfer["lamports"]), transfer["destination"]), ("Fee", None, "")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"phrase": ""}',
        '{"phrase": "", "addresses": [1], "transactions": []}',
        '{"phrase": "", "addresses": [{"chain": 1}], "transactions": []}',
        '{"phrase": "", "addresses": [], "transactions": [{"chain": "bitcoin", "raw": "", "id": "", "effects": 1}]}',
        "[" * 100_000,
    ],
)
def test_figures_that_cannot_be_read_are_one_clear_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    path.write_text(text)
    with pytest.raises(DecodingError):
        load(path)
    assert run(["demo", "--figures", str(path)]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_the_figures_ship_with_the_package() -> None:
    assert FIGURES.is_file()
