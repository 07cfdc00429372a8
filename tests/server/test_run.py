"""The command: a process that starts, tells so, ends when it is told to, and answers what it has taken."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.source import ROOT
from support.faults import Fault, Proxy, steps
from support.load import Callers, check_told
from support.outcomes import outcome, until
from support.server import (
    HOT,
    Process,
    Server,
    ask,
    configuration,
    key_table,
    payment,
    remote,
    request,
    signed_ids,
    token_client,
)
from walletcore.errors import ConfigError, SignerError, SignerUnavailable
from walletcore.signers.remote import Patience
from walletcore.signing import sign


def test_X05_sigterm_under_load_answers_what_was_taken_and_takes_nothing_new(tmp_path: Path) -> None:
    with Process(tmp_path, configuration(tmp_path)) as server:
        callers = Callers(sign=remote(server.port).sign, request=request, count=8, once_failed_ends=True)
        callers.start()
        assert callers.wait_for_answers(50)
        server.child.send_signal(signal.SIGTERM)
        assert server.child.wait(20) == 0
        callers.join()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", server.port))
        assert [line["event"] for line in server.lines()][-1] == "ended"
    signed = signed_ids(tmp_path)
    assert len(signed) == len(set(signed)) > 50
    check_told(callers.told, lambda asked: asked.id.hex() in signed)


EARLY = """
import signal, sys
from pathlib import Path
from walletcore.server import load, run

class Early(run.Running):
    def run(self):
        signal.raise_signal(signal.SIGTERM)
        super().run()

run.Running = Early
run.serve(load(Path(sys.argv[1])))
"""


def test_X05_sigterm_ends_a_server_that_does_not_listen_yet(tmp_path: Path) -> None:
    (tmp_path / "server.toml").write_text(configuration(tmp_path))
    paths = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    early = [sys.executable, "-c", EARLY, str(tmp_path / "server.toml")]
    assert subprocess.run(early, env=paths, timeout=30, check=False).returncode == 0


def test_systemd_is_told_when_it_listens_and_when_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with Process(tmp_path, configuration(tmp_path)) as server:
            assert line.recv(100) == b"READY=1"
            server.child.send_signal(signal.SIGINT)
            assert line.recv(100) == b"STOPPING=1"
            assert server.child.wait(20) == 0


def command(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "walletcore", "serve", "--config", str(file), *options]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(arguments, capture_output=True, text=True, env=env, timeout=60)


def test_the_command_reads_the_configuration_and_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(configuration(tmp_path, clients=token_client()))
    done = command(file, "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 keys, 1 clients\n", "")
    file.write_text(configuration(tmp_path, listen="192.0.2.1:443", guard=""))
    done = command(file)
    assert done.returncode == 1
    assert done.stderr.startswith("error: a server that others can reach must not start without tls")


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        text = configuration(tmp_path, listen=f"127.0.0.1:{taken.getsockname()[1]}")
        (tmp_path / "server.toml").write_text(text)
        done = command(tmp_path / "server.toml")
    assert done.returncode == 1
    assert "server.listen" in done.stderr


def test_a_key_that_is_not_the_pinned_one_keeps_the_server_from_starting(tmp_path: Path) -> None:
    text = configuration(tmp_path)
    (tmp_path / "hot.key").write_text("08" * 32)
    with pytest.raises(ConfigError, match=r"key\.hot: the private key is not that of the pinned"), Server(text):
        pass


def test_a_server_that_has_ended_has_closed_its_memory(tmp_path: Path) -> None:
    with Server(configuration(tmp_path)) as server:
        sign(payment(), remote(server.port))
    with pytest.raises(SignerError, match="closed"):
        server.running._desk._store.kept(bytes(32))


@pytest.mark.parametrize("answer", [2, 9])
def test_X05_the_end_comes_within_drain_whatever_a_key_does(tmp_path: Path, answer: int) -> None:
    """Whether somebody waits for the answer all the time, or was told before that there is none yet."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hot = key_table("hot", f"remote:http://127.0.0.1:{silent.getsockname()[1]}?plain=loopback", HOT)
        text = configuration(tmp_path, guard="", hot=hot, limits=f"drain = 4\nanswer = {answer}")
        with Server(text) as server:
            asking = threading.Thread(target=outcome, args=(remote(server.port).sign, request(), []))
            asking.start()
            assert until(lambda: server.running._desk.under_way == 1, 10)
            started = time.monotonic()
            server.running.stop()
            server.thread.join(20)
            seconds = time.monotonic() - started
    asking.join(20)
    assert 3.5 < seconds < 5.5


def test_X08_the_log_is_json_and_has_no_secret_and_no_payload(tmp_path: Path) -> None:
    with Process(tmp_path, configuration(tmp_path)) as server:
        signed = sign(payment(), remote(server.port))
        ask(server.port, "/v1/sign", b'{"secret": "hunter2"}', {"Authorization": "Bearer hunter3"})
        ask(server.port, "/hunter4", None)
        server.child.send_signal(signal.SIGTERM)
        server.child.wait(20)
        lines, text = server.lines(), server.log.read_text()
    asked = [line for line in lines if line["event"] == "request"]
    assert [line["outcome"] for line in asked] == ["signed", "malformed", "malformed"]
    assert set(asked[0]) >= {"time", "level", "client", "key", "status", "ms", "id", "interface", "reason"}
    for canary in ("hunter", signed.raw.hex()[10:80], (tmp_path / "hot.key").read_text().strip()):
        assert canary not in text


@pytest.mark.parametrize("fault", [each for each in steps() if each.end == "cut"], ids=str)
def test_H10_a_wire_that_is_cut_at_any_step_leaves_what_is_told_true(
    running: Server, folder: Path, fault: Fault
) -> None:
    with Proxy(("127.0.0.1", running.port), lambda number: fault if number < 1 else None) as proxy:
        asked = request()
        once = outcome(remote(proxy.port).sign, asked, [])
        time.sleep(0.1)
        is_signed = asked.id.hex() in signed_ids(folder)
        assert not (isinstance(once.failure, SignerUnavailable) and is_signed)
        patient = outcome(remote(proxy.port, patience=Patience(attempts=3, deadline=10, pause=0.01)).sign, asked, [])
        assert patient.signature is not None
    assert signed_ids(folder).count(asked.id.hex()) == 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Server]:
    with Server(configuration(folder)) as server:
        yield server


def test_the_description_is_an_openapi_document_and_names_every_path(running: Server) -> None:
    from openapi_spec_validator import validate

    status, _, told = ask(running.port, "/openapi.json", None)
    whole = json.loads(told)
    validate(whole)
    assert status == 200
    for path, methods in whole["paths"].items():
        for method in ("get", "post"):
            given = None if method == "get" else b"{}"
            found = ask(running.port, path.replace("{identifier}", "0x" + "00" * 64), given)[0]
            assert (found == 405) is (method not in methods), (path, method)
