"""What tests of keys in clouds share: requests, refusals, a signature cancelled at each of its awaits, a process."""

import asyncio
import subprocess
import sys
import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.held import pinned
from support.outcomes import Sign, told
from walletcore.errors import WalletcoreError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, Scheme
from walletcore.signers.remote import AsyncRemoteSigner, Patience
from walletcore.signing import AcceptedSignature, SigningRequest

__all__ = [
    "CALM",
    "HASTY",
    "QUICK",
    "SCHEMES",
    "SHORT",
    "Open",
    "check_cancelled_at_each_await",
    "check_process",
    "flipped",
    "refusal",
    "request",
    "sign_of",
]

QUICK = Patience(attempts=3, deadline=60, pause=0.01)  # to ask again; a busy machine may stand still for seconds
HASTY = Patience(attempts=2, deadline=1.2, pause=0.01)
SHORT = Patience(attempts=2, deadline=0.6, pause=0.01)
CALM = Patience(attempts=3, deadline=30, pause=0.01)
"""For the opening of a signer that is given less time afterwards: what is tried is the signature."""
SCHEMES = {Curve.SECP256K1: Scheme.ECDSA, Curve.P256: Scheme.ECDSA_P256, Curve.ED25519: Scheme.ED25519}

Open = Callable[..., Sign]


def request(curve: Curve = Curve.SECP256K1, payload: bytes = b"pay") -> SigningRequest:
    prehash = None if curve is Curve.ED25519 else keccak256
    return SigningRequest(key=pinned(curve), scheme=SCHEMES[curve], payload=payload, prehash=prehash)


def sign_of(signer: Any, patience: Patience) -> Sign:
    """How it signs, with this patience from now on; an asynchronous signer has a loop of its own for each call."""
    patient = replace(signer, patience=patience)
    if isinstance(patient, AsyncRemoteSigner):
        return lambda request: asyncio.run(patient.sign(request))
    return patient.sign  # type: ignore[no-any-return]


def refusal(error: type[WalletcoreError], call: Callable[[], object]) -> WalletcoreError:
    """The error that a call ends in, which is of this very class."""
    with pytest.raises(error) as caught:
        call()
    assert caught.type is error
    return caught.value


def flipped(data: bytes, bit: int) -> bytes:
    return data[: bit // 8] + bytes((data[bit // 8] ^ 1 << bit % 8,)) + data[bit // 8 + 1 :]


def check_cancelled_at_each_await(
    sign: Callable[[SigningRequest], Coroutine[Any, Any, AcceptedSignature]], *secrets: str
) -> int:
    """Cancel a signature where it first waits, then another one where it waits next, and so on, each in a loop of its
    own: it ends cancelled and tells no secret, and the next signature in that loop is made. Returns how many places."""

    async def tried(place: int) -> bool:
        task = asyncio.create_task(_until(place, sign(request(payload=b"%d cancelled" % place))))
        try:
            await asyncio.wait_for(task, 20)
            return False
        except asyncio.CancelledError as error:
            told_of_it = told(error)
            assert [secret for secret in secrets if secret in told_of_it] == []
        assert await asyncio.wait_for(sign(request(payload=b"%d afterwards" % place)), 20)
        return True

    place = 1
    while asyncio.run(tried(place)):
        place += 1
    return place - 1


def check_process(cloud: str, port: int, certificate: Path) -> None:
    """Signers of another process survive forks, and neither their calls nor their process wait for credentials."""
    command = [sys.executable, "-m", "support.cloud_process", cloud, str(port), str(certificate)]
    tests = Path(__file__).parents[1]
    ended = subprocess.run(command, cwd=tests, capture_output=True, text=True, timeout=90, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert ended.stdout.splitlines() == [str(["child 0"] * 3), "OutcomeUnknown OutcomeUnknown SignerUnavailable"]


async def _until(place: int, work: Coroutine[Any, Any, AcceptedSignature]) -> AcceptedSignature:
    return await _steps(place, work)


@types.coroutine
def _steps(place: int, work: Coroutine[Any, Any, AcceptedSignature]) -> Generator[Any, None, AcceptedSignature]:
    turn, thrown = 0, None
    while True:
        try:
            waits_for = work.send(None) if thrown is None else work.throw(thrown)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        turn, thrown, task = turn + 1, None, asyncio.current_task()
        if turn == place and task:
            task.cancel()
        try:
            yield waits_for
        except BaseException as error:
            thrown = error
