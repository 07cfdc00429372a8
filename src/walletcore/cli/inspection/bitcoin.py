"""What is odd about a Bitcoin transaction: its outputs, when it can be mined, and what its signatures leave open.

BIP-68 and BIP-113 (lock times), BIP-125, BIP-143 and BIP-341 (hash types); Bitcoin Core's policy (dust, versions).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from walletcore.chains.base import Chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.opcodes import parse_script
from walletcore.chains.bitcoin.relatives.dialect import hash_types
from walletcore.chains.bitcoin.script import P2A, destination_of, null_data
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Effect
from walletcore.errors import AddressError, TransactionError
from walletcore.path import HARDENED

__all__ = ["ANYONES", "code_of", "lock_time", "odd_hash_type", "oddities"]

ANYONES = {
    "witness_unknown": "a witness version kept for later: anyone can spend what is sent there",
    "p2a": "an anchor (P2A): anyone can spend what is sent there, as is meant",
}
"""Kinds of addresses that no key guards."""
_VERSIONS = (1, 2, 3)  # Core relays no other
_BY_TIME = 500_000_000  # lock times from here on are seconds since 1970
_FINAL = 0xFFFF_FFFF
_NOT_RELATIVE, _IN_SECONDS = 1 << 31, 1 << 22  # BIP-68
_FAR_BLOCK = (
    1_500_000  # not before 2036; wallets name a recent block, which is nothing odd (nothing here reads a clock)
)
_HIGH_RATE, _LOW_RATE = 1_000_000, 100  # satoshi per 1,000 virtual bytes
_FAR = 1_000_000  # an index of a change address that no wallet looks at
_UNCOMPRESSED, _DER = (4, 6, 7), 0x30


def oddities(
    row: Chain, subject: Any, effects: Sequence[Effect], raw: bytes, change: Collection[int]
) -> Iterator[Oddity]:
    """The oddities that only this family has; ``raw`` are the bytes of a signed transaction.

    ``change`` are the outputs that are proven to be change: each is the effect at the same place.
    """
    del effects
    assert isinstance(row, BitcoinChain)
    yield from _of_rate(subject)
    for place, output in enumerate(subject.outputs):
        yield from _of_output(row, place, output)
        if place not in change:
            yield from _of_change(place, output)
    yield from _of_time(subject, _VERSIONS if row.dialect is None else ())
    yield from _of_inputs(subject)
    yield from _of_replay(row, subject)
    if raw:
        dialect = row.dialect
        tx = Tx.decode(raw, max_money=row.max_money) if dialect is None else dialect.decode(raw)[0]
        yield from _of_signatures(tx, HASH_TYPES if dialect is None else hash_types(dialect))


def _of_rate(subject: Any) -> Iterator[Oddity]:
    try:
        fee, rate = subject.claimed_fee, subject.fee_rate
    except TransactionError:  # what is spent is not known
        return
    if rate is not None and rate > _HIGH_RATE:
        yield Oddity(code="high-fee", text=f"a fee of {fee} satoshi, {rate // 1000} for a virtual byte")
    if rate is not None and rate < _LOW_RATE and not subject.interest:
        yield Oddity(code="low-fee", text=f"a fee of {fee} satoshi: nodes pass on nothing that pays so little")


def _of_output(row: BitcoinChain, place: int, output: TxOut) -> Iterator[Oddity]:
    script = output.script_pubkey
    if null_data(script) is not None or script[:1] == b"\x6a":
        if output.value:
            yield Oddity(code="unspendable", text=f"output {place}: {output.value} satoshi are burnt")
        return
    least = row.relay.dust_limit(script)
    if output.value < least:
        text = f"output {place}: {output.value} satoshi are dust, less than it costs to spend them ({least})"
        yield Oddity(code="dust", text=text)
    destination = destination_of(script)
    if destination is not None:
        if destination.kind == P2A and P2A in row.kinds:
            yield Oddity(code="anyone-can-spend", text=f"output {place}: {ANYONES[P2A]}")
        try:
            row.parse_address(row.address_of(destination).text, require_spendable=True)
        except AddressError as error:
            code = code_of(row, destination.kind, "anyone-can-spend" if error.reason == "policy" else "unspendable")
            yield Oddity(code=code, text=f"output {place}: {error}")


def code_of(row: BitcoinChain, kind: str, code: str) -> str:
    """That of an address which nobody should pay; of a kind that nodes take no more nothing is lost."""
    return "retired" if row.dialect is not None and kind in row.dialect.retired else code


def _of_change(place: int, output: TxOut) -> Iterator[Oddity]:
    """A path in a PSBT is a claim: whoever holds the tree derives the key and compares."""
    for _, origin in output.lock.origins if output.lock is not None else ():
        yield Oddity(code="change-claimed", text=f"output {place} claims to be change of {origin}: not proven here")
        if any(step % HARDENED >= _FAR for step in origin.path.steps):
            yield Oddity(code="far-path", text=f"output {place}: no wallet looks for coins at {origin.path}")


def lock_time(subject: Any) -> str:
    """When it can be mined at the earliest; empty where it can be at once."""
    if not subject.locktime or all(each.sequence == _FINAL for each in subject.inputs):
        return ""
    return _date(subject.locktime) if subject.locktime >= _BY_TIME else f"block {subject.locktime}"


def _date(seconds: int) -> str:
    from email.utils import formatdate

    return formatdate(seconds, usegmt=True)


def _of_time(subject: Any, versions: Sequence[int]) -> Iterator[Oddity]:
    """``versions`` are those that nodes pass on; none where a chain has its own, which it refuses others than."""
    if versions and subject.version not in versions:
        text = f"version {subject.version}: nodes pass on no other than {', '.join(map(str, versions))}"
        yield Oddity(code="version", text=text)
    number, earliest = subject.locktime, lock_time(subject)
    if number and not earliest:
        yield Oddity(code="lock-time", text="a lock time that has no effect, as the sequence of all inputs is final")
    elif earliest and number > _FAR_BLOCK:
        yield Oddity(code="lock-time", text=f"it cannot be mined before {earliest}")
    for place, each in enumerate(subject.inputs):
        if subject.version >= 2 and not each.sequence & _NOT_RELATIVE and each.sequence & 0xFFFF:
            count = each.sequence & 0xFFFF
            after = f"{count * 512} seconds" if each.sequence & _IN_SECONDS else f"{count} blocks"
            text = f"input {place} cannot be spent until {after} after the output that it spends was mined"
            yield Oddity(code="lock-time", text=text)


def _of_inputs(subject: Any) -> Iterator[Oddity]:
    """Hash types other than ALL; and inputs of several kinds, which show together who owns them."""
    for place, each in enumerate(subject.inputs):
        for name in dict.fromkeys(each.hash_types):
            yield from odd_hash_type(place, name)
    kinds = {each.kind for each in subject.inputs}
    if len(kinds) > 1:
        named = ", ".join(sorted(kind or "unknown" for kind in kinds))
        yield Oddity(code="mixed", text=f"inputs of several kinds are spent together: {named}")


def _of_replay(row: BitcoinChain, subject: Any) -> Iterator[Oddity]:
    """Sister chains whose signatures are the same."""
    if row.dialect is not None and row.dialect.module == "forkid":
        from walletcore.chains.bitcoin.relatives.forkid import good_on

        names = " and ".join(good_on(subject))
        if names:
            text = f"its signatures are good on {names}, too, where these have the coins"
            yield Oddity(code="replayable", text=text)


def odd_hash_type(place: int, name: str) -> Iterator[Oddity]:
    """What an input's signature leaves open, by the name of its hash type; nothing for ALL and DEFAULT."""
    flag, _, others = name.partition("|")
    opens = {"NONE": "any output may be replaced", "SINGLE": "all outputs but one may be replaced"}.get(flag, "")
    added = "inputs may be added" if others == "ANYONECANPAY" else ""
    if opens or added:
        what = " and ".join(part for part in (opens, added) if part)
        yield Oddity(code="hash-type", text=f"input {place} is signed {name}: {what}")


# Signed bytes: what stands in scripts and witnesses


def _of_signatures(tx: Tx, types: Mapping[str, int]) -> Iterator[Oddity]:
    names = {number: name for name, number in types.items()}
    witnesses = tx.witnesses or ((),) * len(tx.inputs)
    for place, (each, witness) in enumerate(zip(tx.inputs, witnesses, strict=True)):
        items = (*_pushed(each), *witness)
        found = {_hash_type(item, is_lone=len(items) == 1) for item in items} - {None}
        for number in sorted(number for number in found if number is not None):
            yield from odd_hash_type(place, names.get(number, ""))
            if number not in names:
                yield Oddity(code="hash-type", text=f"input {place} is signed with the hash type {number:#x}")
        if any(len(item) == 65 and item[0] in _UNCOMPRESSED for item in items[1:]):
            yield Oddity(code="uncompressed", text=f"input {place} has an uncompressed key, which costs 32 bytes more")


def _pushed(each: TxIn) -> tuple[bytes, ...]:
    try:
        return tuple(found.data for found in parse_script(each.script_sig) if found.data is not None)
    except TransactionError:  # a script that nobody can run
        return ()


def _hash_type(item: bytes, *, is_lone: bool) -> int | None:
    """The last byte of a signature in DER (BIP-66) or, alone on its stack, of BIP-340; None for anything else."""
    if 9 <= len(item) <= 73 and item[0] == _DER and item[1] == len(item) - 3:
        return item[-1]
    return item[-1] if is_lone and len(item) == 65 else None
