"""No key material shows itself: not printed, not exported, not in any error or in the local variables around it."""

import contextlib
import copy
import importlib
import json
import pickle
import pprint
from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple, fields, is_dataclass
from functools import partial
from typing import Any

import pytest

from house.canary import KEY, PHRASE, SEED, XPRV, leaks
from house.doors import EXAMPLES, doors, failures, outcomes, secret_classes, told
from walletcore.errors import SecretExportError, WalletcoreError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.secret import Secret
from walletcore.signers.hd import Keychain

DOORS = dict(doors())

by_example = pytest.mark.parametrize("make", EXAMPLES.values(), ids=EXAMPLES.keys())
by_door = pytest.mark.parametrize("door", DOORS)

VIEWS: dict[str, Callable[[Any], object]] = {
    "repr": repr,
    "str": str,
    "format": format,
    "f-string": lambda value: f"{value} {value!r} {value!s} {value!a}",
    "percent": lambda value: "%s %r" % (value, value),  # noqa: UP031
    "pprint": pprint.pformat,
    "in a list": lambda value: str([value, {"key": value}]),
    "vars": vars,
    "json": json.dumps,
    "json by str": lambda value: json.dumps(value, default=str),
    "json by vars": lambda value: json.dumps(value, default=vars),
    "asdict": asdict,
    "astuple": astuple,
    "bytes": bytes,
    "iteration": list,
}
COPIES: dict[str, Callable[[Any], object]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "multiprocessing": lambda value: importlib.import_module("multiprocessing.reduction").ForkingPickler.dumps(value),
    **{f"pickle {protocol}": partial(pickle.dumps, protocol=protocol) for protocol in range(6)},
}


def test_X08_every_secret_type_is_looked_at() -> None:
    assert set(EXAMPLES) == set(secret_classes())


@by_example
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_X08_no_view_of_a_secret_shows_it(view: Callable[[Any], object], make: Callable[[], Any]) -> None:
    shown: object = ""
    with contextlib.suppress(TypeError, ValueError):  # refusing to be seen this way is as good
        shown = view(make())
    assert leaks(str(shown)) == []


@by_example
@pytest.mark.parametrize("export", COPIES.values(), ids=COPIES.keys())
def test_X09_a_secret_is_not_exported(export: Callable[[Any], object], make: Callable[[], Any]) -> None:
    with pytest.raises(SecretExportError) as caught:
        export(make())
    assert isinstance(caught.value, TypeError)
    assert leaks(told(caught.value)) == []


@by_door
def test_X10_no_error_tells_a_secret(door: str) -> None:
    assert sorted({needle for error in failures(DOORS[door]()) for needle in leaks(told(error))}) == []


@by_door
def test_X10_bad_input_raises_only_errors_of_the_library(door: str) -> None:
    assert [error for error in failures(DOORS[door]()) if not isinstance(error, WalletcoreError)] == []


@by_door
def test_X08_nothing_that_is_made_of_a_wrong_argument_shows_a_secret(door: str) -> None:
    kinds = tuple(secret_classes().values())
    made = [value for value in outcomes(DOORS[door]()) if isinstance(value, kinds)]
    assert [needle for value in made for needle in leaks(f"{value!r} {value}")] == []


def in_the_message(secret: object) -> None:
    raise ValueError(f"bad secret {secret!r}")


def in_a_local_variable(secret: object) -> None:
    raise ValueError("no")


def in_the_cause(secret: object) -> None:
    try:
        in_the_message(secret)
    except ValueError:
        del secret
        raise TypeError("no") from None  # the context is there all the same


def in_a_field(secret: object) -> None:
    error = ValueError("no")
    error.add_note(str(secret))
    del secret
    raise error


@pytest.mark.parametrize("careless", [in_the_message, in_a_local_variable, in_the_cause, in_a_field])
def test_X10_a_careless_function_is_seen(careless: Callable[[object], None]) -> None:
    assert any(leaks(told(error)) for error in failures(careless))


@by_example
def test_X11_a_secret_compares_only_with_its_own_kind_and_has_no_hash(make: Callable[[], Any]) -> None:
    one = make()
    assert [one == foreign for foreign in (KEY, bytearray(KEY), KEY.hex(), PHRASE, XPRV, None, 0)] == [False] * 7
    with pytest.raises(TypeError):
        hash(one)


@by_example
def test_X11_equal_secrets_are_equal(make: Callable[[], Any]) -> None:
    assert make() == make()


FRESH: dict[str, Callable[[], Any]] = {"Keychain": lambda: Keychain([ExtendedPrivateKey.from_seed(SEED)])}
"""Where the example is one value, which others look at as well."""


def held(value: object) -> Iterator[Secret]:
    """The secrets that a value holds, at any depth."""
    if type(value) is Secret:
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from held(getattr(value, part.name))
    elif isinstance(value, dict | tuple | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from held(part)
    elif type(value).__module__ == "walletcore.signers.hd":  # plain classes
        for part in [*getattr(value, "__slots__", ()), *getattr(value, "__dict__", ())]:
            yield from held(getattr(value, part))


@pytest.mark.parametrize("name", [name for name, cls in secret_classes().items() if hasattr(cls, "__exit__")])
def test_X12_leaving_a_secret_wipes_what_it_held(name: str) -> None:
    with FRESH.get(name, EXAMPLES[name])() as one:
        secrets = list(held(one))
    assert secrets
    assert [repr(secret) for secret in secrets] == ["Secret(wiped)"] * len(secrets)
    assert leaks(repr([vars(type(secret))["_data"].__get__(secret) for secret in secrets])) == []
