"""What is asked of every scheme of phrases: which error a call raises, and what a crash reporter would see of it."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import walletcore
from walletcore.errors import MnemonicError, WalletcoreError

__all__ = ["frames_of_the_package", "outcome", "refusal"]

PACKAGE = Path(walletcore.__file__).parent  # whole: a checkout may have the same name


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> MnemonicError:
    """The `MnemonicError` that a call raises; its message and its frames in this package repeat no argument."""
    with pytest.raises(MnemonicError) as caught:
        call(*args, **options)
    return caught.value


def outcome(call: Callable[[], object]) -> str:
    """The reason for which a call is refused, or "" when it is not; any other error passes through."""
    try:
        call()
    except WalletcoreError as error:
        assert type(error) is MnemonicError  # noqa: PT017
        return error.reason
    return ""


def frames_of_the_package(error: BaseException) -> str:
    """What a crash reporter that captures local variables would print of the package's own frames."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    own = [frame for frame in report.stack if PACKAGE in Path(frame.filename).parents]
    shown = [f"{frame.name} {frame.locals}" for frame in own]
    return "\n".join([str(error), getattr(error, "hint", ""), *shown, *(str(report.__context__ or ""),)])
