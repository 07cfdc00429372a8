"""CPU time of a piece of code, for tests that bound what a hostile input may cost."""

import subprocess
import sys

__all__ = ["SLACK", "cpu_seconds"]

SLACK = 5  # how much slower than its bound a test may find the code, on a busy or a slow machine

_CHILD = """
import sys, time
setup, code = sys.argv[1:]
namespace = {}
exec(setup, namespace)
work = compile(code, "<measured>", "exec")
begin = time.process_time()
exec(work, namespace)
print(time.process_time() - begin)
"""


def cpu_seconds(code: str, *, setup: str = "") -> float:
    """Return the CPU time of `code` after `setup`, in seconds: the least of three runs, each in a fresh interpreter."""
    return min(_once(setup, code) for _ in range(3))


def _once(setup: str, code: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, setup, code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)
