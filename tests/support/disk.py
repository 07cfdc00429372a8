"""A store in a file whose disk is slow, counts its commits, and is full when it is told so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from walletcore.errors import SignerUnavailable
from walletcore.signers.sqlite import SqliteStore

__all__ = ["Disk"]


class Disk(SqliteStore):
    """Says at the commit that it is full; each commit takes ``pause`` seconds."""

    commits, is_full, pause = 0, False, 0.0

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """As the store's own, up to the commit."""
        with super().transaction() as open_:
            yield open_
            time.sleep(self.pause)
            if self.is_full:
                raise SignerUnavailable("the disk is full")
        self.commits += 1
