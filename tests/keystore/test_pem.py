"""Keys in PEM and DER: published files, other implementations, and what must be refused (KS01 to KS06)."""

import base64
import subprocess
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from Crypto.PublicKey import ECC
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from house.canary import KEY, PASSPHRASE, leaks
from house.doors import told
from house.source import child
from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.keystores import Text
from support.vectors import Case, load, vectors
from walletcore.coding import der
from walletcore.errors import InvalidKey, KeystoreError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.keystore import pem, pkcs8, sec1, spki
from walletcore.keystore.kdf import KdfLimits, Pbkdf2, Scrypt
from walletcore.secret import Secret

FIGURES = {case.id.removeprefix("pem/keys/"): case for case in load("pem/keys")}
READ: dict[str, Callable[[bytes], Any]] = {"pkcs8": pkcs8.parse, "sec1": sec1.parse, "spki": spki.parse}
ORDERS = {
    Curve.SECP256K1: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,  # SEC 2, 2.4.1
    Curve.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,  # SEC 2, 2.4.2
    Curve.ED25519: 2**256,
}
EC = [Curve.SECP256K1, Curve.P256]
PASSWORD = Secret(b"password")
QUICK = Pbkdf2(iterations=1000)
CHEAP = Scrypt(n=1024, r=1, p=1)
ONE = {curve: PrivateKey(curve, Secret(bytes(31) + b"\1")) for curve in ORDERS}
TWO = {curve: PrivateKey(curve, Secret(bytes(31) + b"\2")) for curve in ORDERS}

keys = st.sampled_from(list(ORDERS)).flatmap(
    lambda curve: st.integers(1, ORDERS[curve] - 1).map(lambda k: PrivateKey(curve, Secret(k.to_bytes(32))))
)
kdfs = st.sampled_from([QUICK, CHEAP])


def why(read: Callable[..., object], *arguments: Any, **options: Any) -> str:
    """The reason of the KeystoreError that this raises."""
    with pytest.raises(KeystoreError) as caught:
        read(*arguments, **options)
    return caught.value.reason


def opened(case: Case) -> PrivateKey | PublicKey:
    """What a figure says, read at the door that it names."""
    given = case.input
    if "password_utf8" in given:
        password = Secret(bytes.fromhex(given["password_utf8"]))
        return pem.decrypt(given["text"], password) if "text" in given else pkcs8.decrypt(der_of(case), password)
    if "text" in given:
        return (pem.parse_public if "PUBLIC KEY" in given["text"][:30] else pem.parse)(given["text"])
    key: PrivateKey | PublicKey = READ[given["structure"]](der_of(case))
    return key


def der_of(case: Case) -> bytes:
    return bytes.fromhex(case.input["der"])


# Published figures


@vectors("pem/keys", result="valid")
def test_the_published_keys_are_read(case: Case) -> None:
    key, expect = opened(case), case.expect
    public = PublicKey(Curve(expect["curve"]), bytes.fromhex(expect["public_key"]))
    if "private_key" in expect:
        assert key == PrivateKey(public.curve, Secret(bytes.fromhex(expect["private_key"])))
        assert isinstance(key, PrivateKey)
        assert key.public_key == public
    else:
        assert key == public


@vectors("pem/keys", result="invalid")
def test_what_is_published_and_is_no_key_of_ours_is_refused(case: Case) -> None:
    assert why(opened, case) == case.expect["reason"]


@pytest.mark.parametrize(
    "name",
    [
        *("rfc8410-v1", "rfc8410-public", "rfc9500-p256", "youmark-ec256", "agent-js-secp256k1", "hedera-ecdsa-pem1"),
        *("pyca-ec-high-bit-set-pem", "pyca-pem-ec_private_key-pem", "pyca-pem-ec_public_key-pem", "casper-public"),
        *("pyca-ed25519-ed25519-pkcs8-pem", "pyca-ed25519-ed25519-pub-pem", "wycheproof-secp256k1-1"),
    ],
)
def test_the_published_texts_are_written(name: str) -> None:
    key, text = opened(FIGURES[name]), FIGURES[name].input["text"].rstrip("\n") + "\n"
    label = text.partition("-----BEGIN ")[2].partition("-----")[0]
    assert (pem.text_of(key) if isinstance(key, PublicKey) else pem.reveal(key, label=label)) == text


@pytest.mark.engine
def test_the_figure_of_rfc_7914_is_read_within_limits_that_allow_it() -> None:
    case = FIGURES["rfc7914-limits"]
    key = pem.decrypt(case.input["text"], Secret(b"Rabbit"), limits=KdfLimits(max_memory=1 << 30))
    theirs: Any = serialization.load_pem_private_key(case.input["text"].encode(), b"Rabbit")
    assert key.secret.reveal() == theirs.private_numbers().private_value.to_bytes(32)


def block(text: str) -> bytes:
    return base64.b64decode("".join(text.splitlines()[1:-1]))


# Other implementations


def of_openssl(key: Any) -> bytes:
    """The secret of a key of `cryptography`."""
    if hasattr(key, "private_numbers"):
        number: int = key.private_numbers().private_value
        return number.to_bytes(32)
    raw: bytes = key.private_bytes_raw()
    return raw


@settings(max_examples=60, deadline=None)
@given(keys, kdfs)
def test_openssl_reads_what_is_written_here_and_writes_the_same(key: PrivateKey, kdf: Pbkdf2 | Scrypt) -> None:
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    theirs: Any = serialization.load_pem_private_key(pem.reveal(key).encode(), None)
    assert of_openssl(theirs) == key.secret.reveal()
    assert theirs.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain).decode() == pem.reveal(key)
    public = theirs.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert public.decode() == pem.text_of(key.public_key)
    if key.curve in EC:
        old = theirs.private_bytes(encoding, serialization.PrivateFormat.TraditionalOpenSSL, plain).decode()
        assert old == pem.reveal(key, label="EC PRIVATE KEY")
        assert pem.parse(old) == key
    encrypted = pem.encrypt(key, PASSWORD, kdf=kdf)
    other: Any = serialization.load_pem_private_key(encrypted.encode(), b"password")
    assert of_openssl(other) == key.secret.reveal()
    cipher = serialization.BestAvailableEncryption(b"password")
    assert (
        pem.decrypt(theirs.private_bytes(encoding, serialization.PrivateFormat.PKCS8, cipher).decode(), PASSWORD) == key
    )


PROTECTIONS = [f"{kdf}AndAES{bits}-CBC" for kdf in ("PBKDF2WithHMAC-SHA1", "scrypt") for bits in (128, 192, 256)]
PROTECTIONS += [f"PBKDF2WithHMAC-SHA{size}AndAES256-CBC" for size in (256, 384, 512)]


@pytest.mark.parametrize("protection", PROTECTIONS)
@pytest.mark.parametrize("curve", [Curve.P256, Curve.ED25519])  # it has no secp256k1
def test_pycryptodome_agrees_on_every_derivation_and_cipher(curve: Curve, protection: str) -> None:
    theirs = ECC.import_key(pkcs8.reveal(TWO[curve]))
    costs: Any = {"iteration_count": 1024 if "scrypt" in protection else 2000}
    written = theirs.export_key(
        format="DER", passphrase="password", use_pkcs8=True, protection=protection, prot_params=costs
    )
    assert isinstance(written, bytes)
    assert pkcs8.decrypt(written, PASSWORD) == TWO[curve]
    for kdf in (QUICK, CHEAP):
        assert ECC.import_key(pkcs8.encrypt(TWO[curve], PASSWORD, kdf=kdf), "password") == theirs


@pytest.mark.parametrize("compress", [False, True])
def test_points_are_read_in_both_forms(compress: bool) -> None:
    theirs = ECC.import_key(pkcs8.reveal(TWO[Curve.P256])).public_key()
    assert spki.parse(theirs.export_key(format="DER", compress=compress)) == TWO[Curve.P256].public_key


def openssl(*words: str, given: str) -> str:
    return subprocess.run(["openssl", *words], input=given, capture_output=True, text=True, check=True).stdout


@pytest.mark.engine
@pytest.mark.parametrize("curve", list(ORDERS))
def test_the_openssl_command_reads_and_writes_the_same(curve: Curve) -> None:
    for secret in (b"\0" * 31 + b"\7", b"\x7f" * 32, KEY):
        key = PrivateKey(curve, Secret(secret))
        text = pem.reveal(key)
        assert openssl("pkey", given=text) == text
        assert openssl("pkey", "-pubout", given=text) == pem.text_of(key.public_key)
        assert openssl("pkey", "-passin", "pass:password", given=pem.encrypt(key, PASSWORD, kdf=QUICK)) == text
        for words in (["-v2prf", "hmacWithSHA512"], ["-v2", "aes-128-cbc"], ["-scrypt"]):
            made = openssl("pkcs8", "-topk8", "-passout", "pass:password", *words, given=text)
            assert pem.decrypt(made, PASSWORD) == key
        if curve in EC:
            old = pem.reveal(key, label="EC PRIVATE KEY")
            assert openssl("ec", given=text) == old
            assert pem.parse(openssl("ec", "-conv_form", "compressed", given=text)) == key
            assert why(pem.parse, openssl("ec", "-param_enc", "explicit", given=text)) == "policy"


# Round trips


@settings(max_examples=50, deadline=None)
@given(keys, kdfs, st.binary(min_size=1, max_size=40).filter(any))
def test_what_is_written_is_read(key: PrivateKey, kdf: Pbkdf2 | Scrypt, password: bytes) -> None:
    assert pem.parse(pem.reveal(key)) == pkcs8.parse(pkcs8.reveal(key)) == key
    assert pem.parse_public(pem.text_of(key.public_key)) == spki.parse(spki.encode(key.public_key)) == key.public_key
    encrypted = pem.encrypt(key, Secret(password), kdf=kdf)
    assert pem.decrypt(encrypted, Secret(password)) == key
    assert why(pem.decrypt, encrypted, Secret(password + b"x")) == "checksum"
    if key.curve in EC:
        assert pem.parse(pem.reveal(key, label="EC PRIVATE KEY")) == sec1.parse(sec1.reveal(key)) == key


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(ORDERS)), st.integers(0, 200), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_read_as_the_one_spelling_of_another_key(
    curve: Curve, place: int, bits: int
) -> None:
    written = bytearray(pkcs8.reveal(TWO[curve]))
    written[place % len(written)] ^= bits
    try:
        key = pkcs8.parse(bytes(written))
    except KeystoreError:
        return
    assert curve is Curve.ED25519  # in the others the public key tells
    assert pkcs8.reveal(key) == bytes(written)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_with_an_error_of_ours(data: bytes) -> None:
    for read in (pkcs8.parse, sec1.parse, spki.parse, partial(pkcs8.decrypt, password=PASSWORD)):
        assert why(read, data)


def test_salt_and_iv_are_new_each_time_and_come_of_entropy_in_tests() -> None:
    made = {pem.encrypt(ONE[Curve.P256], PASSWORD, kdf=QUICK) for _ in range(3)}
    assert len(made) == 3
    written = pkcs8.encrypt(ONE[Curve.P256], PASSWORD, kdf=QUICK, entropy=b"s" * 16 + b"i" * 16)
    assert written == pkcs8.encrypt(ONE[Curve.P256], PASSWORD, kdf=QUICK, entropy=b"s" * 16 + b"i" * 16)
    assert b"\x04\x10" + b"s" * 16 in written
    assert b"\x04\x10" + b"i" * 16 in written
    for size in (0, 31, 33):
        assert why(pkcs8.encrypt, ONE[Curve.P256], PASSWORD, kdf=QUICK, entropy=bytes(size)) == "length"


# The text


LINES = pem.reveal(ONE[Curve.P256]).splitlines()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "character"),
        ("\n".join(LINES), None),
        ("\r\n".join([*LINES, ""]), None),
        ("\n".join([*LINES, "", ""]), "character"),
        (" " + "\n".join(LINES), "character"),
        ("\ufeff" + "\n".join(LINES), "character"),
        ("text\n" + "\n".join(LINES), "character"),
        ("\n".join([*LINES, *LINES]), "character"),
        ("\n".join([*LINES, "text"]), "character"),
        ("\n".join([LINES[0], "", *LINES[1:]]), "character"),
        ("\n".join([LINES[0], "".join(LINES[1:-1]), LINES[-1]]), None),
        ("\n".join([LINES[0], *(line + " " for line in LINES[1:])]), "character"),
        ("\n".join([LINES[0], LINES[1][:63], LINES[1][63:], *LINES[2:]]), "non-canonical"),
        ("\n".join([LINES[0], LINES[1][:1], LINES[1][1:] + "".join(LINES[2:-1]), LINES[-1]]), "non-canonical"),
        ("\n".join([LINES[0], LINES[-1]]), "non-canonical"),
        ("\n".join([*LINES[:-1], "-----END EC PRIVATE KEY-----"]), "mismatch"),
        ("\n".join([*LINES[:-2], LINES[-2] + "=", LINES[-1]]), "non-canonical"),
        ("\n".join([*LINES[:-2], LINES[-2][:-1], LINES[-1]]), "non-canonical"),
        ("\n".join([*LINES[:-2], "=" + LINES[-2][1:], LINES[-1]]), "non-canonical"),
        ("\n".join(LINES).replace("PRIVATE", "PRIVAT\u0395"), "character"),
        ("\n".join([*LINES[:-2], LINES[-2].replace("A", "\uff21"), LINES[-1]]) + "\0", "character"),
        ("\n".join(LINES).replace("PRIVATE KEY", "X PRIVATE KEY"), "unknown"),
        ("\n".join(LINES).replace("PRIVATE KEY", "CERTIFICATE"), "scheme"),
        ("\n".join(LINES).replace("PRIVATE KEY", "PUBLIC KEY"), "version"),
        ("\n".join(LINES).encode(), "type"),
        (Text("\n".join(LINES)), "type"),
        (LINES, "type"),
        (None, "type"),
        ("A" * 100_000, "too-large"),
    ],
)
def test_X19_a_text_is_one_block_in_its_one_form(text: Any, reason: str | None) -> None:
    if reason is None:
        assert pem.parse(text) == ONE[Curve.P256]
    else:
        assert why(pem.parse, text) == reason


def test_a_letter_whose_last_bits_are_not_zero_is_refused() -> None:
    text = pem.text_of(ONE[Curve.ED25519].public_key)
    assert "=\n-----END" in text
    place = text.index("=\n")
    other = chr(ord(text[place - 1]) + 1)
    assert base64.b64decode(text[27:place] + "=") == base64.b64decode(text[27 : place - 1] + other + "=")
    assert why(pem.parse_public, text[: place - 1] + other + text[place:]) == "non-canonical"


def test_each_door_reads_its_own_kind_of_block() -> None:
    key = ONE[Curve.P256]
    private, old, public = pem.reveal(key), pem.reveal(key, label="EC PRIVATE KEY"), pem.text_of(key.public_key)
    encrypted = pem.encrypt(key, PASSWORD, kdf=QUICK)
    assert why(pem.parse, encrypted) == why(pkcs8.parse, block(encrypted)) == "missing"
    assert why(pem.parse, public) == "version"
    assert [why(pem.parse_public, text) for text in (private, old, encrypted)] == ["policy"] * 3
    assert [why(pem.decrypt, text, PASSWORD) for text in (private, old, public)] == ["version"] * 3
    assert why(pkcs8.decrypt, block(private), PASSWORD) == "version"


@pytest.mark.parametrize("label", ["", "PUBLIC KEY", "ENCRYPTED PRIVATE KEY", "private key", None, b"PRIVATE KEY", 1])
def test_a_label_that_is_none_of_a_private_key_is_refused(label: Any) -> None:
    assert why(pem.reveal, ONE[Curve.P256], label=label) == "unknown"


# The DER


def changed(data: bytes, old: str, new: str) -> bytes:
    """The data with other bytes in the one place where these are; lengths around them are not mended."""
    assert data.count(bytes.fromhex(old)) == 1
    return data.replace(bytes.fromhex(old), bytes.fromhex(new))


def pkcs8_of(curve: Curve, inner: bytes, *more: bytes, version: int = 0) -> bytes:
    head = der.encode_uint(version), spki.ALGORITHMS[curve], der.encode(der.OCTET_STRING, inner)
    return der.sequence(*head, *more)


def sec1_of(curve: Curve, scalar: bytes, *, name: bytes | None = None, public: bytes | None = None) -> bytes:
    parts = [der.encode_uint(1), der.encode(der.OCTET_STRING, scalar)]
    parts += [der.encode(0xA0, name)] if name is not None else []
    parts += [der.encode(0xA1, der.encode(der.BIT_STRING, b"\0" + public))] if public is not None else []
    return der.sequence(*parts)


@pytest.mark.parametrize("curve", EC)
def test_a_public_key_of_another_private_key_is_refused(curve: Curve) -> None:
    name, other = spki.NAMED_CURVES[curve], spki.key_bits(TWO[curve].public_key)
    secret = bytes(31) + b"\1"
    assert why(sec1.parse, sec1_of(curve, secret, name=name, public=other)) == "mismatch"
    assert why(pkcs8.parse, pkcs8_of(curve, sec1_of(curve, secret, public=other))) == "mismatch"
    compressed = sec1_of(curve, secret, name=name, public=ONE[curve].public_key.data)
    assert sec1.parse(compressed) == sec1.parse(sec1_of(curve, secret, name=name)) == ONE[curve]
    assert why(sec1.parse, sec1_of(curve, secret, name=name, public=other[:-1] + b"\0")) == "point"
    hybrid = bytes((6 + other[-1] % 2,)) + other[1:]
    assert why(sec1.parse, sec1_of(curve, bytes(31) + b"\2", name=name, public=hybrid)) == "non-canonical"


@pytest.mark.parametrize("curve", list(ORDERS))
def test_a_public_key_makes_version_2_and_nothing_else_does(curve: Curve) -> None:
    inner = der.decode(pkcs8.reveal(ONE[curve]), der.SEQUENCE)
    secret = der.values(inner)[2][1]
    mine = der.encode(0x81, b"\0" + spki.key_bits(ONE[curve].public_key))
    other = der.encode(0x81, b"\0" + spki.key_bits(TWO[curve].public_key))
    attributes = der.encode(0xA0, der.sequence())
    assert pkcs8.parse(pkcs8_of(curve, secret, mine, version=1)) == ONE[curve]
    assert pkcs8.parse(pkcs8_of(curve, secret, attributes, mine, version=1)) == ONE[curve]
    assert pkcs8.parse(pkcs8_of(curve, secret, attributes)) == ONE[curve]
    assert why(pkcs8.parse, pkcs8_of(curve, secret, other, version=1)) == "mismatch"
    assert why(pkcs8.parse, pkcs8_of(curve, secret, mine)) == "version"
    assert why(pkcs8.parse, pkcs8_of(curve, secret, version=1)) == "version"
    assert why(pkcs8.parse, pkcs8_of(curve, secret, mine, version=2)) == "version"
    assert why(pkcs8.parse, pkcs8_of(curve, secret, mine, attributes, version=1)) == "unknown"
    assert why(pkcs8.parse, pkcs8_of(curve, secret, mine, mine, version=1)) == "unknown"
    assert why(pkcs8.parse, pkcs8_of(curve, secret, der.encode(0xA2, b""))) == "unknown"
    assert why(pkcs8.parse, pkcs8_of(curve, secret, der.encode(0xA0, b"\x30"))) == "truncated"


@pytest.mark.parametrize("curve", EC)
@pytest.mark.parametrize("size", [0, 1, 31, 33, 64])
def test_K01_a_scalar_has_32_bytes(curve: Curve, size: int) -> None:
    scalar = b"\1" * size
    assert why(sec1.parse, sec1_of(curve, scalar, name=spki.NAMED_CURVES[curve])) == "length"
    assert why(pkcs8.parse, pkcs8_of(curve, sec1_of(curve, scalar))) == "length"
    assert why(pkcs8.parse, pkcs8_of(Curve.ED25519, der.encode(der.OCTET_STRING, scalar))) == "length"


@pytest.mark.parametrize("curve", EC)
def test_K03_a_scalar_out_of_range_is_refused(curve: Curve) -> None:
    for number in (0, ORDERS[curve], 2**256 - 1):
        scalar = number.to_bytes(32)
        assert why(sec1.parse, sec1_of(curve, scalar, name=spki.NAMED_CURVES[curve])) == "range"
        assert why(pkcs8.parse, pkcs8_of(curve, sec1_of(curve, scalar))) == "range"


def test_the_curve_is_named_once_or_twice_alike() -> None:
    secret, k1, p256 = bytes(31) + b"\1", spki.NAMED_CURVES[Curve.SECP256K1], spki.NAMED_CURVES[Curve.P256]
    assert pkcs8.parse(pkcs8_of(Curve.P256, sec1_of(Curve.P256, secret, name=p256))) == ONE[Curve.P256]
    assert why(pkcs8.parse, pkcs8_of(Curve.P256, sec1_of(Curve.P256, secret, name=k1))) == "mismatch"
    assert why(sec1.parse, sec1_of(Curve.P256, secret)) == "missing"
    assert sec1.parse(sec1_of(Curve.P256, secret), curve=Curve.P256) == ONE[Curve.P256]
    assert why(sec1.parse, sec1_of(Curve.P256, secret, name=der.sequence())) == "policy"
    assert why(sec1.parse, sec1_of(Curve.P256, secret, name=bytes.fromhex("06052b81040022"))) == "scheme"  # P-384
    assert why(sec1.parse, sec1_of(Curve.P256, secret, name=p256 + p256)) == "scheme"


@pytest.mark.parametrize(
    ("algorithm", "reason"),
    [
        ("06092a864886f70d0101010500", "scheme"),  # RSA
        ("06072a8648ce3d020106052b81040022", "scheme"),  # P-384
        ("06072a8648ce3d0201", "scheme"),  # no curve
        ("06072a8648ce3d02010500", "scheme"),  # its curve is another's
        ("06072a8648ce3d02013000", "policy"),
        ("06032b65700500", "scheme"),  # Ed25519 with parameters
        ("06032b656e", "scheme"),  # X25519
        ("06032b6571", "scheme"),  # Ed448
        ("", "scheme"),
        ("30", "truncated"),
    ],
)
def test_another_algorithm_is_refused(algorithm: str, reason: str) -> None:
    name = der.encode(der.SEQUENCE, bytes.fromhex(algorithm))
    public = der.sequence(name, der.encode(der.BIT_STRING, b"\0" + bytes(32)))
    assert why(spki.parse, public) == reason
    secret = der.sequence(der.encode_uint(0), name, der.encode(der.OCTET_STRING, bytes(34)))
    assert why(pkcs8.parse, secret) == reason


@pytest.mark.parametrize("curve", list(ORDERS))
def test_no_other_spelling_of_a_key_is_read(curve: Curve) -> None:
    good = pkcs8.reveal(ONE[curve])
    inner = der.decode(good, der.SEQUENCE)
    size = len(inner)
    assert why(pkcs8.parse, good + b"\0") == "trailing"
    assert why(pkcs8.parse, good[:-1]) == "truncated"
    assert why(pkcs8.parse, b"\x30\x80" + inner + b"\0\0") == "non-canonical"
    assert why(pkcs8.parse, b"\x30\x82\0" + bytes((size,)) + inner) == "non-canonical"
    assert why(pkcs8.parse, b"\x30\x84\0\0\0" + bytes((size,)) + inner) == "non-canonical"
    assert why(pkcs8.parse, b"\x31" + good[1:]) == "type"
    assert why(pkcs8.parse, b"") == "truncated"
    assert why(spki.parse, changed(spki.encode(ONE[curve].public_key), *unused(curve))) == "non-canonical"
    for other in (good.hex(), bytearray(good), memoryview(good), None, Secret(good)):
        for read in (pkcs8.parse, sec1.parse, spki.parse):
            assert why(read, other) == "type"
    for read in (pkcs8.parse, sec1.parse, spki.parse):
        assert why(read, bytes(4097)) == "too-large"


def unused(curve: Curve) -> tuple[str, str]:
    """The head of a BIT STRING, and one that says that a bit of it is not used."""
    return ("032100", "032101") if curve is Curve.ED25519 else ("03420004", "03420104")


@pytest.mark.parametrize("curve", EC)
def test_K04_K05_a_point_that_is_none_is_refused(curve: Curve) -> None:
    good = spki.encode(ONE[curve].public_key)
    assert why(spki.parse, good[:-1] + bytes((good[-1] ^ 1,))) == "point"
    assert why(spki.parse, changed(good, "034200" + "04", "034200" + "06")) == "non-canonical"


def test_K07_a_point_of_small_order_is_refused() -> None:
    bits = b"\0\1" + bytes(31)
    assert why(spki.parse, der.sequence(spki.ALGORITHMS[Curve.ED25519], der.encode(der.BIT_STRING, bits))) == "point"


# Passwords and costs


def encrypted(derivation: str, *, cipher: str = "060960864801650304012a", iv: str = "0410" + "00" * 16) -> bytes:
    """An encrypted key under the content of a derivation's AlgorithmIdentifier."""
    scheme = der.sequence(
        der.encode(der.SEQUENCE, bytes.fromhex(derivation)),
        der.encode(der.SEQUENCE, bytes.fromhex(cipher + iv)),
    )
    algorithm = der.sequence(bytes.fromhex("06092a864886f70d01050d"), scheme)
    return der.sequence(algorithm, der.encode(der.OCTET_STRING, bytes(64)))


def scrypt(*numbers: int, salt: int = 8) -> str:
    parts = der.encode(der.OCTET_STRING, bytes(salt)), *map(der.encode_uint, numbers)
    return "06092b06010401da47040b" + der.sequence(*parts).hex()


def pbkdf2(*numbers: int, salt: int = 8, prf: str = "300c06082a864886f70d02090500") -> str:
    parts = der.encode(der.OCTET_STRING, bytes(salt)), *map(der.encode_uint, numbers), bytes.fromhex(prf)
    return "06092a864886f70d01050c" + der.sequence(*parts).hex()


COSTS = [
    ("KS01", scrypt(1 << 22, 8, 1), "policy"),
    ("KS01", scrypt(1 << 25, 1, 1), "policy"),
    ("KS02", scrypt(1 << 18, 8, 64), "policy"),
    ("KS03", scrypt(1024, 8, 1 << 20), "policy"),
    ("KS03", scrypt(16384, 8, 1, 1 << 30), "mismatch"),
    ("KS03", scrypt(16384, 8, 1, 16), "mismatch"),
    ("KS04", scrypt(3, 8, 1), "range"),
    ("KS04", scrypt(1, 8, 1), "range"),
    ("KS04", scrypt(0, 8, 1), "range"),
    ("KS04", scrypt(16384, 0, 1), "range"),
    ("KS04", scrypt(16384, 8, 0), "range"),
    ("KS04", scrypt(512, 8, 1), "policy"),
    ("KS04", scrypt(1 << 70, 8, 1), "range"),
    ("KS04", scrypt(1 << 8000, 8, 1), "range"),
    ("KS04", scrypt(16384, 8), "type"),
    ("KS04", scrypt(16384, 8, 1, 32, 1), "type"),
    ("KS05", pbkdf2(1 << 40), "policy"),
    ("KS05", pbkdf2(1 << 24), "policy"),
    ("KS05", pbkdf2(1 << 70), "range"),
    ("KS05", pbkdf2(1), "policy"),
    ("KS05", pbkdf2(999), "policy"),
    ("KS05", pbkdf2(0), "range"),
    ("KS05", pbkdf2(), "type"),
    ("KS05", pbkdf2(2048, 16), "mismatch"),
    ("KS05", pbkdf2(2048, prf="300c06082a864886f70d02050500"), "version"),  # MD5
    ("KS05", pbkdf2(2048, prf="300c06082a864886f70d02070500"), "version"),  # SHA-1, which DER does not name
    ("KS05", pbkdf2(2048, prf="300c06082a864886f70d02090400"), "version"),
    ("KS05", pbkdf2(2048, salt=129), "length"),
    ("KS05", scrypt(16384, 8, 1, salt=129), "length"),
]


@pytest.mark.parametrize(
    ("row", "derivation", "reason"), COSTS, ids=[f"{row}-{i}" for i, (row, *_) in enumerate(COSTS)]
)
def test_KS01_KS02_KS03_KS04_KS05_costs_are_refused_before_any_work(row: str, derivation: str, reason: str) -> None:
    data = encrypted(derivation)
    assert why(pkcs8.decrypt, data, PASSWORD) == reason, row
    check_cost(partial(pkcs8.decrypt, data, PASSWORD), KeystoreError, seconds=0.005, memory=MEBIBYTE)


def test_other_limits_may_be_set() -> None:
    text = FIGURES["youmark-encrypted"].input["text"]
    assert why(pem.decrypt, text, PASSWORD, limits=KdfLimits(min_iterations=2049)) == "policy"
    assert why(pem.decrypt, text, PASSWORD, limits=KdfLimits(max_iterations=2047)) == "policy"
    assert pem.decrypt(text, PASSWORD, limits=KdfLimits(max_iterations=2048))
    assert why(pem.encrypt, ONE[Curve.P256], PASSWORD, kdf=Pbkdf2(iterations=1)) == "policy"
    assert why(pem.encrypt, ONE[Curve.P256], PASSWORD, kdf=Scrypt(n=1 << 22)) == "policy"
    for wrong in (None, 5, {"n": 1024}):
        assert why(pem.encrypt, ONE[Curve.P256], PASSWORD, kdf=wrong) == "type"
        assert why(pem.decrypt, text, PASSWORD, limits=wrong) == "type"
        assert why(pem.encrypt, ONE[Curve.P256], PASSWORD, kdf=QUICK, limits=wrong) == "type"


@pytest.mark.parametrize(
    ("cipher", "iv", "reason"),
    [
        ("06082a864886f70d0307", "0408" + "00" * 8, "version"),  # triple DES
        ("060960864801650304012e", "0410" + "00" * 16, "version"),  # AES-256-GCM
        ("060960864801650304012a", "0408" + "00" * 8, "length"),
        ("060960864801650304012a", "0500", "type"),
        ("060960864801650304012a", "", "truncated"),
        ("060960864801650304012a", "0410" + "00" * 16 + "0500", "trailing"),
        ("060960864801650304012b", "0410" + "00" * 16, "version"),
    ],
)
def test_KS07_KS08_another_cipher_or_iv_is_refused(cipher: str, iv: str, reason: str) -> None:
    assert why(pkcs8.decrypt, encrypted(pbkdf2(2048), cipher=cipher, iv=iv), PASSWORD) == reason


def test_another_scheme_or_derivation_is_refused() -> None:
    good = encrypted(pbkdf2(2048))
    assert why(pkcs8.decrypt, changed(good, "06092a864886f70d01050d", "06092a864886f70d010503"), PASSWORD) == "version"
    assert why(pkcs8.decrypt, changed(good, "06092a864886f70d01050c", "06092a864886f70d010504"), PASSWORD) == "version"


@pytest.mark.parametrize("size", [0, 1, 15, 17])
def test_what_is_no_whole_number_of_blocks_is_refused(size: int) -> None:
    (_, algorithm), _ = der.values(der.decode(encrypted(pbkdf2(2048)), der.SEQUENCE))
    data = der.sequence(der.encode(der.SEQUENCE, algorithm), der.encode(der.OCTET_STRING, bytes(size)))
    assert why(pkcs8.decrypt, data, PASSWORD) == "length"


def test_KS06_every_wrong_password_is_told_alike() -> None:
    """One of 256 leaves padding, and what is below it is no key."""
    data = pkcs8.encrypt(ONE[Curve.ED25519], PASSWORD, kdf=QUICK)
    reasons = {why(pkcs8.decrypt, data, Secret(f"wrong {number}".encode())) for number in range(1500)}
    assert reasons == {"checksum"}


@pytest.mark.parametrize("password", [b"", b"\0", b"\0\0\0"])
def test_an_empty_password_is_not_written_with(password: bytes) -> None:
    assert why(pem.encrypt, ONE[Curve.P256], Secret(password), kdf=QUICK) == "length"


@pytest.mark.parametrize("password", [None, "password", b"password", bytearray(b"x")])
def test_a_password_is_a_secret(password: Any) -> None:
    assert why(pem.decrypt, FIGURES["youmark-encrypted"].input["text"], password) == "type"
    assert why(pem.encrypt, ONE[Curve.P256], password, kdf=QUICK) == "type"


def test_a_password_of_65537_bytes_is_refused() -> None:
    assert why(pem.decrypt, FIGURES["youmark-encrypted"].input["text"], Secret(bytes(65537))) == "too-large"


# Keys of other kinds, wiped ones, and what no error tells


@pytest.mark.parametrize("other", [None, KEY, Secret(KEY), "text", Curve.P256])
def test_X19_what_is_no_key_is_not_written(other: Any) -> None:
    for write in (pem.reveal, pem.text_of, pkcs8.reveal, sec1.reveal, spki.encode, spki.key_bits):
        assert why(write, other) == "type"
    assert why(pem.encrypt, other, PASSWORD, kdf=QUICK) == "type"
    assert why(pem.text_of, ONE[Curve.P256]) == why(pem.reveal, ONE[Curve.P256].public_key) == "type"


def test_ed25519_has_no_ec_private_key() -> None:
    assert why(pem.reveal, ONE[Curve.ED25519], label="EC PRIVATE KEY") == "scheme"


@pytest.mark.parametrize("curve", list(ORDERS))
def test_a_wiped_key_or_password_is_used_no_more(curve: Curve) -> None:
    key, password = PrivateKey(curve, Secret(bytes(31) + b"\5")), Secret(b"password")
    text = pem.encrypt(key, password, kdf=QUICK)
    key.public_key  # noqa: B018  # is kept when the secret goes
    key.wipe()
    password.wipe()
    calls: list[Callable[[], object]] = [
        partial(pem.reveal, key),
        partial(pem.encrypt, key, PASSWORD, kdf=QUICK),
        partial(pem.encrypt, ONE[curve], password, kdf=QUICK),
        partial(pem.decrypt, text, password),
    ]
    for call in calls:
        with pytest.raises(InvalidKey) as caught:
            call()
        assert caught.value.reason == "wiped"


def test_KS10_nesting_is_refused_under_any_recursion_limit() -> None:
    printed = child(
        """
from walletcore.errors import KeystoreError
from walletcore.keystore import pkcs8, sec1, spki
from walletcore.coding import der
data = b""
while len(data) < 4000:
    data = der.sequence(data)
sys.setrecursionlimit(150)
for read in (pkcs8.parse, sec1.parse, spki.parse):
    try:
        read(data)
    except KeystoreError as error:
        print(error.reason)
"""
    )
    assert printed == "version\nversion\ntype\n"


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_key_and_are_refused_at_once(shape: str) -> None:
    for size in (4096, 8192, MEBIBYTE, 16 * MEBIBYTE):
        data = filled(SHAPES[shape], size)
        for read in (pkcs8.parse, sec1.parse, spki.parse, partial(pkcs8.decrypt, password=PASSWORD)):
            check_cost(partial(read, data), KeystoreError, seconds=0.005, memory=MEBIBYTE)
        text = data.decode("latin-1")
        for armoured in (text, f"-----BEGIN PRIVATE KEY-----\n{text}", f"-----BEGIN {text}"):
            check_cost(partial(pem.parse, armoured), KeystoreError, seconds=0.01, memory=MEBIBYTE)


FAULTS: dict[str, Callable[[bytes], bytes]] = {
    "trailing": lambda data: data + b"\0",
    "truncated": lambda data: data[:-1],
    "another version": lambda data: data.replace(b"\2\1", b"\2\2", 1),
    "another algorithm": lambda data: data.replace(b"\x06\x07", b"\x06\x08").replace(b"\x06\x03", b"\x06\x04"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("curve", list(ORDERS))
def test_X10_no_error_tells_the_key(curve: Curve, fault: str) -> None:
    with pytest.raises(KeystoreError) as caught:
        pkcs8.parse(FAULTS[fault](pkcs8.reveal(PrivateKey(curve, Secret(KEY)))))
    assert leaks(told(caught.value)) == []


@pytest.mark.parametrize("curve", EC)
def test_X10_no_error_tells_the_key_beside_another_public_half(curve: Curve) -> None:
    with pytest.raises(KeystoreError) as caught:
        sec1.parse(sec1_of(curve, KEY, public=spki.key_bits(ONE[curve].public_key)), curve=curve)
    assert caught.value.reason == "mismatch"
    assert leaks(told(caught.value)) == []


def test_X10_no_error_tells_a_key_that_was_decrypted() -> None:
    password = Secret(PASSPHRASE.encode())
    data = pkcs8.encrypt(PrivateKey(Curve.P256, Secret(KEY)), password, kdf=QUICK)
    for call in (
        partial(pkcs8.decrypt, data[:-1] + bytes((data[-1] ^ 1,)), password),
        partial(pem.decrypt, pem.encrypt(PrivateKey(Curve.P256, Secret(KEY)), password, kdf=QUICK), Secret(KEY)),
        partial(pkcs8.encrypt, PrivateKey(Curve.P256, Secret(KEY)), password, kdf=Pbkdf2(iterations=1)),
    ):
        with pytest.raises(KeystoreError) as caught:
            call()
        assert leaks(told(caught.value)) == []
