"""Anvil, a node in Rust, executes every type of transaction that we sign, and nothing that differs in one bit."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]

from support.anvil import Anvil, Refused, anvil
from support.evm import ALICE, BLOB, ETHEREUM, MALLORY, announced, authorization, blob, delegation, legacy, transfer
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import GWEI, Sidecar, create_address, least_gas, network_form
from walletcore.effects import Fee, Opaque
from walletcore.errors import TransactionError
from walletcore.signing import sign

pytestmark = pytest.mark.engine

ME, HIM = ETHEREUM.address(ALICE.public_key), ETHEREUM.address(MALLORY.public_key)
YOU = ETHEREUM.account(b"\x42" * 20)
ETHER = 10**18
CREATION = bytes.fromhex("60016000f3")  # PUSH1 1, PUSH1 0, RETURN: a contract whose code is one zero byte, STOP
ANSWER = bytes.fromhex("602a60005260206000f3")  # PUSH1 42, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN


@pytest.fixture(scope="module", params=["prague", "osaka"])
def node(request: pytest.FixtureRequest) -> Iterator[tuple[Anvil, int]]:
    """A node of each fork, on which Alice has 100 ether, and the version of sidecars that it takes (EIP-7594)."""
    with anvil(request.param) as engine:
        engine.ask("anvil_setBalance", ME.text, hex(100 * ETHER))
        yield engine, 0 if request.param == "prague" else 1


@pytest.fixture
def engine(node: tuple[Anvil, int]) -> Iterator[Anvil]:
    """That node, put back when a test is over."""
    snapshot = node[0].ask("evm_snapshot")
    yield node[0]
    assert node[0].ask("evm_revert", snapshot)


@pytest.fixture
def version(node: tuple[Anvil, int]) -> int:
    return node[1]


def paying(make: Any, **changes: Any) -> Any:
    return make(**{"to": YOU, "nonce": 0, "value": ETHER, "gas": 100_000, **changes})


def carried(version: int) -> Any:
    """A transaction with a blob and its sidecar."""
    sidecar = Sidecar.from_blobs([BLOB], version=version)
    return paying(blob, versioned_hashes=sidecar.versioned_hashes, sidecar=sidecar, max_blob_fee=GWEI)


def sent(signed: SignedTransaction[Any]) -> bytes:
    """What a node is given: of a transaction with blobs more than what is signed."""
    return network_form(signed) if signed.raw[0] == 3 else signed.raw


MAKES: dict[str, Any] = {
    "type 0": lambda _: paying(legacy),
    "type 0 without a chain id": lambda _: paying(legacy, replay_protected=False),
    "type 1": lambda _: paying(announced),
    "type 2": lambda _: paying(transfer),
    "type 3": carried,
    "type 4": lambda _: paying(delegation),
}
each_type = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES.keys())


@each_type
def test_every_type_is_executed_under_our_id_and_costs_no_more_than_its_fees(
    engine: Anvil, version: int, make: Any
) -> None:
    subject = make(version)
    signed = sign(subject, ALICE)
    before = engine.number("eth_getBalance", ME.text)
    assert engine.send(sent(signed)) == signed.id
    receipt = engine.receipt(signed.id)
    assert (receipt["status"], int(receipt["type"], 16)) == ("0x1", signed.raw[0] if signed.raw[0] < 5 else 0)
    assert receipt["from"] == ME.text.lower()
    assert engine.number("eth_getBalance", YOU.text) == ETHER
    paid = before - ETHER - engine.number("eth_getBalance", ME.text)
    fees = [each.at_most for each in subject.effects() if isinstance(each, Fee)]
    assert 0 < paid <= sum(fee for fee in fees if fee is not None)
    assert "blobGasUsed" not in receipt or int(receipt["blobGasUsed"], 16) == subject.blob_gas
    assert engine.number("eth_getTransactionCount", ME.text) == 1


@each_type
def test_with_the_least_gas_it_is_executed_and_with_a_unit_less_it_is_not(
    engine: Anvil, version: int, make: Any
) -> None:
    subject = make(version)
    least = least_gas(subject)
    with contextlib.suppress(Refused):  # what it does not look at when it takes a transaction, it does when it mines
        engine.send(sent(sign(replace(subject, gas=least - 1), ALICE)))
    engine.ask("evm_mine")
    assert engine.number("eth_getTransactionCount", ME.text) == 0
    engine.ask("anvil_dropAllTransactions")
    signed = sign(replace(subject, gas=least), ALICE)
    assert engine.receipt(engine.send(sent(signed)))["status"] == "0x1"


@each_type
def test_ET14_a_flipped_bit_in_any_byte_is_not_executed_in_the_name_of_who_signed(
    engine: Anvil, version: int, make: Any
) -> None:
    signed = sign(make(version), ALICE)
    whole = sent(signed)
    start = whole.find(signed.raw[1:])  # of a transaction with blobs the bytes that are signed, in the list around
    for place in range(0, len(signed.raw) - 1, 1 if len(whole) < 1_000 else 4):
        flipped = bytearray(whole)
        flipped[start + place] ^= 1 << place % 8
        with contextlib.suppress(Refused):
            engine.send(bytes(flipped))
            engine.ask("evm_mine")
            engine.ask("anvil_dropAllTransactions")
        assert (engine.number("eth_getBalance", YOU.text), engine.number("eth_getTransactionCount", ME.text)) == (0, 0)
        try:
            read = ETHEREUM.decode_transaction(bytes(flipped))
        except TransactionError:
            continue
        assert isinstance(read, SignedTransaction)
        assert read.transaction.sender != ALICE.public_key
    assert engine.receipt(engine.send(whole))["transactionHash"] == signed.id


@pytest.mark.parametrize("what", ["blobs", "commitments", "proofs"])
def test_ET15_a_sidecar_of_another_blob_is_refused_by_both(engine: Anvil, version: int, what: str) -> None:
    signed = sign(carried(version), ALICE)
    items = list(rlp.decode(network_form(signed)[1:]))
    place = {"blobs": -3, "commitments": -2, "proofs": -1}[what]
    other = Sidecar.from_blobs([bytes(131_072)], version=version)
    items[place] = list(getattr(other, what))
    raw = b"\x03" + bytes(rlp.encode(items))
    with pytest.raises(Refused):
        engine.send(raw)
    with pytest.raises(TransactionError) as caught:
        verified(raw)
    assert caught.value.reason == "mismatch"


def verified(raw: bytes) -> None:
    read: Any = ETHEREUM.decode_transaction(raw)
    read.transaction.sidecar.verify(read.transaction.versioned_hashes)


def test_blobs_without_their_sidecar_are_refused(engine: Anvil, version: int) -> None:
    with pytest.raises(Refused):
        engine.send(sign(carried(version), ALICE).raw)


@pytest.mark.parametrize("make", [legacy, announced, transfer])
def test_a_contract_is_created_where_we_say(engine: Anvil, make: Any) -> None:
    signed = sign(paying(make, to=None, value=0, data=CREATION), ALICE)
    receipt = engine.receipt(engine.send(signed.raw))
    contract = create_address(ME, 0)
    assert (receipt["status"], receipt["contractAddress"]) == ("0x1", contract.text.lower())
    assert engine.ask("eth_getCode", contract.text, "latest") == "0x00"


def test_a_delegation_has_the_code_of_the_contract_until_it_ends(engine: Anvil) -> None:
    code = ETHEREUM.account(b"\x77" * 20)
    engine.ask("anvil_setCode", code.text, f"0x{ANSWER.hex()}")
    begins = sign(authorization(address=code, nonce=0), MALLORY)
    signed = sign(paying(delegation, authorizations=(begins,)), ALICE)
    assert engine.receipt(engine.send(signed.raw))["status"] == "0x1"
    assert engine.ask("eth_getCode", HIM.text, "latest") == f"0xef0100{code.payload.hex()}"  # EIP-7702
    assert int(engine.ask("eth_call", {"to": HIM.text}, "latest"), 16) == 42
    ends = sign(authorization(address=ETHEREUM.account(bytes(20)), nonce=1, every_chain=True), MALLORY)
    signed = sign(paying(delegation, nonce=1, authorizations=(ends,), allow_every_chain=True), ALICE)
    assert engine.receipt(engine.send(signed.raw))["status"] == "0x1"
    assert engine.ask("eth_getCode", HIM.text, "latest") == "0x"


def test_who_sends_may_delegate_too_with_the_nonce_after_the_transaction(engine: Anvil) -> None:
    for nonce, expected in ((0, "0x"), (2, f"0xef0100{'55' * 20}")):
        mine = sign(authorization(authority=ALICE.public_key, nonce=nonce), ALICE)
        at = engine.number("eth_getTransactionCount", ME.text)
        signed = sign(paying(delegation, nonce=at, authorizations=(mine,)), ALICE)
        assert engine.receipt(engine.send(signed.raw))["status"] == "0x1"
        assert engine.ask("eth_getCode", ME.text, "latest") == expected


def test_what_the_chain_leaves_out_changes_nothing(engine: Anvil) -> None:
    fine = sign(authorization(nonce=0), MALLORY)
    others = (sign(authorization(nonce=0, chain=replace(ETHEREUM, chain_id=5), address=five()), MALLORY),)
    for listed in (replace(fine, parity=7), replace(fine, s=0), replace(fine, r=5), *others):
        at = engine.number("eth_getTransactionCount", ME.text)
        subject = paying(delegation, nonce=at, authorizations=(listed,))
        assert isinstance(subject.effects()[0], Opaque)
        assert engine.receipt(engine.send(sign(subject, ALICE).raw))["status"] == "0x1"
        assert engine.ask("eth_getCode", HIM.text, "latest") == "0x"


def five() -> Any:
    return replace(ETHEREUM, chain_id=5).account(b"\x55" * 20)
