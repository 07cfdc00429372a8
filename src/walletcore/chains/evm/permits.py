"""Permits as values: what an owner of tokens signs, so that another account moves them.

ERC-2612 and ERC-3009, "Specification"; makerdao/dss src/dai.sol; Uniswap/permit2 src/libraries/PermitHash.sol and
src/EIP712.sol. Amounts are integers in the token's smallest unit, times are Unix seconds. What they do is told by
``permit_effects``, whoever wrote the typed data.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.chains.typed_data import TypedData
from walletcore.errors import TransactionError
from walletcore.remembering import memory

if TYPE_CHECKING:
    from walletcore.chains.evm.message import Message
    from walletcore.keys import PublicKey

__all__ = [
    "DaiPermit",
    "Permit",
    "PermitBatch",
    "PermitBatchTransferFrom",
    "PermitDetails",
    "PermitSingle",
    "PermitTransferFrom",
    "ReceiveWithAuthorization",
    "TokenPermissions",
    "TransferWithAuthorization",
    "Witness",
    "permit2",
]

_PERMIT2 = bytes.fromhex("000000000022d473030f116ddee9f6b43ac78ba3")
_PERMIT2_ON_ZKSYNC = bytes.fromhex("0000000000225e31d15943971f47ad3022f714fa")
_ZKSYNC = 324

_CAPITAL = re.compile("[A-Z]")
_NAMES = {"from": "source"}
Members = tuple[tuple[str, str], ...]


def _members(text: str) -> Members:
    """``address owner,uint256 value`` as pairs of name and type."""
    pairs = [member.split(" ") for member in text.split(",")]
    return tuple([(name, kind) for kind, name in pairs])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """A struct whose members are fields of the same names. What it cannot hold is refused when it is made."""

    _typed_data: TypedData | None = memory()

    primary: ClassVar[str]
    types: ClassVar[Mapping[str, Members]]

    def __post_init__(self) -> None:
        contract = self._contract()
        if type(contract) is not Address or not isinstance(contract.chain, Evm):
            raise TransactionError("expected EVM Addresses as the accounts of a permit", reason="type")
        check_account(contract.chain, contract, "contract")
        object.__setattr__(self, "_typed_data", TypedData.parse(self._document(contract)))

    @abstractmethod
    def _contract(self) -> Address:
        """The contract that reads it."""

    @abstractmethod
    def _names(self) -> dict[str, str]:
        """Name and version of the domain, as far as it has them."""

    def _more(self) -> tuple[str, Members, Mapping[str, Any]]:
        """The name of the primary type, the members that it has beside its own, and the types that these need."""
        return self.primary, (), {}

    def _document(self, contract: Address) -> dict[str, Any]:
        chain: Any = contract.chain
        primary, more, others = self._more()
        members = (*self.types[self.primary], *more)
        types = {primary: members} | {name: each for name, each in self.types.items() if name != self.primary}
        own = {name: [{"name": n, "type": kind} for n, kind in listed] for name, listed in types.items()}
        return {
            "types": {**others, **own},
            "primaryType": primary,
            "domain": {**self._names(), "chainId": chain.chain_id, "verifyingContract": contract.payload},
            "message": _struct(chain, self, members),
        }

    @property
    def typed_data(self) -> TypedData:
        """The typed data that are signed."""
        return self._typed_data or TypedData.parse(self._document(self._contract()))

    def message(self, signer: PublicKey | None = None) -> Message:
        """The message of the owner to sign, on the chain of the contract. Raises `TransactionError`."""
        from walletcore.chains.evm.message import Message

        chain: Any = self._contract().chain
        return Message(chain=chain, signer=signer, data=self.typed_data)


def _struct(chain: Evm, value: Any, members: Members) -> dict[str, Any]:
    """The fields of a value by the names that a struct has for them."""
    return {name: _value(chain, getattr(value, _field(name))) for name, _ in members}


def _field(name: str) -> str:
    """``sigDeadline`` is the field ``sig_deadline``."""
    return _NAMES.get(name) or _CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)


def _value(chain: Evm, value: Any) -> Any:
    if type(value) is Address:
        check_account(chain, value, "account")
        return value.payload
    if type(value) is tuple:
        return [_value(chain, each) for each in value]
    if isinstance(value, PermitDetails | TokenPermissions):
        return {field.name: _value(chain, getattr(value, field.name)) for field in fields(value)}
    return value.value if type(value) is Witness else value


# Of tokens that take permits themselves.


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfToken(_Typed):
    """``name`` and ``version`` are the token's own, as its domain has them; without a version None."""

    token: Address
    name: str
    version: str | None = "1"

    def _contract(self) -> Address:
        return self.token

    def _names(self) -> dict[str, str]:
        return {"name": self.name} if self.version is None else {"name": self.name, "version": self.version}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit(_OfToken):
    """The spender may move up to so much of the owner's tokens, if the permit is shown before its deadline (ERC-2612).

    Raises `TransactionError`.
    """

    owner: Address
    spender: Address
    value: int
    nonce: int
    deadline: int

    primary: ClassVar[str] = "Permit"
    types: ClassVar[Mapping[str, Members]] = {
        "Permit": _members("address owner,address spender,uint256 value,uint256 nonce,uint256 deadline")
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class DaiPermit(_OfToken):
    """The spender may move all of the holder's tokens, or none, as DAI has it. An expiry of 0 is none.

    Raises `TransactionError`.
    """

    holder: Address
    spender: Address
    nonce: int
    expiry: int
    allowed: bool

    primary: ClassVar[str] = "Permit"
    types: ClassVar[Mapping[str, Members]] = {
        "Permit": _members("address holder,address spender,uint256 nonce,uint256 expiry,bool allowed")
    }


_AUTHORIZATION = _members("address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWithAuthorization(_OfToken):
    """A transfer that anybody may bring to the chain between two times (ERC-3009). Raises `TransactionError`.

    ``nonce`` is 32 bytes that the source has not used, ``source`` is ``from``.
    """

    source: Address
    to: Address
    value: int
    valid_after: int
    valid_before: int
    nonce: bytes

    primary: ClassVar[str] = "TransferWithAuthorization"
    types: ClassVar[Mapping[str, Members]] = {"TransferWithAuthorization": _AUTHORIZATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveWithAuthorization(TransferWithAuthorization):
    """The same, which only its destination may bring to the chain. Raises `TransactionError`."""

    primary: ClassVar[str] = "ReceiveWithAuthorization"
    types: ClassVar[Mapping[str, Members]] = {"ReceiveWithAuthorization": _AUTHORIZATION}


# Of Permit2, which tokens know as a spender.


def permit2(chain: Evm) -> Address:
    """Where Permit2 is: on every chain that has Ethereum's CREATE2 at the same address, on ZKsync at one of its own.

    Uniswap/sdks sdks/permit2-sdk/src/constants.ts. That it has been put there is not said. Raises `TransactionError`.
    """
    if chain.chain_id == _ZKSYNC:
        return chain.account(_PERMIT2_ON_ZKSYNC)
    if chain.own_contract_addresses:
        raise TransactionError(f"where Permit2 is on {chain.name} is not known", reason="unknown")
    return chain.account(_PERMIT2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitDetails:
    """Up to so much of a token, until a time: 0 is the block in which the permit is shown."""

    token: Address
    amount: int
    expiration: int
    nonce: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPermissions:
    """Up to so much of a token."""

    token: Address
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What the spender wants to be signed beside: a struct of its own, for its own contract.

    ``kind`` is the type of the member ``witness``; ``types``, the structs that this needs, and ``value`` are what
    `TypedData.parse` takes.
    """

    kind: str
    types: Mapping[str, Any]
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPermit2(_Typed):
    """``contract`` is another one with Permit2's code; without it, it is where `permit2` says."""

    spender: Address
    contract: Address | None = None

    def _contract(self) -> Address:
        if self.contract is None and type(self.spender) is Address and isinstance(self.spender.chain, Evm):
            return permit2(self.spender.chain)
        return self.contract  # type: ignore[return-value]

    def _names(self) -> dict[str, str]:
        return {"name": "Permit2"}


_DETAILS = _members("address token,uint160 amount,uint48 expiration,uint48 nonce")
_PERMITTED = _members("address token,uint256 amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitSingle(_OfPermit2):
    """The spender may move a token again and again, by an allowance that Permit2 keeps. Raises `TransactionError`."""

    details: PermitDetails
    sig_deadline: int

    primary: ClassVar[str] = "PermitSingle"
    types: ClassVar[Mapping[str, Members]] = {
        "PermitSingle": _members("PermitDetails details,address spender,uint256 sigDeadline"),
        "PermitDetails": _DETAILS,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitBatch(_OfPermit2):
    """The same for several tokens. Raises `TransactionError`."""

    details: tuple[PermitDetails, ...]
    sig_deadline: int

    primary: ClassVar[str] = "PermitBatch"
    types: ClassVar[Mapping[str, Members]] = {
        "PermitBatch": _members("PermitDetails[] details,address spender,uint256 sigDeadline"),
        "PermitDetails": _DETAILS,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Once(_OfPermit2):
    nonce: int
    deadline: int
    witness: Witness | None = None

    witnessed: ClassVar[str]

    def _more(self) -> tuple[str, Members, Mapping[str, Any]]:
        if self.witness is None:
            return self.primary, (), {}
        if type(self.witness) is not Witness or not isinstance(self.witness.types, Mapping):
            raise TransactionError("expected a Witness with its types", reason="type")
        return self.witnessed, (("witness", self.witness.kind),), self.witness.types


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitTransferFrom(_Once):
    """The spender may move a token once, to whomever it wants, before the deadline. Raises `TransactionError`."""

    permitted: TokenPermissions

    primary: ClassVar[str] = "PermitTransferFrom"
    witnessed: ClassVar[str] = "PermitWitnessTransferFrom"
    types: ClassVar[Mapping[str, Members]] = {
        "PermitTransferFrom": _members("TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline"),
        "TokenPermissions": _PERMITTED,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitBatchTransferFrom(_Once):
    """The same for several tokens. Raises `TransactionError`."""

    permitted: tuple[TokenPermissions, ...]

    primary: ClassVar[str] = "PermitBatchTransferFrom"
    witnessed: ClassVar[str] = "PermitBatchWitnessTransferFrom"
    types: ClassVar[Mapping[str, Members]] = {
        "PermitBatchTransferFrom": _members(
            "TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline"
        ),
        "TokenPermissions": _PERMITTED,
    }
