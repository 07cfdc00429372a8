"""What is done with keystore files of JSON, of whatever version: files of the vectors, and files that were changed."""

import json
from functools import cache
from typing import Any

import pytest

from support.vectors import Case
from walletcore.keystore.kdf import Pbkdf2, Scrypt
from walletcore.secret import Secret

__all__ = ["MISSING", "Text", "changed", "derive_once", "kdf_of", "password_of"]

MISSING = object()


class Text(str):
    """A str that could print or compare as it likes."""

    __slots__ = ()


def password_of(case: Case) -> Secret:
    """The password of a case."""
    return Secret(bytes.fromhex(case.input["password_utf8"]))


def kdf_of(case: Case) -> Scrypt | Pbkdf2:
    """The derivation of a case, with its costs."""
    if case.input["kdf"] == "pbkdf2":
        return Pbkdf2(iterations=case.input["c"])
    return Scrypt(n=case.input["n"], r=case.input["r"], p=case.input["p"])


def changed(case: Case, place: str, value: Any) -> str:
    """The file of a case with another value at a place such as ``crypto.kdf``, or without that member (`MISSING`)."""
    whole = json.loads(case.input["keystore"])
    whole = {{"Crypto": "crypto"}.get(name, name): member for name, member in whole.items()}
    *steps, last = place.split(".")
    inner = whole
    for step in steps:
        inner = inner[step]
    if value is MISSING:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(whole)


_derive: dict[Any, Any] = {kind: kind.derive for kind in (Scrypt, Pbkdf2)}


@cache
def _derived(kdf: Scrypt | Pbkdf2, password: bytes, salt: bytes) -> bytes:
    derived: bytes = _derive[type(kdf)](kdf, Secret(password), salt)
    return derived


def derive_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The published files share passwords and salts: what takes a second is done once."""
    for kind in (Scrypt, Pbkdf2):
        monkeypatch.setattr(kind, "derive", lambda kdf, password, salt: _derived(kdf, password.reveal(), salt))
