"""Is a text a URI, or the authority of one (RFC 3986, appendix A)? And its escapes (section 2.1).

The checks are the grammar alone: nothing is put in order or looked up. All take a time that grows as the text does.
"""

from __future__ import annotations

import re

__all__ = ["escaped", "host_of", "is_authority", "is_path_characters", "is_scheme", "is_uri", "unescaped"]

_PERCENT = r"%[0-9A-Fa-f]{2}"
_NAME = r"[A-Za-z0-9\-._~!$&'()*+,;=]"  # unreserved / sub-delims
_PCHAR = rf"(?:{_NAME}|[:@]|{_PERCENT})"
_USER = rf"(?:{_NAME}|:|{_PERCENT})*+@"
_HOST = rf"\[[^\[\]]*+\]|(?:{_NAME}|{_PERCENT})*+"
_AUTHORITY = rf"(?:{_USER})?(?P<host>{_HOST})(?::[0-9]*+)?"
_SEGMENTS = rf"(?:/{_PCHAR}*+)*+"
_REST = rf"(?:{_PCHAR}|[/?])*+"
_SCHEME = r"[A-Za-z][A-Za-z0-9+\-.]*+"
_HIER_PART = rf"(?://{_AUTHORITY}{_SEGMENTS}|/(?:{_PCHAR}++{_SEGMENTS})?|{_PCHAR}++{_SEGMENTS}|)"

_SCHEME_ONLY = re.compile(_SCHEME, re.ASCII)
_AUTHORITY_ONLY = re.compile(_AUTHORITY, re.ASCII)
_PCHARS_ONLY = re.compile(rf"{_PCHAR}*+", re.ASCII)
_URI = re.compile(rf"{_SCHEME}:{_HIER_PART}(?:\?{_REST})?(?:#{_REST})?", re.ASCII)
_FUTURE = re.compile(rf"v[0-9A-Fa-f]++\.(?:{_NAME}|:)++", re.ASCII)
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_V6 = re.compile(r"[0-9A-Fa-f:.]*+", re.ASCII)


def escaped(text: str, *, plain: str = "-._~") -> str:
    """The text with ``%`` and hex digits for all bytes but letters, digits and these; as it is, what is unreserved."""
    kept = frozenset((_LETTERS + plain).encode())
    return "".join([chr(byte) if byte in kept else f"%{byte:02X}" for byte in text.encode()])


def unescaped(text: str) -> bytes:
    """The bytes of a text with escapes; a ``%`` without two hex digits behind it stays."""
    return _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), text.encode())


def is_scheme(text: str) -> bool:
    """Whether this is the scheme of a URI."""
    return _SCHEME_ONLY.fullmatch(text) is not None


def is_authority(text: str) -> bool:
    """Whether this is what may stand behind ``//``: a host, perhaps with a user before it and a port behind it.

    A host may be empty.
    """
    return host_of(text) is not None


def host_of(authority: str) -> str | None:
    """The host of an authority, an IPv6 address with its brackets; None where the text is no authority."""
    found = _AUTHORITY_ONLY.fullmatch(authority)
    return found["host"] if found is not None and _is_host(found["host"]) else None


def is_path_characters(text: str) -> bool:
    """Whether all of the text, which may be empty, could stand in one segment of a path: ``*pchar``."""
    return _PCHARS_ONLY.fullmatch(text) is not None


def is_uri(text: str) -> bool:
    """Whether this is a URI with its scheme; a relative reference is none."""
    found = _URI.fullmatch(text)
    return found is not None and _is_host(found["host"] or "")


def _is_host(host: str) -> bool:
    """What the pattern of a host leaves open: that in brackets is an IPv6 address, or of a version to come."""
    if not host.startswith("["):
        return True
    from ipaddress import AddressValueError, IPv6Address  # hardly any host is one

    literal = host[1:-1]
    if not _V6.fullmatch(literal):
        return _FUTURE.fullmatch(literal) is not None
    try:
        IPv6Address(literal)
    except AddressValueError:
        return False
    return True
