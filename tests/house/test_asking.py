"""Oracles are asked without a deadlock, answer in order, and what goes wrong is told with the case that shows it."""

import sys
from random import Random

import pytest

from support.oracles import JSON, Oracle, compared, started

ECHO = "import sys\nfor line in sys.stdin: sys.stdout.write(line)"
LOUD = "import sys\nsys.stderr.write('x' * 1_000_000)\n" + ECHO
DEAF = "import sys\nsys.stdin.readline()\nraise SystemExit('no more of this')"


def asked(program: str, cases: list[JSON], count: int = 1) -> list[tuple[JSON, JSON]]:
    with Oracle([sys.executable, "-c", program], count) as peer:
        return list(peer.verdicts(iter(cases)))


@pytest.mark.parametrize("program", [ECHO, LOUD])
@pytest.mark.parametrize("count", [1, 2])
def test_lines_larger_than_any_pipe_are_answered_in_their_order(program: str, count: int) -> None:
    cases: list[JSON] = [{"number": number, "data": "x" * 300_000} for number in range(100)]
    assert asked(program, cases, count) == [(case, case) for case in cases]


def test_no_case_has_no_verdict() -> None:
    assert asked(ECHO, []) == []


def test_an_oracle_that_ends_is_told_with_its_last_words() -> None:
    with pytest.raises(AssertionError, match="no more of this"):
        asked(DEAF, [{"data": "x" * 300_000}] * 100)


def test_an_oracle_that_was_not_made_is_told_with_the_words_to_type() -> None:
    with pytest.raises(AssertionError, match="make engine-packages"):
        started("none", "locked")


def test_a_verdict_that_is_not_expected_is_told_with_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(random: Random) -> JSON:
        return {"task": "read", "raw": random.randbytes(3).hex()}

    def check(case: JSON, verdict: JSON) -> list[str]:
        raise AssertionError((case, verdict))

    monkeypatch.setenv("WALLETCORE_CASE", "7")
    with pytest.raises(AssertionError) as caught:
        compared("wallycore", "any", "installed", make, check, kinds=())
    (note,) = caught.value.__notes__
    assert "WALLETCORE_CASE=7" in note
    case, verdict = caught.value.args[0]
    assert case["raw"] in note
    assert list(verdict) == ["refused"]
