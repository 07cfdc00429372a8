"""Are all signatures of a signed transaction good, and whose are they?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from walletcore.chains.base import Chain, SignedMessage, SignedTransaction
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.cli.inspection import messages
from walletcore.cli.inspection.finding import Oddity, names_of
from walletcore.cli.inspection.spelling import spellings
from walletcore.cli.inspection.transactions import readings
from walletcore.errors import DecodingError, InvalidSignature, TransactionError

__all__ = ["Verdict", "verdict"]

_SPELLINGS = "hex or base64, of Solana also in base58"
_OF_SIGNATURES = re.compile(r"\bsignature\b|signers have signed|is signed by", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether every signature is good (and made by whom it had to be), who signed, and where not, why.

    ``fee`` is that of Bitcoin, in satoshi, where all outputs that are spent were given; None otherwise. ``odd`` is
    what the signatures leave open.
    """

    verified: bool
    chains: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    why: str = ""
    fee: int | None = None
    odd: tuple[Oddity, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "verified": self.verified,
            "chains": list(self.chains),
            "signers": list(self.signers),
            "why": self.why,
            "fee": "" if self.fee is None else str(self.fee),
            "odd": [{"code": each.code, "text": each.text} for each in self.odd],
        }


def verdict(text: str, rows: Sequence[Chain], *, previous: Sequence[bytes] = (), by: str = "") -> Verdict:
    """The verdict on a signed transaction in hex, base64 or (Solana) base58.

    ``by`` is an address that must have signed.
    ``previous`` are the transactions whose outputs a Bitcoin transaction spends: without them nobody can check it.
    Raises `DecodingError` where the text is no transaction, `AddressError` where ``by`` is no address.
    """
    read = [readings(raw, readers) for raw, readers in spellings(text, rows)]
    if not read:
        raise DecodingError(f"expected a signed transaction in {_SPELLINGS}", reason="character")
    found = [reading for each, _ in read for reading in each]
    if not found:
        return _refused([pair for _, refused in read for pair in refused.items()])
    if len(found) > 1:
        raise DecodingError("the bytes are transactions of several families; --chain says which", reason="ambiguous")
    chains, transaction = found[0]
    if not isinstance(transaction, (SignedTransaction, SignedMessage)):
        return Verdict(verified=False, chains=names_of(chains), why=_unsigned(transaction))
    try:
        good = _checked(chains[0], transaction, previous)
    except (InvalidSignature, TransactionError) as error:
        return Verdict(verified=False, chains=names_of(chains), why=str(error))
    return _judged(replace(good, chains=names_of(chains)), chains[0], by)


def _refused(refused: Sequence[tuple[str, TransactionError]]) -> Verdict:
    """A bad signature is an answer; bytes that are nothing are a refusal."""
    for name, error in refused:
        if _OF_SIGNATURES.search(str(error)):
            return Verdict(verified=False, chains=(name,), why=str(error))
    why = "; ".join(dict.fromkeys(str(error) for _, error in refused))
    raise DecodingError(f"no signed transaction: {why[:200]}", reason="unknown")


def _unsigned(subject: object) -> str:
    if isinstance(subject, Psbt):
        return "it is a PSBT: `walletcore psbt finalize` checks the signatures in it"
    message = "it is a message without a signature: `walletcore message verify` takes both"
    return message if messages.is_message(subject) else "it is not signed"


def _checked(row: Chain, signed: SignedTransaction[Any] | SignedMessage[Any], previous: Sequence[bytes]) -> Verdict:
    """What is known of a transaction whose signatures are good. Raises `InvalidSignature` where one is not."""
    if isinstance(row, BitcoinChain) and isinstance(signed, SignedTransaction):
        from walletcore.cli.inspection.spending import spending_of

        found = spending_of(row, signed.raw, previous)
        odd = [each for place, names in enumerate(found.hash_types) for name in names for each in _odd(place, name)]
        return Verdict(verified=True, signers=found.signers, fee=found.fee, odd=tuple(odd))
    requests = (signed.message if isinstance(signed, SignedMessage) else signed.transaction).requests()
    signers = tuple(row.address(request.key).text for request in requests)
    return Verdict(verified=bool(signers), signers=signers)


def _odd(place: int, name: str) -> Iterator[Oddity]:
    from walletcore.cli.inspection.bitcoin import odd_hash_type

    return odd_hash_type(place, name)


def _judged(found: Verdict, row: Chain, by: str) -> Verdict:
    if by:
        wanted = row.parse_address(by).text
        if wanted not in found.signers:
            return replace(found, verified=False, why=f"{wanted} is not among the signers")
    return found
