"""Wallet Import Format: one private key of Bitcoin, or of a relative, as a text of 51 or 52 characters.

Bitcoin Core, ``key_io.cpp``, DecodeSecret and EncodeSecret; the version bytes are SECRET_KEY in ``chainparams.cpp``.
The text is Base58Check of version (1 byte) || key (32 bytes), and a last byte 01 if its public key is compressed. Of
Decred (dcrutil/wif.go) it has two bytes of version and one of the scheme, here always ECDSA's, and no last byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from walletcore.coding.text import Base58Check, base58check
from walletcore.errors import InvalidKey, KeystoreError, raised_as
from walletcore.hashes import blake256, groestl512d
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["VERSIONS", "Wif"]

VERSIONS: Mapping[str, bytes] = {
    "mainnet": b"\x80",
    "testnet": b"\xef",  # testnet3, testnet4, signet and regtest
    "dash": b"\xcc",
    "decred": b"\x22\xde\x00",  # PrivateKeyID in chaincfg/mainnetparams.go; dcrec.STEcdsaSecp256k1
    "decred-testnet": b"\x23\x0e\x00",
    "digibyte-testnet": b"\xfe",
    "dogecoin": b"\x9e",
    "dogecoin-testnet": b"\xf1",
    "firo": b"\xd2",
    "firo-testnet": b"\xb9",
    "groestlcoin": b"\x80",
    "groestlcoin-testnet": b"\xef",
    "komodo": b"\xbc",
    "litecoin": b"\xb0",
    "monacoin": b"\xb0",
    "neblio": b"\xb5",  # 128 more than PUBKEY_ADDRESS: CBitcoinSecret in wallet/base58.h
    "neblio-testnet": b"\xc1",
    "pivx": b"\xd4",
    "stratis": b"\xcb",  # Base58Type.SECRET_KEY in StraxMain.cs
    "stratis-testnet": b"\xf8",
    "verge": b"\x9e",
    "verge-testnet": b"\xf3",
    "viacoin": b"\xc7",
    "viacoin-testnet": b"\xff",
}
"""The networks whose texts differ; relatives of Bitcoin that are not named write keys as mainnet and testnet do."""
_GROESTL = Base58Check(checksum=groestl512d)
_DECRED = Base58Check(checksum=blake256)
_FORMS = {
    **dict.fromkeys(("groestlcoin", "groestlcoin-testnet"), _GROESTL),
    **dict.fromkeys(("decred", "decred-testnet"), _DECRED),
}
_COMPRESSED = b"\x01"
_KEY = 32


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Wif(Confidential):
    """A private key of secp256k1, the network it is for (a name in `VERSIONS`), and how its public key is written.

    ``compressed`` is True where scripts and addresses take the 33-byte form of the public key. Where it is False they
    take the 65-byte form: the addresses that a chain makes of the key's ``public_key`` are then not those of this text.
    Raises `KeystoreError`.
    """

    private_key: PrivateKey
    compressed: bool = True
    network: str = "mainnet"
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.private_key) is not PrivateKey or self.private_key.curve is not Curve.SECP256K1:
            raise KeystoreError("expected a PrivateKey of secp256k1", reason="type")
        if type(self.compressed) is not bool:
            raise KeystoreError(f"expected compressed as a bool, got {type(self.compressed).__name__}", reason="type")
        version = _version(self.network)
        if not self.compressed and not _suffix(version):
            raise KeystoreError("keys of Decred have compressed public keys", reason="mismatch")

    @classmethod
    @sealed
    def parse(cls, text: str, *, network: str = "mainnet") -> Wif:
        """Read the one text of a key of this network. Raises `KeystoreError`.

        A text for another network in `VERSIONS` is refused with the reason "network".
        """
        version = _version(network)
        with raised_as(KeystoreError):
            data = _FORMS.get(network, base58check).decode(text)
        _check(data, version)
        start, end = len(version), len(version) + _KEY
        compressed = data[end:] == _suffix(version)
        return cls(private_key=_private_key(Secret(data[start:end])), compressed=compressed, network=network)

    @sealed
    def reveal(self) -> str:
        """The text, which gives the key away. Raises `InvalidKey` when the key was wiped."""
        version, form = _version(self.network), _FORMS.get(self.network, base58check)
        suffix = _suffix(version) if self.compressed else b""
        return form.encode(version + self.private_key.secret.reveal() + suffix)

    def __repr__(self) -> str:
        return f"Wif({self.network}, {'compressed' if self.compressed else 'uncompressed'})"


Wif.__init__ = sealed(Wif.__init__)  # type: ignore[method-assign]


def _version(network: str) -> bytes:
    if type(network) is not str or network not in VERSIONS:
        raise KeystoreError("expected a network of `VERSIONS`", reason="unknown")
    return VERSIONS[network]


def _suffix(version: bytes) -> bytes:
    """What says behind a key that its public key is compressed; nothing where all are."""
    return _COMPRESSED if len(version) == 1 else b""


def _check(data: bytes, version: bytes) -> None:
    """Length, version and last byte are those of a key of the network with this version."""
    bare = len(version) + _KEY
    most = bare + len(_suffix(version))
    if not bare <= len(data) <= most:
        wanted = f"{bare} or {most}" if most > bare else f"{bare}"
        raise KeystoreError(f"expected {wanted} bytes before the checksum, got {len(data)}", reason="length")
    if not data.startswith(version):
        if data.startswith(tuple(each for each in VERSIONS.values() if len(each) == len(version))):
            raise KeystoreError("expected a key of this network, got one of another", reason="network")
        raise KeystoreError("expected the version bytes of a private key", reason="version")
    if data[bare:] not in (b"", _suffix(version)):
        raise KeystoreError("expected 01 after the key, or nothing", reason="non-canonical")


def _private_key(secret: Secret) -> PrivateKey:
    try:
        return PrivateKey(Curve.SECP256K1, secret)
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None
