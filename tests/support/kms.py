"""A small AWS KMS on a loopback port: DescribeKey, GetPublicKey and Sign in AWS JSON 1.1, with every misbehaviour.

It signs as the service says that it does: a DIGEST as it is, a RAW message hashed, Ed25519 over the message. What it
signs it writes down before it answers. A `Behaviour` takes the place of the honest answer to one Sign.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

__all__ = ["ACCOUNT", "Behaviour", "Call", "FakeKms", "Key", "Reply", "changed", "error", "keys", "page"]

ACCOUNT = "111122223333"
REGION = "eu-west-1"
Private = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
ALGORITHMS = {
    "ECC_SECG_P256K1": ["ECDSA_SHA_256"],
    "ECC_NIST_P256": ["ECDSA_SHA_256"],
    "ECC_NIST_EDWARDS25519": ["ED25519_SHA_512", "ED25519_PH_SHA_512"],
}


@dataclass
class Key:
    """One KMS key; its parts may be changed while the service runs."""

    private: Private
    spec: str
    name: str
    state: str = "Enabled"
    usage: str = "SIGN_VERIFY"
    region: str = REGION
    account: str = ACCOUNT

    @property
    def arn(self) -> str:
        return f"arn:aws:kms:{self.region}:{self.account}:key/{self.name}"

    def spki(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.DER, form)

    def sign(self, message: bytes, message_type: str) -> bytes:
        """The signature, as the service gives it; the digest of ECDSA is made here unless it comes ready."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        digest = message if message_type == "DIGEST" else hashlib.sha256(message).digest()
        return self.private.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


@dataclass
class Call:
    """One request as it came over the wire."""

    target: str
    headers: dict[str, str]
    body: dict[str, Any]
    path: str
    raw: bytes

    @property
    def message(self) -> bytes:
        return base64.b64decode(self.body.get("Message", ""), validate=True)


@dataclass
class Reply:
    """What is sent back; ``body`` as it is. ``length`` None leaves the length out and ends with the connection."""

    status: int = 200
    body: bytes | dict[str, Any] = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = -1
    trickle: float = 0.0
    delay: float = 0.0

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Behaviour = Callable[["FakeKms", Call], Reply]


def error(code: str, status: int = 400, *, signs: bool = False, **more: str) -> Behaviour:
    """An error of the service, told before it signs or after it did."""

    def behave(fake: FakeKms, call: Call) -> Reply:
        if signs:
            fake.honest(call)
        return Reply(status=status, body={"__type": code, "message": "words", **more})

    return behave


def changed(edit: Callable[[dict[str, Any]], object]) -> Behaviour:
    """The honest answer, edited in place, or replaced by what the edit returns."""

    def behave(fake: FakeKms, call: Call) -> Reply:
        reply = fake.honest(call)
        assert isinstance(reply.body, dict)
        other = edit(reply.body)
        return Reply(body=other if isinstance(other, bytes | dict) else reply.body)

    return behave


def keys() -> dict[str, Key]:
    """A key of each spec that signers take, by its alias; their private halves are everybody's."""
    return {
        "alias/secp256k1": Key(ec.derive_private_key(7, ec.SECP256K1()), "ECC_SECG_P256K1", "0000-secp256k1"),
        "alias/p256": Key(ec.derive_private_key(7, ec.SECP256R1()), "ECC_NIST_P256", "0000-p256"),
        "alias/ed25519": Key(
            ed25519.Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32), "ECC_NIST_EDWARDS25519", "0000-ed25519"
        ),
    }


class FakeKms:
    """The service while it is entered. ``plan`` are the behaviours of the next calls of Sign, ``others`` of the rest.

    ``signed`` are the messages that were signed, ``calls`` the requests that came.
    """

    def __init__(self, *, keep_alive: bool = False) -> None:
        self.aliases = keys()
        self.plan: list[Behaviour] = []
        self.always: Behaviour | None = None
        self.others: Behaviour | None = None
        self.signed: list[bytes] = []
        self.calls: list[Call] = []
        self.connections = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, keep_alive))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        """As it was at the start."""
        self.aliases, self.plan, self.always, self.others = keys(), [], None, None
        self.signed.clear()
        self.calls.clear()

    def signs(self) -> list[Call]:
        return [call for call in self.calls if call.target == "TrentService.Sign"]

    def answer(self, call: Call) -> Reply:
        self.calls.append(call)
        next_one = self.plan.pop(0) if self.plan and call.target == "TrentService.Sign" else self.always
        behave = next_one if call.target == "TrentService.Sign" else self.others
        return behave(self, call) if behave else self.honest(call)

    def key(self, name: str) -> Key | None:
        """By alias, alias ARN, key ARN or key id."""
        for alias, key in self.aliases.items():
            if name in (alias, f"arn:aws:kms:{key.region}:{key.account}:{alias}", key.arn, key.name):
                return key
        return None

    def honest(self, call: Call) -> Reply:
        key = self.key(call.body["KeyId"])
        if key is None:
            return Reply(400, {"__type": "NotFoundException", "message": "Alias or key is not found."})
        if call.target == "TrentService.DescribeKey":
            return Reply(body={"KeyMetadata": self._metadata(key)})
        if key.state != "Enabled":
            code = "DisabledException" if key.state == "Disabled" else "KMSInvalidStateException"
            return Reply(400, {"__type": code, "message": f"{key.arn} is {key.state}."})
        if call.target == "TrentService.GetPublicKey":
            public = base64.b64encode(key.spki()).decode()
            known = {"KeySpec": key.spec, "KeyUsage": key.usage, "SigningAlgorithms": ALGORITHMS[key.spec]}
            return Reply(body={"KeyId": key.arn, "PublicKey": public, **known})
        return self._signature(key, call)

    def _metadata(self, key: Key) -> dict[str, Any]:
        names = {"KeyId": key.name, "Arn": key.arn, "AWSAccountId": key.account, "Enabled": key.state == "Enabled"}
        use = {"KeyUsage": key.usage, "KeyState": key.state, "KeySpec": key.spec, "Origin": "AWS_KMS"}
        return {**names, **use, "SigningAlgorithms": ALGORITHMS[key.spec], "CreationDate": 1.7e9, "MultiRegion": False}

    def _signature(self, key: Key, call: Call) -> Reply:
        algorithm, kind = call.body["SigningAlgorithm"], call.body.get("MessageType", "RAW")
        if algorithm not in ALGORITHMS[key.spec] or key.usage != "SIGN_VERIFY":
            return Reply(400, {"__type": "InvalidKeyUsageException", "message": "no"})
        wanted = "RAW" if key.spec == "ECC_NIST_EDWARDS25519" else kind
        if kind != wanted or len(call.message) > 4096 or (kind == "DIGEST" and len(call.message) != 32):
            return Reply(400, {"__type": "ValidationException", "message": "no"})
        signature = key.sign(call.message, kind)
        self.signed.append(call.message)  # before anybody can hear of it
        encoded = base64.b64encode(signature).decode()
        return Reply(body={"KeyId": key.arn, "Signature": encoded, "SigningAlgorithm": algorithm})


@contextlib.contextmanager
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKms]:
    """The service as the page about KMS has it: one key of secp256k1 under its alias, and credentials."""
    with FakeKms() as fake:
        fake.aliases["alias/eth-hot"] = fake.aliases["alias/secp256k1"]
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", fake.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hushhushhush")
        yield fake


def _handler(fake: FakeKms, keep_alive: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if keep_alive else "HTTP/1.0"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            fake.connections += 1
            super().setup()

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
            try:
                body = json.loads(raw)
            except ValueError:  # a byte was changed on its way, or some did not arrive
                self._send(Reply(400, {"__type": "SerializationException"}))
                return
            call = Call(self.headers["X-Amz-Target"], dict(self.headers), body, self.path, raw)
            self._send(fake.answer(call))

        def _send(self, reply: Reply) -> None:
            content = reply.content()
            time.sleep(reply.delay)
            try:
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/x-amz-json-1.1", **reply.headers}.items():
                    self.send_header(name, value)
                if reply.length is not None:
                    self.send_header("Content-Length", str(len(content) if reply.length < 0 else reply.length))
                else:
                    self.close_connection = True
                self.end_headers()
                for piece in [bytes((byte,)) for byte in content] if reply.trickle else [content]:
                    self.wfile.write(piece)
                    time.sleep(reply.trickle)
            except OSError:  # the client went away
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
