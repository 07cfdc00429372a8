"""Offers and automated market makers (xrpl.org, "Transaction Types"; rippled, preflight of transactors; XLS-30, 80)."""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.chains.base import Address
from walletcore.chains.xrpl.amounts import IssuedAmount
from walletcore.chains.xrpl.parts import Amount, Asset, AuthAccount
from walletcore.chains.xrpl.typed import Typed, check_positive, malformed, size

__all__ = [
    "AMMBid",
    "AMMClawback",
    "AMMCreate",
    "AMMDelete",
    "AMMDeposit",
    "AMMVote",
    "AMMWithdraw",
    "OfferCancel",
    "OfferCreate",
]

_MOST_FEE = 1000  # in 1/100,000
_MOST_AUTHORIZED = 4
# The fields of each flag: those that must be there, then those that may (rippled, AMMDeposit.cpp, AMMWithdraw.cpp)
_DEPOSITS = {
    "tfLPToken": ("lp_token_out", "amount amount2"),
    "tfSingleAsset": ("amount", "lp_token_out"),
    "tfTwoAsset": ("amount amount2", "lp_token_out"),
    "tfOneAssetLPToken": ("amount lp_token_out", ""),
    "tfLimitLPToken": ("amount e_price", ""),
    "tfTwoAssetIfEmpty": ("amount amount2", "trading_fee"),
}
_WITHDRAWALS = {
    "tfLPToken": ("lp_token_in", ""),
    "tfWithdrawAll": ("", ""),
    "tfOneAssetWithdrawAll": ("amount", ""),
    "tfSingleAsset": ("amount", ""),
    "tfTwoAsset": ("amount amount2", ""),
    "tfOneAssetLPToken": ("amount lp_token_in", ""),
    "tfLimitLPToken": ("amount e_price", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OfferCreate(Typed):
    """Give up to ``taker_gets`` for ``taker_pays``, at once or later; ``offer_sequence`` is an offer it replaces."""

    taker_gets: Amount
    taker_pays: Amount
    expiration: int | None = None
    offer_sequence: int | None = None
    domain_id: bytes | None = None

    def check(self) -> None:
        """Two assets, amounts above zero, no two flags that exclude each other."""
        check_positive("an amount", self.taker_gets, self.taker_pays)
        malformed(Asset.of(self.taker_gets) == Asset.of(self.taker_pays), "expected two assets", "duplicate")
        malformed(self.expiration == 0, "expected an expiration after 0")
        malformed(self.offer_sequence == 0, "expected an offer_sequence after 0")
        both = self.has("tfImmediateOrCancel") and self.has("tfFillOrKill")
        malformed(both, "expected tfImmediateOrCancel or tfFillOrKill", "ambiguous")
        malformed(self.has("tfHybrid") and self.domain_id is None, "expected a domain_id with tfHybrid", "missing")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OfferCancel(Typed):
    """Take the offer with this sequence back."""

    offer_sequence: int

    def check(self) -> None:
        """A sequence after 0."""
        malformed(self.offer_sequence == 0, "expected an offer_sequence after 0")


def _check_pair(one: Asset, other: Asset) -> None:
    malformed(one == other, "expected two assets", "duplicate")


def _check_of_pair(pair: tuple[Asset, Asset], *amounts: Amount | None) -> None:
    """Two amounts of two assets, each of them one of the pair."""
    assets = [Asset.of(amount) for amount in amounts if amount is not None]
    malformed(len(set(assets)) < len(assets), "expected amounts of two assets", "duplicate")
    malformed(not set(assets) <= set(pair), "expected amounts of the pool's assets", "mismatch")


def _check_fee(trading_fee: int | None) -> None:
    malformed((trading_fee or 0) > _MOST_FEE, f"expected a trading_fee of at most {_MOST_FEE}")


def _check_mode(of: AMMDeposit | AMMWithdraw, modes: dict[str, tuple[str, str]], names: str) -> None:
    """One flag says the mode, and each mode has its fields."""
    chosen = [flag for flag in modes if of.has(flag)]
    malformed(len(chosen) != 1, f"expected one of {', '.join(modes)}", "ambiguous")
    needed, possible = (set(each.split()) for each in modes[chosen[0]])
    given = {name for name in names.split() if getattr(of, name) is not None}
    is_fitting = needed <= given <= needed | possible
    malformed(not is_fitting, f"expected {', '.join(sorted(needed)) or 'no amount'} with {chosen[0]}", "mismatch")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AMMCreate(Typed):
    """A pool of two assets; ``trading_fee`` in 1/100,000. Its fee is what the ledger asks for an entry."""

    amount: Amount
    amount2: Amount
    trading_fee: int

    def check(self) -> None:
        """Two assets, amounts above zero, a fee of at most 1 %."""
        _check_pair(Asset.of(self.amount), Asset.of(self.amount2))
        check_positive("an amount", self.amount, self.amount2)
        _check_fee(self.trading_fee)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AMMDeposit(Typed):
    """Put assets into a pool for shares of it; one flag says which of the amounts count, and how."""

    asset: Asset
    asset2: Asset
    amount: Amount | None = None
    amount2: Amount | None = None
    e_price: Amount | None = None
    lp_token_out: IssuedAmount | None = None
    trading_fee: int | None = None

    def check(self) -> None:
        """The amounts of its mode, above zero and of the pool's assets; with a price, the amount may be zero."""
        _check_mode(self, _DEPOSITS, "amount amount2 e_price lp_token_out trading_fee")
        both = (self.amount is None) == (self.amount2 is None)
        malformed(self.has("tfLPToken") and not both, "expected both amounts or none", "missing")
        _check_pair(self.asset, self.asset2)
        _check_of_pair((self.asset, self.asset2), self.amount, self.amount2)
        _check_sizes(self.amount, may_be_zero=self.e_price is not None)
        check_positive("an amount", self.amount2, self.e_price, self.lp_token_out)
        price, amount = self.e_price, self.amount
        differs = price is not None and amount is not None and Asset.of(price) != Asset.of(amount)
        malformed(differs, "expected a price in the amount's asset", "mismatch")
        _check_fee(self.trading_fee)


def _check_sizes(amount: Amount | None, *, may_be_zero: bool) -> None:
    if may_be_zero:
        malformed(amount is not None and size(amount) < 0, "expected zero or more as amount")
    else:
        check_positive("amount", amount)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AMMWithdraw(Typed):
    """Take assets out of a pool for shares of it; one flag says which of the amounts count, and how."""

    asset: Asset
    asset2: Asset
    amount: Amount | None = None
    amount2: Amount | None = None
    e_price: Amount | None = None
    lp_token_in: IssuedAmount | None = None

    def check(self) -> None:
        """The amounts of its mode, above zero and of the pool's assets; in three modes the amount may be zero."""
        _check_mode(self, _WITHDRAWALS, "amount amount2 e_price lp_token_in")
        _check_pair(self.asset, self.asset2)
        _check_of_pair((self.asset, self.asset2), self.amount, self.amount2)
        modes = ("tfOneAssetWithdrawAll", "tfOneAssetLPToken", "tfLimitLPToken")
        _check_sizes(self.amount, may_be_zero=any(map(self.has, modes)))
        check_positive("an amount", self.amount2, self.e_price, self.lp_token_in)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AMMVote(Typed):
    """Say what a pool's trading fee shall be, in 1/100,000."""

    asset: Asset
    asset2: Asset
    trading_fee: int

    def check(self) -> None:
        """Two assets, a fee of at most 1 %."""
        _check_pair(self.asset, self.asset2)
        _check_fee(self.trading_fee)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AMMBid(Typed):
    """Bid for a pool's auction slot, in shares of the pool; ``bid_max`` is the most that is paid."""

    asset: Asset
    asset2: Asset
    bid_min: IssuedAmount | None = None
    bid_max: IssuedAmount | None = None
    auth_accounts: tuple[AuthAccount, ...] = ()

    def check(self) -> None:
        """Two assets, amounts above zero, at most four other accounts."""
        _check_pair(self.asset, self.asset2)
        check_positive("a bid", self.bid_min, self.bid_max)
        accounts = [each.account.payload for each in self.auth_accounts]
        malformed(len(accounts) > _MOST_AUTHORIZED, f"expected at most {_MOST_AUTHORIZED} accounts", "length")
        malformed(len({*accounts, self.account.payload}) <= len(accounts), "expected other accounts", "duplicate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AMMDelete(Typed):
    """Take an empty pool out of the ledger."""

    asset: Asset
    asset2: Asset


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AMMClawback(Typed):
    """An issuer takes back what a holder has put into a pool: up to ``amount``, or all of it."""

    holder: Address
    asset: Asset
    asset2: Asset
    amount: IssuedAmount | None = None

    def check(self) -> None:
        """The account issues ``asset``, and with tfClawTwoAssets the other one as well; an amount of it above zero."""
        malformed(self.holder == self.account, "expected another account as holder", "duplicate")
        malformed(self.asset.issuer != self.account.text, "expected an asset that the account issues", "mismatch")
        both = not self.has("tfClawTwoAssets") or self.asset.issuer == self.asset2.issuer
        malformed(not both, "expected two assets that the account issues", "mismatch")
        other = self.amount is not None and Asset.of(self.amount) != self.asset
        malformed(other, "expected an amount of the asset", "mismatch")
        check_positive("amount", self.amount)
