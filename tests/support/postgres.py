"""A PostgreSQL cluster of a test's own: in a temporary directory, on a socket in it, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from support.memory import in_memory

__all__ = ["Cluster", "cluster"]

_NUMBERS = count(1)


def _programs() -> Path:
    """The newest release that Debian has installed, or where the search path leads."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return installed[-1].parent if installed else Path(shutil.which("initdb") or "initdb").resolve().parent


@dataclass(frozen=True)
class Cluster:
    """A running server; whoever may open its socket is its superuser."""

    home: Path

    @property
    def settings(self) -> str:
        """What the server is started with: no port, a socket in its own directory."""
        return f"-c listen_addresses='' -c unix_socket_directories='{self.home}' -c max_connections=60"

    def url(self, database: str = "postgres", user: str = "owner") -> str:
        return f"postgresql://{user}@/{database}?host={self.home}"

    def new(self, options: str = "") -> str:
        """The URL of a new, empty database."""
        name = f"store{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def run(self, statement: str, database: str = "postgres") -> str:
        """What the database answers, a row a line."""
        arguments = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", str(self.home), "-U", "owner", database]
        done = subprocess.run(
            [str(_programs() / arguments[0]), *arguments[1:], "-c", statement],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def stop(self, how: str = "fast") -> None:
        """End the server; ``immediate`` is as if its machine lost power."""
        self.control("-m", how, "stop")

    def start(self) -> None:
        """Start it again, on what it has on disk."""
        self.control("-o", self.settings, "-l", str(self.home / "log"), "start")

    def control(self, *words: str) -> None:
        """pg_ctl, as the user that the server runs as."""
        _as_server([str(_programs() / "pg_ctl"), "-D", str(self.home / "data"), "-w", "-s", *words])


def _as_server(command: list[str]) -> None:
    """PostgreSQL refuses root; Debian's package has made a user for it."""
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """It flushes what is committed, as a server must."""
    home = Path(tempfile.mkdtemp(prefix="pg", dir=in_memory()))  # the path of a socket is short
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(home, user.pw_uid, user.pw_gid)
        data = str(home / "data")
        _as_server([str(_programs() / "initdb"), "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-locale"])
        made = Cluster(home)
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(home)
