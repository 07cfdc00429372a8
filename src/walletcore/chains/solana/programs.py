"""Every program whose instructions are known, by its address; and an instruction by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from walletcore.chains.solana.associated import ASSOCIATED
from walletcore.chains.solana.budget import COMPUTE_BUDGET
from walletcore.chains.solana.chain import SolanaChain
from walletcore.chains.solana.instructions import ParsedInstruction, Program
from walletcore.chains.solana.loader import LOADER
from walletcore.chains.solana.lookup_tables import LOOKUP_TABLES
from walletcore.chains.solana.memos import MEMOS
from walletcore.chains.solana.message import Instruction
from walletcore.chains.solana.ownership import given_away
from walletcore.chains.solana.stake import STAKE
from walletcore.chains.solana.system import SYSTEM
from walletcore.chains.solana.token import TOKEN
from walletcore.chains.solana.token_2022 import TOKEN_2022
from walletcore.chains.solana.vote import VOTE
from walletcore.coding.text import base58
from walletcore.effects import Effect
from walletcore.errors import TransactionError

__all__ = ["PROGRAMS", "parse_instruction", "read"]

PROGRAMS: dict[bytes, Program] = {
    program_id: program
    for program in (
        *(SYSTEM, STAKE, VOTE, TOKEN, TOKEN_2022, ASSOCIATED, COMPUTE_BUDGET, MEMOS, LOOKUP_TABLES, LOADER),
    )
    for program_id in program.ids
}


def parse_instruction(instruction: Instruction) -> ParsedInstruction:
    """An instruction of a known program by its name, its accounts and its fields. Raises `TransactionError`.

    Those of a message come from its ``decompile``.
    """
    if type(instruction) is not Instruction:
        raise TransactionError(f"expected an Instruction, got {type(instruction).__name__}", reason="type")
    program = PROGRAMS.get(instruction.program_id)
    if program is None:
        name = base58.encode(instruction.program_id)
        raise TransactionError(f"the program {name} is not known", reason="unknown")
    parsed = program.parse(instruction)
    if parsed is None:
        raise TransactionError(f"no instruction of the {program.name} program that is known", reason="unknown")
    return parsed


def read(chain: SolanaChain, instruction: Instruction, later: Sequence[Instruction] = ()) -> tuple[Effect, ...]:
    """What an instruction does; nothing where it is not exactly one that is known.

    ``later`` are those that follow it in its transaction.
    """
    program = PROGRAMS.get(instruction.program_id)
    parsed = None if program is None else program.parse(instruction)
    if program is None or parsed is None:
        return ()
    told = tuple(effect for tell in program.kind(parsed.name).tellers for effect in tell(chain, parsed))
    return (*told, *given_away(chain, parsed, _parsed(later)))


def _parsed(instructions: Sequence[Instruction]) -> Iterator[ParsedInstruction]:
    for each in instructions:
        program = PROGRAMS.get(each.program_id)
        parsed = None if program is None else program.parse(each)
        if parsed is not None:
            yield parsed
