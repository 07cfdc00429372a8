"""Sums by the table are those of libsecp256k1's own way, and those of another implementation."""

import random

import pytest

from walletcore.curves import secp256k1
from walletcore.curves.fixed_base import BLOCK, OneByOne, Sums
from walletcore.errors import InvalidKey

# SEC 2, 2.4.1: the generator; its double as in the table of multiples of bitcoin-core/secp256k1's tests and many others
G = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
TWO_G = bytes.fromhex("02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5")
ONE = (1).to_bytes(32)
EDGES = [bytes(32), ONE, (secp256k1.ORDER - 1).to_bytes(32), secp256k1.ORDER.to_bytes(32), b"\xff" * 32]
RANDOM = random.Random("fixed base")


def by_the_library(public: bytes, k: bytes) -> bytes | None:
    try:
        return secp256k1.tweak_public(public, k)
    except InvalidKey:
        return None


def test_a_point_that_the_correction_cancels_has_sums_too() -> None:
    """The table adds the sum of all 1024^j * G too much: minus that, the correction, is not added to its opposite."""
    ones = sum(1024**j for j in range(26)) % secp256k1.ORDER
    public = secp256k1.point(ones.to_bytes(32))
    sums = Sums(public)
    scalars = [ONE, RANDOM.randbytes(32), EDGES[2]]
    sums.add(scalars)
    assert sums.compressed() == [by_the_library(public, k) for k in scalars]


def test_the_generator_and_one_are_two() -> None:
    for sums in (Sums(G), OneByOne(G)):
        sums.add([ONE])
        assert sums.compressed() == [TWO_G]


@pytest.mark.parametrize("kind", [Sums, OneByOne])
def test_sums_are_those_of_the_library(kind: type[Sums] | type[OneByOne]) -> None:
    scalars = [*EDGES, *(RANDOM.randbytes(32) for _ in range(BLOCK - len(EDGES)))]
    public = by_the_library(G, RANDOM.randbytes(32)) or G
    sums = kind(public)
    sums.add(scalars)
    wanted = [by_the_library(public, k) for k in scalars]
    assert sums.compressed() == wanted
    assert sums.uncompressed() == [None if key is None else secp256k1.uncompressed(key) for key in wanted]
    outputs = [None if key is None else secp256k1.taproot_output(key, b"")[1:] for key in wanted]
    assert sums.taproot_outputs() == outputs


@pytest.mark.parametrize("kind", [Sums, OneByOne])
def test_the_point_at_infinity_and_scalars_from_n_on_are_none(kind: type[Sums] | type[OneByOne]) -> None:
    sums = kind(G)
    sums.add([(secp256k1.ORDER - 1).to_bytes(32), secp256k1.ORDER.to_bytes(32), ONE])
    assert sums.compressed() == [None, None, TWO_G]
    assert sums.taproot_outputs()[:2] == [None, None]


def test_a_block_may_be_shorter_than_the_one_before() -> None:
    sums = Sums(G)
    sums.add([RANDOM.randbytes(32) for _ in range(BLOCK)])
    assert len(sums.taproot_outputs()) == BLOCK
    sums.add([ONE])
    assert sums.compressed() == [TWO_G]
    assert sums.taproot_outputs() == [secp256k1.taproot_output(TWO_G, b"")[1:]]


def test_what_is_no_scalar_or_no_point_is_refused() -> None:
    for scalars in ([b"\x01"], [ONE] * (BLOCK + 1)):
        with pytest.raises(InvalidKey):
            Sums(G).add(scalars)
    for kind in (Sums, OneByOne):
        with pytest.raises(InvalidKey):
            kind(b"\x02" + b"\xff" * 32)
