"""Accounts as URs: the keys of one account for several kinds of scripts, as wallets hand them over.

BCR-2020-015 (``ur:crypto-account``, with the script functions as tags of BCR-2020-010) and BCR-2023-019
(``ur:account-descriptor``, with the text of BCR-2023-010). In both a key is public, and one for each script.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from walletcore.coding import cbor
from walletcore.errors import KeystoreError, raised_as
from walletcore.keystore import ur
from walletcore.keystore.hdkey import TYPES, HdPublicKey, read_public, write_public
from walletcore.secret import sealed

__all__ = ["SCRIPTS", "Account", "Descriptor"]

SCRIPTS: Mapping[str, tuple[int, ...]] = {  # BCR-2020-010: sh, wsh, pkh, wpkh, tr, cosigner
    "pkh(@0)": (403,),
    "sh(wpkh(@0))": (400, 404),
    "wpkh(@0)": (404,),
    "sh(cosigner(@0))": (400, 410),
    "sh(wsh(cosigner(@0)))": (400, 401, 410),
    "wsh(cosigner(@0))": (401, 410),
    "tr(@0)": (409,),
}
"""The kinds of scripts that an account may have, as output descriptors with ``@0`` for the key, and their tags."""
_KINDS = {"crypto-account": "crypto-hdkey", "account-descriptor": "hdkey"}
_OUTPUTS = {"crypto-account": 308, "account-descriptor": 40308}
_BY_TAGS = {
    **{tags: script for script, tags in SCRIPTS.items()},
    (400,): "sh(cosigner(@0))",  # until 2021 cosigners had no tag, and a bare key in these scripts means nothing else
    (400, 401): "sh(wsh(cosigner(@0)))",
    (401,): "wsh(cosigner(@0))",
}
_MASTER, _DESCRIPTORS = 1, 2
_SOURCE, _KEYS = 1, 2
_MAX_DESCRIPTORS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """The key of an account for a kind of script, one of `SCRIPTS`. Raises `KeystoreError`."""

    script: str
    key: HdPublicKey

    def __post_init__(self) -> None:
        if type(self.script) is not str or self.script not in SCRIPTS:
            raise KeystoreError("expected a kind of script of `SCRIPTS`", reason="unknown")
        if type(self.key) is not HdPublicKey:
            raise KeystoreError("expected an HdPublicKey", reason="type")
        if self.key.children:
            raise KeystoreError("expected the key of an account, without children", reason="policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The fingerprint of a master key (4 bytes, not all zero), and keys below it. Raises `KeystoreError`.

    Where the whole path to a key names its master, that is this one: another has ``reason="mismatch"``.
    """

    fingerprint: bytes
    descriptors: tuple[Descriptor, ...]

    def __post_init__(self) -> None:
        if type(self.fingerprint) is not bytes or len(self.fingerprint) != 4 or not any(self.fingerprint):
            raise KeystoreError("expected 4 bytes as fingerprint, not all zero", reason="length")
        if type(self.descriptors) is not tuple or not all(type(one) is Descriptor for one in self.descriptors):
            raise KeystoreError("expected a tuple of Descriptors", reason="type")
        if not 1 <= len(self.descriptors) <= _MAX_DESCRIPTORS:
            raise KeystoreError(f"expected 1 to {_MAX_DESCRIPTORS} descriptors", reason="length")
        if any(_master(one.key) not in (None, self.fingerprint) for one in self.descriptors):
            raise KeystoreError("the path of a key begins at another master key", reason="mismatch")

    @classmethod
    @sealed  # it may be handed the text of a private key
    def parse(cls, text: str) -> Account:
        """Read a UR of one part, of either type. Raises `KeystoreError`."""
        kind, message = ur.decode(text)
        return cls.from_message(kind, message)

    @classmethod
    @sealed
    def from_message(cls, kind: str, message: bytes) -> Account:
        """The account that a message of this type holds, such as `ur.join` gives. Raises `KeystoreError`."""
        if type(kind) is not str or kind not in _KINDS:
            raise KeystoreError("expected a UR of crypto-account or account-descriptor", reason="scheme")
        with raised_as(KeystoreError):
            fields = cbor.decode(message)
        if type(fields) is not dict or set(fields) != {_MASTER, _DESCRIPTORS}:
            raise KeystoreError("expected a map of a fingerprint and descriptors", reason="type")
        master, outputs = fields[_MASTER], fields[_DESCRIPTORS]
        if type(master) is not int or not 0 < master < 1 << 32 or type(outputs) is not tuple:
            raise KeystoreError("expected a fingerprint, and an array of descriptors", reason="type")
        read = _read_tags if kind == "crypto-account" else _read_text
        return cls(fingerprint=master.to_bytes(4), descriptors=tuple(read(output) for output in outputs))

    def text(self, *, kind: str = "crypto-account") -> str:
        """The UR, ``crypto-account`` or ``account-descriptor``. Raises `KeystoreError`."""
        if type(kind) is not str or kind not in _KINDS:
            raise KeystoreError("expected crypto-account or account-descriptor", reason="unknown")
        write = _tags if kind == "crypto-account" else _text
        outputs = [cbor.Tagged(_OUTPUTS[kind], write(one)) for one in self.descriptors]
        fields: dict[Any, Any] = {_MASTER: int.from_bytes(self.fingerprint), _DESCRIPTORS: outputs}
        return ur.encode(kind, cbor.encode(fields))


def _master(key: HdPublicKey) -> bytes | None:
    """The fingerprint at which a whole path begins, or None where that is not said."""
    return key.source if key.path is not None and len(key.path) == key.key.depth else None


def _read_tags(output: Any) -> Descriptor:
    """Tags around a key; until 2021 there was no tag of an output around them, either."""
    if type(output) is cbor.Tagged and output.tag == _OUTPUTS["crypto-account"]:
        output = output.value
    tags: tuple[int, ...] = ()
    while type(output) is cbor.Tagged and output.tag != TYPES["crypto-hdkey"][0]:
        tags, output = (*tags, output.tag), output.value
    if tags not in _BY_TAGS or type(output) is not cbor.Tagged:
        raise KeystoreError("expected a kind of script of `SCRIPTS` and an HD key", reason="unknown")
    return Descriptor(script=_BY_TAGS[tags], key=read_public("crypto-hdkey", output.value))


def _read_text(output: Any) -> Descriptor:
    fields = output.value if type(output) is cbor.Tagged and output.tag == _OUTPUTS["account-descriptor"] else None
    if type(fields) is not dict or set(fields) != {_SOURCE, _KEYS}:
        raise KeystoreError("expected a descriptor with its text and its keys", reason="type")
    keys = fields[_KEYS]
    if (
        type(keys) is not tuple
        or len(keys) != 1
        or type(keys[0]) is not cbor.Tagged
        or keys[0].tag != TYPES["hdkey"][0]
    ):
        raise KeystoreError("expected one HD key for each descriptor", reason="type")
    return Descriptor(script=fields[_SOURCE], key=read_public("hdkey", keys[0].value))


def _tags(one: Descriptor) -> cbor.Tagged:
    tagged = cbor.Tagged(TYPES["crypto-hdkey"][0], write_public(one.key, "crypto-hdkey"))
    for tag in reversed(SCRIPTS[one.script]):
        tagged = cbor.Tagged(tag, tagged)
    return tagged


def _text(one: Descriptor) -> dict[int, Any]:
    return {_SOURCE: one.script, _KEYS: [cbor.Tagged(TYPES["hdkey"][0], write_public(one.key, "hdkey"))]}
