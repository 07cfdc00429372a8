"""What operations and transactions of Stellar are made of: assets, prices, signers, predicates, memos, preconditions.

Stellar documentation, "Assets", "Memos", "Signatures and Multisig", "Claimable Balances"; stellar/stellar-xdr,
Stellar-transaction.x and Stellar-ledger-entries.x. These are plain values: `walletcore.chains.stellar.wire` checks what
they hold, when a transaction is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from walletcore.chains.base import Address
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.errors import TransactionError, raised_as

__all__ = [
    "AccountKey",
    "AccountSigner",
    "And",
    "Asset",
    "BalanceKey",
    "BeforeTime",
    "Claimant",
    "Conditions",
    "DataKey",
    "DecoratedSignature",
    "Entry",
    "IssuedAsset",
    "LedgerBounds",
    "Memo",
    "MemoHash",
    "MemoId",
    "MemoReturn",
    "MemoText",
    "NativeAsset",
    "Not",
    "OfferKey",
    "Or",
    "PoolKey",
    "PoolParameters",
    "PoolShare",
    "Preconditions",
    "Predicate",
    "Price",
    "Signer",
    "SignerKey",
    "TimeBounds",
    "TrustLineKey",
    "Unconditional",
    "Within",
]


# Assets


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeAsset:
    """The network's own asset: lumens, of which a stroop is the ten millionth part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedAsset:
    """An asset of an issuer (``G...``): a code of 1 to 12 ASCII letters and digits. It has seven decimals, too."""

    code: str
    issuer: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolShare:
    """A share in the liquidity pool of this id (32 bytes)."""

    pool_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolParameters:
    """A liquidity pool of two assets, in their order, that keeps their product (CAP-38); the fee is in basis points."""

    asset_a: NativeAsset | IssuedAsset
    asset_b: NativeAsset | IssuedAsset
    fee: int = 30


Asset = NativeAsset | IssuedAsset


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A fraction of two positive 32-bit numbers."""

    n: int
    d: int

    def __str__(self) -> str:
        return f"{self.n}/{self.d}"


# Signers


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerKey:
    """Who may sign for an account, by ``kind`` of strkey, and its 32 bytes.

    An ACCOUNT is an ed25519 key; PRE_AUTH_TX the hash of a transaction that needs no signature; HASH_X the SHA-256 of a
    text whose showing is the signature; SIGNED_PAYLOAD a key that signs the ``payload``, 1 to 64 bytes, and no
    transaction (CAP-40).
    """

    kind: Strkey
    key: bytes
    payload: bytes = b""

    @classmethod
    def parse(cls, text: str) -> SignerKey:
        """Read ``G...``, ``T...``, ``X...`` or ``P...``. Raises `TransactionError`."""
        with raised_as(TransactionError):
            kind, data = strkey.decode(text)
        if kind not in (Strkey.ACCOUNT, Strkey.PRE_AUTH_TX, Strkey.HASH_X, Strkey.SIGNED_PAYLOAD):
            raise TransactionError("expected a signer: G..., T..., X... or P...", reason="version")
        size = int.from_bytes(data[32:36])
        return cls(kind=kind, key=data[:32], payload=data[36 : 36 + size])

    def __str__(self) -> str:
        with raised_as(TransactionError):
            return strkey.encode(self.kind, self.key + self._sized())

    def _sized(self) -> bytes:
        if self.kind is not Strkey.SIGNED_PAYLOAD:
            return b""
        return len(self.payload).to_bytes(4) + self.payload + bytes(-len(self.payload) % 4)

    @property
    def hint(self) -> bytes:
        """The four bytes that stand before its signature: the last ones of the key, with those of the payload in them.

        CAP-40, "Signature Hint": exclusive or; a payload of less than four bytes is followed by zeros.
        """
        last = self.payload[-4:].ljust(4, b"\0")
        return bytes(one ^ other for one, other in zip(self.key[-4:], last, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A signer and its weight, 0 to 255; 0 removes it."""

    key: SignerKey
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoratedSignature:
    """A signature with a hint of four bytes that tells whose it may be."""

    hint: bytes
    signature: bytes


# Claimable balances


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconditional:
    """Always true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """True where both are."""

    predicates: tuple[Predicate, Predicate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """True where one of both is."""

    predicates: tuple[Predicate, Predicate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """True where the other one is not."""

    predicate: Predicate


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeTime:
    """True in ledgers that close before this time, in seconds since 1970."""

    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """True for so many seconds after the balance was made."""

    seconds: int


Predicate = Unconditional | And | Or | Not | BeforeTime | Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """An account that may claim a balance while the predicate is true."""

    destination: Address
    predicate: Predicate = field(default_factory=Unconditional)


# Entries of the ledger whose reserve somebody else may pay


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKey:
    """An account."""

    account: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustLineKey:
    """An account's trust line for an asset, or for shares of a pool."""

    account: Address
    asset: IssuedAsset | PoolShare


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferKey:
    """An offer of an account."""

    seller: Address
    offer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """What an account keeps under a name."""

    account: Address
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceKey:
    """A claimable balance, by its id (32 bytes)."""

    balance_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolKey:
    """A liquidity pool, by its id (32 bytes)."""

    pool_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSigner:
    """A signer of an account."""

    account: Address
    key: SignerKey


Entry = AccountKey | TrustLineKey | OfferKey | DataKey | BalanceKey | PoolKey | AccountSigner


# Memos


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoText:
    """At most 28 bytes, which mostly are UTF-8."""

    text: bytes

    @classmethod
    def from_text(cls, text: str) -> MemoText:
        """The memo of a text. Raises `TransactionError`."""
        if type(text) is not str:
            raise TransactionError(f"expected text, got {type(text).__name__}", reason="type")
        try:
            return cls(text=text.encode())
        except UnicodeEncodeError:
            raise TransactionError(
                "the text has half of a surrogate pair, which no text has", reason="character"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoId:
    """A number below 2^64, by which whoever is paid knows the customer."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoHash:
    """A hash of 32 bytes, for whoever is paid."""

    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoReturn:
    """The hash (32 bytes) of the transaction that this one pays back."""

    hash: bytes


Memo = MemoText | MemoId | MemoHash | MemoReturn | None


# Preconditions (CAP-21)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBounds:
    """In seconds since 1970: no ledger that closes earlier or later takes the transaction; 0 is no ``max_time``."""

    min_time: int = 0
    max_time: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerBounds:
    """Ledgers from ``min_ledger`` to below ``max_ledger`` take the transaction; a ``max_ledger`` of 0 is none."""

    min_ledger: int = 0
    max_ledger: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preconditions:
    """More conditions than a time.

    With ``min_sequence`` the account's sequence may be any number from it to below the transaction's. The sequence must
    be of this age, in seconds and in ledgers. Each of the at most two ``extra_signers`` must have signed.
    """

    time_bounds: TimeBounds | None = None
    ledger_bounds: LedgerBounds | None = None
    min_sequence: int | None = None
    min_sequence_age: int = 0
    min_sequence_ledger_gap: int = 0
    extra_signers: tuple[SignerKey, ...] = ()


Conditions = TimeBounds | Preconditions | None
