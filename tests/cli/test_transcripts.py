"""The transcripts of docs/command-line.md: each is typed into one shell, and shows what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from house.source import ROOT

PAGE = ROOT / "docs" / "command-line.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
END = "\x1f"  # printed after each command


def transcripts() -> list[tuple[str, str]]:
    """Each command of the page (lines after it that begin with > belong to it) and what it shows."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for line in block.splitlines(keepends=True):
            if line.startswith("$ "):
                found.append((line[2:], ""))
            elif line.startswith("> "):
                found[-1] = (found[-1][0] + line[2:], "")
            else:
                found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def test_the_transcripts_of_the_page_are_true(tmp_path: Path) -> None:
    commands = [command for command, _ in transcripts()]
    script = f'walletcore() {{ "{sys.executable}" -m walletcore "$@"; }}\nexec 2>&1\n'
    script += "".join(f"{command}_code=$?; printf '{END}'; (exit $_code)\n" for command in commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
    )
    shown = done.stdout.split(END)[:-1]
    assert list(zip(commands, shown, strict=True)) == transcripts()


def test_every_command_has_a_transcript() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for command in ("address", "xpub", "inspect", "path", "sign", "verify", "message sign", "message verify"):
        assert any(text.startswith(f"walletcore {command} ") for text, _ in transcripts()), command
    assert "walletcore chains" in page
