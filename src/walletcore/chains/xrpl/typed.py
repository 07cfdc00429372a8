"""What typed transactions share: common fields, flags by name, and the way to the fields of the codec and back.

xrpl.org, "Transaction Common Fields". Which fields and flags a type has, and of what kind they are, the published
definitions say; a class names them in Python's way. A transaction is malformed here where rippled answers with a code
that begins with ``tem``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from importlib import import_module
from typing import Any

from walletcore.chains.base import Address
from walletcore.chains.xrpl import codec, sponsorship
from walletcore.chains.xrpl.amounts import IssuedAmount, MptAmount
from walletcore.chains.xrpl.chain import TYPED, XrplChain, check_account
from walletcore.chains.xrpl.definitions import definitions
from walletcore.chains.xrpl.parts import Amount, Memo, members, read_json, to_json
from walletcore.chains.xrpl.transaction import SIGNING_FIELDS, AnyTransaction, Transaction
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.remembering import memory

__all__ = ["PERILS", "Typed", "check_credentials", "check_positive", "from_json", "malformed", "typed"]

PERILS = {
    "partial_payment": "expected the whole amount to be delivered (tfPartialPayment): any part of it would do",
    "authority_change": "expected nobody else to get control of the account, nor its own key to lose it",
    "account_delete": "expected the account to remain: it is deleted, and its XRP goes to another one",
}
"""What is valid, and seldom meant: refused, unless ``allow_`` and the name is True. Bytes are read, and say it."""

_TAGS = {"account": "source_tag", "destination": "destination_tag"}
_MOST_CREDENTIALS, _MOST_MEMOS = 8, 1024
_AMOUNTS = {kind.__name__: kind for kind in (int, IssuedAmount, MptAmount)}
_URL = re.compile(rb"[-A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%]*")


def malformed(is_so: bool, message: str, reason: str = "range") -> None:
    """Raise `TransactionError` where it is so."""
    if is_so:
        raise TransactionError(message, reason=reason)


def check_positive(what: str, *amounts: Amount | None) -> None:
    """Raise `TransactionError` for an amount that is there, and zero or less (temBAD_AMOUNT)."""
    for amount in amounts:
        malformed(amount is not None and size(amount) <= 0, f"expected more than zero as {what}")


def size(amount: Amount) -> int:
    """A number that is positive, zero or negative as the amount is."""
    if isinstance(amount, int):
        return amount
    return amount.mantissa if isinstance(amount, IssuedAmount) else amount.value


def check_credentials(credential_ids: tuple[bytes, ...]) -> None:
    """Raise `TransactionError` for more than eight, or one twice (temMALFORMED)."""
    malformed(len(credential_ids) > _MOST_CREDENTIALS, f"expected at most {_MOST_CREDENTIALS} credentials", "length")
    malformed(len(set(credential_ids)) < len(credential_ids), "expected each credential once", "duplicate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Typed(AnyTransaction):
    """What all types have; ``fee`` is in drops. Either ``sequence`` or ``ticket_sequence`` says its place.

    ``flags`` are names of the definitions, such as ``tfSell``; None leaves the field out. An X-address becomes an
    account and its tag. Raises `TransactionError`.
    """

    account: Address
    fee: int
    sequence: int = 0
    ticket_sequence: int | None = None
    last_ledger_sequence: int | None = None
    account_txn_id: bytes | None = None
    source_tag: int | None = None
    memos: tuple[Memo, ...] = ()
    delegate: Address | None = None
    sponsor: Address | None = None
    sponsor_flags: int | None = None
    flags: frozenset[str] | None = None
    _values: dict[str, Any] | None = memory()

    @classmethod
    def kind(cls) -> str:
        """The published name of the type, which is that of the class."""
        return cls.__name__

    def __post_init__(self) -> None:
        if not isinstance(self.chain, XrplChain):
            raise TransactionError(f"expected a network of XRPL, got {type(self.chain).__name__}", reason="type")
        self._take_tags()
        self._check_common()
        object.__setattr__(self, "_values", self._write())
        self._check_memos()
        sponsorship.check(self._values or {})
        AnyTransaction.__post_init__(self)
        self.check()

    def _take_tags(self) -> None:
        """A tag of an X-address goes where it is signed; elsewhere it would be lost, and is refused."""
        for each in fields(self):
            address = getattr(self, each.name)
            if type(address) is not Address:
                continue
            check_account(self.chain, address, each.name)
            if address.tag is not None:
                name = _TAGS.get(each.name, "")
                malformed(not hasattr(self, name), f"expected an address without a tag as {each.name}", "unknown")
                given = getattr(self, name)
                malformed(given not in (None, address.tag), f"{name} is another than that of the address", "mismatch")
                object.__setattr__(self, name, address.tag)
            if address.kind:
                object.__setattr__(self, each.name, self.chain.account(address.payload))

    def _check_common(self) -> None:
        known = definitions().flags[self.kind()]
        if self.flags is not None and not (type(self.flags) is frozenset and self.flags <= known.keys()):
            raise TransactionError(f"expected flags as a frozenset of some of {', '.join(known)}", reason="unknown")
        if self.ticket_sequence is None:
            malformed(self.sequence == 0, "expected a sequence, or a ticket_sequence", "missing")
        else:
            malformed(self.sequence != 0, "expected either a sequence or a ticket_sequence", "ambiguous")
            malformed(self.account_txn_id is not None, "expected no account_txn_id beside a ticket", "ambiguous")
        malformed(self.delegate is not None and self.delegate == self.account, "expected another delegate", "duplicate")
        for peril in PERILS:
            allowed = getattr(self, f"allow_{peril}", False)
            malformed(type(allowed) is not bool, f"expected True or False as allow_{peril}", "type")

    def _check_memos(self) -> None:
        """At most 1,024 bytes of them; types and formats are of the characters of URLs (rippled, isMemoOkay)."""
        for each in self.memos:
            labels = (each.memo_type or b"") + (each.memo_format or b"")
            malformed(_URL.fullmatch(labels) is None, "expected characters of URLs as type and format", "character")
        if self.memos:
            written = codec.encode({"Memos": to_json(self.chain, "Memos", self.memos)})
            malformed(len(written) - 2 > _MOST_MEMOS, f"expected at most {_MOST_MEMOS} bytes of memos", "too-large")

    def _write(self, *apart: str) -> dict[str, Any]:
        """The body; fields ``apart`` are written by the class itself."""
        names = members(frozenset(definitions().formats[self.kind()]))
        written: dict[str, Any] = {"TransactionType": self.kind()}
        with raised_as(TransactionError):
            for each in fields(self):
                value, name = getattr(self, each.name), names.get(each.name)
                if (
                    name is None
                    or name in ("Flags", *apart, *SIGNING_FIELDS)
                    or (value == each.default and name != "Sequence")
                ):
                    continue
                written[name] = to_json(self.chain, name, value)
                _check_amount(each, value)
        if self.flags is not None:
            bits = definitions().flags[self.kind()]
            written["Flags"] = sum(bits[flag] for flag in self.flags)
        return written

    def _body(self) -> dict[str, Any]:
        return {name: _copied(value) for name, value in (self._values or {}).items()}

    def has(self, flag: str) -> bool:
        """Whether this flag is set."""
        return self.flags is not None and flag in self.flags

    @classmethod
    def members_of(
        cls, chain: XrplChain, body: Mapping[str, Any], allow: Collection[str] | None = None
    ) -> dict[str, Any]:
        """What the constructor takes for a body; these perils are allowed, or (None) all. Raises `TransactionError`."""
        return cls.plain_members(chain, body, allow)

    @classmethod
    def plain_members(
        cls, chain: XrplChain, body: Mapping[str, Any], allow: Collection[str] | None, *apart: str
    ) -> dict[str, Any]:
        """The same for fields whose values `parts` has in its table; those ``apart`` are not read."""
        known = {each.name: each for each in fields(cls)}
        perils = [name for name in known if name.startswith("allow_")]
        found: dict[str, Any] = {name: allow is None or name.removeprefix("allow_") in allow for name in perils}
        names = frozenset(definitions().formats[cls.kind()]) - {"TransactionType", "Flags", *apart}
        for python, name in members(names).items():
            if name in body:
                malformed(python not in known, f"{cls.kind()} has no {python}", "unknown")
                found[python] = read_json(chain, name, body[name])
            elif python in known:
                malformed(known[python].default is MISSING, f"{cls.kind()}: {name} is missing", "missing")
        if "Flags" in body:
            found["flags"] = _flags(cls.kind(), body["Flags"])
        return found

    def check(self) -> None:
        """What makes one of this type malformed. Raises `TransactionError`."""

    def allow(self, peril: str) -> None:
        """Raise `TransactionError` (policy) for a peril that is not allowed by its name."""
        if not getattr(self, f"allow_{peril}"):
            raise TransactionError(PERILS[peril], reason="policy", hint=f"allow_{peril}=True takes it")


def _copied(value: Any) -> Any:
    """The same value, whose parts nobody else can change; no deeper than classes write."""
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def _check_amount(each: Field[Any], value: object) -> None:
    """Raise `TransactionError` for an amount of another kind than the class has it."""
    kinds = [kind for kind in str(each.type).split(" | ") if kind in _AMOUNTS]
    expected = " or ".join(kinds)
    is_amount = type(value) in _AMOUNTS.values()
    malformed(
        bool(kinds) and is_amount and type(value).__name__ not in kinds, f"expected {expected} as {each.name}", "type"
    )


def class_of(kind: str | None) -> type[Typed] | None:
    """The class of this type of transaction, or None, as for fields without a type."""
    room = TYPED.get(kind or "")
    return getattr(import_module(f"walletcore.chains.xrpl.kinds.{room}"), kind) if kind and room else None


def typed(chain: XrplChain, body: Mapping[str, Any], **signing: Any) -> Typed | None:
    """The typed transaction of this body (as ``_body`` gives it), whatever perils are in it.

    ``signing`` are signer, signers and parties, for its constructor. None where its type has no class, or the class
    would not write the very same: for what is malformed, and for fields that are there and empty, or flags without a
    name.
    """
    kind = class_of(body.get("TransactionType"))
    if kind is None:
        return None
    try:
        made = kind(chain=chain, **kind.members_of(chain, body), **signing)
    except (TransactionError, DecodingError):
        return None
    return made if made._body() == {**body} else None


def from_json(
    chain: XrplChain, fields: Mapping[str, Any], *, allow: Collection[str] = (), **signing: Any
) -> AnyTransaction:
    """The transaction of fields as JSON on xrpl.org has them: of its class, or a `Transaction` where there is none.

    ``allow`` are names of `PERILS`; ``signing`` are signer, origin, signers and parties. Unlike bytes, which are read
    as they are, what is malformed or perilous is refused. Raises `TransactionError`.
    """
    is_list = isinstance(allow, Collection) and not isinstance(allow, str | bytes)
    if not is_list or any(type(each) is not str or each not in PERILS for each in allow):
        raise TransactionError(f"expected some of {', '.join(PERILS)} as allow", reason="unknown")
    plain = Transaction.of(chain, fields, **signing)
    body = plain._body()
    kind = class_of(body.get("TransactionType"))
    if kind is None:
        return plain
    with raised_as(TransactionError):
        made = kind(chain=chain, **kind.members_of(chain, body, allow), **signing)
    if made.raw != plain.raw:
        raise TransactionError("expected no field that is there and empty", reason="non-canonical")
    return made


def _flags(kind: str, number: int) -> frozenset[str]:
    bits = definitions().flags[kind]
    flags = frozenset(name for name, bit in bits.items() if number & bit)
    malformed(sum(bits[name] for name in flags) != number, "expected flags that have names", "unknown")
    return flags
