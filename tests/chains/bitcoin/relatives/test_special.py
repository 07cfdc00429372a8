"""Versions that make another transaction of the same bytes: read, and not signed."""

from typing import Any

import pytest

from support.bitcoin import key, reason
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, pay
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import TransactionError

ALICE = key(1).public_key


def paying(name: str, version: int) -> Transaction:
    row = chain(name, BitcoinChain)
    mine = TxOut(value=70_000, script_pubkey=row.script_pubkey(row.address(ALICE, kind="p2pkh")))
    before = Tx(version=1, inputs=(TxIn(txid="77" * 32, vout=0, script_sig=b"\x51"),), outputs=(mine,), locktime=0)
    parts: dict[str, Any] = {"dialect": row.dialect} if row.dialect else {"form": row.form}
    spent = Input(txid=before.txid, vout=0, previous=before.encode(), key=ALICE, kind="p2pkh", **parts)
    outputs = (pay(row.address(ALICE, kind="p2pkh"), 60_000),)
    return Transaction(chain=row, inputs=(spent,), outputs=outputs, version=version)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        *(
            (name, version)
            for name in ("dash", "firo", "pivx")
            for version in (0x10003, 0x50003, 0x8000, 0xFFFF, 2**32 - 1)
        ),
        *(("pivx", version) for version in (3, 4, 0xFFFF)),
    ],
)
def test_the_version_of_a_special_transaction_is_not_signed(name: str, version: int) -> None:
    assert reason(TransactionError, paying, name, version) == "version"


@pytest.mark.parametrize(
    ("name", "versions"),
    [("dash", (1, 2, 3, 4)), ("firo", (1, 2, 3)), ("pivx", (1, 2)), ("litecoin", (2, 3)), ("dogecoin", (1, 0x10003))],
)
def test_other_versions_are_signed(name: str, versions: tuple[int, ...]) -> None:
    assert all(paying(name, version).requests() for version in versions)


def test_a_psbt_with_such_a_version_is_refused() -> None:
    row, raw = chain("dash", BitcoinChain), paying("dash", 3).raw
    place = raw.index(bytes.fromhex("03000000"))
    changed = raw[:place] + bytes.fromhex("03000100") + raw[place + 4 :]
    assert isinstance(row.decode_transaction(raw), Transaction)
    assert reason(TransactionError, row.decode_transaction, changed) == "version"
