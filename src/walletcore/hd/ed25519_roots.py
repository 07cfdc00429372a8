"""How a phrase becomes the root of a BIP32-Ed25519 tree: the schemes, which give the same phrase different keys.

CIP-3 (Byron, Icarus, Ledger, and Trezor's mistake with 24 words) and algorandfoundation/xHD-Wallet-API-ts (Algorand's
ARC-52, a draft). A phrase does not say which scheme its wallet has, so there is no default: the wrong one shows an
empty wallet.
"""
# ruff: noqa: N806 - the specifications' letters

from __future__ import annotations

import hmac
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from walletcore.coding import cbor
from walletcore.errors import DerivationError
from walletcore.hashes import blake2b_256, hmac_sha512, pbkdf2_hmac_sha512, sha256, sha512
from walletcore.hd.checks import checked_seed
from walletcore.hd.ed25519_bip32 import Bip32Ed25519PrivateKey, Derivation
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret, sealed

if TYPE_CHECKING:
    from walletcore.mnemonic.bip39 import Mnemonic

__all__ = ["Root", "from_mnemonic", "from_seed"]

_MAX_PASSPHRASE = 4096 * 4  # bytes


class Root(Enum):
    """The schemes; the value is the name used in vectors."""

    ICARUS = "icarus"
    ICARUS_TREZOR = "icarus-trezor"
    LEDGER = "ledger"
    BYRON_LEGACY = "byron-legacy"
    ARC52 = "arc52"
    ARC52_KHOVRATOVICH = "arc52-khovratovich"

    __hash__ = object.__hash__


@sealed
def from_mnemonic(
    mnemonic: Mnemonic, scheme: Root | None = None, passphrase: str | bytes = ""
) -> Bip32Ed25519PrivateKey:
    """The root of the tree that a wallet of this scheme, which must be given, grows from a phrase of BIP-39.

    With ICARUS and ICARUS_TREZOR the passphrase may be any bytes; a text stands for its UTF-8, which Trezor brings into
    NFKD first. BYRON_LEGACY has none. Raises `DerivationError`, and `MnemonicError` for a text that is no passphrase.
    """
    from walletcore.mnemonic.bip39 import Mnemonic

    row = _checked_row(scheme)
    if type(mnemonic) is not Mnemonic:
        raise DerivationError(f"expected a Mnemonic, got {type(mnemonic).__name__}", reason="type")
    if row.has_password:
        return _grown(row, row.seed(mnemonic, ""), _password(passphrase, row))
    if type(passphrase) is bytes:
        raise DerivationError("expected the passphrase of this scheme as text", reason="type")
    return _grown(row, row.seed(mnemonic, passphrase), b"")  # type: ignore[arg-type]  # bytes were refused


@sealed
def from_seed(seed: bytes | Secret, scheme: Root | None = None, passphrase: str | bytes = "") -> Bip32Ed25519PrivateKey:
    """The root from what a scheme calls its seed.

    ICARUS: the entropy of a phrase (16 to 64 bytes); ICARUS_TREZOR: the same, and of 24 words also the byte of their
    checksum (33 bytes); LEDGER and ARC52: the seed of BIP-39 (16 to 64 bytes), of which a passphrase is part already;
    BYRON_LEGACY: the BLAKE2b-256 of the entropy in CBOR. Raises `DerivationError`.
    """
    row = _checked_row(scheme)
    if not row.has_password and (type(passphrase) not in (str, bytes) or passphrase):
        raise DerivationError("a seed of this scheme has its passphrase in it already, or none", reason="scheme")
    checked = checked_seed(seed)
    if len(checked) not in row.sizes:
        first, last = row.sizes[0], row.sizes[-1]
        raise DerivationError(f"expected a seed of {first} to {last} bytes, got {len(checked)}", reason="length")
    return _grown(row, checked, _password(passphrase, row) if row.has_password else b"")


def _password(passphrase: str | bytes, row: _Row) -> bytes:
    """What PBKDF2 takes as password."""
    if type(passphrase) is bytes:
        if len(passphrase) > _MAX_PASSPHRASE:
            text = f"expected a passphrase of at most {_MAX_PASSPHRASE} bytes, got {len(passphrase)}"
            raise DerivationError(text, reason="too-large")
        return passphrase
    from walletcore.mnemonic.schemes import checked_passphrase

    text = checked_passphrase(passphrase)  # type: ignore[arg-type]  # refuses what is no text
    if row is _ROWS[Root.ICARUS_TREZOR]:
        import unicodedata

        text = unicodedata.normalize("NFKD", text)
    return text.encode()


def _entropy(mnemonic: Mnemonic, passphrase: str) -> Secret:
    return mnemonic.entropy


def _entropy_and_checksum(mnemonic: Mnemonic, passphrase: str) -> Secret:
    """CIP-3, "Trezor": the checksum was taken for less than a byte, which with 24 words it is not."""
    entropy = mnemonic.entropy.reveal()
    return Secret(entropy + sha256(entropy)[:1]) if len(entropy) == 32 else mnemonic.entropy


def _bip39(mnemonic: Mnemonic, passphrase: str) -> Secret:
    return mnemonic.seed(passphrase)


def _hashed_entropy(mnemonic: Mnemonic, passphrase: str) -> Secret:
    if type(passphrase) is not str or passphrase:
        raise DerivationError("a phrase of Daedalus has no passphrase", reason="scheme")
    return Secret(blake2b_256(cbor.encode(mnemonic.entropy.reveal())))


def _tweak_bits(k: bytes, cleared: int = 0b1000_0000) -> bytes:
    """CIP-3, tweakBits: the lowest three bits and the highest cleared, the second highest set."""
    return bytes((k[0] & 0b1111_1000,)) + k[1:31] + bytes((k[31] & ~cleared | 0b0100_0000,)) + k[32:]


def _has_third_highest_bit(k: bytes) -> bool:
    return bool(k[31] & 0b0010_0000)


def _icarus(seed: bytes, password: bytes) -> bytes:
    """CIP-3, Icarus.md."""
    return _tweak_bits(pbkdf2_hmac_sha512(password, seed, 4096, 96), cleared=0b1010_0000)


def _ledger(data: bytes, password: bytes) -> bytes:
    """CIP-3, Ledger_BitBox02.md."""
    cc = hmac.digest(b"ed25519 seed", b"\1" + data, "sha256")
    I = hmac_sha512(b"ed25519 seed", data)  # noqa: E741
    while _has_third_highest_bit(I):
        I = hmac_sha512(b"ed25519 seed", I)  # noqa: E741
    return _tweak_bits(I) + cc


def _byron(seed: bytes, password: bytes) -> bytes:
    """CIP-3, Byron.md."""
    key, i = cbor.encode(seed), 1
    while True:
        I = hmac_sha512(key, b"Root Seed Chain %d" % i)  # noqa: E741
        prv = sha512(I[:32])
        if not _has_third_highest_bit(prv):
            return _tweak_bits(prv) + I[32:]
        i += 1


def _arc52(seed: bytes, password: bytes) -> bytes:
    """xHD-Wallet-API-ts, src/bip32-ed25519.ts (fromSeed). The paper (V.A) discards a seed whose hash has the bit."""
    k = sha512(seed)
    while _has_third_highest_bit(k):
        k = hmac_sha512(k[:32], k[32:])
    return _tweak_bits(k) + sha256(b"\1" + seed)


class _Row(NamedTuple):
    """A scheme."""

    seed: Callable[[Mnemonic, str], Secret]
    """phrase, passphrase -> seed"""
    sizes: range
    """of the seed, in bytes"""
    master_key: Callable[[bytes, bytes], bytes]
    """seed, password -> k_L || k_R || c"""
    derivation: Derivation
    has_password: bool = False


_ROWS = {
    Root.ICARUS: _Row(_entropy, range(16, 65), _icarus, Derivation.KHOVRATOVICH_LAW, True),
    Root.ICARUS_TREZOR: _Row(_entropy_and_checksum, range(16, 34), _icarus, Derivation.KHOVRATOVICH_LAW, True),
    Root.LEDGER: _Row(_bip39, range(16, 65), _ledger, Derivation.KHOVRATOVICH_LAW),
    Root.BYRON_LEGACY: _Row(_hashed_entropy, range(32, 33), _byron, Derivation.BYRON_LEGACY),
    Root.ARC52: _Row(_bip39, range(16, 65), _arc52, Derivation.PEIKERT),
    Root.ARC52_KHOVRATOVICH: _Row(_bip39, range(16, 65), _arc52, Derivation.KHOVRATOVICH_LAW),
}


def _checked_row(scheme: Root | None) -> _Row:
    if type(scheme) is not Root:
        names = ", ".join(root.name for root in Root)
        text = f"expected the scheme of the root: {names}"
        raise DerivationError(text, reason="type", hint="a phrase does not say it; each gives other keys")
    return _ROWS[scheme]


def _grown(row: _Row, seed: Secret, password: bytes) -> Bip32Ed25519PrivateKey:
    master_key = row.master_key(seed.reveal(), password)
    key = PrivateKey(Curve.ED25519_BIP32, Secret(master_key[:64]))
    return Bip32Ed25519PrivateKey(private_key=key, chain_code=master_key[64:], derivation=row.derivation)
