"""Signers behind HTTP: what a URI may say, whom TLS trusts, when a token is sent, and one signature for a request."""

import asyncio
import gc
import os
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.certificates import Certificates
from support.faults import closed_port
from support.http_signers import (
    KEY,
    QUICK,
    REQUEST,
    TOKEN,
    Ask,
    asked,
    both,
    by_async,
    by_sync,
    opened,
    opened_async,
    request_of,
    uri_of,
)
from support.outcomes import told
from support.signing_service import KEYS, Canned, Service
from walletcore import LocalSigner, Wallet, chain, sign, sign_async
from walletcore.chains import evm
from walletcore.errors import (
    InvalidKey,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
)
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret
from walletcore.signers import open_async_signer, open_signer
from walletcore.signers.remote import Patience
from walletcore.signing import AcceptedSignature
from walletcore.testing import check_signer

# The contract


@pytest.mark.parametrize("curve", Curve)
@pytest.mark.parametrize("form", [open_signer, open_async_signer])
def test_H01_a_remote_signer_keeps_every_promise(service: Service, curve: Curve, form: Callable[..., object]) -> None:
    signer = form(
        uri_of(service, "&auth=bearer"), public_key=KEYS[curve].public_key, secrets=lambda name: Secret(TOKEN)
    )
    report = check_signer(signer, secrets=[TOKEN])  # type: ignore[arg-type]
    assert report.schemes == tuple(scheme for scheme in Scheme if scheme.curve is curve)
    assert report.is_asynchronous == (form is open_async_signer)


def test_a_key_with_odd_y_signs_for_its_taproot_output() -> None:
    odd = next(key for key in map(key_of, range(1, 50)) if key.public_key.data[0] == 3)
    with Service(keys=(odd,)) as service:
        report = check_signer(open_signer(uri_of(service), public_key=odd.public_key))
    assert Scheme.BIP340 in report.schemes


def key_of(number: int) -> PrivateKey:
    return PrivateKey(Curve.SECP256K1, Secret(bytes([number]) * 32))


def test_a_transaction_is_signed_by_a_service() -> None:
    wallet = Wallet.from_seed(Secret(bytes(64)))
    ethereum = chain("ethereum", evm.Evm)
    transaction = evm.Transaction(
        chain=ethereum,
        sender=KEY,
        to=wallet.address(ethereum),
        value=1,
        nonce=0,
        gas=21_000,
        max_fee=9,
        max_priority_fee=1,
    )
    local = sign(transaction, LocalSigner(KEYS[Curve.SECP256K1]))
    with Service() as service:
        assert sign(transaction, open_signer(uri_of(service), public_key=KEY)).raw == local.raw
        waiting = open_async_signer(uri_of(service), public_key=KEY)
        assert asyncio.run(sign_async(transaction, waiting)).raw == local.raw
        assert len(service.signed) == 1


# URIs

SECRET = "hunter2secret"
REFUSED_URIS = {
    "no URL": "remote:",
    "no host": "remote:https://",
    "a name only": "remote:signer.internal",
    "another scheme": "remote:ftp://signer.internal",
    "a user": f"remote:https://{SECRET}@signer.internal",
    "a password": f"remote:https://user:{SECRET}@signer.internal:8443",
    "an encoded user": f"remote:https://{SECRET}%40signer.internal",
    "a fragment": f"remote:https://signer.internal#{SECRET}",
    "a fragment at the end": f"remote:https://signer.internal?auth=bearer#{SECRET}",
    "an unknown option": f"remote:https://signer.internal?token={SECRET}",
    "an option twice": "remote:https://signer.internal?ca=a&ca=b",
    "another way to be known": f"remote:https://signer.internal?auth={SECRET}",
    "plain HTTP": "remote:http://signer.internal",
    "plain HTTP to this machine, not asked for": "remote:http://127.0.0.1:8000",
    "plain HTTP to another machine": "remote:http://signer.internal?plain=loopback",
    "plain HTTP to an address of another machine": "remote:http://192.0.2.1?plain=loopback",
    "plain HTTP to every address of this one": "remote:http://0.0.0.0?plain=loopback",
    "what only looks like this machine": "remote:http://127.0.0.1.example.org?plain=loopback",
    "another word for plain": "remote:http://127.0.0.1?plain=yes",
    "an impossible port": "remote:https://signer.internal:99999",
    "port 0": "remote:https://signer.internal:0",
    "a port that is no number": "remote:https://signer.internal:https",
    "a path that climbs": "remote:https://signer.internal/a/../b",
    "an encoded path": "remote:https://signer.internal/%2e%2e",
    "a backslash": "remote:https://signer.internal\\evil",
    "a space": "remote:https://signer.internal/a b",
    "a broken bracket": "remote:https://[::1",
    "an API of ours": "remote:https://signer.internal?api=rest",
    "another API": "web3signer:https://signer.internal?api=soap",
    "certificates for plain HTTP": "remote:http://127.0.0.1?plain=loopback&ca=/etc/hosts",
    "a client without TLS": "remote:http://127.0.0.1?plain=loopback&client=/etc/hosts",
    "a CA that is none": "remote:https://signer.internal?ca=/etc/hosts",
    "a CA that is not there": "remote:https://signer.internal?ca=/no/such/file",
    "a client that is not there": "remote:https://signer.internal?client=/no/such/file",
}


@pytest.mark.parametrize("name", REFUSED_URIS)
@pytest.mark.parametrize("form", [open_signer, open_async_signer])
def test_H17_a_URI_that_says_too_much_or_too_little_is_refused(name: str, form: Callable[..., object]) -> None:
    with pytest.raises(SignerError) as caught:
        form(REFUSED_URIS[name], public_key=KEY, secrets=lambda name: Secret(TOKEN))
    told = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert SECRET not in f"{caught.value} {caught.value.hint} {caught.value.args}"
    assert SECRET not in told.partition("open_uri")[2]
    assert caught.value.__context__ is None
    assert not isinstance(caught.value, SignerUnavailable | OutcomeUnknown)


@pytest.mark.parametrize("name", ["a user", "a password"])
def test_H13_a_URI_with_a_user_or_a_password_says_what_to_do(name: str) -> None:
    with pytest.raises(SignerError) as caught:
        open_signer(REFUSED_URIS[name], public_key=KEY)
    assert caught.value.reason == "policy"
    assert "auth=bearer" in caught.value.hint


@pytest.mark.parametrize(
    "uri",
    [
        "remote:https://signer.internal",
        "remote:https://signer.internal:8443/team/hot/?auth=bearer",
        "remote:https://[2001:db8::1]:8443",
        "remote:http://localhost:8000?plain=loopback",
        "remote:http://[::1]?plain=loopback",
        "remote:http://127.8.9.10/?plain=loopback",
        "web3signer:https://signer.internal:9000?api=rest",
        "web3signer:https://signer.internal:9000?api=jsonrpc&auth=bearer",
    ],
)
def test_a_URI_opens_without_asking_anybody(uri: str) -> None:
    asked: list[str] = []

    def secrets(name: str) -> Secret:
        asked.append(name)
        return Secret(TOKEN)

    assert open_signer(uri, public_key=KEY, secrets=secrets).public_key == KEY
    assert open_async_signer(uri, public_key=KEY, secrets=secrets).public_key == KEY
    assert asked == []


def test_the_path_of_the_URI_is_the_base_of_the_service() -> None:
    with Service() as service:
        with pytest.raises(OutcomeUnknown, match="404"):  # there is nothing below it
            by_sync(uri_of(service).replace("?", "/team/hot/?"))
        assert service.seen[0]["path"] == "/team/hot/v1/sign"


def test_web3signer_has_keys_of_secp256k1_only() -> None:
    for curve in (Curve.P256, Curve.ED25519):
        with pytest.raises(InvalidKey) as caught:
            open_signer("web3signer:https://signer.internal", public_key=KEYS[curve].public_key)
        assert caught.value.reason == "scheme"


# TLS


def secure(service: Service, certificates: Certificates, more: str = "") -> str:
    return f"remote:https://127.0.0.1:{service.port}?ca={certificates.authority}{more}"


@both
def test_H17_a_service_is_known_by_its_certificate(ask: Ask, certificates: Certificates) -> None:
    with Service(certificate=certificates.server) as service:
        assert isinstance(ask(secure(service, certificates)), AcceptedSignature)
        with pytest.raises(SignerUnavailable):  # its authority is none of the world's
            ask(f"remote:https://127.0.0.1:{service.port}")
        with pytest.raises(SignerUnavailable):  # another name than the certificate's
            ask(secure(service, certificates).replace("127.0.0.1", "localhost"))
    for wrong in (certificates.elsewhere, certificates.expired):
        with Service(certificate=wrong) as service, pytest.raises(SignerUnavailable):
            ask(secure(service, certificates))
        assert service.questions == 0


@both
def test_H17_https_is_never_turned_into_http(ask: Ask, service: Service, certificates: Certificates) -> None:
    before = service.questions
    with pytest.raises(SignerUnavailable):
        ask(secure(service, certificates))
    assert service.questions == before


@both
def test_a_client_is_known_by_its_certificate(ask: Ask, certificates: Certificates) -> None:
    with Service(certificate=certificates.server, clients=certificates.authority) as service:
        assert isinstance(ask(secure(service, certificates, f"&client={certificates.client}")), AcceptedSignature)
        signed = len(service.signed)
        stranger = request_of(b"a stranger's")
        with pytest.raises((SignerUnavailable, OutcomeUnknown)):  # TLS 1.3: told after the first bytes have left
            ask(secure(service, certificates), None, stranger)
        assert len(service.signed) == signed


def test_H13_an_encrypted_client_key_asks_for_its_password(certificates: Certificates) -> None:
    asked: list[str] = []

    def secrets(name: str) -> Secret:
        asked.append(name)
        return Secret(certificates.password)

    with Service(certificate=certificates.server, clients=certificates.authority) as service:
        uri = secure(service, certificates, f"&client={certificates.locked}")
        assert isinstance(by_sync(uri, secrets), AcceptedSignature)
        assert asked == ["client key password"]
        with pytest.raises(SignerError) as caught:
            open_signer(uri, public_key=KEY, secrets=lambda name: Secret(b"wrong-password-canary"))
        assert "canary" not in told(caught.value)

        def failing(name: str) -> Secret:
            raise KeyError("canary")

        for callback in (failing, lambda name: "canary", lambda name: Secret(b"canary" * 1000)):
            with pytest.raises(SignerError) as caught:
                open_signer(uri, public_key=KEY, secrets=callback)  # type: ignore[arg-type]
            assert "canary" not in told(caught.value)
        with pytest.raises(SignerError, match="client key password"):
            open_signer(uri, public_key=KEY)


@both
def test_cookies_are_not_kept(ask: Ask) -> None:
    answers = [Canned.of(429, head="Set-Cookie: id=7; Path=/\r\n"), None]
    with Service(script=lambda number: answers[number]) as service:
        assert isinstance(ask(uri_of(service)), AcceptedSignature)
        assert ["cookie" in seen for seen in service.seen] == [False, False]


@both
def test_H13_nobody_is_told_the_keys_of_a_connection(
    ask: Ask, certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys.log"  # with which whoever recorded the connection reads its token
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    with Service(certificate=certificates.server) as service:
        assert isinstance(ask(secure(service, certificates)), AcceptedSignature)
    assert not keys.exists()


@both
def test_H17_the_environment_says_nothing(ask: Ask, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    assert isinstance(ask(uri_of(service)), AcceptedSignature)
    assert open_signer("remote:https://signer.internal", public_key=KEY)


@pytest.mark.parametrize("is_async", [False, True])
def test_H10_a_host_that_nobody_knows_is_unavailable_within_the_deadline(is_async: bool) -> None:
    start = time.monotonic()
    with pytest.raises(SignerUnavailable):
        asked("remote:https://signer.invalid", REQUEST, Patience(deadline=1), is_async=is_async)
    assert time.monotonic() - start < 3


# One signature for a request, and what is kept


def test_X01_many_threads_share_a_signer_and_its_connections(service: Service) -> None:
    signer = open_signer(uri_of(service), public_key=KEY)
    requests = [request_of(f"thread {number}".encode()) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(signer.sign, requests))
    for request, answer in zip(requests, answers, strict=True):
        request.accept(answer)


def test_a_connection_that_the_service_has_closed_is_asked_over_a_new_one() -> None:
    last = Canned.of(503, b'{"id":null,"kind":"unavailable","reason":"","message":""}')
    with Service(script=lambda number: last if number % 2 else None) as service:  # each second answer ends one
        signer = open_signer(uri_of(service), public_key=KEY)
        for number in range(6):
            assert isinstance(signer.sign(request_of(f"closed {number}".encode())), AcceptedSignature)


# Python 3.12 and later warn of what is tried here: the child's one thread has left the parent's loop where it was.
@pytest.mark.filterwarnings("ignore:.*is multi-threaded, use of fork.*:DeprecationWarning")
def test_X02_a_fork_has_a_line_of_its_own(service: Service) -> None:
    signer = opened(uri_of(service), QUICK)
    assert isinstance(signer.sign(REQUEST), AcceptedSignature)
    for number in range(8):
        request = request_of(f"forked {number}".encode())
        child = os.fork()
        if not child:
            code = 1
            try:
                code = 0 if isinstance(signer.sign(request), AcceptedSignature) else 1
            finally:
                os._exit(code)  # whatever happens, the child runs no other test
        assert isinstance(signer.sign(request_of(f"parent {number}".encode())), AcceptedSignature)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert request.message in service.signed


def test_signers_that_go_leave_no_connection_behind(service: Service) -> None:
    def descriptors() -> int:
        gc.collect()
        time.sleep(0.2)
        return len(list(Path("/proc/self/fd").iterdir()))

    by_sync(uri_of(service))
    by_async(uri_of(service))
    before = descriptors()
    for _ in range(20):
        by_sync(uri_of(service))
        by_async(uri_of(service))
    assert descriptors() <= before + 4


def test_a_loop_that_ends_has_closed_its_connections(service: Service) -> None:
    signer = opened_async(uri_of(service), QUICK)
    gc.collect()  # what others have left
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(signer.sign(REQUEST))
        del signer
        gc.collect()
    assert [str(warning.message) for warning in seen] == []


def test_the_thread_that_asks_is_one(service: Service) -> None:
    def asking() -> set[threading.Thread]:
        by_sync(uri_of(service))
        return {thread for thread in threading.enumerate() if thread.name == "walletcore-http"}

    known = asking()
    assert known
    for _ in range(5):
        assert asking() == known


def test_a_synchronous_signer_works_inside_a_running_loop(service: Service) -> None:
    async def inside() -> object:
        return by_sync(uri_of(service))

    assert isinstance(asyncio.run(inside()), AcceptedSignature)
