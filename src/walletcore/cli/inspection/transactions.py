"""A text as a transaction or message, signed or not: on which chains, by whom, and what it would do."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from walletcore.chains import chains as all_chains
from walletcore.chains.base import Chain, SignedMessage, SignedTransaction
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.evm import Evm, TypedData
from walletcore.chains.evm.common import AnyTransaction
from walletcore.cli.inspection import messages, psbt
from walletcore.cli.inspection.bitcoin import lock_time
from walletcore.cli.inspection.finding import Finding, family, names_of
from walletcore.cli.inspection.oddities import oddities
from walletcore.coding import rlp
from walletcore.effects import Effect
from walletcore.errors import AddressError, DecodingError, TransactionError
from walletcore.keys import PublicKey
from walletcore.signing import Signable

if TYPE_CHECKING:
    from walletcore.cli.inspection.clear_signing import ScreenOf

__all__ = ["ChangeOf", "Read", "Reading", "bytes_of", "effects_of", "has_psbts", "is_psbt", "readings", "transactions"]

_HEX = re.compile(r"(0x)?([0-9a-fA-F]{2})++", re.ASCII)
_PSBT = b"psbt\xff"
_TYPES = {
    0x01: "type 1 (EIP-2930)",
    0x02: "type 2 (EIP-1559)",
    0x03: "type 3 (EIP-4844)",
    0x04: "type 4 (EIP-7702)",
    0x71: "type 0x71 (ZKsync)",
    0x7B: "type 0x7b (CIP-64)",
    0x7E: "type 0x7e (deposit of the OP Stack)",
}
_ENVELOPE = b"walletcore/relative/"  # what relatives have in the place of PSBTs
_BLOBS, _AUTHORIZATION = 0x03, 0x05  # of EVM chains: a type of transactions, and what authorizations begin with

ChangeOf = Callable[[Signable[Any]], Sequence[int]]
"""Which effects of a transaction return to somebody: their places."""

Read = Signable[Any] | SignedTransaction[Any] | SignedMessage[Any]
"""What bytes can be: a transaction or a message, yet to be signed or signed."""

Reading = tuple[list[Chain], Read]
"""The chains of one family on which bytes mean something, and what they are on the first of these."""


def bytes_of(text: str) -> bytes | None:
    """The bytes that a text spells in hex, with ``0x`` or without, or in base64; None for any other text."""
    text = "".join(text.split())
    if _HEX.fullmatch(text):
        return bytes.fromhex(text.removeprefix("0x"))
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if raw and base64.b64encode(raw).decode("ascii") == text else None


def is_psbt(raw: bytes) -> bool:
    """Whether the bytes begin as PSBTs do."""
    return raw.startswith(_PSBT)


def transactions(
    raw: bytes,
    rows: Iterable[Chain],
    erc20: Sequence[bytes] = (),
    change_of: ChangeOf | None = None,
    screen_of: ScreenOf | None = None,
) -> Iterator[Finding]:
    """A finding per family that can read the bytes; ``erc20`` are contracts (20 bytes) that are known to be such.

    Of what the transaction pays, that is told which ``change_of`` finds, if it is given, and what ``screen_of`` shows.
    """
    for chains, transaction in readings(raw, rows)[0]:
        found = _finding(raw, chains, transaction, erc20, change_of)
        yield (
            found
            if screen_of is None or isinstance(transaction, Psbt)
            else _with_screens(found, transaction, screen_of)
        )


def _with_screens(found: Finding, read: Read, screen_of: ScreenOf) -> Finding:
    screens, odd = screen_of(_subject(read))
    return replace(found, screens=screens, odd=(*found.odd, *odd))


def readings(raw: bytes, rows: Iterable[Chain]) -> tuple[list[Reading], dict[str, TransactionError]]:
    """What the bytes are, family by family, and why the other chains refuse them."""
    found: dict[str, Reading] = {}
    refused: dict[str, TransactionError] = {}
    shared: dict[str, Read | TransactionError] = {}
    readers = [row for row in rows if has_psbts(row)] if is_psbt(raw) else []
    for row in readers or (*rows, *_foreign(raw, rows)):
        alike = _alike(row, raw)
        read = shared[alike] if alike in shared else _decoded(row, raw)
        if alike:
            shared[alike] = read
        if isinstance(read, TransactionError):
            refused.setdefault(row.name, read)
        else:
            found.setdefault(family(row), ([], read))[0].append(row)
    return list(found.values()), refused


def has_psbts(row: Chain) -> bool:
    """Whether the chain's transactions travel as PSBTs: Bitcoin's, and those of relatives that write alike."""
    return isinstance(row, BitcoinChain) and (row.dialect is None or row.dialect.has_psbts)


def _alike(row: Chain, raw: bytes) -> str:
    """What chains have in common that read these bytes in one way, so that they are read once; empty: by this one only.

    Messages begin with words of each chain's own.
    """
    alike = isinstance(row, BitcoinChain) and row.dialect is None and not raw.startswith(row.message_magic)
    return "psbt" if alike else ""


def _decoded(row: Chain, raw: bytes) -> Read | TransactionError:
    """As it is read, not as it would be signed: what is refused there is shown here, and said to be odd."""
    try:
        message = messages.decoded(row, raw)
        if message is not None:
            return message
        if isinstance(row, BitcoinChain) and has_psbts(row) and is_psbt(raw):
            return Psbt.decode(row, raw)
        if isinstance(row, Evm):
            return row.decode_transaction(raw, allow_unprotected=True, allow_endowment=True, allow_every_chain=True)
        return row.decode_transaction(raw)
    except TransactionError as error:
        return error


def _foreign(raw: bytes, rows: Iterable[Chain]) -> Iterator[Evm]:
    """The EVM chain that the bytes name by an id which no row has."""
    identity = _chain_id(raw) if any(isinstance(row, Evm) for row in rows) else None
    known = {row.chain_id for row in all_chains() if isinstance(row, Evm)}
    if identity is not None and identity not in known and 0 < identity < 2**63 - 37:
        yield Evm(name=f"eip155:{identity}", chain_id=identity, slip44=60)


def _chain_id(raw: bytes) -> int | None:
    """Where the bytes are of an EVM chain: EIP-2718's envelopes begin with it, EIP-155 hides it in v, JSON names it."""
    if raw.startswith(b"{"):
        return _chain_id_of_typed_data(raw)
    try:
        fields = rlp.decode(raw if raw[:1] >= b"\xc0" else raw[1:])
        if raw[0] == _BLOBS and type(fields) is tuple and fields and type(fields[0]) is tuple:
            fields = fields[0]  # as nodes are sent it, with its blobs
        if type(fields) is not tuple or len(fields) < (3 if raw[0] == _AUTHORIZATION else 9):
            return None
        if raw[0] < 0xC0:
            return rlp.decode_uint(fields[10 if raw[0] == 0x71 and len(fields) == 16 else 0], 64)
        v = rlp.decode_uint(fields[6], 64)
    except DecodingError:
        return None
    return v if fields[7:] == (b"", b"") else (v - 35) // 2


def _chain_id_of_typed_data(raw: bytes) -> int | None:
    try:
        return TypedData(raw).domain.chain_id
    except TransactionError:
        return None


def _finding(
    raw: bytes, chains: list[Chain], read: Read, erc20: Sequence[bytes], change_of: ChangeOf | None = None
) -> Finding:
    if isinstance(read, Psbt):
        return psbt.finding(read, chains, change_of=change_of)
    signed = isinstance(read, (SignedTransaction, SignedMessage))
    subject = _subject(read)
    if messages.is_message(subject):
        return _message(raw, chains, read, subject)
    effects = effects_of(subject, chains[0], erc20)
    change = () if change_of is None else tuple(change_of(subject))
    facts = [("form", _form(raw, chains[0])), ("size", f"{len(raw)} bytes")]
    facts += [("not before", lock_time(subject))] if isinstance(chains[0], BitcoinChain) else []
    facts += _signed_facts(read) if isinstance(read, SignedTransaction) else _unsigned_facts(subject)
    if change_of is not None:
        facts.append(("change", "none is proven: only a PSBT names the keys of outputs"))
    return Finding(
        what="signed transaction" if signed else "unsigned transaction",
        chains=names_of(chains),
        facts=tuple((name, value) for name, value in facts if value),
        effects=effects,
        change=change,
        row=chains[0],
        odd=tuple(oddities(chains, subject, effects, raw=raw if signed else b"", change=change)),
    )


def effects_of(subject: Signable[Any], row: Chain, erc20: Sequence[bytes]) -> tuple[Effect, ...]:
    """The effects, told by who knows these contracts to be of ERC-20."""
    if isinstance(subject, AnyTransaction) and isinstance(row, Evm):
        return subject.effects(erc20=tuple(map(row.account, erc20)))
    return subject.effects()


def _subject(read: Read) -> Signable[Any]:
    if isinstance(read, SignedTransaction):
        subject: Signable[Any] = read.transaction
        return subject
    return read.message if isinstance(read, SignedMessage) else read


def _message(raw: bytes, chains: list[Chain], read: Read, subject: Signable[Any]) -> Finding:
    signed = isinstance(read, SignedMessage)
    facts = [("form", messages.form(subject)), ("size", f"{len(raw)} bytes"), *messages.facts(subject)]
    signers = dict(_unsigned_facts(subject))["to be signed by"]
    return Finding(
        what="signed message" if signed else "message to be signed",
        chains=names_of(chains),
        facts=(
            *((name, value) for name, value in facts if value),
            ("signed by" if signed else "to be signed by", signers),
        ),
        effects=subject.effects(),
        row=chains[0],
        odd=tuple(oddities(chains, subject, subject.effects())),
    )


def _form(raw: bytes, row: Chain) -> str:
    if family(row) == "bitcoin":
        return "a relative's, between signers" if raw.startswith(_ENVELOPE) else "as the network carries it"
    if family(row) == "evm":
        return "without type" if raw[0] >= 0xC0 else _TYPES.get(raw[0], f"type {raw[0]}")
    return ""


def _signed_facts(signed: SignedTransaction[Any]) -> list[tuple[str, str]]:
    keys = [answer.request.key for answer in signed.answers if answer is not None and hasattr(answer, "request")]
    unknown = "" if keys else "not checked: what it spends is not in it"
    if not keys and family(signed.chain) == "cosmos":
        claimed = [key for signer in signed.transaction.signers for key in signer.keys]
        unknown = f"not checked, {_signers(signed.chain, claimed)}: the numbers of accounts are not in it"
    if getattr(signed.transaction, "needs_signature", True) is False:
        unknown = "nobody: another chain has made it"
    return [("id", signed.id), ("signed by", _signers(signed.chain, keys) or unknown)]


def _unsigned_facts(subject: Signable[Any]) -> list[tuple[str, str]]:
    try:
        keys = [request.key for request in subject.requests()]
    except TransactionError as error:
        return [("to be signed by", f"not known ({error})")]
    return [("to be signed by", _signers(subject.chain, keys))]


def _signers(row: Any, keys: Iterable[PublicKey]) -> str:
    """The addresses of keys, each once; of a chain with kinds of addresses the keys themselves."""
    if family(row) == "bitcoin":
        return ", ".join(dict.fromkeys(key.data.hex() for key in keys))
    try:
        return ", ".join(dict.fromkeys(row.address(key).text for key in keys))
    except AddressError:
        return ", ".join(dict.fromkeys(key.data.hex() for key in keys))
