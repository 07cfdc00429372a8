"""The roots of BIP32-Ed25519 trees: rows S15 and S16, their neighbours, and bip_utils on random phrases."""

import hashlib
import re
from collections.abc import Callable
from itertools import combinations
from random import Random
from typing import Any

import pytest
from bip_utils import (
    Bip32KholawEd25519,
    CardanoByronLegacyBip32,
    CardanoByronLegacySeedGenerator,
    CardanoIcarusBip32,
)
from hypothesis import given
from hypothesis import strategies as st

from hd.test_ed25519_bip32 import bare, grown, outputs
from support.oracles import JSON, compared, locked
from support.vectors import Case, load, vectors
from walletcore.errors import DerivationError, InvalidKey, MnemonicError, WalletcoreError
from walletcore.hd.ed25519_bip32 import Bip32Ed25519PrivateKey, Derivation
from walletcore.hd.ed25519_roots import Root, from_mnemonic, from_seed
from walletcore.keys import Scheme
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

PHRASE = "test walk nut penalty hip pave soap entry language right filter choice"
MNEMONIC = Mnemonic.parse(PHRASE)
WITH_PASSWORD = (Root.ICARUS, Root.ICARUS_TREZOR)
SEEDS = {root: bytes(range(32)) for root in Root}

entropies = st.sampled_from([16, 20, 24, 28, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))
every_root = pytest.mark.parametrize("scheme", Root)


def refusal(call: Callable[..., object], *args: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args)
    assert type(caught.value) in (DerivationError, MnemonicError)
    assert caught.value.__context__ is None
    assert "walk" not in str(caught.value)
    return caught.value.reason


def theirs(node: Any) -> tuple[bytes, bytes]:
    return node.PrivateKey().Raw().ToBytes(), node.ChainCode().ToBytes()


# -- published figures


@vectors("ed25519-bip32/roots", result="valid")
def test_a_root_is_the_published_one(case: Case) -> None:
    root = grown(case)
    found = outputs(case, root)
    if "seed" in case.expect:
        assert from_seed(bytes.fromhex(case.expect["seed"]), Root(case.input["scheme"])) == root
    expected = {name: value for name, value in case.expect.items() if name not in ("result", "seed")}
    assert expected == {name: found[name] for name in expected}


# -- rows


@pytest.mark.parametrize("scheme", [None, "icarus", "ICARUS", "", 0, True, b"icarus", Derivation.PEIKERT, ["icarus"]])
def test_S15_a_phrase_without_the_scheme_of_its_wallet_is_refused(scheme: Any) -> None:
    assert refusal(from_mnemonic, MNEMONIC) == refusal(from_seed, bytes(32)) == "type"
    assert refusal(from_mnemonic, MNEMONIC, scheme) == "type"
    assert refusal(from_seed, bytes(32), scheme) == "type"


def test_S15_the_refusal_names_the_schemes() -> None:
    with pytest.raises(DerivationError, match="ICARUS, ICARUS_TREZOR, LEDGER, BYRON_LEGACY") as caught:
        from_mnemonic(MNEMONIC)
    assert caught.value.hint


def test_S16_24_words_have_another_root_on_a_trezor_and_both_are_vectors() -> None:
    cases = {
        case.id.rpartition("/")[2]: case for case in load("ed25519-bip32/roots") if "trezor-24-words" in case.flags
    }
    assert len(cases) == 2
    plain, trezor = cases["icarus-24-words"], cases["icarus-trezor-24-words"]
    assert plain.input["mnemonic"] == trezor.input["mnemonic"]
    assert plain.expect["private"] != trezor.expect["private"]
    assert bare(grown(plain)) != bare(grown(trezor))


@given(entropies)
def test_S16_fewer_words_have_the_same_root_on_a_trezor(entropy: bytes) -> None:
    mnemonic = Mnemonic.from_entropy(entropy)
    one, other = from_mnemonic(mnemonic, Root.ICARUS), from_mnemonic(mnemonic, Root.ICARUS_TREZOR)
    assert (one == other) is (len(mnemonic) < 24)


def test_every_scheme_gives_the_same_phrase_another_key() -> None:
    mnemonic = Mnemonic.from_entropy(bytes(range(32)))
    addresses = {root: from_mnemonic(mnemonic, root).derive("m/44'/283'/0'/0/0").public_key for root in Root}
    for one, other in combinations(Root, 2):
        assert addresses[one] != addresses[other]


# -- a second implementation


@given(entropies)
def test_bip_utils_grows_the_same_roots(entropy: bytes) -> None:
    mnemonic = Mnemonic.from_entropy(entropy)
    seed = mnemonic.seed().reveal()
    assert bare(from_mnemonic(mnemonic, Root.ICARUS)) == theirs(CardanoIcarusBip32.FromSeed(entropy))
    assert bare(from_mnemonic(mnemonic, Root.LEDGER)) == theirs(Bip32KholawEd25519.FromSeed(seed))
    hashed = CardanoByronLegacySeedGenerator(mnemonic.reveal()).Generate()
    assert bare(from_mnemonic(mnemonic, Root.BYRON_LEGACY)) == theirs(CardanoByronLegacyBip32.FromSeed(hashed))


@given(st.binary(min_size=16, max_size=64))
def test_bip_utils_grows_the_same_roots_from_any_seed(seed: bytes) -> None:
    assert bare(from_seed(seed, Root.LEDGER)) == theirs(Bip32KholawEd25519.FromSeed(seed))
    assert bare(from_seed(Secret(seed), Root.ICARUS)) == theirs(CardanoIcarusBip32.FromSeed(seed))
    if len(seed) == 32:
        assert bare(from_seed(seed, Root.BYRON_LEGACY)) == theirs(CardanoByronLegacyBip32.FromSeed(seed))


@given(entropies, st.binary(max_size=80))
def test_a_password_of_icarus_is_any_bytes(entropy: bytes, password: bytes) -> None:
    """CIP-3, Icarus.md, by hashlib."""
    data = bytearray(hashlib.pbkdf2_hmac("sha512", password, entropy, 4096, 96))
    data[0] &= 0b1111_1000
    data[31] = data[31] & 0b0001_1111 | 0b0100_0000
    expected = bytes(data[:64]), bytes(data[64:])
    assert bare(from_seed(entropy, Root.ICARUS, password)) == expected
    assert bare(from_mnemonic(Mnemonic.from_entropy(entropy), Root.ICARUS, password)) == expected


def test_a_text_is_its_utf8_which_trezor_normalises() -> None:
    one, other = "\xe9", "e\u0301"
    assert one != other
    for scheme, is_same in ((Root.ICARUS, False), (Root.ICARUS_TREZOR, True), (Root.LEDGER, True), (Root.ARC52, True)):
        roots = [from_mnemonic(MNEMONIC, scheme, passphrase) for passphrase in (one, other)]
        assert (roots[0] == roots[1]) is is_same
    assert from_mnemonic(MNEMONIC, Root.ICARUS, one) == from_mnemonic(MNEMONIC, Root.ICARUS, one.encode())


@given(st.binary(min_size=64, max_size=64))
def test_a_root_of_arc52_is_hashed_until_its_bit_is_clear(seed: bytes) -> None:
    """The paper's V.A by hashlib and hmac, with ARC-52's loop where the paper gives up."""
    import hmac

    k = hashlib.sha512(seed).digest()
    while k[31] & 32:
        k = hmac.new(k[:32], k[32:], "sha512").digest()
    k_L = bytes([k[0] // 8 * 8, *k[1:31], k[31] % 128 | 64])
    for scheme in (Root.ARC52, Root.ARC52_KHOVRATOVICH):
        assert bare(from_seed(seed, scheme)) == (k_L + k[32:], hashlib.sha256(b"\1" + seed).digest())


@every_root
@given(entropy=entropies)
def test_every_root_has_the_bits_that_the_paper_wants(scheme: Root, entropy: bytes) -> None:
    k = bare(from_mnemonic(Mnemonic.from_entropy(entropy), scheme))[0]
    assert k[0] % 8 == 0
    assert k[31] >> 5 == 0b010


def a_wallet(random: Random) -> JSON:
    """An entropy, a passphrase or none, any path, a message, and steps of public derivation."""
    numbers = (0, 1, 1852, 1815, HARDENED - 1, random.getrandbits(31))
    path = [f"{random.choice(numbers)}{random.choice(chr(39) + ' ').strip()}" for _ in range(random.randrange(1, 6))]
    return {
        "entropy": random.randbytes(random.choice((16, 20, 24, 28, 32))).hex(),
        "passphrase": random.choice(("", "foo", "e\u0301", "\xe9", "\0")),
        "path": "m/" + "/".join(path),
        "message": random.randbytes(random.randrange(100)).hex(),
        "below": [random.choice(numbers) for _ in range(random.randrange(3))],
    }


def same(case: JSON, verdict: JSON) -> list[str]:
    root = from_mnemonic(Mnemonic.from_entropy(bytes.fromhex(case["entropy"])), Root.ICARUS, case["passphrase"])
    key = root.derive(case["path"])
    below = key.public.derive(Path(tuple(case["below"])))
    assert verdict == {
        "root": b"".join(bare(root)).hex(),
        "key": b"".join(bare(key)).hex(),
        "public": key.public_key.data.hex(),
        "signature": key.private_key.sign(Scheme.ED25519_BIP32, bytes.fromhex(case["message"])).hex(),
        "below": b"".join(bare(below)).hex(),
    }
    kinds = ["passphrase" if case["passphrase"] else "no passphrase", "public" if case["below"] else "private"]
    return [*kinds, "soft" if re.search(r"[0-9](/|$)", case["path"]) else "hardened"]


@locked
def test_pycardano_grows_the_same_wallets(environment: str) -> None:
    kinds = {"passphrase", "no passphrase", "public", "private", "soft", "hardened"}
    compared("pycardano", "wallets", environment, a_wallet, same, kinds=kinds, most=2_000)


# -- what is refused


@every_root
@pytest.mark.parametrize(
    "mnemonic", [PHRASE, PHRASE.split(), PHRASE.encode(), None, 12, Secret(PHRASE.encode()), bytes(16)]
)
def test_S05_what_is_no_mnemonic_is_refused(scheme: Root, mnemonic: Any) -> None:
    assert refusal(from_mnemonic, mnemonic, scheme) == "type"


@every_root
@pytest.mark.parametrize("seed", ["00" * 32, bytearray(32), memoryview(bytes(32)), None, 5, MNEMONIC])
def test_S05_a_seed_that_is_not_bytes_is_refused(scheme: Root, seed: Any) -> None:
    assert refusal(from_seed, seed, scheme) == "type"


@pytest.mark.parametrize(
    ("scheme", "sizes"),
    [
        (Root.ICARUS, (0, 15, 65, 1024)),
        (Root.ICARUS_TREZOR, (0, 15, 34, 64, 65)),
        (Root.LEDGER, (0, 15, 65)),
        (Root.BYRON_LEGACY, (0, 16, 31, 33, 64)),
        (Root.ARC52, (0, 15, 65)),
        (Root.ARC52_KHOVRATOVICH, (0, 15, 65)),
    ],
)
def test_S03_a_seed_of_another_size_is_refused(scheme: Root, sizes: tuple[int, ...]) -> None:
    for size in sizes:
        assert refusal(from_seed, bytes(size), scheme) == "length"


@every_root
@pytest.mark.parametrize("passphrase", [None, 0, ["a"], bytearray(b"a"), memoryview(b"a"), Secret(b"a")])
def test_X18_what_is_no_passphrase_is_refused(scheme: Root, passphrase: Any) -> None:
    assert refusal(from_mnemonic, MNEMONIC, scheme, passphrase) in ("type", "scheme")
    assert refusal(from_seed, SEEDS[scheme], scheme, passphrase) in ("type", "scheme")


@every_root
@pytest.mark.parametrize(
    ("passphrase", "reason"), [("a" * 4097, "too-large"), ("a\ud800", "character"), ("\udfff", "character")]
)
def test_a_passphrase_that_no_keyboard_types_is_refused(scheme: Root, passphrase: str, reason: str) -> None:
    assert refusal(from_mnemonic, MNEMONIC, scheme, passphrase) in (reason, "scheme")
    if scheme in WITH_PASSWORD:
        assert refusal(from_seed, SEEDS[scheme], scheme, passphrase) == reason
        assert refusal(from_seed, SEEDS[scheme], scheme, b"a" * (4096 * 4 + 1)) == "too-large"


@pytest.mark.parametrize("scheme", [root for root in Root if root not in WITH_PASSWORD])
@pytest.mark.parametrize("passphrase", ["a", b"a", "\0", b"\0"])
def test_a_seed_with_its_passphrase_in_it_takes_no_other(scheme: Root, passphrase: str | bytes) -> None:
    assert refusal(from_seed, SEEDS[scheme], scheme, passphrase) == "scheme"


def test_daedalus_has_no_passphrase_and_ledger_s_is_a_text() -> None:
    assert refusal(from_mnemonic, MNEMONIC, Root.BYRON_LEGACY, "a") == "scheme"
    for scheme in (Root.LEDGER, Root.ARC52, Root.ARC52_KHOVRATOVICH, Root.BYRON_LEGACY):
        assert refusal(from_mnemonic, MNEMONIC, scheme, b"a") == "type"


@every_root
def test_X12_a_wiped_phrase_or_seed_grows_nothing(scheme: Root) -> None:
    mnemonic, seed = Mnemonic.parse(PHRASE), Secret(SEEDS[scheme])
    mnemonic.entropy.wipe()
    seed.wipe()
    calls: tuple[Callable[[], object], ...] = (
        lambda: from_mnemonic(mnemonic, scheme),
        lambda: from_seed(seed, scheme),
    )
    for call in calls:
        with pytest.raises(InvalidKey) as caught:
            call()
        assert caught.value.reason == "wiped"


@every_root
def test_a_root_outlives_its_seed_and_its_phrase(scheme: Root) -> None:
    mnemonic, seed = Mnemonic.parse(PHRASE), Secret(SEEDS[scheme])
    roots = from_mnemonic(mnemonic, scheme), from_seed(seed, scheme)
    expected = [bare(root) for root in roots]
    mnemonic.entropy.wipe()
    seed.wipe()
    assert [bare(root) for root in roots] == expected
    assert all(type(root) is Bip32Ed25519PrivateKey for root in roots)
