"""Messages from the command line, against the signatures that specifications and other implementations publish."""

import base64
import json
from pathlib import Path

import pytest

from support.bitcoin import BITCOIN, key, signer, spending
from support.commands import PHRASE, at_a_terminal, piped, with_secrets
from support.vectors import Case, load
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.message import Message
from walletcore.cli import run
from walletcore.signing import sign

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
    name = case.input["chain"]
    assert run(["message", "verify", name, address, signature, readable(case)]) == 0
    assert capsys.readouterr().out.startswith("verified: signed by ")
    assert run(["message", "verify", name, address, signature, readable(case) + "!", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["verified"] is False


@pytest.mark.parametrize("header", [8, 12])
def test_a_header_of_segwit_proves_nothing_on_a_network_without(
    header: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (case,) = (case for case in VERIFIED if case.id.endswith("okx-dogecoin"))
    data = base64.b64decode(case.expect["signature"])
    changed = base64.b64encode(bytes((data[0] + header - 4 * (data[0] >= 31),)) + data[1:]).decode()
    assert run(["message", "verify", "dogecoin", case.expect["address"], changed, readable(case)]) == 3
    assert capsys.readouterr().out.startswith("NOT VERIFIED")


@pytest.mark.parametrize("name", ["bitcoin", "ethereum", "solana", "stellar"])
def test_what_is_signed_can_be_verified(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("message", "sign", name, "hello", "--yes", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert run(["message", "verify", name, found["address"], found["signature"], "hello"]) == 0
    assert run(["message", "verify", name, found["address"], found["signature"], "hellO"]) == 3
    assert run(["message", "verify", name, found["address"], "garbage", "hello"]) == 3


GENERIC = [case for case in load("bitcoin/generic-messages") if case.operation == "message.verify"]


@pytest.mark.parametrize("case", [case for case in GENERIC if readable(case)], ids=lambda case: case.id)
def test_a_published_generic_signature_is_verified(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    given = case.input
    good = case.expect["result"] == "valid" and not case.expect.get("time")
    words = ["message", "verify", "bitcoin", given["address"], given["signature"], readable(case)]
    assert run(words) == (0 if good else 3)
    shown = capsys.readouterr().out
    assert shown.startswith("verified: signed by " if good else "NOT VERIFIED: ")
    if case.expect.get("time"):
        assert f"valid only at time {case.expect['time']} and age {case.expect['age']}" in shown


@pytest.mark.parametrize("kind", ["p2pkh", "p2sh-p2wpkh", "p2wpkh", "p2tr"])
def test_every_kind_of_address_signs_a_generic_message(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["message", "sign", "bitcoin", "hello", "--kind", kind, "--yes", "--json"]
    assert with_secrets(*words, "--format", "bip322") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["signature"][:3] == ("smp" if kind in ("p2wpkh", "p2tr") else "ful")
    verify = ["message", "verify", "bitcoin", found["address"], found["signature"]]
    assert run([*verify, "hello"]) == run([*verify, "hello", "--format", "bip322"]) == 0
    assert run([*verify, "hellO"]) == run([*verify, "hello", "--format", "bip137"]) == 3
    assert run([*verify, "hello", "--format", "bip137", "--json"]) == 3
    capsys.readouterr()
    assert with_secrets(*words, "--format", "bip137") == (1 if kind == "p2tr" else 0)
    capsys.readouterr()
    assert with_secrets(*words) == 0
    assert (json.loads(capsys.readouterr().out)["signature"] == found["signature"]) is (kind == "p2tr")


def test_a_proof_of_funds_tells_what_is_controlled(capsys: pytest.CaptureFixture[str]) -> None:
    fund = Input(txid="11" * 32, vout=3, value=70_000, key=key(1).public_key, kind="p2tr")
    subject = GenericMessage(chain=BITCOIN, data=b"hello", signer=key(1).public_key, funds=(fund,))
    signature = sign(subject, signer(1)).raw.decode()
    words = ["message", "verify", "bitcoin", subject.address.text, signature, "hello"]
    assert run(words) == 0
    assert f"controls  70000 satoshi in {'11' * 32}:3" in capsys.readouterr().out
    assert run([*words, "--json"]) == 0
    found = {"verified": True, "why": "", "controls": [f"70000 satoshi in {'11' * 32}:3"]}
    assert json.loads(capsys.readouterr().out) == found


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_signature_may_be_a_file(end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An argument holds 128 KiB on Linux: a proof of some 500 outputs is longer."""
    funds = tuple(spending("p2wpkh", place=place) for place in range(550))
    subject = GenericMessage(chain=BITCOIN, data=b"hello", signer=key(1).public_key, funds=funds)
    signature = sign(subject, signer(1)).raw
    assert len(signature) > 1 << 17
    path = tmp_path / "proof.txt"
    path.write_bytes(signature + end.encode())
    words = ["message", "verify", "bitcoin", subject.address.text]
    assert run([*words, str(path), "hello", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["controls"]) == 550
    assert run([*words, str(path), "hellO"]) == 3
    done = piped(*words, "-", "hello", lines=signature.decode() + end)
    assert (done.returncode, done.stdout.startswith("verified: signed by")) == (0, True)


def test_standard_input_has_the_signature_or_the_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["message", "verify", "bitcoin", str(BITCOIN.address(key(1).public_key)), "-", "--file", "-"]) == 2
    assert "standard input has one thing only" in capsys.readouterr().err
    assert run(["message", "verify", "bitcoin", str(BITCOIN.address(key(1).public_key)), str(tmp_path), "hi"]) == 3
    assert capsys.readouterr().out.startswith("NOT VERIFIED")  # a folder is no file


def test_an_address_for_tokens_is_that_of_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    """Bitcoin Cash: what pays to both is the same; no relative has BIP-322, so none is told to have it."""
    cash, tokens = chain("bitcoin-cash", BitcoinChain), "bitcoincash:zp63uahgrxged4z5jswyt5dn5v3lzsem6crlrlr74y"
    signature = sign(Message(chain=cash, data=b"hello", signer=key(1).public_key), signer(1)).raw.decode()
    assert run(["message", "verify", "bitcoin-cash", tokens, signature, "hello"]) == 0
    assert run(["message", "verify", "bitcoin-cash", tokens, signature, "hellO"]) == 3
    assert "BIP-322" not in capsys.readouterr().out
    assert run(["message", "verify", "bitcoin-cash", tokens, "smpAA==", "hello"]) == 3
    assert "generic messages are Bitcoin's (BIP-322), not those of bitcoin-cash" in capsys.readouterr().out


def test_a_generic_message_is_inspected_as_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    subject = GenericMessage(chain=BITCOIN, data=b"hello", signer=key(1).public_key, version=2, locktime=9)
    assert run(["inspect", base64.b64encode(subject.raw).decode()]) == 0
    shown = capsys.readouterr().out
    for expected in ("message to be signed", "(BIP-322)", "'hello'", "at time 9 and age 0", str(subject.address)):
        assert expected in shown


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
        ("message", "sign", "bitcoin", "x", "--kind", "p2tr", "--format", "bip137", "--yes"),
        ("message", "sign", "bitcoin", "x", "--format", "bip-322", "--yes"),
        ("message", "sign", "litecoin", "x", "--format", "bip322", "--yes"),
        ("message", "sign", "ethereum", "x", "--format", "bip322", "--yes"),
        ("message", "sign", "nowhere", "x", "--yes"),
    ],
)
def test_what_cannot_be_signed_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets(*arguments) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_an_address_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["message", "verify", "ethereum", "0x12", "00", "x"]) == 1
    assert capsys.readouterr().err.startswith("error: ")
