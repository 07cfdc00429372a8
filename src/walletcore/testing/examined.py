"""A signer under examination: each call of it comes back in time, and raises what is ours and tells nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from walletcore.errors import InvalidSignature, SignerError, SigningRefused, WalletcoreError
from walletcore.keys import PublicKey
from walletcore.signing import AcceptedSignature, AsyncSigner, Signature, Signer, SigningRequest
from walletcore.testing.calls import Late, Loop, Stopped, within
from walletcore.testing.promises import Nonconformity, broken
from walletcore.testing.silence import check_failures

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["AnySigner", "Examined"]

T = TypeVar("T")
AnySigner = Signer | AsyncSigner


class Examined:
    """A signer, how it is called, and what it has done so far."""

    def __init__(self, signer: AnySigner, secrets: tuple[bytes, ...], seconds: float, loop: AbstractEventLoop | None):
        self.signer, self.seconds, self.loop = signer, seconds, Loop(seconds, loop)
        self.secrets = tuple(map(_Unseen, secrets))
        self.failures: list[BaseException] = []
        self.is_asynchronous = False

    def looked_for(self) -> tuple[bytes, ...]:
        """The secrets, which no frame shows that a crash reporter prints."""
        return tuple(unseen.secret for unseen in self.secrets)

    def in_time(self, call: Callable[[], T], promise: str) -> T:
        """What a call returns, and raises, in another thread. Raises `Nonconformity` when it takes too long."""
        try:
            return within(self.seconds, call)
        except Late:
            self.late(promise)

    def late(self, promise: str) -> NoReturn:
        """Raise `Nonconformity` for a call that did not come back."""
        broken(f"{promise}, within {self.seconds:g} seconds")

    def public_key(self) -> PublicKey:
        """The signer's key, which it has without being asked for a signature."""
        promise = "a signer has a public_key, and sign"
        try:
            key, sign = self.in_time(lambda: (self.signer.public_key, self.signer.sign), promise)
        except Nonconformity:
            raise
        except Exception as error:
            raise self.broken_by(error, promise) from error
        if type(key) is not PublicKey:
            broken(f"public_key is a PublicKey, not {type(key).__name__}")
        if not callable(sign):
            broken("sign is a method")
        return key

    def broken_by(self, error: BaseException, promise: str) -> WalletcoreError:
        """What to raise from an error that breaks a promise. Its text is not repeated: it may hold a secret."""
        self.failures.append(error)
        check_failures(self.failures, self.looked_for())
        if isinstance(error, Stopped) and error.__cause__:
            error = error.__cause__
        try:
            broken(f"{promise}: {type(error).__name__} {getattr(error, 'reason', '')}".rstrip())
        except WalletcoreError as nonconformity:
            return nonconformity

    def answer(self, question: Callable[[Any], Any], argument: object) -> Any:
        """What a method returns, awaited where that is needed, and what it raises; `Late` when it takes too long."""
        answer = within(self.seconds, lambda: question(argument))
        if not isinstance(answer, Signature) and inspect.isawaitable(answer):
            self.is_asynchronous = True
            return self.loop.result(answer)
        return answer

    def asked(self, question: Callable[[Any], Any], argument: object) -> Any:
        """As `answer`, where nothing but a refusal of the signer is raised as it is."""
        try:
            return self.answer(question, argument)
        except Late:
            self.late("it answers or refuses while it is examined")
        except SigningRefused as refusal:
            self.failures.append(refusal)
            raise
        except (InvalidSignature, SignerError) as error:
            raise self.broken_by(error, "it answers or refuses while it is examined, whichever thread asks") from error
        except Exception as error:
            raise self.broken_by(error, "it raises nothing but SignerError and InvalidSignature") from error

    @contextmanager
    def when(self, what: str) -> Iterator[None]:
        """What must be kept then as well, and is told with it."""
        try:
            yield
        except Nonconformity as failure:
            raise Nonconformity(f"{failure} ({what})") from failure
        except SigningRefused as refusal:
            raise self.broken_by(refusal, f"it signs what it has signed before ({what})") from refusal

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


class _Unseen:
    """A secret that is looked for, which the kit's own frames do not show."""

    __slots__ = ("secret",)

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
