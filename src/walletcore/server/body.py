"""Bodies of requests: so many bytes, in so many seconds, and so many of all requests together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from walletcore.errors import SignerUnavailable, SigningRefused, needs
from walletcore.signers.protocol import MAX_REQUEST

with needs("server"):
    from starlette.requests import ClientDisconnect, Request

__all__ = ["MAX_ALL", "Bodies", "ClientDisconnect", "Declined"]

MAX_ALL = 8 * MAX_REQUEST
"""Bytes of all bodies that are held at one time."""
_JSON = b"application/json"


class Declined(SigningRefused):
    """A request that is refused as HTTP has it, with a status of its own."""

    def __init__(self, status: int, message: str, *, reason: str = "policy") -> None:
        super().__init__(message, reason=reason)
        self.status = status


class Bodies:
    """Reads bodies, and holds a bounded amount of them."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._held = seconds, 0

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """The JSON of a request, which counts until it is given up. Raises `Declined`, `SignerUnavailable`."""
        size = _announced(request)
        if self._held + size > MAX_ALL:
            raise SignerUnavailable("too much is being read at this moment")
        taken: list[bytes] = []
        held = 0
        try:
            try:
                await self._take(request, taken)
            finally:
                held = sum(map(len, taken))
            yield _joined(taken)
        finally:
            self._held -= held

    async def _take(self, request: Request, taken: list[bytes]) -> None:
        size = 0
        try:
            async with asyncio.timeout(self._seconds):
                async for part in request.stream():
                    size += len(part)
                    _check(size)
                    if self._held + len(part) > MAX_ALL:
                        raise SignerUnavailable("too much is being read at this moment")
                    taken.append(part)
                    self._held += len(part)
        except TimeoutError:
            raise SignerUnavailable(f"the request did not come within {self._seconds:g} seconds") from None


def _joined(parts: list[bytes]) -> bytes:
    """All of them in one, which is the only one to be held from now on."""
    whole = b"".join(parts)
    parts.clear()
    return whole


def _announced(request: Request) -> int:
    """The size that a request says it has, if it says so."""
    headers: dict[bytes, bytes] = dict(request.scope["headers"])  # Starlette looks through all of them for each
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != _JSON:  # which no page of a browser can send to another host without asking first
        raise Declined(415, f"expected {_JSON.decode()}", reason="type")
    if b"content-encoding" in headers:
        raise Declined(415, "expected a body that is not encoded", reason="type")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 12:
        raise Declined(413, f"expected at most {MAX_REQUEST} bytes", reason="too-large")
    _check(int(length))
    return int(length)


def _check(size: int) -> None:
    if size > MAX_REQUEST:
        raise Declined(413, f"expected at most {MAX_REQUEST} bytes", reason="too-large")
