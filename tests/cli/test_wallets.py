"""Commands on a wallet: figures from BIPs and vectors, secrets never from an argument, refusals in one line."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.commands import COMMAND, PHRASE, at_a_terminal, piped, with_secrets
from walletcore.cli import run
from walletcore.mnemonic.bip39 import Mnemonic

FIRST = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"  # BIP-84, "Test vectors"
ZPUB = (  # BIP-84, account 0
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
)
XPUB_86 = (  # BIP-86, account 0
    "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ"
)


def test_an_address_of_a_phrase_from_standard_input() -> None:
    done = piped("address", "bitcoin", "--stdin")
    assert (done.returncode, done.stdout) == (0, f"m/84'/0'/0'/0/0\t{FIRST}\n")


def test_a_passphrase_is_the_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("address", "bitcoin", "--passphrase", "--json", lines=f"{PHRASE}\nTREZOR\n") == 0
    # bip_utils 2.12.3 and wallycore 1.5.6 agree on it: vectors/chains/bitcoin.json, passphrase-bip84
    path = Path(__file__).parents[2] / "vectors" / "chains" / "bitcoin.json"
    (case,) = [c for c in json.loads(path.read_text())["cases"] if c["id"] == "chains/bitcoin/passphrase-bip84"]
    assert case["input"]["passphrase"] == "TREZOR"
    assert json.loads(capsys.readouterr().out)[0]["address"] == case["expect"]["address"]


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
    code, shown = at_a_terminal("address", "bitcoin", answers={"mnemonic: ": PHRASE})
    assert code == 0
    assert FIRST in shown
    assert "abandon" not in shown


def test_a_watch_only_address_needs_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["address", "bitcoin", "--xpub", ZPUB, "--count", "2"]) == 0
    assert capsys.readouterr().out.split() == [FIRST, "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"]


def test_a_qr_code_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["address", "bitcoin", "--xpub", ZPUB, "--qr"]) == 0
    assert "█" in capsys.readouterr().out


def test_an_extended_public_key_of_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("xpub", "bitcoin", "--kind", "p2tr") == 0
    assert capsys.readouterr().out == f"m/86'/0'/0'\t{XPUB_86}\n"


def test_an_extended_public_key_with_the_prefix_of_its_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("xpub", "bitcoin", "--slip132", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "chain": "bitcoin",
        "profile": "bip84",
        "path": "m/84'/0'/0'",
        "master": "73c5da0a",  # this phrase's fingerprint in BIP-84's, BIP-86's and many wallets' examples
        "xpub": ZPUB,
    }


def test_a_tree_without_public_derivation_has_no_extended_public_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("xpub", "solana") == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_a_kind_without_a_prefix_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("xpub", "bitcoin", "--kind", "p2tr", "--slip132") == 1
    assert "p2tr" in capsys.readouterr().err


def test_new_prints_a_phrase_that_can_be_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "--words", "12", "--language", "japanese"]) == 0
    assert len(Mnemonic.parse(capsys.readouterr().out.strip(), language="japanese")) == 12


def test_new_does_not_print_words_that_the_terminal_cannot_show() -> None:
    done = subprocess.run(
        [*COMMAND, "new", "--language", "japanese"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"hint: set a UTF-8 locale" in done.stderr


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
        ("xpub", "nowhere", "--fd", "77"),
        ("address", "solana", "--index", "1", "--fd", "77"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_1(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(list(arguments)) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("error: ")
    assert "Traceback" not in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("lines", ["", "abandon\n", "zebra " * 12 + "\n", "\udcff\n", "abandon " * 40000])
def test_a_bad_phrase_is_refused_and_not_repeated(lines: str) -> None:
    done = subprocess.run(
        [*COMMAND, "address", "bitcoin", "--stdin"], input=lines.encode(errors="surrogateescape"), capture_output=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: ")
    assert b"zebra" not in done.stderr
    assert b"Traceback" not in done.stderr
