"""Where guards admit cases: each once, by all rules, with one commit of its charges and lines to the store.

What was admitted is remembered for a while by the ids of its requests, so that a transaction of a thousand inputs is
read once. What is forgotten is read and judged again; the store does not charge it twice.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from walletcore.errors import GuardRefused, SignerError, SignerUnavailable, SigningRefused
from walletcore.hashes import sha256
from walletcore.keys import PublicKey
from walletcore.signers.case import Case, Change, build, described, is_for, on_sister
from walletcore.signers.rule import Plan, Rule, all_of
from walletcore.signers.store import Charge, Store
from walletcore.signing import SigningRequest

__all__ = ["Admission", "Desk"]

_MOST_CASES, _MOST_BYTES = 64, 1 << 24  # of a guard, beside those that are under way and the latest one
_LONG_LINE, _FEW = 1 << 15, 3  # of a line that would be longer, so many effects are told: stores take 65,536 characters
_TAG = b"walletcore/admission/1"


class Admission:
    """A case on its way: who is at it, and whether something may have been signed."""

    def __init__(self, case: Case) -> None:
        self.case, self.weight = case, case.weight
        self.requests = {request.id: request for request in case.requests}
        self.lock = threading.Lock()
        self.receipt: bytes | None = None  # the store's for it, once it is admitted; empty where it was told nothing
        self.under_way = 0
        self.may_be_signed = False


class _Admissions:
    """Those that are under way, and of those that were the latest."""

    def __init__(self) -> None:
        self.process, self.lock = os.getpid(), threading.Lock()
        self._by_case: dict[bytes, Admission] = {}
        self._by_request: dict[bytes, Admission] = {}
        self._weight = 0

    def known(self, request: bytes) -> Admission | None:
        """The one that has this request, which its caller is at from now on."""
        with self.lock:
            found = self._by_request.get(request)
            if found is not None:
                found.under_way += 1
            return found

    def of(self, case: Case) -> Admission:
        """The one of this case, known or new, which its caller is at from now on."""
        with self.lock:
            found = self._by_case.get(case.id)
            if found is None:
                found = self._by_case[case.id] = Admission(case)
                self._by_request.update(dict.fromkeys(found.requests, found))
                self._weight += found.weight
                self._make_room()
            found.under_way += 1
            return found

    def leave(self, admission: Admission, *, nothing_signed: bool) -> bool:
        """Whether the last one has left it, and nobody has signed anything: then it is forgotten."""
        with self.lock:
            admission.under_way -= 1
            admission.may_be_signed |= not nothing_signed
            is_void = not admission.under_way and not admission.may_be_signed
            if is_void:
                self._forget(admission)
            self._make_room()
            return is_void

    def _make_room(self) -> None:
        """Forget the oldest that nobody is at, but not the latest: its other requests are likely to come next."""
        if self._is_small():
            return
        for each in tuple(self._by_case.values())[:-1]:
            if not each.under_way:
                self._forget(each)
            if self._is_small():
                return

    def _is_small(self) -> bool:
        return len(self._by_case) <= _MOST_CASES and self._weight <= _MOST_BYTES

    def _forget(self, admission: Admission) -> None:
        if self._by_case.get(admission.case.id) is admission:
            del self._by_case[admission.case.id]
            self._weight -= admission.weight
        for each in admission.requests:
            if self._by_request.get(each) is admission:
                del self._by_request[each]


class Desk:
    """The rules, the store and the sinks of one guard. Raises `SignerError` for what does not fit together."""

    def __init__(
        self,
        key: PublicKey,
        rules: Sequence[Rule],
        *,
        store: Store | None = None,
        change: Change | None = None,
        chains: Sequence[Any] = (),
    ) -> None:
        if any(type(each) is not Rule for each in rules):
            raise SignerError("expected rules; walletcore.signers.rules has them", reason="type")
        self.key, self.rule = key, all_of(*rules) if rules else _NOTHING
        named = [each for each in rules if each.chains]
        self._of_chains = all_of(*named) if named else _NOTHING
        if any(not hasattr(row, "decode_transaction") for row in chains):
            raise SignerError("expected rows of chains", reason="type")
        self._store, self._change, self._rows = store, change, {row.caip2: row for row in chains}
        if self.rule.remembers and store is None:
            raise SignerError("a rule that remembers needs a store", reason="missing", hint="guard(..., store=...)")
        stores = [sink for sink in self.rule.sinks if hasattr(sink, "append")]
        if any(sink is not store for sink in stores):
            raise SignerError("expected audit to tell the guard's own store", reason="mismatch")
        self._is_logging = bool(stores)
        self._tells: list[Callable[[str], object]] = [sink for sink in self.rule.sinks if sink is not store]
        self._admissions = _Admissions()

    def enter(self, request: SigningRequest) -> tuple[Admission, SigningRequest]:
        """The admitted case of a request, to be left again, and the request that the guard itself has built.

        Of the caller's request only the origin is part of it, which helps to find the key. Raises `GuardRefused`, and
        `SignerUnavailable` where the store fails.
        """
        if type(request) is not SigningRequest:
            raise _not_ours(f"expected a SigningRequest, got {type(request).__name__}", "type")
        identity, subject, origin = request.id, request.subject, request.origin  # once: it may be another one soon
        if self._admissions.process != os.getpid():  # of another process nothing is remembered, and no lock is taken
            self.forget()
        known = None if subject is None else self._admissions.known(identity)
        admission = known or self._admissions.of(self._built(subject, identity, request.key))
        try:
            own = admission.requests[identity]
            if not is_for(own, self.key):
                raise _not_ours("the request is for another key", "mismatch")
            with admission.lock:
                if admission.receipt is None:
                    admission.receipt = self._admitted(admission.case)
            return admission, own if origin == own.origin else replace(own, origin=origin)
        except BaseException:
            self.leave(admission, nothing_signed=True)
            raise

    def forget(self) -> None:
        """Remember no admission: what is asked from now on is read, judged and told to the store again."""
        self._admissions = _Admissions()

    def leave(self, admission: Admission, *, nothing_signed: bool) -> None:
        """Take back what was charged, where neither this call nor any other for the case may have signed."""
        if not self._admissions.leave(admission, nothing_signed=nothing_signed) or admission.receipt is None:
            return
        with suppress(Exception):  # then the charge stays, and the caller learns why nothing was signed
            line = _line("not signed", admission.case)
            if self._store is not None and admission.receipt:
                self._store.refund(admission.receipt, [line] if self._is_logging else [])
            self._tell(line)

    def _built(self, subject: object, identity: bytes, key: PublicKey) -> Case:
        try:
            return build(subject, identity, key, self._rows, self._change)
        except GuardRefused as refusal:
            self._tell_refusal(_line("refused", None, request=identity.hex(), **_why(refusal)), refusal)
            raise

    def _admitted(self, case: Case) -> bytes:
        """The receipt of a case that rules, store and sinks admit."""
        try:
            sisters = self._sisters(case)
            admitted = self._told(case, sisters)
            plan, receipt = self._chosen(case, sisters, admitted)
        except GuardRefused as refusal:
            self._tell_refusal(_line("refused", case, **_why(refusal)), refusal)
            raise
        try:
            if self._tells:
                self._tell(*_lines(plan), admitted)
        except Exception as error:
            if self._store is not None and receipt:
                self._store.refund(receipt, [_line("not signed", case)] if self._is_logging else [])
            raise GuardRefused("audit: a sink failed", reason="policy", rule="audit") from error
        return receipt

    def _told(self, case: Case, sisters: tuple[Case, ...]) -> str:
        """The line of a case that is admitted, with the chains that it was judged for beside its own."""
        if not self._is_logging and not self._tells:
            return ""
        also = {"also": ", ".join(each.chain for each in sisters)} if sisters else {}
        return _line("admitted", case, **also)

    def _sisters(self, case: Case) -> tuple[Case, ...]:
        """The same signatures as those for each other chain that the rules speak of, and that takes them, too.

        Signed bytes that do not name their chain are good on its sisters: what they do there is judged as well. One
        that no rule speaks of is no name to hide behind.
        """
        namespace = case.chain.partition(":")[0]
        named = {name for name in self.rule.chains if name.partition(":")[0] == namespace}
        if case.is_chain_signed or named <= {case.chain}:
            return ()
        if case.chain not in named:
            why = f"what is said to be for {case.chain} is valid for {' and '.join(sorted(named))}, too"
            raise GuardRefused(f"chain: {why}", reason="network", rule="chain")
        found = []
        for name in sorted(named - {case.chain}):
            try:
                found.append(on_sister(case, name, self._rows, self._change))
            except GuardRefused as error:
                why = f"nobody can say what it does on {name}, where it may be valid, too"
                raise GuardRefused(f"chain: {why}", reason="network", rule="chain") from error
        return tuple([each for each in found if each is not None])

    def _chosen(self, case: Case, sisters: tuple[Case, ...], admitted: str) -> tuple[Plan, bytes]:
        """The first plan that the store takes, and its receipt; its charges stand from now on."""
        refusal = SigningRefused("no rule admits it", reason="policy")
        for plan in self._plans(case, sisters):
            try:
                return plan, self._charge(case, plan, admitted)
            except SigningRefused as error:
                refusal = error
        raise GuardRefused(f"limit: {refusal}", reason=refusal.reason or "policy", rule="limit") from refusal

    def _plans(self, case: Case, sisters: tuple[Case, ...]) -> Iterator[Plan]:
        """Plans for the case, each with what the rules that speak of chains say of each sister."""
        for plan in _plans(self.rule, case):
            yield from self._joined(plan, sisters)

    def _joined(self, plan: Plan, sisters: tuple[Case, ...]) -> Iterator[Plan]:
        if not sisters:
            yield plan
            return
        for more in _plans(self._of_chains, sisters[0]):
            yield from self._joined((*plan, *(each for each in more if each not in plan)), sisters[1:])

    def _charge(self, case: Case, plan: Plan, admitted: str) -> bytes:
        charges, lines = [each for each in plan if isinstance(each, Charge)], _lines(plan)
        if self._is_logging:
            lines.append(admitted)
        if self._store is not None and (charges or lines):
            try:
                return self._store.admit(_subject(case, plan), charges, lines)
            except SignerError:
                raise
            except Exception as error:  # it has changed nothing, and nothing was signed
                raise SignerUnavailable(f"the store failed with {type(error).__name__}") from error
        if charges:
            raise GuardRefused("a rule that remembers needs a store", reason="missing", rule="limit")
        return b""

    def _tell_refusal(self, line: str, refusal: GuardRefused) -> None:
        try:
            if self._store is not None and self._is_logging:
                self._store.append(line)
            self._tell(line)
        except Exception as error:
            refusal.add_note(f"this refusal could not be logged: {type(error).__name__}")

    def _tell(self, *lines: str) -> None:
        for tell in self._tells:
            for line in lines:
                tell(line)


def _not_ours(message: str, reason: str) -> GuardRefused:
    return GuardRefused(message, reason=reason, rule="subject")


_NOTHING = Rule(name="nothing", plans=lambda _: iter(((),)))


def _plans(rule: Rule, case: Case) -> Iterator[Plan]:
    """The plans of a rule; one that fails refuses."""
    try:
        yield from rule.plans(case)
    except SignerError:
        raise
    except Exception as error:
        raise GuardRefused(f"a rule failed with {type(error).__name__}", reason="policy", rule=rule.name) from error


def _lines(plan: Plan) -> list[str]:
    return [each for each in plan if isinstance(each, str)]


def _subject(case: Case, plan: Plan) -> bytes:
    """What the store remembers: the case, and what it is charged. Other rules charge it once more."""
    charges = [[c.window, c.amount, c.at_most, c.seconds] for c in plan if isinstance(c, Charge)]
    return sha256(_TAG + case.id + json.dumps(charges).encode())


def _why(refusal: GuardRefused) -> dict[str, str]:
    return {"rule": refusal.rule, "reason": refusal.reason, "message": str(refusal)[:1000]}


def _line(verdict: str, case: Case | None, **more: str) -> str:
    """A line of the log: JSON, of bounded length."""
    told: dict[str, object] = {"verdict": verdict, **more}
    if case is not None:
        raw = sha256(case.subject.raw).hex()
        told |= {"case": case.id.hex(), "chain": case.chain, "sha256": raw, "requests": len(case.requests)}
        told["effects"] = described(case)
    line = json.dumps(told)
    if case is not None and len(line) > _LONG_LINE:  # each character of a text may take twelve
        line = json.dumps(told | {"effects": described(case, most=_FEW)})
    return line
