"""What SimpleAccount and its factory are told, written and read; published figures are those of user operations."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from support.evm import ETHEREUM
from support.vectors import Case, vectors
from walletcore.chains.evm.simple_account import Inner, create_account, execute, execute_batch, owner_of
from walletcore.errors import TransactionError

YOU, ME = ETHEREUM.account(b"\x42" * 20), ETHEREUM.account(b"\x24" * 20)
CALLS = [Inner(to=YOU, value=5), Inner(to=ME, data=b"\1\2\3"), Inner(to=YOU, value=2**256 - 1, data=bytes(100))]


def theirs(signature: str, *values: Any) -> bytes:
    """What eth-abi writes for a function."""
    types = signature[signature.index("(") :]
    return keccak(text=signature)[:4] + encode([types], [values])[32 if _dynamic(types) else 0 :]


def _dynamic(types: str) -> bool:
    return "bytes" in types or "[]" in types


def rows(calls: list[Inner]) -> list[tuple[str, int, bytes]]:
    return [(call.to.text, call.value, call.data) for call in calls]


@vectors("evm/user-operations")
def test_published_calls_are_written(case: Case) -> None:
    if "calls" not in case.expect or "barz" not in case.id:
        return
    found = [
        Inner(
            to=ETHEREUM.account(bytes.fromhex(each["to"])), value=int(each["value"]), data=bytes.fromhex(each["data"])
        )
        for each in case.expect["calls"]
    ]
    data = bytes.fromhex(case.input["call_data"])
    assert data == (execute(found[0]) if len(found) == 1 else execute_batch(found, version="0.7"))


@pytest.mark.parametrize("call", CALLS, ids=["value", "data", "both"])
def test_one_call_is_written_as_eth_abi_writes_it(call: Inner) -> None:
    data = theirs("execute(address,uint256,bytes)", *rows([call])[0])
    assert execute(call) == data


@pytest.mark.parametrize("calls", [[], CALLS[:1], CALLS], ids=["none", "one", "three"])
def test_calls_are_written_as_eth_abi_writes_them(calls: list[Inner]) -> None:
    to, values, data = ([row[place] for row in rows(calls)] for place in range(3))
    listed = theirs("executeBatch((address,uint256,bytes)[])", rows(calls))
    assert execute_batch(calls, version="0.8") == execute_batch(calls, version="0.9") == listed
    parallel = theirs("executeBatch(address[],uint256[],bytes[])", to, values, data)
    assert execute_batch(calls, version="0.7") == parallel


def test_a_batch_of_0_6_has_no_values() -> None:
    written = execute_batch(CALLS[1:2], version="0.6")
    assert written == theirs("executeBatch(address[],bytes[])", [ME.text], [b"\1\2\3"])
    with pytest.raises(TransactionError) as caught:
        execute_batch(CALLS, version="0.6")
    assert caught.value.reason == "version"


def test_a_factory_is_told_the_owner() -> None:
    written = create_account(YOU, 3)
    assert written == theirs("createAccount(address,uint256)", YOU.text, 3)
    assert owner_of(ETHEREUM, written) == YOU
    for other in (b"", written[:-1], written + b"\0", b"\0" + written[1:], written[:4] + b"\1" + written[5:]):
        assert owner_of(ETHEREUM, other) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: execute(YOU),  # type: ignore[arg-type]
        lambda: execute(Inner(to=YOU.text)),  # type: ignore[arg-type]
        lambda: execute(Inner(to=YOU, value=-1)),
        lambda: execute(Inner(to=YOU, value=2**256)),
        lambda: execute(Inner(to=YOU, value=True)),
        lambda: execute(Inner(to=YOU, data="0x")),  # type: ignore[arg-type]
        lambda: execute_batch([YOU], version="0.8"),  # type: ignore[list-item]
        lambda: execute_batch(CALLS, version="1"),
        lambda: create_account(YOU, -1),
        lambda: create_account(YOU.text, 1),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_call_is_refused(call: Any) -> None:
    with pytest.raises(TransactionError):
        call()
