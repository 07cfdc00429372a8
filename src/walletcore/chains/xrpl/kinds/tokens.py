"""Tokens: trust lines, clawback, NFTs, multi-purpose tokens (xrpl.org, "Transaction Types"; XLS-20, 33, 39, 46, 94).

rippled, their transactors' preflight.
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.chains.base import Address
from walletcore.chains.xrpl.amounts import IssuedAmount, MptAmount
from walletcore.chains.xrpl.parts import Amount
from walletcore.chains.xrpl.typed import Typed, check_positive, malformed, size

__all__ = [
    "Clawback",
    "MPTokenAuthorize",
    "MPTokenIssuanceCreate",
    "MPTokenIssuanceDestroy",
    "MPTokenIssuanceSet",
    "NFTokenAcceptOffer",
    "NFTokenBurn",
    "NFTokenCancelOffer",
    "NFTokenCreateOffer",
    "NFTokenMint",
    "NFTokenModify",
    "TrustSet",
]

_MOST_FEE, _MOST_CANCELED = 50_000, 500
_LONGEST_URI, _LONGEST_METADATA = 256, 1024
_MOST_UNITS = (1 << 63) - 1
_IMMUTABLE = 0x000300FE  # tifMPTCanLock to tifMPTTransferFee (xrpl.js, MPTokenIssuanceCreate.ts)
_SETTINGS = (
    *("CanLock", "RequireAuth", "CanEscrow", "CanTrade", "CanTransfer", "CanClawback"),
    "CanHoldConfidentialBalance",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrustSet(Typed):
    """How much of an issuer's token the account is willing to hold, and what may be done with it."""

    limit_amount: IssuedAmount
    quality_in: int | None = None
    quality_out: int | None = None

    def check(self) -> None:
        """Another issuer, a limit of zero or more."""
        malformed(size(self.limit_amount) < 0, "expected a limit of zero or more")
        malformed(self.limit_amount.issuer == self.account.text, "expected another account as issuer", "duplicate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clawback(Typed):
    """An issuer takes tokens back. The amount of an issued token names the holder in the issuer's place."""

    amount: IssuedAmount | MptAmount
    holder: Address | None = None

    def check(self) -> None:
        """An amount above zero of another account; ``holder`` for multi-purpose tokens only."""
        check_positive("amount", self.amount)
        issued = isinstance(self.amount, IssuedAmount)
        malformed(issued == (self.holder is not None), "expected a holder of a multi-purpose token", "mismatch")
        owner = self.amount.issuer if isinstance(self.amount, IssuedAmount) else str(self.holder)
        malformed(owner == self.account.text, "expected another account as holder", "duplicate")


# -- NFTs


def _check_uri(uri: bytes | None) -> None:
    is_fitting = uri is None or 1 <= len(uri) <= _LONGEST_URI
    malformed(not is_fitting, f"expected 1 to {_LONGEST_URI} bytes as uri", "length")


def _check_price(amount: Amount, *, may_be_zero: bool) -> None:
    """A price in XRP may be zero where something is given."""
    if may_be_zero and isinstance(amount, int):
        malformed(amount < 0, "expected zero or more as amount")
    else:
        check_positive("amount", amount)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NFTokenMint(Typed):
    """A new NFT, in the name of ``issuer`` where one is named; with ``amount`` it is offered at once."""

    nftoken_taxon: int
    issuer: Address | None = None
    transfer_fee: int | None = None
    uri: bytes | None = None
    amount: Amount | None = None
    destination: Address | None = None
    expiration: int | None = None

    def check(self) -> None:
        """Another issuer, a fee of at most 50 % of what can be transferred, an offer with an amount."""
        fee = self.transfer_fee or 0
        malformed(fee > _MOST_FEE, f"expected a transfer_fee of at most {_MOST_FEE}")
        malformed(fee > 0 and not self.has("tfTransferable"), "expected tfTransferable with a transfer_fee", "missing")
        malformed(self.issuer == self.account, "expected another account as issuer", "duplicate")
        _check_uri(self.uri)
        malformed(self.expiration == 0, "expected an expiration after 0")
        malformed(self.destination == self.account, "expected another destination", "duplicate")
        if self.amount is None:
            offered = self.destination is not None or self.expiration is not None
            malformed(offered, "expected an amount of an offer", "missing")
        else:
            _check_price(self.amount, may_be_zero=True)
            only_xrp = self.has("tfOnlyXRP") and not isinstance(self.amount, int)
            malformed(only_xrp, "expected XRP for what is sold for XRP only", "mismatch")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NFTokenBurn(Typed):
    """Destroy an NFT, the account's own or an owner's."""

    nftoken_id: bytes
    owner: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NFTokenCreateOffer(Typed):
    """Offer to buy an NFT of ``owner``, or with tfSellNFToken to sell one's own."""

    nftoken_id: bytes
    amount: Amount
    owner: Address | None = None
    destination: Address | None = None
    expiration: int | None = None

    def check(self) -> None:
        """An owner where it buys, and none where it sells; other accounts than its own; something to pay."""
        sells = self.has("tfSellNFToken")
        only_xrp = self.nftoken_id[:2][-1:] and self.nftoken_id[1] & 2 and not isinstance(self.amount, int)
        malformed(bool(only_xrp), "expected XRP for what is sold for XRP only", "mismatch")
        _check_price(self.amount, may_be_zero=sells)
        malformed(self.expiration == 0, "expected an expiration after 0")
        malformed((self.owner is None) != sells, "expected an owner to buy from, and none to sell", "mismatch")
        malformed(self.owner == self.account, "expected another account as owner", "duplicate")
        malformed(self.destination == self.account, "expected another destination", "duplicate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NFTokenCancelOffer(Typed):
    """Take offers back, by their ids."""

    nftoken_offers: tuple[bytes, ...]

    def check(self) -> None:
        """1 to 500, each once."""
        number = len(self.nftoken_offers)
        malformed(not 1 <= number <= _MOST_CANCELED, f"expected 1 to {_MOST_CANCELED} offers", "length")
        malformed(len(set(self.nftoken_offers)) < number, "expected each offer once", "duplicate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NFTokenAcceptOffer(Typed):
    """Take an offer to sell or to buy, whose terms are in the ledger only; or as a broker bring two together."""

    nftoken_sell_offer: bytes | None = None
    nftoken_buy_offer: bytes | None = None
    nftoken_broker_fee: Amount | None = None

    def check(self) -> None:
        """An offer; a fee above zero, of a broker only."""
        sell, buy = self.nftoken_sell_offer, self.nftoken_buy_offer
        malformed(sell is None and buy is None, "expected an offer", "missing")
        brokers = sell is not None and buy is not None
        malformed(self.nftoken_broker_fee is not None and not brokers, "expected two offers of a broker", "missing")
        check_positive("nftoken_broker_fee", self.nftoken_broker_fee)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NFTokenModify(Typed):
    """Give an NFT another URI, or none."""

    nftoken_id: bytes
    owner: Address | None = None
    uri: bytes | None = None

    def check(self) -> None:
        """Another owner; a URI of 1 to 256 bytes."""
        malformed(self.owner == self.account, "expected another account as owner", "duplicate")
        _check_uri(self.uri)


# -- multi-purpose tokens


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MPTokenIssuanceCreate(Typed):
    """A new multi-purpose token; its unit is 10 to the minus ``asset_scale``."""

    asset_scale: int | None = None
    transfer_fee: int | None = None
    maximum_amount: int | None = None
    mptoken_metadata: bytes | None = None
    domain_id: bytes | None = None
    immutable_flags: int | None = None

    def check(self) -> None:
        """A fee of what can be transferred only, a domain of what needs authorization only; nothing empty."""
        _check_fee(self.transfer_fee)
        fee = bool(self.transfer_fee) and not self.has("tfMPTCanTransfer")
        malformed(fee, "expected tfMPTCanTransfer with a transfer_fee", "missing")
        domain = self.domain_id
        malformed(domain is not None and not any(domain), "expected a domain_id other than zero")
        lacks = domain is not None and not self.has("tfMPTRequireAuth")
        malformed(lacks, "expected tfMPTRequireAuth with a domain_id", "missing")
        _check_metadata(self.mptoken_metadata, least=1)
        units = self.maximum_amount
        malformed(units is not None and not 1 <= units <= _MOST_UNITS, "expected a maximum_amount of 1 to 2^63-1")
        _check_immutable(self.immutable_flags)


def _check_fee(transfer_fee: int | None) -> None:
    malformed((transfer_fee or 0) > _MOST_FEE, f"expected a transfer_fee of at most {_MOST_FEE}")


def _check_metadata(metadata: bytes | None, *, least: int) -> None:
    is_fitting = metadata is None or least <= len(metadata) <= _LONGEST_METADATA
    malformed(not is_fitting, f"expected {least} to {_LONGEST_METADATA} bytes of metadata", "length")


def _check_immutable(flags: int | None) -> None:
    malformed(flags is not None and (not flags or bool(flags & ~_IMMUTABLE)), "expected immutable_flags that there are")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MPTokenIssuanceDestroy(Typed):
    """Take a token that nobody holds out of the ledger."""

    mptoken_issuance_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MPTokenIssuanceSet(Typed):
    """Lock or unlock a token, for all or for a holder; or change what the issuer may change."""

    mptoken_issuance_id: bytes
    holder: Address | None = None
    domain_id: bytes | None = None
    mptoken_metadata: bytes | None = None
    transfer_fee: int | None = None
    immutable_flags: int | None = None
    issuer_encryption_key: bytes | None = None
    auditor_encryption_key: bytes | None = None

    def check(self) -> None:
        """Something that is changed; either locked or otherwise changed; a holder who is locked only."""
        locks = self.has("tfMPTLock"), self.has("tfMPTUnlock")
        malformed(all(locks), "expected tfMPTLock or tfMPTUnlock", "ambiguous")
        malformed(self.holder == self.account, "expected another account as holder", "duplicate")
        lone = self.holder is not None and self.domain_id is not None
        malformed(lone, "expected a holder or a domain_id", "ambiguous")
        lacks = self.auditor_encryption_key is not None and self.issuer_encryption_key is None
        malformed(lacks, "expected an issuer_encryption_key, too", "missing")
        changes = any(self.has(f"tfMPTSet{each}") for each in _SETTINGS) or any(
            each is not None for each in (self.mptoken_metadata, self.transfer_fee, self.immutable_flags)
        )
        keys = self.issuer_encryption_key is not None
        nothing = not (changes or keys or any(locks) or self.domain_id is not None)
        malformed(nothing, "expected something that is changed", "missing")
        beside = (changes or keys) and (self.holder is not None or any(locks))
        malformed(beside, "expected no holder and no lock beside a change", "ambiguous")
        _check_fee(self.transfer_fee)
        _check_metadata(self.mptoken_metadata, least=0)
        _check_immutable(self.immutable_flags)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MPTokenAuthorize(Typed):
    """A holder wants to hold a token, or does no longer; or its issuer lets ``holder`` do so."""

    mptoken_issuance_id: bytes
    holder: Address | None = None

    def check(self) -> None:
        """Another account."""
        malformed(self.holder == self.account, "expected another account as holder", "duplicate")
