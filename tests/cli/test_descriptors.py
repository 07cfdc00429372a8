"""`inspect --descriptor`: descriptors from files, what they include, tokens that a person names."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.commands import piped
from support.screens import CONTRACT, DAI, account, call, calldata, document, message

JSON = dict[str, Any]
TOKEN = f"{account(DAI)}=DAI:18"
FIELDS = [{"path": "a", "label": "Amount", "format": "tokenAmount", "params": {"token": DAI}}]
FORMATS = {"act(uint256 a)": {"intent": "Act", "interpolatedIntent": "Act with {a}", "fields": FIELDS}}
ACT = call(calldata("act(uint256)", 5 * 10**17)).raw.hex()


def written(folder: Path, name: str, content: object) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def shown(*arguments: str) -> str:
    done = piped("inspect", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refused(*arguments: str) -> str:
    done = piped("inspect", *arguments)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_screen_stands_beside_the_effects(tmp_path: Path) -> None:
    file = written(tmp_path, "act.json", document(FORMATS, owner="Example"))
    lines = shown(ACT, "--descriptor", file, "--token", TOKEN).splitlines()
    place = lines.index("what Example says it is: Act with 0.5 DAI")
    assert lines[place + 2].split() == ["Amount", "0.5", "DAI", "500000000000000000"]
    assert any(line.startswith("  not understood") for line in lines[:place])


def test_what_is_not_known_is_odd(tmp_path: Path) -> None:
    file = written(tmp_path, "act.json", document(FORMATS))
    assert f"in the smallest unit of an unknown token {account(DAI)}" in shown(ACT, "--descriptor", file)


def test_a_descriptor_that_is_not_for_it_says_why(tmp_path: Path) -> None:
    other = written(tmp_path, "other.json", document(FORMATS, address=DAI))
    only = shown(ACT, "--descriptor", other)
    assert f"not shown by {other}: the descriptor is not for {account(CONTRACT)}" in only
    assert "says it is" not in only
    file = written(tmp_path, "act.json", document(FORMATS))
    assert "not shown by" not in shown(ACT, "--descriptor", other, "--descriptor", file)


def test_typed_data_have_a_screen(tmp_path: Path) -> None:
    types = {"Vote": [{"name": "choice", "type": "string"}]}
    formats = {
        "Vote(string choice)": {"intent": "Vote", "fields": [{"path": "choice", "label": "For", "format": "raw"}]}
    }
    context = {"eip712": {"deployments": [{"chainId": 1, "address": CONTRACT}]}}
    file = written(tmp_path, "vote.json", document(formats, context=context))
    text = message(types, "Vote", {"choice": "yes"}).raw.decode()
    (found,) = json.loads(shown(text, "--descriptor", file, "--chain", "ethereum", "--json"))
    (screen,) = found["screens"]
    assert (screen["intent"], screen["function"]) == ("Vote", "Vote(string choice)")
    assert [(each["label"], each["value"], each["screen"]) for each in screen["fields"]] == [("For", "yes", None)]


def test_without_descriptors_nothing_changes() -> None:
    (found,) = json.loads(shown(ACT, "--json"))
    assert "screens" not in found


def test_a_call_inside_is_indented(tmp_path: Path) -> None:
    params = {"callee": CONTRACT}
    formats = {
        "outer(bytes a)": {
            "intent": "Outer",
            "fields": [{"path": "a", "label": "Call", "format": "calldata", "params": params}],
        }
    }
    file = written(tmp_path, "both.json", document(formats | FORMATS))
    inner = calldata("act(uint256)", 10**18)
    outer = call(calldata("outer(bytes)", inner)).raw.hex()
    lines = shown(outer, "--descriptor", file, "--token", TOKEN).splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("  Call "))
    assert lines[place].split() == ["Call", "Act", "with", "1", "DAI"]
    assert lines[place + 1].startswith("    Amount  ")


def test_an_include_is_a_file_beside_it(tmp_path: Path) -> None:
    written(
        tmp_path,
        "ercs/base.json",
        {"$schema": "erc7730-v2.schema.json", "includes": "deeper/fields.json", "display": {"formats": {}}},
    )
    written(tmp_path, "ercs/deeper/fields.json", {"display": {"formats": FORMATS}})
    top = {name: value for name, value in document({}).items() if name != "display"}
    file = written(tmp_path, "registry/act.json", top | {"includes": "../ercs/base.json"})
    assert "Act with 0.5 DAI" in shown(ACT, "--descriptor", file, "--token", TOKEN)


@pytest.mark.parametrize(
    "name", ["https://example.io/a.json", "/etc/hostname", "file:///etc/hostname", "missing.json", ".", "a\x00b"]
)
def test_an_include_is_nothing_else(tmp_path: Path, name: str) -> None:
    file = written(tmp_path, "act.json", document(FORMATS) | {"includes": name})
    assert "includes" in refused(ACT, "--descriptor", file)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "\xff", '{"$schema": "erc7730-v3.schema.json"}', document(FORMATS) | {"more": 1}]
)
def test_a_file_that_is_no_descriptor_is_refused(tmp_path: Path, content: object) -> None:
    file = written(tmp_path, "act.json", content)
    assert refused(ACT, "--descriptor", file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "descriptor" in refused(ACT, "--descriptor", str(tmp_path / "nothing.json"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "act.json").write_bytes(b"\xff\xfe")
    assert "UTF-8" in refused(ACT, "--descriptor", str(tmp_path / "act.json"))


@pytest.mark.parametrize(
    "token",
    [
        "DAI",
        f"{account(DAI)}=DAI",
        f"{account(DAI)}=DAI:256",
        f"{account(DAI).lower()}=DAI:18",
        f"{account(DAI)}=\u202eIAD:18",
        "bip122:0:x=DAI:18",
    ],
)
def test_a_token_is_an_account_a_ticker_and_decimals(tmp_path: Path, token: str) -> None:
    file = written(tmp_path, "act.json", document(FORMATS))
    assert refused(ACT, "--descriptor", file, "--token", token)
