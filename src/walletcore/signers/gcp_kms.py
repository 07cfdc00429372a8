"""Keys in Google Cloud KMS (Cloud KMS API v1: GetPublicKey, AsymmetricSign; "Verifying end-to-end data integrity").

``gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1``: one version, which is one key. The caller
needs ``cloudkms.cryptoKeyVersions.viewPublicKey`` and ``cloudkms.cryptoKeyVersions.useToSign`` on the key (the role
``roles/cloudkms.signerVerifier`` has both); Google's client finds its credentials as it always does. Algorithms:
EC_SIGN_SECP256K1_SHA256, EC_SIGN_P256_SHA256, EC_SIGN_ED25519.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

from walletcore.errors import InvalidKey, InvalidSignature, OutcomeUnknown, SignerError, SignerUnavailable, needs
from walletcore.keys import PublicKey, Scheme
from walletcore.secret import sealed
from walletcore.signers.aside import aside, bounded
from walletcore.signers.asn1 import read_public_key, read_signature
from walletcore.signers.gcp_client import GcpClient, Way
from walletcore.signers.kms import OneScheme, check_pinned, looked_at
from walletcore.signers.remote import AsyncRemoteSigner, Patience, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri
from walletcore.signing import Signature, SigningRequest

with needs("gcp"):
    import google_crc32c

if TYPE_CHECKING:
    from google.cloud import kms_v1

__all__ = ["GcpKms", "open_async_key", "open_async_uri", "open_key", "open_uri"]

Question = dict[str, Any]

_VERSION = re.compile(r"projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+/cryptoKeyVersions/[1-9][0-9]*")
_ALGORITHMS = {  # of the version -> scheme
    "EC_SIGN_SECP256K1_SHA256": Scheme.ECDSA,
    "EC_SIGN_P256_SHA256": Scheme.ECDSA_P256,
    "EC_SIGN_ED25519": Scheme.ED25519,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GcpKms(OneScheme):
    """What is asked of one version of a key: its resource name, and the one scheme of its algorithm."""

    version: str

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
    """As `open_uri`, which itself waits for KMS; the signer lets Google's client wait in a thread."""
    return open_async_key(uri, public_key)


@sealed  # frames of Google's client hold tokens
def open_key(
    uri: SignerUri, public_key: PublicKey, *, patience: Patience | None = None, **way: Unpack[Way]
) -> RemoteSigner[Question, Any]:
    """As `open_uri`, with ``credentials`` of google-auth, a regional or private ``endpoint`` (``host:port``), or its
    ``roots``: certificates in PEM."""
    exchange, client, patience = _opened(uri, public_key, patience, way)

    def send(question: Question, seconds: float) -> Any:
        return bounded(lambda: client.ask("asymmetric_sign", question, seconds), seconds)

    return RemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


@sealed
def open_async_key(
    uri: SignerUri, public_key: PublicKey, *, patience: Patience | None = None, **way: Unpack[Way]
) -> AsyncRemoteSigner[Question, Any]:
    """As `open_key`, for `sign_async`."""
    exchange, client, patience = _opened(uri, public_key, patience, way)

    async def send(question: Question, seconds: float) -> Any:
        return await aside(lambda: client.ask("asymmetric_sign", question, seconds))

    return AsyncRemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


def _opened(
    uri: SignerUri, public_key: PublicKey, patience: Patience | None, way: Way
) -> tuple[GcpKms, GcpClient, Patience]:
    uri.expect()
    if not _VERSION.fullmatch(uri.path):
        hint = "the name of a version ends in /cryptoKeyVersions/ and its number"
        raise SignerError("expected the resource name of one version of a key", reason="prefix", hint=hint)
    client, patience = GcpClient(**way), patience or Patience()
    shown = looked_at(lambda seconds: client.ask("get_public_key", {"name": uri.path}, seconds), patience)
    return _exchange(shown, uri.path, public_key), client, patience


def _exchange(shown: Any, version: str, public_key: PublicKey) -> GcpKms:
    """What to ask of the version, once it is known to be the pinned key."""
    if shown.name != version:
        raise InvalidKey("KMS showed the key of another version", reason="mismatch")
    if shown.pem_crc32c != google_crc32c.value(shown.pem.encode()):
        raise SignerUnavailable("the public key was damaged on its way", reason="checksum")
    algorithm = getattr(shown.algorithm, "name", str(shown.algorithm))
    if algorithm not in _ALGORITHMS or _ALGORITHMS[algorithm].curve is not public_key.curve:
        raise InvalidKey(f"expected a KMS key of {public_key.curve.value}, got {algorithm}", reason="scheme")
    check_pinned(read_public_key(shown.pem.encode()), public_key)
    return GcpKms(version=version, scheme=_ALGORITHMS[algorithm])
