"""The application: who asks, for what, and what is answered, over HTTP (ASGI, RFC 9110).

`/v1/sign` speaks `signers.protocol`; the others are Web3Signer's, health, figures and the description of it all.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from walletcore.errors import SignerError, SignerUnavailable, WalletcoreError, needs
from walletcore.server import metrics, web3signer
from walletcore.server.body import Bodies, ClientDisconnect, Declined
from walletcore.server.config import Client
from walletcore.server.desk import Desk
from walletcore.server.door import Door, Receive, Scope, Send, Visit, visit_of
from walletcore.server.keys import Held, Ring
from walletcore.server.openapi import document
from walletcore.signers.protocol import Asked, decode_request, encode_signature
from walletcore.signing import SigningRequest

with needs("server"):
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route, Router

__all__ = ["Service"]

Handler = Callable[[Request], Awaitable[Response]]

_JSON, _TEXT = "application/json", "text/plain; charset=utf-8"


@dataclass(slots=True, kw_only=True)
class Service:
    """The endpoints over a desk, keys and figures. ``is_ready`` says whether the server takes requests."""

    desk: Desk
    ring: Ring
    bodies: Bodies
    figures: metrics.Metrics
    is_ready: Callable[[], bool]

    def app(self, door: Callable[[Any], Door]) -> Door:
        """The ASGI application, behind its door."""
        table: dict[str, tuple[str, Handler]] = {
            "/v1/sign": ("POST", self._sign),
            "/api/v1/eth1/sign/{identifier}": ("POST", self._rest),
            "/api/v1/eth1/publicKeys": ("GET", self._public_keys),
            "/": ("POST", self._rpc),
            "/upcheck": ("GET", self._upcheck),
            "/live": ("GET", self._upcheck),
            "/ready": ("GET", self._ready),
            "/metrics": ("GET", self._metrics),
            "/openapi.json": ("GET", self._openapi),
        }
        return door(_Paths({path: _Endpoint(*entry) for path, entry in table.items()}))

    async def _sign(self, request: Request) -> Response:
        """A signature by the protocol of `remote:` signers."""
        visit = visit_of(request.scope, "sign")
        asked: SigningRequest | None = None
        try:
            client = visit.known()
            async with self.bodies.read(request) as body:
                read = await self.desk.read(len(body), partial(decode_request, body))
                del body
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
                read = await self.desk.read(len(body), partial(web3signer.read_rest, body, held))
                asked = read.request
                signed = await self._signed(visit, held, read, client)
                return Response(web3signer.signature_text(signed), media_type=_TEXT)
        except ClientDisconnect:
            return visit.gone()
        except Exception as error:
            return visit.failed(error, asked, refused=400)  # Web3Signer has no 403

    async def _rpc(self, request: Request) -> Response:
        """Web3Signer's JSON-RPC."""
        visit = visit_of(request.scope, "rpc")
        call: web3signer.Call | None = None
        try:
            client = visit.known()
            async with self.bodies.read(request) as body:
                call = await self.desk.read(len(body), partial(web3signer.read_call, body))
                keys = self.ring.of(client)
                accounts = web3signer.listed(call, keys)
                if accounts is not None:
                    return Response(web3signer.rpc_result(call, accounts), media_type=_JSON)
                held, asked, told = await self.desk.read(len(body), partial(web3signer.wanted, call, keys))
                call = replace(call, params=None)  # which may be a hundred times as large as what is made of it
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
        """200 where the memory answers and the server is not about to end."""
        visit = visit_of(request.scope, "health")
        if await self.desk.is_sound() and self.is_ready():
            return visit.answered(lambda: ("ready", _TEXT))
        return visit.failed(SignerUnavailable("not ready"), None)


async def _nothing(request: Request) -> Response:
    """No such path."""
    return visit_of(request.scope, "other").failed(Declined(404, "there is nothing here", reason="unknown"), None)


class _Paths:
    """Finds what answers at a path. An application of Starlette's takes a tenth of the time of a request for that."""

    def __init__(self, endpoints: Mapping[str, _Endpoint]) -> None:
        self._exact = {path: endpoint for path, endpoint in endpoints.items() if "{" not in path}
        routes = [Route(path, endpoint) for path, endpoint in endpoints.items() if "{" in path]
        self._router = Router(routes, redirect_slashes=False, default=_Endpoint("", _nothing))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._exact.get(scope["path"], self._router)(scope, receive, send)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What answers requests of one method (any, where it has no name) at one path."""

    method: str
    handler: Handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self.method and request.method != self.method:
            refused = Declined(405, f"expected {self.method}", reason="unknown")
            answer = visit_of(scope, "other").failed(refused, None)
            answer.headers["Allow"] = self.method
        else:
            answer = await self.handler(request)
        await answer(scope, receive, send)
