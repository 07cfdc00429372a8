"""The command line as tests use it: in a process of its own, in this process with secrets, or at a terminal."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

from walletcore.cli import run

__all__ = ["COMMAND", "PHRASE", "at_a_terminal", "piped", "with_secrets"]

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
COMMAND = [sys.executable, "-m", "walletcore"]


def piped(*arguments: str, lines: str = PHRASE + "\n", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with these lines on standard input."""
    return subprocess.run([*COMMAND, *arguments], input=lines, capture_output=True, text=True, check=False, cwd=cwd)


def with_secrets(*arguments: str, lines: str = PHRASE + "\n") -> int:
    """The command in this process, its secrets at a file descriptor; the exit code."""
    reading, writing = os.pipe()
    try:
        os.write(writing, lines.encode())
        os.close(writing)
        return run([*arguments, "--fd", str(reading)])
    finally:
        os.close(reading)


def at_a_terminal(*arguments: str, answers: dict[str, str], columns: int = 80) -> tuple[int, str]:
    """The command at a terminal, where each prompt gets its answer; the exit code and all that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        termios.tcsetwinsize(0, (24, columns))
        os.execv(sys.executable, [*COMMAND, *arguments])
    shown, waiting = b"", dict(answers)
    try:
        while chunk := os.read(terminal, 1024):
            shown += chunk
            for prompt in [prompt for prompt in waiting if prompt.encode() in shown]:
                os.write(terminal, f"{waiting.pop(prompt)}\n".encode())
    except OSError:  # the child has closed the terminal
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()
