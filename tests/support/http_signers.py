"""Signers behind HTTP as tests open them and ask: the synchronous and the asynchronous form in one way."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from support.signing_service import KEYS
from walletcore.hashes import keccak256
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers import open_async_signer, open_signer
from walletcore.signers.remote import AsyncRemoteSigner, Patience, RemoteSigner
from walletcore.signers.web import Question, Reply
from walletcore.signing import AcceptedSignature, SigningRequest

__all__ = ["KEY", "Asynchronous", "Secrets", "Synchronous", "asked", "opened", "opened_async", "request_of"]

KEY = KEYS[Curve.SECP256K1].public_key
"""The key that most questions are for."""

Synchronous = RemoteSigner[Question, Reply]
Asynchronous = AsyncRemoteSigner[Question, Reply]
Secrets = Callable[[str], Secret]


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
