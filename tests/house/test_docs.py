"""The pages tell the truth: every Python block runs, every shown output is what it prints, every link leads somewhere.

The blocks of one page share a namespace, as a reader would type them one after the other. A fenced block marked `text`
that directly follows a Python block is what that block prints.
"""

import contextlib
import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from house.source import ROOT, modules
from support.clusters import PATHS, PYTHON
from support.pages import SERVICES
from support.softhsm import PIN, create

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMANDS = """\
python3 -m venv .venv && .venv/bin/pip install -e '.[cli]' && .venv/bin/walletcore demo
python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest
"""


def softhsm(home: Path) -> dict[str, str]:
    """A token as docs/pkcs11.md sets one up."""
    token = create(home)
    return {"SOFTHSM2_CONF": token.config, "HOT_KEY": token.public_key("hot").data.hex(), "HSM_PIN": PIN}


ENGINES: dict[str, Callable[[Path], dict[str, str]]] = {"pkcs11.md": softhsm}
"""Pages that need more than the extra `dev`, and what makes it and returns the environment that leads to it."""
CLUSTERS = "clusters.md"  # whose engines are in an environment of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One Python block: where it stands, what it says, and what the page says it prints (None: says nothing)."""

    line: int
    code: str
    output: str | None


def pages() -> list[Path]:
    """Every page whose blocks are meant to run; the architecture's are sketches of an interface, not programs."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(path for path in found if path.name != "architecture.md" and "_build" not in path.parts)


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def blocks(path: Path) -> tuple[Block, ...]:
    text = path.read_text(encoding="utf-8")
    fences = list(FENCE.finditer(text))
    found = []
    for fence, following in zip_longest(fences, fences[1:]):
        if fence[1] != "python":
            continue
        shown = following is not None and following[1] == "text" and not text[fence.end() : following.start()].strip()
        line = text.count("\n", 0, fence.start(2))
        found.append(Block(line=line, code=fence[2], output=following[2] if shown and following else None))
    return tuple(found)


def run(path: Path, block: Block, namespace: dict[str, Any]) -> str:
    """Run one block in the page's namespace, at its own line numbers; return what it printed."""
    program = compile("\n" * block.line + block.code, str(path), "exec")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program, namespace)
    return printed.getvalue()


def test_every_page_of_an_engine_is_there() -> None:
    assert ENGINES.keys() | {CLUSTERS} <= {path.name for path in pages() if blocks(path)}


@pytest.mark.parametrize(
    "path", [path for path in pages() if blocks(path) and path.name not in {*ENGINES, CLUSTERS}], ids=label
)
def test_every_block_of_the_page_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(path, monkeypatch)


@pytest.mark.engine
@pytest.mark.parametrize("path", [path for path in pages() if path.name in ENGINES], ids=label)
def test_every_block_of_the_page_runs_on_its_engine(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pkcs11

    from walletcore.signers.pkcs11 import MODULES

    for name, value in ENGINES[path.name](tmp_path).items():
        monkeypatch.setenv(name, value)
    try:
        check(path, monkeypatch)
    finally:  # tests of the signer spell the module's path in another way, and it is initialised once in a process
        pkcs11.lib(next(path for path in MODULES["softhsm2"] if Path(path).exists())).finalize()


@pytest.mark.engine
def test_every_block_of_the_page_of_clusters_runs_on_them(tmp_path: Path) -> None:
    path = ROOT / "docs" / CLUSTERS
    program = [str(PYTHON), "-P", str(ROOT / "tests" / "engines" / "clusters" / "page.py")]
    code = json.dumps([block.code for block in blocks(path)])
    done = subprocess.run(program, input=code, capture_output=True, text=True, cwd=tmp_path, env=os.environ | PATHS)
    assert done.returncode == 0, done.stderr[-4000:]
    for block, printed in zip(blocks(path), json.loads(done.stdout), strict=True):
        assert printed == (block.output or ""), f"{CLUSTERS}:{block.line}"


def check(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # pages name files as seen from there
    namespace: dict[str, Any] = {"__name__": "page"}
    with SERVICES.get(path.name, no_service)(monkeypatch):
        for block in blocks(path):
            printed = run(path, block, namespace)
            if block.output is not None or printed:
                assert printed == block.output, f"{label(path)}:{block.line}"


def no_service(_: pytest.MonkeyPatch) -> contextlib.AbstractContextManager[None]:
    return contextlib.nullcontext()


@pytest.mark.parametrize("path", [*pages(), ROOT / "docs" / "architecture.md"], ids=label)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    targets = [target for target in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_readme_has_a_tour_that_runs() -> None:
    assert len(blocks(ROOT / "README.md")) >= 4


def test_the_readme_has_exactly_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = FENCE.search(text)
    assert first is not None
    assert first[2] == COMMANDS
    assert text.rindex("\n## Two commands\n", 0, first.start()) > 0


def test_the_map_of_specifications_names_every_module_and_no_other() -> None:
    text = (ROOT / "docs" / "specs.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9_/]+\.py)`", text))
    existing = {module.path.relative_to(ROOT / "src" / "walletcore").as_posix() for module in modules()}
    assert named - existing == set()
    assert {path for path in existing if not path.endswith("__init__.py")} - named == set()
