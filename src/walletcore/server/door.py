"""The door: every request passes it. Who asks is found out here, and every answer is counted and logged here."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from walletcore.errors import SignerUnavailable, SigningRefused, WalletcoreError, needs
from walletcore.server.body import Declined
from walletcore.server.config import Client
from walletcore.server.identity import Clients
from walletcore.server.logs import write
from walletcore.server.metrics import Metrics
from walletcore.server.transport import PEER
from walletcore.signers.protocol import encode_error
from walletcore.signing import SigningRequest

with needs("server"):
    from starlette.responses import Response

__all__ = ["Door", "Receive", "Scope", "Send", "Visit", "visit_of"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_VISIT = "walletcore.visit"
_JSON = "application/json"
_SHOWN_ID = 16


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request on its way: the interface, the client (None: a stranger), the key, what became of it."""

    client: Client | None
    refusal: WalletcoreError | None = None
    interface: str = "other"
    key: str = ""
    outcome: str = "other"
    reason: str = ""
    id: bytes = b""
    started: float = field(default_factory=time.perf_counter)

    def known(self) -> Client:
        """The client. Raises the error that tells why it may not ask."""
        if self.refusal is not None:
            raise self.refusal
        if self.client is None:
            self.outcome = "stranger"
            raise Declined(401, "this client is not known")
        return self.client

    def answered(self, answer: Callable[[], tuple[bytes | str, str]]) -> Response:
        """The body and its media type, or the error that making them raises."""
        try:
            content, kind = answer()
        except WalletcoreError as error:
            return self.failed(error, None)
        return Response(content, media_type=kind, headers={"Cache-Control": "no-store"})

    def fail(self, error: Exception) -> None:
        """Take down what became of it."""
        self.reason = error.reason if isinstance(error, WalletcoreError) else type(error).__name__
        if self.outcome == "stranger":
            return
        if isinstance(error, SignerUnavailable):
            self.outcome = "unavailable"
        elif isinstance(error, SigningRefused):
            self.outcome = "malformed" if isinstance(error, Declined) else "refused"
        else:
            self.outcome = "unknown" if self.id else "malformed"

    def failed(self, error: Exception, request: SigningRequest | None, *, refused: int = 403) -> Response:
        """The answer that tells an error, of one of the protocol's three kinds; ``refused`` is the status of one."""
        self.fail(error)
        status, body = encode_error(error, request)
        if isinstance(error, Declined):
            status = error.status
        elif not isinstance(error, WalletcoreError):
            status = 500
        elif status == 403:
            status = refused
        headers = {} if self.id else {"Connection": "close"}  # where the body may not have been read
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(body, status, headers, _JSON)

    def gone(self) -> Response:
        """Nobody waits for this answer."""
        self.outcome, self.reason = "malformed", "gone"
        return Response(b"", 400)


def visit_of(scope: Scope, interface: str) -> Visit:
    """The visit of a request, of which it is now known what it asks for."""
    visit: Visit = scope[_VISIT]
    visit.interface = interface
    return visit


@dataclass(slots=True, kw_only=True)
class Door:
    """Finds out who asks, and whether there is room; counts and logs what became of it."""

    app: App
    clients: Clients
    figures: Metrics
    is_full: Callable[[], bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        visit = Visit(client=self._who(scope, headers), refusal=self._refusal(scope, headers))
        scope[_VISIT] = visit
        told = _Status(send)
        try:
            await self.app(scope, receive, told)
        finally:
            self._count(visit, told.status)

    def _who(self, scope: Scope, headers: dict[bytes, bytes]) -> Client | None:
        certificate = scope.get("extensions", {}).get(PEER, {}).get("certificate")
        return self.clients.find(headers.get(b"authorization"), certificate)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> WalletcoreError | None:
        if self.is_full() and scope.get("extensions", {}).get(PEER, {}).get("is_late"):
            return SignerUnavailable("too many connections are open")
        if self.clients.is_open and not _is_local(headers.get(b"host", b"")):  # a page that was rebound to this address
            return Declined(421, "expected an address of this machine as host")
        return None

    def _count(self, visit: Visit, status: int) -> None:
        seconds = time.perf_counter() - visit.started
        client = visit.client.name if visit.client else ""
        self.figures.count(visit.interface, visit.key, client, visit.outcome, seconds)
        if visit.interface in ("health", "metrics") and status == 200:
            return  # asked for all the time
        told: dict[str, object] = {
            "interface": visit.interface,
            "client": client,
            "key": visit.key,
            "outcome": visit.outcome,
        }
        told |= {"reason": visit.reason, "status": status, "ms": round(seconds * 1000, 2)}
        if visit.id:
            told["id"] = visit.id.hex()[:_SHOWN_ID]
        write(told)


class _Status:
    """Sends, and remembers the status."""

    __slots__ = ("_send", "status")

    def __init__(self, send: Send) -> None:
        self._send, self.status = send, 0

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


@lru_cache(maxsize=64)
def _is_local(host: bytes) -> bool:
    name = host.decode("latin-1").lower()
    name = name.partition("]")[0].removeprefix("[") if name.startswith("[") else name.rpartition(":")[0] or name
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
