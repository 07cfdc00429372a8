"""PSBTs of Bitcoin Cash and eCash, whose nodes write the output that is spent where BIP-174 has its transaction.

Bitcoin ABC and Bitcoin Cash Node, src/psbt.h: version 0, no witnesses, and PSBT_IN_UTXO (00) is a CTxOut. An amount is
only claimed there, so whoever signs gives the previous transactions beside the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.psbt.codec import Packet
from walletcore.chains.bitcoin.psbt.forms import OUTPUT
from walletcore.chains.bitcoin.psbt.maps import V0
from walletcore.chains.bitcoin.tx import TxOut
from walletcore.errors import DecodingError, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect

__all__ = ["by_txid", "check_chain", "check_outputs", "check_previous", "check_tokens", "has_outputs"]

_UTXO = b"\0"
_TOKEN = b"\xef"  # PREFIX_TOKEN (CHIP-2022-02-CashTokens)


def has_outputs(dialect: Dialect | None) -> bool:
    """Whether the chain's PSBTs are of this form."""
    return dialect is not None and dialect.psbts_have_outputs


def check_chain(chain: object) -> None:
    """Most relatives with a dialect sign or write otherwise than a PSBT says: they have an envelope of its own."""
    if not isinstance(chain, BitcoinChain):
        raise TransactionError("expected a chain of the Bitcoin family", reason="type")
    if chain.dialect is not None and not chain.dialect.has_psbts:
        raise TransactionError(f"{chain.name} has no PSBTs: Transaction.raw is its own form", reason="network")


def check_outputs(chain: BitcoinChain, packet: Packet) -> None:
    """Raise `TransactionError` unless a packet is what the nodes of its chain read."""
    if not has_outputs(chain.dialect):
        return
    if packet.version != V0:
        raise TransactionError(f"{chain.name} has PSBTs of version 0 only", reason="version")
    for index, fields in enumerate(packet.inputs):
        if _UTXO in fields._records:
            try:
                OUTPUT.check(fields._records[_UTXO])
            except DecodingError as error:
                raise TransactionError(f"inputs[{index}].PSBT_IN_UTXO: {error}", reason=error.reason) from None


def check_previous(previous: object) -> None:
    """Raise `TransactionError` unless these are previous transactions, beside a PSBT."""
    if type(previous) is not tuple or set(map(type, previous)) - {bytes}:
        raise TransactionError("expected previous transactions as a tuple of bytes", reason="type")


def by_txid(chain: BitcoinChain, previous: Sequence[bytes]) -> Mapping[str, bytes]:
    """Previous transactions by their ids. Raises `TransactionError` where a chain's PSBTs have them in their maps."""
    if not previous:
        return {}
    dialect = chain.dialect
    if dialect is None or not dialect.psbts_have_outputs:
        raise TransactionError(f"PSBTs of {chain.name} have previous transactions in their maps", reason="network")
    return {dialect.identify(raw): raw for raw in previous}


def check_tokens(dialect: Dialect | None, outputs: Sequence[TxOut | None]) -> None:
    """Raise `TransactionError` where an output that is spent or made holds tokens: nobody would be told of them."""
    if dialect is not None and dialect.has_tokens:
        for output in outputs:
            if output is not None and output.script_pubkey[:1] == _TOKEN:
                raise TransactionError("a PSBT that moves tokens: Transaction.raw carries these", reason="unknown")
