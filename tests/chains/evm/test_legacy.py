"""Legacy and access-list transactions against eth-account, and everything that is refused."""

import pickle
from dataclasses import replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from support.evm import (
    ALICE,
    ETHEREUM,
    LAST,
    MALLORY,
    POLYGON,
    announced,
    any_transactions,
    legacy,
    secrets,
    signer,
    theirs,
    transfer,
)
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import AccessListTransaction, Evm, LegacyTransaction
from walletcore.chains.evm.decode import AnyOf
from walletcore.effects import Fee, Opaque, Transfer
from walletcore.errors import TransactionError
from walletcore.signing import sign

ORDER = LAST + 1
LARGEST = Evm(name="largest", chain_id=2**63 - 37)


def refused(raw: Any, row: Evm = ETHEREUM, **options: Any) -> str:
    """The reason for which these bytes are refused."""
    with pytest.raises(TransactionError) as caught:
        row.decode_transaction(raw, **options)
    assert type(caught.value) is TransactionError
    return caught.value.reason


def signed(raw: bytes, row: Evm = ETHEREUM) -> SignedTransaction[Any]:
    decoded = row.decode_transaction(raw)
    assert type(decoded) is SignedTransaction
    return decoded


def fields_of(raw: bytes) -> list[Any]:
    return list(rlp.decode(raw))


def with_field(place: int, value: Any, raw: bytes | None = None) -> bytes:
    fields = fields_of(sign(legacy(), ALICE).raw if raw is None else raw)
    fields[place] = value
    return bytes(rlp.encode(fields))


# -- a second implementation, and round trips


@given(any_transactions(), secrets)
def test_eth_account_signs_the_same_bytes(transaction: AnyOf, secret: bytes) -> None:
    holder = signer(secret)
    result: SignedTransaction[Any] = sign(replace(transaction, sender=holder.public_key), holder)
    other = theirs(transaction, secret)
    assert (result.raw, result.id) == (bytes(other.raw_transaction), f"0x{bytes(other.hash).hex()}")
    assert Account.recover_transaction(result.raw) == ETHEREUM.address(holder.public_key).text  # of EIP-55
    assert signed(result.raw, transaction.chain) == result


@given(any_transactions(), st.none() | secrets)
def test_unsigned_bytes_lead_back_to_the_transaction(transaction: AnyOf, secret: bytes | None) -> None:
    keys = () if secret is None else (signer(secret).public_key,)
    decoded = transaction.chain.decode_transaction(
        transaction.raw, keys=keys, allow_unprotected=True, allow_endowment=True
    )
    assert decoded == replace(transaction, sender=keys[0] if keys else None)
    assert decoded.raw == transaction.raw


@given(st.binary(max_size=200).flatmap(lambda tail: st.sampled_from([tail, b"\x01" + tail, b"\xf8" + tail])))
def test_any_bytes_are_read_or_refused_by_a_transaction_error(raw: bytes) -> None:
    try:
        decoded = ETHEREUM.decode_transaction(raw)
    except TransactionError:
        return
    assert decoded.raw == raw


NESTED = st.recursive(st.binary(max_size=40), lambda items: st.lists(items, max_size=12), max_leaves=20)


@given(st.lists(NESTED, min_size=6, max_size=11), st.booleans())
def test_any_list_is_read_or_refused_by_a_transaction_error(fields: list[Any], typed: bool) -> None:
    raw = (b"\x01" if typed else b"") + rlp.encode(fields)
    try:
        decoded = ETHEREUM.decode_transaction(raw)
    except TransactionError:
        return
    assert decoded.raw == raw


@pytest.mark.parametrize("make", [legacy, announced])
def test_a_flipped_bit_is_refused_or_makes_another_sender(make: Any) -> None:
    raw = sign(make(), ALICE).raw
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        try:
            decoded = signed(bytes(flipped))
        except TransactionError:
            continue
        assert decoded.transaction.sender != ALICE.public_key


@pytest.mark.parametrize("make", [legacy, announced])
def test_a_transaction_is_a_value_that_pickles(make: Any) -> None:
    assert pickle.loads(pickle.dumps(make())) == make()
    assert len({make(), make(), make(nonce=8)}) == 2
    assert "data" not in repr(make())


# -- the network's form of typed transactions


@pytest.mark.parametrize("make", [announced, transfer])
def test_a_typed_transaction_is_read_out_of_the_string_that_messages_of_the_network_hold(make: Any) -> None:
    result = sign(make(), ALICE)
    assert signed(rlp.encode(result.raw)) == result


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (rlp.encode(rlp.encode(sign(transfer(), ALICE).raw)), "version"),
        (rlp.encode(sign(legacy(), ALICE).raw), "version"),
        (rlp.encode(b"\x06" + sign(transfer(), ALICE).raw[1:]), "version"),
        (rlp.encode(sign(transfer(), ALICE).raw) + b"\x00", "trailing"),
        (rlp.encode(sign(transfer(), ALICE).raw)[:-1], "truncated"),
        (b"\x80", "truncated"),
        (b"\x81\x02", "non-canonical"),
        (b"\x81\x80", "version"),
        (b"", "truncated"),
    ],
)
def test_ET14_other_strings_are_refused(raw: bytes, expected: str) -> None:
    assert refused(raw) == expected


# -- replay protection


def test_ET01_without_a_name_for_it_every_transaction_has_a_chain_id() -> None:
    assert fields_of(legacy().raw)[6:] == [b"\x01", b"", b""]
    assert fields_of(sign(legacy(), ALICE).raw)[6] in (b"\x25", b"\x26")


def test_ET01_what_is_valid_on_every_chain_is_signed_by_name_only_and_says_so() -> None:
    transaction = legacy(replay_protected=False)
    assert len(fields_of(transaction.raw)) == 6
    assert fields_of(sign(transaction, ALICE).raw)[6] in (b"\x1b", b"\x1c")
    first, *others = transaction.effects()
    assert isinstance(first, Opaque)
    assert "valid on every chain" in first.why
    assert tuple(others) == legacy().effects()


def test_ET01_unsigned_bytes_without_a_chain_id_are_refused_unless_named() -> None:
    transaction = legacy(replay_protected=False)
    assert refused(transaction.raw, keys=[ALICE.public_key]) == "policy"
    assert ETHEREUM.decode_transaction(transaction.raw, keys=[ALICE.public_key], allow_unprotected=True) == transaction


def test_ET01_signed_bytes_of_before_EIP_155_are_read_on_every_chain() -> None:
    result = sign(legacy(replay_protected=False), ALICE)
    assert signed(result.raw) == result
    assert signed(result.raw, POLYGON).transaction.sender == ALICE.public_key
    assert isinstance(signed(result.raw, POLYGON).effects()[0], Opaque)


@pytest.mark.parametrize("value", [None, 0, 1, "no", b""])
def test_ET01_protection_is_true_or_false(value: Any) -> None:
    with pytest.raises(TransactionError) as caught:
        legacy(replay_protected=value)
    assert caught.value.reason == "type"


@pytest.mark.parametrize("make", [legacy, announced])
def test_ET01_bytes_for_another_chain_are_refused(make: Any) -> None:
    for raw in (make().raw, sign(make(), ALICE).raw):
        assert refused(raw, POLYGON) == "network"


def test_the_largest_chain_id_has_a_v_that_is_read() -> None:
    result = sign(legacy(chain=LARGEST), ALICE)
    assert fields_of(result.raw)[6] in ((2**64 - 39).to_bytes(8), (2**64 - 38).to_bytes(8))
    assert signed(result.raw, LARGEST) == result


@pytest.mark.parametrize(
    ("v", "expected"),
    [
        (0, "range"),
        (1, "range"),
        (26, "range"),
        (29, "range"),
        (34, "range"),
        (35, "network"),
        (36, "network"),
        (39, "network"),
        (2**64 - 1, "network"),
        (2**64, "range"),
        (2**256, "range"),
    ],
)
def test_ET14_other_v_are_refused(v: int, expected: str) -> None:
    assert refused(with_field(6, v.to_bytes((v.bit_length() + 7) // 8))) == expected


def test_ET14_the_other_v_recovers_another_sender_or_none() -> None:
    v = fields_of(sign(legacy(), ALICE).raw)[6][0]
    for other in {27, 28, 37, 38} - {v}:
        try:
            decoded = signed(with_field(6, bytes([other])))
        except TransactionError:
            continue
        assert decoded.transaction.sender != ALICE.public_key


# -- refused bytes


@pytest.mark.parametrize("place", [0, 1, 2, 4, 6, 7, 8])
def test_R27_leading_zeros_and_lists_for_numbers_are_refused(place: int) -> None:
    number = fields_of(sign(legacy(), ALICE).raw)[place]
    assert refused(with_field(place, b"\x00" + number)) == "non-canonical"
    assert refused(with_field(place, b"\x00")) == "non-canonical"
    assert refused(with_field(place, [])) == "type"


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (0, b"\xff" * 8, "range"),  # ET03
        (1, b"\x01" + bytes(32), "range"),
        (2, b"\x01" + bytes(8), "range"),
        (3, bytes(19), "length"),  # ET08
        (3, bytes(21), "length"),
        (3, [], "length"),
        (4, b"\x01" + bytes(32), "range"),  # ET02
        (5, [], "type"),
        (7, b"", "range"),
        (8, b"", "range"),
        (7, ORDER.to_bytes(32), "range"),
        (8, ORDER.to_bytes(32), "range"),
        (8, (ORDER // 2 + 1).to_bytes(32), "non-canonical"),
    ],
)
def test_ET14_fields_that_no_engine_takes_are_refused(place: int, value: Any, expected: str) -> None:
    assert refused(with_field(place, value)) == expected


@pytest.mark.parametrize("make", [legacy, announced])
def test_T01_R29_bytes_that_end_early_or_late_are_refused(make: Any) -> None:
    for raw in (make().raw, sign(make(), ALICE).raw):
        assert {refused(raw[:size]) for size in range(len(raw))} == {"truncated"}
        assert refused(raw + b"\x00") == "trailing"


@pytest.mark.parametrize("count", [0, 1, 5, 7, 8, 10])
def test_ET10_other_numbers_of_fields_are_refused(count: int) -> None:
    fields = [*fields_of(sign(legacy(), ALICE).raw), b""]
    assert refused(rlp.encode(fields[:count])) == "length"


@pytest.mark.parametrize("count", [0, 7, 9, 10, 12])
def test_ET10_other_numbers_of_fields_of_type_1_are_refused(count: int) -> None:
    fields = [*fields_of(sign(announced(), ALICE).raw[1:]), b""]
    assert refused(b"\x01" + rlp.encode(fields[:count])) == "length"


@pytest.mark.parametrize("entry", [[bytes(19), []], [bytes(20), [bytes(31)]], [bytes(20)]])
def test_ET14_access_lists_of_another_shape_are_refused(entry: list[Any]) -> None:
    fields = fields_of(sign(announced(), ALICE).raw[1:])
    fields[7] = [entry]
    assert refused(b"\x01" + rlp.encode(fields)) == "length"


def test_ET11_bytes_that_another_key_signed_are_refused_where_keys_are_given() -> None:
    for make in (legacy, announced):
        subject: Any = make()
        assert refused(sign(subject, ALICE).raw, keys=[MALLORY.public_key]) == "mismatch"


# -- refused fields


@pytest.mark.parametrize("make", [legacy, announced])
@pytest.mark.parametrize(
    ("name", "limit"), [("value", 2**256), ("gas", 2**64), ("gas_price", 2**256), ("nonce", 2**64 - 1)]
)
def test_ET02_ET03_numbers_out_of_range_are_refused(make: Any, name: str, limit: int) -> None:
    for number in (-1, limit, 10**400):
        with pytest.raises(TransactionError) as caught:
            make(**{name: number})
        assert caught.value.reason == "range"


@pytest.mark.parametrize("make", [legacy, announced])
@pytest.mark.parametrize("number", [True, 1.0, "1", None, b"\x01"])
@pytest.mark.parametrize("name", ["value", "nonce", "gas", "gas_price"])
def test_ET09_what_is_no_int_is_refused(make: Any, name: str, number: Any) -> None:
    with pytest.raises(TransactionError) as caught:
        make(**{name: number})
    assert caught.value.reason == "type"


@pytest.mark.parametrize("make", [legacy, announced])
def test_ET05_a_fee_that_no_account_can_hold_is_refused(make: Any) -> None:
    with pytest.raises(TransactionError) as caught:
        make(gas=2, gas_price=2**255)
    assert caught.value.reason == "range"
    assert make(gas=2, gas_price=2**255 - 1).raw


@pytest.mark.parametrize("cls", [LegacyTransaction, AccessListTransaction])
def test_ET10_fields_of_another_type_are_refused(cls: Any) -> None:
    with pytest.raises(TypeError, match="max_fee"):
        cls(chain=ETHEREUM, to=None, value=0, nonce=0, gas=0, gas_price=0, max_fee=1)


@pytest.mark.parametrize("access_list", [[], None, ((bytes(19), ()),), ((bytes(20), (bytes(31),)),)])
def test_ET14_announcements_of_another_shape_are_refused(access_list: Any) -> None:
    with pytest.raises(TransactionError):
        announced(access_list=access_list)


# -- effects


@pytest.mark.parametrize("make", [legacy, announced])
def test_effects_are_the_value_and_the_fee(make: Any) -> None:
    moved, fee = make().effects()
    assert (type(moved), moved.amount) == (Transfer, 10**18)
    assert fee == Fee(asset=ETHEREUM.asset, at_most=21_000 * 30 * 10**9, payer=moved.source)
