"""The doors of every back end are sealed: what fails behind them leaves without frames, where secrets may be."""

import importlib
import inspect
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from house.canary import KEY, leaks
from house.doors import told
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret, sealed
from walletcore.signers import SCHEMES
from walletcore.signers.uri import SignerUri

PUBLIC = PrivateKey(Curve.SECP256K1, Secret(bytes([7]) * 32)).public_key


def openers() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each public function of each back end that opens a signer."""
    for name in sorted(set(SCHEMES.values())):
        module = importlib.import_module(name)
        for public in module.__all__:
            if public.startswith("open_"):
                yield f"{name.rpartition('.')[2]}.{public}", getattr(module, public)


OPENERS = dict(openers())


class Careless(str):
    """Stands for what lies behind a door: whatever is asked of it, it fails with a key in a local variable."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name in ("__class__", "__slots__"):
            return str.__getattribute__(self, name)
        secret = KEY.hex()
        raise ValueError(f"a secret of {len(secret)} digits")


def careless(name: str) -> Secret:
    secret = KEY.hex()
    raise KeyError(f"{name} is not among {len(secret)} of them")


def failure(opener: Callable[..., Any], uri: Any, secrets: Any) -> BaseException:
    """What a door raises for this URI and callback."""
    known = {"uri": uri, "public_key": PUBLIC, "secrets": secrets, "module": "/nonexistent/module.so"}
    parameters = inspect.signature(opener).parameters.values()
    needed = [one.name for one in parameters if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    arguments = {name: known[name] for name in needed}
    with pytest.raises(Exception) as caught:
        opener(**arguments)
    return caught.value


def frames(error: BaseException) -> list[str]:
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def test_every_back_end_has_a_door() -> None:
    modules = {name.partition(".")[0] for name in OPENERS}
    assert modules == {module.rpartition(".")[2] for module in SCHEMES.values()}
    assert {name for name in OPENERS if name.endswith(".open_uri")} == {f"{module}.open_uri" for module in modules}


@pytest.mark.parametrize("name", OPENERS)
def test_X10_what_fails_behind_a_door_leaves_without_its_frames(name: str) -> None:
    error = failure(OPENERS[name], Careless(), careless)
    assert frames(error) == ["failure", "door"]
    assert leaks(told(error)) == []


@pytest.mark.parametrize("name", OPENERS)
def test_X10_a_secret_in_the_place_of_the_uri_is_not_told(name: str) -> None:
    uri = SignerUri(scheme="local", path=KEY.hex(), encoded_path=KEY.hex(), options=(("pin", KEY.hex()),))
    error = failure(OPENERS[name], uri, careless)
    assert frames(error) == ["failure", "door"]
    assert leaks(told(error)) == []


def test_a_door_that_is_not_sealed_is_seen() -> None:
    def open_uri(uri: Any, public_key: Any, secrets: Any) -> Any:
        return uri.expect()

    assert frames(failure(open_uri, Careless(), careless)) != ["failure", "door"]
    assert leaks(told(failure(open_uri, Careless(), careless)))
    assert frames(failure(sealed(open_uri), Careless(), careless)) == ["failure", "door"]
