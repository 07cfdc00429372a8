"""Running the server: from a configuration to its clean end.

SIGTERM and SIGINT end it: it takes nothing new, answers what it has taken, and closes its memory.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import ssl
from contextlib import suppress
from functools import partial

from walletcore.errors import ConfigError, SignerUnavailable, needs
from walletcore.server.app import Service
from walletcore.server.body import Bodies
from walletcore.server.config import Config, Limits
from walletcore.server.desk import Desk
from walletcore.server.door import Door
from walletcore.server.identity import Clients
from walletcore.server.keys import open_keys
from walletcore.server.logs import LOG
from walletcore.server.memory import Memory, open_memory
from walletcore.server.metrics import Metrics
from walletcore.server.transport import Connection, Listener

with needs("server"):
    import uvicorn

__all__ = ["Running", "serve"]

_LEAST = 0.5  # seconds for what was answered at the last moment, to be kept


class Running:
    """One server that has been set up: its keys are open. Raises `ConfigError`."""

    def __init__(self, config: Config) -> None:
        self._limits = config.limits
        context = _context(config)
        memory = open_memory(config.store, config.limits.threads)
        try:
            self._desk, application = self._application(config, memory)
        except BaseException:
            memory.store.close()
            raise
        self.listener = Listener(_settings(config, application), context, config.limits.head, _listening)

    def _application(self, config: Config, memory: Memory) -> tuple[Desk, Door]:
        limits = config.limits
        desk = Desk(memory, signing=limits.signing, threads=limits.threads, answer=limits.answer)
        figures = Metrics(lambda: desk.under_way, self._connections)
        service = Service(
            desk=desk,
            ring=open_keys(config.keys, memory.store),
            bodies=Bodies(limits.body),
            figures=figures,
            is_ready=lambda: not self.listener.should_exit,
        )
        clients = Clients(config.clients, [key.name for key in config.keys])
        door = partial(Door, clients=clients, figures=figures, is_full=lambda: self._connections() > limits.connections)
        return desk, service.app(lambda app: door(app=app))

    def _connections(self) -> int:
        return len(self.listener.server_state.connections)

    def run(self) -> None:
        """Listen, and return when the server has come to its end. Raises `ConfigError` where it cannot listen."""
        with asyncio.Runner(loop_factory=self.listener.config.get_loop_factory()) as runner:
            runner.run(self._run())

    async def _run(self) -> None:
        self._desk.begin()
        try:
            await self.listener.serve()
        except OSError as error:
            raise ConfigError(f"server.listen: {error.strerror}", reason="policy") from None
        finally:
            _notify("STOPPING=1")
            await self._desk.close(self._left())
            LOG.info("ended")

    def _left(self) -> float:
        """Seconds for what is under way though nobody waits for it any more: what answering has left of ``drain``."""
        return max(_LEAST, self.listener.ending + self._limits.drain - asyncio.get_running_loop().time())

    def port(self, seconds: float = 10.0) -> int:
        """The port, once it listens, for whoever has started it in a thread. Raises `SignerUnavailable`."""
        if not self.listener.listening.wait(seconds):
            raise SignerUnavailable("the server does not listen")
        return self.listener.port

    def stop(self) -> None:
        """Begin the end, as SIGTERM does."""
        self.listener.should_exit = True


def serve(config: Config) -> None:
    """Run a server in the main thread until a signal ends it. Raises `ConfigError`."""
    running = Running(config)
    gc.collect()
    gc.freeze()  # what stays for good need not be looked at again and again: that takes longer than a signature
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again when all is done
        signal.signal(number, lambda *_: running.stop())
    running.run()


def _listening(port: int) -> None:
    LOG.info("listening", extra={"told": {"port": port}})
    _notify("READY=1")


def _settings(config: Config, application: Door) -> uvicorn.Config:
    limits = config.limits
    settings = uvicorn.Config(
        application,
        host=config.host,
        port=config.port,
        http=_connection(limits),
        ws="none",
        lifespan="off",
        loop="auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=limits.idle,
        timeout_graceful_shutdown=limits.drain,
        backlog=min(2 * limits.connections, 2048),
    )
    settings.load()
    return settings


def _connection(limits: Limits) -> type[Connection]:
    told = {"head_seconds": float(limits.head), "answer_seconds": float(limits.body), "most": limits.connections}
    return type("Bounded", (Connection,), told)


def _context(config: Config) -> ssl.SSLContext | None:
    """TLS 1.2 or newer. Clients must show a certificate, unless some of them have none."""
    if config.tls is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(config.tls.certificate, config.tls.key, password=_no_password)
        if config.tls.clients:
            context.load_verify_locations(config.tls.clients)
            everybody = all(client.has_certificate for client in config.clients)
            context.verify_mode = ssl.CERT_REQUIRED if everybody else ssl.CERT_OPTIONAL
    except (OSError, ValueError) as error:
        raise ConfigError(f"tls: a file cannot be read: {type(error).__name__}", reason="missing") from None
    return context


def _no_password() -> bytes:
    raise ValueError  # or OpenSSL would ask the terminal


def _notify(state: str) -> None:
    """Tell systemd (sd_notify), where it wants to be told."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
