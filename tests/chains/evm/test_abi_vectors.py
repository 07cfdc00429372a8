"""Published values of contracts, packed values and names of ENS, both ways where there are two."""

import pytest

from support.abi import as_json, as_value
from support.vectors import Case, vectors
from walletcore.chains.evm import abi
from walletcore.chains.evm.ens import namehash
from walletcore.errors import AddressError, TransactionError
from walletcore.hashes import keccak256


def function(case: Case) -> abi.Function:
    if "function" in case.input:
        return abi.Function.from_json(case.input["function"])
    inputs = tuple(abi.Function.parse(f"function f({','.join(case.input['types'])})").inputs)
    return abi.Function(name=case.input["name"], inputs=inputs)


def same_bytes(case: Case) -> None:
    types = case.input["types"]
    values = tuple(as_value(kind, value) for kind, value in zip(types, case.input["values"], strict=True))
    encoded = bytes.fromhex(case.expect["encoded"])
    if "name" in case.input:
        assert function(case).encode(*values) == encoded
        assert function(case).decode(encoded) == values
    else:
        assert abi.encode(types, values) == encoded
        assert abi.decode(types, encoded) == values


@vectors("evm/abi-solidity")
def test_values_have_the_bytes_that_contracts_return(case: Case) -> None:
    same_bytes(case)


@vectors("evm/abi", operation="abi.encode", result="valid")
def test_values_have_the_published_bytes(case: Case) -> None:
    same_bytes(case)


@vectors("evm/abi", operation="abi.encode", result="invalid")
def test_values_that_have_no_bytes_are_refused(case: Case) -> None:
    types = case.input["types"]
    with pytest.raises(TransactionError) as caught:
        abi.encode(types, tuple(as_value(kind, value) for kind, value in zip(types, case.input["values"], strict=True)))
    assert caught.value.reason in case.reasons


@vectors("evm/abi", operation="abi.decode", result="valid")
def test_calldata_have_the_published_values(case: Case) -> None:
    read, encoded = function(case), bytes.fromhex(case.input["encoded"])
    values = read.decode(encoded)
    assert (read.signature, as_json(values)) == (case.expect["signature"], case.expect["values"])
    assert read.encode(*values) == encoded


@vectors("evm/abi", operation="abi.decode", result="invalid")
def test_bytes_that_have_no_values_are_refused(case: Case) -> None:
    encoded = bytes.fromhex(case.input["encoded"])
    with pytest.raises(TransactionError) as caught:
        function(case).decode(encoded) if "function" in case.input else abi.decode(case.input["types"], encoded)
    assert caught.value.reason in case.reasons


@vectors("evm/abi", operation="abi.decode", result="rule")
def test_bytes_behind_the_values_are_refused(case: Case) -> None:
    assert case.verdict("abi-strict") == "invalid"
    with pytest.raises(TransactionError) as caught:
        abi.decode(case.input["types"], bytes.fromhex(case.input["encoded"]))
    assert caught.value.reason in case.reasons


@vectors("evm/abi-packed")
def test_packed_values_have_the_published_bytes_or_hash(case: Case) -> None:
    types = case.input["types"]
    values = [as_value(kind, value) for kind, value in zip(types, case.input["values"], strict=True)]
    packed = abi.encode_packed(types, values, allow_ambiguous=case.verdict("one-reading") == "invalid")
    assert {"encoded": packed.hex(), "keccak256": keccak256(packed).hex()}.items() >= {
        name: case.expect[name] for name in ("encoded", "keccak256") if name in case.expect
    }.items()
    if case.verdict("one-reading") == "invalid":
        with pytest.raises(TransactionError) as caught:
            abi.encode_packed(types, values)
        assert caught.value.reason in case.reasons


@vectors("evm/ens")
def test_names_have_the_published_nodes(case: Case) -> None:
    name = case.input["name"]
    if case.verdict("plain-names") == "valid":
        assert namehash(name).hex() == case.expect["node"]
        return
    with pytest.raises(AddressError) as caught:
        namehash(name)
    assert caught.value.reason in case.reasons
    if "node" in case.expect:
        assert namehash(name, allow_unchecked=True).hex() == case.expect["node"]
