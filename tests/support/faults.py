"""A wire that breaks where it is told to: a TCP proxy between a client and a real service.

Each connection follows one `Fault`: so many bytes pass in one direction, then it is cut, or nothing more comes, or one
byte arrives changed. What the service did all the same is for the test to ask the service.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Self

__all__ = ["ALL", "Fault", "Proxy", "closed_port", "places", "steps"]

ALL = 1 << 30
"""As many bytes as there are."""

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one connection: ``request`` bytes reach the service, ``answer`` bytes come back, then ``end``.

    ``cut`` resets the connection, ``stall`` keeps it open in silence, ``change`` flips the last bit of the byte after
    those that came back and lets the rest pass, ``trickle`` lets the rest pass a byte at a time, ``pause`` apart.
    """

    request: int = ALL
    answer: int = ALL
    end: Literal["cut", "stall", "change", "trickle"] = "cut"
    pause: float = 0.2

    def __str__(self) -> str:
        sizes = ["all" if size == ALL else str(size) for size in (self.request, self.answer)]
        return f"{self.end} after {sizes[0]} of the request and {sizes[1]} of the answer"


def steps() -> list[Fault]:
    """A fault at each step of an exchange over a connection, from before its first byte to the middle of its answer."""
    places = [{"request": 0, "answer": 0}, {"request": 1, "answer": 0}, {"request": 40, "answer": 0}]
    places += [{"answer": size} for size in (0, 1, 10, 40, 120)]
    ends: tuple[Literal["cut", "stall"], ...] = ("cut", "stall")
    return [Fault(**place, end=end) for place in places for end in ends]


def places(up: int, down: int) -> dict[str, Fault]:
    """Faults at each step over TLS: connect, hello, certificate, the request, before the answer and in it.

    ``up`` and ``down`` are the bytes of a whole connection with one exchange: of the request, of the answer.
    """
    found: dict[str, Fault] = {}
    ends: tuple[Literal["cut", "stall"], ...] = ("cut", "stall")
    for end in ends:
        found[f"{end}: no byte passes"] = Fault(request=0, answer=0, end=end)
        found[f"{end}: in the client's hello"] = Fault(request=100, answer=0, end=end)
        found[f"{end}: in the request"] = Fault(request=up - 150, end=end)
        found[f"{end}: in the service's hello"] = Fault(answer=40, end=end)
        found[f"{end}: in the certificate"] = Fault(answer=600, end=end)
        found[f"{end}: before the answer"] = Fault(answer=down - 300, end=end)
        found[f"{end}: in the answer"] = Fault(answer=down - 60, end=end)
    found["change: in the handshake"] = Fault(answer=300, end="change")
    found["change: in the answer"] = Fault(answer=down - 160, end="change")
    found["trickle: the handshake"] = Fault(answer=200, end="trickle")
    found["trickle: the answer"] = Fault(answer=down - 160, end="trickle", pause=0.05)
    return found


class Proxy:
    """Listens on a loopback port while it is entered; ``plan`` says what happens to the n-th connection, from 0 on.

    ``target`` is where the next connections lead.
    """

    def __init__(self, target: tuple[str, int], plan: Callable[[int], Fault | None]) -> None:
        self.target, self._plan = target, plan
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.carried: list[list[int]] = []  # of each connection: bytes of the request, bytes of the answer
        self._open: list[socket.socket] = []
        self._ended = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # else a thread that waits in accept takes one connection more
        self._listener.close()
        self._ended = True
        self.drop()

    def drop(self) -> None:
        """End every connection, as a restart of the service does: the next request needs a new one."""
        with self._lock:
            for each in self._open:
                _reset(each)
            self._open.clear()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            fault = self._plan(self.connections)
            self.connections += 1
            self.carried.append([0, 0])
            arguments = (client, fault or Fault(), self.carried[-1])
            threading.Thread(target=self._carry, args=arguments, daemon=True).start()

    def _carry(self, client: socket.socket, fault: Fault, carried: list[int]) -> None:
        with self._kept(client):
            if fault.request == 0 and fault.end == "cut":
                _reset(client)
                return
            try:
                server = socket.create_connection(self.target, timeout=10)
            except OSError:
                _reset(client)
                return
            server.settimeout(None)
            with self._kept(server):
                up = threading.Thread(target=_pump, args=(client, server, fault.request, fault, carried), daemon=True)
                up.start()
                _pump(server, client, fault.answer, fault, carried, is_answer=True)
                if fault.request < ALL and fault.end == "stall":
                    up.join()

    @contextlib.contextmanager
    def _kept(self, each: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.append(each)
        if self._ended:
            _reset(each)
        try:
            yield
        finally:
            each.close()


def _pump(
    source: socket.socket, sink: socket.socket, size: int, fault: Fault, carried: list[int], is_answer: bool = False
) -> None:
    """Carry ``size`` bytes, then do what the fault says, if it strikes in this direction."""
    with contextlib.suppress(OSError):
        left = size
        while left:
            data = source.recv(min(left, 1 << 16))
            if not data:
                sink.shutdown(socket.SHUT_WR)
                return
            carried[is_answer] += len(data)  # before: whoever has the data may look at once
            sink.sendall(data)
            left -= len(data)
        strikes = is_answer or size < ALL
        if not strikes:
            return
        if fault.end == "cut":
            _reset(sink if is_answer else source)
            _reset(source if is_answer else sink)
        elif fault.end == "stall":
            while source.recv(1 << 16):  # until somebody gives up
                pass
        elif is_answer:
            _meddle(source, sink, fault)


def _meddle(source: socket.socket, sink: socket.socket, fault: Fault) -> None:
    first = True
    while data := source.recv(1 << 16):
        if fault.end == "trickle":
            for byte in data:
                sink.sendall(bytes((byte,)))
                time.sleep(fault.pause)
            continue
        sink.sendall(bytes((data[0] ^ 1,)) + data[1:] if first else data)
        first = False
    sink.shutdown(socket.SHUT_WR)


def _reset(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        each.shutdown(socket.SHUT_RDWR)
    each.close()


def closed_port() -> int:
    """A loopback port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
