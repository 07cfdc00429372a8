"""What became of one signature that was asked of a service, and whether what the signer says of it is true."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from walletcore.errors import InvalidSignature, OutcomeUnknown, SignerUnavailable, SigningRefused, WalletcoreError
from walletcore.signing import AcceptedSignature, SigningRequest

__all__ = ["Outcome", "outcome"]

UNSIGNED = (SignerUnavailable, SigningRefused)
SLACK = 1.0
"""Seconds that a busy machine may add to a deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A signature or a failure, how long it took, and how often the service had signed this request by then."""

    signature: AcceptedSignature | None
    failure: WalletcoreError | None
    seconds: float
    signed: int

    def check(self, deadline: float) -> None:
        """It came in time, is of one of the kinds that a signer may end in, and tells the truth."""
        assert self.seconds < deadline + SLACK
        if self.signature is not None:
            assert self.signed > 0
            return
        assert isinstance(self.failure, (*UNSIGNED, OutcomeUnknown, InvalidSignature))
        if isinstance(self.failure, UNSIGNED):
            assert self.signed == 0, "the service signed, and the signer says that it did not"


def outcome(
    sign: Callable[[SigningRequest], AcceptedSignature],
    request: SigningRequest,
    signed: list[bytes],
    pause: float = 0.0,
) -> Outcome:
    """Sign, and ask the service's own log a ``pause`` later. An error that is none of walletcore's is not caught."""
    signature, failure, start = None, None, time.monotonic()
    try:
        signature = sign(request)
        request.key.verify(request.scheme, request.message, signature.data)
    except WalletcoreError as error:
        failure = error
    seconds = time.monotonic() - start
    time.sleep(pause)
    return Outcome(signature=signature, failure=failure, seconds=seconds, signed=signed.count(request.message))
