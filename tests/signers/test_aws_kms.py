"""AWS KMS: what is asked is what the service wants, and of each of its answers the signer tells what is true."""

import asyncio
import base64
import gzip
import json
import logging
import os
import pickle
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.data
import pytest
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import ec, utils
from eth_account import Account

from support.clouds import check_cancelled_at_each_await
from support.kms import ACCOUNT, Behaviour, FakeKms, Key, Reply, changed, error
from walletcore import chain, open_async_signer, open_signer, sign, sign_async
from walletcore.chains import evm
from walletcore.errors import (
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SecretExportError,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import keccak256
from walletcore.keys import PublicKey, Scheme
from walletcore.signers import aws_kms
from walletcore.signers.asn1 import read_public_key
from walletcore.signers.remote import Patience
from walletcore.signers.uri import SignerUri
from walletcore.signing import AcceptedSignature, SigningRequest
from walletcore.testing import check_signer

ALIASES = ("alias/secp256k1", "alias/p256", "alias/ed25519")
QUICK = Patience(attempts=3, deadline=60, pause=0.01)  # to ask again; a busy machine may stand still for seconds
SECRETS = ("hushhushhush", "T/+=T/+=")
SESSION = boto3.Session("AKIATEST", SECRETS[0], aws_session_token=SECRETS[1] * 20)
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture(scope="module")
def running() -> Iterator[FakeKms]:
    with FakeKms(keep_alive=True) as fake:
        yield fake


@pytest.fixture
def kms(running: FakeKms, monkeypatch: pytest.MonkeyPatch) -> FakeKms:
    running.reset()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRETS[0])
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", running.url)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return running


def pinned(kms: FakeKms, alias: str = ALIASES[0]) -> PublicKey:
    return read_public_key(kms.aliases[alias].spki())


def clients(url: str, **settings: Any) -> aws_kms.Clients:
    return lambda config: SESSION.client("kms", config=config.merge(Config(**settings)), endpoint_url=url)


def uri(path: str = ALIASES[0], region: str = "?region=eu-west-1") -> SignerUri:
    return SignerUri.parse(f"awskms:{path}{region}")


def opened(kms: FakeKms, alias: str, key: PublicKey) -> Any:
    """By a shared session: one of its own, which a URI alone has, takes a tenth of a second."""
    return aws_kms.open_key(uri(alias), key, client=clients(kms.url), patience=QUICK)


Sign = Callable[..., AcceptedSignature]


def by_sync(kms: FakeKms, alias: str = ALIASES[0], patience: Patience = QUICK) -> AcceptedSignature:
    key = pinned(kms, alias)
    return aws_kms.open_key(uri(alias), key, client=clients(kms.url), patience=patience).sign(request(key))


def by_async(kms: FakeKms, alias: str = ALIASES[0], patience: Patience = QUICK) -> AcceptedSignature:
    key = pinned(kms, alias)
    signer = aws_kms.open_async_key(uri(alias), key, client=clients(kms.url), patience=patience)
    return asyncio.run(signer.sign(request(key)))


def request(key: PublicKey, payload: bytes = b"pay") -> SigningRequest:
    scheme = next(each for each in Scheme if each.curve is key.curve)
    prehash = None if scheme is Scheme.ED25519 else keccak256
    return SigningRequest(key=key, scheme=scheme, payload=payload, prehash=prehash)


both = pytest.mark.parametrize("sign_by", [by_sync, by_async])


@pytest.mark.parametrize("alias", ALIASES)
@pytest.mark.parametrize("opened", [open_signer, open_async_signer])
def test_H01_H05_a_key_of_each_spec_keeps_every_promise(kms: FakeKms, alias: str, opened: Any) -> None:
    signer = opened(f"awskms:{alias}?region=eu-west-1", public_key=pinned(kms, alias))
    report = check_signer(signer, secrets=[secret.encode() for secret in SECRETS])
    assert report.is_asynchronous is (opened is open_async_signer)
    assert report.schemes == (request(pinned(kms, alias)).scheme,)
    assert report.largest == (1000 if alias == "alias/ed25519" else None)


@pytest.mark.parametrize("asynchronously", [False, True])
def test_a_transaction_signed_by_a_kms_key_recovers_to_its_sender(kms: FakeKms, asynchronously: bool) -> None:
    ethereum, key = chain("ethereum", evm.Evm), pinned(kms)
    transaction = evm.Transaction(
        chain=ethereum,
        sender=key,
        to=ethereum.address(key),
        value=1,
        nonce=0,
        gas=21_000,
        max_fee=9,
        max_priority_fee=0,
    )
    name = f"awskms:{kms.aliases[ALIASES[0]].arn}"
    if asynchronously:
        signed = asyncio.run(sign_async(transaction, open_async_signer(name, public_key=key)))
    else:
        signed = sign(transaction, open_signer(name, public_key=key))
    assert Account.recover_transaction(signed.raw) == ethereum.address(key).text


def shapes() -> dict[str, Any]:
    """The service model of KMS that ships with botocore."""
    (path,) = Path(botocore.data.__path__[0]).glob("kms/*/service-2.json.gz")
    model: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return model


@pytest.mark.parametrize("alias", ALIASES)
def test_what_is_asked_has_the_shape_of_the_service_model(kms: FakeKms, alias: str) -> None:
    key = pinned(kms, alias)
    opened(kms, alias, key).sign(request(key))
    model = shapes()
    targets = [f"{model['metadata']['targetPrefix']}.{name}" for name in ("DescribeKey", "GetPublicKey", "Sign")]
    assert [call.target for call in kms.calls] == targets
    for call in kms.calls:
        shape = model["shapes"][model["operations"][call.target.split(".")[1]]["input"]["shape"]]
        assert set(shape["required"]) <= set(call.body) <= set(shape["members"])
        for name, value in call.body.items():
            assert value in model["shapes"][shape["members"][name]["shape"]].get("enum", [value])
    assert kms.calls[0].headers["Content-Type"] == "application/x-amz-json-1.1"


@pytest.mark.parametrize(
    ("alias", "algorithm", "kind"),
    [
        ("alias/secp256k1", "ECDSA_SHA_256", "DIGEST"),
        ("alias/p256", "ECDSA_SHA_256", "DIGEST"),
        ("alias/ed25519", "ED25519_SHA_512", "RAW"),
    ],
)
def test_H04_the_very_digest_is_asked_of_the_arn(kms: FakeKms, alias: str, algorithm: str, kind: str) -> None:
    by_sync(kms, alias)
    digest = base64.b64encode(b"pay" if kind == "RAW" else keccak256(b"pay")).decode()
    want = {"KeyId": kms.aliases[alias].arn, "Message": digest, "MessageType": kind, "SigningAlgorithm": algorithm}
    assert kms.signs()[0].body == want


def test_an_alias_that_is_turned_to_another_key_is_not_followed(kms: FakeKms) -> None:
    key = pinned(kms)
    signer = open_signer("awskms:alias/secp256k1?region=eu-west-1", public_key=key)
    arn = kms.aliases["alias/secp256k1"].arn
    kms.aliases["alias/old"] = kms.aliases.pop("alias/secp256k1")
    kms.aliases["alias/secp256k1"] = kms.aliases["alias/p256"]
    assert signer.sign(request(key)).scheme is Scheme.ECDSA
    assert kms.signs()[0].body["KeyId"] == arn


@pytest.mark.parametrize("name", ["id", "arn", "alias arn", "mrk"])
def test_a_key_has_many_names_and_an_arn_names_its_region(kms: FakeKms, name: str) -> None:
    key = kms.aliases[ALIASES[0]]
    key.region, key.account = "us-gov-west-1", "999988887777"
    if name == "mrk":
        key.name = "mrk-1234abcd12ab34cd56ef1234567890ab"
    path = {"id": key.name, "alias arn": f"arn:aws:kms:{key.region}:{key.account}:{ALIASES[0]}"}.get(name, key.arn)
    signer = open_signer(f"awskms:{path}" + ("?region=us-gov-west-1" if name == "id" else ""), public_key=pinned(kms))
    assert signer.sign(request(pinned(kms))).recovery in (0, 1)
    assert "/us-gov-west-1/kms/aws4_request" in kms.calls[0].headers["Authorization"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("awskms:alias/secp256k1?region=eu-west-1&pin=1", "unknown"),
        (f"awskms:arn:aws:kms:eu-west-1:{ACCOUNT}:key/1?region=us-east-1", "mismatch"),
        ("awskms:alias/secp256k1?region=not a region", "missing"),
        ("awskms:?region=eu-west-1", "missing"),
        ("awskms:alias/secp256k1", "missing"),
    ],
)
def test_a_uri_that_names_no_key_is_refused_before_anything_is_asked(kms: FakeKms, text: str, reason: str) -> None:
    with pytest.raises(SignerError) as caught:
        open_signer(text, public_key=pinned(kms))
    assert caught.value.reason == reason
    assert kms.calls == []


@pytest.mark.parametrize(
    "state", ["Disabled", "PendingDeletion", "PendingImport", "Creating", "Unavailable", "Updating"]
)
def test_H08_a_key_that_is_not_enabled_is_refused_once(kms: FakeKms, state: str) -> None:
    key = pinned(kms)
    signer = opened(kms, "alias/secp256k1", key)
    kms.aliases[ALIASES[0]].state = state
    with pytest.raises(SigningRefused, match="refused"):
        signer.sign(request(key))
    assert (len(kms.signs()), kms.signed) == (1, [])
    with pytest.raises(SigningRefused, match=state):
        opened(kms, "alias/secp256k1", key)


def test_H08_keys_of_another_usage_spec_or_value_are_refused(kms: FakeKms) -> None:
    key = pinned(kms)
    with pytest.raises(InvalidKey, match="ECC_NIST_P256"):
        opened(kms, "alias/p256", key)
    kms.aliases["alias/other"] = Key(kms.aliases["alias/p256"].private, "ECC_SECG_P256K1", "0000-liar")
    with pytest.raises(InvalidKey, match="pinned"):
        opened(kms, "alias/other", key)
    with pytest.raises(SigningRefused, match="NotFoundException"):
        opened(kms, "alias/none", key)
    kms.aliases[ALIASES[0]].usage = "KEY_AGREEMENT"
    with pytest.raises(SigningRefused, match="KEY_AGREEMENT"):
        opened(kms, "alias/secp256k1", key)
    assert kms.signs() == []


def other_key(fake: FakeKms, call: Any) -> Reply:
    call.body = {**call.body, "SigningAlgorithm": "ECDSA_SHA_256"}
    reply = fake.honest(call)
    assert isinstance(reply.body, dict)
    stranger = fake.aliases["alias/stranger"].sign(call.message, "DIGEST")
    return Reply(body={**reply.body, "Signature": base64.b64encode(stranger).decode()})


TWICE: list[bytes] = []


def signature(edit: Callable[[bytes], bytes]) -> Behaviour:
    def edited(answer: dict[str, Any]) -> None:
        answer["Signature"] = base64.b64encode(edit(base64.b64decode(answer["Signature"]))).decode()

    return changed(edited)


def der(r: int, s: int) -> bytes:
    parts = [number.to_bytes(number.bit_length() // 8 + 1, signed=True) for number in (r, s)]
    body = b"".join(b"\x02" + bytes((len(part),)) + part for part in parts)
    return b"\x30" + bytes((len(body),)) + body


def numbers(data: bytes) -> tuple[int, int]:
    r, s = utils.decode_dss_signature(data)
    return r, s


def raw(data: bytes) -> bytes:
    r, s = numbers(data)
    return r.to_bytes(32) + s.to_bytes(32)


WRONG: dict[str, Behaviour] = {
    "H02 raw where DER is expected": signature(raw),
    "H02 trailing byte": signature(lambda data: data + b"\0"),
    "H02 r is 0": signature(lambda data: der(0, numbers(data)[1])),
    "H02 s is 0": signature(lambda data: der(numbers(data)[0], 0)),
    "H02 r above the order": signature(lambda data: der(numbers(data)[0] + ORDER, numbers(data)[1])),
    "H02 negative r": signature(lambda data: der(-numbers(data)[0], numbers(data)[1])),
    "H02 long form of a length": signature(lambda data: b"\x30\x81" + data[1:]),
    "H02 empty": signature(lambda data: b""),
    "H02 long": signature(lambda data: data * 20),
    "H03 another key": other_key,
    "H04 hashed twice": signature(lambda data: TWICE[0]),
    "another KeyId": changed(lambda answer: answer.update(KeyId=answer["KeyId"][:-1] + "x")),
    "alias as KeyId": changed(lambda answer: answer.update(KeyId="alias/secp256k1")),
    "another algorithm": changed(lambda answer: answer.update(SigningAlgorithm="ECDSA_SHA_384")),
}


@both
@pytest.mark.parametrize("name", WRONG)
def test_H02_H03_H04_an_answer_that_the_key_did_not_give_is_refused(kms: FakeKms, sign_by: Sign, name: str) -> None:
    key = kms.aliases[ALIASES[0]]
    kms.aliases["alias/stranger"] = Key(ec.derive_private_key(9, ec.SECP256K1()), "ECC_SECG_P256K1", "0000-stranger")
    TWICE[:] = [key.sign(keccak256(b"pay"), "RAW")]
    kms.always = WRONG[name]
    with pytest.raises(InvalidSignature):
        sign_by(kms)
    assert len(kms.signs()) == 1


@pytest.mark.parametrize("alias", ["alias/p256", "alias/ed25519"])
def test_H02_H03_other_curves_refuse_what_their_key_did_not_sign(kms: FakeKms, alias: str) -> None:
    for edit in (lambda data: data + b"\0", lambda data: data[:-1], lambda data: bytes(len(data)), lambda data: b""):
        kms.always = signature(edit)
        with pytest.raises(InvalidSignature):
            by_sync(kms, alias)


@both
def test_H01_a_high_s_is_made_low(kms: FakeKms, sign_by: Sign) -> None:
    kms.always = signature(lambda data: der(numbers(data)[0], max(numbers(data)[1], ORDER - numbers(data)[1])))
    answer = sign_by(kms)
    assert int.from_bytes(answer.data[32:]) <= ORDER // 2
    assert answer.recovery in (0, 1)


REFUSED = (
    *("NotFoundException", "DisabledException", "InvalidKeyUsageException", "KMSInvalidStateException"),
    *("AccessDeniedException", "ExpiredTokenException", "InvalidSignatureException", "UnrecognizedClientException"),
    *("ValidationException", "InvalidGrantTokenException", "com.amazonaws.kms#AccessDeniedException"),
)


@both
@pytest.mark.parametrize("code", REFUSED)
def test_H08_what_kms_declines_is_not_asked_again(kms: FakeKms, sign_by: Sign, code: str) -> None:
    kms.always = error(code)
    with pytest.raises(SigningRefused, match=code.split("#")[-1]):
        sign_by(kms)
    assert (len(kms.signs()), kms.signed) == (1, [])


NOT_NOW = [
    ("ThrottlingException", 400),
    ("Anything", 429),
    ("KeyUnavailableException", 500),
    ("ThrottlingException", 503),
]


@both
@pytest.mark.parametrize(("code", "status"), NOT_NOW)
def test_H09_a_throttled_request_is_sent_again_as_it_was(kms: FakeKms, sign_by: Sign, code: str, status: int) -> None:
    kms.plan = [error(code, status), error(code, status)]
    assert sign_by(kms).scheme is Scheme.ECDSA
    assert len({call.raw for call in kms.signs()}) == 1
    assert (len(kms.signs()), len(kms.signed)) == (3, 1)
    kms.reset()
    kms.always = error(code, status)
    with pytest.raises(SignerUnavailable):
        sign_by(kms)
    assert (len(kms.signs()), kms.signed) == (3, [])


UNCLEAR: dict[str, Behaviour] = {
    "internal": error("KMSInternalException", 500),
    "internal, signed": error("KMSInternalException", 500, signs=True),
    "dependency": error("DependencyTimeoutException", 503),
    "dependency, signed": error("DependencyTimeoutException", 503, signs=True),
    "gateway": lambda fake, call: Reply(502, b"<html>bad gateway</html>"),
    "busy without a name": lambda fake, call: (fake.honest(call), Reply(429, b"<html>slow down</html>"))[1],
    "refused without a name": lambda fake, call: Reply(403, b"<html>blocked</html>"),
    "refused in a list": lambda fake, call: Reply(400, b"[]"),
    "a number for a name": lambda fake, call: Reply(400, {"__type": 7}),
    "H17 an error in an answer": lambda fake, call: Reply(200, {"__type": "AccessDeniedException"}),
    "H17 redirected": lambda fake, call: Reply(307, b"", {"Location": fake.url + "/elsewhere"}),
    "H17 redirected, signed": lambda fake, call: (fake.honest(call), Reply(301, b"", {"Location": fake.url}))[1],
    "no content": lambda fake, call: (fake.honest(call), Reply(204, b""))[1],
    "garbled": changed(lambda answer: json.dumps(answer).encode()[::-1]),
    "truncated": changed(lambda answer: json.dumps(answer).encode()[:-20]),
    "not UTF-8": changed(lambda answer: b"\xff" * 80),
    "no KeyId": changed(lambda answer: answer.pop("KeyId")),
    "no Signature": changed(lambda answer: {k: v for k, v in answer.items() if k != "Signature"}),
    "no algorithm": changed(lambda answer: {k: v for k, v in answer.items() if k != "SigningAlgorithm"}),
    "null": changed(lambda answer: answer.update(Signature=None)),
    "number": changed(lambda answer: answer.update(Signature=7)),
    "wrong base64": changed(lambda answer: answer.update(Signature="A")),
    "H17 oversized": changed(lambda answer: answer.update(More="x" * (1 << 17))),
    "H17 endless": lambda fake, call: (fake.honest(call), Reply(200, b" " * (1 << 22), length=None))[1],
    "H17 deep": changed(lambda answer: b"[" * 60_000),
    "short of its length": lambda fake, call: (fake.honest(call), Reply(200, b"{}", {"Connection": "close"}))[1],
}


@both
@pytest.mark.parametrize("name", UNCLEAR)
def test_H10_H17_what_may_have_been_signed_is_said_so(kms: FakeKms, sign_by: Sign, name: str) -> None:
    kms.always = UNCLEAR[name]
    with pytest.raises(OutcomeUnknown):
        sign_by(kms)
    assert len(kms.signs()) == 3
    assert {call.path for call in kms.signs()} == {"/"}


@both
def test_H10_what_was_signed_once_is_never_said_to_be_refused(kms: FakeKms, sign_by: Sign) -> None:
    for last in ("AccessDeniedException", "ThrottlingException", "ExpiredTokenException"):
        kms.plan = [error("KMSInternalException", 500, signs=True)] + [error(last)] * 2
        with pytest.raises(OutcomeUnknown, match=last):
            sign_by(kms)


PASSING: list[Behaviour] = [
    error("KMSInternalException", 500),
    error("ThrottlingException"),
    UNCLEAR["gateway"],
    lambda fake, call: Reply(200),
]


@pytest.mark.parametrize("behave", PASSING)
def test_looking_at_a_key_is_tried_again_and_never_in_doubt(kms: FakeKms, behave: Behaviour) -> None:
    kms.others = behave
    with pytest.raises(SignerUnavailable):
        by_sync(kms)
    assert len(kms.calls) == 3


def test_H13_no_error_shows_credentials_nor_do_its_frames(kms: FakeKms) -> None:
    key = pinned(kms)
    signer = aws_kms.open_key(uri(), key, client=clients(kms.url), patience=QUICK)
    token = SECRETS[1] * 20
    kinds = [error("AccessDeniedException", message=token), error(token), error("X" * 99), UNCLEAR["gateway"]]
    for behave in [*kinds, lambda fake, call: Reply(400, b"{")]:
        kms.always = behave
        with pytest.raises(SignerError) as caught:
            signer.sign(request(key))
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None or isinstance(caught.value.__context__, WalletcoreError)
        frames = caught.value.__traceback__.tb_next if caught.value.__traceback__ else None  # this one knows the token
        told = traceback.TracebackException(SignerError, caught.value, frames, capture_locals=True)
        seen = "".join(told.format())
        assert not [secret for secret in (*SECRETS, "AKIATEST") if secret in seen + repr(signer) + caught.value.hint]
    with pytest.raises(SecretExportError):
        pickle.dumps(signer)


def test_H13_botos_log_never_has_the_secret_access_key(kms: FakeKms, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        by_sync(kms)
    assert SECRETS[0] not in caplog.text
    assert SECRETS[1] in caplog.text  # the session token is there: the page warns of that level


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_H09_botocore_does_not_try_again_whatever_the_environment_says(
    kms: FakeKms, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_RETRY_MODE", mode)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "9")
    settings = tmp_path / "config"
    settings.write_text(f"[default]\nretry_mode = {mode}\nmax_attempts = 7\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(settings))
    kms.always = error("ThrottlingException")
    signer = aws_kms.open_key(uri(), pinned(kms), patience=Patience(attempts=1))
    with pytest.raises(SignerUnavailable):
        signer.sign(request(pinned(kms)))
    assert len(kms.signs()) == 1


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda config: SESSION.client("kms", region_name="eu-west-1"), "policy"),
        (lambda config: SESSION.client("kms", config=config, region_name="us-east-1"), "policy"),
        (lambda config: SESSION.client("kms", config=config, endpoint_url="http://192.0.2.1"), "policy"),
        (lambda config: SESSION.client("kms", config=config, endpoint_url="http://localhost.example"), "policy"),
        (lambda config: SESSION.client("kms", config=config, use_ssl=False), "policy"),
        (lambda config: None, "missing"),
    ],
)
def test_a_client_of_the_callers_must_be_fit_for_it(make: aws_kms.Clients, reason: str, kms: FakeKms) -> None:
    key = pinned(kms)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL_KMS")
        with pytest.raises(SignerError) as caught:
            aws_kms.open_key(uri(), key, client=make, patience=Patience(attempts=1, deadline=1))
    assert caught.value.reason == reason
    assert kms.calls == []


def test_the_environment_names_fips_and_dual_stack_endpoints(monkeypatch: pytest.MonkeyPatch, kms: FakeKms) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_KMS")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    found: list[str] = []

    def make(config: Config) -> Any:
        client = boto3.Session().client("kms", config=config)
        found.append(client.meta.endpoint_url)
        return client

    with pytest.raises(SignerUnavailable, match="ProxyConnectionError"):
        aws_kms.open_key(uri(), pinned(kms), client=make, patience=Patience(attempts=1, deadline=2))
    assert found == ["https://kms-fips.eu-west-1.api.aws"]


def test_missing_credentials_are_told_before_anything_is_asked(kms: FakeKms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    with pytest.raises(SignerError, match="NoCredentialsError") as caught:
        open_signer("awskms:alias/secp256k1?region=eu-west-1", public_key=pinned(kms))
    assert caught.value.reason == "missing"
    assert kms.calls == []


def test_X02_a_forked_process_uses_connections_of_its_own(kms: FakeKms) -> None:
    key = pinned(kms)
    made: list[int] = []
    once = Config(region_name="eu-west-1", retries={"total_max_attempts": 1})
    shared = SESSION.client("kms", config=once, endpoint_url=kms.url)

    def make(config: Config) -> Any:
        made.append(os.getpid())
        return shared

    signer = aws_kms.open_key(uri(), key, client=make, patience=QUICK)
    signer.sign(request(key))
    before = kms.connections
    child = os.fork()
    if child == 0:
        try:
            good = all(signer.sign(request(key, bytes((n,)))).recovery in (0, 1) for n in range(10))
            os._exit(0 if good and made[-1] == os.getpid() else 1)
        finally:
            os._exit(2)
    for number in range(10):
        signer.sign(request(key, bytes((100 + number,))))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (kms.connections - before, len(made)) == (1, 1)


def test_X05_H13_a_signature_that_is_cancelled_anywhere_tells_no_credential_and_stops_nothing(kms: FakeKms) -> None:
    signer = aws_kms.open_async_key(uri(), pinned(kms), client=clients(kms.url), patience=QUICK)
    seen: set[bytes] = set()

    def throttled_once(fake: FakeKms, call: Any) -> Reply:
        is_new = call.message not in seen
        seen.add(call.message)
        return error("ThrottlingException")(fake, call) if is_new else fake.honest(call)

    kms.always = throttled_once
    assert check_cancelled_at_each_await(signer.sign, *SECRETS) == 3  # an attempt, a pause, an attempt


def test_X01_threads_share_a_signer_and_connections_are_kept(kms: FakeKms) -> None:
    key = pinned(kms)
    signer = aws_kms.open_key(uri(), key, client=clients(kms.url, max_pool_connections=8), patience=QUICK)
    before, failed = kms.connections, list[WalletcoreError]()

    def work(number: int) -> None:
        try:
            for place in range(10):
                signer.sign(request(key, bytes((number, place))))
        except WalletcoreError as failure:
            failed.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(kms.signed)) == 80
    assert kms.connections - before <= 16  # eight are kept, and a busy service may end some: of 80 requests


def test_a_message_longer_than_kms_takes_is_refused_before_it_is_sent(kms: FakeKms) -> None:
    key = pinned(kms, "alias/ed25519")
    signer = aws_kms.open_key(uri("alias/ed25519"), key, client=clients(kms.url), patience=QUICK)
    signer.sign(request(key, bytes(4096)))
    with pytest.raises(SigningRefused) as caught:
        signer.sign(request(key, bytes(4097)))
    assert caught.value.reason == "too-large"
    assert len(kms.signs()) == 1
