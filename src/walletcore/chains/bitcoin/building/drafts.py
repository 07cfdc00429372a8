"""A transaction in the making: what it must spend, what it may spend, whom it pays and what it costs.

Everything is counted in the end on the exact weight; the selection before sees each coin by itself, rounded up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from walletcore.chains.base import Address
from walletcore.chains.bitcoin.building.ordering import ORDERINGS
from walletcore.chains.bitcoin.building.selection import SELECTIONS, Coin, Goal
from walletcore.chains.bitcoin.building.weights import (
    SCALE,
    Size,
    judged_weight,
    output_weight,
    sigop_cost,
    size_of,
    stripped_size,
    vsize_of,
    weigh,
)
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.psbt import Psbt, Safety
from walletcore.chains.bitcoin.relay import fee_at, is_unspendable, spent_vsize
from walletcore.chains.bitcoin.sighash import is_single
from walletcore.chains.bitcoin.transaction import Transaction, pay
from walletcore.chains.bitcoin.tx import TxOut
from walletcore.errors import TransactionError

__all__ = [
    "EVERYTHING",
    "MAX_CHILD",
    "TRUC",
    "Draft",
    "Line",
    "Price",
    "as_output",
    "check_chain",
    "check_flags",
    "compose",
    "drafted",
    "items",
]

T = TypeVar("T")

_COUNTS = (252, 65_535)  # up to how many inputs their number has one byte, or three
_MAX_INPUTS = 100_000
_MAX_COST = 16_000  # Bitcoin Core, src/policy/policy.h: MAX_STANDARD_TX_SIGOPS_COST
_MAX_TRUC = 40_000  # BIP-431, rule 4: 10,000 virtual bytes
_PARENT = (
    "1,000 virtual bytes beside a parent of version 3 that waits for a block; where it is confirmed, "
    "bump_fee takes inputs without previous"
)
_EMPTY = Size(0)

EVERYTHING = "all"
"""The selection that takes all."""
TRUC = 3
"""The version of transactions that are restricted in their topology until they are confirmed (BIP-431)."""
MAX_CHILD = 4_000
"""What a child of that version weighs at most (rule 5): 1,000 virtual bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fee that grows with the size: at ``rate``, of ``more`` virtual bytes beside its own, and ``base`` satoshi."""

    rate: int
    base: int = 0
    more: int = 0

    def fee(self, vsize: int) -> int:
        """The fee of a transaction of so many virtual bytes."""
        return self.base + fee_at(self.rate, vsize + self.more)


@dataclass(frozen=True, slots=True)
class Price:
    """What a transaction must pay: whatever line asks for most. The first is the rate that somebody has named."""

    lines: tuple[Line, ...]

    @property
    def rate(self) -> int:
        """What a virtual byte more costs at most, in satoshi per 1,000 of them."""
        return max(line.rate for line in self.lines)

    def fee(self, vsize: int) -> int:
        """The fee of a transaction of so many virtual bytes."""
        return max(line.fee(vsize) for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What `compose` makes a PSBT of; ``change`` is an output whose value is yet to be found."""

    chain: BitcoinChain
    required: tuple[Input, ...] = ()
    pool: tuple[Input, ...] = ()
    payments: tuple[TxOut, ...]
    change: TxOut
    price: Price
    long_term_fee_rate: int
    selection: str
    ordering: str
    safety: Safety
    version: int = 2
    is_child: bool = False  # of a parent of version 3 that waits for a block, as far as is known
    locktime: int = 0
    low_r: bool = False
    allow_low_fee_rate: bool = False
    allow_burn: bool = False

    @property
    def max_weight(self) -> int:
        """What nodes pass on, which is less of version 3, and least of a child."""
        most = self.chain.relay.max_weight
        if self.version != TRUC:
            return most
        return min(most, MAX_CHILD if self.is_child else _MAX_TRUC)

    @property
    def least_change(self) -> int:
        """Change that is worth less is not made: nodes would not pass it on, or it would cost more to be spent."""
        script_pubkey = self.change.script_pubkey
        spending = fee_at(self.long_term_fee_rate, spent_vsize(script_pubkey))
        return max(self.chain.relay.dust_limit(script_pubkey), spending)

    @property
    def paid(self) -> int:
        """What the payments are worth together."""
        return sum(output.value for output in self.payments)


def compose(draft: Draft) -> Psbt:
    """The PSBT of the transaction. Raises `TransactionError`, and `SigningRefused` for a fee beyond ``safety``."""
    return Psbt.from_transaction(drafted(draft), safety=draft.safety)


def drafted(draft: Draft) -> Transaction:
    """The transaction itself. Raises as `compose`."""
    _check(draft)
    sizes = {_outpoint(each): size_of(each, low_r=draft.low_r) for each in (*draft.required, *draft.pool)}
    chosen = _chosen(draft, sizes)
    outputs = _outputs(draft, chosen, [sizes[_outpoint(each)] for each in chosen])
    inputs, outputs = ORDERINGS[draft.ordering](chosen, outputs)
    transaction = Transaction(
        chain=draft.chain, inputs=inputs, outputs=outputs, version=draft.version, locktime=draft.locktime
    )
    _check_outcome(draft, transaction, [sizes[_outpoint(each)] for each in inputs])
    return transaction


def items(given: Sequence[T], kind: type[T], name: str) -> tuple[T, ...]:
    """A list or tuple of values of this very type, as a tuple. Raises `TransactionError`."""
    if type(given) not in (list, tuple) or any(type(each) is not kind for each in given):
        raise TransactionError(f"expected {name} as a list or tuple of {kind.__name__}", reason="type")
    return tuple(given)


def check_flags(**flags: object) -> None:
    """Raise `TransactionError` unless each is True or False: a text would be taken for yes."""
    for name, flag in flags.items():
        if type(flag) is not bool:
            raise TransactionError(f"expected True or False as {name}, got {type(flag).__name__}", reason="type")


def as_output(change: TxOut | Address) -> TxOut:
    """The output that change goes to, whatever it is worth yet. Raises `TransactionError`."""
    return change if type(change) is TxOut else pay(change, 0)  # type: ignore[arg-type]


def _check(draft: Draft) -> None:
    _check_names(draft)
    _check_values(draft)
    _check_rate(draft)
    _check_payments(draft)
    outpoints = [(each.txid, each.vout) for each in (*draft.required, *draft.pool)]
    if len(set(outpoints)) < len(outpoints):
        raise TransactionError("the same output is offered twice", reason="duplicate")
    if draft.ordering != "given" and any(is_single(each.hash_type) for each in (*draft.required, *draft.pool)):
        raise TransactionError(
            "SINGLE commits to the output at its place: expected ordering='given'", reason="mismatch"
        )
    if any(is_single(each.hash_type) for each in draft.pool):
        raise TransactionError(
            "SINGLE commits to the output at its place, which a choice of inputs would move: expected selection='all'",
            reason="mismatch",
        )


def _check_rate(draft: Draft) -> None:
    """A rate that no node passes on is a mistake, most often one of the unit."""
    least, rate = draft.chain.relay.min_fee_rate, draft.price.lines[0].rate
    if rate < least and not draft.allow_low_fee_rate:
        message = f"expected a fee rate of at least {least} satoshi per 1,000 virtual bytes, got {rate}"
        hint = f"{rate} satoshi per virtual byte are {1000 * rate}; allow_low_fee_rate=True takes what is meant so"
        raise TransactionError(message, reason="policy", hint=hint)


def _check_payments(draft: Draft) -> None:
    """What nodes do not pass on, and what is lost for ever (Core: maxburnamount of sendrawtransaction, 0)."""
    for place, output in enumerate(draft.payments):
        least, value = draft.chain.relay.dust_limit(output.script_pubkey), output.value
        if value < least:
            raise TransactionError(f"payment {place} is dust: expected {least} satoshi, got {value}", reason="policy")
        if value and is_unspendable(output.script_pubkey) and not draft.allow_burn:
            message = f"payment {place} burns {value} satoshi: nobody can ever spend such an output"
            raise TransactionError(message, reason="policy", hint="allow_burn=True takes it")


def _check_names(draft: Draft) -> None:
    if type(draft.ordering) is not str or draft.ordering not in ORDERINGS:
        raise TransactionError(f"expected one of {', '.join(ORDERINGS)} as ordering", reason="unknown")
    if type(draft.selection) is not str or draft.selection not in SELECTIONS:
        raise TransactionError(f"expected one of {', '.join((*SELECTIONS, EVERYTHING))} as selection", reason="unknown")


def check_chain(chain: BitcoinChain) -> None:
    """Raise `TransactionError` unless it is a network of this family that PSBTs are built for."""
    if type(chain) is not BitcoinChain:
        raise TransactionError("expected a chain of the Bitcoin family", reason="type")
    if chain.dialect is not None and not chain.dialect.has_psbts:
        raise TransactionError(f"{chain.name} has no PSBTs to be built", reason="network")


def _check_values(draft: Draft) -> None:
    check_chain(draft.chain)
    if type(draft.safety) is not Safety:
        raise TransactionError("expected a Safety", reason="type")
    to = draft.change.address
    if to is not None and to.chain.caip2 != draft.chain.caip2:  # also where no change is made in the end
        raise TransactionError(f"expected change to an address of {draft.chain.name}", reason="network")
    if not draft.change.script_pubkey or is_unspendable(draft.change.script_pubkey):
        raise TransactionError("expected change that its owner alone can spend", reason="policy")
    if len(draft.required) + len(draft.pool) > _MAX_INPUTS:
        raise TransactionError(f"expected at most {_MAX_INPUTS} inputs to choose from", reason="too-large")
    rates = *[line.rate for line in draft.price.lines], draft.long_term_fee_rate
    if any(type(rate) is not int or not 0 <= rate <= draft.chain.max_money for rate in rates):
        raise TransactionError("expected fee rates as satoshi per 1,000 virtual bytes, 0 or more", reason="range")


def _chosen(draft: Draft, sizes: dict[str, Size]) -> tuple[Input, ...]:
    """The inputs that are required, and those of the pool that the selection takes."""
    if not draft.pool:
        return draft.required
    for count in _COUNTS:
        picked = _picked(draft, sizes, count)
        if picked is None:
            break
        if len(draft.required) + len(picked) <= count:
            return (*draft.required, *picked)
    return (*draft.required, *_filled(draft, sizes))


def _filled(draft: Draft, sizes: dict[str, Size]) -> list[Input]:
    """Coins one by one, those that bring most for their weight first, until they pay for all; or all that bring any.

    By themselves they seem to bring too little: their fees are rounded up one by one, and weight is paid for already
    where signature checks count for more. So the exact fee decides.
    """
    coins = _coins(draft, sizes)
    places = sorted(range(len(coins)), key=lambda place: -coins[place].effective_value / coins[place].weight)
    forms = _Form.of(draft, draft.payments), _Form.of(draft, (*draft.payments, draft.change))
    tally = _Tally(draft, *forms)
    for each in draft.required:
        tally = tally.plus(each, sizes[_outpoint(each)])
    taken = []
    for place in places:
        more = tally.plus(draft.pool[place], sizes[_outpoint(draft.pool[place])])
        if more.weight > draft.max_weight or not (coins[place].effective_value > 0 or more.is_better_than(tally)):
            continue
        taken.append(draft.pool[place])
        tally = more
        if tally.left >= 0 and not tally.is_small:
            return taken
    return [each for each, coin in zip(draft.pool, coins, strict=True) if coin.effective_value > 0]


@dataclass(frozen=True, slots=True)
class _Form:
    """What outputs add to a transaction: weight, with that of their number, and signature checks."""

    weight: int
    checks: Size

    @classmethod
    def of(cls, draft: Draft, outputs: Sequence[TxOut]) -> _Form:
        checks = sigop_cost((), outputs) if draft.chain.relay.check_weight else 0
        return cls(weigh((), map(output_weight, outputs)) - weigh((), ()), Size(0, checks=checks))


@dataclass(frozen=True, slots=True)
class _Tally:
    """Inputs counted together, so that one more is counted at once, beside the payments with and without change."""

    draft: Draft
    without: _Form
    with_change: _Form
    count: int = 0
    value: int = 0
    size: Size = _EMPTY
    bare: int = 0  # how many have no witness

    def plus(self, each: Input, size: Size) -> _Tally:
        """The same with one more."""
        return replace(
            self,
            count=self.count + 1,
            value=self.value + (each.value or 0),
            size=Size(self.size.base + size.base, self.size.witness + size.witness, self.size.checks + size.checks),
            bare=self.bare + (not size.witness),
        )

    @property
    def left(self) -> int:
        """What remains when the payments and the fee are paid, or the least output where there are none."""
        return self._left(self.without) if self.draft.payments else self._left(self.with_change) - self._least

    @property
    def weight(self) -> int:
        """What nodes hold against what they pass on at most."""
        weight, judged = self._weights(self._form)
        return judged if self.draft.version == TRUC else weight

    @property
    def is_small(self) -> bool:
        """Whether nodes do not pass it on because of that."""
        stripped = weigh((Size(self.size.base),), (), count=self.count) + self._form.weight
        return stripped // SCALE < self.draft.chain.relay.min_size

    def is_better_than(self, other: _Tally) -> bool:
        """Whether an input more helps, though it does not pay for itself."""
        return self.left > other.left or (self.left >= 0 and other.is_small)

    @property
    def _least(self) -> int:
        return self.draft.least_change

    @property
    def _form(self) -> _Form:
        has_change = not self.draft.payments or self._left(self.with_change) >= self._least
        return self.with_change if has_change else self.without

    def _left(self, form: _Form) -> int:
        return self.value - self.draft.paid - self.draft.price.fee(vsize_of(self._weights(form)[1]))

    def _weights(self, form: _Form) -> tuple[int, int]:
        """The weight, and that by which nodes judge the fee."""
        empty = self.bare if self.size.witness else 0  # counts of witnesses that are not there
        size = Size(self.size.base, self.size.witness + empty, self.size.checks)
        weight = weigh((size,), (), count=self.count) + form.weight
        return weight, judged_weight(self.draft.chain.relay, weight, (size, form.checks), ())


def _picked(draft: Draft, sizes: dict[str, Size], count: int) -> list[Input] | None:
    """What the selection takes if there are at most so many inputs in the end."""
    known = [sizes[_outpoint(each)] for each in draft.required]
    needs_change = _needs_change(draft, known or [min(sizes.values(), key=lambda size: size.base)])
    outputs = (*draft.payments, draft.change) if needs_change else draft.payments
    weight = weigh(known, map(output_weight, outputs), count=count, segwit=_is_segwit(sizes))
    spent = sum(each.value or 0 for each in draft.required)
    least = draft.paid + (draft.least_change if needs_change else 0)
    target = least + draft.price.fee(vsize_of(judged_weight(draft.chain.relay, weight, known, outputs))) - spent
    if target <= 0:
        return []
    change_weight = output_weight(draft.change)
    goal = Goal(
        target=target,
        tolerance=fee_at(draft.price.rate, vsize_of(change_weight)) + draft.least_change - 1,
        max_weight=draft.max_weight - weight,
        change_weight=0 if needs_change else change_weight,
    )
    places = SELECTIONS[draft.selection](_coins(draft, sizes), goal)
    return None if places is None else [draft.pool[place] for place in places]


def _needs_change(draft: Draft, sizes: Sequence[Size]) -> bool:
    """Whether such inputs make no transaction that nodes pass on without an output of change: there is no other."""
    return not draft.payments or stripped_size(sizes, map(output_weight, draft.payments)) < draft.chain.relay.min_size


def _coins(draft: Draft, sizes: dict[str, Size]) -> list[Coin]:
    """What the selection sees of the pool."""
    extra = 1 if _is_segwit(sizes) else 0  # the empty witness of an input that has none, beside one that has
    found = []
    for each in draft.pool:
        size = sizes[_outpoint(each)]
        weight = size.weight if size.witness else size.weight + extra
        vsize = vsize_of(judged_weight(draft.chain.relay, weight, [size], ()))
        fee, later = (fee_at(rate, vsize) for rate in (draft.price.rate, draft.long_term_fee_rate))
        found.append(Coin(value=each.value or 0, fee=fee, long_term_fee=later, weight=weight))
    return found


def _is_segwit(sizes: dict[str, Size]) -> bool:
    """Whether any of the inputs that are offered has a witness; then the transaction is taken to have one."""
    return any(size.witness for size in sizes.values())


def _outputs(draft: Draft, inputs: Sequence[Input], sizes: Sequence[Size]) -> tuple[TxOut, ...]:
    """The payments, and the change where what is left is worth an output. Raises `TransactionError`."""
    total = sum(each.value or 0 for each in inputs)
    without, with_change = (_fee(draft, sizes, made) for made in (draft.payments, (*draft.payments, draft.change)))
    left = total - draft.paid - with_change
    if left >= draft.least_change:
        return (*draft.payments, replace(draft.change, value=left))
    if draft.payments and total - draft.paid >= without:
        return draft.payments
    wanted = f"{draft.paid} satoshi for the payments" if draft.payments else f"{draft.least_change} for one output"
    fee = without if draft.payments else with_change
    raise TransactionError(f"insufficient funds: expected {wanted} and {fee} for the fee, got {total}", reason="range")


def _fee(draft: Draft, sizes: Sequence[Size], outputs: Sequence[TxOut]) -> int:
    """What a transaction with these inputs and outputs must pay."""
    weight = weigh(sizes, map(output_weight, outputs))
    return draft.price.fee(vsize_of(judged_weight(draft.chain.relay, weight, sizes, outputs)))


def _check_outcome(draft: Draft, transaction: Transaction, sizes: Sequence[Size]) -> None:
    """What no node passes on, and fees that can only be a mistake."""
    outputs, relay = [output_weight(output) for output in transaction.outputs], draft.chain.relay
    most, least = draft.max_weight, relay.min_size
    weight, size = weigh(sizes, outputs), stripped_size(sizes, outputs)
    counted = judged_weight(relay, weight, sizes, transaction.outputs) if draft.version == TRUC else weight
    if counted > most:
        hint = _PARENT if most == MAX_CHILD else ""
        raise TransactionError(f"expected at most {most} weight units, got {counted}", reason="too-large", hint=hint)
    if relay.check_weight and (cost := sigop_cost(sizes, transaction.outputs)) > _MAX_COST:
        message = f"expected signature checks that count for at most {_MAX_COST}, got {cost}"
        raise TransactionError(message, reason="too-large", hint="a bare multisig output counts for 80")
    if size < least:
        message = f"expected at least {least} bytes without witnesses, as nodes pass on, got {size}"
        raise TransactionError(message, reason="policy", hint="more is needed: another coin, or a longer output")
    draft.safety.check_fee(transaction.claimed_fee, vsize_of(weight), relay)


def _outpoint(each: Input) -> str:
    return f"{each.txid}:{each.vout}"
