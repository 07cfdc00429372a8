"""Unsigned transactions of the XRP Ledger as JSON: fields as xrpl.org has them, and the keys that sign."""

from __future__ import annotations

from walletcore.chains.xrpl import AnyTransaction, Cosigner, Transaction, XrplChain
from walletcore.cli.drafts.fields import Fields, Keyring

__all__ = ["build"]


def build(row: XrplChain, fields: Fields, keyring: Keyring) -> AnyTransaction:
    """The transaction of these members. Raises `TransactionError`.

    Account may be left out: it is the account of the key. With ``signers`` several accounts sign for it together.
    """
    body = fields.mapping("fields")
    if fields.has("signers"):
        return Transaction.of(row, body, signers=tuple([_cosigner(row, e, keyring) for e in fields.objects("signers")]))
    where = fields.where()
    body.setdefault("Account", keyring.address(row, **where).text)
    signer, origin = keyring.public_key(row, **where), keyring.origin(row, **where)
    return Transaction.of(row, body, signer=signer, origin=origin)


def _cosigner(row: XrplChain, fields: Fields, keyring: Keyring) -> Cosigner:
    where = fields.where()
    key, origin = keyring.public_key(row, **where), keyring.origin(row, **where)
    account = fields.address("account", row) if fields.has("account") else keyring.address(row, **where)
    fields.done()
    return Cosigner(account=account, key=key, origin=origin)
