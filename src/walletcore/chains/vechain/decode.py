"""Transactions of VeChain read from bytes, unsigned and signed, and certificates that are to be signed.

vechain/thor, tx/transaction.go (UnmarshalBinary), tx/reserved.go, tx/clause.go. A transaction without a type begins as
a list, one with a type by it, a certificate by "{".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from walletcore.chains.accounts import low_s_signature, recovered
from walletcore.chains.base import SignedTransaction
from walletcore.chains.vechain.chain import VeChain
from walletcore.chains.vechain.transaction import AnyTransaction, Clause, LegacyTransaction, Transaction
from walletcore.coding import rlp
from walletcore.errors import DecodingError, TransactionError
from walletcore.hashes import blake2b_256
from walletcore.keys import PublicKey
from walletcore.signing import Signature

if TYPE_CHECKING:
    from walletcore.chains.vechain.certificate import Certificate

__all__ = ["decode", "identify"]

_Any: TypeAlias = "LegacyTransaction | Transaction"

_MAX_RAW = 64 << 10  # txpool/tx_pool.go, MaxTxSize
_LIST = 0xC0  # RLP: lists begin from here on
_DYNAMIC = 0x51
_SIGNATURE = 65
_FEATURES = {(): False, (b"\x01",): True}  # what is reserved: the feature of VIP-191, and nothing else


def decode(chain: VeChain, raw: bytes, keys: Sequence[PublicKey]) -> _Any | Certificate | SignedTransaction[Any]:
    """Read what is signed on this network: see `VeChain.decode_transaction`. Raises `TransactionError`."""
    if not isinstance(keys, Sequence) or any(type(key) is not PublicKey for key in keys):
        raise TransactionError("expected a sequence of public keys", reason="type")
    if type(raw) is bytes and raw[:1] == b"{":
        from walletcore.chains.vechain import certificate

        return certificate.decode(chain, raw, keys)
    transaction, signatures = _read(chain, raw)
    if signatures is not None:
        return _signed(transaction, signatures, keys)
    if len(keys) > 1 + transaction.delegated:
        raise TransactionError("expected at most the keys of those who sign", reason="ambiguous")
    sender, delegator = (*keys, None, None)[:2]
    return replace(transaction, sender=sender, delegator=delegator) if keys else transaction


def identify(chain: VeChain, raw: bytes) -> str:
    """The id of a signed transaction: see `VeChain.transaction_id`. Raises `TransactionError`."""
    transaction, signatures = _read(chain, raw)
    if signatures is None:
        raise TransactionError("nobody has signed it: there is no id yet", reason="missing")
    signing_hash = transaction.signing_hash
    sender = recovered(signing_hash, signatures[0])
    return "0x" + blake2b_256(signing_hash + chain.address(sender).payload).hex()


def _signed(transaction: _Any, signatures: tuple[Signature, ...], keys: Sequence[PublicKey]) -> SignedTransaction[Any]:
    """The transaction of whom the signatures name; the keys that were given must be theirs."""
    signing_hash = transaction.signing_hash
    sender = recovered(signing_hash, signatures[0])
    delegator = None
    if transaction.delegated:
        payer_hash = blake2b_256(signing_hash + transaction.chain.address(sender).payload)
        delegator = recovered(payer_hash, signatures[1])
    if not {*keys} <= {sender, delegator}:
        raise TransactionError("the transaction is signed by another key than those given", reason="mismatch")
    return replace(transaction, sender=sender, delegator=delegator).assemble(signatures)


def _read(chain: VeChain, raw: bytes) -> tuple[_Any, tuple[Signature, ...] | None]:
    """The transaction of nobody yet, and its signatures if there are any."""
    if type(raw) is not bytes or not raw:
        raise TransactionError("expected the bytes of a transaction", reason="type" if raw else "truncated")
    if len(raw) > _MAX_RAW:
        raise TransactionError(f"expected at most {_MAX_RAW} bytes, got {len(raw)}", reason="too-large")
    if raw[0] < _LIST and raw[0] != _DYNAMIC:
        raise TransactionError(f"expected a list, or type {_DYNAMIC:#x}, got {raw[0]:#x}", reason="version")
    try:
        return _read_dynamic(chain, rlp.decode(raw[1:])) if raw[0] == _DYNAMIC else _read_legacy(chain, rlp.decode(raw))
    except DecodingError as error:
        raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None


def _read_legacy(chain: VeChain, fields: rlp.Item) -> tuple[_Any, tuple[Signature, ...] | None]:
    found = _items(fields, (9, 10))
    transaction = LegacyTransaction(
        **_common(chain, found[:4], found[5:9]), gas_price_coef=rlp.decode_uint(found[4], 8)
    )
    return transaction, _signatures(transaction, found[9:])


def _read_dynamic(chain: VeChain, fields: rlp.Item) -> tuple[_Any, tuple[Signature, ...] | None]:
    found = _items(fields, (10, 11))
    priority, most = (rlp.decode_uint(each, 256) for each in found[4:6])
    transaction = Transaction(**_common(chain, found[:4], found[6:10]), max_priority_fee=priority, max_fee=most)
    return transaction, _signatures(transaction, found[10:])


def _items(item: rlp.Item, counts: tuple[int, ...]) -> Sequence[Any]:
    if type(item) is not tuple:
        raise TransactionError("expected a list, got a string of bytes", reason="type")
    if len(item) not in counts:
        raise TransactionError(f"expected {' or '.join(map(str, counts))} items, got {len(item)}", reason="length")
    return item


def _common(chain: VeChain, head: Sequence[Any], tail: Sequence[Any]) -> dict[str, Any]:
    """What is before the price, and what is behind it."""
    (tag, block_ref, expiration, clauses), (gas, depends_on, nonce, reserved) = head, tail
    number = rlp.decode_uint(tag, 8)
    if number != chain.chain_tag:
        raise TransactionError(f"expected chain tag {chain.chain_tag:#x}, got {number:#x}", reason="network")
    if type(clauses) is not tuple:
        raise TransactionError("expected a list of clauses", reason="type")
    if type(reserved) is not tuple or reserved not in _FEATURES:
        raise TransactionError("expected no feature, or that of VIP-191", reason="unknown")
    if depends_on != b"" and (type(depends_on) is not bytes or len(depends_on) != 32):
        raise TransactionError("expected 32 bytes, or none, as depends_on", reason="length")
    return {
        "chain": chain,
        "block_ref": rlp.decode_uint(block_ref, 64).to_bytes(8),
        "expiration": rlp.decode_uint(expiration, 32),
        "clauses": tuple([_clause(chain, each) for each in clauses]),
        "gas": rlp.decode_uint(gas, 64),
        "depends_on": depends_on or None,
        "nonce": rlp.decode_uint(nonce, 64),
        "delegated": _FEATURES[reserved],
    }


def _clause(chain: VeChain, item: rlp.Item) -> Clause:
    to, value, data = _items(item, (3,))
    if type(to) is not bytes or len(to) not in (0, 20):
        raise TransactionError("expected 20 bytes, or none, as destination", reason="length")
    if type(data) is not bytes:
        raise TransactionError("expected data as a string of bytes, got a list", reason="type")
    return Clause(to=chain.account(to) if to else None, value=rlp.decode_uint(value, 256), data=data)


def _signatures(transaction: AnyTransaction, items: Sequence[Any]) -> tuple[Signature, ...] | None:
    """One signature, or two where somebody else pays; None where there is no place for any."""
    if not items:
        return None
    size = _SIGNATURE * (1 + transaction.delegated)
    if type(items[0]) is not bytes or len(items[0]) != size:
        raise TransactionError(f"expected {size} bytes of signatures", reason="length")
    return tuple([_signature(items[0][at : at + _SIGNATURE]) for at in range(0, size, _SIGNATURE)])


def _signature(data: bytes) -> Signature:
    """R, s and the recovery id; low s (tx/transaction.go, ErrHighSInSignature)."""
    if data[64] > 1:
        raise TransactionError(f"expected 0 or 1 as recovery id, got {data[64]}", reason="range")
    return low_s_signature(data[:64], data[64])
