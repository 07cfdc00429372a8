"""Solana's legacy messages, and the wire, against solders (the Rust SDK), published figures, SO1-SO4."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from solders.hash import Hash
from solders.instruction import AccountMeta as TheirMeta
from solders.instruction import Instruction as TheirInstruction
from solders.keypair import Keypair
from solders.message import Message as TheirMessage
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import Transaction as TheirTransaction
from solders.transaction import VersionedTransaction

from support.vectors import Case, vectors
from walletcore.chains.solana.message import (
    PACKET_SIZE,
    AccountMeta,
    CompiledInstruction,
    Instruction,
    LookupTable,
    Message,
)
from walletcore.chains.solana.wire import NO_SIGNATURE, decode_wire, encode_wire
from walletcore.errors import TransactionError

KEYS = tuple(bytes(Keypair.from_seed(bytes([i]) * 32).pubkey()) for i in range(1, 9))
PAYER, ALICE, BOB, CAROL = KEYS[:4]
PROGRAM = bytes([7]) * 32
BLOCKHASH = bytes(range(32))


def meta(pubkey: bytes, *, signer: bool = False, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey=pubkey, is_signer=signer, is_writable=writable)


def call(*accounts: AccountMeta, program: bytes = PROGRAM, data: bytes = b"\x01\x02") -> Instruction:
    return Instruction(program_id=program, accounts=accounts, data=data)


def compiled(*calls: Instruction, fee_payer: bytes = PAYER, tables: Sequence[LookupTable] | None = None) -> Message:
    return Message.compile(fee_payer=fee_payer, instructions=calls, recent_blockhash=BLOCKHASH, tables=tables)


GOOD = compiled(call(meta(ALICE, signer=True, writable=True), meta(BOB, writable=True), meta(CAROL)))


def their_instruction(instruction: Instruction) -> TheirInstruction:
    accounts = [TheirMeta(Pubkey(a.pubkey), a.is_signer, a.is_writable) for a in instruction.accounts]
    return TheirInstruction(Pubkey(instruction.program_id), instruction.data, accounts)


def refusal(raw: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        decode_wire(raw)
    return caught.value.reason


metas = st.builds(AccountMeta, pubkey=st.sampled_from(KEYS), is_signer=st.booleans(), is_writable=st.booleans())
instructions = st.builds(
    Instruction,
    program_id=st.sampled_from([PROGRAM, bytes(32), *KEYS[1:]]),
    accounts=st.lists(metas, max_size=8).map(tuple),
    data=st.binary(max_size=140),
)
messages = st.lists(instructions, max_size=3).map(lambda calls: compiled(*calls))


# -- compiling


@given(st.lists(instructions, max_size=3), st.binary(min_size=32, max_size=32))
def test_the_bytes_of_any_instructions_are_those_of_the_rust_sdk(calls: list[Instruction], blockhash: bytes) -> None:
    ours = Message.compile(fee_payer=PAYER, instructions=calls, recent_blockhash=blockhash)
    their_calls = [their_instruction(instruction) for instruction in calls]
    assert ours.raw == bytes(TheirMessage.new_with_blockhash(their_calls, Pubkey(PAYER), Hash(blockhash)))


@given(messages)
def test_the_rights_of_every_account_are_those_of_the_rust_sdk(message: Message) -> None:
    other = TheirMessage.from_bytes(message.raw)
    versioned = MessageV0(other.header, other.account_keys, other.recent_blockhash, other.instructions, [])
    places = {key: place for place, key in enumerate(message.account_keys)}
    for instruction in message.decompile():
        for account in instruction.accounts:
            place = places[account.pubkey]
            assert account.is_signer == other.is_signer(place)
            demoted = account.pubkey == bytes(32) or other.is_key_called_as_program(place)  # by the runtime
            assert demoted or account.is_writable == versioned.is_maybe_writable(place)


@given(messages)
def test_decompiling_and_compiling_again_gives_the_same_bytes(message: Message) -> None:
    assume(all(instruction.program_id != PAYER for instruction in message.decompile()))
    again = Message.compile(
        fee_payer=message.account_keys[0], instructions=message.decompile(), recent_blockhash=message.recent_blockhash
    )
    assert again == message
    assert again.raw == message.raw


def test_an_account_that_appears_twice_stands_once_with_all_its_rights() -> None:
    message = compiled(call(meta(ALICE, signer=True), meta(BOB)), call(meta(ALICE, writable=True), meta(BOB)))
    assert message.account_keys == (PAYER, ALICE, *sorted([BOB, PROGRAM]))
    assert message.decompile()[0].accounts == (meta(ALICE, signer=True, writable=True), meta(BOB))


def test_the_fee_payer_is_a_writable_signer_whatever_the_instructions_say() -> None:
    message = compiled(call(meta(PAYER)))
    assert message.signers == (PAYER,)
    assert message.decompile()[0].accounts == (meta(PAYER, signer=True, writable=True),)


def test_two_messages_of_the_same_fields_are_equal() -> None:
    assert decode_wire(GOOD.raw) == ((), GOOD)
    assert hash(decode_wire(GOOD.raw)[1]) == hash(GOOD)
    assert replace(GOOD, recent_blockhash=bytes(32)) != GOOD


def compile_case(case: Case) -> Message:
    return Message.compile(
        fee_payer=bytes(Pubkey.from_string(case.input["fee_payer"])),
        instructions=[
            Instruction(
                program_id=bytes(Pubkey.from_string(row["program"])),
                accounts=tuple(
                    meta(
                        bytes(Pubkey.from_string(account["address"])),
                        signer=account["signer"],
                        writable=account["writable"],
                    )
                    for account in row["accounts"]
                ),
                data=bytes.fromhex(row["data"]),
            )
            for row in case.input["instructions"]
        ],
        recent_blockhash=bytes(Hash.from_string(case.input["recent_blockhash"])),
    )


def header(message: Message) -> dict[str, int]:
    return {
        "required_signatures": message.num_required_signatures,
        "readonly_signed": message.num_readonly_signed_accounts,
        "readonly_unsigned": message.num_readonly_unsigned_accounts,
    }


def texts(keys: tuple[bytes, ...]) -> list[str]:
    return [str(Pubkey(key)) for key in keys]


@vectors("solana/messages", operation="tx.preimage")
def test_the_published_messages_are_compiled(case: Case) -> None:
    message = compile_case(case)
    assert header(message) == case.expect["header"]
    if "preimage" in case.expect:
        assert message.raw.hex() == case.expect["preimage"]
        assert texts(message.account_keys) == case.expect["account_keys"]
    if "classes" in case.expect:
        keys = texts(message.account_keys)
        for published in case.expect["classes"]:
            head, keys = keys[: len(published)], keys[len(published) :]
            assert set(head) == set(published)
        assert not keys


@vectors("solana/messages", operation="tx.parse")
def test_the_published_messages_are_read(case: Case) -> None:
    raw = bytes.fromhex(case.input["message"])
    _, message = decode_wire(raw)
    fields = case.expect["fields"]
    assert message.raw == raw
    assert header(message) == case.expect["header"]
    assert texts(message.account_keys) == case.expect["account_keys"]
    assert str(Hash(message.recent_blockhash)) == fields["recent_blockhash"]
    assert [
        {
            "program": str(Pubkey(instruction.program_id)),
            "accounts": [
                {"address": str(Pubkey(a.pubkey)), "signer": a.is_signer, "writable": a.is_writable}
                for a in instruction.accounts
            ],
            "data": instruction.data.hex(),
        }
        for instruction in message.decompile()
    ] == fields["instructions"]


# -- values that cannot be


@pytest.mark.parametrize("pubkey", [b"", ALICE[:31], ALICE + b"\0", bytearray(ALICE), ALICE.hex(), None, 7])
def test_an_account_is_exactly_32_bytes(pubkey: Any) -> None:
    with pytest.raises(TransactionError):
        meta(pubkey)
    with pytest.raises(TransactionError):
        call(program=pubkey)
    with pytest.raises(TransactionError):
        compiled(fee_payer=pubkey)
    with pytest.raises(TransactionError):
        replace(GOOD, recent_blockhash=pubkey)


@pytest.mark.parametrize("flag", [0, 1, None, "yes"])
def test_X16_a_right_is_true_or_false_and_no_number(flag: Any) -> None:
    with pytest.raises(TransactionError):
        meta(ALICE, signer=flag)
    with pytest.raises(TransactionError):
        meta(ALICE, writable=flag)


@pytest.mark.parametrize("accounts", [None, [], [meta(ALICE)], (ALICE,), ((ALICE, True, True),)])
def test_the_accounts_of_an_instruction_are_a_tuple_of_metas(accounts: Any) -> None:
    with pytest.raises(TransactionError):
        Instruction(program_id=PROGRAM, accounts=accounts, data=b"")


@pytest.mark.parametrize("data", [None, "00", bytearray(b"0"), memoryview(b"0"), 0])
def test_X18_data_that_could_change_later_is_refused(data: Any) -> None:
    with pytest.raises(TransactionError):
        call(data=data)


@pytest.mark.parametrize("calls", [None, {}, call(), iter([call()]), [None], [b""], "ab"])
def test_instructions_are_a_tuple_or_a_list(calls: Any) -> None:
    with pytest.raises(TransactionError):
        Message.compile(fee_payer=PAYER, instructions=calls, recent_blockhash=BLOCKHASH)


@pytest.mark.parametrize("count", [True, -1, 256, 1.0, None, 10**400])
def test_X16_the_counts_of_the_header_are_bytes(count: Any) -> None:
    for name in ("num_required_signatures", "num_readonly_signed_accounts", "num_readonly_unsigned_accounts"):
        with pytest.raises(TransactionError):
            replace(GOOD, **{name: count})


def test_the_fee_payer_is_no_program() -> None:
    with pytest.raises(TransactionError, match="fee payer"):
        compiled(call(program=PAYER))


def test_more_accounts_than_a_packet_holds_are_refused() -> None:
    many = tuple(meta(i.to_bytes(32)) for i in range(1, 300))
    with pytest.raises(TransactionError) as caught:
        compiled(call(*many))
    assert caught.value.reason == "too-large"


def test_a_transaction_fills_a_packet_to_the_last_byte_and_no_further() -> None:
    room = PACKET_SIZE - len(encode_wire([NO_SIGNATURE], compiled(call(data=bytes(200)))))
    full = compiled(call(data=bytes(200 + room)))
    assert len(encode_wire([NO_SIGNATURE], full)) == PACKET_SIZE
    assert decode_wire(encode_wire([NO_SIGNATURE], full)) == ((NO_SIGNATURE,), full)
    with pytest.raises(TransactionError) as caught:
        compiled(call(data=bytes(201 + room)))
    assert caught.value.reason == "too-large"


# -- reading


@given(messages, st.data())
def test_what_is_written_is_read_again(message: Message, data: st.DataObject) -> None:
    count = message.num_required_signatures
    signatures = tuple(data.draw(st.lists(st.binary(min_size=64, max_size=64), min_size=count, max_size=count)))
    assert decode_wire(message.raw) == ((), message)
    assert decode_wire(encode_wire(signatures, message)) == (signatures, message)


@given(messages)
def test_a_transaction_is_the_bytes_of_the_rust_sdk(message: Message) -> None:
    signatures = (NO_SIGNATURE,) * message.num_required_signatures
    raw = encode_wire(signatures, message)
    assert bytes(VersionedTransaction.from_bytes(raw)) == raw
    assert bytes(VersionedTransaction.from_bytes(raw).message) == message.raw


@given(st.binary(max_size=PACKET_SIZE + 10))
def test_any_bytes_are_read_or_refused_with_an_error_of_the_library(raw: bytes) -> None:
    try:
        signatures, message = decode_wire(raw)
    except TransactionError as error:
        assert error.reason  # noqa: PT017
    else:
        assert raw == (encode_wire(signatures, message) if signatures else message.raw)


@given(messages, st.data())
def test_a_changed_message_means_to_us_what_it_means_to_the_rust_sdk(message: Message, data: st.DataObject) -> None:
    changed = bytearray(message.raw)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.one_of(st.integers(0, 4), st.integers(0, len(changed) - 1)))
        changed[place] = data.draw(st.one_of(st.integers(0, 10), st.integers(0, 255)))
    try:
        _, ours = decode_wire(bytes(changed))
    except TransactionError:
        return
    other = TheirMessage.from_bytes(bytes(changed))
    TheirTransaction.populate(other, [Signature.default()] * ours.num_required_signatures).sanitize()
    assert not other.has_duplicates()
    assert texts(ours.account_keys) == [str(key) for key in other.account_keys]
    assert [(i.program_id_index, i.accounts, i.data) for i in ours.instructions] == [
        (i.program_id_index, bytes(i.accounts), bytes(i.data)) for i in other.instructions
    ]


@given(messages, st.permutations(range(8)))
def test_a_message_of_another_sdk_keeps_its_order(message: Message, order: list[int]) -> None:
    counts = (
        1,
        message.num_required_signatures - message.num_readonly_signed_accounts,
        message.num_required_signatures,
        len(message.account_keys) - message.num_readonly_unsigned_accounts,
        len(message.account_keys),
    )
    keys = list(message.account_keys)
    for start, end in pairwise(counts):
        keys[start:end] = [keys[start + i] for i in order if i < end - start] + keys[start + 8 : end]
    other = replace(message, account_keys=tuple(keys), instructions=())
    assert decode_wire(other.raw)[1].account_keys == tuple(keys)


# -- rows of the bad inputs: GOOD is header, number of keys, 5 keys, blockhash, number of instructions, one instruction

KEY_COUNT = 3
INSTRUCTION_COUNT = 4 + 32 * 5 + 32
PROGRAM_INDEX = INSTRUCTION_COUNT + 1
ACCOUNT_COUNT = INSTRUCTION_COUNT + 2
DATA_SIZE = ACCOUNT_COUNT + 4
COUNTS = [KEY_COUNT, INSTRUCTION_COUNT, ACCOUNT_COUNT, DATA_SIZE]


def changed(place: int, *values: int, removed: int = 1) -> bytes:
    return GOOD.raw[:place] + bytes(values) + GOOD.raw[place + removed :]


def signed(message: bytes, count: int = GOOD.num_required_signatures) -> bytes:
    return bytes([count]) + bytes(range(64)) * count + message


@pytest.mark.parametrize("place", COUNTS)
def test_SO1_a_count_with_a_needless_zero_byte_is_refused(place: int) -> None:
    count = GOOD.raw[place]
    assert refusal(changed(place, count | 0x80, 0)) == "non-canonical"
    assert refusal(signed(changed(place, count | 0x80, 0))) == "non-canonical"
    assert refusal(changed(place, count | 0x80, 0x80, 0)) == "non-canonical"
    with pytest.raises(ValueError, match="strict form"):
        TheirMessage.from_bytes(changed(place, count | 0x80, 0))


@pytest.mark.parametrize("place", COUNTS)
def test_SO1_eight_thousand_as_a_count_is_refused(place: int) -> None:
    assert refusal(changed(place, 0x80, 0x00)) == "non-canonical"


@pytest.mark.parametrize("place", COUNTS)
def test_SO1_ff_ff_ff_as_a_count_is_refused(place: int) -> None:
    assert refusal(changed(place, 0xFF, 0xFF, 0xFF)) in ("non-canonical", "range")
    assert refusal(changed(place, 0xFF, 0xFF, 0x04)) == "range"


@pytest.mark.parametrize("place", COUNTS)
def test_SO1_a_count_of_65535_allocates_nothing_and_is_refused(place: int) -> None:
    assert refusal(changed(place, 0xFF, 0xFF, 0x03)) == "truncated"


def test_SO1_a_second_spelling_of_the_number_of_signatures_is_refused() -> None:
    assert refusal(b"\x82\x00" + signed(GOOD.raw)[1:])
    assert refusal(b"\x82\x80\x00" + signed(GOOD.raw)[1:])


@pytest.mark.parametrize("more", [b"\0", b"\1", b"more", bytes(100)])
def test_SO2_bytes_after_the_end_are_refused(more: bytes) -> None:
    assert refusal(GOOD.raw + more) == "trailing"
    assert refusal(signed(GOOD.raw) + more) == "trailing"


def test_SO2_every_shorter_beginning_is_refused() -> None:
    whole = signed(GOOD.raw)
    assert all(refusal(GOOD.raw[:end]) for end in range(len(GOOD.raw)))
    assert all(refusal(whole[:end]) for end in range(len(whole)))


def test_SO4_more_signers_than_accounts_are_refused() -> None:
    assert refusal(changed(0, 5)) == "range"
    assert refusal(changed(0, 6)) == "range"


def test_SO4_no_signers_are_refused() -> None:
    assert refusal(changed(0, 0)) == "missing"
    assert refusal(signed(GOOD.raw, 0)) != ""


@pytest.mark.parametrize("count", [2, 3, 255])
def test_SO4_a_fee_payer_that_is_read_only_is_refused(count: int) -> None:
    assert refusal(changed(1, count)) == "missing"


@pytest.mark.parametrize("count", [4, 5, 255])
def test_SO4_signers_and_read_only_accounts_that_overlap_are_refused(count: int) -> None:
    assert refusal(changed(2, count)) == "range"


@pytest.mark.parametrize("count", [1, 3, 18])
def test_SO4_another_number_of_signatures_than_the_header_says_is_refused(count: int) -> None:
    assert refusal(signed(GOOD.raw, count)) != ""


def test_SO4_one_signature_for_two_signers_is_a_mismatch() -> None:
    one = compiled(call())
    raw = bytes([1]) + bytes(64) + one.raw
    assert decode_wire(raw)[1] == one
    assert refusal(bytes([1]) + bytes(64) + replace(GOOD, instructions=()).raw) != ""


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 4), (2, 3), (3, 4)])
def test_SO4_an_account_key_that_appears_twice_is_refused(first: int, second: int) -> None:
    keys = list(GOOD.account_keys)
    keys[second] = keys[first]
    raw = GOOD.raw[:4] + b"".join(keys) + GOOD.raw[4 + 32 * 5 :]
    assert refusal(raw) == "duplicate"
    assert TheirMessage.from_bytes(raw).has_duplicates()


@pytest.mark.parametrize("place", [5, 6, 255])
def test_SO4_an_account_that_the_message_does_not_have_is_refused(place: int) -> None:
    assert refusal(changed(ACCOUNT_COUNT + 2, place)) == "range"


@pytest.mark.parametrize("place", [0, 5, 255])
def test_SO4_a_program_that_the_message_does_not_have_or_that_pays_is_refused(place: int) -> None:
    assert refusal(changed(PROGRAM_INDEX, place)) == "range"


@pytest.mark.parametrize("raw", [None, "", GOOD.raw.hex(), bytearray(GOOD.raw), memoryview(GOOD.raw), 7, [1]])
def test_X19_only_bytes_are_read(raw: Any) -> None:
    assert refusal(raw) == "type"


def test_X13_more_than_a_packet_is_refused_before_any_work() -> None:
    for raw in (bytes(PACKET_SIZE + 1), b"\x01" * (1 << 20), b"\x81" * (1 << 20), signed(GOOD.raw) + bytes(1200)):
        assert refusal(raw) == "too-large"


@pytest.mark.parametrize("version", [2, 3, 126, 127])
def test_a_message_of_an_unknown_version_is_refused_by_its_version(version: int) -> None:
    raw = compiled(call(meta(ALICE)), tables=()).raw
    for message in (bytes([0x80 | version]) + GOOD.raw, bytes([0x80 | version]) + raw[1:]):
        assert refusal(message) == "version"


def test_a_transaction_of_an_unknown_version_is_refused_by_its_version() -> None:
    assert refusal(signed(b"\x82" + GOOD.raw)) == "version"
    assert refusal(signed(b"\xff" + GOOD.raw))


def test_a_legacy_message_behind_the_byte_of_version_0_is_refused() -> None:
    assert refusal(b"\x80" + GOOD.raw) == "truncated"  # it has no lookups
    assert refusal(signed(b"\x80" + GOOD.raw)) == "truncated"


def both_ways() -> bytes:
    """Bytes that are a message of two accounts, and one signature before a message of two accounts."""
    inner_keys = bytes([9]) * 31 + bytes([1, 0, 1])  # the outer second key ends in the header of the inner message
    inner_keys += bytes([2])  # the outer blockhash begins with the inner number of keys
    outer_head = bytes([1, 0, 1, 2]) + PAYER + inner_keys[2:34]
    blockhash = inner_keys[34:] + bytes([5]) * 31
    data_size = 166 - 104
    return outer_head + blockhash + bytes([1, 1, 0, data_size]) + bytes([6]) * (data_size - 1) + b"\x00"


def test_bytes_that_are_a_message_and_a_signed_transaction_are_refused() -> None:
    raw = both_ways()
    assert bytes(TheirMessage.from_bytes(raw)) == raw
    assert bytes(VersionedTransaction.from_bytes(raw)) == raw
    assert refusal(raw) == "ambiguous"


def test_a_message_whose_66th_byte_looks_like_a_second_one_is_still_read() -> None:
    key = bytes([9]) * 29 + bytes([1, 0, 1])
    message = compiled(call(program=key))
    assert message.raw[65] == message.raw[0] == 1
    assert decode_wire(message.raw) == ((), message)


def test_the_fields_of_a_compiled_instruction_are_checked_by_the_message() -> None:
    one = GOOD.instructions[0]
    for bad in ({"program_id_index": True}, {"accounts": [1]}, {"data": None}, {"program_id_index": -1}):
        with pytest.raises(TransactionError):
            replace(GOOD, instructions=(replace(one, **bad),))
    with pytest.raises(TransactionError):
        replace(GOOD, instructions=[one])  # type: ignore[arg-type]
    assert replace(GOOD, instructions=(CompiledInstruction(program_id_index=4, accounts=b"", data=b""),))
