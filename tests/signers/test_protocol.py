"""The protocol of remote signers, both directions: what one side writes the other reads, and nothing else."""

import hashlib
import json
import sys
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.http_signers import KEY, request_of
from support.signing_service import KEYS
from walletcore import Wallet, chain, hashes
from walletcore.chains import evm
from walletcore.errors import (
    DecodingError,
    InvalidSignature,
    MissingExtra,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import keccak256, sha256, sha256d, tagged
from walletcore.keys import Curve, Scheme
from walletcore.secret import Secret
from walletcore.signers import protocol
from walletcore.signers.local import LocalSigner
from walletcore.signers.protocol import (
    MAX_REQUEST,
    RemoteKey,
    Subject,
    decode_request,
    encode_error,
    encode_request,
    encode_signature,
)
from walletcore.signers.web import MAX_ANSWER, Reply
from walletcore.signing import SigningRequest

REQUEST = request_of(b"pay")
EXCHANGE = RemoteKey(curve=Curve.SECP256K1)


def json_reply(body: bytes | dict[str, Any], status: int = 200, media_type: str = "application/json") -> Reply:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=status, media_type=media_type, body=text)


def requests() -> st.SearchStrategy[SigningRequest]:
    payloads = st.binary(max_size=300)
    ecdsa = st.builds(
        SigningRequest,
        key=st.just(KEY),
        scheme=st.just(Scheme.ECDSA),
        payload=payloads,
        prehash=st.sampled_from([sha256, sha256d, keccak256, tagged("TapSighash")]),
    )
    taproot = st.builds(
        SigningRequest,
        key=st.just(KEY.even_y()),
        scheme=st.just(Scheme.BIP340),
        payload=payloads,
        prehash=st.sampled_from([None, tagged("TapSighash")]),
        tweak=st.one_of(st.none(), st.just(b""), st.binary(min_size=32, max_size=32)),
    )
    others = [
        st.builds(
            SigningRequest,
            key=st.just(KEYS[curve].public_key),
            scheme=st.just(scheme),
            payload=st.binary(min_size=32, max_size=32),
        )
        for curve, scheme in ((Curve.P256, Scheme.ECDSA_P256), (Curve.ED25519, Scheme.ED25519))
    ]
    return st.one_of(ecdsa, taproot, *others)


@given(requests())
@settings(max_examples=100, deadline=None)
def test_a_request_is_read_as_what_it_was(request: SigningRequest) -> None:
    asked = decode_request(encode_request(request))
    assert asked.request == request
    assert asked.request.id == request.id
    assert asked.subject is None


@given(requests())
@settings(max_examples=60, deadline=None)
def test_an_answer_is_read_as_what_it_was(request: SigningRequest) -> None:
    signature = LocalSigner(KEYS[request.key.curve]).sign(request)
    answer = RemoteKey(curve=request.key.curve).read(request, json_reply(encode_signature(request, signature)))
    assert (answer.scheme, answer.data) == (request.scheme, signature.data)
    assert (answer.recovery is None) == (request.scheme is not Scheme.ECDSA)
    request.accept(answer)


def test_a_request_is_written_in_the_one_way_that_the_page_shows() -> None:
    parts = (b"secp256k1", KEY.data, b"ecdsa", b"pay", b"keccak256", b"\0")
    name = b"walletcore/request/1" + b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert json.loads(encode_request(REQUEST)) == {
        "id": hashlib.sha256(name).hexdigest(),
        "key": {"curve": "secp256k1", "data": KEY.data.hex()},
        "scheme": "ecdsa",
        "payload": "706179",
        "prehash": "keccak256",
        "tweak": None,
        "subject": None,
    }


def test_a_subject_goes_along_and_is_not_believed() -> None:
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
    (request,) = transaction.requests()
    asked = decode_request(encode_request(request))
    assert asked.request == request
    assert asked.request.subject is None
    assert asked.subject == Subject(chain="eip155:1", raw=transaction.raw)
    rebuilt = ethereum.decode_transaction(asked.subject.raw, keys=[asked.request.key])
    assert asked.request in rebuilt.requests()  # type: ignore[union-attr]


@dataclass
class Strange:
    chain: object
    raw: object


@pytest.mark.parametrize("subject", [Strange(chain=None, raw=b""), Strange(chain=chain("ethereum"), raw="text")])
def test_a_subject_without_a_chain_or_bytes_is_refused(subject: Any) -> None:
    with pytest.raises(SigningRefused) as caught:
        encode_request(replace(REQUEST, subject=subject))
    assert caught.value.reason == "type"


def test_the_question_names_its_request_twice() -> None:
    question = EXCHANGE.ask(REQUEST)
    assert question.path == "/v1/sign"
    assert question.headers == (("Idempotency-Key", f'"{REQUEST.id.hex()}"'),)
    assert json.loads(question.body)["id"] == REQUEST.id.hex()


def test_a_request_that_is_too_large_is_refused_on_both_sides() -> None:
    large = replace(REQUEST, payload=bytes(MAX_REQUEST // 2))
    with pytest.raises(SigningRefused) as refused:
        EXCHANGE.ask(large)
    assert refused.value.reason == "too-large"
    with pytest.raises(DecodingError) as caught:
        decode_request(encode_request(large))
    assert caught.value.reason == "too-large"


def changed(**members: Any) -> bytes:
    value = json.loads(encode_request(REQUEST))
    for name, member in members.items():
        value[name] = member
    return json.dumps(value).encode()


KEY_MEMBER = {"curve": "secp256k1", "data": KEY.data.hex()}
HOSTILE: dict[str, Any] = {
    "nothing": b"",
    "no bytes": "{}",
    "no JSON": b"pay",
    "no UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "null": b"null",
    "nested lists": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "a name twice": encode_request(REQUEST).replace(b'{"id"', b'{"id":"","id"', 1),
    "NaN": changed(id=float("nan")),
    "an unknown member": changed(more=1),
    "a member too few": json.dumps({"id": REQUEST.id.hex()}).encode(),
    "another id": changed(id="00" * 32),
    "another payload": changed(payload="00"),
    "another prehash": changed(prehash="sha256"),
    "another scheme": changed(scheme="bip340"),
    "an id in upper case": changed(id=REQUEST.id.hex().upper()),
    "no id": changed(id=None),
    "a number as id": changed(id=7),
    "an unknown curve": changed(key={**KEY_MEMBER, "curve": "secp192k1"}),
    "a list as curve": changed(key={**KEY_MEMBER, "curve": []}),
    "a key that is no point": changed(key={**KEY_MEMBER, "data": "02" + "ff" * 32}),
    "a key in its long form": changed(key={**KEY_MEMBER, "data": "04" + "11" * 64}),
    "an empty key": changed(key={**KEY_MEMBER, "data": ""}),
    "a key of another curve": changed(key={"curve": "ed25519", "data": KEYS[Curve.ED25519].public_key.data.hex()}),
    "more in the key": changed(key={**KEY_MEMBER, "more": 1}),
    "a text as key": changed(key=KEY.data.hex()),
    "an unknown scheme": changed(scheme="rsa"),
    "a payload that is no text": changed(payload=[1, 2]),
    "a payload with 0x": changed(payload="0x706179"),
    "a payload in upper case": changed(payload="7061797A"),
    "half a byte": changed(payload="706"),
    "an unknown prehash": changed(prehash="md5"),
    "a number as prehash": changed(prehash=1),
    "a tag of its own": changed(prehash="tagged:whatever"),
    "a long tag": changed(prehash="tagged:" + "x" * 1000),
    "a tweak for ECDSA": changed(tweak=""),
    "a number as tweak": changed(tweak=0),
    "a subject of another shape": changed(subject={"chain": "eip155:1"}),
    "a subject without a chain": changed(subject={"chain": "", "raw": ""}),
    "a subject of a long chain": changed(subject={"chain": "x" * 65, "raw": ""}),
    "a subject in base64": changed(subject={"chain": "eip155:1", "raw": "AA=="}),
}


def test_a_key_whose_library_is_missing_is_refused_and_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    request = SigningRequest(key=KEYS[Curve.SR25519].public_key, scheme=Scheme.SR25519, payload=b"payload")
    body = encode_request(request)
    assert decode_request(body).request == request
    monkeypatch.setitem(sys.modules, "sr25519", None)
    with pytest.raises(MissingExtra) as caught:
        decode_request(body)
    status, answer = encode_error(caught.value)
    assert (status, json.loads(answer)["kind"], json.loads(answer)["reason"]) == (400, "refused", "missing")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_request_is_refused(name: str) -> None:
    with pytest.raises(WalletcoreError) as caught:
        decode_request(HOSTILE[name])
    assert caught.value.reason
    status, body = encode_error(caught.value)
    assert status == 400
    with pytest.raises(SigningRefused):
        EXCHANGE.read(REQUEST, json_reply(body, status))


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_request_and_are_refused_at_once(shape: str) -> None:
    for size, seconds in ((MEBIBYTE, 0.1), (64 * MEBIBYTE, 0.005)):
        data = filled(SHAPES[shape], size)
        check_cost(partial(decode_request, data), DecodingError, seconds=seconds, memory=3 * MEBIBYTE)


DEAR = {  # what JSON makes most objects of, or looks at longest
    "strings": '{"id":[' + '"ab",' * 200_000 + "0]}",
    "lists": '{"id":[' + "[]," * 340_000 + "0]}",
    "objects": '{"id":[' + "{}," * 340_000 + "0]}",
    "names": "{" + ",".join(f'"{number:x}":0' for number in range(100_000)) + "}",
    "digits": '{"id":' + "9" * MEBIBYTE + "}",
    "quotes": '{"id":' + '"' * MEBIBYTE + "}",
    "escapes": '{"id":"' + "\\u0041" * 170_000 + '"}',
    "bytes": '{"payload":"' + "0" * MEBIBYTE + '"}',
}


@pytest.mark.parametrize("shape", DEAR)
def test_X13_a_mebibyte_of_JSON_that_is_no_request_is_refused_within_its_bound(shape: str) -> None:
    data = DEAR[shape].encode()
    check_cost(partial(decode_request, data), DecodingError, seconds=0.4, memory=24 * MEBIBYTE)


def test_tags_that_a_client_thinks_of_are_not_kept() -> None:
    before = len(hashes._KNOWN)
    for number in range(50):
        with pytest.raises(DecodingError):
            decode_request(changed(prehash=f"tagged:{number}"))
    assert len(hashes._KNOWN) == before


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_bytes_from_outside_end_in_errors_of_the_library(data: bytes) -> None:
    with pytest.raises(WalletcoreError):
        decode_request(data)
    with pytest.raises(WalletcoreError):
        EXCHANGE.read(REQUEST, json_reply(data))


@pytest.mark.parametrize(
    ("error", "status", "kind", "read_as"),
    [
        (SigningRefused("over the limit", reason="policy"), 403, "refused", SigningRefused),
        (SignerUnavailable("the token is not there"), 503, "unavailable", SignerUnavailable),
        (OutcomeUnknown("the token did not answer"), 500, "unknown", OutcomeUnknown),
        (SignerError("whatever"), 500, "unknown", OutcomeUnknown),
        (InvalidSignature("by another key", reason="mismatch"), 500, "unknown", OutcomeUnknown),
        (KeyError("the PIN is 123456"), 500, "unknown", OutcomeUnknown),
    ],
    ids=lambda value: getattr(value, "__name__", None) or type(value).__name__,
)
def test_an_error_is_read_as_what_it_was(error: Exception, status: int, kind: str, read_as: type[SignerError]) -> None:
    given, body = encode_error(error, REQUEST)
    assert given == status
    value = json.loads(body)
    assert set(value) == {"id", "kind", "reason", "message"}
    assert (value["id"], value["kind"]) == (REQUEST.id.hex(), kind)
    assert "123456" not in body.decode()
    with pytest.raises(read_as) as caught:
        EXCHANGE.read(REQUEST, json_reply(body, status))
    assert type(caught.value) is read_as
    if read_as is SigningRefused:
        assert caught.value.reason == "policy"
        assert "over the limit" in str(caught.value)


def test_before_a_request_is_read_nothing_was_signed() -> None:
    assert encode_error(KeyError("x"))[0] == 400
    status, body = encode_error(SignerUnavailable("too many connections"))
    assert status == 503
    with pytest.raises(SignerUnavailable):
        EXCHANGE.read(REQUEST, json_reply(body, status))


def said(**members: object) -> dict[str, object]:
    return {"id": REQUEST.id.hex(), "kind": "refused", "reason": "policy", "message": "no", **members}


@pytest.mark.parametrize(
    ("value", "status", "kind"),
    [
        (said(), 200, OutcomeUnknown),
        (said(), 302, OutcomeUnknown),
        (said(), 503, SigningRefused),
        (said(kind="unknown"), 403, OutcomeUnknown),
        (said(id="00" * 32), 403, OutcomeUnknown),
        (said(id=7), 403, OutcomeUnknown),
        (said(kind="other"), 403, OutcomeUnknown),
        (said(kind=["refused"]), 403, OutcomeUnknown),
        (said(more=1), 403, OutcomeUnknown),  # not the protocol's words
        (said(more=1), 500, OutcomeUnknown),
        (said(id=None), 403, SigningRefused),
        (said(id=None), 200, OutcomeUnknown),
        (said(id=None, kind="unavailable"), 503, SignerUnavailable),
        (said(kind="unavailable"), 429, SignerUnavailable),
        (said(reason="no such reason"), 403, SigningRefused),
        (said(reason=7, message=7), 403, SigningRefused),
        (said(message="a" * 10_000), 403, SigningRefused),
    ],
    ids=str,
)
def test_H17_the_words_of_an_error_and_its_status_say_what_is_sure(
    value: dict[str, object], status: int, kind: type[SignerError]
) -> None:
    with pytest.raises(SignerError) as caught:
        EXCHANGE.read(REQUEST, json_reply(value, status))
    assert type(caught.value) is kind
    assert len(str(caught.value)) < 600
    assert caught.value.reason in ("", "policy")


def test_a_message_from_outside_is_one_printable_line() -> None:
    with pytest.raises(SigningRefused) as caught:
        EXCHANGE.read(REQUEST, json_reply(said(message="no\n\x1b[31mGRANTED\u202e"), 403))
    assert str(caught.value).isprintable()


def test_H03_an_answer_is_only_written_for_a_signature_that_verifies() -> None:
    other = replace(REQUEST, payload=b"pay more")
    signature = LocalSigner(KEYS[Curve.SECP256K1]).sign(other)
    with pytest.raises(InvalidSignature):
        encode_signature(REQUEST, signature)


def test_H17_a_good_answer_of_another_type_is_none() -> None:
    body = encode_signature(REQUEST, LocalSigner(KEYS[Curve.SECP256K1]).sign(REQUEST))
    for media_type in ("text/html", "text/plain", "application/problem+json", ""):
        with pytest.raises(OutcomeUnknown):
            EXCHANGE.read(REQUEST, json_reply(body, media_type=media_type))


def test_the_schemes_are_those_of_the_curve() -> None:
    for curve in Curve:
        assert RemoteKey(curve=curve).schemes == {scheme for scheme in Scheme if scheme.curve is curve}


def test_an_answer_fits_what_is_read() -> None:
    longest = encode_error(SigningRefused("\u202e" * 10_000), REQUEST)[1]
    assert len(longest) < MAX_ANSWER
    assert protocol.PATH.startswith("/v1/")
