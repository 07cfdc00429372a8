"""EIP-1559 transactions against eth-account and rlp, and everything that is refused."""

import asyncio
import contextlib
import copy
import gc
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_account import Account
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.evm import (
    ALICE,
    ETHEREUM,
    LAST,
    MALLORY,
    POLYGON,
    created,
    secrets,
    signer,
    theirs,
    transactions,
    transfer,
)
from walletcore.chains import chain
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.evm import CHAINS, GWEI, Evm, Transaction
from walletcore.curves import secp256k1
from walletcore.effects import Fee, Opaque, Transfer
from walletcore.errors import (
    InvalidSignature,
    MissingSignature,
    SigningRefused,
    TransactionError,
    WalletcoreError,
)
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signing import Signature, SigningRequest, collect, merge, sign, sign_async

ORDER = LAST + 1
KEY = ALICE.public_key
ENTRY = (b"\x11" * 20, (b"\x01" * 32, bytes(32)))


def reason(error: type[WalletcoreError], call: Callable[..., Any], *args: Any, **options: Any) -> str:
    """The reason for which the call is refused with this very class."""
    with pytest.raises(error) as caught:
        call(*args, **options)
    assert type(caught.value) is error
    return caught.value.reason


def refused(**changes: Any) -> str:
    """The reason for which a transfer with these fields is refused."""
    return reason(TransactionError, transfer, **changes)


def undecodable(raw: Any, keys: Any = ()) -> str:
    """The reason for which these bytes are refused."""
    return reason(TransactionError, ETHEREUM.decode_transaction, raw, keys=keys)


def signed(raw: bytes, row: Evm = ETHEREUM) -> SignedTransaction[Transaction]:
    """The signed transaction that these bytes are."""
    decoded = row.decode_transaction(raw)
    assert type(decoded) is SignedTransaction
    return decoded


def fields_of(raw: bytes) -> list[Any]:
    """The list in the envelope, by the other implementation of RLP."""
    return list(rlp.decode(raw[1:]))


def envelope(fields: Any) -> bytes:
    return b"\x02" + bytes(rlp.encode(fields))


def with_field(place: int, value: Any, raw: bytes | None = None) -> bytes:
    """A transfer's bytes, signed unless others are given, with one field of the list changed."""
    fields = fields_of(sign(transfer(), ALICE).raw if raw is None else raw)
    fields[place] = value
    return envelope(fields)


# -- a second implementation


@given(transactions(), secrets)
def test_eth_account_signs_the_same_bytes(transaction: Transaction, secret: bytes) -> None:
    holder = signer(secret)
    result = sign(replace(transaction, sender=holder.public_key), holder)
    other = theirs(transaction, secret)
    assert (result.raw, result.id) == (bytes(other.raw_transaction), f"0x{bytes(other.hash).hex()}")
    assert Account.recover_transaction(result.raw) == ETHEREUM.address(holder.public_key).text  # of EIP-55


@given(transactions())
def test_the_rlp_package_reads_the_same_fields(transaction: Transaction) -> None:
    numbers = (transaction.nonce, transaction.max_priority_fee, transaction.max_fee, transaction.gas)
    *head, to, value, data, access_list = fields_of(transaction.raw)
    assert [int.from_bytes(number) for number in head] == [transaction.chain.chain_id, *numbers]
    assert (to, int.from_bytes(value), data) == (
        transaction.to.payload if transaction.to else b"",
        transaction.value,
        data,
    )
    assert tuple((account, tuple(keys)) for account, keys in access_list) == transaction.access_list


# -- round trips


@given(transactions(), st.none() | secrets)
def test_unsigned_bytes_lead_back_to_the_transaction(transaction: Transaction, secret: bytes | None) -> None:
    keys = () if secret is None else (signer(secret).public_key,)
    decoded = transaction.chain.decode_transaction(transaction.raw, keys=keys, allow_endowment=True)
    assert decoded == replace(transaction, sender=keys[0] if keys else None)
    assert decoded.raw == transaction.raw


@given(transactions(), secrets)
def test_signed_bytes_lead_back_to_transaction_and_sender(transaction: Transaction, secret: bytes) -> None:
    holder = signer(secret)
    result = sign(replace(transaction, sender=holder.public_key), holder)
    assert signed(result.raw, transaction.chain) == result
    assert transaction.chain.decode_transaction(result.raw, keys=[MALLORY.public_key, holder.public_key]) == result


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"\x02" + tail))
def test_any_bytes_are_read_or_refused_by_a_transaction_error(raw: bytes) -> None:
    try:
        decoded = ETHEREUM.decode_transaction(raw)
    except TransactionError:
        return
    assert decoded.raw == raw


NESTED = st.recursive(st.binary(max_size=40), lambda items: st.lists(items, max_size=12), max_leaves=30)


@given(st.lists(NESTED, min_size=9, max_size=12))
def test_any_list_is_read_or_refused_by_a_transaction_error(fields: list[Any]) -> None:
    fields[0] = b"\x01"
    try:
        decoded = ETHEREUM.decode_transaction(envelope(fields))
    except TransactionError:
        return
    assert decoded.raw == envelope(fields)


@given(st.integers(0, 8 * 110 - 1))
def test_a_flipped_bit_is_refused_or_makes_another_sender(bit: int) -> None:
    raw = bytearray(sign(transfer(), ALICE).raw)
    raw[bit // 8] ^= 1 << bit % 8
    try:
        decoded = signed(bytes(raw))
    except TransactionError:
        return
    assert decoded.transaction.sender != KEY
    assert undecodable(bytes(raw), [KEY]) == "mismatch"


# -- signing


def test_the_one_request_says_all_that_a_signer_may_want_to_know() -> None:
    origin = KeyOrigin(b"\x01\x02\x03\x04", Path.parse("m/44'/60'/0'/0/0"))
    transaction = transfer(origin=origin)
    (request,) = transaction.requests()
    assert request == SigningRequest(key=KEY, scheme=Scheme.ECDSA, payload=transaction.raw, prehash=keccak256)
    assert request.message == keccak(transaction.raw)
    assert request.subject is transaction
    assert request.origin is origin
    assert request in request.subject.requests()  # what a guard asks that does not trust its caller


def test_requests_are_made_once_while_somebody_holds_them() -> None:
    transaction = transfer()
    held = transaction.requests()
    assert transaction.requests()[0] is held[0]
    assert pickle.loads(pickle.dumps(transaction)).requests() == copy.deepcopy(transaction).requests() == held
    del held
    assert transaction.requests()[0].subject is transaction


@pytest.mark.parametrize("check", [True, False])
def test_a_signed_transaction_leaves_nothing_to_the_garbage_collector(check: bool) -> None:
    holder = signer(b"\x11" * 32, check=check)
    sign(transfer(), holder)  # what is made once
    gc.collect()
    gc.disable()
    try:
        sign(transfer(), holder)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_every_way_through_the_hall_ends_in_the_same_bytes() -> None:
    transaction = transfer()
    expected = bytes(theirs(transaction, b"\x11" * 32).raw_transaction)
    nobody, alice = (collect(transaction.requests(), holder) for holder in (MALLORY, ALICE))
    plain = tuple(None if answer is None else pickle.loads(pickle.dumps(answer)) for answer in alice)
    assert nobody == (None,)
    assert [type(answer) for answer in plain] == [Signature]
    results = [
        sign(transaction, ALICE),
        sign(transaction, signer(b"\x11" * 32, check=False)),
        sign(transaction, MALLORY, ALICE),
        transaction.assemble(merge(nobody, alice)),
        transaction.assemble(plain),
        asyncio.run(sign_async(transaction, ALICE)),
    ]
    assert {result.raw for result in results} == {expected}
    assert {result.transaction for result in results} == {transaction}
    assert {result.chain for result in results} == {ETHEREUM}


def test_a_device_that_answers_der_with_high_s_and_no_recovery_id_is_understood() -> None:
    transaction = transfer()
    (answer,) = sign(transaction, ALICE).answers
    assert answer is not None
    high = answer.data[:32] + (ORDER - int.from_bytes(answer.data[32:])).to_bytes(32)
    from_device = Signature(scheme=Scheme.ECDSA, data=secp256k1.encode_der(high))
    assert transaction.assemble((from_device,)).raw == sign(transaction, ALICE).raw


@given(st.integers(0, 300))
def test_numbers_of_the_signature_have_no_leading_zeros(nonce: int) -> None:
    raw = sign(transfer(nonce=nonce), ALICE).raw
    *_, parity, r, s = fields_of(raw)
    assert parity in (b"", b"\x01")
    assert r[0] != 0 != s[0]
    assert raw == bytes(theirs(transfer(nonce=nonce), b"\x11" * 32).raw_transaction)


def test_a_short_r_and_a_short_s_are_written_as_numbers() -> None:
    short: set[str] = set()
    for nonce in range(2000):
        raw = sign(transfer(nonce=nonce), signer(b"\x11" * 32, check=False)).raw
        *_, r, s = fields_of(raw)
        if len(r) < 32 or len(s) < 32:
            short |= {name for name, number in (("r", r), ("s", s)) if len(number) < 32}
            assert raw == bytes(theirs(transfer(nonce=nonce), b"\x11" * 32).raw_transaction)
            assert signed(raw).raw == raw
        if short == {"r", "s"}:
            return
    raise AssertionError("no short number among 2000 signatures")


def test_ET11_the_signature_of_another_key_is_refused() -> None:
    transaction = transfer()
    assert reason(MissingSignature, sign, transaction, MALLORY) == "missing"
    (foreign,) = collect(transfer(sender=MALLORY.public_key).requests(), MALLORY)
    assert reason(InvalidSignature, transaction.assemble, (foreign,)) == "mismatch"
    assert reason(SigningRefused, MALLORY.sign, transaction.requests()[0]) == "mismatch"


def test_ET11_bytes_that_another_key_signed_are_refused_where_keys_are_given() -> None:
    raw = sign(transfer(), ALICE).raw
    assert undecodable(raw, [MALLORY.public_key]) == "mismatch"
    assert ETHEREUM.decode_transaction(raw, keys=[KEY]).raw == raw


def test_ET11_the_signature_of_another_transaction_is_refused() -> None:
    other = sign(transfer(nonce=8), ALICE).answers
    assert reason(InvalidSignature, transfer().assemble, other) == "mismatch"


@pytest.mark.parametrize("answers", [(), (None, None), [None], None])
def test_answers_of_another_shape_are_refused(answers: Any) -> None:
    assert reason(InvalidSignature, transfer().assemble, answers) == "length"


def test_a_missing_answer_is_named() -> None:
    assert reason(MissingSignature, transfer().assemble, (None,)) == "missing"


def test_a_signature_whose_r_was_reduced_is_refused_because_no_parity_can_say_so() -> None:
    digest = keccak(transfer().raw)  # the sender is not in it: choose the signature first, and then the key that fits
    data = chosen_r(digest)
    transaction = transfer(sender=PublicKey(Curve.SECP256K1, secp256k1.ecdsa_recover(digest, data, 2)))
    answer = Signature(scheme=Scheme.ECDSA, data=data, recovery=2)
    assert transaction.requests()[0].accept(answer).recovery == 2
    assert reason(InvalidSignature, transaction.assemble, (answer,)) == "range"


def chosen_r(digest: bytes) -> bytes:
    """r || s that is valid with recovery id 2, which says that the x of the nonce's point is r + n."""
    for r in range(1, 100):
        data = r.to_bytes(32) + (1).to_bytes(32)
        with contextlib.suppress(InvalidSignature):
            secp256k1.ecdsa_recover(digest, data, 2)
            return data
    raise AssertionError("no x from n to n + 99 is on the curve")


def test_an_unsigned_transaction_asks_for_the_sender_and_still_tells_its_effects() -> None:
    decoded = ETHEREUM.decode_transaction(transfer().raw)
    assert isinstance(decoded, Transaction)
    assert decoded.sender is None
    assert reason(TransactionError, decoded.requests) == "missing"
    assert reason(TransactionError, decoded.assemble, (None,)) == "missing"
    assert [type(effect) for effect in decoded.effects()] == [Transfer, Fee]
    known = ETHEREUM.decode_transaction(transfer().raw, keys=[KEY])
    assert isinstance(known, Transaction)
    assert known.requests() == transfer().requests()
    assert sign(known, ALICE) == sign(transfer(), ALICE)


def test_only_one_key_can_be_the_sender() -> None:
    assert undecodable(transfer().raw, [KEY, MALLORY.public_key]) == "ambiguous"


ED25519 = PrivateKey(Curve.ED25519, Secret(bytes(32))).public_key


class Equal:
    """Something that says it is equal to whatever it is compared with, as arrays and matchers do."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("keys", [[ED25519], [b"\x02" * 33], ["x"], [None], None, 1, KEY.data, "key", {}, Equal()])
def test_other_keys_are_refused(keys: Any) -> None:
    assert undecodable(transfer().raw, keys) == "type"


# -- effects

ME = f"eip155:1:{ETHEREUM.address(KEY)}"
YOU = f"eip155:1:{ETHEREUM.account(b'B' * 20)}"
FEE = Fee(asset="eip155:1/slip44:60", at_most=21_000 * 30 * GWEI, payer=ME)


def moved(amount: int, source: str = ME, destination: str = YOU) -> Transfer:
    return Transfer(asset="eip155:1/slip44:60", amount=amount, source=source, destination=destination)


def test_a_transfer_moves_its_value_and_pays_its_fee() -> None:
    assert transfer().effects() == (moved(10**18), FEE)
    assert transfer(value=0).effects() == (moved(0), FEE)
    assert transfer(chain=POLYGON).effects()[0].asset == "eip155:137/slip44:966"  # type: ignore[union-attr]


def test_without_the_sender_the_source_is_not_stated() -> None:
    assert transfer(sender=None).effects() == (moved(10**18, source=""), replace(FEE, payer=""))


def test_a_call_is_opaque_and_moves_its_value() -> None:
    call = Opaque(why=f"calls {YOU}", data=b"\xa9\x05\x9c\xbb")
    assert transfer(data=b"\xa9\x05\x9c\xbb", value=0).effects() == (call, FEE)
    assert transfer(data=b"\xa9\x05\x9c\xbb", value=5).effects() == (moved(5), call, FEE)


def test_a_creation_names_the_contract_that_its_value_goes_to() -> None:
    contract = f"eip155:1:{created(ALICE, 7)}"
    creation = Opaque(why=f"creates a contract: {contract}", data=b"\x00")
    assert transfer(to=None, value=0, data=b"\x00").effects() == (creation, FEE)
    assert transfer(to=None, value=0).effects() == (Opaque(why=f"creates a contract without code: {contract}"), FEE)
    assert transfer(to=None, value=5, data=b"\x00", allow_endowment=True).effects() == (
        moved(5, destination=contract),
        creation,
        FEE,
    )


def test_a_creation_without_sender_is_opaque_and_its_value_goes_where_no_bytes_say() -> None:
    creation, fee = Opaque(why="creates a contract", data=b"\x00"), replace(FEE, payer="")
    unknown = transfer(sender=None, to=None, value=5, data=b"\x00", allow_endowment=True)
    assert unknown.effects() == (moved(5, "", ""), creation, fee)


def test_an_address_whose_text_and_bytes_differ_is_refused() -> None:
    disguised = Address(chain=ETHEREUM, text=str(ETHEREUM.account(b"\x01" * 20)), payload=b"B" * 20)
    with pytest.raises(TransactionError) as refused:
        transfer(to=disguised)
    assert refused.value.reason == "mismatch"


def test_an_address_made_by_hand_is_taken_with_the_checksum_only() -> None:
    good = ETHEREUM.parse_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    by_hand = Address(chain=ETHEREUM, text=good.text, payload=good.payload)
    assert by_hand == good
    assert (hash(by_hand), repr(by_hand)) == (hash(good), repr(good))
    assert transfer(to=by_hand) == transfer(to=good)
    assert transfer(to=by_hand).effects() == transfer(to=pickle.loads(pickle.dumps(good))).effects()
    for text in (good.text.lower(), good.text.upper(), good.text[:-1] + "D", "", good.text + " "):
        for other in (replace(by_hand, text=text), replace(good, text=text)):
            with pytest.raises(TransactionError) as refused:
                transfer(to=other)
            assert refused.value.reason == "mismatch"


def test_an_address_that_was_right_on_its_chain_or_for_its_bytes_is_not_right_on_others() -> None:
    good = ETHEREUM.account(b"\x42" * 20)
    with pytest.raises(TransactionError) as refused:
        transfer(to=replace(good, payload=b"\x43" * 20))
    assert refused.value.reason == "mismatch"
    assert transfer(chain=POLYGON, to=replace(good, chain=POLYGON)).to == POLYGON.account(good.payload)


# -- refused fields


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("value", 2**256),
        ("gas", 2**64),
        ("max_fee", 2**256),
        ("max_priority_fee", 2**256),
        pytest.param("nonce", 2**64 - 1, id="nonce-ET03"),  # EIP-2681
    ],
)
def test_ET02_ET03_numbers_out_of_range_are_refused(name: str, limit: int) -> None:
    for number in (-1, limit, limit + 1, 2**64, 2**256, 10**400):
        if not 0 <= number < limit:
            assert refused(**{name: number}) == "range"


def test_ET02_ET03_the_largest_numbers_pass() -> None:
    for changes in ({"value": 2**256 - 1}, {"gas": 2**64 - 1}, {"nonce": 2**64 - 2}):
        assert transfer(**changes).raw
    assert transfer(gas=1, max_fee=2**256 - 1, max_priority_fee=2**256 - 1).raw


def test_ET02_a_fee_that_no_account_can_hold_is_refused() -> None:
    assert refused(gas=2, max_fee=2**255) == "range"
    assert transfer(gas=2, max_fee=2**255 - 1).raw


def test_ET04_a_priority_fee_above_the_fee_is_refused() -> None:
    assert refused(max_fee=GWEI, max_priority_fee=GWEI + 1) == "mismatch"
    assert transfer(max_fee=GWEI, max_priority_fee=GWEI).raw


@pytest.mark.parametrize("data", ["0x123", "0x12", "", None, bytearray(1), memoryview(b""), 1, [1], (b"",)])
def test_ET07_data_that_are_no_bytes_are_refused(data: Any) -> None:
    assert refused(data=data) == "type"


def test_data_larger_than_any_transaction_are_refused() -> None:
    assert refused(data=bytes(2**20 + 1)) == "too-large"
    largest = transfer(data=bytes(2**20), access_list=tuple((bytes(20), (bytes(32),)) for _ in range(2**13)))
    assert ETHEREUM.decode_transaction(largest.raw, keys=[KEY]) == largest


@pytest.mark.parametrize("to", ["0x" + "42" * 20, b"\x42" * 20, b"", "", 0, False, KEY, ETHEREUM])
def test_ET08_a_destination_that_is_no_address_is_refused(to: Any) -> None:
    assert refused(to=to) == "type"


@pytest.mark.parametrize("payload", [bytes(19), bytes(21), b"", "0x" + "42" * 20, None])
def test_ET08_an_address_of_another_size_is_refused(payload: Any) -> None:
    assert refused(to=Address(chain=ETHEREUM, text="0x", payload=payload)) == "length"


def test_ET08_an_address_of_another_chain_is_refused() -> None:
    assert refused(to=POLYGON.account(b"\x42" * 20)) == "network"
    assert refused(to=chain("bitcoin").parse_address("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")) == "network"
    again = Evm(name="ethereum", chain_id=1, data_fee=0)
    assert transfer(to=again.account(b"\x42" * 20)) == transfer()


def test_a_destination_must_be_named_even_where_there_is_none() -> None:
    with pytest.raises(TypeError, match="to"):
        Transaction(chain=ETHEREUM, value=0, nonce=0, gas=0, max_fee=0, max_priority_fee=0)  # type: ignore[call-arg]


@pytest.mark.parametrize("number", [True, False, 1.0, "1", None, b"\x01", 1j])
@pytest.mark.parametrize("name", ["value", "nonce", "gas", "max_fee", "max_priority_fee"])
def test_ET09_X16_X17_what_is_no_int_is_refused(name: str, number: Any) -> None:
    assert refused(**{name: number}) == "type"


@pytest.mark.parametrize(
    "changes",
    [
        {"chain": chain("bitcoin"), "to": None},
        {"chain": "ethereum", "to": None},
        {"chain": 1, "to": None},
        {"sender": KEY.data},
        {"sender": ALICE},
        {"sender": "0x" + "42" * 20},
        {"sender": ED25519},
        {"origin": "m/44'/60'/0'/0/0"},
        {"origin": Path.parse("m")},
    ],
)
def test_other_chains_senders_and_origins_are_refused(changes: dict[str, Any]) -> None:
    assert reason(TransactionError, lambda: Transaction(**{**as_fields(transfer()), **changes})) == "type"


def as_fields(transaction: Transaction) -> dict[str, Any]:
    names = ("chain", "sender", "to", "value", "nonce", "gas", "max_fee", "max_priority_fee")
    return {name: getattr(transaction, name) for name in names}


@pytest.mark.parametrize(
    ("access_list", "expected"),
    [
        ([], "type"),
        (None, "type"),
        (Equal(), "type"),
        ([ENTRY], "type"),
        (ENTRY, "type"),
        ((list(ENTRY),), "type"),
        (((ENTRY[0], [bytes(32)]),), "type"),
        (((ENTRY[0],),), "length"),
        (((*ENTRY, ()),), "length"),
        (((bytes(19), ()),), "length"),
        (((bytes(21), ()),), "length"),
        (((b"", ()),), "length"),
        ((("0x" + "11" * 20, ()),), "length"),
        (((bytearray(20), ()),), "length"),
        (((bytes(20), (bytes(31),)),), "length"),
        (((bytes(20), (bytes(33),)),), "length"),
        (((bytes(20), (b"",)),), "length"),
        (((bytes(20), (0,)),), "length"),
        (tuple((bytes(20), ()) for _ in range(2**14 + 1)), "too-large"),
        (((bytes(20), (bytes(32),) * 2**14),), "too-large"),
    ],
)
def test_ET14_access_lists_of_another_shape_are_refused(access_list: Any, expected: str) -> None:
    assert refused(access_list=access_list) == expected


def test_access_lists_may_name_an_account_twice_and_be_long() -> None:
    twice = transfer(access_list=(ENTRY, ENTRY))
    long = transfer(access_list=tuple((bytes(20), ()) for _ in range(2**14)))
    for transaction in (twice, long):
        assert ETHEREUM.decode_transaction(transaction.raw, keys=[KEY]) == transaction


def test_a_transaction_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        transfer().value = 1  # type: ignore[misc]
    assert transfer() == transfer()
    assert len({transfer(), transfer(), transfer(nonce=8)}) == 2
    assert pickle.loads(pickle.dumps(transfer())) == transfer()


# -- refused bytes


@pytest.mark.parametrize("raw", [None, "02c0", bytearray(b"\x02\xc0"), memoryview(b"\x02\xc0"), 2, [b"\x02"]])
def test_ET10_what_are_no_bytes_is_refused(raw: Any) -> None:
    assert undecodable(raw) == "type"


@pytest.mark.parametrize("first", [0x00, 0x06, 0x7F])
def test_ET10_other_types_are_refused(first: int) -> None:
    assert undecodable(bytes([first]) + sign(transfer(), ALICE).raw[1:]) == "version"
    assert undecodable(bytes([first])) == "version"


@pytest.mark.parametrize("first", [0x01, 0x03, 0x04, 0x05, 0x80, 0xBF, 0xC0, 0xF8, 0xFF])
def test_ET10_the_list_of_one_type_behind_the_first_byte_of_another_is_refused(first: int) -> None:
    assert undecodable(bytes([first]) + sign(transfer(), ALICE).raw[1:]) in ("length", "truncated", "trailing")
    assert undecodable(bytes([first])) in ("length", "truncated", "trailing")


def test_ET01_transactions_for_other_chains_or_all_chains_are_refused() -> None:
    raw = sign(transfer(), ALICE).raw
    for row in CHAINS[1:]:
        assert reason(TransactionError, row.decode_transaction, raw) == "network"
    assert undecodable(with_field(0, b"", transfer().raw)) == "network"
    assert undecodable(with_field(0, b"")) == "network"


@pytest.mark.parametrize("raw", [transfer().raw, sign(transfer(), ALICE).raw], ids=["unsigned", "signed"])
def test_T01_bytes_that_end_early_are_refused_wherever_they_end(raw: bytes) -> None:
    assert {undecodable(raw[:size]) for size in range(len(raw))} == {"truncated"}


def test_R29_bytes_after_the_end_are_refused() -> None:
    for raw in (transfer().raw, sign(transfer(), ALICE).raw):
        assert undecodable(raw + b"\x00") == "trailing"


@pytest.mark.parametrize("count", [0, 1, 8, 10, 11, 13])
def test_ET10_other_numbers_of_fields_are_refused(count: int) -> None:
    fields = [*fields_of(sign(transfer(), ALICE).raw), b""]
    assert undecodable(envelope(fields[:count])) == "length"


@pytest.mark.parametrize("item", [b"", b"\x05", bytes(60)])
def test_an_envelope_without_a_list_is_refused(item: bytes) -> None:
    assert undecodable(envelope(item)) == "type"


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, 6, 9, 10, 11])
def test_R27_leading_zeros_and_lists_for_numbers_are_refused(place: int) -> None:
    number = fields_of(sign(transfer(), ALICE).raw)[place]
    assert undecodable(with_field(place, b"\x00" + number)) == "non-canonical"
    assert undecodable(with_field(place, b"\x00")) == "non-canonical"
    assert undecodable(with_field(place, [])) == "type"


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (1, b"\xff" * 8, "range"),  # ET03
        (2, b"\xff" * 33, "range"),
        (3, b"\x01" + bytes(32), "range"),
        (4, b"\x01" + bytes(8), "range"),
        (6, b"\x01" + bytes(32), "range"),  # ET02
        (5, bytes(19), "length"),  # ET08
        (5, bytes(21), "length"),
        (5, b"\x01", "length"),
        (5, [], "length"),
        (7, [], "type"),
        (7, [b"\x01"], "type"),
        (8, b"", "type"),
        (8, b"\x01", "type"),
        (8, [b""], "type"),
        (8, [[]], "length"),
        (8, [[bytes(20)]], "length"),
        (8, [[bytes(19), []]], "length"),
        (8, [[bytes(20), [bytes(31)]]], "length"),
        (8, [[bytes(20), [[]]]], "length"),
        (8, [[bytes(20), b""]], "type"),
        (9, b"\x02", "range"),
        (9, b"\x1b", "range"),
        (9, b"\xff" * 40, "range"),
        (10, b"", "range"),
        (11, b"", "range"),
        (10, ORDER.to_bytes(32), "range"),
        (11, ORDER.to_bytes(32), "range"),
        (10, b"\xff" * 32, "range"),
        (11, b"\xff" * 32, "range"),
        (10, b"\x01" + bytes(32), "range"),
        (11, (ORDER // 2 + 1).to_bytes(32), "non-canonical"),
        (11, (ORDER - 1).to_bytes(32), "non-canonical"),
    ],
)
def test_ET14_fields_that_no_engine_takes_are_refused(place: int, value: Any, expected: str) -> None:
    assert undecodable(with_field(place, value)) == expected


def test_ET14_the_other_s_of_a_signature_is_refused() -> None:
    fields = fields_of(sign(transfer(), ALICE).raw)
    fields[9] = b"" if fields[9] else b"\x01"
    fields[11] = (ORDER - int.from_bytes(fields[11])).to_bytes(32)
    assert undecodable(envelope(fields)) == "non-canonical"


def test_ET14_an_r_that_is_no_point_is_refused() -> None:
    outcomes = {recovered(number) for number in range(1, 20)}
    assert outcomes == {"mismatch", "another sender"}


def recovered(r: int) -> str:
    raw = with_field(10, bytes([r]))
    try:
        assert signed(raw).transaction.sender != KEY
    except TransactionError as error:
        return error.reason
    return "another sender"


@pytest.mark.parametrize(
    ("place", "old", "new"),
    [("the list", 0xF8, 0xF9), ("the nonce", 0x07, 0x8107)],
)
def test_R01_other_spellings_of_the_same_list_are_refused(place: str, old: int, new: int) -> None:
    raw = sign(transfer(), ALICE).raw
    if place == "the list":
        assert raw[1] == old
        respelled = raw[:1] + bytes([new, 0]) + raw[2:]
    else:
        assert raw[4] == old
        respelled = raw[:2] + bytes([raw[2] + 1]) + raw[3:4] + new.to_bytes(2) + raw[5:]
    assert undecodable(respelled) == "non-canonical"


def test_nested_lists_are_refused_by_their_depth() -> None:
    deep: Any = []
    for _ in range(40):
        deep = [deep]
    assert undecodable(with_field(8, deep)) == "too-deep"


def test_bytes_larger_than_any_transaction_are_refused() -> None:
    assert undecodable(b"\x02" + bytes(2**21)) == "too-large"


HOSTILE = {
    "zeros": "bytes(2**20 - 1)",
    "empty lists": "b'\\xc0' * (2**20 - 1)",
    "empty strings": "b'\\x80' * (2**20 - 1)",
    "nested lists": "b'\\xc1' * (2**20 - 1)",
    "a list of empty lists": "b'\\xfa\\x0f\\xff\\xfb' + b'\\xc0' * (2**20 - 5)",
    "many accounts": "rlp.encode((b'\\x01', *[b''] * 7, ((bytes(20), ()),) * 45000))",
    "one account more than pass": "rlp.encode((b'\\x01', *[b''] * 7, ((bytes(20), ()),) * 16385))",
    "storage keys": "rlp.encode((b'\\x01', *[b''] * 7, ((bytes(20), (bytes(32),) * 31000),)))",
    "a huge claim": "b'\\xff' * (2**20 - 1)",
    "a huge number": "rlp.encode((b'\\x01', b'\\xff' * (2**20 - 40), *[b''] * 6, ()))",
}


@pytest.mark.parametrize("tail", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_mebibyte_is_refused_within_250_ms(tail: str) -> None:
    setup = f"""
from walletcore.chains.evm import CHAINS
from walletcore.coding import rlp  # type: ignore[import-untyped]
from walletcore.errors import TransactionError
raw = b"\\x02" + {tail}
"""
    code = """
try:
    CHAINS[0].decode_transaction(raw)
except TransactionError:
    pass
else:
    raise SystemExit("accepted")
"""
    assert cpu_seconds(code, setup=setup) < 0.250 * SLACK


def test_a_million_bytes_of_data_are_read_within_250_ms() -> None:
    setup = """
from walletcore.chains.evm import CHAINS, Transaction
row = CHAINS[0]
raw = Transaction(chain=row, to=None, value=0, nonce=0, gas=0, max_fee=0, max_priority_fee=0, data=bytes(2**20)).raw
"""
    assert cpu_seconds("row.decode_transaction(raw)", setup=setup) < 0.250 * SLACK
