"""bipsea: BIP-85's reference implementation, what its applications make of the entropy at a path."""

import json
import sys
from typing import Any

from bipsea.bip32 import to_master_key
from bipsea.bip85 import DRNG, apply_85, derive, to_entropy


def apply(case: dict[str, Any]) -> dict[str, Any]:
    """The 64 bytes at a path below the root of a seed, the start of their stream, and what the application gives."""
    root = to_master_key(bytes.fromhex(case["seed"]), mainnet=case["network"] == "mainnet", private=True)
    derived = derive(root, case["path"])
    entropy = to_entropy(derived.data[1:])
    verdict = {"entropy": entropy.hex(), "drng": DRNG(entropy).read(case["count"]).hex()}
    if case["application"]:
        verdict["application"] = str(apply_85(derived, case["path"])["application"])
    return verdict


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(apply(json.loads(line))), flush=True)
