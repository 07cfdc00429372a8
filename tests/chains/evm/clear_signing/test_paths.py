"""Paths: roots, steps, slices and arrays (ERC-7730, "Path references", "Slices in paths")."""

from typing import Any

import pytest

from support.screens import CONTRACT, DAI, OTHER, account, screen, signed_by
from walletcore.chains.evm.clear_signing import Token
from walletcore.chains.evm.clear_signing.paths import Reference, Slice
from walletcore.errors import TransactionError


def values(path: str, signature: str, *arguments: Any, form: str = "raw") -> list[str]:
    return [value for _, value in screen([{"path": path, "label": "L", "format": form}], signature, *arguments).pairs]


@pytest.mark.parametrize(
    ("text", "root", "steps"),
    [
        ("#.params.amountIn", "#", ("params", "amountIn")),
        ("params.amountIn", "#", ("params", "amountIn")),
        ("$.metadata.enums.interestRateMode", "$", ("metadata", "enums", "interestRateMode")),
        ("@.value", "@", ("value",)),
        ("#.data.path.[0].path.[-1].to", "#", ("data", "path", 0, "path", -1, "to")),
        ("#.params.path.[:20]", "#", ("params", "path", Slice(None, 20))),
        ("#.params.path.[0:20]", "#", ("params", "path", Slice(0, 20))),
        ("#.params.path.[-20:]", "#", ("params", "path", Slice(-20))),
        ("details.[]", "#", ("details", Slice())),
        ("recipients[0]", "#", ("recipients", 0)),
        ("a[0][1]", "#", ("a", 0, 1)),
    ],
)
def test_paths_of_the_standard_are_read(text: str, root: str, steps: tuple[Any, ...]) -> None:
    assert Reference.parse(text) == Reference(root, steps)


def test_a_path_without_a_root_is_relative() -> None:
    base = Reference.parse("#.details.[]")
    assert str(Reference.parse("amount", base)) == "#.details.[].amount"
    assert str(Reference.parse("#.amount", base)) == "#.amount"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("length", "#"),
        ("length", "@"),
        ("character", ""),
        ("character", "."),
        ("character", "a..b"),
        ("character", "a."),
        ("character", "a.[0:10:2]"),  # "Slices selectors MUST NOT contain the optional step"
        ("character", "a.[*]"),
        ("character", "a.['b']"),
        ("character", "a.[?(@.b)]"),
        ("character", "a. b"),
        ("character", "a.[1"),
        ("character", "a.[--1]"),
        ("character", "a.[\u0661]"),  # a digit of another script
        ("character", "a.[1000000000000]"),
        ("too-large", "a" * 513),
        ("length", ".".join("a" * 33)),
        ("type", None),
        ("type", 5),
    ],
)
def test_what_is_no_path_is_refused(reason: str, text: Any) -> None:
    with pytest.raises(TransactionError) as caught:
        Reference.parse(text)
    assert caught.value.reason == reason


ADDRESSES = ["0x" + f"{place:02x}" * 20 for place in (0xA1, 0xA2, 0xA3)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.[]", [1, 2, 3, 4]),
        ("a", [1, 2, 3, 4]),
        ("a.[0]", [1]),
        ("a.[-1]", [4]),
        ("a.[1:3]", [2, 3]),
        ("a.[:2]", [1, 2]),
        ("a.[-2:]", [3, 4]),
        ("a.[2:]", [3, 4]),
        ("a.[3:1]", []),
        ("a.[0:99]", [1, 2, 3, 4]),  # RFC 9535, 2.3.4.2.2: bounds are those of the array
        ("a.[-99:2]", [1, 2]),
        ("a.length", [4]),
        ("a[1]", [2]),
    ],
)
def test_elements_of_an_array_are_selected(path: str, expected: list[int]) -> None:
    assert values(path, "act(uint256[])", [1, 2, 3, 4]) == list(map(str, expected))


@pytest.mark.parametrize("path", ["a.[4]", "a.[-5]"])
def test_an_element_that_is_not_there_is_an_error(path: str) -> None:
    with pytest.raises(TransactionError) as caught:
        values(path, "act(uint256[])", [1, 2, 3, 4])
    assert caught.value.reason == "range"


@pytest.mark.parametrize(
    ("kind", "value", "path", "expected"),
    [
        ("bytes", bytes(range(40)), "a.[0:4]", "0x00010203"),
        ("bytes", bytes(range(40)), "a.[-4:]", "0x24252627"),
        ("bytes", bytes(range(40)), "a.[38:60]", "0x2627"),
        ("bytes", b"", "a.[0:4]", "0x"),
        ("bytes", bytes(7), "a.length", "7"),
        ("bytes4", b"\1\2\3\4", "a.[1:3]", "0x0203"),
        ("uint256", 0xA1B2, "a.[-1:]", "0xb2"),
        ("uint64", 0xA1B2, "a.[0:8]", "0x000000000000a1b2"),
        ("int16", -2, "a.[0:2]", "0xfffe"),
        ("address", DAI, "a.[0:2]", "0x6b17"),
        ("bool", True, "a.[0:1]", "0x01"),
        ("string", "Zürich", "a.[0:3]", "Zü"),
        ("string", "Zürich", "a.length", "7"),
    ],
)
def test_bytes_of_a_value_are_selected(kind: str, value: Any, path: str, expected: str) -> None:
    """Integers have as many bytes as their type; text those of UTF-8."""
    assert values(path, f"act({kind})", value) == [expected]


def test_a_slice_that_ends_within_a_character_is_an_error() -> None:
    with pytest.raises(TransactionError) as caught:
        values("a.[0:2]", "act(string)", "Zürich")
    assert caught.value.reason == "character"


def test_a_slice_of_bytes_is_an_address_or_a_number() -> None:
    path = bytes.fromhex(DAI[2:]) + bytes(3) + bytes.fromhex(OTHER[2:])
    params = {"tokenPath": "b.[0:20]"}
    field = {"path": "a", "label": "L", "format": "tokenAmount", "params": params}
    known = {"tokens": {account(DAI): Token(ticker="DAI", decimals=0)}}
    assert screen([field], "act(uint256,bytes)", 5, path, known=known).pairs == (("L", "5 DAI"),)
    assert values("a.[-2:]", "act(bytes)", b"\1\0\5", form="duration") == ["00:00:05"]
    assert values("a.[-20:]", "act(uint256)", int(OTHER, 16) | 7 << 200, form="addressName")[0].lower() == OTHER


@pytest.mark.parametrize("size", [0, 19])
def test_a_slice_that_is_too_short_for_an_address_is_an_error(size: int) -> None:
    field = {"path": "a", "label": "L", "format": "tokenAmount", "params": {"tokenPath": "b.[0:20]"}}
    with pytest.raises(TransactionError) as caught:
        screen([field], "act(uint256,bytes)", 5, bytes(size))
    assert caught.value.reason == "length"


def test_what_surrounds_a_call_is_found() -> None:
    key = signed_by(1)
    fields = [
        {"path": "@.value", "label": "V", "format": "amount"},
        {"path": "@.to", "label": "T", "format": "raw"},
        {"path": "@.from", "label": "F", "format": "raw"},
        {"path": "@.chainId", "label": "C", "format": "raw"},
    ]
    found = screen(fields, value=10**18, sender=key).pairs
    contract = account(CONTRACT).rpartition(":")[2]
    sender = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    assert found == (("V", "1 ETH"), ("T", contract), ("F", sender), ("C", "1"))


def test_a_parameter_belongs_to_the_element_at_its_place() -> None:
    known = {"tokens": {account(each): Token(ticker=f"T{place}", decimals=0) for place, each in enumerate(ADDRESSES)}}
    field = {"path": "a.[]", "label": "L", "format": "tokenAmount", "params": {"tokenPath": "b.[]"}}
    found = screen([field], "act(uint256[],address[])", [7, 8, 9], ADDRESSES, known=known)
    assert [value for _, value in found.pairs] == ["7 T0", "8 T1", "9 T2"]


@pytest.mark.parametrize("count", [2, 0])
def test_a_parameter_of_another_length_is_an_error(count: int) -> None:
    """Told by the standard under "Field format specification"."""
    field = {"path": "a.[]", "label": "L", "format": "tokenAmount", "params": {"tokenPath": "b.[]"}}
    with pytest.raises(TransactionError) as caught:
        screen([field], "act(uint256[],address[])", [7, 8, 9], ADDRESSES[:count])
    assert caught.value.reason == "length"


def test_a_parameter_of_more_arrays_than_the_field_is_ambiguous() -> None:
    field = {"path": "a", "label": "L", "format": "tokenAmount", "params": {"tokenPath": "b.[]"}}
    with pytest.raises(TransactionError) as caught:
        screen([field], "act(uint256,address[])", 7, ADDRESSES)
    assert caught.value.reason == "ambiguous"


def test_arrays_of_arrays_are_shown_element_by_element() -> None:
    assert values("a", "act(uint256[2][])", [[1, 2], [3, 4]]) == ["1", "2", "3", "4"]
    assert values("a.[].[0]", "act(uint256[2][])", [[1, 2], [3, 4]]) == ["1", "3"]
