"""Certificates for tests over TLS: an authority, a server on this machine, a client; written as PEM files."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["Certificates", "make_certificates"]

# RFC 5280, section 4.2.1: what Python 3.13 and later want (VERIFY_X509_STRICT) of an authority, and key identifiers.
_SIGNS = x509.KeyUsage(
    **dict.fromkeys(("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"), False),
    **dict.fromkeys(("key_agreement", "encipher_only", "decipher_only"), False),
    **dict.fromkeys(("key_cert_sign", "crl_sign"), True),
)


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """Paths of PEM files; ``server`` and ``client`` hold a certificate and its key, ``locked`` an encrypted key."""

    authority: Path
    server: Path
    elsewhere: Path
    expired: Path
    client: Path
    locked: Path
    password: bytes = b"only a test"


def make_certificates(folder: Path) -> Certificates:
    """An authority and what it signed: for 127.0.0.1, for another host, one that has expired, and two for a client."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority for tests")])
    builder = _builder(name, name, key.public_key()).add_extension(x509.BasicConstraints(True, None), critical=True)
    authority = builder.add_extension(_SIGNS, critical=True).sign(key, hashes.SHA256())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))

    def issued(file: str, host: str, *, days: int = 1, password: bytes | None = None) -> Path:
        own = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        certificate = _builder(subject, name, own.public_key(), days).add_extension(names, critical=False)
        signed = certificate.add_extension(issuer, critical=False).sign(key, hashes.SHA256())
        (folder / file).write_bytes(signed.public_bytes(serialization.Encoding.PEM) + _pem(own, password))
        return folder / file

    return Certificates(
        authority=folder / "authority.pem",
        server=issued("server.pem", "127.0.0.1"),
        elsewhere=issued("elsewhere.pem", "192.0.2.1"),
        expired=issued("expired.pem", "127.0.0.1", days=-1),
        client=issued("client.pem", "192.0.2.2"),
        locked=issued("locked.pem", "192.0.2.3", password=Certificates.password),
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int = 1
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=3))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _pem(key: ec.EllipticCurvePrivateKey, password: bytes | None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
