"""BLS keystores of version 4: published files, a second implementation, and what must be refused (KS01 to KS13)."""

import copy
import hashlib
import hmac
import json
import sys
import unicodedata
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from eth_keyfile.keyfile import create_keyfile_json, decode_keyfile_json
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.bls.ciphersuites import G2ProofOfPossession

from house.canary import KEY, PASSPHRASE, leaks
from house.doors import told
from house.source import child
from support.cpu import SLACK, cpu_seconds
from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.keystores import MISSING, Text, changed, derive_once, kdf_of, password_of
from support.vectors import Case, load, vectors
from walletcore.curves import bls12_381
from walletcore.errors import InvalidKey, KeystoreError, MissingExtra
from walletcore.keystore import eip2335
from walletcore.keystore.eip2335 import Keystore
from walletcore.keystore.kdf import KdfLimits, Pbkdf2, Scrypt
from walletcore.secret import Secret

R = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001  # the BLS draft, 2.3: the order of the group
CHEAP = Scrypt(n=1024, r=1, p=1)
QUICK = Pbkdf2(iterations=1000)
PASSWORD = Secret(b"testpassword")
FIGURES = {case.id.removeprefix("eip2335/decrypt/"): case for case in load("eip2335/decrypt")}
SCRYPT, PBKDF2 = FIGURES["erc-scrypt"], FIGURES["erc-pbkdf2"]
SECRET = bytes(30) + b"\x12\x34"


def key(secret: bytes = SECRET, **fields: Any) -> Keystore:
    return Keystore(secret=Secret(secret), **fields)


def why(text: Any, password: Any = PASSWORD, **options: Any) -> str:
    """The reason of the KeystoreError that reading this text raises."""
    with pytest.raises(KeystoreError) as caught:
        eip2335.decrypt(text, password, **options)
    return caught.value.reason


def reason(call: Callable[..., object], *arguments: Any, **options: Any) -> str:
    with pytest.raises(KeystoreError) as caught:
        call(*arguments, **options)
    return caught.value.reason


@pytest.fixture
def derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    derive_once(monkeypatch)


# Published figures


@pytest.mark.usefixtures("derived_once")
@vectors("eip2335/decrypt")
def test_the_published_files_are_read(case: Case) -> None:
    opened = eip2335.decrypt(case.input["keystore"], password_of(case))
    whole = json.loads(case.input["keystore"])
    assert opened.secret.reveal().hex() == case.expect["private_key"]
    assert opened.public_key is not None
    assert opened.public_key.hex() == case.expect["public_key"]
    assert opened.path == case.expect["path"]
    assert (opened.description, opened.uuid) == (whole["description"], whole["uuid"])


@pytest.mark.usefixtures("derived_once")
@vectors("eip2335/encrypt", result="valid")
def test_the_published_files_are_written(case: Case) -> None:
    entropy = bytes.fromhex(case.input["salt"] + case.input["iv"]) + bytes(16)
    written = key(bytes.fromhex(case.input["private_key"]))
    crypto = json.loads(eip2335.encrypt(written, password_of(case), kdf=kdf_of(case), entropy=entropy))["crypto"]
    assert crypto["cipher"]["message"] == case.expect["ciphertext"]
    assert crypto["checksum"]["message"] == case.expect["mac"]
    figure = next(json.loads(one.input["keystore"]) for one in FIGURES.values() if case.input["kdf"] in one.id)
    assert crypto == figure["crypto"]


@vectors("eip2335/encrypt", result="invalid")
def test_the_published_keys_that_are_not_below_r_are_refused(case: Case) -> None:
    assert reason(key, bytes.fromhex(case.input["private_key"])) == case.expect["reason"]


@pytest.mark.parametrize("case", FIGURES.values(), ids=FIGURES)
def test_public_keys_are_the_published_ones(case: Case) -> None:
    secret = Secret(bytes.fromhex(case.expect["private_key"]))
    assert bls12_381.public_key(secret).hex() == case.expect["public_key"]


# A second implementation


secrets = st.integers(1, R - 1).map(lambda k: k.to_bytes(32))
passwords = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda text: any(map(str.isalpha, text))),
    st.sampled_from(["\u1e9b\u0323", "𝔱𝔢𝔰𝔱🔑", "e\u0301\x7f", "\x00x\x9f", "ﬁ"]),
)
kdfs = st.sampled_from([CHEAP, Scrypt(n=1024, r=2, p=3), QUICK])


@settings(max_examples=10, deadline=None)
@given(secrets, passwords, kdfs)
def test_eth_keyfile_reads_what_is_written_here(secret: bytes, password: str, kdf: Scrypt | Pbkdf2) -> None:
    text = eip2335.encrypt(key(secret), Secret(password.encode()), kdf=kdf)
    clean = "".join(c for c in unicodedata.normalize("NFKD", password) if unicodedata.category(c) != "Cc")
    assert decode_keyfile_json(json.loads(text), clean.encode()) == secret  # it normalises where it writes only


@settings(max_examples=5, deadline=None)
@given(secrets, passwords, st.sampled_from(["pbkdf2", "scrypt"]))
def test_what_eth_keyfile_writes_is_read_here(secret: bytes, password: str, kdf: Any) -> None:
    """Its public key is py-ecc's, which is compared."""
    whole = create_keyfile_json(
        secret, password.encode(), version=4, kdf=kdf, iterations=1024, path="m/12381/3600/0/0/0"
    )
    if len(whole["crypto"]["cipher"]["params"]["iv"]) == 32:
        opened = eip2335.decrypt(json.dumps(whole), Secret(password.encode()))
        assert (opened.secret, opened.path) == (Secret(secret), "m/12381/3600/0/0/0")


@settings(max_examples=5, deadline=None)
@given(secrets)
def test_public_keys_are_those_of_py_ecc(secret: bytes) -> None:
    assert bls12_381.public_key(Secret(secret)) == G2ProofOfPossession.SkToPk(int.from_bytes(secret))


paths = st.lists(st.integers(0, 2**32 - 1), max_size=8).map(lambda steps: "/".join(["m", *map(str, steps)]))


@settings(max_examples=20, deadline=None)
@given(secrets, passwords, kdfs, st.one_of(st.just(""), paths), st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_is_written_is_read_with_this_password_and_no_other(
    secret: bytes, password: str, kdf: Scrypt | Pbkdf2, path: str, description: str
) -> None:
    one = key(secret, path=path, description=description)
    text = eip2335.encrypt(one, Secret(password.encode()), kdf=kdf)
    opened = eip2335.decrypt(text, Secret(password.encode()))
    assert (opened.secret, opened.path, opened.description) == (one.secret, path, description)
    assert opened.public_key == bls12_381.public_key(one.secret)
    assert why(text, Secret(password.encode() + b"x")) == "checksum"


# Passwords


@pytest.mark.parametrize(
    "password", ["\x00x\x1f", "\x7fx", "x\x80\x9f", "\nx\r\t", "ｘ"], ids=["C0", "delete", "C1", "newline", "wide"]
)
def test_control_codes_do_not_count_and_letters_are_those_of_nfkd(password: str) -> None:
    text = eip2335.encrypt(key(), Secret(password.encode()), kdf=CHEAP)
    assert eip2335.decrypt(text, Secret(b"x")).secret == Secret(SECRET)


@pytest.mark.parametrize("password", [" x", "x ", "\xa0x", "\xad x"])
def test_spaces_and_what_is_no_control_code_count(password: str) -> None:
    text = eip2335.encrypt(key(), Secret(password.encode()), kdf=CHEAP)
    assert why(text, Secret(b"x")) == "checksum"
    assert eip2335.decrypt(text, Secret(password.encode()))


@pytest.mark.parametrize("password", [b"", b"\0", b"\x7f\n", "\x9f".encode()])
def test_a_password_of_nothing_protects_nothing(password: bytes) -> None:
    assert reason(eip2335.encrypt, key(), Secret(password), kdf=CHEAP) == "length"


@pytest.mark.parametrize("password", [None, "", "testpassword", b"testpassword", bytearray(b"x"), 7, ["x"], Secret])
def test_X18_X19_a_password_is_a_secret_and_nothing_else(password: Any) -> None:
    assert why(PBKDF2.input["keystore"], password) == "type"
    assert reason(eip2335.encrypt, key(), password, kdf=CHEAP) == "type"


@pytest.mark.parametrize(
    ("password", "kind"), [(b"\xff", "character"), (b"x" * 4097, "too-large"), (b"x" * 65537, "too-large")]
)
def test_a_password_is_utf_8_of_at_most_4096_characters(password: bytes, kind: str) -> None:
    assert why(PBKDF2.input["keystore"], Secret(password)) == kind
    assert reason(eip2335.encrypt, key(), Secret(password), kdf=CHEAP) == kind


def test_a_wiped_password_or_key_opens_nothing() -> None:
    wiped, gone = Secret(b"x"), key()
    wiped.wipe()
    gone.secret.wipe()
    for call in (
        partial(eip2335.decrypt, PBKDF2.input["keystore"], wiped),
        partial(eip2335.encrypt, key(), wiped, kdf=CHEAP),
        partial(eip2335.encrypt, gone, PASSWORD, kdf=CHEAP),
        partial(Keystore, secret=wiped_key()),
    ):
        with pytest.raises(InvalidKey) as caught:
            call()
        assert caught.value.reason == "wiped"


def wiped_key() -> Secret:
    secret = Secret(SECRET)
    secret.wipe()
    return secret


# Costs: KS01 to KS05


Costs = list[tuple[str, dict[str, Any], str]]
SCRYPT_COSTS: Costs = [
    ("KS01", {"n": 1 << 22, "r": 8}, "policy"),
    ("KS01", {"n": 1024, "r": 1 << 40}, "policy"),
    ("KS02", {"n": 1 << 18, "r": 8, "p": 64}, "policy"),
    ("KS03", {"p": 1 << 20}, "policy"),
    ("KS03", {"dklen": 1 << 30}, "range"),
    ("KS03", {"dklen": 31}, "range"),
    ("KS03", {"dklen": True}, "type"),
    ("KS04", {"n": 3}, "range"),
    ("KS04", {"n": 1}, "range"),
    ("KS04", {"n": 2}, "policy"),
    ("KS04", {"n": 1024.0}, "type"),
    ("KS04", {"n": None}, "missing"),
    ("KS04", {"r": 0}, "range"),
    ("KS04", {"p": "1"}, "type"),
]
PBKDF2_COSTS: Costs = [
    ("KS05", {"c": 1 << 40}, "policy"),
    ("KS05", {"c": 1}, "policy"),
    ("KS05", {"c": 0}, "range"),
    ("KS05", {"c": 1e4}, "type"),
    ("KS05", {"c": None}, "missing"),
    ("KS05", {"prf": "hmac-md5"}, "version"),
    ("KS05", {"prf": None}, "missing"),
    ("KS05", {"dklen": 31}, "range"),
]


def with_params(case: Case, params: dict[str, Any]) -> str:
    whole = json.loads(case.input["keystore"])
    whole["crypto"]["kdf"]["params"] |= params
    return json.dumps(whole)


def costs(rows: Costs) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("row", "params", "kind"), rows, ids=[f"{row}-{p}" for row, p, _ in rows])


@costs(SCRYPT_COSTS)
def test_KS01_KS02_KS03_KS04_costs_of_scrypt_out_of_bounds_are_refused(
    row: str, params: dict[str, Any], kind: str
) -> None:
    assert why(with_params(SCRYPT, params)) == kind


@costs(PBKDF2_COSTS)
def test_KS05_costs_of_pbkdf2_out_of_bounds_are_refused(row: str, params: dict[str, Any], kind: str) -> None:
    assert why(with_params(PBKDF2, params)) == kind


@pytest.mark.parametrize(
    ("case", "params"),
    [
        (SCRYPT, {"n": 1 << 22, "r": 8}),
        (SCRYPT, {"n": 1 << 18, "r": 8, "p": 64}),
        (SCRYPT, {"dklen": 1 << 30}),
        (PBKDF2, {"c": 1 << 40}),
    ],
    ids=["KS01", "KS02", "KS03", "KS05"],
)
def test_KS01_KS02_KS03_KS05_costs_are_refused_before_any_work(case: Case, params: dict[str, Any]) -> None:
    setup = f"""
from walletcore.errors import KeystoreError
from walletcore.keystore import eip2335
from walletcore.secret import Secret
text, password = {with_params(case, params)!r}, Secret(b"x")
"""
    code = "try:\n    eip2335.decrypt(text, password)\n    assert False\nexcept KeystoreError:\n    pass"
    assert cpu_seconds(code, setup=setup) < 0.005 * SLACK


@pytest.mark.parametrize("limits", [None, 1 << 23, {"max_work": 1}, KdfLimits])
def test_X19_limits_are_kdf_limits_and_nothing_else(limits: Any) -> None:
    assert why(PBKDF2.input["keystore"], limits=limits) == "type"
    assert reason(eip2335.encrypt, key(), PASSWORD, limits=limits) == "type"


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"kdf": "scrypt"}, "type"),
        ({"kdf": Scrypt(n=512)}, "policy"),
        ({"kdf": Scrypt(n=1 << 22)}, "policy"),
        ({"entropy": bytes(63)}, "length"),
        ({"entropy": bytearray(64)}, "type"),
    ],
)
def test_what_cannot_be_written_is_refused(options: dict[str, Any], kind: str) -> None:
    assert reason(eip2335.encrypt, key(), PASSWORD, **{"kdf": CHEAP, **options}) == kind


# The members: KS06 to KS09, KS12


@pytest.mark.usefixtures("derived_once")
@pytest.mark.parametrize("place", ["crypto.checksum.message", "crypto.cipher.message"])
@pytest.mark.parametrize("bit", [0, 128, 255])
def test_KS06_a_changed_bit_is_refused(place: str, bit: int) -> None:
    _, module, member = place.split(".")
    text = json.loads(PBKDF2.input["keystore"])["crypto"][module][member]
    assert why(changed(PBKDF2, place, f"{int(text, 16) ^ 1 << bit:064x}"), password_of(PBKDF2)) == "checksum"


def test_KS06_the_checksum_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compare, sizes = hmac.compare_digest, []

    def listening(one: bytes, other: bytes) -> bool:
        sizes.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", listening)
    assert why(PBKDF2.input["keystore"], Secret(b"wrong")) == "checksum"
    assert sizes == [(32, 32)]


PLACES = {
    "crypto": "type",
    "crypto.kdf": "type",
    "crypto.kdf.function": "type",
    "crypto.kdf.params": "type",
    "crypto.kdf.params.salt": "type",
    "crypto.checksum": "type",
    "crypto.checksum.function": "type",
    "crypto.checksum.message": "type",
    "crypto.cipher": "type",
    "crypto.cipher.function": "type",
    "crypto.cipher.params": "type",
    "crypto.cipher.params.iv": "type",
    "crypto.cipher.message": "type",
    "path": "type",
    "uuid": "type",
}


@pytest.mark.parametrize("place", PLACES)
def test_KS06_a_file_without_a_member_or_with_one_of_another_type_is_refused(place: str) -> None:
    assert why(changed(PBKDF2, place, MISSING)) == "missing"
    assert why(changed(PBKDF2, place, None)) == "missing"
    values: list[Any] = [[], [{}], True, 1.5, 7]
    for value in values:
        assert why(changed(PBKDF2, place, value)) == "type"


@pytest.mark.parametrize(
    ("place", "value", "kind"),
    [
        ("crypto.cipher.params.iv", "00" * 8, "length"),
        ("crypto.cipher.params.iv", "00" * 17, "length"),
        ("crypto.cipher.params.iv", "0x" + "00" * 15, "character"),
        ("crypto.cipher.function", "aes-128-cbc", "version"),
        ("crypto.cipher.function", "xor", "version"),
        ("crypto.checksum.function", "keccak256", "version"),
        ("crypto.kdf.function", "argon2id", "version"),
        ("crypto.kdf.params.salt", "00" * 129, "length"),
        ("crypto.cipher.message", "00" * 31, "length"),
        ("crypto.cipher.message", "00" * 33, "length"),
        ("crypto.cipher.message", "", "length"),
        ("crypto.checksum.message", "00" * 31, "length"),
        ("crypto.checksum.message", "zz" * 32, "character"),
        ("uuid", "", "character"),
        ("uuid", "1d85ae2035c5461198e8aa14a633906f", "character"),
        ("uuid", "{1d85ae20-35c5-4611-98e8-aa14a633906f}", "character"),
        ("uuid", "１d85ae20-35c5-4611-98e8-aa14a633906f", "character"),
        ("path", "m/", "character"),
        ("path", "m//0", "character"),
        ("path", "12381/60/0/0", "character"),
        ("path", "m/12381/60/0'/0", "character"),
        ("path", "m/012381", "character"),
        ("path", "m/-1", "character"),
        ("path", "m/0\n", "character"),
        ("path", "m/٠", "character"),
        ("path", "m/4294967296", "range"),
        ("path", "m" + "/0" * 256, "character"),
        ("path", "m" + "/0" * 20_000, "character"),
        ("description", 7, "type"),
        ("description", "x" * 4097, "too-large"),
        ("pubkey", "00" * 47, "length"),
        ("pubkey", "00" * 96, "length"),
        ("pubkey", "0x0x" + "00" * 46, "character"),
        ("pubkey", 7, "type"),
    ],
)
def test_KS07_KS08_a_member_out_of_its_form_is_refused(place: str, value: Any, kind: str) -> None:
    assert why(changed(PBKDF2, place, value)) == kind


@pytest.mark.parametrize("version", [MISSING, None, 3, 5, 0, -4, "4", 4.0, True, [4], 10**400])
def test_KS12_another_version_is_refused(version: Any) -> None:
    assert why(changed(PBKDF2, "version", version)) == "version"


@pytest.mark.usefixtures("derived_once")
def test_KS09_a_public_key_of_another_key_is_refused() -> None:
    other = G2ProofOfPossession.SkToPk(7).hex()
    assert why(changed(PBKDF2, "pubkey", other), password_of(PBKDF2)) == "mismatch"
    assert why(changed(PBKDF2, "crypto.cipher.params.iv", "00" * 16), password_of(PBKDF2)) in ("mismatch", "range")
    assert reason(eip2335.encrypt, key(public_key=bytes.fromhex(other)), PASSWORD, kdf=CHEAP) == "mismatch"


@pytest.mark.usefixtures("derived_once")
def test_KS09_a_public_key_may_have_0x_or_be_missing() -> None:
    public = PBKDF2.expect["public_key"]
    for text, found in (("0x" + public, public), (public.upper(), public), (MISSING, None), (None, None)):
        opened = eip2335.decrypt(changed(PBKDF2, "pubkey", text), password_of(PBKDF2))
        assert (opened.public_key.hex() if opened.public_key else None) == found


def test_without_the_extra_nothing_is_compared_and_a_public_key_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    public = bls12_381.public_key(Secret(SECRET))
    monkeypatch.setitem(sys.modules, "py_arkworks_bls12381", None)
    with pytest.raises(MissingExtra, match="bls"):
        eip2335.encrypt(key(), PASSWORD, kdf=CHEAP)
    text = eip2335.encrypt(key(public_key=public), PASSWORD, kdf=CHEAP)
    assert eip2335.decrypt(text, PASSWORD).public_key == public
    other = text.replace(public.hex(), "00" * 48)
    assert eip2335.decrypt(other, PASSWORD).public_key == bytes(48)


@pytest.mark.usefixtures("derived_once")
def test_what_this_format_does_not_know_is_ignored() -> None:
    for place in ("name", "crypto.version", "crypto.kdf.params.x", "crypto.cipher.params.x", "crypto.kdf.message"):
        for value in (7, "x", {"a": [1, {"b": 2}]}):
            assert eip2335.decrypt(changed(PBKDF2, place, value), password_of(PBKDF2))
    assert eip2335.decrypt(changed(PBKDF2, "description", MISSING), password_of(PBKDF2)).description == ""


@pytest.mark.parametrize("number", [0, R, R + 1, 2**256 - 1], ids=["0", "r", "r+1", "2^256-1"])
def test_a_key_out_of_range_is_refused(number: int) -> None:
    secret = number.to_bytes(32)
    assert reason(key, secret) == "range"
    whole = json.loads(eip2335.encrypt(key(), PASSWORD, kdf=CHEAP, entropy=bytes(64)))
    mask = int.from_bytes(SECRET) ^ int(whole["crypto"]["cipher"]["message"], 16)  # AES-CTR's, which is added again
    message = (mask ^ number).to_bytes(32)
    decryption_key = CHEAP.derive(PASSWORD, bytes(32))
    whole["crypto"]["cipher"]["message"] = message.hex()
    whole["crypto"]["checksum"]["message"] = hashlib.sha256(decryption_key[16:] + message).hexdigest()
    assert why(json.dumps(whole)) == "range"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"secret": SECRET}, "type"),
        ({"secret": None}, "type"),
        ({"secret": Secret(bytes(31))}, "length"),
        ({"secret": Secret(b"\1" * 33)}, "length"),
        ({"path": None}, "character"),
        ({"path": Text("m/0")}, "character"),
        ({"path": "m/0h"}, "character"),
        ({"public_key": bytes(47)}, "length"),
        ({"public_key": "00" * 48}, "length"),
        ({"public_key": bytearray(48)}, "length"),
        ({"description": None}, "type"),
        ({"description": b""}, "type"),
        ({"description": "\ud800"}, "character"),
        ({"uuid": "x"}, "character"),
        ({"uuid": None}, "character"),
    ],
)
def test_X19_what_is_no_part_of_a_keystore_is_refused(fields: dict[str, Any], kind: str) -> None:
    assert reason(Keystore, **{"secret": Secret(SECRET), **fields}) == kind


@pytest.mark.parametrize("other", [None, SECRET, Secret(SECRET), {"secret": SECRET}])
def test_a_key_is_written_as_a_keystore_and_nothing_else(other: Any) -> None:
    assert reason(eip2335.encrypt, other, PASSWORD, kdf=CHEAP) == "type"


# What is written


def test_a_written_file_has_the_members_of_the_specification() -> None:
    whole = json.loads(eip2335.encrypt(key(path="m/12381/3600/0/0/0", description="é"), PASSWORD, kdf=CHEAP))
    figure = json.loads(SCRYPT.input["keystore"])
    assert list(whole) == list(figure)
    assert {name: list(module) for name, module in whole["crypto"].items()} == {
        name: list(module) for name, module in figure["crypto"].items()
    }
    assert uuid.UUID(whole["uuid"]).version == 4
    assert (whole["path"], whole["description"], whole["version"]) == ("m/12381/3600/0/0/0", "é", 4)


def test_salt_iv_and_uuid_are_new_each_time() -> None:
    one = key(uuid="1d85ae20-35c5-4611-98e8-aa14a633906f")
    texts = [json.loads(eip2335.encrypt(one, PASSWORD, kdf=CHEAP)) for _ in range(3)]
    assert len({whole["uuid"] for whole in texts} | {one.uuid}) == 4
    assert len({whole["crypto"]["cipher"]["params"]["iv"] for whole in texts}) == 3
    assert len({whole["crypto"]["kdf"]["params"]["salt"] for whole in texts}) == 3


# The text: KS10, KS13


@pytest.mark.parametrize("limit", [150, 100_000])
@pytest.mark.parametrize("text", ["'[' * 32_000", "'{\"a\":' * 12_000", "'{\"crypto\":[' * 5_000"])
def test_KS10_X03_nesting_is_refused_under_any_recursion_limit(text: str, limit: int) -> None:
    printed = child(
        f"""
from walletcore.errors import KeystoreError
from walletcore.keystore import eip2335
from walletcore.secret import Secret
sys.setrecursionlimit({limit})
try:
    eip2335.decrypt({text}, Secret(b"x"))
except KeystoreError as error:
    print(error.reason)
"""
    )
    assert printed == "too-deep\n"


def test_KS10_100_000_brackets_are_refused() -> None:
    assert why("[" * 100_000) == why('{"a":' * 100_000) == "too-large"


@pytest.mark.parametrize("name", ["crypto", "version", "uuid", "kdf", "n", "message", "salt", "iv", "dklen", "path"])
def test_KS13_a_name_that_appears_twice_is_refused(name: str) -> None:
    text = SCRYPT.input["keystore"].replace(f'"{name}"', f'"{name}":null,"{name}"', 1)
    assert why(text) == "duplicate"


@pytest.mark.parametrize(
    "place",
    [
        *("Crypto", "VERSION", "Path", "crypto.Kdf", "crypto.\u212adf", "crypto.checK\u017fum", "crypto.cipher.Params"),
        *("crypto.cipher.param\u017f", "crypto.cipher.params.IV", "crypto.kdf.params.Salt", "crypto.checksum.Message"),
    ],
)
def test_KS13_a_name_in_another_case_beside_the_known_one_is_refused(place: str) -> None:
    value = {"iv": "00" * 16}  # a client written in Go takes the last one: it would open this file as another key
    assert why(changed(SCRYPT, place, value)) == "duplicate"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "character"),
        ("{", "character"),
        ("null", "type"),
        ("[]", "type"),
        ("{}", "version"),
        ("\ufeff" + PBKDF2.input["keystore"], "character"),
        (PBKDF2.input["keystore"] + "x", "character"),
        (PBKDF2.input["keystore"].replace('"version"', '"Version"'), "version"),
        (PBKDF2.input["keystore"].encode(), "type"),
        (json.loads(PBKDF2.input["keystore"]), "type"),
        (Text(PBKDF2.input["keystore"]), "type"),
        (None, "type"),
    ],
)
def test_X19_what_is_no_text_of_a_keystore_is_refused(text: Any, kind: str) -> None:
    assert why(text) == kind


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_keystore_and_are_refused_at_once(shape: str) -> None:
    for size, seconds in ((eip2335.MAX_LENGTH, 0.02), (MEBIBYTE, 0.005), (16 * MEBIBYTE, 0.005)):
        text = filled(SHAPES[shape], size).decode("latin-1")
        check_cost(partial(eip2335.decrypt, text, PASSWORD), KeystoreError, seconds=seconds, memory=3 * MEBIBYTE)


ODD: list[Any] = [None, True, -1, 2**70, 1.5, "", "00", [], {}, [[1]], {"kdf": 1}, "\u0000"]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([SCRYPT, PBKDF2]), st.sampled_from([*PLACES, "version"]), st.sampled_from(ODD))
def test_a_file_with_one_odd_member_is_refused_with_an_error_of_ours(case: Case, place: str, value: Any) -> None:
    if (place, value) not in (("path", ""), ("crypto.kdf.params.salt", ""), ("crypto.kdf.params.salt", "00")):
        assert why(changed(case, place, value))


# Secrets


CANARY = eip2335.encrypt(key(b"\1" + KEY[1:]), Secret(PASSPHRASE.encode()), kdf=CHEAP)
FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "KS09": lambda whole: whole.update(pubkey="00" * 48),
    "KS06": lambda whole: whole["crypto"]["checksum"].update(message="00" * 32),
    "KS07": lambda whole: whole["crypto"]["cipher"]["params"].update(iv="00" * 16),
    "KS01": lambda whole: whole["crypto"]["kdf"]["params"].update(n=1 << 22),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_X10_no_error_tells_the_key_or_the_password(fault: Callable[[dict[str, Any]], object]) -> None:
    whole = copy.deepcopy(json.loads(CANARY))
    fault(whole)
    with pytest.raises(KeystoreError) as caught:
        eip2335.decrypt(json.dumps(whole), Secret(PASSPHRASE.encode()))
    assert leaks(told(caught.value)) == []


def test_X10_a_written_file_and_a_keystore_show_no_secret() -> None:
    opened = eip2335.decrypt(CANARY, Secret(PASSPHRASE.encode()))
    assert leaks(CANARY + repr(opened) + str(opened)) == []
    assert opened.secret == Secret(b"\1" + KEY[1:])
