"""monero-python: accounts of seeds, their subaddresses, and the texts of addresses."""

import json
import sys
from typing import Any

from monero.address import IntegratedAddress, address
from monero.backends.offline import OfflineWallet
from monero.seed import Seed
from monero.wallet import Wallet

NETWORKS = {"mainnet": "main", "stagenet": "stage", "testnet": "test"}


def account(case: dict[str, Any]) -> dict[str, Any]:
    """The keys of a seed, the address at these numbers, and the integrated one."""
    seed = Seed(case["seed"])
    primary = seed.public_address(NETWORKS[case["network"]])
    keys = {"spend_key": seed.secret_spend_key(), "view_key": seed.secret_view_key()}
    wallet = Wallet(OfflineWallet(str(primary), view_key=keys["view_key"]))
    below = wallet.get_address(case["account"], case["index"])
    return {**keys, "address": str(below), "integrated": str(primary.with_payment_id(case["payment_id"]))}


def read(case: dict[str, Any]) -> dict[str, Any]:
    """What an address says, or that it is none."""
    try:
        found = address(case["text"])
    except ValueError:
        return {"refused": True}
    payment_id = str(found.payment_id()) if isinstance(found, IntegratedAddress) else ""
    return {"spend": found.spend_key(), "view": found.view_key(), "net": found.net, "payment_id": payment_id}


TASKS = {"account": account, "read": read}

if __name__ == "__main__":
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps(TASKS[case["task"]](case)), flush=True)
