"""Bitcoin: addresses of all five kinds, transactions that spend P2WPKH and P2TR, PSBTs between signers."""

from walletcore.chains.bitcoin.chain import CHAINS, BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.transaction import Transaction, pay
from walletcore.chains.bitcoin.tx import TxOut

__all__ = ["CHAINS", "BitcoinChain", "Input", "Transaction", "TxOut", "pay"]
