"""Accounts of Polkadot-JS: published files, files of every version, and what must be refused (KS01 to KS13)."""

import base64
import copy
import hashlib
import json
import pickle
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.secret import SecretBox

from house.canary import KEY, PASSPHRASE, leaks
from support.cpu import SLACK, cpu_seconds
from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.keys import numbered
from support.keystores import MISSING, Text, changed, derive_once, password_of
from support.oracles import JSON, compared, locked
from support.outcomes import told
from support.vectors import Case, load, vectors
from walletcore.coding import ss58
from walletcore.curves import sr25519
from walletcore.errors import InvalidKey, KeystoreError, MissingExtra, SecretExportError
from walletcore.hashes import blake2b_256
from walletcore.hd.substrate import SubstratePrivateKey
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore import polkadot_js
from walletcore.keystore.kdf import KdfLimits, Pbkdf2, Scrypt
from walletcore.keystore.polkadot_js import COSTS, KINDS, KeyringPair, decrypt, encrypt
from walletcore.secret import Secret

CHEAP = Scrypt(n=1 << 15, r=8, p=1)
PASSWORD = Secret(b"testpassword")
SEED, SALT = bytes(range(1, 33)), bytes(range(32))
FIGURES = {case.id.removeprefix("polkadot_js/decrypt/"): case for case in load("polkadot_js/decrypt")}
HEX, OLD, OLDEST = FIGURES["version-3-hex"], FIGURES["version-2"], FIGURES["version-0"]
HDR, DIV = bytes.fromhex("3053020101300506032b657004220420"), bytes.fromhex("a123032100")


def account(kind: str = "sr25519", seed: bytes = SEED, **fields: Any) -> KeyringPair:
    return KeyringPair(private_key=SubstratePrivateKey.from_seed(seed, KINDS[kind]).private_key, kind=kind, **fields)


def why(text: Any, password: Any = PASSWORD, **options: Any) -> str:
    """The reason of the KeystoreError that reading this text raises."""
    with pytest.raises(KeystoreError) as caught:
        decrypt(text, password, **options)
    return caught.value.reason


def reason(call: Callable[..., object], *arguments: Any, **options: Any) -> str:
    with pytest.raises(KeystoreError) as caught:
        call(*arguments, **options)
    return caught.value.reason


def old(plain: bytes, address: str, *, version: str = "2", content: Any = "pkcs8", password: bytes = b"x") -> str:
    """A file from before scrypt, written by libsodium's secretbox: the password is the key."""
    box = SecretBox(password[:32].ljust(32, b"\0"))
    encoding = {"content": content, "type": "xsalsa20-poly1305", "version": version}
    return json.dumps({"address": address, "encoded": "0x" + bytes(box.encrypt(plain)).hex(), "encoding": encoding})


def new(
    plain: bytes, address: str, kind: str, *, password: bytes = b"x", n: int = 1 << 13, p: int = 1, salt: bytes = SALT
) -> str:
    """A file of version 3, written by OpenSSL's scrypt and libsodium's secretbox."""
    key = hashlib.scrypt(password, salt=salt, n=n, r=8, p=p, maxmem=1 << 28, dklen=64)[:32]
    costs = b"".join(number.to_bytes(4, "little") for number in (n, p, 8))
    encoded = base64.b64encode(salt + costs + bytes(SecretBox(key).encrypt(plain))).decode()
    encoding = {"content": ["pkcs8", kind], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3"}
    return json.dumps({"address": address, "encoded": encoded, "encoding": encoding, "meta": {}})


def parts(kind: str) -> tuple[bytes, bytes, bytes, str]:
    """The secret as version 3 has it, the seed, the public key and the address of an account."""
    key = account(kind).private_key
    public = key.public_key.data
    if kind == "sr25519":
        return sr25519.to_ed25519(key.secret).reveal(), SEED, public, ss58.encode(public, 42)
    if kind == "ed25519":
        return SEED + public, SEED, public, ss58.encode(public, 42)
    return SEED, SEED, public, "0x" + public.hex()


@pytest.fixture
def derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    derive_once(monkeypatch)


every_kind = pytest.mark.parametrize("kind", KINDS)


# Published figures


@vectors("polkadot_js/decrypt", result="valid")
def test_the_published_files_are_read(case: Case) -> None:
    opened = decrypt(case.input["keystore"], password_of(case))
    whole = json.loads(case.input["keystore"])
    public = opened.private_key.public_key.data
    assert public.hex() == case.expect.get("public_key", public.hex())
    if "address" in case.expect:
        content, network = ss58.decode(case.expect["address"])
        assert content in (public, blake2b_256(public))
        assert opened.network == (42 if whole["address"].startswith("0x") else network)
    assert opened.name == whole["meta"].get("name", "")
    if type(whole["encoding"]["content"]) is list:
        assert opened.kind == whole["encoding"]["content"][1]
    again = decrypt(encrypt(opened, PASSWORD, kdf=CHEAP), PASSWORD)
    assert (again, again.kind, again.name) == (opened, opened.kind, opened.name)


@vectors("polkadot_js/decrypt", result="invalid")
def test_files_that_are_not_encrypted_and_wrong_passwords_are_refused(case: Case) -> None:
    assert why(case.input["keystore"], password_of(case)) == case.expect["reason"]


def test_the_costs_are_those_that_polkadot_js_reads() -> None:
    """util-crypto/src/scrypt/defaults.ts: ALLOWED_PARAMS and DEFAULT_PARAMS."""
    allowed = [(1 << 13, 10), (1 << 14, 5), (1 << 15, 3), (1 << 15, 1), (1 << 16, 2), (1 << 17, 1)]
    assert [(kdf.n, kdf.r, kdf.p) for kdf in COSTS] == [(n, 8, p) for n, p in allowed]


# What is written, and what others write


@every_kind
def test_a_file_of_version_3_by_other_libraries_is_read(kind: str) -> None:
    secret, _, public, address = parts(kind)
    opened = decrypt(new(HDR + secret + DIV + public, address, kind), Secret(b"x"))
    assert (opened, opened.kind, opened.network) == (account(kind), kind, 42)


def test_KS07_base64_that_begins_as_hexadecimal_does_is_read() -> None:
    """One salt in 4,096 begins so; util/src/is/hex.ts takes for hexadecimal what is so to its end."""
    secret, _, public, address = parts("sr25519")
    salt = base64.b64decode("0xab") + bytes(29)
    text = new(HDR + secret + DIV + public, address, "sr25519", salt=salt)
    assert json.loads(text)["encoded"].startswith("0xab")
    assert decrypt(text, Secret(b"x")) == account("sr25519")
    drawn = encrypt(account("sr25519"), Secret(b"x"), kdf=CHEAP, entropy=salt + bytes(24))
    assert decrypt(drawn, Secret(b"x")) == account("sr25519")


@pytest.mark.parametrize("version", ["0", "1", "2"])
@every_kind
def test_an_old_file_tells_its_kind_by_its_public_key(kind: str, version: str) -> None:
    secret, seed, public, address = parts(kind)
    for held in (secret, seed):
        opened = decrypt(old(HDR + held + DIV + public, address, version=version), Secret(b"x"))
        assert opened.private_key == account(kind).private_key
        assert opened.kind == ("ecdsa" if kind == "ethereum" else kind)


def test_an_old_file_whose_address_is_an_evm_account_is_of_that_kind() -> None:
    _, seed, public, _ = parts("ethereum")
    from walletcore.curves.secp256k1 import account_of

    text = old(HDR + seed + DIV + public, "0x" + account_of(public).hex(), version="0")
    assert decrypt(text, Secret(b"x")).kind == "ethereum"


@every_kind
def test_an_old_file_may_name_its_kind(kind: str) -> None:
    _, seed, public, address = parts(kind)
    for version in ("1", "2"):
        text = old(HDR + seed + DIV + public, address, version=version, content=["pkcs8", kind])
        assert decrypt(text, Secret(b"x")).kind == kind


seeds = st.binary(min_size=32, max_size=32).filter(lambda seed: seed[0] < 0xFF and any(seed))
words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(
    lambda text: any(text.encode()) and not text.startswith("0x")
)
networks = st.integers(0, ss58.MAX_FORMAT).filter(lambda number: number not in (46, 47))


@settings(max_examples=12)
@given(seeds, st.sampled_from(list(KINDS)), words, words, networks)
def test_what_is_written_is_read_with_this_password_and_no_other(
    seed: bytes, kind: str, password: str, name: str, network: int
) -> None:
    one = account(kind, seed, name=name, network=network)
    text = encrypt(one, Secret(password.encode()), kdf=CHEAP)
    opened = decrypt(text, Secret(password.encode()))
    assert (opened.private_key, opened.kind, opened.name) == (one.private_key, kind, name)
    assert opened.network == (42 if KINDS[kind] is Curve.SECP256K1 else network)
    assert why(text, Secret(password.encode() + b"x")) == "checksum"


def test_a_file_is_written_in_the_form_of_polkadot_js() -> None:
    text = encrypt(account(name="a", network=2), PASSWORD, kdf=CHEAP, entropy=bytes(range(56)))
    whole, raw = json.loads(text), base64.b64decode(json.loads(text)["encoded"])
    assert whole["encoding"] == {
        "content": ["pkcs8", "sr25519"],
        "type": ["scrypt", "xsalsa20-poly1305"],
        "version": "3",
    }
    secret, _, public, _ = parts("sr25519")
    assert (whole["address"], whole["meta"]) == (ss58.encode(public, 2), {"name": "a"})
    assert raw[:68] == bytes(range(32)) + bytes.fromhex("008000000100000008000000") + bytes(range(32, 56))
    key = hashlib.scrypt(b"testpassword", salt=bytes(range(32)), n=1 << 15, r=8, p=1, maxmem=1 << 28, dklen=32)
    assert SecretBox(key).decrypt(raw[44:]) == HDR + secret + DIV + public
    assert json.loads(encrypt(account(), PASSWORD, kdf=CHEAP))["meta"] == {}


def test_two_files_of_one_account_share_nothing() -> None:
    one, other = (base64.b64decode(json.loads(encrypt(account(), PASSWORD, kdf=CHEAP))["encoded"]) for _ in range(2))
    assert one[:32] != other[:32]
    assert one[44:68] != other[44:68]
    assert one[68:] != other[68:]


# Passwords


def test_digits_after_0x_are_bytes_in_version_3_and_are_not_written() -> None:
    secret, seed, public, address = parts("ed25519")
    assert decrypt(new(HDR + secret + DIV + public, address, "ed25519", password=b"\xab\xcd"), Secret(b"0xABcd"))
    assert decrypt(old(HDR + seed + DIV + public, address, password=b"0xABcd"), Secret(b"0xABcd"))
    for password in (b"0xABcd", b"0x", b"0x00"):
        assert reason(encrypt, account(), Secret(password), kdf=CHEAP) == "ambiguous"
    for password in (b"0xABc", b"0Xab", b"0xzz", b" 0xab"):
        assert decrypt(encrypt(account(), Secret(password), kdf=CHEAP), Secret(password)) == account()


def test_a_password_of_old_files_is_its_first_32_bytes() -> None:
    _, seed, public, address = parts("ed25519")
    text = old(HDR + seed + DIV + public, address, password=b"y" * 32)
    assert decrypt(text, Secret(b"y" * 40))
    assert why(text, Secret(b"y" * 31)) == "checksum"


@pytest.mark.parametrize("password", [b"", b"\0", b"\0\0"])
def test_a_password_of_nothing_protects_nothing(password: bytes) -> None:
    assert reason(encrypt, account(), Secret(password), kdf=CHEAP) == "length"


def test_an_empty_password_opens_nothing() -> None:
    for case in (HEX, OLD, OLDEST):
        assert why(case.input["keystore"], Secret(b"")) == "length"


def test_a_password_that_is_no_utf_8_is_not_written() -> None:
    assert reason(encrypt, account(), Secret(b"\xff"), kdf=CHEAP) == "character"


@pytest.mark.parametrize("password", [None, "", "testpassword", b"testpassword", bytearray(b"x"), 7, ["x"], Secret])
def test_X18_X19_a_password_is_a_secret_and_nothing_else(password: Any) -> None:
    assert why(HEX.input["keystore"], password) == "type"
    assert reason(encrypt, account(), password, kdf=CHEAP) == "type"


def test_a_password_has_at_most_65536_bytes() -> None:
    assert why(HEX.input["keystore"], Secret(b"x" * 65537)) == "too-large"
    assert reason(encrypt, account(), Secret(b"x" * 65537), kdf=CHEAP) == "too-large"


def test_a_wiped_password_or_key_opens_nothing() -> None:
    wiped, gone = Secret(b"x"), account()
    assert gone.private_key.public_key
    wiped.wipe()
    gone.private_key.wipe()
    for call in (
        partial(decrypt, HEX.input["keystore"], wiped),
        partial(decrypt, OLD.input["keystore"], wiped),
        partial(encrypt, account(), wiped, kdf=CHEAP),
        partial(encrypt, gone, PASSWORD, kdf=CHEAP),
    ):
        with pytest.raises(InvalidKey) as caught:
            call()
        assert caught.value.reason == "wiped"


# Costs: KS01 to KS04


def with_costs(n: int, p: int, r: int) -> str:
    raw = bytes.fromhex(json.loads(HEX.input["keystore"])["encoded"][2:])
    costs = b"".join(number.to_bytes(4, "little") for number in (n, p, r))
    return changed(HEX, "encoded", "0x" + (raw[:32] + costs + raw[44:]).hex())


@pytest.mark.parametrize(
    ("row", "costs", "kind"),
    [
        ("KS01", (1 << 22, 1, 8), "policy"),
        ("KS01", (1 << 31, 1, 8), "policy"),
        ("KS01", (1024, 1, 2**32 - 1), "policy"),
        ("KS02", (1 << 18, 64, 8), "policy"),
        ("KS03", (1 << 17, 1 << 20, 8), "policy"),
        ("KS03", (1 << 17, 2**32 - 1, 8), "policy"),
        ("KS04", (3, 1, 8), "range"),
        ("KS04", (1, 1, 8), "range"),
        ("KS04", (0, 1, 8), "range"),
        ("KS04", (2, 1, 8), "policy"),
        ("KS04", (512, 1, 8), "policy"),
        ("KS04", (1 << 17, 1, 0), "range"),
        ("KS04", (1 << 17, 0, 8), "range"),
    ],
)
def test_KS01_KS02_KS03_KS04_costs_out_of_bounds_are_refused(row: str, costs: tuple[int, int, int], kind: str) -> None:
    assert why(with_costs(*costs)) == kind


@pytest.mark.parametrize("costs", [(1 << 22, 1, 8), (1 << 18, 64, 8), (1 << 17, 1 << 20, 8)])
def test_KS01_KS02_KS03_costs_are_refused_before_any_work(costs: tuple[int, int, int]) -> None:
    setup = f"""
from walletcore.errors import KeystoreError
from walletcore.keystore import polkadot_js
from walletcore.secret import Secret
text, password = {with_costs(*costs)!r}, Secret(b"x")
"""
    code = "try:\n    polkadot_js.decrypt(text, password)\n    assert False\nexcept KeystoreError:\n    pass"
    assert cpu_seconds(code, setup=setup) < 0.005 * SLACK


@pytest.mark.parametrize("limits", [None, 1 << 23, {"max_work": 1}, KdfLimits])
def test_X19_limits_are_kdf_limits_and_nothing_else(limits: Any) -> None:
    assert why(HEX.input["keystore"], limits=limits) == "type"
    assert reason(encrypt, account(), PASSWORD, limits=limits) == "type"


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"kdf": "scrypt"}, "policy"),
        ({"kdf": None}, "policy"),
        ({"kdf": Pbkdf2()}, "policy"),
        ({"kdf": Scrypt()}, "policy"),
        ({"kdf": Scrypt(n=1 << 13, r=8, p=1)}, "policy"),
        ({"limits": KdfLimits(max_memory=1 << 20)}, "policy"),
        ({"entropy": bytes(55)}, "length"),
        ({"entropy": bytearray(56)}, "type"),
        ({"entropy": bytes(64)}, "length"),
    ],
)
def test_what_cannot_be_written_is_refused(options: dict[str, Any], kind: str) -> None:
    assert reason(encrypt, account(), PASSWORD, **{"kdf": CHEAP, **options}) == kind


@pytest.mark.parametrize("value", [None, numbered(Curve.ED25519), SubstratePrivateKey.from_seed(SEED), "account"])
def test_what_is_no_account_is_not_written(value: Any) -> None:
    assert reason(encrypt, value, PASSWORD, kdf=CHEAP) == "type"


# The members: KS06 to KS13


@pytest.mark.parametrize("bit", [0, 130, 400, 900])
@pytest.mark.parametrize("case", [HEX, OLD, OLDEST], ids=["3", "2", "0"])
@pytest.mark.usefixtures("derived_once")
def test_KS06_a_changed_bit_is_refused(case: Case, bit: int) -> None:
    raw = bytes.fromhex(json.loads(case.input["keystore"])["encoded"][2:])
    start = (44 if case is HEX else 0) * 8
    place = start + bit % (len(raw) * 8 - start)
    flipped = (int.from_bytes(raw) ^ 1 << (len(raw) * 8 - 1 - place)).to_bytes(len(raw))
    assert why(changed(case, "encoded", "0x" + flipped.hex()), password_of(case)) == "checksum"


@pytest.mark.parametrize("case", [HEX, OLD, OLDEST], ids=["3", "2", "0"])
@pytest.mark.parametrize("size", [-1, 2, -40, 8])
def test_KS07_encoded_of_another_length_is_refused(case: Case, size: int) -> None:
    text = json.loads(case.input["keystore"])["encoded"]
    other = text[: 2 * size] if size < 0 else text + "00" * size
    assert why(changed(case, "encoded", other), password_of(case)) == "length"


@pytest.mark.parametrize(
    ("encoded", "kind"),
    [
        ("", "character"),
        ("0x", "length"),
        ("0x0", "length"),
        ("0xz", "character"),
        ("0xzz", "length"),  # base64 of three bytes
        ("AAAA", "length"),
        ("AA", "character"),
        ("AA=", "character"),
        ("AB==", "character"),
        ("AA==\n", "character"),
        ("A-_=", "character"),
        ("A" * 60_000, "length"),
        ("é" * 4, "character"),
        (None, "missing"),
        (MISSING, "missing"),
        (7, "type"),
        (["AAAA"], "type"),
    ],
)
def test_KS07_what_is_no_base64_and_no_digits_is_refused(encoded: Any, kind: str) -> None:
    assert why(changed(HEX, "encoded", encoded)) == kind


@pytest.mark.parametrize(
    ("place", "value", "kind"),
    [
        ("encoding.version", 3, "type"),
        ("encoding.version", 3.0, "type"),
        ("encoding.version", True, "type"),
        ("encoding.version", "4", "version"),
        ("encoding.version", "03", "version"),
        ("encoding.version", "", "version"),
        ("encoding.version", None, "missing"),
        ("encoding.version", MISSING, "missing"),
        ("encoding.version", "2", "version"),
        ("encoding.type", "none", "policy"),
        ("encoding.type", ["none"], "policy"),
        ("encoding.type", "xsalsa20-poly1305", "version"),
        ("encoding.type", ["xsalsa20-poly1305"], "version"),
        ("encoding.type", ["xsalsa20-poly1305", "scrypt"], "version"),
        ("encoding.type", ["scrypt", "xsalsa20-poly1305", "none"], "version"),
        ("encoding.type", ["scrypt", "aes-128-ctr"], "version"),
        ("encoding.type", ["scrypt", 7], "type"),
        ("encoding.type", [], "version"),
        ("encoding.type", {}, "type"),
        ("encoding.type", None, "missing"),
        ("encoding.type", MISSING, "missing"),
        ("encoding.content", "pkcs8", "version"),
        ("encoding.content", ["pkcs8"], "version"),
        ("encoding.content", ["pkcs8", "rsa"], "version"),
        ("encoding.content", ["pkcs8", "sr25519", "ed25519"], "version"),
        ("encoding.content", ["sr25519", "pkcs8"], "version"),
        ("encoding.content", ["batch-pkcs8"], "version"),
        ("encoding.content", ["pkcs8", None], "type"),
        ("encoding.content", None, "missing"),
        ("encoding", None, "missing"),
        ("encoding", MISSING, "missing"),
        ("encoding", "pkcs8", "type"),
        ("address", None, "missing"),
        ("address", MISSING, "missing"),
        ("address", 7, "type"),
        ("address", "", "length"),
        ("address", "FLiSDPCcJ6auZUGXALLj6jpahcP6adVFDBUQznPXUQ7yoqJ", "checksum"),
        ("address", "0xzz", "character"),
        ("meta", [], "type"),
        ("meta", {"name": 7}, "type"),
        ("meta", {"name": "x" * 1025}, "too-large"),
        ("meta", {"name": "a", "Name": "b"}, "duplicate"),
    ],
)
def test_KS08_KS12_members_are_there_of_their_type_and_known(place: str, value: Any, kind: str) -> None:
    assert why(changed(HEX, place, value), password_of(HEX)) == kind


@pytest.mark.usefixtures("derived_once")
@pytest.mark.parametrize("meta", [None, MISSING, {}, {"name": None}, {"genesisHash": "0x00", "tags": [], "more": 1}])
def test_meta_is_the_wallet_s_and_may_be_missing(meta: Any) -> None:
    assert decrypt(changed(HEX, "meta", meta), password_of(HEX)).name == ""


@pytest.mark.usefixtures("derived_once")
@pytest.mark.parametrize("case", [HEX, OLD, OLDEST], ids=["3", "2", "0"])
@pytest.mark.parametrize("address", ["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "0x" + "00" * 32, "0x"])
def test_KS09_the_address_of_another_key_is_refused(case: Case, address: str) -> None:
    assert why(changed(case, "address", address), password_of(case)) == "mismatch"


@every_kind
@pytest.mark.parametrize("address", ["0x" + "11" * 20, "0x02" + "11" * 32, ss58.encode(bytes(32), 42)])
def test_KS09_no_kind_takes_the_address_of_another_key(kind: str, address: str) -> None:
    secret, _, public, _ = parts(kind)
    assert why(new(HDR + secret + DIV + public, address, kind), Secret(b"x")) == "mismatch"


@every_kind
def test_the_addresses_of_a_key_are_taken(kind: str) -> None:
    from walletcore.curves.secp256k1 import account_of

    secret, _, public, _ = parts(kind)
    own = [ss58.encode(public, 7), "0x" + public.hex().upper()]
    if kind == "ecdsa":
        own += [ss58.encode(blake2b_256(public), 7), "0x" + blake2b_256(public).hex()]
    if kind == "ethereum":
        own.append("0x" + account_of(public).hex())
    for address in own:
        opened = decrypt(new(HDR + secret + DIV + public, address, kind), Secret(b"x"))
        assert opened.network == (42 if address.startswith("0x") else 7)


@every_kind
def test_KS09_K06_the_public_key_of_another_key_is_refused(kind: str) -> None:
    secret, seed, public, address = parts(kind)
    other = account(kind, bytes([9]) * 32).private_key.public_key.data
    assert why(new(HDR + secret + DIV + other, address, kind), Secret(b"x")) == "mismatch"
    assert why(old(HDR + seed + DIV + other, address), Secret(b"x")) == "mismatch"
    if kind == "ed25519":
        assert why(new(HDR + seed + other + DIV + public, address, kind), Secret(b"x")) == "mismatch"


@pytest.mark.parametrize("named", KINDS)
@every_kind
def test_a_key_of_another_kind_than_the_file_names_is_refused(kind: str, named: str) -> None:
    secret, _, public, address = parts(kind)
    text = new(HDR + secret + DIV + public, address, named)
    if KINDS[named] is KINDS[kind]:
        assert decrypt(text, Secret(b"x")).kind == named
    else:
        assert why(text, Secret(b"x")) in ("mismatch", "range", "length")


def test_what_was_encrypted_and_is_no_pair_is_refused() -> None:
    secret, _, public, address = parts("sr25519")
    for plain in (
        bytes(16) + secret + DIV + public,
        HDR + secret + bytes(5) + public,
        HDR + secret[:32] + DIV + secret[32:] + public,
    ):
        assert why(new(plain, address, "sr25519"), Secret(b"x")) == "prefix"
    zero, scalar = bytes(32) + secret[32:], bytes([secret[0] | 1]) + secret[1:]
    for bad in (zero, scalar, b"\xff" * 64):
        assert why(new(HDR + bad + DIV + public, address, "sr25519"), Secret(b"x")) == "range"
    assert why(new(HDR + bytes(32) + DIV + b"\2" + public, address, "ecdsa"), Secret(b"x")) == "range"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '{"encoding":' * 33 + "1" + "}" * 33])
def test_KS10_nested_files_are_refused(text: str) -> None:
    assert why(text) in ("too-deep", "too-large")


@pytest.mark.parametrize("text", ["", "null", "[]", "7", '"x"', "{", "NaN", "{}", "\ud800", None, b"{}", Text("{}")])
def test_what_is_no_file_is_refused(text: Any) -> None:
    assert why(text) in ("character", "type", "missing", "non-canonical")


def test_KS13_a_name_twice_is_refused() -> None:
    text = HEX.input["keystore"]
    assert why('{"encoded":"0x00",' + text[1:]) == "duplicate"
    assert why('{"ENCODED":"0x00",' + text[1:]) == "duplicate"


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_account_and_are_refused_at_once(shape: str) -> None:
    for size, seconds in ((polkadot_js.MAX_LENGTH, 0.02), (MEBIBYTE, 0.005), (16 * MEBIBYTE, 0.005)):
        text = filled(SHAPES[shape], size).decode("latin-1")
        check_cost(partial(decrypt, text, PASSWORD), KeystoreError, seconds=seconds, memory=3 * MEBIBYTE)


ODD: list[Any] = [None, True, -1, 2**70, 1.5, "", "00", [], {}, [[1]], {"kdf": 1}, "\u0000"]
PLACES = ["encoded", "address", "encoding", "encoding.content", "encoding.type", "encoding.version"]


@settings(max_examples=100)
@given(st.sampled_from([HEX, OLD, OLDEST]), st.sampled_from(PLACES), st.sampled_from(ODD))
def test_a_file_with_one_odd_member_is_refused_with_an_error_of_ours(case: Case, place: str, value: Any) -> None:
    assert why(changed(case, place, value), password_of(case))


# Accounts


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"kind": "rsa"}, "unknown"),
        ({"kind": None}, "unknown"),
        ({"kind": Text("sr25519")}, "unknown"),
        ({"kind": "ed25519"}, "mismatch"),
        ({"private_key": SEED}, "type"),
        ({"name": None}, "type"),
        ({"name": Text("a")}, "type"),
        ({"name": "x" * 1025}, "too-large"),
        ({"name": "\ud800"}, "character"),
        ({"network": 46}, "prefix"),
        ({"network": 16384}, "range"),
        ({"network": -1}, "range"),
        ({"network": True}, "type"),
        ({"network": "42"}, "type"),
    ],
)
def test_an_account_is_made_of_what_it_says(fields: dict[str, Any], kind: str) -> None:
    whole: dict[str, Any] = {"private_key": account().private_key, "kind": "sr25519"}
    assert reason(KeyringPair, **{**whole, **fields}) == kind


def test_X08_X09_an_account_shows_its_kind_and_is_not_copied() -> None:
    assert repr(account(name="mine")) == "KeyringPair(sr25519)"
    for export in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(SecretExportError):
            export(account())
    with pytest.raises(TypeError, match="unhashable"):
        hash(account())


@pytest.mark.parametrize("fault", ["password", "address", "public key", "scalar", "costs", "kind"])
def test_X10_no_error_tells_the_key_or_the_password(fault: str) -> None:
    key = PrivateKey(Curve.ED25519, Secret(KEY))
    public = key.public_key.data
    address = ss58.encode(public if fault != "address" else bytes(32), 42)
    plain = HDR + KEY + (public if fault != "scalar" else bytes(32)) + DIV + public
    if fault == "public key":
        plain = plain[:-32] + bytes(32)
    password = PASSPHRASE.encode()
    text = new(
        plain,
        address,
        "ecdsa" if fault == "kind" else "ed25519",
        password=password,
        n=1 << (9 if fault == "costs" else 13),
    )
    with pytest.raises(KeystoreError) as caught:
        decrypt(text, Secret(password + (b"x" if fault == "password" else b"")))
    assert leaks(told(caught.value)) == []
    assert caught.value.__context__ is None


def test_without_the_extra_other_kinds_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {kind: new(HDR + p[0] + DIV + p[2], p[3], kind) for kind in KINDS if (p := parts(kind))}
    monkeypatch.setitem(sys.modules, "sr25519", None)
    for kind in ("ed25519", "ecdsa", "ethereum"):
        assert decrypt(texts[kind], Secret(b"x")).kind == kind
    with pytest.raises(MissingExtra, match=r"walletcore\[substrate\]"):
        decrypt(texts["sr25519"], Secret(b"x"))


# Polkadot-JS itself


def written_here(random: Any) -> JSON:
    kind, seed = random.choice(list(KINDS)), (random.getrandbits(254) + 1).to_bytes(32)
    password = "".join(random.choice("abc é🙂0x") for _ in range(random.randint(1, 40))) + "p"
    one = account(kind, seed, name="n", network=random.choice((0, 2, 42, 255)))
    text = encrypt(one, Secret(password.encode()), kdf=random.choice(COSTS[-3:]))
    return {"task": "open", "json": text, "password": password, "kind": kind, "seed": seed.hex()}


def check_opened(case: JSON, verdict: JSON) -> list[str]:
    public = account(case["kind"], bytes.fromhex(case["seed"])).private_key.public_key.data
    assert (verdict.get("public"), verdict.get("type")) == (public.hex(), case["kind"]), verdict
    return [case["kind"]]


@locked
def test_polkadot_js_opens_what_is_written_here(environment: str) -> None:
    compared("polkadot_js", "polkadot_js open", environment, written_here, check_opened, kinds=set(KINDS), most=25)


def written_there(random: Any) -> JSON:
    kind = random.choice(["sr25519", "ed25519", "ecdsa"])
    password = "".join(random.choice("abc é🙂0x") for _ in range(random.randint(1, 40))) + "p"
    path = random.choice(("", "//a", "//a//b"))
    seed = (random.getrandbits(254) + 1).to_bytes(32).hex()
    return {"task": "close", "scheme": kind, "seed": seed, "path": path, "password": password}


def check_closed(case: JSON, verdict: JSON) -> list[str]:
    opened = decrypt(verdict["json"], Secret(case["password"].encode()))
    root = SubstratePrivateKey.from_seed(bytes.fromhex(case["seed"]), KINDS[case["scheme"]])
    expected = root.derive(case["path"]).private_key
    assert (opened.private_key, opened.kind) == (expected, case["scheme"])
    assert expected.public_key.data.hex() == verdict["public"]
    return [case["scheme"]]


@locked
def test_what_polkadot_js_writes_is_read_here(environment: str) -> None:
    kinds = {"sr25519", "ed25519", "ecdsa"}
    compared("polkadot_js", "polkadot_js close", environment, written_there, check_closed, kinds=kinds, most=25)


def written_before(random: Any) -> JSON:
    kind = random.choice(list(KINDS))
    _, seed, public, address = parts(kind)
    password = "".join(random.choice("abc é0x") for _ in range(random.randint(1, 50)))
    version = random.choice(("1", "2"))
    text = old(HDR + seed + DIV + public, address, version=version, content=["pkcs8", kind], password=password.encode())
    assert decrypt(text, Secret(password.encode())).kind == kind
    return {"task": "open", "json": text, "password": password, "kind": kind, "seed": SEED.hex()}


@locked
def test_polkadot_js_opens_the_old_files_that_are_read_here(environment: str) -> None:
    compared("polkadot_js", "polkadot_js old", environment, written_before, check_opened, kinds=set(KINDS), most=500)


def test_the_limits_of_a_file_are_named() -> None:
    assert polkadot_js.MAX_LENGTH == 1 << 16
    assert why(" " * ((1 << 16) + 1)) == "too-large"
