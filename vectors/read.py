"""Reader and runner of the vectors, in plain Python: see README.md, "Running the corpus"."""

import argparse
import json
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
Case = dict[str, Any]
ABOUT = {"result", "verdicts", "reason", "reasons", "text"}  # members of an expectation that are no outputs


def cases(file: str) -> Iterator[Case]:
    """Yield the cases of one file, such as "bip32/derive": operation filled in, the file's defaults merged in."""
    document = json.loads((ROOT / f"{file}.json").read_text(encoding="utf-8"))
    for case in document["cases"]:
        yield {
            **case,
            "operation": case.get("operation", document["operation"]),
            "input": {**document.get("defaults", {}), **case["input"]},
        }


def files() -> list[str]:
    """List all files of the corpus."""
    paths = (path.relative_to(ROOT) for path in ROOT.glob("*/*.json"))
    return sorted(path.with_suffix("").as_posix() for path in paths if path.parts[0] != "schema")


def agrees(expect: Case, answer: Case, rule: str) -> bool:
    """Compare an answer with what is expected: the verdict first, then every output that the case names."""
    verdict = expect["verdicts"][rule] if expect["result"] == "rule" else expect["result"]
    outputs = {name: value for name, value in expect.items() if name not in ABOUT and verdict == "valid"}
    return answer["result"] == verdict and all(same(answer.get(name), value) for name, value in outputs.items())


def same(got: object, want: object) -> bool:
    """Compare two outputs; text after NFKD."""
    if isinstance(got, str) and isinstance(want, str):
        return unicodedata.normalize("NFKD", got) == unicodedata.normalize("NFKD", want)
    return got == want


def run(command: str, names: list[str], rule: str) -> int:
    """Feed the cases to a runner, one line each way, and return the number of answers that disagree."""
    tally: Counter[str] = Counter()
    with subprocess.Popen(command, shell=True, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as runner:  # noqa: S602
        for case in (case for name in names for case in cases(name)):
            verdict = ask(runner, case, rule)
            tally[verdict] += 1
            if verdict == "disagree":
                print("disagree:", case["id"])
    print(", ".join(f"{tally[word]} {word}" for word in ("agree", "disagree", "no rule given", "unsupported")))
    return tally["disagree"]


def ask(runner: "subprocess.Popen[str]", case: Case, rule: str) -> str:
    """Send one case, read one answer, and say how they compare."""
    if case["expect"]["result"] == "rule" and rule not in case["expect"]["verdicts"]:
        return "no rule given"
    assert runner.stdin is not None
    assert runner.stdout is not None
    print(json.dumps({name: case[name] for name in ("id", "operation", "input")}), file=runner.stdin, flush=True)
    answer = json.loads(runner.stdout.readline() or '{"result": "no answer"}')
    if answer["result"] == "unsupported":
        return "unsupported"
    return "agree" if agrees(case["expect"], answer, rule) and answer.get("id") == case["id"] else "disagree"


def main() -> int:
    """Print the cases one a line, or run them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("files", nargs="*", help="such as bip32/derive; all if none is named")
    arguments.add_argument("--run", metavar="COMMAND", help="a runner, started by the shell")
    arguments.add_argument("--rule", default="", help="the rule set to compare with where they differ")
    options = arguments.parse_args()
    names = options.files or files()
    if options.run:
        return 1 if run(options.run, names, options.rule) else 0
    for name in names:
        for case in cases(name):
            print(json.dumps(case, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
