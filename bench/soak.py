"""``python -m bench.soak [--minutes N] [--bound KIB] [--seed N]``: a server under good and bad requests for long.

Sixteen clients ask at once, each for one thing after the other, drawn by chance from `ERRANDS`. Every minute a line
tells the server's memory (RSS), its processor time, and what was answered. It fails where the memory grows by more than
``--bound`` after the warm-up (a tenth of the time), a request has no answer within `PATIENCE`, or another than it must
have, such as a status of 500 or more. The file of the store grows; the process must not.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from bench.serving import CLIENTS, STRANGER, Server, body_of, posted, read_answer

PATIENCE = 30.0
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Failure(Exception):
    """The server did what it must not."""


class Soak:
    """What was answered so far, and the port that is asked."""

    def __init__(self, port: int, seed: int) -> None:
        self.port, self.dice = port, random.Random(seed)
        self.answers: Counter[str] = Counter()

    async def ask(self, line: Connection, name: str, request: bytes, *statuses: int) -> bytes:
        """One request whose answer has one of these statuses."""
        reader, writer = line
        writer.write(request)
        status, body = await read_answer(reader)
        self.answers[f"{name} {status}"] += 1
        if status not in statuses:
            raise Failure(f"{name}: expected {statuses}, got {status}: {body[:200]!r}")
        return body


async def good(soak: Soak, line: Connection) -> None:
    """A payment that the guard allows, twice: its one signature."""
    body = body_of()
    first = await soak.ask(line, "signed", posted(body), 200)
    if soak.dice.random() < 0.2 and await soak.ask(line, "again", posted(body), 200) != first:
        raise Failure("another signature for the same id")


async def refused(soak: Soak, line: Connection) -> None:
    """A payment to somebody whom no rule names."""
    await soak.ask(line, "refused", posted(body_of(to=STRANGER)), 403)


async def unknown(soak: Soak, _: Connection) -> None:
    """A key that is not here; the server closes such a connection."""
    async with connected(soak.port) as line:
        request = posted(b'{"data": "0x00"}', path=f"/api/v1/eth1/sign/0x{'11' * 64}")
        await soak.ask(line, "unknown key", request, 404)


async def malformed(soak: Soak, _: Connection) -> None:
    """What is no JSON, or is no request; the server closes such a connection."""
    nonsense = (b"{", b"[" * 50_000, b'{"id": 1}', b"\xff" * 1000, b'{"a":1,"a":2}', b"9" * 5000)
    body = soak.dice.choice(nonsense)
    async with connected(soak.port) as line:
        await soak.ask(line, "malformed", posted(body), 400)


async def large(soak: Soak, _: Connection) -> None:
    """A body of a megabyte which is read, and one that is longer than any may be."""
    async with connected(soak.port) as line:
        await soak.ask(line, "large", posted(b'{"padding": "' + b"x" * (1 << 20) + b'"}'), 400)
    async with connected(soak.port) as line:
        head = posted(b"").replace(b"Content-Length: 0", b"Content-Length: 99999999")
        await soak.ask(line, "too large", head, 413)


async def gone(soak: Soak, _: Connection) -> None:
    """A client that goes away in the middle of its request, or before its answer."""
    request = posted(body_of())
    async with connected(soak.port) as (_reader, writer):
        writer.write(request[: soak.dice.randrange(1, len(request) + 1)])
        await writer.drain()
    soak.answers["gone"] += 1


async def watching(soak: Soak, line: Connection) -> None:
    """Whoever watches it."""
    for path in ("/ready", "/metrics", "/upcheck"):
        await soak.ask(line, path, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(), 200)


ERRANDS: dict[Callable[[Soak, Connection], Awaitable[None]], int] = {
    good: 60,
    refused: 10,
    unknown: 6,
    malformed: 10,
    large: 1,
    gone: 10,
    watching: 3,
}
"""What a client does next, and how often of a hundred times."""


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    """A connection for one errand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def client(soak: Soak, until: float) -> None:
    """One errand after the other, on a connection that lives for some of them."""
    while time.monotonic() < until:
        async with connected(soak.port) as line:
            for _ in range(soak.dice.randrange(1, 100)):
                (errand,) = soak.dice.choices(list(ERRANDS), list(ERRANDS.values()))
                async with asyncio.timeout(PATIENCE):
                    await errand(soak, line)
                if time.monotonic() >= until:
                    return


async def watch(server: Server, soak: Soak, until: float, minute: float) -> list[int]:
    """A line every minute; the memory at each of them, in KiB."""
    figures, began = [], time.monotonic()
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(minute, left))
        figures.append(server.memory())
        told = ", ".join(f"{name}: {count}" for name, count in sorted(soak.answers.items()))
        minutes = (time.monotonic() - began) / 60
        print(f"{minutes:6.1f} min  RSS {figures[-1]} KiB  CPU {server.seconds():.0f} s  {told}", flush=True)
    return figures


async def soaked(server: Server, minutes: float, seed: int) -> list[int]:
    """The memory over time. Raises `Failure`, or what a connection fails with."""
    soak, until = Soak(server.port, seed), time.monotonic() + 60 * minutes
    print(f"seed {seed}, RSS at first {server.memory()} KiB", flush=True)
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client(soak, until))
        watching_it = group.create_task(watch(server, soak, until, min(60.0, 6 * minutes)))
    return watching_it.result()


def main() -> int:
    """Soak, and say whether the memory stayed flat."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--bound", type=int, default=8 * 1024, help="KiB that it may grow by after the warm-up")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Server(Path(folder)) as server:
                figures = asyncio.run(soaked(server, options.minutes, options.seed))
                end(server)
        except ExceptionGroup as group:
            print(*(f"FAILED: {type(error).__name__}: {error}" for error in group.exceptions), sep="\n")
            return 1
    early, late = growth(figures)
    is_flat = late - early <= options.bound
    print(f"{'FLAT' if is_flat else 'FAILED'}: from {early} to {late} KiB, {options.bound} more at most")
    return 0 if is_flat else 1


def growth(figures: list[int]) -> tuple[int, int]:
    """The middle of the first third after the warm-up, and that of the last third: a large body in between is none."""
    warm = figures[len(figures) // 10 + 1 :]
    third = max(1, len(warm) // 3)
    return int(statistics.median(warm[:third])), int(statistics.median(warm[-third:]))


def end(server: Server) -> None:
    """It ends when it is told to, in time."""
    server.child.send_signal(signal.SIGTERM)
    code = server.child.wait(60)
    print(f"ended with {code}")
    assert code == 0


if __name__ == "__main__":
    sys.exit(main())
