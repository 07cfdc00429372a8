"""Payments, checks, escrows and payment channels (xrpl.org, "Transaction Types"; rippled, preflight of transactors).

Amounts are drops as int, or those of tokens. Times are seconds from the year 2000 (`walletcore.chains.xrpl.EPOCH`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from walletcore.chains.base import Address
from walletcore.chains.xrpl.amounts import IssuedAmount, MptAmount
from walletcore.chains.xrpl.chain import parse_key
from walletcore.chains.xrpl.claims import Claim
from walletcore.chains.xrpl.parts import Amount, Asset, PathStep
from walletcore.chains.xrpl.typed import Typed, check_credentials, check_positive, malformed, size
from walletcore.errors import InvalidSignature, TransactionError

__all__ = [
    "CheckCancel",
    "CheckCash",
    "CheckCreate",
    "EscrowCancel",
    "EscrowCreate",
    "EscrowFinish",
    "Payment",
    "PaymentChannelClaim",
    "PaymentChannelCreate",
    "PaymentChannelFund",
]

_CONDITION = re.compile(rb"\xa0.\x80\x20.{32}\x81[\x01-\x02].{1,2}", re.DOTALL)  # of a preimage: the only kind there is
_ROUTED = ("tfNoRippleDirect", "tfLimitQuality", "tfPartialPayment")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Payment(Typed):
    """An amount to a destination; at most ``send_max`` leaves the account, by the ledger's offers and ``paths``.

    ``allow_partial_payment`` takes tfPartialPayment: any part of the amount, ``deliver_min`` or more, would do.
    """

    destination: Address
    amount: Amount
    send_max: Amount | None = None
    deliver_min: Amount | None = None
    paths: tuple[tuple[PathStep, ...], ...] = ()
    destination_tag: int | None = None
    invoice_id: bytes | None = None
    credential_ids: tuple[bytes, ...] = ()
    domain_id: bytes | None = None
    allow_partial_payment: bool = field(default=False, compare=False, repr=False)

    def check(self) -> None:
        """Amounts above zero; no routing where nothing is exchanged; ``deliver_min`` of a partial payment only."""
        check_positive("an amount", self.amount, self.send_max, self.deliver_min)
        check_credentials(self.credential_ids)
        most = self.amount if self.send_max is None else self.send_max
        is_direct = isinstance(self.amount, int) and isinstance(most, int)
        self._check_direct(most, is_direct)
        itself = self.account == self.destination and not self.paths
        malformed(itself and _same_token(self.amount, most), "expected another destination", "duplicate")
        least = self.deliver_min
        if least is not None:
            malformed(not self.has("tfPartialPayment"), "expected deliver_min of a partial payment only", "mismatch")
            malformed(Asset.of(least) != Asset.of(self.amount), "expected one asset of deliver_min", "mismatch")
            malformed(_value(least) > _value(self.amount), "expected deliver_min of at most the amount")
        if self.has("tfPartialPayment"):
            self.allow("partial_payment")

    def _check_direct(self, most: Amount, is_direct: bool) -> None:
        """XRP for XRP, and a multi-purpose token for itself, go no other way."""
        is_mpt = isinstance(self.amount, MptAmount)
        malformed(is_mpt != isinstance(most, MptAmount), "expected send_max in the same kind of token", "mismatch")
        malformed(is_mpt and Asset.of(self.amount) != Asset.of(most), "expected send_max in the same token", "mismatch")
        malformed(is_direct and self.send_max is not None, "expected no send_max of XRP for XRP", "ambiguous")
        malformed((is_direct or is_mpt) and bool(self.paths), "expected no paths of a direct payment", "ambiguous")
        for flag in _ROUTED:
            refused = is_direct or (is_mpt and flag != "tfPartialPayment")
            malformed(refused and self.has(flag), f"expected no {flag} of a direct payment", "ambiguous")
        if self.has("tfSponsorCreatedAccount"):
            malformed(any(map(self.has, _ROUTED)), "expected no flag beside tfSponsorCreatedAccount", "ambiguous")
            malformed(not isinstance(self.amount, int), "expected XRP for a new account", "mismatch")


def _same_token(one: Amount, other: Amount) -> bool:
    """The same currency, whoever issues it (rippled, equalTokens)."""
    if isinstance(one, IssuedAmount) and isinstance(other, IssuedAmount):
        return one.currency == other.currency
    return Asset.of(one) == Asset.of(other)


def _value(amount: Amount) -> int:
    """Comparable among amounts of one asset."""
    return amount.mantissa * 10 ** (amount.exponent + 96) if isinstance(amount, IssuedAmount) else size(amount)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckCreate(Typed):
    """A check: the destination may cash up to ``send_max``, until it expires."""

    destination: Address
    send_max: Amount
    expiration: int | None = None
    destination_tag: int | None = None
    invoice_id: bytes | None = None

    def check(self) -> None:
        """Another destination, an amount above zero, a time that is not zero."""
        malformed(self.account == self.destination, "expected another destination", "duplicate")
        malformed(self.expiration == 0, "expected an expiration after 0")
        check_positive("send_max", self.send_max)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckCash(Typed):
    """Cash a check for an exact amount, or for as much as there is, ``deliver_min`` or more."""

    check_id: bytes
    amount: Amount | None = None
    deliver_min: Amount | None = None

    def check(self) -> None:
        """One of the two, above zero."""
        malformed((self.amount is None) == (self.deliver_min is None), "expected amount or deliver_min", "ambiguous")
        check_positive("an amount", self.amount, self.deliver_min)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckCancel(Typed):
    """Take a check back, or out of the ledger."""

    check_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EscrowCreate(Typed):
    """Set an amount aside: for the destination after ``finish_after`` and with what meets ``condition``.

    After ``cancel_after`` it can only come back.
    """

    destination: Address
    amount: Amount
    condition: bytes | None = None
    cancel_after: int | None = None
    finish_after: int | None = None
    destination_tag: int | None = None

    def check(self) -> None:
        """A time, an end after the beginning, and a time or a condition for the destination."""
        check_positive("amount", self.amount)
        end, begin = self.cancel_after, self.finish_after
        malformed(end is None and begin is None, "expected cancel_after or finish_after", "missing")
        malformed(None not in (end, begin) and (end or 0) <= (begin or 0), "expected cancel_after after finish_after")
        malformed(begin is None and self.condition is None, "expected finish_after or a condition", "missing")
        is_condition = self.condition is None or _CONDITION.fullmatch(self.condition) is not None
        malformed(not is_condition, "expected a condition of PREIMAGE-SHA-256", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EscrowFinish(Typed):
    """Deliver an escrow, that of the owner with this sequence; ``fulfillment`` is what meets its condition."""

    owner: Address
    offer_sequence: int
    condition: bytes | None = None
    fulfillment: bytes | None = None
    credential_ids: tuple[bytes, ...] = ()

    def check(self) -> None:
        """A condition and its fulfillment, or neither."""
        lone = (self.condition is None) != (self.fulfillment is None)
        malformed(lone, "expected condition and fulfillment, or neither", "missing")
        check_credentials(self.credential_ids)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EscrowCancel(Typed):
    """Give an escrow back whose time is over."""

    owner: Address
    offer_sequence: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaymentChannelCreate(Typed):
    """Set XRP aside, of which the destination takes what claims of ``public_key`` say (see `Claim`)."""

    destination: Address
    amount: int
    settle_delay: int
    public_key: bytes
    cancel_after: int | None = None
    destination_tag: int | None = None

    def check(self) -> None:
        """Drops above zero, another destination, a key."""
        check_positive("amount", self.amount)
        malformed(self.account == self.destination, "expected another destination", "duplicate")
        parse_key(self.public_key.hex())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaymentChannelFund(Typed):
    """Add XRP to a channel, and perhaps time."""

    channel: bytes
    amount: int
    expiration: int | None = None

    def check(self) -> None:
        """Drops above zero."""
        check_positive("amount", self.amount)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaymentChannelClaim(Typed):
    """Take out of a channel, until ``balance`` has been paid in all; or close it, or keep it open.

    ``signature`` by ``public_key`` is a claim of ``amount`` (``balance`` where there is none); who owns the channel
    needs none. It is verified here.
    """

    channel: bytes
    balance: int | None = None
    amount: int | None = None
    signature: bytes | None = None
    public_key: bytes | None = None
    credential_ids: tuple[bytes, ...] = ()

    def check(self) -> None:
        """Drops above zero, of which not more than was claimed; a signature that is the key's."""
        check_positive("an amount", self.balance, self.amount)
        both = self.balance is not None and self.amount is not None
        malformed(both and (self.balance or 0) > (self.amount or 0), "expected a balance of at most the amount")
        malformed(self.has("tfClose") and self.has("tfRenew"), "expected tfClose or tfRenew", "ambiguous")
        check_credentials(self.credential_ids)
        if self.signature is not None:
            self._check_signature(self.signature)

    def _check_signature(self, signature: bytes) -> None:
        if self.public_key is None or self.balance is None:
            raise TransactionError("expected public_key and balance of a signature", reason="missing")
        drops = self.balance if self.amount is None else self.amount
        key = parse_key(self.public_key.hex())
        try:
            Claim(chain=self.chain, channel=self.channel, amount=drops, signer=key).verify(signature)
        except InvalidSignature as error:
            raise TransactionError(f"signature: {error}", reason="mismatch") from None
