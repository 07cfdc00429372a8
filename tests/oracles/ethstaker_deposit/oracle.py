"""ethstaker-deposit: the tree of EIP-2333, with the public keys of py-ecc."""

import json
import sys
from typing import Any

from ethstaker_deposit.key_handling.key_derivation.path import path_to_nodes
from ethstaker_deposit.key_handling.key_derivation.tree import derive_child_SK, derive_master_SK
from py_ecc.bls.ciphersuites import G2ProofOfPossession


def derive(case: dict[str, Any]) -> dict[str, Any]:
    """The private and the public key at a path below the root of a seed."""
    secret = derive_master_SK(bytes.fromhex(case["seed"]))
    for index in path_to_nodes(case["path"]):
        secret = derive_child_SK(parent_SK=secret, index=index)
    return {"secret": secret.to_bytes(32, "big").hex(), "public": G2ProofOfPossession.SkToPk(secret).hex()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(derive(json.loads(line))), flush=True)
