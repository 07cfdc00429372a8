"""What the keys and values of a PSBT's fields look like (BIP-174, "Specification"; BIP-371, "Specification").

A form checks bytes without making anything of them: a PSBT is read once, and few of its fields are asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from struct import unpack, unpack_from
from typing import Any, Generic, TypeVar

from walletcore.chains.bitcoin.tx import (
    MAX_AMOUNT,
    SCRIPT,
    TX_OUT,
    TxOut,
    Witness,
    encode_witness,
    read_output,
    read_witness,
)
from walletcore.coding.wire import Codec, Reader, array, bounded, compact_size, fixed, u8, u32le, u64le
from walletcore.curves.secp256k1 import parse_public
from walletcore.errors import DecodingError, InvalidKey
from walletcore.path import KeyOrigin, Path

__all__ = [
    "AMOUNT",
    "BYTES",
    "COMPRESSED",
    "COMPRESSED_KEYS",
    "CONTROL_BLOCK",
    "COUNT",
    "ECDSA_SIGNATURE",
    "FLAGS",
    "HASH20",
    "HASH32",
    "HEIGHT",
    "KEY",
    "KEY_AND_LEAF",
    "LEAF",
    "MUSIG2_KEYS",
    "MUSIG2_NONCE",
    "NUMBER",
    "ORIGIN",
    "OUTPUT",
    "SCHNORR_SIGNATURE",
    "TAP_ORIGIN",
    "TIME",
    "TREE",
    "VERSION",
    "WITNESS",
    "XPUB",
    "Form",
    "Leaf",
    "TapOrigin",
    "read_origin",
    "tree_spans",
]

T = TypeVar("T")

_MAX_STEPS = 255
_COMPRESSED, _UNCOMPRESSED = 33, 65  # bytes of a key
_MAX_DEPTH = 128  # of a script tree: BIP-341, TAPROOT_CONTROL_MAX_NODE_COUNT
_MULTIBYTE = 0xFD  # a compact size from here on takes several bytes
_FIRST_TIME = 500_000_000  # a lock time from here on is a time (BIP-370; src/script/script.h, LOCKTIME_THRESHOLD)


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """One format of bytes. ``check`` raises `DecodingError` for those that `read` would not read.

    Bytes of ``sizes`` need no check.
    """

    check: Callable[[bytes], object]
    read: Callable[[bytes], T]
    write: Callable[[T], bytes]
    sizes: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class TapOrigin:
    """Where an x-only key comes from, and the hashes of the leaves that it stands in; none for the internal key."""

    origin: KeyOrigin
    leaf_hashes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A script of a tree, and the version of its leaf (BIP-342: 0xC0); in a tree also how deep it lies."""

    script: bytes
    version: int = 0xC0
    depth: int = 0


def _of(codec: Codec[T], *sizes: int) -> Form[T]:
    """The form of a codec; bytes of these sizes need no reading to be checked."""

    def check(data: bytes) -> None:
        if len(data) not in sizes:
            codec.decode(data)

    return Form(check, codec.decode, codec.encode, sizes)


def _bytes(codec: Codec[bytes], *sizes: int) -> Form[bytes]:
    """The same where the value is the bytes: they were checked when their record was read."""
    return Form(_of(codec, *sizes).check, bytes, codec.encode, sizes)


def _checked(codec: Codec[T], refuse: Callable[[T], None]) -> Form[T]:
    """The form of a codec some of whose values have no meaning."""

    def read(data: bytes) -> T:
        value = codec.decode(data)
        refuse(value)
        return value

    return Form(read, read, codec.encode)


# Keys, origins and trees


def _read_origin(reader: Reader) -> KeyOrigin:
    fingerprint = reader.take(4)
    if reader.remaining > 4 * _MAX_STEPS:
        raise DecodingError(f"expected at most {_MAX_STEPS} steps", reason="too-large")
    steps = reader.take(reader.remaining)
    if len(steps) % 4:
        raise DecodingError(f"expected steps of 4 bytes, got {len(steps)} bytes", reason="truncated")
    return KeyOrigin(fingerprint, Path(unpack(f"<{len(steps) // 4}I", steps)))


def _write_origin(origin: KeyOrigin, out: bytearray) -> None:
    out += origin.fingerprint
    for step in origin.path.steps:
        u32le.write(step, out)


_LEAF_HASHES = array(fixed(32), count=compact_size)


def _read_tap_origin(reader: Reader) -> TapOrigin:
    leaf_hashes = _LEAF_HASHES.read(reader)
    return TapOrigin(_read_origin(reader), leaf_hashes)


def _write_tap_origin(value: TapOrigin, out: bytearray) -> None:
    _LEAF_HASHES.write(value.leaf_hashes, out)
    _write_origin(value.origin, out)


def _read_key(reader: Reader) -> bytes:
    """A key in the form that its script or address has it in: 33 bytes, or 65."""
    return reader.take(_UNCOMPRESSED if reader.remaining == _UNCOMPRESSED else _COMPRESSED)


def _write_all(value: bytes, out: bytearray) -> None:
    if type(value) is not bytes:  # of the number 5, `bytes` makes five zeros
        raise DecodingError(f"expected bytes, got {type(value).__name__}", reason="type")
    out += value


def _read_leaf(reader: Reader) -> Leaf:
    script = reader.take(max(reader.remaining - 1, 0))
    return Leaf(script, u8.read(reader))


def _write_leaf(leaf: Leaf, out: bytearray) -> None:
    out += leaf.script
    u8.write(leaf.version, out)


def tree_spans(data: bytes) -> Iterator[tuple[int, int, int]]:
    """BIP-371, PSBT_OUT_TAP_TREE: how deep each leaf lies, and where its version and its script with its size stand.

    The leaves are in the order of a depth-first search; each branch has both its halves. Raises `DecodingError`.
    """
    halves: list[int] = []
    at, end = 0, len(data)
    while at < end:
        depth, start = data[at], at + 1
        at = _end_of_leaf(data, start)
        if depth > _MAX_DEPTH or data[start] & 1:
            raise DecodingError("expected a depth of at most 128 and an even leaf version", reason="range")
        yield depth, start, at
        if halves == [0]:
            raise DecodingError("a leaf after the end of the tree", reason="trailing")
        while halves and halves[-1] == depth and depth:
            halves.pop()
            depth -= 1
        if halves and halves[-1] > depth:
            raise DecodingError("the leaves are no tree", reason="non-canonical")
        halves.append(depth)
    if halves != [0]:
        raise DecodingError("expected a tree with both halves of each branch", reason="truncated")


def _end_of_leaf(data: bytes, start: int) -> int:
    """Where the script ends whose leaf version stands there; short ones, as nearly all are, without a reader."""
    size = data[start + 1] if start + 1 < len(data) else _MULTIBYTE
    stop = start + 2 + size
    if size < _MULTIBYTE and stop <= len(data):
        return stop
    reader = Reader(data)
    reader.position = start
    u8.read(reader)
    SCRIPT.read(reader)
    return reader.position


def _read_tree(reader: Reader) -> tuple[Leaf, ...]:
    data = reader.take(reader.remaining)
    spans = tree_spans(data)
    return tuple([Leaf(SCRIPT.decode(data[start + 1 : stop]), data[start], depth) for depth, start, stop in spans])


def _write_tree(leaves: tuple[Leaf, ...], out: bytearray) -> None:
    for leaf in leaves:
        u8.write(leaf.depth, out)
        u8.write(leaf.version, out)
        SCRIPT.write(leaf.script, out)


_ORIGINS = range(4, 4 + 4 * _MAX_STEPS + 1, 4)
"""Sizes of origins: a fingerprint, and steps of four bytes."""
_STEPS = {size: f"<{size // 4 - 1}I" for size in _ORIGINS}


def _is_origin(data: bytes) -> None:
    if len(data) not in _ORIGINS:
        _ORIGIN.decode(data)  # refuses


def read_origin(data: bytes) -> KeyOrigin:
    """A fingerprint and steps, of bytes that were checked when their record was read."""
    return KeyOrigin.trusted(data[:4], Path.trusted(unpack_from(_STEPS[len(data)], data, 4)))


def _is_tap_origin(data: bytes) -> None:
    size = len(data)
    if size % 4 != 1 or data[0] or not 5 <= size <= 5 + 4 * _MAX_STEPS:  # with leaf hashes
        _TAP_ORIGIN.decode(data)


def _is_tree(data: bytes) -> None:
    deque(tree_spans(data), maxlen=0)  # all of them: the shape is known at the end


def _is_output(data: bytes) -> None:
    """An amount and a script: those of less than 253 bytes need no reading."""
    if len(data) < 9 or data[8] != len(data) - 9 or data[8] >= 0xFD or data[6:8] != b"\x00\x00":
        TX_OUT.decode(data)


_BYTES = Codec(kind=bytes, minimum=0, read=lambda reader: reader.take(reader.remaining), write=_write_all)
_KEY = Codec(kind=bytes, minimum=33, read=_read_key, write=_write_all)
_ORIGIN = Codec(kind=KeyOrigin, minimum=4, read=_read_origin, write=_write_origin)
_TAP_ORIGIN = Codec(kind=TapOrigin, minimum=5, read=_read_tap_origin, write=_write_tap_origin)
_LEAF = Codec(kind=Leaf, minimum=1, read=_read_leaf, write=_write_leaf)
_TREE: Codec[tuple[Leaf, ...]] = Codec(kind=tuple, minimum=3, read=_read_tree, write=_write_tree)


def _refuse_sizes(what: str, low: int, high: int, step: int = 1) -> Callable[[bytes], None]:
    def refuse(data: bytes) -> None:
        if not low <= len(data) <= high or (len(data) - low) % step:
            raise DecodingError(f"expected {what}, got {len(data)} bytes", reason="length")

    return refuse


def _refuse_range(low: int, high: int) -> Callable[[int], None]:
    def refuse(number: int) -> None:
        if not low <= number <= high:
            raise DecodingError(f"expected a number from {low} to {high}, got {number}", reason="range")

    return refuse


def _is_xpub(data: bytes) -> None:
    """BIP-174: an extended public key, of whatever network. All are looked at: that doubles what reading them takes."""
    if len(data) != 78:
        raise DecodingError(f"expected 78 bytes of an extended public key, got {len(data)}", reason="length")
    if data[:4] in _private_versions():
        raise DecodingError("expected an extended public key, got a private one", reason="version")
    try:
        parse_public(data[45:])
    except InvalidKey:
        raise DecodingError("expected an extended public key, got one of no point", reason="point") from None


@cache
def _private_versions() -> frozenset[bytes]:
    from walletcore.hd.slip132 import VERSIONS  # hardly any PSBT names extended keys

    return frozenset([each.private for each in VERSIONS])


def _accept(_: Any) -> None:
    """Any bytes will do."""


BYTES = Form(_accept, bytes, _BYTES.encode, range(2**62))
KEY = _bytes(_KEY, _COMPRESSED, _UNCOMPRESSED)
HASH20, HASH32 = _bytes(fixed(20), 20), _bytes(fixed(32), 32)
NUMBER, FLAGS, COUNT = _of(u32le, 4), _of(u8, 1), _of(compact_size)
AMOUNT = _of(bounded(u64le, MAX_AMOUNT))
TIME = _checked(u32le, _refuse_range(_FIRST_TIME, 0xFFFF_FFFF))
HEIGHT = _checked(u32le, _refuse_range(1, _FIRST_TIME - 1))
ORIGIN: Form[KeyOrigin] = Form(_is_origin, read_origin, _ORIGIN.encode, _ORIGINS)
TAP_ORIGIN: Form[TapOrigin] = Form(_is_tap_origin, _TAP_ORIGIN.decode, _TAP_ORIGIN.encode)
OUTPUT: Form[TxOut] = Form(_is_output, read_output, TxOut.encode)
WITNESS: Form[Witness] = Form(read_witness, read_witness, encode_witness)
LEAF = _of(_LEAF)
TREE: Form[tuple[Leaf, ...]] = Form(_is_tree, _TREE.decode, _TREE.encode)
ECDSA_SIGNATURE = _checked(_BYTES, _refuse_sizes("a DER signature and its hash type", 9, 73))
SCHNORR_SIGNATURE = _checked(_BYTES, _refuse_sizes("a signature of 64 bytes, with or without hash type", 64, 65))
CONTROL_BLOCK = _checked(_BYTES, _refuse_sizes("a control block of 33 bytes and 32 a step", 33, 33 + 32 * 128, 32))
KEY_AND_LEAF = _checked(_BYTES, _refuse_sizes("an x-only key and the hash of a leaf", 64, 64))
COMPRESSED = _checked(_BYTES, _refuse_sizes("a compressed key", 33, 33))
COMPRESSED_KEYS = _checked(_BYTES, _refuse_sizes("compressed keys", 33, 33 * 4096, 33))
MUSIG2_KEYS = _checked(_BYTES, _refuse_sizes("two compressed keys, and for a leaf its hash", 66, 98, 32))
MUSIG2_NONCE = _checked(_BYTES, _refuse_sizes("a public nonce", 66, 66))
VERSION = _checked(u32le, _refuse_range(2, 0xFFFF_FFFF))  # BIP-370, "Creator"
XPUB = Form(_is_xpub, bytes, _BYTES.encode)
