"""Parents are derived once, keys are those of independent code, and what was derived is wiped."""

from collections.abc import Callable
from typing import Any

import pytest
from bip_utils import Bip32Slip10Ed25519, Bip32Slip10Secp256k1
from hypothesis import given
from hypothesis import strategies as st

from walletcore.chains import chain
from walletcore.discovery import roots
from walletcore.discovery.roots import Nodes, Roots
from walletcore.errors import InvalidKey
from walletcore.hd import master
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.keys import Curve
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

SEED = bytes(range(64))
step = st.integers(0, 2) | st.integers(HARDENED, HARDENED + 2)
paths = st.lists(st.lists(step, max_size=5).map(tuple), min_size=1, max_size=12)


@given(paths, st.sampled_from([1, 3, 4096]))
def test_keys_are_those_of_bip_utils_in_any_order_and_however_few_nodes_are_kept(
    asked: list[tuple[int, ...]], kept: int
) -> None:
    tree = Bip32Slip10Secp256k1.FromSeed(SEED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roots, "_MAX_KEPT", kept)
        nodes = Nodes(master("bip32", Curve.SECP256K1, SEED), owned=True)
        for steps in asked:
            expected = tree.DerivePath(str(Path(steps))).PublicKey().RawCompressed().ToBytes()
            assert nodes.key(steps).data == expected


@given(st.lists(st.lists(st.integers(HARDENED, HARDENED + 2), max_size=5).map(tuple), min_size=1, max_size=8))
def test_keys_of_ed25519_are_those_of_bip_utils(asked: list[tuple[int, ...]]) -> None:
    tree = Bip32Slip10Ed25519.FromSeed(SEED)
    nodes = Nodes(master("slip10", Curve.ED25519, SEED), owned=True)
    for steps in asked:
        assert nodes.key(steps).data == tree.DerivePath(str(Path(steps))).PublicKey().RawCompressed().ToBytes()[1:]


def test_a_parent_is_derived_once_for_all_of_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[str] = []
    for node in (ExtendedPrivateKey, type(ExtendedPrivateKey.from_seed(SEED).public)):
        monkeypatch.setattr(node, "derive", counted(node.derive, derived))
    nodes = Nodes(master("bip32", Curve.SECP256K1, SEED), owned=True)
    for index in range(50):
        nodes.key(Path.parse(f"m/84'/0'/0'/0/{index}").steps)
    assert len(derived) == 4 + 50  # purpose, coin, account and chain once, then one step for each address


def counted(derive: Callable[[Any, Path], Any], derived: list[str]) -> Callable[[Any, Path], Any]:
    def call(self: Any, path: Path) -> Any:
        derived.append(str(path))
        return derive(self, path)

    return call


def test_the_private_key_at_the_end_of_a_hardened_path_is_wiped_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ExtendedPrivateKey] = []
    derive = ExtendedPrivateKey.derive

    def recorded(self: ExtendedPrivateKey, path: Path) -> ExtendedPrivateKey:
        made.append(derive(self, path))
        return made[-1]

    monkeypatch.setattr(ExtendedPrivateKey, "derive", recorded)
    Nodes(master("bip32", Curve.SECP256K1, SEED), owned=True).key(Path.parse("m/0'/0'/7'").steps)
    *parents, last = made
    assert last.private_key.secret.is_wiped
    assert not any(node.private_key.secret.is_wiped for node in parents)


def test_what_was_derived_is_wiped_and_the_root_of_somebody_else_is_not() -> None:
    root = ExtendedPrivateKey.from_seed(SEED)
    theirs = Nodes(root, owned=False)
    theirs.key(Path.parse("m/0'/1'/2'").steps)
    private = [node.private_key for node in theirs._kept.values() if isinstance(node, ExtendedPrivateKey)]
    theirs.wipe()
    assert len(private) == 3  # the root itself, m/0' and m/0'/1'
    wiped = [key for key in private if key is not root.private_key]
    for key in wiped:
        with pytest.raises(InvalidKey):
            key.secret.reveal()
    assert root.private_key.secret.reveal()
    Nodes(root, owned=True).wipe()
    with pytest.raises(InvalidKey):
        root.private_key.secret.reveal()


def test_leaving_wipes_the_trees_of_a_seed_and_not_the_seed() -> None:
    seed, bitcoin = Secret(SEED), chain("bitcoin")
    with Roots(seed) as search:
        start = search.start(bitcoin, bitcoin.profiles[0])
        assert search.start(bitcoin, bitcoin.profiles[1]).nodes is start.nodes
        start.key(start.path(bitcoin.profiles[0]))
    assert seed.reveal() == SEED
    with pytest.raises(InvalidKey):
        start.key(start.path(bitcoin.profiles[0]))
