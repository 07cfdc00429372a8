"""What pages need that speak of a service: it listens here, and the environment says so, as a reader's would.

No page mentions it: the code that a reader copies is the code that runs.
"""

import functools
import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support import kms
from support.azure import Hosts, KeyVault
from support.gcp import CloudKms
from support.tls import Certificate, certificate

__all__ = ["SERVICES"]

VAULT, KMS = "my-vault.vault.azure.net", "cloudkms.googleapis.com"


@functools.cache
def _shown() -> Certificate:
    """One certificate for the whole run: gRPC reads its roots once."""
    return certificate(Path(_FOLDER.name), VAULT, KMS)


_FOLDER = tempfile.TemporaryDirectory()


@contextmanager
def _key_vault(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """A vault by its name, and a managed identity as Azure App Service offers it."""
    with KeyVault(_shown()) as vault, Hosts() as hosts:
        hosts.add(VAULT, vault.port)
        patch.setenv("IDENTITY_ENDPOINT", f"https://{VAULT}/token")
        patch.setenv("IDENTITY_HEADER", "anything")
        patch.setenv("REQUESTS_CA_BUNDLE", str(_shown().chain_file))
        yield


@contextmanager
def _cloud_kms(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Google's service behind a proxy, the authority of its certificate, and a service account."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    account = {"type": "service_account", "project_id": "p", "private_key_id": "1", "client_id": "1"}
    account |= {"client_email": "signer@p.iam.gserviceaccount.com", "private_key": key.decode()}
    account |= {"token_uri": "https://oauth2.googleapis.com/token"}
    file = Path(_FOLDER.name) / "account.json"
    file.write_text(json.dumps(account))
    with CloudKms(_shown()) as kms, _tunnel(kms.port) as port:
        patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        patch.setenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", str(_shown().chain_file))
        patch.setenv("grpc_proxy", f"http://127.0.0.1:{port}")
        yield


@contextmanager
def _tunnel(target: int) -> Iterator[int]:
    """An HTTP proxy (CONNECT) that leads every name to one port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += client.recv(1)
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                server = socket.create_connection(("127.0.0.1", target))
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError), source, sink:
        while data := source.recv(1 << 16):
            sink.sendall(data)


SERVICES: dict[str, Callable[[pytest.MonkeyPatch], AbstractContextManager[object]]] = {
    "aws-kms.md": kms.page,
    "azure-kms.md": _key_vault,
    "gcp-kms.md": _cloud_kms,
}
"""Name of a page -> what is there while it runs."""
