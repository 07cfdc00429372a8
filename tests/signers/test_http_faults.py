"""HTTP that breaks: each fault ends within the deadline, in the outcome that is true, whatever the service did."""

import gzip
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support.certificates import Certificates
from support.faults import Fault, Proxy, closed_port, steps
from support.http_signers import asked, request_of
from support.signing_service import KEYS, Canned, Service
from walletcore.errors import InvalidSignature, OutcomeUnknown, SignerUnavailable, SigningRefused, WalletcoreError
from walletcore.keys import Curve, Scheme
from walletcore.signers.remote import Patience
from walletcore.signing import AcceptedSignature, SigningRequest

SLACK = 4.0  # seconds: other processes share the machine
BRIEF = Patience(attempts=1, deadline=0.25)
CALM = Patience(attempts=1, deadline=10)
OUTCOMES = (AcceptedSignature, OutcomeUnknown, InvalidSignature, SignerUnavailable, SigningRefused)
_numbers = itertools.count()

Outcome = AcceptedSignature | WalletcoreError


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a service is asked: the URI's scheme and options, over TLS or not, by which form of signer."""

    scheme: str = "remote"
    options: str = ""
    tls: bool = False
    is_async: bool = False

    def __str__(self) -> str:
        form = "asynchronous" if self.is_async else "synchronous"
        return f"{self.scheme}{self.options} over {'TLS' if self.tls else 'TCP'}, {form}"

    def ask(self, port: int, request: SigningRequest, patience: Patience, ca: Path | None = None) -> Outcome:
        """What comes of a request to the service at this port."""
        kind, plain = ("https", f"?ca={ca}") if self.tls else ("http", "?plain=loopback")
        uri = f"{self.scheme}:{kind}://127.0.0.1:{port}{plain}{self.options}"
        try:
            return asked(uri, request, patience, is_async=self.is_async)
        except WalletcoreError as error:
            return error


WAYS = [
    Way(),
    Way(is_async=True),
    Way(tls=True),
    Way(tls=True, is_async=True),
    Way(scheme="web3signer"),
    Way(scheme="web3signer", options="&api=jsonrpc", is_async=True),
]
FORMS = [Way(), Way(is_async=True)]
by_way = pytest.mark.parametrize("way", WAYS, ids=str)
by_form = pytest.mark.parametrize("way", FORMS, ids=str)


def new_request() -> SigningRequest:
    """One that nobody has asked for: a personal message, which all services here sign."""
    text = f"request {next(_numbers)}".encode()
    payload = b"\x19Ethereum Signed Message:\n" + str(len(text)).encode() + text
    return request_of(payload)


@pytest.fixture(scope="module")
def tls_service(certificates: Certificates) -> Iterator[Service]:
    with Service(certificate=certificates.server) as running:
        yield running


@dataclass(frozen=True, kw_only=True)
class Point:
    """What came of a fault, and what the service says of it."""

    what: str
    request: SigningRequest
    outcome: Outcome
    seconds: float

    def check(self, service: Service, deadline: float) -> None:
        """One of the allowed outcomes, in time, and true."""
        signed = self.request.message in service.signed
        assert type(self.outcome) in OUTCOMES, self
        assert self.seconds < deadline + SLACK, self
        if isinstance(self.outcome, AcceptedSignature):
            assert signed, self
        if isinstance(self.outcome, SigningRefused | SignerUnavailable):
            assert not signed, self


def strike(way: Way, fault: Fault, service: Service, patience: Patience, *, once: bool, ca: Path) -> Point:
    """Ask once through a wire with this fault: at every connection, or at the first one only."""
    request = new_request()
    with Proxy(service.target, lambda number: None if once and number else fault) as proxy:
        start = time.monotonic()
        outcome = way.ask(proxy.port, request, patience, ca)
        return Point(what=str(fault), request=request, outcome=outcome, seconds=time.monotonic() - start)


def struck(
    way: Way, faults: Iterable[Fault], service: Service, patience: Patience, ca: Path, *, once: bool = False
) -> list[Point]:
    """All of these faults, several at the same time; each point is checked against the service's log."""
    with ThreadPoolExecutor(24) as pool:
        points = list(pool.map(lambda fault: strike(way, fault, service, patience, once=once, ca=ca), faults))
    time.sleep(0.1)  # what the service does late
    for point in points:
        point.check(service, patience.deadline)
    return points


def cuts(faults: Iterable[Fault]) -> list[Fault]:
    """Those that need no deadline: what comes of them does not depend on how busy the machine is."""
    return [fault for fault in faults if fault.end == "cut"]


@by_way
def test_H10_a_wire_that_breaks_at_any_step(
    way: Way, service: Service, tls_service: Service, certificates: Certificates
) -> None:
    used, faults = tls_service if way.tls else service, cuts(steps())
    struck(way, [fault for fault in steps() if fault not in faults], used, BRIEF, certificates.authority)
    for fault, point in zip(faults, struck(way, faults, used, CALM, certificates.authority), strict=True):
        if way.tls:  # these steps are those of the handshake
            assert isinstance(point.outcome, SignerUnavailable), point
        elif fault.answer:  # otherwise it is cut as soon as the connection stands, or before
            assert isinstance(point.outcome, OutcomeUnknown), point


@pytest.mark.parametrize("way", [way for way in WAYS if way.tls], ids=str)
def test_H10_a_wire_that_breaks_within_TLS(way: Way, tls_service: Service, certificates: Certificates) -> None:
    sizes = range(200, 1901, 170)
    struck(way, [Fault(answer=size, end="stall") for size in sizes], tls_service, BRIEF, certificates.authority)
    faults = [Fault(answer=size) for size in sizes] + [Fault(request=size) for size in (300, 600, 700, 800, 1000)]
    points = struck(way, faults, tls_service, CALM, certificates.authority)
    assert {type(point.outcome) for point in points} >= {SignerUnavailable, OutcomeUnknown}


def test_H10_a_stall_says_how_far_the_request_came(
    service: Service, tls_service: Service, certificates: Certificates
) -> None:
    silent, patience = Fault(request=0, answer=0, end="stall"), Patience(attempts=1, deadline=2)
    used = [way for way in WAYS if way.scheme == "remote"]

    def stalled(way: Way) -> Point:
        target = tls_service if way.tls else service
        return strike(way, silent, target, patience, once=False, ca=certificates.authority)

    with ThreadPoolExecutor(len(used)) as pool:
        for way, point in zip(used, pool.map(stalled, used), strict=True):
            assert isinstance(point.outcome, SignerUnavailable if way.tls else OutcomeUnknown), point


@pytest.mark.parametrize("way", [way for way in WAYS if way.scheme == "remote"], ids=str)
def test_H10_a_wire_that_broke_is_asked_again_and_the_service_signs_once(
    way: Way, service: Service, tls_service: Service, certificates: Certificates
) -> None:
    used = tls_service if way.tls else service
    points = struck(way, cuts(steps()), used, Patience(deadline=20, pause=0.01), certificates.authority, once=True)
    assert [point for point in points if not isinstance(point.outcome, AcceptedSignature)] == []
    assert [point for point in points if used.signed.count(point.request.message) != 1] == []


@by_form
def test_every_changed_byte_of_an_answer_is_seen_or_means_nothing(
    way: Way, service: Service, certificates: Certificates
) -> None:
    places = range(0, 340, 9 if way.is_async else 4)
    faults = [Fault(answer=place, end="change") for place in places]
    points = struck(way, faults, service, Patience(attempts=1, deadline=1), certificates.authority)
    kinds = {type(point.outcome) for point in points}
    assert kinds >= {OutcomeUnknown, InvalidSignature, AcceptedSignature}
    assert len(points) >= 38


@by_way
def test_H17_a_slow_loris_is_left_at_the_deadline(
    way: Way, service: Service, tls_service: Service, certificates: Certificates
) -> None:
    faults = [Fault(answer=size, end="trickle", pause=0.05) for size in (0, 20, 100)]
    faults += [Fault(answer=size, end="trickle", pause=0.3) for size in (0, 20, 100)]  # slower than any one read
    for point in struck(way, faults, tls_service if way.tls else service, BRIEF, certificates.authority):
        assert isinstance(point.outcome, SignerUnavailable | OutcomeUnknown), point
        assert point.seconds >= 0.2


@by_way
def test_H10_nobody_listens(way: Way, certificates: Certificates) -> None:
    start = time.monotonic()
    outcome = way.ask(closed_port(), new_request(), Patience(deadline=10, pause=0.01), certificates.authority)
    assert isinstance(outcome, SignerUnavailable)
    assert time.monotonic() - start < 2 + SLACK


def head(*lines: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode()


def error_body(kind: str, request: str | None = None) -> bytes:
    return json.dumps({"id": request, "kind": kind, "reason": "policy", "message": "said the service"}).encode()


BOMB = gzip.compress(bytes(50_000_000))
JSON_TYPE = "Content-Type: application/json"
# What a service answers instead, and what the signer must make of it; it has signed first where that says nothing.
ANSWERS: dict[str, tuple[Canned, type[WalletcoreError]]] = {
    "a redirect to another host": (
        Canned.of(301, head="Location: http://192.0.2.1/v1/sign\r\n", signs=True),
        OutcomeUnknown,
    ),
    "a redirect to see the result": (Canned.of(303, head="Location: /elsewhere\r\n", signs=True), OutcomeUnknown),
    "a redirect that keeps the method": (Canned.of(307, head="Location: /v1/sign\r\n", signs=True), OutcomeUnknown),
    "a permanent one that keeps it": (Canned.of(308, head="Location: /v1/sign\r\n", signs=True), OutcomeUnknown),
    "200 with an error": (Canned.of(200, error_body("refused"), signs=True), OutcomeUnknown),
    "200 with a web page": (Canned.of(200, b"<html>welcome</html>", kind="text/html", signs=True), OutcomeUnknown),
    "200 without a body": (Canned.of(200, b"", signs=True), OutcomeUnknown),
    "201": (Canned.of(201, b"{}", signs=True), OutcomeUnknown),
    "204": (Canned(raw=b"HTTP/1.1 204 No Content\r\n\r\n", signs=True), OutcomeUnknown),
    "another request's answer": (
        Canned.of(200, json.dumps({"id": "ab" * 32, "signature": "cd" * 64, "recovery": 0}).encode(), signs=True),
        OutcomeUnknown,
    ),
    "another request's refusal": (Canned.of(403, error_body("refused", "ab" * 32), signs=True), OutcomeUnknown),
    "JSON that ends early": (Canned.of(200, b'{"id": "', signs=True), OutcomeUnknown),
    "JSON with a name twice": (Canned.of(200, b'{"id": "", "id": ""}', signs=True), OutcomeUnknown),
    "nested JSON": (Canned.of(200, b"[" * 60_000, signs=True), OutcomeUnknown),
    "what is not UTF-8": (Canned.of(200, b"\xff\xfe{}", signs=True), OutcomeUnknown),
    "a list": (Canned.of(200, b"[]", signs=True), OutcomeUnknown),
    "fewer bytes than it said": (
        Canned(raw=head(JSON_TYPE, "Content-Length: 500") + b'{"id"', signs=True),
        OutcomeUnknown,
    ),
    "100 MB": (
        Canned(raw=head(JSON_TYPE, "Content-Length: 100000000") + bytes(1 << 16), times=1600, signs=True),
        OutcomeUnknown,
    ),
    "chunks without end": (
        Canned(raw=head(JSON_TYPE, "Transfer-Encoding: chunked") + b"1000\r\n" + bytes(4096) + b"\r\n", signs=True),
        OutcomeUnknown,
    ),
    "a compressed bomb": (Canned.of(200, BOMB, head="Content-Encoding: gzip\r\n", signs=True), OutcomeUnknown),
    "headers without end": (
        Canned(raw=b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 300_000, signs=True),
        OutcomeUnknown,
    ),
    "100 Continue for ever": (Canned(raw=b"HTTP/1.1 100 Continue\r\n\r\n", times=100, signs=True), OutcomeUnknown),
    "no HTTP": (Canned(raw=b"SSH-2.0-OpenSSH_9.2\r\n", signs=True), OutcomeUnknown),
    "HTTP/0.9": (Canned(raw=b"{}", signs=True), OutcomeUnknown),
    "nothing": (Canned(raw=b"", signs=True), OutcomeUnknown),
    "two lengths": (
        Canned(raw=head(JSON_TYPE, "Content-Length: 2", "Content-Length: 3") + b"{} ", signs=True),
        OutcomeUnknown,
    ),
    "500": (Canned.of(500, error_body("unknown"), signs=True), OutcomeUnknown),
    "502 of a gateway": (Canned.of(502, b"Bad Gateway", kind="text/plain", signs=True), OutcomeUnknown),
    "503 of a gateway": (Canned.of(503, b"busy", kind="text/plain", signs=True), OutcomeUnknown),
    "504 of a gateway": (Canned.of(504, b"", kind="text/plain", signs=True), OutcomeUnknown),
    "408": (Canned.of(408, b"", signs=True), OutcomeUnknown),
    "409, as for one that is being carried out": (Canned.of(409, b"", signs=True), OutcomeUnknown),
    "a refusal that is not sure": (Canned.of(409, error_body("unknown"), signs=True), OutcomeUnknown),
    "503 in the protocol's words": (Canned.of(503, error_body("unavailable")), SignerUnavailable),
    "429 in the protocol's words": (Canned.of(429, error_body("unavailable")), SignerUnavailable),
    **{  # what stands before a service may answer so after the service has signed
        f"{status} of a gateway": (Canned.of(status, b"no", kind="text/plain", signs=True), OutcomeUnknown)
        for status in (400, 401, 403, 404, 405, 406, 410, 413, 415, 421, 422, 429, 431, 451)
    },
    "403 of a gateway that speaks JSON": (Canned.of(403, b'{"message": "Forbidden"}', signs=True), OutcomeUnknown),
    "403 in almost the protocol's words": (
        Canned.of(403, b'{"id": null, "kind": "refused", "reason": "policy"}', signs=True),
        OutcomeUnknown,
    ),
    "403 in the protocol's words of another type": (
        Canned.of(403, error_body("refused"), kind="text/plain", signs=True),
        OutcomeUnknown,
    ),
    "401 in the protocol's words": (Canned.of(401, error_body("refused")), SigningRefused),
    "413 in the protocol's words": (Canned.of(413, error_body("refused")), SigningRefused),
    "403 in the protocol's words": (Canned.of(403, error_body("refused")), SigningRefused),
}


@by_form
def test_H17_what_a_service_may_say_instead_of_an_answer(way: Way) -> None:
    names = list(ANSWERS)
    with Service(script=lambda number: ANSWERS[names[number]][0]) as service:
        for name in names:
            request, start = new_request(), time.monotonic()
            outcome = way.ask(service.port, request, Patience(attempts=1, deadline=20))
            point = Point(what=name, request=request, outcome=outcome, seconds=time.monotonic() - start)
            assert type(outcome) is ANSWERS[name][1], point
            assert (request.message in service.signed) is ANSWERS[name][0].signs, point
            point.check(service, 20)
            assert point.seconds < 15, point  # it does not take the deadline to see them
        assert service.questions == len(names)  # no redirect was followed, nothing was asked twice
        assert {seen["path"] for seen in service.seen} == {"/v1/sign"}


@by_form
def test_H17_an_answer_that_never_ends_is_left_at_the_deadline(way: Way) -> None:
    forever = Canned(raw=head(JSON_TYPE, "Transfer-Encoding: chunked") + b"1\r\n{\r\n" * 400, piece=5, pause=0.02)
    with Service(script=lambda number: replace(forever, signs=True)) as service:
        start = time.monotonic()
        outcome = way.ask(service.port, new_request(), BRIEF)
        assert isinstance(outcome, OutcomeUnknown)
        assert time.monotonic() - start < BRIEF.deadline + SLACK


WRONG: dict[str, Callable[[bytes], object]] = {
    "another signature": lambda data: (data[:-1] + bytes((data[-1] ^ 1,))).hex(),
    "zeros": lambda data: "00" * 64,
    "too few bytes": lambda data: data[:-1].hex(),
    "too many bytes": lambda data: data.hex() + "00",
    "upper case": lambda data: data.hex().upper(),
    "no hexadecimal": lambda data: "zz" * 64,
    "a number": lambda data: 7,
    "nothing": lambda data: None,
}


@by_form
@pytest.mark.parametrize("name", WRONG)
def test_H02_a_signature_that_is_none_is_refused(way: Way, name: str) -> None:
    request = new_request()
    data = KEYS[Curve.SECP256K1].sign(Scheme.ECDSA, request.message)
    body = json.dumps({"id": request.id.hex(), "signature": WRONG[name](data), "recovery": None}).encode()
    with Service(script=lambda number: Canned.of(200, body)) as service:
        assert isinstance(way.ask(service.port, request, CALM), InvalidSignature)


@by_form
@pytest.mark.parametrize("recovery", [1.0, "0", True, -1, 4, [0]], ids=repr)
def test_H05_a_recovery_id_that_is_none_is_refused(way: Way, recovery: object) -> None:
    request = new_request()
    data = KEYS[Curve.SECP256K1].sign(Scheme.ECDSA, request.message)
    body = json.dumps({"id": request.id.hex(), "signature": data.hex(), "recovery": recovery}).encode()
    with Service(script=lambda number: Canned.of(200, body)) as service:
        assert isinstance(way.ask(service.port, request, CALM), InvalidSignature)


@by_form
def test_H09_a_service_that_throttles_is_asked_again_with_the_same_key(way: Way) -> None:
    busy = [Canned.of(429, error_body("unavailable")), Canned.of(503, error_body("unavailable"))]
    with Service(script=lambda number: busy[number] if number < 2 else None) as service:
        request = new_request()
        assert isinstance(way.ask(service.port, request, Patience(deadline=30, pause=0.01)), AcceptedSignature)
        assert [seen["idempotency-key"] for seen in service.seen] == [f'"{request.id.hex()}"'] * 3
        assert service.signed == [request.message]


@by_form
def test_H09_throttling_without_end_is_unavailable_after_a_bounded_number_of_questions(way: Way) -> None:
    with Service(script=lambda number: Canned.of(503, error_body("unavailable"))) as service:
        assert isinstance(way.ask(service.port, new_request(), Patience(deadline=30, pause=0.01)), SignerUnavailable)
        assert service.questions == 3


@by_form
def test_H10_a_lost_answer_and_then_a_refusal_are_no_refusal(way: Way) -> None:
    answers = [Canned.of(500, error_body("unknown"), signs=True), Canned.of(403, error_body("refused"))]
    with Service(script=lambda number: answers[number]) as service:
        assert isinstance(way.ask(service.port, new_request(), Patience(deadline=30, pause=0.01)), OutcomeUnknown)
        assert len(service.signed) == 1
