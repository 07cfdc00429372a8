"""Solana: addresses, legacy and version 0 transactions, tokens, off-chain messages; every cluster is a row.

One file an idea: `chain` (clusters, addresses), `message` and `wire` (bytes), `transaction`, the programs `system`,
`token`, `budget` and `memos` (instructions, and how they are read), `derived` (program addresses), `offchain`.
"""

from __future__ import annotations

from walletcore.chains.solana.budget import set_compute_unit_limit, set_compute_unit_price
from walletcore.chains.solana.chain import CHAINS, SolanaChain
from walletcore.chains.solana.derived import create_program_address, create_with_seed, find_program_address
from walletcore.chains.solana.memos import memo
from walletcore.chains.solana.message import (
    PACKET_SIZE,
    AccountMeta,
    CompiledInstruction,
    Instruction,
    LookupTable,
    Message,
    TableLookup,
)
from walletcore.chains.solana.offchain import OffchainMessage, PlainMessage
from walletcore.chains.solana.system import (
    SYSTEM_PROGRAM,
    advance_nonce,
    authorize_nonce,
    create_account,
    create_nonce_account,
    transfer,
    withdraw_nonce,
)
from walletcore.chains.solana.token import (
    ASSOCIATED_TOKEN_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    associated_token_account,
    create_associated_token_account,
    transfer_checked,
)
from walletcore.chains.solana.transaction import Transaction

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
