"""One signature for a request: the first that a store keeps is the one that everybody gets, in whatever process.

Devices and services make ECDSA signatures with random numbers: asked twice, they give two. What they give is verified,
kept, and only then handed on. Stands between a guard, which has admitted what is asked here, and its signer.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused
from walletcore.keys import PublicKey
from walletcore.secret import Confidential
from walletcore.signers.aside import aside
from walletcore.signers.store import Store
from walletcore.signing import AcceptedSignature, AsyncSigner, Signature, Signer, SigningRequest

__all__ = ["AsyncOnce", "Once", "here"]

T = TypeVar("T")


class _Keeping(Confidential):
    """What both forms have: the signer behind them, and the store."""

    def __init__(self, signer: Any, store: Store) -> None:
        self._signer, self._store = signer, store

    @property
    def public_key(self) -> PublicKey:
        """The key of the signer behind it."""
        return cast(Signer, self._signer).public_key

    def __repr__(self) -> str:
        return f"{type(self).__name__}({type(self._signer).__name__})"

    @property
    def _takes_batches(self) -> bool:
        return callable(getattr(self._signer, "sign_all", None))

    def _read(self, request: SigningRequest) -> AcceptedSignature | None:
        """The signature that is kept. Nothing has been signed so far."""
        if type(request) is not SigningRequest:
            raise SigningRefused(f"expected a SigningRequest, got {type(request).__name__}", reason="type")
        try:
            data = self._store.kept(request.id)
        except Exception as error:
            raise SignerUnavailable(f"the store cannot be read: {type(error).__name__}") from error
        return None if data is None else _accepted(request, data)

    def _keep(self, request: SigningRequest, given: Signature) -> AcceptedSignature:
        """The signature that is kept from now on, which is another one where somebody was faster."""
        mine = request.accept(given)
        try:
            data = self._store.keep(request.id, mine.data)
            return mine if data == mine.data else _accepted(request, data)
        except Exception as error:
            raise _unkept(error) from error

    def _sorted(self, requests: Sequence[SigningRequest]) -> tuple[dict[bytes, AcceptedSignature], list[Any]]:
        """What is kept, by the ids of its requests, and what the signer must be asked for, each once."""
        kept: dict[bytes, AcceptedSignature] = {}
        rest: dict[bytes, SigningRequest] = {}
        for request in {each.id: each for each in requests}.values():
            known = self._read(request)
            if known is None:
                rest[request.id] = request
            else:
                kept[request.id] = known
        return kept, list(rest.values())

    def _keep_all(self, requests: Sequence[SigningRequest], given: object) -> dict[bytes, AcceptedSignature]:
        """All are verified before the first one is kept."""
        taken = tuple(islice(given, len(requests) + 1)) if isinstance(given, Sequence) else ()
        if len(taken) != len(requests):
            raise SignerError(f"expected a sequence of {len(requests)} answers of a signer", reason="length")
        answers = [request.accept(answer) for request, answer in zip(requests, taken, strict=True)]
        return {each.request.id: self._keep(each.request, each) for each in answers}


class Once(_Keeping):
    """A signer that gives one signature for a request. It takes batches where the one behind it does."""

    def sign(self, request: SigningRequest) -> AcceptedSignature:
        """The signature that is kept, or the signer's, once it is.

        Raises what the signer does; `SignerUnavailable` where the store cannot be read: nothing was signed;
        `OutcomeUnknown` where it cannot keep what was signed; `InvalidSignature`; and `SignerError` where what it keeps
        is no signature of the request.
        """
        known = self._read(request)
        return self._keep(request, here(cast(Signer, self._signer).sign(request))) if known is None else known

    @property
    def sign_all(self) -> Callable[[Sequence[SigningRequest]], Sequence[Signature]] | None:
        """One answer per request, in order, of a signer that takes batches; it is asked for what is not kept."""
        return self._sign_all if self._takes_batches else None

    def _sign_all(self, requests: Sequence[SigningRequest]) -> Sequence[Signature]:
        kept, rest = self._sorted(requests)
        if rest:
            kept |= self._keep_all(rest, here(self._signer.sign_all(rest)))
        return [kept[request.id] for request in requests]


class AsyncOnce(_Keeping):
    """As `Once`, for asynchronous signers. The store works in a thread, and ends when nobody waits any more, too."""

    async def sign(self, request: SigningRequest) -> AcceptedSignature:
        """As `Once.sign`."""
        known = await aside(lambda: self._read(request))
        if known is not None:
            return known
        given = await cast(AsyncSigner, self._signer).sign(request)
        return await _kept_aside(lambda: self._keep(request, given))

    @property
    def sign_all(self) -> Callable[[Sequence[SigningRequest]], Awaitable[Sequence[Signature]]] | None:
        """As `Once.sign_all`."""
        return self._sign_all if self._takes_batches else None

    async def _sign_all(self, requests: Sequence[SigningRequest]) -> Sequence[Signature]:
        kept, rest = await aside(lambda: self._sorted(requests))
        if rest:
            answer = self._signer.sign_all(rest)
            given = await answer if inspect.isawaitable(answer) else answer
            kept |= await _kept_aside(lambda: self._keep_all(rest, given))
        return [kept[request.id] for request in requests]


async def _kept_aside(work: Callable[[], T]) -> T:
    """In a thread; where there is none to be had, what was signed is not kept."""
    try:
        return await aside(work)
    except SignerUnavailable as error:
        raise _unkept(error) from error


def _accepted(request: SigningRequest, data: bytes) -> AcceptedSignature:
    try:
        return request.accept(Signature(scheme=request.scheme, data=data))
    except Exception as error:
        raise SignerError("the store keeps what is no signature of this request", reason="mismatch") from error


def _unkept(error: Exception) -> OutcomeUnknown:
    why = f"it was signed, and the signature cannot be kept: {type(error).__name__}"
    return OutcomeUnknown(why, hint="ask for the very same again")


def here(answer: T) -> T:
    """The answer, which must be here already. Raises TypeError."""
    if isinstance(answer, Signature):
        return answer
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        raise TypeError("the signer is asynchronous: a guard around it needs to see an async def as its sign")
    return answer
