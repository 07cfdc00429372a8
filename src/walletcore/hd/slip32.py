"""SLIP-32: extended keys of BIP-32 as bech32, with the whole path from the root in the place of a fingerprint.

SLIP-0032, "Serialization format": depth || path || chain code || key, in bech32 (BIP-173, without its limit of 90
characters) under xpub or xprv. The keys are those of `hd.bip32`.
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.coding.text import bech32, from_words, to_words
from walletcore.errors import DerivationError, InvalidKey, raised_as
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.hd.checks import as_derivation
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import Path
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["LocatedPrivateKey", "LocatedPublicKey"]

_PUBLIC, _PRIVATE = "xpub", "xprv"
_MAX_LENGTH = 1749  # characters of a key at depth 255: 1 + 4 * 255 + 32 + 33 bytes


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LocatedPrivateKey(Confidential):
    """An extended private key of the main network, and the path that leads to it from the root.

    Raises `DerivationError` when the path does not end at the depth and child number of the key.
    """

    key: ExtendedPrivateKey
    path: Path
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.key) is not ExtendedPrivateKey:
            raise DerivationError("expected an ExtendedPrivateKey", reason="type")
        _check_place(self.key, self.path)

    @classmethod
    @sealed
    def parse(cls, text: str) -> LocatedPrivateKey:
        """Read xprv1... Raises `DerivationError`. The key's ``parent_fingerprint`` is zero: the text has none."""
        path, chain_code, key = _decode(text, _PRIVATE)
        if key[:1] != b"\0":
            raise DerivationError("expected 00 before the private key", reason="non-canonical")
        with as_derivation():
            private_key = PrivateKey(Curve.SECP256K1, Secret(key[1:]))
        depth, number = _place(path)
        extended = ExtendedPrivateKey(private_key=private_key, chain_code=chain_code, depth=depth, child_number=number)
        return cls(key=extended, path=path)

    @sealed
    def reveal(self) -> str:
        """The text that gives everything below this key away. Raises `InvalidKey` when the key was wiped."""
        return _encode(_PRIVATE, self.path, self.key.chain_code, b"\0" + self.key.private_key.secret.reveal())

    @property
    def public(self) -> LocatedPublicKey:
        """The public half, at the same place."""
        return LocatedPublicKey(key=self.key.public, path=self.path)

    def __repr__(self) -> str:
        return f"LocatedPrivateKey({self.path})"


LocatedPrivateKey.__init__ = sealed(LocatedPrivateKey.__init__)  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedPublicKey:
    """An extended public key of the main network, and the path that leads to it from the root.

    Raises `DerivationError` when the path does not end at the depth and child number of the key.
    """

    key: ExtendedPublicKey
    path: Path

    def __post_init__(self) -> None:
        if type(self.key) is not ExtendedPublicKey:
            raise DerivationError("expected an ExtendedPublicKey", reason="type")
        _check_place(self.key, self.path)

    @classmethod
    @sealed
    def parse(cls, text: str) -> LocatedPublicKey:
        """Read xpub1... Raises `DerivationError`. The key's ``parent_fingerprint`` is zero: the text has none."""
        path, chain_code, key = _decode(text, _PUBLIC)
        try:
            public_key = PublicKey(Curve.SECP256K1, key)
        except InvalidKey as error:
            raise DerivationError(str(error), reason="point") from None
        depth, number = _place(path)
        extended = ExtendedPublicKey(public_key=public_key, chain_code=chain_code, depth=depth, child_number=number)
        return cls(key=extended, path=path)

    def __str__(self) -> str:
        return _encode(_PUBLIC, self.path, self.key.chain_code, self.key.public_key.data)


def _place(path: Path) -> tuple[int, int]:
    """Depth and child number of what a path leads to."""
    return len(path), path.steps[-1] if path.steps else 0


def _check_place(key: ExtendedPrivateKey | ExtendedPublicKey, path: Path) -> None:
    if type(path) is not Path:
        raise DerivationError(f"expected a Path, got {type(path).__name__}", reason="type")
    if _place(path) != (key.depth, key.child_number):
        raise DerivationError("expected a path that ends where the key is", reason="mismatch")
    if key.network != "mainnet":
        raise DerivationError("expected a key of the main network: SLIP-32 has no others", reason="network")


def _encode(prefix: str, path: Path, chain_code: bytes, key: bytes) -> str:
    steps = b"".join(step.to_bytes(4) for step in path.steps)
    return bech32.encode(prefix, to_words(bytes((len(path),)) + steps + chain_code + key), max_length=_MAX_LENGTH)


def _decode(text: str, prefix: str) -> tuple[Path, bytes, bytes]:
    """Path, chain code and key of a text with this human-readable part."""
    if type(text) is str and len(text) > _MAX_LENGTH:  # before anything is copied of it
        raise DerivationError(f"expected at most {_MAX_LENGTH} characters, got {len(text)}", reason="too-large")
    with raised_as(DerivationError):
        hrp, words = bech32.decode(text, max_length=_MAX_LENGTH)
        if hrp != prefix:
            raise DerivationError(f"expected a text that begins with {prefix}1", reason="prefix")
        data = from_words(words)
    depth = data[0] if data else 0
    if len(data) != 66 + 4 * depth:
        raise DerivationError(f"expected {66 + 4 * depth} bytes at depth {depth}, got {len(data)}", reason="length")
    end = 1 + 4 * depth
    steps = tuple(int.from_bytes(data[place : place + 4]) for place in range(1, end, 4))
    return Path(steps), data[end : end + 32], data[end + 32 :]
