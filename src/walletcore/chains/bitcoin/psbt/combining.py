"""The role of the Combiner (BIP-174, "Combiner"): the union of what several hold of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from walletcore.chains.bitcoin.psbt.codec import Draft, Packet, check_types
from walletcore.chains.bitcoin.psbt.conversion import converted
from walletcore.chains.bitcoin.psbt.finalizing import is_committed
from walletcore.chains.bitcoin.psbt.maps import V2, Map
from walletcore.errors import TransactionError, raised_as

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.psbt import Psbt
    from walletcore.chains.bitcoin.psbt.counting import Proven

__all__ = ["alike", "check_joined", "check_same", "combined", "proven_by"]

M = TypeVar("M", bound=Map)

_MODIFIABLE = 0x06  # each signer sets it to what its own signatures leave open
_SINGLE = 0x04  # BIP-370: "Has SIGHASH_SINGLE"; the other flags say what may still be changed


def alike(packet: Packet, draft: Draft, version: int) -> Packet:
    """The same in the version of those that it joins. Version 0 has the lock time that follows, and no fallback."""
    made = converted(packet, draft, version)
    if made is packet or version != V2:
        return made
    return made._replace(globals=made.globals.with_fields(fallback_locktime=None))


def combined(packets: Sequence[Packet]) -> Packet:
    """The first, and what the others have beside it, all maps ordered by their keys.

    Raises `TransactionError` ("mismatch") for a record that two of them have with different values: neither overwrites
    the other; and for a signature of another type than another one's PSBT_IN_SIGHASH_TYPE.
    """
    first = packets[0]
    if any(len(each.inputs) != len(first.inputs) or len(each.outputs) != len(first.outputs) for each in packets):
        raise TransactionError("expected PSBTs of the same transaction", reason="mismatch")
    flags = [each.globals.tx_modifiable for each in packets]
    common = _union([each.globals.without((_MODIFIABLE,)) for each in packets], "the global map")
    if flags != [None] * len(flags):
        common = common.with_fields(tx_modifiable=_left_open([each or 0 for each in flags]))
    inputs = _unions([each.inputs for each in packets], "input")
    outputs = _unions([each.outputs for each in packets], "output")
    with raised_as(TransactionError):
        for each in inputs:
            check_types(each._records)
    return Packet(version=first.version, globals=common, inputs=inputs, outputs=outputs, draft=first.draft)


def _left_open(flags: Sequence[int]) -> int:
    """What all of them leave open, and whether any has signed SINGLE. Without the field nothing is open (BIP-370)."""
    found, single = flags[0], 0
    for each in flags:
        found, single = found & each, single | each & _SINGLE
    return found | single


def _unions(columns: Sequence[tuple[M, ...]], what: str) -> tuple[M, ...]:
    return tuple(_union(maps, f"{what} {place}") for place, maps in enumerate(zip(*columns, strict=True)))


def _union(maps: Sequence[M], where: str) -> M:
    first, found = maps[0], dict(maps[0].records)
    for each in maps[1:]:
        for key, value in each.records:
            if found.setdefault(key, value) != value:
                name = first.name(key[0])
                raise TransactionError(f"{where}: two values of the same {name}", reason="mismatch")
    return first if len(found) == len(first.records) else first.with_records(found)


def check_same(first: Psbt, others: Sequence[Psbt]) -> None:
    """Raise `TransactionError` unless all are PSBTs of one transaction."""
    versions = {each.version for each in (first, *others)}
    if any(each.chain != first.chain or not _is_same(each.draft, first.draft, versions) for each in others):
        raise TransactionError("expected PSBTs of the same transaction", reason="mismatch")


def check_joined(draft: Draft, parts: Sequence[Psbt]) -> None:
    """Raise `TransactionError` where what they are joined to is another one than they have, or than is signed."""
    if draft.locktime != parts[0].draft.locktime:  # each input may take a lock time that one of them did not know
        raise TransactionError("joined, they have another lock time than each has", reason="mismatch")
    if any(each.draft != draft and any(map(is_committed, each.inputs)) for each in parts):
        raise TransactionError("joined, an input has another sequence than is signed", reason="mismatch")


def proven_by(first: Psbt, others: Sequence[Psbt]) -> Proven:
    """What counts as verified where they are joined: what another one has allowed is verified again by the first."""
    proven = {}
    for each in (*others, first):
        if each.safety == first.safety:
            proven.update(each._proven or {})
    return proven


def _is_same(one: Draft, other: Draft, versions: Collection[int]) -> bool:
    """BIP-174: the same bytes; BIP-370, where all are of version 2: all but the sequences."""
    if versions != {V2}:
        return one == other
    outpoints = [[each.outpoint for each in draft.inputs] for draft in (one, other)]
    return outpoints[0] == outpoints[1] and replace(one, inputs=other.inputs) == other
