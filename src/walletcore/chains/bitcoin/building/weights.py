"""What a transaction weighs before anybody has signed it (BIP-141, "Transaction size").

A signature counts as `Transaction.vsize` counts it: 71 bytes of DER and the hash type, 72, where half of those with
low s have a byte less, and very few two; in taproot 64 or 65. So the weight is never too small. Signers that take a low
r (`LocalSigner(low_r=True)`) always have that byte less, which can be told beforehand: ``low_r``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.opcodes import signature_checks
from walletcore.chains.bitcoin.relay import Relay
from walletcore.chains.bitcoin.transaction import NO_KEY, largest_spend
from walletcore.chains.bitcoin.tx import SCRIPT, TX_OUT, WITNESS, TxOut
from walletcore.coding.wire import compact_size
from walletcore.errors import TransactionError

__all__ = [
    "SCALE",
    "Size",
    "input_weight",
    "judged_weight",
    "output_weight",
    "sigop_cost",
    "size_of",
    "stripped_size",
    "vsize_of",
    "weigh",
    "weight_of",
]

SCALE = 4  # WITNESS_SCALE_FACTOR: weight units of a byte that is no witness
_VERSION, _LOCKTIME, _OUTPOINT, _SEQUENCE = 4, 4, 36, 4
_HASHED = ("p2sh", "p2wsh", "p2sh-p2wsh")
_MARKER_AND_FLAG = 2  # weight units, where any input has a witness


@dataclass(frozen=True, slots=True)
class Size:
    """The bytes of a signed input: those that its txid is made of, and those of its witness with their count.

    ``checks`` is what its signature checks count for, four where no witness is (GetTransactionSigOpCost).
    """

    base: int
    witness: int = 0
    checks: int = 0

    @property
    def weight(self) -> int:
        """Weight units by itself; one more without a witness beside inputs that have one: an empty count."""
        return SCALE * self.base + self.witness


def size_of(each: Input, *, low_r: bool = False) -> Size:
    """How large an input will be. Raises `TransactionError` ("missing") where its output or its key is not known."""
    if each.spent is None or (not each.keys and each.required):
        lacking = "the output that it spends" if each.spent is None else "its key"
        hint = "" if each.spent is None else NO_KEY
        raise TransactionError(f"input {each.txid}:{each.vout}: {lacking} is not known", reason="missing", hint=hint)
    script_sig, witness = largest_spend(each, low_r=low_r)
    base = _OUTPOINT + len(SCRIPT.encode(script_sig)) + _SEQUENCE
    return Size(base, len(WITNESS.encode(witness)) if witness else 0, _checks_of(each))


def _checks_of(each: Input) -> int:
    """Those of the script behind a hash; what runs in the output itself counted where that was made."""
    if each.kind.endswith("p2wpkh"):
        return 1
    if each.lock is None or each.kind not in _HASHED:
        return 0
    checks = signature_checks(each.lock.script_code, accurate=True)
    return SCALE * checks if each.kind == "p2sh" else checks


def input_weight(each: Input) -> int:
    """The weight units of a signed input, see `Size.weight`. Raises `TransactionError`."""
    return size_of(each).weight


def output_weight(output: TxOut) -> int:
    """The weight units of an output."""
    return SCALE * len(TX_OUT.encode(output))


def weigh(sizes: Sequence[Size], outputs: Iterable[int], *, count: int = 0, segwit: bool = False) -> int:
    """The weight units of a transaction with inputs of these sizes and outputs of these weights.

    ``count`` and ``segwit`` are of the transaction that it will become: its number of inputs, which has one byte up to
    252 and then three, and whether any of them has a witness.
    """
    weights = list(outputs)
    number = max(count, len(sizes))
    counts = len(compact_size.encode(number)) + len(compact_size.encode(len(weights)))
    fixed = SCALE * (_VERSION + counts + _LOCKTIME)
    witnesses = [size.witness for size in sizes]
    if segwit or any(witnesses):
        fixed += _MARKER_AND_FLAG + witnesses.count(0)
    return fixed + sum(size.weight for size in sizes) + sum(weights)


def stripped_size(sizes: Sequence[Size], outputs: Iterable[int]) -> int:
    """The bytes of a transaction without its witnesses, those that its txid is made of."""
    return weigh([Size(size.base) for size in sizes], outputs) // SCALE


def weight_of(inputs: Iterable[Input], outputs: Iterable[TxOut]) -> int:
    """The weight units of the signed transaction. Raises `TransactionError` ("missing")."""
    return weigh([size_of(each) for each in inputs], map(output_weight, outputs))


def judged_weight(relay: Relay, weight: int, sizes: Iterable[Size], outputs: Iterable[TxOut]) -> int:
    """What nodes judge a fee by: the weight, or what the signature checks count for, if that is more.

    Bitcoin Core, src/policy/policy.cpp (GetSigOpsAdjustedWeight). A bare multisig output counts for 1,600 weight units.
    """
    return max(weight, relay.check_weight * sigop_cost(sizes, outputs)) if relay.check_weight else weight


def sigop_cost(sizes: Iterable[Size], outputs: Iterable[TxOut]) -> int:
    """What the signature checks of a transaction count for (src/consensus/tx_verify.cpp, GetTransactionSigOpCost)."""
    made = sum(signature_checks(output.script_pubkey, accurate=False) for output in outputs)
    return SCALE * made + sum(size.checks for size in sizes)


def vsize_of(weight: int) -> int:
    """Virtual bytes: a quarter of the weight, rounded up."""
    return -(-weight // SCALE)
