"""Transactions that other wallets' tests sign and read: signed with their keys they are the same to the byte."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from support.bitcoin import kernel_accepts, reason
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.sighash import HASH_TYPES, TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.tx import UNSIGNED_TX, Tx
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import TransactionError
from walletcore.hashes import sha256d
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import SigningRequest, sign

NAMES = {number: name for name, number in HASH_TYPES.items()}
Row = Mapping[str, Any]


def private(text: str) -> PrivateKey:
    return PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(text)))


def guard(row: Row, keys: Iterator[PrivateKey]) -> tuple[Lock, list[PrivateKey]]:
    """Return what guards an output, and the keys that sign for it: the next ones."""
    scripts: dict[str, Any] = {name: bytes.fromhex(row.get(name, "")) for name in ("redeem_script", "witness_script")}
    first = next(keys)
    lock = Lock(script_pubkey=bytes.fromhex(row["script"]), **scripts)
    if not lock.keys:  # the script has a hash, or is the tweaked key
        kind = "p2tr" if lock.kind == "p2tr" else ""
        lock = Lock(kind=kind, script_pubkey=lock.script_pubkey, key=first.public_key, **scripts)
    return lock, [first, *(next(keys) for _ in range(1, lock.required))]


def hash_type(row: Row, lock: Lock) -> int:
    return int(row.get("hash_type", 0 if lock.kind == "p2tr" else 1))


def signature(shared: Commitments, index: int, row: Row, lock: Lock, key: PrivateKey) -> bytes:
    number = hash_type(row, lock)
    if lock.kind == "p2tr":
        parts: dict[str, Any] = {"scheme": Scheme.BIP340, "prehash": TAP_SIGHASH, "tweak": b""}
        payload, public = shared.taproot(index, number), key.public_key.even_y()
    else:
        parts = {"scheme": Scheme.ECDSA, "prehash": sha256d}
        preimage = shared.legacy if lock.is_legacy else shared.segwit_v0
        payload, public = preimage(index, lock.script_code, number), key.public_key
    request = SigningRequest(key=public, payload=payload, **parts)
    answer = request.accept(LocalSigner(key).sign(request)).data
    tail = bytes((number,)) if number else b""
    return (answer if lock.kind == "p2tr" else encode_der(answer)) + tail


@vectors("bitcoin/wallets", operation="tx.sign")
def test_published_transactions_are_signed_as_their_wallets_did(case: Case) -> None:
    rows = case.input["spent"]
    unsigned = Tx.decode(bytes.fromhex(case.input["unsigned"]))
    spent = [TxOut(value=int(row.get("amount", 0)), script_pubkey=bytes.fromhex(row["script"])) for row in rows]
    shared, keys = Commitments(unsigned, spent), iter(map(private, case.input["private_keys"]))
    inputs, witnesses = [], []
    for index, row in enumerate(rows):
        lock, signers = guard(row, keys)
        script_sig, witness = lock.spend([signature(shared, index, row, lock, key) for key in signers])
        inputs.append(replace(unsigned.inputs[index], script_sig=script_sig))
        witnesses.append(witness)
    signed = replace(unsigned, inputs=tuple(inputs), witnesses=tuple(witnesses) if any(witnesses) else ())
    assert (signed.encode().hex(), signed.txid) == (case.expect["raw"], case.expect["id"])
    assert signed.wtxid == case.expect.get("witness_id", signed.txid)
    assert Tx.decode(signed.encode()) == signed
    assert kernel_accepts(signed.encode(), spent)
    assert list(keys) == []


@vectors("bitcoin/wallets", operation="tx.sign")
def test_published_transactions_are_signed_by_the_door_that_wallets_use(case: Case) -> None:
    """Where every signature commits to its amount; the others need transactions that are in no figure."""
    unsigned = Tx.decode(bytes.fromhex(case.input["unsigned"]))
    keys = list(map(private, case.input["private_keys"]))
    pending = iter(keys)
    pairs = [(row, *guard(row, pending)) for row in case.input["spent"]]
    if any(lock.is_legacy for _, lock, _ in pairs):
        for row, lock, _ in pairs:
            if lock.is_legacy:
                known: dict[str, Any] = {"value": int(row.get("amount", 0)), "script_pubkey": lock.script_pubkey}
                known |= {"redeem_script": lock.redeem_script, "key": lock.key}
                assert reason(TransactionError, Input, txid="11" * 32, vout=0, **known) == "missing"
        return
    inputs = [
        Input(
            txid=each.txid,
            vout=each.vout,
            sequence=each.sequence,
            value=int(row["amount"]),
            script_pubkey=lock.script_pubkey,
            key=lock.key,
            redeem_script=lock.redeem_script,
            witness_script=lock.witness_script,
            sighash=NAMES[hash_type(row, lock)],
        )
        for each, (row, lock, _) in zip(unsigned.inputs, pairs, strict=True)
    ]
    tx = Transaction(
        chain=chain(case.input["chain"], BitcoinChain),
        inputs=tuple(inputs),
        outputs=unsigned.outputs,
        version=unsigned.version,
        locktime=unsigned.locktime,
    )
    signed = sign(tx, *map(LocalSigner, {key.public_key: key for key in keys}.values()))
    assert (signed.raw.hex(), signed.id, tx.txid) == (case.expect["raw"], case.expect["id"], case.expect["id"])


@vectors("bitcoin/wallets", operation="tx.parse", result="valid")
def test_transactions_of_other_wallets_are_read_and_written_again(case: Case) -> None:
    raw = bytes.fromhex(case.input["raw"])
    tx = Tx.decode(raw)
    assert (tx.encode(), tx.txid) == (raw, case.expect["id"])
    assert tx.wtxid == case.expect.get("witness_id", tx.wtxid)
    stripped = tuple(replace(each, script_sig=b"") for each in tx.inputs)
    bare = replace(tx, inputs=stripped, witnesses=()) if "unsigned" in case.expect else tx
    assert bare.encode().hex() == case.expect.get("unsigned", bare.encode().hex())
    assert tx.vsize == case.expect.get("vsize", tx.vsize)
    weight = 3 * len(UNSIGNED_TX.encode(tx)) + len(raw)
    assert weight == case.expect.get("weight", weight)


def fields(tx: Tx) -> dict[str, Any]:
    outputs = [{"amount": str(each.value), "script": each.script_pubkey.hex()} for each in tx.outputs]
    inputs = [
        {"txid": each.txid, "vout": each.vout, "script_sig": each.script_sig.hex(), "sequence": each.sequence}
        for each in tx.inputs
    ]
    found = {"version": tx.version, "locktime": tx.locktime, "inputs": inputs, "outputs": outputs}
    witnesses = [[item.hex() for item in witness] for witness in tx.witnesses]
    return found | ({"witnesses": witnesses} if witnesses else {})


@vectors("bitcoin/wallets", operation="tx.parse", result="valid")
def test_transactions_of_other_wallets_have_their_fields(case: Case) -> None:
    tx = Tx.decode(bytes.fromhex(case.input["raw"]))
    assert fields(tx) == case.expect.get("fields", fields(tx))


@vectors("bitcoin/wallets", operation="tx.parse", result="invalid")
def test_bytes_of_other_wallets_that_are_no_transaction_are_refused(case: Case) -> None:
    assert reason(TransactionError, Tx.decode, bytes.fromhex(case.input["raw"])) == case.expect["reason"]


@vectors("bitcoin/wallets", operation="tx.preimage")
def test_hashes_that_other_wallets_sign_are_ours(case: Case) -> None:
    tx, index, number = (Tx.decode(bytes.fromhex(case.input["unsigned"])), case.input["index"], case.input["hash_type"])
    rows = case.input.get("spent") or [{"amount": case.input["amount"], "script": ""}] * len(tx.inputs)
    shared = Commitments(
        tx, [TxOut(value=int(row["amount"]), script_pubkey=bytes.fromhex(row["script"])) for row in rows]
    )
    if "script_code" in case.input:  # BIP-143 does not hash what the other inputs spend
        found = sha256d(shared.segwit_v0(index, bytes.fromhex(case.input["script_code"]), number))
    else:
        found = TAP_SIGHASH(shared.taproot(index, number))
    assert found.hex() == case.expect["sighash"]
