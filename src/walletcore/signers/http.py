"""Signers behind HTTP: ``remote:https://signer.internal:8443`` (`protocol`), ``web3signer:https://...`` (`web3signer`).

Options: ``ca`` (a file that replaces the roots of certifi), ``client`` (a PEM file with certificate and key, for mutual
TLS), ``auth=bearer``, ``plain=loopback`` (http, to this machine only), for Web3Signer ``api=rest`` or ``api=jsonrpc``.

HTTP/1.1 over TLS with verification; no redirect, no proxy, nothing from the environment, no compression. Both forms
run one coroutine, which is cancelled at the deadline wherever it stands: the synchronous one in a thread of its own.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from walletcore.errors import InvalidKey, OutcomeUnknown, SignerError, SignerUnavailable, needs
from walletcore.keys import Curve, PublicKey
from walletcore.secret import sealed
from walletcore.signers.aside import bounded
from walletcore.signers.remote import AsyncRemoteSigner, Exchange, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri, given, is_loopback
from walletcore.signers.web import Question, Reply

with needs("http"):
    import certifi

    from walletcore.signers.line import Line, Token

__all__ = ["open_async_uri", "open_uri"]

WebExchange = Exchange[Question, Reply]

_NETLOC = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?)(?::[0-9]{1,5})?", re.ASCII)
_PATH = re.compile(r"(?:/[0-9A-Za-z._~-]+)*/?", re.ASCII)
_OPENING = 60.0  # seconds for whoever gives the client key password; a file that is a pipe would never end, either


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> RemoteSigner[Question, Reply]:
    """A signer for the key behind the service, which is first asked when something is to be signed.

    ``secrets`` gives the ``bearer token`` for each question, and the ``client key password`` at once, within a minute,
    where the key of ``client`` is encrypted; both in a thread beside. Raises `SignerError`, `InvalidKey`.
    """
    line, exchange = _line(uri, secrets), _exchange(uri, public_key)
    return RemoteSigner(public_key=public_key, exchange=exchange, send=line.send)


@sealed
def open_async_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> AsyncRemoteSigner[Question, Reply]:
    """As `open_uri`, in the event loop of whoever awaits; connections are kept for each loop."""
    line, exchange = _line(uri, secrets), _exchange(uri, public_key)
    return AsyncRemoteSigner(public_key=public_key, exchange=exchange, send=line.send_async)


def _exchange(uri: SignerUri, public_key: PublicKey) -> WebExchange:
    if uri.scheme == "remote":
        from walletcore.signers.protocol import RemoteKey

        return RemoteKey(curve=public_key.curve)
    from walletcore.signers.web3signer import Web3SignerRest, Web3SignerRpc

    kinds: Mapping[str, Callable[..., WebExchange]] = {"rest": Web3SignerRest, "jsonrpc": Web3SignerRpc}
    api = uri.option("api", "rest")
    if api not in kinds:
        raise SignerError("expected api=rest or api=jsonrpc", reason="unknown")
    if public_key.curve is not Curve.SECP256K1:
        raise InvalidKey("this interface of Web3Signer signs with keys of secp256k1", reason="scheme")
    return kinds[api](key=public_key)


def _line(uri: SignerUri, secrets: Secrets) -> Line:
    base, auth = _base(uri), uri.option("auth")
    if auth not in ("", "bearer"):
        raise SignerError("expected auth=bearer", reason="unknown")
    if base.startswith("https:"):
        context = _tls(uri, secrets)
    elif uri.option("ca") or uri.option("client"):
        raise SignerError("certificates are for https://", reason="mismatch")
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without any root: no TLS is ever left unverified
    return Line(base, context, Token(secrets) if auth else None)


def _base(uri: SignerUri) -> str:
    """The URL that questions are put to, without a slash at its end. No error repeats any of it."""
    own = ("api",) if uri.scheme == "web3signer" else ()
    uri.expect("ca", "client", "auth", "plain", *own)
    text = uri.encoded_path
    if "#" in text or any("#" in value for _, value in uri.options):
        raise SignerError("expected a URL without a fragment", reason="character")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise SignerError("expected https:// and a host", reason="character") from None
    if "@" in parts.netloc:
        raise SignerError("a URI holds no user and no password", reason="policy", hint="auth=bearer asks for a token")
    if parts.scheme not in ("https", "http") or not _NETLOC.fullmatch(parts.netloc) or port == 0:
        raise SignerError("expected https:// and a host", reason="prefix")
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        raise SignerError("expected a path of plain names below the host", reason="character")
    _check_plain(uri.option("plain"), parts.scheme, parts.hostname or "")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _check_plain(plain: str, scheme: str, host: str) -> None:
    if plain not in ("", "loopback"):
        raise SignerError("expected plain=loopback", reason="unknown")
    if scheme == "http" and not (plain and is_loopback(host)):
        hint = "plain=loopback takes http:// to an address of this machine"
        raise SignerError("expected https://", reason="policy", hint=hint)


def _tls(uri: SignerUri, secrets: Secrets) -> ssl.SSLContext:
    """The roots are those of ``ca``, or of certifi, whatever the environment says."""
    try:
        return bounded(lambda: _context(uri.option("ca"), uri.option("client"), secrets), _OPENING)
    except OutcomeUnknown:
        failure: SignerError = SignerUnavailable("the certificates or the client key password did not come in time")
    except (OSError, ValueError) as error:  # SSLError is an OSError; a password that is too long a ValueError
        text = f"the certificates of ca or client cannot be read: {type(error).__name__}"
        failure = SignerError(text, reason="missing")
    raise failure


def _context(ca: str, client: str, secrets: Secrets) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # create_default_context heeds SSLKEYLOGFILE: it tells tokens
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN  # as that one does since Python 3.13
    context.load_verify_locations(ca or certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if client:
        context.load_cert_chain(client, password=lambda: given(secrets, "client key password").reveal())
    return context
