"""The BLS12-381 adapter: public keys are those of py-ecc, and what is no private key is refused."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.bls.ciphersuites import G2ProofOfPossession
from py_ecc.optimized_bls12_381.optimized_curve import curve_order

from support.vectors import Case, vectors
from walletcore.curves.bls12_381 import ORDER, check_secret, public_key
from walletcore.errors import InvalidKey, MissingExtra
from walletcore.secret import Secret


def reason(secret: Secret) -> str:
    with pytest.raises(InvalidKey) as caught:
        check_secret(secret)
    return caught.value.reason


@vectors("eip2335/decrypt")
def test_the_published_public_keys_are_those_of_their_secrets(case: Case) -> None:
    assert public_key(Secret(bytes.fromhex(case.expect["private_key"]))).hex() == case.expect["public_key"]


@settings(max_examples=5, deadline=None)
@given(st.integers(1, ORDER - 1))
def test_public_keys_are_those_of_py_ecc(k: int) -> None:
    assert public_key(Secret(k.to_bytes(32))) == G2ProofOfPossession.SkToPk(k)


@pytest.mark.parametrize("k", [1, ORDER - 1])
def test_the_first_and_the_last_secret_have_public_keys(k: int) -> None:
    check_secret(Secret(k.to_bytes(32)))
    assert public_key(Secret(k.to_bytes(32))) == G2ProofOfPossession.SkToPk(k)


def test_the_order_is_that_of_py_ecc() -> None:
    assert curve_order == ORDER


@pytest.mark.parametrize("k", [0, ORDER, ORDER + 1, 2**256 - 1], ids=["0", "r", "r+1", "2^256-1"])
def test_a_secret_out_of_range_is_refused(k: int) -> None:
    assert reason(Secret(k.to_bytes(32))) == "range"


@pytest.mark.parametrize("size", [0, 31, 33, 48])
def test_a_secret_of_another_length_is_refused(size: int) -> None:
    assert reason(Secret(b"\1" * size)) == "length"


def test_without_the_extra_the_error_has_the_words_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py_arkworks_bls12381", None)
    check_secret(Secret(bytes(31) + b"\1"))
    with pytest.raises(MissingExtra, match=r"pip install 'walletcore\[bls\]'"):
        public_key(Secret(bytes(31) + b"\1"))
