"""A small signing service for tests: it speaks `walletcore.signers.protocol` and Web3Signer's two interfaces.

It logs what it has signed before it answers, and signs each request once. What Web3Signer does is done by eth-account
alone: it shares no code with what is tested. As a program it is a service that may be killed: it is started again at
once, on the same port, and keeps its log in a file.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from support.keys import SIZES
from walletcore.errors import SigningRefused, WalletcoreError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signers.protocol import MAX_REQUEST, decode_request, encode_error, encode_signature
from walletcore.signing import Signature, SigningRequest

__all__ = ["KEYS", "Canned", "Service"]

KEYS = {curve: PrivateKey(curve, Secret(bytes([7]) * SIZES[curve])) for curve in Curve}
"""What a service signs with, if nothing else is said."""

Reply = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, kw_only=True)
class Canned:
    """An answer that is given instead of the true one: these bytes, a piece at a time; ``signs`` first, or does not."""

    raw: bytes = b""
    signs: bool = False
    times: int = 1
    piece: int = 1 << 20
    pause: float = 0.0

    @classmethod
    def of(
        cls, status: int, body: bytes = b"", *, kind: str = "application/json", signs: bool = False, head: str = ""
    ) -> Self:
        """A whole HTTP answer."""
        lines = f"HTTP/1.1 {status} Canned\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{head}\r\n"
        return cls(raw=lines.encode() + body, signs=signs)


@dataclass
class Service:
    """Entered, it listens on a loopback port. ``script`` may give a canned answer to the n-th question, from 0 on."""

    keys: tuple[PrivateKey, ...] = tuple(KEYS.values())
    script: Callable[[int], Canned | None] = lambda number: None
    certificate: Path | None = None
    clients: Path | None = None
    token: bytes | None = None
    chain_id: int = 1
    journal: Path | None = None
    delay: float = 0.0
    port: int = 0
    signed: list[bytes] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)
    questions: int = 0

    def __post_init__(self) -> None:
        self._kept: dict[bytes, Signature] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.server = self.listen()
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def listen(self) -> ThreadingHTTPServer:
        """The server, which does not serve yet."""
        server = _Server(("127.0.0.1", self.port), type("Handler", (_Handler,), {"service": self}))
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            if self.clients:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(self.clients)
            server.context = context
        return server

    @property
    def target(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self.port

    def number(self) -> int:
        """Counts a question."""
        with self._lock:
            self.questions += 1
            return self.questions - 1

    def written(self, message: bytes) -> None:
        """Log that this was signed, safely, before anybody hears of it."""
        self.signed.append(message)
        if self.journal:
            with self.journal.open("ab") as file:
                file.write(message.hex().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def signature(self, request: SigningRequest) -> Signature:
        """The signature, once for each request."""
        with self._lock:
            if request.id not in self._kept:
                _wait(self.delay)
                signer = next((LocalSigner(key) for key in self.keys if _is_of(key.public_key, request)), None)
                if signer is None:
                    raise SigningRefused("no such key", reason="unknown")
                signature = signer.sign(request)
                self.written(request.message)
                self._kept[request.id] = signature
                _wait(self.delay)
            return self._kept[request.id]

    def answer(self, path: str, body: bytes) -> Reply:
        """What is answered to a question."""
        if path == "/v1/sign":
            return self._by_protocol(body)
        if path.startswith("/api/v1/eth1/sign/"):
            return self._by_rest(path.rpartition("/")[2], json.loads(body))
        if path == "/":
            return self._by_rpc(json.loads(body))
        return 404, {}, b""

    def _by_protocol(self, body: bytes) -> Reply:
        json_type = {"Content-Type": "application/json"}
        request = None
        try:
            request = decode_request(body).request
            return 200, json_type, encode_signature(request, self.signature(request))
        except WalletcoreError as error:
            status, text = encode_error(error, request)
            return status, json_type, text

    # Web3Signer

    def _account(self) -> Any:
        from eth_account import Account

        key = next(key for key in self.keys if key.curve is Curve.SECP256K1)
        return Account.from_key(key.secret.reveal())

    def _by_rest(self, identifier: str, body: dict[str, str]) -> Reply:
        account = self._account()
        if identifier.lower().removeprefix("0x") != account._key_obj.public_key.to_bytes().hex():
            return 404, {}, b""
        if not body.get("data"):
            return 400, {}, b""
        return 200, {"Content-Type": "text/plain; charset=utf-8"}, self._over(bytes.fromhex(body["data"][2:])).encode()

    def _over(self, data: bytes) -> str:
        from Crypto.Hash import keccak

        digest = keccak.new(data=data, digest_bits=256).digest()
        signature = self._account().unsafe_sign_hash(digest).signature
        self.written(digest)
        return "0x" + bytes(signature).hex()

    def _by_rpc(self, call: dict[str, Any]) -> Reply:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": call["id"]}
        methods: dict[str, Callable[..., str]] = {
            "eth_sign": self._message,
            "eth_signTypedData": self._typed,
            "eth_signTransaction": self._transaction,
        }
        account = call["params"][0]
        account = account["from"] if isinstance(account, dict) else account
        if account.lower() != self._account().address.lower():
            answer["error"] = {"code": -32000, "message": "No unlocked account matches the Sender"}
        elif call["method"] not in methods:
            answer["error"] = {"code": -32601, "message": "Method not found"}
        else:
            answer["result"] = methods[call["method"]](*call["params"])
        return 200, {"Content-Type": "application/json", "Content": "application/json"}, json.dumps(answer).encode()

    def _message(self, account: str, data: str) -> str:
        message = bytes.fromhex(data[2:])
        return self._over(b"\x19Ethereum Signed Message:\n" + str(len(message)).encode() + message)

    def _typed(self, account: str, text: str) -> str:
        from eth_account.messages import encode_typed_data

        message = encode_typed_data(full_message=json.loads(text))
        return self._over(b"\x19" + message.version + message.header + message.body)

    def _transaction(self, fields: dict[str, str]) -> str:
        kept: dict[str, Any] = {name: value for name, value in fields.items() if name != "from"}
        if "to" in kept:
            kept["to"] = bytes.fromhex(kept["to"][2:])  # eth-account takes text with its checksum only
        kind = {"type": 2} if "maxFeePerGas" in kept else {}
        signed = self._account().sign_transaction({**kept, **kind, "chainId": self.chain_id})
        self.written(bytes(signed.hash))  # the transaction's id
        return "0x" + bytes(signed.raw_transaction).hex()


def _is_of(key: PublicKey, request: SigningRequest) -> bool:
    return key.curve is request.key.curve and key.even_y() == request.key.even_y()


def _stranger() -> Reply:
    """What is answered to whoever shows no token, or another one."""
    _, body = encode_error(SigningRefused("the token is not known", reason="policy"))
    return 401, {"Content-Type": "application/json"}, body


def _wait(longest: float) -> None:
    if longest:
        time.sleep(random.uniform(0, longest))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread: a handshake that stalls keeps nobody else waiting."""
        if self.context:
            request.settimeout(10)
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections break here all the time."""


class _Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30

    def do_POST(self) -> None:
        number, body = self.service.number(), self.rfile.read(min(int(self.headers["Content-Length"]), MAX_REQUEST + 1))
        if len(body) < int(self.headers["Content-Length"]):
            self.close_connection = True
            return
        self.service.seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        canned = self.service.script(number)
        if canned is None or canned.signs:
            reply = self.service.answer(self.path, body) if self._is_known() else _stranger()
            if canned is None:
                self._send(*reply)
                return
        self.close_connection = True
        with contextlib.suppress(OSError):
            self._can(canned)

    def _is_known(self) -> bool:
        token = self.service.token
        return token is None or self.headers.get("Authorization") == f"Bearer {token.decode()}"

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _can(self, canned: Canned) -> None:
        for _ in range(canned.times):
            for start in range(0, len(canned.raw), canned.piece):
                self.wfile.write(canned.raw[start : start + canned.piece])
                self.wfile.flush()
                time.sleep(canned.pause)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


def _serve_for_ever(port: int, journal: Path, delay: float, seed: int) -> None:
    """Keep one child serving; print the id of each. A child that is killed is followed by another, of other pauses."""
    chance = random.Random(seed)
    while True:
        random.seed(chance.random())
        child = os.fork()
        if not child:
            Service(port=port, journal=journal, delay=delay).listen().serve_forever(0.02)
        print(child, flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    _serve_for_ever(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
