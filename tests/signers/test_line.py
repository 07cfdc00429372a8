"""A line to a service, and who gives it tokens: whatever a callback does, the call ends, and so does the process."""

import asyncio
import logging
import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from house.source import ROOT
from support.certificates import Certificates
from support.faults import closed_port
from support.http_signers import (
    KEY,
    QUICK,
    REQUEST,
    TOKEN,
    Ask,
    Asynchronous,
    asked,
    both,
    opened,
    opened_async,
    uri_of,
)
from support.outcomes import told
from support.signing_service import Canned, Service
from walletcore.errors import OutcomeUnknown, SecretExportError, SignerError, SigningRefused, WalletcoreError
from walletcore.secret import Secret
from walletcore.signers import open_async_signer, open_signer
from walletcore.signers.web import Question, Reply
from walletcore.signing import AcceptedSignature

ENDS = 20.0
"""Seconds in which a process of a test must have ended; it waits for a second, and a busy machine takes some more."""

by_form = pytest.mark.parametrize("is_async", [False, True], ids=["synchronous", "asynchronous"])


async def sent(signer: Asynchronous, question: Question) -> Reply:
    return await signer.send(question, 5)


def guarded(service: Service) -> str:
    return uri_of(service, "&auth=bearer")


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
from walletcore.signers import open_async_signer, open_signer
from walletcore.signers.remote import Patience
from walletcore.signers.web import Question, Reply
from walletcore.signing import AcceptedSignature

def secrets(name):
    print(name)
    threading.Event().wait()

start = time.monotonic()
try:
    once = Patience(attempts=1, deadline=1)
    asked({guarded(service)!r}, request_of(b"pay"), once, is_async={is_async}, secrets=secrets)
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
        asked(guarded(service), REQUEST, QUICK, is_async=is_async, secrets=secrets)
    assert caught.value is error
    assert service.questions == before
    assert asked(guarded(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: Secret(TOKEN))


@by_form
def test_X10_a_token_that_was_wiped_is_refused_as_what_it_is(service: Service, is_async: bool) -> None:
    wiped = Secret(TOKEN)
    wiped.wipe()
    before = service.questions
    with pytest.raises(SignerError) as caught:
        asked(guarded(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: wiped)
    assert (type(caught.value), caught.value.reason) == (SignerError, "wiped")
    assert service.questions == before


@by_form
def test_H13_a_gateway_that_does_not_take_a_token_leaves_open_what_happened_and_is_not_shown_it_again(
    is_async: bool,
) -> None:
    with Service(script=lambda number: Canned.of(401, b"", signs=True)) as service:
        with pytest.raises(OutcomeUnknown, match="refused this bearer token before"):
            asked(guarded(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: Secret(TOKEN))
        assert service.questions == 1
        assert service.signed == [REQUEST.message]


@by_form
def test_H13_a_token_that_was_made_anew_after_401_is_shown(is_async: bool) -> None:
    tokens = [b"old", TOKEN]
    with Service(script=lambda number: None if number else Canned.of(401, b"")) as service:
        answer = asked(guarded(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: Secret(tokens.pop(0)))
        assert REQUEST.accept(answer)
        assert [seen["authorization"] for seen in service.seen] == ["Bearer old", f"Bearer {TOKEN.decode()}"]


@by_form
def test_H08_the_service_itself_refuses_a_token_and_nothing_was_signed(is_async: bool) -> None:
    with Service(token=TOKEN) as service:
        with pytest.raises(SigningRefused):
            asked(guarded(service), REQUEST, QUICK, is_async=is_async, secrets=lambda name: Secret(b"other"))
        assert service.questions == 1
        assert service.signed == []


@both
def test_the_token_is_asked_for_when_it_is_needed_and_sent(ask: Ask) -> None:
    asked: list[str] = []

    def secrets(name: str) -> Secret:
        asked.append(name)
        return Secret(TOKEN)

    with Service(token=TOKEN) as service:
        assert isinstance(ask(guarded(service), secrets), AcceptedSignature)
        assert asked == ["bearer token"]
        assert service.seen[0]["authorization"] == f"Bearer {TOKEN.decode()}"
        with pytest.raises(SigningRefused):
            ask(uri_of(service))
        assert "authorization" not in service.seen[1]


@pytest.mark.parametrize("is_async", [False, True])
def test_H13_a_refused_token_is_not_sent_twice_and_another_one_is(is_async: bool) -> None:
    tokens = [b"wrong", b"wrong", b"wrong", TOKEN, TOKEN]

    def secrets(name: str) -> Secret:
        return Secret(tokens.pop(0))

    with Service(token=TOKEN) as service:
        signer, waiting = opened(guarded(service), QUICK, secrets), opened_async(guarded(service), QUICK, secrets)

        def ask() -> AcceptedSignature:
            return asyncio.run(waiting.sign(REQUEST)) if is_async else signer.sign(REQUEST)

        for _ in range(3):
            with pytest.raises(SigningRefused):
                ask()
        assert service.questions == 1
        assert isinstance(ask(), AcceptedSignature)
        assert isinstance(ask(), AcceptedSignature)
        assert [seen["authorization"] for seen in service.seen] == ["Bearer wrong", *[f"Bearer {TOKEN.decode()}"] * 2]


def test_H13_a_refused_token_is_remembered_when_its_owner_has_wiped_it() -> None:
    given: list[Secret] = []

    def secrets(name: str) -> Secret:
        given.append(Secret(b"wrong"))
        return given[-1]

    with Service(token=TOKEN) as service:
        signer = open_signer(guarded(service), public_key=KEY, secrets=secrets)
        for _ in range(2):
            with pytest.raises(SigningRefused):
                signer.sign(REQUEST)
            given[-1].wipe()
        assert service.questions == 1


def test_H13_an_error_of_the_line_itself_shows_no_token() -> None:
    with Service(script=lambda number: Canned.of(200, head="Content-Encoding: gzip\r\n")) as service:
        uri = guarded(service)
        waiting = opened_async(uri, QUICK, lambda name: Secret(TOKEN))
        signer = opened(uri, QUICK, lambda name: Secret(TOKEN))
        question = waiting.exchange.ask(REQUEST)
        with pytest.raises(OutcomeUnknown) as caught:
            asyncio.run(sent(waiting, question))
        assert TOKEN.decode() not in told(caught.value)
        with pytest.raises(OutcomeUnknown) as caught:
            signer.send(question, 5)
        assert TOKEN.decode() not in told(caught.value)


@both
@pytest.mark.parametrize(
    "given", [b"", b"two words", b"line\r\nX-Evil: 1", b"\xff", b"=", b"x" * 10_000, "text", None, 7], ids=repr
)
def test_a_token_that_cannot_be_sent_is_refused_before_anything_is(ask: Ask, service: Service, given: object) -> None:
    before = service.questions
    secret = Secret(given) if isinstance(given, bytes) else given
    with pytest.raises(SignerError) as caught:
        ask(guarded(service), lambda name: secret)
    assert caught.value.reason == ("character" if isinstance(given, bytes) else "type")
    assert not isinstance(caught.value, OutcomeUnknown)
    assert service.questions == before


@both
def test_H13_a_callback_that_fails_is_no_doubt_about_the_signature(ask: Ask, service: Service) -> None:
    def secrets(name: str) -> Secret:
        raise KeyError(TOKEN.decode())

    before = service.questions
    with pytest.raises(SignerError) as caught:
        ask(guarded(service), secrets)
    assert caught.value.reason == "missing"
    assert TOKEN.decode() not in told(caught.value)
    with pytest.raises(SignerError, match="bearer token"):
        ask(guarded(service))
    assert service.questions == before


@both
def test_H13_X10_no_failure_shows_the_token(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [Canned.of(500), Canned.of(401), Canned(raw=b"junk"), Canned.of(200, b"{"), Canned.of(403)]
    answers += [Canned.of(200, head="Content-Encoding: gzip\r\n"), Canned.of(200, bytes(1 << 17))]
    with Service(script=lambda number: answers[number % len(answers)]) as service:
        uris = [guarded(service)] * len(answers)
        uris.append(f"remote:http://127.0.0.1:{closed_port()}?plain=loopback&auth=bearer")
        for uri in uris:
            with pytest.raises(WalletcoreError) as caught:
                ask(uri, lambda name: Secret(TOKEN))
            assert TOKEN.decode() not in told(caught.value)
            assert caught.value.__cause__ is None
    assert TOKEN.decode() not in caplog.text


@pytest.mark.parametrize("form", [open_signer, open_async_signer])
def test_X08_X09_a_remote_signer_shows_nothing_and_is_not_exported(
    service: Service, form: Callable[..., object]
) -> None:
    signer = form(guarded(service), public_key=KEY, secrets=lambda name: Secret(TOKEN))
    assert "127.0.0.1" not in repr(signer)
    with pytest.raises(SecretExportError):
        pickle.dumps(signer)


def test_X05_a_cancelled_question_is_cancelled_and_shows_no_token() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"remote:http://127.0.0.1:{silent.getsockname()[1]}?plain=loopback&auth=bearer"
        signer = opened_async(uri, QUICK, lambda name: Secret(TOKEN))

        async def cancelled() -> str:
            task = asyncio.create_task(signer.sign(REQUEST))
            await asyncio.sleep(0.1)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                return told(error)
            return "not cancelled"

        assert TOKEN.decode() not in asyncio.run(cancelled())
