"""Grøstl-512, a finalist of SHA-3, for who has no library of it: Groestlcoin checks its Base58 texts with it.

Gauravaram, Knudsen, Matusiewicz, Mendel, Rechberger, Schläffer, Thomsen, "Grøstl - a SHA-3 candidate" (2011), chapter
3, in its words and letters. A column of the state is an integer of eight bytes, its row 0 the highest.
"""

from __future__ import annotations

import struct

__all__ = ["groestl512"]

_BLOCK = 128  # bytes: l = 1024 bits, 16 columns
_COLUMNS = range(16)
_ROUNDS = range(14)
_B = (2, 2, 3, 4, 5, 3, 5, 7)  # the first row of MixBytes' circulant matrix
_SHIFTS_P, _SHIFTS_Q = (0, 1, 2, 3, 4, 5, 6, 11), (1, 3, 5, 11, 0, 2, 4, 6)  # ShiftBytesWide
_IV = (0,) * 15 + (512,)


def _times(a: int, b: int) -> int:
    """The product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, the field of AES."""
    product = 0
    while b:
        product ^= a * (b & 1)
        a = a << 1 ^ (a >> 7) * 0x11B
        b >>= 1
    return product


def _s_box() -> list[int]:
    """The S-box of AES (FIPS 197, section 5.1.1): inverse in the field, then an affine map of the bits."""
    powers = [1]
    while len(powers) < 255:
        powers.append(_times(powers[-1], 3))
    inverses = {power: powers[-place] for place, power in enumerate(powers)}
    inverses[0] = 0
    box = []
    for value in range(256):
        spread = 0
        for turn in range(5):
            spread ^= inverses[value] << turn
        box.append((spread & 0xFF) ^ (spread >> 8) ^ 0x63)
    return box


def _tables() -> tuple[tuple[int, ...], ...]:
    """For each row, what SubBytes and MixBytes make of a byte there, in all rows of its column."""
    box = _s_box()
    return tuple(
        tuple(
            int.from_bytes(bytes(_times(box[value], _B[(row - i) % 8]) for i in range(8)), "big")
            for value in range(256)
        )
        for row in range(8)
    )


_T = _tables()
_P_CONSTANTS = tuple(tuple((column << 4 ^ r) << 56 for column in _COLUMNS) for r in _ROUNDS)
_Q_CONSTANTS = tuple(tuple(0xFFFFFFFFFFFFFFFF ^ column << 4 ^ r for column in _COLUMNS) for r in _ROUNDS)


def _permute(state: list[int], constants: tuple[tuple[int, ...], ...], shifts: tuple[int, ...]) -> list[int]:
    """P or Q: 14 rounds of AddRoundConstant, SubBytes, ShiftBytesWide and MixBytes."""
    steps = tuple(enumerate(zip(_T, shifts, strict=True)))
    for r in _ROUNDS:
        rows = struct.pack(">16Q", *(column ^ constant for column, constant in zip(state, constants[r], strict=True)))
        state = []
        for column in _COLUMNS:
            mixed = 0
            for row, (table, shift) in steps:
                mixed ^= table[rows[(column + shift) % 16 * 8 + row]]
            state.append(mixed)
    return state


def groestl512(data: bytes) -> bytes:
    """The hash of these bytes, 64 bytes."""
    blocks = (len(data) + 9 + _BLOCK - 1) // _BLOCK
    padded = (data + b"\x80").ljust(_BLOCK * blocks - 8, b"\0") + blocks.to_bytes(8, "big")
    h = list(_IV)
    for start in range(0, len(padded), _BLOCK):
        m = list(struct.unpack(">16Q", padded[start : start + _BLOCK]))
        p = _permute([a ^ b for a, b in zip(h, m, strict=True)], _P_CONSTANTS, _SHIFTS_P)
        q = _permute(m, _Q_CONSTANTS, _SHIFTS_Q)
        h = [a ^ b ^ c for a, b, c in zip(p, q, h, strict=True)]
    omega = [a ^ b for a, b in zip(_permute(h, _P_CONSTANTS, _SHIFTS_P), h, strict=True)]
    return struct.pack(">8Q", *omega[8:])
