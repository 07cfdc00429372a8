"""The tree of Solana's first wallets: the figures of Solana.Swift, and of bip_utils beside solders (chains/solana)."""

from typing import Any

import pytest

from walletcore.errors import DerivationError, PathError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.sollet import SolletPrivateKey
from walletcore.keys import Curve
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.secret import Secret

# metaplex-foundation/Solana.Swift, AccountTests.swift (testDerivedKeychain), MIT: the secret, then the public key
PHRASE = "miracle pizza supply useful steak border same again youth silver access hundred"
SECRET = "6d0d35b1452d92b83e376985d25983daf8652f405138e519ad9a0c29428fe675"
PUBLIC = "27f7b904558932a693b8dd4b6e6710de295ef7842b3eacf35fccbe8f99100ac5"


def tree() -> SolletPrivateKey:
    return SolletPrivateKey.from_seed(Mnemonic.parse(PHRASE).seed())


def test_the_published_key_is_derived() -> None:
    node = tree().derive("m/501'/0'/0/0")
    assert node.private_key.curve is Curve.ED25519
    assert node.private_key.secret.reveal().hex() == SECRET
    assert node.public_key.data.hex() == PUBLIC


def test_steps_can_be_taken_one_after_the_other() -> None:
    assert tree().derive("m/501'/0'").derive("m/0").derive("m/0") == tree().derive("m/501'/0'/0/0")
    assert tree().derive("m") == tree()


def test_the_root_is_named_as_that_of_bip32_is() -> None:
    seed = Mnemonic.parse(PHRASE).seed()
    assert tree().fingerprint == ExtendedPrivateKey.from_seed(seed).fingerprint


def test_wiping_the_key_wipes_the_node() -> None:
    node = tree()
    node.private_key.wipe()
    assert node.node.private_key.secret.is_wiped


@pytest.mark.parametrize("seed", [b"", bytes(15), bytes(65), "00" * 32, None])
def test_S01_S03_S04_S05_a_seed_of_another_kind_is_refused(seed: Any) -> None:
    with pytest.raises(DerivationError):
        SolletPrivateKey.from_seed(seed)


@pytest.mark.parametrize("node", [None, Secret(bytes(32)), "xprv"])
def test_a_node_of_another_kind_is_refused(node: Any) -> None:
    with pytest.raises(DerivationError) as caught:
        SolletPrivateKey(node=node)
    assert caught.value.reason == "type"


def test_a_path_of_another_form_is_refused() -> None:
    with pytest.raises(PathError):
        tree().derive("501'/x")
