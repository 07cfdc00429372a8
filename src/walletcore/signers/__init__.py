"""Where keys live. A back end is a module with ``open_uri``, and perhaps ``open_async_uri``, found by a URI's scheme.

Configuration holds a pinned public key and a private URI; secrets come from a callback when they are needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol, cast

from walletcore.errors import SignerError, Unsupported
from walletcore.keys import PublicKey
from walletcore.secret import Secret, sealed
from walletcore.signing import AsyncSigner, Signer

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from walletcore.signers.uri import Secrets, SignerUri

__all__ = ["SCHEMES", "check_installed", "check_uri", "open_async_signer", "open_signer"]

SCHEMES = {
    "awskms": "walletcore.signers.aws_kms",
    "azurekms": "walletcore.signers.azure_kms",
    "file": "walletcore.signers.file",
    "gcpkms": "walletcore.signers.gcp_kms",
    "hd": "walletcore.signers.hd",
    "local": "walletcore.signers.local",
    "pkcs11": "walletcore.signers.pkcs11",
    "remote": "walletcore.signers.http",
    "web3signer": "walletcore.signers.http",
}
"""URI scheme -> module; other packages add theirs through the entry-point group `walletcore.signers`."""


class Opener(Protocol):
    """What a back end offers under its scheme."""

    def __call__(self, uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> Signer | AsyncSigner:
        """A signer for that public key, or one of walletcore's errors."""


@sealed  # a secret may stand where the URI or the function belongs
def open_signer(uri: str, *, public_key: PublicKey, secrets: Secrets | None = None) -> Signer:
    """The signer behind a URI such as ``hd:m/44'/60'/0'/0/0``, which must hold the key that is pinned.

    A back end of another package may be asynchronous only: `sign` refuses its signer with TypeError.
    ``secrets`` is called with the name of what is needed. Raises `Unsupported` for an unknown scheme and for a package
    that cannot be imported, `SignerError` for a malformed URI, and whatever the back end refuses.
    """
    return cast(Signer, _opened("open_uri", uri, public_key, secrets))


@sealed
def open_async_signer(uri: str, *, public_key: PublicKey, secrets: Secrets | None = None) -> AsyncSigner | Signer:
    """As `open_signer`, in the asynchronous form where the back end has one: for `sign_async`, which takes both."""
    return _opened("open_async_uri", uri, public_key, secrets)


@sealed
def check_uri(uri: str) -> None:
    """Raise what `open_signer` does of a malformed URI or an unknown scheme; nothing is opened, or imported for it."""
    from walletcore.signers.uri import SignerUri

    scheme = SignerUri.parse(uri).scheme
    if scheme not in SCHEMES:
        _registered(scheme)


@sealed
def check_installed(uri: str) -> None:
    """As `check_uri`, and raise `Unsupported` where what opens it is not installed: that is imported, not opened."""
    from walletcore.signers.uri import SignerUri

    _opener(SignerUri.parse(uri).scheme, "open_uri")


def _opened(form: str, uri: str, public_key: PublicKey, secrets: Secrets | None) -> AsyncSigner | Signer:
    if type(public_key) is not PublicKey:
        raise SignerError("expected the pinned PublicKey", reason="type")
    if secrets is not None and not callable(secrets):
        raise SignerError("expected a function as secrets", reason="type")
    from walletcore.signers.uri import SignerUri  # a signer in this process needs no URI

    parsed = SignerUri.parse(uri)
    signer = _opener(parsed.scheme, form)(parsed, public_key, secrets or _no_secrets)
    key = getattr(signer, "public_key", None)
    if type(key) is not PublicKey or not callable(getattr(signer, "sign", None)):
        raise SignerError(f"expected a signer, got {type(signer).__name__}", reason="type")
    if key != public_key:
        raise SignerError("the signer holds another key than the pinned one", reason="mismatch")
    return signer


def _opener(scheme: str, form: str) -> Opener:
    if scheme in SCHEMES:
        module = importlib.import_module(SCHEMES[scheme])
        return cast(Opener, getattr(module, form, module.open_uri))
    point = _registered(scheme)
    try:
        return cast(Opener, point.load())
    except Exception as error:  # whatever a stranger's module raises when it is imported
        text = f"the package that registers this scheme cannot be imported: {type(error).__name__}"
        raise Unsupported(text, reason="missing") from None


def _registered(scheme: str) -> EntryPoint:
    """What another package registers for a scheme."""
    from importlib.metadata import entry_points

    found = tuple(entry_points(group="walletcore.signers", name=scheme))
    if len({point.value for point in found}) > 1:
        raise Unsupported("two packages register a signer for this scheme", reason="ambiguous")
    if not found:
        hint = f"known: {', '.join(SCHEMES)}"
        raise Unsupported("no signer is registered for this scheme", reason="unknown", hint=hint)
    return found[0]


def _no_secrets(name: str) -> Secret:
    raise SignerError(f"the signer needs the {name}: pass secrets=", reason="missing")
