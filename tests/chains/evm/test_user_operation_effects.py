"""What a person, or a rule, is told of a user operation."""

from typing import Any

import pytest

from support.calldata import calldata
from support.evm import ALICE, ETHEREUM
from support.operations import ACCOUNT, FACTORY, PAYMASTER, fields_of, operation
from support.vectors import Case, vectors
from walletcore.chains.evm import Evm, UserOperation, calls, erc20
from walletcore.chains.evm.simple_account import Inner, create_account, execute, execute_batch
from walletcore.chains.evm.user_operation import VERSIONS
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Transfer
from walletcore.errors import GuardRefused, TransactionError
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, only_to

FEE = Fee(asset="eip155:1/slip44:60", at_most=350_000 * 30 * 10**9, payer=ACCOUNT.account_id)
YOU, TOKEN = ETHEREUM.account(b"\x42" * 20), ETHEREUM.account(b"\x70" * 20)
ASSET, ERC20 = "eip155:1/slip44:60", f"eip155:1/erc20:{TOKEN.text}"
PAID = Transfer(asset=ASSET, amount=5, source=ACCOUNT.account_id, destination=YOU.account_id)
MOVED = Transfer(asset=ERC20, amount=6, source=ACCOUNT.account_id, destination=YOU.account_id)


def told(made: UserOperation, **options: Any) -> tuple[Effect, ...]:
    """What an operation does, after its account is called by the name of a function."""
    called, *rest = made.effects(**options)
    assert isinstance(called, Call)
    assert called.target == made.sender.account_id
    return tuple(rest)


def test_an_operation_without_calldata_costs_its_fee() -> None:
    assert operation(call_data=b"").effects() == (FEE,)


def test_the_account_is_who_pays_and_who_moves() -> None:
    assert told(operation(call_data=execute(Inner(to=YOU, value=5)))) == (PAID, FEE)
    assert told(operation(call_data=execute(Inner(to=TOKEN, data=erc20.transfer(YOU, 6))))) == (MOVED, FEE)


def test_the_account_is_called_by_the_name_of_its_function() -> None:
    called, *_ = operation(call_data=execute(Inner(to=YOU, value=5))).effects()
    arguments = (("dest", YOU.account_id), ("value", "5"), ("func", "0x"))
    assert called == Call(target=ACCOUNT.account_id, name="execute(address,uint256,bytes)", arguments=arguments)


def test_a_call_without_value_and_data_is_a_transfer_of_nothing() -> None:
    made = operation(call_data=execute(Inner(to=YOU)))
    nothing = Transfer(asset=ASSET, amount=0, source=ACCOUNT.account_id, destination=YOU.account_id)
    assert told(made) == (nothing, FEE)


@pytest.mark.parametrize("version", ["0.7", "0.8", "0.9"])
def test_calls_in_a_batch_are_told_one_after_the_other(version: str) -> None:
    inner = [Inner(to=YOU, value=5), Inner(to=TOKEN, data=erc20.transfer(YOU, 6)), Inner(to=YOU, data=b"\1")]
    made = operation(version=version, call_data=execute_batch(inner, version=version))
    unknown = Opaque(why=f"calls {YOU.account_id}", data=b"\1")
    assert told(made) == (PAID, MOVED, unknown, FEE)


def test_what_the_caller_knows_of_tokens_is_heard() -> None:
    made = operation(call_data=execute(Inner(to=TOKEN, data=erc20.approve(YOU, 6))))
    allowed = Approve(asset=ERC20, amount=6, spender=YOU.account_id, source=ACCOUNT.account_id)
    assert told(made, erc20=[TOKEN]) == (allowed, FEE)
    assert told(made)[0] != allowed
    with pytest.raises(TransactionError):
        made.effects(erc20=["0x"])  # type: ignore[list-item]


def test_other_calldata_are_for_the_account_itself_and_not_understood() -> None:
    for data in (b"\1", execute(Inner(to=YOU))[:-1], execute(Inner(to=YOU)) + b"\0"):
        assert operation(call_data=data).effects() == (Opaque(why=f"calls {ACCOUNT.account_id}", data=data), FEE)


@vectors("evm/user-operations")
def test_published_calls_are_those_that_are_told(case: Case) -> None:
    given = {name: value for name, value in case.input.items() if name not in ("private_key", "public_key")}
    row = Evm(name="other", chain_id=int(given.pop("chain_id")))
    made = UserOperation(**fields_of(row, given))
    if not case.expect.get("calls"):
        return
    expected: list[Effect] = []
    for call in case.expect["calls"]:
        to, value, data = row.account(bytes.fromhex(call["to"])), int(call["value"]), bytes.fromhex(call["data"])
        own = made.sender.account_id
        if value or not data:
            expected.append(Transfer(asset=row.asset, amount=value, source=own, destination=to.account_id))
        if data:
            expected += calls.effects(to, own, data)
    effects = made.effects()
    (start,) = (
        place
        for place, effect in enumerate(effects)
        if isinstance(effect, Call) and effect.target == made.sender.account_id
    )
    assert list(effects[start + 1 : start + 1 + len(expected)]) == expected


TOKENS = [
    erc20.transfer(YOU, 6),
    erc20.approve(YOU, 6),
    erc20.transfer_from(ACCOUNT, YOU, 6),
    calldata("burn(uint256)", 6),
    calldata("deposit()"),
    calldata("permit(address,address,uint256,uint256,bytes)", ACCOUNT.payload, YOU.payload, 6, 9, b"\1"),
    calldata("transferFrom(address,address,uint160,address)", ACCOUNT.payload, YOU.payload, 6, TOKEN.payload),
]


@pytest.mark.parametrize("data", TOKENS, ids=[data[:4].hex() for data in TOKENS])
def test_an_account_is_no_token_whatever_it_is_told(data: bytes) -> None:
    """SimpleWallet.sol, the account of the first entry point: ``transfer`` gives coins of the account."""
    unknown = Opaque(why=f"calls {ACCOUNT.account_id}", data=data)
    assert operation(call_data=data).effects(erc20=[ACCOUNT]) == (unknown, FEE)
    again = calldata("multicall(bytes[])", [data])
    assert told(operation(call_data=again), erc20=[ACCOUNT]) == (unknown, FEE)
    itself = execute(Inner(to=ACCOUNT, data=data))
    assert told(operation(call_data=itself), erc20=[ACCOUNT]) == (unknown, FEE)


def test_a_rule_about_who_is_called_sees_the_account() -> None:
    made = operation(call_data=execute(Inner(to=YOU, value=5)))
    assert guard(ALICE, only_to([YOU, ACCOUNT])).sign(made.requests()[0])
    with pytest.raises(GuardRefused):
        guard(ALICE, only_to([YOU])).sign(made.requests()[0])


def test_a_contract_that_is_no_entry_point_may_do_other_things() -> None:
    other = operation(call_data=b"", entry_point=YOU)
    why = f"an operation for {YOU.account_id}, which is not the entry point of 0.7"
    assert other.effects()[0] == Opaque(why=why, data=other.raw)
    older = operation(call_data=b"", entry_point=operation(version="0.6").entry_point)
    assert isinstance(older.effects()[0], Opaque)


def test_an_operation_hides_nothing_from_a_limit() -> None:
    (request,) = operation(call_data=execute(Inner(to=TOKEN, data=erc20.transfer(YOU, 6)))).requests()
    assert guard(ALICE, limit(ERC20, per_transaction=6)).sign(request)
    with pytest.raises(GuardRefused):
        guard(ALICE, limit(ERC20, per_transaction=5)).sign(request)


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
