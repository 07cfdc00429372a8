"""From words to a seed, and from a seed to the first receiving key of BIP-84, or along junctions of Substrate."""

from __future__ import annotations

import hashlib
import importlib
from typing import Any

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


def substrate() -> list[Case]:
    """A hard and a soft junction of sr25519. The bare calls of the bindings are the floor: bip_utils makes a third."""
    import sr25519
    from bip_utils import Substrate, SubstrateCoins

    from walletcore.hd.substrate import SubstratePrivateKey

    seed, junctions = SEED[:32], "//hard/soft"
    hard, soft = (b"\x10" + name.ljust(31, b"\0") for name in (b"hard", b"soft"))
    root = sr25519.pair_from_seed(seed)

    def floor() -> bytes:
        return bytes(sr25519.derive_keypair((soft, *sr25519.hard_derive_keypair((hard, *root), b"")[1:]), b"")[1])

    def ours_junctions() -> bytes:
        return SubstratePrivateKey.from_seed(seed).derive(junctions).public_key.data

    def bip_utils_junctions() -> bytes:
        key = Substrate.FromSeed(seed, SubstrateCoins.GENERIC).DerivePath(junctions).PublicKey()
        return bytes(key.RawCompressed().ToBytes())

    return [
        Case(name="two calls of sr25519", run=each(floor), answer=floor),
        Case(name="walletcore", run=each(ours_junctions), answer=ours_junctions),
        Case(name="bip_utils", run=each(bip_utils_junctions), answer=bip_utils_junctions),
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


def mnemonic_package() -> Any:
    """The reference implementation of BIP-39, which no extra installs. A folder of the tests has its name, too."""
    return importlib.import_module("mnemonic.mnemonic").Mnemonic("english")


def generation() -> list[Case]:
    """24 words of 32 random bytes. Ours are spelled when they are revealed, the package's at once."""
    entropy = bytes(range(32))

    def text() -> str:
        return Mnemonic.generate(24, entropy=entropy).reveal()

    def theirs() -> str:
        return str(mnemonic_package().to_mnemonic(entropy))

    def run_theirs(rounds: object, count: int) -> None:
        generate = mnemonic_package().generate
        for _ in range(count):
            generate(256)

    return [
        Case(name="mnemonic", run=run_theirs, answer=theirs, needs="mnemonic.mnemonic"),
        Case(name="Mnemonic.generate", run=each(Mnemonic.generate), answer=text),
        Case(name="generate and reveal", run=each(lambda: Mnemonic.generate().reveal()), answer=text),
    ]


def validation() -> list[Case]:
    """24 words, English and said to be so. The package searches its list from the start for each of them.

    So its time depends on the words: these are as random ones are, halfway down the list on average.
    """
    phrases = [Mnemonic.from_entropy(hashlib.sha256(bytes([number])).digest()).reveal() for number in range(64)]

    def run_ours(rounds: object, count: int) -> None:
        for number in range(count):
            Mnemonic.parse(phrases[number % 64], language="english")

    def run_theirs(rounds: object, count: int) -> None:
        check = mnemonic_package().check
        for number in range(count):
            check(phrases[number % 64])

    def ours_check() -> bool:
        return all(len(Mnemonic.parse(phrase, language="english")) == 24 for phrase in phrases)

    def theirs_check() -> bool:
        return all(mnemonic_package().check(phrase) for phrase in phrases)

    return [
        Case(name="mnemonic", run=run_theirs, answer=theirs_check, needs="mnemonic.mnemonic"),
        Case(name="Mnemonic.parse", run=run_ours, answer=ours_check),
    ]


WORKLOADS = [
    Workload(
        name="24 words generated",
        reference="Mnemonic.generate",
        cases=generation,
        targets=(Target(case="Mnemonic.generate", reference="mnemonic", ratio=1 / 2.5),),
    ),
    Workload(
        name="24 words validated",
        reference="Mnemonic.parse",
        cases=validation,
        targets=(Target(case="Mnemonic.parse", reference="mnemonic", ratio=1 / 40),),
    ),
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
        name="seed -> //hard/soft on sr25519",
        reference="two calls of sr25519",
        cases=substrate,
        targets=(Target(case="walletcore", reference="bip_utils", ratio=1 / 1.1),),
    ),
    Workload(
        name="mnemonic -> seed",
        reference="hashlib.pbkdf2_hmac",
        cases=stretching,
        targets=(Target(case="Mnemonic.seed", reference="hashlib.pbkdf2_hmac", ratio=1.03),),
        rounds=21,
    ),
]
