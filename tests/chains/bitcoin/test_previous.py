"""Previous transactions, skimmed: what `Tx` reads of them, and its refusals where they are not plain."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import reason, txs
from walletcore.chains.bitcoin.previous import identified_output
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import TransactionError, WalletcoreError


def by_reading(raw: bytes, vout: int) -> tuple[str, TxOut | None]:
    """Return the same by reading all of it."""
    tx, txid = Tx.identified(raw)
    return txid, tx.outputs[vout] if vout < len(tx.outputs) else None


def outcome(call: object, raw: bytes, vout: int) -> object:
    """Return what comes of it, or why it is refused."""
    try:
        return call(raw, vout)  # type: ignore[operator]
    except WalletcoreError as error:
        return type(error), error.reason, str(error)


@given(txs(), st.integers(0, 5))
def test_skimming_gives_what_reading_gives(tx: Tx, vout: int) -> None:
    raw = tx.encode()
    assert identified_output(raw, vout) == by_reading(raw, vout)


@given(txs(), st.data())
def test_damage_is_refused_by_both_alike_or_read_alike(tx: Tx, data: st.DataObject) -> None:
    raw = bytearray(tx.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    for changed in (bytes(raw), bytes(raw[: data.draw(st.integers(0, len(raw)))]), bytes(raw) + b"\0"):
        assert outcome(identified_output, changed, 0) == outcome(by_reading, changed, 0)


@given(st.binary(max_size=200), st.integers(0, 3))
def test_any_bytes_are_read_alike(raw: bytes, vout: int) -> None:
    with contextlib.suppress(TransactionError):
        assert identified_output(raw, vout) == by_reading(raw, vout)
    assert outcome(identified_output, raw, vout) == outcome(by_reading, raw, vout)


def test_what_the_consensus_refuses_is_refused_in_few_bytes_too() -> None:
    outpoint, paid = TxIn(txid="11" * 32, vout=0), TxOut(value=7, script_pubkey=b"\x51")
    raw = Tx(version=2, inputs=(outpoint,), outputs=(paid,), locktime=0).encode()
    twice = raw[:4] + b"\x02" + raw[5:46] * 2 + raw[46:]
    assert reason(TransactionError, identified_output, twice, 0) == "duplicate"
    most = (21 * 10**14).to_bytes(8, "little")
    rich = raw[:46] + b"\x02" + (most + raw[55:57]) * 2 + raw[57:]
    assert reason(TransactionError, identified_output, rich, 0) == "range"
    assert reason(TransactionError, identified_output, raw[:5] + bytes(32) + b"\xff" * 4 + raw[41:], 0) == "range"
    unsigned = raw[:4] + b"\0\1" + raw[4:-4] + b"\0" + raw[-4:]
    assert reason(TransactionError, identified_output, unsigned, 0) == "non-canonical"
    assert reason(TransactionError, identified_output, bytearray(raw), 0) == "type"
