"""What a descriptor is for: contracts at addresses, or messages of a domain (ERC-7730, "Context section").

Every constraint that is written must hold; a descriptor without any is a template for others, and applies to nothing.
That a contract is a proxy, or was made by a factory, is not in what is signed: the caller says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from walletcore.chains.evm.abi import Event
from walletcore.chains.evm.clear_signing import reading
from walletcore.chains.evm.clear_signing.values import as_address, as_integer
from walletcore.chains.typed_data import Domain
from walletcore.errors import TransactionError

__all__ = ["Binding", "Deployment", "account_id"]

_MAX_DEPLOYMENTS = 4096
_DOMAIN = ("name", "version", "chainId", "verifyingContract", "salt")
Deployment = tuple[int, bytes]
"""A chain id, and the 20 bytes of an address there."""
Ask = Callable[[str], str | None]


def account_id(deployment: Deployment) -> str:
    """The CAIP-10 name of an account."""
    from walletcore.chains.evm.address import checksummed

    return f"eip155:{deployment[0]}:{checksummed(deployment[1])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The constraints. ``kind`` is ``contract`` or ``eip712``; ``domain`` are pairs of a member and its value.

    ``factory`` is the event by which factories tell what they made, and where these are.
    """

    kind: str
    deployments: tuple[Deployment, ...] | None = None
    factory: tuple[str, tuple[Deployment, ...]] | None = None
    domain: tuple[tuple[str, Any], ...] = ()
    domain_separator: bytes | None = None

    @classmethod
    def parse(cls, context: object, version: int) -> Binding:
        """Read the ``context`` of a descriptor. Raises `TransactionError`."""
        found = reading.members(context, "context", ("$id", "contract", "eip712"))
        if ("contract" in found) == ("eip712" in found):
            raise TransactionError("context: expected either contract or eip712", reason="missing")
        return _contract(found["contract"], version) if "contract" in found else _eip712(found["eip712"])

    def check_contract(self, target: Deployment, proxies: Ask, factories: Callable[[str, str], str | None]) -> None:
        """Return if a call of this contract is what the descriptor is for; otherwise raise `TransactionError`."""
        if self.kind != "contract":
            raise TransactionError("the descriptor is for messages (EIP-712), not for calls", reason="mismatch")
        if self.deployments is None and self.factory is None:
            raise TransactionError("the descriptor names no contract: it is a template", reason="missing")
        if self.deployments is not None:
            self._check_deployed(target, proxies)
        if self.factory is not None:
            event, made_by = self.factory
            maker = factories(account_id(target), event)
            if maker is None or maker not in map(account_id, made_by):
                raise TransactionError(f"no factory is known to have made {account_id(target)}", reason="mismatch")

    def _check_deployed(self, target: Deployment, proxies: Ask) -> None:
        known = self.deployments or ()
        if target in known:
            return
        behind = proxies(account_id(target))
        if behind is None or behind not in map(account_id, known):
            raise TransactionError(f"the descriptor is not for {account_id(target)}", reason="mismatch")

    def check_message(self, domain: Domain, separator: bytes, proxies: Ask) -> Deployment:
        """Return the contract of a message, if it is what the descriptor is for; otherwise raise `TransactionError`."""
        if self.kind != "eip712":
            raise TransactionError("the descriptor is for calls, not for messages (EIP-712)", reason="mismatch")
        if self.deployments is None and not self.domain and self.domain_separator is None:
            raise TransactionError("the descriptor names no domain: it is a template", reason="missing")
        if domain.chain_id is None or domain.verifying_contract is None:
            expected = "a domain with chainId and verifyingContract"  # "Container structure values", EIP-712
            raise TransactionError(f"expected {expected}: a descriptor may not be used for others", reason="missing")
        values = _domain_values(domain)
        for name, value in self.domain:
            if values[name] != value:
                raise TransactionError(f"the descriptor is for another {name} of the domain", reason="mismatch")
        if self.domain_separator not in (None, separator):
            raise TransactionError("the descriptor is for another domain separator", reason="mismatch")
        target = (domain.chain_id, domain.verifying_contract)
        if self.deployments is not None:
            self._check_deployed(target, proxies)
        return target

    @property
    def pins_contract(self) -> bool:
        """Whether a contract is named, and not only the name of a domain, which anybody may choose."""
        names = {name for name, _ in self.domain}
        return self.deployments is not None or self.domain_separator is not None or "verifyingContract" in names


def _domain_values(domain: Domain) -> dict[str, Any]:
    values = (domain.name, domain.version, domain.chain_id, domain.verifying_contract, domain.salt)
    return dict(zip(_DOMAIN, values, strict=True))


def _contract(context: object, version: int) -> Binding:
    known = ("abi", "deployments", "factory", *(("addressMatcher",) if version == 1 else ()))
    found = reading.members(context, "contract", known)
    if "addressMatcher" in found:
        raise TransactionError("contract: an address matcher at an URL cannot be asked here", reason="policy")
    factory = None
    if "factory" in found:
        listed = reading.members(
            found["factory"], "factory", ("deployments", "deployEvent"), ("deployments", "deployEvent")
        )
        event = reading.line(listed["deployEvent"], "deployEvent")
        factory = Event.parse(f"event {event.removeprefix('event ')}").signature, _deployments(listed["deployments"])
    return Binding(kind="contract", deployments=_given(found), factory=factory)


def _eip712(context: object) -> Binding:
    found = reading.members(context, "eip712", ("schemas", "domain", "domainSeparator", "deployments"))
    domain = reading.members(found.get("domain", {}), "domain", _DOMAIN)
    separator = reading.member(found, "domainSeparator", str, "eip712")
    return Binding(
        kind="eip712",
        deployments=_given(found),
        domain=tuple((name, _DOMAIN_VALUES[name](value)) for name, value in domain.items()),
        domain_separator=None if separator is None else _separator(separator),
    )


def _given(found: dict[str, Any]) -> tuple[Deployment, ...] | None:
    return _deployments(found["deployments"]) if "deployments" in found else None


def _deployments(given: object) -> tuple[Deployment, ...]:
    listed = reading.array_of(given, "deployments", _MAX_DEPLOYMENTS)
    return tuple(map(_deployment, listed))


def _deployment(given: object) -> Deployment:
    found = reading.members(given, "deployment", ("chainId", "address"), ("chainId", "address"))
    return _chain_id(found["chainId"]), as_address("constant", found["address"])


def _chain_id(given: object) -> int:
    if type(given) is not int or not 0 < given < 1 << 63:
        raise TransactionError("expected a chain id as an integer above zero", reason="type")
    return given


def _text(given: object) -> str:
    return reading.line(given, "domain")


def _separator(given: object) -> bytes:
    number = as_integer("constant", given)
    if type(given) is not str or len(given) != 66:
        raise TransactionError("expected 0x and 64 hex digits as a domain separator", reason="length")
    return number.to_bytes(32)


def _contract_address(given: object) -> bytes:
    return as_address("constant", given)


_DOMAIN_VALUES: dict[str, Callable[[object], Any]] = {
    "name": _text,
    "version": _text,
    "chainId": _chain_id,
    "verifyingContract": _contract_address,
    "salt": _separator,
}
