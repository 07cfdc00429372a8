"""An EIP-1559 transfer, as an object and as its numbers, to raw bytes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from bench import climit
from bench.harness import Case, Node, NodeCase, Target, Workload
from walletcore import Curve, LocalSigner, PrivateKey, Secret, chain, sign
from walletcore.chains import evm

KEY = PrivateKey(Curve.SECP256K1, Secret(climit.SECRET))
ETHEREUM = chain("ethereum", evm.Evm)
TO = ETHEREUM.account(bytes([0x42]) * 20)
VALUE, GAS, MAX_FEE, PRIORITY = 10**17, 21_000, 30 * 10**9, 10**9


def built(nonce: int) -> evm.Transaction:
    """The object."""
    return evm.Transaction(
        chain=ETHEREUM,
        sender=KEY.public_key,
        to=TO,
        value=VALUE,
        nonce=nonce,
        gas=GAS,
        max_fee=MAX_FEE,
        max_priority_fee=PRIORITY,
    )


def objects(count: int) -> list[evm.Transaction]:
    """One with each nonce, none of which has been asked for anything."""
    return [built(nonce) for nonce in range(count)]


def signing(signer: LocalSigner) -> Callable[[list[evm.Transaction], int], None]:
    """Object to raw bytes."""

    def run(transactions: list[evm.Transaction], count: int) -> None:
        for transaction in transactions:
            sign(transaction, signer).raw  # noqa: B018

    return run


def eth_account_raw(nonce: int) -> bytes:
    """eth-account, on coincurve like ours, given its transaction as its documentation has it: addresses as text."""
    from eth_account import Account

    fields = {
        "type": 2,
        "chainId": 1,
        "nonce": nonce,
        "to": TO.text,
        "value": VALUE,
        "gas": GAS,
        "maxFeePerGas": MAX_FEE,
        "maxPriorityFeePerGas": PRIORITY,
        "data": b"",
    }
    return bytes(Account.sign_transaction(fields, climit.SECRET).raw_transaction)


def numbered(function: Callable[[int], bytes]) -> Callable[[Any, int], None]:
    """A nonce of its own for each transaction."""

    def run(_: Any, count: int) -> None:
        for nonce in range(count):
            function(nonce)

    return run


def c_call(_: Any, count: int) -> None:
    """The bare signatures."""
    climit.ecdsa(count)


@functools.cache
def ethers() -> Node:
    """ethers in a process of its own."""
    return Node("ethers.mjs", "ethers", f"0x{climit.SECRET.hex()}")


def ask_ethers(first: int, count: int) -> dict[str, Any]:
    """So many transfers from this nonce on."""
    fields = {
        "type": 2,
        "chainId": 1,
        "to": TO.text,
        "value": str(VALUE),
        "gasLimit": GAS,
        "maxFeePerGas": str(MAX_FEE),
        "maxPriorityFeePerGas": str(PRIORITY),
    }
    return ethers().ask({"fields": fields, "first": first, "count": count})


def ours(name: str, signer: LocalSigner) -> list[Case]:
    """From the object, which is what others are given as numbers; and from the numbers."""

    def answer() -> bytes:
        return sign(built(7), signer).raw

    from_numbers = numbered(lambda nonce: sign(built(nonce), signer).raw)
    return [
        Case(name=name, run=signing(signer), prepare=objects, answer=answer),
        Case(name=f"{name}, from numbers", run=from_numbers, answer=answer),
    ]


def cases() -> list[Case]:
    """The bare signature, ours without and with the check, eth-account, ethers."""
    return [
        Case(name="C call", run=c_call),
        *ours("walletcore, check=False", LocalSigner(KEY, check=False)),
        *ours("walletcore", LocalSigner(KEY)),
        Case(
            name="eth-account",
            run=numbered(eth_account_raw),
            answer=lambda: eth_account_raw(7),
            needs="eth_account",
        ),
        NodeCase(
            name="ethers",
            ask=lambda count: float(ask_ethers(0, count)["seconds"]),
            answer=lambda: bytes.fromhex(ask_ethers(7, 1)["raw"][2:]),
            needs="node:ethers",
        ),
    ]


WORKLOADS = [
    Workload(
        name="EIP-1559 object -> raw",
        reference="C call",
        cases=cases,
        targets=(
            Target(case="walletcore, check=False", reference="C call", ratio=2.2),
            Target(case="walletcore, check=False", reference="eth-account", ratio=1 / 9),
            Target(case="walletcore, check=False", reference="ethers", ratio=1 / 8),
            Target(case="walletcore", reference="C call", ratio=4.2),
        ),
    ),
]
