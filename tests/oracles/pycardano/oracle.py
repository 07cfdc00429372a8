"""pycardano: the root of Icarus, its children in private and in public, and what an extended key signs."""

import json
import sys
from typing import Any

from pycardano.crypto.bip32 import BIP32ED25519PrivateKey, HDWallet


def derive(case: dict[str, Any]) -> dict[str, Any]:
    """The root of an entropy, the key at a path, its signature, and a public key further down."""
    root = HDWallet.from_entropy(case["entropy"], case["passphrase"])
    key = root.derive_from_path(case["path"])
    signer = BIP32ED25519PrivateKey(key.xprivate_key, key.chain_code)
    below = key
    for index in case["below"]:
        below = below.derive(index, private=False)
    return {
        "root": (root.xprivate_key + root.chain_code).hex(),
        "key": (key.xprivate_key + key.chain_code).hex(),
        "public": key.public_key.hex(),
        "signature": signer.sign(bytes.fromhex(case["message"])).hex(),
        "below": (below.public_key + below.chain_code).hex(),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(derive(json.loads(line))), flush=True)
