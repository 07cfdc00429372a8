"""VIP-192: certificates, their one form, and whose they are."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.vechain import ALICE, MALLORY, ME, TESTNET, VECHAIN, certificate
from walletcore.chains.vechain import Certificate
from walletcore.effects import Opaque, Statement
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import blake2b_256
from walletcore.signing import sign
from walletcore.testing import check_chain

RAW = certificate().raw
DOCUMENT = json.loads(RAW)


def test_the_json_is_that_of_the_vip() -> None:
    assert RAW.decode() == (
        '{"domain":"localhost","payload":{"content":"fyi","type":"text"},"purpose":"identification",'
        f'"signer":"{ME.text.lower()}","timestamp":1545035330}}'
    )
    (request,) = certificate().requests()
    assert (request.payload, request.prehash) == (RAW, blake2b_256)


def test_certificates_pass_the_kit() -> None:
    samples = [
        certificate(),
        certificate(content='a "quote", a \\ and\na line', domain="ä.example", timestamp=0),
        certificate(content="雪 \U0001f600", content_type="x", purpose="agreement", timestamp=2**53 - 1),
    ]
    check_chain(VECHAIN, samples=samples, keys=[ALICE.key])
    for each in samples:
        assert VECHAIN.decode_transaction(each.raw, keys=[ALICE.public_key]) == each
        assert VECHAIN.decode_transaction(each.raw) == replace(each, signer=None)


def test_a_signature_is_verified() -> None:
    signature = sign(certificate(), ALICE).raw
    assert len(signature) == 65
    certificate().verify(signature)
    certificate(signer=None).verify(signature)
    for other in (certificate(content="fyj"), certificate(timestamp=0), certificate(domain="elsewhere")):
        with pytest.raises(InvalidSignature):
            other.verify(signature)
    wrong: list[Any] = [
        signature[:-1],
        signature.hex(),
        signature[:64] + bytes([signature[64] ^ 1]),
        signature[:64] + b"\2",
        bytes(65),
        signature[:32] + bytes(32) + signature[64:],
    ]
    for each in wrong:
        with pytest.raises(InvalidSignature):
            certificate().verify(each)


def test_all_that_is_signed_is_told() -> None:
    assert certificate().effects() == (Statement(text=RAW.decode()),)
    (hidden,) = certificate(content="a\u202eb").effects()
    assert isinstance(hidden, Opaque)
    assert hidden.data == certificate(content="a\u202eb").raw


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("another family", {"chain": 1}, "type"),
    ("an account as text", {"account": ME.text}, "type"),
    ("an account elsewhere", {"account": TESTNET.account(ME.payload)}, "network"),
    ("another account's key", {"signer": MALLORY.public_key}, "mismatch"),
    ("a key that is none", {"signer": b""}, "type"),
    ("an origin that is none", {"origin": "m"}, "type"),
    ("no content", {"content": ""}, "type"),
    ("content as bytes", {"content": b"fyi"}, "type"),
    ("no domain", {"domain": ""}, "type"),
    ("no purpose", {"purpose": ""}, "type"),
    ("a type that is none", {"content_type": None}, "type"),
    ("content above the bound", {"content": "a" * ((1 << 16) + 1)}, "type"),
    ("half of a pair", {"content": "\ud800"}, "character"),
    ("a time before", {"timestamp": -1}, "range"),
    ("a time as a float", {"timestamp": 1.5}, "range"),
    ("a time as a bool", {"timestamp": True}, "range"),
    ("a time that JavaScript rounds", {"timestamp": 1 << 53}, "range"),
]


@pytest.mark.parametrize(("changes", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_certificate_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        certificate(**changes)
    assert (type(caught.value), caught.value.reason) == (TransactionError, reason)


def written(**changes: Any) -> bytes:
    document = {name: value for name, value in {**DOCUMENT, **changes}.items() if value is not ...}
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


BYTES: list[tuple[str, bytes, str]] = [
    ("E16_white_space", RAW.replace(b",", b", ", 1), "non-canonical"),
    ("E16_a_byte_behind", RAW + b"\n", "non-canonical"),
    ("E16_cut", RAW[:-1], "character"),
    ("a_member_twice", RAW[:-1] + b',"timestamp":1545035330}', "duplicate"),
    ("an_escape", RAW.replace(b"fyi", b"\\u0066yi"), "non-canonical"),
    ("no_utf8", b'{"domain":"\xff"}', "character"),
    ("a_signature", written(signature="0x"), "unknown"),
    ("no_domain", written(domain=...), "unknown"),
    ("a_payload_as_text", written(payload="fyi"), "unknown"),
    ("a_payload_with_more", written(payload={**DOCUMENT["payload"], "more": ""}), "unknown"),
    ("an_upper_case_signer", written(signer=ME.text), "character"),
    ("a_signer_with_a_line_behind", written(signer=DOCUMENT["signer"] + "\n"), "character"),
    ("a_signer_as_a_number", written(signer=1), "character"),
    ("a_time_as_text", written(timestamp="1"), "range"),
    ("a_time_with_a_fraction", RAW.replace(b"1545035330", b"1545035330.0"), "range"),
    ("a_time_with_an_exponent", RAW.replace(b"1545035330", b"1e9"), "range"),
    ("too_deep", written(payload={"content": [], "type": ""}), "too-deep"),
]


@pytest.mark.parametrize(("raw", "reason"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES])
def test_other_bytes_are_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        VECHAIN.decode_transaction(raw)
    assert (type(caught.value), caught.value.reason) == (TransactionError, reason)


def test_there_is_one_signer() -> None:
    for keys in ([ALICE.public_key, MALLORY.public_key], [MALLORY.public_key]):
        with pytest.raises(TransactionError):
            VECHAIN.decode_transaction(RAW, keys=keys)
    with pytest.raises(TransactionError, match="signer key unknown"):
        certificate(signer=None).requests()


def test_bytes_without_bound_are_refused() -> None:
    with pytest.raises(TransactionError) as caught:
        VECHAIN.decode_transaction(b"{" + bytes(1 << 20))
    assert caught.value.reason == "too-large"


@given(st.text(min_size=1), st.text(min_size=1), st.integers(0, 2**53 - 1))
def test_every_text_is_read_again(content: str, domain: str, timestamp: int) -> None:
    try:
        made = certificate(content=content, domain=domain, timestamp=timestamp)
    except TransactionError:
        assert any("\ud800" <= character <= "\udfff" for character in content + domain)
        return
    assert isinstance(made, Certificate)
    assert VECHAIN.decode_transaction(made.raw, keys=[ALICE.public_key]) == made
