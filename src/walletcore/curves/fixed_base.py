"""Sums of public points and multiples of the generator, a block at a time (SEC 1, 2.2.1, "Point addition").

k*G is looked up, not computed: a table holds (d + 1) * 1024^j * G for each digit d at each of the 26 places j of k, and
one `ec_pubkey_combine` adds the 26 entries of k, the point, and what the ones that stand in the table add too much. No
entry is the point at infinity, so there are always as many; nothing is doubled, and there is one inversion. The table
takes 1.7 MB, which a processor's second cache holds, and some 60 ms, once in a process; `secp256k1.tweak_public` does
the same one by one without.

For public data only: which entries are read depends on the scalar. It is never given a private key.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Protocol

from walletcore.curves.secp256k1 import (
    CONTEXT,
    ORDER,
    TAP_TWEAK,
    ffi,
    lib,
    parse_public,
    taproot_output,
    tweak_public,
    uncompressed,
)
from walletcore.errors import InvalidKey

__all__ = ["BLOCK", "TABLE_FROM", "OneByOne", "Points", "Sums", "points"]

BLOCK = 256
"""How many points are summed at once."""

TABLE_FROM = 4_000
"""Sums for which the table is built: to make it costs what it saves in so many of them."""

_PLACES, _DIGITS, _SIZE = 26, 1024, 64  # of a scalar, values of one, bytes of a point as the library keeps it
_ROW = 2 + _PLACES  # the correction, the point, and the entries of a scalar
_POINTER = 8
_SCALAR = 32  # bytes
_ABOVE, _GROUP, _LANES = bytes(3), 5, 4  # 3 bytes above a scalar make it 7 groups of 5 bytes, of 4 digits each
_COMPRESSED, _UNCOMPRESSED = 258, 2
_GENERATOR = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")  # SEC 2, 2.4.1
_ORDER = ORDER.to_bytes(_SCALAR)

# A digit is 10 of the 16 bits of two neighbours in a group, and its entry is 64 times as far: the two shifted by 0, 2,
# 4 or 6 bits, without what is above 16 bits and without the lowest six. What a byte adds to the upper and lower half:
_UP = [bytes([byte << shift & 0xFF for byte in range(256)]) for shift in (0, 2, 4, 6)]
_DOWN = [bytes([byte << shift >> 8 for byte in range(256)]) for shift in (0, 2, 4, 6)]
_LOW = [bytes([byte << shift & 0xC0 for byte in range(256)]) for shift in (0, 2, 4, 6)]

CData = Any  # what cffi hands out has no type


class _Table:
    """The entries, and minus the sum of those for the digit 0, which is added to every sum."""

    def __init__(self) -> None:
        self.entries = ffi.new("secp256k1_pubkey[]", _PLACES * _DIGITS)
        self.correction = ffi.new("secp256k1_pubkey *")
        pair, base = ffi.new("secp256k1_pubkey *[2]"), _parsed(_GENERATOR)
        first = [self.entries + _DIGITS * place for place in range(_PLACES)]
        for row in first:
            ffi.memmove(row, base, _SIZE)
            pair[1] = row
            for digit in range(1, _DIGITS):
                pair[0] = row + (digit - 1)
                lib.secp256k1_ec_pubkey_combine(CONTEXT, row + digit, pair, 2)
            ffi.memmove(base, row + (_DIGITS - 1), _SIZE)
        lib.secp256k1_ec_pubkey_combine(CONTEXT, self.correction, ffi.new("secp256k1_pubkey *[]", first), _PLACES)
        lib.secp256k1_ec_pubkey_negate(CONTEXT, self.correction)
        self.places = [_address(row) for row in reversed(first)]  # the first digit of a scalar has the highest place


_table = cache(_Table)


def _address(pointer: CData) -> int:
    return int(ffi.cast("uintptr_t", pointer))


def _parsed(public: bytes) -> CData:
    point = ffi.new("secp256k1_pubkey *")
    if not lib.secp256k1_ec_pubkey_parse(CONTEXT, point, public, len(public)):
        raise InvalidKey("expected a point of secp256k1", reason="point")
    return point


class Points(Protocol):
    """Sums of a point and k*G, in the forms that addresses are made of; None stands for one that is no point."""

    def add(self, scalars: Sequence[bytes]) -> None:
        """The point and k*G, for each k of 32 bytes; none for one that is not below n (BIP-32)."""

    def compressed(self) -> list[bytes | None]:
        """The sums in 33 bytes each."""

    def uncompressed(self) -> list[bytes | None]:
        """The sums in 65 bytes each: 04 || x || y."""

    def taproot_outputs(self) -> list[bytes | None]:
        """For each sum as an internal key the x of its output, without a script tree, in 32 bytes (BIP-341)."""


def points(public: bytes, count: int) -> Points:
    """What sums ``count`` times: with the table where there is one, or where it pays. Raises `InvalidKey`."""
    return Sums(public) if count >= TABLE_FROM or _table.cache_info().currsize else OneByOne(public)


class OneByOne:
    """The same without the table, for a few."""

    def __init__(self, public: bytes) -> None:
        self._public, self._sums = parse_public(public), list[bytes | None]()

    def add(self, scalars: Sequence[bytes]) -> None:
        """As `Points.add`."""
        self._sums = [self._sum(k) for k in scalars]

    def _sum(self, k: bytes) -> bytes | None:
        try:
            return tweak_public(self._public, k)
        except InvalidKey:
            return None

    def compressed(self) -> list[bytes | None]:
        """As `Points.compressed`."""
        return self._sums

    def uncompressed(self) -> list[bytes | None]:
        """As `Points.uncompressed`."""
        return [None if key is None else uncompressed(key) for key in self._sums]

    def taproot_outputs(self) -> list[bytes | None]:
        """As `Points.taproot_outputs`."""
        return [None if key is None else taproot_output(key, b"")[1:] for key in self._sums]


class Sums:
    """Up to `BLOCK` sums at a time of a point (33 bytes) and k*G. Its buffers are its own: one for each user.

    After `add` the sums are there as `compressed`, `uncompressed`, and as outputs of taproot; None stands for one that
    is no point. Raises `InvalidKey` for what is none.
    """

    def __init__(self, public: bytes, *, is_fixed: bool = True) -> None:
        """``is_fixed``: the point is the same in every sum, so that the correction is added to it once."""
        table, self._count = _table(), 0
        self._points = ffi.new("secp256k1_pubkey[]", BLOCK)
        self._sums = ffi.new("secp256k1_pubkey[]", BLOCK)
        self._terms = ffi.new("secp256k1_pubkey *[]", _ROW * BLOCK)
        self._out, self._size = ffi.new("unsigned char[65]"), ffi.new("size_t *")
        self._failed: frozenset[int] = frozenset()
        self._outputs: Sums | None = None
        point = _parsed(public)
        both = ffi.new("secp256k1_pubkey *[2]", [point, table.correction])
        skipped = int(is_fixed and lib.secp256k1_ec_pubkey_combine(CONTEXT, self._sums, both, 2))
        for place in range(BLOCK):
            ffi.memmove(self._points + place, self._sums if skipped else point, _SIZE)
        self._row = _ROW - skipped
        self._each = [(self._sums + i, self._terms + (_ROW * i + skipped)) for i in range(BLOCK)]
        rows = ((_address(table.correction), _address(self._points + i), *table.places) for i in range(BLOCK))
        addresses = b"".join([address.to_bytes(_POINTER, "little") for row in rows for address in row])
        self._base, self._lanes = int.from_bytes(addresses, "little"), bytearray(len(addresses))

    def add(self, scalars: Sequence[bytes]) -> None:
        """The point and k*G, for each k of 32 bytes; none for one that is not below n (BIP-32)."""
        if len(scalars) > BLOCK or any(len(k) != _SCALAR for k in scalars):
            raise InvalidKey(f"expected at most {BLOCK} scalars of {_SCALAR} bytes", reason="length")
        self._count = len(scalars)
        self._look_up(b"".join([_ABOVE + k for k in scalars]).ljust((len(_ABOVE) + _SCALAR) * BLOCK, b"\0"))
        combine = lib.secp256k1_ec_pubkey_combine
        good = [combine(CONTEXT, sum_, row, self._row) for sum_, row in self._each[: self._count]]
        self._failed = frozenset(i for i, k in enumerate(scalars) if not good[i] or k >= _ORDER)
        for place in self._failed:  # the library ends the process that writes the point at infinity
            ffi.memmove(self._sums + place, self._points + place, _SIZE)

    def _look_up(self, scalars: bytes) -> None:
        """Point to the entries of all digits: each becomes how far its entry is, and one addition makes the pointers.

        The first two digits of a row are bits above the scalar, 0: their pointers are those of the correction and the
        point.
        """
        parts = [scalars[place::_GROUP] for place in range(_GROUP)]
        for lane, (upper, lower) in enumerate(pairwise(parts)):
            high = int.from_bytes(upper.translate(_UP[lane])) | int.from_bytes(lower.translate(_DOWN[lane]))
            place = lane * _POINTER
            self._lanes[place + 1 :: _LANES * _POINTER] = high.to_bytes(len(upper))
            self._lanes[place :: _LANES * _POINTER] = lower.translate(_LOW[lane])
        terms = self._base + int.from_bytes(self._lanes, "little")
        ffi.buffer(self._terms)[:] = terms.to_bytes(len(self._lanes), "little")

    def compressed(self) -> list[bytes | None]:
        """The sums in 33 bytes each."""
        return self._written(33, _COMPRESSED)

    def uncompressed(self) -> list[bytes | None]:
        """The sums in 65 bytes each: 04 || x || y."""
        return self._written(65, _UNCOMPRESSED)

    def taproot_outputs(self) -> list[bytes | None]:
        """For each sum as an internal key the x of its output, without a script tree, in 32 bytes (BIP-341)."""
        if self._outputs is None:
            self._outputs = Sums(_GENERATOR, is_fixed=False)
        outputs, keys = self._outputs, self.compressed()
        ffi.memmove(outputs._points, self._sums, _SIZE * self._count)
        for place, key in enumerate(keys):
            if key is not None and key[0] == 3:  # lift_x: the point with even y
                lib.secp256k1_ec_pubkey_negate(CONTEXT, outputs._points + place)
        outputs.add([bytes(32) if key is None else TAP_TWEAK(key[1:]) for key in keys])
        found = outputs.compressed()
        return [None if key is None or out is None else out[1:] for key, out in zip(keys, found, strict=True)]

    def _written(self, size: int, form: int) -> list[bytes | None]:
        out, length, serialize = self._out, self._size, lib.secp256k1_ec_pubkey_serialize
        view, found = ffi.buffer(out, size), list[bytes | None]()
        length[0] = size
        for sum_, _ in self._each[: self._count]:
            serialize(CONTEXT, out, length, sum_, form)
            found.append(view[:])
        for place in self._failed:
            found[place] = None
        return found
