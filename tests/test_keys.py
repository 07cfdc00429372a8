"""Keys: one private and one public type over four curves; rows K01-K08, K13, K16, K17 and X01, X02, X18, X19."""

import copy
import multiprocessing
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from typing import Any

import coincurve
import pytest
import sr25519
import wallycore as wally
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from ed25519_blake2b import VerifyingKey
from hypothesis import assume, given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from support.keys import SIZES as SECRET_SIZES
from support.keys import key_of, numbered
from support.schnorr import python_verifies
from support.vectors import Case, load, vectors
from walletcore.curves.by_point import taproot_pair
from walletcore.curves.p256 import ORDER as P256_ORDER
from walletcore.curves.secp256k1 import ORDER as SECP256K1_ORDER
from walletcore.curves.secp256k1 import decode_der, encode_der
from walletcore.errors import InvalidKey, InvalidSignature, SecretExportError, Unsupported, WalletcoreError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret

K1, P256, ED, SR = Curve.SECP256K1, Curve.P256, Curve.ED25519, Curve.SR25519
DIGEST = bytes(range(32))
BIP32, BLAKE2B = Curve.ED25519_BIP32, Curve.ED25519_BLAKE2B
SIZES = {K1: 33, P256: 33, ED: 32, BIP32: 32, BLAKE2B: 32, SR: 32}
FOREIGN = bytes.fromhex("1398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93ca")

seeds = st.integers(1, min(P256_ORDER, SECP256K1_ORDER) - 1).map(lambda k: k.to_bytes(32))
schemes = st.sampled_from(Scheme)
digests = st.binary(min_size=32, max_size=32)
every_scheme = pytest.mark.parametrize("scheme", Scheme)
every_curve = pytest.mark.parametrize("curve", Curve)


def key(curve: Curve, number: int = 7) -> PrivateKey:
    return numbered(curve, number)


def signs_the_same(scheme: Scheme, message: bytes, one: bytes, other: bytes) -> bool:
    """Whether a deterministic scheme gave one signature twice; a randomised one has given two that verify."""
    if scheme is Scheme.SR25519:
        for signature in (one, other):
            key(scheme.curve).public_key.verify(scheme, message, signature)
        return one != other
    return one == other


def reason(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args, **options)
    assert isinstance(caught.value, (InvalidKey, InvalidSignature, Unsupported))
    return caught.value.reason


class Bytes(bytes):
    """Says that it is equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = bytes.__hash__


# -- names


def test_every_scheme_knows_its_curve_and_every_curve_has_a_scheme() -> None:
    assert {scheme.curve for scheme in Scheme} == set(Curve)
    by_value: Any = Scheme
    assert by_value("ecdsa").curve is K1
    assert Curve("nist256p1") is P256
    for value in ("ECDSA", "", None, 1):
        with pytest.raises(ValueError, match="valid"):
            by_value(value)


@pytest.mark.parametrize("member", [*Curve, *Scheme])
def test_a_name_stays_itself_in_another_process(member: Curve | Scheme) -> None:
    assert pickle.loads(pickle.dumps(member)) is copy.deepcopy(member) is member


# -- public keys


@every_curve
def test_a_public_key_is_a_value(curve: Curve) -> None:
    one, same, other = key(curve).public_key, key(curve).public_key, key(curve, 8).public_key
    assert one == same == PublicKey(curve, one.data) == PublicKey.parse(curve, one.data)
    assert hash(one) == hash(same)
    assert one != other
    assert (one == one.data) is False
    assert len({one, same, other}) == 2
    assert len(one.data) == SIZES[curve]
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    with pytest.raises(FrozenInstanceError):
        one.data = other.data  # type: ignore[misc]


def test_keys_of_two_curves_with_the_same_bytes_differ() -> None:
    shared = next(
        data
        for n in range(1, 1000)
        if (data := key(K1, n).public_key.data) and _is_key(P256, data)  # a point of each, with the same x
    )
    assert PublicKey(K1, shared) != PublicKey(P256, shared)


def _is_key(curve: Curve, data: bytes) -> bool:
    try:
        PublicKey(curve, data)
    except InvalidKey:
        return False
    return True


@pytest.mark.parametrize(
    ("curve", "theirs"), [(K1, ec.SECP256K1()), (P256, ec.SECP256R1())], ids=["secp256k1", "nist256p1"]
)
@given(secret=seeds)
def test_parsing_takes_the_long_form_and_the_constructor_does_not(
    curve: Curve, theirs: ec.EllipticCurve, secret: bytes
) -> None:
    numbers = ec.derive_private_key(int.from_bytes(secret), theirs).public_key().public_numbers()
    long = b"\4" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    public = PublicKey.parse(curve, long)
    assert public == PrivateKey(curve, Secret(secret)).public_key
    assert public.data == bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(32)
    assert reason(PublicKey, curve, long) == "non-canonical"


@pytest.mark.parametrize("curve", [K1, P256])
def test_K04_a_hybrid_point_is_refused(curve: Curve) -> None:
    long = _uncompressed(curve)
    for lead in (6, 7):
        assert reason(PublicKey.parse, curve, bytes([lead]) + long[1:]) == "non-canonical"


def _uncompressed(curve: Curve) -> bytes:
    theirs = ec.derive_private_key(7, {K1: ec.SECP256K1(), P256: ec.SECP256R1()}[curve]).public_key().public_numbers()
    return b"\4" + theirs.x.to_bytes(32) + theirs.y.to_bytes(32)


@every_curve
@pytest.mark.parametrize("data", [b"", b"\2", bytes(31), bytes(33), bytes(65), bytes(66), b"\2" + b"\xff" * 32])
def test_K05_bytes_that_are_no_point_are_refused(curve: Curve, data: bytes) -> None:
    assert reason(PublicKey, curve, data) in ("length", "non-canonical", "point", "type")
    assert reason(PublicKey.parse, curve, data) in ("length", "non-canonical", "point", "type")


@every_curve
@pytest.mark.parametrize("wrap", [bytearray, memoryview, Bytes, bytes.hex, list, lambda data: None, int.from_bytes])
def test_X18_X19_a_public_key_is_made_of_bytes_and_nothing_else(curve: Curve, wrap: Callable[[bytes], Any]) -> None:
    data = wrap(key(curve).public_key.data)
    assert reason(PublicKey, curve, data) == "type"
    assert reason(PublicKey.parse, curve, data) == "type"


@pytest.mark.parametrize("curve", [None, "secp256k1", 1, Scheme.ECDSA, ["secp256k1"]])
def test_a_key_is_of_a_curve(curve: Any) -> None:
    assert reason(PublicKey, curve, key(K1).public_key.data) == "type"
    assert reason(PublicKey.parse, curve, key(K1).public_key.data) == "type"
    assert reason(PrivateKey, curve, Secret(bytes([7]) * 32)) == "type"


def test_a_public_key_shows_itself() -> None:
    assert repr(key(ED).public_key) == f"PublicKey(ed25519, {key(ED).public_key.data.hex()})"


@given(seeds)
def test_even_y_keeps_x_and_is_what_bip340_signs_with(secret: bytes) -> None:
    public = PrivateKey(K1, Secret(secret)).public_key
    even = public.even_y()
    assert even.data == b"\2" + public.data[1:] == even.even_y().data
    assert PublicKey(K1, even.data) == even
    other = PrivateKey(ED, Secret(secret)).public_key
    assert other.even_y() is other


@given(seeds, st.one_of(st.just(b""), digests))
def test_the_taproot_output_is_that_of_another_implementation(secret: bytes, root: bytes) -> None:
    private = PrivateKey(K1, Secret(secret))
    output = private.public_key.taproot_output(root)
    assert output.data[1:] == bytes(wally.ec_public_key_bip341_tweak(private.public_key.data, root or None, 0))[1:]
    assert output.data[0] == 2
    signature = private.sign(Scheme.BIP340, DIGEST, tweak=root)
    output.verify(Scheme.BIP340, DIGEST, signature)
    tweaked = bytes(wally.ec_private_key_bip341_tweak(secret, root or None, 0))
    assert signature == bytes(wally.ec_sig_from_bytes_aux(tweaked, DIGEST, bytes(32), wally.EC_FLAG_SCHNORR))


@given(seeds, st.one_of(st.just(b""), digests))
def test_the_secret_of_an_internal_key_is_known_by_the_output(secret: bytes, root: bytes) -> None:
    public = PublicKey(K1, bytes(wally.ec_public_key_from_private_key(secret)))
    private = PrivateKey.trusted(K1, Secret(secret))
    assert private.is_internal_key(public.even_y(), root)
    assert private.public_key == public
    tweaked = bytes(wally.ec_private_key_bip341_tweak(secret, root or None, 0))
    expected = bytes(wally.ec_sig_from_bytes_aux(tweaked, DIGEST, bytes(32), wally.EC_FLAG_SCHNORR))
    assert private.sign(Scheme.BIP340, DIGEST, tweak=root) == expected
    other = PrivateKey.trusted(K1, Secret(bytes(31) + b"\x07"))
    assert not other.is_internal_key(public, root)
    assert other.public_key.data == bytes(wally.ec_public_key_from_private_key(bytes(31) + b"\x07"))


def test_an_internal_key_keeps_a_handful_of_trees_and_none_once_it_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    private = PrivateKey(K1, Secret(FOREIGN))
    for number in range(100):
        assert private.is_internal_key(private.public_key, number.to_bytes(32))
    assert len(private._kept) <= 16

    def meanwhile_wiped(secret: Secret, *rest: bytes) -> Any:
        found = taproot_pair(secret, *rest)
        private.wipe()
        return found

    monkeypatch.setattr("walletcore.curves.by_point.taproot_pair", meanwhile_wiped)
    assert private.is_internal_key(private.public_key, b"")
    assert private._kept == {}
    assert reason(private.is_internal_key, private.public_key, b"") == "wiped"


def test_keys_of_other_curves_are_no_internal_keys() -> None:
    assert not key(ED).is_internal_key(key(K1).public_key, b"")
    assert not key(K1).is_internal_key(key(ED).public_key, b"")


@pytest.mark.parametrize("root", [b"\0", bytes(31), bytes(33), bytes(64)])
def test_a_merkle_root_has_0_or_32_bytes(root: bytes) -> None:
    assert reason(key(K1).public_key.taproot_output, root) == "length"
    assert reason(key(ED).public_key.taproot_output, b"") == "length"
    assert reason(key(K1).sign, Scheme.BIP340, DIGEST, tweak=root) == "length"
    assert reason(key(K1).is_internal_key, key(K1).public_key, root) == "length"


@pytest.mark.parametrize("aux", [b"", bytes(31), bytes(33), "0" * 32, None, 0, bytearray(32), memoryview(bytes(32))])
def test_X18_auxiliary_randomness_is_32_bytes_in_every_scheme(aux: Any) -> None:
    for scheme in Scheme:
        assert reason(key(scheme.curve).sign, scheme, DIGEST, aux=aux) == "length"
        assert reason(key(scheme.curve).sign_recoverable, scheme, DIGEST, aux=aux) == "length"


# -- private keys


@every_curve
@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 63, 64, 65, 96])
def test_K01_K02_a_secret_of_another_length_is_not_padded(curve: Curve, size: int) -> None:
    if size == SECRET_SIZES[curve]:
        assert len(PrivateKey(curve, Secret(b"\1" * size)).secret) == size
    else:
        assert reason(PrivateKey, curve, Secret(b"\1" * size)) == "length"


@pytest.mark.parametrize(("curve", "order"), [(K1, SECP256K1_ORDER), (P256, P256_ORDER)])
def test_K03_a_secret_out_of_range_is_refused(curve: Curve, order: int) -> None:
    for number in (0, order, order + 1, 2**256 - 1):
        assert reason(key, curve, number) == "range"
    for number in (1, order - 1):
        assert key(curve, number).public_key


@every_curve
@pytest.mark.parametrize("data", [bytes([7]) * 32, bytearray([7]) * 32, "07" * 32, 7, None, [7] * 32])
def test_K02_a_private_key_is_made_of_a_secret_and_nothing_else(curve: Curve, data: Any) -> None:
    assert reason(PrivateKey, curve, data) == "type"


def test_K06_a_private_key_takes_no_public_half() -> None:
    assert reason(PrivateKey, ED, Secret(bytes([7]) * 32 + FOREIGN)) == "length"
    with pytest.raises(TypeError):
        PrivateKey(ED, Secret(bytes([7]) * 32), FOREIGN)  # type: ignore[call-arg]


@every_curve
def test_X11_private_keys_are_equal_as_their_secrets_are_and_have_no_hash(curve: Curve) -> None:
    assert key(curve) == key(curve) != key(curve, 8)
    assert key(K1) != key(P256)
    with pytest.raises(TypeError, match="unhashable"):
        hash(key(curve))


@every_curve
@pytest.mark.parametrize("export", [copy.copy, copy.deepcopy, pickle.dumps])
def test_X09_a_private_key_is_neither_copied_nor_pickled(curve: Curve, export: Callable[[object], object]) -> None:
    held = key(curve)
    held.sign(next(scheme for scheme in Scheme if scheme.curve is curve), DIGEST)
    for value in (held, [held], {"key": held}):
        with pytest.raises(SecretExportError):
            export(value) if export is not copy.copy else export(held)


@every_curve
def test_X08_a_private_key_shows_nothing(curve: Curve) -> None:
    held = key(curve)
    held.sign(next(scheme for scheme in Scheme if scheme.curve is curve), DIGEST)
    assert repr(held) == str(held) == f"PrivateKey({curve.value})"


@every_scheme
def test_X12_a_wiped_key_signs_no_more(scheme: Scheme) -> None:
    with key(scheme.curve) as held:
        public = held.public_key
        signature = held.sign(scheme, DIGEST)
        prepared = [kept for _, kept in held._kept.values()]
    assert prepared
    assert reason(held.sign, scheme, DIGEST) == "wiped"
    assert all(reason(p.reveal) == "wiped" for p in prepared if isinstance(p, Secret))
    assert held.public_key is public
    public.verify(scheme, DIGEST, signature)


@every_curve
def test_X12_a_key_that_was_wiped_before_its_first_use_has_no_public_half(curve: Curve) -> None:
    held = key(curve)
    held.wipe()
    with pytest.raises(InvalidKey) as caught:
        _ = held.public_key
    assert caught.value.reason == "wiped"


# -- signing and verifying


def their_verification(scheme: Scheme, public: PublicKey, message: bytes, signature: bytes) -> None:
    """Raises when another implementation refuses the signature."""
    match scheme:
        case Scheme.ED25519_BLAKE2B:
            VerifyingKey(public.data).verify(signature, message)
        case Scheme.ED25519 | Scheme.ED25519_BIP32:
            Ed25519PublicKey.from_public_bytes(public.data).verify(signature, message)
        case Scheme.SR25519:  # elsewhere is JavaScript: tests/hd/test_substrate_differential.py
            assert sr25519.verify(signature, message, public.data)
        case Scheme.BIP340:
            assert coincurve.PublicKeyXOnly(public.data[1:]).verify(signature, message)
        case Scheme.SCHNORR_BCH:
            assert python_verifies(public.data, message, signature)
        case _:
            curve = ec.SECP256K1() if scheme is Scheme.ECDSA else ec.SECP256R1()
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(curve, public.data)
            theirs.verify(encode_der(signature), message, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


@given(schemes, seeds, digests)
def test_every_signature_verifies_here_and_elsewhere(scheme: Scheme, secret: bytes, message: bytes) -> None:
    held = key_of(scheme.curve, secret)
    signature, recovery = held.sign_recoverable(scheme, message)
    assert len(signature) == 64
    assert (recovery is None) == (scheme is not Scheme.ECDSA)
    held.public_key.verify(scheme, message, signature)
    their_verification(scheme, held.public_key, message, signature)
    assert held.public_key.accept(scheme, message, signature, recovery) == (signature, recovery)


@given(digests, digests, st.booleans())
def test_a_signature_on_p256_of_openssl_is_accepted(secret: bytes, digest: bytes, der: bool) -> None:
    number = int.from_bytes(secret) % (P256_ORDER - 1) + 1
    theirs = ec.derive_private_key(number, ec.SECP256R1()).sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    r, s = utils.decode_dss_signature(theirs)
    answer = theirs if der else r.to_bytes(32) + s.to_bytes(32)
    public = key(P256, number).public_key
    signature, recovery = public.accept(Scheme.ECDSA_P256, digest, answer)
    assert recovery is None
    assert signature == r.to_bytes(32) + min(s, P256_ORDER - s).to_bytes(32)
    public.verify(Scheme.ECDSA_P256, digest, signature)


@given(schemes, seeds, digests, st.integers(0, 63), st.integers(0, 7))
def test_K17_a_flipped_bit_in_signature_message_or_key_is_noticed(
    scheme: Scheme, secret: bytes, message: bytes, place: int, bit: int
) -> None:
    assume(any(message))  # over a digest of zeros, an ECDSA signature is also one of the negated key

    def flip(data: bytes) -> bytes:
        at = place % len(data)
        return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]

    public = key_of(scheme.curve, secret).public_key
    signature, recovery = key_of(scheme.curve, secret).sign_recoverable(scheme, message)
    for door in (public.verify, public.accept):
        assert reason(door, scheme, message, flip(signature))
        assert reason(door, scheme, flip(message), signature)
    if recovery is not None:
        assert reason(public.accept, scheme, message, signature, recovery ^ 1)
    if place >= len(public.data) or (scheme is Scheme.BIP340 and not place):
        return
    try:
        other = PublicKey(scheme.curve, flip(public.data))
    except InvalidKey:
        return
    assert reason(other.verify, scheme, message, signature) == "mismatch"
    assert reason(other.accept, scheme, message, signature) == "mismatch"


@vectors("bip340/verify")
def test_K14_every_published_bip340_signature_has_its_verdict(case: Case) -> None:
    fields = {name: bytes.fromhex(case.input[name]) for name in ("public_key", "message", "signature")}

    def verify() -> None:
        public = PublicKey(K1, b"\2" + fields["public_key"])
        public.verify(Scheme.BIP340, fields["message"], fields["signature"])
        assert public.accept(Scheme.BIP340, fields["message"], fields["signature"]) == (fields["signature"], None)

    if case.expect["result"] == "valid":
        verify()
    else:
        assert reason(verify) in ("mismatch", "point", "length")


def test_K15_every_invalid_signature_of_wycheproof_is_refused() -> None:
    cases = [case for case in load("wycheproof/ecdsa-bitcoin") if case.verdict("low-s") == "invalid"]
    assert len(cases) >= 301
    for case in cases:
        public = PublicKey.parse(K1, bytes.fromhex(case.input["public_key"]))
        digest = sha256(bytes.fromhex(case.input["message"]))
        der = bytes.fromhex(case.input["signature"])
        assert reason(lambda: public.verify(Scheme.ECDSA, digest, decode_der(der)))  # noqa: B023 - called at once


def test_K16_a_hundred_thousand_ecdsa_signatures_of_one_digest_are_the_same() -> None:
    held = key(K1)
    assert len({held.sign(Scheme.ECDSA, DIGEST) for _ in range(100_000)}) == 1


def test_K16_signatures_of_sr25519_are_randomised_and_none_has_the_r_of_another() -> None:
    held = key(SR)
    signatures = [held.sign(Scheme.SR25519, DIGEST) for _ in range(1000)]
    signatures += [held.sign(Scheme.SR25519, n.to_bytes(32)) for n in range(1000)]
    assert len({signature[:32] for signature in signatures}) == 2000


@pytest.mark.parametrize("scheme", [scheme for scheme in Scheme if scheme is not Scheme.SR25519])
def test_K16_the_same_message_has_the_same_signature_and_another_one_another_r(scheme: Scheme) -> None:
    held = key(scheme.curve)
    first = held.sign(scheme, DIGEST)
    assert {held.sign(scheme, DIGEST) for _ in range(1000)} == {first}
    assert {key(scheme.curve).sign(scheme, DIGEST) for _ in range(10)} == {first}
    seen = {held.sign(scheme, n.to_bytes(32))[:32] for n in range(1000)}
    assert len(seen) == 1000


@every_scheme
@pytest.mark.parametrize("message", [None, "0" * 32, 7, bytearray(DIGEST), memoryview(DIGEST), Bytes(DIGEST), [1]])
def test_K13_X18_X19_a_message_is_bytes_and_nothing_else(scheme: Scheme, message: Any) -> None:
    held = key(scheme.curve)
    signature = held.sign(scheme, DIGEST)
    for call in (
        lambda: held.sign(scheme, message),
        lambda: held.public_key.verify(scheme, message, signature),
        lambda: held.public_key.accept(scheme, message, signature),
        lambda: held.public_key.verify(scheme, DIGEST, message),
        lambda: held.public_key.accept(scheme, DIGEST, message),
    ):
        assert reason(call) == "type"


@pytest.mark.parametrize("scheme", [Scheme.ECDSA, Scheme.ECDSA_P256])
@pytest.mark.parametrize("digest", [b"", bytes(31), bytes(33), bytes(64)])
def test_K13_ecdsa_signs_digests_of_32_bytes_only(scheme: Scheme, digest: bytes) -> None:
    held = key(scheme.curve)
    signature = held.sign(scheme, DIGEST)
    assert reason(held.sign, scheme, digest) == "length"
    assert reason(held.public_key.verify, scheme, digest, signature) == "length"
    assert reason(held.public_key.accept, scheme, digest, signature)


@every_scheme
@pytest.mark.parametrize("wrong", [None, "ecdsa", 1, Curve.SECP256K1, ["ecdsa"]])
def test_a_scheme_is_a_scheme(scheme: Scheme, wrong: Any) -> None:
    held = key(scheme.curve)
    assert reason(held.sign, wrong, DIGEST) == "type"
    assert reason(held.public_key.verify, wrong, DIGEST, bytes(64)) == "type"
    assert reason(held.public_key.accept, wrong, DIGEST, bytes(64)) == "type"


@every_scheme
@every_curve
def test_a_key_signs_with_the_schemes_of_its_curve_only(scheme: Scheme, curve: Curve) -> None:
    held = key(curve)
    if scheme.curve is curve:
        held.public_key.verify(scheme, DIGEST, held.sign(scheme, DIGEST))
        return
    assert reason(held.sign, scheme, DIGEST) == "scheme"
    assert reason(held.public_key.verify, scheme, DIGEST, bytes(64)) == "scheme"
    assert reason(held.public_key.accept, scheme, DIGEST, bytes(64)) == "scheme"


@pytest.mark.parametrize("tweak", [[], bytearray(), "", 0, bytearray(32), {}])
def test_a_tweak_is_bytes(tweak: Any) -> None:
    assert reason(key(K1).sign, Scheme.BIP340, DIGEST, tweak=tweak) == "type"


def test_low_r_goes_with_ecdsa_on_secp256k1_only() -> None:
    signature = key(K1).sign(Scheme.ECDSA, DIGEST, low_r=True)
    key(K1).public_key.verify(Scheme.ECDSA, DIGEST, signature)
    assert signature[0] < 0x80
    for scheme in set(Scheme) - {Scheme.ECDSA}:
        assert reason(key(scheme.curve).sign, scheme, DIGEST, low_r=True) == "scheme"
        assert reason(key(scheme.curve).sign_recoverable, scheme, DIGEST, low_r=True) == "scheme"


@pytest.mark.parametrize("low_r", [1, 0, None, "", b""])
def test_low_r_is_a_bool(low_r: Any) -> None:
    for scheme in Scheme:
        assert reason(key(scheme.curve).sign, scheme, DIGEST, low_r=low_r) == "type"


def test_with_low_r_what_is_no_digest_is_refused_as_without() -> None:
    for message in (b"", bytes(31), bytes(33)):
        assert reason(key(K1).sign, Scheme.ECDSA, message, low_r=True) == "length"
    assert reason(key(K1).sign, Scheme.ECDSA, bytearray(32), low_r=True) == "type"
    assert reason(key(K1).sign, Scheme.ECDSA, DIGEST, low_r=True, tweak=b"") == "scheme"


def test_a_tweak_goes_with_bip340_only() -> None:
    for scheme in set(Scheme) - {Scheme.BIP340}:
        assert reason(key(scheme.curve).sign, scheme, DIGEST, tweak=b"") == "scheme"


@given(seeds, st.lists(st.one_of(st.none(), st.just(b""), digests), max_size=40))
def test_what_is_kept_between_signatures_changes_none(secret: bytes, tweaks: list[Any]) -> None:
    held = PrivateKey(K1, Secret(secret))
    for tweak in tweaks:
        fresh = PrivateKey(K1, Secret(secret))
        assert held.sign(Scheme.BIP340, DIGEST, tweak=tweak) == fresh.sign(Scheme.BIP340, DIGEST, tweak=tweak)
        assert held.sign(Scheme.ECDSA, DIGEST) == fresh.sign(Scheme.ECDSA, DIGEST)


def test_a_thousand_tweaks_are_not_all_kept() -> None:
    held = key(K1)
    for number in range(1000):
        held.sign(Scheme.BIP340, DIGEST, tweak=number.to_bytes(32))
    assert len(held._kept) <= 16


def test_an_ed25519_key_signs_as_pynacl_does_whatever_was_kept() -> None:
    held = key(ED)
    for message in (b"", b"one", b"one", bytes(5000)):
        assert held.sign(Scheme.ED25519, message) == SigningKey((7).to_bytes(32)).sign(message).signature


@every_scheme
def test_X01_many_threads_sign_with_one_key_as_one_does(scheme: Scheme) -> None:
    held, tweaks = key(scheme.curve), [None, b"", *(bytes([n]) * 32 for n in range(20))]
    expected = [key(scheme.curve).sign(scheme, n.to_bytes(32)) for n in range(300)]

    def run(_: int) -> bool:
        if scheme is Scheme.BIP340:  # the kept key pairs come and go meanwhile
            for tweak in tweaks:
                held.sign(scheme, DIGEST, tweak=tweak)
        signed = [held.sign(scheme, n.to_bytes(32)) for n in range(300)]
        return all(signs_the_same(scheme, n.to_bytes(32), signed[n], expected[n]) for n in range(300))

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(run, range(32)))


def test_X01_threads_that_use_many_tweaks_make_room_for_each_other() -> None:
    held = key(K1)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that threads meet within a signature
    try:
        with ThreadPoolExecutor(8) as pool:
            tweaks = [number.to_bytes(32) for number in range(4000)]
            signatures = list(pool.map(lambda tweak: held.sign(Scheme.BIP340, DIGEST, tweak=tweak), tweaks))
    finally:
        sys.setswitchinterval(interval)
    assert signatures[:20] == [key(K1).sign(Scheme.BIP340, DIGEST, tweak=tweak) for tweak in tweaks[:20]]


def _sign_in_child(scheme: Scheme) -> tuple[bytes, bytes]:
    signature = HELD[scheme].sign(scheme, DIGEST)
    return HELD[scheme].public_key.data, signature


HELD = {scheme: key(scheme.curve) for scheme in Scheme}


def test_X02_forked_children_sign_with_the_key_of_their_parent() -> None:
    expected = [_sign_in_child(scheme) for scheme in Scheme]  # kept in the parent, used in the children
    with multiprocessing.get_context("fork").Pool(4) as pool:
        for _ in range(4):
            for scheme, mine, theirs in zip(
                Scheme, expected, pool.map_async(_sign_in_child, Scheme).get(timeout=60), strict=True
            ):
                assert mine[0] == theirs[0]
                assert signs_the_same(scheme, DIGEST, mine[1], theirs[1])


WIPED_WHILE_SIGNING = """
import threading
from walletcore.errors import InvalidKey
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret

def signing(key, number):
    for i in range(40):
        try:
            key.sign(Scheme.BIP340, bytes(32), tweak=bytes((number, i % 3)) * 16)
        except InvalidKey:
            return

for number in range(1, 60):
    key = PrivateKey(Curve.SECP256K1, Secret(number.to_bytes(32)))
    threads = [threading.Thread(target=signing, args=(key, number)) for _ in range(4)]
    for thread in threads:
        thread.start()
    key.wipe()
    for thread in threads:
        thread.join()
    for tweak in (None, b"", bytes((number, 0)) * 16):
        try:
            key.sign(Scheme.BIP340, bytes(32), tweak=tweak)
        except InvalidKey:
            continue
        raise SystemExit("a wiped key signs")
"""


def test_X01_a_key_that_is_wiped_while_others_sign_stops_and_harms_nobody() -> None:
    """In a process of its own: libsecp256k1 aborts when a key pair is overwritten under its hands."""
    done = subprocess.run([sys.executable, "-c", WIPED_WHILE_SIGNING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
