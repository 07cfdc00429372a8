"""The gas that a transaction needs before any code runs: Yellow Paper, appendix G; EIP-2, 2028, 2930, 3860, 7623, 7702.

The gas of blobs is another, with a price of its own: `BlobTransaction.blob_gas`.
"""

from __future__ import annotations

from walletcore.chains.evm.common import AnyTransaction

__all__ = ["floor_gas", "intrinsic_gas", "least_gas"]

_TRANSACTION, _CREATION = 21_000, 32_000
_TOKEN, _FLOOR_TOKEN, _NON_ZERO = 4, 10, 4  # a byte that is not zero counts as four tokens
_INIT_CODE_WORD = 2
_ACCOUNT, _STORAGE_KEY = 2_400, 1_900
_AUTHORIZATION = 25_000  # PER_EMPTY_ACCOUNT_COST


def least_gas(transaction: AnyTransaction) -> int:
    """Units of gas with less of which no node of Ethereum takes the transaction ("intrinsic gas too low").

    What code needs when it runs comes on top. Chains with other rules may want more, or less for much data.
    """
    return max(intrinsic_gas(transaction), floor_gas(transaction))


def intrinsic_gas(transaction: AnyTransaction) -> int:
    """What the transaction, its data, its lists and the making of a contract cost by themselves."""
    gas = _TRANSACTION + _TOKEN * _tokens(transaction.data)
    if transaction.to is None:
        gas += _CREATION + _INIT_CODE_WORD * -(-len(transaction.data) // 32)
    for _, keys in getattr(transaction, "access_list", ()):  # legacy transactions have none
        gas += _ACCOUNT + _STORAGE_KEY * len(keys)
    return gas + _AUTHORIZATION * len(getattr(transaction, "authorizations", ()))


def floor_gas(transaction: AnyTransaction) -> int:
    """What is charged for data at least (EIP-7623), however little the rest costs."""
    return _TRANSACTION + _FLOOR_TOKEN * _tokens(transaction.data)


def _tokens(data: bytes) -> int:
    return _NON_ZERO * len(data) - (_NON_ZERO - 1) * data.count(0)
