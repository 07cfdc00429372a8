"""Solana: addresses, legacy messages and their transactions; every cluster is a row.

Solana's documentation: "Accounts", "Transactions", "Durable transaction nonces", "Fees"; the system program's Transfer.
Genesis hashes name the clusters (CAIP-2, namespace solana).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.chains.base import Address, Chain, Profile, SignedTransaction
from walletcore.chains.solana.message import (
    NO_SIGNATURE,
    PACKET_SIZE,
    AccountMeta,
    CompiledInstruction,
    Instruction,
    Message,
    decode_wire,
    encode_wire,
)
from walletcore.coding.text import base58
from walletcore.coding.wire import u32le, u64le
from walletcore.effects import Effect, Fee, Opaque, Transfer
from walletcore.errors import AddressError, InvalidKey, InvalidSignature, TransactionError, raised_as
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.signing import Answers, Signature, SigningRequest, accepted, complete, memory, remembered

__all__ = [
    "CHAINS",
    "PACKET_SIZE",
    "SYSTEM_PROGRAM",
    "AccountMeta",
    "CompiledInstruction",
    "Instruction",
    "Message",
    "SolanaChain",
    "Transaction",
    "transfer",
]

SYSTEM_PROGRAM = bytes(32)
_TRANSFER = u32le.encode(2)  # SystemInstruction::Transfer { lamports: u64 }
_ADVANCE_NONCE = u32le.encode(4)  # SystemInstruction::AdvanceNonceAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class SolanaChain(Chain):
    """A cluster. An address is the base58 of 32 bytes; it need not be a public key (a program's accounts are not)."""

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        """The address of an ed25519 key. Raises `AddressError`."""
        Chain._check_key(self, key)
        _check_kind(kind)
        return Address(chain=self, text=base58.encode(key.data), payload=key.data)

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The addresses of public keys of 32 bytes each. Raises `AddressError`."""
        _check_kind(kind)
        if not isinstance(keys, Sequence) or any(type(key) is not bytes or len(key) != 32 for key in keys):
            raise AddressError("expected public keys of 32 bytes", reason="length")
        return [base58.encode(key) for key in keys]

    def parse_address(self, text: str) -> Address:
        """Read an address: base58 of exactly 32 bytes, on the curve or not. Raises `AddressError`."""
        with raised_as(AddressError):
            payload = base58.decode(text)
        if len(payload) != 32:
            raise AddressError(f"expected base58 of 32 bytes, got {len(payload)}", reason="length")
        return Address(chain=self, text=text, payload=payload)

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> Transaction | SignedTransaction[Transaction]:
        """Read a message, or a transaction with all of its signatures or with none (zeros stand in their places).

        The message names its signers: ``keys`` are not needed. Signatures are verified. Raises `TransactionError`; for
        a transaction that some have signed see `decode_partial`.
        """
        transaction, answers = self.decode_partial(raw)
        if not any(answers):
            return transaction
        if None in answers:
            hint = "decode_partial gives the transaction and those signatures that are there"
            raise TransactionError("only some of the signers have signed", reason="missing", hint=hint)
        return transaction.assemble(answers)

    def decode_partial(self, raw: bytes) -> tuple[Transaction, Answers]:
        """Read a message or a transaction that any of its signers may have signed: itself, and the verified answers.

        Raises `TransactionError`.
        """
        signatures, message = decode_wire(raw)
        transaction = Transaction(chain=self, message=message)
        answers = tuple(map(_answer, signatures)) or (None,) * message.num_required_signatures
        try:
            return transaction, accepted(transaction.requests(), answers) if any(answers) else answers
        except InvalidSignature as error:
            raise TransactionError(str(error), reason=error.reason) from None

    def transaction_id(self, raw: bytes) -> str:
        """The base58 of the fee payer's signature, the first one. Raises `TransactionError`."""
        signatures, _ = decode_wire(raw)
        if not signatures or signatures[0] == NO_SIGNATURE:
            raise TransactionError("the fee payer has not signed: there is no id yet", reason="missing")
        return base58.encode(signatures[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A message of a cluster, to be signed by all of its signers. ``raw`` are the bytes of the message.

    ``signers`` may say where keys come from, as pairs of a key and its origin or None. Raises `TransactionError`.
    """

    chain: SolanaChain
    message: Message
    signers: tuple[tuple[PublicKey, KeyOrigin | None], ...] = field(default=(), compare=False)
    _requests: tuple[SigningRequest, ...] | None = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, SolanaChain) or type(self.message) is not Message:
            raise TransactionError("expected a SolanaChain and a Message", reason="type")
        if type(self.signers) is not tuple or not all(map(_is_signer, self.signers)):
            raise TransactionError("expected pairs of a PublicKey and a KeyOrigin or None as signers", reason="type")
        keys = [key.data for key, _ in self.signers]
        if len(set(keys)) != len(keys) or not set(keys) <= set(self.message.signers):
            raise TransactionError("expected each of the signers once, and required by the message", reason="unknown")

    @classmethod
    def compile(
        cls,
        *,
        chain: SolanaChain,
        fee_payer: PublicKey | Address,
        instructions: Sequence[Instruction],
        recent_blockhash: bytes | str,
        signers: tuple[tuple[PublicKey, KeyOrigin | None], ...] = (),
    ) -> Transaction:
        """The transaction of these instructions; the blockhash is 32 bytes or their base58, as nodes give it."""
        with raised_as(TransactionError):
            blockhash = base58.decode(recent_blockhash) if isinstance(recent_blockhash, str) else recent_blockhash
        message = Message.compile(
            fee_payer=_account(fee_payer, "fee payer"),
            instructions=instructions,
            recent_blockhash=blockhash,
        )
        return cls(chain=chain, message=message, signers=signers)

    @property
    def raw(self) -> bytes:
        """The bytes of the message, from which `SolanaChain.decode_transaction` rebuilds this transaction."""
        return self.message.raw

    @remembered
    def requests(self) -> tuple[SigningRequest, ...]:
        """One per signer, the fee payer first: ed25519 over the whole message.

        Raises `TransactionError` when an account that must sign is not a key.
        """
        known = {key.data: (key, origin) for key, origin in self.signers}
        return tuple(
            SigningRequest(key=key, scheme=Scheme.ED25519, payload=self.raw, origin=origin, subject=self)
            for key, origin in (known.get(data) or (_public_key(data), None) for data in self.message.signers)
        )

    def assemble(self, answers: Answers) -> SignedTransaction[Transaction]:
        """The signatures, then the message. Raises `InvalidSignature`, `MissingSignature`."""
        taken = accepted(self.requests(), answers)
        signatures = [answer.data for answer in complete(taken)]
        return SignedTransaction(
            chain=self.chain, raw=encode_wire(signatures, self.message), transaction=self, answers=taken
        )

    @remembered
    def effects(self) -> tuple[Effect, ...]:
        """Transfers of the native asset; whatever other instructions do is `Opaque`; then the fee.

        The cluster sets the fee (5000 lamports a signature, and what ComputeBudget instructions add): the signed bytes
        do not bound it, so its amount is None.
        """
        instructions = enumerate(self.message.decompile())
        payer = self._name(self.message.account_keys[0])
        return (*(self._effect(*each) for each in instructions), Fee(asset=self.chain.asset, at_most=None, payer=payer))

    def _effect(self, place: int, instruction: Instruction) -> Effect:
        accounts, data = instruction.accounts, instruction.data
        of_system = instruction.program_id == SYSTEM_PROGRAM
        if of_system and data[:4] == _TRANSFER and len(data) == 12 and len(accounts) == 2 and accounts[0].is_signer:
            return Transfer(
                asset=self.chain.asset,
                amount=u64le.decode(data[4:]),
                source=self._name(accounts[0].pubkey),
                destination=self._name(accounts[1].pubkey),
            )
        if of_system and data[:4] == _ADVANCE_NONCE and place == 0:
            return Opaque(why="durable nonce: it can be sent until the nonce is advanced, however late", data=data)
        return Opaque(why=f"instruction {place}, of program {base58.encode(instruction.program_id)}", data=data)

    def _name(self, account: bytes) -> str:
        return self.chain.account_id(base58.encode(account))


def transfer(*, source: PublicKey | Address, destination: PublicKey | Address, lamports: int) -> Instruction:
    """The system program's Transfer: the source signs for it. Raises `TransactionError`."""
    with raised_as(TransactionError):
        data = _TRANSFER + u64le.encode(lamports)
    accounts = (
        AccountMeta(pubkey=_account(source, "source"), is_signer=True, is_writable=True),
        AccountMeta(pubkey=_account(destination, "destination"), is_signer=False, is_writable=True),
    )
    return Instruction(program_id=SYSTEM_PROGRAM, accounts=accounts, data=data)


def _answer(data: bytes) -> Signature | None:
    return None if data == NO_SIGNATURE else Signature(scheme=Scheme.ED25519, data=data)


def _public_key(data: bytes) -> PublicKey:
    try:
        return PublicKey(Curve.ED25519, data)
    except InvalidKey:
        raise TransactionError(f"{base58.encode(data)} must sign, but is not a key", reason="point") from None


def _account(value: PublicKey | Address, what: str) -> bytes:
    """The 32 bytes of a key or of an address of this family."""
    if type(value) is PublicKey and value.curve is Curve.ED25519:
        return value.data
    if type(value) is Address and isinstance(value.chain, SolanaChain):
        return value.payload
    raise TransactionError(f"expected an ed25519 PublicKey or a Solana Address as {what}", reason="type")


def _is_signer(value: object) -> bool:
    return type(value) is tuple and len(value) == 2 and type(value[0]) is PublicKey and type(value[1]) in _ORIGINS


_ORIGINS = (KeyOrigin, type(None))


def _check_kind(kind: str) -> None:
    if kind != "":
        raise AddressError("Solana has one kind of address", reason="unknown")


def _profile(name: str, path: str, wallets: tuple[str, ...], source: str) -> Profile:
    return Profile(name=name, path=path, derivation="slip10", curve=Curve.ED25519, wallets=wallets, source=source)


_PROFILES = (
    _profile(
        "bip44-change",
        "m/44'/501'/{account}'/0'",
        ("Phantom", "Solflare", "Trezor Suite"),
        "help.phantom.com, article 12988493966227 (bip44Change); "
        "trezor/trezor-suite suite-common/wallet-config/src/networksConfig.ts",
    ),
    _profile(
        "bip44",
        "m/44'/501'/{account}'",
        ("Ledger Live", "Trust Wallet"),
        "LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts (solanaSub); trustwallet/wallet-core registry.json",
    ),
    _profile(
        "bip44-root",
        "m/44'/501'",
        ("Solana CLI (hardware wallets)", "Ledger Live"),
        "docs.anza.xyz/cli/wallets/hardware; LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts (solanaMain)",
    ),
)


def _row(name: str, genesis_hash: str) -> SolanaChain:
    return SolanaChain(
        name=name,
        symbol="SOL",
        decimals=9,
        slip44=501,
        caip2=f"solana:{genesis_hash[:32]}",
        curves=(Curve.ED25519,),
        profiles=_PROFILES,
    )


CHAINS = (
    _row("solana", "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"),
    _row("solana-devnet", "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
)
