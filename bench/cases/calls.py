"""Calldata told as effects: batches beside the hashes that they need, and a mebibyte of calls within calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from bench.cases.hostile import hostile
from bench.harness import Case, Target, Workload, each, span
from walletcore import chain
from walletcore.chains import evm
from walletcore.chains.evm import calls, erc20
from walletcore.chains.evm.abi import Function
from walletcore.hashes import keccak256

ETHEREUM = chain("ethereum", evm.Evm)
BATCH, TOKEN = ETHEREUM.account(b"\x77" * 20), ETHEREUM.account(b"\x51" * 20)
MULTICALL = Function.parse("function multicall(bytes[] data)")
AGGREGATE = Function.parse("function aggregate3((address target, bool allowFailure, bytes callData)[] calls)")
IDS = Function.parse(
    "function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] values, bytes data)"
)
COUNT = 100


@cache
def payees() -> list[bytes]:
    """Accounts that are all different."""
    return [keccak256(number.to_bytes(8))[12:] for number in range(COUNT)]


@cache
def batch() -> bytes:
    """A hundred transfers of one token to a hundred accounts."""
    pays = [(TOKEN.payload, False, erc20.transfer(ETHEREUM.account(payee), 10**18)) for payee in payees()]
    return AGGREGATE.encode(pays)


def bare() -> None:
    """The checksums of each payee, and of the contract that each call names."""
    token = TOKEN.payload.hex().encode()
    for payee in payees():
        keccak256(payee.hex().encode())
        keccak256(token)


def ours() -> object:
    """Read and told."""
    return calls.effects(BATCH, "", batch())


def nested(levels: int, inner: bytes) -> bytes:
    """Multicalls of one call each."""
    for _ in range(levels):
        inner = MULTICALL.encode([inner])
    return inner


def worst() -> list[Case]:
    """What takes longest, as far as anybody knows."""
    pays = erc20.transfer(TOKEN, 1)
    some = list(range(15_000))
    makers: dict[str, Callable[[], bytes]] = {
        "deep": lambda: nested(100, bytes(1_000_000)),
        "nested and wide": lambda: nested(8, MULTICALL.encode([pays] * 6_000)),
        "as many as are told": lambda: MULTICALL.encode([pays] * 999),
        "empty calls": lambda: MULTICALL.encode([b""] * 16_000),
        "calls of nobody": lambda: AGGREGATE.encode([(TOKEN.payload, True, b"")] * 6_000),
        "ids": lambda: IDS.encode(TOKEN.payload, TOKEN.payload, some, some, b""),
    }
    return [*[hostile(name, told, make) for name, make in makers.items()], span(250)]


def told(data: bytes) -> object:
    """The effects."""
    return calls.effects(BATCH, "", data)


def cases() -> list[Case]:
    """The bare hashes, and ours."""
    return [Case(name="Keccak hashes", run=each(bare)), Case(name="walletcore", run=each(ours))]


def targets(found: list[Case]) -> tuple[Target, ...]:
    """Each within the bound."""
    return tuple(Target(case=case.name, reference="250 ms", ratio=1) for case in found if case.name != "250 ms")


WORKLOADS = [
    Workload(
        name="100 transfers in a multicall -> effects",
        reference="Keccak hashes",
        cases=cases,
        targets=(Target(case="walletcore", reference="Keccak hashes", ratio=12),),
    ),
    Workload(name="hostile MiB: calldata", reference="250 ms", cases=worst, targets=targets(worst()), rounds=3),
]
