"""What shares and key files cost beside the stretching of a password that they are made of."""

from __future__ import annotations

import hashlib
from functools import partial

from bench.harness import Allowing, Case, Target, Workload, each
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore import bip38, eip2335, web3
from walletcore.keystore.kdf import Pbkdf2, Scrypt
from walletcore.keystore.wif import Wif
from walletcore.mnemonic import slip39
from walletcore.secret import Secret

KEY = PrivateKey(Curve.SECP256K1, Secret(bytes(range(32))))
PASSWORD = Secret(b"correct horse battery staple")
_SALT = bytes(range(32))
_N, _R, _ROUNDS = 1 << 14, 8, 1 << 16


def scrypt(*, p: int = 1) -> None:
    """The standard library's scrypt at 16 MiB."""
    hashlib.scrypt(PASSWORD.reveal(), salt=_SALT, dklen=32, maxmem=1 << 26, n=_N, r=_R, p=p)


def pbkdf2() -> None:
    """The standard library's PBKDF2-HMAC-SHA-256, 65,536 iterations."""
    hashlib.pbkdf2_hmac("sha256", PASSWORD.reveal(), _SALT, _ROUNDS, 32)


def shares() -> list[Case]:
    """Two of three shares of 32 bytes at iteration exponent 1: four rounds of 5,000 iterations each."""
    secret = Secret(bytes(range(32)))
    (group,) = slip39.split(secret, [(2, 3)], iteration_exponent=1)
    phrases = [share.reveal() for share in group[:2]]

    def stretching() -> None:
        for number in range(4):
            hashlib.pbkdf2_hmac("sha256", bytes([number]), bytes(24), 5000, 16)

    return [
        Case(name="PBKDF2", run=each(stretching)),
        Allowing(name="PBKDF2 + 50 ms", run=each(stretching), milliseconds=50),
        Case(name="slip39.combine", run=each(partial(slip39.combine, phrases))),
    ]


def files_of_scrypt() -> list[Case]:
    """A file of Web3 Secret Storage."""
    file = web3.encrypt(KEY, PASSWORD, kdf=Scrypt(n=_N, r=_R, p=1))
    return [
        Case(name="hashlib.scrypt", run=each(scrypt)),
        Case(name="web3.decrypt", run=each(partial(web3.decrypt, file, PASSWORD))),
    ]


def encrypted_keys() -> list[Case]:
    """BIP-38, whose p is 8."""
    text = bip38.encrypt(Wif(private_key=KEY), PASSWORD)
    return [
        Case(name="hashlib.scrypt", run=each(partial(scrypt, p=8))),
        Case(name="bip38.decrypt", run=each(partial(bip38.decrypt, text, PASSWORD))),
    ]


def files_of_pbkdf2() -> list[Case]:
    """A file of Web3 Secret Storage and one of EIP-2335 for 65,536 iterations."""
    file = web3.encrypt(KEY, PASSWORD, kdf=Pbkdf2(iterations=_ROUNDS))
    stored = eip2335.Keystore(secret=Secret(bytes(31) + b"\1"), path="")
    other = eip2335.encrypt(stored, PASSWORD, kdf=Pbkdf2(iterations=_ROUNDS))
    return [
        Case(name="hashlib.pbkdf2_hmac", run=each(pbkdf2)),
        Case(name="web3.decrypt", run=each(partial(web3.decrypt, file, PASSWORD))),
        Case(name="eip2335.decrypt", run=each(partial(eip2335.decrypt, other, PASSWORD))),
    ]


WORKLOADS = [
    Workload(
        name="2 of 3 shares combined",
        reference="PBKDF2",
        cases=shares,
        targets=(Target(case="slip39.combine", reference="PBKDF2 + 50 ms", ratio=1),),
    ),
    Workload(
        name="a file read, scrypt",
        reference="hashlib.scrypt",
        cases=files_of_scrypt,
        targets=(Target(case="web3.decrypt", reference="hashlib.scrypt", ratio=1.05),),
    ),
    Workload(
        name="a key read, BIP-38",
        reference="hashlib.scrypt",
        cases=encrypted_keys,
        targets=(Target(case="bip38.decrypt", reference="hashlib.scrypt", ratio=1.05),),
        rounds=5,
    ),
    Workload(
        name="a file read, PBKDF2",
        reference="hashlib.pbkdf2_hmac",
        cases=files_of_pbkdf2,
        targets=(
            Target(case="web3.decrypt", reference="hashlib.pbkdf2_hmac", ratio=1.05),
            Target(case="eip2335.decrypt", reference="hashlib.pbkdf2_hmac", ratio=1.05),
        ),
    ),
]
