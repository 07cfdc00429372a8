"""The signatures of a Bitcoin transaction, checked against the outputs that it spends, and what is paid to miners.

`walletcore.chains.bitcoin.spends` says which scripts are understood, and which rules of relay hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.script import destination_of
from walletcore.chains.bitcoin.spends import Spends
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey

__all__ = ["Spending", "spending_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Who signed, each once: addresses (of p2pk and bare multisig: the keys); what is paid to miners, in satoshi.

    ``hash_types`` are the names of those that an input's signatures have, one row per input.
    """

    signers: tuple[str, ...]
    fee: int
    hash_types: tuple[tuple[str, ...], ...]


def spending_of(chain: BitcoinChain, raw: bytes, previous: Sequence[bytes]) -> Spending:
    """What the signatures of a transaction say, all of which are good.

    ``previous`` are transactions in the form of the network. Raises `InvalidSignature` for a bad signature and
    `TransactionError` for a chain with a dialect, where an output is not among them, or the inputs are worth less than
    the outputs.
    """
    if chain.dialect is not None:
        raise TransactionError(f"signatures of {chain.name} are not verified here", reason="network")
    tx, *sources = [Tx.decode(each, max_money=chain.max_money) for each in (raw, *previous)]
    known = {each.txid: each.outputs for each in sources}
    spent = [_spent(known, index, each) for index, each in enumerate(tx.inputs)]
    spends = Spends(tx, spent)
    found: dict[str, None] = {}
    hash_types: list[tuple[str, ...]] = []
    for index, output in enumerate(spent):
        signed = spends.signers(index)
        found[_name(chain, output.script_pubkey, [key for key, _ in signed])] = None
        hash_types.append(tuple(dict.fromkeys(name for _, name in signed)))
    return Spending(signers=tuple(found), fee=_fee(tx, spent), hash_types=tuple(hash_types))


def _fee(tx: Tx, spent: Sequence[TxOut]) -> int:
    given, paid = sum(each.value for each in spent), sum(each.value for each in tx.outputs)
    if paid > given:
        raise TransactionError(f"the outputs are worth {paid} satoshi, the inputs only {given}", reason="range")
    return given - paid


def _spent(known: dict[str, tuple[TxOut, ...]], index: int, each: TxIn) -> TxOut:
    outputs = known.get(each.txid, ())
    if each.vout >= len(outputs):
        raise TransactionError(f"input {index}: --previous has to give transaction {each.txid}", reason="missing")
    return outputs[each.vout]


def _name(chain: BitcoinChain, script_pubkey: bytes, keys: Sequence[PublicKey]) -> str:
    destination = destination_of(script_pubkey)
    return ", ".join(key.data.hex() for key in keys) if destination is None else chain.address_of(destination).text
