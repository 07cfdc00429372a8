"""Hash functions as named values, so that a signing request can say which one it means.

SHA-2 (FIPS 180-4), SHA-512Half (xrpl.org, "Hashes"), RIPEMD-160 (ISO/IEC 10118-3), BLAKE2b (RFC 7693), Keccak-256 (the
Keccak submission's padding, as Ethereum uses it), tagged hashes (BIP-340, "Design"), HMAC (RFC 2104) and PBKDF2 (RFC
8018). Of Bitcoin's relatives: BLAKE-256 (Decred) and Grøstl-512 (Groestlcoin), each imported when it first hashes.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable

from walletcore.errors import Unsupported

__all__ = [
    "Hash",
    "blake2b_256",
    "blake2b_256_of",
    "blake256",
    "blake256_ripemd160",
    "blake256d",
    "groestl512d",
    "hash160",
    "hmac_sha512",
    "hmac_sha512_after",
    "keccak256",
    "pbkdf2_hmac_sha512",
    "ripemd160",
    "sha256",
    "sha256d",
    "sha512",
    "sha512_256",
    "sha512_half",
    "tagged",
]

Digest = Callable[[bytes], bytes]


class Hash:
    """A hash function with a name; equal when the names are equal. Calling it hashes bytes."""

    __slots__ = ("digest", "name")

    def __init__(self, name: str, digest: Digest) -> None:
        self.name = name
        self.digest = digest  # the same as calling it, for who hashes much

    def __call__(self, data: bytes) -> bytes:
        return self.digest(data)

    @property
    def is_known(self) -> bool:
        """Whether this is the one hash of that name: what this module has, or made with `tagged`."""
        return _KNOWN.get(self.name) is self

    def __eq__(self, other: object) -> bool:
        return type(other) is Hash and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<hash {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str], Hash], tuple[str]]:
        return by_name, (self.name,)


def _ripemd160() -> tuple[Digest, Digest]:
    """RIPEMD-160, also of SHA-256: OpenSSL's, where it has one that works (OpenSSL 3.0.0-3.0.6 and FIPS hosts do not);
    otherwise pycryptodome's.
    """
    try:
        kept = hashlib.new("ripemd160", usedforsecurity=False)
    except ValueError:
        from Crypto.Hash import RIPEMD160

        return lambda data: RIPEMD160.new(data).digest(), lambda data: RIPEMD160.new(_sha256(data)).digest()

    def digest(data: bytes) -> bytes:
        state = kept.copy()  # three times faster than hashlib.new
        state.update(data)
        return state.digest()

    def digest_of_sha256(data: bytes) -> bytes:
        state = kept.copy()
        state.update(hashlib.sha256(data).digest())
        return state.digest()

    return digest, digest_of_sha256


def _keccak256() -> Digest:
    """safe-pysha3's where it is installed (four times faster), otherwise pycryptodome's."""
    try:
        return _keccak256_of_pysha3()
    except ImportError:
        return _keccak256_of_pycryptodome()


def _keccak256_of_pysha3() -> Digest:
    from sha3 import keccak_256

    return lambda data: keccak_256(data).digest()


def _keccak256_of_pycryptodome() -> Digest:
    from Crypto.Hash import keccak

    return lambda data: keccak.new(data=data, digest_bits=256).digest()


def _first_keccak256(data: bytes) -> bytes:
    """Choose the implementation, which is imported at the first use, and keep it for the next ones."""
    keccak256.digest = _keccak256()
    return keccak256(data)


def _sha512_256(data: bytes) -> bytes:
    """pycryptodome's: OpenSSL's may be missing, and nobody needs it more than once a phrase."""
    from Crypto.Hash import SHA512

    return SHA512.new(data, truncate="256").digest()


def _blake256(data: bytes) -> bytes:
    from walletcore.blake256 import blake256

    return blake256(data)


def _groestl512d(data: bytes) -> bytes:
    from walletcore.groestl import groestl512

    return groestl512(groestl512(data))


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


_RIPEMD160, _HASH160 = _ripemd160()
_IPAD, _OPAD = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))

sha256 = Hash("sha256", _sha256)
sha256d = Hash("sha256d", lambda data: hashlib.sha256(hashlib.sha256(data).digest()).digest())
sha512 = Hash("sha512", lambda data: hashlib.sha512(data).digest())
sha512_256 = Hash("sha512-256", _sha512_256)
sha512_half = Hash("sha512-half", lambda data: hashlib.sha512(data).digest()[:32])
ripemd160 = Hash("ripemd160", _RIPEMD160)
hash160 = Hash("hash160", _HASH160)
blake2b_256 = Hash("blake2b-256", lambda data: hashlib.blake2b(data, digest_size=32).digest())
keccak256 = Hash("keccak256", _first_keccak256)
blake256 = Hash("blake-256", _blake256)
blake256d = Hash("blake-256d", lambda data: _blake256(_blake256(data)))
blake256_ripemd160 = Hash("blake-256-ripemd160", lambda data: _RIPEMD160(_blake256(data)))
groestl512d = Hash("groestl-512d", _groestl512d)

_KNOWN = {
    h.name: h
    for h in (
        *(sha256, sha256d, sha512, sha512_256, sha512_half, ripemd160, hash160, blake2b_256, keccak256),
        *(blake256, blake256d, blake256_ripemd160, groestl512d),
    )
}


@functools.cache
def tagged(tag: str) -> Hash:
    """BIP-340: SHA256(SHA256(tag) || SHA256(tag) || data), with the first block kept as a mid-state."""
    prefix = hashlib.sha256(hashlib.sha256(tag.encode()).digest() * 2)

    def digest(data: bytes) -> bytes:
        state = prefix.copy()
        state.update(data)
        return state.digest()

    return _KNOWN.setdefault(f"tagged:{tag}", Hash(f"tagged:{tag}", digest))


@functools.lru_cache(maxsize=64)
def blake2b_256_of(person: bytes) -> Hash:
    """BLAKE2b with 32 bytes and a personalisation of at most 16 (RFC 7693, 2.8), as Zcash has them (ZIP-244)."""
    prefix = hashlib.blake2b(digest_size=32, person=person)

    def digest(data: bytes) -> bytes:
        state = prefix.copy()
        state.update(data)
        return state.digest()

    name = f"blake2b-256:{person.hex()}"
    return _KNOWN.setdefault(name, Hash(name, digest))


def by_name(name: str) -> Hash:
    """The hash of that name: one here, ``tagged:<tag>``, or ``blake2b-256:<person in hex>``. Raises `Unsupported`."""
    if name.startswith("tagged:"):
        return tagged(name.removeprefix("tagged:"))
    if name.startswith("blake2b-256:"):
        return _personal(name.removeprefix("blake2b-256:"))
    if name not in _KNOWN:
        raise Unsupported(f"no hash is named {name[:40]!r}", reason="unknown")
    return _KNOWN[name]


def _personal(digits: str) -> Hash:
    try:
        return blake2b_256_of(bytes.fromhex(digits))
    except ValueError:
        raise Unsupported(f"no hash is named blake2b-256:{digits[:40]!r}", reason="unknown") from None


def hmac_sha512(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA512, 64 bytes: RFC 2104 over hashlib, which takes three quarters of the time of `hmac.digest`."""
    block = (hashlib.sha512(key).digest() if len(key) > 128 else key).ljust(128, b"\0")
    inner = hashlib.sha512(block.translate(_IPAD) + data).digest()
    return hashlib.sha512(block.translate(_OPAD) + inner).digest()


def hmac_sha512_after(key: bytes, prefix: bytes) -> Digest:
    """HMAC-SHA512 of ``prefix`` and what is given, for many of these: key and prefix are hashed once (RFC 2104)."""
    block = (hashlib.sha512(key).digest() if len(key) > 128 else key).ljust(128, b"\0")
    inner, outer = hashlib.sha512(block.translate(_IPAD) + prefix), hashlib.sha512(block.translate(_OPAD))

    def digest(data: bytes) -> bytes:
        first, second = inner.copy(), outer.copy()
        first.update(data)
        second.update(first.digest())
        return second.digest()

    return digest


def pbkdf2_hmac_sha512(password: bytes, salt: bytes, iterations: int, length: int = 64) -> bytes:
    """PBKDF2 with HMAC-SHA512."""
    return hashlib.pbkdf2_hmac("sha512", password, salt, iterations, length)
