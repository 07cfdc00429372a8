"""bdk: PSBTs read, combined, made final by its miniscript, and extracted; those that its wallets make."""

import base64
import json
import sys
from typing import Any

import bdkpython as bdk


def psbt(case: dict[str, Any]) -> dict[str, Any]:
    """Read a PSBT, combine what signers return, finish it."""
    try:
        parts = [_read(part) for part in case["parts"]]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole.combine(part)
        verdict = {"read": _hex(_read(case["raw"])), "combined": _hex(whole)}
        done = whole.finalize()
        if not done.could_finalize:
            return {**verdict, "refused": str(done.errors)}
        final = bytes(done.psbt.extract_tx_unchecked_fee_rate().serialize())
        return {**verdict, "finalized": _hex(done.psbt), "final": final.hex()}
    except (bdk.PsbtParseError, bdk.PsbtError, bdk.ExtractTxError) as error:
        return {"refused": f"{type(error).__name__}: {error}"}


def wallet(case: dict[str, Any]) -> dict[str, Any]:
    """Pay from the first address of a wallet, of a transaction that pays it there, and sign."""
    external, internal = (bdk.Descriptor(each, bdk.NetworkKind.TEST) for each in case["descriptors"])
    made = bdk.Wallet(external, internal, bdk.Network.REGTEST, bdk.Persister.new_in_memory())
    script = bytes(made.reveal_next_address(bdk.KeychainKind.EXTERNAL).address.script_pubkey().to_bytes())
    paid = bdk.Transaction(bytes.fromhex(case["before"]) + bytes((len(script),)) + script + bytes(4))
    made.apply_unconfirmed_txs([bdk.UnconfirmedTx(tx=paid, last_seen=1)])
    to = bdk.Script(bytes.fromhex(case["to"]))
    found = bdk.TxBuilder().add_recipient(to, bdk.Amount.from_sat(case["value"])).finish(made)
    raw = _hex(found)
    made.sign(found, None)
    return {"raw": raw, "signed": _hex(found)}


def _read(raw: str) -> Any:
    return bdk.Psbt(base64.b64encode(bytes.fromhex(raw)).decode())


def _hex(psbt: Any) -> str:
    return base64.b64decode(psbt.serialize()).hex()


TASKS = {"psbt": psbt, "wallet": wallet}

if __name__ == "__main__":
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps(TASKS[case["task"]](case)), flush=True)
