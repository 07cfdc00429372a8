"""Which key of which token a URI means (RFC 7512, "The PKCS #11 URI Scheme", sections 2.3 and 2.4).

``pkcs11:token=vault;object=hot?module-name=softhsm2``: attributes of the path, percent-encoded one by one, with
semicolons between them. What is not known is refused, as the RFC wants it, and so is all that could be a secret or a
program: ``pin-value``, ``pin-source``, ``module-path``, attributes of vendors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from walletcore.errors import SignerError
from walletcore.signers.uri import SignerUri

__all__ = ["KeyPlace", "key_place"]

_TOKEN = ("token", "manufacturer", "serial", "model", "slot-id", "slot-manufacturer", "slot-description")
_KEY = ("object", "id", "type")
_VALUE = re.compile(r"(?:[A-Za-z0-9\-._~:\[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*", re.ASCII)  # *pk11-pchar
_SLOT = re.compile(rb"[0-9]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """What a token's and its slot's information must equal, and the label and the id of the key in it."""

    token: tuple[tuple[str, bytes], ...]
    label: str | None = None
    id: bytes | None = None

    def fits(self, token: Any) -> bool:
        """Whether a token shows all of it (CK_TOKEN_INFO, CK_SLOT_INFO: padded with blanks, which do not count)."""
        return all(_shows(token, name, value) for name, value in self.token)


def _shows(token: Any, name: str, value: bytes) -> bool:
    if name == "slot-id":
        return bool(token.slot.slot_id == int(value))
    shown = {
        "token": token.label,
        "manufacturer": token.manufacturer_id,
        "serial": token.serial.rstrip(b" \0").decode("utf-8", "replace"),
        "model": token.model,
        "slot-manufacturer": token.slot.manufacturer_id,
        "slot-description": token.slot.slot_description,
    }
    return bool(shown[name].encode() == value.rstrip(b" "))


def key_place(uri: SignerUri) -> KeyPlace:
    """Read the path of a URI, which must name a token and a key. Raises `SignerError`, and repeats no value."""
    found: dict[str, bytes] = {}
    for attribute in uri.encoded_path.split(";"):
        name, _, value = attribute.partition("=")
        if name not in _TOKEN + _KEY:
            raise SignerError(f"expected only {', '.join(_TOKEN + _KEY)} in the URI's path", reason="unknown")
        if name in found:
            raise SignerError(f"{name} appears twice in the URI", reason="duplicate")
        if not _VALUE.fullmatch(value):
            raise SignerError(f"expected {name} percent-encoded (RFC 7512)", reason="character")
        found[name] = unquote_to_bytes(value)
    return _checked(found)


def _checked(found: dict[str, bytes]) -> KeyPlace:
    if found.get("type", b"private") != b"private":
        raise SignerError("expected a private key as type", reason="unknown")
    if not set(_TOKEN) & found.keys() or not {"object", "id"} & found.keys():
        raise SignerError("expected attributes of a token, and the object or id of a key", reason="missing")
    if not _SLOT.fullmatch(found.get("slot-id", b"0")):
        raise SignerError("expected a decimal number as slot-id", reason="character")
    try:
        label = found["object"].decode() if "object" in found else None
    except UnicodeDecodeError:
        raise SignerError("expected the object's label in UTF-8", reason="character") from None
    token = tuple((name, found[name]) for name in _TOKEN if name in found)
    return KeyPlace(token=token, label=label, id=found.get("id"))
