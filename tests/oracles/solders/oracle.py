"""solders, the Rust SDK of Solana: messages compiled from instructions, signed, and read again."""

import json
import sys
from typing import Any

from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0, MessageV1, TransactionConfig, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction


def key(digits: str) -> Pubkey:
    """A public key, or an address that has none."""
    return Pubkey(bytes.fromhex(digits))


def instruction(call: dict[str, Any]) -> Instruction:
    """One instruction; of an account it is told whether it signs and whether it is written."""
    accounts = [AccountMeta(key(account), signs, written) for account, signs, written in call["accounts"]]
    return Instruction(key(call["program"]), bytes.fromhex(call["data"]), accounts)


def compiled(case: dict[str, Any], payer: Pubkey) -> Message | MessageV0 | MessageV1:
    """A legacy message where there are no tables, version 0 where there may be some, version 1 with a config."""
    calls, blockhash = [instruction(call) for call in case["instructions"]], Hash(bytes.fromhex(case["blockhash"]))
    if case.get("config") is not None:
        message = MessageV1.try_compile(payer, calls, blockhash, TransactionConfig(**case["config"]))
        message.validate()
        return message
    if case["tables"] is None:
        return Message.new_with_blockhash(calls, payer, blockhash)
    tables = [AddressLookupTableAccount(key(table), list(map(key, listed))) for table, listed in case["tables"]]
    return MessageV0.try_compile(payer, calls, tables, blockhash)


def transaction(case: dict[str, Any]) -> dict[str, Any]:
    """Compile and sign, the first of the seeds pays; and read the bytes again."""
    pairs = [Keypair.from_seed(bytes.fromhex(seed)) for seed in case["seeds"]]
    try:
        message = compiled(case, pairs[0].pubkey())
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}
    owners = {pair.pubkey(): pair for pair in pairs}
    signers = [owners[account] for account in message.account_keys[: message.header.num_required_signatures]]
    signed = VersionedTransaction(message, signers)
    raw = bytes(signed)
    assert VersionedTransaction.from_bytes(raw) == signed
    assert all(signed.verify_with_results())
    return {
        "message": (bytes(message) if isinstance(message, Message) else to_bytes_versioned(message)).hex(),
        "accounts": [bytes(account).hex() for account in message.account_keys],
        "raw": raw.hex(),
        "id": str(signed.signatures[0]),
    }


def read(case: dict[str, Any]) -> dict[str, Any]:
    """Read bytes, which need not be a transaction, and write them again."""
    try:
        found = VersionedTransaction.from_bytes(bytes.fromhex(case["raw"]))
        found.sanitize()
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}
    accounts = [bytes(account).hex() for account in found.message.account_keys]
    signatures = [bytes(signature).hex() for signature in found.signatures]
    return {"raw": bytes(found).hex(), "accounts": accounts, "signatures": signatures}


TASKS = {"transaction": transaction, "read": read}

if __name__ == "__main__":
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps(TASKS[case["task"]](case)), flush=True)
