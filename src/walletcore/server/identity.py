"""Who asks: a client by its bearer token (RFC 6750), by the certificate of its connection, or by both.

Tokens are compared as hashes, in constant time, with those of all clients. A certificate was verified by TLS before it
is looked at here; which one it is, its fingerprint says (SHA-256 of its DER), or its subject (RFC 4514).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from walletcore.errors import needs
from walletcore.server.config import Client

with needs("server"):
    from cryptography import x509

__all__ = ["ANYBODY", "Clients"]

ANYBODY = "anybody"
"""The name of whoever asks where no client is configured."""
_BEARER = b"bearer "
_MAX_TOKEN = 8192
_NOTHING = bytes(32)


class Clients:
    """The clients of a configuration. Where there is none (on this machine only), anybody may use every key."""

    def __init__(self, clients: Sequence[Client], keys: Sequence[str]) -> None:
        anybody = Client(name=ANYBODY, keys=frozenset(keys), metrics=True)
        self._clients, self._anybody = tuple(clients), None if clients else anybody

    @property
    def is_open(self) -> bool:
        """Whether anybody may ask."""
        return self._anybody is not None

    def find(self, authorization: bytes | None, certificate: bytes | None) -> Client | None:
        """The client with this ``Authorization`` and this certificate (DER); None for a stranger."""
        if self._anybody is not None:
            return self._anybody
        token, fingerprint = _token_hash(authorization), sha256(certificate).digest() if certificate else _NOTHING
        found = None
        for client in self._clients:  # all of them, always
            has_token = hmac.compare_digest(token, client.token_sha256 or _NOTHING)
            has_print = hmac.compare_digest(fingerprint, client.certificate_sha256 or _NOTHING)
            told = (
                client.token_sha256 is None or (has_token and authorization is not None),
                client.certificate_sha256 is None or (has_print and certificate is not None),
                client.certificate_subject is None or _has_subject(certificate, client.certificate_subject),
            )
            if all(told) and (found is None or _is_nearer(client, found)):
                found = client
        return found


def _token_hash(authorization: bytes | None) -> bytes:
    """SHA-256 of the token; of nothing where there is none, which no client has."""
    if authorization is None or authorization[: len(_BEARER)].lower() != _BEARER or len(authorization) > _MAX_TOKEN:
        return _NOTHING
    return sha256(authorization[len(_BEARER) :].strip(b" ")).digest()


def _has_subject(certificate: bytes | None, subject: str) -> bool:
    return certificate is not None and hmac.compare_digest(_subject(certificate).encode(), subject.encode())


@lru_cache(maxsize=256)
def _subject(certificate: bytes) -> str:
    try:
        return x509.load_der_x509_certificate(certificate).subject.rfc4514_string()
    except ValueError:  # TLS is content with names that cannot be written
        return ""


def _is_nearer(client: Client, other: Client) -> bool:
    """Whether this client is known by more than the other one."""
    return _marks(client) > _marks(other)


def _marks(client: Client) -> int:
    known = (client.token_sha256, client.certificate_sha256, client.certificate_subject)
    return sum(mark is not None for mark in known)
