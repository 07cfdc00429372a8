"""QR codes in a terminal can be read again, whatever its colours; what does not fit is one clear line."""

import os
import re
import subprocess
import sys

import pytest
import segno

from support.commands import COMMAND, at_a_terminal
from walletcore.cli.qr import draw
from walletcore.errors import Unsupported

ZPUB = (  # BIP-84, account 0
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
)
FIRST = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
MODULES = [list(row) for row in segno.make(FIRST, micro=False).matrix_iter(border=4)]
HALVES = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}


def modules_of(lines: list[str]) -> list[list[int]]:
    """The modules that lines of half blocks show."""
    return [[HALVES[char][half] for char in line] for line in lines for half in (0, 1)]


def test_blocks_in_a_pipe_are_the_code_with_light_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    draw(FIRST)
    shown = modules_of(capsys.readouterr().out.splitlines())
    assert [[1 - module for module in row] for row in shown[: len(MODULES)]] == MODULES


def test_a_terminal_shows_black_on_white() -> None:
    code, shown = at_a_terminal("address", "bitcoin", "--xpub", ZPUB, "--qr", answers={}, columns=100)
    assert code == 0
    lines = re.findall(r"\x1b\[30;107m(.*?)\x1b\[0m", shown)
    assert modules_of(lines)[: len(MODULES)] == MODULES


def test_spaces_are_drawn_where_there_are_no_blocks() -> None:
    done = subprocess.run(
        [*COMMAND, "address", "bitcoin", "--xpub", ZPUB, "--qr"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    lines = [re.findall(rb"\x1b\[(40|107)m  ", line) for line in done.stdout.splitlines()[1:]]
    assert [[int(code == b"40") for code in line] for line in lines] == MODULES


def test_a_terminal_that_is_too_narrow_is_said() -> None:
    code, shown = at_a_terminal("address", "bitcoin", "--xpub", ZPUB, "--qr", answers={}, columns=30)
    assert code == 1
    assert f"error: the QR code needs {len(MODULES[0])} columns, the terminal has 30" in shown.replace("\r\n", " ")


@pytest.mark.parametrize("text", ["a" * 2954, "1" * 7090])
def test_what_is_too_long_for_a_code_is_refused(text: str) -> None:
    """ISO/IEC 18004, version 40-L: 2953 bytes, 7089 digits."""
    with pytest.raises(Unsupported, match=f"{len(text)} characters are more than a QR code holds"):
        draw(text)


@pytest.mark.parametrize("text", ["a" * 2953, "1" * 7089])
def test_the_longest_texts_are_drawn(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    draw(text)
    assert len(capsys.readouterr().out.splitlines()) == (177 + 8 + 1) // 2
    assert sys.stdout.isatty() is False
