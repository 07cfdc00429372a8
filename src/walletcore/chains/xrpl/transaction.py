"""Transactions of the XRP Ledger: fields in their canonical form, signed by one key or by several of a signer list.

xrpl.org, "Transaction Common Fields", "Sign and Submit", "Multi-Signing"; rippled, STTx.cpp and HashPrefix.h. One key
signs the SHA-512Half of ``STX`` and the fields; each of several that of ``SMT``, the fields, and the account that it
signs for (Ed25519 signs those bytes themselves). The bytes of a subject name its signers, so that they say it all.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any, Self

from walletcore.chains.base import SignedTransaction
from walletcore.chains.xrpl import codec
from walletcore.chains.xrpl.accounts import is_x
from walletcore.chains.xrpl.chain import XrplChain
from walletcore.chains.xrpl.definitions import definitions
from walletcore.chains.xrpl.parties import (
    Cosigner,
    Party,
    batch_payload,
    check_key,
    check_parties,
    check_signers,
    payload,
    scheme_of,
    written,
)
from walletcore.effects import Effect
from walletcore.errors import AddressError, MissingSignature, TransactionError, raised_as
from walletcore.keys import PublicKey
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, Signature, SigningRequest, accepted

__all__ = ["INNER", "SIGNING_FIELDS", "AnyTransaction", "Transaction"]

SIGNING_FIELDS = (
    "SigningPubKey",
    "TxnSignature",
    "Signers",
    "CounterpartySignature",
    "SponsorSignature",
    "BatchSigners",
)
"""The fields that signer, signers and parties say, and no field of a body is."""
_PSEUDO = ("EnableAmendment", "SetFee", "UNLModify")  # which the network makes, and nobody signs
INNER = 0x40000000
"""tfInnerBatchTxn, the flag of a transaction inside of a batch."""
_MOST_INNER = 8  # rippled, Batch.cpp


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnyTransaction:
    """What all transactions have in common, typed ones and `Transaction`. Raises `TransactionError`.

    A typed class (frozen, with slots, keywords only, and ``eq=False``) has its own fields, and says by ``_body`` what
    they are as JSON; what is below is common to all. ``signer`` is the one key that signs, or ``signers`` are those
    that sign together; who has neither is asked for nothing yet. ``signers=()`` is a transaction for several whom
    nobody has named yet. ``parties`` are others who sign it as well.

    Transactions are equal where their network and bytes are.
    """

    chain: XrplChain
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    signers: tuple[Cosigner, ...] | None = None
    parties: tuple[Party, ...] = ()
    _raw: bytes | None = memory()
    _requests: object | None = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, XrplChain):
            raise TransactionError(f"expected a network of XRPL, got {type(self.chain).__name__}", reason="type")
        if self.signer is not None:
            check_key(self.signer, "signer")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        if self.signer is not None and self.signers is not None:
            raise TransactionError("expected one signer, or several signers, not both", reason="ambiguous")
        body = self._body()
        self._check_form(body)
        self._check_policy(body)
        if self.signers is not None:
            object.__setattr__(self, "signers", check_signers(self.chain, self.signers, body["Account"]))
        if self.parties:
            object.__setattr__(self, "parties", check_parties(self.chain, self.parties, body))
        _ = self.raw

    def _check_form(self, fields: Mapping[str, Any]) -> None:
        """What holds for every type: its own fields and no others, a fee in drops, a sequence or a ticket."""
        kind = fields.get("TransactionType")
        form = definitions().formats.get(kind) if type(kind) is str else None
        if form is None or kind in _PSEUDO:
            raise TransactionError(f"expected a type of transaction, got {str(kind)[:40]!r}", reason="unknown")
        for name in fields:
            if name not in form or name in SIGNING_FIELDS:
                raise TransactionError(f"{kind} has no field {str(name)[:80]!r}", reason="unknown")
        for name, mark in form.items():
            if not mark and name not in fields and name not in SIGNING_FIELDS:
                raise TransactionError(f"{kind}: {name} is missing", reason="missing")
        if type(fields["Fee"]) is not str:
            raise TransactionError("expected a fee in drops, as text", reason="type")
        if "TicketSequence" in fields and fields["Sequence"] != 0:
            raise TransactionError("expected 0 as Sequence where there is a TicketSequence", reason="mismatch")

    def _check_policy(self, fields: Mapping[str, Any]) -> None:
        flags = fields.get("Flags", 0)
        if type(flags) is int and flags & INNER:
            raise TransactionError("a transaction inside of a batch is not signed by itself", reason="policy")
        inner = [item.get("RawTransaction", {}) for item in fields.get("RawTransactions", ())]
        if len(inner) > _MOST_INNER:
            raise TransactionError(f"expected at most {_MOST_INNER} transactions in a batch", reason="length")
        for each in (fields, *inner) if self.chain.tag_required else ():
            target = each.get("Destination")
            if target in self.chain.tag_required and "DestinationTag" not in each:
                hint = "DestinationTag says whose payment it is"
                raise TransactionError(f"{target} takes nothing without a tag", reason="policy", hint=hint)

    @abstractmethod
    def _body(self) -> dict[str, Any]:
        """The fields as JSON with classic addresses, but for NetworkID and `SIGNING_FIELDS`; a new mapping."""

    def fields(self) -> dict[str, Any]:
        """All fields that are there before anybody signs, as JSON on xrpl.org has them; a new mapping each time."""
        return self._written(repeat(None), whole=False)

    def _written(self, answers: Iterator[Signature | None], *, whole: bool) -> dict[str, Any]:
        """The fields with these answers, in the order of the requests; ``whole`` leaves out who has not answered."""
        body = self._body()
        if self.chain.is_named:
            body["NetworkID"] = self.chain.network_id
        if self.signers is not None:
            body["SigningPubKey"] = ""
        body |= written(self.signer, self.signers, answers, whole=whole)
        for party in self.parties:
            signature = written(party.key, party.signers, answers, whole=whole)
            if party.account is None:
                body[party.place] = signature
            else:
                named = {"Account": party.account.text} | signature
                body.setdefault(party.place, []).append({"BatchSigner": named})
        return body

    @property
    @remembered
    def raw(self) -> bytes:
        """The canonical bytes of `fields`, from which `XrplChain.decode_transaction` makes it again."""
        with raised_as(TransactionError):
            return codec.encode(self.fields())

    @property
    def account_id(self) -> str:
        """The CAIP-10 name of the account that sends it."""
        return self.chain.account_id(self._body()["Account"])

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """One for the signer, or for each of the signers in the order of their accounts; then those of the parties.

        Raises `TransactionError` while nobody is known to sign.
        """
        if self.signer is None and not self.signers:
            hint = "decode_transaction(raw, keys=[key]) tells it"
            raise TransactionError("signer key unknown", reason="missing", hint=hint)
        fields = self.fields()
        signed = codec.encode_for_signing(fields)
        if self.signer is not None:
            asked = [self._request(self.signer, payload("", signed, None), self.origin)]
        else:
            several = self.signers or ()
            asked = [self._request(e.key, payload("", signed, e.account), e.origin) for e in several]
        in_batch = batch_payload(fields) if any(each.account for each in self.parties) else b""
        for party in self.parties:
            asked += self._of_party(party, signed, in_batch)
        return tuple(asked)

    def _of_party(self, party: Party, signed: bytes, in_batch: bytes) -> list[SigningRequest]:
        members = [(each.key, each.account, each.origin) for each in party.signers]
        one = [] if party.key is None else [(party.key, None, party.origin)]
        asked = []
        for key, account, origin in (*one, *members):
            if party.account is None:
                data = payload(party.place, signed, account)
            else:
                data = in_batch + party.account.payload + (b"" if account is None else account.payload)
            asked.append(self._request(key, data, origin))
        return asked

    def _request(self, key: PublicKey, data: bytes, origin: KeyOrigin | None) -> SigningRequest:
        scheme, prehash = scheme_of(key)
        return SigningRequest(key=key, scheme=scheme, payload=data, prehash=prehash, origin=origin, subject=self)

    def assemble(self, answers: Answers) -> SignedTransaction[Self]:
        """The transaction with its signatures: where several sign together, of those who have answered, one or more.

        Only the ledger knows how many of them it needs: who has not answered is left out. Raises `InvalidSignature`,
        `MissingSignature`.
        """
        taken = accepted(self.requests(), answers)
        left = iter(taken)
        heard = [_heard(self.signer, self.signers, left, "signer")]
        heard += [_heard(party.key, party.signers, left, party.place) for party in self.parties]
        raw = codec.encode(self._written(iter(taken), whole=True))
        given = tuple([answer for answer in taken if answer is not None])
        signed = self if len(given) == len(taken) else self._of_those(heard)
        return SignedTransaction(chain=self.chain, raw=raw, transaction=signed, answers=given)

    def _of_those(self, heard: list[tuple[Cosigner, ...]]) -> Self:
        """The same transaction, of those only who have answered."""
        parties = [replace(party, signers=signers) for party, signers in zip(self.parties, heard[1:], strict=True)]
        signers = None if self.signers is None else heard[0]
        return replace(self, signers=signers, parties=tuple(parties))

    def partial(self, answers: Answers) -> bytes:
        """The bytes with the signatures that are there; `XrplChain.decode_partial` reads them.

        Raises `InvalidSignature`.
        """
        return codec.encode(self._written(iter(accepted(self.requests(), answers)), whole=False))

    @remembered
    def effects(self) -> tuple[Effect, ...]:
        """What the transaction does: see `walletcore.chains.xrpl.effects`."""
        from walletcore.chains.xrpl.effects import read  # read by those who look, not by those who sign

        return read(self.chain, self.fields())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AnyTransaction) and self.chain == other.chain and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transaction(AnyTransaction):
    """A transaction of any type, as the canonical bytes of its fields; `of` makes it of JSON.

    ``body`` has neither NetworkID nor what belongs to signatures. Raises `TransactionError`.
    """

    body: bytes

    @classmethod
    def of(
        cls,
        chain: XrplChain,
        fields: Mapping[str, Any],
        *,
        signer: PublicKey | None = None,
        origin: KeyOrigin | None = None,
        signers: tuple[Cosigner, ...] | None = None,
        parties: tuple[Party, ...] = (),
    ) -> Transaction:
        """The transaction of fields as JSON on xrpl.org has them, without those of signatures.

        An X-address of this network as Account or Destination gives its tag to the tag's field. NetworkID may be left
        out. Raises `TransactionError`.
        """
        if not isinstance(chain, XrplChain) or not isinstance(fields, Mapping):
            raise TransactionError("expected a network of XRPL and an object of fields", reason="type")
        body = dict(fields)
        if named := [name for name in SIGNING_FIELDS if name in body]:
            raise TransactionError(f"{named[0]} is said by signer, signers and parties", reason="ambiguous")
        number = body.pop("NetworkID", None)
        if number is not None and (not chain.is_named or number != chain.network_id):
            raise TransactionError(f"expected no other NetworkID than that of {chain.name}", reason="network")
        _check_networks(chain, body)
        with raised_as(TransactionError):
            data = codec.encode(body)
        return cls(chain=chain, body=data, signer=signer, origin=origin, signers=signers, parties=parties)

    def _body(self) -> dict[str, Any]:
        with raised_as(TransactionError):
            return codec.decode(self.body)


def _check_networks(chain: XrplChain, body: Mapping[str, Any]) -> None:
    """Raise `TransactionError` for an X-address of another network, which the codec does not know."""
    items = body.get("RawTransactions")
    inner = [each.get("RawTransaction") for each in items if isinstance(each, Mapping)] if type(items) is list else []
    for fields in (body, *(each for each in inner if isinstance(each, Mapping))):
        for name in ("Account", "Destination"):
            if is_x(fields.get(name)):
                try:
                    chain.parse_address(fields[name])
                except AddressError as error:
                    raise TransactionError(f"{name}: {error}", reason=error.reason) from None


def _heard(
    key: PublicKey | None, signers: tuple[Cosigner, ...] | None, answers: Iterator[Signature | None], what: str
) -> tuple[Cosigner, ...]:
    """Those of several signers who have answered. Raises `MissingSignature` where nobody has."""
    if key is not None:
        if next(answers) is None:
            raise MissingSignature(f"no signature of the {what}", reason="missing")
        return ()
    found = tuple([each for each in signers or () if next(answers) is not None])
    if not found:
        raise MissingSignature(f"none of the signers has answered: {what}", reason="missing")
    return found
