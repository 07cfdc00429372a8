"""Deposits of the OP Stack: read, told, and never signed."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, numbers, transfer
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import Deposit, Evm, erc20
from walletcore.coding import rlp
from walletcore.effects import Fee, Opaque, Transfer
from walletcore.errors import GuardRefused, InvalidSignature, TransactionError
from walletcore.signers.case import build
from walletcore.signers.protocol import Subject

BASE = chain("base", Evm)
ALIAS, TO, TOKEN = (BASE.account(byte * 20) for byte in (b"\x11", b"\x22", b"\x33"))


def deposit(**changes: Any) -> Deposit:
    """Return a deposit of one ether with some fields changed."""
    fields: dict[str, Any] = {"chain": BASE, "source_hash": b"\x07" * 32, "source": ALIAS, "to": TO}
    return Deposit(**{**fields, "mint": 10**18, "value": 10**18, "gas": 21_000, **changes})


def read(raw: bytes, row: Evm = BASE) -> SignedTransaction[Deposit]:
    result = row.decode_transaction(raw)
    assert isinstance(result, SignedTransaction)
    return result


@vectors("evm/deposits", result="valid")
def test_published_deposits_are_read(case: Case) -> None:
    raw, fields = bytes.fromhex(case.input["raw"]), case.expect["fields"]
    result = read(raw)
    assert result.transaction == Deposit(
        chain=BASE,
        source_hash=bytes.fromhex(fields["source_hash"]),
        source=BASE.account(bytes.fromhex(fields["source"])),
        to=BASE.account(bytes.fromhex(fields["to"])) if fields["to"] else None,
        data=bytes.fromhex(fields["data"]),
        is_system=fields["is_system"],
        **{name: int(fields[name]) for name in ("mint", "value", "gas")},
    )
    assert (result.raw, result.id, result.answers) == (raw, f"0x{case.expect['id']}", ())
    assert BASE.transaction_id(raw) == result.id


@vectors("evm/deposits", result="invalid")
def test_ET14_a_published_mistake_is_refused(case: Case) -> None:
    with pytest.raises(TransactionError) as caught:
        BASE.decode_transaction(bytes.fromhex(case.input["raw"]))
    assert caught.value.reason == case.expect["reason"]


@given(st.data())
def test_whatever_is_written_is_read(data: st.DataObject) -> None:
    accounts = st.binary(min_size=20, max_size=20).map(BASE.account)
    made = deposit(
        source_hash=data.draw(st.binary(min_size=32, max_size=32)),
        source=data.draw(accounts),
        to=data.draw(st.none() | accounts),
        mint=data.draw(numbers(2**256)),
        value=data.draw(numbers(2**256)),
        gas=data.draw(numbers(2**64)),
        is_system=data.draw(st.booleans()),
        data=data.draw(st.binary(max_size=80)),
    )
    assert read(made.raw).transaction == made


# -- nobody signs one


def test_it_asks_for_no_signature_and_takes_none() -> None:
    made = deposit()
    assert made.requests() == ()
    assert made.assemble(()).raw == made.raw
    with pytest.raises(InvalidSignature):
        made.assemble((ALICE.sign(transfer().requests()[0]),))


def test_ET11_a_key_that_is_said_to_have_signed_it_is_refused() -> None:
    with pytest.raises(TransactionError) as caught:
        BASE.decode_transaction(deposit().raw, keys=[ALICE.public_key])
    assert caught.value.reason == "mismatch"


def test_X_a_guard_takes_no_deposit_for_a_subject() -> None:
    """What asks for no signature cannot be what a request is for, whatever its effects say."""
    for subject in (deposit(), Subject(chain="eip155:8453", raw=deposit().raw)):
        with pytest.raises(GuardRefused) as caught:
            build(subject, bytes(32), ALICE.public_key, {}, None)
        assert caught.value.reason in ("type", "mismatch")


# -- effects


def test_what_appears_and_what_moves_on_is_told_and_no_fee() -> None:
    source, to = ALIAS.account_id, TO.account_id
    assert deposit().effects() == (
        Transfer(asset=BASE.asset, amount=10**18, source="", destination=source),
        Transfer(asset=BASE.asset, amount=10**18, source=source, destination=to),
    )
    assert deposit(mint=0, value=0).effects() == (Transfer(asset=BASE.asset, amount=0, source=source, destination=to),)
    called = deposit(mint=0, value=0, to=TOKEN, data=erc20.transfer(TO, 5)).effects()
    assert called == (Transfer(asset=f"{BASE.caip2}/erc20:{TOKEN}", amount=5, source=source, destination=to),)
    assert not any(isinstance(each, Fee) for each in deposit().effects())


def test_a_contract_that_it_creates_is_opaque() -> None:
    _, created = deposit(to=None, data=b"\x60").effects()
    assert isinstance(created, Opaque)
    assert created.data == b"\x60"


# -- refused


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"chain": chain("ethereum", Evm)}, "network", id="ET10_chain"),
        pytest.param({"chain": None}, "network", id="X16_chain"),
        pytest.param({"source_hash": bytes(31)}, "length", id="hash"),
        pytest.param({"source_hash": "07" * 32}, "length", id="X16_hash"),
        pytest.param({"source": None}, "type", id="source"),
        pytest.param({"source": chain("optimism", Evm).account(bytes(20))}, "network", id="ET08_source"),
        pytest.param({"to": chain("optimism", Evm).account(bytes(20))}, "network", id="ET08_to"),
        pytest.param({"to": replace(TO, text=ALIAS.text)}, "mismatch", id="ET08_spelling"),
        pytest.param({"mint": -1}, "range", id="minus"),
        pytest.param({"mint": True}, "range", id="ET09_mint"),
        pytest.param({"value": 2**256}, "range", id="ET02_value"),
        pytest.param({"gas": 2**64}, "range", id="ET02_gas"),
        pytest.param({"is_system": 1}, "type", id="ET09_system"),
        pytest.param({"data": "00"}, "type", id="X16_data"),
        pytest.param({"data": bytes(2**20 + 1)}, "type", id="large"),
    ],
)
def test_ET02_fields_that_nothing_may_have_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        deposit(**changes)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        pytest.param(0, bytes(31), "length", id="hash"),
        pytest.param(0, (), "length", id="hash_list"),
        pytest.param(1, b"", "range", id="no_source"),
        pytest.param(1, bytes(19), "length", id="ET08_source"),
        pytest.param(2, bytes(21), "length", id="ET08_to"),
        pytest.param(3, b"\x00", "non-canonical", id="R27_zeros"),
        pytest.param(5, b"\x01" + bytes(8), "range", id="ET02_gas"),
        pytest.param(6, b"\x02", "range", id="system_2"),
        pytest.param(6, b"\x00", "non-canonical", id="system_zero"),
        pytest.param(7, (), "type", id="data_list"),
    ],
)
def test_ET14_bytes_with_other_fields_are_refused(place: int, value: Any, reason: str) -> None:
    fields: list[Any] = list(rlp.decode(deposit().raw[1:]))
    fields[place] = value
    with pytest.raises(TransactionError) as caught:
        BASE.decode_transaction(b"\x7e" + rlp.encode(fields))
    assert caught.value.reason == reason


@pytest.mark.parametrize("count", [0, 7, 9, 11])
def test_ET14_another_number_of_fields_is_refused(count: int) -> None:
    fields: list[Any] = (list(rlp.decode(deposit().raw[1:])) + [b""] * 3)[:count]
    with pytest.raises(TransactionError) as caught:
        BASE.decode_transaction(b"\x7e" + rlp.encode(fields))
    assert caught.value.reason == "length"
