"""A transfer of TRX from its fields to the bytes that are signed, and to those that go to a node."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

from bench import climit
from bench.harness import Case, Target, Workload
from walletcore import Curve, LocalSigner, PrivateKey, Secret, chain, sign
from walletcore.chains import tron

KEY = PrivateKey(Curve.SECP256K1, Secret(climit.SECRET))
ROW = chain("tron", tron.TronChain)
ME, TO = ROW.address(KEY.public_key), ROW.account(bytes([0x42]) * 20)
BLOCK = bytes.fromhex("00000000002f7b3b4f5f8b9e23a30c530f719f165b742e7358536b280eead2d0")
TIME = 1_539_295_479_000


def ours(amount: int) -> tron.Transaction:
    """The transaction and its bytes."""
    return tron.Transaction(
        chain=ROW,
        contract=tron.TransferContract(owner_address=ME, to_address=TO, amount=amount),
        signers=(KEY.public_key,),
        **tron.block_reference(BLOCK),
        expiration=TIME + 60_000,
        timestamp=TIME,
    )


class Client:
    """What tronpy's builder asks of its client."""

    conf = {"fee_limit": 0}  # noqa: RUF012  # it is never changed


@cache
def tronpy_key() -> Any:
    """tronpy's key, which is made once, as ours is."""
    from tronpy.keys import PrivateKey as Key

    return Key(climit.SECRET)


def tronpy_transaction(amount: int) -> Any:
    """tronpy's builder, offline: it hashes the bytes, and keeps them no longer."""
    from tronpy.tron import Trx

    builder = Trx(Client()).transfer(ME.text, TO.text, amount)
    builder._raw_data |= {"timestamp": TIME, "expiration": TIME + 60_000}
    return builder.build(offline=True, ref_block_id=BLOCK.hex())


def tronpy_signed(amount: int) -> str:
    """The same, signed; what it gives a node is JSON."""
    transaction = tronpy_transaction(amount)
    signature = tronpy_key().sign_msg_hash(bytes.fromhex(transaction.txid))
    return f"{transaction.txid} {signature.hex()}"


def ours_signed(signer: LocalSigner, amount: int) -> str:
    """The transaction, signed; the id is computed, as tronpy does."""
    signed = sign(ours(amount), signer)
    return f"{signed.transaction.id} {signed.raw[-65:].hex()}"


def numbered(function: Callable[[int], object]) -> Callable[[Any, int], None]:
    """An amount of its own for each transaction."""

    def run(_: Any, count: int) -> None:
        for amount in range(1, count + 1):
            function(amount)

    return run


def unsigned() -> list[Case]:
    """Fields to bytes and their hash, which is what both sign."""
    return [
        Case(name="walletcore", run=numbered(lambda n: sha256(ours(n).raw).hexdigest()), answer=lambda: ours(7).id),
        Case(
            name="tronpy",
            run=numbered(tronpy_transaction),
            answer=lambda: tronpy_transaction(7).txid,
            needs="tronpy",
        ),
    ]


def signed() -> list[Case]:
    """The same, signed by libsecp256k1 in both."""
    unchecked = LocalSigner(KEY, check=False)
    return [
        Case(
            name="walletcore, check=False",
            run=numbered(lambda n: ours_signed(unchecked, n)),
            answer=lambda: ours_signed(unchecked, 7),
        ),
        Case(name="tronpy", run=numbered(tronpy_signed), answer=lambda: tronpy_signed(7), needs="tronpy"),
    ]


WORKLOADS = [
    Workload(
        name="Tron transfer -> raw_data, id",
        reference="tronpy",
        cases=unsigned,
        targets=(Target(case="walletcore", reference="tronpy", ratio=1 / 5),),
    ),
    Workload(
        name="Tron transfer -> signed",
        reference="tronpy",
        cases=signed,
        targets=(Target(case="walletcore, check=False", reference="tronpy", ratio=1),),
    ),
]
