"""Fee bumps: an account pays a higher fee for a transaction that others have signed (CAP-15).

Stellar documentation, "Fee-Bump Transactions"; stellar/stellar-xdr, Stellar-transaction.x (FeeBumpTransaction).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.stellar import wire
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.signatures import Signers, check_signers, decorated, key_of, requested
from walletcore.chains.stellar.transaction import Transaction
from walletcore.chains.stellar.values import DecoratedSignature
from walletcore.coding.wire import Codec
from walletcore.errors import TransactionError, raised_as
from walletcore.hashes import sha256
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, SigningRequest, accepted, answered

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = ["ENVELOPE_FEE_BUMP", "FeeBumpTransaction", "head_codec"]

ENVELOPE_FEE_BUMP = (5).to_bytes(4)
_NO_EXTENSION = bytes(4)


@cache
def head_codec(chain: StellarChain) -> Codec[Any]:
    """The fields before the transaction inside."""
    return wire.record(fee_source=wire.muxed(chain), fee=wire.AMOUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeBumpTransaction:
    """A signed transaction inside another one, whose ``fee_source`` pays at most ``fee``, and the inner one nothing.

    ``inner_signatures`` are those of the inner transaction, as they came: nobody has verified them, and the fee bump is
    valid only with them. ``signers`` are keys that sign in the place of the fee source's own one. Raises
    `TransactionError`.
    """

    chain: StellarChain
    fee_source: Address
    fee: int
    inner: Transaction
    inner_signatures: tuple[DecoratedSignature, ...]
    signers: Signers = field(default=(), compare=False)
    _body: bytes | None = memory()
    _requests: object = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, StellarChain):
            raise TransactionError(f"expected a network of Stellar, got {type(self.chain).__name__}", reason="type")
        if type(self.inner) is not Transaction or self.inner.chain != self.chain:
            raise TransactionError("expected a transaction of this network as inner", reason="network")
        if self.inner.is_v0:
            raise TransactionError("expected an inner transaction of version 1", reason="version")
        check_signers(self.signers)
        self.body()  # refuses what has no bytes

    @classmethod
    def of(
        cls,
        signed: SignedTransaction[Transaction],
        *,
        fee_source: Address,
        fee: int,
        signers: Signers = (),
    ) -> FeeBumpTransaction:
        """The fee bump for a signed transaction, also for one of version 0. Raises `TransactionError`."""
        from dataclasses import replace

        from walletcore.chains.stellar.envelopes import read_envelope

        if type(signed) is not SignedTransaction or type(signed.transaction) is not Transaction:
            raise TransactionError("expected a signed transaction of Stellar", reason="type")
        inner = replace(signed.transaction, is_v0=False)
        _, signatures = read_envelope(inner.chain, signed.raw)
        return cls(
            chain=inner.chain,
            fee_source=fee_source,
            fee=fee,
            inner=inner,
            inner_signatures=signatures,
            signers=signers,
        )

    def body(self) -> bytes:
        """The XDR of the fee bump, without an envelope."""
        if self._body is None:
            with raised_as(TransactionError):
                head = head_codec(self.chain).encode(self)
            encoded = head + self.inner.envelope(self.inner_signatures) + _NO_EXTENSION
            object.__setattr__(self, "_body", encoded)
            return encoded
        return self._body

    @property
    def raw(self) -> bytes:
        """The envelope without signatures of its own; the inner transaction has those that it came with."""
        return self.envelope(())

    @property
    def payload(self) -> bytes:
        """What is hashed and signed: the network's id, the type of a fee bump (5), and the fee bump."""
        return self.chain.network_id + ENVELOPE_FEE_BUMP + self.body()

    @property
    def hash(self) -> bytes:
        """The SHA-256 of the payload, 32 bytes: its id."""
        return sha256(self.payload)

    def envelope(self, signatures: tuple[DecoratedSignature, ...]) -> bytes:
        """The envelope with these signatures, which nobody has verified. Raises `TransactionError`."""
        with raised_as(TransactionError):
            behind = wire.SIGNATURES.encode(signatures)
        return ENVELOPE_FEE_BUMP + self.body() + behind

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """The signature of the fee source's key, or those of the signers.

        Raises `TransactionError` when the fee source has no key.
        """
        signers = self.signers or ((key_of(self.fee_source.payload[:32]), None),)
        return requested(self, self.payload, signers, ())

    def assemble(self, answers: Answers) -> SignedTransaction[FeeBumpTransaction]:
        """The envelope with all signatures. Raises `InvalidSignature`, `MissingSignature`."""
        requests = self.requests()
        taken = answered(requests, answers)
        raw = self.envelope(decorated(requests, taken))
        return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=taken)

    def partial(self, answers: Answers) -> bytes:
        """The envelope with the signatures that are there. Raises `InvalidSignature`."""
        requests = self.requests()
        return self.envelope(decorated(requests, accepted(requests, answers)))

    @remembered
    def effects(self) -> tuple[Effect, ...]:
        """What the inner transaction does, and the fee of this one in the place of its own."""
        from walletcore.chains.stellar.outcome import effects_of_bump

        return effects_of_bump(self)
