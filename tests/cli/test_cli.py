"""How a command ends: exit codes, one clear line, and no traceback whatever happens to the streams."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import shellingham

import walletcore
from support.commands import COMMAND, PHRASE, at_a_terminal, piped
from walletcore.cli import run
from walletcore.cli.show import amount, plain

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("address",),
        ("address", "bitcoin", "--count", "x"),
        ("address", "bitcoin", "--count", "0"),
        ("address", "bitcoin", "--fd", "-1"),
        ("address", "bitcoin", "--fd", "99999999999999999999"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    done = piped(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_two_places_for_secrets_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["address", "bitcoin", "--stdin", "--fd", "3"]) == 2
    assert "--fd" in capsys.readouterr().err


def test_help_names_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "0 done, 1 refused, 2 wrong usage, 3 not verified, 130 interrupted" in shown


def test_without_the_extra_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['typer'] = None; from walletcore.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "walletcore[cli]" in done.stderr
    assert "Traceback" not in done.stderr


def test_nobody_to_prompt_is_said_with_a_hint() -> None:
    done = subprocess.run(
        [*COMMAND, "address", "bitcoin"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,  # no controlling terminal either
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: there is no terminal to ask for the mnemonic\nhint: give --stdin or --fd where nobody can be asked\n"
    )


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["chains", "address bitcoin --stdin", "demo"])
def test_closed_streams_are_no_traceback(command: str, redirection: str) -> None:
    line = f"{sys.executable} -m walletcore {command} {redirection}"
    done = subprocess.run(["sh", "-c", line], input=PHRASE, capture_output=True, text=True, start_new_session=True)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.parametrize("command", ["chains --json", "demo", "address bitcoin --stdin --count 50"])
def test_a_reader_that_leaves_early_is_no_error_worth_a_word(command: str) -> None:
    line = f"{sys.executable} -m walletcore {command} | true"
    done = subprocess.run(["sh", "-c", line], input=PHRASE, capture_output=True, text=True)
    assert done.stderr == ""


def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, "chains"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "error: cannot read or write: No space left on device\n")


def test_an_interrupted_prompt_leaves_quietly() -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [*COMMAND, "address", "bitcoin"])
    shown = b""
    while b"mnemonic: " not in shown:
        shown += os.read(terminal, 1024)
    os.kill(pid, signal.SIGINT)
    try:
        while chunk := os.read(terminal, 1024):
            shown += chunk
    except OSError:
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    assert b"error: interrupted" in shown
    assert b"Traceback" not in shown


def test_the_end_of_a_prompt_is_said() -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [*COMMAND, "address", "bitcoin"])
    shown = b""
    while b"mnemonic: " not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, b"\x04")
    try:
        while chunk := os.read(terminal, 1024):
            shown += chunk
    except OSError:
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    assert shown.endswith(b"\r\nerror: no mnemonic was typed\r\n")


WRONG = {
    "a command": (("nonsense",), "no such command 'nonsense'"),
    "nearly a command": (("adress",), "no such command 'adress'. Did you mean 'address'?"),
    "an option": (("chains", "--jsn"), "no such option: --jsn (Possible options: --json)"),
    "no argument": (("address",), "missing argument 'chain'"),
    "no number": (("address", "bitcoin", "--count", "x"), "invalid value for '--count': 'x' is not a whole number"),
    "no number, either": (("new", "--words", "x"), "invalid value for '--words': 'x' is not a whole number"),
    "a control character": (("\x1b[2J",), "no such command '\\x1b[2J'"),
}


@pytest.mark.parametrize(("arguments", "problem"), WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_one_line_and_a_hint(
    arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert error == f"error: {problem}"
    assert hint.startswith("hint: `walletcore ")
    assert hint.endswith("--help` shows how it is used")


def test_arguments_that_are_too_many_are_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", "one", "private", "thing"]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("error: more arguments than expected; a text with spaces needs quotes\nhint: ")
    assert "private" not in shown


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (
            ("inspect", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyv", "--json"),
            1,
            {
                "error": "no address of bitcoin: neither the bech32 nor the bech32m checksum matches",
                "reason": "checksum",
                "hint": "",
            },
        ),
        (
            ("address", "--json"),
            2,
            {
                "error": "missing argument 'chain'",
                "reason": "usage",
                "hint": "`walletcore address --help` shows how it is used",
            },
        ),
    ],
)
def test_errors_for_machines_are_json_on_standard_error(
    arguments: tuple[str, ...], code: int, error: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert json.loads(shown.err) == error


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"walletcore {walletcore.__version__}\n"


def test_the_help_tells_commands_in_the_order_of_their_use_and_cuts_nothing() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"})
    names = [
        "new",
        "address",
        "xpub",
        "discover",
        "bulk",
        "inspect",
        "path",
        "sign",
        "verify",
        "serve",
        "chains",
        "demo",
    ]
    names += ["psbt", "message", "audit"]
    told = done.stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in told.splitlines()] == names
    assert "..." not in told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete(shell: str) -> None:
    done = subprocess.run(
        COMMAND, capture_output=True, text=True, env={**os.environ, "_WALLETCORE_COMPLETE": f"source_{shell}"}
    )
    assert done.returncode == 0
    assert "complete" in done.stdout.lower()
    assert "_WALLETCORE_COMPLETE=complete_" in done.stdout


@pytest.mark.parametrize("option", ["--show-completion", "--install-completion"])
@pytest.mark.parametrize(("shell", "which"), [("", "a shell that cannot be found out"), ("dash", "the shell 'dash'")])
def test_completion_for_another_shell_is_refused_with_what_to_do(
    shell: str, which: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def detect() -> tuple[str, str]:  # whatever started the tests
        if shell:
            return shell, f"/bin/{shell}"
        raise shellingham.ShellDetectionFailure

    monkeypatch.setattr(shellingham, "detect_shell", detect)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run([option]) == 1
    hint = "for another one: `_WALLETCORE_COMPLETE=source_zsh walletcore` prints zsh's; bash and fish likewise"
    assert capsys.readouterr().err == f"error: there is no completion for {which}\nhint: {hint}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 秘", "plain é 秘"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("abc\u202edef", "abc\\u202edef"),
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("units", "decimals", "shown"),
    [
        (1_500_000_000, 9, "1.5 X"),
        (1, 18, "0.000000000000000001 X"),
        (0, 8, "0 X"),
        (10**18, 18, "1 X"),
        (-5, 1, "-0.5 X"),
        (7, 0, "7 X"),
        (None, 8, "an unknown amount of X"),
    ],
)
def test_amounts_are_exact(units: int | None, decimals: int, shown: str) -> None:
    assert amount(units, decimals, "X") == shown


def test_a_fault_of_ours_is_one_line_and_development_mode_shows_it() -> None:
    code = "import sys; from walletcore.cli import lists, run; {}; sys.exit(run(['chains']))"
    program = code.format("lists.show.print_table = None")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: a fault in walletcore: TypeError\nhint: ")
    done = subprocess.run([sys.executable, "-X", "dev", "-c", program], capture_output=True, text=True)
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("columns", [200, 40])
def test_a_table_that_is_too_wide_for_its_terminal_becomes_lines(columns: int) -> None:
    code, shown = at_a_terminal("path", "m/84'/0'/0'/0/7", answers={}, columns=columns)
    assert code == 0
    lines = [line.split() for line in shown.splitlines()]
    assert (["step", "hardened", "level", "meaning"] in lines) is (columns == 200)
    assert (["meaning", "the", "8th", "address"] in lines) is (columns == 40)


@pytest.mark.parametrize("wanted", [True, False])
def test_NO_COLOR_is_heeded_at_a_terminal(wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "" if wanted else "1")
    monkeypatch.setenv("TERM", "xterm")
    _, shown = at_a_terminal("inspect", "0x" + "0" * 40, "--chain", "ethereum", answers={})
    assert ("\x1b[" in shown) is wanted


FIRST = "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"  # the demonstration's
NO_TEXT = "a\udcffb"  # how bytes that are no text arrive


@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect", NO_TEXT),
        ("inspect", "--chain", NO_TEXT, "x"),
        ("verify", NO_TEXT),
        ("verify", "00", "--by", NO_TEXT),
        ("path", NO_TEXT),
        ("address", NO_TEXT),
        ("address", "bitcoin", "--xpub", NO_TEXT),
        ("address", "bitcoin", "--kind", NO_TEXT),
        ("sign", NO_TEXT, "--yes", "--fd", "77"),
        ("demo", "--figures", NO_TEXT),
        ("new", "--language", NO_TEXT),
        ("message", "sign", "ethereum", NO_TEXT, "--yes", "--fd", "77"),
        ("message", "verify", "ethereum", FIRST, "0x11", NO_TEXT),
        ("message", "verify", "ethereum", NO_TEXT, "0x11", "hi"),
        ("message", "verify", "bitcoin", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH", NO_TEXT, "hi"),
        ("message", "verify", "solana", "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk", NO_TEXT, "hi"),
    ],
)
def test_arguments_that_are_no_text_are_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) in (1, 3)
    shown = capsys.readouterr()
    assert "fault" not in shown.err
    assert shown.err.startswith("error: ") or shown.out.startswith("NOT VERIFIED: ")
