"""What all signers elsewhere share: one question as data, bounded attempts at the same request, one verified answer.

A back end is an `Exchange`, which is pure, and a way to send. The synchronous and the asynchronous signer differ only
in how they wait. One call ends in a signature, or in an error that says what is true: it was not signed
(`SigningRefused`, `SignerUnavailable`), or nobody can say (`OutcomeUnknown`, and `InvalidSignature` for an answer that
the key did not give).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from walletcore.errors import InvalidSignature, OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused
from walletcore.keys import PublicKey, Scheme
from walletcore.secret import Confidential, sealed
from walletcore.signers.aside import late
from walletcore.signing import AcceptedSignature, Signature, SigningRequest

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["AsyncRemoteSigner", "Attempts", "Exchange", "Patience", "PerLoop", "RemoteSigner"]

Q = TypeVar("Q")
A = TypeVar("A")
Q_co = TypeVar("Q_co", covariant=True)
A_contra = TypeVar("A_contra", contravariant=True)
T = TypeVar("T")

_MAX_ATTEMPTS, _MAX_SECONDS = 10, 600.0
_JITTER = 1 << 16


class Exchange(Protocol[Q_co, A_contra]):
    """One signature asked of a service, as data: what is sent, and what the answer says."""

    @property
    def schemes(self) -> frozenset[Scheme]:
        """What the service's key signs with."""

    def ask(self, request: SigningRequest) -> Q_co:
        """What is sent for a request of one of these schemes. Raises `SigningRefused` for what cannot be asked."""

    def read(self, request: SigningRequest, answer: A_contra) -> Signature:
        """The signature in an answer, as the service made it. Raises `SignerError`, `InvalidSignature`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one signature may take: attempts at the same request, and seconds.

    ``deadline`` holds for all attempts together; ``pause`` is the mean before the second one, doubled each time.
    Raises `SignerError` for numbers that bound nothing.
    """

    attempts: int = 3
    deadline: float = 10.0
    pause: float = 0.1

    def __post_init__(self) -> None:
        if type(self.attempts) is not int or not 1 <= self.attempts <= _MAX_ATTEMPTS:
            raise SignerError(f"expected 1 to {_MAX_ATTEMPTS} attempts", reason="range")
        for name, seconds in (("deadline", self.deadline), ("pause", self.pause)):
            if type(seconds) not in (int, float) or not 0 < seconds <= _MAX_SECONDS:
                raise SignerError(f"expected a {name} of at most {_MAX_SECONDS:g} seconds", reason="range")


class Attempts:
    """Where one request stands between its first attempt and its deadline."""

    __slots__ = ("_in_doubt", "_patience", "_tried", "_until")

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._until = time.monotonic() + patience.deadline
        self._tried = 0
        self._in_doubt = False

    def left(self) -> float:
        """Seconds until the deadline, 0 when it has passed."""
        return max(0.0, self._until - time.monotonic())

    def after(self, failure: Exception) -> float:
        """Seconds to wait before the same request is sent again; or raise what the caller is to know.

        What was refused is not asked again. Once an attempt may have signed, no later failure says that it did not.
        """
        known = failure if isinstance(failure, SignerError | InvalidSignature) else _unforeseen(failure)
        self._tried += 1
        self._in_doubt = self._in_doubt or isinstance(known, OutcomeUnknown)
        mean: float = self._patience.pause * 2 ** (self._tried - 1)
        wait = mean * (0.5 + secrets.randbelow(_JITTER) / _JITTER)  # so that callers who failed together part
        if not isinstance(known, SignerUnavailable | OutcomeUnknown) or self._tried >= self._patience.attempts:
            raise self._told(known) from None
        if wait >= self.left():
            raise self._told(known) from None
        return wait

    def _told(self, failure: SignerError | InvalidSignature) -> SignerError | InvalidSignature:
        if self._in_doubt and isinstance(failure, SignerError) and not isinstance(failure, OutcomeUnknown):
            text = f"an earlier attempt may have signed; the last one failed: {failure}"
            return OutcomeUnknown(text, reason=failure.reason, hint=failure.hint)
        return failure.with_traceback(None)


def _unforeseen(failure: Exception) -> OutcomeUnknown:
    """An error that a signer may not raise; its text is not repeated, it may hold a secret."""
    return OutcomeUnknown(f"the signer failed in an unforeseen way: {type(failure).__name__}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSigner(Confidential, Generic[Q, A]):
    """A key that is used elsewhere: its pinned public half, the exchange, and ``send``.

    ``send`` takes the question and the seconds that are left, and raises `SignerUnavailable` where nothing can have
    been signed, `OutcomeUnknown` where something may have been, `SigningRefused` where the service declined.
    Raises `SignerError` for parts that are none.
    """

    public_key: PublicKey
    exchange: Exchange[Q, A] = field(repr=False)
    send: Callable[[Q, float], A] = field(repr=False)
    patience: Patience = Patience()
    __hash__ = None

    def __post_init__(self) -> None:
        _check_parts(self.public_key, self.exchange, self.send, self.patience)

    @sealed  # what failed underneath may hold tokens in its frames
    def sign(self, request: SigningRequest) -> AcceptedSignature:
        """The signature, verified. Raises `SignerError`, `InvalidSignature`."""
        question, attempts = _asked(self.public_key, self.exchange, request), Attempts(self.patience)
        while True:
            try:
                return request.accept(self.exchange.read(request, self.send(question, attempts.left())))
            except Exception as failure:
                wait = attempts.after(failure)
            time.sleep(wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncRemoteSigner(Confidential, Generic[Q, A]):
    """As `RemoteSigner`, where ``send`` returns an awaitable, which is cancelled at the deadline."""

    public_key: PublicKey
    exchange: Exchange[Q, A] = field(repr=False)
    send: Callable[[Q, float], Awaitable[A]] = field(repr=False)
    patience: Patience = Patience()
    __hash__ = None

    def __post_init__(self) -> None:
        _check_parts(self.public_key, self.exchange, self.send, self.patience)

    async def sign(self, request: SigningRequest) -> AcceptedSignature:
        """The signature, verified. Raises `SignerError`, `InvalidSignature`."""
        try:
            return await self._sign(request)
        except BaseException as error:  # a cancelled one shows the frames below as well
            failure = error.with_traceback(None)
            failure.__cause__ = failure.__context__ = None
        raise failure  # as a sealed function does

    async def _sign(self, request: SigningRequest) -> AcceptedSignature:
        import asyncio

        question, attempts = _asked(self.public_key, self.exchange, request), Attempts(self.patience)
        while True:
            left = attempts.left()
            try:
                async with asyncio.timeout(left):
                    answer = await self.send(question, left)
                return request.accept(self.exchange.read(request, answer))
            except TimeoutError:
                wait = attempts.after(late())
            except Exception as failure:
                wait = attempts.after(failure)
            await asyncio.sleep(wait)


RemoteSigner.__init__ = sealed(RemoteSigner.__init__)  # type: ignore[method-assign]
AsyncRemoteSigner.__init__ = sealed(AsyncRemoteSigner.__init__)  # type: ignore[method-assign]


def _check_parts(public_key: object, exchange: object, send: object, patience: object) -> None:
    if type(public_key) is not PublicKey or type(patience) is not Patience:
        raise SignerError("expected a PublicKey and a Patience", reason="type")
    if not callable(send) or not all(hasattr(exchange, name) for name in ("schemes", "ask", "read")):
        raise SignerError("expected an Exchange, and a function that sends", reason="type")


def _asked(public_key: PublicKey, exchange: Exchange[Q, A], request: SigningRequest) -> Q:
    """What is sent, once it is known that the key and its service can answer."""
    if type(request) is not SigningRequest:
        raise SigningRefused(f"expected a SigningRequest, got {type(request).__name__}", reason="type")
    by_x = request.scheme is Scheme.BIP340  # whose keys are those with even y
    if (request.key.even_y() if by_x else request.key) != (public_key.even_y() if by_x else public_key):
        raise SigningRefused("the request is for another key", reason="mismatch")
    if request.scheme not in exchange.schemes:
        raise SigningRefused(f"this signer has no {request.scheme.value}", reason="scheme")
    return exchange.ask(request)


class PerLoop(Generic[T]):
    """A client that belongs to an event loop: made when a loop first needs it, closed when that loop ends or when this
    goes.

    Loops of several threads may ask at once. ``make`` and ``close`` run in the loop.
    """

    def __init__(self, make: Callable[[], T], close: Callable[[T], Awaitable[object]]) -> None:
        self._make, self._close = make, close
        # Without a lock, which a fork could leave locked: each loop sets its own entry, and closed ones ask no more.
        self._kept: dict[AbstractEventLoop, tuple[T, AsyncGenerator[T]]] = {}

    async def get(self) -> T:
        """The client of the running loop."""
        import asyncio

        loop = asyncio.get_running_loop()
        if loop not in self._kept:
            for other in list(self._kept):
                if other.is_closed():
                    self._kept.pop(other, None)
            holder = _held(self._make, self._close)
            self._kept[loop] = (await anext(holder), holder)
        return self._kept[loop][0]


async def _held(make: Callable[[], T], close: Callable[[T], Awaitable[object]]) -> AsyncGenerator[T]:
    """A client until its loop shuts down, which ends the generators that began in it (``loop.shutdown_asyncgens``), or
    until nobody holds the generator: the loop then is told by the interpreter, so that nothing here refers to a holder.
    """
    client = make()
    try:
        yield client
    finally:
        await close(client)
