"""A Solana transaction: a message of a cluster, signed by all of its signers, and what it will do.

Solana's documentation: "Transactions", "Fees", "Durable Transaction Nonces". Each program's module reads its own
instructions; whatever none of them understands, to the last byte and account, is `Opaque`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from walletcore.chains.base import SignedTransaction
from walletcore.chains.solana import budget, memos, system, token
from walletcore.chains.solana.chain import Account, SolanaChain, account, signing_key
from walletcore.chains.solana.message import AccountMeta, CompiledInstruction, Instruction, LookupTable, Message
from walletcore.chains.solana.wire import NO_SIGNATURE, decode_wire, encode_wire
from walletcore.coding.text import base58
from walletcore.effects import Effect, Fee, Opaque
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.keys import PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.signing import Answers, Signature, SigningRequest, accepted, complete, in_use, memory, remembered

__all__ = ["Transaction", "decode_partial"]

_READERS: dict[bytes, Callable[[SolanaChain, Instruction], tuple[Effect, ...]]] = {
    system.SYSTEM_PROGRAM: system.read,
    token.TOKEN_PROGRAM: token.read,
    token.TOKEN_2022_PROGRAM: token.read,
    token.ASSOCIATED_TOKEN_PROGRAM: token.read_associated,
    budget.COMPUTE_BUDGET_PROGRAM: budget.read,
    **dict.fromkeys(memos.MEMO_PROGRAMS, memos.read),
}
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
    ) -> Transaction:
        """The transaction of these instructions; the blockhash is 32 bytes or their base58, as nodes give it.

        With ``tables``, even an empty tuple, its message has version 0. Where the first instruction is
        `advance_nonce`, the blockhash is the value of that nonce. Raises `TransactionError`.
        """
        with raised_as(TransactionError):
            blockhash = base58.decode(recent_blockhash) if isinstance(recent_blockhash, str) else recent_blockhash
        message = Message.compile(
            fee_payer=account(fee_payer, "fee payer"),
            instructions=instructions,
            recent_blockhash=blockhash,
            tables=tables,
        )
        return cls(chain=chain, message=message, signers=signers, tables=tuple(tables or ()))

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

        What a lookup table holds is the caller's claim: an `Opaque` stands before effects that rest on it.

        The cluster sets the fee of a signature, the signed bytes do not bound it: its amount is None unless the
        chain's row has a ``signature_fee``. A priority fee is told where the message asks for one.
        """
        told = [effect for effects in self._instructions() for effect in effects]
        asset, payer = self.chain.asset, self.chain.caip10(self.message.account_keys[0])
        own = [
            each.data
            for each in self.message.instructions
            if self.message.account_keys[each.program_id_index] == budget.COMPUTE_BUDGET_PROGRAM
        ]
        fees = [Fee(asset=asset, at_most=self._signature_fees(), payer=payer)]
        if own:
            fees.append(Fee(asset=asset, at_most=budget.priority_fee(own), payer=payer))
        return (*told, *fees)

    def _signature_fees(self) -> int | None:
        """A fee is paid for each signature, and for those that a program verifies, whose number is not read here."""
        if self.chain.signature_fee is None or not budget.SIGNATURE_PROGRAMS.isdisjoint(self.message.account_keys):
            return None
        return self.chain.signature_fee * self.message.num_required_signatures

    def _instructions(self) -> Iterator[tuple[Effect, ...]]:
        metas = self.message.accounts(self.tables)
        for place, instruction in enumerate(self.message.instructions):
            yield self._read(place, instruction, [metas[i] for i in instruction.accounts])

    def _read(
        self, place: int, instruction: CompiledInstruction, metas: Sequence[AccountMeta | None]
    ) -> tuple[Effect, ...]:
        program, data = self.message.account_keys[instruction.program_id_index], instruction.data
        if place == 0 and program == system.SYSTEM_PROGRAM and data[:4] == system.ADVANCE_NONCE:
            why = "durable nonce: it never expires, it can be sent until the nonce is advanced"
            return (Opaque(why=why, data=data),)
        why = f"instruction {place}, of program {base58.encode(program)}"
        known = tuple(meta for meta in metas if meta is not None)
        if len(known) < len(metas):
            return (Opaque(why=f"{why}: account behind an unresolved lookup table", data=data),)
        read = _READERS.get(program)
        effects = read(self.chain, Instruction(program_id=program, accounts=known, data=data)) if read else ()
        if effects and any(index >= len(self.message.account_keys) for index in instruction.accounts):
            return (Opaque(why=f"{why}: accounts as the given lookup tables claim, not as the bytes say"), *effects)
        return effects or (Opaque(why=why, data=data),)


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
