"""SLIP-21: symmetric keys by labels, and what is refused; rows S03 and S05 of the bad inputs."""

from collections.abc import Callable
from typing import Any

import pytest
import wallycore
from hypothesis import given
from hypothesis import strategies as st

from support.vectors import Case, vectors
from walletcore.errors import DerivationError, InvalidKey
from walletcore.hd.slip21 import SymmetricNode
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.secret import Secret

SEED = bytes(range(64))
MASTER = SymmetricNode.from_seed(SEED)

seeds = st.binary(min_size=16, max_size=64)
labels = st.lists(st.binary(max_size=40), max_size=5)


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(DerivationError) as caught:
        call(*args, **options)
    return caught.value.reason


@vectors("slip21/derive")
def test_labels_lead_to_the_published_key(case: Case) -> None:
    node = SymmetricNode.from_seed(bytes.fromhex(case.input["seed"])).derive(*case.input["labels"])
    assert node.key.reveal().hex() == case.expect["symmetric_key"]


@vectors("slip21/derive")
def test_the_published_seed_is_that_of_its_phrase(case: Case) -> None:
    assert Mnemonic.parse(" ".join(["all"] * 12)).seed().reveal().hex() == case.input["seed"]


@pytest.mark.parametrize("size", [0, 15, 65])
def test_S03_a_seed_of_another_size_is_refused(size: int) -> None:
    assert refusal(SymmetricNode.from_seed, bytes(size)) == "length"


@pytest.mark.parametrize("seed", [SEED.hex(), bytearray(SEED), None, 5])
def test_S05_a_seed_that_is_not_bytes_is_refused(seed: Any) -> None:
    assert refusal(SymmetricNode.from_seed, seed) == "type"


@pytest.mark.parametrize("label", [None, 0, bytearray(b"label"), ["SLIP-0021"], memoryview(b"label")])
def test_a_label_that_is_neither_bytes_nor_text_is_refused(label: Any) -> None:
    assert refusal(MASTER.derive, label) == refusal(MASTER.derive, "SLIP-0021", label) == "type"


@pytest.mark.parametrize("label", [b"l" * 4097, "l" * 4097, "é" * 2049, "l" * 10**6])
def test_a_label_has_a_bounded_length(label: Any) -> None:
    assert refusal(MASTER.derive, label) == "too-large"
    MASTER.derive("l" * 4096)


def test_a_label_that_is_no_unicode_is_refused() -> None:
    assert refusal(MASTER.derive, "\ud800") == "character"


def test_a_path_has_a_bounded_number_of_labels() -> None:
    MASTER.derive(*[b""] * 255)
    assert refusal(MASTER.derive, *[b""] * 256) == "too-large"


@pytest.mark.parametrize("node", [Secret(bytes(63)), Secret(bytes(65)), bytes(64), None])
def test_a_node_is_64_secret_bytes(node: Any) -> None:
    assert refusal(SymmetricNode, node=node) == "length"


def test_a_wiped_node_derives_nothing() -> None:
    node = SymmetricNode.from_seed(SEED)
    node.node.wipe()
    for call in (lambda: node.derive("SLIP-0021"), lambda: node.key):
        with pytest.raises(InvalidKey):
            call()


def test_text_stands_for_its_utf8_and_no_label_for_the_node_itself() -> None:
    assert MASTER.derive("řeřicha") == MASTER.derive("řeřicha".encode())
    assert MASTER.derive() == MASTER != MASTER.derive("")


def test_a_key_is_not_what_derives() -> None:
    key = MASTER.key.reveal()
    assert len(key) == 32
    assert MASTER.node.reveal() == MASTER.node.reveal()[:32] + key


@given(seeds, labels)
def test_a_path_may_be_walked_in_parts(seed: bytes, path: list[bytes]) -> None:
    master = SymmetricNode.from_seed(seed)
    node = master
    for label in path:
        node = node.derive(label)
    assert node == master.derive(*path)


@given(seeds.filter(lambda seed: len(seed) in (16, 32, 64)), labels.filter(all))  # libwally has no empty label
def test_libwally_derives_the_same_nodes(seed: bytes, path: list[bytes]) -> None:
    theirs = bytes(wallycore.symmetric_key_from_seed(seed))
    for label in path:
        theirs = bytes(wallycore.symmetric_key_from_parent(theirs, 0, label))
    assert SymmetricNode.from_seed(seed).derive(*path).node.reveal() == theirs
