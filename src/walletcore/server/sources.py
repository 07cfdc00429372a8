"""Where the secrets of keys come from: files that nobody else may read, systemd's credentials, the environment.

A source is read each time that a signer asks, so that a secret that was replaced is seen.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from walletcore.errors import ConfigError, SignerError
from walletcore.secret import Secret, sealed
from walletcore.server.toml import Table
from walletcore.signers.uri import Secrets

__all__ = ["Source", "read_sources", "secrets_of"]

_PLACES = ("file", "credential", "environment")
_FORMS = ("text", "hex", "raw")
_MAX_SECRET = 1 << 16
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One secret's place (file, credential, environment), its name there, and its form.

    ``text`` loses the end of its line, ``hex`` is hexadecimal digits, ``raw`` is taken as it is.
    """

    place: str
    name: str = field(repr=False)
    form: str = "text"


def read_sources(table: Table) -> tuple[tuple[str, Source], ...]:
    """The table ``secrets``: what a signer asks for (such as its ``PIN``) and its source. Raises `ConfigError`."""
    return tuple((name, _source(table, name)) for name in table.names())


def _source(table: Table, name: str) -> Source:
    where = table.at(name)
    try:
        inner = Table(table.take(name, dict), where)
    except ConfigError:  # someone wrote the secret itself
        raise ConfigError(f"{where}: expected a table that says where the secret is", reason="policy") from None
    places = [place for place in _PLACES if place in inner]
    if len(places) != 1:
        raise ConfigError(f"{where}: expected one of {', '.join(_PLACES)}", reason="ambiguous")
    source = Source(place=places[0], name=inner.take(places[0], str), form=inner.take_or("form", "text"))
    inner.end()
    if source.form not in _FORMS:
        raise ConfigError(f"{where}.form: expected one of {', '.join(_FORMS)}", reason="unknown")
    if source.place == "file" and not source.name.startswith("/"):
        raise ConfigError(f"{where}.file: expected an absolute path", reason="prefix")
    if source.place == "credential" and (not source.name or "/" in source.name or source.name.startswith(".")):
        raise ConfigError(f"{where}.credential: expected the name of a credential", reason="character")
    return source


def secrets_of(sources: tuple[tuple[str, Source], ...]) -> Secrets:
    """The callback of `open_signer` that reads these sources when it is asked."""
    known = dict(sources)

    @sealed
    def given(name: str) -> Secret:
        if name not in known:
            raise SignerError(f"the signer needs the {name}, and its secrets do not say where it is", reason="missing")
        source = known[name]
        return _formed(_READERS[source.place](source.name), source.form)

    return given


def _formed(data: bytes, form: str) -> Secret:
    if form == "raw":
        return Secret(data)
    text = data.removesuffix(b"\n").removesuffix(b"\r")
    if form == "text":
        return Secret(text)
    try:
        return Secret(bytes.fromhex(text.decode("ascii")))
    except ValueError:
        raise SignerError("expected a secret of hexadecimal digits", reason="character") from None


def _from_file(name: str) -> bytes:
    return _read(Path(name), is_ours=True)


def _from_credential(name: str) -> bytes:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise SignerError("there is no CREDENTIALS_DIRECTORY: systemd gives it", reason="missing")
    return _read(Path(folder) / name, is_ours=False)  # systemd's own rights: only the service can enter the folder


def _from_environment(name: str) -> bytes:
    value = os.environb.get(name.encode())
    if value is None:
        raise SignerError("a variable of the environment that holds a secret is not there", reason="missing")
    return value


_READERS: dict[str, Callable[[str], bytes]] = {
    "file": _from_file,
    "credential": _from_credential,
    "environment": _from_environment,
}


def _read(path: Path, *, is_ours: bool) -> bytes:
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, _FLAGS)) as file:
            status = os.fstat(file.fileno())
            data = file.read(_MAX_SECRET + 1)
    except OSError as error:
        raise SignerError(f"a file with a secret cannot be read: {error.strerror}", reason="missing") from None
    if not stat.S_ISREG(status.st_mode):
        raise SignerError("expected a regular file with a secret", reason="type")
    if is_ours and status.st_mode & _OTHERS:
        hint = "chmod 600 makes it private"
        raise SignerError("expected a file that nobody but its owner may access", reason="policy", hint=hint)
    if len(data) > _MAX_SECRET:
        raise SignerError(f"expected a secret of at most {_MAX_SECRET} bytes", reason="too-large")
    return data
