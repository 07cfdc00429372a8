"""AEZ v5, as far as cipher seeds need it: messages that are 16 to 31 bytes long with the zeros that authenticate them.

Hoang, Krovetz, Rogaway, "AEZ v5: Authenticated Encryption by Enciphering" (2017): Extract, E, AEZ-hash, AEZ-tiny,
Encrypt, Decrypt, in its words; FIPS 197 for the rounds of AES, of which libraries offer only ten at a time, with a key
schedule that AEZ does not have. A block is a number of 128 bits, its first byte the highest.

Tables are looked up by secret bytes: the time may depend on key and message.
"""
# ruff: noqa: N802, N803, N806 - the specification's names

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import itemgetter, xor

from walletcore.errors import MnemonicError
from walletcore.secret import sealed

__all__ = ["decrypt", "encrypt", "extract"]

_BLOCK = (1 << 128) - 1
_ROUNDS = 8  # AEZ-tiny, 16 bytes and more
_TWEAK = 6


def _double(x: int, width: int = 128, polynomial: int = 0x87) -> int:
    """x times 2 in GF(2^128), or in another field."""
    return (x << 1) ^ ((polynomial | 1 << width) * (x >> (width - 1)))


def _times(n: int, x: int) -> int:
    """The product of a small number and a block in GF(2^128)."""
    product = 0
    while n:
        product ^= x * (n & 1)
        n, x = n >> 1, _double(x)
    return product


# -- one round of AES


def _sbox() -> bytes:
    """FIPS 197, 5.1.1: inverses in GF(2^8), by way of the powers of 3, and the affine transformation."""
    powers = [1]
    for _ in range(254):
        powers.append(powers[-1] ^ _double(powers[-1], 8, 0x1B))
    inverse = [0, *(powers[-powers.index(x) % 255] for x in range(1, 256))]
    rotated = ([(x << n | x >> (8 - n)) & 0xFF for n in range(5)] for x in inverse)
    return bytes(reduce(xor, each, 0x63) for each in rotated)


_SBOX = _sbox()
_DOUBLED = bytes(_double(x, 8, 0x1B) for x in range(256))
_SHIFT_ROWS = itemgetter(*(5 * place % 16 for place in range(16)))
_ROTATED = tuple(int.from_bytes(mask * 4) for mask in (b"\xff\xff\xff\0", b"\xff\xff\0\0", b"\xff\0\0\0"))


def _rotate(columns: int, count: int) -> int:
    """Each column moved up by so many bytes."""
    mask = _ROTATED[count - 1]
    return (columns << 8 * count & mask) | (columns >> 8 * (4 - count) & ~mask & _BLOCK)


def _aesenc(block: int, key: int) -> int:
    """SubBytes, ShiftRows, MixColumns and AddRoundKey."""
    shifted = bytes(_SHIFT_ROWS(block.to_bytes(16).translate(_SBOX)))
    once, twice = int.from_bytes(shifted), int.from_bytes(shifted.translate(_DOUBLED))
    return twice ^ _rotate(once ^ twice, 1) ^ _rotate(once, 2) ^ _rotate(once, 3) ^ key


# -- the parts of AEZ


def extract(K: bytes) -> bytes:
    """The 48 bytes I || J || L of a key of any length; 48 bytes are such already."""
    return K if len(K) == 48 else hashlib.blake2b(K, digest_size=48).digest()


@dataclass(frozen=True, slots=True, repr=False)
class _Cipher:
    """The tweakable block cipher E of a key."""

    I: int  # noqa: E741
    J: int
    L: int

    @classmethod
    def of(cls, K: bytes) -> _Cipher:
        """The cipher of a key of any length."""
        parts = extract(K)
        return cls(*(int.from_bytes(parts[start : start + 16]) for start in (0, 16, 32)))

    def E(self, j: int, i: int, X: int) -> int:
        """E with the tweak (j, i), j from 0 on: AES4."""
        block = X ^ _times(j, self.J) ^ _times(1 << -(-i // 8), self.I) ^ _times(i % 8, self.L)
        return reduce(_aesenc, (self.J, self.I, self.L, 0), block)


def _AEZ_hash(E: _Cipher, T: Iterable[bytes]) -> int:
    """The sum over all strings of the vector."""
    delta = 0
    for j, string in enumerate(T, 3):
        whole, rest = divmod(len(string), 16)
        for i in range(1, whole + 1):
            delta ^= E.E(j, i, int.from_bytes(string[16 * i - 16 : 16 * i]))
        if rest or not whole:
            delta ^= E.E(j, 0, int.from_bytes((string[16 * whole :] + b"\x80").ljust(16, b"\0")))
    return delta


def _vector(tau: int, N: bytes, A: Iterable[bytes]) -> tuple[bytes, ...]:
    """What is hashed: the size of the authenticator in bits, nonce and associated data."""
    return (tau.to_bytes(16), N, *A)


def _AEZ_tiny(E: _Cipher, delta: int, X: bytes, rounds: Iterable[int]) -> bytes:
    """A Feistel network over the halves of the message. Raises `MnemonicError` for another size."""
    if not 16 <= len(X) < 32:
        raise MnemonicError(f"expected 16 to 31 bytes, got {len(X)}", reason="length")
    half = 4 * len(X)
    L, R = divmod(int.from_bytes(X), 1 << half)
    for j in rounds:
        padded = (R << 1 | 1) << (127 - half)
        L, R = R, L ^ (E.E(0, _TWEAK, delta ^ padded ^ j) >> (128 - half))
    return (R << half | L).to_bytes(len(X))


def _check_message(size: int) -> None:
    """An empty message is not enciphered: AEZ-prf is for it, which cipher seeds do not need."""
    if size == 0:
        raise MnemonicError("expected a message, got none", reason="length")


@sealed
def encrypt(K: bytes, N: bytes, A: Iterable[bytes], tau: int, M: bytes) -> bytes:
    """The ciphertext, tau bytes longer than the message, and 16 to 31 bytes long. Raises `MnemonicError`."""
    _check_message(len(M))
    E = _Cipher.of(K)
    return _AEZ_tiny(E, _AEZ_hash(E, _vector(8 * tau, N, A)), M + bytes(tau), range(_ROUNDS))


@sealed
def decrypt(K: bytes, N: bytes, A: Iterable[bytes], tau: int, C: bytes) -> bytes | None:
    """The message of a ciphertext of 16 to 31 bytes, or None where it is not authentic. Raises `MnemonicError`."""
    _check_message(len(C) - tau)
    E = _Cipher.of(K)
    X = _AEZ_tiny(E, _AEZ_hash(E, _vector(8 * tau, N, A)), C, reversed(range(_ROUNDS)))
    return X[: len(X) - tau] if X.endswith(bytes(tau)) else None
