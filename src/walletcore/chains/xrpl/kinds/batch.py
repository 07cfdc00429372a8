"""Batches: up to eight transactions that one signature, or one of each account, sends together (XLS-56).

rippled, Batch.cpp. The mode is a flag: tfAllOrNothing, tfOnlyOne, tfUntilFailure or tfIndependent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from walletcore.chains.xrpl.chain import XrplChain
from walletcore.chains.xrpl.sponsorship import FEE
from walletcore.chains.xrpl.transaction import INNER, AnyTransaction, Transaction
from walletcore.chains.xrpl.typed import Typed, from_json, malformed, typed
from walletcore.errors import TransactionError

__all__ = ["Batch"]

_MODES = ("tfAllOrNothing", "tfOnlyOne", "tfUntilFailure", "tfIndependent")
_NEVER = ("Batch",)
_DISABLED = ("Vault", "Loan")  # how the names of types begin that are not yet allowed in batches (rippled, Batch.h)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch(Typed):
    """Two to eight transactions, each with a fee of 0 and without a signer; what marks them as inner ones is added.

    The other accounts that take part sign it as well: ``parties`` (see `walletcore.chains.xrpl.parties`).
    """

    raw_transactions: tuple[AnyTransaction, ...]

    def _write(self, *apart: str) -> dict[str, Any]:
        inner = self.raw_transactions
        if type(inner) is not tuple or not all(isinstance(each, AnyTransaction) for each in inner):
            raise TransactionError("expected a tuple of transactions as raw_transactions", reason="type")
        malformed(any(each.chain != self.chain for each in inner), "expected transactions of the chain", "network")
        signed = any(each.signer is not None or each.signers is not None or each.parties for each in inner)
        malformed(signed, "expected transactions without signers", "ambiguous")
        written = Typed._write(self, "RawTransactions", *apart)
        written["RawTransactions"] = [{"RawTransaction": _as_inner(each.fields())} for each in inner]
        return written

    def check(self) -> None:
        """One mode; no batch inside; fees of 0, other places for each, where all shall happen."""
        malformed(sum(map(self.has, _MODES)) != 1, f"expected one of {', '.join(_MODES)}", "ambiguous")
        inner = [each.fields() for each in self.raw_transactions]
        malformed(len(inner) < 2, "expected two transactions or more", "length")
        malformed(len({each.raw for each in self.raw_transactions}) < len(inner), "expected each once", "duplicate")
        for each in inner:
            kind = each["TransactionType"]
            malformed(kind in _NEVER or kind.startswith(_DISABLED), f"expected no {kind} in a batch", "unknown")
            malformed(each["Fee"] != "0", "expected fees of 0 in a batch")
            malformed(bool(each.get("SponsorFlags", 0) & FEE), "expected no sponsor of fees in a batch", "unknown")
            lost = not each["Sequence"] and "TicketSequence" not in each
            malformed(lost, "expected a sequence or a ticket of each", "missing")
        if self.has("tfAllOrNothing") or self.has("tfUntilFailure"):
            places = [(each["Account"], each.get("TicketSequence") or each["Sequence"]) for each in inner]
            malformed(len(set(places)) < len(places), "expected each sequence and ticket once", "duplicate")

    @classmethod
    def members_of(
        cls, chain: XrplChain, body: Mapping[str, Any], allow: Collection[str] | None = None
    ) -> dict[str, Any]:
        """What the constructor takes for a body, with these perils allowed. Raises `TransactionError`."""
        malformed("RawTransactions" not in body, "RawTransactions are missing", "missing")
        inner = tuple([_from_inner(chain, each, allow) for each in body["RawTransactions"]])
        return cls.plain_members(chain, body, allow, "RawTransactions") | {"raw_transactions": inner}


def _as_inner(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with the flag that marks them, and nobody's key."""
    return {**fields, "Flags": fields.get("Flags", 0) | INNER, "SigningPubKey": ""}


def _from_inner(chain: XrplChain, item: Mapping[str, Any], allow: Collection[str] | None) -> AnyTransaction:
    """The transaction that `_as_inner` gives these fields of. Raises `TransactionError`."""
    given = dict(item.get("RawTransaction", {}))
    flags = given.pop("Flags", 0)
    malformed(not flags & INNER, "expected tfInnerBatchTxn of each", "missing")
    malformed(given.pop("SigningPubKey", None) != "", "expected an empty SigningPubKey of each", "ambiguous")
    malformed(given.get("TransactionType") == "Batch", "expected no batch in a batch", "too-deep")
    malformed(given.pop("NetworkID", None) != (chain.network_id if chain.is_named else None), "network", "network")
    if flags != INNER:
        given["Flags"] = flags & ~INNER
    if allow is not None:
        return from_json(chain, given, allow=allow)
    return typed(chain, given) or Transaction.of(chain, given)
