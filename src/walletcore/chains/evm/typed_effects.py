"""What typed data do, by the text of their type: a table of readers (EIP-712, "encodeType").

A type says what its members are, and nothing of what is done with them: that is up to the contract that the domain
names. So a reader is asked only where the domain binds a contract and the chain; everything else is `Opaque`. A row of
READERS is the whole text of a type and where its reader is, ``module:function``; the module is imported when a document
of that type comes. A reader takes a `Bound` and gives the effects, or none where it cannot say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.chains.typed_data import TypedData
from walletcore.effects import Effect, Opaque
from walletcore.keys import PublicKey

__all__ = ["OPEN_READERS", "READERS", "Bound", "Reader", "effects"]

_MAX_SHOWN = 80
_PERMITS = "walletcore.chains.evm.permit_effects"
_DETAILS = "PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)"
_PERMITTED = "TokenPermissions(address token,uint256 amount)"
_AUTHORIZATION = "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
_ONCE = "address spender,uint256 nonce,uint256 deadline"

READERS: Mapping[str, str] = {
    # ERC-2612
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)": f"{_PERMITS}:erc2612",
    # makerdao/dss src/dai.sol
    "Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)": f"{_PERMITS}:dai",
    # Uniswap/permit2 src/libraries/PermitHash.sol
    f"PermitSingle(PermitDetails details,address spender,uint256 sigDeadline){_DETAILS}": f"{_PERMITS}:single",
    f"PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline){_DETAILS}": f"{_PERMITS}:batch",
    f"PermitTransferFrom(TokenPermissions permitted,{_ONCE}){_PERMITTED}": f"{_PERMITS}:transfer_from",
    f"PermitBatchTransferFrom(TokenPermissions[] permitted,{_ONCE}){_PERMITTED}": f"{_PERMITS}:batch_transfer_from",
    # ERC-3009
    f"TransferWithAuthorization({_AUTHORIZATION})": f"{_PERMITS}:authorized_transfer",
    f"ReceiveWithAuthorization({_AUTHORIZATION})": f"{_PERMITS}:authorized_transfer",
}
"""Text of the primary type and all that it refers to -> ``module:function`` of its reader."""

OPEN_READERS: Mapping[str, str] = {
    # Uniswap/permit2 src/libraries/PermitHash.sol: the stubs of types with a witness
    f"PermitWitnessTransferFrom(TokenPermissions permitted,{_ONCE},": f"{_PERMITS}:transfer_from",
    f"PermitBatchWitnessTransferFrom(TokenPermissions[] permitted,{_ONCE},": f"{_PERMITS}:batch_transfer_from",
}
"""The same for types that others add one member to: what their text begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Typed data whose domain binds a contract and a chain, as a reader gets them.

    ``values`` are the members in one spelling (`TypedData.values`). ``signer`` is the key that is asked to sign, where
    it is known; a contract may take its signature for another account.
    """

    chain: Evm
    contract: Address
    typed: TypedData
    values: Mapping[str, Any]
    signer: PublicKey | None = None

    def account(self, payload: bytes) -> str:
        """The CAIP-10 name of an account."""
        return self.chain.account(payload).account_id

    def token(self, payload: bytes) -> str:
        """The CAIP-19 name of a token by its contract."""
        return f"{self.chain.caip2}/erc20:{self.chain.account(payload)}"

    @property
    def source(self) -> str:
        """The CAIP-10 name of the signer's own account, or empty."""
        return "" if self.signer is None else self.chain.address(self.signer).account_id


Reader = Callable[[Bound], tuple[Effect, ...]]


def effects(chain: Evm, typed: TypedData, signer: PublicKey | None = None) -> tuple[Effect, ...]:
    """What the reader of its type says of it; `Opaque` where there is none, or where the domain binds too little."""
    domain = typed.domain
    contract = None if domain.verifying_contract is None else chain.account(domain.verifying_contract)
    if contract is not None and domain.chain_id is not None:
        reader = _reader(typed)
        found = reader(_bound(chain, contract, typed, signer)) if reader else ()
        if found:
            return found
    name = "" if domain.name is None else f" of {domain.name[:_MAX_SHOWN]!r}"
    taker = "whatever contract takes it" if contract is None else f"contract {contract}"
    where = "on any chain" if domain.chain_id is None else f"on {chain.caip2}"
    return (Opaque(why=f"typed data {typed.primary_type[:_MAX_SHOWN]}{name} for {taker} {where}", data=typed.raw),)


def _bound(chain: Evm, contract: Address, typed: TypedData, signer: PublicKey | None) -> Bound:
    return Bound(chain=chain, contract=contract, typed=typed, values=typed.values, signer=signer)


def _reader(typed: TypedData) -> Reader | None:
    text = typed.types.encode_type(typed.primary_type)
    place = READERS.get(text) or _open_reader(typed, text)
    if not place:
        return None
    module, _, name = place.partition(":")
    reader: Reader = getattr(import_module(module), name)
    return reader


def _open_reader(typed: TypedData, text: str) -> str:
    """Where the reader of a type with one member more is; empty where there is none."""
    start = next((start for start in OPEN_READERS if text.startswith(start)), "")
    members = typed.types.members
    if not start or len(members[typed.primary_type]) != start.count(",") + 1:
        return ""
    return OPEN_READERS[start] if typed.types.encode_type("TokenPermissions") == _PERMITTED else ""
