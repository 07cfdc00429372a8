"""What a signing server is told: where it listens, who may ask, which keys it has, what guards them; a TOML file.

No secret stands in it: a client is known by the hash of its token or by its certificate, and a key names the places its
secrets come from. Everything is checked before anything is opened.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from walletcore.chains import chain, evm
from walletcore.chains.base import Chain
from walletcore.errors import ConfigError
from walletcore.keys import PublicKey
from walletcore.server.policies import check_rules
from walletcore.server.rows import read_rows
from walletcore.server.sources import Source, read_sources
from walletcore.server.toml import MAX_CONFIG, Table, parse, placed, read_public_key
from walletcore.signers import check_installed as check_signer
from walletcore.signers import check_uri
from walletcore.signers.store import check_installed as check_store
from walletcore.signers.store import scheme_of

__all__ = ["Client", "Config", "Key", "Limits", "Rule", "Tls", "check_installed", "load", "read"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_OF_NOTHING = ("00" * 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")  # a blank, SHA-256 of ""
_MAX_NAMED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM files: this server's certificate with its key, and the authorities of clients' certificates."""

    certificate: Path
    key: Path
    clients: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who may ask: known by everything that is given here, for the keys that are named, and perhaps the metrics."""

    name: str
    token_sha256: bytes | None = None
    certificate_sha256: bytes | None = None
    certificate_subject: str | None = None
    keys: frozenset[str] = frozenset()
    metrics: bool = False

    @property
    def has_certificate(self) -> bool:
        """Whether it is known by a certificate, alone or beside a token."""
        return self.certificate_sha256 is not None or self.certificate_subject is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of a guard by its name, with its arguments as the file has them, and where it stands."""

    name: str
    arguments: Table = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key: the signer's URI and the pinned public half, its secrets, its rules.

    ``chain`` (CAIP-2) is that of what names none. ``rows`` are the chains of which the file says what no signed bytes
    do; they are the same for all keys.
    """

    name: str
    uri: str = field(repr=False)
    public_key: PublicKey
    chain: str = ""
    secrets: tuple[tuple[str, Source], ...] = ()
    rules: tuple[Rule, ...] = ()
    rows: tuple[Chain, ...] = ()
    allow_opaque: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server takes on at most; times are seconds.

    ``connections`` at once; ``signing`` requests of one key under way at once; ``threads`` that wait for the device of
    one key. ``head`` for the TLS handshake and the head of a request, ``body`` for the rest of it,
    ``idle`` between two requests, ``answer`` for a signature, ``drain`` for what is under way when the server ends.
    """

    connections: int = 256
    signing: int = 64
    threads: int = 16
    head: int = 5
    body: int = 10
    idle: int = 30
    answer: int = 30
    drain: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of it. ``store`` names the memory of guards and signatures."""

    host: str
    port: int
    store: str = field(repr=False)
    tls: Tls | None = None
    clients: tuple[Client, ...] = ()
    keys: tuple[Key, ...]
    limits: Limits = Limits()

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can ask."""
        return ipaddress.ip_address(self.host).is_loopback

    def missing(self) -> tuple[str, ...]:
        """What a server that others can reach must have, and this one has not."""
        lacks = [] if self.tls else ["tls: without it, tokens and requests travel in the open"]
        lacks += [] if self.clients else ["client: without one, nobody is known and anybody may ask"]
        lacks += [f"client.{each.name}.keys: it may use no key" for each in self.clients if not each.keys]
        lacks += [f"key.{each.name}.guard: it would sign anything" for each in self.keys if not each.rules]
        return tuple(lacks)


def load(path: Path) -> Config:
    """The configuration in a file. Raises `ConfigError`."""
    try:
        with path.open("rb") as file:
            return read(file.read(MAX_CONFIG + 1))
    except OSError as error:
        raise ConfigError(f"the configuration cannot be read: {error.strerror}", reason="missing") from None


def read(data: bytes) -> Config:
    """The configuration in a text. Raises `ConfigError`, which names the place.

    A server that others can reach must have TLS, clients with rights, and a rule for each key.
    """
    document = parse(data)
    server = document.table("server")
    host, port = _address(server)
    rows = read_rows(document)
    config = Config(
        host=host,
        port=port,
        store=server.checked("store", scheme_of),
        tls=_tls(document),
        keys=tuple(_key(name, table, rows) for name, table in document.named("key")),
        clients=tuple(_client(name, table) for name, table in document.named("client")),
        limits=_limits(document.table("limits")),
    )
    server.end()
    document.end()
    _check(config)
    return config


def check_installed(config: Config) -> None:
    """Import what opens the store, the keys and their approvers. Raises `ConfigError` where it is not installed."""
    with placed("server.store"):
        check_store(config.store)
    for key in config.keys:
        with placed(f"key.{key.name}"):
            check_signer(key.uri)
        for rule in key.rules:
            with placed(rule.arguments.path):
                for uri in rule.arguments.texts_within("uri"):
                    check_signer(uri)


def _address(server: Table) -> tuple[str, int]:
    text = server.take("listen", str)
    host, colon, port = text.rpartition(":")
    try:
        address = str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
        if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError
    except ValueError:
        raise ConfigError(f"{server.at('listen')}: expected an address and a port, as in 127.0.0.1:8443") from None
    return address, int(port)


def _tls(document: Table) -> Tls | None:
    if "tls" not in document:
        return None
    table = document.table("tls")
    clients = table.take_or("clients", "")
    tls = Tls(
        certificate=Path(table.take("certificate", str)),
        key=Path(table.take("key", str)),
        clients=Path(clients) if clients else None,
    )
    table.end()
    return tls


def _limits(table: Table) -> Limits:
    names = {name: getattr(Limits(), name) for name in Limits.__slots__}
    limits = Limits(**{name: table.number(name, default, 1, 10_000) for name, default in names.items()})
    table.end()
    return limits


def _key(name: str, table: Table, rows: tuple[Chain, ...]) -> Key:
    _check_name(name, table)
    rules = tuple(Rule(name=each.take("rule", str), arguments=each) for each in table.tables("guard"))
    key = Key(
        name=name,
        uri=table.checked("uri", check_uri),
        public_key=read_public_key(table),
        chain=_chain(table),
        secrets=read_sources(table.table("secrets")),
        rules=rules,
        rows=rows,
        allow_opaque=table.take_or("allow_opaque", False),
    )
    table.end()
    return key


def _chain(table: Table) -> str:
    name = table.take_or("chain", "")
    with placed(table.at("chain")):
        return chain(name, evm.Evm).caip2 if name else ""


def _client(name: str, table: Table) -> Client:
    _check_name(name, table)
    client = Client(
        name=name,
        token_sha256=_hash(table, "token_sha256"),
        certificate_sha256=_hash(table, "certificate_sha256"),
        certificate_subject=table.take_or("certificate_subject", "") or None,
        keys=frozenset(table.texts("keys")) if "keys" in table else frozenset(),
        metrics=table.take_or("metrics", False),
    )
    table.end()
    if client.token_sha256 is None and not client.has_certificate:
        expected = "token_sha256, certificate_sha256 or certificate_subject"
        raise ConfigError(f"{table.path}: expected {expected}: it would be nobody", reason="missing")
    return client


def _hash(table: Table, name: str) -> bytes | None:
    if name not in table:
        return None
    text = table.take(name, str).replace(":", "").lower()  # fingerprints are written with colons, too
    if not _HASH.fullmatch(text):
        raise ConfigError(f"{table.at(name)}: expected SHA-256 as 64 hexadecimal digits", reason="character")
    if text in _OF_NOTHING:
        raise ConfigError(
            f"{table.at(name)}: expected the hash of something: anybody can show nothing", reason="policy"
        )
    return bytes.fromhex(text)


def _check_name(name: str, table: Table) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{table.path}: expected a name of letters, digits, dots, dashes", reason="character")


def _check(config: Config) -> None:
    names = {key.name for key in config.keys}
    if not names or max(len(config.keys), len(config.clients)) > _MAX_NAMED:
        raise ConfigError(f"key: expected 1 to {_MAX_NAMED} keys, and as many clients at most", reason="length")
    if len({key.public_key.even_y() for key in config.keys}) != len(names):
        raise ConfigError("key: two keys have one public key", reason="duplicate")
    for key in config.keys:
        check_rules(key)
    for client in config.clients:
        if not client.keys <= names:
            raise ConfigError(f"client.{client.name}.keys: there is no such key", reason="unknown")
        if client.has_certificate and not (config.tls and config.tls.clients):
            needed = "tls.clients: expected the authorities of clients' certificates"
            raise ConfigError(f"{needed}, for client.{client.name}", reason="missing")
    known = [(c.token_sha256, c.certificate_sha256, c.certificate_subject) for c in config.clients]
    if len(set(known)) != len(known):
        raise ConfigError("client: two clients are known by the same", reason="duplicate")
    if not config.is_loopback and config.missing():
        told = "; ".join(config.missing())
        raise ConfigError(f"a server that others can reach must not start without {told}", reason="policy")
