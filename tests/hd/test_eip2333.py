"""EIP-2333 and EIP-2334: private keys of BLS12-381, their tree and paths, and what is refused; rows S03 and S05."""

import subprocess
import sys
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.bls.ciphersuites import G2ProofOfPossession

from support.oracles import JSON, compared, locked
from support.vectors import Case, vectors
from walletcore.errors import DerivationError, InvalidKey, PathError, WalletcoreError
from walletcore.hd import eip2333
from walletcore.hd.eip2333 import BlsPrivateKey, signing_path, withdrawal_path
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

SEED = bytes(range(64))
MASTER = BlsPrivateKey.from_seed(SEED)
ORDER = 52435875175126190479447740508185965837690552500527637822603658699938581184513  # EIP-2333

seeds = st.binary(min_size=32, max_size=64)
paths = st.lists(st.integers(0, 2**32 - 1), max_size=3)


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(WalletcoreError) as caught:
        call(*args, **options)
    assert type(caught.value) in (DerivationError, PathError)
    return caught.value.reason


def text(path: list[int]) -> str:
    return "/".join(("m", *map(str, path)))


# -- published figures


@vectors("eip2333/derive")
def test_a_seed_gives_the_published_master_key_and_child(case: Case) -> None:
    master = BlsPrivateKey.from_seed(bytes.fromhex(case.input["seed"]))
    assert master.secret.reveal().hex() == case.expect["master_secret"]
    assert master.derive(f"m/{case.input['index']}").secret.reveal().hex() == case.expect["child_secret"]


@vectors("eip2333/derive")
def test_a_step_goes_over_the_published_lamport_keys(case: Case) -> None:
    parent, index = bytes.fromhex(case.expect["master_secret"]), case.input["index"]
    complement = bytes(byte ^ 0xFF for byte in parent)
    made = {
        "lamport_0": [part.hex() for part in eip2333._IKM_to_lamport_SK(parent, index.to_bytes(4))],
        "lamport_1": [part.hex() for part in eip2333._IKM_to_lamport_SK(complement, index.to_bytes(4))],
        "compressed_lamport_pk": eip2333._parent_SK_to_lamport_PK(parent, index).hex(),
    }
    published = {name: value for name, value in case.expect.items() if "lamport" in name}
    assert {name: made[name] for name in published} == published


# -- paths


def test_a_validator_has_two_keys_of_which_one_is_below_the_other() -> None:
    assert str(withdrawal_path(7)) == "m/12381/3600/7/0"
    assert str(signing_path(7)) == "m/12381/3600/7/0/0"
    assert MASTER.derive(signing_path(7)) == MASTER.derive(withdrawal_path(7)).derive("m/0")
    assert MASTER.derive(signing_path(7)) == MASTER.derive("m/12381/3600/7/0/0")


@pytest.mark.parametrize("validator", [-1, HARDENED, "0", True, None, 0.0])
def test_a_validator_that_has_no_number_is_refused(validator: Any) -> None:
    assert refusal(withdrawal_path, validator) == refusal(signing_path, validator) == "range"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "prefix"),
        ("12381/3600", "prefix"),
        ("M/0", "prefix"),
        ("m/", "character"),
        ("m/12381'/3600/0/0", "character"),
        ("m/12381/3600/0/0h", "character"),
        ("m/ 0", "character"),
        ("m/00", "character"),
        ("m/+1", "character"),
        ("m/-1", "character"),
        ("m/٣", "character"),
        ("m/4294967296", "range"),
        ("m/9999999999", "range"),
        ("m/10000000000", "character"),
        ("m" + "/0" * 256, "too-large"),
        ("m" + "/0" * 10**6, "too-large"),
        (Path((HARDENED,)), "character"),
        (None, "type"),
        (b"m/0", "type"),
        (["m"], "type"),
    ],
)
def test_a_path_of_another_form_is_refused(path: Any, reason: str) -> None:
    assert refusal(MASTER.derive, path) == reason


# -- keys


@pytest.mark.parametrize("size", [0, 16, 31, 1025])
def test_S03_a_seed_of_another_size_is_refused(size: int) -> None:
    assert refusal(BlsPrivateKey.from_seed, bytes(size)) == "length"


@pytest.mark.parametrize("seed", [SEED.hex(), bytearray(SEED), None, 5])
def test_S05_a_seed_that_is_not_bytes_is_refused(seed: Any) -> None:
    assert refusal(BlsPrivateKey.from_seed, seed) == "type"


@pytest.mark.parametrize(("number", "reason"), [(0, "range"), (ORDER, "range"), (2**256 - 1, "range")])
def test_a_key_out_of_range_is_refused(number: int, reason: str) -> None:
    assert refusal(BlsPrivateKey, secret=Secret(number.to_bytes(32))) == reason
    for good in (1, ORDER - 1):
        BlsPrivateKey(secret=Secret(good.to_bytes(32)))


@pytest.mark.parametrize("secret", [Secret(bytes(31)), Secret(bytes(33)), bytes(32), None, 1])
def test_what_is_no_key_is_refused(secret: Any) -> None:
    assert refusal(BlsPrivateKey, secret=secret) == "length"


def test_a_wiped_key_gives_nothing() -> None:
    key = BlsPrivateKey.from_seed(SEED)
    key.secret.wipe()
    for call in (lambda: key.derive("m/0"), lambda: key.public_key):
        with pytest.raises(InvalidKey):
            call()


def test_deriving_loads_no_curve() -> None:
    program = """if True:
        import sys
        from walletcore.hd.eip2333 import BlsPrivateKey
        BlsPrivateKey.from_seed(bytes(64)).derive("m/12381/3600/0/0/0")
        print({"py_arkworks_bls12381", "coincurve", "nacl", "cryptography", "Crypto"} & set(sys.modules))
    """
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


# -- properties and second implementations


@given(seeds, paths, paths)
def test_a_path_may_be_walked_in_parts(seed: bytes, first: list[int], second: list[int]) -> None:
    master = BlsPrivateKey.from_seed(seed)
    assert master.derive(text(first)).derive(text(second)) == master.derive(text(first + second))


@given(seeds)
@settings(max_examples=20)  # py-ecc multiplies in Python
def test_py_ecc_makes_the_same_master_key_and_its_public_half(seed: bytes) -> None:
    ours, theirs = BlsPrivateKey.from_seed(seed), G2ProofOfPossession.KeyGen(seed)
    assert int.from_bytes(ours.secret.reveal()) == theirs
    assert ours.public_key == G2ProofOfPossession.SkToPk(theirs)


def a_case(random: Random) -> JSON:
    """Any path of up to two steps, or one of a validator's."""
    path = [random.choice((0, 1, 2**31, 2**32 - 1, random.getrandbits(32))) for _ in range(random.randrange(3))]
    validator = [12381, 3600, random.getrandbits(8), 0, *random.choice(([], [0]))]
    chosen = random.choice((path, validator))
    return {"seed": random.randbytes(random.choice((32, 33, 64))).hex(), "path": text(chosen)}


def same(case: JSON, verdict: JSON) -> list[str]:
    key = BlsPrivateKey.from_seed(bytes.fromhex(case["seed"])).derive(case["path"])
    assert {"secret": key.secret.reveal().hex(), "public": key.public_key.hex()} == verdict
    return ["validator" if "/12381/" in case["path"] else "other"]


@locked
def test_ethstaker_deposit_derives_the_same_keys(environment: str) -> None:
    compared("ethstaker_deposit", "keys", environment, a_case, same, kinds={"validator", "other"}, most=2_000)
