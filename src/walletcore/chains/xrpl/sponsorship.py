"""Who pays fees and holds reserves for others: XLS-68, a draft of an amendment that no public ledger has enabled yet.

xrpl.org, "Transaction Common Fields" (SponsorFlags), "SponsorshipSet", "SponsorshipTransfer". A reserve moves nothing:
so much XRP of whoever holds it stays bound until what it is held for is gone, or the sponsorship ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from walletcore.effects import Authority, Effect
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.xrpl.reading import Reading

__all__ = ["FEE", "check", "fee_payer", "reserve_of", "set_sponsorship", "sponsored", "transfer_sponsorship"]

FEE, _RESERVE = 1, 2  # spfSponsorFee, spfSponsorReserve
_BOTH = FEE | _RESERVE
_RESERVED = frozenset(
    {
        *("AccountSet", "DelegateSet", "DepositPreauth", "SetRegularKey", "SignerListSet", "SponsorshipTransfer"),
        *("CheckCancel", "CheckCash", "CheckCreate", "EscrowCancel", "EscrowCreate", "EscrowFinish", "Payment"),
        *("PaymentChannelClaim", "PaymentChannelCreate", "PaymentChannelFund", "Clawback", "TrustSet"),
        *("CredentialAccept", "CredentialCreate", "CredentialDelete", "MPTokenAuthorize", "MPTokenIssuanceCreate"),
        *("MPTokenIssuanceDestroy", "MPTokenIssuanceSet"),
    }
)
_END, _DELETE = frozenset({"tfSponsorshipEnd"}), "tfDeleteObject"
_STARTS = (frozenset({"tfSponsorshipCreate"}), frozenset({"tfSponsorshipReassign"}))
_UNTIL = "until that is gone or the sponsorship ends"


def check(fields: Mapping[str, Any]) -> None:
    """Raise `TransactionError` for a sponsor of no ledger: both fields, flags that there are, another account."""
    sponsor, flags = fields.get("Sponsor"), fields.get("SponsorFlags")
    if sponsor is None and flags is None:
        return
    if sponsor is None or flags is None:
        raise TransactionError("expected Sponsor and SponsorFlags together", reason="missing")
    if not _are_known(flags):
        raise TransactionError("expected 1 (fee), 2 (reserve) or 3 (both) as SponsorFlags", reason="unknown")
    if sponsor == fields["Account"]:
        raise TransactionError("an account is not its own sponsor", reason="duplicate")
    if flags & _RESERVE and fields["TransactionType"] not in _RESERVED:
        raise TransactionError(f"no sponsor holds reserves for {fields['TransactionType']}", reason="unknown")
    if flags & _RESERVE and "Delegate" in fields:
        raise TransactionError("no sponsor holds reserves for what a delegate sends", reason="ambiguous")


def _are_known(flags: int) -> bool:
    return flags != 0 and not flags & ~_BOTH


def fee_payer(tx: Reading) -> str:
    """The sponsor pays it, or the delegate, or the account."""
    if tx.get("Sponsor") is not None and tx.fields.get("SponsorFlags", 0) & FEE:
        return tx.named("Sponsor")
    return tx.named("Delegate") or tx.account


def sponsored(tx: Reading) -> Iterator[Effect]:
    """What the sponsor of a transaction is bound to beside its fee; of a SponsorshipTransfer, that type tells it."""
    sponsor, flags = tx.get("Sponsor"), tx.get("SponsorFlags")
    if sponsor is None and flags is None:
        return
    if sponsor is None or flags is None or not _are_known(flags):
        known = "no sponsor" if sponsor is None else f"the sponsor {tx.named('Sponsor')}"
        yield tx.opaque(f"{known} with the flags {flags}")
    elif flags & _RESERVE and tx.kind != "SponsorshipTransfer":
        yield reserve_of(tx.named("Sponsor"), f"what {tx.account} makes by this")


def reserve_of(sponsor: str, what: str) -> Authority:
    """An account holds a reserve, which it cannot move."""
    return Authority(account=sponsor, change=f"it holds the reserve of {what}, {_UNTIL}")


def set_sponsorship(tx: Reading) -> Iterator[Effect]:
    """A sponsor puts XRP for fees aside, and says how many reserves it will hold; the other side may only end it."""
    sponsee, sponsor = tx.named("Sponsee"), tx.named("CounterpartySponsor")
    reserves = tx.fields.get("RemainingOwnerCountDelta", 0)
    if bool(sponsee) is bool(sponsor) or (sponsor and _DELETE not in tx.flags):
        yield tx.opaque("expected a Sponsee, or a CounterpartySponsor with tfDeleteObject")
    elif tx.get("FeeAmountDelta") is not None:
        allowed = tx.approve(tx.get("FeeAmountDelta"), sponsee)
        if allowed.amount is not None:  # one below zero takes back
            yield allowed
    if sponsee and reserves > 0:
        yield reserve_of(tx.account, f"up to {reserves} more of what {sponsee} makes")
    yield tx.called(sponsee or sponsor)


def transfer_sponsorship(tx: Reading) -> Iterator[Effect]:
    """A reserve goes to a sponsor, or back to whose account or entry it is held for."""
    sponsor, entry = tx.named("Sponsor"), tx.get("ObjectID")
    what = "the account" if entry is None else f"the ledger entry {entry}"
    holds = bool(sponsor and tx.fields.get("SponsorFlags", 0) & _RESERVE)
    if tx.flags == _END and not holds:
        owner = tx.named("Sponsee") or tx.account
        yield Authority(account=owner, change=f"it holds the reserve of {what} itself again")
    elif tx.flags in _STARTS and holds:
        yield reserve_of(sponsor, f"{what} of {tx.account}")
        if entry is None:
            yield tx.authority(f"{sponsor} holds its reserve, and takes what is left of it when it is deleted")
    else:
        yield tx.opaque("nobody can say who holds the reserve")
    yield tx.called(tx.named("Sponsee") or sponsor)
