"""An EIP-1559 transfer from its numbers to raw bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import climit
from bench.harness import Case, Target, Workload
from walletcore import Curve, LocalSigner, PrivateKey, Secret, chain, sign
from walletcore.chains import evm

KEY = PrivateKey(Curve.SECP256K1, Secret(climit.SECRET))
ETHEREUM = chain("ethereum", evm.Evm)
TO = ETHEREUM.account(bytes([0x42]) * 20)
VALUE, GAS, MAX_FEE, PRIORITY = 10**17, 21_000, 30 * 10**9, 10**9


def ours(signer: LocalSigner, nonce: int) -> bytes:
    """Build, sign and assemble."""
    transaction = evm.Transaction(
        chain=ETHEREUM,
        sender=signer.public_key,
        to=TO,
        value=VALUE,
        nonce=nonce,
        gas=GAS,
        max_fee=MAX_FEE,
        max_priority_fee=PRIORITY,
    )
    return sign(transaction, signer).raw


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


def cases() -> list[Case]:
    """The bare signature, ours without and with the check, eth-account."""
    unchecked, checked = LocalSigner(KEY, check=False), LocalSigner(KEY)
    return [
        Case(name="C call", run=c_call),
        Case(
            name="walletcore, check=False",
            run=numbered(lambda nonce: ours(unchecked, nonce)),
            answer=lambda: ours(unchecked, 7),
        ),
        Case(name="walletcore", run=numbered(lambda nonce: ours(checked, nonce)), answer=lambda: ours(checked, 7)),
        Case(
            name="eth-account",
            run=numbered(eth_account_raw),
            answer=lambda: eth_account_raw(7),
            needs="eth_account",
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
            Target(case="walletcore", reference="C call", ratio=4.2),
        ),
    ),
]
