"""eth-abi: values of the contract ABI, encoded, decoded strictly, and packed."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.grammar import ABIType, BasicType, TupleType, parse
from eth_abi.packed import encode_packed


def given(kind: ABIType, value: Any) -> Any:
    """A value as JSON has it to one of Python."""
    if kind.is_array:
        return [given(kind.item_type, each) for each in value]
    if isinstance(kind, TupleType):
        return tuple(given(each, one) for each, one in zip(kind.components, value, strict=True))
    assert isinstance(kind, BasicType)
    if kind.base in ("uint", "int"):
        return int(value)
    return value if kind.base in ("bool", "string") else bytes.fromhex(value)


def told(kind: ABIType, value: Any) -> Any:
    """The opposite; an address is text here."""
    if kind.is_array:
        return [told(kind.item_type, each) for each in value]
    if isinstance(kind, TupleType):
        return [told(each, one) for each, one in zip(kind.components, value, strict=True)]
    assert isinstance(kind, BasicType)
    if kind.base in ("uint", "int"):
        return str(value)
    if kind.base == "address":
        return value.removeprefix("0x").lower()
    return value if kind.base in ("bool", "string") else bytes(value).hex()


def listed(types: Sequence[str], values: Sequence[Any]) -> list[Any]:
    return [given(parse(kind), value) for kind, value in zip(types, values, strict=True)]


def encoded(case: dict[str, Any]) -> dict[str, Any]:
    return {"encoded": encode(case["types"], listed(case["types"], case["values"])).hex()}


def decoded(case: dict[str, Any]) -> dict[str, Any]:
    values = decode(case["types"], bytes.fromhex(case["encoded"]))
    return {"values": [told(parse(kind), value) for kind, value in zip(case["types"], values, strict=True)]}


def packed(case: dict[str, Any]) -> dict[str, Any]:
    return {"encoded": encode_packed(case["types"], listed(case["types"], case["values"])).hex()}


TASKS = {"abi_encode": encoded, "abi_decode": decoded, "abi_packed": packed}


def verdict(case: dict[str, Any]) -> dict[str, Any]:
    """Do what the case asks for; what eth-abi refuses is told by its error."""
    try:
        return TASKS[case["task"]](case)
    except Exception as error:  # its refusals have many classes
        return {"refused": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verdict(json.loads(line))), flush=True)
