"""Questions over HTTP/1.1: one coroutine for both forms of signer, cancelled at the deadline wherever it stands.

Nothing of the environment is used, no redirect followed, nothing inflated, no question repeated: who counts attempts is
`remote`. Whether a failure came before the first byte of the question left, or after, is seen, not guessed.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

from walletcore.errors import (
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
    needs,
)
from walletcore.secret import Secret, sealed
from walletcore.signers.aside import aside
from walletcore.signers.loop import shared
from walletcore.signers.remote import PerLoop
from walletcore.signers.uri import Secrets, given
from walletcore.signers.web import MAX_ANSWER, Question, Reply, unclear

with needs("http"):
    import httpx

__all__ = ["Line", "Token"]

_TOKEN = re.compile(rb"[0-9A-Za-z._~+/-]{1,8192}=*")  # RFC 6750, section 2.1: b64token
_HEADERS = {b"Content-Type": b"application/json", b"Accept-Encoding": b"identity", b"User-Agent": b"walletcore"}
_CONNECTIONS = 16  # for each event loop; as many questions pass the gate at once: httpx's own queue is slow
_EARLIER = 0.25  # seconds, so that whoever knows how far the question came tells it, before the signer's own deadline


@dataclass(slots=True)
class _Progress:
    """How far one question has come: what is missing to send it, and whether any byte of it may have left."""

    missing: str = "the bearer token was not given"
    sent: bool = False

    async def trace(self, event: str, _: object) -> None:
        """Told by httpcore: while a connection is being made nothing has left, at every other step it may have."""
        self.sent = not event.startswith("connection.")

    def failure(self, what: str) -> SignerError:
        if self.sent:
            return OutcomeUnknown(f"the service was asked, and did not answer: {what}", hint="ask for the very same")
        return SignerUnavailable(f"{self.missing}: {what}")


class Token:
    """The bearer token (RFC 6750), asked for each question; one that was refused is not sent again."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._refused: Secret | None = None

    def ask(self) -> Secret:
        """The token, if it can be sent. Raises `SignerError`."""
        token = Secret(given(self._secrets, "bearer token").reveal())  # the callback may wipe its own
        if not _TOKEN.fullmatch(token.reveal()):
            raise SignerError("expected a bearer token of the characters of RFC 6750", reason="character")
        if token == self._refused:
            raise SigningRefused("the service refused this bearer token before", reason="policy")
        return token

    def refuse(self, token: Secret) -> None:
        """Remember that the service did not take it."""
        self._refused = token


class Line:
    """A line to one service: its URL, TLS, what it knows this client by, and open connections for each event loop."""

    def __init__(self, base: str, context: ssl.SSLContext, token: Token | None) -> None:
        self._base, self._token = base, token
        self._clients = PerLoop(lambda: (_client(context), asyncio.Semaphore(_CONNECTIONS)), lambda it: it[0].aclose())

    @sealed
    def send(self, question: Question, seconds: float) -> Reply:
        """Put a question and wait, in this thread; the work is done in the loop that synchronous signers share."""
        loop = shared()
        task = asyncio.run_coroutine_threadsafe(self._outcome(question, seconds), loop)
        try:
            return _result(task.result(seconds + 1.0))
        except TimeoutError:
            raise unclear("the thread that asks does not answer") from None
        finally:
            task.cancel()  # where it is not done, by the user's interrupt

    async def send_async(self, question: Question, seconds: float) -> Reply:
        """Put a question and wait, in the running loop."""
        return _result(await self._outcome(question, seconds))

    async def _outcome(self, question: Question, seconds: float) -> Reply | BaseException:
        """The answer, or what it means that there is none."""
        progress = _Progress()
        try:
            async with asyncio.timeout(max(0.0, seconds - min(_EARLIER, seconds / 10))):
                return await self._authorised(question, progress)
        except TimeoutError:
            return progress.failure("not in time")
        except (WalletcoreError, SystemExit, KeyboardInterrupt) as error:  # a callback's exit would end the shared loop
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
        progress.missing = "the service cannot be reached"
        client, gate = await self._clients.get()
        own = {name.encode(): value.encode() for name, value in question.headers}
        request = client.build_request(
            "POST",
            self._base + question.path,
            content=question.body,
            headers={**_HEADERS, b"Accept": question.accept.encode(), **own, **header},
            extensions={"trace": progress.trace},
        )
        async with gate:
            progress.sent = True  # until a step says otherwise
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                return await _read(response)
            finally:
                await response.aclose()


def _client(context: ssl.SSLContext) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=context,
        trust_env=False,
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),  # none are kept
        timeout=None,  # noqa: S113  the deadline is that of the whole
        limits=httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=5.0),
    )


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


def _result(outcome: Reply | BaseException) -> Reply:
    """The answer, or the error, raised without the frames in which it was found: they hold a token."""
    if isinstance(outcome, BaseException):
        outcome.__cause__ = outcome.__context__ = None
        raise outcome.with_traceback(None)
    return outcome
