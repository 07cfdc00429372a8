"""BIP-85: what one root gives for each application, and what is refused."""

import subprocess
import sys
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import wallycore
from Crypto.PublicKey import RSA
from hypothesis import given
from hypothesis import strategies as st

from house.source import child
from support.oracles import JSON, compared, locked
from support.vectors import Case, vectors
from walletcore.coding.text import bech32, from_words
from walletcore.errors import DerivationError, InvalidKey, PathError
from walletcore.hd import bip85
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.bip85 import Drng
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.wif import Wif
from walletcore.mnemonic.bip39 import LANGUAGES, WORD_COUNTS, Mnemonic
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))
TEST_NET = ExtendedPrivateKey.from_seed(bytes(range(64)), network="testnet")
WALLY_LANGUAGES = {"en": "english", "es": "spanish", "fr": "french", "it": "italian", "jp": "japanese"}
WALLY_LANGUAGES |= {"zhs": "chinese_simplified", "zht": "chinese_traditional"}

seeds = st.binary(min_size=16, max_size=64)
indexes = st.integers(0, HARDENED - 1)


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(DerivationError) as caught:
        call(*args, **options)
    return caught.value.reason


def rsa_key(made: Secret) -> RSA.RsaKey:
    return RSA.import_key(made.reveal())


# -- published figures


def applied(root: ExtendedPrivateKey, path: str) -> dict[str, str]:
    """What the application of a path gives, under the name that the vectors have for it."""
    application, *levels = (int(step.removesuffix("'")) for step in path.split("/")[2:])
    match application:
        case 39:
            language = next(name for name, code in bip85.LANGUAGE_CODES.items() if code == levels[0])
            return {"mnemonic": bip85.mnemonic(root, levels[1], language=language, index=levels[2]).reveal()}
        case 2:
            return {"wif": Wif(private_key=bip85.hd_seed(root, *levels), network=root.network).reveal()}
        case 32:
            return {"xprv": bip85.xprv(root, *levels).reveal()}
        case 128169:
            return {"entropy": bip85.hexadecimal(root, *levels).reveal().hex()}
        case 707764:
            return {"password": bip85.password_base64(root, *levels).reveal().decode()}
        case 707785:
            return {"password": bip85.password_base85(root, *levels).reveal().decode()}
        case 89101:
            return {"rolls": bip85.dice(root, *levels).reveal().decode()}
        case 128002:
            return {"nsec": bip85.nsec(bip85.nostr(root, *levels))}
        case 828365 if levels[0] == 1024:
            key = rsa_key(bip85.rsa(root, *levels))
            return {"modulus": f"{key.n:0256x}", "private_exponent": f"{key.d:0256x}"}
    return {}


@vectors("bip85/applications")
def test_a_path_leads_to_the_published_entropy_and_the_application_to_what_it_makes_of_it(case: Case) -> None:
    root, path = ExtendedPrivateKey.parse(case.input["xprv"]), case.input["path"]
    entropy = bip85.entropy(root, path)
    expected = {name: value for name, value in case.expect.items() if name != "result"}
    assert expected["entropy"] in parts(entropy.reveal().hex())
    made = {
        "entropy": expected["entropy"],
        "private": root.derive(path).private_key.secret.reveal().hex(),
        "drng": Drng(entropy).read(80).hex(),
        **applied(root, path),
    }
    assert {name: made[name] for name in expected} == expected


def parts(taken: str) -> set[str]:
    """What applications take of the 64 bytes: all, some from the left, or those of the key in an xprv."""
    return {taken, *(taken[: 2 * size] for size in (16, 20, 24, 28, 32)), taken[64:]}


# -- what is refused


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("m", "prefix"),
        ("m/83696968'", "prefix"),
        ("m/83696968'/2'", "prefix"),
        ("m/83696967'/2'/0'", "prefix"),
        ("m/83696968/2'/0'", "prefix"),
        ("m/44'/0'/0'", "prefix"),
        ("m/83696968'/2/0'", "hardened"),
        ("m/83696968'/2'/0", "hardened"),
        ("m/83696968'/39'/0'/12'/2147483647", "hardened"),
    ],
)
def test_a_path_that_is_not_of_bip85_is_refused(path: str, reason: str) -> None:
    assert refusal(bip85.entropy, ROOT, path) == reason
    assert refusal(bip85.entropy, ROOT, Path.parse(path)) == reason


@pytest.mark.parametrize("path", ["", "83696968'/2'/0'", "m/83696968'/2'/2147483648'", None, b"m"])
def test_a_malformed_path_is_refused(path: Any) -> None:
    with pytest.raises(PathError):
        bip85.entropy(ROOT, path)


def test_a_key_below_the_root_is_refused() -> None:
    assert refusal(bip85.entropy, ROOT.derive("m/0'"), "m/83696968'/2'/0'") == "mismatch"
    assert refusal(bip85.mnemonic, ROOT.derive("m/44'/0'/0'")) == "mismatch"


@pytest.mark.parametrize("root", [ROOT.public, ROOT.private_key, ROOT.reveal(), None, bytes(64)])
def test_what_is_no_extended_private_key_is_refused(root: Any) -> None:
    assert refusal(bip85.entropy, root, "m/83696968'/2'/0'") == "type"
    assert refusal(bip85.hd_seed, root) == "type"


INDEXED: dict[str, Callable[[Any], object]] = {
    "mnemonic": lambda index: bip85.mnemonic(ROOT, index=index),
    "hd_seed": lambda index: bip85.hd_seed(ROOT, index),
    "xprv": lambda index: bip85.xprv(ROOT, index),
    "hexadecimal": lambda index: bip85.hexadecimal(ROOT, 32, index),
    "password_base64": lambda index: bip85.password_base64(ROOT, 20, index),
    "password_base85": lambda index: bip85.password_base85(ROOT, 10, index),
    "rsa": lambda index: bip85.rsa(ROOT, 1024, index),
    "rsa sub key": lambda index: bip85.rsa(ROOT, 1024, sub_key=index),
    "dice": lambda index: bip85.dice(ROOT, 6, 1, index),
    "nostr": lambda index: bip85.nostr(ROOT, 1, index),
    "nostr identity": lambda index: bip85.nostr(ROOT, index, 1),
}


@pytest.mark.parametrize("call", INDEXED.values(), ids=INDEXED.keys())
@pytest.mark.parametrize(
    ("index", "reason"), [(-1, "range"), (HARDENED, "range"), (2**32, "range"), ("0", "type"), (0.0, "type")]
)
def test_an_index_that_no_hardened_step_has_is_refused(call: Callable[[Any], object], index: Any, reason: str) -> None:
    assert refusal(call, index) == reason


@pytest.mark.parametrize("index", [True, None, b"\0"])
def test_an_index_that_is_no_int_is_refused(index: Any) -> None:
    assert refusal(bip85.hd_seed, ROOT, index) == "type"


BOUNDED = [
    (bip85.hexadecimal, 16, 64),
    (bip85.password_base64, 20, 86),
    (bip85.password_base85, 10, 80),
    (lambda root, sides: bip85.dice(root, sides, 1), 2, 2**31 - 1),
    (lambda root, rolls: bip85.dice(root, 6, rolls), 1, 10_000),
    (lambda root, identity: bip85.nostr(root, identity, 1), 1, 2**31 - 1),
    (lambda root, account: bip85.nostr(root, 1, account), 1, 2**31 - 1),
]


@pytest.mark.parametrize(("call", "least", "most"), BOUNDED)
def test_a_size_is_within_the_bounds_of_its_application(call: Callable[..., object], least: int, most: int) -> None:
    call(ROOT, least)
    call(ROOT, most)
    assert refusal(call, ROOT, least - 1) == refusal(call, ROOT, most + 1) == "range"


def test_a_phrase_has_a_length_and_a_language_of_the_tables() -> None:
    words: Any
    for words in (0, 11, 13, 16, 25, "12", True, None, 12.0):
        assert refusal(bip85.mnemonic, ROOT, words) == "word-count"
    language: Any
    for language in ("", "english ", "russian", "en", None, 0, ["english"]):
        assert refusal(bip85.mnemonic, ROOT, language=language) == "unknown"


@pytest.mark.parametrize("bits", [0, 512, 1023, 1025, 8192, 2**31, "1024", None, 1024.0])
def test_an_rsa_key_has_a_size_that_is_found_in_seconds(bits: Any) -> None:
    assert refusal(bip85.rsa, ROOT, bits) == "range"


def test_what_is_no_key_is_refused_with_its_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chance of 2^-127: the hash is given."""
    for digest in (bytes(64), b"\xff" * 64):
        monkeypatch.setattr(bip85, "hmac_sha512", lambda key, data, digest=digest: digest)
        for call in (bip85.hd_seed, bip85.xprv):
            with pytest.raises(DerivationError) as caught:
                call(ROOT)
            assert (caught.value.reason, caught.value.hint) == ("range", "use the next index")
        assert refusal(bip85.nostr, ROOT, 1, 1) == "range"


def test_a_wiped_root_gives_nothing() -> None:
    root = ExtendedPrivateKey.from_seed(bytes(16))
    root.private_key.wipe()
    with pytest.raises(InvalidKey):
        bip85.hd_seed(root)


@pytest.mark.parametrize("key", [PrivateKey(Curve.ED25519, Secret(bytes(32))), bytes(32), None, ROOT])
def test_an_nsec_is_of_a_key_of_secp256k1(key: Any) -> None:
    assert refusal(bip85.nsec, key) == "type"


# -- the stream


def test_a_stream_is_the_same_in_any_pieces() -> None:
    """A thousand and one bytes cross the rate of SHAKE256, 136 bytes, several times."""
    whole, parts = (Drng(Secret(bytes(range(64)))) for _ in range(2))
    assert b"".join(map(parts.read, (0, 1, 135, 1, 136, 137, 591))) == whole.read(1001)


def test_X01_threads_that_share_a_stream_get_each_byte_once() -> None:
    printed = child(  # two reads at once abort the whole process
        """
import hashlib
from concurrent.futures import ThreadPoolExecutor
from walletcore.hd.bip85 import Drng
from walletcore.secret import Secret
stream, size, reads = Drng(Secret(bytes(64))), 10_000, 50
with ThreadPoolExecutor(8) as threads:
    got = list(threads.map(stream.read, [size] * reads * 8))
whole = hashlib.shake_256(bytes(64)).digest(size * len(got))
print(sorted(got) == sorted(whole[place : place + size] for place in range(0, len(whole), size)))
"""
    )
    assert printed == "True\n"


def test_streams_are_equal_at_the_same_place_of_the_same_seed() -> None:
    one, same, other = (Drng(Secret(bytes([number]) * 64)) for number in (1, 1, 2))
    assert one == same != other
    one.read(1)
    assert one != same
    assert one != Secret(b"\1" * 64)


@pytest.mark.parametrize("seed", [Secret(bytes(63)), Secret(bytes(65)), Secret(b""), bytes(64), None])
def test_a_stream_starts_from_64_secret_bytes(seed: Any) -> None:
    assert refusal(Drng, seed) == "length"


@pytest.mark.parametrize(("count", "reason"), [(-1, "range"), (2**24 + 1, "range"), ("1", "type"), (None, "type")])
def test_a_stream_gives_a_bounded_number_of_bytes(count: Any, reason: str) -> None:
    assert refusal(Drng(Secret(bytes(64))).read, count) == reason


# -- what applications give


def test_every_language_of_bip39_has_a_code() -> None:
    assert set(bip85.LANGUAGE_CODES) == set(LANGUAGES)
    assert sorted(bip85.LANGUAGE_CODES.values()) == list(range(10))


def test_a_root_of_a_test_net_gives_roots_of_a_test_net() -> None:
    assert bip85.xprv(TEST_NET).reveal().startswith("tprv")
    assert bip85.xprv(TEST_NET).private_key == bip85.xprv(ROOT).private_key


def test_slip132_bytes_of_a_root_say_nothing_of_the_root_that_it_gives() -> None:
    root = ExtendedPrivateKey.parse(ROOT.reveal(kind="p2wpkh"))
    assert root.kind == "p2wpkh"
    assert bip85.xprv(root) == bip85.xprv(ROOT)


def test_a_gpg_key_and_the_keys_below_it_are_four() -> None:
    sub_keys: tuple[int | None, ...] = (None, *bip85.GPG_SUB_KEYS.values())
    keys = [rsa_key(bip85.rsa(ROOT, 1024, 3, sub_key=number)) for number in sub_keys]
    assert len({key.n for key in keys}) == 4
    assert [(key.size_in_bits(), key.e, key.has_private()) for key in keys] == [(1024, 65537, True)] * 4
    seed = bip85.entropy(ROOT, "m/83696968'/828365'/1024'/3'/2'")
    assert RSA.generate(1024, Drng(seed).read).n == keys[3].n


def test_rolls_are_numbers_below_the_number_of_sides_and_all_of_them_come_up() -> None:
    for sides in (2, 3, 6, 10, 62, 255, 256, 257):
        rolls = [int(roll) for roll in bip85.dice(ROOT, sides, 10_000).reveal().split(b",")]
        assert len(rolls) == 10_000
        assert set(rolls) == set(range(sides))


@pytest.mark.parametrize("bits", [1, 2, 7, 8, 9, 16, 17, 29, 30])
def test_a_die_of_a_power_of_two_rolls_the_leading_bits_of_the_stream(bits: int) -> None:
    size = -(-bits // 8)
    stream = Drng(bip85.entropy(ROOT, f"m/83696968'/89101'/{2**bits}'/50'/4'"))
    expected = [str(int.from_bytes(stream.read(size)) >> (8 * size - bits)) for _ in range(50)]
    assert bip85.dice(ROOT, 2**bits, 50, 4).reveal().decode().split(",") == expected


def test_each_application_level_and_index_gives_something_else() -> None:
    made = [bip85.hexadecimal(ROOT, count, index).reveal()[:16] for count in range(16, 65) for index in range(3)]
    assert len(set(made)) == len(made)


def test_opening_the_module_loads_no_library_of_rsa() -> None:
    program = "import sys, walletcore.hd.bip85; print({name.partition('.')[0] for name in sys.modules} & {'Crypto'})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


# -- properties and second implementations


@given(seeds, st.sampled_from(WORD_COUNTS), st.sampled_from(LANGUAGES), indexes)
def test_a_phrase_is_read_again_in_its_language(seed: bytes, words: int, language: str, index: int) -> None:
    made = bip85.mnemonic(ExtendedPrivateKey.from_seed(seed), words, language=language, index=index)
    assert len(made) == words
    assert Mnemonic.parse(made.reveal(), language=language) == made


@given(seeds, indexes.filter(bool), indexes.filter(bool))
def test_an_nsec_is_read_again_as_its_key(seed: bytes, identity: int, account: int) -> None:
    key = bip85.nostr(ExtendedPrivateKey.from_seed(seed), identity, account)
    hrp, words = bech32.decode(bip85.nsec(key))
    assert (hrp, from_words(words)) == ("nsec", key.secret.reveal())


@given(seeds, st.sampled_from((12, 18, 24)), st.sampled_from(sorted(WALLY_LANGUAGES)), indexes)
def test_libwally_has_the_same_entropy_for_phrases(seed: bytes, words: int, code: str, index: int) -> None:
    theirs = wallycore.bip32_key_from_seed(seed.ljust(64, b"\0"), wallycore.BIP32_VER_MAIN_PRIVATE, 0)
    ours = ExtendedPrivateKey.from_seed(seed.ljust(64, b"\0"))
    entropy = bip85.mnemonic(ours, words, language=WALLY_LANGUAGES[code], index=index).entropy
    assert entropy.reveal() == bytes(wallycore.bip85_get_bip39_entropy(theirs, code, words, index))


# -- the reference implementation


def of_application(random: Random) -> tuple[int, list[int]]:
    """An application's number and the levels below it, the index last."""
    index = random.choice((0, 1, HARDENED - 1, random.randrange(HARDENED)))
    sides = random.choice((2, 6, 2**29, 2 ** random.randint(2, 31) - 1, random.randint(2, 300)))
    choices: list[tuple[int, list[int]]] = [
        (0, [index]),
        (39, [random.randrange(10), random.choice(WORD_COUNTS), index]),
        (2, [index]),
        (32, [index]),
        (128169, [random.randint(16, 64), index]),
        (707764, [random.randint(20, 86), index]),
        (707785, [random.randint(10, 80), index]),
        (89101, [sides, random.randint(1, 100), index]),
        (128002, [max(index, 1), random.randrange(1, HARDENED)]),
        (random.randrange(HARDENED), [random.randrange(HARDENED) for _ in range(random.randint(1, 4))]),
    ]
    return random.choice(choices)


KNOWN = {39, 2, 32, 128169, 707764, 707785, 89101, 128002}


def a_case(random: Random) -> JSON:
    application, levels = of_application(random)
    return {
        "seed": random.randbytes(random.choice((16, 32, 64))).hex(),
        "network": random.choice(("mainnet", "testnet")),
        "path": "/".join(("m", "83696968'", f"{application}'", *(f"{level}'" for level in levels))),
        "application": application in KNOWN,
        "count": random.randrange(300),
    }


def same(case: JSON, verdict: JSON) -> list[str]:
    root = ExtendedPrivateKey.from_seed(bytes.fromhex(case["seed"]), network=case["network"])
    entropy, kind = bip85.entropy(root, case["path"]), case["path"].split("/")[2]
    assert entropy.reveal().hex() == verdict["entropy"]
    assert Drng(entropy).read(case["count"]).hex() == verdict["drng"]
    if not case["application"]:
        return ["entropy only"]
    if kind == "32'":  # bipsea writes every root as one of the main net
        root = ExtendedPrivateKey.from_seed(bytes.fromhex(case["seed"]))
    (ours,) = applied(root, case["path"]).values()
    theirs = verdict["application"]
    if kind == "89101'":  # bipsea fills up with zeros to equal widths
        theirs = ",".join(str(int(roll)) for roll in theirs.split(","))
    if f"/89101'/{2**29}'/" in case["path"]:  # its logarithm is a float, and makes 30 bits of 29
        stream, rolls = Drng(entropy), ours.split(",")
        assert rolls == [str(int.from_bytes(stream.read(4)) >> 3) for _ in rolls]
        assert ours != theirs
        return ["2^29 sides"]
    if kind == "39'":
        ours = " ".join(ours.split())
    assert ours == theirs
    return [kind]


@locked
def test_the_reference_implementation_gives_the_same_for_every_application(environment: str) -> None:
    kinds = {"entropy only", "2^29 sides", *(f"{number}'" for number in KNOWN)}
    compared("bipsea", "applications", environment, a_case, same, kinds=kinds)
