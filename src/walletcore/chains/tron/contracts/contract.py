"""What every contract of Tron is: a row of the protocol's table, whose fields are told as a call unless it says more.

java-tron, protocol/src/main/protos/core/contract; the names of classes and fields are those of the protocol, as nodes
have them in their JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import IntEnum
from typing import Any, ClassVar, cast

from walletcore.chains.base import Address
from walletcore.chains.tron.chain import TronChain
from walletcore.chains.tron.fields import Kind
from walletcore.coding.visible import is_visible
from walletcore.effects import Call, Effect, Transfer

__all__ = ["Contract", "ResourceCode", "told"]


class ResourceCode(IntEnum):
    """What frozen TRX give: bandwidth, energy, or votes alone."""

    BANDWIDTH = 0
    ENERGY = 1
    TRON_POWER = 2


class Contract:
    """A contract: one thing that a transaction does, with the account that it is done for as ``owner_address``."""

    __slots__ = ()

    number: ClassVar[int]
    """The ContractType of the protocol."""
    fields: ClassVar[Mapping[str, Kind]]
    """The fields with their numbers, which is the format in both directions."""
    is_disabled: ClassVar[bool] = False
    """Whether no network takes it (any more, or yet): it is read, and not signed."""
    runs_code: ClassVar[bool] = False
    """Whether ``fee_limit`` bounds what it costs."""

    owner_address: Address

    @property
    def type_name(self) -> str:
        """The name in the protocol."""
        return type(self).__name__

    @property
    def target(self) -> str:
        """Whom the call is about, as a CAIP-10 account: the owner unless a contract says otherwise."""
        return self.owner_address.account_id

    def effects(self, known: Collection[str]) -> Iterator[Effect]:
        """What it does. ``known`` are addresses of contracts that are tokens of TRC-20."""
        del known
        yield self.called()

    def called(self) -> Call:
        """The contract as a call with all its fields but the owner."""
        shown = [(name, getattr(self, name)) for name in self.fields if name != "owner_address"]
        arguments = tuple([(name, told(value)) for name, value in shown if value is not None])
        return Call(target=self.target, name=self.type_name, arguments=arguments)

    def paid(self, asset: str, amount: int | None, destination: str = "") -> Transfer:
        """A payment out of the owner's account, None where the bytes do not say how much."""
        return Transfer(asset=asset, amount=amount, source=self.owner_address.account_id, destination=destination)

    def asset(self, number: str) -> str:
        """The CAIP-19 name of a token by its number, or of TRX (``_``)."""
        chain = cast(TronChain, self.owner_address.chain)
        return chain.asset if number == "_" else chain.trc10(number)


def told(value: Any) -> str:
    """A value as text: an address by its text, bytes as text where they are one that shows itself, or in hex."""
    if isinstance(value, Address):
        return value.text
    if isinstance(value, IntEnum):
        return value.name
    if type(value) is bytes:
        return _octets(value)
    if type(value) is tuple:
        return ", ".join(map(told, value))
    if hasattr(value, "fields"):
        return " ".join([f"{name}={told(getattr(value, name))}" for name in value.fields])
    return str(value)


def _octets(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return f"0x{value.hex()}"
    return text if is_visible(text) else f"0x{value.hex()}"
