"""``audit head`` and ``audit verify``: what they find in a store that somebody wrote to behind its back."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from walletcore.cli import run
from walletcore.signers.sqlite import SqliteStore
from walletcore.signers.store import chained

LINES = ("one", "two", "three", "four", "five")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    with SqliteStore(path) as made:
        made.append(*LINES)
    return path


def head_of(store: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["audit", "head", str(store)]) == 0
    return capsys.readouterr().out.strip()


def tamper(store: Path, *statements: str) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_log_is_verified_against_a_head_with_its_number_or_without(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = head_of(store, capsys)
    number, _, digits = head.partition(":")
    assert (number, len(digits)) == ("5", 64)
    with SqliteStore(store) as opened:
        assert opened.append().hex() == digits
        opened.append("six")
    monkeypatch.chdir(store.parent)
    for name in (str(store), "store", f"sqlite:{store}"):
        for given in (head, digits, digits.upper()):
            assert run(["audit", "verify", name, "--head", given]) == 0
            assert capsys.readouterr().out == "verified: 6 lines\n"
    assert run(["audit", "verify", "store", "--head", head, "--head", head_of(store, capsys), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"verified": True, "lines": 6, "why": "", "line": 0}


def test_without_a_head_nothing_is_verified(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify", str(store)]) == 3
    assert "only a head kept elsewhere shows (--head)" in capsys.readouterr().out


TAMPERED = {
    "changed": (["UPDATE walletcore_log SET text = 'x' WHERE number = 3"], 3),
    "changed time": (["UPDATE walletcore_log SET time = time + 1 WHERE number = 3"], 3),
    "changed to what is no text": (["UPDATE walletcore_log SET text = CAST(x'61ff' AS TEXT) WHERE number = 3"], 3),
    "put before the first": (["INSERT INTO walletcore_log SELECT 0, time, text, head FROM walletcore_log LIMIT 1"], 1),
    "put far before": (
        ["INSERT INTO walletcore_log SELECT -9223372036854775807, time, text, head FROM walletcore_log LIMIT 1"],
        1,
    ),
    "removed": (["DELETE FROM walletcore_log WHERE number = 3"], 3),
    "removed and moved up": (
        [
            "DELETE FROM walletcore_log WHERE number = 3",
            "UPDATE walletcore_log SET number = number - 1 WHERE number > 3",
        ],
        3,
    ),
    "inserted": (
        [
            "UPDATE walletcore_log SET number = -number WHERE number > 2",
            "INSERT INTO walletcore_log SELECT 3, time, 'x', head FROM walletcore_log WHERE number = 2",
            "UPDATE walletcore_log SET number = 1 - number WHERE number < 0",
        ],
        3,
    ),
    "reordered": (
        [
            "UPDATE walletcore_log SET number = -3 WHERE number = 3",
            "UPDATE walletcore_log SET number = 3 WHERE number = 4",
            "UPDATE walletcore_log SET number = 4 WHERE number = -3",
        ],
        3,
    ),
    "cut": (["DELETE FROM walletcore_log WHERE number > 3"], 4),
    "emptied": (["DELETE FROM walletcore_log"], 1),
}


@pytest.mark.parametrize(("statements", "line"), TAMPERED.values(), ids=TAMPERED.keys())
def test_the_line_that_was_tampered_with_is_named(
    store: Path, statements: list[str], line: int, capsys: pytest.CaptureFixture[str]
) -> None:
    head = head_of(store, capsys)
    tamper(store, *statements)
    for given in (head, head.partition(":")[2]):
        assert run(["audit", "verify", str(store), "--head", given]) == 3
        shown = capsys.readouterr().out
        assert shown.startswith("NOT VERIFIED: ")
        assert f"line {line} " in shown
    assert run(["audit", "verify", str(store), "--head", head, "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["line"]) == (False, line)


def test_hashes_that_were_made_anew_are_seen(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head, before = head_of(store, capsys), bytes(32)
    tamper(store, "UPDATE walletcore_log SET text = 'x' WHERE number = 2")
    with SqliteStore(store) as opened:
        entries = list(opened.log())
    for entry in entries:
        before = chained(before, entry.number, entry.time, entry.text)
        tamper(store, f"UPDATE walletcore_log SET head = x'{before.hex()}' WHERE number = {entry.number}")
    assert head_of(store, capsys) != head  # all is well, as far as the store alone can tell
    assert run(["audit", "verify", str(store), "--head", head]) == 3
    assert "line 5 or one before it was changed, and all hashes made anew" in capsys.readouterr().out


def test_a_head_of_a_log_that_was_tampered_with_is_not_printed(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(store, "UPDATE walletcore_log SET text = 'x' WHERE number = 3")
    assert run(["audit", "head", str(store)]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: line 3 was changed, or stands in another's place\n")


def test_an_empty_log_has_no_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SqliteStore(tmp_path / "store").close()
    assert head_of(tmp_path / "store", capsys) == ""
    assert run(["audit", "head", str(tmp_path / "store"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"lines": 0, "head": ""}


def test_what_is_no_store_is_refused_and_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify", str(tmp_path / "none"), "--head", "0" * 64]) == 1
    assert "the store cannot be found" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert run(["audit", "head", "mysql://a/b"]) == 1
    assert run(["audit", "head", "postgresql://user:canary-secret@/db"]) == 1
    captured = capsys.readouterr()
    assert "expected a URL without a password" in captured.err
    assert "canary" not in captured.out + captured.err


@pytest.mark.parametrize(
    "head", ["", "x", "0" * 63, "0" * 65, "0:" + "0" * 64, "-1:" + "0" * 64, "5:", "5:" + "g" * 64]
)
def test_a_malformed_head_is_refused(store: Path, head: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify", str(store), "--head", head]) == 1
    assert "expected a head as NUMBER:HEX" in capsys.readouterr().err


def test_the_words_that_are_wrong_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify"]) == 2
    assert run(["audit", "verify", "a", "--heads", "b"]) == 2
    assert run(["audit"]) == 2
