"""From words to a seed, and from a seed to the first receiving key of BIP-84."""

from __future__ import annotations

import hashlib

from bench import climit
from bench.harness import Case, Target, Workload, each
from walletcore import ExtendedPrivateKey, Mnemonic, Path

PHRASE = "abandon " * 11 + "about"
SEED = hashlib.pbkdf2_hmac("sha512", PHRASE.encode(), b"mnemonic", 2048)
PATH = "m/84'/0'/0'/0/0"
STEPS = Path.parse(PATH).steps


def ours() -> bytes:
    """walletcore, path text included."""
    key: bytes = ExtendedPrivateKey.from_seed(SEED).derive(PATH).public_key.data
    return key


def wallycore_key() -> bytes:
    """libwally-core through its own Python package."""
    import wallycore

    master = wallycore.bip32_key_from_seed(SEED, wallycore.BIP32_VER_MAIN_PRIVATE, wallycore.BIP32_FLAG_SKIP_HASH)
    key = wallycore.bip32_key_from_parent_path(
        master, list(STEPS), wallycore.BIP32_FLAG_KEY_PRIVATE | wallycore.BIP32_FLAG_SKIP_HASH
    )
    return bytes(wallycore.bip32_key_get_pub_key(key))


def bip_utils_key() -> bytes:
    """bip_utils, on coincurve like ours."""
    from bip_utils import Bip32Slip10Secp256k1

    key = Bip32Slip10Secp256k1.FromSeed(SEED).DerivePath(PATH[2:]).PublicKey()
    return bytes(key.RawCompressed().ToBytes())


def derivation() -> list[Case]:
    """Three public keys are the floor: two for the unhardened steps, one for the answer."""
    return [
        Case(name="C: 3 creates", run=lambda _, count: climit.three_creates(count)),
        Case(name="walletcore", run=each(ours), answer=ours),
        Case(name="wallycore", run=each(wallycore_key), answer=wallycore_key, needs="wallycore"),
        Case(name="bip_utils", run=each(bip_utils_key), answer=bip_utils_key, needs="bip_utils"),
    ]


def stretching() -> list[Case]:
    """PBKDF2 is what a seed costs; all the rest must not be seen."""
    mnemonic = Mnemonic.parse(PHRASE, language="english")

    def ours_seed() -> bytes:
        return mnemonic.seed().reveal()

    def hashlib_seed() -> bytes:
        return hashlib.pbkdf2_hmac("sha512", PHRASE.encode(), b"mnemonic", 2048)

    return [
        Case(name="hashlib.pbkdf2_hmac", run=each(hashlib_seed), answer=hashlib_seed),
        Case(name="Mnemonic.seed", run=each(ours_seed), answer=ours_seed),
    ]


WORKLOADS = [
    Workload(
        name="seed -> m/84'/0'/0'/0/0",
        reference="C: 3 creates",
        cases=derivation,
        targets=(
            Target(case="walletcore", reference="wallycore", ratio=1 / 1.1),
            Target(case="walletcore", reference="bip_utils", ratio=1 / 5),
        ),
    ),
    Workload(
        name="mnemonic -> seed",
        reference="hashlib.pbkdf2_hmac",
        cases=stretching,
        targets=(Target(case="Mnemonic.seed", reference="hashlib.pbkdf2_hmac", ratio=1.03),),
        rounds=21,
    ),
]
