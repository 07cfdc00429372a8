"""urtypes: Blockchain Commons' types of Uniform Resources in Python, what it reads in a key and writes again."""

import json
import sys
from typing import Any

from urtypes.crypto import HDKey


def read(case: dict[str, Any]) -> dict[str, Any]:
    """The text of an extended key, its paths and what is beside it, and the message again."""
    key = HDKey.from_cbor(bytes.fromhex(case["message"]))
    source = key.origin.source_fingerprint if key.origin else None
    use = key.use_info
    return {
        "text": key.bip32_key() if key.origin or key.master else "",
        "path": key.origin.path() if key.origin else "",
        "source": source.hex() if source else "",
        "children": key.children.path() if key.children else "",
        "use": [use.type or 0, use.network or 0] if use else [0, 0],
        "name": key.name or "",
        "note": key.note or "",
        "again": bytes(key.to_cbor()).hex(),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(read(json.loads(line))), flush=True)
