"""EIP-712 typed data: a domain and a struct, hashed so that a contract can check who signed them.

EIP-712, "Specification", "Definition of domainSeparator"; as JSON it is what eth_signTypedData takes. The domain has
members of the specification only, in its order. Nothing that is written remains unsigned: members that no type declares
are refused, and so are members that are declared and missing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Self

from walletcore.chains.structs import EIP712, MAX_DEPTH, Dialect, Members, StructTypes, check_bounds, checked_dict
from walletcore.coding import strict_json
from walletcore.errors import TransactionError, raised_as
from walletcore.hashes import keccak256

__all__ = ["Domain", "TypedData"]

_MEMBERS = ("types", "primaryType", "domain", "message")
_DOMAIN = "EIP712Domain"
_DOMAIN_MEMBERS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
)
_PLAIN = (str, int, bytes)
_MAX_KEPT = 1024  # characters or bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """For whom typed data is meant: whatever of name, version, chain id, contract (20 bytes) and salt is given."""

    name: str | None = None
    version: str | None = None
    chain_id: int | None = None
    verifying_contract: bytes | None = None
    salt: bytes | None = None


@dataclass(frozen=True, slots=True)
class TypedData:
    """Typed data as its JSON, in one canonical form, and what it hashes to. Made by `parse`; equal when the JSON is.

    ``raw`` is the JSON in UTF-8, which `parse` takes. Raises `TransactionError`.
    """

    raw: bytes = field(repr=False)
    primary_type: str = field(init=False, compare=False)
    domain: Domain = field(init=False, compare=False)
    domain_separator: bytes = field(init=False, compare=False, repr=False)
    struct_hash: bytes = field(init=False, compare=False, repr=False)

    dialect: ClassVar[Dialect] = EIP712
    """Which atomic types there are: a family with others has a class of its own."""

    def __post_init__(self) -> None:
        if type(self.raw) is not bytes:
            raise TransactionError(f"expected JSON in UTF-8, got {type(self.raw).__name__}", reason="type")
        given = self.raw
        self._fill(_decoded(_text(given)))
        if given != self.raw:
            raise TransactionError("expected the JSON that TypedData.parse makes", reason="non-canonical")

    @classmethod
    def parse(cls, source: str | dict[str, Any], *, drop_undeclared: bool = False) -> Self:
        """Read typed data from JSON, or from a dict with types, primaryType, domain and message.

        A dict may hold bytes where JSON has 0x and hex digits; what values look like is told in ``structs``. There are
        at most 32 levels, 16,384 values and 1 MB. Members that no type declares are not signed, and refused: with
        ``drop_undeclared`` they are left out instead, as some wallets do in silence. Raises `TransactionError`.
        """
        document = _decoded(source) if type(source) is str else source
        self = object.__new__(cls)
        self._fill(_without_undeclared(document, cls.dialect) if drop_undeclared else document)
        return self

    def _fill(self, document: object) -> None:
        """Hash a document, and keep it as text; what cannot be hashed is refused."""
        given = checked_dict(document, _MEMBERS)
        dialect, primary, message = self.dialect, given["primaryType"], given["message"]
        types = StructTypes.parse(given["types"], dialect)
        if type(primary) is not str or primary not in types.members or primary == _DOMAIN:
            raise TransactionError("expected the name of a declared struct as primaryType", reason="unknown")
        domain, separator, domain_text = _domain(given["domain"], types.members.get(_DOMAIN), dialect)
        struct_hash = types.hash_struct(primary, message)
        raw = (
            f'{{"domain":{domain_text},"message":{_encode(message)},'
            f'"primaryType":"{primary}","types":{_encoded_types(types)}}}'
        )
        values = raw.encode(), primary, domain, separator, struct_hash
        for name, value in zip(TypedData.__slots__, values, strict=True):
            object.__setattr__(self, name, value)

    @property
    def payload(self) -> bytes:
        """What is signed: 0x19 0x01 || domainSeparator || hashStruct(message), 66 bytes (EIP-191, version 0x01)."""
        return b"\x19\x01" + self.domain_separator + self.struct_hash

    @property
    def digest(self) -> bytes:
        """The Keccak-256 of the payload, 32 bytes."""
        return keccak256(self.payload)

    @property
    def types(self) -> StructTypes:
        """The struct types."""
        return StructTypes.parse(json.loads(self.raw)["types"], self.dialect)

    @property
    def message(self) -> dict[str, Any]:
        """The struct that is signed, as a new dict; bytes are 0x and hex digits."""
        found: dict[str, Any] = json.loads(self.raw)["message"]
        return found

    @property
    def values(self) -> dict[str, Any]:
        """The same with one spelling for everything: ints, bools, text, bytes (an address is 20), tuples and dicts."""
        return self.types.read(self.primary_type, self.message)


def _without_undeclared(document: object, dialect: Dialect) -> dict[str, Any]:
    """The document without what its types do not declare, in the message and, where that is declared, the domain."""
    given = checked_dict(document, _MEMBERS)
    types = StructTypes.parse(given["types"], dialect)
    kept = {"domain": types.declared(_DOMAIN, given["domain"])}
    return {**given, **kept, "message": types.declared(given["primaryType"], given["message"])}


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise TransactionError("expected JSON in UTF-8", reason="character") from None


def _decoded(text: str) -> object:
    with raised_as(TransactionError):
        return strict_json.decode(text, max_depth=MAX_DEPTH)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_hex).encode


@lru_cache(maxsize=64)
def _encoded_types(types: StructTypes) -> str:
    listed = types.members.items()
    return _encode({name: [{"name": n, "type": kind} for n, kind in members] for name, members in listed})


def _domain(given: object, declared: Members | None, dialect: Dialect) -> tuple[Domain, bytes, str]:
    """The domain, its separator and its JSON; the few that come again and again are kept."""
    if type(given) is not dict:
        raise TransactionError(f"domain: expected a dict (a JSON object), got {type(given).__name__}", reason="type")
    items = tuple(given.items())
    for name, value in items:
        if type(name) is not str:
            raise TransactionError("domain: expected names as text", reason="type")
        if type(value) not in _PLAIN or (type(value) is not int and len(value) > _MAX_KEPT):
            check_bounds(given)
            return _read_domain.__wrapped__(items, declared, dialect)
    return _read_domain(items, declared, dialect)


@lru_cache(maxsize=64)
def _read_domain(
    items: tuple[tuple[str, Any], ...], declared: Members | None, dialect: Dialect
) -> tuple[Domain, bytes, str]:
    given = dict(items)
    listed = tuple([(name, kind) for name, kind in _DOMAIN_MEMBERS if name in given])
    if declared not in (None, listed):
        expected = f"{_DOMAIN} to declare the members that the domain has, in the order of EIP-712"
        raise TransactionError(f"domain: expected {expected}", reason="mismatch")
    values = checked_dict(given, [name for name, _ in listed])
    words = {name: _domain_word(dialect, name, kind, values[name]) for name, kind in listed}
    type_hash = StructTypes({_DOMAIN: listed}).type_hash(_DOMAIN)
    chain_id, contract = words.get("chainId"), words.get("verifyingContract")
    domain = Domain(
        name=values.get("name"),
        version=values.get("version"),
        chain_id=None if chain_id is None else int.from_bytes(chain_id),
        verifying_contract=None if contract is None else contract[12:],
        salt=words.get("salt"),
    )
    return domain, keccak256(type_hash + b"".join(words.values())), _encode(values)


def _domain_word(dialect: Dialect, name: str, kind: str, value: object) -> bytes:
    try:
        if name == "chainId" and not dialect.hex_chain_id and type(value) is str and value.startswith("0x"):
            raise TransactionError("expected an int, or its decimal digits as text", reason="type")
        return dialect.atomic[kind](value)
    except TransactionError as error:
        raise TransactionError(f"domain: {name}: {error}", reason=error.reason, hint=error.hint) from None
