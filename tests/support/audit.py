"""The log of a server's memory, as `walletcore audit` reads it in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from house.source import ROOT

__all__ = ["audit_head", "audit_verifies"]


def audit_head(memory: Path | str) -> str:
    """The number and the hash of the last line of the memory in a folder, or behind a URI."""
    return _audit("head", _uri(memory)).stdout.strip()


def audit_verifies(memory: Path | str, *heads: str) -> None:
    """The log is whole, and goes on from each of these heads."""
    done = _audit("verify", _uri(memory), *(word for head in heads for word in ("--head", head)))
    assert done.stdout.startswith("verified: "), done.stdout


def _uri(memory: Path | str) -> str:
    return memory if isinstance(memory, str) else f"sqlite:{memory}/store.db"


def _audit(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "walletcore", "audit", *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done
