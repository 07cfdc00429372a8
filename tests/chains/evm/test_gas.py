"""The gas that a transaction needs before any code runs: published figures, and what an engine takes and refuses."""

from typing import Any

import pytest
from eth_tester import EthereumTester, PyEVMBackend
from eth_utils.exceptions import ValidationError

from support.evm import ALICE, announced, legacy, transfer
from support.vectors import Case, vectors
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import Evm, least_gas
from walletcore.chains.evm.gas import floor_gas, intrinsic_gas
from walletcore.signing import sign

TESTER = Evm(name="tester", chain_id=131_277_322_940_537)  # of eth-tester's genesis block
YOU = TESTER.account(b"\x42" * 20)
ACCESS = ((b"\x11" * 20, (bytes(32), b"\x01" * 32)), (b"\x12" * 20, ()))


@vectors("evm/gas")
def test_published_transactions_need_the_published_gas(case: Case) -> None:
    row = Evm(name="row", chain_id=int(case.input["chain_id"]))
    read = row.decode_transaction(bytes.fromhex(case.input["raw"]))
    assert isinstance(read, SignedTransaction)
    assert intrinsic_gas(read.transaction) == int(case.expect["intrinsic_gas"])
    assert least_gas(read.transaction) == max(intrinsic_gas(read.transaction), floor_gas(read.transaction))


@pytest.fixture
def engine() -> EthereumTester:
    """py-evm by the rules of Prague, where Alice has 100 ether; a new one each time, as a refusal leaves traces."""
    tester = EthereumTester(PyEVMBackend())
    rich, me = tester.get_accounts()[0], TESTER.address(ALICE.public_key).text
    tester.send_transaction({"from": rich, "to": me, "value": 100 * 10**18, "gas": 21_000})
    return tester


def succeeds(engine: EthereumTester, raw: str) -> bool:
    """Whether the engine takes it and it does not fail: py-evm finds the gas for words of code missing when it runs."""
    try:
        return bool(engine.get_transaction_receipt(engine.send_raw_transaction(raw))["status"])
    except ValidationError:
        return False


NEEDY: dict[str, Any] = {
    "nothing": transfer,
    "zeros": lambda **fields: transfer(data=bytes(33), **fields),
    "bytes": lambda **fields: transfer(data=b"\x01\x00" * 40, **fields),
    "an access list": lambda **fields: transfer(access_list=ACCESS, **fields),
    "a list and a few bytes": lambda **fields: announced(access_list=ACCESS, data=b"\x01" * 9, **fields),
    "a list and many bytes": lambda **fields: transfer(access_list=ACCESS, data=b"\x01" * 999, **fields),
    "code": lambda **fields: transfer(data=bytes.fromhex("00"), **{**fields, "to": None}),
    "words of code": lambda **fields: legacy(data=bytes(65), **{**fields, "to": None}),
}


@pytest.mark.parametrize("make", NEEDY.values(), ids=NEEDY.keys())
def test_an_engine_charges_the_least_gas_and_refuses_what_lacks_any(engine: EthereumTester, make: Any) -> None:
    """Where no code runs, the least is all that is charged; py-evm charges the floor, but only then looks for it."""

    def raw(gas: int) -> str:
        fields = {"chain": TESTER, "to": YOU, "nonce": 0, "value": 0, "gas": gas}
        return f"0x{sign(make(**fields), ALICE).raw.hex()}"

    subject = make(chain=TESTER, to=YOU, nonce=0, value=0, gas=0)
    snapshot = engine.take_snapshot()
    receipt = engine.get_transaction_receipt(engine.send_raw_transaction(raw(least_gas(subject))))
    assert (receipt["status"], receipt["gas_used"]) == (1, least_gas(subject))
    engine.revert_to_snapshot(snapshot)
    assert not succeeds(engine, raw(intrinsic_gas(subject) - 1))
