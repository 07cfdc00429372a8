"""The text of addresses: Base58Check with a version byte, or segwit addresses.

P2PKH and P2SH: Bitcoin Core, src/kernel/chainparams.cpp (base58Prefixes). BIP-173 ("Segwit address format") for witness
version 0, BIP-350 for 1 to 16: everything that it calls valid is read, so that coins can be sent to versions to come.
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.chains.bitcoin.script import Destination, p2pkh, p2sh, witness
from walletcore.coding.text import base58check, bech32, bech32m, decode_bech32, from_words, to_words
from walletcore.errors import AddressError, DecodingError, raised_as

__all__ = ["MAINNET", "REGTEST", "TESTNET", "Prefixes", "decode_address", "encode_address", "segwit_text"]

_MAX_LENGTH = 90  # BIP-173
_MAX_VERSION = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What tells the addresses of one network from another's: two version bytes and a human-readable part."""

    p2pkh: int
    p2sh: int
    hrp: str


MAINNET = Prefixes(p2pkh=0x00, p2sh=0x05, hrp="bc")
TESTNET = Prefixes(p2pkh=0x6F, p2sh=0xC4, hrp="tb")
REGTEST = Prefixes(p2pkh=0x6F, p2sh=0xC4, hrp="bcrt")
_NETWORKS = (MAINNET, TESTNET, REGTEST)


def segwit_text(hrp: str, version: int, program: bytes) -> str:
    """The segwit address of a witness program, in lower case."""
    return (bech32m if version else bech32).encode(hrp, bytes((version,)) + to_words(program))


def encode_address(prefixes: Prefixes, destination: Destination) -> str:
    """The text of a destination on one network."""
    if destination.kind == "p2pkh":
        return base58check.encode(bytes((prefixes.p2pkh,)) + destination.payload)
    if destination.kind == "p2sh":
        return base58check.encode(bytes((prefixes.p2sh,)) + destination.payload)
    return segwit_text(prefixes.hrp, destination.version, destination.payload)


def decode_address(prefixes: Prefixes, text: object) -> Destination:
    """What an address of this network stands for. Raises `AddressError`."""
    if type(text) is not str:
        raise AddressError(f"expected an address as text, got {type(text).__name__}", reason="type")
    if len(text) > _MAX_LENGTH:
        raise AddressError(f"expected at most {_MAX_LENGTH} characters, got {len(text)}", reason="too-large")
    with raised_as(AddressError):
        if text[: len(prefixes.hrp) + 1].lower() == prefixes.hrp + "1":
            return _decode_segwit(prefixes.hrp, text)
        return _decode_base58(prefixes, text)


def _decode_segwit(expected: str, text: str) -> Destination:
    hrp, words, variant = decode_bech32(text)
    if hrp != expected:
        reason = "network" if hrp in (network.hrp for network in _NETWORKS) else "prefix"
        raise AddressError(f"expected an address that begins with {expected}1, got {hrp}1", reason=reason)
    if not words:
        raise AddressError("expected a witness version and a program, got none", reason="length")
    version, program = words[0], words[1:]
    if version > _MAX_VERSION:
        raise AddressError(f"expected a witness version from 0 to {_MAX_VERSION}, got {version}", reason="version")
    if variant is not (bech32m if version else bech32):
        raise AddressError(f"witness version {version} does not go with {variant.name}", reason="checksum")
    return witness(version, from_words(program))


def _decode_base58(prefixes: Prefixes, text: str) -> Destination:
    try:
        data = base58check.decode(text, size=21)
    except DecodingError:
        if _is_bech32(text):
            return _decode_segwit(prefixes.hrp, text)  # says whose address it is
        raise
    if data[0] == prefixes.p2pkh:
        return p2pkh(data[1:])
    if data[0] == prefixes.p2sh:
        return p2sh(data[1:])
    known = (byte for network in _NETWORKS for byte in (network.p2pkh, network.p2sh))
    expected = f"expected version byte {prefixes.p2pkh} or {prefixes.p2sh}"
    raise AddressError(f"{expected}, got {data[0]}", reason="network" if data[0] in known else "version")


def _is_bech32(text: str) -> bool:
    try:
        decode_bech32(text)
    except DecodingError:
        return False
    return True
