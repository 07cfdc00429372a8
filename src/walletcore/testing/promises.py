"""What both kits share: how a broken promise is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from walletcore.errors import WalletcoreError

__all__ = ["Nonconformity", "broken", "refused"]


class Nonconformity(WalletcoreError, AssertionError):
    """A promise that a signer or a chain does not keep."""


def broken(promise: str) -> NoReturn:
    """Raise `Nonconformity`."""
    raise Nonconformity(f"a promise is not kept: {promise}")


def refused(call: Callable[[], object], kind: type[WalletcoreError], what: str) -> WalletcoreError:
    """The refusal of a call, which must be of this class. Raises `Nonconformity` for any other outcome."""
    try:
        call()
    except kind as refusal:
        return refusal
    except Exception as error:
        broken(f"{what} is refused with {kind.__name__}, not {type(error).__name__}")
    broken(f"{what} is refused with {kind.__name__}")
