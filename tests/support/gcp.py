"""Google Cloud KMS in a test: the wire of its own client (gRPC over TLS), real keys, and every way to misbehave."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import google_crc32c
import grpc
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.cloud.kms_v1 import AsymmetricSignRequest, AsymmetricSignResponse, GetPublicKeyRequest
from google.cloud.kms_v1 import PublicKey as ShownKey

from support.held import held, signed
from support.tls import Certificate
from walletcore.keys import Curve

__all__ = ["ALGORITHMS", "KEY", "VERSION", "CloudKms", "Gateway"]

KEY = "projects/p/locations/europe-west3/keyRings/r/cryptoKeys/hot"
VERSION = f"{KEY}/cryptoKeyVersions/1"
ALGORITHMS = {
    Curve.SECP256K1: "EC_SIGN_SECP256K1_SHA256",
    Curve.P256: "EC_SIGN_P256_SHA256",
    Curve.ED25519: "EC_SIGN_ED25519",
}
SERVICE = "google.cloud.kms.v1.KeyManagementService"


@dataclass
class CloudKms:
    """A service with one version of a key, listening while it is entered.

    ``shown`` and ``answer`` replace fields of what it answers; ``failures`` are statuses of the next calls of
    AsymmetricSign, ``after`` it has signed or before; ``meddle`` changes what it signs; ``delay`` is how long it
    thinks; ``raw`` is an answer in bytes.
    """

    certificate: Certificate
    curve: Curve = Curve.SECP256K1
    signs_with: int = 7
    meddle: Callable[[bytes], bytes] = bytes
    shown: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    failures: list[tuple[grpc.StatusCode, str]] = field(default_factory=list)
    after: bool = False
    delay: float = 0.0
    raw: bytes | None = None
    asked: list[AsymmetricSignRequest] = field(default_factory=list)
    signed: list[bytes] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        self._server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
        methods = {
            "GetPublicKey": grpc.unary_unary_rpc_method_handler(
                self._get_public_key, GetPublicKeyRequest.deserialize, ShownKey.serialize
            ),
            "AsymmetricSign": grpc.unary_unary_rpc_method_handler(self._sign, AsymmetricSignRequest.deserialize),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
        credentials = grpc.ssl_server_credentials([(self.certificate.key, self.certificate.chain)])
        self.port = self._server.add_secure_port("127.0.0.1:0", credentials)
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(0).wait()

    def _get_public_key(self, request: GetPublicKeyRequest, context: grpc.ServicerContext) -> ShownKey:
        self.tokens += [str(value) for name, value in context.invocation_metadata() if name == "authorization"]
        public = held(self.curve).public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        fields = {"name": request.name, "algorithm": ALGORITHMS[self.curve], "pem": pem}
        fields |= {"pem_crc32c": google_crc32c.value(pem.encode()), "protection_level": "HSM"}
        failure = self.shown.get("failure")
        if failure:
            context.abort(*failure)
        return ShownKey({**fields, **self.shown})

    def _sign(self, request: AsymmetricSignRequest, context: grpc.ServicerContext) -> bytes:
        self.asked.append(request)
        failure = self.failures.pop(0) if self.failures else None
        if failure and not self.after:
            context.abort(*failure)
        message, given = (request.data, request.data_crc32c), (request.digest.sha256, request.digest_crc32c)
        data, checksum = message if self.curve is Curve.ED25519 else given
        if checksum is not None and checksum != google_crc32c.value(data):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the checksum in digest_crc32c did not match")
        signature = signed(self.curve, self.meddle(data), number=self.signs_with)
        self.signed.append(bytes(data))
        time.sleep(self.delay)
        if failure:
            context.abort(*failure)
        return self.raw if self.raw is not None else self._answered(request, signature, checksum is not None)

    def _answered(self, request: AsymmetricSignRequest, signature: bytes, verified: bool) -> bytes:
        changed = {name: value(signature) if callable(value) else value for name, value in self.answer.items()}
        signature = changed.get("signature", signature)
        which = "verified_data_crc32c" if self.curve is Curve.ED25519 else "verified_digest_crc32c"
        fields = {"name": request.name, "signature": signature, which: verified, "protection_level": "HSM"}
        fields["signature_crc32c"] = google_crc32c.value(signature)
        serialized: bytes = AsymmetricSignResponse.serialize(AsymmetricSignResponse({**fields, **changed}))
        return serialized


class Gateway:
    """What stands before a service while it is entered: it speaks HTTP/2 (RFC 9113), no gRPC, and answers with a bare
    status."""

    def __init__(self, certificate: Certificate, status: int) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.chain_file, certificate.key_file)
        self._context.set_alpn_protocols(["h2"])
        self._head = b"\x08\x03%d" % status  # RFC 7541, 6.2.2: a literal for the name :status
        self.answered = 0
        self.port = 0

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection = self._server.accept()[0]
            except OSError:  # closed
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, self._context.wrap_socket(connection, server_side=True) as line, line.makefile("rb") as read:
            line.sendall(_frame(4, 0, 0))  # SETTINGS
            read.read(24)  # the preface
            while len(head := read.read(9)) == 9:
                read.read(int.from_bytes(head[:3]))
                if head[3] == 4 and not head[4]:
                    line.sendall(_frame(4, 1, 0))  # acknowledged
                if head[3] == 1:  # HEADERS
                    self.answered += 1
                    line.sendall(_frame(1, 5, int.from_bytes(head[5:]), self._head))  # the whole answer


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload
