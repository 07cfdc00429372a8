"""The application: who asks, for what, and what is answered, over HTTP (ASGI, RFC 9110).

`/v1/sign` speaks `signers.protocol`; the others are Web3Signer's, health, figures and the description of it all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from walletcore.errors import SignerError, SignerUnavailable, WalletcoreError, needs
from walletcore.server import metrics, web3signer
from walletcore.server.body import Bodies, ClientDisconnect, Declined
from walletcore.server.config import Client
from walletcore.server.desk import Desk
from walletcore.server.door import Door, Visit, visit_of
from walletcore.server.keys import Held, Ring
from walletcore.server.openapi import document
from walletcore.signers.protocol import Asked, decode_request, encode_signature
from walletcore.signing import SigningRequest

with needs("server"):
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

__all__ = ["Service"]

_JSON, _TEXT = "application/json", "text/plain; charset=utf-8"


@dataclass(slots=True, kw_only=True)
class Service:
    """The endpoints over a desk, keys and figures. ``is_ready`` says whether the server takes requests."""

    desk: Desk
    ring: Ring
    bodies: Bodies
    figures: metrics.Metrics
    is_ready: Callable[[], bool]
    _checked: float = field(init=False, default=-10.0)
    _sound: bool = field(init=False, default=False)

    def app(self, door: Callable[[Any], Door]) -> Door:
        """The ASGI application, behind its door."""
        routes = [
            Route("/v1/sign", self._sign, methods=["POST"], name="sign"),
            Route("/api/v1/eth1/sign/{identifier}", self._rest, methods=["POST"], name="eth1-sign"),
            Route("/api/v1/eth1/publicKeys", self._public_keys, name="eth1-keys"),
            Route("/", self._rpc, methods=["POST"], name="rpc"),
            Route("/upcheck", self._upcheck, name="health"),
            Route("/live", self._upcheck, name="health"),
            Route("/ready", self._ready, name="health"),
            Route("/metrics", self._metrics, name="metrics"),
            Route("/openapi.json", self._openapi, name="openapi"),
        ]
        handlers: dict[Any, Any] = {HTTPException: _not_found}
        return door(Starlette(routes=routes, exception_handlers=handlers))

    async def _sign(self, request: Request) -> Response:
        """A signature by the protocol of `remote:` signers."""
        visit = visit_of(request.scope, "sign")
        asked: SigningRequest | None = None
        try:
            client = visit.known()
            async with self.bodies.read(request) as body:
                read = decode_request(body)
                asked = read.request
                signed = await self._signed(visit, self.ring.find(asked.key, client), read, client)
                return Response(encode_signature(signed.request, signed.signature), media_type=_JSON)
        except ClientDisconnect:
            return visit.gone()
        except Exception as error:
            return visit.failed(error, asked)

    async def _signed(self, visit: Visit, held: Held, asked: Asked, client: Client) -> Any:
        visit.key, visit.id = held.name, asked.request.id
        answer = await self.desk.sign(held, asked, client.name)
        visit.outcome = "again" if answer.again else "signed"
        return answer

    async def _rest(self, request: Request) -> Response:
        """A signature by Web3Signer's REST interface."""
        visit = visit_of(request.scope, "eth1-sign")
        asked: SigningRequest | None = None
        try:
            client = visit.known()
            held = web3signer.by_identifier(request.path_params["identifier"], self.ring.of(client))
            if held is None:
                raise Declined(404, "this client has no such key", reason="unknown")
            async with self.bodies.read(request) as body:
                read = web3signer.read_rest(body, held)
                asked = read.request
                signed = await self._signed(visit, held, read, client)
                return Response(web3signer.signature_text(signed), media_type=_TEXT)
        except ClientDisconnect:
            return visit.gone()
        except Exception as error:
            return visit.failed(error, asked)

    async def _rpc(self, request: Request) -> Response:
        """Web3Signer's JSON-RPC."""
        visit = visit_of(request.scope, "rpc")
        call: web3signer.Call | None = None
        try:
            client = visit.known()
            async with self.bodies.read(request) as body:
                call = web3signer.read_call(body)
                keys = self.ring.of(client)
                accounts = web3signer.listed(call, keys)
                if accounts is not None:
                    return Response(web3signer.rpc_result(call, accounts), media_type=_JSON)
                held, asked, told = web3signer.wanted(call, keys)
                signed = await self._signed(visit, held, asked, client)
                return Response(web3signer.rpc_result(call, told(signed)), media_type=_JSON)
        except ClientDisconnect:
            return visit.gone()
        except Declined as error:
            return visit.failed(error, None)
        except Exception as error:
            visit.fail(error)
            known = error if isinstance(error, WalletcoreError) else SignerError(type(error).__name__)
            status, text = web3signer.rpc_error(call, known)
            return Response(text, status, media_type=_JSON)

    async def _public_keys(self, request: Request) -> Response:
        visit = visit_of(request.scope, "eth1-keys")
        return visit.answered(lambda: (json.dumps(web3signer.public_keys(self.ring.of(visit.known()))), _JSON))

    async def _metrics(self, request: Request) -> Response:
        visit = visit_of(request.scope, "metrics")

        def text() -> tuple[bytes, str]:
            if not visit.known().metrics:
                raise Declined(403, "this client may not read the metrics")
            return self.figures.text(), metrics.CONTENT_TYPE

        return visit.answered(text)

    async def _openapi(self, request: Request) -> Response:
        return visit_of(request.scope, "openapi").answered(lambda: (document(), _JSON))

    async def _upcheck(self, request: Request) -> Response:
        return visit_of(request.scope, "health").answered(lambda: ("OK", _TEXT))

    async def _ready(self, request: Request) -> Response:
        """200 where the memory answers and the server is not about to end; looked at once a second at most."""
        visit = visit_of(request.scope, "health")
        if time.monotonic() - self._checked > 1.0:
            self._checked = time.monotonic()
            self._sound = await _succeeds(self.desk.check)
        if self._sound and self.is_ready():
            return visit.answered(lambda: ("ready", _TEXT))
        return visit.failed(SignerUnavailable("not ready"), None)


async def _succeeds(check: Callable[[], Awaitable[None]]) -> bool:
    try:
        await check()
    except Exception:
        return False
    return True


async def _not_found(request: Request, error: Exception) -> Response:
    """No such path, or no such method of it."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    headers = error.headers if isinstance(error, HTTPException) else None
    refused = Declined(status, "there is nothing to ask for here", reason="unknown")
    answer = visit_of(request.scope, "other").failed(refused, None)
    answer.headers.update(headers or {})
    return answer
