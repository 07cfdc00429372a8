"""Transactions of types 0 to 4 read from bytes: unsigned, signed, and typed ones as messages of the network hold them.

A legacy transaction begins as a list, a typed one with its type (EIP-2718); in devp2p's messages a typed one is a
string of RLP (devp2p, caps/eth.md, "Transaction Encoding and Validity").

Messages to be signed are told from all of these by their first two bytes. 0x19 and "{" are numbers that a type may
have ("{" is Celo's CIP-64), but there a list follows, whose first byte is 0xc0 or more. After 0x19 the messages that
are read have a version, 0x00 or 0x45 (EIP-191); after "{" JSON has a quotation mark, white space or "}". The canonical
JSON of user operations begins with the chain id, that of typed data with the domain.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from walletcore.chains.accounts import recovered
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.common import check_allowed
from walletcore.coding import rlp
from walletcore.errors import DecodingError, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.evm.access_list import AccessListTransaction
    from walletcore.chains.evm.authorization import Authorization
    from walletcore.chains.evm.blob import BlobTransaction
    from walletcore.chains.evm.cip64 import FeeCurrencyTransaction
    from walletcore.chains.evm.legacy import LegacyTransaction
    from walletcore.chains.evm.message import Message
    from walletcore.chains.evm.set_code import SetCodeTransaction
    from walletcore.chains.evm.transaction import Transaction
    from walletcore.chains.evm.user_operation import UserOperation
    from walletcore.chains.evm.zksync import ZksyncTransaction
    from walletcore.signing import Signature

__all__ = ["AnyOf", "decode", "identify"]

AnyOf: TypeAlias = (
    "LegacyTransaction | AccessListTransaction | Transaction | BlobTransaction | SetCodeTransaction"
    " | FeeCurrencyTransaction | ZksyncTransaction"
)
"""The types of transactions that are read."""

_Read: TypeAlias = "tuple[AnyOf, Signature | None]"

_MAX_RAW = 2 << 20
_STRING, _LIST = 0x80, 0xC0  # RLP's first bytes from there on
_FIRST_LIST = bytes((_LIST,))
_MESSAGES = (b"\x19", b"{")  # how EIP-191 data and the JSON of typed data begin
_OPERATION = b'{"chainId":'  # how the JSON of a user operation begins
_READERS = {
    0x01: "access_list",
    0x02: "transaction",
    0x03: "blob",
    0x04: "set_code",
    0x05: "authorization",  # no transaction, but signed behind this byte (EIP-7702)
}
"""The room of each type (EIP-2718): its ``read(chain, sender, body)`` takes what stands after the type."""
_DIALECTS = {0x71: "zksync", 0x7B: "cip64", 0x7E: "deposit"}
"""The rooms of types that only some chains have: those whose row has the room's name among its dialects."""


def decode(
    chain: Evm, raw: bytes, keys: Sequence[PublicKey], *, allowed: Collection[str] = ()
) -> AnyOf | Authorization | Message | UserOperation | SignedTransaction[Any]:
    """Read what is signed on this chain, signed or not: see `Evm.decode_transaction`. Raises `TransactionError`."""
    if type(keys) is not tuple or keys:
        _check_keys(keys)
    if type(raw) is bytes and raw.startswith(_OPERATION):
        from walletcore.chains.evm import user_operation_json

        return user_operation_json.decode(chain, raw, keys)
    if type(raw) is bytes and raw[:1] in _MESSAGES and raw[1:2] < _FIRST_LIST:
        from walletcore.chains.evm import message

        return message.decode(chain, raw, keys)
    try:
        transaction, signature = _read(chain, _checked(raw), keys[0] if keys else None)
    except DecodingError as error:
        raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None
    if signature is not None:
        return _signed(transaction, signature, keys)
    if not getattr(transaction, "needs_signature", True):  # a deposit of the OP Stack, complete as it is
        return transaction.assemble(())
    check_allowed(transaction.perils(), allowed)
    if len(keys) > 1:
        raise TransactionError("expected one key, the sender's, for an unsigned transaction", reason="ambiguous")
    return transaction


def identify(chain: Evm, raw: bytes) -> str:
    """The hash of a signed transaction: see `Evm.transaction_id`. Raises `TransactionError`."""
    try:
        transaction, signature = _read(chain, _checked(raw), None)
    except DecodingError as error:
        raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None
    if signature is not None:
        return chain._identify(transaction.joined(signature))
    if getattr(transaction, "needs_signature", True):
        raise TransactionError("nobody has signed it: there is no id yet", reason="missing")
    return chain._identify(transaction.raw)


def _check_keys(keys: object) -> None:
    if not isinstance(keys, Sequence) or any(type(key) is not PublicKey for key in keys):
        raise TransactionError("expected a sequence of public keys", reason="type")


def _signed(transaction: AnyOf, signature: Signature, keys: Sequence[PublicKey]) -> SignedTransaction[Any]:
    """The transaction of whom the signature names; the keys that were given must contain that one."""
    sender = recovered(keccak256(transaction.payload), signature)
    if keys and sender not in keys:
        raise TransactionError("the transaction is signed by another key than those given", reason="mismatch")
    if sender != transaction.sender:
        transaction = replace(transaction, sender=sender)
    return transaction.assemble((signature,))


def _checked(raw: bytes) -> bytes:
    """The bytes of a transaction, out of the string that a typed one is in messages of the network."""
    if type(raw) is not bytes:
        raise TransactionError(f"expected a transaction as bytes, got {type(raw).__name__}", reason="type")
    if len(raw) > _MAX_RAW:
        raise TransactionError(f"expected at most {_MAX_RAW} bytes, got {len(raw)}", reason="too-large")
    if _STRING <= (raw[0] if raw else 0) < _LIST:
        raw = cast(bytes, rlp.decode(raw))
        if raw and raw[0] >= _STRING:
            raise TransactionError("expected a type in the string, got other bytes", reason="version")
    if not raw:
        raise TransactionError("expected a transaction, got no bytes", reason="truncated")
    return raw


def _read(chain: Evm, raw: bytes, sender: PublicKey | None) -> _Read:
    """The transaction of whom is taken to send it, and the signature if there is one."""
    if raw[0] >= _LIST:
        from walletcore.chains.evm import legacy

        return legacy.read(chain, sender, raw)
    room = _READERS.get(raw[0]) or _DIALECTS.get(raw[0])
    if room is None or not (raw[0] in _READERS or room in chain.dialects):
        raise TransactionError(f"expected a transaction of a known type, got type {raw[0]}", reason="version")
    reader = import_module(f"walletcore.chains.evm.{room}")
    return cast("_Read", reader.read(chain, sender, raw[1:]))
