"""The compute budget: how much a transaction may compute, and what it offers for a place in the block.

Solana's documentation: "Fees", "Compute Budget"; the SDK's ``ComputeBudgetInstruction`` (borsh: a byte, then a number).
"""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.solana.chain import SolanaChain
from walletcore.chains.solana.message import Instruction
from walletcore.coding.text import base58
from walletcore.coding.wire import u32le, u64le
from walletcore.effects import Call, Effect
from walletcore.errors import TransactionError, raised_as

__all__ = [
    "COMPUTE_BUDGET_PROGRAM",
    "SIGNATURE_PROGRAMS",
    "priority_fee",
    "read",
    "set_compute_unit_limit",
    "set_compute_unit_price",
]

COMPUTE_BUDGET_PROGRAM = base58.decode("ComputeBudget111111111111111111111111111111")
SIGNATURE_PROGRAMS = frozenset(  # each signature that they verify costs as much as one of the transaction
    map(
        base58.decode,
        (
            "Ed25519SigVerify111111111111111111111111111",
            "KeccakSecp256k11111111111111111111111111111",
            "Secp256r1SigVerify1111111111111111111111111",
        ),
    )
)
_LIMIT, _PRICE = 2, 3
_KINDS = {
    1: ("RequestHeapFrame", "bytes", 4),
    _LIMIT: ("SetComputeUnitLimit", "units", 4),
    _PRICE: ("SetComputeUnitPrice", "micro_lamports", 8),
    4: ("SetLoadedAccountsDataSizeLimit", "bytes", 4),
}


def set_compute_unit_limit(units: int) -> Instruction:
    """At most this many compute units may be used (u32). Raises `TransactionError`."""
    with raised_as(TransactionError):
        return _instruction(_LIMIT, u32le.encode(units))


def set_compute_unit_price(micro_lamports: int) -> Instruction:
    """Offer this many millionths of a lamport for each compute unit of the limit (u64). Raises `TransactionError`."""
    with raised_as(TransactionError):
        return _instruction(_PRICE, u64le.encode(micro_lamports))


def priority_fee(instructions: Sequence[bytes]) -> int | None:
    """The lamports that the data of all compute budget instructions offer: price times limit, rounded up.

    None where they do not say both (then the cluster takes a limit of its own), or one of them is not understood.
    """
    given: dict[int, int] = {}
    for data in instructions:
        if not data or data[0] in given or data[0] not in _KINDS or len(data) != 1 + _KINDS[data[0]][2]:
            return None
        given[data[0]] = int.from_bytes(data[1:], "little")
    if not given.get(_PRICE):
        return 0
    return None if _LIMIT not in given else -(-given[_PRICE] * given[_LIMIT] // 1_000_000)


def read(chain: SolanaChain, instruction: Instruction) -> tuple[Effect, ...]:
    """What an instruction of this program sets; nothing where it is not exactly one of those that are known."""
    data = instruction.data
    if not data or data[0] not in _KINDS:
        return ()
    name, what, size = _KINDS[data[0]]
    if len(data) != 1 + size:
        return ()
    arguments = ((what, str(int.from_bytes(data[1:], "little"))),)
    return (Call(target=chain.caip10(COMPUTE_BUDGET_PROGRAM), name=name, arguments=arguments),)


def _instruction(kind: int, number: bytes) -> Instruction:
    return Instruction(program_id=COMPUTE_BUDGET_PROGRAM, accounts=(), data=bytes([kind]) + number)
