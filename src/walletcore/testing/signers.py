"""The contract of `walletcore.signing.Signer`, checked on a real signer of any package.

It is asked for a few dozen signatures, over texts that say so.
"""

from __future__ import annotations

import copy
import inspect
import pickle
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from walletcore.errors import InvalidSignature, SignerError, SigningRefused, WalletcoreError
from walletcore.hashes import Hash, blake2b_256, keccak256, sha256, sha256d, tagged
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signing import (
    AcceptedSignature,
    AsyncSigner,
    Signature,
    Signer,
    SigningRequest,
    collect,
    collect_async,
)
from walletcore.testing.promises import broken, refused

__all__ = ["SignerReport", "check_signer"]

_OVER_DIGESTS = (Scheme.ECDSA, Scheme.ECDSA_P256)
_HASHES = (sha256, sha256d, keccak256, blake2b_256, tagged("TapSighash"))
_TEXT = b"A conformance test of walletcore asks for this signature. It authorises nothing. "
_SIZES = (0, 1, 31, 32, 33, 64, 255, 1000)
_THREADS, _EACH = 4, 5
_STRANGER = PrivateKey(Curve.SECP256K1, Secret(bytes(31) + b"\x01"))
_FORMS: tuple[Callable[[bytes], str], ...] = (
    bytes.hex,
    repr,
    lambda secret: str(int.from_bytes(secret)),
    lambda secret: secret.decode("latin-1"),
)

AnySigner = Signer | AsyncSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerReport:
    """What a signer can do: its schemes, whether two answers to one request are equal, and whether it is asynchronous.

    ``largest`` is the longest message in bytes that an Ed25519 signer took, of those that were tried; None for others.
    """

    schemes: tuple[Scheme, ...]
    is_deterministic: bool
    is_asynchronous: bool
    signs_batches: bool
    largest: int | None = None


def check_signer(
    signer: AnySigner, *, secrets: Sequence[bytes] = (), prehashes: Sequence[Hash] | None = None
) -> SignerReport:
    """Run a signer through the contract of `walletcore.signing.Signer`, or `AsyncSigner`. Raises `Nonconformity`.

    It must have a constant public key; sign at least one scheme of its curve, and refuse the others, other keys and
    what is no request with `SigningRefused`; hash what a request says, once; give answers that verify, from several
    threads at once and in batches; and neither show nor export a secret. ``secrets`` are bytes that it must not show
    (a PIN, a token, a key), each of at least 4. ``prehashes`` are for a device that hashes itself: it signs what is
    hashed with these, and must refuse a digest and what is hashed with others.
    """
    key = _public_key(signer)
    kit = _Kit(signer, key, prehashes)
    schemes = tuple(scheme for scheme in Scheme if kit.supports(scheme))
    if not schemes:
        broken(f"it signs with no scheme of {key.curve.value}")
    for scheme in schemes:
        for request in _requests(key, scheme):
            if kit.takes(request):
                kit.check_answer(request)
            else:
                kit.check_refusal(request, "what it does not hash")
    kit.check_refusals()
    kit.check_threads(schemes[0])
    has_batches = kit.check_batches(schemes[0])
    _check_silence(signer, kit.failures, secrets)
    first = kit.first(schemes[0])
    return SignerReport(
        schemes=schemes,
        is_deterministic=kit.signed(first).data == kit.signed(first).data,
        is_asynchronous=kit.is_asynchronous,
        signs_batches=has_batches,
        largest=kit.largest,
    )


def _public_key(signer: AnySigner) -> PublicKey:
    key = signer.public_key
    if type(key) is not PublicKey:
        broken(f"public_key is a PublicKey, not {type(key).__name__}")
    if signer.public_key != key:
        broken("public_key is the same whenever it is asked for")
    return key


def _requests(key: PublicKey, scheme: Scheme) -> Iterator[SigningRequest]:
    """What is asked of a scheme: digests, payloads with each hash, messages of many lengths, taproot tweaks."""
    if scheme in _OVER_DIGESTS:
        yield SigningRequest(key=key, scheme=scheme, payload=sha256(_TEXT))
        yield SigningRequest(key=key, scheme=scheme, payload=b"\xff" * 32)  # above the order of the curve
        for prehash in _HASHES:
            yield _hashed(key, scheme, prehash)
        return
    if scheme is Scheme.BIP340:
        yield _hashed(key, scheme, tagged("TapSighash"))
        even = key.even_y()
        for tweak in (b"", sha256(_TEXT)):
            yield SigningRequest(key=even, scheme=scheme, payload=_TEXT, prehash=tagged("TapSighash"), tweak=tweak)
        return
    for size in _SIZES:
        yield SigningRequest(key=key, scheme=scheme, payload=(_TEXT * (size // len(_TEXT) + 1))[:size])


def _hashed(key: PublicKey, scheme: Scheme, prehash: Hash) -> SigningRequest:
    return SigningRequest(key=key, scheme=scheme, payload=_TEXT + prehash.name.encode(), prehash=prehash)


class _Kit:
    """A signer under examination, and the errors that it has raised so far."""

    def __init__(self, signer: AnySigner, key: PublicKey, prehashes: Sequence[Hash] | None = None) -> None:
        if prehashes is not None and not (prehashes and all(type(prehash) is Hash for prehash in prehashes)):
            raise SignerError("expected hashes as prehashes, or None", reason="type")
        self.signer, self.key, self.prehashes = signer, key, prehashes
        self.failures: list[WalletcoreError] = []
        self.is_asynchronous = False
        self.largest: int | None = None

    def takes(self, request: SigningRequest) -> bool:
        """Whether the signer is to sign a request that has this prehash, or none."""
        return self.prehashes is None or request.prehash in self.prehashes

    def first(self, scheme: Scheme) -> SigningRequest:
        """A request of a scheme that the signer is to sign."""
        found = next((request for request in _requests(self.key, scheme) if self.takes(request)), None)
        return found or _hashed(self.key, scheme, (self.prehashes or _HASHES)[0])

    def small(self, scheme: Scheme, text: bytes) -> SigningRequest:
        """A request over the SHA-256 of a text, hashed again where the signer hashes itself."""
        prehash = None if self.prehashes is None else self.prehashes[0]
        return SigningRequest(key=self.key, scheme=scheme, payload=sha256(text), prehash=prehash)

    def asked(self, request: SigningRequest) -> object:
        """What ``sign`` returns, awaited where that is needed."""
        answer = self.signer.sign(request)
        if isinstance(answer, Signature) or not inspect.isawaitable(answer):
            return answer
        self.is_asynchronous = True
        return _awaited(answer)

    def signed(self, request: SigningRequest) -> AcceptedSignature:
        """The answer to a request that the signer must answer, accepted."""
        answer = self.asked(request)
        if not isinstance(answer, Signature):
            broken(f"sign returns a Signature, not {type(answer).__name__}")
        if answer.scheme is not request.scheme:
            broken(f"a request for {request.scheme.value} is answered with that scheme, not {answer.scheme.value}")
        try:
            return request.accept(Signature(scheme=answer.scheme, data=answer.data, recovery=answer.recovery))
        except InvalidSignature as error:
            hashed = request.prehash.name if request.prehash else "no hash"
            broken(
                f"its {request.scheme.value} signature verifies (payload of {len(request.payload)}, {hashed}): {error}"
            )

    def supports(self, scheme: Scheme) -> bool:
        """Whether it signs with a scheme; a scheme of its curve that it does not have it must refuse, and say so."""
        if scheme.curve is not self.key.curve:
            return False
        request = self.first(scheme)
        try:
            self.asked(request)
        except SigningRefused as refusal:
            self.failures.append(refusal)
            return False
        return True

    def check_answer(self, request: SigningRequest) -> None:
        """An answer that verifies; of a long message, a refusal for its length is as good."""
        try:
            self.signed(request)
        except SigningRefused as refusal:
            self.failures.append(refusal)
            if refusal.reason != "too-large" or len(request.payload) <= 32:
                broken(f"it signs whatever message its scheme can sign, and not only some: {refusal}")
            return
        if request.scheme not in _OVER_DIGESTS and request.scheme is not Scheme.BIP340:
            self.largest = max(self.largest or 0, len(request.payload))

    def check_refusals(self) -> None:
        """Requests for another key, and what is no request, end in `SigningRefused`."""
        scheme = next(scheme for scheme in Scheme if scheme.curve is Curve.SECP256K1)
        stranger = SigningRequest(key=_STRANGER.public_key, scheme=scheme, payload=bytes(32))
        hostile: tuple[object, ...] = (None, b"", bytes(32), "sign this", 0, object(), {"payload": b""})
        if self.key != _STRANGER.public_key:
            self.check_refusal(stranger, "a request for another key")
        for value in hostile:
            self.check_refusal(value, f"what is no request ({type(value).__name__})")

    def check_refusal(self, value: object, what: str) -> None:
        """It ends in `SigningRefused`."""
        refusal = refused(lambda: self.asked(cast(SigningRequest, value)), SigningRefused, what)
        self.failures.append(refusal)

    def check_threads(self, scheme: Scheme) -> None:
        """Several threads may use it at once."""
        failed: list[BaseException] = []

        def work(number: int) -> None:
            try:
                for place in range(_EACH):
                    self.signed(self.small(scheme, _TEXT + bytes((number, place))))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            broken(f"{_THREADS} threads may sign at once: {type(failed[0]).__name__}: {failed[0]}")

    def check_batches(self, scheme: Scheme) -> bool:
        """Many requests, two of them equal, by the hall's own drivers; and by ``sign_all`` where there is one."""
        requests = [self.small(scheme, _TEXT + bytes((number,))) for number in (1, 2, 3, 1)]
        if self.is_asynchronous:
            answers = _awaited(collect_async(requests, self.signer))
        else:
            answers = collect(requests, cast(Signer, self.signer))
        if None in answers:
            broken("it answers every request of a batch for its key")
        sign_all = getattr(self.signer, "sign_all", None)
        if sign_all is None:
            return False
        given = sign_all(requests)
        given = _awaited(given) if inspect.isawaitable(given) else given
        if len(given) != len(requests):
            broken(f"sign_all answers {len(requests)} requests with as many signatures, not {len(given)}")
        for request, answer in zip(requests, given, strict=True):
            request.accept(answer)
        return True


def _awaited(answer: Awaitable[Any]) -> Any:
    """The result, in an event loop of its own."""
    import asyncio

    async def result() -> Any:
        return await answer

    return asyncio.run(result())


def _check_silence(signer: AnySigner, failures: Sequence[WalletcoreError], secrets: Sequence[bytes]) -> None:
    """No secret in what it shows and says, and no copy of it: it is the only one that may use its key."""
    shown = [repr(signer), str(signer), f"{signer}", *(f"{error} {error.hint} {error.args}" for error in failures)]
    for secret in secrets:
        if type(secret) is not bytes or len(secret) < 4:
            raise SignerError("expected secrets as bytes, at least 4 of them each", reason="type")
        if any(form(secret) in text for form in _FORMS for text in shown):
            broken("it shows no secret")
    exports: tuple[Callable[[object], object], ...] = (pickle.dumps, copy.copy, copy.deepcopy)
    for export in exports:
        try:
            export(signer)
        except (TypeError, pickle.PicklingError):  # SecretExportError is a TypeError
            continue
        broken(f"it refuses {export.__module__}.{export.__name__}")
