"""The compute budget: how much a transaction may compute, and what it offers for a place in the block.

Solana's documentation: "Fees", "Compute Budget"; the SDK's ``ComputeBudgetInstruction`` (borsh: a byte, then a number).
"""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.solana.fields import AMOUNT, U32
from walletcore.chains.solana.instructions import Program, kind
from walletcore.chains.solana.message import Instruction
from walletcore.chains.solana.telling import calls
from walletcore.coding.text import base58

__all__ = [
    "COMPUTE_BUDGET",
    "COMPUTE_BUDGET_PROGRAM",
    "SIGNATURE_PROGRAMS",
    "priority_fee",
    "request_heap_frame",
    "set_compute_unit_limit",
    "set_compute_unit_price",
    "set_loaded_accounts_data_size_limit",
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
_SIZES = {1: 4, _LIMIT: 4, _PRICE: 8, 4: 4}  # of the number that follows each kind
COMPUTE_BUDGET = Program(
    name="compute budget",
    ids=(COMPUTE_BUDGET_PROGRAM,),
    kinds=(
        kind("RequestHeapFrame", b"\1", "", calls("bytes"), bytes=U32),
        kind("SetComputeUnitLimit", b"\2", "", calls("units"), units=U32),
        kind("SetComputeUnitPrice", b"\3", "", calls("micro_lamports"), micro_lamports=AMOUNT),
        kind("SetLoadedAccountsDataSizeLimit", b"\4", "", calls("bytes"), bytes=U32),
    ),
)


def set_compute_unit_limit(units: int) -> Instruction:
    """At most this many compute units may be used (u32). Raises `TransactionError`."""
    return COMPUTE_BUDGET.made("SetComputeUnitLimit", {}, {"units": units})


def set_compute_unit_price(micro_lamports: int) -> Instruction:
    """Offer this many millionths of a lamport for each compute unit of the limit (u64). Raises `TransactionError`."""
    return COMPUTE_BUDGET.made("SetComputeUnitPrice", {}, {"micro_lamports": micro_lamports})


def request_heap_frame(size: int) -> Instruction:
    """Give each program this many bytes of memory: multiples of 1024 up to 262144. Raises `TransactionError`."""
    return COMPUTE_BUDGET.made("RequestHeapFrame", {}, {"bytes": size})


def set_loaded_accounts_data_size_limit(size: int) -> Instruction:
    """Load at most this many bytes of accounts (u32), which makes room in a block. Raises `TransactionError`."""
    return COMPUTE_BUDGET.made("SetLoadedAccountsDataSizeLimit", {}, {"bytes": size})


def priority_fee(instructions: Sequence[bytes]) -> int | None:
    """The lamports that the data of all compute budget instructions offer: price times limit, rounded up.

    None where they do not say both (then the cluster takes a limit of its own), or one of them is not understood.
    """
    given: dict[int, int] = {}
    for data in instructions:
        if not data or data[0] in given or data[0] not in _SIZES or len(data) != 1 + _SIZES[data[0]]:
            return None
        given[data[0]] = int.from_bytes(data[1:], "little")
    if not given.get(_PRICE):
        return 0
    return None if _LIMIT not in given else -(-given[_PRICE] * given[_LIMIT] // 1_000_000)
