"""Kinds of outputs that can still be spent, and that no new output may have: P2SH of Bitcoin SV."""

import pytest

from support.bitcoin import MULTISIG, key, reason, signer
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.script import p2sh
from walletcore.errors import AddressError, TransactionError
from walletcore.hashes import hash160
from walletcore.signing import sign

BSV = chain("bitcoin-sv", BitcoinChain)
ALICE = key(1).public_key
ADDRESS = BSV.address_of(p2sh(hash160(MULTISIG)))
SCRIPT = BSV.script_pubkey(ADDRESS)


def paying(output: TxOut, **guard: object) -> Transaction:
    parts = guard or {"key": ALICE}
    spent = Input(txid="11" * 32, vout=0, value=70_000, dialect=BSV.dialect, **parts)  # type: ignore[arg-type]
    return Transaction(chain=BSV, inputs=(spent,), outputs=(output,))


def test_no_address_of_a_script_is_handed_out() -> None:
    assert reason(AddressError, BSV.script_address, MULTISIG, kind="p2sh") == "policy"
    assert chain("bitcoin-cash", BitcoinChain).script_address(MULTISIG, kind="p2sh").kind == "p2sh"


def test_an_address_that_others_have_is_read_and_not_paid() -> None:
    assert BSV.parse_address(str(ADDRESS)) == ADDRESS
    assert reason(AddressError, BSV.parse_address, str(ADDRESS), require_spendable=True) == "policy"
    assert reason(TransactionError, pay, ADDRESS, 1_000) == "policy"
    outputs = [TxOut(value=1_000, script_pubkey=SCRIPT), pay(ADDRESS, 1_000, require_spendable=False)]
    for output in [*outputs, change(redeem_script=MULTISIG, value=1_000, dialect=BSV.dialect)]:
        assert reason(TransactionError, paying, output) == "policy"


@pytest.mark.parametrize("known", [True, False])
def test_older_outputs_are_spent_and_older_transactions_are_read(known: bool) -> None:
    paid = pay(BSV.address(ALICE), 60_000)
    tx = paying(paid, redeem_script=MULTISIG)
    assert tx.inputs[0].kind == "p2sh"
    raw = sign(tx, signer(1), signer(2)).raw
    if not known:
        raw = raw.replace(paid.script_pubkey, SCRIPT).replace(bytes((25,)) + SCRIPT, bytes((23,)) + SCRIPT)
    read = BSV.decode_transaction(raw)
    assert read.transaction.outputs[0].script_pubkey == (paid.script_pubkey if known else SCRIPT)  # type: ignore[union-attr]
