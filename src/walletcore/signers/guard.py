"""Guards around signers: what is to be signed is built again from its bytes, read by rules, charged, and then signed.

They stop mistakes, of people and of programs. Code in the same process that means harm reaches the signer behind them.
"""

from __future__ import annotations

import inspect
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar, cast, overload

from walletcore.errors import GuardRefused, SignerError, SignerUnavailable, SigningRefused
from walletcore.keys import PublicKey
from walletcore.secret import Confidential
from walletcore.signers.admission import Admission, Desk
from walletcore.signers.aside import aside
from walletcore.signers.case import Change
from walletcore.signers.once import AsyncOnce, Once, here
from walletcore.signers.rule import Rule
from walletcore.signers.rules import refuse_opaque
from walletcore.signers.store import Store
from walletcore.signing import AsyncSigner, Signature, Signer, SigningRequest

__all__ = ["AsyncGuard", "Guard", "guard"]

T = TypeVar("T")

_Entered = tuple[Admission, SigningRequest]


@overload
def guard(
    signer: Signer,
    *rules: Rule,
    store: Store | None = ...,
    change: Change | None = ...,
    allow_opaque: bool = ...,
    chains: Sequence[Any] = ...,
) -> Guard: ...
@overload
def guard(
    signer: AsyncSigner,
    *rules: Rule,
    store: Store | None = ...,
    change: Change | None = ...,
    allow_opaque: bool = ...,
    chains: Sequence[Any] = ...,
) -> AsyncGuard: ...
def guard(
    signer: Signer | AsyncSigner,
    *rules: Rule,
    store: Store | None = None,
    change: Change | None = None,
    allow_opaque: bool = False,
    chains: Sequence[Any] = (),
) -> Guard | AsyncGuard:
    """A signer that asks ``signer`` for what all of the rules admit. Where its ``sign`` is async, so is the guard's.

    ``store`` remembers what rules charge, and signatures where one of them is `once`. ``change`` tells which transfers
    return and so are no payments (`Wallet.change_of`). ``allow_opaque`` leaves out `refuse_opaque`. ``chains`` are rows
    that are taken instead of those that are registered under their CAIP-2 names. Raises `SignerError`, also for rules
    that remember without a store.
    """
    key = getattr(signer, "public_key", None)
    if type(key) is not PublicKey or not callable(getattr(signer, "sign", None)):
        raise SignerError(f"expected a signer, got {type(signer).__name__}", reason="type")
    if type(allow_opaque) is not bool or not (change is None or callable(change)):
        raise SignerError("expected True or False as allow_opaque, and a function as change", reason="type")
    chosen = rules if allow_opaque else (refuse_opaque(), *rules)
    desk = Desk(key, chosen, store=store, change=change, chains=chains)
    is_asynchronous, behind = inspect.iscoroutinefunction(signer.sign), cast(Any, signer)
    if desk.rule.once and store is not None:
        behind = AsyncOnce(signer, store) if is_asynchronous else Once(signer, store)
    return AsyncGuard(behind, desk) if is_asynchronous else Guard(behind, desk)


class _Guarded(Confidential):
    """What both forms have: the signer behind them, and where cases are admitted."""

    def __init__(self, signer: Any, desk: Desk) -> None:
        self._signer, self._desk = signer, desk

    @property
    def public_key(self) -> PublicKey:
        """The key of the signer behind it."""
        return self._desk.key

    @property
    def waits(self) -> bool:
        """Whether one of the rules asks others, who may take long."""
        return self._desk.rule.waits

    def forget(self) -> None:
        """Remember no admission, as where the store has lost what it was told: all is read and charged again."""
        self._desk.forget()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({type(self._signer).__name__})"

    def _entered(self, requests: Sequence[SigningRequest]) -> list[_Entered]:
        """All of them admitted, or none."""
        entered: list[_Entered] = []
        if not isinstance(requests, Sequence):
            raise GuardRefused("expected a sequence of requests", reason="type", rule="subject")
        try:
            for request in tuple(requests):
                entered.append(self._desk.enter(request))  # noqa: PERF401 - those so far must be left again
        except BaseException:
            self._leave(entered, nothing_signed=True)
            raise
        return entered

    def _leave(self, entered: Iterable[_Entered], *, nothing_signed: bool) -> None:
        for admission, _ in entered:
            self._desk.leave(admission, nothing_signed=nothing_signed)

    @contextmanager
    def _asking(self, *entered: _Entered) -> Iterator[None]:
        """Two errors say that nothing was signed; all others, and interrupts, leave it open."""
        nothing_signed = False
        try:
            yield
        except (SigningRefused, SignerUnavailable):
            nothing_signed = True
            raise
        finally:
            self._leave(entered, nothing_signed=nothing_signed)


class Guard(_Guarded):
    """A signer behind rules, see `guard`. It takes batches, whether the signer does or not; each case is read once."""

    def sign(self, request: SigningRequest) -> Signature:
        """The signer's signature for the request as the guard built it. Raises `GuardRefused`, `SignerError`."""
        return self._asked(self._entered([request])[0])

    def sign_all(self, requests: Sequence[SigningRequest]) -> Sequence[Signature]:
        """One answer per request, in order: all of them are admitted before the first one is signed."""
        rest = deque(self._entered(requests))
        sign_all = getattr(self._signer, "sign_all", None)
        if callable(sign_all):
            with self._asking(*rest):
                return cast("Sequence[Signature]", here(sign_all([request for _, request in rest])))
        try:
            return [self._asked(rest.popleft()) for _ in range(len(rest))]
        finally:
            self._leave(rest, nothing_signed=True)

    def _asked(self, entered: _Entered) -> Signature:
        with self._asking(entered):
            return here(cast(Signer, self._signer).sign(entered[1]))


class AsyncGuard(_Guarded):
    """As `Guard`, for asynchronous signers. Rules and store work in a thread, so that they hold up no event loop."""

    async def sign(self, request: SigningRequest) -> Signature:
        """The signer's signature for the request as the guard built it. Raises `GuardRefused`, `SignerError`."""
        (entered,) = await self._entered_aside([request])
        return await self._asked(entered)

    async def sign_all(self, requests: Sequence[SigningRequest]) -> Sequence[Signature]:
        """One answer per request, in order: all of them are admitted before the first one is signed."""
        rest = deque(await self._entered_aside(requests))
        sign_all = getattr(self._signer, "sign_all", None)
        if callable(sign_all):
            async with self._waiting(*rest):
                given = sign_all([request for _, request in rest])
                return cast("Sequence[Signature]", await given if inspect.isawaitable(given) else given)
        try:
            return [await self._asked(rest.popleft()) for _ in range(len(rest))]
        finally:
            await self._give_back(*rest)

    async def _asked(self, entered: _Entered) -> Signature:
        async with self._waiting(entered):
            return await cast(AsyncSigner, self._signer).sign(entered[1])

    @asynccontextmanager
    async def _waiting(self, *entered: _Entered) -> AsyncIterator[None]:
        """As `_asking`."""
        try:
            yield
        except (SigningRefused, SignerUnavailable):
            await self._give_back(*entered)
            raise
        except BaseException:
            self._leave(entered, nothing_signed=False)
            raise
        self._leave(entered, nothing_signed=False)

    async def _give_back(self, *entered: _Entered) -> None:
        """Of these nothing was signed. It is a commit: the thread ends it, too, when nobody waits any more."""
        if not entered:
            return
        try:
            await aside(lambda: self._leave(entered, nothing_signed=True))
        except SignerUnavailable:  # there is no thread to be had
            self._leave(entered, nothing_signed=True)

    async def _entered_aside(self, requests: Sequence[SigningRequest]) -> list[_Entered]:
        """As `_entered`; when nobody waits any more, what is admitted all the same is given back."""
        lock, is_gone = threading.Lock(), threading.Event()
        entered: list[_Entered] = []

        def work() -> None:
            found = self._entered(requests)
            with lock:
                entered.extend(found)
                if is_gone.is_set():
                    self._leave(entered, nothing_signed=True)

        try:
            await aside(work)
        except BaseException:
            with lock:
                is_gone.set()
                found = tuple(entered)
            await self._give_back(*found)
            raise
        return entered
