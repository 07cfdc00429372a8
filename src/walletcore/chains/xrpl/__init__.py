"""The XRP Ledger: addresses and tags, the canonical codec, transactions of every type by one key or several.

One file an idea: `chain` (networks, addresses), `accounts`, `amounts`, `numbers` and `values` (parts of fields),
`definitions` (the published tables), `codec` (bytes), `parties` (who signs), `transaction` and `decode`, `claims` (of
payment channels), `typed` and `effects`.
"""

from __future__ import annotations

from walletcore.chains.xrpl.chain import CHAINS, XrplChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.xrpl.amounts import IssuedAmount as IssuedAmount
    from walletcore.chains.xrpl.amounts import MptAmount as MptAmount
    from walletcore.chains.xrpl.claims import Claim as Claim
    from walletcore.chains.xrpl.parties import Cosigner as Cosigner
    from walletcore.chains.xrpl.parties import Party as Party
    from walletcore.chains.xrpl.transaction import AnyTransaction as AnyTransaction
    from walletcore.chains.xrpl.transaction import Transaction as Transaction

__all__ = [
    "CHAINS",
    "AnyTransaction",
    "Claim",
    "Cosigner",
    "IssuedAmount",
    "MptAmount",
    "Party",
    "Transaction",
    "XrplChain",
]

_PLACES = {
    "AnyTransaction": "transaction",
    "Claim": "claims",
    "Cosigner": "parties",
    "IssuedAmount": "amounts",
    "MptAmount": "amounts",
    "Party": "parties",
    "Transaction": "transaction",
}

__getattr__ = lazily(__name__, _PLACES)
