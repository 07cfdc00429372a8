"""EIP-1559 transactions: type 2 of EIP-2718's envelopes, with the access lists of EIP-2930.

Unsigned 0x02 || rlp([chain_id, nonce, max_priority_fee_per_gas, max_fee_per_gas, gas_limit, destination, amount, data,
access_list]), and signed the same list with signature_y_parity, signature_r and signature_s at its end. Amounts and
fees are in wei; fees are per unit of gas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, cast

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.evm.chain import Evm
from walletcore.coding import rlp
from walletcore.effects import Effect, Fee, Opaque, Transfer
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.signing import Answers, Signature, SigningRequest, accepted, complete, in_use, memory, remembered

__all__ = ["GWEI", "AccessList", "Transaction", "decode"]

GWEI = 10**9
"""Wei; fees are usually told in these."""

AccessList: TypeAlias = "tuple[tuple[bytes, tuple[bytes, ...]], ...]"
"""Accounts (20 bytes) with the storage keys (32 bytes each) that are announced for them (EIP-2930)."""

_TYPE = b"\x02"
_PARITY = (rlp.encode(b""), rlp.encode(b"\x01"))
_UNSIGNED, _SIGNED = 9, 12  # fields
_MAX_RAW = 2 << 20
_MAX_DATA = 1 << 20
_MAX_ACCESS = 1 << 14  # accounts and storage keys together: twice what 2^24 gas can pay for (EIP-7825)
_LIMITS = (
    ("value", 2**256),
    ("nonce", 2**64 - 1),  # EIP-2681
    ("gas", 2**64),
    ("max_fee", 2**256),
    ("max_priority_fee", 2**256),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What an account asks a chain to do: value and data to an account or contract, or a new contract (no ``to``).

    ``value`` in wei, ``gas`` in units, ``max_fee`` and ``max_priority_fee`` in wei per unit. The chain id is the
    chain's own. Raises `TransactionError` for numbers out of range, a priority fee above the fee, an address of
    another chain, and malformed access lists.
    """

    chain: Evm
    sender: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    to: Address | None
    value: int
    nonce: int
    gas: int
    max_fee: int
    max_priority_fee: int
    data: bytes = field(default=b"", repr=False)
    access_list: AccessList = ()
    _fields: bytes | None = memory()
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, Evm):
            raise TransactionError(f"expected an EVM chain, got {type(self.chain).__name__}", reason="type")
        self._check_sender()
        self._check_destination()
        self._check_numbers()
        self._check_data()
        if self.access_list != ():
            _check_access_list(self.access_list)

    def _check_sender(self) -> None:
        key = self.sender
        if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
            raise TransactionError("expected the sender's secp256k1 public key, or None", reason="type")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected the sender's KeyOrigin, or None", reason="type")

    def _check_destination(self) -> None:
        to = self.to
        if to is None:
            return
        if type(to) is not Address:
            got = f"expected an Address or None as to, got {type(to).__name__}"
            raise TransactionError(got, reason="type", hint="chain.parse_address(text) makes one")
        if to.chain is not self.chain and to.chain != self.chain:
            expected = f"expected an address of {self.chain.name}, got one of {to.chain.name}"
            raise TransactionError(expected, reason="network")
        if type(to.payload) is not bytes or len(to.payload) != 20:
            raise TransactionError("expected an address of 20 bytes as to", reason="length")
        if to.text[2:].lower() != to.payload.hex():
            raise TransactionError("the address's text and bytes are not the same", reason="mismatch")

    def _check_numbers(self) -> None:
        for name, limit in _LIMITS:
            number = getattr(self, name)
            if type(number) is not int:
                raise TransactionError(f"expected an int as {name}, got {type(number).__name__}", reason="type")
            if not 0 <= number < limit:
                raise TransactionError(f"expected {name} from 0 to {limit - 1}", reason="range")
        if self.max_priority_fee > self.max_fee:
            raise TransactionError("expected max_priority_fee to be at most max_fee (EIP-1559)", reason="mismatch")
        if self.gas * self.max_fee >> 256:
            raise TransactionError("expected gas * max_fee below 2^256", reason="range")

    def _check_data(self) -> None:
        if type(self.data) is not bytes:
            raise TransactionError(f"expected bytes as data, got {type(self.data).__name__}", reason="type")
        if len(self.data) > _MAX_DATA:
            raise TransactionError(f"expected at most {_MAX_DATA} bytes of data", reason="too-large")

    @property
    def raw(self) -> bytes:
        """The bytes that are signed: 0x02 and the list of nine fields."""
        return _TYPE + rlp.join((self.fields(),))

    @remembered
    def fields(self) -> bytes:
        """The nine fields in the order of EIP-1559, each encoded: what signed and unsigned bytes have in common."""
        encode, uint = rlp.encode, rlp.encode_uint
        encoded = (
            encode(uint(self.chain.chain_id)),
            encode(uint(self.nonce)),
            encode(uint(self.max_priority_fee)),
            encode(uint(self.max_fee)),
            encode(uint(self.gas)),
            encode(b"" if self.to is None else self.to.payload),
            encode(uint(self.value)),
            encode(self.data),
            encode(self.access_list),
        )
        return b"".join(encoded)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request: the sender's recoverable ECDSA signature over the Keccak-256 of `raw`.

        Raises `TransactionError` while the sender is not known.
        """
        if self.sender is None:
            hint = "decode_transaction(raw, keys=[key]) tells it"
            raise TransactionError("sender key unknown", reason="missing", hint=hint)
        return (
            SigningRequest(
                key=self.sender,
                scheme=Scheme.ECDSA,
                payload=self.raw,
                prehash=keccak256,
                origin=self.origin,
                subject=self,
            ),
        )

    def assemble(self, answers: Answers) -> SignedTransaction[Transaction]:
        """The transaction with its signature. Raises `InvalidSignature`, `MissingSignature`."""
        (signature,) = answers = complete(accepted(self.requests(), answers))
        raw = _TYPE + rlp.join((self.fields(), _encode_signature(signature)))
        return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=answers)

    def effects(self) -> tuple[Effect, ...]:
        """The value that moves, calldata or code as `Opaque`, and the highest fee."""
        asset = self.chain.asset
        source = "" if self.sender is None else self.chain.address(self.sender).account_id
        destination = "" if self.to is None else self.chain.account(self.to.payload).account_id
        effects: list[Effect] = []
        if self.value or (self.to is not None and not self.data):
            effects.append(Transfer(asset=asset, amount=self.value, source=source, destination=destination))
        if self.to is None:
            effects.append(Opaque(why="creates a contract", data=self.data))
        elif self.data:
            effects.append(Opaque(why=f"calls {destination}", data=self.data))
        return (*effects, Fee(asset=asset, at_most=self.gas * self.max_fee, payer=source))


def _check_access_list(entries: object) -> None:
    """Raise `TransactionError` unless these are tuples of an account and a tuple of storage keys, not too many."""
    room = _MAX_ACCESS
    for entry in _checked_tuple(entries, "access_list"):
        pair = _checked_tuple(entry, "entry of access_list")
        if len(pair) != 2:
            raise TransactionError("expected an account and its storage keys in access_list", reason="length")
        keys = _checked_tuple(pair[1], "storage keys")
        room -= 1 + len(keys)
        if room < 0:
            raise TransactionError(f"expected at most {_MAX_ACCESS} accounts and storage keys", reason="too-large")
        _check_size(pair[0], 20, "account")
        for key in keys:
            _check_size(key, 32, "storage key")


def _checked_tuple(value: object, what: str) -> tuple[Any, ...]:
    if type(value) is not tuple:
        raise TransactionError(f"expected a tuple as {what}, got {type(value).__name__}", reason="type")
    return value


def _check_size(value: object, size: int, what: str) -> None:
    if type(value) is not bytes or len(value) != size:
        raise TransactionError(f"expected {size} bytes as {what} in access_list", reason="length")


def _encode_signature(signature: Signature) -> bytes:
    """signature_y_parity, signature_r, signature_s, each encoded; r and s as the numbers that they are."""
    parity = signature.recovery
    if parity is None or parity > 1:  # an r of n or more before it was reduced, of which Ethereum knows nothing
        raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
    r, s = signature.data[:32].lstrip(b"\0"), signature.data[32:].lstrip(b"\0")
    return _PARITY[parity] + rlp.encode(r) + rlp.encode(s)


def decode(chain: Evm, raw: bytes, keys: Sequence[PublicKey]) -> Transaction | SignedTransaction[Transaction]:
    """Read a transaction of this chain, signed or not: see `Evm.decode_transaction`. Raises `TransactionError`."""
    if not isinstance(keys, Sequence) or any(type(key) is not PublicKey for key in keys):
        raise TransactionError("expected a sequence of public keys", reason="type")
    with raised_as(TransactionError):
        fields = _read_fields(raw)
        transaction = _read_transaction(chain, fields[:_UNSIGNED])
        signature = _read_signature(fields[_UNSIGNED:])
    if signature is not None:
        sender = _recover(transaction, signature)
        if keys and sender not in keys:
            raise TransactionError("the transaction is signed by another key than those given", reason="mismatch")
        return replace(transaction, sender=sender).assemble((signature,))
    if len(keys) > 1:
        raise TransactionError("expected one key, the sender's, for an unsigned transaction", reason="ambiguous")
    return replace(transaction, sender=keys[0]) if keys else transaction


def _read_fields(raw: bytes) -> tuple[Any, ...]:
    """The 9 or 12 items of the list in a type 2 envelope (EIP-2718)."""
    if type(raw) is not bytes:
        raise TransactionError(f"expected a transaction as bytes, got {type(raw).__name__}", reason="type")
    if len(raw) > _MAX_RAW:
        raise TransactionError(f"expected at most {_MAX_RAW} bytes, got {len(raw)}", reason="too-large")
    if not raw:
        raise TransactionError("expected a transaction, got no bytes", reason="truncated")
    if raw[:1] != _TYPE:
        got = "one without a type" if raw[0] >= 0xC0 else f"type {raw[0]}"
        raise TransactionError(f"expected a transaction of type 2, got {got}", reason="version")
    fields = rlp.decode(raw[1:])
    if type(fields) is not tuple:
        raise TransactionError("expected a list after the type, got a string of bytes", reason="type")
    if len(fields) not in (_UNSIGNED, _SIGNED):
        raise TransactionError(f"expected {_UNSIGNED} or {_SIGNED} fields, got {len(fields)}", reason="length")
    return fields


def _read_transaction(chain: Evm, fields: tuple[Any, ...]) -> Transaction:
    *numbers, to, amount, data, access_list = fields
    chain_id, nonce, max_priority_fee, max_fee, gas, value = (rlp.decode_uint(n, 256) for n in (*numbers, amount))
    if chain_id != chain.chain_id:
        raise TransactionError(f"expected chain id {chain.chain_id}, got {chain_id}", reason="network")
    if type(to) is not bytes or len(to) not in (0, 20):
        raise TransactionError("expected 20 bytes, or none, as destination", reason="length")
    return Transaction(
        chain=chain,
        to=chain.account(to) if to else None,
        value=value,
        nonce=nonce,
        gas=gas,
        max_fee=max_fee,
        max_priority_fee=max_priority_fee,
        data=data,
        access_list=access_list,
    )


def _read_signature(fields: tuple[Any, ...]) -> Signature | None:
    """The signature, low s (EIP-2); None for no fields."""
    from walletcore.curves.secp256k1 import ORDER

    if not fields:
        return None
    parity, r, s = (rlp.decode_uint(field, bits) for field, bits in zip(fields, (1, 256, 256), strict=True))
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise TransactionError("expected r and s from 1 to n-1", reason="range")
    if s > ORDER // 2:
        raise TransactionError("expected the lower of the two values of s (EIP-2)", reason="non-canonical")
    return Signature(scheme=Scheme.ECDSA, data=r.to_bytes(32) + s.to_bytes(32), recovery=parity)


def _recover(transaction: Transaction, signature: Signature) -> PublicKey:
    from walletcore.curves.secp256k1 import ecdsa_recover

    digest = keccak256(transaction.raw)
    try:
        key = ecdsa_recover(digest, signature.data, cast(int, signature.recovery))
    except InvalidSignature:
        raise TransactionError("no key can have made the signature", reason="mismatch") from None
    return PublicKey.trusted(Curve.SECP256K1, key)
