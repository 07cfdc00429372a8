"""BIP32-Ed25519: from the root of a Cardano wallet to its first payment key."""

from __future__ import annotations

from functools import cache
from typing import Any

from bench.harness import Case, Target, Workload, each
from walletcore.hd.ed25519_bip32 import Bip32Ed25519PrivateKey
from walletcore.hd.ed25519_roots import Root, from_seed

ENTROPY = bytes(range(20))
PATH = "m/1852'/1815'/0'/0/0"


@cache
def root() -> Bip32Ed25519PrivateKey:
    """The root, which is made once: its PBKDF2 costs more than twenty keys."""
    return from_seed(ENTROPY, Root.ICARUS)


def ours() -> bytes:
    """walletcore, path text included."""
    return root().derive(PATH).public_key.data


@cache
def pycardano_root() -> Any:
    """pycardano's root; no extra installs it."""
    from pycardano.crypto.bip32 import HDWallet

    return HDWallet.from_entropy(ENTROPY.hex())


def pycardano_key() -> bytes:
    """pycardano, on PyNaCl like ours."""
    key: bytes = pycardano_root().derive_from_path(PATH).public_key
    return key


@cache
def bip_utils_root() -> Any:
    """bip_utils' root."""
    from bip_utils import CardanoIcarusBip32

    return CardanoIcarusBip32.FromSeed(ENTROPY)


def bip_utils_key() -> bytes:
    """bip_utils, on PyNaCl like ours."""
    return bytes(bip_utils_root().DerivePath(PATH).PublicKey().RawCompressed().ToBytes())[1:]


def derivation() -> list[Case]:
    """Three base points multiplied and ten HMACs are the floor, in pycardano as here."""
    return [
        Case(name="walletcore", run=each(ours), answer=ours),
        Case(name="pycardano", run=each(pycardano_key), answer=pycardano_key, needs="pycardano"),
        Case(name="bip_utils", run=each(bip_utils_key), answer=bip_utils_key, needs="bip_utils"),
    ]


WORKLOADS = [
    Workload(
        name="Icarus root -> m/1852'/1815'/0'/0/0",
        reference="walletcore",
        cases=derivation,
        targets=(
            Target(case="walletcore", reference="pycardano", ratio=1 / 1.2),
            Target(case="walletcore", reference="bip_utils", ratio=1 / 2),
        ),
    ),
]
