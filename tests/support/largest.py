"""The largest things that are signed, of each family: as much as nodes relay, or blocks hold."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from support.bitcoin import BITCOIN, key
from support.evm import ALICE, ETHEREUM, transfer
from support.guarded import ANN, SOLANA, solana_with
from walletcore.chains import evm, solana
from walletcore.chains.bitcoin import Input, Transaction, TxOut
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.tx import Tx, TxIn

__all__ = ["LARGEST", "largest"]

MINE = key(1).public_key
SCRIPTS = {kind: BITCOIN.script_pubkey(BITCOIN.address(MINE, kind=kind)) for kind in ("p2wpkh", "p2tr", "p2pkh")}
TO = TxOut(value=0, script_pubkey=SCRIPTS["p2wpkh"])
RICH = 10**8


def spending(*inputs: Input, outputs: tuple[TxOut, ...] = (TO,)) -> Transaction:
    """Return Alice's transaction."""
    return Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs)


def plain(place: int = 0, kind: str = "p2wpkh") -> Input:
    """Return an input of hers that proves nothing."""
    return Input(txid=f"{place + 1:064x}", vout=0, value=RICH, script_pubkey=SCRIPTS[kind], key=MINE)


def paying(script: bytes) -> Callable[[], Transaction]:
    """As many outputs of a script as a PSBT may have."""
    return lambda: spending(plain(), outputs=(TxOut(value=0, script_pubkey=script),) * 3_223)


def twenty_of_twenty() -> Transaction:
    """The most keys in the fewest bytes, all of them different but one."""
    groups = [[MINE, *(key(2 + 19 * place + n).public_key for n in range(19))] for place in range(430)]
    scripts = [multisig(20, group) for group in groups]
    return spending(*(Input(txid=f"{n + 1:064x}", vout=0, value=RICH, witness_script=s) for n, s in enumerate(scripts)))


def legacy() -> Transaction:
    """Inputs of P2PKH and other bytes, so that as much as possible is repeated: 22 MB."""
    paid = TxOut(value=RICH, script_pubkey=SCRIPTS["p2pkh"])
    sources = [
        Tx(version=2, inputs=(TxIn(txid=f"{n + 1:064x}", vout=0),), outputs=(paid,), locktime=0) for n in range(460)
    ]
    inputs = [Input(txid=each.txid, vout=0, previous=each.encode(), kind="p2pkh", key=MINE) for each in sources]
    return spending(*inputs, outputs=(TxOut(value=0, script_pubkey=b"\x6a" + bytes(29_000)),))


def proven() -> Transaction:
    """An input with a transaction as large as a block."""
    outputs = (TxOut(value=RICH, script_pubkey=SCRIPTS["p2wpkh"]), *(TxOut(value=0, script_pubkey=b""),) * 440_000)
    source = Tx(version=2, inputs=(TxIn(txid="11" * 32, vout=0),), outputs=outputs, locktime=0)
    return spending(Input(txid=source.txid, vout=0, previous=source.encode(), key=MINE))


def message(data: bytes | evm.TypedData) -> evm.Message:
    """Return a message for Alice on Ethereum."""
    return evm.Message(chain=ETHEREUM, signer=ALICE.public_key, data=data)


def typed() -> evm.Message:
    """Return as many numbers as typed data may have."""
    types = {"T": [{"name": "a", "type": "uint8[]"}]}
    document = {"types": types, "primaryType": "T", "domain": {}, "message": {"a": [1] * 16_300}}
    return message(evm.TypedData.parse(json.dumps(document)))


def packet() -> Any:
    """Return the most instructions that a packet has: three bytes for each, and no accounts."""
    calls = [solana.Instruction(program_id=bytes([5]) * 32, accounts=(), data=b"")] * 320
    return solana_with(*calls, row=SOLANA, fee_payer=ANN.public_key)


LARGEST: dict[str, Callable[[], Any]] = {
    "empty outputs": paying(b""),
    "data outputs": paying(b"\x6a\x02ab"),
    "P2WPKH outputs": paying(SCRIPTS["p2wpkh"]),
    "P2WPKH inputs": lambda: spending(*map(plain, range(1_738))),
    "P2TR inputs": lambda: spending(*(plain(n, "p2tr") for n in range(1_738))),
    "keys": twenty_of_twenty,
    "legacy inputs": legacy,
    "previous transaction": proven,
    "access list": lambda: transfer(access_list=((bytes(20), ()),) * 16_384),
    "storage keys": lambda: transfer(access_list=((bytes(20), (bytes(32),) * 16_383),)),
    "data": lambda: transfer(data=bytes(1 << 20)),
    "text": lambda: message("é".encode() * 500_000),
    "typed data": typed,
    "instructions": packet,
}
"""What makes them, by a name."""


@cache
def largest(name: str) -> Any:
    """Return one of them, made once."""
    return LARGEST[name]()
