"""Calls of tokens in effects: exactly three calls, to the byte; no amount where it may be the id of a token."""

from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, ETHEREUM, POLYGON, announced, legacy, transfer
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.evm import erc20
from walletcore.chains.evm.calls import reading
from walletcore.effects import Approve, Call, Fee, Opaque, Transfer
from walletcore.errors import TransactionError

TOKEN = ETHEREUM.parse_address("0x6B175474E89094C44Da98b954EedeAC495271d0F")
ASSET = f"eip155:1/erc20:{TOKEN}"
ME = ETHEREUM.address(ALICE.public_key).account_id
ANYONE = st.binary(min_size=20, max_size=20)
AMOUNT = st.integers(0, 2**256 - 1) | st.sampled_from([0, 1, 2**255, 2**256 - 1])
TRANSFER, APPROVE = "transfer(address,uint256)", "approve(address,uint256)"
TRANSFER_FROM = "transferFrom(address,address,uint256)"


def calldata(signature: str, *arguments: Any) -> bytes:
    """The bytes of a call, by eth-abi."""
    types = signature[signature.index("(") + 1 : -1].split(",")
    return bytes(keccak(text=signature)[:4] + encode(types, arguments))


def told(data: bytes, erc20: Any = (), **changes: Any) -> tuple[Any, ...]:
    """The effects of calldata, between the value, which is zero, and the fee."""
    effects = transfer(to=TOKEN, value=0, data=data, **changes).effects(erc20=erc20)
    assert isinstance(effects[-1], Fee)
    return effects[:-1]


def said(data: bytes, erc20: Any = (), **changes: Any) -> Any:
    """The one effect of calldata."""
    (effect,) = told(data, erc20, **changes)
    return effect


def named(account: bytes) -> str:
    return ETHEREUM.account(account).account_id


@given(ANYONE, AMOUNT)
def test_a_transfer_moves_tokens_of_the_sender(target: bytes, amount: int) -> None:
    data = calldata(TRANSFER, target, amount)
    assert said(data) == Transfer(asset=ASSET, amount=amount, source=ME, destination=named(target))
    assert said(data, sender=None) == Transfer(asset=ASSET, amount=amount, source="", destination=named(target))
    assert said(data, [TOKEN]) == said(data)


@given(ANYONE, ANYONE, AMOUNT)
def test_a_transfer_from_moves_an_amount_only_of_what_the_caller_knows_to_be_erc20(
    source: bytes, target: bytes, amount: int
) -> None:
    data = calldata(TRANSFER_FROM, source, target, amount)
    expected = Transfer(asset=ASSET, amount=amount, source=named(source), destination=named(target))
    assert said(data, [TOKEN]) == expected
    arguments = (("from", named(source)), ("to", named(target)), ("value or tokenId", str(amount)))
    call = Call(target=TOKEN.account_id, name=TRANSFER_FROM, arguments=arguments)
    assert told(data) == (replace(expected, amount=None), call)


@given(ANYONE, AMOUNT)
def test_an_approval_lets_another_spend_an_amount_only_of_what_the_caller_knows_to_be_erc20(
    spender: bytes, amount: int
) -> None:
    data = calldata(APPROVE, spender, amount)
    expected = Approve(asset=ASSET, amount=amount, spender=named(spender), source=ME)
    assert said(data, [TOKEN]) == expected
    assert said(data, [TOKEN], sender=None) == replace(expected, source="")
    arguments = (("spender", named(spender)), ("value or tokenId", str(amount)))
    assert told(data) == (
        replace(expected, amount=None),
        Call(target=TOKEN.account_id, name=APPROVE, arguments=arguments),
    )


def test_contracts_that_the_row_names_are_known_whoever_reads() -> None:
    spender = b"\x42" * 20
    row = replace(ETHEREUM, erc20=(TOKEN.text,))
    for data in (calldata(APPROVE, spender, 5), calldata(TRANSFER_FROM, spender, spender, 5)):
        pays = transfer(to=TOKEN, value=0, data=data)
        assert [each.amount for each in pays.effects() if isinstance(each, Approve | Transfer)] == [None]
        for contract, amount in ((TOKEN, 5), (ETHEREUM.account(b"\x07" * 20), None)):
            named = transfer(chain=row, to=row.account(contract.payload), value=0, data=data)
            for known in ((), [row.account(spender)]):
                told = named.effects(erc20=known)
                assert [each.amount for each in told if isinstance(each, Approve | Transfer)] == [amount]
                assert any(isinstance(each, Call) for each in told) is (amount is None)
    with pytest.raises(TransactionError):
        named.effects(erc20=[7])  # type: ignore[list-item]


def test_an_unlimited_approval_stays_the_number_that_it_is() -> None:
    data = calldata(APPROVE, bytes(20), 2**256 - 1)
    assert said(data, {TOKEN}).amount == 2**256 - 1
    assert told(data)[1].arguments[1] == ("value or tokenId", str(2**256 - 1))


@pytest.mark.parametrize(
    "known",
    [
        [],
        (),
        set(),
        [POLYGON.account(TOKEN.payload)],
        [ETHEREUM.account(bytes(20))],
        [chain("solana").parse_address("1" * 32)],
    ],
)
def test_another_contract_and_the_same_address_of_another_chain_are_not_known(known: Any) -> None:
    assert [effect.amount for effect in told(CALLS[1], known) if isinstance(effect, Approve)] == [None]


@pytest.mark.parametrize(
    "known", [None, 1, object(), TOKEN, str(TOKEN), [str(TOKEN)], [TOKEN, None], TOKEN.payload, [TOKEN.payload]]
)
@pytest.mark.parametrize("make", [transfer, legacy, announced])
def test_contracts_that_are_no_addresses_are_refused(make: Any, known: Any) -> None:
    for data in CALLS:
        with pytest.raises(TransactionError) as caught:
            make(to=TOKEN, data=data).effects(erc20=known)
        assert caught.value.reason == "type"


CALLS = [
    calldata(TRANSFER, b"\x42" * 20, 5),
    calldata(APPROVE, b"\x42" * 20, 5),
    calldata(TRANSFER_FROM, b"\x42" * 20, b"\x43" * 20, 5),
]

# Calls of no standard that is read: each stays opaque.
OTHERS = [
    calldata("transfer(address,uint256,bytes)", b"\x42" * 20, 5, b""),  # ERC-223
    calldata("mint(address,uint256)", b"\x42" * 20, 5),
    calldata("transferFrom(address,uint256)", b"\x42" * 20, 5),
    calldata("approve(address,uint256,uint256)", b"\x42" * 20, 4, 5),
]


def test_selectors_are_those_of_the_standards() -> None:
    assert [data[:4].hex() for data in CALLS] == ["a9059cbb", "095ea7b3", "23b872dd"]


@pytest.mark.parametrize("data", OTHERS)
def test_other_calls_of_tokens_are_opaque_whoever_the_contract_is(data: bytes) -> None:
    assert said(data) == said(data, [TOKEN]) == Opaque(why=f"calls {TOKEN.account_id}", data=data)


@pytest.mark.parametrize("data", CALLS)
def test_a_call_of_another_size_is_opaque(data: bytes) -> None:
    for other in (data[:-1], data + b"\x00", data + bytes(32), data[:4], data[:3], data[:36], data[:68] + bytes(33)):
        assert said(other) == said(other, [TOKEN]) == Opaque(why=f"calls {TOKEN.account_id}", data=other)


@pytest.mark.parametrize("data", CALLS)
def test_an_address_that_is_no_address_is_opaque(data: bytes) -> None:
    words = (len(data) - 4) // 32 - 1
    for place in (4 + 32 * word + byte for word in range(words) for byte in range(12)):
        dirty = data[:place] + b"\x01" + data[place + 1 :]
        assert said(dirty) == said(dirty, [TOKEN]) == Opaque(why=f"calls {TOKEN.account_id}", data=dirty)


@given(st.binary(min_size=4, max_size=4).filter(lambda head: head not in reading.selectors()))
def test_another_selector_is_opaque(selector: bytes) -> None:
    for data in (selector + CALLS[0][4:], selector + CALLS[2][4:]):
        assert isinstance(said(data), Opaque)


@pytest.mark.parametrize("make", [transfer, legacy, announced])
def test_every_type_of_transaction_tells_it_of_its_chain_beside_the_value_and_the_fee(make: Any) -> None:
    token = POLYGON.account(TOKEN.payload)
    for data in CALLS:
        moved, tokens, fee = make(chain=POLYGON, to=token, value=3, data=data).effects(erc20=(token,))
        assert (moved.asset, moved.amount, moved.destination) == (POLYGON.asset, 3, token.account_id)
        assert (tokens.asset, tokens.amount) == (f"eip155:137/erc20:{TOKEN}", 5)
        assert fee.asset == POLYGON.asset


@pytest.mark.parametrize("make", [transfer, legacy, announced])
def test_value_that_goes_with_a_call_is_told_before_it(make: Any) -> None:
    for data in (*CALLS, *OTHERS):
        moved, *rest = make(to=TOKEN, value=3, data=data).effects()
        assert moved == Transfer(asset=ETHEREUM.asset, amount=3, source=ME, destination=TOKEN.account_id)
        assert rest == list(make(to=TOKEN, value=0, data=data).effects())


def test_calldata_to_nobody_is_code() -> None:
    effect, _ = transfer(to=None, value=0, data=CALLS[0]).effects()
    assert isinstance(effect, Opaque)


# -- written


@given(ANYONE, ANYONE, AMOUNT)
def test_calldata_are_written_as_eth_abi_writes_them(source: bytes, target: bytes, amount: int) -> None:
    one, other = ETHEREUM.account(source), ETHEREUM.account(target)
    assert erc20.transfer(other, amount) == calldata(TRANSFER, target, amount)
    assert erc20.approve(other, amount) == calldata(APPROVE, target, amount)
    assert erc20.transfer_from(one, other, amount) == calldata(TRANSFER_FROM, source, target, amount)


@pytest.mark.parametrize("amount", [-1, 2**256, True, 1.0, "1", None])
def test_ET02_an_amount_that_is_none_is_not_written(amount: Any) -> None:
    for write in (erc20.transfer, erc20.approve):
        with pytest.raises(TransactionError) as caught:
            write(TOKEN, amount)
        assert caught.value.reason == "range"


def test_ET08_an_address_that_is_none_is_not_written() -> None:
    bitcoin = chain("bitcoin").parse_address("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu")
    for other, reason in (
        (str(TOKEN), "type"),
        (TOKEN.payload, "type"),
        (None, "type"),
        (bitcoin, "type"),
        (Address(chain=ETHEREUM, text=str(TOKEN), payload=bytes(20)), "mismatch"),
    ):
        with pytest.raises(TransactionError) as caught:
            erc20.transfer(other, 1)  # type: ignore[arg-type]
        assert caught.value.reason == reason
