"""A payment of lumens from its parts to the envelope that nodes take."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from bench.harness import Case, Target, Workload
from walletcore import Curve, LocalSigner, PrivateKey, Secret, chain, sign
from walletcore.chains import stellar

SEED = bytes([1]) * 32
KEY = PrivateKey(Curve.ED25519, Secret(SEED))
ROW = chain("stellar", stellar.StellarChain)
ME, TO = ROW.address(KEY.public_key), ROW.account(bytes([9]) * 32)
AMOUNT, FEE = 12_345_678, 100


def built(sequence: int) -> stellar.Transaction:
    """The transaction, checked."""
    payment = stellar.Payment(destination=TO, asset=stellar.NativeAsset(), amount=AMOUNT)
    memo = stellar.MemoText(text=b"hello")
    return stellar.Transaction(chain=ROW, source=ME, fee=FEE, sequence=sequence, memo=memo, operations=(payment,))


def ours(signer: LocalSigner, sequence: int) -> bytes:
    """Build, sign and assemble."""
    return sign(built(sequence), signer).raw


@cache
def pair() -> Any:
    """The SDK's key, which is made once, as ours is."""
    from stellar_sdk import Keypair

    return Keypair.from_raw_ed25519_seed(SEED)


def sdk_built(sequence: int) -> Any:
    """stellar-sdk, given accounts as text and amounts as decimals, as its documentation has it."""
    from stellar_sdk import Asset, Network, Payment, TextMemo, Transaction, TransactionEnvelope

    payment = Payment(TO.text, Asset.native(), "1.2345678")
    made = Transaction(source=ME.text, sequence=sequence, fee=FEE, operations=[payment], memo=TextMemo("hello"))
    return TransactionEnvelope(made, Network.PUBLIC_NETWORK_PASSPHRASE)


def sdk_unsigned(sequence: int) -> bytes:
    """Its envelope without signatures."""
    return bytes(sdk_built(sequence).to_xdr_object().to_xdr_bytes())


def sdk_raw(sequence: int) -> bytes:
    """The same, signed: on PyNaCl like ours."""
    envelope = sdk_built(sequence)
    envelope.sign(pair())
    return bytes(envelope.to_xdr_object().to_xdr_bytes())


def numbered(function: Callable[[int], bytes]) -> Callable[[Any, int], None]:
    """A sequence number of its own for each transaction."""

    def run(_: Any, count: int) -> None:
        for sequence in range(1, count + 1):
            function(sequence)

    return run


def envelopes() -> list[Case]:
    """Payment, transaction and the envelope without signatures."""
    return [
        Case(name="walletcore", run=numbered(lambda n: built(n).raw), answer=lambda: built(7).raw),
        Case(name="stellar-sdk", run=numbered(sdk_unsigned), answer=lambda: sdk_unsigned(7), needs="stellar_sdk"),
    ]


def payments() -> list[Case]:
    """Payment, transaction, signature and the envelope."""
    signer, unchecked = LocalSigner(KEY), LocalSigner(KEY, check=False)
    return [
        Case(name="walletcore", run=numbered(lambda n: ours(signer, n)), answer=lambda: ours(signer, 7)),
        Case(
            name="walletcore, check=False",
            run=numbered(lambda n: ours(unchecked, n)),
            answer=lambda: ours(unchecked, 7),
        ),
        Case(name="stellar-sdk", run=numbered(sdk_raw), answer=lambda: sdk_raw(7), needs="stellar_sdk"),
    ]


WORKLOADS = [
    Workload(
        name="Stellar payment -> envelope",
        reference="stellar-sdk",
        cases=envelopes,
        targets=(Target(case="walletcore", reference="stellar-sdk", ratio=1 / 5),),
    ),
    Workload(
        name="Stellar payment -> signed envelope",  # of which libsodium takes most
        reference="stellar-sdk",
        cases=payments,
        targets=(Target(case="walletcore", reference="stellar-sdk", ratio=1),),
    ),
]
