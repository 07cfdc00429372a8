"""The program of address lookup tables: lists of accounts that messages of version 0 load from.

``ProgramInstruction`` of the SDK's address-lookup-table-interface. An instruction begins with its number as u32.
"""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.solana.chain import Account, account, cluster_of
from walletcore.chains.solana.derived import find_program_address
from walletcore.chains.solana.fields import AMOUNT, KEYS, U8
from walletcore.chains.solana.instructions import SYSTEM_PROGRAM, Program, numbered
from walletcore.chains.solana.message import Instruction
from walletcore.chains.solana.telling import calls, changes, moves
from walletcore.coding.text import base58
from walletcore.coding.wire import u64le
from walletcore.errors import TransactionError, raised_as

__all__ = [
    "LOOKUP_TABLES",
    "LOOKUP_TABLE_PROGRAM",
    "close_lookup_table",
    "create_lookup_table",
    "deactivate_lookup_table",
    "extend_lookup_table",
    "freeze_lookup_table",
    "lookup_table_address",
]

LOOKUP_TABLE_PROGRAM = base58.decode("AddressLookupTab1e1111111111111111111111111")
LOOKUP_TABLES = Program(
    name="address lookup table",
    ids=(LOOKUP_TABLE_PROGRAM,),
    kinds=(
        numbered(
            0,
            "CreateLookupTable",
            "table w, authority, payer ws, @system",
            calls("table", "authority"),
            moves("", "payer", "table"),
            recent_slot=AMOUNT,
            bump=U8,
        ),
        numbered(
            1, "FreezeLookupTable", "table w, authority s", changes("table", "nobody can extend or close it any more")
        ),
        numbered(
            2,
            "ExtendLookupTable",
            "table w, authority s, payer ws?, @system?",
            calls("table", "addresses"),
            moves("", "payer", "table"),
            addresses=KEYS,
        ),
        numbered(
            3,
            "DeactivateLookupTable",
            "table w, authority s",
            changes("table", "it ends: no transaction can use it, and it can be closed"),
        ),
        numbered(
            4,
            "CloseLookupTable",
            "table w, authority s, destination w",
            moves("", "table", "destination"),
            changes("table", "it is closed"),
        ),
    ),
)


def lookup_table_address(authority: Account, recent_slot: int) -> tuple[bytes, int]:
    """The 32 bytes of the table that this authority makes with this slot, and its bump. Raises `TransactionError`."""
    with raised_as(TransactionError):
        seeds = (account(authority, "authority"), u64le.encode(recent_slot))
        return find_program_address(seeds, LOOKUP_TABLE_PROGRAM)


def create_lookup_table(*, authority: Account, payer: Account, recent_slot: int) -> Instruction:
    """Make the table of `lookup_table_address`, empty; the payer signs for its rent. Raises `TransactionError`."""
    table, bump = lookup_table_address(authority, recent_slot)
    accounts = {"authority": authority, "payer": payer}
    fields = {"recent_slot": recent_slot, "bump": bump}
    return LOOKUP_TABLES.made("CreateLookupTable", accounts, fields, constants={"table": table})


def extend_lookup_table(
    *, table: Account, authority: Account, addresses: Sequence[Account], payer: Account | None = None
) -> Instruction:
    """Add accounts to the end of a table; the payer pays what rent is lacking. Raises `TransactionError`."""
    if type(addresses) not in (tuple, list):
        raise TransactionError("expected a tuple or list of accounts", reason="type")
    keys = tuple(account(each, "address") for each in addresses)
    cluster_of(table, authority, *addresses)
    accounts = {"table": table, "authority": authority, "payer": payer}
    system = {} if payer is None else {"system": SYSTEM_PROGRAM}
    return LOOKUP_TABLES.made("ExtendLookupTable", accounts, {"addresses": keys}, constants=system)


def freeze_lookup_table(*, table: Account, authority: Account) -> Instruction:
    """Let nobody extend or close a table any more. Raises `TransactionError`."""
    return LOOKUP_TABLES.made("FreezeLookupTable", {"table": table, "authority": authority})


def deactivate_lookup_table(*, table: Account, authority: Account) -> Instruction:
    """End a table, so that it can be closed some minutes later. Raises `TransactionError`."""
    return LOOKUP_TABLES.made("DeactivateLookupTable", {"table": table, "authority": authority})


def close_lookup_table(*, table: Account, authority: Account, destination: Account) -> Instruction:
    """Close a table that has ended; its lamports go to the destination. Raises `TransactionError`."""
    accounts = {"table": table, "authority": authority, "destination": destination}
    return LOOKUP_TABLES.made("CloseLookupTable", accounts)
