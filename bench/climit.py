"""Compile climit.c and hand it coincurve's own functions: the floor that every secp256k1 figure is measured against."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import subprocess
import tempfile
from pathlib import Path

from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

SOURCE = Path(__file__).with_name("climit.c")
FUNCTIONS = (
    "ec_pubkey_create",
    "ec_pubkey_serialize",
    "ecdsa_sign_recoverable",
    "schnorrsig_sign32",
    "ec_pubkey_tweak_add",
)
SECRET, DIGEST, AUX = bytes([0x11]) * 32, bytes([0x22]) * 32, bytes(32)


@functools.cache
def _loops() -> ctypes.CDLL:
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    built = Path(tempfile.mkdtemp(prefix="climit-")) / f"{digest}.so"
    subprocess.run(["cc", "-O3", "-shared", "-fPIC", str(SOURCE), "-o", str(built)], check=True)
    return ctypes.CDLL(str(built))


@functools.cache
def _library() -> ctypes.Array[ctypes.c_void_p]:
    addresses = [int(ffi.cast("uintptr_t", ffi.addressof(lib, f"secp256k1_{name}"))) for name in FUNCTIONS]
    pointers = ctypes.c_void_p * (1 + len(addresses))
    return pointers(int(ffi.cast("uintptr_t", GLOBAL_CONTEXT.ctx)), *addresses)


@functools.cache
def _keypair() -> bytes:
    pair = ffi.new("secp256k1_keypair *")
    lib.secp256k1_keypair_create(GLOBAL_CONTEXT.ctx, pair, SECRET)
    return bytes(ffi.buffer(pair))


def create(count: int) -> None:
    """``count`` times ec_pubkey_create and ec_pubkey_serialize."""
    if not _loops().create_loop(_library(), SECRET, ctypes.c_long(count)):
        raise RuntimeError("libsecp256k1 refused")


def three_creates(count: int) -> None:
    """What seed -> m/84'/0'/0'/0/0 cannot do without: three public keys each."""
    create(3 * count)


def ecdsa(count: int) -> bytes:
    """``count`` recoverable ECDSA signatures; the last one, of `message` (count - 1), as r || s."""
    out = ctypes.create_string_buffer(65)
    if not _loops().ecdsa_loop(_library(), SECRET, DIGEST, ctypes.c_long(count), out):
        raise RuntimeError("libsecp256k1 refused")
    return out.raw[31::-1] + out.raw[63:31:-1]  # on the machines that this is built for, scalars lie little-endian


def tweak(count: int) -> bytes:
    """``count`` times ec_pubkey_tweak_add and ec_pubkey_serialize; the last one."""
    point = ffi.new("secp256k1_pubkey *")
    lib.secp256k1_ec_pubkey_create(GLOBAL_CONTEXT.ctx, point, SECRET)
    out = ctypes.create_string_buffer(33)
    if not _loops().tweak_loop(_library(), bytes(ffi.buffer(point)), DIGEST, ctypes.c_long(count), out):
        raise RuntimeError("libsecp256k1 refused")
    return out.raw


def schnorr(count: int) -> bytes:
    """``count`` BIP-340 signatures with the key pair kept; the last one, of `message` (count - 1)."""
    out = ctypes.create_string_buffer(64)
    if not _loops().schnorr_loop(_library(), _keypair(), DIGEST, AUX, ctypes.c_long(count), out):
        raise RuntimeError("libsecp256k1 refused")
    return out.raw


def message(number: int) -> bytes:
    """What the loops sign at that place."""
    return bytes((number & 0xFF,)) + DIGEST[1:]
