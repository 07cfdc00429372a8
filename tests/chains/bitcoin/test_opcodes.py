"""Scripts as instructions: what is read is what is written, named as Core names it, and classified as Core does."""

from typing import Any

import pytest
import wallycore
from hypothesis import example, given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, differential, key, reason
from support.vectors import Case, vectors
from walletcore.chains.bitcoin.opcodes import (
    Instruction,
    asm,
    classify,
    encode_script,
    multisig,
    parse_script,
    push,
)
from walletcore.chains.bitcoin.script import null_data
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret

KEYS = [key(number).public_key for number in range(1, 22)]
A, B, C = (each.data for each in KEYS[:3])
WALLY = {
    wallycore.WALLY_SCRIPT_TYPE_P2PKH: "p2pkh",
    wallycore.WALLY_SCRIPT_TYPE_P2SH: "p2sh",
    wallycore.WALLY_SCRIPT_TYPE_P2WPKH: "p2wpkh",
    wallycore.WALLY_SCRIPT_TYPE_P2WSH: "p2wsh",
    wallycore.WALLY_SCRIPT_TYPE_P2TR: "p2tr",
    wallycore.WALLY_SCRIPT_TYPE_MULTISIG: "multisig",
}
opcodes = st.integers(0, 255).map(lambda number: bytes((number,)))
pushes = st.binary(max_size=80).map(push)
scripts = st.lists(st.one_of(opcodes, pushes, st.sampled_from([b"\x4c\x00", b"\x4d\x01\x00\x07"]))).map(b"".join)


WORDS = {str(Instruction(opcode)).removeprefix("OP_"): opcode for opcode in (0x50, *range(0x61, 0xBB))}


def assembled(word: str) -> bytes:
    """Return what a word of Core's test files stands for (src/core_io.cpp, ParseScript)."""
    if word.startswith("0x"):
        return bytes.fromhex(word[2:])
    if word.startswith("'"):
        return push(word[1:-1].encode())
    if word in WORDS:
        return encode_script([Instruction(WORDS[word])])
    size = (abs(int(word)).bit_length() + 8) // 8 if int(word) else 0  # the highest bit is the sign
    number = abs(int(word)) | (int(word) < 0) << 8 * size >> 1
    return push(number.to_bytes(size, "little"))


# -- reading and printing


@given(scripts)
def test_what_is_read_is_written_again(script: bytes) -> None:
    if asm(script).endswith("[error]"):
        assert reason(TransactionError, parse_script, script) == "truncated"
        return
    instructions = parse_script(script)
    assert encode_script(instructions) == script
    assert asm(script) == " ".join(map(str, instructions))


@given(st.binary(max_size=300))
def test_any_bytes_are_printed_and_classified(script: bytes) -> None:
    assert "OP_" in asm(script) or not script or asm(script)
    assert classify(script).kind


@given(st.binary(max_size=70_000))
@example(b"")
@example(b"\x00")
@example(b"\x81")
@example(b"\x80")
@example(b"\x10")
@example(b"\x11")
@example(bytes(75))
@example(bytes(76))
@example(bytes(255))
@example(bytes(256))
@example(bytes(65_535))
@example(bytes(65_536))
def test_the_shortest_push_is_made_and_recognised(data: bytes) -> None:
    (instruction,) = parse_script(push(data))
    assert instruction.is_minimal
    if len(data) > 1:  # libwally knows no opcode for numbers
        assert push(data) == bytes(wallycore.script_push_from_bytes(data, 0))
        assert instruction.data == data


@pytest.mark.parametrize(
    ("script", "is_minimal"),
    [
        ("00", True),
        ("4c00", False),
        ("0100", True),
        ("0101", False),
        ("0110", False),
        ("0111", True),
        ("0181", False),
        ("0180", True),
        ("4f", True),
        ("4c0111", False),
        ("4c4c" + "00" * 76, True),
        ("4c4b" + "00" * 75, False),
        ("4dff00" + "00" * 255, False),
        ("4d0001" + "00" * 256, True),
        ("4e00010000" + "00" * 256, False),
        ("ac", True),
    ],
)
def test_minimal_pushes_are_those_of_core(script: str, is_minimal: bool) -> None:
    (instruction,) = parse_script(bytes.fromhex(script))
    assert instruction.is_minimal is is_minimal


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", ""),
        ("00", "0"),
        ("4f51525360", "-1 1 2 3 16"),
        ("50", "OP_RESERVED"),
        ("0111", "17"),
        ("0180", "0"),
        ("02ff7f", "32767"),
        ("0400000080", "0"),
        ("04ffffffff", "-2147483647"),
        ("050000000001", "0000000001"),
        ("61ab", "OP_NOP OP_CODESEPARATOR"),
        ("b1b2b3b9ba", "OP_CHECKLOCKTIMEVERIFY OP_CHECKSEQUENCEVERIFY OP_NOP4 OP_NOP10 OP_CHECKSIGADD"),
        ("bbfeff", "OP_UNKNOWN OP_UNKNOWN OP_INVALIDOPCODE"),
        ("76a914" + "11" * 20 + "88ac", f"OP_DUP OP_HASH160 {'11' * 20} OP_EQUALVERIFY OP_CHECKSIG"),
        ("ac05", "OP_CHECKSIG [error]"),
        ("4d01", "[error]"),
    ],
)
def test_scripts_are_printed_as_core_prints_them(script: str, words: str) -> None:
    assert asm(bytes.fromhex(script)) == words


def test_opcodes_stand_for_numbers() -> None:
    numbers = [Instruction(opcode).number for opcode in (0x4F, 0x50, *range(0x51, 0x62))]
    assert numbers == [-1, None, *range(1, 17), None]
    assert Instruction(0, b"").number == 0
    assert Instruction(1, b"\x05").number is None


@pytest.mark.parametrize(
    "script", ["01", "4b" + "00" * 74, "4c", "4c01", "4d", "4d00", "4d0100", "4e", "4effffffff", "05"]
)
def test_T01_T04_a_push_beyond_the_end_is_refused(script: str) -> None:
    assert reason(TransactionError, parse_script, bytes.fromhex(script)) == "truncated"
    assert reason(TransactionError, parse_script, b"\x51" + bytes.fromhex(script)) == "truncated"


@pytest.mark.parametrize("script", [None, "51", bytearray(b"\x51"), 7, [0x51]])
def test_only_bytes_are_scripts(script: Any) -> None:
    for door in (parse_script, asm, classify):
        assert reason(TransactionError, door, script) == "type"


def test_more_than_a_block_holds_is_refused_before_it_is_read() -> None:
    for door in (parse_script, asm, classify):
        assert reason(TransactionError, door, bytes(4_000_001)) == "too-large"


@vectors("bitcoin/scripts", "bitcoin/script-tests", "bitcoin/payments", operation="script.parse", result="valid")
def test_published_scripts_are_printed_and_classified(case: Case) -> None:
    script = bytes.fromhex(case.input["script"])
    found = classify(script)
    assert asm(script) == case.expect.get("asm", asm(script))
    assert encode_script(parse_script(script)) == script
    assert found.kind == case.expect.get("kind", found.kind)
    assert found.required == case.expect.get("required", found.required)
    assert [each.hex() for each in found.keys] == case.expect.get("keys", [each.hex() for each in found.keys])
    assert "data" not in case.expect or null_data(script) == bytes.fromhex(case.expect["data"])


@vectors("bitcoin/script-tests", "bitcoin/payments", operation="script.assemble")
def test_published_words_are_assembled_printed_and_classified(case: Case) -> None:
    script = b"".join(map(assembled, case.input["words"].split()))
    assert (script.hex(), asm(script)) == (case.expect["script"], case.expect.get("asm", asm(script)))
    assert classify(script).kind == case.expect.get("kind", classify(script).kind)
    if "cut" in case.flags:
        assert reason(TransactionError, parse_script, script) == "truncated"
    else:
        assert encode_script(parse_script(script)) == script


@vectors("bitcoin/scripts", "bitcoin/payments", operation="script.parse", result="invalid")
def test_published_scripts_that_end_too_early_are_refused(case: Case) -> None:
    assert reason(TransactionError, parse_script, bytes.fromhex(case.input["script"])) == case.expect["reason"]


# -- kinds


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (push(A) + b"\xac", "p2pk"),
        (b"\x41\x04" + bytes(64) + b"\xac", "p2pk"),
        (b"\x41\x06" + bytes(64) + b"\xac", "p2pk"),
        (b"\x41\x05" + bytes(64) + b"\xac", "nonstandard"),
        (b"\x21\x04" + bytes(32) + b"\xac", "nonstandard"),
        (b"\x4c\x21" + A + b"\xac", "nonstandard"),
        (push(A) + b"\xac\x4c", "nonstandard"),
        (push(A) + b"\xad", "nonstandard"),
        (push(A), "nonstandard"),
        (b"\x6a", "null_data"),
        (b"\x6a\x51\x02ab\x00", "null_data"),
        (b"\x6a\x61", "nonstandard"),
        (b"\x6a\x02a", "nonstandard"),
        (b"\x52\x20" + bytes(32), "witness_unknown"),
        (b"\x51\x02\x4e\x73", "p2a"),
        (b"\x52\x02\x4e\x73", "witness_unknown"),
        (b"\x51\x02\x4e\x74", "witness_unknown"),
        (b"\x00\x15" + bytes(21), "nonstandard"),
        (b"", "nonstandard"),
        (b"\x51", "nonstandard"),
    ],
)
def test_kinds_are_those_of_core(script: bytes, kind: str) -> None:
    assert classify(script).kind == kind


@pytest.mark.parametrize("size", [255, 256, 520, 65_536])
def test_a_script_that_begins_with_a_long_push_has_a_kind_too(size: int) -> None:
    assert classify(push(bytes(size)) + b"\xac").kind == "nonstandard"
    assert classify(push(bytes(size)) + b"\xae").kind == "nonstandard"


def bare(required: bytes, total: bytes, *keys: bytes, end: bytes = b"\xae") -> bytes:
    return required + b"".join(map(push, keys)) + total + end


# Core's GetOp reads a key in whatever way it is pushed, here in the longest; both numbers must be minimal
LONGEST = b"\x01\x14" + (b"\x4e\x41\0\0\0\x04" + bytes(64)) * 20 + b"\x01\x14\xae"


@pytest.mark.parametrize(
    ("script", "required"),
    [
        (bare(b"\x51", b"\x51", A), 1),
        (bare(b"\x52", b"\x53", A, B, C), 2),
        (bare(b"\x51", b"\x52", A, A), 1),
        (bare(b"\x51", b"\x52", A, b"\x04" + bytes(64)), 1),
        (bare(b"\x51", b"\x01\x11", *[A] * 17), 1),
        (bare(b"\x01\x14", b"\x01\x14", *[A] * 20), 20),
        (bare(b"\x00", b"\x51", A), 0),
        (bare(b"\x52", b"\x51", A), 0),
        (bare(b"\x51", b"\x52", A), 0),
        (bare(b"\x51", b"\x51", A, B), 0),
        (bare(b"\x4f", b"\x51", A), 0),
        (bare(b"\x01\x01", b"\x51", A), 0),
        (bare(b"\x51", b"\x01\x15", *[A] * 21), 0),
        (bare(b"\x51", b"\x51", A[:-1]), 0),
        (bare(b"\x51", b"\x51", A, end=b"\xaf"), 0),
        (bare(b"\x51", b"\x51", A, end=b"\xae\x51"), 0),
        (bare(b"\x51", b"\x51", A, end=b"\xae\x4c"), 0),
        (b"\x51\x51\xae", 0),
        (b"\xae", 0),
        (LONGEST, 20),
        (LONGEST[:-1] + b"\x51\xae", 0),
    ],
)
def test_multisig_is_what_core_takes_for_it(script: bytes, required: int) -> None:
    found = classify(script)
    assert (found.kind, found.required) == (("multisig", required) if required else ("nonstandard", 0))
    if required:
        assert encode_script(parse_script(script)) == script
        assert script == LONGEST or all(push(each) in script for each in found.keys)


@differential
@given(st.one_of(st.binary(max_size=45), scripts, st.integers(1, 15).map(lambda n: multisig(1 + n // 2, KEYS[:n]))))
def test_libwally_sees_the_same_kinds(script: bytes) -> None:
    kind = classify(script).kind
    theirs = WALLY.get(wallycore.scriptpubkey_get_type(script) if script else 0, "")
    assert theirs == (kind if kind in WALLY.values() else "")


# -- multisig scripts


@vectors("bitcoin/bip67", operation="script.multisig")
def test_published_multisig_scripts_of_sorted_keys(case: Case) -> None:
    keys = [PublicKey(Curve.SECP256K1, bytes.fromhex(data)) for data in case.input["public_keys"]]
    script = multisig(case.input["required"], keys, sort=case.input["sort"])
    assert script.hex() == case.expect["script"]
    assert BITCOIN.script_address(script, kind="p2sh").text == case.expect["address"]


@vectors("bitcoin/payments", operation="script.multisig", result="invalid")
def test_published_multisig_scripts_that_make_no_sense_are_refused(case: Case) -> None:
    keys = [PublicKey(Curve.SECP256K1, bytes.fromhex(data)) for data in case.input["public_keys"]]
    assert reason(TransactionError, multisig, case.input["required"], keys) == case.expect["reason"]


@differential
@given(st.integers(1, 15).flatmap(lambda n: st.tuples(st.integers(1, n), st.permutations(KEYS[:n]))), st.booleans())
def test_libwally_makes_the_same_multisig_scripts(drawn: tuple[int, list[Any]], sort: bool) -> None:
    required, keys = drawn
    flags = wallycore.WALLY_SCRIPT_MULTISIG_SORTED if sort else 0
    theirs = wallycore.scriptpubkey_multisig_from_bytes(b"".join(each.data for each in keys), required, flags)
    assert multisig(required, keys, sort=sort) == bytes(theirs)


def test_multisig_of_up_to_twenty_keys() -> None:
    for total in (16, 17, 20):
        found = classify(multisig(total, KEYS[:total]))
        assert (found.kind, found.required, len(found.keys)) == ("multisig", total, total)


@pytest.mark.parametrize(
    ("required", "keys", "why"),
    [
        (0, KEYS[:2], "range"),
        (3, KEYS[:2], "range"),
        (-1, KEYS[:2], "range"),
        (True, KEYS[:2], "range"),
        (1.0, KEYS[:2], "range"),
        ("1", KEYS[:2], "range"),
        (1, [], "range"),
        (1, KEYS[:21], "range"),
        (1, [KEYS[0], KEYS[0]], "duplicate"),
        (1, [A], "type"),
        (1, [key(1)], "type"),
        (1, KEYS[0], "type"),
        (1, None, "type"),
        (1, [PrivateKey(Curve.ED25519, Secret(bytes(32))).public_key], "type"),
    ],
)
def test_a_multisig_script_that_makes_no_sense_is_refused(required: Any, keys: Any, why: str) -> None:
    assert reason(TransactionError, multisig, required, keys) == why
