"""Signers for requests that say where their keys come from: the right tree, the right path, and nothing else."""

import copy
import pickle
from typing import Any

import pytest
from bip_utils import Bip32Slip10Ed25519, Bip32Slip10Secp256k1
from hypothesis import given
from hypothesis import strategies as st

from walletcore.errors import InvalidKey, SecretExportError, SignerError, TransactionError
from walletcore.hd import ed25519_roots, master
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.slip10 import Slip10PrivateKey
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.signers.hd import Keychain, Tree, signers_for
from walletcore.signing import AcceptedSignature, Signature, SigningRequest, collect

SEED = bytes(range(16))  # BIP-32, test vector 1
FINGERPRINT = bytes.fromhex("3442193e")  # of its master key, as BIP-32 prints it
TREE = ExtendedPrivateKey.from_seed(SEED)
ED_TREE = Slip10PrivateKey.from_seed(SEED, Curve.ED25519)

steps = st.lists(st.one_of(st.integers(0, 5), st.integers(2**31, 2**31 + 5)), max_size=4).map(tuple)


def k1_key(path: str, seed: bytes = SEED) -> PublicKey:
    """The key at the end of a path, by another implementation."""
    node = Bip32Slip10Secp256k1.FromSeedAndPath(seed, path) if path != "m" else Bip32Slip10Secp256k1.FromSeed(seed)
    return PublicKey(Curve.SECP256K1, node.PublicKey().RawCompressed().ToBytes())


def ed_key(path: str) -> PublicKey:
    node = Bip32Slip10Ed25519.FromSeedAndPath(SEED, path)
    return PublicKey(Curve.ED25519, node.PublicKey().RawCompressed().ToBytes()[1:])


def request(key: PublicKey, path: str | None, fingerprint: bytes = FINGERPRINT, **options: Any) -> SigningRequest:
    origin = None if path is None else KeyOrigin(fingerprint, Path.parse(path))
    scheme = Scheme.ECDSA if key.curve is Curve.SECP256K1 else Scheme.ED25519
    fields: dict[str, Any] = {"key": key, "scheme": scheme, "payload": bytes(32), "origin": origin}
    return SigningRequest(**{**fields, **options})


def test_the_fingerprint_is_that_of_the_published_master_key() -> None:
    assert TREE.fingerprint == FINGERPRINT


@given(steps)
def test_a_request_finds_the_signer_that_its_origin_leads_to(path: tuple[int, ...]) -> None:
    text = str(Path(path))
    wanted = request(k1_key(text), text)
    (signer,) = signers_for([wanted], [TREE])
    assert signer.public_key == wanted.key
    assert isinstance(collect((wanted,), signer)[0], AcceptedSignature)


def test_a_tree_of_another_curve_is_told_apart() -> None:
    trees: list[Tree] = [TREE, ED_TREE]
    one = request(ed_key("m/44'/501'/0'"), "m/44'/501'/0'", ED_TREE.fingerprint)
    other = request(k1_key("m/0"), "m/0")
    found = signers_for([one, other], trees)
    assert [signer.public_key for signer in found] == [one.key, other.key]
    assert all(collect((one, other), *found))
    assert signers_for([one], [TREE]) == ()


def test_the_key_of_bip340_may_be_the_even_one() -> None:
    path = next(f"m/{n}" for n in range(20) if k1_key(f"m/{n}").data[0] == 3)
    wanted = request(k1_key(path).even_y(), path, scheme=Scheme.BIP340, tweak=b"")
    found = signers_for([wanted], [TREE])
    assert len(found) == 1
    assert all(collect((wanted,), *found))


@pytest.mark.parametrize("root", [b"", bytes(range(32))], ids=["key path only", "with a tree"])
def test_the_signer_of_an_internal_key_is_found_by_the_output_and_knows_its_own_key(root: bytes) -> None:
    keys = [k1_key(f"m/{n}") for n in range(12)]
    assert {key.data[0] for key in keys} == {2, 3}
    wanted = [
        request(key.even_y(), f"m/{n}", scheme=Scheme.BIP340, tweak=root, payload=bytes([n]) * 32)
        for n, key in enumerate(keys)
    ]
    found = signers_for(wanted, [TREE])
    assert [signer.public_key for signer in found] == keys
    assert all(collect(wanted, *found))
    for signer in found:  # by what was kept for the tweak, and by the key itself
        plain = request(signer.public_key, None)
        assert collect((plain,), signer) != (None,)


def test_an_internal_key_at_another_path_gives_no_signer() -> None:
    for n in range(4):
        wanted = request(k1_key(f"m/{n}").even_y(), f"m/{n + 1}", scheme=Scheme.BIP340, tweak=b"")
        assert signers_for([wanted], [TREE]) == ()


@pytest.mark.parametrize(
    "wanted",
    [
        request(k1_key("m/0"), None),
        request(k1_key("m/0"), "m/0", bytes(4)),
        request(k1_key("m/0"), "m/0", FINGERPRINT[::-1]),
        request(k1_key("m/0"), "m/1"),
        request(k1_key("m/0"), "m"),
        request(k1_key("m/0"), "m/0'"),
        request(k1_key("m/0", bytes(16)), "m/0"),
    ],
    ids=["no origin", "no fingerprint", "another's", "another path", "the root", "hardened", "another's key"],
)
def test_an_origin_that_does_not_lead_to_the_key_gives_no_signer(wanted: SigningRequest) -> None:
    assert signers_for([wanted], [TREE]) == ()
    assert signers_for([wanted], []) == ()


def test_each_key_has_one_signer_however_often_it_is_asked_for() -> None:
    wanted = [request(k1_key(path), path, payload=bytes([n]) * 32) for n in range(5) for path in ("m/0", "m/1")]
    found = signers_for(wanted, [TREE])
    assert [signer.public_key for signer in found] == [k1_key("m/0"), k1_key("m/1")]
    assert all(collect(wanted, *found))
    assert signers_for([], [TREE]) == ()


class Claimant:
    """A tree that claims a fingerprint, and remembers what it was asked to derive."""

    fingerprint = FINGERPRINT

    def __init__(self, node: Tree) -> None:
        self.node = node
        self.private_key = node.private_key
        self.asked: list[Path] = []

    def derive(self, path: Path) -> Tree:
        self.asked.append(path)
        return self.node.derive(path)


def test_a_second_tree_with_the_same_fingerprint_is_tried_as_well() -> None:
    impostor = Claimant(ExtendedPrivateKey.from_seed(bytes(16)))
    wanted = request(k1_key("m/0"), "m/0")
    assert signers_for([wanted], [impostor]) == ()
    trees: list[Tree] = [impostor, TREE]
    for order in (trees, trees[::-1]):
        assert [signer.public_key for signer in signers_for([wanted], order)] == [wanted.key]


def test_a_tree_of_another_curve_is_not_asked_even_with_the_same_fingerprint() -> None:
    impostor = Claimant(ED_TREE)  # it could not take this step at all
    wanted = request(k1_key("m/0"), "m/0")
    assert [signer.public_key for signer in signers_for([wanted], [impostor, TREE])] == [wanted.key]
    assert impostor.asked == []


def test_a_key_is_derived_once_however_many_requests_ask_for_it() -> None:
    tree = Claimant(TREE)
    signers_for([request(k1_key("m/0"), "m/0", payload=bytes([n]) * 32) for n in range(9)], [tree])
    assert tree.asked == [Path.parse("m/0")]


def test_the_parent_of_siblings_is_derived_once() -> None:
    tree = Claimant(TREE)
    paths = [f"m/84'/0'/0'/{change}/{index}" for change in (0, 1) for index in range(3)]
    wanted = [request(k1_key(path), path) for path in paths]
    assert [signer.public_key for signer in signers_for(wanted, [tree])] == [each.key for each in wanted]
    assert tree.asked == [Path.parse("m/84'/0'/0'/0"), Path.parse("m/84'/0'/0'/1")]


def test_a_keychain_derives_parents_once_for_all_that_it_is_asked() -> None:
    tree = Claimant(TREE)
    keychain = Keychain([tree], check=False)
    for index in range(3):
        wanted = request(k1_key(f"m/84'/0'/0'/0/{index}"), f"m/84'/0'/0'/0/{index}")
        (signer,) = keychain.signers_for([wanted])
        assert (signer.public_key, signer.check) == (wanted.key, False)
    assert tree.asked == [Path.parse("m/84'/0'/0'/0")]


def test_a_keychain_keeps_no_more_parents_than_it_says_whatever_paths_it_is_asked_for() -> None:
    tree = Claimant(TREE)
    keychain = Keychain([tree])
    key = k1_key("m/0/0")
    for index in range(1, 600):
        assert keychain.signers_for([request(key, f"m/{index}/0")]) == ()
    assert len(tree.asked) == 599
    assert [len(root._parents) <= 257 for root in keychain._roots] == [True]
    assert len(keychain.signers_for([request(key, "m/0/0")])) == 1


def test_a_keychain_is_neither_copied_nor_pickled_nor_made_of_anything_else() -> None:
    keychain = Keychain([TREE])
    for export in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(SecretExportError):
            export(keychain)
    assert repr(keychain) == "Keychain(1 trees)"
    with pytest.raises(SignerError):
        Keychain([object()])  # type: ignore[list-item]
    with pytest.raises(SignerError):
        Keychain([TREE], check=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["m/0", "m/84'/0'/0'/0/1"])
def test_a_keychain_signs_no_more_once_the_key_of_its_tree_is_wiped(path: str) -> None:
    wanted = request(k1_key(path), path)
    tree = ExtendedPrivateKey.from_seed(SEED)
    keychain = Keychain([tree])
    assert len(keychain.signers_for([wanted])) == 1
    parents = [node for root in keychain._roots for node in root._parents.values()]
    tree.private_key.wipe()
    with pytest.raises(InvalidKey) as caught:
        keychain.signers_for([wanted])
    assert caught.value.reason == "wiped"
    assert all(node.private_key.secret.is_wiped for node in parents)


def test_leaving_a_keychain_wipes_its_trees_and_their_parents() -> None:
    path = "m/84'/0'/0'/0/1"
    wanted = request(k1_key(path), path)
    with Keychain([ExtendedPrivateKey.from_seed(SEED)]) as keychain:
        (signer,) = keychain.signers_for([wanted])
        nodes = [node for root in keychain._roots for node in root._parents.values()]
    assert len(nodes) == 2
    assert all(node.private_key.secret.is_wiped for node in nodes)
    with pytest.raises(InvalidKey):
        keychain.signers_for([wanted])
    signer.key.wipe()  # a key that was handed out is its signer's


def test_a_path_that_leads_nowhere_gives_no_signer() -> None:
    assert signers_for([request(ed_key("m/0'"), "m/0", ED_TREE.fingerprint)], [ED_TREE]) == ()


def test_a_path_deeper_than_wallets_go_gives_no_signer_and_takes_no_time() -> None:
    deep = "m" + "/0'" * 11
    assert signers_for([request(ed_key(deep), deep, ED_TREE.fingerprint)], [ED_TREE]) == ()
    assert len(signers_for([request(ed_key(deep[:-3]), deep[:-3], ED_TREE.fingerprint)], [ED_TREE])) == 1


@pytest.mark.parametrize("wanted", [None, 5, "request"])
def test_what_is_no_request_is_refused(wanted: Any) -> None:
    with pytest.raises(TransactionError):
        signers_for([wanted], [ED_TREE])


@pytest.mark.parametrize("check", [True, False])
def test_the_signers_check_or_not_as_the_caller_says(check: bool) -> None:
    wanted = request(k1_key("m/0"), "m/0")
    (signer,) = signers_for([wanted], [TREE], check=check)
    assert type(signer.sign(wanted)) is (Signature if check else AcceptedSignature)
    assert signer.check is check


def test_the_trees_of_every_derivation_are_trees() -> None:
    for derivation, curve in (
        ("bip32", Curve.SECP256K1),
        *(("slip10", curve) for curve in set(Curve) - {Curve.ED25519_BIP32, Curve.SR25519}),
    ):
        tree: Tree = master(derivation, curve, SEED)
        assert tree.derive(Path.parse("m/0'")).private_key.curve is curve
        assert len(tree.fingerprint) == 4


def test_a_tree_of_extended_keys_has_signers_as_the_others_have() -> None:
    tree: Tree = ed25519_roots.from_seed(SEED, ed25519_roots.Root.LEDGER)
    path = Path.parse("m/1852'/1815'/0'/0/0")
    key = tree.derive(path).private_key.public_key
    origin = KeyOrigin(tree.fingerprint, path)
    wanted = SigningRequest(key=key, scheme=Scheme.ED25519_BIP32, payload=b"a body", origin=origin)
    (signer,) = signers_for([wanted], [TREE, tree])
    PublicKey(Curve.ED25519, key.data).verify(Scheme.ED25519, b"a body", signer.sign(wanted).data)


@pytest.mark.parametrize("requests", [None, 7, {1: 2}, iter([])])
def test_what_is_no_sequence_of_requests_finds_no_signer(requests: Any) -> None:
    with pytest.raises(TransactionError) as caught:
        signers_for(requests, [TREE])
    assert caught.value.reason == "type"


@pytest.mark.parametrize("trees", [None, 7, [None], [SEED], TREE])
def test_what_is_no_tree_finds_no_signer(trees: Any) -> None:
    with pytest.raises(SignerError) as caught:
        signers_for([], trees)
    assert caught.value.reason == "type"
