"""cosmpy: transactions of Cosmos chains signed in SIGN_MODE_DIRECT, and bytes read by Google's protobuf."""

import json
import sys
from contextlib import suppress
from typing import Any

from cosmpy.aerial.coins import Coin
from cosmpy.aerial.tx import SigningCfg, Transaction, TxFee
from cosmpy.crypto.address import Address
from cosmpy.crypto.keypairs import PrivateKey
from cosmpy.protos.cosmos.bank.v1beta1 import tx_pb2 as bank
from cosmpy.protos.cosmos.crisis.v1beta1 import tx_pb2 as crisis
from cosmpy.protos.cosmos.crypto.ed25519 import keys_pb2 as ed25519
from cosmpy.protos.cosmos.crypto.multisig import keys_pb2 as multisig
from cosmpy.protos.cosmos.distribution.v1beta1 import tx_pb2 as distribution
from cosmpy.protos.cosmos.slashing.v1beta1 import tx_pb2 as slashing
from cosmpy.protos.cosmos.staking.v1beta1 import tx_pb2 as staking
from cosmpy.protos.cosmos.tx.v1beta1 import tx_pb2 as tx
from cosmpy.protos.cosmos.vesting.v1beta1 import tx_pb2 as vesting
from google.protobuf import symbol_database
from google.protobuf.json_format import ParseDict

MODULES = (bank, crisis, distribution, ed25519, multisig, slashing, staking, vesting)
POOL = symbol_database.Default()


def message(given: dict[str, Any]) -> Any:
    """A message of a type URL, by the JSON that protobuf has for it."""
    return ParseDict(given["json"], POOL.GetSymbol(given["typeUrl"].removeprefix("/"))())


def signed(case: dict[str, Any]) -> dict[str, Any]:
    key = PrivateKey(bytes.fromhex(case["secret"]))
    fee = case["fee"]
    paid = TxFee(
        amount=[Coin(int(each["amount"]), each["denom"]) for each in fee["amount"]],
        gas_limit=int(fee["gas"]),
        granter=Address(fee["granter"]) if fee["granter"] else None,
        payer=Address(fee["payer"]) if fee["payer"] else None,
    )
    made = Transaction()
    for each in case["messages"]:
        made.add_message(message(each))
    config = SigningCfg.direct(key.public_key, case["sequence"])
    made.seal(config, paid, memo=case["memo"], timeout_height=case["timeout_height"])
    made.sign(key, case["chain_id"], case["account_number"], deterministic=True)
    made.complete()
    return {
        "raw": made.tx.SerializeToString(deterministic=True).hex(),
        "address": str(Address(key.public_key, case["prefix"])),
    }


def read(case: dict[str, Any]) -> dict[str, Any]:
    """The bytes of a TxRaw, and of what is in it, as protobuf writes them again."""
    raw = tx.TxRaw.FromString(bytes.fromhex(case["raw"]))
    body, auth = tx.TxBody.FromString(raw.body_bytes), tx.AuthInfo.FromString(raw.auth_info_bytes)
    for each in (*body.messages, *(info.public_key for info in auth.signer_infos)):
        with suppress(KeyError):  # a type that it does not know stays as it is
            kind = POOL.GetSymbol(each.type_url.removeprefix("/"))
            each.value = kind.FromString(each.value).SerializeToString(deterministic=True)
    raw.body_bytes, raw.auth_info_bytes = (each.SerializeToString(deterministic=True) for each in (body, auth))
    types = [each.type_url for each in body.messages]
    return {"raw": raw.SerializeToString(deterministic=True).hex(), "memo": body.memo, "types": types}


TASKS = {"sign": signed, "read": read}


def verdict(case: dict[str, Any]) -> dict[str, Any]:
    """Do what the case asks for; what cosmpy refuses is told by its error."""
    try:
        return TASKS[case["task"]](case)
    except Exception as error:  # its refusals have many classes
        return {"refused": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))), flush=True)
