"""A descriptor says nothing about what it is not for (ERC-7730, "Context section", "Proxy support")."""

from typing import Any

import pytest

from support.evm import ETHEREUM, POLYGON
from support.screens import CONTRACT, OTHER, account, call, calldata, descriptor, document, message
from walletcore.chains.evm import Message, Transaction
from walletcore.chains.evm.clear_signing import Descriptor, Screen
from walletcore.errors import TransactionError

JSON = dict[str, Any]
FORMAT = {"intent": "Act", "fields": [{"path": "a", "label": "L", "format": "raw"}]}
DATA = calldata("act(uint256)", 5)
TYPES = {"Act": [{"name": "a", "type": "uint256"}]}
EVENT = "ProxyCreation(address proxy,address singleton)"


def contract(**context: Any) -> Descriptor:
    return descriptor({"act(uint256 a)": FORMAT}, context={"contract": context})


def messages(**context: Any) -> Descriptor:
    return descriptor({"Act(uint256 a)": FORMAT}, context={"eip712": context})


def deployed(address: str = CONTRACT, chain_id: int = 1) -> list[JSON]:
    return [{"chainId": chain_id, "address": address}]


def reason(read: Descriptor, subject: Transaction | Message, **known: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        read.render(subject, **known)
    return caught.value.reason


def shown(read: Descriptor, subject: Transaction | Message, **known: Any) -> Screen:
    found = read.render(subject, **known)
    assert found.pairs == (("L", "5"),)
    return found


def test_a_call_of_the_contract_on_its_chain_is_shown() -> None:
    shown(contract(deployments=deployed()), call(DATA))


def test_another_address_or_chain_is_not_what_it_is_for() -> None:
    read = contract(deployments=deployed())
    assert reason(read, call(DATA, to=OTHER)) == "mismatch"
    assert reason(read, call(DATA, chain=POLYGON)) == "mismatch"


def test_chain_and_address_are_bound_together() -> None:
    """One deployment on each chain does not say that the address of the one is the contract on the other."""
    read = contract(deployments=[*deployed(CONTRACT, 1), *deployed(OTHER, 137)])
    shown(read, call(DATA, to=OTHER, chain=POLYGON))
    assert reason(read, call(DATA, to=OTHER)) == "mismatch"
    assert reason(read, call(DATA, chain=POLYGON)) == "mismatch"


def test_a_template_is_for_nothing() -> None:
    assert reason(contract(), call(DATA)) == "missing"
    assert reason(contract(deployments=[]), call(DATA)) == "mismatch"


def test_a_proxy_is_what_the_caller_says_it_is() -> None:
    read = contract(deployments=deployed())
    shown(read, call(DATA, to=OTHER), proxies={account(OTHER): account(CONTRACT)})
    shown(read, call(DATA, to=OTHER), proxies=lambda _: account(CONTRACT))
    assert reason(read, call(DATA, to=OTHER), proxies={account(OTHER): account(CONTRACT, 137)}) == "mismatch"
    assert reason(read, call(DATA, to=OTHER), proxies={account(CONTRACT): account(CONTRACT)}) == "mismatch"


def test_a_contract_of_a_factory_is_what_the_caller_says_it_is() -> None:
    read = contract(factory={"deployEvent": EVENT, "deployments": deployed(OTHER)})
    made = {(account(CONTRACT), "ProxyCreation(address,address)"): account(OTHER)}
    shown(read, call(DATA), factories=lambda *asked: made.get(asked))
    assert reason(read, call(DATA)) == "mismatch"
    assert reason(read, call(DATA), factories=lambda *_: account(CONTRACT)) == "mismatch"


def test_every_constraint_must_hold() -> None:
    read = contract(deployments=deployed(), factory={"deployEvent": EVENT, "deployments": deployed(OTHER)})
    assert reason(read, call(DATA)) == "mismatch"
    shown(read, call(DATA), factories=lambda *_: account(OTHER))


def test_a_creation_of_a_contract_is_no_call() -> None:
    creation = Transaction(
        chain=ETHEREUM, to=None, value=0, nonce=0, gas=100_000, max_fee=1, max_priority_fee=1, data=DATA
    )
    assert reason(contract(deployments=deployed()), creation) == "mismatch"


def test_messages_are_bound_to_chain_and_contract() -> None:
    read = messages(deployments=deployed())
    shown(read, message(TYPES, "Act", {"a": 5}))
    assert reason(read, message(TYPES, "Act", {"a": 5}, chain=POLYGON)) == "mismatch"
    assert reason(read, message(TYPES, "Act", {"a": 5}, verifyingContract=OTHER)) == "mismatch"


@pytest.mark.parametrize("missing", ["chainId", "verifyingContract"])
def test_a_message_without_chain_or_contract_is_not_shown(missing: str) -> None:
    """Where these are not known, a wallet should not use the file ("Container structure values")."""
    domain: JSON = {"chainId": None} if missing == "chainId" else {"verifyingContract": None}
    for read in (messages(deployments=deployed()), messages(domain={"name": "Example"})):
        assert reason(read, message(TYPES, "Act", {"a": 5}, **domain)) == "missing"


@pytest.mark.parametrize(
    ("domain", "holds"),
    [
        ({"name": "Example"}, True),
        ({"name": "Example", "version": "1", "chainId": 1, "verifyingContract": CONTRACT}, True),
        ({"name": "example"}, False),
        ({"version": "2"}, False),
        ({"chainId": 137}, False),
        ({"verifyingContract": OTHER}, False),
        ({"salt": "0x" + "00" * 32}, False),
    ],
)
def test_each_member_of_the_domain_must_match(domain: JSON, holds: bool) -> None:
    read = messages(domain=domain)
    if holds:
        shown(read, message(TYPES, "Act", {"a": 5}))
    else:
        assert reason(read, message(TYPES, "Act", {"a": 5})) == "mismatch"


def test_a_name_that_anybody_may_choose_has_a_notice() -> None:
    found = shown(messages(domain={"name": "Example", "chainId": 1}), message(TYPES, "Act", {"a": 5}))
    assert [notice.code for notice in found.warnings] == ["unbound"]
    bound = shown(messages(domain={"name": "Example", "verifyingContract": CONTRACT}), message(TYPES, "Act", {"a": 5}))
    assert bound.warnings == ()


def test_the_domain_separator_must_match() -> None:
    """The separator of Example, 1, chain 1 and the contract, by eth-account."""
    from eth_account.messages import encode_typed_data

    signed = message(TYPES, "Act", {"a": 5})
    domain = {"name": "Example", "version": "1", "chainId": 1, "verifyingContract": CONTRACT}
    separator = encode_typed_data(domain_data=domain, message_types=TYPES, message_data={"a": 5}).header
    shown(messages(domainSeparator="0x" + separator.hex()), signed)
    assert reason(messages(domainSeparator="0x" + "00" * 32), signed) == "mismatch"


def test_a_message_of_another_type_is_not_what_it_is_for() -> None:
    read = messages(deployments=deployed())
    for member in ({"name": "b", "type": "uint256"}, {"name": "a", "type": "uint128"}):
        assert reason(read, message({"Act": [member]}, "Act", {member["name"]: 5})) == "unknown"


def test_calls_and_messages_are_not_mistaken_for_each_other() -> None:
    assert reason(messages(deployments=deployed()), call(DATA)) == "mismatch"
    assert reason(contract(deployments=deployed()), message(TYPES, "Act", {"a": 5})) == "mismatch"


@pytest.mark.parametrize("subject", [None, b"", "0x", Message(chain=ETHEREUM, data=b"text")])
def test_other_subjects_are_refused(subject: Any) -> None:
    assert reason(contract(deployments=deployed()), subject) == "type"


def test_an_unknown_function_is_not_shown() -> None:
    read = contract(deployments=deployed())
    for data in (b"", DATA[:3], calldata("other(uint256)", 5)):
        assert reason(read, call(data)) == "unknown"


@pytest.mark.parametrize(
    ("why", "data"),
    [("trailing", DATA + b"\0"), ("trailing", DATA + bytes(32)), ("truncated", DATA[:-1]), ("truncated", DATA[:4])],
)
def test_ET14_calldata_that_are_not_canonical_are_not_shown(why: str, data: bytes) -> None:
    assert reason(contract(deployments=deployed()), call(data)) == why


def test_ET14_an_offset_that_points_elsewhere_is_not_shown() -> None:
    read = descriptor({"act(bytes a)": FORMAT})
    word = (32).to_bytes(32)
    selector = calldata("act(bytes)", b"")[:4]
    assert read.render(call(selector + word + bytes(32))).pairs == (("L", "0x"),)
    moved = selector + (64).to_bytes(32) + bytes(32) + bytes(32)
    assert reason(read, call(moved)) == "non-canonical"


def test_a_value_of_an_address_with_dirt_above_it_is_not_shown() -> None:
    read = descriptor({"act(address a)": FORMAT})
    data = calldata("act(address)", OTHER)
    assert reason(read, call(data[:4] + b"\1" + data[5:])) in ("non-canonical", "range")


def test_descriptors_for_calls_inside_are_checked() -> None:
    read = contract(deployments=deployed())
    with pytest.raises(TransactionError) as caught:
        read.render(call(DATA), descriptors=[document({})])  # type: ignore[list-item]
    assert caught.value.reason == "type"
