"""Messages from the command line, against the signatures that specifications and other implementations publish."""

import json
from pathlib import Path

import pytest

from support.commands import PHRASE, at_a_terminal, with_secrets
from support.vectors import Case, load
from walletcore.cli import run

ETHEREUM = "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"
VERIFIED = [
    case
    for case in load("bitcoin/messages")
    if case.operation == "message.sign" and case.expect["result"] == "valid" and "address" in case.expect
][:40]
MAIL = next(case for case in load("evm/eip712") if case.id == "evm/eip712/eip/mail")


def readable(case: Case) -> str:
    try:
        text = bytes.fromhex(case.input["message"]).decode()
    except UnicodeDecodeError:
        return ""
    return text if text and not text.startswith("-") else ""


@pytest.mark.parametrize("case", [case for case in VERIFIED if readable(case)], ids=lambda case: case.id)
def test_a_published_signature_is_verified(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    address, signature = case.expect["address"], case.expect["signature"]
    name = "bitcoin" if address[0] in "13b" else "bitcoin-testnet"
    assert run(["message", "verify", name, address, signature, readable(case)]) == 0
    assert capsys.readouterr().out.startswith("verified: signed by ")
    assert run(["message", "verify", name, address, signature, readable(case) + "!", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["verified"] is False


@pytest.mark.parametrize("name", ["bitcoin", "ethereum", "solana"])
def test_what_is_signed_can_be_verified(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("message", "sign", name, "hello", "--yes", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert run(["message", "verify", name, found["address"], found["signature"], "hello"]) == 0
    assert run(["message", "verify", name, found["address"], found["signature"], "hellO"]) == 3
    assert run(["message", "verify", name, found["address"], "garbage", "hello"]) == 3


def test_a_message_of_another_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        with_secrets("message", "sign", "bitcoin", "hello", "--kind", "p2pkh", "--index", "3", "--yes", "--json") == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert with_secrets("address", "bitcoin", "--kind", "p2pkh", "--index", "3", "--json") == 0
    assert found["address"] == json.loads(capsys.readouterr().out)[0]["address"]


def test_typed_data_come_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mail.json"
    path.write_text(json.dumps(MAIL.input["typed_data"]))
    assert with_secrets("message", "sign", "ethereum", "--file", str(path), "--typed", "--yes") == 0
    shown = capsys.readouterr()
    signature = shown.out.strip()
    assert run(["message", "verify", "ethereum", ETHEREUM, signature, "--file", str(path), "--typed"]) == 0
    assert run(["message", "verify", "ethereum", ETHEREUM, signature, "--file", str(path)]) == 3
    assert with_secrets("message", "sign", "polygon", "--file", str(path), "--typed", "--yes") == 1


def test_a_person_reads_the_message_and_says_yes() -> None:
    code, shown = at_a_terminal("message", "sign", "ethereum", "hello", answers={"mnemonic: ": PHRASE, "[y/N]: ": "y"})
    assert code == 0
    assert shown.index("'hello'") < shown.index("Sign it?")
    assert "abandon" not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("message", "sign", "ethereum", "--yes"),
        ("message", "sign", "ethereum", "text", "--file", "also", "--yes"),
        ("message", "sign", "bitcoin", "{}", "--typed", "--yes"),
        ("message", "sign", "ethereum", "{}", "--typed", "--yes"),
        ("message", "sign", "bitcoin", "x", "--kind", "p2tr", "--yes"),
        ("message", "sign", "nowhere", "x", "--yes"),
    ],
)
def test_what_cannot_be_signed_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets(*arguments) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_an_address_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["message", "verify", "ethereum", "0x12", "00", "x"]) == 1
    assert capsys.readouterr().err.startswith("error: ")
