"""Version 0 messages and address lookup tables, against solders and row SO4."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.address_lookup_table_account import AddressLookupTable, AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta as TheirMeta
from solders.instruction import Instruction as TheirInstruction
from solders.keypair import Keypair
from solders.message import MessageAddressTableLookup, MessageV0, from_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import SanitizeError

from walletcore.chains.solana import (
    CHAINS,
    AccountMeta,
    CompiledInstruction,
    Instruction,
    LookupTable,
    Message,
    TableLookup,
    Transaction,
    transfer,
)
from walletcore.chains.solana.message import decode_message
from walletcore.chains.solana.wire import decode_wire
from walletcore.effects import Opaque, Transfer
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PublicKey

SOLANA = CHAINS[0]
PAYER = bytes(Keypair.from_seed(bytes([1]) * 32).pubkey())
A, B, C, D = (bytes([i]) * 32 for i in (10, 11, 12, 13))
PROGRAM = bytes([7]) * 32
BLOCKHASH = bytes(range(32))
TABLE = LookupTable(key=bytes([20]) * 32, addresses=(D, C, B, A, PROGRAM, PAYER))
OTHER = LookupTable(key=bytes([21]) * 32, addresses=(A, B))


def meta(pubkey: bytes, *, signer: bool = False, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey=pubkey, is_signer=signer, is_writable=writable)


def call(*accounts: AccountMeta) -> Instruction:
    return Instruction(program_id=PROGRAM, accounts=accounts, data=b"\1")


CALL = call(meta(A, writable=True), meta(B), meta(C, writable=True), meta(PROGRAM), meta(PAYER))


def compiled(*calls: Instruction, tables: Any = (TABLE,)) -> Message:
    return Message.compile(fee_payer=PAYER, instructions=calls, recent_blockhash=BLOCKHASH, tables=tables)


GOOD = compiled(CALL)


def reason(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        call(*args, **options)
    return caught.value.reason


# -- compiling


def test_what_neither_signs_nor_is_called_moves_into_the_table() -> None:
    assert GOOD.version == 0
    assert GOOD.account_keys == (PAYER, PROGRAM)
    assert GOOD.lookups == (TableLookup(key=TABLE.key, writable=bytes([3, 1]), readonly=bytes([2])),)
    listed = [AddressLookupTableAccount(Pubkey(TABLE.key), [Pubkey(each) for each in TABLE.addresses])]
    accounts = [TheirMeta(Pubkey(each.pubkey), each.is_signer, each.is_writable) for each in CALL.accounts]
    theirs = TheirInstruction(Pubkey(PROGRAM), CALL.data, accounts)
    assert GOOD.raw == b"\x80" + bytes(MessageV0.try_compile(Pubkey(PAYER), [theirs], listed, Hash(BLOCKHASH)))


def test_the_first_table_that_lists_an_account_is_looked_up() -> None:
    message = compiled(CALL, tables=(OTHER, TABLE))
    assert message.lookups == (
        TableLookup(key=OTHER.key, writable=b"\0", readonly=b"\1"),
        TableLookup(key=TABLE.key, writable=b"\1", readonly=b""),
    )
    assert message.decompile((TABLE, OTHER)) == compiled(CALL, tables=None).decompile()


def test_a_table_of_which_nothing_is_used_is_left_out() -> None:
    assert compiled(call(), tables=[TABLE]).lookups == ()
    assert compiled(call(), tables=[TABLE]) == compiled(call(), tables=())
    assert compiled(call(), tables=()).version == 0
    assert compiled(call(), tables=None).version is None


def test_a_place_above_255_cannot_be_listed() -> None:
    assert reason(LookupTable, key=A, addresses=tuple(i.to_bytes(32) for i in range(257))) == "length"
    assert len(LookupTable(key=A, addresses=tuple(i.to_bytes(32) for i in range(256))).addresses) == 256


@pytest.mark.parametrize(
    "tables", [TABLE, [TABLE.key], {TABLE.key: TABLE}, "ab", iter([TABLE]), 7, [None], 0, False, "", {}]
)
def test_tables_are_a_tuple_or_list_of_tables(tables: Any) -> None:
    assert reason(compiled, CALL, tables=tables) == "type"
    assert reason(GOOD.decompile, tables) == "type"
    assert reason(SOLANA.decode_transaction, GOOD.raw, tables=tables) == "type"


@pytest.mark.parametrize("tables", [[], [TABLE], None, 0, "", {}])
def test_X18_a_transaction_keeps_its_tables_in_a_tuple(tables: Any) -> None:
    """A list could change after effects were told."""
    assert reason(Transaction, chain=SOLANA, message=GOOD, tables=tables) == "type"
    assert Transaction(chain=SOLANA, message=GOOD, tables=(TABLE,)).effects()


def test_a_table_that_is_given_twice_is_refused() -> None:
    assert reason(compiled, CALL, tables=(TABLE, TABLE)) == "duplicate"
    assert reason(GOOD.accounts, (TABLE, replace(TABLE, addresses=()))) == "duplicate"


@pytest.mark.parametrize("key", [b"", bytes(31), None, "1" * 32, bytearray(32)])
def test_a_table_is_named_by_32_bytes_and_lists_32_bytes(key: Any) -> None:
    assert reason(LookupTable, key=key, addresses=()) == "length"
    assert reason(LookupTable, key=A, addresses=(key,)) == "length"
    assert reason(LookupTable, key=A, addresses=[A]) == "length"


# -- a table's account


def test_a_table_is_read_from_the_data_of_its_account() -> None:
    data = b"\1\0\0\0" + b"\xff" * 8 + bytes(44) + b"".join(TABLE.addresses)  # never deactivated
    assert LookupTable.from_account(TABLE.key, data) == TABLE
    assert tuple(map(bytes, AddressLookupTable.deserialize(data).addresses)) == TABLE.addresses


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(56),
        b"\1\0\0\0",
        b"\1\0\0\0" + bytes(51),
        b"\1\0\0\0" + bytes(53),
        b"\2\0\0\0" + bytes(52),
        None,
        "00",
    ],
)
def test_data_that_is_no_table_is_refused(data: Any) -> None:
    assert reason(LookupTable.from_account, A, data) in ("version", "too-large")
    assert reason(LookupTable.from_account, A, b"\1\0\0\0" + bytes(1 << 20)) == "too-large"


# -- reading


def test_a_version_0_message_is_read_again() -> None:
    assert decode_message(GOOD.raw) == GOOD
    assert decode_wire(GOOD.raw) == ((), GOOD)
    assert decode_message(GOOD.raw).raw == GOOD.raw
    wire = b"\1" + bytes(64) + GOOD.raw
    assert decode_wire(wire) == ((bytes(64),), GOOD)


def test_solders_reads_the_same_lookups() -> None:
    theirs = from_bytes_versioned(GOOD.raw)
    assert isinstance(theirs, MessageV0)
    assert theirs.address_table_lookups == [MessageAddressTableLookup(Pubkey(TABLE.key), bytes([3, 1]), bytes([2]))]


def test_accounts_behind_a_table_are_known_when_it_is_given() -> None:
    assert GOOD.accounts() == (meta(PAYER, signer=True, writable=True), meta(PROGRAM), None, None, None)
    assert GOOD.accounts((TABLE,))[2:] == (meta(A, writable=True), meta(C, writable=True), meta(B))
    assert GOOD.accounts((OTHER,)) == GOOD.accounts()
    assert reason(GOOD.decompile) == "missing"
    rights = {each.pubkey: each for each in GOOD.decompile((TABLE,))[0].accounts}
    assert rights[PAYER] == meta(PAYER, signer=True, writable=True)
    assert rights[B] == meta(B)


def test_SO4_a_place_that_a_table_does_not_have_is_refused() -> None:
    short = replace(TABLE, addresses=TABLE.addresses[:3])
    assert reason(GOOD.accounts, (short,)) == "range"
    assert reason(SOLANA.decode_transaction, GOOD.raw, tables=(short,)) == "range"
    assert reason(Transaction, chain=SOLANA, message=GOOD, tables=(short,)) == "range"


def test_SO4_a_table_that_gives_an_account_twice_is_refused() -> None:
    for again in (PAYER, A, B):
        twice = replace(TABLE, addresses=(D, again, B, A))
        assert reason(SOLANA.decode_transaction, GOOD.raw, tables=(twice,)) == "duplicate"


def test_SO4_a_place_that_is_loaded_twice_is_refused() -> None:
    lookup = GOOD.lookups[0]
    for lookups in (
        (replace(lookup, writable=bytes([3, 3])),),
        (replace(lookup, readonly=bytes([3])),),
        (lookup, replace(lookup, writable=b"", readonly=bytes([1]))),
    ):
        assert reason(replace, GOOD, lookups=lookups) == "duplicate"


def test_SO4_a_lookup_of_nothing_is_refused_as_by_solders() -> None:
    lookup = TableLookup(key=TABLE.key, writable=b"", readonly=b"")
    assert reason(replace, GOOD, lookups=(*GOOD.lookups, lookup)) == "missing"
    theirs = from_bytes_versioned(GOOD.raw)
    assert isinstance(theirs, MessageV0)
    empty = MessageAddressTableLookup(Pubkey(TABLE.key), b"", b"")
    parts = (theirs.header, theirs.account_keys, theirs.recent_blockhash, theirs.instructions)
    with pytest.raises(SanitizeError, match="invalid value"):
        MessageV0(*parts, [*theirs.address_table_lookups, empty]).sanitize()


def test_SO4_a_program_behind_a_table_is_refused() -> None:
    for place, expected in ((1, ""), (2, "range"), (4, "range"), (0, "range")):
        instruction = CompiledInstruction(program_id_index=place, accounts=b"", data=b"")
        if expected:
            assert reason(replace, GOOD, instructions=(instruction,)) == expected
        else:
            assert replace(GOOD, instructions=(instruction,))


@pytest.mark.parametrize("place", [5, 6, 255])
def test_SO4_an_account_beyond_those_that_are_loaded_is_refused(place: int) -> None:
    instruction = CompiledInstruction(program_id_index=1, accounts=bytes([4, place]), data=b"")
    assert reason(replace, GOOD, instructions=(instruction,)) == "range"


def test_SO4_more_than_256_accounts_are_refused() -> None:
    def loading(count: int) -> Message:
        lookups = (TableLookup(key=A, writable=bytes(range(count)), readonly=b""),)
        return replace(GOOD, lookups=lookups, instructions=())

    assert loading(254).lookups
    assert reason(loading, 255) == "too-large"


def test_SO4_more_than_256_accounts_are_not_compiled() -> None:
    table = LookupTable(key=A, addresses=tuple(i.to_bytes(32) for i in range(1, 257)))

    def listing(count: int) -> Message:
        return compiled(call(*map(meta, table.addresses[:count])), tables=(table,))

    assert len(listing(254).accounts()) == 256
    for count in (255, 256):
        assert reason(listing, count) == "too-large"


def test_a_legacy_message_has_no_lookups() -> None:
    assert reason(replace, GOOD, version=None) == "version"


@pytest.mark.parametrize("lookups", [None, 0, [], {}, "", False])
def test_X18_lookups_are_a_tuple_in_every_version(lookups: Any) -> None:
    legacy = replace(GOOD, version=None, lookups=(), instructions=())
    for message in (legacy, replace(legacy, version=0)):
        assert reason(replace, message, lookups=lookups) == "type"


@pytest.mark.parametrize("version", [1, 127, -1, True, False, "0", 10**400])
def test_X16_a_version_is_none_or_zero(version: Any) -> None:
    assert reason(replace, GOOD, version=version) in ("version", "type", "range")


def test_SO1_a_second_spelling_of_the_numbers_of_lookups_is_refused() -> None:
    end = len(GOOD.raw)
    count = end - 1 - 32 - 1 - 2 - 1 - 1
    assert GOOD.raw[count] == 1
    for place in (count, count + 33, end - 2):
        number = GOOD.raw[place]
        twice = GOOD.raw[:place] + bytes([number | 0x80, 0]) + GOOD.raw[place + 1 :]
        assert reason(decode_wire, twice) == "non-canonical"
        large = GOOD.raw[:place] + b"\xff\xff\x03" + GOOD.raw[place + 1 :]
        assert reason(decode_wire, large) == "truncated"


def test_SO2_bytes_after_the_lookups_are_refused() -> None:
    assert reason(decode_wire, GOOD.raw + b"\0") == "trailing"
    assert all(reason(decode_wire, GOOD.raw[:end]) for end in range(len(GOOD.raw)))


@given(st.integers(1, 10_000), st.integers(0, 255))
def test_a_changed_version_0_message_is_refused_or_means_what_solders_reads(place: int, byte: int) -> None:
    raw = bytearray(GOOD.raw)
    raw[place % len(raw)] = byte
    try:
        ours = decode_message(bytes(raw))
    except TransactionError:
        return
    if ours.version is None:
        return
    theirs = from_bytes_versioned(bytes(raw))
    assert isinstance(theirs, MessageV0)
    theirs.sanitize()
    assert [bytes(key) for key in theirs.account_keys] == list(ours.account_keys)
    assert [
        TableLookup(key=bytes(t.account_key), writable=bytes(t.writable_indexes), readonly=bytes(t.readonly_indexes))
        for t in theirs.address_table_lookups
    ] == list(ours.lookups)


# -- effects


def paid() -> Transaction:
    key = PublicKey(Curve.ED25519, PAYER)
    call = transfer(source=key, destination=SOLANA.account(A), lamports=5)
    return Transaction.compile(
        chain=SOLANA, fee_payer=key, instructions=(call,), recent_blockhash=BLOCKHASH, tables=(TABLE,)
    )


def test_a_destination_behind_a_table_is_told_as_the_claim_that_it_is() -> None:
    moved = Transfer(asset=SOLANA.asset, amount=5, source=SOLANA.caip10(PAYER), destination=SOLANA.caip10(A))
    decoded = SOLANA.decode_transaction(paid().raw, tables=(OTHER, TABLE))
    assert isinstance(decoded, Transaction)
    for told in (paid().effects(), decoded.effects()):
        assert isinstance(told[0], Opaque)
        assert "claim" in told[0].why
        assert told[1] == moved


def test_a_destination_behind_an_unresolved_table_is_opaque() -> None:
    decoded = SOLANA.decode_transaction(paid().raw)
    assert isinstance(decoded, Transaction)
    effect = decoded.effects()[0]
    assert isinstance(effect, Opaque)
    assert effect.why.endswith("account behind an unresolved lookup table")
    assert effect.data == paid().message.instructions[0].data
    assert decoded.requests() == paid().requests()
    assert decoded == paid()
