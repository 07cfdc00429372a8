"""What most relatives share: Bitcoin's bytes (BIP-144) and digests, and a txid that is the hash of the bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.sighash import Commitments
from walletcore.chains.bitcoin.tx import MAX_AMOUNT, Tx, TxOut
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect
    from walletcore.chains.bitcoin.transaction import Transaction
    from walletcore.effects import Effect

__all__ = [
    "EXTRA",
    "check",
    "check_witnesses",
    "commitments",
    "decode",
    "effects",
    "encode",
    "fixes_fee",
    "has_fixed_id",
    "identify",
]


EXTRA = None


def commitments(dialect: Dialect, tx: Tx, spent: Sequence[TxOut], extra: Any) -> Commitments:
    """Bitcoin's."""
    return Commitments(tx, spent)


def encode(tx: Tx, spent: Sequence[TxOut | None], extra: Any) -> bytes:
    """As Bitcoin does."""
    return tx.encode()


def decode(dialect: Dialect, raw: bytes) -> tuple[Tx, Any]:
    """As Bitcoin does, without witnesses where the relative has none."""
    tx = Tx.decode(raw, max_money=MAX_AMOUNT)  # `Transaction` knows the limit of its chain
    check_witnesses(dialect, tx)
    return tx, None


def check_witnesses(dialect: Dialect, tx: Tx) -> None:
    """Raise `TransactionError` for witnesses on a network that has none."""
    if tx.witnesses and "p2wpkh" not in dialect.kinds:
        raise TransactionError("a network without witnesses has no such form", reason="network")


def identify(dialect: Dialect, raw: bytes) -> str:
    """As Bitcoin does: double SHA-256 of the transaction without its witnesses."""
    return Tx.identified(raw, max_money=MAX_AMOUNT)[1]


def has_fixed_id(transaction: Transaction) -> bool:
    """Whether a txid does not depend on legacy signatures: here they are part of what it is the hash of."""
    return False


def fixes_fee(transaction: Transaction) -> bool:
    """Whether each signature commits to the amounts of all inputs: here it does not."""
    return False


def check(transaction: Transaction) -> None:
    """There is nothing beyond Bitcoin's fields."""
    if transaction.extra is not None:
        raise TransactionError(f"{transaction.chain.name} has no such fields", reason="network")


def effects(transaction: Transaction) -> tuple[Effect, ...]:
    """Nothing beyond what Bitcoin's transactions do."""
    return ()
