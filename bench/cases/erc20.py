"""An ERC-20 transfer read from its unsigned bytes, and its effects told, with each of the two Keccak libraries.

Each transfer has a nonce, a recipient and an amount of its own, so that nothing can be remembered from the last one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import cycle, islice
from typing import Any

from bench.harness import Case, Target, Workload
from walletcore import chain, hashes
from walletcore.chains import evm
from walletcore.hashes import keccak256

ETHEREUM = chain("ethereum", evm.Evm)
TOKEN = ETHEREUM.parse_address("0x6B175474E89094C44Da98b954EedeAC495271d0F")
SELECTOR = bytes.fromhex("a9059cbb")
DIFFERENT = 1024
LIBRARIES = {"safe-pysha3": hashes._keccak256_of_pysha3, "pycryptodome": hashes._keccak256_of_pycryptodome}
# Of the library that every installation has. Three hashes of the faster one take less than the four frozen values that
# an answer consists of, so that its target only says when something has become slower.
RATIOS = {"safe-pysha3": 8, "pycryptodome": 3}
PARTS = {"safe-pysha3": "sha3", "pycryptodome": "Crypto"}


def transfer(number: int) -> tuple[bytes, bytes, bytes]:
    """What is signed, and the texts whose hashes are the checksums of the token's and the recipient's address."""
    recipient = keccak256(number.to_bytes(8))[12:]
    raw = evm.Transaction(
        chain=ETHEREUM,
        to=TOKEN,
        value=0,
        nonce=number,
        gas=65_000,
        max_fee=30 * evm.GWEI,
        max_priority_fee=evm.GWEI,
        data=SELECTOR + recipient.rjust(32, b"\0") + (10**18 + number).to_bytes(32),
    ).raw
    return raw, TOKEN.payload.hex().encode(), recipient.hex().encode()


@cache
def transfers() -> list[tuple[bytes, bytes, bytes]]:
    """So many different ones that a round goes through all."""
    return [transfer(number) for number in range(DIFFERENT)]


def prepared(count: int) -> list[tuple[bytes, bytes, bytes]]:
    """As many as are asked for."""
    return list(islice(cycle(transfers()), count))


def bare(state: list[tuple[bytes, bytes, bytes]], count: int) -> None:
    """What every reader hashes: the checksums of both addresses, and what is signed."""
    for raw, token, recipient in state:
        keccak256(token)
        keccak256(recipient)
        keccak256(raw)


def ours(state: list[tuple[bytes, bytes, bytes]], count: int) -> None:
    """Decode, and tell the effects."""
    for raw, _, _ in state:
        ETHEREUM.decode_transaction(raw).effects()


def with_library(name: str, run: Callable[[Any, int], None]) -> Callable[[Any, int], None]:
    """A case's ``run`` with this library's Keccak-256, whichever is chosen elsewhere."""

    def chosen(state: Any, count: int) -> None:
        kept, keccak256.digest = keccak256.digest, LIBRARIES[name]()
        try:
            run(state, count)
        finally:
            keccak256.digest = kept

    return chosen


def cases(library: str) -> list[Case]:
    """The bare hashes, and ours, over the same library."""
    runs = {"Keccak hashes": bare, "walletcore": ours}
    return [
        Case(name=name, run=with_library(library, run), prepare=prepared, needs=PARTS[library])
        for name, run in runs.items()
    ]


def workload(library: str) -> Workload:
    """The same work over either library."""
    return Workload(
        name=f"ERC-20 raw -> effects, {library}",
        reference="Keccak hashes",
        cases=lambda: cases(library),
        targets=(Target(case="walletcore", reference="Keccak hashes", ratio=RATIOS[library]),),
    )


WORKLOADS = [workload(library) for library in LIBRARIES]
