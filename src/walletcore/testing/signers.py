"""The contract of `walletcore.signing.Signer`, checked on a real signer of any package.

It is asked for a few dozen signatures, over texts that say so.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from walletcore.errors import InvalidSignature, SignerError, SigningRefused, WalletcoreError
from walletcore.hashes import Hash
from walletcore.keys import PublicKey, Scheme
from walletcore.secret import sealed
from walletcore.signing import (
    AcceptedSignature,
    AsyncSigner,
    Signature,
    Signer,
    SigningRequest,
    collect,
    collect_async,
)
from walletcore.testing.promises import broken
from walletcore.testing.questions import OVER_DIGESTS, foreign, no_requests, numbered, questions
from walletcore.testing.silence import check_exports, check_failures, check_shown, checked_secrets, heard

__all__ = ["SignerReport", "check_async_signer", "check_signer"]

_THREADS, _EACH, _SECONDS = 4, 5, 120.0
_CHOOSY = ("scheme", "policy")  # the reasons of a signer that takes some forms of a request only

AnySigner = Signer | AsyncSigner
Wait = Callable[[Awaitable[Any]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerReport:
    """What a signer can do: its schemes, whether two answers to one request are equal, and whether it is asynchronous.

    ``hashes`` are the prehashes that it took, of those that were tried; None among them stands for a payload that is
    not hashed, which for ECDSA is a digest. ``signs_tweaked`` tells whether it signs for BIP-341's output keys.
    ``largest`` is the longest message in bytes that an Ed25519 signer took, of those that were tried; None for others.
    """

    schemes: tuple[Scheme, ...]
    hashes: tuple[Hash | None, ...]
    is_deterministic: bool
    is_asynchronous: bool
    signs_batches: bool
    signs_tweaked: bool = False
    largest: int | None = None


@sealed  # secrets are what it must not show
def check_signer(signer: AnySigner, *, secrets: Sequence[bytes] = ()) -> SignerReport:
    """Run a signer through the contract of `walletcore.signing.Signer`, or `AsyncSigner`. Raises `Nonconformity`.

    It must have a constant public key; sign at least one scheme of its curve, and refuse the others, other keys and
    what is no request with `SigningRefused`; hash what a request says, once; give answers that verify, from several
    threads at once and in batches; raise nothing but errors of walletcore; and neither show nor export a secret.
    A scheme, a hash or a tweak that it does not have it refuses with the reason ``scheme`` or ``policy``.

    ``secrets`` are bytes that it must not show (a PIN, a token, a key), each of at least 4. An asynchronous signer is
    awaited in one event loop of the kit's own; see `check_async_signer` for one that belongs to a loop already.
    """
    import asyncio

    looked_for = checked_secrets(secrets)
    with asyncio.Runner() as runner:
        return _Kit(signer, looked_for, lambda given: runner.run(_result(given))).examined()


@sealed
async def check_async_signer(signer: AnySigner, *, secrets: Sequence[bytes] = ()) -> SignerReport:
    """As `check_signer`, in the event loop that is running: for a signer whose connections belong to it."""
    import asyncio

    loop = asyncio.get_running_loop()

    def wait(given: Awaitable[Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(_result(given), loop).result()

    return await asyncio.to_thread(_Kit(signer, checked_secrets(secrets), wait).examined)


async def _result(given: Awaitable[Any]) -> Any:
    return await given


async def _together(given: Sequence[Awaitable[Any]]) -> list[Any]:
    import asyncio

    return await asyncio.gather(*given)


class _Kit:
    """A signer under examination, and what it has done so far."""

    def __init__(self, signer: AnySigner, secrets: tuple[bytes, ...], wait: Wait) -> None:
        self.signer, self.wait = signer, wait
        self.secrets = tuple(map(_Unseen, secrets))
        self.failures: list[BaseException] = []
        self.hashes: list[Hash | None] = []
        self.is_asynchronous = self.signs_tweaked = False
        self.largest: int | None = None

    def examined(self) -> SignerReport:
        """The whole examination."""
        secrets = tuple(unseen.secret for unseen in self.secrets)
        with heard(secrets):
            self.key = self.public_key()
            examples = [example for scheme in Scheme if (example := self.example(scheme))]
            if not examples:
                broken(f"it signs with some scheme of {self.key.curve.value}")
            for example in examples:
                self.check_refusals(example)
                self.check_together(example)
            has_batches = {self.check_batch(example) for example in examples} == {True}
            if self.public_key() != self.key:
                broken("public_key is the same whenever it is asked for")
        check_shown(self.signer, secrets)
        check_failures(self.failures, secrets)
        check_exports(self.signer)
        first = numbered(examples[0], 0)
        return SignerReport(
            schemes=tuple(example.scheme for example in examples),
            hashes=tuple(self.hashes),
            is_deterministic=self.signed(first).data == self.signed(first).data,
            is_asynchronous=self.is_asynchronous,
            signs_batches=has_batches,
            signs_tweaked=self.signs_tweaked,
            largest=self.largest,
        )

    def public_key(self) -> PublicKey:
        """The signer's key, which it has without being asked for a signature."""
        try:
            key, sign = self.signer.public_key, self.signer.sign
        except Exception as error:
            raise self.broken_by(error, "a signer has a public_key, and sign") from error
        if type(key) is not PublicKey:
            broken(f"public_key is a PublicKey, not {type(key).__name__}")
        if not callable(sign):
            broken("sign is a method")
        return key

    def broken_by(self, error: BaseException, promise: str) -> WalletcoreError:
        """What to raise from an error that breaks a promise. Its text is not repeated: it may hold a secret."""
        self.failures.append(error)
        secrets = tuple(unseen.secret for unseen in self.secrets)
        check_failures(self.failures, secrets)
        try:
            broken(f"{promise}: {type(error).__name__} {getattr(error, 'reason', '')}".rstrip())
        except WalletcoreError as nonconformity:
            return nonconformity

    def asked(self, question: Callable[[Any], Any], argument: object) -> Any:
        """What a method returns, awaited where that is needed. A refusal of the signer is raised as it is."""
        try:
            answer = question(argument)
            if not isinstance(answer, Signature) and inspect.isawaitable(answer):
                self.is_asynchronous = True
                answer = self.wait(answer)
        except SigningRefused as refusal:
            self.failures.append(refusal)
            raise
        except (InvalidSignature, SignerError) as error:
            raise self.broken_by(error, "it answers or refuses while it is examined") from error
        except Exception as error:
            raise self.broken_by(error, "it raises nothing but SignerError and InvalidSignature") from error
        return answer

    def signed(self, request: SigningRequest) -> AcceptedSignature:
        """The answer to a request, accepted."""
        return self.accepted(request, self.asked(self.signer.sign, request))

    def accepted(self, request: SigningRequest, answer: object) -> AcceptedSignature:
        """The answer, verified whatever the signer says of it."""
        if not isinstance(answer, Signature):
            broken(f"sign returns a Signature, not {type(answer).__name__}")
        if answer.scheme is not request.scheme:
            broken(f"a request for {request.scheme.value} is answered with that scheme, not {answer.scheme.value}")
        hashed = request.prehash.name if request.prehash else "no hash"
        form = f"{request.scheme.value}, payload of {len(request.payload)} bytes, {hashed}"
        if request.tweak is not None:
            form += f", tweak of {len(request.tweak)} bytes"
        try:
            return request.accept(Signature(scheme=answer.scheme, data=answer.data, recovery=answer.recovery))
        except InvalidSignature as error:
            raise self.broken_by(error, f"its signature verifies ({form})") from error

    def example(self, scheme: Scheme) -> SigningRequest | None:
        """A request of a scheme that the signer answers, when all forms of it were tried; None where it takes none."""
        if scheme.curve is not self.key.curve:
            return None
        taken = [request for request in questions(self.key, scheme) if self.takes(request)]
        self.hashes += [hashed for hashed in dict.fromkeys(request.prehash for request in taken) if self.is_new(hashed)]
        return next((request for request in taken if request.key == self.key and request.tweak is None), None)

    def is_new(self, prehash: Hash | None) -> bool:
        """Whether no other scheme has taken this hash."""
        return prehash not in self.hashes

    def takes(self, request: SigningRequest) -> bool:
        """Whether the signer signs a request. What it does not take it refuses, and says why."""
        is_message = request.scheme not in OVER_DIGESTS and request.scheme is not Scheme.BIP340
        try:
            self.signed(request)
        except SigningRefused as refusal:
            too_large = refusal.reason == "too-large" and is_message and len(request.payload) > 32
            if refusal.reason in _CHOOSY or too_large:
                return False
            raise self.broken_by(refusal, "what it does not sign it refuses for its scheme or policy") from refusal
        if is_message and request.prehash is None:
            self.largest = max(self.largest or 0, len(request.payload))
        self.signs_tweaked = self.signs_tweaked or request.tweak is not None
        return True

    def check_refusals(self, example: SigningRequest) -> None:
        """Requests for another key, and what is no request, end in `SigningRefused`."""
        for request in foreign(example):
            self.check_refused(self.signer.sign, request, "a request for another key")
        for value in no_requests(example):
            self.check_refused(self.signer.sign, value, f"what is no request ({type(value).__name__})")

    def check_refused(self, question: Callable[[Any], Any], argument: object, what: str) -> None:
        """A call that must end in `SigningRefused`."""
        try:
            self.asked(question, argument)
        except SigningRefused:
            return
        except WalletcoreError as error:
            raise self.broken_by(error.__cause__ or error, f"{what} is refused with SigningRefused") from error
        broken(f"{what} is refused with SigningRefused, and was answered")

    def check_together(self, example: SigningRequest) -> None:
        """Several threads may use it at once; several tasks, where it is asynchronous."""
        requests = [numbered(example, number) for number in range(_THREADS * _EACH)]
        if self.is_asynchronous:
            try:
                answers = self.wait(_together([cast(AsyncSigner, self.signer).sign(request) for request in requests]))
            except Exception as error:
                raise self.broken_by(error, "several tasks may sign at once") from error
        else:
            answers = self.in_threads(requests)
        for request, answer in zip(requests, answers, strict=True):
            self.accepted(request, answer)

    def in_threads(self, requests: Sequence[SigningRequest]) -> list[object]:
        """The answers of a signer that is asked by several threads."""
        answers: dict[int, object] = {}
        failed: list[Exception] = []

        def work(start: int) -> None:
            try:
                for place in range(start, len(requests), _THREADS):
                    answers[place] = self.signer.sign(requests[place])
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_SECONDS)
        if failed:
            raise self.broken_by(failed[0], "several threads may sign at once") from failed[0]
        if len(answers) < len(requests):
            broken(f"several threads may sign at once: some waited for more than {_SECONDS:g} seconds")
        return [answers[place] for place in range(len(requests))]

    def check_batch(self, example: SigningRequest) -> bool:
        """Many requests, two of them equal, by the hall's own drivers; and by ``sign_all`` where there is one."""
        requests = [numbered(example, number) for number in (1, 2, 3, 1)]
        try:
            if self.is_asynchronous:
                answers = self.wait(collect_async(requests, self.signer))
            else:
                answers = collect(requests, cast(Signer, self.signer))
        except Exception as error:
            raise self.broken_by(error, "a batch for its key is collected") from error
        if None in answers:
            broken("it answers every request of a batch for its key")
        sign_all = getattr(self.signer, "sign_all", None)
        if not callable(sign_all):
            return False
        self.check_sign_all(sign_all, requests)
        return True

    def check_sign_all(self, sign_all: Callable[[Any], Any], requests: list[SigningRequest]) -> None:
        """One answer per request, in order; all of them or none."""
        for batch in (requests, requests[:1], []):
            given = self.asked(sign_all, tuple(batch))
            if not isinstance(given, Sequence) or len(given) != len(batch):
                broken(f"sign_all answers {len(batch)} requests with a sequence of as many signatures")
            for request, answer in zip(batch, given, strict=True):
                self.accepted(request, answer)
        stranger = next(foreign(requests[0]))
        for mixed in ((*requests, stranger), (stranger, *requests), (requests[0], None)):
            self.check_refused(sign_all, mixed, "a batch with a request that is not for its key")


class _Unseen:
    """A secret that is looked for, which the kit's own frames do not show."""

    __slots__ = ("secret",)

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
