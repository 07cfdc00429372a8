"""What a signer does when a task that asks it is cancelled, and when its process is forked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from walletcore.errors import OutcomeUnknown, SignerError
from walletcore.signing import AsyncSigner, Signature, SigningRequest
from walletcore.testing.calls import Late, cancelled
from walletcore.testing.examined import Examined
from walletcore.testing.forks import forked
from walletcore.testing.promises import Nonconformity, broken
from walletcore.testing.questions import numbered
from walletcore.testing.silence import check_failures, heard

if TYPE_CHECKING:
    from asyncio import Future

__all__ = ["check_cancelled", "check_forked"]

_STEPS, _PARTS = (0, 1, 2, 3, 5), (0.25, 0.5, 0.75)  # when a task is cancelled: steps of the loop, parts of its time
_FORKED = 3  # requests that a child process and its parent sign at the same time


def check_cancelled(kit: Examined, example: SigningRequest) -> None:
    """A task that is cancelled ends, with its answer or as cancelled, and the next one is answered as before."""
    waiting, number = cast(AsyncSigner, kit.signer), 1000
    begun = time.monotonic()
    kit.signed(numbered(example, number))
    usual = time.monotonic() - begun
    for steps, pause in (*((steps, 0.0) for steps in _STEPS), *((0, part * usual) for part in _PARTS)):
        number += 2
        request = numbered(example, number)
        try:
            task = kit.loop.result(cancelled(lambda request=request: waiting.sign(request), steps, pause))  # type: ignore[misc]
        except Late:
            kit.late("a task that is cancelled ends")
        with kit.when("a task that was cancelled"):
            _check_end(kit, request, task)
        with kit.when("after a task was cancelled"):
            kit.signed(numbered(example, number + 1))


def _check_end(kit: Examined, request: SigningRequest, task: Future[Signature]) -> None:
    """A cancelled task has ended as such, or with its answer."""
    if task.cancelled():
        return
    if error := task.exception():
        raise kit.broken_by(error, "it ends with CancelledError or its answer") from error
    kit.accepted(request, task.result())


def check_forked(kit: Examined, example: SigningRequest) -> bool:
    """Whether a child process signs, which it does rightly or refuses, while its parent signs and afterwards."""
    requests = [numbered(example, number) for number in range(2000, 2000 + 2 * _FORKED)]
    theirs, mine = requests[:_FORKED], requests[_FORKED:]
    with kit.when("while a child process that was forked signs"):
        try:
            said = forked(lambda: _as_child(kit, theirs), lambda: [kit.signed(own) for own in mine], kit.seconds)
        except Late:
            kit.late("a child process that is forked signs or refuses")
    if said not in (b"signed", b"refused"):
        broken(f"a child process that is forked signs or refuses: {said.decode() or 'it ended without a word'}")
    with kit.when("after a child process was forked"):
        kit.signed(mine[0])
    return said == b"signed"


def _as_child(parent: Examined, requests: Sequence[SigningRequest]) -> bytes:
    """What a forked child has to say: its process has none of its parent's threads and loops."""
    kit = Examined(parent.signer, parent.looked_for(), parent.seconds, None)
    try:
        with heard(kit.looked_for()):
            return b"signed" if all(_signs(kit, request) for request in requests) else b"refused"
    except Nonconformity as failure:
        return str(failure).encode()


def _signs(kit: Examined, request: SigningRequest) -> bool:
    """Whether a child process signs what its parent signs."""
    try:
        kit.accepted(request, kit.answer(kit.signer.sign, request))
    except Late:
        kit.late("it comes back")
    except Nonconformity:
        raise
    except Exception as error:
        kit.failures.append(error)
        check_failures(kit.failures, kit.looked_for())
        if not isinstance(error, SignerError) or isinstance(error, OutcomeUnknown):
            raise kit.broken_by(error, "it raises nothing but a SignerError that says that it did not sign") from error
        return False
    return True
