"""Weights before anybody has signed, held against what was signed, as libwally counts it."""

from collections.abc import Sequence
from typing import Any

import pytest
import wallycore
from hypothesis import given, settings
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, GUARDS, HASH_TYPES, MULTISIG, key, reason, signer, spending
from walletcore.chains.bitcoin import Input, Transaction, TxOut
from walletcore.chains.bitcoin.building.weights import (
    Size,
    input_weight,
    output_weight,
    sigop_cost,
    size_of,
    vsize_of,
    weigh,
    weight_of,
)
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.opcodes import multisig, signature_checks
from walletcore.chains.bitcoin.taproot import ScriptTree, TapLeaf
from walletcore.chains.bitcoin.tapscript import checksig, multi_a
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import TransactionError
from walletcore.keys import Scheme
from walletcore.signing import sign

OUTPUT = TxOut(value=1_000, script_pubkey=BITCOIN.script_pubkey(BITCOIN.address(key(9).public_key)))
CHECKS = {
    "p2sh": 12,
    "p2sh of p2pkh": 4,
    "p2sh-p2wpkh": 1,
    "p2wpkh": 1,
    "p2wsh": 3,
    "p2wsh of p2pk": 1,
    "p2sh-p2wsh": 3,
    **dict.fromkeys(("p2pk", "p2pkh", "multisig", "p2tr"), 0),
}
"""What the signature checks of an input of two of three keys, or of one, count for: Bitcoin Core, GetP2SHSigOpCount
four times and CountWitnessSigOps, as src/test/sigopcount_tests.cpp has it (GetTxSigOpCost)."""
HOLDERS = [key(number).public_key for number in (1, 2, 3)]
FULL = 71  # bytes of DER that half of the signatures have


def signed(inputs: Sequence[Input], outputs: Sequence[TxOut] = (OUTPUT,), holders: int = 3) -> bytes:
    """Sign, with one lock time after the other, until every ECDSA signature has its full size."""
    for locktime in range(500):
        tx = Transaction(chain=BITCOIN, inputs=tuple(inputs), outputs=tuple(outputs), locktime=locktime)
        made = sign(tx, *(signer(number) for number in range(1, holders + 1)))
        ecdsa = [answer for answer in made.answers if answer is not None and answer.scheme is Scheme.ECDSA]
        if all(len(encode_der(answer.data)) == FULL for answer in ecdsa):
            return made.raw
    raise AssertionError("no lock time makes all signatures large")


def weight_by_libwally(raw: bytes) -> int:
    return int(wallycore.tx_get_weight(wallycore.tx_from_bytes(raw, 0)))


@pytest.mark.parametrize("guard", list(GUARDS))
def test_the_signature_checks_of_every_kind_are_those_that_core_counts(guard: str) -> None:
    assert size_of(spending(guard)).checks == sigop_cost([size_of(spending(guard))], ()) == CHECKS[guard]


@pytest.mark.parametrize(
    ("script", "cost"),
    [
        (MULTISIG, 80),  # 20 checks, whatever the number of keys
        (bytes.fromhex("76a914") + bytes(20) + bytes.fromhex("88ac"), 4),
        (b"\x21" + bytes(33) + b"\xac", 4),
        (b"\xa9\x14" + b"\xac" * 20 + b"\x87", 0),  # what is pushed is no opcode
        (b"\x00\x14" + b"\xae" * 20, 0),
        (b"\xad\xaf\x4c", 84),  # CHECKSIGVERIFY, CHECKMULTISIGVERIFY, and a push that is cut off
        (b"\x6a\x02ok", 0),
    ],
)
def test_the_signature_checks_of_outputs_are_those_that_core_counts(script: bytes, cost: int) -> None:
    assert sigop_cost((), [TxOut(value=1, script_pubkey=script)]) == cost


def test_keys_are_counted_where_a_number_of_up_to_16_stands_before() -> None:
    """src/test/sigopcount_tests.cpp, GetSigOpCount: 2 and 20 of two keys, 3 and 21 with CHECKSIG behind."""
    two = b"\x51" + b"\x14" + bytes(20) + b"\x14" + bytes(20) + b"\x52\xae"
    for more, accurate in ((b"", 2), (b"\x63\xac\x68", 3)):
        assert signature_checks(two + more, accurate=True) == accurate
        assert signature_checks(two + more, accurate=False) == accurate + 18
    assert signature_checks(b"\x60\xae", accurate=True) == 16
    assert signature_checks(b"\x01\x11\xae", accurate=True) == 20  # 17, which no opcode stands for


@pytest.mark.parametrize("hash_type", ["", *HASH_TYPES])
@pytest.mark.parametrize("guard", list(GUARDS))
def test_the_weight_of_every_kind_is_exact(guard: str, hash_type: str) -> None:
    each = spending(guard, sighash=hash_type)
    raw = signed([each])
    assert weight_of([each], [OUTPUT]) == weight_by_libwally(raw)
    assert vsize_of(weight_of([each], [OUTPUT])) == Tx.decode(raw).vsize


@pytest.mark.parametrize("hash_type", ["", *HASH_TYPES])
@pytest.mark.parametrize("script", [checksig(HOLDERS[:1]), checksig(HOLDERS), multi_a(2, HOLDERS), multi_a(1, HOLDERS)])
@pytest.mark.parametrize("depth", [0, 1, 7])
def test_the_weight_of_a_script_path_is_exact(script: bytes, depth: int, hash_type: str) -> None:
    tree = ScriptTree(((0, TapLeaf(script)),))
    for _ in range(depth):
        tree = ScriptTree.join(TapLeaf(checksig([key(8).public_key])), tree)
    block = tree.control_blocks(key(9).public_key)[-1].encode()
    parts: dict[str, Any] = {"txid": "11" * 32, "vout": 0, "value": 2_000, "sighash": hash_type}
    each = Input(leaf_script=script, control_block=block, **parts)
    raw = signed([each])
    assert weight_of([each], [OUTPUT]) == weight_by_libwally(raw)
    assert vsize_of(weight_of([each], [OUTPUT])) == Tx.decode(raw).vsize


@pytest.mark.parametrize("kind", ["", "p2sh", "p2wsh", "p2sh-p2wsh"])
@pytest.mark.parametrize(("required", "total"), [(1, 1), (1, 3), (2, 2), (3, 3), (2, 4), (3, 5), (1, 15)])
def test_the_weight_of_multisig_is_exact(kind: str, required: int, total: int) -> None:
    script = multisig(required, [key(number).public_key for number in range(1, total + 1)])
    kinds: dict[str, dict[str, Any]] = {
        "": {"script_pubkey": script},
        "p2sh": {"redeem_script": script},
        "p2wsh": {"witness_script": script},
        "p2sh-p2wsh": {"kind": kind, "witness_script": script},
    }
    parts = kinds[kind]
    funding = Tx(
        version=2,
        inputs=(TxIn(txid="88" * 32, vout=0),),
        outputs=(TxOut(value=9_000, script_pubkey=Lock(**parts).script_pubkey),),
        locktime=0,
    )
    each = Input(txid=funding.txid, vout=0, previous=funding.encode(), **parts)
    raw = signed([each], holders=required)
    assert weight_of([each], [OUTPUT]) == weight_by_libwally(raw)


def test_an_input_without_a_witness_weighs_one_more_beside_one_that_has_it() -> None:
    legacy, segwit = spending("p2pkh"), spending("p2tr", place=1)
    assert weight_of([legacy, segwit], [OUTPUT]) == weight_by_libwally(signed([legacy, segwit]))
    alone = weight_of([legacy], [OUTPUT])
    assert weight_of([legacy, segwit], [OUTPUT]) - alone == input_weight(segwit) + 1 + 2  # an empty count, marker, flag


@pytest.mark.parametrize("inputs", [1, 252, 253, 254])
@pytest.mark.parametrize("outputs", [1, 252, 253])
def test_counts_grow_at_253(inputs: int, outputs: int) -> None:
    taproot = [
        Input(txid=f"{number:064x}", vout=0, value=10_000, key=key(1).public_key, kind="p2tr")
        for number in range(1, inputs + 1)
    ]
    paid = [TxOut(value=1, script_pubkey=OUTPUT.script_pubkey)] * outputs
    assert weight_of(taproot, paid) == weight_by_libwally(signed(taproot, paid))


@settings(max_examples=25)
@given(st.lists(st.sampled_from(sorted(GUARDS)), min_size=1, max_size=4), st.lists(st.binary(max_size=300), max_size=3))
def test_signed_transactions_never_weigh_more_and_less_only_by_short_signatures(
    guards: list[str], scripts: list[bytes]
) -> None:
    inputs = [spending(guard, place=place) for place, guard in enumerate(guards)]
    outputs = [OUTPUT, *(TxOut(value=1, script_pubkey=script) for script in scripts)]
    tx = Transaction(chain=BITCOIN, inputs=tuple(inputs), outputs=tuple(outputs))
    made = sign(tx, *(signer(number) for number in (1, 2, 3)))
    lost = weight_of(inputs, outputs) - weight_by_libwally(made.raw)
    short = [FULL - len(encode_der(each.data)) for each in made.answers if each and each.scheme is Scheme.ECDSA]
    assert 0 <= lost <= 4 * sum(short) + 8 * len(guards)  # a script_sig below 253 bytes has a count of one
    assert tx.vsize == vsize_of(weight_of(inputs, outputs))


@pytest.mark.parametrize(
    ("kind", "weight"), [("p2pkh", 4 * 148), ("p2wpkh", 272), ("p2sh-p2wpkh", 272 + 4 * 23), ("p2tr", 230)]
)
def test_well_known_sizes(kind: str, weight: int) -> None:
    """Bitcoin Optech, "Transaction size calculator": 148, 68, 91 and 57.5 virtual bytes."""
    assert input_weight(spending(kind)) == weight


def test_the_parts_of_an_input_are_told_apart() -> None:
    assert size_of(spending("p2tr")) == Size(41, 66)
    assert size_of(spending("p2pkh")) == Size(148, 0)
    assert output_weight(OUTPUT) == 4 * 31
    assert weigh([Size(41, 66)], [124], count=300) == weigh([Size(41, 66)], [124]) + 8
    assert weigh([Size(149)], [124], segwit=True) == weigh([Size(149)], [124]) + 3


def test_an_input_without_its_key_or_output_has_no_weight() -> None:
    unknown = Input.unknown(TxIn(txid="11" * 32, vout=0))
    keyless = Input(txid="11" * 32, vout=0, value=1, script_pubkey=b"\x00\x14" + bytes(20))
    assert [reason(TransactionError, size_of, each) for each in (unknown, keyless)] == ["missing", "missing"]
