"""The text of addresses: Base58Check with version bytes, or segwit addresses; CashAddr and TEX of some relatives.

P2PKH and P2SH: Bitcoin Core, src/kernel/chainparams.cpp (base58Prefixes). BIP-173 ("Segwit address format") for witness
version 0, BIP-350 for 1 to 16: everything that it calls valid is read, so that coins can be sent to versions to come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from walletcore.chains.bitcoin.relatives import cashaddr
from walletcore.chains.bitcoin.relatives.destinations import CASHADDR_KINDS, KEY_HASHES, SCRIPT_HASHES
from walletcore.chains.bitcoin.script import Destination, witness
from walletcore.coding.bech32_texts import texts
from walletcore.coding.text import (
    Base58Check,
    base58check,
    bech32,
    bech32m,
    decode_bech32,
    from_words,
    to_words,
)
from walletcore.errors import AddressError, DecodingError, raised_as

__all__ = [
    "MAINNET",
    "REGTEST",
    "TESTNET",
    "Prefixes",
    "decode_address",
    "encode_address",
    "segwit_text",
    "segwit_texts",
]

_MAX_LENGTH = 90  # BIP-173; no other form is longer
_LEAST_SHIELDED = 78  # characters of Sapling's, the shortest of those below; no address in Base58 has as many
_SHIELDED = {
    **dict.fromkeys(("u", "utest", "uregtest"), "a unified address (ZIP-316)"),
    **dict.fromkeys(("zs", "ztestsapling", "zregtestsapling"), "a Sapling address (Zcash protocol, 5.6.3.1)"),
    **dict.fromkeys(("ltcmweb", "tmweb", "rmweb"), "one of Litecoin's extension blocks (MWEB, LIP-4)"),
}
"""How addresses begin that hide what is paid, and what they are: nothing is paid to them from here."""
_MAX_VERSION = 16
_HASH, _SIZES = 20, {"p2sh32": 32}  # bytes of what an address in Base58 stands for, and of the kind that has others
_HASHES = KEY_HASHES | SCRIPT_HASHES
_CASHADDR_LETTERS = tuple("qpzr")  # how the four types begin; nothing in Base58 does for these networks
_CASHADDR_TYPES = {kind: version for (version, _), kind in CASHADDR_KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What tells the addresses of one network from another's: version bytes and human-readable parts.

    ``hrp`` is empty where the network has no segwit, ``cashaddr`` and ``tex`` where it has no such addresses; what has
    a CashAddr is written as one, and its Base58 form is only read. ``exchange`` is the version of Firo's and PIVX's
    exchange addresses. ``older`` are pairs of a kind and a version that are read as well: written is the newer form.
    ``checked`` is Base58 with the network's checksum. ``xpubs`` names the network whose extended keys begin as its own
    do, where that is not the one that its coin type tells (Stratis).
    """

    p2pkh: bytes
    p2sh: bytes
    hrp: str = ""
    older: tuple[tuple[str, bytes], ...] = ()
    exchange: bytes = b""
    cashaddr: str = ""
    tex: str = ""
    checked: Base58Check = base58check
    xpubs: str = ""

    @property
    def versions(self) -> tuple[tuple[str, bytes], ...]:
        """The kinds of Base58Check addresses that are read, with the bytes that each begins with."""
        exchange = (("p2pkh-exchange", self.exchange),) if self.exchange else ()
        return (("p2pkh", self.p2pkh), ("p2sh", self.p2sh), *exchange, *self.older)


MAINNET = Prefixes(p2pkh=b"\x00", p2sh=b"\x05", hrp="bc")
TESTNET = Prefixes(p2pkh=b"\x6f", p2sh=b"\xc4", hrp="tb")
REGTEST = Prefixes(p2pkh=b"\x6f", p2sh=b"\xc4", hrp="bcrt")
_NETWORKS = (MAINNET, TESTNET, REGTEST)


def segwit_text(hrp: str, version: int, program: bytes) -> str:
    """The segwit address of a witness program, in lower case."""
    return (bech32m if version else bech32).encode(hrp, bytes((version,)) + to_words(program))


def segwit_texts(hrp: str, version: int, programs: Iterable[bytes], size: int) -> list[str]:
    """The same of many witness programs of ``size`` bytes."""
    return texts(bech32m if version else bech32, hrp, bytes((version,)), programs, size)


def encode_address(prefixes: Prefixes, destination: Destination) -> str:
    """The text of a destination on one network, which has this kind."""
    kind, payload = destination.kind, destination.payload
    if prefixes.cashaddr:
        return cashaddr.encode(prefixes.cashaddr, _CASHADDR_TYPES[kind], payload)
    if kind == "p2pkh":
        return prefixes.checked.encode(prefixes.p2pkh + payload)
    if kind == "p2sh":
        return prefixes.checked.encode(prefixes.p2sh + payload)
    if kind == "p2pkh-exchange":
        return prefixes.checked.encode(prefixes.exchange + payload)
    if kind == "p2pkh-tex":
        return bech32m.encode(prefixes.tex, to_words(payload))
    return segwit_text(prefixes.hrp, destination.version, payload)


def decode_address(prefixes: Prefixes, text: object) -> Destination:
    """What an address of this network stands for. Raises `AddressError`."""
    if type(text) is not str:
        raise AddressError(f"expected an address as text, got {type(text).__name__}", reason="type")
    if len(text) >= _LEAST_SHIELDED:
        _check_shielded(text)
    if len(text) > _MAX_LENGTH:
        raise AddressError(f"expected at most {_MAX_LENGTH} characters, got {len(text)}", reason="too-large")
    with raised_as(AddressError):
        if prefixes.hrp and _begins(text, prefixes.hrp) and text in (text.lower(), text.upper()):
            return _decode_segwit(prefixes.hrp, text)
        if prefixes.tex and _begins(text, prefixes.tex):
            return _decode_tex(text)
        if prefixes.cashaddr:
            return _decode_cashaddr(prefixes, text)
        return _decode_base58(prefixes, text)


def _check_shielded(text: str) -> None:
    """Say what an address is that wallets show beside the transparent ones."""
    hrp = text[:20].lower().partition("1")[0]
    if hrp in _SHIELDED:
        raise AddressError(f"expected a transparent address, got {_SHIELDED[hrp]}", reason="unknown")


def _begins(text: str, hrp: str) -> bool:
    """Whether a text begins as bech32 does: in base 58 an address of Qtum may begin with Qc1, of Litecoin with LTC1."""
    return text[: len(hrp) + 1] in (f"{hrp}1", f"{hrp}1".upper())


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


def _decode_tex(text: str) -> Destination:
    """ZIP-320, "Specification": the hash of a key, Bech32m and no witness version."""
    payload = from_words(bech32m.decode(text)[1])
    if len(payload) != _HASH:
        raise AddressError(f"expected a hash of {_HASH} bytes, got {len(payload)}", reason="length")
    return _HASHES["p2pkh-tex"](payload)


def _decode_cashaddr(prefixes: Prefixes, text: str) -> Destination:
    """CashAddr, its prefix written or not, and what has no checksum of it as Base58Check, as wallets read both."""
    try:
        version, payload = cashaddr.decode(prefixes.cashaddr, text)
    except DecodingError:
        if ":" in text or text[:1].lower() in _CASHADDR_LETTERS:
            raise
        return _decode_base58(prefixes, text)
    kind = CASHADDR_KINDS.get((version, len(payload)))
    if kind is None:
        got = f"got type {version} with {len(payload)} bytes"
        raise AddressError(f"expected a type and size of CashAddr that have a meaning, {got}", reason="version")
    return _HASHES[kind](payload)


def _decode_base58(prefixes: Prefixes, text: str) -> Destination:
    versions = prefixes.versions
    try:
        data = prefixes.checked.decode(text, size=_size(prefixes, text))
    except DecodingError:
        if prefixes.hrp and (_is_bech32(text) or _begins(text.lower(), prefixes.hrp)):
            return _decode_segwit(prefixes.hrp, text)  # says whose address it is
        raise
    for kind, version in versions:
        if data.startswith(version) and len(data) == len(version) + _SIZES.get(kind, _HASH):
            return _HASHES[kind](data[len(version) :])
    known = chain.from_iterable((network.p2pkh, network.p2sh) for network in _NETWORKS)
    expected = " or ".join(version.hex() for _, version in versions)
    reason = "network" if any(map(data.startswith, known)) else "version"
    raise AddressError(f"expected version {expected}, got {data[: len(prefixes.p2pkh)].hex()}", reason=reason)


def _size(prefixes: Prefixes, text: str) -> int:
    """How many bytes the text has to have: where a network has several sizes, the one that it has, if any."""
    sizes = sorted({len(version) + _SIZES.get(kind, _HASH) for kind, version in prefixes.versions})
    given = len(prefixes.checked.radix.decode(text)) - 4 if len(sizes) > 1 else 0
    return given if given in sizes else sizes[0]


def _is_bech32(text: str) -> bool:
    try:
        decode_bech32(text)
    except DecodingError:
        return False
    return True
