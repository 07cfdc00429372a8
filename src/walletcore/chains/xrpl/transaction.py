"""Transactions of the XRP Ledger: fields in their canonical form, signed by one key or by several of a signer list.

xrpl.org, "Transaction Common Fields", "Sign and Submit", "Multi-Signing"; rippled, STTx.cpp and HashPrefix.h. One key
signs the SHA-512Half of ``STX`` and the fields; each of several that of ``SMT``, the fields, and the account that it
signs for (Ed25519 signs those bytes themselves). The bytes of a subject name its signers, so that they say it all.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.xrpl import codec
from walletcore.chains.xrpl.chain import XrplChain, check_account, key_bytes
from walletcore.chains.xrpl.definitions import definitions
from walletcore.effects import Effect
from walletcore.errors import MissingSignature, TransactionError, raised_as
from walletcore.hashes import sha512_half
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory, remembered
from walletcore.signing import Answers, Signature, SigningRequest, accepted, complete

__all__ = ["AnyTransaction", "Cosigner", "Transaction"]

_SINGLE, _MULTI = b"STX\0", b"SMT\0"
_MAX_SIGNERS = 32  # rippled, STTx.h, maxMultiSigners
_PSEUDO = ("EnableAmendment", "SetFee", "UNLModify")  # which the network makes, and nobody signs
_SIGNING = ("SigningPubKey", "TxnSignature", "Signers")
_INNER = 0x40000000  # tfInnerBatchTxn


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """One of those who sign together: the account of the signer list, and the key that signs for it.

    The key is the account's own, or its regular key.
    """

    account: Address
    key: PublicKey
    origin: KeyOrigin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnyTransaction:
    """What all transactions have in common, typed ones and `Transaction`. Raises `TransactionError`.

    A typed class has its own fields, says by ``_body`` what they are as JSON, and calls this class's ``__post_init__``.
    ``signer`` is the one key that signs, or ``signers`` are those that sign together; who has neither is asked for
    nothing yet. ``signers=()`` is a transaction for several whom nobody has named yet.

    Transactions are equal where their network and bytes are.
    """

    chain: XrplChain
    signer: PublicKey | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    signers: tuple[Cosigner, ...] | None = None
    _raw: bytes | None = memory()
    _requests: object | None = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if not isinstance(self.chain, XrplChain):
            raise TransactionError(f"expected a network of XRPL, got {type(self.chain).__name__}", reason="type")
        if self.signer is not None and type(self.signer) is not PublicKey:
            raise TransactionError("expected a public key as signer", reason="type")
        if self.signer is not None and self.signer.curve not in self.chain.curves:
            raise TransactionError("expected a public key of secp256k1 or Ed25519 as signer", reason="type")
        if self.origin is not None and type(self.origin) is not KeyOrigin:
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        self._check_signers()
        self._check_form(self.fields())
        _ = self.raw

    def _check_signers(self) -> None:
        if self.signers is None:
            return
        if self.signer is not None:
            raise TransactionError("expected one signer, or several signers, not both", reason="ambiguous")
        if type(self.signers) is not tuple or any(type(each) is not Cosigner for each in self.signers):
            raise TransactionError("expected a tuple of Cosigner as signers", reason="type")
        if len(self.signers) > _MAX_SIGNERS:
            raise TransactionError(f"expected at most {_MAX_SIGNERS} signers", reason="too-large")
        for each in self.signers:
            check_account(self.chain, each.account, "account of a signer")
            if type(each.key) is not PublicKey or each.key.curve not in self.chain.curves:
                raise TransactionError("expected a public key of secp256k1 or Ed25519 of a signer", reason="type")
        if len({each.account.payload for each in self.signers}) != len(self.signers):
            raise TransactionError("expected each account once among the signers", reason="duplicate")
        ordered = tuple(sorted(self.signers, key=lambda each: each.account.payload))
        object.__setattr__(self, "signers", ordered)

    def _check_form(self, fields: Mapping[str, Any]) -> None:
        """What holds for every type: its own fields and no others, a fee in drops, a sequence or a ticket."""
        kind = fields.get("TransactionType")
        form = definitions().formats.get(kind) if type(kind) is str else None
        if form is None or kind in _PSEUDO:
            raise TransactionError(f"expected a type of transaction, got {str(kind)[:40]!r}", reason="unknown")
        for name in fields:
            if name not in form:
                raise TransactionError(f"{kind} has no field {str(name)[:80]!r}", reason="unknown")
        for name, mark in form.items():
            if not mark and name not in fields and name not in _SIGNING:
                raise TransactionError(f"{kind}: {name} is missing", reason="missing")
        if type(fields["Fee"]) is not str:
            raise TransactionError("expected a fee in drops, as text", reason="type")
        if fields.get("TicketSequence") is not None and fields["Sequence"] != 0:
            raise TransactionError("expected 0 as Sequence where there is a TicketSequence", reason="mismatch")
        self._check_policy(fields)

    def _check_policy(self, fields: Mapping[str, Any]) -> None:
        flags = fields.get("Flags", 0)
        if type(flags) is int and flags & _INNER:
            raise TransactionError("a transaction inside of a batch is not signed by itself", reason="policy")
        target = fields.get("Destination")
        if target in self.chain.tag_required and "DestinationTag" not in fields:
            hint = "DestinationTag says whose payment it is"
            raise TransactionError(f"{target} takes nothing without a tag", reason="policy", hint=hint)
        own = fields.get("Account")
        if any(each.account.text == own for each in self.signers or ()):
            raise TransactionError("an account is no signer of its own list", reason="mismatch")

    @abstractmethod
    def _body(self) -> dict[str, Any]:
        """The fields as JSON, but for NetworkID and those of signatures."""

    def fields(self) -> dict[str, Any]:
        """All fields that are there before anybody signs, as JSON on xrpl.org has them; a new mapping each time."""
        body = self._body()
        if self.chain.is_named:
            body["NetworkID"] = self.chain.network_id
        if self.signer is not None:
            body["SigningPubKey"] = _hex(self.signer)
        elif self.signers is not None:
            body["SigningPubKey"] = ""
            if self.signers:
                body["Signers"] = [_signer(each) for each in self.signers]
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
        """One for the signer, or one for each of the signers, in the order of their accounts.

        Raises `TransactionError` while nobody is known to sign.
        """
        if self.signer is None and not self.signers:
            hint = "decode_transaction(raw, keys=[key]) tells it"
            raise TransactionError("signer key unknown", reason="missing", hint=hint)
        signed = codec.encode_for_signing(self.fields())
        if self.signer is not None:
            return (self._request(self.signer, _SINGLE + signed, self.origin),)
        return tuple([self._request(e.key, _MULTI + signed + e.account.payload, e.origin) for e in self.signers or ()])

    def _request(self, key: PublicKey, payload: bytes, origin: KeyOrigin | None) -> SigningRequest:
        is_ed25519 = key.curve is Curve.ED25519
        return SigningRequest(
            key=key,
            scheme=Scheme.ED25519 if is_ed25519 else Scheme.ECDSA,
            payload=payload,
            prehash=None if is_ed25519 else sha512_half,
            origin=origin,
            subject=self,
        )

    def assemble(self, answers: Answers) -> SignedTransaction[Self]:
        """The transaction with its signature; or with those of the signers who have answered, one or more.

        Only the ledger knows how many it needs: those who have not answered are left out. Raises `InvalidSignature`,
        `MissingSignature`.
        """
        taken = accepted(self.requests(), answers)
        if self.signer is not None:
            (signature,) = complete(taken)
            raw = codec.encode(self.fields() | {"TxnSignature": _signature(signature)})
            return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=taken)
        given = [(each, answer) for each, answer in zip(self.signers or (), taken, strict=True) if answer is not None]
        if not given:
            raise MissingSignature("none of the signers has answered", reason="missing")
        signed = self if len(given) == len(taken) else replace(self, signers=tuple([each for each, _ in given]))
        raw = codec.encode(self.fields() | {"Signers": [_signer(each, answer) for each, answer in given]})
        left = tuple([answer for _, answer in given])
        return SignedTransaction(chain=self.chain, raw=raw, transaction=signed, answers=left)

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
    ) -> Transaction:
        """The transaction of fields as JSON on xrpl.org has them, without those of signatures.

        An X-address of this network as Account or Destination gives its tag to the tag's field. NetworkID may be left
        out. Raises `TransactionError`.
        """
        if not isinstance(chain, XrplChain) or not isinstance(fields, Mapping):
            raise TransactionError("expected a network of XRPL and an object of fields", reason="type")
        body = dict(fields)
        if named := [name for name in _SIGNING if name in body]:
            raise TransactionError(f"{named[0]} is said by signer or signers", reason="ambiguous")
        number = body.pop("NetworkID", None)
        if number is not None and (not chain.is_named or number != chain.network_id):
            raise TransactionError(f"expected no other NetworkID than that of {chain.name}", reason="network")
        with raised_as(TransactionError):
            for name in ("Account", "Destination"):
                if type(body.get(name)) is str:
                    chain.parse_address(body[name])
            data = codec.encode(body)
        return cls(chain=chain, body=data, signer=signer, origin=origin, signers=signers)

    def _body(self) -> dict[str, Any]:
        with raised_as(TransactionError):
            return codec.decode(self.body)


def _hex(key: PublicKey) -> str:
    return key_bytes(key).hex().upper()


def _signer(signer: Cosigner, answer: Signature | None = None) -> dict[str, Any]:
    named = {"Account": signer.account.text, "SigningPubKey": _hex(signer.key)}
    if answer is not None:
        named["TxnSignature"] = _signature(answer)
    return {"Signer": named}


def _signature(answer: Signature) -> str:
    """DER for ECDSA, low s; 64 bytes for Ed25519."""
    if answer.scheme is Scheme.ED25519:
        return answer.data.hex().upper()
    from walletcore.curves.secp256k1 import encode_der

    return encode_der(answer.data).hex().upper()
