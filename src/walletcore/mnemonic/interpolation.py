"""Polynomials over GF(2^m) through given points: the shares of a secret, each byte or word of it by itself.

SLIP-39, "Polynomial interpolation"; BIP-93, "Recovering Secret", which has the same formula for words of five bits.

A vector of elements is one integer with a lane of eight bits for each. Indexes are public and decide what is done;
elements are secret: no branch and no place in a table depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest

from walletcore.secret import sealed

__all__ = ["GF32", "GF256", "Field"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """GF(2^bits): polynomials over GF(2) modulo one of degree ``bits``, at most 8, written as an integer."""

    bits: int
    modulus: int

    @sealed
    def interpolate(self, points: Mapping[int, bytes], x: int) -> bytes:
        """f(x), where f has the lowest degree with f(x_i) = y_i for all ``points``: {x_i: y_i}, y_i of one length."""
        size = len(next(iter(points.values())))
        total = 0
        for x_i, y_i in points.items():
            total ^= self._times(self._basis(tuple(points), x_i, x), int.from_bytes(y_i), size)
        return total.to_bytes(size)

    @sealed
    def agree(self, points: Mapping[int, bytes], threshold: int) -> bool:
        """Whether one polynomial of a degree below ``threshold`` goes through all ``points``."""
        first = dict(list(points.items())[:threshold])
        rest = {x_i: y_i for x_i, y_i in points.items() if x_i not in first}
        return all(compare_digest(self.interpolate(first, x_i), y_i) for x_i, y_i in rest.items())

    def _basis(self, indexes: tuple[int, ...], x_i: int, x: int) -> int:
        """The product of (x - x_j) / (x_i - x_j) over all other indexes x_j."""
        numerator = denominator = 1
        for x_j in indexes:
            if x_j != x_i:
                numerator = self._times(numerator, x ^ x_j, 1)
                denominator = self._times(denominator, x_i ^ x_j, 1)
        return self._times(numerator, self._inverse(denominator), 1)

    def _inverse(self, a: int) -> int:
        """a^(2^m - 2): the product of a^2, a^4, a^8 ..."""
        inverse = 1
        for _ in range(self.bits - 1):
            a = self._times(a, a, 1)
            inverse = self._times(inverse, a, 1)
        return inverse

    def _times(self, factor: int, vector: int, size: int) -> int:
        """Each of the ``size`` elements of the vector times the public ``factor``."""
        product, low = 0, self.modulus ^ 1 << self.bits
        tops = int.from_bytes(bytes([1 << self.bits - 1]) * size)
        while factor:
            if factor & 1:
                product ^= vector
            over = vector & tops
            vector = (vector ^ over) << 1 ^ (over >> self.bits - 1) * low  # times x, reduced in its lane
            factor >>= 1
        return product


GF256 = Field(bits=8, modulus=0x11B)
"""Bytes modulo x^8 + x^4 + x^3 + x + 1, Rijndael's polynomial (SLIP-39)."""
GF32 = Field(bits=5, modulus=0x29)
"""Words of five bits modulo x^5 + x^3 + 1 (BIP-93)."""
