"""``walletcore discover``: which wallet made this phrase or key, by the ways that secrets have, and its endings."""

import json
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from support.commands import COMMAND, PHRASE, at_a_terminal, piped, with_secrets
from support.vectors import load
from walletcore.cli import run

HIGH = "high relief amount witness try remember adult destroy puppy fox giant peace"  # BlueWallet, HDWallet.test.js
BRD = "1ARGkNMdsBE36fJhddSwf8PqBXG3s4d2KU"  # its first address by BRD's path
XPUB = "xpub68nLLEi3KERQY7jyznC9PQSpSjmekrEmN8324YRCXayMXaavbdEJsK4gEcX2bNf9vGzT4xRks9utZ7ot1CTHLtdyCn9udvv1NWvtY7HXroh"
ROOT = (  # spesmilo/electrum tests/test_wallet_vertical.py, test_electrum_seed_standard
    "xprv9s21ZrQH143K32jECVM729vWgGq4mUDJCk1ozqAStTphzQtCTuoFmFafNoG1g55iCnBTXUzz3zWnDb5CVLGiFvmaZjuazHDL8a81cPQ8KL6"
)
ELSEWHERE = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"  # BIP-350, of another key


def test_an_address_names_the_wallets_that_have_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("discover", "--address", BRD, lines=f"{HIGH}\n") == 0
    shown = capsys.readouterr()
    titles, line = shown.out.splitlines()
    assert titles.split() == ["chains", "profile", "path", "kind", "address", "wallets"]
    assert line.split()[:5] == ["bitcoin", "bip32-p2pkh", "m/0'/0/0", "p2pkh", BRD]
    assert "BRD, MultiBit HD" in line
    assert shown.err == ""


def test_chains_with_the_same_address_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """vectors/chains/evm.json: ethereum-bip44-0."""
    address = "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"
    assert with_secrets("discover", "--address", address) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split("  ")[0] for line in lines] == [
        *["ethereum and 105 more"] * 2,
        "callisto and 14 more",
        "greenfield, greenfield-testnet",
    ]
    assert with_secrets("discover", "--address", address, "--chain", "base", "--chain", "polygon") == 0
    assert capsys.readouterr().out.splitlines()[1].split("  ")[:2] == ["base, polygon", "bip44"]


@pytest.mark.parametrize("write", [str, str.lower, lambda text: f" {text} ", lambda text: "0x" + text[2:].upper()])
def test_an_address_may_be_written_without_its_checksum(
    write: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    address = "0x78839F6054d7ed13918bAe0473BA31b1Ca9D7265"  # vectors/chains/evm.json: ethereum-ledger-live-1
    assert with_secrets("discover", "--chain", "ethereum", "--address", write(address)) == 0
    assert address in capsys.readouterr().out
    assert with_secrets("discover", "--address", "0x78839f6054d7ed13918bAe0473BA31b1Ca9D7265") == 1
    assert "checksum" in capsys.readouterr().err


def test_an_address_that_is_not_there_is_refused_with_what_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("discover", "--address", ELSEWHERE, "--accounts", "1", "--indices", "3") == 1
    shown = capsys.readouterr()
    problem = "error: no known profile has this address within 1 accounts and 3 addresses of each (6 keys tried)"
    assert (shown.out, shown.err.splitlines()[0]) == ("", problem)
    assert "--passphrase" in shown.err.splitlines()[1]
    assert with_secrets("discover", "--address", ELSEWHERE, "--indices", "1", "--changes", "1", "--json") == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"candidates": [], "left_out": [], "keys": 10, "languages": ["english"]}
    assert json.loads(shown.err)["reason"] == "unknown"


def test_the_bounds_are_those_of_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    """vectors/chains/bitcoin.json: the second account, and a change address."""
    shown = {
        case.input["path"]: case.expect["address"]
        for case in load("chains/bitcoin")
        if case.input.get("profile") == "bip84" and case.input.get("mnemonic") == PHRASE
    }
    second, change = shown["m/84'/0'/1'/0/0"], shown["m/84'/0'/0'/1/0"]
    for address, narrow in ((second, ("--accounts", "1")), (change, ("--changes", "1"))):
        assert with_secrets("discover", "--address", address, "--indices", "2", *narrow) == 1
        assert with_secrets("discover", "--address", address, "--indices", "2") == 0
    capsys.readouterr()


def test_without_an_address_there_is_a_line_for_every_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("discover", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    figures = json.loads(piped("chains", "--json").stdout)
    listed = [(row["name"], profile["name"]) for row in figures for profile in row["profiles"]]
    assert [(each["chain"], each["profile"]) for each in found["candidates"]] == listed
    assert all(each["wallets"] and each["source"] and each["path"] for each in found["candidates"])


def test_a_passphrase_is_the_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    (case,) = [case for case in load("chains/bitcoin") if case.id == "chains/bitcoin/passphrase-bip84"]
    lines = f"{case.input['mnemonic']}\n{case.input['passphrase']}\n"
    assert with_secrets("discover", "--address", case.expect["address"], "--passphrase", lines=lines) == 0
    assert "bip84" in capsys.readouterr().out
    assert with_secrets("discover", "--address", case.expect["address"], "--indices", "1", lines=lines) == 1


def test_an_extended_private_key_takes_the_place_of_a_phrase(capsys: pytest.CaptureFixture[str]) -> None:
    """spesmilo/electrum tests/test_wallet_vertical.py, test_electrum_seed_standard."""
    address = "1KSezYMhAJMWqFbVFB2JshYg69UpmEXR4D"
    assert with_secrets("discover", "--address", address, lines=f" {ROOT} \n") == 0
    shown = capsys.readouterr()
    assert "electrum  m/1/0" in shown.out
    assert "not searched" not in shown.err  # solana cannot have such an address
    assert with_secrets("discover", "--passphrase", lines=f"{ROOT}\nx\n") == 1
    assert ROOT not in capsys.readouterr().err


def test_an_account_key_needs_no_secret_and_says_what_it_cannot_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["discover", "--xpub", XPUB, "--address", BRD]) == 0
    assert "bip32-p2pkh" in capsys.readouterr().out
    assert run(["discover", "--xpub", XPUB]) == 0
    shown = capsys.readouterr().err.splitlines()
    assert any("a hardened step needs" in line and "core-p2pkh" in line for line in shown)
    assert any("the seed only" in line and "solana" in line for line in shown)
    assert all(line.startswith("not searched: ") for line in shown)
    assert run(["discover", "--xpub", XPUB, "--chain", "solana"]) == 1
    assert "no profile begins at this key" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("--stdin",), ("--passphrase",), ("--language", "english"), ("--fd", "7"), ("--stdin", "--fd", "7")]
)
def test_an_account_key_and_a_secret_do_not_go_together(arguments: tuple[str, ...]) -> None:
    assert run(["discover", "--xpub", XPUB, *arguments]) == 2


@pytest.mark.parametrize(
    "option", [("--accounts", "0"), ("--indices", "-1"), ("--changes", "x"), ("--indices", "2147483649")]
)
def test_bounds_that_are_none_are_wrong_usage(option: tuple[str, str]) -> None:
    assert with_secrets("discover", *option) == 2


@pytest.mark.parametrize("option", ["--address", "--xpub"])
@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_option_that_a_script_left_empty_is_wrong_usage(option: str, text: str) -> None:
    """Exit code 0 would say that a profile has the address, and a missing key must not make it ask for a secret."""
    assert with_secrets("discover", option, text) == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--chain", "bitcoins"), "no chain has that name"),
        (("--address", "nobody"), "no chain has addresses of this form"),
        (("--address", BRD, "--chain", "ethereum"), "no chain has addresses of this form"),
        (("--address", BRD[:-1] + "V"), "no chain has this address"),
        (("--language", "klingon"), "klingon"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_secrets("discover", *arguments) == 1
    assert problem in capsys.readouterr().err.splitlines()[0] or problem == "klingon"


def test_a_phrase_of_another_scheme_is_refused_with_a_hint_which(capsys: pytest.CaptureFixture[str]) -> None:
    electrum = "cycle rocket west magnet parrot shuffle foot correct salt library feed song"
    assert with_secrets("discover", lines=f"{electrum}\n") == 1
    shown = capsys.readouterr().err
    assert "hint: LooksLikeElectrum" in shown
    assert not any(word in shown for word in electrum.split())


@pytest.mark.parametrize(
    "secret",
    [
        PHRASE,
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
    ],
)
@pytest.mark.parametrize("option", ["--xpub", "--address", "--chain"])
def test_a_secret_is_never_an_argument(option: str, secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["discover", option, secret]) == 1
    shown = capsys.readouterr()
    assert "never an argument" in shown.err
    assert secret not in shown.out + shown.err


def test_a_search_at_a_terminal_shows_how_far_it_is() -> None:
    code, shown = at_a_terminal("discover", "--address", ELSEWHERE, answers={"mnemonic: ": PHRASE}, columns=120)
    assert code == 1
    assert "searching" in shown
    assert "%" in shown
    assert PHRASE not in shown
    assert "no known profile has this address" in shown


def test_a_search_elsewhere_shows_no_bar() -> None:
    done = piped("discover", "--address", ELSEWHERE, "--stdin")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 2


def test_an_interrupt_ends_a_long_search_cleanly() -> None:
    command = [*COMMAND, "discover", "--address", ELSEWHERE, "--indices", "2147483648", "--stdin"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as search:
        assert search.stdin is not None
        search.stdin.write(f"{PHRASE}\n")
        search.stdin.flush()
        time.sleep(3)  # it is searching: it would take years
        search.send_signal(signal.SIGINT)
        out, err = search.communicate(timeout=60)
    assert (search.returncode, out, err.strip()) == (130, "", "error: interrupted")
