"""A text as a signature of a generic message (BIP-322): of which variant, by what, and what it proves control of.

Neither the message nor, but in a proof of funds, the address is in it: whether it is good, only who has both can tell.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from walletcore.chains.base import Chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.bip322 import FULL, PROOF_OF_FUNDS, SIMPLE, has_generic_messages, proof_in
from walletcore.chains.bitcoin.psbt.codec import MAX_PSBT
from walletcore.chains.bitcoin.tx import WITNESS, Tx, TxOut
from walletcore.cli.inspection.finding import Finding, Oddity, names_of
from walletcore.cli.show import amount, listed
from walletcore.errors import DecodingError, TransactionError

__all__ = ["proofs"]

_NAMES = {SIMPLE: "simple", FULL: "full", PROOF_OF_FUNDS: "proof of funds"}
_MAX_TEXT = 4 * (MAX_PSBT // 3 + 1) + 3  # characters of base64, and the variant: a proof of funds has no more bytes
_UNVERIFIED = Oddity(
    code="unverified", text="not checked: `walletcore message verify` takes it, the address and the message"
)

Facts = Iterator[tuple[str, str]]


def proofs(text: str, rows: Sequence[Chain]) -> list[Finding]:
    """The finding for a text that begins with a variant and goes on in base64; none for others, nor off Bitcoin.

    Raises `DecodingError` where the rest is no such signature.
    """
    bitcoin = [row for row in rows if isinstance(row, BitcoinChain) and has_generic_messages(row)]
    variant = text[:3]
    raw = _bytes(text[3:]) if variant in _NAMES and bitcoin and len(text) <= _MAX_TEXT else None
    if raw is None:
        return []
    try:
        facts = tuple(_FACTS[variant](raw, bitcoin[0]))
    except (DecodingError, TransactionError) as error:
        raise DecodingError(f"no signature of BIP-322 ({_NAMES[variant]}): {error}", reason=error.reason) from None
    what = f"signature of a message (BIP-322, {_NAMES[variant]})"
    return [Finding(what=what, chains=names_of(bitcoin), facts=facts, odd=(_UNVERIFIED,))]


def _bytes(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if raw and base64.b64encode(raw).decode() == text else None


def _of_simple(raw: bytes, row: BitcoinChain) -> Facts:
    del row
    yield "witness", _items(WITNESS.decode(raw))


def _items(witness: tuple[bytes, ...]) -> str:
    return f"{len(witness)} items of {', '.join(str(len(item)) for item in witness[:20])} bytes"


def _of_full(raw: bytes, row: BitcoinChain) -> Facts:
    del row
    yield from _of_transaction(Tx.decode(raw))


def _of_transaction(to_sign: Tx) -> Facts:
    first = to_sign.inputs[0]
    yield "message and address", f"those of the transaction {first.txid}"
    if to_sign.locktime or first.sequence:
        yield "valid", f"at time {to_sign.locktime} and age {first.sequence}"


def _of_funds(raw: bytes, row: BitcoinChain) -> Facts:
    to_sign, spent = proof_in(row, raw)
    yield "for", _account(row, spent[0])
    yield from _of_transaction(to_sign)
    funds = spent[1:]
    yield "controls", amount(sum(each.value for each in funds), row.decimals, row.symbol)
    pairs = zip(to_sign.inputs[1:], funds, strict=True)
    yield "in", listed([f"{source.txid}:{source.vout} of {_account(row, each)}" for source, each in pairs])


def _account(row: BitcoinChain, output: TxOut) -> str:
    destination = row.destination_of(output.script_pubkey)
    return output.script_pubkey.hex() if destination is None else row.address_of(destination).text


_FACTS = {SIMPLE: _of_simple, FULL: _of_full, PROOF_OF_FUNDS: _of_funds}
