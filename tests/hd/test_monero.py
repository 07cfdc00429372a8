"""Monero's keys: published accounts and subaddresses, those of bip-utils and of the group in Python, and refusals."""

import subprocess
import sys
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from bip_utils import Monero, MoneroCoins
from ecdsa.eddsa import generator_ed25519
from ecdsa.ellipticcurve import PointEdwards
from hypothesis import given, settings
from hypothesis import strategies as st

from support.oracles import JSON, compared, locked, number
from support.vectors import Case, vectors
from walletcore.coding.text import BITCOIN_ALPHABET
from walletcore.errors import AddressError, DerivationError, InvalidKey, WalletcoreError
from walletcore.hashes import keccak256
from walletcore.hd import master
from walletcore.hd.monero import MoneroKeys, MoneroViewKeys
from walletcore.hd.monero_address import MONERO_NETWORKS, MoneroAddress
from walletcore.keys import Curve
from walletcore.mnemonic.monero import MoneroMnemonic
from walletcore.secret import Secret

L = 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1
KEYS = MoneroKeys.from_seed(bytes(range(32)))
COINS = {name: MoneroCoins[f"MONERO_{name.upper()}"] for name in MONERO_NETWORKS}

seeds = st.binary(min_size=32, max_size=32).filter(lambda seed: int.from_bytes(seed, "little") % L)
numbers = st.one_of(st.sampled_from([0, 1, 255, 256, 2**31, 2**32 - 1]), st.integers(0, 2**32 - 1))


def refusal(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args, **options)
    assert type(caught.value) in (DerivationError, AddressError)
    return caught.value.reason


def keys_of(given: Mapping[str, Any]) -> MoneroKeys | MoneroViewKeys:
    """The account that a case starts from."""
    if "phrase" in given:
        return MoneroKeys.from_seed(MoneroMnemonic.parse(given["phrase"], language=given["language"]).entropy)
    if "tree" in given:
        tree = given["tree"]
        derivation = "bip32" if tree["curve"] == "secp256k1" else "slip10"
        root = master(derivation, Curve(tree["curve"]), bytes.fromhex(tree["seed"]))
        return MoneroKeys.from_tree(root.derive(tree["path"]).private_key.secret)
    if "view_key" in given:
        view_key, public = (bytes.fromhex(given[name]) for name in ("view_key", "public_spend_key"))
        return MoneroViewKeys(view_key=Secret(view_key), public_spend_key=public)
    if "spend_key" in given:
        return MoneroKeys.from_spend_key(bytes.fromhex(given["spend_key"]))
    return MoneroKeys.from_seed(bytes.fromhex(given["seed"]))


def place(given: Mapping[str, Any]) -> tuple[int, int]:
    return given.get("account", 0), given.get("index", 0)


# -- published figures


@vectors("monero/keys", result="valid")
def test_an_account_gives_its_published_address(case: Case) -> None:
    payment_id = bytes.fromhex(case.input.get("payment_id", ""))
    made = keys_of(case.input).address(*place(case.input), network=case.input["network"], payment_id=payment_id)
    assert str(made) == case.expect["address"]


@vectors("monero/keys", result="valid")
def test_an_account_gives_its_published_keys(case: Case) -> None:
    keys = keys_of(case.input)
    made = {"view_key": keys.view_key.reveal().hex()}
    if isinstance(keys, MoneroKeys):
        made["spend_key"], keys = keys.spend_key.reveal().hex(), keys.view_only
    public = keys.public_keys(*place(case.input))
    made["public_spend_key"], made["public_view_key"] = (key.hex() for key in public)
    published = {name: value for name, value in case.expect.items() if name.endswith("_key")}
    assert {name: made[name] for name in published} == published


@vectors("monero/keys", result="invalid")
def test_numbers_out_of_range_are_refused_as_published(case: Case) -> None:
    keys = keys_of(case.input)
    assert isinstance(keys, MoneroKeys)
    for call in (keys.address, keys.spend_key_at, keys.view_only.address, keys.view_only.public_keys):
        assert refusal(call, *place(case.input)) in case.reasons


# -- second implementations


@given(seeds, st.sampled_from(sorted(COINS)), numbers, numbers, st.binary(min_size=8, max_size=8))
def test_accounts_are_those_of_bip_utils(seed: bytes, network: str, account: int, index: int, payment: bytes) -> None:
    ours, theirs = MoneroKeys.from_seed(seed), Monero.FromSeed(seed, COINS[network])
    assert ours.spend_key.reveal() == theirs.PrivateSpendKey().Raw().ToBytes()
    assert ours.view_key.reveal() == theirs.PrivateViewKey().Raw().ToBytes()
    assert ours.public_spend_key == theirs.PublicSpendKey().RawCompressed().ToBytes()
    assert ours.view_only.public_view_key == theirs.PublicViewKey().RawCompressed().ToBytes()
    assert str(ours.address(network=network)) == theirs.PrimaryAddress()
    assert str(ours.address(network=network, payment_id=payment)) == theirs.IntegratedAddress(payment)
    assert str(ours.address(account, index, network=network)) == theirs.Subaddress(index, account)


@given(seeds)
def test_keys_of_another_tree_are_those_of_bip_utils(key: bytes) -> None:
    theirs = Monero.FromBip44PrivateKey(key)
    assert str(MoneroKeys.from_tree(key).address()) == theirs.PrimaryAddress()


@given(seeds, numbers, numbers.filter(bool))
@settings(max_examples=25)  # the group in Python takes milliseconds for a point
def test_subaddresses_are_those_of_the_formulas_in_python(seed: bytes, account: int, index: int) -> None:
    """Zero to Monero, 4.3, over python-ecdsa: D = (b + m)B, C = aD."""
    keys = MoneroKeys.from_seed(seed)
    a, b = (int.from_bytes(key.reveal(), "little") for key in (keys.view_key, keys.spend_key))
    data = b"SubAddr\0" + a.to_bytes(32, "little") + account.to_bytes(4, "little") + index.to_bytes(4, "little")
    d = (b + int.from_bytes(keccak256(data), "little")) % L
    assert int.from_bytes(keys.spend_key_at(account, index).reveal(), "little") == d
    D: PointEdwards = generator_ed25519 * d
    assert keys.view_only.public_keys(account, index) == (bytes(D.to_bytes()), bytes((D * a).to_bytes()))


@given(st.binary(min_size=16, max_size=16))
def test_what_mymonero_makes_of_16_bytes(seed: bytes) -> None:
    """Their rule: the seed is hashed once for the spend key and twice for the view key; only then is it reduced."""
    keys, once = MoneroKeys.from_seed(seed), keccak256(seed)
    assert int.from_bytes(keys.spend_key.reveal(), "little") == int.from_bytes(once, "little") % L
    assert int.from_bytes(keys.view_key.reveal(), "little") == int.from_bytes(keccak256(once), "little") % L
    assert keys.spend_key == MoneroMnemonic.from_entropy(seed).spend_key()


def an_account(random: Random) -> JSON:
    """An account of 25 words or 13 and a place in it, or the text of an address, at times with another character."""
    seed, network = random.randbytes(random.choice((16, 32))), random.choice(MONERO_NETWORKS)
    place, payment_id = (number(random, 2**32), number(random, 2**32)), random.randbytes(8)
    if random.random() < 0.6:
        places = {"account": place[0], "index": place[1], "payment_id": payment_id.hex()}
        return {"task": "account", "seed": seed.hex(), "network": network, **places}
    keys = MoneroKeys.from_seed(seed)
    primary = keys.address(network=network)
    address = random.choice((primary, primary.with_payment_id(payment_id), keys.address(*place, network=network)))
    text = list(str(address))
    if random.random() < 0.5:
        text[random.randrange(len(text))] = random.choice(BITCOIN_ALPHABET)
    return {"task": "read", "text": "".join(text), "network": network}


def same_account(case: JSON, verdict: JSON) -> list[str]:
    if case["task"] == "read":
        return [same_address(case, verdict)]
    keys, network = MoneroKeys.from_seed(bytes.fromhex(case["seed"])), case["network"]
    made = {
        "spend_key": keys.spend_key.reveal().hex(),
        "view_key": keys.view_key.reveal().hex(),
        "address": str(keys.address(case["account"], case["index"], network=network)),
        "integrated": str(keys.address(network=network, payment_id=bytes.fromhex(case["payment_id"]))),
    }
    assert made == verdict
    return [f"{len(case['seed']) // 2} bytes", network]


def same_address(case: JSON, verdict: JSON) -> str:
    try:
        found = MoneroAddress.parse(case["text"], network=case["network"])
    except AddressError:
        assert verdict == {"refused": True}
        return "refused"
    keys = {"spend": found.public_spend_key.hex(), "view": found.public_view_key.hex()}
    network = found.network.removesuffix("net")
    assert {**keys, "net": network, "payment_id": found.payment_id.hex()} == verdict
    return found.kind


@locked
def test_monero_python_makes_the_same_accounts_and_reads_the_same_addresses(environment: str) -> None:
    kinds = {"16 bytes", "32 bytes", *MONERO_NETWORKS, "standard", "subaddress", "integrated", "refused"}
    compared("monero", "accounts", environment, an_account, same_account, kinds=kinds)


# -- properties


@given(seeds, numbers, numbers)
def test_the_view_only_half_gives_the_same_addresses(seed: bytes, account: int, index: int) -> None:
    keys = MoneroKeys.from_seed(Secret(seed))
    assert keys.view_only.address(account, index) == keys.address(account, index)
    assert keys.spend_key == MoneroMnemonic.from_entropy(seed).spend_key()


@given(seeds, numbers, numbers)
def test_the_private_key_of_a_subaddress_is_that_of_its_spend_key(seed: bytes, account: int, index: int) -> None:
    keys = MoneroKeys.from_seed(seed)
    at = MoneroKeys(spend_key=keys.spend_key_at(account, index), view_key=keys.view_key)
    assert at.public_spend_key == keys.address(account, index).public_spend_key


def test_the_first_numbers_are_the_account_itself() -> None:
    assert KEYS.address() == KEYS.address(0, 0)
    assert KEYS.address().kind == "standard"
    assert {KEYS.address(0, 1).kind, KEYS.address(1, 0).kind} == {"subaddress"}
    assert KEYS.spend_key_at(0, 0) == KEYS.spend_key
    assert KEYS.view_only.public_keys() == (KEYS.public_spend_key, KEYS.view_only.public_view_key)


# -- what is refused


@pytest.mark.parametrize("size", [0, 15, 17, 24, 31, 33, 64, 100_000])
def test_S03_a_seed_of_another_size_is_refused(size: int) -> None:
    assert refusal(MoneroKeys.from_seed, bytes(size)) == "length"
    for door in (MoneroKeys.from_spend_key, MoneroKeys.from_tree):
        assert refusal(door, bytes(size)) == refusal(door, bytes(16)) == "length"


@pytest.mark.parametrize(
    "seed", ["00" * 32, bytearray(32), None, 5, True, [1] * 32, type("Data", (bytes,), {})(bytes(32))]
)
def test_S05_a_seed_that_is_not_bytes_is_refused(seed: Any) -> None:
    for door in (MoneroKeys.from_seed, MoneroKeys.from_spend_key, MoneroKeys.from_tree):
        assert refusal(door, seed) == "type"


@pytest.mark.parametrize("number", [0, L])
def test_a_seed_that_gives_no_key_is_refused(number: int) -> None:
    assert refusal(MoneroKeys.from_seed, number.to_bytes(32, "little")) == "range"


@pytest.mark.parametrize("number", [0, L, L + 1, 2 * L, 2**255 + 1, 2**256 - 1])
def test_a_key_out_of_range_is_refused(number: int) -> None:
    bad, good = (Secret(n.to_bytes(32, "little")) for n in (number, 1))
    assert refusal(MoneroKeys.from_spend_key, bad) == "range"
    assert refusal(MoneroKeys, spend_key=bad, view_key=good) == "range"
    assert refusal(MoneroKeys, spend_key=good, view_key=bad) == "range"
    assert refusal(MoneroViewKeys, view_key=bad, public_spend_key=KEYS.public_spend_key) == "range"
    MoneroKeys(spend_key=good, view_key=Secret((L - 1).to_bytes(32, "little")))


@pytest.mark.parametrize(
    ("secret", "reason"),
    [(Secret(bytes(31)), "length"), (Secret(bytes(33)), "length"), (bytes(32), "type"), (None, "type")],
)
def test_what_is_no_key_is_refused(secret: Any, reason: str) -> None:
    assert refusal(MoneroKeys, spend_key=secret, view_key=KEYS.view_key) == reason
    assert refusal(MoneroKeys, spend_key=KEYS.spend_key, view_key=secret) == reason
    assert refusal(MoneroViewKeys, view_key=secret, public_spend_key=KEYS.public_spend_key) == reason


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        *((bytes(32), "point"), (b"\1" + bytes(31), "point"), (b"\2" + bytes(31), "point"), (bytes(31), "length")),
        *((KEYS.public_spend_key.hex(), "type"), (bytearray(32), "type"), (None, "type")),
    ],
)
def test_K07_a_public_spend_key_that_nobody_has_is_refused(key: Any, reason: str) -> None:
    assert refusal(MoneroViewKeys, view_key=KEYS.view_key, public_spend_key=key) == reason


@pytest.mark.parametrize(
    ("number", "reason"),
    [(-1, "range"), (2**32, "range"), (True, "type"), (1.0, "type"), ("1", "type"), (None, "type"), (b"\1", "type")],
)
def test_a_number_that_is_none_is_refused(number: Any, reason: str) -> None:
    for keys in (KEYS, KEYS.view_only):
        assert refusal(keys.address, number) == refusal(keys.address, 0, number) == reason
    assert refusal(KEYS.spend_key_at, number, 0) == refusal(KEYS.spend_key_at, 0, number) == reason
    assert refusal(KEYS.view_only.public_keys, 0, number) == reason


def test_a_subaddress_takes_no_payment_id() -> None:
    assert refusal(KEYS.address, 0, 1, payment_id=bytes(8)) == "mismatch"
    for bad in (bytes(7), "", None, bytearray(), bytearray(8), 0, False):
        assert refusal(KEYS.address, payment_id=bad) == "length"
    assert refusal(KEYS.address, network="regtest") == "unknown"


def test_wiped_keys_give_nothing() -> None:
    keys = MoneroKeys.from_seed(bytes(range(32)))
    view_only = keys.view_only
    keys.spend_key.wipe()
    keys.view_key.wipe()
    calls = (
        lambda: keys.view_only,
        keys.address,
        lambda: keys.spend_key_at(0, 0),
        lambda: keys.spend_key_at(0, 1),
    )
    for call in (*calls, view_only.address, lambda: view_only.public_view_key):
        with pytest.raises(InvalidKey) as caught:
            call()
        assert caught.value.reason == "wiped"


def test_a_wiped_seed_is_refused_as_such() -> None:
    seed = Secret(bytes(32))
    seed.wipe()
    for door in (MoneroKeys.from_seed, MoneroKeys.from_spend_key, MoneroKeys.from_tree):
        with pytest.raises(InvalidKey):
            door(seed)


def test_wiping_what_was_given_or_taken_leaves_the_account() -> None:
    seed = Secret(bytes(range(32)))
    keys = MoneroKeys.from_spend_key(MoneroMnemonic.from_entropy(seed).spend_key())
    seed.wipe()
    keys.spend_key_at(0, 0).wipe()
    assert keys.address() == KEYS.address()


def test_opening_the_room_loads_libsodium_and_no_other_curve() -> None:
    program = """if True:
        import sys
        from walletcore.hd.monero import MoneroKeys
        MoneroKeys.from_seed(bytes(range(32))).address(0, 1)
        others = {"coincurve", "cryptography", "walletcore.mnemonic", "walletcore.hd.bip32"}
        print(sorted({"nacl", *others} & set(sys.modules)))
    """
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "['nacl']\n"
