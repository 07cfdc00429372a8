"""Bytes of VeChain: read as what they are, in their one form, or refused."""

from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, MALLORY
from support.vechain import TESTNET, VECHAIN, YOU, legacy, transfer
from walletcore.chains.base import SignedTransaction
from walletcore.chains.vechain import Clause, VeChain
from walletcore.errors import TransactionError
from walletcore.signing import sign

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
PAID = {"delegated": True, "delegator": MALLORY.public_key}
SIGNED = {
    "legacy": sign(legacy(), ALICE).raw,
    "dynamic": sign(transfer(), ALICE).raw,
    "legacy delegated": sign(legacy(**PAID), ALICE, MALLORY).raw,
    "dynamic delegated": sign(transfer(**PAID), ALICE, MALLORY).raw,
}


def refused(raw: Any, *, chain: VeChain = VECHAIN, keys: Any = ()) -> str:
    """The reason for which these bytes are not read."""
    with pytest.raises(TransactionError) as caught:
        chain.decode_transaction(raw, keys=keys)
    assert type(caught.value) is TransactionError
    return caught.value.reason


@pytest.mark.parametrize("make", [transfer, legacy])
@pytest.mark.parametrize("keys", [(), (ALICE,), (ALICE, MALLORY)], ids=["nobody", "sender", "both"])
def test_unsigned_bytes_become_the_transaction_of_whom_is_named(make: Any, keys: Any) -> None:
    given_keys = [each.public_key for each in keys]
    sender, delegator = (*given_keys, None, None)[:2]
    made = make(sender=sender, delegated=True, delegator=delegator)
    assert VECHAIN.decode_transaction(made.raw, keys=given_keys) == made


@pytest.mark.parametrize("raw", SIGNED.values(), ids=SIGNED)
def test_signed_bytes_say_who_signed(raw: bytes) -> None:
    read = VECHAIN.decode_transaction(raw)
    assert isinstance(read, SignedTransaction)
    assert read.raw == raw
    assert read.transaction.sender == ALICE.public_key
    assert read.id == VECHAIN.transaction_id(raw)
    assert VECHAIN.decode_transaction(raw, keys=[ALICE.public_key]) == read


def test_keys_that_did_not_sign_are_refused() -> None:
    assert refused(SIGNED["legacy"], keys=[MALLORY.public_key]) == "mismatch"
    assert refused(transfer().raw, keys=[ALICE.public_key, MALLORY.public_key]) == "ambiguous"
    assert refused(transfer().raw, keys=[ALICE.public_key.data]) == "type"
    assert refused(transfer().raw, keys=1) == "type"
    assert refused(transfer(delegated=True).raw, keys=[ALICE.public_key] * 2) == "duplicate"


def test_bytes_are_of_one_network() -> None:
    assert refused(transfer().raw, chain=TESTNET) == "network"
    assert refused(SIGNED["legacy"], chain=TESTNET) == "network"


CLAUSE = [YOU.payload, b"\1", b""]
LEGACY: list[Any] = [b"\x4a", b"\1", b"\x20", [CLAUSE], b"\x80", b"\x52\x08", b"", b"\7", []]
DYNAMIC: list[Any] = [b"\x4a", b"\1", b"\x20", [CLAUSE], b"\1", b"\2", b"\x52\x08", b"", b"\7", []]


def changed(place: int, value: Any) -> bytes:
    return bytes(rlp.encode([*LEGACY[:place], value, *LEGACY[place + 1 :]]))


def signed_with(signature: Any, fields: list[Any] = LEGACY) -> bytes:
    return bytes(rlp.encode([*fields, signature]))


R, S = (5).to_bytes(32), (6).to_bytes(32)
BYTES: list[tuple[str, Any, str]] = [
    ("no bytes", b"", "truncated"),
    ("text", "f8", "type"),
    ("E16 a byte behind", bytes(rlp.encode(LEGACY)) + b"\0", "trailing"),
    ("E16 cut", bytes(rlp.encode(LEGACY))[:-1], "truncated"),
    ("another type", b"\2" + bytes(rlp.encode(DYNAMIC)), "version"),
    ("a type alone", b"\x51", "truncated"),
    ("a string", b"\x82\x51\xc0", "version"),
    ("a string behind the type", b"\x51\x82\1\2", "type"),
    ("8 fields", bytes(rlp.encode(LEGACY[:8])), "length"),
    ("11 fields", bytes(rlp.encode([*LEGACY, b"", b""])), "length"),
    ("9 fields of a type", b"\x51" + bytes(rlp.encode(DYNAMIC[:9])), "length"),
    ("the fields of none behind a type", b"\x51" + bytes(rlp.encode(LEGACY)), "length"),
    ("a chain tag of 9 bits", changed(0, b"\1\x4a"), "range"),
    ("a chain tag as a list", changed(0, []), "type"),
    ("a block of 9 bytes", changed(1, b"\1" * 9), "range"),
    ("a block with a zero before", changed(1, b"\0\1"), "non-canonical"),
    ("an expiration of 33 bits", changed(2, b"\1\0\0\0\0"), "range"),
    ("clauses as bytes", changed(3, b""), "type"),
    ("a clause as bytes", changed(3, [b"\1\2\3"]), "type"),
    ("a clause of two", changed(3, [CLAUSE[:2]]), "length"),
    ("a clause of four", changed(3, [[*CLAUSE, b""]]), "length"),
    ("19 bytes of an account", changed(3, [[bytes(19), b"", b""]]), "length"),
    ("an account as a list", changed(3, [[[], b"", b""]]), "length"),
    ("a value of 33 bytes", changed(3, [[b"", b"\1" * 33, b""]]), "range"),
    ("a value with a zero before", changed(3, [[b"", b"\0\1", b""]]), "non-canonical"),
    ("data as a list", changed(3, [[b"", b"", []]]), "type"),
    ("a coefficient of 9 bits", changed(4, b"\1\0"), "range"),
    ("gas of 65 bits", changed(5, b"\1" + bytes(8)), "range"),
    ("31 bytes of an id", changed(6, b"\1" * 31), "length"),
    ("an id as a list", changed(6, []), "length"),
    ("a nonce of 65 bits", changed(7, b"\1" + bytes(8)), "range"),
    ("reserved as bytes", changed(8, b""), "unknown"),
    ("reserved not trimmed", changed(8, [b""]), "unknown"),
    ("another feature", changed(8, [b"\2"]), "unknown"),
    ("both features", changed(8, [b"\3"]), "unknown"),
    ("an unused field", changed(8, [b"\1", b"\1"]), "unknown"),
    ("an unused field as a list", changed(8, [[b"\1"]]), "unknown"),
    ("clauses above the limit", changed(3, [[b"", b"", b""]] * 2501), "too-large"),
    ("more than a node takes", changed(3, [[b"", b"", bytes(64 << 10)]]), "too-large"),
    ("an empty signature", signed_with(b""), "length"),
    ("64 bytes of a signature", signed_with(R + S), "length"),
    ("two signatures where one pays", signed_with((R + S + b"\0") * 2), "length"),
    ("one signature where two sign", signed_with(R + S + b"\0", [*LEGACY[:8], [b"\1"]]), "length"),
    ("a signature as a list", signed_with([]), "length"),
    ("r of zero", signed_with(bytes(32) + S + b"\0"), "range"),
    ("r of n", signed_with(ORDER.to_bytes(32) + S + b"\0"), "range"),
    ("s of zero", signed_with(R + bytes(32) + b"\0"), "range"),
    ("the higher s", signed_with(R + (ORDER - 6).to_bytes(32) + b"\0"), "non-canonical"),
    ("a recovery id of 2", signed_with(R + S + b"\2"), "range"),
    ("a recovery id of 27", signed_with(R + S + b"\x1b"), "range"),
    ("r of no point", signed_with(R + S + b"\0"), "mismatch"),  # no point of the curve has an x of 5
]


@pytest.mark.parametrize(("raw", "reason"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES])
def test_other_bytes_are_refused(raw: Any, reason: str) -> None:
    assert refused(raw) == reason


def test_what_is_refused_would_be_read_without_its_flaw() -> None:
    read = VECHAIN.decode_transaction(bytes(rlp.encode(LEGACY)))
    assert read == legacy(
        sender=None, block_ref=bytes(7) + b"\1", clauses=(Clause(to=YOU, value=1),), gas=21_000, gas_price_coef=128
    )
    assert VECHAIN.decode_transaction(b"\x51" + bytes(rlp.encode(DYNAMIC))).raw == b"\x51" + rlp.encode(DYNAMIC)


def test_an_id_is_of_what_is_signed() -> None:
    for raw, reason in ((transfer().raw, "missing"), (b"", "truncated"), (b"{", "version")):
        with pytest.raises(TransactionError) as caught:
            VECHAIN.transaction_id(raw)
        assert caught.value.reason == reason


@pytest.mark.parametrize("kind", SIGNED)
@given(st.data())
def test_a_byte_that_is_another_makes_another_transaction_or_none(kind: str, data: st.DataObject) -> None:
    raw = SIGNED[kind]
    place = data.draw(st.integers(0, len(raw) - 1))
    flipped = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]
    try:
        read = VECHAIN.decode_transaction(flipped)
    except TransactionError:
        return
    if isinstance(read, SignedTransaction):
        assert read.raw == flipped
        assert {read.transaction.sender, read.transaction.delegator} != {ALICE.public_key, MALLORY.public_key}
        assert read != VECHAIN.decode_transaction(raw)
