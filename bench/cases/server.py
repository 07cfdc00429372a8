"""The signing server: 16 clients on loopback, guards and a memory on disk; signatures a second and how long one takes.

The server is a process of its own; the clients are coroutines of this one, which send requests that were made before,
so that what is timed is the server (what the clients cost is printed). Each round signs anew. The disk is in it: every
signature is on disk, with its charges, before it is told.
"""

from __future__ import annotations

import asyncio
import atexit
import resource
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from bench.harness import Case, Target, Workload, span
from bench.serving import CLIENTS, Server, body_of, posted, read_answer

EACH = 64


@cache
def server(memory: str) -> Server:
    """The one server of a run, with its memory on the disk or in the machine's."""
    made = Server(Path(tempfile.mkdtemp(dir=memory or None)))
    atexit.register(made.__exit__)
    return made.__enter__()


def made(count: int) -> list[bytes]:
    """So many requests, as they go over the wire."""
    return [posted(body_of()) for _ in range(count)]


async def ask(port: int, requests: list[bytes], times: list[float]) -> None:
    """One client: a connection, a request after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        start = time.perf_counter()
        writer.write(request)
        status, body = await read_answer(reader)
        times.append(time.perf_counter() - start)
        assert status == 200, body
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
