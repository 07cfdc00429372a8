"""ECDSA signatures of secp256k1 as Bitcoin's scripts and devices have them: strict DER (BIP-66)."""

from __future__ import annotations

from walletcore.errors import InvalidSignature

__all__ = ["ORDER", "decode_der", "encode_der"]

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""n, the number of points (SEC 2, 2.4.1)."""


def decode_der(data: bytes) -> bytes:
    """r || s of a strict DER signature (BIP-66), with r and s from 1 to n-1. Raises `InvalidSignature`."""
    if len(data) < 8 or len(data) > 72 or data[0] != 0x30 or data[1] != len(data) - 2:
        raise InvalidSignature(
            "expected a DER sequence of at most 72 bytes and nothing after it", reason="non-canonical"
        )
    r, rest = _der_integer(data[2:])
    s, rest = _der_integer(rest)
    if rest:
        raise InvalidSignature("expected two integers in the DER sequence, got more", reason="trailing")
    return r + s


def _der_integer(data: bytes) -> tuple[bytes, bytes]:
    length = data[1] if len(data) > 1 else 0
    body = data[2 : 2 + length]
    if data[:1] != b"\x02" or not 1 <= length <= 33 or len(body) != length:
        raise InvalidSignature("expected a DER integer of 1 to 33 bytes", reason="non-canonical")
    if body[0] & 0x80 or (length > 1 and body[0] == 0 and not body[1] & 0x80):
        raise InvalidSignature("expected a positive DER integer without padding", reason="non-canonical")
    value = int.from_bytes(body)
    if not 0 < value < ORDER:
        raise InvalidSignature("expected r and s from 1 to n-1", reason="range")
    return value.to_bytes(32), data[2 + length :]


def encode_der(signature: bytes) -> bytes:
    """The DER form of r || s (64 bytes), as Bitcoin's scripts carry it (BIP-66)."""
    first = signature[0]
    if first and len(signature) == 64 and 0 < signature[32] < 0x80:  # 254 of 256 with a low s
        head = b"\x30\x44\x02\x20" if first < 0x80 else b"\x30\x45\x02\x21\x00"
        return b"".join((head, signature[:32], b"\x02\x20", signature[32:64]))
    body = _der_of(signature[:32]) + _der_of(signature[32:64])
    return bytes((0x30, len(body))) + body


def _der_of(scalar: bytes) -> bytes:
    digits = scalar.lstrip(b"\x00") or b"\x00"
    padded = b"\x00" + digits if digits[0] & 0x80 else digits
    return bytes((0x02, len(padded))) + padded
