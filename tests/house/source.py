"""The source tree as the house tests see it: every module found on disk, parsed, and what it imports."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["PACKAGE", "ROOT", "Import", "Module", "child", "functions", "modules", "parsed"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "walletcore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module: its dotted name, the name taken from it ("" for the module itself), where it stands."""

    target: str
    name: str
    line: int
    in_function: bool
    typing_only: bool

    @property
    def top(self) -> str:
        """The distribution-level name: "coincurve" for "coincurve._libsecp256k1"."""
        return self.target.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file of the package; `name` is relative to the package, and "" is the package's own root."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def dotted(self) -> str:
        """The importable name."""
        return f"walletcore.{self.name}".rstrip(".")

    @property
    def room(self) -> str:
        """The top-level file or folder that the module belongs to."""
        return self.name.partition(".")[0]

    @property
    def imports(self) -> tuple[Import, ...]:
        """Everything this module imports, at any depth; `from walletcore import keys` counts as walletcore.keys."""
        return tuple(_imports(self))


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package, in the order of their names."""
    return tuple(parsed(path, path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py")))


def parsed(path: Path, text: str) -> Module:
    """The module that a file of the package with this text would be."""
    return Module(name=_name(path), path=path, tree=ast.parse(text))


def _is_module(dotted: str) -> bool:
    path = PACKAGE.parent.joinpath(*dotted.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _imports(module: Module) -> Iterator[Import]:
    for node, in_function, typing_only in _walk(module.tree, False, False):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(
                    target=alias.name, name="", line=node.lineno, in_function=in_function, typing_only=typing_only
                )
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                target, name = (whole, "") if _is_module(whole) else (base, alias.name)
                yield Import(
                    target=target, name=name, line=node.lineno, in_function=in_function, typing_only=typing_only
                )


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    is_package = module.path.name == "__init__.py"
    parts = module.dotted.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join((*base, node.module) if node.module else base)


def _walk(node: ast.AST, in_function: bool, typing_only: bool) -> Iterator[tuple[ast.AST, bool, bool]]:
    for child_node in ast.iter_child_nodes(node):
        inside = in_function or isinstance(child_node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typed = typing_only or (isinstance(child_node, ast.If) and "TYPE_CHECKING" in ast.unparse(child_node.test))
        yield child_node, inside, typed
        yield from _walk(child_node, inside, typed)


def functions(module: Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function of a module with its qualified name ("Mnemonic.generate")."""
    yield from _functions(module.tree, "")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{inner.name}", inner
        named = isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield from _functions(inner, f"{prefix}{inner.name}." if named else prefix)  # type: ignore[attr-defined]


def child(code: str, *options: str) -> str:
    """Run code in a fresh interpreter that sees the package and the tests; return what it printed."""
    paths = f"import sys; sys.path[:0] = {[str(PACKAGE.parent), str(ROOT / 'tests')]!r}\n"
    done = subprocess.run(
        [sys.executable, *options, "-c", paths + code], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
