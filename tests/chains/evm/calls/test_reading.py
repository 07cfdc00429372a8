"""The table of calls: its selectors, and what is told whoever the reader is."""

import pytest
from eth_utils.crypto import keccak

from support.calldata import ME, WHERE, account, calldata, said, told
from support.evm import ETHEREUM, MALLORY, transfer
from walletcore.chains.evm import calls
from walletcore.chains.evm.abi import Function
from walletcore.chains.evm.calls import batches, control, permits, reading, safes, tokens
from walletcore.effects import Effect, Opaque, Transfer
from walletcore.errors import TransactionError

ROWS = [row for room in (tokens, permits, batches, safes, control) for row in room.ROWS]


@pytest.mark.parametrize(("selector", "text"), [row[:2] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_selector_is_the_hash_of_its_signature(selector: str, text: str) -> None:
    assert keccak(text=Function.parse(f"function {text}").signature)[:4].hex() == selector


def test_each_selector_is_there_once() -> None:
    assert len(ROWS) == len(dict.fromkeys(row[0] for row in ROWS)) == len(reading.selectors()) - 3


def test_selectors_alone_are_calls_of_functions_without_arguments_only() -> None:
    """No row takes fewer bytes than its function has arguments."""
    for selector, text, _ in ROWS:
        effects = told(bytes.fromhex(selector), erc20=[WHERE])
        assert isinstance(effects[0], Opaque) is not text.endswith("()")


@pytest.mark.parametrize(
    "data", [b"", b"\x01", b"\xa9\x05\x9c", bytes(4), bytes(32), bytes.fromhex("deadbeef") + bytes(64)]
)
def test_what_is_not_in_the_table_is_opaque(data: bytes) -> None:
    assert said(data) == Opaque(why=f"calls {WHERE.account_id}", data=data)


def test_effects_of_a_transaction_are_those_of_its_calldata_beside_value_and_fee() -> None:
    data = calldata("safeTransferFrom(address,address,uint256)", account(1), account(2), 3)
    sender = ETHEREUM.address(MALLORY.public_key)
    payment = transfer(sender=MALLORY.public_key, to=WHERE, value=7, data=data)
    paid, *between, fee = payment.effects()
    assert paid == Transfer(asset=ETHEREUM.asset, amount=7, source=sender.account_id, destination=WHERE.account_id)
    assert tuple(between) == calls.effects(WHERE, sender.account_id, data) == told(data, caller=ME)
    assert type(fee).__name__ == "Fee"


def test_contracts_that_are_no_addresses_are_refused_whatever_is_called() -> None:
    for data in (b"", calldata("deposit()"), calldata("multicall(bytes[])", [])):
        with pytest.raises(TransactionError) as caught:
            told(data, erc20=[WHERE.payload])
        assert caught.value.reason == "type"


def test_effects_are_effects() -> None:
    """No reader gives anything else, or nothing."""
    for selector, text, _ in ROWS:
        if text.endswith("()"):
            effects = told(bytes.fromhex(selector))
            assert effects
            assert all(isinstance(effect, Effect) for effect in effects)
