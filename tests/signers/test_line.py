"""A line to a service, and who gives it tokens: whatever a callback does, the call ends, and so does the process."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from house.source import ROOT
from support.certificates import Certificates
from support.http_signers import asked, request_of
from support.signing_service import Canned, Service
from walletcore.errors import OutcomeUnknown, SignerError, SigningRefused
from walletcore.secret import Secret
from walletcore.signers.remote import Patience

TOKEN = b"a-token"
REQUEST = request_of(b"pay")
QUICK = Patience(deadline=10, pause=0.01)
ENDS = 20.0
"""Seconds in which a process of a test must have ended; it waits for a second, and a busy machine takes some more."""

by_form = pytest.mark.parametrize("is_async", [False, True], ids=["synchronous", "asynchronous"])


def uri_of(service: Service) -> str:
    return f"remote:http://127.0.0.1:{service.port}?plain=loopback&auth=bearer"


def ended(program: str) -> str:
    """What a process prints that runs a program to its end, without a word of complaint."""
    paths = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "src")))
    command = [sys.executable, "-W", "always", "-c", program]
    start = time.monotonic()
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert time.monotonic() - start < ENDS
    return done.stdout.strip()


@by_form
def test_H10_a_token_that_is_never_given_holds_up_neither_the_call_nor_the_end_of_the_process(
    service: Service, is_async: bool
) -> None:
    before = service.questions
    program = f"""
import threading, time
from support.http_signers import asked, request_of
from walletcore.errors import SignerUnavailable
from walletcore.signers.remote import Patience

def secrets(name):
    print(name)
    threading.Event().wait()

start = time.monotonic()
try:
    once = Patience(attempts=1, deadline=1)
    asked({uri_of(service)!r}, request_of(b"pay"), once, is_async={is_async}, secrets=secrets)
except SignerUnavailable as error:
    print(error)
assert time.monotonic() - start < 5
"""
    assert ended(program).splitlines() == ["bearer token", "the bearer token was not given: not in time"]
    assert service.questions == before


@pytest.mark.parametrize("what", ["a password", "a client certificate", "an authority"])
@by_form
def test_H10_what_is_never_given_when_a_signer_is_opened_holds_it_up_for_a_time_that_is_bounded(
    certificates: Certificates, tmp_path: Path, what: str, is_async: bool
) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")  # whoever opens it waits for somebody who writes
    ca, client = certificates.authority, certificates.locked
    options = {
        "a password": f"ca={ca}&client={client}",
        "a client certificate": f"ca={ca}&client={pipe}",
        "an authority": f"ca={pipe}",
    }
    program = f"""
import threading, time
from support.http_signers import KEY
from walletcore.errors import SignerUnavailable
from walletcore.signers import http, open_async_signer, open_signer

assert http._OPENING == 60
http._OPENING = 1
start = time.monotonic()
try:
    form = open_async_signer if {is_async} else open_signer
    uri = "remote:https://signer.internal?" + {options[what]!r}
    form(uri, public_key=KEY, secrets=lambda name: threading.Event().wait())
except SignerUnavailable as error:
    print(error)
assert 0.9 < time.monotonic() - start < 5
"""
    assert ended(program) == "the certificates or the client key password did not come in time"


@by_form
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_X05_a_callback_that_ends_the_program_ends_no_other_signer(
    service: Service, is_async: bool, error: BaseException
) -> None:
    def secrets(name: str) -> Secret:
        raise error

    before = service.questions
    with pytest.raises(type(error)) as caught:
        asked(uri_of(service), REQUEST, QUICK, is_async=is_async, secrets=secrets)
    assert caught.value is error
    assert service.questions == before
    assert asked(uri_of(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: Secret(TOKEN))


@by_form
def test_X10_a_token_that_was_wiped_is_refused_as_what_it_is(service: Service, is_async: bool) -> None:
    wiped = Secret(TOKEN)
    wiped.wipe()
    before = service.questions
    with pytest.raises(SignerError) as caught:
        asked(uri_of(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: wiped)
    assert (type(caught.value), caught.value.reason) == (SignerError, "wiped")
    assert service.questions == before


@by_form
def test_H13_a_gateway_that_does_not_take_a_token_leaves_open_what_happened_and_is_not_shown_it_again(
    is_async: bool,
) -> None:
    with Service(script=lambda number: Canned.of(401, b"", signs=True)) as service:
        with pytest.raises(OutcomeUnknown, match="refused this bearer token before"):
            asked(uri_of(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: Secret(TOKEN))
        assert service.questions == 1
        assert service.signed == [REQUEST.message]


@by_form
def test_H13_a_token_that_was_made_anew_after_401_is_shown(is_async: bool) -> None:
    tokens = [b"old", TOKEN]
    with Service(script=lambda number: None if number else Canned.of(401, b"")) as service:
        answer = asked(uri_of(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: Secret(tokens.pop(0)))
        assert REQUEST.accept(answer)
        assert [seen["authorization"] for seen in service.seen] == ["Bearer old", "Bearer a-token"]


@by_form
def test_H08_the_service_itself_refuses_a_token_and_nothing_was_signed(is_async: bool) -> None:
    with Service(token=TOKEN) as service:
        with pytest.raises(SigningRefused):
            asked(uri_of(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: Secret(b"other"))
        assert service.questions == 1
        assert service.signed == []
