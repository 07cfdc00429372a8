"""P-256: keys, signatures and sums of keys, against pycryptodome and bip_utils (python-ecdsa)."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from bip_utils import Nist256p1PrivateKey
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS
from Crypto.Util.asn1 import DerSequence
from hypothesis import given
from hypothesis import strategies as st

from walletcore.curves import p256
from walletcore.errors import InvalidKey, InvalidSignature, Unsupported
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret

SCHEME = Scheme.ECDSA_P256
ORDER = p256.ORDER
GENERATOR = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")  # SEC 2, 2.4.2
DIGEST = hashlib.sha256(b"sample").digest()
KEY = PrivateKey(Curve.P256, Secret(bytes(31) + b"\x01"))

scalars = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32))


def reason(kind: type[InvalidKey] | type[InvalidSignature], call: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        call()
    return caught.value.reason


def theirs(secret: bytes) -> bytes:
    """The compressed point of a secret by python-ecdsa."""
    return bytes(Nist256p1PrivateKey.FromBytes(secret).PublicKey().RawCompressed().ToBytes())


def other(secret: bytes) -> ECC.EccKey:
    """The private key by pycryptodome."""
    return ECC.construct(curve="P-256", d=int.from_bytes(secret))


def low(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:])
    return signature[:32] + min(s, ORDER - s).to_bytes(32)


def high(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:])
    return signature[:32] + max(s, ORDER - s).to_bytes(32)


def der(r: int, s: int) -> bytes:
    return bytes(DerSequence([r, s]).encode())


def parts(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:])


# -- keys


def test_one_is_the_generator() -> None:
    assert KEY.public_key.data == GENERATOR


@pytest.mark.parametrize("size", [1, 31, 33, 64])
def test_K01_a_secret_of_another_size_is_refused(size: int) -> None:
    assert reason(InvalidKey, lambda: PrivateKey(Curve.P256, Secret(bytes(size - 1) + b"\x01"))) == "length"


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_K03_a_secret_out_of_range_is_refused(number: int) -> None:
    assert reason(InvalidKey, lambda: PrivateKey(Curve.P256, Secret(number.to_bytes(32)))) == "range"


def test_K03_the_last_secret_is_the_opposite_of_the_generator() -> None:
    last = PrivateKey(Curve.P256, Secret((ORDER - 1).to_bytes(32))).public_key
    assert last.data == bytes((GENERATOR[0] ^ 1,)) + GENERATOR[1:]


@pytest.mark.parametrize("first", [0, 1, 2, 3, 5, 6, 7])
def test_K04_a_hybrid_point_is_refused(first: int) -> None:
    body = p256.uncompressed(GENERATOR)[1:]
    assert reason(InvalidKey, lambda: PublicKey.parse(Curve.P256, bytes((first,)) + body)) == "non-canonical"


@pytest.mark.parametrize(
    "data",
    [
        b"\x02" + b"\xff" * 32,
        b"\x04" + bytes(64),
        b"\x04" + GENERATOR[1:] * 2,
        b"\x02" + (1).to_bytes(32),  # 1 - 3 + b is no square
    ],
)
def test_K05_a_point_off_the_curve_is_refused(data: bytes) -> None:
    assert reason(InvalidKey, lambda: PublicKey.parse(Curve.P256, data)) == "point"


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00" * 33, GENERATOR[:-1], GENERATOR + b"\0", bytes(64)])
def test_K05_what_is_no_encoding_of_a_point_is_refused(data: bytes) -> None:
    assert reason(InvalidKey, lambda: PublicKey.parse(Curve.P256, data)) == "non-canonical"


@given(scalars)
def test_points_are_those_of_two_other_implementations(secret: bytes) -> None:
    key = PrivateKey(Curve.P256, Secret(secret)).public_key
    assert key.data == theirs(secret) == other(secret).public_key().export_key(format="SEC1", compress=True)
    assert p256.uncompressed(key.data) == other(secret).public_key().export_key(format="SEC1")
    assert PublicKey.parse(Curve.P256, p256.uncompressed(key.data)) == key


# -- sums


@given(scalars, scalars)
def test_secrets_and_points_are_added_alike(secret: bytes, tweak: bytes) -> None:
    total = (int.from_bytes(secret) + int.from_bytes(tweak)) % ORDER
    public = p256.public_key(Secret(secret))
    if total == 0:
        assert reason(InvalidKey, lambda: p256.tweak_public(public, tweak)) == "range"
    else:
        assert p256.tweak_secret(Secret(secret), tweak).reveal() == total.to_bytes(32)
        assert p256.tweak_public(public, tweak) == theirs(total.to_bytes(32))


@pytest.mark.parametrize("tweak", [ORDER, ORDER + 1, 2**256 - 1])
def test_a_tweak_that_is_not_below_the_order_is_refused(tweak: int) -> None:
    data = tweak.to_bytes(32)
    assert reason(InvalidKey, lambda: p256.tweak_secret(KEY.secret, data)) == "range"
    assert reason(InvalidKey, lambda: p256.tweak_public(GENERATOR, data)) == "range"


def test_a_sum_of_zero_is_refused() -> None:
    opposite = (ORDER - 1).to_bytes(32)
    assert reason(InvalidKey, lambda: p256.tweak_secret(KEY.secret, opposite)) == "range"
    assert reason(InvalidKey, lambda: p256.tweak_public(GENERATOR, opposite)) == "range"


def test_adding_zero_and_doubling_are_sums_like_others() -> None:
    assert p256.tweak_secret(KEY.secret, bytes(32)) == KEY.secret
    assert p256.tweak_public(GENERATOR, bytes(32)) == GENERATOR
    two = (2).to_bytes(32)
    assert p256.tweak_public(GENERATOR, bytes(31) + b"\x01") == p256.public_key(Secret(two))


# -- signatures


@given(scalars, st.binary(max_size=100))
def test_signatures_are_those_of_pycryptodome_with_low_s(secret: bytes, message: bytes) -> None:
    key, digest = PrivateKey(Curve.P256, Secret(secret)), hashlib.sha256(message).digest()
    signature = key.sign(SCHEME, digest)
    assert signature == low(DSS.new(other(secret), "deterministic-rfc6979").sign(SHA256.new(message)))
    key.public_key.verify(SCHEME, digest, signature)


@given(scalars, st.binary(max_size=100))
def test_signatures_verify_in_pycryptodome_and_random_ones_of_its_own_are_accepted(
    secret: bytes, message: bytes
) -> None:
    key, digest, hashed = PrivateKey(Curve.P256, Secret(secret)), hashlib.sha256(message).digest(), SHA256.new(message)
    DSS.new(other(secret).public_key(), "fips-186-3").verify(hashed, key.sign(SCHEME, digest))
    for encoding in ("binary", "der"):
        made = DSS.new(other(secret), "fips-186-3", encoding=encoding).sign(hashed)
        accepted, _ = key.public_key.accept(SCHEME, digest, made)
        key.public_key.verify(SCHEME, digest, accepted)


@given(st.integers(0, 767))
def test_one_flipped_bit_is_found(bit: int) -> None:
    together = bytearray(KEY.sign(SCHEME, DIGEST) + DIGEST)
    together[bit // 8] ^= 1 << bit % 8
    signature, digest = bytes(together[:64]), bytes(together[64:])
    reason(InvalidSignature, lambda: KEY.public_key.verify(SCHEME, digest, signature))


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (ORDER, 1), (1, ORDER), (2**256 - 1, 1), (0, 0)])
def test_K09_r_and_s_out_of_range_are_refused(r: int, s: int) -> None:
    public, raw = KEY.public_key, r.to_bytes(32) + s.to_bytes(32)
    assert reason(InvalidSignature, lambda: public.verify(SCHEME, DIGEST, raw)) == "range"
    assert reason(InvalidSignature, lambda: public.accept(SCHEME, DIGEST, raw)) == "range"
    encoded = bytes.fromhex("3006020100020101") if (r, s) == (0, 1) else der(r, s)
    assert reason(InvalidSignature, lambda: public.accept(SCHEME, DIGEST, encoded)) == "range"


@pytest.mark.parametrize(
    "data",
    [
        bytes.fromhex("30060201ff020101"),  # negative
        bytes.fromhex("3081060201010201 01"),  # a long length
        bytes.fromhex("300702020001020101"),  # a leading zero
        bytes.fromhex("3080020101020101 0000"),  # an indefinite length
        bytes.fromhex("300602010102010100"),  # a byte more
        bytes.fromhex("3009020101020101020101"),  # an integer more
        bytes.fromhex("3003020101"),
        b"",
        b"\x30",
        b"\x30" * 73,
        b"\x30" * 1_000_000,
    ],
)
def test_K10_a_second_spelling_of_der_is_refused(data: bytes) -> None:
    assert reason(InvalidSignature, lambda: KEY.public_key.accept(SCHEME, DIGEST, data)) == "non-canonical"


def test_K11_a_high_s_is_refused_by_verify_and_normalised_by_accept() -> None:
    public, signature = KEY.public_key, KEY.sign(SCHEME, DIGEST)
    assert reason(InvalidSignature, lambda: public.verify(SCHEME, DIGEST, high(signature))) == "range"
    for spelled in (signature, high(signature), der(*parts(signature)), der(*parts(high(signature)))):
        assert public.accept(SCHEME, DIGEST, spelled) == (signature, None)


def test_K11_a_signature_of_another_key_or_digest_is_not_accepted() -> None:
    signature, stranger = KEY.sign(SCHEME, DIGEST), PrivateKey(Curve.P256, Secret(b"\x11" * 32))
    assert reason(InvalidSignature, lambda: stranger.public_key.accept(SCHEME, DIGEST, signature)) == "mismatch"
    assert reason(InvalidSignature, lambda: KEY.public_key.accept(SCHEME, bytes(32), signature)) == "mismatch"
    assert reason(InvalidSignature, lambda: KEY.public_key.accept(SCHEME, DIGEST, signature, 0)) == "mismatch"


@pytest.mark.parametrize("digest", [b"", bytes(31), bytes(33), bytearray(32), memoryview(bytes(32)), "00" * 32, None])
def test_K13_a_digest_of_another_size_or_type_is_refused(digest: Any) -> None:
    reason(InvalidSignature, lambda: KEY.sign(SCHEME, digest))
    reason(InvalidSignature, lambda: KEY.public_key.verify(SCHEME, digest, bytes(64)))
    reason(InvalidSignature, lambda: KEY.public_key.accept(SCHEME, digest, bytes(64)))


@pytest.mark.parametrize("size", [0, 63, 65, 72])
def test_a_signature_of_another_size_does_not_verify(size: int) -> None:
    assert reason(InvalidSignature, lambda: KEY.public_key.verify(SCHEME, DIGEST, bytes(size))) == "length"


def test_K16_the_same_digest_gives_the_same_signature() -> None:
    assert len({KEY.sign(SCHEME, DIGEST) for _ in range(100)}) == 1
    assert KEY.sign(SCHEME, DIGEST)[:32] != KEY.sign(SCHEME, bytes(32))[:32]


def test_another_scheme_or_a_tweak_is_refused() -> None:
    for scheme in (Scheme.ECDSA, Scheme.BIP340, Scheme.ED25519):
        with pytest.raises(Unsupported):
            KEY.sign(scheme, DIGEST)
    assert reason(InvalidKey, lambda: KEY.sign(SCHEME, DIGEST, tweak=b"")) == "scheme"


@given(st.binary(max_size=80))
def test_arbitrary_bytes_are_no_signature(data: bytes) -> None:
    assert reason(InvalidSignature, lambda: KEY.public_key.accept(SCHEME, DIGEST, data))


@given(st.binary(max_size=70))
def test_arbitrary_bytes_are_a_point_or_refused(data: bytes) -> None:
    try:
        assert PublicKey.parse(Curve.P256, data).data[1:] == data[1:33]
    except InvalidKey as error:
        assert error.reason in ("point", "non-canonical", "type")  # noqa: PT017
