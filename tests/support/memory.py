"""Where files cost no disk: stores that many processes write to are killed in the middle of it, which needs none."""

import os
import shutil

__all__ = ["in_memory"]

_ROOM = 1 << 31


def in_memory() -> str | None:
    """A directory in memory with room for databases, or None: then the usual one."""
    there = "/dev/shm"
    has_room = os.access(there, os.W_OK) and shutil.disk_usage(there).free > _ROOM
    return there if has_room else None
