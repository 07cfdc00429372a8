"""Transactions between signers, as PSBTs, both ways; and the form of the network, read.

BIP-174 (UTXOs, scripts, BIP-32 derivations), BIP-371 (internal key, merkle root), BIP-144.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import Input, check_script, previous_output
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.psbt import MAGIC, NO_FIELDS, NO_OUTPUT_FIELDS, Derivation, Psbt, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.script import KEY_KINDS, kind_of
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import InvalidKey, TransactionError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path

__all__ = ["decode_transaction", "encode_psbt"]

_COMPRESSED = 33  # bytes
_NAMES = {number: name for name, number in HASH_TYPES.items()}


def encode_psbt(unsigned: Tx, inputs: Sequence[Input]) -> bytes:
    """The PSBT of an unsigned transaction, what is known of its inputs, and whose its change is."""
    outputs = tuple(_output_fields(each) for each in unsigned.outputs)
    return Psbt(unsigned_tx=unsigned, inputs=tuple(_fields(each) for each in inputs), outputs=outputs).encode()


def decode_transaction(
    chain: BitcoinChain, raw: bytes, keys: Sequence[PublicKey], sighash: Collection[str] = ()
) -> Transaction | SignedTransaction[Transaction]:
    """A PSBT becomes a `Transaction`; ``keys`` are found by the scripts that they can spend, where it names none.

    A PSBT that asks for signatures which leave something open is refused, unless ``sighash`` names that hash type.

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
    if type(sighash) not in (tuple, list, set, frozenset) or any(each not in _NAMES.values() for each in sighash):
        raise TransactionError(f"expected a collection of {', '.join(HASH_TYPES)} as sighash", reason="unknown")
    if raw.startswith(MAGIC):
        return _from_psbt(chain, Psbt.decode(raw), keys, {"ALL", "DEFAULT", *sighash})
    tx = Tx.decode(raw)
    inputs = tuple(map(Input.unknown, tx.inputs))
    transaction = Transaction(chain=chain, inputs=inputs, outputs=tx.outputs, version=tx.version, locktime=tx.locktime)
    if tx.is_signed:
        unverified = (None,) * len(tx.inputs)
        return SignedTransaction(chain=chain, raw=raw, transaction=transaction, answers=unverified)
    return transaction


def _from_psbt(chain: BitcoinChain, psbt: Psbt, keys: Sequence[PublicKey], allowed: Collection[str]) -> Transaction:
    tx, find = psbt.unsigned_tx, _by_script(keys)
    inputs, outputs = [], []
    place = ""
    try:
        for index, (outpoint, fields) in enumerate(zip(tx.inputs, psbt.inputs, strict=True)):
            place = f"input {index}"
            inputs.append(_input(outpoint, fields, find, allowed))
        for index, (output, owner) in enumerate(zip(tx.outputs, psbt.outputs, strict=True)):
            place = f"output {index}"
            outputs.append(_output(output, owner))
    except TransactionError as error:
        raise TransactionError(f"{place}: {error}", reason=error.reason, hint=error.hint) from None
    version, locktime = tx.version, tx.locktime
    return Transaction(chain=chain, inputs=tuple(inputs), outputs=tuple(outputs), version=version, locktime=locktime)


# Values into fields


def _fields(each: Input) -> PsbtInput:
    """The fields from which `_input` makes the same input again."""
    if each.spent is None:
        return NO_FIELDS
    proven = each.is_legacy or (each.kind == "p2sh" and each.previous)  # BIP-174: a witness UTXO is for segwit
    key = each.key.data[1:] if each.key and each.kind == "p2tr" else b""
    derivations = _derivations(each.kind, each.keys, {key: each.origin_of(key) for key in each.keys}, each.lock)
    return PsbtInput(
        non_witness_utxo=each.previous,
        witness_utxo=None if proven else each.spent,
        sighash_type=each.hash_type or None,  # taproot's default is stated by silence
        redeem_script=each.redeem_script,
        witness_script=each.witness_script,
        tap_merkle_root=each.merkle_root,
        tap_internal_key=key,
        tap_bip32_derivation=derivations if key else (),
        bip32_derivation=() if key else derivations,
    )


def _output_fields(output: TxOut) -> PsbtOutput:
    lock = output.lock
    if lock is None:
        return NO_OUTPUT_FIELDS
    key = lock.key.data[1:] if lock.key and lock.kind == "p2tr" else b""
    derivations = _derivations(lock.kind, lock.keys, dict(lock.origins), lock)
    return PsbtOutput(
        redeem_script=lock.redeem_script,
        witness_script=lock.witness_script,
        tap_internal_key=key,
        tap_bip32_derivation=derivations if key else (),
        bip32_derivation=() if key else derivations,
    )


def _derivations(
    kind: str, keys: Sequence[PublicKey], origins: Mapping[PublicKey, KeyOrigin | None], lock: Lock | None
) -> tuple[Derivation, ...]:
    """Keys and where they come from; one key alone is named in any case, as the root of its own tree (BIP-32)."""
    found: dict[bytes, KeyOrigin] = {}
    for key in keys:
        origin = origins.get(key)
        if origin is None and len(keys) == 1:
            origin = KeyOrigin(hash160(key.data)[:4], Path())
        if origin is not None:
            written = key.data if lock is None else lock.written(key)
            found[written[1:] if kind == "p2tr" else written] = origin
    return tuple(found.items())


# Fields into values


@dataclass(frozen=True, slots=True)
class _Named:
    """What fields say of the keys of an output: one key, or the origins of keys that stand in its script."""

    key: PublicKey | None = None
    origin: KeyOrigin | None = None
    origins: tuple[tuple[PublicKey, KeyOrigin], ...] = ()


_Find = Callable[[bytes], PublicKey | None]
"""Finds a key by the output script."""
_OF_OUTPUT = {"p2wpkh": "p2wpkh", "p2tr": "p2tr", "p2pkh": "p2pkh", "p2sh": "p2sh-p2wpkh", "p2wsh": "p2wsh"}
"""Kind of an output script -> the kind of a key that alone can spend it."""


def _by_script(keys: Sequence[PublicKey]) -> _Find:
    """Finds keys by the scripts that they can spend, without script trees. Those of a kind are made when one asks.

    A guard gives all keys of a transaction, which may have thousands of them in its scripts.
    """

    @cache
    def of_kind(kind: str) -> dict[bytes, PublicKey]:
        return {KEY_KINDS[kind](key.data, b"").script_pubkey: key for key in keys}

    def find(script_pubkey: bytes) -> PublicKey | None:
        kind = _OF_OUTPUT.get(kind_of(script_pubkey))
        return of_kind(kind).get(script_pubkey) if kind else None

    return find


def _input(outpoint: TxIn, fields: PsbtInput, find: _Find, allowed: Collection[str]) -> Input:
    """The input that a PSBT describes; ``find`` serves where it names no key.

    Raises `TransactionError`: "mismatch" when fields contradict each other, "missing" when they name no output,
    "policy" for a hash type that would leave something open.
    """
    if fields == NO_FIELDS:
        return Input.unknown(outpoint)
    spent = fields.witness_utxo
    if spent is None and fields.non_witness_utxo:
        spent = previous_output(fields.non_witness_utxo, outpoint.txid, outpoint.vout)
    if spent is None:
        raise TransactionError("expected the output that is spent", reason="missing")
    check_script(spent)
    named = _named(spent.script_pubkey, fields, fields.tap_merkle_root)
    return Input(
        txid=outpoint.txid,
        vout=outpoint.vout,
        sequence=outpoint.sequence,
        value=spent.value,
        script_pubkey=spent.script_pubkey,
        key=named.key or (None if named.origins else find(spent.script_pubkey)),
        merkle_root=fields.tap_merkle_root,
        redeem_script=fields.redeem_script,
        witness_script=fields.witness_script,
        previous=fields.non_witness_utxo,
        sighash=_sighash(fields.sighash_type, _is_taproot(spent.script_pubkey), allowed),
        origin=named.origin,
        origins=named.origins,
    )


def _sighash(number: int | None, is_taproot: bool, allowed: Collection[str]) -> str:
    if number is None:
        return ""
    name = _NAMES.get(number, "unknown")
    if name not in allowed or (name == "DEFAULT" and not is_taproot):
        can_be_named = name in HASH_TYPES and name != "DEFAULT"
        hint = f"decode_transaction(raw, sighash=[{name!r}]) allows it" if can_be_named else ""
        raise TransactionError(f"expected signatures over everything, got {name}", reason="policy", hint=hint)
    return name


def _output(output: TxOut, fields: PsbtOutput) -> TxOut:
    """An output with the key or script that a PSBT names; it must be what the output's script was made from."""
    if fields == NO_OUTPUT_FIELDS:
        return output
    named = _named(output.script_pubkey, fields)
    origins = named.origins
    if named.key is not None and named.origin is not None:
        origins = ((named.key, named.origin),)
    lock = Lock(
        key=named.key,
        script_pubkey=output.script_pubkey,
        redeem_script=fields.redeem_script,
        witness_script=fields.witness_script,
        origins=origins,
    )
    return TxOut(value=output.value, script_pubkey=output.script_pubkey, lock=lock)


def _is_taproot(script_pubkey: bytes) -> bool:
    return kind_of(script_pubkey) == "p2tr"


def _named(script_pubkey: bytes, fields: PsbtInput | PsbtOutput, merkle_root: bytes = b"") -> _Named:
    """The keys that the fields name and their origins, if those are known."""
    named: dict[bytes, KeyOrigin | None] = {}
    if _is_taproot(script_pubkey):
        foreign: object = fields.bip32_derivation
        named.update({b"\x02" + x: None for x in (fields.tap_internal_key,) if x})
        named.update({b"\x02" + x: origin for x, origin in fields.tap_bip32_derivation})
    else:
        foreign = fields.tap_internal_key or fields.tap_bip32_derivation or merkle_root
        named.update(fields.bip32_derivation)
    if foreign:
        raise TransactionError("fields of taproot and of other outputs together", reason="mismatch")
    if _names_its_keys(script_pubkey, fields):  # `Lock` takes no others, and has checked that these are points
        found = [(_as_named(data), origin) for data, origin in named.items() if origin is not None]
        if len({key for key, _ in found}) != len(found):
            raise TransactionError("the same key in two forms", reason="duplicate")
        return _Named(origins=tuple(found))
    if len(named) > 1:
        raise TransactionError("expected one key, as no script has several", reason="mismatch")
    pairs = [(_public_key(data), origin) for data, origin in named.items()]
    return _Named(*pairs[0]) if pairs else _Named()


def _names_its_keys(script_pubkey: bytes, fields: PsbtInput | PsbtOutput) -> bool:
    """Whether the script that runs last can only be P2PK or multisig: `Lock` takes no other that is no template."""
    return not kind_of(fields.witness_script or fields.redeem_script or script_pubkey)


def _as_named(data: bytes) -> PublicKey:
    """A key that `Lock` compares with those of its script before anything is done with it."""
    return PublicKey.trusted(Curve.SECP256K1, data) if len(data) == _COMPRESSED else _public_key(data)


def _public_key(data: bytes) -> PublicKey:
    try:
        return PublicKey.parse(Curve.SECP256K1, data)
    except InvalidKey as error:
        raise TransactionError(str(error), reason=error.reason) from None
