"""moto's server for KMS in a process of its own, which can be killed in the middle of a request and is back at once.

Run as a program, it imports moto once, makes the keys, and forks a server for each line ``start`` on its standard
input; ``kill`` ends the server with SIGKILL. Keys are the same after each start. What a server signs it appends to a
file before it answers. moto (5.2) hashes a digest again whatever MessageType says; the service does not, nor does this.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Self

__all__ = ["MotoKms"]

SPECS = {"alias/secp256k1": "ECC_SECG_P256K1", "alias/p256": "ECC_NIST_P256"}
REGION = "eu-west-1"


class MotoKms:
    """The parent of the servers, from the outside; ``log`` is the file of what was signed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.log, self.port = folder / "signed", port
        self.log.touch()
        command = [sys.executable, __file__, str(port), str(self.log)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.public_keys: dict[str, bytes] = {
            alias: base64.b64decode(key) for alias, key in json.loads(self._told()).items()
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("end\n", timeout=10)

    def start(self) -> None:
        """Returns when the server listens."""
        self._tell("start")
        assert self._told() == "listening"

    def kill(self) -> None:
        """Returns when the server is dead."""
        self._tell("kill")
        assert self._told() == "dead"

    def restart(self) -> None:
        """A death and a new life."""
        self.kill()
        self.start()

    def signed(self) -> Counter[str]:
        """The messages that were signed, in hexadecimal, and how often, over all lives."""
        return Counter(self.log.read_text().split())

    def _tell(self, word: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def _told(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def honest(log: int) -> None:
    """Let moto sign a digest as it is, and write down what it signs."""
    from contextvars import ContextVar

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from moto.kms import responses
    from moto.kms import utils as moto_utils

    kind: ContextVar[str] = ContextVar("kind", default="RAW")
    by_moto = responses.KmsResponse.sign

    def sign(self: Any) -> Any:
        token = kind.set(self._get_param("MessageType") or "RAW")
        try:
            return by_moto(self)
        finally:
            kind.reset(token)

    def private_sign(self: Any, message: bytes, signing_algorithm: str) -> bytes:
        algorithm = hashes.SHA256()
        used = utils.Prehashed(algorithm) if kind.get() == "DIGEST" else algorithm
        signature: bytes = self.private_key.sign(message, ec.ECDSA(used))
        os.write(log, message.hex().encode() + b"\n")
        return signature

    for owner, function in ((responses.KmsResponse, sign), (moto_utils.ECDSAPrivateKey, private_sign)):
        setattr(owner, "sign", function)  # noqa: B010


def made() -> dict[str, str]:
    """The keys, in the backend that each fork inherits."""
    from moto.kms.models import kms_backends

    backend = kms_backends["123456789012"][REGION]
    found = {}
    for alias, spec in SPECS.items():
        key = backend.create_key(None, "SIGN_VERIFY", spec, "", None)
        backend.create_alias(key.id, alias)
        found[alias] = base64.b64encode(key.private_key.public_key()).decode()
    return found


def warmed() -> Any:
    """moto's application, when it has answered once: the first answer takes it longer than all that follow."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.test import Client

    application = DomainDispatcherApplication(create_backend_app)
    signed = "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=0"
    headers = {"X-Amz-Target": "TrentService.Sign", "Authorization": signed}
    message = {"KeyId": "alias/p256", "Message": base64.b64encode(bytes(32)).decode(), "MessageType": "DIGEST"}
    data = json.dumps({**message, "SigningAlgorithm": "ECDSA_SHA_256"})
    answer = Client(application).post("/", data=data, content_type="application/x-amz-json-1.1", headers=headers)
    assert answer.status_code == 200, answer.data
    return application


def serve(application: Any, port: int, ready: int) -> None:
    """In the child: serve until killed."""
    import logging

    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").disabled = True
    server = make_server("127.0.0.1", port, application, threaded=True)
    os.write(ready, b".")
    server.serve_forever(0.01)


def started(application: Any, port: int) -> int:
    """The process id of a server that listens."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with contextlib.suppress(BaseException):
            serve(application, port, writer)
        os._exit(1)
    os.close(writer)
    assert os.read(reader, 1) == b"."
    os.close(reader)
    return child


def main(port: int, path: str) -> None:
    log = os.open(path, os.O_WRONLY | os.O_APPEND)
    honest(log)
    found = made()
    application = warmed()
    gc.freeze()  # a fork then copies less
    print(json.dumps(found), flush=True)
    child = 0
    for line in sys.stdin:
        if line.strip() == "start":
            child = started(application, port)
            print("listening", flush=True)
            continue
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            child = 0
        if line.strip() == "end":
            return
        print("dead", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
