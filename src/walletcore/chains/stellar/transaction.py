"""A transaction of Stellar: operations that succeed or fail together, for a source account that pays the fee.

Stellar documentation, "Operations and Transactions"; stellar/stellar-xdr, Stellar-transaction.x. What is signed is the
SHA-256 of the network's id, the type of envelope and the transaction. ``raw`` is the envelope without signatures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.stellar import operations, wire
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.operations import Operation
from walletcore.chains.stellar.signatures import (
    Signers,
    check_preimages,
    check_signers,
    decorated,
    key_of,
    requested,
)
from walletcore.chains.stellar.soroban import SorobanData, check_contracts, check_resources, soroban_data
from walletcore.chains.stellar.values import Conditions, DecoratedSignature, Memo, MemoId, Preconditions, SignerKey
from walletcore.coding import xdr
from walletcore.coding.strkey import Strkey
from walletcore.coding.wire import Codec
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.hashes import sha256
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, SigningRequest, accepted, answered

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = ["ENVELOPE_V0", "ENVELOPE_V1", "Transaction", "body_codec"]

ENVELOPE_V0, ENVELOPE_V1 = (0).to_bytes(4), (2).to_bytes(4)
_MAX_OPERATIONS = 100
_NO_SIGNATURES = bytes(4)
_ED25519 = (0).to_bytes(4)  # what stands before a source account, but for version 0


@cache
def body_codec(chain: StellarChain) -> Codec[Any]:
    """Transaction, as fields."""
    return wire.record(
        source=wire.muxed(chain),
        fee=xdr.uint32,
        sequence=wire.AMOUNT,
        conditions=wire.PRECONDITIONS,
        memo=wire.MEMO,
        operations=xdr.array(operations.codec(chain), _MAX_OPERATIONS),
        soroban=xdr.union({0: xdr.void, 1: soroban_data(chain)}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Operations of a source account (``G...`` or ``M...``). Raises `TransactionError`.

    ``fee`` is the most that it pays for all of them, in the ten millionth part of the native asset; ``sequence`` the
    account's number and one. ``conditions`` are `TimeBounds` or more `Preconditions`. A transaction of version 0, as it
    was before protocol 13, is signed as every other one. ``soroban`` are the resources of an operation of a contract.

    ``signers`` are keys that sign in the place of the accounts' own ones, with their origins or None: the bytes do not
    say who else may. ``preimages`` are signatures of hash-x signers, ``payload_signers`` sign payloads of their own.
    """

    chain: StellarChain
    source: Address
    fee: int
    sequence: int
    conditions: Conditions = None
    memo: Memo = None
    operations: tuple[Operation, ...]
    soroban: SorobanData | None = None
    is_v0: bool = False
    signers: Signers = field(default=(), compare=False)
    preimages: tuple[bytes, ...] = field(default=(), compare=False, repr=False)
    payload_signers: tuple[SignerKey, ...] = field(default=(), compare=False)
    _body: bytes | None = memory()
    _requests: object = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, StellarChain):
            raise TransactionError(f"expected a network of Stellar, got {type(self.chain).__name__}", reason="type")
        check_signers(self.signers)
        check_preimages(self.preimages)
        for each in self._payload_signers():
            if type(each) is not SignerKey or each.kind is not Strkey.SIGNED_PAYLOAD:
                raise TransactionError("expected signed payloads (P...) as payload_signers", reason="type")
        self.body()  # refuses what has no bytes
        if not self.operations:
            raise TransactionError("expected an operation", reason="missing")
        check_contracts(self.operations, self.soroban)
        self._check_version()
        self._check_memo()

    def _payload_signers(self) -> tuple[SignerKey, ...]:
        if type(self.payload_signers) is not tuple:
            raise TransactionError("expected a tuple of SignerKey as payload_signers", reason="type")
        return self.payload_signers

    def _check_version(self) -> None:
        if type(self.is_v0) is not bool:
            raise TransactionError("expected True or False as is_v0", reason="type")
        if self.is_v0 and (
            self.source.kind != "account" or type(self.conditions) is Preconditions or self.soroban is not None
        ):
            raise TransactionError(
                "version 0 has no muxed source, no conditions but a time, and no contracts", reason="version"
            )

    def _check_memo(self) -> None:
        """SEP-0029, for the accounts that the row names."""
        if not self.chain.memo_required or self.memo is not None:
            return
        for each in self.operations:
            to = getattr(each, "destination", None)
            if type(to) is Address and to.text in self.chain.memo_required:
                raise TransactionError(f"{to.text} asks for a memo, and there is none", reason="policy")

    def body(self) -> bytes:
        """The XDR of the transaction, without an envelope."""
        if self._body is None:
            try:
                encoded = body_codec(self.chain).encode(self)
            except DecodingError as error:
                raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None
            object.__setattr__(self, "_body", encoded)
            return encoded
        return self._body

    @property
    def raw(self) -> bytes:
        """The envelope without signatures, from which `StellarChain.decode_transaction` makes the transaction again."""
        return self.envelope(())

    @property
    def payload(self) -> bytes:
        """What is hashed and signed: the network's id, the type of a transaction (2), and the transaction."""
        return self.chain.network_id + ENVELOPE_V1 + self.body()

    @property
    def hash(self) -> bytes:
        """The SHA-256 of the payload, 32 bytes: its id, and what a pre-authorized signer names."""
        return sha256(self.payload)

    def envelope(self, signatures: tuple[DecoratedSignature, ...]) -> bytes:
        """The envelope with these signatures, which nobody has verified. Raises `TransactionError`."""
        behind = _NO_SIGNATURES
        if signatures != ():
            with raised_as(TransactionError):
                behind = wire.SIGNATURES.encode(signatures)
        if self.is_v0:
            return ENVELOPE_V0 + self.body()[len(_ED25519) :] + behind
        return ENVELOPE_V1 + self.body() + behind

    def accounts(self) -> tuple[bytes, ...]:
        """The accounts that it acts for, each once: the source, then those of operations."""
        sources = [self.source.payload[:32]]
        sources += [each.source.payload[:32] for each in self.operations if each.source is not None]
        return tuple(dict.fromkeys(sources))

    def extra_signers(self) -> tuple[SignerKey, ...]:
        """Signers that the conditions name."""
        return self.conditions.extra_signers if isinstance(self.conditions, Preconditions) else ()

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One per signer, by default the keys of all accounts that it acts for, and the extra signers that have keys.

        Raises `TransactionError` when an account that must sign has no key, or the resources are not known.
        """
        check_resources(self.operations, self.soroban)
        payloads = [each for each in self.extra_signers() if each.kind is Strkey.SIGNED_PAYLOAD]
        payloads += [each for each in self.payload_signers if each not in payloads]
        return requested(self, self.payload, tuple(self._signers()), payloads)

    def _signers(self) -> Iterator[Any]:
        known = dict(self.signers) or dict.fromkeys(map(key_of, self.accounts()))
        yield from known.items()
        for each in self.extra_signers() if not self.signers else ():
            if each.kind is Strkey.ACCOUNT and key_of(each.key) not in known:
                yield key_of(each.key), None

    def assemble(self, answers: Answers) -> SignedTransaction[Transaction]:
        """The envelope with all signatures and the preimages. Raises `InvalidSignature`, `MissingSignature`."""
        requests = self.requests()
        taken = answered(requests, answers)
        raw = self.envelope(decorated(requests, taken, self.preimages))
        return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=taken)

    def partial(self, answers: Answers) -> bytes:
        """The envelope with the signatures that are there; `StellarChain.decode_partial` reads it.

        Raises `InvalidSignature`.
        """
        requests = self.requests()
        return self.envelope(decorated(requests, accepted(requests, answers), self.preimages))

    @property
    def memo_id(self) -> int | None:
        """The number of a memo that is one."""
        return self.memo.id if isinstance(self.memo, MemoId) else None

    @remembered
    def effects(self) -> tuple[Effect, ...]:
        """What the operations do, in their order, then the memo and the fee.

        See `walletcore.chains.stellar.outcome`.
        """
        from walletcore.chains.stellar.outcome import effects_of  # imported by those who read, not by those who sign

        return effects_of(self)
