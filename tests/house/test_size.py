"""Rooms stay small enough to read: modules and functions have a length at which they are divided.

And the drawing, docs/architecture.md, says how large they are.
"""

import re

from house.source import PACKAGE, ROOT, functions, modules

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


def drawn() -> dict[str, int]:
    """The modules under "## The tree" that have a size there, and what it is."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = text.split("    src/walletcore/\n", 1)[1].split("\n    tests/", 1)[0]
    folder, found = "", {}
    for line in tree.splitlines():
        if opened := re.match(r" {6}(\w+/)", line):
            folder = opened[1]
        elif room := re.match(r" {6}( {2})?(\w+\.py) +(\d+) ", line):
            found[(folder if room[1] else "") + room[2]] = int(room[3])
    return found


def test_the_drawing_tells_the_size_of_rooms_to_about_a_tenth() -> None:
    sizes = {name: len((PACKAGE / name).read_text(encoding="utf-8").splitlines()) for name in drawn()}
    assert len(sizes) > 40
    assert {name: (drawn()[name], size) for name, size in sizes.items() if _is_off(drawn()[name], size)} == {}


def _is_off(drawn: int, size: int) -> bool:
    return abs(size - drawn) > 10 + drawn // 10
