"""The signing server as it is measured: a process with five rules and a store, and what is sent to it, in bytes."""

from __future__ import annotations

import asyncio
import itertools
import os
from pathlib import Path
from typing import Any

from support.server import ETHEREUM, FRIEND, HOT, STRANGER, Process, configuration, signing
from walletcore.chains import evm

__all__ = ["CLIENTS", "FRIEND", "STRANGER", "Server", "body_of", "posted", "read_answer"]

CLIENTS = 16
RULES = f"""
[[key.hot.guard]]
rule = "only_to"
accounts = ["{FRIEND.account_id}"]
[[key.hot.guard]]
rule = "only_chains"
chains = ["eip155:1"]
[[key.hot.guard]]
rule = "max_fee"
at_most = {{ "eip155:1/slip44:60" = 10_000_000_000_000_000 }}
[[key.hot.guard]]
rule = "limit"
asset = "eip155:1/slip44:60"
per_transaction = 1_000_000_000_000_000_000
total = "1_000_000_000_000_000_000_000_000"
per = "24h"
[[key.hot.guard]]
rule = "audit"
"""
_nonces = itertools.count()


class Server(Process):
    """The command, with five rules and a store in a folder, and what it takes of the machine."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, configuration(folder, guard=RULES))

    def seconds(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """What it has of the machine's memory now (RSS), in KiB."""
        lines = Path(f"/proc/{self.child.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def body_of(to: Any = FRIEND) -> bytes:
    """A request for the signature of a payment of which there is no second."""
    payment = evm.Transaction(
        chain=ETHEREUM, sender=HOT, to=to, value=10**9, nonce=next(_nonces), gas=21_000,
        max_fee=30 * evm.GWEI, max_priority_fee=evm.GWEI,
    )  # fmt: skip
    return signing(payment.requests()[0])


def posted(body: bytes, *, path: str = "/v1/sign") -> bytes:
    """The whole HTTP request with this body."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and the body of an answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length:")[2].split()[0])
    return int(head.split()[1]), await reader.readexactly(size)
