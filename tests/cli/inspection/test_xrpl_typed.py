"""What `inspect` and drafts say of the XRP Ledger's transactions by their types."""

import json
from typing import Any

import pytest

from support.commands import PHRASE
from support.xrpl import MAIN, payment
from walletcore import Wallet
from walletcore.chains import chains
from walletcore.chains.xrpl import AccountDelete, Payment, Transaction
from walletcore.cli.drafts import parse
from walletcore.cli.inspection.recognition import recognise
from walletcore.errors import TransactionError

WALLET = Wallet.from_mnemonic(PHRASE)
USD = {"currency": "USD", "issuer": "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B", "value": "10"}
DELETE: dict[str, Any] = {
    "TransactionType": "AccountDelete",
    "Destination": "rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe",
    "Fee": "200000",
    "Sequence": 7,
}


def odd(fields: dict[str, Any]) -> dict[str, str]:
    (finding,) = recognise(Transaction.of(MAIN, fields).raw.hex(), chains())
    return {each.code: each.text for each in finding.odd}


def draft(fields: dict[str, Any], **more: Any) -> Any:
    return parse(json.dumps({"chain": "xrpl", "fields": fields, **more})).build(WALLET)[0]


def test_XR3_a_partial_payment_is_odd() -> None:
    fields = payment(Amount=USD, SendMax=USD)
    assert "partial-payment" not in odd(fields)
    assert "any part" in odd({**fields, "Flags": 0x20000})["partial-payment"]
    assert "partial-payment" not in odd({**fields, "Flags": 0x40000})


def test_a_trust_line_that_others_may_use_is_odd() -> None:
    fields = payment(TransactionType="TrustSet", LimitAmount=USD)
    del fields["Amount"], fields["Destination"]
    assert "rippling" in odd(fields)
    assert "rippling" not in odd({**fields, "Flags": 0x20000})


def test_drafts_become_transactions_of_their_class() -> None:
    fields = {"TransactionType": "Payment", "Destination": DELETE["Destination"], "Amount": "5", "Fee": "12"}
    made = draft({**fields, "Sequence": 1})
    assert (type(made), made.amount, made.account) == (Payment, 5, WALLET.address("xrpl"))
    oracle = {"TransactionType": "OracleDelete", "OracleDocumentID": 1, "Fee": "12", "Sequence": 1}
    assert type(draft(oracle)) is Transaction


def test_XR3_drafts_with_a_peril_are_refused_unless_they_name_it() -> None:
    with pytest.raises(TransactionError) as error:
        draft(DELETE)
    assert error.value.reason == "policy"
    made = draft(DELETE, allow=["account_delete"])
    assert type(made) is AccountDelete
    together = draft(
        DELETE | {"Account": "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"}, allow=["account_delete"], signers=[{"from": {}}]
    )
    assert len(together.requests()) == 1


@pytest.mark.parametrize("allow", ["account_delete", ["everything"], [5], [[]], {}, [None]])
def test_other_words_for_perils_are_refused(allow: Any) -> None:
    with pytest.raises(TransactionError):
        draft(DELETE, allow=allow)


def test_drafts_of_malformed_transactions_are_refused() -> None:
    fields = {"TransactionType": "Payment", "Amount": "5", "Fee": "12", "Sequence": 1}
    with pytest.raises(TransactionError, match="another destination"):
        draft({**fields, "Destination": WALLET.address("xrpl").text})
