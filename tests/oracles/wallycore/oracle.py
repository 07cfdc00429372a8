"""libwally: Bitcoin transactions, their ids and sizes, what signatures of them commit to; PSBTs in all roles."""

import hashlib
import json
import sys
from collections.abc import Callable
from typing import Any

import wallycore as wally

WITNESS = wally.WALLY_TX_FLAG_USE_WITNESS


def made(case: dict[str, Any]) -> Any:
    """The transaction with these fields."""
    tx = wally.tx_init(case["version"], case["locktime"], len(case["inputs"]), len(case["outputs"]))
    for each in case["inputs"]:
        stack = wally.tx_witness_stack_init(len(each["witness"]))
        for item in each["witness"]:
            wally.tx_witness_stack_add(stack, bytes.fromhex(item))
        script = bytes.fromhex(each["script_sig"]) or None
        outpoint = bytes.fromhex(each["txid"])[::-1], each["vout"]
        wally.tx_add_raw_input(tx, *outpoint, each["sequence"], script, stack if each["witness"] else None, 0)
    for each in case["outputs"]:
        wally.tx_add_raw_output(tx, each["value"], bytes.fromhex(each["script"]) or None, 0)
    return tx


def told(tx: Any) -> dict[str, Any]:
    """The bytes, ids and sizes of a transaction."""
    raw = bytes(wally.tx_to_bytes(tx, WITNESS))
    return {
        "raw": raw.hex(),
        "txid": bytes(wally.tx_get_txid(tx))[::-1].hex(),
        "wtxid": hashlib.sha256(hashlib.sha256(raw).digest()).digest()[::-1].hex(),
        "weight": wally.tx_get_weight(tx),
        "vsize": wally.tx_get_vsize(tx),
    }


def inputs(tx: Any) -> list[dict[str, Any]]:
    """The inputs that were read."""
    return [
        {
            "txid": bytes(wally.tx_get_input_txhash(tx, place))[::-1].hex(),
            "vout": wally.tx_get_input_index(tx, place),
            "script_sig": _sized(wally.tx_get_input_script, wally.tx_get_input_script_len(tx, place), tx, place),
            "sequence": wally.tx_get_input_sequence(tx, place),
            "witness": _witness(tx, place),
        }
        for place in range(wally.tx_get_num_inputs(tx))
    ]


def outputs(tx: Any) -> list[dict[str, Any]]:
    """The outputs that were read."""
    return [
        {
            "value": wally.tx_get_output_satoshi(tx, place),
            "script": _sized(wally.tx_get_output_script, wally.tx_get_output_script_len(tx, place), tx, place),
        }
        for place in range(wally.tx_get_num_outputs(tx))
    ]


def _sized(get: Callable[..., Any], size: int, *where: Any) -> str:
    """Bytes that libwally hands out; it refuses to hand out none."""
    return bytes(get(*where)).hex() if size else ""


def _witness(tx: Any, place: int) -> list[str]:
    if not wally.tx_get_witness_count(tx):
        return []
    count = wally.tx_get_input_witness_num_items(tx, place)
    sizes = [wally.tx_get_input_witness_len(tx, place, item) for item in range(count)]
    return [_sized(wally.tx_get_input_witness, size, tx, place, item) for item, size in enumerate(sizes)]


def write(case: dict[str, Any]) -> dict[str, Any]:
    """Make the transaction of these fields, and read its bytes again."""
    tx = made(case)
    verdict = told(tx)
    assert told(wally.tx_from_bytes(bytes.fromhex(verdict["raw"]), 0)) == verdict
    return verdict


def read(case: dict[str, Any]) -> dict[str, Any]:
    """Read bytes, which need not be a transaction."""
    try:
        tx = wally.tx_from_bytes(bytes.fromhex(case["raw"]), 0)
        fields = {"version": wally.tx_get_version(tx), "locktime": wally.tx_get_locktime(tx)}
        return {**told(tx), "fields": {**fields, "inputs": inputs(tx), "outputs": outputs(tx)}}
    except ValueError as error:
        return {"refused": str(error)}


def sighash(case: dict[str, Any]) -> dict[str, Any]:
    """What signatures of one input commit to, by each of the three rules."""
    tx, place, hash_type = made(case), case["index"], case["hash_type"]
    spent = case["spent"][place]
    return {
        "legacy": _digest(
            lambda: wally.tx_get_btc_signature_hash(tx, place, _code(case, "legacy_code"), 0, hash_type, 0)
        ),
        "segwit_v0": _digest(
            lambda: wally.tx_get_btc_signature_hash(tx, place, _code(case, "code"), spent["value"], hash_type, WITNESS)
        ),
        "taproot": _digest(lambda: _taproot(tx, case)),
    }


def _code(case: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(case[name])


def _digest(call: Callable[[], Any]) -> str:
    try:
        return bytes(call()).hex()
    except ValueError:
        return "refused"


def _taproot(tx: Any, case: dict[str, Any]) -> Any:
    spent = case["spent"]
    scripts = wally.map_init(len(spent), None)
    for place, each in enumerate(spent):
        wally.map_add_integer(scripts, place, bytes.fromhex(each["script"]))
    values = [each["value"] for each in spent]
    none, key_version = None, 0
    return wally.tx_get_btc_taproot_signature_hash(
        tx, case["index"], scripts, values, none, key_version, wally.WALLY_NO_CODESEPARATOR, none, case["hash_type"], 0
    )


def psbt(case: dict[str, Any]) -> dict[str, Any]:
    """Read a PSBT, let each signer sign it, combine what they return, finish it."""
    raw = bytes.fromhex(case["raw"])
    try:
        read = wally.psbt_from_bytes(raw, wally.WALLY_PSBT_PARSE_FLAG_STRICT)
        flags = wally.EC_FLAG_GRIND_R if case["low_r"] else 0
        parts = [_signed(raw, keys, flags) for keys in case["signers"]]
        whole = wally.psbt_clone(parts[0], 0)
        for part in parts[1:]:
            wally.psbt_combine(whole, part)
        verdict = {"read": _hex(read), "signed": [_hex(part) for part in parts], "combined": _hex(whole)}
        wally.psbt_finalize(whole, 0)
        verdict["finalized"] = _hex(whole)
        return {**verdict, "final": bytes(wally.tx_to_bytes(_extracted(whole), WITNESS)).hex()}
    except ValueError as error:
        return {"refused": str(error)}


def _extracted(psbt: Any) -> Any:
    return wally.psbt_extract(psbt, wally.WALLY_PSBT_EXTRACT_FINAL)


def _hex(psbt: Any) -> str:
    return bytes(wally.psbt_to_bytes(psbt, 0)).hex()


def _signed(raw: bytes, keys: list[str], flags: int) -> Any:
    psbt = wally.psbt_from_bytes(raw, wally.WALLY_PSBT_PARSE_FLAG_STRICT)
    for key in keys:
        wally.psbt_sign(psbt, bytes.fromhex(key), flags)
    return psbt


TASKS = {"write": write, "read": read, "sighash": sighash, "psbt": psbt}

if __name__ == "__main__":
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps(TASKS[case["task"]](case)), flush=True)
