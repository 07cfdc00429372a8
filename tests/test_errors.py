"""The named failures: one root, the built-in beside it, and a reason of the list."""

import importlib
import inspect
import pickle
import re
from pathlib import Path

import pytest

import walletcore
from walletcore import errors
from walletcore.errors import (
    REASONS,
    AddressError,
    ChecksumError,
    DecodingError,
    MissingExtra,
    SecretExportError,
    SignerError,
    SignerUnavailable,
    TransactionError,
    Unsupported,
    WalletcoreError,
    needs,
    raised_as,
)

CLASSES = [value for name in errors.__all__ if inspect.isclass(value := getattr(errors, name))]
SOURCES = sorted(Path(walletcore.__file__).parent.rglob("*.py"))
BUILT_IN = {
    **dict.fromkeys(["DecodingError", "ChecksumError", "MnemonicError", "PathError", "DerivationError"], ValueError),
    **dict.fromkeys(["InvalidKey", "AddressError", "TransactionError", "KeystoreError", "ConfigError"], ValueError),
    **dict.fromkeys(["Unsupported", "MissingExtra"], LookupError),
    "SecretExportError": TypeError,
}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_failure_has_the_one_root_and_the_built_in_that_fits(kind: type[WalletcoreError]) -> None:
    assert issubclass(kind, WalletcoreError)
    assert issubclass(kind, BUILT_IN.get(kind.__name__, Exception))
    assert issubclass(kind, ValueError) == (BUILT_IN.get(kind.__name__) is ValueError)


@pytest.mark.parametrize("kind", CLASSES)
def test_a_failure_carries_its_text_its_reason_and_its_hint(kind: type[WalletcoreError]) -> None:
    plain, full = kind("no"), kind("no", reason="type", hint="try another")
    assert (str(plain), plain.reason, plain.hint) == ("no", "", "")
    assert (str(full), full.reason, full.hint) == ("no", "type", "try another")


@pytest.mark.parametrize("kind", CLASSES)
def test_a_failure_travels_between_processes_with_its_fields(kind: type[WalletcoreError]) -> None:
    there = pickle.loads(pickle.dumps(kind("no", reason="type", hint="try another")))
    assert (type(there), str(there), there.reason, there.hint) == (kind, "no", "type", "try another")


def test_the_subclasses_are_those_of_the_drawing() -> None:
    assert issubclass(ChecksumError, DecodingError)
    assert issubclass(MissingExtra, Unsupported)
    assert issubclass(MissingExtra, ImportError)
    assert issubclass(SignerUnavailable, SignerError)
    assert not issubclass(SecretExportError, SignerError)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_reason_in_the_source_is_one_of_the_list(path: Path) -> None:
    used = set(re.findall(r"""reason=["']([^"']*)["']""", path.read_text(encoding="utf-8")))
    assert used <= REASONS.keys()


def test_every_reason_of_the_list_is_explained() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", reason) and text for reason, text in REASONS.items())


def test_a_decoding_error_becomes_that_of_the_door() -> None:
    with pytest.raises(AddressError) as caught, raised_as(AddressError):
        raise ChecksumError("it does not match", reason="checksum", hint="look again")
    assert (str(caught.value), caught.value.reason, caught.value.hint) == (
        "it does not match",
        "checksum",
        "look again",
    )
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("other", [TransactionError("no"), KeyError("no"), SignerError("no")])
def test_any_other_error_passes_the_door_as_it_is(other: Exception) -> None:
    with pytest.raises(type(other)) as caught, raised_as(AddressError):
        raise other
    assert caught.value is other


def test_a_door_that_nothing_was_wrong_with_is_not_seen() -> None:
    with raised_as(AddressError):
        text = "fine"
    assert text == "fine"


def test_an_extra_that_is_missing_is_named_with_the_words_to_type() -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'walletcore\[substrate\]'") as caught, needs("substrate"):
        importlib.import_module("a_library_that_nobody_has")
    assert (caught.value.reason, caught.value.hint) == ("missing", "pip install 'walletcore[substrate]'")
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value, LookupError)


def test_a_library_that_is_broken_is_not_called_missing() -> None:
    with pytest.raises(ImportError) as caught, needs("substrate"):
        raise ImportError("undefined symbol")
    assert not isinstance(caught.value, MissingExtra)
