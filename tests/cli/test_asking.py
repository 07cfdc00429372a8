"""Where input comes from: an argument, a file, a stream; as text or as bytes; bounded, and refused in one line."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from support.commands import COMMAND, PHRASE
from support.vectors import load
from walletcore import Wallet
from walletcore.chains import bitcoin, chain
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.cli import run

RAW = next(case.expect["raw"] for case in load("chains/demo-transactions") if case.id.endswith("ethereum"))
WALLET = Wallet.from_mnemonic(PHRASE)
ROW = chain("bitcoin", bitcoin.BitcoinChain)
OUTPUT = TxOut(value=0x7F7F7F, script_pubkey=b"")
PSBT = bitcoin.Transaction(
    chain=ROW,
    inputs=(bitcoin.Input(txid="ab" * 32, vout=0, value=9_000, key=WALLET.public_key(ROW)),),
    outputs=(bitcoin.pay(WALLET.address(ROW, index=1), 8_000),),
).raw
FORMS = {
    "hex": PSBT.hex().encode(),
    "hex in upper case": PSBT.hex().upper().encode(),
    "hex with 0x and a line's end": b"0x" + PSBT.hex().encode() + b"\r\n",
    "hex in lines": "\n".join(PSBT.hex()[i : i + 64] for i in range(0, 2 * len(PSBT), 64)).encode(),
    "base64": base64.b64encode(PSBT),
    "base64 in lines": base64.encodebytes(PSBT),
    "bytes": PSBT,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_file_may_hold_text_or_bytes(form: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(form)
    assert run(["inspect", "--file", str(tmp_path / "file"), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["facts"]["form"], found["facts"]["size"]) == ("PSBT (BIP-174)", f"{len(PSBT)} bytes")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_standard_input_may_be_text_or_bytes(form: bytes) -> None:
    done = subprocess.run([*COMMAND, "inspect", "--file", "-"], input=form, capture_output=True)
    assert (done.returncode, b"PSBT (BIP-174)" in done.stdout) == (0, True)


def test_bytes_that_could_be_text_are_still_bytes() -> None:
    """Nothing but ASCII, of which much is not printable."""
    tx = Tx(version=2, inputs=(TxIn(txid="11" * 32, vout=0, sequence=0),), outputs=(OUTPUT,), locktime=0)
    assert tx.encode().isascii()
    done = subprocess.run([*COMMAND, "inspect", "--stdin"], input=tx.encode(), capture_output=True)
    assert (done.returncode, b"size             60 bytes" in done.stdout) == (0, True)


def test_the_bytes_of_a_signed_transaction_are_verified() -> None:
    done = subprocess.run([*COMMAND, "verify", "--stdin"], input=bytes.fromhex(RAW), capture_output=True)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, b"verified")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("inspect", "--file", "{}/none"), "cannot read the text: No such file or directory"),
        (("inspect", "--file", "{}"), "cannot read the text: Is a directory"),
        (("inspect", "--file", "a\0b"), "cannot read the text: no such input"),
        (("inspect", "--fd", "77"), "cannot read the text: Bad file descriptor"),
        (("inspect", "--file", "/dev/zero"), "expected the text of at most 68157440 bytes"),
        (("verify", "--file", "/dev/zero"), "expected the transaction of at most 68157440 bytes"),
        (("sign", "/dev/zero", "--yes", "--fd", "77"), "expected the transaction of at most 68157440 bytes"),
        (("sign", "{}", "--yes", "--fd", "77"), "cannot read the transaction: Is a directory"),
        (("sign", "{}/bytes", "--yes", "--fd", "77"), "cannot read the transaction: it is not text in UTF-8"),
        (
            ("message", "sign", "solana", "--file", "/dev/zero", "--yes", "--fd", "77"),
            "expected the message of at most",
        ),
        (
            ("message", "sign", "solana", "--file", "{}/bytes", "--yes", "--fd", "77"),
            "cannot read the message: it is not",
        ),
        (("address", "bitcoin", "--fd", "77"), "cannot read the secrets: Bad file descriptor"),
        (("demo", "--figures", "{}/none"), "cannot read the figures: No such file or directory"),
        (("demo", "--figures", "{}"), "cannot read the figures: Is a directory"),
        (("demo", "--figures", "{}/bytes"), "cannot read the figures: it is not text in UTF-8"),
        (("demo", "--figures", "/dev/zero"), "expected at most 1048576 bytes of figures"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    arguments: tuple[str, ...], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert run([argument.replace("{}", str(tmp_path)) for argument in arguments]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith(f"error: {problem}")
    assert shown.out == ""


def test_an_input_in_two_ways_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for two in (("x", "--stdin"), ("x", "--file", "y"), ("--stdin", "--fd", "3"), ("--file", "y", "--fd", "3")):
        assert run(["inspect", *two]) == 2
        assert "expected the text in one way" in capsys.readouterr().err


@pytest.mark.parametrize("lines", [f"{PHRASE}\r\nTREZOR\r\n", f"{PHRASE}\nTREZOR", f"{PHRASE}\nTREZOR\nmore\n"])
def test_lines_may_end_in_any_way(lines: str) -> None:
    """The second line is the passphrase: vectors/chains/bitcoin.json, passphrase-bip84."""
    done = subprocess.run(
        [*COMMAND, "address", "bitcoin", "--passphrase", "--stdin"], input=lines.encode(), capture_output=True
    )
    assert done.stdout.split()[1] == b"bc1qv5rmq0kt9yz3pm36wvzct7p3x6mtgehjul0feu"


@pytest.mark.parametrize("endless", ["/dev/zero", "/dev/urandom"])
def test_secrets_without_an_end_are_refused(endless: str) -> None:
    with open(endless, "rb") as stream:
        done = subprocess.run(
            [*COMMAND, "address", "bitcoin", "--stdin"], stdin=stream, capture_output=True, timeout=30
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: ")
    assert len(done.stderr) < 200
