"""Off-chain and plain messages: the published figures, row SO5, and what the proposal limits."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.keypair import Keypair
from solders.message import Message as TheirMessage
from solders.pubkey import Pubkey
from solders.signature import Signature as TheirSignature
from solders.transaction import VersionedTransaction

from support.vectors import Case, vectors
from walletcore.chains.base import SignedMessage
from walletcore.chains.solana import CHAINS, PACKET_SIZE, OffchainMessage, PlainMessage
from walletcore.chains.solana.offchain import SIGNING_DOMAIN
from walletcore.chains.solana.wire import decode_wire
from walletcore.effects import Statement
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signature, collect, merge, sign, sign_async

SOLANA = CHAINS[0]
ALICE, BOB, CAROL = (LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([number]) * 32))) for number in (1, 2, 3))
DOMAIN = bytes(range(32))
HEAD = 51  # before the signers


def message(text: str = "Hello", *signers: LocalSigner, **options: Any) -> OffchainMessage:
    keys = tuple(signer.public_key for signer in signers or (ALICE,))
    return OffchainMessage(**{"chain": SOLANA, "text": text, "signers": keys, "application": DOMAIN, **options})


def reason(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        call(*args, **options)
    return caught.value.reason


# -- the bytes


def test_the_fields_stand_where_the_proposal_puts_them() -> None:
    raw = message("Hello", ALICE, BOB).raw
    assert raw[:16] == b"\xffsolana offchain"
    assert raw[16] == 0
    assert raw[17:49] == DOMAIN
    assert raw[49] == 0
    assert raw[50] == 2
    assert raw[51:115] == ALICE.public_key.data + BOB.public_key.data
    assert raw[115:117] == b"\5\0"
    assert raw[117:] == b"Hello"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" ~", 0), ("é", 1), ("\n", 1), ("\x7f", 1), ("\0", 1), ("a" * 1147, 0), ("a" * 1148, 2), ("a" * 65450, 2)],
)
def test_the_first_format_that_fits_is_taken(text: str, expected: int) -> None:
    made = message(text)
    assert made.format == made.raw[49] == expected
    assert (len(made.raw) > PACKET_SIZE) == (expected == 2)
    for chosen in range(4):
        if expected <= chosen <= 2:
            assert message(text, format=chosen).raw[49] == chosen
        else:
            assert reason(message, text, format=chosen) == "range"


@pytest.mark.parametrize("text", ["a" * (65536 - 85), "é" * 32726, "a" * 65536, "a" * (1 << 20)])
def test_a_message_of_more_than_65535_bytes_is_refused(text: str) -> None:
    assert reason(message, text) == "too-large"


@given(st.text(min_size=1, max_size=100), st.integers(1, 3), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read_again(text: str, count: int, application: bytes) -> None:
    made = message(text, *(ALICE, BOB, CAROL)[:count], application=application)
    assert SOLANA.decode_message(made.raw) == made
    assert SOLANA.decode_transaction(made.raw) == made
    signed = sign(made, ALICE, BOB, CAROL)
    assert signed.raw == bytes([count]) + b"".join(a.data for a in signed.answers if a) + made.raw
    assert SOLANA.decode_message(signed.raw) == signed


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused_with_an_error_of_the_library(raw: bytes, headed: bool) -> None:
    try:
        SOLANA.decode_message(SIGNING_DOMAIN + b"\0" + raw if headed else raw)
    except TransactionError as error:
        assert error.reason  # noqa: PT017


def test_a_changed_message_is_refused_or_another_one() -> None:
    raw = message("Hello", ALICE, BOB).raw
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        try:
            assert SOLANA.decode_message(changed) != message("Hello", ALICE, BOB)
        except TransactionError as error:
            assert error.reason  # noqa: PT017
    assert reason(SOLANA.decode_message, raw + b"\0") == "trailing"
    assert all(reason(SOLANA.decode_message, raw[:end]) for end in range(len(raw)))


def test_bytes_that_do_not_conform_to_their_preamble_are_refused() -> None:
    raw = message("Hello").raw
    body = raw[:49] + b"\0" + raw[50:-5]
    assert reason(SOLANA.decode_message, body + b"Hell\n") == "range"  # no newline in format 0 of version 0
    assert reason(SOLANA.decode_message, body + b"Hell\xff") == "character"
    assert reason(SOLANA.decode_message, raw[:49] + b"\3" + raw[50:]) == "range"
    assert reason(SOLANA.decode_message, raw[:16] + b"\1" + raw[17:]) == "version"
    assert reason(SOLANA.decode_message, raw[:50] + b"\0" + raw[51 + 32 :]) == "length"
    assert reason(SOLANA.decode_message, raw[:-7] + b"\0\0") == "length"
    assert reason(SOLANA.decode_message, raw[:50] + b"\2" + raw[51:83] * 2 + raw[83:]) == "duplicate"
    for size in (1 << 20, 65536):
        assert reason(SOLANA.decode_message, raw + bytes(size)) == "too-large"
        assert reason(SOLANA.decode_transaction, raw + bytes(size)) == "too-large"


# -- the published figures


@vectors("solana/offchain", operation="message.parse", result="valid")
def test_the_published_messages_are_read(case: Case) -> None:
    read = SOLANA.decode_message(bytes.fromhex(case.input["raw"]))
    assert isinstance(read, OffchainMessage)
    assert (read.text, read.format, read.application.hex()) == tuple(
        case.expect[name] for name in ("text", "format", "application")
    )
    assert SOLANA.decode_message(read.raw).raw.hex() == case.input["raw"]
    assert reason(read.requests) == "point"


@vectors("solana/offchain", operation="message.parse", result="invalid")
def test_the_published_messages_that_are_none_are_refused(case: Case) -> None:
    assert reason(SOLANA.decode_message, bytes.fromhex(case.input["raw"])) == case.expect["reason"]


def published(given: Mapping[str, Any]) -> OffchainMessage:
    return OffchainMessage(
        chain=SOLANA,
        text=given["text"],
        format=given["format"],
        application=bytes.fromhex(given["application"]),
        signers=tuple(map(SOLANA.parse_address, given["signers"])),
    )


@vectors("solana/offchain", operation="message.preimage", result="valid")
def test_the_published_messages_are_written(case: Case) -> None:
    assert published(case.input).raw.hex() == case.expect["preimage"]


@vectors("solana/offchain", operation="message.preimage", result="invalid")
def test_the_published_messages_that_cannot_be_written_are_refused(case: Case) -> None:
    assert reason(published, case.input) == case.expect["reason"]


@vectors("solana/plain", operation="message.sign")
def test_the_published_texts_are_signed(case: Case) -> None:
    key = PrivateKey(Curve.ED25519, Secret(bytes.fromhex(case.input["private_key"])))
    made = PlainMessage(chain=SOLANA, text=bytes.fromhex(case.input["message"]).decode(), signer=key.public_key)
    assert SOLANA.address(key.public_key).text == case.expect["address"]
    assert made.raw.hex() == case.expect["preimage"]
    assert sign(made, LocalSigner(key)).raw.hex() == case.expect["signature"]


@vectors("solana/plain", operation="message.verify")
def test_the_published_signatures_of_texts_verify(case: Case) -> None:
    key = PublicKey(Curve.ED25519, SOLANA.parse_address(case.input["address"]).payload)
    made = PlainMessage(chain=SOLANA, text=bytes.fromhex(case.input["message"]).decode(), signer=key)
    signature = bytes.fromhex(case.input["signature"])
    assert made.assemble((Signature(scheme=Scheme.ED25519, data=signature),)).raw == signature


# -- signing


def test_all_signers_sign_preamble_and_body() -> None:
    made = message("Hello", ALICE, BOB, origins=(None, KeyOrigin(bytes(4), Path())))
    requests = made.requests()
    assert [request.key for request in requests] == [ALICE.public_key, BOB.public_key]
    assert [request.origin for request in requests] == [None, KeyOrigin(bytes(4), Path())]
    assert all(request.message == made.raw and request.scheme is Scheme.ED25519 for request in requests)
    signed = sign(made, BOB, ALICE)
    assert isinstance(signed, SignedMessage)
    theirs = [Keypair.from_seed(bytes([number]) * 32).sign_message(made.raw) for number in (1, 2)]
    assert [answer.data for answer in signed.answers if answer] == [bytes(each) for each in theirs]
    assert asyncio.run(sign_async(made, ALICE, BOB)) == signed
    halves = collect(requests, ALICE), collect(requests, BOB)
    assert made.assemble(merge(*halves)) == signed
    with pytest.raises(MissingSignature):
        made.assemble(halves[0])
    with pytest.raises(InvalidSignature):
        made.assemble((Signature(scheme=Scheme.ED25519, data=bytes(64)), None))


def test_an_envelope_with_a_wrong_signature_is_refused() -> None:
    raw = sign(message("Hello", ALICE, BOB), ALICE, BOB).raw
    for place in (1, 64, 65, 128, len(raw) - 1):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert reason(SOLANA.decode_message, changed)
    assert reason(SOLANA.decode_message, b"\1" + raw[1:65] + raw[129:]) == "mismatch"
    assert reason(SOLANA.decode_message, b"\0" + raw[129:]) == "mismatch"


@pytest.mark.parametrize(
    "fields",
    [
        {"chain": "solana"},
        {"text": ""},
        {"text": None},
        {"text": b"Hello"},
        {"text": "\ud800"},
        {"signers": ()},
        {"signers": None},
        {"signers": [ALICE.public_key]},
        {"signers": (ALICE.public_key.data,)},
        {"signers": (ALICE.public_key, ALICE.public_key)},
        {"signers": (PrivateKey(Curve.SECP256K1, Secret(bytes([1]) * 32)).public_key,)},
        {"application": bytes(31)},
        {"application": "domain"},
        {"format": True},
        {"format": -1},
        {"format": 3},
        {"format": "0"},
        {"origins": (None, None)},
        {"origins": ("m",)},
        {"origins": None},
    ],
)
def test_a_message_of_anything_else_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        message(**fields)


def test_the_text_and_the_application_are_stated() -> None:
    assert message("Hello").effects() == (
        Statement(text="Hello"),
        Statement(text=f"for the application {Pubkey(DOMAIN)}"),
    )
    assert message("Hello", application=bytes(32)).effects() == (Statement(text="Hello"),)


def test_a_signer_is_no_address_of_another_cluster() -> None:
    for other in (CHAINS[1].account(bytes(32)), CHAINS[1].address(ALICE.public_key)):
        with pytest.raises(TransactionError) as caught:
            message(signers=(BOB.public_key, other))
        assert caught.value.reason == "network"


def test_a_signer_that_is_no_key_can_be_read_and_does_not_sign() -> None:
    made = message(signers=(ALICE.public_key, SOLANA.account(bytes(32))))
    assert SOLANA.decode_message(made.raw) == made
    assert made.effects()[0] == Statement(text="Hello")
    assert reason(made.requests) == "point"
    assert message(signers=(SOLANA.address(ALICE.public_key),)) == message()


# -- row SO5


def transaction_of_ascii() -> bytes:
    """A message that a runtime can read and that is UTF-8: every byte is below 128."""
    keys = [bytes([i]) * 32 for i in (0x41, 0x42)]
    return bytes([1, 0, 1, 2]) + b"".join(keys) + bytes([0x43]) * 32 + bytes([1, 1, 0, 3]) + b"abc"


@pytest.mark.parametrize(
    "raw",
    [
        transaction_of_ascii(),
        b"\1" + b"s" * 64 + transaction_of_ascii(),
    ],
    ids=["message", "transaction"],
)
def test_SO5_a_text_that_is_a_transaction_is_refused(raw: bytes) -> None:
    assert decode_wire(raw)
    if len(raw) < 150:
        assert bytes(TheirMessage.from_bytes(raw)) == raw
    else:
        assert VersionedTransaction.from_bytes(raw)
    text = raw.decode()
    assert reason(PlainMessage, chain=SOLANA, text=text, signer=ALICE.public_key) == "policy"
    assert reason(message, text) == "policy"
    assert PlainMessage(chain=SOLANA, text=text + "\n", signer=ALICE.public_key).text
    assert PlainMessage(chain=SOLANA, text=text[:-1], signer=ALICE.public_key).text


def test_SO5_a_text_that_is_a_message_and_a_transaction_is_refused() -> None:
    inner_keys = bytes([9]) * 31 + bytes([1, 0, 1, 2])  # the outer second key ends in the header of the inner message
    outer = bytes([1, 0, 1, 2]) + b"A" * 32 + inner_keys[2:34] + inner_keys[34:] + bytes([5]) * 31
    raw = outer + bytes([1, 1, 0, 62]) + bytes([6]) * 61 + b"\0"
    assert reason(decode_wire, raw) == "ambiguous"
    assert reason(PlainMessage, chain=SOLANA, text=raw.decode(), signer=ALICE.public_key) == "policy"


@given(st.text(min_size=1, max_size=200))
def test_SO5_no_offchain_message_is_a_transaction(text: str) -> None:
    raw = message(text).raw
    assert reason(decode_wire, raw) == "version"
    with pytest.raises(ValueError, match=r"."):
        VersionedTransaction.from_bytes(raw)


# -- plain messages


@given(st.text(min_size=1, max_size=200))
def test_a_plain_message_is_signed_as_it_is(text: str) -> None:
    made = PlainMessage(chain=SOLANA, text=text, signer=ALICE.public_key)
    signed = sign(made, ALICE)
    assert TheirSignature(signed.raw).verify(Pubkey(ALICE.public_key.data), text.encode())
    assert made.raw == made.requests()[0].message == text.encode()
    assert made.effects() == (Statement(text=text),)


def test_a_plain_message_carries_the_origin_of_its_key() -> None:
    origin = KeyOrigin(bytes(4), Path())
    made = PlainMessage(chain=SOLANA, text="x", signer=ALICE.public_key, origin=origin)
    assert made.requests()[0].origin == origin
    assert made == replace(made, origin=None)
    with pytest.raises(MissingSignature):
        made.assemble((None,))


@pytest.mark.parametrize(
    "fields",
    [
        *({"text": text} for text in ("", b"x", None, "x" * 65536, "x" * (1 << 20), "\ud800")),
        *({"signer": signer} for signer in (None, ALICE.public_key.data)),
        {"chain": None},
        {"origin": "m"},
    ],
)
def test_a_plain_message_of_anything_else_is_refused(fields: dict[str, Any]) -> None:
    good: dict[str, Any] = {"chain": SOLANA, "text": "x", "signer": ALICE.public_key}
    with pytest.raises(TransactionError):
        PlainMessage(**{**good, **fields})
