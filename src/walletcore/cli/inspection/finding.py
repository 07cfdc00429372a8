"""What a text turned out to be, as a value: people see tables of it, machines JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from walletcore.chains.base import Chain
from walletcore.cli.show import amount
from walletcore.effects import Approve, Call, Effect, Transfer
from walletcore.keys import PublicKey
from walletcore.path import KeyOrigin

if TYPE_CHECKING:
    from walletcore.chains.evm.clear_signing import Screen

__all__ = [
    "UNLIMITED",
    "Finding",
    "Oddity",
    "Spent",
    "effect_values",
    "family",
    "is_on",
    "names_of",
    "number_of",
    "of_network",
]

UNLIMITED = 1 << 255
"""An allowance from here on is one for all that there will ever be."""

_TESTNETS = 1  # SLIP-44
_OPEN = "value or tokenId"  # of the call beside an effect without amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something that a careful person would want to be told: a word for machines, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """An input of a PSBT: the output that it spends, what guards it, and how far it is signed.

    ``amount`` is None where nobody says it, and only claimed unless it is ``proven``; ``required`` is how many
    signatures its script takes, None where nobody knows; ``leaves`` counts the scripts of its tree that are named;
    ``unsigned`` are the origins of keys that have not signed.
    """

    place: int
    outpoint: str
    amount: int | None = None
    proven: bool = False
    kind: str = ""
    sighash: str = ""
    signatures: int = 0
    required: int | None = None
    final: bool = False
    leaves: int = 0
    unsigned: tuple[str, ...] = ()

    def row(self, row: Chain) -> tuple[str, ...]:
        """Columns for people."""
        much = "" if self.amount is None else amount(self.amount, row.decimals, row.symbol)
        claimed = "" if self.proven or self.amount is None else " (claimed)"
        of = "" if self.required is None else f" of {self.required}"
        signed = "finalized" if self.final else f"{self.signatures}{of}"
        kind = f"{self.kind} ({self.leaves} scripts)" if self.leaves else self.kind
        return str(self.place), self.outpoint, much + claimed, kind, self.sighash, signed, ", ".join(self.unsigned)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "spends": self.outpoint,
            "amount": "" if self.amount is None else str(self.amount),
            "proven": self.proven,
            "kind": self.kind,
            "sighash": self.sighash,
            "signatures": self.signatures,
            "required": self.required,
            "finalized": self.final,
            "scripts": self.leaves,
            "unsigned": list(self.unsigned),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reading of a text: what it is, where it is valid, its facts by name, what it would do, what is odd.

    ``row`` is the chain that effects are told for; ``change`` are the places of those that provably return to a wallet;
    ``derived`` are addresses below an extended key, as rows of profile, path, chains and address; ``inputs`` is what a
    PSBT spends, and how far each is signed; ``screens`` are what descriptors of ERC-7730 make of it.
    """

    what: str
    chains: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    derived: tuple[tuple[str, str, str, str], ...] = ()
    inputs: tuple[Spent, ...] = ()
    effects: tuple[Effect, ...] = ()
    change: tuple[int, ...] = ()
    row: Chain | None = None
    odd: tuple[Oddity, ...] = ()
    screens: tuple[Screen, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The finding for machines; amounts are decimal digits in a text, since many readers round large numbers."""
        columns = ("profile", "path", "chains", "address")
        return {
            "what": self.what,
            "chains": list(self.chains),
            "facts": dict(self.facts),
            "derived": [dict(zip(columns, row, strict=True)) for row in self.derived],
            "inputs": [each.as_json() for each in self.inputs],
            "effects": [
                effect_values(effect) | ({"change": True} if place in self.change else {})
                for place, effect in enumerate(self.effects)
            ],
            "odd": [{"code": each.code, "text": each.text} for each in self.odd],
            **self._screens(),
        }

    def _screens(self) -> dict[str, Any]:
        """There where descriptors were given, and one was for it."""
        if not self.screens:
            return {}
        from walletcore.cli.inspection.clear_signing import as_json

        return {"screens": [as_json(screen) for screen in self.screens]}


def effect_values(effect: Effect) -> dict[str, Any]:
    """An effect for machines: its name and its fields, amounts as digits, bytes as hex."""
    return {
        "effect": type(effect).__name__,
        **{field.name: _value(getattr(effect, field.name)) for field in fields(effect)},
    }


def _value(value: Any) -> Any:
    if type(value) is bytes:
        return value.hex()
    if isinstance(value, PublicKey):
        return value.data.hex()
    if type(value) is tuple:
        return [_value(each) for each in value]
    if isinstance(value, KeyOrigin):
        return str(value)
    return str(value) if type(value) is int else value


def number_of(effects: Sequence[Effect], place: int) -> int | None:
    """The number of the effect at this place where it is an amount or the id of one token: the next effect has it."""
    effect, beside = effects[place], effects[place + 1 : place + 2]
    if not isinstance(effect, (Approve, Transfer)) or effect.amount is not None:
        return None
    found = [value for each in beside if isinstance(each, Call) for name, value in each.arguments if name == _OPEN]
    return int(found[0]) if found else None


def family(row: Chain) -> str:
    """The family of a chain: bitcoin, evm, solana; of another package the name of its type."""
    package, _, module = type(row).__module__.partition("walletcore.chains.")
    return type(row).__name__ if package else module.partition(".")[0]


def names_of(rows: Iterable[Chain]) -> tuple[str, ...]:
    """The names of chains."""
    return tuple(row.name for row in rows)


def is_on(row: Chain, network: str) -> bool:
    """Whether a key for this network is one for this chain; most other coins' are for none here."""
    return row.xpub_network == network


def of_network(network: str, rows: Iterable[Chain]) -> Iterator[Oddity]:
    """What is odd about the network of a key, where these chains are the ones that could have it."""
    found = [row for row in rows if is_on(row, network)]
    if network.endswith("testnet") or (found and all(row.slip44 == _TESTNETS for row in found)):
        yield Oddity(code="test-network", text="for test networks, whose coins are worth nothing")
    if not found:
        yield Oddity(code="other-network", text=f"of {network}: of none of these chains")
