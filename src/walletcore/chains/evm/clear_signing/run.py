"""One rendering: what is signed, what is known beside it, how much may still be done, and what was noticed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from walletcore.chains.evm.address import checksummed
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.clear_signing.binding import account_id
from walletcore.chains.evm.clear_signing.known import Known, Token
from walletcore.chains.evm.clear_signing.parameters import Constant, Parameters, Value
from walletcore.chains.evm.clear_signing.paths import Location, Picked, Work
from walletcore.chains.evm.clear_signing.screen import Notice
from walletcore.chains.evm.clear_signing.values import CONTAINER, as_address, as_integer
from walletcore.chains.evm.rows import CHAINS
from walletcore.coding.visible import is_visible
from walletcore.errors import TransactionError

__all__ = ["Call", "Run", "raw_text"]

MAX_NESTED = 4
"""Calls inside of calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What surrounds the values ("Container structure values"); None for what is not known.

    ``row`` is the chain; without one amounts of its coin are shown in the smallest unit.
    """

    chain_id: int
    row: Evm | None
    to: bytes
    sender: bytes | None
    value: int | None

    @classmethod
    def on(cls, chain_id: int, row: Evm | None, **rest: Any) -> Call:
        """A call on this chain: the row, if it is that of the chain, or one that is known here."""
        if row is None or row.chain_id != chain_id:
            row = next((each for each in CHAINS if each.chain_id == chain_id), None)
        return cls(chain_id=chain_id, row=row, **rest)

    @property
    def container(self) -> tuple[Any, ...]:
        """The values of ``@``, in the order of `CONTAINER`."""
        return self.sender, self.to, self.value, self.chain_id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """A rendering of one call or message."""

    call: Call
    values: tuple[Any, ...]
    known: Known
    work: Work
    own_token: Token | None
    depth: int = 0
    notices: dict[Notice, None] = field(default_factory=dict)

    @property
    def roots(self) -> dict[str, Any]:
        """Where paths begin."""
        return {"#": self.values, "@": self.call.container}

    def notice(self, code: str, text: str) -> None:
        """Tell the person something, once."""
        self.notices[Notice(code=code, text=text)] = None

    def look_up(self, value: Value, places: Picked) -> tuple[str, Any]:
        """The kind and value of a parameter, for a value at these places of arrays. Raises `TransactionError`."""
        if isinstance(value, Constant):
            return "constant", value.value
        if isinstance(value, Location):
            return value.kind, value.at(self.roots, places, self.work)
        key, found = raw_text(value.key.kind, value.key.at(self.roots, places, self.work)), None
        for each in (key, key.lower()):
            found = value.values.get(each, found)
        if found is None:
            raise TransactionError(f"a map of the descriptor has no value for {key[:80]}", reason="unknown")
        return "constant", found

    def address(self, params: Parameters, name: str, places: Picked) -> bytes | None:
        """A parameter that is an address; None where there is none. Raises `TransactionError`."""
        value = params.looked_up.get(name)
        return None if value is None else as_address(*self.look_up(value, places))

    def integer(self, params: Parameters, name: str, places: Picked) -> int | None:
        """A parameter that is a number; None where there is none. Raises `TransactionError`."""
        value = params.looked_up.get(name)
        return None if value is None else as_integer(*self.look_up(value, places))

    def chain_id(self, params: Parameters, places: Picked) -> int:
        """The chain that a parameter names, or that of the call. Raises `TransactionError`."""
        found = self.integer(params, "chainId", places)
        return self.call.chain_id if found is None else found

    def token(self, chain_id: int, address: bytes) -> Token | None:
        """What is known of a token: from the caller, or of the contract itself from the descriptor."""
        found = self.known.token(account_id((chain_id, address)))
        if found is None and (chain_id, address) == (self.call.chain_id, self.call.to):
            return self.own_token
        return found


def raw_text(kind: str, value: Any) -> str:
    """A value as it is ("raw"): digits, 0x and hex digits, an address with its checksum, text whole."""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is bytes:
        return checksummed(value) if kind == "address" else f"0x{value.hex()}"
    text: str = value
    if is_visible(text) and text.isprintable():
        return text
    return "".join(each if each.isprintable() and is_visible(each) else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{{{number:x}}}"


assert_container = CONTAINER
