"""Web3 keystores of version 3: published files, a second implementation, and what must be refused (KS01 to KS13)."""

import copy
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from Crypto.Cipher import AES
from eth_account import Account
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from house.canary import KEY, PASSPHRASE, leaks
from house.doors import told
from house.source import child
from support.cpu import SLACK, cpu_seconds
from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.keystores import MISSING, Text, changed, derive_once, kdf_of, password_of
from support.vectors import Case, load, vectors
from walletcore.curves.secp256k1 import account_of
from walletcore.errors import InvalidKey, KeystoreError
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore import web3
from walletcore.keystore.kdf import STANDARD
from walletcore.keystore.web3 import KdfLimits, Pbkdf2, Scrypt
from walletcore.secret import Secret

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # SEC 2, 2.4.1: the order of the group
CHEAP = Scrypt(n=1024, r=1, p=1)
QUICK = Pbkdf2(iterations=1000)
LAX = KdfLimits(min_n=2, min_iterations=1)
PASSWORD = Secret(b"testpassword")
FIGURES = {case.id.removeprefix("web3/decrypt/"): case for case in load("web3/decrypt")}
PARITY = FIGURES["ethers-parity-pbkdf2"]  # PBKDF2 with 10240 iterations
ETHERS = FIGURES["ethers-random3"]  # scrypt with n of 1024


def why(text: Any, password: Any = PASSWORD, **options: Any) -> str:
    """The reason of the KeystoreError that reading this text raises."""
    with pytest.raises(KeystoreError) as caught:
        web3.decrypt(text, password, **options)
    return caught.value.reason


def private(secret: bytes) -> PrivateKey:
    return PrivateKey(Curve.SECP256K1, Secret(secret))


def written(plain: bytes, password: bytes, **members: Any) -> str:
    """A file that holds these bytes, whatever they are, made by eth-hash, pycryptodome and the standard library."""
    derived = hashlib.pbkdf2_hmac("sha256", password, b"salt", 1000, 32)
    ciphertext = AES.new(derived[:16], AES.MODE_CTR, nonce=b"", initial_value=b"\1" * 16).encrypt(plain)
    crypto = {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "01" * 16},
        "ciphertext": ciphertext.hex(),
        "kdf": "pbkdf2",
        "kdfparams": {"c": 1000, "dklen": 32, "prf": "hmac-sha256", "salt": b"salt".hex()},
        "mac": keccak(derived[16:] + ciphertext).hex(),
    }
    return json.dumps({"crypto": crypto, "version": 3, **members})


# Published figures


@pytest.fixture
def derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    derive_once(monkeypatch)


@pytest.mark.usefixtures("derived_once")
@vectors("web3/decrypt", result="valid")
def test_the_published_files_are_read(case: Case) -> None:
    key = web3.decrypt(case.input["keystore"], password_of(case))
    assert key.secret.reveal().hex() == case.expect["private_key"]
    if "address" in case.expect:
        assert account_of(key.public_key.data).hex() == case.expect["address"]


@vectors("web3/decrypt", result="invalid")
def test_KS07_KS12_the_published_wrong_files_are_refused(case: Case) -> None:
    assert why(case.input["keystore"], password_of(case), limits=LAX) == case.expect["reason"]


@vectors("web3/decrypt", result="rule")
def test_KS08_files_of_other_dialects_are_refused(case: Case) -> None:
    assert case.verdict("web3-v3") == "invalid"
    assert why(case.input["keystore"], password_of(case)) == case.expect["reason"]


def test_the_scrypt_example_of_the_definition_takes_the_characters_of_its_salt_for_the_salt() -> None:
    case = FIGURES["definition-scrypt"]
    salt: str = json.loads(case.input["keystore"])["crypto"]["kdfparams"]["salt"]
    text = changed(case, "crypto.kdfparams.salt", salt.encode().hex())
    key = web3.decrypt(text, password_of(case)).secret.reveal().hex()
    assert key == FIGURES["definition-pbkdf2"].expect["private_key"]  # "Secret" in both of the definition's examples


@pytest.mark.usefixtures("derived_once")
@vectors("web3/encrypt")
def test_the_published_files_are_written(case: Case) -> None:
    password, salt, kdf = password_of(case), bytes.fromhex(case.input["salt"]), kdf_of(case)
    entropy = salt + bytes.fromhex(case.input["iv"]) + bytes(16)
    costs: dict[str, Any] = {} if kdf == STANDARD else {"kdf": kdf}  # geth's standard is what is written by default
    text = web3.encrypt(private(bytes.fromhex(case.input["private_key"])), password, entropy=entropy, **costs)
    whole = json.loads(text)
    assert whole["crypto"]["ciphertext"] == case.expect["ciphertext"]
    assert whole["crypto"]["mac"] == case.expect["mac"]
    assert whole["address"] == case.expect.get("address", whole["address"])
    assert whole["crypto"]["kdfparams"] == {
        **{name: case.input[name] for name in ("n", "r", "p", "c") if name in case.input},
        **({"prf": "hmac-sha256"} if type(kdf) is Pbkdf2 else {}),
        "dklen": 32,
        "salt": case.input["salt"],
    }
    if "derived_key" in case.expect:
        assert kdf.derive(password, salt).hex() == case.expect["derived_key"]


# A second implementation


keys = st.integers(1, N - 1).map(lambda k: k.to_bytes(32, "big"))
passwords = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(lambda text: text.strip("\0")),
    st.sampled_from(["пароль", "é", "e\u0301", "ﬁ\0🔑", " "]),
)
kdfs = st.sampled_from([CHEAP, Scrypt(n=1024, r=2, p=3), QUICK])


@settings(max_examples=25, deadline=None)
@given(keys, passwords, kdfs)
def test_eth_account_reads_what_is_written_here(secret: bytes, password: str, kdf: Scrypt | Pbkdf2) -> None:
    text = web3.encrypt(private(secret), Secret(password.encode()), kdf=kdf)
    assert Account.decrypt(text, password) == secret
    assert json.loads(text)["address"] == Account.from_key(secret).address[2:].lower()


@settings(max_examples=25, deadline=None)
@given(keys, passwords, st.booleans())
def test_what_eth_account_writes_is_read_here(secret: bytes, password: str, scrypt: bool) -> None:
    kdf: Any = "scrypt" if scrypt else "pbkdf2"
    whole = Account.encrypt(secret, password, kdf=kdf, iterations=1024)
    assert web3.decrypt(json.dumps(whole), Secret(password.encode())) == private(secret)


@settings(max_examples=25, deadline=None)
@given(keys, st.binary(max_size=70).filter(any), kdfs)
def test_what_is_written_is_read_with_this_password_and_no_other(
    secret: bytes, password: bytes, kdf: Scrypt | Pbkdf2
) -> None:
    text = web3.encrypt(private(secret), Secret(password), kdf=kdf)
    assert web3.decrypt(text, Secret(password)) == private(secret)
    assert why(text, Secret(password + b"\1")) == "checksum"
    assert why(text, Secret(b"")) == "checksum"


def test_passwords_are_not_normalised() -> None:
    text = web3.encrypt(private(KEY), Secret("é".encode()), kdf=CHEAP)
    assert why(text, Secret("e\u0301".encode())) == "checksum"


# What is written


def test_a_written_file_has_the_members_of_geth() -> None:
    whole = json.loads(web3.encrypt(private(KEY), PASSWORD, kdf=CHEAP))
    assert list(whole) == ["address", "crypto", "id", "version"]
    assert set(whole["crypto"]) == {"cipher", "ciphertext", "cipherparams", "kdf", "kdfparams", "mac"}
    assert set(whole["crypto"]["kdfparams"]) == {"n", "r", "p", "dklen", "salt"}
    assert re.fullmatch("[0-9a-f]{40}", whole["address"])
    assert uuid.UUID(whole["id"]).version == 4
    assert uuid.UUID(whole["id"]).variant == uuid.RFC_4122
    assert str(uuid.UUID(whole["id"])) == whole["id"]


@pytest.mark.parametrize("chance", [bytes(16), b"\xff" * 16, bytes(range(16))])
def test_the_id_is_the_uuid_that_the_standard_library_makes(chance: bytes) -> None:
    text = web3.encrypt(private(KEY), PASSWORD, kdf=CHEAP, entropy=bytes(48) + chance)
    assert json.loads(text)["id"] == str(uuid.UUID(bytes=chance, version=4))


def test_salt_iv_and_id_are_new_each_time() -> None:
    texts = [json.loads(web3.encrypt(private(KEY), PASSWORD, kdf=CHEAP)) for _ in range(3)]
    assert len({whole["id"] for whole in texts}) == 3
    assert len({whole["crypto"]["cipherparams"]["iv"] for whole in texts}) == 3
    assert len({whole["crypto"]["kdfparams"]["salt"] for whole in texts}) == 3


@pytest.mark.parametrize("key", [None, KEY, KEY.hex(), Secret(KEY), PrivateKey(Curve.P256, Secret(KEY))])
def test_what_is_no_key_of_secp256k1_is_not_written(key: Any) -> None:
    with pytest.raises(KeystoreError) as caught:
        web3.encrypt(key, PASSWORD)
    assert caught.value.reason == "type"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"password": Secret(b"")}, "length"),
        ({"password": Secret(b"\0\0")}, "length"),
        ({"password": "testpassword"}, "type"),
        ({"password": b"testpassword"}, "type"),
        ({"password": None}, "type"),
        ({"password": Secret(b"x" * 65537)}, "too-large"),
        ({"kdf": "scrypt"}, "type"),
        ({"kdf": None}, "type"),
        ({"kdf": Scrypt(n=512)}, "policy"),
        ({"kdf": Scrypt(n=1 << 22)}, "policy"),
        ({"limits": None}, "type"),
        ({"entropy": bytes(63)}, "length"),
        ({"entropy": bytes(65)}, "length"),
        ({"entropy": bytearray(64)}, "type"),
        ({"entropy": 64}, "type"),
    ],
)
def test_what_cannot_be_written_is_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(KeystoreError) as caught:
        web3.encrypt(private(KEY), **{"password": PASSWORD, "kdf": CHEAP, **options})
    assert caught.value.reason == reason


def test_a_wiped_key_is_not_written() -> None:
    key = private(KEY)
    key.wipe()
    with pytest.raises(InvalidKey) as caught:
        web3.encrypt(key, PASSWORD, kdf=CHEAP)
    assert caught.value.reason == "wiped"


# The costs that a file asks for: KS01 to KS05


Costs = list[tuple[str, dict[str, Any], str]]
SCRYPT_COSTS: Costs = [
    ("KS01", {"n": 1 << 22, "r": 8}, "policy"),
    ("KS01", {"n": 1 << 62, "r": 8}, "policy"),
    ("KS01", {"n": 1024, "r": 1 << 40}, "policy"),
    ("KS02", {"n": 1 << 18, "r": 8, "p": 64}, "policy"),
    ("KS03", {"p": 1 << 20}, "policy"),
    ("KS03", {"dklen": 1 << 30}, "range"),
    ("KS03", {"dklen": 16}, "range"),
    ("KS03", {"dklen": 31}, "range"),
    ("KS03", {"dklen": 1025}, "range"),
    ("KS03", {"dklen": 10**400}, "range"),
    ("KS03", {"dklen": 0}, "range"),
    ("KS03", {"dklen": -32}, "range"),
    ("KS03", {"dklen": 32.0}, "type"),
    ("KS03", {"dklen": "32"}, "type"),
    ("KS03", {"dklen": True}, "type"),
    ("KS04", {"n": 3}, "range"),
    ("KS04", {"n": 1}, "range"),
    ("KS04", {"n": 0}, "range"),
    ("KS04", {"n": 2}, "policy"),
    ("KS04", {"n": -1024}, "range"),
    ("KS04", {"n": 1 << 64}, "range"),
    ("KS04", {"n": 10**400}, "range"),
    ("KS04", {"n": 1024.0}, "type"),
    ("KS04", {"n": "1024"}, "type"),
    ("KS04", {"n": True}, "type"),
    ("KS04", {"n": [1024]}, "type"),
    ("KS04", {"n": None}, "missing"),
    ("KS04", {"r": 0}, "range"),
    ("KS04", {"r": -8}, "range"),
    ("KS04", {"r": False}, "type"),
    ("KS04", {"r": 1e308}, "type"),
    ("KS04", {"p": 0}, "range"),
    ("KS04", {"p": -1}, "range"),
    ("KS04", {"p": "1"}, "type"),
]
PBKDF2_COSTS: Costs = [
    ("KS05", {"c": 1 << 40}, "policy"),
    ("KS05", {"c": 1}, "policy"),
    ("KS05", {"c": 999}, "policy"),
    ("KS05", {"c": 0}, "range"),
    ("KS05", {"c": -1}, "range"),
    ("KS05", {"c": 10**400}, "range"),
    ("KS05", {"c": 1e4}, "type"),
    ("KS05", {"c": "10240"}, "type"),
    ("KS05", {"c": True}, "type"),
    ("KS05", {"c": None}, "missing"),
    ("KS05", {"prf": "hmac-md5"}, "version"),
    ("KS05", {"prf": "hmac-sha512"}, "version"),
    ("KS05", {"prf": "HMAC-SHA256"}, "version"),
    ("KS05", {"prf": None}, "missing"),
    ("KS05", {"prf": 256}, "type"),
    ("KS05", {"dklen": 31}, "range"),
    ("KS05", {"dklen": 1 << 30}, "range"),
]


def costs(rows: Costs) -> pytest.MarkDecorator:
    ids = [f"{row}-{json.dumps(params)[:40]}" for row, params, _ in rows]
    return pytest.mark.parametrize(("row", "params", "reason"), rows, ids=ids)


def with_params(case: Case, params: dict[str, Any]) -> str:
    whole = json.loads(changed(case, "x", None))
    whole["crypto"]["kdfparams"] |= params
    return json.dumps(whole)


@costs(SCRYPT_COSTS)
def test_KS01_KS02_KS03_KS04_X16_costs_of_scrypt_out_of_bounds_are_refused(
    row: str, params: dict[str, Any], reason: str
) -> None:
    assert why(with_params(ETHERS, params), password_of(ETHERS)) == reason


@costs(PBKDF2_COSTS)
def test_KS05_X16_costs_of_pbkdf2_out_of_bounds_are_refused(row: str, params: dict[str, Any], reason: str) -> None:
    assert why(with_params(PARITY, params), password_of(PARITY)) == reason


@settings(max_examples=30, deadline=None)
@given(
    keys,
    passwords,
    st.sampled_from([32, 33, 48, 64, 100, 1024]),
    st.sampled_from([{"n": 1024, "r": 1, "p": 1}, {"n": 2048, "r": 3, "p": 2}, {"c": 1000}, {"c": 1717}]),
    st.binary(max_size=64),
    st.booleans(),
)
def test_KS03_a_file_of_any_dklen_from_32_on_is_read_as_eth_account_reads_it(
    secret: bytes, password: str, size: int, costs: dict[str, int], salt: bytes, upper: bool
) -> None:
    """The file is made by the standard library, eth-hash and pycryptodome, which derive as many bytes as it says."""
    if "n" in costs:
        derived = hashlib.scrypt(password.encode(), salt=salt, dklen=size, maxmem=1 << 26, **costs)
    else:
        derived = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, costs["c"], size)
    ciphertext = AES.new(derived[:16], AES.MODE_CTR, nonce=b"", initial_value=b"\xff" * 16).encrypt(secret)
    write = (lambda data: data.hex().upper()) if upper else bytes.hex
    crypto = {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": write(b"\xff" * 16)},
        "ciphertext": write(ciphertext),
        "kdf": "scrypt" if "n" in costs else "pbkdf2",
        "kdfparams": {**costs, "dklen": size, "prf": "hmac-sha256", "salt": write(salt)},
        "mac": write(keccak(derived[16:32] + ciphertext)) if not upper else keccak(derived[16:32] + ciphertext).hex(),
    }
    text = json.dumps({"crypto": crypto, "version": 3})
    assert Account.decrypt(text, password) == secret
    assert web3.decrypt(text, Secret(password.encode())) == private(secret)


@pytest.mark.parametrize(
    ("case", "params"),
    [
        (ETHERS, {"n": 1 << 22, "r": 8}),
        (ETHERS, {"n": 1 << 18, "r": 8, "p": 64}),
        (ETHERS, {"p": 1 << 20}),
        (ETHERS, {"dklen": 1 << 30}),
        (PARITY, {"c": 1 << 40}),
    ],
    ids=["KS01", "KS02", "KS03-p", "KS03-dklen", "KS05"],
)
def test_KS01_KS02_KS03_KS05_costs_are_refused_before_any_work(case: Case, params: dict[str, Any]) -> None:
    setup = f"""
from walletcore.errors import KeystoreError
from walletcore.keystore import web3
from walletcore.keystore.kdf import STANDARD
from walletcore.secret import Secret
text, password = {with_params(case, params)!r}, Secret(b"x")
"""
    code = "try:\n    web3.decrypt(text, password)\n    assert False\nexcept KeystoreError:\n    pass"
    assert cpu_seconds(code, setup=setup) < 0.005 * SLACK


def test_a_limit_can_be_raised_and_lowered_by_its_name() -> None:
    text = ETHERS.input["keystore"]
    assert why(text, password_of(ETHERS), limits=KdfLimits(max_work=(1 << 15) - 1)) == "policy"
    assert why(text, password_of(ETHERS), limits=KdfLimits(max_memory=128 * 4 * 1024 - 1)) == "policy"
    assert web3.decrypt(text, password_of(ETHERS), limits=KdfLimits(max_work=1 << 15, max_memory=128 * 4 * 1024))
    cheap = Account.encrypt(KEY, "x", kdf="pbkdf2", iterations=2)
    assert why(json.dumps(cheap), Secret(b"x")) == "policy"
    assert web3.decrypt(json.dumps(cheap), Secret(b"x"), limits=LAX) == private(KEY)


@pytest.mark.parametrize("limits", [None, 1 << 23, {"max_work": 1}, KdfLimits])
def test_X19_limits_are_kdf_limits_and_nothing_else(limits: Any) -> None:
    assert why(ETHERS.input["keystore"], limits=limits) == "type"


@pytest.mark.parametrize("kdf", ["argon2id", "Scrypt", "bcrypt", "", "scrypt ", "pbkdf2"])
def test_KS05_another_derivation_is_refused(kdf: str) -> None:
    assert why(changed(ETHERS, "crypto.kdf", kdf)) == ("version" if kdf != "pbkdf2" else "missing")


# The members: KS06 to KS09, KS12


@pytest.mark.parametrize("password", [b"", b"Foo", b"foo ", b"foo\1", b"\xff", "ｆｏｏ".encode()])
def test_KS06_a_wrong_password_is_refused(password: bytes) -> None:
    assert ETHERS.input["password"] == "foo"
    assert why(ETHERS.input["keystore"], Secret(password)) == "checksum"


@pytest.mark.parametrize("bit", [0, 7, 128, 255])
@pytest.mark.parametrize("place", ["mac", "ciphertext"])
def test_KS06_a_changed_bit_is_refused(place: str, bit: int) -> None:
    data: str = json.loads(changed(ETHERS, "x", None))["crypto"][place]
    flipped = f"{int(data, 16) ^ 1 << bit:064x}"
    assert why(changed(ETHERS, f"crypto.{place}", flipped), password_of(ETHERS)) == "checksum"


def test_KS06_the_mac_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compare, sizes = hmac.compare_digest, []

    def listening(one: bytes, other: bytes) -> bool:
        sizes.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", listening)
    assert why(PARITY.input["keystore"], Secret(b"wrong")) == "checksum"
    assert sizes == [(32, 32)]


def test_KS06_a_changed_salt_is_refused() -> None:
    assert why(changed(ETHERS, "crypto.kdfparams.salt", "ab" * 16), password_of(ETHERS)) == "checksum"


MAC: str = json.loads(ETHERS.input["keystore"])["Crypto"]["mac"]
BAD_HEX = [
    ("0x" + "00" * 31, "character"),
    ("zz" * 32, "character"),
    (" " * 64, "character"),
    ("00" * 31 + "0", "length"),
]


@pytest.mark.parametrize(
    ("mac", "reason"),
    [
        (MISSING, "missing"),
        (None, "missing"),
        ("", "length"),
        (MAC[:-2], "length"),
        (MAC[:62] + "  ", "character"),
        (MAC + "00", "length"),
        (MAC[:32], "length"),
        (0, "type"),
        ([], "type"),
        ({}, "type"),
        *BAD_HEX,
    ],
)
def test_KS06_a_short_or_missing_mac_is_refused(mac: Any, reason: str) -> None:
    assert why(changed(ETHERS, "crypto.mac", mac), password_of(ETHERS)) == reason


@pytest.mark.parametrize(
    ("iv", "reason"),
    [
        ("00" * 8, "length"),
        ("00" * 15, "length"),
        ("00" * 17, "length"),
        ("00" * 32, "length"),
        ("", "length"),
        ("0" * 31, "length"),
        ("0x" + "00" * 15, "character"),
        ("0x" + "00" * 16, "character"),
        (MISSING, "missing"),
        (None, "missing"),
        (0, "type"),
        (["00" * 16], "type"),
    ],
)
def test_KS07_an_iv_of_another_length_is_refused(iv: Any, reason: str) -> None:
    assert why(changed(PARITY, "crypto.cipherparams.iv", iv), password_of(PARITY)) == reason


def test_KS07_the_hint_tells_where_short_ivs_come_from() -> None:
    with pytest.raises(KeystoreError) as caught:
        web3.decrypt(changed(PARITY, "crypto.cipherparams.iv", "00" * 15), password_of(PARITY))
    assert "leading zeros" in caught.value.hint


@pytest.mark.parametrize("cipher", ["aes-128-cbc", "aes-256-ctr", "AES-128-CTR", "aes-128-gcm", "", "aes-128-ctr\0"])
def test_KS08_another_cipher_is_refused(cipher: str) -> None:
    assert why(changed(PARITY, "crypto.cipher", cipher), password_of(PARITY)) == "version"


@pytest.mark.parametrize("cipher", [MISSING, None, 128, ["aes-128-ctr"]])
def test_KS08_a_cipher_that_is_no_name_is_refused(cipher: Any) -> None:
    assert why(changed(PARITY, "crypto.cipher", cipher)) == ("missing" if cipher in (MISSING, None) else "type")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("00" * 20, "mismatch"),
        ("0x" + "00" * 20, "mismatch"),
        ("17c5185167401ed00cf5f5b2fc97d9bbfdb7d024", "mismatch"),
        ("17c5185167401ed00cf5f5b2fc97d9bbfdb7d0", "length"),
        ("17c5185167401ed00cf5f5b2fc97d9bbfdb7d02525", "length"),
        ("0X17c5185167401ed00cf5f5b2fc97d9bbfdb7d025", "character"),
        ("0x0x17c5185167401ed00cf5f5b2fc97d9bbfdb7d025", "character"),
        ("3PWazDi9n1Hfyq9gXFxDxzADNL8RNYyK2y", "character"),
        ("", "length"),
        ("0x", "length"),
        (0, "type"),
        (["17c5185167401ed00cf5f5b2fc97d9bbfdb7d025"], "type"),
        (True, "type"),
    ],
)
def test_KS09_an_address_of_another_key_is_refused(address: Any, reason: str) -> None:
    assert why(changed(ETHERS, "address", address), password_of(ETHERS)) == reason


@pytest.mark.parametrize(
    "address",
    [
        "17c5185167401ed00cf5f5b2fc97d9bbfdb7d025",
        "0x17c5185167401eD00cF5F5b2fc97D9BBfDb7D025",
        "17C5185167401ED00CF5F5B2FC97D9BBFDB7D025",
        None,
        MISSING,
    ],
)
def test_KS09_the_address_of_the_key_is_read_in_each_form_or_missing(address: Any) -> None:
    assert web3.decrypt(changed(ETHERS, "address", address), password_of(ETHERS))


def test_KS09_a_changed_iv_is_found_by_the_address() -> None:
    """The MAC does not cover the iv: without an address the file holds another key."""
    text = changed(ETHERS, "crypto.cipherparams.iv", "00" * 16)
    assert why(text, password_of(ETHERS)) == "mismatch"
    whole = json.loads(text)
    del whole["address"]
    other = Account.decrypt(whole, ETHERS.input["password"])
    assert web3.decrypt(json.dumps(whole), password_of(ETHERS)) == private(bytes(other))


@pytest.mark.parametrize("version", [MISSING, None, 1, 2, 4, 0, -3, "3", 3.0, True, [3], 10**400])
def test_KS12_another_version_is_refused(version: Any) -> None:
    assert why(changed(PARITY, "version", version), password_of(PARITY)) == "version"


PLACES = [
    "crypto",
    "crypto.kdf",
    "crypto.kdfparams",
    "crypto.cipherparams",
    "crypto.ciphertext",
    "crypto.kdfparams.salt",
]
PLACES += ["crypto.kdfparams.c", "crypto.kdfparams.prf", "crypto.kdfparams.dklen", "crypto.mac", "crypto.cipher"]


@pytest.mark.parametrize("place", PLACES)
def test_a_file_without_a_member_is_refused(place: str) -> None:
    assert why(changed(PARITY, place, MISSING), password_of(PARITY)) == "missing"
    assert why(changed(PARITY, place, None), password_of(PARITY)) == "missing"


@pytest.mark.parametrize("place", PLACES)
def test_a_member_of_another_type_is_refused(place: str) -> None:
    values: list[Any] = [[], [{}], True, 1.5, [[]] * 3]
    for value in values:
        assert why(changed(PARITY, place, value), password_of(PARITY)) == "type"


def test_nested_crypto_objects_are_not_looked_into() -> None:
    whole = json.loads(PARITY.input["keystore"])
    assert why(json.dumps({"version": 3, "crypto": {"crypto": whole["crypto"]}})) == "missing"
    assert why(json.dumps({"version": 3, "crypto": json.dumps(whole["crypto"])})) == "type"
    assert why(json.dumps([whole])) == "type"
    assert why(json.dumps({"keystore": whole})) == "version"


def test_a_file_of_version_4_is_refused() -> None:  # EIP-2335, where crypto.kdf is an object
    assert why('{"crypto": {"kdf": {"function": "scrypt"}}, "version": 4}') == "version"
    assert why('{"crypto": {"kdf": {"function": "scrypt"}, "cipher": {}}, "version": 3}') == "type"


@pytest.mark.parametrize("size", [0, 33, 48, 64, 76])
def test_a_ciphertext_that_holds_no_key_is_refused(size: int) -> None:
    with pytest.raises(KeystoreError, match="ciphertext") as caught:
        web3.decrypt(written(b"\1" * size, b"x"), Secret(b"x"))
    assert caught.value.reason == "length"


@pytest.mark.parametrize("size", [1, 30, 31, 32])
def test_a_key_without_its_leading_zeros_is_read(size: int) -> None:
    """Early versions of geth wrote keys as the shortest bytes of their number."""
    whole = written(b"\1" * size, b"x", address=Account.from_key((b"\1" * size).rjust(32, b"\0")).address)
    assert bytes(Account.decrypt(whole, "x")) == b"\1" * size
    assert web3.decrypt(whole, Secret(b"x")) == private((b"\1" * size).rjust(32, b"\0"))


@pytest.mark.parametrize("number", [0, N, N + 1, 2**256 - 1], ids=["0", "n", "n+1", "2^256-1"])
def test_a_file_that_holds_no_key_of_the_curve_is_refused(number: int) -> None:
    assert why(written(number.to_bytes(32, "big"), b"x"), Secret(b"x")) == "range"


def test_the_first_and_the_last_key_are_read() -> None:
    for number in (1, N - 1):
        secret = number.to_bytes(32, "big")
        assert web3.decrypt(written(secret, b"x"), Secret(b"x")) == private(secret)


def test_hexadecimal_digits_are_read_in_any_case() -> None:
    for case, place in ((PARITY, "mac"), (PARITY, "ciphertext"), (ETHERS, "mac")):
        text: str = json.loads(changed(case, "x", None))["crypto"][place]
        assert web3.decrypt(changed(case, f"crypto.{place}", text.upper()), password_of(case))


@pytest.mark.parametrize("text", ["0x" + "ab" * 16, "ab " * 16, "ab" * 16 + "\n", "ａｂ" * 16, "ab" * 15 + "a"])
def test_what_is_not_strictly_hexadecimal_is_refused(text: str) -> None:
    reason = "length" if len(text) % 2 else "character"
    assert why(changed(PARITY, "crypto.kdfparams.salt", text), password_of(PARITY)) == reason
    assert why(changed(PARITY, "crypto.ciphertext", text), password_of(PARITY)) == reason


def test_a_salt_has_at_most_128_bytes() -> None:
    assert why(changed(PARITY, "crypto.kdfparams.salt", "ab" * 128), password_of(PARITY)) == "checksum"
    assert why(changed(PARITY, "crypto.kdfparams.salt", "ab" * 129), password_of(PARITY)) == "length"


def test_names_of_members_are_read_in_any_case() -> None:
    def upper(value: Any) -> Any:
        return {name.upper(): upper(member) for name, member in value.items()} if type(value) is dict else value

    for case in (PARITY, ETHERS):
        assert web3.decrypt(json.dumps(upper(json.loads(case.input["keystore"]))), password_of(case))


def test_letters_that_only_look_like_a_name_are_none() -> None:
    text = PARITY.input["keystore"].replace('"kdf"', '"\u212adf"')  # the Kelvin sign, whose lower case is k
    assert why(text, password_of(PARITY)) == "missing"


def test_what_this_format_does_not_know_is_ignored() -> None:
    for place in ("name", "x-ethers", "meta", "crypto.version", "crypto.kdfparams.x", "crypto.cipherparams.x", "id"):
        for value in (None, 7, "x", {"a": [1, {"b": 2}]}):
            assert web3.decrypt(changed(PARITY, place, value), password_of(PARITY))
    assert web3.decrypt(changed(PARITY, "id", MISSING), password_of(PARITY))


# The text: KS10, KS13


@pytest.mark.parametrize("limit", [150, 1000, 100_000])
@pytest.mark.parametrize("text", ["'[' * 100_000", "'{\"a\":' * 100_000", "'{\"crypto\":[' * 40_000"])
def test_KS10_X03_nesting_is_refused_under_any_recursion_limit(text: str, limit: int) -> None:
    printed = child(
        f"""
from walletcore.errors import KeystoreError
from walletcore.keystore import web3
from walletcore.keystore.kdf import STANDARD
from walletcore.secret import Secret
sys.setrecursionlimit({limit})
try:
    web3.decrypt({text}, Secret(b"x"))
except KeystoreError as error:
    print(error.reason)
"""
    )
    assert printed == "too-deep\n"


@pytest.mark.parametrize("limit", [150, 100_000])
def test_KS10_X03_X04_a_file_is_read_under_any_recursion_limit(limit: int) -> None:
    printed = child(
        f"""
from walletcore.keystore import web3
from walletcore.keystore.kdf import STANDARD
from walletcore.secret import Secret
sys.setrecursionlimit({limit})
print(web3.decrypt({PARITY.input["keystore"]!r}, Secret(b"")))
"""
    )
    assert printed == "PrivateKey(secp256k1)\n"


def doubled(text: str, name: str, other: str = "") -> str:
    """The text with a member of that name once more, before the first."""
    return text.replace(f'"{name}"', f'"{other or name}":null,"{name}"', 1)


@pytest.mark.parametrize("name", ["crypto", "version", "id", "kdf", "n", "mac", "salt", "iv", "dklen"])
def test_KS13_a_name_that_appears_twice_is_refused(name: str) -> None:
    text = changed(ETHERS, "x", 0)
    assert why(doubled(text, name), password_of(ETHERS)) == "duplicate"
    assert why(doubled(text, name, name.upper()), password_of(ETHERS)) == "duplicate"


def test_KS13_crypto_in_both_spellings_is_refused() -> None:
    whole = json.loads(ETHERS.input["keystore"])
    other = copy.deepcopy(whole["Crypto"]) | {"ciphertext": "00" * 32}
    assert why(json.dumps({**whole, "crypto": other}), password_of(ETHERS)) == "duplicate"


@pytest.mark.parametrize("other", ["cipherparam\u017f", "CIPHERPARAM\u017f", "\u212adf", "\u212aDF"])
def test_KS13_a_name_that_geth_reads_as_another_beside_that_one_is_refused(other: str) -> None:
    whole = json.loads(PARITY.input["keystore"])  # geth takes the last one, and the iv is under no checksum
    whole["crypto"][other] = {"iv": "00" * 16}
    assert why(json.dumps(whole), password_of(PARITY)) == "duplicate"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "character"),
        ("{", "character"),
        ("null", "type"),
        ("[]", "type"),
        ("3", "type"),
        ('"{}"', "type"),
        ("{}", "version"),
        ("\ufeff" + PARITY.input["keystore"], "character"),
        (PARITY.input["keystore"] + "x", "character"),
        (PARITY.input["keystore"] + PARITY.input["keystore"], "character"),
        ('{"version": ' + "1" + "0" * 5000 + "}", "range"),
        ('{"version": 3, "x": NaN}', "non-canonical"),
        ('{"version": 3, "x": 1e999}', "range"),
        (PARITY.input["keystore"].encode(), "type"),
        (json.loads(PARITY.input["keystore"]), "type"),
        (Text(PARITY.input["keystore"]), "type"),
        (None, "type"),
        (3, "type"),
    ],
)
def test_X19_what_is_no_text_of_a_keystore_is_refused(text: Any, reason: str) -> None:
    assert why(text) == reason


def test_white_space_around_the_members_is_allowed() -> None:
    whole = json.loads(PARITY.input["keystore"])
    assert web3.decrypt("\r\n" + json.dumps(whole, indent="\t") + "\n", password_of(PARITY))


HOSTILE = ["'z' * 2**20", "'[' * 2**20", "'{}' * 2**19", "'\\0' * 2**20", "'\"' * 2**20", "'9' * 2**20"]


@pytest.mark.parametrize("text", HOSTILE)
def test_X13_a_mebibyte_of_garbage_is_refused_at_once(text: str) -> None:
    setup = f"""
from walletcore.errors import KeystoreError
from walletcore.keystore import web3
from walletcore.keystore.kdf import STANDARD
from walletcore.secret import Secret
text, password = {text}, Secret(b"x")
"""
    code = "try:\n    web3.decrypt(text, password)\n    assert False\nexcept KeystoreError as error:\n"
    code += "    assert error.reason == 'too-large'"
    assert cpu_seconds(code, setup=setup) < 0.005 * SLACK


@pytest.mark.parametrize("text", ["'[' * 2**19", "'\"' * 2**19", "'[' + '1,' * (2**18 - 1) + '1'", "'9' * 2**19"])
def test_X13_the_longest_garbage_is_refused_in_time(text: str) -> None:
    setup = f"""
from walletcore.errors import KeystoreError
from walletcore.keystore import web3
from walletcore.keystore.kdf import STANDARD
from walletcore.secret import Secret
text, password = {text}, Secret(b"x")
"""
    code = "try:\n    web3.decrypt(text, password)\n    assert False\nexcept KeystoreError:\n    pass"
    assert cpu_seconds(code, setup=setup) < 0.100 * SLACK


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_keystore_and_are_refused_at_once(shape: str) -> None:
    for size, seconds in ((web3.MAX_LENGTH, 0.1), (MEBIBYTE, 0.005), (64 * MEBIBYTE, 0.005)):
        text = filled(SHAPES[shape], size).decode("latin-1")
        check_cost(partial(web3.decrypt, text, PASSWORD), KeystoreError, seconds=seconds, memory=3 * MEBIBYTE)


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists).map(str))
)
def test_any_other_text_is_refused_with_an_error_of_ours(text: str) -> None:
    assert why(text)


ODD: list[Any] = [None, True, -1, 2**70, 1.5, "", "00", [], {}, [[1]], {"kdf": 1}, "\u0000"]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([ETHERS, PARITY]), st.sampled_from([*PLACES[:6], "version", "address"]), st.sampled_from(ODD))
def test_a_file_with_one_odd_member_is_refused_with_an_error_of_ours(case: Case, place: str, value: Any) -> None:
    if place != "address" or value is not None:
        assert why(changed(case, place, value), password_of(case))


@pytest.mark.parametrize("password", [None, "", "testpassword", b"testpassword", bytearray(b"x"), 7, ["x"], Secret])
def test_X18_X19_a_password_is_a_secret_and_nothing_else(password: Any) -> None:
    assert why(PARITY.input["keystore"], password) == "type"


def test_a_password_has_at_most_65536_bytes() -> None:
    assert why(PARITY.input["keystore"], Secret(b"x" * 65536)) == "checksum"
    assert why(PARITY.input["keystore"], Secret(b"x" * 65537)) == "too-large"


def test_a_wiped_password_opens_nothing() -> None:
    password = Secret(b"x")
    password.wipe()
    with pytest.raises(InvalidKey) as caught:
        web3.decrypt(PARITY.input["keystore"], password)
    assert caught.value.reason == "wiped"


# Secrets


CANARY = web3.encrypt(private(KEY), Secret(PASSPHRASE.encode()), kdf=CHEAP)
FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "KS09": lambda whole: whole.update(address="00" * 20),
    "KS06": lambda whole: whole["crypto"].update(mac="00" * 32),
    "KS07": lambda whole: whole["crypto"]["cipherparams"].update(iv="00" * 8),
    "KS01": lambda whole: whole["crypto"]["kdfparams"].update(n=1 << 22),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_X10_no_error_tells_the_key_or_the_password(fault: Callable[[dict[str, Any]], object]) -> None:
    whole = json.loads(CANARY)
    fault(whole)
    with pytest.raises(KeystoreError) as caught:
        web3.decrypt(json.dumps(whole), Secret(PASSPHRASE.encode()))
    assert leaks(told(caught.value)) == []


@pytest.mark.parametrize("number", [1024.0, "1024", True, None, [1024], 10**400, float("1e300")])
def test_X16_X17_a_number_of_a_file_is_an_integer(number: Any) -> None:
    for case, names in ((ETHERS, ("n", "r", "p", "dklen")), (PARITY, ("c", "dklen"))):
        for name in names:
            assert why(with_params(case, {name: number}), password_of(case)) in ("type", "missing", "range")


def test_X01_threads_that_read_and_write_at_once_do_as_one_alone() -> None:
    texts = [web3.encrypt(private(bytes([n]) * 32), PASSWORD, kdf=CHEAP, entropy=bytes([n]) * 64) for n in range(1, 9)]

    def again(number: int) -> bool:
        key = private(bytes([number % 8 + 1]) * 32)
        text = web3.encrypt(key, PASSWORD, kdf=CHEAP, entropy=bytes([number % 8 + 1]) * 64)
        return text == texts[number % 8] and web3.decrypt(text, PASSWORD) == key

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(again, range(320)))


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("kind", [Scrypt, Pbkdf2])
def test_X05_a_derivation_that_is_interrupted_leaves_nothing_and_tells_nothing(
    monkeypatch: pytest.MonkeyPatch, stop: type[BaseException], kind: Any
) -> None:
    def stopped(*_: Any, **__: Any) -> bytes:
        raise stop

    with monkeypatch.context() as patch:
        patch.setattr("walletcore.keystore.kdf.scrypt", stopped)
        patch.setattr(hashlib, "pbkdf2_hmac", stopped)
        for call in (
            lambda: web3.decrypt(CANARY if kind is Scrypt else PARITY.input["keystore"], Secret(PASSPHRASE.encode())),
            lambda: web3.encrypt(private(KEY), Secret(PASSPHRASE.encode()), kdf=CHEAP if kind is Scrypt else QUICK),
        ):
            with pytest.raises((stop, KeystoreError)) as caught:
                call()
            assert leaks(told(caught.value)) == []
    assert web3.decrypt(CANARY, Secret(PASSPHRASE.encode())) == private(KEY)


def test_X10_a_key_outside_of_the_curve_is_not_told() -> None:
    text = written(b"\xff" * 16 + KEY[16:], PASSPHRASE.encode())
    with pytest.raises(KeystoreError) as caught:
        web3.decrypt(text, Secret(PASSPHRASE.encode()))
    assert leaks(told(caught.value)) == []


def test_X10_a_written_file_shows_no_secret() -> None:
    assert leaks(CANARY) == []
    assert web3.decrypt(CANARY, Secret(PASSPHRASE.encode())).secret == Secret(KEY)
