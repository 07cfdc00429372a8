"""The addresses of contracts before they exist: published figures, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ETHEREUM, POLYGON, transfer
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.evm import Evm, create2_address, create_address
from walletcore.effects import Opaque, Transfer
from walletcore.errors import AddressError, Unsupported

ME = ETHEREUM.account(b"\x42" * 20)


def refused(call: Any, *args: Any, **options: Any) -> str:
    """The reason for which the call is refused."""
    with pytest.raises(AddressError) as caught:
        call(*args, **options)
    assert type(caught.value) is AddressError
    return caught.value.reason


@vectors("evm/create")
def test_published_contracts_have_their_addresses(case: Case) -> None:
    creator = ETHEREUM.parse_address(case.input["creator"])
    if "nonce" in case.input:
        assert create_address(creator, int(case.input["nonce"])).text == case.expect["address"]
        return
    salt, code_hash = (bytes.fromhex(case.input[name]) for name in ("salt", "init_code_hash"))
    assert create2_address(creator, salt, init_code_hash=code_hash).text == case.expect["address"]
    if "init_code" in case.input:
        code = bytes.fromhex(case.input["init_code"])
        assert create2_address(creator, salt, init_code=code).text == case.expect["address"]


@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**64 - 2))
def test_other_libraries_give_the_same_address(creator: bytes, nonce: int) -> None:
    expected = to_checksum_address(keccak(rlp.encode([creator, nonce]))[12:])
    assert create_address(POLYGON.account(creator), nonce) == POLYGON.parse_address(expected)


@pytest.mark.parametrize("nonce", [True, 1.0, "1", None, b"\x01"])
def test_a_nonce_that_is_no_int_is_refused(nonce: Any) -> None:
    assert refused(create_address, ME, nonce) == "type"


@pytest.mark.parametrize("nonce", [-1, 2**64 - 1, 2**64, 10**400])
def test_ET03_a_nonce_that_no_transaction_has_is_refused(nonce: int) -> None:
    assert refused(create_address, ME, nonce) == "range"


@pytest.mark.parametrize(
    "creator", [None, ME.text, ME.payload, chain("bitcoin").parse_address("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")]
)
def test_a_creator_of_no_evm_chain_is_refused(creator: Any) -> None:
    assert refused(create_address, creator, 0) == "type"
    assert refused(create2_address, creator, bytes(32), init_code=b"") == "type"


def test_a_creator_of_another_size_is_refused() -> None:
    assert refused(create_address, Address(chain=ETHEREUM, text="0x", payload=bytes(19)), 0) == "length"


def test_a_creator_whose_text_is_of_another_account_is_refused() -> None:
    for other in (replace(ME, payload=b"\x43" * 20), replace(ME, text=ME.text.replace("0x", ""))):
        assert refused(create_address, other, 0) == "mismatch"
        assert refused(create2_address, other, bytes(32), init_code=b"") == "mismatch"


@pytest.mark.parametrize("salt", [bytes(31), bytes(33), b"", None, "00" * 32, 0, bytearray(32)])
def test_a_salt_of_another_size_is_refused(salt: Any) -> None:
    assert refused(create2_address, ME, salt, init_code=b"") == "length"
    assert refused(create2_address, ME, bytes(32), init_code_hash=salt) == (
        "length" if salt is not None else "ambiguous"
    )


def test_either_the_code_or_its_hash_is_given() -> None:
    assert refused(create2_address, ME, bytes(32)) == "ambiguous"
    assert refused(create2_address, ME, bytes(32), init_code=b"", init_code_hash=bytes(32)) == "ambiguous"


@pytest.mark.parametrize(
    ("code", "expected"), [("00", "type"), (bytearray(1), "type"), (bytes(2**20 + 1), "too-large")]
)
def test_code_that_no_transaction_carries_is_refused(code: Any, expected: str) -> None:
    assert refused(create2_address, ME, bytes(32), init_code=code) == expected


@pytest.mark.parametrize("name", ["zksync", "zksync-sepolia"])
def test_a_chain_with_a_rule_of_its_own_has_no_address_before_its_node_tells_one(name: str) -> None:
    row = chain(name, Evm)
    creator = row.account(ME.payload)
    with pytest.raises(Unsupported, match="in its own way"):
        create_address(creator, 0)
    with pytest.raises(Unsupported, match="in its own way"):
        create2_address(creator, bytes(32), init_code=b"")
    creation = transfer(chain=row, to=None, value=5, data=b"\x00", allow_endowment=True).effects()
    assert [each.destination for each in creation if isinstance(each, Transfer)] == [""]
    assert Opaque(why="creates a contract", data=b"\x00") in creation
