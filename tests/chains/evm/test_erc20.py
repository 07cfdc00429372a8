"""ERC-20 calls in effects: exactly three calls, to the byte, and everything else opaque."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, ETHEREUM, POLYGON, announced, legacy, transfer
from walletcore.effects import Approve, Opaque, Transfer

TOKEN = ETHEREUM.parse_address("0x6B175474E89094C44Da98b954EedeAC495271d0F")
ASSET = f"eip155:1/erc20:{TOKEN}"
ME = ETHEREUM.address(ALICE.public_key).account_id
ANYONE = st.binary(min_size=20, max_size=20)
AMOUNT = st.integers(0, 2**256 - 1) | st.sampled_from([0, 1, 2**255, 2**256 - 1])
SIGNATURES = {
    "transfer": "transfer(address,uint256)",
    "approve": "approve(address,uint256)",
    "transferFrom": "transferFrom(address,address,uint256)",
}


def calldata(name: str, *arguments: Any) -> bytes:
    """The bytes of a call, by eth-abi."""
    signature = SIGNATURES[name]
    types = signature[signature.index("(") + 1 : -1].split(",")
    return bytes(keccak(text=signature)[:4] + encode(types, arguments))


def said(data: bytes, **changes: Any) -> Any:
    """The effect of calldata, between the value, which is zero, and the fee."""
    (effect, _) = transfer(to=TOKEN, value=0, data=data, **changes).effects()
    return effect


def named(account: bytes) -> str:
    return ETHEREUM.account(account).account_id


@given(ANYONE, AMOUNT)
def test_a_transfer_moves_tokens_of_the_sender(target: bytes, amount: int) -> None:
    data = calldata("transfer", target, amount)
    assert said(data) == Transfer(asset=ASSET, amount=amount, source=ME, destination=named(target))
    assert said(data, sender=None) == Transfer(asset=ASSET, amount=amount, source="", destination=named(target))


@given(ANYONE, ANYONE, AMOUNT)
def test_a_transfer_from_moves_tokens_of_another(source: bytes, target: bytes, amount: int) -> None:
    expected = Transfer(asset=ASSET, amount=amount, source=named(source), destination=named(target))
    assert said(calldata("transferFrom", source, target, amount)) == expected


@given(ANYONE, AMOUNT)
def test_an_approval_lets_another_spend(spender: bytes, amount: int) -> None:
    assert said(calldata("approve", spender, amount)) == Approve(asset=ASSET, amount=amount, spender=named(spender))


def test_an_unlimited_approval_stays_the_number_that_it_is() -> None:
    assert said(calldata("approve", bytes(20), 2**256 - 1)).amount == 2**256 - 1


CALLS = [
    calldata("transfer", b"\x42" * 20, 5),
    calldata("approve", b"\x42" * 20, 5),
    calldata("transferFrom", b"\x42" * 20, b"\x43" * 20, 5),
]


@pytest.mark.parametrize("data", CALLS)
def test_a_call_of_another_size_is_opaque(data: bytes) -> None:
    for other in (data[:-1], data + b"\x00", data + bytes(32), data[:4], data[:3], data[:36], data[:68] + bytes(33)):
        assert isinstance(said(other), Opaque), len(other)
        assert said(other).data == other


@pytest.mark.parametrize("data", CALLS)
def test_an_address_that_is_no_address_is_opaque(data: bytes) -> None:
    words = (len(data) - 4) // 32 - 1
    for place in (4 + 32 * word + byte for word in range(words) for byte in range(12)):
        dirty = data[:place] + b"\x01" + data[place + 1 :]
        assert said(dirty) == Opaque(why=f"calls {TOKEN.account_id}", data=dirty)


@given(st.binary(min_size=4, max_size=4).filter(lambda head: all(head != call[:4] for call in CALLS)))
def test_another_selector_is_opaque(selector: bytes) -> None:
    for data in (selector + CALLS[0][4:], selector + CALLS[2][4:]):
        assert isinstance(said(data), Opaque)


@pytest.mark.parametrize("make", [transfer, legacy, announced])
def test_every_type_of_transaction_tells_it_of_its_chain_beside_the_value_and_the_fee(make: Any) -> None:
    token = POLYGON.account(TOKEN.payload)
    moved, tokens, fee = make(chain=POLYGON, to=token, value=3, data=CALLS[0]).effects()
    assert (moved.asset, moved.amount, moved.destination) == (POLYGON.asset, 3, token.account_id)
    assert (tokens.asset, tokens.amount) == (f"eip155:137/erc20:{TOKEN}", 5)
    assert fee.asset == POLYGON.asset


def test_calldata_to_nobody_is_code() -> None:
    effect, _ = transfer(to=None, value=0, data=CALLS[0]).effects()
    assert isinstance(effect, Opaque)
