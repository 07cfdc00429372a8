"""The core is a function of its inputs: after import it touches nothing outside of itself, under any interpreter."""

import json

from house.source import PACKAGE, child, modules

INPUT_OUTPUT_ROOMS = ("__main__", "bulk", "cli", "server")

# Imports everything that the library might ever import, even lazily; then records every event that Python reports.
LISTEN = """
import importlib, json
for name in {modules!r}:
    importlib.import_module(name)
for name in {lazily!r}:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
from house import smoke
seen = []
sys.addaudithook(lambda event, arguments: seen.append((event, repr(arguments[:1]))) if listening else None)
listening = True
{job}
listening = False
print(json.dumps(seen))
"""
HARMLESS = {"code.__new__", "compile", "exec", "import", "marshal.loads", "object.__getattr__", "object.__setattr__"}
HARMLESS |= {"builtins.id", "sys._getframe"}


def events(job: str) -> list[tuple[str, str]]:
    """What the interpreter reports while the job runs, but for the harmless and the package's own files."""
    core = [module for module in modules() if module.room not in INPUT_OUTPUT_ROOMS]
    lazily = sorted({found.target for module in core for found in module.imports if found.in_function})
    code = LISTEN.format(modules=[module.dotted for module in core], lazily=lazily, job=job)
    seen = json.loads(child("listening = False\n" + code))
    return [(event, what) for event, what in seen if event not in HARMLESS and not is_own_file(event, what)]


def is_own_file(event: str, what: str) -> bool:
    return event in ("open", "os.listdir", "os.scandir") and what.startswith(f"('{PACKAGE}/")


def test_X15_derivation_addresses_and_signatures_touch_nothing_outside() -> None:
    assert events("smoke.run()") == []


def test_X15_the_listener_hears() -> None:
    job = """
import ctypes, os, socket, subprocess
open("/dev/null").close()
socket.socket().close()
subprocess.run(["true"])
os.listdir(".")
ctypes.CDLL(None)
"""
    heard = {event for event, _ in events(job)}
    assert {"open", "socket.__new__", "subprocess.Popen", "os.listdir", "ctypes.dlopen"} <= heard


JOB = "from house import smoke\n{setting}\nprint(*smoke.run(), sep='\\n')"


def test_X04_nothing_recurses_deeply() -> None:
    usual = child(JOB.format(setting=""))
    assert child(JOB.format(setting="smoke.run(); sys.setrecursionlimit(150)")) == usual
    assert len(usual.splitlines()) > 10


def test_X06_nothing_depends_on_assert() -> None:
    assert child(JOB.format(setting="assert False"), "-O") == child(JOB.format(setting=""))


def test_warnings_are_not_needed_to_be_silenced() -> None:
    child(JOB.format(setting=""), "-W", "error")
