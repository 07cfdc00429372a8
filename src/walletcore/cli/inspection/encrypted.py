"""A text as a private key under a passphrase (BIP-38): what its bytes tell without the passphrase, never decrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from walletcore.chains.base import Chain
from walletcore.cli.inspection.finding import Finding, Oddity
from walletcore.cli.inspection.public import UNCOMPRESSED
from walletcore.errors import DecodingError, KeystoreError

if TYPE_CHECKING:
    from walletcore.keystore.bip38 import Shown

__all__ = ["FORM", "bip38", "read"]

FORM = re.compile("6P[1-9A-HJ-NP-Za-km-z]{56}", re.ASCII)
_ENCRYPTED = Oddity(
    code="encrypted", text="it needs its passphrase: who has both has the coins, and a short passphrase is guessed"
)


def bip38(text: str, rows: tuple[Chain, ...]) -> Iterator[Finding]:
    """The finding for a text that is one, of no chain: its network is in the address that it does not name."""
    del rows
    try:
        told = read(text)
    except DecodingError:
        return
    facts = [
        ("made", "from an intermediate code (EC multiplied)" if told.multiplied else "from a private key"),
        ("public key is", "compressed" if told.compressed else "uncompressed"),
        ("address hash", told.address_hash.hex()),
    ]
    if told.lot is not None:
        facts.append(("lot, sequence", "{}, {}".format(*told.lot)))
    odd = (_ENCRYPTED,) if told.compressed else (_ENCRYPTED, UNCOMPRESSED)
    yield Finding(what="encrypted private key (BIP-38)", facts=tuple(facts), odd=odd)


def read(text: str) -> Shown:
    """What it tells. Raises `DecodingError` for a form that BIP-38 does not know."""
    if not FORM.fullmatch(text):
        raise DecodingError("expected 58 characters that begin with 6P", reason="character")
    from walletcore.keystore.bip38 import shown  # few texts are of this form

    try:
        return shown(text)
    except KeystoreError as error:
        raise DecodingError(str(error), reason=error.reason, hint=error.hint) from None
