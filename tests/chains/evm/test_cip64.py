"""CIP-64 transactions of Celo: published figures, and fees in the token that pays for gas."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, access_lists, numbers, payment, signer
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import GWEI, Evm, FeeCurrencyTransaction
from walletcore.coding import rlp
from walletcore.effects import Fee
from walletcore.errors import TransactionError
from walletcore.signing import sign
from walletcore.testing import check_chain

CELO = chain("celo", Evm)
CUSD = CELO.parse_address("0x765DE816845861e75A25fCA122bb6898B8B1282a")


def paid_in_dollars(**changes: Any) -> FeeCurrencyTransaction:
    """Alice's transfer of one CELO, whose gas is paid in cUSD, with some fields changed."""
    fields = {"chain": CELO, "max_fee": 30 * GWEI, "max_priority_fee": GWEI, "fee_currency": CUSD, **changes}
    return FeeCurrencyTransaction(**payment(**fields))


def of_fields(fields: Any, sender: Any) -> FeeCurrencyTransaction:
    numbers: Any = {name: int(fields[name]) for name in ("nonce", "max_priority_fee", "max_fee", "gas", "value")}
    entries = fields["access_list"]
    return FeeCurrencyTransaction(
        chain=CELO,
        sender=sender,
        to=CELO.account(bytes.fromhex(fields["to"])) if fields["to"] else None,
        data=bytes.fromhex(fields["data"]),
        access_list=tuple((bytes.fromhex(a), tuple(map(bytes.fromhex, keys))) for a, keys in entries),
        fee_currency=CELO.account(bytes.fromhex(fields["fee_currency"])),
        **numbers,
    )


# -- published figures


@vectors("evm/cip64", operation="tx.preimage")
def test_published_preimages_are_written_and_read(case: Case) -> None:
    transaction = of_fields(case.input, ALICE.public_key)
    (request,) = transaction.requests()
    assert (request.payload.hex(), request.message.hex()) == (case.expect["preimage"], case.expect["sighash"])
    assert CELO.decode_transaction(transaction.raw, keys=[ALICE.public_key]) == transaction


@vectors("evm/cip64", operation="tx.sign")
def test_published_transactions_are_signed_and_read(case: Case) -> None:
    holder = signer(bytes.fromhex(case.input["private_key"]))
    transaction = of_fields(case.input, holder.public_key)
    result = sign(transaction, holder)
    assert (transaction.raw.hex(), result.raw.hex()) == (case.expect["preimage"], case.expect["raw"])
    assert result.id == CELO.transaction_id(result.raw) == f"0x{case.expect['id']}"
    assert CELO.decode_transaction(result.raw) == result
    assert CELO.address(holder.public_key).text == case.expect["sender"]


@vectors("evm/cip64", operation="tx.parse")
def test_published_signed_transactions_are_read(case: Case) -> None:
    result = CELO.decode_transaction(bytes.fromhex(case.input["raw"]))
    assert isinstance(result, SignedTransaction)
    transaction = result.transaction
    assert transaction == of_fields(case.expect["fields"], transaction.sender)
    assert (result.raw.hex(), result.id) == (case.input["raw"], f"0x{case.expect['id']}")
    assert CELO.address(transaction.sender).text == case.expect["sender"]
    assert transaction.requests()[0].message.hex() == case.expect["sighash"]


# -- what is written is read


@given(st.data())
def test_whatever_is_written_is_read(data: st.DataObject) -> None:
    gas = data.draw(numbers(2**64))
    max_fee = data.draw(numbers((2**256 - 1) // max(gas, 1) + 1))
    transaction = paid_in_dollars(
        allow_endowment=True,
        gas=gas,
        max_fee=max_fee,
        max_priority_fee=data.draw(numbers(max_fee + 1)),
        to=data.draw(st.none() | st.binary(min_size=20, max_size=20).map(CELO.account)),
        value=data.draw(numbers(2**256)),
        nonce=data.draw(numbers(2**64 - 1)),
        data=data.draw(st.binary(max_size=80)),
        access_list=data.draw(access_lists()),
        fee_currency=data.draw(st.none() | st.binary(min_size=20, max_size=20).map(CELO.account)),
    )
    assert CELO.decode_transaction(transaction.raw, keys=[ALICE.public_key], allow_endowment=True) == transaction


def test_it_keeps_what_every_subject_promises() -> None:
    check_chain(CELO, samples=[paid_in_dollars(), paid_in_dollars(to=None, value=0, data=b"\x60")], keys=[ALICE.key])


# -- effects


def test_T13_the_fee_is_one_in_the_token_that_pays() -> None:
    """A limit on CELO must not count it, and one on the token must."""
    fees = [each for each in paid_in_dollars().effects() if isinstance(each, Fee)]
    payer = CELO.address(ALICE.public_key).account_id
    assert fees == [Fee(asset=f"eip155:42220/erc20:{CUSD}", at_most=21_000 * 30 * GWEI, payer=payer)]


def test_without_a_fee_currency_the_fee_is_in_the_chains_own_coin() -> None:
    payer = CELO.address(ALICE.public_key).account_id
    assert paid_in_dollars(fee_currency=None).effects()[1:] == (
        Fee(asset=CELO.asset, at_most=21_000 * 30 * GWEI, payer=payer),
    )


def test_T13_what_a_chain_takes_beside_the_gas_is_in_its_own_coin() -> None:
    row = replace(CELO, data_fee=None)
    fees = paid_in_dollars(chain=row, fee_currency=row.account(CUSD.payload)).effects()[1:]
    assert [(each.asset, each.at_most) for each in fees if isinstance(each, Fee)] == [
        (f"eip155:42220/erc20:{CUSD}", 21_000 * 30 * GWEI),
        (CELO.asset, None),
    ]


# -- refused


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chain": replace(CELO, dialects=())}, "network"),
        ({"fee_currency": chain("ethereum", Evm).account(CUSD.payload)}, "network"),
        ({"fee_currency": CUSD.text}, "type"),
        ({"fee_currency": replace(CUSD, text=CUSD.text.lower())}, "mismatch"),
        ({"max_priority_fee": 31 * GWEI}, "mismatch"),
        ({"max_fee": 2**256, "max_priority_fee": 0}, "range"),
        ({"gas": 2**64 - 1, "max_fee": 2**193}, "range"),
        ({"nonce": 2**64 - 1}, "range"),
        ({"value": True}, "type"),
        ({"access_list": [(b"", ())]}, "type"),
    ],
    ids=[
        "ET10_chain",
        "ET08_of_ethereum",
        "X16_text",
        "ET08_case",
        "ET04",
        "ET02",
        "ET05",
        "ET03",
        "ET09",
        "list",
    ],
)
def test_ET02_ET10_fields_that_nothing_may_have_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        paid_in_dollars(**changes)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (9, bytes(19), "length"),
        (9, (), "length"),
        (0, b"\x01", "network"),
        (5, bytes(21), "length"),
        (3, b"\x00\x01", "non-canonical"),
        (8, b"", "type"),
    ],
    ids=["ET08_short", "list", "ET01_network", "ET08_to", "R27_zeros", "ET14_list"],
)
def test_ET14_bytes_with_other_fields_are_refused(place: int, value: Any, reason: str) -> None:
    fields: list[Any] = list(rlp.decode(paid_in_dollars().raw[1:]))
    fields[place] = value
    with pytest.raises(TransactionError) as caught:
        CELO.decode_transaction(b"\x7b" + rlp.encode(fields))
    assert caught.value.reason == reason


@pytest.mark.parametrize("count", [0, 9, 11, 12, 14])
def test_ET14_another_number_of_fields_is_refused(count: int) -> None:
    fields: list[Any] = (list(rlp.decode(paid_in_dollars().raw[1:])) + [b""] * 4)[:count]
    with pytest.raises(TransactionError) as caught:
        CELO.decode_transaction(b"\x7b" + rlp.encode(fields))
    assert caught.value.reason == "length"
