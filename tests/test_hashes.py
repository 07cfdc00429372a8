"""Hashes against pycryptodome, wallycore and cryptography, and on hosts that lack one of them."""

import copy
import hashlib
import pickle
import sys
from collections.abc import Callable
from typing import Any

import groestlcoin_hash
import pytest
import wallycore
from bip_utils.utils.crypto import Blake2b256, Kekkak256, Pbkdf2HmacSha512, Ripemd160
from blake256.blake256 import blake_hash
from cryptography.hazmat.primitives import hashes as openssl
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given
from hypothesis import strategies as st

from walletcore import hashes
from walletcore.blake256 import blake256
from walletcore.errors import Unsupported
from walletcore.groestl import groestl512
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

    expected = ripemd160(b"data"), hash160(b"data")
    monkeypatch.setattr(hashlib, "new", refuses)
    assert tuple(digest(b"data") for digest in hashes._ripemd160()) == expected


def test_a_host_without_safe_pysha3_hashes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sha3", None)  # importing it now raises ImportError
    assert hashes._keccak256()(b"data") == keccak256(b"data") == Kekkak256.QuickDigest(b"data")


FOX = b"The quick brown fox jumps over the lazy dog"
# BLAKE-256: decred/dcrd 036b709 crypto/blake256/hasher_test.go, hasherVecTests, which says that the first two are
# the specification's. Groestl-512: trustwallet/wallet-core 5295dc4 tests/interface/TWHashTests.cpp and
# tests/common/HashTests.cpp (Groestl512, Groestl512d).
SHORT = [
    (blake256, b"\0", "0ce8d4ef4dd7cd8d62dfded9d4edb0a774ae6a41929a74da23109e8f11139c87"),
    (blake256, bytes(72), "d419bad32d504fb7d44d460c42c5593fe544fa4c135dec31e21bd9abdcc22d41"),
    (blake256, b"", "716f6e863f744b9ac22c97ec7b76ea5f5908bc5b2f67c61510bfc4751384ea7a"),
    (
        groestl512,
        b"",
        "6d3ad29d279110eef3adbd66de2a0345a77baede1557f5d099fce0c03d6dc2ba"
        "8e6d4a6633dfbd66053c20faa87d1a11f39a7fbe4a6c2f009801370308fc4ad8",
    ),
    (blake256, b"\x03" * 127, "9adc25ef2bd7129e6e5d9fb5dc93b91f9b33453b61b5085fbc40b0e44fe69eea"),
    (
        groestl512,
        FOX,
        "badc1f70ccd69e0cf3760c3f93884289da84ec13c70b3d12a53a7a8a4a513f99"
        "715d46288f55e1dbf926e6d084a0538e4eebfc91cf2b21452921ccde9131718d",
    ),
    (
        hashes.groestl512d,
        FOX,
        "1209d229cfc9d7d6711369e2d7f369b0efc1459a9d407cbfc7daf4f54209347f"
        "2ee7e3e7522ba5d5ac4e7365445739919e23e2917baee10f23557f3d3fbc696d",
    ),
]


@pytest.mark.parametrize(("digest", "data", "expected"), SHORT)
def test_hashes_of_relatives_have_their_published_figures(
    digest: Callable[[bytes], bytes], data: bytes, expected: str
) -> None:
    assert digest(data).hex() == expected


@given(st.integers(0, 300).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
def test_hashes_of_relatives_are_those_of_other_implementations(data: bytes) -> None:
    assert blake256(data) == hashes.blake256(data) == blake_hash(data)
    assert hashes.blake256d(data) == blake_hash(blake_hash(data))
    assert hashes.blake256_ripemd160(data) == Ripemd160.QuickDigest(blake_hash(data))
    if data:  # the other one hashes no empty text
        assert hashes.groestl512d(data)[:32] == groestlcoin_hash.getHash(data, len(data))


@pytest.mark.parametrize("size", range(50, 136))
def test_a_block_ends_anywhere(size: int) -> None:
    data = bytes(range(size))
    assert blake256(data) == blake_hash(data)
    assert hashes.groestl512d(data)[:32] == groestlcoin_hash.getHash(data, len(data))


def test_hashes_of_relatives_are_found_by_their_names() -> None:
    for each in (hashes.blake256, hashes.blake256d, hashes.blake256_ripemd160, hashes.groestl512d):
        assert hashes.by_name(each.name) is each
        assert pickle.loads(pickle.dumps(each)) is each
