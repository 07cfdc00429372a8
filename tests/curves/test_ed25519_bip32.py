"""Ed25519 with extended private keys, against RFC 8032 itself, libsodium's own signing, and OpenSSL; rows K01-K08."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import assume, given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from support.keys import secret_of
from walletcore.curves.ed25519 import ORDER
from walletcore.curves.ed25519_bip32 import SCHEMES, check_secret, parse_public, public_key
from walletcore.errors import InvalidKey, InvalidSignature, WalletcoreError
from walletcore.keys import Curve
from walletcore.secret import Secret

BIP32 = SCHEMES["ed25519-bip32"]
NEUTRAL = b"\1" + bytes(31)

seeds = st.binary(min_size=32, max_size=32)
scalars = st.integers(1, 2**255 - 1).filter(lambda k: k % ORDER)
messages = st.binary(max_size=300)


def reason(call: Callable[..., object], *args: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args)
    assert type(caught.value) in (InvalidKey, InvalidSignature)
    return caught.value.reason


def extended(k_L: int, k_R: bytes = bytes(32)) -> Secret:  # noqa: N803
    return Secret(k_L.to_bytes(32, "little") + k_R)


def signed(secret: Secret, message: bytes) -> bytes:
    signature, recovery = BIP32.sign(BIP32.prepare(secret, None), message, b"")
    assert recovery is None
    return signature


@given(seeds, messages)
def test_the_expanded_key_of_a_seed_is_and_signs_what_the_seed_does(seed: bytes, message: bytes) -> None:
    secret, theirs = Secret(secret_of(Curve.ED25519_BIP32, seed)), SigningKey(seed)
    assert public_key(secret) == bytes(theirs.verify_key)
    assert signed(secret, message) == theirs.sign(message).signature


@given(scalars, st.binary(min_size=32, max_size=32), messages)
def test_a_signature_by_any_scalar_is_plain_ed25519_for_others(k_L: int, k_R: bytes, message: bytes) -> None:  # noqa: N803
    secret = extended(k_L, k_R)
    check_secret(secret)
    public, signature = public_key(secret), signed(secret, message)
    assert parse_public(public) == public
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    BIP32.verify(public, message, signature)
    assert BIP32.accept(public, message, signature, None) == (signature, None)


@given(st.integers(1, 2**251), messages)
def test_scalars_that_differ_by_the_order_are_the_same_key(k: int, message: bytes) -> None:
    one, other = extended(k), extended(k + 7 * ORDER)
    assert public_key(one) == public_key(other)
    assert signed(one, message) == signed(other, message)


@given(scalars, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), messages)
def test_the_prefix_makes_the_nonce(k_L: int, one: bytes, other: bytes, message: bytes) -> None:  # noqa: N803
    assume(one != other)
    first, second = signed(extended(k_L, one), message), signed(extended(k_L, other), message)
    assert first[:32] != second[:32]
    assert first == signed(extended(k_L, one), message)


@given(scalars, messages, st.integers(0, 63), st.integers(0, 7))
def test_a_signature_with_a_flipped_bit_is_refused(k_L: int, message: bytes, place: int, bit: int) -> None:  # noqa: N803
    flipped = bytearray(signed(extended(k_L), message))
    flipped[place] ^= 1 << bit
    assert reason(BIP32.verify, public_key(extended(k_L)), message, bytes(flipped)) == "mismatch"


@pytest.mark.parametrize("size", [0, 31, 32, 33, 63, 65, 96, 128])
def test_K01_a_key_of_another_length_is_refused(size: int) -> None:
    assert reason(check_secret, Secret(b"\1" * size)) == "length"


@pytest.mark.parametrize("k_L", [0, ORDER, 2 * ORDER, 7 * ORDER, 2**255, 2**255 + 1, 2**256 - 1])
def test_K03_a_scalar_out_of_range_is_refused(k_L: int) -> None:  # noqa: N803
    """From 2^255 on libsodium would ignore the highest bit, and give the public key of another scalar."""
    assert reason(check_secret, extended(k_L)) == "range"


@pytest.mark.parametrize("k_L", [1, 8, ORDER - 1, ORDER + 1, 2**254, 2**255 - 1])
def test_K03_a_scalar_in_range_is_taken(k_L: int) -> None:  # noqa: N803
    check_secret(extended(k_L))


@pytest.mark.parametrize("times", range(8))
def test_K03_a_multiple_of_the_order_has_no_public_key(times: int) -> None:
    assert reason(public_key, extended(times * ORDER)) == "range"
    assert reason(BIP32.prepare, extended(times * ORDER), None) == "range"


@pytest.mark.parametrize("point", [bytes(32), NEUTRAL, b"\xff" * 32, bytes(31), bytes(33)])
def test_K05_K07_what_is_no_key_is_refused(point: bytes) -> None:
    assert reason(parse_public, point) in ("point", "length")


@given(scalars, messages)
def test_K08_s_plus_the_order_is_refused(k_L: int, message: bytes) -> None:  # noqa: N803
    signature = signed(extended(k_L), message)
    s = int.from_bytes(signature[32:], "little") + ORDER
    malleable = signature[:32] + s.to_bytes(32, "little")
    assert reason(BIP32.verify, public_key(extended(k_L)), message, malleable) == "mismatch"


def test_an_answer_has_no_recovery_id_and_its_key_no_tweak() -> None:
    public, signature = public_key(extended(8)), signed(extended(8), b"")
    assert reason(BIP32.accept, public, b"", signature, 0) == "mismatch"
    assert reason(BIP32.prepare, extended(8), b"") == "scheme"


def test_X12_a_wiped_key_has_no_public_half_and_prepares_nothing() -> None:
    secret = extended(8)
    prepared = BIP32.prepare(secret, None)
    secret.wipe()
    assert reason(public_key, secret) == reason(BIP32.prepare, secret, None) == "wiped"
    BIP32.forget(prepared)
    assert reason(BIP32.sign, prepared, b"", b"") == "wiped"
