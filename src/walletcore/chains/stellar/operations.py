"""Stellar's operations: what a transaction does, one after the other, each for an account.

Stellar documentation, "List of Operations"; stellar/stellar-xdr, Stellar-transaction.x. Each kind is a class of fields
and a row of `ROWS`, which says how they are written; `walletcore.chains.stellar.outcome` says what they do. Amounts are
in the ten millionth part of an asset. ``source`` is the account that acts: the transaction's, where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from walletcore.chains.base import Address
from walletcore.chains.stellar import wire
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.values import (
    Asset,
    Claimant,
    Entry,
    IssuedAsset,
    PoolParameters,
    Price,
    Signer,
)
from walletcore.coding import xdr
from walletcore.coding.wire import Codec, Reader
from walletcore.coding.xdr import optional, struct, uint32
from walletcore.errors import DecodingError

__all__ = [
    "ROWS",
    "AccountMerge",
    "AllowTrust",
    "BeginSponsoringFutureReserves",
    "BumpSequence",
    "ChangeTrust",
    "ClaimClaimableBalance",
    "Clawback",
    "ClawbackClaimableBalance",
    "CreateAccount",
    "CreateClaimableBalance",
    "CreatePassiveSellOffer",
    "EndSponsoringFutureReserves",
    "Inflation",
    "LiquidityPoolDeposit",
    "LiquidityPoolWithdraw",
    "ManageBuyOffer",
    "ManageData",
    "ManageSellOffer",
    "Operation",
    "PathPaymentStrictReceive",
    "PathPaymentStrictSend",
    "Payment",
    "RevokeSponsorship",
    "Row",
    "SetOptions",
    "SetTrustLineFlags",
    "codec",
]

MAX_LIMIT = (1 << 63) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What all operations have: the account that acts (``G...`` or ``M...``), the transaction's where it is None."""

    source: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccount(Operation):
    """Make an account and pay its first balance."""

    destination: Address
    starting_balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Operation):
    """Pay an amount of an asset."""

    destination: Address
    asset: Asset
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPaymentStrictReceive(Operation):
    """Pay an amount of one asset with at most ``send_max`` of another, exchanged along a path of at most five."""

    send_asset: Asset
    send_max: int
    destination: Address
    dest_asset: Asset
    dest_amount: int
    path: tuple[Asset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPaymentStrictSend(Operation):
    """Spend an amount of one asset to pay at least ``dest_min`` of another, exchanged along a path of at most five."""

    send_asset: Asset
    send_amount: int
    destination: Address
    dest_asset: Asset
    dest_min: int
    path: tuple[Asset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageSellOffer(Operation):
    """Offer an amount for sale at a price (units bought for one sold), or change or (0) delete the offer of an id."""

    selling: Asset
    buying: Asset
    amount: int
    price: Price
    offer_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageBuyOffer(Operation):
    """Offer to buy an amount at a price (units sold for one bought), or change or (0) delete the offer of an id."""

    selling: Asset
    buying: Asset
    buy_amount: int
    price: Price
    offer_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePassiveSellOffer(Operation):
    """Offer an amount for sale that takes no offer of the same price."""

    selling: Asset
    buying: Asset
    amount: int
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOptions(Operation):
    """Change an account: its signers, the weight of its own key, thresholds (0 to 255), flags, home domain.

    What is None stays as it is.
    """

    inflation_destination: Address | None = None
    clear_flags: int | None = None
    set_flags: int | None = None
    master_weight: int | None = None
    low_threshold: int | None = None
    medium_threshold: int | None = None
    high_threshold: int | None = None
    home_domain: str | None = None
    signer: Signer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTrust(Operation):
    """Hold an asset, or shares of a pool, up to a limit; 0 ends it."""

    line: IssuedAsset | PoolParameters
    limit: int = MAX_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowTrust(Operation):
    """As issuer: 1 lets an account hold the asset of this code, 2 keep what it offers, 0 neither."""

    trustor: Address
    asset_code: str
    authorize: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMerge(Operation):
    """Close an account; what it has of the native asset goes to another."""

    destination: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflation(Operation):
    """Run inflation, which is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageData(Operation):
    """Keep at most 64 bytes under a name, or delete them (None)."""

    name: str
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BumpSequence(Operation):
    """Raise the account's sequence number: what was signed for those in between is void."""

    bump_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateClaimableBalance(Operation):
    """Set an amount of an asset aside, for whichever of at most ten claimants claims it first."""

    asset: Asset
    amount: int
    claimants: tuple[Claimant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimClaimableBalance(Operation):
    """Claim the balance of this id (32 bytes)."""

    balance_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginSponsoringFutureReserves(Operation):
    """Pay the reserves of another account's entries, until it ends that."""

    sponsored: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSponsoringFutureReserves(Operation):
    """End what another account began to pay for this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeSponsorship(Operation):
    """No longer pay the reserve of an entry, or of an account's signer."""

    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Clawback(Operation):
    """As issuer: take an amount of the asset back from an account."""

    asset: IssuedAsset
    holder: Address
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClawbackClaimableBalance(Operation):
    """As issuer: take back the balance of this id (32 bytes)."""

    balance_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTrustLineFlags(Operation):
    """As issuer: clear and set flags of an account's trust line: 1 may hold, 2 may keep what it offers, 4 clawback."""

    trustor: Address
    asset: IssuedAsset
    clear_flags: int = 0
    set_flags: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityPoolDeposit(Operation):
    """Put at most these amounts of its two assets into a pool (32 bytes), at a price (of A in B) within bounds."""

    pool_id: bytes
    max_amount_a: int
    max_amount_b: int
    min_price: Price
    max_price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityPoolWithdraw(Operation):
    """Give shares of a pool (32 bytes) back for at least these amounts of its two assets."""

    pool_id: bytes
    amount: int
    min_amount_a: int
    min_amount_b: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A kind of operation: its number in OperationType, its class, and the codecs of its fields for a network."""

    number: int
    kind: type[Operation]
    fields: Callable[[StellarChain], dict[str, Codec[Any]]]


_BYTE = wire.ranged(uint32, 0, 255)
_ACCOUNT_FLAGS, _LINE_FLAGS = wire.ranged(uint32, 0, 0xF), wire.ranged(uint32, 0, 0x7)
_AUTHORIZE = wire.ranged(uint32, 0, 2)
_MAX_PATH = 5


def _create_account(chain: StellarChain) -> dict[str, Codec[Any]]:
    return {"destination": wire.account(chain), "starting_balance": wire.AMOUNT}


def _payment(chain: StellarChain) -> dict[str, Codec[Any]]:
    return {"destination": wire.muxed(chain), "asset": wire.asset(chain), "amount": wire.POSITIVE}


def _path_payment(sent: str, received: str) -> Callable[[StellarChain], dict[str, Codec[Any]]]:
    def fields(chain: StellarChain) -> dict[str, Codec[Any]]:
        asset = wire.asset(chain)
        given = {"send_asset": asset, sent: wire.POSITIVE, "destination": wire.muxed(chain)}
        return {**given, "dest_asset": asset, received: wire.POSITIVE, "path": xdr.array(asset, _MAX_PATH)}

    return fields


def _offer(amount: str, *, is_passive: bool = False) -> Callable[[StellarChain], dict[str, Codec[Any]]]:
    def fields(chain: StellarChain) -> dict[str, Codec[Any]]:
        pair = {"selling": wire.asset(chain), "buying": wire.asset(chain)}
        if is_passive:
            return {**pair, amount: wire.POSITIVE, "price": wire.PRICE}
        return {**pair, amount: wire.AMOUNT, "price": wire.PRICE, "offer_id": wire.AMOUNT}

    return fields


def _set_options(chain: StellarChain) -> dict[str, Codec[Any]]:
    return {
        "inflation_destination": optional(wire.account(chain)),
        "clear_flags": optional(_ACCOUNT_FLAGS),
        "set_flags": optional(_ACCOUNT_FLAGS),
        "master_weight": optional(_BYTE),
        "low_threshold": optional(_BYTE),
        "medium_threshold": optional(_BYTE),
        "high_threshold": optional(_BYTE),
        "home_domain": optional(wire.text(32)),
        "signer": optional(struct(Signer, key=wire.SIGNER_KEY, weight=_BYTE)),
    }


def _allow_trust(chain: StellarChain) -> dict[str, Codec[Any]]:
    return {"trustor": wire.account(chain), "asset_code": wire.asset_code, "authorize": _AUTHORIZE}


def _create_claimable_balance(chain: StellarChain) -> dict[str, Codec[Any]]:
    return {"asset": wire.asset(chain), "amount": wire.POSITIVE, "claimants": wire.claimants(chain)}


def _clawback(chain: StellarChain) -> dict[str, Codec[Any]]:
    return {"asset": wire.issued(chain), "holder": wire.muxed(chain), "amount": wire.POSITIVE}


def _set_trust_line_flags(chain: StellarChain) -> dict[str, Codec[Any]]:
    line = {"trustor": wire.account(chain), "asset": wire.issued(chain)}
    return {**line, "clear_flags": _LINE_FLAGS, "set_flags": _LINE_FLAGS}


_DEPOSIT: dict[str, Codec[Any]] = {
    "pool_id": wire.HASH,
    "max_amount_a": wire.POSITIVE,
    "max_amount_b": wire.POSITIVE,
    "min_price": wire.PRICE,
    "max_price": wire.PRICE,
}
_WITHDRAW: dict[str, Codec[Any]] = {
    "pool_id": wire.HASH,
    "amount": wire.POSITIVE,
    "min_amount_a": wire.AMOUNT,
    "min_amount_b": wire.AMOUNT,
}

ROWS: tuple[Row, ...] = (
    Row(number=0, kind=CreateAccount, fields=_create_account),
    Row(number=1, kind=Payment, fields=_payment),
    Row(number=2, kind=PathPaymentStrictReceive, fields=_path_payment("send_max", "dest_amount")),
    Row(number=3, kind=ManageSellOffer, fields=_offer("amount")),
    Row(number=4, kind=CreatePassiveSellOffer, fields=_offer("amount", is_passive=True)),
    Row(number=5, kind=SetOptions, fields=_set_options),
    Row(
        number=6,
        kind=ChangeTrust,
        fields=lambda chain: {"line": wire.trust_line_asset(chain, changes=True), "limit": wire.AMOUNT},
    ),
    Row(number=7, kind=AllowTrust, fields=_allow_trust),
    Row(number=8, kind=AccountMerge, fields=lambda chain: {"destination": wire.muxed(chain)}),
    Row(number=9, kind=Inflation, fields=lambda _: {}),
    Row(number=10, kind=ManageData, fields=lambda _: {"name": wire.text(64, 1), "value": optional(wire.DATA_VALUE)}),
    Row(number=11, kind=BumpSequence, fields=lambda _: {"bump_to": wire.AMOUNT}),
    Row(number=12, kind=ManageBuyOffer, fields=_offer("buy_amount")),
    Row(number=13, kind=PathPaymentStrictSend, fields=_path_payment("send_amount", "dest_min")),
    Row(number=14, kind=CreateClaimableBalance, fields=_create_claimable_balance),
    Row(number=15, kind=ClaimClaimableBalance, fields=lambda _: {"balance_id": wire.BALANCE_ID}),
    Row(number=16, kind=BeginSponsoringFutureReserves, fields=lambda chain: {"sponsored": wire.account(chain)}),
    Row(number=17, kind=EndSponsoringFutureReserves, fields=lambda _: {}),
    Row(number=18, kind=RevokeSponsorship, fields=lambda chain: {"entry": wire.entry(chain)}),
    Row(number=19, kind=Clawback, fields=_clawback),
    Row(number=20, kind=ClawbackClaimableBalance, fields=lambda _: {"balance_id": wire.BALANCE_ID}),
    Row(number=21, kind=SetTrustLineFlags, fields=_set_trust_line_flags),
    Row(number=22, kind=LiquidityPoolDeposit, fields=lambda _: _DEPOSIT),
    Row(number=23, kind=LiquidityPoolWithdraw, fields=lambda _: _WITHDRAW),
)
"""All kinds of operations."""


@cache
def codec(chain: StellarChain) -> Codec[Operation]:
    """An operation of any kind, for a network: the account that acts, and what it does."""
    from walletcore.chains.stellar.soroban import arms  # the operations of contracts, which are operations themselves

    source = optional(wire.muxed(chain))
    body = xdr.union({**{row.number: struct(row.kind, **row.fields(chain)) for row in ROWS}, **arms(chain)})

    def read(reader: Reader) -> Operation:
        given = source.read(reader)
        made: Operation = body.read(reader)
        object.__setattr__(made, "source", given)  # nobody else has it yet
        return made

    def write(value: Operation, out: bytearray) -> None:
        if not isinstance(value, Operation):
            raise DecodingError(f"expected an operation, got {type(value).__name__}", reason="type")
        try:
            source.write(value.source, out)
        except DecodingError as error:
            error.add_note(".source")
            raise
        body.write(value, out)

    return Codec(kind=Operation, minimum=source.minimum + body.minimum, read=read, write=write)
