"""Memos: UTF-8 text in a transaction, with those who sign for it (spl-memo)."""

from __future__ import annotations

from walletcore.chains.solana.chain import Account, SolanaChain
from walletcore.chains.solana.fields import REST
from walletcore.chains.solana.instructions import ParsedInstruction, Program, kind
from walletcore.chains.solana.message import PACKET_SIZE, Instruction
from walletcore.chains.solana.wire import utf8
from walletcore.coding.text import base58
from walletcore.coding.visible import is_visible
from walletcore.effects import Effect, Opaque, Statement
from walletcore.errors import TransactionError, raised_as

__all__ = ["MEMOS", "MEMO_PROGRAMS", "memo"]

MEMO_PROGRAMS = (  # the second version, which checks UTF-8 and signers; the first one
    base58.decode("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"),
    base58.decode("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"),
)


def _states(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
    """The text, `Opaque` where some of it cannot be seen; nothing where it is not UTF-8."""
    try:
        text = parsed.data.decode()
    except UnicodeDecodeError:
        return ()
    if is_visible(text):
        return (Statement(text=text),)
    return (Opaque(why="a memo with characters that cannot be seen", data=parsed.data),)


MEMOS = Program(name="memo", ids=MEMO_PROGRAMS, kinds=(kind("Memo", b"", "signers s...", _states, text=REST),))


def memo(text: str, *signers: Account, version: int = 2) -> Instruction:
    """Put a text into a transaction; the signers sign for it. Raises `TransactionError`.

    The program's version is 2, or 1, which looks neither at the text nor at who signs.
    """
    if type(version) is not int or version not in (1, 2):
        raise TransactionError("expected 1 or 2 as version of the memo program", reason="version")
    with raised_as(TransactionError):
        data = utf8(text, PACKET_SIZE)
    return MEMOS.made("Memo", {}, {"text": data}, others=signers, program_id=MEMO_PROGRAMS[2 - version])
