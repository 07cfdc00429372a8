"""Komodo's interest: what inputs may be worth beyond their values, in the fee and in what outputs may claim."""

import pytest

from support.bitcoin import key, reason, signer
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut
from walletcore.chains.bitcoin.relatives.zcash import ZcashFields
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.cli.inspection.bitcoin import oddities
from walletcore.effects import Fee
from walletcore.errors import TransactionError
from walletcore.signing import sign

KMD, FLUX = (chain(name, BitcoinChain) for name in ("komodo", "flux"))
ALICE = key(1).public_key
COIN = 100_000_000
A_TIME, A_HEIGHT = 500_000_000, 499_999_999
MINE = KMD.script_pubkey(KMD.address(ALICE))


def spending(value: int, locktime: int | None, row: BitcoinChain = KMD) -> Input:
    """An input of a transaction with that lock time; None: the transaction is not shown."""
    if locktime is None:
        return Input(txid="11" * 32, vout=0, value=value, key=ALICE, dialect=row.dialect)
    paid = (TxOut(value=value, script_pubkey=MINE),)
    before = Tx(version=1, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=paid, locktime=locktime)
    return Input(txid=before.txid, vout=0, previous=before.encode(), key=ALICE, dialect=row.dialect)


def paying(value: int, *inputs: Input, row: BitcoinChain = KMD) -> Transaction:
    outputs = (TxOut(value=value, script_pubkey=MINE),)
    return Transaction(chain=row, inputs=inputs, outputs=outputs, version=4, extra=ZcashFields(branch=0x76B809BB))


def most_fee(tx: Transaction) -> int | None:
    (found,) = [each.at_most for each in tx.effects() if isinstance(each, Fee)]
    return found


def test_T13_interest_that_is_not_claimed_is_part_of_the_fee() -> None:
    assert most_fee(paying(1_000 * COIN - 1_000, spending(1_000 * COIN, A_TIME))) == 50 * COIN + 1_000
    assert most_fee(paying(1_000 * COIN - 1_000, spending(1_000 * COIN, A_HEIGHT))) == 1_000
    assert most_fee(paying(10 * COIN - 1_001, spending(10 * COIN - 1, A_TIME))) == 1_000  # less than 10 coins
    assert most_fee(paying(10 * COIN - 1_000, spending(10 * COIN, A_TIME))) == COIN // 2 + 1_000
    both = spending(100 * COIN, A_TIME), spending(200 * COIN, 0)
    assert most_fee(paying(300 * COIN, *both)) == 5 * COIN


def test_T13_interest_may_be_claimed_and_no_more() -> None:
    tx = paying(1_004 * COIN, spending(1_000 * COIN, A_TIME))
    assert (most_fee(tx), tx.claimed_fee) == (46 * COIN, -4 * COIN)
    assert sign(tx, signer(1)).raw
    assert KMD.decode_transaction(tx.raw) == tx
    assert "low-fee" not in {each.code for each in oddities(KMD, tx, tx.effects(), b"", ())}
    for value, locktime in ((1_050 * COIN + 1, A_TIME), (1_000 * COIN + 1, A_HEIGHT), (1_000 * COIN + 1, 0)):
        assert reason(TransactionError, paying, value, spending(1_000 * COIN, locktime)) == "range"
    assert reason(TransactionError, paying, 9 * COIN + 1, spending(9 * COIN, A_TIME)) == "range"


def test_where_the_previous_transaction_is_not_shown_there_may_be_interest() -> None:
    assert paying(1_050 * COIN, spending(1_000 * COIN, None)).interest == 50 * COIN
    assert reason(TransactionError, paying, 1_050 * COIN + 1, spending(1_000 * COIN, None)) == "range"


@pytest.mark.parametrize("locktime", [None, A_TIME])
def test_no_other_chain_has_interest(locktime: int | None) -> None:
    assert paying(1, spending(1_000 * COIN, locktime, FLUX), row=FLUX).interest == 0
    assert reason(TransactionError, paying, 11 * COIN, spending(10 * COIN, locktime, FLUX), row=FLUX) == "range"
