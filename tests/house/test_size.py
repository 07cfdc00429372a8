"""Rooms stay small enough to read: modules and functions have a length at which they are divided."""

from house.source import ROOT, functions, modules

MODULE_LINES = 450
FUNCTION_LINES = 55


def test_no_module_is_longer_than_a_sitting() -> None:
    lengths = {module.name: len(module.path.read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {name: length for name, length in lengths.items() if length > MODULE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{module.path.relative_to(ROOT)}: {name} has {length} lines"
        for module in modules()
        for name, function in functions(module)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]
    assert not long
