"""One event loop in a thread of its own, for synchronous signers whose library is asynchronous; a fork leaves it."""

from __future__ import annotations

import asyncio
import os
import threading

__all__ = ["shared"]

_loops: dict[str, asyncio.AbstractEventLoop] = {}
_former: list[asyncio.AbstractEventLoop] = []


def shared() -> asyncio.AbstractEventLoop:
    """The loop of this process; its thread is started once, and is a daemon: it keeps no process."""
    loop = _loops.get("now")
    if loop is None:
        fresh = asyncio.new_event_loop()
        loop = _loops.setdefault("now", fresh)  # two threads may come at once
        if loop is fresh:
            threading.Thread(target=fresh.run_forever, name="walletcore-http", daemon=True).start()
        else:
            fresh.close()
    return loop


def _forked() -> None:
    """In a child there is no thread behind the parent's loop. It is kept: closing it would disturb the parent's."""
    if _loops:
        _former.append(_loops.pop("now"))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
