"""The command line: secrets never from an argument, exit codes, tables for people and JSON for machines."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from walletcore.chains import chains
from walletcore.cli import run
from walletcore.mnemonic.bip39 import Mnemonic

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
FIRST = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"  # BIP-84
ZPUB = (  # BIP-84, account 0
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
)
COMMAND = [sys.executable, "-m", "walletcore"]


def piped(*arguments: str, lines: str = PHRASE + "\n") -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with these lines on standard input."""
    return subprocess.run([*COMMAND, *arguments], input=lines, capture_output=True, text=True, check=False)


def test_an_address_of_a_phrase_from_standard_input() -> None:
    done = piped("address", "bitcoin", "--stdin")
    assert (done.returncode, done.stdout) == (0, f"m/84'/0'/0'/0/0\t{FIRST}\n")


def test_a_passphrase_is_the_second_line() -> None:
    done = piped("address", "bitcoin", "--stdin", "--passphrase", "--json", lines=f"{PHRASE}\nTREZOR\n")
    # bip_utils 2.12.3 and wallycore 1.5.6 agree on it: vectors/chains/bitcoin.json, passphrase-bip84
    path = Path(__file__).parents[1] / "vectors" / "chains" / "bitcoin.json"
    (case,) = [c for c in json.loads(path.read_text())["cases"] if c["id"] == "chains/bitcoin/passphrase-bip84"]
    assert case["input"]["passphrase"] == "TREZOR"
    assert json.loads(done.stdout)[0]["address"] == case["expect"]["address"]


def test_secrets_from_a_file_descriptor() -> None:
    reading, writing = os.pipe()
    os.write(writing, f"{PHRASE}\n".encode())
    os.close(writing)
    done = subprocess.run(
        [*COMMAND, "address", "bitcoin", "--fd", str(reading)], pass_fds=[reading], capture_output=True, text=True
    )
    os.close(reading)
    assert (done.returncode, done.stdout.split()[1]) == (0, FIRST)


def test_secrets_from_a_prompt_are_not_echoed() -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [*COMMAND, "address", "bitcoin"])
    shown = b""
    while b"mnemonic: " not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, f"{PHRASE}\n".encode())
    try:
        while chunk := os.read(terminal, 1024):
            shown += chunk
    except OSError:  # the child has closed the terminal
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert FIRST.encode() in shown
    assert b"abandon" not in shown


@pytest.mark.parametrize("arguments", [("address", "bitcoin", PHRASE), ("address", "bitcoin", "--mnemonic", PHRASE)])
def test_a_phrase_as_an_argument_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    done = piped(*arguments)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_watch_only_address_needs_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["address", "bitcoin", "--xpub", ZPUB, "--count", "2"]) == 0
    assert capsys.readouterr().out.split() == [FIRST, "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"]


def test_a_qr_code_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["address", "bitcoin", "--xpub", ZPUB, "--qr"]) == 0
    assert "█" in capsys.readouterr().out


def test_new_prints_a_phrase_that_can_be_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "--words", "12", "--language", "japanese"]) == 0
    assert len(Mnemonic.parse(capsys.readouterr().out.strip(), language="japanese")) == 12


def test_chains_lists_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chains", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [row.name for row in chains()]
    assert all(profile["source"] for row in rows for profile in row["profiles"])
    assert run(["chains"]) == 0
    table = capsys.readouterr().out
    assert all(row.name in table and row.caip2 in table for row in chains())


@pytest.mark.parametrize(
    "arguments",
    [
        ("address", "nowhere", "--xpub", ZPUB),
        ("address", "bitcoin", "--xpub", ZPUB[:-1] + "t"),
        ("address", "bitcoin", "--xpub", ZPUB, "--index", "2147483648"),
        ("address", "bitcoin", "--xpub", ZPUB, "--account", "1"),
        ("address", "bitcoin", "--xpub", ZPUB, "--profile", "nobody"),
        ("new", "--words", "13"),
        ("new", "--language", "klingon"),
        ("address", "bitcoin", "--fd", "77"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_1(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(list(arguments)) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("error: ")
    assert "Traceback" not in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("lines", ["", "abandon\n", "zebra " * 12 + "\n", "\udcff\n", "abandon " * 4000])
def test_a_bad_phrase_is_refused_and_not_repeated(lines: str) -> None:
    done = subprocess.run(
        [*COMMAND, "address", "bitcoin", "--stdin"], input=lines.encode(errors="surrogateescape"), capture_output=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: ")
    assert b"zebra" not in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("nonsense",), ("address",), ("address", "bitcoin", "--count", "x")])
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    done = piped(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_without_the_extra_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['typer'] = None; from walletcore.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "walletcore[cli]" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupted_prompt_leaves_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    done = subprocess.run([*COMMAND, "address", "bitcoin"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
