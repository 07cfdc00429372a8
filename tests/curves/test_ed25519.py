"""The ed25519 adapter against PyNaCl's high-level interface, cryptography, solders and python-ecdsa; rows K06-K08."""

import traceback
from collections.abc import Callable
from hashlib import shake_256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from ecdsa.eddsa import generator_ed25519
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey, VerifyKey
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from walletcore.curves.ed25519 import (
    ORDER,
    SCHEMES,
    add_points,
    add_scalars,
    check_scalar,
    check_secret,
    is_point,
    multiply_point,
    parse_public,
    point,
    public_key,
    reduce_scalar,
)
from walletcore.errors import InvalidKey, InvalidSignature, WalletcoreError
from walletcore.secret import Secret

ED25519 = SCHEMES["ed25519"]
PRIME = 2**255 - 19
FOREIGN = "1398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93ca"
SMALL_ORDER = [  # all points whose order divides 8, canonical and not (libsodium's and RFC 8032's lists)
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]

seeds = st.binary(min_size=32, max_size=32)


def reason(call: Callable[..., object], *args: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args)
    assert type(caught.value) in (InvalidKey, InvalidSignature)
    return caught.value.reason


def signed(seed: bytes, message: bytes) -> bytes:
    signature, recovery = ED25519.sign(ED25519.prepare(Secret(seed), None), message, b"")
    assert recovery is None
    return signature


@given(seeds)
def test_a_public_key_is_that_of_three_other_implementations(seed: bytes) -> None:
    public = public_key(Secret(seed))
    assert public == bytes(SigningKey(seed).verify_key) == bytes(Keypair.from_seed(seed).pubkey())
    theirs = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    assert public == theirs.public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert parse_public(public) == public


@given(seeds, st.binary(max_size=300))
def test_a_signature_is_that_of_three_other_implementations(seed: bytes, message: bytes) -> None:
    signature, public = signed(seed, message), public_key(Secret(seed))
    assert signature == SigningKey(seed).sign(message).signature
    assert signature == Ed25519PrivateKey.from_private_bytes(seed).sign(message)
    assert signature == bytes(Keypair.from_seed(seed).sign_message(message))
    ED25519.verify(public, message, signature)
    assert ED25519.accept(public, message, signature, None) == (signature, None)
    VerifyKey(public).verify(message, signature)


@given(seeds, st.binary(max_size=60), st.integers(0, 63), st.integers(0, 7))
def test_a_signature_with_a_flipped_bit_is_refused(seed: bytes, message: bytes, place: int, bit: int) -> None:
    flipped = bytearray(signed(seed, message))
    flipped[place] ^= 1 << bit
    public = public_key(Secret(seed))
    assert reason(ED25519.verify, public, message, bytes(flipped)) == "mismatch"
    assert reason(ED25519.accept, public, message, bytes(flipped), None) == "mismatch"
    assert not Signature(bytes(flipped)).verify(Pubkey(public), message)


@given(seeds, seeds, st.binary(max_size=60))
def test_a_signature_by_another_key_or_over_another_message_is_refused(one: bytes, other: bytes, text: bytes) -> None:
    signature = signed(one, text)
    if one != other:
        assert reason(ED25519.verify, public_key(Secret(other)), text, signature) == "mismatch"
    assert reason(ED25519.verify, public_key(Secret(one)), text + b"\0", signature) == "mismatch"


@pytest.mark.parametrize("seed", [b"", b"\1", bytes(31), bytes(33)])
def test_K01_a_seed_of_another_length_is_refused(seed: bytes) -> None:
    assert reason(check_secret, Secret(seed)) == "length"


def test_K06_a_key_with_a_foreign_public_half_is_refused_by_its_length() -> None:
    assert reason(check_secret, Secret(bytes([7]) * 32 + bytes.fromhex(FOREIGN))) == "length"
    with pytest.raises(ValueError, match="signature error"):
        Keypair.from_bytes(bytes([7]) * 32 + bytes.fromhex(FOREIGN))


def test_K06_a_key_with_its_own_public_half_is_no_seed_either() -> None:
    whole = bytes([7]) * 32 + public_key(Secret(bytes([7]) * 32))
    assert reason(check_secret, Secret(whole)) == "length"


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_K07_a_point_of_small_order_is_no_key_and_verifies_nothing(point: str) -> None:
    public = bytes.fromhex(point)
    assert reason(parse_public, public) == "point"
    for r in (public, bytes.fromhex(SMALL_ORDER[1])):
        for message in (b"", b"any", b"message"):
            assert reason(ED25519.verify, public, message, r + bytes(32)) == "mismatch"
            assert reason(ED25519.accept, public, message, r + bytes(32), None) == "mismatch"


def test_K07_openssl_takes_the_forgery_that_we_refuse() -> None:
    identity = bytes.fromhex(SMALL_ORDER[1])
    Ed25519PublicKey.from_public_bytes(identity).verify(identity + bytes(32), b"any message")
    assert reason(ED25519.verify, identity, b"any message", identity + bytes(32)) == "mismatch"


@given(seeds, st.binary(max_size=60))
def test_K08_s_plus_the_order_is_refused(seed: bytes, message: bytes) -> None:
    signature = signed(seed, message)
    for times in range(1, 16):
        s = int.from_bytes(signature[32:], "little") + times * ORDER
        if s < 2**256:
            malleable = signature[:32] + s.to_bytes(32, "little")
            assert reason(ED25519.verify, public_key(Secret(seed)), message, malleable) == "mismatch"


@pytest.mark.parametrize("y", [PRIME, PRIME + 1, PRIME + 3, 2**255 - 1])
def test_K08_a_y_that_is_not_below_the_prime_is_no_key(y: int) -> None:
    for sign in (0, 1 << 255):
        public = (y + sign).to_bytes(32, "little")
        assert reason(parse_public, public) == "point"
        assert reason(ED25519.verify, public, b"", bytes(64)) == "mismatch"


@pytest.mark.parametrize("r", [PRIME, PRIME + 1, 2**255 - 1])
def test_K08_an_r_that_is_not_below_the_prime_is_refused(r: int) -> None:
    public = public_key(Secret(bytes([7]) * 32))
    assert reason(ED25519.verify, public, b"", r.to_bytes(32, "little") + bytes(32)) == "mismatch"


def test_a_point_with_a_part_of_small_order_is_no_key() -> None:
    """Solders (like most) takes any point of the curve; we take those of the main subgroup only."""
    points = [n.to_bytes(32, "little") for n in range(2, 60) if Pubkey(n.to_bytes(32, "little")).is_on_curve()]
    refused = [point for point in points if _is_refused(point)]
    assert len(refused) > len(points) // 2  # seven of eight, on average


def _is_refused(point: bytes) -> bool:
    try:
        parse_public(point)
    except InvalidKey:
        return True
    return False


@given(st.binary(max_size=40))
def test_what_we_take_as_a_key_is_on_the_curve_for_solders(data: bytes) -> None:
    if len(data) != 32:
        assert reason(parse_public, data) == "length"
    elif not _is_refused(data):
        assert Pubkey(data).is_on_curve()


@pytest.mark.parametrize("size", [0, 32, 63, 65, 128])
def test_a_signature_has_64_bytes(size: int) -> None:
    public = public_key(Secret(bytes([7]) * 32))
    assert reason(ED25519.verify, public, b"", bytes(size)) == "length"
    assert reason(ED25519.accept, public, b"", bytes(size), None) == "length"


def test_an_ed25519_answer_has_no_recovery_id_and_its_key_no_tweak() -> None:
    public, signature = public_key(Secret(bytes([7]) * 32)), signed(bytes([7]) * 32, b"")
    assert reason(ED25519.accept, public, b"", signature, 0) == "mismatch"
    assert reason(ED25519.prepare, Secret(bytes([7]) * 32), b"") == "scheme"


# -- points


def test_20000_random_strings_are_points_when_solders_says_so() -> None:
    strings = (shake_256(number.to_bytes(4)).digest(32) for number in range(20_000))
    verdicts = [(is_point(data), Pubkey(data).is_on_curve()) for data in strings]
    assert {True, False} == {ours for ours, _ in verdicts}
    assert all(ours == theirs for ours, theirs in verdicts)


def test_strings_at_the_edges_are_points_when_solders_says_so() -> None:
    edges = {n % 2**255 for n in [*range(-300, 300), *range(PRIME - 300, PRIME + 19), *(2**k for k in range(255))]}
    for y in edges:
        for sign in (0, 1):  # 2^255 - 19 and above are spellings of 0 and above
            data = (y | sign << 255).to_bytes(32, "little")
            assert is_point(data) == Pubkey(data).is_on_curve(), data.hex()


@pytest.mark.parametrize("text", SMALL_ORDER)
def test_points_of_small_order_are_points_and_no_keys(text: str) -> None:
    data = bytes.fromhex(text)
    assert is_point(data)
    assert Pubkey(data).is_on_curve()
    assert reason(parse_public, data) == "point"


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33), None, bytearray(32), "1" * 32])
def test_only_32_bytes_can_be_a_point(data: Any) -> None:
    assert reason(is_point, data) == "length"


# -- scalars


scalars = st.one_of(st.sampled_from([1, 2, 8, ORDER - 1]), st.integers(1, ORDER - 1))


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


@given(scalars, scalars)
@settings(max_examples=25)  # python-ecdsa takes milliseconds for a point
def test_points_are_those_of_python_ecdsa(k: int, other: int) -> None:
    theirs = generator_ed25519 * k
    assert point(little(k)) == bytes(theirs.to_bytes())
    assert multiply_point(little(other), point(little(k))) == bytes((theirs * other).to_bytes())
    if (k + other) % ORDER:
        assert add_points(point(little(k)), point(little(other))) == bytes((generator_ed25519 * (k + other)).to_bytes())


@given(scalars, scalars)
def test_scalars_are_added_modulo_the_order(k: int, other: int) -> None:
    if (k + other) % ORDER:
        assert add_scalars(little(k), little(other)) == little((k + other) % ORDER)


@given(st.binary(max_size=64))
def test_bytes_are_reduced_as_a_little_endian_number(data: bytes) -> None:
    assert reduce_scalar(data) == little(int.from_bytes(data, "little") % ORDER)


def test_more_than_64_bytes_are_not_reduced() -> None:
    assert reason(reduce_scalar, bytes(65)) == "length"


def test_X10_a_number_that_is_refused_is_in_no_frame() -> None:
    with pytest.raises(InvalidKey) as caught:
        reduce_scalar(b"canary" * 11)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "canary" not in "".join(f"{frame.locals}" for frame in shown.stack if frame.filename != __file__)


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**255 | 1, 2**256 - 1])
def test_a_scalar_out_of_range_is_refused_everywhere(number: int) -> None:
    """Libsodium takes some of these: it ignores the highest bit, and reduces what is above the order."""
    bad, good = little(number), little(1)
    for call in (lambda: check_scalar(bad), lambda: point(bad), lambda: multiply_point(bad, point(good))):
        assert reason(call) == "range"
    assert reason(add_scalars, bad, good) == reason(add_scalars, good, bad) == "range"


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_scalar_has_32_bytes(size: int) -> None:
    for call in (
        check_scalar,
        point,
        lambda k: multiply_point(k, point(little(1))),
        lambda k: add_scalars(little(1), k),
    ):
        assert reason(call, bytes(size)) == "length"


@pytest.mark.parametrize("small", SMALL_ORDER)
def test_K07_a_point_of_small_order_is_neither_added_nor_multiplied(small: str) -> None:
    bad, good = bytes.fromhex(small), point(little(5))
    assert reason(add_points, bad, good) == reason(add_points, good, bad) == "point"
    assert reason(multiply_point, little(8), bad) == "point"


def test_sums_that_are_nothing_are_refused() -> None:
    """Libsodium gives the neutral element back as a point, and zero as a scalar."""
    one, minus_one = little(1), little(ORDER - 1)
    assert reason(add_points, point(one), point(minus_one)) == "point"
    assert reason(add_scalars, one, minus_one) == "range"
