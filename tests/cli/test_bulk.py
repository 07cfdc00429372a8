"""``walletcore bulk``: files of addresses, rows on standard output, and files held against their account."""

import json
import subprocess
from pathlib import Path

import pytest

from support.commands import COMMAND, at_a_terminal, piped
from walletcore.cli import run

# BIP-84, "Test vectors": account 0 of the phrase "abandon ... about"
ZPUB = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
ZPRV = "zprvAdG4iTXWBoARxkkzNpNh8r6Qag3irQB8PzEMkAFeTRXxHpbF9z4QgEvBRmfvqWvGp42t42nvgGpNgYSJA9iefm1yYNZKEm7z6qUWCroSQnE"
FIRST = ("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g")
CHANGE = "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"
KEY = ("--xpub", ZPUB, "--chain", "bitcoin")


def test_rows_are_printed_where_no_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bulk", *KEY, "--count", "2"]) == 0
    assert capsys.readouterr().out == f"account,change,index,address\n0,0,0,{FIRST[0]}\n0,0,1,{FIRST[1]}\n"
    assert run(["bulk", *KEY, "--count", "1", "--start", "1", "--change", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"account": 0, "change": 0, "index": 1, "address": FIRST[1]}
    assert run(["bulk", *KEY, "--count", "1", "--change", "1", "--change", "0"]) == 0
    assert [line.split(",")[3] for line in capsys.readouterr().out.splitlines()[1:]] == [CHANGE, FIRST[0]]


def test_more_rows_than_are_read_end_quietly() -> None:
    with subprocess.Popen(
        [*COMMAND, "bulk", *KEY, "--count", "100000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr.read() == b""
    assert command.returncode == 1


@pytest.mark.parametrize("end", [".csv", ".jsonl", ".parquet"])
def test_a_file_is_written_and_held_against_its_account(
    end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / f"addresses{end}")
    assert run(["bulk", *KEY, "--count", "1500", "--change", "0", "--change", "1", "--out", path]) == 0
    assert capsys.readouterr() == ("", f"3,000 addresses are in {path}\n")
    asked = ["bulk", *KEY, "--change", "0", "--change", "1", "--check", path]
    assert run([*asked, "--count", "1500"]) == 0
    assert capsys.readouterr() == ("3,000 rows are those of this account\n", "")
    assert run([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": 3_000}
    assert run([*asked, "--count", "1501"]) == 3
    assert capsys.readouterr() == (
        "",
        "error: row 1501: expected change 0 and index 1500, got 1 and 0\n",
    )
    assert run(["bulk", *KEY, "--count", "2", "--out", path]) == 1
    assert "is there already" in capsys.readouterr().err
    assert run(["bulk", *KEY, "--count", "2", "--out", path, "--overwrite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": 2, "file": path}
    assert run(["bulk", *KEY, "--check", path]) == 0


def test_the_first_wrong_row_ends_with_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text(f"index,address\n0,{FIRST[0]}\n1,{CHANGE}\n2,x\n", encoding="ascii")
    assert run(["bulk", *KEY, "--check", str(path)]) == 3
    told = f"row 2: expected {FIRST[1]} at change 0 and index 1, got {CHANGE}"
    assert capsys.readouterr() == ("", f"error: {told}\n")
    assert run(["bulk", *KEY, "--check", str(path), "--json"]) == 3
    assert json.loads(capsys.readouterr().err) == {"error": told, "reason": "mismatch", "hint": ""}


def test_what_a_file_holds_is_shown_without_what_terminals_obey(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text(f"index,address\n0,\x1b[31m{'x' * 4_000}\n", encoding="ascii")
    assert run(["bulk", *KEY, "--check", str(path)]) == 3
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert len(told) < 300


def test_a_terminal_shows_how_far_it_has_come(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    code, shown = at_a_terminal("bulk", *KEY, "--count", "40000", "--out", str(path), answers={})
    assert code == 0
    assert "deriving" in shown
    assert "100%" in shown
    code, shown = at_a_terminal("bulk", *KEY, "--check", str(path), answers={})
    assert code == 0
    assert "checking" in shown
    assert "40,000 rows are those of this account" in shown


def test_a_pipe_shows_no_bar(tmp_path: Path) -> None:
    told = piped("bulk", *KEY, "--count", "10", "--out", "addresses.jsonl", cwd=tmp_path)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "10 addresses are in addresses.jsonl\n")


BAD = [
    (["--count", "1", "--xpub", ZPRV], 1, "never an argument"),
    (["--xpub", "xpub", "--count", "1"], 1, "error: "),
    (["--xpub", ZPUB], 2, "--count is needed"),
    (["--xpub", ZPUB, "--count", "-1"], 2, "--count"),
    (["--xpub", ZPUB, "--count", "2", "--start", str(2**31 - 1)], 1, "indices from 0 to 2^31-1"),
    (["--xpub", ZPUB, "--count", str(2**31 + 1)], 2, "--count"),
    (["--xpub", ZPUB, "--count", "1", "--change", str(2**31)], 1, "hardened"),
    (["--xpub", ZPUB, "--count", "1", "--change", "0", "--change", "0", "--out", "a.csv"], 1, "twice"),
    (["--xpub", ZPUB, "--count", "1", "--change", "0", "--change", "0"], 1, "twice"),
    (["--xpub", ZPUB, "--count", "1", "--kind", "p2tr"], 1, "expected an extended key for p2tr"),
    (["--xpub", ZPUB, "--count", "1", "--overwrite"], 2, "--overwrite is for the file of --out"),
    (["--xpub", ZPUB, "--count", "1", "--out", "a.csv", "--check", "b.csv"], 2, "leave out one of them"),
    (["--xpub", ZPUB, "--count", "1", "--out", "a.txt"], 1, ".csv, .jsonl, .parquet"),
    (["--xpub", ZPUB, "--check", "none.csv"], 1, "cannot read it"),
    (["--xpub", ZPUB, "--count", "1", "--workers", "0"], 2, "--workers"),
]


@pytest.mark.parametrize(("arguments", "code", "told"), BAD)
def test_bad_input_is_one_line(
    arguments: list[str],
    code: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["bulk", "--chain", "bitcoin", *arguments]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert told in shown.err
    assert ZPRV not in shown.err
    assert list(tmp_path.iterdir()) == []
