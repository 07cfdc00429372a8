"""One event loop in a thread of its own, for synchronous signers whose library is asynchronous; a fork leaves it."""

from __future__ import annotations

import asyncio
import os

from walletcore.errors import SignerUnavailable
from walletcore.signers.aside import begun

__all__ = ["shared"]

_loops: dict[str, asyncio.AbstractEventLoop] = {}
_former: list[asyncio.AbstractEventLoop] = []


def shared() -> asyncio.AbstractEventLoop:
    """The loop of this process; its thread is started once, and is a daemon: it keeps no process.

    Raises `SignerUnavailable` where no thread is to be had; the next one who asks tries again.
    """
    loop = _loops.get("now")
    if loop is None:
        fresh = asyncio.new_event_loop()
        loop = _loops.setdefault("now", fresh)  # two threads may come at once
        if loop is fresh:
            _run(fresh)
        else:
            fresh.close()
    return loop


def _run(fresh: asyncio.AbstractEventLoop) -> None:
    try:
        begun(fresh.run_forever, "walletcore-http")
    except SignerUnavailable:
        _loops.pop("now", None)
        fresh.close()
        raise


def _forked() -> None:
    """In a child there is no thread behind the parent's loop. It is kept: closing it would disturb the parent's."""
    if _loops:
        _former.append(_loops.pop("now"))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
