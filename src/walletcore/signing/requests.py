"""What one key is asked to sign, and what it answers: values that both wings know."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from walletcore.errors import InvalidSignature, TransactionError
from walletcore.freezing import thawed
from walletcore.hashes import Hash, sha256
from walletcore.keys import PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import memory

if TYPE_CHECKING:
    from walletcore.signing import Signable

__all__ = ["AcceptedSignature", "Answers", "Signature", "SigningRequest", "vouch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a signer returns: 64 bytes, or DER for ECDSA; ``recovery`` is 0 to 3, for secp256k1 ECDSA only."""

    scheme: Scheme
    data: bytes
    recovery: int | None = None

    def __post_init__(self) -> None:
        if type(self.scheme) is not Scheme or type(self.data) is not bytes:
            raise InvalidSignature("expected a Scheme and bytes as signature", reason="type")
        if self.recovery is not None and (type(self.recovery) is not int or not 0 <= self.recovery <= 3):
            raise InvalidSignature("expected a recovery id from 0 to 3", reason="range")


@dataclass(frozen=True, slots=True, init=False)
class AcceptedSignature(Signature):
    """A signature that `SigningRequest.accept` verified for one request, which nothing else makes or changes.

    Copied or pickled, it becomes a plain `Signature` again, to be verified anew.
    """

    request: SigningRequest = field(repr=False)

    def __init__(self, **_: object) -> None:
        raise InvalidSignature("SigningRequest.accept makes an AcceptedSignature, and vouch for who decides so")

    def __reduce__(self) -> tuple[Callable[[], Signature], tuple[()]]:
        return functools.partial(Signature, scheme=self.scheme, data=self.data, recovery=self.recovery), ()


def vouch(request: SigningRequest, data: bytes, recovery: int | None = None) -> AcceptedSignature:
    """An answer that is taken as it is: for whoever made the signature in this process and decides not to check it."""
    made = _new_accepted()
    made.scheme = request.scheme
    made.data = data
    made.recovery = recovery
    made.request = request
    made.__class__ = AcceptedSignature
    accepted: AcceptedSignature = made
    return accepted


_new_accepted = thawed(AcceptedSignature)


Answers = tuple[Signature | None, ...]
"""One place per request; None where no answer has come yet."""


_OVER_DIGESTS = (Scheme.ECDSA, Scheme.ECDSA_P256, Scheme.SCHNORR_BCH)


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class SigningRequest:
    """The exact bytes that one key is asked to authorise, and how.

    ``payload`` is hashed by ``prehash`` where one is named. ``tweak`` is BIP-341's merkle root (empty: key path only);
    the key then is the internal key with even y. ``origin`` and ``subject`` tell holders, policies and screens more;
    they are not compared and not part of the id. Raises `TransactionError` for a request that nobody could answer.
    """

    key: PublicKey
    scheme: Scheme
    payload: bytes
    prehash: Hash | None = None
    tweak: bytes | None = None
    origin: KeyOrigin | None = field(default=None, compare=False)
    subject: Signable[Any] | None = field(default=None, compare=False, repr=False)
    _message: bytes | None = memory()
    _id: bytes | None = memory()

    def __post_init__(self) -> None:
        if type(self.key) is not PublicKey or type(self.scheme) is not Scheme or type(self.payload) is not bytes:
            raise TransactionError("expected a PublicKey, a Scheme and bytes as payload", reason="type")
        if self.scheme.curve is not self.key.curve:
            got = f"{self.scheme.value} for a key of {self.key.curve.value}"
            raise TransactionError(f"expected a scheme of the key's curve, got {got}", reason="scheme")
        if self.prehash is None:
            if self.scheme in _OVER_DIGESTS and len(self.payload) != 32:
                raise TransactionError("expected a digest of 32 bytes, or the name of a hash", reason="length")
        elif type(self.prehash) is not Hash or not self.prehash.is_known:
            raise TransactionError("expected a Hash of walletcore.hashes as prehash", reason="type")
        if type(self.origin) not in (KeyOrigin, type(None)):
            raise TransactionError("expected a KeyOrigin as origin", reason="type")
        if self.tweak is not None and not (self.scheme is Scheme.BIP340 and self._is_taproot(self.tweak)):
            raise TransactionError("a tweak is 0 or 32 bytes, for BIP-340 and a key with even y", reason="scheme")

    @classmethod
    def trusted(
        cls,
        key: PublicKey,
        scheme: Scheme,
        payload: bytes,
        prehash: Hash | None,
        tweak: bytes | None,
        origin: KeyOrigin | None,
        subject: Signable[Any],
    ) -> SigningRequest:
        """A request whose parts a subject has just made to go together; nothing is checked again."""
        made = _new_request()
        made.key = key
        made.scheme = scheme
        made.payload = payload
        made.prehash = prehash
        made.tweak = tweak
        made.origin = origin
        made.subject = subject
        made._message = made._id = None
        made.__class__ = SigningRequest
        request: SigningRequest = made
        return request

    def __hash__(self) -> int:
        return hash(self.payload)

    def _is_taproot(self, tweak: bytes) -> bool:
        return type(tweak) is bytes and len(tweak) in (0, 32) and self.key.data[0] == 2

    @property
    def message(self) -> bytes:
        """What the signature is made over: the prehash of the payload, or the payload."""
        if self._message is None:
            message = self.payload if self.prehash is None else self.prehash.digest(self.payload)
            object.__setattr__(self, "_message", message)
            return message
        return self._message

    @property
    def id(self) -> bytes:
        """SHA-256 over key, scheme, payload, prehash name and tweak, each with its length: 32 bytes."""
        if self._id is None:
            parts = (
                self.key.curve.value.encode(),
                self.key.data,
                self.scheme.value.encode(),
                self.payload,
                b"" if self.prehash is None else self.prehash.name.encode(),
                b"\x00" if self.tweak is None else b"\x01" + self.tweak,
            )
            identity = sha256(b"".join([b"walletcore/request/1", *(len(p).to_bytes(8) + p for p in parts)]))
            object.__setattr__(self, "_id", identity)
            return identity
        return self._id

    def about(self, subject: Signable[Any] | None) -> SigningRequest:
        """The same request with another subject, which is no part of its id."""
        other = replace(self, subject=subject)
        object.__setattr__(other, "_id", self._id)
        return other

    def accept(self, answer: Signature) -> AcceptedSignature:
        """Verify an answer and bring it to its canonical form (64 bytes, low s, recovery id), bound to this request.

        Raises `InvalidSignature` for anything that the key of this request did not sign.
        """
        if type(answer) is AcceptedSignature and (answer.request is self or answer.request == self):
            return answer
        if not isinstance(answer, Signature):
            raise InvalidSignature(f"expected a Signature, got {type(answer).__name__}", reason="type")
        if answer.scheme is not self.scheme:
            raise InvalidSignature(f"expected {self.scheme.value}, got {answer.scheme.value}", reason="mismatch")
        key = self.key if self.tweak is None else self.key.taproot_output(self.tweak)
        data, recovery = key.accept(self.scheme, self.message, answer.data, answer.recovery)
        return vouch(self, data, recovery)


_new_request = thawed(SigningRequest)
