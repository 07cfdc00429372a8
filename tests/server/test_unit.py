"""The unit of docs/server.md: systemd reads it, and the server runs under what it allows, with a token of SoftHSM."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from eth_account import Account

from house.source import ROOT
from support.audit import audit_head, audit_verifies
from support.outcomes import until
from support.parts import hsm_key, sender
from support.server import configuration, payment, remote, signed_ids
from support.softhsm import PIN, Token, copied
from walletcore.server.config import Limits
from walletcore.signing import sign

pytestmark = pytest.mark.engine

UNIT = re.findall(r"```ini\n(.*?)```", (ROOT / "docs/server.md").read_text(), re.DOTALL)[0]
CONFINED = """
mount --bind "$STATE_DIRECTORY" "$STATE_DIRECTORY" && mount -o remount,bind,ro / && umask 0077 && cd / &&
! touch "$HOME/forbidden" 2> /dev/null &&
exec prlimit --nofile=4096 --core=0 setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all "$@"
"""
"""A file system that may only be read but for the state's folder, no capabilities, and none to be had."""


def test_systemd_reads_every_line_of_the_unit(tmp_path: Path) -> None:
    file = tmp_path / "walletcore.service"
    file.write_text(re.sub(r"/opt/walletcore/bin/walletcore", sys.executable, UNIT))
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert re.search(r"^ProtectSystem=strict$", UNIT, re.MULTILINE)
    file.write_text(file.read_text().replace("ProtectSystem", "ProtectSystems"))
    assert "ProtectSystems" in subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr


def test_the_unit_allows_what_the_default_limits_need() -> None:
    """The threads of 20 keys, as the page computes them, and the time for a clean end."""
    limits, allowed = Limits(), dict(re.findall(r"^(TasksMax|TimeoutStopSec)=(\d+)$", UNIT, re.MULTILINE))
    assert int(allowed["TasksMax"]) >= 12 * (limits.threads + limits.signing) + 64
    assert int(allowed["TimeoutStopSec"]) > limits.drain + 1


def environment(folder: Path, state: Path, notify: str) -> dict[str, str]:
    """What systemd gives, and what the unit says for SoftHSM; nothing of ours."""
    found = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder), "PYTHONPATH": str(ROOT / "src")}
    found |= {"STATE_DIRECTORY": str(state), "CREDENTIALS_DIRECTORY": str(folder / "credentials")}
    return found | {"NOTIFY_SOCKET": notify, "SOFTHSM2_CONF": str(state / "softhsm2.conf")}


def credential(folder: Path, name: str, value: str) -> None:
    """As systemd hands it over: to be read, by its owner alone."""
    (folder / "credentials").mkdir()
    (folder / "credentials" / name).write_text(value)
    (folder / "credentials" / name).chmod(0o400)
    (folder / "credentials").chmod(0o500)


@pytest.mark.parametrize("is_abstract", [False, True])
def test_the_server_runs_in_what_the_unit_leaves_of_the_machine(
    template: Token, tmp_path: Path, is_abstract: bool
) -> None:
    state = tmp_path / "state"
    state.mkdir(0o700)
    key, table = hsm_key("hot", copied(template, state))
    table = table.replace("environment = 'HSM_PIN'", 'credential = "hsm-pin"')
    text = configuration(tmp_path, hot=table, store=f"sqlite:{state}/store.db")
    (tmp_path / "server.toml").write_text(text)
    credential(tmp_path, "hsm-pin", PIN)
    notify = f"@walletcore-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    arguments = ["unshare", "--map-root-user", "--mount", "sh", "-c", CONFINED, "sh"]
    arguments += [sys.executable, "-m", "walletcore", "serve", "--config", str(tmp_path / "server.toml")]
    log, env = tmp_path / "log", environment(tmp_path, state, notify)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line, log.open("wb") as told:
        line.bind(notify.replace("@", "\0"))
        line.settimeout(60)
        with subprocess.Popen(arguments, env=env, stdin=subprocess.DEVNULL, stdout=told, stderr=told) as server:
            try:
                assert until(lambda: b"listening" in log.read_bytes() or server.poll() is not None, 60)
                assert line.recv(100) == b"READY=1", log.read_text()
                port = int(re.findall(r'"port": ?(\d+)', log.read_text())[0])
                signed = sign(payment(key=key), remote(port, key=key))
                assert Account.recover_transaction(signed.raw) == sender(key)
                check_confinement(server.pid)
                server.send_signal(signal.SIGTERM)
                assert line.recv(100) == b"STOPPING=1"
                assert server.wait(60) == 0
            finally:
                server.kill()
    memory = f"sqlite:{state}/store.db"
    assert len(signed_ids(memory)) == 1
    audit_verifies(memory, audit_head(memory))
    for file in state.glob("store.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def check_confinement(process: int) -> None:
    """The kernel's own word that this is the server which had nothing."""
    status = Path(f"/proc/{process}/status").read_text()
    for name, value in (("NoNewPrivs", "1"), ("CapEff", "0" * 16), ("CapBnd", "0" * 16), ("Umask", "0077")):
        assert re.search(rf"^{name}:\t{value}$", status, re.MULTILINE), status
    assert re.search(r"^Max core file size +0 +0 ", Path(f"/proc/{process}/limits").read_text(), re.MULTILINE)
