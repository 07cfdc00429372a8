"""Public keys and signatures in ASN.1, as OpenSSL writes them."""

from functools import partial

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, utils

from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from walletcore.curves import secp256k1
from walletcore.errors import InvalidKey, InvalidSignature
from walletcore.keys import Curve, PublicKey
from walletcore.signers.asn1 import read_public_key, read_signature

SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
KEYS: dict[str, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey] = {
    "secp256k1": ec.derive_private_key(7, ec.SECP256K1()).public_key(),
    "nist256p1": ec.derive_private_key(7, ec.SECP256R1()).public_key(),
    "ed25519": ed25519.Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32).public_key(),
}
N = secp256k1.ORDER


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("encoding", [DER, PEM])
def test_a_key_is_read_in_both_forms(name: str, encoding: serialization.Encoding) -> None:
    key = KEYS[name]
    if isinstance(key, ed25519.Ed25519PublicKey):
        expected = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    else:
        expected = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    assert read_public_key(key.public_bytes(encoding, SPKI)) == PublicKey(Curve(name), expected)


def refused(data: object) -> str:
    with pytest.raises(InvalidKey) as caught:
        read_public_key(data)  # type: ignore[arg-type]
    return caught.value.reason


def test_H08_a_key_of_another_kind_is_refused() -> None:
    others: list[ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed448.Ed448PublicKey] = [
        ec.derive_private_key(7, ec.SECP384R1()).public_key(),
        rsa.generate_private_key(65537, 2048).public_key(),
        ed448.Ed448PrivateKey.generate().public_key(),
    ]
    for key in others:
        assert refused(key.public_bytes(DER, SPKI)) == "scheme"


def test_bytes_that_are_no_key_are_refused() -> None:
    good = KEYS["secp256k1"].public_bytes(DER, SPKI)
    assert refused(good + b"\0") == "trailing"
    assert refused(good[:-1]) == "truncated"
    assert refused(good[:-1] + bytes((good[-1] ^ 1,))) == "point"
    assert refused(b"") == "truncated"
    assert refused(bytes(1024)) == "type"
    assert refused(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n") == "type"
    assert refused(bytes(1025)) == "length"
    assert refused(good.hex()) == "length"
    assert refused(bytearray(good)) == "length"


def test_a_signature_in_der_becomes_r_and_s() -> None:
    for r, s in ((1, 1), (N - 1, N - 1), (127, 128), (2**255, 2**256 - 1)):
        assert read_signature(utils.encode_dss_signature(r, s)) == r.to_bytes(32) + s.to_bytes(32)
    key = ec.derive_private_key(7, ec.SECP256K1())
    der = key.sign(b"message", ec.ECDSA(hashes.SHA256()))
    assert read_signature(der) == secp256k1.decode_der(der)


@pytest.mark.parametrize(
    "data",
    [
        "30060201ff020101",  # negative
        "3081060201010201 01".replace(" ", ""),  # a long length
        "300702020001020101",  # padded
        "30800201010201010000",  # indefinite
        "3006020101020101ff",  # trailing
        "3009020101020101020101",  # three integers
        "302702210100000000000000000000000000000000000000000000000000000000000000000000020101",  # 33 bytes
        "",
        "00" * 64,
        "00" * 73,
    ],
)
def test_H02_K10_other_spellings_are_refused(data: str) -> None:
    with pytest.raises(InvalidSignature):
        read_signature(bytes.fromhex(data))


def test_H02_a_raw_signature_is_no_der() -> None:
    for raw in (bytes.fromhex("30") + bytes(63), b"\x01" * 64):
        with pytest.raises(InvalidSignature):
            read_signature(raw)


@pytest.mark.parametrize("size", [72, 1024, MEBIBYTE, 64 * MEBIBYTE])
@pytest.mark.parametrize("shape", [*SHAPES, "a length", "PEM"])
def test_X13_bytes_of_one_thing_are_neither_a_key_nor_a_signature_and_are_refused_at_once(
    shape: str, size: int
) -> None:
    more = {"a length": b"\x30\x84\x7f\xff\xff\xff", "PEM": b"-----BEGIN PUBLIC KEY-----\n"}
    data = filled((SHAPES | more)[shape], size)
    for read, kind in ((read_public_key, InvalidKey), (read_signature, InvalidSignature)):
        check_cost(partial(read, data), kind, seconds=0.005, memory=MEBIBYTE)
