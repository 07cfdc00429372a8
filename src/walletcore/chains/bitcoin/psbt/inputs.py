"""The fields of a PSBT into inputs and outputs of a `Transaction`, and back.

BIP-174 (UTXOs, scripts, BIP-32 derivations), BIP-371 (internal key, merkle root).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.inputs import Input, check_script, previous_output
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.psbt.fields import NO_OUTPUT_FIELDS, PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.psbt.forms import TapOrigin
from walletcore.chains.bitcoin.script import KEY_KINDS, kind_of
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import InvalidKey, TransactionError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.chain import BitcoinChain

__all__ = ["Find", "by_script", "fields_of", "nobody", "output_fields_of", "transaction_of"]

_COMPRESSED = 33  # bytes
_NAMES = {number: name for name, number in HASH_TYPES.items()}

Derivation = tuple[bytes, KeyOrigin]


def transaction_of(
    chain: BitcoinChain,
    tx: Tx,
    inputs: Sequence[PsbtInput],
    outputs: Sequence[PsbtOutput],
    *,
    find: Find,
    allowed: Collection[str] = HASH_TYPES,
) -> Transaction:
    """What the maps of a PSBT describe. ``find`` finds keys that they do not name; ``allowed`` are hash types.

    Raises `TransactionError` with the place: "mismatch" where fields contradict each other.
    """
    made, paid = [], []
    place = ""
    try:
        for index, (outpoint, fields) in enumerate(zip(tx.inputs, inputs, strict=True)):
            place = f"input {index}"
            made.append(_input(outpoint, fields, find, allowed))
        for index, (output, owner) in enumerate(zip(tx.outputs, outputs, strict=True)):
            place = f"output {index}"
            paid.append(_output(output, owner))
    except TransactionError as error:
        raise TransactionError(f"{place}: {error}", reason=error.reason, hint=error.hint) from None
    version, locktime = tx.version, tx.locktime
    return Transaction(chain=chain, inputs=tuple(made), outputs=tuple(paid), version=version, locktime=locktime)


# Values into fields


def fields_of(each: Input) -> PsbtInput:
    """The fields from which the same input is made again."""
    if each.spent is None:
        return PsbtInput()
    proven = each.is_legacy or (each.kind == "p2sh" and each.previous)  # BIP-174: a witness UTXO is for segwit
    key = each.key.data[1:] if each.key and each.kind == "p2tr" else b""
    derivations = _derivations(each.kind, each.keys, {key: each.origin_of(key) for key in each.keys}, each.lock)
    return PsbtInput(
        **_given(
            non_witness_utxo=each.previous,
            witness_utxo=None if proven else each.spent,
            sighash_type=each.hash_type,  # taproot's default is stated by silence
            redeem_script=each.redeem_script,
            witness_script=each.witness_script,
            tap_merkle_root=each.merkle_root,
            tap_internal_key=key,
            tap_bip32_derivation=_tap_origins(derivations) if key else (),
            bip32_derivation=() if key else derivations,
        )
    )


def output_fields_of(output: TxOut) -> PsbtOutput:
    """The fields that say whose an output is: of change."""
    lock = output.lock
    if lock is None:
        return NO_OUTPUT_FIELDS
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


# Fields into values


@dataclass(frozen=True, slots=True)
class _Named:
    """What fields say of the keys of an output: one key, or the origins of keys that stand in its script."""

    key: PublicKey | None = None
    origin: KeyOrigin | None = None
    origins: tuple[tuple[PublicKey, KeyOrigin], ...] = ()


Find = Callable[[bytes], PublicKey | None]
"""Finds a key by the output script."""
_OF_OUTPUT = {"p2wpkh": "p2wpkh", "p2tr": "p2tr", "p2pkh": "p2pkh", "p2sh": "p2sh-p2wpkh", "p2wsh": "p2wsh"}
"""Kind of an output script -> the kind of a key that alone can spend it."""


def nobody(_: bytes) -> None:
    """Finds no key."""


def by_script(keys: Sequence[PublicKey]) -> Find:
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


def _input(outpoint: TxIn, fields: PsbtInput, find: Find, allowed: Collection[str]) -> Input:
    """The input that a map describes; ``find`` serves where it names no key.

    Raises `TransactionError`: "mismatch" when fields contradict each other, "missing" when they name no output,
    "policy" for a hash type that would leave something open.
    """
    previous, spent = fields.non_witness_utxo or b"", fields.witness_utxo
    if spent is None and previous:
        spent = previous_output(previous, outpoint.txid, outpoint.vout)
    if spent is None:
        _check_unknown(fields)
        return Input.unknown(outpoint)
    check_script(spent)
    script_pubkey = spent.script_pubkey
    known: dict[str, Any] = {} if fields.is_final else _known(script_pubkey, fields, find, allowed)
    return Input(
        txid=outpoint.txid,
        vout=outpoint.vout,
        sequence=outpoint.sequence,
        value=spent.value,
        script_pubkey=script_pubkey,
        previous=previous,
        **known,
    )


_OF_SPENT = (0x02, 0x03, 0x04, 0x05, 0x06, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18)
"""Fields that say something of the output that is spent, which so must be known."""


def _check_unknown(fields: PsbtInput) -> None:
    if not fields.is_final and any(key[0] in _OF_SPENT for key, _ in fields.records):
        raise TransactionError("expected the output that is spent", reason="missing")


def _known(script_pubkey: bytes, fields: PsbtInput, find: Find, allowed: Collection[str]) -> dict[str, Any]:
    """What is known of an input beside the output that it spends."""
    merkle_root = fields.tap_merkle_root or b""
    named = _named(script_pubkey, fields, merkle_root)
    return {
        "key": named.key or (None if named.origins else find(script_pubkey)),
        "merkle_root": merkle_root,
        "redeem_script": fields.redeem_script or b"",
        "witness_script": fields.witness_script or b"",
        "sighash": _sighash(fields.sighash_type, _is_taproot(script_pubkey), allowed),
        "origin": named.origin,
        "origins": named.origins,
    }


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
    if fields is NO_OUTPUT_FIELDS or fields == NO_OUTPUT_FIELDS:
        return output
    redeem_script, witness_script = fields.redeem_script or b"", fields.witness_script or b""
    named = _named(output.script_pubkey, fields)
    origins = named.origins
    if named.key is not None and named.origin is not None:
        origins = ((named.key, named.origin),)
    if named.key is None and not (origins or redeem_script or witness_script):
        return output
    lock = Lock(
        key=named.key,
        script_pubkey=output.script_pubkey,
        redeem_script=redeem_script,
        witness_script=witness_script,
        origins=origins,
    )
    return TxOut(value=output.value, script_pubkey=output.script_pubkey, lock=lock)


def _is_taproot(script_pubkey: bytes) -> bool:
    return kind_of(script_pubkey) == "p2tr"


def _named(script_pubkey: bytes, fields: PsbtInput | PsbtOutput, merkle_root: bytes = b"") -> _Named:
    """The keys that the fields name and their origins, if those are known."""
    named: dict[bytes, KeyOrigin | None] = {}
    internal = fields.tap_internal_key
    if _is_taproot(script_pubkey):
        foreign: object = fields.bip32_derivation
        named.update({b"\x02" + x: None for x in (internal,) if x})
        derivations = fields.tap_bip32_derivation  # keys of leaves are no keys of the output
        named.update({b"\x02" + x: each.origin for x, each in derivations if x == internal or not each.leaf_hashes})
    else:
        foreign = internal or fields.tap_bip32_derivation or merkle_root
        if isinstance(fields, PsbtInput):
            named.update(dict.fromkeys([key for key, _ in fields.partial_sig]))
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
