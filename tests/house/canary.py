"""A secret to look for: one set of key material, and every spelling in which it could show up in a text.

No figure here is an expected value of any test: these are marked bills.
"""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from bip_utils import Base58Encoder

from walletcore.keys import Curve, PrivateKey
from walletcore.keystore import web3
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.secret import Secret

__all__ = ["ENTROPY", "KEY", "KEYSTORE", "PASSPHRASE", "PHRASE", "SEED", "WIF", "XPRV", "leaks"]

ENTROPY = hashlib.sha256(b"canary entropy").digest()
KEY = hashlib.sha256(b"canary key").digest()
PHRASE = Mnemonic.from_entropy(ENTROPY).reveal()
PASSPHRASE = "correct-staple-canary"
SEED = Mnemonic.from_entropy(ENTROPY).seed(PASSPHRASE).reveal()
XPRV = Base58Encoder.CheckEncode(bytes.fromhex("0488ade4") + bytes(9) + hashlib.sha256(b"cc").digest() + b"\x00" + KEY)
WIF = Base58Encoder.CheckEncode(b"\x80" + KEY + b"\x01")

KEYSTORE = web3.encrypt(  # under the key itself: a door may well be handed that as a password
    PrivateKey(Curve.SECP256K1, Secret(KEY)), Secret(KEY), kdf=web3.Pbkdf2(iterations=1000), entropy=bytes(64)
)


def _windows(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(max(1, len(text) - size + 1)))


def _spellings(secret: bytes) -> Iterator[str]:
    """Every eight bytes (six, as raw text) of a secret in the spellings that a program might print."""
    yield from _windows(secret.hex(), 16)
    for start in range(len(secret) - 5):
        part = secret[start : start + 6]
        yield repr(part)[2:-1]
        yield ", ".join(map(str, part))
    for order in ("big", "little"):
        yield str(int.from_bytes(secret, order))[:16]
    for skipped in range(3):  # base64 has three alignments
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield from _windows(encode(secret[skipped:]).decode().rstrip("=")[:-2], 12)
        yield from _windows(base64.b32encode(secret[skipped:]).decode().rstrip("=")[:-2], 14)
    yield from _windows(Base58Encoder.Encode(secret), 16)


def _wifs() -> Iterator[str]:
    for version in (b"\x80", b"\xef"):
        for suffix in (b"", b"\x01"):
            yield from _windows(Base58Encoder.CheckEncode(version + KEY + suffix)[2:], 16)


@cache
def _needles() -> frozenset[str]:
    gaps = (" ", "', '", "\u3000", "\\u3000")
    pairs = (first + gap + second for first, second in pairwise(PHRASE.split()) for gap in gaps)
    found = {needle for secret in (ENTROPY, KEY, SEED) for needle in _spellings(secret)}
    return frozenset({*found, *pairs, *_wifs(), *_windows(XPRV[20:], 16), PASSPHRASE, PASSPHRASE.encode().hex()})


def leaks(text: str) -> list[str]:
    """The spellings of the canary that a text contains."""
    folded = text.lower()
    return [needle for needle in _needles() if needle in text or needle in folded]
