"""What is refused by default, and can be allowed by name (BIP-174, "Signer"; CVE-2020-14199; Core's fee limits).

What contradicts itself is never allowed: another txid, amount or script than the previous transaction has.
"""

from __future__ import annotations

import typing
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn, TypedDict

from walletcore.chains.bitcoin.inputs import UNREADABLE, Input
from walletcore.chains.bitcoin.psbt.fields import PsbtInput
from walletcore.chains.bitcoin.psbt.finalizing import Final, names_of
from walletcore.chains.bitcoin.psbt.inputs import ways
from walletcore.chains.bitcoin.psbt.outputs import has_outputs
from walletcore.chains.bitcoin.psbt.plain import SHAPES
from walletcore.chains.bitcoin.relatives.dialect import WHOLE, WITH_UTXOS
from walletcore.chains.bitcoin.relay import CORE, Relay
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.transaction import Transaction, largest_spend
from walletcore.chains.bitcoin.tx import Tx, encode_witness, sized
from walletcore.errors import SigningRefused, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect

__all__ = ["BY_CHAIN", "SAFE", "Limit", "Reading", "Safety", "vsize_when_signed"]

_NAMES = (*HASH_TYPES, *WITH_UTXOS)
_PLAIN_WITNESS = {"p2wpkh": 1 + 1 + 72 + 1 + 33, "p2tr": 1 + 1 + 64}
"""Bytes that inputs of one key hand over: counts and sizes, signatures and keys."""
_MARKER_AND_FLAG = 2
BY_CHAIN: typing.Final = "by chain"
"""The limits that the chain's own node has: `Relay.max_fee` and `Relay.max_fee_rate` of its row, 0.1 BTC on Bitcoin."""
Limit = int | Literal["by chain"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What a `Psbt` insists on before it asks for signatures and before it gives a transaction away.

    ``trust_witness_utxo``: believe amounts that are only claimed (`Input.is_claimed`). ``sighash``: names of hash types
    that are allowed beside those over everything, of Bitcoin or a relative. ``max_fee`` in satoshi, ``max_fee_rate``
    in satoshi per 1,000 virtual bytes, or `BY_CHAIN`; None allows any, also a fee that is not known.
    ``trust_scripts``: give away inputs that others made final in a way that is not understood here, so that nothing of
    them was verified. Raises `TransactionError`.
    """

    trust_witness_utxo: bool = False
    sighash: tuple[str, ...] = ()
    max_fee: Limit = BY_CHAIN
    max_fee_rate: Limit = BY_CHAIN
    trust_scripts: bool = False

    def __post_init__(self) -> None:
        if type(self.trust_witness_utxo) is not bool or type(self.trust_scripts) is not bool:
            raise TransactionError("expected trust_witness_utxo and trust_scripts as bool", reason="type")
        if type(self.sighash) is not tuple or any(each not in _NAMES for each in self.sighash):
            raise TransactionError(f"expected a tuple of {', '.join(_NAMES)} as sighash", reason="unknown")
        for limit in (self.max_fee, self.max_fee_rate):
            if limit is not None and limit != BY_CHAIN and (type(limit) is not int or limit < 0):
                raise TransactionError(f"expected limits as int from 0 on, None, or {BY_CHAIN!r}", reason="range")

    @property
    def allowed(self) -> Collection[str]:
        """The hash types that may be signed."""
        return {*WHOLE, *self.sighash}

    def check(self, transaction: Transaction, size: int) -> None:
        """Refuse what was not allowed. ``size`` is in virtual bytes. Raises `SigningRefused`."""
        self.check_inputs(transaction)
        self.check_fee(transaction.claimed_fee, size, transaction.chain.relay)

    def check_inputs(self, transaction: Transaction) -> None:
        """Refuse hash types and claims that were not allowed. Raises `SigningRefused`."""
        allowed = {"", *self.allowed}
        for index, each in enumerate(transaction.inputs):
            if each.sighash not in allowed or each.left_open:
                for name in each.hash_types:
                    if name != UNREADABLE:  # of those `trust_scripts` says whether they are given away
                        self.check_type(index, name or "ALL")
            if not (each.previous or self.trust_witness_utxo) and each.is_claimed:
                self._refuse_claim(index, transaction.chain.dialect)

    def check_type(self, index: int, name: str) -> None:
        """Refuse a hash type of an input that is not allowed. Raises `SigningRefused`."""
        if name not in self.allowed:
            message = f"input {index}: expected signatures over everything, got {name}"
            raise SigningRefused(message, reason="policy", hint=f"Safety(sighash=({name!r},)) allows it")

    @staticmethod
    def _refuse_claim(index: int, dialect: Dialect | None) -> NoReturn:
        """Most signatures prove the amount of their own input at most, and not to who signs another one."""
        message = f"input {index}: expected the previous transaction, as its amount is only claimed"
        beside = "Psbt.decode(..., previous=...) takes it, " if has_outputs(dialect) else ""
        hint = f"{beside}Safety(trust_witness_utxo=True) believes the claim"
        raise SigningRefused(message, reason="policy", hint=hint)

    def check_fee(self, fee: int | None, size: int, relay: Relay = CORE) -> None:
        """Refuse a fee in satoshi, of so many virtual bytes, that can only be a mistake. Raises `SigningRefused`."""
        limits = (
            relay.max_fee if self.max_fee == BY_CHAIN else self.max_fee,
            relay.max_fee_rate if self.max_fee_rate == BY_CHAIN else self.max_fee_rate,
        )
        if fee is None:
            if limits != (None, None):
                hint = "Safety(max_fee=None, max_fee_rate=None) allows a fee that is not known"
                raise SigningRefused("the fee is not known: an input has no amount", reason="policy", hint=hint)
            return
        rate = -(-1000 * fee // size)
        for name, value, limit in (("max_fee", fee, limits[0]), ("max_fee_rate", rate, limits[1])):
            if limit is not None and value > limit:
                unit = "satoshi" if name == "max_fee" else "satoshi per 1,000 virtual bytes"
                message = f"expected a fee of at most {limit} {unit}, got {value}"
                raise SigningRefused(message, reason="policy", hint=f"Safety({name}=...) sets another limit")


def vsize_when_signed(transaction: Transaction, inputs: Sequence[PsbtInput], tx: Tx, unsigned: int) -> int:
    """Virtual bytes once it is signed, of so many without signatures: those are the largest that low s allows.

    Inputs that are others' to sign count as if they handed over nothing (BIP-141, "Transaction size").
    """
    base, witness = unsigned, 0
    for each, fields in zip(transaction.inputs, inputs, strict=True):
        if each.is_plain and fields._numbers in SHAPES:
            witness += _PLAIN_WITNESS[each.kind]
            continue
        script_sig, handed = _handed_over(each, fields, tx)
        base += len(sized(script_sig)) - 1
        witness += len(handed) or 1
    return base + -(-(witness + _MARKER_AND_FLAG) // 4) if witness > len(inputs) else base


def _handed_over(each: Input, fields: PsbtInput, tx: Tx) -> tuple[bytes, bytes]:
    """What an input hands over if it is final, or will: in the way that has most signatures, the first of several."""
    if fields.is_final:
        final = Final.in_(fields)
        return final.script_sig, final.witness
    way = max(ways(each, fields, tx), key=lambda way: sum(name in fields._records for name in names_of(way)))
    script_sig, witness = largest_spend(way) if way.keys else (b"", ())
    return script_sig, encode_witness(witness) if witness else b""


SAFE = Safety()
"""Everything on."""


class Reading(TypedDict, total=False):
    """How a PSBT is read: the options of `Psbt.decode` beside ``max_size``."""

    safety: Safety
    previous: tuple[bytes, ...]
    max_weight: int
