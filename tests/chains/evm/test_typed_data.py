"""EIP-712: types, domains and values, beside eth-account; and what is refused, quickly."""

import contextlib
import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.evm import signer
from support.vectors import Case, load, vectors
from walletcore.chains.evm import Evm, Message
from walletcore.chains.evm.typed_data import Domain, TypedData
from walletcore.chains.structs import StructTypes
from walletcore.errors import TransactionError
from walletcore.hashes import keccak256
from walletcore.signing import sign

DOMAIN = {"name": "Mail", "version": "1", "chainId": 1, "verifyingContract": "0x" + "cc" * 20}


def members(**kinds: str) -> list[dict[str, str]]:
    """Return the declaration of a struct with these members."""
    return [{"name": name, "type": kind} for name, kind in kinds.items()]


def one(kind: str, value: Any, **types: Any) -> dict[str, Any]:
    """Return a document whose message has one member x of this type and value."""
    return {"types": {"T": members(x=kind), **types}, "primaryType": "T", "domain": DOMAIN, "message": {"x": value}}


def refused(document: Any) -> str:
    """Return the reason for which a document is refused, and see that its JSON is refused as well."""
    with pytest.raises(TransactionError) as caught:
        TypedData.parse(document)
    try:
        text = json.dumps(document)
    except (TypeError, ValueError, RecursionError):
        return caught.value.reason
    with pytest.raises(TransactionError):
        TypedData.parse(text)
    return caught.value.reason


# Published figures.


@vectors("evm/eip712", "evm/eip712-metamask")
def test_published_typed_data_have_their_hashes_or_are_refused(case: Case) -> None:
    document = case.input["typed_data"]
    if case.verdict("eip712-strict") == "invalid":
        assert refused(document) == case.expect["reason"]
        return
    mine = TypedData.parse(document)
    made = {
        "digest": mine.digest.hex(),
        "struct_hash": mine.struct_hash.hex(),
        "domain_separator": mine.domain_separator.hex(),
        "encode_data": mine.types.encode_data(mine.primary_type, mine.message).hex(),
        "encode_type": mine.types.encode_type(mine.primary_type),
    }
    assert {name: case.expect.get(name, value) for name, value in made.items()} == made


@vectors("evm/eip712", "evm/eip712-metamask", operation="typed_data.sign")
def test_published_typed_data_have_their_signatures(case: Case) -> None:
    if case.verdict("eip712-strict") == "invalid":
        return
    data = TypedData.parse(case.input["typed_data"])
    holder = signer(bytes.fromhex(case.input["private_key"]))
    row = Evm(name="any", chain_id=data.domain.chain_id or 1)
    signed = sign(Message(chain=row, signer=holder.public_key, data=data), holder)
    assert signed.raw.hex() == case.expect["signature"]


# Beside eth-account: types that refer to each other at random, and values of them.

INTEGERS = st.integers(1, 32).map(lambda n: 8 * n)
ATOMS = (
    st.sampled_from(["bool", "address", "string", "bytes"])
    | st.integers(1, 32).map("bytes{}".format)
    | INTEGERS.map("int{}".format)
    | INTEGERS.map("uint{}".format)
)
ARRAYS = st.lists(st.sampled_from(["[]", "[1]", "[2]"]), max_size=2).map("".join)
NAMES = st.from_regex(r"[a-z_$][A-Za-z0-9_$]{0,5}", fullmatch=True)


@st.composite
def types(draw: st.DrawFn) -> dict[str, list[dict[str, str]]]:
    """Return one to four structs; each may refer to those after it, so that values end."""
    found: dict[str, list[dict[str, str]]] = {}
    for index in reversed(range(draw(st.integers(1, 4)))):
        base = ATOMS | st.sampled_from(sorted(found)) if found else ATOMS
        kinds = st.tuples(base, ARRAYS).map("".join)
        found[f"S{draw(st.integers(0, 9))}x{index}"] = members(**draw(st.dictionaries(NAMES, kinds, max_size=4)))
    return found


def values(kind: str, declared: dict[str, list[dict[str, str]]]) -> st.SearchStrategy[Any]:
    """Return values of a type as JSON has them."""
    if kind.endswith("]"):
        element, _, count = kind[:-1].rpartition("[")
        least, most = (int(count), int(count)) if count else (0, 2)
        return st.lists(values(element, declared), min_size=least, max_size=most)
    if kind in declared:
        return st.fixed_dictionaries({m["name"]: values(m["type"], declared) for m in declared[kind]})
    if kind.startswith("uint"):
        return numbers(0, 2 ** int(kind[4:]) - 1)
    if kind.startswith("int"):
        half = 2 ** (int(kind[3:]) - 1)
        return numbers(-half, half - 1)
    if kind == "bool":
        return st.booleans()
    if kind == "string":
        return st.text(max_size=10)
    size = {"address": 20, "bytes": None}.get(kind, int(kind[5:] or 0) if kind.startswith("bytes") else None)
    data = st.binary(max_size=40) if size is None else st.binary(min_size=size, max_size=size)
    return data.map(lambda d: "0x" + d.hex())


def numbers(low: int, high: int) -> st.SearchStrategy[int | str]:
    """Return integers of a range, as numbers or as decimal digits."""
    chosen = st.integers(low, high) | st.sampled_from([low, high, 0])
    return chosen | chosen.map(str)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return typed data: a few types, a domain with some of its members, a value."""
    declared = draw(types())
    primary = draw(st.sampled_from(sorted(declared)))
    full = {
        "name": st.text(max_size=8),
        "version": st.text(max_size=3),
        "chainId": st.integers(0, 2**256 - 1),
        "verifyingContract": values("address", {}),
        "salt": values("bytes32", {}),
    }
    domain = draw(st.fixed_dictionaries({}, optional=full))
    return {
        "types": declared,
        "primaryType": primary,
        "domain": domain,
        "message": draw(values(primary, declared)),
    }


def reachable(document: dict[str, Any]) -> dict[str, Any]:
    """Return the types that the primary type needs; eth-account wants no other."""
    found: dict[str, Any] = {}
    waiting = [document["primaryType"]]
    while waiting:
        name = waiting.pop()
        found[name] = document["types"][name]
        bases = (member["type"].partition("[")[0] for member in found[name])
        waiting += [base for base in bases if base in document["types"] and base not in found]
    return found


def theirs(document: dict[str, Any]) -> Any:
    """Return what eth-account makes of a document; it wants the type of the domain to be declared."""
    kinds = {"name": "string", "version": "string", "chainId": "uint256"}
    kinds |= {"verifyingContract": "address", "salt": "bytes32"}
    domain = members(**{name: kind for name, kind in kinds.items() if name in document["domain"]})
    full = {**document, "types": {**reachable(document), "EIP712Domain": domain}}
    return encode_typed_data(full_message=full)


@given(documents())
def test_hashes_are_those_of_eth_account(document: dict[str, Any]) -> None:
    mine, their = TypedData.parse(document), theirs(document)
    assert (mine.domain_separator, mine.struct_hash) == (bytes(their.header), bytes(their.body))
    assert mine.digest == keccak256(b"\x19\x01" + their.header + their.body)
    assert mine.payload == b"\x19\x01" + mine.domain_separator + mine.struct_hash


@given(documents())
def test_json_dict_and_raw_give_the_same_value(document: dict[str, Any]) -> None:
    mine = TypedData.parse(document)
    for again in (
        TypedData.parse(json.dumps(document, indent=2)),
        TypedData(mine.raw),
        TypedData.parse(mine.raw.decode()),
        copy.deepcopy(mine),
        pickle.loads(pickle.dumps(mine)),
    ):
        assert again == mine
        assert (again.digest, again.domain, again.raw) == (mine.digest, mine.domain, mine.raw)
        assert hash(again) == hash(mine)


@given(documents(), st.data())
def test_any_other_value_has_another_hash(document: dict[str, Any], data: st.DataObject) -> None:
    mine = TypedData.parse(document)
    other = data.draw(values(document["primaryType"], document["types"]))
    changed = TypedData.parse({**document, "message": other})
    assert (changed.struct_hash == mine.struct_hash) == (
        StructTypes.parse(document["types"]).encode_data(mine.primary_type, other)
        == mine.types.encode_data(mine.primary_type, mine.message)
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["types", "primaryType", "domain", "message"]), JSON)
def test_no_document_fails_in_another_way(part: str, value: Any) -> None:
    for document in ({**one("string", "y"), part: value}, value):
        with contextlib.suppress(TransactionError):
            TypedData.parse(document)


@given(st.text(max_size=20))
def test_no_text_fails_in_another_way(text: str) -> None:
    with pytest.raises(TransactionError):
        TypedData.parse(text)


# Types.


def test_types_that_are_referred_to_follow_in_alphabetical_order() -> None:
    declared = StructTypes.parse(
        {"Z": members(b="B[2][]", a="A"), "A": members(z="Z[]"), "B": [], "Unused": members(x="uint8")}
    )
    assert declared.encode_type("Z") == "Z(B[2][] b,A a)A(Z[] z)B()"
    assert declared.type_hash("B") == keccak256(b"B()")


def test_values_have_one_spelling() -> None:
    declared = {
        "T": members(
            a="address[2]", b="bytes", c="bytes4[]", d="int8[]", e="uint256[][]", f="bool", g="string", h="U", i="U[]"
        ),
        "U": members(x="uint8"),
    }
    checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    message = {
        "a": [checksummed, checksummed.lower()],
        "b": "0xABcd",
        "c": ["0x01020304", "0x00000000"],
        "d": [-1, "-128", 127],
        "e": [["0x0A", "10", 10], []],
        "f": True,
        "g": "text",
        "h": {"x": "0x01"},
        "i": [{"x": 2}],
    }
    mine = TypedData.parse({"types": declared, "primaryType": "T", "domain": {}, "message": message})
    account = bytes.fromhex(checksummed[2:])
    assert mine.values == {
        "a": (account, account),
        "b": b"\xab\xcd",
        "c": (b"\1\2\3\4", bytes(4)),
        "d": (-1, -128, 127),
        "e": ((10, 10, 10), ()),
        "f": True,
        "g": "text",
        "h": {"x": 1},
        "i": ({"x": 2},),
    }


@given(documents())
def test_values_in_one_spelling_hash_as_the_document(document: dict[str, Any]) -> None:
    mine = TypedData.parse(document)
    assert mine.types.hash_struct(mine.primary_type, mine.values) == mine.struct_hash


def test_a_document_is_not_changed_through_what_it_was_made_from() -> None:
    document = one("string[]", ["a"])
    mine = TypedData.parse(document)
    document["message"]["x"].append("b")
    mine.message["x"].append("c")
    assert TypedData(mine.raw).digest == mine.digest
    assert mine.message == {"x": ["a"]}


def test_bytes_stand_for_hex_digits() -> None:
    document = one("bytes4", b"\x01\x02\x03\x04")
    document["domain"] = {"verifyingContract": b"\xcc" * 20, "salt": b"\x05" * 32}
    mine = TypedData.parse(document)
    assert mine.domain == Domain(verifying_contract=b"\xcc" * 20, salt=b"\x05" * 32)
    assert mine == TypedData.parse(json.loads(mine.raw))
    assert mine.message == {"x": "0x01020304"}


def test_an_address_has_its_checksum_or_no_capital_letter() -> None:
    right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    hashes = {TypedData.parse(one("address", form)).digest for form in (right, right.lower(), bytes.fromhex(right[2:]))}
    assert len(hashes) == 1


@pytest.mark.parametrize("declared", [True, False])
def test_the_domain_may_be_declared_or_not(declared: bool) -> None:
    document = one("bool", True)
    if declared:
        kinds = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address"}
        document["types"]["EIP712Domain"] = members(**kinds)
    assert TypedData.parse(document).domain_separator == bytes(theirs(one("bool", True)).header)


# What is refused, by the numbers of the catalogue, and its neighbours.


@pytest.mark.parametrize("count", [0, 1, 3])
def test_E01_an_array_of_another_length_is_refused(count: int) -> None:
    assert TypedData.parse(one("uint256[2]", [1, 1]))
    assert refused(one("uint256[2]", [1] * count)) == "length"
    assert refused(one("uint256[2][]", [[1, 1], [1] * count])) == "length"


@pytest.mark.parametrize("value", [None, "ab", {"0": 1}, 5, b"ab"])
def test_E01_what_is_no_list_is_no_array(value: Any) -> None:
    assert refused(one("uint8[]", value)) == "type"


def test_E02_an_undeclared_member_is_refused() -> None:
    document = one("bool", True)
    document["message"]["y"] = 1
    assert refused(document) == "unknown"
    assert refused({**one("bool", True), "more": 1}) == "unknown"
    assert refused(one("U", {"a": True, "b": False}, U=members(a="bool"))) == "unknown"


def test_E02_undeclared_members_are_left_out_where_that_is_asked_for() -> None:
    declared = {"T": members(x="U[2][]", y="bool"), "U": members(a="bool"), "EIP712Domain": members(name="string")}
    plain = {"x": [[{"a": True}, {"a": False}]], "y": True}
    more = {"x": [[{"a": True, "b": None}, {"a": False, "a ": 1.5}]], "y": True, "z": {"x": []}}
    document = {"types": declared, "primaryType": "T", "domain": {"name": "n"}, "message": plain}
    given = {**document, "message": more, "domain": {"name": "n", "chainId": 1, "other": 2}}
    assert refused(given)
    mine = TypedData.parse(document)
    assert TypedData.parse(document, drop_undeclared=True) == mine
    for source in (
        {**document, "message": {**plain, "more": "x"}},
        {**document, "domain": given["domain"]},
        {**document, "message": {**plain, "x": [[{"a": True, "b": 1}, {"a": False}]]}},
    ):
        assert refused(source)
        assert TypedData.parse(source, drop_undeclared=True) == mine
        assert TypedData.parse(json.dumps(source), drop_undeclared=True) == mine
    undeclared = {**document, "types": {name: declared[name] for name in ("T", "U")}, "domain": {"other": 1}}
    for wrong in (
        {**document, "message": {**plain, "y": None, "z": 1}},
        {**document, "message": {"x": [], "z": 1}},
        {**document, "more": 1},
        {**document, "primaryType": ["T"]},
        {**document, "message": [plain]},
        undeclared,
    ):
        with pytest.raises(TransactionError):
            TypedData.parse(wrong, drop_undeclared=True)


@pytest.mark.parametrize(
    "name",
    ["ledger/01-addresses_array_mail-data", "okx/15-TYPE_DATA_V4", "okx/25-TYPE_DATA_V4_2", "eth-account/field-37"],
)
def test_E02_published_documents_with_more_than_they_declare_hash_as_others_have_it(name: str) -> None:
    (case,) = (case for case in load("evm/eip712") if case.id == f"evm/eip712/{name}")
    assert {case.expect["verdicts"][rule] for rule in ("ethers", "metamask-v4", "viem")} == {"valid"}
    assert refused(case.input["typed_data"]) == "unknown"
    mine = TypedData.parse(case.input["typed_data"], drop_undeclared=True)
    assert mine.digest.hex() == case.expect["digest"]


@pytest.mark.parametrize("value", [{}, None, {"y": True}, []])
def test_E02_a_missing_member_is_refused(value: Any) -> None:
    assert refused({**one("bool", True), "message": value}) in ("missing", "type")


@pytest.mark.parametrize("value", ["FALSE", "true", 2, 1, 0, None, "", 1.0])
def test_E04_only_a_bool_is_a_bool(value: Any) -> None:
    assert refused(one("bool", value)) == "type"


@pytest.mark.parametrize("value", [5, None, True, b"text", ["a"]])
def test_E05_only_text_is_a_string(value: Any) -> None:
    assert refused(one("string", value)) == "type"


def test_E05_text_that_is_no_unicode_is_refused() -> None:
    assert refused(one("string", "\ud800")) == "character"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0xzz", "character"),
        ("0x123", "length"),
        ("1234", "prefix"),
        ("0X12", "prefix"),
        ("0x12 34", "character"),
        ("0x１２", "character"),
        ("", "prefix"),
        (5, "type"),
        (None, "type"),
    ],
)
def test_E07_bytes_are_0x_and_pairs_of_hex_digits(value: Any, reason: str) -> None:
    assert refused(one("bytes", value)) == reason


@pytest.mark.parametrize("value", ["0x1234", "0x1234567890", "0x", b"\0\0\0", b"\0" * 32])
def test_E08_bytes_of_a_size_have_that_size(value: Any) -> None:
    assert refused(one("bytes4", value)) == "length"


@pytest.mark.parametrize(
    "kind",
    [
        *("uint", "int", "byte", "uint7", "uint0", "uint08", "uint264", "int257", "bytes0", "bytes33", "bytes01"),
        *("Uint8", "float", "fixed128x18", "function", "tuple", "Missing", "", " bool", "bool ", "x y"),
        "EIP712Domain",
    ],
)
def test_E09_E20_a_type_that_is_not_known_is_refused(kind: str) -> None:
    assert refused(one(kind, 1)) == "unknown"
    assert refused(one(f"{kind}[]", [1])) == "unknown"


@pytest.mark.parametrize(
    "kind", ["bool[", "bool]", "bool[0]", "bool[01]", "bool[-1]", "bool[] ", "bool[1][", "bool[x]"]
)
def test_E09_an_array_that_is_written_wrongly_is_refused(kind: str) -> None:
    assert refused(one(kind, [True])) in ("character", "unknown")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "checksum"),
        ("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", "checksum"),
        ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea", "length"),
        ("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "prefix"),
        ("vitalik.eth", "prefix"),
        ("0x" + "0" * 100, "length"),
        (b"\0" * 19, "length"),
        (0, "type"),
        (None, "type"),
    ],
)
def test_E10_an_address_that_is_wrong_is_refused(value: Any, reason: str) -> None:
    assert refused(one("address", value)) == reason


@pytest.mark.parametrize("name", ["a) N(uint8 b", "a)N(uint8 b", "a b", "1a", "", "a,b", "ä", "a\n", "a-b"])
def test_E12_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    document = one("bool", True)
    document["types"]["T"], document["message"] = members(**{name: "bool"}), {name: True}
    assert refused(document) == "character"
    assert refused({**one("bool", True), "types": {name: members(x="bool")}, "primaryType": name}) == "character"


LOOK_ALIKES = [
    "P\u0435rmit",
    "Permit\u200b",
    "\uff30ermit",
    "Permit\u0301",
    "\u0420ermit",
    "Per\u00admit",
    "Permit\u2060",
]


@pytest.mark.parametrize("name", LOOK_ALIKES, ids=ascii)
def test_E12_a_name_that_only_looks_like_another_is_refused(name: str) -> None:
    document = {"types": {name: members(x="bool")}, "primaryType": name, "domain": DOMAIN, "message": {"x": True}}
    assert refused(document) == "character"
    assert refused({**document, "types": {"T": members(**{name: "bool"})}, "primaryType": "T"}) == "character"
    assert refused(one(name, True)) == "unknown"


def test_E05_texts_that_look_alike_have_other_hashes() -> None:
    texts = ["caf\u00e9", "cafe\u0301", "c\u0430f\u00e9", "cafe", "cafe ", "cafe\u200b"]
    assert len({TypedData.parse(one("string", text)).digest for text in texts}) == len(texts)


def test_E13_a_member_that_appears_twice_is_refused() -> None:
    assert refused({**one("bool", True), "types": {"T": members(x="bool") * 2}}) == "duplicate"
    with pytest.raises(TransactionError) as caught:
        TypedData.parse(json.dumps(one("bool", True)).replace('"primaryType"', '"types": {}, "primaryType"'))
    assert caught.value.reason == "duplicate"


JSON_TWICE = {
    "a document's part": ('"primaryType"', '"message": {}, "primaryType"'),
    "a type": ('"types": {', '"types": {"T": [], '),
    "a member of a declaration": ('{"name": "x"', '{"name": "y", "name": "x"'),
    "a member of the domain": ('"chainId": 1', '"chainId": 2, "chainId": 1'),
    "a member of the message": ('{"x": true}', '{"x": false, "x": true}'),
    "the same by an escape": ('{"x": true}', '{"\\u0078": false, "x": true}'),
}


@pytest.mark.parametrize("name", JSON_TWICE)
def test_E13_a_name_that_stands_twice_in_json_is_refused_wherever_it_is(name: str) -> None:
    old, new = JSON_TWICE[name]
    text = json.dumps(one("bool", True))
    assert text.count(old) == 1
    TypedData.parse(text)
    with pytest.raises(TransactionError) as caught:
        TypedData.parse(text.replace(old, new))
    assert caught.value.reason == "duplicate"


@pytest.mark.parametrize("name", ["uint8", "uint", "int7", "bytes33", "address", "bool", "string", "bytes"])
def test_E13_a_struct_named_as_a_type_of_the_language_is_refused(name: str) -> None:
    assert refused(one("bool", True, **{name: members(x="bool")})) == "duplicate"


@pytest.mark.parametrize(
    "kinds",
    [
        {"version": "string", "name": "string"},
        {"name": "string"},
        {"name": "string", "version": "string", "chainId": "uint256"},
        {"name": "string", "version": "uint256"},
        {"name": "string", "version": "string", "extra": "string"},
        {},
    ],
)
def test_E14_a_domain_that_is_not_as_declared_is_refused(kinds: dict[str, str]) -> None:
    document = {**one("bool", True, EIP712Domain=members(**kinds)), "domain": {"name": "a", "version": "b"}}
    assert refused(document) == "mismatch"


@pytest.mark.parametrize("value", ["0x1", "01", "", " 1", "+1", "1.0", "1e3", 1.0, True, None, -1, 2**256, "-1", [1]])
def test_E15_a_chain_id_that_is_no_integer_is_refused(value: Any) -> None:
    assert refused({**one("bool", True), "domain": {"chainId": value}}) in ("type", "non-canonical", "range")


@pytest.mark.parametrize("number", [0, 2, 137, 2**63 - 37, 2**63, 2**256 - 1])
def test_E15_a_chain_id_of_zero_or_of_no_chain_is_hashed_and_signed_by_no_chain(number: int) -> None:
    """EIP-712 says uint256; whether it is that of the active chain is for who signs (EIP-712, "chainId")."""
    document = {**one("bool", True), "domain": {"chainId": number}}
    data = TypedData.parse(document)
    assert data.domain_separator == bytes(theirs(document).header)
    assert data.domain.chain_id == number
    with pytest.raises(TransactionError) as caught:
        Message(chain=Evm(name="one", chain_id=1), data=data)
    assert caught.value.reason == "network"


@pytest.mark.parametrize("value", ["\uff11", "\u0661", "1\u200b", "\u2081", 1.0, "1_0", "-0", "00", "1\n"])
def test_E15_E20_a_number_in_other_digits_or_another_spelling_is_refused(value: Any) -> None:
    assert refused({**one("bool", True), "domain": {"chainId": value}}) in ("type", "non-canonical")
    assert refused(one("uint256", value)) in ("type", "non-canonical")
    assert refused(one("int256", value)) in ("type", "non-canonical")


@pytest.mark.parametrize(
    "domain",
    [None, [], "x", {"extra": 1}, {"Name": "x"}, {"name": None}, {"name": b"x"}, {"name": 1}, {"salt": "0x00"}, {1: 2}],
)
def test_E15_a_domain_with_other_members_or_values_is_refused(domain: Any) -> None:
    assert refused({**one("bool", True), "domain": domain})


@pytest.mark.parametrize("name", ["types", "primaryType", "domain", "message"])
def test_E20_a_document_without_one_of_its_parts_is_refused(name: str) -> None:
    document = one("bool", True)
    del document[name]
    assert refused(document) == "missing"


@pytest.mark.parametrize("end", [None, {}, [], 0, False, "", {"x": None}])
def test_E18_a_type_that_holds_itself_has_no_value(end: Any) -> None:
    """EIP-712, "encodeData", leaves it undefined; where MetaMask takes null for 32 zero bytes, others take nothing."""
    types = {"T": members(x="T")}
    value = end
    for _ in range(3):
        assert refused({"types": types, "primaryType": "T", "domain": DOMAIN, "message": value}) in ("type", "missing")
        value = {"x": value}
    mutual = {"T": members(x="U"), "U": members(x="T")}
    assert refused({"types": mutual, "primaryType": "T", "domain": DOMAIN, "message": value}) in ("type", "missing")
    assert StructTypes.parse(mutual).encode_type("T") == "T(U x)U(T x)"


@pytest.mark.parametrize("kind", ["bool[0]", "T[0]", "bool[0][]", "bool[][0]", "bool[00]", "bool[+1]", "bool[1_0]"])
def test_E01_an_array_of_no_items_is_no_type(kind: str) -> None:
    """Nor is it in Solidity ("Arrays"); an empty array of any length is another type."""
    assert refused(one(kind, [])) == "character"
    assert TypedData.parse(one("bool[]", [])).struct_hash == bytes(theirs(one("bool[]", [])).body)


@pytest.mark.parametrize("primary", ["U", "", "T[]", "bool", "EIP712Domain", None, 1, ["T"]])
def test_E20_a_primary_type_that_is_not_declared_is_refused(primary: Any) -> None:
    document = {**one("bool", True, EIP712Domain=[]), "domain": {}, "primaryType": primary}
    assert refused(document) in ("unknown", "type")


@pytest.mark.parametrize(
    "value", [256, -1, 1.5, True, "256", "-1", "0x100", "0x", "0xg", "1.5", "", None, 2**300, "9" * 79, "9" * 5000]
)
def test_E20_an_integer_that_is_out_of_range_or_none_is_refused(value: Any) -> None:
    assert refused(one("uint8", value)) in ("range", "type", "non-canonical")


@pytest.mark.parametrize(("kind", "low", "high"), [("int8", -128, 127), ("int256", -(2**255), 2**255 - 1)])
def test_E20_the_ends_of_a_range_are_the_last_to_pass(kind: str, low: int, high: int) -> None:
    for end, step in ((low, -1), (high, 1)):
        assert TypedData.parse(one(kind, end)).digest == TypedData.parse(one(kind, str(end))).digest
        assert refused(one(kind, end + step)) == "range"


def test_an_unsigned_integer_may_be_hex_digits_and_a_signed_one_may_not() -> None:
    assert TypedData.parse(one("uint256", "0x00fF")).digest == TypedData.parse(one("uint256", 255)).digest
    assert refused(one("int256", "0xff")) == "non-canonical"
    assert refused(one("uint256", "0x" + "0" * 65)) == "non-canonical"


class Named(str):
    """Text that is equal to a plain one and is written as another, as constants of an Enum are."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        return f"Named.{self.upper()}"


@pytest.mark.parametrize(
    "changes",
    [
        {"types": {"T": [{"name": "x", "type": Named("uint256")}]}},
        {"types": {"T": [{"name": Named("x"), "type": "uint256"}]}},
        {"types": {Named("T"): [{"name": "x", "type": "uint256"}]}},
        {"message": {Named("x"): 5}},
        {"domain": {Named("name"): "Mail"}},
        {"primaryType": Named("T")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_X19_text_of_a_subclass_is_refused_and_leaves_no_trace_in_later_hashes(changes: dict[str, Any]) -> None:
    plain: dict[str, Any] = {**one("uint256", 5), "domain": {"name": "Mail"}}
    with pytest.raises(TransactionError):
        TypedData.parse({**plain, **changes})
    declared = {"EIP712Domain": members(name="string"), **plain["types"]}
    theirs = encode_typed_data(full_message={**plain, "types": declared})
    assert TypedData.parse(plain).payload == b"\x19\x01" + theirs.header + theirs.body


def test_an_error_names_the_places_that_lead_to_it_and_stays_short() -> None:
    name = "n" * 1000
    types = {f"T{level}": members(**{name: f"T{level + 1}"}) for level in range(14)} | {"T14": members(x="bool")}
    value: Any = {"x": 1}
    for _ in range(14):
        value = {name: value}
    with pytest.raises(TransactionError) as caught:
        TypedData.parse({"types": types, "primaryType": "T0", "domain": {}, "message": value})
    assert "x: expected a bool" in str(caught.value)
    assert len(str(caught.value)) < 1500


@pytest.mark.parametrize("source", [None, 5, [], b"{}", "", "[]", "null", "{", '{"types": NaN}', bytearray(b"{}")])
def test_what_is_no_document_is_refused(source: Any) -> None:
    with pytest.raises(TransactionError):
        TypedData.parse(source)


@pytest.mark.parametrize("raw", ["{}", b"", b"\xff", b"{}", None])
def test_raw_that_is_not_its_own_json_is_refused(raw: Any) -> None:
    with pytest.raises(TransactionError):
        TypedData(raw)
    good = TypedData.parse(one("bool", True)).raw
    with pytest.raises(TransactionError) as caught:
        TypedData(good + b" ")
    assert caught.value.reason == "non-canonical"


def test_more_types_and_members_than_anyone_needs_are_refused() -> None:
    assert refused(one("bool", True, **{f"S{n}": [] for n in range(200)})) == "too-large"
    assert refused(one("bool", True, S=members(**{f"m{n}": "bool" for n in range(2000)}))) == "too-large"
    assert refused(one("bool", True, S=members(**{f"m{n}": "bool" for n in range(257)}))) == "too-large"
    assert refused(one("bool", True, **{"S" * 20_000: []})) == "too-large"


# Hostile documents cost little, whatever the recursion limit is.

SETUP = """
import sys
from walletcore.chains.evm.typed_data import TypedData
from walletcore.errors import TransactionError
sys.setrecursionlimit({limit})
def document(types, value):
    return dict(types=types, primaryType="T0", domain=dict(), message=value)
def members(*pairs):
    return [dict(name=name, type=kind) for name, kind in pairs]
def reason(document):
    try:
        TypedData.parse(document)
    except TransactionError as error:
        return error.reason
{made}
TypedData.parse(document(dict(T0=[]), dict()))
"""

E16 = """
types = {f"T{n}": members(("a", f"T{n + 1}")) for n in range(100)} | {"T100": []}
value = {}
for _ in range(5000): value = {"a": value}
made, wanted = document(types, value), "too-deep"
"""
E16_TYPES = """
types = {f"T{n}": members(("a", f"T{n + 1}")) for n in range(5000)} | {"T5000": []}
made, wanted = document(types, {}), "too-large"
"""
E16_TEXT = """
types = '{"T0": [{"name": "a", "type": "T0[]"}]}'
value = '{"a": [' * 5000 + ']}' * 5000
made = '{"types": ' + types + ', "primaryType": "T0", "domain": {}, "message": ' + value + '}'
wanted = "too-deep"
"""
E17 = """
types = {f"T{n}": members(("a", f"T{n + 1}"), ("b", f"T{n + 1}")) for n in range(22)} | {"T22": []}
value = {}
for _ in range(22): value = {"a": value, "b": value}
made, wanted = document(types, value), "too-large"
"""
E18 = """
types = {"T0": members(("a", "T0[]"))}
value = {"a": []}
for _ in range(3000): value = {"a": [value]}
made, wanted = document(types, value), "too-deep"
"""
CYCLE = """
types, value = {"T0": members(("a", "T0[]"))}, {"a": []}
value["a"].append(value)
made, wanted = document(types, value), "too-deep"
"""
WIDE = """
row = list(range(60000))
made, wanted = document({"T0": members(("a", "uint8[][]"))}, {"a": [row] * 60000}), "too-large"
"""
LONG = """
made, wanted = document({"T0": members(("a", "string"))}, {"a": "x" * 50_000_000}), "too-large"
"""


@pytest.mark.parametrize("limit", [1000, 100_000])
@pytest.mark.parametrize(
    "made",
    [E16, E16_TYPES, E16_TEXT, E17, E18, CYCLE, WIDE, LONG],
    ids=["E16", "E16-types", "E16-text", "E17", "E18", "cycle", "wide", "long"],
)
def test_E16_E17_E18_documents_that_grow_without_end_are_refused_in_50_ms(made: str, limit: int) -> None:
    setup = SETUP.format(limit=limit, made=made)
    assert cpu_seconds("assert reason(made) == wanted, reason(made)", setup=setup) < 0.05 * SLACK


MEGABYTES = {
    "addresses": "one('address[]', ['0x%040x' % n for n in range(16000)])",
    "structs": "one('U[]', [{'x': 'y' * 90} for _ in range(8000)], U='string')",
    "texts": "one('string[]', ['y' * 60] * 16300)",
    "bytes": "one('bytes', '0x' + 'ab' * 524000)",
    "numbers": "one('uint256[]', [str(2 ** 256 - 1)] * 12900)",
    "long names": "one('U[]', [{'n' * 16000: True} for _ in range(60)], U='bool', name='n' * 16000)",
    "too many values": "one('uint8[]', [1] * 524000)",
    "too many types": "{**one('bool', True), 'types': {f'T{n}': [dict(name='a', type='bool')] for n in range(25000)}}",
    "too many members": "{**one('bool', 1), 'types': {'T': [dict(name=f'm{n}', type='bool') for n in range(25000)]}}",
}


@pytest.mark.parametrize("name", MEGABYTES)
def test_E17_a_document_of_a_megabyte_is_answered_within_250_ms(name: str) -> None:
    setup = f"""
import contextlib, json
from walletcore.chains.evm.typed_data import TypedData
def one(kind, value, name='x', U=None):
    types = dict(T=[dict(name='x', type=kind)], **(dict(U=[dict(name=name, type=U)]) if U else dict()))
    return dict(types=types, primaryType='T', domain=dict(), message=dict(x=value))
text = json.dumps({MEGABYTES[name]}, separators=(',', ':'))
assert 1 << 19 < len(text) <= 1 << 20, len(text)
"""
    code = """
with contextlib.suppress(ValueError):
    TypedData.parse(text)
"""
    assert cpu_seconds(code, setup=setup) < 0.25 * SLACK


def nested(depth: int) -> dict[str, Any]:
    """Return a document with that many levels of dicts and lists in its message."""
    value: dict[str, Any] = {"x": []}
    for _ in range(depth // 2 - 1):
        value = {"x": [value]}
    return {"types": {"T": members(x="T[]")}, "primaryType": "T", "domain": {}, "message": value}


def test_E18_thirty_levels_pass_from_json_and_are_what_eth_account_hashes() -> None:
    document = nested(30)
    assert TypedData.parse(json.dumps(document)).struct_hash == bytes(theirs(document).body)
    assert refused(nested(34)) == "too-deep"


def test_a_document_that_uses_all_of_its_types_costs_little() -> None:
    made = """
types = {f"T{n}": members(*((f"m{k}", f"T{(n * 7 + k) % 120}[]") for k in range(8))) for n in range(120)}
value = {f"m{k}": [{f"m{j}": [] for j in range(8)}] * 8 for k in range(8)}
made, wanted = document(types, value), None
"""
    setup = SETUP.format(limit=1000, made=made)
    assert cpu_seconds("assert reason(made) == wanted, reason(made)", setup=setup) < 0.05 * SLACK


@pytest.mark.parametrize(
    "call",
    [
        lambda types: types.encode_type("Missing"),
        lambda types: types.encode_type(None),
        lambda types: types.type_hash("bool"),
        lambda types: types.type_hash(["T"]),
        lambda types: types.type_hash(Named("T")),
        lambda types: types.hash_struct("Missing", {}),
        lambda types: types.hash_struct(["T"], {}),
        lambda types: types.hash_struct("T", {"x": {"y": 1.5}}),
        lambda types: types.encode_data("T", None),
        lambda _: StructTypes.parse(None),
        lambda _: StructTypes.parse({"T": None}),
        lambda _: StructTypes.parse({"T": [None]}),
        lambda _: StructTypes.parse({"T": [{"name": "x"}]}),
        lambda _: StructTypes.parse({"T": [{"name": "x", "typ": "bool"}]}),
        lambda _: StructTypes.parse({"T": [{"name": 1, "type": "bool"}]}),
        lambda _: StructTypes.parse({"T": [{"name": "x", "type": ["bool"]}]}),
        lambda _: StructTypes.parse({1: []}),
    ],
)
def test_what_is_no_type_and_no_value_is_refused_by_the_types(call: Callable[[StructTypes], object]) -> None:
    with pytest.raises(TransactionError):
        call(StructTypes.parse({"T": members(x="bool")}))
