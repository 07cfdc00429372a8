"""The hall: where what must be signed meets who can sign it, and neither knows the other.

A subject (`Signable`) states its `requests`; signers answer them; the subject accepts each answer and assembles the
result.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, runtime_checkable

from walletcore.errors import InvalidSignature, MissingSignature, OutcomeUnknown, SignerError, TransactionError
from walletcore.hashes import Hash, sha256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin
from walletcore.remembering import memory

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = [
    "AcceptedSignature",
    "Answers",
    "AsyncSigner",
    "BatchSigner",
    "Signable",
    "Signature",
    "Signer",
    "SigningRequest",
    "accepted",
    "answered",
    "collect",
    "collect_async",
    "complete",
    "merge",
    "sign",
    "sign_async",
    "vouch",
]

S = TypeVar("S")
T = TypeVar("T")
Signed_co = TypeVar("Signed_co", covariant=True)


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
    accepted, put = object.__new__(AcceptedSignature), object.__setattr__
    put(accepted, "scheme", request.scheme)
    put(accepted, "data", data)
    put(accepted, "recovery", recovery)
    put(accepted, "request", request)
    return accepted


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
        made, put = object.__new__(cls), object.__setattr__
        put(made, "key", key)
        put(made, "scheme", scheme)
        put(made, "payload", payload)
        put(made, "prehash", prehash)
        put(made, "tweak", tweak)
        put(made, "origin", origin)
        put(made, "subject", subject)
        put(made, "_message", None)
        put(made, "_id", None)
        return made

    def __hash__(self) -> int:
        return hash(self.payload)

    def _is_taproot(self, tweak: bytes) -> bool:
        return type(tweak) is bytes and len(tweak) in (0, 32) and self.key.data[0] == 2

    @property
    def message(self) -> bytes:
        """What the signature is made over: the prehash of the payload, or the payload."""
        if self._message is None:
            message = self.payload if self.prehash is None else self.prehash(self.payload)
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


class Named(Protocol):
    """What the hall knows of a chain: its CAIP-2 name."""

    @property
    def caip2(self) -> str:
        """The chain's CAIP-2 name."""


class Signable(Protocol[Signed_co]):
    """Anything that can be signed: a transaction, a message, a partly signed transaction."""

    @property
    def chain(self) -> Named:
        """The chain; a rule reads ``chain.caip2``."""

    @property
    def raw(self) -> bytes:
        """What the chain's decode_transaction accepts: a signer elsewhere rebuilds the subject from it."""

    def requests(self) -> tuple[SigningRequest, ...]:
        """What must be signed, and by whom."""

    def assemble(self, answers: Answers) -> Signed_co:
        """Accept every answer (one place per request) and build the result; nothing unverified becomes part of it."""

    def effects(self) -> tuple[Effect, ...]:
        """What it will do."""


@runtime_checkable
class Signer(Protocol):
    """One key, usable and never seen."""

    @property
    def public_key(self) -> PublicKey:
        """The key that this signer signs for."""

    def sign(self, request: SigningRequest) -> Signature:
        """The signature as the device made it; `SigningRequest.accept` makes it canonical. Raises `SignerError`."""


@runtime_checkable
class AsyncSigner(Protocol):
    """As `Signer`; ``sign`` returns an awaitable."""

    @property
    def public_key(self) -> PublicKey:
        """The key that this signer signs for."""

    def sign(self, request: SigningRequest) -> Awaitable[Signature]:
        """The signature as the device made it. Raises `SignerError`."""


@runtime_checkable
class BatchSigner(Signer, Protocol):
    """A signer that answers many requests in one round trip, or on one screen."""

    def sign_all(self, requests: Sequence[SigningRequest]) -> Sequence[Signature]:
        """One answer per request, in order. Raises `SignerError`."""


def sign(subject: Signable[T], *signers: Signer) -> T:
    """Ask the signers for what the subject needs, and assemble.

    Raises `MissingSignature`, `InvalidSignature`, `SignerError`.
    """
    requests = _requests_of(subject)
    return subject.assemble(collect(requests, *signers))


async def sign_async(subject: Signable[T], *signers: AsyncSigner | Signer) -> T:
    """As `sign`, for signers that wait; those that do not run in a thread."""
    requests = _requests_of(subject)
    return subject.assemble(await collect_async(requests, *signers))


def _requests_of(subject: Signable[Any]) -> tuple[SigningRequest, ...]:
    ask: Any = getattr(subject, "requests", None)
    if not callable(ask):
        raise TransactionError(f"expected something to sign, got {type(subject).__name__}", reason="type")
    requests: tuple[SigningRequest, ...] = ask()
    return requests


def collect(requests: Sequence[SigningRequest], *signers: Signer) -> Answers:
    """The accepted answers of whichever signers hold the keys, None elsewhere; equal requests are asked once.

    Raises `InvalidSignature`, `SignerError`, and TypeError when a signer turns out to be asynchronous.
    """
    requests = _checked(requests)
    if len(requests) == 1:
        return (_answer_to(requests[0], signers),)
    answers: Places = dict.fromkeys(requests)
    for signer, wanted in _routes(answers, signers):
        _fill(answers, wanted, _ask(cast(Signer, signer), wanted))
    return tuple([answers[request] for request in requests])


def _answer_to(request: SigningRequest, signers: tuple[Signer, ...]) -> Signature | None:
    """The accepted answer of the first signer that holds the key: what most transactions want is one signature."""
    is_by_x, holder = request.scheme is Scheme.BIP340, None
    for signer in signers:
        key = _key_of(signer)
        if holder is None and (key.even_y() == request.key.even_y() if is_by_x else key == request.key):
            holder = signer
    return None if holder is None else request.accept(_ask(holder, (request,))[0])


async def collect_async(requests: Sequence[SigningRequest], *signers: AsyncSigner | Signer) -> Answers:
    """As `collect`; all signers are asked at the same time, and all have answered or failed when it ends."""
    import asyncio

    requests = _checked(requests)
    answers: Places = dict.fromkeys(requests)
    routes = _routes(answers, signers)
    asked = (_ask_async(signer, wanted) for signer, wanted in routes)
    given = await asyncio.gather(*asked, return_exceptions=True)
    for (_, wanted), signatures in zip(routes, given, strict=True):
        if isinstance(signatures, asyncio.CancelledError):  # not by our caller: gather itself would have raised it
            raise OutcomeUnknown("a signer was cancelled while it was asked") from signatures
        if isinstance(signatures, BaseException):
            raise signatures
        _fill(answers, wanted, signatures)
    return tuple([answers[request] for request in requests])


def merge(*parts: Answers) -> Answers:
    """Answers from several places for the same requests; the first that is present wins. Raises `InvalidSignature`."""
    for part in parts:
        _check_answers(part)
    if len({len(part) for part in parts}) > 1:
        raise InvalidSignature("expected parts with the same number of places", reason="length")
    return tuple(next((a for a in places if a is not None), None) for places in zip(*parts, strict=True))


def answered(requests: Sequence[SigningRequest], answers: Answers) -> tuple[Signature, ...]:
    """Each answer accepted by the request in its place, none of them absent: `complete` of `accepted`.

    Raises `InvalidSignature`, and `MissingSignature` naming the places.
    """
    if type(answers) is not tuple or len(answers) != len(requests):
        raise InvalidSignature(f"expected a tuple of {len(requests)} answers", reason="length")
    taken: list[Signature] = []
    for request, answer in zip(requests, answers, strict=True):
        if answer is None:
            return complete(accepted(requests, answers))  # which says what is wrong
        taken.append(request.accept(answer))
    return tuple(taken)


def complete(answers: Answers) -> tuple[Signature, ...]:
    """The same answers, none of them absent. Raises `MissingSignature` naming the places."""
    _check_answers(answers)
    missing = [place for place, answer in enumerate(answers) if answer is None]
    if missing:
        raise MissingSignature(f"no signature for request {', '.join(map(str, missing[:10]))}", reason="missing")
    return cast("tuple[Signature, ...]", answers)


def _check_answers(answers: Answers) -> None:
    if type(answers) is not tuple:
        raise InvalidSignature(f"expected a tuple of answers, got {type(answers).__name__}", reason="type")


def accepted(requests: Sequence[SigningRequest], answers: Answers) -> Answers:
    """Each answer accepted by the request in its place. Raises `InvalidSignature`."""
    if type(answers) is not tuple or len(answers) != len(requests):
        raise InvalidSignature(f"expected a tuple of {len(requests)} answers", reason="length")
    return tuple([None if a is None else r.accept(a) for r, a in zip(requests, answers, strict=True)])


Holder = AsyncSigner | Signer
Route = tuple[Holder, tuple[SigningRequest, ...]]
Places = dict[SigningRequest, Signature | None]


def _checked(requests: Sequence[SigningRequest]) -> tuple[SigningRequest, ...]:
    """The requests as they are now: whoever is asked for a signature could change a list."""
    taken: tuple[Any, ...] = requests if type(requests) is tuple else ()
    if taken is not requests:
        taken = tuple(requests) if isinstance(requests, Sequence) else (None,)
    for request in taken:
        if type(request) is not SigningRequest:
            raise TransactionError("expected a sequence of SigningRequest", reason="type")
    return taken


def _routes(requests: Iterable[SigningRequest], signers: Iterable[Holder]) -> list[Route]:
    """Which signer is asked for what: by public key, for BIP-340 by the key with even y. The first one is asked."""
    by_key: dict[tuple[Curve, bytes], list[SigningRequest]] = {}
    by_x: dict[tuple[Curve, bytes], list[SigningRequest]] = {}
    for request in requests:
        is_by_x = request.scheme is Scheme.BIP340
        wanted, asked = (by_x, request.key.even_y()) if is_by_x else (by_key, request.key)
        wanted.setdefault((asked.curve, asked.data), []).append(request)
    routes: list[Route] = []
    for signer in signers:
        key = _key_of(signer)
        mine = by_key.pop((key.curve, key.data), [])
        if by_x:
            mine += by_x.pop((key.curve, key.even_y().data), [])
        if mine:
            routes.append((signer, tuple(mine)))
    return routes


def _key_of(signer: Holder) -> PublicKey:
    key = getattr(signer, "public_key", None)
    if type(key) is not PublicKey or not callable(getattr(signer, "sign", None)):
        raise SignerError(f"expected a signer, got {type(signer).__name__}", reason="type")
    return key


def _ask(signer: Signer, requests: tuple[SigningRequest, ...]) -> Sequence[Signature]:
    """One answer per request. StopIteration would end a caller's loop in silence, and no Future of asyncio holds it."""
    sign_all = getattr(signer, "sign_all", None)
    try:
        if callable(sign_all):
            return _exactly(len(requests), _given(signer, sign_all(requests)))
        answers = []
        for request in requests:
            answer = signer.sign(request)
            answers.append(answer if isinstance(answer, Signature) else _given(signer, answer))
        return answers
    except StopIteration as error:
        raise SignerError("the signer stopped without an answer") from error


def _given(signer: Signer, answer: T) -> T:
    """The answer, which must be here already. Raises TypeError."""
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        raise TypeError(f"{type(signer).__name__} is asynchronous: use sign_async")
    return answer


def _call(function: Callable[[S], T], argument: S) -> T:
    """What a signer gives in its thread, where StopIteration is no answer, see `_ask`."""
    try:
        return function(argument)
    except StopIteration as error:
        raise SignerError("the signer stopped without an answer") from error


async def _ask_async(signer: Holder, requests: tuple[SigningRequest, ...]) -> Sequence[Signature]:
    sign_all = getattr(signer, "sign_all", None)
    if callable(sign_all):
        return _exactly(len(requests), cast(Sequence[Signature], await _called(sign_all, requests)))
    return [cast(Signature, await _called(signer.sign, request)) for request in requests]


async def _called(function: Callable[[Any], Any], argument: object) -> object:
    """Await an asynchronous function; run any other in a thread, and await what it returns where that is awaitable."""
    import asyncio

    result = (
        function(argument) if inspect.iscoroutinefunction(function) else asyncio.to_thread(_call, function, argument)
    )
    answer = await result
    return await answer if inspect.isawaitable(answer) else answer


def _fill(answers: Places, wanted: tuple[SigningRequest, ...], given: Sequence[Signature]) -> None:
    for request, answer in zip(wanted, given, strict=True):
        answers[request] = request.accept(answer)


def _exactly(count: int, given: Sequence[Signature]) -> tuple[Signature, ...]:
    """As many answers as were asked for, as they are now. Raises `SignerError`."""
    taken = tuple(islice(given, count + 1)) if isinstance(given, Sequence) else ()  # len() may lie
    if len(taken) != count:
        raise SignerError(f"expected a sequence of {count} answers of a signer", reason="length")
    return taken
