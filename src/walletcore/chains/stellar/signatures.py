"""Decorated signatures: who is asked to sign, and whose the signatures of an envelope are.

Stellar documentation, "Signatures and Multisig"; CAP-21 and CAP-40. An account has its own key and up to twenty other
signers; which of them must sign, only the ledger says. A signature stands behind a hint of four bytes. The preimage of
a hash-x signer is a signature, too; a pre-authorized transaction needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from walletcore.chains.stellar.values import DecoratedSignature, SignerKey
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.errors import InvalidKey, InvalidSignature, TransactionError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.signing import Answers, Signable, Signature, SigningRequest

__all__ = [
    "Signers",
    "check_preimages",
    "check_signers",
    "decorated",
    "is_preimage",
    "key_of",
    "requested",
    "sorted_out",
]

Signers = tuple[tuple[PublicKey, KeyOrigin | None], ...]
"""Keys, and where they come from."""

_MAX_SIGNATURES = 20  # TransactionV1Envelope
_MAX_PREIMAGE = 64  # Signature<64>


@lru_cache(maxsize=1024)
def key_of(data: bytes) -> PublicKey:
    """The key of an account that must sign. Raises `TransactionError` when it has none."""
    try:
        return PublicKey(Curve.ED25519, data)
    except InvalidKey:
        name = strkey.encode(Strkey.ACCOUNT, data)
        raise TransactionError(f"{name} must sign, but is not a key", reason="point") from None


def check_signers(signers: object) -> None:
    """Raise `TransactionError` unless these are pairs of an ed25519 key, each once, and its origin or None."""
    if type(signers) is not tuple or not all(map(_is_signer, signers)):
        raise TransactionError("expected pairs of an ed25519 key and a KeyOrigin or None as signers", reason="type")
    if len({key for key, _ in signers}) != len(signers):
        raise TransactionError("expected each of the signers once", reason="duplicate")
    if len(signers) > _MAX_SIGNATURES:
        raise TransactionError(f"expected at most {_MAX_SIGNATURES} signers", reason="too-large")


def _is_signer(value: object) -> bool:
    if type(value) is not tuple or len(value) != 2 or type(value[0]) is not PublicKey:
        return False
    return value[0].curve is Curve.ED25519 and type(value[1]) in (KeyOrigin, type(None))


def check_preimages(preimages: object) -> None:
    """Raise `TransactionError` unless these are texts of at most 64 bytes, each once."""
    if type(preimages) is not tuple or any(type(each) is not bytes for each in preimages):
        raise TransactionError("expected a tuple of bytes as preimages", reason="type")
    if any(len(each) > _MAX_PREIMAGE for each in preimages) or len(set(preimages)) != len(preimages):
        raise TransactionError(f"expected preimages of at most {_MAX_PREIMAGE} bytes, each once", reason="length")


def requested(
    subject: Signable[object], payload: bytes, signers: Signers, payloads: Iterable[SignerKey]
) -> tuple[SigningRequest, ...]:
    """One request for each signer: ed25519 over the SHA-256 of the payload; then those over payloads of their own."""
    make, scheme = SigningRequest.trusted, Scheme.ED25519
    asked = [make(key, scheme, payload, sha256, None, origin, subject) for key, origin in signers]
    origins = dict(signers)
    for signer in payloads:
        key = key_of(signer.key)
        asked.append(make(key, scheme, signer.payload, None, None, origins.get(key), subject))
    return tuple(asked)


def decorated(
    requests: Sequence[SigningRequest], answers: Answers, preimages: Iterable[bytes] = ()
) -> tuple[DecoratedSignature, ...]:
    """The signatures that are there, each with its hint, then the preimages. Raises `TransactionError`."""
    pairs = zip(requests, answers, strict=True)
    made = [DecoratedSignature(hint=_hint(each), signature=answer.data) for each, answer in pairs if answer is not None]
    made += [DecoratedSignature(hint=sha256(each)[-4:], signature=each) for each in preimages]
    if len(made) > _MAX_SIGNATURES:
        raise TransactionError(f"expected at most {_MAX_SIGNATURES} signatures", reason="too-large")
    return tuple(made)


def _hint(request: SigningRequest) -> bytes:
    if request.prehash is not None:
        return request.key.data[-4:]
    return SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=request.key.data, payload=request.payload).hint


def is_preimage(signature: DecoratedSignature) -> bool:
    """Whether a signature is a text whose SHA-256 has the hint, as the one of a hash-x signer is."""
    return sha256(signature.signature)[-4:] == signature.hint


def sorted_out(
    requests: Sequence[SigningRequest], signatures: Sequence[DecoratedSignature]
) -> tuple[Answers, tuple[bytes, ...]]:
    """Each signature in the place of the request that it answers, verified, and the preimages.

    Raises `TransactionError` for a signature of nobody who is asked.
    """
    answers: list[Signature | None] = [None] * len(requests)
    hints = [_hint(request) for request in requests]
    preimages: list[bytes] = []
    for place, each in enumerate(signatures):
        found = _place(requests, hints, answers, each)
        if found is not None:
            answers[found[0]] = found[1]
        elif is_preimage(each) and each.signature not in preimages:
            preimages.append(each.signature)
        else:
            hint = "keys=[...] tells which other signers the accounts have"
            raise TransactionError(f"signature {place} is of no signer that is known", reason="unknown", hint=hint)
    return tuple(answers), tuple(preimages)


def _place(
    requests: Sequence[SigningRequest],
    hints: Sequence[bytes],
    answers: Sequence[Signature | None],
    given: DecoratedSignature,
) -> tuple[int, Signature] | None:
    for place, request in enumerate(requests):
        if hints[place] != given.hint or answers[place] is not None:
            continue
        try:
            return place, request.accept(Signature(scheme=Scheme.ED25519, data=given.signature))
        except InvalidSignature:
            continue
    return None
