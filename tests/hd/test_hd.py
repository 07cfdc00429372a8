"""The word of a derivation leads to its tree."""

import subprocess
import sys
from typing import Any

import pytest

from walletcore.errors import DerivationError, Unsupported
from walletcore.hd import master
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.slip10 import Slip10PrivateKey
from walletcore.hd.sollet import SolletPrivateKey
from walletcore.keys import Curve
from walletcore.secret import Secret

SEED = bytes(range(64))


def test_bip32_is_the_tree_of_extended_keys() -> None:
    assert master("bip32", Curve.SECP256K1, SEED) == ExtendedPrivateKey.from_seed(SEED)
    assert master("bip32", Curve.SECP256K1, Secret(SEED)) == ExtendedPrivateKey.from_seed(SEED)


@pytest.mark.parametrize("curve", [Curve.SECP256K1, Curve.P256, Curve.ED25519, Curve.ED25519_BLAKE2B])
def test_slip10_has_a_tree_for_each_of_its_curves(curve: Curve) -> None:
    assert master("slip10", curve, SEED) == Slip10PrivateKey.from_seed(SEED, curve)


def test_sollet_is_a_tree_of_ed25519_keys() -> None:
    assert master("sollet", Curve.ED25519, SEED) == SolletPrivateKey.from_seed(SEED)


@pytest.mark.parametrize(
    ("derivation", "curve"),
    [
        ("bip32", Curve.ED25519),
        ("bip32", Curve.P256),
        ("sollet", Curve.SECP256K1),
        ("bip32", "secp256k1"),
        ("slip10", "ed25519"),
        ("slip10", None),
        ("slip10", Curve.ED25519_BIP32),
        ("bip32", Curve.ED25519_BIP32),
        ("BIP32", Curve.SECP256K1),
        ("", Curve.SECP256K1),
        ("bip44", Curve.SECP256K1),
        (None, Curve.SECP256K1),
        (["slip10"], Curve.ED25519),
    ],
)
def test_another_word_or_curve_is_refused(derivation: Any, curve: Any) -> None:
    with pytest.raises(Unsupported) as caught:
        master(derivation, curve, SEED)
    assert caught.value.reason == "unknown"


class Alike(str):
    """Equal to whatever it is compared with."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize("word", ["bip44", "slip10", "bip32"])
def test_X19_a_word_that_is_equal_to_everything_is_no_derivation(word: str) -> None:
    with pytest.raises(Unsupported):
        master(Alike(word), Curve.SECP256K1, SEED)


@pytest.mark.parametrize("derivation", ["bip32", "slip10"])
@pytest.mark.parametrize("seed", [b"", SEED[:15], SEED + b"\0", SEED.hex(), None])
def test_a_bad_seed_is_refused(derivation: str, seed: Any) -> None:
    with pytest.raises(DerivationError):
        master(derivation, Curve.SECP256K1, seed)


def test_a_tree_of_one_curve_loads_no_other_library() -> None:
    program = """if True:
        import sys
        from walletcore.hd import master
        from walletcore.keys import Curve
        master("slip10", Curve.ED25519, bytes(64)).derive("m/44'/501'/0'/0'").public_key
        print({"coincurve", "cryptography", "Crypto"} & set(sys.modules))
    """
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
