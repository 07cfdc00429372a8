"""Transactions of Tron read from bytes, unsigned and signed, and messages that are to be signed.

java-tron, Tron.proto (Transaction, Transaction.raw); TransactionCapsule.java (checkWeight). ``raw_data`` begins with
two bytes of a block's number, a signed transaction with all of ``raw_data``, which is longer; a message with 0x19, and
typed data with "{".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from walletcore.chains.accounts import low_s_signature, recovered
from walletcore.chains.base import SignedTransaction
from walletcore.chains.tron.chain import TronChain
from walletcore.chains.tron.contracts import NAMES, contract_of
from walletcore.chains.tron.fields import codec_of
from walletcore.chains.tron.transaction import MAX_KEYS, RAW, SIGNED, URL, Transaction
from walletcore.errors import TransactionError, Unsupported, raised_as
from walletcore.hashes import sha256
from walletcore.keys import PublicKey
from walletcore.signing import Signature

if TYPE_CHECKING:
    from walletcore.chains.tron.message import Message

__all__ = ["decode", "identify"]

_MAX_RAW = 500 * 1024  # Constant.java, TRANSACTION_MAX_BYTE_SIZE
_RAW_DATA = b"\x0a\x02"  # its first field, ref_block_bytes, and its size
_ENVELOPE = b"\x0a"
_MESSAGES = (b"\x19", b"{")


def decode(chain: TronChain, raw: bytes, keys: Sequence[PublicKey]) -> Transaction | Message | SignedTransaction[Any]:
    """Read what is signed on this network: see `TronChain.decode_transaction`. Raises `TransactionError`."""
    if not isinstance(keys, Sequence) or any(type(key) is not PublicKey for key in keys):
        raise TransactionError("expected a sequence of public keys", reason="type")
    if type(raw) is not bytes or not raw:
        raise TransactionError("expected the bytes of a transaction", reason="type" if raw else "truncated")
    if raw.startswith(_MESSAGES):
        from walletcore.chains.tron import message

        return message.decode(chain, raw, keys)
    if len(raw) > _MAX_RAW:
        raise TransactionError(f"expected at most {_MAX_RAW} bytes, got {len(raw)}", reason="too-large")
    if raw.startswith(_RAW_DATA):
        return _raw_data(chain, raw, tuple(keys))
    if raw.startswith(_ENVELOPE):
        return _signed(chain, raw, keys)
    raise TransactionError(f"expected raw_data, or it and signatures, got {raw[0]:#x} first", reason="version")


def identify(chain: TronChain, raw: bytes) -> str:
    """The id of a signed transaction: see `TronChain.transaction_id`. Raises `TransactionError`."""
    found = decode(chain, raw, ())
    if not isinstance(found, SignedTransaction):
        raise TransactionError("nobody has signed it: Transaction.id is its id all the same", reason="missing")
    made: Transaction = found.transaction
    return made.id


def _raw_data(chain: TronChain, raw: bytes, signers: tuple[PublicKey, ...]) -> Transaction:
    with raised_as(TransactionError):
        fields = RAW.decode(raw)
    if len(fields.contract) != 1:
        raise TransactionError(f"expected one contract, got {len(fields.contract)}", reason="length")
    (call,) = fields.contract
    expected = URL + NAMES.get(call.type, "")
    try:
        kind = contract_of(call.type)
    except Unsupported as error:
        raise TransactionError(str(error), reason=error.reason) from None
    if call.parameter.type_url != expected:
        raise TransactionError(f"contract: expected {expected}, as its type says", reason="mismatch")
    with raised_as(TransactionError):
        contract = codec_of(chain, kind).decode(call.parameter.value)
    transaction = Transaction(
        chain=chain,
        contract=contract,
        signers=signers,
        permission_id=call.permission_id,
        ref_block_bytes=fields.ref_block_bytes,
        ref_block_hash=fields.ref_block_hash,
        expiration=fields.expiration,
        timestamp=fields.timestamp,
        fee_limit=fields.fee_limit,
        memo=fields.data,
    )
    if transaction.raw != raw:
        raise TransactionError("expected the one form of these fields", reason="non-canonical")
    return transaction


def _signed(chain: TronChain, raw: bytes, keys: Sequence[PublicKey]) -> SignedTransaction[Transaction]:
    """The transaction of whom the signatures name; the keys that were given must be among theirs."""
    with raised_as(TransactionError):
        envelope = SIGNED.decode(raw)
    if not envelope.raw_data.startswith(_RAW_DATA):
        raise TransactionError("raw_data: expected 2 bytes of a block's number first", reason="length")
    if not 0 < len(envelope.signature) <= MAX_KEYS:
        raise TransactionError(f"expected 1 to {MAX_KEYS} signatures, got {len(envelope.signature)}", reason="length")
    transaction = _raw_data(chain, envelope.raw_data, ())
    digest, answers = sha256(envelope.raw_data), tuple(map(_signature, envelope.signature))
    signers = tuple([recovered(digest, answer) for answer in answers])
    if not {*keys} <= {*signers}:
        raise TransactionError("the transaction is signed by other keys than those given", reason="mismatch")
    signed = replace(transaction, signers=signers).assemble(answers)
    return replace(signed, raw=raw)  # where its signatures count from 27, they stay so


def _signature(data: bytes) -> Signature:
    """R, s and the recovery id, which some wallets count from 27 (crypto, Rsv.java); low s."""
    if len(data) != 65:
        raise TransactionError(f"expected signatures of 65 bytes, got {len(data)}", reason="length")
    v = data[64]
    if v not in (0, 1, 27, 28):
        raise TransactionError(f"expected 0 or 1 as recovery id, or 27 more, got {v}", reason="range")
    return low_s_signature(data[:64], v % 27)
