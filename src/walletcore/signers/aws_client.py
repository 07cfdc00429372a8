"""A boto3 client for one service, of which an attempt is one request, answers have a size, and failures are told.

What botocore does by itself and a signer may not: requests sent again in silence, answers of any length, connections
that a forked process shares with its parent, credentials in the local variables of its errors, plain HTTP.
"""

from __future__ import annotations

import io
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused, WalletcoreError, needs
from walletcore.secret import sealed
from walletcore.signers.kms import PerProcess
from walletcore.signers.remote import Patience
from walletcore.signers.uri import is_loopback

with needs("aws"):
    import boto3
    from botocore import exceptions
    from botocore.config import Config
    from urllib3 import HTTPResponse
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

__all__ = ["AwsClient", "Clients", "word"]

Clients = Callable[[Config], Any]
"""Makes a boto3 client for KMS with this configuration: once, and again in each process that is forked."""

_MAX_ANSWER = 1 << 16  # bytes; the longest, GetPublicKey's, has about 700
_NOT_NOW = {  # rejected before anything was done, whatever the status
    *("ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded"),
    *("RequestThrottled", "RequestThrottledException", "KeyUnavailableException"),
}
_HINTS = {
    "AccessDeniedException": "the identity needs kms:DescribeKey, kms:GetPublicKey and kms:Sign on the key",
    "ExpiredTokenException": "the credentials have expired",
    "InvalidSignatureException": "the clock is wrong, or the secret access key",
    "DisabledException": "the key is disabled",
    "NotFoundException": "no such key in this account and region; another account's key needs its ARN",
}
_NOT_ASKED = (  # credentials, settings and parameters with which nothing can be sent
    *(exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError),
    *(exceptions.TokenRetrievalError, exceptions.SSOError, exceptions.LoginError, exceptions.ProfileNotFound),
    *(exceptions.ConfigNotFound, exceptions.ConfigParseError, exceptions.InvalidConfigError, exceptions.NoRegionError),
    *(exceptions.ValidationError, exceptions.ParamValidationError, exceptions.EndpointProviderError),
)


class AwsClient:
    """A client of boto3's for each process."""

    def __init__(self, make: Clients | None, region: str | None, patience: Patience) -> None:
        seconds = patience.deadline / patience.attempts
        retries = {"total_max_attempts": 1, "mode": "standard"}  # whatever the environment says
        self._config = Config(region_name=region, connect_timeout=seconds, read_timeout=seconds, retries=retries)
        self._make, self._seconds, self._region = make or _client, seconds, region
        self._clients = PerProcess(self._made)

    @sealed  # botocore's frames hold credentials
    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """One request, and its answer. Raises the errors of a signer's ``send``."""
        client = self._clients.get()
        try:
            answer: dict[str, Any] = getattr(client, operation)(**parameters)
            return answer
        except Exception as error:
            raise _failure(error) from None

    def _made(self) -> Any:
        try:
            client = self._make(self._config)
            retries, region = client.meta.config.retries, client.meta.region_name
            endpoint, held = urlsplit(client.meta.endpoint_url), client._endpoint
        except Exception as error:
            raise SignerError(f"there is no client for KMS: {type(error).__name__}", reason="missing") from None
        if retries.get("total_max_attempts") != 1 or self._region not in (None, region):
            raise SignerError("the client for KMS was not made with the given configuration", reason="policy")
        if endpoint.scheme != "https" and not is_loopback(endpoint.hostname or ""):
            raise SignerError("KMS is asked over TLS, or on the loopback interface", reason="policy")
        if isinstance(held.http_session, _Limited):  # another signer's, or the parent process's
            held.http_session.close()
        else:
            held.http_session = _Limited(held.http_session, self._seconds)
        return client


def _client(config: Config) -> Any:
    return boto3.Session().client("kms", config=config)  # threads may not share the making of a session


class _Limited:
    """botocore's HTTP session, whose answers end after so many bytes and seconds; botocore has no hook for that."""

    def __init__(self, session: Any, seconds: float) -> None:
        self._session, self._seconds = session, seconds

    def send(self, request: Any) -> Any:
        """The response, read to its end."""
        request.stream_output = True
        response = self._session.send(request)
        response.raw = HTTPResponse(io.BytesIO(self._read(response.raw)), preload_content=False)
        return response

    def close(self) -> None:
        """Close the connections that are not in use; others are made when they are needed."""
        self._session.close()

    def _read(self, raw: Any) -> bytes:
        until, body = time.monotonic() + self._seconds, b""
        while chunk := raw.read1(_MAX_ANSWER + 1 - len(body)):
            body += chunk
            if len(body) > _MAX_ANSWER or time.monotonic() > until:
                raw.close()
                raise OutcomeUnknown("KMS answered too much, or too slowly", reason="too-large")
        return body


def word(value: object) -> str:
    """A name that the service gave, fit to be printed."""
    text = value if type(value) is str else ""
    return text if len(text) <= 64 and text.isascii() and text.replace("_", "").isalnum() else "something unknown"


def _failure(error: Exception) -> WalletcoreError:
    """What a failed call means: whether KMS may have signed. No text is repeated, it may hold credentials."""
    name = type(error).__name__
    if isinstance(error, WalletcoreError):
        return error
    if isinstance(error, exceptions.ClientError):
        return _declined(error)
    if isinstance(error, _NOT_ASKED):
        return SignerError(f"KMS was not asked: {name}", reason="missing")
    if isinstance(error, exceptions.SSLError) and _is_untrusted(error):
        return SignerError("KMS was not asked: its certificate does not verify", reason="policy")
    if isinstance(error, exceptions.ConnectTimeoutError | exceptions.EndpointConnectionError) or _lacks_proxy(error):
        return SignerUnavailable(f"KMS cannot be reached: {name}")
    return OutcomeUnknown(f"KMS was asked, and gave no answer that can be read: {name}")


def _is_untrusted(error: exceptions.SSLError) -> bool:
    cause = error.kwargs.get("error")
    return any(isinstance(each, ssl.SSLCertVerificationError) for each in (cause, *getattr(cause, "args", ())))


def _lacks_proxy(error: Exception) -> bool:
    """Whether no connection through the proxy came about: urllib3 blames it for requests that were cut as well."""
    if not isinstance(error, exceptions.ProxyConnectionError):
        return False
    original = getattr(error.kwargs.get("error"), "original_error", None)
    unconnected = isinstance(original, NewConnectionError | ConnectTimeoutError)
    return unconnected or str(original).startswith("Tunnel connection failed")


def _declined(error: exceptions.ClientError) -> WalletcoreError:
    """What an error of the service means (AWS KMS API Reference, Sign, "Errors"; "Common Errors").

    Only an error that the service names is its own; what a gateway says, or a changed byte, proves nothing.
    """
    code = word(error.response.get("Error", {}).get("Code"))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    is_named = code.isalnum() and not code.isdigit()
    if code in _NOT_NOW or (status == 429 and is_named):
        return SignerUnavailable(f"KMS cannot now: {code}")
    if 400 <= status < 500 and is_named:
        return SigningRefused(f"KMS refused: {code}", reason="policy", hint=_HINTS.get(code, ""))
    return OutcomeUnknown(f"KMS failed: {code}, status {status}")
