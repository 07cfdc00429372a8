"""A child process that is forked here, heard for so many seconds at most, and gone afterwards."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

from walletcore.testing.calls import Late

__all__ = ["can_fork", "forked"]

_MAX_ANSWER = 1 << 16


def can_fork() -> bool:
    """Whether a process may be forked in good conscience: on macOS, frameworks of the system break in the child."""
    import os

    return hasattr(os, "fork") and sys.platform != "darwin"


def forked(work: Callable[[], bytes], meanwhile: Callable[[], object], seconds: float) -> bytes:
    """The line that a child process says, while this one does something; b"" when it ends without a word.

    Raises `Late` when nothing is heard in time. The child does not live on.
    """
    import os
    import signal
    from contextlib import suppress

    read, write = os.pipe()
    child = _fork()
    if not child:
        try:
            os.write(write, work()[:_MAX_ANSWER].replace(b"\n", b" ") + b"\n")
        finally:
            os._exit(0)
    os.close(write)
    try:
        meanwhile()
        return _line(read, time.monotonic() + seconds)
    finally:
        os.close(read)
        with suppress(ProcessLookupError, ChildProcessError):  # where children are reaped by somebody else
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _fork() -> int:
    """A fork whose child collects no garbage, not even where something else runs in it first (`os.register_at_fork`).

    What others left behind in the parent, such as channels and loops, is not to be ended there.
    """
    import gc
    import os

    collects, child = gc.isenabled(), -1
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # CPython's, of a fork beside threads: it is meant
            child = os.fork()
        return child
    finally:
        if child and collects:
            gc.enable()


def _line(read: int, until: float) -> bytes:
    """What is written up to the end of a line, or the end of the writer."""
    import os
    import selectors

    heard = b""
    with selectors.DefaultSelector() as selector:
        selector.register(read, selectors.EVENT_READ)
        while not heard.endswith(b"\n"):
            if not selector.select(max(0.0, until - time.monotonic())):
                raise Late
            if not (part := os.read(read, _MAX_ANSWER)):
                break
            heard += part
    return heard.rstrip(b"\n")
