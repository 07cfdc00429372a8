"""What keystore files of JSON share, each part beside another implementation."""

import uuid
from typing import Any

import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from walletcore.errors import KeystoreError
from walletcore.keystore.json_files import (
    KDFS,
    aes_128_ctr,
    choice,
    costs_of,
    drawn,
    hexadecimal_member,
    member,
    name_of,
)
from walletcore.keystore.kdf import Pbkdf2, Scrypt

sixteen = st.binary(min_size=16, max_size=16)


def reason(call: Any, *arguments: Any) -> str:
    with pytest.raises(KeystoreError) as caught:
        call(*arguments)
    return caught.value.reason


@given(sixteen, sixteen, st.binary(max_size=70))
def test_the_cipher_is_that_of_pycryptodome(key: bytes, iv: bytes, data: bytes) -> None:
    encrypted = AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=iv).encrypt(data)
    assert aes_128_ctr(key, iv, data) == encrypted
    assert aes_128_ctr(key, iv, encrypted) == data


@given(st.binary(min_size=64, max_size=64))
def test_what_is_drawn_is_salt_iv_and_a_uuid_of_the_standard_library(entropy: bytes) -> None:
    assert drawn(entropy) == (entropy[:32], entropy[32:48], str(uuid.UUID(bytes=entropy[48:], version=4)))


@pytest.mark.parametrize("entropy", [b"", bytes(63), bytes(65), bytearray(64), "0" * 64])
def test_other_entropy_is_refused(entropy: Any) -> None:
    assert reason(drawn, entropy) == ("length" if type(entropy) is bytes else "type")


def test_nothing_is_drawn_twice() -> None:
    parts = [part for _ in range(20) for part in drawn(None)]
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("kdf", [Scrypt(), Scrypt(n=4, r=5, p=6), Pbkdf2(), Pbkdf2(iterations=7)], ids=repr)
def test_costs_are_read_as_they_are_written(kdf: Scrypt | Pbkdf2) -> None:
    assert KDFS[name_of(kdf)]({**costs_of(kdf), "dklen": 32}) == kdf


def test_a_member_is_there_and_of_its_exact_type() -> None:
    assert member({"a": 1}, "a", int) == 1
    assert reason(member, {}, "a", int) == reason(member, {"a": None}, "a", int) == "missing"
    assert reason(member, {"a": True}, "a", int) == reason(member, {"a": 1}, "a", str) == "type"
    assert choice({"a": "x"}, "a", "x", "y") == "x"
    assert reason(choice, {"a": "z"}, "a", "x", "y") == "version"


def test_bytes_are_hexadecimal_and_as_many_as_asked_for() -> None:
    assert hexadecimal_member({"a": "0aFF"}, "a", 1, 2) == b"\x0a\xff"
    assert {reason(hexadecimal_member, {"a": text}, "a", 2, 3) for text in ("", "00", "000", "00" * 4)} == {"length"}
    assert reason(hexadecimal_member, {"a": "0x00"}, "a", 2, 3) == "character"
