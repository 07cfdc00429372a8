"""Substrate's trees: mini secrets, junctions, secret URIs and steps on three curves; rows M01-M19, S03, S05 and X08."""

import copy
import pickle
import sys
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from bip_utils import Substrate as Theirs
from bip_utils import SubstrateBip39SeedGenerator, SubstratePath
from bip_utils.substrate import SubstrateCoins
from hypothesis import given, settings
from hypothesis import strategies as st

from support.outcomes import told
from support.vectors import Case, vectors
from walletcore.coding import ss58
from walletcore.curves import secp256k1, sr25519
from walletcore.errors import (
    DerivationError,
    InvalidKey,
    MissingExtra,
    MnemonicError,
    PathError,
    SecretExportError,
    WalletcoreError,
)
from walletcore.hashes import blake2b_256
from walletcore.hd.substrate import Junction, SubstratePrivateKey, SubstratePublicKey, junctions, mini_secret
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.secret import Secret

SR, ED, K1 = Curve.SR25519, Curve.ED25519, Curve.SECP256K1
SCHEMES = {"sr25519": SR, "ed25519": ED, "ecdsa": K1}
DEV = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"  # of development networks: everybody's
SEED = bytes(range(32))
ROOT = SubstratePrivateKey.from_seed(SEED)

seeds = st.binary(min_size=32, max_size=32)
codes = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="/"), min_size=1, max_size=40)
names = codes.map(lambda text: unicodedata.normalize("NFC", text)).filter(
    lambda text: not text.lstrip("+").isnumeric() and not text.startswith("0x")  # bip_utils takes ¼ for a number
)
numbers = st.integers(0, 2**64 - 1).map(str)
parts = st.tuples(st.sampled_from(["/", "//"]), st.one_of(names, numbers)).map("".join)


class Text(str):
    """A text of another class."""


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args, **options)
    assert type(caught.value) in (DerivationError, PathError, MnemonicError)
    return caught.value.reason


# -- published figures


def start(given: Mapping[str, Any]) -> SubstratePrivateKey | SubstratePublicKey:
    curve = SCHEMES[given["scheme"]]
    if "uri" in given:
        return SubstratePrivateKey.from_uri(given["uri"], curve)
    if "seed" in given:
        return SubstratePrivateKey.from_seed(bytes.fromhex(given["seed"]), curve)
    return SubstratePublicKey(public_key=PublicKey(curve, bytes.fromhex(given["public_key"])))


def derived(given: Mapping[str, Any]) -> SubstratePrivateKey | SubstratePublicKey:
    steps = [
        Junction(chain_code=bytes.fromhex(step["chain_code"]), is_hard=step["hard"])
        for step in given.get("junctions", ())
    ]
    return start(given).derive(given.get("path", "")).derive(steps)


def account_of(key: SubstratePrivateKey | SubstratePublicKey) -> bytes:
    """The account of ecdsa is a hash of its key (sp-runtime, MultiSigner)."""
    data = key.public_key.data
    return blake2b_256(data) if key.public_key.curve is K1 else data


@vectors("substrate/derive", result="valid")
def test_a_start_and_junctions_give_the_published_key(case: Case) -> None:
    key = derived(case.input)
    made: dict[str, str] = {"public_key": key.public_key.data.hex()}
    if isinstance(key, SubstratePrivateKey):
        secret = key.private_key.secret
        made |= {"private_key": secret.reveal().hex(), "scalar": secret.reveal()[:32].hex()}
        if key.curve is SR:
            made["polkadot_js"] = sr25519.to_ed25519(secret).reveal().hex()
    if "address" in case.expect:
        _, network = ss58.decode(case.expect["address"])
        made["address"] = ss58.encode(account_of(key), network)
    expected = {name: value for name, value in case.expect.items() if name != "result"}
    assert {name: made[name] for name in expected} == expected


@vectors("substrate/derive", result="invalid")
def test_a_hard_junction_below_a_public_key_is_refused(case: Case) -> None:
    assert refusal(derived, case.input) == case.expect["reason"]


@vectors("substrate/mini-secret", result="valid")
def test_a_phrase_gives_the_published_mini_secret(case: Case) -> None:
    mnemonic = Mnemonic.parse(case.input["mnemonic"], language=case.input.get("language", "english"))
    assert mini_secret(mnemonic, case.input["password"]).reveal().hex() == case.expect["mini_secret"]


@vectors("substrate/mini-secret", result="invalid")
def test_a_phrase_of_another_language_is_refused(case: Case) -> None:
    assert refusal(Mnemonic.parse, case.input["mnemonic"], language=case.input["language"]) == case.expect["reason"]


@vectors("substrate/junctions", result="valid")
def test_a_text_gives_the_published_chain_codes(case: Case) -> None:
    if "junction" in case.input:
        found = Junction.parse(case.input["junction"])
        assert (found.is_hard, found.chain_code.hex()) == (case.expect["hard"], case.expect["chain_code"])
    elif "parts" in case.expect:
        assert junctions(case.input["path"]) == tuple(map(Junction.parse, case.expect["parts"]))
    else:
        found_all = [{"hard": j.is_hard, "chain_code": j.chain_code.hex()} for j in junctions(case.input["path"])]
        assert found_all == case.expect["junctions"]


@vectors("substrate/junctions", result="invalid")
def test_what_is_no_junction_is_refused(case: Case) -> None:
    call = Junction.parse if "junction" in case.input else junctions
    assert refusal(call, case.input.get("junction", case.input.get("path"))) == case.expect["reason"]


@vectors("substrate/junctions", result="rule")
def test_a_number_that_is_text_for_others_is_refused_and_its_chain_code_taken(case: Case) -> None:
    assert case.verdict("one-meaning") == "invalid"
    assert refusal(Junction.parse, case.input["junction"]) == case.expect["reason"]
    meant = Junction(chain_code=bytes.fromhex(case.expect["chain_code"]), is_hard=case.expect["hard"])
    assert ROOT.derive([meant]).public_key == ROOT.public.derive((meant,)).public_key


# -- other implementations


@given(seeds, st.lists(parts, max_size=4).map("".join))
@settings(max_examples=60)
def test_keys_of_sr25519_are_those_of_bip_utils(seed: bytes, path: str) -> None:
    theirs = Theirs.FromSeed(seed, SubstrateCoins.GENERIC).DerivePath(path)
    ours = SubstratePrivateKey.from_seed(seed).derive(path)
    assert ours.public_key.data == theirs.PublicKey().RawCompressed().ToBytes()
    assert ours.private_key.secret.reveal()[:32] == theirs.PrivateKey().Raw().ToBytes()[:32]


@given(st.binary(min_size=16, max_size=32).filter(lambda data: len(data) % 4 == 0), codes)
@settings(max_examples=20)
def test_mini_secrets_are_those_of_bip_utils(entropy: bytes, password: str) -> None:
    mnemonic = Mnemonic.from_entropy(entropy)
    theirs = SubstrateBip39SeedGenerator(mnemonic.reveal()).Generate(unicodedata.normalize("NFKD", password))
    assert mini_secret(mnemonic, unicodedata.normalize("NFKD", password)).reveal() == bytes(theirs)[:32]


@given(st.lists(parts, min_size=1, max_size=5))
def test_junctions_are_read_one_by_one_or_together(texts: list[str]) -> None:
    found = junctions("".join(texts))
    assert found == tuple(map(Junction.parse, texts))
    theirs = SubstratePath(tuple(texts))
    assert [(j.is_hard, j.chain_code) for j in found] == [
        (element.IsHard(), element.ChainCode()) for element in theirs.m_elems
    ]


# -- promises


@given(seeds, st.lists(st.one_of(names, numbers), max_size=4).map(lambda texts: "".join(f"/{t}" for t in texts)))
@settings(max_examples=40)
def test_soft_junctions_give_one_public_key_from_either_half(seed: bytes, path: str) -> None:
    root = SubstratePrivateKey.from_seed(seed)
    assert root.derive(path).public == root.public.derive(path) == root.derive(path).public


@given(seeds, st.sampled_from([SR, ED, K1]), st.lists(names, max_size=3))
@settings(max_examples=40)
def test_hard_junctions_give_one_private_key_each_time_and_step_by_step(
    seed: bytes, curve: Curve, texts: list[str]
) -> None:
    root = step = SubstratePrivateKey.from_seed(seed, curve)
    for text in texts:
        step = step.derive(f"//{text}")
    assert step == root.derive("".join(f"//{text}" for text in texts))
    assert step.public_key == PrivateKey(curve, step.private_key.secret).public_key


def test_soft_private_keys_differ_in_the_secret_of_nonces_only() -> None:
    one, other = (ROOT.derive("/soft").private_key for _ in range(2))
    assert one.public_key == other.public_key
    assert one.secret.reveal()[:32] == other.secret.reveal()[:32]
    assert one.secret != other.secret


@pytest.mark.parametrize("curve", [ED, K1])
@pytest.mark.parametrize("path", ["/soft", "//hard/soft", "/0//hard"])
def test_S05_soft_junctions_are_of_sr25519_only(curve: Curve, path: str) -> None:
    assert refusal(SubstratePrivateKey.from_seed(SEED, curve).derive, path) == "hardened"
    assert refusal(lambda: SubstratePrivateKey.from_seed(SEED, curve).public) == "hardened"


@pytest.mark.parametrize("path", ["//hard", "/soft//hard"])
def test_S03_public_keys_take_no_hard_junction(path: str) -> None:
    assert refusal(ROOT.public.derive, path) == "hardened"


def test_no_junctions_are_the_key_itself() -> None:
    empty: tuple[Any, ...] = ("", (), [])
    for nothing in empty:
        assert ROOT.derive(nothing) is ROOT
        assert ROOT.public.derive(nothing) == ROOT.public


@pytest.mark.parametrize("number", [0, secp256k1.ORDER, 2**256 - 1])
def test_K03_a_seed_that_is_no_scalar_is_refused(number: int) -> None:
    assert refusal(SubstratePrivateKey.from_seed, number.to_bytes(32), K1) == "range"


# -- junctions


@pytest.mark.parametrize(
    ("text", "number"), [("//0", 0), ("//007", 7), ("/18446744073709551615", 2**64 - 1), ("/" + "0" * 900 + "1", 1)]
)
def test_a_number_is_u64_with_any_zeros_before_it(text: str, number: int) -> None:
    assert Junction.parse(text).chain_code == number.to_bytes(32, "little")


@pytest.mark.parametrize(
    "code",
    [
        "18446744073709551616",
        "9" * 1000,
        "+5",
        "+0",
        "0x",
        "0x00",
        "0xABcd",
        "0x" + "00" * 32,
        "cafe\u0301",
    ],
)
def test_what_two_programs_read_differently_is_ambiguous(code: str) -> None:
    for slashes in ("/", "//"):
        assert refusal(Junction.parse, slashes + code) == "ambiguous"
        assert refusal(junctions, f"//a{slashes}{code}/b") == "ambiguous"


@pytest.mark.parametrize(
    "code", ["-5", "5 ", "5.0", "٣", "¼", "0X00", "0x0", "0xg0", "x", "\0", "\n", "café", "ﬁ", "\u200b"]
)
def test_what_is_no_number_for_anybody_is_text(code: str) -> None:
    data = code.encode()
    assert Junction.parse(f"/{code}").chain_code == (bytes((len(data) << 2,)) + data).ljust(32, b"\0")


@pytest.mark.parametrize("size", [31, 32, 63, 64, 1024])
def test_long_texts_are_hashed_with_their_length(size: int) -> None:
    data = b"x" * size
    length = bytes((size << 2,)) if size < 64 else (size << 2 | 1).to_bytes(2, "little")
    expected = length + data if size == 31 else blake2b_256(length + data)
    assert Junction.parse("/" + "x" * size).chain_code == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "character"),
        ("//", "character"),
        ("///", "character"),
        ("soft", "character"),
        ("m/0", "character"),
        ("/a/", "character"),
        ("/a//", "character"),
        ("/a///b", "character"),
        ("////a", "character"),
        ("/\ud800", "character"),
        ("/" + "x" * 1025, "too-large"),
        ("/0" * 65, "too-large"),
        ("/" * 100_000, "too-large"),
        ("/0" * 100_000, "too-large"),
        ("x" * 100_000, "too-large"),
        (None, "type"),
        (b"//hard", "type"),
        (Text("//hard"), "type"),
        (7, "type"),
    ],
)
def test_what_are_no_junctions_is_refused(path: Any, expected: str) -> None:
    assert refusal(junctions, path) == expected
    if path is not None and type(path) is str:
        assert refusal(ROOT.derive, path) == expected


@pytest.mark.parametrize("path", ["", "//a/b", "/a/b"])
def test_one_junction_is_neither_none_nor_two(path: str) -> None:
    assert refusal(Junction.parse, path) == "length"


@pytest.mark.parametrize("path", [None, b"//a", Text("//a"), 7, {}, [b"a"], ["//a"], (Junction,), iter([])])
def test_a_key_takes_junctions_and_their_text(path: Any) -> None:
    assert refusal(ROOT.derive, path) == "type"
    assert refusal(ROOT.public.derive, path) == "type"


def test_sixty_four_junctions_are_taken_and_no_more() -> None:
    step = Junction.parse("//a")
    assert SubstratePrivateKey.from_seed(SEED, ED).derive([step] * 64)
    assert refusal(ROOT.derive, [step] * 65) == "too-large"
    assert len(junctions("//a" * 64)) == 64


@pytest.mark.parametrize("code", [b"", bytes(31), bytes(33), bytearray(32), "0" * 32, None])
def test_a_chain_code_has_32_bytes(code: Any) -> None:
    assert refusal(Junction, chain_code=code, is_hard=True) == "length"


@pytest.mark.parametrize("is_hard", [1, 0, None, "True"])
def test_a_junction_is_hard_or_not(is_hard: Any) -> None:
    assert refusal(Junction, chain_code=bytes(32), is_hard=is_hard) == "type"


# -- URIs


@pytest.mark.parametrize("curve", [SR, ED, K1])
def test_a_seed_in_digits_is_that_seed(curve: Curve) -> None:
    expected = SubstratePrivateKey.from_seed(SEED, curve).derive("//a")
    for digits in (SEED.hex(), SEED.hex().upper()):
        assert SubstratePrivateKey.from_uri(f"0x{digits}//a", curve) == expected


def test_a_password_goes_to_the_first_three_slashes_and_may_have_more() -> None:
    mnemonic = Mnemonic.parse(DEV, language="english")
    for password in ("p", "a/b", "//a", "/", "pass word", "a///b"):
        expected = SubstratePrivateKey.from_seed(mini_secret(mnemonic, password)).derive("//x")
        assert SubstratePrivateKey.from_uri(f"{DEV}//x///{password}") == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("", "missing"),
        ("//Alice", "missing"),
        ("/Alice", "missing"),
        ("///password", "missing"),
        (DEV + "///", "non-canonical"),
        (DEV + "//Alice///", "non-canonical"),
        (DEV + "/", "character"),
        (DEV + "//", "character"),
        (DEV + "//Alice/", "character"),
        (DEV + "///pass\nword", "character"),
        (DEV + "///pass\u2028word", "character"),
        (DEV + "///\ud800", "character"),
        (DEV + "///cafe\u0301", "ambiguous"),
        (DEV + "//cafe\u0301", "ambiguous"),
        (DEV + "///" + "x" * 4097, "too-large"),
        ("0x" + SEED.hex() + "///password", "policy"),
        ("0x" + SEED.hex()[2:], "length"),
        ("0x" + SEED.hex() + "00", "length"),
        ("0x" + SEED.hex()[1:], "length"),
        ("0x", "length"),
        ("0x" + "zz" * 32, "character"),
        ("0X" + SEED.hex(), "word-count"),
        (SEED.hex(), "word-count"),
        ("Alice", "word-count"),
        (DEV + " walk", "word-count"),
        (DEV.upper(), "unknown"),
        (DEV.replace("walk", "wall"), "checksum"),
        (DEV.replace("walk", "wal\u200bk"), "unknown"),
        ("abandon " * 100_000, "too-large"),
        (None, "type"),
        (DEV.encode(), "type"),
        (Text(DEV), "type"),
    ],
)
def test_M04_M08_M09_M14_M15_M16_what_is_no_secret_uri_is_refused(uri: Any, expected: str) -> None:
    assert refusal(SubstratePrivateKey.from_uri, uri) == expected


def test_M01_M02_M03_white_space_in_a_phrase_is_layout() -> None:
    expected = SubstratePrivateKey.from_uri(DEV + "//Alice")
    for uri in (f" {DEV}//Alice", f"{DEV}\n//Alice", DEV.replace(" ", "  ") + "//Alice"):
        assert SubstratePrivateKey.from_uri(uri) == expected


def test_M06_M07_a_password_is_taken_in_its_own_normal_form() -> None:
    mnemonic = Mnemonic.parse(DEV, language="english")
    made = [mini_secret(mnemonic, password).reveal() for password in ("caf\u00e9", "cafe\u0301", "\ufb01", "fi")]
    assert len(set(made)) == 4  # substrate-bip39 does not normalise


def test_M19_a_password_is_not_cut_at_nul() -> None:
    mnemonic = Mnemonic.parse(DEV, language="english")
    assert mini_secret(mnemonic, "a\0b") != mini_secret(mnemonic, "a")


@pytest.mark.parametrize("password", [None, b"", 7, Text("a")])
def test_a_password_is_text(password: Any) -> None:
    assert refusal(mini_secret, Mnemonic.parse(DEV, language="english"), password) == "type"


@pytest.mark.parametrize("mnemonic", [None, DEV, b"", Secret(SEED)])
def test_a_mini_secret_is_of_a_mnemonic(mnemonic: Any) -> None:
    assert refusal(mini_secret, mnemonic) == "type"


def test_a_phrase_of_another_language_is_read_where_it_is_named() -> None:
    mnemonic = Mnemonic.from_entropy(SEED[:16], "japanese")
    expected = SubstratePrivateKey.from_seed(mini_secret(mnemonic))
    assert SubstratePrivateKey.from_uri(mnemonic.reveal(), language="japanese") == expected
    assert refusal(SubstratePrivateKey.from_uri, mnemonic.reveal()) == "unknown"


# -- types, secrets


@pytest.mark.parametrize("seed", [None, "0" * 32, 7, bytearray(32), memoryview(SEED), [0] * 32])
def test_a_seed_is_bytes_or_a_secret(seed: Any) -> None:
    assert refusal(SubstratePrivateKey.from_seed, seed) == "type"


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_seed_has_32_bytes(size: int) -> None:
    for curve in SCHEMES.values():
        assert refusal(SubstratePrivateKey.from_seed, bytes(size), curve) == "length"


@pytest.mark.parametrize("curve", [Curve.P256, "sr25519", None])
def test_a_curve_is_one_of_three(curve: Any) -> None:
    assert refusal(SubstratePrivateKey.from_seed, SEED, curve) == "unknown"
    assert refusal(SubstratePrivateKey.from_uri, DEV, curve) == "unknown"


def test_a_node_is_made_of_a_key_of_these_curves() -> None:
    assert refusal(SubstratePrivateKey, private_key=SEED) == "type"
    assert refusal(SubstratePrivateKey, private_key=PrivateKey(Curve.P256, Secret(SEED))) == "unknown"
    assert refusal(SubstratePublicKey, public_key=SEED) == "type"
    assert SubstratePrivateKey(private_key=ROOT.private_key) == ROOT


def test_a_wiped_seed_or_key_is_not_used() -> None:
    seed = Secret(SEED)
    seed.wipe()
    for curve in SCHEMES.values():
        with pytest.raises(InvalidKey) as caught:
            SubstratePrivateKey.from_seed(seed, curve)
        assert caught.value.reason == "wiped"
        key = SubstratePrivateKey.from_seed(SEED, curve)
        key.private_key.wipe()
        with pytest.raises(InvalidKey) as caught:
            key.derive("//a")
        assert caught.value.reason == "wiped"


@pytest.mark.parametrize("curve", SCHEMES.values())
def test_X12_a_key_outlives_its_seed_and_the_seed_its_key(curve: Curve) -> None:
    seed = Secret(SEED)
    key = SubstratePrivateKey.from_seed(seed, curve)
    key.private_key.wipe()
    assert seed.reveal() == SEED
    other = SubstratePrivateKey.from_seed(seed, curve)
    seed.wipe()
    assert other.derive("//a").public_key == SubstratePrivateKey.from_seed(SEED, curve).derive("//a").public_key


def test_X08_X09_a_key_shows_its_scheme_only_and_is_not_copied() -> None:
    assert [repr(SubstratePrivateKey.from_seed(SEED, curve)) for curve in SCHEMES.values()] == [
        f"SubstratePrivateKey({name})" for name in SCHEMES
    ]
    for export in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(SecretExportError):
            export(ROOT)
    with pytest.raises(TypeError, match="unhashable"):
        hash(ROOT)
    assert pickle.loads(pickle.dumps(ROOT.public)) == ROOT.public


@pytest.mark.parametrize(
    "uri",
    [
        DEV.replace("walk", "canary") + "//canary",
        DEV + "//canary/",
        DEV + "//canary///canary\n",
        DEV + "//0xca" + "//canary",
        "0xcanary" + "00" * 29,
        DEV + "//canary///cafe\u0301",
    ],
)
def test_X10_no_error_tells_a_word_a_junction_or_a_password(uri: str) -> None:
    with pytest.raises(WalletcoreError) as caught:
        SubstratePrivateKey.from_uri(uri)
    shown = told(caught.value)
    assert not [word for word in ("canary", "walk", "smoke", "0xca") if word in shown]
    assert caught.value.__context__ is None


def test_trees_of_the_other_curves_need_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sr25519", None)
    for curve in (ED, K1):
        assert SubstratePrivateKey.from_uri(DEV + "//Alice", curve).public_key
    with pytest.raises(MissingExtra, match=r"walletcore\[substrate\]"):
        SubstratePrivateKey.from_uri(DEV + "//Alice")
