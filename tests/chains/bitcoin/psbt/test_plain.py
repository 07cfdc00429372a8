"""What is read in one step is what is read step by step: an unknown field sends an input the long way."""

from dataclasses import fields as slots_of
from typing import Any

import pytest

from walletcore import ExtendedPrivateKey, chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, pay
from walletcore.chains.bitcoin.psbt import NO_OUTPUT_FIELDS, Psbt, PsbtGlobals, PsbtInput
from walletcore.chains.bitcoin.psbt.finding import nobody
from walletcore.chains.bitcoin.psbt.plain import plain
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import TransactionError
from walletcore.path import KeyOrigin, Path

BITCOIN = chain("bitcoin", BitcoinChain)
ROOT = ExtendedPrivateKey.from_seed(bytes(range(64)))
UNKNOWN = (b"\xf0", b"of somebody")
NON_WITNESS_UTXO, WITNESS_UTXO, SIGHASH_TYPE = b"\0", b"\1", b"\3"
KINDS = ("p2wpkh", "p2tr")


def read(kind: str, **changes: bytes | None) -> PsbtInput:
    """The map of an input with both UTXOs, with some records otherwise or away."""
    path = Path.parse("m/84'/0'/0'/0/7")
    key = ROOT.derive(path).public_key
    script = BITCOIN.script_pubkey(BITCOIN.address(key, kind=kind))
    previous = Tx(
        version=2,
        inputs=(TxIn(txid="11" * 32, vout=0),),
        outputs=(TxOut(value=9_000, script_pubkey=script), TxOut(value=5_000, script_pubkey=script)),
        locktime=0,
    )
    origin = KeyOrigin(ROOT.fingerprint, path)
    spent = Input(txid=previous.txid, vout=1, previous=previous.encode(), key=key, kind=kind, origin=origin)
    to = BITCOIN.address(key)
    made = Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=(spent,), outputs=(pay(to, 4_000),)))
    records = dict(made.inputs[0].records) | {WITNESS_UTXO: previous.outputs[1].encode()}
    names = {"previous": NON_WITNESS_UTXO, "utxo": WITNESS_UTXO, "sighash": SIGHASH_TYPE}
    for name, value in changes.items():
        records.pop(names[name], None)
        records |= {} if value is None else {names[name]: value}
    return PsbtInput(sorted(records.items(), key=lambda pair: pair[0][0]))


def both(kind: str, **changes: bytes | None) -> tuple[Any, Any]:
    """What the two ways make of an input: the short one, and the one that an unknown field asks for."""
    short = read(kind, **changes)
    long = PsbtInput([*short.records, UNKNOWN])
    outpoint = read_outpoint(kind)
    assert plain(outpoint, long) is None
    return plain(outpoint, short), described(kind, long)


def read_outpoint(kind: str) -> TxIn:
    previous = read(kind).non_witness_utxo
    assert previous is not None
    return TxIn(txid=Tx.decode(previous).txid, vout=1, sequence=0xFFFF_FFFD)


def described(kind: str, given: PsbtInput, outpoint: TxIn | None = None) -> Any:
    """What the whole PSBT says of it, or why not."""
    tx = Tx(
        version=2,
        inputs=(outpoint or read_outpoint(kind),),
        outputs=(TxOut(value=4_000, script_pubkey=b"\x51"),),
        locktime=0,
    )
    whole = Psbt.from_transaction(
        Transaction(
            chain=BITCOIN,
            inputs=tuple(Input.unknown(each) for each in tx.inputs),
            outputs=tx.outputs,
        )
    )
    try:
        return Psbt(chain=BITCOIN, globals=whole.globals, inputs=(given,), outputs=whole.outputs).transaction.inputs[0]
    except TransactionError as error:
        return error.reason


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("changes", [{}, {"previous": None}, {"utxo": None}], ids=["both", "UTXO", "previous"])
def test_both_ways_make_the_same_input_in_every_slot(kind: str, changes: dict[str, None]) -> None:
    short, long = both(kind, **changes)
    assert short == long
    assert [getattr(short, each.name) for each in slots_of(Input)] == [
        getattr(long, each.name) for each in slots_of(Input)
    ]
    assert short.origin is not None


@pytest.mark.parametrize(
    ("kind", "changes", "why"),
    [
        ("p2wpkh", {"sighash": b"\2\0\0\0"}, "NONE"),
        ("p2wpkh", {"sighash": b"\1\1\0\0"}, "unknown"),
        ("p2wpkh", {"utxo": (8_999).to_bytes(8, "little") + read("p2wpkh").records[1][1][8:]}, "mismatch"),
        ("p2tr", {"utxo": (8_999).to_bytes(8, "little") + read("p2tr").records[1][1][8:]}, "mismatch"),
        ("p2wpkh", {"utxo": read("p2tr").records[1][1]}, "mismatch"),
    ],
)
def test_PS62_what_contradicts_itself_is_left_to_the_long_way(kind: str, changes: dict[str, Any], why: str) -> None:
    given = read(kind, **changes)
    assert plain(read_outpoint(kind), given) is None
    found = described(kind, given)
    assert getattr(found, "sighash", found) in (why, "policy")


@pytest.mark.parametrize("kind", KINDS)
def test_PS61_a_key_that_does_not_guard_the_output_signs_nothing_as_before(kind: str) -> None:
    """Of P2TR it may guard the output by a tree that is not shown, so it is not refused."""
    records = dict(read(kind).records)
    number = 0x06 if kind == "p2wpkh" else 0x16
    other = ROOT.derive("m/0").public_key.data
    (name,) = [key for key in records if key[0] == number]
    origin = records.pop(name)
    records[bytes((number,)) + (other if kind == "p2wpkh" else other[1:])] = origin
    if kind == "p2tr":
        internal = records.pop(b"\x17")
        assert internal != other[1:]
        records[b"\x17"] = other[1:]
    assert plain(read_outpoint(kind), PsbtInput(records.items())) is None
    found = described(kind, PsbtInput(records.items()))
    if isinstance(found, Input):
        assert (kind, found.key, found.keys, found.origin) == ("p2tr", None, (), None)
    else:
        assert (kind, found) == ("p2wpkh", "mismatch")


def test_PS61_another_transaction_than_the_outpoint_s_is_refused() -> None:
    given = read("p2wpkh")
    outpoint = TxIn(txid="22" * 32, vout=1)
    assert plain(outpoint, given) is None
    assert described("p2wpkh", given, outpoint) == "mismatch"


@pytest.mark.parametrize("kind", KINDS)
def test_PS62_an_empty_previous_transaction_is_none(kind: str) -> None:
    alone = read(kind, previous=b"", utxo=None)
    assert alone.non_witness_utxo == b""
    assert plain(read_outpoint(kind), alone) is None
    assert described(kind, alone) == "missing"
    beside = read(kind, previous=b"")
    assert described(kind, beside) == described(kind, read(kind, previous=None))


def test_a_hash_type_that_is_not_named_is_refused_in_either_way() -> None:
    given = read("p2wpkh")
    assert given.sighash_type == 1
    tx = Tx(
        version=2, inputs=(read_outpoint("p2wpkh"),), outputs=(TxOut(value=4_000, script_pubkey=b"\x51"),), locktime=0
    )
    for fields in (given, PsbtInput([*given.records, UNKNOWN])):
        made = Psbt(
            chain=BITCOIN,
            globals=PsbtGlobals(unsigned_tx=tx.encode()),
            inputs=(fields,),
            outputs=(NO_OUTPUT_FIELDS,),
        )
        assert made.described(nobody, {"ALL"}).inputs[0].sighash == "ALL"
        with pytest.raises(TransactionError) as caught:
            made.described(nobody, {"SINGLE"})
        assert caught.value.reason == "policy"
