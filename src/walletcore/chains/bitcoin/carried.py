"""Transactions as the network of a chain carries them: in Bitcoin's form, or in that of a relative's nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.tx import Tx, check_money

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.previous import Carried

__all__ = ["identified"]


def identified(chain: BitcoinChain, raw: bytes) -> tuple[Tx | Carried, str]:
    """A transaction, whose outputs have at most what there is on the network, and its txid.

    Raises `TransactionError`.
    """
    dialect = chain.dialect
    form = chain.form if dialect is None else dialect.form
    tx: Tx | Carried
    if form:
        from walletcore.chains.bitcoin.relatives import previous  # no network of Bitcoin has one

        tx, txid = previous.identified(form, raw)
    elif dialect is not None:
        tx, txid = dialect.decode(raw)[0], dialect.identify(raw)
    else:
        return Tx.identified(raw, max_money=chain.max_money)
    check_money(tx.outputs, chain.max_money)
    return tx, txid
