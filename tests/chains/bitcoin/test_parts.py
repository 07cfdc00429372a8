"""Transactions in one pass: what the codec reads of them, and its refusals where something is wrong."""

import contextlib
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import reason, txs
from walletcore.chains.bitcoin.tx import TX, Tx, TxIn, TxOut, output_at
from walletcore.errors import TransactionError, WalletcoreError, raised_as


def by_reading(raw: bytes, vout: int) -> tuple[str, TxOut | None]:
    """Return the same by the codec."""
    with raised_as(TransactionError):
        tx = TX.decode(raw)
    return tx.txid, tx.outputs[vout] if vout < len(tx.outputs) else None


def outcome(call: object, raw: bytes, vout: int) -> object:
    """Return what comes of it, or why it is refused."""
    try:
        return call(raw, vout)  # type: ignore[operator]
    except WalletcoreError as error:
        return type(error), error.reason, str(error)


@given(txs(), st.integers(0, 5))
def test_one_pass_gives_what_the_codec_gives(tx: Tx, vout: int) -> None:
    raw = tx.encode()
    assert output_at(raw, vout) == by_reading(raw, vout)


@given(txs(), st.data())
def test_damage_is_refused_by_both_alike_or_read_alike(tx: Tx, data: st.DataObject) -> None:
    raw = bytearray(tx.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    for changed in (bytes(raw), bytes(raw[: data.draw(st.integers(0, len(raw)))]), bytes(raw) + b"\0"):
        assert outcome(output_at, changed, 0) == outcome(by_reading, changed, 0)


@given(st.binary(max_size=200), st.integers(0, 3))
def test_any_bytes_are_read_alike(raw: bytes, vout: int) -> None:
    with contextlib.suppress(TransactionError):
        assert output_at(raw, vout) == by_reading(raw, vout)
    assert outcome(output_at, raw, vout) == outcome(by_reading, raw, vout)


def test_what_the_consensus_refuses_is_refused_in_few_bytes_too() -> None:
    outpoint, paid = TxIn(txid="11" * 32, vout=0), TxOut(value=7, script_pubkey=b"\x51")
    raw = Tx(version=2, inputs=(outpoint,), outputs=(paid,), locktime=0).encode()
    twice = raw[:4] + b"\x02" + raw[5:46] * 2 + raw[46:]
    assert reason(TransactionError, output_at, twice, 0) == "duplicate"
    for most, read in ((21 * 10**14, Tx.decode), (2**62, partial(output_at, vout=0))):  # Bitcoin's, and any network's
        rich = raw[:46] + b"\x02" + (most.to_bytes(8, "little") + raw[55:57]) * 2 + raw[57:]
        assert reason(TransactionError, read, rich) == "range"
    assert reason(TransactionError, output_at, raw[:5] + bytes(32) + b"\xff" * 4 + raw[41:], 0) == "range"
    unsigned = raw[:4] + b"\0\1" + raw[4:-4] + b"\0" + raw[-4:]
    assert reason(TransactionError, output_at, unsigned, 0) == "non-canonical"
    assert reason(TransactionError, output_at, bytearray(raw), 0) == "type"
