"""How large a PSBT may be that is read, in bytes and in weight; what was read once is read for every role."""

import base64
import copy
import pickle
from dataclasses import replace

import pytest
import wallycore

from support.bitcoin import BITCOIN, kernel_accepts, key, reason, signer, spending
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, PsbtGlobals, Safety
from walletcore.chains.bitcoin.psbt.codec import encode
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import TransactionError
from walletcore.signing import sign


def paying() -> Transaction:
    outputs = (pay(BITCOIN.address(key(7).public_key), 90_000),)
    return Transaction(chain=BITCOIN, inputs=(spending("p2wpkh"),), outputs=outputs)


def test_PS73_neighbour_a_limit_of_bytes_is_set_by_whoever_reads() -> None:
    raw = Psbt.from_transaction(paying()).raw
    most = len(raw)
    text = base64.b64encode(raw).decode()
    assert Psbt.decode(BITCOIN, raw, max_size=most) == Psbt.parse(BITCOIN, text, max_size=most)
    assert reason(TransactionError, Psbt.decode, BITCOIN, raw, max_size=most - 1) == "too-large"
    assert reason(TransactionError, Psbt.parse, BITCOIN, text, max_size=most - 1) == "too-large"
    assert reason(TransactionError, Psbt.parse, BITCOIN, text, max_size=most - 4) == "too-large"
    padded = encode(PsbtGlobals([*Psbt.decode(BITCOIN, raw).globals.records, (b"\xfc", bytes(32_000_000))]), (), ())
    large = padded + raw[len(encode(Psbt.decode(BITCOIN, raw).globals, (), ())) :]
    with pytest.raises(TransactionError) as caught:
        Psbt.decode(BITCOIN, large)
    assert (caught.value.reason, caught.value.hint) == ("too-large", "max_size= sets another limit")
    assert Psbt.decode(BITCOIN, large, max_size=len(large)).raw == large
    for limit in ("1", None, 1.5):
        assert reason(TransactionError, Psbt.decode, BITCOIN, raw, max_size=limit) == "type"
        assert reason(TransactionError, Psbt.parse, BITCOIN, text, max_size=limit) == "type"
        assert reason(TransactionError, Psbt.parse, BITCOIN, text, max_weight=limit) == "type"


def test_a_psbt_of_two_hundred_outputs_of_one_large_transaction_is_read_again() -> None:
    """A batch of 3,000 payouts has 93 kB, which each input that spends one of them repeats."""
    script = BITCOIN.script_pubkey(BITCOIN.address(key(1).public_key))
    outpoint = TxIn(txid="66" * 32, vout=0)
    outputs = (TxOut(value=100_000, script_pubkey=script),) * 3_000
    source = Tx(version=2, inputs=(outpoint,), outputs=outputs, locktime=0)
    previous, txid = source.encode(), source.txid
    inputs = tuple([Input(txid=txid, vout=vout, previous=previous, key=key(1).public_key) for vout in range(200)])
    paid = (TxOut(value=19_000_000, script_pubkey=script),)
    made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=inputs, outputs=paid))
    assert len(made.raw) > 18_000_000
    assert bytes(wallycore.psbt_to_bytes(wallycore.psbt_from_bytes(made.raw, 0), 0)) == made.raw
    read = Psbt.decode(BITCOIN, made.raw)
    assert read == Psbt.parse(BITCOIN, str(made)) == made


def test_PS73_neighbour_what_was_read_under_another_limit_passes_through_every_role() -> None:
    """4,000 outputs weigh more than nodes relay, and less than a block holds."""
    paid = (TxOut(value=10, script_pubkey=b"\x00\x14" + bytes(20)),) * 4_000
    tx = Transaction(chain=BITCOIN, inputs=(spending("p2wpkh", sighash="NONE"),), outputs=paid)
    raw = Psbt.from_transaction(tx).raw
    with pytest.raises(TransactionError) as caught:
        Psbt.decode(BITCOIN, raw)
    assert (caught.value.reason, caught.value.hint) == ("too-large", "max_weight= sets another limit")
    free = Safety(max_fee=None, max_fee_rate=None, sighash=("NONE",))
    made = Psbt.decode(BITCOIN, raw, safety=free, max_weight=4_000_000)
    assert Psbt.parse(BITCOIN, str(made), max_weight=4_000_000) == made
    signed = sign(made, signer(1))
    whole = made.combine(Psbt.decode(BITCOIN, signed.raw, max_weight=4_000_000), replace(signed, safety=SAFE))
    assert whole.draft == made.draft
    assert kernel_accepts(whole.finalized().extract().raw, [each.spent for each in tx.inputs if each.spent])
    second = replace(made.to_version(2), safety=SAFE).with_modifiable(outputs=True)
    assert second.to_version(0).draft == made.draft
    assert len(second.without_parts(outputs=[0]).outputs) == 3_999
    assert reason(TransactionError, second.with_parts, (), paid[:1]) == "too-large"
    assert len(second.with_parts((), paid[:1], max_weight=4_000_000).outputs) == 4_001
    assert reason(TransactionError, second.with_parts, (), paid[:1], max_weight=None) == "type"
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made
