"""Accounts: their settings and keys, who may act for them, what is said of them (xrpl.org, "Transaction Types").

rippled, the transactors' preflight; XLS-40 (DID), XLS-70 (credentials), XLS-75 (delegates).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from walletcore.chains.base import Address
from walletcore.chains.xrpl.chain import parse_key
from walletcore.chains.xrpl.parts import Credential, Permission, SignerEntry
from walletcore.chains.xrpl.typed import Typed, check_credentials, malformed

__all__ = [
    "AccountDelete",
    "AccountSet",
    "CredentialAccept",
    "CredentialCreate",
    "CredentialDelete",
    "DIDDelete",
    "DIDSet",
    "DelegateSet",
    "DepositPreauth",
    "SetRegularKey",
    "SignerListSet",
    "TicketCreate",
]

_MOST_SIGNERS, _MOST_PERMISSIONS, _MOST_TICKETS, _MOST_CREDENTIALS = 32, 10, 250, 8
_LONGEST, _LONGEST_TYPE = 256, 64
_PARITY = 1_000_000_000  # a transfer rate of one
_OPPOSITES = (  # flags of the transaction, and the settings that are the same (rippled, SetAccount.cpp)
    ("tfRequireAuth", "tfOptionalAuth", "asfRequireAuth"),
    ("tfRequireDestTag", "tfOptionalDestTag", "asfRequireDest"),
    ("tfDisallowXRP", "tfAllowXRP", "asfDisallowXRP"),
)
_KEYS = ("AccountSet", "SetRegularKey", "SignerListSet", "DelegateSet", "AccountDelete")
_OWN = frozenset((*_KEYS, "Batch", "EnableAmendment", "SetFee", "UNLModify"))  # xrpl.org, "Permission Values"


def _check_length(name: str, value: bytes | None, *, least: int = 0, most: int = _LONGEST) -> None:
    if value is not None:
        malformed(not least <= len(value) <= most, f"expected {least} to {most} bytes as {name}", "length")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccountSet(Typed):
    """Settings of the account; ``set_flag`` and ``clear_flag`` are names such as ``asfRequireDest``.

    Disabling the master key, and naming who mints in its name, needs ``allow_authority_change``.
    """

    clear_flag: str | None = None
    set_flag: str | None = None
    domain: bytes | None = None
    email_hash: bytes | None = None
    message_key: bytes | None = None
    nftoken_minter: Address | None = None
    tick_size: int | None = None
    transfer_rate: int | None = None
    wallet_locator: bytes | None = None
    wallet_size: int | None = None
    allow_authority_change: bool = field(default=False, compare=False, repr=False)

    def check(self) -> None:
        """Nothing set and cleared at once; a rate of 1 to 2, a tick of 3 to 15 digits; a minter with its flag."""
        put, cleared = self.set_flag, self.clear_flag
        malformed(put is not None and put == cleared, "expected one flag set, and another one cleared", "ambiguous")
        for on, off, name in _OPPOSITES:
            both = (self.has(on) or put == name) and (self.has(off) or cleared == name)
            malformed(both, f"expected {name} set or cleared", "ambiguous")
        rate, tick = self.transfer_rate or _PARITY, self.tick_size or 3
        malformed(not _PARITY <= rate <= 2 * _PARITY, "expected a transfer_rate of 0, or 1 to 2 billions")
        malformed(not 3 <= tick <= 15, "expected a tick_size of 0, or 3 to 15")
        _check_length("domain", self.domain)
        if self.message_key:
            parse_key(self.message_key.hex())
        minter, name = self.nftoken_minter, "asfAuthorizedNFTokenMinter"
        malformed(put == name and minter is None, "expected an nftoken_minter", "missing")
        malformed(cleared == name and minter is not None, "expected no nftoken_minter", "ambiguous")
        if minter is not None or put == "asfDisableMaster":
            self.allow("authority_change")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccountDelete(Typed):
    """Delete the account; its XRP goes to the destination. Needs ``allow_account_delete``."""

    destination: Address
    destination_tag: int | None = None
    credential_ids: tuple[bytes, ...] = ()
    allow_account_delete: bool = field(default=False, compare=False, repr=False)

    def check(self) -> None:
        """Another destination."""
        malformed(self.account == self.destination, "expected another destination", "duplicate")
        check_credentials(self.credential_ids)
        self.allow("account_delete")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetRegularKey(Typed):
    """The key of another account signs for this one; without ``regular_key`` none does any more.

    Needs ``allow_authority_change``.
    """

    regular_key: Address | None = None
    allow_authority_change: bool = field(default=False, compare=False, repr=False)

    def check(self) -> None:
        """Another account's key than the master key."""
        malformed(self.regular_key == self.account, "expected another key than the master key", "duplicate")
        self.allow("authority_change")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SignerListSet(Typed):
    """Signers whose weights make up ``signer_quorum`` sign for the account; 0 and none takes the list away.

    Needs ``allow_authority_change``.
    """

    signer_quorum: int
    signer_entries: tuple[SignerEntry, ...] = ()
    allow_authority_change: bool = field(default=False, compare=False, repr=False)

    def check(self) -> None:
        """1 to 32 signers, each another account with a weight, that can reach the quorum."""
        entries, quorum = self.signer_entries, self.signer_quorum
        malformed(bool(entries) != bool(quorum), "expected a quorum and signers, or 0 and none", "mismatch")
        malformed(len(entries) > _MOST_SIGNERS, f"expected at most {_MOST_SIGNERS} signers", "length")
        accounts = [each.account.payload for each in entries]
        malformed(len(set(accounts)) < len(accounts), "expected each signer once", "duplicate")
        malformed(self.account.payload in accounts, "expected other accounts as signers", "duplicate")
        malformed(any(each.signer_weight == 0 for each in entries), "expected a weight of each signer")
        malformed(sum(each.signer_weight for each in entries) < quorum, "expected a quorum that signers can reach")
        self.allow("authority_change")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DelegateSet(Typed):
    """Another account may send these types of transactions in this one's name; none takes the permission away.

    Needs ``allow_authority_change``.
    """

    authorize: Address
    permissions: tuple[Permission, ...]
    allow_authority_change: bool = field(default=False, compare=False, repr=False)

    def check(self) -> None:
        """Another account, at most ten permissions, each once and one that can be given."""
        names = [each.permission_value for each in self.permissions]
        malformed(self.authorize == self.account, "expected another account", "duplicate")
        malformed(len(names) > _MOST_PERMISSIONS, f"expected at most {_MOST_PERMISSIONS} permissions", "length")
        malformed(len(set(names)) < len(names), "expected each permission once", "duplicate")
        malformed(not _OWN.isdisjoint(names), "expected permissions that can be given", "unknown")
        self.allow("authority_change")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DepositPreauth(Typed):
    """Who may pay this account, by account or by credentials, where it takes from nobody else."""

    authorize: Address | None = None
    unauthorize: Address | None = None
    authorize_credentials: tuple[Credential, ...] = ()
    unauthorize_credentials: tuple[Credential, ...] = ()

    def check(self) -> None:
        """One of the four; not the account itself."""
        lists = (self.authorize_credentials, self.unauthorize_credentials)
        given = (self.authorize, self.unauthorize, *(each or None for each in lists))
        malformed(sum(each is not None for each in given) != 1, "expected one of the four", "ambiguous")
        malformed(self.authorize == self.account, "expected another account", "duplicate")
        for each in lists:
            _check_credential_list(each)


def _check_credential_list(credentials: tuple[Credential, ...]) -> None:
    malformed(len(credentials) > _MOST_CREDENTIALS, f"expected at most {_MOST_CREDENTIALS} credentials", "length")
    malformed(len(set(credentials)) < len(credentials), "expected each credential once", "duplicate")
    for each in credentials:
        _check_length("credential_type", each.credential_type, least=1, most=_LONGEST_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TicketCreate(Typed):
    """So many tickets, each a place for a transaction out of order."""

    ticket_count: int

    def check(self) -> None:
        """1 to 250."""
        malformed(not 1 <= self.ticket_count <= _MOST_TICKETS, f"expected a ticket_count of 1 to {_MOST_TICKETS}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DIDSet(Typed):
    """The account's decentralized identifier; empty bytes take a part of it away."""

    did_document: bytes | None = None
    uri: bytes | None = None
    data: bytes | None = None

    def check(self) -> None:
        """One part or more, not all of them empty."""
        parts = (self.did_document, self.uri, self.data)
        malformed(all(each is None for each in parts), "expected did_document, uri or data", "missing")
        malformed(all(each == b"" for each in parts), "expected something", "missing")
        for name in ("did_document", "uri", "data"):
            _check_length(name, getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DIDDelete(Typed):
    """The account's decentralized identifier is taken away."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CredentialCreate(Typed):
    """This account says something of the subject, who has to accept it."""

    subject: Address
    credential_type: bytes
    expiration: int | None = None
    uri: bytes | None = None

    def check(self) -> None:
        """A type of 1 to 64 bytes, a URI of 1 to 256."""
        _check_length("credential_type", self.credential_type, least=1, most=_LONGEST_TYPE)
        _check_length("uri", self.uri, least=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CredentialAccept(Typed):
    """Accept what an issuer has said of this account."""

    issuer: Address
    credential_type: bytes

    def check(self) -> None:
        """A type of 1 to 64 bytes."""
        _check_length("credential_type", self.credential_type, least=1, most=_LONGEST_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CredentialDelete(Typed):
    """Take a credential out of the ledger; whoever is not named is this account."""

    credential_type: bytes
    subject: Address | None = None
    issuer: Address | None = None

    def check(self) -> None:
        """A subject or an issuer, and a type of 1 to 64 bytes."""
        malformed(self.subject is None and self.issuer is None, "expected a subject or an issuer", "missing")
        _check_length("credential_type", self.credential_type, least=1, most=_LONGEST_TYPE)
