"""How answers leave: the head of one together with its body, and nothing that waits for more than a moment."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.server import Server, configuration, request, signing
from walletcore.server.transport import _Joined

HEAD, BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n", b"body"


class Line:
    """What was sent on a line, and that it was closed."""

    def __init__(self) -> None:
        self.told: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.told.append(b"closed")

    def get_write_buffer_size(self) -> int:
        return 7


def told(work: Callable[[Any], object]) -> list[list[bytes]]:
    """What has left at once, and what by the end of a turn of the event loop."""
    line = Line()

    async def main() -> list[list[bytes]]:
        work(_Joined(line, asyncio.get_running_loop()))  # type: ignore[arg-type]
        at_once = list(line.told)
        await asyncio.sleep(0)
        return [at_once, line.told]

    return asyncio.run(main())


def test_a_head_and_its_body_leave_together() -> None:
    assert told(lambda joined: (joined.write(HEAD), joined.write(BODY))) == [[HEAD + BODY]] * 2


def test_a_head_without_a_body_leaves_within_a_turn() -> None:
    assert told(lambda joined: joined.write(HEAD)) == [[], [HEAD]]


@pytest.mark.parametrize("first", [HEAD, BODY])
def test_what_was_written_leaves_before_the_end(first: bytes) -> None:
    assert told(lambda joined: (joined.write(first), joined.close())) == [[first, b"closed"]] * 2


def test_answers_that_follow_each_other_keep_their_order() -> None:
    written = [HEAD, BODY, HEAD, HEAD, BODY, BODY]
    sent = told(lambda joined: [joined.write(part) for part in written])[1]
    assert b"".join(sent) == b"".join(written)


def test_all_else_is_the_line_s_own() -> None:
    assert _Joined(Line(), None).get_write_buffer_size() == 7  # type: ignore[arg-type]


def read(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := line.recv(size - len(data))):
        data += part
    return data


def test_who_asks_for_a_head_only_or_whether_to_go_on_is_answered(tmp_path: Path) -> None:
    body, go_on = signing(request()), b"HTTP/1.1 100 Continue\r\n\r\n"
    asked = "POST /v1/sign HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
    asked += f"Content-Length: {len(body)}\r\n\r\n"
    with Server(configuration(tmp_path)) as running:
        with socket.create_connection(("127.0.0.1", running.port), 10) as line:
            line.sendall(asked.encode())
            assert read(line, len(go_on)) == go_on
            line.sendall(body)
            assert read(line, 15) == b"HTTP/1.1 200 OK"
        with socket.create_connection(("127.0.0.1", running.port), 10) as line:
            line.sendall(b"HEAD /upcheck HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert read(line, 12) == b"HTTP/1.1 405"
