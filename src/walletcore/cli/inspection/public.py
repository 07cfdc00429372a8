"""A text as a public key alone: of secp256k1 in 33 or 65 bytes (SEC 1, 2.3.3), of ed25519 where a chain of it is named.

32 bytes look like a private key, a hash or an id: of these only what they are as a point is told, and nothing repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from walletcore.chains.base import Chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.cli.inspection.finding import Finding, Oddity, names_of
from walletcore.errors import InvalidKey
from walletcore.keys import Curve, PublicKey

__all__ = ["UNCOMPRESSED", "addresses_of", "public"]

UNCOMPRESSED = Oddity(
    code="uncompressed",
    text="an uncompressed public key: good for p2pkh addresses only, and spent at a higher fee",
)
_HEX = re.compile(r"(?:0x)?((?:02|03)[0-9a-fA-F]{64}|(?:04|06|07)[0-9a-fA-F]{128}|[0-9a-fA-F]{64})", re.ASCII)
_COMPRESSED, _EDWARDS = 33, 32  # bytes
_RECOVERY = (0, 1, 27, 28)  # how a signature of 65 bytes ends
_HYBRID = (6, 7)
_KINDS = ("p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh")
_IS_HYBRID = Oddity(code="hybrid", text="the hybrid form, which nothing here signs for")
_NO_POINT = Oddity(code="no-point", text="not on the curve: no private key has it, and what is sent to it is lost")
_UNCERTAIN = Oddity(
    code="ambiguous", text="private keys, hashes and ids look the same: 32 bytes do not say what they are"
)


def public(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """The finding for the hex of a public key, of which chains it can be, and its addresses there."""
    found = _HEX.fullmatch(text)
    if found is None:
        return
    data = bytes.fromhex(found[1])
    if len(data) == _EDWARDS:
        yield from _of_ed25519(data, rows)
    else:
        yield from _of_secp256k1(data, tuple(row for row in rows if Curve.SECP256K1 in row.curves))


def _of_secp256k1(data: bytes, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    compressed = len(data) == _COMPRESSED
    form = "compressed" if compressed else "hybrid" if data[0] in _HYBRID else "uncompressed"
    facts = [("curve", Curve.SECP256K1.value), ("public key is", form)]
    odd = () if compressed else (UNCOMPRESSED,)
    try:
        key = PublicKey.parse(Curve.SECP256K1, b"\x04" + data[1:] if form == "hybrid" else data)
    except InvalidKey:
        if compressed or data[-1] not in _RECOVERY:  # else it may well be a signature
            yield Finding(what="public key", facts=tuple(facts), odd=(*odd, _NO_POINT))
        return
    if form == "hybrid":
        is_point = data[0] == _HYBRID[data[-1] & 1]  # it names the y that it has
        yield Finding(what="public key", facts=tuple(facts), odd=(_IS_HYBRID,) if is_point else (_IS_HYBRID, _NO_POINT))
        return
    if not compressed:
        facts.append(("compressed", key.data.hex()))
    derived = tuple(addresses_of(key, compressed, rows))
    yield Finding(what="public key", chains=names_of(rows), facts=tuple(facts), derived=derived, odd=odd)


def addresses_of(key: PublicKey, compressed: bool, rows: tuple[Chain, ...]) -> Iterator[tuple[str, str, str, str]]:
    """Kind, no path, chains, address: what this form of a key of secp256k1 has on each chain."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for kind in _kinds(row, compressed):
            found.setdefault((kind, _address(row, key, compressed, kind)), []).append(row.name)
    for (kind, address), names in found.items():
        yield kind, "", ", ".join(names), address


def _kinds(row: Chain, compressed: bool) -> tuple[str, ...]:
    if not isinstance(row, BitcoinChain):
        return ("",)
    return tuple(kind for kind in _KINDS if kind in row.key_kinds) if compressed else ("p2pkh",)


def _address(row: Chain, key: PublicKey, compressed: bool, kind: str) -> str:
    if compressed or not isinstance(row, BitcoinChain):
        return row.address(key, kind=kind).text
    from walletcore.chains.bitcoin.script import p2pkh
    from walletcore.curves.secp256k1 import uncompressed

    return row.address_of(p2pkh(row.key_hash(uncompressed(key.data)))).text


def _of_ed25519(data: bytes, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """What 32 bytes are as a point, for whoever says that they are of such a chain; they may be private even so."""
    from walletcore.curves.ed25519 import is_point

    if not rows or any(row.curves != (Curve.ED25519,) for row in rows):
        return
    odd = [_UNCERTAIN]
    try:
        PublicKey(Curve.ED25519, data)
        point = "yes"
    except InvalidKey as error:
        point = f"no: {error}"
        weak = Oddity(code="weak-point", text="a point that no honest key has: signatures of it prove nothing")
        odd.append(weak if is_point(data) else _NO_POINT)
    facts = (("curve", Curve.ED25519.value), ("public key", point))
    yield Finding(what="32 bytes", chains=names_of(rows), facts=facts, odd=tuple(odd))
