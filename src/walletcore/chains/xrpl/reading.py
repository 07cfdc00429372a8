"""A transaction as effects need it: accounts by CAIP-10, assets by CAIP-19, amounts as ints, arguments as text.

Fields are in the form of xrpl.org's JSON. Assets: ChainAgnostic/namespaces, xrpl/caip19. Ledger entries that have no
address (a channel, a pool) are named by their id of 64 hex digits in the place of one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from walletcore.chains.xrpl.accounts import decode_classic, encode_classic
from walletcore.chains.xrpl.amounts import IssuedAmount, encode_currency
from walletcore.chains.xrpl.definitions import definitions
from walletcore.coding import timestamps
from walletcore.effects import Approve, Authority, Call, Opaque, Transfer
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.xrpl.chain import XrplChain

__all__ = ["ANYONE", "EPOCH", "NOBODY", "UNITS", "Reading", "issue_of", "issuer_of", "issuer_of_mpt", "units"]

UNITS = 15
"""Issued tokens have no smallest unit; effects count them in 10^-15, and round up what is finer than that."""
EPOCH = 946_684_800
"""The Unix time from which the ledger counts seconds: 2000-01-01."""
ANYONE = "whoever takes the offer"
"""The spender of an offer that names nobody."""
NOBODY = encode_classic(bytes(20))
"""The account that nobody has the key of (ACCOUNT_ZERO): where effects say that something is destroyed."""
_AMM_SPACE = b"\0A"  # rippled, Indexes.cpp: the name space of pools
_BARE = "DIDDelete"  # the type that has no fields and no flags but those of all types
_TIMES = frozenset({"CancelAfter", "Expiration", "FinishAfter"})
_SETTINGS = frozenset({"SetFlag", "ClearFlag"})
_NO_ARGUMENTS = frozenset({"Account", "Memos", "RawTransactions", "BatchSigners"})


def units(amount: Any) -> int | None:
    """An amount as an int: drops, units of an MPT, or 10^-15 of an issued token; None for one below zero."""
    if isinstance(amount, str):
        number = int(amount)
    elif "mpt_issuance_id" in amount:
        number = int(amount["value"])
    else:
        issued = IssuedAmount.parse(amount["value"], amount["currency"], amount["issuer"])
        places = issued.exponent + UNITS
        number = issued.mantissa * 10**places if places >= 0 else -(-issued.mantissa // 10**-places)
    return None if number < 0 else number


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The fields of one transaction, by its type's name ``kind``."""

    chain: XrplChain
    fields: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The name of its type."""
        return str(self.fields["TransactionType"])

    @cached_property
    def account(self) -> str:
        """Who acts."""
        return self.named("Account")

    @cached_property
    def flags(self) -> frozenset[str]:
        """The flags that are set and have a name."""
        number = self.fields.get("Flags", 0)
        return frozenset(name for name, bit in definitions().flags[self.kind].items() if number & bit)

    def get(self, name: str) -> Any:
        """A field, or None."""
        return self.fields.get(name)

    def need(self, name: str) -> Any:
        """A field that the type has. Raises `DecodingError`: inside of a batch nobody has looked yet."""
        if name not in self.fields:
            raise DecodingError(f"{name} is missing", reason="missing")
        return self.fields[name]

    def named(self, name: str) -> str:
        """The account in a field; empty where there is none."""
        text = self.fields.get(name)
        return "" if text is None else self.chain.account_id(text)

    def entry(self, name: str) -> str:
        """The ledger entry whose id is in a field, in the place of an account."""
        return self.chain.account_id(str(self.need(name)).upper())

    @property
    def pool(self) -> str:
        """The ledger entry of the pool for Asset and Asset2, or for Amount and Amount2 (rippled, keylet::amm).

        One of a multi-purpose token is told in words.
        """
        assets = [self.fields.get(name) for name in ("Asset", "Asset2")]
        if assets == [None, None]:
            assets = [issue_of(self.need(name)) for name in ("Amount", "Amount2")]
        if any("mpt_issuance_id" in each for each in assets if each):
            return "the pool"
        sides = sorted((encode_currency(each["currency"]), _issuer(each)) for each in assets if each)
        body = b"".join(issuer + currency for currency, issuer in sides)
        return self.chain.account_id(hashlib.sha512(_AMM_SPACE + body).digest()[:32].hex().upper())

    def asset(self, value: Any) -> str:
        """The CAIP-19 name of an amount's asset, or of an asset."""
        return self.chain.asset_of(value)

    def nft(self, name: str = "NFTokenID") -> str:
        """The CAIP-19 name of the NFT whose id is in a field."""
        return f"{self.chain.caip2}/xls20:{str(self.need(name)).upper()}"

    def transfer(self, amount: Any, destination: str, *, source: str | None = None, tag: bool = False) -> Transfer:
        """This amount leaves the account, or another source; with the destination's tag where it is meant."""
        return Transfer(
            asset=self.asset(amount),
            amount=units(amount),
            source=self.account if source is None else source,
            destination=destination,
            tag=self.fields.get("DestinationTag") if tag else None,
        )

    def unknown(self, asset: Any, destination: str, *, source: str | None = None, tag: bool = False) -> Transfer:
        """Some of this asset leaves the account, or another source."""
        return Transfer(
            asset=self.asset(asset),
            amount=None,
            source=self.account if source is None else source,
            destination=destination,
            tag=self.fields.get("DestinationTag") if tag else None,
        )

    def approve(self, amount: Any, spender: str, *, until: str = "Expiration") -> Approve:
        """The spender may take this amount out of the account, until it expires."""
        asset, number = self.asset(amount), units(amount)
        return Approve(asset=asset, amount=number, spender=spender, source=self.account, until=self.until(until))

    def until(self, name: str = "Expiration") -> int | None:
        """The Unix time in a field."""
        seconds = self.fields.get(name)
        return None if seconds is None else seconds + EPOCH

    def authority(self, change: str) -> Authority:
        """Who controls the account changes."""
        return Authority(account=self.account, change=change)

    def items(self, name: str, kind: str, *needed: str) -> list[Mapping[str, Any]]:
        """The objects of an array, each of this kind and with these fields. Raises `DecodingError`."""
        found = [each.get(kind, {}) for each in self.fields.get(name) or ()]
        if any(each.get(part) is None for each in found for part in needed):
            raise DecodingError(f"expected {kind} with {', '.join(needed)} in {name}", reason="missing")
        return found

    def opaque(self, why: str) -> Opaque:
        """An outcome that the bytes leave open."""
        return Opaque(why=f"{self.kind}: {why}")

    def called(self, target: str = "") -> Call:
        """The transaction by the name of its type, with all fields that only its type has, and its flags.

        Where the target is none, or words, it is the account's own.
        """
        named = target if ":" in target else self.account
        return Call(target=named, name=self.kind, arguments=tuple(self._arguments()))

    def _arguments(self) -> Iterator[tuple[str, str]]:
        tables = definitions()
        common = tables.formats[_BARE].keys()
        for name in sorted(self.fields, key=lambda each: tables.fields[each].place):
            if name not in common and name not in _NO_ARGUMENTS:
                yield name, self._text(name, self.fields[name])
        named = sorted(self.flags - definitions().flags[_BARE].keys())
        if named:
            yield "flags", ", ".join(named)

    def _text(self, name: str, value: Any) -> str:
        if name in _TIMES:
            return timestamps.in_words(value + EPOCH)
        if name in _SETTINGS:
            return next((each for each, number in definitions().account_flags.items() if number == value), str(value))
        if isinstance(value, str | int):
            return str(value)
        if isinstance(value, Mapping) and value.keys() <= {"value", "currency", "issuer", "mpt_issuance_id"}:
            number = f"{value['value']} of " if "value" in value else ""
            return f"{number}{self.asset(value)}"
        return json.dumps(value, separators=(",", ":"), sort_keys=True)


def issue_of(amount: Any) -> dict[str, str]:
    """The asset of an amount, as JSON has it."""
    if isinstance(amount, str):
        return {"currency": "XRP"}
    return {name: value for name, value in amount.items() if name != "value"}


def issuer_of(asset: Mapping[str, str]) -> str:
    """The account that issues an asset; it ends the id of a multi-purpose token."""
    issuance = asset.get("mpt_issuance_id")
    return asset["issuer"] if issuance is None else issuer_of_mpt(issuance)


def issuer_of_mpt(issuance: str) -> str:
    """The account in the id of an issuance: behind its sequence."""
    return encode_classic(bytes.fromhex(issuance)[4:])


def _issuer(asset: Mapping[str, str]) -> bytes:
    return decode_classic(asset["issuer"]) if "issuer" in asset else bytes(20)
