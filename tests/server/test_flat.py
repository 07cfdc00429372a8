"""The server's process takes no more memory after many requests than after few."""

import socket
import threading
from pathlib import Path

import pytest

from support.server import Process, ask, configuration, raw, request, signing


@pytest.mark.engine
def test_X14_memory_is_flat_over_twenty_thousand_requests(tmp_path: Path) -> None:
    """A half of them is for signatures; the others are broken, and of each twentieth the client has gone."""

    def used(pid: int) -> int:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    with Process(tmp_path, configuration(tmp_path)) as server:
        head = "POST /v1/sign HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        figures = []

        def ask_many(count: int) -> None:
            with socket.create_connection(("127.0.0.1", server.port)) as line, line.makefile("rb") as answers:
                for _ in range(count):
                    body = signing(request())
                    line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                    size = 0
                    while (text := answers.readline()) != b"\r\n":
                        size = int(text.split(b":")[1]) if text.lower().startswith(b"content-length") else size
                    assert b"signature" in answers.read(size)

        for _ in range(10):
            threads = [threading.Thread(target=ask_many, args=(125,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for number in range(1000):
                if number % 20 == 0:
                    raw(server.port, f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
                else:
                    ask(server.port, "/v1/sign", b'{"id": ' + str(number).encode() + b"}")
            for thread in threads:
                thread.join()
            figures.append(used(server.child.pid))
    print(f"KiB after each 2,000 requests: {figures}")
    assert figures[-1] - figures[3] < 5 * 1024, figures
