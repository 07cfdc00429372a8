"""EIP-2333 and EIP-2334: a tree of private keys of BLS12-381, and where a validator's keys stand in it.

EIP-2333, "Key derivation", in its words: SK is a private key, IKM what goes into HKDF (RFC 5869), OKM what comes
out. Each step goes over a pair of Lamport keys, so that a key can be proven without the curve. All steps are hardened.

Deriving needs no curve; the public half needs the extra ``bls``.
"""
# ruff: noqa: N802, N803, N806 - the specification's names

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from walletcore.curves import bls12_381
from walletcore.errors import DerivationError, PathError
from walletcore.path import HARDENED, MAX_DEPTH, Path
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["BlsPrivateKey", "signing_path", "withdrawal_path"]

_MAX_SEED = 1024
_MAX_TEXT = 2 + MAX_DEPTH * len("/4294967295")
_PURPOSE, _COIN_TYPE = 12381, 3600


def withdrawal_path(validator: int) -> Path:
    """EIP-2334: the path ``m/12381/3600/i/0`` of the key that withdraws, i below 2^31. Raises `PathError`."""
    if type(validator) is not int or not 0 <= validator < HARDENED:
        raise PathError("expected the number of a validator below 2^31", reason="range")
    return Path((_PURPOSE, _COIN_TYPE, validator, 0))


def signing_path(validator: int) -> Path:
    """EIP-2334: the path ``m/12381/3600/i/0/0`` of the key that signs for a validator. Raises `PathError`."""
    return withdrawal_path(validator) / 0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BlsPrivateKey(Confidential):
    """A private key of BLS12-381, SK: 32 bytes, a number from 1 to r - 1. Every key below it can be derived.

    Raises `DerivationError`.
    """

    secret: Secret
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.secret) is not Secret or len(self.secret) != 32:
            raise DerivationError("expected a private key as a Secret of 32 bytes", reason="length")
        if not 0 < int.from_bytes(self.secret.reveal()) < bls12_381.ORDER:
            raise DerivationError("expected a private key from 1 to r - 1", reason="range")

    @classmethod
    @sealed
    def from_seed(cls, seed: bytes | Secret) -> BlsPrivateKey:
        """derive_master_SK: the root of a seed of 32 to 1024 bytes. Raises `DerivationError`."""
        if type(seed) not in (bytes, Secret):
            raise DerivationError(f"expected bytes or a Secret as seed, got {type(seed).__name__}", reason="type")
        if not 32 <= len(seed) <= _MAX_SEED:
            raise DerivationError(f"expected a seed of 32 to {_MAX_SEED} bytes, got {len(seed)}", reason="length")
        return cls(secret=Secret(_HKDF_mod_r(seed.reveal() if isinstance(seed, Secret) else seed)))

    @sealed
    def derive(self, path: Path | str) -> BlsPrivateKey:
        """The key at the end of this path, counted from here: ``m/12381/3600/0/0``, with numbers below 2^32.

        A ``'`` has no place in it (EIP-2334). Raises `PathError`.
        """
        SK = self.secret.reveal()
        for index in _steps(path):
            SK = _derive_child_SK(SK, index)
        return BlsPrivateKey(secret=Secret(SK))

    @property
    def public_key(self) -> bytes:
        """The 48 bytes of the public key, a compressed point of G1. Raises `MissingExtra` without the extra ``bls``."""
        return bls12_381.public_key(self.secret)

    def __repr__(self) -> str:
        return "BlsPrivateKey()"


BlsPrivateKey.__init__ = sealed(BlsPrivateKey.__init__)  # type: ignore[method-assign]


def _steps(path: Path | str) -> tuple[int, ...]:
    """The indexes of a path; in a `Path` those from 2^31 on are hardened ones, which are not meant."""
    if type(path) is Path:
        if any(step >= HARDENED for step in path.steps):
            raise PathError("the steps of EIP-2334 have no '", reason="character")
        return path.steps
    if type(path) is not str:
        raise PathError(f"expected a path as text, got {type(path).__name__}", reason="type")
    if len(path) > _MAX_TEXT:
        raise PathError(f"expected at most {_MAX_TEXT} characters, got {len(path)}", reason="too-large")
    root, *steps = path.split("/")
    if root != "m":
        raise PathError("expected a path that begins with m", reason="prefix")
    if len(steps) > MAX_DEPTH:
        raise PathError(f"expected at most {MAX_DEPTH} steps, got {len(steps)}", reason="too-large")
    return tuple(map(_index, steps))


def _index(step: str) -> int:
    if re.fullmatch(r"0|[1-9][0-9]{0,9}", step, re.ASCII) is None:
        raise PathError("expected a number without ' as each step", reason="character")
    if int(step) >= 1 << 32:
        raise PathError("expected numbers below 2^32", reason="range")
    return int(step)


def _HKDF_Extract(salt: bytes, IKM: bytes) -> bytes:
    return hmac.digest(salt, IKM, "sha256")


def _HKDF_Expand(PRK: bytes, info: bytes, L: int) -> bytes:
    OKM = T = b""
    for number in range(1, -(-L // 32) + 1):
        T = hmac.digest(PRK, T + info + bytes((number,)), "sha256")
        OKM += T
    return OKM[:L]


def _HKDF_mod_r(IKM: bytes) -> bytes:
    """The 32 bytes of an SK that is not zero."""
    salt, SK = b"BLS-SIG-KEYGEN-SALT-", 0
    while SK == 0:
        salt = hashlib.sha256(salt).digest()
        PRK = _HKDF_Extract(salt, IKM + b"\0")
        SK = int.from_bytes(_HKDF_Expand(PRK, (48).to_bytes(2), 48)) % bls12_381.ORDER
    return SK.to_bytes(32)


def _IKM_to_lamport_SK(IKM: bytes, salt: bytes) -> list[bytes]:
    """255 secrets of 32 bytes."""
    OKM = _HKDF_Expand(_HKDF_Extract(salt, IKM), b"", 32 * 255)
    return [OKM[start : start + 32] for start in range(0, 32 * 255, 32)]


def _parent_SK_to_lamport_PK(parent_SK: bytes, index: int) -> bytes:
    """The compressed Lamport public key, 32 bytes."""
    salt = index.to_bytes(4)
    not_IKM = bytes(byte ^ 0xFF for byte in parent_SK)
    lamport_SK = _IKM_to_lamport_SK(parent_SK, salt) + _IKM_to_lamport_SK(not_IKM, salt)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in lamport_SK)).digest()


def _derive_child_SK(parent_SK: bytes, index: int) -> bytes:
    return _HKDF_mod_r(_parent_SK_to_lamport_PK(parent_SK, index))
