"""Monero's keys: spend and view keys from a seed, the pair that only views, and subaddresses.

monero-project/monero, src/cryptonote_basic/account.cpp (account_base::generate) and src/device/device_default.cpp
(get_subaddress_secret_key, get_subaddress_spend_public_key), in the letters of "Zero to Monero", 4.2 and 4.3: a and A
are the view keys, b and B the spend keys, m the private part of a subaddress, D and C its public keys, H_s a hash
reduced to a scalar. All of them are 32 bytes; scalars are little-endian.
"""
# ruff: noqa: N802, N806 - the letters of the specification

from __future__ import annotations

from dataclasses import dataclass

from walletcore.curves import ed25519
from walletcore.errors import DerivationError
from walletcore.hashes import keccak256
from walletcore.hd.checks import as_derivation
from walletcore.hd.monero_address import MoneroAddress
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["MoneroKeys", "MoneroViewKeys"]

_SUBADDRESS = b"SubAddr\0"  # HASH_KEY_SUBADDRESS, its final zero included
_PRIMARY = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MoneroViewKeys(Confidential):
    """The private view key and the public spend key of an account: its addresses and what they receive, no spending.

    Who has them sees every payment to the account. Raises `DerivationError`.
    """

    view_key: Secret
    public_spend_key: bytes
    __hash__ = None

    def __post_init__(self) -> None:
        _check_scalar(self.view_key, "view key")
        if type(self.public_spend_key) is not bytes:
            raise DerivationError("expected a public spend key as bytes", reason="type")
        with as_derivation():
            ed25519.parse_public(self.public_spend_key)

    @property
    def public_view_key(self) -> bytes:
        """A = aB."""
        return _point(self.view_key)

    @sealed
    def address(
        self, account: int = 0, index: int = 0, *, network: str = "mainnet", payment_id: bytes = b""
    ) -> MoneroAddress:
        """The address at these numbers below 2^32: the primary one at 0 and 0, subaddresses everywhere else.

        With a ``payment_id`` of 8 bytes it is the integrated form of the primary one. Raises `DerivationError`, and
        `AddressError` for the network or payment id.
        """
        D, C = self.public_keys(account, index)
        kind = "standard" if (account, index) == _PRIMARY else "subaddress"
        made = MoneroAddress(public_spend_key=D, public_view_key=C, network=network, kind=kind)
        return made if type(payment_id) is bytes and not payment_id else made.with_payment_id(payment_id)

    @sealed
    def public_keys(self, account: int = 0, index: int = 0) -> tuple[bytes, bytes]:
        """The public spend and view key at these numbers: D = B + mB and C = aD, or B and A at 0 and 0.

        Raises `DerivationError`.
        """
        if _checked(account, index) == _PRIMARY:
            return self.public_spend_key, self.public_view_key
        a = self.view_key.reveal()
        with as_derivation():
            D = ed25519.add_points(self.public_spend_key, ed25519.point(_m(a, account, index)))
            return D, ed25519.multiply_point(a, D)

    def __repr__(self) -> str:
        return "MoneroViewKeys()"


MoneroViewKeys.__init__ = sealed(MoneroViewKeys.__init__)  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MoneroKeys(Confidential):
    """The private spend key and the private view key of an account: whoever has them spends. Raises `DerivationError`.

    Both are numbers from 1 to L - 1. Almost always the view key is a hash of the spend key: see `from_spend_key`.
    """

    spend_key: Secret
    view_key: Secret
    __hash__ = None

    def __post_init__(self) -> None:
        _check_scalar(self.spend_key, "spend key")
        _check_scalar(self.view_key, "view key")

    @classmethod
    @sealed
    def from_seed(cls, seed: bytes | Secret) -> MoneroKeys:
        """The keys of what a phrase spells: 32 bytes (25 words), or MyMonero's 16 (13 words); the bytes are copied.

        32 bytes are reduced to the spend key. 16 are hashed to it, and twice to the view key, which is the hash of what
        came out before it was reduced: MyMonero's older rule, which differs from Monero's. Raises `DerivationError`.
        """
        data = _checked_bytes(seed, (16, 32), "a seed")
        if len(data) == 32:
            return cls.from_spend_key(ed25519.reduce_scalar(data))
        first = keccak256(data)
        return cls(spend_key=Secret(ed25519.reduce_scalar(first)), view_key=Secret(_H_s(first)))

    @classmethod
    @sealed
    def from_spend_key(cls, spend_key: bytes | Secret) -> MoneroKeys:
        """The account of a private spend key b, with the view key a = H_s(b), as Monero's wallets have it.

        Raises `DerivationError`.
        """
        b = _checked_bytes(spend_key, (32,), "a spend key")
        return cls(spend_key=Secret(b), view_key=Secret(_H_s(b)))

    @classmethod
    @sealed
    def from_tree(cls, private_key: bytes | Secret) -> MoneroKeys:
        """The account of a private key (32 bytes) of another tree, whose hash H_s is the spend key.

        Ledger's is the key of BIP-32 at ``m/44'/128'/account'/0/0`` (LedgerHQ/app-monero, monero_init_private_key).
        Raises `DerivationError`.
        """
        return cls.from_spend_key(_H_s(_checked_bytes(private_key, (32,), "a private key")))

    @property
    def public_spend_key(self) -> bytes:
        """B = bB."""
        return _point(self.spend_key)

    @property
    def view_only(self) -> MoneroViewKeys:
        """What sees the account and spends nothing."""
        return MoneroViewKeys(view_key=self.view_key, public_spend_key=self.public_spend_key)

    @sealed
    def address(
        self, account: int = 0, index: int = 0, *, network: str = "mainnet", payment_id: bytes = b""
    ) -> MoneroAddress:
        """The address at these numbers: see `MoneroViewKeys.address`. Raises `DerivationError`, `AddressError`."""
        return self.view_only.address(account, index, network=network, payment_id=payment_id)

    @sealed
    def spend_key_at(self, account: int, index: int) -> Secret:
        """The private spend key of a subaddress, d = b + m, or b at 0 and 0. Raises `DerivationError`."""
        if _checked(account, index) == _PRIMARY:
            return Secret(self.spend_key.reveal())
        with as_derivation():
            m = _m(self.view_key.reveal(), account, index)
            return Secret(ed25519.add_scalars(self.spend_key.reveal(), m))

    def __repr__(self) -> str:
        return "MoneroKeys()"


MoneroKeys.__init__ = sealed(MoneroKeys.__init__)  # type: ignore[method-assign]


def _H_s(data: bytes) -> bytes:
    return ed25519.reduce_scalar(keccak256(data))


def _m(a: bytes, account: int, index: int) -> bytes:
    """get_subaddress_secret_key: account and index (major and minor) in four bytes each, little-endian."""
    return _H_s(_SUBADDRESS + a + account.to_bytes(4, "little") + index.to_bytes(4, "little"))


@sealed
def _point(scalar: Secret) -> bytes:
    return ed25519.point(scalar.reveal())


def _checked(account: int, index: int) -> tuple[int, int]:
    for number in (account, index):
        if type(number) is not int:
            raise DerivationError(f"expected an int as account and index, got {type(number).__name__}", reason="type")
        if not 0 <= number < 1 << 32:
            raise DerivationError("expected an account and an index below 2^32", reason="range")
    return account, index


def _checked_bytes(data: bytes | Secret, sizes: tuple[int, ...], what: str) -> bytes:
    if type(data) not in (bytes, Secret):
        raise DerivationError(f"expected bytes or a Secret as {what[2:]}, got {type(data).__name__}", reason="type")
    if len(data) not in sizes:
        raise DerivationError(f"expected {what} of {' or '.join(map(str, sizes))} bytes", reason="length")
    return data.reveal() if isinstance(data, Secret) else data


def _check_scalar(scalar: Secret, what: str) -> None:
    if type(scalar) is not Secret:
        raise DerivationError(f"expected a {what} as a Secret, got {type(scalar).__name__}", reason="type")
    with as_derivation():
        ed25519.check_scalar(scalar.reveal())
