"""Solana: from a seed along SLIP-10 to an address; a transfer compiled and signed."""

from __future__ import annotations

from functools import cache
from typing import Any

from bench.harness import Case, Target, Workload, each
from walletcore import Curve, LocalSigner, PrivateKey, Secret, chain, sign
from walletcore.chains import solana
from walletcore.hd.slip10 import Slip10PrivateKey

SEED = bytes(range(64))
PATH = "m/44'/501'/0'/0'"
ROW = chain("solana")
BLOCKHASH = bytes(range(32))
TO = bytes([9]) * 32


def ours() -> str:
    """walletcore, path text included."""
    key = Slip10PrivateKey.from_seed(SEED, Curve.ED25519).derive(PATH).public_key
    return ROW.address(key).text


def solders_address() -> str:
    """The Rust SDK through its Python bindings."""
    from solders.keypair import Keypair

    return str(Keypair.from_seed_and_derivation_path(SEED, PATH).pubkey())


def bip_utils_address() -> str:
    """bip_utils, on PyNaCl like ours."""
    from bip_utils import Bip32Slip10Ed25519, SolAddrEncoder

    return str(SolAddrEncoder.EncodeKey(Bip32Slip10Ed25519.FromSeed(SEED).DerivePath(PATH[2:]).PublicKey().KeyObject()))


def addresses() -> list[Case]:
    """Five HMACs and a public key are the work."""
    return [
        Case(name="walletcore", run=each(ours), answer=ours),
        Case(name="solders", run=each(solders_address), answer=solders_address, needs="solders"),
        Case(name="bip_utils", run=each(bip_utils_address), answer=bip_utils_address, needs="bip_utils"),
    ]


@cache
def solders_pair() -> Any:
    """The Rust SDK's key, which is made once, as ours is."""
    from solders.keypair import Keypair

    return Keypair.from_seed(bytes([1]) * 32)


def transfers() -> list[Case]:
    """Instruction, message, signature and the bytes on the wire."""
    row = chain("solana", solana.SolanaChain)
    key = PrivateKey(Curve.ED25519, Secret(bytes([1]) * 32))
    signer, target = LocalSigner(key), row.account(TO)

    def signed(checked: LocalSigner) -> bytes:
        call = solana.transfer(source=key.public_key, destination=target, lamports=1)
        transaction = solana.Transaction.compile(
            chain=row, fee_payer=key.public_key, instructions=(call,), recent_blockhash=BLOCKHASH
        )
        return sign(transaction, checked).raw

    def solders_signed() -> bytes:
        from solders.hash import Hash
        from solders.message import Message
        from solders.pubkey import Pubkey
        from solders.system_program import transfer
        from solders.transaction import Transaction

        pair = solders_pair()
        call = transfer({"from_pubkey": pair.pubkey(), "to_pubkey": Pubkey(TO), "lamports": 1})
        blockhash = Hash(BLOCKHASH)
        message = Message.new_with_blockhash([call], pair.pubkey(), blockhash)
        return bytes(Transaction([pair], message, blockhash))

    unchecked = LocalSigner(key, check=False)
    return [
        Case(name="walletcore", run=each(lambda: signed(signer)), answer=lambda: signed(signer)),
        Case(name="walletcore, check=False", run=each(lambda: signed(unchecked)), answer=lambda: signed(unchecked)),
        Case(name="solders", run=each(solders_signed), answer=solders_signed, needs="solders"),
    ]


WORKLOADS = [
    Workload(
        name="seed -> m/44'/501'/0'/0' -> Solana address",
        reference="solders",
        cases=addresses,
        targets=(Target(case="walletcore", reference="solders", ratio=1 / 2),),
    ),
    Workload(
        name="Solana transfer, compiled and signed",
        reference="solders",
        cases=transfers,
        targets=(Target(case="walletcore", reference="solders", ratio=2),),
    ),
]
