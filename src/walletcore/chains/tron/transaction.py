"""Transactions of Tron: one contract, a reference to a block, and signatures of the keys that a permission has.

java-tron, protocol/src/main/protos/core/Tron.proto (Transaction); Tron documentation, "Transactions". What is signed is
the SHA-256 of ``raw_data``, which is the id as well. All that is told follows from these bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypedDict, cast

from walletcore.chains.accounts import check_numbers
from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.tron.chain import TronChain
from walletcore.chains.tron.contracts import NAMES
from walletcore.chains.tron.contracts.contract import Contract
from walletcore.chains.tron.fields import codec_of
from walletcore.coding import protobuf as pb
from walletcore.coding.varint import varint
from walletcore.coding.visible import is_visible
from walletcore.coding.wire import with_path
from walletcore.effects import Effect, Fee, Opaque, Statement
from walletcore.errors import DecodingError, InvalidSignature, TransactionError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, Signature, SigningRequest, answered

__all__ = ["MAX_KEYS", "RAW", "SIGNED", "URL", "BlockReference", "Envelope", "Transaction", "block_reference", "merge"]

MAX_KEYS = 5
"""The most keys that a permission has (java-tron, AccountPermissionUpdateActuator, getTotalSignNum)."""
URL = "type.googleapis.com/protocol."
"""What stands before the name of a contract in its ``Any``."""

_MAX_SIZE = 500 * 1024  # common/src/main/java/org/tron/core/Constant.java, TRANSACTION_MAX_BYTE_SIZE
_RESULT = 64  # the same, MAX_RESULT_SIZE_IN_TX: bytes of the result that are paid for
_SIGNATURE = 67  # 65 bytes, their tag and size
_FREE_ACCOUNTS = ("TransferContract", "TransferAssetContract")  # these make an account where there is none


@dataclass(frozen=True, slots=True)
class _Call:
    type: int
    parameter: pb.AnyMessage
    permission_id: int


@dataclass(frozen=True, slots=True)
class _Raw:
    ref_block_bytes: bytes
    ref_block_hash: bytes
    expiration: int
    data: bytes
    contract: tuple[_Call, ...]
    timestamp: int
    fee_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What nodes are given: ``raw_data`` and its signatures."""

    raw_data: bytes
    signature: tuple[bytes, ...]


_SIZES = (("ref_block_bytes", 2), ("ref_block_hash", 8), ("memo", 0))
_LIMITS = (("permission_id", 1 << 31), *((name, 1 << 63) for name in ("expiration", "timestamp", "fee_limit")))

# What is read. It is written without tables, field by field, for speed; who reads compares it with what is written.
# What no field describes (ref_block_num, auths, scripts, provider, ContractName) is not used by any node, and refused.
_CALL = pb.message(_Call, type=pb.enum(1), parameter=pb.embedded(2, pb.any_), permission_id=pb.int32(5))
RAW = pb.message(
    _Raw,
    ref_block_bytes=pb.data(1),
    ref_block_hash=pb.data(4),
    expiration=pb.int64(8),
    data=pb.data(10),
    contract=pb.repeated(11, _CALL),
    timestamp=pb.int64(14),
    fee_limit=pb.int64(18),
)
"""``Transaction.raw``."""
SIGNED = pb.message(Envelope, raw_data=pb.data(1), signature=pb.repeated(2, pb.data))
"""``Transaction``."""


class BlockReference(TypedDict):
    """What refers to a block."""

    ref_block_bytes: bytes
    ref_block_hash: bytes


def block_reference(block_id: bytes) -> BlockReference:
    """The two fields of a transaction that refer to a block, by its id of 32 bytes. Raises `TransactionError`."""
    if type(block_id) is not bytes or len(block_id) != 32:
        raise TransactionError("expected the 32 bytes of a block's id", reason="length")
    return {"ref_block_bytes": block_id[6:8], "ref_block_hash": block_id[8:16]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A contract that the keys of ``signers`` sign, up to five of them. Raises `TransactionError`.

    ``permission_id`` says by which permission of the account: 0 for the owner's, from 2 on for active ones. Times are
    milliseconds since 1970; `block_reference` makes the reference to a block, which must be a recent one. ``fee_limit``
    bounds, in sun, what the code of contracts may cost. ``memo`` is text or other bytes that all can read.
    """

    chain: TronChain
    contract: Contract
    signers: tuple[PublicKey, ...] = ()
    origins: tuple[KeyOrigin | None, ...] = field(default=(), compare=False)
    permission_id: int = 0
    ref_block_bytes: bytes
    ref_block_hash: bytes
    expiration: int
    timestamp: int = 0
    fee_limit: int = 0
    memo: bytes = b""
    _raw: bytes | None = memory()
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, TronChain):
            raise TransactionError(f"expected a network of Tron, got {type(self.chain).__name__}", reason="type")
        kind = type(self.contract)
        if not issubclass(kind, Contract) or NAMES.get(getattr(kind, "number", -1)) != kind.__name__:
            raise TransactionError(f"expected a contract, got {type(self.contract).__name__}", reason="type")
        if self.signers != () or self.origins != ():
            _check_signers(self.signers, self.origins)
        for name, size in _SIZES:
            data = getattr(self, name)
            if type(data) is not bytes or len(data) != (size or len(data)):
                raise TransactionError(f"expected {f'{size} ' if size else ''}bytes as {name}", reason="length")
        check_numbers(self, _LIMITS)
        if len(self.raw) > _MAX_SIZE - MAX_KEYS * _SIGNATURE:
            raise TransactionError(f"expected a transaction of at most {_MAX_SIZE} bytes", reason="too-large")

    @property
    @remembered
    def raw(self) -> bytes:
        """The bytes of ``raw_data``, whose SHA-256 is signed."""
        contract, kind = self.contract, type(self.contract)
        try:
            value = codec_of(self.chain, kind).dump(contract, 0)
        except DecodingError as error:
            raise TransactionError(str(with_path(error)), reason=error.reason) from None
        type_number, any_head = _heads(kind.number, kind.__name__)
        any_contract = any_head + varint(len(value)) + value
        call = type_number + b"\x12" + varint(len(any_contract)) + any_contract + _number(b"\x28", self.permission_id)
        memo = b"\x52" + varint(len(self.memo)) + self.memo if self.memo else b""
        return b"".join(
            (
                b"\x0a\x02" + self.ref_block_bytes + b"\x22\x08" + self.ref_block_hash,
                _number(b"\x40", self.expiration) + memo + b"\x5a" + varint(len(call)) + call,
                _number(b"\x70", self.timestamp) + _number(b"\x90\x01", self.fee_limit),
            )
        )

    @property
    def id(self) -> str:
        """The id that explorers show, 64 hex digits: signatures do not change it."""
        return sha256(self.raw).hex()

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One request for each signer: its signature over the SHA-256 of `raw`. Raises `TransactionError`."""
        if self.contract.is_disabled:
            raise TransactionError(f"no network takes a {self.contract.type_name}", reason="policy")
        if not self.signers:
            hint = "decode_transaction(raw, keys=[key]) tells it"
            raise TransactionError("signer key unknown", reason="missing", hint=hint)
        origins = self.origins or (None,) * len(self.signers)
        return tuple(
            [
                SigningRequest.trusted(key, Scheme.ECDSA, self.raw, sha256, None, origin, self)
                for key, origin in zip(self.signers, origins, strict=True)
            ]
        )

    def assemble(self, answers: Answers) -> SignedTransaction[Transaction]:
        """The transaction with the signatures of all its signers. Raises `InvalidSignature`, `MissingSignature`."""
        answers = answered(self.requests(), answers)
        return self._signed(answers)

    def _signed(self, answers: tuple[Signature, ...]) -> SignedTransaction[Transaction]:
        data = self.raw
        raw = b"".join((b"\x0a", varint(len(data)), data, *map(_signature, answers)))
        return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=answers)

    def effects(self, *, trc20: Collection[Address] = ()) -> tuple[Effect, ...]:
        """What the contract does, the memo, and the highest fee.

        ``trc20`` are contracts that the caller knows to be tokens of TRC-20, beside those that the row names. The fee
        is what the row's `Charges` and ``fee_limit`` allow, with the signatures of those signers who are known.
        Raises `TransactionError`.
        """
        if not isinstance(trc20, Collection) or any(type(each) is not Address for each in trc20):
            raise TransactionError("expected the addresses of TRC-20 contracts", reason="type")
        known = frozenset((*self.chain.trc20, *(each.text for each in trc20 if each.chain == self.chain)))
        fee = Fee(asset=self.chain.asset, at_most=self._highest_fee(), payer=self.contract.owner_address.account_id)
        return (*self.contract.effects(known), *self._memo(), fee)

    def _memo(self) -> Iterator[Effect]:
        """The text, `Opaque` where it is none or some of it cannot be seen."""
        if self.memo:
            try:
                text = self.memo.decode()
            except UnicodeDecodeError:
                text = ""
            is_text = bool(text) and is_visible(text)
            yield Statement(text=text, meaning="memo") if is_text else Opaque(why="a memo of bytes", data=self.memo)

    def _highest_fee(self) -> int:
        charges, name = self.chain.charges, self.contract.type_name
        signatures = MAX_KEYS  # others may sign as well: a cosigner's own bytes do not say how many
        size = len(SIGNED.dump(Envelope(raw_data=self.raw, signature=()), 0)) + signatures * _SIGNATURE + _RESULT
        parts = (
            size * charges.byte,
            self.fee_limit if self.contract.runs_code else 0,
            charges.memo if self.memo else 0,
            charges.several_signatures,
            charges.new_account if name in _FREE_ACCOUNTS else 0,
            dict(charges.contracts).get(name, 0),
        )
        return sum(parts)


@cache
def _heads(number: int, name: str) -> tuple[bytes, bytes]:
    """What is the same in every call of a contract: its type, and the beginning of its ``Any``."""
    url = (URL + name).encode()
    return _number(b"\x08", number), b"\x0a" + varint(len(url)) + url + b"\x12"


def _number(tag: bytes, number: int) -> bytes:
    return tag + varint(number) if number else b""


def _check_signers(signers: object, origins: object) -> None:
    if type(signers) is not tuple or len(signers) > MAX_KEYS:
        raise TransactionError(f"expected a tuple of at most {MAX_KEYS} public keys as signers", reason="length")
    for key in signers:
        if type(key) is not PublicKey or key.curve is not Curve.SECP256K1:
            raise TransactionError("expected public keys of secp256k1 as signers", reason="type")
    if len(set(signers)) != len(signers):
        raise TransactionError("expected each signer once", reason="duplicate")
    if type(origins) is not tuple or any(type(each) not in (KeyOrigin, type(None)) for each in origins):
        raise TransactionError("expected a tuple of KeyOrigin, or None, as origins", reason="type")
    if origins and len(origins) != len(signers):
        raise TransactionError("expected an origin, or None, for each signer", reason="length")


def _signature(signature: Signature) -> bytes:
    """The field of a signature: r, s and the recovery id, 65 bytes."""
    if signature.recovery is None or signature.recovery > 1:  # r was n or more before it was reduced
        raise InvalidSignature("expected a signature with recovery id 0 or 1", reason="range")
    return b"\x12\x41" + signature.data + bytes((signature.recovery,))


def merge(*parts: SignedTransaction[Transaction]) -> SignedTransaction[Transaction]:
    """The transaction with all signatures of its parts, which were made in several places, each key's once.

    Their order is that in which they come; nodes take any. Raises `TransactionError` where the parts are not the same
    transaction, or more keys have signed it than a permission has.
    """
    first = parts[0] if parts else None
    if first is None or any(type(part.transaction) is not Transaction for part in parts):
        raise TransactionError("expected signed transactions of Tron", reason="type")
    found: dict[PublicKey, tuple[KeyOrigin | None, Signature]] = {}
    for part in parts:
        made = part.transaction
        if made.raw != first.transaction.raw or made.chain != first.chain:
            raise TransactionError("the parts are of different transactions", reason="mismatch")
        origins = made.origins or (None,) * len(made.signers)
        for key, origin, answer in zip(made.signers, origins, part.answers, strict=True):
            found.setdefault(key, (origin, cast(Signature, answer)))
    transaction = first.transaction
    changed = Transaction(
        **{name: getattr(transaction, name) for name in transaction.__slots__ if not name.startswith("_")}
        | {"signers": tuple(found), "origins": tuple([origin for origin, _ in found.values()])}
    )
    return changed.assemble(tuple([answer for _, answer in found.values()]))
