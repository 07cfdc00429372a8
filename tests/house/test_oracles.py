"""Independent implementations are locked by hash, stand by themselves, and are told of on their page."""

import ast
import json
import re

import pytest

from house.source import ROOT

ORACLES = ROOT / "tests" / "oracles"
NAMES = sorted(path.parent.name for path in ORACLES.glob("*/oracle.py"))
PIN = re.compile(r"^([a-z0-9-]+)==([^ ;]+)", flags=re.MULTILINE)

NODE_VERSION = re.compile(r"(?:npm:[@a-z/-]+@)?[0-9]+(?:\.[0-9]+)+(?:-rc\.[0-9]+)?")  # npm: another version beside one
NODE_NAMES = sorted(path.parent.name for path in ORACLES.glob("*/oracle.mjs"))

by_name = pytest.mark.parametrize("name", NAMES)


def requirements(name: str) -> str:
    return (ORACLES / name / "requirements.txt").read_text(encoding="utf-8")


@by_name
def test_every_requirement_is_one_version_locked_by_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", requirements(name).strip())
    assert entries[0].startswith("# Made by: ")
    assert len(entries) > 1
    assert [entry for entry in entries[1:] if not PIN.match(entry) or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", NODE_NAMES)
def test_every_package_of_node_is_one_version_locked_by_hash(name: str) -> None:
    wanted = json.loads((ORACLES / name / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((ORACLES / name / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert packages.pop("")["dependencies"] == wanted
    assert [version for version in wanted.values() if not NODE_VERSION.fullmatch(version)] == []
    assert [path for path, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


@pytest.mark.parametrize("name", NODE_NAMES)
def test_no_oracle_of_node_knows_the_tests_or_the_network(name: str) -> None:
    text = (ORACLES / name / "oracle.mjs").read_text(encoding="utf-8")
    imported = set(re.findall(r"from '([^']+)'", text))
    assert {module for module in imported if module.startswith(("node:", "."))} <= {"node:readline"}


@by_name
def test_no_oracle_knows_walletcore_or_the_tests(name: str) -> None:
    tree = ast.parse((ORACLES / name / "oracle.py").read_text(encoding="utf-8"))
    froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    whole = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    assert {module.partition(".")[0] for module in froms | whole} & {"walletcore", "support", "", "socket"} == set()


UNASKED = {"tronpy"}  # imports it, and is asked for nothing that takes a curve


@by_name
def test_no_oracle_shares_the_curve_library_that_walletcore_stands_on(name: str) -> None:
    assert "coincurve" not in requirements(name) or name in UNASKED


PARTS = {"stellar_contracts": "stellar-sdk"}
"""Oracles that ask a part of a package, which is not what they are called by."""


@by_name
def test_the_page_names_every_oracle_with_its_version(name: str) -> None:
    page = (ORACLES / "README.md").read_text(encoding="utf-8")
    versions = dict(PIN.findall(requirements(name)))
    package = PARTS.get(name, name.replace("_", "-"))
    assert f"| `{name}` | {package} {versions[package]} |" in page


def test_an_oracle_is_written_for_python_or_for_node() -> None:
    assert sorted(path.name for path in ORACLES.iterdir() if path.is_dir()) == sorted(NAMES + NODE_NAMES)


@pytest.mark.parametrize("name", NODE_NAMES)
def test_every_package_of_an_oracle_for_node_is_one_version_locked_by_hash(name: str) -> None:
    wanted = json.loads((ORACLES / name / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((ORACLES / name / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert packages.pop("")["dependencies"] == wanted
    assert [path for path, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []
    assert {path: packages[f"node_modules/{path}"]["version"] for path in wanted} == {
        path: version.rpartition("@")[2] for path, version in wanted.items()
    }


@pytest.mark.parametrize("name", NODE_NAMES)
def test_the_page_names_every_oracle_for_node_with_its_versions(name: str) -> None:
    page = (ORACLES / "README.md").read_text(encoding="utf-8")
    wanted = json.loads((ORACLES / name / "package.json").read_text(encoding="utf-8"))["dependencies"]
    shown: dict[str, list[str]] = {}
    for path, version in wanted.items():
        package, _, number = version.removeprefix("npm:").rpartition("@")
        shown.setdefault(package or path, []).append(number)
    listed = ", ".join(" ".join((package, ", ".join(numbers))) for package, numbers in shown.items())
    assert f"| `{name}` | {listed} |" in page
