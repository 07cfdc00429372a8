"""Interpolation over GF(256) and GF(32) against the tables and loops of two other implementations."""

from codex32.codex32 import bech32_mul, ms32_interpolate
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic.shamir import RawShare, _interpolate

from walletcore.mnemonic.interpolation import GF32, GF256

sizes = st.integers(1, 40)


def points(highest: int, largest: int) -> st.SearchStrategy[dict[int, bytes]]:
    def of_size(size: int) -> st.SearchStrategy[dict[int, bytes]]:
        values = st.lists(st.integers(0, largest), min_size=size, max_size=size).map(bytes)
        return st.dictionaries(st.integers(0, highest), values, min_size=1, max_size=16)

    return sizes.flatmap(of_size)


@given(points(255, 255), st.integers(0, 255))
def test_bytes_are_interpolated_as_with_tables_of_logarithms(known: dict[int, bytes], x: int) -> None:
    theirs = _interpolate([RawShare(x_i, y_i) for x_i, y_i in known.items()], x)
    assert GF256.interpolate(known, x) == theirs


@given(points(31, 31), st.integers(0, 31))
def test_words_of_five_bits_are_interpolated_as_in_bip_93(known: dict[int, bytes], x: int) -> None:
    # theirs is for a new index only, and finds the index of a share in its sixth word
    theirs = ms32_interpolate([[*bytes(5), x_i, *y_i] for x_i, y_i in known.items()], x)
    assert GF32.interpolate(known, x) == (known[x] if x in known else bytes(theirs[6:]))


def test_every_product_of_gf32_is_that_of_bip_93() -> None:
    for a in range(32):  # the line through (0, 0) and (1, a) is a times x
        line = {0: b"\0", 1: bytes([a])}
        assert [GF32.interpolate(line, x)[0] for x in range(32)] == [bech32_mul(a, x) for x in range(32)]


@given(points(255, 255), st.integers(0, 255), st.integers(1, 255))
def test_a_point_agrees_only_where_the_polynomial_goes(known: dict[int, bytes], x: int, change: int) -> None:
    value = GF256.interpolate(known, x)
    other = bytes([value[0] ^ change]) + value[1:]
    rest = {x_i: y_i for x_i, y_i in known.items() if x_i != x}
    assert GF256.agree({**known, x: value}, len(known))
    assert GF256.agree({**rest, x: other}, len(known)) is (x in known)
    assert GF256.agree(known, len(known))
