"""A Solana transaction: a message of a cluster, signed by all of its signers.

Solana's documentation: "Transactions".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walletcore.chains.base import SignedTransaction
from walletcore.chains.solana.chain import Account, SolanaChain, account, check_cluster, cluster_of, signing_key
from walletcore.chains.solana.message import Instruction, LookupTable, Message, TransactionConfig
from walletcore.chains.solana.wire import NO_SIGNATURE, decode_wire, encode_wire
from walletcore.coding.text import base58
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.keys import PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, Signature, SigningRequest, accepted, complete

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = ["Transaction", "decode_partial"]

_ORIGINS = (KeyOrigin, type(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A message of a cluster, to be signed by all of its signers. ``raw`` are the bytes of the message.

    ``signers`` may say where keys come from, as pairs of a key and its origin or None; ``tables`` what its lookups
    load, for effects. Raises `TransactionError`.
    """

    chain: SolanaChain
    message: Message
    signers: tuple[tuple[PublicKey, KeyOrigin | None], ...] = field(default=(), compare=False)
    tables: tuple[LookupTable, ...] = field(default=(), compare=False)
    _requests: object = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, SolanaChain) or type(self.message) is not Message:
            raise TransactionError("expected a SolanaChain and a Message", reason="type")
        if type(self.signers) is not tuple or not all(map(_is_signer, self.signers)):
            raise TransactionError("expected pairs of a PublicKey and a KeyOrigin or None as signers", reason="type")
        keys = [key.data for key, _ in self.signers]
        if len(set(keys)) != len(keys) or not set(keys) <= set(self.message.signers):
            raise TransactionError("expected each of the signers once, and required by the message", reason="unknown")
        if type(self.tables) is not tuple:
            raise TransactionError("expected a tuple of LookupTable as tables", reason="type")
        if self.tables:
            self.message.accounts(self.tables)  # refuses tables that cannot be those of the message

    @classmethod
    def compile(
        cls,
        *,
        chain: SolanaChain,
        fee_payer: Account,
        instructions: Sequence[Instruction],
        recent_blockhash: bytes | str,
        signers: tuple[tuple[PublicKey, KeyOrigin | None], ...] = (),
        tables: Sequence[LookupTable] | None = None,
        config: TransactionConfig | None = None,
    ) -> Transaction:
        """The transaction of these instructions; the blockhash is 32 bytes or their base58, as nodes give it.

        With ``tables``, even an empty tuple, its message has version 0; with a ``config`` it has version 1. Where the
        first instruction is `advance_nonce`, the blockhash is the value of that nonce. Raises `TransactionError`, also
        ("network") for addresses of another cluster.
        """
        with raised_as(TransactionError):
            blockhash = base58.decode(recent_blockhash) if isinstance(recent_blockhash, str) else recent_blockhash
        message = Message.compile(
            fee_payer=account(fee_payer, "fee payer"),
            instructions=instructions,
            recent_blockhash=blockhash,
            tables=tables,
            config=config,
        )
        made = cls(chain=chain, message=message, signers=signers, tables=tuple(tables or ()))
        for cluster in (cluster_of(fee_payer), *(instruction.cluster for instruction in instructions)):
            check_cluster(chain, cluster)
        return made

    @property
    def raw(self) -> bytes:
        """The bytes of the message, from which `SolanaChain.decode_transaction` rebuilds this transaction."""
        return self.message.raw

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One per signer, the fee payer first: ed25519 over the whole message.

        Raises `TransactionError` when an account that must sign is not a key.
        """
        known = {key.data: (key, origin) for key, origin in self.signers}
        return tuple(
            SigningRequest(key=key, scheme=Scheme.ED25519, payload=self.raw, origin=origin, subject=self)
            for key, origin in (known.get(data) or (signing_key(data), None) for data in self.message.signers)
        )

    def assemble(self, answers: Answers) -> SignedTransaction[Transaction]:
        """The signatures, then the message. Raises `InvalidSignature`, `MissingSignature`."""
        taken = accepted(self.requests(), answers)
        signatures = [answer.data for answer in complete(taken)]
        return SignedTransaction(
            chain=self.chain, raw=encode_wire(signatures, self.message), transaction=self, answers=taken
        )

    def partial(self, answers: Answers) -> bytes:
        """The transaction on the wire with the signatures that are there, zeros in the other places.

        `SolanaChain.decode_partial` reads it. Raises `InvalidSignature`.
        """
        taken = accepted(self.requests(), answers)
        return encode_wire([NO_SIGNATURE if answer is None else answer.data for answer in taken], self.message)

    @remembered
    def effects(self) -> tuple[Effect, ...]:
        """What the instructions do, in their order, then the fees.

        See `walletcore.chains.solana.outcome`.
        """
        from walletcore.chains.solana.outcome import effects_of  # imported by those who read, not by those who sign

        return effects_of(self)


def decode_partial(chain: SolanaChain, raw: bytes, tables: Sequence[LookupTable] = ()) -> tuple[Transaction, Answers]:
    """A message or a transaction that any of its signers may have signed: itself, and the verified answers.

    Tables that the message does not look up are let be. Raises `TransactionError`.
    """
    signatures, message = decode_wire(raw)
    if type(tables) not in (tuple, list):
        raise TransactionError("expected a tuple or list of LookupTable as tables", reason="type")
    transaction = Transaction(chain=chain, message=message, tables=tuple(tables))
    answers = tuple(map(_answer, signatures)) or (None,) * message.num_required_signatures
    try:
        return transaction, accepted(transaction.requests(), answers) if any(answers) else answers
    except InvalidSignature as error:
        raise TransactionError(str(error), reason=error.reason) from None


def _answer(data: bytes) -> Signature | None:
    return None if data == NO_SIGNATURE else Signature(scheme=Scheme.ED25519, data=data)


def _is_signer(value: object) -> bool:
    return type(value) is tuple and len(value) == 2 and type(value[0]) is PublicKey and type(value[1]) in _ORIGINS
