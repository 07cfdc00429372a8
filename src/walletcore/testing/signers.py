"""The contract of `walletcore.signing.Signer`, checked on a real signer of any package.

It is asked for a few dozen signatures, over texts that say so.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from walletcore.errors import SignerError, SigningRefused, WalletcoreError
from walletcore.hashes import Hash
from walletcore.keys import Scheme
from walletcore.secret import sealed
from walletcore.signers.aside import aside, begun
from walletcore.signing import AsyncSigner, Signer, SigningRequest, collect, collect_async
from walletcore.testing.calls import Late, within
from walletcore.testing.examined import AnySigner, Examined
from walletcore.testing.forks import can_fork
from walletcore.testing.promises import broken
from walletcore.testing.questions import OVER_DIGESTS, foreign, no_requests, numbered, questions
from walletcore.testing.silence import check_exports, check_failures, check_shown, checked_secrets, heard
from walletcore.testing.stops import check_cancelled, check_forked

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["SignerReport", "check_async_signer", "check_signer"]

_THREADS, _EACH, _SECONDS = 4, 5, 120.0
_CHOOSY = ("scheme", "policy")  # the reasons of a signer that takes some forms of a request only


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerReport:
    """What a signer can do: its schemes, whether two answers to one request are equal, and whether it is asynchronous.

    ``hashes`` are the prehashes that it took, of those that were tried; None among them stands for a payload that is
    not hashed, which for ECDSA is a digest. ``signs_tweaked`` tells whether it signs for BIP-341's output keys.
    ``largest`` is the longest message in bytes that an Ed25519 signer took, of those that were tried; None for others.
    ``signs_forked`` tells whether it signs in a child process or refuses there; None where that was not tried.
    """

    schemes: tuple[Scheme, ...]
    hashes: tuple[Hash | None, ...]
    is_deterministic: bool
    is_asynchronous: bool
    signs_batches: bool
    signs_tweaked: bool = False
    largest: int | None = None
    signs_forked: bool | None = None


@sealed  # secrets are what it must not show
def check_signer(
    signer: AnySigner, *, secrets: Sequence[bytes] = (), seconds: float = _SECONDS, forks: bool | None = None
) -> SignerReport:
    """Run a signer through the contract of `walletcore.signing.Signer`, or `AsyncSigner`. Raises `Nonconformity`.

    It must have a constant public key; sign at least one scheme of its curve, and refuse the others, other keys and
    what is no request with `SigningRefused`; hash what a request says, once; give answers that verify, from several
    threads at once and in batches; raise nothing but errors of walletcore; neither show nor export a secret; and come
    back from each call, whichever thread asks, within ``seconds`` (a batch, or twenty requests at once, are one).
    A scheme, a hash or a tweak that it does not have it refuses with the reason ``scheme`` or ``policy``.

    A task that is cancelled, at any moment, ends with `asyncio.CancelledError` or its answer, and the next one is
    answered as before. A child process that is forked signs rightly or refuses with a `SignerError`, and its parent
    goes on. That is tried where ``os.fork`` is, but on macOS; ``forks`` decides otherwise: False for a process
    with threads of others (of ``grpc.aio``, of a graphics card) that do not survive it.

    ``secrets`` are bytes that it must not show (a PIN, a token, a key), each of at least 4. An asynchronous signer is
    awaited in one event loop of the kit's own; see `check_async_signer` for one that belongs to a loop already.
    """
    return _examined(signer, secrets, seconds, forks, None)


async def check_async_signer(
    signer: AnySigner, *, secrets: Sequence[bytes] = (), seconds: float = _SECONDS, forks: bool | None = None
) -> SignerReport:
    """As `check_signer`, in the event loop that is running: for a signer whose connections belong to it.

    Its coroutines must leave the loop to others: one that blocks it blocks this function as well.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    try:
        return await _aside(signer, secrets, seconds, forks, loop)
    except BaseException as error:  # as a sealed function does: this frame and those below hold the secrets
        failure = error.with_traceback(None)
        failure.__cause__ = failure.__context__ = None
    del secrets
    raise failure


async def _aside(
    signer: AnySigner, secrets: object, seconds: object, forks: bool | None, loop: AbstractEventLoop
) -> SignerReport:
    return await aside(lambda: _examined(signer, secrets, seconds, forks, loop))


def _examined(
    signer: AnySigner, secrets: object, seconds: object, forks: bool | None, loop: AbstractEventLoop | None
) -> SignerReport:
    looked_for = checked_secrets(secrets)
    if type(seconds) not in (int, float) or not 0 < cast(float, seconds) < threading.TIMEOUT_MAX:
        raise SignerError("expected seconds as a number above 0", reason="range")
    kit = _Kit(signer, looked_for, cast(float, seconds), loop)
    try:
        return kit.examined(can_fork() if forks is None else forks)
    finally:
        kit.loop.close()


async def _together(given: Sequence[Awaitable[Any]]) -> list[Any]:
    import asyncio

    return await asyncio.gather(*given)


class _Kit(Examined):
    """The whole examination, and what it has found."""

    def __init__(self, signer: AnySigner, secrets: tuple[bytes, ...], seconds: float, loop: AbstractEventLoop | None):
        super().__init__(signer, secrets, seconds, loop)
        self.hashes: list[Hash | None] = []
        self.signs_tweaked = False
        self.largest: int | None = None

    def examined(self, forks: bool) -> SignerReport:
        """The whole examination."""
        with heard(self.looked_for()):
            self.key = self.public_key()
            examples = [example for scheme in Scheme if (example := self.example(scheme))]
            if not examples:
                broken(f"it signs with some scheme of {self.key.curve.value}")
            for example in examples:
                self.check_refusals(example)
                self.check_together(example)
            has_batches = {self.check_batch(example) for example in examples} == {True}
            if self.is_asynchronous:
                check_cancelled(self, examples[0])
            signs_forked = check_forked(self, examples[0]) if forks else None
            if self.public_key() != self.key:
                broken("public_key is the same whenever it is asked for")
            first = numbered(examples[0], 0)
            is_deterministic = self.signed(first).data == self.signed(first).data
        self.in_time(lambda: check_shown(self.signer, self.looked_for()), "it shows itself, and no secret")
        check_failures(self.failures, self.looked_for())
        self.in_time(lambda: check_exports(self.signer), "it refuses to be copied")
        return SignerReport(
            schemes=tuple(example.scheme for example in examples),
            hashes=tuple(self.hashes),
            is_deterministic=is_deterministic,
            is_asynchronous=self.is_asynchronous,
            signs_batches=has_batches,
            signs_tweaked=self.signs_tweaked,
            largest=self.largest,
            signs_forked=signs_forked,
        )

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
            is_even = refusal.reason == "mismatch" and request.key != self.key  # BIP-341's form of it
            if refusal.reason in _CHOOSY or too_large or is_even:
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
            if error.__cause__ is None:  # it hung
                raise
            raise self.broken_by(error.__cause__, f"{what} is refused with SigningRefused") from error
        broken(f"{what} is refused with SigningRefused, and was answered")

    def check_together(self, example: SigningRequest) -> None:
        """Several threads may use it at once; several tasks, where it is asynchronous."""
        requests = [numbered(example, number) for number in range(_THREADS * _EACH)]
        promise = f"several {'tasks' if self.is_asynchronous else 'threads'} may sign at once"
        try:
            if self.is_asynchronous:
                waiting = cast(AsyncSigner, self.signer)
                answers = self.loop.result(_together([waiting.sign(request) for request in requests]))
            else:
                answers = within(self.seconds, lambda: self.in_threads(requests))
        except Late:
            self.late(promise)
        except Exception as error:
            raise self.broken_by(error, promise) from error
        for request, answer in zip(requests, answers, strict=True):
            self.accepted(request, answer)

    def in_threads(self, requests: Sequence[SigningRequest]) -> list[object]:
        """The answers of a signer that is asked by several threads."""
        answers: dict[int, object] = {}
        failed: list[BaseException] = []

        def work(start: int) -> None:
            try:
                for place in range(start, len(requests), _THREADS):
                    answers[place] = self.signer.sign(requests[place])
            except BaseException as error:
                failed.append(error)

        threads = [begun(partial(work, number)) for number in range(_THREADS)]
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]
        return [answers[place] for place in range(len(requests))]

    def check_batch(self, example: SigningRequest) -> bool:
        """Many requests, two of them equal, by the hall's own drivers; and by ``sign_all`` where there is one."""
        requests, promise = [numbered(example, number) for number in (1, 2, 3, 1)], "a batch for its key is collected"
        try:
            if self.is_asynchronous:
                answers = self.loop.result(collect_async(requests, self.signer))
            else:
                answers = within(self.seconds, lambda: collect(requests, cast(Signer, self.signer)))
        except Late:
            self.late(promise)
        except Exception as error:
            raise self.broken_by(error, promise) from error
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
