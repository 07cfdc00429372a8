"""py-evm, a complete Ethereum node's engine, executes what we sign and nothing that differs in one bit."""

from collections.abc import Iterator
from typing import Any

import pytest
from eth.exceptions import UnrecognizedTransactionType
from eth_keys.exceptions import BadSignature
from eth_tester import EthereumTester, PyEVMBackend
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException  # type: ignore[import-untyped]

from support.evm import ALICE, MALLORY, announced, authorization, blob, delegation, legacy, transfer
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import Evm, Transaction
from walletcore.effects import Opaque
from walletcore.errors import TransactionError
from walletcore.signing import sign

TESTER = Evm(name="tester", chain_id=131_277_322_940_537, data_fee=0)  # of eth-tester's genesis block
ME = TESTER.address(ALICE.public_key)
YOU = TESTER.account(b"\x42" * 20)
ETHER = 10**18
CREATION = bytes.fromhex("60016000f3")  # PUSH1 1, PUSH1 0, RETURN: a contract whose code is one zero byte, STOP

REFUSALS = (
    ValidationError,
    BadSignature,
    RLPException,
    UnrecognizedTransactionType,
    TypeError,  # where a flipped bit makes a list of a number, which its decoder does not expect
)  # py-evm has no one root


@pytest.fixture(scope="module")
def engine() -> EthereumTester:
    """A chain of its own, on which Alice has 100 ether."""
    tester = EthereumTester(PyEVMBackend())
    rich = tester.get_accounts()[0]
    tester.send_transaction({"from": rich, "to": ME.text, "value": 100 * ETHER, "gas": 21_000})
    return tester


@pytest.fixture
def fresh(engine: EthereumTester) -> Iterator[EthereumTester]:
    """That chain, put back when a test is over."""
    snapshot = engine.take_snapshot()
    yield engine
    engine.revert_to_snapshot(snapshot)


def payment(**changes: Any) -> Transaction:
    return transfer(**{"chain": TESTER, "to": YOU, "nonce": 0, "value": ETHER, "gas": 30_000, **changes})


def executed(engine: EthereumTester, signed: SignedTransaction[Any]) -> Any:
    """The receipt of a transaction that the engine took under the id that we gave it."""
    assert engine.send_raw_transaction(f"0x{signed.raw.hex()}") == signed.id
    receipt = engine.get_transaction_receipt(signed.id)
    assert receipt["from"] == ME.text
    return receipt


def test_a_transfer_is_executed(fresh: EthereumTester) -> None:
    before = fresh.get_balance(ME.text)
    receipt = executed(fresh, sign(payment(), ALICE))
    assert (receipt["status"], receipt["gas_used"], receipt["type"]) == (1, 21_000, "0x2")
    assert fresh.get_balance(YOU.text) == ETHER
    _, fee = payment().effects()
    assert 0 < before - ETHER - fresh.get_balance(ME.text) <= fee.at_most  # type: ignore[union-attr]
    assert fresh.get_nonce(ME.text) == 1


@pytest.mark.parametrize(
    ("make", "seen"),
    [(legacy, "0x0"), (announced, "0x1"), (transfer, "0x2"), (blob, "0x3"), (delegation, "0x4")],
    ids=["type 0", "type 1", "type 2", "type 3", "type 4"],
)
def test_every_type_is_executed(fresh: EthereumTester, make: Any, seen: str) -> None:
    receipt = executed(fresh, sign(make(chain=TESTER, to=YOU, nonce=0, value=ETHER, gas=60_000), ALICE))
    assert (receipt["status"], receipt["type"]) == (1, seen)
    assert fresh.get_balance(YOU.text) == ETHER


def test_what_has_no_chain_id_is_executed_on_this_chain_too(fresh: EthereumTester) -> None:
    subject = legacy(chain=TESTER, to=YOU, nonce=0, value=ETHER, gas=30_000, replay_protected=False)
    assert executed(fresh, sign(subject, ALICE))["status"] == 1


def test_a_delegation_has_code(fresh: EthereumTester) -> None:
    mine = authorization(chain=TESTER, address=TESTER.account(b"\x55" * 20), nonce=0)
    subject = delegation(chain=TESTER, to=YOU, nonce=0, gas=60_000, authorizations=(sign(mine, MALLORY),))
    assert executed(fresh, sign(subject, ALICE))["status"] == 1
    assert fresh.get_code(TESTER.address(MALLORY.public_key).text) == f"0xef0100{'55' * 20}"  # EIP-7702


@pytest.mark.parametrize("make", [legacy, announced, blob, delegation], ids=["type 0", "type 1", "type 3", "type 4"])
def test_a_flipped_bit_in_any_byte_of_the_other_types_is_not_executed(fresh: EthereumTester, make: Any) -> None:
    raw = sign(make(chain=TESTER, to=YOU, nonce=0, value=ETHER, gas=60_000), ALICE).raw
    start = fresh.take_snapshot()
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        refused_by(fresh, bytes(flipped))
        fresh.revert_to_snapshot(start)


def test_calldata_and_an_access_list_are_executed(fresh: EthereumTester) -> None:
    access_list = ((b"\x11" * 20, (bytes(32), b"\x01" * 32)), (b"\x12" * 20, ()))
    signed = sign(payment(data=b"\x00\x01\x02", access_list=access_list), ALICE)
    assert executed(fresh, signed)["status"] == 1
    seen = fresh.get_transaction_by_hash(signed.id)
    assert [entry["address"] for entry in seen["access_list"]] == [to_checksum_address(a) for a, _ in access_list]
    assert seen["data"] == "0x000102"


def test_a_contract_is_created(fresh: EthereumTester) -> None:
    subject = payment(to=None, data=CREATION, value=0, gas=100_000)
    receipt = executed(fresh, sign(subject, ALICE))
    assert receipt["status"] == 1
    creation, _ = subject.effects()
    assert isinstance(creation, Opaque)
    assert creation.why.endswith(receipt["contract_address"])
    assert fresh.get_code(receipt["contract_address"]) == "0x00"


def test_a_run_of_nonces_is_executed(fresh: EthereumTester) -> None:
    for nonce in range(3):
        assert executed(fresh, sign(payment(nonce=nonce), ALICE))["status"] == 1
    assert fresh.get_balance(YOU.text) == 3 * ETHER


def test_a_flipped_bit_in_any_byte_is_not_executed(fresh: EthereumTester) -> None:
    raw = sign(payment(), ALICE).raw
    before, start = fresh.get_balance(ME.text), fresh.take_snapshot()
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        refused_by(fresh, bytes(flipped))
        fresh.revert_to_snapshot(start)  # py-evm takes an empty list for the number 0, and stumbles after executing it
    assert (fresh.get_balance(YOU.text), fresh.get_balance(ME.text), fresh.get_nonce(ME.text)) == (0, before, 0)
    assert executed(fresh, sign(payment(), ALICE))["status"] == 1


def refused_by(engine: EthereumTester, raw: bytes) -> None:
    """The engine refuses the bytes; and so do we, or we name another sender than Alice, who has no money."""
    with pytest.raises(REFUSALS):
        engine.send_raw_transaction(f"0x{raw.hex()}")
    assert (engine.get_balance(YOU.text), engine.get_nonce(ME.text)) == (0, 0)
    try:
        decoded = TESTER.decode_transaction(raw)
    except TransactionError:
        return
    assert isinstance(decoded, SignedTransaction)
    assert decoded.transaction.sender != ALICE.public_key


@pytest.mark.parametrize(
    "changes",
    [
        {"value": 101 * ETHER},
        {"nonce": 1},
        {"gas": 20_999},
        {"max_fee": 1, "max_priority_fee": 1},
        {"sender": MALLORY.public_key},
    ],
    ids=["more than there is", "a later nonce", "too little gas", "less than the base fee", "a sender without money"],
)
def test_what_the_rules_of_the_chain_forbid_is_refused_by_the_engine(
    fresh: EthereumTester, changes: dict[str, Any]
) -> None:
    signed = sign(payment(**changes), ALICE, MALLORY)
    with pytest.raises(REFUSALS):
        fresh.send_raw_transaction(f"0x{signed.raw.hex()}")
    assert fresh.get_balance(YOU.text) == 0
