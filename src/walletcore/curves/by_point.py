"""Signatures on secp256k1 for a point that is known, by the secret that is said to lead to it.

Whoever derives a key, because a transaction names a point and a path, has to prove that one leads to the other. Here
that proof is a part of signing: an ECDSA signature that is checked shows whose it is, and so does the key pair of a
taproot output (BIP-341).
"""

# ruff: noqa: N803 - I_L is the specification's name

from __future__ import annotations

from typing import Any

from walletcore.curves import secp256k1
from walletcore.curves.secp256k1 import COMPRESSED, CONTEXT, TAP_TWEAK, ffi, lib
from walletcore.errors import InvalidKey, InvalidSignature
from walletcore.secret import Secret, sealed

__all__ = ["ChildSigner", "taproot_pair"]

CData = Any

_NEW, _NULL, _buffer = ffi.new, ffi.NULL, ffi.buffer
_add, _point_of = lib.secp256k1_ec_seckey_tweak_add, lib.secp256k1_ec_pubkey_create
_serialize = lib.secp256k1_ec_pubkey_serialize
_sign, _recover = lib.secp256k1_ecdsa_sign_recoverable, lib.secp256k1_ecdsa_recover
_write = lib.secp256k1_ecdsa_recoverable_signature_serialize_compact
_read = lib.secp256k1_ecdsa_recoverable_signature_parse_compact
_BYTES = [ffi.typeof(f"unsigned char[{size}]") for size in (32, 64, 33)]
_STRUCTURES = [ffi.typeof(name) for name in ("secp256k1_ecdsa_recoverable_signature *", "secp256k1_pubkey *", "int *")]
_SIZE, _X_ONLY = ffi.typeof("size_t *"), ffi.typeof("secp256k1_xonly_pubkey *")
_BIP340 = secp256k1.SCHEMES["bip340"]
_ZEROS = bytes(32)


class ChildSigner:
    """What signs by children of keys, one after the other, in memory of C that is made once for all.

    For one thread. Who calls is `sealed`, and ends with `wipe`.
    """

    __slots__ = (
        "_compact",
        "_k",
        "_point",
        "_public",
        "_recovery",
        "_scalar",
        "_serialized",
        "_signature",
        "_signed",
        "_size",
    )

    def __init__(self) -> None:
        self._scalar, self._compact, self._serialized = map(_NEW, _BYTES)
        self._signature, self._point, self._recovery = map(_NEW, _STRUCTURES)
        self._size = _NEW(_SIZE, 33)
        self._k, self._signed, self._public = map(_buffer, (self._scalar, self._compact, self._serialized))

    def sign(
        self, k_par: bytes, I_L: bytes, public: bytes, message: bytes, merkle_root: bytes | None, check: bool
    ) -> tuple[bytes, int | None] | None:
        """The signature by k_par + I_L (BIP-32), and the recovery id (ECDSA only), if that leads to this point.

        It is ECDSA's of a digest, or BIP-340's for the output with this merkle root (of no script: no bytes), where the
        point's x counts. With ``check`` it is verified. None where the sum leads to another point, or to none. Raises
        `InvalidSignature` for what is no digest, and for a signature that is wrong though the point is right.
        """
        scalar = self._scalar
        self._k[:] = k_par
        if not _add(CONTEXT, scalar, I_L):
            return None  # BIP-32: there is no such key
        if merkle_root is not None:
            return _sign_taproot(scalar, public, merkle_root, message, check)
        is_digest = type(message) is bytes and len(message) == 32
        if not (check and is_digest):
            if not self._leads_to(public):
                return None
            if not is_digest:
                secp256k1.check_digest(message)  # refuses
        signature, compact, recovery = self._signature, self._compact, self._recovery
        if not _sign(CONTEXT, signature, message, scalar, _NULL, _NULL):  # RFC 6979, as `secp256k1.SCHEMES` has it
            raise InvalidKey("expected a secp256k1 private key from 1 to n-1", reason="range")
        _write(CONTEXT, compact, recovery, signature)
        if check and not self._is_by(public, message):
            if self._leads_to(public):
                raise InvalidSignature("the ECDSA signature is not by the key that was asked", reason="mismatch")
            return None
        return self._signed[:], recovery[0]

    def wipe(self) -> None:
        """Overwrite the last sum."""
        self._k[:] = _ZEROS

    def _is_by(self, public: bytes, digest: bytes) -> bool:
        """Whether what is handed out recovers this point."""
        signature, point = self._signature, self._point
        return (
            _read(CONTEXT, signature, self._compact, self._recovery[0])
            and _recover(CONTEXT, point, signature, digest)
            and self._is_at(public)
        )

    def _leads_to(self, public: bytes) -> bool:
        _point_of(CONTEXT, self._point, self._scalar)
        return self._is_at(public)

    def _is_at(self, public: bytes) -> bool:
        _serialize(CONTEXT, self._serialized, self._size, self._point, COMPRESSED)
        same: bool = self._public[:] == public
        return same


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
