"""Kill processes that sign with a token, at seeded moments of each step, and say what they left behind.

Run as a program with a token's directory, a seed and a number: it prints a `Report` in JSON. This process never
initialises the module, and has one thread: each victim, and each witness after it, is forked from it and begins with
nothing. None outlives its alarm, so nothing here waits for ever.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import itertools
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from support.softhsm import SOFTHSM, Step, Token
from walletcore.errors import WalletcoreError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signer, SigningRequest

__all__ = ["AWAY", "KEYS", "PATIENCE_OF_ALL", "STEPS", "Report"]

KEYS = ("hot", "bip32", "careful")
"""The labels of the keys that sign; the last one wants a login for each signature."""
ANSWERED = 255
STEPS: dict[int, int] = {
    **dict.fromkeys((Step.INITIALIZE, Step.GET_SLOT_LIST, Step.GET_TOKEN_INFO, Step.OPEN_SESSION), 1),
    **dict.fromkeys((Step.CLOSE_SESSION, Step.FIND_OBJECTS_INIT, Step.FIND_OBJECTS, Step.GET_ATTRIBUTE_VALUE), 1),
    **dict.fromkeys((Step.LOGIN, Step.SIGN_INIT, Step.SIGN, ANSWERED), 3),
}
"""Where processes die: the step, and which time at most that they come to it."""
MOMENTS = (0.0, 0.0003, 0.003)  # seconds after a step began, at most
PATIENCE, PATIENCE_OF_ALL = 20, 85  # seconds after which a forked process, and this one, ends by itself
AWAY = 7  # each seventh time, the token's files are taken away before the kill, and brought back


@dataclass
class Report:
    """What came of it. ``calls`` has what each witness found: when, seconds, and a signature or an error's name."""

    kills: int = 0
    reached: dict[int, int] = field(default_factory=dict)
    lost: list[tuple[int, int]] = field(default_factory=list)  # the last step of who died, the size of token.object
    calls: list[tuple[str, str, float, str]] = field(default_factory=list)


def ask(token: Token, label: str, number: int) -> tuple[float, str]:
    """Open a signer and sign: the seconds that it took, and the signature in hex or the name of the error."""
    started = time.monotonic()
    try:
        found = signed(token.signer(label), number)
    except WalletcoreError as error:
        found = type(error).__name__
    return time.monotonic() - started, found


def signed(signer: Signer, number: int) -> str:
    request = SigningRequest(key=signer.public_key, scheme=Scheme.ECDSA, payload=b"%d" % number, prehash=sha256)
    return signer.sign(request).data.hex()


def forked(work: Callable[[int], object]) -> tuple[int, int]:
    """A process that does this work, which is given a file to write to; and the end from which that is read."""
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        signal.alarm(PATIENCE)
        os.close(reader)
        with suppress(BaseException):
            work(writer)
        os._exit(0)
    os.close(writer)
    return process, reader


def witness(token: Token, label: str) -> tuple[float, str]:
    """What a process finds that has nothing to do with those that died."""
    process, reader = forked(lambda file: os.write(file, json.dumps(ask(token, label, 0)).encode()))
    with open(reader) as answer:
        text = answer.read()
    os.waitpid(process, 0)
    seconds, found = json.loads(text) if text else (float(PATIENCE), "nothing")
    return seconds, found


def sign_for_ever(token: Token, label: str, case: int, log: Path) -> Callable[[int], object]:
    def work(file: int) -> None:
        token.announce(file)
        lines = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number in itertools.count():
            line = json.dumps([case, label, number, *ask(token, label, number)])
            os.write(lines, line.encode() + b"\n")
            os.write(file, bytes([ANSWERED]))

    return work


def wait_for(reader: int, step: int, times: int) -> bool:
    """Whether the process came to this step so many times, before it ended."""
    while times:
        found = os.read(reader, 1)
        if not found:
            return False
        times -= found[0] == step
    return True


def last_step(reader: int, step: int) -> int:
    """The last step that a process came to which had come to this one."""
    rest = b"".join(iter(lambda: os.read(reader, 4096), b""))
    return rest[-1] if rest else step


def kill(process: int) -> bool:
    """Whether it was this signal of which the process died."""
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@dataclass(frozen=True)
class Place:
    """A token's files, which may be away for a while, and a copy of them from before."""

    token: Token
    files: Path
    copy: Path

    def away(self) -> None:
        self.files.rename(self.token.home / "away")

    def back(self) -> None:
        (self.token.home / "away").rename(self.files)

    def lost(self) -> int | None:
        """The size of token.object when it is not what it was; all other files must be as they were."""
        for file in self.copy.iterdir():
            now = (self.files / file.name).read_bytes()
            if file.name == "token.object" and len(now) != file.stat().st_size:
                return len(now)
            assert file.name == "token.object" or now == file.read_bytes(), file.name
        assert len(list(self.copy.iterdir())) == len(list(self.files.iterdir()))
        return None

    def restore(self) -> None:
        shutil.copyfile(self.copy / "token.object", self.files / "token.object")


def one(place: Place, chance: random.Random, case: int, report: Report) -> None:
    """One death, and what is left after it."""
    token = place.token
    step, label = list(STEPS)[case % len(STEPS)], chance.choice(KEYS)
    times = 1 if step == Step.LOGIN and label != "careful" else chance.randint(1, STEPS[step])
    process, reader = forked(sign_for_ever(token, label, case, token.home / "log"))
    reached = wait_for(reader, step, times)
    time.sleep(chance.random() * chance.choice(MOMENTS))
    goes = case % AWAY == 0
    if goes:
        place.away()
        time.sleep(chance.random() * chance.choice(MOMENTS))
    report.kills += kill(process)
    report.reached[step] = report.reached.get(step, 0) + reached
    if goes:
        report.calls.append(("away", label, *witness(token, label)))
        place.back()
    end = last_step(reader, step)
    os.close(reader)
    size = place.lost()
    if size is not None:
        report.lost.append((end, size))
        report.calls.append(("lost", label, *witness(token, label)))
        place.restore()
    report.calls.append(("there", label, *witness(token, label)))


def warm(token: Token) -> None:
    """Load what every process needs, and nothing that it must do itself: a hundredth of a second each counts."""
    for library in (token.module, SOFTHSM):
        ctypes.CDLL(library)
    importlib.import_module("pkcs11._pkcs11")
    signed(LocalSigner(PrivateKey(Curve.SECP256K1, Secret(bytes([8]) * 32))), 0)


def main(home: Path, seed: int, kills: int) -> Report:
    token, chance, report = Token(home), random.Random(seed), Report()
    os.environ["SOFTHSM2_CONF"] = token.config
    warm(token)
    copy = home / "copy"
    shutil.copytree(token.files, copy)
    place = Place(token, token.files, copy)
    signal.alarm(PATIENCE_OF_ALL)
    gc.freeze()  # what all processes share stays shared
    for case in range(kills):
        one(place, chance, case, report)
    return report


if __name__ == "__main__":
    print(json.dumps(asdict(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))))
