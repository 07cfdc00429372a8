"""ZKsync: transactions of type 0x71, hashes of bytecode and addresses of contracts, against published figures."""

from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, MALLORY, numbers, payment
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import GWEI, Evm, ZksyncTransaction, create2_address, create_address, erc20, zksync
from walletcore.coding import rlp
from walletcore.effects import Approve, Fee, Opaque, Transfer
from walletcore.errors import AddressError, InvalidSignature, TransactionError, Unsupported
from walletcore.signing import Signature, sign
from walletcore.testing import check_chain

ERA = chain("zksync", Evm)
LOCAL = replace(ERA, name="local", chain_id=270)
OWN = ERA.address(ALICE.public_key)
OTHER, PAYMASTER, TOKEN = (ERA.account(byte * 20) for byte in (b"\xaa", b"\xbb", b"\xcc"))
CODE = bytes(32)
ANYTHING: Any = "0x"
APPROVAL = bytes.fromhex("949431dc")
GENERAL = bytes.fromhex("8c5a3445")


def row_of(case: Case) -> Evm:
    return {"324": ERA, "270": LOCAL}[case.input["chain_id"]]


def call(**changes: Any) -> ZksyncTransaction:
    """Alice's transfer of one ether with some fields changed."""
    fields = {"chain": ERA, "max_fee": 30 * GWEI, "max_priority_fee": GWEI, **changes}
    return ZksyncTransaction(**payment(**fields))


def of_fields(fields: Any, row: Evm, sender: Any) -> ZksyncTransaction:
    names = ("nonce", "max_priority_fee", "max_fee", "gas", "value", "gas_per_pubdata")
    accounts = ("to", "account", "paymaster")
    others: Any = {name: int(fields[name]) for name in names}
    others |= {name: row.account(bytes.fromhex(fields[name])) for name in accounts if name in fields}
    return ZksyncTransaction(
        chain=row,
        sender=sender,
        data=bytes.fromhex(fields["data"]),
        factory_deps=tuple(map(bytes.fromhex, fields["factory_deps"])),
        paymaster_input=bytes.fromhex(fields.get("paymaster_input", "")),
        **others,
    )


def approval(least: int, token: bytes = TOKEN.payload) -> bytes:
    """approvalBased(address,uint256,bytes), with nothing for the paymaster itself."""
    return APPROVAL + b"".join((token.rjust(32, b"\0"), least.to_bytes(32), (96).to_bytes(32), bytes(32)))


# -- published figures


@vectors("evm/zksync", operation="tx.parse", result="valid")
def test_published_transactions_are_read(case: Case) -> None:
    row, raw = row_of(case), bytes.fromhex(case.input["raw"])
    read = row.decode_transaction(raw)
    transaction: Any = read.transaction if isinstance(read, SignedTransaction) else read
    assert isinstance(read, SignedTransaction) is case.expect["signed"]
    assert transaction == of_fields(case.expect["fields"], row, transaction.sender)
    assert keccak(transaction.payload).hex() == case.expect["sighash"]
    if isinstance(read, SignedTransaction):
        assert (read.raw, read.id) == (raw, f"0x{case.expect['id']}")
        assert row.transaction_id(raw) == read.id
        assert row.address(transaction.sender).text == case.expect["sender"]
    else:
        assert transaction.raw == raw


@vectors("evm/zksync", operation="tx.parse", result="invalid")
def test_ET14_published_transactions_in_other_forms_are_refused(case: Case) -> None:
    with pytest.raises(TransactionError) as caught:
        row_of(case).decode_transaction(bytes.fromhex(case.input["raw"]))
    assert caught.value.reason == case.expect["reason"]


@vectors("evm/zksync", operation="codec.encode")
def test_published_bytecode_has_its_hash(case: Case) -> None:
    assert zksync.bytecode_hash(bytes.fromhex(case.input["data"])).hex() == case.expect["encoded"]


@vectors("evm/zksync", operation="address.derive")
def test_a_published_contract_has_its_address(case: Case) -> None:
    row = chain(case.input["chain"], Evm)
    creator = row.parse_address(case.input["creator"])
    assert zksync.create_address(creator, int(case.input["nonce"])).text == case.expect["address"]


def test_create2_joins_its_parts_as_zksync_ethers_does() -> None:
    """The published figure has a salt of one byte, which no contract has: only the order of the parts is compared."""
    creator = ERA.parse_address("0x36615Cf349d7F6344891B1e7CA7C72883F5dc049")
    code = bytes.fromhex("010001cb6a6e8d5f6829522f19fa9568660e0a9cd53b2e8be4deb0a679452e41")
    prefix, padded = keccak(b"zksyncCreate2"), creator.payload.rjust(32, b"\0")
    published = keccak(prefix + padded + b"\x01" + code + keccak(b"\x01"))[12:]
    assert ERA.account(published).text == "0x29bac3E5E8FFE7415F97C956BFA106D70316ad50"
    ours = keccak(prefix + padded + b"\x01".rjust(32, b"\0") + code + keccak(b"\x01"))[12:]
    assert zksync.create2_address(creator, b"\x01".rjust(32, b"\0"), code, b"\x01") == ERA.account(ours)


# -- what is written is read


@st.composite
def calls(draw: st.DrawFn) -> ZksyncTransaction:
    gas = draw(numbers(2**64))
    max_fee = draw(numbers((2**256 - 1) // max(gas, 1) + 1))
    accounts = st.binary(min_size=20, max_size=20).map(ERA.account)
    paymaster = draw(st.none() | accounts.filter(lambda each: any(each.payload)))
    return call(
        gas=gas,
        max_fee=max_fee,
        max_priority_fee=draw(numbers(max_fee + 1)),
        to=draw(accounts),
        value=draw(numbers(2**256)),
        nonce=draw(numbers(2**64 - 1)),
        data=draw(st.binary(max_size=80)),
        account=draw(st.none() | accounts),
        gas_per_pubdata=1 + draw(numbers(2**64 - 1)),
        factory_deps=tuple(draw(st.lists(st.sampled_from([CODE, b"\x01" * 96, b"\xff" * 32]), max_size=3))),
        paymaster=paymaster,
        paymaster_input=b"" if paymaster is None else draw(st.binary(max_size=80)),
    )


@given(calls())
def test_whatever_is_written_is_read_signed_or_not(transaction: ZksyncTransaction) -> None:
    again = ERA.decode_transaction(transaction.raw, keys=[ALICE.public_key])
    assert again == transaction
    assert again.requests() == transaction.requests()
    signed = sign(transaction, ALICE)
    assert ERA.decode_transaction(signed.raw) == signed
    assert ERA.transaction_id(signed.raw) == signed.id


@given(calls(), calls())
def test_two_transactions_are_one_where_the_same_is_signed(one: ZksyncTransaction, other: ZksyncTransaction) -> None:
    """No two spellings of bytes may have one digest: who read the one would have signed the other."""
    assert (one.payload == other.payload) is (one.raw == other.raw)


def test_it_keeps_what_every_subject_promises() -> None:
    paid = call(paymaster=PAYMASTER, paymaster_input=approval(5), factory_deps=(CODE,))
    check_chain(ERA, samples=[call(), paid, call(account=OTHER)], keys=[ALICE.key])


def test_a_signature_that_ecrecover_does_not_know_is_refused() -> None:
    transaction = call()
    answer = ALICE.sign(transaction.requests()[0])
    with pytest.raises(InvalidSignature):
        transaction._encode_signature(Signature(scheme=answer.scheme, data=answer.data, recovery=2))


# -- effects


def test_the_account_is_that_of_the_key_where_nothing_else_is_said() -> None:
    assert call().account == OWN
    moved, fee = call().effects()
    assert moved == Transfer(
        asset=ERA.asset, amount=10**18, source=OWN.account_id, destination=ERA.account(b"\x42" * 20).account_id
    )
    assert fee == Fee(asset=ERA.asset, at_most=21_000 * 30 * GWEI, payer=OWN.account_id)


def test_what_an_account_of_code_makes_of_a_signature_is_open() -> None:
    first, moved, fee = call(account=OTHER).effects()
    assert isinstance(first, Opaque)
    assert OTHER.account_id in first.why
    assert (moved.source, fee.payer) == (OTHER.account_id, OTHER.account_id)  # type: ignore[union-attr]


def test_a_paymaster_pays_the_fee_and_may_ask_for_an_allowance() -> None:
    general = call(paymaster=PAYMASTER, paymaster_input=GENERAL + bytes(64))
    assert general.effects()[1:] == (Fee(asset=ERA.asset, at_most=21_000 * 30 * GWEI, payer=PAYMASTER.account_id),)
    assert call(paymaster=PAYMASTER).effects() == general.effects()
    *same, allowed = call(paymaster=PAYMASTER, paymaster_input=approval(7)).effects()
    assert tuple(same) == general.effects()
    assert allowed == Approve(
        asset=f"{ERA.caip2}/erc20:{TOKEN}", amount=7, spender=PAYMASTER.account_id, source=OWN.account_id
    )


@pytest.mark.parametrize(
    "given",
    [
        b"\x00",
        APPROVAL,
        APPROVAL + bytes(95),
        b"\x95" + approval(7)[1:],
        approval(7, b"\x01" * 21),
        approval(7, b"\x01" * 32),
    ],
    ids=["byte", "selector", "short", "other", "dirty_21", "dirty_32"],
)
def test_what_else_a_paymaster_is_asked_is_opaque(given: bytes) -> None:
    last = call(paymaster=PAYMASTER, paymaster_input=given).effects()[-1]
    assert isinstance(last, Opaque)
    assert (PAYMASTER.account_id in last.why, last.data) == (True, given)


def test_bytecode_that_is_published_is_opaque_and_calls_are_told() -> None:
    effects = call(to=TOKEN, value=0, data=erc20.transfer(OTHER, 5), factory_deps=(CODE,)).effects()
    assert [type(each) for each in effects] == [Transfer, Fee, Opaque]
    assert effects[-1] == Opaque(why=f"publishes bytecode 0x{zksync.bytecode_hash(CODE).hex()}", data=CODE)


# -- refused


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"chain": replace(ERA, dialects=())}, "network", id="ET10_chain"),
        pytest.param({"to": None}, "missing", id="to_none"),
        pytest.param({"sender": None}, "missing", id="nobody"),
        pytest.param({"account": b"\x01" * 20}, "type", id="X16_account"),
        pytest.param({"account": chain("ethereum", Evm).account(bytes(20))}, "network", id="ET08_account"),
        pytest.param({"paymaster": chain("ethereum", Evm).account(b"\x01" * 20)}, "network", id="ET08_paymaster"),
        pytest.param({"paymaster": ERA.account(bytes(20))}, "non-canonical", id="paymaster_zero"),
        pytest.param({"paymaster_input": b"\x01"}, "missing", id="input_only"),
        pytest.param({"paymaster": PAYMASTER, "paymaster_input": "00"}, "type", id="X16_input"),
        pytest.param({"gas_per_pubdata": 0}, "range", id="pubdata_0"),
        pytest.param({"gas_per_pubdata": 2**64}, "range", id="ET02_pubdata"),
        pytest.param({"gas_per_pubdata": True}, "type", id="ET09_pubdata"),
        pytest.param({"max_priority_fee": 31 * GWEI}, "mismatch", id="ET04"),
        pytest.param({"gas": 2**64 - 1, "max_fee": 2**193}, "range", id="ET05"),
        pytest.param({"factory_deps": [CODE]}, "type", id="X16_deps"),
        pytest.param({"factory_deps": (CODE,) * 65}, "type", id="many_deps"),
        pytest.param({"factory_deps": (b"",)}, "length", id="no_code"),
        pytest.param({"factory_deps": (bytes(31),)}, "length", id="ET07_code"),
        pytest.param({"factory_deps": (bytes(64),)}, "length", id="even_code"),
        pytest.param({"factory_deps": (bytes(32 * 65537),)}, "length", id="long_code"),
        pytest.param({"factory_deps": (bytes(32 * 20001), bytes(32 * 20001))}, "too-large", id="much_code"),
        pytest.param({"factory_deps": ("00" * 32,)}, "type", id="X16_code"),
    ],
)
def test_ET02_fields_that_nothing_may_have_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        call(**changes)
    assert caught.value.reason == reason


SIGNED: list[Any] = list(rlp.decode(sign(call(paymaster=PAYMASTER), ALICE).raw[1:]))
HIGH_S = (0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140).to_bytes(32)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        pytest.param(4, b"", "missing", id="to_none"),
        pytest.param(4, bytes(19), "length", id="ET08_to"),
        pytest.param(7, b"\x01", "non-canonical", id="y_parity"),
        pytest.param(8, b"\x01", "non-canonical", id="r"),
        pytest.param(9, b"\x01", "non-canonical", id="s"),
        pytest.param(10, b"\x01", "network", id="ET01_network"),
        pytest.param(10, b"\x00\x01\x44", "non-canonical", id="R27_zeros"),
        pytest.param(11, b"", "missing", id="from_none"),
        pytest.param(11, bytes(21), "length", id="ET08_from"),
        pytest.param(12, b"", "range", id="pubdata_0"),
        pytest.param(13, b"", "type", id="deps_bytes"),
        pytest.param(13, (b"\x01",), "length", id="deps_short"),
        pytest.param(13, ((),), "type", id="deps_list"),
        pytest.param(14, (), "length", id="signature_list"),
        pytest.param(14, bytes(64), "length", id="signature_short"),
        pytest.param(14, bytes(66), "length", id="signature_long"),
        pytest.param(14, b"\x01" * 64 + b"\x00", "range", id="v_0"),
        pytest.param(14, b"\x01" * 64 + b"\x1d", "range", id="v_29"),
        pytest.param(14, bytes(64) + b"\x1b", "range", id="K09_zero"),
        pytest.param(14, b"\x01" * 32 + HIGH_S + b"\x1b", "non-canonical", id="K11_high_s"),
        pytest.param(14, b"\xff" * 64 + b"\x1b", "range", id="K09_above_n"),
        pytest.param(15, b"", "length", id="paymaster_bytes"),
        pytest.param(15, (b"\x01" * 20,), "length", id="paymaster_alone"),
        pytest.param(15, (b"", b""), "length", id="paymaster_none"),
        pytest.param(15, (bytes(20), b""), "non-canonical", id="paymaster_zero"),
        pytest.param(15, (b"\x01" * 20, ()), "type", id="input_list"),
        pytest.param(15, (b"\x01" * 20, b"", b""), "length", id="paymaster_three"),
    ],
)
def test_ET14_bytes_with_other_fields_are_refused(place: int, value: Any, reason: str) -> None:
    fields: list[Any] = [*SIGNED[:place], value, *SIGNED[place + 1 :]]
    for read in (ERA.decode_transaction, ERA.transaction_id):
        with pytest.raises(TransactionError) as caught:
            read(b"\x71" + rlp.encode(fields))
        assert caught.value.reason == reason


@pytest.mark.parametrize("count", [0, 15, 17, 19])
def test_ET14_another_number_of_fields_is_refused(count: int) -> None:
    with pytest.raises(TransactionError) as caught:
        ERA.decode_transaction(b"\x71" + rlp.encode((SIGNED + [b""] * 3)[:count]))
    assert caught.value.reason == "length"


def test_ET11_a_signature_of_another_key_is_that_keys_and_not_the_accounts() -> None:
    """The account stands in the bytes: a foreign signature is none of its own, and is said to be read by its code."""
    signed = sign(call(sender=MALLORY.public_key, account=OWN), MALLORY)
    read = ERA.decode_transaction(signed.raw)
    assert isinstance(read.effects()[0], Opaque)
    with pytest.raises(TransactionError) as caught:
        ERA.decode_transaction(signed.raw, keys=[ALICE.public_key])
    assert caught.value.reason == "mismatch"


def test_there_is_no_id_before_there_is_a_signature() -> None:
    for read in (ERA.transaction_id, lambda raw: zksync.identify(ERA, raw)):
        with pytest.raises(TransactionError) as caught:
            read(call().raw)
        assert caught.value.reason == "missing"


# -- contracts


@pytest.mark.parametrize(
    ("make", "error", "reason"),
    [
        (lambda: zksync.create_address(ANYTHING, 1), AddressError, "type"),
        (lambda: zksync.create_address(chain("ethereum", Evm).account(bytes(20)), 1), Unsupported, "scheme"),
        (lambda: zksync.create_address(replace(OWN, text=OTHER.text), 1), AddressError, "mismatch"),
        (lambda: zksync.create_address(OWN, True), AddressError, "range"),
        (lambda: zksync.create_address(OWN, -1), AddressError, "range"),
        (lambda: zksync.create_address(OWN, 2**128), AddressError, "range"),
        (lambda: zksync.create2_address(OWN, b"", bytes(32)), AddressError, "length"),
        (lambda: zksync.create2_address(OWN, bytes(32), bytes(31)), AddressError, "length"),
        (lambda: zksync.create2_address(OWN, bytes(32), bytes(32), ANYTHING), AddressError, "type"),
        (lambda: create_address(OWN, 1), Unsupported, "scheme"),
        (lambda: create2_address(OWN, bytes(32), init_code=b""), Unsupported, "scheme"),
    ],
    ids=["text", "chain", "spelling", "bool", "minus", "large", "salt", "hash", "input", "ethereums", "ethereums_2"],
)
def test_X16_contracts_of_nothing_are_refused(make: Any, error: type[Exception], reason: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert caught.value.reason == reason  # type: ignore[attr-defined]
