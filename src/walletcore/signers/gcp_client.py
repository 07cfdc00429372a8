"""Google's own client for Cloud KMS, of which an attempt is one request, answers have a size, and failures are told.

Credentials are found once, when a signer opens: whoever is asked for them, such as a metadata server, may take long.
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypedDict

from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused, needs
from walletcore.signers.kms import PerProcess

with needs("gcp"):
    import google.auth
    import grpc
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError
    from google.cloud import kms_v1
    from google.cloud.kms_v1.services.key_management_service import transports

__all__ = ["GcpClient", "Way"]

_Transport = transports.KeyManagementServiceGrpcTransport
_OPTIONS = [  # a stranger's answer is bounded, and a lost connection is sought again within a signer's patience
    ("grpc.max_receive_message_length", 1 << 18),
    ("grpc.use_local_subchannel_pool", 1),  # else channels of one process, and of one that is forked, share connections
    ("grpc.enable_retries", 0),  # the signer counts attempts
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1000),
]
_REFUSED = (  # the service looked at the request and declined it
    exceptions.InvalidArgument,
    exceptions.FailedPrecondition,  # the version is disabled, destroyed, not yet generated
    exceptions.OutOfRange,
    exceptions.Unauthenticated,
    exceptions.PermissionDenied,
    exceptions.NotFound,
    exceptions.AlreadyExists,
    exceptions.MethodNotImplemented,
)
_UNSENT = (
    "failed to connect to all addresses",
    "errors resolving",
    "DNS resolution failed",
)  # gRPC's words before a send
_UNTRUSTED = ("CERTIFICATE_VERIFY_FAILED", "Hostname Verification Check failed")  # and why it did not connect
_GATEWAY = "Received http2 header with status"  # gRPC's words for an answer that is none of gRPC
_UNAUTHORIZED = "Getting metadata from plugin failed"  # and for credentials that give no token


class Way(TypedDict, total=False):
    """How KMS is asked: credentials of google-auth; a regional or private endpoint (``host:port``), and its root
    certificates in PEM. All of it may be left to the environment."""

    credentials: Any
    endpoint: str
    roots: bytes | None


class GcpClient:
    """A client of Google's for each process, over a channel with bounds.

    gRPC's asynchronous channels are not used: one thread polls for all of them, and a child that is forked lacks it.
    """

    def __init__(self, *, credentials: Any = None, endpoint: str = "", roots: bytes | None = None) -> None:
        self._credentials, self._endpoint, self._roots = credentials, endpoint, roots
        self._clients = PerProcess(self._made)

    def ask(self, method: str, question: dict[str, Any], seconds: float) -> Any:
        """One request, and its answer. Raises the errors of a signer's ``send``."""
        try:
            if self._credentials is None:
                self._credentials, _ = google.auth.default(default_scopes=_Transport.AUTH_SCOPES)
            return getattr(self._clients.get(), method)(question, retry=None, timeout=seconds)
        except Exception as error:
            raise _failure(error) from None

    def _made(self) -> Any:
        def connect(host: str, **parts: Any) -> Any:
            own = parts.pop("ssl_credentials", None)  # a client's certificate, where the environment asks for one
            encryption = grpc.ssl_channel_credentials(self._roots) if self._roots else own
            return _Transport.create_channel(host, **{**parts, "ssl_credentials": encryption, "options": _OPTIONS})

        options = {"api_endpoint": self._endpoint} if self._endpoint else None
        transport = partial(_Transport, channel=connect)
        return kms_v1.KeyManagementServiceClient(
            credentials=self._credentials, client_options=options, transport=transport
        )


def _failure(error: Exception) -> Exception:
    """What a failed call means: whether KMS may have signed. Google's texts are not repeated."""
    if isinstance(error, exceptions.GoogleAPICallError):
        return _of_status(error, str(error.message))
    if isinstance(error, GoogleAuthError):
        return SignerError(f"KMS was not asked: {type(error).__name__}", reason="missing")
    return error


def _of_status(error: exceptions.GoogleAPICallError, text: str) -> SignerError:
    """What a status means (gRPC, "Status codes and their use in gRPC"; Cloud KMS, "Errors")."""
    name = type(error).__name__
    if _GATEWAY in text:  # whose 403, which gRPC tells as PERMISSION_DENIED, may come after KMS has signed
        return OutcomeUnknown(f"KMS gave no answer, something before it did: {name}")
    if isinstance(error, exceptions.ServiceUnavailable) and text.startswith(_UNAUTHORIZED):
        return SignerError(f"KMS was not asked: the credentials give no token ({name})", reason="missing")
    if isinstance(error, exceptions.ServiceUnavailable) and text.startswith(_UNSENT):
        if any(word in text for word in _UNTRUSTED):
            return SignerError("KMS was not asked: its certificate does not verify", reason="policy")
        return SignerUnavailable(f"KMS cannot be reached: {name}")
    if isinstance(error, exceptions.InvalidArgument) and "crc32c" in text.lower():
        return SignerUnavailable("what was asked was damaged on its way, and not signed", reason="checksum")
    if isinstance(error, exceptions.ResourceExhausted) and "larger than max" not in text:  # gRPC's, of an answer
        return SignerUnavailable(f"KMS is busy: {name}")
    if isinstance(error, _REFUSED):
        return SigningRefused(f"KMS refused: {name}", reason="policy")
    return OutcomeUnknown(f"KMS was asked, and may have signed: {name}")
