"""The contract ABI: a transfer of ERC-20 and nested values, written and read, beside eth-abi."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bench.harness import Case, Target, Workload, each
from walletcore.chains.evm import abi

ACCOUNT = bytes(range(20))
TRANSFER = (["address", "uint256"], (ACCOUNT, 10**18))
NESTED = (
    ["(address,(uint256,bytes)[],string)[]", "uint32[3][]", "bytes"],
    (((ACCOUNT, ((1, b"one"), (2, b"two")), "first"), (ACCOUNT, (), "second")), ((1, 2, 3), (4, 5, 6)), bytes(100)),
)

Both = tuple[bytes, tuple[Any, ...]]


def ours(types: Sequence[str], values: Sequence[Any]) -> Both:
    """Write, and read what was written."""
    encoded = abi.encode(types, values)
    return encoded, abi.decode(types, encoded)


def eth_abi(types: Sequence[str], values: Sequence[Any]) -> Both:
    """The same; it gives addresses as text."""
    from eth_abi.abi import decode, encode

    encoded = encode(types, values)
    return encoded, decode(types, encoded)


def cases(types: Sequence[str], values: Sequence[Any]) -> Callable[[], list[Case]]:
    """Ours and eth-abi's: the same bytes."""
    return lambda: [
        Case(name="walletcore", run=each(lambda: ours(types, values)), answer=lambda: ours(types, values)[0]),
        Case(
            name="eth-abi",
            run=each(lambda: eth_abi(types, values)),
            answer=lambda: eth_abi(types, values)[0],
            needs="eth_abi",
        ),
    ]


WORKLOADS = [
    Workload(
        name=f"ABI, {name} -> bytes -> values",
        reference="eth-abi",
        cases=cases(*shape),
        targets=(Target(case="walletcore", reference="eth-abi", ratio=1 / 4),),
    )
    for name, shape in {"a transfer": TRANSFER, "nested": NESTED}.items()
]
