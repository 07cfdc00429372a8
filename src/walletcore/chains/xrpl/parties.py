"""Who signs a transaction of the XRP Ledger: one key or several accounts, for its sender and for others it concerns.

xrpl.org, "Multi-Signing"; XLS-56 (Batch, V1_1: who takes part in one), XLS-66 (the counterparty of a loan), XLS-68
(a sponsor). rippled, HashPrefix.h: every part that somebody may play has prefixes of its own, so that no signature
serves for another part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from walletcore.chains.base import Address
from walletcore.chains.xrpl import codec
from walletcore.chains.xrpl.accounts import decode_classic
from walletcore.chains.xrpl.chain import XrplChain, check_account, key_bytes
from walletcore.errors import TransactionError, raised_as
from walletcore.hashes import Hash, sha512_half
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.signing import Signature

__all__ = [
    "Cosigner",
    "Party",
    "batch_payload",
    "check_key",
    "check_parties",
    "check_signers",
    "payload",
    "scheme_of",
    "signature_bytes",
    "written",
]

MAX_SIGNERS = 32  # rippled, STTx.h, maxMultiSigners
_MAX_BATCH_SIGNERS = 24  # rippled, Protocol.h: three for each of eight transactions
_PREFIXES = {  # one key, several
    "": (b"STX\0", b"SMT\0"),
    "CounterpartySignature": (b"CPT\0", b"CPM\0"),
    "SponsorSignature": (b"SPN\0", b"SPM\0"),
}
_BATCH, _ID = b"BCH\0", b"TXN\0"
_PLACES = ("CounterpartySignature", "SponsorSignature", "BatchSigners")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """One of those who sign together: the account of the signer list, and the key that signs for it.

    The key is the account's own, or its regular key.
    """

    account: Address
    key: PublicKey
    origin: KeyOrigin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody beside the sender who signs the transaction, too, by one ``key`` or by several ``signers``.

    ``place`` is the field of their signature: CounterpartySignature, SponsorSignature, or BatchSigners. Only there it
    has an ``account``: the one that takes part.
    """

    place: str
    account: Address | None = None
    key: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    signers: tuple[Cosigner, ...] = ()


def check_key(key: object, what: str) -> None:
    """Raise `TransactionError` unless this is a key that signs on the XRP Ledger."""
    if type(key) is not PublicKey or key.curve not in (Curve.SECP256K1, Curve.ED25519):
        raise TransactionError(f"expected a public key of secp256k1 or Ed25519 as {what}", reason="type")


def check_signers(chain: XrplChain, signers: object, own: str) -> tuple[Cosigner, ...]:
    """Those who sign for an account, in the order of theirs. Raises `TransactionError`."""
    if type(signers) is not tuple or any(type(each) is not Cosigner for each in signers):
        raise TransactionError("expected a tuple of Cosigner as signers", reason="type")
    if len(signers) > MAX_SIGNERS:
        raise TransactionError(f"expected at most {MAX_SIGNERS} signers", reason="too-large")
    for each in signers:
        check_account(chain, each.account, "account of a signer")
        check_key(each.key, "key of a signer")
        if each.account.kind == "x-address":
            raise TransactionError("expected a classic address of a signer", reason="prefix")
        if each.account.text == own:
            raise TransactionError("an account is no signer of its own list", reason="mismatch")
    if len({each.account.payload for each in signers}) != len(signers):
        raise TransactionError("expected each account once among the signers", reason="duplicate")
    return tuple(sorted(signers, key=lambda each: each.account.payload))


def check_parties(chain: XrplChain, parties: object, body: Mapping[str, Any]) -> tuple[Party, ...]:
    """The others who sign, in the order of their places and accounts. Raises `TransactionError`."""
    if type(parties) is not tuple or any(type(each) is not Party for each in parties):
        raise TransactionError("expected a tuple of Party as parties", reason="type")
    checked = [_checked(chain, each, body) for each in parties]
    named = [(each.place, each.account and each.account.payload) for each in checked]
    if len(set(named)) != len(named):
        raise TransactionError("expected each of the parties once", reason="duplicate")
    if len(parties) > _MAX_BATCH_SIGNERS:
        raise TransactionError(f"expected at most {_MAX_BATCH_SIGNERS} parties", reason="too-large")
    return tuple(sorted(checked, key=_place))


def _place(party: Party) -> tuple[int, bytes]:
    return _PLACES.index(party.place), party.account.payload if party.account else b""


def _checked(chain: XrplChain, party: Party, body: Mapping[str, Any]) -> Party:
    """The party, with its signers in the order of their accounts."""
    if party.place not in _PLACES:
        raise TransactionError(f"expected {', '.join(_PLACES)} as place of a party", reason="unknown")
    own = ""
    if party.place == "BatchSigners":
        check_account(chain, party.account, "account of a party")
        own = party.account.text if party.account else ""
        if own not in involved(body) or own == body["Account"]:
            raise TransactionError("expected an account that takes part in the batch, not its sender", reason="unknown")
    elif party.account is not None:
        raise TransactionError("expected an account of those only who take part in a batch", reason="mismatch")
    if party.place == "SponsorSignature" and "Sponsor" not in body:
        raise TransactionError("there is a sponsor's signature, and no Sponsor", reason="missing")
    if party.place == "CounterpartySignature" and body["TransactionType"] != "LoanSet":
        raise TransactionError("only a LoanSet has a counterparty that signs", reason="mismatch")
    if (party.key is None) is not bool(party.signers):
        raise TransactionError("expected the key of a party, or its signers", reason="ambiguous")
    if party.key is not None:
        check_key(party.key, "key of a party")
    return replace(party, signers=check_signers(chain, party.signers, own or body.get("Sponsor", "")))


def involved(body: Mapping[str, Any]) -> set[str]:
    """The accounts that take part in a batch: those that send in it, or their delegates, counterparties, sponsors."""
    found: set[str] = set()
    for inner in _inner(body):
        found.add(inner.get("Delegate", inner.get("Account", "")))
        if "Counterparty" in inner:
            found.add(inner["Counterparty"])
        if "Sponsor" in inner and "SponsorSignature" in inner:
            found.add(inner["Sponsor"])
    return found


def _inner(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The transactions in a batch. Raises `TransactionError`."""
    items = body.get("RawTransactions", ())
    if any("RawTransaction" not in item for item in items):
        raise TransactionError("expected each of RawTransactions as RawTransaction", reason="unknown")
    return [item["RawTransaction"] for item in items]


def payload(place: str, signed: bytes, account: Address | None) -> bytes:
    """What is signed in this place: by one key, or by one of several for its account."""
    one, several = _PREFIXES[place]
    return one + signed if account is None else several + signed + account.payload


def batch_payload(fields: Mapping[str, Any]) -> bytes:
    """What all parties of a batch sign, each with its account behind: who sends it, its number and flags, and the ids
    of what is in it. Raises `TransactionError`.
    """
    with raised_as(TransactionError):
        inner = [sha512_half(_ID + codec.encode(each)) for each in _inner(fields)]
        head = decode_classic(fields["Account"])
    numbers = (fields["Sequence"] or fields.get("TicketSequence", 0), fields.get("Flags", 0), len(inner))
    return b"".join([_BATCH, head, *(each.to_bytes(4) for each in numbers), *inner])


def written(
    key: PublicKey | None, signers: Iterable[Cosigner] | None, answers: Iterator[Signature | None], *, whole: bool
) -> dict[str, Any]:
    """The fields of a signature: SigningPubKey and TxnSignature, or Signers; ``whole`` leaves out who is silent."""
    if key is not None:
        return {"SigningPubKey": _hex(key)} | _signature(next(answers))
    if signers is None:
        return {}
    items = []
    for each in signers:
        answer = next(answers)
        if answer is not None or not whole:
            signer = {"Account": each.account.text, "SigningPubKey": _hex(each.key)} | _signature(answer)
            items.append({"Signer": signer})
    return {"Signers": items} if items else {}


def _hex(key: PublicKey) -> str:
    return key_bytes(key).hex().upper()


def _signature(answer: Signature | None) -> dict[str, str]:
    return {} if answer is None else {"TxnSignature": signature_bytes(answer).hex().upper()}


def signature_bytes(answer: Signature) -> bytes:
    """DER for ECDSA, low s; 64 bytes for Ed25519."""
    if answer.scheme is Scheme.ED25519:
        return answer.data
    from walletcore.curves.secp256k1 import encode_der

    return encode_der(answer.data)


def scheme_of(key: PublicKey) -> tuple[Scheme, Hash | None]:
    """How a key signs: ECDSA over the SHA-512Half, Ed25519 over the bytes themselves."""
    return (Scheme.ED25519, None) if key.curve is Curve.ED25519 else (Scheme.ECDSA, sha512_half)
