"""Signatures as people and compilers write them; functions, events, errors, and what calldata and logs begin with."""

from typing import Any

import pytest
from eth_abi.abi import encode as eth_encode
from eth_utils.crypto import keccak

from support.evm import ETHEREUM
from walletcore.chains.evm.abi import (
    ERROR,
    PANIC,
    Abi,
    Constructor,
    CustomError,
    Event,
    Function,
    Hashed,
    Parameter,
)
from walletcore.errors import TransactionError

A, B = b"\x0a" * 20, b"\x0b" * 20
TRANSFER = "function transfer(address to, uint256 value) external returns (bool)"
MOVED = "event Transfer(address indexed from, address indexed to, uint256 value)"


def reason(read: Any, *arguments: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        read(*arguments)
    return caught.value.reason


# -- selectors and topics that are published

SELECTORS = {
    "function baz(uint32 x, bool y) public pure returns (bool r)": "cdcd77c0",  # Contract ABI Specification, "Examples"
    "function bar(bytes3[2] memory) public pure": "fce353f6",
    "function sam(bytes memory, bool, uint[] memory) public pure": "a5643bf2",
    "function f(uint256,uint32[],bytes10,bytes)": "8be65246",
    "function g(uint256[][],string[])": "2289b18c",
    TRANSFER: "a9059cbb",  # ERC-20
    "function transferFrom(address from, address to, uint256 value) external returns (bool)": "23b872dd",
    "function safeTransferFrom(address,address,uint256,bytes calldata)": "b88d4fde",  # ERC-721
    "function onERC721Received(address,address,uint256,bytes) external returns (bytes4)": "150b7a02",
    "function isValidSignature(bytes32 hash, bytes memory signature) view returns (bytes4)": "1626ba7e",  # ERC-1271
}


@pytest.mark.parametrize(("text", "selector"), SELECTORS.items())
def test_functions_have_their_published_selectors(text: str, selector: str) -> None:
    assert Function.parse(text).selector.hex() == selector


def test_errors_and_events_have_their_published_hashes() -> None:
    assert (ERROR.selector.hex(), PANIC.selector.hex()) == ("08c379a0", "4e487b71")  # Solidity, "Error handling"
    topic = Event.parse(MOVED).topic
    assert topic is not None
    assert (
        topic.hex() == "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    )  # ERC-20's, on the main net
    error = CustomError.parse("error InsufficientBalance(uint256 available, uint256 required)")
    assert error.selector.hex() == "cf479181"  # Contract ABI Specification, "Errors"


# -- signatures

READ = {
    "function f()": ("f()", ()),
    " function\tf ( ) ": ("f()", ()),
    "function f(uint, int)": ("f(uint256,int256)", ("", "")),
    "function f(uint[] calldata a)": ("f(uint256[])", ("a",)),
    "function f(uint [2] [] a)": ("f(uint256[2][])", ("a",)),
    "function f(address payable to)": ("f(address)", ("to",)),
    "function f(function callback)": ("f(function)", ("callback",)),
    "function f(tuple(address to, uint value) payment)": ("f((address,uint256))", ("payment",)),
    "function f((address to, (uint a, bytes b)[2] c)[] calldata payments)": (
        "f((address,(uint256,bytes)[2])[])",
        ("payments",),
    ),
    "function $_1(bool _, bool $)": ("$_1(bool,bool)", ("_", "$")),
    "function f(bool a, bool a)": ("f(bool,bool)", ("a", "a")),
    "function f(bool) view external returns (bool, (uint a) b)": ("f(bool)", ("",)),
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_signatures_are_read_as_solidity_writes_them(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    read = Function.parse(text)
    assert (read.signature, tuple(each.name for each in read.inputs)) == expected
    assert read.selector == keccak(text=expected[0])[:4]


def test_components_keep_their_names_and_canonical_types() -> None:
    (read,) = Function.parse("function f((uint a, (bool, bytes x)[2] b)[] c)").inputs
    inner = (Parameter(type="bool"), Parameter(name="x", type="bytes"))
    outer = (Parameter(name="a", type="uint256"), Parameter(name="b", type="(bool,bytes)[2]", components=inner))
    assert read == Parameter(name="c", type="(uint256,(bool,bytes)[2])[]", components=outer)


def test_outputs_and_mutability_are_read() -> None:
    read = Function.parse("function f() public view returns (uint256 a, (bool b)[] c)")
    assert (read.mutability, [each.type for each in read.outputs]) == ("view", ["uint256", "(bool)[]"])
    assert Function.parse("function f() payable").mutability == "payable"
    assert Function.parse("function f()").mutability == "nonpayable"
    data = read.encode_result(7, [[True]])
    assert data == eth_encode(["uint256", "(bool)[]"], [7, [(True,)]])
    assert read.decode_result(data) == (7, ((True,),))


UNREAD = {
    "": "unknown",
    "transfer(address)": "unknown",
    "function": "unknown",
    "function (bool)": "unknown",
    "function 1f()": "unknown",
    "function f": "unknown",
    "function f(": "unknown",
    "function f(bool": "unknown",
    "function f(bool,)": "unknown",
    "function f(,bool)": "unknown",
    "function f(bool bool)": "unknown",
    "function f(bool memory)": "unknown",
    "function f((bool memory a) b)": "unknown",
    "function f(bytes indexed)": "unknown",
    "function f(bool a b)": "unknown",
    "function f(())": "unknown",
    "function f(tuple)": "unknown",
    "function f(struct S s)": "unknown",
    "function f(S s)": "unknown",
    "function f(fixed x)": "unknown",
    "function f(uint257 x)": "unknown",
    "function f(byte x)": "unknown",
    "function f(uint[0] x)": "character",
    "function f(uint[01] x)": "character",
    "function f(uint[ ] x)": "character",
    "function f(uint[2 x)": "character",
    "function f() returns": "unknown",
    "function f() returns ()": "missing",
    "function f() returns (bool) view": "trailing",
    "function f() view pure": "trailing",
    "function f() view view": "trailing",
    "function f() public external": "trailing",
    "function f() internal": "trailing",
    "function f() private": "trailing",
    "function f();": "character",
    "function f() // a comment": "character",
    "function f(bool \u0430)": "character",
    "function \u0430()": "character",
    "function f(bool\u00a0a)": "character",
    "function f(bool) g(bool)": "trailing",
    "function f(bool) N(uint256)": "trailing",  # as E12: no other signature in a name
    "function a)N(uint8 b": "unknown",
    "event f()": "unknown",
    "function function()": "unknown",
    "function f(bool returns)": "unknown",
    f"function {'f' * 257}()": "too-large",
    f"function f({'bool,' * 256}bool)": "too-large",
    f"function f({'(' * 33}bool{')' * 33})": "too-deep",
    f"function f(bool{'[]' * 33})": "too-deep",
    "function f()" + " " * 8192: "too-large",
}


@pytest.mark.parametrize(("text", "expected"), UNREAD.items(), ids=lambda each: str(each)[:40])
def test_E12_no_other_text_is_a_signature(text: str, expected: str) -> None:
    assert reason(Function.parse, text) == expected


def test_other_kinds_have_their_own_words() -> None:
    assert Event.parse("event E(bytes indexed a, bool) anonymous").anonymous
    assert Constructor.parse("constructor(string memory name) public payable").mutability == "payable"
    assert reason(Event.parse, "event E(bytes memory a)") == "unknown"
    assert reason(Event.parse, "event E() anonymous anonymous") == "trailing"
    assert reason(Event.parse, "event E((bool indexed a) b)") == "unknown"
    assert reason(CustomError.parse, "error E() anonymous") == "trailing"
    assert reason(CustomError.parse, "error E(bool indexed a)") == "unknown"
    assert reason(Constructor.parse, "constructor() view") == "unknown"
    assert reason(Constructor.parse, "constructor f()") == "unknown"
    assert {reason(each.parse, None) for each in (Function, Event, CustomError, Constructor)} == {"type"}


# -- JSON

ENTRY: dict[str, Any] = {
    "type": "function",
    "name": "pay",
    "inputs": [
        {
            "name": "payments",
            "type": "tuple[]",
            "internalType": "struct Payment[]",
            "components": [{"name": "to", "type": "address"}, {"name": "value", "type": "uint256"}],
        }
    ],
    "outputs": [{"name": "", "type": "bool"}],
    "stateMutability": "payable",
    "gas": 1,
}


def test_json_and_text_say_the_same() -> None:
    text = "function pay((address to, uint256 value)[] payments) payable returns (bool)"
    assert Function.from_json(ENTRY) == Function.parse(text)
    assert Function.from_json({"name": "f"}) == Function.parse("function f()")
    inputs = [{"name": "a", "type": "bytes", "indexed": True}, {"name": "b", "type": "bool", "indexed": False}]
    event = {"type": "event", "name": "E", "anonymous": True, "inputs": inputs}
    assert Event.from_json(event) == Event.parse("event E(bytes indexed a, bool b) anonymous")
    error = {"type": "error", "name": "E", "inputs": [{"name": "a", "type": "bytes"}]}
    assert CustomError.from_json(error) == CustomError.parse("error E(bytes a)")
    constructor = {"type": "constructor", "inputs": [], "stateMutability": "payable"}
    assert Constructor.from_json(constructor) == Constructor.parse("constructor() payable")


def with_input(**members: Any) -> dict[str, Any]:
    return {**ENTRY, "inputs": [members]}


WRONG_JSON = [
    (None, "type"),
    ([ENTRY], "type"),
    ({**ENTRY, "type": "event"}, "mismatch"),
    ({**ENTRY, "type": 1}, "mismatch"),
    ({**ENTRY, "name": ""}, "character"),
    ({**ENTRY, "name": "a)N(uint8 b"}, "character"),
    ({**ENTRY, "name": None}, "type"),
    ({**ENTRY, "name": "f" * 257}, "too-large"),
    ({**ENTRY, "stateMutability": "free"}, "unknown"),
    ({**ENTRY, "stateMutability": ["view"]}, "unknown"),
    ({**ENTRY, "inputs": None}, "type"),
    ({**ENTRY, "inputs": {}}, "type"),
    ({**ENTRY, "inputs": ["bool"]}, "type"),
    (with_input(name="a"), "type"),
    (with_input(name=1, type="bool"), "type"),
    (with_input(name="a b", type="bool"), "character"),
    (with_input(type="uint"), "non-canonical"),
    (with_input(type="(bool)"), "unknown"),
    (with_input(type="tuple"), "type"),
    (with_input(type="tuple", components=[]), "character"),
    (with_input(type="tuple[0]", components=[{"type": "bool"}]), "character"),
    (with_input(type="tuple2", components=[{"type": "bool"}]), "unknown"),
    (with_input(type="bool" * 5000), "type"),
    ({**ENTRY, "inputs": [{"type": "bool"}] * 257}, "too-large"),
]


@pytest.mark.parametrize(("entry", "expected"), WRONG_JSON, ids=lambda each: str(each)[:60])
def test_other_json_is_refused(entry: Any, expected: str) -> None:
    assert reason(Function.from_json, entry) == expected


def test_json_of_events_has_bools() -> None:
    event = {"type": "event", "name": "E", "inputs": [{"type": "bool", "indexed": 1}]}
    assert reason(Event.from_json, event) == "type"
    assert reason(Event.from_json, {"type": "event", "name": "E", "anonymous": "no"}) == "type"


def test_E16_deep_components_are_refused() -> None:
    entry: dict[str, Any] = {"type": "bool"}
    for _ in range(2000):
        entry = {"type": "tuple", "components": [entry]}
    assert reason(Function.from_json, {"name": "f", "inputs": [entry]}) == "too-deep"


# -- parts put together by hand


def test_parameters_and_entries_are_checked_when_they_are_made() -> None:
    boolean = Parameter(type="bool")
    assert reason(lambda: Parameter(name="a b", type="bool")) == "character"
    assert reason(lambda: Parameter(type="uint")) == "non-canonical"
    assert reason(lambda: Parameter(type="bool", indexed=1)) == "type"  # type: ignore[arg-type]
    assert reason(lambda: Parameter(type="(bool)")) == "mismatch"
    assert reason(lambda: Parameter(type="bool", components=(boolean,))) == "mismatch"
    assert reason(lambda: Parameter(type="(bool,bool)[]", components=(boolean,))) == "mismatch"
    assert reason(lambda: Parameter(type="(bool)", components=[boolean])) == "type"  # type: ignore[arg-type]
    assert Parameter(type="(bool)[2][]", components=(boolean,)).components == (boolean,)
    assert reason(lambda: Function(name="f", inputs=[boolean])) == "type"  # type: ignore[arg-type]
    assert reason(lambda: Function(name="f", inputs=("bool",))) == "type"  # type: ignore[arg-type]
    assert reason(lambda: Function(name="f", outputs=None)) == "type"  # type: ignore[arg-type]
    assert reason(lambda: Function(name="f", mutability="free")) == "unknown"
    assert reason(lambda: Constructor(mutability="view")) == "unknown"
    assert reason(lambda: Event(name="E", anonymous=0)) == "type"  # type: ignore[arg-type]
    assert Function(name="f", inputs=(boolean,)).signature == "f(bool)"


def test_events_have_three_indexed_parameters_and_anonymous_ones_four() -> None:
    listed = "bool indexed, bool indexed, bool indexed, bool indexed"
    assert reason(Event.parse, f"event E({listed})") == "length"
    assert Event.parse(f"event E({listed}) anonymous").topic is None
    assert reason(Event.parse, f"event E({listed}, bool indexed) anonymous") == "length"


# -- calls


def test_calldata_are_the_selector_and_the_values() -> None:
    function = Function.parse(TRANSFER)
    data = bytes.fromhex("a9059cbb") + eth_encode(["address", "uint256"], [A, 5])
    assert function.encode(A, 5) == function.encode(ETHEREUM.account(A), 5) == data
    assert function.decode(data) == (A, 5)
    assert reason(function.decode, bytes.fromhex("23b872dd") + data[4:]) == "mismatch"
    assert reason(function.decode, data[:3]) == "mismatch"
    assert reason(function.decode, data[:-1]) == "truncated"
    assert reason(function.decode, data + b"\0") == "trailing"
    assert reason(function.decode, data.hex()) == "type"
    assert reason(function.encode, A) == "length"


def test_a_constructor_writes_what_stands_behind_the_code() -> None:
    constructor = Constructor.parse("constructor(string name, uint8 decimals)")
    assert constructor.encode("Dai", 18) == eth_encode(["string", "uint8"], ["Dai", 18])
    assert constructor.decode(constructor.encode("Dai", 18)) == ("Dai", 18)


# -- logs


def topic(value: bytes) -> bytes:
    return value.rjust(32, b"\0")


def test_a_log_has_the_values_in_the_order_of_the_parameters() -> None:
    event = Event.parse(MOVED)
    assert event.topic is not None
    assert event.decode([event.topic, topic(A), topic(B)], topic(b"\x05")) == (A, B, 5)
    mixed = Event.parse("event E(uint8 a, string indexed b, bytes c, int8 indexed d, (bool)[1] indexed e)")
    assert mixed.topic is not None
    topics = (mixed.topic, keccak(b"b"), b"\xff" * 32, keccak(b"e"))
    data = eth_encode(["uint8", "bytes"], [1, b"c"])
    assert mixed.decode(topics, data) == (1, Hashed(keccak(b"b")), b"c", -1, Hashed(keccak(b"e")))


def test_an_anonymous_log_has_no_topic_of_its_own() -> None:
    event = Event.parse("event E(address indexed a, bool b) anonymous")
    assert event.decode([topic(A)], topic(b"\x01")) == (A, True)


def test_other_logs_are_refused() -> None:
    event = Event.parse(MOVED)
    assert event.topic is not None
    good = [event.topic, topic(A), topic(B)]
    data = topic(b"\x05")
    assert reason(event.decode, good[1:], data) == "mismatch"
    assert reason(event.decode, [], data) == "mismatch"
    assert reason(event.decode, good[:2], data) == "length"
    assert reason(event.decode, [*good, bytes(32)], data) == "length"
    assert reason(event.decode, [*good[:2], B], data) == "length"
    assert reason(event.decode, [*good[:2], b"\x01" * 32], data) == "non-canonical"
    assert reason(event.decode, [*good[:2], topic(B).hex()], data) == "length"
    assert reason(event.decode, event.topic, data) == "type"
    assert reason(event.decode, good, b"") == "truncated"
    assert reason(event.decode, good, data + data) == "trailing"


# -- contracts

LINES = [
    "constructor(address owner)",
    TRANSFER,
    "function safeTransferFrom(address from, address to, uint256 id)",
    "function safeTransferFrom(address from, address to, uint256 id, bytes data)",
    MOVED,
    "event Noted(bytes32 note) anonymous",
    "error Denied(address who)",
]


def test_calldata_logs_and_errors_find_what_they_are_of() -> None:
    contract = Abi.parse(LINES)
    function = contract.function("transfer")
    assert contract.decode(function.encode(A, 1)) == (function, (A, 1))
    event = contract.event("Transfer")
    assert event.topic is not None
    assert contract.decode_log((event.topic, topic(A), topic(B)), topic(b"\x05")) == (event, (A, B, 5))
    denied = CustomError.parse("error Denied(address who)")
    assert contract.decode_error(denied.encode(A)) == (denied, (A,))
    assert contract.decode_error(ERROR.encode("no")) == (ERROR, ("no",))
    assert contract.decode_error(PANIC.encode(0x11)) == (PANIC, (0x11,))
    assert contract.constructor == Constructor.parse(LINES[0])
    assert reason(contract.decode, b"\x01\x02\x03\x04") == "unknown"
    assert reason(contract.decode, b"") == "unknown"
    assert reason(contract.decode, None) == "type"
    assert reason(contract.decode_error, b"") == "unknown"
    assert reason(contract.decode_log, [], b"") == "unknown"
    assert reason(contract.decode_log, None, b"") == "unknown"
    assert reason(contract.decode_log, [None], b"") == "type"


def test_a_name_that_several_share_is_found_by_its_signature() -> None:
    contract = Abi.parse(LINES)
    signature = "safeTransferFrom(address,address,uint256)"
    assert contract.function(signature).signature == signature
    assert reason(contract.function, "safeTransferFrom") == "ambiguous"
    assert reason(contract.function, "approve") == "unknown"
    assert reason(contract.event, "transfer") == "unknown"
    assert reason(contract.function, None) == "type"


def test_a_json_abi_is_read_whole() -> None:
    entries = [
        ENTRY,
        {"type": "constructor", "inputs": []},
        {"type": "fallback", "stateMutability": "payable"},
        {"type": "receive", "stateMutability": "payable"},
        {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    ]
    contract = Abi.from_json(entries)
    assert contract.functions == (Function.from_json(ENTRY),)
    assert contract.errors == (ERROR,)
    assert reason(Abi.from_json, [*entries, {"type": "struct", "name": "S"}]) == "unknown"
    assert reason(Abi.from_json, [{"type": []}]) == "unknown"
    assert reason(Abi.from_json, [None]) == "type"
    assert reason(Abi.from_json, {"abi": entries}) == "type"
    assert reason(Abi.from_json, [{"type": "constructor"}] * 2) == "duplicate"


def test_what_begins_with_the_same_bytes_is_refused() -> None:
    collides = ["function collate_propagate_storage(bytes16)", "function burn(uint256)"]  # both have 42966c68
    assert {Function.parse(line).selector.hex() for line in collides} == {"42966c68"}
    assert reason(Abi.parse, collides) == "duplicate"
    assert reason(Abi.parse, [TRANSFER, TRANSFER]) == "duplicate"
    assert reason(Abi.parse, [MOVED, MOVED.replace("uint256", "uint256 indexed")]) == "duplicate"
    assert reason(Abi.parse, ["error E()", "error E()"]) == "duplicate"


def test_other_entries_are_refused() -> None:
    assert reason(Abi.parse, TRANSFER) == "type"
    assert reason(Abi.parse, [None]) == "type"
    assert reason(Abi.parse, ["struct S { bool a; }"]) == "unknown"
    assert reason(Abi.parse, ["fallback() external"]) == "unknown"
    assert reason(Abi.parse, [TRANSFER] * 4097) == "too-large"
    assert reason(Abi.parse, [TRANSFER + " " * 8000] * 40) == "too-large"
    assert reason(Abi.from_json, [{"name": "f", "inputs": [{"type": "bool"}] * 200}] * 50) == "too-large"
    assert reason(lambda: Abi(functions=[])) == "type"  # type: ignore[arg-type]
    assert reason(lambda: Abi(functions=(Event.parse(MOVED),))) == "type"  # type: ignore[arg-type]
    assert reason(lambda: Abi(constructor=TRANSFER)) == "type"  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["error wycpnbqcyf()", "error LOCK8605463013()"])
def test_errors_keep_the_selectors_of_zeros_and_ones_free(text: str) -> None:
    """Contract ABI Specification, "Errors": 0x00000000 and 0xffffffff are reserved. Functions may have them."""
    assert Function.parse(text.replace("error", "function")).selector in (bytes(4), b"\xff" * 4)
    assert reason(CustomError.parse, text) == "range"
