"""Derived addresses against solders, litesvm's own token accounts and the published figures."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from support.vectors import Case, vectors
from walletcore.chains.solana import (
    CHAINS,
    associated_token_account,
    create_program_address,
    create_with_seed,
    find_program_address,
)
from walletcore.errors import AddressError

SOLANA = CHAINS[0]
PROGRAM = bytes(Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111"))

programs = st.binary(min_size=32, max_size=32)
seeds = st.lists(st.binary(max_size=32), max_size=15)


def reason(call: Any, *args: Any) -> str:
    with pytest.raises(AddressError) as caught:
        call(*args)
    return caught.value.reason


@given(seeds, programs)
def test_the_address_and_bump_that_are_found_are_those_of_solders(parts: list[bytes], program: bytes) -> None:
    theirs, bump = Pubkey.find_program_address(parts, Pubkey(program))
    assert find_program_address(parts, program) == (bytes(theirs), bump)
    assert create_program_address([*parts, bytes([bump])], program) == bytes(theirs)


@given(seeds, programs)
def test_an_address_is_made_or_refused_as_by_solders(parts: list[bytes], program: bytes) -> None:
    try:
        theirs = Pubkey.create_program_address(parts, Pubkey(program))
    except Exception:  # PubkeyError, which solders does not export
        assert reason(create_program_address, parts, program) == "point"
    else:
        assert create_program_address(parts, program) == bytes(theirs)


@given(programs, st.text(max_size=8), programs)
def test_an_address_with_a_seed_is_that_of_solders(base: bytes, text: str, program: bytes) -> None:
    theirs = Pubkey.create_with_seed(Pubkey(base), text, Pubkey(program))
    assert create_with_seed(base, text, program) == bytes(theirs)


def derived(given: Mapping[str, Any]) -> tuple[str, int | None]:
    """The address that a case asks for, and its bump where one was searched for."""
    accounts = {
        name: SOLANA.parse_address(given[name]) for name in ("program", "base", "owner", "mint") if name in given
    }
    if "owner" in accounts:
        program = SOLANA.parse_address(given["token_program"]).payload
        owner, mint = accounts["owner"], accounts["mint"]  # of wallet-core's, two are off the curve
        made = associated_token_account(owner=owner, mint=mint, program=program, allow_owner_off_curve=True)
        return made.text, None
    program, bump = accounts["program"].payload, None
    if "base" in accounts:
        address = create_with_seed(accounts["base"].payload, given["text"], program)
    elif "find" in given:
        address, bump = find_program_address([bytes.fromhex(part) for part in given["seeds"]], program)
    else:
        address = create_program_address([bytes.fromhex(part) for part in given["seeds"]], program)
    return SOLANA.account(address).text, bump


@vectors("solana/derived", result="valid")
def test_the_published_addresses_are_derived(case: Case) -> None:
    address, bump = derived(case.input)
    assert address == case.expect["address"]
    assert bump == case.expect.get("bump")


@vectors("solana/derived", result="invalid")
def test_what_the_published_figures_refuse_is_refused(case: Case) -> None:
    assert reason(derived, case.input) == case.expect["reason"]


def test_seeds_are_at_most_16_with_the_bump_and_of_32_bytes() -> None:
    sixteen = [b"\1"] * 15 + [bytes([find_program_address([b"\1"] * 15, PROGRAM)[1]])]
    assert create_program_address(sixteen, PROGRAM) == find_program_address([b"\1"] * 15, PROGRAM)[0]
    assert reason(create_program_address, [b""] * 17, PROGRAM) == "length"
    assert reason(find_program_address, [b""] * 16, PROGRAM) == "length"
    assert find_program_address([b""] * 15, PROGRAM)
    assert find_program_address([bytes(32)], PROGRAM)
    assert reason(find_program_address, [bytes(33)], PROGRAM) == "length"
    assert reason(find_program_address, [bytes(1 << 20)], PROGRAM) == "length"


@pytest.mark.parametrize("parts", [None, "ab", b"ab", ["ab"], [None], {b"a": 1}, iter([b"a"]), [bytearray(1)], 7])
def test_seeds_are_a_tuple_or_list_of_bytes(parts: Any) -> None:
    assert reason(find_program_address, parts, PROGRAM) == "length"
    assert reason(create_program_address, parts, PROGRAM) == "length"


@pytest.mark.parametrize("program", [None, b"", bytes(31), bytes(33), "1" * 32, bytearray(32), 7])
def test_a_program_and_a_base_are_32_bytes(program: Any) -> None:
    assert reason(find_program_address, [], program) == "length"
    assert reason(create_program_address, [], program) == "length"
    assert reason(create_with_seed, PROGRAM, "seed", program) == "length"
    assert reason(create_with_seed, program, "seed", PROGRAM) == "length"


def test_a_megabyte_as_seed_of_text_is_refused() -> None:
    assert reason(create_with_seed, PROGRAM, "x" * (1 << 20), PROGRAM) == "too-large"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "type"),
        (b"s", "type"),
        (7, "type"),
        ("x" * 33, "too-large"),
        ("é" * 17, "too-large"),
        ("\ud800", "character"),
    ],
)
def test_a_seed_of_text_has_at_most_32_bytes_of_utf8(text: Any, expected: str) -> None:
    assert reason(create_with_seed, PROGRAM, text, PROGRAM) == expected
