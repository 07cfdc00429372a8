"""Published transactions of every type that is read: what is signed, what signing gives, what must be refused."""

from typing import Any

import pytest

from support.evm import ALICE, of_fields, signer
from support.vectors import Case, vectors
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import Evm
from walletcore.errors import TransactionError, Unsupported
from walletcore.signing import sign

OURS = ("any-gas", "low-s", "strict-rlp")
"""The rule sets that are ours, where the published figures follow several."""


REFUSING = ("named-chain-id", "eip-4844", "eip-7702")
"""Those of them that refuse to sign what others sign."""


def refusing(case: Case) -> bool:
    return any(case.expect.get("verdicts", {}).get(rule) == "invalid" for rule in REFUSING)


def row_of(case: Case) -> Evm:
    return Evm(name="other", chain_id=int(case.input["chain_id"]))


def signed(raw: bytes, row: Evm) -> SignedTransaction[Any]:
    decoded = row.decode_transaction(raw)
    assert type(decoded) is SignedTransaction
    return decoded


def is_refused(case: Case) -> None:
    with pytest.raises(TransactionError) as caught:
        row_of(case).decode_transaction(bytes.fromhex(case.input["raw"]))
    assert type(caught.value) is TransactionError
    assert caught.value.reason in case.reasons


def is_read(case: Case) -> None:
    row, expect = row_of(case), case.expect
    result = signed(bytes.fromhex(case.input["raw"]), row)
    transaction = result.transaction
    assert transaction == of_fields(expect["fields"], transaction.sender, row)
    assert (result.raw.hex(), result.id) == (case.input["raw"], f"0x{expect['id']}")
    assert row.address(transaction.sender).text == expect["sender"]
    assert expect.get("sighash", transaction.requests()[0].message.hex()) == transaction.requests()[0].message.hex()


@vectors("evm/legacy", "evm/eip2930", "evm/eip1559", "evm/eip4844", "evm/eip7702", operation="tx.sign")
def test_published_transactions_are_signed_and_read(case: Case) -> None:
    holder = signer(bytes.fromhex(case.input["private_key"]))
    if refusing(case):
        kind = Unsupported if case.input.get("chain_id") == "0" else TransactionError
        with pytest.raises(kind) as caught:
            of_fields(case.input, holder.public_key)
        assert caught.value.reason == case.expect["reason"]
        if case.input["chain_id"] != "0":
            with pytest.raises(TransactionError) as caught:
                row_of(case).decode_transaction(bytes.fromhex(case.expect["raw"]))
            assert caught.value.reason == case.expect["reason"]
        return
    transaction: Any = of_fields(case.input, holder.public_key)
    result: SignedTransaction[Any] = sign(transaction, holder)
    assert transaction.raw.hex() == case.expect["preimage"]
    assert (result.raw.hex(), result.id) == (case.expect["raw"], f"0x{case.expect['id']}")
    assert transaction.chain.address(holder.public_key).text == case.expect["sender"]
    assert signed(result.raw, transaction.chain) == result


@vectors("evm/legacy", "evm/eip2930", "evm/eip1559", "evm/eip4844", "evm/eip7702", operation="tx.preimage")
def test_published_preimages_are_written_and_read(case: Case) -> None:
    transaction = of_fields(case.input, ALICE.public_key)
    (request,) = transaction.requests()
    assert request.payload.hex() == case.expect["preimage"]
    assert request.prehash is not None
    assert (request.prehash.name, request.message.hex()) == (case.expect["prehash"], case.expect["sighash"])
    raw = bytes.fromhex(case.expect["preimage"])
    keys = [ALICE.public_key]
    read = transaction.chain.decode_transaction(
        raw, keys=keys, allow_unprotected=True, allow_endowment=True, allow_every_chain=True
    )
    assert read == transaction


@vectors(
    "evm/legacy",
    "evm/eip2930",
    "evm/eip1559",
    "evm/eip4844",
    "evm/eip7702",
    "evm/transaction-tests",
    operation="tx.parse",
    result="valid",
)
def test_published_signed_transactions_are_read(case: Case) -> None:
    is_read(case)


@vectors(
    "evm/legacy",
    "evm/eip2930",
    "evm/eip1559",
    "evm/eip4844",
    "evm/eip7702",
    "evm/transaction-tests",
    operation="tx.parse",
    result="invalid",
)
def test_ET14_published_mistakes_are_refused(case: Case) -> None:
    is_refused(case)


@vectors("evm/legacy", "evm/eip1559", "evm/transaction-tests", operation="tx.parse", result="rule")
def test_ET14_where_rules_differ_transactions_are_judged_by_ours(case: Case) -> None:
    (ours,) = (rule for rule in OURS if rule in case.expect["verdicts"])
    if case.verdict(ours) == "invalid":
        is_refused(case)
    elif "sender" in case.expect:
        is_read(case)
    else:  # what is yet to be signed
        unsigned = row_of(case).decode_transaction(bytes.fromhex(case.input["raw"]), keys=[ALICE.public_key])
        assert unsigned == of_fields(case.expect["fields"], ALICE.public_key, row_of(case))
