"""BLAKE-256, the finalist of SHA-3 with 14 rounds, for who has no library of it: Decred hashes with it.

Aumasson, Henzen, Meier, Phan, "SHA-3 proposal BLAKE", version 1.3, section 2.1, in its words and letters.
"""

from __future__ import annotations

import struct

__all__ = ["blake256"]

_MASK = 0xFFFFFFFF
_ROUNDS = 14
_BLOCK = 64  # bytes
_IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
_C = (  # the first digits of pi
    *(0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0, 0x082EFA98, 0xEC4E6C89),
    *(0x452821E6, 0x38D01377, 0xBE5466CF, 0x34E90C6C, 0xC0AC29B7, 0xC97C50DD, 0x3F84D5B5, 0xB5470917),
)
_SIGMA = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
_G = (  # G_0 to G_7: the columns, then the diagonals
    *((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)),
    *((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)),
)


def blake256(data: bytes) -> bytes:
    """The hash of these bytes, 32 bytes, with a salt of zeros."""
    length = 8 * len(data)
    zeros = -(len(data) + 9) % _BLOCK
    padding = b"\x81" if zeros == 0 and len(data) % _BLOCK == 55 else b"\x80" + bytes(zeros - 1) + b"\x01"
    padded = data + padding + length.to_bytes(8, "big")
    h = list(_IV)
    for start in range(0, len(padded), _BLOCK):
        bits = min(length, 8 * (start + _BLOCK))  # the counter is of bits of the message, none of the padding's
        t = bits if bits > 8 * start else 0  # a block of padding alone counts nothing
        h = _compress(h, struct.unpack(">16I", padded[start : start + _BLOCK]), t)
    return struct.pack(">8I", *h)


def _compress(h: list[int], m: tuple[int, ...], t: int) -> list[int]:
    t_0, t_1 = t & _MASK, t >> 32
    v = [*h, *_C[:4], t_0 ^ _C[4], t_0 ^ _C[5], t_1 ^ _C[6], t_1 ^ _C[7]]
    for r in range(_ROUNDS):
        sigma = _SIGMA[r % 10]
        for i, places in enumerate(_G):
            j, k = sigma[2 * i], sigma[2 * i + 1]
            _mix(v, places, m[j] ^ _C[k], m[k] ^ _C[j])
    return [h[i] ^ v[i] ^ v[i + 8] for i in range(8)]


def _mix(v: list[int], places: tuple[int, int, int, int], first: int, second: int) -> None:
    """G: additions modulo 2^32, XORs and rotations of four words of the state."""
    i_a, i_b, i_c, i_d = places
    a, b, c, d = v[i_a], v[i_b], v[i_c], v[i_d]
    a = a + b + first & _MASK
    d ^= a
    d = d >> 16 | d << 16 & _MASK
    c = c + d & _MASK
    b ^= c
    b = b >> 12 | b << 20 & _MASK
    a = a + b + second & _MASK
    d ^= a
    d = d >> 8 | d << 24 & _MASK
    c = c + d & _MASK
    b ^= c
    b = b >> 7 | b << 25 & _MASK
    v[i_a], v[i_b], v[i_c], v[i_d] = a, b, c, d
