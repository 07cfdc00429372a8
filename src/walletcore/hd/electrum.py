"""Electrum's trees: accounts of seeds with a version, cosigners of its 2FA wallets, and the keys of its first seeds.

spesmilo/electrum, electrum/keystore.py (from_seed, Old_KeyStore) and electrum/plugins/trustedcoin/trustedcoin.py
(xkeys_from_seed, get_user_id, make_xpub).

Below an account stand its keys at ``m/change/index``. The first seeds have a tree of another kind: it has no chain
codes and no depth, only keys with two numbers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from walletcore.coding.text import hexadecimal
from walletcore.curves import secp256k1
from walletcore.errors import DerivationError, raised_as
from walletcore.hashes import hash160, hmac_sha512, sha256d
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.hd.checks import as_derivation
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import HARDENED
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["ElectrumOldPrivateKey", "ElectrumOldPublicKey", "account", "cosigners", "third_cosigner"]

_ACCOUNTS = {  # the kind of the seed, and whether it is one of several cosigners': the path, and the kind of script
    ("standard", False): ("m", ""),
    ("standard", True): ("m", ""),
    ("segwit", False): ("m/0'", "p2wpkh"),
    ("segwit", True): ("m/1'", "p2wsh"),
}
_TWO_FACTOR = {"2fa": "", "2fa_segwit": "p2wsh"}
_TRUSTEDCOIN = {  # get_signing_xpub
    "mainnet": "xpub661MyMwAqRbcGnMkaTx2594P9EDuiEqMq25PM2aeG6UmwzaohgA6uDmNsvSUV8ubqwA3Wpste1hg69XHgjUuCD5HLcEp2QPzyV1HMrPppsL",  # noqa: E501
    "testnet": "tpubD6NzVbkrYhZ4XdmyJQcCPjQfg6RXVUzGFhPjZ7uvRC8JLcS7Hw1i7UTpyhp9grHpak4TyK2hzBJrujDVLXQ6qB5tNpVx9rC6ixijUXadnmY",  # noqa: E501
}


@sealed
def account(seed: bytes | Secret, kind: str, *, network: str = "mainnet", multisig: bool = False) -> ExtendedPrivateKey:
    """The account of a seed of the kind "standard" (p2pkh) or "segwit" (p2wpkh), as Electrum's file of it has it.

    ``seed`` is `ElectrumMnemonic.seed`. With ``multisig`` it is a cosigner's, for p2sh or p2wsh. ``network`` is mainnet
    or testnet. Raises `DerivationError`.
    """
    if type(multisig) is not bool:
        raise DerivationError(f"expected multisig as a bool, got {type(multisig).__name__}", reason="type")
    if type(kind) is not str or (kind, multisig) not in _ACCOUNTS:
        hint = "cosigners() makes the two keys of a 2fa seed"
        raise DerivationError("expected standard or segwit as kind of the seed", reason="unknown", hint=hint)
    path, script = _ACCOUNTS[kind, multisig]
    return _root(seed, network, script).derive(path)


@sealed
def cosigners(
    seed: bytes | Secret, kind: str, *, network: str = "mainnet"
) -> tuple[ExtendedPrivateKey, ExtendedPrivateKey]:
    """The two of three cosigners that a seed of the kind "2fa" (p2sh) or "2fa_segwit" (p2wsh) gives.

    A "2fa" phrase of 20 words and more has two seeds instead (`ElectrumMnemonic.halves`), whose roots these are:
    `ExtendedPrivateKey.from_seed` of each. Raises `DerivationError`.
    """
    if type(kind) is not str or kind not in _TWO_FACTOR:
        raise DerivationError(f"expected one of {', '.join(_TWO_FACTOR)} as kind of the seed", reason="unknown")
    root = _root(seed, network, _TWO_FACTOR[kind])
    return root.derive("m/0'"), root.derive("m/1'")


def third_cosigner(first: ExtendedPublicKey, second: ExtendedPublicKey) -> ExtendedPublicKey:
    """TrustedCoin's public half beside two cosigners, in either order: their addresses are 2 of the 3, keys sorted.

    It is the child of TrustedCoin's own key at a number of 32 bytes, the hash of both texts. Raises `DerivationError`.
    """
    for key in (first, second):
        if type(key) is not ExtendedPublicKey:
            raise DerivationError(f"expected an ExtendedPublicKey, got {type(key).__name__}", reason="type")
    if (first.network, first.kind) != (second.network, second.kind):
        raise DerivationError("expected two keys of one network and one kind of script", reason="mismatch")
    if first.network not in _TRUSTEDCOIN or first.kind not in _TWO_FACTOR.values():
        raise DerivationError("expected keys of a 2fa wallet of Bitcoin", reason="unknown")
    parent = ExtendedPublicKey.parse(_TRUSTEDCOIN[first.network])
    texts = sorted(key.text(kind=key.kind) for key in (first, second))
    number = hashlib.sha256("".join(texts).encode()).digest()
    digest = hmac_sha512(parent.chain_code, parent.public_key.data + number)  # CKD_pub, with 32 bytes for its four
    with as_derivation():
        data = secp256k1.tweak_public(parent.public_key.data, digest[:32])
    public = PublicKey(Curve.SECP256K1, data)
    return ExtendedPublicKey(public_key=public, chain_code=digest[32:], network=first.network, kind=first.kind)


def _root(seed: bytes | Secret, network: str, script: str) -> ExtendedPrivateKey:
    if type(network) is not str or network not in _TRUSTEDCOIN:
        raise DerivationError(f"expected one of {', '.join(_TRUSTEDCOIN)} as network", reason="unknown")
    return replace(ExtendedPrivateKey.from_seed(seed, network=network), kind=script)


# -- the first seeds


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectrumOldPublicKey:
    """The master public key of a first seed: every public key of the wallet comes from it.

    Together with the private key of one of them it gives the private master key away. Raises `DerivationError`.
    """

    public_key: PublicKey

    def __post_init__(self) -> None:
        if type(self.public_key) is not PublicKey or self.public_key.curve is not Curve.SECP256K1:
            raise DerivationError("expected a PublicKey of secp256k1", reason="type")

    @classmethod
    def parse(cls, text: str) -> ElectrumOldPublicKey:
        """Read the text that Electrum shows: x and y in 128 hexadecimal digits. Raises `DerivationError`."""
        with raised_as(DerivationError):
            data = hexadecimal.decode(text)
        if len(data) != 64:
            raise DerivationError(f"expected 128 digits as master public key, got {len(text)}", reason="length")
        with as_derivation():
            return cls(public_key=PublicKey.parse(Curve.SECP256K1, b"\x04" + data))

    def derive(self, change: int, index: int) -> PublicKey:
        """The public key at these numbers: change is 0 or 1, the index below 2^31. Raises `DerivationError`."""
        tweak = self._tweak(change, index)
        with as_derivation():
            return PublicKey.trusted(Curve.SECP256K1, secp256k1.tweak_public(self.public_key.data, tweak))

    def key_hash(self, change: int, index: int) -> bytes:
        """The 20 bytes that the p2pkh address at these numbers carries: of the public key in 65 bytes.

        The address that a chain makes of the `PublicKey` itself is another one. Raises `DerivationError`.
        """
        return hash160(secp256k1.uncompressed(self.derive(change, index).data))

    def _tweak(self, change: int, index: int) -> bytes:
        """get_sequence: what is added to the master key."""
        if type(change) is not int or change not in (0, 1):
            raise DerivationError("expected 0 or 1 as change", reason="range")
        if type(index) is not int or not 0 <= index < HARDENED:
            raise DerivationError("expected an index below 2^31", reason="range")
        return sha256d(f"{index}:{change}:".encode() + self._data)

    @property
    def _data(self) -> bytes:
        return secp256k1.uncompressed(self.public_key.data)[1:]

    def __str__(self) -> str:
        return self._data.hex()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ElectrumOldPrivateKey(Confidential):
    """The private master key of a first seed. Raises `DerivationError`."""

    private_key: PrivateKey
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.private_key) is not PrivateKey or self.private_key.curve is not Curve.SECP256K1:
            raise DerivationError("expected a PrivateKey of secp256k1", reason="type")

    @classmethod
    @sealed
    def from_stretched(cls, secret: bytes | Secret) -> ElectrumOldPrivateKey:
        """The key of what `ElectrumOldMnemonic.stretch` gives, 32 bytes, which are copied. Raises `DerivationError`."""
        if type(secret) not in (bytes, Secret):
            raise DerivationError(f"expected bytes or a Secret, got {type(secret).__name__}", reason="type")
        data = secret.reveal() if isinstance(secret, Secret) else secret
        with as_derivation():
            return cls(private_key=PrivateKey(Curve.SECP256K1, Secret(data)))

    @property
    def public(self) -> ElectrumOldPublicKey:
        """The public half."""
        return ElectrumOldPublicKey(public_key=self.private_key.public_key)

    @sealed
    def derive(self, change: int, index: int) -> PrivateKey:
        """The private key at these numbers: change is 0 or 1, the index below 2^31. Raises `DerivationError`.

        Electrum writes it as an uncompressed one (`Wif`).
        """
        tweak = self.public._tweak(change, index)
        with as_derivation():
            secret = secp256k1.tweak_secret(self.private_key.secret, tweak)
        return PrivateKey.trusted(Curve.SECP256K1, secret)

    def __repr__(self) -> str:
        return "ElectrumOldPrivateKey()"


ElectrumOldPrivateKey.__init__ = sealed(ElectrumOldPrivateKey.__init__)  # type: ignore[method-assign]
