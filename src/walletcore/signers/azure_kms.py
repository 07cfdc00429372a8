"""Keys in Azure Key Vault and Managed HSM (Key Vault REST API: Get Key, Sign; RFC 7517, RFC 7518).

``azurekms:https://my.vault.azure.net/keys/hot/0123456789abcdef0123456789abcdef``: one version, which is one key. The
caller needs the permissions ``keys/get`` and ``keys/sign`` (the role Key Vault Crypto User has both); azure-identity
finds its credentials as it always does. Curves: P-256K (secp256k1), P-256; a vault has no Ed25519.
"""

from __future__ import annotations

import asyncio
import base64
import re
import time
from dataclasses import dataclass
from typing import Any

from walletcore.coding import strict_json
from walletcore.errors import (
    DecodingError,
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SigningRefused,
    raised_as,
)
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import sealed
from walletcore.signers.aside import bounded
from walletcore.signers.azure_client import MAX_ANSWER, AzureClient
from walletcore.signers.kms import OneScheme, check_pinned, looked_at
from walletcore.signers.remote import AsyncRemoteSigner, Patience, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri
from walletcore.signing import Signature, SigningRequest

__all__ = ["AzureKms", "open_async_key", "open_async_uri", "open_key", "open_uri"]

Question = dict[str, str]

_KEY = re.compile(r"(https://[A-Za-z0-9-]+\.([A-Za-z0-9.-]+))/(keys/[A-Za-z0-9-]{1,127}/[0-9a-f]{32})")
_DOMAINS = (
    *("vault.azure.net", "managedhsm.azure.net", "vault.usgovcloudapi.net", "managedhsm.usgovcloudapi.net"),
    *("vault.azure.cn", "managedhsm.azure.cn", "managedhsm.chinacloudapi.cn"),
)
_CURVES = {  # of the key (crv) -> scheme, algorithm
    "P-256K": (Scheme.ECDSA, "ES256K"),
    "P-256": (Scheme.ECDSA_P256, "ES256"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureKms(OneScheme):
    """What is asked of one version of a key: its identifier in lower case, the scheme and the algorithm."""

    identifier: str
    algorithm: str

    def ask(self, request: SigningRequest) -> Question:
        """The body of Sign: the algorithm, and the digest, which is signed as it is."""
        return {"alg": self.algorithm, "value": _text(request.message)}

    def read(self, request: SigningRequest, answer: bytes) -> Signature:
        """The signature, r || s (RFC 7518, section 3.4), by the version that was asked."""
        with raised_as(OutcomeUnknown):
            result = _fields(answer)
        if str(result.get("kid")).lower() != self.identifier:
            raise InvalidSignature("Key Vault answered for another key or version", reason="mismatch")
        with raised_as(InvalidSignature):
            return Signature(scheme=self.scheme, data=_binary(result.get("value"), 64))


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> RemoteSigner[Question, bytes]:
    """A signer for ``azurekms:https://...``. Raises `SignerError`, `InvalidKey`.

    ``domain`` is the one option: where vaults are that are in none of Azure's clouds (``?domain=vault.example``).
    The version must be enabled, valid now, made for signing, of the pinned key's curve, and be the pinned key.
    """
    return open_key(uri, public_key)


@sealed
def open_async_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> AsyncRemoteSigner[Question, bytes]:
    """As `open_uri`, over asynchronous connections for each event loop; tokens are fetched in a thread."""
    return open_async_key(uri, public_key)


@sealed  # frames of azure-core hold tokens
def open_key(
    uri: SignerUri,
    public_key: PublicKey,
    *,
    credential: Any = None,
    patience: Patience | None = None,
    **connection: Any,
) -> RemoteSigner[Question, bytes]:
    """As `open_uri`, with a credential of azure-identity, and options of azure-core's transport
    (``connection_verify``, ``proxies``)."""
    exchange, client, patience = _opened(uri, public_key, credential, patience, connection)
    share = patience.deadline / patience.attempts

    def send(question: Question, seconds: float) -> bytes:
        limit = min(seconds, share)
        return bounded(lambda: client.ask(question, limit), limit)

    return RemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


@sealed
def open_async_key(
    uri: SignerUri,
    public_key: PublicKey,
    *,
    credential: Any = None,
    patience: Patience | None = None,
    **connection: Any,
) -> AsyncRemoteSigner[Question, bytes]:
    """As `open_key`, with the same synchronous credential."""
    exchange, client, patience = _opened(uri, public_key, credential, patience, connection)
    share = patience.deadline / patience.attempts

    async def send(question: Question, seconds: float) -> bytes:
        async with asyncio.timeout(min(seconds, share)):
            return await client.ask_async(question, min(seconds, share))

    return AsyncRemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


def _opened(
    uri: SignerUri, public_key: PublicKey, credential: Any, patience: Patience | None, connection: dict[str, Any]
) -> tuple[AzureKms, AzureClient, Patience]:
    uri.expect("domain")
    found = _KEY.fullmatch(uri.path)
    if not found:
        hint = "https://<vault>.vault.azure.net/keys/<name>/<version>, all of it"
        raise SignerError("expected the https identifier of one version of a key", reason="prefix", hint=hint)
    vault, domain, path = found.groups()
    if domain.lower() not in (*_DOMAINS, uri.option("domain").lower()):
        raise SignerError("expected a vault of one of Azure's clouds, or its domain as an option", reason="unknown")
    if public_key.curve is Curve.ED25519:
        raise InvalidKey("Key Vault has no keys of ed25519", reason="scheme")
    client, patience = AzureClient(vault.lower(), path, credential, connection), patience or Patience()
    answer = looked_at(lambda seconds: _shown(client, seconds), patience)
    with raised_as(SignerError):
        return _exchange(_fields(answer), f"{vault}/{path}".lower(), public_key), client, patience


def _shown(client: AzureClient, seconds: float) -> bytes:
    try:
        return client.ask(None, seconds)
    except SignerError:
        raise
    except ValueError:  # azure-core's: the vault named another domain than its own
        raise SignerError("the vault asks for a token that is not meant for it", reason="mismatch") from None


def _exchange(shown: dict[str, Any], identifier: str, public_key: PublicKey) -> AzureKms:
    """What to ask of the version, once it is known to be usable and the pinned key."""
    key, attributes = shown.get("key"), shown.get("attributes")
    if type(key) is not dict or type(attributes) is not dict or str(key.get("kid")).lower() != identifier:
        raise InvalidKey("Key Vault showed another key or version", reason="mismatch")
    operations, dates = key.get("key_ops"), [attributes.get("nbf", 0), attributes.get("exp", 1 << 62)]
    if attributes.get("enabled") is not True or type(operations) is not list or "sign" not in operations:
        raise SigningRefused("expected a key of the vault that is enabled, for sign", reason="policy")
    if [type(date) for date in dates] != [int, int] or not dates[0] <= time.time() < dates[1]:
        raise SigningRefused("the key of the vault is not valid now", reason="policy")
    curve = str(key.get("crv"))[:20]
    if curve not in _CURVES or _CURVES[curve][0].curve is not public_key.curve:
        raise InvalidKey(f"expected a key of {public_key.curve.value} in the vault, got {curve}", reason="scheme")
    point = b"\x04" + _binary(key.get("x"), 32) + _binary(key.get("y"), 32)
    check_pinned(PublicKey.parse(public_key.curve, point), public_key)
    scheme, algorithm = _CURVES[curve]
    return AzureKms(identifier=identifier, scheme=scheme, algorithm=algorithm)


def _fields(body: bytes) -> dict[str, Any]:
    try:
        value = strict_json.decode(body.decode(), max_length=MAX_ANSWER)
    except UnicodeDecodeError:
        raise DecodingError("expected an answer in UTF-8", reason="character") from None
    if type(value) is not dict:
        raise DecodingError("expected an answer that is an object", reason="type")
    return value


def _text(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _binary(value: object, size: int) -> bytes:
    """So many bytes, in the one spelling that base64url has for them."""
    try:
        data = base64.urlsafe_b64decode(f"{value}==")
    except ValueError:
        data = b""
    if len(data) != size or _text(data) != value:
        raise DecodingError(f"expected {size} bytes in base64url", reason="length")
    return data
