"""What nearly all inputs of PSBTs are, P2WPKH and the key path of P2TR with one key and its origin, in one step.

What is read here, `walletcore.chains.bitcoin.psbt.inputs` reads as well, at three times the cost; and it says what is
wrong with what is not.
"""

from __future__ import annotations

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.parts import skimmed
from walletcore.chains.bitcoin.psbt.fields import PsbtInput
from walletcore.chains.bitcoin.psbt.forms import ORIGIN
from walletcore.chains.bitcoin.psbt.maps import Record
from walletcore.chains.bitcoin.tx import TxIn, read_output
from walletcore.curves.secp256k1 import parse_public, taproot_output
from walletcore.errors import InvalidKey, TransactionError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin

__all__ = ["key_of", "plain"]

_COMPRESSED = 33  # bytes
_NON_WITNESS_UTXO, _WITNESS_UTXO, _SIGHASH_TYPE = b"\0", b"\1", b"\3"
_ALL = b"\1\0\0\0"
_P2WPKH, _P2TR = b"\x00\x14", b"\x51\x20"  # how the scripts of these outputs begin
_SHAPES = {
    bytes((*utxos, *key)): kind
    for utxos in ((0x00,), (0x01,), (0x00, 0x01))
    for kind, key in (("p2wpkh", (0x06,)), ("p2wpkh", (0x03, 0x06)), ("p2tr", (0x16, 0x17)))
}
"""The numbers of the fields of an input that has a UTXO and one key with its origin, and nothing else."""


def plain(outpoint: TxIn, fields: PsbtInput) -> Input | None:
    """The input of such a map; None for other ones, and for those that contradict each other."""
    kind = _SHAPES.get(fields._numbers)
    if kind is None:
        return None
    records = fields._records
    previous, utxo = records.get(_NON_WITNESS_UTXO, b""), records.get(_WITNESS_UTXO)
    if previous:
        utxo = _proven(outpoint, previous, utxo)
    if not utxo:
        return None
    spent = read_output(utxo)
    found = (_p2wpkh if kind == "p2wpkh" else _p2tr)(spent.script_pubkey, [*records.items()])
    return None if found is None else Input.plain(outpoint, spent, kind, *found, previous)


def _proven(outpoint: TxIn, previous: bytes, utxo: bytes | None) -> bytes | None:
    """The output that is spent, as the previous transaction has it."""
    skim = skimmed(previous, outpoint.vout)
    if skim is None:
        return None
    txid, output = skim
    return output if txid[::-1].hex() == outpoint.txid and (utxo is None or utxo == output) else None


def _p2wpkh(script_pubkey: bytes, records: list[Record]) -> tuple[PublicKey, KeyOrigin] | None:
    name, origin = records[-1]
    data, (before, hash_type) = name[1:], records[-2]
    if len(data) != _COMPRESSED or script_pubkey != _P2WPKH + hash160(data):
        return None
    if before == _SIGHASH_TYPE and hash_type != _ALL:
        return None
    return key_of(data), ORIGIN.read(origin)


def _p2tr(script_pubkey: bytes, records: list[Record]) -> tuple[PublicKey, KeyOrigin] | None:
    """The internal key, in no leaf."""
    (name, origin), (_, internal) = records[-2:]
    if name[1:] != internal or origin[0]:
        return None
    key = key_of(b"\x02" + internal)
    return (key, ORIGIN.read(origin[1:])) if script_pubkey == _P2TR + taproot_output(key.data, b"")[1:] else None


def key_of(data: bytes) -> PublicKey:
    """The key in 33 bytes, or in 65. Raises `TransactionError`."""
    try:
        return PublicKey.trusted(Curve.SECP256K1, parse_public(data))
    except InvalidKey as error:
        raise TransactionError(str(error), reason=error.reason) from None
