"""Unsigned transactions as JSON: one schema per family, and ``raw`` for what another program has built.

docs/command-line.md documents the members. Keys are named by where they are in the wallet, never by themselves.
"""

from __future__ import annotations

import base64
import binascii
import importlib
from typing import Any

from walletcore.chains import FAMILIES
from walletcore.chains.base import Chain, SignedTransaction
from walletcore.cli.drafts.fields import Fields
from walletcore.cli.inspection.finding import family
from walletcore.cli.inspection.messages import is_message, is_part
from walletcore.cli.names import find_chain
from walletcore.coding import strict_json
from walletcore.errors import TransactionError, Unsupported, raised_as
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signable
from walletcore.wallet import Wallet

__all__ = ["Draft", "parse"]

_MAX_LENGTH = 33 << 20


class Draft:
    """What a JSON text asks for: the chain is known at once, the transaction when there is a wallet."""

    def __init__(self, row: Chain, fields: Fields) -> None:
        self.row, self._fields = row, fields

    def build(self, wallet: Wallet) -> tuple[Signable[Any], tuple[LocalSigner, ...]]:
        """The transaction, and the signers that this wallet has for it. Raises `TransactionError`, `Unsupported`."""
        if self._fields.has("raw"):
            return _rebuilt(self.row, self._fields, wallet)
        name = family(self.row)
        if name not in FAMILIES:
            raise Unsupported(f"transactions of {self.row.name} are taken as raw only", reason="unknown")
        subject: Signable[Any] = importlib.import_module(f"walletcore.cli.drafts.{name}").build(
            self.row, self._fields, wallet
        )
        self._fields.done()
        return subject, wallet.signers_for(subject)


def parse(text: str) -> Draft:
    """Read the JSON of an unsigned transaction. Raises `TransactionError`, and `Unsupported` for its chain."""
    with raised_as(TransactionError):
        fields = Fields(strict_json.decode(text, max_length=_MAX_LENGTH))
    return Draft(find_chain(fields.text("chain")), fields)


def _rebuilt(row: Chain, fields: Fields, wallet: Wallet) -> tuple[Signable[Any], tuple[LocalSigner, ...]]:
    """Bytes in hex or base64 become a transaction; ``from`` names a signer where they name none."""
    raw, where = _bytes(fields.text("raw")), fields.where()
    fields.done()
    signer = wallet.signer(row, **where)
    subject = row.decode_transaction(raw, keys=[signer.public_key])
    if isinstance(subject, SignedTransaction):
        raise TransactionError("it is signed already", reason="policy")
    if is_message(subject) and not is_part(subject):
        hint = "`walletcore message sign` signs messages"
        raise TransactionError("expected a transaction as raw, got a message", reason="type", hint=hint)
    return subject, (*wallet.signers_for(subject), signer)


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        pass
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise TransactionError("expected hex or base64 as raw", reason="character") from None
