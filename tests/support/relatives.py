"""A transaction of every row of Bitcoin's relatives that has a form of its own, or no witnesses."""

from typing import Any

from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.relatives.decred import DecredFields
from walletcore.chains.bitcoin.relatives.horizen import guarded
from walletcore.chains.bitcoin.relatives.stamped import Stamp
from walletcore.chains.bitcoin.relatives.zcash import ZcashFields
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.keys import PublicKey

__all__ = ["BLOCK", "simple_payment"]

BLOCK = "0000000004561422697a29d424d925334db5ef2e80232306a1ad3fd35f72dc81"
FIELDS: dict[str, dict[str, Any]] = {
    "zcash": {"version": 5, "extra": ZcashFields(branch=0x37A5165B)},
    "komodo": {"version": 4, "extra": ZcashFields(branch=0x76B809BB)},
    "flux": {"version": 4, "extra": ZcashFields(branch=0x76B809BB)},
    "decred": {"version": 1, "extra": DecredFields(expiry=7)},
    "verge": {"version": 1, "extra": Stamp(time=1_656_474_580)},
    "neblio": {"version": 1, "extra": Stamp(time=1_656_474_580)},
    "horizen": {"version": 1},
    "bitcoin-diamond": {"version": 12, "extra": Stamp(block_hash=BLOCK)},
}


def simple_payment(row: BitcoinChain, key: PublicKey, to: PublicKey, value: int = 50_000) -> Transaction:
    """Pay 40,000 of what P2PKH of one key has to the default address of another: the rest of ``value`` is the fee."""
    fields = FIELDS.get(row.name.removesuffix("-testnet").removesuffix("-regtest"), {})
    mine = row.script_pubkey(row.address(key, kind="p2pkh"))
    paid = pay(row.address(to), 40_000)
    if row.name.startswith("horizen"):
        paid = TxOut(value=paid.value, script_pubkey=guarded(paid.script_pubkey, BLOCK, 1_147_624))
    return Transaction(chain=row, inputs=(_spending(row, key, mine, value, fields),), outputs=(paid,), **fields)


def _spending(row: BitcoinChain, key: PublicKey, script_pubkey: bytes, value: int, fields: dict[str, Any]) -> Input:
    """With the transaction that proves its amount, in the form of the chain."""
    outputs = (TxOut(value=value, script_pubkey=script_pubkey),)
    version = fields.get("version", 2)
    source = Tx(version=version, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0)
    if row.dialect is None:
        return Input(txid=source.txid, vout=0, key=key, kind="p2pkh", previous=source.encode())
    raw = row.dialect.encode(source, [None], fields.get("extra"))
    txid = row.dialect.identify(raw)
    return Input(txid=txid, vout=0, key=key, kind="p2pkh", previous=raw, dialect=row.dialect)
