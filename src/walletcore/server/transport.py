"""Connections: uvicorn's HTTP/1.1 with time-outs, bounds, and the certificate that the other side showed (RFC 9112).

uvicorn waits for the head of a request as long as it takes, and does not tell an application who is on the line.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from typing import Any, cast

from walletcore.errors import needs
from walletcore.signers.protocol import MAX_REQUEST

with needs("server"):
    import uvicorn
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["MAX_HEAD", "PEER", "Connection", "Listener"]

PEER = "walletcore.peer"
"""The extension of a scope: the other side's ``certificate`` (DER) or None; whether it ``is_late``, one too many."""
MAX_HEAD = 1 << 15
"""Bytes of a request before its body; a token has 8 KiB at most."""
_MAX_MESSAGE = 4 * MAX_REQUEST
"""Bytes of one request on the wire, with what chunks and trailers add."""


class Connection(HttpToolsProtocol):
    """One connection: the head of each request must be there in time and within bounds, and answers must be taken.

    It is closed otherwise.
    """

    head_seconds = 5.0
    answer_seconds = 10.0
    most = 256

    _timer: asyncio.TimerHandle | None = None
    _watch: asyncio.TimerHandle | None = None
    _head = _whole = 0
    _is_head = _is_behind = _is_late = False
    _peer: bytes | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Who it is; and one more than there may be is let in to hear so, more than twice as many are not."""
        super().connection_made(transport)
        self.transport = cast(asyncio.Transport, _Joined(transport, self.loop))
        tls = transport.get_extra_info("ssl_object")
        self._peer = tls.getpeercert(True) if tls is not None else None
        self._is_late = len(self.connections) > self.most
        if len(self.connections) > 2 * self.most:
            transport.abort()
            return
        self._wait_for_a_head()
        self._watch = self.loop.call_later(self.answer_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_waiting()
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """More of a head, or of a body."""
        idle = self.cycle is None or self.cycle.response_complete
        if idle and self._timer is None:
            self._wait_for_a_head()
        if self._timer is not None or self._is_head:
            self._head += len(data)
        self._whole += len(data)
        super().data_received(data)
        if self._head > MAX_HEAD or self._whole > _MAX_MESSAGE:  # and it has no end yet
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A request begins: its scope tells who is on the line."""
        super().on_message_begin()
        self._is_head = True
        self.scope["extensions"] = {PEER: {"certificate": self._peer, "is_late": self._is_late}}

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._stop_waiting()
        self._is_head, self._head = False, 0
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """A chunk of a body begins; or, after the last one, more of a head."""
        self._is_head, self._head = True, 0

    def on_body(self, body: bytes) -> None:
        """Part of a body; if it is chunked, a chunk has begun, and not the end."""
        if self._is_head:
            self._is_head, self._head = False, 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The whole request is there."""
        self._is_head, self._head, self._whole = False, 0, 0
        super().on_message_complete()

    def _wait_for_a_head(self) -> None:
        self._head = 0
        self._timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """Give up whoever has been behind with its answers for as long: without an end it would hold its place."""
        is_behind = self.transport.get_write_buffer_size() > 0
        if is_behind and self._is_behind:
            self.transport.abort()
            return
        self._is_behind = is_behind
        self._watch = self.loop.call_later(self.answer_seconds, self._look)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


class _Joined:
    """A transport that sends the head of an answer with what follows, or soon: each sending wakes the other side."""

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop, self._head = transport, loop, b""

    def write(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        elif data.endswith(b"\r\n\r\n"):
            self._head = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head:
            self._transport.write(head)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Listener(uvicorn.Server):
    """uvicorn's server, with a handshake that must end in time, on an address that is told when it listens.

    ``ending`` is when its end began, by the clock of the event loop.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        context: ssl.SSLContext | None,
        head_seconds: float,
        tell: Callable[[int], object],
    ) -> None:
        super().__init__(config)
        self._context, self._head_seconds, self._tell = context, head_seconds, tell
        self.port = 0
        self.listening = threading.Event()
        self.ending = 0.0

    async def startup(self, sockets: Any = None) -> None:
        """Listen. Raises OSError where the address is taken."""
        await self.lifespan.startup()
        loop = asyncio.get_running_loop()

        def connection() -> asyncio.Protocol:
            made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state, _loop=loop
            )
            return made

        server = await loop.create_server(
            connection,
            host=self.config.host,
            port=self.config.port,
            ssl=self._context,
            ssl_handshake_timeout=self._head_seconds if self._context else None,
            backlog=self.config.backlog,
        )
        self.servers = [server]
        self.port = server.sockets[0].getsockname()[1]
        self.started = True
        self.listening.set()
        self._tell(self.port)

    async def shutdown(self, sockets: Any = None) -> None:
        """Take nothing new, and give what was taken the time that uvicorn gives it."""
        self.ending = asyncio.get_running_loop().time()
        await super().shutdown(sockets)
