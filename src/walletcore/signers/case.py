"""What a guard reads: a subject that it built itself, from a chain's name and bytes.

Nothing else of the caller's is believed: whatever stands beside the bytes may be another thing than what is signed. The
one place where the wing of signers asks that of chains: for the row of a CAIP-2 name, which reads the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer
from walletcore.errors import GuardRefused, Unsupported, WalletcoreError
from walletcore.hashes import sha256
from walletcore.keys import PublicKey, Scheme
from walletcore.signers.protocol import Subject
from walletcore.signing import Signable, SigningRequest

__all__ = ["Case", "Change", "Rows", "build", "case_id", "check_spelling", "described", "is_for", "on_sister"]

Change = Callable[[Any], Sequence[int]]
"""Tells the places in a subject's effects that return to its own wallet, proven: `Wallet.change_of`."""
Rows = Mapping[str, Any]
"""Chains by their CAIP-2 names that are taken instead of those that are registered."""

_TAG = b"walletcore/case/1"
_PER_CASE, _PER_BYTE, _PER_ITEM = 1000, 8, 400  # memory of a case, of a byte of it as values, of a request or effect
_EFFECTS = (Transfer, Fee, Approve, Authority, Call, Statement, Opaque)
_AMOUNTS = {Transfer: "amount", Fee: "at_most", Approve: "amount"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to be signed, as rules see it. Everything in it was made from bytes by the guard.

    ``requests`` are all that it asks for, ``change`` the places in ``effects`` of transfers that are proven to return,
    ``id`` 32 bytes over the ids of its requests: equal for whatever asks for the very same signatures.
    """

    subject: Signable[Any]
    requests: tuple[SigningRequest, ...]
    effects: tuple[Effect, ...]
    change: tuple[int, ...] = ()
    id: bytes

    @property
    def chain(self) -> str:
        """The CAIP-2 name of the chain."""
        return self.subject.chain.caip2

    @property
    def is_chain_signed(self) -> bool:
        """Whether the signed bytes name the chain. Those of Bitcoin and Solana do not."""
        return getattr(self.subject.chain, "is_signed", False) is True

    @property
    def outgoing(self) -> tuple[Effect, ...]:
        """The effects without proven change."""
        proven = frozenset(self.change)
        return tuple([each for place, each in enumerate(self.effects) if place not in proven])

    @property
    def weight(self) -> int:
        """The memory that it takes, in bytes, rather too many: values are larger than what they were read from.

        Each request has its payload; those of legacy inputs of Bitcoin repeat the whole transaction.
        """
        payloads = sum(len(each.payload) for each in self.requests)
        items = len(self.requests) + len(self.effects)
        return _PER_CASE + _PER_BYTE * len(self.subject.raw) + payloads + _PER_ITEM * items


def case_id(requests: Sequence[SigningRequest]) -> bytes:
    """SHA-256 over a tag and the ids of the requests: 32 bytes."""
    return sha256(b"".join([_TAG, *(request.id for request in requests)]))


def is_for(request: SigningRequest, key: PublicKey) -> bool:
    """Whether a request asks this key, for BIP-340 also by the x that it shares with its negative."""
    return request.key == key or (request.scheme is Scheme.BIP340 and request.key.even_y() == key.even_y())


def build(given: object, identity: bytes, key: PublicKey, rows: Rows, change: Change | None) -> Case:
    """The case of a request's subject, id and key, from nothing but the name of a chain and bytes.

    The subject may be no more than these two: a `protocol.Subject`, as it came over the wire.
    Raises `GuardRefused`: without a subject, for one of no registered type, for bytes that cannot be read again, and
    where the subject of the bytes does not ask for the signature of this id.
    """
    found = _read(_rebuilt(given, _row(given, rows), key), change)
    if identity not in {each.id for each in found.requests}:
        raise _refused("the subject that stands beside the request does not ask for this signature", "mismatch")
    return found


def on_sister(case: Case, name: str, rows: Rows, change: Change | None) -> Case | None:
    """The same bytes as those of another chain, by its CAIP-2 name: None where they ask for other signatures there.

    Raises `GuardRefused` where nobody can say, as that chain has no row, or its row cannot read them.
    """
    row = rows.get(name) or _registered(name)
    found = _read(_rebuilt(case.subject, row, case.requests[0].key), change)
    return found if {each.id for each in found.requests} & {each.id for each in case.requests} else None


def _read(subject: Signable[Any], change: Change | None) -> Case:
    """What a subject that was built from bytes asks for and does."""
    try:
        requests, effects = subject.requests(), subject.effects()
        identity = case_id(requests)
    except Exception as error:
        raise _unreadable(error) from error
    _check_effects(effects)
    places = () if change is None else _proven(change, subject, effects)
    return Case(subject=subject, requests=requests, effects=effects, change=places, id=identity)


def _refused(message: str, reason: str, *, hint: str = "") -> GuardRefused:
    return GuardRefused(message, reason=reason, hint=hint, rule="subject")


def _unreadable(error: Exception) -> GuardRefused:
    known = isinstance(error, WalletcoreError)
    reason = error.reason if isinstance(error, WalletcoreError) else ""
    return _refused(f"the subject cannot be read: {error if known else type(error).__name__}", reason or "policy")


def _row(subject: object, rows: Rows) -> Any:
    """The row of the subject's chain, which knows the exact types of its family's subjects."""
    if subject is None:
        raise _refused("the request does not say what it is for", "missing", hint="a request of `requests()` does")
    chain = getattr(subject, "chain", None)
    name = chain if type(subject) is Subject else getattr(chain, "caip2", None)
    if type(name) is not str:
        raise _refused(f"expected a subject with a chain, got {type(subject).__name__}", "type")
    row = rows.get(name) or _registered(name)
    if not (type(subject) is Subject or row.takes(subject)):
        raise _refused(f"{type(subject).__name__} is no subject that {row.name} can read again", "type")
    return row


def _registered(name: str) -> Any:
    from walletcore.chains import chain  # a signer without guards needs no chains

    try:
        row = chain(name)
    except Unsupported as error:
        hint = "guard(..., chains=[row]) takes a row of one's own"
        raise _refused(f"the chain {name[:80]!r} is not known", error.reason, hint=hint) from error
    if row.caip2 != name:
        raise _refused("expected the CAIP-2 name of a chain", "mismatch")
    return row


def check_spelling(name: str, address: str) -> None:
    """Raise `AddressError` unless an address of an EVM chain, by its CAIP-2 name, is spelt as effects spell it.

    The checksum of a chain that has no row is taken to be that of most (EIP-55).
    """
    from walletcore.chains import chain

    try:
        row = chain(name)
    except Unsupported:
        row = chain("eip155:1")
    row.parse_address(address)


def _rebuilt(subject: Any, row: Any, key: PublicKey) -> Signable[Any]:
    try:
        asked = (key,) if type(subject) is Subject else dict.fromkeys(each.key for each in subject.requests())
        raw, keys = subject.raw, tuple(asked)
        found = row.decode_transaction(raw, keys=keys)
    except Exception as error:  # whatever goes wrong with a stranger's value is a reason not to sign it
        raise _unreadable(error) from error
    if not row.takes(found) or found.chain.caip2 != row.caip2:
        raise _refused(f"the bytes are those of {type(found).__name__}, which asks for no signature", "type")
    return found  # type: ignore[no-any-return]


def _check_effects(effects: Sequence[Effect]) -> None:
    """Families of others are read, too: an effect that no rule knows, or an amount below zero, would pass them all."""
    for effect in effects:
        amount = getattr(effect, _AMOUNTS.get(type(effect), ""), None)
        if type(effect) not in _EFFECTS or not (amount is None or (type(amount) is int and amount >= 0)):
            raise _refused(f"an effect that is none of walletcore.effects: {type(effect).__name__}", "type")


def _proven(change: Change, subject: Signable[Any], effects: Sequence[Effect]) -> tuple[int, ...]:
    try:
        places = tuple(change(subject))
    except Exception as error:
        raise _unreadable(error) from error
    for place in places:
        if type(place) is not int or not 0 <= place < len(effects) or type(effects[place]) is not Transfer:
            raise _refused("expected the places of transfers as change", "range")
    return places


def described(case: Case, most: int = 50, length: int = 500) -> list[str]:
    """The effects as sentences, each of bounded length and not more than so many."""
    shown = [str(each)[:length] for each in case.effects[:most]]
    more = len(case.effects) - most
    return [*shown, f"and {more} more"] if more > 0 else shown
