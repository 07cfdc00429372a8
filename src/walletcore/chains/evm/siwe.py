"""Sign-In with Ethereum: a personal message by which an account opens a session at a web site.

EIP-4361, "ABNF Message Format" and "Message Fields"; URIs are RFC 3986, times RFC 3339. The text is read strictly: the
lines are those of the grammar, in its order, and nothing else. Two things have one spelling only here: the chain id has
no leading zeros, and the address has its EIP-55 checksum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from walletcore.chains.evm.address import parse as parse_account
from walletcore.chains.evm.chain import Evm
from walletcore.coding import timestamps, uris
from walletcore.effects import Effect, Opaque, Statement
from walletcore.errors import AddressError, TransactionError, raised_as

if TYPE_CHECKING:
    from walletcore.chains.evm.message import Message
    from walletcore.keys import PublicKey

__all__ = ["SiweMessage", "effects"]

_HEAD = " wants you to sign in with your Ethereum account:"
_MAX_LENGTH = 1 << 16
_STATEMENT = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;= ]*+", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9]{8,}+", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_REQUIRED = (
    ("URI: ", "uri"),
    ("Version: ", "version"),
    ("Chain ID: ", "chain_id"),
    ("Nonce: ", "nonce"),
    ("Issued At: ", "issued_at"),
)
_OPTIONAL = (("Expiration Time: ", "expiration_time"), ("Not Before: ", "not_before"), ("Request ID: ", "request_id"))
_RESOURCES, _RESOURCE = "Resources:", "- "


@dataclass(frozen=True, slots=True, kw_only=True)
class SiweMessage:
    """Who signs in where, with which account, for how long. `parse` reads the text, ``str()`` writes it.

    ``address`` is text with its EIP-55 checksum; times are texts of RFC 3339, since the text is what is signed. A field
    that is None is not there; an empty one is. Raises `TransactionError`.
    """

    scheme: str | None = None
    domain: str
    address: str
    statement: str | None = None
    uri: str
    version: str = "1"
    chain_id: int
    nonce: str
    issued_at: str
    expiration_time: str | None = None
    not_before: str | None = None
    request_id: str | None = None
    resources: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        self._check_types()
        _check(self.scheme is None or uris.is_scheme(self.scheme), "scheme", "the scheme of a URI")
        _check(bool(uris.host_of(self.domain)), "domain", "a host, with a port or without (RFC 3986, authority)")
        try:
            parse_account(self.address)
        except AddressError as error:
            raise TransactionError(f"address: {error}", reason=error.reason, hint=error.hint) from None
        _check(self.statement is None or _STATEMENT.fullmatch(self.statement), "statement", "ASCII on one line")
        _check(uris.is_uri(self.uri), "uri", "a URI (RFC 3986)")
        _check(self.version == "1", "version", "1", "version")
        _check(0 < self.chain_id < 1 << 63, "chain id", "a number from 1 to 2^63-1", "range")
        _check(_NONCE.fullmatch(self.nonce), "nonce", "eight letters and digits, or more")
        _check(self.request_id is None or uris.is_path_characters(self.request_id), "request id", "*pchar (RFC 3986)")
        for resource in self.resources or ():
            _check(uris.is_uri(resource), "resources", "URIs (RFC 3986)")
        for _, name in (_REQUIRED[-1], *_OPTIONAL[:2]):
            self._moment(name)
        if len(str(self)) > _MAX_LENGTH:
            raise TransactionError(f"expected at most {_MAX_LENGTH} characters", reason="too-large")

    def _check_types(self) -> None:
        texts = [self.domain, self.address, self.uri, self.version, self.nonce, self.issued_at]
        maybe = [self.scheme, self.statement, self.expiration_time, self.not_before, self.request_id]
        listed = self.resources if self.resources is not None else ()
        if type(listed) is not tuple or type(self.chain_id) is not int:
            raise TransactionError("expected an int as chain_id, a tuple as resources", reason="type")
        if not all(type(text) is str for text in (*texts, *listed, *(each for each in maybe if each is not None))):
            raise TransactionError("expected the fields of a sign-in message as text", reason="type")

    def _moment(self, name: str) -> datetime | None:
        text = getattr(self, name)
        if text is None:
            return None
        try:
            with raised_as(TransactionError):
                return timestamps.decode(text)
        except TransactionError as error:
            raise TransactionError(f"{name.replace('_', ' ')}: {error}", reason=error.reason) from None

    @classmethod
    def parse(cls, text: str) -> SiweMessage:
        """Read the text of a message. Raises `TransactionError` for all that is none to the letter."""
        if type(text) is not str:
            raise TransactionError(f"expected a sign-in message as text, got {type(text).__name__}", reason="type")
        if len(text) > _MAX_LENGTH:
            raise TransactionError(f"expected at most {_MAX_LENGTH} characters, got {len(text)}", reason="too-large")
        lines = text.split("\n")
        if not lines[0].endswith(_HEAD) or len(lines) < 4 or lines[2] != "":
            raise TransactionError("expected a sign-in message (EIP-4361)", reason="prefix")
        scheme, mark, domain = lines[0].removesuffix(_HEAD).rpartition("://")
        rest = 4 if lines[3] == "" and lines[4:5] and lines[4].startswith(_REQUIRED[0][0]) else 5
        if lines[rest - 1 : rest] != [""]:
            raise TransactionError("statement: expected one line, and an empty one behind it", reason="character")
        statement = None if rest == 4 else lines[3]
        return cls(
            scheme=scheme if mark else None,
            domain=domain,
            address=lines[1],
            statement=statement,
            **_fields(lines[rest:]),
        )

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        origin = self.domain if self.scheme is None else f"{self.scheme}://{self.domain}"
        yield from (origin + _HEAD, self.address, "")
        if self.statement is not None:
            yield self.statement
        yield ""
        for label, name in (*_REQUIRED, *_OPTIONAL):
            value = getattr(self, name)
            if value is not None:
                yield f"{label}{value}"
        if self.resources is not None:
            yield _RESOURCES
            yield from (_RESOURCE + each for each in self.resources)

    @property
    def issued(self) -> datetime:
        """When the message was made, as it says itself."""
        return timestamps.decode(self.issued_at)

    @property
    def expires(self) -> datetime | None:
        """From when on the message is no longer valid."""
        return self._moment("expiration_time")

    @property
    def begins(self) -> datetime | None:
        """From when on the message is valid."""
        return self._moment("not_before")

    def message(self, chain: Evm, signer: PublicKey | None = None) -> Message:
        """What the account signs. Raises `TransactionError` where chain or signer are not those of the message.

        For a contract that is an account no key is the signer's; ``contract_signature`` verifies for it.
        """
        from walletcore.chains.evm.message import Message

        if not isinstance(chain, Evm):
            raise TransactionError(f"expected an EVM chain, got {type(chain).__name__}", reason="type")
        if chain.chain_id != self.chain_id:
            raise TransactionError(f"expected chain id {chain.chain_id}, got {self.chain_id}", reason="network")
        made = Message(chain=chain, signer=signer, data=str(self).encode())
        if signer is not None and chain.address(signer).text != self.address:
            raise TransactionError("the message is for another account than the signer's", reason="mismatch")
        return made

    def check(self, *, domain: str, nonce: str, time: datetime, scheme: str | None = None) -> None:
        """Return if the message is what a site has asked for, at this time; otherwise raise `TransactionError`.

        ``scheme`` is compared where it is given. Who signed is another question: `Message.verify`.
        """
        if type(time) is not datetime or time.utcoffset() is None:
            raise TransactionError("expected a datetime with a time zone as time", reason="type")
        wanted = [("domain", domain, self.domain), ("nonce", nonce, self.nonce)]
        if scheme is not None:
            wanted.append(("scheme", scheme, self.scheme or "https"))  # EIP-4361, "Message Fields": the default
        for name, expected, got in wanted:
            if type(expected) is not str or expected != got:
                raise TransactionError(f"expected the {name} that was asked for, got another", reason="mismatch")
        begins, expires = self.begins, self.expires
        if begins is not None and time < begins:
            raise TransactionError(f"not valid before {self.not_before}", reason="range")
        if expires is not None and time >= expires:
            raise TransactionError(f"not valid from {self.expiration_time} on", reason="range")


def _fields(lines: list[str]) -> dict[str, Any]:
    """The values of the labelled lines, each in its place."""
    found: dict[str, Any] = {}
    place = 0
    for label, name in (*_REQUIRED, *_OPTIONAL):
        if lines[place : place + 1] and lines[place].startswith(label):
            found[name] = lines[place].removeprefix(label)
            place += 1
        elif (label, name) in _REQUIRED:
            raise TransactionError(f"expected a line that begins with {label!r}", reason="missing")
    if lines[place : place + 1] == [_RESOURCES]:
        listed = lines[place + 1 :]
        if not all(each.startswith(_RESOURCE) for each in listed):
            raise TransactionError(f"resources: expected lines that begin with {_RESOURCE!r}", reason="prefix")
        found["resources"] = tuple([each.removeprefix(_RESOURCE) for each in listed])
    elif lines[place:]:
        raise TransactionError("expected no other line, or another order of the lines", reason="trailing")
    found["chain_id"] = _number(found["chain_id"])
    return found


def _number(digits: str) -> int:
    _check(_NUMBER.fullmatch(digits), "chain id", "digits without leading zeros", "non-canonical")
    return int(digits)


def _check(good: object, name: str, expected: str, reason: str = "character") -> None:
    if not good:
        raise TransactionError(f"{name}: expected {expected}", reason=reason)


def effects(text: str, chain: Evm, signer: PublicKey | None = None) -> tuple[Effect, ...]:
    """What a personal message with the words of a sign-in states; `Opaque` where it is none, or none of this account.

    EIP-4361, "Verifying the Message Format": a wallet warns of a text that has the words and not the format.
    """
    try:
        found = SiweMessage.parse(text)
    except TransactionError as error:
        return (Opaque(why=f"looks like a sign-in (EIP-4361) and is none: {error}", data=text.encode()),)
    account, host = f"eip155:{found.chain_id}:{found.address}", uris.host_of(found.domain)
    since = "" if found.not_before is None else f" from {found.not_before}"
    until = "" if found.expiration_time is None else f" until {found.expiration_time}"
    where = f"{found.scheme or 'https'}://{found.domain}"
    said = Statement(text=text, meaning=f"sign in to {where} as {account}{since}{until}")
    if found.chain_id != chain.chain_id:
        why = f"a sign-in for chain eip155:{found.chain_id}, and not for {chain.caip2}"
    elif signer is not None and chain.address(signer).text != found.address:
        why = f"a sign-in as {account}, which is not the signer's account"
    elif "@" in found.domain:
        why = f"a sign-in to {host}, before which a user stands that may look like another site"
    else:
        return (said,)
    return said, Opaque(why=why)
