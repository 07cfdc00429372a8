"""The hall: where what must be signed meets who can sign it, and neither knows the other.

A subject (`Signable`) states its `requests`; signers answer them; the subject accepts each answer and assembles the
result. `requests` are the values, `answers` what is done with several of them; the drivers are here.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, runtime_checkable

from walletcore.errors import OutcomeUnknown, SignerError, TransactionError
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signing.answers import accepted, answered, complete, merge
from walletcore.signing.requests import AcceptedSignature, Answers, Signature, SigningRequest, vouch

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = [
    "AcceptedSignature",
    "Answers",
    "AsyncSigner",
    "BatchSigner",
    "Signable",
    "Signature",
    "Signer",
    "SigningRequest",
    "accepted",
    "answered",
    "collect",
    "collect_async",
    "complete",
    "merge",
    "sign",
    "sign_async",
    "vouch",
]

S = TypeVar("S")
T = TypeVar("T")
Signed_co = TypeVar("Signed_co", covariant=True)


class Named(Protocol):
    """What the hall knows of a chain: its CAIP-2 name."""

    @property
    def caip2(self) -> str:
        """The chain's CAIP-2 name."""


class Signable(Protocol[Signed_co]):
    """Anything that can be signed: a transaction, a message, a partly signed transaction."""

    @property
    def chain(self) -> Named:
        """The chain; a rule reads ``chain.caip2``."""

    @property
    def raw(self) -> bytes:
        """What the chain's decode_transaction accepts: a signer elsewhere rebuilds the subject from it."""

    def requests(self) -> tuple[SigningRequest, ...]:
        """What must be signed, and by whom."""

    def assemble(self, answers: Answers) -> Signed_co:
        """Accept every answer (one place per request) and build the result; nothing unverified becomes part of it."""

    def effects(self) -> tuple[Effect, ...]:
        """What it will do."""


@runtime_checkable
class Signer(Protocol):
    """One key, usable and never seen."""

    @property
    def public_key(self) -> PublicKey:
        """The key that this signer signs for."""

    def sign(self, request: SigningRequest) -> Signature:
        """The signature as the device made it; `SigningRequest.accept` makes it canonical. Raises `SignerError`."""


@runtime_checkable
class AsyncSigner(Protocol):
    """As `Signer`; ``sign`` returns an awaitable."""

    @property
    def public_key(self) -> PublicKey:
        """The key that this signer signs for."""

    def sign(self, request: SigningRequest) -> Awaitable[Signature]:
        """The signature as the device made it. Raises `SignerError`."""


@runtime_checkable
class BatchSigner(Signer, Protocol):
    """A signer that answers many requests in one round trip, or on one screen."""

    def sign_all(self, requests: Sequence[SigningRequest]) -> Sequence[Signature]:
        """One answer per request, in order. Raises `SignerError`."""


def sign(subject: Signable[T], *signers: Signer) -> T:
    """Ask the signers for what the subject needs, and assemble.

    Raises `MissingSignature`, `InvalidSignature`, `SignerError`.
    """
    requests = _requests_of(subject)
    return subject.assemble(collect(requests, *signers))


async def sign_async(subject: Signable[T], *signers: AsyncSigner | Signer) -> T:
    """As `sign`, for signers that wait; those that do not run in a thread."""
    requests = _requests_of(subject)
    return subject.assemble(await collect_async(requests, *signers))


def _requests_of(subject: Signable[Any]) -> tuple[SigningRequest, ...]:
    ask: Any = getattr(subject, "requests", None)
    if not callable(ask):
        raise TransactionError(f"expected something to sign, got {type(subject).__name__}", reason="type")
    requests: tuple[SigningRequest, ...] = ask()
    return requests


def collect(requests: Sequence[SigningRequest], *signers: Signer) -> Answers:
    """The accepted answers of whichever signers hold the keys, None elsewhere; equal requests are asked once.

    Raises `InvalidSignature`, `SignerError`, and TypeError when a signer turns out to be asynchronous.
    """
    requests = _checked(requests)
    if len(requests) == 1:
        return (_answer_to(requests[0], signers),)
    asked = tuple(dict.fromkeys(requests))
    answers: list[Signature | None] = [None] * len(asked)
    for signer, places, wanted in _routes(asked, signers):
        _fill(answers, places, wanted, _ask(cast(Signer, signer), wanted))
    return _in_order(requests, asked, answers)


def _answer_to(request: SigningRequest, signers: tuple[Signer, ...]) -> Signature | None:
    """The accepted answer of the first signer that holds the key: what most transactions want is one signature."""
    is_by_x, holder = request.scheme is Scheme.BIP340, None
    for signer in signers:
        key = _key_of(signer)
        if holder is None and (key.even_y() == request.key.even_y() if is_by_x else key == request.key):
            holder = signer
    return None if holder is None else request.accept(_ask(holder, (request,))[0])


async def collect_async(requests: Sequence[SigningRequest], *signers: AsyncSigner | Signer) -> Answers:
    """As `collect`; all signers are asked at the same time, and all have answered or failed when it ends."""
    import asyncio

    requests = _checked(requests)
    asked = tuple(dict.fromkeys(requests))
    answers: list[Signature | None] = [None] * len(asked)
    routes = _routes(asked, signers)
    waiting = (_ask_async(signer, wanted) for signer, _, wanted in routes)
    given = await asyncio.gather(*waiting, return_exceptions=True)
    for (_, places, wanted), signatures in zip(routes, given, strict=True):
        if isinstance(signatures, asyncio.CancelledError):  # not by our caller: gather itself would have raised it
            raise OutcomeUnknown("a signer was cancelled while it was asked") from signatures
        if isinstance(signatures, BaseException):
            raise signatures
        _fill(answers, places, wanted, signatures)
    return _in_order(requests, asked, answers)


Holder = AsyncSigner | Signer
Route = tuple[Holder, list[int], tuple[SigningRequest, ...]]
"""Who is asked, for the requests at which places, and these."""


def _checked(requests: Sequence[SigningRequest]) -> tuple[SigningRequest, ...]:
    """The requests as they are now: whoever is asked for a signature could change a list."""
    taken: tuple[Any, ...] = requests if type(requests) is tuple else ()
    if taken is not requests:
        taken = tuple(requests) if isinstance(requests, Sequence) else (None,)
    for request in taken:
        if type(request) is not SigningRequest:
            raise TransactionError("expected a sequence of SigningRequest", reason="type")
    return taken


def _routes(requests: tuple[SigningRequest, ...], signers: Iterable[Holder]) -> list[Route]:
    """Which signer is asked for what: by public key, for BIP-340 by the key with even y. The first one is asked."""
    by_key: dict[tuple[Curve, bytes], list[int]] = {}
    by_x: dict[tuple[Curve, bytes], list[int]] = {}
    for place, request in enumerate(requests):
        is_by_x = request.scheme is Scheme.BIP340
        wanted, key = (by_x, request.key.even_y()) if is_by_x else (by_key, request.key)
        wanted.setdefault((key.curve, key.data), []).append(place)
    routes: list[Route] = []
    for signer in signers:
        key = _key_of(signer)
        mine = by_key.pop((key.curve, key.data), [])
        if by_x:
            mine += by_x.pop((key.curve, key.even_y().data), [])
        if mine:
            routes.append((signer, mine, tuple([requests[place] for place in mine])))
    return routes


def _key_of(signer: Holder) -> PublicKey:
    key = getattr(signer, "public_key", None)
    if type(key) is not PublicKey or not callable(getattr(signer, "sign", None)):
        raise SignerError(f"expected a signer, got {type(signer).__name__}", reason="type")
    return key


def _ask(signer: Signer, requests: tuple[SigningRequest, ...]) -> Sequence[Signature]:
    """One answer per request. StopIteration would end a caller's loop in silence, and no Future of asyncio holds it."""
    sign_all = getattr(signer, "sign_all", None)
    try:
        if callable(sign_all):
            return _exactly(len(requests), _given(signer, sign_all(requests)))
        answers = []
        for request in requests:
            answer = signer.sign(request)
            answers.append(answer if isinstance(answer, Signature) else _given(signer, answer))
        return answers
    except StopIteration as error:
        raise SignerError("the signer stopped without an answer") from error


def _given(signer: Signer, answer: T) -> T:
    """The answer, which must be here already. Raises TypeError."""
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        raise TypeError(f"{type(signer).__name__} is asynchronous: use sign_async")
    return answer


def _call(function: Callable[[S], T], argument: S) -> T:
    """What a signer gives in its thread, where StopIteration is no answer, see `_ask`."""
    try:
        return function(argument)
    except StopIteration as error:
        raise SignerError("the signer stopped without an answer") from error


async def _ask_async(signer: Holder, requests: tuple[SigningRequest, ...]) -> Sequence[Signature]:
    sign_all = getattr(signer, "sign_all", None)
    if callable(sign_all):
        return _exactly(len(requests), cast(Sequence[Signature], await _called(sign_all, requests)))
    return [cast(Signature, await _called(signer.sign, request)) for request in requests]


async def _called(function: Callable[[Any], Any], argument: object) -> object:
    """Await an asynchronous function; run any other in a thread, and await what it returns where that is awaitable."""
    import asyncio

    result = (
        function(argument) if inspect.iscoroutinefunction(function) else asyncio.to_thread(_call, function, argument)
    )
    answer = await result
    return await answer if inspect.isawaitable(answer) else answer


def _fill(
    answers: list[Signature | None], places: list[int], wanted: tuple[SigningRequest, ...], given: Sequence[Signature]
) -> None:
    for place, request, answer in zip(places, wanted, given, strict=True):
        answers[place] = request.accept(answer)


def _in_order(
    requests: tuple[SigningRequest, ...], asked: tuple[SigningRequest, ...], answers: list[Signature | None]
) -> Answers:
    """An answer for each request, of those that were asked: equal requests were asked once."""
    if len(asked) == len(requests):
        return tuple(answers)
    found = dict(zip(asked, answers, strict=True))
    return tuple([found[request] for request in requests])


def _exactly(count: int, given: Sequence[Signature]) -> tuple[Signature, ...]:
    """As many answers as were asked for, as they are now. Raises `SignerError`."""
    taken = tuple(islice(given, count + 1)) if isinstance(given, Sequence) else ()  # len() may lie
    if len(taken) != count:
        raise SignerError(f"expected a sequence of {count} answers of a signer", reason="length")
    return taken
