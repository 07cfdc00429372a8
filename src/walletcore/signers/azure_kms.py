"""Keys in Azure Key Vault and Managed HSM (Key Vault REST API: Get Key, Sign; RFC 7517, RFC 7518).

``azurekms:https://my.vault.azure.net/keys/hot/0123456789abcdef0123456789abcdef``: one version, which is one key. The
caller needs the permissions ``keys/get`` and ``keys/sign`` (the role Key Vault Crypto User has both); azure-identity
finds its credentials as it always does. Curves: P-256K (secp256k1), P-256; a vault has no Ed25519.
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from walletcore.coding import strict_json
from walletcore.errors import (
    DecodingError,
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    needs,
    raised_as,
)
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import sealed
from walletcore.signers.aside import aside, bounded
from walletcore.signers.remote import AsyncRemoteSigner, Patience, PerLoop, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri
from walletcore.signing import Signature, SigningRequest

with needs("azure"):
    from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
    from azure.core.exceptions import ServiceRequestTimeoutError as ConnectTimeoutError
    from azure.core.rest import HttpRequest
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.keys import KeyClient
    from azure.keyvault.keys.aio import KeyClient as AsyncKeyClient

__all__ = ["AzureKms", "open_async_key", "open_async_uri", "open_key", "open_uri"]

Question = dict[str, str]

_KEY = re.compile(r"(https://[A-Za-z0-9-]+\.([A-Za-z0-9.-]+))/keys/([A-Za-z0-9-]{1,127})/([0-9a-f]{32})")
_DOMAINS = (
    *("vault.azure.net", "managedhsm.azure.net", "vault.usgovcloudapi.net", "managedhsm.usgovcloudapi.net"),
    *("vault.azure.cn", "managedhsm.azure.cn", "managedhsm.chinacloudapi.cn"),
)
_SCHEMES = {  # curve of the key (crv) -> curve, scheme, algorithm
    "P-256K": (Curve.SECP256K1, Scheme.ECDSA, "ES256K"),
    "P-256": (Curve.P256, Scheme.ECDSA_P256, "ES256"),
}
_MAX_ANSWER = 1 << 16
_BEFORE = (ConnectTimeoutError, ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)


_ERROR = re.compile(rb'\s*\{\s*"error"\s*:\s*\{\s*"code"\s*:\s*"([A-Za-z]{1,40})"')  # Key Vault REST API, "Error"


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureKms:
    """What is asked of one version of a key: its identifier in lower case, the scheme and the algorithm."""

    identifier: str
    scheme: Scheme
    algorithm: str

    @property
    def schemes(self) -> frozenset[Scheme]:
        """The one scheme of the key's curve."""
        return frozenset({self.scheme})

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
    exchange, client, path, patience = _opened(uri, public_key, credential, patience, connection)
    share = patience.deadline / patience.attempts

    def send(question: Question, seconds: float) -> bytes:
        return _asked(client, HttpRequest("POST", f"{path}/sign", json=question), min(seconds, share))

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
    credential = credential or DefaultAzureCredential()
    exchange, known, path, patience = _opened(uri, public_key, credential, patience, connection)
    share, tokens = patience.deadline / patience.attempts, cast(Any, _InThread(credential))
    clients = PerLoop(lambda: AsyncKeyClient(known.vault_url, tokens, **connection), lambda client: client.close())

    async def send(question: Question, seconds: float) -> bytes:
        client, limit, body = await clients.get(), min(seconds, share), bytearray()
        async with asyncio.timeout(limit):
            request = HttpRequest("POST", f"{path}/sign", json=question)
            with _told():
                async with await client.send_request(request, stream=True, **_once(limit)) as answer:
                    async for chunk in answer.iter_bytes():
                        _grow(body, chunk)
        return _accepted(answer.status_code, bytes(body))

    return AsyncRemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


class _InThread:
    """A synchronous credential as an asynchronous one."""

    def __init__(self, credential: Any) -> None:
        self._credential = credential

    async def get_token(self, *scopes: str, **options: Any) -> Any:
        return await aside(lambda: self._credential.get_token(*scopes, **options))


def _opened(
    uri: SignerUri, public_key: PublicKey, credential: Any, patience: Patience | None, connection: dict[str, Any]
) -> tuple[AzureKms, KeyClient, str, Patience]:
    uri.expect("domain")
    found = _KEY.fullmatch(uri.path)
    if not found:
        hint = "https://<vault>.vault.azure.net/keys/<name>/<version>, all of it"
        raise SignerError("expected the https identifier of one version of a key", reason="prefix", hint=hint)
    vault, domain, name, version = found.groups()
    if domain.lower() not in (*_DOMAINS, uri.option("domain").lower()):
        raise SignerError("expected a vault of one of Azure's clouds, or its domain as an option", reason="unknown")
    if public_key.curve is Curve.ED25519:
        raise InvalidKey("Key Vault has no keys of ed25519", reason="scheme")
    client = KeyClient(vault.lower(), credential or DefaultAzureCredential(), **connection)
    patience, path = patience or Patience(), f"keys/{name}/{version}"
    try:
        answer = _asked(client, HttpRequest("GET", path), patience.deadline)
    except OutcomeUnknown as error:
        told = "no answer in time" if error.hint else str(error)  # nothing was to be signed yet
        raise SignerUnavailable(f"Key Vault does not show its key: {told}", reason=error.reason) from None
    except SignerError:
        raise
    except ValueError:  # azure-core's: the vault named another domain than its own
        raise SignerError("the vault asks for a token that is not meant for it", reason="mismatch") from None
    except Exception as error:  # a credential's, whose words may hold a token
        raise SignerError(f"Key Vault was not asked: {type(error).__name__}", reason="missing") from None
    with raised_as(SignerError):
        return _exchange(_fields(answer), f"{vault}/{path}".lower(), public_key), client, path, patience


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
    if curve not in _SCHEMES or _SCHEMES[curve][0] is not public_key.curve:
        raise InvalidKey(f"expected a key of {public_key.curve.value} in the vault, got {curve}", reason="scheme")
    point = b"\x04" + _binary(key.get("x"), 32) + _binary(key.get("y"), 32)
    if PublicKey.parse(public_key.curve, point) != public_key:
        raise InvalidKey("the key of the vault is not the pinned one", reason="mismatch")
    return AzureKms(identifier=identifier, scheme=_SCHEMES[curve][1], algorithm=_SCHEMES[curve][2])


def _asked(client: KeyClient, request: HttpRequest, seconds: float) -> bytes:
    """The body of an answer of success, by a thread: azure-core bounds the silence between bytes, not their sum."""

    def exchanged() -> bytes:
        body = bytearray()
        with _told(), client.send_request(request, stream=True, **_once(seconds)) as answer:
            for chunk in answer.iter_bytes():
                _grow(body, chunk)
        return _accepted(answer.status_code, bytes(body))

    return bounded(exchanged, seconds)


def _once(seconds: float) -> dict[str, Any]:
    """One attempt, at this host, for so long: the signer counts attempts."""
    limits = {"connection_timeout": seconds, "read_timeout": seconds}
    return {"retry_total": 0, "permit_redirects": False, "logging_enable": False, **limits}


def _grow(body: bytearray, chunk: bytes) -> None:
    body += chunk
    if len(body) > _MAX_ANSWER:
        raise OutcomeUnknown(f"expected an answer of at most {_MAX_ANSWER} bytes", reason="too-large")


def _accepted(status: int, body: bytes) -> bytes:
    """The body of an answer; a status but 200 says whether Key Vault may have signed (Key Vault REST API, errors).

    Only Key Vault's own words are a refusal: what a gateway says, a redirection and a changed byte prove nothing.
    """
    if status == 200:
        return body
    code = _ERROR.match(body)
    told = f"{status} {code[1].decode()}" if code else str(status)
    if status == 429:
        raise SignerUnavailable(f"Key Vault is busy: {told}")
    if 400 <= status < 500 and status not in (408, 409) and code:
        raise SigningRefused(f"Key Vault refused: {told}", reason="policy")
    raise OutcomeUnknown(f"Key Vault failed: {told}")


@contextmanager
def _told() -> Iterator[None]:
    """One step of a call; its failure says whether Key Vault may have signed. Azure's texts are not repeated."""
    try:
        yield
    except ClientAuthenticationError as error:  # of the credential: an answer's status raises nothing here
        raise SignerError(f"Key Vault was not asked: {type(error).__name__}", reason="missing") from None
    except ServiceRequestError as error:
        if _is_before(error):
            raise SignerUnavailable(f"Key Vault cannot be reached: {type(error).__name__}") from None
        raise OutcomeUnknown(f"Key Vault did not answer: {type(error).__name__}") from None
    except AzureError as error:
        raise OutcomeUnknown(f"Key Vault gave no whole answer: {type(error).__name__}") from None


def _is_before(error: BaseException | None) -> bool:
    """Whether there was no connection yet. azure-core has one class for that and for a connection that broke."""
    while error is not None and not isinstance(error, _BEFORE):
        error = getattr(error, "inner_exception", None) or error.__cause__ or error.__context__
    return error is not None


def _fields(body: bytes) -> dict[str, Any]:
    try:
        value = strict_json.decode(body.decode(), max_length=_MAX_ANSWER)
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
