"""A chain that signs or writes in its own way has no PSBTs, and says so before anything is read or built."""

import pytest

from support.bitcoin import BITCOIN, key, reason
from support.relatives import simple_payment
from walletcore.chains import chains
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.errors import TransactionError

ALICE, BOB = key(1).public_key, key(2).public_key
ROWS = [
    row for row in chains() if isinstance(row, BitcoinChain) and row.dialect is not None and not row.dialect.has_psbts
]
PSBT = Psbt.from_transaction(
    Transaction(
        chain=BITCOIN,
        inputs=(Input(txid="11" * 32, vout=0, value=9_000, key=ALICE),),
        outputs=(TxOut(value=8_000, script_pubkey=b"\x00\x14" + bytes(20)),),
    )
)
named = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_there_are_such_rows() -> None:
    assert {"bitcoin-sv", "bitcoin-gold", "zcash", "decred"} <= {row.name for row in ROWS}


@named
def test_a_psbt_is_refused_by_a_chain_with_a_dialect(row: BitcoinChain) -> None:
    assert reason(TransactionError, Psbt.decode, row, PSBT.raw) == "network"
    assert reason(TransactionError, Psbt.parse, row, str(PSBT)) == "network"
    maps = {"globals": PSBT.globals, "inputs": PSBT.inputs, "outputs": PSBT.outputs}
    assert reason(TransactionError, Psbt, chain=row, **maps) == "network"


@named
def test_a_transaction_of_such_a_chain_becomes_no_psbt(row: BitcoinChain) -> None:
    assert reason(TransactionError, Psbt.from_transaction, simple_payment(row, ALICE, BOB)) == "network"


@named
def test_nothing_is_built_on_such_a_chain(row: BitcoinChain) -> None:
    (spent,) = simple_payment(row, ALICE, BOB).inputs
    change, payments = row.address(ALICE), [pay(row.address(BOB), 30_000)]
    options = {"inputs": [spent], "payments": payments, "change": change, "fee_rate": 1_000}
    with pytest.raises(TransactionError, match="has no PSBTs") as caught:
        build(row, **options)  # type: ignore[arg-type]
    assert caught.value.reason == "network"
