"""Azure Key Vault in a test: REST over TLS, its challenge, a token endpoint, real keys, misbehaviour.

`Hosts` is what lines in /etc/hosts would be, with ports: names of vaults lead to this process.
"""

import base64
import itertools
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from support.held import held, raw, signed
from support.tls import Certificate
from walletcore.keys import Curve

__all__ = ["DOMAIN", "KEY", "TOKEN", "VERSION", "Hosts", "KeyVault", "Static", "base64url"]

DOMAIN = "vault.azure.net"
VERSION = "0123456789abcdef0123456789abcdef"
KEY = f"/keys/hot/{VERSION}"
TOKEN = "a-token-of-the-test-0f1e2d3c"
CURVES = {Curve.SECP256K1: ("P-256K", "ES256K"), Curve.P256: ("P-256", "ES256")}
CHALLENGE = 'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Static:
    """A credential of azure-identity's shape that has one token, or fails."""

    failure: Exception | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def get_token(self, *scopes: str, **_: Any) -> Any:
        from azure.core.credentials import AccessToken

        self.asked.append(scopes)
        if self.failure:
            raise self.failure
        return AccessToken(TOKEN, int(time.time()) + 3600)


Status = tuple[int, dict[str, str], bytes]


@dataclass
class KeyVault:
    """A vault with one version of a key, listening while it is entered.

    ``shown``, ``attributes`` and ``answer`` replace fields of what it answers; ``failures`` are what the next calls of
    Sign end in, ``after`` it has signed or before; ``meddle`` changes what it signs; ``delay`` is how long it thinks;
    ``drip`` is the pause after each byte of a signature; ``raw`` is a body as it is.
    """

    certificate: Certificate
    curve: Curve = Curve.SECP256K1
    signs_with: int = 7
    meddle: Callable[[bytes], bytes] = bytes
    shown: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    failures: list[Status] = field(default_factory=list)
    get_failure: Status | None = None
    after: bool = False
    delay: float = 0.0
    drip: float = 0.0
    raw: bytes | None = None
    challenge: str = CHALLENGE
    asked: list[dict[str, Any]] = field(default_factory=list)
    signed: list[bytes] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        vault = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                self.request.settimeout(30)
                super().setup()

            def do_GET(self) -> None:
                vault._serve(self, b"")

            def do_POST(self) -> None:
                vault._serve(self, self.rfile.read(int(self.headers["content-length"] or 0)))

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.chain_file, self.certificate.key_file)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        status, headers, answer = self._answered(handler, body)
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if "Content-Length" not in headers:
            handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        pieces = [answer] if not (self.drip and status == 200 and body) else [bytes((byte,)) for byte in answer]
        for piece in pieces:
            handler.wfile.write(piece)
            time.sleep(self.drip if len(pieces) > 1 else 0)

    def _answered(self, handler: BaseHTTPRequestHandler, body: bytes) -> Status:
        path = handler.path.partition("?")[0]
        self.visits.append(f"{handler.command} {path}")
        if path == "/token":  # as App Service's managed identity has it
            token = {"access_token": TOKEN, "expires_on": str(int(time.time()) + 3600), "token_type": "Bearer"}
            return 200, {"Content-Type": "application/json"}, json.dumps(token).encode()
        if handler.headers["authorization"] != f"Bearer {TOKEN}":
            return 401, {"WWW-Authenticate": self.challenge}, b'{"error": {"code": "Unauthorized"}}'
        url = f"https://{handler.headers['host']}{KEY}"
        if path == KEY and handler.command == "GET":
            return self.get_failure or (200, {"Content-Type": "application/json"}, self._public(url))
        if path == f"{KEY}/sign" and handler.command == "POST":
            return self._sign(body, url)
        return 404, {}, b'{"error": {"code": "KeyNotFound"}}'

    def _public(self, url: str) -> bytes:
        numbers = held(self.curve).public_key().public_numbers()
        key = {"kid": url, "kty": "EC", "crv": CURVES[self.curve][0], "key_ops": ["sign", "verify"]}
        key |= {"x": base64url(numbers.x.to_bytes(32)), "y": base64url(numbers.y.to_bytes(32))}
        attributes = {"enabled": True, "created": 1, "updated": 1, "recoveryLevel": "Recoverable"}
        return json.dumps({"key": {**key, **self.shown}, "attributes": {**attributes, **self.attributes}}).encode()

    def _sign(self, body: bytes, url: str) -> Status:
        question = json.loads(body)
        self.asked.append(question)
        failure = self.failures.pop(0) if self.failures else None
        if failure and not self.after:
            return failure
        assert question["alg"] == CURVES[self.curve][1]
        digest = base64.urlsafe_b64decode(question["value"] + "==")
        der = signed(self.curve, self.meddle(digest), number=self.signs_with)
        self.signed.append(digest)
        time.sleep(self.delay)
        if failure:
            return failure
        fields: dict[str, Any] = {"kid": url, "value": base64url(raw(der))}
        changed = {name: value(der) if callable(value) else value for name, value in self.answer.items()}
        data = json.dumps({**fields, **changed}).encode() if self.raw is None else self.raw
        return 200, {"Content-Type": "application/json"}, data


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that left is what the tests are about."""


class Hosts:
    """While it is entered, names lead to ports of this machine; each port has a name of its own."""

    def __init__(self) -> None:
        self._ports: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._serial = itertools.count()
        self._ask: Callable[..., Any] = socket.getaddrinfo

    def name(self, port: int) -> str:
        """The name of a vault that listens there."""
        if port not in self._names:
            self._names[port] = f"unit{next(self._serial)}.{DOMAIN}"
            self.add(self._names[port], port)
        return self._names[port]

    def forget(self) -> None:
        """New names for all ports: these come again, and azure-keyvault-keys remembers a challenge by its name."""
        self._names.clear()

    def add(self, name: str, port: int) -> None:
        """One more name."""
        self._ports[name] = port

    def __enter__(self) -> Self:
        socket.getaddrinfo = self._answer
        return self

    def __exit__(self, *_: object) -> None:
        socket.getaddrinfo = self._ask

    def _answer(self, host: Any, port: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in self._ports:
            host, port = "127.0.0.1", self._ports[name]
        return self._ask(host, port, *args, **options)
