"""House rule 18: the vectors are a product. Every file keeps the schema, names its origins, and is run whole."""

import ast
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from support.vectors import ROOT, Use, files, load, select
from walletcore.errors import REASONS

TESTS = Path(__file__).resolve().parents[1]
MAX_BYTES = 1_000_000
LICENCES = frozenset(
    {
        "Apache-2.0",
        "Apache-2.0 OR BSD-3-Clause",
        "BSD-2-Clause",
        "BSD-2-Clause-Patent",
        "BSD-3-Clause",
        "BSD-3-Clause AND MIT",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT AND BSD-3-Clause",
        "MIT OR Apache-2.0",
        "PD",  # a BIP in the public domain
        "public domain",
    }
)
CITED_ONLY = frozenset({"CC-BY-4.0", "CC-BY-SA-4.0"})  # no figures are taken from these: they may only agree
ROW = re.compile(r"\| `(\S+): (.+) @ (.+)` \| (\d+) \| (\d+) \| (\d+) \| ?([^|]*?) ?\| ?([^|]*) ?\|")
ENTRY = re.compile(r"\| `(\S+/\S+)` \| (\d+) \| all \|")  # an entry of the index that is several files

each_file = pytest.mark.parametrize("file", files())
Document = dict[str, Any]


@cache
def document(file: str) -> Document:
    return dict(json.loads((ROOT / f"{file}.json").read_text(encoding="utf-8")))


@cache
def schemas() -> dict[str, Draft202012Validator]:
    contents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "schema").glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        [(name, Resource.from_contents(content)) for name, content in contents.items()]
    )
    for content in contents.values():
        Draft202012Validator.check_schema(content)
    return {
        name[: -len(".json")]: Draft202012Validator(content, registry=registry) for name, content in contents.items()
    }


def operations() -> set[str]:
    return set(schemas()) - {"common", "file"}


def source_keys(case: Document) -> list[str]:
    return [entry.partition("#")[0] for entry in case["src"]]


def test_there_are_vectors() -> None:
    assert len(files()) > 20


@each_file
def test_file_keeps_the_schema(file: str) -> None:
    assert [f"{e.json_path}: {e.message}" for e in schemas()["file"].iter_errors(document(file))] == []


@each_file
def test_every_case_keeps_the_schema_of_its_operation(file: str) -> None:
    wrong = [
        f"{case.id}: {error.json_path}: {error.message}"
        for case in load(file)
        for error in schemas()[case.operation].iter_errors({"input": dict(case.input), "expect": dict(case.expect)})
    ]
    assert wrong == []


@each_file
def test_file_is_named_as_it_says_and_counts_its_cases(file: str) -> None:
    content = document(file)
    assert content["id"] == file
    assert content["count"] == len(content["cases"])
    assert all(case["id"].startswith(f"{file}/") for case in content["cases"])


def test_case_ids_are_unique() -> None:
    counted = Counter(case.id for file in files() for case in load(file))
    assert [name for name, count in counted.items() if count > 1] == []


@each_file
def test_file_has_one_case_a_line_and_is_not_large(file: str) -> None:
    raw = (ROOT / f"{file}.json").read_bytes()
    lines = [line.strip().rstrip(",") for line in raw.decode().splitlines() if line.startswith('    {"id": ')]
    assert [json.loads(line) for line in lines] == document(file)["cases"]
    assert len(raw) <= MAX_BYTES


@each_file
def test_sources_notes_and_rules_are_those_that_cases_use(file: str) -> None:
    content = document(file)
    cases = content["cases"]
    assert {key for case in cases for key in source_keys(case)} == set(content["sources"])
    assert {flag for case in cases for flag in case.get("flags", ())} == set(content.get("notes", {}))
    assert {rule for case in cases for rule in case["expect"].get("verdicts", {})} == set(content["rules"])


@each_file
def test_licences_allow_what_is_taken(file: str) -> None:
    for name, source in document(file)["sources"].items():
        if source["licence"] in CITED_ONLY:
            assert source["relation"] == "agrees-with", name
        else:
            assert source["licence"] in LICENCES, (name, source["licence"])


@each_file
def test_a_case_that_is_not_published_has_two_unrelated_sources_that_agree(file: str) -> None:
    sources = document(file)["sources"]
    weak = []
    for case in document(file)["cases"]:
        used = [sources[key] for key in source_keys(case)]
        agreeing = {source["repository"] for source in used if source["relation"] == "agrees-with"}
        if all(source["relation"] != "published" for source in used) and len(agreeing) < 2:
            weak.append(case["id"])
    assert weak == []


@each_file
def test_a_case_with_several_faults_says_which_and_no_other_does(file: str) -> None:
    for case in load(file):
        assert ("several-faults" in case.flags) is ("reasons" in case.expect), case.id
        assert case.expect.get("reason") in case.expect.get("reasons", [case.expect.get("reason")]), case.id


def test_reasons_are_those_of_the_library() -> None:
    assert set(schemas()["common"].schema["$defs"]["reason"]["enum"]) <= set(REASONS)


def test_the_page_names_every_operation_and_every_rule_set() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    table = page.partition("## Operations")[2].partition("## Rule sets")
    rules = {rule for file in files() for rule in document(file)["rules"]}
    assert set(re.findall(r"^\| `([a-z_.]+)` \|", table[0], re.MULTILINE)) == operations()
    assert rules <= set(re.findall(r"^\| `([a-z0-9-]+)` \|", table[2], re.MULTILINE))


def refresh(expression: str) -> str:
    code = f"import refresh, sys; sys.stdout.buffer.write(refresh.{expression}().encode())"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True).stdout


def test_the_list_of_secrets_is_fresh() -> None:
    assert (ROOT / "test-secrets.json").read_text(encoding="utf-8") == refresh("deny_list"), "run vectors/refresh.py"


def test_the_list_of_sources_is_fresh() -> None:
    assert (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8") == refresh("third_party"), "run vectors/refresh.py"


# Coverage: what the page says is what the files hold.

Upstream = tuple[str, str, str]


def coverage_rows() -> dict[Upstream, tuple[int, int, int, str, str]]:
    rows = {}
    for match in map(ROW.fullmatch, (ROOT / "COVERAGE.md").read_text(encoding="utf-8").splitlines()):
        if match is not None:
            repository, path, version, upstream, carried, omitted, used, reasons = match.groups()
            assert (repository, path, version) not in rows, f"two rows for {repository}: {path}"
            rows[repository, path, version] = int(upstream), int(carried), int(omitted), used.strip(), reasons.strip()
    return rows


@cache
def citations() -> dict[Upstream, tuple[set[str], set[str]]]:
    """Return, for every upstream file that was read, the files that cite it and its items that they cite."""
    cited: dict[Upstream, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for file in files():
        for case in document(file)["cases"]:
            for key, _, item in (entry.partition("#") for entry in case["src"]):
                source = document(file)["sources"][key]
                if "path" in source:
                    version = source["commit"][:12] if "commit" in source else source["release"]
                    names, items = cited[source["repository"], source["path"], version]
                    names.add(file)
                    items.add(f"#{item}" if item else case["id"])
    return cited


def test_every_upstream_file_has_its_row() -> None:
    assert {upstream for upstream, row in coverage_rows().items() if row[1]} == set(citations())


def test_every_line_of_the_coverage_tables_is_read() -> None:
    lines = [line for line in (ROOT / "COVERAGE.md").read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    assert [line for line in lines if not ROW.fullmatch(line) and not ENTRY.fullmatch(line)] == []


@pytest.mark.parametrize("upstream", sorted(coverage_rows()), ids=lambda upstream: f"{upstream[0]}:{upstream[1]}")
def test_the_coverage_page_counts_what_the_files_hold(upstream: Upstream) -> None:
    total, carried, omitted, used, reasons = coverage_rows()[upstream]
    names, items = citations().get(upstream, ((), ()))
    numbered = {item for item in items if item.startswith("#")}
    assert used == ", ".join(sorted(names))
    assert carried == len(numbered or items)
    assert total == carried + omitted
    assert omitted == sum(int(number) for number in re.findall(r"(?:^|; )(\d+): \w", reasons))
    assert str(total) not in re.findall(r"\bindex (\d+): \w", reasons), "the index has no other number"


@pytest.mark.parametrize(
    ("repository", "cases"),
    [match.groups() for match in map(ENTRY.fullmatch, (ROOT / "COVERAGE.md").read_text().splitlines()) if match],
)
def test_the_rows_of_a_repository_add_up_to_its_entry_in_the_index(repository: str, cases: str) -> None:
    assert sum(row[0] for upstream, row in coverage_rows().items() if upstream[0] == repository) == int(cases)


# Every case is run: the decorators are read, so that this holds however few tests are selected.


def uses(path: Path) -> Iterator[Use]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "vectors":
                    keywords = [word for word in call.keywords if word.arg != "rows"]
                    filters = {str(word.arg): ast.literal_eval(word.value) for word in keywords}
                    yield from (Use(file=ast.literal_eval(argument), **filters) for argument in call.args)


@cache
def run_somewhere() -> set[str]:
    return {case.id for path in TESTS.rglob("test_*.py") for use in uses(path) for case in select(use)}


@each_file
def test_every_case_is_run_by_some_test(file: str) -> None:
    assert [case.id for case in load(file) if case.id not in run_somewhere()] == []


def test_asking_for_a_case_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(LookupError):
        select(Use(file="bip340/sign", result="invalid"))


# The reader for other languages.

RUNNER = """
import json, pathlib, sys
answers = json.loads(pathlib.Path(sys.argv[1]).read_text())
for line in sys.stdin:
    case = json.loads(line)
    assert set(case) == {"id", "operation", "input"}
    print(json.dumps({"id": case["id"], **answers[case["id"]]}), flush=True)
"""


def ask_reader(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ROOT / "read.py"), *arguments], capture_output=True, text=True)


def test_the_reader_is_short_and_imports_the_standard_library_only() -> None:
    text = (ROOT / "read.py").read_text(encoding="utf-8")
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(str(node.module))])
    }
    assert imported <= sys.stdlib_module_names
    assert len(text.splitlines()) < 100


def test_the_reader_reads_what_the_tests_read() -> None:
    read = [json.loads(line) for line in ask_reader().stdout.splitlines()]
    loaded = [case for file in sorted(files()) for case in load(file)]
    assert [(case["id"], case["operation"], case["input"]) for case in read] == [
        (case.id, case.operation, dict(case.input)) for case in loaded
    ]


def run(tmp_path: Path, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run the reader with a runner that knows every answer, some of them changed."""
    runner, answers = tmp_path / "runner.py", tmp_path / "answers.json"
    runner.write_text(RUNNER)
    answers.write_text(json.dumps({c.id: {**c.expect, **changed} for c in load("bip340/verify") + load("bip340/sign")}))
    return ask_reader("--run", f"{sys.executable} {runner} {answers}", *arguments, "bip340/verify", "bip340/sign")


def counts(agree: int = 0, disagree: int = 0, unsupported: int = 0) -> str:
    return f"{agree} agree, {disagree} disagree, 0 no rule given, {unsupported} unsupported\n"


def test_the_reader_counts_a_runner_that_agrees(tmp_path: Path) -> None:
    outcome = run(tmp_path)
    assert (outcome.returncode, outcome.stdout) == (0, counts(len(load("bip340/verify") + load("bip340/sign"))))


def test_the_reader_finds_a_wrong_output_and_a_wrong_verdict(tmp_path: Path) -> None:
    expected = counts(len(load("bip340/verify")), len(load("bip340/sign")))
    assert run(tmp_path, signature="00" * 64).stdout.endswith(expected)
    assert run(tmp_path, result="valid").returncode == 1
    assert run(tmp_path, result="invalid").returncode == 1


def test_the_reader_counts_what_a_runner_does_not_support(tmp_path: Path) -> None:
    everything = len(load("bip340/verify") + load("bip340/sign"))
    assert run(tmp_path, result="unsupported").stdout == counts(unsupported=everything)


def test_the_reader_compares_by_the_rule_set_that_is_named(tmp_path: Path) -> None:
    runner, answers = tmp_path / "runner.py", tmp_path / "answers.json"
    runner.write_text(RUNNER)
    answers.write_text(json.dumps({case.id: {"result": case.verdict("low-s")} for case in load("ecdsa/verify")}))
    command = f"{sys.executable} {runner} {answers}"
    rules = Counter(case.expect["result"] for case in load("ecdsa/verify"))["rule"]
    assert ask_reader("--run", command, "--rule", "low-s", "ecdsa/verify").returncode == 0
    assert f" {rules} disagree" in ask_reader("--run", command, "--rule", "any-s", "ecdsa/verify").stdout
    assert f" {rules} no rule given" in ask_reader("--run", command, "ecdsa/verify").stdout
