"""Google Cloud KMS, over the wire of Google's own client: what it answers is checked, what it fails in is told."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import google_crc32c
import pytest
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import RefreshError
from google.cloud.kms_v1 import AsymmetricSignResponse
from grpc import StatusCode as Code

from support.clouds import (
    CALM,
    HASTY,
    QUICK,
    SCHEMES,
    SHORT,
    Open,
    check_cancelled_at_each_await,
    check_process,
    flipped,
    refusal,
    request,
    sign_of,
)
from support.faults import Fault, Proxy, closed_port, places
from support.gcp import ALGORITHMS, KEY, VERSION, CloudKms, Gateway
from support.held import ORDER, held, high, pinned, raw, signed
from support.outcomes import SLACK, Outcome, Sign, outcome, struck, told
from support.tls import Certificate, certificate
from walletcore.errors import (
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import sha256
from walletcore.keys import Curve, Scheme
from walletcore.signers import open_signer
from walletcore.signers.gcp_kms import GcpKms, open_async_key, open_key
from walletcore.signers.remote import Patience
from walletcore.signers.uri import SignerUri
from walletcore.signing import AcceptedSignature
from walletcore.testing import check_signer

URI = SignerUri.parse(f"gcpkms:{VERSION}")
NOBODY = AnonymousCredentials()  # type: ignore[no-untyped-call]
TOKEN = "ya29.a-token-of-the-test-4d5e6f"


class Token(Credentials):
    """Credentials with one token, or none to be had."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token, self.failure, self.asked = TOKEN, failure, 0

    def refresh(self, request: Any) -> None:
        raise AssertionError("the token is good")

    def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
        self.asked += 1
        if self.failure:
            raise self.failure
        self.apply(headers)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("gcp"), "localhost")


@pytest.fixture
def kms(shown: Certificate) -> Iterator[CloudKms]:
    with CloudKms(shown) as service:
        yield service


def opening(opener: Callable[..., Any]) -> Open:
    def opened(
        kms: CloudKms, patience: Patience = QUICK, port: int = 0, later: Patience | None = None, **options: Any
    ) -> Sign:
        where = {"endpoint": f"127.0.0.1:{port or kms.port}", "roots": kms.certificate.chain, "patience": patience}
        signer = opener(URI, pinned(kms.curve), **{"credentials": NOBODY, **where, **options})
        return sign_of(signer, later or patience)

    return opened


by_sync, by_async = opening(open_key), opening(open_async_key)
both = pytest.mark.parametrize("opened", [by_sync, by_async], ids=["by_sync", "by_async"])
by_curve = pytest.mark.parametrize("curve", ALGORITHMS)


# -- what works


@by_curve
@pytest.mark.parametrize("opener", [open_key, open_async_key])
def test_the_conformance_kit_accepts_each_curve(shown: Certificate, curve: Curve, opener: Callable[..., Any]) -> None:
    with CloudKms(shown, curve) as kms:
        signer = opener(
            URI,
            pinned(curve),
            credentials=Token(),
            endpoint=f"127.0.0.1:{kms.port}",
            roots=shown.chain,
        )
        report = check_signer(signer, secrets=[TOKEN.encode()])
        assert report.schemes == (SCHEMES[curve],)
        assert report.is_asynchronous is (opener is open_async_key)
        assert report.signs_forked in (True, None)
        assert kms.tokens == [f"Bearer {TOKEN}"]
        assert len(kms.signed) > 30
        assert len(kms.asked) == len(kms.signed)


@both
@by_curve
def test_H01_H04_the_digest_is_signed_as_it_is_with_its_checksum(
    shown: Certificate, opened: Open, curve: Curve
) -> None:
    with CloudKms(shown, curve) as kms:
        sign, asked = opened(kms), request(curve)
        answers = [sign(asked) for _ in range(8)]
        assert set(kms.signed) == {asked.message}
        for question in kms.asked:
            given = question.data_crc32c if curve is Curve.ED25519 else question.digest_crc32c
            assert given == google_crc32c.value(asked.message)
            assert question.name == VERSION
        for answer in answers:
            asked.key.verify(asked.scheme, asked.message, answer.data)
            assert (answer.recovery in (0, 1)) is (curve is Curve.SECP256K1)


def test_H07_the_checksum_is_crc32c() -> None:
    # RFC 3720, appendix B.4: 32 bytes of zeroes, of ones, and counting up
    for data, expected in (
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ):
        assert google_crc32c.value(data) == expected


@both
def test_H01_a_high_s_comes_back_low(kms: CloudKms, opened: Open) -> None:
    kms.answer = {"signature": high}
    data = opened(kms)(request()).data
    assert int.from_bytes(data[32:]) <= ORDER // 2


def test_one_signer_serves_several_event_loops_one_after_the_other(kms: CloudKms) -> None:
    sign = by_async(kms)
    assert len({sign(request()).data for _ in range(3)}) == 3


def test_many_signatures_at_once_share_a_channel(kms: CloudKms) -> None:
    signer = open_async_key(
        URI,
        pinned(Curve.SECP256K1),
        credentials=NOBODY,
        endpoint=f"127.0.0.1:{kms.port}",
        roots=kms.certificate.chain,
    )

    async def many() -> list[AcceptedSignature]:
        return await asyncio.gather(*(signer.sign(request(payload=bytes([place]))) for place in range(40)))

    assert len({answer.data for answer in asyncio.run(many())}) == 40


# -- what KMS answers wrongly


def der_as_raw(der: bytes) -> bytes:
    return raw(der)


WRONG: dict[str, dict[str, Any]] = {
    "H02 raw where DER is expected": {"signature": der_as_raw},
    "H02 DER cut": {"signature": lambda der: der[:-1]},
    "H02 DER with more behind it": {"signature": lambda der: der + b"\0"},
    "H02 empty": {"signature": b""},
    "H02 zeroes": {"signature": bytes(64)},
    "H02 r of zero": {"signature": bytes.fromhex("3006020100020101")},
    "H02 negative": {"signature": bytes.fromhex("3006020181020181")},
    "H02 larger than the order": {"signature": b"\x30\x26\x02\x21\x00" + b"\xff" * 32 + b"\x02\x01\x01"},
    "H02 BER": {"signature": lambda der: b"\x30\x81" + der[1:]},
    "H02 100 kB": {"signature": bytes(100_000)},
    "H07 another version": {"name": f"{KEY}/cryptoKeyVersions/2"},
    "H07 another key": {"name": VERSION.replace("hot", "cold")},
    "H07 no name": {"name": ""},
}
DAMAGED: dict[str, dict[str, Any]] = {
    "H07 another checksum": {"signature_crc32c": 1},
    "H07 no checksum": {"signature_crc32c": None},
    "H07 a checksum of nothing": {"signature_crc32c": 0},
    "H07 a checksum that was not verified": {"verified_digest_crc32c": False},
    "H07 another field verified": {"verified_digest_crc32c": False, "verified_data_crc32c": True},
}


@both
@pytest.mark.parametrize("name", WRONG)
def test_H02_H07_an_answer_that_is_not_the_key_s_is_refused_at_once(kms: CloudKms, opened: Open, name: str) -> None:
    kms.answer = WRONG[name]
    refusal(InvalidSignature, lambda: opened(kms)(request()))
    assert len(kms.asked) == 1


@both
@pytest.mark.parametrize("name", DAMAGED)
def test_H07_a_damaged_answer_is_discarded_and_asked_for_again(kms: CloudKms, opened: Open, name: str) -> None:
    kms.answer = DAMAGED[name]
    assert refusal(OutcomeUnknown, lambda: opened(kms)(request())).reason == "checksum"
    assert [question.digest.sha256 for question in kms.asked] == [request().message] * QUICK.attempts


@both
def test_H07_ed25519_has_a_flag_of_its_own(shown: Certificate, opened: Open) -> None:
    with CloudKms(shown, Curve.ED25519, answer={"verified_data_crc32c": False, "verified_digest_crc32c": True}) as kms:
        assert refusal(OutcomeUnknown, lambda: opened(kms)(request(Curve.ED25519))).reason == "checksum"


@both
@pytest.mark.parametrize("size", [0, 63, 65, 70])
def test_H02_ed25519_is_64_bytes(shown: Certificate, opened: Open, size: int) -> None:
    with CloudKms(shown, Curve.ED25519, answer={"signature": bytes(size)}) as kms:
        refusal(InvalidSignature, lambda: opened(kms)(request(Curve.ED25519)))


@both
@by_curve
def test_H03_H04_another_key_or_another_digest_is_refused(shown: Certificate, opened: Open, curve: Curve) -> None:
    with CloudKms(shown, curve, signs_with=8) as kms:
        refusal(InvalidSignature, lambda: opened(kms)(request(curve)))
    with CloudKms(shown, curve, meddle=sha256) as kms:
        refusal(InvalidSignature, lambda: opened(kms)(request(curve)))


@by_curve
def test_every_flipped_bit_of_signature_and_digest_is_caught(shown: Certificate, curve: Curve) -> None:
    with CloudKms(shown, curve) as kms:
        asked, sign = request(curve), by_sync(kms)
        exchange = GcpKms(version=VERSION, scheme=SCHEMES[curve])
        good = signed(curve, asked.message)

        def accepted(data: bytes) -> AcceptedSignature:
            which = "verified_data_crc32c" if curve is Curve.ED25519 else "verified_digest_crc32c"
            fields = {"name": VERSION, "signature": data, which: True, "signature_crc32c": google_crc32c.value(data)}
            return asked.accept(exchange.read(asked, AsymmetricSignResponse(fields)))

        assert accepted(good)
        wrong = [flipped(good, bit) for bit in range(8 * len(good))]
        wrong += [signed(curve, flipped(asked.message, bit)) for bit in range(8 * len(asked.message))]
        for data in wrong:
            with pytest.raises(InvalidSignature):
                accepted(data)
        for bit in range(0, 512, 67):
            kms.answer = {"signature": lambda data, bit=bit: flipped(data, bit)}
            refusal(InvalidSignature, lambda: sign(asked))


@both
@pytest.mark.parametrize("raw_answer", [b"\xff" * 40, b"\x0a\xff", b"<html>busy</html>"], ids=["ones", "cut", "html"])
def test_H17_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(
    kms: CloudKms, opened: Open, raw_answer: bytes
) -> None:
    kms.raw = raw_answer
    refusal(OutcomeUnknown, lambda: opened(kms)(request()))
    assert len(kms.signed) == QUICK.attempts


@both
def test_H17_an_answer_of_many_megabytes_is_not_read(kms: CloudKms, opened: Open) -> None:
    kms.answer = {"signature": bytes(3_000_000)}
    refusal(OutcomeUnknown, lambda: opened(kms)(request()))
    assert len(kms.signed) == QUICK.attempts


# -- what KMS fails in

BUSY = (Code.RESOURCE_EXHAUSTED, "Quota exceeded for quota metric")
REFUSED = [
    (Code.FAILED_PRECONDITION, "cryptoKeyVersions/1 is not enabled, current state is: DISABLED."),
    (Code.FAILED_PRECONDITION, "cryptoKeyVersions/1 is not enabled, current state is: DESTROYED."),
    (Code.PERMISSION_DENIED, "Permission 'cloudkms.cryptoKeyVersions.useToSign' denied"),
    (Code.UNAUTHENTICATED, "Request had invalid authentication credentials."),
    (Code.NOT_FOUND, "cryptoKeyVersions/1 not found."),
    (Code.INVALID_ARGUMENT, "The digest is malformed."),
    (Code.UNIMPLEMENTED, "no such method"),
]
UNKNOWN = (Code.INTERNAL, Code.UNKNOWN, Code.DATA_LOSS, Code.ABORTED, Code.CANCELLED, Code.UNAVAILABLE)


@both
def test_H09_throttling_is_tried_again_and_bounded(kms: CloudKms, opened: Open) -> None:
    kms.failures = [BUSY, BUSY]
    assert opened(kms)(request()).scheme is Scheme.ECDSA
    assert len(kms.asked) == 3
    kms.failures, kms.signed = [BUSY] * 9, []
    assert outcome(opened(kms), request(), kms.signed).problem(QUICK.deadline) == ""
    refusal(SignerUnavailable, lambda: opened(kms)(request()))
    assert len(kms.asked) == 9
    assert kms.signed == []


@both
@pytest.mark.parametrize("status", REFUSED, ids=str)
def test_H08_what_kms_refuses_is_not_asked_again(kms: CloudKms, opened: Open, status: tuple[Code, str]) -> None:
    kms.failures = [status]
    assert refusal(SigningRefused, lambda: opened(kms)(request())).reason == "policy"
    assert len(kms.asked) == 1
    assert kms.signed == []


@both
def test_H07_a_request_that_was_damaged_on_its_way_is_sent_again(kms: CloudKms, opened: Open) -> None:
    kms.failures = [(Code.INVALID_ARGUMENT, "The checksum in field digest_crc32c did not match the data")]
    assert opened(kms)(request()).scheme is Scheme.ECDSA
    assert len(kms.asked) == 2
    kms.failures, kms.signed = kms.failures * 1 + [(Code.INVALID_ARGUMENT, "digest_crc32c does not match")] * 3, []
    assert refusal(SignerUnavailable, lambda: opened(kms)(request())).reason == "checksum"


@both
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("code", UNKNOWN, ids=lambda code: code.name)
def test_H10_a_failure_of_the_service_may_have_signed(kms: CloudKms, opened: Open, code: Code, after: bool) -> None:
    kms.after, kms.failures = after, [(code, "try later")]
    result = outcome(opened(kms), request(), kms.signed)
    assert result.problem(QUICK.deadline) == ""
    assert result.signature is not None
    assert result.signed == 1 + after
    kms.failures = [(code, "try later")] * 3
    refusal(OutcomeUnknown, lambda: opened(kms)(request()))


@both
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 502, 503, 504])
def test_H10_what_a_gateway_says_in_kms_s_place_proves_nothing(
    kms: CloudKms, shown: Certificate, opened: Open, status: int
) -> None:
    with Proxy(("127.0.0.1", kms.port), lambda _: None) as wire, Gateway(shown, status) as gateway:
        sign = opened(kms, port=wire.port)
        wire.target = ("127.0.0.1", gateway.port)
        wire.drop()
        refusal(OutcomeUnknown, lambda: sign(request()))
        assert gateway.answered > 0


@both
def test_H10_after_one_unknown_outcome_a_refusal_does_not_say_that_nothing_was_signed(
    kms: CloudKms, opened: Open
) -> None:
    kms.after, kms.failures = True, [(Code.UNAVAILABLE, "Socket closed"), REFUSED[0]]
    refusal(OutcomeUnknown, lambda: opened(kms)(request()))
    assert len(kms.signed) == 2


@both
def test_H10_a_service_that_thinks_too_long_is_left_at_the_deadline(kms: CloudKms, opened: Open) -> None:
    kms.delay = 0.9
    result = outcome(opened(kms, CALM, later=SHORT), request(), kms.signed)
    assert result.problem(SHORT.deadline) == ""
    assert type(result.failure) is OutcomeUnknown
    assert result.signed == 1


# -- what happens to the wire


@pytest.fixture(scope="module")
def sizes(shown: Certificate) -> tuple[int, int]:
    """Bytes of one connection on which one signature was asked for: of the request, of the answer."""
    with CloudKms(shown) as kms, Proxy(("127.0.0.1", kms.port), lambda _: None) as proxy:
        sign = by_sync(kms, port=proxy.port)
        proxy.drop()
        sign(request())
        proxy.drop()
        return proxy.carried[-1][0], proxy.carried[-1][1]


@both
def test_H10_H17_a_broken_wire_is_told_in_time_and_truly(kms: CloudKms, sizes: tuple[int, int], opened: Open) -> None:
    faults = places(*sizes)

    def outcome_of(name: str) -> Outcome:
        asked = request(payload=name.encode())
        return struck(kms.port, faults[name], lambda port: opened(kms, CALM, port, HASTY), asked, kms.signed)

    with ThreadPoolExecutor(len(faults)) as pool:
        outcomes = dict(zip(faults, pool.map(outcome_of, faults), strict=True))
    assert {name: found for name, result in outcomes.items() if (found := result.problem(HASTY.deadline))} == {}
    assert {name for name, result in outcomes.items() if result.signature is not None} == set()
    for name in ("cut: in the answer", "stall: in the answer", "change: in the answer", "trickle: the answer"):
        assert outcomes[name].signed > 0
        assert type(outcomes[name].failure) is OutcomeUnknown


@both
def test_H10_a_wire_that_breaks_once_after_kms_signed_costs_a_second_signature(
    kms: CloudKms, sizes: tuple[int, int], opened: Open
) -> None:
    lost = Fault(answer=sizes[1] - 60)
    plan: list[Fault | None] = [None, None, None, None]
    with Proxy(("127.0.0.1", kms.port), lambda _: plan.pop(0) if plan else None) as proxy:
        sign = opened(kms, port=proxy.port)
        plan[:] = [lost]
        proxy.drop()
        result = outcome(sign, request(), kms.signed)
        assert result.problem(QUICK.deadline) == ""
        assert result.signature is not None
        assert result.signed == 2


@both
def test_a_service_that_is_gone_has_signed_nothing(kms: CloudKms, opened: Open) -> None:
    sign = opened(kms)
    kms.__exit__()
    result = outcome(sign, request(), kms.signed)
    assert result.problem(QUICK.deadline) == ""
    # the connection that the client has may seem alive for a moment
    assert type(result.failure) in (SignerUnavailable, OutcomeUnknown)


@both
def test_a_stranger_s_certificate_is_not_talked_to(kms: CloudKms, opened: Open, tmp_path: Path) -> None:
    stranger = certificate(tmp_path, "localhost")
    assert refusal(SignerError, lambda: opened(kms, roots=stranger.chain)).reason == "policy"
    assert kms.tokens == []


@both
def test_a_certificate_that_is_a_stranger_s_later_is_refused_once(kms: CloudKms, opened: Open, tmp_path: Path) -> None:
    with Proxy(("127.0.0.1", kms.port), lambda _: None) as wire:
        sign = opened(kms, CALM, port=wire.port)
        with CloudKms(certificate(tmp_path, "localhost")) as other:
            wire.target = ("127.0.0.1", other.port)
            wire.drop()
            found = failure(sign)
            if type(found) is OutcomeUnknown:  # the connection that the client has may seem alive for a moment
                assert "its certificate does not verify" in str(found)
                found = failure(sign)
            assert (type(found), found.reason) == (SignerError, "policy")
            assert other.asked == kms.asked == []


def failure(sign: Sign) -> SignerError:
    """The error that a request ends in, of whatever kind."""
    with pytest.raises(SignerError) as caught:
        sign(request())
    return caught.value


# -- what happens to the process


def test_X05_H13_a_signature_that_is_cancelled_anywhere_tells_no_token_and_stops_nothing(kms: CloudKms) -> None:
    where: dict[str, Any] = {"endpoint": f"127.0.0.1:{kms.port}", "roots": kms.certificate.chain}
    signer = open_async_key(URI, pinned(kms.curve), credentials=Token(), **where)
    assert check_cancelled_at_each_await(signer.sign, TOKEN) >= 1


def test_X02_a_forked_process_has_channels_of_its_own_and_hanging_credentials_hold_up_nobody(kms: CloudKms) -> None:
    check_process("gcp", kms.port, kms.certificate.chain_file)


def test_credentials_that_are_not_found_in_time_are_told(kms: CloudKms, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a metadata server that answers nobody
        monkeypatch.setenv("GCE_METADATA_IP", f"127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("CLOUDSDK_CONFIG", "/nowhere")
        monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
        start = time.monotonic()
        refusal(SignerUnavailable, lambda: by_sync(kms, patience=SHORT, credentials=None))
        assert time.monotonic() - start < SHORT.deadline + SLACK


# -- opening


@pytest.mark.parametrize(
    "text",
    [
        "gcpkms:",
        f"gcpkms:{KEY}",
        f"gcpkms:{KEY}/cryptoKeyVersions",
        f"gcpkms:{KEY}/cryptoKeyVersions/",
        f"gcpkms:{KEY}/cryptoKeyVersions/latest",
        f"gcpkms:{KEY}/cryptoKeyVersions/01",
        f"gcpkms:{VERSION}/",
        f"gcpkms:/{VERSION}",
        f"gcpkms://{VERSION}",
        f"gcpkms:{VERSION}?endpoint=localhost",
    ],
)
def test_a_uri_that_names_no_version_is_refused(text: str) -> None:
    failure = refusal(SignerError, lambda: open_signer(text, public_key=pinned(Curve.SECP256K1)))
    assert failure.reason in ("prefix", "unknown")


ANOTHER: dict[str, tuple[dict[str, Any], type[WalletcoreError], str]] = {
    "H08 an RSA key": ({"algorithm": "RSA_SIGN_PSS_2048_SHA256"}, InvalidKey, "scheme"),
    "H08 a P-256 key": ({"algorithm": "EC_SIGN_P256_SHA256"}, InvalidKey, "scheme"),
    "H08 an algorithm of the future": ({"algorithm": 9999}, InvalidKey, "scheme"),
    "H08 no algorithm": ({"algorithm": 0}, InvalidKey, "scheme"),
    "H07 another version": ({"name": f"{KEY}/cryptoKeyVersions/2"}, InvalidKey, "mismatch"),
    "H07 another checksum": ({"pem_crc32c": 7}, SignerUnavailable, "checksum"),
    "H07 no checksum": ({"pem_crc32c": None}, SignerUnavailable, "checksum"),
    "H07 no key": ({"pem": "", "pem_crc32c": 0}, InvalidKey, "truncated"),
    "H08 disabled": ({"failure": REFUSED[0]}, SigningRefused, "policy"),
    "H08 not permitted": ({"failure": REFUSED[2]}, SigningRefused, "policy"),
    "H09 busy": ({"failure": BUSY}, SignerUnavailable, ""),
    "H10 failing": ({"failure": (Code.INTERNAL, "")}, SignerUnavailable, ""),
}


@pytest.mark.filterwarnings("ignore:Unrecognized CryptoKeyVersionAlgorithm")
@both
@pytest.mark.parametrize("name", ANOTHER)
def test_H07_H08_a_version_that_is_not_the_pinned_key_is_not_opened(kms: CloudKms, opened: Open, name: str) -> None:
    kms.shown, kind, reason = ANOTHER[name]
    assert refusal(kind, lambda: opened(kms)).reason == reason
    assert kms.asked == []


def test_H03_the_key_must_be_the_pinned_one_to_the_last_bit(kms: CloudKms) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    der = held(Curve.SECP256K1).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for bit in range(0, 8 * len(der), 19):
        pem = der_to_pem(flipped(der, bit))
        kms.shown = {"pem": pem, "pem_crc32c": google_crc32c.value(pem.encode())}
        refusal(InvalidKey, lambda: by_sync(kms))
    pem = der_to_pem(der)
    kms.shown = {"pem": pem, "pem_crc32c": google_crc32c.value(pem.encode())}
    assert load_der_public_key(der)
    assert by_sync(kms)(request())


def der_to_pem(der: bytes) -> str:
    import base64

    return f"-----BEGIN PUBLIC KEY-----\n{base64.encodebytes(der).decode()}-----END PUBLIC KEY-----\n"


@both
def test_a_service_that_cannot_be_reached_is_unavailable(kms: CloudKms, opened: Open) -> None:
    refusal(SignerUnavailable, lambda: opened(kms, port=closed_port()))


def test_without_credentials_nothing_is_asked(kms: CloudKms, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    call = lambda: open_signer(f"gcpkms:{VERSION}", public_key=pinned(Curve.SECP256K1))  # noqa: E731
    assert refusal(SignerError, call).reason == "missing"


@both
def test_credentials_that_give_no_token_are_asked_once(kms: CloudKms, opened: Open) -> None:
    credentials = Token()
    sign = opened(kms, credentials=credentials)
    credentials.failure, credentials.asked = RefreshError(f"invalid_grant for {TOKEN}"), 0  # type: ignore[no-untyped-call]
    failure = refusal(SignerError, lambda: sign(request()))
    assert failure.reason == "missing"
    assert TOKEN not in str(failure)
    assert credentials.asked == 1
    assert kms.asked == []


def test_an_endpoint_that_is_none_is_refused(kms: CloudKms) -> None:
    refusal(SignerUnavailable, lambda: by_sync(kms, endpoint="no such host"))


@both
@pytest.mark.parametrize("status", [*REFUSED[:4], (Code.INTERNAL, TOKEN), BUSY], ids=str)
def test_H13_X10_no_token_is_in_an_error_or_around_it(kms: CloudKms, opened: Open, status: tuple[Code, str]) -> None:
    sign = opened(kms, credentials=Token())
    kms.failures = [status] * 3
    failure = refusal_of(lambda: sign(request()))
    kms.shown = {"failure": status}
    for error in (failure, refusal_of(lambda: opened(kms, credentials=Token()))):
        assert error.__cause__ is None
        assert error.__context__ is None
        assert TOKEN not in told(error)


def refusal_of(call: Callable[[], object]) -> WalletcoreError:
    try:
        call()
    except WalletcoreError as error:
        return error
    raise AssertionError("expected a refusal")
