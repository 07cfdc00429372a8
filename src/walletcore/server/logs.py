"""What happens, as one JSON object a line on standard error: no secret, no payload, nothing that a client wrote."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from functools import lru_cache

__all__ = ["LOG", "JsonLines", "start", "write"]

LOG = logging.getLogger("walletcore.server")


def write(told: dict[str, object]) -> None:
    """One line about a request; without the search for the line of code that asks for it, which takes its time."""
    if LOG.isEnabledFor(logging.INFO):
        record = LOG.makeRecord(LOG.name, logging.INFO, __file__, 0, "request", (), None)
        record.told = told
        LOG.handle(record)


class JsonLines(logging.Formatter):
    """A record as JSON: time, level, event, and what ``extra={"told": {...}}`` has. Of an exception only its class."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        second, fraction = divmod(record.created, 1)
        time = f"{_to_the_second(int(second))}.{int(fraction * 1000):03}Z"
        line = {"time": time, "level": record.levelname.lower(), "event": record.getMessage()}
        line |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=True)


@lru_cache(maxsize=4)
def _to_the_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def start() -> None:
    """Send the server's log, and that of what it is built on, to standard error."""
    # What no line tells need not be found out for each (Python's Logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in ((LOG.name, logging.INFO), ("uvicorn", logging.WARNING), ("asyncio", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
