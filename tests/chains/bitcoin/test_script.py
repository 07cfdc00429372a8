"""Output scripts: a template is recognised exactly, and nothing else is."""

import pytest
import wallycore
from hypothesis import example, given
from hypothesis import strategies as st

from support.bitcoin import reason
from walletcore.chains.bitcoin.script import (
    WITNESS_UNKNOWN,
    Destination,
    destination_of,
    null_data,
    p2pkh,
    p2sh,
    witness,
)
from walletcore.errors import AddressError

HASH = bytes(range(20))
PROGRAM = bytes(range(32))
TEMPLATES = [p2pkh(HASH), p2sh(HASH), witness(0, HASH), witness(0, PROGRAM), witness(1, PROGRAM)]
WALLY = {
    "p2pkh": wallycore.WALLY_SCRIPT_TYPE_P2PKH,
    "p2sh": wallycore.WALLY_SCRIPT_TYPE_P2SH,
    "p2wpkh": wallycore.WALLY_SCRIPT_TYPE_P2WPKH,
    "p2wsh": wallycore.WALLY_SCRIPT_TYPE_P2WSH,
    "p2tr": wallycore.WALLY_SCRIPT_TYPE_P2TR,
}
almost_scripts = st.sampled_from([each.script_pubkey for each in TEMPLATES]).flatmap(
    lambda script: st.tuples(st.integers(0, len(script) - 1), st.integers(1, 255)).map(
        lambda change: script[: change[0]] + bytes((script[change[0]] ^ change[1],)) + script[change[0] + 1 :]
    )
)


@pytest.mark.parametrize("destination", TEMPLATES, ids=lambda each: each.kind)
def test_each_template_is_recognised(destination: Destination) -> None:
    assert destination_of(destination.script_pubkey) == destination
    assert wallycore.scriptpubkey_get_type(destination.script_pubkey) == WALLY[destination.kind]


@given(st.integers(0, 16), st.binary(min_size=2, max_size=40))
def test_every_witness_program_is_recognised(version: int, program: bytes) -> None:
    if version == 0 and len(program) not in (20, 32):
        assert reason(AddressError, witness, version, program) == "length"
        return
    destination = witness(version, program)
    assert destination_of(destination.script_pubkey) == destination
    known = destination.kind != WITNESS_UNKNOWN
    assert known == (version == 0 or (version == 1 and len(program) == 32))


@given(st.one_of(st.binary(max_size=45), almost_scripts))
@example(b"")
@example(b"\x00\x14" + bytes(19))
@example(b"\x00\x15" + bytes(21))
@example(b"\x50\x20" + bytes(32))  # OP_RESERVED
@example(b"\x61\x20" + bytes(32))  # OP_NOP
@example(b"\x51\x21" + bytes(32))
@example(b"\x51\x20" + bytes(33))
@example(b"\x51\x4c\x20" + bytes(32))
@example(b"\x01\x20" + bytes(32))
@example(b"\x21\x02" + bytes(32) + b"\xac")
def test_libwally_recognises_the_same_templates(script: bytes) -> None:
    destination = destination_of(script)
    kind = "" if destination is None else destination.kind
    if destination is not None:
        assert destination.script_pubkey == script
    theirs = wallycore.scriptpubkey_get_type(script) if script else wallycore.WALLY_SCRIPT_TYPE_UNKNOWN
    assert (theirs == WALLY.get(kind)) == (kind in WALLY)
    if kind not in WALLY:
        assert theirs not in WALLY.values()


@pytest.mark.parametrize(
    ("script", "data"),
    [
        ("6a", ""),
        ("6a00", ""),
        ("6a0568656c6c6f", "68656c6c6f"),
        ("6a4b" + "61" * 75, "61" * 75),
        ("6a4c4c" + "61" * 76, "61" * 76),
        ("6a4d0001" + "61" * 256, "61" * 256),
    ],
)
def test_what_a_data_output_carries_is_read(script: str, data: str) -> None:
    assert null_data(bytes.fromhex(script)) == bytes.fromhex(data)


@pytest.mark.parametrize(
    "script",
    [
        "",
        "51",
        "6a05",
        "6a0568656c6c",
        "6a0568656c6c6f00",
        "6a51",
        "6a4c",
        "6a4d",
        "6a4d00",
        "6a4e00000000",
        "6aac",
        "006a",
    ],
)
def test_what_is_no_single_push_is_no_data(script: str) -> None:
    assert null_data(bytes.fromhex(script)) is None


@given(st.binary(max_size=600))
def test_libwally_pushes_what_is_read(data: bytes) -> None:
    push = wallycore.script_push_from_bytes(data, 0) if data else b"\x00"
    assert null_data(b"\x6a" + push) == data


@given(st.binary(max_size=100))
def test_any_script_is_data_or_not(script: bytes) -> None:
    data = null_data(b"\x6a" + script)
    assert data is None or script.endswith(data)
