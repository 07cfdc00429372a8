"""The signing server: 16 clients on loopback, guards and a memory on disk; signatures a second and how long one takes.

The server is a process of its own; the clients are coroutines of this one, which send requests that were made before,
so that what is timed is the server (what the clients cost is printed). Each round signs anew. The disk is in it: every
signature is on disk, with its charges, before it is told.
"""

from __future__ import annotations

import asyncio
import atexit
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from bench.harness import Case, Target, Workload, span
from walletcore import Curve, PrivateKey, Secret, chain
from walletcore.chains import evm
from walletcore.signers import protocol

CLIENTS, EACH = 16, 64
KEY = PrivateKey(Curve.SECP256K1, Secret(bytes([7]) * 32))
ETHEREUM = chain("ethereum", evm.Evm)
TO = ETHEREUM.account(bytes(range(20)))
RULES = f"""
[[key.hot.guard]]
rule = "only_to"
accounts = ["{TO.account_id}"]
[[key.hot.guard]]
rule = "only_chains"
chains = ["eip155:1"]
[[key.hot.guard]]
rule = "max_fee"
at_most = {{ "eip155:1/slip44:60" = 10_000_000_000_000_000 }}
[[key.hot.guard]]
rule = "limit"
asset = "eip155:1/slip44:60"
per_transaction = 1_000_000_000_000_000_000
total = "1_000_000_000_000_000_000_000_000"
per = "24h"
[[key.hot.guard]]
rule = "audit"
"""
_nonces = itertools.count()


class Server:
    """The command, with five rules and a store in a folder."""

    def __init__(self, folder: Path) -> None:
        (folder / "key").touch(0o600)
        (folder / "key").write_text(KEY.secret.reveal().hex())
        text = f'[server]\nlisten = "127.0.0.1:0"\nstore = "sqlite:{folder}/store.db"\n[key.hot]\nuri = "local:"\n'
        text += f'public_key = "secp256k1:{KEY.public_key.data.hex()}"\n[key.hot.secrets]\n'
        text += f'"private key" = {{ file = "{folder}/key", form = "hex" }}\n{RULES}'
        (folder / "server.toml").write_text(text)
        command = [sys.executable, "-m", "walletcore", "serve", "--config", str(folder / "server.toml")]
        log = folder / "log"
        self.process = subprocess.Popen(command, stderr=log.open("wb"))
        atexit.register(self.process.kill)
        while b"listening" not in log.read_bytes():
            time.sleep(0.01)
        self.port: int = json.loads(log.read_text().splitlines()[0])["port"]

    def seconds(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@cache
def server(memory: str) -> Server:
    """The one server of a run, with its memory on the disk or in the machine's."""
    return Server(Path(tempfile.mkdtemp(dir=memory or None)))


def made(count: int) -> list[bytes]:
    """So many requests, as they go over the wire."""
    return [_made() for _ in range(count)]


def _made() -> bytes:
    payment = evm.Transaction(
        chain=ETHEREUM, sender=KEY.public_key, to=TO, value=10**9, nonce=next(_nonces), gas=21_000,
        max_fee=30 * evm.GWEI, max_priority_fee=evm.GWEI,
    )  # fmt: skip
    body = protocol.encode_request(payment.requests()[0])
    head = "POST /v1/sign HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def ask(port: int, requests: list[bytes], times: list[float]) -> None:
    """One client: a connection, a request after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        start = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split()[0])
        body = await reader.readexactly(size)
        times.append(time.perf_counter() - start)
        assert head.startswith(b"HTTP/1.1 200"), body
    writer.close()


class Load(Case):
    """All clients at once; ``timed`` is the time of one signature, of so many at a time."""

    memory = ""

    def timed(self, count: int) -> float:
        target, times = server(self.memory), list[float]()
        requests = [made(EACH) for _ in range(CLIENTS)]
        cpu, own, start = target.seconds(), _own(), time.perf_counter()

        async def all_of_them() -> None:
            await asyncio.gather(*(ask(target.port, each, times) for each in requests))

        asyncio.run(all_of_them())
        taken, total = time.perf_counter() - start, CLIENTS * EACH
        times.sort()
        FIGURES.append((total / taken, times[total // 2], times[int(total * 0.99)]))
        rate, middle, last = FIGURES[-1]
        server_cpu, client_cpu = (target.seconds() - cpu) / total, (_own() - own) / total
        print(
            f"{self.name}: {rate:.0f}/s, median {middle * 1e3:.1f} ms, p99 {last * 1e3:.1f} ms; processor time of a "
            f"signature: server {server_cpu * 1e6:.0f} us, clients {client_cpu * 1e6:.0f} us",
            flush=True,
        )
        return taken / total


class InMemory(Load):
    """The same with the store in /dev/shm: what the server takes without the disk."""

    memory = "/dev/shm"


class Last(Load):
    """The 99th percentile of the last run of the load."""

    def timed(self, count: int) -> float:
        return FIGURES[-1][2]


FIGURES: list[tuple[float, float, float]] = []


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def nothing(_: Any, count: int) -> None:
    """Cases here time themselves."""


def cases() -> list[Case]:
    return [
        Load(name="store on disk", run=nothing),
        Last(name="p99", run=nothing),
        InMemory(name="store in memory", run=nothing),
        span(1),
        span(50),
    ]


WORKLOADS = [
    Workload(
        name="server: one of 1,024 signatures that 16 clients ask for",
        reference="1 ms",
        cases=cases,
        targets=(
            Target(case="store on disk", reference="1 ms", ratio=1.0),
            Target(case="p99", reference="50 ms", ratio=1.0),
        ),
        rounds=7,
    )
]
