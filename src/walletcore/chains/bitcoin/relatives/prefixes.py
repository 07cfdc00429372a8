"""How the rows of Bitcoin's relatives write `Prefixes`: version bytes as hexadecimal, and human-readable parts.

base58Prefixes and bech32_hrp of each network's src/chainparams.cpp, or of the file that `relatives.rows` names.
"""

from __future__ import annotations

from dataclasses import replace

from walletcore.chains.bitcoin.address import Prefixes
from walletcore.coding.text import Base58Check
from walletcore.hashes import blake256d, groestl512d

__all__ = [
    "TEST_BASE58",
    "blake",
    "cash",
    "exchange",
    "groestl",
    "legacy",
    "segwit",
    "with_older",
    "with_p2sh32",
    "zcash",
]

TEST_BASE58 = ("6f", "c4")
"""Bitcoin's test networks', which many relatives' have kept."""
_GROESTL, _DECRED = Base58Check(checksum=groestl512d), Base58Check(checksum=blake256d)
_hex = bytes.fromhex


def legacy(p2pkh: str, p2sh: str) -> Prefixes:
    """Without segwit."""
    return Prefixes(p2pkh=_hex(p2pkh), p2sh=_hex(p2sh))


def segwit(p2pkh: str, p2sh: str, hrp: str, *, older: str = "", xpubs: str = "") -> Prefixes:
    """With a human-readable part; ``older`` is another version of P2SH that is read."""
    versions = (("p2sh", _hex(older)),) if older else ()
    return Prefixes(p2pkh=_hex(p2pkh), p2sh=_hex(p2sh), hrp=hrp, older=versions, xpubs=xpubs)


def with_older(p2pkh: str, p2sh: str, older: tuple[str, str]) -> Prefixes:
    """Without segwit; ``older`` are versions of P2PKH and P2SH that are read."""
    versions = tuple(zip(("p2pkh", "p2sh"), map(_hex, older), strict=True))
    return Prefixes(p2pkh=_hex(p2pkh), p2sh=_hex(p2sh), older=versions)


def exchange(p2pkh: str, p2sh: str, version: str) -> Prefixes:
    """Firo's and PIVX's, with the version of exchange addresses."""
    return Prefixes(p2pkh=_hex(p2pkh), p2sh=_hex(p2sh), exchange=_hex(version))


def cash(p2pkh: str, p2sh: str, prefix: str) -> Prefixes:
    """Addresses 1... and 3... are read, as Bitcoin Cash Node, Bitcoin ABC, Electron Cash and Trust Wallet read them."""
    return Prefixes(p2pkh=_hex(p2pkh), p2sh=_hex(p2sh), cashaddr=prefix)


def with_p2sh32(given: Prefixes) -> Prefixes:
    """Bitcoin Cash Node reads P2SH32 in Base58 as well: P2SH's version and 32 bytes (src/key_io.cpp)."""
    return replace(given, older=(("p2sh32", given.p2sh),))


def groestl(p2pkh: str, p2sh: str, hrp: str) -> Prefixes:
    """Groestlcoin's, with its checksum (src/base58.cpp)."""
    return Prefixes(p2pkh=_hex(p2pkh), p2sh=_hex(p2sh), hrp=hrp, checked=_GROESTL)


def zcash(p2pkh: str, p2sh: str, tex: str) -> Prefixes:
    """Zcash's, with the human-readable part of TEX addresses (ZIP-320)."""
    return Prefixes(p2pkh=_hex(p2pkh), p2sh=_hex(p2sh), tex=tex)


def blake(p2pkh: str, p2sh: str) -> Prefixes:
    """Decred's, with its checksum (dcrd, base58)."""
    return Prefixes(p2pkh=_hex(p2pkh), p2sh=_hex(p2sh), checked=_DECRED)
