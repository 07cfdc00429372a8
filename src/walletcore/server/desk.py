"""Where requests are answered: one signature for an id, however often and by however many it is asked for.

The first signature that the memory keeps is the one that everybody gets. Requests of one id that are under way at the
same time are one. An error says what is true of the id: refused and unavailable mean that nothing was signed, by this
call or any earlier one of this process that ended in doubt; everything else is unknown.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from walletcore.errors import OutcomeUnknown, SignerUnavailable, SigningRefused, WalletcoreError
from walletcore.server.crew import Crew
from walletcore.server.keys import Held
from walletcore.server.subjects import rebuilt
from walletcore.signers.protocol import Asked, Subject
from walletcore.signers.store import Store
from walletcore.signing import AcceptedSignature, Signature, SigningRequest

__all__ = ["Answer", "Desk"]

T = TypeVar("T")

_MAX_DOUBTS = 1 << 16
_QUICK = 1 << 16  # bytes of a body; every request of a wallet has less
_AGAIN = "ask for the very same again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A signature, the request with the subject that was made for it, and whether it is an earlier signature."""

    request: SigningRequest
    signature: AcceptedSignature
    again: bool = False


class Desk:
    """Answers requests in one event loop; ``signing`` of them at once, and ``answer`` seconds for each."""

    def __init__(self, store: Store, *, signing: int, threads: int, answer: float) -> None:
        self._store, self._crew = store, Crew(threads)
        self._most, self._seconds = signing, answer
        self._under_way: dict[bytes, asyncio.Task[Answer]] = {}
        self._subjects: dict[bytes, Subject | None] = {}  # what those are said to be for
        self._doubts: OrderedDict[bytes, None] = OrderedDict()

    @property
    def under_way(self) -> int:
        """How many requests are under way."""
        return len(self._under_way)

    async def read(self, size: int, work: Callable[[], T]) -> T:
        """What the work makes of a body of so many bytes, in a thread where that takes long: seconds for 8 MB of {}."""
        if size <= _QUICK:
            return work()
        try:
            async with asyncio.timeout(self._seconds):
                return await self._crew.run(work)
        except TimeoutError:
            raise SignerUnavailable("too much is being read at this moment") from None

    async def sign(self, held: Held, asked: Asked, client: str) -> Answer:
        """The signature. Whoever asks may go away: what has begun is brought to its end. Raises `SignerError`."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._joined(held, asked, client)
        except TimeoutError:
            raise OutcomeUnknown("there is no answer yet: it may be signed", hint=_AGAIN) from None

    async def _joined(self, held: Held, asked: Asked, client: str) -> Answer:
        """The answer of what is under way. Where that said something else of the request, its refusal is not ours."""
        identity = asked.request.id
        while (task := self._under_way.get(identity)) is not None and self._subjects[identity] != asked.subject:
            try:
                return await asyncio.shield(task)
            except SigningRefused:
                await asyncio.sleep(0)  # whoever comes as it ends is here before it is taken down
        return await asyncio.shield(task or self._begun(held, asked, client))

    def _begun(self, held: Held, asked: Asked, client: str) -> asyncio.Task[Answer]:
        identity = asked.request.id
        if len(self._under_way) >= self._most:
            raise self._true(identity, SignerUnavailable("too many requests are under way"))
        task = self._under_way[identity] = asyncio.create_task(self._answer(held, asked, client))
        self._subjects[identity] = asked.subject
        task.add_done_callback(lambda done: self._ended(identity, done))
        return task

    def _ended(self, identity: bytes, task: asyncio.Task[Answer]) -> None:
        del self._under_way[identity], self._subjects[identity]
        if not task.cancelled():
            task.exception()  # somebody has looked at it, though everybody may have gone

    async def _answer(self, held: Held, asked: Asked, client: str) -> Answer:
        identity = asked.request.id
        try:
            answer = await self._answered(held, asked, client)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise self._true(identity, error) from None
        self._doubts.pop(identity, None)
        return answer

    async def _answered(self, held: Held, asked: Asked, client: str) -> Answer:
        sign = held.signer.sign
        if not inspect.iscoroutinefunction(sign):
            return await self._crew.run(lambda: self._in_a_thread(held, asked, client))
        ready = await self._crew.run(lambda: self._prepared(asked))
        if isinstance(ready, Answer):
            return ready
        given = await cast(Callable[[SigningRequest], Awaitable[Signature]], sign)(ready)
        return await self._crew.run(lambda: self._kept(held, ready, given, client))

    def _in_a_thread(self, held: Held, asked: Asked, client: str) -> Answer:
        ready = self._prepared(asked)
        if isinstance(ready, Answer):
            return ready
        given = held.signer.sign(ready)
        if not isinstance(given, Signature):  # a back end of others whose function is asynchronous and does not say so
            raise OutcomeUnknown("the signer gave no signature")
        return self._kept(held, ready, given, client)

    def _prepared(self, asked: Asked) -> Answer | SigningRequest:
        """The signature that is kept, or the request with its subject made again. Nothing has been signed so far."""
        try:
            kept = self._store.kept(asked.request.id)
        except Exception as error:
            raise SignerUnavailable(f"the memory cannot be read: {type(error).__name__}") from None
        if kept is not None:
            return Answer(request=asked.request, signature=_accepted(asked.request, kept), again=True)
        return rebuilt(asked.request, asked.subject)

    def _kept(self, held: Held, request: SigningRequest, given: Signature, client: str) -> Answer:
        """The signature that is kept from now on, which is another one where somebody was faster."""
        mine = request.accept(given)
        line = {"event": "signed", "request": request.id.hex(), "key": held.name, "client": client}
        try:
            data = self._store.keep(request.id, mine.data, [json.dumps(line)])
        except Exception as error:
            what = f"it was signed, and the signature cannot be kept: {type(error).__name__}"
            raise OutcomeUnknown(what, hint=_AGAIN) from None
        return Answer(request=request, signature=mine if data == mine.data else _accepted(request, data))

    def _true(self, identity: bytes, error: Exception) -> WalletcoreError:
        """The error that may be told: none says that nothing was signed, once that was in doubt."""
        known = error if isinstance(error, WalletcoreError) else _unforeseen(error)
        if not isinstance(known, SigningRefused | SignerUnavailable):
            self._doubts[identity] = None
            if len(self._doubts) > _MAX_DOUBTS:
                self._doubts.popitem(last=False)
        elif identity in self._doubts:
            return OutcomeUnknown(f"an earlier call may have signed; this one failed: {known}", reason=known.reason)
        return known.with_traceback(None)

    async def check(self) -> None:
        """Return where the memory answers. Raises what it raises."""
        await self._crew.run(lambda: self._store.kept(bytes(32)))

    async def close(self, seconds: float) -> None:
        """Wait until nothing is under way, for so long, and close the memory if nobody needs it any more."""
        left: set[asyncio.Task[Any]] = set(self._under_way.values())
        if left:
            _, left = await asyncio.wait(left, timeout=seconds)
        if not left:
            await self._crew.run(self._store.close)


def _accepted(request: SigningRequest, data: bytes) -> AcceptedSignature:
    return request.accept(Signature(scheme=request.scheme, data=data))


def _unforeseen(error: Exception) -> OutcomeUnknown:
    """An error that nobody expected; its text is not repeated, it may hold a secret."""
    return OutcomeUnknown(f"the signer failed in an unforeseen way: {type(error).__name__}")
