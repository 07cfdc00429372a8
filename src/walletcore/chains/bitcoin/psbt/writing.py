"""Inputs and outputs of a `Transaction` into the fields of a PSBT, from which the same are made again.

BIP-174 (UTXOs, scripts, BIP-32 derivations), BIP-371 (internal key, merkle root).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.locks import ONE_LEAF, Lock
from walletcore.chains.bitcoin.psbt.codec import DRAFT, Draft, Packet
from walletcore.chains.bitcoin.psbt.conversion import converted
from walletcore.chains.bitcoin.psbt.fields import NO_OUTPUT_FIELDS, PsbtGlobals, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.psbt.forms import Leaf, TapOrigin
from walletcore.chains.bitcoin.psbt.outputs import has_outputs
from walletcore.chains.bitcoin.tx import TxOut
from walletcore.errors import TransactionError
from walletcore.hashes import hash160
from walletcore.keys import PublicKey
from walletcore.path import KeyOrigin, Path

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.transaction import Transaction

__all__ = ["fields_of", "output_fields_of", "packet_of"]

Derivation = tuple[bytes, KeyOrigin]


def packet_of(transaction: Transaction, version: int) -> Packet:
    """The maps of a transaction. Raises `TransactionError`."""
    if transaction.extra is not None:
        raise TransactionError("no field of a PSBT says what the transaction has beside", reason="unknown")
    tx = transaction._unsigned
    draft = Draft(version=tx.version, inputs=tx.inputs, outputs=tx.outputs, locktime=tx.locktime)
    packet = Packet(
        version=0,
        globals=PsbtGlobals(unsigned_tx=DRAFT.encode(draft)),
        inputs=tuple(map(fields_of, transaction.inputs)),
        outputs=tuple(map(output_fields_of, transaction.outputs)),
        draft=draft,
    )
    return converted(packet, draft, version)


def fields_of(each: Input) -> PsbtInput:
    """The fields from which the same input is made again."""
    if each.spent is None:
        return PsbtInput()
    if each.schnorr:
        raise TransactionError("no field of a PSBT says that a key signs by Schnorr's scheme", reason="scheme")
    utxo = each.spent.encode() if has_outputs(each.dialect) else each.previous
    # BIP-174: a witness UTXO is for segwit. Where nothing else is known it says the claim, as no other field can: Core
    # makes none for other outputs, reads one and shows its amount, and signs no legacy input by it (src/psbt.cpp).
    claimed = not utxo or not (each.is_legacy or each.kind == "p2sh")
    key = each.key.data[1:] if each.key and each.kind == "p2tr" and each.leaf is None else b""
    derivations = _derivations(each.kind, each.keys, {key: each.origin_of(key) for key in each.keys}, each.lock)
    leaf = _leaf_fields(each)
    return PsbtInput(
        **_given(
            non_witness_utxo=utxo,
            witness_utxo=each.spent if claimed else None,
            sighash_type=each.hash_type,  # taproot's default is stated by silence
            **leaf,
            redeem_script=each.redeem_script,
            witness_script=each.witness_script,
            tap_merkle_root=each.merkle_root,
            tap_internal_key=key,
            **({} if leaf else {"tap_bip32_derivation" if key else "bip32_derivation": _origins(derivations, key)}),
        )
    )


def _origins(derivations: tuple[Derivation, ...], key: bytes) -> tuple[Any, ...]:
    return _tap_origins(derivations) if key else derivations


def _leaf_fields(each: Input) -> dict[str, Any]:
    """A leaf, and the keys in it that have an origin. The internal key is in the control block, and is not named."""
    if each.leaf is None or each.lock is None:
        return {}
    hashes = (each.leaf.hash,)
    known = dict(each.lock.origins)
    return {
        "tap_leaf_script": ((each.control_block, Leaf(each.leaf_script)),),
        "tap_bip32_derivation": tuple(
            [(key.data[1:], TapOrigin(origin, hashes if key in each.keys else ())) for key, origin in known.items()]
        ),
    }


def output_fields_of(output: TxOut) -> PsbtOutput:
    """The fields that say whose an output is: of change."""
    lock = output.lock
    if lock is None:
        return NO_OUTPUT_FIELDS
    if lock.leaf is not None:
        return _tree_fields(lock)
    key = lock.key.data[1:] if lock.key and lock.kind == "p2tr" else b""
    derivations = _derivations(lock.kind, lock.keys, dict(lock.origins), lock)
    return PsbtOutput(
        **_given(
            redeem_script=lock.redeem_script,
            witness_script=lock.witness_script,
            tap_internal_key=key,
            tap_bip32_derivation=_tap_origins(derivations) if key else (),
            bip32_derivation=() if key else derivations,
        )
    )


def _tree_fields(lock: Lock) -> PsbtOutput:
    """The tree of an output that has one leaf, and the keys in it that have an origin: the field has whole trees."""
    if lock.leaf is None or lock.key is None or len(lock.control_block) > ONE_LEAF:
        return NO_OUTPUT_FIELDS
    hashes, origins = (lock.leaf.hash,), dict(lock.origins)
    return PsbtOutput(
        tap_internal_key=lock.key.data[1:],
        tap_tree=(Leaf(lock.leaf_script),),
        tap_bip32_derivation=tuple(
            [(key.data[1:], TapOrigin(origins[key], hashes)) for key in lock.keys if key in origins]
        ),
    )


def _given(**values: Any) -> dict[str, Any]:
    """Those that say something."""
    return {name: value for name, value in values.items() if value}


def _tap_origins(derivations: Sequence[Derivation]) -> tuple[tuple[bytes, TapOrigin], ...]:
    return tuple((key, TapOrigin(origin)) for key, origin in derivations)


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
