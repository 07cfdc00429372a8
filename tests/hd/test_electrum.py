"""Electrum's trees: published wallets and their addresses, those of bip-utils, and what is refused."""

import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from bip_utils import ElectrumV1, ElectrumV2Segwit, ElectrumV2Standard
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.errors import DerivationError, InvalidKey, WalletcoreError
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.hd.electrum import (
    ElectrumOldPrivateKey,
    ElectrumOldPublicKey,
    account,
    cosigners,
    third_cosigner,
)
from walletcore.hd.slip10 import Slip10PrivateKey
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.wif import Wif
from walletcore.mnemonic.electrum import ElectrumMnemonic
from walletcore.mnemonic.electrum_old import ElectrumOldMnemonic
from walletcore.secret import Secret

BITCOIN = chain("bitcoin", BitcoinChain)
SEED = bytes(range(64))
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # SEC 2, 2.4.1
OLD = ElectrumOldPrivateKey.from_stretched(bytes(range(32)))
FIRST, SECOND = (key.public for key in cosigners(SEED, "2fa"))

seeds = st.binary(min_size=64, max_size=64)
secrets = st.integers(1, N - 1).map(lambda number: number.to_bytes(32))
indexes = st.one_of(st.sampled_from([0, 1, 2**31 - 1]), st.integers(0, 2**31 - 1))
changes = st.sampled_from([0, 1])


def refusal(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args, **options)
    assert type(caught.value) is DerivationError
    return caught.value.reason


@cache
def old(phrase: str) -> ElectrumOldPrivateKey:
    return ElectrumOldPrivateKey.from_stretched(ElectrumOldMnemonic.parse(phrase).stretch())


def old_of(given: Mapping[str, Any]) -> ElectrumOldPrivateKey:
    if "stretched" in given:
        return ElectrumOldPrivateKey.from_stretched(bytes.fromhex(given["stretched"]))
    return old(given["phrase"])


def keys_of(given: Mapping[str, Any]) -> list[ExtendedPrivateKey]:
    """The private keys that a wallet is made of: of an account, or of two cosigners."""
    if "seed" in given:
        return [account(bytes.fromhex(given["seed"]), given["kind"])]
    phrase, passphrase = ElectrumMnemonic.parse(given["phrase"]), given.get("passphrase", "")
    if not phrase.kind.startswith("2fa"):
        return [account(phrase.seed(passphrase), phrase.kind, multisig="with" in given)]
    if len(phrase) >= 20:
        return [ExtendedPrivateKey.from_seed(half) for half in phrase.halves()]
    return list(cosigners(phrase.seed(passphrase), phrase.kind))


def address(given: Mapping[str, Any], keys: list[ExtendedPublicKey], change: int, index: int) -> str:
    """The address of one key, of all with those of the others, or of two of three with TrustedCoin's."""
    others = [ExtendedPublicKey.parse(text) for text in given.get("with", ())]
    required = len(keys) + len(others)
    if len(keys) == 2:
        others = [third_cosigner(*keys)]
    below = [key.derive(f"m/{change}/{index}").public_key for key in (*keys, *others)]
    if len(below) == 1:
        return str(BITCOIN.address(below[0], kind=keys[0].kind or "p2pkh"))
    return str(BITCOIN.script_address(multisig(required, below, sort=True), kind=keys[0].kind or "p2sh"))


def old_address(key: ElectrumOldPublicKey, change: int, index: int) -> str:
    return str(BITCOIN.address_of(p2pkh(key.key_hash(change, index))))


# -- published figures


@vectors("electrum/accounts")
def test_a_wallet_has_its_published_addresses(case: Case) -> None:
    for row in case.expect["addresses"]:
        place = row["change"], row["index"]
        if case.input["scheme"] == "electrum-old":
            assert old_address(old_of(case.input).public, *place) == row["address"]
        else:
            assert address(case.input, [key.public for key in keys_of(case.input)], *place) == row["address"]


@vectors("electrum/accounts")
def test_a_wallet_has_its_published_private_keys(case: Case) -> None:
    is_old = case.input["scheme"] == "electrum-old"
    for row in case.expect["addresses"]:
        place = row["change"], row["index"]
        if is_old:
            key = old_of(case.input).derive(*place)
        else:
            key = keys_of(case.input)[0].derive("m/{}/{}".format(*place)).private_key
        text = Wif(private_key=key, compressed=not is_old).reveal()
        assert text == row.get("wif", text)


@vectors("electrum/accounts")
def test_a_wallet_has_its_published_extended_keys(case: Case) -> None:
    if case.input["scheme"] == "electrum-old":
        key = old_of(case.input)
        text = Wif(private_key=key.private_key, compressed=False).reveal()
        assert (str(key.public), text) == (case.expect["public"], case.expect.get("wif", text))
        assert ElectrumOldPublicKey.parse(case.expect["public"]) == key.public
        return
    keys = keys_of(case.input)
    kind = keys[0].kind
    xprvs, xpubs = [key.reveal(kind=kind) for key in keys], [key.public.text(kind=kind) for key in keys]
    assert (xprvs, xpubs) == (case.expect.get("xprvs", xprvs), case.expect.get("xpubs", xpubs))
    for row in case.expect.get("descendants", ()):
        assert keys[0].derive(row["path"]).reveal(kind=kind) == row["xprv"]


# -- a second implementation, and properties


@given(seeds, changes, indexes)
def test_accounts_are_those_of_bip_utils(seed: bytes, change: int, index: int) -> None:
    for kind, theirs in (("standard", ElectrumV2Standard), ("segwit", ElectrumV2Segwit)):
        ours, peer = account(Secret(seed), kind), theirs.FromSeed(seed)
        key = ours.derive(f"m/{change}/{index}").private_key
        assert key.secret.reveal() == peer.GetPrivateKey(change, index).Raw().ToBytes()
        assert address({}, [ours.public], change, index) == peer.GetAddress(change, index)


@given(secrets, changes, indexes)
def test_keys_of_first_seeds_are_those_of_bip_utils(secret: bytes, change: int, index: int) -> None:
    ours, theirs = ElectrumOldPrivateKey.from_stretched(Secret(secret)), ElectrumV1.FromSeed(secret)
    assert str(ours.public) == theirs.MasterPublicKey().RawUncompressed().ToHex()[2:]
    assert ours.derive(change, index).secret.reveal() == theirs.GetPrivateKey(change, index).Raw().ToBytes()
    assert old_address(ours.public, change, index) == theirs.GetAddress(change, index)


@given(secrets, changes, indexes)
def test_the_public_half_gives_the_same_keys(secret: bytes, change: int, index: int) -> None:
    key = ElectrumOldPrivateKey.from_stretched(secret)
    public = ElectrumOldPublicKey.parse(str(key.public))
    assert public == key.public
    assert public.derive(change, index) == key.derive(change, index).public_key


@given(seeds, st.sampled_from(["2fa", "2fa_segwit"]), st.sampled_from(["mainnet", "testnet"]))
def test_the_third_cosigner_is_one_for_two_in_either_order(seed: bytes, kind: str, network: str) -> None:
    first, second = (key.public for key in cosigners(seed, kind, network=network))
    third = third_cosigner(first, second)
    assert third == third_cosigner(second, first) != third_cosigner(first, first)
    assert (third.network, third.kind, third.depth) == (network, first.kind, 0)


def test_test_networks_have_the_same_keys_and_their_own_texts() -> None:
    for kind, prefix in (("standard", "tpub"), ("segwit", "vpub")):
        main, test = (account(SEED, kind, network=network) for network in ("mainnet", "testnet"))
        assert main.private_key == test.private_key
        assert test.public.text(kind=test.kind).startswith(prefix)


# -- what is refused


@pytest.mark.parametrize("kind", ["", "2fa", "old", "Segwit", "p2wpkh", None, 5, b"segwit", ["segwit"], True])
def test_an_account_of_another_kind_is_refused(kind: Any) -> None:
    assert refusal(account, SEED, kind) == refusal(account, SEED, kind, multisig=True) == "unknown"


@pytest.mark.parametrize("kind", ["", "standard", "segwit", "2FA", "2fa-segwit", None, 5, b"2fa", ["2fa"]])
def test_cosigners_of_another_kind_are_refused(kind: Any) -> None:
    assert refusal(cosigners, SEED, kind) == "unknown"


@pytest.mark.parametrize("network", ["", "regtest", "signet", "litecoin", "Mainnet", None, 5, b"mainnet", ["mainnet"]])
def test_another_network_is_refused(network: Any) -> None:
    assert refusal(account, SEED, "segwit", network=network) == "unknown"
    assert refusal(cosigners, SEED, "2fa", network=network) == "unknown"


@pytest.mark.parametrize("flag", [1, 0, None, "yes", "False"])
def test_multisig_is_yes_or_no(flag: Any) -> None:
    assert refusal(account, SEED, "segwit", multisig=flag) == "type"


@pytest.mark.parametrize(
    ("seed", "reason"),
    [
        *((b"", "length"), (bytes(15), "length"), (bytes(65), "length"), (bytes(10**6), "length")),
        *((SEED.hex(), "type"), (bytearray(SEED), "type"), (None, "type"), (5, "type")),
    ],
)
def test_S03_S05_what_is_no_seed_is_refused(seed: Any, reason: str) -> None:
    assert refusal(account, seed, "standard") == refusal(cosigners, seed, "2fa") == reason


def test_two_keys_that_are_no_pair_have_no_third() -> None:
    other = cosigners(SEED, "2fa_segwit")[1].public
    assert refusal(third_cosigner, FIRST, other) == refusal(third_cosigner, other, FIRST) == "mismatch"
    assert refusal(third_cosigner, FIRST, cosigners(SEED, "2fa", network="testnet")[1].public) == "mismatch"
    segwit = account(SEED, "segwit").public
    assert refusal(third_cosigner, segwit, segwit) == "unknown"
    litecoin = ExtendedPrivateKey.from_seed(SEED, network="litecoin").public
    assert refusal(third_cosigner, litecoin, litecoin) == "unknown"
    for bad in (None, str(FIRST), FIRST.public_key, cosigners(SEED, "2fa")[0], [FIRST]):
        assert refusal(third_cosigner, bad, SECOND) == refusal(third_cosigner, FIRST, bad) == "type"


@pytest.mark.parametrize("change", [-1, 2, True, False, "0", None, 0.0, b"\0"])
def test_another_change_is_refused(change: Any) -> None:
    for call in (OLD.derive, OLD.public.derive, OLD.public.key_hash):
        assert refusal(call, change, 0) == "range"


@pytest.mark.parametrize("index", [-1, 2**31, 2**64, True, "0", None, 0.0, b"\0"])
def test_another_index_is_refused(index: Any) -> None:
    for call in (OLD.derive, OLD.public.derive, OLD.public.key_hash):
        assert refusal(call, 0, index) == "range"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *(("", "length"), ("00" * 63, "length"), ("00" * 65, "length"), ("0" * 127, "length")),
        *(
            (str(OLD.public).upper(), "character"),
            (" " + str(OLD.public)[1:], "character"),
            ("0x" + "0" * 126, "character"),
        ),
        *(("00" * 64, "point"), (str(OLD.public)[:-1] + "0", "point"), ("ff" * 64, "point")),
        *(("04" + str(OLD.public), "length"), (str(OLD.public)[:64], "length"), ("00" * 10**6, "length")),
        *((None, "type"), (5, "type"), (bytes(64), "type"), (str(OLD.public).encode(), "type")),
    ],
)
def test_a_text_that_is_no_master_public_key_is_refused(text: Any, reason: str) -> None:
    assert refusal(ElectrumOldPublicKey.parse, text) == reason


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        *((bytes(32), "range"), (N.to_bytes(32), "range"), (b"\xff" * 32, "range")),
        *((bytes(31), "length"), (bytes(33), "length"), (Secret(bytes(64)), "length"), (bytes(10**6), "length")),
        *(("00" * 32, "type"), (bytearray(32), "type"), (None, "type"), (5, "type")),
    ],
)
def test_what_is_no_stretched_seed_is_refused(secret: Any, reason: str) -> None:
    assert refusal(ElectrumOldPrivateKey.from_stretched, secret) == reason


def test_a_master_key_is_one_of_secp256k1() -> None:
    other = Slip10PrivateKey.from_seed(SEED, Curve.P256).private_key
    for bad in (other, None, bytes(32), Secret(bytes(32)), OLD.private_key.public_key):
        assert refusal(lambda bad=bad: ElectrumOldPrivateKey(private_key=bad)) == "type"
    for bad in (other.public_key, None, bytes(33), OLD.private_key):
        assert refusal(lambda bad=bad: ElectrumOldPublicKey(public_key=bad)) == "type"


def test_a_wiped_key_gives_nothing() -> None:
    secret = Secret(bytes(range(32)))
    key = ElectrumOldPrivateKey(private_key=PrivateKey(Curve.SECP256K1, secret))
    seed = Secret(SEED)
    secret.wipe()
    seed.wipe()
    calls = (lambda: key.derive(0, 0), lambda: key.public, lambda: ElectrumOldPrivateKey.from_stretched(secret))
    for call in (*calls, lambda: account(seed, "segwit"), lambda: cosigners(seed, "2fa")):
        with pytest.raises(InvalidKey) as caught:
            call()
        assert caught.value.reason == "wiped"


def test_opening_the_room_opens_no_mnemonic() -> None:
    program = """if True:
        import sys
        import walletcore.hd.electrum
        print([name for name in sys.modules if name.startswith("walletcore.mnemonic")])
    """
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
