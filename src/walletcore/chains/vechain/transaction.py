"""Transactions of VeChain: clauses that succeed or fail together, and who pays for them.

VeChain documentation, "Transactions"; vechain/thor, tx/tx_legacy.go and tx/tx_dynamic_fee.go. A transaction is a list
of RLP; since Galactica also one with a type before it, 0x51, and fees as in EIP-1559 (VIP-251, VIP-252). The sender
signs the BLAKE2b-256 of it. Where the reserved field says so, another account pays: the delegator signs the BLAKE2b-256
of that hash and the sender's address (VIP-191).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from walletcore.chains.accounts import check_account, check_numbers
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.vechain import tokens
from walletcore.chains.vechain.chain import VeChain
from walletcore.coding import rlp
from walletcore.effects import Effect, Fee, Opaque, Transfer
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.hashes import blake2b_256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, Signature, SigningRequest, answered

__all__ = ["AnyTransaction", "Clause", "LegacyTransaction", "Transaction"]

_MAX_CLAUSES = 2500  # tx/transaction.go, MaxClausesPerTx
_MAX_SIZE = 64 << 10  # txpool/tx_pool.go, MaxTxSize
_SIGNATURES = 140  # two signatures and their length
_TX_GAS, _CLAUSE_GAS, _CREATION_GAS = 5_000, 16_000, 48_000  # thor/params.go
_ZERO_GAS, _OTHER_GAS = 4, 68  # a byte of data
_DELEGATED = rlp.encode((b"\x01",))  # reserved: the features, of which there is this one (tx/features.go)
_PLAIN = rlp.encode(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One thing that a transaction does: value in wei and data for an account or contract; a new one without ``to``."""

    to: Address | None
    value: int = 0
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyTransaction:
    """What transactions have in common, with a type or without. Raises `TransactionError`.

    It is valid from the block of ``block_ref``, the first 8 bytes of that block's id, for ``expiration`` blocks, and
    only behind the transaction of the id ``depends_on``. ``nonce`` is any number. Where it is ``delegated``, the
    ``delegator`` pays, and signs as well; without that key the sender alone is asked for a signature.
    """

    chain: VeChain
    sender: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    delegated: bool = False
    delegator: PublicKey | None = None
    delegator_origin: KeyOrigin | None = field(default=None, compare=False)
    block_ref: bytes
    expiration: int
    clauses: tuple[Clause, ...]
    gas: int
    nonce: int
    depends_on: bytes | None = None
    _raw: bytes | None = memory()
    _requests: object | None = memory()

    type_byte: ClassVar[bytes] = b""
    """What stands before the list; nothing for transactions without a type."""
    limits: ClassVar[tuple[tuple[str, int], ...]] = (("expiration", 1 << 32), ("gas", 1 << 64), ("nonce", 1 << 64))
    """The numbers, and what each stays below."""

    _prices: ClassVar[Callable[[Any], bytes]]

    def __post_init__(self) -> None:
        if not isinstance(self.chain, VeChain):
            raise TransactionError(f"expected a network of VeChain, got {type(self.chain).__name__}", reason="type")
        for key, origin, what in (
            (self.sender, self.origin, "sender"),
            (self.delegator, self.delegator_origin, "delegator"),
        ):
            if key is not None and (type(key) is not PublicKey or key.curve is not Curve.SECP256K1):
                raise TransactionError(f"expected the {what}'s secp256k1 public key, or None", reason="type")
            if origin is not None and type(origin) is not KeyOrigin:
                raise TransactionError(f"expected the {what}'s KeyOrigin, or None", reason="type")
        self._check_delegation()
        check_numbers(self, self.limits)
        self._check_block()
        self._check_clauses()

    def _check_delegation(self) -> None:
        if type(self.delegated) is not bool:
            raise TransactionError("expected a bool as delegated", reason="type")
        if self.delegator is not None and not self.delegated:
            raise TransactionError("there is a delegator, and delegated is not set", reason="mismatch")
        if self.delegator is not None and self.delegator == self.sender:
            raise TransactionError("expected another key than the sender's as delegator", reason="duplicate")

    def _check_block(self) -> None:
        if type(self.block_ref) is not bytes or len(self.block_ref) != 8:
            raise TransactionError("expected 8 bytes as block_ref", reason="length")
        before = self.depends_on
        if before is not None and (type(before) is not bytes or len(before) != 32):
            raise TransactionError("expected 32 bytes, or None, as depends_on", reason="length")

    def _check_clauses(self) -> None:
        if type(self.clauses) is not tuple or any(type(each) is not Clause for each in self.clauses):
            raise TransactionError("expected a tuple of clauses", reason="type")
        if len(self.clauses) > _MAX_CLAUSES:
            raise TransactionError(f"expected at most {_MAX_CLAUSES} clauses", reason="too-large")
        for clause in self.clauses:
            if clause.to is not None:
                check_account(self.chain, clause.to, "to")
            if type(clause.value) is not int or not 0 <= clause.value < 1 << 256:
                raise TransactionError("expected an int from 0 to 2^256-1 as value", reason="range")
            if type(clause.data) is not bytes:
                raise TransactionError(f"expected bytes as data, got {type(clause.data).__name__}", reason="type")
        if sum(len(clause.data) for clause in self.clauses) > _MAX_SIZE or len(self.raw) + _SIGNATURES > _MAX_SIZE:
            raise TransactionError(f"expected a transaction of at most {_MAX_SIZE} bytes", reason="too-large")

    @property
    @remembered
    def raw(self) -> bytes:
        """The bytes that the sender signs: the type, and the list of fields."""
        return self.type_byte + rlp.join((self._fields(),))

    def _fields(self) -> bytes:
        head = rlp.encode_each(self.chain.chain_tag, int.from_bytes(self.block_ref), self.expiration)
        before = rlp.encode(b"" if self.depends_on is None else self.depends_on)
        after = before + rlp.encode_each(self.nonce) + (_DELEGATED if self.delegated else _PLAIN)
        return head + rlp.join(map(_encoded, self.clauses)) + self._prices() + rlp.encode_each(self.gas) + after

    @property
    def signing_hash(self) -> bytes:
        """The BLAKE2b-256 of `raw`, 32 bytes."""
        return blake2b_256(self.raw)

    @property
    def intrinsic_gas(self) -> int:
        """The gas that it needs before any code runs (tx/transaction.go, IntrinsicGas)."""
        gas = sum(_CREATION_GAS if clause.to is None else _CLAUSE_GAS for clause in self.clauses) or _CLAUSE_GAS
        data = b"".join([clause.data for clause in self.clauses])
        zeros = data.count(0)
        return _TX_GAS + gas + _ZERO_GAS * zeros + _OTHER_GAS * (len(data) - zeros)

    @property
    @abstractmethod
    def max_price(self) -> int | None:
        """The most that a unit of gas may cost, in wei of VTHO; None where nobody can say."""

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """The sender's signature over `raw`, and the delegator's, if its key is known (VIP-191).

        Raises `TransactionError` while the sender is not known.
        """
        if self.sender is None:
            hint = "decode_transaction(raw, keys=[key]) tells it"
            raise TransactionError("sender key unknown", reason="missing", hint=hint)
        asked = [(self.sender, self.origin, self.raw)]
        if self.delegator is not None:
            payload = self.signing_hash + self.chain.address(self.sender).payload
            asked.append((self.delegator, self.delegator_origin, payload))
        return tuple(
            [
                SigningRequest(
                    key=key, scheme=Scheme.ECDSA, payload=payload, prehash=blake2b_256, origin=origin, subject=self
                )
                for key, origin, payload in asked
            ]
        )

    def assemble(self, answers: Answers) -> SignedTransaction[Self]:
        """The transaction with its signatures. Raises `InvalidSignature`, `MissingSignature`."""
        answers = answered(self.requests(), answers)
        if self.delegated and self.delegator is None:
            hint = "replace(transaction, delegator=key) tells whose it is"
            raise MissingSignature("the delegator's signature is missing", hint=hint)
        signatures = b"".join(map(_signature, answers))
        raw = self.type_byte + rlp.join((self._fields(), rlp.encode(signatures)))
        return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=answers)

    def effects(self, *, vip180: Collection[Address] = ()) -> tuple[Effect, ...]:
        """What each clause moves and calls, code as `Opaque`, and the highest fee, which is paid in VTHO.

        ``vip180`` are contracts that the caller knows to be of VIP-180, beside those that the row names. A contract may
        pay the fee in the sender's place (multi-party payment); no signature says so. Raises `TransactionError`.
        """
        source = "" if self.sender is None else self.chain.address(self.sender).account_id
        payer = source
        if self.delegated:
            payer = "" if self.delegator is None else self.chain.address(self.delegator).account_id
        price = self.max_price
        fee = Fee(asset=self.chain.fee_asset, at_most=None if price is None else self.gas * price, payer=payer)
        known = tokens.known(self.chain, vip180)
        return (*(each for clause in self.clauses for each in self._of_clause(clause, source, known)), fee)

    def _of_clause(self, clause: Clause, source: str, known: Collection[str]) -> tuple[Effect, ...]:
        to = clause.to
        moved: tuple[Effect, ...] = ()
        if clause.value or (to is not None and not clause.data):
            destination = "" if to is None else to.account_id
            asset = self.chain.asset
            moved = (Transfer(asset=asset, amount=clause.value, source=source, destination=destination),)
        if to is None:
            why = "creates a contract" if clause.data else "creates a contract without code"
            return (*moved, Opaque(why=why, data=clause.data))
        return (*moved, *(tokens.effects(to, source, clause.data, known) if clause.data else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyTransaction(AnyTransaction):
    """A transaction without a type: gas costs the network's base price, and ``gas_price_coef`` 255ths of it more."""

    gas_price_coef: int = 0

    limits: ClassVar[tuple[tuple[str, int], ...]] = (*AnyTransaction.limits, ("gas_price_coef", 1 << 8))

    def _prices(self) -> bytes:
        return rlp.encode_each(self.gas_price_coef)

    @property
    def max_price(self) -> int | None:
        """The base price and its part, in wei of VTHO; None where the row does not know the base price."""
        base = self.chain.base_gas_price
        return None if base is None else base + base * self.gas_price_coef // 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(AnyTransaction):
    """A transaction of type 0x51: a unit of gas costs at most ``max_fee``, in wei of VTHO (VIP-251)."""

    max_priority_fee: int
    max_fee: int

    type_byte: ClassVar[bytes] = b"\x51"
    limits: ClassVar[tuple[tuple[str, int], ...]] = (
        *AnyTransaction.limits,
        ("max_priority_fee", 1 << 256),
        ("max_fee", 1 << 256),
    )

    def __post_init__(self) -> None:
        AnyTransaction.__post_init__(self)
        if self.max_priority_fee > self.max_fee:
            raise TransactionError("expected max_priority_fee not above max_fee", reason="range")

    def _prices(self) -> bytes:
        return rlp.encode_each(self.max_priority_fee, self.max_fee)

    @property
    def max_price(self) -> int:
        """``max_fee``."""
        return self.max_fee


def _encoded(clause: Clause) -> bytes:
    to = b"" if clause.to is None else clause.to.payload
    return rlp.join((rlp.encode(to), rlp.encode_each(clause.value), rlp.encode(clause.data)))


def _signature(signature: Signature | None) -> bytes:
    """R, s and the recovery id, 65 bytes."""
    if (
        signature is None or signature.recovery is None or signature.recovery > 1
    ):  # r was n or more before it was reduced
        raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
    return signature.data + bytes((signature.recovery,))
