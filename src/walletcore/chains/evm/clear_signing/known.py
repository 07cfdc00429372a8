"""What is not in the data that are signed, and comes from the caller: tokens, names, collections, times of blocks.

ERC-7730, "External data resolution": what nobody has told is shown as it is, with a notice. Accounts are CAIP-10 texts
with the EIP-55 checksum, ``eip155:1:0x...``. Each source is a mapping or a function that answers with None for what it
does not know; what it answers is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from walletcore.chains.evm.clear_signing import reading
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.evm.clear_signing.descriptor import Descriptor

__all__ = ["Blocks", "Chains", "Factories", "Known", "Name", "Source", "Token", "unknown"]

_MAX_TICKER, _MAX_NAME = 32, 256
_MAX_DECIMALS = 255  # uint8, as ERC-20 has it
Source = Mapping[str, Any] | Callable[[str], Any]
"""Answers by CAIP-10 names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An ERC-20 token: its ticker and decimals, 0 to 255. Raises `TransactionError`."""

    ticker: str
    decimals: int

    def __post_init__(self) -> None:
        if not reading.line(self.ticker, "ticker", _MAX_TICKER):
            raise TransactionError("expected a ticker of at least one character", reason="length")
        if type(self.decimals) is not int or not 0 <= self.decimals <= _MAX_DECIMALS:
            raise TransactionError(f"expected 0 to {_MAX_DECIMALS} decimals", reason="range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """The name of an account, whence it comes, and what is known to be there (eoa, contract, token, ...).

    Raises `TransactionError`.
    """

    text: str
    source: str = "local"
    types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not reading.line(self.text, "name", _MAX_NAME):
            raise TransactionError("expected a name of at least one character", reason="length")
        reading.line(self.source, "source")
        if type(self.types) is not tuple or any(type(each) is not str for each in self.types):
            raise TransactionError("expected a tuple of texts as types", reason="type")


Chains = Mapping[int, str] | Callable[[int], str | None]
"""Names of chains by their EIP-155 number."""
Blocks = Callable[[int, int], int | None]
"""When a block is, by the number of the chain and its own: seconds since 1970."""
Factories = Callable[[str, str], str | None]
"""Which factory made a contract, by its CAIP-10 name and the signature of the event that tells it."""


def unknown(*asked: object) -> None:
    """A function that knows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a caller tells. ``descriptors`` are for calls inside of calls."""

    tokens: Source = unknown
    names: Source = unknown
    collections: Source = unknown
    chains: Chains = unknown
    blocks: Blocks = unknown
    proxies: Source = unknown
    factories: Factories = unknown
    descriptors: tuple[Descriptor, ...] = field(default=(), repr=False)

    def token(self, account: str) -> Token | None:
        """A token, or None. Raises `TransactionError` for an answer that is none."""
        found = _asked(self.tokens, account)
        if found is not None and type(found) is not Token:
            raise TransactionError(f"tokens: expected a Token or None, got {type(found).__name__}", reason="type")
        return found

    def name(self, account: str) -> Name | None:
        """The name of an account, or None; a text is a local name. Raises `TransactionError`."""
        found = _asked(self.names, account)
        if type(found) is str:
            return Name(text=found)
        if found is not None and type(found) is not Name:
            raise TransactionError(f"names: expected a Name or None, got {type(found).__name__}", reason="type")
        return found

    def collection(self, account: str) -> str | None:
        """The name of a collection, or None. Raises `TransactionError`."""
        found = _asked(self.collections, account)
        return None if found is None else reading.line(found, "collections", _MAX_NAME)

    def chain(self, number: int) -> str | None:
        """The name of a chain, or None. Raises `TransactionError`."""
        found = _asked(self.chains, number)
        return None if found is None else reading.line(found, "chains", _MAX_NAME)

    def time_of(self, chain_id: int, block: int) -> int | None:
        """When a block is, in seconds since 1970, or None. Raises `TransactionError`."""
        found = self.blocks(chain_id, block)
        if found is not None and type(found) is not int:
            raise TransactionError(f"blocks: expected an int or None, got {type(found).__name__}", reason="type")
        return found

    def behind(self, account: str) -> str | None:
        """The contract that a proxy is known to run, or None. Raises `TransactionError`."""
        found = _asked(self.proxies, account)
        return None if found is None else reading.line(found, "proxies")


def _asked(source: Any, key: Any) -> Any:
    return source.get(key) if isinstance(source, Mapping) else source(key)
