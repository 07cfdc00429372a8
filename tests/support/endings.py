"""Threads that take their time to end, as one does whose libraries free what they kept for it."""

import ctypes
import os
import threading

__all__ = ["ends_slowly", "there"]

_LIBC = ctypes.CDLL(None)
_KEY = ctypes.c_uint()
_LIBC.pthread_key_create(ctypes.byref(_KEY), _LIBC.usleep)  # called with the value, after all Python


def ends_slowly(seconds: float) -> int:
    """Let this thread take so long to end, once all of its Python is done; its number."""
    _LIBC.pthread_setspecific(_KEY, ctypes.c_void_p(int(seconds * 1_000_000)))
    return threading.get_native_id()


def there(threads: set[int]) -> set[int]:
    """Those that the system has in this process."""
    return threads & {int(name) for name in os.listdir("/proc/self/task")}
