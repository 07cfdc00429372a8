"""Unsigned transactions of the XRP Ledger as JSON: fields as xrpl.org has them, and the keys that sign.

What makes a type malformed is refused, and so are perils, unless ``allow`` names them (see `walletcore.chains.xrpl`).
"""

from __future__ import annotations

from walletcore.chains.xrpl import AnyTransaction, Cosigner, XrplChain, from_json
from walletcore.cli.drafts.fields import Fields, Keyring

__all__ = ["build"]


def build(row: XrplChain, fields: Fields, keyring: Keyring) -> AnyTransaction:
    """The transaction of these members. Raises `TransactionError`.

    Account may be left out: it is the account of the key. With ``signers`` several accounts sign for it together.
    """
    body, allow = fields.mapping("fields"), fields.items("allow", [])
    if fields.has("signers"):
        signers = tuple([_cosigner(row, each, keyring) for each in fields.objects("signers")])
        return from_json(row, body, allow=allow, signers=signers)
    where = fields.where()
    body.setdefault("Account", keyring.address(row, **where).text)
    signer, origin = keyring.public_key(row, **where), keyring.origin(row, **where)
    return from_json(row, body, allow=allow, signer=signer, origin=origin)


def _cosigner(row: XrplChain, fields: Fields, keyring: Keyring) -> Cosigner:
    where = fields.where()
    key, origin = keyring.public_key(row, **where), keyring.origin(row, **where)
    account = fields.address("account", row) if fields.has("account") else keyring.address(row, **where)
    fields.done()
    return Cosigner(account=account, key=key, origin=origin)
