"""Anvil, a development node of Ethereum in Rust (revm), as a process of its own: `make build/engines/anvil/ready`."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

__all__ = ["Anvil", "Refused", "anvil"]

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "build" / "engines" / "anvil"


class Refused(Exception):  # it is what the node answers
    """What the node will not do, in its words."""


class Anvil:
    """Its JSON-RPC."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    def ask(self, method: str, *given: Any) -> Any:
        """Return the result of a call. Raises `Refused`."""
        asked = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": given}).encode()
        request = Request(self._url, asked, {"content-type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        if "error" in told:
            raise Refused(told["error"]["message"])
        return told["result"]

    def send(self, raw: bytes) -> str:
        """Return the hash of a transaction that is taken, to be mined at once. Raises `Refused`."""
        return str(self.ask("eth_sendRawTransaction", f"0x{raw.hex()}"))

    def receipt(self, identity: str) -> dict[str, Any]:
        """Return what came of a transaction, when it is mined."""
        for _ in range(600):
            told: dict[str, Any] | None = self.ask("eth_getTransactionReceipt", identity)
            if told is not None:
                return told
            time.sleep(0.05)
        raise AssertionError(f"{identity} is not mined")

    def number(self, method: str, account: str) -> int:
        """Return the balance or the nonce of an account."""
        return int(self.ask(method, account, "latest"), 16)


@contextmanager
def anvil(hardfork: str, chain_id: int = 1) -> Iterator[Anvil]:
    """Start a node under the rules of a fork, which ends with the block."""
    programs = list(PLACE.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))
    assert programs, "there is no build/engines/anvil: make engine-packages"
    command = [str(programs[0]), "--port", "0", "--hardfork", hardfork, "--chain-id", str(chain_id)]
    with (
        TemporaryDirectory() as folder,
        (Path(folder) / "log").open("w+b") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as node,
    ):
        try:
            yield Anvil(_port(Path(log.name)))
        finally:
            node.kill()


def _port(log: Path) -> int:
    """Where it listens, which it tells when it has started."""
    for _ in range(600):
        told = re.search(r"^Listening on 127\.0\.0\.1:(\d+)$", log.read_text(), flags=re.MULTILINE)
        if told:
            return int(told[1])
        time.sleep(0.1)
    raise AssertionError(f"it does not listen: {log.read_text()[-2000:]}")
