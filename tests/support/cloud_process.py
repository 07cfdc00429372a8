"""A process that signs with a key in a cloud, whose service is in another one: it forks, and credentials hang.

Run as a program with the name of the cloud, the service's port and its certificate. What it prints is for the test, and
so is that it ends.
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.clouds import request
from support.held import pinned
from walletcore.errors import OutcomeUnknown, SignerUnavailable
from walletcore.keys import Curve
from walletcore.signers.remote import Patience
from walletcore.signers.uri import SignerUri

PATIENT = Patience(attempts=1, deadline=10)
BRIEF = Patience(attempts=1, deadline=1)
SLACK = 5.0
KEY = pinned(Curve.SECP256K1)
MOMENT = threading.Event()
"""Set: credentials answer. Otherwise whoever asks them waits for ever."""

Opened = Callable[..., Any]


def gcp(port: int, certificate: Path) -> tuple[Opened, Opened]:
    from google.auth.credentials import Credentials

    from support.gcp import VERSION
    from walletcore.signers import gcp_kms

    class Slow(Credentials):
        def refresh(self, request: Any) -> None:
            self.token = "a token"

        def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
            MOMENT.wait()
            self.refresh(request)
            self.apply(headers)  # type: ignore[no-untyped-call]

    where: dict[str, Any] = {"endpoint": f"127.0.0.1:{port}", "roots": certificate.read_bytes()}
    uri = SignerUri.parse(f"gcpkms:{VERSION}")

    def opened(opener: Opened) -> Opened:
        return lambda patience: opener(uri, KEY, credentials=Slow(), patience=patience, **where)  # type: ignore[no-untyped-call]

    return opened(gcp_kms.open_key), opened(gcp_kms.open_async_key)


def azure(port: int, certificate: Path) -> tuple[Opened, Opened]:
    from support.azure import KEY as PATH
    from support.azure import Hosts, Static
    from walletcore.signers import azure_kms

    class Slow(Static):
        def get_token(self, *scopes: str, **options: Any) -> Any:
            MOMENT.wait()
            return super().get_token(*scopes, **options)._replace(expires_on=0)  # so that it is asked for each time

    hosts = Hosts()
    hosts.__enter__()
    uri, where = SignerUri.parse(f"azurekms:https://{hosts.name(port)}{PATH}"), {"connection_verify": str(certificate)}

    def opened(opener: Opened) -> Opened:
        return lambda patience: opener(uri, KEY, credential=Slow(), patience=patience, **where)

    return opened(azure_kms.open_key), opened(azure_kms.open_async_key)


def fork(opened: Opened) -> str:
    """Sign here and in a child at the same time, over a signer that was used before and while others use it."""
    signer, ended = opened(PATIENT), threading.Event()
    signer.sign(request(payload=b"before"))

    def work() -> None:
        while not ended.is_set():
            signer.sign(request(payload=os.urandom(8)))

    busy = threading.Thread(target=work)
    busy.start()
    child = os.fork()
    good = False
    try:
        good = all(signer.sign(request(payload=b"%d %d" % (child, n))) for n in range(8))
    finally:
        if child == 0:
            os._exit(0 if good else 1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    ended.set()
    busy.join()
    return f"child {status}"


def hang(opened: Opened, opened_async: Opened) -> str:
    """Sign, and open, with credentials that give no token: it ends in time, and the loop goes on."""
    MOMENT.set()
    signer, anew, start = opened(BRIEF), opened_async(BRIEF), time.monotonic()
    MOMENT.clear()
    told = []
    for call in (lambda: signer.sign(request()), lambda: asyncio.run(beside(anew)), lambda: opened(BRIEF)):
        try:
            call()
        except (OutcomeUnknown, SignerUnavailable) as error:
            told.append(type(error).__name__)
    assert time.monotonic() - start < 3 * BRIEF.deadline + SLACK
    return " ".join(told)


async def beside(signer: Any) -> None:
    """While it signs the loop does other things."""
    signing, turns = asyncio.ensure_future(signer.sign(request())), 0
    while not signing.done():
        await asyncio.sleep(0.02)
        turns += 1
    assert turns > 10
    await signing


def main(cloud: str, port: int, certificate: Path) -> None:
    opened, opened_async = {"gcp": gcp, "azure": azure}[cloud](port, certificate)
    MOMENT.set()
    print([fork(opened) for _ in range(3)], flush=True)
    print(hang(opened, opened_async), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
