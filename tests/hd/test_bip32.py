"""BIP-32: extended keys, their texts and children; rows S01-S13 and B01-B23 of the bad inputs and their neighbours."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import wallycore
from bip_utils import Base58Decoder, Base58Encoder, Bip32KeyNetVersions, Bip32Slip10Secp256k1
from hypothesis import assume, given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, vectors
from walletcore.coding.text import base58check
from walletcore.curves import secp256k1
from walletcore.errors import DerivationError, InvalidKey, PathError, WalletcoreError
from walletcore.hashes import hmac_sha512
from walletcore.hd import bip32
from walletcore.hd.bip32 import VERSIONS, ExtendedPrivateKey, ExtendedPublicKey, Version
from walletcore.hd.slip132 import BITCOIN_NETWORKS, PLAIN_NETWORKS
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import HARDENED, KeyOrigin, Path, hardened
from walletcore.secret import Secret

SEED = bytes(range(16))  # BIP-32, test vector 1
MASTER = ExtendedPrivateKey.from_seed(SEED)
XPRV = "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
XPUB = "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8"
DEEPEST = (  # depth 255
    "xprvJ8qzNMLsVYcToUB1MzEdZLMGJuubsHkDMci5kFSgDwS1ZrxCHQ4QyXTMBerZgbQzDkstKeTJQSPN5En8Th1PzhoUcs1cjmWQEbRNSj2gHBH"
)

seeds = st.binary(min_size=16, max_size=64)
indexes = st.integers(0, 2**32 - 1)
plain_indexes = st.integers(0, 2**31 - 1)
paths = st.lists(indexes, max_size=6).map(lambda numbers: Path(tuple(numbers)))
plain_paths = st.lists(plain_indexes, max_size=6).map(lambda numbers: Path(tuple(numbers)))
either = pytest.mark.parametrize("cls", [ExtendedPrivateKey, ExtendedPublicKey])


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(DerivationError) as caught:
        call(*args, **options)
    return caught.value.reason


def parse(text: str) -> ExtendedPrivateKey | ExtendedPublicKey:
    """The key of a text, as the type that its second to fourth letters promise."""
    return (ExtendedPrivateKey if text[1:4] == "prv" else ExtendedPublicKey).parse(text)


def text_of(payload: bytes) -> str:
    """Base58Check by a second implementation."""
    return str(Base58Encoder.CheckEncode(payload))


def payload_of(public: ExtendedPublicKey, **changes: bytes) -> bytes:
    """The 78 bytes of a public key with some of its fields replaced."""
    fields = {
        "version": bytes.fromhex("0488b21e"),
        "depth": bytes((public.depth,)),
        "fingerprint": public.parent_fingerprint,
        "number": public.child_number.to_bytes(4),
        "chain_code": public.chain_code,
        "key": public.public_key.data,
    }
    return b"".join((fields | changes).values())


def facts(key: ExtendedPrivateKey | ExtendedPublicKey, kind: str = "") -> dict[str, object]:
    """Everything that a vector may state about a key, under the vectors' names."""
    public = key.public if isinstance(key, ExtendedPrivateKey) else key
    shown: dict[str, object] = {
        "xpub": public.text(kind=kind),
        "chain_code": key.chain_code.hex(),
        "public": key.public_key.data.hex(),
        "fingerprint": key.parent_fingerprint.hex(),
        "depth": key.depth,
        "index": key.child_number,
    }
    if isinstance(key, ExtendedPrivateKey):
        shown |= {"xprv": key.reveal(kind=kind), "private": key.private_key.secret.reveal().hex()}
    return shown


def agrees(case: Case, key: ExtendedPrivateKey | ExtendedPublicKey) -> None:
    stated = {name: value for name, value in case.expect.items() if name not in ("result", "version", "network")}
    shown = facts(key, case.input.get("slip132", ""))
    assert {name: shown[name] for name in stated} == stated


def start(case: Case) -> ExtendedPrivateKey | ExtendedPublicKey:
    if "seed" in case.input:
        network = case.input.get("network", "mainnet")
        return ExtendedPrivateKey.from_seed(bytes.fromhex(case.input["seed"]), network=network)
    return parse(case.input.get("xprv") or case.input["xpub"])


# -- published figures


@vectors("bip32/master")
def test_a_seed_gives_the_published_master_key(case: Case) -> None:
    agrees(case, start(case))


@vectors("bip32/derive")
def test_a_path_leads_to_the_published_key(case: Case) -> None:
    agrees(case, start(case).derive(case.input["path"]))


@vectors("bip32/coins", operation="hd.derive")
def test_a_path_leads_to_the_published_key_of_a_coin_with_checksums_of_its_own(case: Case) -> None:
    found = start(case)
    assert found.network == case.input["network"]
    agrees(case, found.derive(case.input["path"]))


@vectors("bip32/coins", operation="hd.parse")
def test_published_texts_of_a_coin_with_checksums_of_its_own_are_refused(case: Case) -> None:
    for options in ({}, {"network": case.input["network"]}):
        assert refusal(ExtendedPublicKey.parse, case.input["key"], **options) == case.expect["reason"]


@vectors("bip32/nodes")
def test_a_path_leads_to_a_node_with_the_published_fields(case: Case) -> None:
    agrees(case, start(case).derive(case.input["path"]))


@vectors("bip32/public", result="valid")
def test_a_path_of_public_steps_leads_to_the_published_key(case: Case) -> None:
    agrees(case, start(case).derive(case.input["path"]))


@vectors("bip32/public", result="invalid")
def test_S11_a_hardened_child_of_a_public_key_is_refused_in_the_vectors(case: Case) -> None:
    assert refusal(start(case).derive, case.input["path"]) == case.expect["reason"]


@vectors("bip44/accounts", operation="hd.derive")
def test_a_path_of_bip44_leads_to_the_published_account(case: Case) -> None:
    agrees(case, start(case).derive(case.input["path"]))


@vectors("bip49/accounts", operation="hd.derive")
def test_a_path_of_bip49_leads_to_the_published_account(case: Case) -> None:
    agrees(case, start(case).derive(case.input["path"]))


@vectors("bip84/accounts", operation="hd.derive")
def test_a_path_of_bip84_leads_to_the_published_account(case: Case) -> None:
    agrees(case, start(case).derive(case.input["path"]))


@vectors("bip86/accounts", operation="hd.derive")
def test_a_path_of_bip86_leads_to_the_published_account(case: Case) -> None:
    agrees(case, start(case).derive(case.input["path"]))


@vectors("bip32/parse")
def test_a_text_has_the_published_fields(case: Case) -> None:
    key = parse(case.input["key"])
    agrees(case, key)
    assert (key.reveal() if isinstance(key, ExtendedPrivateKey) else str(key)) == case.input["key"]


@vectors("bip32/invalid", rows={"bip#5/": ("B", 0)})
def test_an_invalid_text_is_refused_for_its_reason(case: Case) -> None:
    assert refusal(parse, case.input["key"]) == case.expect["reason"]
    for cls in (ExtendedPrivateKey, ExtendedPublicKey):
        refusal(cls.parse, case.input["key"])


# -- seeds


def test_S01_an_empty_seed_is_refused() -> None:
    assert refusal(ExtendedPrivateKey.from_seed, b"") == "length"


@pytest.mark.parametrize("size", [1, 8, 15])
def test_S03_a_seed_of_15_bytes_is_refused(size: int) -> None:
    assert refusal(ExtendedPrivateKey.from_seed, bytes(size)) == "length"
    assert refusal(ExtendedPrivateKey.from_seed, Secret(bytes(size))) == "length"


@pytest.mark.parametrize("size", [65, 128, 1_000_000])
def test_S04_a_seed_of_65_bytes_is_refused(size: int) -> None:
    assert refusal(ExtendedPrivateKey.from_seed, bytes(size)) == "length"


@pytest.mark.parametrize("size", [1, 15, 65, 128, 1024])
def test_S04_seeds_of_old_wallets_are_taken_when_asked_for(size: int) -> None:
    seed = (bytes(range(1, 129)) * 8)[:size]
    key = ExtendedPrivateKey.from_seed(seed, any_length=True)
    halves = hmac.digest(b"Bitcoin seed", seed, "sha512")  # the standard library's, not ours
    assert (key.private_key.secret.reveal(), key.chain_code) == (halves[:32], halves[32:])
    if size >= 16:  # bip_utils has no upper limit
        assert key.reveal() == Bip32Slip10Secp256k1.FromSeed(seed).PrivateKey().ToExtended()


@pytest.mark.parametrize("size", [0, 1025])
def test_S04_no_seed_and_endless_ones_are_refused_even_then(size: int) -> None:
    with pytest.raises(DerivationError):
        ExtendedPrivateKey.from_seed(bytes(size), any_length=True)


@pytest.mark.parametrize("seed", [SEED.hex(), bytearray(SEED), memoryview(SEED), list(SEED), 5, None])
def test_S05_a_seed_that_is_not_bytes_is_refused(seed: Any) -> None:
    assert refusal(ExtendedPrivateKey.from_seed, seed) == "type"


@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_seed_may_be_bytes_or_a_secret(size: int) -> None:
    seed = bytes(range(size))
    assert ExtendedPrivateKey.from_seed(seed) == ExtendedPrivateKey.from_seed(Secret(seed))


# -- steps


@pytest.mark.parametrize("path", ["m/0'", "m/2147483647'", "m/0/1'", "m/0'/1", Path((HARDENED,))])
def test_S11_a_hardened_child_of_a_public_key_is_refused(path: Path | str) -> None:
    assert refusal(MASTER.public.derive, path) == "hardened"


def test_S12_a_child_of_a_key_at_depth_255_is_refused() -> None:
    deepest = ExtendedPrivateKey.parse(DEEPEST)
    assert deepest.depth == 255
    for key in (deepest, deepest.public):
        assert refusal(key.derive, "m/0") == "range"
        assert key.derive("m") is key
    assert refusal(deepest.derive, "m/0'") == "range"


def test_S12_depth_255_is_reached_and_not_passed() -> None:
    key = MASTER.public.derive("m" + "/0" * 254)
    assert refusal(key.derive, "m/0/0") == "range"
    assert key.derive("m/0").depth == 255


def test_S13_a_public_key_and_a_child_private_key_give_the_parent_private_key() -> None:
    """Why `public` is documented as it is: k_par = k_i - I_L (mod n), with nothing but the xpub and one child."""
    parent = MASTER.derive("m/44'/0'/0'")
    child = parent.derive("m/7")
    I = hmac_sha512(parent.public.chain_code, parent.public.public_key.data + (7).to_bytes(4))  # noqa: E741
    k_i = int.from_bytes(child.private_key.secret.reveal())
    k_par = (k_i - int.from_bytes(I[:32])) % secp256k1.ORDER
    assert k_par.to_bytes(32) == parent.private_key.secret.reveal()
    assert "gives this private key away" in (ExtendedPrivateKey.public.__doc__ or "")


@pytest.mark.parametrize("path", ["", "0", "m/2147483648", "M/0", None, 0, b"m", (0,)])
@pytest.mark.parametrize("key", [MASTER, MASTER.public])
def test_a_malformed_path_is_refused(key: ExtendedPrivateKey | ExtendedPublicKey, path: Any) -> None:
    with pytest.raises(PathError):
        key.derive(path)


def test_an_index_that_gives_no_key_is_refused_with_the_advice_of_bip32() -> None:
    I = hmac_sha512(bytes(32), MASTER.public_key.data + (5).to_bytes(4))  # noqa: E741
    opposite = (secp256k1.ORDER - int.from_bytes(I[:32])).to_bytes(32)  # k_par for which k_i is zero
    with pytest.raises(DerivationError) as caught:
        bip32._ckd_priv(opposite, bytes(32), MASTER.public_key.data, 5)
    assert (caught.value.reason, caught.value.hint) == ("range", "use the next index")


# -- texts


@pytest.mark.parametrize("text", [XPRV + " ", " " + XPRV, XPUB + " ", XPUB + " "])
def test_B17_a_space_is_refused(text: str) -> None:
    for cls in (ExtendedPrivateKey, ExtendedPublicKey):
        assert refusal(cls.parse, text) == "character"


@pytest.mark.parametrize("text", ["\n" + XPRV, XPRV + "\n", XPUB + "\x00", XPUB[:50] + "\n" + XPUB[50:]])
def test_B18_a_newline_is_refused(text: str) -> None:
    for cls in (ExtendedPrivateKey, ExtendedPublicKey):
        assert refusal(cls.parse, text) == "character"


def test_B19_a_payload_of_79_bytes_is_refused() -> None:
    text = (
        "5FQFKc7mTW13jdERCdcWhR7jDXSVGidkfxg766sq8sWD67cipNbo9545qp7WrerzgzZ7puGaG1875YaJh9yfXw8ZKkMpy7wjyf4Qx4A9g2wU"
        "Jouf2"
    )
    assert refusal(ExtendedPrivateKey.parse, text) == "length"
    assert refusal(ExtendedPublicKey.parse, text_of(payload_of(MASTER.public) + b"\0")) == "length"


@pytest.mark.parametrize("size", [0, 1, 4, 45, 77])
def test_B20_a_payload_of_77_bytes_is_refused(size: int) -> None:
    assert refusal(ExtendedPublicKey.parse, text_of(payload_of(MASTER.public)[:size])) == "length"


def test_B22_a_key_of_another_network_is_refused() -> None:
    tprv = ExtendedPrivateKey.from_seed(SEED, network="testnet")
    assert refusal(ExtendedPrivateKey.parse, tprv.reveal(), network="mainnet") == "network"
    assert refusal(ExtendedPublicKey.parse, str(tprv.public), network="mainnet") == "network"
    assert refusal(ExtendedPublicKey.parse, XPUB, network="testnet") == "network"
    assert ExtendedPrivateKey.parse(tprv.reveal(), network="testnet") == tprv


@pytest.mark.parametrize("kind", sorted({row.kind for row in VERSIONS if row.network == "mainnet"}))
def test_B22_a_key_for_another_kind_of_script_is_refused(kind: str) -> None:
    text = MASTER.public.text(kind=kind)
    for other in {row.kind for row in VERSIONS} - {kind}:
        assert refusal(ExtendedPublicKey.parse, text, kind=other) == "version"
    assert ExtendedPublicKey.parse(text, kind=kind).kind == kind


class Alike(str):
    """Equal to whatever it is compared with."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


@pytest.mark.parametrize("wanted", [Alike("testnet"), Alike("mainnet"), b"mainnet", 0, False])
def test_X19_what_a_key_has_to_be_is_said_by_a_text_and_nothing_alike(wanted: Any) -> None:
    for key, text in ((ExtendedPrivateKey, XPRV), (ExtendedPublicKey, XPUB)):
        assert refusal(key.parse, text, network=wanted) == "network"
        assert refusal(key.parse, text, kind=wanted) == "version"


def test_B23_a_zero_parent_fingerprint_below_the_root_is_accepted() -> None:
    """Documented: wallets write it, and no rule of BIP-32 forbids it."""
    child = MASTER.public.derive("m/1")
    key = ExtendedPublicKey.parse(text_of(payload_of(child, fingerprint=bytes(4))))
    assert (key.depth, key.parent_fingerprint, key.public_key) == (1, bytes(4), child.public_key)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": bytes(4)}, "version"),
        ({"version": bytes.fromhex("0488b21f")}, "version"),
        ({"version": bytes.fromhex("0488ade4")}, "mismatch"),
        ({"fingerprint": b"\0\0\0\1"}, "non-canonical"),
        ({"number": b"\0\0\0\1"}, "non-canonical"),
        ({"key": b"\2" + b"\xff" * 32}, "point"),
        ({"key": b"\4" + bytes(32)}, "point"),
        ({"key": b"\6" + bytes(31) + b"\1"}, "point"),
        ({"key": bytes(33)}, "mismatch"),
    ],
)
def test_a_public_text_with_one_field_wrong_is_refused(changes: dict[str, bytes], reason: str) -> None:
    assert refusal(ExtendedPublicKey.parse, text_of(payload_of(MASTER.public, **changes))) == reason


@either
@pytest.mark.parametrize("text", [None, 5, XPUB.encode(), bytearray(XPUB.encode()), type("Text", (str,), {})(XPUB)])
def test_a_text_of_another_type_is_refused(cls: Any, text: Any) -> None:
    assert refusal(cls.parse, text) == "type"


@either
@pytest.mark.parametrize("text", ["", "x", "1" * 500, "z" * 500, "1" * 1_000_000, "z" * 1_000_000])
def test_a_text_of_another_length_is_refused(cls: Any, text: str) -> None:
    assert refusal(cls.parse, text) in ("length", "too-large")


def test_a_huge_text_costs_less_than_five_milliseconds() -> None:
    setup = "from contextlib import suppress\nfrom walletcore.hd.bip32 import ExtendedPublicKey\ntext = 'z' * 2**20"
    assert cpu_seconds("with suppress(ValueError): ExtendedPublicKey.parse(text)", setup=setup) < 0.005 * SLACK


def test_a_key_of_the_other_half_is_refused_and_said_so() -> None:
    assert refusal(ExtendedPrivateKey.parse, XPUB) == "version"
    assert refusal(ExtendedPublicKey.parse, XPRV) == "version"


# -- what an extended key is


def test_the_private_half_shows_nothing_and_the_public_half_its_text() -> None:
    assert repr(MASTER) == str(MASTER) == "ExtendedPrivateKey(mainnet, depth 0)"
    assert repr(MASTER.public) == f"ExtendedPublicKey({XPUB})"
    assert (MASTER.reveal(), str(MASTER.public)) == (XPRV, XPUB)


def test_a_fingerprint_names_the_root_in_key_origins() -> None:
    assert MASTER.fingerprint == MASTER.public.fingerprint == MASTER.identifier[:4] == bytes.fromhex("3442193e")
    assert str(KeyOrigin(MASTER.fingerprint, Path.parse("m/44'/0'/0'"))) == "[3442193e/44'/0'/0']"
    child = MASTER.derive("m/0'")
    assert child.parent_fingerprint == MASTER.fingerprint
    assert (child.depth, child.child_number) == (1, hardened(0))


def spelling(row: Version) -> str:
    return f"{row.network}-{row.kind or 'plain'}"


every_spelling = pytest.mark.parametrize("row", VERSIONS, ids=spelling)


@every_spelling
def test_every_spelling_reads_back_and_children_inherit_it(row: Version) -> None:
    master = replace(MASTER, network=row.network, kind=row.kind)
    key = ExtendedPrivateKey.parse(master.reveal(kind=row.kind), network=row.network)
    assert key == master
    child = ExtendedPublicKey.parse(key.public.text(kind=row.kind), network=row.network).derive("m/1")
    assert (child.network, child.kind) == (row.network, row.kind)
    assert str(child) == str(master.public.derive("m/1"))  # the plain form, where there is one, says the network only
    assert ExtendedPublicKey.parse(str(child), network=row.network).kind in ("", row.kind)


@pytest.mark.parametrize("row", [row for row in VERSIONS if row.checked == base58check], ids=spelling)
def test_every_spelling_is_that_of_bip_utils(row: Version) -> None:
    theirs = Bip32Slip10Secp256k1.FromSeed(SEED, Bip32KeyNetVersions(row.public, row.private))
    ours = ExtendedPrivateKey.from_seed(SEED, network=row.network, kind=row.kind)
    assert ours.reveal(kind=row.kind) == theirs.PrivateKey().ToExtended()
    assert ours.public.text(kind=row.kind) == theirs.PublicKey().ToExtended()


@pytest.mark.parametrize(
    ("network", "kind", "version"), [("syscoin", "p2wpkh", "04b24746"), ("polis", "p2pkh", "03e25d7e")]
)
def test_a_network_without_a_plain_form_writes_the_form_of_its_kind(network: str, kind: str, version: str) -> None:
    key = ExtendedPrivateKey.from_seed(SEED, network=network, kind=kind)
    assert Base58Decoder.CheckDecode(key.public.text())[:4].hex() == version
    assert ExtendedPrivateKey.parse(key.reveal(), network=network) == key
    with pytest.raises(DerivationError) as caught:
        ExtendedPrivateKey.from_seed(SEED, network=network)
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize("row", [row for row in VERSIONS if row.network in PLAIN_NETWORKS], ids=spelling)
def test_B22_a_key_is_read_unnamed_where_no_other_coin_could_have_written_it(row: Version) -> None:
    key = replace(MASTER, network=row.network, kind=row.kind)
    assert ExtendedPrivateKey.parse(key.reveal(kind=row.kind)) == key
    assert ExtendedPublicKey.parse(key.public.text(kind=row.kind)) == key.public
    for network in {other.network for other in VERSIONS if other[2:] != row[2:]} - {row.network}:
        if row[2:] not in {other[2:] for other in VERSIONS if other.network == network}:
            assert refusal(ExtendedPrivateKey.parse, key.reveal(kind=row.kind), network=network) == "network"


@pytest.mark.parametrize("row", [row for row in VERSIONS if row.network not in PLAIN_NETWORKS], ids=spelling)
def test_B22_a_key_of_another_coin_is_read_where_its_network_is_named_only(row: Version) -> None:
    key = replace(MASTER, network=row.network, kind=row.kind)
    for text, cls in (
        (key.reveal(kind=row.kind), ExtendedPrivateKey),
        (key.public.text(kind=row.kind), ExtendedPublicKey),
    ):
        for network in {other.network for other in VERSIONS if other[1:] != row[1:]} - {
            other.network for other in VERSIONS if other[2:] == row[2:]
        }:
            assert refusal(cls.parse, text, network=network) == "network"
        if row[2:] in {other[2:] for other in VERSIONS if other.network in BITCOIN_NETWORKS}:
            assert cls.parse(text).network in BITCOIN_NETWORKS  # the coins share their bytes
        else:
            assert refusal(cls.parse, text) == "network"


def test_B22_the_refusal_of_a_key_of_another_coin_says_how_to_read_it() -> None:
    text = replace(MASTER, network="litecoin", kind="p2sh-p2wpkh").public.text(kind="p2sh-p2wpkh")
    with pytest.raises(DerivationError) as caught:
        ExtendedPublicKey.parse(text)
    assert text.startswith("Mtub")
    assert caught.value.hint == "network='litecoin' reads it"


def test_no_network_has_two_spellings_for_one_kind_or_two_kinds_for_one_spelling() -> None:
    assert len({row[:2] for row in VERSIONS}) == len(VERSIONS)
    assert len({(row.network, version) for row in VERSIONS for version in row[2:4]}) == 2 * len(VERSIONS)


@vectors("bip32/versions")
def test_the_published_version_bytes_are_read_on_their_network(case: Case) -> None:
    key = ExtendedPublicKey.parse(case.input["key"], network=case.input["network"])
    row = next(row for row in VERSIONS if row[:2] == (key.network, key.kind))
    assert (row.public.hex(), key.kind) == (case.expect["version"], case.expect["kind"])
    assert key.public_key.data.hex() == case.expect["public"]
    assert key.chain_code.hex() == case.expect["chain_code"]
    assert (key.depth, key.child_number, key.parent_fingerprint.hex()) == (0, 0, case.expect["fingerprint"])


@pytest.mark.parametrize("kind", ["p2tr", "p2pkh", "P2WPKH", None, 5, ["p2wpkh"]])
def test_a_kind_that_slip132_does_not_register_is_refused(kind: Any) -> None:
    assert refusal(MASTER.public.text, kind=kind) == "unknown"
    assert refusal(MASTER.reveal, kind=kind) == "unknown"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chain_code": bytes(31)}, "length"),
        ({"chain_code": "00" * 32}, "length"),
        ({"depth": 256, "child_number": 1}, "range"),
        ({"depth": -1}, "range"),
        ({"depth": True}, "type"),
        ({"depth": 1, "child_number": 2**32}, "range"),
        ({"depth": 1, "child_number": 1.0}, "type"),
        ({"depth": 1, "parent_fingerprint": bytes(3)}, "length"),
        ({"child_number": 1}, "non-canonical"),
        ({"parent_fingerprint": b"abcd"}, "non-canonical"),
        ({"network": "regtest"}, "unknown"),
        ({"network": ["mainnet"]}, "unknown"),
        ({"kind": "p2tr"}, "unknown"),
    ],
)
def test_a_key_with_a_wrong_field_is_not_made(changes: dict[str, Any], reason: str) -> None:
    fields = {"chain_code": bytes(32)} | changes
    assert refusal(lambda: ExtendedPrivateKey(private_key=MASTER.private_key, **fields)) == reason
    assert refusal(lambda: ExtendedPublicKey(public_key=MASTER.public_key, **fields)) == reason


def test_a_key_of_another_curve_or_type_is_refused() -> None:
    other = PrivateKey(Curve.ED25519, Secret(bytes(32)))
    for key in (other, other.public_key, MASTER, SEED, None):
        assert refusal(lambda key=key: ExtendedPrivateKey(private_key=key, chain_code=bytes(32))) == "type"
        assert refusal(lambda key=key: ExtendedPublicKey(public_key=key, chain_code=bytes(32))) == "type"


def test_an_unknown_network_has_no_master_key() -> None:
    assert refusal(ExtendedPrivateKey.from_seed, SEED, network="regtest") == "unknown"


def test_a_wiped_key_derives_nothing() -> None:
    key = ExtendedPrivateKey.from_seed(SEED)
    key.private_key.wipe()
    for door in (key.reveal, lambda: key.derive("m/0'"), lambda: key.derive("m/0"), lambda: key.public):
        with pytest.raises(InvalidKey) as caught:
            door()
        assert caught.value.reason == "wiped"


# -- properties and second implementations


@given(seeds, paths)
def test_a_key_reads_back_from_its_text(seed: bytes, path: Path) -> None:
    key = ExtendedPrivateKey.from_seed(seed).derive(path)
    assert ExtendedPrivateKey.parse(key.reveal()) == key
    assert ExtendedPublicKey.parse(str(key.public)) == key.public
    assert {key.public, ExtendedPublicKey.parse(str(key.public))} == {key.public}


@given(seeds, paths, plain_paths)
def test_public_derivation_commutes_with_private_derivation(seed: bytes, path: Path, below: Path) -> None:
    parent = ExtendedPrivateKey.from_seed(seed).derive(path)
    assert parent.public.derive(below) == parent.derive(below).public


@given(seeds, paths, paths)
def test_a_path_may_be_walked_in_parts(seed: bytes, first: Path, second: Path) -> None:
    master = ExtendedPrivateKey.from_seed(seed)
    assert master.derive(first).derive(second) == master.derive(Path(first.steps + second.steps))


@given(seeds, paths)
def test_bip_utils_derives_the_same_keys(seed: bytes, path: Path) -> None:
    theirs = Bip32Slip10Secp256k1.FromSeed(seed).DerivePath(str(path))
    ours = ExtendedPrivateKey.from_seed(seed).derive(path)
    assert ours.reveal() == theirs.PrivateKey().ToExtended()
    assert str(ours.public) == theirs.PublicKey().ToExtended()
    assert ours.fingerprint == theirs.FingerPrint().ToBytes()


@given(seeds, paths, st.integers(0, 2**32 - 1))
def test_a_child_s_key_without_its_place_is_that_of_bip_utils(seed: bytes, path: Path, index: int) -> None:
    theirs = Bip32Slip10Secp256k1.FromSeed(seed).DerivePath(str(path / index))
    key = ExtendedPrivateKey.from_seed(seed).derive(path).child_key(index)
    assert key.secret.reveal() == theirs.PrivateKey().Raw().ToBytes()
    assert key.public_key.data == theirs.PublicKey().RawCompressed().ToBytes()


@pytest.mark.parametrize(("index", "why"), [(-1, "range"), (2**32, "range"), (True, "type"), ("0", "type")])
def test_a_child_has_an_index_of_four_bytes(index: Any, why: str) -> None:
    with pytest.raises(PathError) as caught:
        ExtendedPrivateKey.from_seed(bytes(16)).child_key(index)
    assert caught.value.reason == why


def test_below_depth_255_there_is_no_child_s_key() -> None:
    deepest = ExtendedPrivateKey.from_seed(bytes(16)).derive(Path((0,) * 255))
    with pytest.raises(DerivationError):
        deepest.child_key(0)


@given(st.sampled_from([16, 32, 64]).flatmap(lambda size: st.binary(min_size=size, max_size=size)), paths, plain_paths)
def test_wallycore_derives_the_same_keys(seed: bytes, path: Path, below: Path) -> None:
    flag, public = wallycore.BIP32_FLAG_KEY_PRIVATE, wallycore.BIP32_FLAG_KEY_PUBLIC
    theirs = wallycore.bip32_key_from_seed(seed, wallycore.BIP32_VER_MAIN_PRIVATE, 0)
    if path.steps:
        theirs = wallycore.bip32_key_from_parent_path(theirs, list(path.steps), flag)
    ours = ExtendedPrivateKey.from_seed(seed).derive(path)
    assert ours.reveal() == wallycore.bip32_key_to_base58(theirs, flag)
    assume(below.steps)
    child = wallycore.bip32_key_from_parent_path(theirs, list(below.steps), public)
    assert str(ours.public.derive(below)) == wallycore.bip32_key_to_base58(child, public)


base58 = st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=130)


@given(st.one_of(st.text(), base58, st.binary(min_size=78, max_size=78).map(text_of)))
def test_arbitrary_text_is_refused_with_a_reason(text: str) -> None:
    for cls in (ExtendedPrivateKey, ExtendedPublicKey):
        assert refusal(cls.parse, text)


@given(st.sampled_from([XPRV, XPUB]), st.integers(0, 110), st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
def test_one_other_character_is_found(text: str, position: int, character: str) -> None:
    changed = text[:position] + character + text[position + 1 :]
    assume(changed != text)
    for cls in (ExtendedPrivateKey, ExtendedPublicKey):
        assert refusal(cls.parse, changed) in ("checksum", "length")


@given(
    st.builds(
        lambda version, rest: text_of(version + rest),
        st.sampled_from([version for row in VERSIONS for version in (row.public, row.private)]),
        st.binary(min_size=74, max_size=74),
    )
)
def test_a_text_with_a_valid_checksum_is_read_in_one_way_or_refused(text: str) -> None:
    for cls in (ExtendedPrivateKey, ExtendedPublicKey):
        try:
            key = cls.parse(text)
        except WalletcoreError as error:
            assert type(error) is DerivationError  # noqa: PT017
            continue
        again = key.reveal(kind=key.kind) if isinstance(key, ExtendedPrivateKey) else key.text(kind=key.kind)
        assert again == text


@given(seeds)
def test_the_public_key_is_a_point_of_its_curve(seed: bytes) -> None:
    key = ExtendedPrivateKey.from_seed(seed).public_key
    assert PublicKey(Curve.SECP256K1, key.data) == key
