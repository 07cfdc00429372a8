"""Bytes that travel between signers, PSBTs, and the form of the network (BIP-144): read as transactions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt import MAGIC, SAFE, Psbt
from walletcore.chains.bitcoin.psbt.finding import by_script
from walletcore.chains.bitcoin.psbt.inputs import ways
from walletcore.chains.bitcoin.relatives.dialect import names_of_types
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PublicKey

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.bip322 import GenericMessage

__all__ = ["decode_transaction"]


def decode_transaction(
    chain: BitcoinChain, raw: bytes, keys: Sequence[PublicKey], sighash: Collection[str] = ()
) -> Transaction | GenericMessage | SignedTransaction[Transaction]:
    """A PSBT becomes a `Transaction`; ``keys`` are found by the scripts that they can spend, where it names none.

    Of a taproot output it asks one way: the internal key if that is known, else the first leaf that is understood and
    ready; but where neither is of the ``keys``, the first such leaf that is. `Psbt` asks for all ways.

    One with a message in it becomes that message, if it is what is signed (BIP-322, "PSBT signer").

    A PSBT that asks for signatures which leave something open is refused, unless ``sighash`` names that hash type; as
    is one with an input before segwit whose amount no previous transaction proves (`Psbt` can be told to believe it).
    The signatures that it carries, and fields without meaning here, are left out: `Psbt` keeps them.

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
    names = tuple(names_of_types(chain.dialect).values())
    if type(sighash) not in (tuple, list, set, frozenset) or any(each not in names for each in sighash):
        raise TransactionError(f"expected a collection of {', '.join(names)} as sighash", reason="unknown")
    if raw.startswith(MAGIC):
        psbt = Psbt.decode(chain, raw)
        described = _by_leaves(psbt, psbt.described(by_script(keys, chain.key_kinds), {*SAFE.allowed, *sighash}), keys)
        _check_claims(described)
        message = psbt.globals.generic_signed_message
        if message is not None:
            from walletcore.chains.bitcoin.bip322 import message_of  # hardly any PSBT has one

            return message_of(message, described)
        return described
    tx = Tx.decode(raw, max_money=chain.max_money)
    inputs = tuple(map(Input.unknown, tx.inputs))
    transaction = Transaction(chain=chain, inputs=inputs, outputs=tx.outputs, version=tx.version, locktime=tx.locktime)
    if tx.is_signed:
        unverified = (None,) * len(tx.inputs)
        return SignedTransaction(chain=chain, raw=raw, transaction=transaction, answers=unverified)
    return transaction


def _check_claims(described: Transaction) -> None:
    """Refuse a claimed amount of an input whose signatures prove none: a `Transaction` has no `Safety` to allow it.

    Raises `TransactionError` ("missing").
    """
    for index, each in enumerate(described.inputs):
        if each.is_legacy and not each.previous and not (each.dialect and each.dialect.signs_amounts):
            message = f"input {index}: expected the previous transaction: signatures prove no amount"
            hint = "Psbt.decode(..., safety=Safety(trust_witness_utxo=True)) believes the claim"
            raise TransactionError(message, reason="missing", hint=hint)


def _by_leaves(psbt: Psbt, described: Transaction, keys: Sequence[PublicKey]) -> Transaction:
    """The same, with inputs spent by a leaf whose keys somebody here holds, where they hold none of the others."""
    own = {key.even_y() for key in keys}
    if not own or not any(fields.tap_leaf_script for fields in psbt.inputs):
        return described
    inputs = list(described.inputs)
    for index, (each, fields) in enumerate(zip(described.inputs, psbt.inputs, strict=True)):
        if own.isdisjoint(key.even_y() for key in each.keys):
            found = (way for way in ways(each, fields, psbt.unsigned_tx) if not own.isdisjoint(way.keys))
            inputs[index] = next(found, each)
    return replace(described, inputs=tuple(inputs))
