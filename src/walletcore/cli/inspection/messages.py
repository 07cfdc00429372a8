"""Messages of each family, told as what they are.

EIP-191, EIP-712, BIP-137, BIP-322, TIP-191, TIP-712, ADR-036, SEP-53, VIP-192, off-chain messages of Solana.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from walletcore.chains.base import Chain, SignedMessage
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.message import Message as BitcoinMessage
from walletcore.chains.cosmos.adr36 import Message as CosmosMessage
from walletcore.chains.evm import Authorization, TypedData, UserOperation
from walletcore.chains.evm import Message as EvmMessage
from walletcore.chains.solana import OffchainMessage, PlainMessage, SolanaChain
from walletcore.chains.solana.offchain import SIGNING_DOMAIN
from walletcore.chains.stellar import Authorization as StellarAuthorization
from walletcore.chains.stellar import AuthorizationEntry, StellarChain
from walletcore.chains.stellar import Message as StellarMessage
from walletcore.chains.tron import Message as TronMessage
from walletcore.chains.tron import TypedData as TronTypedData
from walletcore.chains.vechain import Certificate
from walletcore.chains.xrpl import Claim
from walletcore.cli.inspection.finding import Oddity
from walletcore.effects import Approve
from walletcore.errors import TransactionError
from walletcore.signing import Signable

__all__ = ["decoded", "facts", "form", "is_message", "is_part", "oddities", "typed_data"]

_SIGNATURE = 64
_CREDENTIALS = {kind.to_bytes(4) for kind in (1, 2, 3)}  # of an address, in its three kinds
_MESSAGES = (
    *(BitcoinMessage, GenericMessage, EvmMessage, Authorization, UserOperation),
    *(OffchainMessage, PlainMessage, TronMessage, Certificate, CosmosMessage),
    *(StellarMessage, StellarAuthorization, Claim),
)


def is_message(subject: object) -> bool:
    """Whether this is a message, and no transaction. A user operation is one: others put it into a transaction."""
    return isinstance(subject, _MESSAGES)


def is_part(subject: object) -> bool:
    """Whether it is made to stand in a transaction, so that `walletcore sign` signs it and no text says it."""
    return isinstance(subject, (Authorization, UserOperation))


def decoded(row: Chain, raw: bytes) -> Signable[Any] | SignedMessage[Any] | None:
    """The message that these bytes are where ``decode_transaction`` of the chain does not read it; None for others.

    Raises `TransactionError`.
    """
    if isinstance(row, SolanaChain) and raw and raw[1 + _SIGNATURE * raw[0] :].startswith(SIGNING_DOMAIN):
        return row.decode_message(raw)
    return _entry(row, raw) if isinstance(row, StellarChain) and raw[:4] in _CREDENTIALS else None


def _entry(row: StellarChain, raw: bytes) -> StellarAuthorization | None:
    """An authorization as nodes hand it over; an envelope of a transaction may begin with the same four bytes."""
    try:
        entry = AuthorizationEntry.decode(row, raw)
    except TransactionError:
        return None
    return StellarAuthorization(chain=row, entry=entry)


def typed_data(text: str) -> bytes | None:
    """The bytes of typed data, out of JSON as dapps hand it over; None for other texts. Raises `TransactionError`.

    The JSON of a Cosmos chain's sign document is its bytes.
    """
    if text.startswith("{") and '"msgs"' in text and '"account_number"' in text:
        return text.encode(errors="replace")
    if not text.startswith("{") or '"primaryType"' not in text:
        return None
    try:
        return TypedData.parse(text).raw
    except TransactionError as error:
        try:
            return TronTypedData.parse(text).raw
        except TransactionError:
            raise error from None


def form(subject: Signable[Any]) -> str:
    """Which kind of message it is."""
    if isinstance(subject, EvmMessage):
        if isinstance(subject.data, TypedData):
            return "typed data (EIP-712)"
        return "personal message (EIP-191)" if subject.validator is None else "data for a validator (EIP-191)"
    if isinstance(subject, TronMessage):
        return _of_tron(subject)
    if isinstance(subject, Authorization):
        return "authorization (EIP-7702)"
    if isinstance(subject, UserOperation):
        return f"user operation (ERC-4337), entry point {subject.version}"
    if isinstance(subject, Certificate):
        return "certificate (VIP-192)"
    if isinstance(subject, CosmosMessage):
        return "message of an account (ADR-036)"
    if isinstance(subject, StellarMessage):
        return "signed message (SEP-53)"
    if isinstance(subject, StellarAuthorization):
        return "authorization of contract calls (CAP-46-11)"
    if isinstance(subject, Claim):
        return "claim of a payment channel"
    if isinstance(subject, GenericMessage):
        return "generic message (BIP-322)"
    return "signed message (BIP-137)" if isinstance(subject, BitcoinMessage) else "off-chain message, version 0"


def _of_tron(subject: TronMessage) -> str:
    if isinstance(subject.data, TronTypedData):
        return "typed data (TIP-712)"
    if subject.validator is not None:
        return "data for a validator (TIP-191)"
    return "message of the older form (TIP-191)" if subject.legacy else "message (TIP-191)"


def facts(subject: Signable[Any]) -> Iterator[tuple[str, str]]:
    """What typed data are and what they are bound to, and the hash that devices show; which address a proof is for."""
    if isinstance(subject, GenericMessage):
        destination = subject.chain.destination_of(subject.script_pubkey)
        yield "for", "" if destination is None else subject.address.text
        waits = subject.locktime or subject.sequence
        yield "valid", f"at time {subject.locktime} and age {subject.sequence}" if waits else ""
    if isinstance(subject, UserOperation):
        yield "account", subject.sender.text
        yield "entry point", subject.entry_point.text
        yield "nonce", str(subject.nonce)
        yield "signed as", "a personal message" if subject.signs == "message" else "the hash itself"
        yield "hash", subject.hash.hex()
    if isinstance(subject, (Certificate, CosmosMessage)):
        yield "account", subject.account.text
    if isinstance(subject, StellarAuthorization):
        credentials = subject.credentials
        yield "account", credentials.address.text
        yield "up to ledger", str(credentials.expiration)
        yield "hash", subject.hash.hex()
    if isinstance(subject, Claim):
        yield "channel", subject.channel.hex().upper()
    if not isinstance(subject, (EvmMessage, TronMessage)):
        return
    typed = subject.data
    if isinstance(typed, (TypedData, TronTypedData)):
        domain = typed.domain
        contract = domain.verifying_contract
        yield "type", typed.primary_type
        yield "domain", ", ".join(text for text in (domain.name, domain.version) if text)
        yield "chain id", "none" if domain.chain_id is None else str(domain.chain_id)
        yield "contract", "none" if contract is None else subject.chain.account(contract).text
        yield "says", json.dumps(typed.message, ensure_ascii=False)
        yield "domain hash", typed.domain_separator.hex()
        yield "struct hash", typed.struct_hash.hex()
    yield "hash", subject.digest.hex()


def oddities(subject: Signable[Any]) -> Iterator[Oddity]:
    """What is odd about a message beyond its effects: what typed data are not bound to, and what a permit is."""
    if isinstance(subject, Authorization) and subject.every_chain:
        yield Oddity(code="replayable", text="no chain id is signed: it is good on every EVM chain")
    if isinstance(subject, StellarAuthorization) and subject.credentials.kind == "address":
        text = "the account is not signed: another one that has the same key may be meant (CAP-71)"
        yield Oddity(code="unbound", text=text)
    if not isinstance(subject, (EvmMessage, TronMessage)) or isinstance(subject.data, bytes):
        return
    if subject.data.domain.chain_id is None:
        yield Oddity(code="replayable", text="no chain id is signed: a contract on any EVM chain may take it")
    if subject.data.domain.verifying_contract is None:
        yield Oddity(code="unbound", text="no contract is signed: whatever contract understands it may take it")
    if subject.data.primary_type.startswith("Permit") or any(isinstance(e, Approve) for e in subject.effects()):
        text = "a permit: whoever has the signature can move the tokens, and nothing more is asked of you"
        yield Oddity(code="permit", text=text)
