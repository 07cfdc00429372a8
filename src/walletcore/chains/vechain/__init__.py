"""VeChain: transactions of several clauses, fees that others may pay (VIP-191), certificates (VIP-192)."""

from __future__ import annotations

from walletcore.chains.vechain.chain import CHAINS, VeChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.vechain.certificate import Certificate as Certificate
    from walletcore.chains.vechain.transaction import Clause as Clause
    from walletcore.chains.vechain.transaction import LegacyTransaction as LegacyTransaction
    from walletcore.chains.vechain.transaction import Transaction as Transaction

__all__ = ["CHAINS", "Certificate", "Clause", "LegacyTransaction", "Transaction", "VeChain"]

_PLACES = {
    "Certificate": "certificate",
    "Clause": "transaction",
    "LegacyTransaction": "transaction",
    "Transaction": "transaction",
}

__getattr__ = lazily(__name__, _PLACES)
