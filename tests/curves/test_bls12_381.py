"""The BLS12-381 adapter against py-ecc: public keys, and what is none."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from eth_typing import BLSPubkey
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.bls.ciphersuites import G2ProofOfPossession
from py_ecc.optimized_bls12_381.optimized_curve import curve_order

from support.vectors import Case, vectors
from walletcore.curves.bls12_381 import ORDER, check_secret, parse_public, public_key
from walletcore.errors import InvalidKey, MissingExtra
from walletcore.secret import Secret

GENERATOR = public_key(Secret((1).to_bytes(32)))


def reason(call: Callable[..., object], *args: Any) -> str:
    with pytest.raises(InvalidKey) as caught:
        call(*args)
    return caught.value.reason


@given(st.integers(1, ORDER - 1))
@settings(max_examples=20)  # py-ecc multiplies in Python
def test_a_public_key_is_that_of_py_ecc(number: int) -> None:
    public = public_key(Secret(number.to_bytes(32)))
    assert public == G2ProofOfPossession.SkToPk(number)
    assert parse_public(public) == public
    assert G2ProofOfPossession.KeyValidate(BLSPubkey(public))


@pytest.mark.parametrize("number", [1, 2, ORDER - 1])
def test_the_borders_of_the_range_are_keys(number: int) -> None:
    check_secret(Secret(number.to_bytes(32)))
    assert public_key(Secret(number.to_bytes(32))) == G2ProofOfPossession.SkToPk(number)


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_a_secret_out_of_range_is_refused(number: int) -> None:
    assert reason(check_secret, Secret(number.to_bytes(32))) == "range"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_of_another_size_is_refused(size: int) -> None:
    assert reason(check_secret, Secret(bytes(size))) == "length"


INFINITY = b"\xc0" + bytes(47)
NO_POINTS = {
    "identity": INFINITY,
    "no flag": bytes(48),
    "not compressed": bytes([GENERATOR[0] & 0x7F]) + GENERATOR[1:],
    "identity with a sign": b"\xe0" + bytes(47),
    "identity with a coordinate": b"\xc0" + bytes(46) + b"\1",
    "coordinate above the field": b"\x9f" + b"\xff" * 47,
    "not on the curve": b"\x80" + bytes(46) + b"\1",
    "not in the subgroup": b"\x80" + bytes(46) + b"\4",
}


@pytest.mark.parametrize("data", NO_POINTS.values(), ids=NO_POINTS.keys())
def test_what_is_no_public_key_is_refused_as_by_py_ecc(data: bytes) -> None:
    assert reason(parse_public, data) == "point"
    assert not G2ProofOfPossession.KeyValidate(BLSPubkey(data))


@pytest.mark.parametrize("data", [b"", GENERATOR[:47], GENERATOR + b"\0", bytearray(GENERATOR), GENERATOR.hex(), None])
def test_what_is_not_48_bytes_is_refused(data: Any) -> None:
    assert reason(parse_public, data) == "length"


def test_the_order_is_that_of_py_ecc() -> None:
    assert curve_order == ORDER


@vectors("eip2335/decrypt")
def test_the_published_public_keys_are_those_of_their_secrets(case: Case) -> None:
    assert public_key(Secret(bytes.fromhex(case.expect["private_key"]))).hex() == case.expect["public_key"]


def test_without_the_extra_the_error_has_the_words_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py_arkworks_bls12381", None)
    check_secret(Secret(bytes(31) + b"\1"))
    with pytest.raises(MissingExtra, match=r"pip install 'walletcore\[bls\]'"):
        public_key(Secret(bytes(31) + b"\1"))
