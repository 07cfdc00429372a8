"""Addresses by the million, from one account's extended public key: in one process, in several, and in a cluster.

Public data only. Whoever needs a few asks `Wallet`.
"""

from __future__ import annotations

from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.bulk.account import Account as Account
    from walletcore.bulk.account import derive as derive
    from walletcore.bulk.checking import check as check
    from walletcore.bulk.exporting import export as export
    from walletcore.bulk.parallel import derive_parallel as derive_parallel

__all__ = ["Account", "check", "derive", "derive_parallel", "export"]

_PLACES = {
    "Account": "account",
    "check": "checking",
    "derive": "account",
    "derive_parallel": "parallel",
    "export": "exporting",
}

__getattr__ = lazily(__name__, _PLACES)
