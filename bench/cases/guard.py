"""Guards: seven rules and a store's admission on a transaction that was not seen before, without the signature."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bench.harness import Case, Constant, Target, Workload
from support.memory_store import MemoryStore
from walletcore import Curve, LocalSigner, PrivateKey, Secret, SigningRequest, chain
from walletcore.chains import evm, solana
from walletcore.signers.admission import Desk
from walletcore.signers.rules import (
    limit,
    max_fee,
    no_authority_change,
    no_unlimited_approval,
    only_chains,
    only_to,
    refuse_opaque,
)
from walletcore.signing import Signable

ETHEREUM, SOLANA = chain("ethereum", evm.Evm), chain("solana", solana.SolanaChain)
HOT = LocalSigner(PrivateKey(Curve.SECP256K1, Secret(bytes([1]) * 32)))
PAYER = LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([1]) * 32)))
BOB, USDC, NINES = ETHEREUM.account(b"\x42" * 20), ETHEREUM.account(b"\x43" * 20), SOLANA.account(bytes([9]) * 32)
ETH, TOKEN, SOL = ETHEREUM.asset, f"{ETHEREUM.caip2}/erc20:{USDC}", SOLANA.asset
DAY = timedelta(days=1)


class Processor(Case):
    """Time of the processor, for a target that is one."""

    def timed(self, count: int) -> float:
        state = self.prepare(count)
        begin = time.process_time()
        self.run(state, count)
        return (time.process_time() - begin) / count


def _ether(nonce: int) -> Signable[Any]:
    return _evm(nonce, to=BOB, value=1)


def _token(nonce: int) -> Signable[Any]:
    return _evm(nonce, to=USDC, value=0, data=bytes.fromhex("a9059cbb") + bytes(12) + BOB.payload + (5).to_bytes(32))


def _evm(nonce: int, **call: Any) -> Signable[Any]:
    fees: dict[str, Any] = {"max_fee": 30 * evm.GWEI, "max_priority_fee": evm.GWEI}
    return evm.Transaction(chain=ETHEREUM, sender=HOT.public_key, nonce=nonce, gas=90_000, **call, **fees)


def _lamports(number: int) -> Signable[Any]:
    call = solana.transfer(source=PAYER.public_key, destination=NINES, lamports=number)
    return solana.Transaction.compile(
        chain=SOLANA, fee_payer=PAYER.public_key, instructions=(call,), recent_blockhash=bytes(32)
    )


def _requests(make: Callable[[int], Signable[Any]]) -> Callable[[int], list[SigningRequest]]:
    made = iter(range(1, 1 << 40))
    return lambda count: [make(next(made)).requests()[0] for _ in range(count)]


def _admit(desk: Desk) -> Callable[[Any, int], None]:
    def run(requests: list[SigningRequest], count: int) -> None:
        for request in requests:
            desk.leave(desk.enter(request)[0], nothing_signed=True)  # given back, so that the store stays small

    return run


def _rules(asset: str, native: str, caip2: str, to: Any) -> tuple[Any, ...]:
    return (
        refuse_opaque(),
        only_chains(caip2),
        only_to([to]),
        limit(asset, per_transaction=10**18, total=10**30, per=DAY),
        max_fee({native: 10**17}),
        no_authority_change(),
        no_unlimited_approval(),
    )


def admissions() -> list[Case]:
    """Five rules that look at each effect, and two at the case; nothing is remembered of the one before."""
    row = replace(SOLANA, signature_fee=5_000)
    places = {
        "ether": (HOT, _ether, _rules(ETH, ETH, ETHEREUM.caip2, BOB)),
        "ERC-20": (HOT, _token, _rules(TOKEN, ETH, ETHEREUM.caip2, BOB)),
        "SOL": (PAYER, _lamports, _rules(SOL, SOL, SOLANA.caip2, NINES)),
    }
    cases: list[Case] = [
        Processor(
            name=name,
            prepare=_requests(make),
            run=_admit(Desk(signer.public_key, rules, store=MemoryStore(), chains=[row])),
        )
        for name, (signer, make, rules) in places.items()
    ]
    return [*cases, Constant(name="0.5 ms", run=lambda state, count: None)]


WORKLOADS = [
    Workload(
        name="a guard's rules and its store on a transfer, in processor time",
        reference="0.5 ms",
        cases=admissions,
        targets=tuple(Target(case=name, reference="0.5 ms", ratio=1) for name in ("ether", "ERC-20", "SOL")),
    ),
]
