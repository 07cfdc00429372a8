"""Are all signatures of a signed transaction good, and whose are they?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from walletcore.chains.base import Chain, SignedMessage, SignedTransaction
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.cli.inspection import messages
from walletcore.cli.inspection.finding import names_of
from walletcore.cli.inspection.transactions import bytes_of, readings
from walletcore.errors import DecodingError, InvalidSignature, TransactionError

__all__ = ["Verdict", "verdict"]

_OF_SIGNATURES = re.compile(r"\bsignature\b|signers have signed|is signed by", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether every signature is good (and made by whom it had to be), who signed, and where not, why."""

    verified: bool
    chains: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "verified": self.verified,
            "chains": list(self.chains),
            "signers": list(self.signers),
            "why": self.why,
        }


def verdict(text: str, rows: Sequence[Chain], *, previous: Sequence[str] = (), by: str = "") -> Verdict:
    """The verdict on a signed transaction in hex or base64; ``by`` is an address that must have signed.

    ``previous`` are the transactions whose outputs a Bitcoin transaction spends: without them nobody can check it.
    Raises `DecodingError` where the text is no transaction, `AddressError` where ``by`` is no address.
    """
    raw = bytes_of(text)
    if raw is None:
        raise DecodingError("expected a signed transaction in hex or base64", reason="character")
    found, refused = readings(raw, rows)
    if not found:
        return _refused(refused)
    if len(found) > 1:
        raise DecodingError("the bytes are transactions of several families; --chain says which", reason="ambiguous")
    chains, transaction = found[0]
    if not isinstance(transaction, (SignedTransaction, SignedMessage)):
        return Verdict(verified=False, chains=names_of(chains), why=_unsigned(transaction))
    try:
        signers = _signers(chains[0], transaction, previous)
    except (InvalidSignature, TransactionError) as error:
        return Verdict(verified=False, chains=names_of(chains), why=str(error))
    return _judged(chains, signers, by)


def _refused(refused: dict[str, TransactionError]) -> Verdict:
    """A bad signature is an answer; bytes that are nothing are a refusal."""
    for name, error in refused.items():
        if _OF_SIGNATURES.search(str(error)):
            return Verdict(verified=False, chains=(name,), why=str(error))
    why = "; ".join(dict.fromkeys(str(error) for error in refused.values()))
    raise DecodingError(f"no signed transaction: {why[:200]}", reason="unknown")


def _unsigned(subject: object) -> str:
    message = "it is a message without a signature: `walletcore message verify` takes both"
    return message if messages.is_message(subject) else "it is not signed"


def _signers(
    row: Chain, signed: SignedTransaction[Any] | SignedMessage[Any], previous: Sequence[str]
) -> tuple[str, ...]:
    if isinstance(row, BitcoinChain) and isinstance(signed, SignedTransaction):
        from walletcore.cli.inspection.spending import signers_of

        return signers_of(row, signed.raw, [_previous(text) for text in previous])
    requests = (signed.message if isinstance(signed, SignedMessage) else signed.transaction).requests()
    return tuple(row.address(request.key).text for request in requests)


def _previous(text: str) -> bytes:
    raw = bytes_of(text)
    if raw is None:
        raise DecodingError("expected a previous transaction in hex", reason="character")
    return raw


def _judged(chains: Sequence[Chain], signers: tuple[str, ...], by: str) -> Verdict:
    if by:
        wanted = chains[0].parse_address(by).text
        if wanted not in signers:
            why = f"{wanted} is not among the signers"
            return Verdict(verified=False, chains=names_of(chains), signers=signers, why=why)
    return Verdict(verified=bool(signers), chains=names_of(chains), signers=signers)
