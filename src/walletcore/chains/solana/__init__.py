"""Solana: addresses, legacy and version 0 transactions, tokens, off-chain messages; every cluster is a row.

One file an idea: `chain` (clusters, addresses), `message` and `wire` (bytes), `transaction`, `offchain`, `derived`
(program addresses). Instructions are rows of tables: `instructions` is what a row is, `fields` what it holds, `telling`
what it does; a file for each program (`system`, `stake`, `token`, ...), and `programs` has them all.
"""

from __future__ import annotations

from walletcore.chains.solana.chain import CHAINS, SolanaChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.solana.associated import ASSOCIATED_TOKEN_PROGRAM as ASSOCIATED_TOKEN_PROGRAM
    from walletcore.chains.solana.associated import associated_token_account as associated_token_account
    from walletcore.chains.solana.associated import create_associated_token_account as create_associated_token_account
    from walletcore.chains.solana.associated import recover_nested_token_account as recover_nested_token_account
    from walletcore.chains.solana.budget import request_heap_frame as request_heap_frame
    from walletcore.chains.solana.budget import set_compute_unit_limit as set_compute_unit_limit
    from walletcore.chains.solana.budget import set_compute_unit_price as set_compute_unit_price
    from walletcore.chains.solana.budget import (
        set_loaded_accounts_data_size_limit as set_loaded_accounts_data_size_limit,
    )
    from walletcore.chains.solana.derived import create_program_address as create_program_address
    from walletcore.chains.solana.derived import create_with_seed as create_with_seed
    from walletcore.chains.solana.derived import find_program_address as find_program_address
    from walletcore.chains.solana.instructions import ParsedInstruction as ParsedInstruction
    from walletcore.chains.solana.lookup_tables import LOOKUP_TABLE_PROGRAM as LOOKUP_TABLE_PROGRAM
    from walletcore.chains.solana.lookup_tables import close_lookup_table as close_lookup_table
    from walletcore.chains.solana.lookup_tables import create_lookup_table as create_lookup_table
    from walletcore.chains.solana.lookup_tables import deactivate_lookup_table as deactivate_lookup_table
    from walletcore.chains.solana.lookup_tables import extend_lookup_table as extend_lookup_table
    from walletcore.chains.solana.lookup_tables import freeze_lookup_table as freeze_lookup_table
    from walletcore.chains.solana.lookup_tables import lookup_table_address as lookup_table_address
    from walletcore.chains.solana.memos import memo as memo
    from walletcore.chains.solana.message import PACKET_SIZE as PACKET_SIZE
    from walletcore.chains.solana.message import AccountMeta as AccountMeta
    from walletcore.chains.solana.message import CompiledInstruction as CompiledInstruction
    from walletcore.chains.solana.message import Instruction as Instruction
    from walletcore.chains.solana.message import LookupTable as LookupTable
    from walletcore.chains.solana.message import Message as Message
    from walletcore.chains.solana.message import TableLookup as TableLookup
    from walletcore.chains.solana.offchain import OffchainMessage as OffchainMessage
    from walletcore.chains.solana.offchain import PlainMessage as PlainMessage
    from walletcore.chains.solana.programs import parse_instruction as parse_instruction
    from walletcore.chains.solana.stake import STAKE_PROGRAM as STAKE_PROGRAM
    from walletcore.chains.solana.stake import STAKE_SIZE as STAKE_SIZE
    from walletcore.chains.solana.stake import authorize_stake as authorize_stake
    from walletcore.chains.solana.stake import authorize_stake_checked as authorize_stake_checked
    from walletcore.chains.solana.stake import authorize_stake_checked_with_seed as authorize_stake_checked_with_seed
    from walletcore.chains.solana.stake import authorize_stake_with_seed as authorize_stake_with_seed
    from walletcore.chains.solana.stake import deactivate_delinquent_stake as deactivate_delinquent_stake
    from walletcore.chains.solana.stake import deactivate_stake as deactivate_stake
    from walletcore.chains.solana.stake import delegate_stake as delegate_stake
    from walletcore.chains.solana.stake import initialize_stake as initialize_stake
    from walletcore.chains.solana.stake import initialize_stake_checked as initialize_stake_checked
    from walletcore.chains.solana.stake import merge_stake as merge_stake
    from walletcore.chains.solana.stake import move_lamports as move_lamports
    from walletcore.chains.solana.stake import move_stake as move_stake
    from walletcore.chains.solana.stake import set_lockup as set_lockup
    from walletcore.chains.solana.stake import set_lockup_checked as set_lockup_checked
    from walletcore.chains.solana.stake import split_stake as split_stake
    from walletcore.chains.solana.stake import withdraw_stake as withdraw_stake
    from walletcore.chains.solana.system import SYSTEM_PROGRAM as SYSTEM_PROGRAM
    from walletcore.chains.solana.system import advance_nonce as advance_nonce
    from walletcore.chains.solana.system import allocate as allocate
    from walletcore.chains.solana.system import allocate_with_seed as allocate_with_seed
    from walletcore.chains.solana.system import assign as assign
    from walletcore.chains.solana.system import assign_with_seed as assign_with_seed
    from walletcore.chains.solana.system import authorize_nonce as authorize_nonce
    from walletcore.chains.solana.system import create_account as create_account
    from walletcore.chains.solana.system import create_account_allow_prefund as create_account_allow_prefund
    from walletcore.chains.solana.system import create_account_with_seed as create_account_with_seed
    from walletcore.chains.solana.system import create_nonce_account as create_nonce_account
    from walletcore.chains.solana.system import create_nonce_account_with_seed as create_nonce_account_with_seed
    from walletcore.chains.solana.system import transfer as transfer
    from walletcore.chains.solana.system import transfer_with_seed as transfer_with_seed
    from walletcore.chains.solana.system import upgrade_nonce as upgrade_nonce
    from walletcore.chains.solana.system import withdraw_nonce as withdraw_nonce
    from walletcore.chains.solana.token import AUTHORITIES as AUTHORITIES
    from walletcore.chains.solana.token import TOKEN_2022_PROGRAM as TOKEN_2022_PROGRAM
    from walletcore.chains.solana.token import TOKEN_PROGRAM as TOKEN_PROGRAM
    from walletcore.chains.solana.token import approve_checked as approve_checked
    from walletcore.chains.solana.token import burn_checked as burn_checked
    from walletcore.chains.solana.token import close_token_account as close_token_account
    from walletcore.chains.solana.token import freeze_token_account as freeze_token_account
    from walletcore.chains.solana.token import initialize_mint as initialize_mint
    from walletcore.chains.solana.token import initialize_multisig as initialize_multisig
    from walletcore.chains.solana.token import initialize_token_account as initialize_token_account
    from walletcore.chains.solana.token import mint_to_checked as mint_to_checked
    from walletcore.chains.solana.token import revoke as revoke
    from walletcore.chains.solana.token import set_authority as set_authority
    from walletcore.chains.solana.token import sync_native as sync_native
    from walletcore.chains.solana.token import thaw_token_account as thaw_token_account
    from walletcore.chains.solana.token import transfer_checked as transfer_checked
    from walletcore.chains.solana.token_2022 import initialize_permanent_delegate as initialize_permanent_delegate
    from walletcore.chains.solana.token_2022 import require_memos as require_memos
    from walletcore.chains.solana.token_2022 import transfer_checked_with_fee as transfer_checked_with_fee
    from walletcore.chains.solana.transaction import Transaction as Transaction
    from walletcore.chains.solana.version1 import TransactionConfig as TransactionConfig

__all__ = [
    "ASSOCIATED_TOKEN_PROGRAM",
    "AUTHORITIES",
    "CHAINS",
    "LOOKUP_TABLE_PROGRAM",
    "PACKET_SIZE",
    "STAKE_PROGRAM",
    "STAKE_SIZE",
    "SYSTEM_PROGRAM",
    "TOKEN_2022_PROGRAM",
    "TOKEN_PROGRAM",
    "AccountMeta",
    "CompiledInstruction",
    "Instruction",
    "LookupTable",
    "Message",
    "OffchainMessage",
    "ParsedInstruction",
    "PlainMessage",
    "SolanaChain",
    "TableLookup",
    "Transaction",
    "TransactionConfig",
    "advance_nonce",
    "allocate",
    "allocate_with_seed",
    "approve_checked",
    "assign",
    "assign_with_seed",
    "associated_token_account",
    "authorize_nonce",
    "authorize_stake",
    "authorize_stake_checked",
    "authorize_stake_checked_with_seed",
    "authorize_stake_with_seed",
    "burn_checked",
    "close_lookup_table",
    "close_token_account",
    "create_account",
    "create_account_allow_prefund",
    "create_account_with_seed",
    "create_associated_token_account",
    "create_lookup_table",
    "create_nonce_account",
    "create_nonce_account_with_seed",
    "create_program_address",
    "create_with_seed",
    "deactivate_delinquent_stake",
    "deactivate_lookup_table",
    "deactivate_stake",
    "delegate_stake",
    "extend_lookup_table",
    "find_program_address",
    "freeze_lookup_table",
    "freeze_token_account",
    "initialize_mint",
    "initialize_multisig",
    "initialize_permanent_delegate",
    "initialize_stake",
    "initialize_stake_checked",
    "initialize_token_account",
    "lookup_table_address",
    "memo",
    "merge_stake",
    "mint_to_checked",
    "move_lamports",
    "move_stake",
    "parse_instruction",
    "recover_nested_token_account",
    "request_heap_frame",
    "require_memos",
    "revoke",
    "set_authority",
    "set_compute_unit_limit",
    "set_compute_unit_price",
    "set_loaded_accounts_data_size_limit",
    "set_lockup",
    "set_lockup_checked",
    "split_stake",
    "sync_native",
    "thaw_token_account",
    "transfer",
    "transfer_checked",
    "transfer_checked_with_fee",
    "transfer_with_seed",
    "upgrade_nonce",
    "withdraw_nonce",
    "withdraw_stake",
]

_PLACES = {
    "ASSOCIATED_TOKEN_PROGRAM": "associated",
    "AUTHORITIES": "token",
    "AccountMeta": "message",
    "CompiledInstruction": "message",
    "Instruction": "message",
    "LOOKUP_TABLE_PROGRAM": "lookup_tables",
    "LookupTable": "message",
    "Message": "message",
    "OffchainMessage": "offchain",
    "PACKET_SIZE": "message",
    "ParsedInstruction": "instructions",
    "PlainMessage": "offchain",
    "STAKE_PROGRAM": "stake",
    "STAKE_SIZE": "stake",
    "SYSTEM_PROGRAM": "system",
    "TOKEN_2022_PROGRAM": "token",
    "TOKEN_PROGRAM": "token",
    "TableLookup": "message",
    "Transaction": "transaction",
    "TransactionConfig": "version1",
    "advance_nonce": "system",
    "allocate": "system",
    "allocate_with_seed": "system",
    "approve_checked": "token",
    "assign": "system",
    "assign_with_seed": "system",
    "associated_token_account": "associated",
    "authorize_nonce": "system",
    "authorize_stake": "stake",
    "authorize_stake_checked": "stake",
    "authorize_stake_checked_with_seed": "stake",
    "authorize_stake_with_seed": "stake",
    "burn_checked": "token",
    "close_lookup_table": "lookup_tables",
    "close_token_account": "token",
    "create_account": "system",
    "create_account_allow_prefund": "system",
    "create_account_with_seed": "system",
    "create_associated_token_account": "associated",
    "create_lookup_table": "lookup_tables",
    "create_nonce_account": "system",
    "create_nonce_account_with_seed": "system",
    "create_program_address": "derived",
    "create_with_seed": "derived",
    "deactivate_delinquent_stake": "stake",
    "deactivate_lookup_table": "lookup_tables",
    "deactivate_stake": "stake",
    "delegate_stake": "stake",
    "extend_lookup_table": "lookup_tables",
    "find_program_address": "derived",
    "freeze_lookup_table": "lookup_tables",
    "freeze_token_account": "token",
    "initialize_mint": "token",
    "initialize_multisig": "token",
    "initialize_permanent_delegate": "token_2022",
    "initialize_stake": "stake",
    "initialize_stake_checked": "stake",
    "initialize_token_account": "token",
    "lookup_table_address": "lookup_tables",
    "memo": "memos",
    "merge_stake": "stake",
    "mint_to_checked": "token",
    "move_lamports": "stake",
    "move_stake": "stake",
    "parse_instruction": "programs",
    "recover_nested_token_account": "associated",
    "request_heap_frame": "budget",
    "require_memos": "token_2022",
    "revoke": "token",
    "set_authority": "token",
    "set_compute_unit_limit": "budget",
    "set_compute_unit_price": "budget",
    "set_loaded_accounts_data_size_limit": "budget",
    "set_lockup": "stake",
    "set_lockup_checked": "stake",
    "split_stake": "stake",
    "sync_native": "token",
    "thaw_token_account": "token",
    "transfer": "system",
    "transfer_checked": "token",
    "transfer_checked_with_fee": "token_2022",
    "transfer_with_seed": "system",
    "upgrade_nonce": "system",
    "withdraw_nonce": "system",
    "withdraw_stake": "stake",
}

__getattr__ = lazily(__name__, _PLACES)
