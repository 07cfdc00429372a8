"""What calldata ask of contracts, told as effects: tokens, batches, Safes, accounts, and who controls a contract.

The bytes say what is asked, and the contract does what its code says. A call that is not known by its selector, or
whose calldata are not the ones that the contract ABI gives for its arguments, is `Opaque`: contracts read those, too,
and nobody should guess how.
"""

from __future__ import annotations

from collections.abc import Collection

from walletcore.chains.base import Address
from walletcore.chains.evm.erc20 import told as of_erc20
from walletcore.effects import Effect

__all__ = ["effects", "of_account"]


def effects(contract: Address, caller: str, data: bytes, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
    """What calldata ask of a contract, with all that a batch or a Safe asks of others in their name.

    ``caller`` is a CAIP-10 account, or empty where it is not known; ``erc20`` are contracts that are known to be of
    ERC-20, beside those that the chain's row names. Coins that go with the call are told by whoever sends it. Raises
    `TransactionError` for others than addresses.
    """
    told = of_erc20(contract, caller, data, erc20)
    if told and caller != contract.account_id:  # by far the most, and read without the table
        return told
    from walletcore.chains.evm.calls import reading

    return reading.told(contract, caller, data, erc20)


def of_account(account: Address, caller: str, data: bytes, erc20: Collection[Address] = ()) -> tuple[Effect, ...]:
    """The same for a contract that is known to be somebody's account, and so no token. Raises `TransactionError`.

    What calldata of a token would be is `Opaque`: with ``transfer(address,uint256)`` an account may give its coins.
    """
    from walletcore.chains.evm.calls import reading

    return reading.told(account, caller, data, erc20, is_account=True)
