"""Keys in AWS KMS (AWS KMS API Reference: DescribeKey, GetPublicKey, Sign).

``awskms:alias/hot?region=eu-west-1``, or a key id, or the ARN of a key or an alias, which names its region itself. The
caller's IAM identity needs ``kms:DescribeKey``, ``kms:GetPublicKey`` and ``kms:Sign`` on the key; boto3 finds its
credentials as it always does, and its environment (endpoints, proxies, certificates) holds, but for retries, which are
the signer's alone. Key specs: ECC_SECG_P256K1, ECC_NIST_P256, ECC_NIST_EDWARDS25519.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from walletcore.errors import InvalidKey, InvalidSignature, OutcomeUnknown, SignerError, SigningRefused
from walletcore.keys import PublicKey, Scheme
from walletcore.secret import sealed
from walletcore.signers.aside import aside, bounded
from walletcore.signers.asn1 import read_public_key, read_signature
from walletcore.signers.aws_client import AwsClient, Clients, word
from walletcore.signers.kms import OneScheme, check_pinned, looked_at
from walletcore.signers.remote import AsyncRemoteSigner, Patience, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri
from walletcore.signing import Signature, SigningRequest

__all__ = ["AwsKms", "Clients", "open_async_key", "open_async_uri", "open_key", "open_uri"]

Answer = dict[str, Any]
Question = dict[str, Any]

_SPECS = {  # of the key -> scheme, signing algorithm, message type
    "ECC_SECG_P256K1": (Scheme.ECDSA, "ECDSA_SHA_256", "DIGEST"),
    "ECC_NIST_P256": (Scheme.ECDSA_P256, "ECDSA_SHA_256", "DIGEST"),
    "ECC_NIST_EDWARDS25519": (Scheme.ED25519, "ED25519_SHA_512", "RAW"),
}
_MAX_MESSAGE = 4096  # Sign, Message: "0-4096 bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsKms(OneScheme):
    """What is asked of one key, by its ARN: an alias may be turned to another key while it is used."""

    arn: str
    algorithm: str
    message_type: str

    def ask(self, request: SigningRequest) -> Question:
        """The parameters of Sign: the digest, which KMS is told not to hash again, or the message of Ed25519."""
        if len(request.message) > _MAX_MESSAGE:
            raise SigningRefused(f"KMS signs messages of at most {_MAX_MESSAGE} bytes", reason="too-large")
        return {
            "KeyId": self.arn,
            "Message": request.message,
            "MessageType": self.message_type,
            "SigningAlgorithm": self.algorithm,
        }

    def read(self, request: SigningRequest, answer: Answer) -> Signature:
        """The signature, in DER but for Ed25519, by the key and the algorithm that were asked."""
        arn, algorithm, data = (answer.get(name) for name in ("KeyId", "SigningAlgorithm", "Signature"))
        if type(arn) is not str or type(algorithm) is not str or type(data) is not bytes:
            raise OutcomeUnknown("KMS gave no answer that can be read: it may have signed", reason="missing")
        if (arn, algorithm) != (self.arn, self.algorithm):
            raise InvalidSignature("KMS answered for another key or algorithm", reason="mismatch")
        return Signature(scheme=self.scheme, data=data if self.scheme is Scheme.ED25519 else read_signature(data))


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> RemoteSigner[Question, Answer]:
    """A signer for the key behind ``awskms:...``; ``region`` is the one option. Raises `SignerError`, `InvalidKey`.

    The key must be enabled, made for signing, of the pinned key's curve, and be the pinned key.
    """
    return open_key(uri, public_key)


@sealed
def open_async_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> AsyncRemoteSigner[Question, Answer]:
    """As `open_uri`, which itself waits for KMS; the signer lets boto3 wait in a thread."""
    return open_async_key(uri, public_key)


@sealed
def open_key(
    uri: SignerUri, public_key: PublicKey, *, client: Clients | None = None, patience: Patience | None = None
) -> RemoteSigner[Question, Answer]:
    """As `open_uri`, with clients of the caller's making, such as those of a role that was assumed."""
    exchange, kms, patience = _opened(uri, public_key, client, patience)

    def send(question: Question, seconds: float) -> Answer:  # a time-out of botocore's is of one read, not of a trickle
        return bounded(lambda: kms.call("sign", **question), seconds)

    return RemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


@sealed
def open_async_key(
    uri: SignerUri, public_key: PublicKey, *, client: Clients | None = None, patience: Patience | None = None
) -> AsyncRemoteSigner[Question, Answer]:
    """As `open_key`, for `sign_async`."""
    exchange, kms, patience = _opened(uri, public_key, client, patience)

    async def send(question: Question, seconds: float) -> Answer:
        return await aside(lambda: kms.call("sign", **question))

    return AsyncRemoteSigner(public_key=public_key, exchange=exchange, send=send, patience=patience)


def _opened(
    uri: SignerUri, public_key: PublicKey, client: Clients | None, patience: Patience | None
) -> tuple[AwsKms, AwsClient, Patience]:
    uri.expect("region")
    patience = patience or Patience()
    kms = AwsClient(client, _region(uri), patience)
    return looked_at(lambda _: _looked_up(kms, uri.path, public_key), patience), kms, patience


def _region(uri: SignerUri) -> str | None:
    """The region of an ARN, or of the option; None: boto3's own."""
    option, parts = uri.option("region"), uri.path.split(":")
    named = parts[3] if len(parts) == 6 and parts[0] == "arn" else ""
    if option and named and option != named:
        raise SignerError("the region of the ARN and the option region differ", reason="mismatch")
    return option or named or None


def _looked_up(client: AwsClient, key_id: str, public_key: PublicKey) -> AwsKms:
    """What to ask of the key, if it is usable and the pinned one."""
    known = _described(client.call("describe_key", KeyId=key_id), key_id)
    exchange = _exchange(known, public_key)
    shown = client.call("get_public_key", KeyId=exchange.arn)
    if type(shown.get("PublicKey")) is not bytes:
        raise OutcomeUnknown("KMS gave no answer that can be read", reason="missing")
    check_pinned(read_public_key(shown["PublicKey"]), public_key)
    return exchange


def _described(answer: Answer, key_id: str) -> Answer:
    known = answer.get("KeyMetadata") or {}
    arn = known.get("Arn")
    if type(arn) is not str or (":key/" in key_id and arn != key_id):
        raise OutcomeUnknown("KMS gave no answer that can be read", reason="missing")
    return known


def _exchange(known: Answer, public_key: PublicKey) -> AwsKms:
    """What to ask of a key that is usable and of the pinned one's curve."""
    state, usage, spec = (word(known.get(name)) for name in ("KeyState", "KeyUsage", "KeySpec"))
    if (state, usage) != ("Enabled", "SIGN_VERIFY"):
        got = f"got one {state}, for {usage}"
        raise SigningRefused(f"expected a KMS key that is Enabled, for SIGN_VERIFY, {got}", reason="policy")
    if spec not in _SPECS or _SPECS[spec][0].curve is not public_key.curve:
        raise InvalidKey(f"expected a KMS key of {public_key.curve.value}, got {spec}", reason="scheme")
    scheme, algorithm, message_type = _SPECS[spec]
    return AwsKms(arn=known["Arn"], scheme=scheme, algorithm=algorithm, message_type=message_type)
