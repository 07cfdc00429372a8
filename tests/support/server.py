"""The signing server for tests: in a thread, or as a process; configurations, and requests that it can be asked.

Whatever it signs is verified, or recovered by eth-account, by the test; nothing here knows a key's answer.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from house.source import ROOT
from support.certificates import Certificates
from support.outcomes import until
from support.signing_service import KEYS
from walletcore.chains import chain, evm
from walletcore.keys import Curve, PublicKey
from walletcore.secret import Secret
from walletcore.server.config import read
from walletcore.server.run import Running
from walletcore.signers import open_signer, protocol, store
from walletcore.signers.remote import Patience, RemoteSigner
from walletcore.signers.store import Entry
from walletcore.signers.web import Question, Reply
from walletcore.signing import SigningRequest

__all__ = [
    "ETHEREUM",
    "FRIEND",
    "GUARDED",
    "HOT",
    "ONCE",
    "STRANGER",
    "TOKEN",
    "Process",
    "Server",
    "ask",
    "configuration",
    "entries",
    "key_table",
    "payment",
    "raw",
    "remote",
    "request",
    "secret",
    "signed_ids",
    "signing",
    "token_client",
]

TOKEN = b"a-token-for-tests"
HOT = KEYS[Curve.SECP256K1].public_key
ETHEREUM = chain("ethereum", evm.Evm)
FRIEND, STRANGER = ETHEREUM.account(bytes([1]) * 20), ETHEREUM.account(bytes([2]) * 20)
GUARDED = f"""
[[key.hot.guard]]
rule = "only_to"
accounts = ["{FRIEND.account_id}"]
[[key.hot.guard]]
rule = "limit"
asset = "eip155:1/slip44:60"
per_transaction = 1_000_000_000_000_000_000
total = "1000_000_000_000_000_000_000_000"
per = "24h"
[[key.hot.guard]]
rule = "audit"
"""
ONCE = Patience(attempts=1)
_numbers = itertools.count()


def configuration(
    folder: Path,
    *,
    guard: str = GUARDED,
    clients: str = "",
    tls: Certificates | None = None,
    limits: str = "",
    listen: str = "127.0.0.1:0",
    store: str = "",
    hot: str = "",
    more: str = "",
) -> str:
    """A server with one key, ``hot``, and its memory: in files of this folder, if nothing else is said."""
    told = f'[server]\nlisten = "{listen}"\nstore = "{store or f"sqlite:{folder}/store.db"}"\n'
    if tls:
        told += f'[tls]\ncertificate = "{tls.server}"\nkey = "{tls.server}"\nclients = "{tls.authority}"\n'
    told += f"{hot or _in_a_file(folder)}\n{guard}\n{clients}\n{more}\n"
    return told + (f"[limits]\n{limits}\n" if limits else "")


def _in_a_file(folder: Path) -> str:
    secret = folder / "hot.key"
    if not secret.exists():
        secret.touch(0o600)
        secret.write_text(KEYS[Curve.SECP256K1].secret.reveal().hex() + "\n")
    secrets = f'{{ "private key" = {{ file = "{secret}", form = "hex" }} }}'
    return key_table("hot", "local:", HOT, f"secrets = {secrets}")


def key_table(name: str, uri: str, key: PublicKey, *lines: str) -> str:
    """A key of a server, in the words of its configuration."""
    pinned = f'uri = "{uri}"\npublic_key = "{key.curve.value}:{key.data.hex()}"'
    return "\n".join((f"[key.{name}]", pinned, 'chain = "ethereum"', *lines))


def token_client(name: str = "shop", *, keys: str = '"hot"', token: bytes = TOKEN) -> str:
    """A client with a bearer token."""
    return f'[client.{name}]\ntoken_sha256 = "{hashlib.sha256(token).hexdigest()}"\nkeys = [{keys}]\n'


def payment(to: Any = FRIEND, value: int = 10**15, key: PublicKey = HOT) -> evm.Transaction:
    """A payment of which there is no second."""
    return evm.Transaction(
        chain=ETHEREUM, sender=key, to=to, value=value, nonce=next(_numbers), gas=21_000,
        max_fee=30 * evm.GWEI, max_priority_fee=evm.GWEI,
    )  # fmt: skip


def request() -> SigningRequest:
    """The request of a payment to a friend."""
    (asked,) = payment().requests()
    return asked


@dataclass
class Server:
    """Entered, it listens on a loopback port, in a thread of this process."""

    text: str

    def __enter__(self) -> Self:
        self.running = Running(read(self.text.encode()))
        self.thread = threading.Thread(target=self.running.run, daemon=True)
        self.thread.start()
        self.port = self.running.port(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.running.stop()
        self.thread.join(20)
        assert not self.thread.is_alive()


class Process:
    """The server as its command runs it, on a port that it tells."""

    def __init__(self, folder: Path, text: str, environment: dict[str, str] | None = None) -> None:
        self.file, self.log = folder / "server.toml", folder / "server.log"
        self.file.write_text(text)
        self.environment = {**os.environ, **(environment or {})}

    def __enter__(self) -> Self:
        paths = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))
        command = [sys.executable, "-m", "walletcore", "serve", "--config", str(self.file)]
        with self.log.open("wb") as log:
            self.child = subprocess.Popen(command, env={**self.environment, "PYTHONPATH": paths}, stderr=log)
        assert until(lambda: b'"listening"' in self.log.read_bytes() or self.child.poll() is not None, 30)
        self.port = next(line["port"] for line in self.lines() if line["event"] == "listening")
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.wait()

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def remote(
    port: int, *, api: str = "", key: PublicKey = HOT, patience: Patience = ONCE, token: bytes = b""
) -> RemoteSigner[Question, Reply]:
    """The server's client: by walletcore's own protocol, or by Web3Signer's ``rest`` or ``jsonrpc``."""
    scheme = "web3signer" if api else "remote"
    options = "?plain=loopback" + (f"&api={api}" if api else "") + ("&auth=bearer" if token else "")
    opened = open_signer(f"{scheme}:http://127.0.0.1:{port}{options}", public_key=key, secrets=secret(token))
    assert isinstance(opened, RemoteSigner)
    return replace(opened, patience=patience)


def ask(
    port: int, path: str, body: bytes | None, headers: dict[str, str] | None = None, *, host: str = "127.0.0.1"
) -> tuple[int, dict[str, str], bytes]:
    """One question over plain HTTP: the status, the headers and the body of its answer."""
    import http.client

    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        given = {"Host": host, **({"Content-Type": "application/json"} if body is not None else {}), **(headers or {})}
        line.request("GET" if body is None else "POST", path, body, given)
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        line.close()


def raw(port: int, data: bytes, seconds: float = 10.0) -> bytes:
    """What comes back, until the other side closes, for bytes that are sent as they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        line.sendall(data)
        found = b""
        try:
            while part := line.recv(65536):
                found += part
        except ConnectionResetError:
            pass
        return found


def signing(asked: SigningRequest) -> bytes:
    """The body that asks for it."""
    return protocol.encode_request(asked)


def entries(folder: Path | str) -> list[Entry]:
    """The log of the memory in a folder, or behind a URI; its hashes are verified."""
    kept = store.open_store(folder if isinstance(folder, str) else f"sqlite:{folder}/store.db", create=False)
    try:
        found = list(kept.log())
        store.verify_log(found)
        return found
    finally:
        kept.close()


def signed_ids(folder: Path | str) -> list[str]:
    """The ids of the requests that the log says were signed, in their order."""
    lines = [json.loads(entry.text) for entry in entries(folder)]
    return [line["request"] for line in lines if line.get("event") == "signed"]


def secret(value: bytes) -> Callable[[str], Secret]:
    """A callback that gives this for every name."""
    return lambda name: Secret(value)
