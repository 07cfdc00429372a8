"""What the tests of guards share: signers that watch and fail, and real transactions of the three families."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from support.bitcoin import BITCOIN
from walletcore.chains import chain, solana
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import GuardRefused
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.secret import Secret
from walletcore.signers.case import Case, build
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signature, SigningRequest
from walletcore.wallet import Wallet

__all__ = [
    "ANN",
    "BTC",
    "ETH",
    "SOL",
    "SOLANA",
    "WALLET",
    "AsyncWatched",
    "Watched",
    "bitcoin_payment",
    "case_of",
    "refusal",
    "solana_payment",
    "solana_with",
]

WALLET = Wallet.from_seed(Mnemonic.parse(f"{'abandon ' * 11}about").seed())
SOLANA = chain("solana", solana.SolanaChain)
BTC, ETH, SOL = BITCOIN.asset, "eip155:1/slip44:60", SOLANA.asset
ANN = LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([1]) * 32)))
BLOCKHASH = bytes(range(32))


@dataclass(eq=False)
class Watched:
    """A real signer that writes down what it is asked, and fails first as often as it is told."""

    signer: LocalSigner
    failures: list[BaseException] = field(default_factory=list)
    asked: list[SigningRequest] = field(default_factory=list)

    @property
    def public_key(self) -> PublicKey:
        return self.signer.public_key

    def sign(self, request: SigningRequest) -> Signature:
        self.asked.append(request)
        if self.failures:
            raise self.failures.pop(0)
        return self.signer.sign(request)


class AsyncWatched(Watched):
    """The same, asynchronous; it waits for the gate, if there is one."""

    gate: asyncio.Event | None = None

    async def sign(self, request: SigningRequest) -> Signature:  # type: ignore[override]
        if self.gate is not None:
            await self.gate.wait()
        return Watched.sign(self, request)


def case_of(subject: Any, change: Any = None, **rows: Any) -> Case:
    """Return what a guard makes of the first request of a subject."""
    request = subject.requests()[0]
    return build(request.subject, request.id, request.key, {row.caip2: row for row in rows.values()}, change)


def refusal(call: Any, *args: Any) -> GuardRefused:
    """Return the refusal of a guard that a call ends in; a rule's name and a reason are part of each."""
    with pytest.raises(GuardRefused) as caught:
        call(*args)
    assert caught.value.rule
    assert caught.value.reason
    return caught.value


def bitcoin_payment(
    value: int = 60_000, *, count: int = 1, index: int = 5, proven: bool = True, **options: Any
) -> Transaction:
    """Return a payment of the wallet's to a stranger, with change and a fee of 1,000 satoshi for each input."""
    row = options.pop("chain", BITCOIN)
    stranger = row.address(LocalSigner(PrivateKey(Curve.SECP256K1, Secret(bytes([7]) * 32))).public_key)
    origin = WALLET.origin(row, change=1, index=index)
    back = change(WALLET.public_key(row, change=1, index=index), value=count * 99_000 - value, origin=origin)
    inputs = tuple(_spent(place, proven, row, **options) for place in range(count))
    return Transaction(chain=row, inputs=inputs, outputs=(pay(stranger, value), back))


def _spent(place: int, proven: bool, row: Any, **options: Any) -> Input:
    key, origin = WALLET.public_key(row), WALLET.origin(row)
    output = TxOut(value=100_000, script_pubkey=row.script_pubkey(row.address(key)))
    source = Tx(version=2, inputs=(TxIn(txid="aa" * 32, vout=place),), outputs=(output,), locktime=0)
    known: dict[str, Any] = {"previous": source.encode()} if proven else {"value": 100_000}
    return Input(txid=source.txid, vout=0, key=key, origin=origin, **known, **options)


def solana_with(*instructions: solana.Instruction, row: solana.SolanaChain = SOLANA, **options: Any) -> Any:
    """Return Ann's transaction of these instructions."""
    options = {"fee_payer": ANN.public_key, "recent_blockhash": BLOCKHASH, **options}
    return solana.Transaction.compile(chain=row, instructions=instructions, **options)


def solana_payment(lamports: int = 10**9, *, row: solana.SolanaChain = SOLANA) -> Any:
    """Return Ann's transfer to an account of nines."""
    to = row.account(bytes([9]) * 32)
    return solana_with(solana.transfer(source=ANN.public_key, destination=to, lamports=lamports), row=row)
