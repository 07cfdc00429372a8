"""Where requests are answered: one signature for an id, however often and by however many it is asked for.

The first signature that the memory keeps is the one that everybody gets. Requests of one id that are under way at the
same time are one. An error says what is true of the id: refused and unavailable mean that nothing was signed, by this
call or any earlier one of this process that ended in doubt; everything else is unknown.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from walletcore.errors import OutcomeUnknown, SignerUnavailable, SigningRefused, WalletcoreError
from walletcore.server.crew import Crew
from walletcore.server.keys import Held
from walletcore.server.memory import Memory
from walletcore.server.subjects import rebuilt
from walletcore.signers.guard import Guard
from walletcore.signers.protocol import Asked, Subject
from walletcore.signing import AcceptedSignature, AsyncSigner, Signature, Signer, SigningRequest

__all__ = ["MAX_HELD", "Answer", "Desk"]

T = TypeVar("T")

_MAX_DOUBTS = 1 << 16
_QUICK = 1 << 13  # bytes of a body, read in a few milliseconds at most
_BRIEF = 1 << 13  # bytes of what is signed, which is as soon done
_READERS = 1  # threads for long bodies: more would take the interpreter from the event loop
MAX_HELD = 1 << 24
"""Bytes of all requests of a key that are under way, until they are over, whoever waits for them."""
_LOOK, _SECOND = 2.0, 1.0
_AGAIN = "ask for the very same again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A signature, the request with the subject that was made for it, and whether it is an earlier signature."""

    request: SigningRequest
    signature: AcceptedSignature
    again: bool = False


class Desk:
    """Answers requests in one event loop.

    Of each key ``signing`` are under way at once, and ``threads`` wait for its device: one that hangs stands in no
    other's way. ``answer`` seconds are given to each.
    """

    def __init__(self, memory: Memory, *, signing: int, threads: int, answer: float) -> None:
        self._memory, self._store = memory, memory.store
        self._most, self._threads, self._seconds = signing, threads, answer
        self._readers = Crew(_READERS, stays=True)
        self._crews: dict[str, Crew] = {}
        self._lanes: dict[str, asyncio.Lock] = {}  # of each key one large request is at work
        self._under_way: dict[bytes, asyncio.Task[Answer]] = {}
        self._subjects: dict[bytes, Subject | None] = {}  # what those are said to be for
        self._by_key: Counter[str] = Counter()  # and of each key, how many they are and how large
        self._held: Counter[str] = Counter()
        self._doubts: OrderedDict[bytes, None] = OrderedDict()
        self._look: asyncio.Task[Any] | None = None
        self._looked = 0.0

    def begin(self) -> None:
        """From now on requests are answered, in the event loop that runs."""
        self._memory.begin()

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
                return await self._readers.run(work)
        except TimeoutError:
            raise SignerUnavailable("too much is being read at this moment") from None

    async def sign(self, held: Held, asked: Asked, client: str) -> Answer:
        """The signature. Whoever asks may go away: what has begun is brought to its end. Raises `SignerError`."""
        identity, end = asked.request.id, self._seconds + time.monotonic()
        while (task := self._under_way.get(identity)) is not None and self._subjects[identity] != asked.subject:
            try:
                return await _ended(task, end)
            except SigningRefused:  # of something else that is said of the request, which is none of ours
                await asyncio.sleep(0)  # whoever comes as it ends is here before it is taken down
        return await _ended(task or self._begun(held, asked, client), end)

    def _begun(self, held: Held, asked: Asked, client: str) -> asyncio.Task[Answer]:
        identity, size = asked.request.id, _size(asked)
        if self._by_key[held.name] >= self._most or self._held[held.name] + size > MAX_HELD:
            raise self._true(identity, SignerUnavailable("too many requests of this key are under way"))
        task = self._under_way[identity] = asyncio.create_task(self._answer(held, asked, client))
        self._subjects[identity] = asked.subject
        self._by_key[held.name] += 1
        self._held[held.name] += size
        task.add_done_callback(lambda done: self._ended(identity, held.name, size, done))
        return task

    def _ended(self, identity: bytes, name: str, size: int, task: asyncio.Task[Answer]) -> None:
        del self._under_way[identity], self._subjects[identity]
        self._by_key[name] -= 1
        self._held[name] -= size
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
        if _size(asked) <= _BRIEF:
            return await self._signed(held, asked, client, is_small=True)
        async with self._lanes.setdefault(held.name, asyncio.Lock()):
            return await self._signed(held, asked, client, is_small=False)

    async def _signed(self, held: Held, asked: Asked, client: str, *, is_small: bool) -> Answer:
        brief = held.brief if is_small else None
        work = partial(self._worked, held, brief or held.signer, asked, client)
        if brief is not None:
            known = await self._memory.look(partial(self._known, asked))
            return known if known is not None else await self._memory.run(work, partial(_undone, brief))
        crew = self._crews.setdefault(held.name, Crew(self._threads))
        known = await crew.run(partial(self._known, asked))
        if known is not None:
            return known
        if not inspect.iscoroutinefunction(held.signer.sign):
            return await crew.run(work)
        ready = await crew.run(lambda: _prepared(held, asked))
        given = await cast(AsyncSigner, held.signer).sign(ready)
        try:
            return await crew.run(lambda: self._kept(held, ready, given, client))
        except SignerUnavailable as error:  # there is no thread for it, and it is signed
            raise _unkept(error) from None

    def _worked(self, held: Held, signer: Signer | AsyncSigner, asked: Asked, client: str) -> Answer:
        """All of it, in one thread."""
        ready = _prepared(held, asked)
        given = cast(Signer, signer).sign(ready)
        if not isinstance(given, Signature):  # a back end of others whose function is asynchronous and does not say so
            raise OutcomeUnknown("the signer gave no signature")
        return self._kept(held, ready, given, client)

    def _known(self, asked: Asked) -> Answer | None:
        """The signature that is kept. Nothing has been signed so far."""
        try:
            kept = self._store.kept(asked.request.id)
        except Exception as error:
            raise _unread(error) from None
        if kept is None:
            return None
        return Answer(request=asked.request, signature=_accepted(asked.request, kept), again=True)

    def _kept(self, held: Held, request: SigningRequest, given: Signature, client: str) -> Answer:
        """The signature that is kept from now on, which is another one where somebody was faster."""
        mine = request.accept(given)
        line = {"event": "signed", "request": request.id.hex(), "key": held.name, "client": client}
        try:
            data = self._store.keep(request.id, mine.data, [json.dumps(line)])
        except Exception as error:
            raise _unkept(error) from None
        return Answer(request=request, signature=mine if data == mine.data else _accepted(request, data))

    def _true(self, identity: bytes, error: Exception) -> WalletcoreError:
        """The error that may be told: none says that nothing was signed, once that was in doubt."""
        known = error if isinstance(error, WalletcoreError) else _unforeseen(error)
        if not isinstance(known, SigningRefused | SignerUnavailable):
            self._doubts[identity] = None
            self._doubts.move_to_end(identity)
            if len(self._doubts) > _MAX_DOUBTS:
                self._doubts.popitem(last=False)
        elif identity in self._doubts:
            return OutcomeUnknown(f"an earlier call may have signed; this one failed: {known}", reason=known.reason)
        return known.with_traceback(None)

    async def is_sound(self) -> bool:
        """Whether the memory answers, and in time; looked at once a second at most, for whoever asks."""
        now = time.monotonic()
        if self._look is None or (self._look.done() and now - self._looked > _SECOND):
            self._looked = now
            look_at = partial(self._store.kept, bytes(32))  # where a transaction can be begun
            self._look = asyncio.create_task(self._memory.run(look_at, lambda error, _: error))
        look = self._look  # which may be another one when this one is over
        await asyncio.wait([look], timeout=_LOOK)
        return look.done() and not look.cancelled() and look.exception() is None

    async def close(self, seconds: float) -> None:
        """Wait until nothing is under way, for so long, and close the memory if nobody needs it any more."""
        left: set[asyncio.Task[Any]] = set(self._under_way.values())
        if left:
            _, left = await asyncio.wait(left, timeout=seconds)
        if not left:
            await self._memory.end()


async def _ended(task: asyncio.Task[Answer], end: float) -> Answer:
    """What came of it, if it is over in time; it goes on in any case."""
    await asyncio.wait((task,), timeout=max(end - time.monotonic(), 0))
    if not task.done():
        raise OutcomeUnknown("there is no answer yet: it may be signed", hint=_AGAIN)
    return task.result()


def _prepared(held: Held, asked: Asked) -> SigningRequest:
    """The request with its subject, which guards make of its bytes, or else is made here."""
    if held.is_guarded:
        return asked.request.about(cast(Any, asked.subject))
    return rebuilt(asked.request, asked.subject)


def _size(asked: Asked) -> int:
    return len(asked.request.payload) + (0 if asked.subject is None else len(asked.subject.raw))


def _undone(signer: Signer, error: Exception, has_begun: bool) -> Exception:
    """The memory has lost what it was told of a request, of which the guard still knows."""
    if not has_begun:
        return _unread(error)
    if isinstance(signer, Guard):
        signer.forget()
    return _unkept(error)


def _unread(error: Exception) -> SignerUnavailable:
    return SignerUnavailable(f"the memory cannot be read: {type(error).__name__}")


def _unkept(error: Exception) -> OutcomeUnknown:
    return OutcomeUnknown(f"it was signed, and the signature cannot be kept: {type(error).__name__}", hint=_AGAIN)


def _accepted(request: SigningRequest, data: bytes) -> AcceptedSignature:
    return request.accept(Signature(scheme=request.scheme, data=data))


def _unforeseen(error: Exception) -> OutcomeUnknown:
    """An error that nobody expected; its text is not repeated, it may hold a secret."""
    return OutcomeUnknown(f"the signer failed in an unforeseen way: {type(error).__name__}")
