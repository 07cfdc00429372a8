"""A text as a transaction, signed or not, in hex or base64: on which chains, by whom, and what it would do."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Any

from walletcore.chains import chains as all_chains
from walletcore.chains.base import Chain, SignedTransaction
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.evm import Evm
from walletcore.cli.inspection.bitcoin import lock_time
from walletcore.cli.inspection.finding import Finding, family, names_of
from walletcore.cli.inspection.oddities import oddities
from walletcore.coding import rlp
from walletcore.errors import AddressError, DecodingError, TransactionError
from walletcore.keys import PublicKey
from walletcore.signing import Signable

__all__ = ["Reading", "bytes_of", "is_psbt", "readings", "transactions"]

_HEX = re.compile(r"(0x)?([0-9a-fA-F]{2})+", re.ASCII)
_PSBT = b"psbt\xff"

Reading = tuple[list[Chain], "Signable[Any] | SignedTransaction[Any]"]
"""The chains of one family on which bytes are a transaction, and what they are on the first of these."""


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


def transactions(raw: bytes, rows: Iterable[Chain]) -> Iterator[Finding]:
    """A finding per family that can read the bytes."""
    for chains, transaction in readings(raw, rows)[0]:
        yield _finding(raw, chains, transaction)


def readings(raw: bytes, rows: Iterable[Chain]) -> tuple[list[Reading], dict[str, TransactionError]]:
    """What the bytes are, family by family, and why the other chains refuse them."""
    found: dict[str, Reading] = {}
    refused: dict[str, TransactionError] = {}
    readers = [row for row in rows if isinstance(row, BitcoinChain)] if is_psbt(raw) else []
    for row in readers or (*rows, *_foreign(raw, rows)):
        try:
            transaction = _decoded(row, raw)
        except TransactionError as error:
            refused.setdefault(row.name, error)
            continue
        found.setdefault(family(row), ([], transaction))[0].append(row)
    return list(found.values()), refused


def _decoded(row: Chain, raw: bytes) -> Signable[Any] | SignedTransaction[Any]:
    """As it is read, not as it would be signed: what is refused there is shown here, and said to be odd."""
    if isinstance(row, BitcoinChain):
        return row.decode_transaction(raw, sighash=tuple(HASH_TYPES))
    if isinstance(row, Evm):
        return row.decode_transaction(raw, allow_unprotected=True)
    return row.decode_transaction(raw)


def _foreign(raw: bytes, rows: Iterable[Chain]) -> Iterator[Evm]:
    """The EVM chain that the bytes name by an id which no row has."""
    identity = _chain_id(raw) if any(isinstance(row, Evm) for row in rows) else None
    known = {row.chain_id for row in all_chains() if isinstance(row, Evm)}
    if identity is not None and identity not in known and 0 < identity < 2**63 - 37:
        yield Evm(name=f"eip155:{identity}", chain_id=identity, slip44=60)


def _chain_id(raw: bytes) -> int | None:
    """Where the bytes are an EVM transaction's: EIP-2718's envelopes begin with it, EIP-155 hides it in v."""
    try:
        fields = rlp.decode(raw if raw[:1] >= b"\xc0" else raw[1:])
        if type(fields) is not tuple or len(fields) < 9:
            return None
        if raw[0] < 0xC0:
            return rlp.decode_uint(fields[0], 64)
        v = rlp.decode_uint(fields[6], 64)
    except DecodingError:
        return None
    return v if fields[7:] == (b"", b"") else (v - 35) // 2


def _finding(raw: bytes, chains: list[Chain], transaction: Signable[Any] | SignedTransaction[Any]) -> Finding:
    signed = isinstance(transaction, SignedTransaction)
    subject = transaction.transaction if isinstance(transaction, SignedTransaction) else transaction
    facts = [("form", _form(raw, chains[0])), ("size", f"{len(raw)} bytes")]
    facts += [("not before", lock_time(subject))] if isinstance(chains[0], BitcoinChain) else []
    facts += _signed_facts(transaction) if isinstance(transaction, SignedTransaction) else _unsigned_facts(subject)
    return Finding(
        what="signed transaction" if signed else "unsigned transaction",
        chains=names_of(chains),
        facts=tuple((name, value) for name, value in facts if value),
        effects=subject.effects(),
        row=chains[0],
        odd=tuple(oddities(chains, subject, raw=raw if signed else b"")),
    )


def _form(raw: bytes, row: Chain) -> str:
    if family(row) == "bitcoin":
        return "PSBT (BIP-174)" if is_psbt(raw) else "as the network carries it"
    if family(row) == "evm":
        names = {1: "type 1 (EIP-2930)", 2: "type 2 (EIP-1559)"}
        return "without type" if raw[0] >= 0xC0 else names.get(raw[0], f"type {raw[0]}")
    return ""


def _signed_facts(signed: SignedTransaction[Any]) -> list[tuple[str, str]]:
    keys = [answer.request.key for answer in signed.answers if answer is not None and hasattr(answer, "request")]
    unknown = "not checked: what it spends is not in it" if not keys else ""
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
