"""An ERC-20 transfer read from its unsigned bytes, and its effects told."""

from __future__ import annotations

from typing import Any

from bench.harness import Case, Target, Workload
from walletcore import chain
from walletcore.chains import evm
from walletcore.hashes import keccak256

ETHEREUM = chain("ethereum", evm.Evm)
TOKEN = ETHEREUM.parse_address("0x6B175474E89094C44Da98b954EedeAC495271d0F")
TRANSFER = bytes.fromhex("a9059cbb") + bytes(12) + b"\x42" * 20 + (10**18).to_bytes(32)
RAW = evm.Transaction(
    chain=ETHEREUM,
    to=TOKEN,
    value=0,
    nonce=7,
    gas=65_000,
    max_fee=30 * evm.GWEI,
    max_priority_fee=evm.GWEI,
    data=TRANSFER,
).raw
TEXT = TOKEN.payload.hex().encode()


def hashes(_: Any, count: int) -> None:
    """What every reader hashes: the checksums of the token's and of the recipient's address, and what is signed."""
    for _number in range(count):
        keccak256(TEXT)
        keccak256(TEXT)
        keccak256(RAW)


def ours(_: Any, count: int) -> None:
    """Decode, and tell the effects."""
    for _number in range(count):
        ETHEREUM.decode_transaction(RAW).effects()


def cases() -> list[Case]:
    """The bare hashes, and ours."""
    return [Case(name="Keccak hashes", run=hashes), Case(name="walletcore", run=ours)]


WORKLOADS = [
    Workload(
        name="ERC-20 raw -> effects",
        reference="Keccak hashes",
        cases=cases,
        targets=(Target(case="walletcore", reference="Keccak hashes", ratio=3),),
    ),
]
