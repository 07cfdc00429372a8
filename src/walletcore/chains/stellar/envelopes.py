"""Stellar's envelopes read from bytes: transactions of versions 0 and 1, and fee bumps, with whatever signatures.

stellar/stellar-xdr, Stellar-transaction.x (TransactionEnvelope, TransactionSignaturePayload).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from walletcore.chains.base import SignedTransaction
from walletcore.chains.stellar import wire
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.fee_bump import ENVELOPE_FEE_BUMP, FeeBumpTransaction, head_codec
from walletcore.chains.stellar.signatures import Signers, sorted_out
from walletcore.chains.stellar.transaction import ENVELOPE_V0, ENVELOPE_V1, Transaction, body_codec
from walletcore.chains.stellar.values import DecoratedSignature
from walletcore.coding.strkey import Strkey
from walletcore.coding.wire import Reader
from walletcore.errors import DecodingError, InvalidKey, TransactionError, raised_as
from walletcore.keys import Curve, PublicKey
from walletcore.signing import Answers

if TYPE_CHECKING:
    from walletcore.chains.stellar.auth_entry import Authorization
    from walletcore.chains.stellar.message import Message

__all__ = ["decode", "decode_partial", "identify", "read_envelope"]

Subject = Transaction | FeeBumpTransaction
Signatures = tuple[DecoratedSignature, ...]

_MAX_SIZE = 1 << 18  # bytes: a contract's code is at most 128 KiB, everything else less
_HASH = 32
_NO_SIGNATURES = bytes(4)
_OTHERS = {(9).to_bytes(4), (10).to_bytes(4), b"Stel"}  # with which authorizations and messages begin, and no envelope
_NAMES = {ENVELOPE_V0: "version 0", ENVELOPE_V1: "version 1", ENVELOPE_FEE_BUMP: "a fee bump"}


def decode(
    chain: StellarChain, raw: bytes, keys: Sequence[PublicKey]
) -> Subject | Authorization | Message | SignedTransaction[Any]:
    """An envelope, without signatures or with verified ones, or what is signed and is none. `TransactionError`."""
    if type(raw) is bytes and raw[:4] in _OTHERS:
        return _other(chain, raw, _taken(keys))
    subject, signatures = read_envelope(chain, raw)
    if not signatures:
        return _signed_by(subject, keys)
    requests = _with_signers(subject, (*_known(subject), *_taken(keys))).requests()
    answers, preimages = sorted_out(requests, signatures)
    here = {request: answer for request, answer in zip(requests, answers, strict=True) if answer is not None}
    signers = dict.fromkeys(request.key for request in here if request.prehash is not None)
    subject = _with_preimages(_with_signers(subject, tuple(signers)), preimages)
    answers = tuple([here.get(request) for request in subject.requests()])
    if None in answers:
        hint = "decode_partial gives the transaction and those signatures that are there"
        raise TransactionError("only some of the signers have signed", reason="missing", hint=hint)
    return SignedTransaction(chain=chain, raw=raw, transaction=subject, answers=answers)


def _other(chain: StellarChain, raw: bytes, keys: tuple[PublicKey, ...]) -> Authorization | Message:
    from walletcore.chains.stellar import auth_entry, message  # few transactions need them

    return (message.decode if raw.startswith(b"Stel") else auth_entry.decode)(chain, raw, keys)


def decode_partial(chain: StellarChain, raw: bytes, keys: Sequence[PublicKey]) -> tuple[Subject, Answers]:
    """An envelope that any of its signers may have signed: itself, and the verified answers. `TransactionError`."""
    subject, signatures = read_envelope(chain, raw)
    subject = _signed_by(subject, keys)
    answers, preimages = sorted_out(subject.requests(), signatures)
    return _with_preimages(subject, preimages), answers


def identify(chain: StellarChain, raw: bytes) -> str:
    """The id of an envelope, whoever has signed it. Raises `TransactionError`."""
    subject, _ = read_envelope(chain, raw)
    return subject.hash.hex()


def read_envelope(chain: StellarChain, raw: bytes) -> tuple[Subject, Signatures]:
    """What an envelope holds, and its signatures, which nobody has verified. Raises `TransactionError`.

    What a signer is asked to sign is read as the envelope of it.
    """
    if type(raw) is not bytes:
        raise TransactionError(f"expected bytes, got {type(raw).__name__}", reason="type")
    if len(raw) > _MAX_SIZE:
        raise TransactionError(f"expected at most {_MAX_SIZE} bytes, got {len(raw)}", reason="too-large")
    if raw[:_HASH] == chain.network_id:
        if raw[_HASH : _HASH + 4] not in (ENVELOPE_V1, ENVELOPE_FEE_BUMP):
            raise TransactionError("expected a transaction or a fee bump behind the network's id", reason="version")
        raw = raw[_HASH:] + _NO_SIGNATURES
    reader = Reader(raw)
    with raised_as(TransactionError):
        kind = reader.take(4)
        if kind not in _NAMES:
            raise TransactionError("expected an envelope: of version 0 or 1, or a fee bump", reason="version")
        subject = _fee_bump(chain, reader) if kind == ENVELOPE_FEE_BUMP else _transaction(chain, reader, kind)
        signatures = _read(reader, wire.SIGNATURES, "signatures")
        if reader.remaining:
            raise DecodingError(f"{reader.remaining} bytes remain after the end", reason="trailing")
    if subject.envelope(signatures) != raw:
        raise TransactionError("expected the envelope in its one form", reason="non-canonical")
    return subject, signatures


def _read(reader: Reader, codec: Any, name: str = "") -> Any:
    """What a codec reads; a refusal begins with the path of the field."""
    try:
        return codec.read(reader)
    except DecodingError as error:
        path = "".join(reversed([*getattr(error, "__notes__", []), name])).removeprefix(".")
        message = f"{path}: {error}" if path else str(error)
        raise DecodingError(message, reason=error.reason, hint=error.hint) from None


def _transaction(chain: StellarChain, reader: Reader, kind: bytes) -> Transaction:
    is_v0 = kind == ENVELOPE_V0
    if is_v0:  # the same bytes but for the kind of its source: optional time bounds are as conditions are
        reader = _behind(reader)
    fields = _read(reader, body_codec(chain))
    return Transaction(chain=chain, is_v0=is_v0, **fields)


def _behind(reader: Reader) -> Reader:
    """The reader of a transaction of version 0, with the kind of its source put back: the four bytes of version 0."""
    reader.position -= 4
    return reader


def _fee_bump(chain: StellarChain, reader: Reader) -> FeeBumpTransaction:
    fields = _read(reader, head_codec(chain))
    if reader.take(4) != ENVELOPE_V1:
        raise DecodingError("inner: expected a transaction of version 1", reason="version")
    inner = _transaction(chain, reader, ENVELOPE_V1)
    signatures = _read(reader, wire.SIGNATURES, "inner_signatures")
    if reader.take(4) != bytes(4):
        raise DecodingError("expected no extension of a fee bump", reason="version")
    return FeeBumpTransaction(chain=chain, inner=inner, inner_signatures=signatures, **fields)


# Who signs


def _taken(keys: Sequence[PublicKey]) -> tuple[PublicKey, ...]:
    if not isinstance(keys, Sequence):
        raise TransactionError("expected a sequence of keys", reason="type")
    taken = tuple(keys)
    if any(type(key) is not PublicKey for key in taken):
        raise TransactionError("expected a sequence of PublicKey as keys", reason="type")
    return tuple(dict.fromkeys(taken))


def _known(subject: Subject) -> tuple[PublicKey, ...]:
    """The keys of those whom the bytes name, where they are keys."""
    if isinstance(subject, FeeBumpTransaction):
        named = [subject.fee_source.payload[:32]]
    else:
        extra = [each.key for each in subject.extra_signers() if each.kind is Strkey.ACCOUNT]
        named = [*subject.accounts(), *extra]
    return tuple([key for key in map(_key, named) if key is not None])


def _key(data: bytes) -> PublicKey | None:
    try:
        return PublicKey(Curve.ED25519, data)
    except InvalidKey:
        return None


def _signed_by(subject: Subject, keys: Sequence[PublicKey]) -> Subject:
    """The subject with these keys as signers, but for those that it asks for payloads of their own only."""
    taken = _taken(keys)
    if isinstance(subject, Transaction):
        payloads = {each.key for each in subject.extra_signers() if each.kind is Strkey.SIGNED_PAYLOAD}
        accounts = {*subject.accounts()}
        taken = tuple([key for key in taken if key.data not in payloads or key.data in accounts])
    return _with_signers(subject, taken)


def _with_signers(subject: Subject, keys: tuple[PublicKey, ...]) -> Subject:
    signers: Signers = tuple([(key, None) for key in dict.fromkeys(keys)])
    return replace(subject, signers=signers) if signers else subject


def _with_preimages(subject: Subject, preimages: tuple[bytes, ...]) -> Subject:
    if not preimages:
        return subject
    if not isinstance(subject, Transaction):
        raise TransactionError("a fee bump takes no preimages here", reason="unknown")
    return replace(subject, preimages=preimages)
