"""Bytes back into transactions: what the network's form leaves open stays open, until keys and amounts are known."""

import time
from dataclasses import replace
from typing import Any

import pytest
import wallycore
from hypothesis import given

from support.bitcoin import BITCOIN, TESTNET, kernel_accepts, key, reason, signer, txs
from support.largest import largest
from support.vectors import Case, vectors
from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput
from walletcore.chains.bitcoin.psbt.codec import encode
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.curves.secp256k1 import uncompressed
from walletcore.effects import Opaque, Transfer
from walletcore.errors import MissingSignature, TransactionError
from walletcore.hashes import hash160
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signing import complete, sign

ALICE, BOB = key(1).public_key, key(2).public_key
TO = BITCOIN.address(key(7).public_key)


def spending(*keys: Any, kind: str = "p2wpkh") -> Transaction:
    inputs = tuple(
        Input(txid="11" * 32, vout=vout, value=100_000, key=each, kind=kind) for vout, each in enumerate(keys)
    )
    return Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(TO, 90_000),))


def without_keys(tx: Transaction) -> Transaction:
    """Return the same transaction as someone knows it who sees only what is on the chain."""
    inputs = tuple(
        Input(txid=each.txid, vout=each.vout, value=each.value, script_pubkey=each.script_pubkey) for each in tx.inputs
    )
    return Transaction(chain=BITCOIN, inputs=inputs, outputs=tx.outputs)


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr"])
def test_keys_that_the_bytes_do_not_name_are_found_by_what_they_can_spend(kind: str) -> None:
    tx = spending(ALICE, BOB, kind=kind)
    raw = without_keys(tx).raw
    known = BITCOIN.decode_transaction(raw)
    assert isinstance(known, Transaction)
    assert known.effects() == tx.effects()
    assert reason(TransactionError, known.requests) == "missing"
    half = BITCOIN.decode_transaction(raw, keys=[BOB])
    assert isinstance(half, Transaction)
    assert [each.key is None for each in half.inputs] == [True, False]
    assert [request.key for request in half.requests()] == [BOB]  # ALICE signs elsewhere
    assert reason(TransactionError, half.assemble, (None,)) == "missing"
    whole = BITCOIN.decode_transaction(raw, keys=[key(9).public_key, BOB, ALICE])
    assert isinstance(whole, Transaction)
    assert whole == tx
    assert whole.requests() == tx.requests()


def test_keys_that_spend_nothing_change_nothing() -> None:
    tx = spending(ALICE)
    assert BITCOIN.decode_transaction(tx.raw, keys=[BOB, key(3).public_key]) == tx


@pytest.mark.parametrize(
    "keys",
    [
        None,
        7,
        ALICE,
        "02",
        [None],
        [b"\2" * 33],
        ["02"],
        [key(1)],
        [PrivateKey(Curve.ED25519, Secret(bytes(32))).public_key],
    ],
)
def test_keys_are_public_keys(keys: Any) -> None:
    assert reason(TransactionError, BITCOIN.decode_transaction, spending(ALICE).raw, keys=keys) == "type"


def test_the_network_form_of_an_unsigned_transaction_leaves_the_amounts_open() -> None:
    tx = spending(ALICE)
    network = Tx(version=2, inputs=(tx.inputs[0].outpoint,), outputs=tx.outputs, locktime=0).encode()
    decoded = BITCOIN.decode_transaction(network, keys=[ALICE])
    assert isinstance(decoded, Transaction)
    assert decoded.txid == tx.txid
    assert [type(effect) for effect in decoded.effects()] == [Transfer, Opaque]
    assert reason(TransactionError, decoded.requests) == "missing"
    assert BITCOIN.decode_transaction(decoded.raw) == decoded


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr"])
def test_a_signed_transaction_is_read_without_answers(kind: str) -> None:
    tx = spending(ALICE, BOB, kind=kind)
    signed = sign(tx, signer(1), signer(2))
    decoded = BITCOIN.decode_transaction(signed.raw, keys=[ALICE, BOB])
    assert isinstance(decoded, SignedTransaction)
    assert (decoded.raw, decoded.id, decoded.answers) == (signed.raw, signed.id, (None, None))
    with pytest.raises(MissingSignature):  # nothing was verified
        complete(decoded.answers)
    assert decoded.transaction.txid == tx.txid
    assert decoded.transaction.outputs == tx.outputs
    assert [type(effect) for effect in decoded.transaction.effects()] == [Transfer, Opaque]


@vectors("bitcoin/bip143", "bitcoin/bip341", operation="tx.parse")
def test_published_signed_transactions_are_read(case: Case) -> None:
    raw = bytes.fromhex(case.input["raw"])
    signed = BITCOIN.decode_transaction(raw)
    assert isinstance(signed, SignedTransaction)
    assert signed.id == case.expect["id"] == BITCOIN.transaction_id(raw)
    assert signed.transaction.txid != signed.id  # other inputs have a script_sig, which the id covers
    assert isinstance(signed.transaction.effects()[-1], Opaque)


@given(txs())
def test_what_the_network_carries_is_read(tx: Tx) -> None:
    decoded = TESTNET.decode_transaction(tx.encode())
    signed = bool(tx.witnesses or any(each.script_sig for each in tx.inputs))
    assert isinstance(decoded, SignedTransaction if signed else Transaction)
    assert len(decoded.transaction.outputs if isinstance(decoded, SignedTransaction) else decoded.outputs) == len(
        tx.outputs
    )


def test_a_coinbase_transaction_has_no_signer() -> None:
    coinbase = bytes.fromhex(
        "02000000" + "01" + "00" * 32 + "ff" * 4 + "025151" + "ff" * 4 + "01" + "00" * 9 + "00" * 4
    )
    assert reason(TransactionError, BITCOIN.decode_transaction, coinbase) == "range"
    assert len(BITCOIN.transaction_id(coinbase)) == 64


@pytest.mark.parametrize("raw", [None, "psbt", bytearray(b"psbt\xff"), 7])
def test_only_bytes_are_decoded(raw: Any) -> None:
    assert reason(TransactionError, BITCOIN.decode_transaction, raw) == "type"
    assert reason(TransactionError, BITCOIN.transaction_id, raw) == "type"


def test_a_psbt_has_no_transaction_id_yet() -> None:
    with pytest.raises(TransactionError):
        BITCOIN.transaction_id(spending(ALICE).raw)


def test_what_nobody_has_signed_has_no_transaction_id_yet() -> None:
    unsigned = BITCOIN.decode_transaction(spending(ALICE).raw)._unsigned  # type: ignore[union-attr]
    assert reason(TransactionError, BITCOIN.transaction_id, unsigned.encode()) == "missing"


# -- keys of 65 bytes (BIP-174: a key as its script or address has it)

FULL = {each: uncompressed(each.data) for each in (ALICE, BOB)}
ORIGINS = {
    each: KeyOrigin(b"\xaa\xbb\xcc\xdd", Path.parse(f"m/44'/0'/0'/0/{place}")) for place, each in enumerate(FULL)
}


def uncompressed_spending(script: bytes, **parts: Any) -> Transaction:
    """Return what spends an output that is guarded by this script, known by the transaction that made it."""
    source = Tx(
        version=2,
        inputs=(TxIn(txid="77" * 32, vout=0),),
        outputs=(TxOut(value=100_000, script_pubkey=script),),
        locktime=0,
    )
    spent = Input(txid=source.txid, vout=0, previous=source.encode(), script_pubkey=script, **parts)
    return Transaction(chain=BITCOIN, inputs=(spent,), outputs=(pay(TO, 90_000),))


MULTISIG = b"\x52" + b"\x41" + FULL[ALICE] + b"\x41" + FULL[BOB] + b"\x52\xae"
OF_65_BYTES = {
    "p2pkh": lambda: uncompressed_spending(p2pkh(hash160(FULL[ALICE])).script_pubkey, key=ALICE, origin=ORIGINS[ALICE]),
    "p2pk": lambda: uncompressed_spending(b"\x41" + FULL[ALICE] + b"\xac", origins=((ALICE, ORIGINS[ALICE]),)),
    "multisig": lambda: uncompressed_spending(MULTISIG, origins=tuple(ORIGINS.items())),
}


@pytest.mark.parametrize("kind", OF_65_BYTES)
def test_keys_of_65_bytes_are_written_as_their_scripts_have_them_and_read_again(kind: str) -> None:
    """wallycore reads the same keys and origins, and writes the same bytes."""
    tx = OF_65_BYTES[kind]()
    theirs = wallycore.psbt_from_bytes(tx.raw, 0)
    assert bytes(wallycore.psbt_to_bytes(theirs, 0)) == tx.raw
    named = [FULL[each] for each in tx.inputs[0].keys]
    assert wallycore.psbt_get_input_keypaths_size(theirs, 0) == len(named)
    assert all(wallycore.psbt_find_input_keypath(theirs, 0, each) for each in named)
    read = BITCOIN.decode_transaction(tx.raw)
    assert isinstance(read, Transaction)
    assert read == tx
    assert [request.origin for request in read.requests()] == [ORIGINS[each] for each in tx.inputs[0].keys]
    assert read.raw == tx.raw
    signed = sign(read, signer(1), signer(2))
    assert kernel_accepts(signed.raw, [tx.inputs[0].spent])  # type: ignore[list-item]


def with_derivation(data: bytes, kind: str = "multisig") -> bytes:
    """Return the PSBT with one more derivation, of this key."""
    psbt = Psbt.decode(BITCOIN, OF_65_BYTES[kind]().raw)
    record = b"\x06" + data, bytes(4)
    fields = PsbtInput.of(dict([*psbt.inputs[0].records, record]))
    return encode(psbt.globals, (fields,), psbt.outputs)


def test_a_key_in_two_forms_is_refused() -> None:
    assert reason(TransactionError, BITCOIN.decode_transaction, with_derivation(ALICE.data)) == "duplicate"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bytes((6 + (FULL[ALICE][-1] & 1),)) + FULL[ALICE][1:], "non-canonical"),
        (FULL[ALICE][:-1] + bytes((FULL[ALICE][-1] ^ 1,)), "point"),
        (FULL[ALICE][:64], "trailing"),
        (FULL[ALICE][1:33], "truncated"),
        (FULL[ALICE] + b"\0", "trailing"),
    ],
    ids=["hybrid", "no point", "64 bytes", "32 bytes", "66 bytes"],
)
def test_other_keys_in_65_bytes_are_refused(data: bytes, why: str) -> None:
    assert reason(TransactionError, BITCOIN.decode_transaction, with_derivation(data)) == why


def test_change_to_a_key_of_65_bytes_is_read_and_written_as_it_is() -> None:
    script = p2pkh(hash160(FULL[ALICE])).script_pubkey
    lock = Lock(key=ALICE, script_pubkey=script, origins=((ALICE, ORIGINS[ALICE]),))
    tx = replace(spending(BOB), outputs=(TxOut(value=90_000, script_pubkey=script, lock=lock),))
    assert FULL[ALICE] in tx.raw
    read = BITCOIN.decode_transaction(tx.raw)
    assert isinstance(read, Transaction)
    assert read.raw == tx.raw
    assert read.outputs[0].lock == lock


def test_X13_keys_that_no_input_asks_for_cost_little() -> None:
    """A guard gives the keys of all scripts of a transaction: thousands of taproot outputs were computed of them."""
    tx = largest("keys")
    keys = list({request.key for request in tx.requests()})
    assert len(keys) > 8_000
    least = [min(_seconds(tx.raw, given) for _ in range(5)) for given in ([], keys)]
    assert least[1] < 2 * least[0]


def _seconds(raw: bytes, keys: list[PublicKey]) -> float:
    begin = time.thread_time()
    BITCOIN.decode_transaction(raw, keys=keys)
    return time.thread_time() - begin
