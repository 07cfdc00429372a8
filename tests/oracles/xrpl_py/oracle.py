"""xrpl-py: the codec both ways, what is signed, signatures by one or several, keys of seeds, addresses, claims."""

import json
import sys
from collections.abc import Callable
from typing import Any

from xrpl.core import addresscodec, binarycodec, keypairs
from xrpl.core.binarycodec.main import (
    encode_for_multisigning_counterparty,
    encode_for_multisigning_sponsor,
    encode_for_signing_counterparty,
    encode_for_signing_sponsor,
)
from xrpl.models.transactions.transaction import Transaction

Json = dict[str, Any]


def encoded(case: Json) -> Json:
    data = binarycodec.encode(case["fields"])
    return {"encoded": data, "fields": binarycodec.decode(data)}


def decoded(case: Json) -> Json:
    return {"fields": binarycodec.decode(case["encoded"])}


def payloads(case: Json) -> Json:
    """What each of the signers signs, and the fields that all of them do."""
    fields, account = case["fields"], case["account"]
    several: tuple[Callable[[Json, str], str], ...] = (
        binarycodec.encode_for_multisigning,
        encode_for_multisigning_counterparty,
        encode_for_multisigning_sponsor,
    )
    one: tuple[Callable[[Json], str], ...] = (
        binarycodec.encode_for_signing,
        encode_for_signing_counterparty,
        encode_for_signing_sponsor,
    )
    return {"one": [each(fields) for each in one], "several": [each(fields, account) for each in several]}


def signed(case: Json) -> Json:
    """The keys and address of a seed, and its signature over the fields."""
    public, private = keypairs.derive_keypair(case["seed"])
    data = bytes.fromhex(binarycodec.encode_for_signing(case["fields"] | {"SigningPubKey": public}))
    signature = keypairs.sign(data, private)
    whole = case["fields"] | {"SigningPubKey": public, "TxnSignature": signature}
    return {"public": public, "address": keypairs.derive_classic_address(public), "raw": binarycodec.encode(whole)}


def claim(case: Json) -> Json:
    return {"payload": binarycodec.encode_for_signing_claim({"channel": case["channel"], "amount": case["amount"]})}


def batch(case: Json) -> Json:
    return {"payload": binarycodec.encode_for_signing_batch(case["batch"])}


def addresses(case: Json) -> Json:
    text = addresscodec.classic_address_to_xaddress(case["classic"], case["tag"], case["test"])
    return {"x": text, "read": addresscodec.xaddress_to_classic_address(text)}


def typed(case: Json) -> Json:
    """The bytes of a transaction that its model takes for valid."""
    return {"encoded": binarycodec.encode(Transaction.from_xrpl(case["fields"]).to_xrpl())}


TASKS = {
    "typed": typed,
    "encode": encoded,
    "decode": decoded,
    "payloads": payloads,
    "sign": signed,
    "claim": claim,
    "batch": batch,
    "address": addresses,
}


def verdict(case: Json) -> Json:
    """Do what the case asks for; what xrpl-py refuses is told by its error."""
    try:
        return TASKS[case["task"]](case)
    except Exception as error:  # its refusals have many classes
        return {"refused": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))), flush=True)
