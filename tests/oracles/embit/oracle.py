"""embit: Bitcoin transactions, their ids, and what signatures of them commit to; PSBTs in all roles."""

import hashlib
import json
import sys
from collections.abc import Callable
from typing import Any

from embit.ec import PrivateKey
from embit.finalizer import finalize_psbt
from embit.psbt import PSBT
from embit.script import Script, Witness
from embit.transaction import Transaction, TransactionInput, TransactionOutput


def made(case: dict[str, Any]) -> Transaction:
    """The transaction with these fields."""
    inputs = [
        TransactionInput(
            bytes.fromhex(each["txid"]),
            each["vout"],
            script_sig=Script(bytes.fromhex(each["script_sig"])),
            sequence=each["sequence"],
            witness=Witness([bytes.fromhex(item) for item in each["witness"]]),
        )
        for each in case["inputs"]
    ]
    outputs = [TransactionOutput(each["value"], Script(bytes.fromhex(each["script"]))) for each in case["outputs"]]
    return Transaction(version=case["version"], vin=inputs, vout=outputs, locktime=case["locktime"])


def told(tx: Transaction) -> dict[str, Any]:
    """The bytes and ids of a transaction; embit counts no weight."""
    raw = tx.serialize()
    wtxid = hashlib.sha256(hashlib.sha256(raw).digest()).digest()[::-1].hex()
    return {"raw": raw.hex(), "txid": tx.txid().hex(), "wtxid": wtxid}


def fields(tx: Transaction) -> dict[str, Any]:
    """What was read."""
    inputs = [
        {
            "txid": each.txid.hex(),
            "vout": each.vout,
            "script_sig": each.script_sig.data.hex(),
            "sequence": each.sequence,
            "witness": [item.hex() for item in each.witness.items],
        }
        for each in tx.vin
    ]
    outputs = [{"value": each.value, "script": each.script_pubkey.data.hex()} for each in tx.vout]
    return {"version": tx.version, "locktime": tx.locktime, "inputs": inputs, "outputs": outputs}


def write(case: dict[str, Any]) -> dict[str, Any]:
    """Make the transaction of these fields, and read its bytes again."""
    verdict = told(made(case))
    assert told(Transaction.parse(bytes.fromhex(verdict["raw"]))) == verdict
    return verdict


def read(case: dict[str, Any]) -> dict[str, Any]:
    """Read bytes, which need not be a transaction."""
    try:
        tx = Transaction.parse(bytes.fromhex(case["raw"]))
        return {**told(tx), "fields": fields(tx)}
    except Exception as error:  # IndexError and OverflowError among them
        return {"refused": f"{type(error).__name__}: {error}"}


def sighash(case: dict[str, Any]) -> dict[str, Any]:
    """What signatures of one input commit to, by each of the three rules."""
    tx, place, hash_type = made(case), case["index"], case["hash_type"]
    scripts = [Script(bytes.fromhex(each["script"])) for each in case["spent"]]
    values = [each["value"] for each in case["spent"]]
    legacy_code, code = (Script(bytes.fromhex(case[name])) for name in ("legacy_code", "code"))
    return {
        "legacy": _digest(lambda: tx.sighash_legacy(place, legacy_code, hash_type)),
        "segwit_v0": _digest(lambda: tx.sighash_segwit(place, code, values[place], hash_type)),
        "taproot": _digest(lambda: tx.sighash_taproot(place, scripts, values, hash_type)),
    }


def _digest(call: Callable[[], bytes]) -> str:
    try:
        return call().hex()
    except Exception:  # an IndexError where an output is missing
        return "refused"


def psbt(case: dict[str, Any]) -> dict[str, Any]:
    """Read a PSBT, let each signer sign it, combine what they return, finish it."""
    raw = bytes.fromhex(case["raw"])
    try:
        parts = [_signed(raw, keys) for keys in case["signers"]]
        whole = PSBT.parse(parts[0].serialize())
        for part in parts[1:]:
            for mine, theirs in zip(whole.inputs, part.inputs, strict=True):
                mine.update(theirs)
        verdict = {"read": PSBT.parse(raw).serialize().hex(), "signed": [part.serialize().hex() for part in parts]}
        verdict["combined"] = whole.serialize().hex()
        final = finalize_psbt(whole)
        return {**verdict, "final": final and final.serialize().hex()}
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}


def _signed(raw: bytes, keys: list[str]) -> PSBT:
    read = PSBT.parse(raw)
    for key in keys:
        read.sign_with(PrivateKey(bytes.fromhex(key)), sighash=None)
    return read


TASKS = {"write": write, "read": read, "sighash": sighash, "psbt": psbt}

if __name__ == "__main__":
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps(TASKS[case["task"]](case)), flush=True)
