"""What became of one signature that was asked of a service, and whether what the signer says of it is true."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from house.source import ROOT
from support.faults import Fault, Proxy
from walletcore.errors import InvalidSignature, OutcomeUnknown, SignerUnavailable, SigningRefused, WalletcoreError
from walletcore.signing import AcceptedSignature, SigningRequest

__all__ = ["SLACK", "Outcome", "Sign", "outcome", "struck", "told", "until"]

UNSIGNED = (SignerUnavailable, SigningRefused)
SLACK = 4.0
"""Seconds that a busy machine may add to a deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A signature or a failure, how long it took, and how often the service had signed this request by then."""

    signature: AcceptedSignature | None
    failure: WalletcoreError | None
    seconds: float
    signed: int

    def problem(self, deadline: float) -> str:
        """Why this is no outcome that a signer may have, or nothing: it is in time, one of few kinds, and true."""
        if self.seconds > deadline + SLACK:
            return f"it took {self.seconds:.2f} seconds"
        if self.signature is not None:
            return "" if self.signed else "a signature that the service did not make"
        if not isinstance(self.failure, (*UNSIGNED, OutcomeUnknown, InvalidSignature)):
            return f"it ended in {self.failure!r}"
        if isinstance(self.failure, UNSIGNED) and self.signed:
            return f"the service signed, and the signer says that it did not: {self.failure!r}"
        return ""


Sign = Callable[[SigningRequest], AcceptedSignature]


def outcome(sign: Sign, request: SigningRequest, signed: list[bytes], pause: float = 0.0) -> Outcome:
    """Sign, and ask the service's own log a ``pause`` later. An error that is none of walletcore's is not caught.

    Each request should be one that nobody else asks for: what an earlier test left behind may yet arrive.
    """
    signature, failure, start = None, None, time.monotonic()
    try:
        signature = sign(request)
        request.key.verify(request.scheme, request.message, signature.data)
    except WalletcoreError as error:
        failure = error
    seconds = time.monotonic() - start
    time.sleep(pause)
    return Outcome(signature=signature, failure=failure, seconds=seconds, signed=signed.count(request.message))


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.005)
    return found


def struck(
    port: int, fault: Fault, opened: Callable[[int], Sign], request: SigningRequest, signed: list[bytes]
) -> Outcome:
    """Open a signer through a sound wire to a service's port; sign through one on which each connection is faulty."""
    plan: list[Fault | None] = [None]
    with Proxy(("127.0.0.1", port), lambda _: plan[0]) as proxy:
        sign = opened(proxy.port)
        plan[0] = fault
        proxy.drop()
        return outcome(sign, request, signed, pause=0.05)


def told(error: BaseException) -> str:
    """All that a crash reporter could print of an error: texts, fields, causes, and the local variables of each frame
    but those of the tests themselves."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    for each in (whole, whole.__cause__, whole.__context__):
        if each is not None:
            each.stack = traceback.StackSummary.from_list(
                frame for frame in each.stack if not frame.filename.startswith(str(ROOT / "tests"))
            )
    return "".join(whole.format()) + repr(vars(error))
