"""Secrets: what they show, what they refuse, and how the functions that hold them fail."""

import copy
import json
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletcore.errors import InvalidKey, SecretExportError
from walletcore.secret import Confidential, Secret, sealed

CANARY = bytes.fromhex("c0ffee" * 10 + "c0fe")


class Bytes(bytes):
    """A subclass that says that it is as long and as equal as anything."""

    def __len__(self) -> int:
        return 32

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def shown(error: BaseException) -> str:
    """What a crash reporter that captures local variables prints of the frames of the library."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "\n".join(f"{frame.name} {frame.locals}" for frame in report.stack if frame.filename != __file__)


@given(st.binary(max_size=100))
def test_a_secret_reveals_what_it_was_given(data: bytes) -> None:
    assert Secret(data).reveal() == Secret(bytearray(data)).reveal() == data
    assert len(Secret(data)) == len(data)
    assert type(Secret(bytearray(data)).reveal()) is bytes


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_X11_secrets_are_equal_when_their_bytes_are(one: bytes, other: bytes) -> None:
    assert (Secret(one) == Secret(other)) == (one == other)
    assert (Secret(one) != Secret(other)) == (one != other)


@pytest.mark.parametrize("other", [CANARY, bytearray(CANARY), CANARY.hex(), None, 0, Bytes(CANARY), memoryview(CANARY)])
def test_X11_a_secret_equals_nothing_of_another_type(other: object) -> None:
    assert (Secret(CANARY) == other) is False
    assert (Secret(CANARY) != other) is True


def test_X11_a_secret_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Secret(CANARY))
    with pytest.raises(TypeError, match="unhashable"):
        {Secret(CANARY)}


def test_X18_a_buffer_that_changes_later_changes_no_secret() -> None:
    buffer = bytearray(CANARY)
    secret = Secret(buffer)
    buffer[:] = bytes(len(buffer))
    assert secret.reveal() == CANARY
    revealed = secret.reveal()
    secret.wipe()
    assert revealed == CANARY


@pytest.mark.parametrize(
    "data", [None, "", CANARY.hex(), 32, list(CANARY), memoryview(CANARY), Bytes(CANARY), Secret(CANARY), [1.5]]
)
def test_X19_a_secret_is_made_of_bytes_and_nothing_else(data: Any) -> None:
    with pytest.raises(InvalidKey) as caught:
        Secret(data)
    assert caught.value.reason == "type"
    assert "c0ffee" not in shown(caught.value)
    assert "192, 255" not in shown(caught.value)


@pytest.mark.parametrize("show", [repr, str, format, ascii, lambda s: f"{s!r}", lambda s: f"{[s]}"])
def test_X08_a_secret_shows_its_size_only(show: Callable[[object], str]) -> None:
    assert show(Secret(CANARY)).strip("[]") == "Secret(32 bytes)"


def test_X08_a_secret_cannot_be_listed_written_or_made_bytes() -> None:
    views: list[Any] = [bytes, list, json.dumps, iter, memoryview, vars, int.from_bytes, "".join]
    for view in views:
        with pytest.raises(TypeError):
            view(Secret(CANARY))


@pytest.mark.parametrize(
    "export",
    [copy.copy, copy.deepcopy, pickle.dumps, lambda s: pickle.dumps(s, 0), lambda s: s.__getstate__()],
)
def test_X09_a_secret_is_neither_copied_nor_pickled(export: Callable[[object], object]) -> None:
    for held in (Secret(CANARY), [Secret(CANARY)][0]):
        with pytest.raises(SecretExportError):
            export(held)
    with pytest.raises(SecretExportError):
        copy.deepcopy({"key": [Secret(CANARY)]})


def test_X12_a_wiped_secret_reveals_nothing() -> None:
    secret = Secret(CANARY)
    secret.wipe()
    with pytest.raises(InvalidKey) as caught:
        secret.reveal()
    assert caught.value.reason == "wiped"
    assert repr(secret) == "Secret(wiped)"
    secret.wipe()


def test_X12_wiping_overwrites_the_bytes_where_they_are() -> None:
    secret = Secret(CANARY)
    held = secret._data
    secret.wipe()
    assert held == bytes(32)


def test_X12_leaving_the_context_wipes() -> None:
    secret = Secret(CANARY)
    with pytest.raises(KeyError), secret as same:  # noqa: PT012
        assert same is secret
        raise KeyError
    with pytest.raises(InvalidKey):
        secret.reveal()


def test_a_secret_takes_no_other_attribute() -> None:
    with pytest.raises(AttributeError):
        Secret(CANARY).data = CANARY  # type: ignore[attr-defined]


def test_a_value_of_another_room_that_is_confidential_is_not_exported_either() -> None:
    class Words(Confidential):
        pass

    for export in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(SecretExportError):
            export(Words())
    with pytest.raises(TypeError):
        hash(Words())


# -- sealed


def careless(secret: bytes, *, fail: type[BaseException] | None = None) -> int:
    """Adds up."""
    doubled = secret + secret
    if fail is not None:
        try:
            raise LookupError(doubled)
        except LookupError:
            raise fail("no")  # noqa: B904 - the context is what is tested
    return sum(doubled)


def test_X10_a_sealed_function_fails_without_its_frames() -> None:
    with pytest.raises(ValueError, match="no") as caught:
        careless(CANARY, fail=ValueError)
    assert "LookupError" in "".join(traceback.format_exception(caught.value))

    with pytest.raises(ValueError, match="no") as sealed_one:
        sealed(careless)(CANARY, fail=ValueError)
    error = sealed_one.value
    assert error.__cause__ is None
    assert error.__context__ is None
    names = [frame.name for frame in traceback.TracebackException.from_exception(error).stack]
    assert names[1:] == ["door"]
    assert "192, 255, 238" not in shown(error)
    assert repr(CANARY)[2:10] not in shown(error)


def test_a_sealed_function_returns_and_is_called_as_before() -> None:
    assert sealed(careless)(CANARY) == careless(CANARY)
    assert sealed(careless).__name__ == "careless"
    assert sealed(careless).__doc__ == careless.__doc__


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_X10_a_sealed_function_that_the_user_stops_tells_nothing_either(stop: type[BaseException]) -> None:
    with pytest.raises(stop) as caught:
        sealed(careless)(CANARY, fail=stop)
    assert caught.value.__context__ is None
    assert [frame.name for frame in traceback.TracebackException.from_exception(caught.value).stack][1:] == ["door"]


def test_X10_a_sealed_function_called_wrongly_tells_nothing_either() -> None:
    with pytest.raises(TypeError) as caught:
        sealed(careless)(CANARY, CANARY, CANARY)  # type: ignore[call-arg, arg-type]
    assert repr(CANARY)[2:10] not in shown(caught.value)
