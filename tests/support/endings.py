"""Threads that take their time to end, as one does whose libraries free what they kept for it."""

import ctypes
import os

__all__ = ["ends_slowly", "tasks"]

_LIBC = ctypes.CDLL(None)
_KEY = ctypes.c_uint()
_LIBC.pthread_key_create(ctypes.byref(_KEY), _LIBC.usleep)  # called with the value, after all Python


def ends_slowly(seconds: float) -> None:
    """Let this thread take so long to end, once all of its Python is done."""
    _LIBC.pthread_setspecific(_KEY, ctypes.c_void_p(int(seconds * 1_000_000)))


def tasks() -> set[int]:
    """The threads of this process, as the system has them."""
    return {int(name) for name in os.listdir("/proc/self/task")}
