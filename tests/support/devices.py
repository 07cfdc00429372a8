"""A signer that keeps every promise, in three forms, and the register of those that break one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from walletcore.errors import SigningRefused
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Confidential, Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import SigningRequest
from walletcore.testing import Nonconformity, check_signer

__all__ = ["ED", "K1", "OTHER", "P256", "PIN", "Batch", "Device", "Mutants", "Waiting"]

PIN = b"PIN 739105"
OTHER = PrivateKey(Curve.SECP256K1, Secret(bytes([9]) * 32))
K1, P256, ED = Curve.SECP256K1, Curve.P256, Curve.ED25519


class Device(Confidential):
    """A signer that keeps every promise; each mutant overrides what it breaks."""

    curve = K1

    def __init__(self) -> None:
        self._local = LocalSigner(PrivateKey(self.curve, Secret(bytes([7]) * 32)))
        self._pin = Secret(PIN)

    @property
    def public_key(self) -> PublicKey:
        return self._local.public_key

    def sign(self, request: SigningRequest) -> Any:
        if type(request) is not SigningRequest:
            raise SigningRefused("expected a request", reason="type")
        return self.answer(request)

    def answer(self, request: SigningRequest) -> Any:
        return self._local.sign(request)

    def of(self, request: SigningRequest, key: PrivateKey | None = None, **changes: Any) -> Any:
        """What its key, or another, signs for a request that is changed."""
        fields = {
            "scheme": request.scheme,
            "payload": request.payload,
            "prehash": request.prehash,
            "tweak": request.tweak,
            "key": (key or self._local.key).public_key,
        }
        return LocalSigner(key or self._local.key).sign(SigningRequest(**{**fields, **changes}))


class Batch(Device):
    def sign_all(self, requests: Sequence[SigningRequest]) -> Any:
        return [self.sign(request) for request in requests]


class Waiting(Device):
    async def sign(self, request: SigningRequest) -> Any:
        await asyncio.sleep(0)
        return Device.sign(self, request)


class Mutants:
    """Devices by their names, each with words of the promise that it breaks."""

    def __init__(self, **options: Any) -> None:
        self.known: dict[str, tuple[Callable[[], Any], str]] = {}
        self.options = {"forks": False, **options}

    def mutant(self, promise: str) -> Callable[[type[Device]], type[Device]]:
        """Register a class."""

        def noted(cls: type[Device]) -> type[Device]:
            self.known[cls.__name__] = cls, promise
            return cls

        return noted

    def check(self, name: str) -> None:
        """The kit names that promise, and repeats no secret."""
        make, promise = self.known[name]
        with pytest.raises(Nonconformity) as caught:
            check_signer(make(), secrets=[PIN], **self.options)
        told = str(caught.value)
        assert promise in told, told
        assert PIN.decode() not in told
