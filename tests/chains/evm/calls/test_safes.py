"""What Safes ask of others, by themselves and by MultiSend, and who comes to own one. Calldata are eth-abi's."""

from typing import Any

import pytest

from support.calldata import WHERE, account, calldata, named, owned, said, told
from support.evm import ETHEREUM
from walletcore.effects import Authority, Call, Effect, Fee, Opaque, Transfer

BOB, CAROL, NOBODY = account(0x42), account(0x43), bytes(20)
USDC = account(0x51)
SAFE = WHERE.account_id
PAYS = calldata("transfer(address,uint256)", BOB, 5)
PAID = Transfer(asset=owned("erc20", USDC), amount=5, source=SAFE, destination=named(BOB))
EXEC = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"

# safe-global/safe-deployments src/assets/v1.1.1 to v1.5.0, multi_send.json and multi_send_call_only.json
CALLS_ONLY = [
    "0x40A2aCCbd92BCA938b02010E17A5b8929b49130D",
    "0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B",
    "0xf220D3b4DFb23C4ade8C88E526C1353AbAcbC38F",
    "0x9641d764fc13c8B624c04430C7356C1C7C8102e2",
    "0x0408EF011960d02349d50286D20531229BCef773",
    "0xA83c336B20401Af773B6219BA5027174338D1836",
]
BOTH = [
    "0x8D29bE29923b68abfDD21e541b9374737B49cdAD",
    "0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761",
    "0x998739BFdAAdde7C933B942a68053933098f9EDa",
    "0x0dFcccB95225ffB03c6FBB2559B530C2B7C8A912",
    "0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526",
    "0x309D0B190FeCCa8e1D5D8309a16F7e3CB133E885",
    "0x218543288004CD07832472D464648173c77D7eB7",
]


def coins(amount: int | None, to: bytes = BOB) -> Transfer:
    return Transfer(asset=ETHEREUM.asset, amount=amount, source=SAFE, destination=named(to))


def executed(to: bytes, value: int, data: bytes, operation: int = 0, *, price: int = 0, **refund: bytes) -> bytes:
    token, receiver = refund.get("token", NOBODY), refund.get("receiver", NOBODY)
    return calldata(EXEC, to, value, data, operation, 0, 0, price, token, receiver, b"\x01" * 65)


def unfolded(data: bytes) -> list[Effect]:
    call, *rest = told(data)
    assert isinstance(call, Call)
    assert call.target == SAFE
    return rest


def packed(*calls: tuple[int, bytes, int, bytes]) -> bytes:
    """Return the calldata of `multiSend`: MultiSend.sol packs transactions without padding."""
    each = [
        bytes([operation]) + to + value.to_bytes(32) + len(data).to_bytes(32) + data
        for operation, to, value, data in calls
    ]
    return calldata("multiSend(bytes)", b"".join(each))


def payload(text: str) -> bytes:
    return ETHEREUM.parse_address(text).payload


def test_a_transaction_of_a_safe_moves_what_is_the_safes() -> None:
    assert unfolded(executed(USDC, 0, PAYS)) == [PAID]
    assert unfolded(executed(BOB, 7, b"")) == [coins(7)]
    assert unfolded(executed(USDC, 7, PAYS)) == [coins(7, USDC), PAID]
    assert unfolded(executed(USDC, 0, b"\x01")) == [Opaque(why=f"calls {named(USDC)}", data=b"\x01")]


@pytest.mark.parametrize("name", ["execTransactionFromModule", "execTransactionFromModuleReturnData"])
def test_a_module_may_do_the_same_without_signatures(name: str) -> None:
    data = calldata(f"{name}(address,uint256,bytes,uint8)", USDC, 0, PAYS, 0)
    assert unfolded(data) == [PAID]
    (opaque,) = unfolded(calldata(f"{name}(address,uint256,bytes,uint8)", USDC, 0, PAYS, 1))
    assert isinstance(opaque, Opaque)


def test_the_call_says_what_is_signed_beside_it() -> None:
    call, _ = told(executed(USDC, 0, PAYS))
    assert isinstance(call, Call)
    arguments = dict(call.arguments)
    assert arguments["to"] == named(USDC)
    assert (arguments["operation"], arguments["gasPrice"]) == ("0", "0")
    assert arguments["data"] == f"0x{PAYS[:32].hex()}... (68 bytes)"


def test_a_refund_of_gas_is_of_an_amount_that_nobody_knows() -> None:
    """Safe.sol, `handlePayment`: what is named gets it, or whoever sends the transaction."""
    assert unfolded(executed(BOB, 7, b"", price=1)) == [coins(7), Fee(asset=ETHEREUM.asset, at_most=None, payer=SAFE)]
    token = owned("erc20", USDC)
    assert unfolded(executed(BOB, 7, b"", price=1, token=USDC))[1] == Fee(asset=token, at_most=None, payer=SAFE)
    given = Transfer(asset=token, amount=None, source=SAFE, destination=named(CAROL))
    assert unfolded(executed(BOB, 7, b"", price=1, token=USDC, receiver=CAROL)) == [coins(7), given]
    assert unfolded(executed(BOB, 7, b"", token=USDC, receiver=CAROL)) == [coins(7)]


def test_who_owns_a_safe_is_changed_by_the_safe_itself() -> None:
    change = calldata("swapOwner(address,address,address)", account(1), BOB, CAROL)
    (effect,) = unfolded(executed(WHERE.payload, 0, change))
    assert isinstance(effect, Authority)
    assert effect.account == SAFE


# -- code that runs as the Safe's own


@pytest.mark.parametrize("text", CALLS_ONLY + BOTH)
def test_calls_of_multisend_are_those_of_the_safe(text: str) -> None:
    data = packed((0, USDC, 0, PAYS), (0, BOB, 7, b""), (0, CAROL, 0, b""))
    assert unfolded(executed(payload(text), 0, data, 1)) == [PAID, coins(7), coins(0, CAROL)]
    assert unfolded(executed(payload(text), 0, packed(), 1)) == []


def test_foreign_code_that_runs_as_the_safes_own_is_opaque() -> None:
    for to in (BOB, USDC, WHERE.payload, NOBODY):
        for data in (PAYS, packed((0, USDC, 0, PAYS)), b""):
            why = f"{SAFE} runs the code of {named(to)} as its own"
            assert unfolded(executed(to, 0, data, 1)) == [Opaque(why=why, data=data)]


@pytest.mark.parametrize("text", BOTH)
def test_foreign_code_within_multisend_is_opaque_in_its_place(text: str) -> None:
    data = packed((0, USDC, 0, PAYS), (1, BOB, 0, PAYS))
    paid, opaque = unfolded(executed(payload(text), 0, data, 1))
    assert paid == PAID
    assert opaque == Opaque(why=f"{SAFE} runs the code of {named(BOB)} as its own", data=PAYS)


@pytest.mark.parametrize("text", CALLS_ONLY)
def test_multisend_that_only_calls_runs_nothing_with_foreign_code(text: str) -> None:
    """MultiSendCallOnly.sol reverts there, with all that stands before."""
    data = packed((0, USDC, 0, PAYS), (1, BOB, 0, PAYS))
    (opaque,) = unfolded(executed(payload(text), 0, data, 1))
    assert opaque == Opaque(why=f"{SAFE} runs the code of {named(payload(text))} as its own", data=data)


def spoiled() -> list[bytes]:
    whole = b"\0" + USDC + bytes(32) + len(PAYS).to_bytes(32) + PAYS
    return [
        calldata("multiSend(bytes)", whole[:-1]),
        calldata("multiSend(bytes)", whole + b"\0"),
        calldata("multiSend(bytes)", whole + whole[:84]),
        calldata("multiSend(bytes)", b"\x02" + whole[1:]),
        calldata("multiSend(bytes)", whole[:53] + (1 << 255).to_bytes(32) + PAYS),
        calldata("multiSend(bytes)", whole)[:-1],
        calldata("multiSend(bytes)", whole) + bytes(32),
        calldata("multiSend(bytes,bytes)", whole, b""),
    ]


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("text", [CALLS_ONLY[0], BOTH[1]])
def test_packed_transactions_are_read_to_the_last_byte_or_not_at_all(text: str, place: int) -> None:
    data = spoiled()[place]
    why = f"{SAFE} runs the code of {named(payload(text))} as its own"
    assert unfolded(executed(payload(text), 0, data, 1)) == [Opaque(why=why, data=data)]


def test_the_zero_address_within_multisend_is_opaque() -> None:
    """MultiSend.sol calls the Safe itself for it from 1.5.0 on, and nobody before."""
    change = calldata("changeThreshold(uint256)", 1)
    (opaque,) = unfolded(executed(payload(BOTH[-1]), 0, packed((0, NOBODY, 0, change)), 1))
    assert isinstance(opaque, Opaque)


def test_multisend_that_is_called_and_not_run_is_opaque() -> None:
    data = packed((0, USDC, 0, PAYS))
    (opaque,) = unfolded(executed(payload(BOTH[1]), 0, data, 0))
    assert opaque == Opaque(why=f"calls {named(payload(BOTH[1]))}", data=data)


@pytest.mark.parametrize("operation", [2, 255])
def test_another_operation_is_opaque(operation: int) -> None:
    data = executed(USDC, 0, PAYS, operation)
    assert unfolded(data) == [Opaque(why=f"calls {SAFE}", data=data)]


# -- a new Safe


SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"


def test_a_new_safe_has_owners_and_may_run_code_and_pay() -> None:
    plain: tuple[Any, ...] = ([BOB, CAROL], 2, NOBODY, b"", CAROL, NOBODY, 0, NOBODY)
    change = f"setup(owners={named(BOB)}, {named(CAROL)}, threshold=2, fallbackHandler={named(CAROL)})"
    owners = Authority(account=SAFE, change=change)
    assert said(calldata(SETUP, *plain)) == owners
    runs = calldata(SETUP, *plain[:2], USDC, PAYS, *plain[4:])
    foreign = Opaque(why=f"{SAFE} runs the code of {named(USDC)} as its own", data=PAYS)
    assert told(runs) == (owners, foreign)
    pays = calldata(SETUP, *plain[:5], NOBODY, 7, BOB)
    assert told(pays) == (owners, coins(7))
    sender = calldata(SETUP, *plain[:5], USDC, 7, NOBODY)
    assert told(sender) == (owners, Fee(asset=owned("erc20", USDC), at_most=7, payer=SAFE))


def test_many_owners_are_not_all_named() -> None:
    effect = said(calldata(SETUP, [BOB] * 60, 2, NOBODY, b"", CAROL, NOBODY, 0, NOBODY))
    assert isinstance(effect, Authority)
    assert effect.change.count(named(BOB)) == 50
    assert " and 10 more, threshold=2" in effect.change
