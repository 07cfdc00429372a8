"""Accounts: made, named, and whose keys may do what for them.

java-tron, account_contract.proto, account.proto (Permission, Key); TIP-105, "Account permission management".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.tron.contracts.contract import Contract, told
from walletcore.chains.tron.fields import Kind, account, choice, maybe_inner, natural, plain, several
from walletcore.coding import protobuf as pb
from walletcore.effects import Authority, Effect
from walletcore.errors import TransactionError

__all__ = [
    "AccountCreateContract",
    "AccountPermissionUpdateContract",
    "AccountType",
    "AccountUpdateContract",
    "Key",
    "Permission",
    "PermissionType",
    "SetAccountIdContract",
]

_MAX_KEYS = 5  # AccountPermissionUpdateActuator.java, getTotalSignNum
_MAX_ACTIVES = 8
_OPERATIONS = 32


class AccountType(IntEnum):
    """What an account is made as; the network makes normal ones."""

    Normal = 0
    AssetIssue = 1
    Contract = 2


class PermissionType(IntEnum):
    """All; producing blocks; contracts of the types that ``operations`` names."""

    Owner = 0
    Witness = 1
    Active = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCreateContract(Contract):
    """An account is made for an address that has none."""

    owner_address: Address
    account_address: Address
    type: AccountType = AccountType.Normal

    number: ClassVar[int] = 0
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "account_address": account(2),
        "type": choice(3, AccountType),
    }

    @property
    def target(self) -> str:
        """The new account."""
        return self.account_address.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUpdateContract(Contract):
    """The account has a name, in bytes."""

    account_name: bytes
    owner_address: Address

    number: ClassVar[int] = 10
    fields: ClassVar[Mapping[str, Kind]] = {"account_name": plain(pb.data(1)), "owner_address": account(2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAccountIdContract(Contract):
    """The account has an id, in bytes, for ever."""

    account_id: bytes
    owner_address: Address

    number: ClassVar[int] = 19
    fields: ClassVar[Mapping[str, Kind]] = {"account_id": plain(pb.data(1)), "owner_address": account(2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An address whose key counts for so much of a threshold."""

    address: Address
    weight: int

    fields: ClassVar[Mapping[str, Kind]] = {"address": account(1), "weight": natural(2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Keys that may act for an account where they reach the threshold together.

    ``id`` is 0 for the owner's, 1 for the witness's, from 2 on for active ones, whose ``operations`` are 32 bytes: a
    bit for each type of contract, the lowest first.
    """

    type: PermissionType = PermissionType.Owner
    id: int = 0
    permission_name: str = ""
    threshold: int
    parent_id: int = 0
    operations: bytes = b""
    keys: tuple[Key, ...]

    fields: ClassVar[Mapping[str, Kind]] = {
        "type": choice(1, PermissionType),
        "id": plain(pb.int32(2)),
        "permission_name": plain(pb.string(3)),
        "threshold": natural(4),
        "parent_id": plain(pb.int32(5)),
        "operations": plain(pb.data(6)),
        "keys": several(7, Key),
    }

    @property
    def allowed(self) -> tuple[int, ...]:
        """The types of contracts that it may sign, by their numbers."""
        bits = int.from_bytes(self.operations, "little")
        return tuple([number for number in range(8 * len(self.operations)) if bits >> number & 1])

    def check(self, kind: PermissionType) -> None:
        """Raise `TransactionError` for what the network takes as no permission of this kind."""
        if self.type is not kind:
            raise TransactionError(f"expected a permission of type {kind.name}", reason="mismatch")
        if not 0 < len(self.keys) <= (1 if kind is PermissionType.Witness else _MAX_KEYS):
            raise TransactionError(f"expected 1 to {_MAX_KEYS} keys in a permission", reason="length")
        if len({key.address for key in self.keys}) != len(self.keys):
            raise TransactionError("expected different keys in a permission", reason="duplicate")
        if not 0 < self.threshold <= sum(key.weight for key in self.keys) or any(not key.weight for key in self.keys):
            expected = "expected weights above 0, and a threshold that they reach: nobody could sign any more"
            raise TransactionError(expected, reason="range")
        if len(self.operations) != (_OPERATIONS if kind is PermissionType.Active else 0):
            raise TransactionError(f"expected {_OPERATIONS} bytes of operations, for Active only", reason="length")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPermissionUpdateContract(Contract):
    """The account's permissions, all of them, are these from now on. Raises `TransactionError`."""

    owner_address: Address
    owner: Permission
    witness: Permission | None = None
    actives: tuple[Permission, ...]

    number: ClassVar[int] = 46
    fields: ClassVar[Mapping[str, Kind]] = {
        "owner_address": account(1),
        "owner": maybe_inner(2, Permission),
        "witness": maybe_inner(3, Permission),
        "actives": several(4, Permission),
    }

    def __post_init__(self) -> None:
        each = (self.owner, *(() if self.witness is None else (self.witness,)))
        if type(self.actives) is not tuple or any(type(one) is not Permission for one in (*each, *self.actives)):
            raise TransactionError("expected permissions as owner, witness and actives", reason="type")
        if not 0 < len(self.actives) <= _MAX_ACTIVES:
            raise TransactionError(f"expected 1 to {_MAX_ACTIVES} active permissions", reason="length")
        self.owner.check(PermissionType.Owner)
        if self.witness is not None:
            self.witness.check(PermissionType.Witness)
        for active in self.actives:
            active.check(PermissionType.Active)

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """Every permission with all its keys, their weights, and what it is for: no other ones remain."""
        del known
        for permission in (self.owner, self.witness, *self.actives):
            if permission is not None:
                yield Authority(account=self.owner_address.account_id, change=_words(permission))


def _words(permission: Permission) -> str:
    from walletcore.chains.tron.contracts import NAMES

    keys = ", ".join([f"{key.address.text} with {key.weight}" for key in permission.keys])
    name = f" {told(permission.permission_name)!r}" if permission.permission_name else ""
    allowed = [NAMES.get(number, str(number)) for number in permission.allowed]
    ending = f"; for {', '.join(allowed) or 'nothing'}" if permission.type is PermissionType.Active else ""
    return f"permission {permission.type.name}{name}: {permission.threshold} of {keys}{ending}"
