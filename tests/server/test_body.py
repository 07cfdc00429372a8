"""Bodies of requests: each is held once, and all of them together are bounded."""

import asyncio
import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.requests import Request

from walletcore.errors import SignerUnavailable
from walletcore.server.body import MAX_ALL, Bodies, Declined
from walletcore.signers.protocol import MAX_REQUEST


def asking(parts: Sequence[bytes], length: int | None = None) -> Request:
    """Return a request whose body comes in these parts; where it says a length, that one."""
    headers = [(b"content-type", b"application/json")]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    waiting = list(parts)

    async def receive() -> Any:
        return {"type": "http.request", "body": waiting.pop(0) if waiting else b"", "more_body": bool(waiting)}

    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def run(job: Any) -> Any:
    return asyncio.run(job)


def test_X14_a_body_is_held_once() -> None:
    """The parts in which it came were kept beside it."""

    async def job() -> int:
        parts = (bytes(1 << 16) for _ in range(MAX_REQUEST >> 16))
        async with Bodies(5).read(asking([*parts])) as body:
            assert len(body) == MAX_REQUEST
            return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        assert run(job()) < MAX_REQUEST + (1 << 20)
    finally:
        tracemalloc.stop()


def test_X14_all_bodies_together_are_bounded_and_count_until_they_are_given_up() -> None:
    async def job() -> None:
        bodies, whole = Bodies(5), bytes(MAX_REQUEST)
        held = [bodies.read(asking([whole])) for _ in range(MAX_ALL // MAX_REQUEST)]
        for each in held:
            assert await each.__aenter__() == whole
        for more in (asking([b"{}"], 2), asking([b"{}"])):
            with pytest.raises(SignerUnavailable):
                async with bodies.read(more):
                    pass
        await held.pop().__aexit__(None, None, None)
        async with bodies.read(asking([b"{", b"}"])) as body:
            assert body == b"{}"
        for each in held:
            await each.__aexit__(None, None, None)
        assert bodies._held == 0

    run(job())


def test_H17_what_is_refused_while_it_comes_is_given_up() -> None:
    async def job() -> None:
        bodies = Bodies(5)
        with pytest.raises(Declined) as refused:
            async with bodies.read(asking([bytes(MAX_REQUEST), b"1"])):
                pass
        assert (refused.value.status, bodies._held) == (413, 0)

    run(job())
