"""Addresses by the million, from one account's extended public key: in one process, in several, and in a cluster.

Public data only. Whoever needs a few asks `Wallet`.
"""

from __future__ import annotations

from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.bulk.account import Account, derive

__all__ = ["Account", "derive"]

_PLACES = {"Account": "account", "derive": "account"}

__getattr__ = lazily(__name__, _PLACES)
