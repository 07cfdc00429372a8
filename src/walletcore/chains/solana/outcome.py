"""What a transaction will do (Solana's documentation: "Transactions", "Fees", "Durable Transaction Nonces").

Each program's module reads its own instructions; whatever none of them understands, to the last byte and account, is
`Opaque`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from walletcore.chains.solana import budget, programs, system
from walletcore.chains.solana.message import AccountMeta, CompiledInstruction, Instruction
from walletcore.coding.text import base58
from walletcore.effects import Effect, Fee, Opaque

if TYPE_CHECKING:
    from walletcore.chains.solana.transaction import Transaction

__all__ = ["effects_of"]


def effects_of(transaction: Transaction) -> tuple[Effect, ...]:
    """What the instructions do, in their order, then the fees.

    What a lookup table holds is the caller's claim: an `Opaque` stands before effects that rest on it.

    The cluster sets the fee of a signature, the signed bytes do not bound it: its amount is None unless the chain's
    row has a ``signature_fee``. A priority fee is told where the message asks for one.
    """
    message, chain = transaction.message, transaction.chain
    payer = chain.caip10(message.account_keys[0])
    if message.version == 1:
        return (*_instructions(transaction), *_fees_of_version_1(transaction, payer))
    own = [
        each.data
        for each in message.instructions
        if message.account_keys[each.program_id_index] == budget.COMPUTE_BUDGET_PROGRAM
    ]
    fees = [Fee(asset=chain.asset, at_most=_signature_fees(transaction), payer=payer)]
    if own:
        fees.append(Fee(asset=chain.asset, at_most=budget.priority_fee(own), payer=payer))
    return (*_instructions(transaction), *fees)


def _fees_of_version_1(transaction: Transaction, payer: str) -> tuple[Fee, ...]:
    """The message says what it offers; instructions of the compute budget have no effect (SIMD-0385)."""
    asset, config = transaction.chain.asset, transaction.message.config
    fees = Fee(asset=asset, at_most=_signature_fees(transaction), payer=payer)
    if config is None or not config.priority_fee:
        return (fees,)
    return fees, Fee(asset=asset, at_most=config.priority_fee, payer=payer)


def _signature_fees(transaction: Transaction) -> int | None:
    """A fee is paid for each signature, and for those that a program verifies, whose number is not read here."""
    message, fee = transaction.message, transaction.chain.signature_fee
    if fee is None or not budget.SIGNATURE_PROGRAMS.isdisjoint(message.account_keys):
        return None
    return fee * message.num_required_signatures


def _instructions(transaction: Transaction) -> Iterator[Effect]:
    message, metas = transaction.message, transaction.message.accounts(transaction.tables)
    calls = [_call(message.account_keys, each, metas) for each in message.instructions]
    for place, (instruction, call) in enumerate(zip(message.instructions, calls, strict=True)):
        later = [each for each in calls[place + 1 :] if each is not None]
        yield from _read(transaction, place, instruction, call, later)


def _call(
    keys: Sequence[bytes], instruction: CompiledInstruction, metas: Sequence[AccountMeta | None]
) -> Instruction | None:
    """The instruction with its accounts; None where one of them is behind a table that was not given."""
    accounts = [metas[place] for place in instruction.accounts]
    known = tuple(meta for meta in accounts if meta is not None)
    if len(known) < len(accounts):
        return None
    return Instruction(program_id=keys[instruction.program_id_index], accounts=known, data=instruction.data)


def _read(
    transaction: Transaction,
    place: int,
    instruction: CompiledInstruction,
    call: Instruction | None,
    later: Sequence[Instruction],
) -> tuple[Effect, ...]:
    keys = transaction.message.account_keys
    program, data = keys[instruction.program_id_index], instruction.data
    if place == 0 and program == system.SYSTEM_PROGRAM and data[:4] == system.ADVANCE_NONCE:
        why = "durable nonce: it never expires, it can be sent until the nonce is advanced"
        return (Opaque(why=why, data=data),)
    why = f"instruction {place}, of program {base58.encode(program)}"
    if call is None:
        return (Opaque(why=f"{why}: account behind an unresolved lookup table", data=data),)
    effects = programs.read(transaction.chain, call, later)
    if effects and any(index >= len(keys) for index in instruction.accounts):
        return (Opaque(why=f"{why}: accounts as the given lookup tables claim, not as the bytes say"), *effects)
    return effects or (Opaque(why=why, data=data),)
