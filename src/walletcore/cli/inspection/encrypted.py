"""A text as a private key under a passphrase (BIP-38): what its bytes tell without the passphrase, never decrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from walletcore.chains.base import Chain
from walletcore.cli.inspection.finding import Finding, Oddity
from walletcore.cli.inspection.public import UNCOMPRESSED
from walletcore.coding.text import base58check
from walletcore.errors import DecodingError

__all__ = ["FORM", "bip38", "read"]

FORM = re.compile("6P[1-9A-HJ-NP-Za-km-z]{56}", re.ASCII)
_SIZE = 39  # prefix (2), flags (1), address hash (4), and twice 16 bytes, in one of them salt and lot
_DIRECT, _MULTIPLIED = b"\x01\x42", b"\x01\x43"
_NOT_MULTIPLIED, _IS_COMPRESSED, _HAS_LOT = 0xC0, 0x20, 0x04
_LOTS = 4096  # sequence numbers of one lot
_ENCRYPTED = Oddity(
    code="encrypted", text="it needs its passphrase: who has both has the coins, and a short passphrase is guessed"
)


def bip38(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """The finding for a text that is one, of no chain: its network is in the address that it does not name."""
    del rows
    try:
        data = read(text)
    except DecodingError:
        return
    flags = data[2]
    facts = [
        ("made", "from a private key" if data[:2] == _DIRECT else "from an intermediate code (EC multiplied)"),
        ("public key is", "compressed" if flags & _IS_COMPRESSED else "uncompressed"),
        ("address hash", data[3:7].hex()),
    ]
    if flags & _HAS_LOT:
        lot, sequence = divmod(int.from_bytes(data[11:15]), _LOTS)
        facts.append(("lot, sequence", f"{lot}, {sequence}"))
    odd = (_ENCRYPTED,) if flags & _IS_COMPRESSED else (_ENCRYPTED, UNCOMPRESSED)
    yield Finding(what="encrypted private key (BIP-38)", facts=tuple(facts), odd=odd)


def read(text: str) -> bytes:
    """The 39 bytes, of a form that BIP-38 knows. Raises `DecodingError`."""
    if not FORM.fullmatch(text):
        raise DecodingError("expected 58 characters that begin with 6P", reason="character")
    data = base58check.decode(text)
    if len(data) != _SIZE or data[:2] not in (_DIRECT, _MULTIPLIED):
        raise DecodingError("expected 39 bytes that begin with 0142 or 0143", reason="version")
    known = _IS_COMPRESSED if data[:2] == _DIRECT else _IS_COMPRESSED | _HAS_LOT
    if data[2] & ~known != (_NOT_MULTIPLIED if data[:2] == _DIRECT else 0):
        raise DecodingError(f"expected flags that BIP-38 knows, got {data[2]:#04x}", reason="unknown")
    return data
