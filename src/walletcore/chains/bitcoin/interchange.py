"""Transactions between signers, as PSBTs, both ways; and the form of the network, read.

BIP-174 (UTXOs, BIP-32 derivations), BIP-371 (internal key, merkle root), BIP-144.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import HASH_TYPES, Input, previous_output, spendable_kind
from walletcore.chains.bitcoin.psbt import MAGIC, Psbt, PsbtInput
from walletcore.chains.bitcoin.script import KEY_KINDS
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import InvalidKey, TransactionError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path

__all__ = ["decode_transaction", "encode_psbt"]


def encode_psbt(unsigned: Tx, inputs: Sequence[Input]) -> bytes:
    """The PSBT of an unsigned transaction and what is known of its inputs."""
    return Psbt(unsigned_tx=unsigned, inputs=tuple(_fields(each) for each in inputs)).encode()


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
    tx, known = psbt.unsigned_tx, _keys_by_script(keys)
    inputs = []
    for index, (outpoint, fields) in enumerate(zip(tx.inputs, psbt.inputs, strict=True)):
        try:
            inputs.append(_input(outpoint, fields, known))
        except TransactionError as error:
            raise TransactionError(f"input {index}: {error}", reason=error.reason) from None
    return Transaction(chain=chain, inputs=tuple(inputs), outputs=tx.outputs, version=tx.version, locktime=tx.locktime)


def _fields(each: Input) -> PsbtInput:
    """The fields from which `_input` makes the same input again."""
    if each.spent is None:
        return PsbtInput()
    known = PsbtInput(
        non_witness_utxo=each.previous,
        witness_utxo=each.spent,
        sighash_type=HASH_TYPES[each.kind] or None,  # taproot's default is stated by silence
        tap_merkle_root=each.merkle_root,
    )
    if each.key is None:
        return known
    key = each.key.data
    origin = each.origin or KeyOrigin(hash160(key)[:4], Path())  # BIP-32, "Key identifiers": the root of its own tree
    if each.kind == "p2tr":
        return replace(known, tap_internal_key=key[1:], tap_bip32_derivation=((key[1:], origin),))
    return replace(known, bip32_derivation=((key, origin),))


def _keys_by_script(keys: Iterable[PublicKey]) -> dict[bytes, PublicKey]:
    """The keys by the scripts that they can spend, without script trees."""
    return {KEY_KINDS[kind](key.data, b"").script_pubkey: key for key in keys for kind in HASH_TYPES}


def _input(outpoint: TxIn, fields: PsbtInput, keys: Mapping[bytes, PublicKey]) -> Input:
    """The input that a PSBT describes; ``keys`` (by script) serve where it names none.

    Raises `TransactionError`: "mismatch" when fields contradict each other, "missing" when they name no output,
    "policy" for a hash type that would leave something open.
    """
    spending = partial(Input, txid=outpoint.txid, vout=outpoint.vout, sequence=outpoint.sequence)
    spent = fields.witness_utxo
    if spent is None and fields.non_witness_utxo:
        spent = previous_output(fields.non_witness_utxo, outpoint.txid, outpoint.vout)
    if spent is None:
        if fields != PsbtInput():
            raise TransactionError("expected the output that is spent", reason="missing")
        return spending()
    kind = spendable_kind(spent.script_pubkey)
    if fields.sighash_type not in (None, HASH_TYPES[kind]):
        raise TransactionError(f"expected sighash type {HASH_TYPES[kind]} for {kind}", reason="policy")
    key, origin = _named_key(fields, kind)
    return spending(
        value=spent.value,
        script_pubkey=spent.script_pubkey,
        key=key or keys.get(spent.script_pubkey),
        merkle_root=fields.tap_merkle_root,
        previous=fields.non_witness_utxo,
        origin=origin,
    )


def _named_key(fields: PsbtInput, kind: str) -> tuple[PublicKey | None, KeyOrigin | None]:
    """The one key that the fields name, if any, and its origin, if that is known."""
    named: dict[bytes, KeyOrigin | None] = {}
    if kind == "p2tr":
        foreign: object = fields.bip32_derivation
        named.update({b"\x02" + x: None for x in (fields.tap_internal_key,) if x})
        named.update({b"\x02" + x: origin for x, origin in fields.tap_bip32_derivation})
    else:
        foreign = fields.tap_internal_key or fields.tap_bip32_derivation or fields.tap_merkle_root
        named.update(fields.bip32_derivation)
    if foreign or len(named) > 1:
        raise TransactionError(f"expected the one key of {kind}", reason="mismatch")
    for data, origin in named.items():
        try:
            return PublicKey(Curve.SECP256K1, data), origin
        except InvalidKey as error:
            raise TransactionError(str(error), reason=error.reason) from None
    return None, None
