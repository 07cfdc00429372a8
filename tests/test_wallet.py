"""The wallet: one door from words to addresses and signers, and a watch-only one without secrets."""

import pickle
import traceback
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from bip_utils import Bip32Slip10Ed25519, Bip32Slip10Secp256k1
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import load
from walletcore import ExtendedPublicKey, KeyOrigin, LocalSigner, Path, Secret, Wallet, WalletcoreError, chain, sign
from walletcore.chains import chains, evm
from walletcore.chains.base import Chain, Profile
from walletcore.chains.solana import PlainMessage, SolanaChain
from walletcore.errors import (
    DerivationError,
    InvalidKey,
    MnemonicError,
    PathError,
    SecretExportError,
    SignerError,
    SigningRefused,
    Unsupported,
)
from walletcore.hd import master
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.keys import Curve
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.signing import SigningRequest

ETHEREUM = chain("ethereum", evm.Evm)
PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
# BIP-84, "Test vectors", account 0; BIP-32 test vector 1 for the others
ZPUB = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
XPUB_84 = str(ExtendedPublicKey.parse(ZPUB))  # the same key, which says no kind of address
TV1_MASTER = (
    "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8"
)


@pytest.fixture
def wallet() -> Wallet:
    return Wallet.from_mnemonic(PHRASE)


def test_the_first_address_of_bip84_is_the_default_of_bitcoin(wallet: Wallet) -> None:
    assert str(wallet.address("bitcoin")) == "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"  # BIP-84
    assert str(wallet.address("bitcoin", index=1)) == "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"
    assert str(wallet.address("bitcoin", change=1)) == "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"


def test_a_kind_chooses_the_profile(wallet: Wallet) -> None:
    assert str(wallet.address("bitcoin", kind="p2tr")) == (  # BIP-86
        "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"
    )


def test_a_watch_only_wallet_has_the_addresses_of_the_seed(wallet: Wallet) -> None:
    watching = Wallet.from_xpub(ZPUB)
    assert [str(watching.address("bitcoin", index=i)) for i in range(5)] == [
        str(wallet.address("bitcoin", index=i)) for i in range(5)
    ]
    assert watching.xpub("bitcoin").text(kind="p2wpkh") == ZPUB
    assert wallet.xpub("bitcoin").text(kind="p2wpkh") == ZPUB


def test_a_watch_only_wallet_refuses_what_needs_a_secret() -> None:
    watching = Wallet.from_xpub(ZPUB)
    for refused in (watching.signer, watching.origin):
        with pytest.raises(SignerError):
            refused("bitcoin")
    with pytest.raises(WalletcoreError):
        watching.address("solana")


def test_B22_an_extended_key_of_another_network_or_kind_is_refused(wallet: Wallet) -> None:
    watching = Wallet.from_xpub(ZPUB)
    with pytest.raises(DerivationError) as network:
        watching.address("bitcoin-testnet")
    assert network.value.reason == "network"
    with pytest.raises(Unsupported):
        watching.address("bitcoin", profile="bip86")
    with pytest.raises(DerivationError) as kind:
        watching.address("bitcoin", kind="p2tr")
    assert kind.value.reason == "mismatch"
    testnet = Wallet.from_xpub(str(wallet.xpub("bitcoin-testnet")))
    assert str(testnet.xpub("bitcoin-testnet")).startswith("tpub")
    assert testnet.address("bitcoin-testnet") == wallet.address("bitcoin-testnet")
    with pytest.raises(DerivationError):
        testnet.address("bitcoin")


def test_a_watch_only_wallet_serves_its_own_account_only(wallet: Wallet) -> None:
    third = Wallet.from_xpub(str(wallet.xpub("bitcoin", account=3)))
    assert third.address("bitcoin") == wallet.address("bitcoin", account=3)
    assert third.address("bitcoin", account=3, index=9) == wallet.address("bitcoin", account=3, index=9)
    with pytest.raises(PathError):
        third.address("bitcoin", account=0)


def test_an_extended_key_that_is_no_account_is_refused() -> None:
    with pytest.raises(DerivationError):
        Wallet.from_xpub(TV1_MASTER)


def test_an_index_without_a_place_in_the_template_is_refused_and_never_the_same_key_twice(wallet: Wallet) -> None:
    for asked in ({"index": 1}, {"change": 1}):
        with pytest.raises(PathError):
            wallet.address("solana", **asked)  # type: ignore[arg-type]
    with pytest.raises(PathError):
        wallet.address("ethereum", profile="ledger-live", index=1)
    assert wallet.address("solana", account=1) != wallet.address("solana")


@pytest.mark.parametrize("index", [-1, 2**31, 2**32, 10**400])
def test_S08_S09_an_index_out_of_range_is_refused(wallet: Wallet, index: int) -> None:
    with pytest.raises(PathError):
        wallet.address("bitcoin", index=index)


@pytest.mark.parametrize("index", [True, 1.0, "0", None])
def test_S10_an_index_that_is_no_int_is_refused(wallet: Wallet, index: object) -> None:
    with pytest.raises(PathError):
        wallet.address("bitcoin", index=index)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "bitcoinn", "x" * 10**6, "eip155:0", None, 1, b"bitcoin"])
def test_an_unknown_chain_is_refused(wallet: Wallet, name: object) -> None:
    with pytest.raises(Unsupported):
        wallet.address(name)  # type: ignore[arg-type]


def test_a_chain_has_three_names(wallet: Wallet) -> None:
    assert chain("polygon") is chain("evm:polygon") is chain("eip155:137")


def test_the_wallet_finds_the_signers_of_a_transaction_by_key_origin(wallet: Wallet) -> None:
    transaction = evm.Transaction(
        chain=ETHEREUM,
        sender=wallet.public_key("ethereum", index=2),
        origin=wallet.origin("ethereum", index=2),
        to=ETHEREUM.account(bytes(20)),
        value=1,
        nonce=0,
        gas=21_000,
        max_fee=2,
        max_priority_fee=1,
    )
    (signer,) = wallet.signers_for(transaction)
    assert sign(transaction, signer).raw == sign(transaction, wallet.signer("ethereum", index=2)).raw
    assert Wallet.from_mnemonic(PHRASE, "another").signers_for(transaction) == ()


def test_a_wallet_is_not_exported_and_shows_nothing(wallet: Wallet) -> None:
    with pytest.raises(SecretExportError):
        pickle.dumps(wallet)
    assert "5eb00bbd" not in repr(wallet)


def test_leaving_a_wallet_wipes_its_seed() -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        wallet.address("bitcoin")
    with pytest.raises(WalletcoreError):
        wallet.signer("bitcoin")


def test_a_bad_phrase_is_refused_without_repeating_it() -> None:
    with pytest.raises(MnemonicError) as refused:
        Wallet.from_mnemonic("zebra " * 12)
    assert "zebra" not in str(refused.value)


@pytest.mark.parametrize("seed", [b"", bytes(15), bytes(65), "00" * 16, bytearray(15), None])
def test_S01_S03_S04_S05_a_seed_of_the_wrong_size_or_type_is_refused(seed: object) -> None:
    with pytest.raises(WalletcoreError):
        Wallet.from_seed(seed)  # type: ignore[arg-type]


def test_signers_of_a_wallet_are_local() -> None:
    assert isinstance(Wallet.from_mnemonic(PHRASE).signer("solana"), LocalSigner)


def test_a_pinned_watch_only_wallet_serves_its_chain_and_profile_only() -> None:
    pinned = Wallet.from_xpub(XPUB_84, chain="bitcoin")
    assert pinned.address("bitcoin") == Wallet.from_mnemonic(PHRASE).address("bitcoin")
    for refused in ({"kind": "p2tr"}, {"profile": "bip44"}):
        with pytest.raises(DerivationError):
            pinned.address("bitcoin", **refused)  # type: ignore[arg-type]
    for foreign in ("ethereum", "bitcoin-testnet", "polygon"):
        with pytest.raises(DerivationError):
            pinned.address(foreign)


def test_a_pinned_wallet_is_refused_where_the_key_cannot_be_of_that_chain() -> None:
    for chain_name, profile in (("bitcoin-testnet", ""), ("ethereum", "ledger-legacy"), ("bitcoin", "nobody")):
        with pytest.raises(WalletcoreError):
            Wallet.from_xpub(ZPUB, chain=chain_name, profile=profile)


def test_a_pinned_profile_becomes_the_default() -> None:
    wallet = Wallet.from_mnemonic(PHRASE)
    pinned = Wallet.from_xpub(str(wallet.xpub("bitcoin", kind="p2tr")), chain="bitcoin", kind="p2tr")
    assert pinned.address("bitcoin", index=3) == wallet.address("bitcoin", kind="p2tr", index=3)


def test_P23_a_path_of_another_coin_is_refused_unless_it_is_allowed(wallet: Wallet) -> None:
    transaction = evm.Transaction(
        chain=ETHEREUM,
        sender=wallet.public_key("bitcoin"),  # m/84'/0'/0'/0/0
        origin=wallet.origin("bitcoin"),
        to=ETHEREUM.account(b"\x42" * 20),
        value=1,
        nonce=0,
        gas=21_000,
        max_fee=2,
        max_priority_fee=1,
    )
    with pytest.raises(SigningRefused) as refused:
        wallet.signers_for(transaction)
    assert refused.value.reason == "policy"
    assert len(wallet.signers_for(transaction, allow_foreign_path=True)) == 1


@dataclass
class Bare:
    """Something to sign whose requests do not say what they are about."""

    of: evm.Transaction
    chain: Chain = ETHEREUM

    def requests(self) -> tuple[SigningRequest, ...]:
        return tuple([replace(each, subject=None) for each in self.of.requests()])


def test_P23_neighbour_requests_about_nothing_are_those_of_the_subjects_chain(wallet: Wallet) -> None:
    with pytest.raises(SigningRefused):
        wallet.signers_for(cast(Any, Bare(payment(wallet, "m/44'/0'/0'/0/0"))))
    assert len(wallet.signers_for(cast(Any, Bare(payment(wallet, "m/44'/60'/0'/0/0"))))) == 1


def test_P23_neighbour_a_key_of_others_under_the_wallets_fingerprint_is_not_the_wallets(wallet: Wallet) -> None:
    """It is refused where the path leads to the key, and otherwise asks nobody here."""
    theirs = Wallet.from_mnemonic(PHRASE, "another").public_key("ethereum")
    for path in ("m/84'/0'/0'/0/0", "m/0", "m"):
        transaction = replace(payment(wallet, path), sender=theirs)
        assert wallet.signers_for(transaction) == wallet.signers_for(transaction, allow_foreign_path=True) == ()


def payment(wallet: Wallet, path: str) -> evm.Transaction:
    """A transaction of Ethereum by the key at this path."""
    key = master("bip32", Curve.SECP256K1, Mnemonic.parse(PHRASE).seed()).derive(path).public_key
    origin = KeyOrigin(wallet.origin("ethereum").fingerprint, Path.parse(path))
    place: dict[str, Any] = {
        "chain": ETHEREUM,
        "to": ETHEREUM.account(b"\x42" * 20),
        "value": 1,
        "nonce": 0,
        "gas": 21_000,
    }
    return evm.Transaction(sender=key, origin=origin, max_fee=2, max_priority_fee=1, **place)


@pytest.mark.parametrize("path", ["m/0'/0'/0'/7", "m/44'/60'/5'/0/1", "m/44'/60'/9"])
def test_P23_the_path_of_a_profile_is_none_of_another_coin(wallet: Wallet, path: str) -> None:
    assert len(wallet.signers_for(payment(wallet, path))) == 1


@pytest.mark.parametrize("path", ["m/44'/0'/0'/0/0", "m/0'/0'/0'/0/0", "m/0'/0'/1'/7", "m/0'/0", "m", "m/44'"])
def test_P23_a_profile_without_a_coin_type_allows_its_own_paths_only(wallet: Wallet, path: str) -> None:
    """SingularDTV's m/0'/0'/0'/i has Bitcoin's coin type in the second place, which is none there."""
    with pytest.raises(SigningRefused) as refused:
        wallet.signers_for(payment(wallet, path))
    assert refused.value.reason == "policy"


def test_a_watch_only_wallet_may_be_of_an_account_with_a_number_of_its_own() -> None:
    """Published addresses: vectors/chains/bitcoin.json, samourai-post-mix, of the very same phrase."""
    tree = master("bip32", Curve.SECP256K1, Mnemonic.parse(PHRASE).seed())
    assert isinstance(tree, ExtendedPrivateKey)
    watching = Wallet.from_xpub(
        str(tree.derive("m/84'/0'/2147483646'").public), chain="bitcoin", profile="samourai-post-mix"
    )
    shown = {
        (case.input["change"], case.input["index"]): case.expect["address"]
        for case in load("chains/bitcoin")
        if case.input.get("profile") == "samourai-post-mix"
    }
    assert shown
    for (change, index), address in shown.items():
        assert str(watching.address("bitcoin", change=change, index=index)) == address


def test_leaving_a_wallet_wipes_its_trees_and_answers_nothing_more() -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        wallet.address("bitcoin")
        wallet.address("solana")
        trees = list(wallet._trees.values())
    assert trees
    for tree in trees:
        with pytest.raises(InvalidKey):
            tree.private_key.secret.reveal()
    for ask in (wallet.address, wallet.signer, wallet.xpub, wallet.origin):
        with pytest.raises(WalletcoreError):
            ask("bitcoin")


def test_a_wallet_copies_the_seed_of_its_caller() -> None:
    seed = Secret(bytes(range(32)))
    with Wallet.from_seed(seed) as wallet:
        wallet.address("bitcoin")
    assert seed.reveal() == bytes(range(32))


@pytest.mark.parametrize("arguments", [(PHRASE,), (None, PHRASE), (), (bytes(64),), (Secret(bytes(64)), PHRASE)])
def test_X10_the_constructor_takes_no_phrase(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(WalletcoreError) as refused:
        Wallet(*arguments)
    shown = traceback.TracebackException.from_exception(refused.value, capture_locals=True)
    ours = [f"{frame.locals}" for frame in shown.stack if frame.filename != __file__]
    assert "abandon" not in "".join(ours)


@pytest.mark.parametrize("misspelt", [{"indx": 7}, {"acount": 3}, {"Index": 1}, {"index ": 1}])
def test_a_misspelt_number_is_refused_and_never_the_first_address(wallet: Wallet, misspelt: dict[str, int]) -> None:
    for ask in (wallet.address, wallet.public_key, wallet.origin, wallet.signer, wallet.xpub):
        with pytest.raises(PathError):
            ask("bitcoin", **misspelt)  # type: ignore[arg-type]


def test_an_extended_key_of_an_account_takes_no_index(wallet: Wallet) -> None:
    for below in ({"index": 0}, {"change": 1}):
        with pytest.raises(PathError):
            wallet.xpub("bitcoin", **below)  # type: ignore[arg-type]


def test_low_r_is_handed_on_to_the_signers_and_refused_where_it_means_nothing(wallet: Wallet) -> None:
    transaction = payment(wallet, "m/44'/60'/0'/0/0")
    assert [each.low_r for each in wallet.signers_for(transaction)] == [False]
    assert [each.low_r for each in wallet.signers_for(transaction, low_r=True)] == [True]
    message = PlainMessage(
        chain=chain("solana", SolanaChain),
        text="hello",
        signer=wallet.public_key("solana"),
        origin=wallet.origin("solana"),
    )
    with pytest.raises(InvalidKey) as refusal:
        wallet.signers_for(message, low_r=True)
    assert refusal.value.reason == "scheme"


def test_an_origin_of_somebody_else_is_not_ours_to_judge(wallet: Wallet) -> None:
    foreign = KeyOrigin(b"\x00\x01\x02\x03", Path.parse("m/0/5"))
    transaction = evm.Transaction(
        chain=ETHEREUM,
        sender=wallet.public_key("ethereum"),
        origin=foreign,
        to=ETHEREUM.account(b"\x42" * 20),
        value=1,
        nonce=0,
        gas=21_000,
        max_fee=2,
        max_priority_fee=1,
    )
    assert wallet.signers_for(transaction) == ()


@pytest.mark.parametrize("text", ["x" * 81, 10**5000, ["p2tr"]], ids=["long", "number", "list"])
def test_X16_X19_names_that_are_no_short_text_are_refused(wallet: Wallet, text: object) -> None:
    for name in ("profile", "kind"):
        with pytest.raises(WalletcoreError):
            wallet.address("bitcoin", **{name: text})  # type: ignore[arg-type]


# -- properties

numbers = st.one_of(
    st.integers(0, 2**31 - 1), st.integers(), st.sampled_from([0, 1, 2**31 - 1, 2**31, -1, True, 1.0, "0", None])
)
profiles = sorted({profile.name for row in chains() for profile in row.profiles})
kinds = sorted({profile.kind for row in chains() for profile in row.profiles})
wheres = st.fixed_dictionaries(
    {},
    optional={
        "account": numbers,
        "change": numbers,
        "index": numbers,
        "profile": st.sampled_from([*profiles, "", "bip", "BIP84"]),
        "kind": st.sampled_from([*kinds, "P2TR", "p2"]),
    },
)
in_range = st.fixed_dictionaries(
    {}, optional={"account": st.integers(0, 2**31 - 1), "change": st.integers(0, 1), "index": st.integers(0, 2**31 - 1)}
)
SEED = Mnemonic.parse(PHRASE).seed().reveal()


@given(st.sampled_from(chains()), wheres)
def test_a_wallet_asks_for_the_keys_of_the_chains_own_path_or_for_none(row: Chain, where: dict[str, Any]) -> None:
    wallet = Wallet.from_seed(SEED)
    try:
        path = row.path(**where)
    except WalletcoreError as error:
        with pytest.raises(type(error)) as caught:
            wallet.address(row, **where)
        assert caught.value.reason == error.reason  # noqa: PT017
    else:
        assert wallet.origin(row, **where).path == path
        kind = where.get("kind", "") or row.profile(where.get("profile", "")).kind
        assert wallet.address(row, **where) == row.address(wallet.public_key(row, **where), kind=kind)


@given(st.sampled_from([(row, profile) for row in chains() for profile in row.profiles]), in_range)
def test_bip_utils_derives_the_key_of_every_profile(choice: tuple[Chain, Profile], where: dict[str, Any]) -> None:
    row, profile = choice
    where = {name: number for name, number in where.items() if f"{{{name}}}" in profile.path}
    tree = {Curve.SECP256K1: Bip32Slip10Secp256k1, Curve.ED25519: Bip32Slip10Ed25519}[profile.curve]
    key = tree.FromSeed(SEED).DerivePath(str(row.path(profile=profile.name, **where))).PublicKey().RawCompressed()
    public = Wallet.from_seed(SEED).public_key(row, profile=profile.name, **where)
    assert public.data == key.ToBytes()[-len(public.data) :]


@given(st.sampled_from([(row, profile) for row in chains() for profile in row.profiles]), in_range, in_range)
def test_two_questions_have_one_answer_only_when_they_are_the_same(
    choice: tuple[Chain, Profile], first: dict[str, Any], second: dict[str, Any]
) -> None:
    row, profile = choice
    answers = []
    for where in (first, second):
        try:
            answers.append(row.path(profile=profile.name, **where))
        except PathError:
            return
    asked = [tuple(where.get(name, 0) for name in ("account", "change", "index")) for where in (first, second)]
    assert (answers[0] == answers[1]) == (asked[0] == asked[1])
