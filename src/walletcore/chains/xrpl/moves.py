"""What transactions do that move, promise or exchange something (xrpl.org, "Transaction Types"; rippled, transactors).

An issuer may charge a transfer fee, of which the bytes do not tell: up to as much again as an offer gives, or less of
what arrives. What lies in an escrow, a channel or a vault left the account when it was put there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from walletcore.chains.xrpl.reading import ANYONE, NOBODY, Reading, issue_of, issuer_of
from walletcore.chains.xrpl.sponsorship import reserve_of, set_sponsorship
from walletcore.effects import Approve, Effect, Transfer

__all__ = ["MOVES"]

_DOOR, _WITNESSES = "the bridge's door", "the bridge's witnesses"
_ROUTING = ("SendMax", "DeliverMin", "Paths", "InvoiceID", "CredentialIDs", "DomainID")
_OWN_FLAGS = frozenset({"tfNoRippleDirect", "tfPartialPayment", "tfLimitQuality", "tfSponsorCreatedAccount"})

# -- payments


def _payment(tx: Reading) -> Iterator[Effect]:
    """At most SendMax leaves, Amount arrives; of a partial payment nobody can say how much of it."""
    amount, destination = tx.need("Amount"), tx.named("Destination")
    most = tx.get("SendMax") or amount
    spent = [tx.transfer(_of(asset, most), destination, tag=True) for asset in _spent(tx, most)]
    yield from spent
    if "tfPartialPayment" in tx.flags:
        yield tx.unknown(amount, destination, source="", tag=True)
    elif tx.asset(amount) not in [each.asset for each in spent]:
        yield tx.transfer(amount, destination, source="", tag=True)
    if any(tx.get(name) is not None for name in _ROUTING) or tx.flags & _OWN_FLAGS:
        yield tx.called(destination)
    if "tfSponsorCreatedAccount" in tx.flags:
        yield reserve_of(tx.account, f"the new account {destination}")


def _of(asset: Mapping[str, str] | str, amount: Any) -> Any:
    return amount if isinstance(asset, str) else {**asset, "value": amount["value"]}


def _spent(tx: Reading, most: Any) -> Sequence[Mapping[str, str] | str]:
    """The assets of which as much as this may leave.

    An amount of the sender's own name, or one without SendMax along a path, is taken from whatever tokens of the
    currency the first step of a path leads to (xrpl.org, "Paths"; rippled, getMaxSourceAmount).
    """
    if isinstance(most, str) or "mpt_issuance_id" in most:
        return (most if isinstance(most, str) else issue_of(most),)
    own, paths = tx.get("Account"), tx.get("Paths") or ()
    if tx.get("SendMax") is not None and most["issuer"] != own:
        return (issue_of(most),)
    currency, amount = most["currency"], tx.get("Amount")
    issuers = [path[0].get("account", own) for path in paths]
    if not isinstance(amount, str) and amount.get("currency") == currency:
        issuers.insert(0, amount["issuer"])
    elif not issuers:
        issuers.append(own)
    return tuple({"currency": currency, "issuer": issuer} for issuer in dict.fromkeys((*issuers, most["issuer"])))


# -- what the destination, or whoever finds it, takes later


def _check(tx: Reading) -> Iterator[Effect]:
    destination = tx.named("Destination")
    yield tx.approve(tx.need("SendMax"), destination)
    yield tx.called(destination)


def _cash(tx: Reading) -> Iterator[Effect]:
    """The check's sender is not in the bytes."""
    if tx.get("Amount") is not None:
        yield tx.transfer(tx.get("Amount"), tx.account, source="")
    else:
        yield tx.unknown(tx.need("DeliverMin"), tx.account, source="")
    yield tx.called()


def _escrow(tx: Reading) -> Iterator[Effect]:
    destination = tx.named("Destination")
    yield tx.transfer(tx.need("Amount"), destination, tag=True)
    yield tx.called(destination)


def _channel(tx: Reading) -> Iterator[Effect]:
    destination = tx.named("Destination")
    yield tx.approve(tx.need("Amount"), destination, until="CancelAfter")
    yield tx.called(destination)


def _fund(tx: Reading) -> Iterator[Effect]:
    channel = tx.entry("Channel")  # its Expiration is the channel's, which whoever has the claims comes before
    yield tx.approve(tx.need("Amount"), channel, until="")
    yield tx.called(channel)


def _offer(tx: Reading) -> Iterator[Effect]:
    yield _offered(tx, tx.need("TakerGets"), ANYONE)
    yield tx.called()


def _offered(tx: Reading, amount: Any, taker: str) -> Approve:
    """What an offer may cost its owner: an issuer may charge as much again for the transfer (of an MPT, the half)."""
    offered = tx.approve(amount, taker)
    free = isinstance(amount, str) or issuer_of(amount) == tx.get("Account")
    return offered if free or offered.amount is None else replace(offered, amount=2 * offered.amount)


# -- pools


def _create_pool(tx: Reading) -> Iterator[Effect]:
    for name in ("Amount", "Amount2"):
        yield tx.transfer(tx.need(name), tx.pool)
    yield tx.called(tx.pool)


def _deposit(tx: Reading) -> Iterator[Effect]:
    """The amounts are the most that is deposited, but those beside an amount of shares, which are the least."""
    if tx.flags & {"tfLPToken"}:
        for name in ("Asset", "Asset2"):
            yield tx.unknown(tx.need(name), tx.pool)
    elif tx.flags & {"tfLimitLPToken"}:  # so much of it as the price allows; of 0, as much as that
        yield tx.unknown(tx.need("Amount"), tx.pool)
    else:
        for name in ("Amount", "Amount2"):
            if tx.get(name) is not None:
                yield tx.transfer(tx.get(name), tx.pool)
    yield tx.called(tx.pool)


def _withdraw(tx: Reading) -> Iterator[Effect]:
    """Shares go back to the pool; their name is in the bytes only where their amount is."""
    if tx.get("LPTokenIn") is not None:
        yield tx.transfer(tx.get("LPTokenIn"), tx.pool)
    else:
        yield tx.opaque("as many shares of the pool as it takes")
    yield tx.called(tx.pool)


def _bid(tx: Reading) -> Iterator[Effect]:
    if tx.get("BidMax") is not None:
        yield tx.transfer(tx.get("BidMax"), tx.pool)
    elif tx.get("BidMin") is not None:
        yield tx.unknown(tx.get("BidMin"), tx.pool)
    else:
        yield tx.opaque("a bid of as many shares of the pool as it takes")
    yield tx.called(tx.pool)


# -- NFTs


def _burn(tx: Reading) -> Iterator[Effect]:
    yield _token(tx, tx.named("Owner") or tx.account, NOBODY)


def _token(tx: Reading, source: str, destination: str) -> Transfer:
    to = tx.chain.account_id(destination) if destination == NOBODY else destination
    return Transfer(asset=tx.nft(), amount=1, source=source, destination=to)


def _create_offer(tx: Reading) -> Iterator[Effect]:
    """An offer to sell gives the token, one to buy gives the amount."""
    taker = tx.named("Destination") or ANYONE
    if "tfSellNFToken" in tx.flags:
        yield Approve(asset=tx.nft(), amount=1, spender=taker, source=tx.account, until=tx.until())
    else:
        yield _offered(tx, tx.need("Amount"), tx.named("Destination") or tx.named("Owner") or ANYONE)
    yield tx.called()


def _accept_offer(tx: Reading) -> Iterator[Effect]:
    """A broker brings two offers together, and gets what is between them; whoever takes one takes what it says."""
    if tx.get("NFTokenBuyOffer") is None or tx.get("NFTokenSellOffer") is None:
        yield tx.opaque("it takes an offer whose terms are not in the bytes")
    elif tx.get("NFTokenBrokerFee") is not None:
        yield tx.transfer(tx.get("NFTokenBrokerFee"), tx.account, source="")
    yield tx.called()


# -- issuers


def _clawback(tx: Reading) -> Iterator[Effect]:
    """The amount of an issued token names the holder in the place of the issuer."""
    amount, holder = tx.need("Amount"), tx.named("Holder")
    if not isinstance(amount, str) and "issuer" in amount:
        holder = tx.chain.account_id(amount["issuer"])
        amount = {**amount, "issuer": tx.get("Account")}
    yield tx.transfer(amount, tx.account, source=holder)


def _pool_clawback(tx: Reading) -> Iterator[Effect]:
    holder = tx.named("Holder")
    if tx.get("Amount") is not None:
        yield tx.transfer(tx.get("Amount"), tx.account, source=holder)
    else:
        yield tx.unknown(tx.need("Asset"), tx.account, source=holder)
    if "tfClawTwoAssets" in tx.flags:
        yield tx.unknown(tx.need("Asset2"), tx.account, source=holder)
    yield tx.called(tx.pool)


# -- vaults and loans


def _into(name: str) -> Callable[[Reading], Iterator[Effect]]:
    def effects(tx: Reading) -> Iterator[Effect]:
        yield tx.transfer(tx.need("Amount"), tx.entry(name))
        yield tx.called(tx.entry(name))

    return effects


def _out_of(name: str) -> Callable[[Reading], Iterator[Effect]]:
    def effects(tx: Reading) -> Iterator[Effect]:
        destination, amount = tx.named("Destination") or tx.account, tx.need("Amount")
        yield tx.transfer(amount, destination, source=tx.entry(name), tag=True)
        if name == "VaultID" and "mpt_issuance_id" in amount:  # as a vault's shares are
            yield tx.opaque("the amount may be of shares, for as much of another asset as they are worth")
        yield tx.called(tx.entry(name))

    return effects


def _vault_clawback(tx: Reading) -> Iterator[Effect]:
    if tx.get("Amount") is None:
        yield tx.opaque("all of a holder's shares, in an asset that the bytes do not name")
    else:
        yield tx.transfer(tx.get("Amount"), tx.account, source=tx.named("Holder"))
    yield tx.called(tx.entry("VaultID"))


def _cover_clawback(tx: Reading) -> Iterator[Effect]:
    broker = tx.entry("LoanBrokerID") if tx.get("LoanBrokerID") is not None else ""
    if tx.get("Amount") is None:
        yield tx.opaque("as much as the broker can do without, in an asset that the bytes do not name")
    else:
        yield tx.transfer(tx.get("Amount"), tx.account, source=broker)
    yield tx.called(broker)


# -- bridges


def _door(tx: Reading, amount: Any) -> str:
    """The account that takes an asset for a bridge; in words where both ends know it by the same name."""
    bridge, asset = tx.need("XChainBridge"), issue_of(amount)
    ends = [end for end in ("Locking", "Issuing") if bridge[f"{end}ChainIssue"] == asset]
    return tx.chain.account_id(bridge[f"{ends[0]}ChainDoor"]) if len(ends) == 1 else _DOOR


def _commit(tx: Reading) -> Iterator[Effect]:
    door = _door(tx, tx.need("Amount"))
    yield tx.transfer(tx.need("Amount"), door)
    if tx.get("SignatureReward") is not None:
        yield tx.transfer(tx.get("SignatureReward"), door)
    there = tx.get("OtherChainDestination") or tx.get("Destination") or "whoever has the claim with this id"
    yield tx.opaque(f"on the other chain the amount goes to {there}")
    yield tx.called(door)


def _bridge_claim(tx: Reading) -> Iterator[Effect]:
    destination = tx.named("Destination")
    amount = tx.need("Amount")
    yield tx.transfer(amount, destination, source=_door(tx, amount), tag=True)
    yield tx.called(destination)


def _claim_id(tx: Reading) -> Iterator[Effect]:
    yield tx.approve(tx.need("SignatureReward"), _WITNESSES)
    yield tx.called()


MOVES: dict[str, Callable[[Reading], Iterator[Effect]]] = {
    "Payment": _payment,
    "CheckCreate": _check,
    "CheckCash": _cash,
    "EscrowCreate": _escrow,
    "PaymentChannelCreate": _channel,
    "PaymentChannelFund": _fund,
    "OfferCreate": _offer,
    "AMMCreate": _create_pool,
    "AMMDeposit": _deposit,
    "AMMWithdraw": _withdraw,
    "AMMBid": _bid,
    "AMMClawback": _pool_clawback,
    "NFTokenBurn": _burn,
    "NFTokenCreateOffer": _create_offer,
    "NFTokenAcceptOffer": _accept_offer,
    "Clawback": _clawback,
    "VaultDeposit": _into("VaultID"),
    "VaultWithdraw": _out_of("VaultID"),
    "VaultClawback": _vault_clawback,
    "LoanBrokerCoverDeposit": _into("LoanBrokerID"),
    "LoanBrokerCoverWithdraw": _out_of("LoanBrokerID"),
    "LoanBrokerCoverClawback": _cover_clawback,
    "LoanPay": _into("LoanID"),
    "XChainCommit": _commit,
    "XChainAccountCreateCommit": _commit,
    "XChainClaim": _bridge_claim,
    "XChainCreateClaimID": _claim_id,
    "SponsorshipSet": set_sponsorship,
}
"""By type: what leaves an account, or may."""
