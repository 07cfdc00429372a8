"""Azure's own client for one key, of which an attempt is one request to its host, answers are small, failures told.

What azure-core does by itself and a signer may not: requests sent again in silence, redirections, answers of any size.
"""

from __future__ import annotations

import re
import socket
import ssl
from typing import Any, cast

from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused, needs
from walletcore.signers.aside import aside
from walletcore.signers.kms import PerProcess
from walletcore.signers.remote import PerLoop

with needs("azure"):
    from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
    from azure.core.exceptions import ServiceRequestTimeoutError as ConnectTimeoutError
    from azure.core.rest import HttpRequest
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.keys import KeyClient
    from azure.keyvault.keys.aio import KeyClient as AsyncKeyClient

__all__ = ["MAX_ANSWER", "AzureClient"]

MAX_ANSWER = 1 << 16
"""Bytes of a body that a signer reads; answers have a few hundred."""

_BEFORE = (ConnectTimeoutError, ConnectionRefusedError, socket.gaierror)
_ERROR = re.compile(rb'\s*\{\s*"error"\s*:\s*\{\s*"code"\s*:\s*"([A-Za-z]{1,40})"')  # Key Vault REST API, "Error"


class AzureClient:
    """A client of Azure's for each process, and for each event loop, for one version of a key: a path in a vault.

    A credential of the caller's goes along into a forked process; one that is found here is found there anew.
    """

    def __init__(self, vault: str, path: str, credential: Any, connection: dict[str, Any]) -> None:
        self._vault, self._path, self._connection = vault, path, connection
        self._credentials = PerProcess(lambda: credential or DefaultAzureCredential())
        self._clients = PerProcess(lambda: KeyClient(vault, self._credentials.get(), **connection))
        self._async_clients = PerLoop(self._made, lambda client: client.close())

    def _made(self) -> AsyncKeyClient:
        tokens = cast(Any, _Aside(self._credentials.get()))
        return AsyncKeyClient(self._vault, tokens, **self._connection)

    def _request(self, question: dict[str, str] | None) -> HttpRequest:
        if question is None:
            return HttpRequest("GET", self._path)
        return HttpRequest("POST", f"{self._path}/sign", json=question)

    def ask(self, question: dict[str, str] | None, seconds: float) -> bytes:
        """The body of an answer of success: to Sign, or to Get Key. Raises the errors of a signer's ``send``.

        azure-core bounds the silence between bytes, not their sum.
        """
        request, body = self._request(question), bytearray()
        try:
            with self._clients.get().send_request(request, stream=True, **_once(seconds)) as answer:
                for chunk in answer.iter_bytes():
                    _grow(body, chunk)
            return _accepted(answer.status_code, bytes(body))
        except Exception as error:
            raise _failure(error) from None

    async def ask_async(self, question: dict[str, str] | None, seconds: float) -> bytes:
        """As `ask`, over the running loop's connections."""
        request, body = self._request(question), bytearray()
        try:
            client = await self._async_clients.get()
            async with await client.send_request(request, stream=True, **_once(seconds)) as answer:
                async for chunk in answer.iter_bytes():
                    _grow(body, chunk)
            return _accepted(answer.status_code, bytes(body))
        except Exception as error:
            raise _failure(error) from None


class _Aside:
    """A synchronous credential as an asynchronous one; a token that does not come keeps neither loop nor process."""

    def __init__(self, credential: Any) -> None:
        self._credential = credential

    async def get_token(self, *scopes: str, **options: Any) -> Any:
        return await aside(lambda: self._credential.get_token(*scopes, **options))


def _once(seconds: float) -> dict[str, Any]:
    """One attempt, at this host, for so long: the signer counts attempts."""
    limits = {"connection_timeout": seconds, "read_timeout": seconds}
    return {"retry_total": 0, "permit_redirects": False, "logging_enable": False, **limits}


def _grow(body: bytearray, chunk: bytes) -> None:
    body += chunk
    if len(body) > MAX_ANSWER:
        raise OutcomeUnknown(f"expected an answer of at most {MAX_ANSWER} bytes", reason="too-large")


def _accepted(status: int, body: bytes) -> bytes:
    """The body of an answer; a status but 200 says whether Key Vault may have signed (Key Vault REST API, errors).

    Only Key Vault's own words are a refusal: what a gateway says, a redirection and a changed byte prove nothing.
    """
    if status == 200:
        return body
    code = _ERROR.match(body)
    told = f"{status} {code[1].decode()}" if code else str(status)
    if status == 429 and code:
        raise SignerUnavailable(f"Key Vault is busy: {told}")
    if 400 <= status < 500 and status not in (408, 409) and code:
        raise SigningRefused(f"Key Vault refused: {told}", reason="policy")
    raise OutcomeUnknown(f"Key Vault failed: {told}")


def _failure(error: Exception) -> Exception:
    """What a failed call means: whether Key Vault may have signed. Azure's texts are not repeated."""
    name = type(error).__name__
    if isinstance(error, ClientAuthenticationError):  # of the credential: an answer's status raises nothing here
        return SignerError(f"Key Vault was not asked: {name}", reason="missing")
    if isinstance(error, ServiceRequestError) and _is_due_to(error, ssl.SSLCertVerificationError):
        return SignerError("Key Vault was not asked: its certificate does not verify", reason="policy")
    if isinstance(error, ServiceRequestError) and _is_due_to(error, *_BEFORE):
        return SignerUnavailable(f"Key Vault cannot be reached: {name}")
    if isinstance(error, AzureError):
        return OutcomeUnknown(f"Key Vault gave no whole answer: {name}")
    return error


def _is_due_to(error: BaseException | None, *kinds: type[BaseException]) -> bool:
    """Whether one of these is behind it. azure-core has one class for no connection and for one that broke."""
    while error is not None and not isinstance(error, kinds):
        error = getattr(error, "inner_exception", None) or error.__cause__ or error.__context__
    return error is not None
