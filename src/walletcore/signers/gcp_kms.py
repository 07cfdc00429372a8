"""Keys in Google Cloud KMS (Cloud KMS API v1: GetPublicKey, AsymmetricSign; "Verifying end-to-end data integrity").

``gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1``: one version, which is one key. The caller
needs ``cloudkms.cryptoKeyVersions.viewPublicKey`` and ``cloudkms.cryptoKeyVersions.useToSign`` on the key (the role
``roles/cloudkms.signerVerifier`` has both); Google's client finds its credentials as it always does. Algorithms:
EC_SIGN_SECP256K1_SHA256, EC_SIGN_P256_SHA256, EC_SIGN_ED25519.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from walletcore.errors import (
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    needs,
)
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import sealed
from walletcore.signers.asn1 import read_public_key, read_signature
from walletcore.signers.remote import AsyncRemoteSigner, Patience, PerLoop, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri
from walletcore.signing import Signature, SigningRequest

with needs("gcp"):
    import google_crc32c
    import grpc
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError
    from google.cloud import kms_v1
    from google.cloud.kms_v1.services.key_management_service import transports

__all__ = ["GcpKms", "open_async_key", "open_async_uri", "open_key", "open_uri"]

Question = dict[str, Any]

_VERSION = re.compile(r"projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+/cryptoKeyVersions/[1-9][0-9]*")
_SCHEMES = {  # algorithm of the version -> curve, scheme
    "EC_SIGN_SECP256K1_SHA256": (Curve.SECP256K1, Scheme.ECDSA),
    "EC_SIGN_P256_SHA256": (Curve.P256, Scheme.ECDSA_P256),
    "EC_SIGN_ED25519": (Curve.ED25519, Scheme.ED25519),
}
_OPTIONS = [  # a stranger's answer is bounded, and a lost connection is sought again within a signer's patience
    ("grpc.max_receive_message_length", 1 << 18),
    ("grpc.enable_retries", 0),  # the signer counts attempts
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1000),
]
_REFUSED = (  # the service looked at the request and declined it, or a gateway did before it
    exceptions.InvalidArgument,
    exceptions.FailedPrecondition,  # the version is disabled, destroyed, not yet generated
    exceptions.OutOfRange,
    exceptions.Unauthenticated,
    exceptions.PermissionDenied,
    exceptions.NotFound,
    exceptions.AlreadyExists,
    exceptions.MethodNotImplemented,
)
_UNSENT = ("failed to connect to all addresses", "DNS resolution failed")  # gRPC's words for UNAVAILABLE before a send
_UNAUTHORIZED = "Getting metadata from plugin failed"  # and for credentials that give no token


@dataclass(frozen=True, slots=True, kw_only=True)
class GcpKms:
    """What is asked of one version of a key: its resource name, and the one scheme of its algorithm."""

    version: str
    scheme: Scheme

    @property
    def schemes(self) -> frozenset[Scheme]:
        """The one scheme of the version's algorithm."""
        return frozenset({self.scheme})

    def ask(self, request: SigningRequest) -> Question:
        """The parameters of AsymmetricSign: the digest as it is (its field says sha256, whatever made it), or the data.

        KMS signs only what matches the checksum.
        """
        checksum = google_crc32c.value(request.message)
        if self.scheme is Scheme.ED25519:
            return {"name": self.version, "data": request.message, "data_crc32c": checksum}
        return {"name": self.version, "digest": {"sha256": request.message}, "digest_crc32c": checksum}

    def read(self, request: SigningRequest, answer: kms_v1.AsymmetricSignResponse) -> Signature:
        """The signature, in DER but for Ed25519, by the version that was asked.

        What was damaged on its way is `OutcomeUnknown`: to be discarded and asked for again, says Google.
        """
        if answer.name != self.version:
            raise InvalidSignature("KMS answered for another version", reason="mismatch")
        is_raw = self.scheme is Scheme.ED25519
        if not (answer.verified_data_crc32c if is_raw else answer.verified_digest_crc32c):
            raise OutcomeUnknown("KMS signed without verifying the checksum of what was sent", reason="checksum")
        if answer.signature_crc32c != google_crc32c.value(answer.signature):
            raise OutcomeUnknown("KMS signed, and the signature was damaged on its way", reason="checksum")
        data = bytes(answer.signature)
        return Signature(scheme=self.scheme, data=data if is_raw else read_signature(data))


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> RemoteSigner[Question, Any]:
    """A signer for ``gcpkms:projects/...``; there are no options. Raises `SignerError`, `InvalidKey`.

    The version must be enabled, of an algorithm for the pinned key's curve, and be the pinned key.
    """
    return open_key(uri, public_key)


@sealed
def open_async_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> AsyncRemoteSigner[Question, Any]:
    """As `open_uri`, over an asynchronous channel for each event loop."""
    return open_async_key(uri, public_key)


@sealed  # frames of Google's client hold tokens
def open_key(
    uri: SignerUri,
    public_key: PublicKey,
    *,
    credentials: Any = None,
    endpoint: str = "",
    roots: bytes | None = None,
    patience: Patience | None = None,
) -> RemoteSigner[Question, Any]:
    """As `open_uri`, with credentials of google-auth, a regional or private endpoint (``host:port``), or its root
    certificates in PEM."""
    patience = patience or Patience()
    exchange, client = _opened(uri, public_key, credentials, endpoint, roots, patience)

    def send(question: Question, seconds: float) -> Any:
        with _told(signing=True):
            return client.asymmetric_sign(question, retry=None, timeout=seconds)

    return RemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


@sealed
def open_async_key(
    uri: SignerUri,
    public_key: PublicKey,
    *,
    credentials: Any = None,
    endpoint: str = "",
    roots: bytes | None = None,
    patience: Patience | None = None,
) -> AsyncRemoteSigner[Question, Any]:
    """As `open_key`; the version is looked at when it is opened, before any event loop is needed."""
    patience = patience or Patience()
    exchange, _ = _opened(uri, public_key, credentials, endpoint, roots, patience)
    kind, transport = kms_v1.KeyManagementServiceAsyncClient, transports.KeyManagementServiceGrpcAsyncIOTransport
    clients = PerLoop(lambda: _client(kind, transport, credentials, endpoint, roots), lambda it: it.transport.close())

    async def send(question: Question, seconds: float) -> Any:
        with _told(signing=True):
            client = await clients.get()
            return await client.asymmetric_sign(question, retry=None, timeout=seconds)

    return AsyncRemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


def _opened(
    uri: SignerUri, public_key: PublicKey, credentials: Any, endpoint: str, roots: bytes | None, patience: Patience
) -> tuple[GcpKms, Any]:
    uri.expect()
    if not _VERSION.fullmatch(uri.path):
        hint = "the name of a version ends in /cryptoKeyVersions/ and its number"
        raise SignerError("expected the resource name of one version of a key", reason="prefix", hint=hint)
    kind, transport = kms_v1.KeyManagementServiceClient, transports.KeyManagementServiceGrpcTransport
    try:
        with _told(signing=False):
            client = _client(kind, transport, credentials, endpoint, roots)
            shown = client.get_public_key(name=uri.path, retry=None, timeout=patience.deadline)
    except SignerError:
        raise
    except Exception as error:  # an endpoint, a file of credentials or a universe that is none
        raise SignerError(f"KMS was not asked: {type(error).__name__}", reason="missing") from None
    return _exchange(shown, uri.path, public_key), client


def _client(kind: Any, transport: Any, credentials: Any, endpoint: str, roots: bytes | None) -> Any:
    """A client of Google's, sync or async, over a channel with our bounds."""

    def connect(host: str, **parts: Any) -> Any:
        own = parts.pop("ssl_credentials", None)  # a client's certificate, where the environment asks for one
        encryption = grpc.ssl_channel_credentials(roots) if roots else own
        return transport.create_channel(host, **{**parts, "ssl_credentials": encryption, "options": _OPTIONS})

    options = {"api_endpoint": endpoint} if endpoint else None
    return kind(credentials=credentials, client_options=options, transport=partial(transport, channel=connect))


def _exchange(shown: Any, version: str, public_key: PublicKey) -> GcpKms:
    """What to ask of the version, once it is known to be the pinned key."""
    if shown.name != version:
        raise InvalidKey("KMS showed the key of another version", reason="mismatch")
    if shown.pem_crc32c != google_crc32c.value(shown.pem.encode()):
        raise SignerUnavailable("the public key was damaged on its way", reason="checksum")
    algorithm = getattr(shown.algorithm, "name", str(shown.algorithm))
    if algorithm not in _SCHEMES or _SCHEMES[algorithm][0] is not public_key.curve:
        raise InvalidKey(f"expected a KMS key of {public_key.curve.value}, got {algorithm}", reason="scheme")
    if read_public_key(shown.pem.encode()) != public_key:
        raise InvalidKey("the KMS key is not the pinned one", reason="mismatch")
    return GcpKms(version=version, scheme=_SCHEMES[algorithm][1])


@contextmanager
def _told(*, signing: bool) -> Iterator[None]:
    """One call; its failure says whether KMS may have signed. Google's texts are not repeated."""
    try:
        yield
    except exceptions.GoogleAPICallError as error:
        failure = _failure(error, str(error.message))
        if type(failure) is OutcomeUnknown and not signing:
            raise SignerUnavailable(f"KMS does not show its key: {type(error).__name__}") from None
        raise failure from None
    except GoogleAuthError as error:
        raise SignerError(f"KMS was not asked: {type(error).__name__}", reason="missing") from None


def _failure(error: exceptions.GoogleAPICallError, text: str) -> SignerError:
    """What a status means (gRPC, "Status codes and their use in gRPC"; Cloud KMS, "Errors")."""
    name = type(error).__name__
    if isinstance(error, exceptions.ServiceUnavailable) and text.startswith(_UNAUTHORIZED):
        return SignerError(f"KMS was not asked: the credentials give no token ({name})", reason="missing")
    if isinstance(error, exceptions.ServiceUnavailable) and text.startswith(_UNSENT):
        return SignerUnavailable(f"KMS cannot be reached: {name}")
    if isinstance(error, exceptions.InvalidArgument) and "crc32c" in text.lower():
        return SignerUnavailable("what was asked was damaged on its way, and not signed", reason="checksum")
    if isinstance(error, exceptions.ResourceExhausted) and "larger than max" not in text:  # gRPC's, of an answer
        return SignerUnavailable(f"KMS is busy: {name}")
    if isinstance(error, _REFUSED):
        return SigningRefused(f"KMS refused: {name}", reason="policy")
    return OutcomeUnknown(f"KMS was asked, and may have signed: {name}")
