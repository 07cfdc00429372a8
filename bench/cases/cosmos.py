"""Cosmos: coins sent, from the objects to the bytes that nodes take, beside cosmpy."""

from __future__ import annotations

from functools import cache
from itertools import cycle
from typing import Any

from bench.harness import Case, Target, Workload, each
from walletcore import Curve, LocalSigner, PrivateKey, Secret, chain, sign
from walletcore.chains import cosmos

ROW = chain("cosmoshub", cosmos.CosmosChain)
SECRET = bytes([1]) * 32
KEY = PrivateKey(Curve.SECP256K1, Secret(SECRET))
ME = ROW.address(KEY.public_key).text
FRIENDS = [ROW.account(number.to_bytes(20)).text for number in range(2_000)]  # more than are remembered
YOU = FRIENDS[9]


def built(mode: cosmos.SignMode, to: str = YOU) -> cosmos.Transaction:
    """A MsgSend, its fee and its signer."""
    sent = cosmos.MsgSend(from_address=ME, to_address=to, amount=(cosmos.Coin(denom="uatom", amount=1),))
    return cosmos.Transaction(
        chain=ROW,
        messages=(sent,),
        fee=cosmos.Fee(amount=(cosmos.Coin(denom="uatom", amount=2000),), gas_limit=200_000),
        signers=(cosmos.Signer(key=KEY.public_key, account_number=7, sequence=3, mode=mode),),
    )


def ours(name: str, signer: LocalSigner, mode: cosmos.SignMode = cosmos.SignMode.DIRECT) -> list[Case]:
    """From the transaction, as the SDK from its own, and from what it is made of."""

    def signed() -> bytes:
        return sign(built(mode), signer).raw

    friends = cycle(FRIENDS)

    def from_parts() -> bytes:
        return sign(built(mode, next(friends)), signer).raw

    def run(transactions: list[cosmos.Transaction], count: int) -> None:
        for transaction in transactions:
            sign(transaction, signer).raw  # noqa: B018

    answer = signed if mode is cosmos.SignMode.DIRECT else None
    return [
        Case(name=name, run=run, prepare=lambda count: [built(mode) for _ in range(count)], answer=answer),
        Case(name=f"{name}, from its parts", run=each(from_parts), answer=answer),
    ]


@cache
def cosmpy_key() -> Any:
    """cosmpy's key, which is made once, as ours is."""
    from cosmpy.crypto.keypairs import PrivateKey as Key

    return Key(SECRET)


def cosmpy_built() -> Any:
    """cosmpy's transaction with its message, on Google's protobuf."""
    from cosmpy.aerial.tx import Transaction
    from cosmpy.protos.cosmos.bank.v1beta1.tx_pb2 import MsgSend
    from cosmpy.protos.cosmos.base.v1beta1.coin_pb2 import Coin

    made = Transaction()
    made.add_message(MsgSend(from_address=ME, to_address=YOU, amount=[Coin(denom="uatom", amount="1")]))
    return made


def cosmpy_signed(made: Any) -> bytes:
    """The same with fee and signer, signed by ecdsa."""
    from cosmpy.aerial.tx import SigningCfg, TxFee

    key = cosmpy_key()
    made.seal(SigningCfg.direct(key.public_key, 3), TxFee(amount="2000uatom", gas_limit=200_000))
    made.sign(key, "cosmoshub-4", 7, deterministic=True)
    made.complete()
    raw: bytes = made.tx.SerializeToString()
    return raw


def cosmpy_all(transactions: list[Any], count: int) -> None:
    """Each of them."""
    for made in transactions:
        cosmpy_signed(made)


def transfers() -> list[Case]:
    """Protobuf, an address or two to check, a signature."""
    return [
        *ours("walletcore", LocalSigner(KEY)),
        *ours("walletcore, check=False", LocalSigner(KEY, check=False)),
        *ours("walletcore, amino JSON", LocalSigner(KEY), cosmos.SignMode.LEGACY_AMINO_JSON),
        Case(
            name="cosmpy",
            run=cosmpy_all,
            prepare=lambda count: [cosmpy_built() for _ in range(count)],
            answer=lambda: cosmpy_signed(cosmpy_built()),
            needs="cosmpy",
        ),
    ]


WORKLOADS = [
    Workload(
        name="Cosmos MsgSend, object -> raw",
        reference="cosmpy",
        cases=transfers,
        targets=(
            Target(case="walletcore", reference="cosmpy", ratio=1 / 5),
            Target(case="walletcore, from its parts", reference="cosmpy", ratio=1 / 3),
        ),
    ),
]
