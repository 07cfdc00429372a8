"""Signers behind HTTP as tests open them and ask: the synchronous and the asynchronous form in one way."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from support.signing_service import KEYS, Service
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers import open_async_signer, open_signer
from walletcore.signers.remote import AsyncRemoteSigner, Patience, RemoteSigner
from walletcore.signers.web import Question, Reply
from walletcore.signing import AcceptedSignature, SigningRequest

__all__ = [
    *("KEY", "QUICK", "REQUEST", "TOKEN", "Ask", "Asynchronous", "Secrets", "Synchronous"),
    *("asked", "both", "by_async", "by_sync", "opened", "opened_async", "request_of", "uri_of"),
]

KEY = KEYS[Curve.SECP256K1].public_key
"""The key that most questions are for."""

Synchronous = RemoteSigner[Question, Reply]
Asynchronous = AsyncRemoteSigner[Question, Reply]
Secrets = Callable[[str], Secret]
QUICK = Patience(deadline=10, pause=0.01)
TOKEN = b"canary-token.4d9f27~ab/cd+ef=="


def request_of(payload: bytes) -> SigningRequest:
    """A request that every service here answers, if its payload is one for Ethereum."""
    return SigningRequest(key=KEY, scheme=Scheme.ECDSA, payload=payload, prehash=keccak256)


def opened(uri: str, patience: Patience, secrets: Secrets | None = None, key: PublicKey = KEY) -> Synchronous:
    """The signer behind a URI, with this patience."""
    signer = open_signer(uri, public_key=key, secrets=secrets)
    assert isinstance(signer, RemoteSigner)
    return replace(signer, patience=patience)


def opened_async(uri: str, patience: Patience, secrets: Secrets | None = None, key: PublicKey = KEY) -> Asynchronous:
    """Its asynchronous form."""
    signer = open_async_signer(uri, public_key=key, secrets=secrets)
    assert isinstance(signer, AsyncRemoteSigner)
    return replace(signer, patience=patience)


def asked(
    uri: str, request: SigningRequest, patience: Patience, *, is_async: bool = False, secrets: Secrets | None = None
) -> AcceptedSignature:
    """What comes of one request to a signer that is opened for it."""
    if is_async:
        return asyncio.run(opened_async(uri, patience, secrets, request.key).sign(request))
    return opened(uri, patience, secrets, request.key).sign(request)


REQUEST = request_of(b"pay")


def by_sync(uri: str, secrets: Secrets | None = None, request: SigningRequest = REQUEST) -> AcceptedSignature:
    """As a synchronous signer asks, quickly."""
    return asked(uri, request, QUICK, secrets=secrets)


def by_async(uri: str, secrets: Secrets | None = None, request: SigningRequest = REQUEST) -> AcceptedSignature:
    """As an asynchronous signer asks, quickly."""
    return asked(uri, request, QUICK, secrets=secrets, is_async=True)


both = pytest.mark.parametrize("ask", [by_sync, by_async])
"""For tests that `ask`."""
Ask = Callable[..., AcceptedSignature]


def uri_of(service: Service, more: str = "") -> str:
    """Where a service on this machine is, in the words of a signer's URI."""
    return f"remote:http://127.0.0.1:{service.port}?plain=loopback{more}"
