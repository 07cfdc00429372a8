"""Keys in AWS KMS (AWS KMS API Reference: DescribeKey, GetPublicKey, Sign).

``awskms:alias/hot?region=eu-west-1``, or a key id or ARN. The caller's IAM identity needs ``kms:DescribeKey``,
``kms:GetPublicKey`` and ``kms:Sign`` on the key; boto3 finds its credentials as it always does, and its environment
(``AWS_ENDPOINT_URL_KMS``, proxies) holds. Key specs: ECC_SECG_P256K1, ECC_NIST_P256, ECC_NIST_EDWARDS25519.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
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
from walletcore.signers.asn1 import read_public_key, read_signature
from walletcore.signers.remote import AsyncRemoteSigner, Patience, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri
from walletcore.signing import Signature, SigningRequest

with needs("aws"):
    import boto3
    from botocore import exceptions
    from botocore.config import Config

__all__ = ["AwsKms", "open_async_uri", "open_uri"]

Answer = dict[str, Any]
Question = dict[str, Any]

_SCHEMES = {  # spec of the key -> curve, scheme, signing algorithm, message type
    "ECC_SECG_P256K1": (Curve.SECP256K1, Scheme.ECDSA, "ECDSA_SHA_256", "DIGEST"),
    "ECC_NIST_P256": (Curve.P256, Scheme.ECDSA_P256, "ECDSA_SHA_256", "DIGEST"),
    "ECC_NIST_EDWARDS25519": (Curve.ED25519, Scheme.ED25519, "ED25519_SHA_512", "RAW"),
}
_MAX_MESSAGE = 4096  # Sign, Message: "up to 4096 bytes"
_BUSY = {
    *("Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded"),
    *("LimitExceededException", "KeyUnavailableException", "RequestThrottled", "SlowDown"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsKms:
    """What is asked of one key, by its ARN: an alias may be turned to another key while it is used."""

    arn: str
    scheme: Scheme
    algorithm: str
    message_type: str

    @property
    def schemes(self) -> frozenset[Scheme]:
        """The one scheme of the key's spec."""
        return frozenset({self.scheme})

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
        data = answer.get("Signature")
        if (answer.get("KeyId"), answer.get("SigningAlgorithm")) != (self.arn, self.algorithm) or type(
            data
        ) is not bytes:
            raise InvalidSignature("KMS answered for another key or algorithm", reason="mismatch")
        return Signature(scheme=self.scheme, data=data if self.scheme is Scheme.ED25519 else read_signature(data))


def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> RemoteSigner[Question, Answer]:
    """A signer for the key behind ``awskms:...``; ``region`` is the one option. Raises `SignerError`, `InvalidKey`.

    The key must be enabled, made for signing, of the pinned key's curve, and be the pinned key.
    """
    exchange, send = _opened(uri, public_key)
    return RemoteSigner(public_key=public_key, exchange=exchange, send=send)


def open_async_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> AsyncRemoteSigner[Question, Answer]:
    """As `open_uri`; boto3 waits in a thread."""
    exchange, send = _opened(uri, public_key)

    async def send_in_thread(question: Question, seconds: float) -> Answer:
        return await asyncio.to_thread(send, question, seconds)

    return AsyncRemoteSigner(public_key=public_key, exchange=exchange, send=send_in_thread)


def _opened(uri: SignerUri, public_key: PublicKey) -> tuple[AwsKms, Callable[[Question, float], Answer]]:
    uri.expect("region")
    patience = Patience()
    client = _client(uri.option("region"), patience)
    exchange = _exchange(client, uri.path, public_key)
    return exchange, lambda question, seconds: _called(client.sign, **question)


def _client(region: str, patience: Patience) -> Any:
    """A client that tries once, as the signer counts attempts, and that gives up before the signer does."""
    seconds = patience.deadline / patience.attempts
    config = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
    try:
        return boto3.client("kms", region_name=region or None, config=config)
    except exceptions.BotoCoreError as error:
        raise SignerError(f"AWS is not set up here: {type(error).__name__}", reason="missing") from None


def _exchange(client: Any, key_id: str, public_key: PublicKey) -> AwsKms:
    """What to ask of the key, once it is known to be usable and the pinned one."""
    known = _called(client.describe_key, KeyId=key_id)["KeyMetadata"]
    if (known.get("KeyState"), known.get("KeyUsage")) != ("Enabled", "SIGN_VERIFY"):
        state = f"{known.get('KeyState')}, for {known.get('KeyUsage')}"
        raise SigningRefused(f"expected a KMS key that is enabled, for SIGN_VERIFY, got one {state}", reason="policy")
    spec = known.get("KeySpec")
    if spec not in _SCHEMES or _SCHEMES[spec][0] is not public_key.curve:
        raise InvalidKey(f"expected a KMS key of {public_key.curve.value}, got {spec}", reason="scheme")
    if read_public_key(_called(client.get_public_key, KeyId=known["Arn"])["PublicKey"]) != public_key:
        raise InvalidKey("the KMS key is not the pinned one", reason="mismatch")
    _, scheme, algorithm, message_type = _SCHEMES[spec]
    return AwsKms(arn=known["Arn"], scheme=scheme, algorithm=algorithm, message_type=message_type)


def _called(operation: Callable[..., Answer], **parameters: object) -> Answer:
    """One call; its failure says whether KMS may have signed."""
    try:
        return operation(**parameters)
    except exceptions.ClientError as error:
        raise _declined(error) from None
    except (
        exceptions.ConnectTimeoutError,
        exceptions.EndpointConnectionError,
        exceptions.ProxyConnectionError,
    ) as error:
        raise SignerUnavailable(f"KMS cannot be reached: {type(error).__name__}") from None
    except (exceptions.HTTPClientError, exceptions.ParserError) as error:
        raise OutcomeUnknown(f"KMS was asked, and did not answer: {type(error).__name__}") from None
    except exceptions.BotoCoreError as error:  # no credentials, no region, parameters that cannot be sent
        raise SignerError(f"KMS was not asked: {type(error).__name__}", reason="missing") from None


def _declined(error: exceptions.ClientError) -> SignerError:
    """What an error of the service means (AWS KMS API Reference, Sign, "Errors")."""
    code = str(error.response.get("Error", {}).get("Code", ""))[:80]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _BUSY or status == 429:
        return SignerUnavailable(f"KMS is busy: {code}")
    if status >= 500:
        return OutcomeUnknown(f"KMS failed: {code}")
    return SigningRefused(f"KMS refused: {code}", reason="policy")
