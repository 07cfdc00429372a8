"""The secp256k1 adapter against wallycore, cryptography and coincurve's own API; rows K01-K05, K09-K11 and K13."""

from collections.abc import Callable
from typing import Any

import coincurve
import pytest
import wallycore as wally
from cryptography.exceptions import InvalidSignature as Refused
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_keys.datatypes import PrivateKey as TheirKey
from hypothesis import given, settings
from hypothesis import strategies as st

from support.schnorr import python_verifies
from walletcore.curves import secp256k1
from walletcore.curves.secp256k1 import (
    ORDER,
    SCHEMES,
    account_of,
    check_secret,
    decode_der,
    ecdsa_recover,
    encode_der,
    even_y,
    multiply_public,
    multiply_scalars,
    parse_public,
    public_key,
    taproot_output,
    tweak_public,
    tweak_secret,
    uncompressed,
)
from walletcore.errors import InvalidKey, InvalidSignature, WalletcoreError
from walletcore.secret import Secret

PRIME = 2**256 - 2**32 - 977
ECDSA, BIP340, SCHNORR_BCH = SCHEMES["ecdsa"], SCHEMES["bip340"], SCHEMES["schnorr-bch"]
G = public_key(Secret(bytes(31) + b"\1"))

scalars = st.integers(1, ORDER - 1).map(lambda k: k.to_bytes(32))
digests = st.binary(min_size=32, max_size=32)


def reason(call: Callable[..., object], *args: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args)
    assert type(caught.value) in (InvalidKey, InvalidSignature)
    return caught.value.reason


def theirs(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret), ec.SECP256K1())


def signed(secret: bytes, digest: bytes) -> tuple[bytes, int]:
    signature, recovery = ECDSA.sign(ECDSA.prepare(Secret(secret), None), digest, b"")
    assert recovery is not None
    return signature, recovery


def high(signature: bytes) -> bytes:
    return signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)


# -- keys


@given(scalars)
def test_a_public_key_is_that_of_two_other_implementations(secret: bytes) -> None:
    public = public_key(Secret(secret))
    numbers = theirs(secret).public_key()
    assert public == numbers.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert public == bytes(wally.ec_public_key_from_private_key(secret))
    assert uncompressed(public) == numbers.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert parse_public(public) == parse_public(uncompressed(public)) == public


@pytest.mark.parametrize("secret", [b"", b"\1", bytes(31), bytes(33), b"\1" * 64])
def test_K01_K02_a_secret_of_another_length_is_not_padded(secret: bytes) -> None:
    assert reason(check_secret, Secret(secret)) == "length"


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_K03_a_secret_out_of_range_is_refused(number: int) -> None:
    assert reason(check_secret, Secret(number.to_bytes(32))) == "range"


@pytest.mark.parametrize("number", [1, 2, ORDER // 2, ORDER - 1])
def test_K03_the_ends_of_the_range_are_keys(number: int) -> None:
    check_secret(Secret(number.to_bytes(32)))
    assert public_key(Secret(number.to_bytes(32))) == coincurve.PrivateKey.from_int(number).public_key.format()


@pytest.mark.parametrize("lead", [6, 7])
def test_K04_a_hybrid_point_is_refused(lead: int) -> None:
    whole = uncompressed(G)
    assert reason(parse_public, bytes([lead]) + whole[1:]) == "non-canonical"
    assert coincurve.PublicKey(bytes([6 + (whole[-1] & 1)]) + whole[1:]).format() == G  # the library below takes it


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\2", G[:-1], G + b"\0", b"\0" + G[1:], b"\4" + G[1:], b"\5" + G[1:], b"\xff" + G[1:], G[1:]),
        *(uncompressed(G)[:-1], uncompressed(G)[1:], b"\2" + uncompressed(G)[1:], b"\0" * 33, b"\0" * 65, b"\0"),
    ],
)
def test_K04_every_other_form_of_a_point_is_refused(data: bytes) -> None:
    assert reason(parse_public, data) == "non-canonical"


@pytest.mark.parametrize("x", [5, 7, PRIME, PRIME + 1, 2**256 - 1])
def test_K05_an_x_that_no_point_has_is_refused(x: int) -> None:
    for lead in (b"\2", b"\3"):
        assert reason(parse_public, lead + x.to_bytes(32)) == "point"


def test_K05_a_pair_of_numbers_off_the_curve_is_refused() -> None:
    whole = uncompressed(G)
    assert reason(parse_public, whole[:-1] + bytes([whole[-1] ^ 1])) == "point"
    assert reason(parse_public, b"\4" + bytes(64)) == "point"
    assert reason(parse_public, b"\4" + PRIME.to_bytes(32) + whole[33:]) == "point"


@given(scalars)
def test_the_account_of_a_key_is_the_one_of_eth_keys(k: bytes) -> None:
    assert account_of(public_key(Secret(k))) == TheirKey(k).public_key.to_canonical_address()


@given(st.binary(max_size=70))
def test_any_bytes_are_a_point_to_us_when_they_are_one_to_openssl(data: bytes) -> None:
    try:
        expected = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), data)
    except ValueError:
        assert reason(parse_public, data)
    else:
        if data[0] in (2, 3, 4):
            assert parse_public(data) == expected.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


# -- tweaks


@given(scalars, scalars)
def test_a_tweaked_key_is_that_of_another_implementation(secret: bytes, tweak: bytes) -> None:
    total = (int.from_bytes(secret) + int.from_bytes(tweak)) % ORDER
    if total == 0:
        assert reason(tweak_secret, Secret(secret), tweak) == "range"
        return
    assert tweak_secret(Secret(secret), tweak).reveal() == bytes(wally.ec_scalar_add(secret, tweak))
    tweaked = tweak_public(public_key(Secret(secret)), tweak)
    assert tweaked == bytes(wally.ec_public_key_tweak(public_key(Secret(secret)), tweak))
    assert tweaked == public_key(tweak_secret(Secret(secret), tweak))


@pytest.mark.parametrize("tweak", [ORDER, ORDER + 1, 2**256 - 1])
def test_a_tweak_that_is_not_below_the_order_is_refused(tweak: int) -> None:
    assert reason(tweak_secret, Secret(bytes(31) + b"\1"), tweak.to_bytes(32)) == "range"
    assert reason(tweak_public, G, tweak.to_bytes(32)) == "range"


def test_a_tweak_that_leads_to_zero_is_refused() -> None:
    minus_one = (ORDER - 1).to_bytes(32)
    assert reason(tweak_secret, Secret(bytes(31) + b"\1"), minus_one) == "range"
    assert reason(tweak_public, G, minus_one) == "range"
    assert tweak_public(G, bytes(32)) == G


@given(scalars, scalars)
def test_products_are_those_of_integers_and_of_openssl(k: bytes, factor: bytes) -> None:
    product = multiply_scalars(k, factor)
    assert int.from_bytes(product) == int.from_bytes(k) * int.from_bytes(factor) % ORDER
    assert len(product) == 32
    expected = theirs(product).public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert multiply_public(public_key(Secret(k)), factor) == expected


@pytest.mark.parametrize("number", [0, ORDER, 2**256 - 1])
def test_a_factor_out_of_range_is_refused(number: int) -> None:
    one, factor = bytes(31) + b"\1", number.to_bytes(32)
    assert reason(multiply_scalars, one, factor) == "range"
    assert reason(multiply_scalars, factor, one) == "range"
    assert reason(multiply_public, G, factor) == "range"


def test_a_factor_of_another_length_is_refused() -> None:
    for wrong in (b"", bytes(31), b"\1" * 33):
        assert reason(multiply_scalars, G[1:], wrong) == "length"
        assert reason(multiply_scalars, wrong, G[1:]) == "length"
        assert reason(multiply_public, G, wrong) == "length"
    assert reason(multiply_public, b"\x02" + b"\xff" * 32, G[1:]) == "point"


@given(scalars, st.one_of(st.just(b""), digests))
def test_a_taproot_output_is_that_of_another_implementation(secret: bytes, root: bytes) -> None:
    public = public_key(Secret(secret))
    output = taproot_output(public, root)
    assert output[1:] == bytes(wally.ec_public_key_bip341_tweak(public, root or None, 0))[1:]
    assert output == taproot_output(even_y(public), root) == even_y(output)
    pair = BIP340.prepare(Secret(secret), (public, root))
    signature, _ = BIP340.sign(pair, bytes(32), bytes(32))
    BIP340.verify(output, bytes(32), signature)


@given(scalars, digests)
def test_a_point_that_is_kept_of_an_output_verifies_what_one_that_is_read_verifies(
    secret: bytes, digest: bytes
) -> None:
    public = public_key(Secret(secret))
    output = taproot_output(public, b"")
    signature, _ = BIP340.sign(BIP340.prepare(Secret(secret), (public, b"")), digest, bytes(32))
    other = bytes((digest[0] ^ 1,)) + digest[1:]
    for _ in ("kept, unless it was forgotten", "read"):
        BIP340.verify(output, digest, signature)
        assert reason(BIP340.verify, output, other, signature) == "mismatch"
        secp256k1._OUTPUTS.clear()


# -- ECDSA


@given(scalars, digests)
def test_an_ecdsa_signature_is_that_of_two_other_implementations(secret: bytes, digest: bytes) -> None:
    signature, recovery = signed(secret, digest)
    assert signature == bytes(wally.ec_sig_from_bytes(secret, digest, wally.EC_FLAG_ECDSA))
    recoverable = coincurve.PrivateKey(secret).sign_recoverable(digest, hasher=None)
    assert (signature, recovery) == (recoverable[:64], recoverable[64])
    der = encode_der(signature)
    assert der == bytes(wally.ec_sig_to_der(signature))
    theirs(secret).public_key().verify(der, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    ECDSA.verify(public_key(Secret(secret)), digest, signature)


@given(scalars, digests)
def test_a_signature_of_openssl_is_accepted_and_made_canonical(secret: bytes, digest: bytes) -> None:
    der = theirs(secret).sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))  # random nonce, any s
    public = public_key(Secret(secret))
    signature, recovery = ECDSA.accept(public, digest, der, None)
    r, s = utils.decode_dss_signature(der)
    assert int.from_bytes(signature[:32]) == r
    assert int.from_bytes(signature[32:]) == min(s, ORDER - s)
    assert recovery is not None
    assert ecdsa_recover(digest, signature, recovery) == public
    assert ECDSA.accept(public, digest, signature, recovery) == (signature, recovery)


@given(scalars, digests)
def test_K11_a_high_s_is_refused_and_in_an_answer_made_low_with_its_recovery_id(secret: bytes, digest: bytes) -> None:
    public = public_key(Secret(secret))
    signature, recovery = signed(secret, digest)
    assert reason(ECDSA.verify, public, digest, high(signature)) == "mismatch"
    for answer in (high(signature), encode_der(high(signature))):
        assert ECDSA.accept(public, digest, answer, None) == (signature, recovery)
        assert ECDSA.accept(public, digest, answer, recovery ^ 1) == (signature, recovery)
        assert reason(ECDSA.accept, public, digest, answer, recovery) == "mismatch"


@given(scalars, digests, digests)
def test_an_answer_by_another_key_or_over_another_digest_is_refused(one: bytes, digest: bytes, other: bytes) -> None:
    public = public_key(Secret(one))
    signature, recovery = signed(one, digest)
    if other != digest:
        assert reason(ECDSA.verify, public, other, signature) == "mismatch"
        assert reason(ECDSA.accept, public, other, signature, None) == "mismatch"
        assert reason(ECDSA.accept, public, other, signature, recovery) == "mismatch"
    assert reason(ECDSA.accept, tweak_public(public, G[1:]), digest, signature, None) == "mismatch"


def test_a_recovery_id_that_is_not_the_signatures_is_refused() -> None:
    secret, digest = bytes([7]) * 32, bytes([9]) * 32
    signature, recovery = signed(secret, digest)
    for wrong in {0, 1, 2, 3} - {recovery}:
        assert reason(ECDSA.accept, public_key(Secret(secret)), digest, signature, wrong) == "mismatch"


@pytest.mark.parametrize("recovery", [-1, 4, True, "0", 1.0])
def test_a_recovery_id_is_a_number_from_0_to_3(recovery: Any) -> None:
    assert reason(ecdsa_recover, bytes([9]) * 32, signed(bytes([7]) * 32, bytes([9]) * 32)[0], recovery) == "range"


@given(digests, st.binary(min_size=64, max_size=64), st.integers(0, 3))
def test_recovering_is_what_coincurve_does(digest: bytes, signature: bytes, recovery: int) -> None:
    try:
        expected = coincurve.PublicKey.from_signature_and_message(signature + bytes([recovery]), digest, hasher=None)
    except Exception:
        assert reason(ecdsa_recover, digest, signature, recovery) == "mismatch"
    else:
        assert ecdsa_recover(digest, signature, recovery) == expected.format()


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (0, 0), (ORDER, 1), (1, ORDER), (2**256 - 1, 1), (1, 2**256 - 1)])
def test_K09_zero_and_numbers_from_the_order_on_are_no_signature(r: int, s: int) -> None:
    compact = r.to_bytes(32) + s.to_bytes(32)
    assert reason(ECDSA.verify, G, bytes(32), compact) == "mismatch"
    assert reason(ECDSA.accept, G, bytes(32), compact, None) == "mismatch"
    assert reason(decode_der, encode_der(compact)) == "range"
    assert reason(ECDSA.accept, G, bytes(32), encode_der(compact), None) == "range"


@pytest.mark.parametrize("size", [0, 1, 63, 65, 128])
def test_a_compact_signature_has_64_bytes(size: int) -> None:
    assert reason(ECDSA.verify, G, bytes(32), bytes(size)) == "length"
    assert reason(BIP340.verify, G, bytes(32), bytes(size)) == "length"
    assert reason(ECDSA.accept, G, bytes(32), bytes(size), None) in ("non-canonical", "trailing")


@pytest.mark.parametrize(
    "digest", [b"", bytes(31), bytes(33), bytes(64), "0" * 32, bytearray(32), memoryview(bytes(32))]
)
def test_K13_a_digest_is_exactly_32_bytes(digest: Any) -> None:
    signature = signed(bytes([7]) * 32, bytes(32))[0]
    assert reason(signed, bytes([7]) * 32, digest) == "length"
    assert reason(ECDSA.verify, G, digest, signature) == "length"
    assert reason(ECDSA.accept, G, digest, signature, 0) in ("length", "mismatch")
    assert reason(ECDSA.accept, G, digest, signature, None) in ("length", "mismatch")
    assert reason(ecdsa_recover, digest, signature, 0) == "length"


# -- DER

SMALL = bytes.fromhex("3006020101020101")  # r = s = 1


def test_a_der_signature_is_read_and_written() -> None:
    assert decode_der(SMALL) == (1).to_bytes(32) + (1).to_bytes(32)
    assert encode_der(decode_der(SMALL)) == SMALL


@given(scalars, scalars)
def test_any_pair_of_scalars_is_the_der_of_cryptography(r: bytes, s: bytes) -> None:
    der = utils.encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
    assert encode_der(r + s) == der
    assert decode_der(der) == r + s


DER_K09 = {
    "r is zero": "3006020100020101",
    "s is zero": "3006020101020100",
    "r is the order": "302602210" + f"{ORDER:065x}" + "020101",
    "r is above the order": "3026022100" + "ff" * 32 + "020101",
    "s is above the order": "3026020101022100" + "ff" * 32,
}
DER_K10 = {
    "negative r": "30060201ff020101",
    "negative s": "3006020101020180",
    "long length": "308106020101020101",
    "length in two bytes": "30820006020101020101",
    "long length of r": "300702810101020101",
    "padded r": "300702020001020101",
    "padded s": "300702010102020001",
    "indefinite": "30800201010201010000",
    "trailing byte": "300602010102010100",
    "trailing byte within": "300702010102010100",
    "a third integer": "3009020101020101020101",
    "too short a length": "3005020101020101",
    "too long a length": "3007020101020101",
    "empty r": "30050200020101",
    "empty s": "30050201010200",
    "a set": "3106020101020101",
    "a bit string": "3006030101020101",
    "s is no integer": "3006020101030101",
    "one integer": "3003020101",
    "r is cut": "3006020401020101",
    "r of 34 bytes": "302702220000" + "01" * 32 + "020101",
    "nothing": "",
    "one byte": "30",
    "zeros": "00" * 70,
    "a megabyte": "30" * (1 << 20),
}


@pytest.mark.parametrize("der", [*DER_K09.values(), *DER_K10.values()], ids=[*DER_K09, *DER_K10])
def test_K09_K10_der_that_is_not_strict_is_refused(der: str) -> None:
    data = bytes.fromhex(der)
    assert reason(decode_der, data) in ("range", "non-canonical", "trailing")
    assert reason(ECDSA.accept, G, bytes(32), data, None)


@given(st.binary(max_size=80))
def test_K10_any_bytes_are_der_in_one_way_or_refused(data: bytes) -> None:
    try:
        compact = decode_der(data)
    except InvalidSignature as error:
        assert error.reason  # noqa: PT017
    else:
        assert encode_der(compact) == data


@given(scalars, scalars, st.integers(0, 71), st.integers(0, 255))
def test_K10_der_with_another_byte_is_refused_or_other_numbers(r: bytes, s: bytes, place: int, byte: int) -> None:
    der = bytearray(encode_der(r + s))
    der[place % len(der)] = byte
    try:
        compact = decode_der(bytes(der))
    except InvalidSignature:
        return
    assert encode_der(compact) == bytes(der)
    numbers = int.from_bytes(compact[:32]), int.from_bytes(compact[32:])
    assert utils.decode_dss_signature(bytes(der)) == numbers


# -- BIP-340


@given(scalars, digests, digests)
def test_a_bip340_signature_is_that_of_another_implementation(secret: bytes, message: bytes, aux: bytes) -> None:
    signature, recovery = BIP340.sign(BIP340.prepare(Secret(secret), None), message, aux)
    public = public_key(Secret(secret))
    assert recovery is None
    assert signature == bytes(wally.ec_sig_from_bytes_aux(secret, message, aux, wally.EC_FLAG_SCHNORR))
    wally.ec_sig_verify(even_y(public), message, wally.EC_FLAG_SCHNORR, signature)
    for key in (public, even_y(public), b"\3" + public[1:]):
        BIP340.verify(key, message, signature)
        assert BIP340.accept(key, message, signature, None) == (signature, None)


@given(scalars, st.binary(max_size=200), digests)
def test_bip340_signs_messages_of_any_length(secret: bytes, message: bytes, aux: bytes) -> None:
    signature, _ = BIP340.sign(BIP340.prepare(Secret(secret), None), message, aux)
    public = public_key(Secret(secret))
    BIP340.verify(public, message, signature)
    assert reason(BIP340.verify, public, message + b"\0", signature) == "mismatch"
    assert coincurve.PublicKeyXOnly(public[1:]).verify(signature, message)
    again, _ = BIP340.sign(BIP340.prepare(Secret(secret), None), message, bytes([aux[0] ^ 1]) + aux[1:])
    assert again[:32] != signature[:32]


@pytest.mark.parametrize("aux", [b"", bytes(31), bytes(33), "0" * 32, None, bytearray(32)])
def test_auxiliary_randomness_is_32_bytes(aux: Any) -> None:
    assert reason(BIP340.sign, BIP340.prepare(Secret(bytes([7]) * 32), None), bytes(32), aux) == "length"


def test_a_bip340_answer_has_no_recovery_id() -> None:
    signature, _ = BIP340.sign(BIP340.prepare(Secret(bytes(31) + b"\1"), None), bytes(32), bytes(32))
    assert reason(BIP340.accept, G, bytes(32), signature, 0) == "mismatch"


def test_a_tweak_goes_with_bip340_only() -> None:
    assert reason(ECDSA.prepare, Secret(bytes([7]) * 32), b"") == "scheme"


# -- the private module below


def test_the_self_test_passes_and_would_notice_another_library(monkeypatch: pytest.MonkeyPatch) -> None:
    secp256k1._self_test()
    monkeypatch.setattr(secp256k1, "_HALF_ORDER", bytes(32))  # then each s counts as high
    with pytest.raises(ImportError, match="published figures"):
        secp256k1._self_test()


def test_openssl_refuses_what_we_refuse() -> None:
    digest = bytes([9]) * 32
    signature, _ = signed(bytes([7]) * 32, digest)
    for place in (0, 31, 32, 63):
        flipped = bytearray(signature)
        flipped[place] ^= 1
        assert reason(ECDSA.verify, public_key(Secret(bytes([7]) * 32)), digest, bytes(flipped)) == "mismatch"
        with pytest.raises(Refused):
            theirs(bytes([7]) * 32).public_key().verify(
                encode_der(bytes(flipped)), digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))
            )


# -- the Schnorr signatures of Bitcoin Cash


def schnorr_bch(secret: bytes, digest: bytes) -> bytes:
    return SCHNORR_BCH.sign(SCHNORR_BCH.prepare(Secret(secret), None), digest, b"")[0]


def test_the_published_schnorr_signature_of_bitcoin_cash() -> None:
    """Bitcoin ABC, src/test/key_tests.cpp: "Very deterministic message"."""
    secret = bytes.fromhex("12b004fff7f4b69ef8650e767f18f11ede158148b425660723b9f9a66e61f747")
    digest = bytes.fromhex("5255683da567900bfd3e786ed8836a4e7763c221bf1ac20ece2a5171b9199e8a")
    assert schnorr_bch(secret, digest).hex() == (
        "2c56731ac2f7a7e7f11518fc7722a166b02438924ca9d8b4d111347b81d07175"
        "71846de67ad3d913a8fdf9d8f3f73161a4c48ae81cb183b214765feb86e255ce"
    )


@settings(max_examples=25)
@given(scalars, digests)
def test_schnorr_signatures_of_bitcoin_cash_are_those_that_python_ecdsa_takes(secret: bytes, digest: bytes) -> None:
    signature, public = schnorr_bch(secret, digest), public_key(Secret(secret))
    SCHNORR_BCH.verify(public, digest, signature)
    assert python_verifies(public, digest, signature)
    assert signature[:32] != signed(secret, digest)[0][:32]  # another nonce than ECDSA's


@settings(max_examples=25)
@given(scalars, digests, st.integers(0, 511))
def test_a_flipped_bit_of_such_a_signature_is_refused(secret: bytes, digest: bytes, bit: int) -> None:
    damaged = bytearray(schnorr_bch(secret, digest))
    damaged[bit // 8] ^= 1 << bit % 8
    public = public_key(Secret(secret))
    assert reason(SCHNORR_BCH.verify, public, digest, bytes(damaged)) == "mismatch"
    assert not python_verifies(public, digest, bytes(damaged))


def test_such_a_signature_with_the_other_y_or_a_scalar_out_of_range_is_refused() -> None:
    secret, digest = bytes(31) + b"\7", bytes(32)
    signature, public = schnorr_bch(secret, digest), public_key(Secret(secret))
    s = int.from_bytes(signature[32:])
    for other in (s + ORDER if s + ORDER < 2**256 else ORDER, 0, ORDER - s):
        assert reason(SCHNORR_BCH.verify, public, digest, signature[:32] + other.to_bytes(32)) == "mismatch"
    assert reason(SCHNORR_BCH.verify, public, digest, signature[:-1]) == "length"
    assert reason(SCHNORR_BCH.verify, public, digest[1:], signature) == "length"
    assert reason(BIP340.verify, public, digest, signature) == "mismatch"
    assert reason(SCHNORR_BCH.prepare, Secret(secret), b"") == "scheme"
