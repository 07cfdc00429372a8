"""Keys named in a PSBT whose maker knew only the outputs that are spent (BIP-174, "Updater"; BIP-371).

Bitcoin Core makes such ones without descriptors: `createpsbt`, then `utxoupdatepsbt`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.psbt.constructing import filled
from walletcore.chains.bitcoin.psbt.fields import PsbtInput, PsbtOutput
from walletcore.chains.bitcoin.psbt.finding import by_script
from walletcore.chains.bitcoin.psbt.maps import M
from walletcore.chains.bitcoin.psbt.writing import fields_of, output_fields_of
from walletcore.chains.bitcoin.relatives.dialect import names_of_types
from walletcore.chains.bitcoin.tx import TxOut
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.psbt import Psbt

__all__ = ["Named", "named"]

Named = PublicKey | tuple[PublicKey, KeyOrigin]
_OF_INPUT = frozenset((0x04, 0x05, 0x06, 0x16, 0x17))
"""redeem_script, witness_script, bip32_derivation, tap_bip32_derivation, tap_internal_key; below those of outputs."""
_OF_OUTPUT = frozenset((0x00, 0x01, 0x02, 0x05, 0x07))


def named(psbt: Psbt, keys: Sequence[Named]) -> tuple[tuple[PsbtInput, ...], tuple[PsbtOutput, ...]]:
    """The maps with the keys that alone can spend what they are of. Raises `TransactionError`.

    Records that are there stay as they are; so do inputs that are final, or whose output is not known.
    """
    origins = _origins(keys)
    find, names = by_script(tuple(origins), psbt.chain.key_kinds), names_of_types(psbt.chain.dialect).values()
    described = filled(psbt).described(find, names, prove=False)
    inputs, outputs = list(psbt.inputs), list(psbt.outputs)  # of which there may be none yet
    for place, (each, fields) in enumerate(zip(described.inputs, psbt.inputs, strict=False)):
        key = find(each.script_pubkey)
        if key is not None and not fields.is_final:
            inputs[place] = _with(fields, _of_input(each, key, origins[key]), _OF_INPUT)
    for place, (output, owner) in enumerate(zip(described.outputs, psbt.outputs, strict=False)):
        key = find(output.script_pubkey)
        if key is not None:
            outputs[place] = _with(owner, _of_output(output, key, origins[key], psbt), _OF_OUTPUT)
    return tuple(inputs), tuple(outputs)


def _origins(keys: Sequence[Named]) -> Mapping[PublicKey, KeyOrigin | None]:
    if not isinstance(keys, Sequence):
        raise TransactionError("expected a sequence of keys", reason="type")
    pairs = [each if type(each) is tuple and len(each) == 2 else (each, None) for each in keys]
    for key, origin in pairs:
        is_key = type(key) is PublicKey and key.curve is Curve.SECP256K1
        if not is_key or type(origin) not in (KeyOrigin, type(None)):
            message = "expected public keys of secp256k1, or pairs of one and its KeyOrigin"
            raise TransactionError(message, reason="type")
    return dict(pairs)  # type: ignore[arg-type]  # as has been checked


def _of_input(each: Input, key: PublicKey, origin: KeyOrigin | None) -> PsbtInput:
    """All fields of an input that this key spends."""
    return fields_of(replace(each, key=key, origin=origin))


def _of_output(output: TxOut, key: PublicKey, origin: KeyOrigin | None, psbt: Psbt) -> PsbtOutput:
    """All fields that say that this key can spend an output."""
    is_taproot = output.script_pubkey[0] == 0x51  # OP_1
    origins = () if origin is None else ((key.even_y() if is_taproot else key, origin),)
    lock = Lock(key=key, script_pubkey=output.script_pubkey, origins=origins, dialect=psbt.chain.dialect)
    return output_fields_of(TxOut(value=output.value, script_pubkey=output.script_pubkey, lock=lock))


def _with(fields: M, other: M, numbers: frozenset[int]) -> M:
    """The same map with those records of another one that have these numbers; itself where nothing is to be added.

    An internal key that is named already and is another one leads to the output by a tree that nobody has shown.
    """
    known, found = fields._records, [pair for pair in other.records if pair[0][0] in numbers]
    if any(len(key) == 1 and known.get(key, value) != value for key, value in found):
        return fields
    new = {key: value for key, value in found if key not in known}
    return fields.with_records(new) if new else fields
