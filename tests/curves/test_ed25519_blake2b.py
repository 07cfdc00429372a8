"""Ed25519 with BLAKE2b against ed25519-blake2b, in C after Andrew Moon's ed25519-donna; rows K01-K08."""

from collections.abc import Callable
from hashlib import sha512
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from ed25519_blake2b import BadSignatureError, SigningKey, VerifyingKey
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey as PlainKey

from support.keys import secret_of
from support.vectors import Case, vectors
from walletcore.curves import ed25519, expanded
from walletcore.curves.ed25519 import ORDER
from walletcore.curves.ed25519_blake2b import SCHEMES, check_secret, parse_public, public_key
from walletcore.errors import InvalidKey, InvalidSignature, WalletcoreError
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret

BLAKE2B = SCHEMES["ed25519-blake2b"]
SEED = bytes([7]) * 32
NEUTRAL = b"\1" + bytes(31)
SMALL_ORDER = [bytes(32), NEUTRAL, b"\xec" + b"\xff" * 30 + b"\x7f"]

seeds = st.binary(min_size=32, max_size=32)
messages = st.binary(max_size=300)


def reason(call: Callable[..., object], *args: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args)
    assert type(caught.value) in (InvalidKey, InvalidSignature)
    return caught.value.reason


def signed(seed: bytes, message: bytes) -> bytes:
    signature, recovery = BLAKE2B.sign(BLAKE2B.prepare(Secret(seed), None), message, b"")
    assert recovery is None
    return signature


# -- published figures


@vectors("ed25519-blake2b/sign")
def test_a_key_and_its_signature_are_the_published_ones(case: Case) -> None:
    key = PrivateKey(Curve.ED25519_BLAKE2B, Secret(bytes.fromhex(case.input["secret"])))
    message = bytes.fromhex(case.input["message"])
    signature = bytes.fromhex(case.expect["signature"])
    assert key.public_key.data.hex() == case.expect.get("public_key", key.public_key.data.hex())
    assert key.sign(Scheme.ED25519_BLAKE2B, message) == signature
    key.public_key.verify(Scheme.ED25519_BLAKE2B, message, signature)


@vectors("ed25519-blake2b/verify")
def test_a_signature_has_the_published_verdict(case: Case) -> None:
    public = PublicKey(Curve.ED25519_BLAKE2B, bytes.fromhex(case.input["public_key"]))
    asked = bytes.fromhex(case.input["message"]), bytes.fromhex(case.input["signature"])
    if case.expect["result"] == "valid":
        public.verify(Scheme.ED25519_BLAKE2B, *asked)
        return
    with pytest.raises(InvalidSignature) as caught:
        public.verify(Scheme.ED25519_BLAKE2B, *asked)
    assert caught.value.reason == case.expect["reason"]


# -- a second implementation


@given(seeds, messages)
def test_key_and_signature_are_those_of_another_implementation(seed: bytes, message: bytes) -> None:
    theirs, public, signature = SigningKey(seed), public_key(Secret(seed)), signed(seed, message)
    assert public == theirs.get_verifying_key().to_bytes()
    assert parse_public(public) == public
    assert signature == theirs.sign(message)
    BLAKE2B.verify(public, message, signature)
    assert BLAKE2B.accept(public, message, signature, None) == (signature, None)


@given(seeds, messages, st.integers(0, 63), st.integers(0, 7))
def test_a_signature_with_a_flipped_bit_is_refused_here_and_there(
    seed: bytes, message: bytes, place: int, bit: int
) -> None:
    flipped, public = bytearray(signed(seed, message)), public_key(Secret(seed))
    flipped[place] ^= 1 << bit
    assert reason(BLAKE2B.verify, public, message, bytes(flipped)) == "mismatch"
    assert reason(BLAKE2B.accept, public, message, bytes(flipped), None) == "mismatch"
    with pytest.raises(BadSignatureError):
        VerifyingKey(public).verify(bytes(flipped), message)


@given(seeds, seeds, messages)
def test_a_signature_by_another_key_or_over_another_message_is_refused(one: bytes, other: bytes, text: bytes) -> None:
    signature = signed(one, text)
    if one != other:
        assert reason(BLAKE2B.verify, public_key(Secret(other)), text, signature) == "mismatch"
    assert reason(BLAKE2B.verify, public_key(Secret(one)), text + b"\0", signature) == "mismatch"


@given(seeds, messages)
def test_plain_ed25519_is_another_scheme(seed: bytes, message: bytes) -> None:
    plain = PlainKey(seed)
    assert bytes(plain.verify_key) != public_key(Secret(seed))
    assert reason(BLAKE2B.verify, bytes(plain.verify_key), message, plain.sign(message).signature) == "mismatch"
    ours = public_key(Secret(seed))
    assert reason(ed25519.SCHEMES["ed25519"].verify, ours, message, signed(seed, message)) == "mismatch"


@given(seeds, messages)
def test_verification_is_that_of_libsodium_when_the_hash_is(seed: bytes, message: bytes) -> None:
    """The equation that is checked here is the one that libsodium checks: with SHA-512, both say yes and no alike."""
    public, signature = bytes(PlainKey(seed).verify_key), PlainKey(seed).sign(message).signature
    expanded.verify(public, message, signature, lambda data: sha512(data).digest())
    for place in range(64):
        wrong = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
        with pytest.raises(InvalidSignature):
            expanded.verify(public, message, wrong, lambda data: sha512(data).digest())


# -- rows


@pytest.mark.parametrize("seed", [b"", b"\1", bytes(31), bytes(33), bytes(64)])
def test_K01_K06_a_seed_of_another_length_is_refused(seed: bytes) -> None:
    assert reason(check_secret, Secret(seed)) == "length"


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_K07_a_point_of_small_order_is_no_key_and_verifies_nothing(public: bytes) -> None:
    assert reason(parse_public, public) == "point"
    for r in (public, NEUTRAL):
        for message in (b"", b"any", b"message"):
            assert reason(BLAKE2B.verify, public, message, r + bytes(32)) == "mismatch"
            assert reason(BLAKE2B.verify, public, message, r + b"\1" + bytes(31)) == "mismatch"


@given(seeds, messages)
def test_K08_s_plus_the_order_is_refused(seed: bytes, message: bytes) -> None:
    signature = signed(seed, message)
    for times in range(1, 16):
        s = int.from_bytes(signature[32:], "little") + times * ORDER
        malleable = signature[:32] + s.to_bytes(32, "little")
        assert reason(BLAKE2B.verify, public_key(Secret(seed)), message, malleable) == "mismatch"


def test_K08_an_s_of_zero_or_an_r_that_is_no_point_is_refused() -> None:
    public = public_key(Secret(SEED))
    for signature in (bytes(64), NEUTRAL + bytes(32), b"\xff" * 64, b"\2" + bytes(63)):
        assert reason(BLAKE2B.verify, public, b"", signature) == "mismatch"


@given(seeds, messages)
def test_K07_a_signature_with_a_nonce_of_zero_is_refused_as_libsodium_refuses_it(seed: bytes, message: bytes) -> None:
    """R is the neutral point and S = k * s, which gives the key away: the equation holds for it."""
    s = int.from_bytes(secret_of(Curve.ED25519_BIP32, seed)[:32], "little")
    public = bytes(PlainKey(seed).verify_key)
    k = int.from_bytes(sha512(NEUTRAL + public + message).digest(), "little")
    forged = NEUTRAL + (k * s % ORDER).to_bytes(32, "little")
    Ed25519PublicKey.from_public_bytes(public).verify(forged, message)  # OpenSSL's rule
    assert reason(ed25519.SCHEMES["ed25519"].verify, public, message, forged) == "mismatch"
    assert reason(expanded.verify, public, message, forged, lambda data: sha512(data).digest()) == "mismatch"


@pytest.mark.parametrize("size", [0, 32, 63, 65, 128])
def test_a_signature_has_64_bytes(size: int) -> None:
    assert reason(BLAKE2B.verify, public_key(Secret(SEED)), b"", bytes(size)) == "length"
    assert reason(BLAKE2B.accept, public_key(Secret(SEED)), b"", bytes(size), None) == "length"


def test_an_answer_has_no_recovery_id_and_its_key_no_tweak() -> None:
    assert reason(BLAKE2B.accept, public_key(Secret(SEED)), b"", signed(SEED, b""), 0) == "mismatch"
    assert reason(BLAKE2B.prepare, Secret(SEED), b"") == "scheme"


def test_X12_what_was_prepared_is_wiped() -> None:
    prepared = BLAKE2B.prepare(Secret(SEED), None)
    BLAKE2B.forget(prepared)
    assert reason(BLAKE2B.sign, prepared, b"", b"") == "wiped"
