"""Hashes against pycryptodome, wallycore and cryptography, and on hosts that lack one of them."""

import copy
import hashlib
import pickle
import sys
from collections.abc import Callable
from typing import Any

import pytest
import wallycore
from bip_utils.utils.crypto import Blake2b256, Kekkak256, Pbkdf2HmacSha512, Ripemd160
from cryptography.hazmat.primitives import hashes as openssl
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given
from hypothesis import strategies as st

from walletcore import hashes
from walletcore.errors import Unsupported
from walletcore.hashes import (
    Hash,
    blake2b_256,
    hash160,
    hmac_sha512,
    keccak256,
    pbkdf2_hmac_sha512,
    ripemd160,
    sha256,
    sha256d,
    sha512,
    tagged,
)


def by_openssl(algorithm: openssl.HashAlgorithm) -> Callable[[bytes], bytes]:
    def digest(data: bytes) -> bytes:
        state = openssl.Hash(algorithm)
        state.update(data)
        return state.finalize()

    return digest


ORACLES: list[tuple[Hash, Callable[[bytes], bytes]]] = [
    (sha256, by_openssl(openssl.SHA256())),
    (sha256, wallycore.sha256),
    (sha256d, wallycore.sha256d),
    (sha512, wallycore.sha512),
    (ripemd160, wallycore.ripemd160),
    (ripemd160, Ripemd160.QuickDigest),
    (hash160, wallycore.hash160),
    (blake2b_256, Blake2b256.QuickDigest),
    (keccak256, Kekkak256.QuickDigest),
]
# The digest of the empty string: FIPS 180-4 examples, ISO/IEC 10118-3 (the authors' page), the Keccak team's KAT, and
# RFC 7693's algorithm with 32 bytes of output.
EMPTY = {
    sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ripemd160: "9c1185a5c5e9fc54612808977ee8f548b2258d31",
    keccak256: "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    blake2b_256: "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
}
ALL = (sha256, sha256d, sha512, ripemd160, hash160, blake2b_256, keccak256, tagged("TapSighash"))


@pytest.mark.parametrize(("ours", "theirs"), ORACLES)
@given(data=st.binary(max_size=300))
def test_a_hash_is_that_of_another_implementation(ours: Hash, theirs: Callable[[bytes], bytes], data: bytes) -> None:
    assert ours(data) == bytes(theirs(data))


@pytest.mark.parametrize(("ours", "digest"), EMPTY.items())
def test_the_published_digest_of_nothing(ours: Hash, digest: str) -> None:
    assert ours(b"").hex() == digest


@given(
    st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/0123456789", min_size=1, max_size=40),
    st.binary(min_size=1),
)
def test_a_tagged_hash_is_that_of_another_implementation(tag: str, data: bytes) -> None:
    assert tagged(tag)(data) == bytes(wallycore.bip340_tagged_hash(data, tag))


@given(st.binary(min_size=1, max_size=200), st.binary(max_size=200))
def test_hmac_is_that_of_another_implementation(key: bytes, data: bytes) -> None:
    theirs = HMAC(key, openssl.SHA512())
    theirs.update(data)
    assert hmac_sha512(key, data) == theirs.finalize()


@given(st.binary(min_size=1, max_size=200), st.binary(min_size=1, max_size=50), st.integers(1, 5))
def test_pbkdf2_is_that_of_another_implementation(password: bytes, salt: bytes, rounds: int) -> None:
    assert pbkdf2_hmac_sha512(password, salt, rounds) == Pbkdf2HmacSha512.DeriveKey(password, salt, rounds, 64)


def test_a_hash_has_a_name_and_is_equal_by_it() -> None:
    assert [each.name for each in ALL] == [
        *("sha256", "sha256d", "sha512", "ripemd160", "hash160", "blake2b-256", "keccak256", "tagged:TapSighash"),
    ]
    assert len(set(ALL)) == len(ALL)
    assert tagged("TapSighash") == tagged("TapSighash") != tagged("TapLeaf")
    assert sha256 != sha256d
    assert (sha256 == "sha256") is False
    assert repr(sha256) == "<hash sha256>"


@pytest.mark.parametrize("each", ALL)
def test_a_hash_travels_between_processes_by_its_name(each: Hash) -> None:
    for there in (pickle.loads(pickle.dumps(each)), copy.copy(each), copy.deepcopy(each)):
        assert there == each
        assert there(b"data") == each(b"data")


@pytest.mark.parametrize("name", ["", "md5", "SHA256", "sha-256", "x" * 10_000])
def test_a_name_that_no_hash_has_is_refused(name: str) -> None:
    with pytest.raises(Unsupported) as caught:
        hashes.by_name(name)
    assert caught.value.reason == "unknown"
    assert len(str(caught.value)) < 100


def test_hashing_twice_does_not_disturb_the_state_that_is_kept() -> None:
    first = [each(b"one") for each in ALL]
    assert [each(b"two") for each in ALL] != first
    assert [each(b"one") for each in ALL] == first


def test_a_host_whose_openssl_has_no_ripemd160_hashes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(name: str, **_: Any) -> Any:
        raise ValueError(f"unsupported hash type {name}")

    expected = ripemd160(b"data")
    monkeypatch.setattr(hashlib, "new", refuses)
    assert hashes._ripemd160()(b"data") == expected


def test_a_host_without_safe_pysha3_hashes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sha3", None)  # importing it now raises ImportError
    assert hashes._keccak256()(b"data") == keccak256(b"data") == Kekkak256.QuickDigest(b"data")
