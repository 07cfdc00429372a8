"""What nearly all inputs of PSBTs are, P2WPKH and the key path of P2TR with one key and its origin, in one step.

What is read here, `walletcore.chains.bitcoin.psbt.inputs` reads as well, at three times the cost; and it says what is
wrong with what is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.parts import skimmed
from walletcore.chains.bitcoin.psbt.fields import PsbtInput
from walletcore.chains.bitcoin.psbt.forms import read_origin
from walletcore.chains.bitcoin.tx import TxIn, output_of
from walletcore.curves.secp256k1 import parse_public, taproot_output
from walletcore.errors import InvalidKey, TransactionError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin

__all__ = ["SHAPES", "SIGNED", "key_of", "plain", "prove_keys"]

_COMPRESSED = 33  # bytes
_NON_WITNESS_UTXO, _WITNESS_UTXO, _SIGHASH_TYPE = b"\0", b"\1", b"\3"
_ALL = b"\1\0\0\0"
_P2WPKH, _P2TR = b"\x16\x00\x14", b"\x22\x51\x20"  # how the scripts of these outputs begin, behind their sizes
SHAPES = {
    bytes((*utxos, *key)): kind
    for utxos in ((0x00,), (0x01,), (0x00, 0x01))
    for kind, key in (("p2wpkh", (0x06,)), ("p2wpkh", (0x03, 0x06)), ("p2tr", (0x16, 0x17)))
}
"""The numbers of the fields of an input that has a UTXO and one key with its origin, and nothing else."""
SIGNED = frozenset(bytes(sorted((*shape, 0x02 if kind == "p2wpkh" else 0x13))) for shape, kind in SHAPES.items())
"""The same with a signature."""


def plain(outpoint: TxIn, fields: PsbtInput, prove: bool = True) -> Input | None:
    """The input of such a map; None for other ones, and for those that contradict each other.

    Unless ``prove`` is set, the key of a P2WPKH output is yet to be shown to be a point: see `prove_keys`.
    """
    kind = SHAPES.get(fields._numbers)
    if kind is None:
        return None
    records = fields._records
    previous, utxo = records.get(_NON_WITNESS_UTXO, b""), records.get(_WITNESS_UTXO, b"")
    if previous:
        skim = skimmed(previous, outpoint.vout)
        if skim is None or skim[0] != outpoint.outpoint[:32] or (utxo and utxo != skim[1]):
            return None
        utxo = skim[1]
    found = (_p2wpkh if kind == "p2wpkh" else _p2tr)(utxo[8:], records)
    if found is None:
        return None
    key, origin = found
    if prove and kind == "p2wpkh":
        key_of(key.data)
    spent = output_of(int.from_bytes(utxo[:8], "little"), utxo[9:])  # of the size that this script has
    return Input.plain(outpoint, spent, kind, key, origin, previous)


def _p2wpkh(script: bytes, records: dict[bytes, bytes]) -> tuple[PublicKey, KeyOrigin] | None:
    name, origin = next(reversed(records.items()))
    data = name[1:]
    if len(data) != _COMPRESSED or script != _P2WPKH + hash160.digest(data):
        return None
    if records.get(_SIGHASH_TYPE, _ALL) != _ALL:
        return None
    return PublicKey.trusted(Curve.SECP256K1, data), read_origin(origin)


def _p2tr(script: bytes, records: dict[bytes, bytes]) -> tuple[PublicKey, KeyOrigin] | None:
    """The internal key, in no leaf."""
    (_, internal), (name, origin) = islice(reversed(records.items()), 2)
    if name[1:] != internal or origin[0]:
        return None
    key = key_of(b"\x02" + internal)
    return (key, read_origin(origin[1:])) if script == _P2TR + taproot_output(key.data, b"")[1:] else None


def prove_keys(inputs: Sequence[Input], places: Iterable[int]) -> None:
    """Show that the keys of these inputs are points. Raises `TransactionError`."""
    for place in places:
        each = inputs[place]
        if each.is_plain and each.kind == "p2wpkh" and each.key is not None:
            try:
                key_of(each.key.data)
            except TransactionError as error:
                raise TransactionError(f"input {place}: {error}", reason=error.reason) from None


def key_of(data: bytes) -> PublicKey:
    """The key in 33 bytes, or in 65. Raises `TransactionError`."""
    try:
        return PublicKey.trusted(Curve.SECP256K1, parse_public(data))
    except InvalidKey as error:
        raise TransactionError(str(error), reason=error.reason) from None
