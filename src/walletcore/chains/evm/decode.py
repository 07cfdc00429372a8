"""Transactions of types 0 to 2 read from bytes: unsigned, signed, and typed ones as messages of the network hold them.

A legacy transaction begins as a list, a typed one with its type (EIP-2718); in devp2p's messages a typed one is a
string of RLP (devp2p, caps/eth.md, "Transaction Encoding and Validity").

Messages to be signed are told from all of these by their first two bytes. 0x19 and "{" are numbers that a type may
have ("{" is Celo's CIP-64), but there a list follows, whose first byte is 0xc0 or more. After 0x19 the messages that
are read have a version, 0x00 or 0x45 (EIP-191); after "{" JSON has a quotation mark, white space or "}". The canonical
JSON of user operations begins with the chain id, that of typed data with the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.evm.access_list import AccessListTransaction
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.legacy import LegacyTransaction
from walletcore.chains.evm.transaction import Transaction
from walletcore.coding import rlp
from walletcore.errors import DecodingError, InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signing import Signature

if TYPE_CHECKING:
    from walletcore.chains.evm.message import Message
    from walletcore.chains.evm.user_operation import UserOperation

__all__ = ["AnyOf", "decode", "identify"]

AnyOf: TypeAlias = LegacyTransaction | AccessListTransaction | Transaction
"""The types of transactions that are read."""

_Fields: TypeAlias = "tuple[Any, ...]"
_Read: TypeAlias = "tuple[AnyOf, Signature | None]"

_MAX_RAW = 2 << 20
_STRING, _LIST = 0x80, 0xC0  # RLP's first bytes from there on
_FIRST_LIST = bytes((_LIST,))
_MESSAGES = (b"\x19", b"{")  # how EIP-191 data and the JSON of typed data begin
_OPERATION = b'{"chainId":'  # how the JSON of a user operation begins
_UNSIGNED = {1: 8, 2: 9}  # fields by type; three more for a signature


def decode(
    chain: Evm, raw: bytes, keys: Sequence[PublicKey], *, allow_unprotected: bool = False
) -> AnyOf | Message | UserOperation | SignedTransaction[Any]:
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
    if isinstance(transaction, LegacyTransaction) and not (transaction.replay_protected or allow_unprotected):
        hint = "allow_unprotected=True reads it; signed, it is valid on every chain"
        raise TransactionError("expected a chain id in what is to be signed (EIP-155)", reason="missing", hint=hint)
    if len(keys) > 1:
        raise TransactionError("expected one key, the sender's, for an unsigned transaction", reason="ambiguous")
    return transaction


def identify(chain: Evm, raw: bytes) -> str:
    """The hash of a signed transaction: see `Evm.transaction_id`. Raises `TransactionError`."""
    try:
        typed = _checked(raw)
        _, signature = _read(chain, typed, None)
    except DecodingError as error:
        raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None
    if signature is None:
        raise TransactionError("nobody has signed it: there is no id yet", reason="missing")
    return chain._identify(typed)


def _check_keys(keys: object) -> None:
    if not isinstance(keys, Sequence) or any(type(key) is not PublicKey for key in keys):
        raise TransactionError("expected a sequence of public keys", reason="type")


def _signed(transaction: AnyOf, signature: Signature, keys: Sequence[PublicKey]) -> SignedTransaction[Any]:
    """The transaction of whom the signature names; the keys that were given must contain that one."""
    sender = _recover(transaction, signature)
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
        return _read_legacy(chain, sender, _items(raw, (6, 9)))
    size = _UNSIGNED.get(raw[0])
    if size is None:
        raise TransactionError(f"expected a transaction of type 0, 1 or 2, got type {raw[0]}", reason="version")
    fields = _items(raw[1:], (size, size + 3))
    transaction = (_read_type_1 if raw[0] == 1 else _read_type_2)(chain, sender, fields[:size])
    return transaction, _read_signature(*fields[size:]) if len(fields) > size else None


def _items(raw: bytes, counts: tuple[int, int]) -> _Fields:
    fields = rlp.decode(raw)
    if type(fields) is not tuple:
        raise TransactionError("expected a list after the type, got a string of bytes", reason="type")
    if len(fields) not in counts:
        raise TransactionError(f"expected {counts[0]} or {counts[1]} fields, got {len(fields)}", reason="length")
    return fields


def _read_type_2(chain: Evm, sender: PublicKey | None, fields: _Fields) -> Transaction:
    chain_id, nonce, max_priority_fee, max_fee, gas, to, value, data, access_list = fields
    _check_chain(chain, rlp.decode_uint(chain_id, 256))
    return Transaction(
        chain=chain,
        sender=sender,
        nonce=rlp.decode_uint(nonce, 256),
        max_priority_fee=rlp.decode_uint(max_priority_fee, 256),
        max_fee=rlp.decode_uint(max_fee, 256),
        gas=rlp.decode_uint(gas, 256),
        value=rlp.decode_uint(value, 256),
        to=_read_destination(chain, to),
        data=data,
        access_list=access_list,
    )


def _read_type_1(chain: Evm, sender: PublicKey | None, fields: _Fields) -> AccessListTransaction:
    chain_id, nonce, gas_price, gas, to, value, data, access_list = fields
    _check_chain(chain, rlp.decode_uint(chain_id, 256))
    return AccessListTransaction(
        chain=chain,
        sender=sender,
        nonce=rlp.decode_uint(nonce, 256),
        gas_price=rlp.decode_uint(gas_price, 256),
        gas=rlp.decode_uint(gas, 256),
        value=rlp.decode_uint(value, 256),
        to=_read_destination(chain, to),
        data=data,
        access_list=access_list,
    )


def _read_legacy(chain: Evm, sender: PublicKey | None, fields: _Fields) -> _Read:
    nonce, gas_price, gas, value = (rlp.decode_uint(fields[place], 256) for place in (0, 1, 2, 4))
    replay_protected, signature = _read_v(chain, *fields[6:]) if len(fields) > 6 else (False, None)
    transaction = LegacyTransaction(
        chain=chain,
        sender=sender,
        nonce=nonce,
        gas_price=gas_price,
        gas=gas,
        value=value,
        to=_read_destination(chain, fields[3]),
        data=fields[5],
        replay_protected=replay_protected,
    )
    return transaction, signature


def _read_v(chain: Evm, v: rlp.Item, r: rlp.Item, s: rlp.Item) -> tuple[bool, Signature | None]:
    """Whether a chain id is signed, and the signature; None where chain id, 0, 0 stand in its place (EIP-155)."""
    number = rlp.decode_uint(v, 64)  # EIP-2294
    if r == s == b"":
        _check_chain(chain, number)
        return True, None
    if number in (27, 28):
        return False, _read_signature(rlp.encode_uint(number - 27), r, s)
    if number < 35:
        raise TransactionError("expected v of 27, 28, or 35 and more", reason="range")
    chain_id, parity = divmod(number - 35, 2)
    _check_chain(chain, chain_id)
    return True, _read_signature(rlp.encode_uint(parity), r, s)


def _check_chain(chain: Evm, chain_id: int) -> None:
    if chain_id != chain.chain_id:
        raise TransactionError(f"expected chain id {chain.chain_id}, got {chain_id}", reason="network")


def _read_destination(chain: Evm, to: rlp.Item) -> Address | None:
    if type(to) is not bytes or len(to) not in (0, 20):
        raise TransactionError("expected 20 bytes, or none, as destination", reason="length")
    return chain.account(to) if to else None


def _read_signature(parity: rlp.Item, r: rlp.Item, s: rlp.Item) -> Signature:
    """The signature, low s (EIP-2)."""
    from walletcore.curves.secp256k1 import ORDER

    recovery, r_, s_ = rlp.decode_uint(parity, 1), rlp.decode_uint(r, 256), rlp.decode_uint(s, 256)
    if not (0 < r_ < ORDER and 0 < s_ < ORDER):
        raise TransactionError("expected r and s from 1 to n-1", reason="range")
    if s_ > ORDER // 2:
        raise TransactionError("expected the lower of the two values of s (EIP-2)", reason="non-canonical")
    return Signature(scheme=Scheme.ECDSA, data=r_.to_bytes(32) + s_.to_bytes(32), recovery=recovery)


def _recover(transaction: AnyOf, signature: Signature) -> PublicKey:
    from walletcore.curves.secp256k1 import ecdsa_recover

    digest = keccak256(transaction.raw)
    try:
        key = ecdsa_recover(digest, signature.data, cast(int, signature.recovery))
    except InvalidSignature:
        raise TransactionError("no key can have made the signature", reason="mismatch") from None
    return PublicKey.trusted(Curve.SECP256K1, key)
