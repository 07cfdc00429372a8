"""Bitcoin and its relatives: addresses of all kinds, transactions that spend P2WPKH and P2TR, PSBTs between signers."""

from walletcore.chains.bitcoin.chain import NETWORKS, BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.relatives.rows import RELATIVES
from walletcore.chains.bitcoin.transaction import Transaction, pay
from walletcore.chains.bitcoin.tx import TxOut

CHAINS = NETWORKS + RELATIVES

__all__ = ["CHAINS", "BitcoinChain", "Input", "Transaction", "TxOut", "pay"]
