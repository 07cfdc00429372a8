"""Memos: UTF-8 text in a transaction, with those who sign for it (spl-memo)."""

from __future__ import annotations

from walletcore.chains.solana.chain import Account, SolanaChain, account, cluster_of
from walletcore.chains.solana.message import PACKET_SIZE, AccountMeta, Instruction
from walletcore.chains.solana.wire import utf8
from walletcore.coding.text import base58
from walletcore.effects import Effect, Statement
from walletcore.errors import TransactionError, raised_as

__all__ = ["MEMO_PROGRAMS", "memo", "read"]

MEMO_PROGRAMS = (  # the second version, which checks UTF-8 and signers; the first one
    base58.decode("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"),
    base58.decode("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"),
)


def memo(text: str, *signers: Account) -> Instruction:
    """Put a text into a transaction; the signers sign for it. Raises `TransactionError`."""
    with raised_as(TransactionError):
        data = utf8(text, PACKET_SIZE)
    keys = (account(signer, "signer") for signer in signers)
    accounts = tuple(AccountMeta(pubkey=key, is_signer=True, is_writable=False) for key in keys)
    return Instruction(program_id=MEMO_PROGRAMS[0], accounts=accounts, data=data, cluster=cluster_of(*signers))


def read(chain: SolanaChain, instruction: Instruction) -> tuple[Effect, ...]:
    """The text; nothing where it is not UTF-8."""
    try:
        return (Statement(text=instruction.data.decode()),)
    except UnicodeDecodeError:
        return ()
