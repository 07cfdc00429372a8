"""Where a private key lives, as a URI (RFC 3986): ``scheme:path?name=value``. No secret is ever part of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote

from walletcore.errors import SignerError, WalletcoreError
from walletcore.secret import Secret, sealed

__all__ = ["Secrets", "SignerUri", "given", "is_loopback"]

Secrets = Callable[[str], Secret]
"""Called at the moment a secret is needed, with its name (``private key``, ``mnemonic``, ``PIN``)."""
_MAX_URI = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerUri:
    """The parts of a signer's URI; ``options`` are its query.

    ``encoded_path`` is the path with its percent signs, for schemes that divide it before they decode it (RFC 7512).
    """

    scheme: str
    path: str = field(default="", repr=False)  # someone may have put a secret in it
    encoded_path: str = field(default="", compare=False, repr=False)
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def parse(cls, text: str) -> SignerUri:
        """Read a URI. Raises `SignerError`; the text is not repeated, someone may have put a secret in it."""
        if type(text) is not str or not text.isascii() or not text.isprintable() or len(text) > _MAX_URI:
            raise SignerError(f"expected a URI of at most {_MAX_URI} printable ASCII characters", reason="type")
        scheme, colon, rest = text.partition(":")
        if not colon or not scheme.isalnum():
            raise SignerError("expected a URI that begins with a scheme, such as local:", reason="prefix")
        path, _, query = rest.partition("?")
        try:
            options = tuple(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=20))
        except ValueError:
            raise SignerError("expected name=value pairs after the ?", reason="character") from None
        if len({name for name, _ in options}) != len(options):
            raise SignerError("an option appears twice in the signer's URI", reason="duplicate")
        return cls(scheme=scheme.lower(), path=unquote(path), encoded_path=path, options=options)

    def option(self, name: str, default: str = "") -> str:
        """The value of an option."""
        return dict(self.options).get(name, default)

    def expect(self, *names: str, path: str | None = None) -> None:
        """Raise `SignerError` when an option has another name than these, or the path is another one."""
        unknown = {name for name, _ in self.options} - set(names)
        if unknown:
            raise SignerError(f"expected no option but {', '.join(names) or 'none'}", reason="unknown")
        if path is not None and self.path != path:
            raise SignerError(f"expected {self.scheme}:{path} with no other path", reason="unknown")


@sealed  # a callback's frames hold secrets
def given(secrets: Secrets, name: str) -> Secret:
    """What the callback gives for a name. Raises `SignerError` where it fails, or gives no `Secret`, or a wiped one."""
    try:
        secret = secrets(name)
    except SignerError:
        raise
    except WalletcoreError as error:  # of a keystore, say, that the callback reads
        raise SignerError(f"the {name} was not given: {error}", reason=error.reason, hint=error.hint) from None
    except Exception as error:
        raise SignerError(f"the {name} was not given: {type(error).__name__}", reason="missing") from None
    if type(secret) is not Secret:
        raise SignerError(f"expected the {name} as a Secret", reason="type")
    if secret.is_wiped:
        raise SignerError(f"the {name} was wiped", reason="wiped")
    return secret


def is_loopback(host: str) -> bool:
    """Whether a host of a URL is this machine's own interface (RFC 6890), by its address or as ``localhost``."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
