"""What keys in clouds share: one key of one scheme, looked at before it is used, over a client of each process's own.

`aws_kms`, `gcp_kms` and `azure_kms` say what is asked and answered; their clients are in rooms beside them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from walletcore.errors import InvalidKey, OutcomeUnknown, SignerError, SignerUnavailable, WalletcoreError
from walletcore.keys import PublicKey, Scheme
from walletcore.signers.aside import bounded
from walletcore.signers.remote import Attempts, Patience

__all__ = ["OneScheme", "PerProcess", "check_pinned", "looked_at"]

T = TypeVar("T")
_forks = [0]  # between the first process and this one


def _forked() -> None:
    _forks[0] += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneScheme:
    """A key that signs in one way."""

    scheme: Scheme

    @property
    def schemes(self) -> frozenset[Scheme]:
        """That one."""
        return frozenset({self.scheme})


class PerProcess(Generic[T]):
    """A client that belongs to a process: one that was forked makes its own, on a shared connection it reads others'
    answers.

    ``make`` is called in the thread that first needs the client; two may call it at the same time. The parent's is kept
    in the child, where nobody closes it: that might end the parent's connections.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._kept: dict[tuple[int, int], T] = {}

    def get(self) -> T:
        """The client of this process."""
        process = os.getpid(), _forks[0]  # a process may have the number of one that it descends from
        if process not in self._kept:
            self._kept[process] = self._make()
        return self._kept[process]


def looked_at(look: Callable[[float], T], patience: Patience) -> T:
    """What a look at a key finds; it is given the seconds that are left. Raises the errors of a signer's ``send``.

    Looking signs nothing: what leaves a signature in doubt can be tried again. A strange error is no answer to that.
    """
    attempts = Attempts(patience)
    while True:
        left = attempts.left()
        try:
            return bounded(lambda left=left: look(left), left)  # type: ignore[misc]
        except (OutcomeUnknown, SignerUnavailable) as error:
            known = "no answer in time" if error.hint else str(error)
            failure = SignerUnavailable(f"the key cannot be looked at: {known}", reason=error.reason)
        except WalletcoreError:
            raise
        except Exception as error:  # a credential's, an endpoint's, a file's; its words may hold a token
            raise SignerError(f"the service was not asked: {type(error).__name__}", reason="missing") from None
        time.sleep(attempts.after(failure))


def check_pinned(shown: PublicKey, pinned: PublicKey) -> None:
    """Raise `InvalidKey` unless the service's key is the one of the configuration."""
    if shown != pinned:
        raise InvalidKey("the key of the service is not the pinned one", reason="mismatch")
