"""Keys from passwords: two implementations of each function agree, and what a derivation may cost is bounded."""

import hashlib
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import PBKDF2
from hypothesis import given, settings
from hypothesis import strategies as st

from house.source import child
from walletcore.errors import KeystoreError
from walletcore.keystore.kdf import LIMITS, STANDARD, KdfLimits, Pbkdf2, Scrypt
from walletcore.secret import Secret

passwords = st.binary(max_size=80)
salts = st.binary(max_size=40)


def reason(call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(KeystoreError) as caught:
        call(*arguments, **options)
    return caught.value.reason


@settings(max_examples=40, deadline=None)
@given(passwords, salts, st.integers(1, 6), st.integers(1, 3), st.integers(1, 3))
def test_scrypt_is_that_of_openssl(password: bytes, salt: bytes, log_n: int, r: int, p: int) -> None:
    theirs = hashlib.scrypt(password, salt=salt, n=1 << log_n, r=r, p=p, dklen=32)
    assert Scrypt(n=1 << log_n, r=r, p=p).derive(Secret(password), salt) == theirs


@settings(max_examples=40, deadline=None)
@given(passwords, salts, st.integers(1, 50))
def test_pbkdf2_is_that_of_pycryptodome(password: bytes, salt: bytes, iterations: int) -> None:
    theirs = PBKDF2(password, salt, 32, iterations, hmac_hash_module=SHA256)  # type: ignore[arg-type]
    assert Pbkdf2(iterations=iterations).derive(Secret(password), salt) == theirs


def test_zeros_at_the_end_of_a_password_do_not_count() -> None:
    """HMAC pads a short key with zeros (RFC 2104); OpenSSL's scrypt and pycryptodome's PBKDF2 do the same."""
    assert Pbkdf2(iterations=1).derive(Secret(b"x"), b"s") == PBKDF2(
        b"x\0",  # type: ignore[arg-type]
        b"s",
        32,
        1,
        hmac_hash_module=SHA256,
    )
    assert Scrypt(n=2).derive(Secret(b"x"), b"s") == hashlib.scrypt(b"x\0", salt=b"s", n=2, r=8, p=1, dklen=32)


def test_the_standard_is_that_of_geth() -> None:
    assert (STANDARD.n, STANDARD.r, STANDARD.p) == (262144, 8, 1)
    assert Pbkdf2().iterations == 600_000
    LIMITS.check(STANDARD)
    LIMITS.check(Pbkdf2())


# What is no number of a derivation


NO_INTEGERS: list[Any] = [None, True, False, 1.0, 262144.0, "262144", b"8", [8], float("nan")]
OUT_OF_RANGE = [0, -1, -(2**70), 2**64, 10**400]


@pytest.mark.parametrize("number", NO_INTEGERS, ids=repr)
@pytest.mark.parametrize("name", ["n", "r", "p"])
def test_KS04_X16_X17_a_cost_that_is_no_integer_is_refused(name: str, number: Any) -> None:
    assert reason(Scrypt, **{name: number}) == "type"
    assert reason(Pbkdf2, iterations=number) == "type"


@pytest.mark.parametrize("number", OUT_OF_RANGE)
@pytest.mark.parametrize("name", ["n", "r", "p"])
def test_KS04_a_cost_out_of_range_is_refused(name: str, number: int) -> None:
    assert reason(Scrypt, **{name: number}) == "range"
    assert reason(Pbkdf2, iterations=number) == "range"


@pytest.mark.parametrize("n", [1, 3, 6, 262143, 262145, 2**63 + 1])
def test_KS04_n_is_a_power_of_two_above_1(n: int) -> None:
    assert reason(Scrypt, n=n) == "range"


# What a derivation may cost


@pytest.mark.parametrize(
    ("kdf", "limit"),
    [
        (Scrypt(n=1 << 22, r=8), "max_memory"),  # KS01: 4 GiB
        (Scrypt(n=1 << 63, r=1), "max_memory"),
        (Scrypt(n=1 << 18, r=17), "max_memory"),
        (Scrypt(n=1 << 18, r=8, p=64), "max_work"),  # KS02: most of a minute
        (Scrypt(n=1 << 18, r=8, p=5), "max_work"),
        (Scrypt(n=1 << 18, r=8, p=1 << 20), "max_work"),  # KS03
        (Scrypt(n=1 << 10, r=1, p=(1 << 11) + 1), "max_work"),  # with p=1 << 13 eleven seconds, measured
        (Scrypt(n=1 << 10, r=1 << 10, p=3), "max_work"),
        (Scrypt(n=512), "min_n"),
        (Scrypt(n=2), "min_n"),
        (Pbkdf2(iterations=1 << 40), "max_iterations"),  # KS05
        (Pbkdf2(iterations=(1 << 23) + 1), "max_iterations"),
        (Pbkdf2(iterations=1), "min_iterations"),  # KS05
        (Pbkdf2(iterations=999), "min_iterations"),
    ],
)
def test_KS01_KS02_KS03_KS05_a_derivation_outside_of_the_limits_is_refused(kdf: Scrypt | Pbkdf2, limit: str) -> None:
    with pytest.raises(KeystoreError, match=limit) as caught:
        LIMITS.check(kdf)
    assert caught.value.reason == "policy"
    assert limit in caught.value.hint


@pytest.mark.parametrize(
    "kdf",
    [
        Scrypt(n=1 << 19, r=8),
        Scrypt(n=1 << 18, r=16),
        Scrypt(n=1 << 18, r=8, p=4),
        Scrypt(n=1 << 18, r=1, p=8),
        Scrypt(n=1 << 10, r=1, p=1 << 11),
        Scrypt(n=1 << 12, r=1, p=1 << 11),
        Scrypt(n=1 << 12, r=8, p=6),  # geth's light one
        Pbkdf2(iterations=1 << 23),
        Pbkdf2(iterations=1000),
    ],
)
def test_a_derivation_at_the_limit_is_allowed(kdf: Scrypt | Pbkdf2) -> None:
    LIMITS.check(kdf)


def test_small_n_does_not_make_many_blocks_cheap() -> None:
    assert reason(KdfLimits(min_n=2).check, Scrypt(n=2, r=1, p=1 << 14)) == "policy"


@pytest.mark.parametrize(
    ("kdf", "limits"),
    [
        (Scrypt(n=1 << 20, r=8), KdfLimits(max_memory=1 << 30)),
        (Scrypt(n=1 << 18, r=8, p=64), KdfLimits(max_work=1 << 27)),
        (Scrypt(n=2), KdfLimits(min_n=2)),
        (Pbkdf2(iterations=10**7), KdfLimits(max_iterations=10**7)),
        (Pbkdf2(iterations=1), KdfLimits(min_iterations=1)),
    ],
)
def test_each_limit_is_set_by_its_name(kdf: Scrypt | Pbkdf2, limits: KdfLimits) -> None:
    assert reason(LIMITS.check, kdf) == "policy"
    limits.check(kdf)


@pytest.mark.parametrize("name", [field.name for field in fields(KdfLimits)])
def test_X16_X17_a_limit_is_a_positive_integer(name: str) -> None:
    for number in NO_INTEGERS:
        assert reason(KdfLimits, **{name: number}) == "type"
    for number in OUT_OF_RANGE:
        assert reason(KdfLimits, **{name: number}) == "range"


@pytest.mark.parametrize("kdf", [None, "scrypt", 262144, {"n": 2}, Scrypt])
def test_what_is_no_derivation_is_refused(kdf: Any) -> None:
    assert reason(LIMITS.check, kdf) == "type"


def test_costs_and_limits_are_frozen() -> None:
    for value, name in ((STANDARD, "n"), (Pbkdf2(), "iterations"), (LIMITS, "max_work")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 1)


@pytest.mark.parametrize("kdf", [Scrypt(n=1024, r=1), Pbkdf2(iterations=1)], ids=repr)
def test_a_password_is_a_secret_of_at_most_65536_bytes(kdf: Scrypt | Pbkdf2) -> None:
    passwords: list[Any] = [None, "x", b"x", bytearray(b"x"), 7, Secret]
    assert {reason(kdf.derive, password, b"") for password in passwords} == {"type"}
    assert reason(kdf.derive, Secret(b"x" * 65537), b"") == "too-large"
    assert len(kdf.derive(Secret(b"x" * 65536), b"")) == 32


# What the machine or a library refuses


def test_KS05_more_iterations_than_openssl_counts_are_refused() -> None:
    assert reason(Pbkdf2(iterations=1 << 31).derive, Secret(b"x"), b"") == "too-large"


def test_KS01_more_than_pycryptodome_counts_is_refused() -> None:
    assert reason(Scrypt(n=1 << 40, r=1).derive, Secret(b"x"), b"") == "too-large"


def test_KS01_memory_that_the_machine_does_not_give_is_an_error_of_ours() -> None:
    printed = child(
        """
import resource
from walletcore.errors import KeystoreError
from walletcore.keystore.kdf import Scrypt
from walletcore.secret import Secret
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
try:
    Scrypt(n=1 << 21, r=8).derive(Secret(b"x"), b"")
except KeystoreError as error:
    print(error.reason)
"""
    )
    assert printed == "too-large\n"
