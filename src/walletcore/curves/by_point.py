"""Signatures on secp256k1 for a point that is known, by the secret that is said to lead to it.

Whoever derives a key, because a transaction names a point and a path, has to prove that one leads to the other. Here
that proof is a part of signing: an ECDSA signature that is checked shows whose it is, and so does the key pair of a
taproot output (BIP-341).
"""

# ruff: noqa: N803 - I_L is the specification's name

from __future__ import annotations

from typing import Any

from walletcore.curves import secp256k1
from walletcore.curves.secp256k1 import CONTEXT, TAP_TWEAK, ffi, lib
from walletcore.errors import InvalidSignature
from walletcore.secret import Secret, sealed

__all__ = ["sign_child", "taproot_pair"]

CData = Any

_NEW, _buffer = ffi.new, ffi.buffer
_POINT, _X_ONLY = ffi.typeof("secp256k1_pubkey *"), ffi.typeof("secp256k1_xonly_pubkey *")
_SCALAR = ffi.typeof("unsigned char[32]")
_ECDSA, _BIP340 = secp256k1.SCHEMES["ecdsa"], secp256k1.SCHEMES["bip340"]
_ZEROS = bytes(32)


def sign_child(
    k_par: bytes, I_L: bytes, public: bytes, scheme: str, message: bytes, tweak: bytes | None, check: bool
) -> tuple[bytes, int | None] | None:
    """The signature by k_par + I_L (BIP-32), and the recovery id (ECDSA only), if that leads to this point.

    ``scheme`` is ecdsa, or bip340 with the merkle root of an output as ``tweak``; for that one the point's x counts.
    With ``check`` the signature is verified. The sum is overwritten at the end; who calls is `sealed`. None where it
    leads to another point, or to none. Raises `InvalidSignature` for what is no digest, and for a signature that is
    wrong though the point is right.
    """
    k = _NEW(_SCALAR, k_par)
    try:
        if not lib.secp256k1_ec_seckey_tweak_add(CONTEXT, k, I_L):
            return None  # BIP-32: there is no such key
        if scheme == "bip340":
            return _sign_taproot(k, public, tweak or b"", message, check)
        return _sign_ecdsa(k, public, message, check)
    finally:
        _buffer(k)[:] = _ZEROS


def _sign_ecdsa(k: CData, public: bytes, digest: bytes, check: bool) -> tuple[bytes, int | None] | None:
    if not (check and len(digest) == 32) and not _leads_to(k, public):
        return None
    signature, recovery = secp256k1.sign_digest(k, digest)
    if not check:
        return signature, recovery
    try:
        return _ECDSA.accept(public, digest, signature, recovery)
    except InvalidSignature:
        if _leads_to(k, public):
            raise
        return None


def _leads_to(k: CData, public: bytes) -> bool:
    made = _NEW(_POINT)
    lib.secp256k1_ec_pubkey_create(CONTEXT, made, k)
    return secp256k1.serialize(made) == public


def _sign_taproot(
    k: CData, internal: bytes, merkle_root: bytes, message: bytes, check: bool
) -> tuple[bytes, None] | None:
    found = _pair(k, internal, merkle_root)
    if found is None:
        return None
    signature, _ = _BIP340.sign(found[1], message, _ZEROS)
    if check:
        _BIP340.verify(secp256k1.taproot_output(internal, merkle_root), message, signature)
    return signature, None


@sealed
def taproot_pair(secret: Secret, internal: bytes, merkle_root: bytes) -> tuple[bytes, CData] | None:
    """What signs for the output of this internal key, if the secret is its own, and the point of the secret.

    None for a secret of another key.
    """
    return _pair(secret.reveal(), internal, merkle_root)


def _pair(k: bytes | CData, internal: bytes, merkle_root: bytes) -> tuple[bytes, CData] | None:
    """Of the two keys with that x the one whose pair has the output key is found by trying: a point less than to
    compute the secret's own, and then the pair.
    """
    output = secp256k1.parsed_x_only(secp256k1.taproot_output(internal, merkle_root)[1:])
    tweak, pair, point = TAP_TWEAK(internal[1:] + merkle_root), secp256k1.new_pair(), _NEW(_X_ONLY)
    for prefix in (b"\x02", b"\x03"):
        secp256k1.fill_pair(pair, k, prefix[0], tweak)
        lib.secp256k1_keypair_xonly_pub(CONTEXT, point, ffi.NULL, pair)
        if not lib.secp256k1_xonly_pubkey_cmp(CONTEXT, point, output):
            return prefix + internal[1:], pair
    return None
