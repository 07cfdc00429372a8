"""Numbers in groups of seven bits, the lowest first (Protocol Buffers, "Base 128 Varints"; unsigned LEB128).

A number has its shortest form only, and is below 2^64.
"""

from __future__ import annotations

from walletcore.errors import DecodingError

__all__ = ["read_varint", "varint"]

_SHORT = tuple(bytes((number,)) for number in range(128))


def varint(number: int) -> bytes:
    """The bytes of an int from 0, which the caller has checked to be below 2^64."""
    if number < 128:
        return _SHORT[number]
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(data: bytes, position: int, stop: int) -> tuple[int, int]:
    """The number at a position, of bytes that end at ``stop``, and where it ends. Raises `DecodingError`."""
    if position < stop and data[position] < 128:
        return data[position], position + 1
    number = shift = 0
    while True:
        if position >= stop:
            raise DecodingError("expected a varint that ends", reason="truncated")
        byte = data[position]
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
        if shift > 63:
            raise DecodingError("expected at most ten bytes of varint", reason="range")
    if shift and not byte:
        raise DecodingError(f"{number} with a last byte of zero has a shorter form", reason="non-canonical")
    if number >> 64:
        raise DecodingError("expected a number below 2^64", reason="range")
    return number, position
