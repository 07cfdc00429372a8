"""eth-account: signed transactions of types 0 to 4, EIP-191 messages, EIP-712 typed data.

eth-keys computes in pure Python here: libsecp256k1, on which walletcore stands, is not installed beside it.
"""

import json
import sys
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct, encode_intended_validator, encode_typed_data
from eth_utils.address import to_checksum_address

QUANTITIES = {
    "chain_id": "chainId",
    "gas_price": "gasPrice",
    "max_fee": "maxFeePerGas",
    "max_priority_fee": "maxPriorityFeePerGas",
    "max_blob_fee": "maxFeePerBlobGas",
}


def transaction(case: dict[str, Any]) -> dict[str, Any]:
    """Sign the fields, and tell who has signed."""
    fields = {name: case[name] for name in ("nonce", "gas", "value")}
    fields |= {theirs: case[ours] for ours, theirs in QUANTITIES.items() if case.get(ours) is not None}
    fields |= {"to": bytes.fromhex(case["to"]), "data": bytes.fromhex(case["data"])}
    if case["type"]:
        listed = [{"address": f"0x{a}", "storageKeys": [f"0x{k}" for k in keys]} for a, keys in case["access_list"]]
        fields |= {"type": case["type"], "accessList": listed}
    if "versioned_hashes" in case:
        fields["blobVersionedHashes"] = [f"0x{each}" for each in case["versioned_hashes"]]
    if "authorizations" in case:
        fields["authorizationList"] = list(map(authorization, case["authorizations"]))
    signed = Account.sign_transaction(fields, bytes.fromhex(case["secret"]))
    raw = bytes(signed.raw_transaction)
    return {"raw": raw.hex(), "hash": bytes(signed.hash).hex(), "sender": Account.recover_transaction(raw)}


def authorization(listed: dict[str, Any]) -> dict[str, Any]:
    """Spell a signed authorization."""
    names = {"chain_id": "chainId", "nonce": "nonce", "parity": "yParity", "r": "r", "s": "s"}
    numbers = {theirs: int(listed[ours]) for ours, theirs in names.items()}
    return {**numbers, "address": bytes.fromhex(listed["address"])}


def sender(case: dict[str, Any]) -> dict[str, Any]:
    """Tell who has signed these bytes, if anybody can have."""
    return {"sender": Account.recover_transaction(bytes.fromhex(case["raw"]))}


def message(case: dict[str, Any]) -> dict[str, Any]:
    """Sign a personal message, or data for a validator; and tell who has signed where that is asked: it takes long."""
    text = bytes.fromhex(case["data"])
    if case["validator"] is None:
        signable = encode_defunct(text)
    else:
        signable = encode_intended_validator(to_checksum_address(bytes.fromhex(case["validator"])), text)
    signed = Account.sign_message(signable, bytes.fromhex(case["secret"]))
    signature = bytes(signed.signature)
    signer = Account.recover_message(signable, signature=signature) if case["recover"] else ""
    return {"digest": bytes(signed.message_hash).hex(), "signature": signature.hex(), "signer": signer}


def typed_data(case: dict[str, Any]) -> dict[str, Any]:
    """Hash and sign typed data."""
    signable = encode_typed_data(full_message=case["document"])
    signed = Account.sign_message(signable, bytes.fromhex(case["secret"]))
    return {
        "separator": bytes(signable.header).hex(),
        "struct_hash": bytes(signable.body).hex(),
        "digest": bytes(signed.message_hash).hex(),
        "signature": bytes(signed.signature).hex(),
    }


TASKS = {"transaction": transaction, "sender": sender, "message": message, "typed_data": typed_data}


def verdict(case: dict[str, Any]) -> dict[str, Any]:
    """Do what the case asks for; what eth-account refuses is told by its error."""
    try:
        return TASKS[case["task"]](case)
    except Exception as error:  # its refusals have many classes
        return {"refused": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))), flush=True)
