"""What a transaction of Stellar does, operation by operation, then its memo and its fee.

Stellar documentation, "List of Operations" and "Memos"; assets by CAIP-19, namespace ``stellar``. Effects name accounts
by ``G...``: the id of a muxed account is the tag of a transfer, and so is a memo that is a number. An operation in
which the bytes leave the amount open tells the most that may leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from walletcore.chains.base import Address
from walletcore.chains.stellar import operations as ops
from walletcore.chains.stellar import values, wire
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.coding.visible import is_visible
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer
from walletcore.hashes import sha256

if TYPE_CHECKING:
    from walletcore.chains.stellar.chain import StellarChain
    from walletcore.chains.stellar.fee_bump import FeeBumpTransaction
    from walletcore.chains.stellar.transaction import Transaction

__all__ = ["READERS", "Scene", "asset_name", "effects_of", "effects_of_bump", "pool_id"]

_OPERATION_ID = (6).to_bytes(4)  # ENVELOPE_TYPE_OP_ID
_SHOWN_HASH = 32


def asset_name(chain: StellarChain, asset: Any) -> str:
    """The CAIP-19 name: ``slip44:148``, ``asset:USDC-G...``, or ``cap38:`` and the id of a pool in hex."""
    if type(asset) is values.NativeAsset:
        return chain.asset
    if type(asset) is values.IssuedAsset:
        return f"{chain.caip2}/asset:{asset.code}-{asset.issuer.text}"
    share = asset.pool_id if type(asset) is values.PoolShare else pool_id(chain, asset)
    return f"{chain.caip2}/cap38:{share.hex()}"


def pool_id(chain: StellarChain, parameters: values.PoolParameters) -> bytes:
    """The id of a pool: the SHA-256 of its parameters (CAP-38)."""
    return sha256(wire.pool(chain).encode(parameters))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where an operation stands: in which transaction, at which place, and for whom."""

    transaction: Transaction
    place: int
    source: Address

    @property
    def chain(self) -> StellarChain:
        """The network."""
        return self.transaction.chain

    @property
    def account(self) -> str:
        """The CAIP-10 name of the account that acts."""
        return self.name(self.source)

    def name(self, address: Address) -> str:
        """The CAIP-10 name of an account, without the id of a muxed one."""
        return self.chain.caip10(address.payload[:32]) if address.kind == "muxed" else address.account_id

    def named(self, kind: Strkey, data: bytes) -> str:
        """The CAIP-10 name of what is no account: a pool or a claimable balance."""
        return self.chain.account_id(strkey.encode(kind, data))

    def asset(self, asset: Any) -> str:
        """The CAIP-19 name of an asset."""
        return asset_name(self.chain, asset)

    def pays(self, asset: Any, amount: int | None, to: Address) -> Transfer:
        """A transfer out of the account, with the id of the destination or the memo as its tag."""
        tag = to.tag if to.kind == "muxed" else self.transaction.memo_id
        name = self.asset(asset)
        return Transfer(asset=name, amount=amount, source=self.account, destination=self.name(to), tag=tag)

    def call(self, target: str, name: str, /, **arguments: object) -> Call:
        """A call with those arguments that are not None."""
        told = tuple([(key, str(value)) for key, value in arguments.items() if value is not None])
        return Call(target=target, name=name, arguments=told)

    def balance_id(self) -> bytes:
        """The id of the claimable balance that this operation makes (CAP-23)."""
        account = wire.account(self.chain).encode(self.chain.account(self.transaction.source.payload[:32]))
        numbers = self.transaction.sequence.to_bytes(8) + self.place.to_bytes(4)
        return sha256(_OPERATION_ID + account + numbers)


def effects_of(transaction: Transaction) -> tuple[Effect, ...]:
    """The effects of a transaction, in the order of its operations."""
    if transaction.sequence == 0:
        from walletcore.chains.stellar.challenge_effects import told  # few transactions can never be sent

        proof = told(transaction)
        if proof:
            return (*proof, *_of_signers(transaction))
    effects = tuple(_of_operations(transaction))
    fee = Fee(
        asset=transaction.chain.asset, at_most=_fee(transaction), payer=_payer(transaction.chain, transaction.source)
    )
    return (*effects, *_of_memo(transaction, effects), *_of_signers(transaction), fee)


def effects_of_bump(bump: FeeBumpTransaction) -> tuple[Effect, ...]:
    """The effects of the inner transaction, whose fee nobody pays, and the fee."""
    inner = [each for each in bump.inner.effects() if type(each) is not Fee]
    return (*inner, Fee(asset=bump.chain.asset, at_most=bump.fee, payer=_payer(bump.chain, bump.fee_source)))


def _fee(transaction: Transaction) -> int:
    """The resource fee is a part of the fee; of an inner transaction it may be above it."""
    return transaction.fee if transaction.soroban is None else max(transaction.fee, transaction.soroban.resource_fee)


def _payer(chain: StellarChain, source: Address) -> str:
    return chain.caip10(source.payload[:32])


def _of_operations(transaction: Transaction) -> Iterator[Effect]:
    for place, operation in enumerate(transaction.operations):
        scene = Scene(transaction=transaction, place=place, source=operation.source or transaction.source)
        yield from (READERS.get(type(operation)) or _of_contracts)(scene, operation)


def _of_contracts(scene: Scene, operation: ops.Operation) -> Iterator[Effect]:
    from walletcore.chains.stellar.contract_effects import READERS as CONTRACT_READERS

    return CONTRACT_READERS[type(operation)](scene, operation)


def _of_memo(transaction: Transaction, effects: tuple[Effect, ...]) -> Iterator[Effect]:
    """A memo that no transfer has as its tag."""
    memo = transaction.memo
    if isinstance(memo, values.MemoId):
        tagged = [each.tag for each in effects if isinstance(each, Transfer)]
        if not tagged or any(tag != memo.id for tag in tagged):
            yield Statement(text=str(memo.id), meaning="memo id")
    if isinstance(memo, values.MemoHash):
        yield Statement(text=memo.hash.hex(), meaning="memo hash")
    if isinstance(memo, values.MemoReturn):
        yield Statement(text=memo.hash.hex(), meaning="memo of a transaction that is paid back")
    if isinstance(memo, values.MemoText):
        yield _text(memo.text)


def _text(data: bytes) -> Effect:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Opaque(why="a memo that is no text", data=data)
    if is_visible(text):
        return Statement(text=text, meaning="memo")
    return Opaque(why="a memo with characters that cannot be seen", data=data)


def _of_signers(transaction: Transaction) -> Iterator[Effect]:
    """Payloads that keys sign beside the transaction: of 32 bytes, each may be the hash of another one."""
    for each in dict.fromkeys((*transaction.extra_signers(), *transaction.payload_signers)):
        if each.kind is Strkey.SIGNED_PAYLOAD:
            what = "which may be the hash of another transaction" if len(each.payload) == _SHOWN_HASH else "of its own"
            yield Opaque(why=f"the signer {each} signs a payload {what}", data=each.payload)


# Payments


def _create_account(scene: Scene, op: ops.CreateAccount) -> Iterator[Effect]:
    yield scene.pays(values.NativeAsset(), op.starting_balance, op.destination)


def _payment(scene: Scene, op: ops.Payment) -> Iterator[Effect]:
    yield scene.pays(op.asset, op.amount, op.destination)


def _path_receive(scene: Scene, op: ops.PathPaymentStrictReceive) -> Iterator[Effect]:
    yield scene.pays(op.send_asset, op.send_max, op.destination)
    yield _exchange(scene, op, exactly=op.dest_amount)


def _path_send(scene: Scene, op: ops.PathPaymentStrictSend) -> Iterator[Effect]:
    yield scene.pays(op.send_asset, op.send_amount, op.destination)
    yield _exchange(scene, op, at_least=op.dest_min)


def _exchange(scene: Scene, op: Any, **received: int) -> Call:
    path = ", ".join(map(scene.asset, op.path)) or None
    asset = scene.asset(op.dest_asset)
    return scene.call(scene.name(op.destination), type(op).__name__, receives=asset, **received, through=path)


def _account_merge(scene: Scene, op: ops.AccountMerge) -> Iterator[Effect]:
    yield scene.pays(values.NativeAsset(), None, op.destination)
    yield Authority(account=scene.account, change="the account is closed")


# Offers and pools


def _sell(scene: Scene, op: Any) -> Iterator[Effect]:
    yield from _offer(scene, op, op.amount)


def _buy(scene: Scene, op: ops.ManageBuyOffer) -> Iterator[Effect]:
    yield from _offer(scene, op, -(-op.buy_amount * op.price.n // op.price.d))


def _offer(scene: Scene, op: Any, amount: int) -> Iterator[Effect]:
    """Whoever takes an offer is paid out of it; one of no amount is deleted."""
    if amount:
        spender = scene.chain.account_id("anyone")
        yield Approve(asset=scene.asset(op.selling), amount=amount, spender=spender, source=scene.account)
    offer = getattr(op, "offer_id", 0) or None
    price = op.price if amount else None
    buying = scene.asset(op.buying)
    sold = scene.asset(op.selling)
    yield scene.call(scene.account, type(op).__name__, selling=sold, buying=buying, price=price, offer=offer)


def _deposit(scene: Scene, op: ops.LiquidityPoolDeposit) -> Iterator[Effect]:
    """The assets of a pool are known where the same transaction names them, as it does to hold shares of it first."""
    pool = scene.named(Strkey.LIQUIDITY_POOL, op.pool_id)
    named = [each.line for each in scene.transaction.operations if isinstance(each, ops.ChangeTrust)]
    found = [each for each in named if type(each) is values.PoolParameters and pool_id(scene.chain, each) == op.pool_id]
    if found:
        for asset, amount in ((found[0].asset_a, op.max_amount_a), (found[0].asset_b, op.max_amount_b)):
            yield Transfer(asset=scene.asset(asset), amount=amount, source=scene.account, destination=pool)
    else:
        amounts = f"at most {op.max_amount_a} and {op.max_amount_b}"
        yield Opaque(why=f"deposits {amounts} of the two assets of pool {op.pool_id.hex()}, which are not named")
    yield scene.call(pool, "LiquidityPoolDeposit", min_price=op.min_price, max_price=op.max_price)


def _withdraw(scene: Scene, op: ops.LiquidityPoolWithdraw) -> Iterator[Effect]:
    pool = scene.named(Strkey.LIQUIDITY_POOL, op.pool_id)
    share = scene.asset(values.PoolShare(pool_id=op.pool_id))
    yield Transfer(asset=share, amount=op.amount, source=scene.account, destination=pool)
    yield scene.call(pool, "LiquidityPoolWithdraw", min_amount_a=op.min_amount_a, min_amount_b=op.min_amount_b)


# Accounts

_ACCOUNT_FLAGS = ("AUTH_REQUIRED", "AUTH_REVOCABLE", "AUTH_IMMUTABLE", "AUTH_CLAWBACK_ENABLED")
_LINE_FLAGS = ("AUTHORIZED", "AUTHORIZED_TO_MAINTAIN_LIABILITIES", "CLAWBACK_ENABLED")
_CHANGES = {
    "master_weight": "the weight of its own key becomes",
    "low_threshold": "the low threshold becomes",
    "medium_threshold": "the medium threshold becomes",
    "high_threshold": "the high threshold becomes",
}


def _flags(bits: int, names: tuple[str, ...]) -> str:
    return ", ".join(name for place, name in enumerate(names) if bits >> place & 1) or "none"


def _set_options(scene: Scene, op: ops.SetOptions) -> Iterator[Effect]:
    for name, words in _CHANGES.items():
        if getattr(op, name) is not None:
            yield Authority(account=scene.account, change=f"{words} {getattr(op, name)}")
    if op.signer is not None:
        weight = op.signer.weight
        change = f"signer {op.signer.key} of weight {weight}" if weight else f"signer {op.signer.key} is removed"
        yield Authority(account=scene.account, change=change)
    for bits, words in ((op.set_flags, "sets"), (op.clear_flags, "clears")):
        if bits is not None:
            change = f"as issuer it {words} the flags {_flags(bits, _ACCOUNT_FLAGS)}"
            yield Authority(account=scene.account, change=change)
    inflation = None if op.inflation_destination is None else scene.name(op.inflation_destination)
    domain = None if op.home_domain is None else repr(op.home_domain)
    told = scene.call(scene.account, "SetOptions", home_domain=domain, inflation_destination=inflation)
    if told.arguments or op == ops.SetOptions(source=op.source):
        yield told


def _change_trust(scene: Scene, op: ops.ChangeTrust) -> Iterator[Effect]:
    yield scene.call(scene.account, "ChangeTrust", asset=scene.asset(op.line), limit=op.limit)


def _allow_trust(scene: Scene, op: ops.AllowTrust) -> Iterator[Effect]:
    asset = f"{scene.chain.caip2}/asset:{op.asset_code}-{strkey.encode(Strkey.ACCOUNT, scene.source.payload[:32])}"
    can = ("neither held nor offered", "held", "kept where it is offered")[op.authorize]
    yield Authority(account=scene.name(op.trustor), change=f"by its issuer, {asset} may be {can}")


def _line_flags(scene: Scene, op: ops.SetTrustLineFlags) -> Iterator[Effect]:
    sets, clears = _flags(op.set_flags, _LINE_FLAGS), _flags(op.clear_flags, _LINE_FLAGS)
    change = f"its issuer sets the flags {sets} and clears {clears} for {scene.asset(op.asset)}"
    yield Authority(account=scene.name(op.trustor), change=change)


def _clawback(scene: Scene, op: ops.Clawback) -> Iterator[Effect]:
    name = scene.asset(op.asset)
    yield Transfer(asset=name, amount=op.amount, source=scene.name(op.holder), destination=scene.account)


def _manage_data(scene: Scene, op: ops.ManageData) -> Iterator[Effect]:
    value = "deleted" if op.value is None else f"0x{op.value.hex()}"
    yield scene.call(scene.account, "ManageData", name=repr(op.name), value=value)


def _bump_sequence(scene: Scene, op: ops.BumpSequence) -> Iterator[Effect]:
    yield scene.call(scene.account, "BumpSequence", to=op.bump_to)


def _inflation(scene: Scene, op: ops.Inflation) -> Iterator[Effect]:
    del op
    yield scene.call(scene.account, "Inflation")


# Claimable balances and sponsorship


def _create_balance(scene: Scene, op: ops.CreateClaimableBalance) -> Iterator[Effect]:
    """One of the claimants takes all of it: it is told as a transfer to each, since nobody can say to whom."""
    balance = strkey.encode(Strkey.CLAIMABLE_BALANCE, b"\0" + scene.balance_id())
    for each in op.claimants:
        yield scene.pays(op.asset, op.amount, each.destination)
        when = _when(each.predicate)
        yield scene.call(scene.name(each.destination), "CreateClaimableBalance", balance=balance, claimable=when)


def _when(predicate: Any) -> str:
    if isinstance(predicate, values.And | values.Or):
        word = " and " if isinstance(predicate, values.And) else " or "
        return f"({word.join(map(_when, predicate.predicates))})"
    if isinstance(predicate, values.Not):
        return f"not {_when(predicate.predicate)}"
    if isinstance(predicate, values.BeforeTime):
        from walletcore.coding import timestamps  # few balances have one

        return f"before {timestamps.in_words(predicate.time)}"
    return f"within {predicate.seconds} seconds" if isinstance(predicate, values.Within) else "always"


def _of_balance(scene: Scene, op: Any) -> Iterator[Effect]:
    balance = scene.named(Strkey.CLAIMABLE_BALANCE, b"\0" + op.balance_id)
    yield scene.call(balance, type(op).__name__, by=scene.account)


def _begin_sponsoring(scene: Scene, op: ops.BeginSponsoringFutureReserves) -> Iterator[Effect]:
    yield scene.call(scene.name(op.sponsored), "BeginSponsoringFutureReserves", sponsor=scene.account)


def _end_sponsoring(scene: Scene, op: ops.EndSponsoringFutureReserves) -> Iterator[Effect]:
    del op
    yield scene.call(scene.account, "EndSponsoringFutureReserves")


def _revoke_sponsorship(scene: Scene, op: ops.RevokeSponsorship) -> Iterator[Effect]:
    target, what = _entry(scene, op.entry)
    yield scene.call(target, "RevokeSponsorship", of=what, by=scene.account)


def _entry(scene: Scene, entry: Any) -> tuple[str, str]:
    """Whose an entry is, and what it is."""
    if isinstance(entry, values.BalanceKey):
        return scene.named(Strkey.CLAIMABLE_BALANCE, b"\0" + entry.balance_id), "claimable balance"
    if isinstance(entry, values.PoolKey):
        return scene.named(Strkey.LIQUIDITY_POOL, entry.pool_id), "liquidity pool"
    if isinstance(entry, values.OfferKey):
        return scene.name(entry.seller), f"offer {entry.offer_id}"
    what = "account"
    if isinstance(entry, values.TrustLineKey):
        what = f"trust line for {scene.asset(entry.asset)}"
    if isinstance(entry, values.DataKey):
        what = f"data {entry.name!r}"
    if isinstance(entry, values.AccountSigner):
        what = f"signer {entry.key}"
    return scene.name(entry.account), what


READERS: dict[type[ops.Operation], Callable[[Scene, Any], Iterator[Effect]]] = {
    ops.CreateAccount: _create_account,
    ops.Payment: _payment,
    ops.PathPaymentStrictReceive: _path_receive,
    ops.ManageSellOffer: _sell,
    ops.CreatePassiveSellOffer: _sell,
    ops.SetOptions: _set_options,
    ops.ChangeTrust: _change_trust,
    ops.AllowTrust: _allow_trust,
    ops.AccountMerge: _account_merge,
    ops.Inflation: _inflation,
    ops.ManageData: _manage_data,
    ops.BumpSequence: _bump_sequence,
    ops.ManageBuyOffer: _buy,
    ops.PathPaymentStrictSend: _path_send,
    ops.CreateClaimableBalance: _create_balance,
    ops.ClaimClaimableBalance: _of_balance,
    ops.BeginSponsoringFutureReserves: _begin_sponsoring,
    ops.EndSponsoringFutureReserves: _end_sponsoring,
    ops.RevokeSponsorship: _revoke_sponsorship,
    ops.Clawback: _clawback,
    ops.ClawbackClaimableBalance: _of_balance,
    ops.SetTrustLineFlags: _line_flags,
    ops.LiquidityPoolDeposit: _deposit,
    ops.LiquidityPoolWithdraw: _withdraw,
}
"""What reads each kind of operation."""
