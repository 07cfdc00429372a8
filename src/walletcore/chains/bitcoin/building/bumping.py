"""Fees raised later: a transaction is replaced (BIP-125), or a child pays for its parent.

BIP-125, "Implementation Details"; BIP-431, "Specification"; Bitcoin Core, src/policy/rbf.cpp (PaysForRBF,
PaysMoreThanConflicts), src/wallet/feebumper.cpp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from walletcore.chains.base import Address
from walletcore.chains.bitcoin.building.builder import LONG_TERM_FEE_RATE
from walletcore.chains.bitcoin.building.drafts import (
    MAX_CHILD,
    TRUC,
    Draft,
    Line,
    Price,
    as_output,
    check_chain,
    check_flags,
    compose,
    items,
)
from walletcore.chains.bitcoin.building.weights import SCALE, judged_weight, output_weight, size_of, vsize_of, weigh
from walletcore.chains.bitcoin.carried import identified
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, Safety
from walletcore.chains.bitcoin.sighash import is_single
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx, TxOut
from walletcore.errors import TransactionError

__all__ = ["bump_fee", "child"]

_REPLACEABLE = 0xFFFF_FFFD  # BIP-125, "Summary": such a sequence, or a lower one
_VERSION = 2  # that of others
_SHORTER = 3  # bytes that a signature of DER may lack of the 71 that are counted; of thousands one lacks more
_FULL = "full_rbf=True replaces it where nodes ask for no signal (Bitcoin Core since 28.0)"
_CHILD = "who owns an output of it can pay for it by a child"


def bump_fee(
    transaction: Transaction,
    *,
    fee_rate: int,
    change_of: Callable[[Transaction], Sequence[int]],
    inputs: Sequence[Input] = (),
    change: TxOut | Address | None = None,
    ordering: str = "bip69",
    evicted_fees: int = 0,
    full_rbf: bool = False,
    allow_low_fee_rate: bool = False,
    long_term_fee_rate: int = LONG_TERM_FEE_RATE,
    safety: Safety = SAFE,
) -> Psbt:
    """The PSBT that replaces a transaction: the same inputs and payments, at a higher rate, which the change pays.

    Only an output that ``change_of`` names may shrink or vanish: give `Wallet.change_of`, which derives its key again;
    the largest is taken, if it names several, and must not be one to which an input signed SINGLE commits. Where it
    does not suffice, coins of ``inputs`` are added, which must be confirmed (BIP-125, rule 2). ``change`` is where the
    rest goes instead, and must be named if no output is change.

    The fee is what the rate says, and at least that of the replaced transaction and of those that go with it
    (``evicted_fees``, what spends its outputs already: rule 3) and the relay's increment for its own size (rule 4).
    It is a higher rate than that of the replaced transaction as it was signed, with signatures shorter than counted.
    Version 3 has at most 1,000 virtual bytes beside a parent of version 3 in an input's ``previous``, which is taken to
    wait for a block unless what is replaced has more already (BIP-431, rule 5): leave ``previous`` out if it does not.
    Raises `TransactionError`: "missing" where its fee is not known or nothing is change, "policy" where no input says
    that it may be replaced, or for a rate as in `build`, "range" for one that is not higher, or insufficient funds,
    "too-large" and `SigningRefused` as `build`, "network" where the chain's nodes replace nothing (`Relay.replaces`).
    """
    if not callable(change_of):
        raise TransactionError("expected a function as change_of, such as that of a Wallet", reason="type")
    check_flags(full_rbf=full_rbf, allow_low_fee_rate=allow_low_fee_rate)
    old_fee = _replaced_fee(transaction, fee_rate, full_rbf)
    _check_amount(transaction.chain, evicted_fees, "evicted_fees")
    payments, rest = _without_change(transaction, change_of(transaction))
    own = Line(rate=transaction.chain.relay.increment, base=old_fee + evicted_fees)
    draft = Draft(
        chain=transaction.chain,
        required=transaction.inputs,
        pool=_others(transaction, inputs),
        payments=payments,
        change=_destination(rest, change),
        price=Price((Line(rate=fee_rate), own, Line(rate=_rate_above(transaction, old_fee)))),
        long_term_fee_rate=long_term_fee_rate,
        selection="branch-and-bound",
        ordering=ordering,
        safety=safety,
        version=transaction.version,
        is_child=_is_child(transaction),
        locktime=transaction.locktime,
        allow_low_fee_rate=allow_low_fee_rate,
        allow_burn=True,  # what is replaced burns it as well
    )
    return compose(draft)


def _destination(rest: TxOut | None, change: TxOut | Address | None) -> TxOut:
    """Where what is left goes: to what is named, or to the change that was there."""
    destination = rest if change is None else change
    if destination is None:
        raise TransactionError("no output is proven change: expected change=", reason="missing")
    return as_output(destination)


def _check_replaces(chain: BitcoinChain) -> None:
    """Many nodes keep what they saw first, and pass on no other spend of the same coins."""
    if not chain.relay.replaces:
        message = f"nodes of {chain.name} do not replace a transaction that they have"
        raise TransactionError(message, reason="network", hint=_CHILD if chain.relay.pulls else "")


def _check_pulls(chain: BitcoinChain) -> None:
    """Some miners take each transaction for its own fee alone."""
    if not chain.relay.pulls:
        message = f"nodes of {chain.name} mine no parent for the fee of its child"
        raise TransactionError(message, reason="network")


def _replaced_fee(transaction: Transaction, fee_rate: int, full_rbf: bool) -> int:
    """The fee of what is replaced, which must be known, allow it (BIP-431, rule 1), and be paid at a lower rate."""
    if type(transaction) is not Transaction:
        raise TransactionError("expected the Transaction that is to be replaced", reason="type")
    check_chain(transaction.chain)
    _check_replaces(transaction.chain)
    signals = transaction.version == TRUC or any(each.sequence <= _REPLACEABLE for each in transaction.inputs)
    if not full_rbf and not signals:
        raise TransactionError("no input says that it may be replaced (BIP-125)", reason="policy", hint=_FULL)
    fee = transaction.claimed_fee
    if fee is None:
        raise TransactionError("expected to know the fee that is paid: what the inputs are worth", reason="missing")
    rate = -(-1000 * fee // _judged_vsize(transaction))
    if type(fee_rate) is not int or fee_rate <= rate:
        raise TransactionError(f"expected more than {rate} satoshi per 1,000 virtual bytes", reason="range")
    return fee


def _others(transaction: Transaction, inputs: Sequence[Input]) -> tuple[Input, ...]:
    """Coins that may be added: none is gone with what is replaced, as far as they show it (BIP-125, rule 2).

    Legacy inputs give it its id when they are signed; it is known by the outputs that it spends. So is another
    replacement of it, and what spends an output of it by its id.
    """
    found = items(inputs, Input, "inputs")
    txid = "" if any(each.is_legacy for each in transaction.inputs) else transaction.txid
    spent = {(each.txid, each.vout) for each in transaction.inputs}
    for each in found:
        sources = _sources(transaction.chain, each)
        if each.txid == txid or not spent.isdisjoint(sources) or any(txid == source for source, _ in sources):
            raise TransactionError("an output of the replaced transaction is gone with it", reason="mismatch")
    return found


def _sources(chain: BitcoinChain, each: Input) -> set[tuple[str, int]]:
    """The outputs that an input's previous transaction spends, where that is known and no special one."""
    tx = identified(chain, each.previous)[0] if each.previous else None
    return {(source.txid, source.vout) for source in tx.inputs} if isinstance(tx, Tx) else set()


def _rate_above(transaction: Transaction, fee: int) -> int:
    """A rate that is higher than that of the signed transaction, however short its signatures have become."""
    return 1000 * fee // _least_vsize(transaction) + 1


def _is_child(transaction: Transaction) -> bool:
    """Whether nodes may hold it for the child of a parent of version 3 (Core, src/policy/truc_policy.cpp).

    What they have taken and is larger than such a child has no parent that waits.
    """
    if transaction.version != TRUC or _least_vsize(transaction) > vsize_of(MAX_CHILD):
        return False
    parents = (identified(transaction.chain, each.previous)[0] for each in transaction.inputs if each.previous)
    return any(isinstance(parent, Tx) and parent.version == TRUC for parent in parents)


def _least_vsize(transaction: Transaction) -> int:
    """The virtual bytes by which nodes judge the fee, with signatures as short as they may become."""
    less = 0
    for each in transaction.inputs:
        if each.kind != "p2tr":
            less += _SHORTER * each.required * (SCALE if each.is_legacy else 1)
    return _judged_vsize(transaction, less)


def _judged_vsize(transaction: Transaction, less: int = 0) -> int:
    """The virtual bytes by which nodes judge the fee, where signatures lack so many weight units."""
    sizes, outputs = [size_of(each) for each in transaction.inputs], transaction.outputs
    weight = weigh(sizes, map(output_weight, outputs)) - less
    return vsize_of(judged_weight(transaction.chain.relay, weight, sizes, outputs))


def _without_change(transaction: Transaction, named: Iterable[int]) -> tuple[tuple[TxOut, ...], TxOut | None]:
    """The outputs that stay as they are, and the largest that is change."""
    if not isinstance(named, Iterable):
        raise TransactionError("expected change_of to name places of outputs", reason="type")
    outputs, places = transaction.outputs, tuple(named)
    if any(type(place) is not int or not 0 <= place < len(outputs) for place in places):
        raise TransactionError("expected change_of to name places of outputs", reason="range")
    if not places:
        return outputs, None
    largest = max(places, key=lambda place: outputs[place].value)
    if largest < len(outputs) - 1 and any(is_single(each.hash_type) for each in transaction.inputs):
        raise TransactionError("SINGLE commits to the output at its place: expected change last", reason="mismatch")
    if any(is_single(each.hash_type) for each in transaction.inputs[largest : largest + 1]):
        raise TransactionError("SINGLE commits to the output that would change, which must stay", reason="mismatch")
    return (*outputs[:largest], *outputs[largest + 1 :]), outputs[largest]


def child(
    chain: BitcoinChain,
    *,
    parent: bytes,
    parent_fee: int,
    inputs: Sequence[Input],
    to: TxOut | Address,
    fee_rate: int,
    ordering: str = "bip69",
    allow_low_fee_rate: bool = False,
    long_term_fee_rate: int = LONG_TERM_FEE_RATE,
    safety: Safety = SAFE,
) -> Psbt:
    """The PSBT that spends outputs of a signed parent and pays for both, so that together they have the rate.

    ``parent`` is as the network carries it, ``parent_fee`` what it pays. All ``inputs`` are spent, of which one at
    least must be an output of it; what is left of them goes ``to`` one output. Where the parent pays enough by itself,
    the child pays the rate for its own size. Nodes must have taken the parent already. A child of version 3 has at
    most 1,000 virtual bytes, as its parent's version asks (BIP-431). Raises `TransactionError`, "network" where the
    chain's nodes mine each transaction for its own fee (`Relay.pulls`).
    """
    check_chain(chain)
    check_flags(allow_low_fee_rate=allow_low_fee_rate)
    _check_pulls(chain)
    tx, txid = identified(chain, parent)
    if not tx.is_signed:  # its txid may be the same, but it is smaller than what miners will see
        raise TransactionError("expected the parent as it is signed, and as it waits for a block", reason="missing")
    _check_amount(chain, parent_fee, "parent_fee")
    spending = items(inputs, Input, "inputs")
    _check_spends(tx.outputs, txid, spending)
    size = max(tx.vsize, vsize_of(judged_weight(chain.relay, 0, (), tx.outputs)))
    is_truc = isinstance(tx, Tx) and tx.version == TRUC
    draft = Draft(
        chain=chain,
        version=TRUC if is_truc else _VERSION,
        is_child=is_truc,
        required=spending,
        payments=(),
        change=as_output(to),
        price=Price((Line(rate=fee_rate, base=-parent_fee, more=size), Line(rate=fee_rate))),
        long_term_fee_rate=long_term_fee_rate,
        selection="largest-first",
        ordering=ordering,
        safety=safety,
        allow_low_fee_rate=allow_low_fee_rate,
    )
    return compose(draft)


def _check_spends(outputs: Sequence[TxOut], txid: str, inputs: Sequence[Input]) -> None:
    """At least one input must spend an output of the parent, and each that does must know what it is worth."""
    spending = [each for each in inputs if each.txid == txid]
    if not spending:
        raise TransactionError("no input spends an output of the parent", reason="mismatch")
    for each in spending:
        if each.vout >= len(outputs) or each.spent != outputs[each.vout]:
            raise TransactionError(f"the parent's output {each.vout} is another", reason="mismatch")


def _check_amount(chain: BitcoinChain, amount: int, name: str) -> None:
    if type(amount) is not int or not 0 <= amount <= chain.max_money:
        raise TransactionError(f"expected {name} as satoshi, 0 or more", reason="range")
