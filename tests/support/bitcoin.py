"""Things that the tests of the Bitcoin room share: keys, strategies, and the kernel's and libwally's view of bytes."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st
from pbk import ScriptPubkey, ScriptVerificationFlags, ScriptVerifyException, Transaction, TransactionOutput
from pbk.script import PrecomputedTransactionData

from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, TxOut
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import WalletcoreError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner

__all__ = [
    "BITCOIN",
    "REGTEST",
    "TESTNET",
    "kernel_accepts",
    "key",
    "points",
    "private_keys",
    "reason",
    "scripts",
    "signer",
    "txids",
    "txs",
    "values",
]

BITCOIN = chain("bitcoin", BitcoinChain)
TESTNET = chain("bitcoin-testnet", BitcoinChain)
REGTEST = chain("bitcoin-regtest", BitcoinChain)


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


def kernel_accepts(raw: bytes, spent: Sequence[TxOut]) -> bool:
    """Return whether Bitcoin Core's kernel accepts every input of a transaction that spends these outputs."""
    transaction = Transaction(raw)
    outputs = [TransactionOutput(ScriptPubkey(each.script_pubkey), each.value) for each in spent]
    shared = PrecomputedTransactionData(transaction, outputs)
    try:
        return all(
            ScriptPubkey(each.script_pubkey).verify(each.value, transaction, shared, i, ScriptVerificationFlags.ALL)
            for i, each in enumerate(spent)
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
