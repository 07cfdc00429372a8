"""Bytes back into transactions: a PSBT (BIP-174), or the form of the network (BIP-144)."""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import Input, from_psbt, keys_by_script
from walletcore.chains.bitcoin.psbt import MAGIC, Psbt
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PublicKey

__all__ = ["decode_transaction"]


def decode_transaction(
    chain: BitcoinChain, raw: bytes, keys: Sequence[PublicKey]
) -> Transaction | SignedTransaction[Transaction]:
    """A PSBT becomes a `Transaction`; ``keys`` are found by the scripts that they can spend, where it names none.

    The form of the network says nothing of the outputs that are spent: unsigned, it becomes a `Transaction` that cannot
    be signed; with a witness or script_sig anywhere, a `SignedTransaction` without answers, since signatures over
    unknown amounts cannot be verified. The effects of both leave the fee open. Raises `TransactionError`.
    """
    if type(raw) is not bytes:
        raise TransactionError(f"expected bytes, got {type(raw).__name__}", reason="type")
    if not isinstance(keys, Sequence) or any(
        type(key) is not PublicKey or key.curve is not Curve.SECP256K1 for key in keys
    ):
        raise TransactionError("expected public keys of secp256k1", reason="type")
    if raw.startswith(MAGIC):
        return _from_psbt(chain, Psbt.decode(raw), keys)
    tx = Tx.decode(raw)
    inputs = tuple(Input(txid=each.txid, vout=each.vout, sequence=each.sequence) for each in tx.inputs)
    transaction = Transaction(chain=chain, inputs=inputs, outputs=tx.outputs, version=tx.version, locktime=tx.locktime)
    if tx.witnesses or any(each.script_sig for each in tx.inputs):
        return SignedTransaction(chain=chain, raw=raw, transaction=transaction, answers=())
    return transaction


def _from_psbt(chain: BitcoinChain, psbt: Psbt, keys: Sequence[PublicKey]) -> Transaction:
    tx, known = psbt.unsigned_tx, keys_by_script(keys)
    inputs = []
    for index, (outpoint, fields) in enumerate(zip(tx.inputs, psbt.inputs, strict=True)):
        try:
            inputs.append(from_psbt(outpoint, fields, known))
        except TransactionError as error:
            raise TransactionError(f"input {index}: {error}", reason=error.reason) from None
    return Transaction(chain=chain, inputs=tuple(inputs), outputs=tx.outputs, version=tx.version, locktime=tx.locktime)
