"""Solana: addresses, legacy and version 0 transactions, tokens, off-chain messages; every cluster is a row.

One file an idea: `chain` (clusters, addresses), `message` and `wire` (bytes), `transaction`, the programs `system`,
`token`, `budget` and `memos` (instructions, and how they are read), `derived` (program addresses), `offchain`.
"""

from __future__ import annotations

from walletcore.chains.solana.chain import CHAINS, SolanaChain
from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.chains.solana.budget import set_compute_unit_limit as set_compute_unit_limit
    from walletcore.chains.solana.budget import set_compute_unit_price as set_compute_unit_price
    from walletcore.chains.solana.derived import create_program_address as create_program_address
    from walletcore.chains.solana.derived import create_with_seed as create_with_seed
    from walletcore.chains.solana.derived import find_program_address as find_program_address
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
    from walletcore.chains.solana.system import SYSTEM_PROGRAM as SYSTEM_PROGRAM
    from walletcore.chains.solana.system import advance_nonce as advance_nonce
    from walletcore.chains.solana.system import authorize_nonce as authorize_nonce
    from walletcore.chains.solana.system import create_account as create_account
    from walletcore.chains.solana.system import create_nonce_account as create_nonce_account
    from walletcore.chains.solana.system import transfer as transfer
    from walletcore.chains.solana.system import withdraw_nonce as withdraw_nonce
    from walletcore.chains.solana.token import ASSOCIATED_TOKEN_PROGRAM as ASSOCIATED_TOKEN_PROGRAM
    from walletcore.chains.solana.token import TOKEN_2022_PROGRAM as TOKEN_2022_PROGRAM
    from walletcore.chains.solana.token import TOKEN_PROGRAM as TOKEN_PROGRAM
    from walletcore.chains.solana.token import associated_token_account as associated_token_account
    from walletcore.chains.solana.token import create_associated_token_account as create_associated_token_account
    from walletcore.chains.solana.token import transfer_checked as transfer_checked
    from walletcore.chains.solana.transaction import Transaction as Transaction

__all__ = [
    "ASSOCIATED_TOKEN_PROGRAM",
    "CHAINS",
    "PACKET_SIZE",
    "SYSTEM_PROGRAM",
    "TOKEN_2022_PROGRAM",
    "TOKEN_PROGRAM",
    "AccountMeta",
    "CompiledInstruction",
    "Instruction",
    "LookupTable",
    "Message",
    "OffchainMessage",
    "PlainMessage",
    "SolanaChain",
    "TableLookup",
    "Transaction",
    "advance_nonce",
    "associated_token_account",
    "authorize_nonce",
    "create_account",
    "create_associated_token_account",
    "create_nonce_account",
    "create_program_address",
    "create_with_seed",
    "find_program_address",
    "memo",
    "set_compute_unit_limit",
    "set_compute_unit_price",
    "transfer",
    "transfer_checked",
    "withdraw_nonce",
]

_PLACES = {
    "ASSOCIATED_TOKEN_PROGRAM": "token",
    "AccountMeta": "message",
    "CompiledInstruction": "message",
    "Instruction": "message",
    "LookupTable": "message",
    "Message": "message",
    "OffchainMessage": "offchain",
    "PACKET_SIZE": "message",
    "PlainMessage": "offchain",
    "SYSTEM_PROGRAM": "system",
    "TOKEN_2022_PROGRAM": "token",
    "TOKEN_PROGRAM": "token",
    "TableLookup": "message",
    "Transaction": "transaction",
    "advance_nonce": "system",
    "associated_token_account": "token",
    "authorize_nonce": "system",
    "create_account": "system",
    "create_associated_token_account": "token",
    "create_nonce_account": "system",
    "create_program_address": "derived",
    "create_with_seed": "derived",
    "find_program_address": "derived",
    "memo": "memos",
    "set_compute_unit_limit": "budget",
    "set_compute_unit_price": "budget",
    "transfer": "system",
    "transfer_checked": "token",
    "withdraw_nonce": "system",
}

__getattr__ = lazily(__name__, _PLACES)
