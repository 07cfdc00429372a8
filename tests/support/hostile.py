"""Input that nobody means well with, by the mebibyte, and what it costs to refuse it."""

import random
import time
import tracemalloc
from collections.abc import Callable

import pytest

from support.cpu import SLACK

__all__ = ["MEBIBYTE", "SHAPES", "check_cost", "check_time", "filled"]

MEBIBYTE = 1 << 20
SHAPES = {
    "0": b"0",
    "z": b"z",
    "[": b"[",
    "81": b"\x81",
    "c1": b"\xc1",
    "random": random.Random(13).randbytes(MEBIBYTE),
}
"""What is repeated: digits, letters, brackets, and bytes that begin long things in binary formats."""


def filled(piece: bytes, size: int) -> bytes:
    """So many bytes of one thing."""
    return (piece * (size // len(piece) + 1))[:size]


def check_cost(decode: Callable[[], object], kind: type[Exception], *, seconds: float, memory: int) -> None:
    """Something is refused with an error of this class, within so many seconds of CPU and bytes at the peak.

    The least of three runs counts, and a busy machine is given `SLACK`.
    """
    assert min(_timed(decode, kind) for _ in range(3)) < seconds * SLACK
    tracemalloc.start()
    try:
        _timed(decode, kind)
        assert tracemalloc.get_traced_memory()[1] < memory
    finally:
        tracemalloc.stop()


def check_time(work: Callable[[], object], *, seconds: float) -> None:
    """Something is done within so many seconds of CPU; the least of three runs, and `SLACK`, as for `check_cost`."""
    assert min(_seconds(work) for _ in range(3)) < seconds * SLACK


def _seconds(work: Callable[[], object]) -> float:
    begin = time.thread_time()
    work()
    return time.thread_time() - begin


def _timed(decode: Callable[[], object], kind: type[Exception]) -> float:
    begin = time.thread_time()
    with pytest.raises(kind):
        decode()
    return time.thread_time() - begin
