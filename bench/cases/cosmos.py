"""Cosmos: coins sent, from the objects to the bytes that nodes take, beside cosmpy."""

from __future__ import annotations

from functools import cache
from typing import Any

from bench.harness import Case, Target, Workload, each
from walletcore import Curve, LocalSigner, PrivateKey, Secret, chain, sign
from walletcore.chains import cosmos

ROW = chain("cosmoshub", cosmos.CosmosChain)
SECRET = bytes([1]) * 32
KEY = PrivateKey(Curve.SECP256K1, Secret(SECRET))
ME, YOU = ROW.address(KEY.public_key).text, ROW.account(bytes([9]) * 20).text


def signed(signer: LocalSigner, mode: cosmos.SignMode) -> bytes:
    """A MsgSend, its fee and its signer, signed."""
    sent = cosmos.MsgSend(from_address=ME, to_address=YOU, amount=(cosmos.Coin(denom="uatom", amount=1),))
    transaction = cosmos.Transaction(
        chain=ROW,
        messages=(sent,),
        fee=cosmos.Fee(amount=(cosmos.Coin(denom="uatom", amount=2000),), gas_limit=200_000),
        signers=(cosmos.Signer(key=KEY.public_key, account_number=7, sequence=3, mode=mode),),
    )
    return sign(transaction, signer).raw


@cache
def cosmpy_key() -> Any:
    """cosmpy's key, which is made once, as ours is."""
    from cosmpy.crypto.keypairs import PrivateKey as Key

    return Key(SECRET)


def cosmpy_signed() -> bytes:
    """cosmpy, on Google's protobuf and on ecdsa."""
    from cosmpy.aerial.tx import SigningCfg, Transaction, TxFee
    from cosmpy.protos.cosmos.bank.v1beta1.tx_pb2 import MsgSend
    from cosmpy.protos.cosmos.base.v1beta1.coin_pb2 import Coin

    key = cosmpy_key()
    made = Transaction()
    made.add_message(MsgSend(from_address=ME, to_address=YOU, amount=[Coin(denom="uatom", amount="1")]))
    made.seal(SigningCfg.direct(key.public_key, 3), TxFee(amount="2000uatom", gas_limit=200_000))
    made.sign(key, "cosmoshub-4", 7, deterministic=True)
    made.complete()
    raw: bytes = made.tx.SerializeToString()
    return raw


def transfers() -> list[Case]:
    """Protobuf, an address or two to check, a signature."""
    signer, unchecked = LocalSigner(KEY), LocalSigner(KEY, check=False)
    direct, amino = cosmos.SignMode.DIRECT, cosmos.SignMode.LEGACY_AMINO_JSON
    return [
        Case(name="walletcore", run=each(lambda: signed(signer, direct)), answer=lambda: signed(signer, direct)),
        Case(
            name="walletcore, check=False",
            run=each(lambda: signed(unchecked, direct)),
            answer=lambda: signed(unchecked, direct),
        ),
        Case(name="walletcore, amino JSON", run=each(lambda: signed(signer, amino))),
        Case(name="cosmpy", run=each(cosmpy_signed), answer=cosmpy_signed, needs="cosmpy"),
    ]


WORKLOADS = [
    Workload(
        name="Cosmos MsgSend, objects to raw",
        reference="cosmpy",
        cases=transfers,
        targets=(Target(case="walletcore", reference="cosmpy", ratio=1 / 5),),
    ),
]
