"""What a user operation does, as far as it can be read from what is signed (ERC-4337)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from walletcore.chains.base import Address
from walletcore.chains.evm import calls, simple_account
from walletcore.chains.evm.user_operation import VERSIONS, UserOperation
from walletcore.effects import Authority, Call, Effect, Fee, Opaque

__all__ = ["effects"]


def effects(operation: UserOperation, erc20: Collection[Address]) -> tuple[Effect, ...]:
    """Who comes to control the account, its calls, the paymaster's, and the highest fee."""
    payer = operation.sender if operation.paymaster is None else operation.paymaster
    fee = Fee(asset=operation.chain.asset, at_most=operation.prefund, payer=payer.account_id)
    return (*_elsewhere(operation), *_creation(operation), *_called(operation, erc20), *_sponsoring(operation), fee)


def _elsewhere(operation: UserOperation) -> Iterator[Effect]:
    """What another contract than the published one does with an operation, its own code says."""
    version, contract = operation.version, operation.entry_point
    if contract.payload != bytes.fromhex(VERSIONS[version].entry_point[2:]):
        why = f"an operation for {contract.account_id}, which is not the entry point of {version}"
        yield Opaque(why=why, data=operation.raw)


def _creation(operation: UserOperation) -> Iterator[Effect]:
    """Whoever is asked to create an account, or is run in its place, says who controls it."""
    account, data = operation.sender.account_id, operation.factory_data
    if operation.delegate is not None:
        yield Authority(account=account, change=f"it runs the code of {operation.delegate.account_id} (EIP-7702)")
        if data:
            yield Opaque(why=f"calls {account} before all else", data=data)
    if operation.factory is None:
        return
    factory, owner = operation.factory.account_id, simple_account.owner_of(operation.chain, data)
    if owner is not None:
        yield Authority(account=account, change=f"{factory} creates it for {owner.account_id}")
        return
    yield Authority(account=account, change=f"{factory} creates it")
    if data:
        yield Opaque(why=f"calls {factory}", data=data)


def _called(operation: UserOperation, erc20: Collection[Address]) -> Iterator[Effect]:
    """What the entry point tells the account, which is a contract that is called as others are."""
    if operation.call_data:
        caller = operation.entry_point.account_id
        yield from calls.of_account(operation.sender, caller, operation.call_data, erc20)


def _sponsoring(operation: UserOperation) -> Iterator[Effect]:
    """The paymaster is called before and after; what it may take, the account has allowed it before."""
    if operation.paymaster is not None:
        arguments = (("paymasterData", "0x" + operation.paymaster_data.hex()),) if operation.paymaster_data else ()
        yield Call(target=operation.paymaster.account_id, name="validatePaymasterUserOp", arguments=arguments)
