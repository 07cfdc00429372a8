"""Accounts of several keys, of which any so many sign together (LegacyAminoPubKey).

Cosmos SDK, crypto/keys/multisig; docs/architecture ADR-020. The address is made of amino's binary form: its prefixes
are those of go-amino's names "tendermint/PubKeyMultisigThreshold" and "tendermint/PubKeySecp256k1".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from walletcore.chains.cosmos.tx import KEY, MULTISIG_KEY, BitArray, Key, MultisigKey
from walletcore.coding.protobuf import AnyMessage
from walletcore.errors import DecodingError, InvalidKey, TransactionError, raised_as
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey

if TYPE_CHECKING:
    from walletcore.chains.base import Address
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["MULTISIG_URL", "Multisig", "bits", "places"]

MULTISIG_URL = "/cosmos.crypto.multisig.LegacyAminoPubKey"
_SECP256K1_URL = "/cosmos.crypto.secp256k1.PubKey"
_THRESHOLD_PREFIX, _KEY_PREFIX = bytes.fromhex("22c1f7e2"), bytes.fromhex("eb5ae98721")
_MAX_KEYS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Multisig:
    """``threshold`` of these secp256k1 keys sign together; their order is part of the address.

    Raises `TransactionError`.
    """

    threshold: int
    keys: tuple[PublicKey, ...]

    def __post_init__(self) -> None:
        if type(self.keys) is not tuple or not all(map(_is_key, self.keys)):
            raise TransactionError("expected a tuple of secp256k1 public keys", reason="type")
        if not 0 < len(self.keys) <= _MAX_KEYS:
            raise TransactionError(f"expected 1 to {_MAX_KEYS} keys, got {len(self.keys)}", reason="length")
        if type(self.threshold) is not int or not 0 < self.threshold <= len(self.keys):
            raise TransactionError(f"expected a threshold from 1 to {len(self.keys)}", reason="range")
        if len({key.data for key in self.keys}) != len(self.keys):
            raise TransactionError("expected each key once: requests for one key are asked once", reason="duplicate")

    @classmethod
    def sorted(cls, threshold: int, keys: tuple[PublicKey, ...], chain: CosmosChain) -> Multisig:
        """The account of these keys in the order of their addresses, which the command line of nodes makes."""
        return cls(threshold=threshold, keys=tuple(sorted(keys, key=lambda key: chain.address(key).payload)))

    def address(self, chain: CosmosChain) -> Address:
        """Its address: the first 20 bytes of the SHA-256 of the amino form. Raises `TransactionError`."""
        check_chain(chain)
        keys = b"".join([b"\x12\x26" + _KEY_PREFIX + key.data for key in self.keys])
        return chain.account(sha256(_THRESHOLD_PREFIX + b"\x08" + bytes((self.threshold,)) + keys)[:20])

    def packed(self) -> AnyMessage:
        """Its form in transactions."""
        keys = tuple([AnyMessage(type_url=_SECP256K1_URL, value=KEY.encode(Key(key=key.data))) for key in self.keys])
        value = MULTISIG_KEY.encode(MultisigKey(threshold=self.threshold, public_keys=keys))
        return AnyMessage(type_url=MULTISIG_URL, value=value)

    @classmethod
    def unpacked(cls, value: bytes) -> Multisig:
        """Read that form. Raises `TransactionError`."""
        with raised_as(TransactionError):
            found = MULTISIG_KEY.decode(value)
        if any(each.type_url != _SECP256K1_URL for each in found.public_keys):
            raise TransactionError(f"expected keys of {_SECP256K1_URL} in a multisig account", reason="unknown")
        return cls(threshold=found.threshold, keys=tuple([read_key(each.value) for each in found.public_keys]))


def check_chain(chain: CosmosChain) -> None:
    """Raise `TransactionError` where keys are others than secp256k1 with SHA-256: amino's names differ there."""
    if chain.key_type_url != _SECP256K1_URL:
        raise TransactionError(f"{chain.name} has no multisig accounts that are known", reason="unknown")


def read_key(value: bytes) -> PublicKey:
    """The key of a message with 33 bytes. Raises `TransactionError`."""
    try:
        return PublicKey(Curve.SECP256K1, KEY.decode(value).key)
    except (DecodingError, InvalidKey) as error:
        raise TransactionError(f"public key: {error}", reason=error.reason) from None


def _is_key(key: object) -> bool:
    return type(key) is PublicKey and key.curve is Curve.SECP256K1


def bits(chosen: set[int], size: int) -> BitArray:
    """The places that are chosen of so many, as bits."""
    elems = bytearray(-(-size // 8))
    for place in chosen:
        elems[place // 8] |= 0x80 >> place % 8
    return BitArray(extra_bits_stored=size % 8, elems=bytes(elems))


def places(array: BitArray, size: int) -> tuple[int, ...]:
    """The places whose bits are set. Raises `TransactionError` for bits of another number of places."""
    found = tuple([place for place in range(8 * len(array.elems)) if array.elems[place // 8] & 0x80 >> place % 8])
    if array != bits(set(found) & set(range(size)), size):
        raise TransactionError(f"expected {size} bits, and zeros behind them", reason="non-canonical")
    return found
