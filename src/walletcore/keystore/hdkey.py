"""Extended keys as URs: ``ur:hdkey`` and the older ``ur:crypto-hdkey``, with where they come from and what for.

BCR-2020-007, "CDDL for HDKey" and "CDDL for Coin Info". The two differ in the numbers of their tags only. A key without
a chain code, from which nothing is derived, is none of BIP-32 and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from walletcore.coding import cbor
from walletcore.errors import DerivationError, InvalidKey, KeystoreError, raised_as
from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.keystore import ur
from walletcore.keystore.keypath import components_of, read_children, read_path
from walletcore.path import HARDENED, Path, hardened
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["TYPES", "HdPrivateKey", "HdPublicKey", "read_public", "write_public"]

TYPES: Mapping[str, tuple[int, int, int]] = {  # the tags of a key, a path and what a coin is, where they are embedded
    "crypto-hdkey": (303, 304, 305),
    "hdkey": (40303, 40304, 40305),
}
"""The types of this key, version 1 first."""
_IS_MASTER, _IS_PRIVATE, _KEY_DATA, _CHAIN_CODE, _USE_INFO, _ORIGIN, _CHILDREN, _PARENT, _NAME, _NOTE = range(1, 11)
_MASTER_FIELDS = {_IS_MASTER, _KEY_DATA, _CHAIN_CODE}
_COMPONENTS, _SOURCE, _DEPTH = 1, 2, 3
_COIN, _NETWORK = 1, 2
_PURPOSES = tuple(map(hardened, (44, 49, 84, 86)))  # of paths whose second step is a coin (BIP-44)
_BITCOIN = (0, 1)  # SLIP-44: Bitcoin, and the test networks of all coins
_MAX_NAME, _MAX_NOTE = 1 << 8, 1 << 12
_NO_PARENT = bytes(4)
_MISSING: Any = object()

Fields = dict[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What stands beside a key.

    ``path`` leads to it from the ancestor with the fingerprint ``source`` (4 bytes), both None where that is not said.
    ``children`` is the text of what is to be derived (``0/*``, ``<0;1>/*``), ``coin`` a number of SLIP-44, ``network``
    0 for the main network and 1 and above for test networks of the coin.
    """

    path: Path | None = None
    source: bytes | None = None
    children: str = ""
    coin: int = 0
    network: int = 0
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HdPublicKey(_About):
    """A public extended key and what stands beside it. Raises `KeystoreError`.

    Its depth and child number are those of the path, where there is one.
    """

    key: ExtendedPublicKey

    def __post_init__(self) -> None:
        if type(self.key) is not ExtendedPublicKey:
            raise KeystoreError("expected an ExtendedPublicKey", reason="type")
        _check(self, self.key)
        if "'" in self.children:
            raise KeystoreError("children by hardened steps need the private key", reason="hardened")

    @classmethod
    @sealed
    def parse(cls, text: str) -> HdPublicKey:
        """Read a UR of one part, of either type. Raises `KeystoreError`, for a private key with ``reason="policy"``."""
        return cls.from_message(*ur.decode(text))

    @classmethod
    @sealed
    def from_message(cls, kind: str, message: bytes) -> HdPublicKey:
        """The key that a message of this type holds, such as `ur.join` gives. Raises `KeystoreError`."""
        return read_public(kind, _fields(kind, message))

    def text(self, *, kind: str = "crypto-hdkey") -> str:
        """The UR, of a type of `TYPES`. Raises `KeystoreError`."""
        return ur.encode(_kind(kind), cbor.encode(write_public(self, kind)))

    def __repr__(self) -> str:
        return f"HdPublicKey({self.key.network}, {self.path or 'no path'})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HdPrivateKey(Confidential, _About):
    """A private extended key and what stands beside it, which a master key has nothing of. Raises `KeystoreError`."""

    key: ExtendedPrivateKey
    __hash__ = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if type(self.key) is not ExtendedPrivateKey:
            raise KeystoreError("expected an ExtendedPrivateKey", reason="type")
        _check(self, self.key)

    @classmethod
    @sealed
    def parse(cls, text: str) -> HdPrivateKey:
        """Read a UR of one part, of either type. Raises `KeystoreError`, for a public key with ``reason="version"``."""
        return cls.from_message(*ur.decode(text))

    @classmethod
    @sealed
    def from_message(cls, kind: str, message: bytes) -> HdPrivateKey:
        """The key that a message of this type holds, such as `ur.join` gives. Raises `KeystoreError`."""
        fields = _fields(kind, message)
        if not (_flag(fields, _IS_MASTER) or _flag(fields, _IS_PRIVATE)):
            raise KeystoreError("expected a private key, got a public one", reason="version")
        about, place = _read(kind, fields)
        data = _bytes(fields, _KEY_DATA, 33)
        if data[0] != 0:
            raise KeystoreError("expected a zero byte before a private key", reason="prefix")
        with _as_keystore_error():
            private = PrivateKey(Curve.SECP256K1, Secret(data[1:]))
            return cls(key=ExtendedPrivateKey(private_key=private, **place), **about)

    @sealed
    def reveal(self, *, kind: str = "crypto-hdkey") -> str:
        """The UR that gives the key and all below it away. Raises `KeystoreError`, `InvalidKey` for a wiped key."""
        data = b"\0" + self.key.private_key.secret.reveal()
        fields: Fields = {_KEY_DATA: data, _CHAIN_CODE: self.key.chain_code}
        if _is_bare(self):
            return ur.encode(_kind(kind), cbor.encode({_IS_MASTER: True, **fields}))
        return ur.encode(_kind(kind), cbor.encode({_IS_PRIVATE: True, **fields, **_beside(self, self.key, kind)}))

    def __repr__(self) -> str:
        return f"HdPrivateKey({self.key.network}, {self.path or 'no path'})"


HdPrivateKey.__init__ = sealed(HdPrivateKey.__init__)  # type: ignore[method-assign]


@sealed
def read_public(kind: str, fields: Fields) -> HdPublicKey:
    """The public key of the map that a UR of this type holds, or that stands under its tag. Raises `KeystoreError`."""
    if type(fields) is not dict:
        raise KeystoreError("expected a map", reason="type")
    if _flag(fields, _IS_MASTER) or _flag(fields, _IS_PRIVATE):
        raise KeystoreError("expected a public key, got a private one", reason="policy")
    about, place = _read(_kind(kind), fields)
    with _as_keystore_error():
        public = PublicKey(Curve.SECP256K1, _bytes(fields, _KEY_DATA, 33))
        return HdPublicKey(key=ExtendedPublicKey(public_key=public, **place), **about)


def write_public(key: HdPublicKey, kind: str) -> Fields:
    """The map of a key, as `read_public` reads it. Raises `KeystoreError`."""
    if type(key) is not HdPublicKey:
        raise KeystoreError("expected an HdPublicKey", reason="type")
    data = {_KEY_DATA: key.key.public_key.data, _CHAIN_CODE: key.key.chain_code}
    return {**data, **_beside(key, key.key, _kind(kind))}


# What is read


def _fields(kind: str, message: bytes) -> Fields:
    if type(kind) is not str or kind not in TYPES:
        raise KeystoreError("expected a UR of hdkey or crypto-hdkey", reason="scheme")
    with raised_as(KeystoreError):
        fields = cbor.decode(message)
    if type(fields) is not dict:
        raise KeystoreError("expected a map", reason="type")
    return fields


def _kind(kind: str) -> str:
    if type(kind) is not str or kind not in TYPES:
        raise KeystoreError("expected hdkey or crypto-hdkey", reason="unknown")
    return kind


@sealed
def _read(kind: str, fields: Fields) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of `_About`, and those that say where an extended key stands in its tree."""
    known = _MASTER_FIELDS if _flag(fields, _IS_MASTER) else set(range(_IS_PRIVATE, _NOTE + 1))
    if set(fields) - known - {_IS_MASTER}:
        raise KeystoreError("a field that such a key does not have", reason="unknown")
    chain_code = _bytes(fields, _CHAIN_CODE, 32)
    _, tag_path, tag_coin = TYPES[kind]
    about: dict[str, Any] = {"name": _text(fields, _NAME), "note": _text(fields, _NOTE)}
    depth = _read_origin(about, _embedded(fields, _ORIGIN, tag_path))
    if (children := _embedded(fields, _CHILDREN, tag_path)) is not None:
        _only(children, _COMPONENTS)
        about["children"] = read_children(children.get(_COMPONENTS))
    if (use := _embedded(fields, _USE_INFO, tag_coin)) is not None:
        _only(use, _COIN, _NETWORK)
        about["coin"], about["network"] = _number(use, _COIN, 31, 0), _number(use, _NETWORK, 31, 0)
    place = _place(about, depth, _fingerprint(fields, _PARENT))
    return about, {
        **place,
        "chain_code": chain_code,
        "network": _network(about.get("coin", 0), about.get("network", 0)),
    }


def _read_origin(about: dict[str, Any], origin: Fields | None) -> int | None:
    """The depth that an origin names; its path and source are added."""
    if origin is None:
        return None
    _only(origin, _COMPONENTS, _SOURCE, _DEPTH)
    about["path"], about["source"] = read_path(origin.get(_COMPONENTS)), _fingerprint(origin, _SOURCE)
    depth: int | None = _number(origin, _DEPTH, 8, None)
    if not len(about["path"]) and about["source"] is None and depth is None:
        raise KeystoreError("expected the fingerprint of the master key, or a depth of 0", reason="missing")
    return depth


def _place(about: dict[str, Any], depth: int | None, parent: bytes | None) -> dict[str, Any]:
    steps = about["path"].steps if "path" in about else ()
    deep = len(steps) if depth is None else depth
    if deep < len(steps):
        raise KeystoreError("the path is longer than the key is deep", reason="mismatch")
    if (deep or parent) and not steps:
        raise KeystoreError("expected the last step to a key that is no master", reason="missing")
    if parent is None and len(steps) == 1:
        parent = about["source"]
    return {"depth": deep, "child_number": steps[-1] if steps else 0, "parent_fingerprint": parent or _NO_PARENT}


def _embedded(fields: Fields, name: int, tag: int) -> Fields | None:
    """The map under a tag, or None where there is none."""
    value = fields.get(name, _MISSING)
    if value is _MISSING:
        return None
    if type(value) is not cbor.Tagged or value.tag != tag or type(value.value) is not dict:
        raise KeystoreError(f"expected a map under the tag {tag}", reason="type")
    return value.value


def _only(fields: Fields, *known: int) -> None:
    if set(fields) - set(known):
        raise KeystoreError("a field that is not known", reason="unknown")


def _flag(fields: Fields, name: int) -> bool:
    value = fields.get(name, False)
    if type(value) is not bool:
        raise KeystoreError("expected true or false", reason="type")
    return value


def _bytes(fields: Fields, name: int, size: int) -> bytes:
    value = fields.get(name, _MISSING)
    if value is _MISSING:
        raise KeystoreError("expected the bytes of a key and its chain code", reason="missing")
    if type(value) is not bytes:
        raise KeystoreError("expected bytes", reason="type")
    if len(value) != size:
        raise KeystoreError(f"expected {size} bytes, got {len(value)}", reason="length")
    return value


def _text(fields: Fields, name: int) -> str:
    value = fields.get(name, "")
    if type(value) is not str:
        raise KeystoreError("expected a name or a note as text", reason="type")
    return value


def _number(fields: Fields, name: int, bits: int, default: Any) -> Any:
    value = fields.get(name, _MISSING)
    if value is _MISSING:
        return default
    if type(value) is not int:
        raise KeystoreError("expected a number", reason="type")
    if not 0 <= value < 1 << bits:
        raise KeystoreError(f"expected a number below 2^{bits}", reason="range")
    return value


def _fingerprint(fields: Fields, name: int) -> bytes | None:
    """Four bytes, which BCR-2020-007 has as a number that is not zero."""
    value = _number(fields, name, 32, None)
    if value == 0:
        raise KeystoreError("expected a fingerprint that is not zero", reason="range")
    found: bytes | None = None if value is None else value.to_bytes(4)
    return found


def _network(coin: int, network: int) -> str:
    """The network of an extended key's version bytes: other coins write those of the main network."""
    return "testnet" if coin in _BITCOIN and network else "mainnet"


@contextmanager
def _as_keystore_error() -> Iterator[None]:
    try:
        yield
    except (InvalidKey, DerivationError) as error:
        raise KeystoreError(str(error), reason=error.reason) from None


# What is written


def _is_bare(key: HdPrivateKey) -> bool:
    """Whether it is a master key of the main network, with nothing beside it."""
    beside = (key.path, key.source, key.children, key.coin, key.network, key.name, key.note)
    return key.key.depth == 0 and beside == (None, None, "", 0, 0, "", "")


def _beside(about: _About, key: ExtendedPublicKey | ExtendedPrivateKey, kind: str) -> Fields:
    _, tag_path, tag_coin = TYPES[kind]
    use = {name: value for name, value in ((_COIN, about.coin), (_NETWORK, about.network)) if value}
    origin = None if about.path is None else _origin(about.path, about.source, key.depth)
    children = {_COMPONENTS: components_of(about.children)} if about.children else None
    parent = int.from_bytes(key.parent_fingerprint)
    fields = {
        _USE_INFO: cbor.Tagged(tag_coin, use) if use else None,
        _ORIGIN: None if origin is None else cbor.Tagged(tag_path, origin),
        _CHILDREN: None if children is None else cbor.Tagged(tag_path, children),
        _PARENT: parent or None,
        _NAME: about.name or None,
        _NOTE: about.note or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _origin(path: Path, source: bytes | None, depth: int) -> Fields:
    fields: Fields = {_COMPONENTS: components_of(path)}
    if source is not None:
        fields[_SOURCE] = int.from_bytes(source)
    if depth != len(path) or not (len(path) or source):
        fields[_DEPTH] = depth
    return fields


def _check(about: _About, key: ExtendedPublicKey | ExtendedPrivateKey) -> None:
    _check_types(about)
    components_of(about.children)
    if key.network != _network(about.coin, about.network):
        raise KeystoreError("expected a key of the network that is named", reason="network")
    if key.kind:
        raise KeystoreError("expected a key of plain BIP-32, without a kind of script", reason="version")
    steps = () if about.path is None else about.path.steps
    if (key.depth, key.child_number) != (0, 0) and not steps:
        raise KeystoreError("expected the path to a key that is no master", reason="missing")
    if key.depth < len(steps) or (steps and key.child_number != steps[-1]):
        raise KeystoreError("the path is that of another key", reason="mismatch")
    if len(steps) == key.depth:
        _check_coin(about, steps)
    if about.source is not None:
        _check_source(about.source, len(steps), key)


def _check_coin(about: _About, steps: Sequence[int]) -> None:
    """The second step of a path of BIP-44 from the root is the coin, or 1 on its test networks; 0 may be unsaid."""
    coins = (about.coin, _BITCOIN[1]) if about.network else (about.coin,)
    by_coin = len(steps) > 1 and steps[0] in _PURPOSES and steps[1] >= HARDENED
    if about.coin and by_coin and steps[1] - HARDENED not in coins:
        raise KeystoreError("the path is that of another coin", reason="mismatch")


def _check_source(source: bytes, steps: int, key: ExtendedPublicKey | ExtendedPrivateKey) -> None:
    """An ancestor no step or one step away is known by its fingerprint."""
    expected = {0: key.fingerprint, 1: key.parent_fingerprint}.get(steps, source)
    if source != expected:
        raise KeystoreError("the fingerprint is that of another key", reason="mismatch")


def _check_types(about: _About) -> None:
    if about.path is not None and type(about.path) is not Path:
        raise KeystoreError("expected a Path, or None", reason="type")
    if about.source is not None and (
        type(about.source) is not bytes or len(about.source) != 4 or not any(about.source)
    ):
        raise KeystoreError("expected 4 bytes as fingerprint, not all zero, or None", reason="length")
    if about.source is not None and about.path is None:
        raise KeystoreError("expected the path from the ancestor with this fingerprint", reason="missing")
    for number in (about.coin, about.network):
        _number({0: number}, 0, 31, 0)
    for text, most in ((about.name, _MAX_NAME), (about.note, _MAX_NOTE)):
        if type(text) is not str:
            raise KeystoreError("expected a name and a note as text", reason="type")
        if len(text) > most:
            raise KeystoreError(f"expected a name or note of at most {most} characters", reason="too-large")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise KeystoreError("expected text without half of a surrogate pair", reason="character")
