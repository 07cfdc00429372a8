"""Transactions as the network carries them: published bytes, other implementations' view, and what is refused."""

import contextlib
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pbk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, key, reason, txs
from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, vectors
from walletcore.chains.bitcoin.tx import MAX_AMOUNT, MAX_MONEY, TX, UNSIGNED_TX, Tx, TxIn, TxOut
from walletcore.errors import DecodingError, TransactionError
from walletcore.keys import Curve, PublicKey

# bad-inputs.md, the base transaction of the T rows, complete: block 170's (the first payment)
BASE = bytes.fromhex(
    "0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd3704000000004847304402204e45e16932b8af514961"
    "a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4acdd12909d831cc56cbbac4622082221a8768d1d09"
    "01ffffffff0200ca9a3b00000000434104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554"
    "a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53bc1eb68a38"
    "2e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac00000000"
)
BASE_ID = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
ID = "00" * 31 + "01"
OUT = bytes(8) + b"\x00"
IN = b"\x01" + bytes(35) + b"\x00" + b"\xff" * 4


def raw(*, inputs: bytes = b"\x01" + IN, outputs: bytes = b"\x01" + OUT, flag: bytes = b"", tail: bytes = b"") -> bytes:
    """Return the bytes of a transaction, with any of its parts replaced."""
    return b"\x02\0\0\0" + flag + inputs + outputs + tail + bytes(4)


def decode_reason(data: Any) -> str:
    return reason(TransactionError, Tx.decode, data)


# -- published and other implementations' bytes


def test_the_first_payment_is_read() -> None:
    tx = Tx.decode(BASE)
    assert (tx.version, len(tx.inputs), len(tx.outputs), tx.locktime) == (1, 1, 2, 0)
    assert tx.inputs[0].txid == "0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9"
    assert [output.value for output in tx.outputs] == [10 * 10**8, 40 * 10**8]
    assert tx.txid == tx.wtxid == BASE_ID
    assert tx.encode() == BASE
    assert BITCOIN.transaction_id(BASE) == BASE_ID


@vectors("bitcoin/bip143", "bitcoin/bip341", operation="tx.parse")
def test_published_transactions_are_read_and_written(case: Case) -> None:
    data = bytes.fromhex(case.input["raw"])
    tx = Tx.decode(data)
    assert tx.encode() == data
    assert (tx.txid, tx.wtxid) == (case.expect["id"], case.expect["witness_id"])
    stripped = tuple(replace(each, script_sig=b"") for each in tx.inputs)
    assert replace(tx, inputs=stripped, witnesses=()).encode().hex() == case.expect["unsigned"]


@given(txs())
def test_what_is_written_is_read_back_and_Bitcoin_Core_agrees(tx: Tx) -> None:
    data = tx.encode()
    assert Tx.decode(data) == tx
    theirs = pbk.Transaction(data)
    assert bytes(theirs.txid)[::-1].hex() == tx.txid
    assert bytes(theirs) == data
    assert [output.amount for output in theirs.outputs] == [output.value for output in tx.outputs]
    assert [bytes(output.script_pubkey) for output in theirs.outputs] == [each.script_pubkey for each in tx.outputs]


# -- what is refused


@given(txs())
def test_the_id_of_bytes_is_the_id_of_what_they_say(tx: Tx) -> None:
    data = tx.encode()
    theirs = bytes(pbk.Transaction(data).txid)[::-1].hex()
    assert Tx.identified(data) == (tx, theirs)
    assert tx.txid == theirs
    if tx.witnesses or any(each.script_sig for each in tx.inputs):
        assert BITCOIN.transaction_id(data) == theirs
    else:
        assert reason(TransactionError, BITCOIN.transaction_id, data) == "missing"


@given(txs(), st.data())
def test_T01_every_cut_is_refused(tx: Tx, data: st.DataObject) -> None:
    whole = tx.encode()
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert decode_reason(whole[:cut]) in ("truncated", "length", "non-canonical")


def test_T01_the_last_byte_is_needed() -> None:
    assert decode_reason(BASE[:-1]) == "truncated"


@given(txs(), st.binary(min_size=1, max_size=9))
def test_T02_bytes_after_the_end_are_refused(tx: Tx, more: bytes) -> None:
    assert decode_reason(tx.encode() + more) == "trailing"


@pytest.mark.parametrize("count", [b"\xff" * 9, b"\xfe\xff\xff\xff\xff", b"\xfd\xff\xff", b"\x02"])
def test_T04_a_count_that_lies_allocates_nothing(count: bytes) -> None:
    assert decode_reason(raw(inputs=count + IN)) == "truncated"
    assert decode_reason(raw(outputs=count + OUT)) == "truncated"
    flagged = raw(flag=b"\x00\x01", tail=count + b"\x01\x01")
    assert decode_reason(flagged) in ("truncated", "too-large")


@pytest.mark.parametrize("length", [b"\xfe\xfe\xff\xff\xff", b"\xff" * 9, b"\xfd\xff\xff", b"\x50"])
def test_T04_a_length_that_lies_allocates_nothing(length: bytes) -> None:
    assert decode_reason(raw(inputs=b"\x01" + IN[:36] + length)) == "truncated"
    assert decode_reason(raw(outputs=b"\x01" + bytes(8) + length)) == "truncated"
    assert decode_reason(raw(flag=b"\x00\x01", tail=b"\x01" + length)) == "truncated"


@pytest.mark.parametrize("value", [MAX_MONEY + 1, 2**63 - 1, 2**63, 2**64 - 1])
def test_T05_an_amount_above_21_million_is_refused(value: int) -> None:
    assert decode_reason(raw(outputs=b"\x01" + value.to_bytes(8, "little") + b"\x00")) == "range"
    made = raw(outputs=b"\x01" + value.to_bytes(8, "little") + b"\x01\x51")
    assert reason(TransactionError, BITCOIN.decode_transaction, made) == "range"
    assert reason(TransactionError, BITCOIN.transaction_id, made) == "range"


@pytest.mark.parametrize("value", [-1, 2**63, 2**64, True, 1.0, "1", None])
def test_T05_no_network_can_write_an_amount_that_has_no_room(value: Any) -> None:
    assert reason(TransactionError, TxOut, value=value, script_pubkey=b"") == "range"
    assert TxOut(value=2**63 - 1, script_pubkey=b"").value == 2**63 - 1


def test_T05_amounts_are_read_up_to_the_limit_that_is_named() -> None:
    whole = MAX_AMOUNT.to_bytes(8, "little") + b"\x00"
    assert Tx.decode(raw(outputs=b"\x01" + whole), max_money=MAX_AMOUNT).outputs[0].value == MAX_AMOUNT
    assert Tx.identified(raw(outputs=b"\x01" + whole), max_money=MAX_AMOUNT)[0].outputs[0].value == MAX_AMOUNT
    two = raw(outputs=b"\x02" + whole + bytes((1, *bytes(7), 0)))
    for most in (MAX_MONEY, MAX_AMOUNT - 1, MAX_AMOUNT):
        assert reason(TransactionError, Tx.decode, two, max_money=most) == "range"
    assert reason(TransactionError, Tx.decode, raw(outputs=b"\x01" + whole), max_money=MAX_AMOUNT - 1) == "range"


@given(txs())
def test_what_is_read_passes_the_constructors_that_reading_does_not_call(tx: Tx) -> None:
    read = Tx.decode(tx.encode())
    for each in read.inputs:
        again = TxIn(txid=each.txid, vout=each.vout, script_sig=each.script_sig, sequence=each.sequence)
        assert (each, hash(each), repr(each)) == (again, hash(again), repr(again))
        assert pickle.loads(pickle.dumps(each)) == again
    for output in read.outputs:
        made = TxOut(value=output.value, script_pubkey=output.script_pubkey)
        assert (output, hash(output), output.address, output.lock) == (made, hash(made), None, None)


def test_T05_amounts_above_21_million_together_are_refused() -> None:
    half = (MAX_MONEY // 2 + 1).to_bytes(8, "little") + b"\x00"
    assert decode_reason(raw(outputs=b"\x02" + half + half)) == "range"
    whole = MAX_MONEY.to_bytes(8, "little") + b"\x00"
    assert Tx.decode(raw(outputs=b"\x02" + whole + OUT)).outputs[0].value == MAX_MONEY


def test_T08_the_same_outpoint_twice_is_refused() -> None:
    assert decode_reason(raw(inputs=b"\x02" + IN + IN)) == "duplicate"
    other_sequence = IN[:-1] + b"\x00"
    assert decode_reason(raw(inputs=b"\x03" + IN + IN[:32] + b"\x01" + IN[33:] + other_sequence)) == "duplicate"


def test_T12_nothing_is_no_transaction() -> None:
    assert decode_reason(b"") == "truncated"


def test_a_transaction_has_inputs_and_outputs() -> None:
    assert decode_reason(raw(outputs=b"\x00")) == "length"
    assert decode_reason(raw(inputs=b"\x00", outputs=b"\x00")) == "version"
    assert decode_reason(raw(inputs=b"\x00", flag=b"\x00\x01")) == "non-canonical"
    assert decode_reason(raw(outputs=b"\x00", flag=b"\x00\x01", tail=b"\x01\x00")) == "length"


@pytest.mark.parametrize("count", [b"\xfd\x01\x00", b"\xfe\x01\x00\x00\x00", b"\xff\x01" + bytes(7)])
def test_a_number_with_a_shorter_form_is_refused(count: bytes) -> None:
    zero = bytes((count[0],)) + bytes(len(count) - 1)
    assert decode_reason(raw(inputs=count + IN)) == "non-canonical"
    assert decode_reason(raw(outputs=count + OUT)) == "non-canonical"
    assert decode_reason(raw(outputs=b"\x01" + bytes(8) + zero)) == "non-canonical"
    assert decode_reason(raw(inputs=b"\x01" + IN[:36] + zero + IN[37:])) == "non-canonical"
    assert decode_reason(raw(flag=b"\x00\x01", tail=count + b"\x01a")) == "non-canonical"


def test_witnesses_that_are_all_empty_are_refused() -> None:
    assert decode_reason(raw(flag=b"\x00\x01", tail=b"\x00")) == "non-canonical"
    assert Tx.decode(raw(flag=b"\x00\x01", tail=b"\x01\x00")).witnesses == ((b"",),)


@pytest.mark.parametrize("flag", [b"\x00\x00", b"\x00\x02", b"\x00\x03", b"\x00\xff"])
def test_another_flag_is_refused(flag: bytes) -> None:
    assert decode_reason(raw(flag=flag, tail=b"\x01\x00")) == "version"


def test_the_unsigned_form_has_no_witnesses() -> None:
    data = raw(flag=b"\x00\x01", tail=b"\x01\x00")
    assert Tx.decode(data).witnesses
    with pytest.raises((TransactionError, ValueError)):
        UNSIGNED_TX.decode(data)


def test_a_witness_has_no_more_items_than_any_script_can_take() -> None:
    most = raw(flag=b"\x00\x01", tail=b"\xfd\xeb\x03" + bytes(1003))
    assert len(Tx.decode(most).witnesses[0]) == 1003
    assert decode_reason(raw(flag=b"\x00\x01", tail=b"\xfd\xec\x03" + bytes(1004))) == "too-large"


def test_all_witnesses_have_no_more_items_than_any_node_relays() -> None:
    inputs = bytes((201,)) + b"".join(bytes((i,)) + IN[1:] for i in range(201))
    stack = b"\xfd\xe8\x03" + bytes(1000)
    assert decode_reason(raw(flag=b"\x00\x01", inputs=inputs, tail=stack * 201)) == "too-large"
    assert len(Tx.decode(raw(flag=b"\x00\x01", inputs=inputs, tail=stack * 200 + b"\x00")).witnesses) == 201


def test_a_coinbase_input_stands_alone() -> None:
    coinbase = bytes(32) + b"\xff" * 4 + b"\x02\x51\x51" + b"\xff" * 4
    assert Tx.decode(raw(inputs=b"\x01" + coinbase)).inputs[0].txid == "00" * 32
    assert decode_reason(raw(inputs=b"\x02" + coinbase + IN)) == "range"


def test_a_mistake_is_named_with_its_place() -> None:
    with pytest.raises(TransactionError, match=r"^inputs\[1\]\.script_sig: "):
        Tx.decode(raw(inputs=b"\x02" + IN + IN[:32] + b"\x09" + IN[33:36] + b"\xfd\xff\xff" + bytes(20)))
    with pytest.raises(TransactionError, match=r"^witnesses\[0\]\[0\]: "):
        Tx.decode(raw(flag=b"\x00\x01", tail=b"\x01\x50"))


@pytest.mark.parametrize("value", [None, BASE.hex(), bytearray(BASE), memoryview(BASE), 7, [BASE]])
def test_only_bytes_are_read(value: Any) -> None:
    assert decode_reason(value) == "type"


def test_more_than_a_block_holds_is_refused() -> None:
    assert decode_reason(bytes(4_000_001)) == "too-large"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_transaction_or_refused(data: bytes) -> None:
    with contextlib.suppress(TransactionError):
        assert Tx.decode(data).encode() == data


@given(txs(signed=True), st.data())
def test_one_pass_takes_what_the_codec_takes(tx: Tx, data: st.DataObject) -> None:
    """Each is another description of the format: what one refuses, the other refuses for the same reason."""
    raw = bytearray(tx.encode())
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    read = outcome(lambda: Tx.decode(bytes(raw), max_money=MAX_AMOUNT))  # the codec knows no network's limit
    assert read == outcome(lambda: TX.decode(bytes(raw)))


def outcome(read: Callable[[], Tx]) -> Tx | str:
    try:
        return read()
    except (DecodingError, TransactionError) as error:
        return f"{error}, {error.reason}"


@given(txs(signed=True), st.data())
def test_any_damage_is_read_as_it_stands_or_refused(tx: Tx, data: st.DataObject) -> None:
    whole = bytearray(tx.encode())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(TransactionError):
        assert Tx.decode(bytes(whole)).encode() == bytes(whole)


# -- values that are no parts of a transaction


@pytest.mark.parametrize("value", [True, 1.0, "1", None, b"1"])
def test_X16_X17_a_number_is_an_int(value: Any) -> None:
    assert reason(TransactionError, TxOut, value=value, script_pubkey=b"") == "range"
    assert reason(TransactionError, TxIn, txid=ID, vout=value) == "range"
    assert reason(TransactionError, TxIn, txid=ID, vout=0, sequence=value) == "range"
    ins, outs = (TxIn(txid=ID, vout=0),), (TxOut(value=1, script_pubkey=b""),)
    assert reason(TransactionError, Tx, version=value, inputs=ins, outputs=outs, locktime=0) == "range"
    assert reason(TransactionError, Tx, version=2, inputs=ins, outputs=outs, locktime=value) == "range"


@pytest.mark.parametrize("value", [-1, 2**32, 10**400])
def test_numbers_have_32_bits(value: int) -> None:
    assert reason(TransactionError, TxIn, txid=ID, vout=value) == "range"
    assert reason(TransactionError, TxIn, txid=ID, vout=0, sequence=value) == "range"
    assert reason(TransactionError, TxOut, value=-1, script_pubkey=b"") == "range"


@pytest.mark.parametrize(
    "value", ["", "00" * 31, "00" * 33, "0x" + "00" * 31, "AB" * 32, "zz" * 32, ID + "\n", bytes(32), None]
)
def test_a_txid_is_64_lower_case_hex_digits(value: Any) -> None:
    assert reason(TransactionError, TxIn, txid=value, vout=0) == "character"


@pytest.mark.parametrize("value", [None, "00", bytearray(), [0]])
def test_scripts_are_bytes(value: Any) -> None:
    assert reason(TransactionError, TxOut, value=0, script_pubkey=value) == "type"
    assert reason(TransactionError, TxIn, txid=ID, vout=0, script_sig=value) == "type"


@pytest.mark.parametrize("value", [(), [], None, (None,), [TxIn(txid=ID, vout=0)], "ab"])
def test_inputs_and_outputs_are_tuples(value: Any) -> None:
    ins, outs = (TxIn(txid=ID, vout=0),), (TxOut(value=1, script_pubkey=b""),)
    expected = "length" if value == () else "type"
    assert reason(TransactionError, Tx, version=2, inputs=value, outputs=outs, locktime=0) == expected
    assert reason(TransactionError, Tx, version=2, inputs=ins, outputs=value, locktime=0) == expected


@pytest.mark.parametrize("stacks", [((),), ((), ()), ((b"",), ())])
def test_witnesses_are_one_per_input_or_none(stacks: Any) -> None:
    ins, outs = (TxIn(txid=ID, vout=0),), (TxOut(value=1, script_pubkey=b""),)
    assert reason(TransactionError, Tx, version=2, inputs=ins, outputs=outs, witnesses=stacks, locktime=0) == (
        "non-canonical"
    )


@pytest.mark.parametrize(
    "stacks", [None, 7, [], [(b"",)], (None,), ([b""],), ("ab",), ((b"", "a"),), ((bytearray(),),)]
)
def test_witnesses_are_tuples_of_bytes(stacks: Any) -> None:
    ins, outs = (TxIn(txid=ID, vout=0),), (TxOut(value=1, script_pubkey=b""),)
    assert reason(TransactionError, Tx, version=2, inputs=ins, outputs=outs, witnesses=stacks, locktime=0) == "type"


def test_an_address_of_an_output_is_an_address() -> None:
    value: Any = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert reason(TransactionError, TxOut, value=1, script_pubkey=b"", address=value) == "type"


def test_the_address_of_an_output_is_not_compared() -> None:
    address = BITCOIN.address(PublicKey(Curve.SECP256K1, key(1).public_key.data))
    assert TxOut(value=1, script_pubkey=b"", address=address) == TxOut(value=1, script_pubkey=b"")


# -- bounds


HOSTILE = {
    "outputs": "b'\\x02\\0\\0\\0' + ONE_INPUT + b'\\xfe' + (116_000).to_bytes(4, 'little')"
    " + bytes(9 * 116_000) + bytes(4) + b'x'",
    "inputs": "b'\\x02\\0\\0\\0\\xfd' + (25_000).to_bytes(2, 'little')"
    " + b''.join(i.to_bytes(36, 'little') + bytes(5) for i in range(25_000)) + b'\\x01' + bytes(9) + bytes(4) + b'x'",
    "witnesses": "b'\\x02\\0\\0\\0\\0\\1\\xfd' + (1_000).to_bytes(2, 'little')"
    " + b''.join(i.to_bytes(36, 'little') + bytes(5) for i in range(1_000)) + b'\\x01' + bytes(9)"
    " + (b'\\xfd\\xeb\\x03' + bytes(1003)) * 1_000 + bytes(4) + b'x'",
    "zeros": "bytes(2**20)",
    "ones": "b'\\xff' * 2**20",
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_X13_a_hostile_mebibyte_is_refused_within_its_bound(shape: str) -> None:
    setup = (
        "from walletcore.chains.bitcoin.tx import Tx\nfrom walletcore.errors import DecodingError, TransactionError\n"
        f"ONE_INPUT = b'\\x01\\x01' + bytes(40)\ndata = {HOSTILE[shape]}\nTx.decode(bytes.fromhex({BASE.hex()!r}))"
    )
    code = "refused = False\ntry: Tx.decode(data)\nexcept TransactionError: refused = True\nassert refused"
    assert cpu_seconds(code, setup=setup) < 0.25 * SLACK


def test_time_grows_with_size() -> None:
    setup = (
        "from walletcore.chains.bitcoin.tx import Tx\n"
        "inputs = b''.join(i.to_bytes(36, 'little') + bytes(5) for i in range({n}))\n"
        "data = b'\\2\\0\\0\\0\\xfd' + ({n}).to_bytes(2, 'little') + inputs + b'\\1' + bytes(13)"
    )
    small, large = (cpu_seconds("Tx.decode(data)", setup=setup.replace("{n}", str(n))) for n in (2_000, 20_000))
    assert large < 10 * small * 3


@vectors("bitcoin/transactions", operation="tx.parse", result="valid")
def test_published_transactions_are_read_and_written_again(case: Case) -> None:
    raw = bytes.fromhex(case.input["raw"])
    tx = Tx.decode(raw)
    assert (tx.encode(), tx.txid) == (raw, case.expect["id"])


@vectors("bitcoin/transactions", operation="tx.parse", result="invalid")
def test_published_bytes_that_are_no_transaction_are_refused(case: Case) -> None:
    assert reason(TransactionError, Tx.decode, bytes.fromhex(case.input["raw"])) == case.expect["reason"]


@pytest.mark.parametrize(("size", "fits"), [(0, False), (1, False), (2, True), (100, True), (101, False)])
def test_a_coinbase_has_a_script_of_2_to_100_bytes(size: int, fits: bool) -> None:
    source = TxIn(txid="00" * 32, vout=2**32 - 1, script_sig=bytes(size))
    parts: dict[str, Any] = {"version": 1, "inputs": (source,), "outputs": (TxOut(value=1, script_pubkey=b""),)}
    if fits:
        assert Tx(**parts, locktime=0).inputs == (source,)
    else:
        assert reason(TransactionError, Tx, **parts, locktime=0) == "range"
