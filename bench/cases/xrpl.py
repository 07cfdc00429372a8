"""The XRP Ledger: a payment from fields to signed bytes, and its bytes read again."""

from __future__ import annotations

from functools import cache
from typing import Any

from bench.harness import Case, Target, Workload, each
from walletcore import LocalSigner, chain, sign
from walletcore.chains.xrpl import Transaction, XrplChain
from walletcore.keystore.xrpl import FamilySeed

SEEDS = {"secp256k1": "sp5fghtJtpUorTwvof1NpDXAzNwf5", "ed25519": "sEdSKaCy2JT7JaM7v95H9SxkhP9wS2r"}  # ripple-keypairs
ROW = chain("xrpl", XrplChain)
TO = "rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe"
SEQUENCE, LAST = 7, 80_000_000


@cache
def holder(curve: str) -> tuple[LocalSigner, str]:
    """Our signer, which is made once, and the account."""
    key = FamilySeed.parse(SEEDS[curve]).private_key()
    return LocalSigner(key), ROW.address(key.public_key).text


@cache
def wallet(curve: str) -> Any:
    """xrpl-py's wallet, which is made once, too."""
    from xrpl.constants import CryptoAlgorithm
    from xrpl.wallet import Wallet

    return Wallet.from_seed(SEEDS[curve], algorithm=CryptoAlgorithm(curve))


def ours(curve: str) -> bytes:
    """The fields, the transaction, its signature, its bytes."""
    signer, account = holder(curve)
    fields = {
        "TransactionType": "Payment",
        "Account": account,
        "Destination": TO,
        "Amount": "1000000",
        "Fee": "12",
        "Sequence": SEQUENCE,
        "LastLedgerSequence": LAST,
    }
    return sign(Transaction.of(ROW, fields, signer=signer.public_key), signer).raw


def xrpl_py(curve: str) -> bytes:
    """The model, signed by the wallet: the curves are Python's."""
    from xrpl.models.transactions import Payment
    from xrpl.transaction import sign as sign_it

    own = wallet(curve)
    payment = Payment(
        account=own.address,
        destination=TO,
        amount="1000000",
        fee="12",
        sequence=SEQUENCE,
        last_ledger_sequence=LAST,
    )
    return bytes.fromhex(sign_it(payment, own).blob())


def cases(curve: str) -> list[Case]:
    """Ours beside the SDK."""
    return [
        Case(name="walletcore", run=each(lambda: ours(curve)), answer=lambda: ours(curve)),
        Case(name="xrpl-py", run=each(lambda: xrpl_py(curve)), answer=lambda: xrpl_py(curve), needs="xrpl"),
    ]


WORKLOADS = [
    Workload(
        name=f"XRPL payment -> raw, {curve}",
        reference="xrpl-py",
        cases=lambda curve=curve: cases(curve),  # type: ignore[misc]
        targets=(Target(case="walletcore", reference="xrpl-py", ratio=1 / 5),),
    )
    for curve in SEEDS
]
