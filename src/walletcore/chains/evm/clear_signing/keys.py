"""Keys of formats: which function or which type of message each is for (ERC-7730, "display.formats").

A call is matched by the selector of the key's types, a message by the whole text of ``encodeType``. Version 1 also has
selectors, and types without names, whose names an ABI in the descriptor tells; and names of types whose members a
schema tells.
"""

from __future__ import annotations

import re
from typing import Any

from walletcore.chains.evm.abi import Function
from walletcore.chains.evm.clear_signing import reading
from walletcore.chains.evm.clear_signing.values import Layout, of_parameters, of_struct
from walletcore.chains.structs import StructTypes
from walletcore.errors import TransactionError

__all__ = ["abi_of", "function_of", "message_of", "schemas_of"]

_SELECTOR = re.compile(r"0x[0-9a-f]{8}", re.ASCII)
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_STRUCT = re.compile(r"([A-Za-z_$][A-Za-z0-9_$]*)\(([^()]*)\)", re.ASCII)
_MAX_KEY, _MAX_ENTRIES = 1 << 13, 1024
_SHOWN = 60
_DOMAIN = "EIP712Domain"

Abi = dict[bytes, Function]
Schemas = dict[str, StructTypes]


def abi_of(given: object, version: int) -> Abi:
    """The functions of an ABI in a descriptor of version 1, by selector; later ones only mention it.

    Raises `TransactionError`.
    """
    if version != 1 or given is None:
        return {}
    if type(given) is str:
        return {}  # at an URL: keys with names need none
    found: Abi = {}
    for entry in reading.array_of(given, "abi", _MAX_ENTRIES):
        if reading.mapping(entry, "abi").get("type") == "function":
            function = Function.from_json(entry)
            found[function.selector] = function
    return found


def schemas_of(given: object, version: int) -> Schemas:
    """The types of messages in a descriptor of version 1, by primary type. Raises `TransactionError`."""
    if version != 1 or given is None or type(given) is str:
        return {}
    found: Schemas = {}
    for entry in reading.array_of(given, "schemas", _MAX_ENTRIES):
        if type(entry) is str:
            continue
        schema = reading.members(entry, "schema", ("types", "primaryType"), ("types", "primaryType"))
        primary = reading.line(schema["primaryType"], "primaryType")
        if primary in found:
            raise TransactionError("expected one schema for each primary type", reason="ambiguous")
        found[primary] = StructTypes.parse(schema["types"])
    return found


def function_of(key: str, abi: Abi) -> tuple[Function, Layout]:
    """The function that a key is for, with the names of its parameters. Raises `TransactionError`."""
    if _SELECTOR.fullmatch(key):
        function = abi.get(bytes.fromhex(key[2:]))
        if function is None:
            raise TransactionError("a selector as key needs an ABI in the descriptor", reason="missing")
    else:
        function = _parsed(key)
    if any(not each.name for each in function.inputs):
        function = abi.get(function.selector, function)
    return function, of_parameters(function.inputs)


def _parsed(key: str) -> Function:
    function = Function.parse(f"function {key}")
    if function.outputs or function.mutability != "nonpayable" or not key.rstrip().endswith(")"):
        raise TransactionError("expected a function with its parameters only as key", reason="character")
    return function


def message_of(key: str, schemas: Schemas) -> tuple[str, Layout]:
    """The text of ``encodeType`` that a key is for, and the members of the type. Raises `TransactionError`."""
    if key in schemas:
        types = schemas[key]
        return types.encode_type(key), of_struct(types, key)
    if _NAME.fullmatch(key):
        raise TransactionError("the name of a type as key needs a schema in the descriptor", reason="missing")
    if len(key) > _MAX_KEY:
        raise TransactionError(f"expected at most {_MAX_KEY} characters in a key", reason="too-large")
    declared: dict[str, Any] = {}
    at, primary = 0, ""
    for found in _STRUCT.finditer(key):
        if found.start() != at or found[1] in declared:
            break
        at, primary = found.end(), primary or found[1]
        declared[found[1]] = [_member(each) for each in found[2].split(",") if found[2]]
    if at != len(key) or not primary or primary == _DOMAIN:
        raise TransactionError(f"expected what encodeType gives as key, got {key[:_SHOWN]!r}", reason="character")
    types = StructTypes.parse(declared)
    if types.encode_type(primary) != key:
        raise TransactionError("expected types in the order of encodeType, and no others", reason="non-canonical")
    return key, of_struct(types, primary)


def _member(text: str) -> dict[str, str]:
    kind, separator, name = text.partition(" ")
    if not separator:
        raise TransactionError("expected type and name of each member in a key", reason="missing")
    return {"name": name, "type": kind}
