"""Names that are fetched when they are first used: the same objects, once, and nothing that is not there."""

import sys
from pathlib import Path

import pytest

from house.source import child


def test_a_name_is_fetched_from_its_module_when_it_is_first_used() -> None:
    printed = child(
        """
import walletcore
print("walletcore.path" in sys.modules)
found = walletcore.Path
print("walletcore.path" in sys.modules, found is sys.modules["walletcore.path"].Path, vars(walletcore)["Path"] is found)
"""
    )
    assert printed.split() == ["False", "True", "True", "True"]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    import walletcore
    from walletcore.chains import solana

    for package in (walletcore, solana):
        with pytest.raises(AttributeError, match="nonsense"):
            package.nonsense  # noqa: B018
        assert not hasattr(package, "__wrapped__")


def test_a_package_of_another_makes_its_names_the_same_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lazy_package"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from walletcore.lazily import lazily\n__getattr__ = lazily(__name__, {'answer': 'deep'})\n"
    )
    (package / "deep.py").write_text("answer = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    import lazy_package  # type: ignore[import-not-found]

    assert "lazy_package.deep" not in sys.modules
    assert lazy_package.answer == 42
    assert "lazy_package.deep" in sys.modules
