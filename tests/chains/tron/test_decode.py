"""Transactions of Tron read from bytes: every spelling but one is refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.tron import ALICE, MALLORY, ME, NILE, TRON, transfer
from walletcore.chains.base import SignedTransaction
from walletcore.chains.tron.transaction import RAW, SIGNED, Envelope
from walletcore.coding import protobuf as pb
from walletcore.curves.secp256k1 import ORDER
from walletcore.errors import TransactionError
from walletcore.signing import sign

RAW_DATA = transfer().raw
SIGNED_RAW = sign(transfer(), ALICE).raw
SIGNATURE = SIGNED_RAW[-65:]


def why(raw: object) -> str:
    with pytest.raises(TransactionError) as caught:
        TRON.decode_transaction(raw)  # type: ignore[arg-type]
    return caught.value.reason


def test_unsigned_bytes_become_the_transaction_of_whom_is_named() -> None:
    assert TRON.decode_transaction(RAW_DATA) == transfer(signers=())
    assert TRON.decode_transaction(RAW_DATA, keys=[ALICE.public_key]) == transfer()
    both = TRON.decode_transaction(RAW_DATA, keys=[ALICE.public_key, MALLORY.public_key])
    assert both == transfer(signers=(ALICE.public_key, MALLORY.public_key))
    assert NILE.decode_transaction(RAW_DATA).chain is NILE  # the bytes name no network


def test_signed_bytes_say_who_signed() -> None:
    found = TRON.decode_transaction(SIGNED_RAW)
    assert isinstance(found, SignedTransaction)
    assert found.transaction == transfer()
    assert TRON.decode_transaction(SIGNED_RAW, keys=[ALICE.public_key]) == found
    with pytest.raises(TransactionError):
        TRON.decode_transaction(SIGNED_RAW, keys=[MALLORY.public_key])
    assert TRON.transaction_id(SIGNED_RAW) == transfer().id
    with pytest.raises(TransactionError):
        TRON.transaction_id(RAW_DATA)


def test_signatures_that_count_from_27_stay_as_they_are() -> None:
    """java-tron, Rsv.java: less than 27 is 27 more."""
    other = SIGNED_RAW[:-1] + bytes([27 + SIGNED_RAW[-1]])
    found = TRON.decode_transaction(other)
    assert isinstance(found, SignedTransaction)
    assert found.raw == other
    assert found.transaction == transfer()
    assert found.id == transfer().id


def envelope(*signatures: bytes, raw_data: bytes = RAW_DATA) -> bytes:
    return SIGNED.encode(Envelope(raw_data=raw_data, signature=signatures))


def high_s() -> bytes:
    s = ORDER - int.from_bytes(SIGNATURE[32:64])
    return SIGNATURE[:32] + s.to_bytes(32) + bytes([SIGNATURE[64] ^ 1])


SIGNATURES: dict[str, tuple[bytes, str]] = {
    "none": (envelope(), "length"),
    "six": (envelope(*(bytes([n]) + SIGNATURE[1:] for n in range(1, 7))), "length"),
    "twice": (envelope(SIGNATURE, SIGNATURE), "duplicate"),
    "twice-by-27": (envelope(SIGNATURE, SIGNATURE[:64] + bytes([27 + SIGNATURE[64]])), "duplicate"),
    "short": (envelope(SIGNATURE[:64]), "length"),
    "long": (envelope(SIGNATURE + b"\0"), "length"),
    "high-s": (envelope(high_s()), "non-canonical"),
    "zero": (envelope(bytes(65)), "range"),
    "recovery": (envelope(SIGNATURE[:64] + b"\2"), "range"),
    "recovery-29": (envelope(SIGNATURE[:64] + bytes([29])), "range"),
    "no-raw": (envelope(SIGNATURE, raw_data=b""), "version"),
    "wrong-raw": (envelope(SIGNATURE, raw_data=SIGNED_RAW), "length"),
    "result": (SIGNED_RAW + b"\x2a\x02\x18\x01", "unknown"),  # as blocks have it
}


@pytest.mark.parametrize(("raw", "reason"), SIGNATURES.values(), ids=SIGNATURES)
def test_other_signatures_are_refused(raw: bytes, reason: str) -> None:
    assert why(raw) == reason


FIELDS = RAW.decode(RAW_DATA)
(CALL,) = FIELDS.contract
ANY = CALL.parameter


def with_call(**changes: object) -> bytes:
    return RAW.encode(replace(FIELDS, contract=(replace(CALL, **changes),)))  # type: ignore[arg-type]


def with_value(value: bytes) -> bytes:
    return with_call(parameter=replace(ANY, value=value))


PREFIX, YOU = b"\x0a\x15\x41" + ME.payload, b"\x12\x15\x41" + b"\x42" * 20
OTHERS: dict[str, tuple[Callable[[], object], str]] = {
    "contracts-none": (lambda: RAW.encode(replace(FIELDS, contract=())), "length"),
    "contracts-two": (lambda: RAW.encode(replace(FIELDS, contract=(CALL, CALL))), "length"),
    "type-and-url": (lambda: with_call(type=2), "mismatch"),
    "url-and-type": (
        lambda: with_call(parameter=replace(ANY, type_url="type.googleapis.com/protocol.TransferAssetContract")),
        "mismatch",
    ),
    "url-host": (lambda: with_call(parameter=replace(ANY, type_url="/protocol.TransferContract")), "mismatch"),
    "type-unknown": (lambda: with_call(type=7), "unknown"),
    "type-shielded": (
        lambda: with_call(type=51, parameter=pb.AnyMessage(type_url=ANY.type_url, value=ANY.value)),
        "unknown",
    ),
    "type-negative": (lambda: with_call(type=-1), "unknown"),
    "permission-negative": (lambda: with_call(permission_id=-1), "range"),
    "provider": (lambda: _with_field(b"\x1a\x01x"), "unknown"),
    "contract-name": (lambda: _with_field(b"\x22\x01x"), "unknown"),
    "block-bytes": (lambda: RAW.encode(replace(FIELDS, ref_block_bytes=b"abc")), "unknown"),
    "block-hash": (lambda: RAW.encode(replace(FIELDS, ref_block_hash=b"")), "length"),
    "block-number": (lambda: RAW_DATA[:4] + b"\x18\x01" + RAW_DATA[4:], "unknown"),
    "expiration-negative": (lambda: RAW.encode(replace(FIELDS, expiration=-1)), "range"),
    "fee-negative": (lambda: RAW.encode(replace(FIELDS, fee_limit=-1)), "range"),
    "scripts": (lambda: RAW_DATA + b"\x62\x01x", "unknown"),
    "auths": (lambda: RAW_DATA + b"\x4a\x00", "unknown"),
    "unknown-field": (lambda: RAW_DATA + b"\xa0\x01\x01", "unknown"),
    "fee-zero": (lambda: RAW_DATA + b"\x90\x01\x00", "non-canonical"),
    "long-varint": (lambda: RAW_DATA + b"\x90\x01\x81\x00", "non-canonical"),
    "value-order": (lambda: with_value(YOU + PREFIX + b"\x18\x01"), "non-canonical"),
    "value-unknown": (lambda: with_value(ANY.value + b"\x20\x01"), "unknown"),
    "value-short": (lambda: with_value(ANY.value[:-1]), "truncated"),
    "value-empty": (lambda: with_value(b""), "missing"),
    "no-recipient": (lambda: with_value(PREFIX + b"\x18\x01"), "missing"),
    "no-owner": (lambda: with_value(YOU + b"\x18\x01"), "missing"),
    "amount-negative": (lambda: with_value(PREFIX + YOU + b"\x18" + b"\xff" * 9 + b"\x01"), "range"),
    "address-42": (lambda: with_value(PREFIX.replace(b"\x41", b"\x42", 1) + YOU), "version"),
    "address-20": (lambda: with_value(b"\x0a\x14" + ME.payload + YOU), "version"),
    "truncated": (lambda: RAW_DATA[:-1], "truncated"),
    "trailing": (lambda: RAW_DATA + b"\0", "unknown"),
    "empty": (lambda: b"", "truncated"),
    "text": (lambda: RAW_DATA.hex(), "type"),
    "ethereum": (lambda: b"\x02\xc0", "version"),
    "large": (lambda: b"\x0a\x02" + bytes(600 * 1024), "too-large"),
}


def _with_field(field: bytes) -> bytes:
    """The contract with one field more, which no table describes."""
    call = b"\x08\x01\x12" + bytes([len(_any())]) + _any() + field
    return RAW_DATA[: RAW_DATA.index(b"\x5a")] + b"\x5a" + bytes([len(call)]) + call + b"\x70\x01"


def _any() -> bytes:
    return pb.any_.encode(ANY)


@pytest.mark.parametrize(("make", "reason"), OTHERS.values(), ids=OTHERS)
def test_A_other_bytes_are_refused(make: Callable[[], object], reason: str) -> None:
    assert why(make()) == reason


def test_what_is_refused_would_be_read_without_its_flaw() -> None:
    assert with_call() == RAW_DATA
    assert with_value(PREFIX + YOU + b"\x18\xc0\x84\x3d") == RAW_DATA
    assert envelope(SIGNATURE) == SIGNED_RAW
    TRON.decode_transaction(_with_field(b""))


@pytest.mark.parametrize("keys", ["key", [None], [ALICE.public_key] * 2, [ALICE]])
def test_keys_are_keys(keys: object) -> None:
    with pytest.raises(TransactionError):
        TRON.decode_transaction(RAW_DATA, keys=keys)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("head", ["", "0a02", "0a80a01f", "0a0200005affff1f12", "19", "7b"])
def test_A_hostile_bytes_are_refused_soon(shape: str, head: str) -> None:
    hostile = bytes.fromhex(head) + filled(SHAPES[shape], 3 * MEBIBYTE)
    check_cost(lambda: TRON.decode_transaction(hostile), TransactionError, seconds=1, memory=16 * MEBIBYTE)
