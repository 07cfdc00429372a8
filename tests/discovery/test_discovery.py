"""Which wallet made this: published addresses of phrases, seeds and keys lead back to the profiles that gave them."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path as File
from typing import Any

import pytest
from bip_utils import Bip32Slip10Ed25519, Bip32Slip10Secp256k1, Bip39SeedGenerator
from hypothesis import given, settings
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.phrases import refusal
from support.vectors import Case, load
from walletcore import ExtendedPrivateKey, ExtendedPublicKey, Path, PublicKey, Secret, Wallet
from walletcore.chains import chain, chains, families
from walletcore.chains.base import Address, Chain, Profile
from walletcore.discovery import Bounds, Candidate, Findings, candidates_of, candidates_of_phrase
from walletcore.errors import (
    AddressError,
    DerivationError,
    InvalidKey,
    PathError,
    Unsupported,
    WalletcoreError,
    needs,
)
from walletcore.keys import Curve
from walletcore.path import HARDENED

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
SEED = bytes(Bip39SeedGenerator(PHRASE).Generate())
SHARED = "civil festival festival palace rival concert distance panda junior unique spatial science"
ELSEWHERE = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"  # BIP-173, of another key
TAPROOT = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"  # BIP-350, of another key
ENGINES = {  # all others are published
    *(
        "bip-utils",
        "libwally",
        "bip-utils-run",
        "cosmjs-run",
        "eth-account-run",
        "solders-run",
        "thor-devkit-run",
        "tronpy-run",
        "tronweb-run",
        "wallet-core-segwit",
        "xrpl-js-run",
    ),
}
ALL = [
    case
    for family in ("bitcoin", "relatives", "cosmos", "evm", "solana", "stellar", "theta", "tron", "vechain", "xrpl")
    for case in load(f"chains/{family}")
    if "profile" in case.input
]


def reason(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args, **options)
    return caught.value.reason


def names(found: Findings) -> set[tuple[str, str, str]]:
    return {(each.chain.name, each.profile.name, str(each.path)) for each in found}


def asked(case: Case) -> tuple[str, str, str]:
    return case.input["chain"], case.input["profile"], case.input["path"]


def is_near(case: Case) -> bool:
    return bool(case.input.get("index", 0) < 100 and case.input.get("account", 0) < 10)


def seed_of(case: Case) -> bytes:
    if "seed" in case.input:
        return bytes.fromhex(case.input["seed"])
    return bytes(Bip39SeedGenerator(case.input["mnemonic"]).Generate(case.input["passphrase"]))


# -- published addresses


@pytest.mark.parametrize("case", [c for c in ALL if not {s.partition("#")[0] for s in c.src} <= ENGINES and is_near(c)])
def test_a_published_address_of_a_phrase_names_its_profile_among_all_chains(case: Case) -> None:
    address = case.expect["address"]
    if "mnemonic" in case.input:
        found = candidates_of_phrase(case.input["mnemonic"], case.input["passphrase"], address=address)
    else:
        found = candidates_of(Secret(seed_of(case)), address=address)
    assert asked(case) in names(found)
    (read,) = {row.parse_address(address).payload for row in [chain(case.input["chain"])]}
    assert {each.address.payload for each in found} == {read}  # relatives may write it in another way
    assert address in {each.address.text for each in found}
    assert found.complete


@pytest.mark.parametrize("case", [c for c in ALL if is_near(c)], ids=lambda case: case.id)
def test_every_figure_of_the_chains_leads_back_to_its_profile(case: Case) -> None:
    found = candidates_of(Secret(seed_of(case)), address=case.expect["address"], chains=[case.input["chain"]])
    assert asked(case) in names(found)


@pytest.mark.parametrize(
    ("path", "address", "profiles"),
    [  # trezor/trezor-firmware common/tests/fixtures/ethereum/getaddress.json, solana/get_address.json
        ("m/44'/60'/0'/0/0", "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8", {"bip44", "ethereum", "ledger-live"}),
        ("m/44'/60'/0'/0", "0x1ec5C1854e3E9F1674c34D6C2Be1bf13DFc0Fd8F", {"ledger-legacy"}),
        ("m/44'/501'", "zZqNUDNijfbMXFy2wVCdJSm9MeMfxBMdxBqseSuiSW6", {"bip44-root"}),
        ("m/44'/501'/0'", "4UR47Kp4FxGJiJZZGSPAzXqRgMmZ27oVfGhHoLmcHakE", {"bip44"}),
        ("m/44'/501'/0'/0'", "14CCvQzQzHCVgZM3j9soPnXuJXh1RmCfwLVUcdfbZVBS", {"bip44-change"}),
    ],
)
def test_what_a_trezor_shows_names_the_profiles_of_its_path(path: str, address: str, profiles: set[str]) -> None:
    found = candidates_of_phrase("all all all all all all all all all all all all", address=address)
    assert {each.profile.name for each in found} == profiles
    assert {str(each.path) for each in found} == {path}


def test_an_address_beyond_the_bounds_is_found_by_wider_ones() -> None:
    """trezor/trezor-firmware common/tests/fixtures/ethereum/getaddress.json: m/44'/60'/0'/0/100."""
    phrase, address = "all all all all all all all all all all all all", "0x1e6E3708a059aEa1241a81c7aAe84b6CDbC54d59"
    assert not len(candidates_of_phrase(phrase, address=address, chains=["ethereum"]))
    found = candidates_of_phrase(phrase, address=address, chains=["ethereum"], bounds=Bounds(indices=101))
    assert names(found) == {("ethereum", "bip44", "m/44'/60'/0'/0/100")}


def test_a_candidate_says_who_derives_like_this_and_where_it_is_written() -> None:
    high = "high relief amount witness try remember adult destroy puppy fox giant peace"  # BlueWallet, HDWallet.test.js
    (found,) = candidates_of_phrase(high, address="1ARGkNMdsBE36fJhddSwf8PqBXG3s4d2KU")
    assert {"BRD", "MultiBit HD"} <= set(found.wallets)
    assert found.kind == "p2pkh"
    assert "walletsrecovery.org" in found.source
    assert type(found) is Candidate


def test_without_an_address_there_is_the_first_one_of_every_profile() -> None:
    found = candidates_of_phrase(PHRASE)
    figures = {
        (case.input["chain"], case.input["profile"]): case.expect["address"]
        for case in ALL
        if case.input.get("mnemonic") == PHRASE and not case.input["passphrase"]
        if not any(case.input.get(level, 0) for level in ("account", "change", "index"))
    }
    assert {(each.chain.name, each.profile.name): each.address.text for each in found} == figures
    assert len(found) == sum(len(row.profiles) for row in chains()) == found.keys
    assert found.left_out == ()


# -- extended keys

YPUB = "ypub6WhHmKBmHNjcrUVNCa3sXduH9yxutMipDcwiKW31vWjcMbfhQHjXdyx4rqXbEtVgzdbhFJ5mZJWmfWwnP4Vjzx97admTUYKQt6b9D7jjSCp"
XPUB_44 = (
    "xpub6CQdfC3v9gU86eaSn7AhUFcBVxiGhdtYxdC5Cw2vLmFkfth2KXCMmYcPpvZviA89X6DXDs4PJDk5QVL2G2xaVjv7SM4roWHr1gR4xB3Z7Ps"
)
ELECTRUM = (
    "xpub661MyMwAqRbcFWohJWt7PHsFEJfZAvw9ZxwQoDa4SoMgsDDM1T7WK3u9E4edkC4ugRnZ8E4xDZRpk8Rnts3Nbt97dPwT52CwBdDWroaZf8U"
)
XPUB_BRD = (
    "xpub68nLLEi3KERQY7jyznC9PQSpSjmekrEmN8324YRCXayMXaavbdEJsK4gEcX2bNf9vGzT4xRks9utZ7ot1CTHLtdyCn9udvv1NWvtY7HXroh"
)


@pytest.mark.parametrize(
    ("xpub", "address", "wanted"),
    [  # BlueWallet/BlueWallet: HDWallet.test.js @ a63a9fc7a799, account keys with their addresses
        (
            YPUB,
            "32yn5CdevZQLk3ckuZuA8fEKBco8mEkLei",
            {("bip49", "m/49'/0'/0'/1/0"), ("bip44-p2sh-p2wpkh", "m/44'/0'/0'/1/0")},
        ),
        (XPUB_44, "12eQ9m4sgAwTSQoNXkRABKhCXCsjm2jdVG", {("bip44", "m/44'/0'/0'/0/0")}),
        (XPUB_BRD, "1JLvA5D7RpWgChb4A5sFcLNrfxYbyZdw3V", {("bip32-p2pkh", "m/0'/1/0")}),
    ],
)
def test_an_account_key_names_all_profiles_that_may_have_it(
    xpub: str, address: str, wanted: set[tuple[str, str]]
) -> None:
    found = candidates_of(ExtendedPublicKey.parse(xpub), address=address)
    assert {(each.profile.name, str(each.path)) for each in found if each.chain.name == "bitcoin"} == wanted
    assert names(Wallet.from_xpub(xpub).candidates(address)) == names(found)


def test_a_key_that_names_a_kind_of_script_is_of_profiles_for_it_only() -> None:
    """SLIP-132: ypub is for p2sh-p2wpkh."""
    found = candidates_of(ExtendedPublicKey.parse(YPUB))
    assert {each.profile.name for each in found} == {"bip49", "bip44-p2sh-p2wpkh"}
    assert ("ethereum", "bip44", "mismatch") in {(each.chain, each.profile, each.reason) for each in found.left_out}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(Chain):
    """A family of two curves, whose addresses are public keys in hexadecimal."""

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        return Address(chain=self, text=key.data.hex(), payload=key.data)

    def parse_address(self, text: str) -> Address:
        return Address(chain=self, text=text, payload=bytes.fromhex(text))

    def decode_transaction(self, raw: bytes, *, keys: Sequence[PublicKey] = ()) -> Any:
        return raw

    def transaction_id(self, raw: bytes) -> str:
        return raw.hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking(Plain):
    """A family that reads and writes its addresses by a library that is not there."""

    def parse_address(self, text: str) -> Address:
        with needs("lacking"):
            library = import_module("nowhere_to_be_found")
        return Address(chain=self, text=text, payload=library.decode(text))


def test_a_chain_whose_addresses_cannot_be_read_here_is_named() -> None:
    solana = chain("solana")
    row = Lacking(name="lacking", symbol="L", decimals=0, slip44=7, caip2="lacking:1", profiles=solana.profiles)
    address = "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"  # vectors/chains/solana.json, solana-bip44-change-0
    found = candidates_of(Secret(SEED), address=address, chains=[row, solana])
    assert [each.chain.name for each in found] == ["solana"]
    assert [(each.chain, each.profile, each.reason) for each in found.left_out] == [("lacking", "", "missing")]
    with pytest.raises(AddressError) as caught:
        candidates_of(Secret(SEED), address=address, chains=[row])
    assert "pip install 'walletcore[lacking]'" in caught.value.hint


def test_a_profile_is_named_if_its_own_tree_has_the_key() -> None:
    """SLIP-0010 derives keys of secp256k1 as BIP-32 does, and other keys of ed25519 along the same path."""
    bip32 = Profile(name="bip32", path="m/7'/{index}'", source="here")
    slip10 = replace(bip32, name="slip10", derivation="slip10")
    ed25519 = replace(slip10, name="ed25519", curve=Curve.ED25519)
    names_of_row: dict[str, Any] = {"name": "plain", "symbol": "P", "decimals": 0, "slip44": 7, "caip2": "plain:1"}
    row = Plain(**names_of_row, curves=(Curve.SECP256K1, Curve.ED25519), profiles=(bip32, slip10, ed25519))
    for tree, expected in ((Bip32Slip10Secp256k1, ["bip32", "slip10"]), (Bip32Slip10Ed25519, ["ed25519"])):
        key = tree.FromSeed(SEED).DerivePath("m/7'/3'").PublicKey().RawCompressed().ToBytes()
        address = (key[1:] if tree is Bip32Slip10Ed25519 else key).hex()
        found = candidates_of(Secret(SEED), address=address, chains=[row])
        assert [each.profile.name for each in found] == expected
        assert {str(each.path) for each in found} == {"m/7'/3'"}


def test_what_a_public_key_cannot_tell_is_said() -> None:
    found = candidates_of(ExtendedPublicKey.parse(XPUB_BRD))
    why = {(each.chain, each.profile): each.reason for each in found.left_out}
    assert {each.profile.name for each in found} == {"bip32-p2pkh", "bip32-p2sh-p2wpkh", "bip32-p2wpkh"}
    assert {why["bitcoin", f"core-{kind}"] for kind in ("p2pkh", "p2sh-p2wpkh", "p2wpkh")} == {"hardened"}
    assert why["bitcoin", "bip84"] == why["ethereum", "bip44"] == why["bitcoin", "electrum"] == "mismatch"
    assert why["bitcoin-signet", "bip84"] == "network"
    assert why["solana", "bip44"] == "missing"
    assert len(found) + len(found.left_out) == sum(len(row.profiles) for row in chains())


def test_a_private_key_takes_the_hardened_steps_and_stays_whole() -> None:
    """vectors/chains/bitcoin.json, core-p2wpkh-32-bytes."""
    (case,) = [case for case in ALL if case.id.endswith("core-p2wpkh-32-bytes")]
    account = ExtendedPrivateKey.from_seed(seed_of(case)).derive("m/0'")
    before = account.reveal()
    assert asked(case) in names(candidates_of(account, address=case.expect["address"]))
    assert account.reveal() == before
    public = candidates_of(account.public, address=case.expect["address"])
    assert not len(public)
    assert ("core-p2wpkh", "hardened") in {(each.profile, each.reason) for each in public.left_out}


BITCOINJ = {  # integration-test/.../DeterministicKeyChainDescriptorTest.java @ 2e596a5c425e
    ("bip32-p2pkh", 0): (
        "xpub68TjJfnePXHGSv472JtZMGzL4nwtvXPDvRM5gHeRK2kfRocjP9QVm3dWbh2EKWwhBmDi3vJuncYg6J4NpuT4mW1i4Wga8FPePhGomyHDps6"
    ),
    ("bip32-p2wpkh", 1): (
        "xpub68TjJfnePXHGVDUewnGkwPBvpNEqKcwgxoyfPhACXm7MWsQ8d65WGoY6vgsaK174p8E3iR4cTriqhGmniHcN5SKe4C9EQKenj4TiuxXHtU9"
    ),
    ("bip44", 0): (
        "xpub6Ct7aoyW5Hf58xJsmpjhngM8Q5q46PsUZ7B97nSy24KSqy9jEDZkn4fYexV7wseRKTrd1GCs3YvKZKqtAJ31ZYhYe3nXBqaZsqw5ZVXUf2R"
    ),
    ("bip84", 0): (
        "xpub6CjyE3u2yWYTL53zCYnba9wLcTDMCbcf7zmpCxqjJ8R1ZeD74AmqguSv7zK1gPuCDRHrkBsp5AsVEEtH9KfhcWamjzbe9tq7vbsPhJ9RWXN"
    ),
}


@pytest.mark.parametrize(("place", "xpub"), BITCOINJ.items(), ids=str)
def test_accounts_of_bitcoinj_have_their_published_keys(place: tuple[str, int], xpub: str) -> None:
    name, account = place
    panda = "panda diary marriage suffer basic glare surge auto scissors describe sell unique"
    with Wallet.from_mnemonic(panda) as wallet:
        assert str(wallet.xpub("bitcoin", profile=name, account=account)) == xpub
        found = candidates_of(ExtendedPublicKey.parse(xpub), chains=["bitcoin"])
        (first,) = (each for each in found if each.profile.name == name)
        assert first.path == wallet.origin("bitcoin", profile=name, account=account).path
        assert (name, str(first.path)) in {(c.profile.name, str(c.path)) for c in wallet.candidates(str(first.address))}


def test_a_key_below_an_account_does_not_say_of_which() -> None:
    below = ExtendedPublicKey.parse(XPUB_44).derive("m/0")  # m/44'/0'/?'/0
    found = candidates_of(below)
    names_of_profiles = {each.profile.name for each in found}
    assert {name for name in names_of_profiles if name.startswith("bip")} == set()
    assert all("{account}" not in each.profile.path for each in found)
    assert {"ledger-legacy", "samourai-post-mix"} <= names_of_profiles  # which have one account only


def test_the_root_of_electrums_seeds_is_an_account_by_itself() -> None:
    """spesmilo/electrum tests/test_wallet_vertical.py, test_electrum_seed_standard: the master public key."""
    found = candidates_of(ExtendedPublicKey.parse(ELECTRUM), address="1KSezYMhAJMWqFbVFB2JshYg69UpmEXR4D")
    assert names(found) == {("bitcoin", "electrum", "m/1/0")}


def test_a_wallet_for_one_profile_answers_for_it_only() -> None:
    wallet = Wallet.from_xpub(YPUB, chain="bitcoin", kind="p2sh-p2wpkh")
    assert names(wallet.candidates()) == {("bitcoin", "bip49", "m/49'/0'/0'/0/0")}
    assert reason(wallet.candidates, chains=["ethereum"]) == "mismatch"


# -- phrases


def test_a_phrase_that_is_valid_in_two_languages_has_one_seed_and_its_candidates() -> None:
    assert refusal(Wallet.from_mnemonic, SHARED).reason == "ambiguous"
    found = candidates_of_phrase(SHARED, address=address_by_bip_utils(SHARED))
    assert found.languages == ("english", "french")
    assert ("ethereum", "bip44", "m/44'/60'/0'/0/0") in names(found)
    for language in found.languages:
        assert candidates_of_phrase(SHARED, language=language).candidates == candidates_of_phrase(SHARED).candidates
        assert candidates_of_phrase(SHARED, language=language).languages == (language,)


def address_by_bip_utils(phrase: str) -> str:
    from bip_utils import Bip44, Bip44Changes, Bip44Coins

    seed = Bip39SeedGenerator(phrase).Generate()
    account = Bip44.FromSeed(seed, Bip44Coins.ETHEREUM).Purpose().Coin().Account(0)
    return str(account.Change(Bip44Changes.CHAIN_EXT).AddressIndex(0).PublicKey().ToAddress())


@pytest.mark.parametrize(
    ("phrase", "hint"),
    [
        ("cycle rocket west magnet parrot shuffle foot correct salt library feed song", "LooksLikeElectrum"),
        (
            "powerful random nobody notice nothing important anyway look away hidden message over",
            "LooksLikeElectrumOld",
        ),
        (" ".join(["academic"] * 20), "LooksLikeSlip39"),
    ],
)
def test_a_phrase_of_another_scheme_is_refused_with_a_hint_which(phrase: str, hint: str) -> None:
    error = refusal(candidates_of_phrase, phrase)
    assert error.hint.startswith(hint)
    assert not any(word in f"{error} {error.hint}" for word in phrase.split())


# -- how far, how fast, and by whom it is stopped


def test_a_search_tells_how_far_it_is_and_tries_no_key_twice() -> None:
    told: list[tuple[int, int]] = []
    found = candidates_of(Secret(SEED), address=TAPROOT, progress=lambda *numbers: told.append(numbers))
    assert found.keys == 10 * 2 * 100  # the accounts, changes and indices of BIP-86, the one profile of that kind
    assert {total for _, total in told} == {found.keys}
    assert [keys for keys, _ in told] == list(range(64, 2001, 64))
    assert (found.complete, len(found)) == (True, 0)


def test_who_watches_may_stop_the_search() -> None:
    found = candidates_of(Secret(SEED), address=TAPROOT, progress=lambda keys, total: keys < 128)
    assert (found.complete, found.keys, len(found)) == (False, 128, 0)
    with pytest.raises(KeyboardInterrupt):
        candidates_of(Secret(SEED), address=TAPROOT, progress=interrupt)


def interrupt(keys: int, total: int) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("address", [None, ELSEWHERE])
def test_a_profile_that_no_chain_has_is_refused_and_does_not_find_nothing(address: str | None) -> None:
    assert reason(candidates_of, Secret(SEED), address=address, profile="bip-84") == "unknown"
    assert reason(candidates_of, Secret(SEED), chains=["solana"], profile="bip84") == "unknown"
    assert not len(candidates_of(Secret(SEED), address=address or TAPROOT, profile="bip44"))


def test_the_first_account_is_searched_before_the_others() -> None:
    """vectors/chains/bitcoin.json: the second account's first address comes after the first account's hundredth."""
    shown = {case.input["path"]: case.expect["address"] for case in ALL if case.input["profile"] == "bip84"}
    near = candidates_of(Secret(SEED), address=shown["m/84'/0'/0'/0/1"], chains=["bitcoin"])
    change = candidates_of(Secret(SEED), address=shown["m/84'/0'/0'/1/0"], chains=["bitcoin"])
    far = candidates_of(Secret(SEED), address=shown["m/84'/0'/1'/0/0"], chains=["bitcoin"])
    assert near.keys < change.keys < far.keys


def test_a_search_in_vain_takes_about_a_second() -> None:
    """Over all chains, and with the default bounds: 7,000 keys for the kind of address that has most profiles."""
    setup = "from walletcore import Secret; from walletcore.discovery import candidates_of; seed = Secret(bytes(64))"
    assert cpu_seconds(f"candidates_of(seed, address={ELSEWHERE!r})", setup=setup) < 1 * SLACK
    assert cpu_seconds("candidates_of(seed)", setup=setup) < 0.5 * SLACK


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=16, max_size=64),
    st.sampled_from([(row, profile) for row in chains() for profile in row.profiles]),
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 24)),
)
def test_what_bip_utils_derives_within_the_bounds_is_found(
    seed: bytes, choice: tuple[Chain, Profile], numbers: tuple[int, int, int]
) -> None:
    row, profile = choice
    where = {
        level: number
        for level, number in zip(("account", "change", "index"), numbers, strict=True)
        if f"{{{level}}}" in profile.path
    }
    tree = {Curve.SECP256K1: Bip32Slip10Secp256k1, Curve.ED25519: Bip32Slip10Ed25519}[profile.curve]
    data = tree.FromSeed(seed).DerivePath(str(profile.fill(**where))).PublicKey().RawCompressed().ToBytes()
    key = PublicKey(profile.curve, data[-32:] if profile.curve is Curve.ED25519 else data)
    address = row.address(key, kind=profile.kind).text
    found = candidates_of(Secret(seed), address=address, bounds=Bounds(accounts=3, changes=2, indices=25))
    assert (row.name, profile.name, str(profile.fill(**where))) in names(found)
    assert address in {each.address.text for each in found}
    assert {each.address.payload for each in found} == {row.parse_address(address).payload}


# -- chains that come later, and those that cannot be loaded

LATER = """if True:
    import sys
    sys.path.append({path!r})
    from walletcore import Secret
    from walletcore.discovery import candidates_of
    found = candidates_of(Secret(bytes(range(64))), address={address!r})
    print(sorted({{each.chain.name for each in found}}), [(each.chain, each.reason) for each in found.left_out])
"""


def later(installed: File, family: str) -> str:
    (installed / "cluster_family.py").write_text(family)
    metadata = installed / "cluster_family-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: cluster-family\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[walletcore.chains]\ncluster = cluster_family\n")
    address = Wallet.from_seed(bytes(range(64))).address("solana", account=3).text
    code = LATER.format(path=str(installed), address=address)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_chain_that_is_added_is_searched(tmp_path: File) -> None:
    family = """if True:
        from dataclasses import replace
        from walletcore.chains.solana import CHAINS as BASE
        CHAINS = (replace(BASE[0], name="own", caip2="solana:own"),)
    """
    assert later(tmp_path, family) == "['own', 'solana', 'solana-devnet'] []"


@pytest.mark.parametrize(
    "family", ["from walletcore.errors import needs\nwith needs('cluster'):\n    import nowhere", "1 / 0", "CHAINS = 1"]
)
def test_a_family_that_cannot_be_loaded_is_named_and_the_others_are_searched(tmp_path: File, family: str) -> None:
    assert later(tmp_path, family) == "['solana', 'solana-devnet'] [('cluster', 'missing')]"


def test_the_families_are_those_of_the_chains() -> None:
    listed = dict(families())
    assert [row for rows in listed.values() if not isinstance(rows, Unsupported) for row in rows] == list(chains())


def test_a_profile_of_a_tree_that_is_not_known_is_left_out() -> None:
    solana = chain("solana")
    row = replace(solana, profiles=(replace(solana.profiles[0], derivation="ed25519-bip32"), solana.profiles[1]))
    found = candidates_of(Secret(SEED), chains=[row])
    assert [each.profile.name for each in found] == ["bip44"]
    assert [(each.chain, each.profile, each.reason) for each in found.left_out] == [
        ("solana", "bip44-change", "unknown")
    ]


# -- what is refused


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", "unknown"),
        ("nobody", "unknown"),
        ("x" * 100_000, "unknown"),
        ("\ud800", "unknown"),
        (ELSEWHERE[:-1] + "5", "checksum"),
        ("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "checksum"),
        (b"bc1", "type"),
        (0, "type"),
        (True, "type"),
    ],
)
def test_a_text_that_is_no_address_is_refused_before_any_key_is_derived(address: Any, expected: str) -> None:
    for call in (candidates_of_phrase, lambda _, **asked: candidates_of(Secret(SEED), **asked)):
        with pytest.raises(AddressError) as caught:
            call(PHRASE, address=address)
        assert caught.value.reason == expected


def test_an_address_of_a_chain_that_is_not_searched_is_refused() -> None:
    assert reason(candidates_of, Secret(SEED), address=ELSEWHERE, chains=["ethereum"]) == "unknown"
    assert reason(candidates_of, Secret(SEED), chains=["nobody"]) == "unknown"


@pytest.mark.parametrize("root", [SEED, PHRASE, None, Wallet, bytearray(SEED), ExtendedPrivateKey])
def test_a_root_is_a_seed_or_an_extended_key(root: Any) -> None:
    with pytest.raises(DerivationError) as caught:
        candidates_of(root)
    assert caught.value.reason == "type"


@pytest.mark.parametrize("length", [0, 15, 65, 1000])
def test_a_seed_has_16_to_64_bytes(length: int) -> None:
    with pytest.raises(DerivationError) as caught:
        candidates_of(Secret(bytes(length)))
    assert caught.value.reason == "length"


def test_a_wiped_seed_has_no_candidates() -> None:
    with Secret(SEED) as seed:
        pass
    with pytest.raises(InvalidKey):
        candidates_of(seed)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"chains": "bitcoin"}, Unsupported),
        ({"chains": None}, Unsupported),
        ({"chains": [None]}, Unsupported),
        ({"chains": {"bitcoin"}}, Unsupported),
        ({"bounds": 10}, PathError),
        ({"bounds": (1, 2, 3)}, PathError),
        ({"progress": 1}, DerivationError),
        ({"profile": 1}, Unsupported),
    ],
)
def test_X19_options_of_another_type_are_refused(options: dict[str, Any], error: type[WalletcoreError]) -> None:
    with pytest.raises(error) as caught:
        candidates_of(Secret(SEED), **options)
    assert caught.value.reason == "type"


steps = st.lists(st.integers(0, 2) | st.integers(HARDENED, HARDENED + 2) | st.just(HARDENED + 44), max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=16, max_size=64), steps, st.booleans(), st.sampled_from(["mainnet", "testnet"]))
def test_any_extended_key_is_answered_or_left_out_by_every_profile(
    seed: bytes, path: list[int], private: bool, network: str
) -> None:
    key = ExtendedPrivateKey.from_seed(seed, network=network).derive(Path(tuple(path)))
    found = candidates_of(key if private else key.public)
    assert len(found) + len(found.left_out) == sum(len(row.profiles) for row in chains())
    for each in found:  # what is told is what the key gives
        below = key.derive(Path(each.path.steps[key.depth :])).public_key
        assert each.chain.address(below, kind=each.kind) == each.address
        assert each.path.steps[key.depth - 1 : key.depth] == tuple(path[-1:])
