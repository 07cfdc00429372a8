"""Processes that die while they sign with a token: what they answered is true, and the next one signs.

SoftHSM itself loses a token when it dies at one moment: C_Login empties token.object and lets go of its lock before it
writes the same content again. Nobody who calls C_Login can prevent that. The first test shows it with SoftHSM's own
program; the second one puts token.object back where that happened, as its owner would, and accepts it nowhere else.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from house.source import ROOT
from support.softhsm import LABEL, PIN, Step, Token, copied, entered
from support.softhsm_kills import AWAY, KEYS, PATIENCE_OF_ALL, STEPS
from walletcore.errors import SignerUnavailable
from walletcore.hashes import sha256
from walletcore.keys import Scheme
from walletcore.signing import Signature, SigningRequest

pytestmark = pytest.mark.engine

ROUNDS, LANES, KILLS = 3, 6, 24  # 432 in all; each lane has a token of its own
DEADLINE, SLACK = 5.0, 5.0
WITHOUT = {"SignerUnavailable", "SigningRefused", "OutcomeUnknown"}  # a token whose files are away


def softhsm(token: Token, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """SoftHSM's own program."""
    environment = {**os.environ, "SOFTHSM2_CONF": token.config, **environment}
    return subprocess.run(
        ["softhsm2-util", *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_H10_a_token_that_softhsm_lost_in_its_own_login_is_unavailable_until_its_file_is_back(
    template: Token, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    token = copied(template, tmp_path)
    whole = (token.files / "token.object").read_bytes()
    logs_in = ("--import", str(tmp_path / "key.pem"), "--token", LABEL, "--pin", PIN, "--label", "a", "--id", "71")
    assert softhsm(token, *logs_in, LD_PRELOAD=token.module).returncode == -signal.SIGKILL
    assert (token.files / "token.object").read_bytes() == b""
    assert LABEL not in softhsm(token, "--show-slots").stdout  # its keys cannot be decrypted any more
    with entered(token):
        with pytest.raises(SignerUnavailable, match="found none"):
            token.signer()
        (token.files / "token.object").write_bytes(whole)
        token.lib().finalize()
        verify(token, "hot", 0, token.signer().sign(request(token, "hot", 0)).data.hex())


def request(token: Token, label: str, number: int) -> SigningRequest:
    key = token.public_key(label)
    return SigningRequest(key=key, scheme=Scheme.ECDSA, payload=b"%d" % number, prehash=sha256)


def verify(token: Token, label: str, number: int, signature: str) -> None:
    request(token, label, number).accept(Signature(scheme=Scheme.ECDSA, data=bytes.fromhex(signature)))


def lane(template: Token, home: Path, seed: int) -> tuple[Token, "subprocess.Popen[str]"]:
    token = copied(template, home)
    paths = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "src")))
    command = [sys.executable, "-m", "support.softhsm_kills", str(home), str(seed), str(KILLS)]
    environment = {**os.environ, "PYTHONPATH": paths}
    return token, subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("part", range(ROUNDS))
def test_H10_four_hundred_kills_at_every_step_leave_no_half_result_and_a_token_that_signs(
    template: Token, tmp_path: Path, part: int
) -> None:
    started = time.monotonic()
    lanes = [lane(template, tmp_path / str(seed), LANES * part + seed) for seed in range(LANES)]
    signatures = 0
    for token, process in lanes:
        said, failed = process.communicate()  # it ends by itself
        assert process.returncode == 0, failed
        check_report(token, json.loads(said))
        signatures += check_log(token)
    assert signatures >= LANES * KILLS // len(STEPS)  # where the step was the answer
    assert time.monotonic() - started < PATIENCE_OF_ALL + SLACK


def check_report(token: Token, report: dict[str, Any]) -> None:
    assert report["kills"] == KILLS
    assert report["reached"] == {str(int(step)): KILLS // len(STEPS) for step in STEPS}
    assert {step for step, _ in report["lost"]} <= {Step.LOGIN}
    assert {size for _, size in report["lost"]} <= {0}
    when = Counter(each for each, *_ in report["calls"])
    assert when == Counter(there=KILLS, away=-(-KILLS // AWAY), lost=len(report["lost"]))
    for each, label, seconds, found in report["calls"]:
        assert label in KEYS
        assert seconds < DEADLINE + SLACK
        if each == "there":
            verify(token, label, 0, found)
        else:
            assert found == "SignerUnavailable"


def check_log(token: Token) -> int:
    """What those that died had answered: a signature, or that there is none while the token was away."""
    count = 0
    for line in (token.home / "log").read_text().splitlines():
        case, label, number, seconds, found = json.loads(line)
        assert seconds < DEADLINE + SLACK
        if len(found) == 128:
            verify(token, label, number, found)
            count += 1
        else:
            assert case % AWAY == 0
            assert found in WITHOUT
    return count
