"""The transcripts of the pages: each page is typed into one shell, and shows what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from house.source import ROOT

BLOCK = re.compile(r"^```console\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if BLOCK.search(page.read_text(encoding="utf-8"))]
END = "\x1f"  # printed after each command


def transcripts(page: Path) -> list[tuple[str, str]]:
    """Each command of the page (lines after it that begin with > belong to it) and what it shows."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines(keepends=True):
            if line.startswith("$ "):
                found.append((line[2:], ""))
            elif line.startswith("> "):
                found[-1] = (found[-1][0] + line[2:], "")
            else:
                found[-1] = (found[-1][0], found[-1][1] + line)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_transcripts_of_the_page_are_true(page: Path, tmp_path: Path) -> None:
    commands = [command for command, _ in transcripts(page)]
    script = f'python() {{ "{sys.executable}" "$@"; }}\nwalletcore() {{ python -m walletcore "$@"; }}\nexec 2>&1\n'
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
    assert list(zip(commands, shown, strict=True)) == transcripts(page)


def test_every_command_has_a_transcript() -> None:
    typed = [text for page in PAGES for text, _ in transcripts(page)]
    for command in (
        "address",
        "xpub",
        "discover",
        "bulk",
        "inspect",
        "path",
        "sign",
        "verify",
        "message sign",
        "message verify",
        "audit head",
        "psbt create",
        "psbt show",
        "psbt sign",
        "psbt combine",
        "psbt finalize",
        "psbt convert",
    ):
        assert any(f"walletcore {command} " in text for text in typed), command
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert {"walletcore chains", "walletcore new", "walletcore demo"} <= set(re.findall(r"walletcore \w+", text))


def test_every_oddity_is_in_the_table_of_the_page() -> None:
    """And the table has no other."""
    source = "".join(path.read_text() for path in (ROOT / "src" / "walletcore" / "cli" / "inspection").glob("*.py"))
    said = set(re.findall(r'code="([a-z-]+)"', source)) | {"anyone-can-spend", "retired", "unspendable"}
    table = (ROOT / "docs" / "inspect.md").read_text(encoding="utf-8").partition("| code |")[2]
    assert set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)))) == said
