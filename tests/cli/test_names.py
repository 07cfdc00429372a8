"""Names of chains, profiles and kinds: what is near to a wrong one, and what a shell offers."""

import os
import subprocess

import pytest

from support.commands import COMMAND
from walletcore.cli import run


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("bitcion", "bitcoin or viction or bitcoin-sv"),
        ("Bitcoin", "bitcoin"),
        ("BTC", "bitcoin"),
        ("eth", "ethereum"),
        ("etherium", "ethereum"),
        ("solona", "solana"),
        ("poligon", "polygon"),
    ],
)
def test_the_nearest_chain_is_offered(name: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["address", name, "--fd", "77"]) == 1
    shown = capsys.readouterr().err
    assert shown == f"error: no chain has that name\nhint: did you mean {meant}? `walletcore chains` lists them\n"


@pytest.mark.parametrize("name", ["", "zzzz", "x" * 80, "\x1b[2J"])
def test_what_is_near_to_nothing_is_refused_plainly(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["address", name, "--fd", "77"]) == 1
    assert capsys.readouterr().err == "error: no chain has that name\nhint: `walletcore chains` lists them\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("bitcoin", "--kind", "taproot"), "bitcoin has the kinds p2wpkh, p2tr, p2sh-p2wpkh, p2pkh"),
        (("bitcoin-signet", "--profile", "bip-84"), "bitcoin-signet has the profiles bip84, bip86, bip49, bip44"),
        (
            ("bitcoin", "--profile", "bip-84"),
            "bitcoin has the profiles bip84, bip86, bip49, bip44 and 15 more: `walletcore chains` lists them",
        ),
        (("ethereum", "--kind", "p2tr"), "ethereum has one kind only"),
    ],
)
@pytest.mark.parametrize("command", ["address", "xpub", "message sign"])
def test_what_there_is_is_said(
    command: str, arguments: tuple[str, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And before a secret is asked for: there is none at this descriptor."""
    chain, *options = arguments
    text = ["hello", "--yes"] if "sign" in command else []
    assert run([*command.split(), chain, *text, *options, "--fd", "77"]) == 1
    assert capsys.readouterr().err.splitlines()[1] == f"hint: {hint}"


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("walletcore address pol", "polygon polygon-amoy polygon-zkevm polygon-zkevm-cardona"),
        ("walletcore inspect --chain solana-", "solana-devnet"),
        ("walletcore verify --chain solana-", "solana-devnet"),
        ("walletcore discover --chain solana-", "solana-devnet"),
        ("walletcore message sign solana-", "solana-devnet"),
        ("walletcore address bitcoin --kind p2w", "p2wpkh"),
        ("walletcore address bitcoin --profile bip8", "bip84 bip86"),
        ("walletcore xpub ethereum --profile bip8", ""),
        ("walletcore new --language chinese_", "chinese_simplified chinese_traditional"),
        ("walletcore ins", "inspect"),
        ("walletcore message ver", "verify"),
        ("walletcore address bitcoin --pa", "--passphrase"),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_names_are_completed(shell: str, words: str, offered: str) -> None:
    variables = {
        **os.environ,
        "_WALLETCORE_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
        "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    shown = subprocess.run(COMMAND, capture_output=True, text=True, env=variables).stdout
    if shell == "bash":
        assert shown.split() == offered.split()
    elif shell == "fish":
        assert [line.split("\t")[0] for line in shown.splitlines() if line] == offered.split()
    else:
        assert [part for part in shown.split('"') if part in offered.split()] == offered.split()
