"""What a person, or a rule, is told of a user operation."""

import pytest

from support.evm import ETHEREUM
from support.operations import ACCOUNT, FACTORY, PAYMASTER, operation
from walletcore.chains.evm import erc20
from walletcore.chains.evm.simple_account import Inner, create_account, execute, execute_batch
from walletcore.chains.evm.user_operation import VERSIONS
from walletcore.effects import Approve, Authority, Call, Fee, Opaque, Transfer
from walletcore.errors import TransactionError

FEE = Fee(asset="eip155:1/slip44:60", at_most=350_000 * 30 * 10**9, payer=ACCOUNT.account_id)
YOU, TOKEN = ETHEREUM.account(b"\x42" * 20), ETHEREUM.account(b"\x70" * 20)
ASSET, ERC20 = "eip155:1/slip44:60", f"eip155:1/erc20:{TOKEN.text}"
PAID = Transfer(asset=ASSET, amount=5, source=ACCOUNT.account_id, destination=YOU.account_id)
MOVED = Transfer(asset=ERC20, amount=6, source=ACCOUNT.account_id, destination=YOU.account_id)


def test_an_operation_without_calldata_costs_its_fee() -> None:
    assert operation(call_data=b"").effects() == (FEE,)


def test_the_account_is_who_pays_and_who_moves() -> None:
    assert operation(call_data=execute(Inner(to=YOU, value=5))).effects() == (PAID, FEE)
    assert operation(call_data=execute(Inner(to=TOKEN, data=erc20.transfer(YOU, 6)))).effects() == (MOVED, FEE)


def test_a_call_without_value_and_data_is_a_transfer_of_nothing() -> None:
    made = operation(call_data=execute(Inner(to=YOU)))
    nothing = Transfer(asset=ASSET, amount=0, source=ACCOUNT.account_id, destination=YOU.account_id)
    assert made.effects() == (nothing, FEE)


@pytest.mark.parametrize("version", ["0.7", "0.8", "0.9"])
def test_calls_in_a_batch_are_told_one_after_the_other(version: str) -> None:
    calls = [Inner(to=YOU, value=5), Inner(to=TOKEN, data=erc20.transfer(YOU, 6)), Inner(to=YOU, data=b"\1")]
    made = operation(version=version, call_data=execute_batch(calls, version=version))
    unknown = Opaque(why=f"calls {YOU.account_id}", data=b"\1")
    assert made.effects() == (PAID, MOVED, unknown, FEE)


def test_what_the_caller_knows_of_tokens_is_heard() -> None:
    made = operation(call_data=execute(Inner(to=TOKEN, data=erc20.approve(YOU, 6))))
    allowed = Approve(asset=ERC20, amount=6, spender=YOU.account_id, source=ACCOUNT.account_id)
    assert made.effects(erc20=[TOKEN]) == (allowed, FEE)
    assert made.effects()[0] != allowed
    with pytest.raises(TransactionError):
        made.effects(erc20=["0x"])  # type: ignore[list-item]


def test_other_calldata_are_for_the_account_itself_and_not_understood() -> None:
    for data in (b"\1", execute(Inner(to=YOU))[:-1], execute(Inner(to=YOU)) + b"\0"):
        assert operation(call_data=data).effects() == (Opaque(why=f"calls {ACCOUNT.account_id}", data=data), FEE)


def test_a_factory_says_who_controls_the_account() -> None:
    known = operation(factory=FACTORY, factory_data=create_account(YOU, 3), call_data=b"")
    change = f"{FACTORY.account_id} creates it for {YOU.account_id}"
    assert known.effects() == (Authority(account=ACCOUNT.account_id, change=change), FEE)
    change = f"{FACTORY.account_id} creates it"
    made = Authority(account=ACCOUNT.account_id, change=change)
    assert operation(factory=FACTORY, call_data=b"").effects() == (made, FEE)
    other = operation(factory=FACTORY, factory_data=b"\1", call_data=b"")
    assert other.effects() == (made, Opaque(why=f"calls {FACTORY.account_id}", data=b"\1"), FEE)


def test_a_delegation_changes_who_controls_the_account() -> None:
    change = f"it runs the code of {YOU.account_id} (EIP-7702)"
    made = operation(version="0.8", delegate=YOU, call_data=b"")
    assert made.effects() == (Authority(account=ACCOUNT.account_id, change=change), FEE)
    first = operation(version="0.8", delegate=YOU, factory_data=b"\1", call_data=b"").effects()[1]
    assert first == Opaque(why=f"calls {ACCOUNT.account_id} before all else", data=b"\1")


@pytest.mark.parametrize("version", list(VERSIONS))
def test_a_paymaster_is_called_and_pays(version: str) -> None:
    called, fee = operation(version=version, paymaster=PAYMASTER, paymaster_data=b"\1", call_data=b"").effects()
    arguments = (("paymasterData", "0x01"),)
    assert called == Call(target=PAYMASTER.account_id, name="validatePaymasterUserOp", arguments=arguments)
    assert isinstance(fee, Fee)
    assert fee.payer == PAYMASTER.account_id
    plain, _ = operation(version=version, paymaster=PAYMASTER, call_data=b"").effects()
    assert plain == Call(target=PAYMASTER.account_id, name="validatePaymasterUserOp")
