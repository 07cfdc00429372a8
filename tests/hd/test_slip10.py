"""SLIP-10: trees on four curves, their retries and their limits; row S14 of the bad inputs and its neighbours."""

from collections.abc import Callable
from typing import Any

import pytest
from bip_utils import (
    Bip32Slip10Ed25519,
    Bip32Slip10Ed25519Blake2b,
    Bip32Slip10Nist256p1,
    Bip32Slip10Secp256k1,
)
from hypothesis import given
from hypothesis import strategies as st
from solders.keypair import Keypair

from support.vectors import Case, vectors
from walletcore.curves import p256, secp256k1
from walletcore.errors import DerivationError, InvalidKey, PathError, Unsupported
from walletcore.hashes import hmac_sha512
from walletcore.hd import slip10
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.slip10 import Slip10PrivateKey, Slip10PublicKey
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

SEED = bytes(range(16))
ORACLES = {
    Curve.SECP256K1: Bip32Slip10Secp256k1,
    Curve.P256: Bip32Slip10Nist256p1,
    Curve.ED25519: Bip32Slip10Ed25519,
    Curve.ED25519_BLAKE2B: Bip32Slip10Ed25519Blake2b,
}
SCALARS = {Curve.SECP256K1: secp256k1, Curve.P256: p256}

seeds = st.binary(min_size=16, max_size=64)
hardened_steps = st.integers(HARDENED, 2 * HARDENED - 1)
hardened_paths = st.lists(hardened_steps, max_size=5).map(lambda steps: Path(tuple(steps)))
plain_paths = st.lists(st.integers(0, HARDENED - 1), max_size=3).map(lambda steps: Path(tuple(steps)))
paths = st.lists(st.integers(0, 2 * HARDENED - 1), max_size=4).map(lambda steps: Path(tuple(steps)))
every_curve = pytest.mark.parametrize("curve", list(ORACLES))
with_scalars = pytest.mark.parametrize("curve", list(SCALARS))
without_scalars = pytest.mark.parametrize("curve", [curve for curve in ORACLES if curve not in SCALARS])


def root(curve: Curve) -> Slip10PrivateKey:
    return Slip10PrivateKey.from_seed(SEED, curve)


def refusal(call: Callable[..., object], *args: Any) -> str:
    with pytest.raises(DerivationError) as caught:
        call(*args)
    return caught.value.reason


def serialized(key: PublicKey) -> bytes:
    """33 bytes: SEC 1 compressed, or 00 and the ed25519 key."""
    return key.data.rjust(33, b"\0")


def of_seed(case: Case) -> Slip10PrivateKey:
    return Slip10PrivateKey.from_seed(bytes.fromhex(case.input["seed"]), Curve(case.input["curve"]))


# -- published figures


@vectors("slip10/derive", "slip10/blake2b", result="valid")
def test_a_path_leads_to_the_published_key(case: Case) -> None:
    node = of_seed(case).derive(case.input["path"])
    assert node.private_key.secret.reveal().hex() == case.expect["private"]
    assert serialized(node.public_key).hex() == case.expect["public"]
    assert node.chain_code.hex() == case.expect.get("chain_code", node.chain_code.hex())


@vectors("slip10/derive", "slip10/blake2b", result="valid")
def test_the_parent_has_the_published_fingerprint(case: Case) -> None:
    *above, _ = case.input["path"].split("/")
    fingerprint = of_seed(case).derive("/".join(above)).fingerprint if above else bytes(4)
    assert fingerprint.hex() == case.expect.get("fingerprint", fingerprint.hex())


@vectors("slip10/derive", "slip10/blake2b", result="invalid")
def test_S14_the_published_refusal_is_ours(case: Case) -> None:
    assert refusal(of_seed(case).derive, case.input["path"]) == case.expect["reason"]


# -- rows


@without_scalars
@pytest.mark.parametrize("path", ["m/0", "m/44'/501'/0", "m/0/0'", "m/2147483647", Path((HARDENED, HARDENED - 1))])
def test_S14_a_step_of_ed25519_that_is_not_hardened_is_refused(curve: Curve, path: Path | str) -> None:
    assert refusal(root(curve).derive, path) == "hardened"


@without_scalars
@pytest.mark.parametrize("path", ["m/0", "m/0'", "m/44'/501'"])
def test_S14_a_public_key_of_ed25519_has_no_children(curve: Curve, path: str) -> None:
    public = root(curve).public
    assert refusal(public.derive, path) == "hardened"
    assert public.derive("m") == public


@with_scalars
def test_S11_a_hardened_child_of_a_public_key_is_refused(curve: Curve) -> None:
    assert refusal(root(curve).public.derive, "m/0'") == "hardened"
    assert refusal(root(curve).public.derive, "m/0/2147483647'") == "hardened"


@every_curve
@pytest.mark.parametrize("size", [0, 15, 65])
def test_S03_a_seed_of_another_size_is_refused(curve: Curve, size: int) -> None:
    assert refusal(Slip10PrivateKey.from_seed, bytes(size), curve) == "length"


@every_curve
@pytest.mark.parametrize("seed", [SEED.hex(), bytearray(SEED), None, 5])
def test_S05_a_seed_that_is_not_bytes_is_refused(curve: Curve, seed: Any) -> None:
    assert refusal(Slip10PrivateKey.from_seed, seed, curve) == "type"


@pytest.mark.parametrize("curve", ["ed25519", None, 0, ["ed25519"], Curve, Curve.ED25519_BIP32])
def test_an_unknown_curve_is_refused(curve: Any) -> None:
    with pytest.raises(Unsupported):
        Slip10PrivateKey.from_seed(SEED, curve)


@pytest.mark.parametrize("curve", [curve for curve in Curve if curve not in ORACLES])
def test_a_node_of_a_curve_that_slip_10_does_not_have_is_refused(curve: Curve) -> None:
    """Its children would be counted as those of P-256."""
    key = PrivateKey(curve, Secret(bytes([8]) + bytes(63)))
    for node in (
        lambda: Slip10PrivateKey(private_key=key, chain_code=SEED * 2),
        lambda: Slip10PublicKey(public_key=key.public_key, chain_code=SEED * 2),
    ):
        with pytest.raises(Unsupported) as caught:
            node()
        assert caught.value.reason == "unknown"


@every_curve
@pytest.mark.parametrize("path", ["", "0'", "m/2147483648'", None, b"m", (HARDENED,)])
def test_a_malformed_path_is_refused(curve: Curve, path: Any) -> None:
    for node in (root(curve), root(curve).public):
        with pytest.raises(PathError):
            node.derive(path)


# -- retries


def first_hash(c_par: bytes, data: bytes, i: int) -> tuple[bytes, bytes]:
    I = hmac_sha512(c_par, data + i.to_bytes(4))  # noqa: E741
    return I[:32], I[32:]


@with_scalars
def test_a_private_child_of_zero_is_derived_again_from_the_other_half(curve: Curve) -> None:
    """k_par = n - I_L makes k_i zero; the child is then k_par + I_L of HMAC(c_par, 01 || I_R || i)."""
    scalars, c_par, data, i = SCALARS[curve], bytes(32), bytes(33), 7
    I_L, I_R = first_hash(c_par, data, i)
    k_par = (scalars.ORDER - int.from_bytes(I_L)).to_bytes(32)
    k, c = slip10._add_until_valid(scalars.tweak_secret, Secret(k_par), c_par, data, i)
    again_L, again_R = first_hash(c_par, b"\1" + I_R, i)
    assert int.from_bytes(k.reveal()) == (int.from_bytes(k_par) + int.from_bytes(again_L)) % scalars.ORDER
    assert c == again_R


@with_scalars
def test_a_public_child_at_infinity_is_derived_again_to_the_same_key(curve: Curve) -> None:
    scalars, c_par, data, i = SCALARS[curve], bytes(32), bytes(33), 7
    k_par = Secret((scalars.ORDER - int.from_bytes(first_hash(c_par, data, i)[0])).to_bytes(32))
    k, c = slip10._add_until_valid(scalars.tweak_secret, k_par, c_par, data, i)
    assert slip10._add_until_valid(scalars.tweak_public, scalars.public_key(k_par), c_par, data, i) == (
        scalars.public_key(k),
        c,
    )


# -- what a node is


@every_curve
def test_a_node_shows_its_curve_only(curve: Curve) -> None:
    assert repr(root(curve)) == str(root(curve)) == f"Slip10PrivateKey({curve.value})"


@every_curve
def test_the_halves_share_key_chain_code_and_fingerprint(curve: Curve) -> None:
    node = root(curve).derive("m/0'")
    assert node.public.public_key == node.public_key == node.private_key.public_key
    assert node.public.chain_code == node.chain_code
    assert node.public.fingerprint == node.fingerprint
    assert node.public.curve is node.curve is curve
    assert hash(node.public) == hash(root(curve).derive("m/0'").public)


def test_a_node_with_a_wrong_part_is_not_made() -> None:
    key = PrivateKey(Curve.ED25519, Secret(bytes(32)))
    wrong: Any
    for wrong in (bytes(31), bytes(33), bytearray(32), None, "00" * 32):
        assert refusal(lambda wrong=wrong: Slip10PrivateKey(private_key=key, chain_code=wrong)) == "length"
        assert refusal(lambda wrong=wrong: Slip10PublicKey(public_key=key.public_key, chain_code=wrong)) == "length"
    for wrong in (Secret(bytes(32)), bytes(32), None):
        assert refusal(lambda wrong=wrong: Slip10PrivateKey(private_key=wrong, chain_code=bytes(32))) == "type"
        assert refusal(lambda wrong=wrong: Slip10PublicKey(public_key=wrong, chain_code=bytes(32))) == "type"


@every_curve
def test_a_wiped_node_derives_nothing(curve: Curve) -> None:
    node = root(curve)
    node.private_key.wipe()
    for path in ("m/0'", "m/0"):
        with pytest.raises((InvalidKey, DerivationError)) as caught:
            node.derive(path)
        assert caught.value.reason in ("wiped", "hardened")


# -- properties and second implementations


@given(st.sampled_from(list(SCALARS)), seeds, paths, plain_paths)
def test_public_derivation_commutes_with_private_derivation(curve: Curve, seed: bytes, path: Path, below: Path) -> None:
    parent = Slip10PrivateKey.from_seed(seed, curve).derive(path)
    assert parent.public.derive(below) == parent.derive(below).public


@given(st.sampled_from(list(ORACLES)), seeds, hardened_paths)
def test_bip_utils_derives_the_same_hardened_keys(curve: Curve, seed: bytes, path: Path) -> None:
    theirs = ORACLES[curve].FromSeed(seed).DerivePath(str(path))
    ours = Slip10PrivateKey.from_seed(seed, curve).derive(path)
    assert ours.private_key.secret.reveal() == theirs.PrivateKey().Raw().ToBytes()
    assert serialized(ours.public_key) == theirs.PublicKey().RawCompressed().ToBytes()
    assert ours.chain_code == theirs.ChainCode().ToBytes()
    assert ours.fingerprint == theirs.FingerPrint().ToBytes()


@given(st.sampled_from(list(SCALARS)), seeds, paths)
def test_bip_utils_derives_the_same_keys_of_any_path(curve: Curve, seed: bytes, path: Path) -> None:
    theirs = ORACLES[curve].FromSeed(seed).DerivePath(str(path))
    ours = Slip10PrivateKey.from_seed(seed, curve).derive(path)
    assert ours.private_key.secret.reveal() == theirs.PrivateKey().Raw().ToBytes()
    assert ours.public_key.data == theirs.PublicKey().RawCompressed().ToBytes()


@given(seeds.filter(lambda seed: len(seed) == 64), hardened_paths)
def test_solders_derives_the_same_ed25519_keys(seed: bytes, path: Path) -> None:
    theirs = Keypair.from_seed_and_derivation_path(seed, str(path))
    assert Slip10PrivateKey.from_seed(seed, Curve.ED25519).derive(path).public_key.data == bytes(theirs.pubkey())


@given(seeds, paths)
def test_on_secp256k1_it_is_bip32(seed: bytes, path: Path) -> None:
    ours, theirs = Slip10PrivateKey.from_seed(seed, Curve.SECP256K1), ExtendedPrivateKey.from_seed(seed)
    assert ours.derive(path).private_key == theirs.derive(path).private_key
    assert ours.derive(path).chain_code == theirs.derive(path).chain_code


@given(st.sampled_from(list(ORACLES)), seeds, hardened_paths, hardened_paths)
def test_a_path_may_be_walked_in_parts(curve: Curve, seed: bytes, first: Path, second: Path) -> None:
    node = Slip10PrivateKey.from_seed(seed, curve)
    assert node.derive(first).derive(second) == node.derive(Path(first.steps + second.steps))
