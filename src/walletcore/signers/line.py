"""Questions over HTTP/1.1: one coroutine for both forms of signer, cancelled at the deadline wherever it stands.

Nothing of the environment is used, no redirect followed, nothing inflated, no question repeated: who counts attempts is
`remote`. Whether a failure came before the first byte of the question left, or after, is seen, not guessed.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import threading
import weakref
from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused, WalletcoreError, needs
from walletcore.secret import Secret, sealed
from walletcore.signers.aside import aside
from walletcore.signers.uri import Secrets, given
from walletcore.signers.web import MAX_ANSWER, Question, Reply, unclear

with needs("http"):
    import httpx

__all__ = ["Line", "Token"]

T = TypeVar("T")

_TOKEN = re.compile(rb"[0-9A-Za-z._~+/-]{1,8192}=*")  # RFC 6750, section 2.1: b64token
_HEADERS = {b"Content-Type": b"application/json", b"Accept-Encoding": b"identity", b"User-Agent": b"walletcore"}
_CONNECTIONS = 16  # for each event loop
_EARLIER = 0.25  # seconds, so that whoever knows how far the question came tells it, before the signer's own deadline


@dataclass(frozen=True, slots=True)
class _Open:
    """A client, a gate for as many questions as it has connections (its own queue is slow), and what closes it."""

    client: httpx.AsyncClient
    gate: asyncio.Semaphore
    keeper: AsyncGenerator[None, None]


@dataclass(slots=True)
class _Progress:
    """How far one question has come: whether any byte of it may have left."""

    sent: bool = False

    async def trace(self, event: str, _: object) -> None:
        """Told by httpcore: while a connection is being made nothing has left, at every other step it may have."""
        self.sent = not event.startswith("connection.")

    def failure(self, what: str) -> SignerError:
        if self.sent:
            return OutcomeUnknown(f"the service was asked, and did not answer: {what}", hint="ask for the very same")
        return SignerUnavailable(f"the service cannot be reached: {what}")


class Token:
    """The bearer token (RFC 6750), asked for each question; one that was refused is not sent again."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._refused: Secret | None = None

    def ask(self) -> Secret:
        """The token, if it can be sent. Raises `SignerError`."""
        token = given(self._secrets, "bearer token")
        if not _TOKEN.fullmatch(token.reveal()):
            raise SignerError("expected a bearer token of the characters of RFC 6750", reason="character")
        if token == self._refused:
            raise SigningRefused("the service refused this bearer token before", reason="policy")
        return Secret(token.reveal())  # the callback may wipe its own

    def refuse(self, token: Secret) -> None:
        """Remember that the service did not take it."""
        self._refused = token


class Line:
    """A line to one service: its URL, TLS, what it knows this client by, and open connections for each event loop."""

    def __init__(self, base: str, context: ssl.SSLContext, token: Token | None) -> None:
        self._base, self._context, self._token = base, context, token
        self._open: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Open] = weakref.WeakKeyDictionary()

    @sealed
    def send(self, question: Question, seconds: float) -> Reply:
        """Put a question and wait, in this thread; the work is done in the loop of `_loop`."""
        task = asyncio.run_coroutine_threadsafe(self._outcome(question, seconds), _loop())
        try:
            return _told(task.result(seconds + 1.0))
        except TimeoutError:
            raise unclear("the thread that asks does not answer") from None
        finally:
            task.cancel()  # where it is not done, by the user's interrupt

    async def send_async(self, question: Question, seconds: float) -> Reply:
        """Put a question and wait, in the running loop."""
        return _told(await _unseen(self._outcome(question, seconds)))

    async def _outcome(self, question: Question, seconds: float) -> Reply | WalletcoreError:
        """The answer, or what it means that there is none."""
        progress = _Progress()
        try:
            async with asyncio.timeout(max(0.0, seconds - min(_EARLIER, seconds / 10))):
                return await self._authorised(question, progress)
        except TimeoutError:
            return progress.failure("not in time")
        except WalletcoreError as error:
            return error
        except Exception as error:
            return progress.failure(type(error).__name__)

    async def _authorised(self, question: Question, progress: _Progress) -> Reply:
        if self._token is None:
            return await self._post(question, {}, progress)
        token = await aside(self._token.ask)
        reply = await self._post(question, {b"Authorization": b"Bearer " + token.reveal()}, progress)
        if reply.status == 401:
            self._token.refuse(token)
        return reply

    async def _post(self, question: Question, header: Mapping[bytes, bytes], progress: _Progress) -> Reply:
        opened = await self._opened()
        request = opened.client.build_request(
            "POST",
            self._base + question.path,
            content=question.body,
            headers={**_HEADERS, b"Accept": question.accept.encode(), **_encoded(question.headers), **header},
            extensions={"trace": progress.trace},
        )
        async with opened.gate:
            progress.sent = True  # until a step says otherwise
            response = await opened.client.send(request, stream=True, follow_redirects=False)
            try:
                return await _read(response)
            finally:
                await response.aclose()

    async def _opened(self) -> _Open:
        """The client of the running loop: connections belong to one loop, and a fork leaves them to its parent."""
        loop = asyncio.get_running_loop()
        for known in self._open.keyrefs():
            if (ended := known()) and ended.is_closed():
                self._open.pop(ended, None)
        if loop not in self._open:
            client = httpx.AsyncClient(
                verify=self._context,
                trust_env=False,
                cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),  # none are kept
                timeout=None,  # noqa: S113  the deadline is that of the whole
                limits=httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=5.0),
            )
            keeper = _kept(client)
            await anext(keeper)
            self._open[loop] = _Open(client, asyncio.Semaphore(_CONNECTIONS), keeper)
        return self._open[loop]


async def _kept(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """Close the client when the loop shuts its generators down, and when the signer goes."""
    try:
        yield
    finally:
        await client.aclose()


def _encoded(headers: Iterable[tuple[str, str]]) -> dict[bytes, bytes]:
    return {name.encode(): value.encode() for name, value in headers}


async def _read(response: httpx.Response) -> Reply:
    """The answer, as it came over the wire: nothing is inflated, and no more is read than an answer may have."""
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise unclear("the service answered with a compressed body")
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise unclear(f"the service answered with more than {MAX_ANSWER} bytes")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Reply(status=response.status_code, media_type=media_type, body=body)


def _told(outcome: Reply | WalletcoreError) -> Reply:
    """The answer, or the error, raised without the frames in which it was found: they hold a token."""
    if isinstance(outcome, WalletcoreError):
        outcome.__cause__ = outcome.__context__ = None
        raise outcome.with_traceback(None)
    return outcome


async def _unseen(work: Coroutine[Any, Any, T]) -> T:
    """What comes of work whose frames hold a token; where it is cancelled, they do not show."""
    try:
        return await work
    except BaseException as error:
        failure = error.with_traceback(None)
        failure.__cause__ = failure.__context__ = None
    raise failure


_loops: dict[str, asyncio.AbstractEventLoop] = {}
_former: list[asyncio.AbstractEventLoop] = []


def _loop() -> asyncio.AbstractEventLoop:
    """The loop in which synchronous signers of this process ask, in a thread of its own that is started once."""
    loop = _loops.get("now")
    if loop is None:
        fresh = asyncio.new_event_loop()
        loop = _loops.setdefault("now", fresh)  # two threads may come at once
        if loop is fresh:
            threading.Thread(target=fresh.run_forever, name="walletcore-http", daemon=True).start()
        else:
            fresh.close()
    return loop


def _forked() -> None:
    """In a child there is no thread behind the parent's loop. It is kept: closing it would disturb the parent's."""
    if _loops:
        _former.append(_loops.pop("now"))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
