"""Things that the tests of the Bitcoin room share: keys, strategies, and the kernel's and libwally's view of bytes."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from pbk import ScriptPubkey, ScriptVerificationFlags, ScriptVerifyException, Transaction, TransactionOutput
from pbk.script import PrecomputedTransactionData

from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, TxOut
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import WalletcoreError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner

__all__ = [
    "BITCOIN",
    "GUARDS",
    "HASH_TYPES",
    "MULTISIG",
    "REGTEST",
    "TESTNET",
    "differential",
    "funding",
    "kernel_accepts",
    "key",
    "points",
    "private_keys",
    "reason",
    "scripts",
    "signer",
    "spending",
    "txids",
    "txs",
    "values",
]

BITCOIN = chain("bitcoin", BitcoinChain)
TESTNET = chain("bitcoin-testnet", BitcoinChain)
REGTEST = chain("bitcoin-regtest", BitcoinChain)

differential = settings(max_examples=int(os.environ.get("WALLETCORE_EXAMPLES", "100")))
"""How often a second implementation is asked; ``WALLETCORE_EXAMPLES=10000 pytest tests/chains/bitcoin`` asks more."""


def key(number: int) -> PrivateKey:
    """Return the private key that is this number."""
    return PrivateKey(Curve.SECP256K1, Secret(number.to_bytes(32)))


def signer(number: int) -> LocalSigner:
    """Return a signer over the private key that is this number."""
    return LocalSigner(key(number))


def reason(error: type[WalletcoreError], call: Callable[..., Any], *args: Any, **options: Any) -> str:
    """Return the reason for which the call is refused with this very class."""
    with pytest.raises(error) as caught:
        call(*args, **options)
    assert type(caught.value) is error
    return caught.value.reason


ALICE = key(1).public_key
MULTISIG = multisig(2, [key(number).public_key for number in (1, 2, 3)])
GUARDS: dict[str, dict[str, Any]] = {
    "p2pk": {"kind": "p2pk", "key": ALICE},
    "p2pkh": {"kind": "p2pkh", "key": ALICE},
    "multisig": {"script_pubkey": MULTISIG},
    "p2sh": {"redeem_script": MULTISIG},
    "p2sh of p2pkh": {"redeem_script": BITCOIN.script_pubkey(BITCOIN.address(ALICE, kind="p2pkh")), "key": ALICE},
    "p2sh-p2wpkh": {"kind": "p2sh-p2wpkh", "key": ALICE},
    "p2wpkh": {"kind": "p2wpkh", "key": ALICE},
    "p2wsh": {"witness_script": MULTISIG},
    "p2wsh of p2pk": {"kind": "p2wsh", "key": ALICE},
    "p2sh-p2wsh": {"kind": "p2sh-p2wsh", "witness_script": MULTISIG},
    "p2tr": {"kind": "p2tr", "key": ALICE},
}
"""What guards an output, for every kind that is signed for: keys 1, or two of 1, 2 and 3."""
HASH_TYPES = ["ALL", "NONE", "SINGLE", "ALL|ANYONECANPAY", "NONE|ANYONECANPAY", "SINGLE|ANYONECANPAY"]


def funding(guard: str, value: int = 100_000, place: int = 0) -> Tx:
    """Return a transaction whose output at this place is guarded so; the others are worth one satoshi."""
    others = (TxOut(value=1, script_pubkey=b"\x51"),) * place
    outputs = (*others, TxOut(value=value, script_pubkey=Lock(**GUARDS[guard]).script_pubkey))
    return Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=place),), outputs=outputs, locktime=0)


def spending(guard: str, *, place: int = 0, **options: Any) -> Input:
    """Return the input that spends it, with the transaction that proves its amount."""
    source = funding(guard, place=place)
    parts = {"txid": source.txid, "vout": place, "previous": source.encode(), **GUARDS[guard], **options}
    return Input(**parts)


def kernel_accepts(raw: bytes, spent: Sequence[TxOut], *, only: int | None = None) -> bool:
    """Return whether Bitcoin Core's kernel accepts every input of a transaction that spends these outputs, or one."""
    transaction = Transaction(raw)
    outputs = [TransactionOutput(ScriptPubkey(each.script_pubkey), each.value) for each in spent]
    shared = PrecomputedTransactionData(transaction, outputs)
    try:
        return all(
            ScriptPubkey(each.script_pubkey).verify(each.value, transaction, shared, i, ScriptVerificationFlags.ALL)
            for i, each in enumerate(spent)
            if only in (None, i)
        )
    except ScriptVerifyException:
        return False


private_keys = st.integers(1, 2**256 - 2**129).map(key)
points = private_keys.map(lambda each: each.public_key)
txids = st.binary(min_size=32, max_size=32).filter(any).map(bytes.hex)  # that of zeros is the coinbase's
u32s = st.integers(0, 2**32 - 1)
scripts = st.binary(max_size=300)
values = st.integers(0, 21_000_000 * 10**8 // 4)
tx_ins = st.builds(TxIn, txid=txids, vout=st.integers(0, 2**32 - 2), script_sig=scripts, sequence=u32s)
tx_outs = st.builds(TxOut, value=values, script_pubkey=scripts)
witnesses = st.lists(st.binary(max_size=80), max_size=4).map(tuple)


@st.composite
def txs(draw: st.DrawFn, *, signed: bool | None = None) -> Tx:
    """Draw transactions as the network carries them, with or without witnesses."""
    inputs = draw(st.lists(tx_ins, min_size=1, max_size=4, unique_by=lambda each: (each.txid, each.vout)))
    stacks = tuple(draw(witnesses) for _ in inputs)
    wanted = draw(st.booleans()) if signed is None else signed
    return Tx(
        version=draw(u32s),
        inputs=tuple(inputs),
        outputs=tuple(draw(st.lists(tx_outs, min_size=1, max_size=4))),
        witnesses=stacks if wanted and any(stacks) else (),
        locktime=draw(u32s),
    )
