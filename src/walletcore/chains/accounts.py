"""What families share that have Ethereum's accounts: 20 bytes of a key's hash, written by EIP-55, and checked numbers.

EVM chains, Theta and VeChain have them; their transactions are each family's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from walletcore.chains.base import Address, Chain, of_chain
from walletcore.coding.eip55 import checksummed, parse
from walletcore.errors import AddressError, InvalidKey, InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signing import Signature

if TYPE_CHECKING:
    from walletcore.curves.fixed_base import Points

__all__ = ["AccountChain", "check_account", "check_int", "check_numbers", "low_s_signature", "recovered"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AccountChain(Chain):
    """A chain whose addresses are accounts of 20 bytes, and a text that follows from them."""

    def spelled(self, payload: bytes) -> str:
        """The text of an account of 20 bytes, with the checksum of this chain."""
        return checksummed(payload)

    def all_spelled(self, payloads: Sequence[bytes]) -> list[str]:
        """The texts of many accounts; a chain may have a way that is faster than one after the other."""
        return [self.spelled(each) for each in payloads]

    def account(self, payload: bytes) -> Address:
        """The address of an account, or a contract, that is known by its 20 bytes. Raises `AddressError`."""
        if type(payload) is not bytes or len(payload) != 20:
            raise AddressError("expected the 20 bytes of an account", reason="length")
        address = Address(chain=self, text=self.spelled(payload), payload=payload)
        object.__setattr__(address, "_agrees", True)
        return address

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        """The address of a secp256k1 key; there is only one kind. Raises `AddressError`."""
        from walletcore.curves import secp256k1

        self._check_key(key)
        self._check_kind(kind)
        return self.account(secp256k1.account_of(key.data))

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The addresses of many public keys of 33 bytes. Raises `AddressError`."""
        from walletcore.curves import secp256k1

        self._check_kind(kind)
        if any(type(key) is not bytes or len(key) != 33 for key in keys):
            raise AddressError("expected public keys of 33 bytes", reason="type")
        try:
            return [self.spelled(secp256k1.account_of(key)) for key in keys]
        except InvalidKey as error:
            raise AddressError(str(error), reason=error.reason) from None

    def addresses_of(self, points: Points, *, kind: str = "") -> list[str | None]:
        """The addresses of a block of points: their coordinates are hashed. Raises `AddressError`."""
        self._check_kind(kind)
        whole = points.uncompressed()
        texts = iter(self.all_spelled([keccak256(each[1:])[12:] for each in whole if each is not None]))
        return [None if each is None else next(texts) for each in whole]

    def parse_address(self, text: str, *, allow_unchecked: bool = False) -> Address:
        """Read ``0x`` and 40 hex digits with their EIP-55 checksum. Raises `AddressError`.

        ``allow_unchecked`` takes digits in one case as well, which carry no checksum; the result has one.
        """
        return self.account(parse(text, allow_unchecked=allow_unchecked))

    def _check_kind(self, kind: str) -> None:
        if kind != "":
            raise AddressError(f"{self.name} has one kind of address only", reason="unknown")


def check_account(chain: AccountChain, address: object, what: str) -> None:
    """Raise `TransactionError` unless this is an address of the chain, whose text and bytes are those of one account.

    Effects and policies read the text; the bytes are signed.
    """
    address = of_chain(chain, address, what)
    if address._agrees:  # it was not put together by hand
        return
    if type(address.payload) is not bytes or len(address.payload) != 20:
        raise TransactionError(f"expected an address of 20 bytes as {what}", reason="length")
    if address.text != chain.account(address.payload).text:
        raise TransactionError(f"the text and bytes of the address as {what} are not the same", reason="mismatch")


def check_int(number: object, name: str, below: int, least: int = 0) -> None:
    """Raise `TransactionError` unless this is an int in the range."""
    if type(number) is not int:
        raise TransactionError(f"expected an int as {name}, got {type(number).__name__}", reason="type")
    if not least <= number < below:
        raise TransactionError(f"expected {name} from {least} to {below - 1}", reason="range")


def check_numbers(value: object, limits: Iterable[tuple[str, int]]) -> None:
    """Raise `TransactionError` unless each of these fields is an int from 0 to below its limit."""
    for name, limit in limits:
        number = getattr(value, name)
        if type(number) is not int or not 0 <= number < limit:
            check_int(number, name, limit)  # which says what is wrong


def low_s_signature(data: bytes, recovery: int) -> Signature:
    """The signature of 64 bytes: r and s from 1 to n-1, s the lower of its two values. Raises `TransactionError`."""
    from walletcore.curves.secp256k1 import ORDER

    r, s = int.from_bytes(data[:32]), int.from_bytes(data[32:])
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise TransactionError("expected r and s from 1 to n-1", reason="range")
    if s > ORDER // 2:
        raise TransactionError("expected the lower of the two values of s", reason="non-canonical")
    return Signature(scheme=Scheme.ECDSA, data=data, recovery=recovery)


def recovered(digest: bytes, signature: Signature) -> PublicKey:
    """The key that made a recoverable signature over 32 bytes. Raises `TransactionError`."""
    from walletcore.curves.secp256k1 import ecdsa_recover

    if signature.recovery is None:
        raise TransactionError("expected a recoverable signature", reason="missing")
    try:
        key = ecdsa_recover(digest, signature.data, signature.recovery)
    except InvalidSignature:
        raise TransactionError("no key can have made the signature", reason="mismatch") from None
    return PublicKey.trusted(Curve.SECP256K1, key)
