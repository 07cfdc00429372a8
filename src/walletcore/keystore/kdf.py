"""A password becomes a key, at a cost: scrypt (RFC 7914) and PBKDF2 (RFC 8018), within limits.

A keystore says itself what its reading costs, so that is bounded (`KdfLimits`) before any work.
scrypt is pycryptodome's: OpenSSL keeps to RFC 7914's N < 2^(128 r / 8), and published keystores do not.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Literal

from Crypto.Protocol.KDF import scrypt

from walletcore.errors import KeystoreError
from walletcore.secret import Secret, sealed

__all__ = [
    "LIMITS",
    "STANDARD",
    "KdfLimits",
    "Pbkdf2",
    "Scrypt",
    "chance",
    "check_limits",
    "check_password",
    "check_written",
    "normalized",
]

_MAX_PASSWORD = 1 << 16
_LEAST_N = 1 << 12  # pycryptodome joins the HMACs of the r * p blocks in quadratic time, which n says nothing of
_MAX_NORMALIZED = 1 << 12  # Python sorts combining characters in quadratic time


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrypt:
    """scrypt with its costs: ``128 * n * r`` bytes of memory, and work that grows with ``n * r * p``.

    The default is geth's standard: 256 MiB, most of a second. Raises `KeystoreError` when ``n`` is no power of two
    above 1, or ``r`` or ``p`` is below 1.
    """

    n: int = 1 << 18
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        _check_numbers(n=self.n, r=self.r, p=self.p)
        if self.n < 2 or self.n & (self.n - 1):
            raise KeystoreError("expected n of scrypt as a power of two above 1", reason="range")

    @sealed
    def derive(self, password: Secret, salt: bytes, *, length: int = 32) -> bytes:
        """So many bytes. Raises `KeystoreError` when the machine does not give the memory. Limits are not looked at."""
        check_password(password)
        try:
            return bytes(scrypt(password.reveal(), salt, length, self.n, self.r, self.p))  # type: ignore[arg-type]
        except (MemoryError, ValueError):
            raise KeystoreError("the memory that scrypt needs is not to be had", reason="too-large") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbkdf2:
    """PBKDF2, with HMAC-SHA256 if nothing else is said: its default is what OWASP's Password Storage Cheat Sheet asks
    for (2023).

    Raises `KeystoreError` when ``iterations`` is below 1.
    """

    iterations: int = 600_000

    def __post_init__(self) -> None:
        _check_numbers(iterations=self.iterations)

    @sealed
    def derive(self, password: Secret, salt: bytes, *, length: int = 32, hash_name: str = "sha256") -> bytes:
        """So many bytes. Raises `KeystoreError` from 2^31 iterations on. Limits are not looked at here."""
        check_password(password)
        try:
            return hashlib.pbkdf2_hmac(hash_name, password.reveal(), salt, self.iterations, length)
        except OverflowError:
            raise KeystoreError("expected fewer iterations than 2^31", reason="too-large") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class KdfLimits:
    """What the derivation of a key may cost; a file outside of it is refused before any work, with ``reason="policy"``.

    ``max_memory`` is in bytes, ``max_work`` bounds ``n * r * p`` of scrypt, with an ``n`` below 4096 taken as 4096,
    ``max_iterations`` PBKDF2: the defaults allow twice the memory and four times the work of geth's standard, some
    three seconds. ``min_n`` and ``min_iterations`` (RFC 8018, section 4.2) refuse what protects nothing. Raises
    `KeystoreError` when one is below 1.
    """

    max_memory: int = 1 << 29
    max_work: int = 1 << 23
    max_iterations: int = 1 << 23
    min_n: int = 1 << 10
    min_iterations: int = 1000

    def __post_init__(self) -> None:
        _check_numbers(**{name: getattr(self, name) for name in self.__slots__})

    def check(self, kdf: Scrypt | Pbkdf2) -> None:
        """Raise `KeystoreError` when the derivation is too cheap or too dear; its hint names the limit."""
        if type(kdf) is Scrypt:
            work = max(kdf.n, _LEAST_N) * kdf.r * kdf.p
            self._refuse_unless(kdf.n >= self.min_n, "min_n", kdf.n)
            self._refuse_unless(128 * kdf.n * kdf.r <= self.max_memory, "max_memory", 128 * kdf.n * kdf.r)
            self._refuse_unless(work <= self.max_work, "max_work", work)
        elif type(kdf) is Pbkdf2:
            self._refuse_unless(kdf.iterations >= self.min_iterations, "min_iterations", kdf.iterations)
            self._refuse_unless(kdf.iterations <= self.max_iterations, "max_iterations", kdf.iterations)
        else:
            raise KeystoreError("expected the derivation as Scrypt or Pbkdf2", reason="type")

    def _refuse_unless(self, met: bool, limit: str, got: int) -> None:
        if not met:
            text = f"expected the costs of the key derivation within {limit} = {getattr(self, limit)}, got {got}"
            raise KeystoreError(text, reason="policy", hint=f"KdfLimits({limit}=...) sets another limit")


def check_limits(limits: KdfLimits) -> None:
    """Raise `KeystoreError` unless these are `KdfLimits`."""
    if type(limits) is not KdfLimits:
        raise KeystoreError("expected the limits as KdfLimits", reason="type")


@sealed
def check_password(password: Secret) -> None:
    """Raise `KeystoreError` unless it is a `Secret` of at most 65536 bytes."""
    if type(password) is not Secret:
        raise KeystoreError("expected the password as a Secret", reason="type")
    if len(password) > _MAX_PASSWORD:
        raise KeystoreError(f"expected a password of at most {_MAX_PASSWORD} bytes", reason="too-large")


@sealed
def check_written(password: Secret) -> None:
    """Refuse a password to write with that is empty, as HMAC has it: b"" and b"\\0" are one. Raises `KeystoreError`."""
    check_password(password)
    if not any(password.reveal()):  # HMAC pads a short key with zeros
        raise KeystoreError("expected a password, got an empty one", reason="length")


@sealed
def chance(entropy: bytes | None, size: int) -> bytes:
    """So many random bytes, or these, in tests. Raises `KeystoreError` for another type or number of them."""
    if entropy is None:
        return secrets.token_bytes(size)
    if type(entropy) is not bytes:
        raise KeystoreError(f"expected bytes as entropy, got {type(entropy).__name__}", reason="type")
    if len(entropy) != size:
        raise KeystoreError(f"expected {size} bytes of entropy, got {len(entropy)}", reason="length")
    return entropy


@sealed
def normalized(password: Secret, form: Literal["NFC", "NFKD"]) -> Secret:
    """The UTF-8 of a password in a normal form of Unicode (UAX #15).

    Raises `KeystoreError` unless it is a `Secret` of at most 4096 characters in UTF-8, `InvalidKey` when it was wiped.
    """
    check_password(password)
    try:
        text = password.reveal().decode()
    except UnicodeDecodeError:
        raise KeystoreError("expected the password in UTF-8", reason="character") from None
    if len(text) > _MAX_NORMALIZED:
        raise KeystoreError(f"expected a password of at most {_MAX_NORMALIZED} characters", reason="too-large")
    return Secret(unicodedata.normalize(form, text).encode())


def _check_numbers(**numbers: int) -> None:
    for name, number in numbers.items():
        if type(number) is not int:
            raise KeystoreError(f"expected {name} as an integer, got {type(number).__name__}", reason="type")
        if not 0 < number < 1 << 64:
            raise KeystoreError(f"expected {name} from 1 to 2^64 - 1", reason="range")


LIMITS = KdfLimits()
"""What a derivation may cost when nothing else is said."""
STANDARD = Scrypt()
"""How a key is derived when nothing else is said."""
