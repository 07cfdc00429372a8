"""A previous transaction, skimmed: its txid and one output, without making anything of the rest (BIP-144).

A PSBT carries one per input, of which an amount and a script are wanted. What is not as plain as nearly all are, or is
malformed, `Tx` reads, and says what is wrong with it.
"""

from __future__ import annotations

from walletcore.chains.bitcoin.tx import MAX_MONEY, Tx, TxOut
from walletcore.hashes import sha256d

__all__ = ["identified_output"]

_LONG = 0xFD  # a compact size from here on takes several bytes
_NULL = bytes(32)


def identified_output(raw: bytes, vout: int) -> tuple[str, TxOut | None]:
    """The txid of a transaction and its output at this place, None where it has none. Raises `TransactionError`."""
    found = None
    if type(raw) is bytes:
        try:
            found = _skimmed(raw, vout)
        except IndexError:
            found = None  # cut short: `Tx` says where
    if found is None:
        tx, txid = Tx.identified(raw)
        return txid, tx.outputs[vout] if vout < len(tx.outputs) else None
    return found


def _skimmed(raw: bytes, vout: int) -> tuple[str, TxOut | None] | None:
    """The same, or None for what is not plain: long counts and scripts, and what `Tx` would refuse."""
    has_witness = raw[4] == 0
    start = 6 if has_witness else 4
    number = raw[start]
    inputs = _after_inputs(raw, start + 1, number) if not has_witness or raw[5] == 1 else 0
    if not inputs:
        return None
    end, output = _after_outputs(raw, inputs, vout)
    last = _after_witnesses(raw, end, number) if has_witness else end
    if not end or not last or last + 4 != len(raw):
        return None
    stripped = raw[:4] + raw[start:end] + raw[last:] if has_witness else raw
    return sha256d(stripped)[::-1].hex(), output


def _after_inputs(raw: bytes, position: int, number: int) -> int:
    """Where the outputs begin; 0 where the inputs are not plain."""
    outpoints = set()
    for _ in range(number):
        outpoint = raw[position : position + 36]
        size = raw[position + 36]
        if size >= _LONG or outpoint.startswith(_NULL):
            return 0
        outpoints.add(outpoint)
        position += 41 + size
    return position if 0 < number < _LONG and len(outpoints) == number else 0


def _after_outputs(raw: bytes, position: int, vout: int) -> tuple[int, TxOut | None]:
    """Where the outputs end, 0 where they are not plain; and the one that is wanted."""
    number, total, found = raw[position], 0, None
    position += 1
    for place in range(number):
        value, size = int.from_bytes(raw[position : position + 8], "little"), raw[position + 8]
        if size >= _LONG:
            return 0, None
        total += value
        position += 9
        if place == vout and total <= MAX_MONEY:
            found = TxOut(value=value, script_pubkey=raw[position : position + size])
        position += size
    return (position, found) if 0 < number < _LONG and total <= MAX_MONEY else (0, None)


def _after_witnesses(raw: bytes, position: int, number: int) -> int:
    """Where the witnesses end; 0 where they are not plain, or there are none."""
    found = 0
    for _ in range(number):
        items = raw[position]
        position += 1
        if items >= _LONG:
            return 0
        for _ in range(items):
            size = raw[position]
            if size >= _LONG:
                return 0
            position += 1 + size
        found += items
    return position if found else 0
