"""The public surface is `__all__`, no more and no less, and all of it is explained."""

import ast
import importlib
from collections.abc import Iterator

import pytest

import walletcore
from house.source import ROOT, Module, modules

by_name = pytest.mark.parametrize("module", modules(), ids=lambda module: module.name or "the root")


def public(module: Module) -> tuple[str, ...]:
    """The names of `__all__`, read from the text, where they must stand as a literal."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and ast.unparse(node).startswith("__all__"):
            return tuple(ast.literal_eval(node.value or ast.Tuple([])))
    raise AssertionError(f"{module.dotted} has no __all__")


def undocumented(node: ast.stmt, prefix: str = "") -> Iterator[str]:
    """The public functions, classes and methods from here down that say nothing about themselves."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        name = prefix + node.name
        if not ast.get_docstring(node) and not is_overload(node):
            yield name
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if not getattr(inner, "name", "_").startswith("_"):
                    yield from undocumented(inner, f"{name}.")


def is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(ast.unparse(decorator).endswith(("overload", ".setter")) for decorator in node.decorator_list)


@by_name
def test_every_public_name_exists(module: Module) -> None:
    namespace = importlib.import_module(module.dotted)
    assert [name for name in public(module) if not hasattr(namespace, name)] == []
    assert len(set(public(module))) == len(public(module))


@by_name
def test_every_module_says_what_it_is(module: Module) -> None:
    assert ast.get_docstring(module.tree)


@by_name
def test_every_public_name_has_a_docstring(module: Module) -> None:
    chosen = [node for node in module.tree.body if getattr(node, "name", None) in public(module)]
    assert [name for node in chosen for name in undocumented(node)] == []


@by_name
def test_private_names_stay_in_their_module(module: Module) -> None:
    borrowed = [found for found in module.imports if found.top == "walletcore" and found.name.startswith("_")]
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("walletcore")
        for alias in node.names
        if alias.name.islower()
    }
    reached = [
        ast.unparse(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases
        if node.attr.startswith("_") and not node.attr.startswith("__")
    ]
    assert [f"{found.target}.{found.name}" for found in borrowed] + reached == []


def test_the_root_offers_the_same_objects_as_their_rooms() -> None:
    for name in set(walletcore.__all__) - {"__version__"}:
        offered = getattr(walletcore, name)
        home = getattr(offered, "__module__", "")
        if home.startswith("walletcore."):
            assert getattr(importlib.import_module(home), name) is offered
    assert set(walletcore.__all__) <= set(dir(walletcore))


def test_the_root_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(walletcore, "no_such_name")  # noqa: B009


def test_the_version_is_one_of_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = str(walletcore.__version__)
    assert f"## [{version}]" in changelog or (".dev" in version and "## [Unreleased]" in changelog)
