"""Polkadot-JS accounts: one private key of Substrate as JSON, encrypted with a password; versions 0 to 3.

polkadot-js/common, ``keyring/src/pair`` (encode, decode, toJson) and ``util-crypto/src/json``, in their words: PAIR_HDR
and PAIR_DIV stand before the secret and between it and the public key, xsalsa20-poly1305 encrypts all, and scrypt
derives its key from version 3 on. Before, the password itself was the key.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nacl import bindings
from nacl.exceptions import CryptoError

from walletcore.coding import ss58, strict_json
from walletcore.coding.text import hexadecimal
from walletcore.curves import sr25519
from walletcore.curves.secp256k1 import account_of
from walletcore.errors import InvalidKey, KeystoreError, raised_as
from walletcore.hashes import blake2b_256
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.json_files import check_names, choice, member
from walletcore.keystore.kdf import LIMITS, KdfLimits, Scrypt, chance, check_limits, check_password, check_written
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["COSTS", "KINDS", "MAX_LENGTH", "KdfLimits", "KeyringPair", "Scrypt", "decrypt", "encrypt"]

KINDS: Mapping[str, Curve] = {
    "sr25519": Curve.SR25519,
    "ed25519": Curve.ED25519,
    "ecdsa": Curve.SECP256K1,
    "ethereum": Curve.SECP256K1,
}
"""The kinds of accounts, and their curves."""
COSTS = tuple(
    Scrypt(n=n, r=8, p=p)
    for n, p in ((1 << 13, 10), (1 << 14, 5), (1 << 15, 3), (1 << 15, 1), (1 << 16, 2), (1 << 17, 1))
)
"""The costs that Polkadot-JS reads; the last is what it writes: 128 MiB."""
MAX_LENGTH = 1 << 16
"""The most characters that a file may have; usual ones have 700."""
_PAIR_HDR, _PAIR_DIV = bytes.fromhex("3053020101300506032b657004220420"), bytes.fromhex("a123032100")
_PAIRS = ((64, 32), (32, 32), (32, 33))  # bytes of a secret and of its public key
_LAYOUTS = {len(_PAIR_HDR) + secret + len(_PAIR_DIV) + public: secret for secret, public in _PAIRS}
_NONCE, _SALT, _PARAMS, _MAC = 24, 32, 12, 16
_TYPES = {"0": 1, "1": 1, "2": 1, "3": 2}  # how many of these words a version has, counted from the end
_WORDS = ("scrypt", "xsalsa20-poly1305")
_MAX_NAME, _NETWORK = 1 << 10, 42
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]*")
_DIGITS = re.compile(rb"0x(?:[0-9a-fA-F]{2})*")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KeyringPair(Confidential):
    """A private key, its kind (of `KINDS`), and what stands beside it: a name, and the network of its address.

    ``network`` is the number of an SS58 address, 42 where none was named; kinds of secp256k1 are written with their
    public key instead. Nothing protects name and network from changes. Raises `KeystoreError`.
    """

    private_key: PrivateKey
    kind: str
    name: str = ""
    network: int = _NETWORK
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.kind) is not str or self.kind not in KINDS:
            raise KeystoreError(f"expected {', '.join(KINDS)} as kind of account", reason="unknown")
        if type(self.private_key) is not PrivateKey:
            raise KeystoreError(f"expected a PrivateKey, got {type(self.private_key).__name__}", reason="type")
        if self.private_key.curve is not KINDS[self.kind]:
            raise KeystoreError(f"expected a key of {KINDS[self.kind].value} for this kind", reason="mismatch")
        _check_name(self.name)
        with raised_as(KeystoreError):
            ss58.encode(bytes(32), self.network)

    def __repr__(self) -> str:
        return f"KeyringPair({self.kind})"


KeyringPair.__init__ = sealed(KeyringPair.__init__)  # type: ignore[method-assign]


@sealed
def decrypt(text: str, password: Secret, *, limits: KdfLimits = LIMITS) -> KeyringPair:
    """The account in the text of a file of version 0 to 3. Raises `KeystoreError`.

    The password is UTF-8 without normalisation; in version 3 one of ``0x`` and whole bytes of digits stands for those
    bytes, before it one of more than 32 bytes for its first 32, all as in Polkadot-JS. A wrong one, or a changed file,
    has ``reason="checksum"``. Public key and address must be those of the private key (``reason="mismatch"``). A file
    that is not encrypted is refused with ``reason="policy"``. Where an old file does not name its kind, its public key
    tells it. Raises `InvalidKey` when the password was wiped, `MissingExtra` for sr25519 without ``substrate``.
    """
    check_password(password)
    check_limits(limits)
    with raised_as(KeystoreError):
        value = strict_json.decode(text, max_length=MAX_LENGTH)
    stored = _Stored.parse(value)
    if stored.kdf is not None:
        limits.check(stored.kdf)
    plain = Secret(_opened(stored, _key(stored, password)))
    kind, key = _private_key(plain, stored.kind, stored.address)
    network = _checked_network(stored.address, kind, key)
    return KeyringPair(private_key=key, kind=kind, name=stored.name, network=network)


@sealed
def encrypt(
    account: KeyringPair,
    password: Secret,
    *,
    kdf: Scrypt = COSTS[-1],
    limits: KdfLimits = LIMITS,
    entropy: bytes | None = None,
) -> str:
    """The text of a file of version 3, as Polkadot-JS writes it, with costs that it reads (`COSTS`).

    Salt and nonce are random; ``entropy`` (56 bytes: both in this order) makes them reproducible in tests. Raises
    `KeystoreError` for other costs, a password that is empty, no UTF-8, or ``0x`` and digits (which are bytes for
    Polkadot-JS), and `InvalidKey` when the key or the password was wiped.
    """
    if type(account) is not KeyringPair:
        raise KeystoreError("expected the account as a KeyringPair", reason="type")
    _check_new(password)
    check_limits(limits)
    if type(kdf) is not Scrypt or kdf not in COSTS:
        raise KeystoreError("expected costs that Polkadot-JS reads: those in COSTS", reason="policy")
    limits.check(kdf)
    salt, nonce = _drawn(entropy)
    costs = b"".join(number.to_bytes(4, "little") for number in (kdf.n, kdf.p, kdf.r))
    plain = _pair(account)
    encrypted = bindings.crypto_secretbox(plain.reveal(), nonce, kdf.derive(password, salt))
    whole = {
        "encoded": base64.b64encode(salt + costs + nonce + encrypted).decode(),
        "encoding": {"content": ["pkcs8", account.kind], "type": list(_WORDS), "version": "3"},
        "address": _address(account),
        "meta": {"name": account.name} if account.name else {},
    }
    return json.dumps(whole, separators=(",", ":"))


def _drawn(entropy: bytes | None) -> tuple[bytes, bytes]:
    drawn = chance(entropy, _SALT + _NONCE)
    return drawn[:_SALT], drawn[_SALT:]


@sealed
def _check_new(password: Secret) -> None:
    check_written(password)
    if _DIGITS.fullmatch(password.reveal()):
        raise KeystoreError("expected a password that is not 0x and digits: they have two meanings", reason="ambiguous")
    try:
        password.reveal().decode()
    except UnicodeDecodeError:
        raise KeystoreError("expected the password in UTF-8", reason="character") from None


# util-crypto/src/json: the key of the cipher, and the cipher


@sealed
def _key(stored: _Stored, password: Secret) -> Secret:
    data = password.reveal()
    if not data:
        raise KeystoreError("expected a password, got an empty one", reason="length")
    if stored.kdf is None:
        return Secret(data[:32].ljust(32, b"\0"))
    if _DIGITS.fullmatch(data):
        data = bytes.fromhex(data[2:].decode())
    return Secret(stored.kdf.derive(Secret(data), stored.salt))


@sealed
def _opened(stored: _Stored, key: Secret) -> bytes:
    try:
        return bytes(bindings.crypto_secretbox_open(stored.encrypted, stored.nonce, key.reveal()))
    except CryptoError:
        raise KeystoreError("the password is wrong, or the file was changed", reason="checksum") from None


# keyring/src/pair: PAIR_HDR || secret || PAIR_DIV || public key


@sealed
def _pair(account: KeyringPair) -> Secret:
    key = account.private_key
    public, secret = key.public_key.data, key.secret
    if key.curve is Curve.SR25519:
        secret = sr25519.to_ed25519(secret)
    elif key.curve is Curve.ED25519:
        secret = Secret(secret.reveal() + public)
    return Secret(_PAIR_HDR + secret.reveal() + _PAIR_DIV + public)


@sealed
def _private_key(plain: Secret, kind: str | None, address: str) -> tuple[str, PrivateKey]:
    data = plain.reveal()
    place = len(_PAIR_HDR) + _LAYOUTS.get(len(data), 0)
    if not data.startswith(_PAIR_HDR) or data[place : place + len(_PAIR_DIV)] != _PAIR_DIV or len(data) not in _LAYOUTS:
        raise KeystoreError("expected a pair of keys with its header and divider", reason="prefix")
    secret, public = Secret(data[len(_PAIR_HDR) : place]), data[place + len(_PAIR_DIV) :]
    if kind is not None:
        key = _of_kind(kind, secret)
        if not hmac.compare_digest(key.public_key.data, public):
            raise KeystoreError("the public key in the file is that of another key", reason="mismatch")
        return kind, key
    return _of_any_kind(secret, public, address)


@sealed
def _of_any_kind(secret: Secret, public: bytes, address: str) -> tuple[str, PrivateKey]:
    """The kind whose public key stands in the file, and for secp256k1 whose address does."""
    sizes = {"sr25519": 32, "ed25519": 32, "ecdsa": 33}
    for kind in (kind for kind, size in sizes.items() if size == len(public)):
        try:
            key = _of_kind(kind, secret)
        except KeystoreError:
            continue
        if hmac.compare_digest(key.public_key.data, public):
            is_evm = kind == "ecdsa" and len(_parsed(address)[0]) == 20
            return "ethereum" if is_evm else kind, key
    raise KeystoreError("the public key in the file is that of no kind of key", reason="mismatch")


@sealed
def _of_kind(kind: str, secret: Secret) -> PrivateKey:
    curve = KINDS[kind]
    try:
        if curve is Curve.SR25519:
            whole = sr25519.from_ed25519(secret) if len(secret) == 64 else sr25519.expand(secret)
            return PrivateKey(curve, whole)
        if curve is Curve.ED25519 and len(secret) == 64:
            return _ed25519(secret)
        return PrivateKey(curve, secret)
    except InvalidKey as error:
        raise KeystoreError(str(error), reason=error.reason) from None


@sealed
def _ed25519(pair: Secret) -> PrivateKey:
    """A seed with its own public half: a foreign one is refused."""
    key = PrivateKey(Curve.ED25519, Secret(pair.reveal()[:32]))
    if not hmac.compare_digest(pair.reveal()[32:], key.public_key.data):
        raise KeystoreError("the public half of the key is that of another one", reason="mismatch")
    return key


def _address(account: KeyringPair) -> str:
    public = account.private_key.public_key.data
    return ss58.encode(public, account.network) if len(public) == 32 else "0x" + public.hex()


def _parsed(address: str) -> tuple[bytes, int]:
    """The bytes of an address, and its network: 42 where it is hexadecimal."""
    with raised_as(KeystoreError):
        if address.startswith("0x"):
            return hexadecimal.decode(address[2:], any_case=True), _NETWORK
        return ss58.decode(address)


def _checked_network(address: str, kind: str, key: PrivateKey) -> int:
    """The network of an address that is the key's: the key itself, its hash (ecdsa), or an EVM account (ethereum)."""
    account, network = _parsed(address)
    public = key.public_key.data
    own = {public}
    if kind == "ecdsa":
        own.add(blake2b_256(public))
    elif kind == "ethereum":
        own.add(account_of(public))
    if account not in own:
        raise KeystoreError("the address in the file is that of another key", reason="mismatch")
    return network


# The file: every member that is used is there, of its exact type and in bounds.


def _check_name(name: str) -> None:
    if type(name) is not str:
        raise KeystoreError(f"expected the name as text, got {type(name).__name__}", reason="type")
    if len(name) > _MAX_NAME:
        raise KeystoreError(f"expected a name of at most {_MAX_NAME} characters", reason="too-large")
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise KeystoreError("expected a name without half of a surrogate pair", reason="character")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    kind: str | None
    address: str
    name: str
    kdf: Scrypt | None
    salt: bytes
    nonce: bytes
    encrypted: bytes

    @classmethod
    def parse(cls, value: Any) -> _Stored:
        """Read the members of the file, none of which is secret."""
        if type(value) is not dict:
            raise KeystoreError("expected a JSON object", reason="type")
        check_names(value)
        encoding = member(value, "encoding", dict)
        version = choice(encoding, "version", *_TYPES)
        _check_types(encoding, version)
        kind = _kind(encoding, version)
        data = _encoded(member(value, "encoded", str))
        head, data = (data[: _SALT + _PARAMS], data[_SALT + _PARAMS :]) if version == "3" else (b"", data)
        if len(data) - _NONCE - _MAC not in _LAYOUTS:
            raise KeystoreError("expected a nonce and an encrypted pair of keys in encoded", reason="length")
        address, name = member(value, "address", str), _name(value)
        _parsed(address)
        return cls(
            kind=kind,
            address=address,
            name=name,
            kdf=_costs(head[_SALT:]) if head else None,
            salt=head[:_SALT],
            nonce=data[:_NONCE],
            encrypted=data[_NONCE:],
        )


def _words(encoding: dict[str, Any], name: str) -> list[str]:
    """A member that is a word, or a list of them."""
    value = encoding.get(name)
    if value is None:
        raise KeystoreError(f"expected a member {name}", reason="missing")
    words: list[Any] = value if type(value) is list else [value]
    if not all(type(word) is str for word in words):
        raise KeystoreError(f"expected {name} as text, or as a list of it", reason="type")
    return words


def _check_types(encoding: dict[str, Any], version: str) -> None:
    words = _words(encoding, "type")
    if words == ["none"]:
        hint = "whoever reads the file has the key: import it where it is, and move what it holds"
        raise KeystoreError("the file is not encrypted", reason="policy", hint=hint)
    if words != list(_WORDS[-_TYPES[version] :]):
        expected = " and ".join(_WORDS[-_TYPES[version] :])
        raise KeystoreError(f"expected {expected} as type of version {version}", reason="version")


def _kind(encoding: dict[str, Any], version: str) -> str | None:
    """The kind that is named, or None: version 0 has none, nor files whose content is a word."""
    words = _words(encoding, "content")
    if words[:1] != ["pkcs8"]:
        raise KeystoreError("expected pkcs8 as content", reason="version")
    if len(words) == 1 and version != "3":
        return None
    if len(words) != 2 or words[1] not in KINDS:
        raise KeystoreError(f"expected {', '.join(KINDS)} as kind of account", reason="version")
    return None if version == "0" else words[1]


def _encoded(text: str) -> bytes:
    if _HEXADECIMAL.fullmatch(text):  # all of it, as in Polkadot-JS: base64 of a random salt may begin with 0x as well
        with raised_as(KeystoreError):
            return hexadecimal.decode(text[2:], any_case=True)
    data = base64.b64decode(text) if _BASE64.fullmatch(text) and len(text) % 4 == 0 else b""
    if base64.b64encode(data).decode() != text or not data:
        raise KeystoreError("expected encoded in base64, or 0x and hexadecimal digits", reason="character")
    return data


def _costs(numbers: bytes) -> Scrypt:
    """N || p || r, four bytes each, little-endian."""
    n, p, r = (int.from_bytes(numbers[place : place + 4], "little") for place in (0, 4, 8))
    return Scrypt(n=n, r=r, p=p)


def _name(value: dict[str, Any]) -> str:
    """``meta.name``, where there is one; the rest of ``meta`` is the wallet's."""
    if value.get("meta") is None or (meta := member(value, "meta", dict)).get("name") is None:
        return ""
    name = member(meta, "name", str)
    _check_name(name)
    return name
